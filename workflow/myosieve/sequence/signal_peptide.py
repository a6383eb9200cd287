"""Signal peptides by a small neural network: is there one, and behind which residue is it cut off, as one decision.

The first LENGTH residues pass two residual convolutions and a bidirectional LSTM (`network`). One softmax over
    none, signal anchor, cut behind residue FIRST_SITE, ..., cut behind residue LAST_SITE
gives probabilities that add up to 1, so that no site is called without a signal peptide nor a signal peptide without a site.
The probabilities of several nets, trained from different seeds, are averaged, where the first sees any chance at all of a
signal peptide. The sum over the sites, calibrated by a logistic curve (Platt 1999, in Advances in Large Margin Classifiers),
is `sp_score`: the probability of a signal peptide.

A protein whose start has no hydrophobic stretch at all is not shown to the nets: its score is what they give such proteins.
Weights, training and measured accuracy: `resources/models/SOURCES.md`, made by `resources/models/training/`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.sequence import network, residues
from myosieve.sequence.network import GAP, Packed, Weights

LENGTH = 80  # residues looked at
FIRST_SITE, LAST_SITE = 10, 70  # last residue of the signal peptide; all but ten of 7,700 known ones lie in this range
DILATIONS = (1, 2)
SHORTEST = 30  # no call on anything shorter
BORDERLINE = (0.3, 0.7)  # a score in this range is an open question
_BATCH = 512
_DOUBT = 0.05  # chance of a signal peptide by the first net, from which on the others are asked

# A start is shown to the nets if eleven neighbors in it have a mean free energy of insertion (Hessa et al. 2005 Nature 433:377)
# below this, in hundredths of a kcal/mol: half of a proteome, and all but one in a thousand of the signal peptides they find.
_STRETCH, _POLAR = 11, 30


@dataclass(frozen=True)
class Model:
    """The nets, the curve from the log odds x of their mean to a probability, and the threshold on that.

    The curve is 1 / (1 + exp(-(slope x + intercept))); `polar` is the probability of a start that the nets do not see.
    """

    nets: list[Weights]
    slope: float
    intercept: float
    threshold: float
    polar: float


def read_model(path: Path | str) -> Model:
    """Read the model.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    nets, numbers = network.read_model(path, ("slope", "intercept", "threshold", "polar"))
    return Model(nets, *numbers)


def call(sequences: Sequence[str], model: Model, progress: Callable[[int], None] = lambda done: None) -> pd.DataFrame:
    """Call the signal peptide of each protein.

    Parameters
    ----------
    sequences
        n proteins.
    model
        From `read_model`.
    progress
        Told how many proteins are done.

    Returns
    -------
    DataFrame of n rows: `signal_peptide` (yes, no, unknown), `sp_end` (last residue, where yes), `sp_score` (probability;
    missing where there is nothing to score). Unknown: shorter than 30 residues, mostly unknown residues, or no signal found
    on a sequence that lacks the start (no initial methionine).
    """
    codes = residues.n_termini(sequences, LENGTH)
    score = np.full(len(codes), model.polar)
    site = np.full(len(codes), FIRST_SITE)
    shown = np.flatnonzero(hydrophobic(codes))
    for first in range(0, len(shown), _BATCH):
        rows = shown[first : first + _BATCH]
        chances = probabilities(codes[rows], model.nets)
        score[rows] = calibrated(chances[:, 2:].sum(axis=1), model.slope, model.intercept)
        site[rows] = FIRST_SITE + chances[:, 2:].argmax(axis=1)
        progress(int(rows[-1]) + 1)
    progress(len(codes))
    start = codes[:, :SHORTEST]
    unreadable = (start >= residues.UNKNOWN).sum(axis=1) > SHORTEST // 3
    unreadable |= start[:, -1] == residues.ABSENT
    yes = (score >= model.threshold) & ~unreadable
    incomplete = ~yes & (codes[:, 0] != residues.ALPHABET.index("M"))
    return pd.DataFrame(
        {
            "signal_peptide": np.select([yes, unreadable | incomplete], ["yes", "unknown"], "no"),
            "sp_end": np.where(yes, site.astype(float), np.nan),
            "sp_score": np.where(unreadable, np.nan, score),
        }
    )


def hydrophobic(codes: np.ndarray) -> np.ndarray:
    """Return which starts (n x LENGTH codes) have a hydrophobic stretch, so that the nets must see them."""
    cost = residues.INSERTION_HUNDREDTHS[codes[:, :LAST_SITE]]
    return residues.window_sums(cost, _STRETCH).min(axis=1) < _POLAR * _STRETCH


def calibrated(chance: np.ndarray, slope: float, intercept: float) -> np.ndarray:
    """Return probabilities from the nets' mean."""
    clipped = np.clip(chance.astype(float), 1e-6, 1 - 1e-6)
    return 1 / (1 + np.exp(-(slope * np.log(clipped / (1 - clipped)) + intercept)))


def probabilities(codes: np.ndarray, nets: Sequence[Weights]) -> np.ndarray:
    """Return the combined probabilities of the nets, n x (2 + sites): none, anchor, cut behind each residue.

    Parameters
    ----------
    codes
        First residues, n x LENGTH.
    nets
        At least one.
    """
    mean = _probabilities(codes, nets[0])
    rows = open_to_others(mean)
    if len(rows):
        mean[rows] = np.mean([mean[rows], *(_probabilities(codes[rows], net) for net in nets[1:])], axis=0)
    return mean


def open_to_others(first: np.ndarray) -> np.ndarray:
    """Return the rows of the first net's probabilities (n x (2 + sites)) on which the other nets have a say."""
    return np.flatnonzero(first[:, 2:].sum(axis=1) > _DOUBT)


def _probabilities(codes: np.ndarray, net: Weights) -> np.ndarray:
    count = len(codes)
    padded = np.full((count, LENGTH + GAP), residues.ABSENT, dtype=np.uint8)
    padded[:, :LENGTH] = codes
    mask = np.zeros((count, LENGTH + GAP, 1), dtype=np.float32)
    mask[:, :LENGTH] = 1
    packed = Packed(
        padded.ravel(), np.zeros((padded.size, 0), dtype=np.float32), mask.reshape(-1, 1), np.zeros(0, dtype=np.int64)
    )
    place = np.tile(np.pad(net["place"], ((0, GAP), (0, 0))), (count, 1))
    x = network.blocks(network.embed(packed, net, place), packed.mask, net, DILATIONS)
    states = network.lstm(x.reshape(count, LENGTH + GAP, -1)[:, :LENGTH], net)
    present = codes != residues.ABSENT
    around = np.pad(states, ((0, 0), (1, 1), (0, 0)))
    sites = (
        sum(around[:, offset : offset + LENGTH] @ kernel for offset, kernel in enumerate(net["site.kernel"]))
        + net["site.bias"]
    )
    sites = np.where(present[:, FIRST_SITE : LAST_SITE + 1], sites[:, FIRST_SITE - 1 : LAST_SITE], -30)
    attention = _softmax(np.where(present, states @ net["attention.kernel"] + net["attention.bias"], -30))
    pooled = np.concatenate([np.einsum("ntc,nt->nc", states, attention), states.max(axis=1)], axis=1)
    hidden = np.maximum(pooled @ net["hidden.kernel"] + net["hidden.bias"], 0)
    return _softmax(np.concatenate([hidden @ net["other.kernel"] + net["other.bias"], sites], axis=1))


def _softmax(values: np.ndarray) -> np.ndarray:
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)
