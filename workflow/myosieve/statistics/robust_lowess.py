"""Robust locally weighted regression (Cleveland 1979, J Am Stat Assoc 74:829, doi:10.1080/01621459.1979.10481038).

Local lines with the tricube kernel are fitted at seed points and joined by straight lines; the fit is repeated with
bisquare weights of the residuals, so that outliers lose their say. The kernel at a seed depends on x alone: it is
computed once, and each repetition is one product of the kernels with the moments of the points. The rules for seeds
and windows were settled against limma's reference results.
"""

from __future__ import annotations

import numpy as np

# Points closer together than this share of the range are interpolated.
SPACING = 0.01
# Cleveland's kernel is 1 within a thousandth of the half width; bisquare weights are 1 below a thousandth of six times the
# median absolute residual and 0 above 0.999 times.
_NEAR, _FAR = 0.001, 0.999


def robust_lowess(x: np.ndarray, y: np.ndarray, span: float, fits: int = 4) -> np.ndarray:
    """Smooth y over x.

    Parameters
    ----------
    x, y
        (n,) coordinates, finite, in any order.
    span
        Share of the points in each local window, 0 to 1; at least two points.
    fits
        Number of fits: the first without and the others with robustness weights (count).

    Returns
    -------
    (n,) fitted values at x; y itself where there are fewer than two points.
    """
    n = len(x)
    if n < 2:
        return y.astype(float)
    order = np.argsort(x, kind="stable")
    xs, ys = x[order].astype(float), y[order].astype(float)
    seeds = _seed_points(xs)
    kernels = _kernels(xs, seeds, min(max(int(span * n + 1e-7), 2), n))
    robustness = np.ones(n)
    for _ in range(fits):
        smooth = np.interp(xs, xs[seeds], _local_lines(xs, ys, robustness, seeds, kernels))
        residuals = np.abs(ys - smooth)
        six_medians = 6 * np.median(residuals)
        if six_medians <= 1e-7 * residuals.mean():
            break  # more than half of the points lie on the curve
        robustness = _bisquare(residuals, six_medians)
    fitted = np.empty(n)
    fitted[order] = smooth
    return fitted


def _seed_points(xs: np.ndarray) -> np.ndarray:
    """Return indices of the seeds in sorted xs: each is the last point within the spacing of the one before, or the next."""
    spacing = SPACING * (xs[-1] - xs[0])
    seeds = [0]
    while xs[seeds[-1]] < xs[-1]:
        # a point at the same place as a seed gets the seed's value
        beyond = int(np.searchsorted(xs, xs[seeds[-1]], side="right"))
        last_within = int(np.searchsorted(xs, xs[seeds[-1]] + spacing, side="right")) - 1
        seeds.append(max(beyond, last_within))
    return np.array(seeds)


def _kernels(xs: np.ndarray, seeds: np.ndarray, width: int) -> np.ndarray:
    """Return the tricube weights (seeds x points) of the `width` points nearest to each seed."""
    at = xs[seeds]
    # A window moves right while the point it would gain is nearer than the one it would lose: right - at < at - left.
    left = np.searchsorted(xs[: len(xs) - width] + xs[width:], 2 * at, side="left")
    half_widths = np.maximum(at - xs[left], xs[left + width - 1] - at)
    kernels = np.zeros((len(seeds), len(xs)))
    first, last = _within(xs, at, _FAR * half_widths)
    first_near, last_near = _within(xs, at, _NEAR * half_widths)
    for row, center, half_width, start, stop in zip(kernels, at, half_widths, first, last, strict=True):
        if half_width > 0:
            ratio = (xs[start:stop] - center) / half_width
            np.abs(ratio, out=ratio)
            fall = 1 - ratio * ratio * ratio
            np.multiply(fall, fall, out=row[start:stop])
            row[start:stop] *= fall
    for row, start, stop in zip(kernels, first_near, last_near, strict=True):
        row[start:stop] = 1.0  # where all points of a window share one place, these are the only ones
    return kernels


def _within(xs: np.ndarray, at: np.ndarray, distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first index, and the one after the last, of sorted xs within a distance of each place."""
    return np.searchsorted(xs, at - distances, side="left"), np.searchsorted(xs, at + distances, side="right")


def _local_lines(
    xs: np.ndarray, ys: np.ndarray, weights: np.ndarray, seeds: np.ndarray, kernels: np.ndarray
) -> np.ndarray:
    """Return the value at each seed of the weighted least-squares line; the weighted mean where x hardly spreads."""
    centered = xs - xs.mean()
    moments = np.stack(
        [weights, weights * centered, weights * centered**2, weights * ys, weights * centered * ys], axis=1
    )
    total, x1, x2, y1, xy = (kernels @ moments).T
    with np.errstate(invalid="ignore", divide="ignore"):
        x1, x2, y1, xy = x1 / total, x2 / total, y1 / total, xy / total
        variance = x2 - x1**2
        slope = np.where(variance > (0.001 * (xs[-1] - xs[0])) ** 2, (xy - x1 * y1) / variance, 0.0)
    # where every point of a window is an outlier, the value is kept
    return np.where(total > 0, y1 + slope * (centered[seeds] - x1), ys[seeds])


def _bisquare(residuals: np.ndarray, six_medians: float) -> np.ndarray:
    """Return Cleveland's robustness weights of absolute residuals."""
    ratio = residuals / six_medians
    return np.where(ratio > _FAR, 0.0, np.where(ratio > _NEAR, (1 - np.minimum(ratio, 1.0) ** 2) ** 2, 1.0))
