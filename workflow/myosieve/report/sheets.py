"""Sheets of a workbook that hold exactly what they are given: no text turns into a formula, a date, a number or markup.

What a cell cannot hold as it is (control characters, text that looks like Excel's own escapes) is escaped so that Excel,
LibreOffice and pandas give back the text that went in. Text cells have Excel's format "Text", under which a cell that is
edited stays text, and those that a spreadsheet may take for a formula have its apostrophe (`quotePrefix`) besides. Nothing
is put in front of the text itself, as is often done against formulas in CSV: it would no longer be the same name. The price
is that a CSV file saved from the workbook has no such protection; the Read me says so.
"""

from __future__ import annotations

import contextlib
import io
import math
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import pandas as pd
from pandas.api.types import is_integer_dtype, is_numeric_dtype
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell_fast
from xlsxwriter.worksheet import Worksheet

from myosieve import schema
from myosieve.report.theme import BLUE, MUTED_TEXT, tint

# Excel's limits: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
MOST_CHARACTERS = 32_767
MOST_ROWS = 1_048_575  # below the header
MOST_LINKS = 65_530
LONGEST_NAME = 31
_CUT = " [cut: the whole text is in the .tsv]"

# What a spreadsheet may take for the beginning of a formula (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
# ECMA-376 part 1, 22.9.2.19 (ST_Xstring): _xHHHH_ stands for a character, so that text of this form is escaped itself.
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_UNUSUAL = re.compile(rf"{_NOT_IN_XML.pattern}|{_ESCAPE.pattern}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

# Prose: these columns are wrapped, within this width (in digits of the font), other texts are as wide as they need.
_PROSE = {"reason": 120, "contributions": 60, "secretion_reason": 50, "excluded_because": 44, "note": 44, "outlier": 50,
          "evidence": 90, "doubtful": 60, "value": 70, "meaning": 110, "sources": 40}  # fmt: skip
_AS_TEXT = 49  # Excel's own number of its format "Text", "@"
_WIDEST = 32  # of a column that is no prose
_LINE, _MOST_LINES = 15.0, 3  # height of a line in points; no row is higher than so many lines
_PER_WIDTH = 1.1  # letters of prose per digit's width

_SCIENTIFIC = {"p_value", "q_value", "rra_p", "leak_probability"}
_THREE_DIGITS = {"score", "score_experiment", "score_prior", "coverage", "missing", "serum_share", "serum_share_upper",
                 "imputed_share", "cv", "correlation", "jaccard"}  # fmt: skip

LINKED = {"font_color": BLUE, "underline": 1}
# Numbers stand at the right of their cells, hence texts a little off the left: the two stay apart.
BESIDE, NUMERIC = {"align": "left", "indent": 1}, {"align": "right"}
HEADER = {"bold": True, "bottom": 1, "bg_color": tint(BLUE, 0.12)}


class Style(NamedTuple):
    """How a table's sheet differs from the plain one.

    Attributes
    ----------
    frozen
        Number of first columns that stay in sight.
    muted_from
        From this row on, lettering is gray.
    links
        Column -> what gives the address of a text of it, or None.
    folded
        Adjacent columns that are folded away behind a plus sign.
    printed
        Last column that is printed: of very wide tables, one page would hold all only in letters too small to read.
    """

    frozen: int
    muted_from: int | None = None
    links: Mapping[str, Callable[[str], str | None]] = {}
    folded: Sequence[str] = ()
    printed: str | None = None


class _Column(NamedTuple):
    """A column as a sheet shows it: cells are None where missing, and text where a number is not finite."""

    name: str
    cells: list[float | str | None]
    width: float
    prose: bool
    numeric: bool
    number_format: str


class _Looks:
    """The formats of a column's cells: of numbers, of text, of text that looks like a formula, of links."""

    def __init__(self, sheets: Sheets, column: _Column, look: dict[str, Any]) -> None:
        wrap = {**BESIDE, "text_wrap": column.prose}
        self.number = sheets.format(num_format=column.number_format, **look)
        self.text = sheets.text_format("", **look, **wrap)
        self.quoted = sheets.text_format("=", **look, **wrap)
        self.linked = sheets.text_format("", **BESIDE, **LINKED)


class _Sheet(Worksheet):
    """A worksheet whose texts read back as they were.

    The library's own way takes the text '<r>...</r>' for markup, and of '_x0041_x0042_' escapes the first half only. It also
    takes half as long again, which counts with a million cells.
    """

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        kind = type(cell).__name__
        if kind not in ("String", "Number"):
            super()._write_cell(row, col, cell)
            return
        start = f'<c r="{xl_rowcol_to_cell_fast(row, col)}" s="{cell.format._get_xf_index()}"'
        if kind == "Number":
            # 17 digits where it needs them: the number that is read is the number that was.
            self.fh.write(f"{start}><v>{float(cell.number)!r}</v></c>")
        else:
            self.fh.write(f'{start} t="inlineStr"><is><t xml:space="preserve">{_escaped(cell.string)}</t></is></c>')


def _escaped(text: str) -> str:
    """Return text as XML holds it, with Excel's escapes for characters that XML does not have."""
    if _UNUSUAL.search(text):
        text = _NOT_IN_XML.sub(lambda found: f"_x{ord(found.group()):04X}_", _ESCAPE.sub("_x005F_", text))
    return escape(text)


class Sheets:
    """Writes frames and lines of text into a workbook, row by row, and counts what Excel's limits took away.

    Within `with`, since rows wait in temporary files; `close` gives the workbook.

    Attributes
    ----------
    cells_cut
        Texts longer than a cell holds.
    without_link
        Cells that have no link because a sheet holds no more.
    """

    def __init__(self, title: str) -> None:
        self._stream = io.BytesIO()
        # constant_memory: each row goes to a temporary file at once, with its texts in place.
        self._folder = tempfile.TemporaryDirectory(prefix="myosieve.")
        options = {"constant_memory": True, "tmpdir": self._folder.name, "strings_to_formulas": False, "strings_to_urls": False,
                   "strings_to_numbers": False}  # fmt: skip
        self._book = Workbook(self._stream, options)
        # Excel's own creation date is the present: with a fixed one the same results give the same bytes.
        self._book.set_properties({"title": self._text(title), "author": "MyoSieve", "created": datetime(1980, 1, 1)})
        self._names: list[str] = []
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.cells_cut = 0
        self.without_link = 0

    def __enter__(self) -> Sheets:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._book.fileclosed:
            # Its files have to be closed; of two errors, the one under way tells more.
            with contextlib.suppress(Exception):
                self._book.close()
        self._folder.cleanup()

    def close(self) -> bytes:
        """Return the bytes of the workbook, the same for the same content."""
        self._book.close()
        return self._stream.getvalue()

    def reserve(self, name: str) -> str:
        """Return a free sheet name; no other sheet gets it."""
        self._names.append(sheet_name(name, self._names))
        return self._names[-1]

    def format(self, **properties: Any) -> Any:
        """Return the workbook's format with these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"valign": "top", **properties})
        return self._formats[key]

    def text_format(self, text: str, **properties: Any) -> Any:
        """Return the format of a cell that holds this text and stays text when it is edited."""
        if text.startswith(_FORMULA_SIGNS):
            properties["quote_prefix"] = True
        return self.format(num_format=_AS_TEXT, **properties)

    def add(self, name: str, widths: Sequence[float], *, headed: bool) -> Any:
        """Return a new sheet that prints in landscape, one page wide; `headed` repeats its first row on each page."""
        sheet = self._book.add_worksheet(name, worksheet_class=_Sheet)
        for position, width in enumerate(widths):
            sheet.set_column(position, position, width)
        sheet.set_landscape()
        sheet.set_paper(8 if sum(widths) > 300 else 9)  # A3, A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&RPage &P of &N")
        if headed:
            sheet.repeat_rows(0)
        else:
            sheet.hide_gridlines(2)
        return sheet

    def write_text(self, sheet: Any, row: int, column: int, text: str, link: str | None = None, **look: Any) -> None:
        """Write text as text, whatever it looks like, with a link if there is one."""
        text = self._text(text)
        if link:
            sheet.write_url(row, column, link, self.text_format(text, **{**look, **LINKED}), text)
        else:
            sheet.write_string(row, column, text, self.text_format(text, **look))

    def write_line(self, sheet: Any, row: int, first: int, last: int, width: float, text: str, **look: Any) -> None:
        """Write text over the cells from `first` to `last` of a row, `width` wide together, as high as it needs."""
        height = _LINE * max(1.0, look.get("font_size", 11) / 11)
        sheet.set_row(row, min(_lines(text, width), 12) * height)
        look = {"text_wrap": True, **look}
        if last > first:
            sheet.merge_range(row, first, row, last, "", self.text_format(text, **look))
        self.write_text(sheet, row, first, text, **look)

    def table(self, name: str, frame: pd.DataFrame, table: schema.Table | None, style: Style) -> Any:
        """Add a sheet that holds a frame: header and first columns frozen, filters, widths by content."""
        columns = [_column(frame[name], table) for name in frame.columns]
        sheet = self.add(name, [column.width for column in columns], headed=True)
        for position, column in enumerate(columns):
            self.write_text(sheet, 0, position, column.name, **HEADER, **(NUMERIC if column.numeric else BESIDE))
        self._rows(sheet, columns, style)
        last_row, last_column = max(len(frame), 1), len(columns) - 1
        sheet.freeze_panes(1, style.frozen)
        sheet.autofilter(0, 0, last_row, last_column)
        # No green corners at names that look like numbers: they are text on purpose.
        sheet.ignore_errors({"number_stored_as_text": xl_range(0, 0, last_row, last_column)})
        if style.printed:
            sheet.print_area(0, 0, last_row, [column.name for column in columns].index(style.printed))
        _fold(sheet, [position for position, column in enumerate(columns) if column.name in style.folded], columns)
        return sheet

    def _rows(self, sheet: Any, columns: Sequence[_Column], style: Style) -> None:
        """Write a table's rows below the header."""
        muted_from = len(columns[0].cells) if style.muted_from is None else style.muted_from
        plain = [_Looks(self, column, {}) for column in columns]
        gray = [_Looks(self, column, {"font_color": MUTED_TEXT}) for column in columns]
        links = [style.links.get(column.name) for column in columns]
        prose = [(position, column.width) for position, column in enumerate(columns) if column.prose]
        left = MOST_LINKS
        for row, cells in enumerate(zip(*(column.cells for column in columns), strict=True), start=1):
            if prose:
                lines = max(_lines(cells[at] or "", width) for at, width in prose)
                sheet.set_row(row, _LINE * min(lines, _MOST_LINES))
            looks = gray if row > muted_from else plain
            for position, value in enumerate(cells):
                if value is None:
                    continue
                look = looks[position]
                if isinstance(value, float):
                    sheet.write_number(row, position, value, look.number)
                    continue
                text, address = self._text(value), links[position]
                link = address(text) if address else None
                if link and left:
                    left -= 1
                    sheet.write_url(row, position, link, look.linked, text)
                else:
                    self.without_link += bool(link)
                    sheet.write_string(row, position, text, look.quoted if text[0] in _FORMULA_SIGNS else look.text)

    def _text(self, text: str) -> str:
        """Return the text as a cell can hold it: no half characters, and cut with a mark where it is too long."""
        if len(text) <= MOST_CHARACTERS and text.isascii():
            return text
        text = _whole_characters(text)
        if len(text.encode("utf-16-le")) <= 2 * MOST_CHARACTERS:
            return text
        self.cells_cut += 1
        return _first_units(text, MOST_CHARACTERS - len(_CUT)) + _CUT


def sheet_name(name: str, taken: Iterable[str]) -> str:
    r"""Return a name that Excel takes: at most 31 characters, none of []:*?/\, no outer apostrophe, unique without case."""
    used = {other.casefold() for other in taken} | {"history"}  # Excel keeps "History" for itself
    clean = _ESCAPE.sub("-", re.sub(rf"[\[\]:*?/\\\t\n]|{_NOT_IN_XML.pattern}", "_", _whole_characters(name)))
    clean = clean.strip("' ") or "contrast"
    candidate, number = _first_units(clean, LONGEST_NAME).rstrip("' "), 2
    while candidate.casefold() in used:
        suffix = f" ({number})"
        candidate, number = _first_units(clean, LONGEST_NAME - len(suffix)) + suffix, number + 1
    return candidate


def inside(sheet: str, row: int = 0) -> str:
    """Return the address of a row of a sheet of the same workbook, for a link."""
    quoted = sheet.replace("'", "''")
    return f"internal:'{quoted}'!A{row + 1}"


def parts(name: str, frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return a frame as sheets, each within Excel's number of rows."""
    starts = range(0, max(len(frame), 1), MOST_ROWS)
    return [(name if start == 0 else f"{name} {i}", frame.iloc[start : start + MOST_ROWS])
            for i, start in enumerate(starts, start=1)]  # fmt: skip


def _whole_characters(text: str) -> str:
    """Return the text with halves of characters, which no file can hold, replaced by the mark for that."""
    return _SURROGATE.sub("\ufffd", text)


def _first_units(text: str, limit: int) -> str:
    """Return the beginning of a text within `limit` UTF-16 units, which is what Excel counts; no character is split."""
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")


def _column(values: pd.Series, table: schema.Table | None) -> _Column:
    """Return a column as cells; its kind is the contract's, of further columns of an open table that of their values."""
    name = str(values.name)
    kinds = {column.name: column.kind for column in table.columns} if table else {}
    dtype = values.dtype
    found = schema.COUNT if is_integer_dtype(dtype) else schema.NUMBER if is_numeric_dtype(dtype) else schema.TEXT
    kind = kinds.get(name, found)
    numeric = kind in (schema.NUMBER, schema.COUNT)
    cells = [
        None if gone or value == "" else float(value) if numeric and math.isfinite(value) else str(value)
        for value, gone in zip(values.tolist(), values.isna().tolist(), strict=True)
    ]
    prose = name in _PROSE and not numeric
    return _Column(name, cells, _width(name, cells, prose), prose, numeric, _number_format(name, kind))


def _width(name: str, cells: Sequence[float | str | None], prose: bool) -> float:
    """Return a column's width: its header with the filter's arrow, and nearly all of its texts; prose has its own."""
    header = max(8, len(name) + 4)
    if prose:
        return max(header, _PROSE[name])
    lengths = sorted(len(cell) for cell in cells if isinstance(cell, str))
    most = lengths[int(0.98 * (len(lengths) - 1))] if lengths else 0
    return max(header, min(most + 3, _WIDEST))


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes within a width; no spreadsheet tells, since it depends on the fonts there."""
    return sum(max(1, math.ceil(len(line) / (_PER_WIDTH * width))) for line in text.split("\n"))


def _fold(sheet: Any, positions: Sequence[int], columns: Sequence[_Column]) -> None:
    """Group columns behind a plus sign, folded; the sign stands above the next column."""
    for position in positions:
        sheet.set_column(position, position, columns[position].width, None, {"level": 1, "hidden": True})
    if positions and positions[-1] + 1 < len(columns):
        after = positions[-1] + 1
        sheet.set_column(after, after, columns[after].width, None, {"collapsed": True})


def _number_format(name: str, kind: str) -> str:
    if kind == schema.COUNT:
        return "0"
    if name in _SCIENTIFIC:
        return "[<0.001]0.0E+00;0.000"
    return "0.000" if name in _THREE_DIGITS or name.startswith("d_") else "0.00"
