r"""The dropout model: how likely a protein of a given level is to be missing from a sample, estimated from the table itself.

With y_ij the log2 intensity that protein i has in sample j of condition c, seen or not,

    logit P(seen) = a + b y_ij + o_j + u_i + v_ic,    u_i ~ N(0, tau^2),    v_ic ~ N(0, omega^2).

a + b y is the detection-probability curve of Li & Smyth (2023, doi:10.1093/bioinformatics/btad200). o_j is the depth of the
sample. u_i is what makes a protein easier or harder to see than its intensity says: number of peptides, ionization. v_ic is
what its samples of one condition share beyond that: co-eluting matter, matching between runs, filters. A model without u and
v promises too much: on public mixtures it expects a tenth of the absences that occur among proteins that do not change.

**a, b, o, tau** come from all proteins together, by maximum likelihood of which samples they were seen in. If the observed
values of a protein are N(m, s^2), the missing ones are N(m - b s^2, s^2) and the log-odds of detection is the curve's at
x = m - b s^2 / 2, halfway (Li & Smyth 2023). A protein that was never seen is not in the table, hence

    L_i = E_u[ prod_j P(d_ij | x_i, u) ] / (1 - E_u[ prod_j P(0 | x_i, u) ]).

m is the mean over all conditions and v is left out here. So what differs between conditions flattens the curve, which is
the cautious side.

**omega** comes from proteins seen in at least two conditions, each condition with its own m; proteins seen in one only are
what is to be tested and cannot vouch for themselves. The likelihood is that of the samples seen in the conditions, given that
each was seen at least once.

Few missing values tell little: log b, log tau and log omega have normal priors around what public tables of several search
engines show (b .8, tau 1.5, omega 1), worth about one to two proteins each.

**May absence count as evidence?** Not where the table was filtered per condition ("at least two values in a condition or
none"): then absences come in blocks that no curve knows of. Such a table lacks conditions in which a protein was seen once,
or once or twice, or in fewer than half of the samples; their numbers are held against the expected ones. Nor where omega is
so large that samples of a condition are hardly independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_expit, pdtr

from myosieve.statistics.quadrature import log_sum_exp, normal_nodes

# Medians and standard deviations (natural log) of the priors of slope, protein and condition effects.
_SLOPE, _PROTEIN, _CONDITION = (0.8, 0.5), (1.5, 0.5), (1.0, 0.5)
# A sample's depth is within some log-odds of the others'.
_DEPTH_SD = 3.0
# More proteins or samples than this add nothing to the few parameters; those used are spread over the mean intensity.
_MOST_PROTEINS, _MOST_SAMPLES = 2_000, 24
# Log-odds above this are as good as this; so many samples' odds, shifted by 60 at most, multiply without overflow.
_HIGHEST, _AT_ONCE = 50.0, 6
_NOISE_NODES = 7
_BLOCK = 100
# Of the lattice of detection effects on the log-odds; the largest omega that is sought.
_STEP, _HIGHEST_CONDITION_SD = 0.25, 4.0
# What filters by condition leave out; of so few observations, fewer than a share of those expected and by more than chance.
_SPARSE = {
    "exactly one sample": lambda samples: 1,
    "one or two samples": lambda samples: 2,
    "fewer than half of the samples, and twelve at most,": lambda samples: min(-(-samples // 2) - 1, 12),
}
_LEAST_SPARSE, _RARE = 0.4, 0.005
# Twice the usual spread between conditions, and more: the samples of a condition drop out together.
_LARGEST_CONDITION_SD = 2.5


@dataclass(frozen=True)
class DropoutModel:
    """logit P(seen) = intercept + slope y + depth_j + u + v.

    Attributes
    ----------
    intercept, slope
        Of the curve, per log2 unit.
    depth
        (n,) the samples' log-odds beside the mean sample.
    protein_sd, condition_sd
        Standard deviations tau of u and omega of v.
    refused
        Why absence is no evidence in this table; empty where it is.
    """

    intercept: float
    slope: float
    depth: np.ndarray
    protein_sd: float
    condition_sd: float
    refused: str


def dropout_model(values: np.ndarray, variance: np.ndarray, conditions: np.ndarray) -> DropoutModel | None:
    """Estimate the dropout model of a table.

    Parameters
    ----------
    values
        (m x n) log2 intensities, NaN = missing.
    variance
        (m,) variance of a protein's log2 intensity between replicates; proteins without one are left out.
    conditions
        (n,) condition of each sample.

    Returns
    -------
    DropoutModel, or None where no value is missing or no protein has a variance.
    """
    usable = np.isfinite(variance) & ~np.isnan(values).all(axis=1)
    values, variance = values[usable], variance[usable]
    if not np.isnan(values).any() or len(values) < 3:
        return None
    chosen = _spread_samples(conditions)
    fitted = _fit_curve(values[:, chosen], variance)
    curve = _Curve(*fitted[:3], _depths(values, variance, *fitted[:3]))
    condition_sd = _fit_condition_sd(values[:, chosen], variance, conditions[chosen], curve.of(chosen))
    refused = ""
    # The way in which most are lacking tells best.
    how, seen, expected = max(
        _sparse_conditions(values, variance, conditions, curve, condition_sd),
        key=lambda one: one[2] - one[1] if _lacking(*one[1:]) else -1.0,
    )
    if _lacking(seen, expected):
        refused = (
            f"only {seen} times was a protein seen in {how} of a condition, where {expected:.0f} are expected: "
            "the table was filtered by condition, or samples miss proteins in blocks"
        )
    elif condition_sd > _LARGEST_CONDITION_SD:
        refused = (
            f"detection varies too much between conditions (standard deviation {condition_sd:.1f} on the log-odds) among "
            "proteins seen in several"
        )
    return DropoutModel(curve.intercept, curve.slope, curve.depth, curve.protein_sd, condition_sd, refused)


def _lacking(found: int, expected: float) -> bool:
    """Return whether sparse conditions are fewer than the model expects, by far and by more than chance."""
    return found < _LEAST_SPARSE * expected and bool(pdtr(found, expected) < _RARE)


@dataclass(frozen=True)
class _Curve:
    intercept: float
    slope: float
    protein_sd: float
    depth: np.ndarray

    def of(self, samples: np.ndarray) -> _Curve:
        return _Curve(self.intercept, self.slope, self.protein_sd, self.depth[samples])

    def log_odds(self, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
        """Return the log-odds (m x n) halfway between observed and missing values, for u = v = 0."""
        level = self.intercept + self.slope * mean - self.slope**2 * variance / 2
        return np.minimum(level[:, None] + self.depth, _HIGHEST)


def log_all_missed(log_odds: np.ndarray, shift: np.ndarray, noise: np.ndarray | None = None) -> np.ndarray:
    """Return log prod_j E[1 / (1 + exp(log_odds_j + noise_j z + shift))], the chance that all samples miss a protein.

    Exponentials are taken of samples and of shifts, not of their sums, and a logarithm of a few samples' product.

    Parameters
    ----------
    log_odds
        (m x n) of detection; -inf leaves a sample out.
    shift
        (q,) or (m x q) what is added to all samples of a protein, within +-60.
    noise
        (m x n) standard deviation of each sample's log-odds, z being standard normal; none if not given.

    Returns
    -------
    (m x q)
    """
    counted = np.isfinite(log_odds)
    width = counted.sum(axis=1).max(initial=0)
    if width < log_odds.shape[1]:  # those counted come first, so that fewer columns hold all
        first = np.argsort(~counted, axis=1, kind="stable")[:, :width]
        log_odds = np.take_along_axis(log_odds, first, axis=1)
        noise = None if noise is None else np.take_along_axis(noise, first, axis=1)
    nodes, log_weights = normal_nodes(_NOISE_NODES) if noise is not None else (np.zeros(1), np.zeros(1))
    odds = [np.exp(np.clip(log_odds + (0.0 if noise is None else noise * z), -700.0, _HIGHEST)) for z in nodes]
    factor = np.exp(np.atleast_2d(shift))[:, None]
    total = np.zeros((len(log_odds), factor.shape[2]))
    for start in range(0, width, _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        chance = sum(w / (1 + each[:, some, None] * factor) for each, w in zip(odds, np.exp(log_weights), strict=True))
        total += np.log(chance.prod(axis=1))
    return total


def lattice(sd: float, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the multiples of step within five standard deviations, and their log weights under N(0, sd^2).

    Sums over them take a likelihood of width step and more for what it is, wherever it peaks; the few nodes of Gauss-Hermite
    lie so far apart that the likelihood of many samples falls between them.
    """
    most = int(np.ceil(5 * sd / step))
    at = step * np.arange(-most, most + 1)
    log_weights = -0.5 * (at / sd) ** 2
    return at, log_weights - log_sum_exp(log_weights, axis=0)


def _log_odds_of_seen(seen: np.ndarray, log_odds: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Return the sum of log_odds + shift over the samples seen (m x q): what log p has more than log(1 - p)."""
    return (seen * log_odds).sum(axis=1)[:, None] + seen.sum(axis=1)[:, None] * shift


def _spread_samples(conditions: np.ndarray) -> np.ndarray:
    """Return at most _MOST_SAMPLES sample indices, about as many of every condition."""
    if len(conditions) <= _MOST_SAMPLES:
        return np.arange(len(conditions))
    names = list(dict.fromkeys(conditions))
    each = max(2, _MOST_SAMPLES // len(names))
    chosen = [np.flatnonzero(conditions == name) for name in names]
    return np.sort(np.concatenate([of[np.linspace(0, len(of) - 1, min(each, len(of))).astype(int)] for of in chosen]))


def _spread_proteins(mean: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Return at most _MOST_PROTEINS of the candidates, evenly spread over their mean intensity."""
    if len(candidates) <= _MOST_PROTEINS:
        return candidates
    ordered = candidates[np.argsort(mean[candidates], kind="stable")]
    return ordered[np.linspace(0, len(ordered) - 1, _MOST_PROTEINS).astype(int)]


def _observed_mean(values: np.ndarray) -> np.ndarray:
    observed = ~np.isnan(values)
    count = observed.sum(axis=1)
    total = np.where(observed, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.zeros(len(values)), where=count > 0)


def _log_prior(log_value: float, prior: tuple[float, float]) -> tuple[float, float]:
    """Return the log density of a log-normal prior at log_value (up to a constant), and its derivative."""
    z = (log_value - np.log(prior[0])) / prior[1]
    return -0.5 * z * z, -z / prior[1]


def _fit_curve(values: np.ndarray, variance: np.ndarray) -> tuple[float, float, float]:
    """Return intercept, slope and protein_sd; depth is estimated along, here for these samples only."""
    from scipy.optimize import minimize

    detected = ~np.isnan(values)
    mean = _observed_mean(values)
    chosen = _spread_proteins(mean, np.flatnonzero(detected.any(axis=1)))
    detected, mean, variance = detected[chosen], mean[chosen], variance[chosen]
    middle = mean.mean()
    centered = mean - middle
    # The likelihood of many samples is narrow: steps of u must not pass over it.
    nodes, log_weights = lattice(1.0, min(0.25, 0.75 / np.sqrt(values.shape[1])))
    hits = detected.astype(float)

    def minus_log_posterior(theta: np.ndarray) -> tuple[float, np.ndarray]:
        slope, spread, depth = np.exp(theta[1]), np.exp(theta[2]), theta[3:]
        level = theta[0] + slope * centered - slope**2 * variance / 2
        log_odds = np.minimum(level[:, None] + depth, _HIGHEST)
        odds = np.exp(log_odds)[:, :, None] * np.exp(spread * nodes)
        none = log_weights - sum(
            np.log((1 + odds[:, start : start + _AT_ONCE]).prod(axis=1)) for start in range(0, odds.shape[1], _AT_ONCE)
        )
        some = none + _log_odds_of_seen(hits, log_odds, spread * nodes)
        log_some, log_none = log_sum_exp(some, axis=1), log_sum_exp(none, axis=1)
        log_any = _log_any(log_none)
        posterior = np.exp(some - log_some[:, None])
        either = posterior + np.exp(none - log_any[:, None])
        probability = odds / (1 + odds)
        # The derivatives by log-odds of cells (m x n), and of nodes (m x q).
        by_cell = hits - np.einsum("mnq,mq->mn", probability, either)
        by_node = hits.sum(axis=1)[:, None] * posterior - either * probability.sum(axis=1)
        value = (log_some - log_any).sum() - 0.5 * (depth**2).sum() / _DEPTH_SD**2
        gradient = np.concatenate(
            [
                [
                    by_cell.sum(),
                    slope * (by_cell.sum(axis=1) * (centered - slope * variance)).sum(),
                    spread * (by_node @ nodes).sum(),
                ],
                by_cell.sum(axis=0) - depth / _DEPTH_SD**2,
            ]
        )
        for place, prior in ((1, _SLOPE), (2, _PROTEIN)):
            density, derivative = _log_prior(theta[place], prior)
            value += density
            gradient[place] += derivative
        return -float(value) / len(hits), -gradient / len(hits)

    share = (hits.sum(axis=0) + 0.5) / (len(hits) + 1)
    depth = np.log(share / (1 - share))
    start = np.concatenate([[depth.mean(), np.log(_SLOPE[0]), np.log(_PROTEIN[0])], depth - depth.mean()])
    bounds = [(None, None), (np.log(0.05), np.log(5.0)), (np.log(0.05), np.log(8.0))] + [(None, None)] * len(depth)
    found = minimize(minus_log_posterior, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    slope = float(np.exp(found[1]))
    # The mean sample is the one of depth 0: the intercept carries the mean.
    return float(found[0] + found[3:].mean() - slope * middle), slope, float(np.exp(found[2]))


def _depths(values: np.ndarray, variance: np.ndarray, intercept: float, slope: float, protein_sd: float) -> np.ndarray:
    """Return the depth (n,) of all samples: as many proteins are expected in a sample as were seen in it.

    The expectation is over u given that the protein was seen in some other sample as well; its other samples are taken as
    of mean depth.
    """
    detected = ~np.isnan(values)
    mean = _observed_mean(values)
    chosen = _spread_proteins(mean, np.arange(len(values)))
    detected, mean, variance = detected[chosen], mean[chosen], variance[chosen]
    level = intercept + slope * mean - slope**2 * variance / 2
    nodes, log_weights = normal_nodes(13)
    log_odds = level[:, None] + protein_sd * nodes
    any_other = np.log(-np.expm1(np.minimum((values.shape[1] - 1) * log_expit(-log_odds), -1e-12)))
    seen_elsewhere = detected.sum(axis=1)[:, None] - detected > 0
    weights = log_weights + any_other
    weights = np.exp(weights - log_sum_exp(weights, axis=1)[:, None])
    depth = np.zeros(values.shape[1])
    odds = np.exp(np.minimum(log_odds, _HIGHEST))
    excess_of_all = (detected & seen_elsewhere).sum(axis=0)
    for _ in range(30):
        excess = excess_of_all - depth / _DEPTH_SD**2
        slope_of = np.full(len(depth), 1 / _DEPTH_SD**2)
        for start in range(0, len(odds), _BLOCK):
            rows = slice(start, start + _BLOCK)
            probability = odds[rows, None] * np.exp(depth)[:, None]
            probability /= 1 + probability
            own = weights[rows, None] * seen_elsewhere[rows, :, None]
            excess -= np.einsum("mnq,mnq->n", probability, own)
            slope_of += np.einsum("mnq,mnq,mnq->n", probability, 1 - probability, own)
        step = np.clip(excess / slope_of, -2, 2)
        depth += step
        if np.abs(step).max() < 1e-6:
            break
    return depth


def _condition_levels(
    values: np.ndarray, variance: np.ndarray, conditions: np.ndarray, curve: _Curve
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return, per condition, which of its cells were seen (m x k) and their log-odds (m x k).

    The mean of a condition is drawn to the protein's own by one observation's weight: with a single value it is half noise.
    """
    overall = _observed_mean(values)
    levels = []
    for name in dict.fromkeys(conditions):
        own = conditions == name
        count = (~np.isnan(values[:, own])).sum(axis=1)
        mean = (count * _observed_mean(values[:, own]) + overall) / (count + 1)
        levels.append((~np.isnan(values[:, own]), curve.of(own).log_odds(mean, variance)))
    return levels


@dataclass(frozen=True)
class _Effects:
    """Lattices of u (q,), with its log weights, and of u + v (t,)."""

    protein: np.ndarray
    log_weights: np.ndarray
    both: np.ndarray

    @classmethod
    def of(cls, protein_sd: float) -> _Effects:
        # u in steps of a quarter of its standard deviation, u + v in steps that tell small condition effects.
        every = max(1, int(protein_sd / 4 / _STEP))
        protein, log_weights = lattice(protein_sd, every * _STEP)
        most = round(protein[-1] / _STEP) + int(np.ceil(4 * _HIGHEST_CONDITION_SD / _STEP))
        return cls(protein, log_weights, _STEP * np.arange(-most, most + 1))

    def averaged(self, logs: np.ndarray, condition_sd: float) -> np.ndarray:
        """Return the log (m x q) of the mean over v of exponentials of logs (m x t)."""
        weights = -0.5 * ((self.both[:, None] - self.protein) / condition_sd) ** 2
        weights = np.exp(weights - log_sum_exp(weights, axis=0))
        highest = logs.max(axis=1, keepdims=True)
        return np.log(np.maximum(np.exp(logs - highest) @ weights, 1e-300)) + highest


def _fit_condition_sd(values: np.ndarray, variance: np.ndarray, conditions: np.ndarray, curve: _Curve) -> float:
    """Return omega by maximum likelihood over proteins seen in at least two conditions, a prior on its log."""
    from scipy.optimize import minimize_scalar

    detected = ~np.isnan(values)
    conditions_seen = sum(detected[:, conditions == name].any(axis=1).astype(int) for name in dict.fromkeys(conditions))
    informative = _spread_proteins(_observed_mean(values), np.flatnonzero(conditions_seen > 1))
    if len(informative) == 0:
        return _CONDITION[0]
    effects = _Effects.of(curve.protein_sd)
    levels = []
    for seen, log_odds in _condition_levels(values[informative], variance[informative], conditions, curve):
        some = seen.any(axis=1)
        none = log_all_missed(log_odds[some], effects.both)
        levels.append((some, none, none + _log_odds_of_seen(seen[some], log_odds[some], effects.both)))

    def minus_log_posterior(log_sd: float) -> float:
        found = np.repeat(effects.log_weights[None], len(informative), axis=0)
        possible = found.copy()
        for some, none, pattern in levels:
            found[some] += effects.averaged(pattern, np.exp(log_sd))
            possible[some] += _log_any(effects.averaged(none, np.exp(log_sd)))
        likelihood = log_sum_exp(found, axis=1) - log_sum_exp(possible, axis=1)
        return -float(likelihood.sum() + _log_prior(log_sd, _CONDITION)[0])

    bounds = (np.log(0.05), np.log(_HIGHEST_CONDITION_SD))
    return float(
        np.exp(minimize_scalar(minus_log_posterior, bounds=bounds, method="bounded", options={"xatol": 1e-2}).x)
    )


def _log_any(log_none: np.ndarray) -> np.ndarray:
    """Return the log of one less the exponential."""
    return np.log(-np.expm1(np.minimum(log_none, -1e-12)))


def _sparse_conditions(
    values: np.ndarray, variance: np.ndarray, conditions: np.ndarray, curve: _Curve, condition_sd: float
) -> list[tuple[str, int, float]]:
    """Return each way to be sparse, how many conditions have that few observations of a protein, and the expectation.

    Counted are proteins seen in this and in another condition, and conditions of at least three samples; what the other
    conditions say of u is used.
    """
    effects = _Effects.of(curve.protein_sd)
    chosen = _spread_proteins(_observed_mean(values), np.arange(len(values)))
    levels = _condition_levels(values[chosen], variance[chosen], conditions, curve)
    missing = [log_all_missed(log_odds, effects.both) for _, log_odds in levels]
    patterns = [
        effects.averaged(none + _log_odds_of_seen(seen, log_odds, effects.both), condition_sd)
        for none, (seen, log_odds) in zip(missing, levels, strict=True)
    ]
    whole = sum(patterns) + effects.log_weights
    conditions_seen = sum(seen.any(axis=1).astype(int) for seen, _ in levels)
    sparse = {name: [0, 0.0] for name in _SPARSE}
    for none, pattern, (seen, log_odds) in zip(missing, patterns, levels, strict=True):
        rows = np.flatnonzero(seen.any(axis=1) & (conditions_seen > 1))
        samples = seen.shape[1]
        if samples < 3 or len(rows) == 0:
            continue
        given = (whole - pattern)[rows]
        any_seen = log_sum_exp(given + _log_any(effects.averaged(none[rows], condition_sd)), axis=1)
        symmetric = _log_symmetric(log_odds[rows], max(most_of(samples) for most_of in _SPARSE.values()))
        done: dict[int, float] = {}
        for name, most_of in _SPARSE.items():
            most = most_of(samples)
            if most not in done:
                few = np.full((len(rows), len(effects.both)), -np.inf)
                for count in range(1, most + 1):
                    few = np.logaddexp(few, symmetric[:, count - 1, None] + count * effects.both)
                few = effects.averaged(none[rows] + few, condition_sd)
                done[most] = float(np.exp(log_sum_exp(given + few, axis=1) - any_seen).sum())
            sparse[name][0] += int((seen[rows].sum(axis=1) <= most).sum())
            sparse[name][1] += done[most]
    return [(name, found, expected) for name, (found, expected) in sparse.items()]


def _log_symmetric(log_odds: np.ndarray, most: int) -> np.ndarray:
    """Return the logs (m x most) of the elementary symmetric polynomials of the odds (m x n): sums over sets of 1.. samples.

    A set's odds times the chance of none is the chance that just this set is seen. The polynomials are built sample by sample.
    """
    highest = log_odds.max(axis=1, keepdims=True)
    sums = np.zeros((len(log_odds), most + 1))
    sums[:, 0] = 1.0
    scaled = np.exp(log_odds - highest)
    for j in range(log_odds.shape[1]):
        sums[:, 1:] += sums[:, :-1] * scaled[:, j, None]
    return np.log(np.maximum(sums[:, 1:], 1e-300)) + highest * np.arange(1, most + 1)
