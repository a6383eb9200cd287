"""Identifiers of a table's rows -> the protein groups' common columns (`schema.PROTEINS`), the same for every engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import accessions
from myosieve.tables.accessions import Identifier
from myosieve.tables.column_names import told
from myosieve.tables.source import Table

YES = ("+", "true", "yes", "1", "y", "t")


@dataclass(frozen=True)
class Groups:
    """The protein groups of a table's rows, taken apart.

    Attributes
    ----------
    keys
        Protein group ids as the table writes them; may repeat.
    identifiers
        The identifiers of each group.
    leading
        The leading one of each: the first target that is no contaminant, else the first target, else the first.
    """

    keys: list[str]
    identifiers: list[list[Identifier]]
    leading: list[Identifier]


def groups_of(ids: pd.Series, path: Path, written_by: str) -> Groups:
    """Take the protein group ids of a table apart.

    Parameters
    ----------
    ids
        One cell per row, index = line; identifiers are separated by `;`, `,` or, where each is a full one, `/`.
    path, written_by
        The table and the engine that wrote it, for messages.

    Raises
    ------
    InputError
        A row has no identifier.
    """
    keys = [cell.strip() for cell in ids]
    taken_apart = {key: [accessions.parse(one) for one in accessions.split(key)] for key in dict.fromkeys(keys)}
    for line, key in zip(ids.index, keys, strict=True):
        if not taken_apart[key]:
            raise InputError(f"line {line} has no protein identifier", path, f"give the table as {written_by} wrote it")
    identifiers = [taken_apart[key] for key in keys]
    leads = {key: accessions.leading(group) for key, group in taken_apart.items()}
    return Groups(keys, identifiers, [leads[key] for key in keys])


def proteins_frame(
    groups: Groups,
    *,
    genes: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    organisms: Sequence[str] | None = None,
    peptides: Sequence[float] | float = float("nan"),
    unique_peptides: Sequence[float] | float = float("nan"),
    flags: Mapping[str, np.ndarray] | None = None,
    further_ids: Sequence[pd.Series] = (),
) -> pd.DataFrame:
    """Return `schema.PROTEINS`, with YES_NO columns as booleans.

    Parameters
    ----------
    groups
        From `groups_of`.
    genes, names, organisms
        Per row, '' where the table does not tell. Organisms may be written in any way that `accessions.scientific` knows; one
        that is missing is that of the leading identifier's species mnemonic (`sp|P02768|ALBU_HUMAN`).
    peptides, unique_peptides
        Counts per row; NaN = unknown. Averages of counts, as tables of conditions have them, are rounded.
    flags
        The engine's own `decoy`, `contaminant` and `only_by_site`, booleans per row.
    further_ids
        Other columns with identifiers of the same rows; a row of which one column has nothing but decoys is a decoy.

    A group is a contaminant when the engine's flag says so (`contaminant_by` names it "engine") or when its leading identifier
    carries a contaminant prefix ("prefix"); the shipped list is `contaminants.py`'s. Genes play no part: bovine and human
    albumin share one.
    """
    engine = flags or {}
    count = len(groups.keys)
    nothing, blank = np.zeros(count, dtype=bool), [""] * count
    decoy = engine.get("decoy", nothing) | np.array([one.decoy for one in groups.leading], dtype=bool)
    for ids in further_ids:
        decoy = decoy | ids.map(_only_decoys).to_numpy(dtype=bool)
    by = {
        "engine": engine.get("contaminant", nothing),
        "prefix": np.array([one.contaminant for one in groups.leading], dtype=bool),
    }
    told = organisms if organisms is not None else blank
    named = {cell: accessions.scientific(cell) for cell in set(told)}
    species = [named[cell] or accessions.species(one.mnemonic) for cell, one in zip(told, groups.leading, strict=True)]
    return pd.DataFrame(
        {
            "protein_group": accessions.unique(groups.keys),
            "accession": [one.accession for one in groups.leading],
            "accessions": [accessions.joined(group) for group in groups.identifiers],
            "gene": list(genes) if genes is not None else blank,
            "protein_name": list(names) if names is not None else blank,
            "organism": species,
            "peptides": np.round(peptides),
            "unique_peptides": np.round(unique_peptides),
            "decoy": decoy,
            "contaminant": np.logical_or.reduce(list(by.values())),
            "contaminant_by": [
                ";".join(source for source, hits in by.items() if hits[place]) for place in range(count)
            ],
            "only_by_site": engine.get("only_by_site", nothing),
        }
    )


def yes(cells: pd.Series) -> np.ndarray:
    """Return whether each cell of a flag's column says yes (+, True, yes, 1)."""
    return cells.str.strip().str.lower().isin(YES).to_numpy()


def text_columns(table: Table, names: Sequence[str]) -> pd.DataFrame:
    """Return the table's columns of these names as stripped text; one that it has not is empty, as is NA."""
    there = [name for name in names if name in table.header]
    text = table.columns([table.header.index(name) for name in there])
    text.columns = there
    text = text.apply(lambda cells: cells.str.strip())
    text = text.apply(lambda cells: told(cells, genes=cells.name in ("Gene", "Genes")))
    return text.reindex(columns=list(names), fill_value="")


def _only_decoys(cell: str) -> bool:
    found = [accessions.parse(one) for one in accessions.split(cell)]
    return bool(found) and all(one.decoy for one in found)
