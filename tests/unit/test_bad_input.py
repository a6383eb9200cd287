"""Bad input at the commands: one clear line (what, where, what would be right), exit status 2, nothing written."""

import gzip
from pathlib import Path

import pytest

from myosieve import files
from myosieve.cli import main

SAMPLES = ["rest_1", "rest_2", "eps_1", "eps_2"]
HEADER = [
    "Protein IDs",
    "Majority protein IDs",
    "Gene names",
    "Fasta headers",
    "Peptides",
    "Reverse",
    "Potential contaminant",
]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with a MaxQuant table of 12 groups and its sheet."""
    lines = ["\t".join([*HEADER, *(f"LFQ intensity {name}" for name in SAMPLES)])]
    for i in range(12):
        values = [str(10_000 * (i + 1) * (j + 2) ** 2) for j in range(4)]
        lines.append("\t".join([f"P{i:05d}", f"P{i:05d}", f"GENE{i}", f"Protein {i}", "3", "", "", *values]))
    (tmp_path / "table.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = ["sample\tcondition", *(f"{name}\t{name.split('_')[0]}" for name in SAMPLES)]
    (tmp_path / "sheet.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def intake(study: Path) -> int:
    paths = ["--table", str(study / "table.txt"), "--samples", str(study / "sheet.tsv"), "--out", str(study / "in")]
    return main(["intake", *paths])


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def assert_refused(study: Path, capsys: pytest.CaptureFixture, *said: str) -> None:
    before = sorted(study.iterdir())
    assert intake(study) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1, error
    assert error.startswith("myosieve intake: ")
    for text in said:
        assert text in error
    assert sorted(study.iterdir()) == before


def test_the_study_itself_is_read(study: Path) -> None:
    assert intake(study) == 0
    assert len(files.read_table(study / "in" / "intensities.tsv")) == 12


def test_a_missing_column_of_the_sheet(study: Path, capsys: pytest.CaptureFixture) -> None:
    replaced(study / "sheet.tsv", "condition", "group")
    assert_refused(study, capsys, "sheet.tsv", "condition")


def test_a_missing_column_of_the_table(study: Path, capsys: pytest.CaptureFixture) -> None:
    replaced(study / "table.txt", "Protein IDs\tMajority protein IDs", "First\tSecond")
    assert_refused(study, capsys, "table.txt", "'Majority protein IDs'")


def test_a_sheet_row_without_a_column(study: Path, capsys: pytest.CaptureFixture) -> None:
    replaced(study / "sheet.tsv", "eps_2\t", "eps2\t")
    # both sides: the row that matches nothing, and the column that no row names
    assert_refused(study, capsys, "table.txt", "'eps2'", "eps_2")


def test_a_duplicated_sample(study: Path, capsys: pytest.CaptureFixture) -> None:
    replaced(study / "sheet.tsv", "eps_2\t", "eps_1\t")
    assert_refused(study, capsys, "sheet.tsv", "'eps_1'", "line 5")


def test_a_truncated_gzip(study: Path, capsys: pytest.CaptureFixture) -> None:
    whole = gzip.compress((study / "table.txt").read_bytes())
    (study / "table.txt").write_bytes(whole[: len(whole) // 2])
    assert_refused(study, capsys, "table.txt", "gzip")


@pytest.mark.parametrize("name", ["table.txt", "sheet.tsv"])
def test_an_empty_file(study: Path, capsys: pytest.CaptureFixture, name: str) -> None:
    (study / name).write_bytes(b"")
    assert_refused(study, capsys, name, "empty")


@pytest.mark.parametrize("name", ["table.txt", "sheet.tsv"])
def test_a_file_that_does_not_exist(study: Path, capsys: pytest.CaptureFixture, name: str) -> None:
    (study / name).unlink()
    assert_refused(study, capsys, name, "does not exist")


@pytest.mark.parametrize("name", ["table.txt", "sheet.tsv"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_utf_16_and_byte_order_marks_are_read(study: Path, name: str, encoding: str) -> None:
    assert intake(study) == 0
    before = (study / "in" / "intensities.tsv").read_bytes()
    text = (study / name).read_text(encoding="utf-8")
    (study / name).write_text(text, encoding=encoding)
    assert intake(study) == 0
    assert (study / "in" / "intensities.tsv").read_bytes() == before


@pytest.mark.parametrize("name", ["table.txt", "sheet.tsv"])
def test_semicolons_between_columns_are_read(study: Path, name: str) -> None:
    assert intake(study) == 0
    before = (study / "in" / "intensities.tsv").read_bytes()
    replaced(study / name, "\t", ";")
    assert intake(study) == 0
    assert (study / "in" / "intensities.tsv").read_bytes() == before


def test_no_protein_left_after_the_filter(study: Path, capsys: pytest.CaptureFixture) -> None:
    replaced(study / "table.txt", "\t3\t\t\t", "\t3\t\t+\t")  # all flagged as contaminants
    assert intake(study) == 0
    capsys.readouterr()
    assert main(["quantify", "--intake", str(study / "in"), "--out", str(study / "q")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "contaminant" in error
    assert "filter.contaminants" in error
    assert not (study / "q").exists()


def test_a_settings_file_with_a_wrong_value(study: Path, capsys: pytest.CaptureFixture) -> None:
    assert intake(study) == 0
    files.write_json(study / "quant.json", {"normalization": "quantil"})
    command = [
        "quantify",
        "--intake",
        str(study / "in"),
        "--settings",
        str(study / "quant.json"),
        "--out",
        str(study / "q"),
    ]
    assert main(command) == 2
    assert "'normalization' is 'quantil'; use one of none, median" in capsys.readouterr().err
