"""What is known of the myokines that a study detected: the shipped facts, each with its source."""

from __future__ import annotations

import pandas as pd

from myosieve.crosstalk.orthologs import detected_myokines
from myosieve.knowledge import MYOKINE_FACTS

# From what a myokine does to how much of it there is: the order in which a reader asks.
_ORDER = ("organ", "effect", "receptor", "pathway", "exercise_response", "basal_level")


def study_facts(groups: pd.DataFrame, facts: pd.DataFrame, myokines: pd.DataFrame, organism: str) -> pd.DataFrame:
    """Return the facts of the myokines that are among the protein groups.

    Parameters
    ----------
    groups
        protein_group and accessions (majority accessions, separated by ';'; missing for decoys).
    facts
        Contract MYOKINE_FACTS.
    myokines
        Known myokines with accession_human and accession_{organism}: what is the human protein's ortholog.
    organism
        human, mouse or rat.

    Returns
    -------
    DataFrame with protein_group and the columns of MYOKINE_FACTS, by gene, the groups' order and kind of fact; of several
    groups of one myokine each has all its facts.
    """
    hits = detected_myokines(groups, facts["accession_human"], myokines, organism)
    hits = hits.rename(columns={"myokine_accession": "accession_human"})
    found = hits.merge(facts[MYOKINE_FACTS.names], on="accession_human")
    places = {kind: place for place, kind in enumerate(_ORDER)}
    found["place"] = found["fact"].map(places).fillna(len(_ORDER))
    # The other columns only settle what is equal so far: the order of the file shall not matter.
    found = found.sort_values(["gene", "accession_human", "row", "place", *MYOKINE_FACTS.names[2:]], ignore_index=True)
    return found[["protein_group", *MYOKINE_FACTS.names]]
