"""A text table is read the same whatever its encoding, compression, separator, quotes and decimal sign."""

import gzip
import io
import lzma
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables.text import header_of, read_table_text, to_numbers

ROWS = [["gene", "µ value"], ["MYH2", "1"], ["IL6", "2"]]
TEXT = "gene\tµ value\nMYH2\t1\nIL6\t2\n"


def cells(path: Path) -> list[list[str]]:
    table = read_table_text(path)
    return [list(table.header), *table.columns(range(len(table.header))).to_numpy().tolist()]


def saved(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_makes_no_difference(tmp_path: Path, encoding: str) -> None:
    assert cells(saved(tmp_path / "t", TEXT.encode(encoding))) == ROWS


def test_a_big_endian_mark_is_understood(tmp_path: Path) -> None:
    assert cells(saved(tmp_path / "t", b"\xfe\xff" + TEXT.encode("utf-16-be"))) == ROWS


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_compression_is_told_from_the_content_not_the_name(tmp_path: Path, compress) -> None:
    assert cells(saved(tmp_path / "table.txt", compress(TEXT.encode()))) == ROWS


def test_a_zip_with_one_table_is_read_and_the_files_of_macos_are_passed_over(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("folder/t.txt", TEXT)
        archive.writestr("__MACOSX/folder/._t.txt", b"\x00\x05")
    assert cells(tmp_path / "t.zip") == ROWS


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_make_no_difference(tmp_path: Path, end: str) -> None:
    assert cells(saved(tmp_path / "t", TEXT.replace("\n", end).encode())) == ROWS


@pytest.mark.parametrize("separator", ["\t", ",", ";"])
def test_the_separator_is_told_from_the_header(tmp_path: Path, separator: str) -> None:
    assert cells(saved(tmp_path / "t", TEXT.replace("\t", separator).encode())) == ROWS


def test_of_commas_and_semicolons_in_the_header_those_separate_that_every_row_has(tmp_path: Path) -> None:
    content = b"id;Abundance: F1: 126, Sample, n/a;B\nP1;1,5;2\nP2;3,5;4\n"
    assert cells(saved(tmp_path / "t", content))[0] == ["id", "Abundance: F1: 126, Sample, n/a", "B"]
    content = b"id,genes (a;b;c;d),A\nP1,x;y,1\nP2,x,3\n"
    assert cells(saved(tmp_path / "t", content))[1] == ["P1", "x;y", "1"]


def test_commas_inside_the_header_of_a_tab_separated_table_stay(tmp_path: Path) -> None:
    assert cells(saved(tmp_path / "t", b"run a,b,c;d\tgene\n1\tX\n")) == [["run a,b,c;d", "gene"], ["1", "X"]]


@pytest.mark.parametrize(
    "title",
    [
        "Table S1. Proteins, all of them\n",
        'Table S1\t\t\n\n"Related to ""Figure 1"""\t\t\n',
    ],
)
def test_titles_above_the_header_are_passed_over(tmp_path: Path, title: str) -> None:
    table = "id\tA\tB\nP1\t1\t2\n"
    path = saved(tmp_path / "t", (title + table).encode())
    assert cells(path) == [["id", "A", "B"], ["P1", "1", "2"]]
    assert header_of(title + table)[0] == ("id", "A", "B")
    assert read_table_text(path).lines == [title.count("\n") + 2]


def test_a_title_that_excel_saved_with_commas_is_passed_over(tmp_path: Path) -> None:
    content = b'"Proteins, all",,\nid,A,B\n"P1,P2",1,2\n'
    assert cells(saved(tmp_path / "t", content)) == [["id", "A", "B"], ["P1,P2", "1", "2"]]


@pytest.mark.parametrize("separator", ["\t", ",", ";"])
def test_a_cell_of_the_header_may_have_two_lines(tmp_path: Path, separator: str) -> None:
    content = '"id of\nthe group"\t"A"\t"B\n1"\nP1\t1\t2\n'.replace("\t", separator)
    path = saved(tmp_path / "t", content.encode())
    assert cells(path) == [["id of the group", "A", "B 1"], ["P1", "1", "2"]]
    assert header_of(content) == (("id of the group", "A", "B 1"), separator, 3)


def test_excels_separator_line_is_obeyed(tmp_path: Path) -> None:
    assert cells(saved(tmp_path / "t", b"sep=;\na,b;c\n1,5;2\n")) == [["a,b", "c"], ["1,5", "2"]]


def test_quoted_cells_may_hold_separators_quotes_and_line_breaks(tmp_path: Path) -> None:
    path = saved(tmp_path / "t", b'gene,name\nIL6,"interleukin ""6"",\nsecreted"\nX,y\n')
    assert cells(path) == [["gene", "name"], ["IL6", 'interleukin "6", secreted'], ["X", "y"]]
    assert read_table_text(path).lines == [2, 4]  # the line break inside the cell counts as a line of the file


def test_quotes_around_tab_separated_cells_go_and_a_lone_quote_stays(tmp_path: Path) -> None:
    path = saved(tmp_path / "t", b'gene\tname\nA\t"5,6-lyase"\nB\t"3\' end\nC\t"a ""b"""\n')
    assert [row[1] for row in cells(path)] == ["name", "5,6-lyase", "\"3' end", 'a "b"']


def test_an_unpaired_quote_in_a_comma_separated_table_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = saved(tmp_path / "t", b'a,b\n1,2\n"3,4\n5,6\n')
    with pytest.raises(InputError, match=r"quotes do not pair up from line 3"):
        read_table_text(path)


def test_a_cell_longer_than_the_limit_of_pythons_csv_module_is_read_whole(tmp_path: Path) -> None:
    long = "P12345;" * 30_000  # 210,000 characters; the limit is 131,072
    assert cells(saved(tmp_path / "t", f"ids\tx\n{long}\t1\n".encode()))[1][0] == long
    assert cells(saved(tmp_path / "u", f'ids,x\n"{long},",1\n'.encode()))[1][0] == f"{long},"


def test_blank_lines_and_trailing_blank_columns_are_passed_over_and_lines_still_count_as_in_the_file(
    tmp_path: Path,
) -> None:
    path = saved(tmp_path / "t", b"\na\tb\t\t\n\n1\t2\t\t\n\t\t\t\n3\t4\n")
    assert cells(path) == [["a", "b"], ["1", "2"], ["3", "4"]]
    assert list(read_table_text(path).columns([0]).index) == [4, 6]


def test_decomposed_letters_equal_composed_ones(tmp_path: Path) -> None:
    assert cells(saved(tmp_path / "t", "gene\tMu\u0308ller\n1\t2\n".encode()))[0][1] == "M\u00fcller"


def test_the_type_lines_of_perseus_are_passed_over(tmp_path: Path) -> None:
    assert cells(saved(tmp_path / "t", b"A1\tids\n#!{Type}E\tT\n7\tP1\n")) == [["A1", "ids"], ["7", "P1"]]


def test_cells_that_were_stripped_at_the_end_of_a_row_are_empty(tmp_path: Path) -> None:
    assert cells(saved(tmp_path / "t", b"a\tb\tc\n1\n2\t3\n"))[1:] == [["1", "", ""], ["2", "3", ""]]


def _zip_of_two() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.txt", TEXT)
        archive.writestr("b.txt", TEXT)
    return content.getvalue()


REFUSED = {
    "nothing": (b"", "the file is empty"),
    "blank lines": (b"\n \n\n", "the file is empty"),
    "empty inside gzip": (gzip.compress(b""), "the file is empty"),
    "header only": (b"a\tb\n", "header line but no rows"),
    "gzip cut off": (gzip.compress(TEXT.encode() * 50)[:40], "the compressed file is cut off"),
    "xz cut off": (lzma.compress(TEXT.encode() * 50)[:60], "the compressed file is cut off"),
    "gzip damaged": (gzip.compress(TEXT.encode())[:-8] + bytes(8), "damaged or cut off"),
    "parquet": (b"PAR1\x00\x01\x02", "a Parquet file"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"),
    "binary": (bytes(range(256)), "binary"),
    "zip of two": (_zip_of_two(), "holds 2 files"),
    "too many cells": (b"a\tb\n1\t2\n3\t4\t5\n", "line 3 has 3 cells, the header has 2"),
    "text cut off": (
        b"a\tb\tc\n1\t2\t3\n4\t5",
        "line 3, the last, has 2 cells, the header has 3: the file is cut off",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_text_table_is_refused_in_one_line_that_says_what_it_is(tmp_path: Path, case: str) -> None:
    content, says = REFUSED[case]
    path = saved(tmp_path / "table.txt", content)
    with pytest.raises(InputError) as error:
        read_table_text(path)
    assert says in str(error.value)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a folder, not a file"):
        read_table_text(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        read_table_text(tmp_path / "nothing")


def test_a_workbook_is_named_as_such(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
    with pytest.raises(InputError, match="an Excel workbook"):
        read_table_text(tmp_path / "t.xlsx")


def numbers(*columns: list[str]) -> list[list[float]]:
    frame = pd.DataFrame(dict(enumerate(columns)), dtype=str)
    frame.index = frame.index + 2
    return to_numbers(frame, "t.txt").T.to_numpy().tolist()


def test_every_way_of_writing_no_value_is_missing() -> None:
    marks = ["", "NaN", "nan", "NA", "#N/A", "Filtered", "Inf", "-Inf", " ", "n.a."]
    assert np.isnan(numbers(marks)).all()


def test_numbers_keep_their_value() -> None:
    assert numbers(["8.37561e+06", "0", " 12 ", "-3"]) == [[8.37561e06, 0.0, 12.0, -3.0]]


def test_a_decimal_comma_anywhere_decides_for_all_columns() -> None:
    assert numbers(["1234,5", "7"], ["123,456", "1,5E+07"]) == [[1234.5, 7.0], [123.456, 1.5e7]]


@pytest.mark.parametrize("cell", ["1,234", "1,234,567", "1,234.5", "1.234,5", "abc", "12 kDa", "True", "1 000"])
def test_what_is_no_number_for_sure_is_refused_with_column_line_and_value(cell: str) -> None:
    with pytest.raises(InputError) as error:
        to_numbers(pd.DataFrame({"LFQ A": ["1", "2.5", cell]}, index=[2, 3, 5]), "t.txt")
    assert str(error.value).startswith(f"t.txt: column 'LFQ A', line 5: {cell!r} is not a number")


NOTED = "Protein\tGene\tA\nP1\tG\t5\nP2\t\t\n{}\n"


@pytest.mark.parametrize("note", ["* p < 0.05\t\t", "*significant", "\t\tvalues are medians"])
def test_a_note_below_the_last_row_is_no_row_and_a_lone_identifier_is_one(tmp_path: Path, note: str) -> None:
    path = tmp_path / "t.tsv"
    path.write_text(NOTED.format(note))
    assert read_table_text(path).lines == [2, 3]
    path.write_text(NOTED.format("P3\t\t"))
    assert read_table_text(path).lines == [2, 3, 4]


def test_what_a_person_typed_has_no_notes(tmp_path: Path) -> None:
    # a sample without a condition must be noticed, not passed over
    (tmp_path / "t.tsv").write_text("sample\tcondition\tcolumn\na\tx\ty\nsample 2\t\t\n")
    assert read_table_text(tmp_path / "t.tsv", typed=True).lines == [2, 3]


def test_hard_blanks_are_blanks_and_a_second_mark_at_the_start_is_no_letter(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_bytes("\ufeff\ufeffProtein IDs\tLFQ\u00a0intensity\u00a0A\nP1\t5\n".encode())
    assert read_table_text(tmp_path / "t.tsv").header == ("Protein IDs", "LFQ intensity A")
