"""Covariance of a protein's errors: precision weights, and correlation of the samples in one block.

The errors of protein i have covariance sigma_i^2 V_i with V_i^-1 = W_i^(1/2) R_i^-1 W_i^(1/2), W_i the weights of its observed
samples and R_i their correlation: 1 on the diagonal, rho within a block (donor, plate), 0 between blocks. In a block with k
observed samples, J all ones,

    R^-1 = (I - c_k J) / (1 - rho),   c_k = rho / (1 + (k - 1) rho),
    R^(-1/2) = (I - f_k J) / sqrt(1 - rho),   f_k = (1 - sqrt(1 - c_k k)) / k,

so that sums over blocks are all that is needed, and no matrix is inverted per protein. The factor 1 / (1 - rho), which all
proteins share, is left to the caller. Arrays have samples first and proteins last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from myosieve.differential.normal_equations import gram_matrices


@dataclass(frozen=True)
class Blocks:
    """Samples sorted by block.

    Attributes
    ----------
    order
        (n,) sorts the samples by block.
    codes
        (n,) block number of each sorted sample.
    starts
        (B,) first sorted sample of each block.
    """

    order: np.ndarray
    codes: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, labels: np.ndarray) -> Blocks:
        """Return the blocks of labels (n,), one per sample."""
        unique, codes = np.unique(np.asarray(labels), return_inverse=True)
        order = np.argsort(codes, kind="stable")
        return cls(order, codes[order], np.searchsorted(codes[order], np.arange(len(unique))))

    @property
    def largest(self) -> int:
        """Number of samples in the largest block."""
        return int(np.bincount(self.codes).max())

    def sums(self, x: np.ndarray) -> np.ndarray:
        """Return the sums of x (n sorted samples x ...) over each block (B x ...)."""
        return np.add.reduceat(x, self.starts, axis=0)


@dataclass(frozen=True)
class Errors:
    """Inverse covariance of the errors of m proteins, up to a factor: W^(1/2) (I - c_k J) W^(1/2).

    Attributes
    ----------
    weights
        (n x m, or n x 1 where all proteins share them) weights; 0 = not used.
    root
        Their square roots.
    blocks
        The blocks by which the samples are sorted; None without correlation.
    count, shrinkage
        (B x m or 1) k and c_k of each block; None without correlation.
    """

    weights: np.ndarray
    root: np.ndarray
    blocks: Blocks | None
    count: np.ndarray | None
    shrinkage: np.ndarray | None

    @classmethod
    def of(cls, weights: np.ndarray, binary: bool, blocks: Blocks | None, correlation: float) -> Errors:
        """Build them from weights; binary says that these are all 0 or 1, their own square roots."""
        root = weights if binary else np.sqrt(weights)
        if blocks is None:
            return cls(weights, root, None, None, None)
        count = blocks.sums(root if binary else (root > 0).astype(float))
        return cls(weights, root, blocks, count, correlation / (1 + np.maximum(count - 1, 0) * correlation))

    def inverse_times(self, x: np.ndarray) -> np.ndarray:
        """Return V^-1 x of x (n x m)."""
        if self.blocks is None:
            return self.weights * x
        scaled = self.root * x
        return self.root * (scaled - (self.shrinkage * self.blocks.sums(scaled))[self.blocks.codes])

    def gram(self, basis: np.ndarray) -> np.ndarray:
        """Return B' V^-1 B (r x r x m, lower triangle) of a basis (n x r)."""
        gram = gram_matrices(basis, self.weights)
        if self.blocks is not None:
            sums = [self.blocks.sums(self.root * column[:, None]) for column in basis.T]
            for a, of_a in enumerate(sums):
                shrunk = self.shrinkage * of_a
                for b, of_b in enumerate(sums[: a + 1]):
                    gram[a, b] -= (shrunk * of_b).sum(axis=0)
        return gram

    def whitened(self, x: np.ndarray) -> np.ndarray:
        """Return V^(-1/2) x of x (n x q x m or 1), for each protein (m x n x q)."""
        scaled = self.root[:, None, :] * x
        if self.blocks is not None:
            factor = (1 - np.sqrt(1 - self.shrinkage * self.count)) / np.maximum(self.count, 1)
            within = (factor[:, None, :] * self.blocks.sums(scaled))[self.blocks.codes]
            scaled = scaled - (self.root > 0)[:, None, :] * within
        return scaled.transpose(2, 0, 1)

    def of_proteins(self, chosen: np.ndarray) -> Errors:
        """Return the errors of some of the proteins, each with its own weights."""

        def own(x: np.ndarray | None) -> np.ndarray | None:
            return None if x is None else x[:, chosen] if x.shape[1] > 1 else np.repeat(x, len(chosen), axis=1)

        return Errors(own(self.weights), own(self.root), self.blocks, own(self.count), own(self.shrinkage))


def checked_weights(weights: np.ndarray | None, shape: tuple[int, int]) -> np.ndarray | None:
    """Return weights of values (m x n) with two axes, ready to be broadcast; ValueError where they cannot be weights."""
    if weights is None:
        return None
    weights = np.atleast_2d(np.asarray(weights, dtype=float))
    if (weights < 0).any() or np.isinf(weights).any():
        raise ValueError("weights must be finite and not negative")
    np.broadcast_to(weights, shape)  # raises where it cannot be
    return weights


def scaled_weights(values: np.ndarray, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Bring the weights of some proteins to at most 1, and to 0 where a value is not used.

    Parameters
    ----------
    values
        (n x m) values, NaN = missing.
    weights
        (n x m), (n x 1) or (1 x m) weights; None for 1 each.

    Returns
    -------
    weights
        (n x m), or (n x 1) where all proteins share them.
    scale
        (m or 1) by what they were divided; None without weights.
    """
    missing = np.isnan(values)
    complete = not missing.any()
    if weights is None:
        return (np.ones((len(values), 1)) if complete else (~missing).astype(float)), None
    weights = np.where(weights > 0, weights, 0.0)
    if not complete or weights.shape[0] == 1:
        weights = np.where(missing, 0.0, weights)
    scale = weights.max(axis=0, initial=0.0)
    scale[scale == 0] = 1.0
    return weights / scale, scale
