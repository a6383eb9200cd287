"""From desirabilities to scores, ranks and rank intervals.

Formulas (d = max(desirability, floor), w = weights, over the criteria that are known for the protein only):

* axis     E = exp(sum w_i ln d_i / sum w_i) over the experiment's criteria, P the same over the prior ones
* score    E^a * P^(1-a). Where an axis has no known criterion at all, the other one is the score: the missing axis is
  taken as neither better nor worse than what is known, as a missing criterion is within its axis. Both are between floor
  and 1.
* interval The share that each criterion has of ln score (a w_i / sum w or (1-a) w_i / sum w) is drawn from a Dirichlet
  distribution with these shares as its mean and as many pseudo-counts as there are criteria with weight, which is the
  flat distribution when all shares are equal. The rank is taken under each draw, the same draws for every contrast;
  rank_low and rank_high are the 5 and 95 % quantiles, rounded outward, or the ranks that the protein gets when one
  criterion is left out, where these lie outside, or the quantiles over other draws of the subjects (`bootstrap`). The rank
  itself may lie outside too: it belongs to the mean of the weights, the quantiles to their spread.
* shares  Of a protein's ln score, criterion i has a w_i / sum w ln d_i, sums over what is known of the protein, and with a = 1
  or 0 where an axis knows nothing: these contributions sum to ln score. A criterion that knows no protein has no share at
  all: neither draws of weights nor their number of pseudo-counts depend on it.

All sums run criterion by criterion, never through a matrix product, whose last bits depend on a row's position: proteins
with equal desirabilities have equal scores, in whatever order the table is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

EXPERIMENT = ("effect", "significance", "reliability", "leak", "purity", "lysate")
PRIOR = ("secretion", "receptor", "expression", "assay")
CRITERIA = EXPERIMENT + PRIOR

_QUANTILES = (0.05, 0.95)
# Equal scores should tie; the logarithm's rounding must not order them.
_DECIMALS = 12
_BLOCK = 100


def shares(weights: Mapping[str, float], experiment_share: float) -> np.ndarray:
    """Return each criterion's share of ln score, in the order of `CRITERIA`, summing to 1.

    Parameters
    ----------
    weights
        Weight of each criterion within its axis, at least one positive per axis.
    experiment_share
        a, 0 to 1.
    """
    parts = []
    for names, part in ((EXPERIMENT, experiment_share), (PRIOR, 1 - experiment_share)):
        own = np.array([weights[name] for name in names], dtype=float)
        parts.append(part * own / own.sum() if part else np.zeros(len(own)))
    return np.concatenate(parts)


def restricted(criterion_shares: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the shares of the known criteria alone: each takes over its part of what its axis loses.

    An axis that knows nothing leaves its share to the other one; without any known criterion all shares are zero.

    Parameters
    ----------
    criterion_shares
        (criteria,) or (sets x criteria).
    known
        Whether each criterion is known, of a shape that broadcasts.
    """
    left = np.where(known, criterion_shares, 0.0)
    axis_of = np.arange(left.shape[-1]) >= len(EXPERIMENT)
    for axis in (False, True):
        part = left[..., axis_of == axis].sum(axis=-1, keepdims=True)
        whole = np.asarray(criterion_shares)[..., axis_of == axis].sum(axis=-1, keepdims=True)
        left[..., axis_of == axis] *= np.divide(whole, part, out=np.zeros_like(part), where=part > 0)
    total = left.sum(axis=-1, keepdims=True)
    return np.divide(left, total, out=np.zeros_like(left), where=total > 0)


def contributions(desirabilities: np.ndarray, criterion_shares: np.ndarray, floor: float) -> np.ndarray:
    """Return what each criterion adds to ln score (proteins x criteria), at most 0; NaN where it is unknown or has no share.

    Parameters
    ----------
    desirabilities
        Proteins x criteria, NaN = unknown.
    criterion_shares
        Share of each criterion.
    floor
        Lowest desirability.
    """
    known = np.isfinite(desirabilities) & (criterion_shares > 0)
    shared = restricted(np.broadcast_to(criterion_shares, desirabilities.shape), known)
    return np.where(known, shared * _logarithms(desirabilities, floor), np.nan)


def coverage(desirabilities: np.ndarray, criterion_shares: np.ndarray) -> np.ndarray:
    """Return the share of the criteria's weight that is known of each protein, 0 to 1."""
    return np.where(np.isfinite(desirabilities), criterion_shares, 0.0).sum(axis=1)


def axis_score(desirabilities: np.ndarray, weights: np.ndarray, floor: float) -> np.ndarray:
    """Return the weighted geometric mean of one axis.

    Parameters
    ----------
    desirabilities
        Proteins x criteria, 0 to 1, NaN = unknown.
    weights
        One per criterion.
    floor
        Lowest desirability.

    Returns
    -------
    Score per protein, floor to 1; NaN where no criterion with a weight is known.
    """
    return np.exp(_log_axis(_logarithms(desirabilities, floor), weights[None, :])[0])


def total_score(desirabilities: np.ndarray, criterion_shares: np.ndarray, floor: float) -> np.ndarray:
    """Return the score of each protein from all criteria (columns in the order of `CRITERIA`)."""
    return np.exp(_log_total(_logarithms(desirabilities, floor), criterion_shares[None, :])[0])


def ranks(log_scores: np.ndarray) -> np.ndarray:
    """Return ranks, 1 = highest, along the last axis; ties in the order of the columns."""
    order = np.argsort(-log_scores, axis=-1, kind="stable")
    ranked = np.empty(order.shape, dtype=np.int32)
    np.put_along_axis(ranked, order, np.arange(1, order.shape[-1] + 1, dtype=np.int32)[None, :], axis=-1)
    return ranked


def draw_shares(criterion_shares: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Return `draws` random shares around the given ones (draws x criteria); a criterion without share keeps none."""
    used = criterion_shares > 0
    drawn = np.zeros((draws, len(criterion_shares)))
    drawn[:, used] = np.random.default_rng(seed).dirichlet(used.sum() * criterion_shares[used], size=draws)
    return drawn


def rank_and_interval(
    desirabilities: np.ndarray, criterion_shares: np.ndarray, drawn: np.ndarray, floor: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rank, rank_low and rank_high of the proteins of one contrast.

    Parameters
    ----------
    desirabilities
        Proteins x criteria, in the order in which ties are to be broken.
    criterion_shares
        Share of each criterion.
    drawn
        Random shares (draws x criteria).
    floor
        Lowest desirability.
    """
    if len(desirabilities) == 0:
        nothing = np.zeros(0, dtype=int)
        return nothing, nothing, nothing
    logarithms = _logarithms(desirabilities, floor)
    rank = ranks_by(desirabilities, criterion_shares, floor)
    random_ranks = np.concatenate([ranks(_log_total(logarithms, block)) for block in _blocks(drawn)])
    return rank, *quantiles(random_ranks)


def ranks_by(desirabilities: np.ndarray, criterion_shares: np.ndarray, floor: float) -> np.ndarray:
    """Return the ranks of proteins by one set of shares, ties in their order."""
    return ranks(_log_total(_logarithms(desirabilities, floor), criterion_shares[None, :]))[0]


def quantiles(drawn_ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the 5 and the 95 % quantile of each protein's ranks (draws x proteins), rounded outward."""
    low = np.quantile(drawn_ranks, _QUANTILES[0], axis=0, method="lower")
    return low, np.quantile(drawn_ranks, _QUANTILES[1], axis=0, method="higher")


def ranks_without_each(desirabilities: np.ndarray, criterion_shares: np.ndarray, floor: float) -> np.ndarray:
    """Return the ranks when each criterion with a share is left out in turn, one row per criterion.

    The rest of its axis takes over its share; an axis without any other criterion is left out with it. Where there is only
    one criterion none can be left out: no row.

    Parameters
    ----------
    desirabilities, criterion_shares, floor
        As in `rank_and_interval`.
    """
    used = np.flatnonzero(criterion_shares > 0)
    if len(used) < 2 or len(desirabilities) == 0:
        return np.zeros((0, len(desirabilities)), dtype=np.int32)
    known = np.ones((len(used), len(criterion_shares)), dtype=bool)
    known[np.arange(len(used)), used] = False
    left = restricted(np.repeat(criterion_shares[np.newaxis], len(used), axis=0), known)
    return ranks(_log_total(_logarithms(desirabilities, floor), left))


def _blocks(drawn: np.ndarray) -> Iterator[np.ndarray]:
    # Proteins x all draws would be hundreds of megabytes for a large table.
    for start in range(0, len(drawn), _BLOCK):
        yield drawn[start : start + _BLOCK]


def _logarithms(desirabilities: np.ndarray, floor: float) -> np.ndarray:
    return np.log(np.maximum(desirabilities, floor))  # NaN stays NaN


def _log_axis(logarithms: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return ln of the axis (weightings x proteins) from logarithms (proteins x criteria), weights (weightings x same)."""
    total = np.zeros((len(weights), len(logarithms)))
    weight = np.zeros_like(total)
    for criterion in range(logarithms.shape[1]):
        known = np.isfinite(logarithms[:, criterion])
        total += weights[:, criterion, None] * np.where(known, logarithms[:, criterion], 0.0)
        weight += weights[:, criterion, None] * known
    return np.divide(total, weight, out=np.full_like(total, np.nan), where=weight > 0)


def _log_total(logarithms: np.ndarray, criterion_shares: np.ndarray) -> np.ndarray:
    """Return ln score (weightings x proteins)."""
    of_experiment = criterion_shares[:, : len(EXPERIMENT)].sum(axis=1, keepdims=True)
    experiment = _log_axis(logarithms[:, : len(EXPERIMENT)], criterion_shares[:, : len(EXPERIMENT)])
    prior = _log_axis(logarithms[:, len(EXPERIMENT) :], criterion_shares[:, len(EXPERIMENT) :])
    both = of_experiment * experiment + (1 - of_experiment) * prior
    return np.where(np.isnan(prior), experiment, np.where(np.isnan(experiment), prior, both)).round(_DECIMALS)
