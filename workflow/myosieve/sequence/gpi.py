"""GPI anchors by the attachment signal at the C-terminus, for proteins that enter the secretory pathway.

The transamidase cuts behind the omega site and ties its carboxyl group to the anchor. What it recognizes (Eisenhaber et al.
1998 Protein Eng 11:1155; Galian et al. 2012 J Biol Chem 287:16399): a small omega site with small neighbors, a spacer, and
a hydrophobic tail that ends with the protein and is less hydrophobic than a transmembrane helix. Two steps follow it:

Placement. For each place that omega could take, log2 odds add up:
  site      of the residues omega-1 .. omega+2, at known signals against other C-termini,
  length    of the number of residues behind omega, a normal distribution relative to its peak (so never above 0).
The best place is the one reported.

Decision. A logistic regression of terms, each of which can be read for itself:
  site, length  of the best place,
  spacer, tail  mean log2 odds of the residues omega+3 .. omega+7, and of those from omega+8 to the end,
  core          mean hydropathy of the most hydrophobic twelve residues of the last 33,
  excess        how far that lies above 3.0: signals are less hydrophobic than anchors that stay (Galian et al.),
  end           mean hydropathy of the last twelve residues: low where a polar, cytosolic piece ends the protein,
  helix         mean hydropathy of the most hydrophobic nineteen residues that leave fifteen or more behind them: high in
                membrane proteins, whose helix is followed by a domain in the cytosol.
The sum is the natural logarithm of the odds of an anchor among proteins with a signal peptide, and `gpi_score` the
probability. Without a signal peptide there is no anchor, whatever the score: that is for the caller to ask.

Model, data and measured accuracy: `resources/models/SOURCES.md`, made by `resources/models/training/gpi.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.sequence import residues

LENGTH = 70  # residues looked at
SHORTEST = 50  # no call on anything shorter; the precursor of CD52 has 61 residues
READABLE = 40  # of these last residues, a quarter may be unknown

BEHIND = np.arange(15, 41)  # residues behind omega; the proven sites have 23 to 31 (resources/models/SOURCES.md)
SITE = (-1, 0, 1, 2)  # offsets from omega
SPACER = (3, 8)  # offsets: first, and behind the last; the tail begins where it stops
ROWS = ("-1", "+0", "+1", "+2", "spacer", "tail")

CORE, CORE_REGION, MARGINAL = 12, 33, 3.0
END = 12
HELIX, CYTOSOLIC = 19, 15

TERMS = ("site", "length", "spacer", "tail", "core", "excess", "end", "helix")
WEIGHTS = ("intercept", *TERMS)
SHAPE = ("behind_mean", "behind_sd")  # residues behind omega
THRESHOLD = "threshold"  # probability from which on an anchor is called
_NUMBERS = (*WEIGHTS, *SHAPE, THRESHOLD)


@dataclass(frozen=True)
class Model:
    """The model: log2 odds per row and residue (6 x 20, rows as ROWS), and the numbers of WEIGHTS, SHAPE and threshold."""

    log_odds: np.ndarray
    numbers: dict[str, float]


def call(sequences: Sequence[str], model: Model) -> pd.DataFrame:
    """Call the GPI anchor of each protein from its C-terminus.

    Parameters
    ----------
    sequences
        n proteins, as translated: with signal peptide and propeptides.
    model
        From `read_model`.

    Returns
    -------
    DataFrame of n rows: `gpi` (yes, no, unknown), `gpi_site` (omega, the last residue that stays, where yes), `gpi_score`
    (probability that a protein with a signal peptide is anchored; missing where unknown). Unknown: shorter than 50
    residues, or more than a quarter of the last forty unreadable. A yes means an anchor only where there is a signal
    peptide.
    """
    codes = c_termini(sequences)
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    values, behind = terms(codes, model)
    score = probability(values, model.numbers)
    unreadable = (codes[:, -READABLE:] >= residues.UNKNOWN).sum(axis=1) > READABLE // 4
    unknown = unreadable | (lengths < SHORTEST)
    yes = (score >= model.numbers[THRESHOLD]) & ~unknown
    return pd.DataFrame(
        {
            "gpi": np.select([unknown, yes], ["unknown", "yes"], "no"),
            "gpi_site": np.where(yes, (lengths - behind).astype(float), np.nan),
            "gpi_score": np.where(unknown, np.nan, score),
        }
    )


def c_termini(sequences: Sequence[str]) -> np.ndarray:
    """Return the codes of the last residues of each sequence, n x 70, padded with ABSENT at the front.

    Parameters
    ----------
    sequences
        n proteins.
    """
    # One string for all: encoding it once is ten times as fast as n times. Code points beyond ASCII stay one residue each.
    padded = "".join(sequence[-LENGTH:].rjust(LENGTH) for sequence in sequences)
    codes = residues.encode(padded).reshape(len(sequences), LENGTH).copy()
    tails = np.array([min(len(sequence), LENGTH) for sequence in sequences], dtype=np.int64)
    codes[np.arange(LENGTH) < LENGTH - tails[:, np.newaxis]] = residues.ABSENT
    return codes


def terms(codes: np.ndarray, model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Return the terms of the decision, and where omega was placed.

    Parameters
    ----------
    codes
        Last residues of n proteins, n x 70, as `c_termini` gives them.
    model
        The model; its weights are not used.

    Returns
    -------
    n x 8 values in the order of TERMS, and the number of residues behind omega (n).
    """
    odds, length = site_scores(codes, model), length_scores(model.numbers)
    best = (odds + length).argmax(axis=1)
    proteins = np.arange(len(codes))
    columns = [odds[proteins, best], length[best], *regions(codes, BEHIND[best], model), *hydropathies(codes)]
    return np.column_stack(columns), BEHIND[best]


def site_scores(codes: np.ndarray, model: Model) -> np.ndarray:
    """Return the summed log2 odds of omega-1 .. omega+2 for each place of omega, n x len(BEHIND)."""
    table = _padded(model.log_odds)
    omega = LENGTH - 1 - BEHIND
    total = np.zeros((len(codes), len(BEHIND)))
    for row, offset in enumerate(SITE):
        total += table[row][codes[:, omega + offset]]
    return total


def length_scores(numbers: dict[str, float]) -> np.ndarray:
    """Return the log2 odds of each number of residues behind omega against the likeliest, len(BEHIND)."""
    mean, sd = (numbers[name] for name in SHAPE)
    return -((BEHIND - mean) ** 2) / (2 * sd**2 * np.log(2))


def regions(codes: np.ndarray, behind: np.ndarray, model: Model) -> list[np.ndarray]:
    """Return the mean log2 odds of spacer and tail for omega as placed, n values each."""
    table = _padded(model.log_odds)
    omega = LENGTH - 1 - behind[:, np.newaxis]
    offset = np.arange(LENGTH) - omega
    spacer = (offset >= SPACER[0]) & (offset < SPACER[1])
    tail = offset >= SPACER[1]
    return [
        np.where(inside, table[ROWS.index(name)][codes], 0).sum(axis=1) / inside.sum(axis=1)
        for name, inside in (("spacer", spacer), ("tail", tail))
    ]


def hydropathies(codes: np.ndarray) -> list[np.ndarray]:
    """Return core, excess, end and helix (Kyte-Doolittle, per residue), n values each; they do not depend on omega."""
    tenths = residues.HYDROPATHY_TENTHS[codes]
    core = residues.window_sums(tenths[:, -CORE_REGION:], CORE).max(axis=1) / (10 * CORE)
    end = tenths[:, -END:].sum(axis=1) / (10 * END)
    helix = residues.window_sums(tenths[:, :-CYTOSOLIC], HELIX).max(axis=1) / (10 * HELIX)
    return [core, np.maximum(core - MARGINAL, 0), end, helix]


def probability(values: np.ndarray, numbers: dict[str, float]) -> np.ndarray:
    """Return the probability of an anchor from the terms (n x 8), n values."""
    logit = np.full(len(values), numbers["intercept"])
    # Added up in this order whatever n is, unlike a matrix product: a call never depends on the other proteins.
    for column, name in enumerate(TERMS):
        logit += numbers[name] * values[:, column]
    return 1 / (1 + np.exp(-logit))


def _padded(log_odds: np.ndarray) -> np.ndarray:
    """Return the table with columns for UNKNOWN and ABSENT, which speak neither for nor against."""
    return np.hstack([log_odds, np.zeros((len(log_odds), 2))])


def read_model(path: Path | str) -> Model:
    """Read the model: `# name = number` lines, then a table of rows x residues.

    Raises
    ------
    InputError
        The file is not such a table.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        stated = {name.strip(): value for name, _, value in (line[1:].partition("=") for line in lines)}
        numbers = {name: float(stated[name]) for name in _NUMBERS}
        head, *rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
        if head[1:] != [*residues.ALPHABET] or [row[0] for row in rows] != [*ROWS]:
            raise ValueError("rows or columns are not those of the model")
        log_odds = np.array([[float(cell) for cell in row[1:]] for row in rows])
        if log_odds.shape != (len(ROWS), len(residues.ALPHABET)) or not np.isfinite(log_odds).all():
            raise ValueError("a value is missing")
        return Model(log_odds, numbers)
    except (OSError, ValueError, KeyError) as error:
        remedy = "restore the file that ships with MyoSieve"
        raise InputError(f"not readable as a GPI model ({error})", path, remedy) from None


def model_text(model: Model, remarks: Sequence[str] = ()) -> str:
    """Return the model as the text that `read_model` reads."""
    lines = [f"# {remark}" for remark in remarks]
    lines += [f"# {name} = {model.numbers[name]:.6g}" for name in _NUMBERS]
    lines.append("\t".join(["row", *residues.ALPHABET]))
    for name, row in zip(ROWS, model.log_odds, strict=True):
        lines.append("\t".join([name, *(f"{value:.3f}" for value in row)]))
    return "\n".join(lines) + "\n"
