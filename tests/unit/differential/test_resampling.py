"""Fold changes over other draws of the same subjects, against numpy's solver, and against the textbook's standard error."""

import numpy as np
import pandas as pd
import pytest

from myosieve.differential.linear import fit
from myosieve.differential.resampling import bootstrap_log2fc, resampling_units, units_of_conditions

SUBJECTS = 8
CONTRAST = np.array([[0.0], [1.0], *[[0.0]] * (SUBJECTS - 1)])


def paired(subjects=SUBJECTS):
    """Design, units and conditions of subjects in two conditions each."""
    rows = [
        [1.0, condition, *(subject == k for k in range(1, subjects))]
        for subject in range(subjects)
        for condition in (0, 1)
    ]
    units = np.repeat([f"s{k}" for k in range(subjects)], 2)
    return np.array(rows, dtype=float), units, np.tile(["a", "b"], subjects)


def simulated(rng, m, missing=0.0):
    """Values with an effect of each subject and a difference of 1 between the conditions."""
    values = rng.normal(25, 2, (m, 1)) + np.repeat(rng.normal(0, 2, (m, SUBJECTS)), 2, axis=1)
    values += np.tile([0.0, 1.0], SUBJECTS) + rng.normal(0, 0.5, (m, 2 * SUBJECTS))
    values[rng.random(values.shape) < missing] = np.nan
    return values


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def test_each_draw_is_weighted_least_squares_with_the_times_that_a_subject_is_drawn(rng):
    design, units, conditions = paired()
    values = simulated(rng, 6, missing=0.15)
    found = bootstrap_log2fc(values, design, CONTRAST, units, conditions, 20, np.random.default_rng(3))
    # One stratum: what is drawn is known from the generator alone.
    drawn = np.random.default_rng(3).integers(0, SUBJECTS, size=(20, SUBJECTS))
    for draw, subjects in zip(found, drawn, strict=True):
        times = np.bincount(subjects, minlength=SUBJECTS)[np.repeat(np.arange(SUBJECTS), 2)]
        for i, y in enumerate(values):
            used = ~np.isnan(y) & (times > 0)
            if not (used[::2] & used[1::2]).any():  # no subject of the draw was seen in both conditions
                assert np.isnan(draw[i, 0])
                continue
            root = np.sqrt(times[used])[:, None]
            solution = np.linalg.lstsq(root * design[used], root[:, 0] * y[used], rcond=None)[0]
            assert draw[i, 0] == pytest.approx(solution[1], abs=1e-9)


def test_draws_scatter_about_the_estimate_by_its_standard_error(rng):
    design, units, conditions = paired()
    values = simulated(rng, 200)
    found = bootstrap_log2fc(values, design, CONTRAST, units, conditions, 800, rng)[:, :, 0]
    whole = fit(values, design, CONTRAST)
    se = whole.stdev_unscaled[:, 0] * np.sqrt(whole.variance)
    # The mean of 800 draws lies within five of its own standard errors.
    assert (np.abs(found.mean(axis=0) - whole.log2fc[:, 0]) < 5 * se / np.sqrt(800)).all()
    # The bootstrap's variance is that of the population that the sample is: (n - 1) / n of the usual estimate.
    np.testing.assert_allclose(found.std(axis=0) / se, np.sqrt((SUBJECTS - 1) / SUBJECTS), rtol=0.12)


def test_resampling_samples_of_subjects_apart_would_be_wider(rng):
    design, units, conditions = paired()
    values = simulated(rng, 100)
    whole = bootstrap_log2fc(values, design[:, :2], CONTRAST[:2], units, conditions, 300, rng)
    apart = bootstrap_log2fc(values, design[:, :2], CONTRAST[:2], np.arange(16).astype(str), conditions, 300, rng)
    # without the subjects in the design their effects, which are large, cancel only where they stay together
    assert (apart.std(axis=0) > 1.5 * whole.std(axis=0)).mean() > 0.9


def test_samples_are_drawn_within_their_condition(rng):
    conditions = np.array(["a"] * 4 + ["b"] * 3)
    design = np.column_stack([np.ones(7), conditions == "b"]).astype(float)
    values = rng.normal(size=(5, 7))
    found = bootstrap_log2fc(
        values, design, np.array([[0.0], [1.0]]), np.arange(7).astype(str), conditions, 50, np.random.default_rng(2)
    )
    again = np.random.default_rng(2)
    a, b = again.integers(0, 4, size=(50, 4)), 4 + again.integers(0, 3, size=(50, 3))
    expected = values[:, b].mean(axis=2).T - values[:, a].mean(axis=2).T
    np.testing.assert_allclose(found[:, :, 0], expected, atol=1e-10)


def test_subjects_of_one_group_are_not_exchanged_with_those_of_another(rng):
    # two old and three young subjects, before and after: a draw always has two old and three young
    units = np.repeat(["o1", "o2", "y1", "y2", "y3"], 2)
    conditions = np.array(["old_pre", "old_post"] * 2 + ["young_pre", "young_post"] * 3)
    names = ["old_pre", "old_post", "young_pre", "young_post"]
    design = np.column_stack([conditions == name for name in names]).astype(float)
    interaction = np.array([[-1.0], [1.0], [1.0], [-1.0]])
    found = bootstrap_log2fc(rng.normal(size=(4, 10)), design, interaction, units, conditions, 200, rng)
    assert not np.isnan(found).any()


def test_the_seed_decides_and_the_order_of_proteins_and_samples_does_not(rng):
    design, units, conditions = paired()
    values = simulated(rng, 200, missing=0.2)
    first, again, other = (
        bootstrap_log2fc(values, design, CONTRAST, units, conditions, 30, np.random.default_rng(seed))
        for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other, equal_nan=True)
    order = rng.permutation(200)
    turned = bootstrap_log2fc(values[order], design, CONTRAST, units, conditions, 30, np.random.default_rng(5))
    np.testing.assert_allclose(turned, first[:, order], atol=1e-10)
    order = rng.permutation(2 * SUBJECTS)
    turned = bootstrap_log2fc(
        values[:, order], design[order], CONTRAST, units[order], conditions[order], 30, np.random.default_rng(5)
    )
    np.testing.assert_allclose(turned, first, atol=1e-10)


def test_what_a_draw_cannot_estimate_is_missing_and_never_a_number(rng):
    # a third subject that saw condition b alone: a draw of it alone has no condition a
    units, conditions = np.array(["s", "s", "t", "t", "u"]), np.array(["a", "b", "a", "b", "b"])
    design = np.column_stack([np.ones(5), conditions == "b"]).astype(float)
    values = rng.normal(size=(3, 5))
    values[0, [0, 2]] = np.nan  # nothing in condition a at all
    found = bootstrap_log2fc(
        values, design, np.array([[0.0], [1.0]]), units, conditions, 200, np.random.default_rng(1)
    )[:, :, 0]
    assert np.isnan(found[:, 0]).all()
    only_u = (np.random.default_rng(1).integers(0, 3, size=(200, 3)) == 2).all(axis=1)
    assert only_u.any()
    np.testing.assert_array_equal(np.isnan(found[:, 1]), only_u)


def sheet(**columns):
    return pd.DataFrame({"sample": ["s1", "s2", "s3", "s4"], "condition": list("abab")} | columns)


@pytest.mark.parametrize(
    ("columns", "block", "name"),
    [
        ({}, "", "sample"),
        ({"subject": list("1122")}, "", "subject"),
        ({"donor": list("1122")}, "", "donor"),
        ({"subject": list("1234"), "donor": list("1122")}, "", "donor"),  # subjects of one sample each tell nothing
        ({"subject": ["1", "1", "2", None]}, "", "sample"),
        ({"subject": ["1", "1", "2", " "]}, "", "sample"),
        ({"subject": list("1122"), "plate": list("1212")}, "plate", "plate"),
    ],
)
def test_the_unit_is_the_block_or_the_subject_or_else_the_sample(columns, block, name):
    table = sheet(**columns)
    labels, found = resampling_units(table, block)
    assert found == name
    assert labels.tolist() == table[name].tolist()


def test_units_are_counted_once_in_a_condition():
    found = units_of_conditions(np.array(["x", "x", "y", "x"], dtype=object), np.array(["a", "a", "a", "b"]))
    assert found == {"a": 2, "b": 1}
