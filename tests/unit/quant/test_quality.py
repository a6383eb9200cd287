"""Quality of samples: missing values by level, spread between replicates, samples that are alike."""

import numpy as np
import pandas as pd
import pytest

from myosieve.quant.quality import (
    condition_cv,
    correlations,
    missingness,
    protein_cv,
    replicate_correlation,
    sample_quality,
)

SAMPLES = ["r1", "r2", "e1", "e2"]
CONDITIONS = pd.Series(["rest", "rest", "eps", "eps"], index=SAMPLES)


def frame(values: np.ndarray, samples: list[str] = SAMPLES) -> pd.DataFrame:
    return pd.DataFrame(values, columns=samples, index=[f"P{row}" for row in range(len(values))])


@pytest.fixture
def log2() -> pd.DataFrame:
    """200 proteins, noise 0.2 between samples, the faint ones often missing."""
    draw = np.random.default_rng(1)
    values = draw.normal(22, 3, (200, 1)) + draw.normal(0, 0.2, (200, 4))
    values[draw.random(values.shape) < 1 / (1 + np.exp(values - 19))] = np.nan
    return frame(values)


def test_the_coefficient_of_variation_is_that_of_linear_values() -> None:
    linear = np.array([[1.0, 2.0, 3.0, np.nan], [8.0, np.nan, np.nan, np.nan], [5.0, 5.0, 5.0, 5.0]])
    cv = protein_cv(frame(np.log2(linear)))
    # of 1, 2, 3: mean 2, standard deviation 1; one value has none; equal values have 0
    np.testing.assert_allclose(cv, [0.5, np.nan, 0.0], atol=1e-12)


def test_the_level_of_a_protein_does_not_change_its_coefficient_of_variation(log2: pd.DataFrame) -> None:
    np.testing.assert_allclose(protein_cv(log2 + 900.0), protein_cv(log2), rtol=1e-9)


def test_a_conditions_cv_is_the_median_of_its_own_samples(log2: pd.DataFrame) -> None:
    found = condition_cv(log2, CONDITIONS)
    assert found["rest"] == pytest.approx(np.nanmedian(protein_cv(log2[["r1", "r2"]])))
    assert np.isnan(condition_cv(log2, pd.Series(list("abcd"), index=SAMPLES))["a"])


def test_correlations_are_pearsons_over_the_shared_proteins(log2: pd.DataFrame) -> None:
    np.testing.assert_allclose(correlations(log2), log2.corr().to_numpy(), atol=1e-10)


def test_samples_with_little_in_common_have_no_correlation(log2: pd.DataFrame) -> None:
    sparse = log2.copy()
    sparse.iloc[9:, 0] = np.nan
    assert np.isnan(correlations(sparse)[0, 1:]).all()


def test_a_sample_is_held_against_its_own_condition(log2: pd.DataFrame) -> None:
    matrix = log2.corr()
    found = replicate_correlation(log2, CONDITIONS)
    assert found[0] == pytest.approx(matrix.loc["r1", "r2"])
    assert found[2] == pytest.approx(matrix.loc["e1", "e2"])
    assert np.isnan(replicate_correlation(log2, pd.Series(list("abcd"), index=SAMPLES))).all()


def test_missing_values_are_counted_over_the_level(log2: pd.DataFrame) -> None:
    seen = log2[log2.notna().any(axis=1)]
    found = missingness(log2, CONDITIONS)
    rest = found[found["condition"] == "rest"]
    assert rest["proteins"].sum() == len(seen)
    assert rest["level"].is_monotonic_increasing
    weighted = (rest["missing"] * rest["proteins"]).sum() / rest["proteins"].sum()
    assert weighted == pytest.approx(seen[["r1", "r2"]].isna().to_numpy().mean())
    assert rest["missing"].iloc[0] > 0.5 > 0.1 > rest["missing"].iloc[-1]  # planted: 50 % at log2 19, none far above


def test_an_empty_matrix_has_no_missing_values() -> None:
    assert missingness(frame(np.full((3, 4), np.nan)), CONDITIONS).empty


def test_the_samples_table_is_in_the_order_of_the_samples_and_of_the_kept_only(log2: pd.DataFrame) -> None:
    kept = pd.Series(np.arange(200) % 2 == 0, index=log2.index)
    counts = log2.notna() * 3.0
    shift = pd.Series([1.0, 0.0, 0.0, 0.0], index=SAMPLES)
    table = sample_quality(log2, log2 + shift, counts, kept, CONDITIONS).set_index("sample")
    assert list(table.index) == SAMPLES
    half = log2[kept]
    assert table["n_proteins"].tolist() == half.notna().sum().tolist()
    assert table["n_peptides"].tolist() == (3 * half.notna().sum()).tolist()
    assert table.loc["r1", "median_normalized"] - table.loc["r1", "median_log2"] == pytest.approx(1)
    assert table.loc["r1", "iqr_log2"] == pytest.approx(np.subtract(*np.nanpercentile(half["r1"], [75, 25])))
    assert np.isfinite(table[["pc1", "pc2", "cv", "correlation"]].to_numpy()).all()


def test_unknown_peptide_counts_stay_unknown(log2: pd.DataFrame) -> None:
    kept = pd.Series(True, index=log2.index)
    table = sample_quality(log2, log2, log2 * np.nan, kept, CONDITIONS)
    assert table["n_peptides"].isna().all()


def test_blanks_and_lysates_move_no_measure_of_the_media(log2: pd.DataFrame) -> None:
    draw = np.random.default_rng(4)
    kept = pd.Series(True, index=log2.index)
    counts = log2 * np.nan
    alone = sample_quality(log2, log2, counts, kept, CONDITIONS, pd.Series("secretome", index=SAMPLES))
    blank = np.where(draw.random(200) < 0.05, draw.normal(15, 1, 200), np.nan)  # nearly empty
    more = log2.assign(k1=blank, l1=draw.normal(25, 3, 200))
    conditions = pd.concat([CONDITIONS, pd.Series({"k1": "rest", "l1": "rest"})])
    fractions = pd.Series(["secretome"] * 4 + ["blank", "lysate"], index=more.columns)
    found = sample_quality(more, more, more * np.nan, kept, conditions, fractions)
    names = ["cv", "correlation", "missing"]
    pd.testing.assert_frame_equal(found.loc[:3, names], alone[names])
    assert found.loc[4:, ["cv", "correlation"]].isna().all(axis=None)  # each the only one of its kind
    assert found.loc[4, ["pc1", "pc2"]].isna().all()
    without = sample_quality(more.drop(columns="k1"), more.drop(columns="k1"), counts, kept, conditions, fractions)
    pd.testing.assert_frame_equal(
        found.loc[[0, 1, 2, 3, 5], ["pc1", "pc2"]].reset_index(drop=True), without[["pc1", "pc2"]]
    )
