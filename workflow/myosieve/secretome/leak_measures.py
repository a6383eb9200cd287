"""Columns of the sample sheet that measure damage of the cells by another way than the leak index: LDH, viability, dyes."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

_VIABILITY = re.compile(r"\bldh|lactate.?dehydrogenase|viab|cytotox|cell.?death|trypan", re.IGNORECASE)
_NO_VALUE = frozenset(["", "na", "n/a", "nan", "-"])
# A comma with three digits behind it, and at most three in front, may part thousands; any other is a decimal sign.
_MAYBE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_MOST_SHOWN = 3


def measures(sheet: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that measure damage and hold numbers, as numbers (same rows, NaN = none).

    A decimal comma is read; a column in which every comma may as well part thousands ('1,234') is not.
    """
    read = {name: _numbers(sheet[name])[0] for name in _named(sheet)}
    return pd.DataFrame({name: values for name, values in read.items() if values.notna().any()}, index=sheet.index)


def unread(sheet: pd.DataFrame) -> list[str]:
    """Return a warning for each column that measures damage, by its name, and has cells that are no number."""
    said = []
    for name in _named(sheet):
        values, odd = _numbers(sheet[name])
        if not len(odd):
            continue
        shown = ", ".join(repr(text) for text in list(dict.fromkeys(odd))[:_MOST_SHOWN])
        which = f"{len(odd)} cells that are no number" if len(odd) > 1 else "a cell that is no number"
        so = "these count as missing" if values.notna().any() else "the column is left out beside the leak index"
        said.append(
            f"column {name!r} of the sample sheet has {which} ({shown}): {so}; write plain numbers, without unit and "
            "without a sign between thousands"
        )
    return said


def on_scale(values: pd.Series) -> tuple[np.ndarray, str]:
    """Return a measure's numbers, amounts as log2, shares and percentages (viability) as they are; and which it is."""
    numbers = values.to_numpy(dtype=float)
    is_amount = "viab" not in str(values.name).lower() and "percent" not in str(values.name).lower()
    if is_amount and (numbers[np.isfinite(numbers)] > 0).all():
        return np.log2(numbers), "log2"
    return numbers, "as given"


def _named(sheet: pd.DataFrame) -> list[str]:
    return [name for name in sheet if isinstance(name, str) and _VIABILITY.search(name)]


def _numbers(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the numbers of a column (NaN = none), and the cells that are neither a finite number nor empty, as text."""
    text = cells.map(lambda cell: "" if pd.isna(cell) else str(cell).strip())
    with_comma = [one for one in text if "," in one]
    decimal = not with_comma or not all(_MAYBE_THOUSANDS.fullmatch(one) for one in with_comma)
    values = pd.to_numeric(text.str.replace(",", ".", regex=False) if decimal else text, errors="coerce").astype(float)
    values = values.where(np.isfinite(values))
    return values, text[values.isna() & ~text.str.lower().isin(_NO_VALUE)]
