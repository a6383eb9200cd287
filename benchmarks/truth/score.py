"""How good a list of calls is, where the truth is known.

A call is a protein with q <= `LEVEL`. It is right if the protein truly differs and the estimated log2fc has the true sign; any
other call is false, so that a real change with the wrong direction counts against the method. Proteins without a test are not
called.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import stdtrit

LEVEL = 0.05


def right_calls(log2fc: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return where an estimate (m,) would be a right call: the truth (m,) is not 0 and has the same sign."""
    return (truth != 0) & (np.sign(log2fc) == np.sign(truth))


def false_discovery_proportion(called: np.ndarray, right: np.ndarray) -> float:
    """Return the share of false ones among the calls, 0 without any call."""
    return float((called & ~right).sum() / max(1, called.sum()))


def power(called: np.ndarray, right: np.ndarray, true: np.ndarray) -> float:
    """Return the share of true changes that are called with the right sign, NaN where there are none."""
    return float((called & right & true).sum() / true.sum()) if true.any() else np.nan


def partial_auc(p_values: np.ndarray, right: np.ndarray, true: np.ndarray, most: float = 0.05) -> float:
    """Return the area under the ROC curve up to a false-positive rate, divided by that rate: 0 to 1.

    Parameters
    ----------
    p_values
        (m,) NaN = not tested, which ranks below everything, in no order: as a straight line to the corner.
    right, true
        (m,) where the estimate has the true sign; where there is a true change. A true change estimated with the wrong sign
        ranks with the untested.
    most
        The false-positive rate (share of all that do not change) at which the curve ends.
    """
    ranked = np.where(np.isnan(p_values) | (true & ~right), 2.0, p_values)
    distinct, codes = np.unique(ranked, return_inverse=True)
    hits, misses = (np.bincount(codes, weights=which, minlength=len(distinct)) for which in (true, ~true))
    x = np.concatenate([[0], np.cumsum(misses) / max(1, misses.sum())])
    y = np.concatenate([[0], np.cumsum(hits) / max(1, hits.sum())])
    inside = x < most
    ends = np.concatenate([x[inside], [most]])
    heights = np.concatenate([y[inside], [np.interp(most, x, y)]])
    return float((np.diff(ends) * (heights[1:] + heights[:-1]) / 2).sum() / most)


def scored(found: pd.DataFrame, truth: pd.DataFrame, level: float = LEVEL) -> dict[str, float]:
    """Score one method on one data set.

    Parameters
    ----------
    found
        protein_group, log2fc, p_value, q_value: at most one row per protein.
    truth
        Index protein_group; log2fc, kind (null, changed, on_off).

    Returns
    -------
    fdp; power of all, of the changed, of the on/off; calls and tested (numbers of proteins); any_call (1 or 0); null_below and
    null_below_001, the shares of tested unchanged proteins with P < .05 and P < .001.
    """
    rows = found.set_index("protein_group").reindex(truth.index)
    log2fc, p, q = (rows[name].to_numpy(dtype=float) for name in ("log2fc", "p_value", "q_value"))
    true_change, kind = truth["log2fc"].to_numpy(), truth["kind"].to_numpy()
    called, right = q <= level, right_calls(log2fc, true_change)
    null = p[(true_change == 0) & ~np.isnan(p)]
    return {
        "fdp": false_discovery_proportion(called, right),
        "power": power(called, right, true_change != 0),
        "power_changed": power(called, right, kind == "changed"),
        "power_on_off": power(called, right, kind == "on_off"),
        "calls": float(called.sum()),
        "any_call": float(called.any()),
        "tested": float((~np.isnan(p)).sum()),
        "null_below": float((null < 0.05).mean()) if len(null) else np.nan,
        "null_below_001": float((null < 0.001).mean()) if len(null) else np.nan,
    }


def mean_and_half_width(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Return the mean over data sets and half the width of its t interval; NaN values do not count."""
    some = np.asarray(values, dtype=float)
    some = some[~np.isnan(some)]
    if len(some) < 2:
        return (float(some[0]) if len(some) else np.nan), np.nan
    half = stdtrit(len(some) - 1, (1 + confidence) / 2) * some.std(ddof=1) / np.sqrt(len(some))
    return float(some.mean()), float(half)
