"""Laws of ranks over other draws of the subjects."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from myosieve.differential.multiple import ABSENCE_WEIGHT, family_q_values
from myosieve.ranking import bootstrap, desirability, score
from myosieve.ranking.bootstrap import rank_quantiles, redrawn

KNOTS = {"effect": [0, 2], "significance": [0.25, 0.01]}
CHOSEN = {"knots": KNOTS, "direction": "both"}
COLUMNS = [f"d_{name}" for name in score.CRITERIA]
SHARES = score.shares(dict.fromkeys(score.CRITERIA, 1.0), 0.7)
M, ABSENT = 60, 8


@pytest.fixture
def rows():
    """One contrast of M tests, the last ABSENT of them of absence, with q-values of one family as the study has them."""
    random = np.random.default_rng(2)
    log2fc, se, df = random.normal(0, 1, M), random.uniform(0.1, 0.5, M), np.full(M, 9.0)
    half = stats.t.ppf(0.975, df) * se
    log_p = np.log(2 * stats.t.sf(np.abs(log2fc) / se, df))
    absent = np.arange(M) >= M - ABSENT
    log_rate = np.where(absent, np.log(random.uniform(1e-6, 0.02, M)), np.nan)
    log_p = np.where(absent, log_rate + 0.1, log_p)  # r(P) is below P
    table = pd.DataFrame({"log2fc": log2fc, "ci_low": log2fc - half, "ci_high": log2fc + half, "se": se, "df": df})
    table.loc[absent, ["ci_high", "se", "df"]] = np.nan
    table["q_value"] = family_q_values(log_p, log_rate, M)
    table["test"] = np.where(absent, "detection", "moderated_t")
    table = table.assign(mean_log2=25.0, excluded_by_filter="", protein_group=[f"P{i:02d}" for i in range(M)])
    bound = desirability.lower_bound(table["ci_low"].to_numpy(), table["ci_high"].to_numpy())
    table = table.assign(**dict.fromkeys(COLUMNS, 0.5))
    table["d_effect"] = desirability.ramp(bound, KNOTS["effect"])
    table["d_significance"] = desirability.significance(table["q_value"].to_numpy(), KNOTS["significance"])
    return table


def test_a_draw_that_changes_no_fold_change_changes_nothing(rows):
    for shift in (np.zeros((1, M)), np.full((1, M), np.nan)):
        ((effect, significance),) = redrawn(rows, shift, CHOSEN, 0.0)
        np.testing.assert_allclose(effect, rows["d_effect"])
        np.testing.assert_allclose(significance, rows["d_significance"])


def test_a_draw_is_tested_as_a_study_of_its_fold_changes_would_be(rows):
    shift = np.random.default_rng(3).normal(0, 0.3, M)
    ((effect, significance),) = redrawn(rows, shift[None], CHOSEN, 0.0)
    absent = (rows["test"] == "detection").to_numpy()
    moved = rows["log2fc"].to_numpy() + shift
    low = np.abs(moved) - stats.t.ppf(0.975, 9) * rows["se"].to_numpy()
    np.testing.assert_allclose(effect[~absent], np.clip(low / 2, 0, 1)[~absent], atol=1e-12)
    # the family by hand: the tests of absence stand where they stood among the q-values
    p = 2 * stats.t.sf(np.abs(moved) / rows["se"], 9)
    place = rows["q_value"].rank(method="first")
    weighted = M - ABSENT + ABSENCE_WEIGHT * M
    p = np.where(absent, rows["q_value"] * place / weighted, p)
    order = np.argsort(p)
    adjusted = np.empty(M)
    adjusted[order] = np.minimum(np.minimum.accumulate((p[order] * weighted / np.arange(1, M + 1))[::-1])[::-1], 1)
    adjusted = np.maximum(adjusted, p)
    expected = desirability.significance(adjusted, KNOTS["significance"])
    np.testing.assert_allclose(significance[~absent], expected[~absent], atol=1e-9)


def test_tests_of_absence_and_what_is_not_tested_keep_their_values(rows):
    rows.loc[0, ["log2fc", "ci_low", "ci_high", "se", "q_value", "d_effect", "d_significance"]] = np.nan
    ((effect, significance),) = redrawn(rows, np.full((1, M), 5.0), CHOSEN, 0.0)
    fixed = [0, *range(M - ABSENT, M)]
    np.testing.assert_array_equal(effect[fixed], rows["d_effect"].to_numpy()[fixed])
    np.testing.assert_array_equal(significance[fixed], rows["d_significance"].to_numpy()[fixed])
    assert (effect[1 : M - ABSENT] == 1).all()


def test_a_change_that_turns_round_is_none_where_one_direction_is_looked_for(rows):
    rows["log2fc"] = 3.0
    ((effect, significance),) = redrawn(rows, np.full((1, M), -6.0), CHOSEN | {"direction": "up"}, 0.0)
    moves = (rows["test"] != "detection").to_numpy()
    assert (effect[moves] == 0).all()
    assert (significance[moves] == 0).all()
    ((effect, _),) = redrawn(rows, np.full((1, M), -6.0), CHOSEN, 0.0)
    assert (effect[moves] > 0).all()


def test_the_threshold_of_the_test_holds_in_a_draw_too(rows):
    def significant(threshold):
        ((_, significance),) = redrawn(rows, np.zeros((1, M)), CHOSEN, threshold)
        return significance[: M - ABSENT]

    assert (significant(0.5) <= significant(0.0)).all()
    assert (significant(0.5) < significant(0.0)).any()


def test_the_interval_holds_the_ranks_of_nine_draws_in_ten_and_only_the_kept_are_ranked(rows):
    shifts = np.random.default_rng(4).normal(0, 0.3, (100, M))
    kept = np.arange(M) % 3 > 0
    ((low, high),) = rank_quantiles(rows, kept, redrawn(rows, shifts, CHOSEN, 0.0), COLUMNS, SHARES, 0.05)
    assert low.shape == high.shape == (kept.sum(),)
    assert ((low >= 1) & (low <= high) & (high <= kept.sum())).all()
    inside = np.zeros(kept.sum())
    for effect, significance in redrawn(rows, shifts, CHOSEN, 0.0):
        d = rows.assign(d_effect=effect, d_significance=significance).loc[kept, COLUMNS].to_numpy()
        rank = score.ranks_by(d, SHARES, 0.05)
        inside += (rank >= low) & (rank <= high)
    assert (inside >= 90).all()


def test_without_draws_there_is_no_interval(rows):
    assert rank_quantiles(rows, np.ones(M, dtype=bool), iter(()), COLUMNS, SHARES, 0.05) == []


def test_shifts_follow_the_rows_and_a_contrast_that_was_not_drawn_has_none():
    shifts = bootstrap.Shifts({"c": np.array([[1.0, 2.0], [3.0, 4.0]])}, pd.Index(["A", "B"]), "subject", {})
    np.testing.assert_array_equal(shifts.of("c", pd.Series(["B", "A", "B"])), [[2, 1, 2], [4, 3, 4]])
    assert shifts.of("other", pd.Series(["A"])).shape == (0, 1)
