"""Laws of the secretome step, files to files."""

import re

import numpy as np
import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.secretome.step import secretome
from myosieve.settings import stage_defaults

DEFAULTS = stage_defaults("secretome")
SETTINGS = DEFAULTS | {"organism": "human", "contrasts": {"eps_vs_rest": {"treatment": "eps", "control": "rest"}}}
SAMPLES = ["a1", "a2", "a3", "b1", "b2", "b3", "l1"]  # samples of the made study


def run(study, knowledge, settings=SETTINGS, **given):
    paths = study.write()
    summary = secretome(**paths, settings=settings, knowledge=knowledge, **given)
    table = files.read_table(paths["out"], schema.SECRETOME).set_index("protein_group")
    return summary, table, files.read_table(paths["samples_out"], schema.SAMPLES_QC).set_index("sample")


def warning(summary, words):
    return [text for text in summary.warnings if words in text]


def test_both_tables_hold_every_row_of_their_input(study, knowledge):
    _, table, samples = run(study, knowledge)
    assert table.index.tolist() == study.proteins["protein_group"].tolist()
    assert samples.index.tolist() == study.samples["sample"].tolist()


def test_the_leak_index_is_of_secretome_samples_only(study, knowledge):
    _, _, samples = run(study, knowledge)
    planted = study.leak[:6] - study.leak[:6].mean()
    assert np.isnan(samples.loc["l1", "leak_index"])
    np.testing.assert_allclose(samples["leak_index"][:6], planted, atol=0.25)
    study.intensities["l1"] += 7
    np.testing.assert_array_equal(run(study, knowledge)[2]["leak_index"], samples["leak_index"])


def test_markers_are_named_and_a_regulated_condition_is_warned_of(study, knowledge):
    summary, table, _ = run(study, knowledge)
    assert (table.loc["M0":"M19", "leak_flag"] == "marker").all()
    assert (table["leak_marker"] == "yes").sum() == 20
    (text,) = warning(summary, "the leak index rises with the treatment")
    # planted means: -0.8 for rest and 0.8 for eps
    assert float(re.search(r"by ([-+]\d\.\d+) log2", text)[1]) == pytest.approx(1.6, abs=0.15)


def test_an_excluded_marker_does_not_enter_the_index(study, knowledge):
    _, _, before = run(study, knowledge)
    study.proteins.loc[0, "excluded_because"] = "contaminant"
    study.intensities.loc[0] = np.linspace(0, 40, 7)
    markers = study.intensities.iloc[1:20, :6]
    expected = (markers.sub(markers.mean(axis=1), axis=0)).median()
    summary, _, after = run(study, knowledge)
    np.testing.assert_allclose(after["leak_index"][:6], expected, atol=1e-9)
    assert summary.counts["leak markers used"] == 19
    assert not before["leak_index"].equals(after["leak_index"])


def test_a_steady_index_flags_nobody_and_leaves_probabilities_empty(study, knowledge):
    study.intensities.iloc[:20] -= study.leak
    summary, table, _ = run(study, knowledge)
    assert (table.loc["P0":, "leak_flag"].fillna("") == "").all()
    assert table[["leak_probability", "leak_loading"]].isna().all(axis=None)
    assert any("no protein was held to follow it" in text for text in summary.methods)


def test_without_known_markers_leak_is_not_run_and_not_no(study, knowledge):
    summary, table, samples = run(study, knowledge, DEFAULTS | {"organism": "rat"})
    assert set(table["leak_flag"]) == {"not run"}
    assert table["leak_marker"].isna().all()
    assert samples["leak_index"].isna().all()
    assert warning(summary, "no leak markers are known for rat")


def test_a_leaking_sample_is_named(study, knowledge):
    study.intensities.iloc[:20] -= study.leak
    study.intensities.loc[:19, "b2"] += 2
    summary, _, samples = run(study, knowledge)
    assert warning(summary, "b2 (leak index +1.")
    assert "leak index" in samples.loc["b2", "outlier"]


def test_the_serum_share_is_over_every_group_that_is_no_decoy(study, knowledge):
    study.proteins.loc[39, "excluded_because"] = "contaminant"
    study.proteins.loc[38, "decoy"] = "yes"
    linear = 2 ** study.intensities.drop(index=38)
    _, _, samples = run(study, knowledge)
    np.testing.assert_allclose(samples["serum_share"], (linear.loc[39] / linear.sum()).to_numpy(), rtol=1e-8)


def test_a_table_without_serum_sequences_cannot_be_judged(study, knowledge):
    study.proteins.loc[39, ["accession", "accessions", "organism"]] = ["P02768", "P02768", "Homo sapiens"]
    summary, table, samples = run(study, knowledge)
    assert samples["serum_share"].isna().all()
    assert set(table["serum_flag"]) == {"not run"}
    assert warning(summary, "no bovine or equine protein in the table")


def test_horse_serum_in_the_sheet_without_equine_sequences_is_warned_of(study, knowledge):
    study.samples["differentiation_serum"] = "2 % Horse serum"
    assert warning(run(study, knowledge)[0], "'differentiation_serum' says horse serum")
    study.proteins.loc[38, ["accession", "accessions", "organism"]] = ["P35747", "P35747", "Equus caballus"]
    assert not warning(run(study, knowledge)[0], "horse serum")


def test_a_decoy_is_neither_marker_nor_serum_protein(study, knowledge):
    study.proteins.loc[[0, 39], ["decoy", "excluded_because"]] = ["yes", "decoy"]
    _, table, _ = run(study, knowledge)
    assert table.loc["M0", "leak_marker"] == "no"
    assert set(table["serum_flag"]) == {"not run"}


def test_two_runs_write_the_same_bytes(study, knowledge):
    paths = study.write()
    written = []
    for _ in range(2):
        secretome(**paths, settings=SETTINGS, knowledge=knowledge)
        written.append(paths["out"].read_bytes() + paths["samples_out"].read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize("name", ["leak_markers.tsv", "contaminants.tsv", "organisms.tsv"])
def test_an_absent_knowledge_file_is_named_and_nothing_is_written(study, knowledge, name):
    paths = study.write()
    (knowledge / name).unlink()
    with pytest.raises(InputError, match=name):
        secretome(**paths, settings=SETTINGS, knowledge=knowledge)
    assert not paths["out"].parent.exists()


def test_a_protein_group_that_the_annotation_lacks_is_named(study, knowledge):
    paths = study.write()
    table = files.read_table(paths["annotation"])
    files.write_table(paths["annotation"], table[table["protein_group"] != "P7"])
    with pytest.raises(InputError, match=r"annotation\.tsv: protein group 'P7'"):
        secretome(**paths, settings=SETTINGS, knowledge=knowledge)


@pytest.mark.parametrize("column", ["a1", "protein_group"])
def test_intensities_of_other_samples_or_groups_are_refused(study, knowledge, column):
    paths = study.write()
    path = paths["quantified"] / "intensities.tsv"
    table = files.read_table(path)
    files.write_table(path, table.rename(columns={"a1": "z"}) if column == "a1" else table.iloc[1:])
    with pytest.raises(InputError, match=r"intensities\.tsv"):
        secretome(**paths, settings=SETTINGS, knowledge=knowledge)


def test_an_unknown_organism_is_refused_with_the_known_ones(study, knowledge):
    with pytest.raises(InputError, match="use one of human, mouse, rat"):
        run(study, knowledge, DEFAULTS | {"organism": "zebrafish"})


def test_the_methods_name_the_compartments_of_the_marker_table_and_no_others(study, knowledge):
    path = knowledge / "leak_markers.tsv"
    table = files.read_table(path)
    files.write_table(path, table.assign(compartment=["cytosolic enzyme", *["chaperonin"] * (len(table) - 1)]))
    (sentence,) = [text for text in run(study, knowledge)[0].methods if "leak index" in text and "median" in text]
    assert "(chaperonin, cytosolic enzyme; Gene Ontology)" in sentence
    assert "ribosom" not in sentence


def test_neither_table_is_written_where_one_cannot_be(study, knowledge):
    paths = study.write()
    paths["samples_out"].mkdir(parents=True)  # a folder stands where the second table should go
    with pytest.raises(OSError, match="samples_qc"):
        secretome(**paths, settings=SETTINGS, knowledge=knowledge)
    assert not paths["out"].exists()


def write_tests(paths, groups, log2fc=1.0):
    """Write a differential.tsv in which every group has the same fold change."""
    rows = pd.DataFrame({"protein_group": groups, "contrast": "eps_vs_rest", "log2fc": log2fc, "se": 0.1})
    path = paths["out"].parents[1] / "differential.tsv"
    files.write_table(path, schema.DIFFERENTIAL.arrange(rows.reindex(columns=schema.DIFFERENTIAL.names)))
    return path


def test_what_leak_explains_of_a_fold_change_and_the_rest_add_up_to_it(study, knowledge):
    paths = study.write()
    more = {
        "differential": write_tests(paths, study.proteins["protein_group"]),
        "leak_out": paths["out"].with_name("leak.tsv"),
    }
    secretome(**paths, **more, settings=SETTINGS, knowledge=knowledge)
    rows = files.read_table(more["leak_out"], schema.LEAK).set_index("protein_group")
    np.testing.assert_allclose(rows["leak_log2fc"] + rows["residual_log2fc"], 1.0, atol=1e-6)
    assert (rows["residual_se"] >= 0.1).all()
    # planted: the markers leak 1.6 more in eps, and the other proteins do not
    assert rows.loc["M0":"M19", "leak_log2fc"].median() == pytest.approx(1.6, abs=0.2)
    assert rows.loc["P0":"P18", "leak_log2fc"].abs().median() < 0.3


def test_at_a_steady_index_fold_changes_are_left_as_they_are(study, knowledge):
    study.intensities.iloc[:20] -= study.leak
    paths = study.write()
    more = {
        "differential": write_tests(paths, study.proteins["protein_group"]),
        "leak_out": paths["out"].with_name("leak.tsv"),
    }
    secretome(**paths, **more, settings=SETTINGS, knowledge=knowledge)
    rows = files.read_table(more["leak_out"], schema.LEAK)
    assert (rows["leak_log2fc"] == 0).all()
    assert (rows["residual_log2fc"] == 1).all()


def test_ldh_of_the_sheet_stands_beside_the_index_and_is_tested_like_it(study, knowledge):
    study.samples["LDH_release"] = ["10", "11", "12", "40", "44", "48", ""]
    paths = study.write()
    tests = paths["out"].with_name("leak_tests.tsv")
    summary = secretome(**paths, leak_tests_out=tests, settings=SETTINGS, knowledge=knowledge)
    rows = files.read_table(tests, schema.LEAK_TESTS).set_index("measure")
    assert rows.loc["LDH_release", "estimate"] == pytest.approx(2.0, abs=1e-9)  # fourfold
    assert rows.loc["LDH_release", "correlation"] > 0.9
    assert warning(summary, "LDH_release of the sample sheet rises with the treatment by +2.00 log2")
    samples = files.read_table(paths["samples_out"])
    assert samples["LDH_release"].dropna().tolist() == [10, 11, 12, 40, 44, 48]


def test_ldh_with_decimal_commas_is_tested_as_with_points(study, knowledge):
    study.samples["LDH_release"] = ["10.5", "11", "12.25", "42.0", "44", "49", ""]
    study.samples["LDH_again"] = ["10,5", "11", "12,25", "42.0", "44", "49", ""]
    paths = study.write()
    tests = paths["out"].with_name("leak_tests.tsv")
    summary = secretome(**paths, leak_tests_out=tests, settings=SETTINGS, knowledge=knowledge)
    rows = files.read_table(tests, schema.LEAK_TESTS).set_index("measure").drop(columns="contrast")
    assert rows.loc["LDH_again", "estimate"] == pytest.approx(2.0)
    pd.testing.assert_series_equal(rows.loc["LDH_again"], rows.loc["LDH_release"], check_names=False)
    samples = files.read_table(paths["samples_out"])
    assert samples["LDH_again"].dropna().tolist() == [10.5, 11, 12.25, 42, 44, 49]
    assert not warning(summary, "of the sample sheet has")


def test_a_viability_column_that_holds_no_numbers_is_warned_of_and_left_out(study, knowledge):
    study.samples["viability"] = ["85 %", "90 %", "80 %", "82 %", "75 %", "88 %", ""]
    summary, _, samples = run(study, knowledge)
    (text,) = warning(summary, "column 'viability' of the sample sheet has 6 cells that are no number ('85 %', '90 %'")
    assert "left out beside the leak index" in text
    assert "viability" not in samples


def test_a_protein_richer_in_the_medium_than_the_markers_is_told_from_the_lysate(study, knowledge):
    study.intensities["l1"] = study.intensities["a1"] + 3  # the lysate was normalized to another level
    study.intensities.loc[25, "l1"] -= 4
    study.intensities.loc[26, "l1"] = np.nan
    _, table, _ = run(study, knowledge)
    assert table.loc["P5", "lysate_log2_ratio"] == pytest.approx(4, abs=1.2)
    assert table.loc["P5", "lysate_flag"] == "higher in the medium"
    assert table.loc["P6", "lysate_flag"] == "not seen in the lysate"
    assert np.isnan(table.loc["P6", "lysate_log2_ratio"])
    assert abs(table.loc["M0":"M19", "lysate_log2_ratio"].median()) < 0.2


def test_without_lysates_the_ratio_is_not_run(study, knowledge):
    study.samples.loc[6, "fraction"] = "reference"
    _, table, _ = run(study, knowledge)
    assert set(table["lysate_flag"]) == {"not run"}
    assert table["lysate_log2_ratio"].isna().all()


# ---- peptides against serum ----------------------------------------------------------------------------------------

# Gene, and in it fragments that the bovine namesake has as well (s) or not (h); made sequences.
NAMESAKES = {"CTSB": "hhs", "FN1": "sss", "THBS1": "hss", "SERPINF1": "hhh"}


@pytest.fixture
def namesakes(study):
    """Give P0 to P3 the genes of NAMESAKES, their peptides, and a bovine FASTA with the same genes that was not searched."""
    random = np.random.default_rng(2)
    rows, bovine = [], []
    for place, (gene, kinds) in enumerate(NAMESAKES.items()):
        study.proteins.loc[20 + place, "gene"] = gene
        own = []
        for number, kind in enumerate(kinds):
            peptide = "".join(random.choice(list("ADEFGHILNSTV"), 11)) + "K"
            other = peptide if kind == "s" else peptide[::-1]
            own.append(other.replace("I", "L"))  # the same mass
            rows.append((f"{gene}{number}", f"P{place}", peptide, *[2.0**number] * 6, 1e6))
        bovine.append(f">sp|B{place}|{gene}_BOVIN {gene} OS=Bos taurus OX=9913 GN={gene}\nM{'R'.join(own)}\n")
    study.folder.mkdir(parents=True, exist_ok=True)
    columns = ["precursor", "protein_group", "sequence", *SAMPLES]
    files.write_table(study.folder / "precursors.parquet", pd.DataFrame(rows, columns=columns))
    (study.folder / "bovine.fasta").write_text("".join(bovine), encoding="utf-8")
    return {"precursors": study.folder / "precursors.parquet", "serum_fasta": [study.folder / "bovine.fasta"]}


def test_namesakes_are_told_by_their_peptides_and_never_by_their_genes(study, knowledge, namesakes):
    summary, table, _ = run(study, knowledge, **namesakes)
    assert table.loc["P0":"P3", "peptides_host"].tolist() == [2, 0, 1, 3]
    assert table.loc["P0":"P3", "peptides_shared"].tolist() == [1, 3, 2, 0]
    np.testing.assert_allclose(table.loc["P0":"P3", "host_share"], [3 / 7, 0, 1 / 7, 1])  # intensities 1, 2, 4
    assert table.loc["P0":"P3", "serum_flag"].fillna("").tolist() == [
        "",
        "shared with a serum protein: 0 of 3 peptides are of the host only",
        "",
        "",
    ]
    assert table.loc["P4":"P18", ["peptides_host", "peptides_shared", "host_share"]].isna().all(axis=None)
    assert (
        table.loc["P02769", ["peptides_host", "host_share"]].isna().all()
    )  # a serum protein has no peptides of the host
    assert summary.counts["protein groups flagged by shared peptides alone"] == 1
    assert summary.counts["peptides shared with a serum sequence"] == 6


def test_host_unique_peptides_clear_a_group_that_holds_a_bovine_accession(study, knowledge, namesakes):
    study.proteins.loc[[20, 23], "accessions"] = ["P0;P02769", "P3;P02769"]
    _, table, _ = run(study, knowledge)
    assert table.loc[["P0", "P3"], "serum_flag"].tolist() == ["shared with a serum protein"] * 2
    summary, table, _ = run(study, knowledge, **namesakes)
    assert (
        table.loc["P0", "serum_flag"] == "shared with a serum protein: 2 of 3 peptides are of the host only"
    )  # 3/7 < 0.5
    assert table["serum_flag"].fillna("")["P3"] == ""
    assert summary.counts["protein groups cleared by host-unique peptides"] == 1


def test_serum_sequences_in_the_searched_fasta_do_as_well(study, knowledge, namesakes):
    searched = {"precursors": namesakes["precursors"], "fasta": namesakes["serum_fasta"]}
    columns = ["serum_flag", "peptides_host", "peptides_shared", "host_share"]
    pd.testing.assert_frame_equal(
        run(study, knowledge, **searched)[1][columns], run(study, knowledge, **namesakes)[1][columns]
    )


def test_without_peptides_or_serum_sequences_the_columns_are_empty_and_the_flags_as_before(study, knowledge, namesakes):
    before = run(study, knowledge)[1]
    human = study.folder / "human.fasta"
    human.write_text(">sp|P0|CATB_HUMAN X OS=Homo sapiens OX=9606 GN=CTSB\nMKK\n", encoding="utf-8")
    for given in ({"precursors": namesakes["precursors"], "fasta": [human]}, {"serum_fasta": namesakes["serum_fasta"]}):
        after = run(study, knowledge, **given)[1]
        assert after[["peptides_host", "peptides_shared", "host_share"]].isna().all(axis=None)
        pd.testing.assert_frame_equal(after, before)


def test_a_human_only_search_is_judged_by_peptides_where_it_has_them(study, knowledge, namesakes):
    study.proteins.loc[39, ["accession", "accessions", "organism"]] = ["Q1", "Q1", "Homo sapiens"]
    summary, table, samples = run(study, knowledge, **namesakes)
    assert table["serum_flag"].fillna("")[["P0", "P3", "P4"]].tolist() == ["", "", "not run"]
    assert table.loc["P1", "serum_flag"].startswith("shared with a serum protein: 0 of 3")
    assert samples["serum_share"].isna().all()  # serum alone was never looked for: not 0
    linear = 2**study.intensities
    possible = linear.loc[20] * 4 / 7 + linear.loc[21] + linear.loc[22] * 6 / 7
    np.testing.assert_allclose(samples["serum_share_upper"], possible / linear.sum(), rtol=1e-8)
    assert warning(summary, "told from serum by their peptides")


def test_an_accession_of_the_serum_fasta_is_a_serum_protein_without_any_organism(study, knowledge, namesakes):
    study.proteins.loc[38, ["accession", "accessions", "organism"]] = ["B2", "B2", ""]
    assert run(study, knowledge)[1]["serum_flag"].fillna("")["P18"] == ""
    flag = run(study, knowledge, serum_fasta=namesakes["serum_fasta"])[1].loc["P18", "serum_flag"]
    assert flag == "serum protein of Bos taurus"


def test_the_lower_share_is_never_above_the_upper_one(study, knowledge, namesakes):
    _, _, samples = run(study, knowledge, **namesakes)
    assert (samples["serum_share"] < samples["serum_share_upper"]).all()


def test_equine_sequences_that_were_given_silence_the_warning(study, knowledge, namesakes):
    study.samples["medium"] = "DMEM, 2 % HS"
    assert warning(run(study, knowledge, **namesakes)[0], "says horse serum")
    equine = study.folder / "equine.fasta"
    equine.write_text(">sp|E1|X_HORSE X OS=Equus caballus OX=9796\nMKK\n", encoding="utf-8")
    more = namesakes | {"serum_fasta": [*namesakes["serum_fasta"], equine]}
    assert not warning(run(study, knowledge, **more)[0], "says horse serum")


def test_a_serum_fasta_of_the_host_alone_is_refused_and_nothing_is_written(study, knowledge, namesakes):
    namesakes["serum_fasta"][0].write_text(">sp|P0|CATB_HUMAN X OS=Homo sapiens\nMKK\n", encoding="utf-8")
    paths = study.write()
    with pytest.raises(InputError, match=r"bovine\.fasta: no sequence in it"):
        secretome(**paths, settings=SETTINGS, knowledge=knowledge, **namesakes)
    assert not paths["out"].parent.exists()


# ---- blanks --------------------------------------------------------------------------------------------------------


def with_blanks(study):
    """Add two blanks: of P0 and P1 as much and a quarter of the media's mean, P2 in one of them, nothing else."""
    study.samples.loc[7] = ["k1", "k1", "rest", "blank"]
    study.samples.loc[8] = ["k2", "k2", "rest", "blank"]
    level = study.intensities.iloc[:, :6].mean(axis=1)
    for name in ("k1", "k2"):
        study.intensities[name] = np.nan
        study.intensities.loc[20:21, name] = level.loc[20:21] - [0, 2]
    study.intensities.loc[22, "k1"] = level[22] + 3
    raw = study.intensities.set_axis(study.proteins["protein_group"]).reset_index()
    study.intensities[["k1", "k2"]] += 50  # what normalization must not decide
    files.write_table(study.folder / "quantified" / "log2.tsv", raw)


def test_blanks_are_compared_before_normalization(study, knowledge):
    with_blanks(study)
    summary, table, _ = run(study, knowledge)
    np.testing.assert_allclose(table.loc["P0":"P2", "blank_log2_ratio"], [0, 2, -3], atol=1e-8)
    assert table.loc["P0":"P3", "n_blank"].tolist() == [2, 2, 1, 0]
    assert table["blank_flag"].fillna("")["P0":"P3"].tolist() == [
        "in the blank as much as in the medium",
        "",
        "in the blank as much as in the medium",
        "not in the blank",
    ]
    assert np.isnan(table.loc["P3", "blank_log2_ratio"])
    assert summary.counts["protein groups in the blank as much as in the medium"] == 2


def test_a_normalization_factor_counts_where_blanks_have_one_too(study, knowledge):
    with_blanks(study)
    study.samples["normalization_factor"] = ["4"] * 6 + ["", "1", "1"]
    summary, table, _ = run(study, knowledge)
    np.testing.assert_allclose(table.loc["P0":"P2", "blank_log2_ratio"], [-2, 0, -5], atol=1e-8)
    assert not warning(summary, "normalization_factor")
    study.samples.loc[8, "normalization_factor"] = ""
    summary, table, _ = run(study, knowledge)
    np.testing.assert_allclose(table.loc["P0":"P2", "blank_log2_ratio"], [0, 2, -3], atol=1e-8)
    assert warning(summary, "normalization_factor is not given for every medium and blank")


def test_without_blanks_they_are_not_run(study, knowledge):
    _, table, _ = run(study, knowledge)
    assert set(table["blank_flag"]) == {"not run"}
    assert table[["n_blank", "blank_log2_ratio"]].isna().all(axis=None)


def test_blanks_leave_leak_and_the_outliers_of_the_media_as_they_are(study, knowledge):
    before = run(study, knowledge)
    with_blanks(study)
    after = run(study, knowledge)
    columns = ["leak_marker", "leak_probability", "leak_flag"]
    pd.testing.assert_frame_equal(after[1][columns], before[1][columns])
    pd.testing.assert_frame_equal(
        after[2].loc[before[2].index, ["leak_index", "outlier"]], before[2][["leak_index", "outlier"]]
    )
