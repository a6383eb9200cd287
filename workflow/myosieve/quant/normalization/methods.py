r"""The one entry: log2 intensities in, comparable log2 intensities out, with what was done in a sentence.

| method | what samples are made equal in | a shift | for |
|---|---|---|---|
| none | nothing | yes (0) | intensities that the search engine normalized, or that may differ in total |
| median | medians of the difference to the protein's level (`shifts`) | yes | most experiments |
| factors | intensity per unit of a given amount: volume, cells, protein (`shifts`) | yes | secretion per cell |
| reference | named or least-varying proteins (`reference`) | yes | much of the medium changing one way |
| rlr | a robust line over the protein's level (`rlr`) | no | intensity-dependent loading |
| cyclic_loess | a smooth curve over the protein's level (`loess`) | no | the same, where it is curved |
| quantile | the whole distribution (`quantile`) | no | many similar samples, few missing |
| vsn | offset and factor under a variance model (`vsn`) | no | strong additive noise |

Shifts are on the log2 scale; no method multiplies log2 values by a factor, which would bend every fold change. Only
kept proteins decide. The others are carried along: by the sample's shift, or by the sample's own curve as each module
says. Missing stays missing, and no value appears.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from myosieve.quant.normalization import loess, rlr
from myosieve.quant.normalization.anchors import MOST, anchors
from myosieve.quant.normalization.quantile import quantile_normalized
from myosieve.quant.normalization.reference import SHARES, SLICES, least_varying, reference_shifts
from myosieve.quant.normalization.shifts import factor_shifts, median_shifts
from myosieve.quant.normalization.vsn import stabilized

METHODS = ("none", "median", "quantile", "cyclic_loess", "vsn", "rlr", "factors", "reference")
# Fewer proteins than this in a sample decide its place by little more than chance.
_FEW = 10


@dataclass(frozen=True)
class Normalized:
    """Comparable values and how they came about.

    Attributes
    ----------
    log2
        Protein groups x samples, normalized, missing = NaN.
    shift
        Per sample, log2 units; where a method is more than a shift, the median over the anchors of after minus before.
    told
        What ran, with its numbers, for the methods text.
    warnings
        What a reader should know before relying on it.
    """

    log2: pd.DataFrame
    shift: pd.Series
    told: str
    warnings: tuple[str, ...]


def normalize(
    log2: pd.DataFrame,
    method: str,
    kept: pd.Series,
    *,
    factors: pd.Series | None = None,
    reference: Sequence[Hashable] | None = None,
) -> Normalized:
    """Make samples comparable.

    Parameters
    ----------
    log2
        Protein groups x samples, missing = NaN; samples that may be compared with one another.
    method
        One of `METHODS`.
    kept
        Boolean per protein group: passed the filter. The others do not decide.
    factors
        For `factors`: positive amount per sample.
    reference
        For `reference`: protein groups that stay the same, kept or not, by label or by position (an integer that is no
        label); None = the least-varying ones.

    Raises
    ------
    ValueError
        The method is unknown; kept has another index than log2; a sample has no positive factor; a reference protein
        group is not in the table.
    """
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}")
    if not kept.index.equals(log2.index):
        raise ValueError("kept does not name the protein groups of the table in their order")
    if method == "none":
        told = "Log2 intensities were taken without further normalization."
        return _shifted(log2, np.zeros(log2.shape[1]), told)
    if method == "factors":
        if factors is None:
            raise ValueError("method 'factors' needs a factor per sample")
        return _by_factors(log2, factors)
    if method == "reference" and reference is not None:
        return _by_named(log2, reference)
    chosen, least = anchors(log2, kept)
    which = _Anchors(chosen.to_numpy(dtype=bool), least)
    if method == "median":
        return _by_median(log2, which)
    if method == "reference":
        return _by_least_varying(log2, which)
    if method == "rlr":
        return _by_line(log2, which)
    return _CURVES[method](log2, kept.to_numpy(dtype=bool), which)


@dataclass(frozen=True)
class _Anchors:
    rows: np.ndarray  # (m,) booleans
    least: float

    def __str__(self) -> str:
        fewer = "" if self.least >= MOST else ", fewer being common to more"
        return f"{int(self.rows.sum())} kept protein groups observed in at least {self.least:.0%} of the samples{fewer}"


def _by_factors(log2: pd.DataFrame, factors: pd.Series) -> Normalized:
    shift = factor_shifts(factors, log2.columns)
    amounts = factors.reindex(log2.columns).to_numpy(dtype=float)
    span = f" ({amounts.min():.4g} to {amounts.max():.4g})" if len(amounts) else ""
    told = (
        "Log2 intensities were shifted per sample by minus log2 of the sample's normalization factor"
        f"{span} relative to the geometric mean of all factors, and not otherwise normalized."
    )
    return _shifted(log2, shift, told)


def _by_named(log2: pd.DataFrame, reference: Sequence[Hashable]) -> Normalized:
    rows = _rows_of(log2.index, reference)
    shift = median_shifts(log2.to_numpy(dtype=float)[rows])
    told = (
        "Log2 intensities were shifted per sample, never scaled, to equal medians of the difference to the protein's level in "
        f"an additive protein and sample fit, over {int(rows.sum())} named reference protein groups."
    )
    return _shifted(log2, shift, told, _unplaced(log2, rows, "reference protein group"))


def _by_median(log2: pd.DataFrame, which: _Anchors) -> Normalized:
    shift = median_shifts(log2.to_numpy(dtype=float)[which.rows])
    told = (
        "Log2 intensities were shifted per sample, never scaled, to equal medians of the difference to the protein's level in "
        f"an additive protein and sample fit, over the {which}."
    )
    return _shifted(log2, shift, told, _unplaced(log2, which.rows, "protein group that most samples share"))


def _by_least_varying(log2: pd.DataFrame, which: _Anchors) -> Normalized:
    x = log2.to_numpy(dtype=float)
    steady = which.rows.copy()
    steady[which.rows] = least_varying(x[which.rows])
    told = (
        "Log2 intensities were shifted per sample, never scaled, by the sample effects of an additive protein and sample fit "
        f"over the {int(steady.sum())} least-varying ones (in each of up to {SLICES} slices of the level, the "
        f"{SHARES[-1]:.0%} of smallest variance after the shift) of the {which}."
    )
    return _shifted(log2, reference_shifts(x[steady]), told, _unplaced(log2, steady, "least-varying protein group"))


def _by_line(log2: pd.DataFrame, which: _Anchors) -> Normalized:
    values = rlr.line_corrected(log2.to_numpy(dtype=float), which.rows)
    told = (
        "From the log2 intensities of each sample, a straight line over the protein's level (Huber's robust regression of the "
        f"difference to the level) was subtracted, fitted to the {which}."
    )
    return _curved(log2, values, which, told, _unplaced(log2, which.rows, "protein group that most samples share"))


def _by_quantile(log2: pd.DataFrame, kept: np.ndarray, which: _Anchors) -> Normalized:
    values = quantile_normalized(log2.to_numpy(dtype=float), kept)
    told = (
        "Log2 intensities were quantile normalized (Bolstad et al. 2003; missing values left out) over the "
        f"{_observed(log2, kept)} kept protein groups."
    )
    return _curved(log2, values, which, told, _unplaced(log2, kept, "kept protein group", least=2))


def _by_loess(log2: pd.DataFrame, kept: np.ndarray, which: _Anchors) -> Normalized:
    x = log2.to_numpy(dtype=float)
    similar = loess.similar_loading(x, which.rows)
    started = x if similar else x + median_shifts(x[which.rows])
    values = loess.cyclic_loess(started, kept)
    first = "" if similar else "after a shift per sample to equal medians, since loading differed, "
    told = (
        f"Log2 intensities were normalized by fast cyclic loess (Ballman et al. 2004; {first}{loess.ITERATIONS} rounds, span "
        f"{loess.SPAN:g}) over the {_observed(log2, kept)} kept protein groups."
    )
    return _curved(log2, values, which, told, _unplaced(log2, kept, "kept protein group", least=2))


def _by_vsn(log2: pd.DataFrame, kept: np.ndarray, which: _Anchors) -> Normalized:
    values = stabilized(log2.to_numpy(dtype=float), kept)
    told = (
        "Intensities were calibrated and variance stabilized by an offset and a factor per sample (Huber et al. 2002) over the "
        f"{_observed(log2, kept, least=2)} kept protein groups that at least two samples share, on a generalized log2 scale."
    )
    return _curved(log2, values, which, told, _unplaced(log2, kept, "kept protein group"))


_CURVES: dict[str, Callable[[pd.DataFrame, np.ndarray, _Anchors], Normalized]] = {
    "quantile": _by_quantile,
    "cyclic_loess": _by_loess,
    "vsn": _by_vsn,
}


def _shifted(log2: pd.DataFrame, shift: np.ndarray, told: str, warnings: tuple[str, ...] = ()) -> Normalized:
    return Normalized(log2 + shift, pd.Series(shift, index=log2.columns, name="shift"), told, warnings)


def _curved(
    log2: pd.DataFrame, values: np.ndarray, which: _Anchors, told: str, warnings: tuple[str, ...]
) -> Normalized:
    moved = (pd.DataFrame(values, index=log2.index, columns=log2.columns) - log2)[which.rows]
    shift = moved.median().fillna(0.0).rename("shift")
    return Normalized(pd.DataFrame(values, index=log2.index, columns=log2.columns), shift, told, warnings)


def _observed(log2: pd.DataFrame, rows: np.ndarray, least: int = 1) -> int:
    """Return how many of the rows have at least `least` values."""
    return int((log2[rows].notna().sum(axis=1) >= least).sum())


def _unplaced(log2: pd.DataFrame, rows: np.ndarray, what: str, least: int = 1) -> tuple[str, ...]:
    """Tell which samples have none, or few, of the rows that decide."""
    counts = log2[rows].notna().sum()
    found = []
    lost = [str(name) for name in counts.index[counts < least]]
    few = [str(name) for name in counts.index[(counts >= least) & (counts < _FEW)]]
    if lost:
        found.append(f"{', '.join(lost)}: not normalized, since no {what} has a value there")
    if few:
        found.append(f"{', '.join(few)}: normalized by fewer than {_FEW} protein groups")
    return tuple(found)


def _rows_of(index: pd.Index, reference: Sequence[Hashable]) -> np.ndarray:
    """Return booleans: the rows named by label or, where an integer is no label, by position."""
    rows = np.zeros(len(index), dtype=bool)
    unknown = []
    for name in reference:
        if name in index:
            rows |= np.asarray(index == name)
        elif isinstance(name, int | np.integer) and 0 <= name < len(index):
            rows[name] = True
        else:
            unknown.append(str(name))
    if unknown or not len(reference):
        told = f"not in the table: {', '.join(unknown)}" if unknown else "none is named"
        raise ValueError(f"reference protein groups: {told}")
    return rows
