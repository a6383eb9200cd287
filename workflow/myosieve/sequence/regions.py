"""Where in a protein a transmembrane helix could lie at all: around windows of fifteen residues that a membrane would take up.

A quarter of the residues of a proteome lies in such regions; the others are never looked at by the network. 0.4 % of
the helices of known structure lies outside (`resources/models/SOURCES.md`). What a window costs is the mean apparent free
energy of insertion of its residues, as in the middle of a helix (Hessa et al. 2005 Nature 433:377).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from myosieve.sequence import residues
from myosieve.sequence.network import GAP, Packed

WINDOW, MEAN = 15, 40  # residues; the mean free energy of a window must be below, in hundredths of a kcal/mol
MARGIN = 25  # residues on either side of such a window
_MERGED = 20  # regions with fewer residues between them are one


@dataclass(frozen=True)
class Regions:
    """Candidate regions of n proteins, in order: protein, first residue (0-based), the one behind the last; and n lengths."""

    protein: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    lengths: np.ndarray


def find(codes: Sequence[np.ndarray]) -> Regions:
    """Return the candidate regions of each protein; a protein shorter than a window is one region.

    Parameters
    ----------
    codes
        Codes of each protein, as `residues.encode` gives them.
    """
    lengths = np.array([len(code) for code in codes], dtype=np.int64)
    apart = MARGIN + _MERGED + WINDOW  # between two proteins, so that nothing reaches from one into the next
    firsts = apart + np.cumsum(lengths + apart) - (lengths + apart)
    size = apart + int((lengths + apart).sum())
    joined = np.full(size, residues.ABSENT, dtype=np.uint8)
    owner = np.full(size, -1, dtype=np.int64)
    for number, (first, code) in enumerate(zip(firsts, codes, strict=True)):
        joined[first : first + len(code)] = code
        owner[first : first + len(code)] = number
    cost = residues.INSERTION_HUNDREDTHS[joined]
    hits = np.flatnonzero(residues.window_sums(cost, WINDOW) < MEAN * WINDOW)
    steps = np.zeros(size + 1, dtype=np.int64)
    np.add.at(steps, hits - MARGIN, 1)
    np.add.at(steps, hits + WINDOW + MARGIN, -1)
    covered = np.cumsum(steps[:-1]) > 0
    short = lengths < WINDOW
    for first, length in zip(firsts[short], lengths[short], strict=True):
        covered[first : first + length] = True
    start, stop = _runs(covered & (owner >= 0))
    if len(start):
        joins = (start[1:] - stop[:-1] <= _MERGED) & (owner[start[1:]] == owner[start[:-1]])
        start, stop = start[np.r_[True, ~joins]], stop[np.r_[~joins, True]]
    protein = owner[start]
    return Regions(protein, start - firsts[protein], stop - firsts[protein], lengths)


def _runs(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    edges = np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


@dataclass(frozen=True)
class View:
    """The candidate residues of some proteins as the network and the field see them.

    `packed`: one region behind the other, with gaps. Per candidate residue behind the signal peptide, protein after protein:
    `place` in the packed row, `protein`, `residue` (0-based), and `edge`: ends a region without ending the protein, so that no
    helix may lie there.
    """

    packed: Packed
    place: np.ndarray
    protein: np.ndarray
    residue: np.ndarray
    edge: np.ndarray


def view(codes: Sequence[np.ndarray], found: Regions, signal_end: np.ndarray) -> View:
    """Pack the candidate regions of n proteins.

    Features are exp(-distance / 10) to the first residue of the mature protein (0 before it) and to the last.

    Parameters
    ----------
    codes
        Codes of each protein.
    found
        From `find`, of the same proteins.
    signal_end
        Length of each signal peptide, 0 where there is none.
    """
    sizes = found.stop - found.start
    firsts = GAP + np.cumsum(sizes + GAP) - (sizes + GAP)
    total = GAP + int((sizes + GAP).sum())
    region = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(len(region)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    place, residue, protein = firsts[region] + within, found.start[region] + within, found.protein[region]
    offsets = np.cumsum(found.lengths) - found.lengths
    joined = np.concatenate(codes) if len(codes) else np.zeros(0, dtype=np.uint8)
    packed = Packed(
        np.full(total, residues.ABSENT, dtype=np.uint8),
        np.zeros((total, 2), dtype=np.float32),
        np.zeros((total, 1), dtype=np.float32),
        firsts,
    )
    packed.codes[place] = joined[offsets[protein] + residue]
    packed.mask[place] = 1
    mature = residue - signal_end[protein]
    packed.features[place, 0] = np.where(mature >= 0, np.exp(-np.maximum(mature, 0) / 10), 0)
    packed.features[place, 1] = np.exp(-(found.lengths[protein] - 1 - residue) / 10)
    edge = (within == 0) & (residue > 0)
    edge |= (within == sizes[region] - 1) & (residue < found.lengths[protein] - 1)
    kept = mature >= 0
    return View(packed, place[kept], protein[kept], residue[kept], edge[kept])
