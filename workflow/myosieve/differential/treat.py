"""Tests relative to a fold-change threshold (McCarthy & Smyth 2009, Bioinformatics 25:765).

The null hypothesis is |log2fc| <= tau, not log2fc = 0. At its border, where rejection is most likely by chance, with T
Student's t on d degrees of freedom,

    p = P(T > (|b| - tau) / se) + P(T > (|b| + tau) / se),

the two-sided p-value of b / se where tau = 0. It asks for more than a threshold on log2fc beside one on p: that the change
be significantly larger than tau.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from myosieve.statistics.tails import log_t_upper_tail


@dataclass(frozen=True)
class Treat:
    """t statistics (0 within the threshold), p-values and their natural logarithms, each of the shape of the log2fc."""

    t: np.ndarray
    p_value: np.ndarray
    log_p_value: np.ndarray


def treat(log2fc: np.ndarray, se: np.ndarray, df: np.ndarray, lfc: float) -> Treat:
    """Test whether changes are larger than a threshold.

    Parameters
    ----------
    log2fc, se
        (m,) changes and their (moderated) standard errors, log2.
    df
        (m,) (total) degrees of freedom of the standard errors; may be infinite.
    lfc
        Threshold tau on the absolute change, log2, not negative.

    Returns
    -------
    Treat
        NaN where there is no change, no standard error above zero or no degree of freedom. The t statistic is
        sign(b) max(|b| - tau, 0) / se.

    Raises
    ------
    ValueError
        Where the threshold is negative or not finite.
    """
    if not (np.isfinite(lfc) and lfc >= 0):
        raise ValueError(f"a threshold on log2 fold changes must be a number of at least 0, not {lfc}")
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.where((se > 0) & (df > 0), np.abs(log2fc), np.nan)
        beyond, opposite = (size - lfc) / se, (size + lfc) / se
        if lfc == 0:
            log_p = np.log(2) + log_t_upper_tail(beyond, df)
        else:
            log_p = np.logaddexp(log_t_upper_tail(beyond, df), log_t_upper_tail(opposite, df))
    log_p = np.minimum(log_p, 0.0)  # but for rounding
    return Treat(np.sign(log2fc) * np.maximum(beyond, 0.0), np.exp(log_p), log_p)
