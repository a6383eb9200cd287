"""The curve of the dropout model: intercept, slope, spread between proteins and depth of the samples (see `dropout`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_expit

from myosieve.statistics.missing_patterns import AT_ONCE, HIGHEST, log_complement, log_odds_of_seen
from myosieve.statistics.quadrature import lattice, log_sum_exp, normal_nodes

# Medians and standard deviations (natural log) of the priors of slope and protein effects.
_SLOPE, _PROTEIN = (0.8, 0.5), (1.5, 0.5)
# A sample's depth is within some log-odds of the others'.
_DEPTH_SD = 3.0
# More proteins or samples than this add nothing to the few parameters; those used are spread over the mean intensity.
_MOST_PROTEINS, _MOST_SAMPLES = 2_000, 24
_BLOCK = 100


@dataclass(frozen=True)
class Curve:
    """logit P(seen) = intercept + slope y + depth_j (n,) + u, the spread of u between proteins being protein_sd."""

    intercept: float
    slope: float
    protein_sd: float
    depth: np.ndarray

    def of(self, samples: np.ndarray) -> Curve:
        """Return the curve of some samples."""
        return Curve(self.intercept, self.slope, self.protein_sd, self.depth[samples])

    def log_odds(self, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
        """Return the log-odds (m x n) halfway between observed and missing values, for u = v = 0."""
        level = self.intercept + self.slope * mean - self.slope**2 * variance / 2
        return np.minimum(level[:, None] + self.depth, HIGHEST)


def spread_samples(conditions: np.ndarray) -> np.ndarray:
    """Return at most _MOST_SAMPLES sample indices, about as many of every condition."""
    if len(conditions) <= _MOST_SAMPLES:
        return np.arange(len(conditions))
    names = list(dict.fromkeys(conditions))
    each = max(2, _MOST_SAMPLES // len(names))
    chosen = [np.flatnonzero(conditions == name) for name in names]
    return np.sort(np.concatenate([of[np.linspace(0, len(of) - 1, min(each, len(of))).astype(int)] for of in chosen]))


def spread_proteins(mean: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Return at most _MOST_PROTEINS of the candidates, evenly spread over their mean intensity."""
    if len(candidates) <= _MOST_PROTEINS:
        return candidates
    ordered = candidates[np.argsort(mean[candidates], kind="stable")]
    return ordered[np.linspace(0, len(ordered) - 1, _MOST_PROTEINS).astype(int)]


def observed_mean(values: np.ndarray) -> np.ndarray:
    """Return the mean (m,) of the values (m x n) that are not missing, 0 without any."""
    observed = ~np.isnan(values)
    count = observed.sum(axis=1)
    total = np.where(observed, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.zeros(len(values)), where=count > 0)


def log_prior(log_value: float, prior: tuple[float, float]) -> tuple[float, float]:
    """Return the log density of a log-normal prior at log_value (up to a constant), and its derivative."""
    z = (log_value - np.log(prior[0])) / prior[1]
    return -0.5 * z * z, -z / prior[1]


def fit_curve(values: np.ndarray, variance: np.ndarray) -> tuple[float, float, float]:
    """Return intercept, slope and protein_sd; depth is estimated along, here for these samples only."""
    from scipy.optimize import minimize

    detected = ~np.isnan(values)
    mean = observed_mean(values)
    chosen = spread_proteins(mean, np.flatnonzero(detected.any(axis=1)))
    detected, mean, variance = detected[chosen], mean[chosen], variance[chosen]
    middle = mean.mean()
    centered = mean - middle
    # The likelihood of many samples is narrow: steps of u must not pass over it.
    nodes, log_weights = lattice(1.0, min(0.25, 0.75 / np.sqrt(values.shape[1])))
    hits = detected.astype(float)

    def minus_log_posterior(theta: np.ndarray) -> tuple[float, np.ndarray]:
        slope, spread, depth = np.exp(theta[1]), np.exp(theta[2]), theta[3:]
        level = theta[0] + slope * centered - slope**2 * variance / 2
        log_odds = np.minimum(level[:, None] + depth, HIGHEST)
        odds = np.exp(log_odds)[:, :, None] * np.exp(spread * nodes)
        none = log_weights - sum(
            np.log((1 + odds[:, start : start + AT_ONCE]).prod(axis=1)) for start in range(0, odds.shape[1], AT_ONCE)
        )
        some = none + log_odds_of_seen(hits, log_odds, spread * nodes)
        log_some, log_none = log_sum_exp(some, axis=1), log_sum_exp(none, axis=1)
        log_any = log_complement(log_none)
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
            density, derivative = log_prior(theta[place], prior)
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


def sample_depths(
    values: np.ndarray, variance: np.ndarray, intercept: float, slope: float, protein_sd: float
) -> np.ndarray:
    """Return the depth (n,) of all samples: as many proteins are expected in a sample as were seen in it.

    The expectation is over u given that the protein was seen in some other sample as well; its other samples are taken as
    of mean depth.
    """
    detected = ~np.isnan(values)
    mean = observed_mean(values)
    chosen = spread_proteins(mean, np.arange(len(values)))
    detected, mean, variance = detected[chosen], mean[chosen], variance[chosen]
    level = intercept + slope * mean - slope**2 * variance / 2
    nodes, log_weights = normal_nodes(13)
    log_odds = level[:, None] + protein_sd * nodes
    any_other = np.log(-np.expm1(np.minimum((values.shape[1] - 1) * log_expit(-log_odds), -1e-12)))
    seen_elsewhere = detected.sum(axis=1)[:, None] - detected > 0
    weights = log_weights + any_other
    weights = np.exp(weights - log_sum_exp(weights, axis=1)[:, None])
    depth = np.zeros(values.shape[1])
    odds = np.exp(np.minimum(log_odds, HIGHEST))
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
