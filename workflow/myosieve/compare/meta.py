"""The members of a comparison, joined by accession -> the meta table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from myosieve.compare.concordance import concordance
from myosieve.compare.members import Member
from myosieve.compare.pooling import pool
from myosieve.schema import COMPARISON
from myosieve.statistics.false_discovery import benjamini_hochberg


def meta_table(members: Mapping[str, Member], fdr: float) -> pd.DataFrame:
    """Join the members by accession and pool them.

    Parameters
    ----------
    members
        By name, in the order in which their columns are wanted.
    fdr
        False discovery rate at which a member counts as significant in `concordance`.

    Returns
    -------
    DataFrame as `COMPARISON`, one row per accession of any member, sorted by accession, with the members' own numbers in
    `log2fc:<member>`, `se:<member>`, `q_value:<member>`, and in `note:<member>` why they are missing.
    """
    accessions = pd.Index(sorted(set().union(*(member.rows.index for member in members.values()))), name="accession")
    aligned = {name: member.rows.reindex(accessions) for name, member in members.items()}

    def side_by_side(column: str) -> np.ndarray:
        return np.column_stack([rows[column].to_numpy(dtype=float) for rows in aligned.values()])

    effects = side_by_side("log2fc")
    table = pool(effects, side_by_side("se"))
    table.insert(0, "accession", accessions)
    table["gene"] = _first_gene(list(aligned.values())).to_numpy()
    table["q_value"] = benjamini_hochberg(table["p_value"].to_numpy())
    table["test"] = np.select([table["n_members"] == 2, table["n_members"] > 2], ["z", "hartung_knapp_t"], "none")
    table["concordance"] = concordance(effects, side_by_side("q_value"), fdr)
    for name, rows in aligned.items():
        for column in ("log2fc", "se", "q_value"):
            table[f"{column}:{name}"] = rows[column].to_numpy()
        absent = ~accessions.isin(members[name].rows.index)
        table[f"note:{name}"] = rows["note"].astype(object).mask(absent, "not in this study's table").to_numpy()
    return COMPARISON.arrange(table)


def _first_gene(aligned: list[pd.DataFrame]) -> pd.Series:
    genes = aligned[0]["gene"]
    for rows in aligned[1:]:
        genes = genes.combine_first(rows["gene"])
    return genes
