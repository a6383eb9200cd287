"""What the page shows of crosstalk: per contrast a figure and its rows; of the detected myokines pathways and facts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from myosieve.report.content import Content
from myosieve.report.crosstalk_figures import drawn, sankey
from myosieve.report.facts_section import myokine_facts
from myosieve.report.pathway_maps import pathway_map


def crosstalk_section(content: Content) -> dict[str, Any] | None:
    """Return what the template shows, or None where the report was given no crosstalk."""
    if content.crosstalk is None:
        return None
    table = content.crosstalk
    return {
        "contrasts": [
            _contrast(i, one.name, table[table["contrast"] == one.name]) for i, one in enumerate(content.contrasts, 1)
        ],
        "expression": bool((table["organ_source"] == "receptor expression").any()),
        "maps": [] if content.pathways is None else _maps(content),
        "facts": myokine_facts(content.facts),
    }


def _contrast(index: int, name: str, rows: pd.DataFrame) -> dict[str, Any]:
    shown = drawn(rows)
    known = rows[rows["receptor_gene"].notna()]
    return {
        "id": f"crosstalk-{index}",
        "name": name,
        "figure": sankey(shown),
        "rows": shown,
        "n_candidates": rows["protein_group"].nunique(),
        "n_with_receptor": known["protein_group"].nunique(),
        "n_drawn": shown["protein_group"].nunique(),
        "proxy": bool((shown["proxy"] == "yes").any()),
    }


def _maps(content: Content) -> list[dict[str, Any]]:
    found = []
    for index, (_, rows) in enumerate(content.pathways.groupby("pathway", sort=True), 1):
        groups = rows["protein_group"].drop_duplicates().tolist()
        edges = rows[rows["protein_group"] == groups[0]].sort_values("step", kind="stable")
        changes = _changes(content, groups)
        notes = [_note(change) for change in changes if change["group"] == groups[0]]
        found.append(
            {
                "title": edges["title"].iloc[0],
                "organ": edges["organ"].iloc[0],
                "svg": pathway_map(edges, notes, f"pathway-{index}"),
                "changes": changes,
                "edges": edges,
                "doubtful": bool(edges["doubtful"].notna().any()),
            }
        )
    return found


def _changes(content: Content, groups: list[str]) -> list[dict[str, Any]]:
    """Return what each contrast found of the protein groups: a missing fold change is said, not left out."""
    found = []
    for contrast in content.contrasts:
        tests = contrast.tests.drop_duplicates("protein_group").set_index("protein_group")
        for group in groups:
            log2fc, q = tests.loc[group, ["log2fc", "q_value"]] if group in tests.index else (None, None)
            found.append({"contrast": contrast.name, "group": group, "log2fc": log2fc, "q_value": q})
    return found


def direction(log2fc: Any) -> str:
    """Return up, down, unchanged, or nothing where there is no fold change."""
    if pd.isna(log2fc):
        return ""
    return "up" if log2fc > 0 else "down" if log2fc < 0 else "unchanged"


def _note(change: dict[str, Any]) -> str:
    fold = change["log2fc"]
    said = "no fold change" if pd.isna(fold) else f"{fold:+.2f} {direction(fold)}"
    return f"{said}: {change['contrast']}"
