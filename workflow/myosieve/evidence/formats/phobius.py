"""Phobius: short and long output.

- Short: a header with the tool's own misspelling, "SEQENCE ID  TM SP PREDICTION", then columns separated by blanks: number
  of helices, Y or 0 for the signal peptide, topology (`n4-15c20/21o396-419i`: signal peptide 1-20 with its h-region 4-15,
  cleaved before 21, helix 396-419). It does not tell the length of the protein, so that the last loop has no end.
- Long: EMBL-like blocks "ID", "FT" (SIGNAL, TRANSMEM, DOMAIN with "CYTOPLASMIC." or "NON CYTOPLASMIC.", REGION for the
  parts of the signal peptide), "//".

Source: phobius.sbc.su.se, page "Instructions".
"""

from __future__ import annotations

import math
import re

from myosieve.evidence.formats.base import Call, FormatError, Kind, Line, Lines, Parsed, is_count, place, residue
from myosieve.evidence.formats.segments import HELIX, INSIDE, OUTSIDE, SIGNAL, Segment, check_whole, topology_calls
from myosieve.evidence.formats.tmhmm import alternating

_HEADER = re.compile(r"SEQU?ENCE\s+ID\s+TM\s+SP\s+PREDICTION")
_SIGNAL = re.compile(r"n\d+-\d+c(\d+)/(\d+)")
_FEATURE = re.compile(r"FT   (\w+)\s+(\d+)(?:\s+|\.\.)(\d+)(?:\s+(\S.*))?")
_SIDES = {"CYTOPLASMIC": INSIDE, "NON CYTOPLASMIC": OUTSIDE}


def _is_short(lines: Lines) -> bool:
    return bool(_HEADER.match(lines.all[0].text.strip()))


def _short(lines: Lines) -> Parsed:
    return Parsed([_short_calls(line) for line in lines.all if not _HEADER.match(line.text.strip())])


def _short_calls(line: Line) -> list[Call]:
    cells = line.text.split()
    if len(cells) < 4 or not is_count(cells[-3]) or cells[-2] not in ("Y", "0"):
        raise FormatError("not a row of identifier, number of helices, Y or 0, and topology", line.number)
    name, topology = " ".join(cells[:-3]), cells[-1]
    signal = _SIGNAL.match(topology)
    end = residue(signal.group(1), line.number) if signal else 0.0
    loops = topology[signal.end() :] if signal else topology
    segments = alternating(loops, end + 1, math.nan, line.number)
    helices = sum(segment.kind == HELIX for segment in segments)
    if helices != int(cells[-3]) or bool(signal) != (cells[-2] == "Y"):
        raise FormatError(
            f"{cells[-3]} helices and signal peptide {cells[-2]} do not fit {topology[:40]!r}", line.number
        )
    return topology_calls(name, [Segment(SIGNAL, 1.0, end), *segments] if signal else segments)


def _is_long(lines: Lines) -> bool:
    return bool(re.match(r"ID   .*\nFT   (SIGNAL|TRANSMEM|DOMAIN|TOPO_DOM)\s", lines.head(2)))


def _long(lines: Lines) -> Parsed:
    proteins: list[list[Call]] = []
    name, segments = "", []
    for line in lines.all:
        if line.text.startswith("ID   "):
            if name:
                raise FormatError(f"the entry of {name[:40]!r} has no end", line.number)
            name, segments = line.text[5:].strip(), []
        elif line.text.strip() == "//" and name:
            check_whole(name, segments, math.nan, line.number)
            proteins.append(topology_calls(name, segments))
            name = ""
        elif name:
            segments += _features(line)
        else:
            raise FormatError("not the beginning of an entry (ID)", line.number)
    if name:
        raise FormatError(f"the entry of {name[:40]!r}, the last one, has no end")
    return Parsed(proteins)


def _features(line: Line) -> list[Segment]:
    found = _FEATURE.fullmatch(line.text)
    if not found:
        raise FormatError("not a line of features (FT)", line.number)
    kind, start, end, words = found.groups()
    if kind == "REGION":
        return []
    kinds = {"SIGNAL": SIGNAL, "TRANSMEM": HELIX}
    if kind in ("DOMAIN", "TOPO_DOM"):
        kinds[kind] = _SIDES.get((words or "").strip().rstrip(".").upper(), "")
    if not kinds.get(kind):
        raise FormatError(f"the feature {kind} {words or ''} is unknown", line.number)
    return [Segment(kinds[kind], *place(start, end, line.number))]


KINDS = (
    Kind("phobius", "Phobius' short output", _is_short, _short),
    Kind("phobius", "Phobius' long output", _is_long, _long),
)
