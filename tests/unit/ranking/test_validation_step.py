"""The step and the command `validate`: a made study through tests and ranking, files to files."""

import numpy as np
import pandas as pd
import pytest

from myosieve import files, schema, settings
from myosieve.cli import main
from myosieve.differential.step import differential
from myosieve.errors import InputError
from myosieve.knowledge import GENES, RECEPTORS
from myosieve.ranking.step import rank
from myosieve.ranking.validation_step import validate

N, SECRETED, KNOWN = 120, 60, 8


class Made:
    """A study of 120 proteins, 60 of them secreted and 8 of these known myokines; the first 15 change."""

    def __init__(self, folder, effect: float = 3.0) -> None:
        self.folder = folder
        self.settings = settings.stage_defaults("validation")
        self.settings |= {"design": "~ condition", "contrasts": {"late": "eps - rest"}, "validation": {
            "permutations": 20, "bootstrap": 100, "seed": 1}}  # fmt: skip
        random = np.random.default_rng(11)
        names = [f"P{i:05d}" for i in range(N)]
        self.samples = pd.DataFrame({"sample": [f"s{i}" for i in range(8)], "condition": ["rest", "eps"] * 4})
        values = random.normal(25, 2, (N, 1)) + random.normal(0, 0.4, (N, 8))
        values[:15, 1::2] += effect
        self.intensities = pd.DataFrame(values, columns=self.samples["sample"])
        self.intensities.insert(0, "protein_group", names)
        fixed = {"protein_name": "made", "organism": "Homo sapiens", "peptides": 8, "unique_peptides": 8, "decoy": "no"}
        fixed |= {"contaminant": "no", "contaminant_by": "", "only_by_site": "no", "excluded_because": ""}
        self.proteins = pd.DataFrame({"protein_group": names, "accession": names, "accessions": names, "gene": names})
        self.proteins = self.proteins.assign(**fixed)
        empty = {name: "" for name in schema.ANNOTATION.names if name not in self.proteins}
        self.annotation = self.proteins[["protein_group", "accession", "gene", "organism"]].assign(**empty)
        self.annotation["secretion_class"] = ["classical"] * SECRETED + ["intracellular"] * (N - SECRETED)
        absent = dict.fromkeys(schema.SECRETOME.names)
        self.secretome = pd.DataFrame(absent | {"protein_group": names})
        self.secretome = self.secretome.assign(leak_marker="no", leak_correlation=0.0, leak_flag="", serum_flag="")
        known = names[5 : 5 + KNOWN]
        self.myokines = pd.DataFrame({"gene": known, "name": "made myokine", "accession_human": known})
        self.myokines = self.myokines.assign(
            accession_mouse="", target_organs="", list=["core"] * 5 + ["wider"] * (KNOWN - 5)
        )
        pair = {"organism": "human", "ligand_accession": known[0], "ligand_gene": "L", "receptor_gene": "R"}
        pair |= {"resources": 5, "curated": "yes"}
        self.receptors = pd.DataFrame([pair]).reindex(columns=RECEPTORS.names)
        self.genes = pd.DataFrame({"organism": "human", "accession": names, "papers": random.integers(1, 2000, N)})
        self.genes = self.genes.reindex(columns=GENES.names)

    def path(self, name: str):
        return self.folder / f"{name}.tsv"

    def write(self) -> None:
        """Write the inputs, and test and rank the study."""
        for name in ("samples", "intensities", "proteins", "annotation", "secretome"):
            files.write_table(self.path(name), getattr(self, name))
        knowledge = self.folder / "knowledge"
        for name in ("myokines", "receptors"):
            files.write_table(knowledge / f"{name}.tsv", getattr(self, name))
        if self.genes is not None:
            files.write_table(knowledge / "genes.tsv.gz", self.genes)
        differential(
            self.path("intensities"), self.path("samples"), self.settings, self.path("differential"),
            proteins=self.path("proteins"),
        )  # fmt: skip
        rank(
            differential=self.path("differential"), proteins=self.path("proteins"), annotation=self.path("annotation"),
            secretome=self.path("secretome"), settings=self.settings, knowledge=knowledge, out=self.path("candidates"),
        )  # fmt: skip

    def validate(self):
        summary = validate(
            *(self.path(name) for name in ("candidates", "differential", "proteins", "intensities", "samples")),
            self.settings, self.folder / "knowledge", self.path("validation"),
        )  # fmt: skip
        return summary, files.read_table(self.path("validation"), schema.VALIDATION)

    def run(self):
        self.write()
        return self.validate()


@pytest.fixture
def made(tmp_path) -> Made:
    return Made(tmp_path)


def cell(table: pd.DataFrame, analysis: str, measure: str, predictor: str) -> pd.Series:
    rows = table[(table["analysis"] == analysis) & (table["measure"] == measure) & (table["predictor"] == predictor)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_a_study_with_planted_myokines_is_validated_by_every_analysis(made) -> None:
    summary, table = made.run()
    assert {*table["analysis"]} == {
        *("recovery", "recovery_core", "fame_matched", "leave_one_out", "permutation", "prior_shuffle", "base_rate")
    }
    own = cell(table, "recovery", "auroc", "score")
    assert (own["n_positive"], own["n_background"]) == (KNOWN, SECRETED)
    assert own["value"] > 0.8  # all of them change
    assert cell(table, "recovery_core", "auroc", "score")["n_positive"] == 5
    hits = cell(table, "permutation", "hits", "p_value")
    assert hits["value"] == pytest.approx(15, abs=2)
    assert hits["p_value"] == pytest.approx(1 / 21)
    assert cell(table, "permutation", "hits_null", "p_value")["value"] == 0
    assert cell(table, "base_rate", "secreted", "hits")["ci_low"] > 1
    assert summary.counts["late: known myokines among them"] == KNOWN
    assert summary.seeds == {"validation": 1}
    assert summary.counts["late: permutations of the sample labels"] == 20
    told = " ".join(summary.methods)
    assert all(words in told for words in ("number of papers", "20 permutations", "20 shuffles", "Fisher's exact test"))
    assert not [text for text in summary.warnings if "chance" in text]


def test_the_scores_under_the_observed_labels_are_those_of_the_ranking(made) -> None:
    summary, table = made.run()
    assert not [text for text in summary.warnings if "rank again" in text]
    ours, theirs = cell(table, "prior_shuffle", "auroc", "score"), cell(table, "recovery", "auroc", "score")
    assert ours["value"] == pytest.approx(theirs["value"])
    # nothing is silent here, so that the test without absences is the whole test
    again = cell(table, "permutation", "auroc", "score_experiment")
    assert again["value"] == pytest.approx(cell(table, "recovery", "auroc", "score_experiment")["value"])


def test_the_list_of_myokines_changes_no_score_and_no_percentile_of_the_same_protein(made) -> None:
    _, before = made.run()
    scores = files.read_table(made.path("candidates"), schema.CANDIDATES).set_index("protein_group")["score"]
    made.myokines["accession_human"] = [f"P{i:05d}" for i in range(5, 10)] + ["P00040", "P00041", "P00042"]
    _, after = made.run()
    again = files.read_table(made.path("candidates"), schema.CANDIDATES).set_index("protein_group")["score"]
    pd.testing.assert_series_equal(scores, again)
    kept = [
        table[table["note"].str.startswith("P00006") & (table["analysis"] == "leave_one_out")]
        for table in (before, after)
    ]
    assert kept[0]["value"].tolist() == kept[1]["value"].tolist()
    hits = [cell(table, "permutation", "hits", "p_value")["value"] for table in (before, after)]
    assert hits[0] == hits[1]


def test_two_runs_and_any_row_order_write_the_same_bytes(made) -> None:
    made.run()
    first = made.path("validation").read_bytes()
    made.validate()
    assert made.path("validation").read_bytes() == first
    for name in ("candidates", "differential", "proteins"):
        files.write_table(made.path(name), files.read_table(made.path(name)).sample(frac=1, random_state=1))
    made.validate()
    assert made.path("validation").read_bytes() == first


def test_another_contrast_beside_it_changes_no_number(made) -> None:
    _, alone = made.run()
    made.settings["contrasts"] = {"turned": "rest - eps", "late": "eps - rest"}
    _, both = made.run()
    pd.testing.assert_frame_equal(both[both["contrast"] == "late"].reset_index(drop=True), alone)
    # treatment and control exchanged: the same hits and areas
    turned = both[both["contrast"] == "turned"]
    for key in (("permutation", "hits", "p_value"), ("recovery", "auroc", "score")):
        assert cell(turned, *key)["value"] == pytest.approx(cell(alone, *key)["value"])


def test_another_seed_moves_the_bootstrap_and_not_the_measures(made) -> None:
    _, before = made.run()
    made.settings["validation"]["seed"] = 2
    _, after = made.validate()
    measured = before["analysis"].isin(["recovery", "fame_matched", "base_rate", "leave_one_out"])
    pd.testing.assert_series_equal(before.loc[measured, "value"], after.loc[measured, "value"])
    assert (before.loc[measured, "ci_low"].dropna() != after.loc[measured, "ci_low"].dropna()).any()


def test_hits_that_permuted_labels_give_as_well_are_warned_of(made) -> None:
    made.settings["fdr"] = 0.99  # then anything is a hit
    made.intensities.iloc[:15, 1:] = made.intensities.iloc[15:30, 1:].to_numpy()
    summary, table = made.run()
    assert cell(table, "permutation", "hits", "p_value")["p_value"] > 0.05
    assert any("the hits may be chance" in text for text in summary.warnings)


def test_fame_that_does_as_well_as_the_score_is_warned_of(made) -> None:
    known = made.genes["accession"].isin(made.myokines["accession_human"])
    made.genes.loc[known, "papers"] = 100_000
    summary, table = made.run()
    assert cell(table, "recovery", "auroc", "fame")["value"] == 1
    assert any("counting papers orders known myokines as well" in text for text in summary.warnings)


def test_without_the_table_of_genes_all_but_fame_is_measured(made) -> None:
    made.genes = None
    summary, table = made.run()
    assert np.isnan(cell(table, "recovery", "auroc", "fame")["value"])
    assert "genes.tsv.gz" in cell(table, "recovery", "auroc", "fame")["note"]
    assert cell(table, "recovery", "auroc", "score")["value"] > 0.8
    assert not [text for text in summary.warnings if "papers" in text]
    assert not [text for text in summary.methods if "papers" in text]


def test_an_organism_without_known_myokines_says_so(made) -> None:
    made.settings["organism"] = "rat"
    summary, table = made.run()
    own = cell(table, "recovery", "auroc", "score")
    assert np.isnan(own["value"])
    assert own["note"].startswith("0 known myokines among 60 detected secreted proteins: too few")
    assert cell(table, "permutation", "hits", "p_value")["value"] > 0
    assert table["analysis"].eq("leave_one_out").sum() == 0
    assert not [text for text in summary.methods if "AUROC" in text or "shuffles" in text]


def test_a_contrast_in_which_nothing_is_secreted_is_empty_and_says_why(made) -> None:
    made.annotation["secretion_class"] = "intracellular"
    _, table = made.run()
    assert table.loc[table["analysis"] == "recovery", "value"].isna().all()
    assert cell(table, "recovery", "auroc", "score")["note"] == "no detected secreted protein has a score"
    assert cell(table, "base_rate", "secreted", "hits")["note"].endswith("one side is empty, nothing to compare")


def test_a_contrast_in_which_nothing_is_scored_is_empty_and_says_why(made) -> None:
    made.proteins["excluded_because"] = "left out"
    _, table = made.run()
    assert table.loc[table["measure"] == "auroc", "value"].isna().all()
    assert table["analysis"].isin(["recovery", "base_rate", "permutation"]).any()


def test_four_pairs_leave_seven_permutations_and_the_smallest_p_is_told(made) -> None:
    made.samples["subject"] = ["1", "1", "2", "2", "3", "3", "4", "4"]
    made.settings["design"] = "~ subject + condition"
    _, table = made.run()
    own = cell(table, "permutation", "hits", "p_value")
    assert "7 permutations among samples with the same covariates" in own["note"]
    assert own["note"].endswith("p cannot be below 0.12")
    assert own["p_value"] >= 1 / 8


@pytest.mark.parametrize("name", ["candidates", "differential", "proteins", "intensities", "samples"])
def test_a_missing_file_is_named_and_nothing_is_written(made, name) -> None:
    made.write()
    made.path(name).unlink()
    with pytest.raises(InputError, match=rf"{name}\.tsv: the file does not exist"):
        made.validate()
    assert not made.path("validation").exists()


@pytest.mark.parametrize("name", ["differential", "proteins"])
def test_tables_of_other_proteins_are_refused(made, name) -> None:
    made.write()
    table = files.read_table(made.path(name))
    files.write_table(made.path(name), table[table["protein_group"] != "P00003"])
    with pytest.raises(InputError, match=rf"{name}\.tsv: protein_?\s?group 'P00003' is missing"):
        made.validate()


def test_candidates_of_another_contrast_are_refused(made) -> None:
    made.write()
    made.settings["contrasts"] = {"other": "eps - rest"}
    with pytest.raises(InputError, match="contrast 'late' is not in the settings"):
        made.validate()


def test_candidates_that_were_scored_otherwise_are_warned_of(made) -> None:
    made.write()
    made.settings["ranking"]["weights"]["effect"] = 0.1
    summary, _ = made.validate()
    assert any("rank again" in text for text in summary.warnings)


def test_the_command_writes_the_table_and_its_record(made) -> None:
    made.write()
    files.write_json(made.folder / "settings.json", made.settings)
    names = ("candidates", "differential", "proteins", "intensities", "samples")
    options = [text for name in names for text in (f"--{name}", str(made.path(name)))]
    options += ["--knowledge", str(made.folder / "knowledge"), "--settings", str(made.folder / "settings.json")]
    record = made.folder / "record.json"
    assert main(["validate", *options, "--out", str(made.path("validation")), "--record", str(record)]) == 0
    told = files.read_json(record)
    assert told["stage"] == "validate"
    assert any(name.endswith("genes.tsv.gz") for name in told["inputs"])
    assert len(files.read_table(made.path("validation"), schema.VALIDATION)) > 50
