"""Principal components of the samples: which of them look alike before any test is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

# Fewer proteins than this that every sample has, and the few say little about the samples: take those that most have.
_ENOUGH = 50
_MOST = 0.8
_FEWEST = 3


@dataclass(frozen=True)
class Components:
    """The first two principal components of the samples.

    Attributes
    ----------
    samples
        Sample names, n.
    scores
        n x 2, in log2 units.
    explained
        Share of the variance on each of the two, 0 to 1.
    n_proteins
        Protein groups that entered.
    n_filled
        Missing cells among them, set to the protein group's mean so that they pull in no direction.
    """

    samples: tuple[str, ...]
    scores: np.ndarray
    explained: tuple[float, float]
    n_proteins: int
    n_filled: int


def principal_components(intensities: pd.DataFrame) -> Components | None:
    """Return the first two principal components of the samples, or None with under three samples or protein groups.

    Parameters
    ----------
    intensities
        log2 values, protein groups x samples; missing is NaN.

    Notes
    -----
    Protein groups that every sample has are centered and decomposed (SVD). Where there are under 50 of these, the groups
    that at least 80 % of the samples have are taken, with their gaps at the group's mean. A component's sign is arbitrary:
    it is set so that the protein group with the largest weight has a positive one.
    """
    values = intensities.to_numpy(dtype=float)
    observed = np.isfinite(values).mean(axis=1) if values.size else np.zeros(len(values))
    keep = observed == 1
    if keep.sum() < _ENOUGH:
        keep = observed >= _MOST
    if values.shape[1] < _FEWEST or keep.sum() < _FEWEST:
        return None
    centered = values[keep] - np.nanmean(values[keep], axis=1, keepdims=True)
    filled = int(np.isnan(centered).sum())
    weights, singular, samples = np.linalg.svd(np.nan_to_num(centered), full_matrices=False)
    if singular[0] == 0:
        return None
    largest = weights[np.abs(weights).argmax(axis=0), np.arange(weights.shape[1])]
    scores = (samples * singular[:, None] * np.sign(largest)[:, None])[:2].T
    share = singular**2 / (singular**2).sum()
    return Components(
        samples=tuple(map(str, intensities.columns)),
        scores=scores,
        explained=(float(share[0]), float(share[1])),
        n_proteins=int(keep.sum()),
        n_filled=filled,
    )
