"""Gates: who is not ranked, and why, in words. An excluded protein keeps its row and everything known about it.

The first that applies is named: what the filter said; no fold change; a protein of the culture serum; too few peptides; a
change in the direction that is not looked for; a secretion class that is not looked for, where some are named; and no known
criterion to score by. A secretion class excludes nobody otherwise, and neither does a high q-value: both are in the score and
in the words of the reason.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pandas as pd


class Gates(NamedTuple):
    """Which gate stopped each row ('' = none), and the reason in words ('' = ranked)."""

    gate: np.ndarray
    excluded_because: np.ndarray


def gates(rows: pd.DataFrame, min_peptides: int, classes: Collection[str] = (), direction: str = "both") -> Gates:
    """Return the first gate that each row does not pass.

    Parameters
    ----------
    rows
        One row per protein group and contrast with `excluded_because` (of the filter), `log2fc`, `ci_low`, `ci_high`,
        `note`, `serum_flag`, `peptides`, `secretion_class`, `score`; texts '' where missing.
    min_peptides
        Fewer known peptides exclude.
    classes
        Secretion classes that pass; none = all.
    direction
        "up" or "down" lets only changes of this direction pass, "both" either.
    """
    # An interval that is open on one side is that of a protein silent in a condition.
    untested = rows["log2fc"].isna() | rows[["ci_low", "ci_high"]].isna().all(axis=1)
    peptides = rows["peptides"]
    count = peptides.map(lambda number: "" if np.isnan(number) else f"{number:.0f}")
    plural = np.where(peptides == 1, " peptide", " peptides")
    stops = [
        ("filter", rows["excluded_because"] != "", rows["excluded_because"]),
        ("not tested", untested, rows["note"].where(rows["note"] != "", "not tested")),
        ("serum protein", rows["serum_flag"].str.startswith("serum protein"), rows["serum_flag"]),
        ("too few peptides", peptides < min_peptides, count + plural + ": confirm by immunoassay first"),
        (
            "other direction",
            (direction != "both") & (rows["log2fc"] * (-1 if direction == "down" else 1) <= 0),
            pd.Series(f"not {direction} with the treatment, and ranking.direction is {direction}", index=rows.index),
        ),
        (
            "secretion class",
            ~rows["secretion_class"].isin(list(classes)) & bool(classes),
            "secretion class " + rows["secretion_class"] + f", and ranking.classes is {', '.join(classes)}",
        ),
        ("not scored", rows["score"].isna(), pd.Series("none of the weighted criteria is known", index=rows.index)),
    ]
    conditions = [condition.to_numpy(dtype=bool) for _, condition, _ in stops]
    return Gates(
        np.select(conditions, [np.full(len(rows), name, dtype=object) for name, _, _ in stops], ""),
        np.select(conditions, [words.to_numpy(dtype=object) for _, _, words in stops], ""),
    )
