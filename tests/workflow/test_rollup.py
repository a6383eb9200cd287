"""A table of precursors through the workflow: rolled up in one job or in several, with the same bytes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.workflow.conftest import Project, copied

pytestmark = pytest.mark.slow

RUNS = [f"{condition}_{run}" for condition in ("rest", "eps") for run in (1, 2, 3)]


@pytest.fixture(scope="module")
def rolled(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy with a DIA-NN report without protein quantities, run with the rollup in three jobs."""
    made = copied(root, tmp_path_factory.mktemp("rolled"))
    draw = np.random.default_rng(1)
    proteins, each = 60, 4
    level = np.repeat(draw.normal(22, 2, proteins), each) + draw.normal(0, 1, proteins * each)
    rows = []
    for place, run in enumerate(RUNS):
        effect = np.repeat(np.where(np.arange(proteins) < 6, 2.0 * (place > 2), 0.0), each)
        values = 2 ** (level + effect + draw.normal(0, 0.2, len(level)))
        rows.append(
            pd.DataFrame(
                {
                    "Run": run,
                    "Protein.Group": [f"P{1000 + k // each}" for k in range(len(level))],
                    "Precursor.Id": [f"PEPTIDE{k}K2" for k in range(len(level))],
                    "Precursor.Normalised": values,
                    "Q.Value": 0.001,
                }
            )
        )
    report = pd.concat(rows)
    report[draw.random(len(report)) < 0.9].to_parquet(made.folder / "report.parquet", index=False)
    sheet = pd.DataFrame({"sample": RUNS, "condition": [run.partition("_")[0] for run in RUNS]})
    sheet.to_csv(made.folder / "runs.tsv", sep="\t", index=False)
    write(made, rollup_parts=3)
    done = made.snakemake("--configfile", "mine.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def write(project: Project, study: str = "dia", **more: object) -> None:
    contrasts = {"eps_vs_rest": {"treatment": "eps", "control": "rest"}}
    settings = {"table": "report.parquet", "samples": "runs.tsv", "contrasts": contrasts} | more
    (project.folder / "mine.yaml").write_text(yaml.safe_dump({"studies": {study: settings}}), encoding="utf-8")


def test_the_parts_are_jobs_and_the_planted_proteins_are_found(rolled: Project) -> None:
    parts = sorted(path.name for path in (rolled.folder / "results/dia/rollup").iterdir())
    assert parts == ["1_of_3.parquet", "2_of_3.parquet", "3_of_3.parquet"]
    tests = pd.read_csv(rolled.folder / "results/dia/differential.tsv", sep="\t")
    assert set(tests.loc[tests["q_value"] < 0.05, "protein_group"]) == {f"P{1000 + k}" for k in range(6)}
    provenance = (rolled.folder / "results/dia/provenance.json").read_text(encoding="utf-8")
    assert "quantified from their precursors by MaxLFQ" in provenance


def test_another_normalization_rolls_nothing_up_again(rolled: Project) -> None:
    write(rolled, rollup_parts=3, normalization="none")
    jobs = rolled.jobs()
    write(rolled, rollup_parts=3)
    assert jobs["quant"] == 1
    assert not {"rollup", "tables"} & set(jobs)


def test_one_job_gives_the_same_bytes_as_three(rolled: Project) -> None:
    write(rolled, "whole")
    done = rolled.snakemake("--configfile", "mine.yaml", "--until", "quant")
    write(rolled, rollup_parts=3)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (rolled.folder / "results/whole/rollup").exists()
    for name in ("intensities.tsv", "log2.tsv", "proteins.tsv", "samples_qc.tsv", "peptide_counts.tsv"):
        whole, apart = (rolled.folder / "results" / study / "quantified" / name for study in ("whole", "dia"))
        assert whole.read_bytes() == apart.read_bytes(), name
