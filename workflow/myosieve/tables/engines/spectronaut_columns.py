"""Spectronaut's columns: how versions and programs spell them, which q-values they hold, and what they say of a protein group.

A name is compared without what Parquet ("PG_Quantity"), R ("PG.QValue..Run.Wise.", "pg_q_value_run_wise") and versions
("PG.QValue (Run-Wise)", "PG.Qvalue") change: in lower case, letters and digits only, with a dot behind the level.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.tables import accessions
from myosieve.tables.features import Groups, groups_of, proteins_frame, text_columns
from myosieve.tables.source import Table

ENGINE = "Spectronaut"

# Best first.
RUN = ("r.filename", "r.rawfilename", "r.label")
GROUP = ("pg.proteingroups", "pg.proteinaccessions", "pg.uniprotids")
TEXT = (
    *GROUP, "pg.genes", "pg.proteindescriptions", "pg.proteinnames", "pg.organisms", "pg.fastafiles", "pg.fastaheaders",
)  # fmt: skip
MODIFIED = ("eg.modifiedsequence", "eg.modifiedpeptide", "fg.labeledsequence", "eg.intpimid")
SEQUENCE = "pep.strippedsequence"
PRECURSOR = ("eg.precursorid", *MODIFIED, "fg.id", "pep.groupingkey", SEQUENCE)
PEPTIDES = "pg.nrofstrippedsequencesidentifiedexperimentwide"
LIMITS = {
    "eg.qvalue": ("precursor_run_q", "precursor q-value in the run"),
    "eg.globalprecursorqvalue": ("precursor_global_q", "global precursor q-value"),
    "eg.pep": ("precursor_pep", "posterior error probability of the precursor"),
    "pg.qvaluerunwise": ("protein_run_q", "protein group q-value in the run"),
    "pg.qvalue": ("protein_global_q", "global protein group q-value"),
    "pg.peprunwise": ("protein_pep", "posterior error probability of the protein group in the run"),
    "pg.pep": ("protein_pep", "posterior error probability of the protein group"),
}
_CONTAMINANT_FASTA = re.compile(r"contam|(?<![a-z])crap(?![a-z])", re.IGNORECASE)


def plain(name: str) -> str:
    """Return a column's name as it is compared: 'PG.QValue (Run-Wise)' -> 'pg.qvaluerunwise'."""
    level, _, field = re.sub(r"[\W_]+", ".", name).strip(".").lower().partition(".")
    return f"{level}.{field.replace('.', '')}"


def named(header: Sequence[str]) -> dict[str, str]:
    """Return plain name -> name in the table, of the first column that has it."""
    return {plain(name): name for name in reversed(header)}


def first(names: Mapping[str, str], *wanted: str) -> str:
    """Return the table's name of the first wanted column that it has, '' without any."""
    return next((names[one] for one in wanted if one in names), "")


def precursor(names: Mapping[str, str], quantity: str) -> tuple[str, ...]:
    """Return the columns that identify what has the quantity: a peptide where it is the peptide's, else a precursor."""
    if quantity.startswith("pep.") and (peptide := first(names, "pep.groupingkey", SEQUENCE)):
        return (peptide,)
    if one := first(names, "eg.precursorid"):
        return (one,)
    peptide, charge = first(names, *MODIFIED, SEQUENCE, "pep.groupingkey"), first(names, "fg.charge")
    if peptide and charge:
        return (peptide, charge)
    return (first(names, "fg.id") or peptide,)


def stripped(sequence: str) -> str:
    """Return the amino acids of a modified sequence: `_M[Oxidation (M)]K_.2` -> `MK`."""
    return re.sub(r"\[[^\]]*\]|\([^)]*\)+|[^A-Z]", "", sequence)


def numbers(cells: pd.Series) -> pd.Series:
    """Return q-values or counts as numbers; whatever is none ("Profiled", a list) is missing."""
    return pd.to_numeric(cells.str.strip().str.replace(",", ".", regex=False), errors="coerce")


def text_of_groups(table: Table) -> pd.DataFrame:
    """Return the text columns of the groups by plain name, and `group`: the first identifiers that a row has."""
    names = {name: plain for plain, name in named(table.header).items() if plain in TEXT}
    text = text_columns(table, list(names)).rename(columns=names).reindex(columns=list(TEXT), fill_value="")
    ids = text[GROUP[0]]
    for name in GROUP[1:]:
        ids = ids.where(ids != "", text[name])
    return text.assign(group=ids)


def proteins(text: pd.DataFrame, path: Path, peptides: np.ndarray | float) -> pd.DataFrame:
    """Return `schema.PROTEINS`.

    Parameters
    ----------
    text
        One row per group: `group` and any columns of `TEXT`; FASTA headers fill in what the others do not tell.
    path
        The table, for messages.
    peptides
        Per group, NaN = unknown.

    A group is a contaminant where all FASTA files of its sequences are called so, or by the prefix of its accession.
    """
    text = text.reindex(columns=["group", *TEXT], fill_value="")
    groups = groups_of(text["group"], path, ENGINE)
    headers = zip(text["pg.fastaheaders"], groups.leading, strict=True)
    described = [accessions.describe(cell, one.accession) for cell, one in headers]
    genes, names, organisms = (
        [cell or getattr(one, field) for cell, one in zip(cells, described, strict=True)]
        for cells, field in (
            (_of_leading(text["pg.genes"], groups), "gene"),
            (_of_leading(text["pg.proteindescriptions"], groups), "name"),
            (_organisms(text, groups), "organism"),
        )
    )
    files = text["pg.fastafiles"].str.split(";").map(lambda parts: [part for part in parts if part.strip()])
    flagged = files.map(lambda parts: bool(parts) and all(_CONTAMINANT_FASTA.search(part) for part in parts))
    return proteins_frame(
        groups,
        genes=genes,
        names=names,
        organisms=organisms,
        peptides=peptides,
        flags={"contaminant": flagged.to_numpy(dtype=bool)},
        further_ids=[text["pg.proteinaccessions"], text["pg.uniprotids"]],
    )


def note_on_ones(values: np.ndarray | None) -> tuple[str, ...]:
    """Return a note where many values are exactly 1."""
    finite = np.empty(0) if values is None else values[np.isfinite(values)]
    ones = int((finite == 1).sum())
    if ones < 20 or ones < 0.01 * finite.size:
        return ()
    note = (
        f"{ones} of {finite.size} values are exactly 1, which Spectronaut may write where it found no signal above the "
        "background: they were kept"
    )
    return (note,)


def _of_leading(cells: Sequence[str], groups: Groups) -> list[str]:
    """Return the part of each cell that stands where the leading identifier does; the first, where they do not pair up."""
    found = []
    for cell, identifiers, leading in zip(cells, groups.identifiers, groups.leading, strict=True):
        parts = [part.strip() for part in cell.split(";")]
        found.append(parts[identifiers.index(leading) if len(parts) == len(identifiers) else 0])
    return found


def _organisms(text: pd.DataFrame, groups: Groups) -> list[str]:
    """Return the species of each group's leading identifier, '' where the table does not tell whose it is."""
    entries = _of_leading(text["pg.proteinnames"], groups)
    found = []
    for cell, names, entry, identifiers, leading in zip(
        text["pg.organisms"], text["pg.proteinnames"], entries, groups.identifiers, groups.leading, strict=True
    ):
        parts = [re.sub(r"\s*\bOX=\d+|\s*\(.*", "", part).strip() for part in cell.split(";")]
        if len(set(parts)) == 1 and parts[0]:
            found.append(parts[0])
        elif len(parts) == len(identifiers) > 1:
            found.append(parts[identifiers.index(leading)])
        elif names.count(";") + 1 == len(identifiers):
            found.append(accessions.species(accessions.parse(entry).mnemonic))
        else:
            found.append("")
    return found
