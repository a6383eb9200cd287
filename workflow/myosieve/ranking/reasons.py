"""One or two sentences per candidate: what carries it and what speaks against it, from the numbers in its row."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from myosieve.secretome.blanks import IN_BLANK

COLUMNS = (
    "log2fc", "ci_low", "ci_high", "q_value", "n_treatment", "of_treatment", "n_control", "of_control", "note", "gate",
    "direction", "secretion_class", "secretion_reason", "conflicts", "shedding", "mature_n_terminus", "peptides_ectodomain",
    "peptides_tm", "peptides_cytoplasmic", "known_myokine", "receptors", "receptor_curated", "muscle", "muscle_expression",
    "assay", "leak_flag", "leak_probability", "residual_log2fc", "residual_se", "lysate_log2_ratio", "serum_flag", "blank_flag",
    "peptides", "coverage", "greatest_losses",
)  # fmt: skip

# Fewer than two thirds of the samples: the fold change rests on few values. Of the criteria's weight, likewise.
_FEW_SAMPLES = _LITTLE_KNOWN = 2 / 3
# Twice as much in the medium as what leaks, and nothing beyond it: what lies between is not worth a word.
_ENRICHED, _AS_LEAK = 1.0, 0.0
# Of the standard error, for a 95 % interval.
_LIMIT = 1.96
# Below one transcript per million an expressed gene is hard to tell from none.
_EXPRESSED = 1.0
# Of a secretion reason, the clauses that are told: the others stand in their own column.
_CLAUSES, _IMPLIED = 2, "no helix beyond it"


def reasons(rows: pd.DataFrame, fdr: float, min_peptides: int) -> list[str]:
    """Return the reason text of each row.

    Parameters
    ----------
    rows
        One row per protein group and contrast with `COLUMNS`; texts '' and numbers NaN where missing.
    fdr
        q-value up to which a row counts as significant.
    min_peptides
        Peptides under which a protein needs confirmation.
    """
    texts = []
    for values in zip(*(rows[name].tolist() for name in COLUMNS), strict=True):
        row = dict(zip(COLUMNS, values, strict=True))
        against = "; ".join(_against(row, fdr, min_peptides))
        texts.append(f"{'; '.join(_carries(row))}." + (f" Against: {against}." if against else ""))
    return texts


# ---- for ------------------------------------------------------------------------------------------------------------


def _carries(row: dict[str, Any]) -> Iterator[str]:
    yield _effect(row)
    yield _class(row)
    yield from _peptides_for(row)
    if row["lysate_log2_ratio"] >= _ENRICHED:
        yield f"log2 {row['lysate_log2_ratio']:.1f} more in the medium than what leaks"
    if row["known_myokine"]:
        yield f"known myokine ({row['known_myokine'].replace('; ', ', ')})"
    if row["receptors"]:
        source = "curated" if row["receptor_curated"] else "listed"
        yield f"{source} receptor {row['receptors'].split('; ')[0].rpartition(' (')[0]}"
    if row["muscle"] >= _EXPRESSED:
        yield f"muscle {row['muscle_expression']}"
    if row["assay"]:
        yield " and ".join(part.partition(" (")[0] for part in row["assay"].split("; "))


def _effect(row: dict[str, Any]) -> str:
    seen = _seen(row)
    if math.isnan(row["log2fc"]):
        return f"no fold change{', seen in ' + seen if seen else ''}"
    low, high = row["ci_low"], row["ci_high"]
    beside = f" in {seen}" if seen else ""
    if math.isnan(low) and math.isnan(high):
        return f"{row['direction'] or 'unchanged'}, log2fc {row['log2fc']:.2f}{beside}"
    if not _one_sided(row):
        numbers = f"95 % CI {low:.2f} to {high:.2f}, q = {row['q_value']:.2g}"
        return f"{row['direction'] or 'unchanged'}, log2fc {row['log2fc']:.2f} ({numbers}){beside}"
    # The direction is that of the absence, also where chance could have made it.
    bound, end = ("at least", f"from {low:.2f}") if math.isnan(high) else ("at most", f"to {high:.2f}")
    start = f"seen in {seen}: " if seen else ""
    told = f"tested by absence (q = {row['q_value']:.2g}), fold change is a bound"
    return f"{start}{told} (log2fc {bound} {row['log2fc']:.2f}, 95 % CI {end})"


def _seen(row: dict[str, Any]) -> str:
    if math.isnan(row["of_treatment"]) or math.isnan(row["n_treatment"]):
        return ""
    # A ratio of labels is compared with 1, not with other samples.
    control = f" and {row['n_control']:.0f} of {row['of_control']:.0f} control" if row["of_control"] else ""
    return f"{row['n_treatment']:.0f} of {row['of_treatment']:.0f} treatment{control} samples"


def _one_sided(row: dict[str, Any]) -> bool:
    return math.isnan(row["ci_low"]) != math.isnan(row["ci_high"])


def _class(row: dict[str, Any]) -> str:
    name = row["secretion_class"].replace("_", " ")
    if name == "unknown":
        return "secretion class unknown"
    clauses = [clause for clause in row["secretion_reason"].split("; ") if clause and clause != _IMPLIED]
    return f"{name}: {', '.join(clauses[:_CLAUSES])}" if clauses else name


def _peptides_for(row: dict[str, Any]) -> Iterator[str]:
    if row["shedding"] == "shed":
        outside, inside = row["peptides_ectodomain"], row["peptides_tm"] + row["peptides_cytoplasmic"]
        yield f"peptides of the ectodomain only ({outside:.0f} of {outside + inside:.0f})"
    if row["mature_n_terminus"] == "yes":
        yield "a peptide begins where the signal peptide was cut"


# ---- against --------------------------------------------------------------------------------------------------------


def _against(row: dict[str, Any], fdr: float, min_peptides: int) -> Iterator[str]:
    if row["gate"] == "other direction":
        yield f"{row['direction'] or 'unchanged'}, not the direction looked for"
    if row["q_value"] > fdr:
        yield f"not significant at {100 * fdr:g} % FDR"
    if row["ci_low"] <= 0 <= row["ci_high"]:
        yield "the confidence interval covers 0"
    if not math.isnan(row["log2fc"]) and row["note"] and not _one_sided(row):
        yield row["note"]
    if _few(row):
        yield "seen in few samples"
    yield from _not_secreted(row)
    if row["muscle"] < _EXPRESSED:
        yield f"hardly expressed in muscle ({row['muscle_expression']})"
    if row["peptides"] < max(min_peptides, 2):
        yield f"{row['peptides']:.0f} peptide{'' if row['peptides'] == 1 else 's'}"
    if row["conflicts"]:
        yield f"sources disagree: {row['conflicts']}"
    if row["coverage"] < _LITTLE_KNOWN:
        yield f"only {100 * row['coverage']:.0f} % of the criteria's weight is known"
    if row["greatest_losses"]:
        yield f"the score loses most by {row['greatest_losses']}"


def _few(row: dict[str, Any]) -> bool:
    if _one_sided(row):  # of the other side nothing can be expected
        seen, of = (row[f"{what}_{'treatment' if row['log2fc'] > 0 else 'control'}"] for what in ("n", "of"))
        return seen < _FEW_SAMPLES * of
    return row["n_treatment"] + row["n_control"] < _FEW_SAMPLES * (row["of_treatment"] + row["of_control"])


def _not_secreted(row: dict[str, Any]) -> Iterator[str]:
    if row["leak_flag"] == "marker":
        yield "an intracellular leak marker itself"
    elif row["leak_flag"] == "follows leak":
        yield f"follows the leak (probability {row['leak_probability']:.2f})"
    if abs(row["residual_log2fc"]) < _LIMIT * row["residual_se"] and not row["ci_low"] <= 0 <= row["ci_high"]:
        yield f"at equal leak log2fc {row['residual_log2fc']:.2f} +- {_LIMIT * row['residual_se']:.2f}"
    if row["lysate_log2_ratio"] <= _AS_LEAK:
        yield f"no more in the medium than what leaks (log2 {row['lysate_log2_ratio']:.1f})"
    if row["serum_flag"] not in ("", "not run"):
        yield row["serum_flag"]
    if row["blank_flag"] == IN_BLANK:
        yield row["blank_flag"]
    if row["shedding"] == "intact":
        yield "cytoplasmic peptides too" if row["peptides_cytoplasmic"] else "peptides of the membrane too"
    if row["mature_n_terminus"] == "against":
        yield "a peptide begins inside the signal peptide"
    released = row["secretion_class"] == "membrane" and row["shedding"] == "shed"
    if row["secretion_class"] in ("intracellular", "membrane", "er_resident") and not released:
        yield f"no way out of the cell known ({row['secretion_class'].replace('_', ' ')})"
