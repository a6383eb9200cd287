"""A matplotlib figure is laid out and drawn once; what it drew is replayed into each format.

matplotlib walks through all artists again for each file, and measures every text several times while it does so. Here the
walk leads into a `Recorder`, at 72 dots per inch; the page that it gives is a figure for `savefig`, which replays the calls
in the resolution of the file. Paths are scaled; widths of lines and sizes of letters are in points anyway.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import IO, Any, NamedTuple

import numpy as np
from fontTools import subset
from matplotlib.backend_bases import FigureCanvasBase, GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox, Transform, TransformedPath

from myosieve.report import theme

# Of the recording: a point is a pixel.
DPI = 72.0
# Of the font's tables, those that a PDF does not need, since it holds glyphs that are set already, by their numbers
# (ISO 32000-1, 9.9): to cut them takes far longer than to cut the glyphs.
_NOT_NEEDED = ("GDEF", "GPOS", "GSUB", "kern", "MATH", "post", "cmap", "OS/2")
# How hard zlib tries, of 9.
_PNG_LEVEL = 2
# In which the font measures: parts of a point.
_UNITS = 64
# "fi" stays two letters: else a PDF embeds a second font for it.
_NO_LIGATURES = ("-liga", "-clig")

Call = Callable[[RendererBase, Affine2D], None]


class Written(NamedTuple):
    """A line of text: where its base line begins and how large it is, in points; its angle in degrees."""

    text: str
    x: float
    y: float
    size: float
    angle: float


@cache
def font() -> FT2Font:
    """Return the one font of all figures."""
    return get_font(findfont(FontProperties(family=theme.PAPER["font.sans-serif"])))


@cache
def _line_metrics(points: float) -> tuple[float, float, float]:
    """Return what a line takes above and below its base, and the gap between lines, in points, by the font's own tables."""
    scale, table = points / font().units_per_EM, font().get_sfnt_table("OS/2")
    return table["sTypoAscender"] * scale, -table["sTypoDescender"] * scale, table["sTypoLineGap"] * scale


@lru_cache(100_000)
def _measured(text: str, size: float) -> tuple[float, float, float]:
    """Return width, height and what is below the base line, in points."""
    known = font()
    known.set_size(size, DPI)
    known.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return *(length / _UNITS for length in known.get_width_height()), known.get_descent() / _UNITS


def width(text: str, size: float) -> float:
    """Return how wide a text is drawn, in points."""
    return _measured(text, size)[0]


class Canvas(FigureCanvasBase):
    """What a figure is attached to so that its layout measures text as the recording does."""

    def get_renderer(self) -> Recorder:
        """Return the recorder that also measures: one for each size, so that a text is measured once."""
        size = tuple(self.figure.bbox.size)
        if getattr(self, "_recorder", None) is None or self._recorder.get_canvas_width_height() != size:
            self._recorder = Recorder(*size)
        return self._recorder


class Recorder(RendererBase):
    """Keeps what a figure draws: paths, markers, collections, meshes and text; images are not for these figures."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self._size = (width, height)
        self.calls: list[Call] = []
        self.written: list[Written] = []

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Return the size in points."""
        return self._size

    def flipy(self) -> bool:
        """Say that y grows upwards."""
        return False

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        """Return how large a text is, in points: each is measured once for all figures."""
        return _measured(s, prop.get_size_in_points())

    def _get_font_height_metrics(self, prop: FontProperties) -> tuple[float, float, float]:
        # What matplotlib asks of each text at each measuring, looked up once; it asks so since 3.11, and looks itself before.
        return _line_metrics(prop.get_size_in_points())

    def open_group(self, s: str, gid: str | None = None) -> None:
        """Record the begin of a group, which SVG shows."""
        self.calls.append(lambda into, _: into.open_group(s, gid))

    def close_group(self, s: str) -> None:
        """Record the end of a group."""
        self.calls.append(lambda into, _: into.close_group(s))

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None) -> None:
        """Record a path."""
        placed = transform.frozen()
        self._keep(gc, lambda into, how, scale: into.draw_path(how, path, placed + scale, rgbFace))

    def draw_markers(
        self, gc: GraphicsContextBase, marker_path: Path, marker_trans: Transform, path: Path, trans: Transform,
        rgbFace: Any = None,
    ) -> None:  # fmt: skip
        """Record markers."""
        mark, placed = marker_trans.frozen(), trans.frozen()
        self._keep(
            gc,
            lambda into, how, scale: into.draw_markers(how, marker_path, mark + scale, path, placed + scale, rgbFace),
        )

    def draw_path_collection(
        self, gc: GraphicsContextBase, master_transform: Transform, paths: Any, all_transforms: Any, offsets: Any,
        offset_trans: Transform, *looks: Any, **more: Any,
    ) -> None:  # fmt: skip
        """Record a collection of paths."""
        master, placed = master_transform.frozen(), offset_trans.frozen()
        self._keep(
            gc,
            lambda into, how, scale: into.draw_path_collection(
                how, (master + scale).frozen(), paths, all_transforms, offsets, placed + scale, *looks, **more
            ),
        )

    def draw_quad_mesh(
        self, gc: GraphicsContextBase, master_transform: Transform, meshWidth: int, meshHeight: int, coordinates: Any,
        offsets: Any, offsetTrans: Transform, *looks: Any,
    ) -> None:  # fmt: skip
        """Record the cells of a mesh."""
        master, placed = master_transform.frozen(), offsetTrans.frozen()
        self._keep(
            gc,
            lambda into, how, scale: into.draw_quad_mesh(
                how, (master + scale).frozen(), meshWidth, meshHeight, coordinates, offsets, placed + scale, *looks
            ),
        )

    def draw_text(
        self, gc: GraphicsContextBase, x: float, y: float, s: str, prop: Any, angle: float,
        ismath: Any = False, mtext: Text | None = None,
    ) -> None:  # fmt: skip
        """Record a line of text."""
        self.written.append(Written(s, x, y, prop.get_size_in_points(), angle))
        if hasattr(mtext, "set_fontfeatures"):
            mtext.set_fontfeatures(_NO_LIGATURES)

        def call(into: RendererBase, how: GraphicsContextBase, scale: Affine2D) -> None:
            across, up = scale.transform((x, y))
            if into.flipy():
                up = into.get_canvas_width_height()[1] - up
            into.draw_text(how, across, up, s, prop, angle, ismath, mtext)

        self._keep(gc, call)

    def _keep(
        self, gc: GraphicsContextBase, call: Callable[[RendererBase, GraphicsContextBase, Affine2D], None]
    ) -> None:
        # the artist changes its context for what it draws next
        look = GraphicsContextBase()
        look.copy_properties(gc)
        box = None if gc.get_clip_rectangle() is None else Bbox(gc.get_clip_rectangle().get_points())
        path, placed = gc.get_clip_path()

        def replay(into: RendererBase, scale: Affine2D) -> None:
            how = into.new_gc()
            how.copy_properties(look)
            how.set_clip_rectangle(None if box is None else box.transformed(scale))
            how.set_clip_path(None if path is None else TransformedPath(path, placed + scale))
            call(into, how, scale)
            how.restore()

        self.calls.append(replay)


class Page(Figure):
    """What a figure drew, as a figure without artists: `savefig` replays it."""

    def __init__(self, calls: list[Call], written: list[Written], width: float, height: float) -> None:
        super().__init__(figsize=(width, height), dpi=DPI)
        self._calls = calls
        self.written = written

    def draw(self, renderer: RendererBase) -> None:
        """Replay into the renderer of a format."""
        scale = Affine2D().scale(self.get_dpi() / DPI)
        for call in self._calls:
            call(renderer, scale)

    def write_png(self, file: IO[bytes], dpi: float) -> None:
        """Write a PNG without transparency."""
        self.set_dpi(dpi)
        canvas = FigureCanvasAgg(self)
        canvas.draw()
        file.write(_png(np.asarray(canvas.buffer_rgba()), dpi))


def _png(pixels: np.ndarray, dpi: float) -> bytes:
    """Return pixels (height x width x RGBA, without their opacity) as PNG, by its specification.

    Rows are not filtered, and packed fast: what is white to the largest part gains little by more, which takes long.
    Source: https://www.w3.org/TR/png-3/.
    """
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), dtype=np.uint8)  # each row begins with its filter: 0, none
    for color in range(3):
        rows[:, 1 + color :: 3] = pixels[..., color]
    per_meter = round(dpi / 0.0254)
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0),
        b"pHYs": struct.pack(">IIB", per_meter, per_meter, 1),
        b"IDAT": zlib.compress(rows, _PNG_LEVEL),
        b"IEND": b"",
    }
    found = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks.items():
        found += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return found


def recorded(figure: Figure) -> Page:
    """Return what a figure draws; its layout must be made, and its canvas a `Canvas`."""
    recorder = figure.canvas.get_renderer()
    recorder.calls, recorder.written = [], []
    figure.draw(recorder)
    return Page(recorder.calls, recorder.written, *figure.get_size_inches())


@contextmanager
def light_fonts() -> Iterator[None]:
    """Leave out what a PDF does not need of a font, while one is written."""
    load = subset.load_font

    def without(*given: Any, **named: Any) -> Any:
        cut = load(*given, **named)
        cut.setGlyphOrder([f"g{i}" for i in range(cut["maxp"].numGlyphs)])  # their names are not read either
        for table in _NOT_NEEDED:
            if table in cut:
                del cut[table]
        return cut

    subset.load_font = without
    try:
        yield
    finally:
        subset.load_font = load
