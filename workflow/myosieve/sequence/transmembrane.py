"""Transmembrane helices by a hydropathy scan: Kyte J, Doolittle RF (1982) J Mol Biol 157:105, windows of 19 residues.

Windows are taken from the most hydrophobic down, each at least a helix's length from those taken before. A helix beyond
the N-terminus opens the membrane (CERTAIN) before less hydrophobic ones count (FURTHER). The first residues are judged
for themselves: what begins there may be a signal peptide, so it neither opens the membrane for others nor is let in by
them. The thresholds are measured, not chosen: `resources/models/SOURCES.md`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from myosieve.sequence import residues

WINDOW = 19
HELIX = 21  # residues of a reported helix: the window and one on either side
CERTAIN, FURTHER = 1.9, 1.6  # mean hydropathy of a window
N_TERMINAL = 50  # a helix that starts before this residue may be a signal peptide
OVERLAP = 5  # residues that a helix may share with a signal peptide and stay

Segment = tuple[int, int]  # first and last residue


def scan(sequences: Sequence[str], certain: float = CERTAIN, further: float = FURTHER) -> pd.DataFrame:
    """Find the transmembrane helices of each protein.

    Parameters
    ----------
    sequences
        n proteins.
    certain, further
        Mean hydropathy of a window that opens the membrane, and of helices in a membrane that is open.

    Returns
    -------
    DataFrame of n rows: `tm_count`, `tm_segments` ("12-32;60-80"), `tm_score` (highest mean hydropathy of a window).
    Nothing is dropped yet for lying on a signal peptide (`beyond_signal_peptide`). An empty sequence has no call; one
    shorter than a window has no helix and no score.
    """
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    sums = residues.window_sums(residues.HYDROPATHY_TENTHS[residues.encode("".join(sequences))], WINDOW)
    first = np.cumsum(lengths) - lengths
    counts = np.full(len(lengths), np.nan)
    scores = np.full(len(lengths), np.nan)
    texts = [""] * len(lengths)
    lowest = round(further * WINDOW * 10)
    for row, (start, length) in enumerate(zip(first, lengths, strict=True)):
        if length == 0:
            continue
        windows = sums[start : start + max(length - WINDOW + 1, 0)]  # none crosses into the next protein
        scores[row] = windows.max() / (10 * WINDOW) if len(windows) else np.nan
        found = helices(windows, certain, further) if len(windows) and windows.max() >= lowest else []
        counts[row] = len(found)
        texts[row] = write_segments([(max(at, 1), min(at + HELIX - 1, int(length))) for at in found])
    return pd.DataFrame({"tm_count": counts, "tm_segments": texts, "tm_score": scores})


def helices(sums: np.ndarray, certain: float, further: float) -> list[int]:
    """Return where the helices of one protein begin, one residue before each window taken (so 0 for the first window).

    Parameters
    ----------
    sums
        Ten times the summed hydropathy of each window of the protein.
    certain, further
        As in `scan`.
    """
    left = sums.astype(np.int64)
    lowest, opening = (round(value * WINDOW * 10) for value in (further, certain))
    at_start, beyond, is_open = [], [], False
    while (height := left[best := int(left.argmax())]) >= lowest:
        if best < N_TERMINAL:
            at_start += [best] if height >= opening else []
        else:
            beyond.append(best)
            is_open |= bool(height >= opening)
        left[max(best - HELIX + 1, 0) : best + HELIX] = np.iinfo(np.int64).min
    return sorted(at_start + (beyond if is_open else []))


def beyond_signal_peptide(segments: Sequence[Segment], sp_end: float) -> list[Segment]:
    """Return the helices that are no part of the signal peptide.

    A helix that starts before residue 50 and shares five or more residues with the signal peptide is the signal peptide
    seen once more, and dropped; one that shares fewer is trimmed to start behind it. This is the rule of the Human Protein
    Atlas (human-protein-atlas/human-secretome; Uhlen et al. 2019 Sci Signal 12:eaaz0274).

    Parameters
    ----------
    segments
        First and last residue of each helix.
    sp_end
        Last residue of the signal peptide; missing where there is none.
    """
    if np.isnan(sp_end):
        return list(segments)
    kept = []
    for start, end in segments:
        shared = min(end, int(sp_end)) - start + 1
        if start >= N_TERMINAL or shared < OVERLAP:
            kept.append((max(start, int(sp_end) + 1) if shared > 0 and start < N_TERMINAL else start, end))
    return kept


def write_segments(segments: Sequence[Segment]) -> str:
    """Return helices as text: [(12, 32), (60, 80)] -> "12-32;60-80"."""
    return ";".join(f"{start}-{end}" for start, end in segments)


def read_segments(text: str) -> list[Segment]:
    """Return helices from text, the inverse of `write_segments`."""
    pairs = (part.split("-") for part in text.split(";") if part)
    return [(int(start), int(end)) for start, end in pairs]
