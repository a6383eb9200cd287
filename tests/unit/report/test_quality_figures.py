"""Figures of the quality of samples and values."""

import json

import numpy as np
import pandas as pd
import pytest

from myosieve.report import quality_figures

SAMPLES = ["r1", "r2", "e1", "e2"]
CONDITIONS = dict(zip(SAMPLES, ["rest", "rest", "<eps>", "<eps>"], strict=True))


@pytest.fixture
def log2() -> pd.DataFrame:
    draw = np.random.default_rng(1)
    values = draw.normal(22, 3, (200, 1)) + draw.normal(0, 0.3, (200, 4))
    values[draw.random(values.shape) < 0.1] = np.nan
    return pd.DataFrame(values, columns=SAMPLES)


def test_a_box_shows_the_quantiles_of_its_sample(log2: pd.DataFrame) -> None:
    figure = quality_figures.level_boxes(log2, CONDITIONS, "log2")
    rest = figure["data"][0]
    assert rest["y"] == ["r1", "r2"]
    for name, share in (("lowerfence", 0.05), ("q1", 0.25), ("median", 0.5), ("q3", 0.75), ("upperfence", 0.95)):
        assert rest[name] == pytest.approx(log2[["r1", "r2"]].quantile(share).tolist(), abs=1e-3)
    assert figure["layout"]["yaxis"]["categoryarray"] == SAMPLES[::-1]  # drawn from below


def test_a_sample_without_values_has_no_box_and_keeps_its_place(log2: pd.DataFrame) -> None:
    figure = quality_figures.level_boxes(log2.assign(r2=np.nan), CONDITIONS, "log2")
    assert figure["data"][0]["y"] == ["r1"]
    assert "r2" in figure["layout"]["yaxis"]["categoryarray"]


def test_names_are_escaped(log2: pd.DataFrame) -> None:
    for figure in (
        quality_figures.level_boxes(log2, CONDITIONS, "log2"),
        quality_figures.missing_curves(log2, CONDITIONS),
        quality_figures.spread_boxes(log2, CONDITIONS),
        quality_figures.correlation_map(log2.rename(columns={"r1": "<r1>"})),
    ):
        assert "<eps>" not in json.dumps(figure)
        assert "<r1>" not in json.dumps(figure)


def test_missing_values_are_a_line_per_condition(log2: pd.DataFrame) -> None:
    figure = quality_figures.missing_curves(log2, CONDITIONS)
    assert [trace["name"] for trace in figure["data"]] == ["rest", "&lt;eps&gt;"]
    assert all(0 <= share <= 1 for trace in figure["data"] for share in trace["y"])
    assert np.mean(figure["data"][0]["y"]) == pytest.approx(log2[["r1", "r2"]].isna().to_numpy().mean(), abs=0.01)


def test_the_spread_is_drawn_for_conditions_with_replicates(log2: pd.DataFrame) -> None:
    figure = quality_figures.spread_boxes(log2, {"r1": "rest", "r2": "rest", "e1": "eps", "e2": "other"})
    assert [trace["name"] for trace in figure["data"]] == ["rest"]
    assert quality_figures.spread_boxes(log2, dict(zip(SAMPLES, SAMPLES, strict=True))) is None


def test_the_correlations_are_those_of_the_pairs(log2: pd.DataFrame) -> None:
    (trace,) = quality_figures.correlation_map(log2)["data"]
    np.testing.assert_allclose(trace["z"], log2.corr(), atol=1e-3)
    assert trace["zmin"] == pytest.approx(log2.corr().to_numpy().min(), abs=1e-3)


def test_what_cannot_be_drawn_is_none(log2: pd.DataFrame) -> None:
    nothing = log2 * np.nan
    assert quality_figures.level_boxes(nothing, CONDITIONS, "log2") is None
    assert quality_figures.missing_curves(nothing, CONDITIONS) is None
    assert quality_figures.spread_boxes(nothing, CONDITIONS) is None
    assert quality_figures.correlation_map(nothing) is None
    assert quality_figures.correlation_map(log2[["r1", "r2"]]) is None
    many = pd.DataFrame(np.ones((20, quality_figures.MOST_CORRELATED + 1)))
    assert quality_figures.correlation_map(many) is None
