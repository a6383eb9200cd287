"""The dropout model: planted parameters come back, and tables in which absence is no evidence are told apart."""

import numpy as np
import pytest
from scipy.special import expit

from myosieve.differential.dropout import dropout_model
from myosieve.statistics.missing_patterns import log_all_missed

NOISE = 0.3


def planted(
    proteins=3000,
    samples=12,
    slope=0.9,
    middle=23.0,
    protein_sd=1.2,
    condition_sd=0.8,
    depth=None,
    seed=1,
    conditions=2,
):
    """Return values drawn from the model itself, and the condition of each sample; proteins never seen are left out."""
    rng = np.random.default_rng(seed)
    condition = np.repeat(np.arange(conditions), samples // conditions)
    depth = np.zeros(samples) if depth is None else np.asarray(depth)
    y = rng.normal(24, 2, (proteins, 1)) + rng.normal(0, NOISE, (proteins, samples))
    log_odds = slope * (y - middle) + depth + rng.normal(0, protein_sd, (proteins, 1))
    log_odds += rng.normal(0, condition_sd, (proteins, conditions))[:, condition]
    y[rng.random(y.shape) > 1 / (1 + np.exp(-log_odds))] = np.nan
    return y[~np.isnan(y).all(axis=1)], condition


def fitted(values, conditions):
    return dropout_model(values, np.full(len(values), NOISE**2), conditions)


def test_planted_parameters_are_found():
    depth = np.tile([0.8, 0.0, -0.8], 4)
    values, conditions = planted(depth=depth)
    model = fitted(values, conditions)
    # Condition effects flatten the curve to about .9 / sqrt(1 + .35 .8^2) = .81 (Zeger et al. 1988, Biometrics 44:1049).
    assert model.slope == pytest.approx(0.81, rel=0.1)
    assert model.protein_sd == pytest.approx(1.2, rel=0.2)
    assert model.condition_sd == pytest.approx(0.8, rel=0.25)
    assert model.intercept == pytest.approx(-model.slope * 23, rel=0.05)
    np.testing.assert_allclose(model.depth - model.depth.mean(), depth, atol=0.2)
    assert model.refused == ""


def test_without_effects_of_protein_and_condition_both_are_found_small():
    values, conditions = planted(protein_sd=0.0, condition_sd=0.0)
    model = fitted(values, conditions)
    assert model.protein_sd < 0.5
    assert model.condition_sd < 0.5


def test_a_table_filtered_by_condition_is_refused():
    values, conditions = planted()
    for condition in (0, 1):
        own = conditions == condition
        few = (~np.isnan(values[:, own])).sum(axis=1) < 2
        values[np.ix_(few, own)] = np.nan
    values = values[~np.isnan(values).all(axis=1)]
    assert "filtered by condition" in fitted(values, conditions).refused


def test_a_table_in_which_a_condition_needs_half_of_its_many_samples_is_refused():
    # Of twenty samples hardly any protein is seen in one: only the whole of few observations shows the filter.
    values, conditions = planted(proteins=600, samples=40, middle=22.0)
    assert fitted(values, conditions).refused == ""
    for condition in (0, 1):
        own = conditions == condition
        few = (~np.isnan(values[:, own])).mean(axis=1) < 0.5
        values[np.ix_(few, own)] = np.nan
    values = values[~np.isnan(values).all(axis=1)]
    assert "filtered by condition" in fitted(values, conditions).refused


def test_a_table_of_proteins_seen_in_three_quarters_of_some_condition_is_not_refused():
    values, conditions = planted(proteins=1000, samples=8)
    share = np.column_stack([(~np.isnan(values[:, conditions == k])).mean(axis=1) for k in (0, 1)])
    assert fitted(values[share.max(axis=1) >= 0.75], conditions).refused == ""


def test_differences_between_proteins_that_are_large_for_many_samples_are_found():
    # The likelihood of a protein's u from 24 samples is a fraction of tau wide.
    values, conditions = planted(proteins=800, samples=24, protein_sd=3.0, condition_sd=0.3)
    model = fitted(values, conditions)
    assert model.protein_sd == pytest.approx(3.0, rel=0.15)
    assert model.slope == pytest.approx(0.9, rel=0.15)
    assert model.condition_sd == pytest.approx(0.3, abs=0.15)


def test_the_chance_that_all_samples_miss_a_protein_is_the_integral_over_their_noise():
    log_odds = np.array([[-3.0, 2.0, 15.0], [8.0, -np.inf, 1.0]])
    noise, shift = np.array([[0.5, 2.0, 2.5], [2.0, 1.0, 0.1]]), np.array([-4.0, 0.0, 3.0])
    z = np.linspace(-10, 10, 4001)
    weights = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()
    each = expit(-(log_odds[:, :, None, None] + shift[:, None] + noise[:, :, None, None] * z)) @ weights
    # 3 % of the chance, whatever its size
    np.testing.assert_allclose(log_all_missed(log_odds, shift, noise), np.log(each).sum(axis=1), atol=0.03)


def test_conditions_that_drop_out_as_a_whole_are_refused():
    values, conditions = planted(condition_sd=4.0)
    assert "varies too much between conditions" in fitted(values, conditions).refused


def test_a_complete_table_has_no_dropout_model():
    values, conditions = planted()
    assert fitted(np.nan_to_num(values, nan=20.0), conditions) is None


def test_proteins_without_a_variance_do_not_count():
    values, conditions = planted(proteins=500)
    variance = np.full(len(values), NOISE**2)
    alone = dropout_model(values[:300], variance[:300], conditions)
    variance[300:] = np.nan
    both = dropout_model(values, variance, conditions)
    assert (both.slope, both.protein_sd, both.condition_sd) == (alone.slope, alone.protein_sd, alone.condition_sd)


def test_few_missing_values_leave_the_priors():
    values = np.random.default_rng(1).normal(25, 2, (200, 1)) + np.random.default_rng(2).normal(0, NOISE, (200, 6))
    values[0, 0] = values[1, 4] = np.nan
    model = fitted(values, np.repeat([0, 1], 3))
    # medians of the priors: slope .8, protein 1.5, condition 1
    assert 0.3 < model.slope < 2.0
    assert 0.7 < model.protein_sd < 3.5
    assert 0.5 < model.condition_sd < 2.0


def test_permuting_samples_permutes_depth_and_changes_nothing_else():
    values, conditions = planted(proteins=800, depth=np.linspace(-1, 1, 12))
    order = np.random.default_rng(3).permutation(12)
    one, other = fitted(values, conditions), fitted(values[:, order], conditions[order])
    np.testing.assert_allclose(other.depth, one.depth[order], atol=1e-3)
    assert other.slope == pytest.approx(one.slope, rel=1e-3)
    assert other.condition_sd == pytest.approx(one.condition_sd, rel=1e-2)


def test_a_shift_of_all_values_moves_the_curve_with_them():
    values, conditions = planted(proteins=800)
    one, other = fitted(values, conditions), fitted(values + 5, conditions)
    assert other.slope == pytest.approx(one.slope, rel=1e-4)
    assert other.intercept == pytest.approx(one.intercept - 5 * one.slope, rel=1e-4)


def test_of_many_samples_a_spread_of_them_carries_the_curve():
    depth = np.tile([0.7, -0.7], 30)
    values, conditions = planted(proteins=1500, samples=60, depth=depth)
    model = fitted(values, conditions)
    assert model.slope == pytest.approx(0.9, rel=0.15)
    np.testing.assert_allclose(model.depth - model.depth.mean(), depth, atol=0.3)


def test_an_absurd_shift_counts_as_a_large_one_and_overflows_nowhere() -> None:
    log_odds, noise = np.array([[20.0, -3.0, 5.0] * 6]), np.full((1, 18), 2.0)
    far = log_all_missed(log_odds, np.array([-1e6, 0.0, 1e6]), noise)
    np.testing.assert_array_equal(far, log_all_missed(log_odds, np.array([-60.0, 0.0, 60.0]), noise))
    assert np.isfinite(far).all()
