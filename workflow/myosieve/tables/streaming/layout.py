"""What the columns of a long table mean, and what is made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Threshold:
    """A row is kept when its value in `column` is at most `largest`; a row without a value (NaN, empty) is not kept.

    `what` names the rule in `LongTable.removed`.
    """

    column: str
    largest: float
    what: str


@dataclass(frozen=True)
class LongLayout:
    """Which columns of a long table mean what. Absent `annotation` and `drop` columns say nothing; all others must be there.

    Attributes
    ----------
    run
        Columns that may name the run; the first present in the header does.
    precursor
        Columns whose texts, joined by '_', identify the precursor within a protein group.
    group
        Protein group id; rows without one are removed and counted.
    quantity
        Linear quantity of the precursor; '' = none.
    protein_quantity
        Linear quantity of the protein group, repeated on each of its rows; '' = none.
    annotation
        Text columns that describe the group; its first value that is not empty wins.
    sequence
        Stripped sequence, by which peptides are counted; '' = precursors are counted.
    repeated
        What several rows of one precursor in one run mean: "first" | "sum" | "max".
    thresholds
        All must hold. A limit means the same for a column of float32 as for one of float64.
    drop
        (column, values that drop a row), e.g. ("Decoy", ("1", "True")): compared as numbers, or as text without case.
    """

    run: tuple[str, ...]
    precursor: tuple[str, ...]
    group: str
    quantity: str
    protein_quantity: str = ""
    annotation: tuple[str, ...] = ()
    sequence: str = ""
    repeated: str = "first"
    thresholds: tuple[Threshold, ...] = ()
    drop: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        if self.repeated not in ("first", "sum", "max"):
            raise ValueError(f"repeated is 'first', 'sum' or 'max', not {self.repeated!r}")


@dataclass(frozen=True)
class LongTable:
    """What a long table holds of the wanted runs; everything in order of first appearance among the kept rows.

    Attributes
    ----------
    groups
        One row per protein group: "group" and the layout's annotation columns, text, '' = missing.
    precursors
        One row per precursor: "precursor" (text), "group" (position in `groups`), "sequence" (text, '' = missing).
    quantities
        precursors x samples, float64, linear, NaN = missing; None without a quantity column.
    protein_quantities
        groups x samples, float64, linear, NaN = missing; None without a column of protein quantities.
    peptides
        groups x samples, int32: distinct stripped sequences with a kept row, quantified or not.
    other_runs
        Runs of the table that nobody asked for.
    removed
        Rows of wanted runs that each rule took, keyed by the threshold's `what` or the drop rule's column; the first that
        applies counts, drop rules before thresholds.
    rows
        Rows of the table, of any run.
    notes
        What a reader of the results should know of the table.
    """

    groups: pd.DataFrame
    precursors: pd.DataFrame
    quantities: np.ndarray | None
    protein_quantities: np.ndarray | None
    peptides: np.ndarray
    other_runs: tuple[str, ...]
    removed: dict[str, int]
    rows: int
    notes: tuple[str, ...]
