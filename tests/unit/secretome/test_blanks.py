"""Laws of the comparison with medium that saw no cells."""

import numpy as np
import pandas as pd
import pytest

from myosieve.secretome.blanks import IN_BLANK, NOT_IN_BLANK, blank_flags, blank_ratio, log2_factors

MEDIUM, BLANK = np.array([True, True, True, False, False, False]), np.array([False, False, False, True, True, False])


def test_the_ratio_is_of_means_over_what_is_observed_and_lysates_have_no_part():
    log2 = np.array([[10.0, 12, np.nan, 8, np.nan, 99], [5, 5, 5, 5, 7, np.nan], [4, 4, 4, np.nan, np.nan, 4]])
    ratio, count = blank_ratio(log2, MEDIUM, BLANK)
    np.testing.assert_allclose(ratio, [3.0, -1.0, np.nan])  # 11 - 8; 5 - 6; in no blank
    np.testing.assert_array_equal(count, [1, 2, 0])


def test_a_protein_in_the_blank_alone_has_no_ratio():
    ratio, count = blank_ratio(np.array([[np.nan, np.nan, np.nan, 3.0, 3.0, np.nan]]), MEDIUM, BLANK)
    assert np.isnan(ratio[0])
    assert count[0] == 2


def test_flags_ask_for_less_than_twofold_in_half_of_the_blanks():
    ratio = np.array([0.99, 1.0, -3.0, -3.0, np.nan, np.nan])
    count = np.array([2, 4, 2, 1, 0, 4])
    expected = [IN_BLANK, "", IN_BLANK, "", NOT_IN_BLANK, ""]
    assert blank_flags(ratio, count, 4).tolist() == expected


def test_without_blanks_nothing_was_run():
    assert blank_flags(np.full(2, np.nan), np.full(2, np.nan), 0).tolist() == ["not run"] * 2


def test_factors_are_taken_where_every_medium_and_blank_has_one():
    cells = pd.Series(["2", "4,0", "1", 8, "0.5", None])
    np.testing.assert_allclose(log2_factors(cells, MEDIUM | BLANK), [1, 2, 0, 3, -1, 0])
    assert log2_factors(None, MEDIUM | BLANK) is None


@pytest.mark.parametrize("cell", [None, "", "0", "-1", "many", "inf"])
def test_a_blank_without_a_usable_factor_leaves_all_as_measured(cell):
    assert log2_factors(pd.Series(["2", "2", "2", "2", cell, "2"]), MEDIUM | BLANK) is None
