"""How the room reads tables that must belong to one run."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError


def of_contrasts(path: Path | None, kind: schema.Table, step: str, contrasts: set[str]) -> pd.DataFrame | None:
    """Return a table whose contrasts are all among those given; None where there is no path."""
    if path is None:
        return None
    table = files.read_table(path, kind)
    strangers = sorted(set(table["contrast"].dropna()) - contrasts)
    if strangers:
        raise InputError(f"contrast {strangers[0]!r} is of another run", path, f"run `myosieve {step}` again")
    return table


def intensities(quantified: Path, name: str) -> pd.DataFrame:
    """Return log2 values of the protein groups that passed the filter, groups x samples."""
    path = quantified / name
    proteins = files.read_table(quantified / "proteins.tsv", schema.QUANTIFIED)
    table = files.read_table(path)
    if table.columns[0] != "protein_group":
        raise InputError(f"the first column is {table.columns[0]!r}", path, "it must be 'protein_group'")
    values = table.set_index("protein_group")
    for column, kind in values.dtypes.items():
        if not pd.api.types.is_numeric_dtype(kind):
            raise InputError(f"column {column!r} holds text", path, "give log2 values, or nothing where there is none")
    passed = proteins.loc[proteins["excluded_because"].isna(), "protein_group"]
    return values[values.index.isin(passed)]
