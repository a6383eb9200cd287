"""How many positives stand at the top of an order, against how many would by chance.

With P positives among N items, of which h are among the first k:

    EF@k = (h / k) / (P / N)

1 is chance; no order can exceed min(k, P) N / (k P). Items of equal value stand in no order: of a group of equal items that the
k-th place cuts through, the places left are shared, so that h is its mean over all orders of the equal ones.
"""

from __future__ import annotations

import numpy as np

from myosieve.statistics.contingency import hypergeometric_tail

_QUANTILES = (0.025, 0.975)
# Samples at a time: items x all samples would be hundreds of megabytes for a large table.
_BLOCK = 250


def recovered(values: np.ndarray, positive: np.ndarray, k: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the mean number of positives among the first k items, highest value first.

    Parameters
    ----------
    values
        (N,) no NaN.
    positive
        (N,) which items are positives.
    k
        How many places, at most the items there are.
    weights
        (B x N) how often each item counts, for B samples of the items, each with the same total; without, once.

    Returns
    -------
    (B,) numbers; (1,) without weights.
    """
    weights = np.ones((1, len(values))) if weights is None else weights
    order = np.argsort(-values, kind="stable")
    # one column per group of equal values, the highest first
    starts = np.flatnonzero(np.r_[True, np.diff(values[order]) != 0])
    together = np.add.reduceat(weights[:, order], starts, axis=1)
    hits = np.add.reduceat((weights * positive)[:, order], starts, axis=1)
    before = np.cumsum(together, axis=1) - together
    places = np.clip(k - before, 0, together)
    return (hits * np.divide(places, together, out=np.zeros_like(places), where=together > 0)).sum(axis=1)


def enrichment(hits: np.ndarray | float, positives: int, items: int, k: int) -> np.ndarray | float:
    """Return EF@k from the number of positives among the first k."""
    return hits / k * (items / positives)


def bootstrap_interval(
    values: np.ndarray, positive: np.ndarray, k: int, draws: int, random: np.random.Generator
) -> tuple[float, float]:
    """Return the 95 % percentile interval of EF@k over samples of positives and of negatives, each drawn among themselves."""
    hits = [
        recovered(values, positive, k, stratified_weights(positive, min(_BLOCK, draws - done), random))
        for done in range(0, draws, _BLOCK)
    ]
    low, high = np.quantile(enrichment(np.concatenate(hits), int(positive.sum()), len(values), k), _QUANTILES)
    return float(low), float(high)


def stratified_weights(positive: np.ndarray, draws: int, random: np.random.Generator) -> np.ndarray:
    """Return how often each item is drawn (draws x N): positives from positives, negatives from negatives."""
    weights = np.zeros((draws, len(positive)))
    for members in (np.flatnonzero(positive), np.flatnonzero(~positive)):
        if len(members):
            weights[:, members] = random.multinomial(len(members), np.full(len(members), 1 / len(members)), size=draws)
    return weights


def chance(hits: float, positives: int, items: int, k: int) -> float:
    """Return the hypergeometric chance of at least so many positives among the first k of a random order.

    A mean over equal items is rounded down, so that the chance is never understated.
    """
    return hypergeometric_tail(int(np.floor(hits + 1e-9)), positives, items, k)
