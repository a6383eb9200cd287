"""The chosen columns of a table -> linear intensities, checked for being what they claim."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.tables.source import Table
from myosieve.tables.text import to_numbers

BASES = {"log2": 2.0, "log10": 10.0, "ln": np.e}
# Below this many values nothing is concluded: a handful of small fractions proves nothing.
_FEWEST = 20
_LARGEST_LOG = 64.0
_NARROW = 4.0


def read_intensities(
    table: Table, positions: Sequence[int], samples: Sequence[str], scale: str = "linear", told: bool = False
) -> pd.DataFrame:
    """Read the samples' columns onto the linear scale.

    Parameters
    ----------
    table
        The search engine's table.
    positions
        Position of each sample's column.
    samples
        Sample names, in the same order.
    scale
        How the table writes the values: linear, log2, log10 or ln.
    told
        Whether the user or the engine's format says so; otherwise values that look logarithmic are refused.

    Returns
    -------
    DataFrame of float64 with one column per sample and the table's rows, index = line; 0 and everything that is no number
    is NaN.

    Raises
    ------
    InputError
        A cell is no number, or the values are not on that scale.
    """
    cells = table.columns(positions)
    cells.columns = [table.header[position] for position in positions]
    numbers = to_numbers(cells, table.path)
    values = linear(numbers, scale, told, table.path)
    return pd.DataFrame(values, index=cells.index, columns=list(samples))


def linear(numbers: pd.DataFrame, scale: str, told: bool, where: Path) -> np.ndarray:
    """Return numbers (rows of the file x columns) on the linear scale, as `read_intensities`."""
    values = numbers.to_numpy()
    if scale in BASES:
        return _exponentiated(numbers, scale, where)
    rows, columns = np.nonzero(values < 0)
    if rows.size:
        raise InputError(
            f"column {numbers.columns[columns[0]]!r}, line {numbers.index[rows[0]]}: the intensity is negative "
            f"({values[rows[0], columns[0]]:g}); the values look log-transformed or centered already",
            where,
            "set scale to log2, log10 or ln if they are logarithms, or give the search engine's own table",
        )
    values = np.where(values == 0, np.nan, values)
    if not told and looks_logarithmic(values):
        raise InputError(
            f"the values look log-transformed already (median {np.nanmedian(values):.3g}, largest {np.nanmax(values):.3g})",
            where,
            "set scale to log2, log10 or ln (to linear if they are not), or give the search engine's own table",
        )
    return values


def _exponentiated(numbers: pd.DataFrame, scale: str, where: Path) -> np.ndarray:
    values = numbers.to_numpy()
    # The logarithm of a missing intensity is often written as 0: it is one where everything else is far above.
    others = values[np.isfinite(values) & (values != 0)]
    if others.size and others.min() >= 1:
        values = np.where(values == 0, np.nan, values)
    if others.size and others.max() * np.log2(BASES[scale]) > _LARGEST_LOG:
        raise InputError(
            f"scale is {scale!r}, but values go up to {others.max():g}: they are no logarithms of intensities",
            where,
            "set scale to linear",
        )
    return BASES[scale] ** values


def looks_logarithmic(values: np.ndarray) -> bool:
    """Tell whether positive values are log intensities rather than linear ones.

    Linear intensities of a proteome span orders of magnitude; their logarithms lie in a narrow band of fractions. All must
    hold: 20 values at least (fewer prove nothing), most of them not whole numbers, the largest below 64 (2^64 is beyond any
    detector) and below four times the median (log2 intensities: below twice), the smallest above 1 (ratios are small
    numbers too, but scatter around 1; logarithms of intensities do not go there). Small linear values, as relative iBAQ,
    pass because their largest is far above their median.
    """
    finite = values[np.isfinite(values)]
    if finite.size < _FEWEST or finite.max() >= _LARGEST_LOG:
        return False
    fractional = np.mean(finite != np.round(finite)) > 0.5
    median = np.median(finite)
    return bool(fractional and finite.max() < _NARROW * median and median > 2 and np.quantile(finite, 0.01) > 1)
