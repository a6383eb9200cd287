"""A contrast in figures for a paper: volcano, ranks with their intervals, heat map of the best candidates."""

from __future__ import annotations

import math

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from myosieve.report import paper, theme
from myosieve.report.figures import fdr_cutoff
from myosieve.report.labels import LETTER_PIXELS, place
from myosieve.secretome.leak import NOT_RUN

MOST_NAMED, MOST_RANKED, MOST_ROWS = 12, 25, 50
# z-scores beyond are drawn as this.
_LIMIT = 2.0
_WIDE_FROM, _MOST_SAMPLE_NAMES, _LOWEST_MM = 12, 60, 20.0
_LOG_FROM = 60
# A capital of DejaVu Sans is about this share of its size wide.
_LETTER_SHARE = 0.7


def volcano(name: str, tests: pd.DataFrame, ranked: pd.DataFrame, fdr: float) -> Figure:
    """Return the volcano of a contrast, 85 mm wide.

    Parameters
    ----------
    name
        Name of the contrast.
    tests
        Its rows of differential.tsv, with `secretion_class` and `leak_flag`.
    ranked
        Its candidates with a rank, best first: the first twelve that can be drawn are named.
    fdr
        False discovery rate of the line (share).
    """
    tested = tests.assign(height=_heights(tests))
    drawn = tested[tested["log2fc"].notna() & tested["height"].notna()]
    if drawn.empty:
        return paper.saying(theme.SINGLE_MM, name, "No protein group has a fold change and a p-value.")
    figure = paper.new(theme.SINGLE_MM, 82)
    axes = figure.subplots()
    scenery = drawn["q_value"].isna() | (drawn["q_value"] > theme.SCENERY)
    _points(axes, drawn[scenery], theme.BACKGROUND, size=3, alpha=0.35)
    classes = drawn["secretion_class"].where(drawn["secretion_class"].isin(list(theme.SECRETION_COLORS)), "unknown")
    leaking = drawn["leak_flag"].notna() & (drawn["leak_flag"] != NOT_RUN)
    shown = {}
    for kind, color in theme.SECRETION_COLORS.items():
        mine = ~scenery & (classes == kind)
        if mine.any():
            shown[kind.replace("_", " ")] = color
            _points(axes, drawn[mine & ~leaking], color, size=9, alpha=0.85)
            _points(axes, drawn[mine & leaking], color, size=9, alpha=0.85, hollow=True)
    _cutoff(axes, drawn, fdr)
    axes.set(title=paper.literal(name, 48), xlabel="log2 fold change (treatment / control)", ylabel="−log10 p")
    axes.set_ylim(bottom=0)
    handles = paper.dots(shown)
    if (leaking & ~scenery).any():
        handles.append(Line2D([], [], linestyle="none", marker="o", markersize=3.5, color=theme.GRAY,
                              markerfacecolor="none", label="leak flag"))  # fmt: skip
    paper.legend(figure, handles, columns=3)
    places = drawn.set_index("protein_group")
    places = places.loc[[group for group in ranked["protein_group"] if group in places.index][:MOST_NAMED]]
    _label(figure, axes, places.reset_index())
    return figure


def _heights(tests: pd.DataFrame) -> pd.Series:
    """Return -log10 p, also where p is too small for a number."""
    p = tests["p_value"].where(tests["p_value"] > 0)
    return -tests["log10_p"].fillna(np.log10(p))


def _points(axes: Axes, rows: pd.DataFrame, color: str, size: float, alpha: float, hollow: bool = False) -> None:
    face = "none" if hollow else color
    axes.scatter(rows["log2fc"], rows["height"], s=size, facecolors=face, edgecolors=color, alpha=alpha,
                 linewidths=0.7 if hollow else 0)  # fmt: skip


def _cutoff(axes: Axes, drawn: pd.DataFrame, fdr: float) -> None:
    # Absences are weighted apart within the family: the line is that of the fold changes.
    measured = drawn[drawn["test"] != "detection"]
    cut = fdr_cutoff(measured["p_value"].to_numpy(float), measured["q_value"].to_numpy(float), fdr)
    percent = f"FDR {100 * fdr:.4g} %"
    if cut is None:
        axes.text(1, 1, f"no protein group passes {percent}", transform=axes.transAxes, ha="right", va="bottom",
                  size=theme.LABEL_PT)  # fmt: skip
        return
    height = -math.log10(cut)
    axes.axhline(height, color=theme.BACKGROUND, linewidth=0.6, linestyle="--", zorder=0)
    axes.text(1, height, percent, transform=axes.get_yaxis_transform(), ha="right", va="bottom", size=theme.LABEL_PT)


def _label(figure: Figure, axes: Axes, rows: pd.DataFrame) -> None:
    """Name points, once the layout is known, since what is free depends on it; the labels do not move it."""
    if rows.empty:
        return
    paper.lay_out(figure)
    box = axes.get_window_extent()
    points_per_pixel = theme.LABEL_PT * _LETTER_SHARE / LETTER_PIXELS
    area = tuple(length * 72 / figure.dpi / points_per_pixel for length in (box.width, box.height))
    where = pd.DataFrame({"x": rows["log2fc"], "y": rows["height"], "label": paper.names(rows)})
    for one in place(where, axes.get_xlim(), axes.get_ylim(), area):
        axes.annotate(
            one["text"], (one["x"], one["y"]), (one["ax"] * points_per_pixel, -one["ay"] * points_per_pixel),
            textcoords="offset points", ha="center", va="center", size=theme.LABEL_PT,
            arrowprops={"arrowstyle": "-", "linewidth": 0.4, "color": theme.GRAY, "shrinkA": 0, "shrinkB": 1.5},
        )  # fmt: skip


def ranks(name: str, ranked: pd.DataFrame) -> Figure:
    """Return the first 25 candidates of a contrast with the interval of each one's rank, 85 mm wide."""
    rows = ranked.head(MOST_RANKED)
    if rows.empty:
        return paper.saying(theme.SINGLE_MM, name, "No candidate is ranked in this contrast.")
    figure = paper.new(theme.SINGLE_MM, 24 + 3.3 * len(rows))
    axes = figure.subplots()
    heights = np.arange(len(rows))
    classes = rows["secretion_class"].where(rows["secretion_class"].isin(list(theme.SECRETION_COLORS)), "unknown")
    axes.hlines(heights, rows["rank_low"], rows["rank_high"], color=theme.GRAY, linewidth=0.8)
    axes.scatter(
        rows["rank"], heights, s=12, color=classes.map(theme.SECRETION_COLORS).tolist(), linewidths=0, zorder=3
    )
    axes.set_yticks(heights, paper.names(rows))
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    if rows[["rank", "rank_high"]].max().max() > _LOG_FROM:
        axes.set_xscale("log")
        # the usual formatter of a logarithmic axis writes in mathematics, which is switched off
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
    axes.set(title=paper.literal(name, 48), xlabel="rank and its interval")
    shown = {kind.replace("_", " "): color for kind, color in theme.SECRETION_COLORS.items() if kind in set(classes)}
    paper.legend(figure, paper.dots(shown), columns=3)
    return figure


def z_scores(values: pd.DataFrame) -> pd.DataFrame:
    """Return each row less its mean, by its standard deviation, over what was observed (n - 1).

    Missing stays missing. A row of one value, or of equal ones, has no spread: its observed values are 0.
    """
    spread = values.std(axis=1, ddof=1)
    centered = values.sub(values.mean(axis=1), axis=0)
    return centered.div(spread.where(spread > 0), axis=0).fillna(0).where(values.notna())


def heat_map(name: str, ranked: pd.DataFrame, intensities: pd.DataFrame, samples: pd.DataFrame, top: int) -> Figure:
    """Return z-scores of the best candidates over the samples of the medium, grouped by condition; hatched = missing.

    Parameters
    ----------
    ranked
        Candidates of the contrast with a rank, best first.
    intensities
        Normalized log2 values, protein groups x samples.
    samples
        sample, condition, fraction; its order is kept within a condition.
    top
        How many candidates, at most 50.
    """
    rows = ranked[ranked["protein_group"].isin(intensities.index)].head(min(top, MOST_ROWS))
    columns = samples[samples["sample"].isin(intensities.columns) & ~samples["fraction"].isin(["blank", "lysate"])]
    if rows.empty or columns.empty:
        return paper.saying(theme.SINGLE_MM, name, "No candidate is ranked in this contrast.")
    conditions = columns["condition"].fillna("").astype(str)
    colors = theme.condition_colors(conditions)
    order = np.argsort(conditions.map(list(colors).index).to_numpy(), kind="stable")
    columns, conditions = columns.iloc[order], conditions.iloc[order]
    scores = z_scores(intensities.loc[rows["protein_group"], columns["sample"]])
    wide = theme.DOUBLE_MM if len(columns) > _WIDE_FROM else theme.SINGLE_MM
    shown = columns["sample"].map(paper.literal) if len(columns) <= _MOST_SAMPLE_NAMES else [""] * len(columns)
    below = 14 + paper.LETTER_MM * max(map(len, shown))
    figure = paper.new(wide, min(below + max(3.3 * len(rows), _LOWEST_MM), theme.HIGHEST_MM))
    strip, axes = figure.subplots(2, 1, height_ratios=[0.8, len(rows)], sharex=True)
    strip.bar(np.arange(len(columns)) + 0.5, 1, width=1, color=[colors[one] for one in conditions])
    strip.set(ylim=(0, 1), title=paper.literal(name, 48))
    strip.set_axis_off()
    _cells(figure, axes, scores)
    axes.set_yticks(np.arange(len(rows)) + 0.5, paper.names(rows))
    axes.set_xticks(np.arange(len(columns)) + 0.5, shown, rotation=90)
    axes.tick_params(length=0)
    missing = Patch(facecolor="white", edgecolor=theme.LIGHT_GRAY, hatch="//////", label="missing")
    paper.legend(figure, [*paper.dots(colors), missing], columns=3 if wide == theme.SINGLE_MM else 6)
    return figure


def _cells(figure: Figure, axes: Axes, scores: pd.DataFrame) -> None:
    """Draw cells as vectors; where there is none, the hatched ground is seen."""
    axes.patch.set(facecolor="white", edgecolor=theme.LIGHT_GRAY, hatch="//////", linewidth=0)
    cells = axes.pcolormesh(
        np.ma.masked_invalid(scores.to_numpy(float)), cmap=matplotlib.colormaps[theme.DIVERGING], vmin=-_LIMIT, vmax=_LIMIT,
    )  # fmt: skip
    axes.invert_yaxis()
    for spine in axes.spines.values():
        spine.set_visible(False)
    bar = figure.colorbar(cells, ax=axes, extend="both", shrink=0.6, aspect=25, pad=0.01)
    bar.set_label("z-score")
    bar.outline.set_linewidth(0.5)
