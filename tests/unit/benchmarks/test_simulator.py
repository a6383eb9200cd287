"""The simulated experiments obey what their documentation says, and the scores count what they say."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks" / "truth"))

from methods import METHODS, PRECURSOR_METHODS, downshifted, linked, lowest
from score import (
    false_discovery_proportion,
    mean_and_half_width,
    partial_auc,
    power,
    right_calls,
    scored,
)
from simulate import SCENARIOS, Parameters, Scenario, Simulated, sheet_of, simulate

SMALL = Parameters(proteins=400)
# Nothing is missing and nothing varies: what is left is the truth.
EXACT = replace(SMALL, biology_sd=0.0, precursor_sd=0.0, missing=0.0)


def columns(data: Simulated, condition: str) -> pd.DataFrame:
    return data.proteins.loc[:, (data.sheet["condition"] == condition).to_numpy()]


def difference(data: Simulated) -> pd.Series:
    return columns(data, "treatment").mean(axis=1) - columns(data, "control").mean(axis=1)


def test_a_seed_makes_the_same_data_set_again_and_another_seed_another() -> None:
    first, again, other = (simulate("batch_missing_4", seed, SMALL) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first.proteins, again.proteins)
    pd.testing.assert_frame_equal(first.precursors, again.precursors)
    pd.testing.assert_frame_equal(first.truth, again.truth)
    assert not first.truth["log2fc"].equals(other.truth["log2fc"])


@pytest.mark.parametrize("name", ["two_groups_4", "two_groups_6", "batch_6", "matching_4"])
def test_a_quarter_of_the_protein_table_is_empty_whatever_the_number_of_samples(name: str) -> None:
    share = simulate(name, 1).proteins.isna().to_numpy().mean()
    # Over about 1,600 proteins whose own shares have a standard deviation of at most 0.4: twice the standard error.
    assert share == pytest.approx(0.25, abs=0.02)


def test_proteins_have_a_value_exactly_where_a_precursor_is_seen_and_none_is_never_seen() -> None:
    data = simulate("two_groups_4", 1, SMALL)
    seen = data.precursors.notna().groupby(level="protein_group").any()
    pd.testing.assert_frame_equal(data.proteins.notna(), seen, check_names=False)
    assert data.proteins.notna().any(axis=1).all()
    assert list(data.truth.index) == list(data.proteins.index)


@pytest.mark.parametrize("kind", ["two_groups", "batch", "paired", "shift", "unequal_variances"])
def test_without_noise_and_losses_the_conditions_differ_by_the_truth(kind: str) -> None:
    data = simulate(f"{kind}_4", 1, EXACT)
    assert len(data.proteins) == EXACT.proteins
    error = difference(data) - data.truth["log2fc"]
    # Normalization by medians leaves one constant behind; the others none.
    centered = error - error.median() if kind == "shift" else error
    np.testing.assert_allclose(centered, 0, atol=1e-9)


def test_the_shares_and_sizes_of_changes_are_those_asked_for() -> None:
    truth = simulate("two_groups_4", 1, EXACT).truth
    # 7 % and 3 % of 400.
    assert truth["kind"].value_counts().to_dict() == {"null": 360, "changed": 28, "on_off": 12}
    sizes = truth["log2fc"].abs().groupby(truth["kind"]).agg(["min", "max"])
    assert (sizes.loc["null"] == 0).all()
    assert (sizes.loc["on_off"] == 6).all()
    assert sizes.loc["changed", "min"] >= 0.5
    assert sizes.loc["changed", "max"] <= 2.5
    assert 0 < (truth["log2fc"] > 0).sum() < 40


def test_an_off_protein_is_lower_in_the_condition_in_which_it_is_off_not_higher_in_the_other() -> None:
    on_off, nothing = (simulate(Scenario(null=null), 1, EXACT) for null in (False, True))
    ups = on_off.truth.index[on_off.truth["log2fc"] == 6]
    np.testing.assert_allclose(columns(on_off, "treatment").loc[ups], columns(nothing, "treatment").loc[ups])
    np.testing.assert_allclose(columns(on_off, "control").loc[ups], columns(nothing, "control").loc[ups] - 6)


def test_faint_proteins_are_missing_more_often() -> None:
    seen = simulate("two_groups_6", 1, replace(SMALL, changed=0.0, on_off=0.0)).proteins
    level, missing = seen.mean(axis=1), seen.isna().mean(axis=1)
    low, high = missing[level < level.median()].mean(), missing[level >= level.median()].mean()
    assert low > high + 0.2


def test_a_difference_in_depth_loses_values_of_the_treatment_and_gains_values_of_the_control() -> None:
    plain, shallow = (simulate(name, 2, SMALL) for name in ("two_groups_4", "depth_4"))
    shared = plain.proteins.index.intersection(shallow.proteins.index)
    for condition, sign in (("control", 1), ("treatment", -1)):
        before, after = (columns(data, condition).loc[shared].notna().to_numpy(int) for data in (plain, shallow))
        assert (sign * (after - before) >= 0).all()
        assert sign * (after.sum() - before.sum()) > 0.02 * before.sum()


def test_a_prefiltered_table_has_no_condition_with_a_single_value() -> None:
    data = simulate("prefiltered_4", 1, SMALL)
    for condition in ("control", "treatment"):
        counts = columns(data, condition).notna().sum(axis=1)
        assert not (counts == 1).any()
        assert (counts == 2).any()


def test_matching_between_runs_makes_precursors_come_and_go_with_the_condition() -> None:
    def one_sided(name: str) -> float:
        data = simulate(name, 1, replace(SMALL, changed=0.0, on_off=0.0))
        treated = (data.sheet["condition"] == "treatment").to_numpy()
        share = data.precursors.notna()
        return float(((share.loc[:, treated].mean(axis=1) - share.loc[:, ~treated].mean(axis=1)).abs() == 1).mean())

    assert one_sided("matching_6") > 2 * one_sided("two_groups_6")


def test_nothing_changes_in_a_null_experiment() -> None:
    truth = simulate("null_4", 1, SMALL).truth
    assert (truth["log2fc"] == 0).all()
    assert (truth["kind"] == "null").all()


def test_the_variance_of_the_treatment_is_four_times_that_of_the_control() -> None:
    data = simulate("unequal_variances_6", 1, replace(EXACT, proteins=2000, biology_sd=0.3, changed=0.0, on_off=0.0))
    ratio = columns(data, "treatment").var(axis=1).mean() / columns(data, "control").var(axis=1).mean()
    assert ratio == pytest.approx(4, rel=0.1)  # 10,000 degrees of freedom on each side, heavy-tailed


def test_every_subject_gives_a_sample_to_both_conditions() -> None:
    sheet = sheet_of(SCENARIOS["paired_6"])
    assert (sheet.groupby("subject")["condition"].nunique() == 2).all()
    assert sheet["subject"].nunique() == 6


def test_unbalanced_batches_hold_three_quarters_of_one_condition_and_one_quarter_of_the_other() -> None:
    sheet = sheet_of(SCENARIOS["batch_missing_4"])
    counts = pd.crosstab(sheet["batch"], sheet["condition"])
    assert counts.loc["batch1"].to_dict() == {"control": 3, "treatment": 1}
    assert counts.loc["batch2"].to_dict() == {"control": 1, "treatment": 3}


@pytest.mark.parametrize("name", [name for name in SCENARIOS if not name.endswith("_6")])
def test_every_method_tests_every_scenario_in_the_shape_that_is_scored(name: str) -> None:
    data = simulate(name, 1, replace(SMALL, proteins=200))
    for method in (METHODS | PRECURSOR_METHODS).values():
        found = method(data)
        assert list(found.columns) == ["protein_group", "log2fc", "p_value", "q_value"]
        assert found["protein_group"].is_unique
        assert found["protein_group"].isin(data.proteins.index).all()
        tested = found.dropna(subset="p_value")
        assert (tested["q_value"] >= tested["p_value"]).all()
        assert 0 <= scored(found, data.truth)["fdp"] <= 1


def test_large_changes_are_found_in_their_direction_by_every_method() -> None:
    data = simulate("two_groups_6", 1, replace(SMALL, changed_least=2.4, biology_sd=0.05, precursor_sd=0.05, missing=0))
    for name, method in METHODS.items():
        assert scored(method(data), data.truth)["power_changed"] > 0.9, name


def test_the_t_tests_agree_with_scipy() -> None:
    from scipy.stats import ttest_ind

    data = simulate("two_groups_6", 1, SMALL)
    rows = METHODS["welch"](data)
    control, treatment = (columns(data, name) for name in ("control", "treatment"))
    enough = ((control.notna().sum(axis=1) >= 2) & (treatment.notna().sum(axis=1) >= 2)).to_numpy()
    assert (rows["p_value"].notna() == enough).all()
    wanted = ttest_ind(treatment[enough], control[enough], axis=1, equal_var=False, nan_policy="omit").pvalue
    np.testing.assert_allclose(rows["p_value"][enough], wanted, rtol=1e-9)
    rows = METHODS["perseus"](data).set_index("protein_group")
    filled = downshifted(data.proteins).loc[rows.index]
    wanted = ttest_ind(filled[treatment.columns], filled[control.columns], axis=1).pvalue
    np.testing.assert_allclose(rows["p_value"], wanted, rtol=1e-9)


def test_imputation_keeps_what_was_observed_and_fills_the_rest_from_below() -> None:
    values = simulate("two_groups_6", 1, SMALL).proteins
    for filled in (downshifted(values), lowest(values)):
        assert filled.notna().to_numpy().all()
        pd.testing.assert_frame_equal(filled.where(values.notna()), values)
        assert (filled.where(values.isna()).mean() < values.quantile(0.25)).all()


def test_linked_leaves_out_the_proteins_whose_conditions_share_no_precursor() -> None:
    data = simulate("matching_4", 1, SMALL)
    treated = (data.sheet["condition"] == "treatment").to_numpy()
    seen = data.precursors.notna().to_numpy()
    shares = seen[:, treated].any(axis=1) & seen[:, ~treated].any(axis=1)
    wanted = {name for (name, _), share in zip(data.precursors.index, shares, strict=True) if share}
    assert 0 < len(wanted) < len(data.proteins)
    assert set(linked(data)["protein_group"]) == wanted


# ---- scores --------------------------------------------------------------------------------------------------------


def test_a_call_in_the_wrong_direction_is_a_false_discovery_and_no_power() -> None:
    right = right_calls(np.array([1.0, -1.0, 1.0]), np.array([2.0, 2.0, 0.0]))
    assert right.tolist() == [True, False, False]
    called, true = np.array([True, True, True]), np.array([True, True, False])
    assert false_discovery_proportion(called, right) == pytest.approx(2 / 3)
    assert power(called, right, true) == pytest.approx(1 / 2)


def test_without_calls_nothing_is_false() -> None:
    assert false_discovery_proportion(np.zeros(3, dtype=bool), np.ones(3, dtype=bool)) == 0


def test_scores_count_proteins_by_name_and_those_without_a_test_as_not_called() -> None:
    truth = pd.DataFrame(
        {"log2fc": [1.0, -6.0, 2.0, 0.0, 0.0], "kind": ["changed", "on_off", "changed", "null", "null"]},
        index=list("abcde"),
    )
    found = pd.DataFrame(
        {
            "protein_group": list("edba"),
            "log2fc": [0.1, 3.0, -5.0, 1.2],
            "p_value": [0.3, 0.04, 0.001, 0.002],
            "q_value": [0.3, 0.05, 0.01, 0.01],
        }
    )
    score = scored(found, truth)
    # a and b right, d false, c not in the table, e not called.
    assert score["calls"] == 3
    assert score["fdp"] == pytest.approx(1 / 3)
    assert score["power"] == pytest.approx(2 / 3)
    assert score["power_changed"] == pytest.approx(1 / 2)
    assert score["power_on_off"] == 1
    assert score["tested"] == 4
    assert score["null_below"] == pytest.approx(1 / 2)


def test_partial_auc_is_1_for_a_perfect_order_and_0_for_the_reverse() -> None:
    true = np.repeat([True, False], [10, 100])
    p = np.linspace(0.001, 0.9, 110)
    assert partial_auc(p, true, true) == pytest.approx(1)
    assert partial_auc(p[::-1], true, true) == pytest.approx(0)


def test_partial_auc_of_what_is_not_tested_or_has_the_wrong_sign_is_that_of_chance() -> None:
    true = np.repeat([True, False], [10, 100])
    # The diagonal up to 0.05 has the area 0.05^2 / 2, divided by 0.05.
    assert partial_auc(np.full(110, np.nan), true, true, most=0.05) == pytest.approx(0.025)
    half = np.where(np.arange(110) % 2 == 0, 0.001, np.nan) * np.where(true, 1, np.nan)
    assert partial_auc(half, true, true, most=0.05) == pytest.approx(0.5 + 0.5 * 0.025)
    wrong = partial_auc(np.where(true, 0.001, np.nan), np.zeros(110, dtype=bool), true, most=0.05)
    assert wrong == pytest.approx(0.025)


def test_the_interval_of_the_mean_is_students() -> None:
    mean, half = mean_and_half_width([1.0, 2.0, np.nan, 3.0])
    assert mean == 2
    # t(0.975, 2 df) = 4.3027 in any table of Student's t; the standard error is 1 / sqrt(3).
    assert half == pytest.approx(4.3027 / np.sqrt(3), rel=1e-4)
