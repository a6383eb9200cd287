r"""Protein values by summing, by the three best precursors and by median polish.

x_ki is the log2 intensity of precursor k in sample i, missing where it was not detected; S_i are the precursors observed in
sample i. Every method gives a sample a value as soon as S_i is not empty, and NaN otherwise.

sum            log2 of the sum over S_i of 2^x_ki. Precursors missed in a sample lower its value.
top3           log2 of the mean of 2^x_ki over three precursors (Silva et al. 2006, doi:10.1074/mcp.M500230-MCP200: the mean
               signal of the three most intense peptides of a protein is proportional to its molar amount). That is a law for
               the protein's best responding peptides, which are a property of its sequence and not of the sample, so the
               precursors are put in order once, over all samples, and the same ones are compared. The order is by

                   sum over samples i of (|S_i| - 1) 2^x_ki / (sum over l in S_i of 2^x_li),

               a precursor's share of the signal, 0 where it is missing, a sample counting by the number of others
               that it compares each with: a precursor is preferred for being intense and for being there.
               Each sample takes the first three of this order that it has (the mean is over fewer where it has fewer).
               The loading of samples moves no share, so it moves none of these choices.
median polish  x_ki = overall + precursor_k + sample_i + residual, by Tukey's polish (1977, Exploratory Data Analysis): medians
               of rows (precursors), then of columns (samples), moved from the residuals into the effects in turn, over the
               observed values. The value is overall + sample_i, the level of a precursor of median response. At most
               `MOST_SWEEPS` sweeps, or until a sweep changes the sum of absolute residuals by less than `TOLERANCE` of
               it: the limits R documents for `medpolish`. Rows go first since precursors differ far more than samples; the
               price is that a sample's loading moves the row medians, so that adding a constant to a sample adds exactly
               that constant to its value only where the residuals vanish. Normalize before it, or use MaxLFQ, to be exact.

The compiled functions are cached beside this file by numba; the first call on a machine compiles them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

MOST_SWEEPS = 10
TOLERANCE = 0.01
BEST = 3


def bounds(log2: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return where the rows of each protein begin and the last one ends.

    Parameters
    ----------
    log2
        (p x n) log2 intensities of precursors in samples, NaN = missing.
    groups
        (p,) number of the protein of each row: non-decreasing, every one of 0..m-1 at least once.

    Returns
    -------
    (m + 1,) integers: protein g has the rows bounds[g] to bounds[g + 1] - 1.

    Raises
    ------
    ValueError
        The groups are not as described, or a value is infinite.
    """
    groups = np.asarray(groups)
    if groups.shape != (len(log2),) or not np.issubdtype(groups.dtype, np.integer):
        raise ValueError("groups must hold one integer per row")
    if len(groups) and (groups[0] != 0 or not np.isin(np.diff(groups), (0, 1)).all()):
        raise ValueError("groups must start at 0 and rise by 0 or 1 from row to row")
    if np.isinf(log2).any():
        raise ValueError("infinite intensity")
    number = int(groups[-1]) + 1 if len(groups) else 0
    return np.searchsorted(groups, np.arange(number + 1))


def summed(log2: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return (m x n) log2 of the summed linear intensities of the observed precursors; parameters as in `bounds`."""
    return _of_best(log2, groups, None)


def top3(log2: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return (m x n) log2 of the mean linear intensity of the three best precursors; parameters as in `bounds`."""
    return _of_best(log2, groups, BEST)


def median_polish(log2: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return (m x n) overall level plus sample effect of Tukey's median polish; parameters as in `bounds`."""
    edges = bounds(log2, groups)
    result = np.full((len(edges) - 1, log2.shape[1]), np.nan)
    _polish_all(np.ascontiguousarray(log2, dtype=np.float64), edges, MOST_SWEEPS, TOLERANCE, result)
    return result


def _of_best(log2: np.ndarray, groups: np.ndarray, best: int | None) -> np.ndarray:
    """Return log2 of the mean over the `best` precursors, or of the sum over all where `best` is None."""
    edges = bounds(log2, groups)
    result = np.full((len(edges) - 1, log2.shape[1]), np.nan)
    _add_all(np.ascontiguousarray(log2, dtype=np.float64), edges, best or 0, result)
    return result


@njit(cache=True, nogil=True)
def _add_all(values: np.ndarray, edges: np.ndarray, best: int, result: np.ndarray) -> None:
    """Write sums (best = 0) or means over the best precursors into `result` (m x n)."""
    n = values.shape[1]
    total, taken = np.empty(n), np.empty(n, dtype=np.int64)
    for g in range(len(edges) - 1):
        x = values[edges[g] : edges[g + 1]]
        top = -np.inf  # relative to the brightest value nothing overflows
        for row in range(len(x)):
            for i in range(n):
                if x[row, i] > top:
                    top = x[row, i]
        linear = np.exp2(x - top)
        order = _by_share(linear) if 0 < best < len(x) else np.arange(len(x))
        total[:] = 0.0
        taken[:] = 0
        for k in order:
            for i in range(n):
                if not np.isnan(linear[k, i]) and (best == 0 or taken[i] < best):
                    total[i] += linear[k, i]
                    taken[i] += 1
        for i in range(n):
            if taken[i] > 0:
                result[g, i] = np.log2(total[i] / (taken[i] if best > 0 else 1)) + top


@njit(cache=True, nogil=True)
def _by_share(linear: np.ndarray) -> np.ndarray:
    """Return the rows of `linear` (k x n), greatest weighted share first (see the module); equal ones: brightest first."""
    k, n = linear.shape
    share, brightest, order = np.zeros(k), np.zeros(k), np.arange(k)
    for i in range(n):
        total, others = 0.0, -1
        for row in range(k):
            if not np.isnan(linear[row, i]):
                total += linear[row, i]
                others += 1
        for row in range(k):
            if not np.isnan(linear[row, i]):
                share[row] += others * linear[row, i] / total
                brightest[row] = max(brightest[row], linear[row, i])
    for place in range(1, k):
        row, j = order[place], place - 1
        while j >= 0 and (share[row], brightest[row]) > (share[order[j]], brightest[order[j]]):
            order[j + 1] = order[j]
            j -= 1
        order[j + 1] = row
    return order


@njit(cache=True, nogil=True)
def _polish_all(values: np.ndarray, edges: np.ndarray, sweeps: int, tolerance: float, result: np.ndarray) -> None:
    for g in range(len(edges) - 1):
        _polish(values[edges[g] : edges[g + 1]].copy(), sweeps, tolerance, result[g])


@njit(cache=True, nogil=True)
def _polish(residual: np.ndarray, sweeps: int, tolerance: float, result: np.ndarray) -> None:
    """Write overall level plus sample effects of `residual` (k x n, consumed) into `result` (n,), NaN without observation."""
    k, n = residual.shape
    rows, columns, overall, spread = np.zeros(k), np.zeros(n), 0.0, np.inf
    work = np.empty(max(k, n))
    table = residual[::1, ::1]  # a view of no known order, as its transpose is: one compiled version serves both
    for _ in range(sweeps):
        overall += _center(table, rows, columns, work)
        overall += _center(table.T, columns, rows, work)
        before, spread = spread, 0.0
        for row in range(k):
            for i in range(n):
                spread += 0.0 if np.isnan(residual[row, i]) else abs(residual[row, i])
        if spread == 0 or abs(spread - before) < tolerance * spread:
            break
    for i in range(n):
        result[i] = overall + columns[i]


@njit(cache=True, nogil=True)
def _center(residual: np.ndarray, effects: np.ndarray, others: np.ndarray, work: np.ndarray) -> float:
    """Move the median of every row of `residual` into `effects`, and that of `others` into what is returned.

    A row without observation gets the effect NaN, which keeps it out of the median of effects.
    """
    for row in range(len(residual)):
        middle = _median_of_seen(residual[row], work)
        for i in range(residual.shape[1]):
            residual[row, i] -= middle
        effects[row] += middle
    middle = _median_of_seen(others[::1], work)
    if np.isnan(middle):
        return 0.0
    for i in range(len(others)):
        others[i] -= middle
    return middle


@njit(cache=True, nogil=True)
def _median_of_seen(values: np.ndarray, work: np.ndarray) -> float:
    """Return the median of what is not NaN, NaN where nothing is; `work` is overwritten."""
    count = 0
    for value in values:
        if not np.isnan(value):
            work[count] = value
            count += 1
    return median(work, count)


@njit(cache=True, nogil=True)
def median(work: np.ndarray, count: int) -> float:
    """Return the median of the first `count` values, none of them NaN, which change places; NaN where count is 0.

    Numba's own np.median takes several times as long to compile. Hoare's selection narrows the part that holds the place of
    the middle (1961, doi:10.1145/366622.366647), insertion sort finishes it.
    """
    if count == 0:
        return np.nan
    half = count // 2
    left, right = 0, count - 1
    while right - left > 16:
        a, b, c = work[left], work[half], work[right]
        pivot = max(min(a, b), min(max(a, b), c))  # the middle of three
        i, j = left, right
        while i <= j:
            while work[i] < pivot:
                i += 1
            while work[j] > pivot:
                j -= 1
            if i <= j:
                work[i], work[j] = work[j], work[i]
                i += 1
                j -= 1
        if half <= j:
            right = j
        elif half >= i:
            left = i
        else:
            left = right = half
    for i in range(left + 1, right + 1):
        value, j = work[i], i - 1
        while j >= left and work[j] > value:
            work[j + 1] = work[j]
            j -= 1
        work[j + 1] = value
    if count % 2 == 1:
        return work[half]
    below = work[0]
    for i in range(1, half):
        below = max(below, work[i])
    return (below + work[half]) / 2
