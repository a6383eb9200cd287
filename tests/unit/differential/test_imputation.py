"""Laws of imputation, and each of its formulas against a loop over cells in plain Python."""

from hashlib import blake2b
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myosieve.differential import imputation
from myosieve.differential.imputation import METHODS, Imputed, impute, imputed_share

DRAWN = ["minprob", "downshift"]


def names(m: int, n: int) -> tuple[list[str], list[str]]:
    """Keys whose alphabetical order is not that of the rows, and samples."""
    return [f"P{(7919 * i) % 100003:06d}" for i in range(m)], [f"run {n - j}" for j in range(n)]


def table(m: int, n: int, share: float = 0.3, seed: int = 0) -> np.ndarray:
    """Log2 values, missing more often where they are low; some proteins are seen nowhere."""
    draw = np.random.default_rng(seed)
    values = draw.normal(25, 2, (m, 1)) + draw.normal(0, 0.5, (m, n)) + draw.normal(0, 0.2, n)
    rank = values.argsort(axis=None).argsort().reshape(m, n) / (m * n)
    values[draw.random((m, n)) < 2 * share * (1 - rank)] = np.nan
    values[::17] = np.nan
    return values


def run(values: np.ndarray, method: str, seed: int = 1, conditions: np.ndarray | None = None) -> Imputed:
    return impute(values, *names(*values.shape), method, seed, conditions)


def noise(key: str, sample: str, seed: int) -> float:
    """Return z of one cell in whole numbers of any size, as the module describes it."""

    def word(name: str, kind: bytes) -> int:
        digest = blake2b(name.encode(), digest_size=8, key=str(seed).encode(), person=kind).digest()
        return int.from_bytes(digest, "little")

    upper = mix((word(key, b"protein") + word(sample, b"sample")) % 2**64) // 2**12
    return NormalDist().inv_cdf((upper + 0.5) / 2**52)


def mix(word: int) -> int:
    """Return the finalizer of SplitMix64 of a 64-bit word."""
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB % 2**64
    return word ^ (word >> 31)


# ---- laws --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_observed_values_keep_every_bit_and_the_input_is_left_alone(method: str) -> None:
    values = table(200, 8)
    before = values.copy()
    result = run(values, method)
    seen = ~np.isnan(values)
    assert result.values[seen].tobytes() == values[seen].tobytes()
    assert values.tobytes() == before.tobytes()


@pytest.mark.parametrize("method", METHODS)
def test_every_missing_value_of_an_observed_protein_is_imputed_and_the_mask_says_which(method: str) -> None:
    values = table(200, 8)
    result = run(values, method)
    expected = np.isnan(values) & ~np.isnan(values).all(axis=1, keepdims=True)
    np.testing.assert_array_equal(result.imputed, expected)
    assert expected.any()
    assert np.isfinite(result.values[expected]).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_protein_without_any_value_stays_missing_and_influences_no_other(method: str) -> None:
    values = table(200, 8)
    dark = np.isnan(values).all(axis=1)
    assert dark.any()
    keys, samples = names(*values.shape)
    whole = impute(values, keys, samples, method, 1).values
    without = impute(values[~dark], [k for k, d in zip(keys, dark, strict=True) if not d], samples, method, 1).values
    assert np.isnan(whole[dark]).all()
    np.testing.assert_array_equal(whole[~dark], without)


@pytest.mark.parametrize("method", METHODS)
def test_a_sample_without_any_value_stays_missing(method: str) -> None:
    values = table(200, 8)
    values[:, 3] = np.nan
    result = run(values, method)
    assert np.isnan(result.values[:, 3]).all()
    assert not result.imputed[:, 3].any()
    assert result.imputed[:, 2].any()


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_bytes(method: str) -> None:
    values = table(200, 8)
    assert run(values, method, 5).values.tobytes() == run(values, method, 5).values.tobytes()


@pytest.mark.parametrize("method", METHODS)
def test_another_seed_changes_all_drawn_values_and_no_computed_one(method: str) -> None:
    values = table(200, 8)
    one, two = run(values, method, 5), run(values, method, 6)
    same = one.values[one.imputed] == two.values[one.imputed]
    assert not same.any() if method in DRAWN else same.all()


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 2**32), share=st.floats(0.05, 0.6), m=st.integers(1, 40), n=st.integers(1, 7))
@settings(max_examples=25, deadline=None)
def test_permuted_proteins_and_samples_give_permuted_values_to_the_last_bit(
    method: str, seed: int, share: float, m: int, n: int
) -> None:
    values = table(m, n, share, seed)
    keys, samples = names(m, n)
    conditions = np.array(["rest", "eps"])[np.arange(n) % 2]
    draw = np.random.default_rng(seed)
    rows, columns = draw.permutation(m), draw.permutation(n)
    straight = impute(values, keys, samples, method, seed, conditions)
    permuted = impute(
        values[np.ix_(rows, columns)],
        [keys[i] for i in rows],
        [samples[j] for j in columns],
        method,
        seed,
        conditions[columns],
    )
    np.testing.assert_array_equal(permuted.values, straight.values[np.ix_(rows, columns)])
    np.testing.assert_array_equal(permuted.imputed, straight.imputed[np.ix_(rows, columns)])


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_shift_of_all_values_shifts_what_is_imputed(method: str) -> None:
    values = table(200, 8)
    np.testing.assert_allclose(run(values + 3, method).values, run(values, method).values + 3, rtol=1e-9)


@pytest.mark.parametrize("method", ["minprob", "mindet", "downshift"])
def test_a_constant_shift_of_a_sample_shifts_its_imputed_values_and_no_others(method: str) -> None:
    values = table(200, 8)
    shift = np.zeros(8)
    shift[2] = 1.5
    # under minprob all samples share s, which a shift of one of them changes: a condition of its own takes it out
    conditions = np.array(["a", "a", "b", "a", "a", "a", "a", "a"])
    moved = run(values + shift, method, conditions=conditions).values
    np.testing.assert_allclose(moved, run(values, method, conditions=conditions).values + shift, rtol=1e-9)


def test_a_protein_draws_the_same_standard_normal_number_whatever_else_is_in_the_table() -> None:
    keys, samples = names(300, 6)
    values = table(300, 6)
    values[1, 2], values[1, 0] = np.nan, 25.0
    some, columns = np.arange(1, 300, 3), [5, 2, 0]
    few = impute(values[np.ix_(some, columns)], [keys[i] for i in some], [samples[j] for j in columns], "downshift", 9)

    def standardized(filled: np.ndarray, observed: np.ndarray, i: int, j: int) -> float:
        column = observed[~np.isnan(observed[:, j]), j]
        sd = column.std(ddof=1)
        return (filled[i, j] - column.mean() + 1.8 * sd) / (0.3 * sd)

    whole = impute(values, keys, samples, "downshift", 9).values
    expected = standardized(whole, values, 1, 2)
    assert standardized(few.values, values[np.ix_(some, columns)], 0, 1) == pytest.approx(expected, rel=1e-9)


# ---- formulas ----------------------------------------------------------------------------------------------------


def test_the_mixing_of_the_reference_loop_is_that_of_splitmix64() -> None:
    # first output of the published generator started at 0: the finalizer of its increment
    assert mix(0x9E3779B97F4A7C15) == 0xE220A8397B1DCDAF


def loop_minprob(values: np.ndarray, seed: int, conditions: list[str]) -> np.ndarray:
    m, n = values.shape
    keys, samples = names(m, n)
    deviations = []
    for i in range(m):
        groups = [
            [values[i, j] for j in range(n) if conditions[j] == c and not np.isnan(values[i, j])]
            for c in set(conditions)
        ]
        groups = [group for group in groups if group]
        df = sum(len(group) - 1 for group in groups)
        if df and sum(map(len, groups)) > n / 2:
            squares = sum((x - sum(group) / len(group)) ** 2 for group in groups for x in group)
            deviations.append((squares / df) ** 0.5)
    s = np.median(deviations)
    filled = values.copy()
    for i, j in np.argwhere(np.isnan(values)):
        if not np.isnan(values[i]).all():
            filled[i, j] = low_quantile(values[:, j]) + s * noise(keys[i], samples[j], seed)
    return filled


def low_quantile(column: np.ndarray) -> float:
    """Return the 0.01 quantile, linear between order statistics."""
    observed = sorted(x for x in column if not np.isnan(x))
    place = 0.01 * (len(observed) - 1)
    below = int(place)
    above = min(below + 1, len(observed) - 1)
    return observed[below] + (place - below) * (observed[above] - observed[below])


@pytest.mark.parametrize("conditions", [["all"] * 6, ["all"] * 7, ["a", "b", "a", "b", "c", "b", "a"]])
def test_minprob_is_the_low_quantile_and_the_median_deviation_times_a_draw(conditions: list[str]) -> None:
    values = table(240, len(conditions))
    given = None if conditions[0] == "all" else np.array(conditions)
    np.testing.assert_allclose(run(values, "minprob", 3, given).values, loop_minprob(values, 3, conditions), rtol=1e-12)


def test_conditions_keep_an_effect_out_of_the_deviation_of_minprob() -> None:
    values = table(240, 8, share=0.1)
    conditions = np.repeat(["rest", "eps"], 4)
    values[:, 4:] += 5 * np.where(np.arange(240) % 2, 1, -1)[:, None]
    center = run(values, "mindet").values

    def spread(given: np.ndarray | None) -> float:
        result = run(values, "minprob", conditions=given)
        return float(np.std((result.values - center)[result.imputed]))

    # the noise of `table` has standard deviation sqrt(0.5^2 + 0.2^2) = 0.54; an effect of 5 between halves adds 2.5 and more
    assert spread(conditions) == pytest.approx(0.54, abs=0.1)
    assert spread(None) > 2.5


def test_minprob_falls_back_on_all_proteins_with_two_values_where_none_is_seen_in_half_of_the_samples() -> None:
    values = np.full((3, 6), np.nan)
    values[0, :2], values[1, 2:4], values[2, 4:] = [20.0, 22.0], [24.0, 25.0], [18.0, 24.0]
    filled = run(values, "minprob", 4).values
    keys, samples = names(3, 6)
    # standard deviations of two values are their difference / sqrt(2): of 2, 1 and 6 the median is 2; column 2 holds 24 alone
    expected = 24.0 + 2 / np.sqrt(2) * noise(keys[0], samples[2], 4)
    assert filled[0, 2] == pytest.approx(expected, rel=1e-12)


def test_mindet_is_the_low_quantile_of_the_sample() -> None:
    values = table(240, 5)
    filled = run(values, "mindet")
    for i, j in np.argwhere(filled.imputed):
        assert filled.values[i, j] == pytest.approx(low_quantile(values[:, j]), rel=1e-14)


def test_downshift_is_the_mean_less_1_8_deviations_and_a_draw_of_width_0_3() -> None:
    values = table(240, 5)
    keys, samples = names(240, 5)
    filled = run(values, "downshift", 8)
    for i, j in np.argwhere(filled.imputed):
        observed = [x for x in values[:, j] if not np.isnan(x)]
        mean = sum(observed) / len(observed)
        sd = (sum((x - mean) ** 2 for x in observed) / (len(observed) - 1)) ** 0.5
        expected = mean - 1.8 * sd + 0.3 * sd * noise(keys[i], samples[j], 8)
        assert filled.values[i, j] == pytest.approx(expected, rel=1e-12)


def loop_knn(values: np.ndarray, keys: list[str]) -> np.ndarray:
    seen = ~np.isnan(values)
    filled = values.copy()
    for i, j in np.argwhere(~seen):
        near = []
        for k in range(len(values)):
            shared = seen[i] & seen[k]
            if seen[k, j] and seen[i].any() and shared.sum() >= seen[i].sum() / 2:
                near.append((np.sqrt(np.mean((values[i, shared] - values[k, shared]) ** 2)), keys[k], values[k, j]))
        near = sorted(near)[:10]
        zero = [value for distance, _, value in near if distance == 0]
        if zero:
            filled[i, j] = sum(zero) / len(zero)
        elif near:
            filled[i, j] = sum(v / d for d, _, v in near) / sum(1 / d for d, _, _ in near)
        elif seen[i].any() and seen[:, j].any():
            filled[i, j] = values[i, seen[i]].mean()
    return filled


@pytest.mark.parametrize(("m", "n", "share"), [(60, 6, 0.3), (150, 5, 0.3), (140, 8, 0.5), (8, 4, 0.4), (30, 2, 0.4)])
def test_knn_is_the_weighted_mean_of_the_ten_nearest_proteins_with_a_value(m: int, n: int, share: float) -> None:
    values = table(m, n, share)
    np.testing.assert_allclose(run(values, "knn").values, loop_knn(values, names(m, n)[0]), rtol=1e-9)


def test_knn_finds_the_same_neighbors_in_blocks_of_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    values = table(400, 6)
    whole = run(values, "knn").values
    monkeypatch.setattr(imputation, "_BLOCK", 10_000)
    np.testing.assert_array_equal(run(values, "knn").values, whole)


def test_knn_looks_further_where_the_first_candidates_do_not_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    values = table(100, 6)
    values[20:, 4] = np.nan  # a sample with few values
    expected = loop_knn(values, names(100, 6)[0])
    for candidates in (1, 5, 30, 1000):
        monkeypatch.setattr(imputation, "_CANDIDATES", candidates)
        np.testing.assert_allclose(run(values, "knn").values, expected, rtol=1e-9)


def with_ties(tied: int, seed: int) -> tuple[np.ndarray, float]:
    """Return values, and what ties broken by the key impute in the first protein.

    So many proteins are at distance 1 from it, in four directions, each with another value in its sample; 260 are far.
    """
    draw = np.random.default_rng(seed)
    level = 20 + draw.integers(0, 64, 2) / 64  # the distances are exact
    near = np.column_stack([level + draw.choice([-1, 1], (tied, 2)), np.linspace(18, 30, tied)])
    far = draw.normal([26, 28, 25], 0.5, (260, 3))
    values = np.vstack([[*level, np.nan], near, far])
    keys, _ = names(len(values), 3)
    return values, np.mean([values[i, 2] for i in sorted(range(1, tied + 1), key=keys.__getitem__)[:10]])


@pytest.mark.parametrize("tied", [40, 300])
def test_knn_breaks_ties_by_the_key_among_few_and_among_more_proteins_than_it_looks_at_first(tied: int) -> None:
    values, expected = with_ties(tied, 0)
    assert run(values, "knn").values[0, 2] == pytest.approx(expected, rel=1e-12)


def test_knn_breaks_ties_by_the_key_and_not_by_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imputation, "_CANDIDATES", 20)
    for seed in range(20):
        values, expected = with_ties(25, seed)
        assert run(values, "knn").values[0, 2] == pytest.approx(expected, rel=1e-12)


def test_knn_finds_the_same_neighbors_at_any_level_of_the_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imputation, "_CANDIDATES", 12)
    values = np.round(table(300, 6) * 64) / 64  # so that a large shift costs no bit
    moved = run(values + 2.0**30, "knn").values - 2.0**30
    np.testing.assert_allclose(moved, run(values, "knn").values, atol=1e-5)  # 2^30 leaves 2e-7 to the last bit


def test_knn_takes_the_value_of_an_identical_protein() -> None:
    values = table(60, 6, 0.0)
    values[1], values[2, 3] = values[2], np.nan
    assert run(values, "knn").values[2, 3] == pytest.approx(values[1, 3], rel=1e-12)


def test_knn_falls_back_on_the_mean_of_the_protein_where_no_other_shares_its_samples() -> None:
    values = np.array([[20.0, 22.0, np.nan, np.nan], [np.nan, np.nan, 25.0, 26.0], [np.nan, np.nan, 27.0, 28.0]])
    np.testing.assert_array_equal(run(values, "knn").values[0], [20.0, 22.0, 21.0, 21.0])


def test_knn_recovers_hidden_values_better_than_the_mean_of_the_protein() -> None:
    draw = np.random.default_rng(2)
    effect = draw.normal(0, 1, (20, 6))  # twenty patterns over the samples
    truth = draw.normal(25, 2, (400, 1)) + np.repeat(effect, 20, axis=0) + draw.normal(0, 0.1, (400, 6))
    hidden = draw.random(truth.shape) < 0.1
    values = np.where(hidden, np.nan, truth)
    own = np.broadcast_to(np.nanmean(values, axis=1, keepdims=True), truth.shape)
    error = np.abs(run(values, "knn").values - truth)[hidden].mean()
    assert error < 0.7 * np.abs(own - truth)[hidden].mean()


# ---- chance ------------------------------------------------------------------------------------------------------


def draws(seed: int, m: int = 4000, n: int = 10) -> np.ndarray:
    """Return (m x n) standard normal numbers of numbered proteins and samples."""
    keys, samples = [f"P{i:05d}" for i in range(m)] + ["low", "high"], [f"sample{j}" for j in range(n)]
    # two values per sample with mean 0 and standard deviation 1; a value in a further sample makes each protein known
    values = np.full((m + 2, n + 1), np.nan)
    values[m, :n], values[m + 1, :n], values[:, n] = -np.sqrt(0.5), np.sqrt(0.5), 0.0
    filled = impute(values, keys, [*samples, "further"], "downshift", seed).values
    return (filled[:m, :n] + 1.8) / 0.3


def test_draws_are_standard_normal() -> None:
    z = np.sort(draws(1), axis=None)
    # Kolmogorov's distance of 40,000 true draws is above 1.63 / sqrt(40,000) = 0.008 once in a hundred times
    normal = np.array([NormalDist().cdf(x) for x in z])
    assert np.abs(normal - (np.arange(z.size) + 0.5) / z.size).max() < 0.008
    assert np.abs(z).max() < 6


def test_draws_of_samples_of_neighboring_proteins_and_of_seeds_are_uncorrelated() -> None:
    z = draws(1)
    # correlations of independent draws have standard deviation 1 / sqrt(4,000) = 0.016 and 1 / sqrt(40,000) = 0.005
    assert np.abs(np.corrcoef(z.T) - np.eye(10)).max() < 5 * 0.016
    assert abs(np.corrcoef(z[:-1].ravel(), z[1:].ravel())[0, 1]) < 5 * 0.005
    assert abs(np.corrcoef(z.ravel(), draws(2).ravel())[0, 1]) < 5 * 0.005
    # sums over proteins or samples vary as those of independent draws do: relative error sqrt(2 / 4,000) = 0.022
    assert z.sum(axis=1).var() == pytest.approx(10, rel=5 * 0.022)


def test_a_protein_named_as_a_sample_shares_no_draws_with_it() -> None:
    values = np.array([[20.0, np.nan], [np.nan, 20.0], [22.0, 22.0]])
    filled = impute(values, ["one", "two", "three"], ["one", "two"], "downshift", 1).values
    assert filled[0, 1] != filled[1, 0]  # (one, two) and (two, one), of the same distribution


# ---- edges -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(0, 4), (3, 0), (3, 4)])
def test_a_table_without_values_comes_back_as_it_is(method: str, shape: tuple[int, int]) -> None:
    result = run(np.full(shape, np.nan), method)
    assert result.values.shape == result.imputed.shape == shape
    assert np.isnan(result.values).all()
    assert not result.imputed.any()


@pytest.mark.parametrize("method", METHODS)
def test_a_full_table_comes_back_as_it_is(method: str) -> None:
    values = np.random.default_rng(0).normal(25, 2, (30, 4))
    result = run(values, method)
    assert result.values.tobytes() == values.tobytes()
    assert not result.imputed.any()


def test_what_cannot_be_estimated_stays_missing() -> None:
    values = np.array([[20.0, np.nan], [21.0, np.nan], [np.nan, 22.0]])
    # one value in the second sample: no standard deviation for downshift; no protein with two values: none for minprob
    np.testing.assert_array_equal(run(values, "downshift").imputed, [[False, False], [False, False], [True, False]])
    assert not run(values, "minprob").imputed.any()


def test_an_unknown_method_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(ValueError, match=r"'zero'.*minprob, mindet, downshift, knn"):
        run(table(20, 4), "zero")


def test_names_that_repeat_or_do_not_fit_and_infinite_values_are_refused() -> None:
    values = np.zeros((2, 2))
    with pytest.raises(ValueError, match="repeats"):
        impute(values, ["a", "a"], ["x", "y"], "knn", 1)
    with pytest.raises(ValueError, match="repeats"):
        impute(values, ["a", "b"], ["x", "x"], "knn", 1)
    with pytest.raises(ValueError, match="3 keys"):
        impute(values, ["a", "b", "c"], ["x", "y"], "knn", 1)
    with pytest.raises(ValueError, match="1 conditions"):
        impute(values, ["a", "b"], ["x", "y"], "minprob", 1, np.array(["rest"]))
    with pytest.raises(ValueError, match="infinite"):
        impute(np.full((2, 2), -np.inf), ["a", "b"], ["x", "y"], "minprob", 1)


# ---- the share of a contrast -------------------------------------------------------------------------------------


def test_the_imputed_share_counts_the_samples_of_the_contrast_only() -> None:
    imputed = np.array([[1, 1, 0, 0, 1], [0, 0, 0, 0, 1], [1, 1, 1, 1, 0]], dtype=bool)
    treatment, control = np.array([1, 1, 0, 0, 0], dtype=bool), np.array([0, 0, 1, 1, 0], dtype=bool)
    np.testing.assert_array_equal(imputed_share(imputed, treatment, control), [0.5, 0.0, 1.0])


def test_the_imputed_share_does_not_mind_the_direction_and_counts_a_sample_on_both_sides_once() -> None:
    imputed = np.random.default_rng(0).random((20, 5)) < 0.5
    one, two = np.array([1, 1, 0, 0, 0], dtype=bool), np.array([0, 1, 1, 0, 0], dtype=bool)
    np.testing.assert_array_equal(imputed_share(imputed, one, two), imputed_share(imputed, two, one))
    np.testing.assert_allclose(imputed_share(imputed, one, two), imputed[:, :3].mean(axis=1))


def test_a_contrast_without_samples_has_no_imputed_share() -> None:
    with pytest.raises(ValueError, match="without samples"):
        imputed_share(np.zeros((2, 3), dtype=bool), np.zeros(3, dtype=bool), np.zeros(3, dtype=bool))
