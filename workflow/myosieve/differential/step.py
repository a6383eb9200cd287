"""The differential step: log2 intensities + sample sheet + design and contrasts -> differential.tsv."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.differential.contrasts import ONE_SIDE_ONLY, Tested, moderated_t
from myosieve.differential.design import DesignMatrix, contrasts, design_matrix
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.tables.samples import read_samples


def differential(
    intensities: Path, samples: Path, settings: dict[str, Any], out: Path, *, proteins: Path | None = None
) -> Summary:
    """Test every contrast and write one row per protein group and contrast, also for groups that are not tested.

    Parameters
    ----------
    intensities
        Log2 values: `protein_group`, then one column per sample.
    samples
        Sample sheet: `sample`, `condition`, the covariates of the design; rows of another fraction than secretome are left
        out.
    settings
        `design`, `contrasts`, `method`, `quantity`.
    out
        differential.tsv.
    proteins
        `schema.QUANTIFIED`: names of the groups and which of them are excluded; without it every group is tested.
    """
    if not settings.get("contrasts"):
        raise InputError("no contrast is given", "contrasts", "name one, as --contrast 'b_vs_a=b - a'")
    values = read_intensities(intensities)
    sheet = read_sheet(samples, values, intensities)
    design = design_matrix(sheet, settings["design"], f"{samples}, design")
    wanted = contrasts(design, settings["contrasts"], "contrasts", ratios=settings["quantity"] == "ratio")
    names = _read_names(proteins, values)
    excluded = names["excluded_because"].fillna("")
    tested = moderated_t(values, design, wanted, settings["method"] == "limma_trend", excluded)
    named = names.loc[tested.rows["protein_group"], ["accession", "gene"]].reset_index(drop=True)
    rows = tested.rows.assign(accession=named["accession"], gene=named["gene"])
    files.write_table(out, schema.DIFFERENTIAL.arrange(rows))
    return _summary(tested, design, settings, int((excluded != "").sum()))


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
    for column, kind in table.dtypes.items():
        if not pd.api.types.is_numeric_dtype(kind):
            cell = table.loc[pd.to_numeric(table[column], errors="coerce").isna() & table[column].notna(), column]
            raise InputError(f"column {column!r} holds {cell.iloc[0]!r}", path, "give log2 numbers, empty = missing")
    if np.isinf(table.to_numpy(dtype=float)).any():
        raise InputError("a value is infinite", path, "leave cells without a value empty: log2 of 0 is no intensity")
    return table.astype(float)


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


def _read_names(proteins: Path | None, values: pd.DataFrame) -> pd.DataFrame:
    """Return accession, gene and excluded_because by protein group, in the order of the values."""
    columns = ["accession", "gene", "excluded_because"]
    if proteins is None:
        return pd.DataFrame("", index=values.index, columns=columns).assign(accession=values.index)
    names = files.read_table(proteins, schema.QUANTIFIED).set_index("protein_group")
    unknown = values.index.difference(names.index)
    if len(unknown):
        raise InputError(
            f"protein_group {unknown[0]!r} is missing", proteins, "give the proteins.tsv of the same table"
        )
    return names.loc[values.index, columns]


def _summary(tested: Tested, design: DesignMatrix, settings: dict[str, Any], excluded: int) -> Summary:
    trend = settings["method"] == "limma_trend"
    prior = tested.prior
    summary = Summary()
    summary.methods.append(
        f"Differences were tested by linear models ({settings['design']}, {len(design.samples)} samples) fitted to each "
        "protein group's observed log2 values without imputation, with exact contrast variances and moderated t statistics "
        f"({'limma with a mean-variance trend' if trend else 'limma'}; Smyth 2004, Stat Appl Genet Mol Biol 3:3; prior degrees "
        f"of freedom {prior.df:.3g}); p-values were adjusted within each contrast (Benjamini & Hochberg 1995)."
    )
    summary.warnings += [
        f"the design takes {name!r} as a number, with one slope for all its values: write C({name}) if it names groups"
        for name in design.doubtful_slopes
    ]
    if prior.zero_variances:
        summary.warnings.append(
            f"{prior.zero_variances} protein groups do not vary at all between replicates and were left out of the prior "
            "variance: look whether their values were imputed or copied"
        )
    summary.counts["excluded before testing"] = excluded
    for name, block in tested.rows.groupby("contrast", sort=False):
        summary.counts[f"{name}: tested"] = int((block["test"] != "none").sum())
        one_side = block["note"].str.endswith(ONE_SIDE_ONLY)
        summary.counts[f"{name}: seen on one side only"] = int(one_side.sum())
    return summary
