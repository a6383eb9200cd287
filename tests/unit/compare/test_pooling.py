"""Laws of the random-effects pooling, and its agreement with another implementation."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from myosieve.compare.pooling import pool

NAN = math.nan
# Made effects and standard errors.
CASES = {
    "five": ([1.2, 0.4, -0.3, 0.9, 2.1], [0.25, 0.30, 0.20, 0.45, 0.60]),
    "three": ([0.8, 1.9, 0.1], [0.30, 0.40, 0.25]),
    "agreeing": ([0.80, 0.95, 0.70], [0.30, 0.40, 0.25]),
    "two": ([1.5, 0.2], [0.30, 0.40]),
    "two agreeing": ([1.1, 0.9], [0.30, 0.40]),
}
# statsmodels 0.15.0: r = statsmodels.stats.meta_analysis.combine_effects(y, s**2, method_re="dl", use_t=k > 2).
# tau2, q, mean_effect_re, test_homogeneity().pvalue are its own. se and the interval are sd_eff_w_re and conf_int()[1], but
# for "three", whose scale_hksj_re 1.1215 is above 1: sqrt(var_hksj_re) and conf_int()[3] (the scale of "five" is 0.968).
# statsmodels lets tau2 become negative; where it does ("agreeing"), a tau2 of 0 makes the model its fixed-effect one, hence
# mean_effect_fe, sd_eff_w_fe and conf_int()[0].
STATSMODELS = {
    "five": (
        (0.773524546319, 0.396437446811, -0.327162262395, 1.87421135503),
        (0.650535969574, 0.873612099206, 2.25699721411e-06),
    ),
    "three": (
        (0.892380657895, 0.518379408292, -1.33802591824, 3.12278723403),
        (0.61692, 0.865245441795, 0.00059861060245),
    ),
    "agreeing": (
        (0.780141548709, 0.173132957047, 0.0352105584597, 1.52507253896),
        (0, 0, 0.866117768774),
    ),
    "two": (
        (0.876923076923, 0.649442182129, -0.395960210092, 2.14980636394),
        (0.72, 0.852071005917, 0.00932237604744),
    ),
    "two agreeing": (
        (1.028, 0.24, 0.55760864371, 1.49839135629),
        (0, 0, 0.689156516779),
    ),
}


def pooled(effects, errors):
    """Return the one row of one protein."""
    return pool(np.array([effects], dtype=float), np.array([errors], dtype=float)).iloc[0]


def random_members(rows: int, members: int) -> tuple[np.ndarray, np.ndarray]:
    """Return made effects and errors, a fifth of them missing."""
    random = np.random.default_rng(11)
    effects = random.normal(0.3, 1, size=(rows, members))
    effects[random.random(effects.shape) < 0.2] = np.nan
    return effects, random.uniform(0.1, 0.6, size=(rows, members))


@pytest.mark.parametrize("case", CASES)
def test_estimates_and_intervals_are_those_of_statsmodels(case):
    row = pooled(*CASES[case])
    estimate, heterogeneity = STATSMODELS[case]
    assert row[["log2fc", "se", "ci_low", "ci_high"]].to_list() == pytest.approx(estimate, rel=1e-10)
    assert row[["tau2", "i2", "p_heterogeneity"]].to_list() == pytest.approx(heterogeneity, rel=1e-10, abs=1e-14)


def test_equal_effects_give_the_inverse_variance_mean_without_heterogeneity():
    row = pooled([0.7, 0.7, 0.7], [0.1, 0.2, 0.4])
    assert row["log2fc"] == pytest.approx(0.7)
    assert row["se"] == pytest.approx((100 + 25 + 6.25) ** -0.5)  # 1 / sqrt(sum of 1/se^2), never 0
    assert row["tau2"] == row["i2"] == 0
    assert row["p_heterogeneity"] == pytest.approx(1)


def test_two_members_follow_their_closed_form():
    # Q = d^2 / (s1^2 + s2^2) and sum w - sum w^2 / sum w = 2 / (s1^2 + s2^2), so tau^2 = (d^2 - s1^2 - s2^2) / 2.
    row = pooled([2.0, 0.5], [0.3, 0.5])
    tau2 = (1.5**2 - 0.3**2 - 0.5**2) / 2
    first, second = 1 / (0.3**2 + tau2), 1 / (0.5**2 + tau2)
    mean, error = (2.0 * first + 0.5 * second) / (first + second), (first + second) ** -0.5
    assert row["tau2"] == pytest.approx(tau2)
    assert row["log2fc"] == pytest.approx(mean)
    assert row["statistic"] == pytest.approx(mean / error)
    assert math.isinf(row["df"])
    assert row["p_value"] == pytest.approx(2 * NormalDist().cdf(-mean / error))


def test_three_members_are_tested_with_t_on_two_degrees_of_freedom():
    row = pooled(*CASES["three"])
    t = row["log2fc"] / row["se"]
    assert row["statistic"] == pytest.approx(t)
    assert row["df"] == 2
    assert row["p_value"] == pytest.approx(1 - t / math.sqrt(t**2 + 2))  # closed form of t with 2 df


@pytest.mark.parametrize("case", ["five", "agreeing"])
def test_agreement_by_chance_never_shrinks_the_error_below_that_of_dersimonian_and_laird(case):
    effects, errors = map(np.array, CASES[case])
    row = pooled(effects, errors)
    assert row["se"] == pytest.approx((1 / (errors**2 + row["tau2"])).sum() ** -0.5)


def test_the_order_of_the_members_does_not_matter():
    effects, errors = random_members(200, 5)
    order = [3, 0, 4, 2, 1]
    np.testing.assert_allclose(pool(effects[:, order], errors[:, order]), pool(effects, errors), rtol=1e-9, atol=1e-12)


def test_swapping_all_signs_flips_the_estimate_and_nothing_else():
    effects, errors = random_members(200, 4)
    there, back = pool(effects, errors), pool(-effects, errors)
    for name in ("log2fc", "statistic"):
        np.testing.assert_array_equal(back[name], -there[name])
    np.testing.assert_array_equal(back["ci_low"], -there["ci_high"])
    for name in ("n_members", "se", "df", "p_value", "i2", "tau2", "p_heterogeneity"):
        np.testing.assert_array_equal(back[name], there[name])


def test_scaling_effects_and_errors_scales_the_estimate_and_not_its_significance():
    effects, errors = random_members(200, 4)
    there, scaled = pool(effects, errors), pool(3 * effects, 3 * errors)
    np.testing.assert_allclose(
        scaled[["log2fc", "ci_low", "ci_high", "se"]], 3 * there[["log2fc", "ci_low", "ci_high", "se"]]
    )
    np.testing.assert_allclose(scaled["tau2"], 9 * there["tau2"], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(scaled[["p_value", "i2"]], there[["p_value", "i2"]], rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize(("effect", "error"), [(NAN, 0.2), (5.0, NAN), (5.0, 0.0), (math.inf, 0.2), (5.0, math.inf)])
def test_a_member_without_effect_or_error_changes_nothing(effect, error):
    row = pooled([1.5, effect, 0.2], [0.30, error, 0.40])
    assert row["n_members"] == 2
    np.testing.assert_array_equal(row, pooled(*CASES["two"]))


@pytest.mark.parametrize("effects", [[1.5, NAN, NAN], [NAN, NAN, NAN]])
def test_fewer_than_two_members_are_not_pooled(effects):
    row = pooled(effects, [0.3, 0.3, 0.3])
    assert row["n_members"] == np.isfinite(effects).sum()
    assert row.drop("n_members").isna().all()


def test_every_protein_is_pooled_as_if_it_were_alone():
    effects, errors = random_members(50, 4)
    together = pool(effects, errors)
    for number in range(50):
        np.testing.assert_array_equal(together.iloc[number], pooled(effects[number], errors[number]))


def share_below(level: float, members: int, df: float) -> float:
    """Return how many of 40,000 true nulls have a smaller p-value; `df` = degrees of freedom of the standard errors."""
    random = np.random.default_rng(7)
    errors = np.array([0.25, 0.35, 0.30, 0.25, 0.40])[:members]
    effects = random.normal(size=(40_000, members)) * errors
    estimated = errors * np.sqrt(random.chisquare(df, size=effects.shape) / df)
    return (pool(effects, estimated)["p_value"] < level).mean()


@pytest.mark.parametrize("members", [2, 3, 5])
def test_true_nulls_with_known_errors_are_rejected_at_most_as_often_as_said(members):
    for level in (0.05, 0.01):
        assert share_below(level, members, df=1e6) <= level


def test_small_members_make_z_optimistic_and_t_conservative_as_the_docstring_says():
    # Binomial standard error of a share of 0.006 in 40,000: 0.0004.
    assert share_below(0.001, members=2, df=8) == pytest.approx(0.006, abs=0.0015)
    assert share_below(0.05, members=3, df=8) < 0.05
