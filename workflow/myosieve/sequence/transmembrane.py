"""Transmembrane helices by a small neural network under a field of topologies.

Candidate regions (`regions`) pass residual convolutions (`network`); a field over topologies (`topology_field`) makes of their
output the log odds of having any helix, and the best topology where there is one. Residues of the signal peptide, as called
before, are left out: a helix and a signal peptide cannot both claim the N-terminus, and the mature protein then begins outside.
Several nets are averaged residue by residue. The log odds, calibrated by a logistic curve, are `tm_score`: the probability that
the protein has a transmembrane helix.

Weights, training and measured accuracy: `resources/models/SOURCES.md`, made by `resources/models/training/`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.sequence import network, regions, residues
from myosieve.sequence.network import Weights
from myosieve.sequence.topology_field import FORBIDDEN, Field, best, log_odds

DILATIONS = (1, 2, 4, 8)
SHORTEST = 15  # residues of the shortest helix
SIDES = ("inside", "outside")
_RESIDUES = 500_000  # computed at a time

Segment = tuple[int, int]  # first and last residue


@dataclass(frozen=True)
class Model:
    """The nets, the field that they share, the curve from log odds to a probability, and the threshold on that."""

    nets: list[Weights]
    field: Field
    slope: float
    intercept: float
    threshold: float


def read_model(path: Path | str) -> Model:
    """Read the model.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    nets, numbers = network.read_model(path, ("slope", "intercept", "threshold", "bonus"))
    start, end, duration = (
        np.mean([net[name] for net in nets], axis=0, dtype=float) for name in ("start", "end", "duration")
    )
    *curve, bonus = numbers
    return Model(nets, Field(start, end, duration, SHORTEST, bonus), *curve)


def call(
    sequences: Sequence[str],
    signal_end: np.ndarray,
    model: Model,
    progress: Callable[[int], None] = lambda done: None,
) -> pd.DataFrame:
    """Find the transmembrane helices of each protein.

    Parameters
    ----------
    sequences
        n proteins.
    signal_end
        Last residue of each signal peptide; NaN where there is none.
    model
        From `read_model`.
    progress
        Told how many proteins are done.

    Returns
    -------
    DataFrame of n rows: `tm_count`, `tm_segments` ("12-32;60-80"), `tm_score` (probability of any helix), `n_terminus` (inside
    or outside: where the residues before the first helix lie; empty without a helix). An empty sequence has no call.
    """
    codes = residues.encode_each(sequences)
    lengths = np.array([len(code) for code in codes], dtype=np.int64)
    signal = np.nan_to_num(np.asarray(signal_end, dtype=float)).astype(np.int64)
    score = np.where(lengths > 0, probability(np.full(len(codes), -np.inf), model), np.nan)
    segments: list[list[Segment]] = [[] for _ in codes]
    side = [""] * len(codes)
    done = 0
    for batch in _batches(lengths):
        seen, e = scores([codes[i] for i in batch], signal[batch], model)
        present = np.unique(seen.protein)
        done += len(batch)
        progress(done)
        if not len(present):
            continue
        parts = np.split(np.arange(len(e)), np.searchsorted(seen.protein, present[1:]))
        after = signal[batch][present] > 0
        odds = log_odds(model.field, [e[part] for part in parts], after)
        score[batch[present]] = probability(odds, model)
        yes = np.flatnonzero(score[batch[present]] >= model.threshold)
        for number, helices in zip(yes, best(model.field, [e[parts[i]] for i in yes], after[yes]), strict=True):
            protein, residue = batch[present[number]], seen.residue[parts[number]]
            segments[protein] = [(int(residue[a]) + 1, int(residue[b - 1]) + 1) for a, b, _ in helices]
            side[protein] = SIDES[helices[0][2]] if helices else ""
    return pd.DataFrame(
        {
            "tm_count": np.where(lengths > 0, [float(len(found)) for found in segments], np.nan),
            "tm_segments": [write_segments(found) for found in segments],
            "tm_score": score,
            "n_terminus": side,
        }
    )


def scores(codes: Sequence[np.ndarray], signal: np.ndarray, model: Model) -> tuple[regions.View, np.ndarray]:
    """Return the candidate residues of some proteins, and e of each (n x 4), the mean of the nets.

    Parameters
    ----------
    codes
        Codes of each protein.
    signal
        Length of each signal peptide, 0 where there is none.
    model
        The model.
    """
    seen = regions.view(codes, regions.find(codes), signal)
    e = np.zeros((len(seen.place), 4))
    for net in model.nets:
        x = network.blocks(network.embed(seen.packed, net), seen.packed.mask, net, DILATIONS)
        e += x[seen.place] @ net["out.kernel"] + net["out.bias"]
    e /= len(model.nets)
    e[seen.edge, 2:] = FORBIDDEN
    return seen, e


def probability(odds: np.ndarray, model: Model) -> np.ndarray:
    """Return the probability of any helix from log odds."""
    return 1 / (1 + np.exp(-np.clip(model.slope * np.clip(odds, -1e3, 1e3) + model.intercept, -30, 30)))


def _batches(lengths: np.ndarray) -> list[np.ndarray]:
    """Return the numbers of the proteins of each batch: of like length, with so many residues, or one protein."""
    order = np.argsort(lengths, kind="stable")
    number = np.cumsum(lengths[order]) // _RESIDUES
    return np.split(order, np.flatnonzero(np.diff(number)) + 1) if len(order) else []


def write_segments(segments: Sequence[Segment]) -> str:
    """Return helices as text: [(12, 32), (60, 80)] -> "12-32;60-80"."""
    return ";".join(f"{start}-{end}" for start, end in segments)


def read_segments(text: str) -> list[Segment]:
    """Return helices from text, the inverse of `write_segments`."""
    pairs = (part.split("-") for part in text.split(";") if part)
    return [(int(start), int(end)) for start, end in pairs]
