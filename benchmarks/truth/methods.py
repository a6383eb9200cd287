"""The methods that are compared: each takes a data set and returns protein_group, log2fc, p_value, q_value of its contrast.

| name | missing values | test |
|---|---|---|
| welch | stay missing | Welch's t on the observed, two or more in each condition |
| perseus | proteins with 70 % of the values of a condition; normal, 1.8 sd below the sample's mean, 0.3 sd wide | Student's t |
| limma_trend | stay missing | moderated t with a mean-variance trend |
| mindet | the 0.01 quantile of the sample | the same |
| downshift | as perseus, every protein | the same |
| default | stay missing, and absence from a condition is tested | MyoSieve's default: limma_trend and tests of absence |
| dpc | estimated from the precursors that are missing | moderated t with the estimates' precision |
| linked | as limma_trend, without proteins of which no precursor is seen in both conditions | as limma_trend |

Imputation by a normal distribution shifted down, per sample, is that of Perseus (Tyanova et al. 2016,
doi:10.1038/nmeth.3901), the quantile that of MinDet (Lazar et al. 2016, doi:10.1021/acs.jproteome.5b00981). p-values are
adjusted by Benjamini & Hochberg. Welch's and Student's t know no covariates: in a paired or batch design they show what comes
of leaving them out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy.special import stdtr
from simulate import Simulated

from myosieve.differential.contrast_tests import Estimates, Options, contrast_tests
from myosieve.differential.design import contrasts, design_matrix
from myosieve.quant.rollup.methods import roll_up
from myosieve.statistics.false_discovery import benjamini_hochberg

COLUMNS = ["protein_group", "log2fc", "p_value", "q_value"]
VALID_SHARE = 0.7
DOWNSHIFT, WIDTH = 1.8, 0.3
LOW_QUANTILE = 0.01
# Of the imputed values; the data sets have seeds of their own.
IMPUTATION_SEED = 1

Method = Callable[[Simulated], pd.DataFrame]


def myosieve_default(
    values: pd.DataFrame, sheet: pd.DataFrame, design: str, contrast: Mapping[str, str]
) -> pd.DataFrame:
    """Test as MyoSieve does by default: the one place to change when the default changes.

    Parameters
    ----------
    values
        (m x n) log2 intensities, NaN = missing; index protein_group.
    sheet
        sample, condition and the covariates of the design.
    design, contrast
        Formula; treatment and control.
    """
    matrix = design_matrix(sheet, design)
    return contrast_tests(values, matrix, contrasts(matrix, {"contrast": contrast}), Options()).rows[COLUMNS]


def limma_trend(values: pd.DataFrame, sheet: pd.DataFrame, design: str, contrast: Mapping[str, str]) -> pd.DataFrame:
    """Return moderated t-tests with a mean-variance trend alone; absence is not tested."""
    matrix = design_matrix(sheet, design)
    return contrast_tests(values, matrix, contrasts(matrix, {"contrast": contrast}), Options(detection=False)).rows[
        COLUMNS
    ]


def welch(data: Simulated) -> pd.DataFrame:
    """Test the observed values, two or more in each condition."""
    return _t_test(data, data.proteins, pooled=False)


def perseus(data: Simulated) -> pd.DataFrame:
    """Keep well-observed proteins, impute the rest of their values, take Student's t."""
    seen = data.proteins.notna()
    valid = [seen.loc[:, members].mean(axis=1) >= VALID_SHARE for members in _members(data)]
    return _t_test(data, downshifted(data.proteins)[valid[0] | valid[1]], pooled=True)


def downshifted(values: pd.DataFrame) -> pd.DataFrame:
    """Impute each sample's missing values from a narrow normal distribution below its observed ones."""
    rng = np.random.default_rng(IMPUTATION_SEED)
    drawn = rng.normal(values.mean() - DOWNSHIFT * values.std(), WIDTH * values.std(), values.shape)
    return values.where(values.notna(), drawn)


def lowest(values: pd.DataFrame) -> pd.DataFrame:
    """Impute each sample's missing values by its low quantile."""
    return values.fillna(values.quantile(LOW_QUANTILE))


def linked(data: Simulated) -> pd.DataFrame:
    """Test as limma_trend, but only proteins of which some precursor is seen in both conditions.

    MaxLFQ compares samples by their shared precursors, and joins samples that share none by intensity alone.
    """
    seen = data.precursors.notna()
    both = np.logical_and.reduce([seen.loc[:, members].any(axis=1) for members in _members(data)])
    names = seen.index.get_level_values("protein_group")[both].unique()
    values = data.proteins[data.proteins.index.isin(names)]
    return limma_trend(values, data.sheet, data.design, data.contrast)


def _members(data: Simulated) -> tuple[np.ndarray, np.ndarray]:
    conditions = data.sheet.set_index("sample").loc[data.proteins.columns, "condition"]
    return tuple((conditions == data.contrast[role]).to_numpy() for role in ("treatment", "control"))


def _t_test(data: Simulated, values: pd.DataFrame, pooled: bool) -> pd.DataFrame:
    """Return Student's (pooled variance) or Welch's t-test; no test with fewer than two values in a condition."""
    x = values.to_numpy()
    means, variances, counts = [], [], []
    for members in _members(data):
        y = x[:, members]
        n = (~np.isnan(y)).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.nansum(y, axis=1) / n
            variance = np.nansum((y - mean[:, None]) ** 2, axis=1) / (n - 1)
        means.append(mean)
        variances.append(np.where(n >= 2, variance, np.nan))
        counts.append(n)
    (n1, n2), (v1, v2) = counts, variances
    with np.errstate(invalid="ignore", divide="ignore"):
        if pooled:
            df = (n1 + n2 - 2).astype(float)
            squared = ((n1 - 1) * v1 + (n2 - 1) * v2) / df * (1 / n1 + 1 / n2)
        else:
            squared = v1 / n1 + v2 / n2
            df = squared**2 / ((v1 / n1) ** 2 / (n1 - 1) + (v2 / n2) ** 2 / (n2 - 1))
        log2fc = means[0] - means[1]
        p = 2 * stdtr(df, -np.abs(log2fc / np.sqrt(squared)))
    return pd.DataFrame(dict(zip(COLUMNS, (values.index, log2fc, p, benjamini_hochberg(p)), strict=True)))


def _on_values(
    test: Callable[..., pd.DataFrame], prepare: Callable[[pd.DataFrame], pd.DataFrame] = lambda values: values
) -> Method:
    return lambda data: test(prepare(data.proteins), data.sheet, data.design, data.contrast)


METHODS: dict[str, Method] = {
    "welch": welch,
    "perseus": perseus,
    "limma_trend": _on_values(limma_trend),
    "mindet": _on_values(limma_trend, lowest),
    "downshift": _on_values(limma_trend, downshifted),
    "default": _on_values(myosieve_default),
}
# Methods that need precursors, which not every data set has.


def dpc(data: Simulated) -> pd.DataFrame:
    """Quantify by the detection-probability curve and test with its standard errors, as rollup and method dpc do."""
    log2 = data.precursors.to_numpy()
    codes, names = pd.factorize(data.precursors.index.get_level_values("protein_group"), sort=True)
    found = roll_up(log2, codes, "dpc")
    values = pd.DataFrame(found.log2, index=pd.Index(names, name="protein_group"), columns=data.precursors.columns)
    matrix = design_matrix(data.sheet, data.design)
    order = [values.columns.get_loc(name) for name in matrix.samples]
    estimates = Estimates(*(part[:, order] for part in (found.estimates, found.standard_errors, found.observed)))
    wanted = contrasts(matrix, {"contrast": data.contrast})
    return contrast_tests(values, matrix, wanted, Options("dpc"), estimates=estimates).rows[COLUMNS]


PRECURSOR_METHODS: dict[str, Method] = {"linked": linked, "dpc": dpc}
