"""The linear model of a study: fitted to every protein group that is tested, its variances moderated, its dropout modeled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from myosieve.differential.block import consensus_correlation
from myosieve.differential.design import Contrast, DesignMatrix
from myosieve.differential.dropout import DropoutModel, dropout_model
from myosieve.differential.imputation import impute
from myosieve.differential.linear import Fit, fit
from myosieve.differential.precision import fit_estimates
from myosieve.differential.sample_weights import array_weights
from myosieve.statistics.moderation import Moderated, moderate


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
        """Take the options out of a stage's settings.

        Absence is not tested on ratios: how likely a protein is to be seen follows its intensity, which they do not tell.
        """
        chosen = {field.name: settings[field.name] for field in fields(cls)}
        return cls(**chosen | {"detection": chosen["detection"] and settings["quantity"] not in ("ratio", "scaled")})


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
class Model:
    """What was fitted to the u protein groups that are used, of m.

    Attributes
    ----------
    used
        (m,) whether a protein group is: not excluded, with a value.
    observed
        (u x n) their log2 values, NaN = missing.
    completed
        (u x n) the same with imputed values.
    fitted
        Contrasts, k of them.
    moderated
        Variances.
    dropout
        Model of the missing values; None where absence is not tested or nothing is missing.
    correlation
        Of samples of a block; None without blocks.
    weights
        (n,) sample weights; None without.
    """

    used: np.ndarray
    observed: np.ndarray
    completed: np.ndarray
    fitted: Fit
    moderated: Moderated
    dropout: DropoutModel | None
    correlation: float | None
    weights: np.ndarray | None

    @property
    def imputed(self) -> np.ndarray:
        """Which values (u x n) were imputed."""
        return np.isnan(self.observed) & ~np.isnan(self.completed)


def fit_model(
    values: pd.DataFrame,
    design: DesignMatrix,
    contrasts: Sequence[Contrast],
    options: Options,
    *,
    excluded: np.ndarray,
    peptides: np.ndarray | None,
    estimates: Estimates | None,
    block: np.ndarray | None,
) -> Model:
    """Fit the model.

    Parameters are those of `contrast_tests.contrast_tests`, but that `excluded` says whether (m,), and `peptides` is an array.
    """
    matrix = values[design.samples].to_numpy(dtype=float)
    used = ~np.isnan(matrix).all(axis=1) & ~excluded
    if options.method == "dpc":
        if estimates is None:
            raise ValueError("dpc needs estimates with standard errors")
        used &= np.isfinite(estimates.log2).all(axis=1)
    observed = matrix if used.all() else matrix[used]
    filled = observed
    if options.imputation != "none":
        keys = values.index[used].astype("str").to_list()
        done = impute(observed, keys, design.samples, options.imputation, options.imputation_seed, design.conditions)
        filled = done.values  # noqa: PD011
    weights = array_weights(filled, design.matrix) if options.sample_weights else None
    vectors = np.column_stack([contrast.vector for contrast in contrasts])
    known = estimates.log2[used] if options.method == "dpc" else filled
    correlation = None
    if block is not None:
        correlation = _usable_correlation(consensus_correlation(known, design.matrix, block, weights).rho)
    errors = {"block": block, "correlation": correlation or 0.0, "covariance": True}
    if options.method == "dpc":
        own = estimates.of(used)
        fitted = fit_estimates(own.log2, own.se, own.precursors, design.matrix, vectors, **errors)
    else:
        fitted = fit(filled, design.matrix, vectors, weights=weights, **errors)
    moderated = moderate(
        fitted.variance,
        fitted.df_residual,
        _covariate(options.method, fitted, None if peptides is None else peptides[used]),
        robust=options.robust,
        legacy=options.legacy,
        # limma takes protein groups without residual degrees of freedom for outliers and overstates the prior's.
        count_without_df=False,
    )
    dropout = None
    if options.detection and options.imputation == "none" and options.method != "dpc":
        dropout = dropout_model(observed, moderated.variance, design.conditions)
    return Model(used, observed, filled, fitted, moderated, dropout, correlation, weights)


def _usable_correlation(rho: float) -> float:
    """Return the correlation, or 0 where no protein tells one: then samples count as independent."""
    return 0.0 if np.isnan(rho) else float(rho)


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
