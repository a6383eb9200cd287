"""Robust linear regression of the difference to the level."""

import numpy as np
import pytest

from myosieve.quant.normalization.rlr import huber_lines, line_corrected

A = np.array([-0.6, 0.1, 0.5, 0.0])
B = np.array([0.05, -0.02, 0.0, -0.03])  # sum 0, as A: the common line is nobody's


def planted(noise: float, outliers: float = 0.0, missing: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(1)
    level = draw.normal(22, 3, 1000)
    truth = level[:, None] + draw.normal(0, noise, (1000, 4)) if noise else np.repeat(level[:, None], 4, axis=1)
    changed = draw.random(truth.shape) < outliers
    truth = truth + changed * draw.choice([-3.0, 3.0], truth.shape)
    x = truth + A + np.outer(level - level.mean(), B)
    x[draw.random(x.shape) < missing] = np.nan
    return x, truth


def leftover(x: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return intercept and slope, per sample, of what the correction left beside the truth."""
    left = line_corrected(x, (~np.isnan(x)).sum(axis=1) >= 2) - truth
    left -= np.nanmean(left)
    level = truth.mean(axis=1)
    lines = []
    for column in left.T:
        seen = ~np.isnan(column)
        lines.append(np.polyfit(level[seen] - level.mean(), column[seen], 1))
    slopes, intercepts = np.array(lines).T
    return intercepts, slopes


def test_lines_without_noise_are_removed_exactly() -> None:
    x, truth = planted(0.0)
    np.testing.assert_allclose(line_corrected(x, np.ones(1000, bool)), truth, atol=1e-9)


@pytest.mark.parametrize(("outliers", "missing"), [(0.0, 0.3), (0.1, 0.0), (0.1, 0.3)])
def test_planted_lines_are_recovered_with_outliers_and_missing_values(outliers: float, missing: float) -> None:
    intercepts, slopes = leftover(*planted(0.1, outliers, missing))
    np.testing.assert_allclose(intercepts, 0, atol=0.05)  # planted: up to 0.6
    np.testing.assert_allclose(slopes, 0, atol=0.012)  # planted: up to 0.05


def test_a_fold_change_keeps_its_size_whatever_the_slope() -> None:
    x, _ = planted(0.05)
    raised = x.copy()
    raised[:20, 2] += 2.0
    everything = np.ones(1000, bool)
    change = line_corrected(raised, everything) - line_corrected(x, everything)
    # the raised sample lifts its protein's own level by 2 / 4; what is left of slope 0.05 on it is 0.025 at most
    assert change[:20, 2] == pytest.approx(np.full(20, 2.0), abs=0.05)


def test_beyond_the_anchors_the_line_is_held_level() -> None:
    x, _ = planted(0.0)
    faint = np.vstack([x, np.full((2, 4), [[-5.0], [-50.0]])])
    result = line_corrected(faint, np.arange(1002) < 1000)
    np.testing.assert_allclose(result[1000] - faint[1000], result[1001] - faint[1001])


def test_an_exact_line_is_found_among_a_minority_of_others() -> None:
    x = np.linspace(-1, 1, 50)
    y = (1 + 2 * x)[:, None].repeat(2, axis=1)
    y[::5, 0] += 100
    intercept, slope = huber_lines(x, y)
    np.testing.assert_allclose(intercept, 1, atol=1e-6)
    np.testing.assert_allclose(slope, 2, atol=1e-6)


def test_few_values_or_one_place_have_no_slope() -> None:
    x = np.arange(12.0)
    y = np.column_stack([x, np.where(x < 5, x, np.nan)])
    assert huber_lines(x, y)[1].tolist() == pytest.approx([1, 0])
    assert huber_lines(np.full(12, 3.0), y)[1].tolist() == [0, 0]
