"""Drawing for a paper with matplotlib: figures of a size in mm, names drawn as they are, the same bytes each time."""

from __future__ import annotations

import gc
import io
import textwrap
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache

import pandas as pd
from matplotlib import style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, ScaledTranslation, Transform, blended_transform_factory

from myosieve.report import theme
from myosieve.secretome.leak import NOT_RUN

FORMATS = ("svg", "pdf", "png")
# What would tell when it was written is left out. White paper packs well even where zlib does not try hard.
_WRITTEN = {
    "svg": {"metadata": {"Date": None}},
    "pdf": {"metadata": {"CreationDate": None}},
    "png": {"dpi": theme.DPI, "pil_kwargs": {"compress_level": 2}},
}
_LONGEST = 24
# About what a letter of a sentence takes, with room to spare.
_LETTER_POINTS = 4.5
_MM_PER_INCH, _POINTS_PER_INCH = 25.4, 72.0
# Between what is drawn and the figure's edge; a legend's mark with the gaps beside it, in letters' sizes.
_PAD_MM, _MARK_SIZES = 1.0, 3.3
# A line of text is so much higher than the size of its letters.
_LINE_SHARE = 1.2
# At 72 dots per inch, a point is a pixel.
_LAID_OUT_DPI = 72.0
# In which the font measures: parts of a point.
_UNITS = 64
# "fi" stays two letters: else a PDF embeds a second font for it.
_NO_LIGATURES = ("-liga", "-clig")
_LEAK_WORDS = "leak flag"
_MOST_TOLD = 24


class Sheet(Figure):
    """A figure whose axes are as high as wished: its own height follows from what stands around them."""

    def __init__(self, width_mm: float, inner_mm: float) -> None:
        super().__init__(figsize=(width_mm / _MM_PER_INCH, inner_mm / _MM_PER_INCH), dpi=_LAID_OUT_DPI)
        self.inner = points(inner_mm)
        self.laid_out = False
        self.title: Text | None = None
        self.above = 0.0
        FigureCanvasAgg(self)


@contextmanager
def drawing() -> Iterator[None]:
    """Set the theme, whatever the user's matplotlibrc says. Ticks are made late: figures are drawn and written inside."""
    # figures make the collector of garbage run often: it passes over what is there already, libraries above all
    gc.freeze()
    try:
        with style.context(["default", theme.PAPER], after_reset=True):
            yield
    finally:
        gc.unfreeze()


def new(width_mm: float, inner_mm: float) -> Sheet:
    """Return an empty figure of this width; its axes will be `inner_mm` high, or less where the page ends."""
    return Sheet(width_mm, inner_mm)


def saying(width_mm: float, title: str, text: str) -> Sheet:
    """Return a figure that says why there is nothing to draw."""
    figure = new(width_mm, 10)
    axes = figure.subplots()
    axes.set_axis_off()
    write_title(figure, title)
    lines = textwrap.fill(text, int(points(width_mm) / _LETTER_POINTS))
    axes.text(0, 1, lines, transform=axes.transAxes, va="top", color=theme.GRAY)
    return figure


def rendered(figure: Sheet) -> tuple[dict[str, bytes], set[str]]:
    """Return the figure's bytes by format, and the characters that the font lacks: a box in PDF and PNG, itself in SVG."""
    lay_out(figure)
    found = {}
    written = figure.findobj(Text)
    for text in written:
        if hasattr(text, "set_fontfeatures"):
            text.set_fontfeatures(_NO_LIGATURES)
    with _boxes_allowed():
        for kind in FORMATS:
            with io.BytesIO() as file:
                figure.savefig(file, format=kind, **_WRITTEN[kind])
                found[kind] = file.getvalue()
    return found, _lacking(text.get_text() for text in written)


def lay_out(figure: Sheet) -> None:
    """Give the axes their place, once; what is added later does not move it.

    A figure has one axes (what stands beside it is an inset of it). What stands around it is measured at about its size: how
    many ticks there are may change with it, how wide they are hardly does.
    """
    if figure.laid_out:
        return
    (axes,) = figure.axes
    page, pad, highest = figure.bbox.width, points(_PAD_MM), points(theme.HIGHEST_MM)
    with _boxes_allowed():
        legend = sum(one.get_window_extent().height for one in figure.legends)
        _resize(figure, figure.inner)
        axes.set_position((0.2, 0.0, 0.7, 1.0))
        around, inside = axes.get_tightbbox(for_layout_only=True), axes.get_window_extent()
    left, right = inside.x0 - around.x0 + pad, around.x1 - inside.x1 + pad
    bottom, top = inside.y0 - around.y0 + legend + pad, max(around.y1 - inside.y1, figure.above) + pad
    height = min(figure.inner + bottom + top, highest)
    _resize(figure, height)
    axes.set_position((left / page, bottom / height, 1 - (left + right) / page, 1 - (bottom + top) / height))
    if figure.title is not None:
        _shorten(figure.title, page - left - pad)
    figure.laid_out = True


def write_title(figure: Sheet, words: object, gap: float = 4.0) -> None:
    """Write a title `gap` points above the axes, from their left edge on; what has no room is left out."""
    (axes,) = figure.axes
    figure.above = gap + theme.TEXT_PT * _LINE_SHARE
    where = axes.transAxes + shift(figure, 0, gap)
    figure.title = axes.text(0, 1, literal(words, None), transform=where, va="bottom", in_layout=False)


def _shorten(text: Text, room: float) -> None:
    """Leave letters out at the end until a text has room."""
    told = text.get_text()
    while width(text.get_text()) > room and told:
        told = told[:-1]
        text.set_text(f"{told}…")


def _resize(figure: Figure, height: float) -> None:
    figure.set_size_inches(figure.get_figwidth(), height / _POINTS_PER_INCH)


def points(mm: float) -> float:
    """Return a length in points."""
    return mm / _MM_PER_INCH * _POINTS_PER_INCH


def shift(figure: Figure, right: float, up: float) -> Transform:
    """Return the transform that moves by so many points, in the resolution of any file."""
    return ScaledTranslation(right / _POINTS_PER_INCH, up / _POINTS_PER_INCH, figure.dpi_scale_trans)


def in_points(figure: Figure) -> Transform:
    """Return the transform of coordinates in points, from the figure's lower left corner."""
    return Affine2D().scale(1 / _POINTS_PER_INCH) + figure.dpi_scale_trans


def width(text: str, size: float = theme.TEXT_PT) -> float:
    """Return how wide a text is drawn, in points."""
    with _boxes_allowed():
        return measured(text, size)[0]


@lru_cache(100_000)
def measured(text: str, size: float) -> tuple[float, float, float]:
    """Return width, height and what is below the base line, in points; each text is measured once for all figures."""
    known = _font()
    known.set_size(size, _LAID_OUT_DPI)
    known.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return *(length / _UNITS for length in known.get_width_height()), known.get_descent() / _UNITS


@cache
def _font() -> FT2Font:
    """Return the one font of all figures."""
    return get_font(findfont(FontProperties(family=theme.PAPER["font.sans-serif"])))


@contextmanager
def _boxes_allowed() -> Iterator[None]:
    """Keep matplotlib from warning, at each drawing, of characters that the font lacks: they are told once."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _lacking(written: Iterable[str]) -> set[str]:
    known = _font().get_charmap()
    return {letter for letter in set().union(*written) if ord(letter) not in known and not letter.isspace()}


def literal(text: object, longest: int | None = _LONGEST) -> str:
    """Return text to draw in one line as it is, shortened where it is long.

    What would steer the text instead of being read (control characters, also those of direction) becomes U+FFFD.
    """
    shown = "".join("\ufffd" if unicodedata.category(letter) in ("Cc", "Cf", "Cs") else letter for letter in str(text))
    return shown if longest is None or len(shown) <= longest else f"{shown[: longest - 1]}…"


def names(rows: pd.DataFrame) -> list[str]:
    """Return what to call each protein group: its gene, else its accession, else its key."""
    return rows["gene"].fillna(rows["accession"]).fillna(rows["protein_group"]).map(literal).tolist()


def classes(rows: pd.DataFrame) -> pd.Series:
    """Return each protein group's secretion class, `unknown` where it is none of those with a color."""
    return rows["secretion_class"].where(rows["secretion_class"].isin(list(theme.SECRETION_COLORS)), "unknown")


def leaking(rows: pd.DataFrame) -> pd.Series:
    """Return which protein groups carry a leak flag: an open circle in every figure. Not run is none."""
    return rows["leak_flag"].notna() & (rows["leak_flag"] != NOT_RUN)


def row_names(axes: Axes, told: Iterable[str], gap: float) -> None:
    """Write a name for each row, `gap` points to the left of the axes: ticks would be five artists each."""
    beside = blended_transform_factory(axes.transAxes + shift(axes.figure, -gap, 0), axes.transData)
    axes.set_yticks([])
    for i, one in enumerate(told):
        axes.text(0, i, one, transform=beside, ha="right", va="center_baseline")


def dots(colors: dict[str, str], marker: str = "o") -> list[Line2D]:
    """Return a legend's entries: a mark and a name for each color."""
    look = {"linestyle": "none", "marker": marker, "markersize": 3.5, "markeredgewidth": 0}
    return [Line2D([], [], color=color, label=literal(name), **look) for name, color in colors.items()]


def class_dots(shown: Iterable[str], leaking: bool) -> list[Line2D]:
    """Return a legend's entries of the secretion classes that are there, and of the open circle where there is one."""
    there = set(shown)
    found = dots({kind.replace("_", " "): color for kind, color in theme.SECRETION_COLORS.items() if kind in there})
    if leaking:
        found += dots({_LEAK_WORDS: theme.GRAY})
        found[-1].set(markerfacecolor="none", markeredgewidth=theme.RIM_PT)
    return found


def legend(figure: Sheet, handles: Sequence[Artist], more: Sequence[Artist] = ()) -> None:
    """Put a legend below the axes, in as many columns as fit: of very many handles the first, and always `more`."""
    most = _MOST_TOLD - len(more)
    if len(handles) > most:
        left = Line2D([], [], linestyle="none", label=f"… and {len(handles) - most + 1} more")
        handles = [*handles[: most - 1], left]
    handles = [*handles, *more]
    told = [handle.get_label() for handle in handles]
    widest = max(map(width, told), default=0.0) + _MARK_SIZES * theme.TEXT_PT
    columns = max(1, min(len(told), int((figure.bbox.width - 2 * points(_PAD_MM)) / widest)))
    figure.legend(handles, told, loc="lower left", ncols=columns)
