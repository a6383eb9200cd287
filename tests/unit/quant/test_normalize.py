"""The laws of normalization: a shift per sample and nothing else."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myosieve.quant.normalize import FEWEST_ANCHORS, MOST, anchors, log2_intensities, normalize


def matrix(seed: int, proteins: int = 80, samples: int = 5, missing: float = 0.2) -> pd.DataFrame:
    """Proteins of different levels in samples of different loading, with values missing at random."""
    draw = np.random.default_rng(seed)
    x = draw.normal(22, 3, (proteins, 1)) + draw.normal(0, 1, samples) + draw.normal(0, 0.3, (proteins, samples))
    x[draw.random(x.shape) < missing] = np.nan
    return pd.DataFrame(x, index=[f"P{p}" for p in range(proteins)], columns=[f"S{s}" for s in range(samples)])


def everything(x: pd.DataFrame) -> pd.Series:
    return pd.Series(True, index=x.index)


def between_samples(x: pd.DataFrame) -> np.ndarray:
    """Differences of samples to the first one: what is left when a constant common to all samples is taken away."""
    return x.to_numpy() - x.to_numpy()[:, [0]]


cases = st.integers(0, 2**32 - 1)
several = settings(max_examples=25, deadline=None)


@several
@given(seed=cases, constant=st.floats(-10, 10), sample=st.integers(1, 4))
def test_adding_a_constant_to_one_sample_changes_no_difference(seed: int, constant: float, sample: int) -> None:
    x = matrix(seed)
    loaded = x.copy()
    loaded.iloc[:, sample] += constant
    before, after = (normalize(one, "median", everything(x))[0] for one in (x, loaded))
    np.testing.assert_allclose(between_samples(before), between_samples(after), atol=1e-9)


@several
@given(seed=cases)
def test_differences_within_a_sample_are_untouched(seed: int) -> None:
    x = matrix(seed)
    shifted, shift = normalize(x, "median", everything(x))
    np.testing.assert_allclose((shifted - x).to_numpy(), np.where(x.isna(), np.nan, shift.to_numpy()), atol=1e-12)


@several
@given(seed=cases)
def test_missing_stays_missing_and_nothing_else_becomes_so(seed: int) -> None:
    x = matrix(seed, missing=0.5)
    assert normalize(x, "median", everything(x))[0].isna().equals(x.isna())


@several
@given(seed=cases)
def test_the_order_of_proteins_and_samples_makes_no_difference(seed: int) -> None:
    x = matrix(seed)
    mixed = x.sample(frac=1, random_state=1).sample(frac=1, random_state=2, axis=1)
    straight, _ = normalize(x, "median", everything(x))
    again, _ = normalize(mixed, "median", everything(mixed))
    pd.testing.assert_frame_equal(again.loc[x.index, x.columns], straight, rtol=0, atol=1e-9)


@several
@given(seed=cases)
def test_the_overall_level_stays(seed: int) -> None:
    x = matrix(seed)
    assert normalize(x, "median", everything(x))[1].sum() == pytest.approx(0, abs=1e-9)


@several
@given(seed=cases)
def test_normalizing_again_changes_nothing(seed: int) -> None:
    x = matrix(seed)
    once, _ = normalize(x, "median", everything(x))
    assert np.abs(normalize(once, "median", everything(x))[1]).max() < 1e-9


def test_none_is_the_identity() -> None:
    x = matrix(1)
    shifted, shift = normalize(x, "none", everything(x))
    pd.testing.assert_frame_equal(shifted, x)
    assert (shift == 0).all()


def test_with_complete_rows_it_is_the_median_difference_to_the_row_mean() -> None:
    x = matrix(1, missing=0)
    medians = x.sub(x.mean(axis=1), axis=0).median()  # the formula of the docstring where nothing is missing
    shift = normalize(x, "median", everything(x))[1]
    np.testing.assert_allclose(shift, medians.mean() - medians, atol=1e-9)


def test_a_fifth_of_the_proteins_changing_does_not_move_the_rest() -> None:
    draw = np.random.default_rng(1)
    x = pd.DataFrame(draw.normal(22, 3, (500, 1)) + draw.normal(0, 0.05, (500, 6)))
    x.iloc[:100, 3:] += 3
    shift = normalize(x, "median", everything(x))[1]
    assert (shift[3:].mean() - shift[:3].mean()) == pytest.approx(0, abs=0.05)  # a mean would shift by 0.6


def test_a_sample_that_misses_the_faint_proteins_is_not_taken_for_richer() -> None:
    draw = np.random.default_rng(1)
    level = draw.normal(22, 3, 1000)
    x = pd.DataFrame(level[:, None] + draw.normal(0, 0.1, (1000, 6)))
    x.iloc[level < 21, 5] = np.nan
    assert x.median()[5] - x.median()[0] > 1  # the plain median sees a richer sample
    assert np.abs(normalize(x, "median", everything(x))[1]).max() < 0.05


def test_proteins_outside_the_filter_are_shifted_along_and_do_not_decide() -> None:
    x = matrix(1)
    kept = everything(x)
    kept.iloc[60:] = False
    wild = x.copy()
    wild.iloc[60:, 0] += 100
    _, shift = normalize(x, "median", kept)
    shifted, wild_shift = normalize(wild, "median", kept)
    pd.testing.assert_series_equal(shift, wild_shift)
    np.testing.assert_allclose(
        shifted.iloc[60:, 0] - wild.iloc[60:, 0], np.where(wild.iloc[60:, 0].isna(), np.nan, shift.iloc[0])
    )


def test_a_sample_without_values_is_left_alone_and_the_others_are_not() -> None:
    x = matrix(1)
    x["S2"] = np.nan
    rest = x.drop(columns="S2")
    shift = normalize(x, "median", everything(x))[1]
    assert shift["S2"] == 0
    np.testing.assert_allclose(shift.drop("S2"), normalize(rest, "median", everything(x))[1], atol=1e-9)


@pytest.mark.parametrize("columns", [1, 0])
def test_one_sample_or_none_is_not_shifted(columns: int) -> None:
    x = matrix(1).iloc[:, :columns]
    assert normalize(x, "median", everything(x))[1].tolist() == [0.0] * columns


def test_no_kept_protein_means_no_shift() -> None:
    x = matrix(1)
    assert (normalize(x, "median", ~everything(x))[1] == 0).all()


def test_samples_that_share_no_protein_keep_their_distance() -> None:
    x = pd.DataFrame(np.nan, index=range(4), columns=list("abcd"))
    x.loc[:1, ["a", "b"]] = [[10, 11], [20, 21]]
    x.loc[2:, ["c", "d"]] = [[30, 34], [40, 44]]
    shift = normalize(x, "median", everything(x))[1]
    assert shift.tolist() == pytest.approx([0.5, -0.5, 2, -2])  # half of each pair's difference


def test_anchors_are_the_kept_proteins_seen_in_most_samples() -> None:
    x = matrix(1, proteins=400, samples=10)
    kept = everything(x)
    kept.iloc[:200] = False
    chosen, least = anchors(x, kept)
    assert least == MOST
    assert chosen.tolist() == (kept & (x.notna().mean(axis=1) >= 0.7)).tolist()


def test_where_too_few_are_seen_in_most_samples_the_most_seen_do() -> None:
    x = matrix(1, proteins=400, samples=10, missing=0.6)
    chosen, least = anchors(x, everything(x))
    assert least < MOST
    assert chosen.sum() >= FEWEST_ANCHORS
    assert x.notna().mean(axis=1)[chosen].min() >= x.notna().mean(axis=1)[~chosen].max()


def test_an_unknown_method_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="unknown method 'quantile'"):
        normalize(matrix(1), "quantile", everything(matrix(1)))


def test_log2_of_what_is_no_intensity_is_missing() -> None:
    linear = pd.DataFrame({"a": [8.0, 0.0, -1.0, np.nan]})
    np.testing.assert_array_equal(log2_intensities(linear)["a"], [3.0, np.nan, np.nan, np.nan])


def test_an_infinite_intensity_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="infinite"):
        log2_intensities(pd.DataFrame({"a": [np.inf]}))
