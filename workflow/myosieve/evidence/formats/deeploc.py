"""DeepLoc 2: the CSV of results.

Protein_ID, Localizations and Signals (lists separated by "|"), in version 2.1 Membrane types, then a probability per
location. Identifiers with commas are not quoted. What is read:

- extracellular: whether it is among the localizations; its probability is the score.
- location: one row for each localization, named in `detail`, with its probability.
- signal peptide, helix: whether they are among the signals that shaped the answer. Neither has a place. Without the signal
  of a helix nothing is said of helices, except by the membrane types of version 2.1.

Source: services.healthtech.dtu.dk/services/DeepLoc-2.1; Thumuluri et al. 2022.
"""

from __future__ import annotations

import math

from myosieve.evidence.formats.base import (
    NO,
    YES,
    Call,
    FormatError,
    Kind,
    Line,
    Lines,
    Parsed,
    Row,
    cell,
    csv_cells,
    probability,
    rows,
)

_ID, _LOCATIONS, _SIGNALS, _MEMBRANE = "Protein_ID", "Localizations", "Signals", "Membrane types"
_EXTRACELLULAR = "Extracellular"


def _header(lines: Lines) -> list[str]:
    return [name.strip() for name in csv_cells(lines.all[0].text)]


def _recognizes(lines: Lines) -> bool:
    return {_ID, _LOCATIONS} <= set(_header(lines))


def _parse(lines: Lines) -> Parsed:
    header = _header(lines)
    missing = [name for name in (_SIGNALS, _EXTRACELLULAR) if name not in header]
    if missing:
        raise FormatError(f"the column {missing[0]!r} is missing", lines.all[0].number)
    body = ((line, _cells(line, header)) for line in lines.all[1:])
    return Parsed([_calls(row) for row in rows(header, body, lines)], "2")


def _cells(line: Line, header: list[str]) -> list[str]:
    cells = csv_cells(line.text)
    if len(cells) < len(header):
        raise FormatError(f"{len(cells)} cells where the header has {len(header)}", line.number)
    surplus = len(cells) - len(header)
    if surplus and header[0] == _ID:
        return [",".join(cells[: surplus + 1]), *cells[surplus + 1 :]]
    return cells


def _calls(row: Row) -> list[Call]:
    name, locations = cell(row, _ID), _listed(cell(row, _LOCATIONS))
    signals, types = _listed(row[_SIGNALS]), _listed(row.get(_MEMBRANE, ""))
    score = probability(cell(row, _EXTRACELLULAR), row.line)
    calls = [Call(name, "extracellular", YES if _EXTRACELLULAR in locations else NO, score=score)]
    for location in locations:
        told = probability(row[location], row.line) if row.get(location) else math.nan
        calls.append(Call(name, "location", YES, score=told, detail=location))
    signal = "Signal peptide" in signals
    calls.append(Call(name, "signal_peptide", YES if signal else NO, 1.0 if signal else math.nan))
    if "Transmembrane domain" in signals or "Transmembrane" in types:
        calls.append(Call(name, "tm_helix", YES, detail="place and number not told"))
    elif types:
        calls.append(Call(name, "tm_helix", NO))
    return calls


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split("|") if word.strip()]


KINDS = (Kind("deeploc", "DeepLoc 2's CSV", _recognizes, _parse),)
