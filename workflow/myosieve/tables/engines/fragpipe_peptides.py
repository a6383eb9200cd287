"""FragPipe's combined_ion.tsv, combined_modified_peptide.tsv and combined_peptide.tsv: precursors, to be rolled up.

Columns: https://fragpipe.nesvilab.org/docs/tutorial_fragpipe_outputs.html; samples and proteins as in `fragpipe.py`. "Match
Type", "Apex Retention Time" and "Localization" of a sample are no quantities. The quantity is `intensity` unless asked
otherwise: a peptide's MaxLFQ is 0 where it has one ion only, as most have. The protein group is the razor protein; a peptide
without "Mapped Proteins" is in no other. A precursor is the modified sequence, with its charge where a row has one.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import assemble, column_names
from myosieve.tables.engines.fragpipe import (
    ABOUT,
    CITATION,
    ENGINE,
    INTENSITY,
    LFQ,
    SPECTRAL_COUNT,
    by_family,
    parsed,
    proteins_of,
    values_of,
)
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source
from myosieve.tables.table import QuantTable

_FAMILIES = (INTENSITY, LFQ, SPECTRAL_COUNT)
_PEPTIDE = {
    "sequence": ("peptide sequence", "peptide", "sequence"),
    "modified": ("modified sequence", "modified peptide"),
    "modifications": ("assigned modifications",),
    "charge": ("charge",),
    "mapped": ("mapped proteins",),
}
_TELLING = {"prev aa", "assigned modifications", "mapped proteins", "mapped genes", "modified sequence"}


def lacks(header: Sequence[str]) -> str:
    """Return what a combined_ion, combined_peptide or combined_modified_peptide table has and this header has not."""
    names = {column_names.plain(name) for name in header}
    if not names & set(_PEPTIDE["sequence"]):
        return "a column 'Peptide Sequence'"
    if not names & {"protein", "protein id"}:
        return "a column 'Protein'"
    if "spectrum" in names or not names & _TELLING:
        return "a column 'Prev AA', 'Assigned Modifications' or 'Mapped Proteins'"
    columns = by_family(parsed(header), _FAMILIES)
    return "" if any(columns.values()) else "columns '<sample> Intensity' or '<sample> Spectral Count'"


def read(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a combined_ion, combined_peptide or combined_modified_peptide table, to be rolled up.

    Raises
    ------
    InputError
        A sample matches no column, or several; a cell is no number; no row has a protein.
    """
    table = source.table()
    values, family, rest, notes = values_of(source, table, samples, choice, _FAMILIES)
    text = column_names.texts(table, ABOUT | _PEPTIDE)
    has_protein = (text["protein"] + text["id"]) != ""
    if not has_protein.any():
        raise InputError("no row has a protein", source.path, "give the table as FragPipe wrote it")
    text, values = text[has_protein], values[has_protein]
    # Both, since a contaminant and a target can share "Protein ID" (see `fragpipe`)
    ids, group = assemble.rows_of_groups(text["protein"] + "\t" + text["id"])
    alone = text["mapped"].eq("").to_numpy()
    known = column_names.position(source.header, "mapped proteins") is not None
    proteins = proteins_of(
        source,
        text.loc[ids.index],
        text["sequence"].groupby(group).nunique().to_numpy(),
        text["sequence"].where(alone).groupby(group).nunique().to_numpy() if known else float("nan"),
    )
    keys = proteins["protein_group"].to_numpy()[group]
    precursors = assemble.precursors_of(
        keys, _precursor_names(text), text["sequence"], values.to_numpy(), samples.frame["sample"]
    )
    counts = assemble.peptide_counts(precursors, proteins)
    removed = {"no protein": int((~has_protein).sum())} if not has_protein.all() else {}
    empty = assemble.empty_intensities(proteins, samples)
    return QuantTable(proteins, empty, ENGINE, "", family.quantity, rest, notes, counts, precursors, removed)


def _precursor_names(text: pd.DataFrame) -> list[str]:
    """Return the modified sequence, with the charge behind it where a row has one."""
    bare = text["sequence"].where(text["modifications"] == "", text["sequence"] + " " + text["modifications"])
    modified = text["modified"].where(text["modified"] != "", bare)
    return modified.where(text["charge"] == "", modified + "/" + text["charge"]).tolist()


_TABLES = "combined_ion.tsv, combined_modified_peptide.tsv or combined_peptide.tsv"
READERS = (Reader("fragpipe", ENGINE, _TABLES, lacks, read, CITATION),)
