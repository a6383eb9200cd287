"""Permutations of labels within strata: all distinct ones where they are few, a random choice of distinct ones otherwise.

Under the null hypothesis that labels do not matter, units of one stratum may exchange them (Winkler et al. 2014, NeuroImage
92:381, doi:10.1016/j.neuroimage.2014.01.060). Of permutations that a statistic cannot tell apart one is kept, and none that it
cannot tell from the observed one; with those N left,

    p = (1 + number of permutations whose statistic is at least the observed one) / (1 + N)

which is never 0 (Phipson & Smyth 2010, Stat Appl Genet Mol Biol 9:39, doi:10.2202/1544-6115.1585). All of them or some drawn
without replacement, the p-value is valid; it cannot be below 1 / (1 + N).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterator
from math import factorial, prod
from typing import NamedTuple

import numpy as np

# All labelings are listed where they are at most this many, or this many times the wanted ones; else they are drawn.
_LISTED, _LISTED_PER_WANTED = 5000, 20
_TRIES_PER_WANTED = 20
_ROUNDING = 1e-9


class Permutations(NamedTuple):
    """Labelings (N x units), whether they are all there are, and how many there are or None where that was not counted."""

    labelings: np.ndarray
    complete: bool
    distinct: int | None


def restricted(
    labels: np.ndarray,
    strata: np.ndarray,
    wanted: int,
    random: np.random.Generator,
    alike: Callable[[np.ndarray], Hashable | None],
) -> Permutations:
    """Return distinct permutations of labels within strata, the observed one left out.

    Parameters
    ----------
    labels
        (n,) codes of the units' labels, integers.
    strata
        (n,) codes of the strata; labels are exchanged within each.
    wanted
        At most so many permutations; all there are, where they are no more.
    random
        Where draws come from.
    alike
        Of a labeling, a key that is equal for labelings with the same statistic, or None for one that is impossible.
    """
    keys = {alike(labels)}
    members = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    found: list[np.ndarray] = []
    if number_of_labelings(labels, members) <= max(_LISTED, _LISTED_PER_WANTED * wanted):
        for labeling in _all_labelings(labels, members):
            _keep(labeling, alike(labeling), keys, found)
        complete, distinct = len(found) <= wanted, len(found)
        if not complete:
            found = [found[place] for place in np.sort(random.choice(len(found), wanted, replace=False))]
    else:
        for _ in range(_TRIES_PER_WANTED * wanted):
            if len(found) == wanted:
                break
            labeling = labels.copy()
            for rows in members:
                labeling[rows] = random.permutation(labels[rows])
            _keep(labeling, alike(labeling), keys, found)
        complete, distinct = False, None
    return Permutations(np.array(found, dtype=int).reshape(len(found), len(labels)), complete, distinct)


def permutation_p(observed: float, null: np.ndarray) -> float:
    """Return the share of the null's statistics that are at least the observed one, that itself counted; NaN without any.

    Statistics of the null that are NaN do not count.
    """
    known = null[~np.isnan(null)]
    if np.isnan(observed) or not len(known):
        return np.nan
    slack = _ROUNDING * max(1.0, abs(observed))
    return float((1 + (known >= observed - slack).sum()) / (1 + len(known)))


def number_of_labelings(labels: np.ndarray, members: list[np.ndarray]) -> int:
    """Return in how many ways labels can stand within strata (positions of each), those alike counted as well."""
    counts = [np.unique(labels[rows], return_counts=True)[1] for rows in members]
    return prod(factorial(int(c.sum())) // prod(factorial(int(one)) for one in c) for c in counts)


def _keep(labeling: np.ndarray, key: Hashable | None, keys: set[Hashable | None], found: list[np.ndarray]) -> None:
    if key is not None and key not in keys:
        keys.add(key)
        found.append(labeling)


def _all_labelings(labels: np.ndarray, members: list[np.ndarray]) -> Iterator[np.ndarray]:
    ways = [list(_arrangements(sorted(labels[rows].tolist()))) for rows in members]
    for chosen in itertools.product(*ways):
        labeling = labels.copy()
        for rows, arrangement in zip(members, chosen, strict=True):
            labeling[rows] = arrangement
        yield labeling


def _arrangements(items: list[int]) -> Iterator[list[int]]:
    """Yield the distinct orders of a sorted list, in lexicographic order (Knuth, TAOCP 7.2.1.2, algorithm L)."""
    items = list(items)
    while True:
        yield items.copy()
        j = len(items) - 2
        while j >= 0 and items[j] >= items[j + 1]:
            j -= 1
        if j < 0:
            return
        last = len(items) - 1
        while items[j] >= items[last]:
            last -= 1
        items[j], items[last] = items[last], items[j]
        items[j + 1 :] = reversed(items[j + 1 :])
