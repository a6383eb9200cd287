"""What the workbook and the page say, gathered once, so that the two cannot disagree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from myosieve.quant.components import Components, principal_components
from myosieve.report import checks, confidence

# More kinds of reasons than this are summed up.
_MOST_REASONS = 15


@dataclass(frozen=True)
class Contrast:
    """One contrast: what it asks, every protein group's test, and the candidates.

    Attributes
    ----------
    name, question
        Its name, and in words what was compared.
    tests
        Rows of the differential table, with `secretion_class` and `leak_flag` behind them.
    ranked, excluded
        Rows of the candidates table: those with a rank, best first, and those without.
    fdr
        False discovery rate that counts as a hit.
    """

    name: str
    question: str
    tests: pd.DataFrame
    ranked: pd.DataFrame
    excluded: pd.DataFrame
    fdr: float

    @property
    def asked(self) -> str:
        """What was compared, without how the fold change is taken."""
        return self.question.partition(": log2FC = ")[0]

    @property
    def n_tested(self) -> int:
        """Protein groups with a q-value."""
        return int(self.tests["q_value"].notna().sum())

    @property
    def n_up(self) -> int:
        """Hits with more in the treatment."""
        return int(((self.tests["q_value"] <= self.fdr) & (self.tests["log2fc"] > 0)).sum())

    @property
    def n_down(self) -> int:
        """Hits with less in the treatment."""
        return int(((self.tests["q_value"] <= self.fdr) & (self.tests["log2fc"] < 0)).sum())

    @property
    def n_hits(self) -> int:
        """Protein groups at or below the false discovery rate, with or without a fold change."""
        return int((self.tests["q_value"] <= self.fdr).sum())

    @property
    def confidence(self) -> dict[str, int]:
        """Ranked candidates of high, medium and low confidence."""
        counts = confidence.confidence(self.ranked, self.fdr).value_counts()
        return {level: int(counts.get(level, 0)) for level in confidence.LEVELS}

    @property
    def exclusions(self) -> list[tuple[str, int]]:
        """Why protein groups are not among the candidates, and how many; most frequent first.

        Reasons that differ only in how many samples saw the protein ("seen in 3 of 5 ...: ") are one.
        """
        reasons = self.excluded["excluded_because"].fillna("no reason given")
        counts = reasons.str.replace(
            r"^seen in \d+ of .*? samples: ", "seen in too few samples: ", regex=True
        ).value_counts()
        pairs = sorted(((str(reason), int(n)) for reason, n in counts.items()), key=lambda pair: (-pair[1], pair[0]))
        rest = pairs[_MOST_REASONS:]
        others = [(f"for {len(rest)} other reasons, see candidates.xlsx", sum(n for _, n in rest))] if rest else []
        return pairs[:_MOST_REASONS] + others


@dataclass(frozen=True)
class Content:
    """Everything that a reader is shown.

    Attributes
    ----------
    study, title
        Name of the study, and the heading.
    design
        Model formula, empty where the provenance does not tell.
    fdr, top
        The settings that the report shows: the false discovery rate, and the number of candidates named in the figures.
    contrasts
        In the order of the differential table.
    differential, samples, samples_qc, sensitivity, validation
        The tables as they came.
    before, after
        Log2 intensities of the protein groups that passed the filter, before and after normalization.
    components
        Principal components of the samples, or None where there are too few.
    warnings
        What a reader must see first.
    warned
        The same by topic: leak, serum, normalization, design, other.
    annotation
        The table as it came.
    methods
        (stage, sentences) of each step that ran.
    settings, counts
        Columns stage, name, value (text): what each step was told, and what it counted.
    versions, inputs
        (program, version) and (file, SHA-256).
    crosstalk, pathways, facts, leak_tests, evidence, shedding
        Tables of the contract, or None where the report was not given them.
    """

    study: str
    title: str
    design: str
    fdr: float
    top: int
    contrasts: tuple[Contrast, ...]
    differential: pd.DataFrame
    samples: pd.DataFrame
    samples_qc: pd.DataFrame
    sensitivity: pd.DataFrame
    validation: pd.DataFrame
    before: pd.DataFrame
    after: pd.DataFrame
    components: Components | None
    warnings: tuple[str, ...]
    warned: Mapping[str, Sequence[str]]
    methods: tuple[tuple[str, tuple[str, ...]], ...]
    settings: pd.DataFrame
    counts: pd.DataFrame
    versions: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[str, str], ...]
    annotation: pd.DataFrame
    crosstalk: pd.DataFrame | None = None
    pathways: pd.DataFrame | None = None
    facts: pd.DataFrame | None = None
    leak_tests: pd.DataFrame | None = None
    evidence: pd.DataFrame | None = None
    shedding: pd.DataFrame | None = None

    @property
    def checks(self) -> list[checks.Check]:
        """Leak, serum, normalization and design: what was found."""
        ranked = pd.concat([contrast.ranked for contrast in self.contrasts])
        return checks.checks(
            self.samples_qc, self.leak_tests, self.sensitivity, self.samples, self.design, ranked, self.warned
        )


def gather(
    *,
    study: str,
    candidates: pd.DataFrame,
    differential: pd.DataFrame,
    annotation: pd.DataFrame,
    samples_qc: pd.DataFrame,
    sensitivity: pd.DataFrame,
    validation: pd.DataFrame,
    samples: pd.DataFrame,
    before: pd.DataFrame,
    after: pd.DataFrame,
    provenance: Mapping[str, Any],
    settings: Mapping[str, Any],
    crosstalk: pd.DataFrame | None = None,
    pathways: pd.DataFrame | None = None,
    facts: pd.DataFrame | None = None,
    leak_tests: pd.DataFrame | None = None,
    evidence: pd.DataFrame | None = None,
    shedding: pd.DataFrame | None = None,
) -> Content:
    """Return what the report says, from the tables of the contract.

    Parameters
    ----------
    before, after
        log2 values of kept protein groups (index) x samples, before and after normalization.
    provenance
        As `myosieve.provenance.collect` returns it.
    settings
        `fdr` and `report` with `title` and `top`.
    """
    steps = provenance["steps"]
    told = _contrast_settings(steps)
    fdr = float(settings["fdr"])
    classes = annotation.drop_duplicates("protein_group").set_index("protein_group")["secretion_class"]
    warnings = (*_disagreements(steps, fdr), *provenance["warnings"])
    contrasts = tuple(
        _contrast(name, question(name, told.get("contrasts", {}).get(name)), rows, candidates, classes, fdr)
        for name, rows in differential.groupby("contrast", sort=False)
    )
    return Content(
        study=study,
        title=settings["report"]["title"] or study,
        design=str(told.get("design", "")),
        fdr=fdr,
        top=int(settings["report"]["top"]),
        contrasts=contrasts,
        differential=differential,
        samples=samples,
        samples_qc=samples_qc,
        sensitivity=sensitivity,
        validation=validation,
        before=before,
        after=after,
        components=principal_components(_without_blanks(after, samples)),
        warnings=warnings,
        warned=checks.sort_warnings(checks.staged(warnings, steps)),
        methods=tuple((step["stage"], tuple(step["methods"])) for step in steps if step["methods"]),
        settings=_rows(steps, "settings"),
        counts=_rows(steps, "counts"),
        versions=(
            ("myosieve", provenance["myosieve"]),
            ("python", provenance["python"]),
            *sorted(provenance["libraries"].items()),
        ),
        inputs=tuple(sorted(provenance["inputs"].items())),
        annotation=annotation,
        crosstalk=crosstalk,
        pathways=pathways,
        facts=facts,
        leak_tests=leak_tests,
        evidence=evidence,
        shedding=shedding,
    )


def question(name: str, definition: Any) -> str:
    """Return in words what a contrast compares.

    Parameters
    ----------
    name
        Name of the contrast, used where nothing tells what it compares.
    definition
        {"treatment": ..., "control": ...}, a linear expression over conditions, or None where it is not recorded.
    """
    if isinstance(definition, Mapping):
        treatment, control = definition["treatment"], definition["control"]
        return f"{treatment} against {control}: log2FC = log2({treatment} / {control}), above 0 = more in {treatment}"
    if definition:
        return f"log2FC = {definition}, on log2 intensities"
    return f"{name}: log2FC = log2(treatment / control), above 0 = more in the treatment"


def _contrast(
    name: str, asked: str, tests: pd.DataFrame, candidates: pd.DataFrame, classes: pd.Series, fdr: float
) -> Contrast:
    mine = candidates[candidates["contrast"] == name]
    leak = mine.drop_duplicates("protein_group").set_index("protein_group")["leak_flag"]
    return Contrast(
        name=str(name),
        question=asked,
        tests=tests.assign(
            secretion_class=tests["protein_group"].map(classes).fillna("unknown"),
            leak_flag=tests["protein_group"].map(leak),
        ),
        ranked=mine[mine["rank"].notna()].sort_values("rank", kind="stable"),
        excluded=mine[mine["rank"].isna()],
        fdr=fdr,
    )


def _without_blanks(log2: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    """Return the samples that saw cells: a blank would be a principal component of its own."""
    return log2.drop(columns=samples.loc[samples["fraction"] == "blank", "sample"], errors="ignore")


def _contrast_settings(steps: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the settings of the step that tested the contrasts."""
    return next((step["settings"] for step in steps if step["stage"] == "differential"), {})


def _disagreements(steps: list[Mapping[str, Any]], fdr: float) -> Iterator[str]:
    """Yield a warning for each step that ran with another false discovery rate than the one shown here."""
    for step in steps:
        used = step["settings"].get("fdr", fdr)
        if used != fdr:
            yield (
                f"This report marks hits at FDR {fdr:g}, but the step '{step['stage']}' ran with FDR {used:g}: "
                "run that step again before comparing hits with candidates."
            )


def _rows(steps: list[Mapping[str, Any]], part: str) -> pd.DataFrame:
    """Return one row per step and leaf of its `settings` or `counts`; nested keys are joined by dots."""
    rows = [(step["stage"], name, value) for step in steps for name, value in _leaves(step[part])]
    return pd.DataFrame(rows, columns=["stage", "name", "value"], dtype=str)


def _leaves(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in sorted(node.items()):
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
