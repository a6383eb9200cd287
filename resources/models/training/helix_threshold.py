"""Choose and measure the thresholds of the hydropathy scan.

    python resources/models/training/helix_threshold.py --sequence-data FOLDER

FOLDER holds transmembrane_tmbed/alpha.fasta.gz, human_swissprot_2014.fasta.gz,
uniprot_annotation/derived_human_annotation.tsv.gz and homology_clusters_30pct.tsv.gz (what they are: ../SOURCES.md).
The thresholds are constants of `myosieve.sequence.transmembrane`; this script says which ones each fold would choose and
how they do on the fold left out, with signal peptides as the shipped matrix calls them.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import itertools
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve import files
from myosieve.sequence import fasta, signal_peptide, transmembrane

FOLDS = 5
SHARE = 0.25  # membrane proteins among human proteins, about; the labeled set has fewer and is weighted to it
CERTAIN, FURTHER = np.arange(1.7, 2.41, 0.1), np.arange(1.2, 2.01, 0.1)
LOCATIONS = ["Nucleus", "Cytoplasm", "Secreted", "Mitochondrion", "Golgi", "ER", "Endosome", "Lysosome", "Peroxisome"]


def main() -> None:
    """Read, choose, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequence-data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1, help="decides which cluster falls into which fold")
    options = parser.parse_args()
    data = read(options.sequence_data, options.seed)
    matrix = signal_peptide.read_matrix(files.shipped("models/signal_peptide_matrix.tsv"))
    data["sp_end"] = signal_peptide.call(data["sequence"].tolist(), matrix)["sp_end"]
    pairs = [(c, f) for c, f in itertools.product(CERTAIN, FURTHER) if f <= c]
    called = {pair: predicted(data, *pair) for pair in pairs}

    held_out = pd.Series(0, index=data.index)
    for number in range(FOLDS):
        seen = data["fold"] != number
        best = max(pairs, key=lambda pair: quality(data[seen], called[pair][seen]))
        held_out[~seen] = called[best][~seen].map(len)
        print(f"fold {number}: certain {best[0]:.1f}, further {best[1]:.1f}")
    best = max(pairs, key=lambda pair: quality(data, called[pair]))
    print(f"all folds: certain {best[0]:.1f}, further {best[1]:.1f}")
    print("proteins", dict(data["kind"].value_counts()), "clusters", data["cluster"].nunique())
    describe("thresholds of the other folds", data, held_out)
    shipped = predicted(data, transmembrane.CERTAIN, transmembrane.FURTHER)
    describe("thresholds as shipped", data, shipped.map(len))
    segments(data, shipped)


def read(folder: Path, seed: int) -> pd.DataFrame:
    """Return the labeled proteins: kind (helical, soluble, signal), key, sequence, helices, cluster, fold."""
    with gzip.open(folder / "transmembrane_tmbed/alpha.fasta.gz", "rt") as handle:
        lines = handle.read().split("\n")
    helical = pd.DataFrame(
        [
            ("helical", "tm|" + head[1:].partition("|fold")[0].replace("|", ","), sequence, labeled(labels))
            for head, sequence, labels in zip(lines[0::3], lines[1::3], lines[2::3], strict=False)
        ],
        columns=["kind", "key", "sequence", "helices"],
    )
    human = fasta.read(folder / "human_swissprot_2014.fasta.gz").set_index("accession")["sequence"]
    notes = pd.read_csv(folder / "uniprot_annotation/derived_human_annotation.tsv.gz", sep="\t", dtype=str)
    located = (notes[LOCATIONS] == "True").any(axis=1) & (notes["Membrane"] == "False") & notes["tm_evidence"].isna()
    soluble = notes[located & notes["accession"].isin(human.index)]
    soluble = pd.DataFrame(
        {
            "kind": np.where(soluble["has_signal"] == "True", "signal", "soluble"),
            "key": "human|" + soluble["accession"],
            "sequence": human[soluble["accession"]].to_numpy(),
            "helices": [[] for _ in range(len(soluble))],
        }
    )
    clusters = pd.read_csv(folder / "homology_clusters_30pct.tsv.gz", sep="\t", names=["cluster", "key"], dtype=str)
    data = pd.concat([helical, soluble], ignore_index=True)
    data = data.merge(clusters.drop_duplicates("key"), on="key", validate="m:1")
    digest = data["cluster"].map(lambda name: hashlib.md5(f"{seed} {name}".encode()).hexdigest())
    return data.assign(fold=digest.map(lambda text: int(text, 16) % FOLDS))


def labeled(labels: str) -> list[tuple[int, int]]:
    """Return the helices of a label line (H, h)."""
    found, at = [], 0
    for is_helix, run in itertools.groupby(labels, key=lambda label: label in "Hh"):
        length = len(list(run))
        found += [(at + 1, at + length)] if is_helix else []
        at += length
    return found


def predicted(data: pd.DataFrame, certain: float, further: float) -> pd.Series:
    """Return the helices beyond the called signal peptide."""
    texts = transmembrane.scan(data["sequence"].tolist(), certain, further)["tm_segments"]
    return pd.Series(
        [
            transmembrane.beyond_signal_peptide(transmembrane.read_segments(text), end)
            for text, end in zip(texts, data["sp_end"], strict=True)
        ],
        index=data.index,
    )


def quality(data: pd.DataFrame, called: pd.Series) -> float:
    """Return the mean of two MCCs: is there a helix; of the helical ones, is there more than one."""
    helical = (data["kind"] == "helical").to_numpy()
    count = called.map(len).to_numpy()
    several = data["helices"].map(len).to_numpy() > 1
    return matthews(count > 0, helical, balance(helical)) + matthews(count[helical] > 1, several[helical])


def balance(helical: np.ndarray) -> np.ndarray:
    """Return weights that make helical proteins SHARE of the whole."""
    return np.where(helical, SHARE / helical.sum(), (1 - SHARE) / (~helical).sum())


def matthews(called: np.ndarray, truth: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Return Matthews' correlation of calls and truth."""
    if called.all() or not called.any():
        return 0.0
    covariance = np.cov(called, truth, aweights=weight)
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))


def describe(title: str, data: pd.DataFrame, count: pd.Series) -> None:
    """Print how many helices were found against how many there are."""
    kind, true = data["kind"].to_numpy(), data["helices"].map(len).to_numpy()
    called, helical = (count > 0).to_numpy(), kind == "helical"
    one = helical & (true == 1)
    print(title)
    print(f"  MCC as counted {matthews(called, helical):.3f}, weighted to {SHARE:.0%} membrane proteins "
          f"{matthews(called, helical, balance(helical)):.3f}")  # fmt: skip
    print(f"  recall {called[helical].mean():.3f}, of single-pass proteins {called[one].mean():.3f}")
    print(f"  false calls: soluble {called[kind == 'soluble'].mean():.4f}, with a signal peptide "
          f"{called[kind == 'signal'].mean():.4f}")  # fmt: skip
    print(f"  called single-pass: of true single-pass {(count == 1)[one].mean():.3f}, of multi-pass "
          f"{(count == 1)[helical & (true > 1)].mean():.3f}")  # fmt: skip


def segments(data: pd.DataFrame, called: pd.Series) -> None:
    """Print how well single helices were found; five shared residues are a hit."""
    helical = data["kind"] == "helical"
    hits = truth = made = 0
    for true, found in zip(data.loc[helical, "helices"], called[helical], strict=True):
        truth, made = truth + len(true), made + len(found)
        free = list(true)
        for start, end in found:
            match = next((t for t in free if min(end, t[1]) - max(start, t[0]) + 1 >= 5), None)
            if match is not None:
                free.remove(match)
                hits += 1
    print(f"  helices: precision {hits / made:.3f}, recall {hits / truth:.3f}")


if __name__ == "__main__":
    main()
