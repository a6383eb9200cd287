"""All of a study as one AnnData file (`dataset.h5ad`), for scverse tools: samples are observations, protein groups variables.

Written with h5py by AnnData's on-disk specification (https://anndata.readthedocs.io/en/latest/fileformat-prose.html; anndata
0.1.0, array, dataframe and string-array 0.2.0, dict 0.1.0). The package anndata itself was weighed: its releases do not
admit pandas 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import h5py


def write_anndata(
    path: Path,
    x: np.ndarray,
    obs: pd.DataFrame,
    var: pd.DataFrame,
    layers: Mapping[str, np.ndarray],
    uns: Mapping[str, str],
) -> None:
    """Write an AnnData file.

    Parameters
    ----------
    path
        The file.
    x
        (n samples x m protein groups) values, NaN = missing.
    obs, var
        One row per sample and per protein group; the index holds the names. Columns are numbers, or text with missing as ''.
    layers
        Further matrices of the shape of x.
    uns
        Texts about the whole.
    """
    import h5py

    # The same input gives the same bytes: no time stamps, entries in the order of their creation.
    with h5py.File(path, "w", libver=("v110", "v110"), track_order=True) as file:
        _marked(file, "anndata", "0.1.0")
        _array(file, "X", x)
        _frame(file, "obs", obs)
        _frame(file, "var", var)
        for name in ("obsm", "varm", "obsp", "varp"):
            _marked(file.create_group(name), "dict", "0.1.0")
        group = _marked(file.create_group("layers"), "dict", "0.1.0")
        for name, values in layers.items():
            _array(group, name, values)
        group = _marked(file.create_group("uns"), "dict", "0.1.0")
        for name, text in uns.items():
            _marked(group.create_dataset(name, data=text, dtype=h5py.string_dtype()), "string", "0.2.0")


def _frame(parent: h5py.Group, name: str, frame: pd.DataFrame) -> None:
    import h5py

    group = _marked(parent.create_group(name), "dataframe", "0.2.0")
    key = frame.index.name or "_index"
    group.attrs["_index"] = key
    # A slash in a name would make a group of it.
    names = [str(column).replace("/", "|") for column in frame.columns]
    group.attrs["column-order"] = np.array(names, dtype=h5py.string_dtype())
    _array(group, key, frame.index.to_numpy(dtype=object))
    for place, column in enumerate(names):
        cells = frame.iloc[:, place]
        numeric = pd.api.types.is_numeric_dtype(cells)
        _array(group, column, cells.to_numpy(dtype=float if numeric else object))


def _array(parent: h5py.Group, name: str, values: np.ndarray) -> None:
    import h5py

    if values.dtype == object:
        texts = np.array(["" if cell is None or cell != cell else str(cell) for cell in values], dtype=object)
        _marked(parent.create_dataset(name, data=texts, dtype=h5py.string_dtype()), "string-array", "0.2.0")
    else:
        _marked(parent.create_dataset(name, data=values, compression="gzip", shuffle=True), "array", "0.2.0")


def _marked(node: Any, kind: str, version: str) -> Any:
    node.attrs["encoding-type"], node.attrs["encoding-version"] = kind, version
    return node
