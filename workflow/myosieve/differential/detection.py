r"""Tests of absence: proteins seen on one side of a contrast only.

Nothing is imputed. Under the null hypothesis c'b = 0 the samples in which a protein was seen predict its mean in the silent
condition, in any linear design: the model is fitted under the restriction, and sample j of the silent condition has the mean
m_j with variance s^2 V_jj. The dropout model then says how likely it is that all of them miss it,

    P = E[ prod_j (1 - P(seen | y_j)) ],    y_j = m_j + e_j,

the expectation being over
- the noise of each sample, s^2 (1 + V_jj less the part common to all), and the error common to all predicted means, s^2 V_c,
  with V_c the mean covariance between them (in a two-group design V_c = 1 / n; with a subject effect it is 0). s^2 is the
  moderated variance; its uncertainty widens both by df / (df - 2), the ratio of the variances of t and normal;
- the protein's detectability u given in which of its other samples it was seen, on a grid;
- the effect v of the silent condition.

**p = P.** It is computed without looking at the silent samples, so the probability that they are all missing *and* p <= alpha
is at most alpha, whatever the true mean, where the model is right. The likelihood ratio of the same two hypotheses has no
such law: its chi-square reference gives 2e-5 where the chance of the absence is 1e-4.

**In a family with other tests** P is conservative: most proteins of a table are seen so well that they are hardly ever silent.
Were no protein changed, a share

    r(P) = sum over the contrast's conditions of the mean over proteins k of P_k 1{P_k <= P}

of all proteins would be silent in a condition with a chance as small as P or smaller, with P_k that of protein k had it been
silent there: far less than P. r is the p-value of absence for a protein drawn from the table, and is what false discovery
rates are computed from (`multiple`).

**A bounded effect.** If the condition's mean were changed by -d, the chance P(d) grows from P(0) to 1. The fold change
reported is the d at which the absence is as likely as not, P(d) = 1/2, and the end of its interval the d at which it has a
chance of 5 %: smaller changes are ruled out with 95 % confidence, and nothing bounds larger ones. So the interval excludes 0
exactly where p < 0.05.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from myosieve.differential.dropout import DropoutModel
from myosieve.statistics.missing_patterns import log_all_missed
from myosieve.statistics.quadrature import lattice, log_sum_exp

_CHANCE_OF_BOUND, _CHANCE_OF_INTERVAL = 0.5, 0.05
# Proteins that stand for all in r(P), spread over the mean intensity.
_STAND_INS = 1_000
# Fold changes are sought within this many log2 units.
_WIDEST = 60.0
_BLOCK = 200
# Values of the part that the samples share, in its standard deviations; higher ones add nothing to the chance.
_SHARED = np.linspace(-8, 5, 40)


@dataclass(frozen=True)
class Absence:
    """Of one contrast, for m proteins; NaN where the question cannot be asked.

    Attributes
    ----------
    log_p
        (m,) natural log of P.
    log_rate
        (m,) natural log of r(P).
    log2fc
        (m,) smallest change of the contrast that makes the absence as likely as not; negative where the condition of positive
        weight is silent, 0 where the absence needs no change to be that likely.
    bound
        (m,) the end of the one-sided 95 % confidence interval nearer to no change (beyond 0 where p > 0.05); the other end is
        open.
    falls
        (m,) whether the contrast is lower than under the null hypothesis: the interval is open below.
    """

    log_p: np.ndarray
    log_rate: np.ndarray
    log2fc: np.ndarray
    bound: np.ndarray
    falls: np.ndarray


def absence(
    values: np.ndarray,
    design: np.ndarray,
    conditions: np.ndarray,
    vector: np.ndarray,
    weights: dict[str, float],
    variance: np.ndarray,
    df: np.ndarray,
    model: DropoutModel,
    *,
    at_least: float = 0.0,
) -> Absence:
    """Test whether the absence of proteins from one condition of a contrast can be chance.

    Parameters
    ----------
    values
        (m x n) log2 intensities of all proteins of the table, NaN = missing.
    design
        (n x p) design matrix.
    conditions
        (n,) condition of each sample.
    vector
        (p,) the contrast of the coefficients.
    weights
        The contrast's weight of each condition.
    variance, df
        (m,) moderated variance and its degrees of freedom.
    model
        Of dropout, of the same samples.
    at_least
        Changes of the contrast up to this size count as none.

    Returns
    -------
    Absence
        A number for every protein that is silent in exactly one condition of the contrast, whose mean there follows from its
        other samples under the null hypothesis, and that has a variance.
    """
    found = Absence(*(np.full(len(values), np.nan) for _ in range(4)), falls=np.zeros(len(values), dtype=bool))
    observed = ~np.isnan(values)
    silent = np.column_stack([~observed[:, conditions == name].any(axis=1) for name in weights])
    ready = observed.any(axis=1) & np.isfinite(variance) & (df > 0)
    basis = _restricted_basis(design, vector)
    stand_ins = _stand_ins(values, observed, ready)
    rates = []
    for place, (name, weight) in enumerate(weights.items()):
        cells = conditions == name
        least = at_least / abs(weight)
        for rows in _blocks(np.flatnonzero(ready & silent[:, place] & (silent.sum(axis=1) == 1))):
            question = _Question.of(values[rows], basis, conditions, cells, variance[rows], df[rows], model)
            rows = rows[question.asked]
            if len(rows) == 0:
                continue
            found.log_p[rows] = question.log_chance(np.full(len(rows), least))
            # A silent condition of positive weight means a lower contrast.
            found.log2fc[rows] = -weight * np.maximum(question.change_at(_CHANCE_OF_BOUND), 0.0)
            found.bound[rows] = -weight * question.change_at(_CHANCE_OF_INTERVAL)
            found.falls[rows] = weight > 0
        for rows in _blocks(stand_ins):
            without = np.where(cells, np.nan, values[rows])
            question = _Question.of(without, basis, conditions, cells, variance[rows], df[rows], model)
            rates.append(question.log_chance(np.full(question.asked.sum(), least)))
    asked = ~np.isnan(found.log_p)
    if asked.any():
        found.log_rate[asked] = _log_rate(found.log_p[asked], np.concatenate(rates), len(stand_ins))
    return found


def _stand_ins(values: np.ndarray, observed: np.ndarray, ready: np.ndarray) -> np.ndarray:
    """Return at most _STAND_INS of the proteins, evenly spread over their mean intensity."""
    rows = np.flatnonzero(ready)
    if len(rows) <= _STAND_INS:
        return rows
    mean = np.where(observed, values, 0.0)[rows].sum(axis=1) / observed[rows].sum(axis=1)
    return rows[np.argsort(mean, kind="stable")][np.linspace(0, len(rows) - 1, _STAND_INS).astype(int)]


def _log_rate(log_p: np.ndarray, log_chances: np.ndarray, proteins: int) -> np.ndarray:
    """Return log r(P), interpolated between the stand-ins' chances on logarithms; below them all r is proportional to P."""
    # Chances that are equal but for rounding have one rate.
    ordered, log_p = np.sort(np.round(log_chances, 9)), np.round(log_p, 9)
    # A protein's own chance is among those summed: r(P) is at least its share of P.
    rates = np.logaddexp.accumulate(ordered) - np.log(proteins)
    below = np.minimum(log_p - ordered[0], 0.0)
    return np.minimum(np.interp(log_p, ordered, rates) + below, log_p)


def _blocks(rows: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), _BLOCK):
        yield rows[start : start + _BLOCK]


def _restricted_basis(design: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis (n x r) of the design's column space where the contrast is zero."""
    # b = N g for any g, with N a basis of the vectors orthogonal to the contrast (the last right singular vectors).
    null_space = np.linalg.svd(vector[None])[2][1:].T
    left, singular, _ = np.linalg.svd(design @ null_space, full_matrices=False)
    if len(singular) == 0:
        return np.zeros((len(design), 0))
    return left[:, singular > singular.max() * max(design.shape) * np.finfo(float).eps]


@dataclass(frozen=True)
class _Question:
    """The silent samples of proteins for which the question can be asked, and what is expected of them.

    Attributes
    ----------
    asked
        (m,) for which of the proteins given.
    log_odds
        (a x k) of detection in the silent condition's samples, for a protein of average detectability.
    counted
        (a x k) which of these samples have a predicted mean.
    noise
        (a x k) standard deviation of each sample's own part of the log-odds.
    middle, spread
        (a,) mean and standard deviation of the part that the samples share.
    slope
        Of the curve.
    """

    asked: np.ndarray
    log_odds: np.ndarray
    counted: np.ndarray
    noise: np.ndarray
    middle: np.ndarray
    spread: np.ndarray
    slope: float

    @classmethod
    def of(
        cls,
        values: np.ndarray,
        basis: np.ndarray,
        conditions: np.ndarray,
        cells: np.ndarray,
        variance: np.ndarray,
        df: np.ndarray,
        model: DropoutModel,
    ) -> _Question:
        observed = ~np.isnan(values)
        mean, known, inverse = _predicted(values, observed, basis)
        asked = known[:, cells].any(axis=1)
        observed, mean, known, inverse = observed[asked], mean[asked], known[asked], inverse[asked]
        variance, df = variance[asked], df[asked]
        # Missing values of the seen conditions lie b s^2 lower (exponential tilt), and draw the mean with them.
        others = known & ~cells
        share = (others & ~observed).sum(axis=1) / np.maximum(others.sum(axis=1), 1)
        mean = mean - (model.slope * variance * share)[:, None]
        log_odds = model.intercept + model.slope * mean + model.depth
        own, common = _variances(inverse, basis[cells], known[:, cells])
        sd = model.slope * np.sqrt(variance)
        seen_log_odds = model.intercept + model.slope * np.where(observed, values[asked], 0.0) + model.depth
        middle, spread = _detectability(observed, others, log_odds, seen_log_odds, sd, conditions, model)
        heavier = df / np.maximum(df - 2, 0.5)
        return cls(
            asked=asked,
            log_odds=log_odds[:, cells],
            counted=known[:, cells],
            noise=sd[:, None] * np.sqrt((1 + own) * heavier[:, None]),
            middle=middle,
            spread=np.sqrt(spread**2 + sd**2 * common * heavier + model.condition_sd**2),
            slope=model.slope,
        )

    def log_chance(self, change: np.ndarray) -> np.ndarray:
        """Return the log chance (a,) that all silent samples miss the protein if its mean there is lower by `change` (a,)."""
        log_weights = -0.5 * _SHARED**2
        log_weights = log_weights - log_sum_exp(log_weights, axis=0)
        level = self.log_odds + (self.middle - self.slope * change)[:, None]
        level = np.where(self.counted, level, -np.inf)
        missed = log_all_missed(level, self.spread[:, None] * _SHARED, self.noise)
        return log_sum_exp(missed + log_weights, axis=1)

    def change_at(self, chance: float) -> np.ndarray:
        """Return the change (a,) at which the absence has the given chance, by bisection: the chance grows with it."""
        low, high = np.full(len(self.middle), -_WIDEST), np.full(len(self.middle), _WIDEST)
        for _ in range(28):  # to 5e-7 log2
            middle = (low + high) / 2
            enough = self.log_chance(middle) >= np.log(chance)
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return (low + high) / 2


def _predicted(
    values: np.ndarray, observed: np.ndarray, basis: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the fitted mean of cells (m x n), whether observed cells determine it, and inverse Gram matrices (m x r x r)."""
    products = (basis[:, :, None] * basis[:, None, :]).reshape(len(basis), -1)
    rank = basis.shape[1]
    gram = (observed.astype(float) @ products).reshape(-1, rank, rank)
    eigenvalues, vectors = np.linalg.eigh(gram)
    usable = eigenvalues > 1e-9
    scaled = vectors * np.where(usable, 1 / np.where(usable, eigenvalues, 1.0), 0.0)[:, None]
    inverse = scaled @ vectors.transpose(0, 2, 1)
    right = np.where(observed, values, 0.0) @ basis
    mean = np.einsum("mij,mj->mi", inverse, right) @ basis.T
    outside = vectors * ~usable[:, None]
    distance = ((basis @ outside) ** 2).sum(axis=2)
    return mean, distance < 1e-9, inverse


def _variances(inverse: np.ndarray, basis: np.ndarray, counted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each silent cell's own (m x k) and their common (m,) variance of the predicted mean, in units of s^2."""
    diagonal = ((basis @ inverse) * basis).sum(axis=2)
    cells = counted.sum(axis=1)
    number = cells * (cells - 1)
    single = (diagonal * counted).sum(axis=1)  # with one silent sample all its error is common
    whole = counted.astype(float) @ basis
    pairs = np.einsum("mi,mij,mj->m", whole, inverse, whole) - single
    between = pairs / np.maximum(number, 1)
    lowest = np.where(counted, diagonal, np.inf).min(axis=1)
    common = np.clip(np.where(number > 0, between, single), 0.0, lowest)
    return np.where(counted, diagonal - common[:, None], 0.0), common


def _detectability(
    observed: np.ndarray,
    others: np.ndarray,
    log_odds: np.ndarray,
    seen_log_odds: np.ndarray,
    sd: np.ndarray,
    conditions: np.ndarray,
    model: DropoutModel,
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation (m,) of u, given where else the protein was seen and missed."""
    counts = [int((conditions == name).sum()) for name in dict.fromkeys(conditions)]
    step = min(max(model.protein_sd, model.condition_sd) / 4, 3 / np.sqrt(max(counts)))
    u, log_prior = lattice(model.protein_sd, step)
    v, log_weights = lattice(model.condition_sd, step)
    shift = step * np.arange(-(len(u) // 2) - len(v) // 2, len(u) // 2 + len(v) // 2 + 1)
    log_posterior = np.repeat(log_prior[None], len(observed), axis=0)
    for name in dict.fromkeys(conditions):
        own = conditions == name
        seen = np.where(observed[:, own], -seen_log_odds[:, own], -np.inf)
        missed = np.where(others[:, own] & ~observed[:, own], log_odds[:, own], -np.inf)
        # log P(seen) at l is log P(missed) at -l
        pattern = log_all_missed(seen, -shift)
        pattern += log_all_missed(missed, shift, np.repeat(sd[:, None], own.sum(), axis=1))
        highest = pattern.max(axis=1, keepdims=True)
        windows = np.lib.stride_tricks.sliding_window_view(np.exp(pattern - highest), len(v), axis=1)
        log_posterior += np.log(np.maximum(windows @ np.exp(log_weights), 1e-300)) + highest
    posterior = np.exp(log_posterior - log_sum_exp(log_posterior, axis=1)[:, None])
    mean = posterior @ u
    return mean, np.sqrt(np.maximum((posterior * (u - mean[:, None]) ** 2).sum(axis=1), 0.0))
