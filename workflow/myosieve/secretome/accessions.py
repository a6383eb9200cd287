"""Recognizing proteins by accession, the only key that tells species apart; a gene symbol never does.

Bovine and human serum albumin are both ALB, so every look-up in a knowledge table goes through here: all majority
accessions of a group are considered, and the isoform suffix (`P02751-7`) and the marks that search engines put before a
contaminant's accession (`CON__P02769`) are ignored. A decoy is not the protein whose sequence was reversed: `targets`
takes its accessions away.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from myosieve.tables.accessions import parse

_ISOFORM = re.compile(r"-\d+$")


def canonical(accession: str) -> str:
    """Return an accession without contaminant mark, FASTA pipes and isoform suffix.

    Examples
    --------
    >>> [canonical(text) for text in ("CON__P02769", "P02751-7", "sp|P05231|IL6_HUMAN")]
    ['P02769', 'P02751', 'P05231']
    """
    return _ISOFORM.sub("", parse(accession).accession)


def targets(proteins: pd.DataFrame) -> pd.Series:
    """Return the majority accessions of each group of proteins.tsv (columns `accessions`, `decoy`), missing for decoys."""
    return proteins["accessions"].where(proteins["decoy"] != "yes")


def exploded(cells: pd.Series) -> pd.DataFrame:
    """Return one row per protein group and accession.

    Parameters
    ----------
    cells
        Majority accessions of each group, separated by ';'.

    Returns
    -------
    DataFrame with `row` (position of the group in `cells`) and `accession` (canonical, each once per group), ordered by
    position; a group without accession has no row.
    """
    pairs = [
        (row, canonical(accession))
        for row, cell in enumerate(cells.fillna(""))
        for accession in cell.split(";")
        if accession.strip()
    ]
    rows, accessions = ([pair[part] for pair in pairs] for part in (0, 1))
    table = pd.DataFrame({"row": np.array(rows, dtype=int), "accession": np.array(accessions, dtype=object)})
    return table.drop_duplicates().reset_index(drop=True)


def contains_any(cells: pd.Series, wanted: Collection[str]) -> np.ndarray:
    """Return, per protein group, whether any of its accessions is wanted (booleans, in the order of `cells`)."""
    pairs = exploded(cells)
    found = np.zeros(len(cells), dtype=bool)
    found[pairs.loc[pairs["accession"].isin(set(wanted)), "row"]] = True
    return found
