"""Step: quantified proteins and knowledge tables -> leak and serum per protein and per sample."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.secretome import blanks, leak_measures, leak_words, outliers, serum, serum_peptides, serum_words
from myosieve.secretome.accessions import contains_any, targets
from myosieve.secretome.knowledge import SpeciesKnowledge, read_leak_markers, read_species
from myosieve.secretome.leak_step import judge_leak
from myosieve.secretome.reading import read_annotation, read_intensities
from myosieve.secretome.serum_peptides import SerumScan
from myosieve.secretome.serum_sequences import medium_peptides, serum_records

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
    *,
    precursors: Path | None = None,
    fasta: Sequence[Path] = (),
    serum_fasta: Sequence[Path] = (),
    differential: Path | None = None,
    leak_out: Path | None = None,
    leak_tests_out: Path | None = None,
) -> Summary:
    """Judge leak and serum carry-over, and write secretome.tsv, samples_qc.tsv and what leak does to each contrast.

    Parameters
    ----------
    quantified
        Folder with proteins.tsv, intensities.tsv, log2.tsv (where there are blanks) and samples_qc.tsv of `quantify`.
    samples, annotation
        samples.tsv of `intake` and annotation.tsv.
    settings
        `organism`, and those of the design: `design`, `design_matrix`, `contrasts`, `block`, `quantity`.
    knowledge
        Folder with leak_markers.tsv, contaminants.tsv and organisms.tsv.
    out, samples_out
        Where secretome.tsv and samples_qc.tsv go.
    precursors
        precursors.parquet of `intake`, whose peptides tell proteins of the host from those of the serum.
    fasta, serum_fasta
        Sequences that were searched, and sequences of serum proteins that need not have been.
    differential
        differential.tsv, for what is left of its fold changes at equal leak.
    leak_out, leak_tests_out
        Where to write `schema.LEAK` and `schema.LEAK_TESTS`, if anywhere.

    Raises
    ------
    InputError
        A file is missing, or the files do not speak of the same protein groups and samples.
    """
    quantified, samples, annotation, knowledge = map(Path, (quantified, samples, annotation, knowledge))
    organism = settings["organism"]
    proteins = files.read_table(quantified / "proteins.tsv", schema.QUANTIFIED)
    sheet = _sheet(quantified / "samples_qc.tsv", samples)
    log2 = read_intensities(quantified / "intensities.tsv", proteins["protein_group"], sheet["sample"])
    annotated = read_annotation(annotation, proteins["protein_group"])
    organisms = _organisms(proteins, annotated["organism"])
    markers = read_leak_markers(knowledge, organism)
    species = read_species(knowledge, organism)

    accessions = targets(proteins)
    of_medium = medium_peptides(precursors, proteins["protein_group"], _medium(sheet)) if precursors else None
    scan, species = _scan(of_medium, fasta, serum_fasta, species)
    proteins["marker"] = contains_any(accessions, set(markers["accession"]))
    judged = judge_leak(proteins, annotated["secretion_class"], log2, sheet, settings, samples, differential)
    by_accession = serum.serum_flags(accessions, organisms, species)
    host = serum.may_be_hosts(accessions, organisms, species) & ~serum.starts(by_accession, serum.SERUM)
    of_groups = _by_peptides(of_medium, scan, host)
    flags = serum_peptides.flags_by_peptides(by_accession, of_groups)
    of_blanks = _blanks(quantified / "log2.tsv", proteins["protein_group"], sheet)
    table = pd.DataFrame(
        {
            "protein_group": proteins["protein_group"],
            "leak_marker": np.where(proteins["marker"], "yes", "no") if len(markers) else None,
            **judged.proteins,
            "serum_flag": flags,
            **of_groups,
            **of_blanks,
        }
    )
    sheet["leak_index"] = judged.by_sample
    decoy = (proteins["decoy"] == "yes").to_numpy()
    sheet["serum_share"] = serum.serum_share(log2, by_accession, decoy)
    sheet["serum_share_upper"] = serum_peptides.share_upper(log2, flags, of_groups["host_share"].to_numpy(), decoy)
    sheet["outlier"] = outliers.outlier_texts(sheet)

    compartments = sorted(markers["compartment"].dropna().unique())
    summary = _summary(table, sheet)
    summary.methods = leak_words.methods(judged, compartments) + summary.methods
    summary.counts = leak_words.counts(judged, proteins) | summary.counts
    summary.warnings += leak_words.warnings(judged, sheet, organism, len(markers)) + leak_measures.unread(sheet)
    present = serum.serum_species(accessions, organisms, species) | set(scan.species.values())
    summary.warnings += _serum_warnings(by_accession, flags, sheet, present)
    serum_words.tell_peptides(summary, by_accession, table, scan)
    serum_words.tell_blanks(summary, table, sheet)
    outputs = [(out, schema.SECRETOME.arrange(table)), (leak_out, judged.effects), (leak_tests_out, judged.tests)]
    quality = sheet[schema.SAMPLES_QC.names].join(leak_measures.measures(sheet))
    outputs.append((samples_out, schema.SAMPLES_QC.arrange(quality)))
    with contextlib.ExitStack() as together:  # all or none
        for path, frame in outputs:
            if path:
                files.write_table(together.enter_context(files.writing(path)), frame)
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


def _organisms(proteins: pd.DataFrame, named: pd.Series) -> pd.Series:
    """Return the species that proteins.tsv and annotation.tsv name for each group, separated by ';'."""
    cells = proteins["organism"].fillna("") + ";" + named.fillna("").to_numpy()
    return cells.where(proteins["decoy"] != "yes")


# ---- judging -------------------------------------------------------------------------------------------------------


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
    log2 = read_intensities(path, groups, sheet["sample"])
    factors = blanks.log2_factors(sheet.get("normalization_factor"), medium | blank)
    ratio, count = blanks.blank_ratio(log2 if factors is None else log2 - factors, medium, blank)
    flags = blanks.blank_flags(ratio, count, int(blank.sum()))
    return {"n_blank": count, "blank_log2_ratio": ratio, "blank_flag": flags}


# ---- saying --------------------------------------------------------------------------------------------------------


def _summary(table: pd.DataFrame, sheet: pd.DataFrame) -> Summary:
    is_serum = table["serum_flag"].str.startswith(serum.SERUM)
    counts: dict[str, int | float | str] = {
        "serum proteins of another species": int(is_serum.sum()),
        "protein groups shared with a serum protein": int(table["serum_flag"].str.startswith(serum.SHARED).sum()),
    }
    methods = []
    if sheet["serum_share"].notna().any():
        methods.append(
            "Serum proteins of other species were recognized by accession and organism, never by gene symbol; "
            "serum_share is their share of a sample's summed linear intensity, shared protein groups not counted."
        )
    return Summary(methods=methods, counts=counts)


def _serum_warnings(by_accession: np.ndarray, flags: np.ndarray, sheet: pd.DataFrame, present: set[str]) -> list[str]:
    warnings = []
    if serum.NOT_RUN in by_accession:
        warnings.append(NO_SERUM if (flags == serum.NOT_RUN).all() else serum_words.ONLY_PEPTIDES)
    columns = [name for name in sheet.columns if name not in schema.SAMPLES_QC.names]
    return warnings + serum.sheet_warnings(sheet[columns], present)
