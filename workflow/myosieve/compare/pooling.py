"""Random-effects meta-analysis of every protein at once: effects and standard errors of k members -> one estimate."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import chdtrc, stdtr, stdtrit


def estimated(effects: np.ndarray, se: np.ndarray) -> np.ndarray:
    """Return where there is an estimate to pool: a finite effect with a finite, positive standard error ((m, k) booleans)."""
    with np.errstate(invalid="ignore"):
        return np.isfinite(effects) & np.isfinite(se) & (se > 0)


def pool(effects: np.ndarray, se: np.ndarray) -> pd.DataFrame:
    """Pool the members' effects of each row, as far as they have an estimate.

    With w_i = 1 / s_i^2, the inverse-variance mean m = sum w_i y_i / sum w_i and Cochran's Q = sum w_i (y_i - m)^2:

    - tau^2 = max(0, (Q - (k-1)) / (sum w_i - sum w_i^2 / sum w_i)) (DerSimonian & Laird 1986, Control Clin Trials 7:177),
    - the pooled effect is mu = sum v_i y_i / sum v_i with v_i = 1 / (s_i^2 + tau^2),
    - I^2 = max(0, (Q - (k-1)) / Q) (Higgins & Thompson 2002, Stat Med 21:1539); Q ~ chi^2 with k-1 df if all effects are
      equal.

    Two members: z = mu sqrt(sum v_i), normal. Three and more: the variance of mu is q / sum v_i, with
    q = max(1, sum v_i (y_i - mu)^2 / (k-1)), and t has k-1 degrees of freedom (Hartung & Knapp 2001, Stat Med 20:3875;
    Sidik & Jonkman 2002, Stat Med 21:3153). Without the max(1, .) of Knapp & Hartung (2003, Stat Med 22:2693), effects that
    agree by chance would have next to no standard error, and among thousands of proteins some always do; Röver, Knapp &
    Friede (2015, BMC Med Res Methodol 15:99) recommend it for few studies.

    With two members this t has one degree of freedom and rejects nothing (|t| > 12.7 at 5 %), hence z. It takes the
    members' standard errors as known and tau^2 from a single difference, so that its p-values are optimistic: of true nulls
    whose standard errors have 8 degrees of freedom, 0.6 % fall below 0.001, and more if the members differ. The t of three
    members errs on the other side. P-values of rows with two members and with more are not on one footing.

    Parameters
    ----------
    effects, se
        (m, k) effects and their standard errors; a cell without both (NaN, or a standard error of 0) does not enter.

    Returns
    -------
    DataFrame with m rows and the columns n_members (how many entered), log2fc, ci_low, ci_high (95 %), se, statistic, df
    (infinite for z), p_value (two-sided), i2 (share, 0 to 1), tau2, p_heterogeneity; all but n_members are NaN with fewer
    than two members.
    """
    usable = estimated(effects, se)
    count = usable.sum(axis=1)
    y = np.where(usable, effects, 0.0)
    variance = np.where(usable, np.where(usable, se, 1.0) ** 2, np.inf)  # an infinite variance has no weight
    free = np.where(count >= 2, count - 1.0, np.nan)

    w = 1 / variance
    # Rows of fewer than two members are 0/0 or NaN on purpose.
    with np.errstate(invalid="ignore", divide="ignore"):
        total = w.sum(axis=1)
        q = _scatter(y, w, (w * y).sum(axis=1) / total)
        tau2 = np.maximum(0.0, (q - free) / (total - (w**2).sum(axis=1) / total))
        v = 1 / (variance + tau2[:, None])
        mu = (v * y).sum(axis=1) / v.sum(axis=1)
        scale = np.where(count >= 3, np.maximum(1.0, _scatter(y, v, mu) / free), 1.0)
        error = np.sqrt(scale / v.sum(axis=1))
        i2 = np.where(q > 0, np.maximum(0.0, (q - free) / q), np.where(np.isnan(free), np.nan, 0.0))

    df = np.where(count == 2, np.inf, free)
    statistic = mu / error
    half_width = stdtrit(df, 0.975) * error
    return pd.DataFrame(
        {
            "n_members": count,
            "log2fc": mu,
            "ci_low": mu - half_width,
            "ci_high": mu + half_width,
            "se": error,
            "statistic": statistic,
            "df": df,
            "p_value": 2 * stdtr(df, -np.abs(statistic)),
            "i2": i2,
            "tau2": tau2,
            "p_heterogeneity": chdtrc(free, q),
        }
    )


def _scatter(y: np.ndarray, weights: np.ndarray, center: np.ndarray) -> np.ndarray:
    """Return sum_i w_i (y_i - center)^2 of each row."""
    return (weights * (y - center[:, None]) ** 2).sum(axis=1)
