"""A study in figures for a paper: its samples, recovery of known myokines, crosstalk with organs."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.lines import Line2D
from matplotlib.path import Path

from myosieve.quant.components import Components
from myosieve.report import crosstalk_figures, paper, theme
from myosieve.report.paper_names import name_points
from myosieve.report.validation_words import recovery_steps

_TOO_FEW_SAMPLES = "There are fewer than three samples or protein groups to compare."
_NO_RECOVERY = "Fewer than five known myokines are among the detected secreted proteins."
_NO_RECEPTOR = "No receptor is known of the best candidates."
# Of samples that stand out, as many as can be read; points from a dot to its name.
_MOST_NAMED, _GAP = 12, 4.0


def sample_map(components: Components | None, samples: pd.DataFrame, outliers: set[str]) -> paper.Sheet:
    """Return the samples on their first two principal components, 85 mm wide; samples that stand out are named.

    Parameters
    ----------
    components
        None where there are too few samples or protein groups: the figure says so.
    samples
        sample, condition.
    outliers
        Samples to name: the first twelve in the order of the components.
    """
    if components is None:
        return paper.saying(theme.SINGLE_MM, "Principal components of the samples", _TOO_FEW_SAMPLES)
    condition = samples.drop_duplicates("sample").set_index("sample")["condition"].fillna("").astype(str)
    drawn = pd.DataFrame(components.scores, columns=["x", "y"])
    drawn["condition"] = [condition.get(sample, "") for sample in components.samples]
    drawn["label"] = [paper.literal(sample) for sample in components.samples]
    figure = paper.new(theme.SINGLE_MM, 56)
    axes = figure.subplots()
    colors = theme.condition_colors(drawn["condition"])
    handles = []
    for i, (name, color) in enumerate(colors.items()):
        marker = theme.MARKERS[i // len(theme.CONDITION_COLORS) % len(theme.MARKERS)]
        mine = drawn[drawn["condition"] == name]
        axes.scatter(mine["x"], mine["y"], s=18, color=color, marker=marker, linewidths=0.3, edgecolors=theme.INK)
        handles += paper.dots({name: color}, marker)
    first, second = (f"{100 * share:.0f} %" for share in components.explained)
    axes.set(xlabel=f"PC1 ({first} of variance)", ylabel=f"PC2 ({second} of variance)")
    paper.write_title(figure, f"{components.n_proteins} protein groups")
    paper.legend(figure, handles)
    named = drawn[[sample in outliers for sample in components.samples]].head(_MOST_NAMED)
    name_points(figure, named, drawn.drop(named.index)[["x", "y"]].to_numpy(float))
    return figure


def recovery(name: str, rows: pd.DataFrame) -> paper.Sheet:
    """Return how many known myokines stand among the first so many proteins, by each order, 85 mm wide.

    Parameters
    ----------
    rows
        Rows of validation.tsv of the contrast.
    """
    steps = list(recovery_steps(rows))
    if not steps:
        return paper.saying(theme.SINGLE_MM, name, _NO_RECOVERY)
    figure = paper.new(theme.SINGLE_MM, 50)
    axes = figure.subplots()
    for order, words, color, places, _, _ in steps:
        axes.step(
            [0, *places], range(len(places) + 1), where="post", color=color, label=words,
            linewidth=1.6 if order == "score" else 0.8, linestyle=":" if order == "fame" else "-",
            zorder=3 if order == "score" else 2,
        )  # fmt: skip
    furthest, most = max(step[-1] for step in steps), max(len(step[3]) for step in steps)
    axes.plot([0, furthest], [0, most], color=theme.BACKGROUND, linewidth=0.6, linestyle="--", label="chance")
    axes.set(
        xlabel="first so many detected secreted proteins",
        ylabel="known myokines among them", xlim=(0, furthest), ylim=(0, None),
    )  # fmt: skip
    paper.write_title(figure, name)
    paper.legend(figure, axes.get_lines())
    return figure


def crosstalk(name: str, rows: pd.DataFrame) -> paper.Sheet:
    """Return the best candidates, their receptors, and the organs that these reach, in three layers, 178 mm wide.

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
    figure = paper.new(theme.DOUBLE_MM, 3 + 4.2 * max(map(len, layers)))
    axes = figure.subplots()
    axes.set(xlim=(0, figure.bbox.width), ylim=(1.0, 0.0))
    paper.write_title(figure, name)
    axes.set_axis_off()
    widths = [{key: paper.width(words) for key, words in layer.items()} for layer in layers]
    columns = _columns(figure.bbox.width, *(max(layer.values(), default=0.0) for layer in widths))
    places = [_spread(layer) for layer in layers]
    _links(axes, drawn, organs, places, columns, widths[1])
    direction = drawn.drop_duplicates("protein_group").set_index("protein_group")["direction"]
    colors = [
        [theme.DIRECTION_COLORS.get(direction[group], theme.GRAY) for group in layers[0]],
        [theme.RECEPTOR_COLOR] * len(layers[1]),
        [theme.ORGAN_COLOR] * len(layers[2]),
    ]
    for i, (x, layer, heights, shades) in enumerate(zip(columns, layers, places, colors, strict=True)):
        axes.scatter([x] * len(layer), heights.values(), s=14, color=shades, linewidths=0, zorder=3)
        side, gap = ("right", -_GAP) if i == 0 else ("left", _GAP)
        for key, words in layer.items():
            axes.text(x + gap, heights[key], words, ha=side, va="center_baseline", in_layout=False)
    paper.legend(figure, _meanings())
    return figure


def _columns(whole: float, candidates: float, receptors: float, organs: float) -> tuple[float, float, float]:
    """Return where the dots of the three layers stand, in points, so that the links of both halves are as long."""
    first, last = candidates + 2 * _GAP, whole - organs - 2 * _GAP
    return first, (first + last - receptors - 2 * _GAP) / 2, last


def _links(
    axes: Axes, pairs: pd.DataFrame, organs: pd.DataFrame, places: list[dict[str, float]],
    columns: tuple[float, float, float], widths: dict[str, float],
) -> None:  # fmt: skip
    """Draw links; those to organs begin behind the receptors' names."""
    paths, shades = [], []
    for row in pairs.drop_duplicates(["protein_group", "receptor_gene"]).itertuples(index=False):
        ends = places[0][row.protein_group], places[1][row.receptor_gene]
        paths.append(_curve(columns[0], columns[0], columns[1], *ends))
        shades.append(theme.BLUE if row.curated == "yes" else theme.LIGHT_GRAY)
    behind = columns[1] + 2 * _GAP
    for row in organs.drop_duplicates(["receptor_gene", "organ", "organ_source"]).itertuples(index=False):
        ends = places[1][row.receptor_gene], places[2][row.organ]
        starts = behind + widths[row.receptor_gene], behind + max(widths.values())
        paths.append(_curve(*starts, columns[2], *ends))
        shades.append(theme.PURPLE if row.organ_source == "literature" else theme.LIGHT_GRAY)
    axes.add_collection(
        PathCollection(
            paths, facecolors="none", edgecolors=shades, linewidths=0.8, alpha=0.7, zorder=1, transform=axes.transData
        ),
        autolim=False,
    )


def _curve(x: float, bend: float, end: float, start_height: float, end_height: float) -> Path:
    """Return a line from x to where it may bend, and from there a curve."""
    middle = (bend + end) / 2
    return Path(
        [(x, start_height), (bend, start_height), (middle, start_height), (middle, end_height), (end, end_height)],
        [Path.MOVETO, Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
    )


def _spread(layer: dict[str, str]) -> dict[str, float]:
    """Return heights from 0 (top) to 1, evenly spaced, in the layer's order."""
    return {key: (i + 0.5) / len(layer) for i, key in enumerate(layer)}


def _meanings() -> list[Line2D]:
    told = {"up": theme.DIRECTION_COLORS["up"], "down": theme.DIRECTION_COLORS["down"]}
    told |= {"receptor": theme.RECEPTOR_COLOR, "organ": theme.ORGAN_COLOR}
    lines = {
        "curated pair": theme.BLUE,
        "organ by literature": theme.PURPLE,
        "other pair, or expression": theme.LIGHT_GRAY,
    }
    return [*paper.dots(told), *(Line2D([], [], color=color, label=words) for words, color in lines.items())]
