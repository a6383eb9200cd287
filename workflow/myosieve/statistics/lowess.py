"""Locally weighted regression with prior weights (Cleveland 1979, J Am Stat Assoc 74:829), without robustness steps.

Local lines are fitted at up to 200 seed points, spaced by at least a distance `delta`, and joined by straight lines. The
span is a share of the total weight, so that imprecise points widen a window instead of filling it. The rules for seeds,
span and window were settled against limma's reference results, whose fitted values they reproduce to 1e-12.
"""

from __future__ import annotations

import numpy as np

SEEDS = 200


def span_for(n: int) -> float:
    """Return the share of the weight in a window for n points: 1 up to 500 points, falling to 0.3 with the cube root."""
    return min(1.0, 0.3 + 0.7 * (500 / n) ** (1 / 3))


def weighted_lowess(x: np.ndarray, y: np.ndarray, weights: np.ndarray, span: float) -> np.ndarray:
    """Smooth y over x.

    Parameters
    ----------
    x, y
        (n,) coordinates, finite, in any order.
    weights
        (n,) positive prior weights.
    span
        Share of the total weight in each local window, 0 to 1.

    Returns
    -------
    (n,) fitted values at x.
    """
    order = np.argsort(x, kind="stable")
    xs, ys, ws = x[order], y[order], weights[order]
    seeds = _seed_points(xs)
    half_widths = _half_widths(xs, ws, seeds, span)
    starts = np.searchsorted(xs, xs[seeds] - half_widths, side="left")
    stops = np.searchsorted(xs, xs[seeds] + half_widths, side="right")
    at_seeds = [
        _local_line(xs[start:stop], ys[start:stop], ws[start:stop], xs[seed], half_width)
        for seed, half_width, start, stop in zip(seeds, half_widths, starts, stops, strict=True)
    ]
    fitted = np.empty(len(x))
    fitted[order] = np.interp(xs, xs[seeds], at_seeds)
    return fitted


def _seed_points(xs: np.ndarray) -> np.ndarray:
    """Return indices of the seed points of sorted xs: the first, the last, and between them each that is over delta away.

    delta is the smallest spacing that keeps the seeds to about SEEDS: with the k widest gaps spent on k seeds, the rest of
    the range is shared by the others, minimized over k.
    """
    gaps = np.sort(np.diff(xs))
    covered = np.cumsum(gaps)
    spent = np.arange(min(SEEDS, len(gaps)))
    delta = np.min(covered[len(gaps) - 1 - spent] / (SEEDS - spent)) if len(gaps) else 0.0
    seeds = [0]
    while True:
        following = int(np.searchsorted(xs, xs[seeds[-1]] + delta, side="right"))
        # x + delta is rounded, the distance is what counts
        while following < len(xs) and xs[following] - xs[seeds[-1]] <= delta:
            following += 1
        if following >= len(xs) - 1:
            break
        seeds.append(following)
    if xs[-1] > xs[seeds[-1]]:
        seeds.append(len(xs) - 1)
    return np.array(seeds)


def _half_widths(xs: np.ndarray, ws: np.ndarray, seeds: np.ndarray, span: float) -> np.ndarray:
    """Return for each seed the distance to the farthest point of the smallest window that holds `span` of the weight.

    The farthest point is either on the left, and then the right end follows from it, or the other way round: for each side,
    the nearest point that makes the window heavy enough is found by bisection over the points.
    """
    cumulative = np.concatenate([[0.0], np.cumsum(ws)])
    target = span * cumulative[-1] * (1 - 1e-14)
    center, n = xs[seeds], len(xs)

    rounding = 4 * np.finfo(float).eps * np.abs(xs).max()  # center - (center - x) need not be x

    def enough(half_width: np.ndarray) -> np.ndarray:
        half_width = half_width + rounding
        left = np.searchsorted(xs, center - half_width, side="left")
        right = np.searchsorted(xs, center + half_width, side="right")
        return cumulative[right] - cumulative[left] >= target

    def nearest(outermost: np.ndarray, step: int) -> np.ndarray:
        """Return the smallest sufficient distance to a point on one side; infinite where its outermost does not do."""
        near, far = np.zeros_like(seeds), outermost.copy()  # counted in points from the seed
        for _ in range(int(n).bit_length()):
            middle = (near + far) // 2
            good = enough(np.abs(xs[seeds + step * middle] - center))
            near, far = np.where(good, near, np.minimum(middle + 1, far)), np.where(good, middle, far)
        distance = np.abs(xs[seeds + step * far] - center)
        return np.where(enough(distance), distance, np.inf)

    return np.minimum(nearest(seeds, -1), nearest(n - 1 - seeds, 1))


def _local_line(x: np.ndarray, y: np.ndarray, weights: np.ndarray, at: float, half_width: float) -> float:
    """Return the tricube-weighted least-squares line's value at `at`; the weighted mean where there is no slope."""
    distance = x - at
    distance *= 1 / (half_width or 1.0)
    kernel = np.abs(distance)
    kernel = 1 - kernel * kernel * kernel
    kernel *= kernel * kernel * weights
    total = kernel.sum()
    mean, y_mean = (kernel @ distance) / total, (kernel @ y) / total
    distance -= mean
    kernel *= distance
    spread = kernel @ distance
    if spread <= 1e-14 * total:
        return y_mean
    return y_mean - mean * (kernel @ y) / spread
