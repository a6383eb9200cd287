"""Fold changes over other draws of the same subjects: a bootstrap of whole units.

What is drawn with replacement is the unit whose values are independent of the others': the subject, with all its samples at
once, where the samples of a subject belong together, else the sample. Units that share a condition are exchanged with one
another, in draws as large as they are many: subjects that went through all conditions form one stratum, subjects or samples of
one condition each form one stratum per condition (Davison & Hinkley 1997, Bootstrap Methods and their Application, chapter
2 and section 3.2; doi:10.1017/CBO9780511802843).

A unit drawn twice weighs twice: weighted least squares with the multiplicities as weights is least squares on rows that are
repeated as often as they were drawn, which is how it is computed here. Draws of the same units are computed once.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from myosieve.differential.design import estimable
from myosieve.differential.linear import fit

# Columns of a sample sheet that tell whose sample it is, in the order in which they are asked.
SUBJECT_COLUMNS = ("subject", "donor", "patient", "participant", "individual", "animal", "mouse", "rat", "pair")
SAMPLE = "sample"


def resampling_units(sheet: pd.DataFrame, block: str = "") -> tuple[np.ndarray, str]:
    """Return the unit of each sample, and what it is called.

    Parameters
    ----------
    sheet
        One row per sample, with `sample` and the sheet's further columns as text.
    block
        Column of the random block, if any.

    Returns
    -------
    (n,) labels, and the column that they are from: the block, else the first of `SUBJECT_COLUMNS` that is filled in for every
    sample and holds two samples of one subject, else `sample`.
    """
    for name in [block] * bool(block) + [name for name in SUBJECT_COLUMNS if name in sheet.columns]:
        labels = sheet[name].astype("str").where(sheet[name].notna(), "").str.strip()
        if (labels != "").all() and labels.duplicated().any():
            return labels.to_numpy(dtype=object), name
    return sheet[SAMPLE].astype("str").to_numpy(dtype=object), SAMPLE


def units_of_conditions(units: np.ndarray, conditions: np.ndarray) -> dict[str, int]:
    """Return how many different units each condition has."""
    return {
        str(condition): len(np.unique(units[conditions == condition].astype(str)))
        for condition in dict.fromkeys(conditions)
    }


def bootstrap_log2fc(
    values: np.ndarray,
    design: np.ndarray,
    contrast_vectors: np.ndarray,
    units: np.ndarray,
    conditions: np.ndarray,
    draws: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Estimate contrasts by least squares in draws of the units, with replacement.

    Parameters
    ----------
    values
        (m x n) log2 intensities, NaN = missing.
    design
        (n x p) design matrix; may be rank deficient.
    contrast_vectors
        (p x k) contrasts of the coefficients, each estimable in the full design.
    units
        (n,) label of the unit of each sample.
    conditions
        (n,) its condition.
    draws
        How many.
    rng
        Decides what is drawn, together with the labels; the order of the samples and the values do not.

    Returns
    -------
    (draws x m x k) log2 fold changes; NaN where a draw leaves no samples to estimate one from.
    """
    values, units = np.asarray(values, dtype=float), units.astype(str)
    counts = _multiplicities(units, conditions, draws, rng)
    distinct, place = np.unique(counts, axis=0, return_inverse=True)
    found = np.full((draws, len(values), contrast_vectors.shape[1]), np.nan)
    _, unit = np.unique(units, return_inverse=True)
    for number, times in enumerate(distinct):
        rows = np.repeat(np.arange(len(unit)), times[unit])
        possible = [estimable(design[rows], vector) for vector in contrast_vectors.T]
        if any(possible):
            # A contrast that no protein can be asked in this draw must not be projected on what is left of the design.
            log2fc = fit(values[:, rows], design[rows], contrast_vectors[:, possible]).log2fc
            found[np.ix_(place.ravel() == number, np.arange(len(values)), possible)] = log2fc
    return found


def _multiplicities(units: np.ndarray, conditions: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each unit (sorted by label) is drawn (draws x units)."""
    counts = np.zeros((draws, len(np.unique(units))), dtype=int)
    for members in _strata(units, conditions):
        drawn = members[rng.integers(0, len(members), size=(draws, len(members)))]
        np.add.at(counts, (np.arange(draws)[:, None], drawn), 1)
    return counts


def _strata(units: np.ndarray, conditions: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the units (numbers in the order of their labels) that are exchanged with one another."""
    _, unit = np.unique(units, return_inverse=True)
    stratum = np.arange(unit.max() + 1)
    _, condition = np.unique(conditions.astype(str), return_inverse=True)
    for one in range(condition.max() + 1):
        # Units of one condition are joined, and with them all that any of them is joined with.
        joined = np.unique(stratum[unit[condition == one]])
        stratum[np.isin(stratum, joined)] = joined[0]
    for one in np.unique(stratum):
        yield np.flatnonzero(stratum == one)
