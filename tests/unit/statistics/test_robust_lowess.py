"""Laws of the robust lowess; its agreement with limma's is held by the reference results of cyclic loess."""

import numpy as np
import pytest

from myosieve.statistics.robust_lowess import robust_lowess


def data(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    x = draw.normal(25, 2, n)
    return x, np.sin(x) + 0.3 * draw.normal(size=n)


def test_a_straight_line_is_reproduced() -> None:
    x, _ = data()
    np.testing.assert_allclose(robust_lowess(x, 3 - 2 * x, 0.5), 3 - 2 * x, rtol=1e-10)


def test_the_order_of_points_does_not_matter() -> None:
    x, y = data()
    order = np.random.default_rng(1).permutation(len(x))
    np.testing.assert_allclose(robust_lowess(x[order], y[order], 0.6), robust_lowess(x, y, 0.6)[order], rtol=1e-9)


def test_moving_and_stretching_both_axes_moves_and_stretches_the_fit() -> None:
    x, y = data()
    moved = robust_lowess(4 * x - 7, 2 * y + 5, 0.6)
    np.testing.assert_allclose(moved, 2 * robust_lowess(x, y, 0.6) + 5, atol=1e-9)


def test_adding_a_line_to_the_points_adds_it_to_the_fit() -> None:
    x, y = data()
    # the fit is joined by straight lines between seeds, on which a line lies exactly
    np.testing.assert_allclose(robust_lowess(x, y + 3 * x, 0.6), robust_lowess(x, y, 0.6) + 3 * x, atol=1e-8)


def test_a_first_fit_without_robustness_minds_an_outlier_and_further_ones_do_not() -> None:
    x, y = data()
    wild = y.copy()
    wild[:20] += 50
    once = np.abs(robust_lowess(x, wild, 0.6, fits=1) - robust_lowess(x, y, 0.6, fits=1)).max()
    four = np.abs(robust_lowess(x, wild, 0.6) - robust_lowess(x, y, 0.6)).max()
    assert once > 1
    assert four < 0.1


def test_at_a_seed_the_first_fit_is_the_weighted_line_of_cleveland() -> None:
    x = np.linspace(0, 1, 21)
    y = np.random.default_rng(1).normal(size=21)
    # 11 nearest points of the first one reach to 0.5; tricube weights by the formula, the farthest with weight 0
    weights = np.clip(1 - (x / 0.5) ** 3, 0, None) ** 3
    intercept = np.polyfit(x, y, 1, w=np.sqrt(weights))[1]
    assert robust_lowess(x, y, 11 / 21, fits=1)[0] == pytest.approx(intercept, abs=1e-7)


def test_where_all_points_share_one_place_the_fit_is_their_mean() -> None:
    _, y = data(30)
    np.testing.assert_allclose(robust_lowess(np.full(30, 25.0), y, 1.0, fits=1), y.mean())


def test_tied_places_get_one_value() -> None:
    x, y = data()
    x = np.round(x)
    fitted = robust_lowess(x, y, 0.5)
    for place in np.unique(x):
        assert np.ptp(fitted[x == place]) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_points_are_their_own_fit(n: int) -> None:
    np.testing.assert_array_equal(robust_lowess(np.zeros(n), np.ones(n), 0.7), np.ones(n))


def test_two_points_are_joined() -> None:
    np.testing.assert_allclose(robust_lowess(np.array([0.0, 1.0]), np.array([3.0, 5.0]), 0.7), [3, 5])
