"""Laws of what the sample sheet says of damage."""

import numpy as np
import pandas as pd
import pytest

from myosieve.secretome.leak_measures import measures, on_scale, unread


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["12,5", "3", " 4.25 "], [12.5, 3, 4.25]),
        (["12,500", "3,5", ""], [12.5, 3.5, np.nan]),  # the second says what the comma of the first is
        (["0,125", "0,250", None], [0.125, 0.25, np.nan]),  # no thousands begin with 0
        ([1.5, 2.0, np.nan], [1.5, 2.0, np.nan]),
        (["NA", "n/a", "-1,5"], [np.nan, np.nan, -1.5]),
    ],
)
def test_numbers_are_read_with_either_decimal_sign(cells, expected):
    sheet = pd.DataFrame({"LDH": pd.Series(cells, dtype=object), "batch": "b"})
    np.testing.assert_array_equal(measures(sheet)["LDH"], expected)
    assert unread(sheet) == []


def test_commas_that_may_part_thousands_are_not_guessed():
    sheet = pd.DataFrame({"LDH_counts": ["1,234", "12,345", "987"]})
    assert measures(sheet)["LDH_counts"].dropna().tolist() == [987]
    (text,) = unread(sheet)
    assert "2 cells that are no number ('1,234', '12,345'): these count as missing" in text


@pytest.mark.parametrize("cell", [">100", "inf", "1.234,5", "high"])
def test_a_cell_that_is_no_number_is_told_and_missing(cell):
    sheet = pd.DataFrame({"viability": ["90", cell, ""]})
    assert measures(sheet)["viability"].dropna().tolist() == [90]
    assert f"a cell that is no number ({cell!r})" in unread(sheet)[0]


def test_columns_of_other_names_are_no_measure_whatever_they_hold():
    sheet = pd.DataFrame({"serum": ["2 %", "2 %"], "time": ["1", "2"], "shielded": ["1", "2"]})
    assert measures(sheet).shape == (2, 0)
    assert unread(sheet) == []


def test_amounts_are_compared_as_log2_and_shares_as_they_are():
    sheet = pd.DataFrame(
        {"LDH": ["1", "8"], "viability": ["80", "90"], "LDH_percent": ["1", "8"], "Trypan": ["0", "8"]}
    )
    scaled = {name: on_scale(values) for name, values in measures(sheet).items()}
    assert [(values.tolist(), scale) for values, scale in scaled.values()] == [
        ([0, 3], "log2"),
        ([80, 90], "as given"),
        ([1, 8], "as given"),
        ([0, 8], "as given"),  # the logarithm of 0 is none
    ]
