"""A study in figures for a paper: its samples, recovery of known myokines, crosstalk with organs."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from myosieve.quant.components import Components
from myosieve.report import crosstalk_figures, paper, theme
from myosieve.report.validation_words import recovery_steps

_TOO_FEW_SAMPLES = "There are fewer than three samples or protein groups to compare."
_NO_RECOVERY = "Fewer than five known myokines are among the detected secreted proteins."
_NO_RECEPTOR = "No receptor is known of the best candidates."


def sample_map(components: Components | None, samples: pd.DataFrame, outliers: set[str]) -> Figure:
    """Return the samples on their first two principal components, 85 mm wide; samples that stand out are named.

    Parameters
    ----------
    components
        None where there are too few samples or protein groups: the figure says so.
    samples
        sample, condition.
    outliers
        Samples to name.
    """
    if components is None:
        return paper.saying(theme.SINGLE_MM, "Principal components of the samples", _TOO_FEW_SAMPLES)
    condition = samples.drop_duplicates("sample").set_index("sample")["condition"].fillna("").astype(str)
    of_sample = [condition.get(sample, "") for sample in components.samples]
    colors = theme.condition_colors(of_sample)
    figure = paper.new(theme.SINGLE_MM, 70)
    axes = figure.subplots()
    axes.scatter(
        *components.scores.T, s=20, color=[colors[one] for one in of_sample], linewidths=0.3, edgecolors="#333333"
    )
    for sample, (x, y) in zip(components.samples, components.scores, strict=True):
        if sample in outliers:
            axes.annotate(paper.literal(sample), (x, y), (4, 4), textcoords="offset points", size=theme.LABEL_PT)
    first, second = (f"{100 * share:.0f} %" for share in components.explained)
    axes.set(xlabel=f"PC1 ({first} of variance)", ylabel=f"PC2 ({second} of variance)")
    axes.set_title(f"{components.n_proteins} protein groups")
    paper.legend(figure, paper.dots(colors), columns=3)
    return figure


def recovery(name: str, rows: pd.DataFrame) -> Figure:
    """Return how many known myokines stand among the first so many proteins, by each order, 85 mm wide.

    Parameters
    ----------
    rows
        Rows of validation.tsv of the contrast.
    """
    steps = list(recovery_steps(rows))
    if not steps:
        return paper.saying(theme.SINGLE_MM, name, _NO_RECOVERY)
    figure = paper.new(theme.SINGLE_MM, 66)
    axes = figure.subplots()
    for order, words, color, places, _, _ in steps:
        axes.step(
            [0, *places], range(len(places) + 1), where="post", color=color, label=words,
            linewidth=1.6 if order == "score" else 0.8, linestyle=":" if order == "fame" else "-",
        )  # fmt: skip
    furthest, most = max(step[-1] for step in steps), max(len(step[3]) for step in steps)
    axes.plot([0, furthest], [0, most], color=theme.BACKGROUND, linewidth=0.6, linestyle="--", label="chance")
    axes.set(
        title=paper.literal(name, 48), xlabel="first so many detected secreted proteins",
        ylabel="known myokines among them", xlim=(0, furthest), ylim=(0, None),
    )  # fmt: skip
    paper.legend(figure, axes.get_lines(), columns=2)
    return figure


def crosstalk(name: str, rows: pd.DataFrame) -> Figure:
    """Return the best candidates, their receptors and the organs that these reach, in three layers, 178 mm wide.

    Parameters
    ----------
    rows
        Rows of crosstalk.tsv of the contrast.
    """
    drawn = crosstalk_figures.drawn(rows)
    if drawn.empty:
        return paper.saying(theme.DOUBLE_MM, name, _NO_RECEPTOR)
    organs = drawn[drawn["organ"].notna()]
    layers = [
        dict(zip(drawn["protein_group"], paper.names(drawn), strict=True)),
        {one: paper.literal(one) for one in drawn["receptor_gene"]},
        {one: paper.literal(one) for one in organs["organ"]},
    ]
    places = [_spread(layer) for layer in layers]
    figure = paper.new(theme.DOUBLE_MM, min(10 + 4.2 * max(map(len, layers)), theme.HIGHEST_MM))
    axes = figure.subplots()
    for row in drawn.drop_duplicates(["protein_group", "receptor_gene"]).itertuples(index=False):
        color = theme.BLUE if row.curated == "yes" else theme.LIGHT_GRAY
        _link(axes, 0, places[0][row.protein_group], places[1][row.receptor_gene], color)
    for row in organs.drop_duplicates(["receptor_gene", "organ", "organ_source"]).itertuples(index=False):
        color = theme.PURPLE if row.organ_source == "literature" else theme.LIGHT_GRAY
        _link(axes, 1, places[1][row.receptor_gene], places[2][row.organ], color)
    direction = drawn.drop_duplicates("protein_group").set_index("protein_group")["direction"]
    colors = [
        [theme.DIRECTION_COLORS.get(direction[group], theme.GRAY) for group in layers[0]],
        [theme.RECEPTOR_COLOR] * len(layers[1]),
        [theme.ORGAN_COLOR] * len(layers[2]),
    ]
    for x, (layer, heights, shades) in enumerate(zip(layers, places, colors, strict=True)):
        axes.scatter([x] * len(layer), heights.values(), s=14, color=shades, linewidths=0, zorder=3)
        side, gap = ("right", -4) if x == 0 else ("left", 4)
        for key, words in layer.items():
            axes.annotate(
                words, (x, heights[key]), (gap, 0), textcoords="offset points", ha=side, va="center", zorder=4,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.85},
            )  # fmt: skip
    axes.set(title=paper.literal(name, 48), xlim=(-0.35, 2.35), ylim=(1.03, -0.03))
    axes.set_axis_off()
    paper.legend(figure, _meanings(), columns=4)
    return figure


def _spread(layer: dict[str, str]) -> dict[str, float]:
    """Return heights from 0 (top) to 1, evenly spaced, in the layer's order."""
    return {key: (i + 0.5) / len(layer) for i, key in enumerate(layer)}


def _link(axes: Axes, x: float, start: float, end: float, color: str) -> None:
    path = Path(
        [(x, start), (x + 0.5, start), (x + 0.5, end), (x + 1, end)],
        [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
    )
    axes.add_patch(PathPatch(path, fill=False, edgecolor=color, linewidth=0.8, alpha=0.7, zorder=1))


def _meanings() -> list[Line2D]:
    told = {"up": theme.DIRECTION_COLORS["up"], "down": theme.DIRECTION_COLORS["down"]}
    told |= {"receptor": theme.RECEPTOR_COLOR, "organ": theme.ORGAN_COLOR}
    lines = {
        "curated pair": theme.BLUE,
        "organ by literature": theme.PURPLE,
        "other pair, or expression": theme.LIGHT_GRAY,
    }
    return [*paper.dots(told), *(Line2D([], [], color=color, label=words) for words, color in lines.items())]
