"""A contrast in figures for a paper: volcano, ranks with their intervals."""

from __future__ import annotations

import math
from itertools import islice

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from myosieve.report import paper, theme
from myosieve.report.figures import fdr_cutoff
from myosieve.report.paper_names import name_points

MOST_NAMED, MOST_RANKED = 12, 25
_LOG_FROM = 60


def volcano(name: str, tests: pd.DataFrame, ranked: pd.DataFrame, fdr: float) -> paper.Sheet:
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
    # classes that are of less interest, and are many, lie below the others
    order = paper.classes(drawn).map(list(theme.SECRETION_COLORS).index)
    drawn = drawn.iloc[np.argsort(-order.to_numpy(), kind="stable")]
    if drawn.empty:
        return paper.saying(theme.SINGLE_MM, name, "No protein group has a fold change and a p-value.")
    figure = paper.new(theme.SINGLE_MM, 66)
    axes = figure.subplots()
    scenery = drawn["q_value"].isna() | (drawn["q_value"] > theme.SCENERY)
    classes, leaking = paper.classes(drawn), paper.leaking(drawn)
    colors = classes.map(theme.SECRETION_COLORS)
    _points(axes, drawn[scenery], theme.BACKGROUND, size=3, alpha=0.35)
    for hollow in (False, True):
        mine = ~scenery & (leaking == hollow)
        _points(axes, drawn[mine], colors[mine].tolist(), size=9, alpha=0.85, hollow=hollow)
    _cutoff(axes, drawn, fdr)
    axes.set(xlabel="log2 fold change (treatment / control)", ylabel="−log10 p")
    paper.write_title(figure, name)
    axes.set_ylim(bottom=0)
    paper.legend(figure, paper.class_dots(classes[~scenery], leaking=bool((leaking & ~scenery).any())))
    there = set(drawn["protein_group"])
    best = list(islice((group for group in ranked["protein_group"] if group in there), MOST_NAMED))
    places = drawn.set_index("protein_group", drop=False)
    named = places.loc[best]
    others = places.loc[~scenery.to_numpy(), ["log2fc", "height"]].drop(best, errors="ignore").to_numpy(float)
    where = pd.DataFrame({"x": named["log2fc"], "y": named["height"], "label": paper.names(named)})
    name_points(figure, where, others)
    return figure


def _heights(tests: pd.DataFrame) -> pd.Series:
    """Return -log10 p, also where p is too small for a number."""
    p = tests["p_value"].where(tests["p_value"] > 0)
    return -tests["log10_p"].fillna(np.log10(p))


def _points(
    axes: Axes, rows: pd.DataFrame, color: str | list[str], size: float, alpha: float, hollow: bool = False
) -> None:
    if not rows.empty:
        axes.scatter(
            rows["log2fc"], rows["height"], s=size, facecolors="none" if hollow else color, edgecolors=color,
            alpha=alpha, linewidths=theme.RIM_PT if hollow else 0,
        )  # fmt: skip


def _cutoff(axes: Axes, drawn: pd.DataFrame, fdr: float) -> None:
    # Absences are weighted apart within the family: the line is that of the fold changes.
    measured = drawn[drawn["test"] != "detection"]
    cut = fdr_cutoff(measured["p_value"].to_numpy(float), measured["q_value"].to_numpy(float), fdr)
    percent = f"FDR {100 * fdr:.4g} %"
    if cut is None:
        axes.text(1, 1, f"no protein group passes {percent}", transform=axes.transAxes, ha="right", va="top",
                  size=theme.LABEL_PT)  # fmt: skip
        return
    height = -math.log10(cut)
    axes.axhline(height, color=theme.BACKGROUND, linewidth=0.6, linestyle="--", zorder=0)
    axes.text(1, height, percent, transform=axes.get_yaxis_transform(), ha="right", va="bottom", size=theme.LABEL_PT)


def ranks(name: str, ranked: pd.DataFrame) -> paper.Sheet:
    """Return the first 25 candidates of a contrast with the interval of each one's rank, 85 mm wide."""
    rows = ranked.head(MOST_RANKED)
    if rows.empty:
        return paper.saying(theme.SINGLE_MM, name, "No candidate is ranked in this contrast.")
    figure = paper.new(theme.SINGLE_MM, 4 + 3.3 * len(rows))
    axes = figure.subplots()
    heights = np.arange(len(rows))
    classes, leaking = paper.classes(rows), paper.leaking(rows).to_numpy()
    colors = np.array(classes.map(theme.SECRETION_COLORS).tolist())
    axes.hlines(heights, rows["rank_low"], rows["rank_high"], color=theme.LIGHT_GRAY, linewidth=0.8)
    axes.scatter(
        rows["rank"], heights, s=12, facecolors=np.where(leaking, theme.WHITE, colors), edgecolors=colors,
        linewidths=theme.RIM_PT, zorder=3,
    )  # fmt: skip
    axes.set_ylim(len(rows) - 0.4, -0.6)
    paper.row_names(axes, paper.names(rows), gap=4)
    if rows[["rank", "rank_high"]].max().max() > _LOG_FROM:
        axes.set_xscale("log")
        # the usual formatter of a logarithmic axis writes in mathematics, which is switched off
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
    axes.set(xlabel="rank and its interval")
    paper.write_title(figure, name)
    paper.legend(figure, paper.class_dots(classes, leaking=bool(leaking.any())))
    return figure
