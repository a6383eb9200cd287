"""Medium against lysate: is a protein richer in the medium than the inside of broken cells would make it.

Formulas (x = log2 normalized intensity, i = a pair of medium and lysate of the same cells, M = leak markers):

* pair: the samples of one subject and condition where the sheet names subjects in both fractions, else of one condition; where
  no condition has both, all media against all lysates.
* d[p, i] = mean over the pair's media of x[p, .] - mean over its lysates of x[p, .], where both are observed
* r[p]    = mean over i of (d[p, i] - median over m in M of d[m, i]);  se = sd over i / sqrt(pairs), from two pairs on.

A protein that came with the inside of the cells has r = 0 whatever the two kinds of sample were normalized to; one that is
secreted lies far above. Grube et al. 2018 (J Proteome Res, doi:10.1021/acs.jproteome.7b00684) took the plain ratio.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from myosieve.secretome.leak import FEWEST

HIGHER, AS_LYSATE, MEDIUM_ONLY, LOWER, NOT_RUN = (
    "higher in the medium",
    "as in the lysate",
    "not seen in the lysate",
    "lower in the medium",
    "not run",
)
# Twofold beyond the markers, by the lower end of the interval where there is one.
CLEARLY = 1.0


@dataclass(frozen=True)
class Ratios:
    """By protein (m,): log2 ratio beyond the markers, its standard error, pairs it rests on; NaN where unknown."""

    ratio: np.ndarray
    se: np.ndarray
    pairs: np.ndarray


def pairs_of(sheet: pd.DataFrame) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the positions of media and lysates of each pair, in the order of the sheet; none without lysates.

    Parameters
    ----------
    sheet
        One row per sample with `fraction`, `condition` and, where known, `subject`.
    """
    keys = [["condition"]]
    if "subject" in sheet and (sheet["subject"].fillna("") != "").any():
        keys.insert(0, ["subject", "condition"])
    positions = np.arange(len(sheet))
    medium, lysate = ((sheet["fraction"] == name).to_numpy() for name in ("secretome", "lysate"))
    for names in keys:
        labels = sheet[names].fillna("").agg("\t".join, axis=1)
        both = [label for label in dict.fromkeys(labels[medium]) if (labels[lysate] == label).any()]
        if both:
            return [(positions[medium & (labels == label)], positions[lysate & (labels == label)]) for label in both]
    return [(positions[medium], positions[lysate])] if medium.any() and lysate.any() else []


def lysate_ratios(log2: np.ndarray, pairs: list[tuple[np.ndarray, np.ndarray]], is_marker: np.ndarray) -> Ratios | None:
    """Return the ratios, or None where no pair has ten markers observed on both sides.

    Parameters
    ----------
    log2
        log2 intensities (m x samples), NaN = missing.
    pairs
        As `pairs_of`.
    is_marker
        (m,) whether a protein is a leak marker.
    """
    columns = []
    for medium, lysate in pairs:
        difference = _mean(log2[:, medium]) - _mean(log2[:, lysate])
        if np.isfinite(difference[is_marker]).sum() >= FEWEST:
            columns.append(difference - np.nanmedian(difference[is_marker]))
    if not columns:
        return None
    table = np.column_stack(columns)
    known = np.isfinite(table).sum(axis=1)
    ratio = _mean(table)
    squares = np.where(np.isfinite(table), (table - ratio[:, None]) ** 2, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.where(known > 1, np.sqrt(squares / (known - 1) / known), np.nan)
    return Ratios(ratio, se, known.astype(float))


def lysate_flags(ratios: Ratios | None, log2: np.ndarray, medium: np.ndarray, lysate: np.ndarray) -> np.ndarray:
    """Return in words where each protein is richer; 'not run' without lysates or without enough markers.

    Parameters
    ----------
    ratios, log2
        As `lysate_ratios`.
    medium, lysate
        Whether each sample is one.
    """
    if ratios is None:
        return np.full(len(log2), NOT_RUN, dtype=object)
    margin = np.where(np.isfinite(ratios.se), 1.96 * ratios.se, 0.0)
    seen_medium = np.isfinite(log2[:, medium]).any(axis=1)
    seen_lysate = np.isfinite(log2[:, lysate]).any(axis=1)
    return np.select(
        [
            ratios.ratio - margin >= CLEARLY,
            ratios.ratio + margin <= -CLEARLY,
            np.isfinite(ratios.ratio),
            seen_medium & ~seen_lysate,
        ],
        [HIGHER, LOWER, AS_LYSATE, MEDIUM_ONLY],
        "",
    ).astype(object)


def _mean(values: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
