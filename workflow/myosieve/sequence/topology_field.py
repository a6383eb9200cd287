"""A field over topologies: how likely a protein has a transmembrane helix, and where its helices then lie.

A topology is a way from the first residue to the last over the states inside, outside and helix, where each helix leads from
one side to the other and has a length (a semi-Markov conditional random field: Sarawagi, Cohen 2004 NIPS 17:1185; the sides
as in TMHMM: Krogh et al. 2001 J Mol Biol 305:567). Its score adds up

    e[t, state]             what the network says of residue t: inside, outside, helix that leaves inside, that leaves outside
    duration[length]        for every helix
    start[state], end[state]

Summed over all topologies (Z) and over the two without a helix (Z0), log(Z / Z0 - 1) is the log odds that there is a helix.
The best topology with at least one helix is found by Viterbi's algorithm, with a bonus for every helix: without it the best
has too few, since a helix in doubt is left out of the one best topology though most of all topologies may have it. Many
proteins are computed at once, residue by residue: arrays are residues x proteins, sorted by length so that the finished ones
drop out at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

FORBIDDEN = -1e6  # less than any sum of scores; a state with it is never taken
_CELLS = 200_000  # residues x proteins computed at once

Helix = tuple[
    int, int, int
]  # first residue, the one behind the last (0-based, among those given), the side that it leaves


@dataclass(frozen=True)
class Field:
    """Scores of topologies: `start` (2 x 4: without and after a signal peptide), `end` (4), `duration` (from `shortest` on).

    `bonus`: added for every helix when the best topology is looked for.
    """

    start: np.ndarray
    end: np.ndarray
    duration: np.ndarray
    shortest: int
    bonus: float = 0.0


def log_odds(field: Field, scores: Sequence[np.ndarray], after_signal: np.ndarray) -> np.ndarray:
    """Return the log odds of having a helix, n.

    Parameters
    ----------
    field
        The field.
    scores
        e of each protein, residues x 4 with at least one residue.
    after_signal
        n booleans: whether the first residue follows a signal peptide.
    """
    found = np.full(len(scores), -np.inf)
    for group, e, lengths in _grouped(scores):
        start = field.start[after_signal[group].astype(int)]
        excess = _log_sum(field, e, lengths, start) - _without_helix(field, e, lengths, start)
        with np.errstate(divide="ignore"):
            found[group] = np.where(excess > 30, excess, np.log(np.expm1(np.clip(excess, 0, 30))))
    return found


def best(field: Field, scores: Sequence[np.ndarray], after_signal: np.ndarray) -> list[list[Helix]]:
    """Return the helices of the best topology that has one, for each protein; none where it is too short for any.

    Parameters
    ----------
    field, scores, after_signal
        As in `log_odds`.
    """
    found: list[list[Helix]] = [[] for _ in scores]
    for group, e, lengths in _grouped(scores):
        helices = _viterbi(field, e, lengths, field.start[after_signal[group].astype(int)])
        for number, one in zip(group, helices, strict=True):
            found[number] = one
    return found


def _grouped(scores: Sequence[np.ndarray]) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield proteins of like length: their numbers, e (residues x proteins x 4, longest first) and lengths."""
    lengths = np.array([len(e) for e in scores], dtype=np.int64)
    order = np.argsort(-lengths, kind="stable")
    first = 0
    while first < len(order):
        size = max(1, _CELLS // int(lengths[order[first]]))
        group = order[first : first + size]
        e = np.zeros((int(lengths[group[0]]), len(group), 4))
        for column, number in enumerate(group):
            e[: lengths[number], column] = scores[number]
        yield group, e, lengths[group]
        first += size


def _without_helix(field: Field, e: np.ndarray, lengths: np.ndarray, start: np.ndarray) -> np.ndarray:
    sums = e[:, :, :2].sum(axis=0)  # beyond a protein's end e is 0
    return np.logaddexp(*(sums + start[:, :2] + field.end[:2]).T)


def _log_sum(field: Field, e: np.ndarray, lengths: np.ndarray, start: np.ndarray) -> np.ndarray:
    steps, count = e.shape[:2]
    sums = _helix_sums(e)
    before = np.full(
        (steps + 1, count, 2), FORBIDDEN
    )  # a helix may begin behind t residues: their best ways, less the helix sum
    before[0] = start[:, 2:]
    side, helix = np.full((count, 2), FORBIDDEN), np.full((count, 2), FORBIDDEN)
    out = np.empty(count)
    ends = _ends(lengths)
    for t in range(1, steps + 1):
        n = ends[t - 1]  # proteins with at least t residues
        side, helix = side[:n], helix[:n]
        arrived = start[:n, :2] if t == 1 else np.logaddexp(side, helix[:, ::-1])
        side = arrived + e[t - 1, :n, :2]
        helix = sums[t, :n] + _log_sum_exp(_candidates(before, field, t, n))
        before[t, :n] = side - sums[t, :n]
        done = slice(ends[t] if t < steps else 0, n)
        total = np.concatenate([side[done], helix[done]], axis=1) + field.end
        out[done] = _log_sum_exp(total.T)
    return out


def _helix_sums(e: np.ndarray) -> np.ndarray:
    """Return the sum of helix scores over the first t residues, (residues + 1) x proteins x 2."""
    return np.concatenate([np.zeros((1, *e.shape[1:2], 2)), np.cumsum(e[:, :, 2:], axis=0)])


def _ends(lengths: np.ndarray) -> np.ndarray:
    """Return how many proteins have more than t residues, for t = 0 ... (they are sorted, longest first)."""
    return np.searchsorted(-lengths, -np.arange(int(lengths[0])), side="left")


def _candidates(before: np.ndarray, field: Field, t: int, n: int) -> np.ndarray:
    """Return the scores of helices that end with the t-th residue, by where they begin: lengths x n x 2, shortest first."""
    last = t - field.shortest
    if last < 0:
        return np.full((1, n, 2), FORBIDDEN)
    first = max(0, last - len(field.duration) + 1)
    window = before[first : last + 1, :n][::-1]
    return window + field.duration[: len(window), np.newaxis, np.newaxis]


def _log_sum_exp(values: np.ndarray) -> np.ndarray:
    top = values.max(axis=0)
    # 32 bits are enough for the sum and several times as fast
    return top + np.log(np.exp((values - top).astype(np.float32)).sum(axis=0))


def _viterbi(field: Field, e: np.ndarray, lengths: np.ndarray, start: np.ndarray) -> list[list[Helix]]:
    steps, count = e.shape[:2]
    sums = _helix_sums(e)
    before = np.full((steps + 1, count, 2), FORBIDDEN)
    before[0] = start[:, 2:]
    chosen = np.zeros((steps + 1, count, 2), dtype=np.int16)  # index of the length of a helix that ends here
    from_helix = np.zeros((steps + 1, count, 2), dtype=bool)  # whether a side is entered from a helix here
    untouched = np.zeros((steps + 1, count, 2), dtype=bool)  # whether the best way so far has no helix yet
    untouched[0] = True
    plain = np.full((count, 2), FORBIDDEN)  # ways without a helix, ways with one, helices
    side, helix = plain.copy(), plain.copy()
    last_state = np.zeros(count, dtype=np.int64)
    ends = _ends(lengths)
    for t in range(1, steps + 1):
        n = ends[t - 1]
        plain, side, helix = plain[:n], side[:n], helix[:n]
        entered = helix[:, ::-1]
        from_helix[t, :n] = entered > side
        side = np.maximum(side, entered) + e[t - 1, :n, :2]
        plain = (start[:n, :2] if t == 1 else plain) + e[t - 1, :n, :2]
        options = _candidates(before, field, t, n)
        chosen[t, :n] = options.argmax(axis=0)
        helix = sums[t, :n] + options.max(axis=0) + field.bonus
        untouched[t, :n] = plain > side
        before[t, :n] = np.maximum(plain, side) - sums[t, :n]
        done = slice(ends[t] if t < steps else 0, n)
        total = np.concatenate([side[done], helix[done]], axis=1) + field.end
        last_state[done] = np.where(total.max(axis=1) > FORBIDDEN / 2, total.argmax(axis=1), -1)
    return [
        _traced(int(lengths[i]), int(last_state[i]), chosen[:, i], from_helix[:, i], untouched[:, i], field.shortest)
        for i in range(count)
    ]


def _traced(
    t: int, state: int, chosen: np.ndarray, from_helix: np.ndarray, untouched: np.ndarray, shortest: int
) -> list[Helix]:
    """Return the helices of a way, from its last residue back to its first helix."""
    helices: list[Helix] = []
    while state >= 0:
        if state < 2:
            while not from_helix[t, state]:
                t -= 1
            state, t = 3 - state, t - 1
        way = state - 2
        first = t - shortest - int(chosen[t, way])
        helices.append((first, t, way))
        t, state = first, (-1 if untouched[first, way] else way)
    return helices[::-1]
