"""Laws of the check of expected concentrations."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from myosieve.immunoassay.standards import (
    check_standards,
    computed_with_repaired,
    standard_flags,
    standard_range,
)
from myosieve.immunoassay.xponent import read_xponent


def series(top=10000.0, factor=4.0, count=7, **changed):
    """Return a dilution series of one analyte; `changed` are other values by standard, as s3=..."""
    values = {f"s{i + 1}": top / factor**i for i in range(count)} | changed
    return pd.DataFrame({"standard": list(values), "analyte": "IL6", "expected": list(values.values())})


@given(
    top=st.floats(1, 1e5),
    factor=st.floats(1.5, 10),
    count=st.integers(4, 16),
    place=st.integers(1, 16),
    decades=st.integers(1, 6),
)
def test_a_moved_decimal_point_is_found_anywhere_and_the_right_value_offered(top, factor, count, place, decades):
    name = f"s{min(place, count)}"
    right = series(top, factor, count).set_index("standard")["expected"]
    checked = check_standards(series(top, factor, count, **{name: right[name] * 10**decades})).set_index("standard")
    assert checked.index[checked["implausible"]].tolist() == [name]
    assert checked.loc[name, "repaired"] == pytest.approx(right[name])
    assert checked["repaired"].notna().sum() == 1
    assert checked.loc[name, "expected"] == right[name] * 10**decades  # nothing is repaired silently
    np.testing.assert_allclose(checked["dilution_factor"], factor)


@given(top=st.floats(1, 1e5), factor=st.floats(1.5, 10), count=st.integers(3, 16))
def test_a_clean_series_has_no_flag(top, factor, count):
    checked = check_standards(series(top, factor, count))
    assert not checked["implausible"].any()
    assert standard_flags(checked)["IL6"] == ""


def test_a_sheets_rounding_is_plausible():
    # a 4-fold series from 10000 as kits print it
    values = dict(zip([f"s{i}" for i in range(1, 8)], [10000, 2500, 625, 156, 39.1, 9.8, 2.4], strict=True))
    assert not check_standards(series(**values))["implausible"].any()


def test_the_order_of_the_rows_does_not_matter_where_names_are_numbered():
    rows = series(count=12, s5=39062.5)
    shuffled = check_standards(rows.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(shuffled.sort_index(), check_standards(rows))


def test_a_missing_standard_leaves_its_place_open():
    checked = check_standards(series().drop(index=3))
    assert not checked["implausible"].any()
    np.testing.assert_allclose(checked["dilution_factor"], 4)


def test_a_wrong_value_that_no_decimal_point_explains_is_flagged_without_an_offer():
    checked = check_standards(series(s3=2 * 625.0))
    assert checked.loc[2, "implausible"]
    assert checked["repaired"].isna().all()
    assert standard_flags(checked)["IL6"] == "standards implausible: s3 = 1250, the series calls for 625"


def test_a_blank_standard_of_zero_is_no_part_of_the_series():
    checked = check_standards(pd.concat([series(), series(count=1, s1=0.0).assign(standard="s8")], ignore_index=True))
    assert not checked["implausible"].any()
    assert standard_range(checked).loc["IL6"].tolist() == pytest.approx([10000 / 4**6, 10000])


def test_a_series_without_a_factor_and_one_too_short_say_so():
    crooked = check_standards(series(count=5, s1=1.0, s2=700.0, s3=3.0, s4=9000.0, s5=2.0))
    assert standard_flags(crooked)["IL6"] == "standards implausible: no constant dilution factor"
    assert "only 2" in standard_flags(check_standards(series(count=2)))["IL6"]


def test_half_of_the_standards_on_a_line_are_not_enough_to_judge_the_others():
    wrong = {"s5": 900.0, "s6": 3.0, "s7": 8000.0, "s8": 70.0}
    checked = check_standards(series(count=4, **wrong))
    assert checked["series"].isna().all()
    assert not checked["implausible"].any()
    del wrong["s8"]
    assert check_standards(series(count=4, **wrong))["implausible"].tolist() == [False] * 4 + [True] * 3


def test_the_range_leaves_out_what_is_implausible():
    checked = check_standards(series(s1=1e7))
    assert standard_range(checked).loc["IL6"].tolist() == pytest.approx([10000 / 4**6, 2500])


def test_analytes_are_judged_apart():
    both = pd.concat([series(), series(top=300, factor=2, s2=150000.0).assign(analyte="IL12")], ignore_index=True)
    flags = standard_flags(check_standards(both))
    assert flags["IL6"] == ""
    assert flags["IL12"] == "standards implausible: s2 = 150000, the series calls for 150 (decimal point lost?)"


@pytest.mark.parametrize(("recovery", "used"), [(104.0, True), (0.104, False), (np.nan, False)])
def test_the_recovery_tells_which_value_the_instrument_computed_with(recovery, used):
    checked = check_standards(series(s3=625000.0))
    # the instrument found 650: 104 % of 625, 0.104 % of 625000
    wells = pd.DataFrame(
        {"kind": "standard", "sample": ["s3"], "analyte": "IL6", "result": 650.0, "recovery": recovery}
    )
    assert computed_with_repaired(checked, wells).tolist() == [False, False, used] + [False] * 4


def test_exactly_the_values_with_three_decimals_lost_their_point_on_the_real_plate(real_plate):
    plate = read_xponent(real_plate)
    checked = check_standards(plate.standards)
    number = checked["standard"].str.removeprefix("Standard").astype(int)
    top = checked["analyte"].map(checked[number == 1].set_index("analyte")["expected"])
    # The kit halves the first standard fifteen times, exact in binary: what the export should say, and which of these
    # values have three decimals, no more and no fewer.
    right = top / 2.0 ** (number - 1)
    three_decimals = (right * 1000 % 1 == 0) & (right * 100 % 1 != 0)
    assert three_decimals.sum() == 30
    assert len(checked) == 480
    np.testing.assert_array_equal(checked["implausible"], three_decimals)
    np.testing.assert_array_equal(checked["expected"], right.where(~three_decimals, right * 1000))
    np.testing.assert_array_equal(checked["repaired"].dropna(), right[three_decimals])
    np.testing.assert_allclose(checked["dilution_factor"], 2)
    # The recoveries were computed with the right values, as 98.48 % for FGF's Standard5: 212.36 / 215.625.
    np.testing.assert_array_equal(computed_with_repaired(checked, plate.wells), three_decimals)
