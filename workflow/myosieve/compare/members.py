"""One contrast of one study -> one row per accession, the key by which studies are joined."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from myosieve.secretome.accessions import canonical

COLUMNS = ["gene", "log2fc", "se", "q_value", "note"]


@dataclass(frozen=True)
class Member:
    """A contrast that takes part in a comparison.

    Attributes
    ----------
    rows
        One row per accession (the index, without isoform suffix) with `COLUMNS`.
    set_aside
        Protein groups with values that gave way to another group of the same accession.
    nameless
        Protein groups without accession, which cannot be joined.
    mapped, alone
        Accessions that gave way to that of the human ortholog, and accessions without one; None where none was looked up.
    """

    rows: pd.DataFrame
    set_aside: int
    nameless: int
    mapped: int | None = None
    alone: int | None = None


def joining_accession(cell: object) -> str:
    """Return the key of a protein group: its leading accession without isoform suffix and marks; '' where it has none.

    Examples
    --------
    >>> [joining_accession(text) for text in ("P02751-7", "P60709;P63261", "")]
    ['P02751', 'P60709', '']
    """
    # A table that was tested without names has the key of the group as accession: 'P60709;P63261', or 'P60709 #2' if repeated.
    first = "" if pd.isna(cell) else re.split(r"[;\s]", str(cell).strip(), maxsplit=1)[0]
    return canonical(first)


def one_row_per_accession(rows: pd.DataFrame, orthologs: Mapping[str, str] | None = None) -> Member:
    """Choose one protein group per accession: the one seen in most samples, then of the smallest p-value, then by name.

    Parameters
    ----------
    rows
        Rows of one contrast of `schema.DIFFERENTIAL`.
    orthologs
        Accession that stands in for each one; what has none stays under its own.

    Returns
    -------
    Member
        The choice depends on the rows, not on their order. A group set aside counts only if it was seen in a sample: excluded
        groups (decoys, contaminants) carry no values.
    """
    keyed = rows.assign(
        own=rows["accession"].map(joining_accession),
        unseen=-(rows["n_treatment"].fillna(0) + rows["n_control"].fillna(0)),
    )
    keyed["accession"] = keyed["own"].map(lambda own: (orthologs or {}).get(own, own))
    named = keyed[keyed["accession"] != ""].sort_values(["unseen", "p_value", "protein_group"], kind="stable")
    repeated = named["accession"].duplicated()
    chosen = named[~repeated]
    replaced = None if orthologs is None else int(chosen["own"].isin(orthologs.keys()).sum())
    return Member(
        rows=chosen.set_index("accession")[COLUMNS],
        set_aside=int((repeated & (named["unseen"] < 0)).sum()),
        nameless=len(keyed) - len(named),
        mapped=replaced,
        alone=None if replaced is None else len(chosen) - replaced,
    )
