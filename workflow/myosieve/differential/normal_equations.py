"""Cholesky factors of many small Gram matrices at once; columns that depend on earlier ones are skipped.

Matrices are stored with the proteins last, (r x r x m), so that every elementary operation runs over all proteins. For a
positive semidefinite G the factor L (G = L L') is found column by column. Where a pivot is zero, the column depends on
those before it and is skipped: its row and column of T = L^-1 become zero, and

    G^- = T' T

is a generalized inverse of G, whose rank is the number of columns kept. All r columns kept: G^- = G^-1. A Gram matrix shared
by all proteins has m = 1; everything broadcasts.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

# A pivot of a Gram matrix of unweighted, orthonormal columns lies in [0, 1]; below this it is rounding.
SINGULAR = 1e-12
# Numbers in one array of a chunk of proteins: a few arrays of this size stay in the processor's cache.
CHUNK = 2**17


def chunks(m: int, width: int) -> Iterator[slice]:
    """Cut m proteins into chunks whose arrays (width x chunk) hold about CHUNK numbers each."""
    size = max(16, CHUNK // max(width, 1))
    for start in range(0, m, size):
        yield slice(start, min(start + size, m))


def orthonormal_basis(design: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis (n x r) of the design's column space."""
    left, singular, _ = np.linalg.svd(design, full_matrices=False)
    return left[:, singular > singular.max() * max(design.shape) * np.finfo(float).eps]


def gram_matrices(basis: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return B' diag(w_i) B for every protein from one matrix product.

    Parameters
    ----------
    basis
        (n x r) columns of the design.
    weights
        (n x m) weight of every observation, 0 = not used.

    Returns
    -------
    (r x r x m), of which only the lower triangle is filled.
    """
    rank = basis.shape[1]
    row, column = np.tril_indices(rank)
    gram = np.zeros((rank, rank, weights.shape[1]))
    gram[row, column] = (basis[:, row] * basis[:, column]).T @ weights
    return gram


def factors(gram: np.ndarray, zero: float = SINGULAR) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the Cholesky factor of every matrix, column by column.

    Parameters
    ----------
    gram
        (r x r x m) positive semidefinite matrices; only the lower triangle is read.
    zero
        A pivot that is not above is zero, and its column is skipped.

    Returns
    -------
    lower
        (r x r x m) L; a skipped column is zero.
    reciprocal
        (r x m) 1 / L_jj; 0 where skipped.
    pivots
        (r x m) squared length of each column beyond the span of the columns before it.
    """
    lower = np.zeros_like(gram)
    pivots, reciprocal = np.empty(gram.shape[1:]), np.empty(gram.shape[1:])
    for j in range(len(gram)):
        column = gram[j:, j].copy()
        for k in range(j):
            column -= lower[j:, k] * lower[j, k]
        pivots[j] = column[0]
        kept = column[0] > zero
        reciprocal[j] = np.where(kept, 1.0 / np.sqrt(np.where(kept, column[0], 1.0)), 0.0)
        lower[j:, j] = column * reciprocal[j]
    return lower, reciprocal, pivots


def inverses(lower: np.ndarray, reciprocal: np.ndarray) -> np.ndarray:
    """Return T = L^-1 (r x r x m) of Cholesky factors, with T' T a generalized inverse of L L'."""
    inverse = np.zeros_like(lower)
    for j, row in enumerate(inverse):
        # Row j of L T = I: T_ji = -sum over k of L_jk T_ki / L_jj, for i < j.
        for k in range(j):
            row[: k + 1] -= lower[j, k] * inverse[k, : k + 1]
        row[:j] *= reciprocal[j]
        row[j] = reciprocal[j]
    return inverse


def solve(inverse: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return G^- b = T'(T b) for right sides b (r x m) of every protein, given T (r x r x m or r x r x 1)."""
    half, solution = np.zeros_like(right), np.zeros_like(right)
    for j in range(len(right)):
        half[j:] += inverse[j:, j] * right[j]
    for i in range(len(right)):
        solution[: i + 1] += inverse[i, : i + 1] * half[i]
    return solution
