"""Empirical Bayes moderation of variances: each protein borrows strength from all others.

Model (Smyth 2004, Stat Appl Genet Mol Biol 3:3): s_i^2 | sigma_i^2 ~ sigma_i^2 chi^2(d_i) / d_i and
1 / sigma_i^2 ~ chi^2(d_0) / (d_0 s_0^2), so that s_i^2 ~ s_0^2 F(d_i, d_0) and the posterior variance is
(d_0 s_0^2 + d_i s_i^2) / (d_0 + d_i). With a trend, s_0^2 is a smooth function of the mean log2 intensity.

The prior (s_0^2, d_0) is estimated
- from the mean and variance of log s^2, where all residual degrees of freedom are equal (Smyth 2004, section 6.2; trend by
  a natural cubic spline),
- by maximum likelihood over d_0 with s_0^2 profiled out, where they are not, as in every table with missing values. This
  is what limma does since version 3.61.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from myosieve.statistics.lowess import span_for, weighted_lowess


@dataclass(frozen=True)
class Prior:
    """Prior variance (m,) or scalar array, prior degrees of freedom (may be inf), and how many zero variances were left out."""

    variance: np.ndarray
    df: float
    zero_variances: int


@dataclass(frozen=True)
class Moderated:
    """Posterior variance (m,) and total degrees of freedom (m,) of the moderated statistics."""

    variance: np.ndarray
    df: np.ndarray
    prior: Prior


def moderate(variance: np.ndarray, df: np.ndarray, covariate: np.ndarray | None = None) -> Moderated:
    """Moderate residual variances.

    Parameters
    ----------
    variance
        (m,) residual variances; NaN where df is 0.
    df
        (m,) residual degrees of freedom.
    covariate
        (m,) mean log2 intensity for a mean-variance trend; None for one prior variance.

    Returns
    -------
    Moderated
        Proteins without residual degrees of freedom get the prior variance and the prior degrees of freedom. Total degrees
        of freedom never exceed the pooled residual ones.
    """
    has_df = df > 0
    usable = has_df & (variance > 0)
    zero = int((has_df & ~(variance > 0)).sum())
    if usable.sum() < 3:
        # Too few to learn from: no moderation.
        return Moderated(np.where(has_df, variance, np.nan), df.copy(), Prior(np.full(len(df), np.nan), 0.0, zero))
    unequal = df[usable].min() != df[usable].max()
    estimate = _prior_by_likelihood if unequal else _prior_by_moments
    prior_variance, prior_df = estimate(np.where(usable, variance, 0.0), df, usable, covariate)
    known = np.where(has_df, variance, 0.0)
    weight = np.where(has_df, df, 0.0)
    if np.isinf(prior_df):
        posterior = np.broadcast_to(prior_variance, df.shape).astype(float)
    else:
        posterior = (prior_df * prior_variance + weight * known) / (prior_df + weight)
    total = np.minimum(weight + prior_df, weight.sum())
    return Moderated(posterior, total, Prior(prior_variance, float(prior_df), zero))


def _log_minus_digamma(x: np.ndarray | float) -> np.ndarray:
    return np.log(x) - digamma(x)


def _prior_by_moments(
    variance: np.ndarray, df: np.ndarray, usable: np.ndarray, covariate: np.ndarray | None
) -> tuple[np.ndarray, float]:
    """Return s_0^2 (m,) and d_0 from the first two moments of e_i = log s_i^2 - digamma(d_i/2) + log(d_i/2)."""
    d = df[usable]
    s2 = np.maximum(variance[usable], 1e-5 * np.median(variance[usable]))
    e = np.log(s2) + _log_minus_digamma(d / 2)
    n = len(e)
    if covariate is None:
        basis, everywhere = np.ones((n, 1)), np.ones((len(df), 1))
    else:
        knots_from = covariate[usable]
        count = min(1 + (n >= 3) + (n >= 6) + (n >= 30), len(np.unique(knots_from)))
        basis, everywhere = (_natural_spline(x, knots_from, count) for x in (knots_from, covariate))
    coefficients, *_ = np.linalg.lstsq(basis, e, rcond=None)
    excess = ((e - basis @ coefficients) ** 2).sum() / (n - basis.shape[1]) - polygamma(1, d / 2).mean()
    mean = everywhere @ coefficients
    if excess <= 0:
        # The variances scatter no more than chance: one common (or common trend of) variance.
        return (np.full(len(df), s2.mean()) if covariate is None else np.exp(mean)), np.inf
    half = _trigamma_inverse(excess)
    return np.exp(mean - _log_minus_digamma(half)), 2 * half


def _prior_by_likelihood(
    variance: np.ndarray, df: np.ndarray, usable: np.ndarray, covariate: np.ndarray | None
) -> tuple[np.ndarray, float]:
    """Return s_0^2 (m,) and d_0 by maximum likelihood of s_i^2 / s_0^2 ~ F(d_i, d_0), given the trend of log s^2.

    E[log s_i^2 + log(d_i/2) - digamma(d_i/2)] = log s_0^2 + log(d_0/2) - digamma(d_0/2), with sampling variance
    trigamma(d_i/2), whose inverse weights the mean or the trend.
    """
    d = df[usable] / 2
    floor = 1e-12 * np.median(variance[usable])
    s2 = np.maximum(variance[usable], floor)
    e = np.log(s2) + _log_minus_digamma(d)
    weights = 1 / polygamma(1, d)
    if covariate is None:
        mean = np.full(len(df), np.average(e, weights=weights))
    else:
        # Proteins without a variance of their own still need a place on the curve. They are points of next to no weight at
        # the variance floor, as in limma, whose fitted values this reproduces to the last digits.
        e_all = np.full(len(df), np.log(floor) + _log_minus_digamma(0.5))
        weights_all = np.full(len(df), 1e-8 * weights.max())
        e_all[usable], weights_all[usable] = e, np.maximum(weights, 1e-8 * weights.max())
        mean = weighted_lowess(covariate, e_all, weights_all, span_for(len(df)))
    half = _most_likely_half_df(s2, d, mean[usable])
    return np.exp(mean - _log_minus_digamma(half)), 2 * half


def _most_likely_half_df(s2: np.ndarray, half_df: np.ndarray, mean: np.ndarray) -> float:
    """Return d_0 / 2 that maximizes the likelihood, searched as u = h / (1 + h) over [0.5, 0.9998] (d_0 from 2 to 9998)."""
    constant = gammaln(half_df)

    def minus_log_likelihood(u: float) -> float:
        h = u / (1 - u)
        log_prior = mean - _log_minus_digamma(h)
        log_ratio = np.log(s2) - log_prior + np.log(half_df / h)  # log of d_i F / d_0
        density = gammaln(half_df + h) - constant - gammaln(h) + half_df * log_ratio
        return -2 * float((density - (half_df + h) * np.log1p(np.exp(log_ratio))).sum())

    u = _minimize_bounded(minus_log_likelihood, 0.5, 0.9998, np.finfo(float).eps ** 0.25)
    return u / (1 - u)


def _minimize_bounded(function, low: float, high: float, tolerance: float) -> float:
    """Return the minimizer of a function of one variable between bounds (Brent's method)."""
    # scipy.optimize is imported here: it costs more time than the fit, and only tables with missing values need it.
    from scipy.optimize import minimize_scalar

    return float(minimize_scalar(function, bounds=(low, high), method="bounded", options={"xatol": tolerance}).x)


def _trigamma_inverse(y: float) -> float:
    """Return x with trigamma(x) = y > 0, by Newton's method on 1/trigamma (Smyth 2004, appendix)."""
    if y > 1e7:
        return 1 / np.sqrt(y)
    if y < 1e-6:
        return 1 / y
    x = 0.5 + 1 / y
    for _ in range(50):
        tri = float(polygamma(1, x))
        step = tri * (1 - tri / y) / float(polygamma(2, x))
        x += step
        if -step / x < 1e-8:
            return x
    warnings.warn("trigamma inverse did not converge", stacklevel=2)
    return x


def _natural_spline(x: np.ndarray, knots_from: np.ndarray, count: int) -> np.ndarray:
    """Return a basis (n x count) of natural cubic splines, knots at quantiles of `knots_from`, linear beyond its range.

    Truncated-power form (Hastie, Tibshirani & Friedman, Elements of Statistical Learning, eq. 5.4-5.5): 1, x, and
    d_k(x) - d_(K-1)(x). Only the space that the columns span matters here.
    """
    if count <= 1:
        return np.ones((len(x), 1))
    low, high = knots_from.min(), knots_from.max()
    inner = np.quantile(knots_from, np.linspace(0, 1, count)[1:-1])
    knots = (np.unique(np.concatenate([[low], inner, [high]])) - low) / (high - low)
    z = (x - low) / (high - low)  # scaled for numerical stability

    def d(k: int) -> np.ndarray:
        cubes = np.maximum(z - knots[k], 0) ** 3 - np.maximum(z - knots[-1], 0) ** 3
        return cubes / (knots[-1] - knots[k])

    last = len(knots) - 2
    return np.column_stack([np.ones(len(x)), z, *(d(k) - d(last) for k in range(last))])
