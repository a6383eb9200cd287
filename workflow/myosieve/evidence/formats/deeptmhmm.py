"""DeepTMHMM: `TMRs.gff3` and `predicted_topologies.3line`.

- `TMRs.gff3` is no GFF3: a row is identifier, type, start, end, followed by four empty cells in the web version and by none
  in the local one. Two comments before each protein tell its length and its number of membrane segments (helices and beta
  strands alike), `//` stands between proteins and not always behind the last.
- The 3line file: ">identifier | type", the sequence, one label per residue (S signal, M helix, B strand, O outside, I
  inside, P periplasm).

Neither tells the version. The comments show whether the file is whole; without them, only that segments follow on each other.

Source: dtu.biolib.com/DeepTMHMM, and files in public repositories.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from myosieve.evidence.formats.base import Call, FormatError, Kind, Line, Lines, Parsed, place
from myosieve.evidence.formats.segments import (
    HELIX,
    INSIDE,
    OTHER,
    OUTSIDE,
    SIGNAL,
    STRAND,
    Segment,
    check_whole,
    segments_of,
    topology_calls,
)

_TYPES = {
    "signal": SIGNAL,
    "TMhelix": HELIX,
    "Beta sheet": STRAND,
    "outside": OUTSIDE,
    "inside": INSIDE,
    "periplasm": OTHER,
}
_LABELS = {"S": SIGNAL, "M": HELIX, "B": STRAND, "O": OUTSIDE, "I": INSIDE, "P": OTHER}
_CLASSES = {
    "GLOB": set(),
    "SP": {SIGNAL},
    "TM": {HELIX},
    "SP+TM": {SIGNAL, HELIX},
    "BETA": {STRAND},
    "SP+BETA": {SIGNAL, STRAND},
}
_LENGTH = re.compile(r"# (.+) Length: (\d+)")
_COUNT = re.compile(r"# (.+) Number of predicted TMRs: (\d+)")


@dataclass
class _Protein:
    name: str
    line: int
    length: float = math.nan
    count: float = math.nan
    segments: list[Segment] = field(default_factory=list)

    def is_called(self, name: str) -> bool:
        """Whether a row's identifier is this protein's; it may be the first word of the announced one."""
        return name in (self.name, self.name.split()[0])

    def calls(self) -> list[Call]:
        check_whole(self.name, self.segments, self.length, self.line)
        found = sum(segment.kind in (HELIX, STRAND) for segment in self.segments)
        if not math.isnan(self.count) and self.count != found:
            raise FormatError(
                f"{found} membrane segments of {self.name[:40]!r}, where {self.count:.0f} are announced", self.line
            )
        return topology_calls(self.name, self.segments)


def _is_gff(lines: Lines) -> bool:
    return any(_COUNT.fullmatch(line.text) for line in lines.all[:5]) or lines.first_cells()[1] in _TYPES


def _gff(lines: Lines) -> Parsed:
    return Parsed([protein.calls() for protein in _blocks(lines)])


def _blocks(lines: Lines) -> Iterator[_Protein]:
    here: _Protein | None = None
    for line in lines.all:
        announced = _LENGTH.fullmatch(line.text) or _COUNT.fullmatch(line.text)
        name = announced.group(1) if announced else line.text.split("\t")[0]
        if not announced and line.text.startswith(("#", "//")):
            if here and line.text.startswith("//"):
                yield here
                here = None
            continue
        # Blocks that a script has joined without // between them.
        if here and (not here.is_called(name) or (announced and here.segments)):
            yield here
            here = None
        here = here or _Protein(name, line.number)
        if not announced:
            here.segments.append(_segment(line))
        elif announced.re is _LENGTH:
            here.length = float(announced.group(2))
        else:
            here.count = float(announced.group(2))
    if here:
        yield here


def _segment(line: Line) -> Segment:
    cells = line.text.split("\t")
    if len(cells) < 4 or cells[1] not in _TYPES or any(cells[4:]):
        raise FormatError(f"not a row of identifier, type ({', '.join(_TYPES)}), start and end", line.number)
    return Segment(_TYPES[cells[1]], *place(cells[2], cells[3], line.number))


def _class_of(line: Line) -> tuple[str, str]:
    name, separator, kind = line.text.rpartition(" | ")
    if not name.startswith(">") or not separator or kind.strip() not in _CLASSES:
        raise FormatError(f"not '>name | type' with a type of {', '.join(_CLASSES)}", line.number)
    return name[1:].strip(), kind.strip()


def _is_3line(lines: Lines) -> bool:
    return bool(re.match(r">.* \| (GLOB|SP|TM|SP\+TM|BETA|SP\+BETA)\s*$", lines.all[0].text))


def _3line(lines: Lines) -> Parsed:
    if len(lines.all) % 3:
        raise FormatError(f"{len(lines.all)} lines are not three per protein")
    proteins = []
    for header, sequence, labels in zip(lines.all[0::3], lines.all[1::3], lines.all[2::3], strict=True):
        name, kind = _class_of(header)
        segments = segments_of(labels.text.strip(), _LABELS, labels.number)
        check_whole(name, segments, len(sequence.text.strip()), labels.number)
        if {segment.kind for segment in segments} & {SIGNAL, HELIX, STRAND} != _CLASSES[kind]:
            raise FormatError(f"the labels of {name[:40]!r} do not fit the type {kind}", labels.number)
        proteins.append(topology_calls(name, segments))
    return Parsed(proteins)


KINDS = (
    Kind("deeptmhmm", "DeepTMHMM's TMRs.gff3", _is_gff, _gff),
    Kind("deeptmhmm", "DeepTMHMM's predicted_topologies.3line", _is_3line, _3line),
)
