"""A file is opened by its content: text, Parquet or the sheets of a workbook, whatever it is called."""

import gzip
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables.samples import read_samples
from myosieve.tables.source import open_sources
from myosieve.tables.workbook import is_workbook, read_sheets

ROWS = [["Protein", "A", "B"], ["P1", 1.5, 2], ["P2", 123456789.125, None]]


def workbook(path: Path, sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


def cells(table, *names: str) -> list[list[str]]:
    return table.columns([table.header.index(name) for name in names or table.header]).to_numpy().tolist()


def test_text_parquet_and_workbook_hold_the_same_table(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS[1:], columns=ROWS[0])
    frame.to_csv(tmp_path / "x.parquet", sep="\t", index=False)  # the name says nothing
    frame.to_parquet(tmp_path / "x.tsv")
    workbook(tmp_path / "x.txt", {"one": ROWS})
    for name, kind in (("x.parquet", "text"), ("x.tsv", "parquet"), ("x.txt", "sheet")):
        (source,) = open_sources(tmp_path / name)
        assert (source.kind, source.header) == (kind, ("Protein", "A", "B"))
        table = source.table()
        numbers = [[float(cell or "nan") for cell in row] for row in cells(table, "A", "B")]
        np.testing.assert_array_equal(numbers, frame[["A", "B"]].to_numpy(dtype=float))
        assert [row[0] for row in cells(table, "Protein")] == ["P1", "P2"]


def test_single_precision_numbers_keep_the_digits_that_they_have(tmp_path: Path) -> None:
    pd.DataFrame({"id": ["P1"], "A": np.array([0.1], dtype="float32")}).to_parquet(tmp_path / "t")
    assert cells(open_sources(tmp_path / "t")[0].table(), "A") == [["0.1"]]


def test_opening_reads_the_header_of_a_compressed_text_only(tmp_path: Path) -> None:
    (tmp_path / "t.gz").write_bytes(gzip.compress(b'sep=;\n"Protein";"A"\nP1;1\n'))
    (source,) = open_sources(tmp_path / "t.gz")
    assert source.header == ("Protein", "A")


def test_every_visible_sheet_with_rows_is_a_table(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "b.xlsx",
        {"notes": [["made by us"]], "empty": [], "data": ROWS, "secret": ROWS, "more": ROWS},
        hidden=("secret",),
    )
    assert [source.sheet for source in open_sources(path)] == ["data", "more"]


def test_a_workbook_keeps_digits_and_empty_cells_and_passes_over_blank_rows(tmp_path: Path) -> None:
    rows = [[None, None, None], *ROWS[:2], [None, None, None], *ROWS[2:], ["P3", 1e20, 0.123456789012345]]
    table = read_sheets(workbook(tmp_path / "b.xlsx", {"data": rows}))["data"]
    assert cells(table) == [
        ["P1", "1.5", "2"], ["P2", "123456789.125", ""], ["P3", "1e+20", "0.123456789012345"],
    ]  # fmt: skip
    assert table.columns([0]).index.tolist() == [3, 5, 6]


def test_dates_stay_visible_as_dates(tmp_path: Path) -> None:
    import datetime

    rows = [["Gene", "A"], [datetime.datetime(2024, 3, 1), 1], ["MYH2", 2]]
    assert cells(read_sheets(workbook(tmp_path / "b.xlsx", {"data": rows}))["data"], "Gene")[0] == ["2024-03-01"]


def test_a_value_under_no_name_is_refused_on_the_sheet_that_is_read_only(tmp_path: Path) -> None:
    ragged = [["Protein", "A"], ["P1", 1, 5]]
    legend, data = open_sources(workbook(tmp_path / "b.xlsx", {"legend": ragged, "data": ROWS}))
    assert data.table().header == ("Protein", "A", "B")
    with pytest.raises(InputError, match="line 2 has a value in column 3, the header has 2"):
        legend.table()


def test_titles_above_the_header_of_a_sheet_are_passed_over(tmp_path: Path) -> None:
    rows = [["Table S1. Proteins, all of them"], [None], ["n.d.: not detected"], *ROWS]
    (source,) = open_sources(workbook(tmp_path / "b.xlsx", {"data": rows}))
    assert source.header == ("Protein", "A", "B")
    assert source.table().columns([0]).index.tolist() == [5, 6]


@pytest.mark.parametrize("content", [b"PK\x03\x04rubbish", b"\xd0\xcf\x11\xe0rubbish"])
def test_a_damaged_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.xlsx").write_bytes(content)
    with pytest.raises(InputError, match=r"b\.xlsx: the "):
        open_sources(tmp_path / "b.xlsx")


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "t")
    (tmp_path / "t").write_bytes((tmp_path / "t").read_bytes()[:-20])
    with pytest.raises(InputError, match="the Parquet file is damaged or cut off"):
        open_sources(tmp_path / "t")


def test_a_zipped_text_is_no_workbook(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("t.tsv", "Protein\tA\nP1\t1\n")
    assert not is_workbook(tmp_path / "t.zip")
    assert open_sources(tmp_path / "t.zip")[0].header == ("Protein", "A")


def test_a_workbook_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sheet of the workbook has a header and rows"):
        open_sources(workbook(tmp_path / "b.xlsx", {"data": [["Protein", "A"]]}))


# ---- a sample sheet may be a workbook ------------------------------------------------------------------------------


def test_a_sample_sheet_may_be_a_sheet_of_a_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "s.xlsx",
        {
            "about": [["who", "when"], ["me", "now"]],
            "samples": [["sample", "condition", "donor"], ["a", "x", 1], ["b", "y", 2]],
        },
    )
    sheet = read_samples(path)
    assert sheet.frame["sample"].tolist() == ["a", "b"]
    assert sheet.frame["donor"].tolist() == ["1", "2"]  # no "1.0"


def test_a_workbook_without_a_sample_sheet_names_what_lacks(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 1: column 'sample' is missing"):
        read_samples(workbook(tmp_path / "s.xlsx", {"about": [["who", "when"], ["me", "now"]]}))


def test_a_note_below_the_rows_of_a_sheet_is_no_row(tmp_path: Path) -> None:
    rows = [["Protein", "Gene", "A"], ["P1", "G", 5.0], ["* p < 0.05", None, None]]
    (source,) = open_sources(workbook(tmp_path / "b.xlsx", {"data": rows}))
    assert source.table().columns([0])[0].tolist() == ["P1"]
    assert source.table(typed=True).columns([0])[0].tolist() == ["P1", "* p < 0.05"]
