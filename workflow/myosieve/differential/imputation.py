r"""Imputation: numbers put in the place of missing log2 values, for methods and readers that insist on a full matrix.

The tests of `differential.contrasts` need none of this. An imputed value is a guess that a test takes for an observation; a
protein that one condition lacks gets its fold change from guesses. Hence the mask of what was imputed, and `imputed_share`.

x_ij is the log2 value of protein i in sample j; z_ij ~ N(0, 1).

- `minprob` (Lazar et al. 2016, J Proteome Res 15:1116): x_ij = Q_j + s z_ij. Q_j is the 0.01 quantile of the sample's observed
  values (interpolated linearly between order statistics), s the median of the proteins' standard deviations s_i, over proteins
  observed in more than half of the samples (over all that have an s_i, if none is). Without conditions s_i is taken over all
  samples, as published; with conditions, around the mean of each, so that it holds noise and no effect:
  s_i^2 = sum over conditions c and j in c of (x_ij - mean_ic)^2 / (n_i - number of conditions in which i is observed).
- `mindet` (same source): x_ij = Q_j.
- `downshift` (Perseus: Tyanova et al. 2016, Nat Methods 13:731): x_ij = m_j - 1.8 s_j + 0.3 s_j z_ij, with m_j and s_j the mean
  and standard deviation of the sample's observed values.
- `knn` (Troyanskaya et al. 2001, Bioinformatics 17:520): the mean of x_kj over the 10 nearest proteins k that have a value in
  sample j, weighted by 1 / d_ik,

      d_ik^2 = mean over the samples in which both are observed of (x_i - x_k)^2.

  Protein k must be observed in at least half of the samples in which i is: over one shared sample anything can look near.
  Fewer than ten such: all there are; none: the protein's own mean. Where some d_ik = 0 only these count, the limit of the
  weights. At equal distance the protein whose key sorts first is nearer.

The first three take what is missing for too little to be seen; `knn` takes it for missing at random.

**What stays missing.** A protein without any value: nothing is known of it, and its guesses would be tested like a protein.
A sample without any value, for the same reason. And what has no estimate: a sample with one value has no s_j (`downshift`);
where no protein has two values, there is no s (`minprob`).

**Chance.** z_ij depends on the seed, the protein's key and the sample's name, and on nothing else: neither on the order of rows
and columns nor on which others there are. BLAKE2b (RFC 7693), keyed with the seed, makes a 64-bit word of each name; the
finalizer of SplitMix64 (Steele, Lea & Flood 2014, doi:10.1145/2714064.2660195) mixes the sum of the two words; the upper
52 bits and a half make a uniform number, and the normal quantile function a normal one. Q_j, s, m_j, s_j and the neighbors do
depend on the table. All computation is in the order of the names: permuted input gives permuted output, to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

METHODS = ("minprob", "mindet", "downshift", "knn")

LOW_QUANTILE = 0.01
DOWNSHIFT, WIDTH = 1.8, 0.3
NEIGHBORS = 10

# Multipliers of the finalizer of SplitMix64.
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
# So many proteins near by are looked at for all samples at once. Most of them suffice for ten with a value.
_CANDIDATES = 128
# Squared distances from matrix products are exact to this, and only choose the candidates.
_ROUNDING = 1e-9
# Largest intermediate array of the search for neighbors, in numbers.
_BLOCK = 2**22
# Stands for distance 0 in the weights: outweighs any other neighbor, and ten of them do not overflow.
_LEAST_DISTANCE = 1e-100


@dataclass(frozen=True)
class Imputed:
    """(m x n) log2 values, and (m x n) whether each was imputed."""

    values: np.ndarray
    imputed: np.ndarray


def impute(
    values: np.ndarray,
    keys: Sequence[str],
    samples: Sequence[str],
    method: str,
    seed: int,
    conditions: np.ndarray | None = None,
) -> Imputed:
    """Fill in missing values.

    Parameters
    ----------
    values
        (m proteins x n samples) log2, NaN = missing.
    keys, samples
        (m,) protein groups and (n,) names of the samples; unique, since chance is drawn from them.
    method
        One of `METHODS`.
    seed
        Of the draws of `minprob` and `downshift`; the others are deterministic.
    conditions
        (n,) condition of each sample. Only `minprob` uses it, for standard deviations within conditions.

    Returns
    -------
    Imputed
        Observed values are the same to the last bit.

    Raises
    ------
    ValueError
        Unknown method, infinite value, names that repeat or do not fit the matrix.
    """
    _check(values, keys, samples, method, conditions)
    rows, columns = _order(keys), _order(samples)
    ordered = np.array(values[np.ix_(rows, columns)], dtype=float)
    missing = np.isnan(ordered)
    cells = np.nonzero(missing & ~missing.all(axis=1, keepdims=True))
    if method == "knn":
        ordered[cells] = _means_of_neighbors(ordered)[cells]
    else:
        groups = None if conditions is None else np.asarray(conditions)[columns]
        center, spread = _distributions(ordered, method, groups)
        words = _words(keys, seed, b"protein")[rows], _words(samples, seed, b"sample")[columns]
        ordered[cells] = center[cells[1]] + spread[cells[1]] * _normal(words[0][cells[0]] + words[1][cells[1]])
    filled = np.empty_like(ordered)
    filled[np.ix_(rows, columns)] = ordered
    return Imputed(filled, np.isnan(values) & ~np.isnan(filled))


def imputed_share(imputed: np.ndarray, treatment: np.ndarray, control: np.ndarray) -> np.ndarray:
    """Return the share of imputed values among the samples of a contrast.

    Parameters
    ----------
    imputed
        (m x n) whether each value was imputed.
    treatment, control
        (n,) whether each sample is on that side of the contrast.

    Returns
    -------
    (m,) from 0 to 1. Values that stayed missing count as not imputed.

    Raises
    ------
    ValueError
        The contrast has no sample.
    """
    either = treatment | control
    if not either.any():
        raise ValueError("a contrast without samples")
    return imputed[:, either].mean(axis=1)


def _check(
    values: np.ndarray, keys: Sequence[str], samples: Sequence[str], method: str, conditions: np.ndarray | None
) -> None:
    if method not in METHODS:
        raise ValueError(f"unknown imputation {method!r}: one of {', '.join(METHODS)}")
    if values.shape != (len(keys), len(samples)):
        raise ValueError(f"{len(keys)} keys and {len(samples)} samples for values of shape {values.shape}")
    if conditions is not None and len(conditions) != len(samples):
        raise ValueError(f"{len(conditions)} conditions for {len(samples)} samples")
    if len(set(keys)) < len(keys) or len(set(samples)) < len(samples):
        raise ValueError("a key or a sample repeats")
    if np.isinf(values).any():
        raise ValueError("infinite value")


def _order(names: Sequence[str]) -> np.ndarray:
    return np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.intp)


# ---- draws -------------------------------------------------------------------------------------------------------


def _words(names: Sequence[str], seed: int, kind: bytes) -> np.ndarray:
    """Return a 64-bit word per name, the same on every machine."""
    key = str(int(seed)).encode()
    digests = b"".join(blake2b(name.encode(), digest_size=8, key=key, person=kind).digest() for name in names)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _normal(words: np.ndarray) -> np.ndarray:
    """Return standard normal numbers from 64-bit words, by the finalizer of SplitMix64 and the normal quantile function."""
    from scipy.special import ndtri

    mixed = (words ^ (words >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    mixed ^= mixed >> np.uint64(31)
    # 52 bits, so that adding a half is exact and neither 0 nor 1 can come out
    return ndtri(((mixed >> np.uint64(12)).astype(float) + 0.5) * 2.0**-52)


def _distributions(values: np.ndarray, method: str, groups: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return per sample the center and the standard deviation of what is imputed, NaN where there is no estimate."""
    n = values.shape[1]
    center, spread = np.full(n, np.nan), np.full(n, np.nan)
    for j in range(n):
        observed = values[~np.isnan(values[:, j]), j]
        if method == "downshift" and len(observed) > 1:
            sd = observed.std(ddof=1)
            center[j], spread[j] = observed.mean() - DOWNSHIFT * sd, WIDTH * sd
        elif method != "downshift" and len(observed):
            center[j] = np.quantile(observed, LOW_QUANTILE)
    if method == "minprob":
        spread[:] = _typical_sd(values, np.zeros(n) if groups is None else groups)
    elif method == "mindet":
        spread[:] = 0.0
    return center, spread


def _typical_sd(values: np.ndarray, groups: np.ndarray) -> float:
    """Return the median over proteins of the standard deviation within groups, NaN where no protein has one."""
    squares, df, total = (np.zeros(len(values)) for _ in range(3))
    for group in np.unique(groups):
        part = values[:, groups == group]
        seen = ~np.isnan(part)
        count = seen.sum(axis=1)
        mean = np.where(seen, part, 0.0).sum(axis=1) / np.maximum(count, 1)
        squares += (np.where(seen, part - mean[:, None], 0.0) ** 2).sum(axis=1)
        df += np.maximum(count - 1, 0)
        total += count
    known = df > 0
    often = known & (2 * total > values.shape[1])
    chosen = often if often.any() else known
    return float(np.median(np.sqrt(squares[chosen] / df[chosen]))) if chosen.any() else np.nan


# ---- nearest neighbors -------------------------------------------------------------------------------------------


def _means_of_neighbors(values: np.ndarray) -> np.ndarray:
    """Return the estimates of `knn`: (m x n), meant where a value is missing, NaN in samples without any.

    Each protein's `_CANDIDATES` nearest serve all its samples at once. The few cells for which these do not suffice look among
    the proteins with a value in their sample, sample by sample. Rows go in blocks, so that memory grows with m and not m^2.
    """
    everyone, (_, n) = np.arange(len(values)), values.shape
    seen = ~np.isnan(values)
    estimates = np.full(values.shape, np.nan)
    unknown = ~seen & seen.any(axis=1, keepdims=True) & seen.any(axis=0)
    for block in _blocks(np.flatnonzero(unknown.any(axis=1)), max(len(values), _CANDIDATES * n)):
        means, certain = _weighted_means(values, block, everyone, np.arange(n), _CANDIDATES)
        estimates[block] = np.where(certain, means, np.nan)
        unknown[block] &= ~certain
    for j in np.flatnonzero(unknown.any(axis=0)):
        pool = np.flatnonzero(seen[:, j])
        # all of them only where many are equally far, which the matrix product cannot order
        for width in (_CANDIDATES, len(pool)):
            for block in _blocks(np.flatnonzero(unknown[:, j]), max(len(pool), width * n)):
                means, certain = _weighted_means(values, block, pool, np.array([j]), width)
                estimates[block, j] = means[:, 0]
                unknown[block, j] = ~certain[:, 0]
    own = np.where(seen, values, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    alone = np.isnan(estimates) & seen.any(axis=1, keepdims=True) & seen.any(axis=0)
    return np.where(alone, own[:, None], estimates)


def _blocks(rows: np.ndarray, numbers_per_row: int) -> Iterator[np.ndarray]:
    size = max(1, _BLOCK // max(1, numbers_per_row))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _weighted_means(
    values: np.ndarray, rows: np.ndarray, pool: np.ndarray, columns: np.ndarray, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return for rows and columns the weighted mean of the nearest proteins of a pool, looking at the `width` nearest only.

    Returns
    -------
    (rows x columns) means, NaN without neighbors; (rows x columns) whether no protein beyond the `width` nearest could be among
    the neighbors.
    """
    if width < len(pool):
        rough = _rough_squares(values, rows, pool)
        near = np.argpartition(rough, width - 1, axis=1)[:, :width]
        horizon = np.take_along_axis(rough, near, axis=1).max(axis=1) - _ROUNDING
        candidates = pool[np.sort(near, axis=1)]
    else:
        horizon = np.full(len(rows), np.inf)
        candidates = np.broadcast_to(pool, (len(rows), len(pool)))
    squares = _squared_distances(values, rows, candidates)
    nearest_first = np.argsort(squares, axis=1, kind="stable")  # equal distances stay in the order of the keys
    squares = np.take_along_axis(squares, nearest_first, axis=1)[:, :, None]
    offered = values[np.take_along_axis(candidates, nearest_first, axis=1)[:, :, None], columns]
    available = ~np.isnan(offered) & np.isfinite(squares)
    place = np.cumsum(available, axis=1, dtype=np.int32)
    chosen = available & (place <= NEIGHBORS)
    weights = np.where(chosen, 1 / np.maximum(np.sqrt(squares), _LEAST_DISTANCE), 0.0)
    total = weights.sum(axis=1)
    means = (weights * np.where(chosen, offered, 0.0)).sum(axis=1) / np.where(total > 0, total, np.nan)
    farthest = np.where(chosen, squares, 0.0).max(axis=1, initial=0.0)
    enough = (place[:, -1] >= NEIGHBORS) & (farthest < horizon[:, None])
    return means, enough | np.isinf(horizon)[:, None]


def _rough_squares(values: np.ndarray, rows: np.ndarray, pool: np.ndarray) -> np.ndarray:
    """Return what `_squared_distances` does for (rows x pool), by matrix products, to `_ROUNDING`."""
    one, other = values[rows], values[pool]
    seen_one, seen_other = (~np.isnan(one)).astype(float), (~np.isnan(other)).astype(float)
    middle = np.nanmean(other)  # small numbers, so that little cancels
    one, other = np.nan_to_num(one - middle), np.nan_to_num(other - middle)
    squares = np.hstack([one**2, seen_one, -2 * one]) @ np.hstack([seen_other, other**2, other]).T
    shared = seen_one @ seen_other.T
    enough = 2 * shared >= seen_one.sum(axis=1)[:, None]
    return np.divide(squares, shared, out=np.full_like(squares, np.inf), where=enough)


def _squared_distances(values: np.ndarray, rows: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Return (rows x candidates) mean squared differences over shared samples, infinite if these are too few.

    Rows have a value somewhere, so that half of their samples is at least one.
    """
    own = values[rows]
    differences = own[:, None, :] - values[candidates]
    shared = ~np.isnan(differences)
    count = shared.sum(axis=2)
    enough = 2 * count >= (~np.isnan(own)).sum(axis=1)[:, None]
    squares = (np.where(shared, differences, 0.0) ** 2).sum(axis=2)
    return np.divide(squares, count, out=np.full_like(squares, np.inf), where=enough)
