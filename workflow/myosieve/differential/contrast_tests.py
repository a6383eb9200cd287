"""Tests of contrasts: log2 matrix, design and contrasts -> one row per protein group and contrast.

The linear model is fitted to each protein group's own values (`linear`), its variance is moderated over all of them
(`statistics.moderation`), and every contrast gets a moderated t statistic,

    t = c'b / sqrt(s_post^2 c' (X_i' V_i^-1 X_i)^- c)   on d_i + d_0 degrees of freedom (Smyth 2004).

Missing values stay missing, unless an imputation is asked for. A protein group that is silent in a condition has no such
statistic: there the absence itself is tested (`detection`), where the table allows it (`dropout`). Both kinds of p-value are
of the same null hypothesis, and one Benjamini-Hochberg family per contrast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from myosieve.differential.block import consensus_correlation
from myosieve.differential.design import Contrast, DesignMatrix
from myosieve.differential.detection import absence
from myosieve.differential.dropout import DropoutModel, dropout_model
from myosieve.differential.imputation import impute, imputed_share
from myosieve.differential.linear import Fit, fit
from myosieve.differential.multiple import benjamini_hochberg, family_q_values
from myosieve.differential.notes import notes
from myosieve.differential.omnibus import moderated_f
from myosieve.differential.precision import fit_estimates
from myosieve.differential.sample_weights import array_weights
from myosieve.differential.treat import treat
from myosieve.statistics.moderation import Moderated, Prior, moderate

DETECTION, NO_TEST = "detection", "none"
# What the rows of a method are called.
_TEST_OF = {"limma": "moderated_t", "limma_trend": "moderated_t", "deqms": "deqms", "dpc": "dpc"}
METHODS = tuple(_TEST_OF)


@dataclass(frozen=True)
class Options:
    """How contrasts are tested; the study's settings of the same names say what each does."""

    method: str = "limma_trend"
    robust: bool = False
    legacy: bool = False
    min_log2fc: float = 0.0
    detection: bool = True
    sample_weights: bool = False
    imputation: str = "none"
    imputation_seed: int = 1

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Options:
        """Take the options out of a stage's settings."""
        return cls(**{field.name: settings[field.name] for field in fields(cls)})


@dataclass(frozen=True)
class Estimates:
    """What `dpc` knows of every protein group and sample: log2 (m x n), se (m x n, log2), precursors seen (m x n)."""

    log2: np.ndarray
    se: np.ndarray
    precursors: np.ndarray

    def of(self, rows: np.ndarray) -> Estimates:
        """Return some of the protein groups."""
        return Estimates(self.log2[rows], self.se[rows], self.precursors[rows])


@dataclass(frozen=True)
class Tested:
    """The tests of all contrasts, and what was learned on the way.

    Attributes
    ----------
    rows
        One contrast after the other in the order of the protein groups: protein_group, contrast, log2fc, ci_low, ci_high, se,
        t, df, p_value, log10_p, q_value, mean_log2, n_treatment, n_control, of_treatment, of_control, imputed_share,
        log2fc_bound, test and note. What the observed samples cannot estimate is NaN, with a note.
    f_tests
        One row per protein group: protein_group, contrasts (estimable), f, df1, df2, p_value, q_value of all contrasts at once.
    prior
        Of the variances.
    dropout
        Model of the missing values; None where absence was not tested.
    correlation
        Of samples of a block; None without blocks.
    weights
        (n,) sample weights; None without.
    imputed
        (m x n) which values were imputed, and the values, NaN elsewhere; None without.
    """

    rows: pd.DataFrame
    f_tests: pd.DataFrame
    prior: Prior
    dropout: DropoutModel | None
    correlation: float | None
    weights: np.ndarray | None
    imputed: pd.DataFrame | None


def contrast_tests(
    values: pd.DataFrame,
    design: DesignMatrix,
    contrasts: Sequence[Contrast],
    options: Options,
    *,
    excluded: pd.Series | None = None,
    peptides: pd.Series | None = None,
    estimates: Estimates | None = None,
    block: np.ndarray | None = None,
) -> Tested:
    """Test contrasts for every protein group.

    Parameters
    ----------
    values
        (m protein groups x n samples) log2 intensities, NaN = missing; columns as `design.samples`.
    design, contrasts
        From `differential.design`.
    options
        How.
    excluded
        (m,) why a protein group is left out, '' where it is not; such groups are counted, but neither tested nor part of the
        prior.
    peptides
        (m,) number of peptides, for `deqms`.
    estimates
        Of all protein groups in `design.samples`, for `dpc`.
    block
        (n,) labels of blocks whose samples are correlated, in the order of `design.samples`.
    """
    matrix = values[design.samples].to_numpy(dtype=float)
    reasons = np.full(len(matrix), "") if excluded is None else excluded.to_numpy(dtype=str)
    seen = ~np.isnan(matrix)
    used = seen.any(axis=1) & (reasons == "")
    if options.method == "dpc":
        if estimates is None:
            raise ValueError("dpc needs estimates with standard errors")
        used &= np.isfinite(estimates.log2).all(axis=1)
    filled = matrix if used.all() else matrix[used]
    if options.imputation != "none":
        keys = values.index[used].astype("str").to_list()
        completed = impute(filled, keys, design.samples, options.imputation, options.imputation_seed, design.conditions)
        filled = completed.values  # noqa: PD011
    weights = array_weights(filled, design.matrix) if options.sample_weights else None
    correlation = None
    if block is not None:
        known = estimates.log2[used] if options.method == "dpc" else filled
        correlation = _usable_correlation(consensus_correlation(known, design.matrix, block, weights).rho)
    vectors = np.column_stack([contrast.vector for contrast in contrasts])
    errors = {"block": block, "correlation": correlation or 0.0, "covariance": True}
    if options.method == "dpc":
        own = estimates.of(used)
        fitted = fit_estimates(own.log2, own.se, own.precursors, design.matrix, vectors, **errors)
    else:
        fitted = fit(filled, design.matrix, vectors, weights=weights, **errors)
    covariate = _covariate(options.method, fitted, None if peptides is None else peptides.to_numpy(dtype=float)[used])
    moderated = moderate(
        fitted.variance,
        fitted.df_residual,
        covariate,
        robust=options.robust,
        legacy=options.legacy,
        # limma takes protein groups without residual degrees of freedom for outliers and overstates the prior's.
        count_without_df=False,
    )
    dropout = None
    if options.detection and options.imputation == "none" and options.method != "dpc":
        dropout = dropout_model(matrix[used], moderated.variance, design.conditions)

    frame = _Frame(values.index, used)
    count = seen.sum(axis=1)
    mean = _means(matrix, count, None if options.imputation != "none" or options.method == "dpc" else fitted.mean, used)
    imputed = None
    if options.imputation != "none":
        imputed = np.zeros(matrix.shape, dtype=bool)
        imputed[used] = ~seen[used] & ~np.isnan(filled)
    blocks = []
    for k, contrast in enumerate(contrasts):
        columns = _statistics(fitted.log2fc[:, k], fitted.stdev_unscaled[:, k], moderated, options)
        if dropout is not None and not dropout.refused:
            _add_absence(columns, matrix[used], design, contrast, moderated, dropout, options.min_log2fc)
        columns["q_value"] = family_q_values(columns["log_p"], columns.pop("log_rate"), len(filled))
        log_p = columns.pop("log_p")
        columns |= {"p_value": np.exp(log_p), "log10_p": log_p / np.log(10)}
        treatment, control = contrast.samples(design, +1), contrast.samples(design, -1)
        rows = {"contrast": _texts(contrast.name, len(matrix))} | frame.whole(columns)
        rows["mean_log2"] = mean
        rows["n_treatment"], rows["n_control"] = seen[:, treatment].sum(axis=1), seen[:, control].sum(axis=1)
        for name, samples in (("of_treatment", treatment), ("of_control", control)):
            rows[name] = np.full(len(matrix), samples.sum())
        rows["imputed_share"] = np.zeros(len(matrix)) if imputed is None else imputed_share(imputed, treatment, control)
        told = notes(rows, frame.numbers(fitted.df_residual), count > 0, dropout)
        rows["note"] = told if excluded is None else np.where(reasons == "", told, reasons)
        rows = pd.DataFrame(rows)
        blocks.append(rows)
    return Tested(
        rows=pd.concat(blocks, ignore_index=True),
        f_tests=_f_tests(fitted, moderated, frame),
        prior=moderated.prior,
        dropout=dropout,
        correlation=correlation,
        weights=weights,
        imputed=None if options.imputation == "none" else _imputed(values.index, design.samples, imputed, used, filled),
    )


def _usable_correlation(rho: float) -> float:
    """Return the correlation, or 0 where no protein tells one: then samples count as independent."""
    return 0.0 if np.isnan(rho) else float(rho)


def _imputed(
    index: pd.Index, samples: Sequence[str], imputed: np.ndarray, used: np.ndarray, filled: np.ndarray
) -> pd.DataFrame:
    rows, columns = np.nonzero(imputed)
    place = np.cumsum(used) - 1
    table = {"protein_group": index[rows], "sample": np.array(samples, dtype=object)[columns]}
    return pd.DataFrame(table | {"log2": filled[place[rows], columns]})


@dataclass(frozen=True)
class _Frame:
    """Puts what was computed for the used protein groups back among all of them."""

    index: pd.Index
    used: np.ndarray

    def numbers(self, column: np.ndarray) -> np.ndarray:
        whole = np.full(len(self.used), np.nan)
        whole[self.used] = column
        return whole

    def whole(self, columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray | pd.Index]:
        table = {"protein_group": self.index}
        for name, column in columns.items():
            if column.dtype == float:
                table[name] = self.numbers(column)
            else:
                several, place = pd.factorize(column)[::-1]
                codes = np.full(len(self.used), len(several))
                codes[self.used] = place
                texts = [*several, NO_TEST if name == "test" else "no"]
                table[name] = pd.array(texts, dtype="str").take(codes)
        return table


def _texts(text: str, m: int) -> pd.api.extensions.ExtensionArray:
    """Return a text m times, without making a string object for each."""
    return pd.array([text], dtype="str").take(np.zeros(m, dtype=int))


def _means(matrix: np.ndarray, count: np.ndarray, fitted: np.ndarray | None, used: np.ndarray) -> np.ndarray:
    """Return the mean of each protein group's values, from the fit where that has it already."""
    mean = np.full(len(matrix), np.nan)
    rest = count > 0
    if fitted is not None:
        mean[used], rest = fitted, rest & ~used
    mean[rest] = np.nansum(matrix[rest], axis=1) / count[rest]
    return mean


def _covariate(method: str, fitted: Fit, peptides: np.ndarray | None) -> np.ndarray | None:
    """Return what the prior variance follows: nothing, the mean log2 intensity, or the number of peptides (Zhu et al. 2020).

    The precision weights of dpc leave residual variances relative to their trend: none is needed.
    """
    if method in ("limma", "dpc"):
        return None
    if method == "deqms":
        if peptides is None:
            raise ValueError("deqms needs the number of peptides")
        # A count that is not known says as little as one peptide does.
        return np.log2(np.fmax(peptides, 1.0))
    return fitted.mean


def _statistics(log2fc: np.ndarray, stdev: np.ndarray, moderated: Moderated, options: Options) -> dict[str, np.ndarray]:
    with np.errstate(invalid="ignore", divide="ignore"):
        se = stdev * np.sqrt(moderated.variance)
        # Without any variance (all replicates equal, no prior) there is no statistic, rather than an infinite one.
        finite = np.isfinite(log2fc) & (se > 0) & (moderated.df > 0)
        se, df = np.where(finite, se, np.nan), np.where(finite, moderated.df, np.nan)
        several, place = np.unique(df, return_inverse=True)  # the quantile is dear, and degrees of freedom repeat
        half_width = stdtrit(several, 0.975)[place] * se
    found = treat(log2fc, se, df, options.min_log2fc)
    return {
        "log2fc": log2fc.copy(),
        "ci_low": log2fc - half_width,
        "ci_high": log2fc + half_width,
        "se": se,
        "t": found.t,
        "df": df,
        "log_p": found.log_p_value,
        "log_rate": np.full(len(log2fc), np.nan),
        "log2fc_bound": np.full(len(log2fc), "no", dtype=object),
        "test": np.where(finite, _TEST_OF[options.method], NO_TEST).astype(object),
    }


def _add_absence(
    columns: dict[str, np.ndarray],
    values: np.ndarray,
    design: DesignMatrix,
    contrast: Contrast,
    moderated: Moderated,
    dropout: DropoutModel,
    at_least: float,
) -> None:
    """Fill in, where no fold change can be estimated, the test of absence from one condition."""
    found = absence(
        values, design.matrix, design.conditions, contrast.vector, contrast.weights, moderated.variance, moderated.df,
        dropout, at_least=at_least,
    )  # fmt: skip
    rows = np.isnan(columns["log2fc"]) & ~np.isnan(found.log_p)
    for name, numbers in (("log_p", found.log_p), ("log_rate", found.log_rate), ("log2fc", found.log2fc)):
        columns[name][rows] = numbers[rows]
    columns["ci_high"][rows & found.falls] = found.bound[rows & found.falls]
    columns["ci_low"][rows & ~found.falls] = found.bound[rows & ~found.falls]
    columns["test"][rows], columns["log2fc_bound"][rows] = DETECTION, "yes"


def _f_tests(fitted: Fit, moderated: Moderated, frame: _Frame) -> pd.DataFrame:
    """Test all contrasts at once; the columns of `Tested.f_tests`."""
    found = moderated_f(fitted.log2fc, fitted.covariance, moderated.variance, moderated.df)
    columns = {"contrasts": found.estimable.astype(float), "f": found.f, "df1": found.df1, "df2": found.df2}
    table = pd.DataFrame(frame.whole(columns | {"p_value": found.p_value}))
    table["q_value"] = benjamini_hochberg(table["p_value"].to_numpy())
    return table
