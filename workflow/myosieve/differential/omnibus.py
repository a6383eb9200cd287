"""Moderated F test of whether any of k contrasts differs from zero.

With b the estimates of k contrasts, s^2 C their covariance and r the rank of C,

    F = b' C^- b / (r s_post^2)   on r and d_0 + d_i degrees of freedom

(Smyth 2004, section 4, with the posterior variance in the place of the residual one). The rank is each protein's own, so that
contrasts that follow from others (b - a, c - a, c - b) count once. A protein that cannot estimate all of the contrasts answers
another question, and gets no F; how many it can estimate is returned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, fdtrc

from myosieve.threads import one_thread

# Of contrasts scaled to variance 1, an eigenvalue of the correlation below this comes from rounding.
SINGULAR = 1e-10


@dataclass(frozen=True)
class FTest:
    """Moderated F test of m proteins.

    Attributes
    ----------
    f
        (m,) statistic; NaN where not all contrasts could be estimated, or there is no variance.
    df1, df2
        (m,) degrees of freedom of the contrasts and of the variance; NaN where f is.
    p_value
        (m,) probability of a larger F if no contrast differs from zero.
    estimable
        (m,) how many of the contrasts the protein's samples can estimate.
    """

    f: np.ndarray
    df1: np.ndarray
    df2: np.ndarray
    p_value: np.ndarray
    estimable: np.ndarray


def moderated_f(estimates: np.ndarray, covariance: np.ndarray, variance: np.ndarray, df: np.ndarray) -> FTest:
    """Test several contrasts at once.

    Parameters
    ----------
    estimates
        (m x k) contrasts, NaN where not estimable (`Fit.log2fc`).
    covariance
        (m x k x k) their covariance divided by the residual variance (`Fit.covariance`).
    variance
        (m,) posterior variances.
    df
        (m,) their degrees of freedom; may be infinite.

    Returns
    -------
    FTest
    """
    estimable = (~np.isnan(estimates)).sum(axis=1)
    usable = (estimable == estimates.shape[1]) & (variance > 0) & (df > 0)
    f, df1, df2 = (np.full(len(estimates), np.nan) for _ in range(3))
    if usable.any():
        squared, rank = _squared_distance(estimates[usable], covariance[usable])
        df1[usable], df2[usable] = rank, df[usable]
        with np.errstate(invalid="ignore"):
            f[usable] = squared / rank / variance[usable]  # no contrast but 0 = 0: NaN
    return FTest(f, df1, df2, _upper_tail(df1, df2, f), estimable)


def _squared_distance(estimates: np.ndarray, covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return b' C^- b and the rank of C for every protein, from the eigenvalues of the contrasts' correlation."""
    scale = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    scale = np.where(scale > 0, scale, 1.0)
    with one_thread():
        eigenvalues, vectors = np.linalg.eigh(covariance / (scale[:, :, None] * scale[:, None, :]))
    kept = eigenvalues > SINGULAR
    scores = np.einsum("mij,mi->mj", vectors, estimates / scale)
    return (np.where(kept, scores**2, 0.0) / np.where(kept, eigenvalues, 1.0)).sum(axis=1), kept.sum(axis=1)


def _upper_tail(df1: np.ndarray, df2: np.ndarray, f: np.ndarray) -> np.ndarray:
    """Return the F distribution's upper tail; with infinite df2, the chi-squared distribution's of df1 F."""
    upper, infinite = fdtrc(df1, df2, f), np.isinf(df2)
    upper[infinite] = chdtrc(df1[infinite], df1[infinite] * f[infinite])
    return upper
