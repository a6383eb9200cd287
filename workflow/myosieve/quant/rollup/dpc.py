r"""Protein quantities from precursors with a detection-probability curve: missing values say "probably faint" and nothing more.

Li, Cobbold & Smyth 2025 (doi:10.1101/2025.04.28.651125), derived anew. Within one protein, precursor i has in sample j

    y_ij = a_i + mu_j + e_ij,    e_ij ~ N(0, s^2),    sum of a_i = 0,

and is observed with probability expit(b0 + o_j + b1 y_ij) (`detection`; o_j is 0 unless samples differ in depth). An observed
value contributes its normal density; a missing one P(missing | a_i + mu_j) = E[1 - expit(b0 + o_j + b1 Y)],
Y ~ N(a_i + mu_j, s^2). The prior of the protein's profile is

    mu_j = M + d_j,    d_j ~ N(0, change_sd^2),

with any M equally likely, and hyperparameters estimated over all proteins (`hyperparameters`). The estimate is the posterior
mode. The log posterior is concave, so that the mode is unique and Newton's method with halved steps finds it.

**Newton's step.** With w_ij minus the second derivative of value ij's log contribution (1/s^2 where observed), minus the
Hessian is an arrow: diagonal among the rows (a_1..a_k, and M as one row more), diagonal among the samples, w between them,

    [ A   C ]    A = diag(sum_j w_ij; n/change_sd^2)    C_ij = w_ij; -1/change_sd^2 in the row of M
    [ C'  B ]    B = diag(sum_i w_ij + 1/change_sd^2).

The samples are eliminated; R = A - C B^-1 C' with the constraint as a border is solved, k + 2 unknowns whatever the number of
samples. (The mode of mu with M as a variable is that with M integrated out, since the prior is normal.)

**Standard errors** are those of the curvature at the mode: var(mu_j) = 1/B_j + (B^-1 C' R^+ C B^-1)_jj, R^+ the inverse of R
under the constraint.

**Samples without any precursor** of a protein, measured equally deeply, have the same likelihood and prior, hence the same
estimate, with a standard error near change_sd. It is always below the protein's mean over samples: at the mode the d_j sum to
zero, and there d_j = -change_sd^2 b1 sum_i P(detected) < 0. This is why M has no prior: one that draws faint proteins to the
middle of all would put samples in which they are missing above those in which they are seen.

**Hyperparameters.** The additive model is fitted by least squares to each protein's observed values. s^2 is its residual
variance, moderated over proteins (`statistics.moderation`); change_sd is the 90 % quantile over proteins of the standard
deviation of mu over samples, so that proteins that do change are not held back.

Proteins with equally many precursors are computed together. A protein's estimate depends on its own values, the curve and the
hyperparameters only: chunks give what all at once give.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from myosieve.quant.rollup.detection import DetectionCurve, log_missing
from myosieve.statistics.moderation import moderate

# Newton's method ends when no estimate of a protein moves by more (log2), or after so many steps.
TOLERANCE = 1e-9
MOST_STEPS = 200
_MOST_HALVINGS = 30
# Values of a batch of proteins: some ten arrays of this many doubles are held at once.
_BATCH_VALUES = 250_000
# Quantile over proteins of the standard deviation over samples that becomes the prior's.
_CHANGE_QUANTILE = 0.9
# Where nothing can be learned (log2): no two values of a protein to compare, or they are all equal.
_PRESET_NOISE, _PRESET_SPREAD = 0.3, 1.0
_LEAST_SD = 0.01


@dataclass(frozen=True)
class Hyperparameters:
    """Priors of all proteins, log2: SD of a protein over samples, noise variance and its degrees of freedom."""

    change_sd: float
    noise_variance: float
    noise_df: float


@dataclass(frozen=True)
class Quantified:
    """Protein log2 and its standard error (m x n), NaN for proteins without any value; observed precursors (m x n counts)."""

    log2: np.ndarray
    standard_error: np.ndarray
    observed: np.ndarray


def hyperparameters(log2: np.ndarray, groups: np.ndarray) -> Hyperparameters:
    """Estimate the priors over all proteins.

    Parameters
    ----------
    log2
        (p x n) log2 intensities of precursors, NaN = missing.
    groups
        (p,) protein of each precursor, non-decreasing, 0..m-1, each at least once.

    Returns
    -------
    Hyperparameters
        Where no protein has two precursors, noise and change cannot be told apart: half of the median variance over samples is
        taken for noise.
    """
    _check(log2, groups)
    count = int(groups[-1]) + 1
    spread, variance, df = (np.full(count, np.nan) for _ in range(3))
    for proteins, rows in _batches(log2, groups):
        fit = _AdditiveFit.of(log2[rows])
        variance[proteins], df[proteins] = fit.variance, fit.df
        spread[proteins] = fit.mean_and_sd()[1]
    if np.isnan(df).all():
        raise ValueError("no observed value to estimate priors from")
    spread = spread[np.isfinite(spread)]
    noise_variance, noise_df = _noise(variance, np.nan_to_num(df), spread)
    return Hyperparameters(
        change_sd=_standard_deviation(np.quantile(spread, _CHANGE_QUANTILE) if len(spread) else 0.0, _PRESET_SPREAD),
        noise_variance=noise_variance,
        noise_df=noise_df,
    )


def dpc_quantify(log2: np.ndarray, groups: np.ndarray, curve: DetectionCurve, prior: Hyperparameters) -> Quantified:
    """Estimate protein quantities, also in samples where some or all precursors of a protein are missing.

    Parameters
    ----------
    log2
        (p x n) log2 intensities of precursors, NaN = missing. A precursor without any value says nothing and is ignored.
        Samples that failed as a whole should be left out: their missing values would be taken for faint proteins.
    groups
        (p,) protein of each precursor, non-decreasing, 0..m-1, each at least once.
    curve
        The detection-probability curve of all precursors.
    prior
        Hyperparameters of all proteins.

    Returns
    -------
    Quantified
        Posterior modes, their standard errors from the curvature, and the numbers of observed precursors.
    """
    _check(log2, groups)
    m, n = int(groups[-1]) + 1, log2.shape[1]
    estimate, error = np.full((m, n), np.nan), np.full((m, n), np.nan)
    observed = np.add.reduceat(~np.isnan(log2), np.flatnonzero(np.diff(groups, prepend=-1)), axis=0, dtype=np.int64)
    for proteins, rows in _batches(log2, groups):
        fit = _AdditiveFit.of(log2[rows])
        mean, _ = fit.mean_and_sd()
        profile = np.where(np.isnan(fit.samples), mean[:, None], fit.samples)
        posterior = _Posterior(log2[rows], _moderated_noise(fit, prior), curve, prior)
        theta, weight = _mode(posterior, np.concatenate([fit.precursors, mean[:, None], profile], axis=1))
        estimate[proteins], error[proteins] = theta[:, rows.shape[1] + 1 :], posterior.standard_errors(weight)
    return Quantified(estimate, error, observed)


def _check(log2: np.ndarray, groups: np.ndarray) -> None:
    if log2.ndim != 2 or groups.shape != log2.shape[:1] or not len(groups):
        raise ValueError(f"one group per precursor is needed, not {groups.shape} for {log2.shape}")
    if groups[0] != 0 or not np.isin(np.diff(groups), (0, 1)).all():
        raise ValueError("groups must be non-decreasing integers from 0 without gaps")
    if np.isinf(log2).any():
        raise ValueError("infinite intensity")


def _batches(log2: np.ndarray, groups: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield proteins (g,) and their rows (g x k) for each number k of precursors with any value, in parts of bounded size."""
    kept = np.flatnonzero(~np.isnan(log2).all(axis=1))
    proteins, first, sizes = np.unique(groups[kept], return_index=True, return_counts=True)
    for k in np.unique(sizes):
        alike = np.flatnonzero(sizes == k)
        part = max(1, int(_BATCH_VALUES / (k * (log2.shape[1] + k))))
        for start in range(0, len(alike), part):
            chosen = alike[start : start + part]
            yield proteins[chosen], kept[first[chosen][:, None] + np.arange(k)]


def _noise(variance: np.ndarray, df: np.ndarray, spread: np.ndarray) -> tuple[float, float]:
    """Return the prior noise variance and its degrees of freedom from the proteins' own."""
    if (df > 0).any():
        pooled = float((np.where(df > 0, variance, 0.0) * df).sum() / df.sum())
        moderated = moderate(variance, df).prior
        learned = float(moderated.variance[0])
        if np.isfinite(learned):
            return max(learned, _LEAST_SD**2), moderated.df
        # Fewer than three proteins: their common variance, as one of them would give it.
        return _standard_deviation(np.sqrt(pooled), _PRESET_NOISE) ** 2, 1.0
    half = np.median(spread**2) / 2 if len(spread) else 0.0
    return _standard_deviation(np.sqrt(half), _PRESET_NOISE) ** 2, 1.0


def _standard_deviation(found: float, preset: float) -> float:
    """Return what was found, the preset where nothing was (0 or none), and never less than the least plausible."""
    return max(float(found), _LEAST_SD) if found > 0 else preset


@dataclass(frozen=True)
class _AdditiveFit:
    """Least squares of y = a_i + mu_j on the observed values of g proteins: a (g x k), mu (g x n, NaN where no value is)."""

    precursors: np.ndarray
    samples: np.ndarray
    variance: np.ndarray
    df: np.ndarray

    @classmethod
    def of(cls, log2: np.ndarray) -> _AdditiveFit:
        """Fit (g x k x n) values.

        With the samples eliminated, the normal equations are the Laplacian of a graph that joins precursors seen in the same
        sample. Each of its components has a constant of its own: the pseudo-inverse makes it 0, the rank does not count it.
        """
        observed = ~np.isnan(log2)
        seen = observed.astype(float)
        per_sample = seen.sum(axis=1)
        share = seen / np.maximum(per_sample, 1.0)[:, None, :]
        y = np.where(observed, log2, 0.0)
        # The protein's mean is taken off: squares of what is left are exact to the last digits.
        center = y.sum(axis=(1, 2)) / seen.sum(axis=(1, 2))
        y = np.where(observed, y - center[:, None, None], 0.0)
        laplacian = -share @ seen.swapaxes(1, 2)
        diagonal = np.arange(log2.shape[1])
        laplacian[:, diagonal, diagonal] += seen.sum(axis=2)
        values, vectors = np.linalg.eigh((laplacian + laplacian.swapaxes(1, 2)) / 2)
        informative = values > 1e-9 * np.maximum(seen.sum(axis=2).max(axis=1), 1.0)[:, None]
        right = y.sum(axis=2) - (share * y.sum(axis=1)[:, None, :]).sum(axis=2)
        rotated = (vectors * right[:, :, None]).sum(axis=1)
        inverse = np.where(informative, 1.0 / np.where(informative, values, 1.0), 0.0)
        a = (vectors * (inverse * rotated)[:, None, :]).sum(axis=2)
        mu = np.where(per_sample > 0, (share * (y - a[:, :, None])).sum(axis=1), np.nan)
        residual = np.where(observed, y - a[:, :, None] - np.nan_to_num(mu)[:, None, :], 0.0)
        df = seen.sum(axis=(1, 2)) - (per_sample > 0).sum(axis=1) - informative.sum(axis=1)
        squares = (residual**2).sum(axis=(1, 2))
        variance = np.divide(squares, df, out=np.full(len(df), np.nan), where=df > 0)
        return cls(a, mu + center[:, None], variance, df)

    def mean_and_sd(self) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard deviation (NaN below two samples) of mu over the samples with values, (g,) each."""
        known = ~np.isnan(self.samples)
        count = known.sum(axis=1)
        mean = np.where(known, self.samples, 0.0).sum(axis=1) / count
        squares = (np.where(known, self.samples - mean[:, None], 0.0) ** 2).sum(axis=1)
        variance = np.divide(squares, count - 1, out=np.full(len(count), np.nan), where=count > 1)
        return mean, np.sqrt(variance)


def _moderated_noise(fit: _AdditiveFit, prior: Hyperparameters) -> np.ndarray:
    """Return the proteins' noise variances (g,): their own and the prior's, weighted by degrees of freedom."""
    own = np.where(fit.df > 0, fit.variance, 0.0) * fit.df
    if np.isinf(prior.noise_df):
        return np.full(len(own), prior.noise_variance)
    return np.maximum((prior.noise_df * prior.noise_variance + own) / (prior.noise_df + fit.df), _LEAST_SD**2)


class _Posterior:
    """Log posterior of g proteins of k precursors in n samples; parameters theta = (a_1..a_k, M, mu_1..mu_n), (g x k+1+n)."""

    def __init__(self, log2: np.ndarray, noise: np.ndarray, curve: DetectionCurve, prior: Hyperparameters) -> None:
        self.log2, self.missing = log2, np.isnan(log2)
        self.precision = (1 / noise)[:, None, None]
        self.curve = curve
        self.offsets = curve.by_sample(log2.shape[2])
        self.change_precision = prior.change_sd**-2

    def at(self, theta: np.ndarray, proteins: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the log posterior (g,), its gradient (g x k+1+n), and the weights w (g x k x n) for some of the proteins."""
        k = self.log2.shape[1]
        a, common, mu = theta[:, :k], theta[:, k], theta[:, k + 1 :]
        missing, precision = self.missing[proteins], self.precision[proteins]
        expected = a[:, :, None] + mu[:, None, :]
        residual = np.where(missing, 0.0, self.log2[proteins] - expected)
        score = residual * precision
        logs = -residual * score / 2
        weight = np.where(missing, 0.0, precision)
        noise = np.broadcast_to(precision**-0.5, missing.shape)
        offset = np.broadcast_to(self.offsets, missing.shape)
        logs[missing], score[missing], second = log_missing(
            self.curve, expected[missing], noise[missing], offset[missing]
        )
        weight[missing] = -second
        change = mu - common[:, None]
        value = logs.sum(axis=(1, 2)) - self.change_precision * (change**2).sum(axis=1) / 2
        by_common = self.change_precision * change.sum(axis=1)
        by_mu = score.sum(axis=1) - self.change_precision * change
        return value, np.concatenate([score.sum(axis=2), by_common[:, None], by_mu], axis=1), weight

    def arrow(self, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return R with its border (g x k+2 x k+2), C B^-1 (g x k+1 x n), and B (g x n) of the module's docstring."""
        g, k, n = weight.shape
        rows = np.concatenate([weight, np.full((g, 1, n), -self.change_precision)], axis=1)
        samples = weight.sum(axis=1) + self.change_precision
        scaled = rows / samples[:, None, :]
        bordered = np.zeros((g, k + 2, k + 2))
        bordered[:, :-1, :-1] = -scaled @ rows.swapaxes(1, 2)
        diagonal = np.arange(k)
        bordered[:, diagonal, diagonal] += weight.sum(axis=2)
        bordered[:, k, k] += n * self.change_precision
        border = weight.max(axis=(1, 2))[:, None]  # any constant; this one scales well
        bordered[:, :k, -1] = bordered[:, -1, :k] = border
        return bordered, scaled, samples

    def step(self, gradient: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return Newton's step (g x k+1+n), which keeps the sum of the precursor effects."""
        k = weight.shape[1]
        bordered, scaled, samples = self.arrow(weight)
        by_rows, by_mu = gradient[:, : k + 1], gradient[:, k + 1 :]
        right = np.zeros((len(gradient), k + 2, 1))
        right[:, :-1, 0] = by_rows - (scaled * by_mu[:, None, :]).sum(axis=2)
        rows = np.linalg.solve(bordered, right)[:, :-1, 0]
        return np.concatenate([rows, by_mu / samples - (scaled * rows[:, :, None]).sum(axis=1)], axis=1)

    def standard_errors(self, weight: np.ndarray) -> np.ndarray:
        """Return the standard errors of mu (g x n) from the curvature."""
        bordered, scaled, samples = self.arrow(weight)
        inverse = np.linalg.inv(bordered)[:, :-1, :-1]
        return np.sqrt(1 / samples + (scaled * (inverse @ scaled)).sum(axis=1))


def _mode(posterior: _Posterior, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the posterior modes theta (g x k+1+n) and the values' weights there, by Newton's method with halved steps.

    Each protein stops by itself: when its step is below the tolerance, or when no fraction of the step is uphill any more,
    which for a concave function only rounding at the mode brings about.
    """
    theta = start.copy()
    active = np.arange(len(theta))
    value, gradient, weight = posterior.at(theta, active)
    for _ in range(MOST_STEPS):
        step = posterior.step(gradient[active], weight[active])
        pending = np.arange(len(active))
        for _ in range(_MOST_HALVINGS):
            proteins = active[pending]
            trial = theta[proteins] + step[pending]
            new_value, new_gradient, new_weight = posterior.at(trial, proteins)
            uphill = new_value >= value[proteins] - 1e-12 * np.abs(value[proteins])
            done = proteins[uphill]
            theta[done], value[done] = trial[uphill], new_value[uphill]
            gradient[done], weight[done] = new_gradient[uphill], new_weight[uphill]
            pending = pending[~uphill]
            if not len(pending):
                break
            step[pending] /= 2
        moving = np.abs(step).max(axis=1) >= TOLERANCE
        moving[pending] = False
        active = active[moving]
        if not len(active):
            break
    return theta, weight
