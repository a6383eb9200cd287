r"""Log2 and a shift per sample. Values are shifted, never scaled: a factor on log2 values would bend every fold change.

The plain median of each sample's column is biased by missing values: a sample in which faint proteins were missed has a
higher median although its proteins are no more abundant. The median is therefore taken over differences to a protein's own
level, as follows (x_ij = log2 intensity of protein i in sample j, over the anchors: proteins seen in most samples).

1. Fit x_ij = a_i + b_j + e_ij by least squares over the observed values. The b_j do not depend on which proteins a sample
   misses, which a plain row mean as a_i would.
2. m_j = median over i of (x_ij - a_i): a minority of proteins that change does not move it.
3. shift_j = -(m_j - mean of all m_j), so that the overall level stays.

Where every anchor is observed everywhere, this is the median difference to the row mean. The medians are those of the idea
behind "median normalization" (Välikangas et al. 2018, doi:10.1093/bib/bbw095); the additive fit is that of a two-way analysis
of variance.
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


def normalize(log2: pd.DataFrame, method: str, kept: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """Shift each sample on the log2 scale.

    Parameters
    ----------
    log2
        Protein groups x samples, missing = NaN; samples that may be compared with one another.
    method
        none: every shift is 0. median: the samples get equal medians over the anchors (see the module).
    kept
        Boolean per protein group: passed the filter; others are shifted along, but do not decide.

    Returns
    -------
    The shifted values, and the shift per sample (log2 units, sum 0). A sample without any anchor is not shifted.
    """
    if method == "none" or log2.empty:
        shift = np.zeros(log2.shape[1])
    elif method == "median":
        chosen, _ = anchors(log2, kept)
        shift = _median_shifts(log2[chosen].to_numpy(dtype=float))
    else:
        raise ValueError(f"unknown method {method!r}")
    return log2 + shift, pd.Series(shift, index=log2.columns, name="shift")


def _median_shifts(x: np.ndarray) -> np.ndarray:
    """Return the shifts of samples (columns) from the anchors (rows)."""
    seen = ~np.isnan(x)
    anchored = seen.any(axis=0)
    shift = np.zeros(x.shape[1])
    if anchored.sum() < 2:
        return shift
    x, seen = x[:, anchored], seen[:, anchored]
    levels = np.nanmean(x - _sample_effects(x, seen), axis=1)
    medians = np.nanmedian(x - levels[:, None], axis=0)
    shift[anchored] = medians.mean() - medians
    return shift


def _sample_effects(x: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the sample effects b of the least-squares fit x_ij = a_i + b_j over the observed values.

    With the a_i eliminated, the normal equations of b are L b = r, where L is the Laplacian of the graph that joins samples
    by shared proteins. Its null space is one constant per connected set of samples; the solution of least norm puts 0 there.
    """
    weights = seen / seen.sum(axis=1, keepdims=True)
    laplacian = np.diag(seen.sum(axis=0).astype(float)) - seen.T.astype(float) @ weights
    filled = np.where(seen, x, 0.0)
    residual = filled - seen * filled.sum(axis=1, keepdims=True) / seen.sum(axis=1, keepdims=True)
    return np.linalg.lstsq(laplacian, residual.sum(axis=0), rcond=1e-9)[0]
