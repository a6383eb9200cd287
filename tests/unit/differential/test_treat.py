"""Laws of tests against a threshold, and agreement with limma's treat (files and scripts in tests/oracles)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtr

from myosieve.differential.treat import treat
from myosieve.statistics.moderation import moderate

ORACLES = Path(__file__).parents[2] / "oracles"


def drawn(m: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    return draw.normal(0, 1.5, m), draw.uniform(0.05, 0.6, m), draw.uniform(2, 30, m)


@pytest.mark.parametrize("case", ["clean", "missing", "paired", "interaction"])
def test_treat_agrees_with_limma(case: str) -> None:
    limma = pd.read_csv(ORACLES / f"limma-3.63/{case}.treat0.5.tsv.gz", sep="\t")
    fits = pd.read_csv(ORACLES / f"limma-3.63/{case}.plain.tsv.gz", sep="\t")
    # treat was given only the proteins with a residual degree of freedom and all contrasts: they alone make the prior
    variances = pd.read_csv(ORACLES / f"{case}.variances.tsv.gz", sep="\t", index_col="protein_group")
    variances = variances.loc[limma["protein_group"].unique()]
    moderated = moderate(variances["sigma"].to_numpy() ** 2, variances["df_residual"].to_numpy(dtype=float))
    variances = variances.assign(posterior=moderated.variance, df=moderated.df).reset_index()
    keys = ["protein_group", "contrast"]
    rows = limma.merge(fits, on=keys, suffixes=("", "_plain"), validate="one_to_one").merge(variances)
    assert len(rows) == len(limma)
    se = rows["stdev_unscaled"] * np.sqrt(rows["posterior"])
    ours = treat(rows["log2fc"].to_numpy(), se.to_numpy(), rows["df"].to_numpy(), 0.5)
    np.testing.assert_allclose(ours.t, rows["t"], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ours.p_value, rows["p_value"], rtol=1e-8)


def test_a_threshold_of_zero_is_the_ordinary_two_sided_test() -> None:
    log2fc, se, df = drawn()
    found = treat(log2fc, se, df, 0.0)
    np.testing.assert_allclose(found.t, log2fc / se)
    np.testing.assert_allclose(found.p_value, 2 * stdtr(df, -np.abs(log2fc / se)), rtol=1e-10)


def test_on_one_degree_of_freedom_p_is_the_closed_form() -> None:
    # Cauchy: P(T > x) = atan2(1, x) / pi; change 2, standard error 0.5, threshold 1: 2 and 6 standard errors
    found = treat(np.array([2.0, -2.0]), np.full(2, 0.5), np.ones(2), 1.0)
    np.testing.assert_allclose(found.p_value, (np.arctan2(1, 2) + np.arctan2(1, 6)) / np.pi)
    np.testing.assert_allclose(found.t, [2, -2])


def test_p_rises_with_the_threshold() -> None:
    log2fc, se, df = drawn()
    p = [treat(log2fc, se, df, tau).log_p_value for tau in (0.0, 0.1, 0.5, 1.0, 3.0)]
    assert (np.diff(p, axis=0) > 0).all()


def test_the_sign_of_a_change_does_not_matter_to_p() -> None:
    log2fc, se, df = drawn()
    up, down = treat(log2fc, se, df, 0.5), treat(-log2fc, se, df, 0.5)
    np.testing.assert_array_equal(up.p_value, down.p_value)
    np.testing.assert_array_equal(up.t, -down.t)


def test_within_the_threshold_t_is_zero_and_p_above_a_half() -> None:
    log2fc, se, df = drawn()
    within = np.abs(log2fc) <= 0.5
    found = treat(log2fc, se, df, 0.5)
    assert within.any()
    assert (found.t[within] == 0).all()
    assert (found.p_value[within] >= 0.5).all()
    assert (found.t[~within] != 0).all()


def test_at_the_border_of_the_null_hypothesis_false_calls_are_as_announced() -> None:
    draw = np.random.default_rng(4)
    sd = np.sqrt(draw.chisquare(8, 200_000) / 8)
    found = treat(1 + 0.1 * draw.normal(size=200_000), 0.1 * sd, np.full(200_000, 8.0), 1.0)
    # four standard errors of a share of 0.05 in 200,000
    assert (found.p_value < 0.05).mean() == pytest.approx(0.05, abs=4 * (0.05 * 0.95 / 200_000) ** 0.5)


def test_tiny_p_values_keep_their_order_in_their_logarithms() -> None:
    found = treat(np.array([8.0, 9.0, 10.0]), np.full(3, 0.1), np.full(3, 5000.0), 0.5)
    assert (found.p_value == 0).all()
    assert (np.diff(found.log_p_value) < 0).all()
    assert np.isfinite(found.log_p_value).all()


def test_what_cannot_be_tested_is_nan() -> None:
    log2fc = np.array([np.nan, 1.0, 1.0, 1.0, 1.0, 1.0])
    se = np.array([0.1, np.nan, 0.0, 0.1, 0.1, 0.1])
    df = np.array([5.0, 5.0, 5.0, 0.0, np.nan, np.inf])
    found = treat(log2fc, se, df, 0.5)
    for column in (found.t, found.p_value, found.log_p_value):
        assert np.isnan(column[:5]).all()
        assert np.isfinite(column[5])


@pytest.mark.parametrize("lfc", [-0.1, np.nan, np.inf])
def test_a_threshold_that_is_no_distance_is_refused(lfc: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        treat(*drawn(), lfc)
