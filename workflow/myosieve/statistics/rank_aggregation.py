"""Robust rank aggregation: the chance of an item to be as near to the top of several rankings as it is.

Kolde et al. (2012) Bioinformatics 28:573. Normalized ranks r of an item in m rankings, sorted, are under the null the order
statistics of m uniform numbers, so that

    beta_k = P(U_(k) <= r_(k)) = I(r_(k); k, m - k + 1)        rho = min over k of beta_k

A few rankings that are noise do not hurt: the k best of them decide. rho is a minimum of m numbers, and its own chance is

    p = P(min_k beta_k <= rho) = P(U_(k) <= t_k for any k),        t_k = I^-1(rho; k, m - k + 1)

It is computed exactly, by counting how many of the m numbers lie below t_1, t_2, ... in turn: at t_k a share
q_k = (t_k - t_(k-1)) / (1 - t_(k-1)) of those above comes in, so that the counts form a chain with binomial steps, and p adds
up the chances that the count first reaches k at t_k. All terms are positive, and the smallest p keeps its digits.
"""

from __future__ import annotations

from math import comb

import numpy as np
from scipy import special


def normalized_ranks(values: np.ndarray) -> np.ndarray:
    """Return the rank of each value among those of its column, 1 = highest, divided by their number.

    Equal values all get the last of the ranks that they share: a criterion that cannot tell proteins apart speaks for none.

    Parameters
    ----------
    values
        Items x rankings, NaN = not ranked there.

    Returns
    -------
    Array of the same shape, above 0 and up to 1; NaN stays NaN.
    """
    ranks = np.full(values.shape, np.nan)
    for column in range(values.shape[1]):
        known = np.flatnonzero(~np.isnan(values[:, column]))
        falling = np.sort(-values[known, column])
        ranks[known, column] = np.searchsorted(falling, -values[known, column], side="right") / max(len(known), 1)
    return ranks


def aggregated(ranks: np.ndarray) -> np.ndarray:
    """Return the chance of each item to be that near to the top of its rankings, by robust rank aggregation.

    Parameters
    ----------
    ranks
        Items x rankings, normalized, NaN = not ranked there: such a ranking says nothing of the item.

    Returns
    -------
    p per item; NaN for one that no ranking knows.
    """
    result = np.full(len(ranks), np.nan)
    known = (~np.isnan(ranks)).sum(axis=1)
    for count in np.unique(known[known > 0]):
        rows = known == count
        ordered = np.sort(ranks[rows], axis=1)[:, :count]  # NaN is sorted last
        k = np.arange(1, count + 1)
        rho = special.betainc(k, count - k + 1, ordered).min(axis=1)
        result[rows] = _any_reached(special.betaincinv(k, count - k + 1, rho[:, np.newaxis]))
    return result


def _any_reached(bounds: np.ndarray) -> np.ndarray:
    """Return P(U_(k) <= t_k for any k) of m uniform numbers for each row of rising bounds t (n x m)."""
    count = bounds.shape[1]
    below = np.zeros((count + 1, len(bounds)))  # chance that so many lie below, and none was reached
    below[0] = 1
    reached, last = np.zeros(len(bounds)), np.zeros(len(bounds))
    for k in range(1, count + 1):
        bound = bounds[:, k - 1]
        share = np.divide(bound - last, 1 - last, out=np.zeros(len(bounds)), where=last < 1)
        after = np.zeros_like(below)
        for i in range(k):
            for j in range(i, count + 1):
                after[j] += below[i] * comb(count - i, j - i) * share ** (j - i) * (1 - share) ** (count - j)
        reached += after[k:].sum(axis=0)
        after[k:] = 0
        below, last = after, bound
    return np.minimum(reached, 1)
