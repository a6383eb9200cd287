"""Empirical Bayes moderation of variances: each protein borrows strength from all others.

Model (Smyth 2004, Stat Appl Genet Mol Biol 3:3): s_i^2 | sigma_i^2 ~ sigma_i^2 chi^2(d_i) / d_i and
1 / sigma_i^2 ~ chi^2(d_0) / (d_0 s_0^2), so that s_i^2 ~ s_0^2 F(d_i, d_0) and the posterior variance is

    (d_0 s_0^2 + d_i s_i^2) / (d_0 + d_i)    on d_0 + d_i degrees of freedom.

With a trend, s_0^2 is a smooth function of a covariate: the mean log2 intensity (limma-trend), or the log2 number of peptides
(the idea of DEqMS, Zhu et al. 2020, Mol Cell Proteomics 19:1047). A robust estimate is not led by outliers and gives those
with a large variance fewer prior degrees of freedom. How the prior (s_0^2, d_0) is estimated:

| | equal d_i, or legacy | unequal d_i, as in every table with missing values |
|---|---|---|
| plain | moments of log s^2 (`prior_moments`) | maximum likelihood (`prior_likelihood`) |
| robust | Winsorized moments (`prior_robust`) | weighted maximum likelihood (`prior_robust`) |

This is what limma does since version 3.61; `legacy` is what it did before, and does today with legacy = TRUE. Departures:
variances that are exactly zero (constant, copied or imputed values) are left out of the prior, where limma raises them to a
small number that distorts it; a covariate must be finite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from myosieve.statistics.prior import Prior, Variances
from myosieve.statistics.prior_likelihood import by_likelihood
from myosieve.statistics.prior_moments import by_moments
from myosieve.statistics.prior_robust import by_weighted_likelihood, by_winsorized_moments

__all__ = ["Moderated", "Prior", "moderate"]

# Fewer variances than this teach nothing about their distribution.
_FEWEST = 3


@dataclass(frozen=True)
class Moderated:
    """Posterior variance (m,) and total degrees of freedom (m,) of the moderated statistics."""

    variance: np.ndarray
    df: np.ndarray
    prior: Prior


def moderate(
    variance: np.ndarray,
    df: np.ndarray,
    covariate: np.ndarray | None = None,
    *,
    robust: bool = False,
    legacy: bool = False,
    count_without_df: bool = True,
) -> Moderated:
    """Moderate residual variances.

    Parameters
    ----------
    variance
        (m,) residual variances; NaN where df is 0.
    df
        (m,) residual degrees of freedom.
    covariate
        (m,) what the prior variance follows, such as the mean log2 intensity or the log2 number of peptides; finite in every
        row. None, or the same value in all rows with a variance, for one prior variance.
    robust
        Whether outliers neither lead the prior nor, where their variance is large, get as much of it as the others.
    legacy
        Whether unequal degrees of freedom are treated as by limma before version 3.61.
    count_without_df
        Whether a robust fit to unequal degrees of freedom takes proteins without any for certain outliers, as limma does. It
        then overstates the prior degrees of freedom where there are many of them (`prior_robust`).

    Returns
    -------
    Moderated
        Proteins without residual degrees of freedom get the prior variance and the prior degrees of freedom. Total degrees
        of freedom never exceed the pooled residual ones. With fewer than three variances there is no moderation.

    Raises
    ------
    ValueError
        Where the covariate has a value that is not finite, or another length.
    """
    if covariate is not None:
        _check_covariate(covariate, df)
    has_df = df > 0
    usable = has_df & (variance > 0)
    if covariate is not None and usable.any() and np.ptp(covariate[usable]) == 0:
        covariate = None
    variances = Variances(variance, df, usable, covariate)
    if usable.sum() < _FEWEST:
        prior = variances.prior(np.full(len(df), np.nan), 0.0)
        return Moderated(np.where(has_df, variance, np.nan), df.copy(), prior)
    unequal = df[usable].min() != df[usable].max()
    if unequal and not legacy:
        prior = by_weighted_likelihood(variances, count_without_df) if robust else by_likelihood(variances)
    else:
        prior = (by_winsorized_moments if robust else by_moments)(variances)
    known, weight = np.where(has_df, variance, 0.0), np.where(has_df, df, 0.0)
    shared = np.isinf(prior.df_by_protein)
    prior_weight = np.where(shared, 1.0, prior.df_by_protein)
    own_weight = np.where(shared, 0.0, weight)
    posterior = (prior_weight * prior.variance + own_weight * known) / (prior_weight + own_weight)
    total = np.minimum(weight + prior.df_by_protein, weight.sum())
    return Moderated(posterior, total, prior)


def _check_covariate(covariate: np.ndarray, df: np.ndarray) -> None:
    """Refuse a covariate that cannot place every protein on the trend."""
    if covariate.shape != df.shape:
        raise ValueError(f"the covariate has shape {covariate.shape}, the degrees of freedom {df.shape}")
    if not np.isfinite(covariate).all():
        wrong = int((~np.isfinite(covariate)).sum())
        raise ValueError(f"the covariate is not finite in {wrong} of {len(covariate)} rows: leave those rows out")
