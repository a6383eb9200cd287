"""Adjusted p-values: Benjamini & Hochberg's procedure, and a family in which tests of absence have a stated weight."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from myosieve.differential.multiple import ABSENCE_WEIGHT, family_q_values
from myosieve.statistics.false_discovery import benjamini_hochberg

p_values = hnp.arrays(float, st.integers(1, 60), elements=st.one_of(st.floats(0, 1), st.just(np.nan)))
NO_RATE = np.full(200, np.nan)


def test_q_is_p_times_tests_over_rank_and_the_smallest_of_those_above() -> None:
    # by hand: 4 tests, p n / rank = .01 * 4, .04 * 2, .03 * 4 / 2 = .06, .5 * 1; .04 has rank 3: .04 * 4 / 3 < .06
    found = benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5]))
    np.testing.assert_allclose(found, [0.04, 0.16 / 3, 0.16 / 3, 0.5])


def test_what_was_not_tested_counts_neither_as_test_nor_as_result() -> None:
    p = np.array([0.01, np.nan, 0.04, np.nan, 0.03, 0.5])
    q = benjamini_hochberg(p)
    assert np.isnan(q[[1, 3]]).all()
    np.testing.assert_array_equal(q[[0, 2, 4, 5]], benjamini_hochberg(p[[0, 2, 4, 5]]))


def test_a_single_test_needs_no_adjustment_and_none_gives_none() -> None:
    assert benjamini_hochberg(np.array([0.03])) == 0.03
    assert np.isnan(benjamini_hochberg(np.full(3, np.nan))).all()
    assert len(benjamini_hochberg(np.empty(0))) == 0


@given(p=p_values)
def test_equal_p_values_have_equal_q_values(p: np.ndarray) -> None:
    doubled = benjamini_hochberg(np.concatenate([p, p]))
    np.testing.assert_array_equal(doubled[: len(p)], doubled[len(p) :])
    np.testing.assert_allclose(doubled[: len(p)], benjamini_hochberg(p), rtol=1e-12)


@given(p=p_values, tests=st.floats(0.5, 500))
def test_whatever_the_tests_count_for_q_is_at_least_p_and_at_most_1(p: np.ndarray, tests: float) -> None:
    q = benjamini_hochberg(p, tests)
    seen = ~np.isnan(p)
    assert (q[seen] >= p[seen]).all()
    assert (q[seen] <= 1).all()


def test_without_absences_the_family_is_that_of_the_t_tests() -> None:
    p = np.random.default_rng(0).random(200)
    np.testing.assert_array_equal(family_q_values(np.log(p), NO_RATE, 1000), benjamini_hochberg(np.exp(np.log(p))))


def test_tests_of_absence_enter_by_their_rate_over_their_weight_in_a_family_grown_by_their_share_of_proteins() -> None:
    # two t-tests, p = .001 and .2; two absences, P = .001 and .01 with rates 1e-5 and 2e-4; 10 proteins in the table
    log_p, log_rate = np.log([0.001, 0.2, 0.001, 0.01]), np.log([np.nan, np.nan, 1e-5, 2e-4])
    tests = 2 + ABSENCE_WEIGHT * 10
    entered = np.array([0.001, 0.2, 1e-5 / ABSENCE_WEIGHT, 2e-4 / ABSENCE_WEIGHT])
    # 1e-5 / .2 = 5e-5 is first; .001 second, beside 2e-4 / .2 = .001, third; .2 is last
    by_hand = np.array([entered[3] * tests / 3, 0.2 * tests / 4, entered[2] * tests, entered[3] * tests / 3])
    np.testing.assert_allclose(family_q_values(log_p, log_rate, 10), np.maximum(by_hand, np.exp(log_p)), rtol=1e-9)


def test_an_absence_never_has_a_smaller_q_than_its_p_and_never_enters_above_1() -> None:
    log_p = np.log([0.03, 0.9, 0.9])
    q = family_q_values(log_p, np.log([1e-12, 0.9, np.nan]), 3)
    assert q[0] == pytest.approx(0.03)
    assert (q <= 1).all()


@given(seed=st.integers(0, 1000), absences=st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_more_proteins_in_the_table_never_make_a_q_smaller(seed: int, absences: int) -> None:
    draw = np.random.default_rng(seed)
    log_p = np.log(draw.random(200))
    log_rate = np.where(np.arange(200) < absences, log_p - 2, np.nan)
    few, many = family_q_values(log_p, log_rate, 200), family_q_values(log_p, log_rate, 2000)
    assert (many >= few - 1e-12).all()


def test_null_t_tests_beside_null_absences_give_a_call_in_about_as_many_tables_as_the_level_says() -> None:
    # Of 300 proteins 30 may be silent, each with its own chance P.
    draw = np.random.default_rng(5)
    called = 0
    for _ in range(400):
        chance = draw.uniform(0, 0.02, 30)
        absent = draw.random(30) < chance
        # r(P) = (1 / 300) sum over the 30 of P_k 1{P_k <= P}
        rate = np.array([(chance * (chance <= each)).sum() / 300 for each in chance])
        log_p = np.log(np.append(draw.random(270), np.where(absent, chance, np.nan)))
        log_rate = np.append(np.full(270, np.nan), np.where(absent, np.log(rate), np.nan))
        called += (family_q_values(log_p, log_rate, 300) < 0.1).any()
    # binomial standard error at 10 % of 400 tables is 1.5 %
    assert called / 400 < 0.1 + 3 * 0.015


@given(p=p_values)
def test_q_values_are_never_below_p_and_rise_with_p(p: np.ndarray) -> None:
    q = benjamini_hochberg(p)
    assert (np.isnan(q) == np.isnan(p)).all()
    seen = ~np.isnan(p)
    assert (q[seen] >= p[seen] * (1 - 1e-15)).all()
    assert (np.diff(q[seen][np.argsort(p[seen], kind="stable")]) >= 0).all()


def test_q_values_follow_the_published_example() -> None:
    # Benjamini & Hochberg 1995, section 3.2: 15 p-values, of which FDR control at 0.05 rejects the first four
    p = np.array(
        [
            0.0001,
            0.0004,
            0.0019,
            0.0095,
            0.0201,
            0.0278,
            0.0298,
            0.0344,
            0.0459,
            0.3240,
            0.4262,
            0.5719,
            0.6528,
            0.7590,
            1,
        ]
    )
    assert (benjamini_hochberg(p) <= 0.05).sum() == 4
