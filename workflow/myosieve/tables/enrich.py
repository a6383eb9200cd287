"""What a table does not say of its proteins and others know: FASTA headers, and the shipped list of contaminants."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from myosieve import files
from myosieve.tables import accessions
from myosieve.tables.decoding import DAMAGE, damaged, open_binary

SPECIES = {"human": "Homo sapiens", "mouse": "Mus musculus", "rat": "Rattus norvegicus"}


def with_listed_contaminants(proteins: pd.DataFrame, cells: str) -> pd.DataFrame:
    """Mark protein groups all of whose accessions stand in the shipped list of contaminants.

    Entries of the cells' own species do not count: a keratin may be theirs as well as that of a skin, and only a flag or a
    prefix of the search tells that it is the latter's sequence.

    Parameters
    ----------
    proteins
        As `features.proteins_frame` returns it.
    cells
        Species of the cells ("Homo sapiens").
    """
    listed = pd.read_csv(files.shipped("knowledge/contaminants.tsv"), sep="\t", dtype=str)
    foreign = frozenset(listed.loc[listed["organism"] != cells, "accession"])
    hits = (
        proteins["accessions"]
        .map(lambda cell: all(one.partition("-")[0] in foreign for one in cell.split(";")))
        .to_numpy(dtype=bool)
    )
    by = proteins["contaminant_by"].where(~hits, proteins["contaminant_by"].map(lambda by: f"{by};list".lstrip(";")))
    return proteins.assign(contaminant=proteins["contaminant"] | hits, contaminant_by=by)


def with_headers(proteins: pd.DataFrame, fasta: Iterable[Path]) -> pd.DataFrame:
    """Fill in gene, protein name and organism where the table has none and a FASTA header does.

    Parameters
    ----------
    proteins
        As `features.proteins_frame` returns it.
    fasta
        FASTA files; of an accession in several, the first counts.

    Raises
    ------
    InputError
        A file is missing or damaged.
    """
    columns = {"gene": "gene", "protein_name": "name", "organism": "organism"}
    lacking = (proteins[list(columns)] == "").any(axis=1)
    wanted = set(proteins.loc[lacking, "accession"])
    known: dict[str, accessions.Description] = {}
    for path in fasta:
        for identifier, header in _headers(path):
            if identifier.accession in wanted and not (identifier.contaminant or identifier.decoy):
                known.setdefault(identifier.accession, accessions.describe(header, identifier.accession))
    filled = {
        column: [
            cell or getattr(known.get(accession, accessions.Description()), attribute)
            for cell, accession in zip(proteins[column], proteins["accession"], strict=True)
        ]
        for column, attribute in columns.items()
    }
    return proteins.assign(**filled)


def _headers(path: Path) -> Iterable[tuple[accessions.Identifier, str]]:
    try:
        with io.TextIOWrapper(open_binary(path), encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith(">"):
                    header = line[1:].strip()
                    yield accessions.parse(header.partition(" ")[0]), header
    except DAMAGE as error:
        raise damaged(error, path) from None
