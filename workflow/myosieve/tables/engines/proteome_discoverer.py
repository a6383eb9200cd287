"""Proteome Discoverer (1.4 to 3.x): exports of the page Proteins, as text or as workbook.

Columns: Proteome Discoverer User Guide, "Protein Groups page columns" (https://docs.thermofisher.com); abundances and samples:
`proteome_discoverer_columns.py`; peptide groups: `proteome_discoverer_peptides.py`. The quantity is `normalized` where the
table has it, else `intensity` (as measured); `scaled` makes every protein average 100. Missing abundances are empty.

Proteins. An export holds every protein of a group unless its user filtered it: a row counts if "Master" says "Master Protein"
(text: IsMasterProtein), the others are counted in `removed`; without a master (no grouping was done) all rows count. Rows
of an associated page (peptides below their protein) are left out. "# Decoy Protein: Combined" is the number of decoys that
score better, which flags nothing. Proteins of low confidence stay, with a note.

A parsing rule that cuts FASTA headers at the second bar leaves the entry name as accession (ROA2_HUMAN) and the rest as
description (sp|P22626): then the accession and its contaminant mark come from there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.tables import accessions, assemble, column_names
from myosieve.tables.accessions import Identifier
from myosieve.tables.column_names import plain
from myosieve.tables.engines import proteome_discoverer_columns as pd_columns
from myosieve.tables.features import Groups, groups_of, proteins_frame, yes
from myosieve.tables.intensities import read_intensities
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source, Table
from myosieve.tables.table import QuantTable
from myosieve.tables.text import to_numbers
from myosieve.tables.wide import Chosen

ENGINE = "Proteome Discoverer"
CITATION = "Orsburn 2021, doi:10.3390/proteomes9010015"

_MASTER = ("master protein", "ismasterprotein")
_PROTEIN = {
    "accession": ("accession",),
    "master": ("master",),
    "description": ("description",),
    "title": ("fasta title lines",),
    "gene": ("gene symbol", "gene symbols", "gene name"),
    "contaminant": ("contaminant",),
    "confidence": ("protein fdr confidence combined", "protein fdr confidence"),
}
_PEPTIDES = ("peptides", "number of peptides", "x peptides", "σ peptides")
_UNIQUE = ("unique peptides", "number of unique peptides", "x unique peptides", "σ unique peptides")
_FIRST_COLUMNS = ("checked", "protein fdr confidence combined", "master", "accession")
_CUT_HEADER = re.compile(r"(?:sp|tr)\|[^|\s]+")
_ENTRY_NAME = re.compile(r"\s+-\s+\[\w+\]$")


def lacks(header: Sequence[str]) -> str:
    """Return what an export of the page Proteins has and this header has not."""
    names = {plain(name) for name in header}
    if "accession" not in names:
        return "a column 'Accession'"
    if names & {"annotated sequence", "spectrum file", "first scan"}:
        return "one row per protein"
    columns = pd_columns.abundance_columns(header)
    if any(columns[family] for family in pd_columns.ABUNDANCES) or names & set(_PROTEIN["confidence"]):
        return ""
    areas = any(columns[family] for family in pd_columns.OWN)
    # Many engines have areas; these columns they have not.
    return "" if areas and names & {"calc pi", "mw kda"} else "columns 'Abundance: ...' or 'Area'"


def read(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from an export of the page Proteins.

    Raises
    ------
    InputError
        A sample matches no column, or several; a cell is no number; the values are log-transformed.
    """
    chosen = pd_columns.choose(source.header, samples, choice.quantity, source.path)
    whole = source.table()
    nested = nested_rows(whole)
    master = column_names.texts(whole, {"master": _PROTEIN["master"]})["master"]
    masters = master.map(plain).isin(_MASTER).to_numpy()
    rejected = ~masters & ~nested if masters.any() else np.zeros(len(master), dtype=bool)
    table = Rows(whole, ~(nested | rejected))
    text = column_names.texts(table, _PROTEIN)
    proteins = _proteins(table, text)
    counts = _peptide_counts(table, chosen, samples)
    removed = {"no master protein": int(rejected.sum()), "row of an associated page": int(nested.sum())}
    return QuantTable(
        proteins,
        assemble.by_group(proteins, intensities(table, chosen, samples, choice)),
        ENGINE,
        "",
        chosen.family.quantity,
        chosen.left_out,
        notes(chosen, text["confidence"], "proteins"),
        None if counts is None else assemble.by_group(proteins, counts),
        None,
        {reason: count for reason, count in removed.items() if count},
    )


@dataclass(frozen=True)
class Rows:
    """Some rows of a table."""

    table: Table
    kept: np.ndarray

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
        return self.table.columns(positions)[self.kept]


def nested_rows(table: Table) -> np.ndarray:
    """Return which rows belong to an associated page: they are shifted, and the first column is empty."""
    if not table.header or plain(table.header[0]) not in _FIRST_COLUMNS:
        return np.zeros(len(table.columns([0])), dtype=bool)
    empty = table.columns([0])[0].str.strip().eq("").to_numpy()
    return empty & (not empty.all())


def _proteins(table: Table, text: pd.DataFrame) -> pd.DataFrame:
    groups = groups_of(text["accession"], table.path, ENGINE)
    groups = with_cut_headers(groups, [[one] for one in text["description"]])
    rows = zip(groups.leading, text["description"], text["title"], strict=True)
    described = [describe(*row) for row in rows]
    return proteins_frame(
        groups,
        # The header's gene first: a spreadsheet may have made a date of a symbol.
        genes=[one.gene or gene for one, gene in zip(described, _first(text["gene"]), strict=True)],
        names=[one.name for one in described],
        organisms=[one.organism for one in described],
        peptides=column_names.counts(table, table.path, *_PEPTIDES),
        unique_peptides=column_names.counts(table, table.path, *_UNIQUE),
        flags={"contaminant": yes(text["contaminant"])},
    )


def with_cut_headers(groups: Groups, descriptions: Sequence[Sequence[str]]) -> Groups:
    """Return groups with the identifiers that stand in the descriptions, one per identifier, where headers were cut."""
    keys, identifiers, leading = groups.keys, [], []
    for key, found, told in zip(keys, groups.identifiers, descriptions, strict=True):
        if len(found) == len(told) and all(_CUT_HEADER.fullmatch(one) for one in told):
            names = accessions.split(key)
            found = [accessions.parse(f"{one}|{name}") for one, name in zip(told, names, strict=True)]
        identifiers.append(found)
        leading.append(accessions.leading(found))
    return Groups(keys, identifiers, leading)


def describe(leading: Identifier, description: str, title: str = "") -> accessions.Description:
    """Return gene, name and species of the leading protein by its description, else by its FASTA header."""
    if _CUT_HEADER.fullmatch(description):
        return accessions.Description()
    id_ = leading.accession
    told = accessions.describe(f"{id_} {_ENTRY_NAME.sub('', description)}", id_)
    header = accessions.describe(title, id_)
    return accessions.Description(told.gene or header.gene, told.name or header.name, told.organism or header.organism)


def _first(cells: pd.Series) -> pd.Series:
    return cells.str.split(";").str[0].str.strip()


def _peptide_counts(table: Table, chosen: Chosen, samples: Samples) -> pd.DataFrame | None:
    """Return the peptides of every sample where the table counts them per file ("# Peptides A2"), as 1.4 does."""
    named = pd_columns.abundance_columns(table.header)[chosen.family]
    there = {plain(name): place for place, name in enumerate(table.header)}
    positions = []
    for place in chosen.positions:
        names = pd_columns.short_names(named[place]) if named[place] else ()
        found = [there[name] for name in (f"peptides {plain(one)}" for one in names) if name in there]
        positions += found[:1]
    if len(positions) < len(chosen.positions):
        return None
    cells = table.columns(positions)
    cells.columns = [table.header[place] for place in positions]
    numbers = to_numbers(cells, table.path).fillna(0)
    return numbers.set_axis(list(samples.frame["sample"]), axis=1)


def intensities(table: Table, chosen: Chosen, samples: Samples, choice: Choice) -> pd.DataFrame:
    """Return the linear intensities of the chosen columns."""
    scale = choice.asked_scale
    return read_intensities(table, chosen.positions, samples.frame["sample"], *scale)


def notes(chosen: Chosen, confidence: pd.Series, rows: str) -> tuple[str, ...]:
    """Return what a reader must see: averages for values, and rows (by their confidence) that may be wrong."""
    found = []
    if chosen.family is pd_columns.GROUPED:
        found.append("the abundances are grouped: Proteome Discoverer's averages over the samples of a group")
    low = int((confidence.str.lower() == "low").sum())
    if low:
        found.append(
            f"{low} {rows} of low confidence (false discovery rate above 5 % by default) are in the table and stay"
        )
    return tuple(found)


READERS = (Reader("proteome_discoverer", ENGINE, "export of the page Proteins", lacks, read, CITATION),)
