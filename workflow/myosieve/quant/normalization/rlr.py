r"""Robust linear regression: a shift per sample that may rise or fall with the protein's level, along one straight line.

With the level a_i of the additive fit (see `anchors`) and c the mean level of the anchors,

    x_ij - a_i = alpha_j + beta_j (a_i - c) + e_ij

is fitted to the anchors of each sample by Huber's M-estimate (weight min(1, 1.345 s / |residual|), s = 1.4826 times
the median absolute residual; iteratively reweighted least squares). alpha and beta are centered over samples, and the
line is subtracted:

    x_ij <- x_ij - alpha_j - beta_j (a_i - c).

Where values are missing, the levels are estimated again from the corrected values and the fit is repeated until
nothing moves. Beyond the levels of the anchors the line is held level: nothing is extrapolated.

**How it differs from dividing.** The published form (Chawade, Alexandersson and Levander 2014, doi:10.1021/pr401264n)
regresses x_ij on a reference profile and returns (x - a) / b. Dividing log2 values by b multiplies what a protein
deviates from the line, its fold change, by 1/b; and noise in the reference makes b too small. Here the difference is
regressed on the mean level, as in a plot of difference over mean, and the line is subtracted: what a protein deviates
from it stays as measured, in full.
"""

from __future__ import annotations

import numpy as np

from myosieve.quant.normalization.anchors import protein_levels, sample_effects

# Huber's constant: 95 % efficiency under normal errors; 1.4826 makes the median absolute residual a standard deviation.
HUBER = 1.345
MEDIAN_TO_SD = 1.4826
# A slope over fewer anchors is noise; the sample is then shifted only.
FEWEST_FOR_SLOPE = 10
_REWEIGHTINGS, _ROUNDS, _SETTLED = 50, 100, 1e-7


def line_corrected(x: np.ndarray, anchored: np.ndarray) -> np.ndarray:
    """Subtract from each sample a robust line of the difference to the protein's level over that level.

    Parameters
    ----------
    x
        (m x n) log2 intensities, NaN = missing.
    anchored
        (m,) booleans: the proteins that the lines are fitted to, each with a value.

    Returns
    -------
    (m x n) log2, NaN where `x` is. A sample without an anchor is not changed.
    """
    result = x.copy()
    samples = ~np.isnan(x[anchored]).all(axis=0)
    if samples.sum() < 2:
        return result
    values = x[:, samples]
    for _ in range(_ROUNDS):
        effects = sample_effects(values[anchored])
        levels = protein_levels(values, effects)
        own = levels[anchored]
        alpha, beta = huber_lines(own - own.mean(), values[anchored] - own[:, None])
        places = np.clip(levels, own.min(), own.max()) - own.mean()
        step = (alpha - alpha.mean()) + np.outer(places, beta - beta.mean())
        values = values - step
        if np.nanmax(np.abs(step)) < _SETTLED:
            break
    result[:, samples] = values
    return result


def huber_lines(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit a robust line to each column.

    Parameters
    ----------
    x
        (m,) coordinates, finite.
    y
        (m x n) values, NaN = missing; each column has one.

    Returns
    -------
    Intercepts and slopes, (n,) each; slope 0 for a column with fewer than `FEWEST_FOR_SLOPE` values or one x.
    """
    seen = ~np.isnan(y)
    filled = np.where(seen, y, 0.0)
    weights = seen.astype(float)
    intercept, slope = np.zeros(y.shape[1]), np.zeros(y.shape[1])
    smallest = np.finfo(float).eps * max(1.0, float(np.abs(filled).max()))
    for _ in range(_REWEIGHTINGS):
        before = intercept, slope
        intercept, slope = _weighted_lines(x, filled, weights, seen.sum(axis=0) >= FEWEST_FOR_SLOPE)
        residual = np.abs(y - intercept - np.outer(x, slope))
        if max(np.abs(intercept - before[0]).max(), np.abs(slope - before[1]).max()) < _SETTLED / 100:
            break
        scale = np.maximum(MEDIAN_TO_SD * np.nanmedian(residual, axis=0), smallest)
        weights = np.where(seen, np.minimum(1.0, HUBER * scale / np.maximum(residual, smallest)), 0.0)
    return intercept, slope


def _weighted_lines(x: np.ndarray, y: np.ndarray, w: np.ndarray, sloping: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return intercepts and slopes of weighted least squares per column; slope 0 where not `sloping`."""
    total = w.sum(axis=0)
    x_mean, y_mean = x @ w / total, (w * y).sum(axis=0) / total
    spread = (x**2) @ w / total - x_mean**2
    shared = x @ (w * y) / total - x_mean * y_mean
    sloping = sloping & (spread > 1e-12 * max(1.0, float(np.abs(x).max()) ** 2))
    slope = np.where(sloping, shared / np.where(sloping, spread, 1.0), 0.0)
    return y_mean - slope * x_mean, slope
