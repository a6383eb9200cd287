"""The false discovery rate over a family of tests."""

from __future__ import annotations

import numpy as np


def benjamini_hochberg(p_values: np.ndarray, tests: float | None = None) -> np.ndarray:
    """Return Benjamini-Hochberg adjusted p-values.

    q_(i) = min over j >= i of p_(j) n / j, with n the number of p-values that are not NaN (Benjamini & Hochberg 1995,
    J R Stat Soc B 57:289).

    Parameters
    ----------
    p_values
        (m,) p-values, NaN = not tested.
    tests
        What the tests count for; their number if it is not given.

    Returns
    -------
    (m,) adjusted p-values, never below the p-value, NaN where not tested.
    """
    q_values = np.full(p_values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p_values))
    if len(tested) == 0:
        return q_values
    order = tested[np.argsort(-p_values[tested], kind="stable")]
    ranks = np.arange(len(tested), 0, -1)
    q_values[order] = np.minimum(1.0, np.minimum.accumulate(p_values[order] * ((tests or len(tested)) / ranks)))
    # Only where tests count for less than their number can this fall below the p-value.
    return np.maximum(q_values, p_values)
