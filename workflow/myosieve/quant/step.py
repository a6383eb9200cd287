"""`myosieve quantify`: roll up, align plexes, filter, normalize -> quantified proteins, log2 intensities, samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.quant import filters, plexes
from myosieve.quant.normalization.anchors import log2_intensities
from myosieve.quant.normalization.methods import Normalized, normalize
from myosieve.quant.normalization.shift_test import condition_shift_test
from myosieve.quant.quality import sample_quality
from myosieve.quant.rollup.step import protein_values

# A systematic difference below this (a factor of 1.07) is not worth a sentence, however significant.
_NOTABLE_SHIFT = 0.1
_SIGNIFICANT = 0.05
_BLANKS_IN_CURVE = (
    "rollup dpc fits one detection curve over all samples, blanks among them, which are nearly empty for another reason than "
    "faint proteins: set rollup to maxlfq, or exclude the blanks"
)


@dataclass(frozen=True)
class _Intake:
    proteins: pd.DataFrame  # schema.PROTEINS
    engine: pd.DataFrame  # log2 of the engine's values; index = protein_group, columns = samples
    counts: pd.DataFrame  # peptides per group and sample, NaN = unknown
    samples: pd.DataFrame  # schema.SAMPLES, index = sample


def quantify(intake: Path, settings: Mapping[str, Any], out: Path, rolled_up: Sequence[Path] = ()) -> Summary:
    """Bring the protein groups of an intake onto one comparable log2 scale.

    Parameters
    ----------
    intake
        Folder that `myosieve intake` wrote.
    settings
        `rollup`, `plex_correction`, `filter`, `normalization` and `reference_proteins`.
    out
        Folder for `proteins.tsv` (`schema.QUANTIFIED`), `intensities.tsv` (log2, normalized; excluded groups as well),
        `log2.tsv` (the same before normalization), `peptide_counts.tsv`, `estimates.parquet` (`schema.ESTIMATES`) and
        `samples_qc.tsv` (`schema.SAMPLES_QUANTIFIED`).
    rolled_up
        Parts that `myosieve rollup` wrote, where that was done apart.

    Raises
    ------
    InputError
        The folder is not an intake, a setting does not fit the data, or the filter leaves no protein group; nothing is
        written then.
    """
    read = _read(intake)
    values = protein_values(intake, settings["rollup"], read.engine, rolled_up)
    log2, plex_told, plex_warnings = _aligned(values.log2, read.samples, settings["plex_correction"], intake)
    conditions = read.samples["condition"][read.samples["fraction"] == "secretome"]
    if conditions.empty:
        raise InputError(
            "no sample is of the fraction secretome",
            intake / "samples.tsv",
            "leave 'fraction' empty for the media to test",
        )
    rules = _rules(read, log2, conditions, settings["filter"])
    reasons = filters.exclusion_reasons(rules, log2.index)
    counts = filters.count_reasons(rules, reasons)
    kept = reasons == ""
    if not kept.any():
        raise _nothing_left(rules, counts, intake)
    normalized = _normalized(log2, kept, read, settings, intake)
    quality = sample_quality(
        log2, normalized.log2, read.counts, kept, read.samples["condition"], read.samples["fraction"]
    )
    quality["shift"] = normalized.shift[log2.columns].to_numpy()
    proteins = read.proteins.assign(excluded_because=reasons.to_numpy())
    with files.writing_folder(out) as folder:
        files.write_table(folder / "proteins.tsv", schema.QUANTIFIED.arrange(proteins))
        files.write_table(folder / "intensities.tsv", normalized.log2.reset_index())
        files.write_table(folder / "log2.tsv", log2.reset_index())
        files.write_table(folder / "peptide_counts.tsv", read.counts.astype("Int64").reset_index())
        files.write_table(folder / "estimates.parquet", values.estimates)
        files.write_table(folder / "samples_qc.tsv", schema.SAMPLES_QUANTIFIED.arrange(quality))
    warnings = [*values.warnings, *plex_warnings, *normalized.warnings]
    if len(values.estimates) and (read.samples["fraction"] == "blank").any():
        warnings.append(_BLANKS_IN_CURVE)
    warnings += _shift_warnings(log2[conditions.index], kept, conditions, settings["normalization"])
    return Summary(
        methods=[text for text in (values.told, plex_told, _filtered(counts, len(kept)), normalized.told) if text],
        warnings=warnings,
        counts={"protein_groups": len(kept), "kept": int(kept.sum())}
        | {f"excluded: {reason}": count for reason, count in counts.items()},
    )


# ---- reading -------------------------------------------------------------------------------------------------------


def _read(intake: Path) -> _Intake:
    proteins = files.read_table(intake / "proteins.tsv", schema.PROTEINS)
    samples = files.read_table(intake / "samples.tsv", schema.SAMPLES).set_index("sample", drop=False)
    linear = _matrix(intake / "intensities.tsv", proteins, samples)
    counts = _matrix(intake / "peptide_counts.tsv", proteins, samples)
    return _Intake(proteins, log2_intensities(linear), counts, samples)


def _matrix(path: Path, proteins: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    table = files.read_table(path)
    table = table.set_index(table.columns[0])
    table.index.name = "protein_group"
    fit = list(table.columns) == list(samples.index) and list(table.index) == list(proteins["protein_group"])
    numeric = all(pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes)
    if not (fit and numeric) or not table.index.is_unique:
        raise InputError(
            "the table does not hold one number per protein group of proteins.tsv and sample of samples.tsv",
            path,
            "give the folder as `myosieve intake` wrote it",
        )
    return table.astype(float)


def _column(samples: pd.DataFrame, name: str) -> pd.Series:
    """Return an optional column of the sample sheet as text, '' where it is empty or not there."""
    if name not in samples:
        return pd.Series("", index=samples.index)
    return samples[name].map(lambda cell: "" if pd.isna(cell) else str(cell).strip())


# ---- plexes --------------------------------------------------------------------------------------------------------


def _aligned(
    log2: pd.DataFrame, samples: pd.DataFrame, correction: str, intake: Path
) -> tuple[pd.DataFrame, str, list[str]]:
    """Return values aligned between plexes, what was done, and what to know of it."""
    named = _column(samples, "plex")
    references = samples["fraction"] == "reference"
    several = len(set(named)) > 1
    if correction == "auto":
        correction = "reference" if several and references.any() else "none"
    if correction == "none":
        ask = "mark the pool that all plexes share as fraction 'reference', or put plex into the design"
        return log2, "", [f"the sheet names {named.nunique()} plexes, which are not aligned: {ask}"] if several else []
    where = intake / "samples.tsv"
    if not several or (named == "").any():
        raise InputError(
            f"plex_correction is {correction!r}, but not every sample has a plex of several",
            where,
            "name each sample's plex in the sheet's column 'plex'",
        )
    if correction == "reference":
        without = [plex for plex in named.unique() if not references[named == plex].any()]
        if without:
            raise InputError(
                f"plex {without[0]!r} has no reference channel", where, "mark one as fraction 'reference' in each plex"
            )
        told = (
            f"Plexes ({named.nunique()}) were aligned protein by protein to the mean of their reference channels (Plubell "
            "et al. 2017, doi:10.1074/mcp.M116.065524)."
        )
        return plexes.aligned(log2, named, references), told, []
    conditions = samples["condition"]
    level = ~references & (samples["fraction"] != "blank")  # a blank is far below the level of its plex
    warned = (
        [
            "plexes were aligned by their means, but hold different mixes of conditions: this removes part of the differences"
        ]
        if plexes.unbalanced(named[level], conditions[level])
        else []
    )
    told = f"Plexes ({named.nunique()}) were aligned protein by protein to the mean of their samples."
    return plexes.aligned(log2, named, level), told, warned


# ---- filter and normalization --------------------------------------------------------------------------------------


def _rules(read: _Intake, log2: pd.DataFrame, conditions: pd.Series, choice: Mapping[str, Any]) -> list[filters.Rule]:
    flags = [column.name for column in schema.PROTEINS.columns if column.kind == schema.YES_NO]
    return filters.exclusion_rules(
        read.proteins.assign(**{name: read.proteins[name] == "yes" for name in flags}),
        log2,
        conditions,
        drop_contaminants=choice["contaminants"] == "drop",
        drop_only_by_site=choice["only_by_site"] == "drop",
        min_peptides=choice["min_peptides"],
        min_valid=choice["min_valid"],
    )


def _normalized(
    log2: pd.DataFrame, kept: pd.Series, read: _Intake, settings: Mapping[str, Any], intake: Path
) -> Normalized:
    """Normalize media among media and lysates among lysates; a blank is not lifted to the level of a sample."""
    method, fractions = settings["normalization"], read.samples["fraction"]
    factors = _factors(read, intake) if method == "factors" else None
    reference = _reference(settings["reference_proteins"], read, intake) if method == "reference" else None
    parts = {}
    for fraction in fractions.unique():
        own = method if fraction in ("secretome", "lysate") else "none"
        values = log2.loc[:, fractions == fraction]
        some = factors[values.columns] if factors is not None else None
        parts[fraction] = normalize(values, own, kept, factors=some, reference=reference)
    first = parts["secretome"]
    told = first.told
    if method != "none":
        told += " Lysates were normalized among themselves." if "lysate" in parts else ""
        told += " Blanks were not normalized." if "blank" in parts else ""
    return Normalized(
        pd.concat([part.log2 for part in parts.values()], axis=1)[log2.columns],
        pd.concat([part.shift for part in parts.values()])[log2.columns],
        told,
        tuple(warning for part in parts.values() for warning in part.warnings),
    )


def _factors(read: _Intake, intake: Path) -> pd.Series:
    cells = _column(read.samples, "normalization_factor")
    cells = cells[read.samples["fraction"].isin(["secretome", "lysate"])]
    numbers = pd.to_numeric(cells.str.replace(",", ".", regex=False), errors="coerce")
    wrong = cells[~(numbers > 0) | np.isinf(numbers)]
    if len(wrong):
        raise InputError(
            f"sample {wrong.index[0]!r}: normalization_factor is {wrong.iloc[0]!r}",
            intake / "samples.tsv",
            "normalization: factors needs a number above 0 for every sample (medium volume, cell number, total protein)",
        )
    return numbers


def _reference(named: Sequence[str], read: _Intake, intake: Path) -> list[str] | None:
    """Return the protein groups of the setting `reference_proteins`; None where it is empty."""
    if not named:
        return None
    accessions = read.proteins["accessions"].fillna("").str.split(";")
    keys = read.proteins["protein_group"]
    found: list[str] = []
    for name in named:
        hits = keys[(keys == name) | accessions.map(lambda group, one=name: one in group)]
        if hits.empty:
            raise InputError(
                f"reference_proteins: {name!r} is no accession or protein group of the table",
                intake / "proteins.tsv",
                "name proteins by accession; genes are not looked up",
            )
        found += list(hits)
    return list(dict.fromkeys(found))


# ---- saying --------------------------------------------------------------------------------------------------------


def _nothing_left(rules: list[filters.Rule], counts: Mapping[str, int], intake: Path) -> InputError:
    told = "; ".join(f"{reason}: {count}" for reason, count in counts.items() if count)
    first = max(rules, key=lambda rule: counts[rule.reason] if rule.setting else -1)
    remedy = f"set {first.setting}" if counts[first.reason] else "check table and sample sheet"
    return InputError(f"no protein group is left after the filter ({told})", intake, remedy)


def _filtered(counts: Mapping[str, int], groups: int) -> str:
    told = "; ".join(f"{reason}: {count}" for reason, count in counts.items() if count) or "none was left out"
    return f"Of {groups} protein groups, {groups - sum(counts.values())} were kept ({told})."


def _shift_warnings(log2: pd.DataFrame, kept: pd.Series, conditions: pd.Series, method: str) -> list[str]:
    """Warn where the conditions differ in overall level by more than replicates do."""
    medians = -normalize(log2, "median", kept).shift
    found = condition_shift_test(medians, conditions)
    if not (found.p_value < _SIGNIFICANT and found.difference >= _NOTABLE_SHIFT):
        return []
    done = {
        "none": "it is left in, since normalization is none",
        "factors": "it is left in beyond what the factors explain",
        "reference": "what the reference proteins do not share of it is left in",
    }.get(method, f"normalization: {method} removes it")
    text = (
        f"the median protein is {found.difference:.2f} log2 higher in condition {found.high!r} than in {found.low!r} before "
        f"normalization (p = {found.p_value:.2g}): loading, or one of them secretes more of everything; {done}; compare with "
        "normalization: none, factors or reference"
    )
    return [text]
