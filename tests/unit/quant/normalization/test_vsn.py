"""Variance stabilization and calibration by maximum likelihood."""

import numpy as np
import pytest

from myosieve.quant.normalization import vsn
from myosieve.quant.normalization.anchors import row_means

C = 0.15


def drawn(proteins: int = 1500, samples: int = 6, changed: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return intensities drawn from the model, offsets and factors: arsinh(a_j + b_j y_ij) = mu_i + e_ij."""
    draw = np.random.default_rng(1)
    mu = draw.uniform(1.0, 8, (proteins, 1))
    offset, factor = draw.uniform(-0.5, 0.3, samples), 2 ** draw.normal(0, 0.7, samples)
    h = mu + C * draw.normal(size=(proteins, samples))
    many = int(changed * proteins)
    h[:many, samples // 2 :] += draw.choice([-1.0, 1.0], (many, 1))
    y = (np.sinh(h) - offset) / factor
    return np.where(y > 0, y, np.nan), offset, factor


def test_planted_offsets_and_factors_are_recovered_from_all_proteins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vsn, "KEPT_SHARE", 1.0)
    y, offset, factor = drawn()
    o, log_b = vsn._robust_fit(y)
    np.testing.assert_allclose(log_b, np.log(factor), atol=0.1)
    np.testing.assert_allclose(o * np.exp(log_b), offset, atol=0.12)


def test_trimming_leaves_the_factors_relative_to_one_another_and_lets_compression_begin_lower() -> None:
    y, _, factor = drawn()
    error = vsn._robust_fit(y)[1] - np.log(factor)
    np.testing.assert_allclose(error - error.mean(), 0, atol=0.02)
    assert 0 < error.mean() < 0.9  # what is trimmed first is noisy for being faint


def test_a_fifth_of_changed_proteins_moves_the_factors_little() -> None:
    y, _, factor = drawn(changed=0.2)
    _, log_b = vsn._robust_fit(y)
    np.testing.assert_allclose(log_b - log_b.mean(), np.log(factor) - np.log(factor).mean(), atol=0.02)


def test_the_spread_does_not_depend_on_the_level_any_more() -> None:
    y, _, _ = drawn()
    result = vsn.stabilized(np.log2(y), np.ones(len(y), bool))

    def faint_to_intense(x: np.ndarray) -> float:
        x = x[~np.isnan(x).any(axis=1)]
        spread = (x - np.median(x, axis=0)).std(axis=1, ddof=1)[np.argsort(x.mean(axis=1))]
        return float(np.median(spread[:150]) / np.median(spread[-150:]))

    assert faint_to_intense(np.log2(y)) > 1.3
    assert faint_to_intense(result) == pytest.approx(1, abs=0.25)


def test_intense_values_are_on_the_log2_scale() -> None:
    y, _, factor = drawn()
    result = vsn.stabilized(np.log2(y), np.ones(len(y), bool))
    intense = np.log2(y * factor).min(axis=1) > 9
    expected = np.log2(y * factor) - np.log2(factor).mean()
    np.testing.assert_allclose(result[intense], expected[intense], atol=0.05)


def test_each_sample_s_values_keep_their_order() -> None:
    y, _, _ = drawn()
    result = vsn.stabilized(np.log2(y), np.arange(len(y)) % 2 == 0)
    for sample in range(y.shape[1]):
        seen = ~np.isnan(y[:, sample])
        order = np.argsort(y[seen, sample])
        assert (np.diff(result[seen, sample][order]) > 0).all()


def test_scaling_one_sample_s_intensities_changes_no_difference() -> None:
    y, _, _ = drawn(proteins=300)
    scaled = y * np.array([1, 1, 1000, 1, 1, 1])
    before, after = (vsn.stabilized(np.log2(one), np.ones(300, bool)) for one in (y, scaled))
    np.testing.assert_allclose(after - np.nanmean(after), before - np.nanmean(before), atol=1e-5)


def test_gradient_and_hessian_are_those_of_the_likelihood() -> None:
    y, _, _ = drawn(proteins=40, samples=3)
    y[::7, 1] = np.nan
    for log_b in (0.1, 8.0):  # below and beyond the largest common factor
        at = np.array([0.1, -0.2, 0.3, 0.2, 0.0, -0.1]) + np.repeat([0, log_b], 3)
        _, gradient, hessian = vsn._likelihood(y, at)
        ends = [(vsn._likelihood(y, at + step), vsn._likelihood(y, at - step)) for step in 1e-6 * np.eye(6)]
        np.testing.assert_allclose(gradient, [(up[0] - down[0]) / 2e-6 for up, down in ends], rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(hessian, [(up[1] - down[1]) / 2e-6 for up, down in ends], rtol=1e-4, atol=1e-3)


def test_without_additive_noise_it_is_a_shift() -> None:
    draw = np.random.default_rng(1)
    x = draw.normal(24, 2, (500, 1)) + np.array([0, 1, -1, 0.5]) + draw.normal(0, 0.2, (500, 4))
    moved = vsn.stabilized(x, np.ones(500, bool)) - x
    assert np.ptp(moved[x.mean(axis=1) > 22], axis=0).max() < 0.15


def test_large_tables_are_fitted_to_proteins_spread_over_the_level(monkeypatch: pytest.MonkeyPatch) -> None:
    y, _, _ = drawn(proteins=1200)
    everything = np.ones(1200, bool)
    full = vsn.stabilized(np.log2(y), everything)
    monkeypatch.setattr(vsn, "MOST_VALUES", 6 * 300)
    rows = vsn._spaced(np.log2(y), np.zeros(6), everything)
    assert len(rows) == 300
    levels = row_means(np.log2(y))
    assert np.median(levels[rows]) == pytest.approx(np.median(levels), abs=0.1)
    moved = vsn.stabilized(np.log2(y), everything) - full
    assert np.nanmedian(np.abs(moved - np.nanmean(moved))) < 0.05
