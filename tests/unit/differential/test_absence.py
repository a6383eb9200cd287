"""Absence from a condition: its chance by hand, by brute force, and as it comes out in tables without any change."""

import numpy as np
import pytest
from scipy.special import expit

from myosieve.differential.detection import absence
from myosieve.differential.dropout import DropoutModel

SURE = 1e6  # degrees of freedom of a variance that is known


def model(samples, intercept=-20.0, slope=1.0, depth=None, protein_sd=1e-3, condition_sd=1e-3):
    depth = np.zeros(samples) if depth is None else np.asarray(depth, dtype=float)
    return DropoutModel(intercept, slope, depth, protein_sd, condition_sd, refused="")


def two_groups(control=4, treatment=4):
    conditions = np.array(["a"] * control + ["b"] * treatment)
    return np.column_stack([np.ones(control + treatment), conditions == "b"]).astype(float), conditions


def absence_of(values, dropout, variance=1e-6, df=SURE, groups=(4, 4), weights=None, vector=(0.0, 1.0), **options):
    values = np.atleast_2d(np.asarray(values, dtype=float))
    design, conditions = two_groups(*groups)
    weights = weights or {"b": 1.0, "a": -1.0}
    spread = np.full(len(values), variance), np.full(len(values), df)
    return absence(values, design, conditions, np.array(vector), weights, *spread, dropout, **options)


NONE = [np.nan] * 4


def test_the_chance_is_the_product_over_samples_where_level_and_detectability_are_known():
    depth = [0, 0, 0, 0, 0.5, -0.5, 1.0, 0.0]
    found = absence_of([22.0] * 4 + NONE, model(8, depth=depth))
    # 1 - expit(-20 + 22 + o_j) for the four silent samples
    expected = np.prod(1 - expit(2.0 + np.array(depth[4:])))
    assert np.exp(found.log_p[0]) == pytest.approx(expected, rel=1e-3)


def test_swapping_the_sides_negates_the_fold_change_and_keeps_the_chance():
    up = absence_of([22.0] * 4 + NONE, model(8))
    down = absence_of(NONE + [22.0] * 4, model(8))
    assert up.log_p == pytest.approx(down.log_p)
    assert up.log2fc == pytest.approx(-down.log2fc)
    assert up.log2fc[0] < 0 < down.log2fc[0]
    assert (up.falls[0], down.falls[0]) == (True, False)


def test_fold_change_and_interval_are_where_the_absence_has_a_chance_of_a_half_and_of_a_twentieth():
    found = absence_of([24.0] * 4 + NONE, model(8))
    for change, chance in ((-found.log2fc[0], 0.5), (-found.bound[0], 0.05)):
        assert np.prod(1 - expit(np.full(4, -20 + 24 - change))) == pytest.approx(chance, rel=1e-2)


def test_the_interval_excludes_no_change_exactly_where_p_is_below_a_twentieth():
    levels = np.linspace(17, 26, 60)
    values = np.column_stack([np.repeat(levels[:, None], 4, axis=1), np.full((60, 4), np.nan)])
    found = absence_of(values, model(8, protein_sd=1.0, condition_sd=0.7), variance=0.1, df=6)
    significant = found.log_p < np.log(0.05)
    assert 0 < significant.sum() < 60
    assert (significant == (found.bound < 0)).all()


def test_the_higher_the_protein_stands_the_less_can_its_absence_be_chance():
    values = np.column_stack([np.repeat(np.arange(16.0, 30)[:, None], 4, axis=1), np.full((14, 4), np.nan)])
    found = absence_of(values, model(8, protein_sd=1.0, condition_sd=0.5), variance=0.1, df=6)
    assert (np.diff(found.log_p) < 0).all()


@pytest.mark.parametrize("worse", ["depth", "protein", "condition", "noise", "replicates", "missing"])
def test_whatever_makes_absence_less_surprising_raises_its_chance(worse):
    seen = np.full(4, 23.0)
    base = {"dropout": model(8, protein_sd=1.0, condition_sd=0.5), "variance": 0.1, "df": 6}
    row, changed = [*seen, *NONE], dict(base)
    if worse == "depth":
        changed["dropout"] = model(8, depth=[0] * 4 + [-1] * 4, protein_sd=1.0, condition_sd=0.5)
    elif worse == "protein":
        changed["dropout"] = model(8, protein_sd=2.5, condition_sd=0.5)
    elif worse == "condition":
        changed["dropout"] = model(8, protein_sd=1.0, condition_sd=1.5)
    elif worse == "noise":
        changed["variance"] = 1.0
    elif worse == "replicates":
        changed["df"] = 1.0
    before = absence_of(row, **base).log_p[0]
    if worse == "missing":
        row = [23.0, 23.0, np.nan, np.nan, *NONE]
    assert absence_of(row, **changed).log_p[0] > before


def test_changes_up_to_a_threshold_can_count_as_none():
    row = [24.0] * 4 + NONE
    at_least = absence_of(row, model(8), at_least=1.0).log_p[0]
    assert at_least == pytest.approx(absence_of(np.array(row) - 1.0, model(8)).log_p[0])


def test_a_contrast_of_half_weight_halves_the_fold_change():
    whole = absence_of([24.0] * 4 + NONE, model(8))
    half = absence_of([24.0] * 4 + NONE, model(8), weights={"b": 0.5, "a": -0.5}, vector=(0.0, 0.5))
    assert half.log_p == pytest.approx(whole.log_p)
    assert half.log2fc == pytest.approx(whole.log2fc / 2)


def test_of_many_silent_samples_the_chance_is_still_the_integral_over_what_they_share():
    samples, spread = 120, 1.3
    values = [26.0] * samples + [np.nan] * samples
    dropout = model(2 * samples, intercept=-22.0, condition_sd=spread)
    found = absence_of(values, dropout, groups=(samples, samples))
    # v of the silent condition alone: u is certain, and the level known. P = E[(1 - expit(4 + v))^120].
    v = np.linspace(-10, 10, 20_001) * spread
    weights = np.exp(-((v / spread) ** 2) / 2)
    expected = np.log((np.exp(samples * np.log(expit(-(4.0 + v)))) * weights).sum() / weights.sum())
    assert found.log_p[0] == pytest.approx(expected, abs=0.03)


def test_a_variance_known_from_few_values_lets_single_samples_stray_further():
    # Four subjects at one level: in a paired design the predicted means share no error, the noise is each sample's own.
    conditions = np.array(["a", "b"] * 4)
    design = np.column_stack([np.kron(np.eye(4), np.ones((2, 1))), conditions == "b"]).astype(float)
    values = np.where(conditions == "a", 23.0, np.nan)[None]
    ask = [values, design, conditions, np.array([0, 0, 0, 0, 1.0]), {"b": 1.0, "a": -1.0}, np.array([0.5])]
    few, many = (absence(*ask, np.array([df]), model(8)).log_p[0] for df in (4.0, SURE))
    assert few > many + 0.1


def test_where_both_sides_or_none_are_silent_nothing_is_asked():
    found = absence_of([[22.0] * 8, [np.nan] * 8], model(8))
    assert np.isnan(found.log_p).all()
    assert np.isnan(found.log2fc).all()


def test_without_a_variance_nothing_is_asked():
    assert np.isnan(absence_of([22.0] * 4 + NONE, model(8), variance=np.nan).log_p[0])


def test_a_paired_design_predicts_each_silent_sample_from_its_own_subject():
    # Four subjects at different levels, all seen at rest, none after exercise: each silent sample has its subject's mean.
    levels = np.array([20.0, 21.0, 22.0, 23.0])
    conditions = np.array(["a", "b"] * 4)
    design = np.column_stack([np.kron(np.eye(4), np.ones((2, 1))), conditions == "b"]).astype(float)
    values = np.full((1, 8), np.nan)
    values[0, ::2] = levels
    vector, weights = np.array([0, 0, 0, 0, 1.0]), {"b": 1.0, "a": -1.0}
    sd = 0.8
    found = absence(values, design, conditions, vector, weights, np.array([sd**2]), np.array([SURE]), model(8))
    # By brute force: the level is known from one value, and the silent one varies as much again.
    rng = np.random.default_rng(1)
    drawn = levels + rng.normal(0, sd * np.sqrt(2), (200_000, 4))
    expected = (1 - expit(drawn - 20.0)).mean(axis=0).prod()
    assert np.exp(found.log_p[0]) == pytest.approx(expected, rel=0.03)


def test_a_subject_seen_nowhere_says_nothing_and_the_others_still_count():
    conditions = np.array(["a", "b"] * 4)
    design = np.column_stack([np.kron(np.eye(4), np.ones((2, 1))), conditions == "b"]).astype(float)
    values = np.full((2, 8), np.nan)
    values[0, [0, 2, 4]] = values[1, [0, 2, 4]] = 23.0
    values[1, 6] = 23.0
    variance, df = np.full(2, 0.01), np.full(2, SURE)
    found = absence(
        values, design, conditions, np.array([0, 0, 0, 0, 1.0]), {"b": 1.0, "a": -1.0}, variance, df, model(8)
    )
    three, four = np.exp(found.log_p)
    assert three == pytest.approx((1 - expit(3.0)) ** 3, rel=0.05)
    assert four == pytest.approx((1 - expit(3.0)) ** 4, rel=0.05)


def test_other_conditions_show_how_well_a_protein_is_detected():
    conditions = np.repeat(["a", "b", "c"], 4)
    design = np.array([conditions == name for name in "abc"]).T.astype(float)
    seen = [20.5] * 4
    values = np.array([[*seen, *NONE, *seen], [*seen, *NONE, *NONE]])
    spread = np.full(2, 0.01), np.full(2, SURE)
    dropout = model(12, protein_sd=2.0, condition_sd=0.3)
    found = absence(values, design, conditions, np.array([-1.0, 1, 0]), {"b": 1.0, "a": -1.0}, *spread, dropout)
    assert found.log_p[0] < found.log_p[1]


def drawn_table(proteins, seed, protein_sd=1.2, condition_sd=0.6, sd=0.4, replicates=4):
    """Return values of a table in which nothing changes, drawn from the dropout model, and whether a side is silent."""
    rng = np.random.default_rng(seed)
    n = 2 * replicates
    y = rng.normal(21, 2, (proteins, 1)) + rng.normal(0, sd, (proteins, n))
    log_odds = y - 20 + rng.normal(0, protein_sd, (proteins, 1))
    log_odds += np.repeat(rng.normal(0, condition_sd, (proteins, 2)), replicates, axis=1)
    y[rng.random(y.shape) > expit(log_odds)] = np.nan
    return y


def test_without_any_change_absences_are_as_frequent_as_their_chances_say():
    y = drawn_table(8_000, seed=2)
    dropout = model(8, protein_sd=1.2, condition_sd=0.6)
    expected = observed = np.zeros(4)
    edges = np.log([1e-4, 1e-2, 0.05, 0.2, 1.0])
    for side in (slice(0, 4), slice(4, 8)):
        hidden = y.copy()
        hidden[:, side] = np.nan
        chance = absence_of(hidden, dropout, variance=0.16).log_p
        silent = np.isnan(y[:, side]).all(axis=1)
        asked = ~np.isnan(chance)
        bins = np.digitize(chance[asked], edges) - 1
        inside = (bins >= 0) & (bins < 4)
        expected = expected + np.bincount(bins[inside], np.exp(chance[asked][inside]), 4)
        observed = observed + np.bincount(bins[inside], silent[asked][inside], 4)
    # Each count within four Poisson standard deviations, and a tenth for the approximations of detectability and level.
    assert (expected > 10).sum() >= 3
    assert (np.abs(observed - expected) < 4 * np.sqrt(expected) + 0.1 * expected + 2).all()


def test_p_is_at_or_below_a_level_less_often_than_the_level_and_its_rate_as_often():
    y = drawn_table(20_000, seed=3)
    found = absence_of(y, model(8, protein_sd=1.2, condition_sd=0.6), variance=0.16)
    for level in (0.05, 0.01):
        assert (np.exp(found.log_p) <= level).mean() < level
    for level in (0.01, 0.003):
        share = (np.exp(found.log_rate) <= level).mean()
        # four binomial standard deviations and a tenth
        assert share == pytest.approx(level, abs=4 * np.sqrt(level / len(y)) + 0.1 * level)


def test_the_rate_never_exceeds_the_chance_itself():
    found = absence_of(drawn_table(3_000, seed=4), model(8, protein_sd=1.2, condition_sd=0.6), variance=0.16)
    asked = ~np.isnan(found.log_p)
    assert asked.sum() > 100
    assert (found.log_rate[asked] <= found.log_p[asked]).all()


def test_permuting_proteins_permutes_the_answers():
    y = drawn_table(500, seed=5)
    order = np.random.default_rng(1).permutation(500)
    one, other = (absence_of(values, model(8), variance=0.16) for values in (y, y[order]))
    np.testing.assert_allclose(other.log_p, one.log_p[order])
    np.testing.assert_allclose(other.log_rate, one.log_rate[order], rtol=1e-9)
