"""Least squares with missing values, against numpy's own solver run protein by protein."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myosieve.differential.linear import fit


def paired_design(subjects: int) -> np.ndarray:
    rows = [
        [1.0, condition, *(subject == k for k in range(1, subjects))]
        for subject in range(subjects)
        for condition in (0, 1)
    ]
    return np.array(rows, dtype=float)


def with_missing(rng: np.random.Generator, m: int, n: int, share: float) -> np.ndarray:
    values = rng.normal(25, 3, (m, 1)) + rng.normal(size=(m, n))
    values[rng.random((m, n)) < share] = np.nan
    return values


def one_by_one(values: np.ndarray, design: np.ndarray, contrast: np.ndarray) -> tuple[float, float, float, int]:
    """Return estimate, unscaled standard error, residual variance and df of one protein, straight from the textbook."""
    seen = ~np.isnan(values)
    x, y = design[seen], values[seen]
    rank = np.linalg.matrix_rank(x) if len(x) else 0
    df = len(y) - rank
    b = np.linalg.lstsq(x, y, rcond=None)[0] if len(x) else np.zeros(design.shape[1])
    variance = ((y - x @ b) ** 2).sum() / df if df else np.nan
    if np.linalg.matrix_rank(np.vstack([x, contrast])) > rank:
        return np.nan, np.nan, variance, df
    return contrast @ b, np.sqrt(contrast @ np.linalg.pinv(x.T @ x) @ contrast), variance, df


@pytest.mark.parametrize("share", [0.0, 0.25, 0.6])
def test_all_proteins_at_once_equal_each_protein_alone(share: float) -> None:
    rng = np.random.default_rng(7)
    design, contrast = paired_design(4), np.array([0, 1.0, 0, 0, 0])
    values = with_missing(rng, 300, 8, share)
    fitted = fit(values, design, contrast[:, None])
    expected = np.array([one_by_one(row, design, contrast) for row in values])
    np.testing.assert_allclose(fitted.log2fc[:, 0], expected[:, 0], rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(fitted.stdev_unscaled[:, 0], expected[:, 1], rtol=1e-9)
    np.testing.assert_allclose(fitted.variance, expected[:, 2], rtol=1e-9, atol=1e-25)
    np.testing.assert_array_equal(fitted.df_residual, expected[:, 3])


def test_a_rank_deficient_design_gives_the_same_contrast_as_one_without_the_redundant_column() -> None:
    rng = np.random.default_rng(3)
    design = paired_design(4)
    redundant = np.column_stack([design, design[:, 0] - design[:, 2]])
    values = with_missing(rng, 50, 8, 0.2)
    plain = fit(values, design, np.array([[0, 1.0, 0, 0, 0]]).T)
    same = fit(values, redundant, np.array([[0, 1.0, 0, 0, 0, 0]]).T)
    np.testing.assert_allclose(same.log2fc, plain.log2fc, rtol=1e-10)
    np.testing.assert_allclose(same.stdev_unscaled, plain.stdev_unscaled, rtol=1e-10)


def test_a_nearly_collinear_covariate_is_judged_by_singular_values_not_by_their_squares() -> None:
    rng = np.random.default_rng(5)
    condition = np.repeat([0.0, 1.0], 6)
    nearly = condition + rng.normal(size=12) * 1e-5
    design = np.column_stack([np.ones(12), condition, nearly])
    values = rng.normal(size=(20, 12))
    values[3, 0] = np.nan
    fitted = fit(values, design, np.array([[0, 1.0, 0]]).T)
    expected = [one_by_one(row, design, np.array([0, 1.0, 0]))[0] for row in values]
    np.testing.assert_allclose(fitted.log2fc[:, 0], expected, rtol=1e-4)


def test_a_constant_protein_has_variance_and_difference_zero_and_not_rounding_noise() -> None:
    values = np.full((1, 8), 26.123456789)
    fitted = fit(values, paired_design(4), np.array([[0, 1.0, 0, 0, 0]]).T)
    assert fitted.variance[0] == 0.0
    assert fitted.log2fc[0, 0] == 0.0


def test_an_infinite_value_is_refused() -> None:
    with pytest.raises(ValueError, match="infinite"):
        fit(np.array([[1.0, -np.inf, 2.0]]), np.ones((3, 1)), np.ones((1, 1)))


@given(shift=st.floats(-20, 20), scale=st.floats(0.1, 10), seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_shifting_and_scaling_all_values_shifts_nothing_and_scales_the_estimate(
    shift: float, scale: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values = with_missing(rng, 20, 8, 0.2)
    contrast = np.array([[0, 1.0, 0, 0, 0]]).T
    before, after = (fit(v, paired_design(4), contrast) for v in (values, values * scale + shift))
    np.testing.assert_allclose(after.log2fc, before.log2fc * scale, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(after.variance, before.variance * scale**2, rtol=1e-6, atol=1e-15)


@given(seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_order_of_samples_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, design = with_missing(rng, 20, 8, 0.2), paired_design(4)
    order = rng.permutation(8)
    contrast = np.array([[0, 1.0, 0, 0, 0]]).T
    before, after = fit(values, design, contrast), fit(values[:, order], design[order], contrast)
    np.testing.assert_allclose(after.log2fc, before.log2fc, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(after.stdev_unscaled, before.stdev_unscaled, rtol=1e-9)
