"""Reading the sequences of serum species out of FASTA files, and the peptides of the medium out of precursors.parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from myosieve import schema
from myosieve.errors import InputError
from myosieve.secretome import peptides
from myosieve.secretome.accessions import canonical
from myosieve.secretome.knowledge import SpeciesKnowledge
from myosieve.secretome.serum import UNKNOWN, species_of_accession
from myosieve.sequence import fasta
from myosieve.tables.accessions import scientific


class Record(NamedTuple):
    """A sequence that serum may bring along: canonical accession, species name (`UNKNOWN` = not told), residues."""

    accession: str
    species: str
    sequence: str


def serum_records(searched: Sequence[Path], named: Sequence[Path], knowledge: SpeciesKnowledge) -> Iterator[Record]:
    """Yield the serum proteins among the records of FASTA files, one at a time.

    Of the files that were searched, entries of serum species count. Of those that the user names as serum, all but the
    host's own do (a list of contaminants holds human keratins and albumin). Enzymes, calibration proteins and whatever else
    is on the shipped list for another reason than serum never do; neither do decoys. The species is that of the header
    (OS=, OX=, entry name), else of the accession; a gene symbol tells nothing.

    Parameters
    ----------
    searched, named
        The study's `fasta` and `serum_fasta`.
    knowledge
        What tells host from serum.

    Raises
    ------
    InputError
        A file is missing or no FASTA; a file of `named` has no sequence that could come from serum.
    """
    for path in searched:
        yield from _records(path, knowledge, named=False)
    for path in named:
        empty = True
        for record in _records(path, knowledge, named=True):
            empty = False
            yield record
        if empty:
            raise InputError(
                f"no sequence in it is of another species than {knowledge.host}, contaminants other than serum left aside",
                path,
                "name files with proteins of the culture serum under serum_fasta",
            )


def _records(path: Path, knowledge: SpeciesKnowledge, *, named: bool) -> Iterator[Record]:
    for header, sequence in fasta.stream(path):
        if fasta.is_decoy(header.accession):
            continue
        accession = canonical(header.accession)
        if accession in knowledge.not_serum or not sequence:
            continue
        species = scientific(header.organism) or species_of_accession(accession, knowledge)
        if species == knowledge.host or (not named and species not in knowledge.serum):
            continue
        yield Record(accession, species or UNKNOWN, sequence)


def medium_peptides(path: Path, groups: pd.Series, medium: Iterable[str]) -> pd.DataFrame:
    """Return the distinct peptides of each protein group that any secretome sample has a value of.

    Parameters
    ----------
    path
        precursors.parquet of `intake`.
    groups
        Protein groups, in the order of the study.
    medium
        Names of the secretome samples.

    Returns
    -------
    DataFrame of `group` (position in `groups`), `sequence` (residues alone, I written as L) and `intensity` (linear, summed
    over precursors and secretome samples), ordered by group and sequence. Without rows where the table has no sequences.

    Raises
    ------
    InputError
        The file is missing, damaged or no table of precursors.
    """
    import pyarrow.parquet as pq

    try:
        stored = pq.ParquetFile(path)
    except (OSError, ValueError):
        raise InputError("the file is missing or damaged", path, "give precursors.parquet of `intake`") from None
    names = stored.schema_arrow.names
    schema.PRECURSORS.require(pd.DataFrame(columns=names), path)
    table = stored.read(columns=["protein_group", "sequence"]).to_pandas()
    table["intensity"] = 0.0
    for name in medium:  # a column at a time: the whole table may be as large as memory allows once
        if name not in names:
            raise InputError(f"column of sample {name!r} is missing", path, "run `intake` again")
        values = stored.read(columns=[name]).column(0).to_pandas().to_numpy(dtype=float)
        table["intensity"] += np.where(values > 0, values, 0.0)
    table["group"] = table["protein_group"].map(pd.Series(np.arange(len(groups)), index=groups))
    table["sequence"] = peptides.bare(table["sequence"]).str.replace("[IJ]", "L", regex=True)
    told = table["group"].notna() & (table["sequence"].str.len() >= peptides.PREFIX) & (table["intensity"] > 0)
    rows = table.loc[told, ["group", "sequence", "intensity"]].astype({"group": np.int64})
    return rows.groupby(["group", "sequence"], as_index=False)["intensity"].sum()
