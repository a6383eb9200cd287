"""OutCyte 1 and 2: signal peptide, helix at the N-terminus, unconventional secretion.

Both decide in two steps: is there a signal peptide or a helix in the first 70 residues, and only if there is none, is the
protein secreted unconventionally or intracellular. A protein that stopped at the first step has no call on the second.
A helix at the N-terminus has no place; its absence says nothing of the rest of the protein, and gives no call.

- OutCyte 1 pipeline output: identifier, class (Signal-peptide, Transmembrane, UPS, Intracellular), score of that class; no
  header. `*_sp.txt` ("# ID classes NC SP TM") and `*_ups.txt` ("# id Negative Positive") are its two steps.
- OutCyte 2 `*_RESULT.csv`: a nameless row number, entry, and probabilities that sum to 1: transmembrane, signal_peptide,
  intracellular, ups, according to the mode. The first step weighs the first two against intracellular + ups.

Score of a signal peptide: its probability where the file tells it. Score of unconventional secretion: in version 1, its
probability in the second step; in version 2, the column ups.

Sources: github.com/linlinzhao/outcyte, github.com/JaVanGri/OutCyte-2.0 (README, examples); Zhao et al. 2019.
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

_CLASSES = {"signal-peptide": "sp", "transmembrane": "tm", "intracellular": "intracellular", "ups": "ups"}
_PROBABILITIES = ("transmembrane", "signal_peptide", "intracellular", "ups")
_AT_THE_TERMINUS = "at the N-terminus, place not told"


def _class_of(text: str) -> str:
    return _CLASSES.get(text.lower(), "")


def _step_one(name: str, verdict: str, signal: float, helix: float) -> list[Call]:
    if verdict == "sp":
        return [Call(name, "signal_peptide", YES, 1.0, score=signal)]
    calls = [Call(name, "signal_peptide", NO, score=signal)]
    if verdict == "tm":
        calls.append(Call(name, "tm_helix", YES, score=helix, detail=_AT_THE_TERMINUS))
    return calls


# ---- version 1 ----------------------------------------------------------------------------------------------------------


def _is_pipeline(lines: Lines) -> bool:
    cells = lines.all[0].text.split()
    return len(cells) == 3 and bool(_class_of(cells[1])) and cells[2][:1].isdigit()


def _pipeline(lines: Lines) -> Parsed:
    return Parsed([_pipeline_calls(line) for line in lines.body()], "1")


def _pipeline_calls(line: Line) -> list[Call]:
    cells = line.text.split()
    if len(cells) != 3 or not _class_of(cells[1]):
        raise FormatError(
            "not a row of identifier, class (Signal-peptide, Transmembrane, UPS, Intracellular), score", line.number
        )
    name, verdict, score = cells[0], _class_of(cells[1]), probability(cells[2], line.number)
    if verdict in ("sp", "tm"):
        # The score is that of the class; a helix' does not tell that of a signal peptide.
        return _step_one(name, verdict, score if verdict == "sp" else math.nan, score)
    ups = verdict == "ups"
    calls = _step_one(name, verdict, math.nan, math.nan)
    return [*calls, Call(name, "unconventional", YES if ups else NO, score=score if ups else 1 - score)]


def _is_step(header: str, lines: Lines) -> bool:
    return lines.all[0].text.lstrip("# ").split() == header.split()


def _sp_step(lines: Lines) -> Parsed:
    proteins = []
    for row in rows(_SP_HEADER.split(), ((line, line.text.split()) for line in lines.body()), lines):
        verdict = _class_of(cell(row, "classes"))
        signal, helix = (probability(cell(row, name), row.line) for name in ("SP", "TM"))
        if verdict not in ("sp", "tm", "intracellular"):
            raise FormatError(f"the class {row['classes']!r} is unknown", row.line)
        proteins.append(_step_one(row["ID"], verdict, signal, helix))
    return Parsed(proteins, "1")


def _ups_step(lines: Lines) -> Parsed:
    proteins = []
    for row in rows(_UPS_HEADER.split(), ((line, line.text.split()) for line in lines.body()), lines):
        negative, positive = (probability(cell(row, name), row.line) for name in ("Negative", "Positive"))
        _check_sum([negative, positive], row.line)
        proteins.append([Call(row["id"], "unconventional", YES if positive > negative else NO, score=positive)])
    return Parsed(proteins, "1")


_SP_HEADER, _UPS_HEADER = "ID classes NC SP TM", "id Negative Positive"


# ---- version 2 ----------------------------------------------------------------------------------------------------------


def _header(lines: Lines) -> list[str]:
    return [name.strip() for name in csv_cells(lines.all[0].text)]


def _is_version_2(lines: Lines) -> bool:
    names = _header(lines)
    return "entry" in names and "intracellular" in names and len(set(names) & set(_PROBABILITIES)) > 1


def _version_2(lines: Lines) -> Parsed:
    body = ((line, csv_cells(line.text)) for line in lines.all[1:])
    return Parsed([_version_2_calls(row) for row in rows(_header(lines), body, lines)], "2")


def _version_2_calls(row: Row) -> list[Call]:
    name = cell(row, "entry")
    told = {key: probability(cell(row, key), row.line) for key in _PROBABILITIES if key in row}
    _check_sum(list(told.values()), row.line)
    neither = told["intracellular"] + told.get("ups", 0.0)
    calls = []
    verdict = "intracellular"
    if "signal_peptide" in told:
        signal, helix = told["signal_peptide"], told.get("transmembrane", 0.0)
        if max(signal, helix) > neither:
            verdict = "sp" if signal > helix else "tm"
        calls = _step_one(name, verdict, signal, helix)
    if "ups" in told and verdict == "intracellular":
        found = told["ups"] > told["intracellular"]
        calls.append(Call(name, "unconventional", YES if found else NO, score=told["ups"]))
    return calls


def _check_sum(probabilities: list[float], line: int) -> None:
    if not math.isclose(sum(probabilities), 1, abs_tol=0.01):
        raise FormatError("the probabilities do not sum to 1", line)


KINDS = (
    Kind("outcyte", "OutCyte 1's pipeline output", _is_pipeline, _pipeline),
    Kind("outcyte", "OutCyte 1's _sp.txt", lambda lines: _is_step(_SP_HEADER, lines), _sp_step),
    Kind("outcyte", "OutCyte 1's _ups.txt", lambda lines: _is_step(_UPS_HEADER, lines), _ups_step),
    Kind("outcyte", "OutCyte 2's _RESULT.csv", _is_version_2, _version_2),
)
