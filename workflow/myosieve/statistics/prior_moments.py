"""The prior of variances from the moments of log s^2 (Smyth 2004, Stat Appl Genet Mol Biol 3:3, section 6.2).

With e_i = log s_i^2 - digamma(d_i/2) + log(d_i/2),

    E[e_i] = log s_0^2 - digamma(d_0/2) + log(d_0/2),    var[e_i] = trigamma(d_i/2) + trigamma(d_0/2),

so that d_0 solves trigamma(d_0/2) = variance of e - mean of trigamma(d_i/2), and s_0^2 follows from the mean of e, or from
its regression on a natural cubic spline of the covariate. Each protein counts the same, whatever its d_i: where these
differ, maximum likelihood (`prior_likelihood`) makes better use of them.
"""

from __future__ import annotations

import warnings

import numpy as np
from scipy.special import digamma, polygamma

from myosieve.statistics.prior import Prior, Variances
from myosieve.statistics.splines import natural_spline

# Smaller variances than this share of the median count as it, lest single logarithms rule the moments.
_FLOOR = 1e-5


def log_minus_digamma(x: np.ndarray | float) -> np.ndarray:
    """Return log(x) - digamma(x), by which the logarithm of a chi-squared mean falls short of zero on average (x = df/2)."""
    return np.log(x) - digamma(x)


def floored(variance: np.ndarray) -> np.ndarray:
    """Return (n,) variances, none below a tiny share of their median."""
    return np.maximum(variance, _FLOOR * np.median(variance))


def by_moments(variances: Variances) -> Prior:
    """Estimate the prior from the first two moments of log variances.

    Parameters
    ----------
    variances
        At least three of them usable.

    Returns
    -------
    Prior
        With infinite degrees of freedom where the variances scatter no more than chance: s_0^2 is then their mean or trend.
    """
    usable, covariate = variances.usable, variances.covariate
    d = variances.df[usable]
    if d.min() == d.max():
        d = d[:1]  # special functions once instead of n times
    s2 = floored(variances.variance[usable])
    e = np.log(s2) + log_minus_digamma(d / 2)
    n, m = len(e), len(variances.df)
    if covariate is None:
        rank, fitted, mean = 1, e.mean(), np.full(m, e.mean())
    else:
        knots_from = covariate[usable]
        count = 1 + (n >= 3) + (n >= 6) + (n >= 30)
        basis = natural_spline(covariate, knots_from, count)
        coefficients, *_ = np.linalg.lstsq(basis[usable], e, rcond=None)
        rank, mean = basis.shape[1], basis @ coefficients
        fitted = mean[usable]
    excess = ((e - fitted) ** 2).sum() / (n - rank) - polygamma(1, d / 2).mean()
    if excess <= 0:
        return variances.prior(np.full(m, s2.mean()) if covariate is None else np.exp(mean), np.inf)
    half = trigamma_inverse(excess)
    return variances.prior(np.exp(mean - log_minus_digamma(half)), 2 * half)


def trigamma_inverse(y: float) -> float:
    """Return x with trigamma(x) = y > 0, by Newton's method on 1/trigamma (Smyth 2004, appendix)."""
    if y > 1e7:
        return 1 / np.sqrt(y)  # trigamma(x) -> 1/x^2 as x -> 0
    if y < 1e-6:
        return 1 / y  # trigamma(x) -> 1/x as x -> infinity
    x = 0.5 + 1 / y
    for _ in range(50):
        tri = float(polygamma(1, x))
        step = tri * (1 - tri / y) / float(polygamma(2, x))
        x += step
        if -step / x < 1e-8:
            return x
    warnings.warn("trigamma inverse did not converge", stacklevel=2)
    return x
