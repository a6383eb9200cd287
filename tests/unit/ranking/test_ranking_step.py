"""Laws of the ranking step, files to files."""

import pandas as pd
import pytest

from myosieve import files, schema, settings
from myosieve.errors import InputError
from myosieve.ranking.step import rank


def run(study):
    paths = study.write()
    summary = rank(**paths, settings=study.settings)
    return summary, files.read_table(paths["out"], schema.CANDIDATES)


def contrast(table, name="late"):
    return table[table["contrast"] == name].set_index("protein_group")


def test_every_protein_group_of_every_contrast_has_a_row_in_order(study):
    _, table = run(study)
    assert table["contrast"].tolist() == ["late"] * 8 + ["early"] * 8
    late = contrast(table)
    assert late["rank"].tolist()[:5] == [1, 2, 3, 4, 5]
    assert late.index.tolist()[5:] == ["ABSENT", "BOVINE", "ONCE"]  # the excluded, by protein group


def test_a_row_is_ranked_or_says_why_not(study):
    _, table = run(study)
    ranked = table["rank"].notna()
    assert (table["excluded_because"].isna() == ranked).all()
    assert (table["rank_low"].notna() == ranked).all()
    assert contrast(table).loc["ABSENT", "excluded_because"] == "seen in 5 of 5 treatment and 0 of 5 control samples"
    assert pd.isna(contrast(table).loc["ABSENT", "score"])


def test_scores_are_shares_and_fall_with_the_rank(study):
    _, table = run(study)
    scores = contrast(table)["score"].dropna()
    assert scores.between(0, 1).all()
    assert contrast(table)["score"].iloc[:5].is_monotonic_decreasing


def test_the_evidence_orders_the_proteins_as_planted(study):
    late = contrast(run(study)[1])["rank"]
    assert late["GOOD"] < late["SHED"] < late["INSIDE"]
    assert late["DOWN"] < late["FLAT"]  # down counts as much as up


def test_the_filters_reason_wins(study):
    study.proteins.loc[0, "excluded_because"] = "decoy hit"
    assert contrast(run(study)[1]).loc["GOOD", "excluded_because"] == "decoy hit"


def test_ties_go_to_the_lower_q_value_then_the_larger_change_then_the_name(study):
    study.annotation["secretion_class"] = "classical"
    study.receptors["ligand_accession"] = "NOBODY"
    rows = study.differential.set_index("protein_group")
    # effect and significance (1 below q = 0.01) are the same for all of them, so that only the tie-break is left
    rows.loc[["GOOD", "SHED", "INSIDE", "FLAT"], ["ci_low", "ci_high", "q_value"]] = [1.5, 2.5, 0.001]
    rows.loc["SHED", "q_value"] = 0.0001
    rows.loc["INSIDE", "log2fc"] = 2.1
    rows.loc["FLAT", "log2fc"] = 2.0
    study.differential = rows.reset_index()[study.differential.columns]
    late = contrast(run(study)[1])
    assert len(set(late["score"].iloc[:4])) == 1
    assert late.index[:4].tolist() == ["SHED", "INSIDE", "FLAT", "GOOD"]


def test_a_known_myokine_is_shown_and_not_scored(study):
    known = contrast(run(study)[1])
    assert known.loc["GOOD", ["known_myokine", "target_organs"]].tolist() == ["goodin", "liver"]
    study.myokines["accession_human"] = "SHED"
    moved = contrast(run(study)[1])
    assert moved.loc["SHED", "known_myokine"] == "goodin"
    shown = ["known_myokine", "target_organs", "reason"]
    pd.testing.assert_frame_equal(known.drop(columns=shown), moved.drop(columns=shown))


def test_a_protein_with_the_gene_of_a_myokine_is_not_that_myokine(study):
    study.proteins["gene"] = "GDX"
    late = contrast(run(study)[1])
    assert late["known_myokine"].notna().sum() == 1
    assert late["receptors"].notna().sum() == 1


def test_the_decoy_of_a_myokine_is_no_myokine(study):
    study.proteins.loc[0, ["decoy", "excluded_because"]] = ["yes", "decoy"]
    late = contrast(run(study)[1])
    assert late[["known_myokine", "receptors"]].isna().all().all()


def test_the_organism_decides_which_accessions_count(study):
    study.settings["organism"] = "mouse"
    late = contrast(run(study)[1])
    assert late["known_myokine"].isna().all()
    assert late.loc["INSIDE", "receptors"] == "INSR (9)"
    study.settings["organism"] = "rat"
    summary, table = run(study)
    assert table["d_receptor"].isna().all()
    assert any("no receptors are known for rat" in text for text in summary.warnings)


def test_what_is_not_run_stays_missing(study):
    study.secretome["leak_flag"], study.secretome["serum_flag"] = "not run", "not run"
    study.secretome["leak_probability"] = None
    study.annotation["secretion_class"] = "unknown"
    summary, table = run(study)
    assert table[["d_leak", "d_purity", "d_secretion"]].isna().all().all()
    assert contrast(table)["score"].notna().sum() == 7
    assert any("leak, purity, lysate, secretion" in text for text in summary.methods)
    assert any("give the FASTA" in text for text in summary.warnings)


def test_the_strict_profile_loses_the_shed_protein_that_the_default_ranks(study):
    assert contrast(run(study)[1]).loc["SHED", "rank"] > 0
    config = {"studies": {"one": {"ranking": {"profile": "strict", "draws": 50}}}}
    study.settings["ranking"] = settings.study_settings(config, "one")["ranking"]
    summary, table = run(study)
    late = contrast(table)
    assert pd.isna(late.loc["SHED", "rank"])
    assert late.loc["SHED", "excluded_because"] == "secretion class shed, and ranking.classes is classical"
    assert any("profile strict" in text for text in summary.methods)
    assert "Only proteins of these secretion classes were ranked: classical." in summary.methods
    assert late["rank"].notna().sum() == 3  # GOOD, DOWN, FLAT


def test_not_significant_is_said_and_does_not_exclude(study):
    flat = contrast(run(study)[1]).loc["FLAT"]
    assert flat["d_effect"] == 0
    assert flat["rank"] > 0
    assert "not significant at 5 % FDR; the confidence interval covers 0" in flat["reason"]


def test_swapping_treatment_and_control_flips_direction_and_nothing_else(study):
    before = contrast(run(study)[1])
    table = study.differential
    table[["log2fc", "ci_low", "ci_high"]] = -table[["log2fc", "ci_high", "ci_low"]].to_numpy()
    table[["n_treatment", "n_control"]] = table[["n_control", "n_treatment"]].to_numpy()
    after = contrast(run(study)[1])
    assert before["direction"].dropna().map({"up": "down", "down": "up"}).equals(after["direction"].dropna())
    flipped = ["direction", "log2fc", "ci_low", "ci_high", "n_treatment", "n_control", "reason"]
    pd.testing.assert_frame_equal(before.drop(columns=flipped), after.drop(columns=flipped))


def test_two_runs_and_any_row_order_write_the_same_bytes(study):
    def written():
        paths = study.write()
        rank(**paths, settings=study.settings)
        return paths["out"].read_bytes()

    first = written()
    assert written() == first
    for name in ("proteins", "annotation", "secretome"):
        setattr(study, name, getattr(study, name).sample(frac=1, random_state=4))
    blocks = [block.sample(frac=1, random_state=4) for _, block in study.differential.groupby("contrast", sort=False)]
    study.differential = pd.concat(blocks)
    assert written() == first


def test_another_contrast_beside_it_changes_no_rank_interval(study):
    both = contrast(run(study)[1])
    study.differential = study.differential[study.differential["contrast"] == "late"]
    pd.testing.assert_frame_equal(both, contrast(run(study)[1]))


def test_the_summary_counts_every_row(study):
    summary, table = run(study)
    late = {key.removeprefix("late: "): value for key, value in summary.counts.items() if key.startswith("late: ")}
    assert late.pop("ranked and significant at 5 % FDR") == 4  # all ranked but FLAT
    assert sum(late.values()) == len(table) / 2
    assert late["not ranked, serum protein"] == 1
    assert summary.seeds == {"ranking": study.settings["ranking"]["seed"]}


@pytest.mark.parametrize("name", ["proteins", "annotation", "secretome", "differential"])
def test_a_protein_group_missing_in_one_table_is_named_with_the_file(study, name):
    setattr(study, name, getattr(study, name).iloc[1:])
    with pytest.raises(InputError, match=rf"{name}\.tsv: protein group 'GOOD'"):
        run(study)
    assert not (study.folder / "out").exists()


@pytest.mark.parametrize("name", ["receptors.tsv", "myokines.tsv"])
def test_an_absent_knowledge_file_is_named(study, name):
    paths = study.write()
    (paths["knowledge"] / name).unlink()
    with pytest.raises(InputError, match=name):
        rank(**paths, settings=study.settings)


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("knots", {"leak": [0.5, 0.5]}, r"ranking\.knots\.leak: both knots are 0\.5"),
        ("weights", dict.fromkeys(("secretion", "receptor", "expression", "assay"), 0), "assay are all 0"),
    ],
)
def test_settings_that_leave_nothing_to_score_by_are_refused(study, part, value, words):
    study.settings["ranking"][part] = study.settings["ranking"][part] | value
    with pytest.raises(InputError, match=words):
        run(study)


def test_a_share_of_one_lets_the_experiment_decide_alone(study):
    study.settings["ranking"]["experiment_share"] = 1.0
    late = contrast(run(study)[1])
    tested = late[late["score"].notna()]
    pd.testing.assert_series_equal(tested["score"], tested["score_experiment"], check_names=False)


def test_the_second_opinion_ranks_the_same_rows_and_goes_by_no_weight(study):
    late = contrast(run(study)[1])
    ranked = late[late["rank"].notna()]
    assert sorted(ranked["rra_rank"]) == [1, 2, 3, 4, 5]
    assert ranked.sort_values("rra_rank")["rra_p"].is_monotonic_increasing
    assert ranked["rra_p"].between(0, 1).all()
    assert late.loc[late["rank"].isna(), ["rra_rank", "rra_p"]].isna().all(axis=None)
    study.settings["ranking"]["weights"] |= {"effect": 5.0, "secretion": 0.1}
    again = contrast(run(study)[1])
    assert (again.sort_index()["score"] != late.sort_index()["score"]).any()
    pd.testing.assert_series_equal(again["rra_p"].sort_index(), late["rra_p"].sort_index())


def test_values_beyond_the_knots_are_told_apart_by_the_second_opinion(study):
    rows = study.differential.set_index("protein_group")
    rows.loc["GOOD", ["ci_low", "ci_high", "q_value"]] = [7.0, 9.0, 1e-9]
    rows.loc["SHED", ["ci_low", "ci_high", "q_value"]] = [6.0, 8.0, 1e-7]
    study.differential = rows.reset_index()[study.differential.columns]
    study.annotation["secretion_class"] = "classical"
    study.receptors["ligand_accession"] = "NOBODY"
    late = contrast(run(study)[1])
    assert late.loc["GOOD", "d_effect"] == late.loc["SHED", "d_effect"] == 1
    assert late.loc["GOOD", "rra_p"] < late.loc["SHED", "rra_p"]


def test_a_contrast_in_which_nothing_can_be_ranked_has_no_second_opinion(study):
    study.settings["ranking"]["min_peptides"] = 1000
    _, table = run(study)
    assert table[["rank", "rank_low", "rank_high", "rra_rank", "rra_p"]].isna().all(axis=None)
    assert table["excluded_because"].notna().all()


def test_a_criterion_without_weight_has_no_say_in_the_second_opinion(study):
    before = contrast(run(study)[1])["rra_p"].sort_index()
    study.settings["ranking"]["weights"]["secretion"] = 0
    study.annotation["secretion_class"] = "intracellular"
    after = contrast(run(study)[1])["rra_p"].sort_index()
    study.annotation["secretion_class"] = "classical"
    pd.testing.assert_series_equal(contrast(run(study)[1])["rra_p"].sort_index(), after)
    assert (before != after).any()


def test_of_two_equal_intervals_the_one_that_is_no_finding_among_thousands_ranks_behind(study):
    rows = study.differential.set_index("protein_group")
    rows.loc["SHED", "q_value"] = 0.4
    study.differential = rows.reset_index()[study.differential.columns]
    study.annotation["secretion_class"] = "classical"
    study.receptors["ligand_accession"] = "NOBODY"
    late = contrast(run(study)[1])
    assert late.loc["SHED", "d_effect"] == late.loc["GOOD", "d_effect"] > 0
    assert late.loc["SHED", "d_significance"] == 0
    assert late.loc["SHED", "rank"] > late.loc["DOWN", "rank"]


def test_a_knot_that_is_no_q_value_is_refused(study):
    study.settings["ranking"]["knots"]["significance"] = [2, 0.01]
    with pytest.raises(InputError, match="no q-value"):
        run(study)
