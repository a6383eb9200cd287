"""Chances of being seen in some samples and missed in others, from log-odds of detection, on the log scale."""

from __future__ import annotations

import numpy as np

from myosieve.statistics.quadrature import normal_nodes

# Log-odds above this are as good as this; so many samples' odds, shifted by 60 at most, multiply without overflow.
HIGHEST, AT_ONCE = 50.0, 6
_NOISE_NODES = 7


def log_all_missed(log_odds: np.ndarray, shift: np.ndarray, noise: np.ndarray | None = None) -> np.ndarray:
    """Return log prod_j E[1 / (1 + exp(log_odds_j + noise_j z + shift))], the chance that all samples miss a protein.

    Exponentials are taken of samples and of shifts, not of their sums, and a logarithm of a few samples' product.

    Parameters
    ----------
    log_odds
        (m x n) of detection; -inf leaves a sample out.
    shift
        (q,) or (m x q) what is added to all samples of a protein; beyond +-60 counts as that.
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
    odds = [np.exp(np.clip(log_odds + (0.0 if noise is None else noise * z), -700.0, HIGHEST)) for z in nodes]
    factor = np.exp(np.clip(np.atleast_2d(shift), -60.0, 60.0))[:, None]
    total = np.zeros((len(log_odds), factor.shape[2]))
    for start in range(0, width, AT_ONCE):
        some = slice(start, start + AT_ONCE)
        chance = sum(w / (1 + each[:, some, None] * factor) for each, w in zip(odds, np.exp(log_weights), strict=True))
        total += np.log(chance.prod(axis=1))
    return total


def log_odds_of_seen(seen: np.ndarray, log_odds: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Return the sum of log_odds + shift over the samples seen (m x q): what log p has more than log(1 - p)."""
    return (seen * log_odds).sum(axis=1)[:, None] + seen.sum(axis=1)[:, None] * shift


def log_complement(log_none: np.ndarray) -> np.ndarray:
    """Return the log of one less the exponential."""
    return np.log(-np.expm1(np.minimum(log_none, -1e-12)))


def log_symmetric(log_odds: np.ndarray, most: int) -> np.ndarray:
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
