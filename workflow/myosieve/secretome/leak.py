"""Leak: does a sample's medium hold the inside of dying cells, and which proteins follow it.

Formulas (M = markers used, S = samples of the secretome fraction, x = log2 normalized intensity):

* marker m is used when it is observed in at least 75 % of S. A marker seen in the leaking samples only would be
  centered on those and say that they are average.
* centered value  c[m, s] = x[m, s] - mean over observed s of x[m, .]
* leak index      L[s] = median over m of c[m, s], from at least 10 markers in that sample; 0 is the average sample,
  +1 twice its amount of markers relative to the other proteins. Median normalization takes away what all proteins
  share: where most of the table is leaked protein, the index shows only the difference to the rest.
* steady: the variance of L over the samples is less than twice the mean squared standard error of L[s],
  (1.2533 x 1.4826 MAD of c[., s] / sqrt(M))^2: then nobody can be told to leak more than the others.

The median over markers keeps a few regulated or shared ones from steering the index (proteasomes and chaperones are
also reported in medium of unstressed cells).
"""

from __future__ import annotations

import numpy as np

MARKER_OBSERVED = 0.75
MIN_MARKERS = 10
# Posterior probability from which a protein is said to follow the leak: at most one in ten of those said to is wrong.
FOLLOWS = 0.9
# Variance of the index over the variance of its error below which it is steady.
STEADY = 2.0

MARKER, FOLLOWS_LEAK, NOT_RUN = "marker", "follows leak", "not run"


def used_markers(markers: np.ndarray) -> np.ndarray:
    """Return which marker rows (markers x samples, log2, NaN = missing) are observed often enough to be used."""
    if markers.shape[1] == 0:
        return np.zeros(len(markers), dtype=bool)
    return np.isfinite(markers).mean(axis=1) >= MARKER_OBSERVED


def leak_index(markers: np.ndarray) -> np.ndarray:
    """Return the leak index of each sample.

    Parameters
    ----------
    markers
        log2 intensities of the marker proteins (markers x samples of the secretome fraction), NaN = missing.

    Returns
    -------
    Index per sample in log2 units; NaN where fewer than 10 used markers are observed.
    """
    markers = markers[used_markers(markers)]
    index = np.full(markers.shape[1], np.nan)
    if len(markers) < MIN_MARKERS:
        return index
    centered = markers - np.nanmean(markers, axis=1, keepdims=True)
    enough = np.isfinite(centered).sum(axis=0) >= MIN_MARKERS
    index[enough] = np.nanmedian(centered[:, enough], axis=0)
    return index


def is_steady(markers: np.ndarray, index: np.ndarray) -> bool:
    """Return whether the index varies too little over the samples, for its own error, for anything to follow it.

    Parameters
    ----------
    markers
        As `leak_index`.
    index
        What that returned.
    """
    known = np.isfinite(index)
    if known.sum() < 2:
        return True
    centered = markers[used_markers(markers)]
    centered = (centered - np.nanmean(centered, axis=1, keepdims=True))[:, known] - index[known]
    count = np.isfinite(centered).sum(axis=0)
    # The median of M values has 1.2533 times the standard error of their mean; MAD x 1.4826 estimates their spread.
    error = 1.2533 * 1.4826 * np.nanmedian(np.abs(centered), axis=0) / np.sqrt(count)
    return float(np.var(index[known], ddof=1)) < STEADY * float(np.mean(error**2))


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
