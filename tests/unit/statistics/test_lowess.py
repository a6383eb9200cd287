"""Laws of the weighted lowess; its agreement with limma's is held by the reference results."""

import numpy as np
import pytest

from myosieve.statistics.lowess import span_for, weighted_lowess


def data(n: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(25, 2, n)
    return x, np.sin(x) + rng.normal(size=n), rng.uniform(0.5, 4, n)


def test_a_straight_line_is_reproduced() -> None:
    x, _, weights = data()
    np.testing.assert_allclose(weighted_lowess(x, 3 - 2 * x, weights, 0.5), 3 - 2 * x, rtol=1e-10)


def test_the_order_of_points_does_not_matter() -> None:
    x, y, weights = data()
    order = np.random.default_rng(1).permutation(len(x))
    np.testing.assert_allclose(
        weighted_lowess(x[order], y[order], weights[order], 0.6), weighted_lowess(x, y, weights, 0.6)[order], rtol=1e-12
    )


def test_scaling_all_weights_changes_nothing() -> None:
    x, y, weights = data()
    fitted = weighted_lowess(x, y, weights, 0.6)
    np.testing.assert_allclose(weighted_lowess(x, y, 7 * weights, 0.6), fitted, rtol=1e-10)


def test_a_point_without_weight_to_speak_of_changes_next_to_nothing() -> None:
    x, y, weights = data()
    fitted = weighted_lowess(x, y, weights, 0.6)
    y[0], weights[0] = 1e6, 1e-14
    np.testing.assert_allclose(weighted_lowess(x, y, weights, 0.6), fitted, atol=0.02)


def test_where_all_points_share_one_place_the_fit_is_their_weighted_mean() -> None:
    _, y, weights = data(30)
    fitted = weighted_lowess(np.full(30, 25.0), y, weights, 1.0)
    np.testing.assert_allclose(fitted, np.average(y, weights=weights))


@pytest.mark.parametrize(("n", "span"), [(10, 1.0), (500, 1.0), (4000, 0.65), (500_000_000, 0.307)])
def test_the_span_falls_from_1_at_500_points_with_the_cube_root(n: int, span: float) -> None:
    # 0.3 + 0.7 (500 / n)^(1/3) by hand: (1/8)^(1/3) = 1/2, (1e-6)^(1/3) = 1/100
    assert span_for(n) == pytest.approx(span)
