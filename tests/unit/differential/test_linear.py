"""Least squares with missing values, against numpy's own solver run protein by protein."""

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_info, threadpool_limits

from myosieve.differential import linear
from myosieve.differential.linear import fit
from myosieve.differential.normal_equations import solve

ORACLES = Path(__file__).parents[2] / "oracles"


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


@pytest.mark.parametrize(("noise", "tolerance"), [(3e-3, 2e-12), (1e-6, 1e-8)])
def test_a_covariate_that_a_missing_value_makes_nearly_collinear_costs_few_digits(
    noise: float, tolerance: float
) -> None:
    # Without its first sample the covariate is the condition and a little noise. Solving the normal equations once loses twice
    # the digits that a decomposition of the design loses: 1e-11 at the first noise, 1e-5 in the standard error at the second.
    rng = np.random.default_rng(5)
    condition = np.repeat([0.0, 1.0], 6)
    nearly = condition + noise * rng.normal(size=12)
    nearly[0] = 5.0
    design = np.column_stack([np.ones(12), condition, nearly])
    values = 25 + 2 * condition + 0.5 * nearly + 0.1 * rng.normal(size=(1, 12))
    values[0, 0] = np.nan
    fitted = fit(values, design, np.eye(3)[:, 1:])
    left, singular, right = np.linalg.svd(design[1:], full_matrices=False)
    expected = right.T @ (left.T @ values[0, 1:] / singular)
    np.testing.assert_allclose(fitted.log2fc[0], expected[1:], rtol=tolerance)
    spread = np.sqrt(((right / singular[:, None]) ** 2).sum(axis=0))
    np.testing.assert_allclose(fitted.stdev_unscaled[0], spread[1:], rtol=1e-9)


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


def one_by_one_with_covariance(
    values: np.ndarray, design: np.ndarray, contrast: np.ndarray, weights: np.ndarray, correlation: np.ndarray
) -> tuple[float, float, float, int]:
    """As `one_by_one`, of errors with covariance W^-1/2 R W^-1/2, by whitening with a Cholesky factor."""
    seen = ~np.isnan(values) & (weights > 0)
    covariance = correlation[np.ix_(seen, seen)] / np.sqrt(np.outer(weights[seen], weights[seen]))
    white = np.linalg.inv(np.linalg.cholesky(covariance))
    return one_by_one(white @ values[seen], white @ design[seen], contrast)


def weights_of(kind: str, m: int, n: int) -> np.ndarray:
    rng = np.random.default_rng(17)
    weights = {
        "none": np.ones(n),
        "per sample": rng.gamma(2, 1, n),
        "per protein": rng.gamma(2, 1, (m, 1)),
        "per observation": rng.gamma(2, 1, (m, n)) * (rng.random((m, n)) > 0.1),
    }
    return weights[kind]


BLOCKS = np.array(list("cabcabdb"))  # unsorted, of unequal size, one with a single sample


@pytest.mark.parametrize("share", [0.0, 0.4])
@pytest.mark.parametrize("correlation", [0.0, 0.7, -0.3])
@pytest.mark.parametrize("kind", ["none", "per sample", "per protein", "per observation"])
def test_weights_and_blocks_give_what_whitening_each_protein_alone_gives(
    kind: str, correlation: float, share: float
) -> None:
    rng = np.random.default_rng(11)
    design = np.column_stack([np.ones(8), np.tile([0.0, 1.0], 4), np.repeat([0.0, 1.0], 4)])
    contrast = np.array([0, 1.0, 0])
    values, weights = with_missing(rng, 60, 8, share), weights_of(kind, 60, 8)
    fitted = fit(values, design, contrast[:, None], weights=weights, block=BLOCKS, correlation=correlation)
    together = correlation * ((BLOCKS[:, None] == BLOCKS) & ~np.eye(8, dtype=bool)) + np.eye(8)
    each = np.broadcast_to(weights, values.shape)
    expected = np.array(
        [one_by_one_with_covariance(y, design, contrast, w, together) for y, w in zip(values, each, strict=True)]
    )
    np.testing.assert_allclose(fitted.log2fc[:, 0], expected[:, 0], rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(fitted.stdev_unscaled[:, 0], expected[:, 1], rtol=1e-9)
    np.testing.assert_allclose(fitted.variance, expected[:, 2], rtol=1e-9, atol=1e-24)
    np.testing.assert_array_equal(fitted.df_residual, expected[:, 3])


def test_an_observation_of_weight_zero_or_without_a_weight_is_as_good_as_missing() -> None:
    rng = np.random.default_rng(2)
    values, design, contrast = with_missing(rng, 30, 8, 0.1), paired_design(4), np.array([[0, 1.0, 0, 0, 0]]).T
    weights = np.ones(values.shape)
    weights[:10, 3], weights[10:20, 5] = 0.0, np.nan
    without = np.where(weights > 0, values, np.nan)
    weighted, missing = fit(values, design, contrast, weights=weights), fit(without, design, contrast)
    for name in ("log2fc", "stdev_unscaled", "variance", "df_residual", "mean", "observed"):
        np.testing.assert_allclose(
            getattr(weighted, name), getattr(missing, name), rtol=1e-10, atol=1e-12, err_msg=name
        )


@given(factor=st.floats(1e-6, 1e6), seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_weights_that_are_all_larger_by_a_factor_leave_estimates_and_standard_errors_as_they_are(
    factor: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values, weights = with_missing(rng, 20, 8, 0.2), rng.gamma(2, 1, 8)
    contrast = np.array([[0, 1.0, 0, 0, 0]]).T
    one, other = (fit(values, paired_design(4), contrast, weights=w) for w in (weights, weights * factor))
    np.testing.assert_allclose(other.log2fc, one.log2fc, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(other.variance, one.variance * factor, rtol=1e-9)
    np.testing.assert_allclose(other.stdev_unscaled * np.sqrt(factor), one.stdev_unscaled, rtol=1e-9)


@pytest.mark.parametrize("tiny", [1e-9, 1e-15])
def test_a_weight_that_is_tiny_but_not_zero_still_lets_a_contrast_be_estimated(tiny: float) -> None:
    # Two groups of one and of three samples; all there is of the first group has a tiny share of the others' weight.
    design = np.column_stack([np.ones(4), [0.0, 1, 1, 1]])
    weights = np.array([[tiny, 1.0, 1.0, 1.0]])
    fitted = fit(np.array([[20.0, 25, 26, 27]]), design, np.array([[0.0], [1.0]]), weights=weights)
    np.testing.assert_allclose(fitted.log2fc, [[6.0]], rtol=1e-6)  # mean of 25, 26, 27 less 20
    np.testing.assert_allclose(fitted.stdev_unscaled, [[np.sqrt(1 / tiny + 1 / 3)]], rtol=1e-6)


def test_two_samples_of_a_pair_that_are_correlated_give_the_standard_error_of_a_paired_test() -> None:
    # var(b - a) = 2 (1 - rho) sigma^2, divided by the number of pairs
    design = np.column_stack([np.ones(8), np.tile([0.0, 1.0], 4)])
    pairs = np.repeat(list("wxyz"), 2)
    values = np.random.default_rng(4).normal(size=(5, 8))
    fitted = fit(values, design, np.array([[0.0], [1.0]]), block=pairs, correlation=0.8)
    np.testing.assert_allclose(fitted.stdev_unscaled, np.full((5, 1), np.sqrt(2 * 0.2 / 4)), rtol=1e-12)


def test_a_correlation_that_no_samples_can_have_is_refused() -> None:
    values, design, contrast = np.ones((2, 6)), np.ones((6, 1)), np.ones((1, 1))
    with pytest.raises(ValueError, match="not possible in blocks of 3"):
        fit(values, design, contrast, block=np.repeat([1, 2], 3), correlation=-0.5)  # three at -1/2 sum to a constant
    with pytest.raises(ValueError, match="needs the blocks"):
        fit(values, design, contrast, correlation=0.5)


@pytest.mark.parametrize("weight", [-1.0, np.inf])
def test_a_negative_or_infinite_weight_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="weights must be"):
        fit(np.ones((1, 3)), np.ones((3, 1)), np.ones((1, 1)), weights=np.array([1.0, weight, 1.0]))


def test_the_covariance_of_contrasts_holds_their_variances_and_those_of_their_sums() -> None:
    rng = np.random.default_rng(8)
    design = np.column_stack([np.repeat(np.eye(3), 4, axis=0), np.tile([0.0, 1.0], 6)])
    two = np.array([[-1.0, 1, 0, 0], [0, -1, 1, 0]]).T
    values = with_missing(rng, 100, 12, 0.4)
    fitted = fit(values, design, two, covariance=True)
    of_sum = fit(values, design, two.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(np.diagonal(fitted.covariance, axis1=1, axis2=2), fitted.stdev_unscaled**2, rtol=1e-12)
    both = ~np.isnan(fitted.log2fc).any(axis=1)
    assert 0 < both.sum() < 100
    np.testing.assert_allclose(
        np.sqrt(fitted.covariance.sum(axis=(1, 2)))[both], of_sum.stdev_unscaled[both, 0], rtol=1e-9
    )
    assert fit(values, design, two).covariance is None


def test_a_contrast_is_empty_for_a_group_without_values_while_the_other_contrasts_stay() -> None:
    design = np.repeat(np.eye(3), 2, axis=0)
    values = np.array([[1.0, 2, 3, 4, np.nan, np.nan]])
    fitted = fit(values, design, np.array([[-1.0, 1, 0], [-1, 0, 1]]).T)
    np.testing.assert_allclose(fitted.log2fc, [[2.0, np.nan]])  # 3.5 - 1.5
    assert fitted.df_residual[0] == 2


def test_one_sample_against_several_is_estimated_with_the_variance_of_the_several() -> None:
    design = np.column_stack([np.ones(4), [0.0, 0, 0, 1]])
    fitted = fit(np.array([[1.0, 2, 3, 7]]), design, np.array([[0.0], [1.0]]))
    assert fitted.log2fc[0, 0] == pytest.approx(5.0)
    assert fitted.variance[0] == pytest.approx(1.0)  # of 1, 2, 3
    assert fitted.stdev_unscaled[0, 0] == pytest.approx(np.sqrt(1 + 1 / 3))


def test_a_protein_without_a_residual_degree_of_freedom_has_an_estimate_but_no_variance() -> None:
    values = np.array([[1.0, np.nan, 4.0, np.nan]])
    fitted = fit(values, np.repeat(np.eye(2), 2, axis=0), np.array([[-1.0], [1.0]]))
    assert fitted.log2fc[0, 0] == pytest.approx(3.0)
    assert fitted.df_residual[0] == 0
    assert np.isnan(fitted.variance[0])


def test_proteins_without_any_value_are_empty_also_where_no_protein_has_any() -> None:
    fitted = fit(np.full((3, 4), np.nan), np.repeat(np.eye(2), 2, axis=0), np.array([[-1.0], [1.0]]))
    for name in ("log2fc", "stdev_unscaled", "variance", "mean"):
        assert np.isnan(getattr(fitted, name)).all()
    assert (fitted.observed == 0).all()
    assert (fitted.df_residual == 0).all()


def test_a_table_without_proteins_gives_an_empty_fit() -> None:
    fitted = fit(np.empty((0, 4)), np.repeat(np.eye(2), 2, axis=0), np.array([[-1.0], [1.0]]))
    assert fitted.log2fc.shape == (0, 1)


def test_a_protein_has_the_same_result_alone_and_among_thousands() -> None:
    rng = np.random.default_rng(12)
    values, design = with_missing(rng, 50_000, 12, 0.3), np.repeat(np.eye(2), 6, axis=0)
    contrast = np.array([[-1.0], [1.0]])
    all_of_them = fit(values, design, contrast)
    for i in (0, 25_000, 49_999):
        alone = fit(values[[i]], design, contrast)
        np.testing.assert_allclose(alone.log2fc[0], all_of_them.log2fc[i], rtol=1e-12)
        np.testing.assert_allclose(alone.variance[0], all_of_them.variance[i], rtol=1e-12)


def test_memory_beyond_the_results_does_not_grow_with_the_number_of_proteins() -> None:
    design, contrast = np.repeat(np.eye(2), 50, axis=0), np.array([[-1.0], [1.0]])

    def peak(m: int) -> int:
        values = with_missing(np.random.default_rng(1), m, 100, 0.2)
        tracemalloc.start()
        fit(values, design, contrast)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    results = 6 * 8 * 20_000  # six numbers for each of 20,000 more proteins; their values alone are 16 MB
    assert peak(24_000) - peak(4_000) < 2 * results


def blas_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_the_solver_uses_one_thread_and_gives_the_others_back(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def watching(*arguments):
        seen.append(blas_threads())
        return solve(*arguments)

    monkeypatch.setattr(linear, "solve", watching)
    with threadpool_limits(limits=2, user_api="blas"):
        before = blas_threads()
        fit(np.random.default_rng(0).normal(size=(5, 8)), paired_design(4), np.array([[0, 1.0, 0, 0, 0]]).T)
        assert blas_threads() == before
    assert seen
    assert set.union(*seen) == {1}


def test_weighted_least_squares_are_limma_s() -> None:
    values = pd.read_csv(ORACLES / "paired.intensities.tsv.gz", sep="\t", index_col=0).to_numpy()
    samples = pd.read_csv(ORACLES / "paired.samples.tsv", sep="\t")
    expected = pd.read_csv(ORACLES / "limma-3.54" / "paired.weighted.tsv.gz", sep="\t")
    indicators = [pd.get_dummies(samples[name]) for name in ("condition", "donor")]
    design = np.column_stack(indicators).astype(float)
    contrast = np.zeros((design.shape[1], 1))
    contrast[[list(indicators[0]).index(name) for name in ("end", "rest")], 0] = 1, -1
    row, column = np.indices(values.shape)
    weights = 0.5 + 0.5 * ((7 * row + 3 * column) % 5)  # as in run_block.R, which counts from one
    weights[(row + column + 2) % 11 == 0] = 0
    fitted = fit(values, design, contrast, weights=weights)
    estimable = ~np.isnan(fitted.log2fc[:, 0])  # limma has a number for more
    assert estimable.sum() > 600
    for ours, name in ((fitted.log2fc[:, 0], "log2fc"), (fitted.stdev_unscaled[:, 0], "stdev_unscaled")):
        np.testing.assert_allclose(ours[estimable], expected[name][estimable], rtol=1e-8, atol=1e-11)
    some = fitted.df_residual > 0
    np.testing.assert_array_equal(fitted.df_residual[some], expected["df_residual"][some])
    np.testing.assert_allclose(np.sqrt(fitted.variance[some]), expected["sigma"][some], rtol=1e-8)
