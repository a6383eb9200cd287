"""Tissue atlases in the workflow: a rule where a study lists them, none where not, and their content decides what is stale."""

import os

import pandas as pd
import pytest

from myosieve import files
from tests.workflow.conftest import Project

ATLAS = "gene\tliver [TPM]\tmuscle [TPM]\tbone marrow [TPM]\nIL6R\t40\t60\t9\nIL6ST\t70\t20\t12\nLIFR\t30\t5\t0.5\n"
GENES = {"IL6R": "P08887", "IL6ST": "P40189", "LIFR": "P42702"}
AFFECTED = {"tissues": 1, "ranking": 1, "validation": 1, "crosstalk": 1, "provenance": 1, "report": 1, "figures": 1}


def with_atlas(project: Project) -> None:
    """List an atlas of three genes, and give the project its own table of these, so that the test is about nothing else."""
    (project.folder / "atlas.tsv").write_text(ATLAS, encoding="utf-8")
    rows = [("human", accession, gene, accession, "", 1, 1) for gene, accession in GENES.items()]
    columns = ["organism", "accession", "gene", "human_accession", "ensembl", "papers", "go_terms"]
    files.write_table(project.folder / "resources" / "knowledge" / "genes.tsv.gz", pd.DataFrame(rows, columns=columns))
    project.edit("mine.yaml", "    design:", "    knowledge: {expression: [atlas.tsv]}\n    design:")


def test_an_atlas_runs_the_tissues_and_what_reads_them(project: Project) -> None:
    with_atlas(project)
    assert {name: count for name, count in project.jobs().items() if name in AFFECTED} == AFFECTED


def test_another_limit_of_expression_runs_the_crosstalk_and_no_ranking(project: Project) -> None:
    project.edit("mine.yaml", "studies:", "defaults: {crosstalk: {min_expression: 5}}\nstudies:")
    assert project.jobs() == {"crosstalk": 1, "provenance": 1, "report": 1, "figures": 1}


@pytest.mark.slow
def test_the_atlas_is_read_told_of_and_noticed_when_it_changes(project: Project) -> None:
    with_atlas(project)
    done = project.snakemake("--configfile", "mine.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    results = project.folder / "results" / "demo"
    tissues = pd.read_csv(results / "tissues.tsv", sep="\t")
    assert set(tissues["organ"]) == {"liver", "muscle", "bone"}
    stages = [step["stage"] for step in files.read_json(results / "provenance.json")["steps"]]
    assert stages.index("secretome") < stages.index("tissues") < stages.index("rank") < stages.index("crosstalk")
    assert 'id="crosstalk"' in (results / "report.html").read_text(encoding="utf-8")
    atlas = project.folder / "atlas.tsv"
    time = atlas.stat().st_mtime
    atlas.write_text(ATLAS.replace("40", "41"), encoding="utf-8")
    os.utime(atlas, (time, time))  # as rsync -a and cp -p leave it
    assert project.jobs() == AFFECTED
