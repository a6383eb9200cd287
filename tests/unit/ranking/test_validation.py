"""Recovery, leave-one-out, fame and base rates of one contrast, from a made background."""

import numpy as np
import pandas as pd
import pytest

from myosieve.ranking.base_rates import base_rates
from myosieve.ranking.recovery import fame_matched, leave_one_out, recovery
from myosieve.ranking.validation import FEWEST_POSITIVES, PREDICTORS, fame, judged
from myosieve.statistics.auroc import area


def made(n: int = 200, positives: int = 20, shift: float = 1.0, seed: int = 1) -> pd.DataFrame:
    """Judged rows: the first ones are known myokines, and stand `shift` higher by the score."""
    random = np.random.default_rng(seed)
    positive = np.arange(n) < positives
    table = pd.DataFrame(
        {"protein_group": [f"P{i:03d}" for i in range(n)], "accession": [f"P{i:03d}" for i in range(n)]}
    )
    table["gene"] = [f"G{i}" for i in range(n)]
    table["known_myokine"] = np.where(positive, "made myokine", "")
    for column in PREDICTORS.values():
        table[column] = random.normal(size=n)
    table["score"] += shift * positive
    table["papers"] = np.exp(random.normal(4, 1, n) + positive).round()
    table["q_value"] = random.random(n)
    table["secretion_class"] = np.where(random.random(n) < 0.7, "classical", "shed")
    return table.assign(
        scored=True, secreted=True, background=True, positive=positive, core=positive & (np.arange(n) % 2 == 0)
    )


def by(rows: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(rows).set_index(["analysis", "measure", "predictor"])


def measured(table: pd.DataFrame) -> pd.DataFrame:
    return by(recovery(table, "recovery", table["positive"].to_numpy(), 200, np.random.default_rng(1)))


def test_every_order_has_its_area_enrichment_and_numbers() -> None:
    table = made()
    found = measured(table)
    for name, column in PREDICTORS.items():
        own = found.loc[("recovery", "auroc", name)]
        assert own["value"] == pytest.approx(area(table[column].to_numpy(), table["positive"].to_numpy()))
        assert own["ci_low"] < own["value"] < own["ci_high"]
        assert (own["n_positive"], own["n_background"]) == (20, 200)
    first = set(table.sort_values("score", ascending=False).head(25)["protein_group"])
    hits = table.loc[table["protein_group"].isin(first), "positive"].sum()
    assert found.loc[("recovery", "recovered@25", "score"), "value"] == hits
    assert found.loc[("recovery", "enrichment@25", "score"), "value"] == pytest.approx((hits / 25) / (20 / 200))


def test_a_score_that_knows_the_positives_beats_fame_and_one_that_turns_them_down_is_beaten() -> None:
    better = measured(made(shift=3)).loc[("recovery", "auroc_difference", "score - fame")]
    assert better["ci_low"] > 0
    worse = measured(made(shift=-1)).loc[("recovery", "auroc_difference", "score - fame")]
    assert worse["ci_high"] < 0


@pytest.mark.parametrize("positives", [0, FEWEST_POSITIVES - 1])
def test_too_few_positives_leave_the_measures_empty_with_the_reason(positives) -> None:
    table = made(positives=positives)
    random = np.random.default_rng(1)
    for rows in (measured(table), by(fame_matched(table, 100, random))):
        assert rows[["value", "ci_low", "ci_high", "p_value"]].isna().all(axis=None)
        assert rows["note"].str.contains(f"{positives} known myokines among", regex=False).all()
        assert rows["note"].str.contains("too few").all()
    assert len(leave_one_out(table)) == positives * len(PREDICTORS)


def test_a_background_of_positives_alone_or_of_nothing_says_so() -> None:
    table = made(n=30, positives=30)
    assert measured(table)["note"].str.contains("nothing to hold them against").all()
    rows = measured(made().iloc[:0])
    assert rows["value"].isna().all()
    assert rows.loc[("recovery", "auroc", "score"), "note"] == "no detected secreted protein has a score"
    assert by(fame_matched(made().iloc[:0], 100, np.random.default_rng(1)))["value"].isna().all()


def test_no_more_proteins_than_places_have_no_enrichment() -> None:
    rows = measured(made(n=40, positives=10))
    assert rows.loc[("recovery", "enrichment@25", "score"), "value"] > 0
    assert rows.loc[("recovery", "enrichment@50", "score"), "note"] == "40 proteins: no more than the first 50"


def test_without_papers_fame_is_not_known_and_the_score_is_measured() -> None:
    table = made().assign(papers=np.nan)
    rows = measured(table)
    assert "genes.tsv.gz" in rows.loc[("recovery", "auroc", "fame"), "note"]
    assert "genes.tsv.gz" in rows.loc[("recovery", "auroc_difference", "score - fame"), "note"]
    assert rows.loc[("recovery", "auroc", "score"), "value"] > 0.6
    matched = by(fame_matched(table, 100, np.random.default_rng(1)))
    assert matched["value"].isna().all()
    assert matched["note"].str.contains("genes.tsv.gz").all()


def test_proteins_without_papers_are_left_out_of_fame_and_not_counted_as_unknown_to_it() -> None:
    table = made()
    table.loc[[0, 100, 101], "papers"] = np.nan
    rows = measured(table)
    assert rows.loc[("recovery", "auroc", "fame"), ["n_positive", "n_background"]].tolist() == [19, 197]
    assert rows.loc[("recovery", "auroc", "score"), ["n_positive", "n_background"]].tolist() == [20, 200]


def test_fame_is_chance_against_proteins_as_famous_and_the_score_keeps_what_it_knows() -> None:
    table = made(n=400, positives=40, shift=1.5)
    rows = by(fame_matched(table, 200, np.random.default_rng(1)))
    plain = area(table["papers"].to_numpy(), table["positive"].to_numpy())
    assert plain > 0.7
    assert rows.loc[("fame_matched", "auroc", "fame"), "value"] == pytest.approx(0.5, abs=0.03)
    assert rows.loc[("fame_matched", "auroc", "score"), "ci_low"] > 0.6


def test_a_known_myokine_stands_where_it_would_if_nobody_knew_it() -> None:
    table = made(n=50, positives=5)
    rows = pd.DataFrame(leave_one_out(table))
    rows = rows[rows["predictor"] == "score"]
    for i, value in zip(range(5), rows["value"], strict=True):
        others = np.delete(table["score"].to_numpy(), i)
        assert value == pytest.approx((others < table["score"][i]).mean())
    assert rows["note"].iloc[0] == "G0, P000, made myokine, core list"
    # the list enters no order: with another one the same protein stands where it stood
    again = table.assign(positive=np.arange(50) == 0)
    assert pd.DataFrame(leave_one_out(again))["value"].iloc[0] == rows["value"].iloc[0]


def test_the_mean_percentile_with_ties_is_chance_for_a_constant_score() -> None:
    rows = pd.DataFrame(leave_one_out(made().assign(score=1.0)))
    assert (rows.loc[rows["predictor"] == "score", "value"] == 0.5).all()


# ---- base rates ----------------------------------------------------------------------------------------------------


def test_a_class_that_is_more_frequent_among_hits_has_odds_above_one() -> None:
    table = made(n=400)
    inside = np.arange(400) >= 200
    table["secretion_class"] = np.where(inside, "intracellular", table["secretion_class"])
    table["secreted"] = table["background"] = ~inside
    table["q_value"] = np.where(inside, 0.5, np.where(np.arange(400) < 60, 0.01, 0.5))
    rows = by(base_rates(table, 0.05))
    own = rows.loc[("base_rate", "secreted", "hits")]
    assert own["ci_low"] > 1
    assert own["p_value"] < 1e-6
    assert own["note"] == "60 of 60 chosen, 140 of 340 others"
    assert (own["n_positive"], own["n_background"]) == (200, 400)
    known = rows.loc[("base_rate", "known_myokine", "hits")]
    assert known["n_background"] == 200
    assert known["note"] == "20 of 60 chosen, 0 of 140 others"


def test_unknown_classes_are_in_no_base_rate_of_a_class() -> None:
    table = made(n=100)
    table.loc[:29, "secretion_class"] = "unknown"
    rows = by(base_rates(table, 0.05))
    assert rows.loc[("base_rate", "classical", "hits"), "n_background"] == 70


def test_without_a_hit_there_is_nothing_to_compare() -> None:
    rows = by(base_rates(made().assign(q_value=0.9), 0.05))
    own = rows.loc[("base_rate", "secreted", "hits")]
    assert np.isnan(own["value"])
    assert "one side is empty" in own["note"]


def test_the_classes_among_the_best_by_score_come_with_a_word_on_the_circle() -> None:
    rows = by(base_rates(made(), 0.05))
    assert "the score favors secretion classes" in rows.loc[("base_rate", "classical", "top25_score"), "note"]
    assert "favors" not in rows.loc[("base_rate", "classical", "top25_score_experiment"), "note"]


# ---- who is judged -------------------------------------------------------------------------------------------------


def test_fame_is_that_of_the_most_written_about_accession_of_the_organism() -> None:
    proteins = pd.DataFrame({"accessions": ["P1;P2-3", "P3", "P4", "P1"], "decoy": ["no", "no", "no", "yes"]})
    genes = pd.DataFrame(
        [("human", "P1", 10.0), ("human", "P2", 30.0), ("mouse", "P3", 99.0)],
        columns=["organism", "accession", "papers"],
    )
    found = fame(proteins, genes, "human")
    assert found.iloc[0] == 30
    assert found.iloc[1:].isna().all()


def test_only_what_passed_the_filter_and_is_no_serum_is_judged_and_only_secreted_scored_ones_are_background() -> None:
    names = ["GOOD", "FILTERED", "SERUM", "INSIDE", "UNSCORED"]
    candidates = pd.DataFrame({"contrast": "c", "protein_group": names, "log2fc": 1.0, "known_myokine": "x"})
    candidates["score"] = [0.5, 0.5, 0.5, 0.5, np.nan]
    candidates["secretion_class"] = ["classical", "classical", "classical", "intracellular", "classical"]
    candidates["serum_flag"] = ["", "", "serum protein of Bos taurus", "", ""]
    tests = pd.DataFrame({"contrast": "c", "protein_group": names, "log10_p": -2.0, "mean_log2": 20.0})
    proteins = pd.DataFrame({"protein_group": names, "excluded_because": ["", "decoy", "", "", ""]})
    core = np.array([True, True, True, True, False])
    found = judged(candidates, tests, proteins, pd.Series(3.0, index=range(5)), core).set_index("protein_group")
    assert sorted(found.index) == ["GOOD", "INSIDE", "UNSCORED"]
    assert found.index[found["background"]].tolist() == ["GOOD"]
    assert found.index[found["positive"]].tolist() == found.index[found["core"]].tolist() == ["GOOD"]
    assert found.loc["GOOD", ["minus_log10_p", "abs_log2fc", "papers"]].tolist() == [2, 1, 3]
