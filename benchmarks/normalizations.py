"""The spike-in mixtures through every normalization: the median log2 fold change of each species against the truth.

    python benchmarks/normalizations.py

Needs the shared real data (MYOSIEVE_DATA). A fold change is the difference of a protein's condition means of log2 intensity.
"""

import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd

from myosieve import files, schema, settings
from myosieve.quant.normalization.methods import METHODS
from myosieve.quant.step import quantify
from myosieve.tables.step import intake

DATA = Path(os.environ.get("MYOSIEVE_DATA", Path(__file__).parents[2] / "shared" / "data"))


@dataclass(frozen=True)
class Mixture:
    """A spike-in: its table, the sheet's columns with their conditions, the species of a protein, the true log2 ratios."""

    table: str
    samples: dict[str, str]
    species: Callable[[pd.DataFrame], pd.Series]
    contrasts: dict[str, dict[str, float]]  # "b - a" -> species -> truth


def ups_or(other: str) -> Callable[[pd.DataFrame], pd.Series]:
    def species(proteins: pd.DataFrame) -> pd.Series:
        spiked = proteins["accessions"].str.contains("ups") | (proteins["organism"] == "Homo sapiens")
        return spiked.map({True: "UPS1", False: other})

    return species


def organism(proteins: pd.DataFrame) -> pd.Series:
    return proteins["organism"].fillna("").str.split().str[-1]


def ecoli_or_human(proteins: pd.DataFrame) -> pd.Series:
    text = files_text(DATA / "spikein/ecoli_hela_PXD000279_maxquant/ecoli_UP000000625.fasta.gz")
    coli = set(re.findall(r">..\|([^|]+)\|", text))
    return proteins["accessions"].map(lambda cell: "coli" if set(cell.split(";")) <= coli else "human")


def files_text(path: Path) -> str:
    import gzip

    return gzip.open(path, "rt").read()


MIXTURES = {
    "CPTAC 6, MaxQuant": Mixture(
        "spikein/cptac6_maxquant/proteinGroups.txt.gz",
        {f"6{level}_{run}": f"6{level}" for level in "ABC" for run in range(1, 10)},
        ups_or("yeast"),
        {"6B - 6A": {"UPS1": 1.57, "yeast": 0}, "6C - 6A": {"UPS1": 3.14, "yeast": 0}},
    ),
    "CPTAC 6, precursors of quantms": Mixture(
        "spikein/cptac6_peptides/out_triqler.tsv.gz",
        {},  # by condition, from the table
        ups_or("yeast"),
        {"6.67 - 2.22": {"UPS1": 1.587, "yeast": 0}, "20.00 - 2.22": {"UPS1": 3.171, "yeast": 0}},
    ),
    "UPS1 in E. coli, DIA-NN report": Mixture(
        "spikein/ups1_ecoli_diann_report/DIA-NN_Export.tsv.gz",
        {f"RD139_Narrow_UPS1_{level}fmol_inj{run}": f"{level}" for level in (5, 25) for run in (1, 2, 3)},
        ups_or("E. coli"),
        {"25 - 5": {"UPS1": 2.32, "E. coli": 0}},
    ),
    "HYE, DIA-NN": Mixture(
        "spikein/hye_PXD028735_diann18/PXD028735.pg_matrix.tsv.gz",
        {f"LFQ_Orbitrap_AIF_Condition_{c}_Sample_{s}_01": c for c in "AB" for s in ("Alpha", "Beta", "Gamma")},
        organism,
        {"A - B": {"sapiens": 0, "cerevisiae": 1, "coli": -2}},
    ),
    "E. coli in HeLa, MaxQuant": Mixture(
        "spikein/ecoli_hela_PXD000279_maxquant/st_lfq_full.txt",
        {f"{c}{run}": c for c in "HL" for run in (1, 2, 3)},
        ecoli_or_human,
        {"H - L": {"human": 0, "coli": 1.585}},
    ),
}


def samples_of(mixture: Mixture) -> dict[str, str]:
    if mixture.samples:
        return mixture.samples
    table = pd.read_csv(DATA / mixture.table, sep="\t", usecols=[0, 1], dtype=str).drop_duplicates()
    amount = table["condition"].str.extract(r"QY=([\d.]+)")[0]
    return dict(zip(table["run"], amount, strict=True))


def medians(folder: Path, mixture: Mixture, conditions: pd.Series) -> list[str]:
    proteins = files.read_table(folder / "proteins.tsv", schema.QUANTIFIED)
    values = files.read_table(folder / "intensities.tsv").set_index("protein_group")
    means = values.T.groupby(conditions[values.columns].to_numpy()).mean().T
    kept = proteins["excluded_because"].isna().to_numpy()
    species = mixture.species(proteins).to_numpy()
    cells = []
    for contrast, truths in mixture.contrasts.items():
        b, a = contrast.split(" - ")
        change = (means[b] - means[a]).to_numpy()
        for name, truth in truths.items():
            some = change[kept & (species == name)]
            cells.append(f"{contrast} {name} {np.nanmedian(some):+.2f} ({truth:+g}; n = {np.isfinite(some).sum()})")
    return cells


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for title, mixture in MIXTURES.items():
            samples = samples_of(mixture)
            conditions = pd.Series({f"s{place}": condition for place, condition in enumerate(samples.values())})
            sheet = pd.DataFrame(
                {"sample": conditions.index, "column": list(samples), "condition": conditions.to_numpy()}
            )
            files.write_table(Path(scratch) / "sheet.tsv", sheet.assign(normalization_factor=1))
            read = Path(scratch) / title
            intake(DATA / mixture.table, Path(scratch) / "sheet.tsv", settings.stage_defaults("tables"), read)
            print(f"\n{title}", flush=True)
            for method in METHODS:
                out = Path(scratch) / "out"
                quantify(read, settings.stage_defaults("quant") | {"normalization": method}, out)
                print(f"  {method:13}", " | ".join(medians(out, mixture, conditions)), flush=True)


if __name__ == "__main__":
    main()
