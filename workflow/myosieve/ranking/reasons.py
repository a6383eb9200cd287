"""One sentence per candidate: what carries it and what speaks against it, from the numbers in its row."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

COLUMNS = (
    "log2fc", "ci_low", "ci_high", "q_value", "n_treatment", "of_treatment", "n_control", "of_control", "note",
    "secretion_class", "secretion_reason", "conflicts", "known_myokine", "receptors", "receptor_curated", "leak_flag",
    "leak_probability", "serum_flag", "peptides",
)  # fmt: skip

# Fewer than two thirds of the samples: the fold change rests on few values.
_FEW_SAMPLES = 2 / 3


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
        carries = "; ".join(_carries(row))
        against = "; ".join(_against(row, fdr, min_peptides))
        texts.append(f"{carries}. Against: {against}." if against else f"{carries}.")
    return texts


def _carries(row: dict[str, Any]) -> Iterator[str]:
    yield _effect(row)
    yield _class(row)
    if row["known_myokine"]:
        yield f"known myokine ({row['known_myokine'].replace('; ', ', ')})"
    if row["receptors"]:
        source = "curated" if row["receptor_curated"] else "listed"
        yield f"{source} receptor {row['receptors'].split('; ')[0].rpartition(' (')[0]}"


def _effect(row: dict[str, Any]) -> str:
    seen = ""
    if not math.isnan(row["of_treatment"]) and not math.isnan(row["n_treatment"]):
        # a ratio of labels is compared with 1, not with other samples
        control = f" and {row['n_control']:.0f} of {row['of_control']:.0f} control" if row["of_control"] else ""
        seen = f" in {row['n_treatment']:.0f} of {row['of_treatment']:.0f} treatment{control} samples"
    if math.isnan(row["log2fc"]):
        return f"no fold change{', seen' + seen if seen else ''}"
    direction = "up" if row["log2fc"] > 0 else "down" if row["log2fc"] < 0 else "unchanged"
    low, high = row["ci_low"], row["ci_high"]
    if math.isnan(low) and math.isnan(high):
        return f"{direction}, log2fc {row['log2fc']:.2f}{seen}"
    if math.isnan(low) or math.isnan(high):
        side, end = ("control", f"from {low:.2f}") if math.isnan(high) else ("treatment", f"to {high:.2f}")
        # the direction is that of the absence, also where chance could have made it
        told = f"absent from {side}, log2fc {'at least' if side == 'control' else 'at most'} {row['log2fc']:.2f}"
        return f"{told} (95 % CI {end}, q = {row['q_value']:.2g}){seen}"
    return f"{direction}, log2fc {row['log2fc']:.2f} (95 % CI {low:.2f} to {high:.2f}, q = {row['q_value']:.2g}){seen}"


def _class(row: dict[str, Any]) -> str:
    name = row["secretion_class"].replace("_", " ")
    if name == "unknown":
        return "secretion class unknown"
    return f"{name}: {row['secretion_reason']}" if row["secretion_reason"] else name


def _against(row: dict[str, Any], fdr: float, min_peptides: int) -> Iterator[str]:
    if not math.isnan(row["q_value"]) and row["q_value"] > fdr:
        yield f"not significant at {100 * fdr:g} % FDR"
    if row["ci_low"] <= 0 <= row["ci_high"]:
        yield "the confidence interval covers 0"
    if not math.isnan(row["log2fc"]) and row["note"]:
        yield row["note"]
    if row["n_treatment"] + row["n_control"] < _FEW_SAMPLES * (row["of_treatment"] + row["of_control"]):
        yield "seen in few samples"
    if row["leak_flag"] == "marker":
        yield "an intracellular leak marker itself"
    elif row["leak_flag"] == "follows leak":
        yield f"follows the leak (probability {row['leak_probability']:.2f})"
    if row["serum_flag"] not in ("", "not run"):
        yield row["serum_flag"]
    if row["peptides"] < max(min_peptides, 2):
        yield f"{row['peptides']:.0f} peptide{'' if row['peptides'] == 1 else 's'}"
    if row["secretion_class"] in ("intracellular", "membrane", "er_resident"):
        yield f"no way out of the cell known ({row['secretion_class'].replace('_', ' ')})"
    if row["conflicts"]:
        yield f"sources disagree: {row['conflicts']}"
