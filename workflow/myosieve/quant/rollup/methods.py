"""Precursors -> protein groups, by the method that the settings name; all at once, or one part of the protein groups.

What a method needs to know of the whole table (the detection curve and the priors of `dpc`) is found before, so that parts
computed on different machines are the same as all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from myosieve.quant.rollup.detection import DetectionCurve

# So many values are rolled up between two signs of progress.
_BATCH_VALUES = 5_000_000
METHODS = ("maxlfq", "directlfq", "median_polish", "top3", "sum", "dpc")
CITATIONS = {
    "maxlfq": "MaxLFQ (pairwise median ratios; Cox et al. 2014, doi:10.1074/mcp.M113.031591)",
    "directlfq": "directLFQ (Ammar et al. 2023, doi:10.1016/j.mcpro.2023.100581)",
    "median_polish": "Tukey's median polish (Tukey 1977)",
    "top3": "the mean of the three most intense precursors (Silva et al. 2006, doi:10.1074/mcp.M500230-MCP200)",
    "sum": "the sum of the precursors' intensities",
    "dpc": (
        "maximum posterior estimation with a detection-probability curve (Li & Smyth 2023, doi:10.1093/bioinformatics/btad200; "
        "Li, Cobbold & Smyth 2025, doi:10.1101/2025.04.28.651125)"
    ),
}


@dataclass(frozen=True)
class RolledUp:
    """Protein groups x samples.

    Attributes
    ----------
    log2
        Log2 intensities; NaN where no precursor of the group is observed in the sample.
    estimates, standard_errors
        What `dpc` estimates everywhere, also where nothing is observed, and how sure it is (log2 units); else None.
    observed
        With `dpc`: how many precursors each value rests on (count); else None.
    curve
        The detection curve behind them; else None.
    """

    log2: np.ndarray
    estimates: np.ndarray | None = None
    standard_errors: np.ndarray | None = None
    observed: np.ndarray | None = None
    curve: DetectionCurve | None = None


def roll_up(
    log2: np.ndarray,
    groups: np.ndarray,
    method: str,
    part: tuple[int, int] = (1, 1),
    progress: Callable[[int], None] = lambda done: None,
) -> RolledUp:
    """Roll precursors up to protein groups.

    Parameters
    ----------
    log2
        (p precursors x n samples) log2 intensities, NaN = missing.
    groups
        (p,) position of each precursor's group, 0..m-1, in any order; every group has a precursor.
    method
        One of `METHODS`.
    part
        (k, of): only the k-th of so many parts of the groups, of about equal numbers of precursors (1-based).
    progress
        Called with the number of groups done.

    Returns
    -------
    One row per protein group, or per group of the part (`part_of` says which).
    """
    order = np.argsort(groups, kind="stable")
    log2, groups = log2[order], groups[order]
    estimate = _dpc(log2, groups) if method == "dpc" else _without_estimates(method)
    starts = np.searchsorted(groups, part_of(groups, part))
    ends = np.searchsorted(groups, groups[starts], side="right")
    done: list[RolledUp] = []
    batches = max(1, log2.size * len(starts) // (_BATCH_VALUES * max(1, groups[-1] + 1)))
    for batch in np.array_split(np.arange(len(starts)), batches):
        if len(batch):
            rows = slice(starts[batch[0]], ends[batch[-1]])
            done.append(estimate(log2[rows], np.unique(groups[rows], return_inverse=True)[1]))
            progress(int(batch[-1]) + 1)
    return _joined(done)


def part_of(groups: np.ndarray, part: tuple[int, int]) -> np.ndarray:
    """Return the groups that a part holds, in order: consecutive ones with about the same number of precursors in each part."""
    ids, counts = np.unique(groups, return_counts=True)
    k, of = part
    place = np.minimum((np.cumsum(counts) - counts / 2) * of // counts.sum(), of - 1).astype(int)
    return ids[place == k - 1]


def _without_estimates(method: str) -> Callable[[np.ndarray, np.ndarray], RolledUp]:
    function = _function(method)

    def estimate(log2: np.ndarray, codes: np.ndarray) -> RolledUp:
        starts = np.flatnonzero(np.diff(codes, prepend=-1))
        observed = np.logical_or.reduceat(~np.isnan(log2), starts, axis=0)
        return RolledUp(np.where(observed, function(log2, codes), np.nan))

    return estimate


def _function(method: str) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    # Imported here: numba and directlfq take seconds that a table of protein groups need not wait for.
    if method == "maxlfq":
        from myosieve.quant.rollup.maxlfq import maxlfq

        return maxlfq
    if method == "directlfq":
        from myosieve.quant.rollup.directlfq import directlfq

        return directlfq
    from myosieve.quant.rollup import summaries

    return {"median_polish": summaries.median_polish, "top3": summaries.top3, "sum": summaries.summed}[method]


def _dpc(log2: np.ndarray, groups: np.ndarray) -> Callable[[np.ndarray, np.ndarray], RolledUp]:
    """Return the estimator of some groups, with the curve and the priors of all."""
    from myosieve.quant.rollup.detection import detection_curve
    from myosieve.quant.rollup.dpc import dpc_quantify, hyperparameters

    codes = np.unique(groups, return_inverse=True)[1]
    curve = detection_curve(log2, codes)
    priors = hyperparameters(log2, codes)

    def estimate(log2: np.ndarray, codes: np.ndarray) -> RolledUp:
        found = dpc_quantify(log2, codes, curve, priors)
        values = np.where(found.observed > 0, found.log2, np.nan)
        return RolledUp(values, found.log2, found.standard_error, found.observed, curve)

    return estimate


def _joined(parts: Sequence[RolledUp]) -> RolledUp:
    if parts[0].curve is None:
        return RolledUp(np.concatenate([part.log2 for part in parts]))
    names = ("log2", "estimates", "standard_errors", "observed")
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return RolledUp(**columns, curve=parts[0].curve)
