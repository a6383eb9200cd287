"""A table that a person typed or put together: what is known of proteins, in words.

Separated by tabs, semicolons or commas; lines that begin with '#' are remarks. Columns are found by name, whatever their
case, blanks and underscores; columns of other names are left alone. One column names the protein, at least one more is
needed, and an empty cell says nothing:

    accession        accession, protein_id, protein, entry or id; the first of these that is there
    signal_peptide   yes, no or unknown (also true/false, 1/0, SP/OTHER)
    sp_end           last residue of the signal peptide; means that there is one
    tm_count         number of helices, a signal peptide not counted; 0 = none
    tm_segments      helices by first and last residue, "12-32;60-80"; their number is tm_count where that is given as well
    gpi              yes, no or unknown
    omega            residue that the anchor is attached to; means that there is one
    secreted         yes, no or unknown: is it known outside the cell; `extracellular` means the same
    unconventional   yes, no or unknown: is it known or predicted to be secreted without a signal peptide
    location         where it is in the cell or outside, in words; several separated by ";" or "|"
"""

from __future__ import annotations

import difflib
import math
import re

from myosieve.evidence.formats.base import (
    NO,
    UNKNOWN,
    YES,
    Call,
    FormatError,
    Kind,
    Lines,
    Parsed,
    Row,
    csv_cells,
    is_count,
    place,
    residue,
    rows,
)

IDENTIFIERS = ("accession", "protein_id", "protein", "entry", "id")
COLUMNS = ("signal_peptide", "sp_end", "tm_count", "tm_segments", "gpi", "omega", "secreted", "extracellular")
COLUMNS += ("unconventional", "location")
_WORDS = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "sp"), YES),
    **dict.fromkeys(("no", "n", "false", "f", "0", "other"), NO),
    **dict.fromkeys(("unknown", "?"), UNKNOWN),
}
_NOTHING = ("", "na", "nan", "n/a", "none", "null", "-")
_MEND = "mend the cell, or leave it empty"
# Cells of a table downloaded from UniProt, whose columns have some of the names above.
_UNIPROT = re.compile(r"\b(SIGNAL|TRANSMEM|LIPID|TOPO_DOM) [<>?]?\d")
_NAMES = {re.sub("[^a-z0-9]", "", name): name for name in (*IDENTIFIERS, *COLUMNS)}
_MOST_HELICES = 50


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


def _separator(header: str) -> str:
    return "\t" if "\t" in header else max(";,", key=header.count)


def _header(lines: Lines) -> tuple[list[str], str]:
    text = next((line.text for line in lines.body()), "")
    separator = _separator(text)
    return [_NAMES.get(_plain(name), name.strip()) for name in csv_cells(text, separator)], separator


def _recognizes(lines: Lines) -> bool:
    if _UNIPROT.search(lines.head(50)):
        return False
    names = set(_header(lines)[0])
    return bool(names & set(IDENTIFIERS)) and bool(names & set(COLUMNS))


def _parse(lines: Lines) -> Parsed:
    header, separator = _header(lines)
    for name in header:
        near = difflib.get_close_matches(_plain(name), [_plain(column) for column in COLUMNS], n=1, cutoff=0.85)
        if near and name not in COLUMNS:
            raise FormatError(f"the column {name!r} is unknown", remedy=f"did you mean {_NAMES[near[0]]!r}?")
    if {"secreted", "extracellular"} <= set(header):
        raise FormatError("the columns 'secreted' and 'extracellular' mean the same", remedy="keep one of them")
    identifier = next(name for name in IDENTIFIERS if name in header)
    body = [(line, csv_cells(line.text, separator)) for line in lines.body()][1:]
    proteins = []
    # Columns that are not read may be without a name, or have the same.
    known = [name if name in _NAMES.values() else "" for name in header]
    for row in rows(known, body, lines):
        if not row.get(identifier):
            raise FormatError(f"no protein in the column {identifier!r}", row.line, "name it, or remove the line")
        proteins.append(_calls(row[identifier], row))
    return Parsed(proteins)


def _calls(name: str, row: Row) -> list[Call]:
    calls = _one_place(name, row, "signal_peptide", "sp_end") + _helices(name, row)
    calls += _one_place(name, row, "gpi", "omega")
    for column, feature in (("secreted", "extracellular"), ("extracellular",) * 2, ("unconventional",) * 2):
        said = _said(row, column)
        calls += [Call(name, feature, said)] if said else []
    places = [words.strip() for words in re.split("[;|]", _text(row, "location")) if words.strip()]
    return calls + [Call(name, "location", YES, detail=words) for words in places]


def _text(row: Row, column: str) -> str:
    text = row.get(column, "")
    return "" if text.lower() in _NOTHING else text


def _said(row: Row, column: str) -> str:
    """Return yes, no, unknown, or '' where the cell says nothing."""
    text = _text(row, column)
    if text and text.lower() not in _WORDS:
        raise FormatError(f"{column} is {text!r}, not yes, no or unknown", row.line, _MEND)
    return _WORDS[text.lower()] if text else ""


def _whole(row: Row, column: str) -> str:
    """Return the digits of a whole number; spreadsheets write 29 as 29.0."""
    text = re.sub(r"\.0+$", "", _text(row, column))
    if text and not is_count(text):
        raise FormatError(f"{column} is {text!r}, not a whole number", row.line, _MEND)
    return text


def _one_place(name: str, row: Row, feature: str, column: str) -> list[Call]:
    """Return the call on a feature whose place is one residue, the end of a signal peptide or an omega site."""
    said, digits = _said(row, feature), _whole(row, column)
    if not said and not digits:
        return []
    if digits and said in (NO, UNKNOWN):
        raise FormatError(f"{feature} is {said}, but {column} is {digits}", row.line, _MEND)
    end = residue(digits, row.line) if digits else math.nan
    if said in (NO, UNKNOWN):
        return [Call(name, feature, said)]
    return [Call(name, feature, YES, 1.0 if feature == "signal_peptide" else end, end)]


def _helices(name: str, row: Row) -> list[Call]:
    digits, text = _whole(row, "tm_count"), _text(row, "tm_segments")
    parts = [part for part in re.split(r"[;,|/\s]+", text) if part]
    odd = next((part for part in parts if not re.fullmatch(r"\d+(-|\.\.)\d+", part)), None)
    if odd:
        raise FormatError(f"tm_segments has {odd!r}, not first-last as in 12-32;60-80", row.line, _MEND)
    if digits and parts and int(digits) != len(parts):
        raise FormatError(f"tm_count is {digits}, but tm_segments has {len(parts)}", row.line, _MEND)
    if digits and int(digits) > _MOST_HELICES:
        raise FormatError(f"tm_count is {digits}, which no protein has", row.line, _MEND)
    if parts:
        places = sorted(place(*re.split(r"-|\.\.", part), row.line) for part in parts)
        return [Call(name, "tm_helix", YES, *ends) for ends in places]
    if not digits:
        return []
    unplaced = Call(name, "tm_helix", YES, detail="place not told")
    return [unplaced] * int(digits) or [Call(name, "tm_helix", NO)]


KINDS = (Kind("user", "a table of one's own (accession and signal_peptide, tm_count, ...)", _recognizes, _parse),)
