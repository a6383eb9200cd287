r"""Precision weights of quantities that come with standard errors, and what values without any observation must not claim.

`quant.rollup.dpc` estimates a value everywhere, with a standard error that tells how much is behind it: many precursors, one,
or only their absence. The moderated test should listen more to the values that are known better, and should not take the
agreement of values that nobody saw for evidence of a small variance (Li, Cobbold & Smyth 2025,
doi:10.1101/2025.04.28.651125).

**Variance model.** As voom does for counts (Law et al. 2014, doi:10.1186/gb-2014-15-2-r29), the square root of the standard
deviation is modeled over proteins, here with two predictors. With y_ij the estimate of protein i in sample j, u_ij its standard
error, mu_ij the least-squares fit of the design and s_i the residual standard deviation:

    x_i = c_0 + c_1 mean_j y_ij + c_2 mean_j log u_ij,    c by least squares of s_i^(1/2) on the two,
    f = robust lowess of s_i^(1/2) on x_i,
    w_ij = f(c_0 + c_1 mu_ij + c_2 log u_ij)^(-4),

that is one over the variance which the trend predicts for that level and that standard error. The square root of s is nearly
symmetric in distribution; the span of the lowess is min(1, 0.3 + 0.7 (50/m)^(1/3)) for m proteins. Residual variances under
these weights are relative to the trend, near 1 for all proteins: the moderated test needs no trend of its own.

**Lost degrees of freedom.** All samples in which a protein has no observed precursor get the same estimate. Where g samples
with the same row of the design (replicates of one condition) are all of that kind, their agreement is by construction: together
they say what one of them says. Their g - 1 degrees of freedom are none, and are taken from the residual ones,

    d_i = n - rank(X) - sum over such conditions of (g - 1),    s_i^2 = sum_j w_ij (y_ij - mu_ij)^2 / d_i,

so that what is left is the scatter of the conditions in which the protein was seen. In a paired design no two samples have the
same row, and nothing is taken: there the differences from the observed partners scatter by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from myosieve.differential.linear import Fit, fit, orthonormal_basis
from myosieve.statistics.robust_lowess import robust_lowess

# A trend needs more proteins than it has coefficients; with fewer, all values count alike.
FEWEST_PROTEINS = 10


@dataclass(frozen=True)
class Precision:
    """What the moderated test of `m` proteins in `n` samples needs to know.

    Attributes
    ----------
    weights
        (m x n) one over the predicted variances of the values, log2^-2; NaN for proteins without a value.
    df_lost
        (m,) residual degrees of freedom that rest on no observation, to be taken from those of the linear model.
    """

    weights: np.ndarray
    df_lost: np.ndarray

    def corrected(self, variance: np.ndarray, df_residual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return residual variances and degrees of freedom (m,) of the linear model without what rests on no observation.

        Parameters
        ----------
        variance
            (m,) residual variances, NaN where there are no degrees of freedom.
        df_residual
            (m,) residual degrees of freedom of all values.
        """
        return _corrected(np.where(df_residual > 0, variance, 0.0) * df_residual, df_residual - self.df_lost)


def fit_estimates(
    log2: np.ndarray,
    se: np.ndarray,
    observed: np.ndarray,
    design: np.ndarray,
    contrast_vectors: np.ndarray,
    *,
    block: np.ndarray | None = None,
    correlation: float = 0.0,
    covariance: bool = False,
) -> Fit:
    """Fit the linear model with precision weights, for a moderated test without a trend.

    Parameters
    ----------
    log2, se, observed, design
        As of `precision_weights`.
    contrast_vectors, block, correlation, covariance
        As of `linear.fit`.

    Returns
    -------
    Fit
        `variance` and `df_residual` are those that rest on observations; the variance is that of a value of weight 1, relative
        to the trend.
    """
    precision = precision_weights(log2, se, observed, design)
    fitted = fit(
        log2,
        design,
        contrast_vectors,
        weights=precision.weights,
        block=block,
        correlation=correlation,
        covariance=covariance,
    )
    variance, df = precision.corrected(fitted.variance, fitted.df_residual)
    return replace(fitted, variance=variance, df_residual=df)


def precision_weights(log2: np.ndarray, se: np.ndarray, observed: np.ndarray, design: np.ndarray) -> Precision:
    """Model the variances of estimated protein quantities by their level and standard error.

    Parameters
    ----------
    log2
        (m x n) estimated log2 quantities; a row is complete, or NaN throughout.
    se
        (m x n) their standard errors, log2, > 0; NaN where log2 is.
    observed
        (m x n) number of observed precursors behind each value; 0 = it rests on no observation.
    design
        (n x p) design matrix; may be rank deficient.

    Returns
    -------
    Precision
        Weights for the linear model, and the degrees of freedom to take from it.

    Raises
    ------
    ValueError
        Shapes differ, a row is incomplete, or a standard error is not positive.
    """
    used = _complete(log2, se, observed, design)
    weights, lost = np.full(log2.shape, np.nan), np.zeros(len(log2))
    lost[used] = unobserved_df(observed[used], design)
    weights[used] = _weights(log2[used], np.log(se[used]), lost[used], design)
    return Precision(weights, lost)


def unobserved_df(observed: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Return the degrees of freedom (m,) between replicates of which none is observed: g - 1 for each such set of g samples.

    Parameters
    ----------
    observed
        (m x n) number of observed precursors.
    design
        (n x p) design matrix; samples with the same row are replicates.
    """
    _, replicates = np.unique(design.round(12), axis=0, return_inverse=True)
    member = np.equal.outer(replicates.ravel(), np.arange(replicates.max() + 1)).astype(float)
    seen = (observed > 0) @ member
    return np.where(seen == 0, member.sum(axis=0) - 1, 0.0).sum(axis=1)


def _complete(log2: np.ndarray, se: np.ndarray, observed: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Return which rows (m,) have values; refuse what is not as promised."""
    if log2.ndim != 2 or not log2.shape == se.shape == observed.shape or design.shape[:1] != log2.shape[1:]:
        raise ValueError(f"shapes {log2.shape}, {se.shape}, {observed.shape} do not fit a design of {design.shape}")
    known = np.isfinite(log2) & np.isfinite(se)
    used = known.any(axis=1)
    if not known[used].all():
        raise ValueError("estimates and standard errors of a protein are finite in all samples, or NaN in all")
    if (se[used] <= 0).any():
        raise ValueError("a standard error is not positive")
    return used


def _weights(log2: np.ndarray, log_se: np.ndarray, lost: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Return the weights (m x n) of complete rows."""
    basis = orthonormal_basis(design)
    center = log2.mean(axis=1, keepdims=True)
    expected = ((log2 - center) @ basis) @ basis.T + center * (basis @ basis.sum(axis=0))
    squares = ((log2 - expected) ** 2).sum(axis=1)
    variance, df = _corrected(squares, log2.shape[1] - basis.shape[1] - lost)
    informative = (df > 0) & (variance > 0)
    if informative.sum() < FEWEST_PROTEINS:
        return np.ones_like(log2)
    root = variance[informative] ** 0.25
    level, width = log2[informative].mean(axis=1), log_se[informative].mean(axis=1)
    # Centered predictors: the coefficients of nearly constant ones stay sensible.
    middle = np.array([level.mean(), width.mean()])
    centered = np.column_stack([level, width]) - middle
    coefficients, *_ = np.linalg.lstsq(centered, root - root.mean(), rcond=1e-8)
    x = centered @ coefficients
    place = coefficients[0] * (expected - middle[0]) + coefficients[1] * (log_se - middle[1])
    return _trend(x, root, place) ** -4.0


def _trend(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the lowess curve of y > 0 over x at other places; beyond the range of x it stays at its ends."""
    m = len(x)
    smooth = robust_lowess(x, y, min(1.0, 0.3 + 0.7 * (50 / m) ** (1 / 3)))
    order = np.argsort(x, kind="stable")
    # A local line may undershoot where points are few: a value is never believed to be better than the best tenth.
    floor = np.quantile(y, 0.1) / 2
    return np.interp(at, x[order], np.maximum(smooth[order], floor))


def _corrected(squares: np.ndarray, df: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    df = np.maximum(df, 0.0)
    return np.divide(squares, df, out=np.full(len(df), np.nan), where=df > 0), df
