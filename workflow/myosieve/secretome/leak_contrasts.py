"""Does the stimulus raise the leak, and what is left of each fold change at equal leak.

Formulas (contrast c, protein p, L the leak index, lambda the leak loading of `leak_mixture`):

* test of a measure x (the index, LDH, viability): ordinary least squares of x on the study's design; log2fc = c'beta with its
  own residual variance, t with n - rank degrees of freedom. Samples of one block are taken as a fixed term where the contrast
  can still be estimated.
* leak_log2fc[p] = lambda[p] D[p], with D[p] the same contrast of L over the samples in which p is observed: least squares are
  linear, so that log2fc - leak_log2fc is exactly the fold change of y - lambda L.
* residual_se^2 = se^2 + Var(lambda[p]) D[p]^2; that se and lambda come from the same values is left aside.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from myosieve.differential.linear import fit
from myosieve.statistics.tails import log_p_value


def index_tests(
    measures: pd.DataFrame, design: np.ndarray, contrast_vectors: np.ndarray, block: np.ndarray | None
) -> pd.DataFrame:
    """Test each measure of the samples for each contrast.

    Parameters
    ----------
    measures
        One column per measure, one row per sample of the design (n), NaN = unknown.
    design, contrast_vectors
        (n x p) and (p x k).
    block
        (n,) labels of samples that belong together, or None.

    Returns
    -------
    DataFrame with one row per contrast (outer) and measure (inner): measure, estimate, ci_low, ci_high, t, df, p_value; empty
    where the samples with a value cannot estimate it.
    """
    values = measures.to_numpy(dtype=float).T
    fitted = fit(values, design, contrast_vectors)
    estimate, stdev, variance, df = fitted.log2fc, fitted.stdev_unscaled, fitted.variance, fitted.df_residual
    if block is not None:
        wide = np.column_stack([design, (block[:, None] == np.unique(block)[None, :]).astype(float)])
        longer = np.vstack([contrast_vectors, np.zeros((wide.shape[1] - design.shape[1], contrast_vectors.shape[1]))])
        paired = fit(values, wide, longer) if _keeps(wide, longer) else None
        if paired is not None and (paired.df_residual > 0).all():
            estimate, stdev = paired.log2fc, paired.stdev_unscaled
            variance, df = paired.variance, paired.df_residual
    from scipy.stats import t as student

    se = stdev * np.sqrt(variance)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        t = estimate / se
    wide_df = np.broadcast_to(df[:, None], t.shape)
    half = student.ppf(0.975, np.where(wide_df > 0, wide_df, np.nan)) * se
    rows = [
        pd.DataFrame(
            {
                "measure": measures.columns,
                "estimate": estimate[:, k],
                "ci_low": (estimate - half)[:, k],
                "ci_high": (estimate + half)[:, k],
                "t": t[:, k],
                "df": np.where(np.isfinite(t[:, k]), df, np.nan),
                "p_value": np.exp(log_p_value(t[:, k], df)),
            }
        )
        for k in range(contrast_vectors.shape[1])
    ]
    return pd.concat(rows, ignore_index=True)


def _keeps(design: np.ndarray, vectors: np.ndarray) -> bool:
    """Return whether every contrast lies in the row space of the design."""
    projected = np.linalg.pinv(design) @ (design @ vectors)
    return bool(np.allclose(projected, vectors, atol=1e-8))


def index_contrast(
    values: np.ndarray, index: np.ndarray, design: np.ndarray, contrast_vectors: np.ndarray
) -> np.ndarray:
    """Return the contrasts of the leak index over the samples in which each protein (m x n) is observed (m x k)."""
    own = np.where(np.isfinite(values), index, np.nan)
    return fit(own, design, contrast_vectors).log2fc


def residual(
    log2fc: np.ndarray, se: np.ndarray, of_index: np.ndarray, loading: np.ndarray, loading_sd: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the leak's part of each fold change, what is left, and its standard error (each as `log2fc`)."""
    leaked = loading * of_index
    return leaked, log2fc - leaked, np.sqrt(se**2 + (loading_sd * of_index) ** 2)
