"""Enrichment among the first k, and two-by-two tables, held against enumeration."""

from itertools import combinations
from math import comb

import numpy as np
import pytest

from myosieve.statistics.contingency import fisher, hypergeometric_tail
from myosieve.statistics.enrichment import bootstrap_interval, chance, enrichment, recovered, stratified_weights


def test_the_first_k_are_counted_highest_first() -> None:
    values = np.array([5.0, 4.0, 3.0, 2.0, 1.0])
    positive = np.array([True, False, True, False, True])
    assert [recovered(values, positive, k)[0] for k in range(1, 6)] == [1, 1, 2, 2, 3]


def test_equal_values_share_the_places_left_as_over_all_their_orders() -> None:
    values = np.array([9.0, 1.0, 1.0, 1.0, 1.0, 0.0])
    positive = np.array([False, True, True, False, False, True])
    # three places: the first, and two of the four equal ones, over all ways of choosing them
    ways = [sum(positive[list(two)]) for two in combinations([1, 2, 3, 4], 2)]
    assert recovered(values, positive, 3)[0] == pytest.approx(np.mean(ways))


def test_weights_count_items_as_often_as_they_are_drawn() -> None:
    random = np.random.default_rng(1)
    values, positive = np.round(random.normal(size=40), 1), random.random(40) < 0.3
    weights = stratified_weights(positive, 20, random)
    assert (weights[:, positive].sum(axis=1) == positive.sum()).all()
    for own, found in zip(weights, recovered(values, positive, 10, weights), strict=True):
        rows = np.repeat(np.arange(40), own.astype(int))
        assert found == pytest.approx(recovered(values[rows], positive[rows], 10)[0])


def test_a_random_order_is_enriched_once_and_its_interval_covers_one() -> None:
    random = np.random.default_rng(2)
    positive = np.arange(400) < 40
    found = [enrichment(recovered(random.normal(size=400), positive, 50)[0], 40, 400, 50) for _ in range(400)]
    assert np.mean(found) == pytest.approx(1, abs=0.05)
    low, high = bootstrap_interval(random.normal(size=400), positive, 50, 500, random)
    assert low <= 1 <= high


def test_the_interval_of_a_planted_enrichment_lies_above_one() -> None:
    random = np.random.default_rng(3)
    positive = np.arange(400) < 40
    low, _ = bootstrap_interval(random.normal(size=400) + 2 * positive, positive, 50, 600, random)
    assert low > 1


def test_the_chance_of_hits_is_hypergeometric_and_rounds_shared_places_down() -> None:
    exact = sum(comb(5, x) * comb(15, 6 - x) for x in range(3, 6)) / comb(20, 6)
    assert chance(3, 5, 20, 6) == pytest.approx(exact, rel=1e-10)
    assert chance(3.9, 5, 20, 6) == pytest.approx(exact, rel=1e-10)
    assert chance(0, 5, 20, 6) == pytest.approx(1)
    assert hypergeometric_tail(6, 5, 20, 6) == 0


def test_fishers_p_is_that_of_scipy_and_of_all_tables_no_more_likely() -> None:
    from scipy.stats import fisher_exact

    random = np.random.default_rng(4)
    for _ in range(200):
        items = int(random.integers(4, 60))
        chosen, marked = (int(random.integers(1, items)) for _ in range(2))
        both = int(random.integers(max(0, chosen + marked - items), min(chosen, marked) + 1))
        table = [[both, chosen - both], [marked - both, items - chosen - marked + both]]
        assert fisher(both, chosen, marked, items).p_value == pytest.approx(fisher_exact(table).pvalue, rel=1e-7)


def test_the_odds_ratio_is_that_of_the_counts_with_a_half_added() -> None:
    found = fisher(8, 10, 20, 100)
    a, b, c, d = 8.5, 2.5, 12.5, 78.5
    assert found.odds_ratio == pytest.approx(a * d / (b * c))
    width = 1.959964 * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    assert np.log(found.ci_high / found.ci_low) == pytest.approx(2 * width, rel=1e-6)
    assert found.ci_low < found.odds_ratio < found.ci_high


def test_swapping_chosen_and_marked_changes_nothing() -> None:
    assert fisher(3, 10, 7, 50) == pytest.approx(fisher(3, 7, 10, 50))


@pytest.mark.parametrize("counts", [(0, 0, 5, 20), (0, 5, 0, 20), (5, 20, 5, 20), (5, 5, 20, 20), (0, 0, 0, 0)])
def test_an_empty_margin_says_nothing(counts) -> None:
    assert np.isnan(fisher(*counts)).all()


def test_counts_that_are_no_table_are_refused() -> None:
    with pytest.raises(ValueError, match="no table"):
        fisher(5, 4, 10, 20)
