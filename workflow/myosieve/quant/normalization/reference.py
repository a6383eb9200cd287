r"""One shift per sample, by proteins that stay the same: named ones, or those that vary least.

**Named.** Spike-ins, or proteins known to be steady: samples get equal medians of the difference to the protein's
level over these alone (`shifts.median_shifts`), whatever else happens in the medium.

**Least varying.** The median assumes that as many proteins rise as fall. In conditioned medium a large part may
change in one direction, and the median goes along: with 40 % of the proteins up by 1 to 2 log2, by 0.5 log2. This
rule needs no condition labels:

1. Start from the median shifts over the anchors.
2. Take the variance of each anchor around its own mean over the shifted samples, with its count of values minus 1. In
   each of up to five slices of the level, the half with the smallest variance is steady (slices, since the least
   noisy proteins are otherwise the most intense ones alone).
3. Fit the additive model to the steady proteins only; its sample effects are the new shifts. Repeat 2 and 3 until the
   choice stays (concentration steps, as in least trimmed squares: Rousseeuw and Van Driessen 2006,
   doi:10.1007/s10618-005-0024-4).
4. Go on from there with 40 % and then with 30 %.

The half first, the 30 % later: a majority decides who is steady, and the smaller share keeps out those changed
proteins whose change hides in their noise. Everything is deterministic, and adding a constant to a sample adds it to
the sample's effect alone.

**Assumptions.** More than half of the anchors do not change between any of the samples, and what is steady is so
because it is released alike: where all proteins double, no rule that looks at intensities alone can see it. Use a
factor (cell number, volume) or spike-ins then.

**Measured** (1,200 proteins, 3 + 3 samples, 25 % missing, noise 0.3; error of the shift between conditions in log2
units, and in brackets the error per sample where nothing changes):

| rule | 45 % up by 1-2 | 30 % up by 0.4-1.2 | 45 % up by 0.4-1.2 | nothing changes |
|---|---|---|---|---|
| median | 0.65 | 0.21 | 0.35 | 0.00 (0.012) |
| shorth of the differences, pair by pair | 0.23 | 0.09 | 0.23 | 0.00 (0.016) |
| half-sample mode of the differences, pair by pair | 0.00 | 0.04 | 0.13 | 0.00 (0.032) |
| least-varying half | 0.06 | 0.06 | 0.16 | 0.00 (0.012) |
| least varying, 50 to 30 %, as above | 0.00 | 0.02 | 0.05 | 0.00 (0.018) |

What it cannot do: changes as small as the noise (45 % up by 0.58 each: off by 0.14, the median by 0.26).
"""

from __future__ import annotations

import numpy as np

from myosieve.quant.normalization.anchors import row_means, sample_effects
from myosieve.quant.normalization.shifts import median_shifts

SHARES = (0.5, 0.4, 0.3)
SLICES = 5
# A slice holds at least this many anchors: six of them are chosen in the end.
FEWEST_IN_SLICE = 20
_MOST_STEPS = 100


def least_varying(x: np.ndarray) -> np.ndarray:
    """Choose the proteins that vary least between samples, a share of `SHARES[-1]`.

    Parameters
    ----------
    x
        (m x n) log2 intensities of the anchors, NaN = missing; each with two values at least.

    Returns
    -------
    (m,) booleans; all where there are fewer than two samples with a value.
    """
    chosen = np.ones(len(x), dtype=bool)
    shift = median_shifts(x)
    if (~np.isnan(x).all(axis=0)).sum() < 2:
        return chosen
    for share in SHARES:
        for _ in range(_MOST_STEPS):
            shifted = x + shift
            following = _steadiest(_variances(shifted), row_means(shifted), share)
            if (following == chosen).all():
                break
            chosen = following
            shift = -sample_effects(x[chosen])
    return chosen


def reference_shifts(x: np.ndarray) -> np.ndarray:
    """Return the shifts (n,), sum 0, from the additive fit to the least-varying proteins.

    Parameters
    ----------
    x
        (m x n) log2 intensities of the least-varying proteins, NaN = missing. A sample without a value is not shifted.
    """
    anchored = ~np.isnan(x).all(axis=0)
    shift = np.zeros(x.shape[1])
    if anchored.sum() >= 2:
        effects = sample_effects(x[:, anchored])
        shift[anchored] = effects.mean() - effects
    return shift


def _variances(x: np.ndarray) -> np.ndarray:
    """Return the variance (m,) of each row's observed values."""
    residual = x - row_means(x)[:, None]
    counts = (~np.isnan(x)).sum(axis=1)
    return np.nansum(residual**2, axis=1) / np.maximum(counts - 1, 1)


def _steadiest(variances: np.ndarray, levels: np.ndarray, share: float) -> np.ndarray:
    """Return booleans: the `share` of smallest variance, in each slice of the level."""
    slices = max(1, min(SLICES, len(levels) // FEWEST_IN_SLICE))
    # ranks and limits in which ties count alike, so that the order of rows has no say
    slice_of = np.searchsorted(np.sort(levels), levels, side="left") * slices // max(len(levels), 1)
    chosen = np.zeros(len(levels), dtype=bool)
    for one in range(slices):
        members = slice_of == one
        if members.any():
            count = max(1, int(np.ceil(share * members.sum())))
            chosen |= members & (variances <= np.sort(variances[members])[count - 1])
    return chosen
