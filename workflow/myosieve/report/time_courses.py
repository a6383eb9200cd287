"""The figures of time courses, as `figures`: one protein over time, a line per condition; all of them as a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from myosieve.report.figures import Figure, escaped
from myosieve.report.theme import CONDITION_COLORS, DIVERGING_STOPS, condition_colors, translucent
from myosieve.report.time_axis import Axis
from myosieve.report.time_series import Change

# Subjects (samples of a line at a time, where no subject is told) up to which each has a line or point of its own.
MOST_SINGLE = 12
# Columns of the heat map up to which the numbers fit into the cells.
_MOST_NUMBERS = 14
# Share of the subjects or samples below which a mean change is one of few.
FEW = 0.5
_LONGEST_TICK = 12
_DASHES = ("solid", "dash", "dot", "dashdot")


class _Lines(NamedTuple):
    """How the lines of a figure look: color and dash of each, and how far it stands beside its time."""

    colors: dict[str, str]
    dashes: dict[str, str]
    aside: dict[str, float]


def course(
    values: pd.Series, means: pd.DataFrame, sheet: pd.DataFrame, axis: Axis, title: str, single: bool
) -> Figure | None:
    """Return one protein over time; None where no sample has a value.

    Parameters
    ----------
    values
        log2 intensity by sample, NaN = not observed.
    means
        `time_series.summaries` of these.
    sheet
        Columns sample, line, time (position on the axis), subject ('' = not told).
    axis, title
        The times and what they are called.
    single
        Whether each sample is drawn, joined within its subject; else the middle half of the observed as a band.
    """
    if not means["observed"].any():
        return None
    lines = _looks(list(dict.fromkeys(sheet["line"])), axis)
    observed = values.reindex(sheet["sample"]).to_numpy(float)
    shown = observed if single else means[["lower", "upper", "mean"]].to_numpy(float)
    shown = shown[np.isfinite(shown)]
    span = max(float(np.ptp(shown)), 1.0)
    traces: list[Figure] = []
    for name in lines.colors:
        mine = (sheet["line"] == name).to_numpy()
        if single:
            traces += _singles(sheet[mine].assign(value=observed[mine]), name, lines, axis)
        else:
            traces += _band(means[means["line"] == name], name, lines, axis)
    for name in lines.colors:
        traces.append(_mean_line(means[means["line"] == name], name, lines, axis))
    absent, depth = _absent(means, lines, axis, float(shown.min()), span)
    n_legend = len(lines.colors) if len(lines.colors) > 1 else 0
    return {
        "data": traces + absent,
        "layout": {
            "height": 280 + 18 * n_legend,
            "margin": {"l": 62, "r": 22, "t": 8, "b": 44},
            "xaxis": {**_time_axis(axis), "title": {"text": escaped(title)}},
            "yaxis": {
                "title": {"text": "log2 intensity"},
                "zeroline": False,
                "range": [round(float(shown.min()) - depth, 3), round(float(shown.max()) + 0.06 * span, 3)],
            },
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "showlegend": bool(n_legend),
            "hovermode": "closest",
        },
    }


def change_map(found: Sequence[Change], names: Sequence[str], axis: Axis) -> Figure | None:
    """Return the mean change of each protein at each time of each line as a heat map; None where there is no change.

    A change of less than half of the subjects or samples does not widen the color scale, and its number is in parentheses.

    Parameters
    ----------
    found
        `time_series.changes` of the proteins.
    names
        What to call the proteins, best first, as plain text.
    axis
        The times.
    """
    if not any(np.isfinite(one.mean).any() for one in found):
        return None
    matrix = np.column_stack([one.mean for one in found])
    many = np.column_stack([one.count >= FEW * one.of for one in found])
    largest = max(float(np.nanmax(np.abs(matrix), where=many & np.isfinite(matrix), initial=0.0)), 0.5)
    lines = list(dict.fromkeys(one.line for one in found))
    columns = np.arange(len(found))
    hover = [
        [
            f"<b>{escaped(name)}</b><br>{escaped(one.line)}, {escaped(axis.texts[one.time])}<br>"
            + (f"{one.mean[row]:+.2f} (n = {one.count[row]} of {one.of})" if np.isfinite(one.mean[row]) else "no value")
            for one in found
        ]
        for row, name in enumerate(names)
    ]
    heat: Figure = {
        "type": "heatmap", "x": columns.tolist(), "y": list(range(len(names))),
        "z": [[_rounded(cell) for cell in row] for row in matrix], "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>", "hoverongaps": False, "xgap": 1, "ygap": 1,
        "colorscale": [list(stop) for stop in DIVERGING_STOPS], "zmin": -round(largest, 2), "zmax": round(largest, 2),
        "colorbar": {"title": {"text": "log2<br>change"}, "thickness": 12},
    }  # fmt: skip
    if len(found) <= _MOST_NUMBERS:
        heat["texttemplate"] = "%{text}"
        heat["text"] = [
            ["" if np.isnan(cell) else _told(cell, enough) for cell, enough in zip(*row, strict=True)]
            for row in zip(matrix, many, strict=True)
        ]
    several = len(lines) > 1
    return {
        "data": [heat],
        "layout": {
            "height": 110 + 20 * several + 26 * len(names),
            "margin": {"l": 10, "r": 12, "t": 30 if several else 8, "b": 44},
            "xaxis": {
                "tickmode": "array", "tickvals": columns.tolist(), "showgrid": False, "zeroline": False,
                "ticktext": [_tick(axis.texts[one.time]) for one in found], "automargin": True,
            },
            "yaxis": {
                "tickmode": "array", "tickvals": list(range(len(names))), "showgrid": False, "zeroline": False,
                "ticktext": [escaped(_cut(name, 24)) for name in names], "automargin": True, "autorange": "reversed",
            },
            "annotations": _line_names(found, lines) if several else [],
            "shapes": _borders(found),
        },
    }  # fmt: skip


def _looks(names: list[str], axis: Axis) -> _Lines:
    gap = float(np.diff(axis.places).min()) if len(axis.places) > 1 else 1.0
    step = min(0.08, 0.4 / max(len(names), 1)) * gap
    middle = (len(names) - 1) / 2
    dashes = {name: _DASHES[place // len(CONDITION_COLORS) % len(_DASHES)] for place, name in enumerate(names)}
    return _Lines(condition_colors(names), dashes, {name: (i - middle) * step for i, name in enumerate(names)})


def _where(times: pd.Series, name: str, lines: _Lines, axis: Axis) -> list[float]:
    return np.round(axis.places[times.to_numpy(int)] + lines.aside[name], 4).tolist()


def _singles(rows: pd.DataFrame, name: str, lines: _Lines, axis: Axis) -> list[Figure]:
    """Return a point per observed sample, and a faint line per subject through its means, broken where none is observed."""
    seen = rows[rows["value"].notna()]
    color = lines.colors[name]
    text = escaped(name) + ", " + seen["time"].map(lambda place: escaped(axis.texts[place]))
    points = {
        "type": "scatter", "mode": "markers", "showlegend": False, "x": _where(seen["time"], name, lines, axis),
        "y": seen["value"].round(2).tolist(), "text": (seen["sample"].map(escaped) + "<br>" + text).tolist(),
        "hovertemplate": "%{text}<br>%{y:.2f}<extra></extra>", "marker": {"size": 5, "color": color, "opacity": 0.5},
    }  # fmt: skip
    x: list[float | None] = []
    y: list[float | None] = []
    for _, mine in rows[rows["subject"] != ""].groupby("subject", sort=False):
        by_time = mine.groupby("time")["value"].mean()
        if by_time.notna().sum() > 1:
            x += [*_where(by_time.index.to_series(), name, lines, axis), None]
            y += [*map(_rounded, by_time), None]
    if not x:
        return [points]
    line = {
        "type": "scatter", "mode": "lines", "showlegend": False, "hoverinfo": "skip", "x": x, "y": y,
        "line": {"width": 1, "color": translucent(color, 0.4)},
    }  # fmt: skip
    return [line, points]


def _band(means: pd.DataFrame, name: str, lines: _Lines, axis: Axis) -> list[Figure]:
    """Return the quartiles as bands over neighboring times, with a gap where nothing was observed."""
    seen = means["observed"].to_numpy() > 0
    x = np.array(_where(means["time"], name, lines, axis))
    low, high = means["lower"].round(2).to_numpy(), means["upper"].round(2).to_numpy()
    wide = 0.12 * (float(np.diff(axis.places).min()) if len(axis.places) > 1 else 1.0)
    xs: list[float | None] = []
    ys: list[float | None] = []
    for run in np.split(np.arange(len(seen)), np.flatnonzero(np.diff(seen)) + 1):
        if not seen[run].any():
            continue
        at, bottom, top = x[run], low[run], high[run]
        if len(run) == 1:  # a band over one time would have no width
            at, bottom, top = at[0] + np.array([-wide, wide]), bottom.repeat(2), top.repeat(2)
        xs += [*at.tolist(), *at[::-1].tolist(), at[0].item(), None]
        ys += [*bottom.tolist(), *top[::-1].tolist(), bottom[0].item(), None]
    return [
        {
            "type": "scatter", "mode": "lines", "fill": "toself", "showlegend": False, "hoverinfo": "skip", "x": xs, "y": ys,
            "fillcolor": translucent(lines.colors[name], 0.18), "line": {"width": 0},
        }
    ]  # fmt: skip


def _mean_line(means: pd.DataFrame, name: str, lines: _Lines, axis: Axis) -> Figure:
    words = [
        f"{escaped(name)}, {escaped(axis.texts[row.time])}<br>mean of {row.observed} of {row.samples}"
        for row in means.itertuples()
    ]
    return {
        "type": "scatter", "mode": "lines+markers", "name": escaped(_cut(name, 32)), "connectgaps": False,
        "x": _where(means["time"], name, lines, axis), "y": [_rounded(value) for value in means["mean"]], "text": words,
        "hovertemplate": "%{text}<br>%{y:.2f}<extra></extra>",
        "line": {"width": 2.5, "color": lines.colors[name], "dash": lines.dashes[name]},
        "marker": {"size": 8, "color": lines.colors[name], "line": {"width": 1, "color": "rgba(0,0,0,0.35)"}},
    }  # fmt: skip


def _absent(means: pd.DataFrame, lines: _Lines, axis: Axis, lowest: float, span: float) -> tuple[list[Figure], float]:
    """Return the marks of samples without a value, a row per line below the lowest value, and how far down they go."""
    missing = means[means["observed"] < means["samples"]]
    step = 0.1 * span
    traces = []
    for row, (name, mine) in enumerate(missing.groupby("line", sort=False)):
        count = mine["samples"] - mine["observed"]
        words = [
            f"{escaped(name)}, {escaped(axis.texts[one.time])}<br>{one.samples - one.observed} of {one.samples} not observed"
            for one in mine.itertuples()
        ]
        traces.append(
            {
                "type": "scatter", "mode": "markers+text", "showlegend": False, "x": _where(mine["time"], name, lines, axis),
                "y": [round(lowest - (row + 1) * step, 3)] * len(mine), "text": count.astype(str).tolist(),
                "textposition": "middle right", "cliponaxis": False, "textfont": {"size": 10}, "customdata": words,
                "hovertemplate": "%{customdata}<extra></extra>",
                "marker": {"symbol": "x-thin", "size": 6, "line": {"width": 1.5, "color": lines.colors[name]}},
            }
        )  # fmt: skip
    return traces, (len(traces) + 0.6) * step


def _time_axis(axis: Axis) -> Figure:
    pad = 0.06 * float(np.ptp(axis.places)) or 1.0
    return {
        "tickmode": "array", "tickvals": axis.places.tolist(), "ticktext": [_tick(text) for text in axis.ticks],
        "zeroline": False, "range": [round(axis.places.min() - pad, 4), round(axis.places.max() + pad, 4)],
        "automargin": True,
    }  # fmt: skip


def _line_names(found: Sequence[Change], lines: list[str]) -> list[Figure]:
    columns = {name: [place for place, one in enumerate(found) if one.line == name] for name in lines}
    share = {name: max(int(90 * len(places) / len(found)), 4) for name, places in columns.items()}
    return [
        {
            "x": sum(places) / len(places), "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False,
            "text": escaped(_cut(name, share[name])),
        }
        for name, places in columns.items()
    ]  # fmt: skip


def _borders(found: Sequence[Change]) -> list[Figure]:
    """Return a line between two conditions."""
    at = [place - 0.5 for place in range(1, len(found)) if found[place].line != found[place - 1].line]
    return [
        {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1.04,
         "line": {"width": 2, "color": "rgba(127,127,127,0.8)"}}
        for x in at
    ]  # fmt: skip


def _told(value: float, enough: bool) -> str:
    text = f"{round(value, 1) + 0.0:+.1f}"
    return text if enough else f"({text})"


def _tick(text: str) -> str:
    return escaped(_cut(text, _LONGEST_TICK))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _rounded(value: float) -> float | None:
    return round(float(value), 2) if np.isfinite(value) else None
