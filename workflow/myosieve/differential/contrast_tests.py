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
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from myosieve.differential.design import Contrast, DesignMatrix
from myosieve.differential.detection import absence
from myosieve.differential.imputation import imputed_share
from myosieve.differential.model import Estimates, Model, Options, fit_model
from myosieve.differential.multiple import family_q_values
from myosieve.differential.notes import notes
from myosieve.differential.omnibus import moderated_f
from myosieve.differential.treat import treat
from myosieve.statistics.false_discovery import benjamini_hochberg

DETECTION, NO_TEST = "detection", "none"
# What the rows of a method are called.
_TEST_OF = {"limma": "moderated_t", "limma_trend": "moderated_t", "deqms": "deqms", "dpc": "dpc"}


@dataclass(frozen=True)
class Tested:
    """The tests of all contrasts, and the model behind them.

    Attributes
    ----------
    rows
        One contrast after the other in the order of the protein groups: protein_group, contrast, log2fc, ci_low, ci_high, se,
        t, df, p_value, log10_p, q_value, mean_log2, n_treatment, n_control, of_treatment, of_control, imputed_share,
        log2fc_bound, test and note. What the observed samples cannot estimate is NaN, with a note.
    f_tests
        One row per protein group: protein_group, contrasts (estimable), f, df1, df2, p_value, q_value of all contrasts at once.
    imputed
        One row per imputed value: protein_group, sample, log2.
    model
        What was fitted.
    """

    rows: pd.DataFrame
    f_tests: pd.DataFrame
    imputed: pd.DataFrame
    model: Model


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
    counts = None if peptides is None else peptides.to_numpy(dtype=float)
    model = fit_model(
        values, design, contrasts, options, excluded=reasons != "", peptides=counts, estimates=estimates, block=block
    )
    frame = _Frame(values.index, model.used)
    seen = ~np.isnan(matrix)
    count = seen.sum(axis=1)
    shared = {
        "mean_log2": np.divide(np.nansum(matrix, axis=1), count, out=np.full(len(matrix), np.nan), where=count > 0),
        "residual": frame.numbers(model.fitted.df_residual),
        "reasons": np.where(count > 0, reasons, np.where(reasons == "", "no value in any sample", reasons)),
    }
    blocks = [_contrast_rows(model, frame, seen, design, k, one, options, shared) for k, one in enumerate(contrasts)]
    return Tested(
        rows=pd.concat(blocks, ignore_index=True),
        f_tests=_f_tests(model, frame),
        imputed=_imputed(model, values.index, design.samples),
        model=model,
    )


def _contrast_rows(
    model: Model,
    frame: _Frame,
    seen: np.ndarray,
    design: DesignMatrix,
    place: int,
    contrast: Contrast,
    options: Options,
    shared: Mapping[str, np.ndarray],
) -> pd.DataFrame:
    """Return the rows of one contrast, the `place`-th of the fit."""
    treatment, control = contrast.samples(design, +1), contrast.samples(design, -1)
    n_treatment, n_control = seen[:, treatment].sum(axis=1), seen[:, control].sum(axis=1)
    # An estimate that rests on no observation on either side says nothing of their difference.
    some = (n_treatment + n_control > 0)[model.used]
    columns = _statistics(model, place, some, options)
    if model.dropout is not None and not model.dropout.refused:
        _add_absence(columns, model, design, contrast, options.min_log2fc)
    columns["q_value"] = family_q_values(columns["log_p"], columns.pop("log_rate"), len(model.observed))
    log_p = columns.pop("log_p")
    columns |= {"p_value": np.exp(log_p), "log10_p": log_p / np.log(10)}
    m = len(seen)
    rows = {"contrast": _texts(contrast.name, m)} | frame.whole(columns)
    rows |= {"mean_log2": shared["mean_log2"], "n_treatment": n_treatment, "n_control": n_control}
    rows |= {"of_treatment": np.full(m, treatment.sum()), "of_control": np.full(m, control.sum())}
    rows["imputed_share"] = np.zeros(m)
    if options.imputation != "none":
        rows["imputed_share"][model.used] = imputed_share(model.imputed, treatment, control)
    told = notes(rows, shared["residual"], model.dropout)
    rows["note"] = np.where(shared["reasons"] == "", told, shared["reasons"])
    return pd.DataFrame(rows)


def _imputed(model: Model, index: pd.Index, samples: Sequence[str]) -> pd.DataFrame:
    nothing = model.completed is model.observed
    rows, columns = (np.zeros(0, dtype=int),) * 2 if nothing else np.nonzero(model.imputed)
    table = {"protein_group": index[model.used][rows], "sample": np.array(samples, dtype=object)[columns]}
    return pd.DataFrame(table | {"log2": model.completed[rows, columns]})


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


def _statistics(model: Model, place: int, some: np.ndarray, options: Options) -> dict[str, np.ndarray]:
    """Return the columns (u,) of the moderated t of a contrast, `some` of whose samples (u,) were seen."""
    log2fc = np.where(some, model.fitted.log2fc[:, place], np.nan)
    stdev, moderated = model.fitted.stdev_unscaled[:, place], model.moderated
    with np.errstate(invalid="ignore", divide="ignore"):
        se = stdev * np.sqrt(moderated.variance)
        # Without any variance (all replicates equal, no prior) there is no statistic, rather than an infinite one.
        finite = np.isfinite(log2fc) & (se > 0) & (moderated.df > 0)
        se, df = np.where(finite, se, np.nan), np.where(finite, moderated.df, np.nan)
        several, place = np.unique(df, return_inverse=True)  # the quantile is dear, and degrees of freedom repeat
        half_width = stdtrit(several, 0.975)[place] * se
    found = treat(log2fc, se, df, options.min_log2fc)
    return {
        "log2fc": log2fc,
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
    columns: dict[str, np.ndarray], model: Model, design: DesignMatrix, contrast: Contrast, at_least: float
) -> None:
    """Fill in, where no fold change can be estimated, the test of absence from one condition."""
    found = absence(
        model.observed, design.matrix, design.conditions, contrast.vector, contrast.weights, model.moderated.variance,
        model.moderated.df, model.dropout, at_least=at_least,
    )  # fmt: skip
    rows = np.isnan(columns["log2fc"]) & ~np.isnan(found.log_p)
    for name, numbers in (("log_p", found.log_p), ("log_rate", found.log_rate), ("log2fc", found.log2fc)):
        columns[name][rows] = numbers[rows]
    columns["ci_high"][rows & found.falls] = found.bound[rows & found.falls]
    columns["ci_low"][rows & ~found.falls] = found.bound[rows & ~found.falls]
    columns["test"][rows], columns["log2fc_bound"][rows] = DETECTION, "yes"


def _f_tests(model: Model, frame: _Frame) -> pd.DataFrame:
    """Test all contrasts at once; the columns of `Tested.f_tests`."""
    fitted, moderated = model.fitted, model.moderated
    found = moderated_f(fitted.log2fc, fitted.covariance, moderated.variance, moderated.df)
    columns = {"contrasts": found.estimable.astype(float), "f": found.f, "df1": found.df1, "df2": found.df2}
    table = pd.DataFrame(frame.whole(columns | {"p_value": found.p_value}))
    table["q_value"] = benjamini_hochberg(table["p_value"].to_numpy())
    return table
