"""Multiple testing: one Benjamini-Hochberg family per contrast, with tests of absence in it at a stated weight.

A test of absence has the p-value P of its own protein, and r(P) <= P, the share of a table's proteins that would be silent
with a chance so small if nothing changed (`detection`). In the family it enters as r / ABSENCE_WEIGHT, and all tests of
absence together count as ABSENCE_WEIGHT m tests, m being the proteins of the table, since then the expected number of null
tests at or below any level a is at most a (n_t + ABSENCE_WEIGHT m), n_t being the t-tests: what the procedure needs (weighted
Benjamini-Hochberg, Genovese, Roeder & Wasserman 2006, Biometrika 93:509).
"""

from __future__ import annotations

import numpy as np

# How many tests per protein of the table the tests of absence count for. More of it finds more proteins that are switched on or
# off and fewer that change; benchmarks/truth/README.md has the figures behind it.
ABSENCE_WEIGHT = 0.2


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


def family_q_values(log_p: np.ndarray, log_rate: np.ndarray, proteins: int) -> np.ndarray:
    """Return the adjusted p-values of a contrast's t-tests and tests of absence.

    Parameters
    ----------
    log_p
        (m,) natural log of p-values, NaN = not tested.
    log_rate
        (m,) natural log of r(P) for tests of absence, NaN for others.
    proteins
        Of the table, tested or not.

    Returns
    -------
    (m,) adjusted p-values, never below the p-value, NaN where not tested.
    """
    absent = ~np.isnan(log_rate)
    if not absent.any():
        return benjamini_hochberg(np.exp(log_p))
    in_family = np.exp(np.where(absent, np.minimum(log_rate - np.log(ABSENCE_WEIGHT), 0.0), log_p))
    t_tests = int((~np.isnan(log_p) & ~absent).sum())
    return np.maximum(benjamini_hochberg(in_family, t_tests + ABSENCE_WEIGHT * proteins), np.exp(log_p))
