"""Signal peptides by a weight matrix around the cleavage site, after von Heijne (1986) Nucleic Acids Res 14:4683.

For each place where the signal peptidase could cut, the score adds up
  site      the log2 odds of the residues -13..+2 around the cut, signal peptides against other N-termini,
  core      the mean hydropathy of the most hydrophobic twelve residues before the cut (the h-region),
  length    the log2 odds of a signal peptide of that length,
  stretch   how far the N-terminus stays hydrophobic: an anchor's helix is longer than an h-region, so it counts against,
each times a weight fitted by logistic regression. The best place is the call; above 0 it is a signal peptide. Table,
weights and their measured accuracy: `resources/models/SOURCES.md`, made by `resources/models/training/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.sequence import residues

OFFSETS = (*range(-13, 0), 1, 2)  # -1 is the last residue of the signal peptide, +1 the first of the mature protein
SITES = np.arange(13, 61)  # last residue of the signal peptide; 99.9 % of the proven ones lie in this range
CORE, GAP = 12, 4  # residues of the hydrophobic core, and the least between it and the cut
STRETCH, HYDROPHOBIC = 8, 18  # a window of eight residues is hydrophobic above a mean hydropathy of 1.8 (in tenths)
_LENGTH = 100  # residues looked at
SHORTEST = 30  # no call on anything shorter

WEIGHTS = ("intercept", "site", "core", "length", "stretch")
SHAPE = ("length_mean", "length_sd")  # of the natural logarithm of the signal peptide's length

# Calls with a score this close to zero are wrong three times in ten (resources/models/SOURCES.md).
BORDERLINE = 1.0


@dataclass(frozen=True)
class Matrix:
    """The model: log2 odds per offset and residue (15 x 20, rows as OFFSETS), and the numbers of WEIGHTS and SHAPE."""

    log_odds: np.ndarray
    numbers: dict[str, float]


@dataclass(frozen=True)
class Terms:
    """What the score is made of: n proteins x places to cut (`stretch`: n); `site` is -inf where the protein is too short."""

    site: np.ndarray
    core: np.ndarray
    length: np.ndarray
    stretch: np.ndarray

    def scores(self, numbers: dict[str, float]) -> np.ndarray:
        """Return the score of each protein and place, n x len(SITES)."""
        placed = numbers["site"] * self.site + numbers["core"] * self.core + numbers["length"] * self.length
        return numbers["intercept"] + placed + numbers["stretch"] * self.stretch[:, np.newaxis]


def terms(codes: np.ndarray, matrix: Matrix) -> Terms:
    """Return the terms of the score.

    Parameters
    ----------
    codes
        First residues of n proteins, n x 100, as `residues.n_termini` gives them.
    matrix
        The model.
    """
    # Columns for UNKNOWN and ABSENT: an unknown residue speaks neither for nor against.
    odds = np.hstack([matrix.log_odds, np.zeros((len(OFFSETS), 2))])
    site = np.zeros((len(codes), len(SITES)))
    for row, offset in enumerate(OFFSETS):
        site += odds[row][codes[:, site_index(SITES, offset)]]
    site[codes[:, site_index(SITES, OFFSETS[-1])] == residues.ABSENT] = -np.inf

    tenths = residues.HYDROPATHY_TENTHS[codes]
    best_so_far = np.maximum.accumulate(residues.window_sums(tenths, CORE), axis=1) / (10 * CORE)
    last_start = np.maximum(SITES - GAP - CORE, 0)  # the very first window is always allowed
    hydrophobic = residues.window_sums(tenths[:, : 50 + STRETCH - 1], STRETCH) > HYDROPHOBIC * STRETCH

    mean, sd = (matrix.numbers[name] for name in SHAPE)
    density = np.exp(-((np.log(SITES) - mean) ** 2) / (2 * sd**2)) / SITES
    length = np.log2(density / density.mean())
    return Terms(site, best_so_far[:, last_start], length, hydrophobic.sum(axis=1).astype(float))


def site_index(after: np.ndarray, offset: int) -> np.ndarray:
    """Return the 0-based index of the residue at an offset from a cut behind residue `after` (1-based)."""
    return after + offset if offset < 0 else after + offset - 1


def call(sequences: Sequence[str], matrix: Matrix) -> pd.DataFrame:
    """Call the signal peptide of each protein.

    Parameters
    ----------
    sequences
        n proteins.
    matrix
        The model, from `read_matrix`.

    Returns
    -------
    DataFrame of n rows: `signal_peptide` (yes, no, unknown), `sp_end` (last residue, where yes), `sp_score` (weighted
    log odds; above 0 is yes; missing where there is nothing to score). Unknown: shorter than 30 residues, mostly
    unknown residues, or no signal found on a sequence that lacks the start (no initial methionine).
    """
    codes = residues.n_termini(sequences, _LENGTH)
    scores = terms(codes, matrix).scores(matrix.numbers)
    best = scores.argmax(axis=1)
    score = scores[np.arange(len(scores)), best] if len(scores) else np.zeros(0)
    start = codes[:, :SHORTEST]
    unreadable = (start >= residues.UNKNOWN).sum(axis=1) > SHORTEST // 3
    unreadable |= start[:, -1] == residues.ABSENT
    yes = (score > 0) & ~unreadable
    incomplete = ~yes & (codes[:, 0] != residues.ALPHABET.index("M"))
    called = np.select([yes, unreadable | incomplete], ["yes", "unknown"], "no")
    return pd.DataFrame(
        {
            "signal_peptide": called,
            "sp_end": np.where(yes, SITES[best].astype(float), np.nan),
            "sp_score": np.where(unreadable, np.nan, score),
        }
    )


def read_matrix(path: Path | str) -> Matrix:
    """Read the model: `# name = number` lines, then a table of offsets x residues.

    Raises
    ------
    InputError
        The file is not such a table.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        stated = {name.strip(): value for name, _, value in (line[1:].partition("=") for line in lines)}
        numbers = {name: float(stated[name]) for name in (*WEIGHTS, *SHAPE)}
        head, *rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
        if head[1:] != [*residues.ALPHABET] or [int(row[0]) for row in rows] != [*OFFSETS]:
            raise ValueError("rows or columns are not those of the matrix")
        log_odds = np.array([[float(cell) for cell in row[1:]] for row in rows])
        return Matrix(log_odds, numbers)
    except (OSError, ValueError, KeyError) as error:
        remedy = "restore the file that ships with MyoSieve"
        raise InputError(f"not readable as a signal peptide matrix ({error})", path, remedy) from None


def matrix_text(matrix: Matrix, remarks: Sequence[str] = ()) -> str:
    """Return the model as the text that `read_matrix` reads."""
    lines = [f"# {remark}" for remark in remarks]
    lines += [f"# {name} = {matrix.numbers[name]:.6g}" for name in (*WEIGHTS, *SHAPE)]
    lines.append("\t".join(["offset", *residues.ALPHABET]))
    for offset, row in zip(OFFSETS, matrix.log_odds, strict=True):
        lines.append("\t".join([f"{offset:+d}", *(f"{value:.3f}" for value in row)]))
    return "\n".join(lines) + "\n"
