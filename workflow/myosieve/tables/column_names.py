"""Columns by their plain names: what R (`make.names`), Perseus and text exports leave of a name is still that column.

The plain name has letters and digits only: "# Peptides", "Number.of.Peptides" and "Coverage [%]" are `peptides`,
`number of peptides` and `coverage`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.tables.source import Table
from myosieve.tables.text import to_numbers

# What a script writes where there is nothing. "nan" is a gene of Drosophila.
_NOTHING = ("NaN", "NA", "n/a", "None")


def plain(name: str) -> str:
    """Return a column's plain name: lower case, one blank for everything that is no letter and no digit."""
    return re.sub(r"[\W_]+", " ", name).strip().lower()


def dotted(name: str) -> str:
    """Return a name with dots for everything that R allows in no name ("A-1 (x)" is `A.1..x.`)."""
    return re.sub(r"[^\w.]", ".", name)


def of_r(name: str) -> str:
    """Return a name as R's `make.names` spells it: dotted, and with an X before what no name begins with ("1A" is `X1A`)."""
    name = dotted(name)
    return name if re.match(r"[^\W\d_]|\.(?!\d)", name) else f"X{name}"


def position(header: Sequence[str], *names: str) -> int | None:
    """Return the position of the first of these plain names that the header has; None where it has none."""
    there = [plain(name) for name in header]
    return next((there.index(name) for name in names if name in there), None)


def texts(table: Table, wanted: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return columns as stripped text.

    Parameters
    ----------
    table
        The table.
    wanted
        Label of each column to return -> the plain names that it may have, best first.

    Returns
    -------
    Columns by label, index = line; one that the table has not is empty, as is a cell that a script wrote as NA or None; nan
    as well, unless the label is `gene`.
    """
    found = {label: position(table.header, *names) for label, names in wanted.items()}
    places = {label: place for label, place in found.items() if place is not None}
    cells = table.columns(list(dict.fromkeys(places.values())) or [0])
    columns = {label: cells[place].str.strip() for label, place in places.items()}
    columns = {label: told(column, label == "gene") for label, column in columns.items()}
    return pd.DataFrame(columns, index=cells.index).reindex(columns=list(wanted), fill_value="")


def told(cells: pd.Series, genes: bool = False) -> pd.Series:
    """Return cells without what scripts write for nothing (NA, None; nan, unless they are genes)."""
    return cells.mask(cells.isin(_NOTHING if genes else (*_NOTHING, "nan")), "")


def counts(table: Table, path: Path, *names: str) -> np.ndarray | float:
    """Return the first of these columns that the table has as numbers; NaN where it has none."""
    place = position(table.header, *names)
    if place is None:
        return float("nan")
    cells = table.columns([place])
    cells.columns = [table.header[place]]
    return to_numbers(cells, path).iloc[:, 0].to_numpy()
