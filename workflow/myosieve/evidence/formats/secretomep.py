"""SecretomeP 2: the eukaryotic output.

Columns separated by blanks below "# Name NN-score Odds Weighted Warning": the score, the odds, a posterior probability, and
"-" or a warning. Above 0.5, the server calls a protein secreted without a signal peptide. It scores classical proteins high
as well; where it warns that SignalP found a signal peptide, the score does not speak of unconventional secretion, and the
call is unknown.

Source: services.healthtech.dtu.dk/services/SecretomeP-2.0, page "Output format".
"""

from __future__ import annotations

import re

from myosieve.evidence.formats.base import NO, UNKNOWN, YES, Call, FormatError, Kind, Line, Lines, Parsed, probability

THRESHOLD = 0.5
_HEADER = re.compile(r"#\s*Name\s+NN-score\s+Odds\s+Weighted\s+Warning")
_ROW = re.compile(r"(?P<name>\S.*?)\s+(?P<score>\d\S*)\s+\d\S*\s+\d\S*\s+(?P<warning>\S.*)")


def _recognizes(lines: Lines) -> bool:
    return any(_HEADER.match(line.text) for line in lines.all[:40])


def _parse(lines: Lines) -> Parsed:
    version = re.search(r"SecretomeP-(\d[\w.]*)", lines.head())
    return Parsed([[_call(line)] for line in lines.body()], version.group(1) if version else "")


def _call(line: Line) -> Call:
    found = _ROW.fullmatch(line.text)
    if not found:
        raise FormatError("not a row of Name, NN-score, Odds, Weighted by prior, Warning", line.number)
    score = probability(found["score"], line.number)
    if found["warning"] != "-":
        return Call(found["name"], "unconventional", UNKNOWN, score=score, detail=found["warning"])
    return Call(found["name"], "unconventional", YES if score > THRESHOLD else NO, score=score)


KINDS = (Kind("secretomep", "SecretomeP 2's output", _recognizes, _parse),)
