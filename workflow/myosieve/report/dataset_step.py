"""`myosieve dataset`: the tables of a study -> dataset.h5ad."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import myosieve
from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.report.dataset import write_anndata


def dataset(
    quantified: Path, samples: Path, samples_qc: Path, annotation: Path, differential: Path, out: Path
) -> Summary:
    """Write matrices, samples and proteins of a study as AnnData.

    Parameters
    ----------
    quantified
        Folder that `quantify` wrote: X is the normalized log2 matrix; the layers are `log2` (before normalization),
        `peptide_counts`, and with `rollup: dpc` `dpc_log2`, `dpc_se` and `dpc_precursors`.
    samples, samples_qc
        Sample sheet and quality: obs.
    annotation, differential
        With proteins.tsv: var; of each contrast log2fc and q_value as `log2fc:<contrast>` and `q_value:<contrast>`.
    out
        The file.
    """
    values = _matrix(quantified / "intensities.tsv")
    var = _proteins(quantified / "proteins.tsv", annotation, differential, values)
    obs = _samples(samples, samples_qc, values)
    layers = {name: _matrix(quantified / f"{name}.tsv", values).T for name in ("log2", "peptide_counts")}
    layers |= _estimates(quantified / "estimates.parquet", values)
    with files.writing(out) as aside:
        write_anndata(
            aside,
            values.to_numpy().T,
            obs,
            var,
            {name: matrix.to_numpy() for name, matrix in layers.items()},
            {"myosieve": myosieve.__version__},
        )
    return Summary()


def _matrix(path: Path, like: pd.DataFrame | None = None) -> pd.DataFrame:
    table = files.read_table(path).set_index("protein_group").astype(float)
    if like is None:
        return table
    if set(table.index) != set(like.index) or list(table.columns) != list(like.columns):
        raise InputError("it has other protein groups or samples than intensities.tsv", path, "run `quantify` again")
    return table.loc[like.index]


def _samples(samples: Path, samples_qc: Path, values: pd.DataFrame) -> pd.DataFrame:
    quality = files.read_table(samples_qc, schema.SAMPLES_QC).set_index("sample")
    sheet = files.read_table(samples, schema.SAMPLES).set_index("sample")
    absent = [name for name in values.columns if name not in quality.index or name not in sheet.index]
    if absent:
        raise InputError(f"sample {absent[0]!r} is missing", samples_qc, "give the tables of one study")
    more = sheet.drop(columns=[name for name in sheet if name in quality])
    return quality.join(more).loc[list(values.columns)].rename_axis(index="sample")


def _proteins(proteins: Path, annotation: Path, differential: Path, values: pd.DataFrame) -> pd.DataFrame:
    var = files.read_table(proteins, schema.QUANTIFIED).set_index("protein_group")
    classes = files.read_table(annotation, schema.ANNOTATION).set_index("protein_group")
    tests = files.read_table(differential, schema.DIFFERENTIAL)
    for table, path in ((var, proteins), (classes, annotation)):
        absent = values.index.difference(table.index)
        if len(absent):
            raise InputError(f"protein group {absent[0]!r} is missing", path, "give the tables of one study")
    var = var.join(classes.drop(columns=[name for name in classes if name in var])).loc[values.index]
    for name, rows in tests.groupby("contrast", sort=False):
        of_group = rows.set_index("protein_group").reindex(values.index)
        var[f"log2fc:{name}"], var[f"q_value:{name}"] = of_group["log2fc"], of_group["q_value"]
    return var


def _estimates(path: Path, values: pd.DataFrame) -> dict[str, pd.DataFrame]:
    long = pd.read_parquet(path)
    if long.empty:
        return {}
    rows, columns = values.columns.get_indexer(long["sample"]), values.index.get_indexer(long["protein_group"])
    if min(rows.min(), columns.min()) < 0:
        raise InputError("it has other protein groups or samples than intensities.tsv", path, "run `quantify` again")
    layers = {}
    for column, name in {"log2": "dpc_log2", "se": "dpc_se", "precursors": "dpc_precursors"}.items():
        layer = np.full((len(values.columns), len(values)), np.nan)
        layer[rows, columns] = long[column]
        layers[name] = pd.DataFrame(layer, index=values.columns, columns=values.index)
    return layers
