"""Blanks: medium that saw no cells. What it holds came from serum, supplements and the preparation.

The comparison is made before normalization, which would lift a nearly empty blank to the level of a medium.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

NOT_RUN = "not run"
IN_BLANK, NOT_IN_BLANK = "in the blank as much as in the medium", "not in the blank"
# Less than twofold over the blank (log2), in at least this share of the blanks.
AS_MUCH, SEEN_IN = 1.0, 0.5


def blank_ratio(log2: np.ndarray, medium: np.ndarray, blank: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how much more of each protein is in the medium of cells than in the blanks.

    Parameters
    ----------
    log2
        log2 intensities before normalization (groups x samples), NaN = missing.
    medium, blank
        Which samples are secretomes and which are blanks (booleans).

    Returns
    -------
    Mean over the observed secretome samples minus mean over the observed blanks (log2 units; NaN where either has no value),
    and the number of blanks in which the protein is seen.
    """
    count = np.isfinite(log2[:, blank]).sum(axis=1)
    return _mean(log2[:, medium]) - _mean(log2[:, blank]), count


def blank_flags(ratio: np.ndarray, n_blank: np.ndarray, blanks: int) -> np.ndarray:
    """Return each protein's flag.

    Parameters
    ----------
    ratio, n_blank
        From `blank_ratio`.
    blanks
        Number of blanks; 0 gives 'not run'.

    Returns
    -------
    'in the blank as much as in the medium' (less than twofold over the blanks and in at least half of them), 'not in the
    blank' (in none of them), '' in between.
    """
    if blanks == 0:
        return np.full(len(ratio), NOT_RUN, dtype=object)
    with np.errstate(invalid="ignore"):
        as_much = (ratio < AS_MUCH) & (n_blank >= SEEN_IN * blanks)
    return np.where(n_blank == 0, NOT_IN_BLANK, np.where(as_much, IN_BLANK, "")).astype(object)


def log2_factors(cells: pd.Series | None, wanted: np.ndarray) -> np.ndarray | None:
    """Return log2 of the samples' normalization factors, to be taken off their values; None where not all wanted have one.

    Parameters
    ----------
    cells
        Column `normalization_factor` of the sheet (text or numbers); None = the sheet has none.
    wanted
        Which samples need one; the others get 0 where theirs is missing.
    """
    if cells is None:
        return None
    text = cells.map(lambda cell: "" if pd.isna(cell) else str(cell).strip().replace(",", "."))
    numbers = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float)
    good = np.isfinite(numbers) & (numbers > 0)
    if not good[wanted].all():
        return None
    return np.log2(np.where(good, numbers, 1.0))


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean of each row over its values; NaN in a row without any."""
    seen = np.isfinite(values)
    count = seen.sum(axis=1)
    total = np.where(seen, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
