"""TMHMM 2: short and long output.

- Short: one line per protein, tab-separated `key=value` after the identifier: len, ExpAA, First60, PredHel, Topology
  (`i12-34o50-72i`: inside, helix 12-34, outside, ...).
- Long: comments per protein ("# ID Length: 293", "# ID Number of predicted TMHs: 2", ...), then one row per segment:
  identifier, TMHMM2.0, outside | TMhelix | inside, start, end.

TMHMM knows no signal peptides; "POSSIBLE N-term signal sequence" is kept in the words of its helices. The score is the
expected number of residues in helices (ExpAA).

Source: services.healthtech.dtu.dk/services/TMHMM-2.0, page "Output format".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from myosieve.evidence.formats.base import Call, FormatError, Kind, Line, Lines, Parsed, number, place, residue
from myosieve.evidence.formats.segments import HELIX, INSIDE, OUTSIDE, Segment, check_whole, topology_calls

TOPOLOGY = re.compile(r"[io](\d+-\d+[io])*")
_KEYS = ("len", "PredHel", "Topology")
_TYPES = {"TMhelix": HELIX, "outside": OUTSIDE, "inside": INSIDE}
_COMMENT = re.compile(r"# (.+?) (Length|Number of predicted TMHs|Exp number of AAs in TMHs): +(\S+)")
_HINT = re.compile(r"# (.+?) (POSSIBLE N-term signal sequence)")


def alternating(topology: str, first: float, length: float, line: int) -> list[Segment]:
    """Return the segments of a topology such as `i12-34o50-72i`.

    Parameters
    ----------
    topology
        The side of each loop (i, o), and the helices between them.
    first
        First residue of the first loop.
    length
        Last residue of the last loop; NaN where it is not known.
    line
        For messages.
    """
    if not TOPOLOGY.fullmatch(topology):
        raise FormatError(f"the topology {topology[:40]!r} is not of the form i12-34o50-72i", line)
    sides = [{"i": INSIDE, "o": OUTSIDE}[letter] for letter in re.findall("[io]", topology)]
    helices = [place(*ends, line) for ends in re.findall(r"(\d+)-(\d+)", topology)]
    segments, at = [], first
    for side, (start, end) in zip(sides, helices, strict=False):
        if start < at:
            raise FormatError(f"the helices of {topology[:40]!r} are not in order", line)
        if start > at:  # a helix may begin with the protein, or right behind another one
            segments.append(Segment(side, at, start - 1))
        segments.append(Segment(HELIX, start, end))
        at = end + 1
    if at > length + 1:
        raise FormatError(f"the topology {topology[:40]!r} is longer than the protein", line)
    return segments if at == length + 1 else [*segments, Segment(sides[-1], at, length)]


def _is_short(lines: Lines) -> bool:
    text = lines.all[0].text
    return "PredHel=" in text or ("len=" in text and "ExpAA=" in text)


def _short(lines: Lines) -> Parsed:
    return Parsed([_short_calls(line) for line in lines.body()])


def _short_calls(line: Line) -> list[Call]:
    name, *parts = line.text.split("\t") if "\t" in line.text else re.split(r"\s+(?=\w+=)", line.text)
    values = dict(part.strip().split("=", 1) for part in parts if "=" in part)
    if not name.strip() or not set(_KEYS) <= set(values):
        raise FormatError("the line has no name, len=, PredHel= and Topology=", line.number)
    segments = alternating(values["Topology"], 1.0, residue(values["len"], line.number), line.number)
    helices = sum(segment.kind == HELIX for segment in segments)
    if number(values["PredHel"], line.number) != helices:
        raise FormatError(f"PredHel={values['PredHel']} does not fit {values['Topology'][:40]!r}", line.number)
    score = number(values["ExpAA"], line.number) if "ExpAA" in values else math.nan
    return topology_calls(name.strip(), segments, tells_signal=False, helix_score=score)


@dataclass
class _Protein:
    name: str
    line: int
    told: dict[str, float] = field(default_factory=dict)
    hint: str = ""
    segments: list[Segment] = field(default_factory=list)

    def calls(self) -> list[Call]:
        check_whole(self.name, self.segments, self.told.get("Length", math.nan), self.line)
        found = sum(segment.kind == HELIX for segment in self.segments)
        if self.told.get("Number of predicted TMHs", found) != found:
            raise FormatError(f"{found} helices of {self.name[:40]!r} are not as many as announced", self.line)
        score = self.told.get("Exp number of AAs in TMHs", math.nan)
        return topology_calls(self.name, self.segments, tells_signal=False, helix_score=score, detail=self.hint)


def _is_long(lines: Lines) -> bool:
    return bool(re.search(r"Number of predicted TMHs:|\tTMHMM\S*\s+(outside|inside|TMhelix)\s", lines.head()))


def _long(lines: Lines) -> Parsed:
    version = re.search(r"\tTMHMM(\d\S*)", "\n".join(line.text for line in lines.all[:40]))
    return Parsed([protein.calls() for protein in _blocks(lines)], version.group(1) if version else "")


def _blocks(lines: Lines) -> Iterator[_Protein]:
    here: _Protein | None = None
    for line in lines.all:
        comment = _COMMENT.fullmatch(line.text) or _HINT.fullmatch(line.text)
        if not comment and line.text.startswith("#"):
            continue
        name = comment.group(1) if comment else line.text.split("\t")[0].strip()
        if here and (here.name != name or (comment and here.segments)):
            yield here
            here = None
        here = here or _Protein(name, line.number)
        if not comment:
            here.segments.append(_segment(line))
        elif comment.re is _HINT:
            here.hint = comment.group(2)
        else:
            here.told[comment.group(2)] = number(comment.group(3), line.number)
    if here:
        yield here


def _segment(line: Line) -> Segment:
    found = re.fullmatch(r".+?\tTMHMM\S*\s+(outside|inside|TMhelix)\s+(\d+)\s+(\d+)\s*", line.text)
    if not found:
        raise FormatError("not a row of identifier, TMHMM2.0, outside, inside or TMhelix, start and end", line.number)
    return Segment(_TYPES[found.group(1)], *place(found.group(2), found.group(3), line.number))


KINDS = (
    Kind("tmhmm", "TMHMM 2's short output", _is_short, _short),
    Kind("tmhmm", "TMHMM 2's long output", _is_long, _long),
)
