"""Where the names of the best candidates stand in a figure: near their points, not on one another."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from myosieve.report.theme import GRAY

# Pixels: of the drawing area on a usual screen, of a letter, of a line of text, of a point's half width.
LETTER_PIXELS = 6.6
_SCREEN, _LINE, _POINT = (1000.0, 390.0), 13.0, 4.0
_DISTANCES = (12, 24, 38, 56, 78)
_DIRECTIONS = tuple(math.radians(degrees) for degrees in (90, 0, 180, 45, 135, -90, -45, -135, 20, 160, -20, -160))

# To be cut off is so much worse than to cover something.
_WORSE = 100
_NONE = np.empty((0, 2))


def place(
    names: pd.DataFrame,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    area: tuple[float, float] = _SCREEN,
    others: np.ndarray = _NONE,
) -> list[dict[str, Any]]:
    """Return a Plotly annotation per name, tied to its point by a line.

    Parameters
    ----------
    names
        Columns x, y (data units) and label (escaped text), the most important first: the first comes nearest to its point.
    x_range, y_range
        What the axes span, in data units.
    area
        Width and height of the drawing area, in pixels where a letter takes LETTER_PIXELS.
    others
        Further points that no label should cover, n x 2, in data units.

    Notes
    -----
    Greedy: each label in turn takes the place, among five distances in twelve directions, that covers the least of the
    labels already placed and of the points; of equals the nearest.
    """
    spans = np.array([x_range, y_range], dtype=float)
    length = spans[:, 1] - spans[:, 0]
    scale = np.array(area) / np.where(length == 0, 1.0, length)
    points = (names[["x", "y"]].to_numpy(float) - spans[:, 0]) * scale
    around = np.vstack([points, (others - spans[:, 0]) * scale])
    taken = np.column_stack([around, np.full((len(around), 2), 2 * _POINT)])
    placed = []
    for point, row in zip(points, names.itertuples(index=False), strict=True):
        width = LETTER_PIXELS * len(row.label)
        offsets = np.array([_spot(distance, angle, width) for distance in _DISTANCES for angle in _DIRECTIONS])
        boxes = np.column_stack([point + offsets, np.full(len(offsets), width), np.full(len(offsets), _LINE)])
        best = int(np.argmin(_costs(boxes, taken, area)))
        right, up = offsets[best]
        taken = np.vstack([taken, boxes[best]])
        placed.append({
            "name": "label", "x": row.x, "y": row.y, "text": row.label, "ax": round(right), "ay": -round(up),
            "xanchor": "center", "yanchor": "middle", "font": {"size": 11}, "showarrow": True, "arrowhead": 0,
            "arrowwidth": 0.7, "arrowcolor": GRAY, "standoff": _POINT,
        })  # fmt: skip
    return placed


def _spot(distance: float, angle: float, width: float) -> tuple[float, float]:
    """Return the offset of a label's center, so that its near edge is `distance` away."""
    return math.cos(angle) * (distance + width / 2), math.sin(angle) * distance


def _costs(boxes: np.ndarray, taken: np.ndarray, area: tuple[float, float]) -> np.ndarray:
    """Return the square pixels that a label would cover in each of its places, and, weighed, lose beyond the drawing area.

    A box is its center x, center y, width and height, in pixels.
    """
    half = (boxes[:, None, 2:] + taken[None, :, 2:]) / 2
    covered = np.maximum(half - np.abs(boxes[:, None, :2] - taken[None, :, :2]), 0.0)
    low, high = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
    beyond = np.maximum(-low, 0.0) + np.maximum(high - np.array(area), 0.0)
    lost = beyond[:, 0] * boxes[:, 3] + beyond[:, 1] * boxes[:, 2]
    return covered.prod(axis=2).sum(axis=1) + _WORSE * lost
