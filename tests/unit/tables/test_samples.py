"""The sample sheet decides what is a sample, and says in which line it is wrong."""

from pathlib import Path

import pytest

from myosieve.errors import InputError
from myosieve.tables.samples import read_samples


def test_column_and_fraction_have_defaults_and_every_further_column_stays(write) -> None:
    path = write("s.tsv", [["donor", "sample", "condition"], ["7", " A ", "rest "], ["8", "B", "eps"]])
    frame = read_samples(path).frame
    assert list(frame.columns) == ["sample", "column", "condition", "fraction", "donor"]
    assert frame.to_numpy().tolist() == [["A", "A", "rest", "secretome", "7"], ["B", "B", "eps", "secretome", "8"]]


def test_an_empty_cell_of_column_or_fraction_takes_the_default(write) -> None:
    path = write(
        "s.tsv", [["sample", "column", "condition", "fraction"], ["A", "", "x", ""], ["B", "b", "x", "Lysate"]]
    )
    assert read_samples(path).frame[["column", "fraction"]].to_numpy().tolist() == [["A", "secretome"], ["b", "lysate"]]


@pytest.mark.parametrize("word", ["yes", "TRUE", "1", "x", "Y"])
def test_excluded_rows_leave_the_frame_and_are_returned(write, word: str) -> None:
    path = write("s.tsv", [["sample", "condition", "exclude"], ["A", "x", ""], ["B", "x", word], ["C", "x", "no"]])
    samples = read_samples(path)
    assert list(samples.frame["sample"]) == ["A", "C"]
    assert list(samples.excluded["sample"]) == ["B"]
    assert "exclude" not in samples.frame


def test_an_excluded_row_may_repeat_a_sample_that_was_measured_again(write) -> None:
    path = write("s.tsv", [["sample", "condition", "exclude"], ["A", "x", "yes"], ["A", "x", ""]])
    assert list(read_samples(path).frame["sample"]) == ["A"]


def test_a_semicolon_sheet_in_utf16_with_a_short_last_row_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes("sample;condition;batch\r\nA;rest;1\r\nB;eps".encode("utf-16"))
    assert read_samples(path).frame["batch"].tolist() == ["1", ""]


def test_names_that_look_like_numbers_stay_text(write) -> None:
    assert list(read_samples(write("s.tsv", [["sample", "condition"], ["001", "1"]])).frame["sample"]) == ["001"]


@pytest.mark.parametrize("name", ["time_h", "batch_id", "sample_id", "condition2", "batch2", "donor", "dose", "age"])
def test_a_covariate_of_its_own_name_is_no_misspelling(write, name: str) -> None:
    assert name in read_samples(write("s.tsv", [["sample", "condition", name], ["A", "x", "1"]])).frame


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([["sample", "fraction"], ["A", "blank"]], "line 1: column 'condition' is missing; add it"),
        ([["sample", "conditon"], ["A", "x"]], "line 1: column 'condition' is missing; rename column 'conditon'"),
        ([["Sample", "condition"], ["A", "x"]], "line 1: column 'sample' is missing; rename column 'Sample'"),
        ([["sample", "condition", "fractoin"], ["A", "x", ""]], "unknown column 'fractoin'; did you mean 'fraction'?"),
        ([["sample", "condition", "bacth"], ["A", "x", ""]], "unknown column 'bacth'; did you mean 'batch'?"),
        ([["sample", "condition", "Exclude"], ["A", "x", ""]], "unknown column 'Exclude'; did you mean 'exclude'?"),
        ([["sample", "condition", "sample"], ["A", "x", "B"]], "line 1: column 'sample' is there twice"),
        ([["sample", "condition", "", "x"], ["A", "x", "5", ""]], "column 3 has values but no name"),
        ([["sample", "condition"], ["A", "x"], ["", ""], ["A", "y"]], "line 4: sample 'A' is already on line 2"),
        (
            [["sample", "condition", "column"], ["A", "x", "c"], ["B", "x", "c"]],
            "line 3: column 'c' is already on line 2",
        ),
        ([["sample", "condition"], ["A", "x"], ["", "y"]], "line 3: 'sample' is empty"),
        ([["sample", "condition"], ["A", "x"], ["B", " "]], "line 3: 'condition' is empty"),
        (
            [["sample", "condition", "fraction"], ["A", "x", "medium"]],
            "line 2: fraction is 'medium'; use one of secretome, lysate, blank",
        ),
        ([["sample", "condition", "exclude"], ["A", "x", "maybe"]], "line 2: 'exclude' is 'maybe'; write yes or no"),
        ([["sample", "condition", "exclude"], ["A", "x", "yes"]], "every row is excluded"),
        ([["sample", "condition"], ["protein_group", "x"]], "line 2: no sample can be called 'protein_group'"),
    ],
)
def test_a_wrong_sheet_is_refused_with_file_line_and_remedy(write, rows: list[list[str]], says: str) -> None:
    path = write("sheet.tsv", rows)
    with pytest.raises(InputError) as error:
        read_samples(path)
    assert str(error.value).startswith(f"{path}: ")
    assert says in str(error.value)
