"""Precursors -> protein groups, by the method that the settings name; all at once, or one part of the protein groups.

What a method needs to know of the whole table (the detection curve and the priors of `dpc`) is found before, so that parts
computed on different machines are the same as all at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from myosieve.quant.rollup.detection import DetectionCurve

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


def roll_up(log2: np.ndarray, groups: np.ndarray, method: str, part: tuple[int, int] = (1, 1)) -> RolledUp:
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

    Returns
    -------
    One row per protein group, or per group of the part (`part_of` says which).
    """
    order = np.argsort(groups, kind="stable")
    log2, groups = log2[order], groups[order]
    seen = ~np.isnan(log2)
    rows = np.isin(groups, part_of(groups, part)) if part != (1, 1) else np.ones(len(groups), dtype=bool)
    _, codes = np.unique(groups[rows], return_inverse=True)
    if method == "dpc":
        return _dpc(log2, np.unique(groups, return_inverse=True)[1], rows, codes)
    values = _function(method)(log2[rows], codes)
    observed = _any_by_group(seen[rows], codes)
    return RolledUp(np.where(observed, values, np.nan))


def part_of(groups: np.ndarray, part: tuple[int, int]) -> np.ndarray:
    """Return the groups that a part holds, in order: consecutive ones with about the same number of precursors in each part."""
    ids, counts = np.unique(groups, return_counts=True)
    k, of = part
    place = np.minimum((np.cumsum(counts) - counts / 2) * of // counts.sum(), of - 1).astype(int)
    return ids[place == k - 1]


def _function(method: str):
    if method == "maxlfq":
        from myosieve.quant.rollup.maxlfq import maxlfq

        return maxlfq
    if method == "directlfq":
        from myosieve.quant.rollup.directlfq import directlfq

        return directlfq
    from myosieve.quant.rollup import summaries

    return {"median_polish": summaries.median_polish, "top3": summaries.top3, "sum": summaries.summed}[method]


def _dpc(log2: np.ndarray, groups: np.ndarray, rows: np.ndarray, codes: np.ndarray) -> RolledUp:
    from myosieve.quant.rollup.detection import detection_curve
    from myosieve.quant.rollup.dpc import dpc_quantify, hyperparameters

    curve = detection_curve(log2)
    found = dpc_quantify(log2[rows], codes, curve, hyperparameters(log2, groups))
    return RolledUp(
        np.where(found.observed > 0, found.log2, np.nan), found.log2, found.standard_error, found.observed, curve
    )


def _any_by_group(seen: np.ndarray, codes: np.ndarray) -> np.ndarray:
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    return np.logical_or.reduceat(seen, starts, axis=0)
