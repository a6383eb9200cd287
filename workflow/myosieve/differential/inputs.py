"""The files that tests read: log2 values, sample sheet, design, what is known of the protein groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.differential.design import DesignMatrix, design_matrix, given_design
from myosieve.differential.model import Estimates
from myosieve.errors import InputError
from myosieve.quant.normalization.follow import follow
from myosieve.tables.samples import read_samples


def read_intensities(path: Path) -> pd.DataFrame:
    """Read log2 values: `protein_group`, then one column per sample."""
    table = files.read_table(path)
    if table.columns[0] != "protein_group":
        raise InputError(
            f"the first column is {table.columns[0]!r}", path, "name the key column 'protein_group', then samples"
        )
    table = table.set_index("protein_group")
    if table.index.isna().any() or table.index.duplicated().any():
        name = table.index[table.index.duplicated() | table.index.isna()][0]
        raise InputError(f"protein_group {name!r} is empty or repeated", path, "make every key unique")
    _refuse_text(table, path, "give log2 numbers, empty = missing")
    if np.isinf(table.to_numpy(dtype=float)).any():
        raise InputError("a value is infinite", path, "leave cells without a value empty: log2 of 0 is no intensity")
    return table.astype(float)


def _refuse_text(table: pd.DataFrame, path: Path, remedy: str) -> None:
    for column, kind in table.dtypes.items():
        if not pd.api.types.is_numeric_dtype(kind):
            cell = table.loc[pd.to_numeric(table[column], errors="coerce").isna() & table[column].notna(), column]
            raise InputError(f"column {column!r} holds {cell.iloc[0]!r}", path, remedy)


def read_precursors(path: Path, rollup: str) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Read linear precursor intensities (`schema.PRECURSORS`) and roll them up.

    Returns
    -------
    Log2 values of the protein groups x samples; `schema.ESTIMATES` where the rollup is dpc, else None.
    """
    from myosieve.quant.rollup.methods import roll_up

    table = files.read_table(path, schema.PRECURSORS)
    samples = [name for name in table.columns if name not in schema.PRECURSORS.names]
    remedy = "give linear intensities, empty = missing"
    _refuse_text(table[samples], path, remedy)
    linear = table[samples].to_numpy(dtype=float)
    if (linear < 0).any() or not samples:
        raise InputError("an intensity is negative, or there is none", path, remedy)
    with np.errstate(divide="ignore"):
        log2 = np.where(linear > 0, np.log2(linear), np.nan)
    order = np.argsort(table["precursor"].to_numpy(dtype=str), kind="stable")
    codes, names = pd.factorize(table["protein_group"], sort=True)
    found = roll_up(log2[order], codes[order], rollup)
    values = pd.DataFrame(found.log2, index=pd.Index(names, name="protein_group"), columns=samples)
    if found.estimates is None:
        return values, None
    long = {"protein_group": np.repeat(names, len(samples)), "sample": np.tile(samples, len(names))}
    long |= {
        "log2": found.estimates.ravel(),
        "se": found.standard_errors.ravel(),
        "precursors": found.observed.ravel().astype(float),
    }
    return values, schema.ESTIMATES.arrange(pd.DataFrame(long))


def read_sheet(path: Path, values: pd.DataFrame, intensities: Path) -> pd.DataFrame:
    """Read the rows of the sample sheet that are tested: the secretomes, each with a column of the values."""
    sheet = read_samples(path).frame
    sheet = sheet[sheet["fraction"] == "secretome"].reset_index(drop=True)
    if sheet.empty:
        raise InputError("no sample of fraction secretome", path, "mark the conditioned-medium samples so")
    for name in sheet["sample"]:
        if name not in values.columns:
            columns = ", ".join(map(str, values.columns[:8]))
            raise InputError(f"sample {name!r} has no column in {intensities}", path, f"columns there: {columns}, ...")
    return sheet


def read_design(sheet: pd.DataFrame, settings: Mapping[str, Any], where: object) -> DesignMatrix:
    """Build the design of the settings: their formula, or the matrix in the file that they name."""
    path = settings["design_matrix"]
    if not path:
        return design_matrix(sheet, settings["design"], where)
    return given_design(sheet, files.read_table(Path(path)), path)


def read_block(sheet: pd.DataFrame, settings: Mapping[str, Any], where: object) -> np.ndarray | None:
    """Return the labels (n,) of the random block of the settings, or None without one.

    Raises
    ------
    InputError
        The sheet has no such column, a sample no value in it, or no block holds two samples.
    """
    name = settings["block"]
    if not name:
        return None
    if name not in sheet.columns:
        columns = ", ".join(map(str, sheet.columns))
        raise InputError(f"block names {name!r}", where, f"columns of the sample sheet: {columns}")
    labels = sheet[name].astype("str").where(sheet[name].notna(), "").str.strip()
    if (labels == "").any():
        first = sheet.loc[labels == "", "sample"].iloc[0]
        raise InputError(f"sample {first!r} has no value in {name!r}", where, "fill it in, or set block to none")
    if labels.is_unique:
        raise InputError(f"block {name!r} holds one sample each", where, "a block groups the samples of a subject")
    return labels.to_numpy(dtype=object)


def check_method(settings: Mapping[str, Any], where: object) -> None:
    """Refuse options that do not go together."""
    method = settings["method"]
    if method == "dpc" and settings["imputation"] != "none":
        raise InputError("imputation has no place in method dpc", where, "missing precursors count there as they are")
    if method == "dpc" and settings["sample_weights"]:
        raise InputError("sample_weights have no place in method dpc", where, "its weights come from standard errors")
    name = settings["block"]
    if name and not settings["design_matrix"] and name in settings["design"].replace("+", " ").split():
        raise InputError(f"{name!r} is in the design and the block", where, "keep it in one: fixed or random")


def read_names(proteins: Path | None, values: pd.DataFrame) -> pd.DataFrame:
    """Return accession, gene, peptides and excluded_because by protein group, in the order of the values."""
    columns = ["accession", "gene", "peptides", "excluded_because"]
    if proteins is None:
        empty = pd.DataFrame("", index=values.index, columns=columns)
        return empty.assign(accession=values.index, peptides=np.nan)
    names = files.read_table(proteins, schema.QUANTIFIED).set_index("protein_group")
    unknown = values.index.difference(names.index)
    if len(unknown):
        raise InputError(
            f"protein_group {unknown[0]!r} is missing", proteins, "give the proteins.tsv of the same table"
        )
    return names.loc[values.index, columns].assign(excluded_because=lambda table: table["excluded_because"].fillna(""))


def peptides_of(names: pd.DataFrame, settings: Mapping[str, Any], where: object) -> pd.Series | None:
    """Return the number of peptides (m,) for deqms; None for other methods."""
    if settings["method"] != "deqms":
        return None
    counts = pd.to_numeric(names["peptides"], errors="coerce")
    if counts.isna().all():
        raise InputError("method deqms needs numbers of peptides", where, "use limma_trend, or a table that has them")
    return counts


def arranged_estimates(
    table: pd.DataFrame | None, values: pd.DataFrame, samples: list[str], settings: Mapping[str, Any], where: object
) -> Estimates | None:
    """Return the estimates (m x n) of method dpc, in the order of the values and samples; None for other methods.

    Protein groups without estimates are NaN.
    """
    if settings["method"] != "dpc":
        return None
    if table is None or table.empty:
        raise InputError("method dpc needs estimates", where, "set rollup: dpc, for a table that has precursors")
    wide = table.pivot(  # noqa: PD010
        index="protein_group", columns="sample", values=["log2", "se", "precursors"]
    )
    lacking = [name for name in samples if ("log2", name) not in wide.columns]
    if lacking:
        raise InputError(f"sample {lacking[0]!r} has no estimates", where, "give those of the same samples")
    wide = wide.reindex(values.index)
    return Estimates(*(wide[kind][samples].to_numpy(dtype=float) for kind in ("log2", "se", "precursors")))


def followed(estimates: Estimates | None, before: pd.DataFrame, after: pd.DataFrame) -> Estimates | None:
    """Return estimates that follow the normalization of the values (`quant.normalization.follow`)."""
    if estimates is None:
        return None
    before = before.loc[after.index, after.columns]
    return replace(estimates, log2=follow(estimates.log2, before.to_numpy(dtype=float), after.to_numpy(dtype=float)))
