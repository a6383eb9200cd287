"""Proteins that come with the culture or the laboratory: `contaminants.tsv`."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from packages import ACCESSION, Entry

HUMAN = "Homo sapiens"
# Differentiation media hold horse serum, which no contaminant library covers.
HORSE, HORSE_MNEMONIC = "Equus caballus", "HORSE"


def read_contaminants(path: Path) -> list[dict[str, str]]:
    """Read contaminations.txt."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def contaminants(rows: Iterable[Mapping[str, str]], entries: Mapping[str, Entry]) -> list[dict[str, str]]:
    """Return the rows of `contaminants.tsv`: one per accession.

    The list's rows, less its affinity tags, which have no UniProt accession; and the reviewed horse entries that carry the
    gene name of one of the list's serum proteins.

    Parameters
    ----------
    rows
        What `read_contaminants` returns.
    entries
        Reviewed UniProt entries by accession, for horse serum.
    """
    found: dict[str, dict[str, str]] = {}
    serum_genes = set()
    for row in rows:
        accession = row["Uniprot ID"].strip()
        if not ACCESSION.fullmatch(accession):
            continue
        species = row["Organism"].split("(")[0].strip()
        kind = _kind(species, row["Protein names"], row["Source of Contamination"])
        found[accession] = _row(accession, species, row["Source of Contamination"].strip(), kind)
        if kind == "serum":
            serum_genes |= set(row["Gene names"].split()[:1])
    for entry in entries.values():
        if entry.mnemonic == HORSE_MNEMONIC and entry.gene in serum_genes and entry.accession not in found:
            source = "Horse serum, by gene name of a bovine serum contaminant"
            found[entry.accession] = _row(entry.accession, HORSE, source, "serum")
    return list(found.values())


def _row(accession: str, species: str, source: str, kind: str) -> dict[str, str]:
    return {"accession": accession, "organism": species, "source_of_contamination": source, "kind": kind}


def _kind(species: str, protein: str, source: str) -> str:
    """Return serum, keratin, enzyme or other. A human protein is never serum: it may be what the cells secrete."""
    if "FBS" in source and species and species != HUMAN:
        return "serum"
    if any(word in protein.lower() for word in ("keratin", "krt")):
        return "keratin"
    return "enzyme" if "enzyme" in source.lower() else "other"
