"""Prior degrees of freedom of proteins whose variance is an outlier (Phipson et al. 2016, Ann Appl Stat 10:946).

Let F_i = s_i^2 / s_0^2 and p_i its upper tail probability. Were no protein an outlier, the share of proteins with a ratio
at least as large would be p_i on average; it is (r_i - 1/2) / m, with r_i the rank of F_i from above. Hence

    P(i is no outlier) = pi_i = min(1, p_i m / (r_i - 1/2)),    d_0i = pi_i d_0 + (1 - pi_i) d_out,

with d_out such that the most extreme ratio would be an ordinary one (a median). A larger outlier never gets more than a
smaller one: in the order of p, the d_0i up to where their running mean is lowest are that mean, and thereafter never fall.
The details (ranks, steps towards d_out, running mean) were settled against limma's reference results.
"""

from __future__ import annotations

import numpy as np

from myosieve.statistics.tails import f_tails


def outlier_df(ratio: np.ndarray, df: np.ndarray, upper_tail: np.ndarray, among: int, common_df: float) -> np.ndarray:
    """Return prior degrees of freedom of each protein.

    Parameters
    ----------
    ratio
        (n,) residual over prior variance F_i.
    df
        (n,) residual degrees of freedom d_i.
    upper_tail
        (n,) tail probabilities p_i of the ratios.
    among
        Number of proteins m that the ranks count, those without a ratio (ranked last) included.
    common_df
        Prior degrees of freedom of proteins that are no outliers, finite or infinite.

    Returns
    -------
    (n,) prior degrees of freedom, at most `common_df`.
    """
    share_beyond = (_rank_from_above(ratio) - 0.5) / among
    ordinary = np.minimum(upper_tail / share_beyond, 1.0)
    if (ordinary == 1).all():
        return np.full(len(ratio), common_df)
    # Infinitely many prior degrees of freedom cannot be mixed; all that the proteins have together come next to them.
    finite = min(common_df, df.sum())
    extreme = int(upper_tail.argmin())
    lowest = min(_df_for_median(ratio[extreme], df[extreme], upper_tail[extreme], finite), finite)
    order = np.argsort(upper_tail, kind="stable")
    mixed = (ordinary * finite + (1 - ordinary) * lowest)[order]
    running = np.cumsum(mixed) / np.arange(1, len(mixed) + 1)
    end = int(running.argmin()) + 1
    mixed[:end] = running[end - 1]
    found = np.empty(len(ratio))
    found[order] = np.maximum.accumulate(mixed)
    return np.where(found < finite, found, common_df)


def _rank_from_above(values: np.ndarray) -> np.ndarray:
    """Return ranks (n,), 1 = largest; ties share their mean rank."""
    ascending = np.sort(values)
    below = np.searchsorted(ascending, values, side="left")
    up_to = np.searchsorted(ascending, values, side="right")
    return len(values) - (below + up_to - 1) / 2


def _df_for_median(ratio: float, df: float, tail: float, prior_df: float) -> float:
    """Return prior degrees of freedom with which the ratio is about the median of its distribution.

    The logarithm of a far tail is about proportional to the prior degrees of freedom: two steps of the fixed point
    d <- d log(1/2) / log P(F_{df,d} > ratio), from `prior_df` with its `tail`, come near enough; so does limma.
    """
    for _ in range(2):
        if tail <= 0:
            return 0.0
        prior_df *= np.log(0.5) / np.log(tail)
        tail = float(f_tails(np.array([ratio]), df, prior_df)[0][0])
    return prior_df
