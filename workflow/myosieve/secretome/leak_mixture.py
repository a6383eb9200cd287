"""Which proteins follow the leak: an empirical Bayes mixture of three ways in which a protein can behave.

Model of protein p in secretome sample s, after its intercept and the nuisance terms of the design (subject, batch, ...), which
are left free:

    y[p, s] = u[p, condition of s] + lambda[p] L[s] + error,   error ~ N(0, v[p])

with L the leak index (`leak`), lambda the protein's leak loading and v its moderated residual variance. The three kinds:

    unchanged    u ~ N(0, w0^2) each       lambda ~ N(m - 1, t0^2)
    regulated    u ~ N(0, w1^2) each       lambda ~ N(m - 1, t0^2)
    leaked       u ~ N(0, w0^2) each       lambda ~ N(m, t1^2)

The index is the difference of markers and secreted proteins, so that their loadings differ by 1; m is what normalization left
of the leak in the markers, the rest it took from the others. (Where the markers stand alone in the index, what leaks has a
loading of 1 and that of the others is free.) The shares of the kinds are estimated apart for proteins without a way of their
own out of the cell, those with one, and the markers: broken cells do not spill all their compartments alike. All parameters
maximize the marginal likelihood of the table (empirical Bayes; Efron 2008, Stat Sci 23:1, doi:10.1214/07-STS236), with weak
priors that matter only where the table says nothing. The two sources of information are weighed as they come: whether a protein
moves with L between samples of one condition, and whether its change between conditions is that of the markers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from myosieve.differential.linear import fit
from myosieve.statistics.moderation import moderate
from myosieve.threads import one_thread

UNCHANGED, REGULATED, LEAKED = 0, 1, 2
# Standard deviations start here, and weak priors (a standard deviation of LOOSE in the logarithm) hold them here where the
# table is silent: a regulated protein changes by about 1 log2; loadings of one kind differ by about .2. Unchanged and leaked
# proteins differ by their loading alone, whose two means are 1 apart: at .35 each, one in thirteen stands nearer to the other.
_START = {"regulated": 1.0, "unchanged": 0.1, "leaked_loading": 0.2, "other_loading": 0.2}
_BOUNDS = {
    "regulated": (0.3, 5.0),
    "unchanged": (0.01, 0.5),
    "leaked_loading": (0.02, 0.35),
    "other_loading": (0.02, 0.35),
}
_LOOSE = 0.7
# What normalization can leave of the leak in the markers, and a little beyond; of the others where the markers stand alone.
_LEFT, _OTHERS = (-0.3, 1.3), (-1.5, 0.4)
# As many proteins as this estimate ten parameters well; more only take time.
_ENOUGH = 1500
# Pseudo-counts of the kinds in each group: markers are expected to leak.
_GROUPS = 3
_PSEUDO = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0, 10.0]])


@dataclass(frozen=True)
class Follows:
    """What the mixture says of each protein (m,); NaN where a protein has too few values to tell.

    Attributes
    ----------
    probability
        Posterior probability of the kind `leaked`.
    loading, loading_sd
        Posterior mean and standard deviation of lambda.
    shares
        (groups x kinds) estimated shares: proteins without and with a way of their own, markers.
    leaked_loading, other_loading
        Mean loading of the proteins that leak, and of those that do not.
    """

    probability: np.ndarray
    loading: np.ndarray
    loading_sd: np.ndarray
    shares: np.ndarray
    leaked_loading: float
    other_loading: float


def follows_leak(
    values: np.ndarray,
    index: np.ndarray,
    design: np.ndarray,
    conditions: np.ndarray,
    *,
    is_marker: np.ndarray,
    own_way: np.ndarray,
    relative: bool = True,
) -> Follows:
    """Return how likely each protein follows the leak, and its loading.

    Parameters
    ----------
    values
        log2 intensities (m x n secretome samples), NaN = missing.
    index
        Leak index (n,), finite.
    design
        Design matrix (n x p) of the study, without the index.
    conditions
        Condition of each sample (n,).
    is_marker, own_way
        (m,) whether a protein is a leak marker; whether its secretion class is a way of its own out of the cell.
    relative
        Whether the index is relative to secreted proteins, not of the markers alone.
    """
    observed = np.isfinite(values)
    reduced = _reduced(values, index, design, conditions)
    known = np.isfinite(reduced.variance) & (observed.sum(axis=1) > 1)
    nothing = np.full(len(values), np.nan)
    if not known.any():
        return Follows(nothing, nothing, nothing, np.full((_GROUPS, 3), np.nan), np.nan, np.nan)
    rows = np.flatnonzero(known)
    sample = rows[:: max(1, len(rows) // _ENOUGH)]
    group = np.where(is_marker, 2, np.where(own_way, 1, 0))
    with one_thread():
        parameters = _estimated(reduced.of(sample), group[sample], relative)
        likelihood, mean, variance = _posteriors(reduced.of(rows), parameters)
    weights = np.log(parameters.shares)[group[rows]].T + likelihood
    posterior = np.exp(weights - np.logaddexp.reduce(weights, axis=0))
    loading = (posterior * mean).sum(axis=0)
    second = (posterior * (variance + mean**2)).sum(axis=0)

    def placed(part: np.ndarray) -> np.ndarray:
        whole = nothing.copy()
        whole[rows] = part
        return whole

    sd = np.sqrt(np.maximum(second - loading**2, 0.0))
    means = (parameters.leaked_loading, parameters.other_loading)
    return Follows(placed(posterior[LEAKED]), placed(loading), placed(sd), parameters.shares, *means)


# ---- the likelihood ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reduced:
    """Normal equations of (u, lambda), d of them, with the free terms taken out: precision (m x d x d), right side (m x d)."""

    precision: np.ndarray
    right: np.ndarray
    variance: np.ndarray

    def of(self, rows: np.ndarray) -> _Reduced:
        return _Reduced(self.precision[rows], self.right[rows], self.variance[rows])


def _reduced(values: np.ndarray, index: np.ndarray, design: np.ndarray, conditions: np.ndarray) -> _Reduced:
    full = np.column_stack([design, index])
    fitted = fit(values, full, full[:1].T)
    variance = moderate(fitted.variance, fitted.df_residual).variance
    indicators = (conditions[:, None] == np.unique(conditions)[None, :]).astype(float)
    free = np.column_stack([np.ones(len(index)), _beyond(design, indicators)])
    observed = np.isfinite(values).astype(float)
    centered = np.where(observed > 0, values, 0.0)
    centered = (centered - (centered.sum(axis=1) / np.maximum(observed.sum(axis=1), 1))[:, None]) * observed
    terms = np.column_stack([free, indicators, index])
    d, q = terms.shape[1], free.shape[1]
    gram = (observed @ (terms[:, :, None] * terms[:, None, :]).reshape(len(index), -1)).reshape(-1, d, d)
    right = centered @ terms
    with one_thread():
        solved = np.linalg.pinv(gram[:, :q, :q], hermitian=True) @ gram[:, :q, q:]
    precision = gram[:, q:, q:] - np.swapaxes(gram[:, :q, q:], 1, 2) @ solved
    rest = right[:, q:] - np.einsum("mab,ma->mb", solved, right[:, :q])
    usable = np.where(variance > 0, variance, np.nan)
    return _Reduced(precision / usable[:, None, None], rest / usable[:, None], usable)


def _beyond(design: np.ndarray, indicators: np.ndarray) -> np.ndarray:
    """Return a basis of what the design knows beyond the conditions."""
    rest = design - indicators @ (np.linalg.pinv(indicators) @ design)
    left, singular, _ = np.linalg.svd(rest, full_matrices=False)
    return left[:, singular > 1e-8 * max(1.0, singular.max(initial=0.0))]


def _solved(reduced: _Reduced, mean: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return I + V P, P's remainder g = h - P mean, and (I + V P)^-1 V g, for the prior N(mean, diag V) of (u, lambda)."""
    inner = np.eye(len(mean)) + variance[:, None] * reduced.precision
    remainder = reduced.right - reduced.precision @ mean
    return inner, remainder, np.linalg.solve(inner, (variance * remainder)[:, :, None])[:, :, 0]


def _log_likelihood(reduced: _Reduced, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Return ln of the marginal density of each protein's values over that with (u, lambda) = 0."""
    inner, remainder, step = _solved(reduced, mean, variance)
    at_mean = reduced.right @ mean - 0.5 * np.einsum("a,mab,b->m", mean, reduced.precision, mean)
    return at_mean - 0.5 * np.linalg.slogdet(inner)[1] + 0.5 * (remainder * step).sum(axis=1)


def _posteriors(reduced: _Reduced, parameters: _Parameters) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ln likelihood, posterior mean and variance of lambda under each kind (each kinds x proteins)."""
    likelihoods, means, variances = [], [], []
    for mean, variance in parameters.kinds(reduced.right.shape[1]):
        inner, _, step = _solved(reduced, mean, variance)
        likelihoods.append(_log_likelihood(reduced, mean, variance))
        means.append(mean[-1] + step[:, -1])
        # Posterior covariance: (V^-1 + P)^-1 = (I + V P)^-1 V.
        variances.append(np.linalg.inv(inner)[:, -1, -1] * variance[-1])
    return np.array(likelihoods), np.array(means), np.array(variances)


# ---- the parameters ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Parameters:
    sd: dict[str, float]
    leaked_loading: float
    other_loading: float
    shares: np.ndarray

    def kinds(self, d: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return prior mean and variances of (u, lambda) of each kind."""

        def prior(of_condition: float, loading: float, sd: float) -> tuple[np.ndarray, np.ndarray]:
            return np.append(np.zeros(d - 1), loading), np.append(np.full(d - 1, of_condition**2), sd**2)

        sd = self.sd
        return [
            prior(sd["unchanged"], self.other_loading, sd["other_loading"]),
            prior(sd["regulated"], self.other_loading, sd["other_loading"]),
            prior(sd["unchanged"], self.leaked_loading, sd["leaked_loading"]),
        ]


def _estimated(reduced: _Reduced, group: np.ndarray, relative: bool) -> _Parameters:
    """Return the parameters of greatest marginal likelihood; shares by EM steps within, the others by L-BFGS-B."""
    from scipy.optimize import minimize

    d = reduced.right.shape[1]
    start = np.log(list(_START.values()))

    def unpacked(x: np.ndarray, shares: np.ndarray) -> _Parameters:
        loadings = (float(x[-1]), float(x[-1]) - 1) if relative else (1.0, float(x[-1]))
        return _Parameters(dict(zip(_START, np.exp(x[:-1]), strict=True)), *loadings, shares)

    def objective(x: np.ndarray) -> float:
        parameters = unpacked(x, np.full((_GROUPS, 3), 1 / 3))
        likelihood = np.array([_log_likelihood(reduced, *prior) for prior in parameters.kinds(d)])
        shares = _shares(likelihood, group)
        total = np.logaddexp.reduce(np.log(shares)[group].T + likelihood, axis=0)
        penalty = 0.5 * ((x[:-1] - start) ** 2).sum() / _LOOSE**2 - (_PSEUDO * np.log(shares)).sum()
        return (penalty - total.sum()) / len(total)

    bounds = [tuple(np.log(_BOUNDS[name])) for name in _START] + [_LEFT if relative else _OTHERS]
    found = minimize(
        objective, np.append(start, 0.5 if relative else 0.0), method="L-BFGS-B", bounds=bounds, options={"maxiter": 60}
    )
    parameters = unpacked(found.x, np.full((_GROUPS, 3), 1 / 3))
    likelihood = np.array([_log_likelihood(reduced, *prior) for prior in parameters.kinds(d)])
    return unpacked(found.x, _shares(likelihood, group))


def _shares(likelihood: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return the shares of the kinds in each group (groups x kinds), by EM to convergence."""
    shares = np.full((_GROUPS, 3), 1 / 3)
    for number in range(_GROUPS):
        own = likelihood[:, group == number]
        own = np.exp(own - own.max(axis=0)) if own.shape[1] else own
        for _ in range(200):
            joint = shares[number][:, None] * own
            expected = (joint / joint.sum(axis=0)).sum(axis=1) + _PSEUDO[number]
            new = expected / expected.sum()
            done = np.abs(new - shares[number]).max() < 1e-7
            shares[number] = new
            if done:
                break
    return shares
