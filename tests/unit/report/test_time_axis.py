"""Laws of times as people write them."""

import numpy as np
import pytest

from myosieve.report.time_axis import axis_of, same_time


@pytest.mark.parametrize(
    ("written", "places", "unit"),
    [
        (["24 h", "0 h", "4h", "4h"], [0, 4, 24], "h"),
        (["0", "30 min", "1h", "2 hours"], [0, 0.5, 1, 2], "h"),
        (["0", "10 min", "1 h"], [0, 10, 60], "min"),
        (["2 d", "12 h", "7 days"], [0.5, 2, 7], "d"),
        (["1 wk", "3 weeks", "14 d"], [7, 14, 21], "d"),
        (["10", "9", "1,5"], [1.5, 9, 10], ""),
        (["TP2", "TP10", "TP1", "TP6"], [1, 2, 6, 10], ""),
        (["day 3", "Day 0", "d1"], [0, 1, 3], "d"),
        (["-1 h", "0", "2 h"], [-1, 0, 2], "h"),
        (["0", "10 nM", "50 nM"], [0, 10, 50], "nM"),
        (["3 months", "1 month"], [1, 3], "months"),
    ],
)
def test_numbers_with_or_without_units_stand_at_their_distances(written, places, unit):
    axis = axis_of(written)
    np.testing.assert_allclose(axis.places, places)
    assert axis.unit == unit
    assert axis.numeric
    assert axis.to_scale
    assert [axis.order[text] for text in axis.texts] == list(range(len(places)))


@pytest.mark.parametrize(
    "written",
    [
        ["pre", "post", "late"],
        ["5", "1 h"],
        ["T-2", "T-1"],  # before T, or the first and second one?
        ["1 nM", "1 mM"],
        ["TP1", "V2"],
        ["1 month", "2 d"],
        ["1h30", "2h"],
        ["1 h", ""],
    ],
)
def test_anything_else_keeps_the_order_of_the_sheet(written):
    axis = axis_of(written)
    assert axis.texts == tuple(written)
    assert axis.places.tolist() == list(range(len(written)))
    assert not axis.numeric


def test_one_time_that_is_written_in_two_ways_is_one_time():
    axis = axis_of(["60 min", "1h", "1.0 h", "0"])
    assert axis.texts == ("0", "60 min")
    assert axis.order == {"0": 0, "60 min": 1, "1h": 1, "1.0 h": 1}


def test_times_of_which_some_would_fall_together_stand_side_by_side_and_keep_their_words():
    axis = axis_of(["5 min", "48 h", "0", "24 h"])
    assert axis.places.tolist() == [0, 1, 2, 3]
    assert axis.ticks == ("0", "5 min", "24 h", "48 h")
    assert axis.numeric
    assert not axis.to_scale
    assert axis_of(["0", "3", "48"]).to_scale  # 3 of 48 is just a sixteenth


def test_a_name_in_front_of_the_number_stays_on_the_axis():
    assert axis_of(["TP2", "TP1"]).ticks == ("TP1", "TP2")
    assert axis_of(["4 h", "1h"]).ticks == ("1", "4")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("24h", "24 h", True), ("24", "24 h", True), ("POST", "post", True), ("60min", "1 h", True),
     ("2", "24 h", False), ("c1", "1", False), ("eps", "24 h", False), ("TP1", "1", False)],
)  # fmt: skip
def test_words_of_a_condition_are_told_to_be_its_time(one, other, same):
    assert same_time(one, other) is same
