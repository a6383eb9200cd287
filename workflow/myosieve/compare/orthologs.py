"""Studies of several species meet at the human ortholog: whose accessions are replaced, and by which."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd


def to_human(genes: pd.DataFrame, organisms: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return, for each member of another species than human, the human accession of each of its accessions.

    Parameters
    ----------
    genes
        Rows of `knowledge.GENES`, of all organisms.
    organisms
        Organism of each member.

    Returns
    -------
    By member; nothing where all members are of one organism, since they meet under their own accessions then.
    """
    if len(set(organisms.values())) < 2:
        return {}
    known = genes.dropna(subset=["human_accession"])
    return {
        member: dict(known.loc[known["organism"] == organism, ["accession", "human_accession"]].itertuples(index=False))
        for member, organism in organisms.items()
        if organism != "human"
    }
