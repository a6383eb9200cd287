"""Cells of UniProt's feature columns -> features: where they are, what is noted, on which evidence.

Three ways of writing are read:

- since 2022: `SIGNAL 1..24; /evidence="ECO:0000255"; SIGNAL ...`, qualifiers separated by ';';
- 2019 to 2022: `SIGNAL 1..24 /evidence="ECO:0000255"; SIGNAL ...`, by blanks;
- before: `SIGNAL 1 24 {ECO:0000255}. /FTId=PRO_1.; SIGNAL ...`, with free text behind the positions, in which evidence
  once stood as a word ("Potential").

Ends can be open: `?` is not known, `?20` is uncertain, `<1` begins before and `>20` ends behind the sequence shown. A
position of an isoform carries its accession: `P05231-2:1..20`. Formats: the feature section of UniProt's user manual
(https://web.expasy.org/docs/userman.html#FT_line) and its tests (github.com/ebi-uniprot/uniprot-core, core-parser).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

# Evidence as words, until 2014: https://www.uniprot.org/help/evidences.
WORDS = {"potential": "ECO:0000255", "probable": "ECO:0000305", "by similarity": "ECO:0000250"}

_POSITION = r"\?\d*|[<>]?\d+"
_HEAD = re.compile(
    rf"(?P<kind>[A-Z][A-Z_]*)\s+(?:(?P<sequence>[A-Z]\w+-\d+):)?(?P<start>{_POSITION})"
    rf"(?:(?P<between>\.\.|[ ]+)(?P<end>{_POSITION}))?(?=[\s;.]|$)"
)
# A quote ends a value only where something new begins, since notes may hold quotes, doubled or not.
_NEW = r'\s*(?:;\s*)?(?:$|/\w+="|[A-Z][A-Z_]*\s+(?:[A-Z]\w+-\d+:)?[<>?\d])'
_VALUE = rf'(?:[^"]|""(?!{_NEW})|"(?!"|{_NEW})|"(?="{_NEW}))*'
_QUALIFIER = re.compile(rf'\s*;?\s*/(?P<name>\w+)="(?P<value>{_VALUE})"(?={_NEW})')
_UNENDED = re.compile(r'\s*;?\s*/\w+="')
_SEPARATOR = re.compile(r"\s*;?\s*")
_BRACES = re.compile(r"\{([^{}]*)\}")
_OLD_IDENTIFIER = re.compile(r"/FTId=(\w+)\.?")
_CODE = re.compile(r"ECO:\d{7}")


@dataclass(frozen=True)
class Feature:
    """One feature of a cell.

    Attributes
    ----------
    kind
        UniProt's key: SIGNAL, TRANSMEM ...
    start, end
        First and last residue (1-based); NaN where not known.
    start_sign, end_sign
        "", "?" (uncertain, or unknown where the position is NaN), "<" (begins before) or ">" (ends behind).
    note
        The description; empty without one.
    evidence
        Each evidence as UniProt writes it, `ECO:0000269|PubMed:1`, in order.
    identifier
        The feature's own identifier, PRO_0000202082.
    sequence
        Accession of the isoform that the positions count on; empty for the sequence shown.
    """

    kind: str
    start: float
    end: float
    start_sign: str = ""
    end_sign: str = ""
    note: str = ""
    evidence: tuple[str, ...] = ()
    identifier: str = ""
    sequence: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """ECO codes of the evidence, each once, in order."""
        return codes(" ".join(self.evidence))


def codes(text: str) -> tuple[str, ...]:
    """Return the ECO codes in a text, each once, in order."""
    return tuple(dict.fromkeys(_CODE.findall(text))) if text else ()


def parse(cell: str) -> list[Feature]:
    """Return the features of a cell in order; an empty cell has none.

    Raises
    ------
    ValueError
        The cell does not hold features, or is cut short.
    """
    cell = cell.strip()
    found: list[Feature] = []
    at = 0
    while at < len(cell):
        head = _HEAD.match(cell, at)
        if head is None:
            raise ValueError(f"{cell[at : at + 40]!r} is not a feature with its place")
        feature, at = _read(head, cell)
        found.append(feature)
        at = _SEPARATOR.match(cell, at).end()
    return found


def _read(head: re.Match[str], cell: str) -> tuple[Feature, int]:
    """Return the feature that begins with this head, and where it ends in the cell."""
    start, start_sign = _position(head["start"])
    end, end_sign = _position(head["end"] or head["start"])
    feature = Feature(head["kind"], start, end, start_sign, end_sign, sequence=head["sequence"] or "")
    at = head.end()
    qualifiers: dict[str, str] = {}
    while found := _QUALIFIER.match(cell, at):
        qualifiers[found["name"]] = found["value"].replace('""', '"')
        at = found.end()
    if _UNENDED.match(cell, at):
        raise ValueError(f"the value in {cell[at : at + 40]!r} does not end")
    if qualifiers:
        evidence = _listed(qualifiers.get("evidence", ""))
        return replace(
            feature, note=qualifiers.get("note", ""), evidence=evidence, identifier=qualifiers.get("id", "")
        ), at
    if not (head["between"] or "").isspace():
        return feature, at
    # The oldest form: free text up to the next feature of the same kind, which is all that a column holds.
    following = re.compile(rf";\s*(?={head['kind']}\s+(?:{_POSITION})[ ])").search(cell, at)
    stop = following.start() if following else len(cell)
    note, evidence, identifier = _old(cell[at:stop])
    return replace(feature, note=note, evidence=evidence, identifier=identifier), stop


def _position(text: str) -> tuple[float, str]:
    sign = text[0] if text[0] in "?<>" else ""
    digits = text[len(sign) :]
    return (float(digits) if digits else math.nan), sign


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for one in text.split(",") if (part := one.strip()))


def _old(rest: str) -> tuple[str, tuple[str, ...], str]:
    """Return note, evidence and identifier of the free text behind the positions of the oldest form."""
    identifier = _OLD_IDENTIFIER.search(rest)
    text = _OLD_IDENTIFIER.sub("", rest)
    evidence = tuple(part for braces in _BRACES.findall(text) for part in _listed(braces))
    note = _BRACES.sub("", text).strip(" .;")
    for word, code in WORDS.items():
        shorter = re.sub(rf"(?i)\s*\(?\b{word}\)?$", "", note)
        if shorter != note:
            note, evidence = shorter.strip(" .;"), (*evidence, code)
    return note, evidence, identifier[1] if identifier else ""
