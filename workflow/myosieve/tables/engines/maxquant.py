"""MaxQuant's proteinGroups.txt (1.3 to 2.x) with its label-free, SILAC and reporter quantities, also as R or Perseus leave it.

Columns and their changes: MaxQuant documents them in `tables.pdf` beside its results; "Contaminant" became "Potential
contaminant" in 1.5, "Protein names" and "Gene names" left with 2.x, where "Fasta headers" still has both. Which columns are a
sample's: `maxquant_columns`; peptides.txt and evidence.txt: `maxquant_precursors`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from myosieve.tables import accessions, assemble
from myosieve.tables.column_names import position, texts
from myosieve.tables.engines import maxquant_columns as columns
from myosieve.tables.features import groups_of, proteins_frame, yes
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source, Table
from myosieve.tables.table import QuantTable
from myosieve.tables.text import to_numbers

ENGINE = "MaxQuant"
CITATION = "Cox and Mann 2008, doi:10.1038/nbt.1511"

_FAMILIES = (*columns.WHOLE, *columns.CHANNELS, *columns.RATIOS)

# Spreadsheets hold 32,767 characters in a cell, and so do some exports: the last identifier of one that is nearly as long is a
# piece of one.
_CUT = 32_700
# Label -> plain names; "majority protein i ds" is what a popular R function makes of it.
_TEXT = {
    "majority": ("majority protein ids", "majority protein i ds"),
    "ids": ("protein ids", "protein i ds"),
    "genes": ("gene names",),
    "names": ("protein names",),
    "headers": ("fasta headers",),
    "decoy": ("reverse",),
    "contaminant": ("potential contaminant", "contaminant"),
    "only_by_site": ("only identified by site",),
}


def lacks(header: Sequence[str]) -> str:
    """Return what a proteinGroups table has and this header has not; '' where nothing lacks."""
    if position(header, *_TEXT["majority"], *_TEXT["ids"]) is None or position(header, "protein group") is not None:
        return "a column 'Majority protein IDs' or 'Protein IDs'"
    if position(header, "sequence", "modified sequence", "raw file") is not None:
        return "one row per protein group"
    if not columns.has_quantities(header, _FAMILIES):
        return "columns 'LFQ intensity ...', 'Intensity ...', 'iBAQ ...', 'Reporter intensity ...' or 'Ratio H/L ...'"
    return ""


def read(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a proteinGroups table.

    The sheet's `column` holds the experiment ("H1"), label and experiment ("L exp", "H/L exp", "1 mix") or the full column name
    ("LFQ intensity H1"); see `maxquant_columns`. Quantity auto takes the first of lfq, intensity, ibaq, reporter, ratio with
    a column for every sample.

    Raises
    ------
    InputError
        A sample matches no column, or several; a cell is no number; the values are log-transformed.
    """
    table = source.table()
    found = columns.quantified(table, samples, choice, _FAMILIES)
    proteins = _proteins(table)
    cells = columns.peptide_counts(table, found)
    counts = None if cells is None else assemble.by_group(proteins, to_numbers(cells, table.path))
    return QuantTable(
        proteins,
        assemble.by_group(proteins, found.linear),
        ENGINE,
        "",
        found.quantity,
        found.left_out,
        found.notes,
        counts,
    )


def _proteins(table: Table) -> pd.DataFrame:
    """Return `schema.PROTEINS` of the table.

    A group is a decoy or contaminant when the engine's column says so, or when its leading identifier carries a prefix, which
    it does only if all majority identifiers do (`accessions.leading` prefers one without).
    """
    text = texts(table, _TEXT)
    majority = text["majority"].where(text["majority"] != "", text["ids"])
    majority = majority.where(majority.str.len() < _CUT, majority.str.replace(r";[^;]*$", "", regex=True))
    groups = groups_of(majority, table.path, ENGINE)
    described = [_describe(*row) for row in zip(text["headers"], majority, groups.leading, strict=True)]
    first = {label: text[label].str.split(";").str[0].str.strip() for label in ("genes", "names")}
    return proteins_frame(
        groups,
        genes=[one.gene or other for one, other in zip(described, first["genes"], strict=True)],
        names=[one.name or other for one, other in zip(described, first["names"], strict=True)],
        organisms=[one.organism for one in described],
        peptides=_counts(table, "razor unique peptides", "peptide counts razor unique", "peptides"),
        unique_peptides=_counts(table, "unique peptides", "peptide counts unique"),
        flags={flag: yes(text[flag]) for flag in ("decoy", "contaminant", "only_by_site")},
        # Taking a million identifiers of plasma apart once more would tell nothing where both columns say the same.
        further_ids=[text["ids"].where(text["majority"] != "", "").mask(text["ids"] == text["majority"], "")],
    )


def _describe(headers: str, ids: str, leading: accessions.Identifier) -> accessions.Description:
    """Read the leading protein's header, from the identifiers themselves where a search took whole headers for them."""
    return accessions.describe(ids if "GN=" in ids or "OS=" in ids else headers, leading.accession)


def _counts(table: Table, *names: str) -> np.ndarray | float:
    """Return the first of the columns that the table has, as numbers; of a list per protein ("4;3") the first entry."""
    place = position(table.header, *names)
    if place is None:
        return float("nan")
    cells = table.columns([place])[place].str.split(";").str[0].rename(table.header[place])
    return to_numbers(cells, table.path).iloc[:, 0].to_numpy()


READERS = (Reader("maxquant", ENGINE, "proteinGroups.txt", lacks, read, CITATION),)
