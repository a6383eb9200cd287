"""The step: both files or neither, the same bytes twice, and one line for everything that a user can get wrong."""

from collections.abc import Callable

import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.cli import main
from myosieve.errors import InputError
from myosieve.report import reading, step


def _refused(made, match: str) -> None:
    with pytest.raises(InputError, match=match) as error:
        step.report(**made.arguments)
    assert "\n" not in str(error.value)
    assert not made.xlsx.exists()
    assert not made.html.exists()
    assert not list(made.html.parent.glob(".*"))


def test_two_runs_give_the_same_bytes(reported, tmp_path) -> None:
    again = reported.arguments | {"xlsx": tmp_path / "again.xlsx", "html": tmp_path / "again.html"}
    step.report(**again)
    assert again["xlsx"].read_bytes() == reported.xlsx.read_bytes()
    assert again["html"].read_bytes() == reported.html.read_bytes()


def test_the_summary_counts_what_is_shown(small_study) -> None:
    study = small_study()
    summary = step.report(**study.arguments)
    candidates = study.frame("candidates", schema.CANDIDATES)
    assert summary.counts["contrasts"] == 1
    assert summary.counts["candidates"] == candidates["rank"].notna().sum()
    assert summary.counts["page_bytes"] == study.html.stat().st_size
    assert summary.counts["workbook_bytes"] == study.xlsx.stat().st_size
    assert summary.warnings == []


def test_a_page_of_300_proteins_and_three_contrasts_stays_below_six_megabytes(reported) -> None:
    assert reported.html.stat().st_size < 6e6


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("candidates", schema.CANDIDATES),
        ("differential", schema.DIFFERENTIAL),
        ("annotation", schema.ANNOTATION),
        ("samples_qc", schema.SAMPLES_QC),
        ("samples", schema.SAMPLES),
        ("validation", schema.VALIDATION),
    ],
)
def test_a_table_without_one_of_its_columns_is_refused(small_study, name: str, table: schema.Table) -> None:
    made = small_study()
    made.rewrite(name, made.frame(name, table).drop(columns=table.names[0]))
    _refused(made, f"column '{table.names[0]}' of the {table.name} table is missing")


@pytest.mark.parametrize(
    "name",
    ["candidates", "differential", "annotation", "samples_qc", "sensitivity", "validation", "samples", "provenance"],
)
def test_a_missing_file_is_refused(small_study, name: str) -> None:
    made = small_study()
    made.arguments[name].unlink()
    _refused(made, "does not exist")


@pytest.mark.parametrize("name", ["proteins.tsv", "intensities.tsv"])
def test_an_incomplete_folder_of_quantify_is_refused(small_study, name: str) -> None:
    made = small_study()
    (made.arguments["quantified"] / name).unlink()
    _refused(made, "does not exist")


def test_a_differential_table_without_a_contrast_is_refused(small_study) -> None:
    made = small_study()
    made.rewrite("differential", made.frame("differential", schema.DIFFERENTIAL).iloc[:0])
    _refused(made, "no contrast in the table")


def test_candidates_of_another_run_are_refused(small_study) -> None:
    made = small_study()
    made.rewrite("candidates", made.frame("candidates", schema.CANDIDATES).assign(contrast="other"))
    _refused(made, "contrast 'other' is not in")


def test_samples_of_another_run_are_refused(small_study) -> None:
    made = small_study()
    made.rewrite("samples", made.frame("samples", schema.SAMPLES).iloc[1:])
    _refused(made, "sample 'rest_1' is not in")


def test_intensities_that_are_text_are_refused(small_study) -> None:
    made = small_study()
    path = made.arguments["quantified"] / "intensities.tsv"
    files.write_table(path, files.read_table(path).assign(rest_2="much"))
    _refused(made, "column 'rest_2' holds text")


def test_intensities_without_protein_groups_are_refused(small_study) -> None:
    made = small_study()
    path = made.arguments["quantified"] / "intensities.tsv"
    files.write_table(path, files.read_table(path).rename(columns={"protein_group": "gene"}))
    _refused(made, "the first column is 'gene'")


@pytest.mark.parametrize(
    "change",
    [
        lambda told: [],
        lambda told: told | {"steps": {}},
        lambda told: told | {"steps": [{}]},
        lambda told: {"study": "made"},
    ],
)
def test_a_file_that_is_no_provenance_is_refused(small_study, change: Callable) -> None:
    made = small_study()
    files.write_json(made.arguments["provenance"], change(made.told()))
    _refused(made, "not a provenance record")


def test_the_provenance_of_another_study_is_refused(small_study) -> None:
    made = small_study()
    files.write_json(made.arguments["provenance"], made.told() | {"study": "another"})
    _refused(made, "it is of the study 'another', not 'made'")


def test_where_the_page_fails_the_workbook_does_not_appear(small_study, monkeypatch) -> None:
    def fail(content: object) -> str:
        raise RuntimeError("no page")

    made = small_study()
    monkeypatch.setattr(step, "page", fail)
    with pytest.raises(RuntimeError, match="no page"):
        step.report(**made.arguments)
    assert not made.xlsx.exists()
    assert not made.html.exists()


def test_protein_groups_that_the_filter_excluded_do_not_enter_the_components(small_study) -> None:
    made = small_study()
    path = made.arguments["quantified"] / "proteins.tsv"
    proteins = files.read_table(path, schema.QUANTIFIED)
    proteins.loc[:9, "excluded_because"] = "contaminant"
    files.write_table(path, proteins)
    kept = reading.intensities(made.arguments["quantified"], "intensities.tsv")
    assert kept.index.tolist() == proteins["protein_group"].iloc[10:].tolist()
    assert isinstance(kept, pd.DataFrame)


def test_the_command_writes_both_files(small_study) -> None:
    study = small_study()
    arguments = study.arguments
    inputs = (
        "candidates",
        "differential",
        "annotation",
        "samples_qc",
        "sensitivity",
        "validation",
        "quantified",
        "samples",
        "provenance",
    )
    options = [text for name in inputs for text in (f"--{name.replace('_', '-')}", str(arguments[name]))]
    assert main(["report", "--study", "made", *options, "--xlsx", str(study.xlsx), "--html", str(study.html)]) == 0
    assert study.xlsx.exists()
    assert study.html.exists()
