"""The search engines that are read, and how a table's header tells which one wrote it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from myosieve.errors import InputError
from myosieve.tables import diann, maxquant
from myosieve.tables.samples import Samples
from myosieve.tables.table import QuantTable
from myosieve.tables.text import TextTable


@dataclass(frozen=True)
class Engine:
    """A reader: what its table is called, how to tell it, how to read it, what to cite."""

    name: str
    table: str
    matches: Callable[[Sequence[str]], bool]
    lacks: Callable[[Sequence[str]], str]
    read: Callable[[TextTable, Samples, str], QuantTable]
    citation: str


ENGINES = {
    "maxquant": Engine(
        maxquant.NAME, "proteinGroups.txt", maxquant.matches, maxquant.lacks, maxquant.read, maxquant.CITATION
    ),
    "diann": Engine(diann.NAME, "report.pg_matrix.tsv", diann.matches, diann.lacks, diann.read, diann.CITATION),
}
# Tables that people have and MyoSieve does not read, by a column that only they have.
_OTHERS = {
    "Combined Total Peptides": "FragPipe's combined_protein.tsv",
    "PG.ProteinGroups": "a Spectronaut report",
    "Protein FDR Confidence: Combined": "a Proteome Discoverer export",
    "Precursor.Id": "a DIA-NN report of precursors",
    "Leading razor protein": "MaxQuant's peptides.txt or evidence.txt",
}


def detect(header: Sequence[str], format_: str, path: Path) -> Engine:
    """Return the engine that wrote a table.

    Parameters
    ----------
    header
        Column names of the table.
    format_
        auto, or the name of an engine to hold the header against.
    path
        The table, for messages; its name decides nothing.

    Raises
    ------
    InputError
        No engine's header, or not that of the engine asked for.
    """
    if format_ != "auto":
        engine = ENGINES[format_]
        if missing := engine.lacks(header):
            raise InputError(
                f"format is {format_!r}, but the table lacks {missing}",
                path,
                f"give {engine.name}'s {engine.table}, or set format to auto",
            )
        return engine
    for engine in ENGINES.values():
        if engine.matches(header):
            return engine
    other = next((f"{what}, which MyoSieve does not read" for name, what in _OTHERS.items() if name in header), "")
    shown = ", ".join(repr(name) for name in header[:4])
    known = " or ".join(f"{engine.name}'s {engine.table}, with {engine.lacks(())}" for engine in ENGINES.values())
    raise InputError(
        f"the table is {other or 'of no known search engine'} (its columns begin with {shown})", path, f"give {known}"
    )
