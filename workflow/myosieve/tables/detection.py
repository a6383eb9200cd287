"""The kinds of tables that are read, and how a table's header tells which one it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from myosieve.errors import InputError
from myosieve.tables.engines import (
    alphadia,
    diann,
    fragpipe,
    fragpipe_peptides,
    fragpipe_tmt,
    generic,
    maxquant,
    maxquant_precursors,
    msstats,
    mztab,
    peaks,
    proteome_discoverer,
    proteome_discoverer_peptides,
    spectronaut,
    triqler,
)
from myosieve.tables.reader import Reader
from myosieve.tables.source import Source

# The order decides where a header fits several: an engine's own before what anybody's table may look like. FragPipe and PEAKS
# stand before DIA-NN: R turns the "Protein Group" of their tables into "Protein.Group".
READERS: tuple[Reader, ...] = (
    *maxquant.READERS,
    *maxquant_precursors.READERS,
    *fragpipe.READERS,
    *fragpipe_peptides.READERS,
    *fragpipe_tmt.READERS,
    *peaks.READERS,
    *diann.READERS,
    *spectronaut.READERS,
    *proteome_discoverer.READERS,
    *proteome_discoverer_peptides.READERS,
    *mztab.READERS,
    *triqler.READERS,
    *msstats.READERS,
    *alphadia.READERS,
    *generic.READERS,
)


# Columns that only an engine's tables have: they tell what a table was before somebody changed it.
_TELLTALES = {
    "maxquant": re.compile(
        r"LFQ intensity .+|Razor \+ unique peptides.*|Only identified by site|Protein group IDs|Leading razor protein"
    ),
    "diann": re.compile(
        r"First\.Protein\.Description|Precursor\.Id|PG\.MaxLFQ|Lib\.PG\.Q\.Value|N\.Proteotypic\.Sequences"
    ),
    "fragpipe": re.compile(
        r"Combined Total Peptides|Indistinguishable Proteins|.+ MaxLFQ Intensity|ReferenceIntensity"
    ),
    "spectronaut": re.compile(r"(?:PG|PEP|EG|FG|R)\.[A-Z]\w+.*|.+\.PG\.(?:Log2)?Quantity"),
    "proteome_discoverer": re.compile(
        r"Abundances?\b.*|Protein[ .]FDR[ .]Confidence.*|(?:Master[ .]Protein|Protein[ .]Group)[ .]Accessions"
    ),
}


def detect(sources: Sequence[Source], format_: str, mapped: bool = False) -> tuple[Reader, Source]:
    """Return the reader of a file's table, and the table itself where the file holds several.

    Parameters
    ----------
    sources
        The tables of a file: one, or one per sheet of a workbook.
    format_
        auto, or the name of an engine to hold the headers against.
    mapped
        Whether the user says which column holds what: then the table is read as a generic one.

    Raises
    ------
    InputError
        No engine's header, or not that of the engine asked for.
    """
    if mapped and format_ not in ("auto", "generic"):
        raise InputError(f"format is {format_!r}, but 'columns' is set", sources[0].path, "set format to generic")
    readers = [generic.MAPPED] if mapped else [reader for reader in READERS if format_ in ("auto", reader.format)]
    for reader in readers:
        for source in sources:
            if not reader.lacks(source.header) and not (reader is generic.ROW_NAMES and _told(sources)):
                return reader, source
    path = sources[0].path
    if format_ != "auto":
        raise InputError(
            f"format is {format_!r}, but the table lacks {_closest(readers, sources)[1]}",
            path,
            f"give {' or '.join(f'{one.engine} {one.table}' for one in readers)}, or set format to auto",
        )
    raise _unknown(sources, path)


def _closest(readers: Sequence[Reader], sources: Sequence[Source]) -> tuple[Reader, str]:
    """Return the reader that a header is nearest to, and what lacks."""
    reader, source = min(((reader, source) for reader in readers for source in sources), key=_distance)
    return reader, reader.lacks(source.header)


def _distance(pair: tuple[Reader, Source]) -> int:
    reader, source = pair
    return reader.lacks(source.header) == reader.lacks(())


def _told(sources: Sequence[Source]) -> tuple[str, str] | None:
    """Return the format whose telltale column a table has, and that column; None where no table has one."""
    for format_, telltale in _TELLTALES.items():
        for source in sources:
            for name in source.header:
                if telltale.fullmatch(name):
                    return format_, name
    return None


def _unknown(sources: Sequence[Source], path: Path) -> InputError:
    if told := _told(sources):
        format_, name = told
        reader, lacking = _closest([one for one in READERS if one.format == format_], sources)
        return InputError(
            f"the table looks like one of {reader.engine} (it has a column {name!r}), but lacks {lacking}",
            path,
            f"give {reader.engine}'s {reader.table} as it wrote it, or say with 'columns' which column holds what",
        )
    shown = ", ".join(repr(name) for name in sources[0].header[:4])
    sheets = ", ".join(repr(one.sheet) for one in sources)
    where = f"none of its sheets ({sheets}) has" if sources[0].sheet else "it lacks"
    return InputError(
        f"the table is of no known search engine: {where} the columns of one (they begin with {shown})",
        path,
        "give the table as the search engine wrote it, or set format: generic and say with 'columns' which column holds "
        "the protein group (config/README.md)",
    )
