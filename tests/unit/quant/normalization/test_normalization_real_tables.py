"""Loading found in public spike-in tables in which much of the proteome changes in one direction."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.quant.normalization.anchors import log2_intensities
from myosieve.quant.normalization.methods import normalize


def unchanged_fold_change(log2: pd.DataFrame, method: str, unchanged: pd.Series, first: pd.Series) -> float:
    """Return the median fold change of the species that is the same in both mixtures; 0 is right."""
    values = normalize(log2, method, pd.Series(True, index=log2.index)).log2[unchanged]
    most = values.notna().mean(axis=1) >= 0.7
    fold_changes = values.loc[most, first.to_numpy()].mean(axis=1) - values.loc[most, ~first.to_numpy()].mean(axis=1)
    return float(fold_changes.median())


def test_human_proteins_stand_still_where_three_times_the_e_coli_were_added(shared_data: Path) -> None:
    folder = shared_data / "spikein" / "ecoli_hela_PXD000279_maxquant"
    table = pd.read_csv(folder / "st_lfq_full.txt", sep="\t", index_col=0)
    with gzip.open(folder / "ecoli_UP000000625.fasta.gz", "rt") as lines:
        bacterial = {line.split("|")[1] for line in lines if line.startswith(">")}
    human = pd.Series([not bacterial & set(str(name).split(";")) for name in table.index], index=table.index)
    log2 = log2_intensities(table.reset_index(drop=True))
    human = human.reset_index(drop=True)
    first = log2.columns.to_series().str.startswith("H")
    assert abs(unchanged_fold_change(log2, "median", human, first)) > 0.2
    assert abs(unchanged_fold_change(log2, "reference", human, first)) < 0.05


def test_human_proteins_stand_still_among_rising_yeast(shared_data: Path) -> None:
    folder = shared_data / "spikein" / "hye_PXD028735_diann18"
    table = pd.read_csv(folder / "PXD028735.pg_matrix.tsv.gz", sep="\t")
    names = table["Protein.Names"].astype(str)
    log2 = log2_intensities(table[[column for column in table if column.endswith(".mzML")]])
    human = names.str.contains("_HUMAN") & ~names.str.contains("_YEAST|_ECOLI")
    first = log2.columns.to_series().str.contains("Condition_A")
    assert np.abs(unchanged_fold_change(log2, "median", human, first)) > 0.08
    assert np.abs(unchanged_fold_change(log2, "reference", human, first)) < 0.03
