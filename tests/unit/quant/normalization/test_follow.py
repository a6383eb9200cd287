"""Estimates that follow a normalization."""

import numpy as np

from myosieve.quant.normalization.follow import follow

NAN = np.nan


def test_a_seen_cell_moves_as_its_value_and_an_unseen_one_as_its_sample() -> None:
    before = np.array([[10.0, 20.0], [11.0, NAN], [12.0, 22.0]])
    after = np.array([[11.0, 19.5], [12.0, NAN], [15.0, 21.0]])
    # moved by 1, 1, 3 in the first sample and by -0.5 and -1 in the second, whose median is -0.75
    expected = np.array([[1.0, -0.5], [1.0, -0.75], [3.0, -1.0]])
    np.testing.assert_allclose(follow(np.zeros((3, 2)), before, after), expected)


def test_a_sample_without_any_value_stays() -> None:
    values = np.array([[10.0, NAN], [11.0, NAN]])
    np.testing.assert_array_equal(follow(np.full((2, 2), 5.0), values, values + 2)[:, 1], [5.0, 5.0])
