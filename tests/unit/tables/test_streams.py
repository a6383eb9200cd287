"""A text table that is streamed is read the same whatever its encoding, compression, separator, quotes and decimal sign."""

import dataclasses
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables.long import LongLayout, LongTable, Threshold, read_long, run_names
from myosieve.tables.streaming import delimited, stream
from myosieve.tables.streaming import parts as sizes

LAYOUT = LongLayout(
    run=("Run",),
    precursor=("Id",),
    group="Group",
    quantity="Quantity",
    annotation=("Name",),
    thresholds=(Threshold("Q", 0.01, "q"),),
)
HEADER = ("Run", "Group", "Id", "Name", "Quantity", "Q")
ROWS = [
    ("a", "G1", "p1", "α-actinin", "10.5", "0.001"),
    ("b", "G1", "p1", "α-actinin", "NaN", "0.001"),
    ("a", "G2", "p2", "myosin", "1e3", "1e-3"),
    ("b", "G2", "p2", "myosin", "7", "0.5"),
    ("b", "G2", "p3", "myosin", "#N/A", "0.001"),
]
RUNS = {"a": 0, "b": 1}
QUANTITIES = [[10.5, np.nan], [1000, np.nan], [np.nan, np.nan]]


def text(rows=ROWS, header=HEADER, sep: str = "\t", end: str = "\n") -> str:
    return "".join(sep.join(row) + end for row in [header, *rows])


def saved(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def check(path: Path) -> LongTable:
    table = read_long(path, LAYOUT, RUNS, 2)
    np.testing.assert_array_equal(table.quantities, QUANTITIES)
    assert table.groups.to_dict("list") == {"group": ["G1", "G2"], "Name": ["α-actinin", "myosin"]}
    assert table.removed == {"q": 1}
    assert run_names(path, LAYOUT) == ["a", "b"]
    return table


@pytest.fixture(params=[1 << 24, 7], ids=["whole", "in small parts"])
def parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "BYTES_AT_ONCE", request.param)


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_makes_no_difference(tmp_path: Path, encoding: str) -> None:
    check(saved(tmp_path / "t", text().encode(encoding)))


@pytest.mark.usefixtures("parts")
def test_windows_letters_are_understood(tmp_path: Path) -> None:
    path = saved(tmp_path / "t", text().replace("α", "µ").encode("cp1252"))
    assert read_long(path, LAYOUT, RUNS, 2).groups["Name"][0] == "µ-actinin"


def test_windows_letters_beyond_the_first_megabyte_are_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "_HEAD", 60)
    path = saved(tmp_path / "t", text(ROWS[2:] + ROWS[:2]).replace("α", "µ").encode("cp1252"))
    assert read_long(path, LAYOUT, RUNS, 2).groups["Name"].tolist() == ["myosin", "µ-actinin"]


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_compression_is_told_from_the_content(tmp_path: Path, compress) -> None:
    check(saved(tmp_path / "t.tsv", compress(text().encode())))


def test_a_zip_with_one_table_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t", "w") as archive:
        archive.writestr("report.tsv", text())
    check(tmp_path / "t")


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("sep", ["\t", ",", ";"])
def test_separator_and_line_ends_make_no_difference(tmp_path: Path, sep: str, end: str) -> None:
    check(saved(tmp_path / "t", text(sep=sep, end=end)))


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("sep", ["\t", ","])
def test_quotes_around_every_cell_are_taken_away(tmp_path: Path, sep: str) -> None:
    rows = [[f'"{cell}"' for cell in row] for row in [HEADER, *ROWS]]
    check(saved(tmp_path / "t", text(rows[1:], rows[0], sep)))


@pytest.mark.usefixtures("parts")
def test_a_separator_line_break_or_quote_inside_quotes_stays_in_its_cell(tmp_path: Path) -> None:
    rows = [(run, group, precursor, '"2,3\nso-called ""X"""', *rest) for run, group, precursor, _, *rest in ROWS]
    table = read_long(saved(tmp_path / "t", text(rows, sep=",")), LAYOUT, RUNS, 2)
    assert table.groups["Name"].tolist() == ['2,3\nso-called "X"'] * 2
    np.testing.assert_array_equal(table.quantities, QUANTITIES)


@pytest.mark.usefixtures("parts")
def test_a_quote_in_a_tab_separated_cell_is_an_inch_and_quotes_around_one_cell_go(tmp_path: Path) -> None:
    rows = [
        (*row[:3], name, *row[4:]) for row, name in zip(ROWS, ['5"-long', "x", '"in, ""quotes"""', "", ""], strict=True)
    ]
    table = read_long(saved(tmp_path / "t", text(rows)), LAYOUT, RUNS, 2)
    assert table.groups["Name"].tolist() == ['5"-long', 'in, "quotes"']


@pytest.mark.usefixtures("parts")
def test_row_names_without_a_header_cell_are_passed_over(tmp_path: Path) -> None:
    check(saved(tmp_path / "t", text([(str(i), *row) for i, row in enumerate(ROWS)])))


@pytest.mark.usefixtures("parts")
def test_an_empty_name_in_the_header_is_passed_over(tmp_path: Path) -> None:
    check(saved(tmp_path / "t", text([(str(i), *row) for i, row in enumerate(ROWS)], ("", *HEADER))))


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("above", ["sep=\t\n", "# written by hand\n", "\n\n"])
def test_lines_above_the_header_are_passed_over(tmp_path: Path, above: str) -> None:
    check(saved(tmp_path / "t", above + text()))


@pytest.mark.usefixtures("parts")
def test_types_below_the_header_are_passed_over(tmp_path: Path) -> None:
    check(saved(tmp_path / "t", text([("#!{Type}T", "T", "T", "T", "E", "N"), *ROWS])))


@pytest.mark.usefixtures("parts")
def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    lines = text().splitlines(keepends=True)
    table = check(saved(tmp_path / "t", "".join([*lines[:3], "\n", *lines[3:], "\n\n"])))
    assert table.rows == len(ROWS)


@pytest.mark.usefixtures("parts")
def test_rows_shorter_than_the_header_end_in_empty_cells(tmp_path: Path) -> None:
    rows = [*ROWS, ("a", "G2", "p3", "myosin", "5")]
    table = read_long(saved(tmp_path / "t", text(rows)), LAYOUT, RUNS, 2)
    assert table.removed == {"q": 2}
    np.testing.assert_array_equal(table.quantities, QUANTITIES)


@pytest.mark.usefixtures("parts")
def test_empty_cells_beyond_the_header_are_passed_over(tmp_path: Path) -> None:
    check(saved(tmp_path / "t", text([(*row, "", "") for row in ROWS], (*HEADER, ""))))


def test_a_very_long_cell_is_a_cell(tmp_path: Path) -> None:
    name = "P12345;" * 30_000  # the default of Python's csv module ends at 131,072 characters
    rows = [(*row[:3], name, *row[4:]) for row in ROWS]
    assert read_long(saved(tmp_path / "t", text(rows)), LAYOUT, RUNS, 2).groups["Name"][0] == name


@pytest.mark.usefixtures("parts")
def test_a_decimal_comma_is_understood(tmp_path: Path) -> None:
    rows = [(*row[:4], *(cell.replace(".", ",") for cell in row[4:])) for row in ROWS]
    check(saved(tmp_path / "t", text(rows, sep=";")))
    check(saved(tmp_path / "t", text(rows)))


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("place", [0, -1])
def test_one_comma_that_is_no_thousand_explains_all_others(tmp_path: Path, place: int) -> None:
    rows = [("a", "G", f"p{i}", "", "1,234", "0") for i in range(3)]
    rows.insert(place, ("a", "G", "p9", "", "1,5", "0"))
    table = read_long(saved(tmp_path / "t", text(rows)), LAYOUT, RUNS, 2)
    assert sorted(table.quantities[:, 0]) == [1.234] * 3 + [1.5]


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("cells", [["1,234", "2,345"], ["1,5", "2.5"], ["2.5", "1,5"], ["5", "1,234", "0.5"]])
def test_a_comma_that_may_separate_thousands_or_stands_beside_a_point_is_refused(
    tmp_path: Path, cells: list[str]
) -> None:
    rows = [("a", "G", f"p{i}", "", cell, "0") for i, cell in enumerate(cells)]
    comma = next(cell for cell in cells if "," in cell)
    with pytest.raises(InputError, match=f"column 'Quantity'.*'{comma}' is not a number"):
        read_long(saved(tmp_path / "t", text(rows)), LAYOUT, RUNS, 2)


def test_a_cell_that_says_the_same_several_times_says_it_once(tmp_path: Path) -> None:
    rows = [("a", "G", "p", "", "2.5;2.5", "0")]
    assert read_long(saved(tmp_path / "t", text(rows)), LAYOUT, RUNS, 2).quantities[0, 0] == 2.5


@pytest.mark.parametrize(
    "word", ["", " ", "NaN", "nan", "NA", "#N/A", "Filtered", "-", "null", "inf", "-Inf", "fIlTeReD"]
)
def test_missing_words_are_missing(tmp_path: Path, word: str) -> None:
    rows = [("a", "G", "p", "", word, "0"), ("b", "G", "p", "", "2.5", "0")]
    np.testing.assert_array_equal(
        read_long(saved(tmp_path / "t", text(rows)), LAYOUT, RUNS, 2).quantities, [[np.nan, 2.5]]
    )


@pytest.mark.usefixtures("parts")
def test_a_cell_that_is_no_number_is_refused_with_its_column_and_line(tmp_path: Path) -> None:
    rows = [*ROWS, ("a", "G", "p", "", "high", "0")]
    with pytest.raises(InputError, match="column 'Quantity', line 7: 'high' is not a number"):
        read_long(saved(tmp_path / "t", text(rows)), LAYOUT, RUNS, 2)


@pytest.mark.usefixtures("parts")
def test_a_row_wider_than_the_header_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 7 has 7 cells, the header has 6"):
        read_long(saved(tmp_path / "t", text([*ROWS, (*ROWS[0], "more")])), LAYOUT, RUNS, 2)


@pytest.mark.usefixtures("parts")
def test_a_last_row_that_is_shorter_and_has_no_line_end_shows_that_the_file_is_cut_off(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 6, the last, has 4 cells, the header has 6: the file is cut off"):
        read_long(saved(tmp_path / "t", text()[: -len("n\t#N/A\t0.001\n")]), LAYOUT, RUNS, 2)


@pytest.mark.usefixtures("parts")
def test_a_last_row_without_a_line_end_that_is_as_short_as_another_row_shows_nothing(tmp_path: Path) -> None:
    rows = [("b", "G2", "p2", "myosin"), *ROWS, ("b", "G2", "p3", "myosin")]
    table = read_long(saved(tmp_path / "t", text(rows)[:-1]), LAYOUT, RUNS, 2)
    assert table.rows == len(rows)


@pytest.mark.usefixtures("parts")
def test_lines_above_and_below_the_header_count_as_lines(tmp_path: Path) -> None:
    rows = [("#!{Type}T", "T", "T", "T", "E", "N"), *ROWS, ("a", "G", "p", "", "high", "0")]
    with pytest.raises(InputError, match="line 9: 'high'"):
        read_long(saved(tmp_path / "t", "# written by hand\n" + text(rows)), LAYOUT, RUNS, 2)


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_a_compressed_file_that_is_cut_off_is_refused(tmp_path: Path, compress) -> None:
    rng = np.random.default_rng(1)
    rows = [("a", f"G{i}", f"p{i}", "", str(rng.random()), "0") for i in range(20_000)]
    content = compress(text(rows).encode())
    with pytest.raises(InputError, match="cut off"):
        read_long(saved(tmp_path / "t", content[: int(0.9 * len(content))]), LAYOUT, RUNS, 2)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 x", "PDF"),
        (b"PAR1", "damaged"),
        (b"PARE", "encrypted"),
        (b"# only\n", "only remarks"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what):
        read_long(saved(tmp_path / "t", content), LAYOUT, RUNS, 2)


def test_a_quoted_cell_that_never_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_LONGEST_LINE", 100)
    monkeypatch.setattr(sizes, "BYTES_AT_ONCE", 50)
    rows = [*ROWS, ("a", "G", "p", '"never', "1", "0"), *ROWS * 10]
    with pytest.raises(InputError, match="line 7 does not end"):
        read_long(saved(tmp_path / "t", text(rows, sep=",")), LAYOUT, RUNS, 2)


def test_a_text_of_many_parts_gives_what_pandas_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "BYTES_AT_ONCE", 5_000)
    monkeypatch.setattr(sizes, "ROWS_AT_ONCE", 777)
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"Run": rng.choice(["a", "b"], 5000), "Id": [f"p{i}" for i in rng.integers(0, 900, 5000)]})
    frame["Group"] = "G" + frame["Id"].str[1:2]
    frame["Quantity"] = rng.lognormal(10, 2, 5000)
    frame.to_csv(tmp_path / "t", sep="\t", index=False)
    table = read_long(tmp_path / "t", dataclasses.replace(LAYOUT, thresholds=(), annotation=()), RUNS, 2)
    expected = frame.drop_duplicates(["Run", "Id"]).pivot(index="Id", columns="Run", values="Quantity")  # noqa: PD010
    np.testing.assert_array_equal(table.quantities, expected.loc[table.precursors["precursor"]].to_numpy())


def test_a_reader_that_stops_early_leaves_no_thread_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    monkeypatch.setattr(sizes, "BYTES_AT_ONCE", 7)
    before = threading.active_count()
    parts = stream.open_stream(saved(tmp_path / "t", io.BytesIO(text().encode()).getvalue())).parts(["Run"], [])
    next(parts)
    parts.close()
    assert threading.active_count() == before
