r"""MaxLFQ: the protein profile that fits the median ratios of its precursors (Cox et al. 2014, doi:10.1074/mcp.M113.031591).

x_ki is the log2 intensity of precursor k in sample i. For every two samples that share at least `minimum_ratio_count`
precursors (they are linked then),

    r_ij = median over shared k of (x_ki - x_kj),

and the profile p minimizes the sum over linked pairs of (p_i - p_j - r_ij)^2. Where the links leave the samples in several
connected components, every component has a profile of its own, and each profile an arbitrary constant.

**The constant.** Cox et al. scale the profile so that the protein's summed intensity over the samples is preserved. Taken
literally, this counts a missing precursor as 0, and one sample that was loaded more moves the level of all. Here the sum is
preserved that one would have seen with nothing missing: with a_k the mean over the component's samples of (x_ki - p_i), the
fitted response of precursor k,

    result_i = p_i + log2(sum over the component's precursors k of 2^a_k).

In a complete table without noise this is Cox's rule. Adding a constant to a sample adds it to that sample's result and to no
other, so rollup and normalization by shifts may change places; a protein with a single precursor returns it. Samples of
different components share no precursor (at the default minimum of 1): their comparison rests on this rule alone.

**The solution without the n x n system.** The normal equations of a component of N samples are L p = b with the graph's
Laplacian L and b_i the sum of r_ij over its links. Samples in which the same precursors are observed have the same links:
they form classes c, of n_c samples with d_c links each, itself counted. With s_c the sum of p over the class, b_c that of b,
and the choice sum(p) = 0,

    (d_c / n_c) s_c + sum of s_e over the classes e not linked to c  =  b_c / n_c,
    p_i = (b_i - sum of s_e over the classes e not linked to the class of i) / d_c.

(Summing L p = b over a class gives d_c s_c - n_c (sum over linked e of s_e) = b_c, and the sum over all e is 0. The matrix, L
on the classes plus the all-ones matrix, is symmetric and positive definite.) Classes that are linked to all others have
p_i = b_i / N at once; only the rest, usually few, go into a dense system.

**The medians** of one sample against a block of others are found for all of them at once: the ratios, precursors x samples
and +inf where missing, go through a sorting network (Batcher's merge exchange; Knuth, The Art of Computer Programming 3,
5.2.2 M), whose every step is a minimum and a maximum of two rows, without a branch. That is several times faster than
a selection per pair.

Time grows with the square of the samples, memory per protein is at most n^2 bytes for the links and the dense system of
the rest. The compiled functions are cached beside this file by numba; the first call on a machine compiles them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from myosieve.quant.rollup.summaries import bounds

# Samples that are compared at once: their ratios stay in the processor's first cache.
BLOCK = 64


def maxlfq(log2: np.ndarray, groups: np.ndarray, minimum_ratio_count: int = 1) -> np.ndarray:
    """Estimate protein profiles from ratios of precursors.

    Parameters
    ----------
    log2
        (p x n) log2 intensities of precursors in samples, NaN = missing.
    groups
        (p,) number of the protein of each row: non-decreasing, every one of 0..m-1 at least once.
    minimum_ratio_count
        Fewest shared precursors that link two samples.

    Returns
    -------
    (m x n) log2, NaN where no precursor of the protein is observed in the sample.

    Raises
    ------
    ValueError
        The groups are not as described, a value is infinite, or the minimum is below 1.
    """
    if minimum_ratio_count < 1:
        raise ValueError(f"minimum ratio count {minimum_ratio_count} is below 1")
    edges = bounds(log2, groups)
    result = np.full((len(edges) - 1, log2.shape[1]), np.nan)
    values = np.ascontiguousarray(log2, dtype=np.float64)
    _estimate_all(values, edges, minimum_ratio_count, result)
    return result


@njit(cache=True, nogil=True)
def _estimate_all(values: np.ndarray, edges: np.ndarray, minimum: int, result: np.ndarray) -> None:
    """Write the estimates of every protein into `result` (m x n)."""
    for g in range(len(edges) - 1):
        samples = _observed(values[edges[g] : edges[g + 1]])
        if len(samples) == 0:
            continue
        x = np.empty((edges[g + 1] - edges[g], len(samples)))
        for row in range(len(x)):
            for i in range(len(samples)):
                x[row, i] = values[edges[g] + row, samples[i]]
        classes, sizes, linked = _classes(x, minimum)
        component = _components(linked)
        pull = _sums_of_ratios(x, minimum)
        profile = _fit(classes, sizes, linked, component, pull)
        _add_levels(x, classes, component, profile)
        for i in range(len(samples)):
            result[g, samples[i]] = profile[i]


@njit(cache=True, nogil=True)
def _observed(x: np.ndarray) -> np.ndarray:
    """Return the columns of x (k x n) with any value."""
    columns, count = np.empty(x.shape[1], dtype=np.int64), 0
    for i in range(x.shape[1]):
        for row in range(len(x)):
            if not np.isnan(x[row, i]):
                columns[count] = i
                count += 1
                break
    return columns[:count]


@njit(cache=True, nogil=True)
def _classes(x: np.ndarray, minimum: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Group samples by the precursors observed in them.

    Returns the class of each sample (n,), the size of each class, and which classes are linked (each to itself as well). A
    sample with too few precursors to be linked is a class of its own.
    """
    k, n = x.shape
    classes, sizes, number = np.empty(n, dtype=np.int64), np.zeros(n, dtype=np.int64), 0
    patterns = np.empty((n, k), dtype=np.bool_)  # of each class; the next one is written behind the last
    for i in range(n):
        for row in range(k):
            patterns[number, row] = not np.isnan(x[row, i])
        found = number
        if _shared(patterns[number], patterns[number]) >= minimum:
            found = 0
            while not _equal(patterns[found], patterns[number]):
                found += 1
        classes[i] = found
        sizes[found] += 1
        number += found == number
    linked = np.empty((number, number), dtype=np.bool_)
    for c in range(number):
        linked[c, c] = True
        for e in range(c):
            linked[c, e] = linked[e, c] = _shared(patterns[c], patterns[e]) >= minimum
    return classes, sizes[:number], linked


@njit(cache=True, nogil=True)
def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    row = 0
    while row < len(one) and one[row] == other[row]:
        row += 1
    return row == len(one)


@njit(cache=True, nogil=True)
def _shared(one: np.ndarray, other: np.ndarray) -> int:
    count = 0
    for row in range(len(one)):
        count += one[row] & other[row]
    return count


@njit(cache=True, nogil=True)
def _components(linked: np.ndarray) -> np.ndarray:
    """Return the number of the connected component of each class."""
    number, current, waiting = len(linked), -1, np.empty(len(linked), dtype=np.int64)
    component = np.full(number, -1)
    for start in range(number):
        if component[start] >= 0:
            continue
        current += 1
        component[start] = current
        waiting[0], count = start, 1
        while count > 0:
            count -= 1
            c = waiting[count]
            for e in range(number):
                if linked[c, e] and component[e] < 0:
                    component[e] = current
                    waiting[count] = e
                    count += 1
    return component


@njit(cache=True, nogil=True)
def _sums_of_ratios(x: np.ndarray, minimum: int) -> np.ndarray:
    """Return b (n,), for each sample the sum of its median ratios to the samples that it is linked to; x is (k x n)."""
    k, n = x.shape
    pull = np.zeros(n)
    ratios, shared = np.empty((k, BLOCK)), np.empty(BLOCK, dtype=np.int64)
    for i in range(n - 1):
        for begin in range(i + 1, n, BLOCK):
            width = min(BLOCK, n - begin)
            number = _compare(x, i, begin, width, ratios, shared)
            _sort(ratios, number, width)
            for j in range(width):
                if shared[j] >= minimum:
                    ratio = (ratios[(shared[j] - 1) // 2, j] + ratios[shared[j] // 2, j]) / 2
                    pull[i] += ratio
                    pull[begin + j] -= ratio
    return pull


@njit(cache=True, nogil=True)
def _compare(x: np.ndarray, i: int, begin: int, width: int, ratios: np.ndarray, shared: np.ndarray) -> int:
    """Write the ratios of sample i to `width` others into the rows of `ratios`, +inf where missing, and their numbers.

    Returns the number of rows, one per precursor observed in sample i.
    """
    number = 0
    shared[:] = 0
    for row in range(len(x)):
        value = x[row, i]
        if not np.isnan(value):
            for j in range(width):
                ratio = value - x[row, begin + j]
                ratios[number, j] = np.inf if np.isnan(ratio) else ratio
                shared[j] += not np.isnan(ratio)
            number += 1
    return number


@njit(cache=True, nogil=True)
def _sort(ratios: np.ndarray, number: int, width: int) -> None:
    """Sort the first `number` values of each of `width` columns by merge exchange."""
    first = 1
    while 2 * first < number:
        first *= 2
    p = first
    while p > 0:
        q, r, distance = first, 0, p
        while True:
            for i in range(number - distance):
                if i & p == r:
                    _exchange(ratios[i], ratios[i + distance], width)
            if q == p:
                break
            distance, q, r = q - p, q // 2, p
        p //= 2


@njit(cache=True, nogil=True)
def _exchange(lower: np.ndarray, higher: np.ndarray, width: int) -> None:
    """Put the lesser of each pair into `lower`, the greater into `higher`."""
    for j in range(width):
        a, b = lower[j], higher[j]
        # Adding 0 keeps the compiler from leaving out the stores that change nothing: masked stores take three times as long.
        lower[j] = (a if a < b else b) + 0.0
        higher[j] = (b if a < b else a) + 0.0


@njit(cache=True, nogil=True)
def _fit(
    classes: np.ndarray, sizes: np.ndarray, linked: np.ndarray, component: np.ndarray, pull: np.ndarray
) -> np.ndarray:
    """Return p (n,), summing to 0 over each component."""
    number = len(sizes)
    links, total, members = np.zeros(number), np.zeros(number), np.zeros(number)  # members: samples of each component
    for c in range(number):
        members[component[c]] += sizes[c]
        for e in range(number):
            links[c] += sizes[e] * linked[c, e]
    for i in range(len(pull)):
        total[classes[i]] += pull[i]
    rest, count = np.empty(number, dtype=np.int64), 0
    for c in range(number):
        if links[c] < members[component[c]]:
            rest[count] = c
            count += 1
    matrix, sums = np.empty((count, count)), np.empty(count)
    for a in range(count):
        c = rest[a]
        for b in range(count):
            matrix[a, b] = component[c] == component[rest[b]] and not linked[c, rest[b]]
        matrix[a, a] = links[c] / sizes[c]
        sums[a] = total[c] / sizes[c]
    _solve(matrix, sums)
    unlinked = np.zeros(number)
    for a in range(count):
        c = rest[a]
        for b in range(count):
            if component[c] == component[rest[b]] and not linked[c, rest[b]]:
                unlinked[c] += sums[b]
    profile = np.empty(len(pull))
    for i in range(len(pull)):
        profile[i] = (pull[i] - unlinked[classes[i]]) / links[classes[i]]
    return profile


@njit(cache=True, nogil=True)
def _solve(matrix: np.ndarray, right: np.ndarray) -> None:
    """Solve a symmetric positive definite system in place (Cholesky, upper triangle): `right` becomes the solution."""
    n = len(matrix)
    for k in range(n):
        for i in range(k + 1, n):
            factor = matrix[k, i] / matrix[k, k]
            if factor != 0.0:  # few classes are not linked: the matrix is sparse at first
                for j in range(i, n):
                    matrix[i, j] -= factor * matrix[k, j]
                right[i] -= factor * right[k]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            right[i] -= matrix[i, j] * right[j]
        right[i] /= matrix[i, i]


@njit(cache=True, nogil=True)
def _add_levels(x: np.ndarray, classes: np.ndarray, component: np.ndarray, profile: np.ndarray) -> None:
    """Add log2 of the summed 2^a_k of its component to each sample's p; x is (k x n)."""
    k, n = x.shape
    number = 0
    for c in component:
        number = max(number, c + 1)
    response, count = np.zeros((number, k)), np.zeros((number, k))
    for row in range(k):
        for i in range(n):
            if not np.isnan(x[row, i]):
                response[component[classes[i]], row] += x[row, i] - profile[i]
                count[component[classes[i]], row] += 1
    level = np.zeros(number)
    for c in range(number):
        top = -np.inf  # relative to the brightest precursor nothing overflows
        for row in range(k):
            if count[c, row] > 0:
                response[c, row] /= count[c, row]
                top = max(top, response[c, row])
        for row in range(k):
            if count[c, row] > 0:
                level[c] += np.exp2(response[c, row] - top)
        level[c] = np.log2(level[c]) + top
    for i in range(n):
        profile[i] += level[component[classes[i]]]
