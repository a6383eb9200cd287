"""Candidates -> their receptors, matched by all majority accessions of a group, never by gene symbol."""

from __future__ import annotations

import pandas as pd

from myosieve.secretome.accessions import exploded

PAIR_COLUMNS = ["receptor_gene", "receptor_accession", "resources", "curated", "sources"]


def with_receptors(candidates: pd.DataFrame, accessions: pd.Series, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return one row per candidate and receptor; a candidate without a receptor keeps one, with the receptor empty.

    Parameters
    ----------
    candidates
        One row per contrast and protein group, in the order that is kept.
    accessions
        Majority accessions by protein group, separated by ';'; missing for decoys.
    pairs
        Ligand-receptor pairs as `ranking.knowledge.read_receptors`.

    Returns
    -------
    The candidates' columns and PAIR_COLUMNS. Curated pairs come first, then those of most resources, then by name.
    """
    groups = pd.Series(candidates["protein_group"].unique())
    members = exploded(groups.map(accessions))
    table = pairs[["accession", *PAIR_COLUMNS]]
    hits = members.merge(table, on="accession").drop(columns="accession")
    hits["protein_group"] = groups.reindex(hits["row"]).to_numpy()
    hits["curated"] = hits["curated"].where(hits["curated"] == "yes", "no")
    hits["resources"] = hits["resources"].astype(float)
    hits["order"] = (hits["curated"] != "yes").astype(int)
    keys = ["row", "order", "resources", "receptor_gene"]
    hits = hits.sort_values(keys, ascending=[True, True, False, True], kind="stable")
    hits = hits.drop_duplicates(["row", "receptor_gene"]).drop(columns=["row", "order"])
    return candidates.merge(hits, on="protein_group", how="left")
