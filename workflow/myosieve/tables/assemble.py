"""Values and features as a reader found them -> a QuantTable: unique keys, protein groups of precursors, counts per sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve import schema
from myosieve.errors import InputError
from myosieve.progress import on_terminal
from myosieve.tables import accessions, column_names, matching, wide
from myosieve.tables.long import LongLayout, LongTable, read_long, run_names
from myosieve.tables.samples import Samples, swapped
from myosieve.tables.table import Precursors, QuantTable


def by_group(proteins: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Return values (rows as the proteins) with the proteins' unique keys as index."""
    return values.set_axis(pd.Index(proteins["protein_group"], name="protein_group"), axis=0)


def precursors_of(groups: Sequence[str], names: Sequence[str], sequences: Sequence[str], values: np.ndarray,
                  samples: Sequence[str]) -> Precursors:  # fmt: skip
    """Return precursors with unique names.

    Parameters
    ----------
    groups, names, sequences
        Per precursor: the key of its protein group, what the engine calls it, its amino acids ('' = unknown).
    values
        Precursors x samples, linear, NaN = missing.
    samples
        Sample names.
    """
    features = pd.DataFrame(
        {"precursor": accessions.unique(list(names)), "protein_group": list(groups), "sequence": list(sequences)}
    )
    index = pd.Index(features["precursor"], name="precursor")
    return Precursors(schema.PRECURSORS.arrange(features), pd.DataFrame(values, index=index, columns=list(samples)))


def peptide_counts(precursors: Precursors, proteins: pd.DataFrame) -> pd.DataFrame:
    """Return how many peptides (distinct sequences, else precursors) of each protein group every sample has a value of."""
    features = precursors.features
    unit = features["sequence"].where(features["sequence"] != "", features["precursor"])
    keys = [features["protein_group"].to_numpy(), unit.to_numpy()]
    seen = precursors.intensities.notna().groupby(keys, sort=False).any()
    counts = seen.groupby(level=0, sort=False).sum().reindex(proteins["protein_group"], fill_value=0)
    return counts.rename_axis(index="protein_group").astype(float)


def unswapped(quant: QuantTable, samples: Samples) -> QuantTable:
    """Return the table with the ratios of samples whose labels are swapped inverted, so that all point the same way.

    Raises
    ------
    InputError
        The sheet says that labels are swapped, and the values are no ratios.
    """
    names = swapped(samples)
    if not names:
        return quant
    if quant.quantity != "ratio":
        raise InputError(
            f"label_swap is yes for {names[0]!r}, but the values are {quant.quantity}, no ratios",
            samples.path,
            "leave label_swap empty, or name ratios, as 'H/L experiment', in 'column' (of a generic table: quantity: ratio)",
        )

    def inverted(values: pd.DataFrame) -> pd.DataFrame:
        return values.assign(**{name: 1 / values[name] for name in names})

    precursors = quant.precursors
    if precursors is not None:
        precursors = replace(precursors, intensities=inverted(precursors.intensities))
    note = f"ratios of swapped labels were inverted ({len(names)}): {', '.join(names)}"
    notes = (*quant.notes, note)
    return replace(quant, intensities=inverted(quant.intensities), precursors=precursors, notes=notes)


def empty_intensities(proteins: pd.DataFrame, samples: Samples) -> pd.DataFrame:
    """Return a matrix without any value, for tables that have precursors only."""
    index = pd.Index(proteins["protein_group"], name="protein_group")
    return pd.DataFrame(np.nan, index=index, columns=list(samples.frame["sample"]))


def rows_of_groups(groups: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Return the distinct protein group ids of a table of precursors, with the line of their first row, and who has which.

    Parameters
    ----------
    groups
        One cell per precursor, index = line.

    Returns
    -------
    The ids in order of first appearance, index = line; and the position in them of each precursor's group.
    """
    codes, ids = pd.factorize(groups.to_numpy())
    first = groups.index[np.unique(codes, return_index=True)[1]]
    return pd.Series(ids, index=first), codes


def long_table(path: Path, layout: LongLayout, samples: Samples, hint: str) -> tuple[LongTable, tuple[str, ...]]:
    """Read the sheet's samples from a table with one row per precursor and run.

    Parameters
    ----------
    path, layout
        The table and its columns.
    samples
        The sheet; its `column` holds the run as the table names it, its file name, or the stem of that.
    hint
        What to write into the sheet's `column`, for messages.

    Returns
    -------
    The table, and the runs that the sheet does not name.

    Raises
    ------
    InputError
        A sample matches no run, or several; no row is left; a cell is no number.
    """
    names = run_names(path, layout, on_terminal("rows looked at"))
    spellings = wide.run_spellings(dict(enumerate(names)))
    positions = matching.match(samples, names, spellings, "run", path, hint)
    places = {names[p]: place for place, p in enumerate(positions)}
    table = read_long(path, layout, places, len(positions), on_terminal("rows read"))
    described = table.groups.drop(columns="group").apply(
        lambda cells: column_names.told(cells, genes=cells.name == "Genes")
    )
    table = replace(table, groups=table.groups.assign(**described))
    if table.groups.empty:
        told = "; ".join(f"{reason}: {count}" for reason, count in table.removed.items() if count)
        raise InputError(
            f"no row is left of {table.rows} ({told or 'none has a value'})",
            path,
            "set higher limits in identification",
        )
    return table, matching.left_out(samples, names, range(len(names)), positions, spellings)


def from_long(
    table: LongTable, proteins: pd.DataFrame, samples: Samples, *, engine: str, version: str, quantity: str,
    left_out: tuple[str, ...], notes: Sequence[str] = (), removed: Mapping[str, int] | None = None,
) -> QuantTable:  # fmt: skip
    """Return the QuantTable of a long table; `proteins` has one row per row of `table.groups`."""
    names = list(samples.frame["sample"])
    keys = proteins["protein_group"].to_numpy()
    index = pd.Index(keys, name="protein_group")
    intensities = empty_intensities(proteins, samples)
    if table.protein_quantities is not None:
        intensities = pd.DataFrame(table.protein_quantities, index=index, columns=names)
    precursors = None
    if table.quantities is not None:
        features = table.precursors
        precursors = precursors_of(
            keys[features["group"].to_numpy()], features["precursor"], features["sequence"], table.quantities, names
        )
    counts = pd.DataFrame(np.asarray(table.peptides, dtype=float), index=index, columns=names)
    return QuantTable(
        proteins,
        intensities,
        engine,
        version,
        quantity,
        left_out,
        (*notes, *table.notes),
        counts,
        precursors,
        table.removed if removed is None else removed,
    )
