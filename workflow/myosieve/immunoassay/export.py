"""An xPONENT export taken apart: header metadata and blocks of rows, before anything is known of their meaning.

The text is header metadata, then blocks, each opened by a line `DataType:,<name>` and ended by the next one or by
`-- CRC --`. Blank lines may stand anywhere. xPONENT 4.x quotes every cell; 3.1 quotes none, so that the comma of a
location, `1(1,A1)`, tears it in two.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from myosieve.errors import InputError
from myosieve.tables.decoding import read_text

_OPENING = re.compile(r'^"?DataType:"?([,;\t])', re.MULTILINE)
_TORN_LOCATION = re.compile(r"\d+\(\d+")
_REMEDY = "give the CSV that xPONENT exports for a batch, with all its blocks"
# What stands behind the analytes in a block's header line.
_NO_ANALYTE = ("", "total events", "notes")


@dataclass(frozen=True)
class Block:
    """One block: the line on which it opens, its header, and its rows, each as long as the header.

    Attributes
    ----------
    name
        As the export calls it: Median, Count, Result, Units, ...
    line
        Line of the file, the first being 1.
    header
        Cells of its first row.
    rows
        The cells of every other row that is not blank.
    lines
        Their lines.
    """

    name: str
    line: int
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    @property
    def by_well(self) -> bool:
        """Whether each row is a well."""
        return self.header[:2] == ["Location", "Sample"]

    def analytes(self) -> pd.DataFrame:
        """Return the cells as text (rows x analytes); labels of the rows = lines of the file."""
        first = 2 if self.by_well else 1
        kept = [i for i, name in enumerate(self.header) if i >= first and name.casefold() not in _NO_ANALYTE]
        cells = [[row[i] for i in kept] for row in self.rows]
        return pd.DataFrame(cells, index=self.lines, columns=[self.header[i] for i in kept], dtype=str)


@dataclass(frozen=True)
class Export:
    """The parts of an export.

    Attributes
    ----------
    metadata
        First cell of the header's lines -> the cells behind it.
    blocks
        By name.
    complete
        Whether it ends with `-- CRC --`, as xPONENT writes it; without, it may have been cut off.
    """

    metadata: dict[str, str]
    blocks: dict[str, Block]
    complete: bool


def read_export(path: Path | str) -> Export:
    """Take an export apart; the content decides what it is, never the file's name.

    Raises
    ------
    InputError
        The file is not text, no xPONENT export, its quotes do not pair up, or a row has more cells than its block's header.
    """
    text, _ = read_text(path)
    opening = _OPENING.search(text)
    if opening is None:
        begin = next(line for line in text.split("\n") if line.strip(" ,;\t\"'"))[:60]
        raise InputError(f"no xPONENT export: no line 'DataType:', the file begins {begin!r}", path, _REMEDY)
    metadata: dict[str, str] = {}
    parts: list[tuple[str, int, list[tuple[int, list[str]]]]] = []
    complete = False
    for line, cells in _rows(text, opening.group(1), path):
        if cells[0] == "DataType:":
            parts.append((cells[1] if len(cells) > 1 else "", line, []))
        elif cells[0] == "-- CRC --":
            complete = True
            break
        elif parts:
            parts[-1][2].append((line, cells))
        else:
            metadata.setdefault(cells[0], " ".join(filter(None, cells[1:])))
    program = metadata.get("Program", "xPONENT")
    if "xponent" not in program.casefold():
        raise InputError(f"no xPONENT export: the program is {program!r}", path, _REMEDY)
    blocks: dict[str, Block] = {}
    for name, line, rows in parts:
        if name in blocks:
            raise InputError(f"line {line}: block {name!r} is there twice", path, "give one batch per file")
        if rows:
            blocks[name] = _block(name, line, rows, path)
    return Export(metadata, blocks, complete)


def _rows(text: str, separator: str, path: Path | str) -> Iterator[tuple[int, list[str]]]:
    """Yield line and stripped cells of every row that is not blank, torn locations mended, empty cells at the end cut."""
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=separator, strict=True)
    line = 1
    try:
        for raw in reader:
            cells = [cell.strip() for cell in raw]
            while cells and not cells[-1]:
                cells.pop()
            if len(cells) > 1 and _TORN_LOCATION.fullmatch(cells[0]) and cells[1].endswith(")"):
                cells[:2] = [f"{cells[0]},{cells[1]}"]
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"the quotes do not pair up from line {line} on ({error})", path, "export it again") from None


def _block(name: str, line: int, rows: list[tuple[int, list[str]]], path: Path | str) -> Block:
    header = rows[0][1]
    for number, cells in rows[1:]:
        if len(cells) > len(header):
            raise InputError(
                f"line {number} has {len(cells)} cells, the header of block {name!r} has {len(header)}",
                path,
                "a sample's name with a comma in it moves all values: put quotes around it, or rename it",
            )
    padded = [cells + [""] * (len(header) - len(cells)) for _, cells in rows[1:]]
    block = Block(name, line, header, padded, [number for number, _ in rows[1:]])
    analytes = block.analytes().columns
    if analytes.duplicated().any():
        twice = analytes[analytes.duplicated()][0]
        raise InputError(f"block {name!r} has two columns {twice!r}", path, "give every analyte a name of its own")
    return block
