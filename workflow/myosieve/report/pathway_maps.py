"""Small maps of signaling pathways, as inline SVG: from the myokine on the left to its effects on the right.

Drawn in layers (Sugiyama, Tagawa & Toda 1981, doi:10.1109/TSMC.1981.4308636): a node stands right of all that act on it,
within a layer near what acts on it. An edge that would close a circle is drawn below, backwards. Colors are the page's, so
that a map follows its light and dark mode.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

_WIDTH, _LINE, _PAD, _GAP_X, _GAP_Y, _MARGIN = 150, 16, 9, 76, 24, 14
_LETTERS, _LINES = 22, 3
# Where the edges that go back run, below everything else.
_BELOW = 26
# What XML 1.0 does not admit, however it is written.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Node:
    """A node of a map: its lines of text, its kind, and where it stands (x, y = upper left corner, in pixels)."""

    label: str
    kind: str
    lines: list[str]
    found: bool = False
    notes: list[str] = field(default_factory=list)
    layer: int = 0
    x: float = 0
    y: float = 0

    @property
    def height(self) -> float:
        """Height of its box, in pixels."""
        return _LINE * (len(self.lines) + len(self.notes)) + 2 * _PAD


def pathway_map(edges: pd.DataFrame, notes: Sequence[str], name: str) -> str:
    """Return the map of one pathway as an SVG element, well-formed XML.

    Parameters
    ----------
    edges
        Rows of one pathway by step: title, myokine_gene, source, source_kind, relation, target, target_kind, doubtful.
    notes
        What the study found of the myokine, one line each ("eps_vs_rest: log2FC +1.20, up"); cut where a line is too long.
    name
        Prefix of the element's ids, unique on the page: letters, digits and hyphens.
    """
    nodes = _nodes(edges, notes)
    back = _layered(nodes, edges)
    width, height = _placed(nodes, edges, back)
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    labels = f'role="img" aria-labelledby="{name}-title {name}-desc"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pathway-map" {size} {labels}>',
        f'<title id="{name}-title">{_text(edges["title"].iloc[0])}</title>',
        f'<desc id="{name}-desc">{_text(described(edges, notes))}</desc>',
        _markers(name),
    ]
    for place, edge in enumerate(edges.itertuples(index=False)):
        parts.append(_edge(nodes[edge.source], nodes[edge.target], edge, place in back, height, name))
    parts += [_box(node) for node in nodes.values()]
    return "\n".join([*parts, "</svg>"])


def described(edges: pd.DataFrame, notes: Sequence[str]) -> str:
    """Return a map in words, for who cannot see it."""
    said = [
        f"{edge.source} {edge.relation} {edge.target}" + (" (in doubt)" if _given(edge.doubtful) else "")
        for edge in edges.itertuples(index=False)
    ]
    found = f" Found in this study: {'; '.join(notes)}." if notes else ""
    return f"{'; '.join(said)}.{found}"


def _nodes(edges: pd.DataFrame, notes: Sequence[str]) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    for edge in edges.itertuples(index=False):
        for label, kind in ((edge.source, edge.source_kind), (edge.target, edge.target_kind)):
            nodes.setdefault(label, Node(label, str(kind) if _given(kind) else "", _wrapped(str(label))))
    myokines = [node for node in nodes.values() if node.kind == "myokine"]
    gene = str(edges["myokine_gene"].iloc[0]).casefold()
    named = [node for node in myokines if node.label.casefold() == gene] or myokines
    for node in named[:1]:
        node.found, node.notes = True, [_cut(note, _LETTERS) for note in notes]
    return nodes


def _layered(nodes: dict[str, Node], edges: pd.DataFrame) -> set[int]:
    """Give each node its layer, by the longest way to it; return the places of the edges that would close a circle."""
    after: dict[str, list[str]] = {label: [] for label in nodes}
    back = set()
    for place, edge in enumerate(edges.itertuples(index=False)):
        if _reaches(after, edge.target, edge.source):
            back.add(place)
        else:
            after[edge.source].append(edge.target)
    # Each round moves what must move by one; no way is longer than there are nodes.
    for _ in nodes:
        for label, targets in after.items():
            for target in targets:
                nodes[target].layer = max(nodes[target].layer, nodes[label].layer + 1)
    return back


def _reaches(after: dict[str, list[str]], start: str, end: str) -> bool:
    pending, seen = [start], set()
    while pending:
        label = pending.pop()
        if label == end:
            return True
        if label not in seen:
            seen.add(label)
            pending += after[label]
    return False


def _placed(nodes: dict[str, Node], edges: pd.DataFrame, back: set[int]) -> tuple[float, float]:
    """Give each node its place; return width and height of the map."""
    layers: dict[int, list[Node]] = {}
    for node in nodes.values():
        layers.setdefault(node.layer, []).append(node)
    before: dict[str, list[str]] = {}
    for place, edge in enumerate(edges.itertuples(index=False)):
        if place not in back:
            before.setdefault(edge.target, []).append(edge.source)
    tallest = max(sum(node.height + _GAP_Y for node in layer) - _GAP_Y for layer in layers.values())
    for number in sorted(layers):
        layer = layers[number]
        layer.sort(key=lambda node: _mean([_middle(nodes[label]) for label in before.get(node.label, [])]))
        y = _MARGIN + (tallest - sum(node.height + _GAP_Y for node in layer) + _GAP_Y) / 2
        for node in layer:
            node.x, node.y = _MARGIN + number * (_WIDTH + _GAP_X), y
            y += node.height + _GAP_Y
    width = 2 * _MARGIN + (max(layers) + 1) * (_WIDTH + _GAP_X) - _GAP_X
    return width, tallest + 2 * _MARGIN + (_BELOW if back else 0)


def _middle(node: Node) -> float:
    return node.y + node.height / 2


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _markers(name: str) -> str:
    return (
        f'<defs><marker id="{name}-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        'orient="auto-start-reverse"><path class="head" d="M0 0 L10 5 L0 10 z"/></marker>'
        f'<marker id="{name}-bar" viewBox="0 0 10 10" refX="6" refY="5" markerWidth="10" markerHeight="10" '
        'orient="auto-start-reverse"><path class="bar" d="M6 0 L6 10"/></marker></defs>'
    )


def _edge(source: Node, target: Node, edge: object, back: bool, height: float, name: str) -> str:
    if back:
        x0, y0 = source.x + _WIDTH / 2, source.y + source.height
        x1, y1 = target.x + _WIDTH / 2, target.y + target.height + 4
        floor = height - _MARGIN / 2
        path = f"M{x0:.1f} {y0:.1f} C{x0:.1f} {floor:.1f} {x1:.1f} {floor:.1f} {x1:.1f} {y1:.1f}"
        x, y = (x0 + x1) / 2, (y0 + y1) / 8 + 0.75 * floor
    else:
        x0, y0, x1, y1 = source.x + _WIDTH, _middle(source), target.x - 4, _middle(target)
        bend = (x1 - x0) / 2
        path = f"M{x0:.1f} {y0:.1f} C{x0 + bend:.1f} {y0:.1f} {x1 - bend:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
        # Above the middle of an edge, below where it falls: so that the words of a fan part as its edges do.
        falls = y1 > y0 + 1
        x, y = (x0 + x1) / 2 - (10 if abs(y1 - y0) > 1 else 0), (y0 + y1) / 2 + (13 if falls else -6)
    inhibits = edge.relation == "inhibits"
    classes = "edge" + (" inhibits" if inhibits else "") + (" doubtful" if _given(edge.doubtful) else "")
    words = f"{edge.source} {edge.relation} {edge.target}" + (f"; {edge.doubtful}" if _given(edge.doubtful) else "")
    return (
        f'<g class="{classes}"><title>{_text(words)}</title><path class="line" d="{path}" '
        f'marker-end="url(#{name}-{"bar" if inhibits else "arrow"})"/>'
        f'<text class="relation" x="{x:.1f}" y="{y:.1f}">{_text(str(edge.relation))}</text></g>'
    )


def _box(node: Node) -> str:
    kind = re.sub(r"[^a-z]", "-", node.kind.lower())
    lines = [("label", line) for line in node.lines] + [("note", line) for line in node.notes]
    x, top = node.x + _WIDTH / 2, node.y + _PAD + 12
    texts = "".join(
        f'<text class="{style}" x="{x:.1f}" y="{top + i * _LINE:.1f}">{_text(line)}</text>'
        for i, (style, line) in enumerate(lines)
    )
    words = f"{node.label} ({node.kind.replace('_', ' ')})" if node.kind else node.label
    radius = node.height / 2 if node.kind in ("effect", "cell") else 6
    return (
        f'<g class="node kind-{kind}{" found" if node.found else ""}"><title>{_text(words)}</title><rect x="{node.x:.1f}" '
        f'y="{node.y:.1f}" width="{_WIDTH}" height="{node.height:.1f}" rx="{min(radius, 16):.1f}"/>{texts}</g>'
    )


def _wrapped(label: str) -> list[str]:
    """Return a label in lines that fit the box; the rest of a long one is cut, its whole text is the node's title."""
    lines = [""]
    for word in label.split():
        if len(lines[-1]) + len(word) + 1 > _LETTERS and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    kept = lines[:_LINES]
    if len(lines) > _LINES:
        kept[-1] += " …"
    return [_cut(line, _LETTERS + 2) for line in kept]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _given(value: object) -> bool:
    return not pd.isna(value) and str(value) != ""


def _text(text: str) -> str:
    return html.escape(_NO_XML.sub("", text))
