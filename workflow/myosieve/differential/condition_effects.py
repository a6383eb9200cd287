"""What samples of a condition share in the dropout model: its spread, and signs of a filter by condition (see `dropout`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import pdtr

from myosieve.differential.dropout_curve import Curve, log_prior, observed_mean, spread_proteins
from myosieve.statistics.missing_patterns import log_all_missed, log_complement, log_odds_of_seen, log_symmetric
from myosieve.statistics.quadrature import lattice, log_sum_exp

# Median and standard deviation (natural log) of the prior of omega.
_CONDITION = (1.0, 0.5)
# Of the lattice of detection effects on the log-odds; the largest omega that is sought.
_STEP, _HIGHEST_CONDITION_SD = 0.25, 4.0
# What filters by condition leave out; of so few observations, fewer than a share of those expected and by more than chance.
_SPARSE = {
    "exactly one sample": lambda samples: 1,
    "one or two samples": lambda samples: 2,
    "fewer than half of the samples, and twelve at most,": lambda samples: min(-(-samples // 2) - 1, 12),
}
_LEAST_SPARSE, _RARE = 0.4, 0.005


def _condition_levels(
    values: np.ndarray, variance: np.ndarray, conditions: np.ndarray, curve: Curve
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return, per condition, which of its cells were seen (m x k) and their log-odds (m x k).

    The mean of a condition is drawn to the protein's own by one observation's weight: with a single value it is half noise.
    """
    overall = observed_mean(values)
    levels = []
    for name in dict.fromkeys(conditions):
        own = conditions == name
        count = (~np.isnan(values[:, own])).sum(axis=1)
        mean = (count * observed_mean(values[:, own]) + overall) / (count + 1)
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


def fit_condition_sd(values: np.ndarray, variance: np.ndarray, conditions: np.ndarray, curve: Curve) -> float:
    """Return omega by maximum likelihood over proteins seen in at least two conditions, a prior on its log."""
    from scipy.optimize import minimize_scalar

    detected = ~np.isnan(values)
    conditions_seen = sum(detected[:, conditions == name].any(axis=1).astype(int) for name in dict.fromkeys(conditions))
    informative = spread_proteins(observed_mean(values), np.flatnonzero(conditions_seen > 1))
    if len(informative) == 0:
        return _CONDITION[0]
    effects = _Effects.of(curve.protein_sd)
    levels = []
    for seen, log_odds in _condition_levels(values[informative], variance[informative], conditions, curve):
        some = seen.any(axis=1)
        none = log_all_missed(log_odds[some], effects.both)
        levels.append((some, none, none + log_odds_of_seen(seen[some], log_odds[some], effects.both)))

    def minus_log_posterior(log_sd: float) -> float:
        found = np.repeat(effects.log_weights[None], len(informative), axis=0)
        possible = found.copy()
        for some, none, pattern in levels:
            found[some] += effects.averaged(pattern, np.exp(log_sd))
            possible[some] += log_complement(effects.averaged(none, np.exp(log_sd)))
        likelihood = log_sum_exp(found, axis=1) - log_sum_exp(possible, axis=1)
        return -float(likelihood.sum() + log_prior(log_sd, _CONDITION)[0])

    bounds = (np.log(0.05), np.log(_HIGHEST_CONDITION_SD))
    return float(
        np.exp(minimize_scalar(minus_log_posterior, bounds=bounds, method="bounded", options={"xatol": 1e-2}).x)
    )


def sparse_conditions(
    values: np.ndarray, variance: np.ndarray, conditions: np.ndarray, curve: Curve, condition_sd: float
) -> list[tuple[str, int, float]]:
    """Return each way to be sparse, how many conditions have that few observations of a protein, and the expectation.

    Counted are proteins seen in this and in another condition, and conditions of at least three samples; what the other
    conditions say of u is used.
    """
    effects = _Effects.of(curve.protein_sd)
    chosen = spread_proteins(observed_mean(values), np.arange(len(values)))
    levels = _condition_levels(values[chosen], variance[chosen], conditions, curve)
    missing = [log_all_missed(log_odds, effects.both) for _, log_odds in levels]
    patterns = [
        effects.averaged(none + log_odds_of_seen(seen, log_odds, effects.both), condition_sd)
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
        any_seen = log_sum_exp(given + log_complement(effects.averaged(none[rows], condition_sd)), axis=1)
        symmetric = log_symmetric(log_odds[rows], max(most_of(samples) for most_of in _SPARSE.values()))
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


def lacking(found: int, expected: float) -> bool:
    """Return whether sparse conditions are fewer than the model expects, by far and by more than chance."""
    return found < _LEAST_SPARSE * expected and bool(pdtr(found, expected) < _RARE)
