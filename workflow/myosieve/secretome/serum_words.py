"""What peptides and blanks told of serum, in words and counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from myosieve.provenance import Summary
from myosieve.secretome import blanks, serum_peptides
from myosieve.secretome.serum import SHARED, starts
from myosieve.secretome.serum_peptides import SerumScan

ONLY_PEPTIDES = (
    "no bovine or equine protein in the table: proteins of the cells were told from serum by their peptides, but serum_share "
    "is not known; search with the serum sequences"
)


def tell_peptides(summary: Summary, by_accession: np.ndarray, table: pd.DataFrame, scan: SerumScan) -> None:
    """Add what peptides told of serum, where they told anything.

    Parameters
    ----------
    summary
        What is added to.
    by_accession
        Serum flags before the peptides.
    table
        Columns `serum_flag` and `host_share` of secretome.tsv.
    scan
        The peptides of the medium among the serum sequences.
    """
    told = table["host_share"].notna()
    if not told.any():
        return
    before, after = starts(by_accession, SHARED), starts(table["serum_flag"].to_numpy(), SHARED)
    summary.counts |= {
        "serum sequences": len(scan.species),
        "peptides of the medium": len(scan.shared),
        "peptides shared with a serum sequence": int(scan.shared.sum()),
        "protein groups flagged by shared peptides alone": int((after & ~before).sum()),
        "protein groups cleared by host-unique peptides": int((before & ~after).sum()),
    }
    summary.methods.append(
        f"Peptides of {int(told.sum())} protein groups were looked for in {len(scan.species)} serum sequences (I = L): a group "
        "without a peptide of its own is flagged as shared, one with at least "
        f"{serum_peptides.CLEARED_PEPTIDES} of them and {serum_peptides.CLEARED_SHARE:.0%} of its intensity in them is not."
    )


def tell_blanks(summary: Summary, table: pd.DataFrame, sheet: pd.DataFrame) -> None:
    """Add what blanks told, where there are any.

    Parameters
    ----------
    summary
        What is added to.
    table
        Column `blank_flag` of secretome.tsv.
    sheet
        One row per sample, with `fraction` and maybe `normalization_factor`.
    """
    number = int((sheet["fraction"] == "blank").sum())
    if not number:
        return
    flags, factors = table["blank_flag"], sheet.get("normalization_factor")
    summary.counts |= {
        "blanks": number,
        f"protein groups {blanks.IN_BLANK}": int((flags == blanks.IN_BLANK).sum()),
        f"protein groups {blanks.NOT_IN_BLANK}": int((flags == blanks.NOT_IN_BLANK).sum()),
    }
    divided = blanks.log2_factors(factors, sheet["fraction"].isin(["secretome", "blank"]).to_numpy()) is not None
    summary.methods.append(
        f"Proteins were compared with {number} medium-only blank{'s' * (number > 1)} on intensities before normalization"
        f"{', divided by the normalization factor of each sample' * divided}: less than twofold over the blanks, in at least "
        "half of them, is flagged."
    )
    if factors is not None and factors.notna().any() and not divided:
        summary.warnings.append(
            "normalization_factor is not given for every medium and blank: blanks were compared on intensities as measured"
        )
