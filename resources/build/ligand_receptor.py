"""Ligand-receptor pairs and how many resources list them: `receptors.tsv`."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from orthologs import ReviewedEntries
from packages import ACCESSION, MNEMONICS

# Compiled from the other resources, so no evidence of their own. The mouse consensus is the human one carried over to
# mouse symbols; it holds IL6's receptors as a complex only, which fewer resources list than they list its false receptor F3.
COMPILED = {"consensus", "mouseconsensus"}
# Resources whose pairs were read from literature one by one.
CURATED = {"cellphonedb", "connectomedb2020", "guide2pharma"}

Pair = tuple[tuple[str, ...], tuple[str, ...]]


def read_pairs(path: Path) -> list[dict[str, str]]:
    """Read omni_resource.csv: source and target (accessions), their symbols, and the resource."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def receptors(rows: Iterable[Mapping[str, str]], reviewed: ReviewedEntries) -> list[dict[str, str]]:
    """Return the rows of `receptors.tsv`: one per organism, ligand and receptor.

    Human pairs that at least two resources list, or a curated one; in mouse and rat the same pairs by ortholog, where every
    member has one. Members of a complex are joined by '+', in the order of their symbols.

    Parameters
    ----------
    rows
        What `read_pairs` returns.
    reviewed
        The genes with their entries, for the orthologs.
    """
    resources: dict[Pair, set[str]] = defaultdict(set)
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row["resource"] in COMPILED:
            continue
        pair = _members(row["source"]), _members(row["target"])
        resources[pair].add(row["resource"])
        for side in ("source", "target"):
            if len(_members(row[side])) == 1:
                spelled[row[side]][_symbol(row[f"{side}_genesymbol"])] += 1
    names = _names(spelled, resources, reviewed)
    genes = reviewed.human_genes()
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for (ligand, receptor), listed_by in sorted(resources.items()):
        if len(listed_by) < 2 and not listed_by & CURATED:
            continue
        for organism in MNEMONICS:
            sides = [_carried(side, organism, names, genes, reviewed) for side in (ligand, receptor)]
            if all(sides):
                row = _row(organism, sides[0], sides[1], listed_by)
                key = organism, row["ligand_accession"], row["receptor_gene"]
                if key not in found or int(found[key]["resources"]) < len(listed_by):
                    found[key] = row
    return list(found.values())


def _row(
    organism: str, ligand: list[tuple[str, str]], receptor: list[tuple[str, str]], listed_by: set[str]
) -> dict[str, str]:
    return {
        "organism": organism,
        "ligand_accession": "+".join(accession for _, accession in ligand),
        "ligand_gene": "+".join(symbol for symbol, _ in ligand),
        "receptor_gene": "+".join(symbol for symbol, _ in receptor),
        "receptor_accession": "+".join(accession for _, accession in receptor),
        "resources": str(len(listed_by)),
        "curated": "yes" if listed_by & CURATED else "no",
        "sources": ";".join(sorted(listed_by)),
    }


def _names(spelled: Mapping[str, Counter[str]], pairs: Iterable[Pair], reviewed: ReviewedEntries) -> dict[str, str]:
    """Return the symbol of every accession: the commonest spelling in the table; UniProt's for one seen in complexes only."""
    names = {}
    for accession in {one for pair in pairs for side in pair for one in side}:
        counts = spelled.get(accession)
        if counts:
            names[accession] = min(counts, key=lambda symbol: (-counts[symbol], symbol))
        elif accession in reviewed.entries:
            names[accession] = reviewed.entries[accession].gene
    return names


def _carried(
    accessions: tuple[str, ...],
    organism: str,
    names: Mapping[str, str],
    genes: Mapping[str, tuple[int, ...]],
    reviewed: ReviewedEntries,
) -> list[tuple[str, str]]:
    """Return (symbol, accession) of each member in an organism, sorted; empty where a member is missing there."""
    members = []
    for human in accessions:
        if organism == "human":
            accession, symbol = human, names.get(human)
        else:
            orthologs = (reviewed.one(gene, organism) for gene in genes.get(human, ()))
            accession = next((one for one in orthologs if one), None)
            symbol = reviewed.entries[accession].gene if accession else None
        if not symbol:
            return []
        members.append((symbol, accession))
    return sorted(members)


def _members(text: str) -> tuple[str, ...]:
    """Return the accessions of "COMPLEX:P08887_P40189", sorted."""
    members = sorted(text.removeprefix("COMPLEX:").split("_"))
    wrong = [member for member in members if not ACCESSION.fullmatch(member)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} in {text!r} is not a UniProt accession")
    return tuple(members)


def _symbol(text: str) -> str:
    """Return "IFNA1" of "IFNA1;": a stray ';' behind a symbol is a slip of the table."""
    return text.strip(" ;")
