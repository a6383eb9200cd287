"""Least squares for all proteins at once, each on its own observed samples, with exact contrasts.

Every protein i has its own normal equations, since each missing value takes a row out of the design. With Q an orthonormal
basis (n x r) of the design's column space and M the 0/1 mask of observed values, the Gram matrices

    G_i = Q' diag(M_i) Q,   all at once: (M @ P)_i  with  P_(ab) = Q_a * Q_b

come from one matrix product, and are solved as one batch. Grouping proteins by their pattern of missing values does not
scale: patterns are nearly as many as proteins. A contrast c of the coefficients is d'g in the basis, its variance factor
d' G_i^- d: exact for every protein, also where values are missing in paired or batch designs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Eigenvalues of a Gram matrix lie in [0, 1]. Below SINGULAR they are zero, above CLEAR they are not; what lies between is
# decided by a singular value decomposition of the masked design itself, whose condition number is not squared.
SINGULAR, CLEAR = 1e-13, 1e-6


@dataclass(frozen=True)
class Fit:
    """Least-squares fit of k contrasts for m proteins.

    Attributes
    ----------
    log2fc
        (m x k) estimated contrasts; NaN where the protein's observed samples cannot estimate them.
    stdev_unscaled
        (m x k) standard error of log2fc divided by the residual standard deviation.
    variance
        (m,) residual variance; NaN where no residual degree of freedom is left.
    df_residual
        (m,) residual degrees of freedom.
    mean
        (m,) mean of the observed values; NaN where there is none.
    observed
        (m,) number of observed values.
    """

    log2fc: np.ndarray
    stdev_unscaled: np.ndarray
    variance: np.ndarray
    df_residual: np.ndarray
    mean: np.ndarray
    observed: np.ndarray


def fit(values: np.ndarray, design: np.ndarray, contrast_vectors: np.ndarray) -> Fit:
    """Fit a linear model to every protein and estimate contrasts exactly.

    Parameters
    ----------
    values
        (m x n) log2 intensities, NaN = missing.
    design
        (n x p) design matrix; may be rank deficient.
    contrast_vectors
        (p x k) contrasts of the coefficients, each estimable in the full design.

    Returns
    -------
    Fit
        With NaN for what a protein's observed samples cannot estimate; never a number in its place.
    """
    if np.isinf(values).any():
        raise ValueError("infinite values: turn zeros into missing values before taking logarithms")
    mask = ~np.isnan(values)
    observed = mask.sum(axis=1)
    filled = np.where(mask, values, 0.0)
    basis = _orthonormal_basis(design)
    # c'b = d'g for all b in the row space, where X = Q R and g = R b: solve R'd = c.
    in_basis = np.linalg.lstsq((basis.T @ design).T, contrast_vectors, rcond=None)[0]

    m, r = len(values), basis.shape[1]
    products = (basis[:, :, None] * basis[:, None, :]).reshape(len(basis), r * r)
    gram = (mask.astype(float) @ products).reshape(m, r, r)
    eigenvalues, vectors = np.linalg.eigh(gram)
    eigenvalues, vectors = _settle_doubtful(eigenvalues, vectors, mask, basis)
    usable = eigenvalues > SINGULAR
    inverse = np.where(usable, 1.0 / np.where(usable, eigenvalues, 1.0), 0.0)

    def solve(right: np.ndarray) -> np.ndarray:
        return np.einsum("mij,mj->mi", vectors, inverse * np.einsum("mji,mj->mi", vectors, right))

    coefficients = solve(filled @ basis)
    residuals = np.where(mask, values - coefficients @ basis.T, 0.0)
    coefficients += solve(residuals @ basis)  # one step of iterative refinement
    residuals = np.where(mask, values - coefficients @ basis.T, 0.0)

    df_residual = (observed - usable.sum(axis=1)).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where(df_residual > 0, (residuals**2).sum(axis=1) / df_residual, np.nan)
        mean = np.where(observed > 0, filled.sum(axis=1) / observed, np.nan)
    # What is within rounding of zero is zero: a constant protein has no variance, and equal means do not differ.
    rounding = 64 * np.finfo(float).eps * np.abs(filled).max(axis=1, initial=0.0)
    variance[variance <= rounding**2] = 0.0
    estimates = coefficients @ in_basis
    estimates[np.abs(estimates) <= rounding[:, None]] = 0.0

    rotated = np.einsum("mij,ik->mjk", vectors, in_basis)
    outside = (rotated**2 * ~usable[:, :, None]).sum(axis=1)
    possible = outside <= 1e-10 * np.maximum((in_basis**2).sum(axis=0), 1e-300)
    stdev = np.sqrt((rotated**2 * inverse[:, :, None]).sum(axis=1))
    return Fit(
        log2fc=np.where(possible, estimates, np.nan),
        stdev_unscaled=np.where(possible, stdev, np.nan),
        variance=variance,
        df_residual=df_residual,
        mean=mean,
        observed=observed,
    )


def _orthonormal_basis(design: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis (n x r) of the design's column space."""
    left, singular, _ = np.linalg.svd(design, full_matrices=False)
    return left[:, singular > singular.max() * max(design.shape) * np.finfo(float).eps]


def _settle_doubtful(
    eigenvalues: np.ndarray, vectors: np.ndarray, mask: np.ndarray, basis: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Decide eigenvalues between SINGULAR and CLEAR by the singular values of the masked basis; few proteins need it."""
    doubtful = np.flatnonzero(((eigenvalues > SINGULAR) & (eigenvalues < CLEAR)).any(axis=1))
    for i in doubtful:
        _, singular, right = np.linalg.svd(basis * mask[i][:, None], full_matrices=False)
        kept = singular > singular.max() * max(basis.shape) * np.finfo(float).eps * 16
        eigenvalues[i] = np.where(kept, singular**2, 0.0)[::-1]
        # A kept but tiny value must stay above the line that `fit` draws.
        eigenvalues[i][kept[::-1]] = np.maximum(eigenvalues[i][kept[::-1]], 2 * SINGULAR)
        vectors[i] = right[::-1].T
    return eigenvalues, vectors
