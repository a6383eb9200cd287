"""How high the known myokines stand among the detected secreted proteins, by each order, and where each of them stands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from myosieve.ranking.validation import PREDICTORS, row, too_few
from myosieve.statistics.auroc import areas
from myosieve.statistics.enrichment import bootstrap_interval, chance, enrichment, recovered
from myosieve.statistics.matching import matched, matched_area, matched_interval

FIRSTS = (25, 50)
MATCHES = 10
# What the score is held against, on the same proteins.
RIVALS = ("fame", "p_value")


def recovery(
    background: pd.DataFrame, analysis: str, positive: np.ndarray, draws: int, random: np.random.Generator
) -> list[dict[str, Any]]:
    """Return AUROC, enrichment and recovered numbers of every order.

    Parameters
    ----------
    background
        One contrast's rows of `validation.judged` in the background.
    analysis
        What to call it.
    positive
        Which of the rows are positives.
    draws
        Bootstrap samples behind the intervals of enrichment.
    random
        Where they come from.
    """
    rows = []
    for name, column in PREDICTORS.items():
        known = background[column].notna().to_numpy()
        values, marked = background.loc[known, column].to_numpy(), positive[known]
        rows += [_area_row(analysis, name, values, marked)]
        for k in FIRSTS:
            rows += _first_rows(analysis, name, values, marked, k, draws, random)
    for rival in RIVALS:
        both = background[["score", PREDICTORS[rival]]].notna().all(axis=1).to_numpy()
        values = background.loc[both, ["score", PREDICTORS[rival]]].to_numpy().T
        rows += [_difference_row(analysis, rival, values, positive[both])]
    return rows


def _area_row(analysis: str, name: str, values: np.ndarray, positive: np.ndarray) -> dict[str, Any]:
    counts = int(positive.sum()), len(values)
    if why := _unknown(name, counts) or too_few(*counts):
        return row(analysis, "auroc", name, np.nan, counts, why)
    found = areas(values, positive)
    note = "0.5 is chance; interval and p by DeLong"
    return row(analysis, "auroc", name, found.area[0], counts, note, found.interval(0), found.p_value(0))


def _first_rows(
    analysis: str, name: str, values: np.ndarray, positive: np.ndarray, k: int, draws: int, random: np.random.Generator
) -> list[dict[str, Any]]:
    counts = int(positive.sum()), len(values)
    why = _unknown(name, counts) or too_few(*counts)
    if not why and counts[1] <= k:
        why = f"{counts[1]} proteins: no more than the first {k}"
    if why:
        return [row(analysis, f"{measure}@{k}", name, np.nan, counts, why) for measure in ("recovered", "enrichment")]
    hits = float(recovered(values, positive, k)[0])
    factor = enrichment(hits, *counts, k)
    most = enrichment(min(k, counts[0]), *counts, k)
    return [
        row(
            analysis, f"recovered@{k}", name, hits, counts,
            f"{k * counts[0] / counts[1]:.1f} by chance; equal values share their places",
        ),
        row(
            analysis, f"enrichment@{k}", name, factor, counts,
            f"1 is chance, {most:.3g} the most possible; interval by stratified bootstrap, p hypergeometric",
            bootstrap_interval(values, positive, k, draws, random), chance(hits, *counts, k),
        ),
    ]  # fmt: skip


def _difference_row(analysis: str, rival: str, values: np.ndarray, positive: np.ndarray) -> dict[str, Any]:
    counts, name = (int(positive.sum()), len(positive)), f"score - {rival}"
    if why := _unknown(rival, counts) or too_few(*counts):
        return row(analysis, "auroc_difference", name, np.nan, counts, why)
    found, low, high, p_value = areas(values, positive).difference(0, 1)
    note = "AUROC of the score less that of the other, on the same proteins; by DeLong"
    return row(analysis, "auroc_difference", name, found, counts, note, (low, high), p_value)


def leave_one_out(background: pd.DataFrame) -> list[dict[str, Any]]:
    """Return where each known myokine stands by each order: the share of the other background proteins below it.

    No order knows the list of myokines, so that each stands where it would if it were not on it. Equal values count half.
    """
    rows = []
    for name, column in PREDICTORS.items():
        known = background[background[column].notna()]
        values = known[column].to_numpy()
        counts = int(known["positive"].sum()), len(known)
        for one in known[known["positive"]].sort_values("protein_group").itertuples():
            own = getattr(one, column)
            below = (values < own).sum() + (values == own).sum() / 2 - 0.5
            share = below / (len(values) - 1) if len(values) > 1 else np.nan
            rows.append(row("leave_one_out", "percentile", name, share, counts, _named(one)))
    return rows


def fame_matched(background: pd.DataFrame, draws: int, random: np.random.Generator) -> list[dict[str, Any]]:
    """Return the AUROC of every order against negatives of which as much was written as of the positive.

    Parameters
    ----------
    background
        One contrast's rows of `validation.judged` in the background.
    draws
        Bootstrap samples behind the intervals.
    random
        Where they come from.
    """
    positive = background["positive"].to_numpy(dtype=bool)
    matches = matched(background["papers"].to_numpy(dtype=float), positive, MATCHES)
    used = np.r_[matches.positives, np.unique(matches.negatives[matches.negatives >= 0])]
    counts = len(matches.positives), len(used)
    without = int(positive.sum()) - counts[0]
    left_out = f"; {without} without a match left out" if without else ""
    rows = []
    for name, column in PREDICTORS.items():
        values = background[column].to_numpy(dtype=float)
        if not background["papers"].notna().any():
            why = _unknown("fame", (0, 0))
        elif np.isnan(values[used]).any():
            why = "not known for every protein"
        else:
            why = too_few(*counts)
        if why:
            rows.append(row("fame_matched", "auroc", name, np.nan, counts, why + left_out))
            continue
        note = f"against up to {MATCHES} proteins as much written about; interval by bootstrap{left_out}"
        if name == "fame":
            note = f"near 0.5 by the matching: how well it was done{left_out}"
        interval = matched_interval(values, matches, draws, random)
        rows.append(row("fame_matched", "auroc", name, matched_area(values, matches), counts, note, interval))
    return rows


def _unknown(name: str, counts: tuple[int, int]) -> str:
    if counts[1]:
        return ""
    return (
        "how much was written of the proteins is not known: genes.tsv.gz is not among the knowledge tables, or knows none"
        if name == "fame"
        else "no detected secreted protein has a score"
    )


def _named(one: Any) -> str:
    listed = "core list" if one.core else "wider list"
    return ", ".join(
        part for part in (one.gene, one.accession, one.known_myokine.replace("; ", " and "), listed) if part
    )
