"""What every reader of a search engine's table returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Precursors:
    """Precursors (or peptides) and their intensities in the samples of the sheet.

    Attributes
    ----------
    features
        One row per precursor, columns of `schema.PRECURSORS`: `precursor` (unique), `protein_group` (a key of the proteins),
        `sequence` (of amino acids; '' where the table does not tell). Rows of a protein group need not stand together.
    intensities
        Index = `precursor`, one column per sample in the order of the sheet; linear scale, float64, missing = NaN.
    """

    features: pd.DataFrame
    intensities: pd.DataFrame


@dataclass(frozen=True)
class QuantTable:
    """Protein groups and their intensities in the samples of the sheet.

    Attributes
    ----------
    proteins
        One row per protein group, columns of `schema.PROTEINS`, in the order of the engine's table.
    intensities
        Index = `protein_group`, one column per sample in the order of the sheet; linear scale, float64, missing = NaN
        (a 0 of the engine is missing). All missing where the table has precursors only: they are rolled up later.
    engine
        The search engine, as "MaxQuant".
    version
        Its version where the table tells, else "".
    quantity
        One of `QUANTITIES`; of the precursors where the table has nothing else.
    left_out
        Columns or runs of the table that look like samples of this quantity and are not in the sheet.
    notes
        Sentences that a reader must see before trusting the values.
    peptide_counts
        As `intensities`: how many peptides of the group each sample has; None where the table does not tell.
    precursors
        None where the table has protein groups only.
    removed
        Rows of the table that were left out while it was read, by reason (count).
    """

    proteins: pd.DataFrame
    intensities: pd.DataFrame
    engine: str
    version: str
    quantity: str
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    peptide_counts: pd.DataFrame | None = None
    precursors: Precursors | None = None
    removed: Mapping[str, int] = field(default_factory=dict)


# What the values are, and how the methods text calls them. "normalized" is by the engine, across the runs.
QUANTITIES = {
    "lfq": "MaxLFQ intensities (Cox et al. 2014, doi:10.1074/mcp.M113.031591)",
    "normalized": "intensities that the search engine normalized across the runs",
    "intensity": "intensities",
    "reporter": "reporter ion intensities of isobaric labels",
    "ratio": "ratios of isotope labels",
    "scaled": "abundances that the search engine scaled to the same average for every protein",
    "ibaq": "iBAQ intensities (Schwanhäusser et al. 2011, doi:10.1038/nature10098)",
    "spectral_count": "spectral counts",
}
