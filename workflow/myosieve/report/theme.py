"""Colors, sizes and lettering of every figure, in one place: the page's (Plotly) and the paper's (matplotlib).

Colors are those of Okabe and Ito, which readers with color vision deficiency can tell apart
(https://jfly.uni-koeln.de/color/), and grays.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

BLUE, SKY, GREEN, PURPLE = "#0072B2", "#56B4E9", "#009E73", "#CC79A7"
ORANGE, YELLOW, VERMILION = "#E69F00", "#F0E442", "#D55E00"
GRAY, LIGHT_GRAY, BACKGROUND = "#8C8C8C", "#B8B8B8", "#9A9A9A"
# Gray lettering on white with a contrast of 5.7 to 1, as https://www.w3.org/TR/WCAG22/#contrast-minimum asks of text.
MUTED_TEXT = "#666666"
INK, WHITE = "#333333", "#FFFFFF"

SECRETION_COLORS = {
    "classical": BLUE,
    "shed": SKY,
    "gpi_anchored": GREEN,
    "annotated": PURPLE,
    "unconventional": ORANGE,
    "er_resident": YELLOW,
    "membrane": VERMILION,
    "intracellular": GRAY,
    "unknown": LIGHT_GRAY,
}
CONDITION_COLORS = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, YELLOW, GRAY)
# Of conditions beyond the eighth, whose colors come again.
MARKERS = ("o", "s", "^", "D", "v", "P")
# Of the orders that the validation compares: score, its two axes, p-value, size of the change, papers.
PREDICTOR_COLORS = (BLUE, GREEN, ORANGE, SKY, PURPLE, GRAY)
# The panel of a protein: the parts of its topology, its peptides, its values, what its score is made of.
PANEL_COLORS = {
    "SP": ORANGE, "TM": VERMILION, "outside": SKY, "inside": GRAY, "other": LIGHT_GRAY, "peptide": BLUE, "shared": PURPLE,
    "observed": BLUE, "mean": ORANGE, "missing": VERMILION, "contribution": GREEN,
}  # fmt: skip
DIRECTION_COLORS = {"up": ORANGE, "down": SKY}
RECEPTOR_COLOR, ORGAN_COLOR = GRAY, GREEN
# z-scores: ColorBrewer's red and blue, told apart with any color vision.
DIVERGING = "RdBu_r"
# The same for Plotly, whose own "RdBu" is another: five of ColorBrewer's colors.
DIVERGING_STOPS = ((0.0, "#0571B0"), (0.25, "#92C5DE"), (0.5, "#F7F7F7"), (0.75, "#F4A582"), (1.0, "#CA0020"))
# Above this q-value a point is scenery: drawn in gray.
SCENERY = 0.5

# Widths of a journal's column and page, and the height that a page leaves, in mm.
SINGLE_MM, DOUBLE_MM, HIGHEST_MM = 85.0, 178.0, 225.0
# Letters, names of points, and the rim of an open circle.
TEXT_PT, LABEL_PT, RIM_PT = 7.0, 6.0, 0.7
DPI = 300

# matplotlib's settings. Text stays text in SVG and PDF, a '$' in a name is a '$', and nothing depends on the time of day.
PAPER: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the same on every machine
    **dict.fromkeys(
        ("font.size", "axes.titlesize", "axes.labelsize", "xtick.labelsize", "ytick.labelsize", "legend.fontsize"), TEXT_PT
    ),
    **dict.fromkeys(("axes.linewidth", "xtick.major.width", "ytick.major.width", "patch.linewidth"), 0.5),
    **dict.fromkeys(("xtick.major.size", "ytick.major.size"), 2.0),
    **dict.fromkeys(("axes.spines.top", "axes.spines.right", "legend.frameon"), False),
    "axes.labelpad": 2.0,
    "axes.titlelocation": "left",
    "hatch.linewidth": 0.4,
    "lines.linewidth": 1.0,
    "legend.handlelength": 1.4,
    "legend.columnspacing": 1.0,
    "legend.labelspacing": 0.25,
    "legend.borderaxespad": 0.0,
    "text.parse_math": False,
    "text.hinting": "none",  # letters as wide as they are, in each format
    "svg.fonttype": "none",
    "svg.hashsalt": "myosieve",
    "pdf.fonttype": 42,
    "ps.fonttype": 42,  # asked by matplotlib 3.11 for PDF as well: else a minus sign brings a second font
    "savefig.dpi": DPI,
}  # fmt: skip


def condition_colors(conditions: Iterable[object]) -> dict[str, str]:
    """Return a color per condition, in order of first appearance; colors repeat after eight."""
    unique = list(dict.fromkeys(map(str, conditions)))
    return {name: CONDITION_COLORS[i % len(CONDITION_COLORS)] for i, name in enumerate(unique)}


def tint(color: str, share: float) -> str:
    """Return `#RRGGBB` mixed with white, of which 1 - `share` is taken (0 = white, 1 = the color itself)."""
    parts = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + share * (part - 255)):02X}" for part in parts)


def translucent(color: str, opacity: float) -> str:
    """Return a color '#RRGGBB' that lets through what is behind it."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
