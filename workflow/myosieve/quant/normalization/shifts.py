r"""One shift per sample: by medians, or by a factor that the sample sheet gives. No difference within a sample changes.

**Medians.** With the level a_i of each anchor from the additive fit (see `anchors`),

    m_j = median over i of (x_ij - a_i),    shift_j = mean of all m - m_j.

A minority of proteins that change in both directions does not move m_j; where q of the proteins all change in one
direction, the median is pulled along, to the quantile 0.5 / (1 - q) of the unchanged ones. Where every anchor is
observed everywhere, this is the median difference to the row mean. The medians are those of the idea behind "median
normalization" (Välikangas et al. 2018, doi:10.1093/bib/bbw095).

**Factors.** f_j is how much material a sample stands for (volume of medium, number of cells, total protein):

    shift_j = -(log2 f_j - mean of all log2 f),

so that values compare as intensity per unit of f. A global change in secretion stays, which a median would remove.

Both sum to 0, so that the overall level stays.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from myosieve.quant.normalization.anchors import protein_levels, sample_effects


def median_shifts(x: np.ndarray) -> np.ndarray:
    """Return the shifts (n,) that give samples equal medians of the difference to the protein's level.

    Parameters
    ----------
    x
        (m x n) log2 intensities of the deciding proteins, NaN = missing.
    """
    anchored = ~np.isnan(x).all(axis=0)
    shift = np.zeros(x.shape[1])
    if anchored.sum() < 2:
        return shift
    x = x[:, anchored]
    levels = protein_levels(x, sample_effects(x))
    medians = np.nanmedian(x - levels[:, None], axis=0)
    shift[anchored] = medians.mean() - medians
    return shift


def factor_shifts(factors: pd.Series, samples: pd.Index) -> np.ndarray:
    """Return the shifts (n,) that turn intensities into intensities per unit of the factor.

    Parameters
    ----------
    factors
        Positive amount per sample, in any one unit; index = samples, others are not looked at.
    samples
        The samples to shift.

    Raises
    ------
    ValueError
        A sample has no factor, or one that is zero, negative or infinite.
    """
    amounts = factors.reindex(samples).to_numpy(dtype=float)
    wrong = ~(np.isfinite(amounts) & (amounts > 0))
    if wrong.any():
        told = ", ".join(
            f"{sample}: {'missing' if np.isnan(amount) else f'{amount:g}'}"
            for sample, amount in zip(samples[wrong], amounts[wrong], strict=True)
        )
        raise ValueError(f"every sample needs a positive normalization factor, but {told}")
    if not len(amounts):
        return np.zeros(0)
    logs = np.log2(amounts)
    return logs.mean() - logs
