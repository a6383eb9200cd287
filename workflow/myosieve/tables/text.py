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
_MOST_TITLES = 10
_ROWS_TO_JUDGE = 20
# In a table of so few columns a row with one filled cell is nothing special.
_FEW = 2
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

    def without_notes(self) -> TextTable:
        """Return the table without notes below its last row ("* p < 0.05"), which are the only cell of theirs.

        An identifier without any value or name beside it would be kept: it has no blank and no asterisk.
        """
        count = len(self.rows)
        while count > 1 and len(self.header) > _FEW and self._is_note(self.rows[count - 1]):
            count -= 1
        return replace(self, rows=self.rows[:count], lines=self.lines[:count])

    def _is_note(self, row: str) -> bool:
        filled = [cell for part in row.split(self.separator) if (cell := part.strip(' "'))]
        return len(filled) == 1 and (" " in filled[0] or filled[0].startswith("*"))

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
        Whether a person typed it, so that a short last row means nothing, and is no note. In a search engine's table, a last
        row that is shorter than all others and has no line end shows that the file is cut off. Short rows elsewhere are read
        as if empty cells followed: scripts and editors strip trailing tabs.

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
    separator, above = _separator_and_above(rows)
    quoted = '"' in text
    # A quote at the start of a tab-separated cell may be an inch or a prime: only uneven rows show that it opens a quote.
    if quoted and (separator != "\t" or len({row.count(separator) for row in rows[above:]}) > 1):
        last = lines[above - 1] if above else 0
        rows, lines = _without_quotes(text, separator, path)
        separator, quoted, above = UNIT_SEPARATOR, False, sum(line <= last for line in lines)
    rows, lines = rows[above:], lines[above:]
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
    return table if typed else table.without_notes()


def header_of(text: str) -> tuple[tuple[str, ...], str, int]:
    """Return the header of a text whose first part is given, the character between its cells, and the header's last line."""
    rows, lines = _not_blank(text.split("\n")[:50])
    if any(row.startswith("MTD\t") for row in rows):  # mzTab: comments may stand before its first section
        remarks = next(place for place, row in enumerate(rows) if row.split("\t")[0] != "COM")
        rows, lines = rows[remarks:], lines[remarks:]
    separator, above = _separator_and_above(rows)
    rows, lines = rows[above:], lines[above:]
    if not rows:
        return (), separator, 1
    limit = csv.field_size_limit(len(text) + 1)  # the default refuses cells beyond 131,072 characters
    try:
        reader = csv.reader(io.StringIO(_header_row(rows)), delimiter=separator)
        header = [" ".join(name.split("\n")).strip() for name in next(reader)]
        rows, line = rows[reader.line_num :], lines[reader.line_num - 1]
        cells = [next(csv.reader([row], delimiter=separator)) for row in rows[:-1]]
    finally:
        csv.field_size_limit(limit)
    plain = [UNIT_SEPARATOR.join(row) for row in cells]
    if _has_row_names(header, plain, [len(row) for row in cells], UNIT_SEPARATOR):
        header = ["", *header]
    while header and not header[-1]:
        header.pop()
    return TextTable(Path(), tuple(header), [], [], separator, False, "").without_comments().header, separator, line


def _separator_and_above(rows: Sequence[str]) -> tuple[str, int]:
    """Return the character between cells, and how many rows stand above the header: Excel's hint, titles and remarks."""
    announced = re.fullmatch(r'"?sep=(.)"?', rows[0]) if rows else None
    above = 1 if announced else _titles(rows)
    header = _header_row(rows[above:]) if rows else ""
    below = rows[above + header.count("\n") + 1 :][:_ROWS_TO_JUDGE]
    separator = announced.group(1) if announced else _separator(header, below)
    while above < len(rows) and _is_remark(rows[above], separator):
        above += 1
    return separator, above


def _header_row(rows: Sequence[str]) -> str:
    """Return the first row, with the lines that follow as far as a quoted cell of it goes on."""
    for count in range(1, min(len(rows), _MOST_TITLES) + 1):
        row = "\n".join(rows[:count])
        if not row.count('"') % 2:
            return row
    return rows[0]


def _titles(rows: Sequence[str]) -> int:
    """Return how many rows of one filled cell ("Table S1. Proteins") stand above the first with three or more."""
    tabs = any("\t" in row for row in rows[:_MOST_TITLES])
    for place, row in enumerate(rows[:_MOST_TITLES]):
        bare = re.sub(r'"([^"]*)"', lambda quoted: "x" if quoted[1].strip() else "", row)
        filled = sum(bool(cell.strip()) for cell in bare.split("\t" if tabs else _separator(row)))
        if filled != 1 or '"' in bare:  # a quote left over opens a cell of several lines
            return place if filled > 2 else 0
    return 0


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


def _separator(header: str, rows: Sequence[str] = ()) -> str:
    """Return the character between cells: of two in the header, the one that every row has as often."""
    bare = _without_quoted(header)
    if "\t" in bare:
        return "\t"
    times = {sign: bare.count(sign) for sign in ";,"}
    if not any(times.values()):
        return "\t"
    bodies = [_without_quoted(row) for row in rows]
    even = [sign for sign in times if times[sign] and all(row.count(sign) == times[sign] for row in bodies)]
    return even[0] if len(even) == 1 else max(times, key=times.__getitem__)  # of equals, the semicolon


def _without_quoted(row: str) -> str:
    return re.sub(r'"[^"]*"', "", row)


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
