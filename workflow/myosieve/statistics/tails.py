"""Tail probabilities of t and F that keep their digits where the plain functions run out of them.

**t.** With g(s) = (d+1)/2 log(1 + s^2/d), the density is C exp(-g(s)) and

    P(T > t) = C exp(-g(t)) integral_0^inf exp(-y) / g'(s(y)) dy,    g(s(y)) = g(t) + y,

whose integrand beside exp(-y) is smooth and varies slowly: Gauss-Laguerre quadrature gives the logarithm of tails far
below the smallest floating-point number, where ranking by p would end in ties at zero.

**F.** Upper and lower tails for any, also infinite, denominator degrees of freedom (d_1 F is then chi-squared).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import betaln, chdtr, chdtrc, fdtr, fdtrc, log_ndtr, logsumexp, stdtr

# Below this the logarithm of a tail is computed, not taken of the tail.
_TINY = 1e-250
_NODES = 48


def log_p_value(t: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Return the natural logarithm of the two-sided p-value of t statistics.

    Parameters
    ----------
    t, df
        Statistics and their degrees of freedom (> 0, may be infinite), of shapes that broadcast.

    Returns
    -------
    log p, at most 0; NaN where t or df is NaN or df is not positive. P-values far below 1e-308 keep their order.
    """
    return np.minimum(np.log(2) + log_t_upper_tail(np.abs(t), df), 0.0)


def log_t_upper_tail(t: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Return log P(T > t) for Student's t.

    Parameters
    ----------
    t, df
        Statistics of any sign and their degrees of freedom (> 0, may be infinite), of shapes that broadcast.

    Returns
    -------
    log P(T > t); NaN where t or df is NaN or df is not positive.
    """
    t, df = np.broadcast_arrays(np.asarray(t, dtype=float), np.asarray(df, dtype=float))
    known = (df > 0) & ~np.isnan(t)
    finite = known & np.isfinite(df)
    tail = np.full(t.shape, np.nan)
    tail[finite] = stdtr(df[finite], -t[finite])
    result = np.full(t.shape, np.nan)
    normal = known & ~finite
    result[normal] = log_ndtr(-t[normal])
    with np.errstate(divide="ignore"):
        np.log(tail, out=result, where=finite)
    far = finite & (tail < _TINY) & (t < np.inf)
    result[far] = _log_far_tail(t[far], df[far])
    return result


def _log_far_tail(t: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Return log P(T > t) for t far out (k,), by quadrature."""
    nodes, log_weights = _laguerre()
    # log(1 + s^2/d) at t (k,) and at the nodes (k x nodes); t^2 itself may be beyond the largest number
    scaled = t / np.sqrt(df)
    at_t = np.where(scaled < 1e100, np.log1p(np.minimum(scaled, 1e100) ** 2), 2 * np.log(scaled))
    at_nodes = at_t[:, None] + 2 * nodes / (df[:, None] + 1)
    # s/sqrt(d) = sqrt(exp(L) - 1), and 1/g'(s) = (s + d/s) / (d + 1)
    log_share = np.log(-np.expm1(-at_nodes))
    log_s = (np.log(df)[:, None] + at_nodes + log_share) / 2
    log_inverse_slope = log_s - log_share - np.log1p(df)[:, None]
    log_constant = -betaln(df / 2, 0.5) - np.log(df) / 2
    return log_constant - (df + 1) / 2 * at_t + logsumexp(log_weights + log_inverse_slope, axis=1)


@lru_cache(maxsize=1)
def _laguerre() -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = np.polynomial.laguerre.laggauss(_NODES)
    return nodes, np.log(weights)


def f_tails(ratio: np.ndarray, df: np.ndarray | float, denominator_df: float) -> tuple[np.ndarray, np.ndarray]:
    """Return P(F > ratio) and P(F < ratio), each with its own digits.

    Parameters
    ----------
    ratio
        (n,) ratios of variances, not negative.
    df
        (n,) numerator degrees of freedom, or one for all.
    denominator_df
        Denominator degrees of freedom (> 0, may be infinite).

    Returns
    -------
    (n,) upper tails, (n,) lower tails.
    """
    if np.isinf(denominator_df):
        return chdtrc(df, df * ratio), chdtr(df, df * ratio)
    return fdtrc(df, denominator_df, ratio), fdtr(df, denominator_df, ratio)
