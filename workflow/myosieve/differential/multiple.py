"""Multiple testing: one Benjamini-Hochberg family per contrast, with tests of absence in it at a stated weight.

A test of absence has the p-value P of its own protein, and r(P) <= P, the share of a table's proteins that would be silent
with a chance so small if nothing changed (`detection`). In the family it enters as r / ABSENCE_WEIGHT, and all tests of
absence together count as ABSENCE_WEIGHT m tests, m being the proteins of the table, since then the expected number of null
tests at or below any level a is at most a (n_t + ABSENCE_WEIGHT m), n_t being the t-tests: what the procedure needs (weighted
Benjamini-Hochberg, Genovese, Roeder & Wasserman 2006, Biometrika 93:509).
"""

from __future__ import annotations

import numpy as np

from myosieve.statistics.false_discovery import benjamini_hochberg

# How many tests per protein of the table the tests of absence count for. More of it finds more proteins that are switched on or
# off and fewer that change; benchmarks/truth/README.md has the figures behind it.
ABSENCE_WEIGHT = 0.2


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
