"""Drawing for a paper with matplotlib: figures of a size in mm, names drawn as they are, the same bytes each time."""

from __future__ import annotations

import io
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pandas as pd
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from myosieve.report import theme

FORMATS = ("svg", "pdf", "png")
# What would tell when it was written; None leaves it out.
_NO_DATES = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
_LONGEST = 24
_MM_PER_INCH = 25.4
# About what a letter, a line and the mark of a legend's entry take, in mm at 7 pt.
LETTER_MM, _LINE_MM, _MARK_MM = 1.5, 3.4, 8.0


@contextmanager
def drawing() -> Iterator[None]:
    """Set the theme, whatever the user's matplotlibrc says. Ticks are made late: figures are drawn and written inside."""
    with style.context(["default", theme.PAPER], after_reset=True):
        yield


def new(width_mm: float, height_mm: float) -> Figure:
    """Return an empty figure of this size."""
    return Figure(figsize=(width_mm / _MM_PER_INCH, height_mm / _MM_PER_INCH), layout="constrained")


def saying(width_mm: float, title: str, text: str) -> Figure:
    """Return a figure that says why there is nothing to draw."""
    figure = new(width_mm, 30)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_title(literal(title))
    axes.text(0, 0.5, literal(text, None), transform=axes.transAxes, va="center", color=theme.GRAY, wrap=True)
    return figure


def rendered(figure: Figure) -> dict[str, bytes]:
    """Return the figure's bytes by format. A character that the font lacks is a box in PDF and PNG, and itself in SVG."""
    lay_out(figure)
    found = {}
    for kind in FORMATS:
        with io.BytesIO() as file, _boxes_allowed():
            figure.savefig(file, format=kind, metadata=_NO_DATES[kind])
            found[kind] = file.getvalue()
    return found


def lay_out(figure: Figure) -> None:
    """Make the layout once, not for each format; what is added later does not move it."""
    if figure.get_constrained_layout():
        with _boxes_allowed():
            figure.draw_without_rendering()
        figure.set_layout_engine("none")


@contextmanager
def _boxes_allowed() -> Iterator[None]:
    """Keep matplotlib from warning, at each drawing, of characters that the font lacks: `lacking` tells them once."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def lacking(figure: Figure) -> set[str]:
    """Return the characters of the figure's text that the font lacks."""
    known = get_font(findfont(FontProperties(family=theme.PAPER["font.sans-serif"]))).get_charmap()
    written = "".join(text.get_text() for text in figure.findobj(Text))
    return {letter for letter in written if ord(letter) not in known and not letter.isspace()}


def literal(text: object, longest: int | None = _LONGEST) -> str:
    """Return text to draw in one line as it is, shortened where it is long.

    What would steer the text instead of being read (control characters, also those of direction) becomes U+FFFD.
    """
    shown = "".join("\ufffd" if unicodedata.category(letter) in ("Cc", "Cf", "Cs") else letter for letter in str(text))
    return shown if longest is None or len(shown) <= longest else f"{shown[: longest - 1]}…"


def names(rows: pd.DataFrame) -> list[str]:
    """Return what to call each protein group: its gene, else its accession, else its key."""
    return rows["gene"].fillna(rows["accession"]).fillna(rows["protein_group"]).map(literal).tolist()


def dots(colors: dict[str, str]) -> list[Line2D]:
    """Return a legend's entries: a dot and a name for each color."""
    look = {"linestyle": "none", "marker": "o", "markersize": 3.5, "markeredgewidth": 0}
    return [Line2D([], [], color=color, label=literal(name), **look) for name, color in colors.items()]


def legend(figure: Figure, handles: Iterable[Line2D | Patch], columns: int) -> None:
    """Put a legend below the axes, in at most so many columns as fit, and make the figure higher by it."""
    handles = list(handles)
    names = [handle.get_label() for handle in handles]
    width, height = (length * _MM_PER_INCH for length in figure.get_size_inches())
    columns = max(1, min(columns, int(width / (_MARK_MM + LETTER_MM * max(map(len, names), default=1)))))
    height = min(height + _LINE_MM * -(-len(names) // columns), theme.HIGHEST_MM)
    figure.set_size_inches(width / _MM_PER_INCH, height / _MM_PER_INCH)
    figure.legend(handles, names, loc="outside lower left", ncols=columns)
