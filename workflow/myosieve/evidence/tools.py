"""Result files of predictors that were run elsewhere -> one long table of calls.

The rows are those of `schema.EVIDENCE` without `protein_group`; `accession` holds the tool's identifier as it is written (a
whole FASTA header, spaces included), for `matching` to recognize. Columns and keys are found by name. A helix has one row
each; a protein in which a tool found none has one row that says no. `topology` marks a beta barrel, which is in the
membrane without a helix.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from myosieve import schema
from myosieve.errors import InputError

COLUMNS = tuple(name for name in schema.EVIDENCE.names if name != "protein_group")

_NOT_A_SIGNAL = ("OTHER", "NO_SP")
_LABELS = frozenset("SMIOBP")
_TYPES = ("GLOB", "SP", "TM", "SP+TM", "BETA")

Row = dict[str, Any]
Run = tuple[str, int, int]  # label, first and last residue


def parse(tool: str, text: str, where: Path | str) -> pd.DataFrame:
    """Return the calls in a tool's result file; the index counts the proteins in the file, so that repeats stay apart.

    Parameters
    ----------
    tool
        One of TOOLS.
    text
        Content of the file.
    where
        What to call the file in an error.

    Raises
    ------
    InputError
        The tool is not known, or the file is not its result.
    """
    if tool not in _PARSERS:
        raise InputError(f"unknown tool {tool!r}", where, f"known tools are {', '.join(TOOLS)}")
    lines = [line for line in text.removeprefix("\ufeff").splitlines() if line.strip()]
    if not lines:
        raise InputError("the file is empty", where, f"give {_EXPECTED[tool]}")
    try:
        proteins = list(_PARSERS[tool](lines))
    except ValueError as error:
        seen = looks_like(lines)
        remedy = "the file is damaged, copy it again" if seen == _EXPECTED[tool] else f"it looks like {seen}"
        raise InputError(f"not {_EXPECTED[tool]}: {error}", where, remedy) from None
    numbers = [number for number, rows in enumerate(proteins) for _ in rows]
    return pd.DataFrame([row for rows in proteins for row in rows], columns=list(COLUMNS), index=numbers)


def looks_like(lines: list[str]) -> str:
    """Return what kind of file these lines come from, in words."""
    start = "\n".join(lines[:5])
    for pattern, name in _LOOKS:
        if re.search(pattern, start, re.IGNORECASE):
            return name
    return f"something else (first line: {lines[0][:40]!r})"


def _row(accession: str, source: str, feature: str, call: str, **more: Any) -> Row:
    empty = {"version": "", "start": math.nan, "end": math.nan, "score": math.nan, "evidence_code": "", "detail": ""}
    return {**empty, "accession": accession, "source": source, "feature": feature, "call": call, **more}


# ---- SignalP 6: prediction_results.txt ---------------------------------------------------------------------------------


def _signalp6(lines: list[str]) -> Iterator[list[Row]]:
    if not re.match(r"#\s*SignalP-6", lines[0]):
        raise ValueError("it does not start with '# SignalP-6'")
    version = re.search(r"SignalP-([\w.]+)", lines[0]).group(1)
    header = next((line for line in lines if re.match(r"#\s*ID\t", line)), None)
    if header is None:
        raise ValueError("the line '# ID ...' with the column names is missing")
    names = [name.strip() for name in header.lstrip("# ").split("\t")]
    types = [name for name in names if name not in ("ID", "Prediction", "CS Position")]
    signals = [name for name in types if name not in _NOT_A_SIGNAL]
    for line in lines:
        if line.startswith("#"):
            continue
        # A row without a cleavage site may lack its last, empty cell.
        cells = dict(zip(names, [cell.strip() for cell in line.split("\t")], strict=False))
        if any(name not in cells for name in ("ID", "Prediction", *types)):
            raise ValueError(f"the row {line[:40]!r} is incomplete")
        yes = cells["Prediction"] not in _NOT_A_SIGNAL
        # Early versions print probabilities a little above 1.
        score = min(max(max(float(cells[name]) for name in signals), 0.0), 1.0)
        site = re.search(r"CS pos:\s*(\d+)-\d+", cells.get("CS Position", ""))
        end = float(site.group(1)) if yes and site else math.nan
        start = 1.0 if yes else math.nan
        call = "yes" if yes else "no"
        yield [
            _row(cells["ID"], "signalp6", "signal_peptide", call, version=version, start=start, end=end, score=score)
        ]


# ---- DeepTMHMM: predicted_topologies.3line -----------------------------------------------------------------------------


def _deeptmhmm(lines: list[str]) -> Iterator[list[Row]]:
    if len(lines) % 3:
        raise ValueError(f"{len(lines)} lines are not three per protein")
    for header, sequence, labels in zip(lines[0::3], lines[1::3], lines[2::3], strict=True):
        name, separator, kind = header.rpartition(" | ")
        labels = labels.strip()
        if not name.startswith(">") or not separator or kind.strip() not in _TYPES:
            raise ValueError(f"the line {header[:40]!r} is not '>name | type' with a type of {', '.join(_TYPES)}")
        if len(labels) != len(sequence.strip()) or not set(labels) <= _LABELS:
            raise ValueError(f"the labels of {name[1:41]!r} do not fit its sequence")
        yield _topology(name[1:].strip(), labels)


def _topology(name: str, labels: str) -> list[Row]:
    runs = {label: list(found) for label, found in itertools.groupby(sorted(_runs(labels)), key=lambda run: run[0])}
    signal = runs.get("S")
    rows = [_row(name, "deeptmhmm", "signal_peptide", "yes" if signal else "no", **_place(signal))]
    rows += [_row(name, "deeptmhmm", "tm_helix", "yes", **_place([run])) for run in runs.get("M", [])]
    if "M" not in runs:
        rows.append(_row(name, "deeptmhmm", "tm_helix", "no"))
    if "B" in runs:
        rows.append(_row(name, "deeptmhmm", "topology", "yes", **_place(runs["B"])))
    return rows


def _place(runs: list[Run] | None) -> dict[str, float]:
    return {"start": float(runs[0][1]), "end": float(runs[-1][2])} if runs else {}


def _runs(labels: str) -> Iterator[Run]:
    at = 0
    for label, run in itertools.groupby(labels):
        length = len(list(run))
        yield label, at + 1, at + length
        at += length


# ---- TMHMM 2: short output -----------------------------------------------------------------------------------------------


def _tmhmm(lines: list[str]) -> Iterator[list[Row]]:
    for line in lines:
        name, separator, rest = line.partition("len=")
        values = dict(part.split("=", 1) for part in f"{separator}{rest}".split() if "=" in part)
        if not separator or not name.strip() or not {"PredHel", "Topology"} <= set(values):
            raise ValueError(f"the line {line[:40]!r} has no name, len=, PredHel= and Topology=")
        helices = re.findall(r"(\d+)-(\d+)", values["Topology"])
        if len(helices) != int(values["PredHel"]):
            raise ValueError(f"PredHel={values['PredHel']} of {name.strip()!r} does not fit {values['Topology']!r}")
        score = float(values.get("ExpAA", "nan"))
        places = [{"start": float(start), "end": float(end)} for start, end in helices]
        row = partial(_row, name.strip(), "tmhmm", "tm_helix", score=score)
        yield [row(call="yes", **place) for place in places] or [row(call="no")]


_PARSERS: dict[str, Callable[[list[str]], Iterator[list[Row]]]] = {
    "signalp6": _signalp6,
    "deeptmhmm": _deeptmhmm,
    "tmhmm": _tmhmm,
}
TOOLS = tuple(_PARSERS)
_EXPECTED = {
    "signalp6": "SignalP 6's prediction_results.txt",
    "deeptmhmm": "DeepTMHMM's predicted_topologies.3line",
    "tmhmm": "TMHMM 2's short output",
}
CITATIONS = {
    "signalp6": "SignalP 6 (Teufel et al. 2022, Nat Biotechnol 40:1023)",
    "deeptmhmm": "DeepTMHMM (Hallgren et al. 2022, bioRxiv 2022.04.08.487609)",
    "tmhmm": "TMHMM 2 (Krogh et al. 2001, J Mol Biol 305:567)",
}
_LOOKS = (
    (r"\A##\s*gff-version(.|\n)*SignalP", "SignalP's output.gff3 or region_output.gff3"),
    (r"\A##\s*gff-version", "DeepTMHMM's TMRs.gff3 or another GFF3 file"),
    (r"\A#\s*SignalP-6", "SignalP 6's prediction_results.txt"),
    (r"\A#+\s*SignalP-(\d)", "the result of another version of SignalP"),
    (r"\A>.* \| (GLOB|SP|TM|SP\+TM|BETA)\s*\n", "DeepTMHMM's predicted_topologies.3line"),
    (r"\A>", "a FASTA file"),
    (r"PredHel=\d+\s+Topology=", "TMHMM 2's short output"),
    (r"Number of predicted TMHs", "TMHMM 2's long output"),
    (r"\ASEQU?ENCE\s+ID\s+TM\s+SP", "Phobius' short output"),
    (r"\AID .*\nFT ", "Phobius' long output"),
    (r"TOPCONS", "the result of TOPCONS"),
    (r"\A\s*<(!doctype|html|\?xml)", "a web page"),
)
