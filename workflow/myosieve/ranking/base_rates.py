"""Whether secreted proteins, each class of them, and known myokines are more frequent among the best than elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from myosieve.ranking.validation import SECRETED, UNKNOWN, row
from myosieve.statistics.contingency import fisher

FIRST = 25
HITS, BY_SCORE, BY_EXPERIMENT = "hits", f"top{FIRST}_score", f"top{FIRST}_score_experiment"


def base_rates(table: pd.DataFrame, fdr: float) -> list[dict[str, Any]]:
    """Return the odds ratio of each class among the hits, and among the best by score and by the experiment alone.

    Classes are compared among all scored protein groups whose class is known, known myokines among the secreted ones.

    Parameters
    ----------
    table
        One contrast's rows of `validation.judged`.
    fdr
        q-value up to which a protein group is a hit.
    """
    scored = table[table["scored"]]
    of_class = scored[scored["secretion_class"] != UNKNOWN]
    rows = []
    for name in (HITS, BY_SCORE, BY_EXPERIMENT):
        chosen = _chosen(of_class, name, fdr)
        classes = of_class["secretion_class"]
        rows.append(_row(name, "secreted", of_class["secreted"].to_numpy(dtype=bool), chosen))
        rows += [_row(name, one, (classes == one).to_numpy(), chosen) for one in SECRETED]
        background = scored[scored["background"]]
        rows.append(
            _row(name, "known_myokine", background["positive"].to_numpy(dtype=bool), _chosen(background, name, fdr))
        )
    return rows


def _chosen(table: pd.DataFrame, name: str, fdr: float) -> np.ndarray:
    if name == HITS:
        return (table["q_value"] <= fdr).to_numpy()
    column = "score" if name == BY_SCORE else "score_experiment"
    # ties in the order in which the ranking breaks them
    order = table.assign(size=-table["abs_log2fc"], value=-table[column])
    best = order.sort_values(["value", "q_value", "size", "protein_group"], kind="stable").index[:FIRST]
    return table.index.isin(best)


def _row(name: str, marked_as: str, marked: np.ndarray, chosen: np.ndarray) -> dict[str, Any]:
    both = int((marked & chosen).sum())
    n, k, items = int(chosen.sum()), int(marked.sum()), len(chosen)
    found = fisher(both, n, k, items)
    note = f"{both} of {n} chosen, {k - both} of {items - n} others"
    if np.isnan(found.odds_ratio):
        note += ": one side is empty, nothing to compare"
    elif name == BY_SCORE and marked_as != "known_myokine":
        note += "; the score favors secretion classes, so this says how much, not whether"
    interval = (found.ci_low, found.ci_high)
    return row("base_rate", marked_as, name, found.odds_ratio, (k, items), note, interval, found.p_value)
