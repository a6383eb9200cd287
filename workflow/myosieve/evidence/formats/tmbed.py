"""TMbed: prediction files of the five output formats.

- 0 (default): three lines per protein: header, sequence, labels; B and b strand, H and h helix (upper case: from inside to
  outside, lower case: from outside to inside), S signal peptide, `.` anything else. The sides of `.` follow from the
  direction of the membrane segments beside it.
- 1: as 0 with B, H, S, i (inside), o (outside). 4: as 0 with i and o in place of `.`.
- 2, 3: a table per protein, "AA PRD P(B) P(H) P(S) P(i) P(o)", with the labels of 0 and 1.

The tables do not tell how long a protein is: one that is cut off between two rows cannot be recognized. In formats 1 and 3,
two helices without a residue between them are one. The file tells no version; probabilities are per residue and not read.

Source: github.com/BernhoferM/TMbed, README.
"""

from __future__ import annotations

from myosieve.evidence.formats.base import FormatError, Kind, Line, Lines, Parsed
from myosieve.evidence.formats.segments import (
    HELIX,
    INSIDE,
    OTHER,
    OUTSIDE,
    SIGNAL,
    STRAND,
    Segment,
    segments_of,
    topology_calls,
)

_KINDS = {"B": STRAND, "b": STRAND, "H": HELIX, "h": HELIX, "S": SIGNAL, "i": INSIDE, "o": OUTSIDE, ".": OTHER}
_LABELS = frozenset(_KINDS)
_HEADER = ["AA", "PRD", "P(B)", "P(H)", "P(S)", "P(i)", "P(o)"]


def _is_3line(lines: Lines) -> bool:
    texts = [line.text.strip() for line in lines.all[:3]]
    if len(texts) < 3 or not texts[0].startswith(">") or len(texts[1]) != len(texts[2]):
        return False
    return set(texts[2]) <= _LABELS and not set(texts[1]) <= _LABELS


def _3line(lines: Lines) -> Parsed:
    if len(lines.all) % 3:
        raise FormatError(f"{len(lines.all)} lines are not three per protein")
    proteins = []
    for header, sequence, labels in zip(lines.all[0::3], lines.all[1::3], lines.all[2::3], strict=True):
        name, letters = _name(header), labels.text.strip()
        if len(letters) != len(sequence.text.strip()):
            raise FormatError(f"the labels of {name[:40]!r} do not fit its sequence", labels.number)
        proteins.append(topology_calls(name, _segments(letters, labels.number)))
    return Parsed(proteins)


def _is_table(lines: Lines) -> bool:
    return len(lines.all) > 1 and lines.all[0].text.startswith(">") and lines.all[1].text.split() == _HEADER


def _table(lines: Lines) -> Parsed:
    tables: list[tuple[Line, list[str]]] = []
    for line in lines.all:
        cells = line.text.split()
        if line.text.startswith(">"):
            tables.append((line, []))
        elif cells == _HEADER:
            continue
        elif len(cells) != len(_HEADER) or cells[1] not in _LABELS:
            raise FormatError(f"not a row of {', '.join(_HEADER)}", line.number)
        else:
            tables[-1][1].append(cells[1])
    empty = next((header for header, labels in tables if not labels), None)
    if empty:
        raise FormatError(f"nothing is said of {_name(empty)[:40]!r}", empty.number)
    return Parsed([topology_calls(_name(line), _segments("".join(labels), line.number)) for line, labels in tables])


def _name(line: Line) -> str:
    if not line.text.startswith(">"):
        raise FormatError("not a line '>name'", line.number)
    return line.text[1:].strip()


def _segments(labels: str, line: int) -> list[Segment]:
    segments = segments_of(labels, _KINDS, line)
    letters = [labels[int(segment.start) - 1] for segment in segments]
    return [
        segment._replace(kind=_side(letters, at)) if letters[at] == "." else segment
        for at, segment in enumerate(segments)
    ]


def _side(letters: list[str], at: int) -> str:
    """Return the side of an unlabeled segment: behind H outside, behind h inside, before them the other way round."""
    behind = {"H": OUTSIDE, "h": INSIDE}.get(letters[at - 1] if at else "")
    before = {"H": INSIDE, "h": OUTSIDE}.get(letters[at + 1] if at + 1 < len(letters) else "")
    sides = {side for side in (behind, before) if side}
    return sides.pop() if len(sides) == 1 else OTHER


KINDS = (
    Kind("tmbed", "TMbed's prediction (three lines per protein)", _is_3line, _3line),
    Kind("tmbed", "TMbed's prediction (a table per protein)", _is_table, _table),
)
