"""AUROC and its covariance, held against counting of pairs and against the bootstrap."""

import numpy as np
import pytest

from myosieve.statistics.auroc import area, areas, midranks


def by_pairs(values: np.ndarray, positive: np.ndarray) -> float:
    """AUROC by its definition: every positive against every negative."""
    x, y = values[positive][:, None], values[~positive][None, :]
    return float(((x > y) + 0.5 * (x == y)).mean())


def delong_by_pairs(values: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """The covariance of DeLong et al. 1988 from all pairs, loop by loop."""
    first, second = [], []
    for row in values:
        x, y = row[positive][:, None], row[~positive][None, :]
        psi = (x > y) + 0.5 * (x == y)
        first.append(psi.mean(axis=1))
        second.append(psi.mean(axis=0))
    return np.cov(np.array(first)) / positive.sum() + np.cov(np.array(second)) / (~positive).sum()


@pytest.fixture
def planted() -> tuple[np.ndarray, np.ndarray]:
    """Two correlated predictors with ties, 20 positives among 150."""
    random = np.random.default_rng(3)
    positive = np.arange(150) < 20
    shared = random.normal(size=150) + positive
    return np.round(np.array([shared, shared + random.normal(size=150)]), 1), positive


def test_area_and_covariance_are_those_of_all_pairs(planted) -> None:
    values, positive = planted
    found = areas(values, positive)
    np.testing.assert_allclose(found.area, [by_pairs(row, positive) for row in values], rtol=1e-12)
    np.testing.assert_allclose(found.covariance, delong_by_pairs(values, positive), rtol=1e-10)
    assert area(values[0], positive) == pytest.approx(found.area[0], rel=1e-12)


def test_the_standard_errors_are_near_those_of_a_stratified_bootstrap(planted) -> None:
    values, positive = planted
    random, drawn = np.random.default_rng(1), []
    for _ in range(4000):
        rows = np.r_[random.choice(np.flatnonzero(positive), 20), random.choice(np.flatnonzero(~positive), 130)]
        drawn.append([by_pairs(row[rows], positive[rows]) for row in values])
    drawn = np.array(drawn)
    found = areas(values, positive)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), drawn.std(axis=0), rtol=0.08)
    _, low, high, _ = found.difference(0, 1)
    assert (high - low) / (2 * 1.96) == pytest.approx((drawn[:, 0] - drawn[:, 1]).std(), rel=0.08)


def test_intervals_cover_the_true_area_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(2)
    positive = np.arange(120) < 25
    truth = 0.7602499389065233  # P(N(1, 1) > N(0, 1)) = Phi(1 / sqrt(2))
    covered = 0
    for _ in range(600):
        low, high = areas(random.normal(size=120) + positive, positive).interval(0)
        covered += low <= truth <= high
    assert 0.925 < covered / 600 < 0.975


def test_p_values_against_chance_are_uniform_without_a_difference() -> None:
    random = np.random.default_rng(4)
    positive = np.arange(100) < 30
    p = np.sort([areas(random.normal(size=100), positive).p_value(0) for _ in range(500)])
    distance = np.abs(p - (np.arange(500) + 0.5) / 500).max()
    assert distance < 1.63 / np.sqrt(500)  # Kolmogorov-Smirnov, 1 %


def test_a_perfect_order_is_one_with_no_interval_and_a_turned_one_zero() -> None:
    positive = np.array([True] * 5 + [False] * 5)
    found = areas(np.arange(10.0)[::-1], positive)
    assert found.area[0] == 1
    assert np.isnan(found.interval(0)).all()
    assert areas(np.arange(10.0), positive).area[0] == 0


def test_a_constant_predictor_is_chance_and_no_positive_is_nothing() -> None:
    positive = np.array([True, True, False, False])
    assert areas(np.ones(4), positive).area[0] == 0.5
    assert np.isnan(areas(np.ones(4), np.zeros(4, dtype=bool)).area).all()
    assert np.isnan(area(np.ones(4), np.ones(4, dtype=bool)))


def test_missing_values_are_refused() -> None:
    with pytest.raises(ValueError, match="no value"):
        areas(np.array([1.0, np.nan]), np.array([True, False]))


def test_midranks_share_the_ranks_of_equal_values() -> None:
    assert midranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]
    assert midranks(np.zeros(0)).tolist() == []
