"""Proteome Discoverer: exports of the page Peptide Groups, as text or as workbook: peptides, to be rolled up.

Columns as in `proteome_discoverer.py`. The key is the annotated sequence with its modifications; the protein group is "Master
Protein Accessions", all of them, so that a shared peptide forms a group of its own; peptides without are counted in
`removed`. "Contaminant" flags peptides, a shared one too: a protein is a contaminant if all of its peptides are. Exports
of the page PSMs are refused: their rows are spectra.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import assemble, column_names
from myosieve.tables.column_names import plain
from myosieve.tables.engines import proteome_discoverer_columns as pd_columns
from myosieve.tables.engines.proteome_discoverer import (
    CITATION,
    ENGINE,
    Rows,
    describe,
    intensities,
    nested_rows,
    notes,
    with_cut_headers,
)
from myosieve.tables.features import groups_of, proteins_frame, yes
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source, Table
from myosieve.tables.table import QuantTable

_PEPTIDE = {
    "group": ("master protein accessions", "protein group accessions", "protein accessions"),
    "description": ("master protein descriptions", "protein descriptions"),
    "annotated": ("annotated sequence",),
    "sequence": ("sequence",),
    "modifications": ("modifications",),
    "groups": ("protein groups", "number of protein groups", "x protein groups"),
    "contaminant": ("contaminant",),
    "confidence": ("confidence",),
}


def lacks(header: Sequence[str]) -> str:
    """Return what an export of the page Peptide Groups has and this header has not."""
    names = {plain(name) for name in header}
    if not names & {"master protein accessions", "protein group accessions"}:
        return "a column 'Master Protein Accessions'"
    if not names & {"annotated sequence", "sequence"}:
        return "a column 'Annotated Sequence'"
    if names & {"spectrum file", "first scan"}:
        return "one row per peptide group (it is an export of the page PSMs)"
    columns = pd_columns.abundance_columns(header)
    return "" if any(columns[family] for family in pd_columns.OWN) else "columns 'Abundance: ...'"


def read(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from an export of the page Peptide Groups: peptides, to be rolled up.

    Raises
    ------
    InputError
        A sample matches no column, or several; a cell is no number; no row has a protein.
    """
    chosen = pd_columns.choose(source.header, samples, choice.quantity, source.path)
    whole = source.table()
    nested = nested_rows(whole)
    without = column_names.texts(whole, _PEPTIDE)["group"].eq("").to_numpy() & ~nested
    table = Rows(whole, ~(nested | without))
    text = column_names.texts(table, _PEPTIDE)
    if text.empty:
        raise InputError("no row has a master protein", source.path, "give the table as Proteome Discoverer wrote it")
    values = intensities(table, chosen, samples, choice)
    ids, group = assemble.rows_of_groups(text["group"])
    sequences = _sequences(text)
    proteins = _proteins_of_peptides(table, text, ids, group, sequences)
    precursors = assemble.precursors_of(
        proteins["protein_group"].to_numpy()[group],
        _names(text),
        sequences,
        values.to_numpy(),
        samples.frame["sample"],
    )
    removed = {"no master protein accession": int(without.sum()), "row of an associated page": int(nested.sum())}
    return QuantTable(
        proteins,
        assemble.empty_intensities(proteins, samples),
        ENGINE,
        "",
        chosen.family.quantity,
        chosen.left_out,
        notes(chosen, text["confidence"], "peptides"),
        assemble.peptide_counts(precursors, proteins),
        precursors,
        {reason: count for reason, count in removed.items() if count},
    )


def _proteins_of_peptides(
    table: Table, text: pd.DataFrame, ids: pd.Series, group: np.ndarray, sequences: pd.Series
) -> pd.DataFrame:
    descriptions = [[one.strip() for one in cell.split(";")] for cell in text.loc[ids.index, "description"]]
    groups = with_cut_headers(groups_of(ids, table.path, ENGINE), descriptions)
    described = []
    for leading, identifiers, told in zip(groups.leading, groups.identifiers, descriptions, strict=True):
        # A name with a semicolon makes it unknowable which part describes which protein.
        own = told[identifiers.index(leading)] if len(told) == len(identifiers) else ""
        described.append(describe(leading, own))
    alone = (text["groups"] == "1").to_numpy()
    told = column_names.position(table.header, *_PEPTIDE["groups"]) is not None
    return proteins_frame(
        groups,
        genes=[one.gene for one in described],
        names=[one.name for one in described],
        organisms=[one.organism for one in described],
        peptides=sequences.groupby(group).nunique().to_numpy(),
        unique_peptides=sequences.where(alone).groupby(group).nunique().to_numpy() if told else float("nan"),
        flags={"contaminant": pd.Series(yes(text["contaminant"])).groupby(group).all().to_numpy()},
    )


def _sequences(text: pd.DataFrame) -> pd.Series:
    """Return amino acids: "[K].AcDEK.[R]" is ACDEK."""
    written = text["sequence"].where(text["sequence"] != "", text["annotated"])
    bare = written.str.replace(r"^\[[^\]]*\]\.|\.\[[^\]]*\]$", "", regex=True)
    return bare.str.replace(r"[^A-Za-z]", "", regex=True).str.upper()


def _names(text: pd.DataFrame) -> list[str]:
    written = text["annotated"].where(text["annotated"] != "", text["sequence"])
    return written.where(text["modifications"] == "", written + " " + text["modifications"]).tolist()


READERS = (Reader("proteome_discoverer", ENGINE, "export of the page Peptide Groups", lacks, read, CITATION),)
