"""The chosen columns of a table -> linear intensities, checked for being what they claim."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.tables.text import TextTable, to_numbers

# Below this many values nothing is concluded: a handful of small fractions proves nothing.
_FEWEST = 20
_LARGEST_LOG = 64.0
_NARROW = 4.0


def read_intensities(table: TextTable, positions: Sequence[int], samples: Sequence[str]) -> pd.DataFrame:
    """Read the samples' columns on the linear scale.

    Parameters
    ----------
    table
        The search engine's table.
    positions
        Position of each sample's column.
    samples
        Sample names, in the same order.

    Returns
    -------
    DataFrame of float64 with one column per sample and the table's rows; 0 and everything that is no number is NaN.

    Raises
    ------
    InputError
        A cell is no number, or the values are not linear intensities.
    """
    cells = table.columns(positions)
    cells.columns = [table.header[position] for position in positions]
    values = to_numbers(cells, table.path).to_numpy()
    remedy = "give the search engine's own table, before any transformation"
    rows, columns = np.nonzero(values < 0)
    if rows.size:
        raise InputError(
            f"column {cells.columns[columns[0]]!r}, line {cells.index[rows[0]]}: the intensity is negative "
            f"({values[rows[0], columns[0]]:g}); the values look log-transformed or centered already",
            table.path,
            remedy,
        )
    values = np.where(values == 0, np.nan, values)
    if looks_logarithmic(values):
        raise InputError(
            f"the values look log-transformed already (median {np.nanmedian(values):.3g}, largest {np.nanmax(values):.3g})",
            table.path,
            remedy,
        )
    return pd.DataFrame(values, columns=list(samples))


def looks_logarithmic(values: np.ndarray) -> bool:
    """Tell whether positive values are log intensities rather than linear ones.

    Linear intensities of a proteome span orders of magnitude; their logarithms lie in a narrow band of fractions. All must
    hold: 20 values at least (fewer prove nothing), most of them not whole numbers, the largest below 64 (2^64 is beyond any
    detector) and below four times the median (log2 intensities: below twice). Small linear values, as relative iBAQ, pass
    because their largest is far above their median.
    """
    finite = values[np.isfinite(values)]
    if finite.size < _FEWEST or finite.max() >= _LARGEST_LOG:
        return False
    fractional = np.mean(finite != np.round(finite)) > 0.5
    return bool(fractional and finite.max() < _NARROW * np.median(finite))
