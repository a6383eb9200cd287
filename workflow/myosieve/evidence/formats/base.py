"""What every reader of a result file speaks: lines in, calls out; and the ways to say that a line is not what it should be.

A reader is a pure function from `Lines` to `Parsed`. It raises `FormatError` at the first line that it does not understand: a
file is read whole or not at all, since a protein that is missing from a result looks like one that was never run.

Places are residues of the whole precursor, the first being 1, both ends included.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

YES, NO, UNKNOWN = "yes", "no", "unknown"
CUT_OFF = "the file is damaged or cut off, copy it again"
# Rounding of printed probabilities; SignalP 6.0b wrote 1.000034.
_ROUNDING = 0.01


class FormatError(ValueError):
    """A line is not what the format has there; `remedy` says what to do about it."""

    def __init__(self, what: str, line: int | None = None, remedy: str = CUT_OFF) -> None:
        super().__init__(what if line is None else f"line {line}: {what}")
        self.remedy = remedy


class Line(NamedTuple):
    """A line that is not blank, without its line end, and its place in the file, the first being 1."""

    number: int
    text: str


@dataclass(frozen=True)
class Lines:
    """The lines of a file that are not blank; `ended`: the last one has a line end, so that it is not cut off."""

    all: tuple[Line, ...]
    ended: bool

    @classmethod
    def of(cls, text: str) -> Lines:
        """Split a text; a byte order mark, carriage returns and blanks at line ends mean nothing, tabs do."""
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        lines = (Line(number, line.rstrip(" ")) for number, line in enumerate(text.split("\n"), 1))
        return cls(tuple(line for line in lines if line.text.strip()), text.endswith("\n"))

    def head(self, count: int = 12) -> str:
        """Return the first lines as one text, to recognize a format by."""
        return "\n".join(line.text for line in self.all[:count])

    def body(self, mark: str = "#") -> Iterator[Line]:
        """Yield the lines that do not begin with `mark`."""
        return (line for line in self.all if not line.text.startswith(mark))

    def first_cells(self) -> list[str]:
        """Return the tab-separated cells of the first line that is no comment, with empty ones up to three."""
        first = next(self.body(), None)
        cells = first.text.split("\t") if first else []
        return [*cells, *[""] * (3 - len(cells))]

    def is_cut(self, line: Line) -> bool:
        """Whether nothing shows that this line is whole: it is the last one and has no line end."""
        return not self.ended and line == self.all[-1]


class Call(NamedTuple):
    """What a tool says of one feature of a protein: a row of `schema.EVIDENCE`; a missing number is NaN."""

    accession: str
    feature: str
    call: str
    start: float = math.nan
    end: float = math.nan
    score: float = math.nan
    evidence_code: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Parsed:
    """The calls of a file, protein by protein, and the version of the tool where the file tells it."""

    proteins: Sequence[Sequence[Call]]
    version: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of result file.

    Attributes
    ----------
    tool
        The tool, by its name in the evidence table.
    words
        What the file is called.
    recognizes
        Whether lines are of this kind, judged by their beginning.
    parse
        Lines -> calls; raises FormatError.
    may_be_empty
        Whether a file without a single protein is a result (a list of positives) rather than cut off.
    """

    tool: str
    words: str
    recognizes: Callable[[Lines], bool] = field(repr=False)
    parse: Callable[[Lines], Parsed] = field(repr=False)
    may_be_empty: bool = False


class Row(dict[str, str]):
    """A row of a table by column name; `line` is its place in the file, `cut` whether its end may be missing."""

    line: int = 0
    cut: bool = False


def rows(header: Sequence[str], lines: Iterable[tuple[Line, Sequence[str]]], source: Lines) -> Iterator[Row]:
    """Yield the rows of a table by the names in its header.

    A row may lack its last cells where they are empty (editors strip trailing tabs). It may have more only if they are
    empty.

    Raises
    ------
    FormatError
        A column name is there twice, or a row has more cells than the header.
    """
    twice = [name for name in header if name and list(header).count(name) > 1]
    if twice:
        raise FormatError(f"the column {twice[0]!r} is there twice", remedy="give each column a name of its own")
    for line, cells in lines:
        if any(cell.strip() for cell in cells[len(header) :]):
            raise FormatError(f"{len(cells)} cells where the header has {len(header)}", line.number)
        filled = [*(cell.strip() for cell in cells), *[""] * (len(header) - len(cells))]
        row = Row(zip(header, filled, strict=False))
        row.line, row.cut = line.number, source.is_cut(line)
        yield row


def cell(row: Row, name: str) -> str:
    """Return a cell that the row must have and fill."""
    if not row.get(name):
        raise FormatError(f"the row has no value in the column {name!r}", row.line)
    return row[name]


def csv_cells(text: str, separator: str = ",") -> list[str]:
    """Return the cells of a line, quotes resolved."""
    if '"' in text:
        try:
            return next(csv.reader([text], delimiter=separator))
        except csv.Error:  # a cell of over 131,072 characters: no result of a predictor
            pass
    return text.split(separator)


def is_count(text: str) -> bool:
    """Whether a text is a whole number as a protein's length or number of helices may be."""
    return bool(re.fullmatch("[0-9]{1,7}", text))


def number(text: str, line: int) -> float:
    """Return a finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise FormatError(f"{text!r} is not a number", line)
    return value


def probability(text: str, line: int) -> float:
    """Return a probability; what rounding put slightly beyond 0 or 1 is clipped."""
    value = number(text, line)
    if not -_ROUNDING <= value <= 1 + _ROUNDING:
        raise FormatError(f"{text!r} is not a probability", line)
    return min(max(value, 0.0), 1.0)


def residue(text: str, line: int) -> float:
    """Return the place of a residue, 1 or more, as a float (its column has missing cells)."""
    if not is_count(text) or int(text) < 1:
        raise FormatError(f"{text!r} is not the number of a residue", line)
    return float(text)


def place(start: str, end: str, line: int) -> tuple[float, float]:
    """Return first and last residue of a segment."""
    first, last = residue(start, line), residue(end, line)
    if last < first:
        raise FormatError(f"the segment {start}-{end} ends before it starts", line)
    return first, last
