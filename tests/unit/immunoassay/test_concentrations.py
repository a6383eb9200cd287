"""Laws of the average over replicate wells."""

import csv

import numpy as np
import pandas as pd
import pytest

from myosieve.immunoassay.concentrations import concentrations
from myosieve.immunoassay.standards import check_standards, standard_flags, standard_range
from myosieve.immunoassay.xponent import read_xponent

RANGE = pd.DataFrame({"low": [2.0], "high": [1000.0]}, index=["IL6"])
FLAGS = pd.Series({"IL6": ""})


def wells(*results, beads=100.0, dilution=2.0, comment=""):
    """Return replicate wells of one sample; a result is a number, or text as '< 3'."""
    rows = pd.DataFrame({"result": pd.to_numeric(pd.Series(results, dtype=object), errors="coerce")})
    bound = pd.Series([str(value)[0] if str(value)[0] in "<>" else "" for value in results])
    limit = [float(str(value)[1:]) if sign else np.nan for value, sign in zip(results, bound, strict=True)]
    rows = rows.assign(sample="s", analyte="IL6", unit="pg/mL", beads=beads, dilution=dilution, comment=comment)
    return rows.assign(limit=limit, censored=bound.map({"<": "below", ">": "above", "": ""}))


def averaged(*results, ranges=RANGE, flags=FLAGS, **more):
    (row,) = concentrations(wells(*results, **more), ranges, flags).to_dict("records")
    return row


def test_replicates_are_averaged_as_logarithms():
    row = averaged(100.0, 400.0)
    assert row["log2_concentration"] == pytest.approx(np.log2(200))
    assert row["concentration"] == pytest.approx(200)
    assert row["n_wells"] == 2


def test_the_dilution_factor_multiplies_nothing():
    assert averaged(100.0, dilution=8.0)["concentration"] == pytest.approx(100)


def test_cv_is_that_of_the_concentrations_and_empty_for_one_well():
    # 100 and 120: standard deviation 14.142 over mean 110
    assert averaged(100.0, 120.0)["cv_percent"] == pytest.approx(100 * np.sqrt(200) / 110)
    assert np.isnan(averaged(100.0)["cv_percent"])


def test_a_good_sample_has_no_flag():
    assert averaged(100.0, 101.0)["flag"] == ""


@pytest.mark.parametrize(
    ("results", "censored"),
    [
        (("< 3", "< 3"), "below"),
        (("> 900", 1800.0), "above"),
        (("< 3", "> 900"), "below and above"),
        ((0.0, 5.0), "below"),
    ],
)
def test_a_censored_well_leaves_the_sample_without_any_number(results, censored):
    row = averaged(*results, 70.0, 80.0)
    assert row["censored"] == censored
    assert np.isnan([row["log2_concentration"], row["concentration"], row["cv_percent"]]).all()
    assert row["n_wells"] == 4


def test_how_many_wells_are_censored_is_said_with_the_bound():
    assert averaged("< 3", 5.0)["flag"] == "1 of 2 wells below the standard curve (< 3 before dilution)"


def test_a_well_without_a_result_is_counted_and_not_averaged():
    row = averaged(100.0, np.nan)
    assert (row["concentration"], row["n_wells"], row["censored"]) == (pytest.approx(100), 1, "")
    assert row["flag"] == "1 of 2 wells without a result"
    assert np.isnan(averaged(np.nan)["log2_concentration"])


def test_few_beads_and_a_large_cv_are_flagged_at_their_limits():
    assert averaged(100.0, beads=35.0)["flag"] == ""
    assert averaged(100.0, beads=34.0)["flag"] == "fewer than 35 beads (34)"
    assert "CV > 15 %" in averaged(100.0, 140.0)["flag"]
    assert np.isnan(averaged(100.0, beads=np.nan)["min_beads"])


def test_what_lies_beyond_the_standards_before_dilution_is_flagged_and_kept():
    assert averaged(4.0, 2000.0, dilution=2.0)["flag"].startswith("CV")  # 2 and 1000: still in range
    row = averaged(3.9)
    assert row["flag"] == "1 of 1 well out of range: extrapolated below the lowest standard"
    assert row["concentration"] == pytest.approx(3.9)
    assert "above the highest standard" in averaged(2001.0)["flag"]
    assert averaged(3.9, dilution=np.nan)["flag"] == ""  # not diluted: 3.9 is above the lowest standard, 1.9 is not
    assert "below the lowest standard" in averaged(1.9, dilution=np.nan)["flag"]


def test_flags_of_the_standards_and_words_of_the_instrument_are_passed_on():
    row = averaged(100.0, flags=pd.Series({"IL6": "standards implausible: x"}), comment="Extrapolated")
    assert row["flag"] == "instrument: Extrapolated; standards implausible: x"


def real_table(plate, kind):
    checked = check_standards(plate.standards)
    return concentrations(plate.wells[plate.wells["kind"] == kind], standard_range(checked), standard_flags(checked))


def test_concentrations_of_the_real_plate_equal_the_instruments(real_plate):
    plate = read_xponent(real_plate)
    table = real_table(plate, "sample")
    wells = plate.wells[plate.wells["kind"] == "sample"]
    # Each sample has one well there, so that its concentration is the well's Result.
    np.testing.assert_allclose(table["concentration"], wells["result"], rtol=1e-12)
    assert table["censored"].tolist() == wells["censored"].tolist()
    assert len(table) == 71 * 30


def test_cv_of_the_real_controls_equals_the_instruments(real_plate):
    plate = read_xponent(real_plate)
    table = real_table(plate, "control").set_index(["sample", "analyte"])["cv_percent"]
    lines = real_plate.read_text().splitlines()
    start = lines.index("DataType:,%CV Replicates" + 31 * ",")
    header, *rows = csv.reader(lines[start + 1 : start + 5])
    for row in rows:
        expected = np.array(row[1:31], dtype=float)
        np.testing.assert_allclose(table[row[0]].reindex(header[1:31]), expected, rtol=1e-9)
    assert [row[0] for row in rows] == ["Control1", "Control2", "Control3"]
