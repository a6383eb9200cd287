"""One atlas as it was read: genes x tissues, before anything is matched to proteins or organs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

KEYS = ("accession", "ensembl", "gene")
RNA, PLASMA_MS, PLASMA_IMMUNOASSAY = "rna", "plasma_ms", "plasma_immunoassay"


@dataclass(frozen=True)
class Atlas:
    """What a file tells of tissues.

    Attributes
    ----------
    path
        The file.
    kind
        What it is, in words: "HPA tissue consensus", "GTEx median", "own table" ...
    keys
        Columns accession, ensembl (without version) and gene, one row per gene of the file; '' where it does not tell. Several
        in a cell are separated by ';'.
    expression
        The same rows x tissues by the file's own names, expression in `unit`; NaN = not told.
    unit
        nTPM, NX, TPM, pTPM, or '' where the file tells none.
    complete
        Whether the file tells all its tissues of a gene. Without that, a tissue that is not named is unknown, never 0, and
        there is no rank.
    plasma
        The same rows x (plasma_ms, plasma_immunoassay), pg/L; may have no columns.
    """

    path: Path
    kind: str
    keys: pd.DataFrame
    expression: pd.DataFrame
    unit: str
    complete: bool = True
    plasma: pd.DataFrame = field(default_factory=pd.DataFrame)
