"""Integrals over normal variables: Gauss-Hermite nodes, lattices, and sums of them on the log scale."""

from __future__ import annotations

from functools import lru_cache

import numpy as np


@lru_cache
def normal_nodes(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and log weights (count,) with E f(Z) = sum exp(log_weight) f(node), exact for polynomials to 2 count - 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    log_weights = np.log(weights / weights.sum())
    nodes.flags.writeable = log_weights.flags.writeable = False
    return nodes, log_weights


def log_sum_exp(logs: np.ndarray, axis: int) -> np.ndarray:
    """Return the log of the sum of exponentials of finite numbers along an axis, without overflow."""
    highest = logs.max(axis=axis, keepdims=True)
    return np.log(np.exp(logs - highest).sum(axis=axis)) + np.squeeze(highest, axis=axis)


def lattice(sd: float, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the multiples of step within five standard deviations, and their log weights under N(0, sd^2).

    Sums over them take a likelihood of width step and more for what it is, wherever it peaks; the few nodes of Gauss-Hermite
    lie so far apart that the likelihood of many samples falls between them.
    """
    most = int(np.ceil(5 * sd / step))
    at = step * np.arange(-most, most + 1)
    log_weights = -0.5 * (at / sd) ** 2
    return at, log_weights - log_sum_exp(log_weights, axis=0)
