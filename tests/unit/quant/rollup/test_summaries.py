"""The laws of the sum, of the three best precursors and of median polish."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myosieve.quant.rollup.summaries import bounds, median_polish, summed, top3

NAN = np.nan
Method = Callable[[np.ndarray, np.ndarray], np.ndarray]
ALL = [summed, top3, median_polish]

cases = st.integers(0, 2**32 - 1)
methods = st.sampled_from(ALL)
shares = st.sampled_from([0.0, 0.3, 0.7])
several = settings(max_examples=60, deadline=None)


def protein(seed: int, precursors: int = 6, samples: int = 9, missing: float = 0.3) -> np.ndarray:
    """Precursors of different response in samples of different amount, with noise and values missing at random."""
    draw = np.random.default_rng(seed)
    x = draw.normal(22, 2, (precursors, 1)) + draw.normal(0, 1, samples) + draw.normal(0, 0.3, (precursors, samples))
    x[draw.random(x.shape) < missing] = NAN
    return x


def additive(seed: int, precursors: int = 6, samples: int = 9) -> np.ndarray:
    """A complete table without noise."""
    draw = np.random.default_rng(seed)
    return draw.normal(22, 2, (precursors, 1)) + draw.normal(0, 1, samples)


def of_one(method: Method, x: np.ndarray) -> np.ndarray:
    return method(np.asarray(x, dtype=float), np.zeros(len(x), dtype=int))[0]


# ---- what holds for all three ------------------------------------------------------------------------------------


@several
@given(method=methods, seed=cases, missing=shares, constant=st.floats(-20, 20))
def test_a_constant_shift_of_a_protein_shifts_its_results(
    method: Method, seed: int, missing: float, constant: float
) -> None:
    x = protein(seed, missing=missing)
    np.testing.assert_allclose(of_one(method, x + constant), of_one(method, x) + constant, rtol=0, atol=1e-9)


@several
@given(method=methods, seed=cases, missing=shares)
def test_the_order_of_samples_makes_no_difference(method: Method, seed: int, missing: float) -> None:
    x = protein(seed, missing=missing)
    order = np.random.default_rng(seed).permutation(x.shape[1])
    np.testing.assert_allclose(of_one(method, x[:, order]), of_one(method, x)[order], rtol=0, atol=1e-9)


@several
@given(method=methods, seed=cases, missing=shares)
def test_the_order_of_precursors_makes_no_difference(method: Method, seed: int, missing: float) -> None:
    x = protein(seed, missing=missing)
    mixed = np.random.default_rng(seed).permutation(x)
    np.testing.assert_allclose(of_one(method, mixed), of_one(method, x), rtol=0, atol=1e-9)


@several
@given(method=methods, seed=cases, missing=shares)
def test_missing_stays_missing_and_nothing_else_becomes_so(method: Method, seed: int, missing: float) -> None:
    x = protein(seed, missing=missing)
    np.testing.assert_array_equal(np.isnan(of_one(method, x)), np.isnan(x).all(axis=0))


@pytest.mark.parametrize("method", ALL)
def test_a_single_precursor_is_the_result(method: Method) -> None:
    x = protein(1, precursors=1)
    np.testing.assert_allclose(of_one(method, x), x[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", ALL)
def test_samples_with_the_same_values_get_the_same_result(method: Method) -> None:
    x = protein(1, missing=0.4)
    x[:, 3] = x[:, 7]
    assert of_one(method, x)[3] == pytest.approx(of_one(method, x)[7], abs=1e-12)


@pytest.mark.parametrize("method", ALL)
def test_samples_without_a_shared_precursor_all_have_a_result(method: Method) -> None:
    x = np.array([[10, 11, NAN, NAN], [NAN, NAN, 20, 25]])
    assert np.isfinite(of_one(method, x)).all()


@pytest.mark.parametrize("method", ALL)
def test_proteins_do_not_touch_one_another(method: Method) -> None:
    parts = [protein(seed, precursors=1 + seed % 5, missing=0.4) for seed in range(20)]
    groups = np.repeat(np.arange(20), [len(x) for x in parts])
    np.testing.assert_array_equal(method(np.concatenate(parts), groups), [of_one(method, x) for x in parts])


@pytest.mark.parametrize("method", ALL)
def test_a_protein_without_any_value_has_no_result(method: Method) -> None:
    assert np.isnan(of_one(method, np.full((4, 3), NAN))).all()


@pytest.mark.parametrize("method", ALL)
def test_an_empty_table_has_an_empty_result(method: Method) -> None:
    assert method(np.empty((0, 3)), np.empty(0, dtype=int)).shape == (0, 3)


@pytest.mark.parametrize("method", ALL)
def test_the_input_is_left_as_it_was(method: Method) -> None:
    x = protein(1)
    before = x.copy()
    of_one(method, x)
    np.testing.assert_array_equal(x, before)


# ---- sum and top3 ------------------------------------------------------------------------------------------------


@several
@given(method=st.sampled_from([summed, top3]), seed=cases, missing=shares, constant=st.floats(-20, 20))
def test_a_constant_shift_of_a_sample_shifts_its_result_and_no_other(
    method: Method, seed: int, missing: float, constant: float
) -> None:
    x = protein(seed, missing=missing)
    shift = constant * (np.arange(x.shape[1]) == 4)
    np.testing.assert_allclose(of_one(method, x + shift), of_one(method, x) + shift, rtol=0, atol=1e-9)


def test_the_sum_is_that_of_linear_intensities() -> None:
    x = [[3, 2, NAN], [3, NAN, NAN], [4, 4, 5]]
    # 8 + 8 + 16 = 32; 4 + 16 = 20; 32
    np.testing.assert_allclose(of_one(summed, x), [5, np.log2(20), 5], rtol=0, atol=1e-12)


def test_intensities_far_beyond_a_float_are_summed() -> None:
    assert of_one(summed, [[5000.0], [5000.0]]) == pytest.approx([5001])


def test_top3_of_three_precursors_is_the_mean_of_the_observed() -> None:
    x = [[3, 2, NAN], [3, NAN, NAN], [4, 4, 5]]
    # (8 + 8 + 16) / 3; (4 + 16) / 2 = 10; 32
    np.testing.assert_allclose(of_one(top3, x), [np.log2(32 / 3), np.log2(10), 5], rtol=0, atol=1e-12)


def test_top3_compares_the_same_precursors_in_all_samples() -> None:
    # The fourth is the brightest where it is seen, which is once: 3 x 2 / 5, against 3 x 1 / 5 + 2 x 1 / 3 + 2 x 1 / 3.
    x = [[10, 10, 10], [10, 10, 10], [10, 10, 10], [11, NAN, NAN]]
    np.testing.assert_allclose(of_one(top3, x), [10, 10, 10], rtol=0, atol=1e-12)


def test_top3_takes_the_next_best_where_one_of_the_three_is_missing() -> None:
    # The last sample has nothing but the faintest one, which does not make it one of the best.
    x = [[13, 13, NAN], [12, 12, NAN], [11, NAN, NAN], [10, 10, NAN], [9, 9, 9]]
    # (2^13 + 2^12 + 2^11) / 3; (2^13 + 2^12 + 2^10) / 3; 2^9
    expected = [np.log2((8192 + 4096 + 2048) / 3), np.log2((8192 + 4096 + 1024) / 3), 9]
    np.testing.assert_allclose(of_one(top3, x), expected, rtol=0, atol=1e-12)


def test_a_sample_that_is_loaded_more_does_not_choose_the_three_for_the_others() -> None:
    # The last is better than the third in the first sample only, which is loaded a thousand times more.
    x = np.array([[24, 14, 14], [23, 13, 13], [22, 12, 12], [22.5, 11, 11]])
    expected = np.log2((2**14 + 2**13 + 2**12) / 3)
    np.testing.assert_allclose(of_one(top3, x), [expected + 10, expected, expected], rtol=0, atol=1e-12)


# ---- median polish -----------------------------------------------------------------------------------------------


def test_median_polish_of_a_complete_table() -> None:
    x = [[10, 12, 11], [11, 13, 15], [14, 16, 12]]
    # Sweep 1: row medians 11, 13, 14 leave -1 1 0 / -2 0 2 / 0 2 -2; column medians -1, 1, 0 leave 0 0 0 / -1 -1 2 / 1 1 -2;
    #   overall 13, rows -2, 0, 1; sum of absolute residuals 8.
    # Sweep 2: row medians 0, -1, 1 leave 0 0 0 / 0 0 3 / 0 0 -3; column medians 0; rows -2, -1, 2, hence overall 12; sum 6.
    # Sweep 3 changes nothing. 12 + (-1, 1, 0):
    np.testing.assert_allclose(of_one(median_polish, x), [11, 13, 12], rtol=0, atol=1e-12)


def test_median_polish_with_a_missing_value() -> None:
    x = [[10, 12, 11], [11, 13, 15], [14, 16, NAN]]
    # Sweep 1: row medians 11, 13, 15 leave -1 1 0 / -2 0 2 / -1 1 .; column medians -1, 1, 1 leave 0 0 -1 / -1 -1 1 / 0 0 .;
    #   overall 13, rows -2, 0, 2; sum 4.
    # Sweep 2: row medians 0, -1, 0 leave 0 0 -1 / 0 0 2 / 0 0 .; columns -1, 1, 1 centered: overall 14, columns -2, 0, 0;
    #   column medians 0, 0, 0.5 leave -1.5 and 1.5 in the last; rows -2, -1, 2 centered: overall 13; sum 3.
    # Sweep 3 changes nothing. 13 + (-2, 0, 0.5):
    np.testing.assert_allclose(of_one(median_polish, x), [11, 13, 13.5], rtol=0, atol=1e-12)


@several
@given(seed=cases, precursors=st.integers(1, 60), samples=st.integers(1, 60))
def test_median_polish_of_a_table_without_noise_is_the_precursor_of_median_response(
    seed: int, precursors: int, samples: int
) -> None:
    x = additive(seed, precursors, samples)
    np.testing.assert_allclose(of_one(median_polish, x), np.median(x, axis=0), rtol=0, atol=1e-9)


def test_median_polish_moves_with_a_shift_of_a_sample_where_there_is_no_noise() -> None:
    x = additive(1)
    shift = 3.0 * (np.arange(x.shape[1]) == 4)
    np.testing.assert_allclose(of_one(median_polish, x + shift), of_one(median_polish, x) + shift, rtol=0, atol=1e-12)


def test_a_minority_of_deviating_precursors_does_not_move_median_polish() -> None:
    x = additive(1, precursors=7)
    deviating = x.copy()
    deviating[:3, 2] += 5
    np.testing.assert_allclose(of_one(median_polish, deviating), of_one(median_polish, x), rtol=0, atol=1e-12)


# ---- groups ------------------------------------------------------------------------------------------------------


def test_bounds_are_where_proteins_begin_and_the_last_ends() -> None:
    assert bounds(np.zeros((5, 1)), np.array([0, 0, 1, 2, 2])).tolist() == [0, 2, 3, 5]


@pytest.mark.parametrize("groups", [[0, 0], [0.0, 0.0, 1.0], [1, 1, 2], [0, 2, 2], [0, 1, 0]])
def test_groups_that_do_not_number_the_proteins_in_order_are_a_mistake_of_the_caller(groups: list[float]) -> None:
    with pytest.raises(ValueError, match="groups must"):
        bounds(np.zeros((3, 1)), np.array(groups))


def test_an_infinite_value_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="infinite"):
        bounds(np.array([[-np.inf]]), np.array([0]))
