"""Least squares for all proteins at once, each on its own observed samples, with exact contrasts.

The errors of protein i have covariance sigma_i^2 V_i: the identity, or from precision weights and blocks of correlated samples
(`covariance`). With Q an orthonormal basis (n x r) of the design's column space, every protein has its own normal equations,
since each missing value takes a row out of the design:

    G_i g_i = Q' V_i^-1 y_i,   G_i = Q' V_i^-1 Q,   sigma_i^2 = e_i' V_i^-1 e_i / (n_i - rank G_i).

The Gram matrices G_i come from one matrix product, M (Q_a * Q_b) for all pairs (a, b), with M the weights (0 = missing), and
are factored as one batch. Grouping proteins by their pattern of missing values does not scale: patterns are nearly as many
as proteins. A contrast c of the coefficients is d'g in the basis, its variance factor d' G_i^- d: exact for every protein,
also where values are missing in paired or batch designs. Proteins without a missing value share one Gram matrix.

Proteins are taken in chunks, so that memory beyond the results does not grow with their number.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from myosieve.differential.covariance import Blocks, Errors, checked_weights, scaled_weights
from myosieve.differential.normal_equations import SINGULAR, chunks, factors, inverses, orthonormal_basis, solve
from myosieve.threads import one_thread

# Eigenvalues of an unweighted Gram matrix lie in [0, 1]. A pivot below SINGULAR is zero, and an eigenvalue above CLEAR is not;
# what lies between is decided by a singular value decomposition of the weighted design itself, whose condition number is
# not squared.
CLEAR = 1e-6
# The part of a contrast outside the row space, squared and relative to the contrast, that is still rounding.
OUTSIDE = 1e-10


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
        (m,) residual variance, of an observation of weight 1; NaN where no residual degree of freedom is left.
    df_residual
        (m,) residual degrees of freedom.
    mean
        (m,) mean of the values used, all alike; NaN where there is none.
    observed
        (m,) number of values used.
    covariance
        (m x k x k) covariance of log2fc divided by the residual variance, NaN as log2fc; None where it was not asked for.
    """

    log2fc: np.ndarray
    stdev_unscaled: np.ndarray
    variance: np.ndarray
    df_residual: np.ndarray
    mean: np.ndarray
    observed: np.ndarray
    covariance: np.ndarray | None = None


def fit(
    values: np.ndarray,
    design: np.ndarray,
    contrast_vectors: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    block: np.ndarray | None = None,
    correlation: float = 0.0,
    covariance: bool = False,
) -> Fit:
    """Fit a linear model to every protein and estimate contrasts exactly.

    Parameters
    ----------
    values
        (m x n) log2 intensities, NaN = missing.
    design
        (n x p) design matrix; may be rank deficient.
    contrast_vectors
        (p x k) contrasts of the coefficients, each estimable in the full design.
    weights
        (n,), (m x 1) or (m x n) precision weights: an observation of weight w has variance sigma^2 / w. Where the weight is 0
        or NaN the observation is not used.
    block
        (n,) labels of blocks, whose samples are correlated.
    correlation
        Correlation of two samples of one block (`block.consensus_correlation`); above -1 / (size of the largest block - 1).
    covariance
        Whether to return the covariance of the contrasts, for a test of several at once.

    Returns
    -------
    Fit
        With NaN for what a protein's observed samples cannot estimate; never a number in its place.

    Raises
    ------
    ValueError
        Infinite values, negative or infinite weights, or a correlation out of its range.
    """
    values = np.asarray(values, dtype=float)
    basis = orthonormal_basis(design)
    # c'b = d'g for all b in the row space, where X = Q R and g = R b: solve R'd = c.
    in_basis = np.linalg.lstsq((basis.T @ design).T, contrast_vectors, rcond=None)[0]
    weights = checked_weights(weights, values.shape)
    blocks = _checked_blocks(block, correlation, values.shape[1])
    if blocks is not None:
        values, basis = values[:, blocks.order], basis[blocks.order]
        weights = weights if weights is None or weights.shape[1] == 1 else weights[:, blocks.order]

    result = _empty(len(values), in_basis.shape[1], covariance)
    with one_thread():
        for rows in chunks(len(values), max(values.shape[1], basis.shape[1] ** 2)):
            own = None if weights is None else (weights if len(weights) == 1 else weights[rows]).T
            part = _fit_chunk(values[rows].T, own, basis, in_basis, blocks, correlation, covariance)
            for field in fields(Fit):
                if getattr(result, field.name) is not None:
                    getattr(result, field.name)[rows] = getattr(part, field.name)
    return result


def _checked_blocks(block: np.ndarray | None, correlation: float, n: int) -> Blocks | None:
    if block is None and correlation:
        raise ValueError("a correlation needs the blocks within which it holds")
    if block is None or correlation == 0:
        return None
    if len(block) != n:
        raise ValueError(f"{len(block)} block labels for {n} samples")
    blocks = Blocks.of(block)
    if not correlation * max(blocks.largest - 1, 1) > -1 or not correlation < 1:
        raise ValueError(f"correlation {correlation} is not possible in blocks of {blocks.largest} samples")
    return blocks if blocks.largest > 1 else None


def _empty(m: int, k: int, covariance: bool) -> Fit:
    return Fit(
        log2fc=np.empty((m, k)),
        stdev_unscaled=np.empty((m, k)),
        variance=np.empty(m),
        df_residual=np.empty(m),
        mean=np.empty(m),
        observed=np.empty(m, dtype=int),
        covariance=np.empty((m, k, k)) if covariance else None,
    )


@dataclass
class _Solution:
    """Solved normal equations of m proteins; arrays whose last axis is 1 hold for all of them.

    Attributes: estimates (k x m), half (r x k x m or 1) whose products are the contrasts' covariances, rank (m or 1), squares
    (m) e' V^-1 e, outside (k x m or 1) the contrasts' squared parts outside the row space.
    """

    estimates: np.ndarray
    half: np.ndarray
    rank: np.ndarray
    squares: np.ndarray
    outside: np.ndarray

    def replace(self, chosen: np.ndarray, other: _Solution) -> None:
        """Put another solution of the chosen proteins in the place of theirs."""
        m = len(self.squares)
        for field in fields(_Solution):
            whole = getattr(self, field.name)
            if whole.shape[-1] != m:
                whole = np.repeat(whole, m, axis=-1)
            whole[..., chosen] = getattr(other, field.name)
            setattr(self, field.name, whole)


def _fit_chunk(
    values: np.ndarray,
    weights: np.ndarray | None,
    basis: np.ndarray,
    in_basis: np.ndarray,
    blocks: Blocks | None,
    correlation: float,
    covariance: bool,
) -> Fit:
    """Fit some proteins: values (n x m, samples first), weights (n or 1 x m or 1)."""
    used, scale = scaled_weights(values, weights)
    filled = np.where(used > 0, values, 0.0)
    observed = np.broadcast_to((used > 0).sum(axis=0) if scale is not None else used.sum(axis=0), values.shape[1])
    total = filled.sum(axis=0)
    if not np.isfinite(total).all():
        raise ValueError("infinite values: turn zeros into missing values before taking logarithms")
    errors = Errors.of(used, scale is None, blocks, correlation)
    solution, doubtful = _by_normal_equations(filled, errors, basis, in_basis, weighted=scale is not None)
    if doubtful.any():
        chosen = np.flatnonzero(np.broadcast_to(doubtful, values.shape[1]))
        for part in chunks(len(chosen), basis.size):
            own = errors.of_proteins(chosen[part])
            solution.replace(chosen[part], _by_singular_values(filled[:, chosen[part]], own, basis, in_basis))

    df_residual = observed - solution.rank
    precision = (1.0 if scale is None else scale) / (1.0 - (correlation if blocks is not None else 0.0))
    # What is within rounding of zero is zero: a constant protein has no variance, and equal means do not differ.
    with np.errstate(invalid="ignore", divide="ignore"):
        rounding = 64 * np.finfo(float).eps * np.sqrt(np.einsum("nm,nm->m", filled, filled) / np.maximum(observed, 1))
        variance = np.where(df_residual > 0, solution.squares / df_residual, np.nan)
        mean = np.where(observed > 0, total / observed, np.nan)
    variance[variance <= rounding**2] = 0.0
    estimates = np.where(np.abs(solution.estimates) <= rounding, 0.0, solution.estimates)
    possible = solution.outside <= OUTSIDE * np.maximum((in_basis**2).sum(axis=0), 1e-300)[:, None]
    spread = (solution.half**2).sum(axis=0) / precision
    return Fit(
        log2fc=np.where(possible, estimates, np.nan).T,
        stdev_unscaled=np.where(possible, np.sqrt(spread), np.nan).T,
        variance=variance * precision,
        df_residual=df_residual,
        mean=mean,
        observed=observed,
        covariance=_covariance(solution.half, possible, precision) if covariance else None,
    )


def _covariance(half: np.ndarray, possible: np.ndarray, precision: np.ndarray | float) -> np.ndarray:
    """Return the contrasts' unscaled covariance (m or 1 x k x k), NaN beside a contrast that is not possible (k x m or 1)."""
    products = np.einsum("rkm,rlm->klm", half, half) / precision
    return np.where(possible[:, None] & possible[None], products, np.nan).transpose(2, 0, 1)


def _by_normal_equations(
    filled: np.ndarray, errors: Errors, basis: np.ndarray, in_basis: np.ndarray, weighted: bool
) -> tuple[_Solution, np.ndarray]:
    """Solve by Cholesky factors, and tell for which proteins (m or 1) the rank is in doubt."""
    gram = errors.gram(basis)
    lower, reciprocal, pivots = factors(gram)
    inverse = inverses(lower, reciprocal)
    skipped = pivots <= SINGULAR
    # The trace of G^-1 bounds its largest eigenvalue. With weights, a tiny pivot may also come from a tiny weight.
    doubtful = (inverse**2).sum(axis=(0, 1)) > 1 / CLEAR
    if weighted:
        doubtful |= (pivots <= CLEAR).any(axis=0)

    coefficients = solve(inverse, basis.T @ errors.inverse_times(filled))
    residuals = filled - basis @ coefficients
    weighted_residuals = errors.inverse_times(residuals)
    # One step of iterative refinement; it is too small to show in the sum of squares.
    coefficients += solve(inverse, basis.T @ weighted_residuals)
    half = np.matmul(in_basis.T, inverse)  # T d by contrast: d' G^- d = (T d)'(T d)
    solution = _Solution(
        estimates=in_basis.T @ coefficients,
        half=half,
        rank=len(pivots) - skipped.sum(axis=0),
        squares=np.einsum("nm,nm->m", residuals, weighted_residuals),
        outside=_outside_row_space(gram, inverse, half, in_basis, skipped),
    )
    return solution, doubtful


def _outside_row_space(
    gram: np.ndarray, inverse: np.ndarray, half: np.ndarray, in_basis: np.ndarray, skipped: np.ndarray
) -> np.ndarray:
    """Return |d - G G^- d|^2 of every contrast (k x m or 1): zero where d is in the row space."""
    outside = np.zeros(half.shape[1:])
    deficient = np.flatnonzero(skipped.any(axis=0))
    if len(deficient):
        gram, inverse = gram[:, :, deficient], inverse[:, :, deficient]
        gram = gram + gram.transpose(1, 0, 2) * ~np.eye(len(gram), dtype=bool)[:, :, None]  # the upper triangle too
        solved = np.einsum("jim,jkm->ikm", inverse, half[:, :, deficient])
        projected = np.einsum("ijm,jkm->ikm", gram, solved)
        outside[:, deficient] = ((in_basis[:, :, None] - projected) ** 2).sum(axis=0)
    return outside


def _by_singular_values(filled: np.ndarray, errors: Errors, basis: np.ndarray, in_basis: np.ndarray) -> _Solution:
    """Solve by singular value decompositions of each protein's own weighted design, where the rank is in doubt."""
    left, singular, right = np.linalg.svd(errors.whitened(basis[:, :, None]), full_matrices=False)
    kept = singular > singular.max(axis=1, keepdims=True, initial=0.0) * (max(basis.shape) * np.finfo(float).eps * 16)
    reciprocal = np.where(kept, 1.0 / np.where(kept, singular, 1.0), 0.0)
    response = errors.whitened(filled[:, None, :])  # (m x n x 1)
    scores = left.transpose(0, 2, 1) @ response * kept[:, :, None]  # (m x r x 1)
    rotated = right @ in_basis  # (m x r x k)
    half = reciprocal[:, :, None] * rotated
    # A basis of fewer samples than columns leaves directions that `right` does not list: measure what it does not explain.
    explained = (kept[:, :, None] * rotated).transpose(0, 2, 1) @ right  # (m x k x r)
    return _Solution(
        estimates=(scores * half).sum(axis=1).T,
        half=half.transpose(1, 2, 0),
        rank=kept.sum(axis=1),
        squares=((response - left @ scores) ** 2).sum(axis=(1, 2)),
        outside=((in_basis.T - explained) ** 2).sum(axis=2).T,
    )
