r"""Variance stabilization and calibration (Huber et al. 2002, doi:10.1093/bioinformatics/18.suppl_1.S96).

Additive noise makes faint proteins noisy on the log scale. With y_ij the linear intensity of protein i in sample j,

    h_j(y) = arsinh(b_j (o_j + y)),    h_j(y_ij) = mu_i + e_ij,    e_ij ~ N(0, c^2),

an offset a_j = b_j o_j and a factor b_j > 0 per sample calibrate and stabilize at once. Maximum likelihood with mu_i and
c profiled out minimizes, over the N observed values,

    L = N/2 log(sum of squared residuals) - sum of log h_j'(y_ij),    h_j'(y) = b_j / sqrt(1 + b_j^2 (o_j + y)^2),

by Newton steps in o and log b with the exact Hessian. It is made robust by least trimmed squares: the proteins of the
largest residual spread are left out, a quarter within each of five slices of the level, and the fit is repeated.

arsinh(u) / log 2 = log2(u + sqrt(u^2 + 1)) is close to log2(2 u) for large u. Subtracting 1 and log2 of the geometric
mean of the b_j therefore gives the log2 scale at high intensities; faint values are compressed. It is not a shift, and
stabilizing what is stabilized already compresses once more.

Every protein, deciding or not, goes through h_j of its sample, which is strictly rising. What a sample's loading is
does not matter: intensities are taken relative to the sample's median before the fit.

The b_j relative to one another, which calibrate, are well determined. Their common size, which says where the
compression begins, is so only with many values near the additive noise; trimming enlarges it (to about twice the
planted one in simulations), that is towards the plain logarithm, and so does the loss of negative intensities. Without
additive noise it would grow without end; from 2^10 on (compression begins 10 log2 below the median) a quadratic penalty
holds it. The fit uses at most `MOST_VALUES` values: in larger tables every k-th protein in order of level.
"""

from __future__ import annotations

import numpy as np

from myosieve.quant.normalization.anchors import row_means

# Share of the proteins that each fit after the first goes by, slices of the level, and most fits.
KEPT_SHARE = 0.75
SLICES = 5
FITS = 4
# Mean of log b over samples, in units of the sample's median intensity: where the search starts and where it is held.
FIRST_FACTOR = 3.0
LARGEST_FACTOR = 10 * np.log(2)
MOST_VALUES = 500_000
# Newton's method: most steps, largest step in log b, smallest curvature against the largest, and a step that is none.
_MOST_STEPS, _LONGEST_STEP, _LEAST_CURVATURE, _SETTLED = 100, 2.0, 1e-8, 1e-6


def stabilized(log2: np.ndarray, deciding: np.ndarray) -> np.ndarray:
    """Calibrate and stabilize.

    Parameters
    ----------
    log2
        (m x n) log2 intensities, NaN = missing.
    deciding
        (m,) booleans: the proteins that the samples' offsets and factors are fitted to.

    Returns
    -------
    (m x n) generalized log2, NaN where `log2` is. Unchanged where fewer than two samples share a deciding protein.
    """
    rows = deciding & ((~np.isnan(log2)).sum(axis=1) >= 2)
    samples = ~np.isnan(log2[rows]).all(axis=0)
    result = log2.copy()
    if samples.sum() < 2:
        return result
    x = log2[:, samples]
    # Samples start from equal medians: a sample's loading then changes no step of the search.
    center = np.nanmedian(x[rows], axis=0)
    y = np.exp2(x - center)
    offset, log_factor = _robust_fit(y[_spaced(x, center, rows)])
    u = np.exp(log_factor) * (offset + y)
    scale = log_factor / np.log(2) - center
    result[:, samples] = np.arcsinh(u) / np.log(2) - 1 - scale.mean()
    return result


def _spaced(x: np.ndarray, center: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return indices of the rows to fit to: all, or evenly spaced in order of level where there are too many."""
    candidates = np.flatnonzero(rows)
    step = -(-len(candidates) * x.shape[1] // MOST_VALUES)
    return candidates[np.argsort(row_means((x - center)[candidates]), kind="stable")[:: max(step, 1)]]


def _robust_fit(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return offsets o and log factors log b (n,) by least trimmed squares over the rows of y."""
    n = y.shape[1]
    parameters = np.concatenate([np.zeros(n), np.full(n, FIRST_FACTOR)])
    chosen = np.ones(len(y), dtype=bool)
    for _ in range(FITS):
        parameters = _likeliest(y[chosen], parameters)
        h = np.arcsinh(np.exp(parameters[n:]) * (parameters[:n] + y))
        level = row_means(h)
        counts = (~np.isnan(h)).sum(axis=1)
        following = _steady(level, np.nansum((h - level[:, None]) ** 2, axis=1) / (counts - 1))
        if (following == chosen).all():
            break
        chosen = following
    return parameters[:n], parameters[n:]


def _steady(level: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Return the proteins of smallest spread, the same share in each slice of the level."""
    slices = np.argsort(np.argsort(level, kind="stable"), kind="stable") * SLICES // len(level)
    limits = np.array(
        [np.quantile(spread[slices == s], KEPT_SHARE) if (slices == s).any() else 0.0 for s in range(SLICES)]
    )
    return spread <= limits[slices]


def _likeliest(y: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return the parameters that minimize the penalized profile likelihood from `start`, by Newton steps.

    Along directions of negative curvature a step goes downhill as far as positive curvature of that size would allow, and
    steps are halved until the likelihood improves.
    """
    parameters = start
    loss, gradient, hessian = _likelihood(y, parameters)
    for _ in range(_MOST_STEPS):
        scale = np.sqrt(np.maximum(np.abs(np.diag(hessian)), np.finfo(float).tiny))
        curvature, directions = np.linalg.eigh(hessian / scale / scale[:, None])
        curvature = np.maximum(np.abs(curvature), _LEAST_CURVATURE)
        step = -(directions @ (directions.T @ (gradient / scale) / curvature)) / scale
        step *= _LONGEST_STEP / max(float(np.abs(step[len(step) // 2 :]).max()), _LONGEST_STEP)
        while np.abs(step).max() >= _SETTLED:
            following = _likelihood(y, parameters + step)
            if following[0] <= loss:
                break
            step = step / 2
        else:
            break
        parameters, (loss, gradient, hessian) = parameters + step, following
    return parameters


def _likelihood(y: np.ndarray, parameters: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the loss of o and log b (2n,), its gradient (2n,) and its Hessian (2n x 2n)."""
    n = y.shape[1]
    log_factor = parameters[n:]
    factor = np.exp(log_factor)
    seen = ~np.isnan(y)
    observed, counts = int(seen.sum()), seen.sum(axis=1, keepdims=True)
    u = np.where(seen, factor * (parameters[:n] + y), 0.0)
    h = np.where(seen, np.arcsinh(u), 0.0)
    residual = np.where(seen, h - h.sum(axis=1, keepdims=True) / counts, 0.0)
    squares = max(float((residual**2).sum()), np.finfo(float).tiny)
    square = np.where(seen, 1 + u**2, 1.0)
    slope = np.where(seen, 1 / np.sqrt(square), 0.0)  # h'
    # first and second derivatives by u of half the squared residuals, and of half log(1 + u^2)
    pull, bend = residual * slope, np.where(seen, u / square, 0.0)
    pull_rate, bend_rate = -residual * u * slope**3, np.where(seen, (1 - u**2) / square**2, 0.0)
    beyond = max(0.0, log_factor.mean() - LARGEST_FACTOR)
    loss = observed / 2 * np.log(squares) + np.log(square).sum() / 2 - seen.sum(axis=0) @ log_factor
    loss += observed / 2 * beyond**2

    pulled = _by_parameter(pull, u, factor)
    weight = observed / squares
    gradient = weight * pulled + _by_parameter(bend, u, factor)
    gradient[n:] += observed * beyond / n - seen.sum(axis=0)
    # per parameter, h' by it; the residual subtracts the row mean
    derivative = np.hstack([slope * factor, slope * u])
    hessian = -weight * (derivative / counts).T @ derivative
    hessian -= 2 * weight / squares * np.outer(pulled, pulled)
    hessian[n:, n:] += observed / n**2 * (beyond > 0)
    # each sample's own block: the derivatives of u are b by o and u by log b, and the second ones b (mixed) and u (log b)
    once, twice = weight * pull + bend, weight * (slope**2 + pull_rate) + bend_rate
    mixed = factor * (twice * u + once).sum(axis=0)
    offsets, factors = np.arange(n), np.arange(n, 2 * n)
    hessian[offsets, offsets] += factor**2 * twice.sum(axis=0)
    hessian[offsets, factors] += mixed
    hessian[factors, offsets] += mixed
    hessian[factors, factors] += ((twice * u + once) * u).sum(axis=0)
    return float(loss), gradient, hessian


def _by_parameter(by_u: np.ndarray, u: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Return the derivative by o and log b (2n,) of a sum over values, from that by u (m x n)."""
    return np.concatenate([factor * by_u.sum(axis=0), (by_u * u).sum(axis=0)])
