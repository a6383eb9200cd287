"""How sure a candidate is, in one word: a count of what speaks against it.

high: a hit, of a class that leads out of the cell, with neither leak nor serum flag and both checks run.
medium: a hit with one of these in doubt. low: no hit, or more in doubt.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

LEVELS = ("high", "medium", "low")
# Classes that lead out of the cell whole or in part; the others would have to leave it by dying.
RELEASED = ("classical", "shed", "gpi_anchored", "annotated", "unconventional")


def confidence(rows: pd.DataFrame, fdr: float) -> np.ndarray:
    """Return high, medium or low for each row.

    Parameters
    ----------
    rows
        q_value, secretion_class, leak_flag, serum_flag; texts '' where missing. A check that did not run says so in its flag,
        and leaves the question as open as a flag does.
    fdr
        q-value up to which a row is a hit; without a q-value it is none.
    """
    doubts = (
        (~rows["secretion_class"].isin(RELEASED)).astype(int)
        + (rows["leak_flag"] != "").astype(int)
        + (rows["serum_flag"] != "").astype(int)
    )
    hit = rows["q_value"] <= fdr
    return np.select([hit & (doubts == 0), hit & (doubts == 1)], LEVELS[:2], LEVELS[2])
