"""The genes of an atlas -> the proteins of an organism: by accession, else by Ensembl id, else by official symbol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from myosieve.secretome.accessions import canonical


@dataclass(frozen=True)
class Matched:
    """Which protein each gene of an atlas is.

    Attributes
    ----------
    pairs
        Columns row (label of the atlas's row), accession (of the wanted organism) and orthology (whether by a human ortholog).
    n_rows, n_unmatched
        Rows of the atlas, and those of them that are no protein of the wanted organism.
    """

    pairs: pd.DataFrame
    n_rows: int
    n_unmatched: int


def match(keys: pd.DataFrame, genes: pd.DataFrame, organism: str) -> Matched:
    """Match the rows of an atlas to accessions of an organism.

    Parameters
    ----------
    keys
        As `Atlas.keys`. The first of accession, Ensembl id and gene symbol that is known counts.
    genes
        The table of genes (contract GENES).
    organism
        human, mouse or rat. What is human is carried over to the orthologs.

    Notes
    -----
    A symbol is looked up among the official symbols of one organism: the wanted one where more of the atlas's symbols are its
    own, else human.
    """
    own = genes[genes["organism"] == organism]
    human = genes[genes["organism"] == "human"]
    direct = set(own["accession"])
    orthologs = _several(human_accession=own["human_accession"], accession=own["accession"])
    known = set(human["accession"])
    ensembl = _several(ensembl=human["ensembl"], accession=human["accession"])
    symbols = {name: _symbols(table) for name, table in (("own", own), ("human", human))}
    asked = set(keys["gene"]) - {""}
    chosen = "own" if len(asked & set(symbols["own"])) > len(asked & set(symbols["human"])) else "human"
    found: list[tuple[object, str, bool]] = []
    for row, accessions, ids, gene in zip(keys.index, keys["accession"], keys["ensembl"], keys["gene"], strict=True):
        mine = [one for one in map(canonical, _parts(accessions)) if one in direct or one in known]
        if not mine:
            mine = [one for part in _parts(ids) for one in ensembl.get(part, ())]
        if not mine and gene:
            mine = list(symbols[chosen].get(gene, ()))
        for one in mine:
            if one in direct:
                found.append((row, one, False))
            else:
                found += [(row, other, True) for other in orthologs.get(one, ())]
    pairs = pd.DataFrame(found, columns=["row", "accession", "orthology"]).drop_duplicates(["row", "accession"])
    return Matched(pairs.reset_index(drop=True), len(keys), len(keys) - pairs["row"].nunique())


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _symbols(genes: pd.DataFrame) -> dict[str, list[str]]:
    return _several(gene=genes["gene"], accession=genes["accession"])


def _several(**columns: pd.Series) -> dict[str, list[str]]:
    """Return the values of the second column by each part (at ';') of the first."""
    found: dict[str, list[str]] = {}
    for cell, value in zip(*(column.fillna("") for column in columns.values()), strict=True):
        for part in _parts(cell):
            found.setdefault(part, []).append(value)
    return found


def gathered(values: pd.DataFrame, pairs: pd.DataFrame, accessions: Iterable[str]) -> pd.DataFrame:
    """Return the values of an atlas's rows by accession: the highest of its rows where several are one protein."""
    rows = values.loc[pairs["row"]].groupby(pairs["accession"].to_numpy()).max()
    return rows.reindex(list(accessions))


def names_of(genes: pd.DataFrame, organism: str) -> Mapping[str, str]:
    """Return the symbol of each accession of an organism."""
    own = genes[genes["organism"] == organism]
    return dict(zip(own["accession"], own["gene"].fillna(""), strict=True))
