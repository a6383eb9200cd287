"""Where the names of the best candidates stand in a figure: near their points, not on one another."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from myosieve.report.theme import GRAY

# Pixels: of the drawing area on a usual screen, of a letter, of a line of text, of a point's half width.
LETTER_PIXELS = 6.6
_SCREEN, _LINE, _POINT = (1000.0, 390.0), 13.0, 4.0
_DISTANCES = (12, 24, 38, 56, 78)
_DIRECTIONS = tuple(math.radians(degrees) for degrees in (90, 0, 180, 45, 135, -90, -45, -135, 20, 160, -20, -160))

Box = tuple[float, float, float, float]  # center x, center y, width, height, in pixels


def place(
    names: pd.DataFrame,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    area: tuple[float, float] = _SCREEN,
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

    Notes
    -----
    Greedy: each label in turn takes the place, among five distances in twelve directions, that covers the least of the
    labels already placed and of the labeled points; of equals the nearest.
    """
    points = [
        (_scaled(x, x_range, area[0]), _scaled(y, y_range, area[1]))
        for x, y in zip(names["x"], names["y"], strict=True)
    ]
    taken: list[Box] = [(x, y, 2 * _POINT, 2 * _POINT) for x, y in points]
    placed = []
    for (x, y), row in zip(points, names.itertuples(index=False), strict=True):
        width = LETTER_PIXELS * len(row.label)
        spots = [_spot(distance, angle, width) for distance in _DISTANCES for angle in _DIRECTIONS]
        right, up = min(spots, key=lambda spot: _cost((x + spot[0], y + spot[1], width, _LINE), taken, area))
        taken.append((x + right, y + up, width, _LINE))
        placed.append({
            "name": "label", "x": row.x, "y": row.y, "text": row.label, "ax": round(right), "ay": -round(up),
            "xanchor": "center", "yanchor": "middle", "font": {"size": 11}, "showarrow": True, "arrowhead": 0,
            "arrowwidth": 0.7, "arrowcolor": GRAY, "standoff": _POINT,
        })  # fmt: skip
    return placed


def _scaled(value: float, span: tuple[float, float], pixels: float) -> float:
    return (value - span[0]) / ((span[1] - span[0]) or 1.0) * pixels


def _spot(distance: float, angle: float, width: float) -> tuple[float, float]:
    """Return the offset of a label's center, so that its near edge is `distance` away."""
    return math.cos(angle) * (distance + width / 2), math.sin(angle) * distance


def _cost(box: Box, taken: list[Box], area: tuple[float, float]) -> float:
    """Return the square pixels that a label would cover or lose beyond the drawing area."""
    beyond = max(0.0, box[2] / 2 - box[0]) + max(0.0, box[0] + box[2] / 2 - area[0])
    above = max(0.0, box[1] + box[3] / 2 - area[1]) + max(0.0, box[3] / 2 - box[1])
    return sum(_overlap(box, other) for other in taken) + beyond * box[3] + above * box[2]


def _overlap(one: Box, other: Box) -> float:
    across = (one[2] + other[2]) / 2 - abs(one[0] - other[0])
    along = (one[3] + other[3]) / 2 - abs(one[1] - other[1])
    return max(across, 0.0) * max(along, 0.0)
