"""Which proteins decide, log2, and the additive fit."""

import numpy as np
import pandas as pd
import pytest

from myosieve.quant.normalization.anchors import (
    FEWEST_ANCHORS,
    MOST,
    anchors,
    log2_intensities,
    protein_levels,
    row_means,
    sample_effects,
)


def matrix(proteins: int = 400, samples: int = 10, missing: float = 0.2) -> pd.DataFrame:
    draw = np.random.default_rng(1)
    x = draw.normal(22, 3, (proteins, samples))
    x[draw.random(x.shape) < missing] = np.nan
    return pd.DataFrame(x)


def test_anchors_are_the_kept_proteins_seen_in_most_samples() -> None:
    x = matrix()
    kept = pd.Series(True, index=x.index)
    kept.iloc[:200] = False
    chosen, least = anchors(x, kept)
    assert least == MOST
    assert chosen.tolist() == (kept & (x.notna().mean(axis=1) >= 0.7)).tolist()


def test_where_too_few_are_seen_in_most_samples_the_most_seen_do() -> None:
    x = matrix(missing=0.6)
    chosen, least = anchors(x, pd.Series(True, index=x.index))
    assert least < MOST
    assert chosen.sum() >= FEWEST_ANCHORS
    assert x.notna().mean(axis=1)[chosen].min() >= x.notna().mean(axis=1)[~chosen].max()


def test_a_protein_of_one_sample_is_no_anchor_among_several() -> None:
    x = pd.DataFrame([[1.0, np.nan, np.nan], [1.0, 2.0, np.nan]])
    assert anchors(x, pd.Series([True, True]))[0].tolist() == [False, True]


def test_the_additive_fit_finds_planted_levels_and_effects_whatever_is_missing() -> None:
    draw = np.random.default_rng(1)
    level, effect = draw.normal(22, 3, 60), np.array([-1.0, 0.25, 0.25, 0.5])
    x = level[:, None] + effect
    x[draw.random(x.shape) < 0.4] = np.nan
    effects = sample_effects(x)
    np.testing.assert_allclose(effects, effect, atol=1e-9)  # planted with sum 0
    seen = ~np.isnan(x).all(axis=1)
    np.testing.assert_allclose(protein_levels(x, effects)[seen], level[seen], atol=1e-9)


def test_rows_and_samples_without_values_have_no_say() -> None:
    x = matrix(20, 4).to_numpy().copy()
    x[5] = np.nan
    x[:, 2] = np.nan
    effects = sample_effects(x)
    assert effects[2] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(effects[[0, 1, 3]], sample_effects(np.delete(np.delete(x, 5, 0), 2, 1)), atol=1e-9)
    assert np.isnan(row_means(x)[5])


def test_log2_of_what_is_no_intensity_is_missing() -> None:
    linear = pd.DataFrame({"a": [8.0, 0.0, -1.0, np.nan]})
    np.testing.assert_array_equal(log2_intensities(linear)["a"], [3.0, np.nan, np.nan, np.nan])


def test_an_infinite_intensity_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="infinite"):
        log2_intensities(pd.DataFrame({"a": [np.inf]}))
