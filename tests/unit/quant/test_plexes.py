"""Plexes of isobaric labels: aligned protein by protein to what they share."""

import numpy as np
import pandas as pd
import pytest

from myosieve.quant.plexes import aligned, unbalanced

SAMPLES = ["a1", "a2", "a_pool", "b1", "b2", "b_pool"]
PLEXES = pd.Series(["a", "a", "a", "b", "b", "b"], index=SAMPLES)
POOLS = pd.Series([name.endswith("pool") for name in SAMPLES], index=SAMPLES)


@pytest.fixture
def measured() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the truth and what two plexes make of it: a level of its own for each protein and plex."""
    draw = np.random.default_rng(1)
    truth = draw.normal(20, 2, (30, 1)) + draw.normal(0, 1, (30, 6))
    truth[:, 5] = truth[:, 2]  # the same pool
    levels = draw.normal(0, 3, (30, 2))
    index = [f"P{row}" for row in range(30)]
    return pd.DataFrame(truth, index, SAMPLES), pd.DataFrame(truth + np.repeat(levels, 3, axis=1), index, SAMPLES)


def test_the_differences_between_samples_of_all_plexes_are_those_of_the_truth(measured) -> None:
    truth, log2 = measured
    found = aligned(log2, PLEXES, POOLS)
    np.testing.assert_allclose(found.sub(found["a1"], axis=0), truth.sub(truth["a1"], axis=0), atol=1e-9)


def test_the_level_of_a_protein_stays_the_mean_of_its_pools(measured) -> None:
    log2 = measured[1]
    found = aligned(log2, PLEXES, POOLS)
    np.testing.assert_allclose(found["a_pool"], log2[["a_pool", "b_pool"]].mean(axis=1), atol=1e-12)


def test_differences_within_a_plex_are_left_alone(measured) -> None:
    log2 = measured[1]
    found = aligned(log2, PLEXES, POOLS)
    np.testing.assert_allclose(found["b1"] - found["b2"], log2["b1"] - log2["b2"], atol=1e-9)


def test_a_protein_without_its_pool_has_no_value_in_that_plex(measured) -> None:
    log2 = measured[1]
    log2.loc["P0", "b_pool"] = np.nan
    found = aligned(log2, PLEXES, POOLS)
    assert found.loc["P0", ["b1", "b2"]].isna().all()
    assert found.loc["P0", ["a1", "a2"]].tolist() == pytest.approx(log2.loc["P0", ["a1", "a2"]].tolist())
    assert found.loc["P1"].notna().all()


def test_one_plex_needs_no_alignment(measured) -> None:
    log2 = measured[1]
    pd.testing.assert_frame_equal(aligned(log2, pd.Series("a", index=SAMPLES), POOLS), log2)


def test_missing_values_stay_missing_and_no_value_appears(measured) -> None:
    log2 = measured[1]
    log2.loc["P3", "a1"] = np.nan
    assert aligned(log2, PLEXES, POOLS).isna().to_numpy().sum() == 1


def test_plexes_with_another_mix_of_conditions_are_told() -> None:
    assert not unbalanced(PLEXES, pd.Series(["x", "y", "y"] * 2, index=SAMPLES))
    assert unbalanced(PLEXES, pd.Series(["x", "x", "y", "x", "y", "y"], index=SAMPLES))
