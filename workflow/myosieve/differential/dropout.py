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
none"): then absences come in blocks that no curve knows of. Such a table lacks conditions in which a protein was seen exactly
once; their number is held against the expected one. Nor where omega is so large that samples of a condition are hardly
independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit

from myosieve.statistics.quadrature import log_sum_exp, normal_nodes

# Medians and standard deviations (natural log) of the priors of slope, protein and condition effects.
_SLOPE, _PROTEIN, _CONDITION = (0.8, 0.5), (1.5, 0.5), (1.0, 0.5)
# A sample's depth is within some log-odds of the others'.
_DEPTH_SD = 3.0
# More proteins or samples than this add nothing to the few parameters; those used are spread over the mean intensity.
_MOST_PROTEINS, _MOST_SAMPLES = 2_000, 24
# Of the conditions with one observation that the model expects, fewer than this share and by more than chance: filtered.
_LEAST_SINGLES, _FEWEST_EXPECTED = 0.4, 10.0
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
    seen, expected = _single_observations(values, variance, conditions, curve, condition_sd)
    refused = ""
    if expected >= _FEWEST_EXPECTED and seen < _LEAST_SINGLES * expected:
        refused = (
            f"only {seen} times was a protein seen in exactly one sample of a condition, where {expected:.0f} are expected: "
            "the table was filtered by condition"
        )
    elif condition_sd > _LARGEST_CONDITION_SD:
        refused = (
            f"detection varies too much between conditions (standard deviation {condition_sd:.1f} on the log-odds) among "
            "proteins seen in several"
        )
    return DropoutModel(curve.intercept, curve.slope, curve.depth, curve.protein_sd, condition_sd, refused)


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
        return level[:, None] + self.depth


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
    nodes, log_weights = normal_nodes(13)
    hits = detected.astype(float)

    def minus_log_posterior(theta: np.ndarray) -> tuple[float, np.ndarray]:
        slope, spread, depth = np.exp(theta[1]), np.exp(theta[2]), theta[3:]
        level = theta[0] + slope * centered - slope**2 * variance / 2
        log_odds = (level[:, None] + depth)[:, :, None] + spread * nodes
        log_miss = log_expit(-log_odds)
        none = log_miss.sum(axis=1) + log_weights
        some = none + np.einsum("mn,mnq->mq", hits, log_odds)  # log p - log(1 - p) is the log-odds
        log_some, log_none = log_sum_exp(some, axis=1), log_sum_exp(none, axis=1)
        log_any = np.log(-np.expm1(np.minimum(log_none, -1e-12)))
        posterior = np.exp(some - log_some[:, None])
        missed = np.exp(none - log_any[:, None])
        probability = expit(log_odds)
        by_cell = hits[:, :, None] * posterior[:, None] - (posterior + missed)[:, None] * probability
        by_level = by_cell.sum(axis=2)
        value = (log_some - log_any).sum() - 0.5 * (depth**2).sum() / _DEPTH_SD**2
        gradient = np.concatenate(
            [
                [
                    by_level.sum(),
                    slope * (by_level.sum(axis=1) * (centered - slope * variance)).sum(),
                    spread * (by_cell.sum(axis=1) @ nodes).sum(),
                ],
                by_level.sum(axis=0) - depth / _DEPTH_SD**2,
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
    for _ in range(30):
        probability = expit(log_odds[:, None, :] + depth[:, None])
        expected = np.einsum("mnq,mq->mn", probability, weights) * seen_elsewhere
        slope_of = np.einsum("mnq,mq->mn", probability * (1 - probability), weights) * seen_elsewhere
        excess = (detected & seen_elsewhere).sum(axis=0) - expected.sum(axis=0) - depth / _DEPTH_SD**2
        step = np.clip(excess / (slope_of.sum(axis=0) + 1 / _DEPTH_SD**2), -2, 2)
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


def _fit_condition_sd(values: np.ndarray, variance: np.ndarray, conditions: np.ndarray, curve: _Curve) -> float:
    """Return omega by maximum likelihood over proteins seen in at least two conditions, a prior on its log."""
    from scipy.optimize import minimize_scalar

    detected = ~np.isnan(values)
    conditions_seen = sum(detected[:, conditions == name].any(axis=1).astype(int) for name in dict.fromkeys(conditions))
    informative = _spread_proteins(_observed_mean(values), np.flatnonzero(conditions_seen > 1))
    if len(informative) == 0:
        return _CONDITION[0]
    levels = _condition_levels(values[informative], variance[informative], conditions, curve)
    protein_nodes, protein_weights = normal_nodes(9)
    nodes, log_weights = normal_nodes(7)

    def minus_log_posterior(log_sd: float) -> float:
        shift = curve.protein_sd * protein_nodes[:, None] + np.exp(log_sd) * nodes
        found = np.repeat(protein_weights[None], len(informative), axis=0)
        possible = found.copy()
        for seen, log_odds in levels:
            each = log_odds[:, :, None, None] + shift
            none = log_expit(-each).sum(axis=1)
            some = none + np.einsum("mn,mnuv->muv", seen.astype(float), each)
            any_seen = np.log(-np.expm1(np.minimum(log_sum_exp(none + log_weights, axis=2), -1e-12)))
            counts = seen.any(axis=1)[:, None]
            found += np.where(counts, log_sum_exp(some + log_weights, axis=2), 0.0)
            possible += np.where(counts, any_seen, 0.0)
        likelihood = log_sum_exp(found, axis=1) - log_sum_exp(possible, axis=1)
        return -float(likelihood.sum() + _log_prior(log_sd, _CONDITION)[0])

    bounds = (np.log(0.05), np.log(6.0))
    return float(
        np.exp(minimize_scalar(minus_log_posterior, bounds=bounds, method="bounded", options={"xatol": 1e-3}).x)
    )


def _single_observations(
    values: np.ndarray, variance: np.ndarray, conditions: np.ndarray, curve: _Curve, condition_sd: float
) -> tuple[int, float]:
    """Return how many conditions of at least three samples have exactly one observation of a protein, and the expectation.

    Counted are proteins seen in this and in another condition; what the other conditions say of u is used.
    """
    protein_nodes, protein_weights = normal_nodes(9)
    nodes, log_weights = normal_nodes(7)
    shift = curve.protein_sd * protein_nodes[:, None] + condition_sd * nodes
    chosen = _spread_proteins(_observed_mean(values), np.arange(len(values)))
    levels = _condition_levels(values[chosen], variance[chosen], conditions, curve)
    none, pattern, single = [], [], []
    for seen, log_odds in levels:
        each = log_odds[:, :, None, None] + shift
        missing = log_expit(-each).sum(axis=1)
        none.append(log_sum_exp(missing + log_weights, axis=2))
        observed = missing + np.einsum("mn,mnuv->muv", seen.astype(float), each)
        pattern.append(log_sum_exp(observed + log_weights, axis=2))
        single.append(log_sum_exp(missing + log_sum_exp(each, axis=1) + log_weights, axis=2))
    found, expected = 0, 0.0
    for place, (seen, _) in enumerate(levels):
        others = [k for k in range(len(levels)) if k != place]
        if seen.shape[1] < 3 or not others:
            continue
        both = seen.any(axis=1) & np.any([levels[k][0].any(axis=1) for k in others], axis=0)
        given = protein_weights + sum(pattern[k] for k in others)
        any_seen = np.log(-np.expm1(np.minimum(none[place], -1e-12)))
        share = np.exp(log_sum_exp(given + single[place], axis=1) - log_sum_exp(given + any_seen, axis=1))
        found += int((seen.sum(axis=1) == 1)[both].sum())
        expected += float(share[both].sum())
    return found, expected
