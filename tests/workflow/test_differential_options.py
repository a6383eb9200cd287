"""Options of the tests through the workflow: dpc on precursors; a given matrix, a block, imputed values and a robust prior."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.workflow.conftest import Project, copied

RUNS = [f"{condition}_{donor}" for condition in ("rest", "eps") for donor in (1, 2, 3, 4)]
RISING, GONE = [f"P{1000 + k}" for k in range(5)], [f"P{1000 + k}" for k in range(5, 8)]
AFTER_DIFFERENTIAL = {"differential", "sensitivity", "secretome", "ranking", "validation", "crosstalk"}
AFTER_DIFFERENTIAL |= {"report", "figures", "dataset", "provenance"}
STUDIES = {
    "dpc": {"rollup": "dpc", "method": "dpc", "contrasts": {"eps_vs_rest": {"treatment": "eps", "control": "rest"}}},
    "given": {
        "rollup": "maxlfq",
        "method": "limma_trend",
        "robust": True,
        "design_matrix": "matrix.tsv",
        "block": "donor",
        "imputation": "minprob",
        "contrasts": {"eps_vs_rest": "eps"},
    },
}


@pytest.fixture(scope="module")
def ran(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy in which a table of precursors was tested in both ways."""
    made = copied(root, tmp_path_factory.mktemp("options"))
    report().to_parquet(made.folder / "report.parquet", index=False)
    sheet = pd.DataFrame({"sample": RUNS, "condition": [run.partition("_")[0] for run in RUNS]})
    sheet["donor"] = [f"d{run.partition('_')[2]}" for run in RUNS]
    sheet.to_csv(made.folder / "runs.tsv", sep="\t", index=False)
    matrix = pd.DataFrame({"sample": RUNS, "intercept": 1, "eps": (sheet["condition"] == "eps").astype(int)})
    matrix.iloc[::-1].to_csv(made.folder / "matrix.tsv", sep="\t", index=False)
    write(made)
    done = made.snakemake("--configfile", "mine.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def report() -> pd.DataFrame:
    """Return a DIA-NN report: 5 proteins rise, 3 well-seen ones are gone from the stimulated samples, donors differ."""
    draw = np.random.default_rng(1)
    proteins, each = 60, 4
    m = proteins * each
    protein = np.arange(m) // each
    change = np.select([protein < 5, protein < 8], [2.0, -14.0], 0.0)
    level = np.where(protein < 8, 25.0, np.repeat(draw.normal(23, 1.5, proteins), each)) + draw.normal(0, 0.7, m)
    donors = draw.normal(0, 0.5, (proteins, 4))
    parts = []
    for run in RUNS:
        condition, _, donor = run.partition("_")
        log2 = level + change * (condition == "eps") + donors[protein, int(donor) - 1] + draw.normal(0, 0.25, m)
        part = pd.DataFrame({"Run": run, "Protein.Group": [f"P{1000 + k}" for k in protein]})
        part["Precursor.Id"] = [f"PEPTIDE{k}K2" for k in range(m)]
        part["Precursor.Normalised"], part["Q.Value"] = 2**log2, 0.001
        parts.append(part[draw.random(m) < 1 / (1 + np.exp(-0.9 * (log2 - 20)))])
    return pd.concat(parts)


def write(project: Project, **more: object) -> None:
    common = {"table": "report.parquet", "samples": "runs.tsv"} | more
    studies = {name: common | settings for name, settings in STUDIES.items()}
    (project.folder / "mine.yaml").write_text(yaml.safe_dump({"studies": studies}), encoding="utf-8")


def tests_of(project: Project, study: str) -> pd.DataFrame:
    return pd.read_csv(project.folder / "results" / study / "differential.tsv", sep="\t").set_index("protein_group")


def methods_of(project: Project, study: str) -> str:
    provenance = (project.folder / "results" / study / "provenance.json").read_text(encoding="utf-8")
    return json.dumps(json.loads(provenance), ensure_ascii=False)


def test_dpc_tests_every_protein_from_its_precursors_also_those_that_are_gone(ran: Project) -> None:
    rows = tests_of(ran, "dpc")
    assert (rows["test"] == "dpc").mean() > 0.95
    assert (rows.loc[RISING + GONE, "q_value"] < 0.05).all()
    assert (rows.loc[GONE, "n_treatment"] == 0).all()
    assert (rows.loc[GONE, "log2fc"] < 0).all()
    # Of 52 proteins that do not change, at 5 % false discoveries, hardly one is called.
    assert (rows.drop(RISING + GONE)["q_value"] < 0.05).sum() <= 2
    estimates = pd.read_parquet(ran.folder / "results/dpc/quantified/estimates.parquet")
    assert len(estimates) == len(rows) * len(RUNS)
    assert "precision weights from the standard errors" in methods_of(ran, "dpc")


def test_a_given_matrix_a_block_imputed_values_and_a_robust_prior_go_together(ran: Project) -> None:
    rows = tests_of(ran, "given")
    assert set(rows["test"]) == {"moderated_t"}
    assert (rows.loc[RISING, "q_value"] < 0.05).all()
    assert (rows.loc[RISING, "log2fc"] > 1).all()
    said = methods_of(ran, "given")
    for part in ("given matrix of intercept, eps", "samples of one donor had a common correlation of 0."):
        assert part in said
    for part in ("missing ones imputed (minprob, seed 1)", "robust against outlying variances"):
        assert part in said
    imputed = pd.read_csv(ran.folder / "results/given/imputed.tsv", sep="\t")
    gone = imputed[imputed["protein_group"].isin(GONE)]
    assert set(gone["sample"]) >= {run for run in RUNS if run.startswith("eps")}
    assert (rows.loc[GONE, "imputed_share"] >= 0.5).all()


def test_the_study_without_imputation_has_an_empty_table_of_imputed_values(ran: Project) -> None:
    assert len(pd.read_csv(ran.folder / "results/dpc/imputed.tsv", sep="\t")) == 0
    assert len(pd.read_csv(ran.folder / "results/dpc/f_tests.tsv", sep="\t")) == len(tests_of(ran, "dpc"))


def test_another_least_change_runs_the_tests_and_what_follows_and_no_more(ran: Project) -> None:
    write(ran, min_log2fc=0.5)
    jobs = ran.jobs()
    write(ran)
    assert jobs == dict.fromkeys(AFTER_DIFFERENTIAL, 2)


def test_another_design_matrix_in_the_same_file_runs_the_tests_of_its_study_and_no_more(ran: Project) -> None:
    path = ran.folder / "matrix.tsv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\t1\n", "\t2\n"), encoding="utf-8")
    jobs = ran.jobs()
    path.write_text(text, encoding="utf-8")
    assert jobs == dict.fromkeys(AFTER_DIFFERENTIAL, 1)
