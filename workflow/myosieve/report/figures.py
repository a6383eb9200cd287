"""The figures of the page, as Plotly figures in plain dicts: data and layout, without a theme; colors are of `theme`.

Names come from tables that people wrote: every one is escaped, since Plotly reads a
few HTML tags in its texts.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from myosieve.quant.components import Components
from myosieve.report.explorer import minus_log10
from myosieve.report.labels import place
from myosieve.report.theme import BACKGROUND, SCENERY, SECRETION_COLORS, condition_colors
from myosieve.secretome.leak import NOT_RUN

Figure = dict[str, Any]


def volcano(tests: pd.DataFrame, groups: pd.Index, named: pd.DataFrame, fdr: float) -> tuple[Figure, int]:
    """Return the volcano figure of a contrast and how many protein groups have no place in it.

    Its traces name their points by number, `rows`, in place of coordinates and texts: the page has these from the columns of
    the contrast already (`explorer`).

    Parameters
    ----------
    tests
        Rows of one contrast: test, log2fc, p_value, q_value, gene, accession, protein_group, secretion_class, leak_flag.
    groups
        Every protein group of the study: a point's number is its place among them.
    named
        Candidates to label, best first: protein_group. Their annotations are named "label".
    fdr
        False discovery rate of the line (share).

    Returns
    -------
    figure, n_absent
        Groups without a fold change or a p-value cannot be drawn.
    """
    drawn = tests[tests["log2fc"].notna() & tests["p_value"].notna()]
    x = drawn["log2fc"].round(3)
    y = minus_log10(drawn["p_value"]).round(3)
    classes = drawn["secretion_class"].where(drawn["secretion_class"].isin(list(SECRETION_COLORS)), "unknown")
    scenery = drawn["q_value"].isna() | (drawn["q_value"] > SCENERY)
    leaking = drawn["leak_flag"].notna() & (drawn["leak_flag"] != NOT_RUN)
    number = pd.Series(groups.get_indexer(drawn["protein_group"]), index=drawn.index)
    traces = [_scenery(number[scenery])]
    for name, color in SECRETION_COLORS.items():
        of_class = ~scenery & (classes == name)
        for flagged in (False, True):
            chosen = of_class & (leaking == flagged)
            if chosen.any():
                traces.append(_class_trace(number[chosen], name, color, flagged))
    _show_once(traces)
    # Absences are weighted apart within the family: the line is that of the fold changes.
    measured = drawn[drawn["test"] != "detection"]
    cut = fdr_cutoff(measured["p_value"].to_numpy(float), measured["q_value"].to_numpy(float), fdr)
    places = pd.DataFrame({"x": x, "y": y, "label": labels(drawn)}).set_index(drawn["protein_group"])
    places = places.loc[[group for group in named["protein_group"] if group in places.index]]
    layout = _volcano_layout(cut, fdr)
    layout["annotations"] += place(places, _range(x), _range(y, start=0.0))
    return {"data": traces, "layout": layout}, len(tests) - len(drawn)


def fdr_cutoff(p: np.ndarray, q: np.ndarray, fdr: float) -> float | None:
    """Return the p-value that parts the hits from the rest, or None where nothing passes.

    Benjamini-Hochberg q-values rise with p, so one line parts them: between the largest p-value with q <= fdr and the
    smallest with q > fdr, in the middle on the log scale.
    """
    passes = q <= fdr
    if not passes.any():
        return None
    largest = max(float(p[passes].max()), float(np.finfo(float).tiny))
    above = p[(q > fdr) & (p > largest)]
    return math.sqrt(largest * float(above.min())) if above.size else largest


def labels(rows: pd.DataFrame) -> pd.Series:
    """Return what to call each protein group in a figure: its gene, else its accession, else its key; escaped."""
    return rows["gene"].fillna(rows["accession"]).fillna(rows["protein_group"]).map(escaped)


def escaped(text: object) -> str:
    """Return text that Plotly shows as it is; it decodes these three entities and no quotes."""
    return html.escape(str(text), quote=False)


def _scenery(rows: pd.Series) -> Figure:
    return {
        "type": "scatter", "mode": "markers", "name": f"q > {SCENERY:g} or no q", "rows": rows.tolist(),
        "marker": {"size": 4, "color": BACKGROUND, "opacity": 0.35},
    }  # fmt: skip


def _class_trace(rows: pd.Series, name: str, color: str, flagged: bool) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name.replace("_", " "),
        "legendgroup": name,
        "rows": rows.tolist(),
        "marker": {
            "size": 7,
            "color": color,
            "opacity": 0.85,
            "symbol": "circle-open" if flagged else "circle",
            "line": {"width": 1.6, "color": color} if flagged else {"width": 0.5, "color": "rgba(0,0,0,0.35)"},
        },
    }


def _show_once(traces: Sequence[Figure]) -> None:
    """Leave one legend entry per class, though its flagged points are a trace of their own."""
    seen: set[str] = set()
    for trace in traces:
        group = trace.get("legendgroup")
        trace["showlegend"] = group not in seen
        seen.update([group] if group else [])


def _range(values: pd.Series, start: float | None = None) -> tuple[float, float]:
    """Return about what Plotly lets an axis span."""
    if values.empty:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return (low if start is None else start), high + 0.05 * (high - low)


def _volcano_layout(cut: float | None, fdr: float) -> Figure:
    percent = f"FDR {100 * fdr:.4g} %"
    layout: Figure = {
        "height": 520,
        "margin": {"l": 56, "r": 12, "t": 36, "b": 48},
        "xaxis": {"title": {"text": "log2 fold change (treatment / control)"}, "zeroline": True},
        "yaxis": {"title": {"text": "-log10 p"}, "rangemode": "tozero", "zeroline": False},
        "legend": {"orientation": "h", "y": -0.16, "x": 0, "itemsizing": "constant"},
        "hovermode": "closest",
    }
    note = {"xref": "paper", "x": 1, "xanchor": "right", "showarrow": False, "font": {"size": 11}}
    if cut is None:
        layout["annotations"] = [{**note, "yref": "paper", "y": 1, "text": f"no protein group passes {percent}"}]
        return layout
    height = round(-math.log10(cut), 3)
    layout["shapes"] = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": height, "y1": height,
         "line": {"dash": "dash", "width": 1, "color": BACKGROUND}}
    ]  # fmt: skip
    layout["annotations"] = [{**note, "yref": "y", "y": height, "yanchor": "bottom", "text": percent}]
    return layout


def sample_bars(samples_qc: pd.DataFrame, column: str, title: str, percent: bool) -> Figure | None:
    """Return horizontal bars of one QC column per sample, colored by condition; None where no sample has a value."""
    if samples_qc[column].notna().sum() == 0:
        return None
    conditions = samples_qc["condition"].fillna("").astype(str)
    value = "%{x:.1%}" if percent else "%{x:.2f}"
    traces = [
        {
            "type": "bar", "orientation": "h", "name": escaped(condition), "marker": {"color": color},
            "x": [None if pd.isna(v) else round(float(v), 4) for v in samples_qc.loc[conditions == condition, column]],
            "y": samples_qc.loc[conditions == condition, "sample"].map(escaped).tolist(),
            "hovertemplate": f"%{{y}}: {value}<extra>{escaped(condition)}</extra>",
        }
        for condition, color in condition_colors(conditions).items()
    ]  # fmt: skip
    order = samples_qc["sample"].map(escaped).tolist()
    axis: Figure = {"title": {"text": title}, "rangemode": "tozero", "zeroline": True}
    if percent:
        axis["tickformat"] = ".0%"
    return {
        "data": traces,
        "layout": {
            "height": 110 + 22 * len(order),
            "margin": {"l": 10, "r": 12, "t": 8, "b": 44},
            "xaxis": axis,
            "yaxis": {"type": "category", "automargin": True, "categoryorder": "array", "categoryarray": order[::-1]},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "bargap": 0.25,
        },
    }


def sample_map(components: Components, conditions: dict[str, str]) -> Figure:
    """Return the samples on their first two principal components, colored by condition (sample -> condition)."""
    of_sample = [conditions.get(sample, "") for sample in components.samples]
    traces = []
    for condition, color in condition_colors(of_sample).items():
        rows = [i for i, other in enumerate(of_sample) if other == condition]
        traces.append({
            "type": "scatter", "mode": "markers", "name": escaped(condition),
            "x": components.scores[rows, 0].round(3).tolist(), "y": components.scores[rows, 1].round(3).tolist(),
            "text": [escaped(components.samples[i]) for i in rows],
            "hovertemplate": f"<b>%{{text}}</b><extra>{escaped(condition)}</extra>",
            "marker": {"size": 11, "color": color, "line": {"width": 0.5, "color": "rgba(0,0,0,0.35)"}},
        })  # fmt: skip
    first, second = (f"{100 * share:.0f} %" for share in components.explained)
    return {
        "data": traces,
        "layout": {
            "height": 360,
            "margin": {"l": 56, "r": 12, "t": 8, "b": 44},
            "xaxis": {"title": {"text": f"PC1 ({first} of variance)"}},
            "yaxis": {"title": {"text": f"PC2 ({second} of variance)"}},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "hovermode": "closest",
        },
    }
