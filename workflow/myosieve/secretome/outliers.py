"""Samples that stand out from the others of their fraction, in words.

A value stands out when it lies more than 3.5 robust standard deviations (1.4826 x the median absolute deviation) from
the median (Iglewicz & Hoaglin 1993, How to Detect and Handle Outliers) and by more than a bound that matters to a
reader: among a few very similar samples the first condition alone would point at harmless ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

ROBUST_SD = 3.5
MIN_SAMPLES = 4


@dataclass(frozen=True)
class Measure:
    """A column that is looked at, its name in words, its bound and how a difference is written."""

    column: str
    words: str
    bound: float
    unit: str


MISSING = Measure("missing", "share of missing proteins", 0.10, "{:.0%}")
MEDIAN = Measure("median_log2", "median intensity", 1.0, "{:.1f} log2")
LEAK = Measure("leak_index", "leak index", 0.5, "{:.1f} log2")


def deviations(values: np.ndarray, bound: float) -> np.ndarray:
    """Return each value's distance from the median where it stands out, else 0; under 4 known values nothing does."""
    distances = np.zeros(len(values))
    known = np.isfinite(values)
    if known.sum() < MIN_SAMPLES:
        return distances
    distance = values[known] - np.median(values[known])
    spread = 1.4826 * np.median(np.abs(distance))
    stands_out = np.abs(distance) > np.maximum(ROBUST_SD * spread, bound)
    distances[known] = np.where(stands_out, distance, 0.0)
    return distances


def outlier_texts(samples: pd.DataFrame) -> list[str]:
    """Return for each sample why it stands out among the samples of its fraction, or ''.

    Parameters
    ----------
    samples
        One row per sample with `fraction`, `missing`, `median_log2` and `leak_index`.
    """
    texts: list[list[str]] = [[] for _ in range(len(samples))]
    for fraction in samples["fraction"].unique():
        rows = np.flatnonzero(samples["fraction"] == fraction)
        for measure in (MISSING, MEDIAN, LEAK):
            distances = deviations(samples[measure.column].to_numpy(float)[rows], measure.bound)
            for row, distance in zip(rows, distances, strict=True):
                if distance:
                    amount = measure.unit.format(abs(distance)).replace("%", " %")
                    side = "above" if distance > 0 else "below"
                    texts[row].append(f"{measure.words} {amount} {side} the median of the {fraction} samples")
    return ["; ".join(parts) for parts in texts]
