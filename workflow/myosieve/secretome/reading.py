"""The tables of other steps that more than one step of this room reads, held against each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError


def read_intensities(path: Path, groups: pd.Series, samples: pd.Series) -> np.ndarray:
    """Return log2 intensities (groups x samples) in the order of both keys.

    Raises
    ------
    InputError
        A sample has no column, the protein groups are others, or a cell is no number.
    """
    table = files.read_table(path)
    key = table.columns[0]
    absent = [name for name in samples if name not in table.columns]
    if absent:
        raise InputError(f"column of sample {absent[0]!r} is missing", path, "run `quantify` again")
    if table[key].duplicated().any() or set(table[key]) != set(groups):
        raise InputError("its protein groups are not those of proteins.tsv", path, "run `quantify` again")
    values = table.set_index(key).loc[groups.to_numpy(), samples.to_numpy()]
    try:
        return values.to_numpy(dtype=float)
    except ValueError:
        raise InputError("a cell is not a number", path, "give log2 intensities, empty where missing") from None


def read_annotation(path: Path, groups: pd.Series) -> pd.DataFrame:
    """Return the rows of annotation.tsv in the order of the protein groups.

    Raises
    ------
    InputError
        A protein group has no row.
    """
    annotation = files.read_table(path, schema.ANNOTATION).drop_duplicates("protein_group")
    absent = sorted(set(groups) - set(annotation["protein_group"]))
    if absent:
        raise InputError(f"protein group {absent[0]!r} is missing", path, "run `evidence` on the same proteins.tsv")
    return annotation.set_index("protein_group").reindex(groups).reset_index()
