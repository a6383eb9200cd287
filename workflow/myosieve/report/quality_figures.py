"""Figures of the quality of samples and values, as `figures`: levels, missing values, spread of replicates, correlation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from myosieve.quant.quality import correlations, missingness, protein_cv
from myosieve.report.figures import Figure, escaped
from myosieve.report.theme import condition_colors

# The correlation of more samples than this is not legible, and heavy.
MOST_CORRELATED = 120
_LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}


def level_boxes(log2: pd.DataFrame, conditions: Mapping[str, str], title: str) -> Figure | None:
    """Return a box per sample of its log2 intensities (whiskers: 5 and 95 %), colored by condition; None without values.

    Parameters
    ----------
    log2
        Protein groups x samples, missing = NaN.
    conditions
        Condition by sample.
    title
        What the axis shows.
    """
    if not log2.notna().to_numpy().any():
        return None
    quantiles = log2.quantile([0.05, 0.25, 0.5, 0.75, 0.95]).round(3)
    of_sample = [conditions.get(str(sample), "") for sample in log2.columns]
    traces = []
    for condition, color in condition_colors(of_sample).items():
        mine = quantiles.loc[:, [one == condition for one in of_sample]].dropna(axis=1)
        low, first, median, third, high = (row.tolist() for _, row in mine.iterrows())
        traces.append(
            {
                "type": "box", "orientation": "h", "name": escaped(condition), "marker": {"color": color},
                "y": [escaped(sample) for sample in mine.columns],
                "lowerfence": low, "q1": first, "median": median, "q3": third, "upperfence": high,
            }
        )  # fmt: skip
    order = [escaped(sample) for sample in log2.columns]
    return {
        "data": traces,
        "layout": {
            "height": 110 + 22 * len(order),
            "margin": {"l": 10, "r": 12, "t": 8, "b": 44},
            "xaxis": {"title": {"text": title}, "zeroline": False},
            "yaxis": {"type": "category", "automargin": True, "categoryorder": "array", "categoryarray": order[::-1]},
            "legend": _LEGEND,
        },
    }


def missing_curves(log2: pd.DataFrame, conditions: Mapping[str, str]) -> Figure | None:
    """Return the share of missing values over the level of the proteins, a line per condition; None without values."""
    table = missingness(log2, _series(log2, conditions))
    if table.empty:
        return None
    traces = []
    for condition, color in condition_colors(table["condition"]).items():
        mine = table[table["condition"] == condition]
        traces.append(
            {
                "type": "scatter", "mode": "lines+markers", "name": escaped(condition), "marker": {"color": color, "size": 5},
                "x": mine["level"].round(2).tolist(), "y": mine["missing"].round(4).tolist(),
                "hovertemplate": f"mean log2 %{{x:.1f}}: %{{y:.0%}} missing<extra>{escaped(condition)}</extra>",
            }
        )  # fmt: skip
    return {
        "data": traces,
        "layout": {
            "height": 360,
            "margin": {"l": 56, "r": 12, "t": 8, "b": 44},
            "xaxis": {"title": {"text": "mean observed log2 intensity of the protein groups"}, "zeroline": False},
            "yaxis": {"title": {"text": "missing values"}, "tickformat": ".0%", "rangemode": "tozero"},
            "legend": _LEGEND,
        },
    }


def spread_boxes(log2: pd.DataFrame, conditions: Mapping[str, str]) -> Figure | None:
    """Return a box per condition of the proteins' coefficients of variation; None where no condition has replicates."""
    of_sample = _series(log2, conditions)
    traces = []
    for condition, color in condition_colors(of_sample).items():
        cv = protein_cv(log2.loc[:, (of_sample == condition).to_numpy()])
        cv = cv[np.isfinite(cv)]
        if cv.size:
            low, first, median, third, high = np.quantile(cv, [0.05, 0.25, 0.5, 0.75, 0.95]).round(4).tolist()
            traces.append(
                {
                    "type": "box", "orientation": "h", "name": escaped(condition), "y": [escaped(condition)],
                    "marker": {"color": color}, "showlegend": False,
                    "lowerfence": [low], "q1": [first], "median": [median], "q3": [third], "upperfence": [high],
                }
            )  # fmt: skip
    if not traces:
        return None
    return {
        "data": traces,
        "layout": {
            "height": 110 + 40 * len(traces),
            "margin": {"l": 10, "r": 12, "t": 8, "b": 44},
            "xaxis": {"title": {"text": "coefficient of variation"}, "tickformat": ".0%", "rangemode": "tozero"},
            "yaxis": {"type": "category", "automargin": True, "autorange": "reversed"},
        },
    }


def correlation_map(log2: pd.DataFrame) -> Figure | None:
    """Return the Pearson correlation of every pair of samples; None with fewer than three samples or more than 120."""
    if not 3 <= log2.shape[1] <= MOST_CORRELATED:
        return None
    matrix = correlations(log2)
    names = [escaped(sample) for sample in log2.columns]
    cells = [[None if np.isnan(cell) else round(float(cell), 3) for cell in row] for row in matrix]
    off_diagonal = matrix[~np.eye(len(matrix), dtype=bool)]
    if np.isnan(off_diagonal).all():
        return None
    size = 160 + 18 * len(names)
    return {
        "data": [
            {
                "type": "heatmap", "z": cells, "x": names, "y": names, "colorscale": "Cividis",
                "zmin": round(float(np.nanmin(off_diagonal)), 3), "zmax": 1,
                "hovertemplate": "%{y}, %{x}: %{z:.3f}<extra></extra>", "colorbar": {"title": {"text": "r"}},
            }
        ],
        "layout": {
            "height": min(size, 900),
            "margin": {"l": 10, "r": 12, "t": 8, "b": 10},
            "xaxis": {"type": "category", "automargin": True, "tickangle": -90, "showticklabels": len(names) <= 40},
            "yaxis": {"type": "category", "automargin": True, "autorange": "reversed", "showticklabels": len(names) <= 40},
        },
    }  # fmt: skip


def _series(log2: pd.DataFrame, conditions: Mapping[str, str]) -> pd.Series:
    return pd.Series([conditions.get(str(sample), "") for sample in log2.columns], index=log2.columns)
