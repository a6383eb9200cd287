"""How reliable is each sample? Weights from the scatter of all proteins about the linear model.

The value of protein g in sample j has variance sigma_g^2 exp(gamma_j), gamma summing to zero, and the weight of the sample is
w_j = exp(-gamma_j): a sample of weight 1/2 scatters with twice the variance of an average one (Ritchie et al. 2006, BMC
Bioinformatics 7:261). gamma maximizes the restricted likelihood (REML) of all proteins together, each on its own observed
samples, with sigma_g^2 profiled out and W = diag(w):

    -2 l(gamma) = sum over g of [sum over observed j of gamma_j + log|X' W X| + d_g log(e' W e)] + n_0 sum over j of w_j.

The last term is a prior that draws the weights towards 1: what n_0 proteins would add whose squared deviation is 1 in every
sample.
With h_gj the leverages, s_g^2 = e' W e / d_g and P_g = I - W^(1/2) X (X' W X)^-1 X' W^(1/2), derivative and expected
information are

    u_j = sum over g of [w_j e_gj^2 / s_g^2 - (1 - h_gj)] + n_0 w_j,
    J_jk = sum over g of [(P_g)_jk^2 - (1 - h_gj)(1 - h_gk) / d_g] + n_0 w_j (j = k),

and Fisher's scoring, gamma <- gamma + J^-1 u within sum(gamma) = 0, finds the maximum in a few steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from myosieve.differential.covariance import scaled_weights
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

# Proteins with fewer residual degrees of freedom say nothing of the samples: their squared residuals have fixed ratios.
LEAST_DF = 2
STEPS, CONVERGED = 100, 1e-6
# The information sets the length of the steps, not where they end; this many proteins are enough to estimate it.
SAMPLED = 2_000


def array_weights(values: np.ndarray, design: np.ndarray, *, prior: float = 10.0) -> np.ndarray:
    """Estimate the relative precision of every sample.

    Parameters
    ----------
    values
        (m x n) log2 intensities, NaN = missing; proteins with missing values are used.
    design
        (n x p) design matrix.
    prior
        n_0, how many proteins of equal scatter the prior is worth.

    Returns
    -------
    (n,) weights whose geometric mean is 1, for `linear.fit`.

    Raises
    ------
    ValueError
        The prior is not positive.
    """
    if not prior > 0:
        raise ValueError("the prior must be worth more than no protein")
    basis = orthonormal_basis(design)
    gamma = np.zeros(len(design))
    with one_thread():
        parts = _informative(np.asarray(values, dtype=float), basis)
        state = _likelihood(parts, basis, gamma, prior)
        for _ in range(STEPS):
            # The matrix of ones makes J invertible along the direction in which gamma must not go.
            step = np.linalg.solve(state.information + 1.0, state.score - state.score.mean())
            step -= step.mean()
            if np.abs(step).max() < CONVERGED:
                break
            gamma, state = _improved(parts, basis, gamma, step, state, prior)
    return np.exp(-gamma)


class _Part(NamedTuple):
    """Some proteins: values without their level, 0 where missing (n x m), and 1 where observed (n x m; n x 1 if all are)."""

    values: np.ndarray
    seen: np.ndarray


@dataclass(frozen=True)
class _State:
    """At some gamma: -2 l, its derivative's negative u (n,), and the information J (n x n) of both."""

    deviance: float
    score: np.ndarray
    information: np.ndarray


def _improved(
    parts: list[_Part], basis: np.ndarray, gamma: np.ndarray, step: np.ndarray, before: _State, prior: float
) -> tuple[np.ndarray, _State]:
    """Take the step, or a half, a quarter, ... of it, until the likelihood does not fall."""
    rounding = 1e-12 * abs(before.deviance)
    for _ in range(30):
        state = _likelihood(parts, basis, gamma + step, prior)
        if state.deviance <= before.deviance + rounding:
            break
        step = step / 2
    return gamma + step, state


def _informative(values: np.ndarray, basis: np.ndarray) -> list[_Part]:
    """Return the proteins of values (m x n) that scatter and have residual degrees of freedom, complete ones apart."""
    parts = []
    complete = ~np.isnan(values).any(axis=1)
    for chosen in (np.flatnonzero(complete), np.flatnonzero(~complete)):
        for rows in chunks(len(chosen), max(basis.shape[0], basis.shape[1] ** 2)):
            part = values[chosen[rows]].T
            if np.isinf(part).any():
                raise ValueError("infinite values: turn zeros into missing values before taking logarithms")
            seen, _ = scaled_weights(part, None)
            filled = np.where(seen > 0, part, 0.0)
            lower, reciprocal, _ = factors(gram_matrices(basis, seen))
            inverse, residuals = inverses(lower, reciprocal), filled
            for _ in range(2):  # the second time for the digits that a large mean takes from the first
                residuals = seen * (residuals - basis @ solve(inverse, basis.T @ residuals))
            noise = 64 * np.finfo(float).eps * np.abs(filled).max(axis=0, initial=0.0)
            df = seen.sum(axis=0) - (reciprocal > 0).sum(axis=0)
            useful = (df >= LEAST_DF) & (np.sqrt((residuals**2).mean(axis=0)) > noise)
            parts.append(_Part(residuals[:, useful], seen if seen.shape[1] == 1 else seen[:, useful]))
    return [part for part in parts if part.values.size]


def _likelihood(parts: list[_Part], basis: np.ndarray, gamma: np.ndarray, prior: float) -> _State:
    """Evaluate the restricted likelihood and its derivatives. What follows from `seen` alone is shared by complete proteins."""
    w, rank = np.exp(-gamma), basis.shape[1]
    deviance, score, information = prior * w.sum(), prior * w, np.diag(prior * w)
    stride = -(-sum(part.values.shape[1] for part in parts) // SAMPLED)
    for values, seen in parts:
        lower, reciprocal, pivots = factors(gram_matrices(basis, w[:, None] * seen))
        inverse = inverses(lower, reciprocal)
        # The columns of an orthonormal basis of each protein's weighted design; sums of their products are the hat matrix.
        left = [np.sqrt(w)[:, None] * seen * (basis @ inverse[a]) for a in range(rank)]
        free = seen - sum(column**2 for column in left)
        df = seen.sum(axis=0) - (pivots > SINGULAR).sum(axis=0)
        logs = np.log(np.where(pivots > SINGULAR, pivots, 1.0)).sum(axis=0)

        residuals = seen * (values - basis @ solve(inverse, (w[:, None] * basis).T @ values))
        squared = residuals * residuals
        squares = w @ squared
        m = len(squares)
        shared = m if seen.shape[1] == 1 else 1
        deviance += (gamma @ seen + logs).sum() * shared + (df * np.log(squares)).sum()
        score = score + w * (squared @ (df / squares)) - free.sum(axis=1) * shared
        if shared == m:
            information += m * _information(left, free, df)
        else:
            sampled = slice(None, None, stride)
            information += stride * _information([column[:, sampled] for column in left], free[:, sampled], df[sampled])
    return _State(deviance, score, information)


def _information(left: list[np.ndarray], free: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Return the sum over proteins of P_jk^2 - (1 - h_j)(1 - h_k) / d, from rank arrays (n x m) of hat matrix factors."""
    squared = np.zeros((len(free), len(free)))
    for a, of_a in enumerate(left):
        for of_b in left[: a + 1]:
            product = of_a * of_b
            squared += (1 if of_a is of_b else 2) * (product @ product.T)
    np.fill_diagonal(squared, (free**2).sum(axis=1))
    scaled = free / np.sqrt(df)
    return squared - scaled @ scaled.T
