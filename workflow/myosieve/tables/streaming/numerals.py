"""Cells of a table that comes in parts -> numbers, judged as if the whole had been seen at once.

The rules are those of `text.to_numbers`. A comma is the decimal sign where some "1234,5" says so; "1,234" alone may as well
be a thousand, and no comma is a decimal sign beside a number with a decimal point. What one part shows is remembered for
the others, so that the verdict does not depend on where the parts begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from myosieve.errors import InputError
from myosieve.tables.text import MISSING

if TYPE_CHECKING:
    import pyarrow as pa

# The spellings of MISSING that a fast parser may look for; any other is found later.
MISSING_SPELLINGS = sorted({spelling for word in MISSING for spelling in (word, word.upper(), word.title())} | {"NaN"})
_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_DECIMAL_COMMA = r"^[+-]?\d*,\d+([eE][+-]?\d+)?$"
_THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+$"


class Numerals:
    """Converts the number columns of one file; remembers what its decimal sign is.

    Parameters
    ----------
    path
        The file, for messages.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = path
        self._fraction = False  # a plain number with a fraction was seen: the decimal sign is a point
        self._confirmed = False  # a comma that cannot separate thousands was seen
        self._first_comma = ""

    def values(self, name: str, cells: pa.Array, lines: Sequence[int] | None) -> np.ndarray:
        """Convert the next cells of a column.

        Parameters
        ----------
        name
            The column, for messages.
        cells
            float64, or strings.
        lines
            Line of the file of each cell, where known.

        Returns
        -------
        float64 array; missing words and infinite values are NaN.

        Raises
        ------
        InputError
            A cell is no number.
        """
        import pyarrow as pa

        if pa.types.is_floating(cells.type):
            values = cells.to_numpy(zero_copy_only=False)
            self._note(values)
        else:
            values = self._from_text(name, cells, lines)
        if not np.isfinite(values).all():
            values = np.where(np.isfinite(values), values, np.nan)
        return values

    def finish(self) -> None:
        """Refuse commas that no cell of the file explained."""
        if self._first_comma and not self._confirmed:
            self._refuse(self._first_comma)

    def _from_text(self, name: str, cells: pa.Array, lines: Sequence[int] | None) -> np.ndarray:
        import pyarrow as pa
        import pyarrow.compute as pc

        cells = pc.utf8_trim_whitespace(cells.fill_null(""))
        plain = pc.match_substring_regex(cells, _PLAIN)
        # if_else gives the cells that are no plain number a null, and null casts to null.
        values = (
            pc.if_else(plain, cells, pa.scalar(None, pa.string())).cast(pa.float64()).to_numpy(zero_copy_only=False)
        )
        self._note(values)
        odd = np.flatnonzero(~plain.to_numpy(zero_copy_only=False))
        texts = cells.take(pa.array(odd))
        known = pc.is_in(pc.utf8_lower(texts), value_set=pa.array(sorted(MISSING)))
        odd = odd[~known.to_numpy(zero_copy_only=False)]
        if not odd.size:
            return values
        values = values.copy()
        texts = pa.array([_said_once(cell) for cell in cells.take(pa.array(odd)).to_pylist()], pa.string())
        comma = pc.match_substring_regex(texts, _DECIMAL_COMMA)
        again = pc.or_(comma, pc.match_substring_regex(texts, _PLAIN))
        if not pc.all(again).as_py():
            wrong = int(np.flatnonzero(~again.to_numpy(zero_copy_only=False))[0])
            self._refuse(self._cell(name, cells, odd[wrong], lines))
        values[odd] = pc.replace_substring(texts, ",", ".").cast(pa.float64()).to_numpy(zero_copy_only=False)
        commas = comma.to_numpy(zero_copy_only=False)
        self._note(values[odd[~commas]])
        if commas.any():
            self._first_comma = self._first_comma or self._cell(name, cells, odd[np.argmax(commas)], lines)
            thousands = pc.match_substring_regex(texts, _THOUSANDS).to_numpy(zero_copy_only=False)
            self._confirmed |= bool((commas & ~thousands).any())
        if self._fraction:
            self._refuse_comma()
        return values

    def _note(self, values: np.ndarray) -> None:
        if not self._fraction:
            self._fraction = _shows_decimal_sign(values)
            self._refuse_comma()

    def _refuse_comma(self) -> None:
        if self._fraction and self._first_comma:
            self._refuse(self._first_comma)

    def _cell(self, name: str, cells: pa.Array, place: int, lines: Sequence[int] | None) -> str:
        where = f", line {lines[place]}" if lines is not None else ""
        return f"column {name!r}{where}: {cells[int(place)].as_py()!r}"

    def _refuse(self, cell: str) -> None:
        raise InputError(
            f"{cell} is not a number",
            self._path,
            "give numbers without thousands separators, and leave a missing value empty",
        )


def _shows_decimal_sign(values: np.ndarray) -> bool:
    """Whether a fraction has two significant digits at least: "1e-3" needs no decimal sign, and may stand for 0.001."""
    fractions = np.abs(values[np.isfinite(values) & (values != np.floor(values))])
    digits = fractions / 10 ** np.floor(np.log10(fractions))
    return bool((np.abs(digits - np.round(digits)) > 1e-9).any())


def _said_once(cell: str) -> str:
    """Return a cell that says the same several times ("132162.2;132162.2") as saying it once; quotes around it go."""
    parts = {part.strip() for part in cell.strip('"').split(";")} - {""}
    return parts.pop() if len(parts) == 1 else cell
