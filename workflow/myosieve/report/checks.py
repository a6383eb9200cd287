"""The first screen's four checks, leak, serum, normalization and design: what was found, in a sentence, always.

A warning of a step belongs to the check that its step and words speak of. A check without a warning still says its numbers, and
one that did not run says that: silence would read as a clean bill.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

OK, LOOK, NOT_RUN = "ok", "look", "not run"
# Topic -> the stages whose warnings are its own, and a word that claims a warning of any other stage.
_TOPICS = {
    "Leak": (("leak_index",), "leak"),
    "Serum": ((), "serum"),
    "Normalization": (("sensitivity",), "normalization"),
    "Design": (("differential",), "design"),
}


@dataclass(frozen=True)
class Check:
    """One check: its topic, `ok`, `look` or `not run`, what was found, and the warnings that made it `look`."""

    topic: str
    state: str
    text: str
    warnings: tuple[str, ...]


def sort_warnings(warnings: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the warnings (stage, text) by topic, in the order of the topics, the rest under 'Other'."""
    found: dict[str, list[str]] = {topic: [] for topic in (*_TOPICS, "Other")}
    for stage, text in warnings:
        found[_topic(stage, text)].append(text)
    return found


def checks(
    samples_qc: pd.DataFrame,
    leak_tests: pd.DataFrame | None,
    sensitivity: pd.DataFrame,
    samples: pd.DataFrame,
    design: str,
    ranked: pd.DataFrame,
    warnings: Mapping[str, Sequence[str]],
) -> list[Check]:
    """Return the four checks.

    Parameters
    ----------
    samples_qc, leak_tests, sensitivity, samples
        Tables of the contract.
    design
        Model formula; empty where it is not known.
    ranked
        The ranked candidates of every contrast: leak_flag, serum_flag.
    warnings
        From `sort_warnings`.
    """
    told = {
        "Leak": _leak(samples_qc, leak_tests, ranked),
        "Serum": _serum(samples_qc, ranked),
        "Normalization": _normalization(sensitivity),
        "Design": _design(samples, design),
    }
    return [_check(topic, text, warnings[topic]) for topic, text in told.items()]


def _check(topic: str, text: str | None, warnings: Sequence[str]) -> Check:
    if text is None:
        return Check(topic, NOT_RUN, "Not checked for this study: that is no clean bill.", tuple(warnings))
    return Check(topic, LOOK if warnings else OK, text, tuple(warnings))


def _topic(stage: str, text: str) -> str:
    words = text.lower()
    for topic, (stages, _) in _TOPICS.items():
        if stage in stages:
            return topic
    return next((topic for topic, (_, word) in _TOPICS.items() if word in words), "Other")


def _leak(samples_qc: pd.DataFrame, leak_tests: pd.DataFrame | None, ranked: pd.DataFrame) -> str | None:
    index = samples_qc["leak_index"].dropna()
    if index.empty:
        return None
    text = f"Leak index {index.min():+.1f} to {index.max():+.1f} (log2; 0 = average sample)."
    if leak_tests is not None:
        tested = leak_tests[(leak_tests["measure"] == "leak_index") & leak_tests["p_value"].notna()]
        if len(tested):
            least = tested.loc[tested["p_value"].idxmin()]
            where = f"{least['contrast']}, {least['estimate']:+.2f}"
            text += f" Least p of a change with a stimulus: {least['p_value']:.2g} ({where})."
    return f"{text} {_flagged(ranked, 'leak_flag', 'leak')}"


def _serum(samples_qc: pd.DataFrame, ranked: pd.DataFrame) -> str | None:
    share = samples_qc["serum_share"].dropna()
    if share.empty:
        return None
    return (
        f"{100 * share.min():.1f} to {100 * share.max():.1f} % of the samples' intensity is of the culture serum. "
        f"{_flagged(ranked, 'serum_flag', 'serum')}"
    )


def _flagged(ranked: pd.DataFrame, column: str, name: str) -> str:
    flags = ranked[column]
    groups = ranked["protein_group"]
    flagged, n = groups[flags.notna() & (flags != NOT_RUN)].nunique(), groups.nunique()
    open_ = groups[flags == NOT_RUN].nunique()
    return f"{flagged} of {n} ranked proteins carry a {name} flag" + (
        f", {open_} could not be judged." if open_ else "."
    )


def _normalization(sensitivity: pd.DataFrame) -> str | None:
    others = sensitivity[(sensitivity["chosen"] != "yes") & sensitivity["jaccard"].notna()]
    if others.empty:
        return None
    worst = others.loc[others["jaccard"].idxmin()]
    return (
        f"Under another normalization at least {100 * others['jaccard'].min():.0f} % of the hits are shared "
        f"(fewest: {worst['contrast']}, {worst['normalization']})."
    )


def _design(samples: pd.DataFrame, design: str) -> str:
    used = samples[samples["fraction"].fillna("secretome") == "secretome"]
    counts = used["condition"].value_counts(sort=False)
    sizes = f"{counts.min()} to {counts.max()}" if counts.min() < counts.max() else f"{counts.max()}"
    model = f", model {design}" if design else ""
    subjects = used["subject"].dropna().nunique() if "subject" in used else 0
    of = f" of {subjects} subjects" if subjects else ""
    return f"{len(used)} samples{of} in {len(counts)} conditions, {sizes} each{model}."


def first_three(warnings: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Return the three warnings that matter most, one of each topic before a second of any, and the others."""
    queue: list[tuple[int, int, str]] = []
    for place, texts in enumerate(warnings.values()):
        queue += [(round_, place, text) for round_, text in enumerate(texts)]
    ordered = [text for _, _, text in sorted(queue, key=lambda entry: entry[:2])]
    return ordered[:3], ordered[3:]


def staged(warnings: Sequence[str], steps: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return each warning with the stage of the step that gave it; '' where none did."""
    by_text = {text: step["stage"] for step in reversed(steps) for text in step.get("warnings", [])}
    return [(by_text.get(text, ""), text) for text in warnings]
