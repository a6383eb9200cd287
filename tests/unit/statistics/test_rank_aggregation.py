"""Robust rank aggregation: against pyrra, against simulation, and where a ranking says nothing."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from scipy import special

from myosieve.statistics.rank_aggregation import aggregated, normalized_ranks


def test_p_equals_pyrra(root: Path) -> None:
    stored = json.loads((root / "tests/oracles/rra_pyrra.json").read_text(encoding="utf-8"))
    for case in stored["cases"]:
        ranks = np.array([[np.nan if rank is None else rank for rank in case["ranks"]]])
        # pyrra takes 1 minus a sum of both signs: what it has is good to twelve decimals
        assert aggregated(ranks)[0] == pytest.approx(case["p"], abs=2e-12)
    assert len(stored["cases"]) > 200


def test_p_of_independent_rankings_is_uniform() -> None:
    p = aggregated(np.random.default_rng(7).random((20_000, 7)))
    for level in (0.01, 0.1, 0.5):
        # three standard errors of a share of 20,000
        assert (p <= level).mean() == pytest.approx(level, abs=3 * np.sqrt(level * (1 - level) / 20_000))


def test_one_ranking_gives_its_rank_back() -> None:
    np.testing.assert_allclose(aggregated(np.array([[0.25], [1.0]])), [0.25, 1.0])


def test_p_of_two_rankings_is_the_share_of_all_pairs_of_ranks_that_are_as_good() -> None:
    steps = 200  # every pair of ranks, in the middle of their steps, stands for one of equal chance
    grid = np.array(list(itertools.product((np.arange(steps) + 0.5) / steps, repeat=2)))
    rho = special.betainc([1, 2], [2, 1], np.sort(grid, axis=1)).min(axis=1)
    share = np.searchsorted(np.sort(rho), rho + 1e-12, side="right") / len(rho)
    assert np.abs(aggregated(grid) - share).max() < 0.01


def test_the_smallest_p_keep_their_digits_and_their_order() -> None:
    ranks = np.array([[10.0**-k] * 7 for k in range(1, 12)])
    p = aggregated(ranks)
    assert (np.diff(p) < 0).all()
    # All ranks equal r: the last order statistic decides, r^7, and p lies between it and seven times it.
    assert (p >= ranks[:, 0] ** 7).all()
    assert (p <= 7 * ranks[:, 0] ** 7).all()


def test_a_ranking_that_does_not_know_an_item_says_nothing_of_it() -> None:
    known, unknown = np.array([[0.1, 0.4]]), np.array([[0.1, np.nan, 0.4]])
    assert aggregated(unknown)[0] == aggregated(known)[0]
    assert np.isnan(aggregated(np.array([[np.nan, np.nan]]))[0])
    assert aggregated(np.zeros((0, 3))).shape == (0,)


def test_noise_beside_good_ranks_hurts_less_than_it_would_hurt_their_mean() -> None:
    good, noisy = np.array([[0.01, 0.02, 0.01, 0.9, 0.95]]), np.array([[0.36, 0.4, 0.38, 0.37, 0.39]])
    assert good.mean() == pytest.approx(noisy.mean(), abs=0.01)
    assert 40 * aggregated(good)[0] < aggregated(noisy)[0]


def test_equal_values_all_get_their_last_rank_and_missing_ones_none() -> None:
    values = np.array([[0.9, 1.0], [0.5, 1.0], [0.5, np.nan], [0.1, 1.0]])
    expected = [[0.25, 1.0], [0.75, 1.0], [0.75, np.nan], [1.0, 1.0]]
    np.testing.assert_allclose(normalized_ranks(values), expected)


def test_a_ranking_of_nothing_is_left_as_it_is() -> None:
    assert np.isnan(normalized_ranks(np.full((3, 1), np.nan))).all()
    assert normalized_ranks(np.zeros((0, 2))).shape == (0, 2)
