"""Moderated t-tests of contrasts: log2 matrix, design and contrasts -> one row per protein group and contrast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from myosieve.differential.design import Contrast, DesignMatrix
from myosieve.differential.linear import fit
from myosieve.differential.multiple import benjamini_hochberg
from myosieve.statistics.moderation import Prior, moderate

ONE_SIDE_ONLY = "no fold change can be estimated"


@dataclass(frozen=True)
class Tested:
    """The rows of all contrasts, one contrast after the other in the order of the proteins, and the prior behind them."""

    rows: pd.DataFrame
    prior: Prior


def moderated_t(
    values: pd.DataFrame,
    design: DesignMatrix,
    contrasts: Sequence[Contrast],
    trend: bool,
    excluded: pd.Series | None = None,
) -> Tested:
    """Test contrasts for every protein group with limma's moderated t statistic, exactly where values are missing.

    t = c'b / sqrt(s_post^2 c' (X_i' X_i)^- c) with X_i the design of the protein's observed samples, on d_i + d_0 degrees
    of freedom (Smyth 2004). Missing values stay missing; nothing is imputed.

    Parameters
    ----------
    values
        (m protein groups x n samples) log2 intensities, NaN = missing; columns as `design.samples`.
    design, contrasts
        From `differential.design`.
    trend
        Whether the prior variance follows the mean log2 intensity.
    excluded
        (m,) why a protein group is left out, '' where it is not; such groups are counted, but neither tested nor part of the
        prior.

    Returns
    -------
    Tested
        `rows` with protein_group, contrast, log2fc, ci_low, ci_high, se, t, df, p_value, q_value, mean_log2, n_treatment,
        n_control, of_treatment, of_control, test and note. What the observed samples cannot estimate is NaN, with a note.
    """
    matrix = values[design.samples].to_numpy(dtype=float)
    reasons = np.full(len(matrix), "") if excluded is None else excluded.to_numpy(dtype=str)
    seen = ~np.isnan(matrix)
    count = seen.sum(axis=1)
    used = (count > 0) & (reasons == "")
    vectors = np.column_stack([contrast.vector for contrast in contrasts])
    fitted = fit(matrix[used], design.matrix, vectors)
    moderated = moderate(fitted.variance, fitted.df_residual, fitted.mean if trend else None)

    def everywhere(column: np.ndarray) -> np.ndarray:
        whole = np.full(len(matrix), np.nan)
        whole[used] = column
        return whole

    mean = np.divide(np.nansum(matrix, axis=1), count, out=np.full(len(matrix), np.nan), where=count > 0)
    blocks = []
    for k, contrast in enumerate(contrasts):
        treatment, control = contrast.samples(design, +1), contrast.samples(design, -1)
        block = pd.DataFrame({"contrast": contrast.name, "protein_group": values.index, "mean_log2": mean})
        columns = _statistics(fitted.log2fc[:, k], fitted.stdev_unscaled[:, k], moderated.variance, moderated.df)
        block = block.assign(**{name: everywhere(column) for name, column in columns.items()})
        block["q_value"] = benjamini_hochberg(block["p_value"].to_numpy())
        block["n_treatment"], block["n_control"] = seen[:, treatment].sum(axis=1), seen[:, control].sum(axis=1)
        block["of_treatment"], block["of_control"] = int(treatment.sum()), int(control.sum())
        block["test"] = np.where(block["p_value"].notna(), "moderated_t", "none")
        block["note"] = np.where(reasons == "", _notes(block, everywhere(fitted.df_residual), count > 0), reasons)
        blocks.append(block)
    return Tested(pd.concat(blocks, ignore_index=True), moderated.prior)


def _statistics(log2fc: np.ndarray, stdev: np.ndarray, variance: np.ndarray, df: np.ndarray) -> dict[str, np.ndarray]:
    with np.errstate(invalid="ignore", divide="ignore"):
        se = stdev * np.sqrt(variance)
        # Without any variance (all replicates equal, no prior) there is no statistic, rather than an infinite one.
        t = np.where((se > 0) & (df > 0), log2fc / se, np.nan)
        half_width = stdtrit(df, 0.975) * se
        finite = ~np.isnan(t)
    return {
        "log2fc": log2fc,
        "ci_low": np.where(finite, log2fc - half_width, np.nan),
        "ci_high": np.where(finite, log2fc + half_width, np.nan),
        "se": np.where(finite, se, np.nan),
        "t": t,
        "df": np.where(finite, df, np.nan),
        "p_value": 2 * stdtr(df, -np.abs(t)),
    }


def _notes(block: pd.DataFrame, residual: np.ndarray, anything: np.ndarray) -> np.ndarray:
    """Say in words why a protein group has no test, or what to know about its test; empty otherwise."""
    tested = block["p_value"].notna().to_numpy()
    one_side = (block["n_treatment"] == 0) | (block["n_control"] == 0)
    seen = (
        "seen in "
        + block["n_treatment"].astype(str)
        + f" of {block['of_treatment'].iloc[0]} treatment and "
        + block["n_control"].astype(str)
        + f" of {block['of_control'].iloc[0]} control samples: "
    ).to_numpy()
    return np.select(
        [
            ~anything,
            tested & (residual == 0),
            tested,
            one_side,
            block["log2fc"].isna(),
        ],
        [
            "no value in any sample",
            "no residual degree of freedom: the variance is the prior's alone",
            "",
            seen + ONE_SIDE_ONLY,
            seen + "the design cannot estimate the contrast from these samples",
        ],
        "no variance to test against",
    )
