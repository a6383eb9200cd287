"""AUROC against matched negatives: how far a predictor tells positives from negatives that are alike in something else.

Each positive i is held against its own set M_i: the m nearest negatives below it and the m nearest above it in the order of the
covariate, m = k/2 or as many as there are on the emptier side, so that no positive is matched to one side only. Then

    AUROC = mean over i of mean over j in M_i of psi(x_i, x_j),     psi = 1 where x_i > x_j, 1/2 where equal, 0 else

and the AUROC of the covariate itself is one half, but for ties. A negative may be matched to several positives: without such
sharing later positives would get worse matches, and the covariate would come back in. The interval is a percentile one over
samples of the positives and of the distinct negatives, both drawn with replacement.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_QUANTILES = (0.025, 0.975)


class Matches(NamedTuple):
    """Positions of the matched positives (m,), and of their negatives (m x k), -1 where a set is smaller."""

    positives: np.ndarray
    negatives: np.ndarray


def matched(covariate: np.ndarray, positive: np.ndarray, k: int) -> Matches:
    """Return the matched negatives of each positive; a positive beyond all negatives has none and is left out.

    Parameters
    ----------
    covariate
        (N,) what negatives are to be alike in; NaN = unknown, neither matched nor a match.
    positive
        (N,) which items are positives.
    k
        Negatives per positive, even.
    """
    known = ~np.isnan(covariate)
    negatives = np.flatnonzero(known & ~positive)
    negatives = negatives[np.argsort(covariate[negatives], kind="stable")]
    falling = covariate[negatives]
    kept, sets = [], []
    for i in np.flatnonzero(known & positive):
        left, right = (
            np.searchsorted(falling, covariate[i], side="left"),
            np.searchsorted(falling, covariate[i], "right"),
        )
        middle = (left + right) // 2  # those equal to it lie on both sides
        m = min(k // 2, middle, len(negatives) - middle)
        if m:
            kept.append(i)
            sets.append(np.r_[negatives[middle - m : middle + m], np.full(k - 2 * m, -1)])
    return Matches(np.array(kept, dtype=int), np.array(sets, dtype=int).reshape(len(kept), k))


def matched_area(values: np.ndarray, matches: Matches) -> float:
    """Return the AUROC of a predictor (N,) for matched positives, NaN without any."""
    if not len(matches.positives):
        return np.nan
    there = matches.negatives >= 0
    return float(((_psi(values, matches) * there).sum(axis=1) / there.sum(axis=1)).mean())


def matched_interval(
    values: np.ndarray, matches: Matches, draws: int, random: np.random.Generator
) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of `matched_area`."""
    count = len(matches.positives)
    if not count:
        return np.nan, np.nan
    there = matches.negatives >= 0
    distinct, place = np.unique(matches.negatives[there], return_inverse=True)
    column = np.zeros(there.shape, dtype=int)
    column[there] = place
    psi = _psi(values, matches)
    of_positives = random.multinomial(count, np.full(count, 1 / count), size=draws)
    of_negatives = random.multinomial(len(distinct), np.full(len(distinct), 1 / len(distinct)), size=draws)
    found = []
    for positives, negatives in zip(of_positives, of_negatives, strict=True):
        weight = negatives[column] * there
        total = weight.sum(axis=1)
        own = np.divide((weight * psi).sum(axis=1), total, out=np.zeros(count), where=total > 0)
        counted = positives * (total > 0)  # a positive none of whose negatives was drawn says nothing
        found.append((counted * own).sum() / counted.sum() if counted.any() else np.nan)
    low, high = np.nanquantile(found, _QUANTILES)
    return float(low), float(high)


def _psi(values: np.ndarray, matches: Matches) -> np.ndarray:
    own = values[matches.positives][:, np.newaxis]
    others = values[matches.negatives]  # -1 takes the last item, which its weight of 0 leaves out
    return (own > others) + 0.5 * (own == others)
