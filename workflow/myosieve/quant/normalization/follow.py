"""Estimates that follow a normalization of observed values."""

from __future__ import annotations

import numpy as np


def follow(estimates: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Move estimates as the observed values of their cells were moved.

    A cell without an observed value moves by the median of its sample's: the shift where a normalization is one.

    Parameters
    ----------
    estimates
        (m x n) log2, also where nothing was observed.
    before, after
        (m x n) the observed log2 values before and after the normalization, NaN = missing.
    """
    moved = after - before
    with np.errstate(invalid="ignore"):
        some = np.isfinite(moved).any(axis=0)
        typical = np.zeros(moved.shape[1])
        typical[some] = np.nanmedian(moved[:, some], axis=0)
    return estimates + np.where(np.isfinite(moved), moved, typical)
