"""What runs again after a change: exactly the affected steps. Snakemake alone would leave most of these silently stale."""

import os
import shutil

import pandas as pd
import pytest
import yaml

from tests.workflow.conftest import Project

AFTER_DIFFERENTIAL = {"differential": 1, "sensitivity": 1, "agreement": 1, "ranking": 1, "compare": 1, "provenance": 1}
# What is left of each fold change at equal leak is of the secretome step.
AFTER_DIFFERENTIAL |= {"secretome": 1, "crosstalk": 1, "validation": 1, "report": 1, "figures": 1, "dataset": 1}
ANNOTATION = {"evidence": 1, "shedding": 1}
# What depends on the sample sheet; the plate does not, nor do the sequences.
AFTER_SAMPLES = {"tables": 1, "quant": 1} | ANNOTATION | AFTER_DIFFERENTIAL
NEW_CONTRAST = (
    "      endurance_vs_control:",
    "      either_vs_control: (endurance + resistance) / 2 - control\n      endurance_vs_control:",
)


def test_nothing_runs_again_after_nothing(project: Project) -> None:
    assert project.jobs() == {}


def test_a_new_contrast_runs_the_test_and_what_follows(project: Project) -> None:
    project.edit("mine.yaml", *NEW_CONTRAST)
    assert project.jobs() == AFTER_DIFFERENTIAL


def test_a_new_sample_runs_the_study_but_not_the_sequences(project: Project) -> None:
    sheet = (project.folder / "samples.tsv").read_text(encoding="utf-8")
    last = sheet.splitlines()[-1]
    new = (project.folder / "last_sample.txt").read_text(encoding="utf-8")
    project.edit("samples.tsv", last, f"{last}\n{new}")
    assert project.jobs() == AFTER_SAMPLES


def test_a_new_sample_is_noticed_even_when_the_sheets_time_is_old(project: Project) -> None:
    sheet = project.folder / "samples.tsv"
    time = sheet.stat().st_mtime
    last = sheet.read_text(encoding="utf-8").splitlines()[-1]
    new = (project.folder / "last_sample.txt").read_text(encoding="utf-8")
    project.edit("samples.tsv", last, f"{last}\n{new}")
    os.utime(sheet, (time, time))  # as rsync -a and cp -p leave it
    assert project.jobs() == AFTER_SAMPLES


def test_other_sequences_run_the_study_since_they_may_name_its_proteins_but_not_the_plate(project: Project) -> None:
    config = project.folder / "mine.yaml"
    fasta = project.folder / "other.fasta"
    fasta.write_text(
        ">sp|P05231|IL6_HUMAN Interleukin-6 OS=Homo sapiens GN=IL6\nMNSFSTSAFGPVAFSLGLLLVLPAAFPAPVPPGEDSKDVAAPH\n"
    )
    config.write_text(config.read_text().replace("resources/demo/human.fasta.gz", "other.fasta"))
    assert project.jobs() == {"sequence": 1} | AFTER_SAMPLES


def test_a_changed_knot_ranks_again_and_tests_nothing(project: Project) -> None:
    project.edit("mine.yaml", "studies:", "defaults: {ranking: {knots: {effect: [0, 3]}}}\nstudies:")
    assert project.jobs() == {"ranking": 1, "validation": 1, "crosstalk": 1, "provenance": 1, "report": 1, "figures": 1}


@pytest.mark.slow
def test_a_list_of_ones_own_ranks_again_by_its_content_and_is_shown(project: Project) -> None:
    own = project.folder / "own.tsv"
    own.write_text("gene\tname\nIL6\tours\nCDF\t\n")
    project.edit("mine.yaml", "studies:", "defaults: {knowledge: {myokines: own.tsv}}\nstudies:")
    again = {"ranking": 1, "validation": 1, "crosstalk": 1, "provenance": 1, "report": 1, "figures": 1}
    assert project.jobs() == again
    done = project.snakemake("--configfile", "mine.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = pd.read_csv(project.folder / "results" / "demo" / "candidates.tsv", sep="\t", dtype=str)
    assert set(rows.loc[rows["own_list"].notna(), "accession"]) == {"P05231"}
    assert "CDF (IL6 or LIF)" in (project.folder / "results" / "demo" / "provenance.json").read_text(encoding="utf-8")
    assert project.jobs() == {}
    time = own.stat().st_mtime
    own.write_text("gene\tname\nIL6\tmine\n")
    os.utime(own, (time, time))
    assert project.jobs() == again


def test_a_list_of_ones_own_that_is_not_there_is_refused_before_any_job(project: Project) -> None:
    project.edit("mine.yaml", "studies:", "defaults: {knowledge: {myokines: nowhere.tsv}}\nstudies:")
    done = project.snakemake("--configfile", "mine.yaml", "--dry-run")
    assert done.returncode == 2
    assert "knowledge.myokines: file 'nowhere.tsv' does not exist" in done.stderr


def test_key_order_and_comments_in_the_config_change_nothing(project: Project) -> None:
    config = yaml.safe_load((project.folder / "mine.yaml").read_text(encoding="utf-8"))
    turned = config | {"studies": {"demo": dict(reversed(config["studies"]["demo"].items()))}}
    (project.folder / "turned.yaml").write_text("# a comment\n" + yaml.safe_dump(turned, sort_keys=False))
    assert project.jobs(config="turned.yaml") == {}


@pytest.mark.parametrize("module", ["differential/linear.py", "ranking/score.py", "files.py"])
def test_a_comment_in_a_module_changes_nothing(project: Project, module: str) -> None:
    line = "from __future__ import annotations\n"
    project.edit(f"workflow/myosieve/{module}", line, f"{line}\n# a comment\n")
    assert project.jobs() == {}


def test_a_changed_formula_runs_its_stage_and_what_follows(project: Project) -> None:
    project.edit(
        "workflow/myosieve/differential/multiple.py",
        "ABSENCE_WEIGHT = 0.2",
        "ABSENCE_WEIGHT = 0.3",
    )
    # the immunoassay is tested by the same linear model
    assert project.jobs() == {"immunoassay": 1} | AFTER_DIFFERENTIAL


def test_a_changed_formula_that_all_stages_share_runs_everything(project: Project) -> None:
    project.edit("workflow/myosieve/files.py", 'FLOAT_FORMAT = "%.10g"', 'FLOAT_FORMAT = "%.9g"')
    assert project.jobs() == {"sequence": 1, "immunoassay": 1} | AFTER_SAMPLES


@pytest.mark.slow
def test_a_lost_snakemake_folder_changes_nothing_and_hides_nothing(project: Project) -> None:
    shutil.rmtree(project.folder / ".snakemake")
    assert project.jobs() == {}
    project.edit("mine.yaml", *NEW_CONTRAST)
    assert project.jobs() == AFTER_DIFFERENTIAL


def test_a_changed_setting_is_noticed_by_modification_times_alone(project: Project) -> None:
    project.edit("mine.yaml", *NEW_CONTRAST)
    assert project.jobs("--rerun-triggers", "mtime") == AFTER_DIFFERENTIAL


def test_a_second_study_shares_the_sequences_and_leaves_the_first_alone(project: Project) -> None:
    config = yaml.safe_load((project.folder / "mine.yaml").read_text(encoding="utf-8"))
    config["studies"]["second"] = config["studies"]["demo"] | {"normalization": "none"}
    (project.folder / "two.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    expected = {"immunoassay": 1} | AFTER_SAMPLES
    del expected["compare"]  # of contrasts of the first study
    assert project.jobs(config="two.yaml") == expected


def test_a_dry_run_leaves_no_trace_but_the_settings(project: Project) -> None:
    before = project.files()
    config = yaml.safe_load((project.folder / "mine.yaml").read_text(encoding="utf-8"))
    config = {"studies": {"other": config["studies"]["demo"]}}
    (project.folder / "other.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    project.jobs(config="other.yaml")
    new = project.files() - before
    assert new
    assert all(name.startswith("results/other/settings/") for name in new)


def test_touching_an_input_without_changing_it_changes_nothing(project: Project) -> None:
    demo = project.folder / "resources" / "demo"
    for path in (
        project.folder / "samples.tsv",
        demo / "proteinGroups.txt.gz",
        demo / "human.fasta.gz",
        demo / "plate.csv",
    ):
        path.touch()
    assert project.jobs() == {}


@pytest.mark.slow
def test_a_predictors_result_runs_the_annotation_again_and_is_used(project: Project) -> None:
    (project.folder / "signalp.txt").write_text(
        "# SignalP-6.0\tOrganism: Eukarya\tTimestamp: 20250101000000\n"
        "# ID\tPrediction\tOTHER\tSP(Sec/SPI)\tCS Position\n"
        "sp|P05231|IL6_HUMAN\tSP\t0.0002\t0.9997\tCS pos: 29-30. Pr: 0.9661\n"
        "sp|P07858|CATB_HUMAN\tOTHER\t0.9\t0.1\t\n"
    )
    project.edit("mine.yaml", "    design:", "    evidence: {files: [signalp.txt]}\n    design:")
    affected = dict.fromkeys(("evidence", "secretome", "shedding", "ranking", "validation", "crosstalk"), 1)
    affected |= dict.fromkeys(("provenance", "report", "figures", "dataset"), 1)
    assert project.jobs() == affected
    done = project.snakemake("--configfile", "mine.yaml", "--until", "evidence")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = pd.read_csv(project.folder / "results" / "demo" / "annotation.tsv", sep="\t").set_index("accession")
    assert rows.loc["P05231", ["signal_peptide", "sp_end", "sp_source"]].tolist() == ["yes", 29, "signalp6"]
    # the file says no where the embedded predictor says yes: the file wins, and the other is named
    assert rows.loc["P07858", "signal_peptide"] == "no"
    assert "embedded predictor says yes" in rows.loc["P07858", "conflicts"]
    assert rows.loc["P13500", "sp_source"] == "embedded"
