"""What is known of a protein beforehand: known myokines and receptors, matched by accession, never by gene symbol."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from myosieve import files
from myosieve.knowledge import MYOKINES, RECEPTORS
from myosieve.secretome.accessions import canonical, exploded

_SHOWN = 6


def read_receptors(folder: Path, organism: str) -> pd.DataFrame:
    """Read the ligand-receptor pairs of one organism; no rows where the file does not know it.

    Each subunit of a ligand that is a complex has the complex's receptors.
    """
    table = files.read_table(folder / "receptors.tsv", RECEPTORS)
    table = table[table["organism"] == organism].dropna(subset=["ligand_accession", "receptor_gene"])
    subunits = table.assign(accession=table["ligand_accession"].str.split("+")).explode("accession", ignore_index=True)
    return subunits.assign(accession=subunits["accession"].map(canonical))


def read_myokines(folder: Path, organism: str) -> pd.DataFrame:
    """Read the known myokines with an `accession` of this organism; no rows for an organism without such a column."""
    table = files.read_table(folder / "myokines.tsv", MYOKINES)
    column = f"accession_{organism}"
    if column not in table.columns:
        return table.iloc[:0].assign(accession="")
    pairs = exploded(table[column])
    return table.iloc[pairs["row"]].assign(accession=pairs["accession"].to_numpy())


def match_receptors(accessions: pd.Series, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of each protein group's receptors.

    Parameters
    ----------
    accessions
        Majority accessions of each group, separated by ';'.
    pairs
        As `read_receptors`.

    Returns
    -------
    DataFrame in the order of `accessions`: `receptors` in words, curated pairs and those of most resources first;
    `receptor_curated`; `receptor_resources`, the most of one pair, 0 without any, NaN where `pairs` is empty: then nothing
    is known of any protein.
    """
    hits = exploded(accessions).merge(pairs[["accession", "receptor_gene", "resources", "curated"]], on="accession")
    hits["resources"] = hits["resources"].fillna(0)
    hits["curated"] = hits["curated"] == "yes"
    keys = ["row", "curated", "resources", "receptor_gene"]
    hits = hits.sort_values(keys, ascending=[True, False, False, True], kind="stable")
    hits = hits.drop_duplicates(["row", "receptor_gene"])
    by_group = hits.groupby("row")
    positions = range(len(accessions))
    none = 0.0 if len(pairs) else np.nan
    words = {row: _receptors_in_words(block) for row, block in by_group}
    return pd.DataFrame(
        {
            "receptors": [words.get(row, "") for row in positions],
            "receptor_curated": by_group["curated"].any().reindex(positions, fill_value=False),
            "receptor_resources": by_group["resources"].max().reindex(positions, fill_value=none).astype(float),
        }
    )


def match_myokines(accessions: pd.Series, myokines: pd.DataFrame) -> pd.DataFrame:
    """Return `known_myokine` and `target_organs` of each protein group, '' where it is none (order of `accessions`)."""
    found = pd.DataFrame("", index=range(len(accessions)), columns=["known_myokine", "target_organs"], dtype=object)
    hits = exploded(accessions).merge(myokines[["accession", "name", "target_organs"]], on="accession")
    for row, block in hits.groupby("row"):
        found.loc[row, "known_myokine"] = "; ".join(block["name"].dropna().unique())
        organs = block["target_organs"].dropna().str.split(r"\s*;\s*", regex=True).explode()
        found.loc[row, "target_organs"] = "; ".join(organs.unique())
    return found


def _receptors_in_words(block: pd.DataFrame) -> str:
    named = [f"{gene} ({count:.0f})" for gene, count in zip(block["receptor_gene"], block["resources"], strict=True)]
    rest = [f"and {len(named) - _SHOWN} more"] if len(named) > _SHOWN else []
    return "; ".join(named[:_SHOWN] + rest)
