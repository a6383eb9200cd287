r"""How deeply each sample was measured: one offset of the detection-probability curve per sample.

Less material in the source, an older column, another acquisition list: the same precursor at the same intensity is then seen
less often in one sample than in another. With one curve for all, the values missing there look like low ones, and where depth
goes with the condition, so do the errors. The curve of sample j is therefore

    P(detected in j | y) = expit(b0 + o_j + b1 y).

**Estimation.** Whatever the level of a precursor: if it is detected in exactly one of samples j and k, it is j with log-odds

    theta_j - theta_k,    theta_j = o_j + b1 s_j,

s_j the shift of the sample's intensities (the conditional likelihood of Rasch's model, by pairs; Choppin 1968, Nature 219:870).
With N_jk the number of such precursors, theta is the maximum of the Bradley-Terry likelihood

    sum over j, k of N_jk log expit(theta_j - theta_k).

**Presence is not depth.** A protein that is absent from a condition loses all its precursors there, and must not be taken for a
lack of depth. A precursor is compared between j and k only where other precursors of its protein are seen in both.

**Doubt.** Precursors of a protein rise and fall together, so that the covariance of theta is the sandwich of scores summed by
protein. Offsets are given only where samples differ beyond doubt (Wald test, level 0.001) and by enough to matter, and are then
shrunk by tau^2 / (tau^2 + their own variance), with tau^2 the variance between samples beyond that of the estimates. Where
samples are alike, nothing changes.
"""

from __future__ import annotations

import numpy as np

# Samples are alike unless chance makes such differences as rarely as this, and their SD (log-odds) is this or more.
LEVEL, LEAST_SD = 0.001, 0.05
# A hundred comparisons and samples that are all connected are the least to speak of depth.
FEWEST_COMPARISONS = 100
# Share of the precursors, those seen in most samples, that tell the shift of a sample's intensities: little selection there.
_WELL_SEEN = 0.25
# Of more values than this every second (third, ...) protein is enough; half a dozen such arrays of singles are held at once.
_MOST_VALUES = 20_000_000
# One imagined detection for each side of every pair that is compared keeps the log-odds finite.
_IMAGINED = 0.5
_STEPS, _SETTLED = 50, 1e-10


def depth_offsets(log2: np.ndarray, groups: np.ndarray, slope: float) -> np.ndarray:
    """Estimate the offsets of the detection curve.

    Parameters
    ----------
    log2
        (p x n) log2 intensities of precursors, NaN = missing.
    groups
        (p,) protein of each precursor, non-decreasing.
    slope
        Slope of the curve, log-odds per log2 unit.

    Returns
    -------
    (n,) log-odds, mean 0; all 0 where no difference between the samples can be shown.
    """
    n = log2.shape[1]
    names = np.unique(groups)
    step = int(np.ceil(log2.size / _MOST_VALUES))
    if step > 1:
        chosen = np.isin(groups, names[::step])
        log2, groups = log2[chosen], groups[chosen]
    won, lost, starts = _comparable(~np.isnan(log2), groups)
    counts = (won.T @ lost).astype(float)
    if counts.sum() < FEWEST_COMPARISONS or not _connected(counts + counts.T):
        return np.zeros(n)
    theta, inverse = _bradley_terry(counts)
    chance = _expit(np.subtract.outer(theta, theta))  # row j: that j is the one of j and k
    chance = chance.astype(won.dtype)
    scores = np.add.reduceat(won * (lost @ chance) - lost * (won @ chance.T), starts, axis=0).astype(float)
    covariance = inverse @ (scores.T @ scores) @ inverse
    offsets = theta - slope * _shifts(log2)
    offsets -= offsets.mean()
    return _believed(offsets, covariance, len(starts))


def _comparable(detected: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return hits and misses (p x n, 0/1) where other precursors of the protein are seen, and the proteins' first rows."""
    starts = np.flatnonzero(np.diff(groups, prepend=groups[0] - 1))
    hit = detected.astype(np.float32)
    sizes = np.diff(np.append(starts, len(groups)))
    others = np.repeat(np.add.reduceat(hit, starts, axis=0), sizes, axis=0) - hit
    seen = others > 0
    return hit * seen, (1 - hit) * seen, starts


def _connected(pairs: np.ndarray) -> bool:
    """Tell whether comparisons join all samples."""
    reached = np.arange(len(pairs)) == 0
    while True:
        further = reached | (pairs[reached] > 0).any(axis=0)
        if (further == reached).all():
            return bool(reached.all())
        reached = further


def _bradley_terry(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return theta (n,), mean 0, and the pseudo-inverse (n x n) of its information, by Newton's method."""
    counts = counts + _IMAGINED * ((counts + counts.T) > 0)
    np.fill_diagonal(counts, 0.0)
    pairs = counts + counts.T
    theta = np.zeros(len(counts))
    for _ in range(_STEPS):
        chance = _expit(np.subtract.outer(theta, theta))
        score = counts.sum(axis=1) - (pairs * chance).sum(axis=1)
        information = -pairs * chance * (1 - chance)
        np.fill_diagonal(information, -information.sum(axis=1))
        inverse = np.linalg.pinv(information, hermitian=True)
        change = inverse @ score
        change /= max(1.0, float(np.abs(change).max()))  # never more than one unit at a time
        theta = theta + change
        if np.abs(change).max() < _SETTLED:
            break
    return theta - theta.mean(), inverse


def _expit(x: np.ndarray) -> np.ndarray:
    from scipy.special import expit

    return expit(x)


def _shifts(log2: np.ndarray) -> np.ndarray:
    """Return by how much each sample's intensities lie above the precursors' medians (log2), from well seen precursors."""
    count = (~np.isnan(log2)).sum(axis=1)
    rows = log2[count >= max(np.quantile(count[count > 0], 1 - _WELL_SEEN), 1)]
    with_values = ~np.isnan(rows).all(axis=0)
    shifts = np.zeros(log2.shape[1])
    deviations = rows - np.nanmedian(rows, axis=1, keepdims=True)
    shifts[with_values] = np.nanmedian(deviations[:, with_values], axis=0)
    return shifts


def _believed(offsets: np.ndarray, covariance: np.ndarray, proteins: int) -> np.ndarray:
    """Return the offsets shrunk by their doubt; 0 where samples need not differ, or proteins are too few to tell."""
    from scipy.special import chdtrc

    n = len(offsets)
    if proteins < 2 * n:
        return np.zeros(n)
    wald = offsets @ np.linalg.pinv(covariance, hermitian=True, rcond=1e-10) @ offsets
    if not chdtrc(n - 1, wald) < LEVEL:
        return np.zeros(n)
    own = np.diag(covariance)
    between = float(offsets @ offsets / (n - 1) - own.mean())
    if between < LEAST_SD**2:
        return np.zeros(n)
    shrunk = offsets * between / (between + own)
    return shrunk - shrunk.mean()
