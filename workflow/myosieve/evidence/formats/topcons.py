"""TOPCONS: `query.result.txt`, of which the consensus is read and not the single methods.

A file has one section per protein: "Sequence name:", "Sequence length: 332 aa.", "TOPCONS predicted topology:" with one
letter per residue below (i inside, o outside, M helix, S signal peptide), and the same for each method. Instead of letters,
"***No topology could be produced ...***" (unknown) or "***No TM-regions predicted***" may stand there. TOPCONS 1 does not
know signal peptides and wraps its lines.

Source: topcons.net; Tsirigos et al. 2015.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence

from myosieve.evidence.formats.base import NO, UNKNOWN, Call, FormatError, Kind, Line, Lines, Parsed
from myosieve.evidence.formats.segments import HELIX, INSIDE, OUTSIDE, SIGNAL, check_whole, segments_of, topology_calls

_LABELS = {"i": INSIDE, "o": OUTSIDE, "M": HELIX, "S": SIGNAL}
_NAME = re.compile(r"Sequence name:\s*(.*)")
_LENGTH = re.compile(r"Sequence length:\s*(\d+)\s*aa\.?")
_CONSENSUS = "TOPCONS predicted topology:"
# A line of another kind ends the consensus.
_LETTERS = re.compile(r"[ioMS]+|\*\*\*.*")


def _recognizes(lines: Lines) -> bool:
    return bool(re.search(r"^TOPCONS2? result file", lines.head(4), re.MULTILINE))


def _parse(lines: Lines) -> Parsed:
    version = "2" if "TOPCONS2" in lines.head(4) else "1"
    starts = [at for at, line in enumerate(lines.all) if _NAME.match(line.text)]
    sections = [lines.all[start:end] for start, end in itertools.pairwise([*starts, len(lines.all)])]
    return Parsed([_calls(section, version) for section in sections], version)


def _calls(section: Sequence[Line], version: str) -> list[Call]:
    name = _NAME.match(section[0].text).group(1).strip()
    length = next((float(found[1]) for line in section if (found := _LENGTH.fullmatch(line.text.strip()))), math.nan)
    start = next((at for at, line in enumerate(section, 1) if line.text.strip() == _CONSENSUS), len(section))
    letters = ""
    for line in section[start:]:
        if not _LETTERS.fullmatch(line.text.strip()):
            break
        letters += line.text.strip()
    if not name or not letters:
        raise FormatError(f"no consensus topology of {name[:40]!r}", section[0].number)
    tells_signal = version == "2"
    if letters.startswith("***"):
        said = NO if "No TM-region" in letters else UNKNOWN
        # Without letters, nothing is said of a signal peptide.
        signal = [Call(name, "signal_peptide", UNKNOWN)] if tells_signal else []
        return [*signal, Call(name, "tm_helix", said, detail=letters.strip("*"))]
    segments = segments_of(letters, _LABELS, section[start].number)
    check_whole(name, segments, length, section[start].number)
    return topology_calls(name, segments, tells_signal=tells_signal)


KINDS = (Kind("topcons", "TOPCONS' query.result.txt", _recognizes, _parse),)
