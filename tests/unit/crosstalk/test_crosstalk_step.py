"""Laws of crosstalk.tsv, files to files."""

import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.cli import main
from myosieve.crosstalk.step import crosstalk
from myosieve.errors import InputError


def run(study, tissues=True):
    arguments = study.write(tissues)
    summary = crosstalk(**arguments)
    return summary, files.read_table(arguments["out"], schema.CROSSTALK)


def of(table, accession, contrast="late"):
    return table[(table["accession"] == accession) & (table["contrast"] == contrast)]


def test_every_ranked_candidate_of_every_contrast_is_there_in_order_and_no_excluded_one(study):
    _, table = run(study)
    assert table["contrast"].drop_duplicates().tolist() == ["late", "early"]
    for _, block in table.groupby("contrast", sort=False):
        assert block["rank"].is_monotonic_increasing
        assert set(block["accession"]) == {"LIGAND", "NOBODY", "KNOWN", "NAMED"}


def test_a_candidate_without_a_receptor_keeps_a_row(study):
    _, table = run(study)
    row = of(table, "NOBODY")
    assert len(row) == 1
    assert row[["receptor_gene", "receptor_accession", "resources", "curated", "organ"]].isna().all().all()
    assert row["evidence"].item() == "no receptor is known, which says nothing against it"


def test_a_myokine_without_a_receptor_keeps_the_organs_of_literature(study):
    _, table = run(study)
    row = of(table, "NAMED")
    assert row[["organ", "organ_source"]].to_numpy().tolist() == [["brain", "literature"]]
    assert row["evidence"].item().endswith("literature names brain for the myokine")


def test_curated_pairs_come_first_then_those_of_most_resources(study):
    _, table = run(study)
    assert of(table, "LIGAND")["receptor_gene"].drop_duplicates().tolist() == ["RB", "RA+RB", "RA"]


def test_an_organ_counts_from_the_limit_on_and_the_highest_comes_first(study):
    _, table = run(study)
    rows = of(table, "LIGAND")
    rows = rows[rows["receptor_gene"] == "RA"]
    assert rows[["organ", "receptor_value", "receptor_rank"]].to_numpy().tolist() == [["liver", 34, 1], ["bone", 2, 2]]
    assert set(rows["organ_source"]) == {"receptor expression"}
    study.settings["crosstalk"]["min_expression"] = 2.5
    _, table = run(study)
    rows = of(table, "LIGAND")
    assert rows.loc[rows["receptor_gene"] == "RA", "organ"].tolist() == ["liver"]


def test_a_value_at_the_limit_counts(study):
    study.settings["crosstalk"]["min_expression"] = 34
    _, table = run(study)
    rows = of(table, "LIGAND")
    assert rows.loc[rows["receptor_gene"] == "RA", "organ"].tolist() == ["liver"]


def test_the_evidence_says_what_speaks_for_a_row(study):
    _, table = run(study)
    rows = of(table, "LIGAND").set_index(["receptor_gene", "organ"])
    assert rows.loc[("RB", "liver"), "evidence"] == (
        "curated pair; 1 resource; receptor expressed in liver: 5 NX, rank 2 of 3"
    )
    assert rows.loc[("RA+RB", "liver"), "evidence"] == (
        "pair in no curated resource; 9 resources; receptor (least expressed subunit: RB) expressed in liver: 5 NX, rank 2 of 3"
    )


def test_bone_is_said_to_be_a_proxy(study):
    _, table = run(study)
    row = of(table, "LIGAND").set_index(["receptor_gene", "organ"]).loc[("RA", "bone")]
    assert row["proxy"] == "yes"
    assert "measured in bone marrow, which only stands for bone" in row["evidence"]


def test_an_organ_that_literature_alone_names_stays_with_what_the_atlas_says(study):
    _, table = run(study)
    rows = of(table, "KNOWN").set_index(["receptor_gene", "organ"])
    liver = rows.loc[("RC", "liver")]
    assert liver["organ_source"] == "literature"
    assert liver["receptor_value"] == 0.2
    assert "receptor below the limit in liver: 0.2 NX" in liver["evidence"]
    adipose = rows.loc[("RC", "adipose")]
    assert pd.isna(adipose["receptor_value"])
    assert (
        "no receptor expression known in adipose; literature names adipose tissue for the myokine"
        in adipose["evidence"]
    )
    assert "the atlas does not hold the receptor" in rows.loc[("RX", "liver"), "evidence"]


def test_where_expression_and_literature_agree_expression_is_the_source_and_both_are_said(study):
    study.tissues.loc[(study.tissues["accession"] == "RC") & (study.tissues["organ"] == "liver"), "value"] = 8.0
    _, table = run(study)
    liver = of(table, "KNOWN").set_index(["receptor_gene", "organ"]).loc[("RC", "liver")]
    assert liver["organ_source"] == "receptor expression"
    assert "receptor expressed in liver: 8 NX" in liver["evidence"]
    assert "literature names liver" in liver["evidence"]


def test_a_receptor_that_no_organ_expresses_keeps_a_row(study):
    study.candidates["target_organs"] = None
    _, table = run(study)
    row = of(table, "KNOWN").set_index("receptor_gene").loc["RC"]
    assert pd.isna(row["organ"])
    assert "receptor expressed in no organ above the limit" in row["evidence"]


def test_without_an_atlas_organs_come_from_literature_and_the_text_says_so(study):
    summary, table = run(study, tissues=False)
    assert set(table["organ_source"].dropna()) == {"literature"}
    paired = table[table["receptor_gene"].notna()]
    assert paired["evidence"].str.contains("receptor expression was not given").all()
    assert table["receptor_value"].isna().all()
    assert any("receptor expression was not given" in text for text in summary.methods)


def test_receptors_are_matched_by_any_accession_of_the_group_and_never_by_gene(study):
    study.proteins.loc[study.proteins["protein_group"] == "NOBODY", "accessions"] = "OTHER;LIGAND-2"
    study.candidates["gene"] = "KNW"
    _, table = run(study)
    assert of(table, "NOBODY")["receptor_gene"].notna().all()
    assert of(table, "NAMED")["receptor_gene"].isna().all()


def test_a_decoy_has_no_receptor(study):
    study.proteins.loc[study.proteins["protein_group"] == "LIGAND", "decoy"] = "yes"
    _, table = run(study)
    assert of(table, "LIGAND")["receptor_gene"].isna().all()


def test_only_the_first_candidates_of_each_contrast_are_looked_at(study):
    study.settings["crosstalk"]["top"] = 2
    _, table = run(study)
    assert table.groupby("contrast", sort=False)["rank"].max().tolist() == [2, 2]
    assert set(of(table, "LIGAND")["rank"]) == {1}
    assert of(table, "LIGAND", "early").empty


def test_pathways_are_those_of_the_detected_myokines(study):
    arguments = study.write()
    crosstalk(**arguments)
    edges = files.read_table(arguments["pathways_out"], schema.STUDY_PATHWAYS)
    assert edges[["protein_group", "pathway", "step"]].to_numpy().tolist() == [["KNOWN", "p1", 1], ["KNOWN", "p1", 2]]
    table = files.read_table(arguments["out"], schema.CROSSTALK)
    assert set(of(table, "KNOWN")["pathway"]) == {"p1"}
    assert of(table, "LIGAND")["pathway"].isna().all()


def test_pathways_of_a_mouse_study_are_found_by_the_myokines_ortholog(study):
    study.settings["organism"] = "mouse"
    study.proteins.loc[study.proteins["protein_group"] == "NAMED", "accessions"] = "MOUSE"
    arguments = study.write()
    summary = crosstalk(**arguments)
    edges = files.read_table(arguments["pathways_out"], schema.STUDY_PATHWAYS)
    assert set(edges["protein_group"]) == {"NAMED"}  # KNOWN is the human accession
    assert any("no receptors are known for mouse" in text for text in summary.warnings)


def test_nothing_ranked_gives_an_empty_table(study):
    study.candidates["rank"] = None
    _, table = run(study)
    assert table.empty
    assert table.columns.tolist() == schema.CROSSTALK.names


def test_the_order_of_the_knowledge_changes_no_byte(study):
    first = study.write()
    crosstalk(**first)
    before = first["out"].read_bytes()
    study.receptors = study.receptors.iloc[::-1]
    study.tissues = study.tissues.sample(frac=1, random_state=2)
    crosstalk(**study.write())
    assert first["out"].read_bytes() == before


def test_a_table_that_is_none_is_refused(study):
    arguments = study.write()
    files.write_table(arguments["tissues"], study.tissues.drop(columns="organ"))
    with pytest.raises(InputError, match="column 'organ' of the tissues table is missing"):
        crosstalk(**arguments)
    assert not arguments["out"].exists()


def test_the_command_takes_its_settings_as_options(study):
    arguments = study.write()
    paths = {name: str(arguments[name]) for name in ("candidates", "proteins", "knowledge", "out", "tissues")}
    options = [word for name, path in paths.items() for word in (f"--{name}", path)]
    options += ["--pathways-out", str(arguments["pathways_out"]), "--top", "1", "--min-expression", "3"]
    assert main(["crosstalk", *options]) == 0
    table = files.read_table(arguments["out"], schema.CROSSTALK)
    assert set(table["rank"]) == {1}
    assert table["receptor_value"].dropna().min() >= 3
