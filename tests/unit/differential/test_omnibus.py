"""The moderated F test: against limma, against t tests, and by what must not change it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import chdtrc, stdtr

from myosieve.differential.linear import fit
from myosieve.differential.omnibus import moderated_f

ORACLES = Path(__file__).parents[2] / "oracles"
# Of the groups a, b, c: b - a, c - a and, following from these, c - b.
THREE = np.array([[-1.0, 1, 0], [-1, 0, 1], [0, -1, 1]]).T


def groups(values: np.ndarray, contrasts: np.ndarray):
    return fit(values, np.repeat(np.eye(3), values.shape[1] // 3, axis=0), contrasts, covariance=True)


def made(m: int, missing: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(6)
    values = rng.normal(25, 1, (m, 12))
    values[rng.random(values.shape) < missing] = np.nan
    return values


def test_f_of_contrasts_that_depend_on_each_other_is_limma_s_where_nothing_is_missing() -> None:
    values = pd.read_csv(ORACLES / "paired.intensities.tsv.gz", sep="\t", index_col=0).dropna()
    limma = pd.read_csv(ORACLES / "limma-3.54" / "paired.omnibus.tsv.gz", sep="\t", index_col=0).loc[values.index]
    fitted = groups(values.to_numpy(), THREE)
    tested = moderated_f(fitted.log2fc, fitted.covariance, limma["s2_post"].to_numpy(), limma["df_total"].to_numpy())
    assert len(values) > 200
    np.testing.assert_allclose(tested.f, limma["f"], rtol=1e-8)
    np.testing.assert_allclose(tested.p_value, limma["p_value"], rtol=1e-8)
    assert (tested.df1 == 2).all()


def test_with_missing_values_f_compares_the_fits_with_and_without_groups() -> None:
    # limma takes the correlation of the contrasts from the complete design, which is approximate here.
    values = made(200, 0.3)
    fitted = groups(values, THREE)
    tested = moderated_f(fitted.log2fc, fitted.covariance, fitted.variance, fitted.df_residual)
    together = fit(values, np.ones((12, 1)), np.ones((1, 1)))
    complete = (tested.estimable == 3) & (fitted.df_residual > 0)
    assert 100 < complete.sum() < 200
    gained = together.variance * together.df_residual - fitted.variance * fitted.df_residual
    expected = gained / 2 / fitted.variance  # the analysis of variance of three groups
    np.testing.assert_allclose(tested.f[complete], expected[complete], rtol=1e-9)


def test_f_of_one_contrast_is_the_square_of_t_with_the_same_p_value() -> None:
    fitted = groups(made(50, 0.2), THREE[:, :1])
    variance, df = np.full(50, 0.7), np.full(50, 11.5)
    tested = moderated_f(fitted.log2fc, fitted.covariance, variance, df)
    t = fitted.log2fc[:, 0] / (fitted.stdev_unscaled[:, 0] * np.sqrt(variance))
    np.testing.assert_allclose(tested.f, t**2, rtol=1e-12)
    np.testing.assert_allclose(tested.p_value, 2 * stdtr(df, -np.abs(t)), rtol=1e-9)


def test_a_contrast_that_follows_from_the_others_changes_nothing() -> None:
    values = made(50)
    variance, df = np.full(50, 0.7), np.full(50, 9.0)
    two, three = (
        moderated_f(fitted.log2fc, fitted.covariance, variance, df)
        for fitted in (groups(values, THREE[:, :2]), groups(values, THREE))
    )
    np.testing.assert_allclose(three.f, two.f, rtol=1e-10)
    np.testing.assert_array_equal(three.df1, two.df1)


def test_contrasts_of_another_scale_give_the_same_f() -> None:
    values = made(50)
    variance, df = np.full(50, 0.7), np.full(50, 9.0)
    plain, scaled = (
        moderated_f(fitted.log2fc, fitted.covariance, variance, df)
        for fitted in (groups(values, THREE), groups(values, THREE * np.array([1e-4, 1.0, 1e4])))
    )
    np.testing.assert_allclose(scaled.f, plain.f, rtol=1e-8)


def test_a_protein_that_cannot_estimate_every_contrast_has_no_f_but_a_count() -> None:
    values = made(4)
    values[1, 8:] = np.nan  # nothing of group c: b - a alone can be estimated
    values[2] = np.nan
    fitted = groups(values, THREE)
    tested = moderated_f(fitted.log2fc, fitted.covariance, np.ones(4), np.full(4, 5.0))
    np.testing.assert_array_equal(tested.estimable, [3, 1, 0, 3])
    np.testing.assert_array_equal(np.isnan(tested.f), [False, True, True, False])
    np.testing.assert_array_equal(np.isnan(tested.p_value), [False, True, True, False])
    np.testing.assert_array_equal(np.isnan(tested.df1), [False, True, True, False])


def test_without_a_variance_there_is_no_f_rather_than_an_infinite_one() -> None:
    fitted = groups(made(3), THREE)
    tested = moderated_f(fitted.log2fc, fitted.covariance, np.array([0.0, np.nan, 1.0]), np.full(3, 5.0))
    np.testing.assert_array_equal(np.isnan(tested.p_value), [True, True, False])


def test_infinite_degrees_of_freedom_give_the_chi_squared_distribution() -> None:
    fitted = groups(made(10), THREE)
    tested = moderated_f(fitted.log2fc, fitted.covariance, np.ones(10), np.full(10, np.inf))
    np.testing.assert_allclose(tested.p_value, chdtrc(2, 2 * tested.f), rtol=1e-12)


def test_a_very_large_f_has_a_p_value_above_zero() -> None:
    tested = moderated_f(np.array([[40.0, 60.0]]), np.eye(2)[None], np.array([1.0]), np.array([400.0]))
    assert tested.f[0] == pytest.approx(2600.0)  # (1600 + 3600) / 2
    # With 2 degrees of freedom above, the tail is (1 + 2 F / d)^(-d / 2) exactly.
    assert tested.p_value[0] == pytest.approx((1 + 2 * 2600 / 400) ** -200.0, rel=1e-9)
    assert tested.p_value[0] > 0


def test_p_values_of_proteins_that_do_not_differ_are_uniform() -> None:
    fitted = groups(made(20_000, 0.1), THREE)
    # The variance is known to be 1: infinite degrees of freedom.
    tested = moderated_f(fitted.log2fc, fitted.covariance, np.ones(20_000), np.full(20_000, np.inf))
    share = (tested.p_value[tested.estimable == 3] < 0.05).mean()
    assert share == pytest.approx(0.05, abs=0.006)  # four standard errors
