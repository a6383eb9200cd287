"""What the ranking says of its own run: counts, methods, warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from myosieve.provenance import Summary
from myosieve.ranking import score
from myosieve.ranking.bootstrap import FEWEST_UNITS, Shifts


def summary_of(rows: pd.DataFrame, groups: pd.DataFrame, settings: Mapping[str, Any], shifts: Shifts | None) -> Summary:
    """Return the summary of a ranking.

    Parameters
    ----------
    rows
        One row per protein group and contrast, ranked.
    groups
        One row per protein group.
    settings
        Of the step.
    shifts
        Of other draws of the subjects; None where none were made.
    """
    chosen, fdr = settings["ranking"], settings["fdr"]
    counts: dict[str, int | float | str] = {}
    for contrast, block in rows.groupby("contrast", sort=False):
        kept = block["excluded_because"] == ""
        counts[f"{contrast}: ranked"] = int(kept.sum())
        counts[f"{contrast}: ranked and significant at {100 * fdr:g} % FDR"] = int(
            (kept & (block["q_value"] <= fdr)).sum()
        )
        for gate, number in block.loc[~kept, "gate"].value_counts(sort=False).sort_index().items():
            counts[f"{contrast}: not ranked, {gate}"] = int(number)
    return Summary(
        methods=[*_scoring(rows, chosen), *_intervals(chosen, shifts), *_gates(chosen)],
        warnings=_warnings(groups, rows, settings["organism"], shifts),
        counts=counts,
        seeds={"ranking": chosen["seed"]},
    )


def _scoring(rows: pd.DataFrame, chosen: Mapping[str, Any]) -> list[str]:
    a, weights = chosen["experiment_share"], chosen["weights"]
    in_words = ", ".join(f"{name} {weights[name]:g}" for name in score.CRITERIA)
    methods = [
        (
            f"Candidates were ranked by score = experiment^{a:g} x prior^{1 - a:.3g}; each axis is the weighted geometric "
            "mean of desirabilities (Derringer & Suich 1980, J Qual Technol 12:214) with a floor of "
            f"{chosen['floor']:g} (profile {chosen['profile']}; weights: {in_words}); criteria without information do not "
            "enter. Whether a protein is a known myokine is not scored."
        ),
        (
            "A second order comes from robust rank aggregation of the same criteria without weights and knots (Kolde et al. "
            "2012, Bioinformatics 28:573)."
        ),
    ]
    nowhere = [name for name in score.CRITERIA if rows[f"d_{name}"].isna().all()]
    if nowhere:
        methods.append(f"Not judged for any protein, hence without influence: {', '.join(nowhere)}.")
    return methods


def _intervals(chosen: Mapping[str, Any], shifts: Shifts | None) -> list[str]:
    text = (
        f"Rank intervals are the 5 and 95 % quantiles of the rank over {chosen['draws']} Dirichlet draws of the "
        f"criteria's shares (seed {chosen['seed']}), widened to the ranks without any one criterion"
    )
    if shifts is None or not shifts.shifts:
        return [f"{text}; subjects or samples were not drawn again."]
    return [
        (
            f"{text} and to the 5 and 95 % quantiles over {chosen['bootstrap']} bootstrap draws (unit: {shifts.unit}), in "
            "which fold changes were estimated again by least squares and standard errors kept."
        )
    ]


def _gates(chosen: Mapping[str, Any]) -> list[str]:
    gates = [f"Proteins of fewer than {chosen['min_peptides']} peptides were not ranked."] * bool(
        chosen["min_peptides"]
    )
    if chosen["classes"]:
        gates.append(f"Only proteins of these secretion classes were ranked: {', '.join(chosen['classes'])}.")
    if chosen["direction"] != "both":
        gates.append(f"Only proteins that go {chosen['direction']} with the treatment were ranked.")
    return gates


def _warnings(groups: pd.DataFrame, rows: pd.DataFrame, organism: str, shifts: Shifts | None) -> list[str]:
    warnings = []
    kept = groups[groups["excluded_because"] == ""]
    unknown = int((kept["secretion_class"] == "unknown").sum())
    if unknown > len(kept) / 2:
        warnings.append(
            f"the secretion class of {unknown} of {len(kept)} protein groups is unknown: give the FASTA of the search "
            "(key fasta) or results of SignalP and a helix predictor (key evidence)"
        )
    if groups["receptor_resources"].isna().all() and len(groups):
        warnings.append(f"no receptors are known for {organism}: the criterion receptor was not judged")
    if shifts is not None and shifts.too_few:
        listed = ", ".join(f"{contrast} ({few})" for contrast, few in shifts.too_few.items())
        warnings.append(
            f"rank intervals do not cover other draws of the {shifts.unit}, of which a condition needs {FEWEST_UNITS}: {listed}"
        )
    if shifts is not None:
        tested = rows["contrast"].drop_duplicates()
        unknown = [name for name in tested if name not in shifts.shifts and name not in shifts.too_few]
        if unknown:
            listed = ", ".join(unknown)
            warnings.append(
                f"rank intervals do not cover other draws where no contrast of the name was given: {listed}"
            )
    for contrast, block in rows.groupby("contrast", sort=False):
        if not (block["excluded_because"] == "").any():
            warnings.append(f"contrast {contrast}: no protein group could be ranked; see excluded_because")
    return warnings
