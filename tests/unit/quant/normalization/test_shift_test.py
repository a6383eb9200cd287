"""Do conditions differ in their shifts: beside scipy.stats."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from myosieve.quant.normalization.shift_test import condition_shift_test


def data(conditions: str, seed: int = 1) -> tuple[pd.Series, pd.Series]:
    samples = [f"s{i}" for i in range(len(conditions))]
    shift = pd.Series(np.random.default_rng(seed).normal(size=len(samples)), index=samples)
    return shift, pd.Series(list(conditions), index=samples)


def parts(shift: pd.Series, conditions: pd.Series) -> list[np.ndarray]:
    return [shift[conditions == name].to_numpy() for name in conditions.unique()]


def test_two_conditions_are_compared_by_welch_s_t() -> None:
    shift, conditions = data("aaabbbbb")
    found = condition_shift_test(shift, conditions)
    a, b = parts(shift, conditions)
    expected = stats.ttest_ind(a, b, equal_var=False)
    assert found.test == "welch_t"
    assert (abs(found.statistic), found.p_value, found.df_within) == pytest.approx(
        (abs(expected.statistic), expected.pvalue, expected.df)
    )


def test_more_conditions_are_compared_by_the_f_of_one_way_anova() -> None:
    shift, conditions = data("aaabbbbcc")
    found = condition_shift_test(shift, conditions)
    expected = stats.f_oneway(*parts(shift, conditions))
    assert found.test == "anova_f"
    assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue))
    assert (found.df_between, found.df_within) == (2, 6)


def test_a_condition_of_one_sample_borrows_the_spread_of_the_other() -> None:
    shift, conditions = data("abbbb")
    found = condition_shift_test(shift, conditions)
    expected = stats.ttest_ind(*parts(shift, conditions))  # with equal variances: t squared is F
    assert (found.statistic, found.p_value) == pytest.approx((expected.statistic**2, expected.pvalue))


def test_the_largest_difference_is_named() -> None:
    shift = pd.Series([0.0, 0.2, 2.0, 2.2, 1.0, 1.2], index=list("uvwxyz"))
    found = condition_shift_test(shift, pd.Series(list("aabbcc"), index=shift.index))
    assert (found.high, found.low) == ("b", "a")
    assert found.difference == pytest.approx(2.0)
    assert found.p_value < 0.01


@pytest.mark.parametrize("conditions", ["ab", "abc"])
def test_without_replicates_there_is_a_difference_but_no_p(conditions: str) -> None:
    found = condition_shift_test(*data(conditions))
    assert found.difference > 0
    assert np.isnan(found.p_value)


def test_one_condition_has_no_difference_and_no_p() -> None:
    found = condition_shift_test(*data("aaa"))
    assert np.isnan(found.difference)
    assert np.isnan(found.p_value)
    assert found.test == "none"


@pytest.mark.parametrize("conditions", ["aabb", "aabbcc"])
def test_shifts_that_are_all_zero_do_not_differ(conditions: str) -> None:
    shift, names = data(conditions)
    found = condition_shift_test(shift * 0, names)
    assert (found.difference, found.p_value) == (0, 1)


def test_exact_replicates_of_different_conditions_differ_for_certain() -> None:
    shift = pd.Series([1.0, 1.0, 2.0, 2.0], index=list("wxyz"))
    found = condition_shift_test(shift, pd.Series(list("aabb"), index=shift.index))
    assert found.p_value == 0
    assert np.isinf(found.statistic)


def test_replicates_that_differ_by_rounding_count_as_exact() -> None:
    shift = pd.Series([0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2], index=list("wxyz"))
    assert shift["w"] != shift["x"]
    found = condition_shift_test(shift, pd.Series(list("aabb"), index=shift.index))
    assert (found.statistic, found.p_value) == (0, 1)


def test_samples_without_a_shift_or_a_condition_are_left_out() -> None:
    shift, conditions = data("aaabbb")
    more = pd.concat([shift, pd.Series({"x": 100.0, "y": np.nan})])
    named = pd.concat([conditions, pd.Series({"x": None, "y": "a"})])
    assert condition_shift_test(more, named) == condition_shift_test(shift, conditions)


def test_adding_a_constant_to_all_shifts_changes_nothing() -> None:
    shift, conditions = data("aaabbbcc")
    found, moved = (condition_shift_test(one, conditions) for one in (shift, shift + 5))
    assert moved.p_value == pytest.approx(found.p_value)
    assert moved.difference == pytest.approx(found.difference)


def test_under_no_difference_p_below_a_twentieth_is_as_rare_as_it_should_be() -> None:
    rare = [condition_shift_test(*data("aaaabbbb", seed)).p_value < 0.05 for seed in range(200)]
    assert 0.005 < np.mean(rare) < 0.105  # 0.05, give or take three and a half standard errors of 200 draws
