"""The figure of crosstalk: candidate -> receptor -> organ, as a Plotly Sankey diagram in plain dicts, without a theme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from myosieve.report.figures import Figure, escaped
from myosieve.report.theme import BLUE, DIRECTION_COLORS, GRAY, ORGAN_COLOR, PURPLE, RECEPTOR_COLOR, translucent

# As many as can be read on one screen.
MOST_CANDIDATES, MOST_RECEPTORS, MOST_RECEPTORS_EACH, MOST_ORGANS_EACH = 15, 25, 3, 3
# The direction stands in the label as well.
_CURATED_LINK, _LINK, _LITERATURE_LINK = (
    translucent(color, opacity) for color, opacity in ((BLUE, 0.45), (GRAY, 0.35), (PURPLE, 0.45))
)
_ARROWS = {"up": "▲", "down": "▼"}


def drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of one contrast that the figure shows.

    The best candidates with a receptor, of each the first receptors of the table (curated ones first), of each receptor the
    first organs: those that express it most, then those of literature.
    """
    known = rows[rows["receptor_gene"].notna()]
    receptors_of: dict[str, dict[str, list[int]]] = {}
    for i, (group, receptor) in enumerate(zip(known["protein_group"], known["receptor_gene"], strict=True)):
        receptors_of.setdefault(group, {}).setdefault(receptor, []).append(i)
    shown: list[int] = []
    receptors: set[str] = set()
    n_candidates = 0
    for mine in receptors_of.values():
        if n_candidates == MOST_CANDIDATES:
            break
        names = []
        for name in list(mine)[:MOST_RECEPTORS_EACH]:
            if len(receptors | {name}) <= MOST_RECEPTORS:
                receptors.add(name)
                names.append(name)
        shown += sorted(i for name in names for i in mine[name][:MOST_ORGANS_EACH])
        n_candidates += bool(names)
    return known.iloc[shown]


def sankey(rows: pd.DataFrame) -> Figure | None:
    """Return the figure of the rows that `drawn` gave; None where there are none.

    Each row is one unit of width: a candidate's band is as wide as it has receptors and organs here, which is no strength.
    """
    if rows.empty:
        return None
    nodes: dict[tuple[str, str], dict[str, Any]] = {}
    links: dict[tuple[int, int], dict[str, Any]] = {}
    for row in rows.itertuples(index=False):
        candidate = _node(nodes, "candidate", row.protein_group, _candidate_label(row), _candidate_color(row))
        receptor = _node(nodes, "receptor", row.receptor_gene, escaped(row.receptor_gene), RECEPTOR_COLOR)
        pair = f"{_name(row)} → {escaped(row.receptor_gene)}<br>{_pair_words(row)}"
        _link(links, candidate, receptor, _CURATED_LINK if row.curated == "yes" else _LINK, pair)
        if pd.notna(row.organ) and row.organ:
            proxy = "*" if row.proxy == "yes" else ""
            organ = _node(nodes, "organ", row.organ, escaped(row.organ) + proxy, ORGAN_COLOR)
            color = _LITERATURE_LINK if row.organ_source == "literature" else _LINK
            _link(links, receptor, organ, color, _broken(escaped(row.evidence)))
    return {"data": [_trace(nodes, links)], "layout": _layout(nodes)}


def _node(nodes: dict[tuple[str, str], dict[str, Any]], kind: str, key: str, label: str, color: str) -> int:
    one = nodes.setdefault((kind, key), {"place": len(nodes), "label": label, "color": color})
    if kind == "organ" and label.endswith("*"):
        one["label"] = label
    return one["place"]


def _link(links: dict[tuple[int, int], dict[str, Any]], source: int, target: int, color: str, text: str) -> None:
    one = links.setdefault((source, target), {"value": 0, "color": color, "text": text})
    one["value"] += 1


def _name(row: Any) -> str:
    names = (row.gene, row.accession, row.protein_group)
    return escaped(next(name for name in names if pd.notna(name)))


def _candidate_label(row: Any) -> str:
    return " ".join(part for part in (_name(row), _ARROWS.get(row.direction, "")) if part)


def _candidate_color(row: Any) -> str:
    return DIRECTION_COLORS.get(row.direction, GRAY)


def _pair_words(row: Any) -> str:
    count = "" if pd.isna(row.resources) else f", {row.resources:.0f} resource{'' if row.resources == 1 else 's'}"
    return ("curated" if row.curated == "yes" else "not curated") + count


def _broken(text: str) -> str:
    return text.replace("; ", "<br>")


def _trace(
    nodes: Mapping[tuple[str, str], Mapping[str, Any]], links: Mapping[tuple[int, int], Mapping[str, Any]]
) -> Figure:
    ends = list(links)
    return {
        "type": "sankey",
        "arrangement": "snap",
        "node": {
            "label": [node["label"] for node in nodes.values()],
            "color": [node["color"] for node in nodes.values()],
            # a receptor without an organ stays among the receptors
            "align": "left",
            "pad": 10,
            "thickness": 14,
            "line": {"width": 0},
            "hovertemplate": "%{label}<extra></extra>",
        },
        "link": {
            "source": [source for source, _ in ends],
            "target": [target for _, target in ends],
            "value": [link["value"] for link in links.values()],
            "color": [link["color"] for link in links.values()],
            "customdata": [link["text"] for link in links.values()],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    }


def _layout(nodes: Mapping[tuple[str, str], Mapping[str, Any]]) -> Figure:
    most = max(sum(kind == wanted for kind, _ in nodes) for wanted in ("candidate", "receptor", "organ"))
    return {"height": 90 + 26 * most, "margin": {"l": 8, "r": 8, "t": 8, "b": 8}}
