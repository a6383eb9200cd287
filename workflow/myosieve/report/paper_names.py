"""Names beside the points of a figure for a paper, each tied to its point by a line."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.text import Text

from myosieve.report import paper, theme
from myosieve.report.labels import LETTER_PIXELS, place

# A capital of DejaVu Sans is about this share of its size wide; half a line of text; the rim of a point (points).
_LETTER_SHARE, _HALF_LINE_SHARE, _RIM = 0.7, 0.55, 1.5

Spot = tuple[float, float]


def name_points(figure: paper.Sheet, rows: pd.DataFrame, others: np.ndarray | None = None) -> None:
    """Name points, the most important first: near them, not on one another, inside the axes.

    The layout is made first, since what is free depends on it; the names do not move it.

    Parameters
    ----------
    rows
        x, y (data units) and label (as it is drawn).
    others
        Points that no name should cover, n x 2, in data units.
    """
    if rows.empty:
        return
    paper.lay_out(figure)
    (axes,) = figure.axes
    box = axes.get_window_extent()
    scale = theme.LABEL_PT * _LETTER_SHARE / LETTER_PIXELS
    covered = [np.empty((0, 2)) if others is None else others, *map(_written, axes.texts)]
    area = (box.width / scale, box.height / scale)
    placed = place(rows, axes.get_xlim(), axes.get_ylim(), area, np.vstack(covered))
    spots = axes.transData.transform(rows[["x", "y"]].to_numpy(float))
    lines = []
    for (x, y), one in zip(spots, placed, strict=True):
        across, up = x + one["ax"] * scale, y - one["ay"] * scale
        axes.text(
            across, up, one["text"], transform=paper.in_points(figure), ha="center", va="center", size=theme.LABEL_PT
        )
        lines.append(_leader((x, y), (across, up), paper.width(one["text"], theme.LABEL_PT)))
    axes.add_collection(
        LineCollection(lines, linewidths=0.4, colors=theme.GRAY, transform=paper.in_points(figure)), autolim=False
    )


def _written(text: Text) -> np.ndarray:
    """Return points along a text that stands in the axes already, in data units."""
    box = text.get_window_extent()
    along = np.arange(box.x0, box.x1, theme.LABEL_PT)
    spots = np.column_stack([along, np.full(len(along), (box.y0 + box.y1) / 2)])
    return text.axes.transData.inverted().transform(spots)


def _leader(point: Spot, name: Spot, width: float) -> list[Spot]:
    """Return the line from a point's rim to the nearest edge of its name; none where they touch."""
    half = (width / 2 + 1, theme.LABEL_PT * _HALF_LINE_SHARE)
    end = np.clip(point, np.subtract(name, half), np.add(name, half))
    length = math.dist(point, end)
    start = np.add(point, np.subtract(end, point) * (_RIM / length)) if length > _RIM else end
    return [tuple(start), tuple(end)]
