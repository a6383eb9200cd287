"""Leak: does a sample's medium hold the inside of dying cells, and which proteins follow it.

Formulas (M = markers used, S = samples of the secretome fraction, x = log2 normalized intensity):

* marker m is used when it is observed in at least 75 % of S. A marker seen in the leaking samples only would be
  centered on those and say that they are average.
* centered value  c[m, s] = x[m, s] - mean over observed s of x[m, .]
* leak index      L[s] = median over m of c[m, s], from at least 10 markers in that sample; 0 is the average sample,
  +1 twice its amount of markers relative to the other proteins. Median normalization takes away what all proteins
  share: where most of the table is leaked protein, the index shows only the difference to the rest.
* correlation     r[p] = Pearson correlation of x[p, .] and L over the samples with both, from at least 5 samples.

The median over markers keeps a few regulated or shared ones from steering the index (proteasomes and chaperones are
also reported in medium of unstressed cells).
"""

from __future__ import annotations

import numpy as np

MARKER_OBSERVED = 0.75
MIN_MARKERS = 10
MIN_SAMPLES = 5
# r = 0.8: the index explains 64 % of the protein's variance. By chance an independent protein reaches it in 5 % of
# cases with 5 samples, 3 % with 6 and 0.3 % with 10 (one-sided t test of r).
FOLLOWS = 0.8
# Below this standard deviation (log2) nobody leaks more than the others: two equal groups with this spread differ by
# about 0.4 log2 (1.3-fold), and the median of ten markers with a noise of 0.5 log2 scatters that much by itself.
STEADY = 0.2

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


def is_steady(index: np.ndarray) -> bool:
    """Return whether the index varies too little over the samples (NaN = no index) for anything to follow it."""
    known = index[np.isfinite(index)]
    return len(known) < 2 or float(np.std(known, ddof=1)) < STEADY


def leak_correlation(intensities: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Return each protein's Pearson correlation with the leak index.

    Parameters
    ----------
    intensities
        log2 intensities (proteins x samples), NaN = missing.
    index
        Leak index per sample, NaN = none.

    Returns
    -------
    r per protein; NaN with fewer than 5 samples that have both, or where either does not vary over them.
    """
    both = np.isfinite(intensities) & np.isfinite(index)
    count = both.sum(axis=1)

    def centered(values: np.ndarray) -> np.ndarray:
        mean = np.where(both, values, 0.0).sum(axis=1) / np.maximum(count, 1)
        return np.where(both, values - mean[:, None], 0.0)

    x, y = centered(intensities), centered(np.broadcast_to(index, intensities.shape))
    xx, yy = (x * x).sum(axis=1), (y * y).sum(axis=1)
    # Centering leaves rounding errors behind: a sum of squares this small is a constant row, not a variable one.
    varies = (count >= MIN_SAMPLES) & (xx > 1e-18 * count) & (yy > 1e-18 * count)
    r = np.full(len(intensities), np.nan)
    r[varies] = (x * y).sum(axis=1)[varies] / np.sqrt(xx[varies] * yy[varies])
    return np.clip(r, -1.0, 1.0)


def leak_flags(correlation: np.ndarray, is_marker: np.ndarray, steady: bool) -> np.ndarray:
    """Return each protein's leak flag: a statement on how it behaves, whatever its secretion class.

    Parameters
    ----------
    correlation
        r per protein, NaN = not computed.
    is_marker
        Whether the protein is one of the intracellular markers.
    steady
        Whether there is an index and it hardly varies: then nothing follows it, and no correlation is needed to say so.

    Returns
    -------
    'marker', 'follows leak', '' (does not follow) or 'not run' (no correlation, so nothing is known).
    """
    unknown = np.isnan(correlation) & (not steady)
    flags = np.where(unknown, NOT_RUN, "").astype(object)
    flags[np.nan_to_num(correlation, nan=-1.0) >= FOLLOWS] = FOLLOWS_LEAK
    flags[is_marker] = MARKER
    return flags
