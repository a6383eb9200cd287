"""The prior of variances by maximum likelihood, for unequal residual degrees of freedom (every table with missing values).

s_i^2 / s_0^2 ~ F(d_i, d_0). With e_i = log s_i^2 - digamma(d_i/2) + log(d_i/2), whose variance given the protein's true
variance is trigamma(d_i/2),

    mean or trend of e, weighted by 1 / trigamma(d_i/2)  =  log s_0^2 - digamma(d_0/2) + log(d_0/2),

which gives s_0^2 for each d_0; d_0 maximizes the likelihood. This is what limma does since version 3.61.
"""

from __future__ import annotations

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from myosieve.statistics.lowess import span_for, weighted_lowess
from myosieve.statistics.prior import Prior, Variances
from myosieve.statistics.prior_moments import log_minus_digamma

# Smaller variances than this share of the median count as it.
_FLOOR = 1e-12
# Points on the trend weigh at least this share of the heaviest.
_LEAST_WEIGHT = 1e-8
# d_0/2 = h is searched as u = h / (1 + h): d_0 from 2 to 9998.
_SEARCHED = (0.5, 0.9998)
# Width at which the search stops, as in limma: d_0 is good to about four digits, like its estimate at best.
_SEARCH_WIDTH = float(np.finfo(float).eps ** 0.25)


def by_likelihood(variances: Variances, weights: np.ndarray | None = None) -> Prior:
    """Estimate the prior by maximum likelihood of d_0, given the mean or trend of log variances.

    Parameters
    ----------
    variances
        At least three of them usable.
    weights
        (m,) how much each protein counts, 0 to 1, in the mean or trend and in the likelihood; None = all the same.

    Returns
    -------
    Prior
    """
    usable, covariate = variances.usable, variances.covariate
    # Most proteins share few values of d: special functions are taken once for each.
    d, which = np.unique(variances.df[usable] / 2, return_inverse=True)
    floor = _FLOOR * np.median(variances.variance[usable])
    log_s2 = np.log(np.maximum(variances.variance[usable], floor))
    counts = np.ones(len(log_s2)) if weights is None else weights[usable]
    e = log_s2 + log_minus_digamma(d)[which]
    precision = counts / polygamma(1, d)[which]
    if covariate is None:
        mean = np.full(len(usable), np.average(e, weights=precision))
    else:
        # Proteins without a variance of their own still need a place on the curve. They are points of next to no weight at
        # the variance floor, as in limma, whose fitted values this reproduces to the last digits.
        least = _LEAST_WEIGHT * precision.max()
        e_all = np.full(len(usable), np.log(floor) + log_minus_digamma(0.5))
        precision_all = np.full(len(usable), least)
        e_all[usable], precision_all[usable] = e, np.maximum(precision, least)
        mean = weighted_lowess(covariate, e_all, precision_all, span_for(len(usable)))
    half = _most_likely_half_df(log_s2 - mean[usable], d, which, counts)
    return variances.prior(np.exp(mean - log_minus_digamma(half)), 2 * half)


def _most_likely_half_df(log_ratio: np.ndarray, d: np.ndarray, which: np.ndarray, weights: np.ndarray) -> float:
    """Return h = d_0/2 of the greatest weighted likelihood.

    With r_i = log_ratio + log d_i - digamma(h), the logarithm of d_i F_i / d_0, the log density is
    log Gamma(d_i + h) - log Gamma(d_i) - log Gamma(h) + d_i r_i - (d_i + h) log(1 + exp r_i), up to what h does not change.
    """
    of_each = d[which]
    total = np.bincount(which, weights, len(d))
    d_sum = total @ d
    scaled = np.exp(log_ratio) * of_each
    weighted_d = weights * of_each
    weight_sum = weights.sum()

    def minus_log_likelihood(u: float) -> float:
        h = u / (1 - u)
        shift = digamma(h)
        log_sum = np.log1p(scaled * np.exp(-shift))
        density = total @ gammaln(d + h) - weight_sum * gammaln(h) - d_sum * shift
        return -2 * float(density - weighted_d @ log_sum - h * (weights @ log_sum))

    u = _minimize_bounded(minus_log_likelihood, *_SEARCHED, _SEARCH_WIDTH)
    return u / (1 - u)


def _minimize_bounded(function, low: float, high: float, tolerance: float) -> float:
    """Return the minimizer of a function of one variable between bounds (Brent's method)."""
    # scipy.optimize is imported here: it costs more time than the fit, and only tables with missing values need it.
    from scipy.optimize import minimize_scalar

    return float(minimize_scalar(function, bounds=(low, high), method="bounded", options={"xatol": tolerance}).x)
