"""`myosieve intake`: three tables or none, and a summary that says what was read and what to look at."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from myosieve import files, schema, settings
from myosieve.cli import main
from myosieve.errors import InputError
from myosieve.tables.step import intake

AUTO = settings.stage_defaults("tables")


def test_the_three_tables_hold_the_contract(protein_groups, sheet, tmp_path: Path) -> None:
    table = protein_groups(["P1", "CON__P2"], LFQ__intensity__A1=[0, 2.5])
    intake(table, sheet("b", "a", column=["B1", "A1"], donor=["7", "8"]), AUTO, tmp_path / "out")
    proteins = files.read_table(tmp_path / "out/proteins.tsv", schema.PROTEINS)
    assert list(proteins.columns) == schema.PROTEINS.names
    assert proteins["contaminant"].tolist() == ["no", "yes"]
    assert (tmp_path / "out/intensities.tsv").read_text() == "protein_group\tb\ta\nP1\t2000\t\nCON__P2\t2001\t2.5\n"
    samples = files.read_table(tmp_path / "out/samples.tsv", schema.SAMPLES)
    assert samples["sample"].tolist() == ["b", "a"]
    assert samples["donor"].tolist() == [7, 8]


def test_excluded_rows_are_in_no_table_but_in_a_warning(protein_groups, sheet, tmp_path: Path) -> None:
    summary = intake(protein_groups(), sheet("A1", "B1", exclude=["", "x"]), AUTO, tmp_path / "out")
    assert (tmp_path / "out/intensities.tsv").read_text().splitlines()[0] == "protein_group\tA1"
    assert summary.counts["samples_excluded"] == 1
    assert "samples that the sheet excludes (1): B1" in summary.warnings


def test_the_summary_counts_what_is_in_the_table(protein_groups, sheet, tmp_path: Path) -> None:
    ids = ["P1", "CON__P2", "REV__P3", "P4"]
    table = protein_groups(
        ids,
        LFQ__intensity__A1=[1, 0, 5, ""],
        LFQ__intensity__B1=[1, 2, 3, 0],
        Only__identified__by__site=["", "", "", "+"],
    )
    counts = intake(table, sheet("A1", "B1"), AUTO, tmp_path / "out").counts
    assert counts == {
        "table": "MaxQuant proteinGroups.txt",
        "quantity": "lfq",
        "precursors": 0,
        "organism: not told": 3,
        "protein_groups": 4,
        "samples": 2,
        "samples_excluded": 0,
        "columns_left_out": 0,
        "missing_share": 0.375,  # 3 of 8
        "decoys": 1,
        "contaminants": 1,
        "only_by_site": 1,
    }


def test_the_methods_name_engine_quantity_and_numbers(protein_groups, sheet, tmp_path: Path) -> None:
    (sentence,) = intake(protein_groups(), sheet("A1", "B1"), AUTO, tmp_path / "out").methods
    for part in ("2 protein groups in 2 samples", "MaxQuant", "MaxLFQ", "0.0% of the values are missing"):
        assert part in sentence


def test_what_a_reader_must_see_is_a_warning(protein_groups, sheet, tmp_path: Path) -> None:
    table = protein_groups(LFQ__intensity__A1=[0, 0], LFQ__intensity__C1=[1, 1], Gene__names=["1-Mar", "MYH2"])
    warnings = " | ".join(intake(table, sheet("A1", "B1"), AUTO, tmp_path / "out").warnings)
    assert "columns that the sheet does not name are left out (1): LFQ intensity C1" in warnings
    assert "samples without any value (1): A1" in warnings
    assert "no contaminant is in the table" in warnings
    assert "gene symbols that a spreadsheet turned into dates (1): 1-Mar" in warnings


def test_a_table_without_faults_gives_no_warning(protein_groups, sheet, tmp_path: Path) -> None:
    table = protein_groups(["P1", "CON__P2"], Gene__names=["MARCHF1", "SEPTIN2"])
    assert intake(table, sheet("A1", "B1"), AUTO, tmp_path / "out").warnings == []


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"LFQ__intensity__A1": [-1.5, 2]}, "column 'LFQ intensity A1', line 2: the intensity is negative (-1.5)"),
        ({"LFQ__intensity__A1": ["1,234", "1"]}, "column 'LFQ intensity A1', line 2: '1,234' is not a number"),
        ({"LFQ__intensity__B1": None}, "for 'B1'"),
        ({"Protein IDs": None, "Majority protein IDs": None}, "lacks a column 'Majority protein IDs' or 'Protein IDs'"),
    ],
)
def test_nothing_is_written_for_a_table_that_is_refused(protein_groups, sheet, tmp_path: Path, bad, says: str) -> None:
    table, samples = protein_groups(**bad), sheet("A1", "B1")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError) as error:
        intake(table, samples, AUTO, tmp_path / "out")
    assert says in str(error.value)
    assert sorted(tmp_path.iterdir()) == before


def test_log_transformed_values_are_refused_with_a_remedy(protein_groups, sheet, tmp_path: Path) -> None:
    ids = [f"P{place}" for place in range(30)]
    log2 = np.random.default_rng(1).normal(24, 2, size=30)
    with pytest.raises(InputError, match=r"look log-transformed already .*; set scale to log2"):
        intake(
            protein_groups(ids, LFQ__intensity__A1=log2, LFQ__intensity__B1=log2),
            sheet("A1", "B1"),
            AUTO,
            tmp_path / "o",
        )


def test_the_command_ends_with_status_2_and_one_line(protein_groups, sheet, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "myosieve.cli",
        "intake",
        "--table",
        protein_groups(),
        "--samples",
        sheet("A1", "X"),
    ]
    done = subprocess.run([*command, "--out", tmp_path / "out"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("myosieve intake: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--format", "diann"], "format is 'diann', but the table lacks a column 'Protein.Group'"),
        (["--quantity", "ibaq"], "the table has no iBAQ column per sample; use lfq"),
    ],
)
def test_format_and_quantity_of_the_command_line_win(
    protein_groups, sheet, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], says: str
) -> None:
    arguments = ["--table", protein_groups(), "--samples", sheet("A1", "B1"), "--out", tmp_path / "out", *options]
    assert main(["intake", *map(str, arguments)]) == 2
    assert says in capsys.readouterr().err
    assert main(["intake", *map(str, arguments[:-2])]) == 0


def test_a_table_whose_chosen_quantity_is_empty_everywhere_is_refused(protein_groups, sheet, tmp_path: Path) -> None:
    nothing = {"LFQ__intensity__A1": [0, 0], "LFQ__intensity__B1": ["", "NaN"]}
    with pytest.raises(
        InputError, match=r"no sample has a single value of the quantity 'lfq'.*; set quantity to another"
    ):
        intake(protein_groups(**nothing), sheet("A1", "B1"), AUTO, tmp_path / "out")
    assert not (tmp_path / "out").exists()
