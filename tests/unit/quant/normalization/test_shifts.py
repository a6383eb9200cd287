"""Shifts by medians and by given factors."""

import numpy as np
import pandas as pd
import pytest

from myosieve.quant.normalization.methods import normalize
from myosieve.quant.normalization.shifts import factor_shifts, median_shifts


def test_with_complete_rows_the_median_shift_is_the_median_difference_to_the_row_mean() -> None:
    draw = np.random.default_rng(1)
    x = pd.DataFrame(draw.normal(22, 3, (80, 1)) + draw.normal(0, 1, (80, 5)))
    medians = x.sub(x.mean(axis=1), axis=0).median()  # the formula of the docstring where nothing is missing
    np.testing.assert_allclose(median_shifts(x.to_numpy()), medians.mean() - medians, atol=1e-9)


def test_as_many_proteins_rising_as_falling_do_not_move_the_rest() -> None:
    draw = np.random.default_rng(1)
    x = draw.normal(22, 3, (500, 1)) + draw.normal(0, 0.05, (500, 6))
    x[:150, 3:] += 3
    x[150:250, 3:] -= 3
    shift = median_shifts(x)
    assert shift[3:].mean() - shift[:3].mean() == pytest.approx(0, abs=0.05)  # a mean would shift by 0.3


def test_a_fifth_rising_moves_the_rest_less_than_their_noise() -> None:
    draw = np.random.default_rng(1)
    x = draw.normal(22, 3, (500, 1)) + draw.normal(0, 0.05, (500, 6))
    x[:100, 3:] += 3
    shift = median_shifts(x)
    assert shift[3:].mean() - shift[:3].mean() == pytest.approx(0, abs=0.05)  # a mean would shift by 0.6


def test_a_sample_that_misses_the_faint_proteins_is_not_taken_for_richer() -> None:
    draw = np.random.default_rng(1)
    level = draw.normal(22, 3, 1000)
    x = level[:, None] + draw.normal(0, 0.1, (1000, 6))
    x[level < 21, 5] = np.nan
    assert np.nanmedian(x[:, 5]) - np.median(x[:, 0]) > 1  # the plain median sees a richer sample
    assert np.abs(median_shifts(x)).max() < 0.05


def test_samples_that_share_no_protein_keep_their_distance() -> None:
    x = pd.DataFrame(np.nan, index=range(4), columns=list("abcd"))
    x.loc[:1, ["a", "b"]] = [[10, 11], [20, 21]]
    x.loc[2:, ["c", "d"]] = [[30, 34], [40, 44]]
    assert median_shifts(x.to_numpy()).tolist() == pytest.approx([0.5, -0.5, 2, -2])  # half of each pair's difference


def test_a_sample_of_twice_the_volume_is_lowered_by_one_against_the_others() -> None:
    # log2 of 1, 2, 4 is 0, 1, 2: the mean is 1
    shift = factor_shifts(pd.Series({"a": 1.0, "b": 2.0, "c": 4.0}), pd.Index(["a", "b", "c"]))
    np.testing.assert_allclose(shift, [1, 0, -1])


def test_the_unit_of_the_factor_makes_no_difference() -> None:
    factors = pd.Series({"a": 1.3, "b": 2.0, "c": 4.4})
    np.testing.assert_allclose(factor_shifts(factors, factors.index), factor_shifts(factors * 1000, factors.index))


def test_factors_are_found_by_sample_name_and_may_cover_more_samples() -> None:
    factors = pd.Series({"other": -1.0, "b": 4.0, "a": 1.0})
    np.testing.assert_allclose(factor_shifts(factors, pd.Index(["a", "b"])), [1, -1])


def test_intensities_per_unit_are_equal_where_only_the_volume_differed() -> None:
    volume = pd.Series({"a": 1.0, "b": 2.0, "c": 0.5})
    content = np.random.default_rng(1).uniform(1e4, 1e7, 30)
    x = pd.DataFrame(np.log2(np.outer(content, volume)), columns=volume.index)
    result = normalize(x, "factors", pd.Series(True, index=x.index), factors=volume).log2
    np.testing.assert_allclose(result["a"], result["b"])
    np.testing.assert_allclose(result["a"], result["c"])


@pytest.mark.parametrize(
    ("amount", "told"), [(0.0, "b: 0"), (-2.0, "b: -2"), (np.nan, "b: missing"), (np.inf, "b: inf")]
)
def test_a_factor_that_is_no_positive_amount_is_refused_by_name(amount: float, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        factor_shifts(pd.Series({"a": 1.0, "b": amount}), pd.Index(["a", "b"]))


def test_a_sample_without_a_factor_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="b: missing"):
        factor_shifts(pd.Series({"a": 1.0}), pd.Index(["a", "b"]))


def test_the_method_factors_without_factors_is_refused() -> None:
    x = pd.DataFrame({"a": [1.0]})
    with pytest.raises(ValueError, match="needs a factor"):
        normalize(x, "factors", pd.Series(True, index=x.index))
