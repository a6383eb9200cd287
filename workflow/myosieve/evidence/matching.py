"""Which protein an identifier means: whole headers, isoforms, prefixes of contaminants, suffixes of standards."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

import pandas as pd

from myosieve.sequence import fasta

_SUFFIX = re.compile(r"(?i)(?<=\d)ups$")
_ISOFORM = re.compile(r"-\d+$")


def aliases(accession: str) -> list[str]:
    """Return the accession and what else may stand for the same protein, the nearest first.

    `CON__P02769` is P02769 and `P02768ups` is P02768, as in MaxQuant's contaminants and the UPS standards; for an isoform
    the canonical entry (`P05231-2` -> `P05231`) comes last, since its sequence is another one.
    """
    plain = _SUFFIX.sub("", fasta.CONTAMINANT.sub("", accession))
    return list(dict.fromkeys([accession, plain, _ISOFORM.sub("", plain)]))


def canonical(accession: str) -> str:
    """Return the canonical entry of an isoform (`P05231-2` -> `P05231`), or empty for what is no isoform."""
    plain = _SUFFIX.sub("", fasta.CONTAMINANT.sub("", accession))
    entry = _ISOFORM.sub("", plain)
    return entry if entry != plain else ""


def same_sequence(accession: str) -> list[str]:
    """Return the accession and its aliases that mean the same sequence: all but the canonical entry of an isoform."""
    entry = canonical(accession)
    return [name for name in aliases(accession) if name != entry]


def recognize(identifier: str, known: Container[str]) -> str | None:
    """Return the known accession that a tool's identifier stands for, or None.

    The whole identifier is tried before its first word: in `Clivia miniata DN51042` the first word names the species.
    """
    words = identifier.split()
    tried = [identifier, *(fasta.accession_of(words[0]) for _ in words[:1])]
    return next((name for name in tried if name in known), None)


def every_alias(accessions: Iterable[str]) -> set[str]:
    """Return all accessions together with their aliases."""
    return {alias for accession in accessions for alias in aliases(accession)}


@dataclass(frozen=True)
class Matched:
    """A tool's calls by accession (`calls`), and the accessions for which it has more than one result (`contradicted`)."""

    calls: pd.DataFrame
    contradicted: list[str]


def assign(table: pd.DataFrame, known: Container[str]) -> Matched:
    """Return a tool's calls on the known proteins, by accession; the first result of each.

    Parameters
    ----------
    table
        Calls as `formats.parse` returns them: `accession` is the tool's identifier, the index the protein in the file.
    known
        Accessions of the study and their aliases.
    """
    identifiers = table["accession"].groupby(level=0).first()
    accessions = identifiers.map(lambda name: recognize(name, known), na_action=None).dropna()
    cells = zip(table["feature"], table["call"], table["start"], table["end"], strict=True)
    said = pd.Series([str(row) for row in cells], index=table.index, dtype=str).groupby(level=0).agg(" ".join)
    results = pd.DataFrame({"accession": accessions, "said": said[accessions.index]}).drop_duplicates()
    contradicted = results.loc[results["accession"].duplicated(), "accession"].drop_duplicates().tolist()
    first = accessions.drop_duplicates()
    calls = table[table.index.isin(first.index)]
    return Matched(calls.assign(accession=first[calls.index].to_numpy()).reset_index(drop=True), contradicted)
