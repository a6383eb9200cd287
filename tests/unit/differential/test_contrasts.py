"""Laws of the moderated test and of the adjusted p-values."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from myosieve.differential.contrast_tests import Options, contrast_tests
from myosieve.differential.design import contrasts, design_matrix
from myosieve.differential.multiple import benjamini_hochberg
from myosieve.statistics.moderation import moderate

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


def test_swapping_treatment_and_control_negates_log2fc_and_keeps_p() -> None:
    there, back = results(values()), results(values(), "a - b")
    np.testing.assert_allclose(back["log2fc"], -there["log2fc"])
    np.testing.assert_allclose(back["ci_low"], -there["ci_high"])
    np.testing.assert_allclose(back["p_value"], there["p_value"])
    assert back["n_treatment"].tolist() == there["n_control"].tolist()


def test_log2fc_of_a_two_group_design_is_the_difference_of_the_observed_means() -> None:
    table = values()
    expected = table.iloc[:, 4:].mean(axis=1) - table.iloc[:, :4].mean(axis=1)
    np.testing.assert_allclose(results(table)["log2fc"], expected, rtol=1e-9, atol=1e-12)


def test_the_confidence_interval_excludes_zero_exactly_where_p_is_below_5_percent() -> None:
    rows = results(values(m=2000))
    rows = rows[rows["test"] != "none"]
    outside = (rows["ci_low"] > 0) | (rows["ci_high"] < 0)
    assert (outside == (rows["p_value"] < 0.05)).all()
    assert outside.any()


def test_null_data_give_p_values_below_5_percent_in_about_5_percent() -> None:
    p = np.concatenate([results(values(seed, 1000))["p_value"].dropna() for seed in range(10)])
    # binomial standard error at n = 10,000 is 0.0022; [0.040, 0.055] is the range asked of the default test
    assert 0.040 < (p < 0.05).mean() < 0.055


def test_a_protein_seen_in_one_condition_only_has_no_number_but_a_note() -> None:
    table = values(missing=0)
    table.iloc[0, :4] = np.nan
    row = results(table).iloc[0]
    assert np.isnan(row["log2fc"])
    assert np.isnan(row["p_value"])
    assert row["test"] == "none"
    assert row["note"] == "seen in 4 of 4 treatment and 0 of 4 control samples: no fold change can be estimated"


def test_a_protein_without_any_value_stays_in_the_table_and_changes_no_other() -> None:
    table = values()
    more = pd.concat([table, pd.DataFrame(np.nan, index=["empty"], columns=table.columns)])
    rows = results(more)
    assert rows.iloc[-1]["note"] == "no value in any sample"
    pd.testing.assert_frame_equal(rows.iloc[:-1], results(table))


def test_one_value_on_each_side_is_tested_against_the_prior_variance_and_says_so() -> None:
    table = values(missing=0)
    table.iloc[0, [1, 2, 3, 5, 6, 7]] = np.nan
    row = results(table).iloc[0]
    assert row["test"] == "moderated_t"
    assert row["note"] == "no residual degree of freedom: the variance is the prior's alone"


def test_the_order_of_proteins_does_not_matter() -> None:
    table = values()
    order = np.random.default_rng(1).permutation(len(table))
    shuffled = results(table.iloc[order]).set_index("protein_group").loc[table.index]
    direct = results(table).set_index("protein_group")
    np.testing.assert_allclose(shuffled["t"], direct["t"], rtol=1e-9)


def test_zero_variances_are_left_out_of_the_prior() -> None:
    variance = np.random.default_rng(2).chisquare(4, 500) / 4
    df = np.full(500, 4.0)
    with_zeros = moderate(np.append(variance, [0.0] * 50), np.append(df, [4.0] * 50))
    assert with_zeros.prior.df == pytest.approx(moderate(variance, df).prior.df)
    assert with_zeros.prior.zero_variances == 50


def test_variances_that_scatter_no_more_than_chance_get_infinite_prior_df_and_the_common_variance() -> None:
    variance = np.random.default_rng(3).chisquare(4, 2000) / 4 * 0.5
    spread_less = np.sqrt(variance * variance.mean())
    moderated = moderate(spread_less, np.full(2000, 4.0))
    assert np.isinf(moderated.prior.df)
    np.testing.assert_allclose(moderated.variance, spread_less.mean())
    # total degrees of freedom are capped at the pooled residual ones
    np.testing.assert_allclose(moderated.df, 8000)


@pytest.mark.parametrize("m", [1, 2])
def test_one_or_two_proteins_are_tested_without_moderation(m: int) -> None:
    table = values(missing=0, m=m)
    a, b = table.iloc[0, :4], table.iloc[0, 4:]
    ordinary = (b.mean() - a.mean()) / np.sqrt((a.var() + b.var()) / 2 * 0.5)
    assert results(table)["t"].iloc[0] == pytest.approx(ordinary)


@given(hnp.arrays(float, st.integers(1, 60), elements=st.one_of(st.floats(0, 1), st.just(np.nan))))
def test_q_values_are_never_below_p_and_rise_with_p(p: np.ndarray) -> None:
    q = benjamini_hochberg(p)
    assert (np.isnan(q) == np.isnan(p)).all()
    seen = ~np.isnan(p)
    assert (q[seen] >= p[seen] * (1 - 1e-15)).all()
    assert (np.diff(q[seen][np.argsort(p[seen], kind="stable")]) >= 0).all()


def test_q_values_follow_the_published_example() -> None:
    # Benjamini & Hochberg 1995, section 3.2: 15 p-values, of which FDR control at 0.05 rejects the first four
    p = np.array(
        [
            0.0001,
            0.0004,
            0.0019,
            0.0095,
            0.0201,
            0.0278,
            0.0298,
            0.0344,
            0.0459,
            0.3240,
            0.4262,
            0.5719,
            0.6528,
            0.7590,
            1,
        ]
    )
    assert (benjamini_hochberg(p) <= 0.05).sum() == 4


@given(seed=st.integers(0, 100))
@settings(max_examples=10, deadline=None)
def test_adding_a_constant_to_all_values_changes_no_test(seed: int) -> None:
    table = values(seed)
    np.testing.assert_allclose(results(table + 3.25)["p_value"], results(table)["p_value"], rtol=1e-6)


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
