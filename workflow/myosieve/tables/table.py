"""What every reader of a search engine's table returns."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class QuantTable:
    """Protein groups and their intensities in the samples of the sheet.

    Attributes
    ----------
    proteins
        One row per protein group, columns of `schema.PROTEINS`, in the order of the engine's table.
    intensities
        Index = `protein_group`, one column per sample in the order of the sheet; linear scale, float64, missing = NaN
        (a 0 of the engine is missing).
    engine
        The search engine, as "MaxQuant".
    version
        Its version where the table tells, else "".
    quantity
        lfq, ibaq or intensity.
    left_out
        Columns of the table that look like samples of this quantity and are not in the sheet.
    notes
        Sentences that a reader must see before trusting the values.
    """

    proteins: pd.DataFrame
    intensities: pd.DataFrame
    engine: str
    version: str
    quantity: str
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
