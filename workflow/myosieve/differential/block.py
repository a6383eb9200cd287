"""Correlation of samples within a block (donor, plate, culture), estimated for all proteins and pooled.

A protein's values follow y = X b + Z u + e, with u one random effect per block. Two samples of one block are correlated by
rho = var(u) / (var(u) + var(e)), so that cov(y) = sigma^2 R(rho) with R as in `covariance`. Per protein, rho maximizes the
restricted likelihood (REML) on its observed samples, with sigma^2 profiled out:

    -2 l(rho) = log|R| + log|X' R^-1 X| + d log(y' P y),   d = n - rank X,
    log|R| = sum over blocks of (k - 1) log(1 - rho) + log(1 + (k - 1) rho),   k observed samples in the block,

with y' P y the weighted residual sum of squares. One protein alone says little of rho, and its samples' correlation is taken as
the same for all (Smyth, Michaud & Scott 2005, Bioinformatics 21:2067): the consensus is tanh of the 15 % trimmed mean of
atanh(rho).

All of l depends on rho through R^-1 = (I - c_k J) / (1 - rho) only. With A = (B, e), B a basis of the design and e the
residuals of ordinary least squares, which have the same y' P y as y,

    (1 - rho) A' R^-1 A = A' A - sum over k of c_k(rho) S_k,   S_k = sum over blocks with k samples of (A' 1)(A' 1)',

and the Cholesky pivots of that matrix give both log|X' R^-1 X| and, as the last one, y' P y. The S_k are computed once. What an
evaluation of l costs does not depend on the number of samples, and all proteins are searched together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from myosieve.differential.covariance import Blocks, checked_weights, scaled_weights
from myosieve.differential.normal_equations import (
    SINGULAR,
    chunks,
    factors,
    gram_matrices,
    inverses,
    orthonormal_basis,
    solve,
)
from myosieve.threads import one_thread

# A correlation of exactly 1 has an infinite atanh; estimates stay this far inside the possible range.
MARGIN = 0.01
TRIM = 0.15
# Of a protein with fewer residual degrees of freedom, or fewer samples beyond the first of their block, rho is not asked.
LEAST_DF, LEAST_REPEATED = 3, 2
# Each protein's range is cut by a grid, then narrowed by golden sections around the best point of it.
GRID, SECTIONS = 25, 30
GOLDEN = (np.sqrt(5) - 1) / 2
# Range of -2 l over the grid that is no more than rounding.
FLAT = 1e-6


@dataclass(frozen=True)
class BlockCorrelation:
    """Consensus correlation within blocks.

    Attributes
    ----------
    rho
        Correlation of two samples of one block; NaN where no protein could be used.
    per_protein
        (m,) estimate of each protein; NaN where it was not used.
    used
        How many proteins were.
    """

    rho: float
    per_protein: np.ndarray
    used: int


def consensus_correlation(
    values: np.ndarray, design: np.ndarray, block: np.ndarray, weights: np.ndarray | None = None
) -> BlockCorrelation:
    """Estimate the correlation of samples within blocks.

    Parameters
    ----------
    values
        (m x n) log2 intensities, NaN = missing.
    design
        (n x p) design matrix, without the block itself.
    block
        (n,) labels of the blocks.
    weights
        Precision weights as of `linear.fit`.

    Returns
    -------
    BlockCorrelation
        A protein counts where it has at least two blocks, two samples beyond the first of their block and three residual
        degrees of freedom, and where the design leaves differences between blocks.
    """
    values = np.asarray(values, dtype=float)
    weights = checked_weights(weights, values.shape)
    blocks, basis = Blocks.of(block), orthonormal_basis(design)
    values, basis = values[:, blocks.order], basis[blocks.order]
    if weights is not None and weights.shape[1] > 1:
        weights = weights[:, blocks.order]
    per_protein = np.full(len(values), np.nan)
    with one_thread():
        for rows in chunks(len(values), max(values.shape[1], (basis.shape[1] + 1) ** 2 * blocks.largest)):
            own = None if weights is None else (weights if len(weights) == 1 else weights[rows]).T
            per_protein[rows] = _Profile.of(values[rows].T, own, basis, blocks).most_likely(
                -1 / max(blocks.largest - 1, 1)
            )
    estimates = per_protein[~np.isnan(per_protein)]
    consensus = np.tanh(_trimmed_mean(np.arctanh(estimates))) if len(estimates) else np.nan
    return BlockCorrelation(float(consensus), per_protein, len(estimates))


@dataclass(frozen=True)
class _Profile:
    """What the restricted likelihood of m proteins needs, for each number k of samples that a block can have.

    Attributes
    ----------
    sizes
        (K,) the k that occur.
    blocks
        (K x m) how many blocks have k samples.
    total, within
        (r+1 x r+1 x m) A' A and (K x r+1 x r+1 x m) S_k, lower triangles.
    df
        (m,) residual degrees of freedom.
    usable
        (m,) whether the protein says something of rho.
    """

    sizes: np.ndarray
    blocks: np.ndarray
    total: np.ndarray
    within: np.ndarray
    df: np.ndarray
    usable: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, weights: np.ndarray | None, basis: np.ndarray, blocks: Blocks) -> _Profile:
        """Build it from values (n x m) and weights (n or 1 x m or 1), sorted by block."""
        used = np.broadcast_to(scaled_weights(values, weights)[0], values.shape)
        root, filled = np.sqrt(used), np.where(used > 0, values, 0.0)
        lower, reciprocal, _ = factors(gram_matrices(basis, used))
        inverse = inverses(lower, reciprocal)
        residuals = filled
        for _ in range(2):  # the second time for the digits that a large mean takes from the first
            residuals = residuals - basis @ solve(inverse, basis.T @ (used * residuals))
        residuals = root * residuals
        length = np.sqrt((residuals**2).sum(axis=0))
        noise = 64 * np.finfo(float).eps * np.sqrt((filled**2).sum(axis=0))

        columns = [root * column[:, None] for column in basis.T]
        columns.append(residuals / np.where(length > noise, length, 1.0))
        sums = [blocks.sums(column) for column in columns]
        count = blocks.sums((used > 0).astype(int))
        sizes = np.unique(count[count > 0])
        shape = (len(columns), len(columns), values.shape[1])
        total, within = np.zeros(shape), np.zeros((len(sizes), *shape))
        for a, b in zip(*np.tril_indices(len(columns)), strict=True):
            total[a, b] = (columns[a] * columns[b]).sum(axis=0)
            product = sums[a] * sums[b]
            for k, size in enumerate(sizes):
                within[k, a, b] = (product * (count == size)).sum(axis=0)
        observed, occupied = count.sum(axis=0), (count > 0).sum(axis=0)
        df = observed - (reciprocal > 0).sum(axis=0)
        enough = (df >= LEAST_DF) & (observed - occupied >= LEAST_REPEATED) & (occupied >= 2)
        in_blocks = np.array([(count == size).sum(axis=0) for size in sizes]).reshape(len(sizes), -1)
        return cls(sizes, in_blocks, total, within, df, enough & (length > noise))

    def deviance(self, correlation: np.ndarray) -> np.ndarray:
        """Return -2 l (m,) at a correlation of each protein (m,), up to a constant.

        The powers of 1 - rho that the factor of R^-1 takes from the determinants and from y' P y cancel but for one per block.
        """
        # In blocks that the protein does not have, the correlation may be out of range.
        ratio = np.where(self.blocks > 0, 1 + (self.sizes[:, None] - 1) * correlation, 1.0)
        shrinkage = correlation / ratio
        augmented = self.total - np.einsum("km,kabm->abm", shrinkage, self.within)
        _, _, pivots = factors(augmented)
        logs = np.log(np.where(pivots > SINGULAR, pivots, 1.0))
        determinant = (self.blocks * np.log(ratio / (1 - correlation))).sum(axis=0)
        return determinant + logs[:-1].sum(axis=0) + self.df * logs[-1]

    def most_likely(self, lowest: float) -> np.ndarray:
        """Return the correlation (m,) of greatest restricted likelihood above the lowest possible; NaN where not usable."""
        grid = np.linspace(lowest + MARGIN, 1.0 - MARGIN, GRID)[:, None] + np.zeros(len(self.df))
        on_grid = np.array([self.deviance(point) for point in grid])
        best, proteins = np.argmin(on_grid, axis=0), np.arange(len(self.df))
        left, right = grid[np.maximum(best - 1, 0), proteins], grid[np.minimum(best + 1, GRID - 1), proteins]
        inner, outer = right - GOLDEN * (right - left), left + GOLDEN * (right - left)
        at_inner, at_outer = self.deviance(inner), self.deviance(outer)
        for _ in range(SECTIONS):
            down = at_inner < at_outer  # the minimum is left of `outer`
            left, right = np.where(down, left, inner), np.where(down, outer, right)
            new = np.where(down, right - GOLDEN * (right - left), left + GOLDEN * (right - left))
            at_new = self.deviance(new)
            inner, outer = np.where(down, new, outer), np.where(down, inner, new)
            at_inner, at_outer = np.where(down, at_new, at_outer), np.where(down, at_inner, at_new)
        # Where the design tells the blocks apart by itself, nothing is left between them, and all rho are equally likely.
        flat = np.ptp(on_grid, axis=0) < FLAT
        return np.where(self.usable & ~flat, (left + right) / 2, np.nan)


def _trimmed_mean(x: np.ndarray) -> float:
    """Return the mean of x without the 15 % smallest and the 15 % largest."""
    cut = int(TRIM * len(x))
    return float(np.sort(x)[cut : len(x) - cut].mean())
