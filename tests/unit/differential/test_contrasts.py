"""What the moderated test says of single proteins; laws of whole tables are in `test_laws`."""

import numpy as np
import pandas as pd
import pytest

from myosieve.differential.contrast_tests import contrast_tests
from myosieve.differential.design import contrasts, design_matrix
from myosieve.differential.model import Options

SAMPLES = pd.DataFrame({"sample": [f"s{i}" for i in range(8)], "condition": ["a"] * 4 + ["b"] * 4})


def values(seed: int = 0, m: int = 200, missing: float = 0.2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(25, 2, (m, 1)) + rng.normal(size=(m, 8)) * np.sqrt(4 / rng.chisquare(4, (m, 1)))
    matrix[rng.random(matrix.shape) < missing] = np.nan
    return pd.DataFrame(matrix, index=[f"P{i}" for i in range(m)], columns=SAMPLES["sample"])


def results(
    table: pd.DataFrame,
    expression: str = "b - a",
    samples: pd.DataFrame = SAMPLES,
    trend: bool = True,
    detection: bool = False,
) -> pd.DataFrame:
    design = design_matrix(samples, "~ condition")
    options = Options("limma_trend" if trend else "limma", detection=detection)
    return contrast_tests(table, design, contrasts(design, {"c": expression}), options).rows


def test_log2fc_of_a_two_group_design_is_the_difference_of_the_observed_means() -> None:
    table = values()
    expected = table.iloc[:, 4:].mean(axis=1) - table.iloc[:, :4].mean(axis=1)
    np.testing.assert_allclose(results(table)["log2fc"], expected, rtol=1e-9, atol=1e-12)


def test_null_data_give_p_values_below_5_percent_in_about_5_percent() -> None:
    p = np.concatenate([results(values(seed, 1000))["p_value"].dropna() for seed in range(10)])
    # binomial standard error at n = 10,000 is 0.0022; [0.040, 0.055] is the range asked of the default test
    assert 0.040 < (p < 0.05).mean() < 0.055


def test_without_tests_of_absence_a_protein_seen_in_one_condition_only_has_no_number_but_a_note() -> None:
    table = values(missing=0)
    table.iloc[0, :4] = np.nan
    row = results(table).iloc[0]
    assert np.isnan(row["log2fc"])
    assert np.isnan(row["p_value"])
    assert row["test"] == "none"
    assert row["note"] == "seen in 4 of 4 treatment and 0 of 4 control samples: no fold change can be estimated"


def test_one_value_on_each_side_is_tested_against_the_prior_variance_and_says_so() -> None:
    table = values(missing=0)
    table.iloc[0, [1, 2, 3, 5, 6, 7]] = np.nan
    row = results(table).iloc[0]
    assert row["test"] == "moderated_t"
    assert row["note"] == "no residual degree of freedom: the variance is the prior's alone"


@pytest.mark.parametrize("m", [1, 2])
def test_one_or_two_proteins_are_tested_without_moderation(m: int) -> None:
    table = values(missing=0, m=m)
    a, b = table.iloc[0, :4], table.iloc[0, 4:]
    ordinary = (b.mean() - a.mean()) / np.sqrt((a.var() + b.var()) / 2 * 0.5)
    assert results(table)["t"].iloc[0] == pytest.approx(ordinary)


def test_an_excluded_protein_is_counted_but_neither_tested_nor_part_of_the_prior() -> None:
    table = values(missing=0.2)
    design = design_matrix(SAMPLES, "~ condition")
    wanted = contrasts(design, {"c": "b - a"})
    excluded = pd.Series("", index=table.index)
    excluded.iloc[3] = "contaminant"
    with_one_out = contrast_tests(table, design, wanted, Options(), excluded=excluded).rows
    without_it = contrast_tests(table.drop(index="P3"), design, wanted, Options()).rows
    row = with_one_out.iloc[3]
    assert (row["test"], row["note"]) == ("none", "contaminant")
    assert np.isnan(row["p_value"])
    assert row["n_treatment"] == table.iloc[3, 4:].notna().sum()
    pd.testing.assert_frame_equal(with_one_out.drop(index=3).reset_index(drop=True), without_it)
