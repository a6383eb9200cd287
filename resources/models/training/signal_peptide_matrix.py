"""Fit and measure the signal peptide weight matrix that ships with MyoSieve.

    python resources/models/training/signal_peptide_matrix.py --sequence-data FOLDER --out signal_peptide_matrix.tsv

FOLDER holds signal_peptide_uniprot/{positives,negatives}.tsv.gz, human_swissprot_2014.fasta.gz,
uniprot_annotation/derived_human_annotation.tsv.gz and homology_clusters_30pct.tsv.gz (what they are: ../SOURCES.md).
The measured table goes to standard output. Everything is measured on clusters that neither the table, the weights nor
the threshold has seen.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from myosieve import files
from myosieve.sequence import fasta, residues
from myosieve.sequence import signal_peptide as sp

FOLDS = 5
PSEUDOCOUNT = 5.0  # residues, spread as the background
START = {"intercept": 0.0, "site": 1.0, "core": 5.0, "length": 2.0, "stretch": 0.0}  # to place the first sites with


def main() -> None:
    """Read, fit, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequence-data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1, help="decides which cluster falls into which fold")
    options = parser.parse_args()
    data = read(options.sequence_data, options.seed)
    codes = residues.n_termini(data["sequence"], 100)
    score, site, threshold = held_out(data, codes)
    report(data, score, site, threshold)

    model = fit(data, codes)
    model.numbers["intercept"] -= best_threshold(data, score)
    remarks = ["Signal peptide weight matrix of MyoSieve (CC BY 4.0, from facts of UniProtKB); see SOURCES.md."]
    with files.writing(options.out) as aside:
        aside.write_text(sp.matrix_text(model, remarks), encoding="utf-8")


def read(folder: Path, seed: int) -> pd.DataFrame:
    """Return the labeled proteins: kind (signal, located, membrane), sequence, site, weight, fold."""
    clusters = pd.read_csv(folder / "homology_clusters_30pct.tsv.gz", sep="\t", names=["cluster", "key"], dtype=str)
    signal = pd.read_csv(folder / "signal_peptide_uniprot/positives.tsv.gz", sep="\t")
    signal = signal.assign(kind="signal", key="pos|" + signal["accession"], site=signal["cleavage_after"])
    located = pd.read_csv(folder / "signal_peptide_uniprot/negatives.tsv.gz", sep="\t")
    located = located.assign(kind="located", key="neg|" + located["id"], site=0)
    human = fasta.read(folder / "human_swissprot_2014.fasta.gz").set_index("accession")["sequence"]
    notes = pd.read_csv(folder / "uniprot_annotation/derived_human_annotation.tsv.gz", sep="\t")
    membrane = notes[~notes["has_signal"] & notes["tm_evidence"].notna() & notes["accession"].isin(human.index)]
    membrane = membrane.assign(
        kind="membrane", key="human|" + membrane["accession"], site=0, sequence=human[membrane["accession"]].to_numpy()
    )
    data = pd.concat([signal, located, membrane], ignore_index=True)[["kind", "key", "sequence", "site"]]
    data = data.merge(clusters.drop_duplicates("key"), on="key", validate="1:1")
    # A family of forty homologues says less than forty families: each weighs one over the square root of its size.
    data["weight"] = data.groupby("cluster")["key"].transform("size") ** -0.5
    digest = data["cluster"].map(lambda name: hashlib.md5(f"{seed} {name}".encode()).hexdigest())
    return data.assign(fold=digest.map(lambda text: int(text, 16) % FOLDS))


def fit(data: pd.DataFrame, codes: np.ndarray) -> sp.Matrix:
    """Fit table, length and weights to labeled proteins."""
    signal = (data["kind"] == "signal").to_numpy()
    weight, site = data["weight"].to_numpy(), data["site"].to_numpy()
    ordinary = codes[(data["kind"] == "located").to_numpy(), 1:70]
    background = np.bincount(ordinary[ordinary < residues.UNKNOWN], minlength=20)[:20].astype(float)
    background /= background.sum()

    used = signal & (site >= sp.SITES[0]) & (site <= sp.SITES[-1])
    counts = np.zeros((len(sp.OFFSETS), residues.ABSENT + 1))
    for row, offset in enumerate(sp.OFFSETS):
        np.add.at(counts[row], codes[used, sp.site_index(site[used], offset)], weight[used])
    counts = counts[:, :20]
    frequency = (counts + PSEUDOCOUNT * background) / (counts.sum(axis=1, keepdims=True) + PSEUDOCOUNT)

    logs = np.log(site[used])
    mean = np.average(logs, weights=weight[used])
    shape = {"length_mean": mean, "length_sd": np.sqrt(np.average((logs - mean) ** 2, weights=weight[used]))}
    model = sp.Matrix(np.log2(frequency / background), {**START, **shape})
    found = sp.terms(codes, model)
    for _ in range(2):  # place the sites with the weights at hand, then fit the weights to those sites
        best = np.arange(len(codes)), found.scores(model.numbers).argmax(axis=1)
        features = np.column_stack([found.site[best], found.core[best], found.length[best[1]], found.stretch])
        model.numbers.update(zip(sp.WEIGHTS, logistic(features, signal, weight), strict=True))
    return model


def logistic(features: np.ndarray, labels: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return intercept and weights of a ridge-damped logistic regression on standardized features."""
    usable = np.isfinite(features).all(axis=1)  # too short to hold a site
    features, labels, weight = features[usable], labels[usable].astype(float), weight[usable] / weight[usable].sum()
    mean, sd = features.mean(axis=0), features.std(axis=0)
    design = np.column_stack([np.ones(len(features)), (features - mean) / sd])
    damping = 1e-3 * np.r_[0, np.ones(features.shape[1])]

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        z = design @ beta
        gradient = design.T @ (weight * (1 / (1 + np.exp(-z)) - labels)) + 2 * damping * beta
        return weight @ (np.logaddexp(0, z) - labels * z) + damping @ beta**2, gradient

    beta = minimize(loss, np.zeros(design.shape[1]), jac=True).x
    return np.r_[beta[0] - (beta[1:] * mean / sd).sum(), beta[1:] / sd]


def held_out(data: pd.DataFrame, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return score and site of each protein from a model without its fold, and the threshold from the other folds."""
    score, site, threshold = np.zeros(len(data)), np.zeros(len(data), dtype=int), np.zeros(len(data))
    fold = data["fold"].to_numpy()
    for number in range(FOLDS):
        test = fold == number
        model = fit(data[~test], codes[~test])
        scores = sp.terms(codes[test], model).scores(model.numbers)
        score[test], site[test] = scores.max(axis=1), sp.SITES[scores.argmax(axis=1)]
    for number in range(FOLDS):
        threshold[fold == number] = best_threshold(data[fold != number], score[fold != number])
    return score, site, threshold


def best_threshold(data: pd.DataFrame, score: np.ndarray) -> float:
    """Return the score above which calling yes gives the highest MCC."""
    signal = (data["kind"] == "signal").to_numpy()
    tried = np.arange(-4.0, 4.0, 0.05)
    return float(tried[np.argmax([matthews(score > value, signal) for value in tried])])


def matthews(called: np.ndarray, truth: np.ndarray) -> float:
    """Return Matthews' correlation of calls and truth."""
    return float(np.corrcoef(called, truth)[0, 1]) if called.any() and not called.all() else 0.0


def report(data: pd.DataFrame, score: np.ndarray, site: np.ndarray, threshold: np.ndarray) -> None:
    """Print what was measured."""
    kind = data["kind"].to_numpy()
    signal, called = kind == "signal", score > threshold
    ordinary = kind != "membrane"
    right = called & (site == data["site"].to_numpy())
    near = np.abs(score - threshold) <= sp.BORDERLINE
    print("proteins", dict(data["kind"].value_counts()), "clusters", data["cluster"].nunique())
    print("thresholds of the folds", sorted(set(threshold.round(2))))
    print(f"MCC against all negatives        {matthews(called, signal):.3f}")
    print(f"MCC against located negatives    {matthews(called[ordinary], signal[ordinary]):.3f}")
    print(f"recall                           {called[signal].mean():.3f}")
    print(f"precision                        {signal[called].mean():.3f}")
    print(f"false calls, located negatives   {called[kind == 'located'].mean():.4f}")
    print(f"false calls, membrane proteins   {called[kind == 'membrane'].mean():.4f}")
    print(f"exact site, of all signals       {right[signal].mean():.3f}")
    print(f"site within 3, of called signals {(np.abs(site - data['site']) <= 3)[signal & called].mean():.3f}")
    print(
        f"score within {sp.BORDERLINE} of the threshold {near.mean():.3f} of all, wrong {(called != signal)[near].mean():.3f}"
    )
    representatives = ~data["cluster"].duplicated().to_numpy()
    print(f"MCC, first protein of each cluster {matthews(called[representatives], signal[representatives]):.3f}")


if __name__ == "__main__":
    main()
