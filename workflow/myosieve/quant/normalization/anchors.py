r"""Which proteins decide, and the additive fit that all shifts start from.

The plain median of each sample's column is biased by missing values: a sample in which faint proteins were missed has
a higher median although its proteins are no more abundant. Methods therefore go by a protein's own level,

    x_ij = a_i + b_j + e_ij        (x_ij: log2 intensity of protein i in sample j),

fitted by least squares over the observed values. The effects b_j do not depend on which proteins a sample misses,
which a plain row mean as a_i would. It is the fit of a two-way analysis of variance with unequal cell counts.

Anchors are the proteins that a shift goes by: kept by the filter and observed in most samples.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MOST = 0.7
# Below this many anchors a median over them is noise, and proteins seen in fewer samples are better than none.
FEWEST_ANCHORS = 50


def log2_intensities(linear: pd.DataFrame) -> pd.DataFrame:
    """Return log2 of linear intensities; 0 and negative values are missing (NaN), as is what is missing already.

    Raises
    ------
    ValueError
        A value is infinite.
    """
    values = linear.to_numpy(dtype=float)
    if np.isinf(values).any():
        raise ValueError("infinite intensity")
    with np.errstate(invalid="ignore"):
        positive = np.where(values > 0, values, np.nan)
    return pd.DataFrame(np.log2(positive), index=linear.index, columns=linear.columns)


def anchors(log2: pd.DataFrame, kept: pd.Series) -> tuple[pd.Series, float]:
    """Choose the protein groups that normalization goes by.

    Parameters
    ----------
    log2
        Protein groups x samples, missing = NaN.
    kept
        Boolean per protein group: passed the filter.

    Returns
    -------
    Boolean per protein group, and the share of the samples in which each is observed at least: `MOST`, or as much below it as
    is needed for `FEWEST_ANCHORS` groups (or for all kept groups that at least two samples share).
    """
    share = log2.notna().mean(axis=1)
    usable = kept & (log2.notna().sum(axis=1) >= min(2, log2.shape[1]))
    levels = np.sort(share[usable].to_numpy())[::-1]
    least = MOST
    if len(levels) and (levels >= MOST).sum() < FEWEST_ANCHORS:
        least = min(MOST, float(levels[min(FEWEST_ANCHORS, len(levels)) - 1]))
    return usable & (share >= least), least


def sample_effects(x: np.ndarray) -> np.ndarray:
    """Return the sample effects b of the additive fit.

    With the a_i eliminated, the normal equations of b are L b = r, where L is the Laplacian of the graph that joins samples
    by shared proteins. Its null space is one constant per connected set of samples; the solution of least norm puts 0 there.

    Parameters
    ----------
    x
        (m x n) log2 intensities, NaN = missing; rows without a value have no say.

    Returns
    -------
    (n,) effects in log2 units, sum 0 in each set of samples that proteins join; 0 for a sample without a value.
    """
    seen = ~np.isnan(x)
    counts = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    laplacian = np.diag(seen.sum(axis=0).astype(float)) - seen.T.astype(float) @ (seen / counts)
    filled = np.where(seen, x, 0.0)
    residual = filled - seen * filled.sum(axis=1, keepdims=True) / counts
    return np.linalg.lstsq(laplacian, residual.sum(axis=0), rcond=1e-9)[0]


def protein_levels(x: np.ndarray, effects: np.ndarray) -> np.ndarray:
    """Return the protein levels a (m,) of the additive fit, given the sample effects (n,); NaN where nothing is observed."""
    return row_means(x - effects)


def row_means(x: np.ndarray) -> np.ndarray:
    """Return the mean (m,) of each row's observed values, NaN where there is none."""
    seen = ~np.isnan(x)
    with np.errstate(invalid="ignore"):
        return np.where(seen, x, 0.0).sum(axis=1) / seen.sum(axis=1)
