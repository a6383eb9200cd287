"""DeepSig: GFF3 output of version 1, and the four columns that its first release wrote.

- GFF3 without a header line; the types have a blank: "Signal peptide" 1..n with its score, then "Chain" for the mature
  protein. A protein without a signal peptide has only a chain, from its first residue.
- Four columns: identifier, SignalPeptide (or the misspelled SignaPeptide), Transmembrane or Other, reliability, position of
  the last residue of the signal peptide or "-". Transmembrane means a helix at the N-terminus, whose place is not told.

The score is that of a signal peptide; the reliability of another answer is left out.

Source: github.com/BolognaBiocomp/deepsig, README and test data.
"""

from __future__ import annotations

from myosieve.evidence.formats.base import (
    NO,
    YES,
    Call,
    FormatError,
    Kind,
    Line,
    Lines,
    Parsed,
    place,
    probability,
    residue,
)

_FOUND = ("SignalPeptide", "SignaPeptide")
_ANSWERS = (*_FOUND, "Transmembrane", "Other")
_TYPES = ("Signal peptide", "Chain")


def _is_gff(lines: Lines) -> bool:
    return lines.first_cells()[1] == "DeepSig"


def _gff(lines: Lines) -> Parsed:
    proteins: list[list[Call]] = []
    before = ""
    for line in lines.body():
        cells = line.text.split("\t")
        if len(cells) != 9 or cells[1] != "DeepSig" or cells[2] not in _TYPES:
            raise FormatError(f"not a row of nine cells with DeepSig and {' or '.join(_TYPES)}", line.number)
        start, end = place(cells[3], cells[4], line.number)
        # The chain behind a signal peptide says nothing new.
        follows = before == cells[0] and cells[2] == "Chain" and start == proteins[-1][0].end + 1
        if not follows and start != 1:
            raise FormatError(f"the protein {cells[0][:40]!r} begins at residue {start:.0f}", line.number)
        if cells[2] == "Signal peptide":
            score = probability(cells[5], line.number)
            proteins.append([Call(cells[0], "signal_peptide", YES, start, end, score)])
        elif not follows:
            proteins.append([Call(cells[0], "signal_peptide", NO)])
        before = cells[0] if cells[2] == "Signal peptide" else ""
    return Parsed(proteins)


def _is_table(lines: Lines) -> bool:
    cells = lines.all[0].text.split()
    return len(cells) == 4 and cells[1] in _ANSWERS


def _table(lines: Lines) -> Parsed:
    return Parsed([_table_calls(line) for line in lines.all])


def _table_calls(line: Line) -> list[Call]:
    cells = line.text.split()
    if len(cells) != 4 or cells[1] not in _ANSWERS:
        raise FormatError(
            f"not a row of identifier, answer ({', '.join(_ANSWERS)}), reliability, position", line.number
        )
    score = probability(cells[2], line.number)
    if cells[1] in _FOUND:
        return [Call(cells[0], "signal_peptide", YES, 1.0, residue(cells[3], line.number), score)]
    calls = [Call(cells[0], "signal_peptide", NO)]
    if cells[1] == "Transmembrane":
        calls.append(Call(cells[0], "tm_helix", YES, score=score, detail="at the N-terminus, place not told"))
    return calls


KINDS = (
    Kind("deepsig", "DeepSig's GFF3 output", _is_gff, _gff),
    Kind("deepsig", "DeepSig's table", _is_table, _table),
)
