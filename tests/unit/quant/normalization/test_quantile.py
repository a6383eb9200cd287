"""Quantile normalization; its agreement with limma is held by the reference results."""

import numpy as np

from myosieve.quant.normalization.quantile import quantile_normalized


def test_complete_samples_get_the_mean_of_the_sorted_columns() -> None:
    x = np.array([[5.0, 4.0, 3.0], [2.0, 1.0, 4.0], [3.0, 4.5, 6.0], [4.0, 2.0, 8.0]])
    # Bolstad's four steps by hand: sorted rows (2 1 3) (3 2 4) (4 4 6) (5 4.5 8) have the means 2, 3, 14/3, 35/6
    means = [2, 3, 14 / 3, 35 / 6]
    expected = np.array([[3, 2, 0], [0, 0, 1], [1, 3, 2], [2, 1, 3]])
    np.testing.assert_allclose(quantile_normalized(x, np.ones(4, bool)), np.take(means, expected))


def test_ties_get_the_value_at_their_mean_rank() -> None:
    x = np.array([[1.0, 1.0], [1.0, 2.0], [3.0, 3.0]])
    # sorted rows (1 1) (1 2) (3 3) have the means 1, 1.5, 3; the two ones stand halfway between ranks 1 and 2
    np.testing.assert_allclose(quantile_normalized(x, np.ones(3, bool))[:, 0], [1.25, 1.25, 3])


def test_a_missing_value_leaves_the_others_of_its_sample_spread_over_the_whole_range() -> None:
    x = np.array([[0.0, 0.0], [1.0, np.nan], [2.0, 2.0]])
    # two values of three stand at 0 and 1 of the range: their curve at 0, 1/2, 1 is 0, 1, 2, as in the first sample
    np.testing.assert_allclose(quantile_normalized(x, np.ones(3, bool)), x)


def test_complete_samples_end_with_the_same_distribution() -> None:
    x = np.random.default_rng(1).normal(size=(50, 4)) * [1, 2, 3, 4]
    ordered = np.sort(quantile_normalized(x, np.ones(50, bool)), axis=0)
    np.testing.assert_allclose(ordered, np.repeat(np.sort(x, axis=0).mean(axis=1)[:, None], 4, axis=1))


def test_beyond_the_deciding_values_a_carried_one_keeps_its_distance_to_the_last() -> None:
    x = np.array([[0.0, 2.0], [4.0, 4.0], [10.0, 7.0], [-5.0, np.nan]])
    result = quantile_normalized(x, np.array([True, True, False, False]))
    # targets 1 and 4: the first sample moves by +1 below and 0 above, the second by -1 and 0
    np.testing.assert_allclose(result, [[1, 1], [4, 4], [10, 7], [-4, np.nan]])


def test_a_sample_with_one_value_is_left_alone() -> None:
    x = np.array([[1.0, 5.0, np.nan], [2.0, 7.0, 9.0]])
    result = quantile_normalized(x, np.ones(2, bool))
    np.testing.assert_allclose(result, [[3, 3, np.nan], [4.5, 4.5, 9]])  # means of 1, 5 and of 2, 7
