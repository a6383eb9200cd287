"""Step: quantified proteins and knowledge tables -> leak and serum per protein and per sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.secretome import leak, outliers, serum
from myosieve.secretome.accessions import contains_any, targets
from myosieve.secretome.knowledge import SpeciesKnowledge, read_leak_markers, read_species

# Difference of mean leak index between conditions (log2; 1.4-fold) from which a reader should know.
CONDITION_DIFFERENCE = 0.5
NO_SERUM = (
    "no bovine or equine protein in the table: serum carry-over cannot be judged; search with a contaminant FASTA"
)


def secretome(
    quantified: Path,
    samples: Path,
    annotation: Path,
    settings: Mapping[str, Any],
    knowledge: Path,
    out: Path,
    samples_out: Path,
) -> Summary:
    """Judge leak and serum carry-over, and write secretome.tsv and samples_qc.tsv.

    Parameters
    ----------
    quantified
        Folder with proteins.tsv, intensities.tsv and samples_qc.tsv of `quantify`.
    samples, annotation
        samples.tsv of `intake` and annotation.tsv.
    settings
        `organism`.
    knowledge
        Folder with leak_markers.tsv, contaminants.tsv and organisms.tsv.
    out, samples_out
        Where secretome.tsv and samples_qc.tsv go.

    Raises
    ------
    InputError
        A file is missing, or the files do not speak of the same protein groups and samples.
    """
    quantified, samples, annotation, knowledge = map(Path, (quantified, samples, annotation, knowledge))
    organism = settings["organism"]
    proteins = files.read_table(quantified / "proteins.tsv", schema.QUANTIFIED)
    sheet = _sheet(quantified / "samples_qc.tsv", samples)
    log2 = _intensities(quantified / "intensities.tsv", proteins["protein_group"], sheet["sample"])
    organisms = _organisms(proteins, annotation)
    markers = read_leak_markers(knowledge, organism)
    species = read_species(knowledge, organism)

    accessions = targets(proteins)
    proteins["marker"] = contains_any(accessions, set(markers["accession"]))
    found, index, used = _leak(proteins, log2, (sheet["fraction"] == "secretome").to_numpy())
    flags = serum.serum_flags(accessions, organisms, species)
    table = pd.DataFrame(
        {
            "protein_group": proteins["protein_group"],
            "leak_marker": np.where(proteins["marker"], "yes", "no") if len(markers) else None,
            **found,
            "serum_flag": flags,
        }
    )
    sheet["leak_index"] = index
    sheet["serum_share"] = serum.serum_share(log2, flags, (proteins["decoy"] == "yes").to_numpy())
    sheet["outlier"] = outliers.outlier_texts(sheet)

    summary = _summary(table, sheet, proteins, used, sorted(markers["compartment"].dropna().unique()))
    summary.warnings += _leak_warnings(sheet, organism, len(markers))
    summary.warnings += _serum_warnings(flags, sheet, accessions, species)
    with files.writing(out) as aside:  # both or neither
        files.write_table(aside, schema.SECRETOME.arrange(table))
        files.write_table(samples_out, schema.SAMPLES_QC.arrange(sheet[schema.SAMPLES_QC.names]))
    return summary


# ---- reading -------------------------------------------------------------------------------------------------------


def _sheet(quantified: Path, samples: Path) -> pd.DataFrame:
    """Return one row per quantified sample: its QC so far and everything that the sample sheet says of it."""
    table = files.read_table(quantified, schema.SAMPLES_QUANTIFIED)
    sheet = files.read_table(samples, schema.SAMPLES)
    absent = sorted(set(table["sample"]) - set(sheet["sample"]))
    if absent:
        raise InputError(f"sample {absent[0]!r} is missing", samples, f"give the sheet that {quantified} was made from")
    more = sheet.drop(columns=[name for name in sheet if name in schema.SAMPLES_QC.names and name != "sample"])
    table = table[schema.SAMPLES_QUANTIFIED.names].merge(more, on="sample", how="left", validate="one_to_one")
    table["fraction"] = table["fraction"].fillna("secretome")
    return table


def _intensities(path: Path, groups: pd.Series, samples: pd.Series) -> np.ndarray:
    """Return log2 intensities (groups x samples) in the order of both keys."""
    table = files.read_table(path)
    key = table.columns[0]
    absent = [name for name in samples if name not in table.columns]
    if absent:
        raise InputError(f"column of sample {absent[0]!r} is missing", path, "run `quantify` again")
    if table[key].duplicated().any() or set(table[key]) != set(groups):
        raise InputError("its protein groups are not those of proteins.tsv", path, "run `quantify` again")
    values = table.set_index(key).loc[groups.to_numpy(), samples.to_numpy()]
    try:
        return values.to_numpy(dtype=float)
    except ValueError:
        raise InputError("a cell is not a number", path, "give log2 intensities, empty where missing") from None


def _organisms(proteins: pd.DataFrame, path: Path) -> pd.Series:
    """Return the species that proteins.tsv and annotation.tsv name for each group, separated by ';'."""
    annotation = files.read_table(path, schema.ANNOTATION).drop_duplicates("protein_group")
    absent = sorted(set(proteins["protein_group"]) - set(annotation["protein_group"]))
    if absent:
        raise InputError(f"protein group {absent[0]!r} is missing", path, "run `evidence` on the same proteins.tsv")
    named = annotation.set_index("protein_group")["organism"].reindex(proteins["protein_group"])
    cells = proteins["organism"].fillna("") + ";" + named.fillna("").to_numpy()
    return cells.where(proteins["decoy"] != "yes")


# ---- judging -------------------------------------------------------------------------------------------------------


def _leak(
    proteins: pd.DataFrame, log2: np.ndarray, in_secretome: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray, int]:
    """Return the leak columns of each group, the index of each sample (secretome only) and the number of markers used."""
    markers = log2[(proteins["marker"] & proteins["excluded_because"].isna()).to_numpy()][:, in_secretome]
    index = np.full(log2.shape[1], np.nan)
    index[in_secretome] = leak.leak_index(markers)
    steady = bool(np.isfinite(index).any()) and leak.is_steady(index)
    correlation = np.full(len(proteins), np.nan) if steady else leak.leak_correlation(log2, index)
    flags = leak.leak_flags(correlation, proteins["marker"].to_numpy(), steady)
    return {"leak_correlation": correlation, "leak_flag": flags}, index, int(leak.used_markers(markers).sum())


# ---- saying --------------------------------------------------------------------------------------------------------


def _summary(
    table: pd.DataFrame, sheet: pd.DataFrame, proteins: pd.DataFrame, used: int, compartments: list[str]
) -> Summary:
    kept = proteins["excluded_because"].isna()
    is_serum = table["serum_flag"].str.startswith(serum.SERUM)
    counts: dict[str, int | float | str] = {
        "leak markers that passed the filter": int((proteins["marker"] & kept).sum()),
        "leak markers used": used,
        "protein groups that follow the leak index": int((kept & (table["leak_flag"] == leak.FOLLOWS_LEAK)).sum()),
        "serum proteins of another species": int(is_serum.sum()),
        "protein groups shared with a serum protein": int((table["serum_flag"] == serum.SHARED).sum()),
    }
    methods = []
    if sheet["leak_index"].notna().any():
        methods.append(
            "The leak index of a secretome sample is the median over intracellular marker proteins "
            f"({', '.join(compartments)}; Gene Ontology) of log2 intensity minus the marker's mean over the samples; "
            f"{used} markers were observed in at least {100 * leak.MARKER_OBSERVED:.0f} % of them."
        )
        if leak.is_steady(sheet["leak_index"].to_numpy()):
            methods.append(
                f"Its standard deviation stayed below {leak.STEADY} log2, so that no protein was held to follow it."
            )
        else:
            methods.append(
                f"Proteins with a Pearson correlation of at least {leak.FOLLOWS} with it over at least "
                f"{leak.MIN_SAMPLES} samples are flagged as following leak."
            )
    if sheet["serum_share"].notna().any():
        methods.append(
            "Serum proteins of other species were recognized by accession and organism, never by gene symbol; "
            "serum_share is their share of a sample's summed linear intensity, shared protein groups not counted."
        )
    return Summary(methods=methods, counts=counts)


def _leak_warnings(sheet: pd.DataFrame, organism: str, markers: int) -> list[str]:
    if sheet["leak_index"].isna().all():
        few = (
            f"fewer than {leak.MIN_MARKERS} leak markers in {100 * leak.MARKER_OBSERVED:.0f} % of the secretome samples"
        )
        return [
            f"leak of dying cells cannot be judged: {few if markers else f'no leak markers are known for {organism}'}"
        ]
    warnings = []
    leaking = sheet[outliers.deviations(sheet["leak_index"].to_numpy(), outliers.LEAK.bound) > 0]
    if len(leaking):
        names = ", ".join(
            f"{name} (leak index {index:+.1f})"
            for name, index in zip(leaking["sample"], leaking["leak_index"], strict=True)
        )
        warnings.append(
            f"samples that hold more of the cells' inside than the others: {names}; consider excluding them"
        )
    means = sheet.groupby("condition", sort=False)["leak_index"].agg(["mean", "count"]).dropna()
    if len(means) > 1 and means["mean"].max() - means["mean"].min() >= CONDITION_DIFFERENCE:
        words = ", ".join(f"{name} {row['mean']:+.2f} (n = {row['count']:.0f})" for name, row in means.iterrows())
        warnings.append(
            f"the leak index differs between conditions: {words}; a fold change may be leak, read the leak flags"
        )
    return warnings


def _serum_warnings(
    flags: np.ndarray, sheet: pd.DataFrame, accessions: pd.Series, species: SpeciesKnowledge
) -> list[str]:
    warnings = [NO_SERUM] if serum.NOT_RUN in flags else []
    columns = [name for name in sheet.columns if "serum" in name.lower() and name not in schema.SAMPLES_QC.names]
    horse = [name for name in columns if sheet[name].astype("str").str.contains("horse", case=False, na=False).any()]
    if horse and "Equus caballus" not in serum.serum_species(flags, accessions, species):
        warnings.append(
            f"the sample sheet's column {horse[0]!r} says horse serum, but the table holds no equine serum protein: "
            "equine proteins may stand under human or mouse names; search with equine serum sequences"
        )
    return warnings
