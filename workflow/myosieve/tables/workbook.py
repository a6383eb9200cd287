"""A workbook (xlsx, xlsb, xls, ods) -> its sheets as tables of text, as if each had been saved as text."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from myosieve.errors import InputError
from myosieve.tables.decoding import first_bytes
from myosieve.tables.text import UNIT_SEPARATOR, TextTable

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def is_workbook(path: Path | str) -> bool:
    """Tell a workbook by its content."""
    import zipfile

    start = first_bytes(path, 4)
    if start == _OLD_EXCEL:
        return True
    if start != b"PK\x03\x04" or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    return bool(names & {"[Content_Types].xml", "content.xml"})


def read_sheets(path: Path | str, wanted: str = "") -> dict[str, TextTable]:
    """Read the visible sheets of a workbook.

    Parameters
    ----------
    path
        The file.
    wanted
        The sheet that is to be used: no row of it may be longer than its header. A legend on another sheet may be of any shape.

    Returns
    -------
    Name of each sheet with a header and rows -> its table, in the workbook's order. Numbers keep all their digits; a cell that
    the spreadsheet made a date of is written as one (YYYY-MM-DD), which later checks notice.

    Raises
    ------
    InputError
        The file is damaged or protected by a password, no sheet has a header and rows, or the wanted one has longer rows.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    path = Path(path)
    tables: dict[str, TextTable] = {}
    try:
        with CalamineWorkbook.from_path(path) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
                    rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
                    if table := _table(rows, path, sheet.name == wanted):
                        tables[sheet.name] = table
    except CalamineError as error:
        raise InputError(
            f"the workbook cannot be read ({error})", path, "save it anew without a password, or as tab-separated text"
        ) from None
    if not tables:
        raise InputError("no sheet of the workbook has a header and rows", path, "give the sheet with the table")
    return tables


def _table(rows: list[list[Any]], path: Path, checked: bool) -> TextTable | None:
    filled = [(line, [_text(cell) for cell in row]) for line, row in enumerate(rows, 1)]
    filled = [(line, row) for line, row in filled if any(row)]
    filled = filled[_titles([row for _, row in filled]) :]
    if len(filled) < 2:
        return None
    header = [name.strip() for name in filled[0][1]]
    while header and not header[-1]:
        header.pop()
    width = len(header)
    for line, row in filled[1:]:
        if checked and any(row[width:]):
            raise InputError(
                f"line {line} has a value in column {len(row)}, the header has {width}",
                path,
                "give every column a name",
            )
    joined = [UNIT_SEPARATOR.join(row[:width] + [""] * (width - len(row))) for _, row in filled[1:]]
    return TextTable(
        path, tuple(header), joined, [line for line, _ in filled[1:]], UNIT_SEPARATOR, False, "UTF-8"
    ).without_comments()


def _titles(rows: list[list[str]]) -> int:
    """Return how many rows of one filled cell stand above the first with three or more, as in `text`."""
    filled = [sum(map(bool, row)) for row in rows]
    place = next((place for place, cells in enumerate(filled) if cells != 1), 0)
    return place if filled and filled[place] > 2 else 0


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat()[:10]
    return " ".join(str(cell).split("\n")).replace(UNIT_SEPARATOR, " ").replace("\u00a0", " ").strip()
