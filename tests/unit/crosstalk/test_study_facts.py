"""What is known of the detected myokines: those of the study alone, by accession, in an order of its own."""

import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.cli import main
from myosieve.crosstalk.step import crosstalk
from myosieve.knowledge import MYOKINE_FACTS


def run(study):
    arguments = study.write() | {"facts_out": study.folder / "myokine_facts.tsv"}
    summary = crosstalk(**arguments)
    return summary, files.read_table(arguments["facts_out"], schema.STUDY_FACTS)


def test_facts_are_those_of_the_detected_myokines_one_row_per_source(study):
    summary, facts = run(study)
    assert set(facts["protein_group"]) == {"KNOWN"}
    assert facts[["fact", "source"]].to_numpy().tolist() == [
        ["effect", "10.1000/made"], ["effect", "source guide"], ["basal_level", "PMID:1"],
    ]  # fmt: skip
    level = facts.iloc[-1]
    assert level[["value", "unit", "matrix", "doubtful"]].tolist() == ["2-4", "ng/mL", "plasma", "one man"]
    assert facts["doubtful"].isna().tolist() == [True, True, False]
    assert summary.counts["detected myokines with known facts"] == 1


def test_the_columns_are_those_of_the_shipped_facts_behind_the_group():
    assert schema.STUDY_FACTS.names == ["protein_group", *MYOKINE_FACTS.names]


def test_a_gene_symbol_alone_never_brings_a_fact(study):
    study.proteins["gene"] = "KNW"
    study.proteins = study.proteins[study.proteins["protein_group"] != "KNOWN"]
    _, facts = run(study)
    assert facts.empty
    assert facts.columns.tolist() == schema.STUDY_FACTS.names


def test_any_accession_of_the_group_tells_and_its_isoform_too(study):
    study.proteins.loc[study.proteins["protein_group"] == "NOBODY", "accessions"] = "OTHER;KNOWN-2"
    _, facts = run(study)
    assert facts["protein_group"].tolist() == ["NOBODY"] * 3 + ["KNOWN"] * 3


def test_a_decoy_brings_no_fact(study):
    study.proteins.loc[study.proteins["protein_group"] == "KNOWN", "decoy"] = "yes"
    assert run(study)[1].empty


@pytest.mark.parametrize("organism", ["mouse", "rat"])
def test_in_mouse_and_rat_the_orthologs_accession_tells_and_the_human_one_does_not(study, organism):
    study.settings["organism"] = organism
    study.myokines["accession_rat"] = "RAT"
    own, other = ("MOUSE", "RAT") if organism == "mouse" else ("RAT", "MOUSE")
    study.proteins.loc[study.proteins["protein_group"].isin(["NAMED", "GONE"]), "accessions"] = [own, other]
    _, facts = run(study)
    assert set(facts["protein_group"]) == {study.proteins.set_index("accessions").loc[own, "protein_group"]}
    assert set(facts["accession_human"]) == {"KNOWN"}


def test_a_myokine_without_an_ortholog_in_the_list_brings_no_fact(study):
    study.settings["organism"] = "mouse"
    study.myokines["accession_mouse"] = None
    assert run(study)[1].empty


def test_the_order_of_the_shipped_facts_changes_no_byte(study):
    run(study)
    before = (study.folder / "myokine_facts.tsv").read_bytes()
    study.facts = study.facts.sample(frac=1, random_state=3)
    run(study)
    assert (study.folder / "myokine_facts.tsv").read_bytes() == before


def test_without_a_place_for_them_no_facts_are_read_or_written(study):
    arguments = study.write()
    (study.folder / "knowledge" / "myokine_facts.tsv").unlink()
    summary = crosstalk(**arguments)
    assert arguments["out"].exists()
    assert not (study.folder / "myokine_facts.tsv").exists()
    assert "detected myokines with known facts" not in summary.counts


def test_facts_that_are_no_such_table_leave_nothing_behind(study, capsys):
    study.facts = study.facts.drop(columns="doubtful")
    arguments = study.write()
    options = [
        word for name in ("candidates", "proteins", "knowledge", "out") for word in (f"--{name}", str(arguments[name]))
    ]
    options += ["--pathways-out", str(arguments["pathways_out"]), "--facts-out", str(study.folder / "facts.tsv")]
    assert main(["crosstalk", *options]) == 2
    assert "column 'doubtful' of the myokine facts table is missing" in capsys.readouterr().err
    assert not arguments["out"].exists()
    assert not (study.folder / "facts.tsv").exists()


def test_every_shipped_fact_of_a_detected_myokine_is_there(study, root):
    study.facts = pd.read_csv(root / "resources" / "knowledge" / "myokine_facts.tsv", sep="\t", dtype=str)
    study.proteins.loc[study.proteins["protein_group"] == "NAMED", "accessions"] = "P05231"
    _, facts = run(study)
    expected = study.facts[study.facts["accession_human"] == "P05231"]
    assert len(facts) == len(expected) > 10
    columns = MYOKINE_FACTS.names
    pd.testing.assert_frame_equal(
        facts[columns].fillna("").sort_values(columns, ignore_index=True).astype(object),
        expected[columns].fillna("").sort_values(columns, ignore_index=True).astype(object),
    )
