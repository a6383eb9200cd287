"""Candidates with receptors, expression and literature -> the rows of crosstalk.tsv."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from myosieve.crosstalk.organs import literature_organs, targets
from myosieve.crosstalk.words import evidence_words
from myosieve.tissues.organs import Organ


def crosstalk_rows(
    pairs: pd.DataFrame, expression: pd.DataFrame | None, organs: Mapping[str, Organ], minimum: float
) -> pd.DataFrame:
    """Return one row per candidate, receptor and organ.

    Parameters
    ----------
    pairs
        As `with_receptors`, with `target_organs` (literature, separated by ';').
    expression
        As `receptor_expression`; None where no atlas is given.
    organs
        As `tissues.organs.vocabulary`: how literature's words are organs.
    minimum
        Expression from which an organ counts.

    Returns
    -------
    The pairs' rows, repeated for each organ, with organ, evidence, receptor_value, unit, receptor_rank, proxy and organ_source.
    A pair without any organ keeps one row.
    """
    by_receptor = {} if expression is None else dict(tuple(expression.groupby("receptor_accession", sort=False)))
    nothing = pd.DataFrame(columns=["organ", "receptor_value"])
    places, added = [], []
    for place, (_, pair) in enumerate(pairs.iterrows()):
        known = by_receptor.get(pair["receptor_accession"])
        held = None if expression is None else known is not None
        named = literature_organs(pair["target_organs"], organs)
        for target in targets(nothing if known is None else known, named, minimum):
            places.append(place)
            added.append(
                {
                    "organ": target.organ,
                    "evidence": evidence_words(pair, target, held),
                    "receptor_value": target.value,
                    "unit": target.unit,
                    "receptor_rank": target.rank,
                    "proxy": target.proxy,
                    "organ_source": target.source,
                }
            )
    columns = ["organ", "evidence", "receptor_value", "unit", "receptor_rank", "proxy", "organ_source"]
    more = pd.DataFrame(added, columns=columns)
    for name in ("receptor_value", "receptor_rank"):
        more[name] = more[name].astype(float)
    rows = pairs.iloc[np.array(places, dtype=int)].reset_index(drop=True)
    return pd.concat([rows, more], axis=1)
