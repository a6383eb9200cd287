"""The kinds of tables that are read, and how a table's header tells which one it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from myosieve.errors import InputError
from myosieve.tables import diann, maxquant
from myosieve.tables.reader import Reader
from myosieve.tables.source import Source

# The order decides where a header fits several: an engine's own before what anybody's table may look like.
READERS: tuple[Reader, ...] = (*maxquant.READERS, *diann.READERS)
FORMATS = tuple(dict.fromkeys(reader.format for reader in READERS))


def detect(sources: Sequence[Source], format_: str) -> tuple[Reader, Source]:
    """Return the reader of a file's table, and the table itself where the file holds several.

    Parameters
    ----------
    sources
        The tables of a file: one, or one per sheet of a workbook.
    format_
        auto, or the name of an engine to hold the headers against.

    Raises
    ------
    InputError
        No engine's header, or not that of the engine asked for.
    """
    readers = [reader for reader in READERS if format_ in ("auto", reader.format)]
    for reader in readers:
        for source in sources:
            if not reader.lacks(source.header):
                return reader, source
    path = sources[0].path
    if format_ != "auto":
        closest = min(((reader, source) for reader in readers for source in sources), key=_distance)
        raise InputError(
            f"format is {format_!r}, but the table lacks {closest[0].lacks(closest[1].header)}",
            path,
            f"give {' or '.join(f'{one.engine} {one.table}' for one in readers)}, or set format to auto",
        )
    raise _unknown(sources, path)


def _distance(pair: tuple[Reader, Source]) -> int:
    reader, source = pair
    return reader.lacks(source.header) == reader.lacks(())


def _unknown(sources: Sequence[Source], path: Path) -> InputError:
    shown = ", ".join(repr(name) for name in sources[0].header[:4])
    where = f"none of its sheets ({', '.join(repr(one.sheet) for one in sources)})" if sources[0].sheet else "it"
    return InputError(
        f"the table is of no known search engine: {where} has the columns of one (they begin with {shown})",
        path,
        "give the table as the search engine wrote it, or set format: generic and say with 'columns' which column holds "
        "the protein group (config/README.md)",
    )
