"""Robust priors of variances: hypervariable proteins neither spoil the prior of all others nor borrow from it.

**By moments** (Phipson, Lee, Majewski, Alexander & Smyth 2016, Ann Appl Stat 10:946). The values z_i = log s_i^2, less
their robust local regression on the covariate, are Winsorized: the lowest 5 % and the highest 10 % are drawn in to those
quantiles. d_0 is such that the variance of log F(d, d_0), Winsorized alike, is that of the z_i, but never below the one of
the plain moments; s_0^2 follows from the means. The moments of log F are integrals by Gauss-Legendre quadrature over
x = F / (1 + F). Where the d_i differ, each ratio to the plain prior is replaced by the quantile of F(max d, d_0) with the same
tail probability.

**By likelihood.** Each ratio to the plain prior has a two-sided tail probability. Adjusted for their number (Benjamini &
Hochberg), those up to 0.3 are the weights with which these proteins count in a second fit; all others count fully. In limma,
proteins without residual degrees of freedom take part in the adjustment with probability zero, as certain outliers. They make
room for others: with one in twelve of them and no outlier at all, d_0 = 6 was estimated as 8.1 on average, and as 6.0
where they were left out (20 simulations of 2,000 proteins). Both are offered.

In both, outliers above get smaller prior degrees of freedom (`prior_outliers`).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import betaincinv, betaln, fdtri, gammainccinv, gammaincinv, gammaln, xlog1py

from myosieve.statistics.prior import Prior, Variances
from myosieve.statistics.prior_likelihood import by_likelihood
from myosieve.statistics.prior_moments import by_moments, floored
from myosieve.statistics.prior_outliers import outlier_df
from myosieve.statistics.robust_lowess import robust_lowess
from myosieve.statistics.tails import f_tails

# Winsorized shares below and above (Phipson et al. 2016).
_BELOW, _ABOVE = 0.05, 0.1
# Share of the points in the windows of the trend of log variances, as in limma.
_SPAN = 0.4
_NODES = 128
# False discovery rates above this count as 1: such proteins are no outliers.
_NO_OUTLIER = 0.3
_SMALLEST = 1e-300


def by_winsorized_moments(variances: Variances) -> Prior:
    """Estimate the prior from Winsorized moments of log variances, with less of it for outliers.

    Parameters
    ----------
    variances
        At least three of them usable.

    Returns
    -------
    Prior
    """
    usable = variances.usable
    plain = by_moments(variances)
    df = variances.df[usable]
    common = float(df.max())
    plain_variance = plain.variance[usable]
    ratio = at_common_df(floored(variances.variance[usable]) / plain_variance, df, common, plain.df)
    log_variance = np.log(plain_variance) + np.log(ratio)
    trend = _trend(log_variance, variances)
    residual = log_variance - trend[usable]
    winsorized = np.clip(residual, *np.quantile(residual, [_BELOW, 1 - _ABOVE]))
    prior_df = _winsorized_df(winsorized.var(ddof=1), common, plain.df)
    expected, _ = winsorized_moments(common, prior_df)
    prior_variance = np.exp(trend + winsorized.mean() - expected)
    ratio = np.exp(log_variance) / prior_variance[usable]
    everyone = np.full(len(usable), prior_df)
    if np.isinf(plain.df):
        return variances.prior(
            prior_variance, prior_df, everyone
        )  # all of them scatter no more than chance: no outlier
    upper, _ = f_tails(ratio, common, prior_df)
    everyone[usable] = outlier_df(ratio, np.full(len(df), common), upper, len(df), prior_df)
    return variances.prior(prior_variance, prior_df, everyone)


def by_weighted_likelihood(variances: Variances, count_without_df: bool) -> Prior:
    """Estimate the prior by likelihood in which outliers count less, with less of it for outliers above.

    Parameters
    ----------
    variances
        At least three of them usable.
    count_without_df
        Whether proteins without residual degrees of freedom count as certain outliers, as in limma.

    Returns
    -------
    Prior
        The plain maximum likelihood estimate where there is no outlier.
    """
    usable = variances.usable
    plain = by_likelihood(variances)
    df = variances.df[usable]
    ratio = variances.variance[usable] / plain.variance[usable]
    upper, lower = f_tails(ratio, df, plain.df)
    two_sided = np.zeros(len(usable))
    two_sided[usable] = 2 * np.minimum(upper, lower)
    counted = usable | variances.without_df if count_without_df else usable
    weights = np.ones(len(usable))
    weights[counted] = _false_discovery_rate(two_sided[counted])
    weights[weights > _NO_OUTLIER] = 1.0
    if (weights == 1).all():
        return plain
    fitted = by_likelihood(variances, weights)
    everyone = fitted.df_by_protein.copy()
    everyone[usable] = outlier_df(ratio, df, upper, int(counted.sum()), fitted.df)
    return variances.prior(fitted.variance, fitted.df, everyone)


def winsorized_moments(df: float, prior_df: float) -> tuple[float, float]:
    """Return mean and variance of log F(df, prior_df), Winsorized at its 5 % and 90 % quantiles.

    Parameters
    ----------
    df, prior_df
        Numerator and denominator degrees of freedom; the latter may be infinite.
    """
    ends = _f_quantiles(df, prior_df)
    share = ends / (1 + ends)
    nodes, weights = _legendre()
    x = share[0] + (share[1] - share[0]) * nodes
    log_f = np.log(x) - np.log1p(-x)
    # the density of x: that of F times dF/dx = 1 / (1 - x)^2
    mass = weights * (share[1] - share[0]) * np.exp(_log_f_density(log_f, df, prior_df) - 2 * np.log1p(-x))
    values = np.concatenate([log_f, np.log(ends)])
    mass = np.concatenate([mass, [_BELOW, _ABOVE]])
    mean = float(mass @ values)
    return mean, float(mass @ (values - mean) ** 2)


def at_common_df(ratio: np.ndarray, df: np.ndarray, common: float, prior_df: float) -> np.ndarray:
    """Return what ratios of variances would be on other degrees of freedom: quantiles with the same tail probabilities.

    Parameters
    ----------
    ratio, df
        (n,) residual over prior variances, and residual degrees of freedom.
    common
        Residual degrees of freedom of the quantiles; ratios on this many stay as they are.
    prior_df
        Prior degrees of freedom, may be infinite.

    Returns
    -------
    (n,) ratios, found from the nearer tail.
    """
    fewer = df < common
    if not fewer.any():
        return ratio
    upper, lower = f_tails(ratio[fewer], df[fewer], prior_df)
    above = upper < lower
    upper, lower = np.maximum(upper, _SMALLEST), np.maximum(lower, _SMALLEST)
    if np.isinf(prior_df):
        high, low = (2 / common * f(common / 2, p) for f, p in ((gammainccinv, upper), (gammaincinv, lower)))
    else:
        # an upper quantile is the inverse of a lower one with the degrees of freedom swapped
        high, low = 1 / fdtri(prior_df, common, upper), fdtri(common, prior_df, lower)
    converted = ratio.copy()
    converted[fewer] = np.where(above, high, low)
    return converted


@lru_cache(maxsize=1)
def _legendre() -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and weights of Gauss-Legendre quadrature over 0 to 1."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return (1 + nodes) / 2, weights / 2


def _f_quantiles(df: float, prior_df: float) -> np.ndarray:
    """Return the quantiles of F(df, prior_df) at which it is Winsorized (2,)."""
    shares = np.array([_BELOW, 1 - _ABOVE])
    if np.isinf(prior_df):
        return 2 * gammaincinv(df / 2, shares) / df
    beta = betaincinv(df / 2, prior_df / 2, shares)
    return prior_df / df * beta / (1 - beta)


def _log_f_density(log_f: np.ndarray, df: float, prior_df: float) -> np.ndarray:
    """Return the log density of F(df, prior_df) (n,)."""
    a = df / 2
    if np.isinf(prior_df):
        return a * (np.log(a) + log_f) - log_f - a * np.exp(log_f) - gammaln(a)
    b = prior_df / 2
    return a * (np.log(a / b) + log_f) - log_f - xlog1py(a + b, a / b * np.exp(log_f)) - betaln(a, b)


def _winsorized_df(observed: float, df: float, at_least: float) -> float:
    """Return the prior degrees of freedom, from `at_least` to infinity, with the observed Winsorized variance."""
    # scipy.optimize is imported here: it costs more time than the fit.
    from scipy.optimize import brentq

    def excess(inverse: float) -> float:
        return winsorized_moments(df, 1 / inverse if inverse > 1e-9 else np.inf)[1] - observed

    if np.isinf(at_least) or excess(0.0) >= 0:
        return np.inf
    if excess(1 / at_least) <= 0:
        return at_least
    return 1 / brentq(excess, 0.0, 1 / at_least, xtol=1e-14, rtol=1e-13)


def _trend(log_variance: np.ndarray, variances: Variances) -> np.ndarray:
    """Return the robust local regression of log variances on the covariate (m,); zeros without a covariate."""
    if variances.covariate is None:
        return np.zeros(len(variances.df))
    at = variances.covariate[variances.usable]
    smooth = robust_lowess(at, log_variance, _SPAN)
    order = np.argsort(at, kind="stable")
    trend = np.interp(variances.covariate, at[order], smooth[order])
    trend[variances.usable] = smooth
    return trend


def _false_discovery_rate(p: np.ndarray) -> np.ndarray:
    """Return p-values (n,) adjusted by Benjamini & Hochberg."""
    order = np.argsort(-p)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1))
    return adjusted
