"""Laws of the figures of time courses."""

import json

import numpy as np
import pandas as pd

from myosieve.report.time_axis import axis_of
from myosieve.report.time_courses import change_map, course
from myosieve.report.time_series import Change, changes, summaries

AXIS = axis_of(["0", "1 h", "2 h", "4 h"])


def study(lines=("rest", "eps"), subjects=("A", "B"), times=range(4)):
    rows = [(line, time, subject) for line in lines for subject in subjects for time in times]
    sheet = pd.DataFrame(rows, columns=["line", "time", "subject"])
    return sheet.assign(sample=[f"{row.line}_{row.subject}_{row.time}" for row in sheet.itertuples()])


def drawn(sheet, values, single=True, axis=AXIS):
    values = pd.Series(values, index=sheet["sample"], dtype=float)
    return course(values, summaries(values, sheet), sheet, axis, "time (h)", single)


def means_of(figure):
    return {trace["name"]: trace for trace in figure["data"] if "name" in trace}


def test_each_condition_has_a_line_of_its_means_at_the_times_and_a_color():
    sheet = study()
    figure = drawn(sheet, np.arange(16))
    found = means_of(figure)
    assert list(found) == ["rest", "eps"]
    assert found["rest"]["y"] == [2, 3, 4, 5]  # A has 0 to 3, B has 4 to 7
    np.testing.assert_allclose(found["rest"]["x"], [0, 1, 2, 4], atol=0.1)
    assert found["rest"]["line"]["color"] != found["eps"]["line"]["color"]
    assert figure["layout"]["xaxis"]["ticktext"] == ["0", "1", "2", "4"]


def test_a_time_without_any_value_breaks_the_lines_and_is_counted_below():
    sheet = study(lines=("rest",))
    figure = drawn(sheet, [20, np.nan, 22, 23, 21, np.nan, np.nan, 24])
    (mean,) = means_of(figure).values()
    assert mean["y"] == [20.5, None, 22, 23.5]
    assert mean["connectgaps"] is False
    (marks,) = [trace for trace in figure["data"] if trace["mode"] == "markers+text"]
    assert marks["text"] == ["2", "1"]
    np.testing.assert_allclose(marks["x"], [1, 2], atol=0.1)
    assert max(marks["y"]) < 20
    assert figure["layout"]["yaxis"]["range"][0] < min(marks["y"])
    assert marks["customdata"][0] == "rest, 1 h<br>2 of 2 not observed"


def test_samples_are_points_and_a_subject_is_a_faint_line_through_them():
    sheet = study(lines=("rest",))
    figure = drawn(sheet, [20, 21, np.nan, 23, 24, 25, 26, 27])
    line, points = figure["data"][:2]
    assert line["mode"] == "lines"
    assert line["y"] == [20, 21, None, 23, None, 24, 25, 26, 27, None]
    assert points["y"] == [20, 21, 23, 24, 25, 26, 27]
    assert points["text"][0] == "rest_A_0<br>rest, 0"


def test_no_line_joins_samples_of_no_subject():
    sheet = study(lines=("rest",), subjects=("",)).assign(sample=list("abcd"))
    assert [trace["mode"] for trace in drawn(sheet, range(4))["data"]] == ["markers", "lines+markers"]


def test_many_samples_are_a_band_of_their_quartiles_with_a_gap_where_none_is_observed():
    sheet = study(lines=("rest",), subjects=("A", "B", "C", "D", "E"))
    values = np.add.outer(np.arange(5.0), [0, 10, 20, 30])
    values[:, 2] = np.nan
    band = drawn(sheet, values.ravel(), single=False)["data"][0]
    # quartiles of 0 to 4 are 1 and 3; the last time stands alone and gets a width
    assert band["y"] == [1, 11, 13, 3, 1, None, 31, 31, 33, 33, 31, None]
    assert band["x"][6] < 4 < band["x"][7]
    assert len(band["x"]) == len(band["y"])


def test_a_protein_that_no_sample_has_is_not_drawn():
    assert drawn(study(), [np.nan] * 16) is None


def test_nine_conditions_differ_in_color_or_dash():
    sheet = study(lines=[f"c{i}" for i in range(9)], subjects=("A",))
    lines = {tuple(trace["line"].items()) for trace in means_of(drawn(sheet, range(36))).values()}
    assert len(lines) == 9


def test_the_map_has_a_column_per_line_and_time_but_the_start_and_a_row_per_protein():
    sheet = study(subjects=("A",))
    table = pd.DataFrame([np.arange(8), np.arange(8)[::-1]], columns=sheet["sample"], dtype=float)
    figure = change_map(list(changes(table, sheet)), ["UP", "DOWN"], AXIS)
    (heat,) = figure["data"]
    assert heat["z"] == [[1, 2, 3, 1, 2, 3], [-1, -2, -3, -1, -2, -3]]
    assert figure["layout"]["xaxis"]["ticktext"] == ["1 h", "2 h", "4 h"] * 2
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["rest", "eps"]
    assert len(figure["layout"]["shapes"]) == 1
    assert (heat["zmin"], heat["zmax"]) == (-3, 3)


def test_a_change_of_few_does_not_widen_the_scale_and_is_marked():
    found = [Change("a", 1, np.array([1.0, -0.04, np.nan]), np.array([5, 5, 0]), 10),
             Change("a", 2, np.array([6.0, 2.0, np.nan]), np.array([4, 10, 0]), 10)]  # fmt: skip
    (heat,) = change_map(found, ["P", "Q", "R"], AXIS)["data"]
    assert heat["text"] == [["+1.0", "(+6.0)"], ["+0.0", "+2.0"], ["", ""]]
    assert heat["zmax"] == 2
    assert heat["z"][2] == [None, None]
    assert "(n = 4 of 10)" in heat["hovertext"][0][1]


def test_without_any_change_there_is_no_map():
    nothing = Change("a", 1, np.array([np.nan]), np.array([0]), 2)
    assert change_map([nothing], ["P"], AXIS) is None
    assert change_map([], ["P"], AXIS) is None


def test_names_are_text_in_every_figure():
    evil = "<b>&evil</b>"
    axis = axis_of([evil, "later"])
    sheet = study(lines=(evil, "x"), subjects=(evil, "B"), times=range(2))
    sheet["sample"] = [evil + str(i) for i in range(8)]
    table = pd.DataFrame([[np.nan, *range(7)]], columns=sheet["sample"], dtype=float)
    figures = [drawn(sheet, table.iloc[0], single, axis) for single in (True, False)]
    figures.append(change_map(list(changes(table, sheet)), [evil], axis))
    for figure in figures:
        text = json.dumps(figure, allow_nan=False)
        assert evil not in text
        assert "&lt;b&gt;&amp;evil" in text


def test_names_with_plotly_placeholders_stand_in_no_template():
    sheet = study(lines=("%{x}", "b"))
    for trace in drawn(sheet, [np.nan, *range(15)])["data"]:
        assert "%{x}" not in trace.get("hovertemplate", "")
