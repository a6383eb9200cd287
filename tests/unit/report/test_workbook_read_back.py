"""candidates.xlsx, read back by pandas and by LibreOffice: every cell of every table is what the table held.

LibreOffice stands for a spreadsheet's own reader: it opens the file, and writes what it read as CSV (texts in quotes, numbers
without) and as a workbook of its own. `apt-get install --no-install-recommends libreoffice-calc` brings it.
"""

import io
import itertools
import math
import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from myosieve import schema
from myosieve.report.content import Content
from myosieve.report.workbook import workbook

CUT = " [cut: the whole text is in the .tsv]"
TABLES = {
    "candidates": schema.CANDIDATES, "differential": schema.DIFFERENTIAL, "samples_qc": schema.SAMPLES_QC,
    "sensitivity": schema.SENSITIVITY, "validation": schema.VALIDATION,
}  # fmt: skip
Grid = list[list[str | float | None]]


@pytest.fixture(scope="module")
def hostile_book(hostile_content: Content) -> bytes:
    """The workbook of a study whose every text is hostile."""
    return workbook(hostile_content)[0]


def _as_cell(value: object) -> str | float | None:
    """Return what a cell should hold: a gap, a finite number, or text, cut at 32,767 UTF-16 units."""
    if pd.isna(value):
        return None
    if not isinstance(value, str):
        return float(value) if math.isfinite(value) else str(value)
    units = value.encode("utf-16-le")
    if len(units) <= 2 * 32_767:
        return value
    return units[: 2 * (32_767 - len(CUT))].decode("utf-16-le", "ignore") + CUT


def _grid(frame: pd.DataFrame) -> Grid:
    return [
        list(frame.columns),
        *([_as_cell(value) for value in row] for row in frame.itertuples(index=False, name=None)),
    ]


def _expected(content: Content, names: list[str]) -> dict[str, Grid]:
    """Return the grid of each sheet of tables, by the sheet's name; the order of the sheets is the contract's."""
    frames = [
        *(pd.concat([contrast.ranked, contrast.excluded])[schema.CANDIDATES.names] for contrast in content.contrasts),
        content.differential, content.crosstalk, content.pathways, content.facts, content.samples_qc, content.leak_tests,
        content.sensitivity, content.validation, content.settings,
    ]  # fmt: skip
    tables = [name for name in names if name not in ("Read me", "Methods")]
    return {name: _grid(frame) for name, frame in zip(tables, frames, strict=True)}


def _same(found: Grid, expected: Grid) -> None:
    """Compare grids cell by cell; rows may end early where cells are empty."""
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert [*row, *[None] * (len(wanted) - len(row))] == wanted


def _read_by_pandas(book: bytes, engine: str) -> dict[str, Grid]:
    sheets = pd.read_excel(
        io.BytesIO(book), sheet_name=None, header=None, dtype=object, keep_default_na=False, na_values=[], engine=engine
    )
    return {
        name: [
            [_as_cell(cell) if cell != "" else None for cell in row] for row in frame.itertuples(index=False, name=None)
        ]
        for name, frame in sheets.items()
    }


def _unescaped(text: str) -> str:
    """Return a text as ECMA-376 part 1, 22.9.2.19 reads it: _xHHHH_ is a character. openpyxl leaves that to its user."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def test_pandas_reads_every_sheet_of_a_hostile_study_as_it_was(hostile_content: Content, hostile_book: bytes) -> None:
    read = _read_by_pandas(hostile_book, "calamine")
    for name, expected in _expected(hostile_content, list(read)).items():
        _same(read[name], expected)


def test_openpyxl_reads_the_same_and_calls_every_text_a_text(hostile_content: Content, hostile_book: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(hostile_book))
    for name, expected in _expected(hostile_content, book.sheetnames).items():
        cells = [[(cell.value, cell.data_type) for cell in row] for row in book[name].iter_rows()]
        found = [[_unescaped(value) if kind == "s" else _as_cell(value) for value, kind in row] for row in cells]
        _same(found, expected)
        # "n" is a number or nothing; a formula would be "f", a date "d", an error "e".
        assert {kind for row in cells for _, kind in row} <= {"s", "n"}


def test_characters_that_no_xml_has_are_escaped_as_the_standard_says(hostile_content: Content) -> None:
    book, _ = workbook(_with_first_gene(hostile_content, "a\ufffe\uffffb"))
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert "a_xFFFE__xFFFF_b" in parts.read("xl/worksheets/sheet2.xml").decode()


def test_half_a_character_in_a_warning_becomes_the_mark_for_that(small_content) -> None:
    content = small_content(warnings=("half \ud83d of one",))
    assert _read_by_pandas(workbook(content)[0], "calamine")["Read me"][2][0] == "half \ufffd of one"


def test_every_table_reads_back_as_its_tsv(reported) -> None:
    read = pd.read_excel(
        reported.xlsx, sheet_name=None, keep_default_na=False, na_values=[""], engine="calamine", dtype={"gene": str}
    )
    candidates = reported.frame("candidates", schema.CANDIDATES)
    contrasts = candidates["contrast"].unique()
    sheets = {
        "differential": "All proteins",
        "samples_qc": "QC",
        "sensitivity": "Sensitivity",
        "validation": "Validation",
    }
    found = {name: read[sheet] for name, sheet in sheets.items()}
    found["candidates"] = pd.concat([read[name] for name in contrasts], ignore_index=True)
    for name, table in TABLES.items():
        keys = [column.name for column in table.columns if column.kind == schema.TEXT]
        expected, same = (frame.astype(table.dtypes()).sort_values(keys, kind="stable", ignore_index=True)
                          for frame in (reported.frame(name, table), found[name]))  # fmt: skip
        pd.testing.assert_frame_equal(same, expected, check_exact=True)


# ---- LibreOffice


def _office() -> str:
    """Return LibreOffice's command; without it the test is skipped, or fails where everything is required."""
    command = shutil.which("soffice") or shutil.which("libreoffice")
    if command is None:
        message = "LibreOffice is not installed: apt-get install --no-install-recommends libreoffice-calc"
        if os.environ.get("MYOSIEVE_REQUIRE_ALL") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return command


# "Text - txt - csv": comma, double quote, UTF-8, from row 1, no column formats, English; texts in quotes; numbers and texts
# not as shown but as they are; no formulas; no blanks taken away; each sheet (-1) into a file of its own.
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,true,true,false,false,false,-1"


@pytest.fixture(scope="module")
def office(hostile_book: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what LibreOffice made of the hostile workbook: hostile-<sheet>.csv, and hostile.xlsx."""
    command = _office()
    folder = tmp_path_factory.mktemp("office")
    source = folder / "source" / "hostile.xlsx"
    source.parent.mkdir()
    source.write_bytes(hostile_book)
    for form in (CSV, "xlsx:Calc MS Excel 2007 XML"):
        told = subprocess.run(
            [command, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", form,
             "--outdir", str(folder), str(source)],
            capture_output=True, text=True, timeout=300, check=True,
        )  # fmt: skip
        assert "rror" not in told.stdout + told.stderr
    return folder


def _read_csv(path: Path) -> Grid:
    """Return the cells of a CSV file: what is in quotes is text, what is not is a number or nothing."""
    text = path.read_bytes().decode()
    grid: Grid = [[]]
    for found in re.finditer(r'(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n)', text):
        quoted, bare, end = found.groups()
        grid[-1].append(quoted.replace('""', '"') if quoted is not None else float(bare) if bare else None)
        if end == "\n":
            grid.append([])
    return grid[:-1]


def _same_by_office(found: Grid, expected: Grid) -> None:
    """Compare grids; the CSV has 15 digits and 20 decimals, and LibreOffice keeps one kind of line end within a cell."""
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        for cell, value in itertools.zip_longest(row, wanted):
            if isinstance(value, float) and isinstance(cell, float):
                assert math.isclose(cell, value, rel_tol=1e-14, abs_tol=1e-20)
            else:
                assert cell == (value.replace("\r\n", "\n") if isinstance(value, str) else value)


@pytest.mark.slow
def test_libreoffice_reads_every_cell_of_every_table_as_it_was(office, hostile_content, hostile_book) -> None:
    names = openpyxl.load_workbook(io.BytesIO(hostile_book), read_only=True).sheetnames
    expected = _expected(hostile_content, names)
    for name, wanted in expected.items():
        _same_by_office(_read_csv(office / f"hostile-{name}.csv"), wanted)


@pytest.mark.slow
def test_libreoffice_reads_the_sheets_of_text_as_pandas_does(office, hostile_book) -> None:
    read = _read_by_pandas(hostile_book, "calamine")
    for name in ("Read me", "Methods"):
        _same_by_office(_read_csv(office / f"hostile-{name}.csv"), read[name])


@pytest.mark.slow
def test_libreoffice_keeps_the_sheets_links_and_types(office, hostile_book) -> None:
    ours, theirs = openpyxl.load_workbook(io.BytesIO(hostile_book)), openpyxl.load_workbook(office / "hostile.xlsx")
    assert theirs.sheetnames == ours.sheetnames
    for sheet in ours:
        other = theirs[sheet.title]
        assert other.auto_filter.ref == sheet.auto_filter.ref
        for row in sheet.iter_rows():
            for cell in row:
                same = other[cell.coordinate]
                assert (same.data_type, same.number_format) == (cell.data_type, cell.number_format), cell.coordinate
                if cell.data_type == "n":
                    # It writes 15 digits; here also of numbers too small for its CSV.
                    assert same.value is cell.value or math.isclose(same.value, cell.value, rel_tol=1e-14)
                assert (same.hyperlink is None) == (cell.hyperlink is None)
                if cell.hyperlink and cell.hyperlink.target:
                    assert same.hyperlink.target == cell.hyperlink.target
    with zipfile.ZipFile(office / "hostile.xlsx") as parts:
        assert not any(b"<f" in parts.read(name) for name in parts.namelist() if "/sheet" in name)


def _with_first_gene(content: Content, gene: str) -> Content:
    first = content.contrasts[0]
    ranked = first.ranked.assign(gene=gene)
    return replace(content, contrasts=(replace(first, ranked=ranked), *content.contrasts[1:]))
