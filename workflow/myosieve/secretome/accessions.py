"""Recognizing proteins by accession, the only key that tells species apart; a gene symbol never does.

Bovine and human serum albumin are both ALB, so every look-up in a knowledge table goes through here: all majority
accessions of a group are considered, and the isoform suffix (`P02751-7`) and the marks that search engines put before a
contaminant's accession (`CON__P02769`) are ignored.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

# MaxQuant CON__, FragPipe contam_, DIA-NN Cont_, the cRAP FASTA's cRAP-; MaxQuant names the database in some of its own.
_MARK = r"^(?:CON__|contam_|cont_|cRAP[-_]{1,2})?(?:(?:ENSEMBL|REFSEQ|TREMBL|SWISS-PROT|H-INV):)?"
_PIPED = r"^(?:sp|tr)\|([^|]+)\|.*$"
_ISOFORM = r"-\d+$"


def canonical(accessions: pd.Series) -> pd.Series:
    """Return accessions without contaminant mark, FASTA pipes and isoform suffix.

    Parameters
    ----------
    accessions
        One accession per row; missing stays missing.

    Examples
    --------
    >>> canonical(pd.Series(["CON__P02769", "P02751-7", "sp|P05231|IL6_HUMAN"])).tolist()
    ['P02769', 'P02751', 'P05231']
    """
    text = accessions.str.strip().str.replace(_MARK, "", regex=True, case=False)
    return text.str.replace(_PIPED, r"\1", regex=True).str.replace(_ISOFORM, "", regex=True)


def exploded(cells: pd.Series) -> pd.DataFrame:
    """Return one row per protein group and accession.

    Parameters
    ----------
    cells
        Majority accessions of each group, separated by ';'.

    Returns
    -------
    DataFrame with `row` (position of the group in `cells`) and `accession` (canonical, each once per group), ordered by
    position; a group without accession has no row.
    """
    pairs = pd.DataFrame({"row": np.arange(len(cells)), "accession": cells.astype("str").to_numpy()})
    pairs = pairs.dropna().assign(accession=lambda frame: frame["accession"].str.split(";")).explode("accession")
    pairs["accession"] = canonical(pairs["accession"].astype("str"))
    return pairs[pairs["accession"].fillna("") != ""].drop_duplicates().reset_index(drop=True)


def contains_any(cells: pd.Series, wanted: Collection[str]) -> np.ndarray:
    """Return, per protein group, whether any of its accessions is wanted (booleans, in the order of `cells`)."""
    pairs = exploded(cells)
    found = np.zeros(len(cells), dtype=bool)
    found[pairs.loc[pairs["accession"].isin(set(wanted)), "row"]] = True
    return found
