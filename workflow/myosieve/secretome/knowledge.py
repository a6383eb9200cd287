"""Reading the knowledge tables that judge leak and serum."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from myosieve import files
from myosieve.errors import InputError
from myosieve.knowledge import CONTAMINANTS, LEAK_MARKERS, ORGANISMS
from myosieve.secretome.accessions import canonical


@dataclass(frozen=True)
class SpeciesKnowledge:
    """What tells a protein of the cells from one of the culture serum.

    Attributes
    ----------
    host
        Species name of the cells.
    serum
        Species names whose serum feeds cells, without the host.
    mnemonics
        UniProt entry name suffix -> species name, of host and serum species.
    listed
        Accession -> species name, for the serum proteins on contaminant lists and for whatever of the host is on them
        (its keratins, its albumin): these are its own.
    not_serum
        Accessions on contaminant lists for another reason than serum (calibration proteins, enzymes).
    """

    host: str
    serum: frozenset[str]
    mnemonics: dict[str, str]
    listed: dict[str, str]
    not_serum: frozenset[str]


def read_leak_markers(folder: Path, organism: str) -> pd.DataFrame:
    """Read the leak markers of one organism; an organism that the file does not know has no rows."""
    table = files.read_table(folder / "leak_markers.tsv", LEAK_MARKERS)
    table = table[table["organism"] == organism]
    return table.assign(accession=table["accession"].map(canonical))


def read_species(folder: Path, organism: str) -> SpeciesKnowledge:
    """Read what tells host from serum.

    Raises
    ------
    InputError
        A file is missing, or `organisms.tsv` does not know the organism of the study.
    """
    path = folder / "organisms.tsv"
    organisms = files.read_table(path, ORGANISMS)
    host = organisms.loc[organisms["key"] == organism, "species"]
    if host.empty:
        known = ", ".join(organisms.loc[organisms["role"] == "host", "key"])
        raise InputError(f"organism {organism!r} is not in the table", path, f"add its row, or use one of {known}")
    contaminants = files.read_table(folder / "contaminants.tsv", CONTAMINANTS)
    return species_knowledge(organisms, contaminants, host.iloc[0])


def species_knowledge(organisms: pd.DataFrame, contaminants: pd.DataFrame, host: str) -> SpeciesKnowledge:
    """Return what tells host from serum; the frames are `organisms.tsv` and `contaminants.tsv`, host is a species name."""
    accession = contaminants["accession"].map(canonical)
    own = contaminants["organism"] == host
    serum = contaminants["kind"] == "serum"
    telling = serum | own
    return SpeciesKnowledge(
        host=host,
        serum=frozenset(organisms.loc[(organisms["role"] == "serum") & (organisms["species"] != host), "species"]),
        mnemonics=dict(zip(organisms["mnemonic"], organisms["species"], strict=True)),
        listed=dict(zip(accession[telling], contaminants.loc[telling, "organism"].fillna("unknown"), strict=True)),
        not_serum=frozenset(accession[~serum]),
    )
