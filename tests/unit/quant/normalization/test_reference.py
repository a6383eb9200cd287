"""Shifts by proteins that stay the same: named, or found."""

import numpy as np
import pandas as pd
import pytest

from myosieve.quant.normalization.methods import normalize
from myosieve.quant.normalization.reference import least_varying, reference_shifts


def medium(
    share: float, effect: tuple[float, float], seed: int = 1, control: int = 3, treated: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Return proteins of which a share rises in the treated samples, a quarter of the values missing, and the loading."""
    draw = np.random.default_rng(seed)
    n = control + treated
    level = draw.normal(24, 2.5, 1200)
    noise = 0.3 * np.sqrt(4 / draw.chisquare(4, 1200))
    x = level[:, None] + noise[:, None] * draw.normal(size=(1200, n))
    many = int(share * 1200)
    x[:many, control:] += draw.uniform(*effect, size=(many, 1))
    x[draw.random(x.shape) > 1 / (1 + np.exp(-0.9 * (x - 21.5)))] = np.nan
    loading = draw.normal(0, 0.5, n)
    x = x + loading
    return x[(~np.isnan(x)).mean(axis=1) >= 0.7], loading


def error(x: np.ndarray, loading: np.ndarray, control: int) -> float:
    """Return by how much the shift between treated and control is off."""
    off = reference_shifts(x[least_varying(x)]) + loading
    return float(off[control:].mean() - off[:control].mean())


@pytest.mark.parametrize("share", [0.0, 0.15, 0.3, 0.4, 0.45])
def test_loading_is_found_while_up_to_45_percent_of_the_proteins_rise(share: float) -> None:
    x, loading = medium(share, (1, 2))
    assert error(x, loading, 3) == pytest.approx(0, abs=0.05)


def test_loading_is_found_where_the_median_goes_along_with_the_changed_proteins() -> None:
    x, loading = medium(0.4, (1, 2))
    frame = pd.DataFrame(x)
    shift = normalize(frame, "median", pd.Series(True, index=frame.index)).shift + loading
    assert shift[:3].mean() - shift[3:].mean() > 0.3
    assert error(x, loading, 3) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(("control", "treated"), [(1, 1), (2, 2), (9, 3), (3, 9)])
def test_group_sizes_do_not_matter(control: int, treated: int) -> None:
    x, loading = medium(0.4, (1, 2), control=control, treated=treated)
    assert error(x, loading, control) == pytest.approx(0, abs=0.08)


def test_small_changes_of_many_are_mostly_kept_out() -> None:
    errors = [error(*medium(0.3, (0.4, 1.2), seed), 3) for seed in range(5)]
    assert np.mean(errors) == pytest.approx(0, abs=0.06)  # the median: off by 0.2


def test_a_third_that_rises_by_exactly_the_same_does_not_pass_for_steady() -> None:
    x, loading = medium(0.33, (1.585, 1.5851))
    assert error(x, loading, 3) == pytest.approx(0, abs=0.05)


def test_the_chosen_are_a_third_and_of_all_levels() -> None:
    x, _ = medium(0.3, (1, 2))
    chosen = least_varying(x)
    assert chosen.mean() == pytest.approx(0.3, abs=0.01)
    levels = np.nanmean(x, axis=1)
    fifths = np.array_split(chosen[np.argsort(levels)], 5)
    assert [part.mean() for part in fifths] == pytest.approx([0.3] * 5, abs=0.1)


def test_proteins_with_missing_values_are_as_often_chosen_as_complete_ones() -> None:
    draw = np.random.default_rng(1)
    x = draw.normal(24, 2.5, (3000, 1)) + draw.normal(0, 0.3, (3000, 4))
    incomplete = np.arange(3000) % 2 == 0
    x[incomplete, draw.integers(0, 4, 3000)[incomplete]] = np.nan
    chosen = least_varying(x)
    # P(chi2_2 / 2 < 0.42) = 0.34 against P(chi2_3 / 3 < 0.42) = 0.26, together 30 %; sums of squares would give 2
    assert chosen[incomplete].mean() / chosen[~incomplete].mean() == pytest.approx(1.31, abs=0.25)


def test_the_choice_does_not_depend_on_the_loading() -> None:
    x, _ = medium(0.3, (1, 2))
    np.testing.assert_array_equal(least_varying(x), least_varying(x + np.array([5, 0, -3, 0, 1, 0])))


def test_named_proteins_end_with_equal_medians_and_the_others_do_not_matter() -> None:
    draw = np.random.default_rng(1)
    loading = np.array([0.0, 1.0, -2.0])
    spikes = draw.normal(20, 2, (5, 1)) + loading
    sample = draw.normal(25, 2, (200, 1)) + loading + [0, 3, 3]  # everything else is secreted eightfold
    x = pd.DataFrame(np.vstack([spikes, sample]), index=[f"spike{i}" for i in range(5)] + [f"P{i}" for i in range(200)])
    kept = pd.Series(True, index=x.index)
    kept["spike0":"spike4"] = False  # spike-ins are no candidates
    done = normalize(x, "reference", kept, reference=[f"spike{i}" for i in range(5)])
    np.testing.assert_allclose(done.shift - done.shift.mean(), loading.mean() - loading, atol=1e-9)
    np.testing.assert_allclose(done.log2.loc["P7"] - done.log2.loc["P7", 0], [0, 3, 3])
    assert "5 named reference protein groups" in done.told


def test_names_and_positions_say_the_same() -> None:
    x = pd.DataFrame(np.random.default_rng(1).normal(size=(20, 3)), index=[f"P{i}" for i in range(20)])
    kept = pd.Series(True, index=x.index)
    by_name = normalize(x, "reference", kept, reference=["P3", "P9"]).shift
    pd.testing.assert_series_equal(normalize(x, "reference", kept, reference=[3, 9]).shift, by_name)


def test_a_sample_without_a_named_protein_is_told_and_not_shifted() -> None:
    x = pd.DataFrame(np.random.default_rng(1).normal(size=(20, 3)), columns=list("abc"))
    x.loc[[3, 9], "b"] = np.nan
    done = normalize(x, "reference", pd.Series(True, index=x.index), reference=[3, 9])
    assert done.shift["b"] == 0
    assert "b: not normalized, since no reference protein group has a value there" in done.warnings


@pytest.mark.parametrize(
    ("reference", "told"),
    [(["P1", "HRP"], "not in the table: HRP"), ([99], "not in the table: 99"), ([], "none is named")],
)
def test_a_reference_that_is_not_there_is_refused_by_name(reference: list, told: str) -> None:
    x = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 3.0]}, index=["P1", "P2"])
    with pytest.raises(ValueError, match=told):
        normalize(x, "reference", pd.Series(True, index=x.index), reference=reference)
