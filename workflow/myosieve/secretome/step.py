"""Step: quantified proteins and knowledge tables -> leak and serum per protein and per sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.secretome import blanks, leak, outliers, serum, serum_peptides, serum_words
from myosieve.secretome.accessions import contains_any, targets
from myosieve.secretome.knowledge import SpeciesKnowledge, read_leak_markers, read_species
from myosieve.secretome.serum_peptides import SerumScan
from myosieve.secretome.serum_sequences import medium_peptides, serum_records

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
    precursors: Path | None = None,
    fasta: Sequence[Path] = (),
    serum_fasta: Sequence[Path] = (),
) -> Summary:
    """Judge leak and serum carry-over, and write secretome.tsv and samples_qc.tsv.

    Parameters
    ----------
    quantified
        Folder with proteins.tsv, intensities.tsv, log2.tsv (where there are blanks) and samples_qc.tsv of `quantify`.
    samples, annotation
        samples.tsv of `intake` and annotation.tsv.
    settings
        `organism`.
    knowledge
        Folder with leak_markers.tsv, contaminants.tsv and organisms.tsv.
    out, samples_out
        Where secretome.tsv and samples_qc.tsv go.
    precursors
        precursors.parquet of `intake`, whose peptides tell proteins of the host from those of the serum.
    fasta, serum_fasta
        Sequences that were searched, and sequences of serum proteins that need not have been.

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
    of_medium = medium_peptides(precursors, proteins["protein_group"], _medium(sheet)) if precursors else None
    scan, species = _scan(of_medium, fasta, serum_fasta, species)
    proteins["marker"] = contains_any(accessions, set(markers["accession"]))
    found, index, used = _leak(proteins, log2, (sheet["fraction"] == "secretome").to_numpy())
    by_accession = serum.serum_flags(accessions, organisms, species)
    host = serum.may_be_hosts(accessions, organisms, species) & ~serum.starts(by_accession, serum.SERUM)
    of_groups = _by_peptides(of_medium, scan, host)
    flags = serum_peptides.flags_by_peptides(by_accession, of_groups)
    of_blanks = _blanks(quantified / "log2.tsv", proteins["protein_group"], sheet)
    table = pd.DataFrame(
        {
            "protein_group": proteins["protein_group"],
            "leak_marker": np.where(proteins["marker"], "yes", "no") if len(markers) else None,
            **found,
            "serum_flag": flags,
            **of_groups,
            **of_blanks,
        }
    )
    sheet["leak_index"] = index
    decoy = (proteins["decoy"] == "yes").to_numpy()
    sheet["serum_share"] = serum.serum_share(log2, by_accession, decoy)
    sheet["serum_share_upper"] = serum_peptides.share_upper(log2, flags, of_groups["host_share"].to_numpy(), decoy)
    sheet["outlier"] = outliers.outlier_texts(sheet)

    summary = _summary(table, sheet, proteins, used, sorted(markers["compartment"].dropna().unique()))
    summary.warnings += _leak_warnings(sheet, organism, len(markers))
    present = serum.serum_species(accessions, organisms, species) | set(scan.species.values())
    summary.warnings += _serum_warnings(by_accession, flags, sheet, present)
    serum_words.tell_peptides(summary, by_accession, table, scan)
    serum_words.tell_blanks(summary, table, sheet)
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


def _medium(sheet: pd.DataFrame) -> list[str]:
    return list(sheet.loc[sheet["fraction"] == "secretome", "sample"])


def _scan(
    of_medium: pd.DataFrame | None, fasta: Sequence[Path], serum_fasta: Sequence[Path], species: SpeciesKnowledge
) -> tuple[SerumScan, SpeciesKnowledge]:
    """Return what the serum sequences tell, and the knowledge with the accessions of `serum_fasta` added to it."""
    sought = [] if of_medium is None else list(of_medium["sequence"].unique())
    scan = serum_peptides.scan(serum_records(fasta, serum_fasta, species), sought)
    if of_medium is not None:
        of_sequence = dict(zip(sought, scan.shared, strict=True))
        scan = replace(scan, shared=of_medium["sequence"].map(of_sequence).to_numpy(dtype=bool))
    return scan, replace(species, listed=scan.species | species.listed)


def _by_peptides(of_medium: pd.DataFrame | None, scan: SerumScan, host: np.ndarray) -> pd.DataFrame:
    """Return the peptide columns of each group; all missing without peptides or without serum sequences."""
    if of_medium is None or of_medium.empty or not scan.species:
        return pd.DataFrame(np.nan, index=range(len(host)), columns=list(serum_peptides.COLUMNS))
    return serum_peptides.by_group(of_medium, scan.shared, host)


def _blanks(path: Path, groups: pd.Series, sheet: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the blank columns of each group; 'not run' and missing without blanks."""
    medium, blank = ((sheet["fraction"] == name).to_numpy() for name in ("secretome", "blank"))
    nothing = np.full(len(groups), np.nan)
    if not blank.any():
        return {"n_blank": nothing, "blank_log2_ratio": nothing, "blank_flag": blanks.blank_flags(nothing, nothing, 0)}
    log2 = _intensities(path, groups, sheet["sample"])
    factors = blanks.log2_factors(sheet.get("normalization_factor"), medium | blank)
    ratio, count = blanks.blank_ratio(log2 if factors is None else log2 - factors, medium, blank)
    flags = blanks.blank_flags(ratio, count, int(blank.sum()))
    return {"n_blank": count, "blank_log2_ratio": ratio, "blank_flag": flags}


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
        "protein groups shared with a serum protein": int(table["serum_flag"].str.startswith(serum.SHARED).sum()),
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


def _serum_warnings(by_accession: np.ndarray, flags: np.ndarray, sheet: pd.DataFrame, present: set[str]) -> list[str]:
    warnings = []
    if serum.NOT_RUN in by_accession:
        warnings.append(NO_SERUM if (flags == serum.NOT_RUN).all() else serum_words.ONLY_PEPTIDES)
    columns = [name for name in sheet.columns if name not in schema.SAMPLES_QC.names]
    return warnings + serum.sheet_warnings(sheet[columns], present)
