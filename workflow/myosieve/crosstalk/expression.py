"""Where a receptor is expressed: of a complex, its least expressed subunit."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from myosieve.secretome.accessions import canonical

COLUMNS = [
    "receptor_accession",
    "organ",
    "receptor_value",
    "unit",
    "receptor_rank",
    "of",
    "proxy",
    "limiting",
    "tissues",
]
RNA = "rna"


def receptor_expression(receptors: Iterable[str], tissues: pd.DataFrame) -> pd.DataFrame:
    """Return the expression of each receptor in each organ, the highest organ first.

    Parameters
    ----------
    receptors
        Accessions, those of a complex's subunits joined by '+'.
    tissues
        The table of tissues (contract TISSUES); several atlases may be in it.

    Returns
    -------
    DataFrame with COLUMNS, a receptor without expression having no row. One atlas speaks for a receptor: the first that ranks
    its tissues and holds all subunits, else the first that holds all subunits. In an organ the subunit of the lowest value
    counts, with its rank; `limiting` is its gene where the receptor is a complex. An organ of which a subunit has no value has
    no row.
    """
    wanted = {name: [canonical(part) for part in name.split("+") if part.strip()] for name in receptors}
    asked = {subunit for subunits in wanted.values() for subunit in subunits}
    rna = tissues[(tissues["kind"] == RNA) & tissues["accession"].isin(asked)]
    by_accession = dict(tuple(rna.groupby("accession", sort=False)))
    blocks = [pd.DataFrame(columns=COLUMNS)]
    for receptor, subunits in wanted.items():
        known = [by_accession[one] for one in dict.fromkeys(subunits) if one in by_accession]
        if known and len(known) == len(set(subunits)):
            blocks.append(
                _of_complex(pd.concat(known, ignore_index=True), len(known)).assign(receptor_accession=receptor)
            )
    return pd.concat([block for block in blocks if len(block)] or blocks, ignore_index=True)[COLUMNS]


def _of_complex(rows: pd.DataFrame, n_subunits: int) -> pd.DataFrame:
    """Return one row per organ from the rows of all subunits."""
    holds = rows.groupby("source", sort=False).agg(subunits=("accession", "nunique"), ranked=("rank", "count"))
    holds = holds[holds["subunits"] == n_subunits]
    if holds.empty:
        return pd.DataFrame(columns=COLUMNS)
    source = (holds[holds["ranked"] > 0].index.tolist() or holds.index.tolist())[0]
    rows = rows[rows["source"] == source]
    whole = rows.groupby("organ")["accession"].transform("nunique") == n_subunits
    # A tie goes to the subunit that ranks worse, then to the accession, so that the order of the file does not matter.
    rows = rows[whole].sort_values(["value", "rank", "accession"], ascending=[True, False, True], kind="stable")
    least = rows.drop_duplicates("organ").sort_values(["value", "organ"], ascending=[False, True], kind="stable")
    return pd.DataFrame(
        {
            "organ": least["organ"],
            "receptor_value": least["value"],
            "unit": least["unit"],
            "receptor_rank": least["rank"],
            "of": least["of"],
            "proxy": rows.groupby("organ")["proxy"].max().reindex(least["organ"]).to_numpy(),
            "limiting": least["gene"].fillna(least["accession"]) if n_subunits > 1 else None,
            "tissues": least["tissues"],
        }
    )
