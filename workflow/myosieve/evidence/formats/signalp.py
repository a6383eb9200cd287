"""SignalP 4, 5 and 6.

- SignalP 6 `prediction_results.txt`, SignalP 5 `*_summary.signalp5`: two comment lines, then tab-separated rows. The second
  comment names the columns, which depend on the organism (eukarya: OTHER and SP; otherwise up to six types, in an order
  that changed between versions). ID is the whole FASTA header. Early releases of version 6 print NO_SP for OTHER and
  probabilities slightly above 1. The last column holds "CS pos: 23-24. Pr: 0.9661", or nothing; version 5 writes "CS pos:
  ?. Probable protein fragment" where the site lies beyond the sequence.
- `output.gff3` of both (SignalP 4: GFF 2, type SIGNAL): positives only, so that a protein without a row stays without a
  call. Version 6 ends at -1 where it found no site.
- SignalP 4 short format: columns in the line "# name Cmax pos Ymax ...". The signal peptide ends before the position of
  the highest Y score. SignalP 4 summary and long format: one line "Name=... SP='YES' Cleavage site between pos. 15 and 16".

The score is the probability of a signal peptide of any type (version 4: the D score). `region_output.gff3` is refused: it
lists regions of the most likely path even where the verdict is "no signal peptide".

Sources: services.healthtech.dtu.dk/services/SignalP-6.0 (and -5.0, -4.1), page "Output format".
"""

from __future__ import annotations

import math
import re
from functools import partial

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
    number,
    place,
    probability,
    residue,
    rows,
)

_NONE = ("OTHER", "NO_SP")
_NOT_TYPES = ("ID", "Prediction", "CS Position")
_SITE = re.compile(r"CS pos: *(\d+)-(\d+)\..*Pr: *\d.*|CS pos: *\?\..*")
_GFF_TYPES = ("signal_peptide", "lipoprotein_signal_peptide", "SIGNAL")
_VERDICT = re.compile(
    r"Name=(?P<name>.+?)\s+SP='(?P<call>YES|NO)'(?: Cleavage site between pos\. (?P<end>\d+) and \d+: \S+)?"
    r" D=(?P<score>\S+) D-cutoff=\S+ Networks=\S+"
)
_SHORT_HEADER = re.compile(r"#+\s*name\s+Cmax\s+pos\s")


def _version(lines: Lines, major: int) -> str:
    found = re.search(rf"SignalP-({major}[\w.]*)", lines.head())
    return found.group(1) if found else ""


# ---- versions 5 and 6: a table ------------------------------------------------------------------------------------------


def _is_table(major: int, lines: Lines) -> bool:
    return bool(re.match(rf"#\s*SignalP-{major}", lines.all[0].text))


def _table(major: int, lines: Lines) -> Parsed:
    header = next((line for line in lines.all if re.match(r"#\s*ID\t", line.text)), None)
    if header is None:
        raise FormatError("the line '# ID ...' with the column names is missing")
    names = [name.strip() for name in header.text.lstrip("# ").split("\t")]
    signals = [name for name in names if name not in (*_NOT_TYPES, *_NONE)]
    if not signals or "Prediction" not in names:
        raise FormatError("the columns are not ID, Prediction, OTHER, SP(Sec/SPI), ..., CS Position", header.number)
    body = ((line, line.text.split("\t")) for line in lines.body())
    return Parsed([[_table_call(row, signals)] for row in rows(names, body, lines)], _version(lines, major))


def _table_call(row: Row, signals: list[str]) -> Call:
    name, verdict = cell(row, "ID"), cell(row, "Prediction")
    score = max(probability(cell(row, signal), row.line) for signal in signals)
    types = {signal.split("(")[0] for signal in signals}
    if verdict in _NONE:
        return Call(name, "signal_peptide", NO, score=score)
    if verdict.split("(")[0] not in types:
        raise FormatError(f"the prediction {verdict!r} is none of {', '.join([*_NONE, *sorted(types)])}", row.line)
    site = row.get("CS Position", "")
    if not _SITE.fullmatch(site) if site else row.cut:
        raise FormatError(f"the cleavage site of {name[:40]!r} is incomplete", row.line)
    found = _SITE.fullmatch(site)
    end = residue(found.group(1), row.line) if found and found.group(1) else math.nan
    return Call(name, "signal_peptide", YES, 1.0, end, score)


# ---- lists of positives -------------------------------------------------------------------------------------------------


def _is_gff(major: int, lines: Lines) -> bool:
    _, source, kind, *_ = lines.first_cells()
    return source.startswith(f"SignalP-{major}") and kind in _GFF_TYPES


def _gff(major: int, lines: Lines) -> Parsed:
    proteins = []
    for line in lines.body():
        cells = line.text.split("\t")
        if len(cells) != 9 or not cells[1].startswith(f"SignalP-{major}") or cells[2] not in _GFF_TYPES:
            raise FormatError(f"not a row of nine cells on a signal peptide by SignalP {major}", line.number)
        _, end = (1.0, math.nan) if cells[4] == "-1" else place(cells[3], cells[4], line.number)
        proteins.append([Call(cells[0], "signal_peptide", YES, 1.0, end, probability(cells[5], line.number))])
    return Parsed(proteins, _version(lines, major))


# ---- version 4 ----------------------------------------------------------------------------------------------------------


def _is_short(lines: Lines) -> bool:
    return any(_SHORT_HEADER.match(line.text) for line in lines.all[:5])


def _short(lines: Lines) -> Parsed:
    header = next(line for line in lines.all if _SHORT_HEADER.match(line.text))
    names = header.text.lstrip("# ").split()
    # Each "pos" is the position of the score before it.
    names = [f"{names[at - 1]} pos" if name == "pos" else name for at, name in enumerate(names)]
    proteins = []
    for row in rows(names, ((line, line.text.split()) for line in lines.body()), lines):
        if row.get("?") not in ("Y", "N") or not row.get(names[-1]):
            raise FormatError(f"not one cell for each of {', '.join(names)}", row.line)
        score = number(cell(row, "D"), row.line)
        first = residue(cell(row, "Ymax pos"), row.line)
        found = row["?"] == "Y"
        # The highest Y score is at the first residue of the mature protein.
        end = first - 1 if found and first > 1 else math.nan
        proteins.append([Call(row["name"], "signal_peptide", *((YES, 1.0, end) if found else (NO,)), score=score)])
    return Parsed(proteins, _version(lines, 4))


def _is_summary(lines: Lines) -> bool:
    measures = any(re.match(r"#\s*Measure\s+Position\s+Value\s+Cutoff", line.text) for line in lines.all[:200])
    return measures and not re.search(r"SignalP-(?!4)", lines.head(3))


def _summary(lines: Lines) -> Parsed:
    proteins, open_section = [], None
    for line in lines.all:
        if line.text.startswith(">"):
            open_section = line
        if not line.text.startswith("Name="):
            continue
        found = _VERDICT.fullmatch(line.text)
        if not found or (found["call"] == "YES") != bool(found["end"]):
            raise FormatError("not a line Name=... SP='YES' or 'NO', D=..., D-cutoff=..., Networks=...", line.number)
        score, open_section = number(found["score"], line.number), None
        said = (YES, 1.0, residue(found["end"], line.number)) if found["end"] else (NO,)
        proteins.append([Call(found["name"], "signal_peptide", *said, score=score)])
    if open_section:
        raise FormatError(
            f"nothing is said of {open_section.text[1:41].strip()!r}, the last protein", open_section.number
        )
    return Parsed(proteins, _version(lines, 4))


KINDS = (
    Kind("signalp6", "SignalP 6's prediction_results.txt", partial(_is_table, 6), partial(_table, 6)),
    Kind("signalp6", "SignalP 6's output.gff3", partial(_is_gff, 6), partial(_gff, 6), may_be_empty=True),
    Kind("signalp5", "SignalP 5's summary", partial(_is_table, 5), partial(_table, 5)),
    Kind("signalp5", "SignalP 5's output.gff3", partial(_is_gff, 5), partial(_gff, 5), may_be_empty=True),
    Kind("signalp4", "SignalP 4's short output", _is_short, _short),
    Kind("signalp4", "SignalP 4's summary", _is_summary, _summary),
    Kind("signalp4", "SignalP 4's GFF output", partial(_is_gff, 4), partial(_gff, 4), may_be_empty=True),
)
