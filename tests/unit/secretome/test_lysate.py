"""Laws of medium against lysate, on made pairs."""

import numpy as np
import pandas as pd
import pytest

from myosieve.secretome import lysate
from myosieve.secretome.lysate import lysate_flags, lysate_ratios, pairs_of

SHEET = pd.DataFrame(
    [
        (fraction, condition, subject)
        for fraction in ("secretome", "lysate")
        for condition in ("rest", "eps")
        for subject in "abc"
    ],
    columns=["fraction", "condition", "subject"],
)
MEDIUM = (SHEET["fraction"] == "secretome").to_numpy()
MARKERS = np.arange(60) < 20


@pytest.fixture
def values():
    """60 proteins, the first 20 markers; the last 20 are 5 log2 richer in the medium than the leak makes them."""
    random = np.random.default_rng(5)
    inside = random.uniform(18, 30, size=(60, 1)) + random.normal(0, 0.2, size=(60, 12))
    leak = np.where(MEDIUM, random.normal(-6, 1, 12), 0.0)
    level = inside + leak
    level[40:, MEDIUM] += 5
    return level


def test_what_came_from_broken_cells_has_a_ratio_of_zero_and_the_secreted_far_above(values):
    found = lysate_ratios(values, pairs_of(SHEET), MARKERS)
    np.testing.assert_allclose(found.ratio[:40], 0, atol=0.6)
    np.testing.assert_allclose(found.ratio[40:], 5, atol=0.6)
    flags = lysate_flags(found, values, MEDIUM, ~MEDIUM)
    assert set(flags[40:]) == {lysate.HIGHER}
    assert (flags[:40] == lysate.AS_LYSATE).all()


def test_how_media_and_lysates_were_normalized_does_not_matter(values):
    found = lysate_ratios(values, pairs_of(SHEET), MARKERS)
    shifted = values + np.where(MEDIUM, 4.0, -3.0)
    np.testing.assert_allclose(lysate_ratios(shifted, pairs_of(SHEET), MARKERS).ratio, found.ratio, atol=1e-10)


def test_pairs_are_of_a_subject_where_the_sheet_names_them_in_both_fractions():
    assert len(pairs_of(SHEET)) == 6
    assert len(pairs_of(SHEET.drop(columns="subject"))) == 2
    assert len(pairs_of(SHEET.assign(subject=["a", "b", "c"] * 2 + ["x"] * 6))) == 2
    ((medium, cells),) = pairs_of(SHEET.assign(condition=["rest"] * 6 + ["cells"] * 6))
    assert (medium.tolist(), cells.tolist()) == (list(range(6)), list(range(6, 12)))
    assert pairs_of(SHEET[MEDIUM]) == []


def test_the_standard_error_is_that_of_a_mean_over_pairs(values):
    pairs = pairs_of(SHEET)
    found = lysate_ratios(values, pairs, MARKERS)
    single = np.array([lysate_ratios(values, [pair], MARKERS).ratio for pair in pairs])
    np.testing.assert_allclose(found.ratio, single.mean(axis=0))
    np.testing.assert_allclose(found.se, single.std(axis=0, ddof=1) / np.sqrt(6))
    assert np.isnan(lysate_ratios(values, pairs[:1], MARKERS).se).all()


def test_a_protein_that_no_lysate_shows_has_no_ratio_but_a_flag(values):
    values[41, ~MEDIUM] = np.nan
    values[42] = np.nan
    found = lysate_ratios(values, pairs_of(SHEET), MARKERS)
    flags = lysate_flags(found, values, MEDIUM, ~MEDIUM)
    assert np.isnan(found.ratio[41:43]).all()
    assert flags[41:43].tolist() == [lysate.MEDIUM_ONLY, ""]


def test_without_ten_markers_on_both_sides_nothing_is_said(values):
    values[:11, ~MEDIUM] = np.nan
    assert lysate_ratios(values, pairs_of(SHEET), MARKERS) is None
    assert set(lysate_flags(None, values, MEDIUM, ~MEDIUM)) == {lysate.NOT_RUN}
