"""Windows of the weighted lowess that carries the trend, against the plainest way to find them."""

import numpy as np
import pytest

from myosieve.statistics.lowess import weighted_lowess


def by_definition(x: np.ndarray, y: np.ndarray, weights: np.ndarray, span: float, at: float) -> float:
    """Return the local line's value: tricube weights in the smallest window that holds `span` of the weight."""
    distance = np.abs(x - at)
    for half_width in np.unique(distance):
        if weights[distance <= half_width].sum() >= span * weights.sum() * (1 - 1e-14):
            break
    kernel = weights * (np.clip(1 - (distance / half_width) ** 3, 0, None) ** 3 if half_width else distance == 0)
    if len(np.unique(x[kernel > 0])) == 1:
        return float(np.average(y, weights=kernel))
    return float(np.polyfit(x - at, y, 1, w=np.sqrt(kernel))[1])


@pytest.mark.parametrize("decimals", [0, 1, 8])
@pytest.mark.parametrize("span", [0.15, 0.5, 1.0])
def test_fitted_values_are_local_lines_in_the_smallest_window_that_weighs_enough(span: float, decimals: int) -> None:
    draw = np.random.default_rng(decimals)
    x = np.round(draw.normal(25, 2, 90), decimals)  # rounded to whole numbers: many ties
    y, weights = draw.normal(size=90), draw.uniform(0.1, 4, 90)
    fitted = weighted_lowess(x, y, weights, span)  # fewer points than seeds: every place is one
    expected = [by_definition(x, y, weights, span, at) for at in x]
    np.testing.assert_allclose(fitted, expected, atol=1e-8)
