"""Matched negatives: the covariate itself is chance by construction, what is independent of it keeps its area."""

import numpy as np
import pytest

from myosieve.statistics.auroc import area
from myosieve.statistics.matching import matched, matched_area, matched_interval


@pytest.fixture
def famous() -> tuple[np.ndarray, np.ndarray]:
    """500 items, 30 positives that are far more famous than the others."""
    random = np.random.default_rng(1)
    positive = np.arange(500) < 30
    return np.exp(random.normal(size=500) + 1.5 * positive), positive


def test_the_covariate_is_chance_against_its_matches_and_far_from_it_without(famous) -> None:
    covariate, positive = famous
    assert area(covariate, positive) > 0.8
    assert matched_area(covariate, matched(covariate, positive, 10)) == pytest.approx(0.5, abs=1e-12)


def test_a_predictor_that_is_the_covariate_with_noise_loses_its_area(famous) -> None:
    covariate, positive = famous
    random = np.random.default_rng(2)
    values = np.log(covariate) + 0.3 * random.normal(size=500)
    assert area(values, positive) > 0.75
    assert matched_area(values, matched(covariate, positive, 10)) == pytest.approx(0.5, abs=0.08)


def test_a_predictor_that_knows_more_than_the_covariate_keeps_its_area(famous) -> None:
    covariate, positive = famous
    random = np.random.default_rng(3)
    values = random.normal(size=500) + 1.5 * positive
    matches = matched(covariate, positive, 10)
    assert matched_area(values, matches) == pytest.approx(area(values, positive), abs=0.08)
    low, high = matched_interval(values, matches, 400, random)
    assert 0.5 < low < matched_area(values, matches) < high < 1


def test_the_area_is_the_mean_over_positives_of_the_share_of_their_matches_below(famous) -> None:
    covariate, positive = famous
    matches = matched(covariate, positive, 10)
    values = np.random.default_rng(4).normal(size=500)
    by_hand = [
        np.mean([values[i] > values[j] for j in own if j >= 0])
        for i, own in zip(matches.positives, matches.negatives, strict=True)
    ]
    assert matched_area(values, matches) == pytest.approx(np.mean(by_hand))


def test_as_many_matches_lie_below_as_above_and_they_are_the_nearest(famous) -> None:
    covariate, positive = famous
    matches = matched(covariate, positive, 6)
    for i, own in zip(matches.positives, matches.negatives, strict=True):
        own = own[own >= 0]
        assert not positive[own].any()
        below, above = own[covariate[own] < covariate[i]], own[covariate[own] > covariate[i]]
        assert len(below) == len(above) == len(own) // 2
        others = covariate[~positive]
        assert sorted(covariate[above]) == sorted(others[others > covariate[i]])[: len(above)]


def test_the_most_famous_of_all_has_no_match_and_neither_has_an_unknown_one() -> None:
    covariate = np.array([10.0, np.nan, 3.0, 1.0, 2.0, 4.0, 5.0])
    positive = np.array([True, True, True, False, False, False, False])
    matches = matched(covariate, positive, 4)
    assert matches.positives.tolist() == [2]
    assert sorted(matches.negatives[0].tolist()) == [3, 4, 5, 6]


def test_equal_covariates_lie_half_below_and_half_above() -> None:
    covariate, positive = np.array([5.0] * 9 + [1.0, 9.0]), np.arange(11) < 3
    matches = matched(covariate, positive, 4)
    assert (covariate[matches.negatives] == 5).all()
    assert matched_area(covariate, matches) == 0.5


def test_nothing_to_match_is_nothing() -> None:
    matches = matched(np.ones(4), np.ones(4, dtype=bool), 10)
    assert len(matches.positives) == 0
    assert np.isnan(matched_area(np.ones(4), matches))
    assert np.isnan(matched_interval(np.ones(4), matches, 100, np.random.default_rng(1))).all()


def test_the_interval_of_chance_covers_one_half_about_as_often_as_it_says() -> None:
    random, covered = np.random.default_rng(5), 0
    for _ in range(150):
        positive = np.arange(300) < 20
        matches = matched(random.normal(size=300), positive, 10)
        low, high = matched_interval(random.normal(size=300), matches, 200, random)
        covered += low <= 0.5 <= high
    assert covered / 150 > 0.88
