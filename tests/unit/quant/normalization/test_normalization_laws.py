"""The laws that every normalization keeps, and where one does not keep a law, that it is listed here."""

import numpy as np
import pandas as pd
import pytest

from myosieve.quant.normalization.anchors import anchors
from myosieve.quant.normalization.methods import METHODS, Normalized, normalize

SHIFTS = ("none", "median", "factors", "reference")
CURVES = ("quantile", "cyclic_loess", "vsn", "rlr")
# none and factors take loading as it is; all others remove it.
LEVELING = ("median", "quantile", "cyclic_loess", "vsn", "rlr", "reference")
SEEDS = (0, 1)


def matrix(seed: int, proteins: int = 150, samples: int = 5, missing: float = 0.2) -> pd.DataFrame:
    """Proteins of different levels in samples of clearly different loading, with values missing at random."""
    draw = np.random.default_rng(seed)
    loading = 0.8 * draw.permutation(samples)
    x = draw.normal(22, 3, (proteins, 1)) + loading + draw.normal(0, 0.3, (proteins, samples))
    x[draw.random(x.shape) < missing] = np.nan
    return pd.DataFrame(x, index=[f"P{p}" for p in range(proteins)], columns=[f"S{s}" for s in range(samples)])


def everything(x: pd.DataFrame) -> pd.Series:
    return pd.Series(True, index=x.index)


def run(x: pd.DataFrame, method: str, kept: pd.Series | None = None) -> Normalized:
    factors = pd.Series({name: 1.0 + int(str(name)[1:]) for name in x.columns}, dtype=float)
    return normalize(x, method, everything(x) if kept is None else kept, factors=factors)


def between_samples(x: pd.DataFrame) -> np.ndarray:
    """Values without the constant that is common to all samples."""
    values = x.to_numpy()
    return values - np.nanmean(values)


def test_every_method_is_either_a_shift_or_a_curve() -> None:
    assert set(SHIFTS) | set(CURVES) == set(METHODS)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("method", LEVELING)
def test_adding_a_constant_to_one_sample_changes_no_difference(method: str, seed: int) -> None:
    x = matrix(seed)
    loaded = x.copy()
    loaded["S2"] += 7.3
    before, after = run(x, method).log2, run(loaded, method).log2
    # vsn: to the precision of its search
    np.testing.assert_allclose(between_samples(after), between_samples(before), atol=1e-5 if method == "vsn" else 1e-9)


@pytest.mark.parametrize("method", ["none", "factors"])
def test_a_constant_added_to_a_sample_stays_where_loading_is_not_judged(method: str) -> None:
    x = matrix(1)
    loaded = x.copy()
    loaded["S2"] += 7.3
    before, after = run(x, method).log2, run(loaded, method).log2
    pd.testing.assert_series_equal(after["S2"], before["S2"] + 7.3)
    pd.testing.assert_frame_equal(after.drop(columns="S2"), before.drop(columns="S2"))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("method", METHODS)
def test_a_constant_added_to_all_samples_is_added_to_the_result(method: str, seed: int) -> None:
    x = matrix(seed)
    np.testing.assert_allclose(run(x + 3.1, method).log2, run(x, method).log2 + 3.1, atol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_proteins_and_samples_makes_no_difference(method: str, seed: int) -> None:
    x = matrix(seed)
    mixed = x.sample(frac=1, random_state=1).sample(frac=1, random_state=2, axis=1)
    again = run(mixed, method).log2.loc[x.index, x.columns]
    np.testing.assert_allclose(again, run(x, method).log2, atol=1e-4 if method == "vsn" else 1e-9)


@pytest.mark.parametrize("missing", [0.0, 0.2, 0.6])
@pytest.mark.parametrize("method", METHODS)
def test_missing_stays_missing_and_no_value_appears_or_goes(method: str, missing: float) -> None:
    x = matrix(1, missing=missing)
    result = run(x, method).log2
    assert result.isna().equals(x.isna())
    assert np.isfinite(result.to_numpy()[x.notna().to_numpy()]).all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("method", SHIFTS)
def test_a_shift_leaves_differences_within_a_sample_alone(method: str, seed: int) -> None:
    x = matrix(seed)
    done = run(x, method)
    np.testing.assert_allclose((done.log2 - x), np.where(x.isna(), np.nan, done.shift.to_numpy()), atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("method", SHIFTS)
def test_the_overall_level_stays_under_a_shift(method: str, seed: int) -> None:
    assert run(matrix(seed), method).shift.sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("method", CURVES)
def test_the_told_shift_of_a_curve_is_the_median_change_over_the_anchors(method: str) -> None:
    x = matrix(1)
    done = run(x, method)
    chosen, _ = anchors(x, everything(x))
    np.testing.assert_allclose(done.shift, (done.log2 - x)[chosen].median(), atol=1e-12)


@pytest.mark.parametrize(("method", "missing"), [("median", 0.2), ("reference", 0.2), ("rlr", 0.2), ("quantile", 0.0)])
def test_normalizing_again_changes_nothing(method: str, missing: float) -> None:
    once = run(matrix(1, missing=missing), method).log2
    np.testing.assert_allclose(run(once, method).log2, once, atol=1e-6)


def test_normalizing_again_by_loess_changes_little() -> None:
    once = run(matrix(1, missing=0.0), "cyclic_loess").log2
    assert np.abs(run(once, "cyclic_loess").log2 - once).to_numpy().max() < 0.1


@pytest.mark.parametrize("method", LEVELING)
def test_planted_loading_is_found(method: str) -> None:
    draw = np.random.default_rng(1)
    loading = np.array([-1.5, 0.0, 0.3, 1.2])
    x = pd.DataFrame(draw.normal(22, 3, (800, 1)) + loading + draw.normal(0, 0.2, (800, 4)), columns=list("abcd"))
    shift = normalize(x, method, everything(x)).shift
    np.testing.assert_allclose(shift - shift.mean(), -loading, atol=0.05)


@pytest.mark.parametrize("method", LEVELING)
def test_fold_changes_of_a_minority_are_recovered(method: str) -> None:
    draw = np.random.default_rng(2)
    x = draw.normal(22, 2, (1000, 1)) + draw.normal(0, 0.5, 6) + draw.normal(0, 0.1, (1000, 6))
    up, down = slice(0, 40), slice(40, 80)
    x[up, 3:] += 1.5
    x[down, 3:] -= 1.5
    result = normalize(pd.DataFrame(x), method, pd.Series(True, index=range(1000))).log2.to_numpy()
    fold_changes = result[:, 3:].mean(axis=1) - result[:, :3].mean(axis=1)
    found = [np.median(fold_changes[rows]) for rows in (up, down, slice(80, None))]
    np.testing.assert_allclose(found, [1.5, -1.5, 0], atol=0.1)  # as planted


@pytest.mark.parametrize("method", METHODS)
def test_proteins_outside_the_filter_do_not_decide(method: str) -> None:
    x = matrix(1)
    kept = everything(x)
    kept.iloc[100:] = False
    wild = x.copy()
    wild.iloc[100:, 0] += 5
    before, after = run(x, method, kept), run(wild, method, kept)
    np.testing.assert_allclose(after.log2[kept], before.log2[kept], atol=1e-9)
    np.testing.assert_allclose(after.shift, before.shift, atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_proteins_outside_the_filter_are_carried_along_as_if_they_were_in_it(method: str) -> None:
    x = matrix(3, proteins=600, missing=0.1)
    kept = everything(x)
    kept.iloc[::10] = False
    all_in, some_out = run(x, method).log2, run(x, method, kept).log2
    # a tenth of the proteins less moves the curves a little, at the ends most
    assert np.nanmedian(np.abs(all_in - some_out)[~kept]) < 0.05


@pytest.mark.parametrize("method", ["quantile", "vsn"])
def test_the_order_of_values_in_a_sample_is_kept_for_carried_proteins_too(method: str) -> None:
    x = matrix(1)
    kept = everything(x)
    kept.iloc[::3] = False
    result = run(x, method, kept).log2
    for sample in x:
        order = x[sample].dropna().sort_values().index
        assert result.loc[order, sample].is_monotonic_increasing


@pytest.mark.parametrize("method", METHODS)
def test_a_sample_without_values_stays_and_the_others_are_normalized_as_without_it(method: str) -> None:
    x = matrix(1)
    x["S2"] = np.nan
    done, rest = run(x, method), run(x.drop(columns="S2"), method)
    assert done.log2["S2"].isna().all()
    if method != "factors":  # whose mean is over all samples
        assert done.shift["S2"] == 0
        # fewer samples: other anchors may be observed in most of them, so that only the exact methods agree exactly
        tolerance = 1e-9 if method in ("none", "quantile") else 0.2
        np.testing.assert_allclose(
            between_samples(done.log2.drop(columns="S2")), between_samples(rest.log2), atol=tolerance
        )
    if method not in ("none", "factors"):
        assert any(told.startswith("S2: not normalized") for told in done.warnings)


@pytest.mark.parametrize("method", [m for m in METHODS if m != "factors"])
def test_one_sample_is_left_as_it_is(method: str) -> None:
    x = matrix(1).iloc[:, :1]
    done = run(x, method)
    pd.testing.assert_frame_equal(done.log2, x)
    assert done.shift.tolist() == [0.0]


@pytest.mark.parametrize("method", LEVELING)
def test_two_samples_meet_halfway(method: str) -> None:
    x = matrix(1, samples=2, missing=0.1)
    done = run(x, method)
    loading = (x["S1"] - x["S0"]).median()
    assert done.shift["S0"] - done.shift["S1"] == pytest.approx(loading, abs=0.15)


@pytest.mark.parametrize("method", METHODS)
def test_a_protein_without_values_changes_nothing(method: str) -> None:
    x = matrix(1)
    empty = x.copy()
    empty.loc["nowhere"] = np.nan
    with_it, without_it = run(empty, method).log2, run(x, method).log2
    np.testing.assert_allclose(with_it.drop(index="nowhere"), without_it, atol=1e-9)
    assert with_it.loc["nowhere"].isna().all()


@pytest.mark.parametrize("shape", [(0, 3), (5, 0), (0, 0)])
@pytest.mark.parametrize("method", METHODS)
def test_an_empty_table_stays_empty(method: str, shape: tuple[int, int]) -> None:
    x = matrix(1).iloc[: shape[0], : shape[1]]
    done = run(x, method)
    assert done.log2.shape == shape
    assert len(done.shift) == shape[1]


@pytest.mark.parametrize("method", [m for m in METHODS if m != "factors"])
def test_no_kept_protein_means_no_change(method: str) -> None:
    x = matrix(1)
    done = run(x, method, ~everything(x))
    pd.testing.assert_frame_equal(done.log2, x)
    assert (done.shift == 0).all()


@pytest.mark.parametrize("method", METHODS)
def test_the_input_is_not_written_to(method: str) -> None:
    x = matrix(1)
    before = x.copy()
    run(x, method)
    pd.testing.assert_frame_equal(x, before)


def test_what_is_told_counts_the_proteins_that_decided() -> None:
    x = matrix(1)
    kept = everything(x)
    kept.iloc[100:] = False
    chosen, _ = anchors(x, kept)
    for method in ("median", "rlr", "reference"):
        told = run(x, method, kept).told
        assert f"{chosen.sum()} kept protein groups observed in at least 70% of the samples" in told
    for method in ("quantile", "cyclic_loess"):
        assert "over the 100 kept protein groups" in run(x, method, kept).told


def test_a_shift_before_the_loess_is_told_only_where_it_was_made() -> None:
    x = matrix(1)
    leveled = run(x, "median").log2
    assert "equal medians" in run(x, "cyclic_loess").told
    assert "equal medians" not in run(leveled, "cyclic_loess").told


def test_a_sample_with_few_deciding_proteins_is_named() -> None:
    x = matrix(1)
    x.iloc[5:, 2] = np.nan
    x.iloc[:5, 2] = 20.0
    assert "S2: normalized by fewer than 10 protein groups" in run(x, "median").warnings
    assert not run(matrix(1), "median").warnings


def test_an_unknown_method_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="unknown method 'loess'"):
        run(matrix(1), "loess")


def test_kept_must_be_about_the_same_proteins() -> None:
    x = matrix(1)
    with pytest.raises(ValueError, match="kept does not name"):
        run(x, "median", everything(x).iloc[::-1])
