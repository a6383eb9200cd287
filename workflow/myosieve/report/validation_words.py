"""Can this ranking be trusted: validation.tsv in plain sentences, each from the numbers of its rows, tables and a curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from myosieve.report.figures import Figure, escaped
from myosieve.report.theme import BACKGROUND, PREDICTOR_COLORS

ORDERS = {
    "score": "score",
    "score_experiment": "experiment axis alone",
    "score_prior": "prior axis alone",
    "p_value": "p-value",
    "abs_log2fc": "size of the change",
    "fame": "papers on the gene (fame)",
}
_NULLS = {
    ("permutation", "hits"): "hits",
    ("permutation", "mean_top25"): "mean experiment score of the best 25",
    ("permutation", "mean_top50"): "mean experiment score of the best 50",
    ("permutation", "auroc"): "AUROC of the experiment axis",
    ("prior_shuffle", "auroc"): "AUROC",
}
_CHOSEN = {
    "hits": "hits",
    "top25_score": "best 25 by score",
    "top25_score_experiment": "best 25 by the experiment alone",
}
_FEWEST_DRAWN = 5

CAUTIONS = (
    (
        "Everything here is measured among the detected secreted proteins of this study. Against all genes any list of "
        "secreted proteins looks good, since myokines are secreted and most genes' products are not: such an AUROC means "
        "nothing."
    ),
    (
        "Known myokines may truly not have changed in this experiment, and not every one is a myokine of muscle. A low "
        "recovery is therefore no failure, and a high one no proof that the unknown proteins beside them are myokines."
    ),
    (
        "Annotation knows the famous: UniProt, Gene Ontology and the receptor tables were written by people who read about "
        "them. The prior axis cannot be judged by famous proteins without going in a circle. Hence the order by papers alone, "
        "and the comparison with proteins as much written about; neither takes out all of it."
    ),
    "Few known myokines make wide intervals: read the interval, not the number.",
    (
        "Permuted labels tell whether there is any difference between the conditions beyond chance, not which protein "
        "differs. Tests of absence, leak and serum were not done again under them."
    ),
    "p-values here are not adjusted for their number.",
)


def section(validation: pd.DataFrame) -> dict[str, Any]:
    """Return what the page shows of validation.tsv: `cautions`, and per contrast sentences, tables and a curve or None."""
    groups = validation.groupby("contrast", sort=False)
    return {
        "cautions": CAUTIONS,
        "contrasts": [
            {
                "name": name,
                "id": f"validation-{i}",
                "sentences": list(sentences(rows)),
                "recovery": _recovery(rows),
                "nulls": _nulls(rows),
                "base_rates": _base_rates(rows),
                "myokines": _myokines(rows),
                "curve": curve(rows),
            }
            for i, (name, rows) in enumerate(groups, start=1)
        ],
    }


def sentences(rows: pd.DataFrame) -> Iterator[str]:
    """Yield what the rows of one contrast say."""
    by = {(row.analysis, row.measure, row.predictor): row for row in rows.itertuples(index=False)}
    yield from _of_recovery(by)
    yield from _of_matching(by)
    yield from _of_permutation(by)
    yield from _of_priors(by)
    yield from _of_base_rates(by)


def _of_recovery(by: Mapping[tuple[str, str, str], Any]) -> Iterator[str]:
    own, fame = by.get(("recovery", "auroc", "score")), by.get(("recovery", "auroc", "fame"))
    if own is None:
        return
    if pd.isna(own.value):
        yield f"Recovery of known myokines was not measured: {own.note}."
        return
    yield (
        f"{own.n_positive:.0f} known myokines are among the {own.n_background:.0f} detected secreted proteins. By the score, "
        f"one of them stands above another of these proteins with probability {_with_interval(own)}; chance is 0.5."
    )
    first = by.get(("recovery", "recovered@25", "score"))
    if first is not None and not pd.isna(first.value):
        factor = by["recovery", "enrichment@25", "score"]
        yield (
            f"The first 25 by score hold {first.value:.3g} of them, against "
            f"{25 * first.n_positive / first.n_background:.1f} in a random order: {_with_interval(factor)} times as many."
        )
    if fame is None or pd.isna(fame.value):
        yield f"Fame was not held against it{': ' + fame.note if fame is not None else ''}."
        return
    difference = by["recovery", "auroc_difference", "score - fame"]
    told = f"Counting papers alone gives {_with_interval(fame)}; the score less that is {_with_interval(difference, '+.2f')}"
    if difference.ci_low > 0:
        yield f"{told}: the score knows more than who is famous."
    elif difference.ci_high < 0:
        yield f"{told}: papers recover known myokines better, so that their ranks are no evidence for the score."
    else:
        yield (
            f"{told}: on known myokines the score cannot be told from a count of papers, so that by this alone its prior may "
            "only repeat the literature."
        )


def _of_matching(by: Mapping[tuple[str, str, str], Any]) -> Iterator[str]:
    own, fame = by.get(("fame_matched", "auroc", "score")), by.get(("fame_matched", "auroc", "fame"))
    if own is None or pd.isna(own.value):
        return
    others = own.n_background - own.n_positive
    told = (
        f"Against proteins as much written about ({own.n_positive:.0f} myokines, {others:.0f} others) it is "
        f"{_with_interval(own)} by the score, and {fame.value:.2f} by papers, which should be near 0.5"
    )
    above = own.ci_low > 0.5
    yield f"{told}: {'fame does not explain the recovery.' if above else 'no more than chance can be claimed.'}"


def _of_permutation(by: Mapping[tuple[str, str, str], Any]) -> Iterator[str]:
    own, null = by.get(("permutation", "hits", "p_value")), by.get(("permutation", "hits_null", "p_value"))
    if own is None:
        return
    if pd.isna(own.p_value):
        yield f"The sample labels could not be permuted: {own.note}."
        return
    yield (
        f"With permuted sample labels there are {null.value:.0f} hits in the median ({null.ci_low:.0f} to {null.ci_high:.0f}), "
        f"against {own.value:.0f} with the true ones, tests of absence left out of both (p = {own.p_value:.2g}; {own.note})."
    )


def _of_priors(by: Mapping[tuple[str, str, str], Any]) -> Iterator[str]:
    own, null = by.get(("prior_shuffle", "auroc", "score")), by.get(("prior_shuffle", "auroc_null", "score"))
    if own is None or pd.isna(own.value):
        return
    yield (
        f"With the priors shuffled among proteins of similar intensity the AUROC of the score is {null.value:.2f} "
        f"({null.ci_low:.2f} to {null.ci_high:.2f}) instead of {own.value:.2f} (p = {own.p_value:.2g}): the difference is what "
        "the prior adds, which knows the famous."
    )


def _of_base_rates(by: Mapping[tuple[str, str, str], Any]) -> Iterator[str]:
    for predictor, who in (("hits", "hits"), ("top25_score_experiment", "best 25 by the experiment alone")):
        row = by.get(("base_rate", "secreted", predictor))
        if row is None or pd.isna(row.value):
            continue
        told = f"Secreted classes among the {who}: {row.note} (odds ratio {_with_interval(row)}, p = {row.p_value:.2g})"
        if row.ci_low > 1:
            yield f"{told}: they are secreted more often than the other detected proteins."
        elif row.ci_high < 1:
            yield f"{told}: they are secreted less often than the other detected proteins, as when cells leak or lyse."
        else:
            yield f"{told}: they are secreted no more often than the other detected proteins, as can be when cells leak."


def _with_interval(row: Any, form: str = ".2f") -> str:
    if pd.isna(row.ci_low) or pd.isna(row.ci_high):
        return f"{row.value:{form}}"
    return f"{row.value:{form}} ({row.ci_low:{form}} to {row.ci_high:{form}})"


# ---- tables --------------------------------------------------------------------------------------------------------


def _recovery(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a row per order: AUROC of all and of core myokines, fame-matched, recovered and enrichment at 25 and 50."""
    named = rows.set_index(["analysis", "measure", "predictor"])
    wanted = {
        "auroc": ("recovery", "auroc"),
        "core": ("recovery_core", "auroc"),
        "matched": ("fame_matched", "auroc"),
        "recovered25": ("recovery", "recovered@25"),
        "enrichment25": ("recovery", "enrichment@25"),
        "recovered50": ("recovery", "recovered@50"),
        "enrichment50": ("recovery", "enrichment@50"),
    }
    found = []
    for order, words in ORDERS.items():
        cells = {name: named.loc[(*key, order)] for name, key in wanted.items() if (*key, order) in named.index}
        if any(not pd.isna(cell["value"]) for cell in cells.values()):
            found.append({"order": words} | {name: cells.get(name) for name in wanted})
    return found


def _nulls(rows: pd.DataFrame) -> list[dict[str, Any]]:
    by = {(row.analysis, row.measure, row.predictor): row for row in rows.itertuples(index=False)}
    found = []
    for (analysis, measure, predictor), row in by.items():
        if (analysis, measure) in _NULLS and not pd.isna(row.value):
            words = _NULLS[analysis, measure]
            if analysis == "prior_shuffle":
                words = f"{words} of the {ORDERS[predictor]}, priors shuffled"
            found.append({"words": words, "own": row, "null": by[analysis, f"{measure}_null", predictor]})
    return found


def _base_rates(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {"chosen": _CHOSEN.get(row.predictor, row.predictor), "of": row.measure.replace("_", " "), "row": row}
        for row in rows[rows["analysis"] == "base_rate"].itertuples(index=False)
        if not pd.isna(row.value)
    ]


def _myokines(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a row per known myokine: its name and the share of the other proteins below it by each order, best first."""
    mine = rows[rows["analysis"] == "leave_one_out"]
    found = [
        {"name": name} | {order: _value(block, order) for order in ORDERS}
        for name, block in mine.groupby("note", sort=False)
    ]
    return sorted(found, key=lambda one: (-one["score"], one["name"]))


def _value(block: pd.DataFrame, order: str) -> float:
    own = block.loc[block["predictor"] == order, "value"]
    return float(own.iloc[0]) if len(own) else np.nan


# ---- the curve -----------------------------------------------------------------------------------------------------


def recovery_steps(rows: pd.DataFrame) -> Iterator[tuple[str, str, str, pd.Series, pd.Series, float]]:
    """Yield of each order its key, words, color, places of the known myokines, their names, and how many proteins there are.

    Orders with fewer than five known myokines are left out.
    """
    mine = rows[(rows["analysis"] == "leave_one_out") & rows["value"].notna()]
    for color, (order, words) in zip(PREDICTOR_COLORS, ORDERS.items(), strict=True):
        block = mine[mine["predictor"] == order]
        if len(block) < _FEWEST_DRAWN:
            continue
        block = block.sort_values("value", ascending=False, kind="stable")
        places = 1 + (1 - block["value"]) * (block["n_background"] - 1)
        yield order, words, color, places, block["note"].str.split(",").str[0], float(block["n_background"].max())


def curve(rows: pd.DataFrame) -> Figure | None:
    """Return how many known myokines stand among the first so many proteins, by each order; None with fewer than five."""
    traces, furthest, most = [], 1.0, 0
    for order, words, color, places, names, n_background in recovery_steps(rows):
        traces.append(
            {
                "type": "scatter", "mode": "lines+markers", "name": escaped(words),
                "x": [0, *places.round(1).tolist()], "y": [0, *range(1, len(places) + 1)],
                "text": ["", *names.map(escaped)],
                "line": {"shape": "hv", "width": 2.5 if order == "score" else 1.3, "color": color,
                         "dash": "dot" if order == "fame" else "solid"},
                "marker": {"size": 4, "color": color},
                "hovertemplate": "<b>%{text}</b><br>place %{x:.0f}, %{y} recovered<extra>" + escaped(words) + "</extra>",
            }
        )  # fmt: skip
        furthest, most = max(furthest, n_background), max(most, len(places))
    if not traces:
        return None
    chance = {
        "type": "scatter", "mode": "lines", "name": "chance", "x": [0, furthest], "y": [0, most], "hoverinfo": "skip",
        "line": {"dash": "dash", "width": 1, "color": BACKGROUND},
    }  # fmt: skip
    return {
        "data": [*traces, chance],
        "layout": {
            "height": 420,
            "margin": {"l": 56, "r": 12, "t": 8, "b": 48},
            "xaxis": {"title": {"text": "first so many detected secreted proteins"}, "rangemode": "tozero"},
            "yaxis": {"title": {"text": "known myokines among them"}, "rangemode": "tozero"},
            "legend": {"orientation": "h", "y": -0.2, "x": 0},
            "hovermode": "closest",
        },
    }
