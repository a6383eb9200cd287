"""The figures as data: valid for Plotly, true to the numbers, no color that means two things."""

import numpy as np
import pandas as pd
import pytest

from myosieve.quant.components import principal_components
from myosieve.report import figures, theme
from myosieve.report.labels import place


def _tests(n: int = 30) -> pd.DataFrame:
    random = np.random.default_rng(3)
    p = np.sort(random.uniform(0, 1, n)) ** 3
    return pd.DataFrame({
        "protein_group": [f"g{i}" for i in range(n)], "accession": [f"P{i:05d}" for i in range(n)],
        "gene": [f"GENE{i}" for i in range(n)], "log2fc": random.normal(0, 1, n), "p_value": p,
        "q_value": np.minimum.accumulate((p * n / np.arange(1, n + 1))[::-1])[::-1],
        "test": "moderated_t", "secretion_class": "classical", "leak_flag": pd.Series([None] * n, dtype="str"),
    })  # fmt: skip


def _volcano(tests: pd.DataFrame, named: pd.DataFrame):
    return figures.volcano(tests, pd.Index(tests["protein_group"]), named, 0.05)


def _points(figure, **wanted) -> int:
    return sum(len(t["rows"]) for t in figure["data"] if all(t.get(key) == value for key, value in wanted.items()))


def test_plotly_accepts_every_figure() -> None:
    import plotly.graph_objects as go

    tests = _tests()
    quality = pd.DataFrame({"sample": ["a", "b", "c"], "condition": ["x", "x", "y"], "missing": [0.1, 0.2, np.nan]})
    components = principal_components(pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=list("abc")))
    made = [
        _volcano(tests, tests.head(3))[0],
        figures.sample_bars(quality, "missing", "missing", percent=True),
        figures.sample_map(components, {"a": "x", "b": "x", "c": "y"}),
    ]
    made[0]["data"] = [{k: v for k, v in trace.items() if k != "rows"} for trace in made[0]["data"]]
    for figure in made:
        go.Figure(figure)  # raises ValueError on a property that Plotly does not know


def test_a_leak_flag_makes_a_marker_hollow_and_not_run_does_not() -> None:
    tests = _tests()
    tests["leak_flag"] = pd.Series(["follows leak", "not run", "marker"] + [None] * 27, dtype="str")
    figure, _ = _volcano(tests, tests.head(0))
    hollow = [t for t in figure["data"] if t["mode"] == "markers" and t["marker"].get("symbol") == "circle-open"]
    assert [row for t in hollow for row in t["rows"]] == [0, 2]


def test_a_class_that_is_not_in_the_palette_is_drawn_as_unknown() -> None:
    tests = _tests().assign(secretion_class="novel")
    figure, absent = _volcano(tests, tests.head(0))
    assert absent == 0
    assert _points(figure, mode="markers") == len(tests)
    assert _points(figure, legendgroup="unknown") == (tests["q_value"] <= 0.5).sum()


def test_each_class_has_a_color_of_its_own() -> None:
    assert len(set(theme.SECRETION_COLORS.values())) == len(theme.SECRETION_COLORS)


def test_a_class_has_one_legend_entry_though_its_flagged_points_are_apart() -> None:
    tests = _tests()
    tests["leak_flag"] = pd.Series(["marker"] + [None] * 29, dtype="str")
    shown = [t["name"] for t in _volcano(tests, tests.head(0))[0]["data"] if t.get("showlegend")]
    assert shown.count("classical") == 1


def _labels(figure) -> list[dict]:
    return [note for note in figure["layout"]["annotations"] if note.get("name") == "label"]


def test_the_named_candidates_are_those_asked_for_in_their_order_at_their_points() -> None:
    tests = _tests()
    asked = pd.DataFrame({"protein_group": ["g5", "g2", "not there"]})
    notes = _labels(_volcano(tests, asked)[0])
    assert [note["text"] for note in notes] == ["GENE5", "GENE2"]
    assert [note["x"] for note in notes] == tests.loc[[5, 2], "log2fc"].round(3).tolist()


def test_labels_of_a_crowd_do_not_cover_one_another() -> None:
    # Twelve points within 20 x 20 of 1,000 x 390 pixels; a letter is 6.6 pixels wide, a line 13 high.
    names = pd.DataFrame({"x": np.linspace(4.9, 5.1, 12), "y": np.linspace(4.8, 5.2, 12)[::-1], "label": "GENE12"})
    notes = place(names, (0, 10), (0, 10))
    centers = [(note["x"] * 100 + note["ax"], note["y"] * 39 - note["ay"]) for note in notes]
    for i, (x, y) in enumerate(centers):
        for other_x, other_y in centers[:i]:
            assert abs(x - other_x) > 6 * 6.6 - 1 or abs(y - other_y) > 13 - 1


def test_a_label_alone_stands_next_to_its_point() -> None:
    note = place(pd.DataFrame({"x": [5.0], "y": [5.0], "label": ["IL6"]}), (0, 10), (0, 10))[0]
    assert abs(note["ax"]) + abs(note["ay"]) < 25


def test_a_label_at_the_edge_stays_inside() -> None:
    note = place(pd.DataFrame({"x": [10.0], "y": [10.0], "label": ["A LONG NAME"]}), (0, 10), (0, 10))[0]
    assert note["ax"] < 0 < note["ay"]


def test_without_hits_there_is_no_line_but_a_sentence() -> None:
    tests = _tests().assign(q_value=0.9)
    layout = _volcano(tests, tests.head(0))[0]["layout"]
    assert "shapes" not in layout
    assert layout["annotations"][0]["text"] == "no protein group passes FDR 5 %"


def test_a_p_value_of_zero_is_drawn_at_a_finite_height() -> None:
    tests = _tests()
    tests.loc[0, ["p_value", "q_value"]] = 0.0
    assert _labels(_volcano(tests, tests.head(1))[0])[0]["y"] == pytest.approx(
        -np.log10(np.finfo(float).tiny), abs=1e-3
    )


def test_a_point_is_numbered_by_its_place_among_the_groups_of_the_study() -> None:
    tests = _tests(5)
    groups = pd.Index(["other", *tests["protein_group"][::-1]])
    figure, _ = figures.volcano(tests, groups, tests.head(0), 0.05)
    assert sorted(row for trace in figure["data"] for row in trace["rows"]) == [1, 2, 3, 4, 5]


def test_a_contrast_without_any_test_is_an_empty_figure() -> None:
    tests = _tests().assign(log2fc=np.nan, p_value=np.nan, q_value=np.nan)
    figure, absent = _volcano(tests, tests.head(3))
    assert absent == len(tests)
    assert _points(figure) == 0


@pytest.mark.parametrize("fdr", [0.01, 0.05, 0.2])
def test_the_cutoff_lies_between_the_last_hit_and_the_first_other(fdr: float) -> None:
    tests = _tests(200)
    p, q = tests["p_value"].to_numpy(), tests["q_value"].to_numpy()
    cut = figures.fdr_cutoff(p, q, fdr)
    assert ((p < cut) == (q <= fdr)).all()


def test_where_everything_passes_the_cutoff_is_the_largest_p_value() -> None:
    assert figures.fdr_cutoff(np.array([0.01, 0.02]), np.array([0.02, 0.02]), 0.05) == 0.02


def test_a_sample_without_a_value_has_a_place_but_no_bar() -> None:
    quality = pd.DataFrame({"sample": ["a", "b"], "condition": ["x", "x"], "leak_index": [0.5, np.nan]})
    figure = figures.sample_bars(quality, "leak_index", "leak index", percent=False)
    assert figure["data"][0]["x"] == [0.5, None]
    assert figure["layout"]["yaxis"]["categoryarray"] == ["b", "a"]
    assert figures.sample_bars(quality.assign(leak_index=np.nan), "leak_index", "leak index", percent=False) is None


def test_samples_of_a_condition_share_a_color_and_conditions_differ() -> None:
    colors = theme.condition_colors(["x", "y", "x", "z"])
    assert list(colors) == ["x", "y", "z"]
    assert len(set(colors.values())) == 3
