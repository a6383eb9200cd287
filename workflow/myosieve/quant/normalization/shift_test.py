r"""Do conditions differ in their normalization shifts: Welch's t, or the F of one-way analysis of variance.

A shift undoes a difference in loading, or a difference in how much the cells secrete. If the shifts of one condition
differ from another's by more than replicates differ among themselves, normalization may have removed biology. Over
the per-sample shifts s_j:

- two conditions with two samples or more each: Welch's t (Welch 1947, doi:10.1093/biomet/34.1-2.28), t = (mean_1 -
  mean_2) / sqrt(v_1/n_1 + v_2/n_2), degrees of freedom by Welch and Satterthwaite;
- otherwise the F of one-way analysis of variance, with the number of samples minus that of conditions as its
  denominator's degrees of freedom; without replicates there is no test, and p is NaN.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd


class ShiftTest(NamedTuple):
    """Whether the shifts of conditions differ: the two conditions farthest apart, and the test over all."""

    difference: float  # mean shift of `high` minus that of `low`, log2 units; NaN with fewer than two conditions
    high: str
    low: str
    test: str  # welch_t, anova_f or none
    statistic: float
    df_between: float  # numerator; NaN for Welch's t
    df_within: float  # denominator
    p_value: float


def condition_shift_test(shift: pd.Series, conditions: pd.Series) -> ShiftTest:
    """Test whether conditions differ in the shifts of their samples.

    Parameters
    ----------
    shift
        Per sample, log2 units; NaN is left out.
    conditions
        Condition per sample, the same index; samples without a condition are left out.

    Returns
    -------
    The largest difference between two conditions' mean shifts and the p value over all conditions.
    """
    names = conditions.reindex(shift.index)
    used = shift.notna() & names.notna()
    groups = {str(name): part.to_numpy(dtype=float) for name, part in shift[used].groupby(names[used], sort=False)}
    if len(groups) < 2:
        return ShiftTest(np.nan, "", "", "none", np.nan, np.nan, np.nan, np.nan)
    means = {name: float(part.mean()) for name, part in groups.items()}
    # max and min of a dictionary take the first of equal ones: sorted names make that independent of the samples' order
    high, low = max(sorted(means), key=means.__getitem__), min(sorted(means), key=means.__getitem__)
    parts = [groups[high], groups[low], *(part for name, part in groups.items() if name not in (high, low))]
    found = (means[high] - means[low], high, low)
    if len(parts) == 2 and min(map(len, parts)) >= 2:
        return ShiftTest(*found, "welch_t", *_welch(*parts))
    return ShiftTest(*found, "anova_f", *_anova(parts))


def _welch(first: np.ndarray, second: np.ndarray) -> tuple[float, float, float, float]:
    """Return t, NaN, its degrees of freedom and the two-sided p value."""
    # scipy.special is imported here: commands that do not test stay fast
    from scipy.special import stdtr

    errors = [_variance(part) / len(part) for part in (first, second)]
    difference = first.mean() - second.mean()
    if sum(errors) == 0:
        return _without_spread(difference, np.nan, float(len(first) + len(second) - 2))
    t = difference / np.sqrt(sum(errors))
    df = sum(errors) ** 2 / sum(e**2 / (len(part) - 1) for e, part in zip(errors, (first, second), strict=True))
    return float(t), np.nan, float(df), float(2 * stdtr(df, -abs(t)))


def _anova(parts: list[np.ndarray]) -> tuple[float, float, float, float]:
    """Return F, its two degrees of freedom and the p value."""
    from scipy.special import fdtrc

    pooled = np.concatenate(parts)
    between, within = len(parts) - 1, len(pooled) - len(parts)
    if within < 1:
        return np.nan, float(between), float(within), np.nan
    spread = sum(_variance(part) * (len(part) - 1) for part in parts if len(part) > 1) / within
    explained = sum(len(part) * (part.mean() - pooled.mean()) ** 2 for part in parts) / between
    if spread == 0:
        return _without_spread(np.sqrt(explained), float(between), float(within))
    f = explained / spread
    return float(f), float(between), float(within), float(fdtrc(between, within, f))


def _variance(part: np.ndarray) -> float:
    """Return the variance; 0 where values differ by rounding only."""
    variance = float(part.var(ddof=1))
    return variance if variance > (1e-12 * max(1.0, float(np.abs(part).max()))) ** 2 else 0.0


def _without_spread(difference: float, between: float, df: float) -> tuple[float, float, float, float]:
    """Return the limit where replicates are equal: certain if conditions differ, nothing if they do not."""
    differs = abs(difference) > 1e-12
    return (np.inf if differs else 0.0), between, df, (0.0 if differs else 1.0)
