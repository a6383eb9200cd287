"""Leak: does a sample's medium hold the inside of dying cells.

Formulas (S = samples of the secretome fraction, x = log2 normalized intensity):

* a protein of a set (markers; or proteins with a secretion route of their own) is used when it is observed in at least 75 %
  of S: one seen in the leaking samples only would be centered on those and say that they are average.
* centered value  c[p, s] = x[p, s] - mean over observed s of x[p, .]
* leak index      L[s] = median over markers of c[., s] - median over secreted proteins of c[., s], each from at least 10 in
  that sample; 0 is the average sample, +1 twice its markers relative to what cells secrete.
* steady: (number of samples - 1) var(L) / mean squared standard error of L[s] is below the 99 % quantile of chi-squared, the
  squared standard error the sum over both sets of (1.2533 x 1.4826 MAD of c[., s] / sqrt(number))^2: then nobody can be told
  to leak more than the others.

The difference of the two medians does not depend on the normalization, which takes away what most proteins share: where most
of a medium came from broken cells, the markers alone would stand still. Without ten secreted proteins in every sample (no
sequences, or a table of few proteins) they have to do. Medians keep a few regulated or shared proteins from steering the
index: proteasomes and chaperones are also reported in medium of unstressed cells, and a stimulus changes some secretion.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

OBSERVED = 0.75
FEWEST = 10
# Posterior probability from which a protein is said to follow the leak: at most one in ten of those said to is wrong.
FOLLOWS = 0.9
# Chance that an index of nothing but error is not called steady.
STEADY = 0.01

MARKER, FOLLOWS_LEAK, NOT_RUN = "marker", "follows leak", "not run"


@dataclass(frozen=True)
class LeakIndex:
    """The leak index of the samples.

    Attributes
    ----------
    level
        (samples,) log2; NaN where too few proteins of a set are observed.
    steady
        Whether there is an index and it varies too little, for its own error, for anything to follow it.
    markers, secreted
        Proteins of each set that were used; `secreted` is 0 where the markers stand alone.
    """

    level: np.ndarray
    steady: bool
    markers: int
    secreted: int

    @property
    def known(self) -> bool:
        """Whether any sample has an index."""
        return bool(np.isfinite(self.level).any())


def leak_index(markers: np.ndarray, secreted: np.ndarray | None = None) -> LeakIndex:
    """Return the leak index of each sample.

    Parameters
    ----------
    markers, secreted
        log2 intensities (proteins x samples of the secretome fraction), NaN = missing, of the leak markers and of proteins
        with a secretion route of their own.
    """
    level, error, used = _level(markers)
    others = None if secreted is None else _level(secreted)
    if others is not None and np.isfinite(others[0]).all() and len(others[0]):
        values, squared = level - others[0], error**2 + others[1] ** 2
        beside = others[2]
    else:
        values, squared, beside = level, error**2, 0
    known = np.isfinite(values)
    return LeakIndex(values, bool(known.any()) and not _varies(values[known], squared[known]), used, beside)


def _varies(values: np.ndarray, squared_error: np.ndarray) -> bool:
    """Return whether known values scatter more than their errors would make them."""
    if len(values) < 2:
        return False
    from scipy.special import chdtrc

    ratio = ((values - values.mean()) ** 2).sum() / max(float(squared_error.mean()), 1e-12)
    return bool(chdtrc(len(values) - 1, ratio) < STEADY)


def _level(proteins: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the median centered level of each sample, its standard error, and how many proteins were used."""
    level, error = np.full((2, proteins.shape[1]), np.nan)
    if proteins.shape[1] == 0:
        return level, error, 0
    used = proteins[np.isfinite(proteins).mean(axis=1) >= OBSERVED]
    if len(used) < FEWEST:
        return level, error, len(used)
    centered = used - np.nanmean(used, axis=1, keepdims=True)
    count = np.isfinite(centered).sum(axis=0)
    enough = count >= FEWEST
    level[enough] = np.nanmedian(centered[:, enough], axis=0)
    spread = np.nanmedian(np.abs(centered[:, enough] - level[enough]), axis=0)
    # The median of M values has 1.2533 times the standard error of their mean; MAD x 1.4826 estimates their spread.
    error[enough] = 1.2533 * 1.4826 * spread / np.sqrt(count[enough])
    return level, error, len(used)


def leak_flags(probability: np.ndarray, is_marker: np.ndarray, steady: bool) -> np.ndarray:
    """Return each protein's leak flag: how it behaves, in words.

    Parameters
    ----------
    probability
        Posterior probability that it follows the leak, NaN = not computed.
    is_marker
        Whether the protein is one of the intracellular markers.
    steady
        Whether there is an index and it hardly varies: then nothing follows it, and no probability is needed to say so.

    Returns
    -------
    'marker', 'follows leak', '' (does not follow) or 'not run' (no probability, so nothing is known).
    """
    unknown = np.isnan(probability) & (not steady)
    flags = np.where(unknown, NOT_RUN, "").astype(object)
    flags[np.nan_to_num(probability, nan=0.0) >= FOLLOWS] = FOLLOWS_LEAK
    flags[is_marker] = MARKER
    return flags
