r"""Variance stabilization and calibration (Huber et al. 2002, doi:10.1093/bioinformatics/18.suppl_1.S96).

Additive noise makes faint proteins noisy on the log scale. With y_ij the linear intensity of protein i in sample j,

    h_j(y) = arsinh(a_j + b_j y),    h_j(y_ij) = mu_i + e_ij,    e_ij ~ N(0, c^2),

an offset a_j and a factor b_j > 0 per sample calibrate and stabilize at once. Maximum likelihood with mu_i and c profiled
out minimizes, over the N observed values,

    L = N/2 log(sum of squared residuals) - sum of log h_j'(y_ij),    h_j'(y) = b_j / sqrt(1 + (a_j + b_j y)^2),

and is made robust by least trimmed squares: the proteins of the largest residual spread are left out, within slices of the
level, and the fit is repeated. (arsinh(u) / log 2 = log2(u + sqrt(u^2 + 1)) is close to log2(2 u) for large u, so subtracting
log2 of twice the geometric mean of the b_j gives the log2 scale at high intensities; faint values are compressed.)
"""

from __future__ import annotations

import numpy as np

# Share of the proteins that each fit after the first goes by, slices of the level, and most fits.
KEPT_SHARE = 0.9
SLICES = 5
FITS = 7
# Without additive noise the factors grow without end and arsinh becomes the logarithm: beyond e^8 nothing changes any more.
_LARGEST = 8.0


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
    offset, log_factor = _robust_fit(y[rows])
    u = offset + np.exp(log_factor) * y
    scale = log_factor / np.log(2) - center
    result[:, samples] = np.arcsinh(u) / np.log(2) - 1 - scale.mean()
    return result


def _robust_fit(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return offsets a and log factors (n,) by least trimmed squares over the rows of y."""
    n = y.shape[1]
    parameters = np.zeros(2 * n)
    chosen = np.ones(len(y), dtype=bool)
    for _ in range(FITS):
        parameters = _likeliest(y[chosen], parameters)
        h = np.arcsinh(parameters[:n] + np.exp(parameters[n:]) * y)
        level = np.nanmean(h, axis=1)
        following = _steady(level, np.nanmean((h - level[:, None]) ** 2, axis=1))
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
    """Return the parameters that minimize the profile likelihood L from `start`."""
    # scipy.optimize is imported here: it takes longer than most normalizations.
    from scipy.optimize import minimize

    n = y.shape[1]
    seen = ~np.isnan(y)
    filled = np.where(seen, y, 0.0)
    observed, counts = seen.sum(), seen.sum(axis=1, keepdims=True)

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        z = np.exp(parameters[n:]) * filled
        u = parameters[:n] + z
        h = np.where(seen, np.arcsinh(u), 0.0)
        residual = np.where(seen, h - h.sum(axis=1, keepdims=True) / counts, 0.0)
        squares = max((residual**2).sum(), np.finfo(float).tiny)
        slope = 1 / np.sqrt(1 + u**2)
        log_slope = np.where(seen, np.log(slope), 0.0).sum() + seen.sum(axis=0) @ parameters[n:]
        pull = residual * slope * (observed / squares)
        bend = np.where(seen, u * slope**2, 0.0)
        gradient = np.concatenate([(pull + bend).sum(axis=0), (z * (pull + bend)).sum(axis=0) - seen.sum(axis=0)])
        return observed / 2 * np.log(squares) - log_slope, gradient

    bounds = [(None, None)] * n + [(-_LARGEST, _LARGEST)] * n
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 1000, "maxfun": 2000})
    return found.x
