"""Which shipped pathways begin with a protein of the study: by human accession, over the known myokines' orthologs."""

from __future__ import annotations

import pandas as pd

from myosieve.knowledge import PATHWAYS
from myosieve.secretome.accessions import canonical, exploded


def study_pathways(groups: pd.DataFrame, pathways: pd.DataFrame, myokines: pd.DataFrame, organism: str) -> pd.DataFrame:
    """Return the edges of the pathways whose myokine is among the protein groups.

    Parameters
    ----------
    groups
        protein_group and accessions (majority accessions, separated by ';'; missing for decoys).
    pathways
        Contract PATHWAYS.
    myokines
        Known myokines with accession_human and accession_{organism}: what is the human protein's ortholog.
    organism
        human, mouse or rat.

    Returns
    -------
    DataFrame with protein_group and the columns of PATHWAYS, by pathway, step and the groups' order.
    """
    human = _human_accessions(pathways, myokines, organism)
    members = exploded(groups["accessions"])
    members["protein_group"] = groups["protein_group"].to_numpy()[members["row"]]
    hits = members.merge(human, on="accession").drop_duplicates(["protein_group", "myokine_accession"])
    edges = hits[["row", "protein_group", "myokine_accession"]].merge(pathways[PATHWAYS.names], on="myokine_accession")
    edges = edges.sort_values(["pathway", "row", "step"], kind="stable", ignore_index=True)
    return edges[["protein_group", *PATHWAYS.names]]


def _human_accessions(pathways: pd.DataFrame, myokines: pd.DataFrame, organism: str) -> pd.DataFrame:
    """Return accession (of the organism) and myokine_accession (human) of each myokine that has a pathway."""
    wanted = pathways["myokine_accession"].dropna().unique()
    if organism == "human":
        return pd.DataFrame({"accession": [canonical(one) for one in wanted], "myokine_accession": wanted})
    own = f"accession_{organism}"
    known = (
        myokines[myokines["accession_human"].isin(wanted)] if own in myokines else myokines.iloc[:0].assign(**{own: ""})
    )
    pairs = exploded(known[own])
    human = known["accession_human"].to_numpy()[pairs["row"]]
    return pd.DataFrame({"accession": pairs["accession"], "myokine_accession": human})


def pathways_of(edges: pd.DataFrame) -> pd.Series:
    """Return the pathways' ids of each protein group, separated by ';'."""
    ids = edges.drop_duplicates(["protein_group", "pathway"]).groupby("protein_group")["pathway"]
    return ids.agg(lambda names: ";".join(sorted(names)))
