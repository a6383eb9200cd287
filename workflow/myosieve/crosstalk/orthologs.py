"""Which human myokines a study detected: by human accession, or by that of the ortholog in the study's species."""

from __future__ import annotations

import pandas as pd

from myosieve.secretome.accessions import canonical, exploded


def detected_myokines(groups: pd.DataFrame, human: pd.Series, myokines: pd.DataFrame, organism: str) -> pd.DataFrame:
    """Return the protein groups that are one of some human myokines or its ortholog; a gene symbol never tells.

    Parameters
    ----------
    groups
        protein_group and accessions (majority accessions, separated by ';'; missing for decoys).
    human
        Human UniProt accessions of the myokines that are asked for; each may stand there several times.
    myokines
        Known myokines with accession_human and accession_{organism}: what is the human protein's ortholog.
    organism
        human, mouse or rat.

    Returns
    -------
    DataFrame with row (position of the group), protein_group and myokine_accession (human), each pair once.
    """
    members = exploded(groups["accessions"])
    members["protein_group"] = groups["protein_group"].to_numpy()[members["row"]]
    hits = members.merge(_own_accessions(human, myokines, organism), on="accession")
    hits = hits.drop_duplicates(["protein_group", "myokine_accession"], ignore_index=True)
    return hits[["row", "protein_group", "myokine_accession"]]


def _own_accessions(human: pd.Series, myokines: pd.DataFrame, organism: str) -> pd.DataFrame:
    """Return accession (of the organism) and myokine_accession (human) of each myokine that is asked for."""
    wanted = human.dropna().unique()
    if organism == "human":
        return pd.DataFrame({"accession": [canonical(one) for one in wanted], "myokine_accession": wanted})
    own = f"accession_{organism}"
    known = (
        myokines[myokines["accession_human"].isin(wanted)] if own in myokines else myokines.iloc[:0].assign(**{own: ""})
    )
    pairs = exploded(known[own])
    found = known["accession_human"].to_numpy()[pairs["row"]]
    return pd.DataFrame({"accession": pairs["accession"], "myokine_accession": found})
