"""Which shipped pathways begin with a protein of the study: by human accession, over the known myokines' orthologs."""

from __future__ import annotations

import pandas as pd

from myosieve.crosstalk.orthologs import detected_myokines
from myosieve.knowledge import PATHWAYS


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
    hits = detected_myokines(groups, pathways["myokine_accession"], myokines, organism)
    edges = hits.merge(pathways[PATHWAYS.names], on="myokine_accession")
    edges = edges.sort_values(["pathway", "row", "step"], kind="stable", ignore_index=True)
    return edges[["protein_group", *PATHWAYS.names]]


def pathways_of(edges: pd.DataFrame) -> pd.Series:
    """Return the pathways' ids of each protein group, separated by ';'."""
    ids = edges.drop_duplicates(["protein_group", "pathway"]).groupby("protein_group")["pathway"]
    return ids.agg(lambda names: ";".join(sorted(names)))
