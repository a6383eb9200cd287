"""Topologies: a protein as a row of segments -> calls on signal peptide, helices, barrel and the sides of the membrane.

A predictor of topology gives every residue one of few labels. Whatever its letters, they come down to the kinds below.

Two things that a topology seems to say are left out. The side of a protein that meets no membrane (no signal peptide, no
helix) is the model's default and no prediction: TMHMM's guide warns of it, DeepTMHMM and TMbed call every globular protein
inside. And the sides of a beta barrel are those of an outer membrane (of mitochondria, here), not of the plasma membrane.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from myosieve.evidence.formats.base import NO, YES, Call, FormatError

SIGNAL, HELIX, STRAND, OUTSIDE, INSIDE, OTHER = "signal", "helix", "strand", "outside", "inside", "other"


class Segment(NamedTuple):
    """Neighboring residues of one kind; `end` is NaN where the file does not tell the length of the protein."""

    kind: str
    start: float
    end: float


def segments_of(labels: str, kinds: dict[str, str], line: int) -> list[Segment]:
    """Return the segments of a string with one letter per residue; a change of letter begins a new segment."""
    unknown = sorted(set(labels) - set(kinds))
    if unknown:
        raise FormatError(f"the topology has the unknown label {unknown[0]!r}", line)
    segments, at = [], 0
    for label, run in itertools.groupby(labels):
        length = len(list(run))
        segments.append(Segment(kinds[label], float(at + 1), float(at + length)))
        at += length
    return segments


def check_whole(name: str, segments: Sequence[Segment], length: float, line: int) -> None:
    """Raise FormatError unless the segments follow on each other from residue 1 to `length` (NaN: not known)."""
    expected = 1.0
    for segment in segments:
        if segment.start != expected:
            raise FormatError(f"the segments of {name[:40]!r} leave out residue {expected:.0f}", line)
        expected = segment.end + 1
    if not segments or (not math.isnan(length) and expected != length + 1):
        raise FormatError(f"the segments of {name[:40]!r} end before residue {length:.0f}", line)


def topology_calls(
    name: str,
    segments: Iterable[Segment],
    *,
    tells_signal: bool = True,
    lists_all: bool = True,
    helix_score: float = math.nan,
    detail: str = "",
) -> list[Call]:
    """Return the calls of a topology.

    Parameters
    ----------
    name
        The tool's identifier.
    segments
        In order of residues.
    tells_signal
        Whether the tool knows signal peptides, so that none means no.
    lists_all
        Whether the file lists what was not found as well, so that no helix means no.
    helix_score
        Score of the tool for its helices.
    detail
        The tool's own words on its helices.
    """
    by_kind: dict[str, list[Segment]] = {}
    for segment in segments:
        by_kind.setdefault(segment.kind, []).append(segment)
    signal, helices, strands = (by_kind.get(kind, []) for kind in (SIGNAL, HELIX, STRAND))
    calls = []
    if signal:
        calls.append(Call(name, "signal_peptide", YES, signal[0].start, signal[-1].end))
    elif tells_signal and lists_all:
        calls.append(Call(name, "signal_peptide", NO))
    calls += [Call(name, "tm_helix", YES, *helix[1:], helix_score, detail=detail) for helix in helices]
    if not helices and lists_all:
        calls.append(Call(name, "tm_helix", NO, score=helix_score))
    if strands:
        calls.append(Call(name, "beta_barrel", YES, strands[0].start, strands[-1].end))
    elif signal or helices:
        sides = sorted(by_kind.get(OUTSIDE, []) + by_kind.get(INSIDE, []), key=lambda segment: segment.start)
        calls += [Call(name, segment.kind, YES, segment.start, segment.end) for segment in sides]
    return calls
