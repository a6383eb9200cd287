"""Any text table -> rows of strings, and cells -> numbers.

Whoever exports a table chooses separator, quotes and decimal sign; here they are told from the content. Only the columns
that a reader asks for become a data frame: a MaxQuant table has hundreds that nobody needs.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.tables.decoding import read_text

# What search engines, spreadsheets and scripts write where there is no number (compared in lower case). An infinite
# intensity is the trace of a division by zero or of log(0), not a measurement.
MISSING = frozenset(
    ("", "nan", "na", "n/a", "n.a.", "null", "none", "-", "filtered", "profiled", "#n/a", "#num!", "#div/0!", "#value!",
     "inf", "+inf", "-inf", "infinity", "-infinity")
)  # fmt: skip
# Stands between cells once quotes are resolved; read_text refuses a file that carries control characters.
UNIT_SEPARATOR = "\x1f"
# Perseus: C = categorical, N = numeric, T = text, M = multi-numeric, E = main column (expression).
_TYPED = re.compile(r"^[CNTME]: (?=\S)")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")


@dataclass(frozen=True)
class TextTable:
    """A text table before anything is known of its meaning.

    Attributes
    ----------
    path
        The file.
    header
        Column names, stripped; a name may be empty or repeated.
    rows
        Lines below the header, cells joined by `separator`; blank lines are left out.
    lines
        Line of the file on which each row starts, the first line being 1.
    separator
        The character between cells.
    quoted
        Whether cells may carry quotes around them.
    encoding
        How the bytes were read: UTF-8, UTF-16, Windows-1252 or Latin-1.
    """

    path: Path
    header: tuple[str, ...]
    rows: list[str]
    lines: list[int]
    separator: str
    quoted: bool
    encoding: str

    def without_comments(self) -> TextTable:
        """Return the table without what Perseus adds: rows below the header ("#!{Type}E"), types in names ("N: Peptides")."""
        kept = [place for place, row in enumerate(self.rows) if not row.lstrip('"').startswith("#!{")]
        typed = sum(bool(_TYPED.match(name)) for name in self.header) > 1
        header = tuple(_TYPED.sub("", name) for name in self.header) if typed else self.header
        return replace(
            self, header=header, rows=[self.rows[place] for place in kept], lines=[self.lines[place] for place in kept]
        )

    def columns(self, positions: Sequence[int]) -> pd.DataFrame:
        """Return columns as text: labels = positions, index = line of the file, no cell missing (empty = '')."""
        frame = pd.read_csv(
            io.StringIO("\n".join(self.rows)),
            sep=self.separator,
            header=None,
            names=range(len(self.header)),
            usecols=sorted(set(positions)),
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            quoting=csv.QUOTE_NONE,
            lineterminator="\n",
            skip_blank_lines=False,
            engine="c",
        )
        frame.index = pd.Index(self.lines, name="line")
        frame = frame[list(positions)]
        return frame.apply(_unquoted) if self.quoted else frame


def read_table_text(path: Path | str, *, typed: bool = False) -> TextTable:
    """Read a text table: encoding, compression, separator and quotes are told from the content.

    Parameters
    ----------
    path
        The file.
    typed
        Whether a person typed it, so that a short last row means nothing. In a search engine's table, a last row that is
        shorter than all others and has no line end shows that the file is cut off. Short rows elsewhere are read as if
        empty cells followed: scripts and editors strip trailing tabs.

    Raises
    ------
    InputError
        The file is no text table, has no rows, is cut off, or a row has more cells than the header.
    """
    path = Path(path)
    text, encoding = read_text(path)
    rows, lines = _not_blank(text.split("\n"))
    if not rows:
        raise InputError("the file is empty", path, "give a table with a header line and one row per entry")
    announced = re.fullmatch(r'"?sep=(.)"?', rows[0])  # Excel's own hint, above the header
    separator = announced.group(1) if announced else _separator(rows[0])
    quoted = '"' in text
    # A quote at the start of a tab-separated cell may be an inch or a prime: only uneven rows show that it opens a quote.
    if quoted and (separator != "\t" or len({row.count(separator) for row in rows[bool(announced) :]}) > 1):
        rows, lines = _without_quotes(text, separator, path)
        separator, quoted = UNIT_SEPARATOR, False
    if announced:
        rows, lines = rows[1:], lines[1:]
    while rows and _is_remark(rows[0], separator):
        rows, lines = rows[1:], lines[1:]
    if not rows:
        raise InputError("the table has only remarks", path, "give the whole table")
    header = [cell.strip().strip('"').strip() for cell in rows[0].split(separator)]
    rows, lines = rows[1:], lines[1:]
    widths = [row.count(separator) + 1 for row in rows]
    if not typed and _has_row_names(header, rows, widths, separator):
        header = ["", *header]
    while header and not header[-1]:
        header.pop()
    if not typed and len(widths) > 1 and not text.endswith("\n") and widths[-1] < min(widths[:-1]):
        raise InputError(
            f"line {lines[-1]}, the last, has {widths[-1]} cells, the header has {len(header)}: the file is cut off",
            path,
            "copy or export it again",
        )
    rows = [_as_wide_as(len(header), *row, separator, path) for row in zip(rows, widths, lines, strict=True)]
    table = TextTable(path, tuple(header), rows, lines, separator, quoted, encoding).without_comments()
    if not header or not table.rows:
        raise InputError("the table has a header line but no rows", path, "give the whole table")
    return table


def header_of(text: str) -> tuple[tuple[str, ...], str, int]:
    """Return the header of a text whose first part is given, the character between its cells, and the header's line."""
    rows, lines = _not_blank(text.split("\n")[:50])
    if any(row.startswith("MTD\t") for row in rows):  # mzTab: comments may stand before its first section
        remarks = next(place for place, row in enumerate(rows) if row.split("\t")[0] != "COM")
        rows, lines = rows[remarks:], lines[remarks:]
    announced = re.fullmatch(r'"?sep=(.)"?', rows[0]) if rows else None
    separator = announced.group(1) if announced else _separator(rows[0]) if rows else "\t"
    rows, lines = (rows[1:], lines[1:]) if announced else (rows, lines)
    while rows and _is_remark(rows[0], separator):
        rows, lines = rows[1:], lines[1:]
    if not rows:
        return (), separator, 1
    limit = csv.field_size_limit(len(text) + 1)  # the default refuses cells beyond 131,072 characters
    try:
        cells = [next(csv.reader([row], delimiter=separator)) for row in rows[:-1] or rows]
    finally:
        csv.field_size_limit(limit)
    header = [name.strip() for name in cells[0]]
    plain = [UNIT_SEPARATOR.join(row) for row in cells[1:]]
    if _has_row_names(header, plain, [len(row) for row in cells[1:]], UNIT_SEPARATOR):
        header = ["", *header]
    while header and not header[-1]:
        header.pop()
    return TextTable(Path(), tuple(header), [], [], separator, False, "").without_comments().header, separator, lines[0]


def _is_remark(row: str, separator: str) -> bool:
    """Whether a line above the header says something of the table: it begins with '#' and is one cell."""
    return row.lstrip('"').startswith("#") and not row.rstrip(separator).count(separator)


def _has_row_names(header: Sequence[str], rows: Sequence[str], widths: Sequence[int], separator: str) -> bool:
    """Whether every row begins with a name that the header has no cell for, as R's write.table leaves them."""
    if not widths or set(widths) != {len(header) + 1}:
        return False
    return any(row.rpartition(separator)[2].strip(' "') for row in rows)


def _not_blank(rows: Sequence[str]) -> tuple[list[str], list[int]]:
    kept = [(row, line) for line, row in enumerate(rows, 1) if row.strip('\t;, "' + UNIT_SEPARATOR)]
    return [row for row, _ in kept], [line for _, line in kept]


def _separator(header: str) -> str:
    bare = re.sub(r'"[^"]*"', "", header)
    if "\t" in bare:
        return "\t"
    semicolons, commas = bare.count(";"), bare.count(",")
    if semicolons == commas == 0:
        return "\t"
    return ";" if semicolons >= commas else ","


def _without_quotes(text: str, separator: str, path: Path) -> tuple[list[str], list[int]]:
    """Resolve quotes around separators and line breaks; a line break inside a cell becomes a space."""
    rows, lines, start = [], [], 1
    limit = csv.field_size_limit(len(text) + 1)  # the default refuses cells beyond 131,072 characters
    try:
        reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=separator, strict=True)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(UNIT_SEPARATOR.join(cells).replace("\n", " "))
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"the quotes do not pair up from line {start} on ({error})", path, "mend them") from None
    finally:
        csv.field_size_limit(limit)
    return rows, lines


def _as_wide_as(width: int, row: str, cells: int, line: int, separator: str, path: Path) -> str:
    if cells <= width:
        return row + separator * (width - cells)
    every = row.split(separator)
    if any(cell.strip(' "') for cell in every[width:]):
        raise InputError(
            f"line {line} has {cells} cells, the header has {width}",
            path,
            "give every column a name, and put quotes around a cell that holds a separator",
        )
    return separator.join(every[:width])


def _unquoted(cells: pd.Series) -> pd.Series:
    around = cells.str.len().ge(2) & cells.str.startswith('"') & cells.str.endswith('"')
    if not around.any():
        return cells
    return cells.where(~around, cells.str.slice(1, -1).str.replace('""', '"', regex=False))


def to_numbers(cells: pd.DataFrame | pd.Series, where: Path | str) -> pd.DataFrame:
    """Convert text cells to float64.

    Parameters
    ----------
    cells
        Text; column labels are the names for messages, the index holds the line of the file. Several columns are judged
        together: one "1234,5" says that the comma is the decimal sign in all of them.
    where
        The file, for messages.

    Returns
    -------
    DataFrame of float64 of the same shape; cells as "", "NaN", "#N/A", "Filtered" or "Inf" are NaN.

    Raises
    ------
    InputError
        A cell is no number, or a comma may be a decimal sign as well as a thousands separator.
    """
    cells = cells.to_frame() if isinstance(cells, pd.Series) else cells
    values = np.full(cells.shape, np.nan)
    odd: list[pd.Series] = []
    for place in range(cells.shape[1]):
        values[:, place] = _parsed(cells.iloc[:, place])
        left = cells.iloc[:, place].mask(~np.isnan(values[:, place]), "").str.strip()
        odd.append(_said_once(left.mask(left.str.lower().isin(MISSING), "")))
    if any(left.ne("").any() for left in odd):
        commas = _decimal_commas(cells, values, odd)
        for place, left in enumerate(odd):
            numbers = _parsed(left.str.replace(",", ".", regex=False) if commas else left)
            wrong = np.flatnonzero(np.isnan(numbers) & left.ne("").to_numpy())
            if wrong.size:
                raise InputError(
                    f"column {cells.columns[place]!r}, line {cells.index[wrong[0]]}: "
                    f"{left.iloc[wrong[0]]!r} is not a number",
                    where,
                    "give numbers without thousands separators, and leave a missing value empty",
                )
            values[:, place] = np.where(left.eq(""), values[:, place], numbers)
    values[~np.isfinite(values)] = np.nan
    return pd.DataFrame(values, index=cells.index, columns=cells.columns)


def _said_once(cells: pd.Series) -> pd.Series:
    """Return cells that say the same several times ("132162.2;132162.2") as saying it once; others as they are."""
    several = cells.str.contains(";", regex=False)
    if not several.any():
        return cells
    parts = cells[several].str.split(";").map(lambda cell: {part.strip() for part in cell} - {""})
    return cells.mask(
        several, parts.map(lambda part: next(iter(part)) if len(part) == 1 else "").reindex(cells.index)
    ).where(~several | parts.map(len).reindex(cells.index, fill_value=0).eq(1), cells)


def _parsed(cells: pd.Series) -> np.ndarray:
    return pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _decimal_commas(cells: pd.DataFrame, values: np.ndarray, odd: Sequence[pd.Series]) -> bool:
    """Whether every odd cell is a number with a decimal comma, one at least is no thousand, and no number has a point."""
    text = pd.concat(odd)
    text = text[text != ""]
    if not text.str.fullmatch(_DECIMAL_COMMA.pattern).all() or text.str.fullmatch(_THOUSANDS.pattern).all():
        return False
    return not any(
        cells.iloc[:, place].str.contains(".", regex=False).to_numpy(dtype=bool)[~np.isnan(values[:, place])].any()
        for place in range(cells.shape[1])
    )
