"""A file -> the tables in it, told by content: text (plain or compressed), Parquet, or the sheets of a workbook.

Opening reads the header only, so that the right reader can be chosen before a large table is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd

from myosieve.errors import InputError
from myosieve.tables.decoding import ENCODINGS, first_bytes, read_head
from myosieve.tables.text import TextTable, header_of, read_table_text
from myosieve.tables.workbook import is_workbook, read_sheets

_HEAD_BYTES = 1 << 20


class Table(Protocol):
    """A table before anything is known of its meaning: named columns of text."""

    path: Path
    header: tuple[str, ...]

    def columns(self, positions: Sequence[int]) -> pd.DataFrame:
        """Return columns as text: labels = positions, index = line of the file, no cell missing (empty = '')."""


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file as a table of text; a number is written with as many digits as tell it from its neighbors."""

    path: Path
    header: tuple[str, ...]

    def columns(self, positions: Sequence[int]) -> pd.DataFrame:
        """Return columns as text, as `Table.columns`."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        names = [self.header[position] for position in positions]
        table = pq.read_table(self.path, columns=list(dict.fromkeys(names)))
        frame = pd.DataFrame(
            {
                position: table[name].cast(pa.string()).fill_null("").to_pandas()
                for position, name in zip(positions, names, strict=True)
            }
        )
        frame.index = pd.RangeIndex(1, len(frame) + 1, name="line")
        return frame


@dataclass(frozen=True)
class Source:
    """One table of a file, opened as far as its header.

    Attributes
    ----------
    path
        The file.
    header
        Column names.
    kind
        text, parquet or sheet.
    sheet
        Name of a workbook's sheet, else "".
    encoding
        How text was read: UTF-8, UTF-16, Windows-1252 or Latin-1.
    """

    path: Path
    header: tuple[str, ...]
    kind: str
    sheet: str = ""
    encoding: str = "UTF-8"

    def table(self, typed: bool = False) -> Table:
        """Read the whole table; `typed`: a person typed it (see `read_table_text`)."""
        if self.kind == "parquet":
            return ParquetTable(self.path, self.header)
        if self.kind == "sheet":
            sheet = read_sheets(self.path, self.sheet)[self.sheet]
            return sheet if typed else sheet.without_notes()
        table: TextTable = read_table_text(self.path, typed=typed)
        return table


def open_sources(path: Path | str) -> list[Source]:
    """Open a file as far as the headers of its tables: one, or one per sheet of a workbook.

    Raises
    ------
    InputError
        The file is missing, empty, damaged, or no table.
    """
    path = Path(path)
    if first_bytes(path, 4) == b"PAR1":
        return [Source(path, _parquet_names(path), "parquet")]
    if is_workbook(path):
        return [Source(path, table.header, "sheet", name) for name, table in read_sheets(path).items()]
    text, encoding = read_head(path, _HEAD_BYTES)
    header, _, _ = header_of(text)
    return [Source(path, header, "text", encoding=ENCODINGS[encoding])]


def _parquet_names(path: Path) -> tuple[str, ...]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return tuple(pq.read_schema(path).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(
            f"the Parquet file is damaged or cut off ({error})", path, "copy or download it again"
        ) from None
