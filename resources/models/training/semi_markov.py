"""The sum over all topologies of a protein, and its derivative: forward and backward of a semi-Markov random field, compiled.

A topology is a way from the first residue to the last over the states inside, outside and helix, where a helix leads from one
side to the other and has a length. Its score adds up
    e[t, state]                     what the network says of residue t: inside, outside, helix leaving inside, leaving outside
    duration[length]                for every helix, with a constant for entering it
    start[state], end[state]        of the first and of the last residue
Sarawagi, Cohen (2004) NIPS 17:1185. The derivative of the logarithm of the sum by e[t, state] is the probability of the state.
"""

from __future__ import annotations

import numba
import numpy as np

INSIDE, OUTSIDE = 0, 1  # a helix that leaves inside is state 2, one that leaves outside is state 3
IMPOSSIBLE = -1e30


@numba.njit(cache=True)
def _add(a: float, b: float) -> float:
    if a < b:
        a, b = b, a
    return a if b <= IMPOSSIBLE / 2 else a + np.log1p(np.exp(b - a))


@numba.njit(cache=True)
def forward_backward(
    e: np.ndarray, start: np.ndarray, end: np.ndarray, duration: np.ndarray, shortest: int
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return log of the sum over topologies, and its derivatives by e, start, end and duration.

    Parameters
    ----------
    e
        Residues x 4; IMPOSSIBLE forbids a state.
    start, end
        4 numbers each.
    duration
        Score of a helix of shortest, shortest + 1, ... residues; the same for both directions.
    shortest
        Residues of the shortest helix.
    """
    length, lengths = len(e), len(duration)
    at = np.full(
        (length + 1, 4), IMPOSSIBLE
    )  # sum over all ways of the residues before t whose last state (ended) is s
    to = np.full((length + 1, 4), IMPOSSIBLE)  # sum over all ways of the residues from t on, after such a state
    sums = np.zeros((length + 1, 2))
    banned = np.zeros((length + 1, 2), dtype=np.int64)
    for t in range(length):
        for way in range(2):
            forbidden = e[t, 2 + way] <= IMPOSSIBLE / 2
            sums[t + 1, way] = sums[t, way] + (0.0 if forbidden else e[t, 2 + way])
            banned[t + 1, way] = banned[t, way] + forbidden
    for t in range(1, length + 1):
        for side in range(2):
            # the residue t - 1 lies on this side; before it the same side, or a helix that left the other one
            before = start[side] if t == 1 else _add(at[t - 1, side], at[t - 1, 3 - side])
            if e[t - 1, side] > IMPOSSIBLE / 2 and before > IMPOSSIBLE / 2:
                at[t, side] = before + e[t - 1, side]
        for way in range(2):
            total = IMPOSSIBLE
            for number in range(lengths):
                first = t - shortest - number
                if first < 0 or banned[t, way] > banned[first, way]:
                    break
                before = start[2 + way] if first == 0 else at[first, way]
                if before > IMPOSSIBLE / 2:
                    total = _add(total, before + duration[number] + sums[t, way] - sums[first, way])
            at[t, 2 + way] = total
    log_sum = IMPOSSIBLE
    for s in range(4):
        to[length, s] = end[s]
        log_sum = _add(log_sum, at[length, s] + end[s])
    for t in range(length - 1, 0, -1):
        for side in range(2):
            total = IMPOSSIBLE
            if e[t, side] > IMPOSSIBLE / 2:
                total = e[t, side] + to[t + 1, side]
            for number in range(lengths):
                last = t + shortest + number
                if last > length or banned[last, side] > banned[t, side]:
                    break
                total = _add(total, duration[number] + sums[last, side] - sums[t, side] + to[last, 2 + side])
            to[t, side] = total
            if e[t, 1 - side] > IMPOSSIBLE / 2:
                to[t, 2 + side] = e[t, 1 - side] + to[t + 1, 1 - side]
    by_e = np.zeros((length, 4))
    by_start, by_end, by_duration = np.zeros(4), np.zeros(4), np.zeros(lengths)
    for t in range(1, length + 1):
        for side in range(2):
            by_e[t - 1, side] = np.exp(at[t, side] + to[t, side] - log_sum)
    steps = np.zeros((length + 1, 2))
    for t in range(1, length + 1):
        for way in range(2):
            for number in range(lengths):
                first = t - shortest - number
                if first < 0 or banned[t, way] > banned[first, way]:
                    break
                before = start[2 + way] if first == 0 else at[first, way]
                score = before + duration[number] + sums[t, way] - sums[first, way] + to[t, 2 + way] - log_sum
                chance = np.exp(score)
                steps[first, way] += chance
                steps[t, way] -= chance
                by_duration[number] += chance
                if first == 0:
                    by_start[2 + way] += chance
    for way in range(2):
        running = 0.0
        for t in range(length):
            running += steps[t, way]
            by_e[t, 2 + way] = running
    for side in range(2):
        by_start[side] = by_e[0, side]
    for s in range(4):
        by_end[s] = np.exp(at[length, s] + end[s] - log_sum)
    return log_sum, by_e, by_start, by_end, by_duration
