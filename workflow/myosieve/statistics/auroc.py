"""Area under the ROC curve with its covariance, for several predictors of the same items.

With m positives X and n negatives Y, psi(x, y) = 1 where x > y, 1/2 where x = y, 0 else (DeLong, DeLong & Clarke-Pearson 1988,
Biometrics 44:837, doi:10.2307/2531595):

    AUROC = sum_ij psi(X_i, Y_j) / (m n),   V10_i = sum_j psi(X_i, Y_j) / n,   V01_j = sum_i psi(X_i, Y_j) / m
    cov = cov(V10) / m + cov(V01) / n       over the predictors

The V are differences of midranks (Sun & Xu 2014, IEEE Signal Process Lett 21:1389, doi:10.1109/LSP.2014.2337313), so that the
m x n pairs are never made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr

NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Areas:
    """AUROC of k predictors (k,), and their covariance (k x k); NaN where there are fewer than two on a side."""

    area: np.ndarray
    covariance: np.ndarray

    def interval(self, place: int) -> tuple[float, float]:
        """Return the 95 % interval of one area, on the logit scale, so that it stays between 0 and 1.

        At 0 and 1 the estimated variance is 0 and says nothing: both ends are NaN there.
        """
        area, variance = self.area[place], self.covariance[place, place]
        if not 0 < area < 1 or not variance > 0:
            return np.nan, np.nan
        half = NORMAL_95 * np.sqrt(variance) / (area * (1 - area))
        return float(expit(logit(area) - half)), float(expit(logit(area) + half))

    def p_value(self, place: int, against: float = 0.5) -> float:
        """Return the two-sided p of one area against a value, by its normal approximation."""
        return _two_sided(self.area[place] - against, self.covariance[place, place])

    def difference(self, first: int, second: int) -> tuple[float, float, float, float]:
        """Return first less second, the ends of its 95 % interval, and the two-sided p of no difference."""
        found = float(self.area[first] - self.area[second])
        variance = self.covariance[first, first] + self.covariance[second, second] - 2 * self.covariance[first, second]
        if not variance > 0:
            return found, np.nan, np.nan, np.nan
        half = NORMAL_95 * float(np.sqrt(variance))
        return found, found - half, found + half, _two_sided(found, variance)


def areas(values: np.ndarray, positive: np.ndarray) -> Areas:
    """Return the AUROC of each predictor, with covariance by DeLong.

    Parameters
    ----------
    values
        (k predictors x N items), high values for positives; no NaN.
    positive
        (N,) which items are positives.

    Raises
    ------
    ValueError
        A value is NaN.
    """
    values = np.atleast_2d(np.asarray(values, dtype=float))
    if np.isnan(values).any():
        raise ValueError("a predictor has no value for an item: leave the item out")
    k, m, n = len(values), int(positive.sum()), int((~positive).sum())
    if m == 0 or n == 0:
        return Areas(np.full(k, np.nan), np.full((k, k), np.nan))
    of_all = np.array([midranks(row) for row in values])
    of_positives = np.array([midranks(row[positive]) for row in values])
    of_negatives = np.array([midranks(row[~positive]) for row in values])
    placed_positives = (of_all[:, positive] - of_positives) / n
    placed_negatives = 1 - (of_all[:, ~positive] - of_negatives) / m
    covariance = np.full((k, k), np.nan)
    if m > 1 and n > 1:
        covariance = np.cov(placed_positives).reshape(k, k) / m + np.cov(placed_negatives).reshape(k, k) / n
    return Areas(placed_positives.mean(axis=1), covariance)


def area(values: np.ndarray, positive: np.ndarray) -> float:
    """Return the AUROC of one predictor (N,), NaN without positives or negatives."""
    m = int(positive.sum())
    n = len(positive) - m
    if m == 0 or n == 0:
        return np.nan
    return float((midranks(values)[positive].sum() - m * (m + 1) / 2) / (m * n))


def midranks(values: np.ndarray) -> np.ndarray:
    """Return ascending ranks from 1, equal values at the mean of theirs."""
    several, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2)[place] if len(several) else np.zeros(0)


def _two_sided(difference: float, variance: float) -> float:
    return float(2 * ndtr(-abs(difference) / np.sqrt(variance))) if variance > 0 else np.nan
