"""What an estimate of the prior of variances starts from, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Prior:
    """The prior distribution of the proteins' variances.

    Attributes
    ----------
    variance
        (m,) prior variances s_0^2; NaN where there were too few variances to learn from.
    df
        Prior degrees of freedom d_0 of all proteins but outliers; 0 = no moderation, inf = all proteins share one variance
        (or one trend).
    df_by_protein
        (m,) prior degrees of freedom of each protein: `df`, or less for outliers where the estimate was robust.
    zero_variances
        Number of proteins with residual degrees of freedom but no variance, which were left out.
    """

    variance: np.ndarray
    df: float
    df_by_protein: np.ndarray
    zero_variances: int


@dataclass(frozen=True)
class Variances:
    """Residual variances to learn from.

    Attributes
    ----------
    variance
        (m,) residual variances s_i^2; only the usable ones are read.
    df
        (m,) residual degrees of freedom d_i.
    usable
        (m,) whether a protein has residual degrees of freedom and a variance above zero.
    covariate
        (m,) what the prior variance follows, finite and not constant; None where it follows nothing.
    """

    variance: np.ndarray
    df: np.ndarray
    usable: np.ndarray
    covariate: np.ndarray | None

    @property
    def without_df(self) -> np.ndarray:
        """(m,) Whether a protein has no residual degree of freedom."""
        return ~(self.df > 0)

    def prior(self, variance: np.ndarray, df: float, df_by_protein: np.ndarray | None = None) -> Prior:
        """Return the prior with these (m,) variances and degrees of freedom."""
        everyone = np.full(len(self.df), float(df)) if df_by_protein is None else df_by_protein
        zeros = int((~self.without_df & ~self.usable).sum())
        return Prior(variance, float(df), everyone, zeros)
