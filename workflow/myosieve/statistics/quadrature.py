"""Integrals over a standard normal variable: Gauss-Hermite nodes, and sums of them on the log scale."""

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
