"""Every table of every engine goes through `myosieve intake`, and what it says is what plain pandas counts.

`python benchmarks/tables.py FOLDER` prints the same for any folder of tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve import files, schema, settings
from myosieve.tables.accessions import SPECIES
from myosieve.tables.step import intake

MNEMONIC = re.compile(r"_(HUMAN|MOUSE|YEAST|ECOLI|BOVIN|PIG|SHEEP)(?![A-Z])")


@dataclass(frozen=True)
class Count:
    """What plain pandas finds in a table: proteins, precursors, share of missing values, runs, one species per protein."""

    proteins: int
    missing: float
    columns: list[str]
    precursors: int = 0
    species: Mapping[str, str] = field(default_factory=dict)


def plain(path: Path, **options: object) -> pd.DataFrame:
    options = {"sep": "\t", "dtype": str, "keep_default_na": False} | options
    return pd.read_csv(path, **options)


def numbers(cells: pd.DataFrame) -> pd.DataFrame:
    found = cells.apply(lambda column: pd.to_numeric(column, errors="coerce"))
    return found.where(np.isfinite(found) & (found != 0))


def one_species(ids: pd.Series, texts: pd.Series) -> dict[str, str]:
    """Return the species of each id whose text names exactly one."""
    named = texts.map(lambda text: set(MNEMONIC.findall(text)))
    return {key: SPECIES[next(iter(names))] for key, names in zip(ids, named, strict=True) if len(names) == 1}


def wide(ids: str, pattern: str, short: str = "", species: str = "", **options: object) -> Callable[[Path], Count]:
    """One row per protein group, a column per sample whose whole name matches; `short` is what the sheet writes."""

    def count(path: Path) -> Count:
        table = plain(path, **options)
        columns = [name for name in table if re.fullmatch(pattern, name)]
        values = numbers(table[columns])
        named = one_species(table[ids], table[species]) if species else {}
        cells = [re.fullmatch(pattern, name)[short] if short else name for name in columns]
        return Count(len(table), values.isna().to_numpy().mean(), cells, species=named)

    return count


def wide_precursors(ids: str, pattern: str, short: str = "", **options: object) -> Callable[[Path], Count]:
    def count(path: Path) -> Count:
        table = plain(path, **options).drop_duplicates()
        columns = [name for name in table if re.fullmatch(pattern, name)]
        cells = [re.fullmatch(pattern, name)[short] if short else name for name in columns]
        missing = numbers(table[columns]).isna().to_numpy().mean()
        return Count(table[ids].nunique(), missing, cells, len(table))

    return count


def long(
    run: str, ids: str, precursor: str, value: str, runs: Callable[[str], str] = str, drop: tuple = (), **limits: float
) -> Callable[[Path], Count]:
    """One row per precursor and run; a row counts where each column of `limits` (dots as __) is at most its limit."""

    def count(path: Path) -> Count:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, sep="\t", low_memory=False)
        columns = list(table[run].astype(str).unique())
        for column, unwanted in drop:
            table = table[~table[column].astype(str).isin(unwanted)]
        for column, largest in limits.items():
            table = table[pd.to_numeric(table[column.replace("__", " ").replace("_", ".")]) <= largest]
        keys = [ids, *precursor.split("+")]
        seen = table[pd.to_numeric(table[value]) > 0]
        kept = table[keys].drop_duplicates()
        cells = len(kept) * len(columns)
        return Count(table[ids].nunique(), 1 - len(seen[[*keys, run]].drop_duplicates()) / cells, columns, len(kept))

    return count


def sheet_of(names: list[str], header: int = 0) -> Callable[[Path], Count]:
    """A workbook whose first sheet holds one row per protein and these columns."""

    def count(path: Path) -> Count:
        table = pd.read_excel(path, dtype=object, engine="openpyxl", header=header)
        columns = [name for name in table if name in names]
        return Count(len(table), numbers(table[columns]).isna().to_numpy().mean(), columns)

    return count


LFQ = r"LFQ intensity (?P<s>.+)"
MAXQUANT, DIANN, FRAGPIPE = "MaxQuant proteinGroups.txt", "DIA-NN", "FragPipe combined_protein.tsv"
DIANN_LIMITS = {"Q_Value": 0.01, "Global_Q_Value": 0.01, "Lib_Q_Value": 0.01, "PG_Q_Value": 0.05, "Global_PG_Q_Value": 0.01,
                "Lib_PG_Q_Value": 0.01}  # fmt: skip
MAIN = "main report (report.parquet or report.tsv)"
PD_SAMPLES = [f"Abundance:{group}_0{place}:Sample" for group in ("HealthyControl", "Patient") for place in range(1, 5)]
UNQUOTED = {"quoting": 3}
PIVOT = wide("PG.ProteinGroups", r"\[\d+\] (?P<s>.+)\.raw\.PG\.Quantity", "s", sep=",")

# file: what it is found to be, which quantity is read, how it is counted by hand
TABLES: dict[str, tuple[str, str, Callable[[Path], Count]]] = {
    "spikein/cptac6_maxquant/proteinGroups.txt.gz": (MAXQUANT, "lfq", wide("Majority protein IDs", LFQ, "s", **UNQUOTED)),
    "shapes/maxquant_lfq/lfqanalyst_proteinGroups.txt.gz": (
        MAXQUANT, "lfq", wide("Majority protein IDs", LFQ, "s", **UNQUOTED)),
    "shapes/maxquant_lfq/einprot_1356_mouse_IP_proteinGroups.txt.gz": (
        MAXQUANT, "lfq", wide("Majority protein IDs", LFQ, "s", **UNQUOTED)),
    "shapes/maxquant_lfq/latosinka_bladder_proteinGroups.txt.gz": (
        MAXQUANT, "lfq", wide("Majority protein IDs", LFQ, "s", "Majority protein IDs", **UNQUOTED)),
    "shapes/maxquant_lfq/PXD019515_singlecell_proteinGroups.txt": (
        MAXQUANT, "lfq", wide("Majority protein IDs", LFQ, "s", "Majority protein IDs", **UNQUOTED)),
    "secretome/plasma_nafld_maxquant/proteinGroups.txt.gz": (MAXQUANT, "lfq", wide("Protein IDs", LFQ, "s", **UNQUOTED)),
    "secretome/plasma_weightloss_318runs/weight_loss_proteinGroups.txt.gz": (
        MAXQUANT, "lfq", wide("Protein IDs", r"LFQ_.+")),
    "shapes/maxquant_silac/proteinGroups.txt.gz": (
        MAXQUANT, "ratio", wide("Majority protein IDs", r"Ratio H/L normalized .+", **UNQUOTED)),
    "shapes/maxquant_tmt/PXD020248_proteinGroups.txt.gz": (
        MAXQUANT, "reporter", wide("Majority protein IDs", r"Reporter intensity corrected \d+ .+", **UNQUOTED)),
    "spikein/ecoli_hela_PXD000279_maxquant/prone_subset_1000.csv": (
        MAXQUANT, "lfq", wide("Protein.IDs", r"LFQ\.intensity\..+", "", "Fasta.headers", sep=",")),
    "spikein/ecoli_hela_PXD000279_maxquant/st_lfq_full.txt": (
        "an unnamed search engine table", "intensity", wide("Protein", r"[HL]\d")),
    "secretome/endothelial_fragpipe/proteome_HCA_peaks.csv.gz": (
        "PEAKS proteins.csv", "intensity", wide("Accession", r"Area .+", "", "Accession", sep=",")),
    "spikein/hye_PXD028735_diann18/PXD028735.pg_matrix.tsv.gz": (
        "DIA-NN report.pg_matrix.tsv", "lfq", wide("Protein.Group", r".+\.mzML", "", "Protein.Names")),
    "shapes/diann/HREC_report.pg_matrix.tsv.gz": (
        "DIA-NN report.pg_matrix.tsv", "lfq", wide("Protein.Group", r".+\.mzML", "", "Protein.Names")),
    "spikein/hye_PXD028735_diann18/PXD028735.report.tsv": (
        f"DIA-NN {MAIN}", "lfq", long("Run", "Protein.Group", "Precursor.Id", "Precursor.Normalised", **DIANN_LIMITS)),
    "shapes/precursor_tables/DIANN_1.9_beta_sample_report.tsv": (
        f"DIA-NN {MAIN}", "lfq", long("Run", "Protein.Group", "Precursor.Id", "Precursor.Normalised", **DIANN_LIMITS)),
    "spikein/ups1_ecoli_diann_report/DIA-NN_Export.tsv.gz": (
        f"DIA-NN {MAIN}", "normalized", long("File.Name", "Protein.Group", "Precursor.Id", "Precursor.Normalised",
                                             Q_Value=0.01, Lib_Q_Value=0.01, PG_Q_Value=0.05)),
    "shapes/diann/diann2_report.parquet": (
        f"DIA-NN 2 {MAIN}", "lfq", long("Run", "Protein.Group", "Precursor.Id", "Precursor.Normalised",
                                        drop=(("Decoy", ("1", "1.0")),), **DIANN_LIMITS)),
    "shapes/fragpipe/einprot_FP19_combined_protein.tsv": (
        FRAGPIPE, "lfq", wide("Protein ID", r"(?P<s>.+) MaxLFQ Intensity", "s", "Protein")),
    "shapes/fragpipe/fgcz_timstof_HYE124_humanDB_combined_protein.tsv.gz": (
        FRAGPIPE, "lfq", wide("Protein ID", r"(?P<s>.+) MaxLFQ Intensity", "s", "Protein")),
    "secretome/endothelial_fragpipe/proteins_131-153.combined_protein.tsv.gz": (
        FRAGPIPE, "lfq", wide("Protein ID", r"(?P<s>.+) MaxLFQ Intensity", "s", "Protein")),
    "shapes/precursor_tables/FragPipe_combined_ion.tsv": (
        "FragPipe combined_ion.tsv, combined_modified_peptide.tsv or combined_peptide.tsv", "intensity",
        wide_precursors("Protein ID", r"(?P<s>.+) Intensity", "s")),
    "shapes/precursor_tables/AlphaDIA_1.10_sample.tsv": (
        "AlphaDIA precursor.matrix", "normalized", wide_precursors("genes", r"LFQ_.+")),
    "shapes/precursor_tables/MaxQuant_evidence_sample.txt": (
        "MaxQuant evidence.txt", "intensity", long("Experiment", "Leading razor protein", "Modified sequence+Charge",
                                                   "Intensity", drop=(("Reverse", ("+",)),))),
    "shapes/spectronaut/APMS_PG_pivot.csv": (
        "Spectronaut protein pivot report", "intensity", PIVOT),
    "shapes/spectronaut/Hela_UNC13A_PG_pivot_Filtered.csv": (
        "Spectronaut protein pivot report", "intensity", PIVOT),
    "shapes/spectronaut/spectronaut_long_report_500rows.tsv": (
        "Spectronaut normal report", "lfq", long("R.FileName", "PG.ProteinGroups", "EG.ModifiedSequence+FG.Charge",
                                                 "EG.TotalQuantity (Settings)", EG_Qvalue=0.01, PG_Qvalue=0.01)),
    "shapes/proteome_discoverer/PD_consensus_8samples.xlsx": (
        "Proteome Discoverer export of the page Proteins", "intensity", sheet_of(PD_SAMPLES)),
    "shapes/proteome_discoverer/PD_single_T1_27.xlsx": (
        "Proteome Discoverer export of the page Proteins", "intensity", sheet_of(["Area"])),
    "shapes/proteome_discoverer/PD_single_T2_11.xlsx": (
        "Proteome Discoverer export of the page Proteins", "intensity", sheet_of(["Area"])),
    "shapes/proteome_discoverer/PD_TMT_PeptideGroups_subset.txt": (
        "Proteome Discoverer export of the page Peptide Groups", "normalized",
        wide_precursors("Master Protein Accessions", r"Abundances Normalized (?P<s>F12 \S+) Sample .+", "s")),
    "shapes/precursor_tables/ProteomeDiscoverer_PeptideGroups_trimmed.txt": (
        "Proteome Discoverer export of the page Peptide Groups", "normalized",
        wide_precursors("Master Protein Accessions", r"Abundances \(Normalized\): (?P<s>F\d+): .+", "s")),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_found_out_and_read_as_plain_counts_say(shared_data: Path, tmp_path: Path, name: str) -> None:
    what, quantity, count = TABLES[name]
    expected = count(shared_data / name)
    sheet = pd.DataFrame({"sample": [f"s{place}" for place in range(len(expected.columns))], "condition": "x"})
    files.write_table(tmp_path / "sheet.tsv", sheet.assign(column=expected.columns))
    summary = intake(shared_data / name, tmp_path / "sheet.tsv", settings.stage_defaults("tables"), tmp_path / "out")
    counts = summary.counts
    assert (counts["table"], counts["quantity"]) == (what, quantity)
    assert (counts["protein_groups"], counts["samples"]) == (expected.proteins, len(expected.columns))
    assert counts["precursors"] == expected.precursors
    assert counts["missing_share"] == pytest.approx(expected.missing, abs=1e-6)
    proteins = files.read_table(tmp_path / "out/proteins.tsv", schema.PROTEINS).set_index("protein_group")
    assert len(proteins) == expected.proteins
    organisms = proteins["organism"].reindex(list(expected.species)).dropna()
    assert len(organisms) >= 0.95 * len(
        expected.species
    )  # keys that repeat, or whole headers as keys, are not the same text
    wrong = {key: name for key, name in organisms.items() if name != expected.species[key]}
    assert not wrong
    values = files.read_table(tmp_path / "out/intensities.tsv")
    assert list(values.columns) == ["protein_group", *sheet["sample"]]


def test_every_table_of_the_shapes_is_tried(shared_data: Path) -> None:
    """A file that is no table of quantities stands here with the reason why it is not."""
    others = {
        "diann2_meta.csv": "a sheet",
        "PXD020248_metadata-mq.csv": "a sheet",
        "MaxDIA_evidence_sample.txt.gz": "counted in test_maxquant_precursors.py: its q-values are empty in many rows",
    }
    there = [
        p.relative_to(shared_data).as_posix() for p in sorted((shared_data / "shapes").glob("*/*")) if p.suffix != ".md"
    ]
    assert [name for name in there if name not in TABLES and Path(name).name not in others] == []
