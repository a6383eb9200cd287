"""Laws of the reader of xPONENT exports."""

import csv

import numpy as np
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.immunoassay.export import read_export
from myosieve.immunoassay.xponent import read_xponent


def cell(plate, sample, analyte="IL6", replicate=0):
    wells = plate.wells
    return wells[(wells["sample"] == sample) & (wells["analyte"] == analyte)].iloc[replicate]


@pytest.mark.parametrize(
    "options",
    [
        {"quotes": csv.QUOTE_ALL},
        {"separator": ";"},
        {"separator": "\t"},
        {"blank": True},
        {"blank": True, "quotes": csv.QUOTE_ALL},
    ],
)
def test_quotes_separator_and_blank_lines_change_nothing(export, plate, options):
    plain = read_xponent(export.write(plate))
    other = read_xponent(export.write(plate, **options))
    pd.testing.assert_frame_equal(other.wells, plain.wells)
    pd.testing.assert_frame_equal(other.standards, plain.standards)
    assert other.complete


def test_a_location_torn_by_its_unquoted_comma_is_mended(export, plate):
    plain = read_xponent(export.write(plate))
    torn = read_xponent(export.bare(plate))
    assert "1(1,A1),Background0" in plate.read_text()
    pd.testing.assert_frame_equal(torn.wells, plain.wells)


def test_utf_16_is_read_and_the_name_of_the_file_says_nothing(export, plate):
    plain = read_xponent(export.write(plate))
    plate.with_suffix(".xlsx").write_bytes(plate.read_text("utf-8-sig").encode("utf-16"))
    pd.testing.assert_frame_equal(read_xponent(plate.with_suffix(".xlsx")).wells, plain.wells)


def test_every_well_and_analyte_has_one_row_and_total_events_is_no_analyte(export, plate):
    wells = read_xponent(export.write(plate)).wells
    assert len(wells) == 2 * len(export.wells)
    assert wells["analyte"].unique().tolist() == ["IL6", "IL12"]
    assert wells["well"].tolist()[:4] == ["A1", "A1", "B1", "B1"]
    assert wells.groupby("analyte")["unit"].first().to_dict() == {"IL6": "pg/mL", "IL12": "ng/mL"}


def test_numbers_come_from_their_blocks(export, plate):
    read = read_xponent(export.write(plate))
    row = cell(read, "e2", "IL12", replicate=1)
    assert (row["result"], row["mfi"], row["beads"], row["dilution"]) == (62, 1990.5, 120, 2)
    assert read.mfi == "Net MFI"
    export.without = {"Net MFI"}
    assert cell(read_xponent(export.write(plate)), "e2", "IL12")["mfi"] == 2000.5


def test_bounds_stay_bounds_and_never_become_concentrations(export, plate):
    export.well("r1")[2] = ["< 2.44", ">20000"]
    export.well("r2")[2] = ["NaN", ""]
    read = read_xponent(export.write(plate))
    below, above = cell(read, "r1"), cell(read, "r1", "IL12")
    assert (below["censored"], below["limit"], above["censored"], above["limit"]) == ("below", 2.44, "above", 20000)
    assert np.isnan(
        [below["result"], above["result"], *(cell(read, "r2", name)["result"] for name in ("IL6", "IL12"))]
    ).all()
    assert cell(read, "r2")["censored"] == ""


def test_decimal_commas_are_read(export, plate):
    export.well("r1")[2] = ["12,5", "< 0,25"]
    read = read_xponent(export.write(plate, separator=";"))
    assert cell(read, "r1")["result"] == 12.5
    assert cell(read, "r1", "IL12")["limit"] == 0.25


def test_the_blocks_of_standards_and_controls_say_what_a_well_is(export, plate):
    export.wells.append([export.location(30), "Standard9", ["77", "78"]])
    read = read_xponent(export.write(plate))
    kinds = read.wells.drop_duplicates("sample").set_index("sample")["kind"]
    assert kinds["Standard1"] == "standard"
    assert kinds["Control1"] == "control"
    assert kinds["Background0"] == "blank"
    assert kinds["Standard9"] == kinds["r1"] == "sample"  # the block does not list it
    assert cell(read, "Standard3")["expected"] == 10000 / 4**2
    assert np.isnan(cell(read, "r1")["expected"])


def test_without_these_blocks_the_default_names_say_it(export, plate):
    export.without = {"Standard Expected Concentration", "Control Expected Concentration"}
    read = read_xponent(export.write(plate))
    kinds = read.wells.drop_duplicates("sample").set_index("sample")["kind"]
    assert kinds[["Standard1", "Control1", "Background0", "r1"]].tolist() == ["standard", "control", "blank", "sample"]
    assert read.standards.empty


def test_wells_of_a_second_plate_are_other_wells(export, plate):
    export.wells.append(["31(2,A1)", "r1", ["1", "2"]])
    wells = read_xponent(export.write(plate)).wells["well"].unique()
    assert {"A1", "2,A1"} <= set(wells)


def test_an_export_without_its_end_is_known_to_be_incomplete(export, plate):
    export.end = []
    assert not read_xponent(export.write(plate)).complete


def assert_refused(path, *words):
    with pytest.raises(InputError) as caught:
        read_xponent(path)
    for word in words:
        assert word in str(caught.value)


def test_another_file_is_refused_with_what_it_is(plate):
    plate.write_text("INSTRUMENT TYPE,SERIAL NUMBER\nINTELLIFLEX,SN\n")
    assert_refused(plate, "no xPONENT export", "INSTRUMENT TYPE,SERIAL NUMBER")
    plate.write_bytes(b"PAR1....")
    assert_refused(plate, "a Parquet file")
    plate.write_text("")
    assert_refused(plate, "the file is empty")


def test_another_program_is_refused_by_its_name(export, plate):
    export.header[0] = ["Program", "MasterPlex"]
    assert_refused(export.write(plate), "the program is 'MasterPlex'")


def test_an_export_without_any_measurement_is_refused_with_the_blocks_it_has(export, plate):
    export.without = {"Result", "Net MFI", "Median"}
    assert_refused(export.write(plate), "neither Result nor Net MFI nor Median", "Count, Units")


def test_a_sample_name_with_a_bare_comma_is_refused_and_not_shifted(export, plate):
    export.well("r1")[1] = "Smith, John"
    assert cell(read_xponent(export.write(plate)), "Smith, John")["result"] == 100
    assert_refused(export.bare(plate), "cells", "comma")


def test_a_well_without_a_name_or_with_two_or_twice_is_refused(export, plate):
    rows = export.blocks()["Count"]
    rows[3] = [rows[3][0], "renamed", *rows[3][2:]]
    export.extra = {"Count": rows}
    assert_refused(export.write(plate), "'Standard2'", "'renamed'")
    export.extra = {}
    export.wells.append([*export.wells[3]])
    assert_refused(export.write(plate), "well D1 is twice")
    export.wells[-1][:2] = ["40(1,H12)", ""]
    assert_refused(export.write(plate), "well H12 has no sample name")


def test_a_cell_that_is_no_number_is_named_with_its_line(export, plate):
    export.well("r1")[2] = ["12.5 pg", "1"]
    lines = export.write(plate).read_text("utf-8-sig").splitlines()
    line = next(i for i, text in enumerate(lines, 1) if "12.5 pg" in text)
    assert_refused(plate, f"line {line}", "'12.5 pg' is not a number", "block Result")


# ---- a real plate ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(real_plate):
    return real_plate, read_xponent(real_plate)


def test_the_real_plate_has_its_96_wells_and_30_analytes(real):
    _, plate = real
    # 30: the header's own "ProtocolMicrosphere,...,Count,30"; kinds: names counted in the Result block with awk
    assert plate.metadata["ProtocolMicrosphere"].endswith("Count 30")
    assert plate.wells["analyte"].nunique() == 30
    kinds = plate.wells.drop_duplicates("well")["kind"].value_counts().to_dict()
    assert kinds == {"sample": 71, "standard": 17, "control": 6, "blank": 2}
    assert len(plate.standards) == 16 * 30
    assert plate.complete


def test_every_number_of_the_real_result_block_is_read_as_it_stands(real):
    path, plate = real
    lines = path.read_text().splitlines()
    start = lines.index("DataType:,Result" + 31 * ",")
    rows = list(csv.reader(lines[start + 2 : start + 2 + 96]))
    text = [value for row in rows for value in row[2:32]]
    bound = [value[0] in "<>" for value in text]
    numbers = [float("nan") if beyond else float(value) for value, beyond in zip(text, bound, strict=True)]
    limits = [float(value[1:]) for value, beyond in zip(text, bound, strict=True) if beyond]
    np.testing.assert_array_equal(plate.wells["result"], numbers)
    np.testing.assert_array_equal(plate.wells["limit"].dropna(), limits)
    assert plate.wells["censored"].ne("").tolist() == bound


def test_the_instruments_result_has_the_dilution_factor_in_it(real):
    path, plate = real
    block = read_export(path).blocks["Analysis Coefficients"]
    curve = block.analytes().astype(float).set_axis([row[0] for row in block.rows])
    wells = plate.wells[(plate.wells["kind"] == "sample") & plate.wells["result"].notna()]
    a, b, c, d, f = (wells["analyte"].map(curve.loc[f"Coefficient {letter}"]) for letter in "ABCDF")
    # The five-parameter logistic y = A + B / (1 + (x / C)^D)^F, solved for x.
    inverse = c * ((b / (wells["mfi"] - a)) ** (1 / f) - 1) ** (1 / d)
    ratio = (wells["result"] / inverse).groupby(wells["analyte"]).median()
    assert set(wells["dilution"]) == {2}
    np.testing.assert_allclose(ratio, 2, rtol=1e-3)


def test_the_bounds_of_the_real_plate_are_its_end_standards_before_dilution(real):
    _, plate = real
    ends = plate.standards.groupby("analyte")["expected"].agg(["first", "last"])  # highest first, none of them corrupt
    for word, end in (("below", "last"), ("above", "first")):
        bound = plate.wells[plate.wells["censored"] == word]
        assert len(bound) > 0
        np.testing.assert_allclose(bound["limit"], bound["analyte"].map(ends[end]))


def test_blank_lines_inside_the_blocks_of_a_real_looking_export_are_passed_over(shared_data):
    path = shared_data / "immunoassay/xponent/SerolyzeR_random_blanks.csv"
    if not path.is_file():
        pytest.skip(f"export not found at {path}")
    plate = read_xponent(path)
    # Eight wells by the header's own "Samples,8"; three analytes; median of the last well and analyte read off the file
    assert plate.wells.shape[0] == 8 * 3
    assert plate.wells["mfi"].iloc[-1] == 64
    assert not plate.has_results
