"""Spectronaut's pivot reports: one row per protein group or precursor, and columns "[1] run.raw.PG.Quantity" of each run.

PG.IBAQ has a value for each protein of a group ("120.5;98"): that of the first counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.tables import assemble, wide
from myosieve.tables.engines import spectronaut_columns as columns
from myosieve.tables.features import text_columns, yes
from myosieve.tables.intensities import read_intensities
from myosieve.tables.reader import Choice
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source, Table
from myosieve.tables.table import QuantTable
from myosieve.tables.text import to_numbers
from myosieve.tables.wide import Chosen, Family


def _of_run(level: str, field: str) -> re.Pattern[str]:
    """Return the pattern of a field's columns; the run may have its number in front, as "[1] " or what R makes of it."""
    return re.compile(rf"(?:\[\d+\][ _]*|X\.\d+\.\.+)?(?P<sample>.+)[._]{level}[._]{field}", re.IGNORECASE)


def _families(level: str, *fields: str) -> tuple[Family, ...]:
    return tuple(Family("intensity", f"{level}.{field}", _of_run(level, field)) for field in fields)


# A table whose author renamed the samples' columns: whatever does not belong to a level of the report.
_RENAMED = re.compile(
    r"(?!(?:PG|PEP|EG|FG|PTM)[._][A-Z])(?!R[._](?:FileName|Condition|Replicate|Label|Fraction)$)(?!E[._](?:LFQMethod|Name)$)"
    r"(?!.*[._](?:PG|PEP|EG|FG|PTM)[._][A-Z])(?P<sample>.+)"
)
_PROTEINS = (
    *_families("PG", "Quantity"),
    Family("intensity", "PG.Log2Quantity", _of_run("PG", "Log2Quantity"), scale="log2"),
    *_families("PG", "MS2Quantity", "MS1Quantity"),
    Family("ibaq", "PG.IBAQ", _of_run("PG", "IBAQ")),
    Family("intensity", "quantity", _RENAMED),
)
_PRECURSORS = (
    Family("intensity", "EG.TotalQuantity (Settings)", _of_run("EG", r"TotalQuantity(?:[._ (]+Settings[.)]*)?")),
    *_families("FG", "Quantity", "MS2Quantity", "MS1Quantity", "MS2RawQuantity", "MS1RawQuantity"),
    *_families("PEP", "Quantity", "MS2Quantity", "MS1Quantity"),
)
_PEPTIDES = tuple(
    _of_run("PG", field)
    for field in (
        "NrOfStrippedSequencesIdentified", "NrOfStrippedSequencesUsedForQuantification", "NrOfPrecursorsIdentified",
        "NrOfPrecursorsUsedForQuantification",
    )
)  # fmt: skip
# Limits of a row, and of a run's value.
_OF_ROW = ("pg.qvalue", "pg.pep", "eg.globalprecursorqvalue")
_PROTEIN_IN_RUN = {
    "pg.qvaluerunwise": _of_run("PG", r"QValue[._ (]+Run[- ._]Wise[.)]*"),
    "pg.peprunwise": _of_run("PG", r"PEP[._ (]+Run[- ._]Wise[.)]*"),
}
_PRECURSOR_IN_RUN = {"eg.qvalue": _of_run("EG", "Qvalue"), "eg.pep": _of_run("EG", "PEP"), **_PROTEIN_IN_RUN}
_IMPUTED = _of_run("EG", "IsImputed")


def lacks_protein_pivot(header: Sequence[str]) -> str:
    """Return what a pivot of protein groups has and this header has not."""
    names = columns.named(header)
    if not columns.first(names, *columns.GROUP):
        return "a column 'PG.ProteinGroups'"
    if columns.first(names, *columns.RUN):
        return "a column per run instead of one row per run"
    found = wide.columns_of(header, _PROTEINS)
    # Renamed columns in a table of precursors may hold anything's quantity.
    families = _PROTEINS[:-1] if columns.first(names, *columns.PRECURSOR) else _PROTEINS
    return "" if any(found[family] for family in families) else "columns like '[1] run.raw.PG.Quantity'"


def lacks_precursor_pivot(header: Sequence[str]) -> str:
    """Return what a pivot of precursors or peptides has and this header has not."""
    names = columns.named(header)
    if not columns.first(names, *columns.PRECURSOR):
        return "a column 'EG.PrecursorId'"
    if not columns.first(names, *columns.GROUP):
        return "a column 'PG.ProteinGroups'"
    if columns.first(names, *columns.RUN):
        return "a column per run instead of one row per run"
    there = any(wide.columns_of(header, _PRECURSORS).values())
    return "" if there else "columns like '[1] run.raw.EG.TotalQuantity (Settings)'"


def read_protein_pivot(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a pivot of protein groups."""
    table = source.table()
    chosen, values = _values(table, _PROTEINS, samples, choice)
    values, removed = _confident(table, chosen, values, choice, _PROTEIN_IN_RUN)
    text, rows = columns.text_of_groups(table), _confident_rows(table, choice, removed)
    rows = _of_groups(text, rows, removed)
    if columns.first(
        columns.named(table.header), *columns.PRECURSOR
    ):  # a group's values repeat on its precursors' rows
        rows = rows & ~text["group"].duplicated().to_numpy()
    text, values = text[rows], values[rows]
    counts = _numbers_of_runs(table, chosen, values.columns, _PEPTIDES)
    counts = None if counts is None else counts[rows]
    proteins = columns.proteins(text, table.path, _peptides(table, counts, rows))
    return QuantTable(
        proteins,
        assemble.by_group(proteins, values),
        columns.ENGINE,
        "",
        chosen.family.quantity,
        chosen.left_out,
        columns.note_on_ones(values.to_numpy()),
        None if counts is None else assemble.by_group(proteins, counts),
        removed=removed,
    )


def read_precursor_pivot(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a pivot of precursors or peptides; PG.Quantity, where the table has it too, is kept."""
    table = source.table()
    chosen, values = _values(table, _PRECURSORS, samples, choice)
    values, removed = _confident(table, chosen, values, choice, _PRECURSOR_IN_RUN)
    text = columns.text_of_groups(table)
    rows = _of_groups(text, _confident_rows(table, choice, removed), removed)
    text, values = text[rows], values[rows]
    names = columns.named(table.header)
    identifying = columns.precursor(names, chosen.family.kind.lower())
    found = text_columns(table, list(identifying))[rows]
    sequences = found[identifying[0]].map(columns.stripped)
    if columns.SEQUENCE in names:
        sequences = text_columns(table, [names[columns.SEQUENCE]]).iloc[:, 0][rows]
    ids, group = assemble.rows_of_groups(text["group"])
    proteins = columns.proteins(
        text.loc[ids.index], table.path, sequences.groupby(group).nunique().to_numpy(dtype=float)
    )
    precursors = assemble.precursors_of(
        proteins["protein_group"].to_numpy()[group],
        found[identifying[0]].str.cat([found[name] for name in identifying[1:]], sep="_"),
        sequences,
        values.to_numpy(),
        samples.frame["sample"],
    )
    intensities = assemble.empty_intensities(proteins, samples)
    told = _numbers_of_runs(table, chosen, values.columns, [_PROTEINS[0].pattern])
    if told is not None:
        intensities = assemble.by_group(proteins, told.mask(told == 0)[rows].groupby(group).first())
    counts, notes = assemble.peptide_counts(precursors, proteins), columns.note_on_ones(values.to_numpy())
    quantity, rest = chosen.family.quantity, chosen.left_out
    return QuantTable(proteins, intensities, columns.ENGINE, "", quantity, rest, notes, counts, precursors, removed)


def _values(table: Table, families: Sequence[Family], samples: Samples, choice: Choice) -> tuple[Chosen, pd.DataFrame]:
    chosen = wide.choose(table.header, families, samples, choice.quantity, table.path, _hint)
    auto = choice.scale == "auto"
    scale = (chosen.family.scale, chosen.family.scale != "linear") if auto else (choice.scale, True)
    table = FirstOfLists(table) if chosen.family.quantity == "ibaq" else table
    return chosen, read_intensities(table, chosen.positions, samples.frame["sample"], *scale)


@dataclass(frozen=True)
class FirstOfLists:
    """A table whose cells are lists ("120.5;98"), of which the first entry counts."""

    table: Table

    @property
    def path(self) -> Path:
        """The file."""
        return self.table.path

    @property
    def header(self) -> tuple[str, ...]:
        """Column names."""
        return self.table.header

    def columns(self, positions: Sequence[int]) -> pd.DataFrame:
        """Return columns as text, as `Table.columns`."""
        return self.table.columns(positions).apply(lambda cells: cells.str.split(";").str[0])


def _hint(family: Family) -> str:
    if family.pattern is _RENAMED:
        return "write the full column name into 'column'"
    return (
        f"write the run, as 'run.raw' or 'run', or the full column name, as '[1] run.raw.{family.kind}', into 'column'"
    )


def _cells_of_runs(
    table: Table, chosen: Chosen, samples: Sequence[str], patterns: Sequence[re.Pattern[str]]
) -> pd.DataFrame | None:
    """Return another column of the chosen runs, the first of those that the table has for each of them; None without any."""

    def run(pattern: re.Pattern[str], name: str) -> str:
        match = pattern.fullmatch(name)
        return name[: match.end("sample")] if match else ""

    runs = [run(chosen.family.pattern, table.header[position]) for position in chosen.positions]
    for pattern in patterns:
        found = {run(pattern, name): position for position, name in enumerate(table.header)}
        if all(one in found for one in runs):
            return table.columns([found[one] for one in runs]).set_axis(list(samples), axis=1)
    return None


def _numbers_of_runs(
    table: Table, chosen: Chosen, samples: Sequence[str], patterns: Sequence[re.Pattern[str]]
) -> pd.DataFrame | None:
    cells = _cells_of_runs(table, chosen, samples, patterns)
    return None if cells is None else to_numbers(cells, table.path)


def _confident(
    table: Table, chosen: Chosen, values: pd.DataFrame, choice: Choice, patterns: Mapping[str, re.Pattern[str]]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Take out values that are imputed or whose q-value in the run is missing or above the limit, and count them."""
    wrong: dict[str, np.ndarray] = {}
    imputed = _cells_of_runs(table, chosen, values.columns, [_IMPUTED])
    if imputed is not None:
        wrong["imputed values"] = imputed.apply(yes).to_numpy(dtype=bool)
    for name, pattern in patterns.items():
        key, what = columns.LIMITS[name]
        limit = choice.identification.get(key, 1.0)
        cells = _cells_of_runs(table, chosen, values.columns, [pattern]) if limit < 1 else None
        if cells is not None:
            wrong[f"values with a {what} above {limit:g}"] = ~(cells.apply(columns.numbers).to_numpy() <= limit)
    removed = {}
    for what, hit in wrong.items():
        removed[what] = int((hit & values.notna().to_numpy()).sum())
        values = values.mask(hit)
    return values, removed


def _confident_rows(table: Table, choice: Choice, removed: dict[str, int]) -> np.ndarray:
    """Return which rows pass the limits over all runs, and count the others; a cell that is not one number passes."""
    names = columns.named(table.header)
    kept = np.ones(len(table.columns([0])), dtype=bool)
    for name in _OF_ROW:
        key, what = columns.LIMITS[name]
        limit = choice.identification.get(key, 1.0)
        if name in names and limit < 1:
            wrong = kept & (columns.numbers(text_columns(table, [names[name]]).iloc[:, 0]).to_numpy() > limit)
            removed[f"{what} above {limit:g}"] = int(wrong.sum())
            kept = kept & ~wrong
    return kept


def _of_groups(text: pd.DataFrame, rows: np.ndarray, removed: dict[str, int]) -> np.ndarray:
    """Return which of the rows name a protein group, and count the others."""
    named = (text["group"] != "").to_numpy()
    if (rows & ~named).any():
        removed["rows without protein group"] = int((rows & ~named).sum())
    return rows & named


def _peptides(table: Table, counts: pd.DataFrame | None, rows: np.ndarray) -> np.ndarray | float:
    """Return the peptides of each group: of the experiment, else the most that one of the samples has."""
    names = columns.named(table.header)
    if columns.PEPTIDES in names:
        return columns.numbers(text_columns(table, [names[columns.PEPTIDES]]).iloc[:, 0]).to_numpy()[rows]
    return float("nan") if counts is None else counts.max(axis=1).to_numpy()
