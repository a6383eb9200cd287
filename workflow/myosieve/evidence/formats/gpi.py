"""Predictors of GPI anchors: NetGPI and PredGPI.

- NetGPI 1.1 `output_protein_type.txt`: two comments, the second with the names of the tab-separated columns ("Pred.
  GPI-Anchored" is "GPI-Anchored" or "Not GPI-Anchored"; "Omega-site pos." is "-" without an anchor). Its likelihood is that
  of the answer given. The score here is that of an anchor: the likelihood, or 1 - likelihood where the answer is "not".
- PredGPI GFF3: one row per protein, "GPI-anchor" at the omega site or "Chain" for a protein without. What the score of a
  chain means is not documented, so that it is left out.

The omega site is the residue that the anchor is attached to, the last one that stays.

Sources: github.com/mhgislason/netgpi-1.1 (README and predict.py), github.com/BolognaBiocomp/predgpi.
"""

from __future__ import annotations

import re

from myosieve.evidence.formats.base import (
    NO,
    YES,
    Call,
    FormatError,
    Kind,
    Lines,
    Parsed,
    Row,
    cell,
    place,
    probability,
    residue,
    rows,
)

_ANSWER, _SITE, _LIKELIHOOD = "Pred. GPI-Anchored", "Omega-site pos.", "Likelihood"


def _is_netgpi(lines: Lines) -> bool:
    return bool(re.match(r"#\s*NetGPI", lines.all[0].text)) or _ANSWER in lines.head(3)


def _netgpi(lines: Lines) -> Parsed:
    header = next((line for line in lines.all if re.match(r"#\s*ID\t", line.text)), None)
    names = [name.strip() for name in header.text.lstrip("# ").split("\t")] if header else []
    if not {"ID", _ANSWER, _SITE, _LIKELIHOOD} <= set(names):
        raise FormatError(f"the line '# ID ...' with the columns {_ANSWER}, {_SITE} and {_LIKELIHOOD} is missing")
    body = ((line, line.text.split("\t")) for line in lines.body())
    version = re.search(r"NetGPI[ -](\d[\w.]*)", lines.head(2))
    calls = [[_netgpi_call(row)] for row in rows(names, body, lines)]
    return Parsed(calls, version.group(1) if version else "")


def _netgpi_call(row: Row) -> Call:
    name, answer = cell(row, "ID"), cell(row, _ANSWER)
    likelihood = probability(cell(row, _LIKELIHOOD), row.line)
    if answer == "Not GPI-Anchored":
        return Call(name, "gpi", NO, score=1 - likelihood)
    if answer != "GPI-Anchored":
        raise FormatError(f"the answer {answer!r} is neither GPI-Anchored nor Not GPI-Anchored", row.line)
    site = residue(cell(row, _SITE), row.line)
    return Call(name, "gpi", YES, site, site, likelihood)


def _is_predgpi(lines: Lines) -> bool:
    return lines.first_cells()[1] == "PredGPI"


def _predgpi(lines: Lines) -> Parsed:
    proteins = []
    for line in lines.body():
        cells = line.text.split("\t")
        if len(cells) != 9 or cells[1] != "PredGPI" or cells[2] not in ("GPI-anchor", "Chain"):
            raise FormatError("not a row of nine cells with PredGPI and GPI-anchor or Chain", line.number)
        start, end = place(cells[3], cells[4], line.number)
        if cells[2] == "Chain":
            proteins.append([Call(cells[0], "gpi", NO)])
        elif start != end:
            raise FormatError("the omega site is more than one residue", line.number)
        else:
            proteins.append([Call(cells[0], "gpi", YES, start, end, probability(cells[5], line.number))])
    return Parsed(proteins)


KINDS = (
    Kind("netgpi", "NetGPI's output_protein_type.txt", _is_netgpi, _netgpi),
    Kind("predgpi", "PredGPI's GFF3 output", _is_predgpi, _predgpi),
)
