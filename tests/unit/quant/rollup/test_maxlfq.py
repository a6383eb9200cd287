"""The laws of MaxLFQ, and agreement with R iq 2.0; the reference file and the script that made it are in tests/oracles."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myosieve.quant.rollup.maxlfq import BLOCK, maxlfq

ORACLES = Path(__file__).parents[3] / "oracles"
NAN = np.nan

cases = st.integers(0, 2**32 - 1)
shares = st.sampled_from([0.0, 0.3, 0.6, 0.85])  # the last leaves most samples without a shared precursor
several = settings(max_examples=40, deadline=None)


def protein(seed: int, precursors: int = 6, samples: int = 9, missing: float = 0.3) -> np.ndarray:
    """Precursors of different response in samples of different amount, with noise and values missing at random."""
    draw = np.random.default_rng(seed)
    x = draw.normal(22, 2, (precursors, 1)) + draw.normal(0, 1, samples) + draw.normal(0, 0.3, (precursors, samples))
    x[draw.random(x.shape) < missing] = NAN
    return x


def of_one(x: np.ndarray, minimum: int = 1) -> np.ndarray:
    return maxlfq(x, np.zeros(len(x), dtype=int), minimum)[0]


def components(x: np.ndarray, minimum: int) -> np.ndarray:
    """Return the connected component of each sample, by following the links from one sample to the next."""
    seen = (~np.isnan(x)).astype(int)
    linked = np.linalg.matrix_power((seen.T @ seen >= minimum) + np.eye(x.shape[1]), x.shape[1]) > 0
    return linked.argmax(axis=1)  # the first sample that each can be reached from


def centered(profile: np.ndarray, component: np.ndarray) -> np.ndarray:
    """Take its mean away from each component's profile."""
    table = pd.Series(profile)
    return (table - table.groupby(component).transform("mean")).to_numpy()


def by_definition(x: np.ndarray, minimum: int) -> np.ndarray:
    """Return the profile as the paper defines it, by one equation per pair of samples; components are centered."""
    n, rows, right = x.shape[1], [], []
    for i in range(n):
        for j in range(i + 1, n):
            ratios = x[:, i] - x[:, j]
            if np.isfinite(ratios).sum() >= minimum:
                rows.append(np.eye(n)[i] - np.eye(n)[j])
                right.append(np.nanmedian(ratios))
    if not rows:
        return np.zeros(n)
    return np.linalg.lstsq(np.array(rows), np.array(right))[0]


def test_profiles_agree_with_iq_up_to_the_constant_of_each_connected_component() -> None:
    long = pd.read_csv(ORACLES / "precursors.tsv.gz", sep="\t")
    wide = long.pivot_table(index=["protein_group", "precursor"], columns="sample", values="log2_intensity")
    groups, names = pd.factorize(wide.index.get_level_values(0))
    values = wide.to_numpy()
    iq = pd.read_csv(ORACLES / "maxlfq_iq.tsv.gz", sep="\t", index_col=0).loc[names, wide.columns].to_numpy()
    ours = maxlfq(values, groups)
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(iq))
    split = 0
    for g in range(len(names)):
        component = components(values[groups == g], 1)
        split += len(set(component[~np.isnan(iq[g])])) > 1
        np.testing.assert_allclose(centered(ours[g], component), centered(iq[g], component), rtol=0, atol=1e-9)
    assert split > 0  # so that components are tested at all


@several
@given(seed=cases, precursors=st.integers(1, 12), samples=st.integers(1, 12), missing=shares, minimum=st.integers(1, 3))
def test_profiles_solve_the_equations_of_the_paper(
    seed: int, precursors: int, samples: int, missing: float, minimum: int
) -> None:
    x = protein(seed, precursors, samples, missing)
    seen = ~np.isnan(x).all(axis=0)
    component = components(x, minimum)[seen]
    expected = centered(by_definition(x, minimum)[seen], component)
    np.testing.assert_allclose(centered(of_one(x, minimum)[seen], component), expected, rtol=0, atol=1e-9)


def test_many_precursors_and_more_samples_than_fit_a_block_solve_them_as_well() -> None:
    x = protein(1, precursors=130, samples=BLOCK + 20, missing=0.5)
    everyone = np.zeros(x.shape[1])
    np.testing.assert_allclose(
        centered(of_one(x), everyone), centered(by_definition(x, 1), everyone), rtol=0, atol=1e-9
    )


def test_a_chain_of_samples_that_each_share_one_precursor_with_the_next_adds_up_its_ratios() -> None:
    steps = np.array([1.0, -2.0, 0.5])
    x = np.full((3, 4), NAN)
    for k in range(3):
        x[k, [k, k + 1]] = [20, 20 + steps[k]]
    np.testing.assert_allclose(np.diff(of_one(x)), steps, rtol=0, atol=1e-12)


@several
@given(seed=cases, missing=shares, constant=st.floats(-20, 20), minimum=st.integers(1, 2))
def test_a_constant_shift_of_a_protein_shifts_its_results(
    seed: int, missing: float, constant: float, minimum: int
) -> None:
    x = protein(seed, missing=missing)
    np.testing.assert_allclose(of_one(x + constant, minimum), of_one(x, minimum) + constant, rtol=0, atol=1e-9)


@several
@given(seed=cases, missing=shares, constant=st.floats(-20, 20), sample=st.integers(0, 8))
def test_a_constant_shift_of_a_sample_shifts_its_result_and_no_other(
    seed: int, missing: float, constant: float, sample: int
) -> None:
    x = protein(seed, missing=missing)
    shift = constant * (np.arange(x.shape[1]) == sample)
    np.testing.assert_allclose(of_one(x + shift), of_one(x) + shift, rtol=0, atol=1e-9)


@several
@given(seed=cases, missing=shares, minimum=st.integers(1, 2))
def test_the_order_of_samples_makes_no_difference(seed: int, missing: float, minimum: int) -> None:
    x = protein(seed, missing=missing)
    order = np.random.default_rng(seed).permutation(x.shape[1])
    np.testing.assert_allclose(of_one(x[:, order], minimum), of_one(x, minimum)[order], rtol=0, atol=1e-9)


@several
@given(seed=cases, missing=shares)
def test_the_order_of_precursors_makes_no_difference(seed: int, missing: float) -> None:
    x = protein(seed, missing=missing)
    np.testing.assert_allclose(of_one(np.random.default_rng(seed).permutation(x)), of_one(x), rtol=0, atol=1e-9)


@several
@given(seed=cases, missing=shares, minimum=st.integers(1, 3))
def test_missing_stays_missing_and_nothing_else_becomes_so(seed: int, missing: float, minimum: int) -> None:
    x = protein(seed, missing=missing)
    np.testing.assert_array_equal(np.isnan(of_one(x, minimum)), np.isnan(x).all(axis=0))


@pytest.mark.parametrize("minimum", [1, 2])
def test_a_single_precursor_is_the_result(minimum: int) -> None:
    x = protein(1, precursors=1, missing=0.3)
    np.testing.assert_allclose(of_one(x, minimum), x[0], rtol=0, atol=1e-12)


def test_samples_with_the_same_values_get_the_same_result() -> None:
    x = protein(1, missing=0.4)
    x[:, 3] = x[:, 7]
    assert of_one(x)[3] == pytest.approx(of_one(x)[7], abs=1e-12)


def test_components_without_a_shared_precursor_are_quantified_on_their_own() -> None:
    # Samples 0 and 1 share precursors 0 and 1, samples 2 and 3 precursor 2. Ratios of 1 to 0: 1 and 3, median 2.
    # Profile (-1, 1); responses a_0 = mean(10 + 1, 11 - 1) = 10.5, a_1 = mean(10 + 1, 13 - 1) = 11.5.
    x = np.array([[10, 11, NAN, NAN], [10, 13, NAN, NAN], [NAN, NAN, 20, 25]])
    level = np.log2(2**10.5 + 2**11.5)
    np.testing.assert_allclose(of_one(x), [level - 1, level + 1, 20, 25], rtol=0, atol=1e-12)


def test_samples_with_fewer_shared_precursors_than_the_minimum_are_not_compared() -> None:
    # Samples 0 and 1 share two precursors, sample 2 one with each of them: with a minimum of 2 it stands alone.
    x = np.array([[10, 11, 30], [10, 11, NAN]])
    np.testing.assert_allclose(of_one(x, 2), [11, 12, 30], rtol=0, atol=1e-12)  # 11 = log2(2^10 + 2^10)


def test_in_a_complete_table_without_noise_the_summed_intensity_is_preserved() -> None:
    x = np.random.default_rng(1).normal(20, 2, (5, 1)) + np.random.default_rng(2).normal(0, 1, 7)
    np.testing.assert_allclose(of_one(x), np.log2(np.exp2(x).sum(axis=0)), rtol=0, atol=1e-12)


def test_a_missing_precursor_does_not_lower_the_level() -> None:
    x = np.random.default_rng(1).normal(20, 2, (5, 1)) + np.random.default_rng(2).normal(0, 1, 7)
    holed = x.copy()
    holed[0, 2:5] = holed[3, :2] = NAN
    np.testing.assert_allclose(of_one(holed), of_one(x), rtol=0, atol=1e-12)


def test_a_minority_of_deviating_precursors_moves_no_fold_change() -> None:
    x = np.random.default_rng(1).normal(20, 2, (5, 1)) + np.random.default_rng(2).normal(0, 1, 7)
    deviating = x.copy()
    deviating[:2, 3] += 6
    np.testing.assert_allclose(np.diff(of_one(deviating)), np.diff(of_one(x)), rtol=0, atol=1e-12)


def test_proteins_do_not_touch_one_another() -> None:
    parts = [protein(seed, precursors=1 + seed % 5, missing=0.4) for seed in range(20)]
    groups = np.repeat(np.arange(20), [len(x) for x in parts])
    np.testing.assert_array_equal(maxlfq(np.concatenate(parts), groups), [of_one(x) for x in parts])


def test_a_protein_without_any_value_has_no_result() -> None:
    assert np.isnan(of_one(np.full((2, 3), NAN))).all()


def test_an_empty_table_has_an_empty_result() -> None:
    assert maxlfq(np.empty((0, 3)), np.empty(0, dtype=int)).shape == (0, 3)


def test_the_input_is_left_as_it_was() -> None:
    x = protein(1)
    before = x.copy()
    of_one(x)
    np.testing.assert_array_equal(x, before)


def test_a_minimum_below_one_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="minimum ratio count 0"):
        of_one(protein(1), 0)
