"""How sure a candidate is, in three words: a count of what speaks against it, from the columns of the candidates table.

high: a hit, of a class with a way out of the cell, with neither leak nor serum flag and both checks run.
medium: a hit with one of these reservations. low: no hit, or a hit with two reservations or more.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from myosieve.secretome.leak import NOT_RUN

LEVELS = ("high", "medium", "low")
# Classes that lead out of the cell whole or in part; the others would have to leave it by dying.
RELEASED = ("classical", "shed", "gpi_anchored", "annotated", "unconventional")


def confidence(candidates: pd.DataFrame, fdr: float) -> pd.Series:
    """Return high, medium or low for each row.

    Parameters
    ----------
    candidates
        q_value, secretion_class, leak_flag, serum_flag.
    fdr
        q-value up to which a row is a hit; without a q-value it is none.
    """
    against = (
        (~candidates["secretion_class"].isin(RELEASED)).astype(int)
        + candidates["leak_flag"].notna().astype(int)  # flagged, or not run: either leaves the question open
        + candidates["serum_flag"].notna().astype(int)
    )
    hit = candidates["q_value"] <= fdr
    levels = np.select([hit & (against == 0), hit & (against == 1)], ["high", "medium"], "low")
    return pd.Series(levels, index=candidates.index, dtype="str")


def reservations(row: object) -> list[str]:
    """Return in words what keeps a hit from high confidence."""
    found = []
    if row.secretion_class not in RELEASED:
        found.append("no way out of the cell is known")
    for name, flag in (("leak", row.leak_flag), ("serum", row.serum_flag)):
        if isinstance(flag, str):
            found.append(f"{name} check not run" if flag == NOT_RUN else f"{name}: {flag}")
    return found
