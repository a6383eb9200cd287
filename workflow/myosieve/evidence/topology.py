"""Where the parts of one protein lie: signal peptide, helices, GPI signal and the sides of the membrane between them.

A topology is written in segments that cover the protein from 1 to its last residue without overlap:

    SP 1-24;outside 25-340;TM 341-361;inside 362-397

    SP       signal peptide, cut off          TM   transmembrane helix
    outside  outside the cell, or in a lumen  GPI  propeptide behind the omega site, cut off for the anchor
    inside   in the cytoplasm                 unknown

Residues are counted from 1, ends included. The side changes at each helix, so that one known side tells all others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from myosieve.sequence.transmembrane import Segment

Side = tuple[str, int, int]  # outside or inside, first and last residue

N_TERMINAL = 50  # a helix that starts before this residue may be a signal peptide
OVERLAP = 5  # residues that two calls may share and stay two things

# A helix is the signal for a GPI anchor if its middle lies in the propeptide that is cut off. Where no source tells the
# omega site the propeptide is taken to be the last 35 residues: spacer and hydrophobic tail together take 15 to 30 (Eisenhaber
# et al. 1998, Protein Eng 11:1155; glypican-1, 558 residues with omega at 530, has 28), and a type I protein whose helix lies
# there would have no more than a few residues in the cytoplasm.
GPI_TAIL = 35

OUTSIDE, INSIDE, UNKNOWN = "outside", "inside", "unknown"
_OTHER = {OUTSIDE: INSIDE, INSIDE: OUTSIDE, UNKNOWN: UNKNOWN}


def distinct(segments: Sequence[Segment]) -> list[Segment]:
    """Return helices in order, each once.

    A source that runs several predictors (InterProScan) reports a helix once per predictor: of helices that share five or
    more residues the first stays, and one that shares fewer is trimmed to start behind it.
    """
    kept: list[Segment] = []
    for start, end in sorted(set(segments)):
        last = kept[-1][1] if kept else 0
        shared = min(end, last) - start + 1
        if shared < OVERLAP and end > last:
            kept.append((max(start, last + 1), end))
    return kept


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
    if math.isnan(sp_end):
        return list(segments)
    kept = []
    for start, end in segments:
        shared = min(end, int(sp_end)) - start + 1
        if start >= N_TERMINAL or shared < OVERLAP:
            kept.append((max(start, int(sp_end) + 1) if shared > 0 and start < N_TERMINAL else start, end))
    return kept


def is_gpi_signal(helix: Segment, length: float, omega: float) -> bool:
    """Return whether a helix is the hydrophobic tail that is cut off for a GPI anchor, on a protein that gets one.

    Parameters
    ----------
    helix
        First and last residue.
    length
        Residues of the protein; missing where it is not known.
    omega
        The last residue that stays; missing where no source tells it.
    """
    middle = (helix[0] + helix[1]) / 2
    return middle > (length - GPI_TAIL if math.isnan(omega) else omega)  # never where both are missing


def gaps(length: int, start: int, helices: Sequence[Segment]) -> list[Segment]:
    """Return what lies between the helices, one more than there are helices; an empty gap ends before it starts.

    Parameters
    ----------
    length
        Residues of the protein.
    start
        First residue behind the signal peptide, or 1.
    helices
        In order, without overlap.
    """
    firsts = [start, *(end + 1 for _, end in helices)]
    lasts = [*(first - 1 for first, _ in helices), length]
    return list(zip(firsts, lasts, strict=True))


def first_side(between: Sequence[Segment], sides: Sequence[Side]) -> str:
    """Return the side of the first gap that a source's segments imply, or "unknown" where they contradict the helices.

    Each gap takes the side on which the source puts more of its residues. Since sides alternate, each gap with a side
    implies one for the first; all of them must agree.
    """
    implied = set()
    for number, (start, end) in enumerate(between):
        weight = sum(
            (1 if side == OUTSIDE else -1) * max(min(end, last) - max(start, first) + 1, 0)
            for side, first, last in sides
        )
        if weight:
            implied.add(OUTSIDE if (weight > 0) == (number % 2 == 0) else INSIDE)
    return implied.pop() if len(implied) == 1 else UNKNOWN


def write(
    length: int, sp_end: int, helices: Sequence[Segment], first: str, gpi_start: int = 0, cut_at_unknown: bool = False
) -> str:
    """Return the topology of a protein as text.

    Parameters
    ----------
    length
        Residues of the protein.
    sp_end
        Last residue of the signal peptide; 0 = none.
    helices
        Beyond the signal peptide and before the GPI propeptide.
    first
        Side of what comes before the first helix: outside, inside or unknown.
    gpi_start
        First residue of the GPI propeptide; 0 = none, or its place is not known.
    cut_at_unknown
        There is a signal peptide whose end is not known, so that the part before the first helix is unknown.
    """
    sp_end = min(sp_end, length)
    last = gpi_start - 1 if sp_end < gpi_start <= length else length
    inner = distinct([(max(start, sp_end + 1), min(end, last)) for start, end in helices])
    inner = [(start, end) for start, end in inner if start <= end]
    parts = [("SP", 1, sp_end)]
    side = first
    for number, (start, end) in enumerate(gaps(last, sp_end + 1, inner)):
        parts.append((UNKNOWN if cut_at_unknown and number == 0 else side, start, end))
        parts += [("TM", *inner[number])] if number < len(inner) else []
        side = _OTHER[side]
    parts.append(("GPI", last + 1, length))
    return ";".join(f"{label} {start}-{end}" for label, start, end in parts if start <= end)
