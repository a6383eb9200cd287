"""`myosieve quantify`: filter, log2, normalize -> proteins.tsv, intensities.tsv, samples_qc.tsv."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.quant import filters
from myosieve.quant.normalize import MOST, anchors, log2_intensities, normalize

# A difference between conditions that is worth a sentence: a factor of 1.4, and twice the spread within conditions.
_NOTABLE_SHIFT = 0.5
_NOTABLE_RATIO = 2.0


@dataclass(frozen=True)
class _Intake:
    proteins: pd.DataFrame  # schema.PROTEINS
    linear: pd.DataFrame  # index = protein_group, columns = samples
    samples: pd.DataFrame  # schema.SAMPLES, index = sample


def quantify(intake: Path, settings: Mapping[str, Any], out: Path) -> Summary:
    """Filter protein groups, take log2 and normalize.

    Parameters
    ----------
    intake
        Folder that `myosieve intake` wrote.
    settings
        `filter` and `normalization`.
    out
        Folder for `proteins.tsv` (`schema.QUANTIFIED`), `intensities.tsv` (log2, normalized; excluded groups as well) and
        `samples_qc.tsv` (`schema.SAMPLES_QUANTIFIED`).

    Raises
    ------
    InputError
        The folder is not an intake, or the filter leaves no protein group; nothing is written then.
    """
    read = _read(intake)
    choice = settings["filter"]
    conditions = read.samples["condition"][read.samples["fraction"] == "secretome"]
    if conditions.empty:
        raise InputError(
            "no sample is of the fraction secretome",
            intake / "samples.tsv",
            "leave 'fraction' empty for the media to test",
        )
    log2 = log2_intensities(read.linear)
    flags = [column.name for column in schema.PROTEINS.columns if column.kind == schema.YES_NO]
    rules = filters.exclusion_rules(
        read.proteins.assign(**{name: read.proteins[name] == "yes" for name in flags}),
        log2,
        conditions,
        drop_contaminants=choice["contaminants"] == "drop",
        drop_only_by_site=choice["only_by_site"] == "drop",
        min_peptides=choice["min_peptides"],
        min_valid=choice["min_valid"],
    )
    reasons = filters.exclusion_reasons(rules, log2.index)
    counts = filters.count_reasons(rules, reasons)
    kept = reasons == ""
    if not kept.any():
        raise _nothing_left(rules, counts, intake)
    method = settings["normalization"]
    normalized, shift = _normalized(log2, method, kept, read.samples["fraction"])
    chosen, least = anchors(log2[conditions.index], kept)
    anchored = log2.loc[chosen, conditions.index]
    proteins = read.proteins.assign(excluded_because=reasons.to_numpy())
    quality = _quality(log2, kept, shift, read.samples["condition"])
    with files.writing_folder(out) as folder:
        files.write_table(folder / "proteins.tsv", schema.QUANTIFIED.arrange(proteins))
        files.write_table(folder / "intensities.tsv", normalized.reset_index())
        files.write_table(folder / "samples_qc.tsv", schema.SAMPLES_QUANTIFIED.arrange(quality))
    return Summary(
        methods=_methods(method, counts, anchored, least, read),
        warnings=_warnings(read, method, anchored, shift, conditions),
        counts={"protein_groups": len(kept), "kept": int(kept.sum())}
        | {f"excluded: {reason}": count for reason, count in counts.items()},
    )


def _read(intake: Path) -> _Intake:
    proteins = files.read_table(intake / "proteins.tsv", schema.PROTEINS)
    samples = files.read_table(intake / "samples.tsv", schema.SAMPLES).set_index("sample", drop=False)
    linear = files.read_table(intake / "intensities.tsv")
    linear = linear.set_index(linear.columns[0])
    linear.index.name = "protein_group"
    fit = list(linear.columns) == list(samples.index) and list(linear.index) == list(proteins["protein_group"])
    numeric = all(pd.api.types.is_numeric_dtype(kind) for kind in linear.dtypes)
    if not (fit and numeric) or not linear.index.is_unique:
        raise InputError(
            "intensities.tsv does not hold one number per protein group of proteins.tsv and sample of samples.tsv",
            intake,
            "give the folder as `myosieve intake` wrote it",
        )
    return _Intake(proteins, linear.astype(float), samples)


def _normalized(
    log2: pd.DataFrame, method: str, kept: pd.Series, fractions: pd.Series
) -> tuple[pd.DataFrame, pd.Series]:
    """Normalize media among media and lysates among lysates; a blank is not lifted to the level of a sample."""
    methods = {"secretome": method, "lysate": method, "blank": "none"}
    parts = [normalize(log2.loc[:, fractions == name], methods[name], kept) for name in fractions.unique()]
    shifted = pd.concat([values for values, _ in parts], axis=1)
    return shifted[log2.columns], pd.concat([shift for _, shift in parts])[log2.columns]


def _quality(log2: pd.DataFrame, kept: pd.Series, shift: pd.Series, conditions: pd.Series) -> pd.DataFrame:
    tested = log2[kept]
    return pd.DataFrame(
        {
            "sample": log2.columns,
            "condition": conditions[log2.columns].to_numpy(),
            "n_proteins": tested.notna().sum().to_numpy(),
            "missing": tested.isna().mean().to_numpy(),
            "median_log2": tested.median().to_numpy(),
            "shift": shift.to_numpy(),
        }
    )


def _nothing_left(rules: list[filters.Rule], counts: Mapping[str, int], intake: Path) -> InputError:
    told = "; ".join(f"{reason}: {count}" for reason, count in counts.items() if count)
    first = max(rules, key=lambda rule: counts[rule.reason] if rule.setting else -1)
    remedy = f"set {first.setting}" if counts[first.reason] else "check table and sample sheet"
    return InputError(f"no protein group is left after the filter ({told})", intake, remedy)


def _methods(method: str, counts: Mapping[str, int], anchored: pd.DataFrame, least: float, read: _Intake) -> list[str]:
    told = "; ".join(f"{reason}: {count}" for reason, count in counts.items() if count) or "none was left out"
    groups = len(read.proteins)
    filtered = f"Of {groups} protein groups, {groups - sum(counts.values())} were kept ({told})."
    if method == "none":
        return [filtered, "Log2 intensities were taken as the search engine gave them, without further normalization."]
    most = "" if least >= MOST else ", fewer being common to more"
    fractions = set(read.samples["fraction"])
    lysates = "; lysates were normalized among themselves" if "lysate" in fractions else ""
    blanks = "; blanks were not normalized" if "blank" in fractions else ""
    normalized = (
        "Log2 intensities were shifted per sample, never scaled, to equal medians of the difference to the protein's level "
        f"in an additive protein and sample fit, over the {len(anchored)} kept protein groups observed in at least "
        f"{least:.0%} of the secretome samples{most}{lysates}{blanks}."
    )
    return [filtered, normalized]


def _warnings(read: _Intake, method: str, anchored: pd.DataFrame, shift: pd.Series, conditions: pd.Series) -> list[str]:
    found = []
    lost = anchored.columns[anchored.isna().all()]
    if method != "none" and len(lost):
        found.append(
            f"{', '.join(lost)}: not normalized, since no protein group that most samples share has a value there"
        )
    if "normalization_factor" in read.samples and read.samples["normalization_factor"].notna().any():
        found.append("the sheet's normalization_factor was not applied: intensities are as the search engine gave them")
    shifts = shift[conditions.index]
    means = shifts.groupby(conditions.to_numpy(), sort=False).mean()
    high, low = means.idxmax(), means.idxmin()
    difference = means[high] - means[low]
    left = len(shifts) - len(means)
    within = float(np.sqrt(((shifts - conditions.map(means)) ** 2).sum() / left)) if left else 0.0
    if difference >= _NOTABLE_SHIFT and difference > _NOTABLE_RATIO * within:
        found.append(
            f"normalization shifted condition {high!r} by {means[high]:+.2f} log2 on average against {means[low]:+.2f} for "
            f"{low!r} (spread within conditions {within:.2f}): if one of them secretes more of everything, this removes it; "
            "compare with normalization: none"
        )
    return found
