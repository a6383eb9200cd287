"""Natural cubic splines of one variable: cubic between knots, linear beyond the outermost."""

from __future__ import annotations

import numpy as np


def natural_spline(x: np.ndarray, knots_from: np.ndarray, count: int) -> np.ndarray:
    """Return a basis of natural cubic splines.

    Truncated-power form (Hastie, Tibshirani & Friedman, Elements of Statistical Learning, eq. 5.4-5.5): 1, x, and
    d_k(x) - d_(K-1)(x). Only the space that the columns span matters to a fit.

    Parameters
    ----------
    x
        (n,) where the basis is wanted.
    knots_from
        (k,) values whose range and quantiles are the knots. Quantiles that coincide, as those of a covariate with few
        values do, are one knot.
    count
        Number of columns, the constant included; fewer where knots coincide.

    Returns
    -------
    (n x up to count) basis.
    """
    low, high = knots_from.min(), knots_from.max()
    if count <= 1 or low == high:
        return np.ones((len(x), 1))
    inner = np.quantile(knots_from, np.linspace(0, 1, count)[1:-1])
    knots = (np.unique(np.concatenate([[low], inner, [high]])) - low) / (high - low)
    z = (x - low) / (high - low)  # scaled for numerical stability

    def cube_above(knot: float) -> np.ndarray:
        above = np.maximum(z - knot, 0)
        return above * above * above

    last = cube_above(knots[-1])
    bends = [(cube_above(knot) - last) / (knots[-1] - knot) for knot in knots[:-1]]
    return np.column_stack([np.ones(len(x)), z, *(bend - bends[-1] for bend in bends[:-1])])
