"""Laws of the compare step: files in, one meta table out."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve import files
from myosieve.cli import main
from myosieve.compare.step import compare
from myosieve.errors import InputError
from myosieve.schema import COMPARISON
from myosieve.statistics.false_discovery import benjamini_hochberg


@pytest.fixture
def studies(tmp_path, tested) -> dict[str, Path]:
    """Three studies: P1 in all of them, P2 in two, P3 in one, P4 tested nowhere."""
    absent = {"log2fc": math.nan, "se": math.nan, "p_value": math.nan, "q_value": math.nan, "test": "none"}
    tables = {
        "one": tested(
            {"accession": "P1", "log2fc": 0.80, "se": 0.30},
            {"accession": "P2-3", "log2fc": 1.5, "se": 0.30, "q_value": 0.4},
            {"accession": "P4", "note": "seen in 3 of 3", **absent},
        ),
        "two": tested(
            {"accession": "P1", "log2fc": 0.95, "se": 0.40, "gene": "OTHER"},
            {"accession": "P3", "log2fc": -2.0, "se": 0.5},
            {"accession": "P1", "contrast": "c_vs_a", "log2fc": 9.0},
        ),
        "three": tested(
            {"accession": "P1-2", "log2fc": 0.70, "se": 0.25},
            {"accession": "P2", "log2fc": 0.2, "se": 0.40},
        ),
    }
    for name, table in tables.items():
        files.write_table(tmp_path / name / "differential.tsv", table)
    return {f"{name}.b_vs_a": tmp_path / name / "differential.tsv" for name in tables}


def compared(members, tmp_path, **options):
    summary = compare(members, tmp_path / "out" / "meta.tsv", **options)
    return files.read_table(tmp_path / "out" / "meta.tsv", COMPARISON).set_index("accession"), summary


def test_there_is_one_row_per_accession_of_any_member(studies, tmp_path):
    table, _ = compared(studies, tmp_path)
    assert table.index.to_list() == ["P1", "P2", "P3", "P4"]
    assert table["n_members"].to_list() == [3, 2, 1, 0]
    assert table["test"].to_list() == ["hartung_knapp_t", "z", "none", "none"]


def test_the_members_own_numbers_stand_beside_the_pooled_ones(studies, tmp_path):
    table, _ = compared(studies, tmp_path)
    members = [f"{column}:{name}" for name in studies for column in ("log2fc", "se", "q_value", "note")]
    assert table.columns.to_list() == COMPARISON.names[1:] + members
    # statsmodels 0.15.0 for P1 and P2, as the cases "agreeing" and "two" of test_pooling.py.
    assert table["log2fc"].to_list()[:2] == pytest.approx([0.780141548709, 0.876923076923], rel=1e-9)
    assert table.loc["P1", [f"log2fc:{name}" for name in studies]].to_list() == [0.80, 0.95, 0.70]
    assert table.loc["P2", "q_value:one.b_vs_a"] == 0.4


def test_a_protein_of_one_member_keeps_its_numbers_and_has_no_pooled_estimate(studies, tmp_path):
    table, _ = compared(studies, tmp_path)
    assert table.loc["P3", ["log2fc:two.b_vs_a", "se:two.b_vs_a"]].to_list() == [-2.0, 0.5]
    pooled = [
        "log2fc",
        "ci_low",
        "ci_high",
        "se",
        "statistic",
        "df",
        "p_value",
        "q_value",
        "i2",
        "tau2",
        "p_heterogeneity",
    ]
    assert table.loc["P3", [*pooled, "concordance"]].isna().all()


def test_a_missing_number_says_why(studies, tmp_path):
    table, _ = compared(studies, tmp_path)
    assert table.loc["P4", "note:one.b_vs_a"] == "seen in 3 of 3"
    assert table.loc["P4", "note:two.b_vs_a"] == "not in this study's table"
    assert table["note:one.b_vs_a"].isna()["P1"]


def test_the_gene_is_that_of_the_first_member_that_names_one(studies, tmp_path):
    table, _ = compared(studies, tmp_path)
    assert table.loc["P1", "gene"] == "GENE"
    turned, _ = compared({name: studies[name] for name in ("two.b_vs_a", "one.b_vs_a")}, tmp_path)
    assert turned.loc["P1", "gene"] == "OTHER"


def test_pooled_p_values_are_adjusted_over_the_rows_of_at_least_two_members(studies, tmp_path):
    table, _ = compared(studies, tmp_path)
    p_values = table["p_value"].to_numpy()
    np.testing.assert_allclose(table["q_value"], benjamini_hochberg(p_values), rtol=1e-8)
    assert table["q_value"].notna().to_list() == [True, True, False, False]
    assert (table["q_value"] >= table["p_value"])[:2].all()


def test_the_rate_decides_what_is_shared(studies, tmp_path):
    assert compared(studies, tmp_path)[0].loc["P1", "concordance"] == "shared up"
    assert compared(studies, tmp_path, fdr=0.005)[0].loc["P1", "concordance"] == "none"


def test_the_order_of_the_members_moves_their_columns_and_nothing_else(studies, tmp_path):
    there, _ = compared(studies, tmp_path)
    back, _ = compared(dict(reversed(studies.items())), tmp_path)
    same = [name for name in there.columns if name != "gene"]
    assert back.columns.to_list() != there.columns.to_list()
    np.testing.assert_allclose(
        back[same].select_dtypes("number"), there[same].select_dtypes("number"), rtol=1e-9, atol=1e-12
    )
    assert back["concordance"].equals(there["concordance"])


# ---- what it says of itself ----------------------------------------------------------------------------------------


def test_two_contrasts_of_one_study_are_warned_about(studies, tmp_path):
    members = {"two.b_vs_a": studies["two.b_vs_a"], "two.c_vs_a": studies["two.b_vs_a"]}
    _, summary = compared(members, tmp_path)
    assert any("two.b_vs_a, two.c_vs_a" in text and "not independent" in text for text in summary.warnings)
    _, summary = compared(studies, tmp_path)
    assert not any("not independent" in text for text in summary.warnings)


def test_groups_set_aside_and_groups_without_accession_are_counted_and_warned_about(studies, tmp_path, tested):
    path = studies["one.b_vs_a"]
    rows = tested({"accession": "P1-1"}, {"accession": "P1-2"}, {"accession": None, "protein_group": "nameless"})
    files.write_table(path, rows)
    _, summary = compared(studies, tmp_path)
    assert summary.counts["one.b_vs_a: protein groups set aside"] == 1
    assert summary.counts["one.b_vs_a: protein groups without accession"] == 1
    assert sum(text.startswith("one.b_vs_a: 1 protein groups") for text in summary.warnings) == 2


def test_the_counts_are_those_of_the_table(studies, tmp_path):
    table, summary = compared(studies, tmp_path)
    for number in range(4):
        found = (table["n_members"] == number).sum()
        assert summary.counts[f"accessions with an estimate in {number} members"] == found
    assert summary.counts["concordance: shared up"] == (table["concordance"] == "shared up").sum() == 1


def test_the_methods_name_only_the_tests_that_ran(studies, tmp_path):
    _, summary = compared({name: studies[name] for name in ("one.b_vs_a", "two.b_vs_a")}, tmp_path)
    text = " ".join(summary.methods)
    assert "DerSimonian" in text
    assert "Hartung" not in text
    _, summary = compared(studies, tmp_path)
    assert "Hartung" in " ".join(summary.methods)
    assert any("not on one footing" in text for text in summary.warnings)


def test_p_values_of_two_members_come_with_a_warning(studies, tmp_path):
    _, summary = compared({name: studies[name] for name in ("one.b_vs_a", "two.b_vs_a")}, tmp_path)
    assert any("too small" in text and "two members" in text for text in summary.warnings)


def test_studies_without_a_common_accession_are_warned_about_and_not_pooled(studies, tmp_path, tested):
    files.write_table(studies["two.b_vs_a"], tested({"accession": "Q1"}))
    table, summary = compared({name: studies[name] for name in ("one.b_vs_a", "two.b_vs_a")}, tmp_path)
    assert table["p_value"].isna().all()
    assert any("nothing was pooled" in text for text in summary.warnings)
    assert "DerSimonian" not in " ".join(summary.methods)


# ---- what it refuses -----------------------------------------------------------------------------------------------


def refused(members, tmp_path, **options) -> str:
    out = tmp_path / "refused" / "meta.tsv"
    with pytest.raises(InputError) as error:
        compare(members, out, **options)
    assert not out.exists()
    return str(error.value)


def test_a_contrast_that_is_not_there_is_refused_with_those_that_are(studies, tmp_path):
    members = studies | {"two.d_vs_a": studies["two.b_vs_a"]}
    text = refused(members, tmp_path)
    assert "'d_vs_a'" in text
    assert "contrasts there: b_vs_a, c_vs_a" in text
    assert str(studies["two.b_vs_a"]) in text


@pytest.mark.parametrize("number", [0, 1])
def test_fewer_than_two_members_are_refused(studies, tmp_path, number):
    assert "at least two" in refused(dict(list(studies.items())[:number]), tmp_path)


def test_a_missing_file_is_refused_by_name(studies, tmp_path):
    members = studies | {"four.b_vs_a": tmp_path / "nowhere.tsv"}
    assert "nowhere.tsv: the file does not exist" in refused(members, tmp_path)


@pytest.mark.parametrize("name", ["b_vs_a", ".b_vs_a", "one."])
def test_a_member_that_does_not_name_study_and_contrast_is_refused(studies, tmp_path, name):
    assert "study.contrast" in refused(studies | {name: studies["one.b_vs_a"]}, tmp_path)


@pytest.mark.parametrize("fdr", [0, 1, math.nan])
def test_a_rate_that_is_no_share_is_refused(studies, tmp_path, fdr):
    assert "between 0 and 1" in refused(studies, tmp_path, fdr=fdr)


# ---- several species -----------------------------------------------------------------------------------------------


@pytest.fixture
def species(tmp_path, tested) -> dict[str, Path]:
    """A human and a mouse study, and made genes: Q1 is P1's ortholog, Q2 and Q3 are both P2's, Q9 is nobody's."""
    tables = {
        "human": tested({"accession": "P1", "log2fc": 1.0}, {"accession": "P2"}, {"accession": "P9"}),
        "mouse": tested(
            {"accession": "Q1-2", "log2fc": 2.0},
            {"accession": "Q2", "log2fc": 3.0, "n_treatment": 2},
            {"accession": "Q3", "log2fc": 4.0},
            {"accession": "Q9"},
        ),
    }
    for name, table in tables.items():
        files.write_table(tmp_path / name / "differential.tsv", table)
    rows = [("human", one, one) for one in ("P1", "P2", "P9")]
    rows += [("mouse", "Q1", "P1"), ("mouse", "Q2", "P2"), ("mouse", "Q3", "P2"), ("mouse", "Q9", "")]
    genes = pd.DataFrame(rows, columns=["organism", "accession", "human_accession"])
    genes = genes.assign(gene="G", ensembl="", papers=1, go_terms=1)
    files.write_table(tmp_path / "genes.tsv.gz", genes)
    return {f"{name}.b_vs_a": tmp_path / name / "differential.tsv" for name in tables}


def test_a_human_and_a_mouse_study_meet_at_the_human_ortholog(species, tmp_path):
    table, summary = compared(species, tmp_path, organisms={"mouse.b_vs_a": "mouse"}, knowledge=tmp_path)
    assert table.index.to_list() == ["P1", "P2", "P9", "Q9"]
    assert table["n_members"].to_list() == [2, 2, 1, 1]
    assert table.loc["P1", ["log2fc:human.b_vs_a", "log2fc:mouse.b_vs_a"]].to_list() == [1.0, 2.0]
    assert table.loc["P2", "log2fc:mouse.b_vs_a"] == 4.0  # of two orthologs, the one seen in more samples
    assert table.loc["Q9", "note:human.b_vs_a"] == "not in this study's table"
    assert summary.counts["mouse.b_vs_a: accessions joined by human ortholog"] == 2
    assert summary.counts["mouse.b_vs_a: accessions without human ortholog"] == 1
    assert "human.b_vs_a: accessions joined by human ortholog" not in summary.counts
    assert any("mouse gave way to those of the human ortholog" in text for text in summary.methods)


def test_studies_of_one_species_meet_under_their_own_accessions_whatever_it_is(studies, species, tmp_path):
    both = {"a.b_vs_a": species["mouse.b_vs_a"], "b.b_vs_a": species["mouse.b_vs_a"]}
    organisms = dict.fromkeys(both, "mouse")
    table, summary = compared(both, tmp_path, organisms=organisms, knowledge=tmp_path / "nowhere")
    assert table.index.to_list() == ["Q1", "Q2", "Q3", "Q9"]
    assert not any("ortholog" in text for text in [*summary.methods, *summary.counts])


def test_an_organism_without_genes_or_of_no_member_is_refused(species, tmp_path):
    for organisms, said in (
        ({"mouse.b_vs_a": "yeast"}, "no genes of 'yeast'"),
        ({"moose.b_vs_a": "mouse"}, "no member"),
    ):
        with pytest.raises(InputError, match=said):
            compared(species, tmp_path, organisms=organisms, knowledge=tmp_path)
    assert not (tmp_path / "out").exists()


def test_the_command_takes_the_organism_of_a_member(species, tmp_path):
    options = [f"--member={name}={path}" for name, path in species.items()]
    options += ["--organism=mouse.b_vs_a=mouse", f"--knowledge={tmp_path}", f"--out={tmp_path / 'meta.tsv'}"]
    assert main(["compare", *options]) == 0
    assert "P1" in files.read_table(tmp_path / "meta.tsv", COMPARISON).query("n_members == 2")["accession"].to_list()
