"""The best candidates of a contrast over the samples, as z-scores, in a figure for a paper."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.patches import Patch, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, ScaledTranslation, blended_transform_factory

from myosieve.report import paper, theme

MOST_ROWS = 50
# z-scores beyond are drawn as this; so many colors from end to end.
_LIMIT, _SHADES = 2.0, 41
_WIDE_FROM, _MOST_SAMPLE_NAMES = 12, 60
_ROW_MM, _LOWEST_MM = 3.3, 25.0
# Points: height of the strip of conditions, its distance from the cells, and that of the candidates' dots.
_STRIP, _GAP, _DOT_GAP = 5.0, 2.0, 5.0
# Of what tells the colors: points beside the cells and its width, and its share of their height.
_BAR_GAP, _BAR, _BAR_SHARE = 8.0, 7.0, 0.6
_HATCH = {"facecolor": theme.WHITE, "edgecolor": theme.LIGHT_GRAY, "hatch": "//////"}


def z_scores(values: pd.DataFrame) -> pd.DataFrame:
    """Return each row less its mean, by its standard deviation, over what was observed (n - 1).

    Missing stays missing. A row of one value, or of equal ones, has no spread: its observed values are 0.
    """
    spread = values.std(axis=1, ddof=1)
    centered = values.sub(values.mean(axis=1), axis=0)
    return centered.div(spread.where(spread > 0), axis=0).fillna(0).where(values.notna())


def heat_map(
    name: str, ranked: pd.DataFrame, intensities: pd.DataFrame, samples: pd.DataFrame, top: int
) -> paper.Sheet:
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
    there = intensities.index.get_indexer(ranked["protein_group"]) >= 0
    rows = ranked[there].head(min(top, MOST_ROWS))
    columns = samples[samples["sample"].isin(intensities.columns) & ~samples["fraction"].isin(["blank", "lysate"])]
    if rows.empty or columns.empty:
        return paper.saying(theme.SINGLE_MM, name, "No candidate is ranked in this contrast.")
    conditions = columns["condition"].fillna("").astype(str)
    colors = theme.condition_colors(conditions)
    order = np.argsort(conditions.map(list(colors).index).to_numpy(), kind="stable")
    columns, conditions = columns.iloc[order], conditions.iloc[order].tolist()
    scores = z_scores(intensities.loc[rows["protein_group"], columns["sample"]])
    wide = theme.DOUBLE_MM if len(columns) > _WIDE_FROM else theme.SINGLE_MM
    figure = paper.new(wide, max(_ROW_MM * len(rows), _LOWEST_MM))
    axes = figure.subplots()
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    paper.write_title(figure, name, _GAP + _STRIP + 3)
    axes.patch.set(**_HATCH, linewidth=0)
    axes.spines[:].set_visible(False)
    # where there is no cell, the hatched ground is seen
    axes.add_collection(_colored(scores.to_numpy(float), transform=axes.transData), autolim=False)
    _strip(axes, conditions, colors)
    leaking = _dots(axes, rows)
    paper.row_names(axes, paper.names(rows), gap=2 * _DOT_GAP)
    _samples(axes, columns["sample"])
    _scale(axes)
    marks = [Patch(**_HATCH, label="missing"), *paper.class_dots(paper.classes(rows), leaking)]
    paper.legend(figure, paper.dots(colors, "s"), marks)
    return figure


def shades(scores: np.ndarray) -> np.ndarray:
    """Return which of the colors each z-score has, from 0 (-2 and below) to 40 (2 and above); -1 where it is missing."""
    place = (np.clip(scores, -_LIMIT, _LIMIT) / _LIMIT + 1) / 2 * (_SHADES - 1)
    return np.where(np.isnan(scores), -1, np.rint(np.nan_to_num(place))).astype(int)


def _colored(scores: np.ndarray, **more: Any) -> PathCollection:
    """Return cells of a row and a column each, all those of a color as one path; there is none where a score is missing."""
    chosen = shades(scores)
    there = np.unique(chosen[chosen >= 0])
    colors = matplotlib.colormaps[theme.DIVERGING].resampled(_SHADES)
    paths = [_squares(*np.nonzero(chosen == shade)) for shade in there]
    return PathCollection(paths, facecolors=colors(there), linewidths=0, antialiaseds=False, **more)


def _squares(rows: np.ndarray, columns: np.ndarray) -> Path:
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]) - 0.5
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    vertices = (np.column_stack([columns, rows])[:, None] + corners).reshape(-1, 2)
    return Path(vertices, np.tile(codes, len(rows)))


def _strip(axes: Axes, conditions: list[str], colors: dict[str, str]) -> None:
    """Draw the conditions above the cells, each over its samples, which stand together."""
    above = Affine2D().translate(0, _GAP) + paper.in_points(axes.figure) + ScaledTranslation(0, 1, axes.transAxes)
    for condition in colors:
        axes.add_patch(
            Rectangle(
                (conditions.index(condition) - 0.5, 0), conditions.count(condition), _STRIP, facecolor=colors[condition],
                edgecolor=theme.WHITE, clip_on=False, transform=blended_transform_factory(axes.transData, above),
            )
        )  # fmt: skip


def _dots(axes: Axes, rows: pd.DataFrame) -> bool:
    """Draw each candidate's class beside its name, open where it carries a leak flag; return whether one does."""
    leaking = paper.leaking(rows).to_numpy()
    colors = np.array(paper.classes(rows).map(theme.SECRETION_COLORS).tolist())
    where = blended_transform_factory(axes.transAxes + paper.shift(axes.figure, -_DOT_GAP, 0), axes.transData)
    axes.scatter(
        np.zeros(len(rows)), np.arange(len(rows)), s=9, facecolors=np.where(leaking, "none", colors),
        edgecolors=colors, linewidths=theme.RIM_PT, transform=where, clip_on=False,
    )  # fmt: skip
    return bool(leaking.any())


def _samples(axes: Axes, names: pd.Series) -> None:
    axes.set_xticks([])
    if len(names) > _MOST_SAMPLE_NAMES:
        axes.set_xlabel(f"{len(names)} samples")
        return
    below = blended_transform_factory(axes.transData, axes.transAxes + paper.shift(axes.figure, 0, -_GAP))
    for i, name in enumerate(names):
        axes.text(i, 0, paper.literal(name), transform=below, rotation=90, ha="center", va="top")


def _scale(axes: Axes) -> None:
    """Draw what the colors mean, to the right of the cells."""
    right = Affine2D().translate(_BAR_GAP, 0) + paper.in_points(axes.figure) + ScaledTranslation(1, 0, axes.transAxes)
    beside = blended_transform_factory(right, axes.transAxes)
    steps = Affine2D().translate(0.5, 0.5).scale(_BAR, _BAR_SHARE / _SHADES).translate(0, (1 - _BAR_SHARE) / 2)
    axes.add_collection(
        _colored(np.linspace(-_LIMIT, _LIMIT, _SHADES)[:, None], transform=steps + beside, clip_on=False), autolim=False
    )
    words = [f"≤ −{_LIMIT:g}", f"−{_LIMIT / 2:g}", "0", f"{_LIMIT / 2:g}", f"≥ {_LIMIT:g}"]
    for place, told in zip(np.linspace(0.5, _SHADES - 0.5, len(words)) / _SHADES, words, strict=True):
        height = (1 - _BAR_SHARE) / 2 + _BAR_SHARE * place
        axes.text(_BAR + 3, height, told, transform=beside, va="center_baseline")
    axes.text(0, (1 + _BAR_SHARE) / 2, "z-score", transform=beside + paper.shift(axes.figure, 0, 4), va="bottom")
