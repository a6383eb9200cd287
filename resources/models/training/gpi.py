"""Fit and measure the GPI anchor model that ships with MyoSieve.

    apt-get download r-bioc-org.hs.eg.db && dpkg -x r-bioc-org.hs.eg.db_*.deb unpacked
    python resources/models/training/gpi.py --sequence-data FOLDER \
        --genes unpacked/usr/lib/R/site-library/org.Hs.eg.db/extdata/org.Hs.eg.sqlite --out gpi.tsv

FOLDER holds {human,mouse}_swissprot_2014.fasta.gz, uniprot_annotation/derived_{human,mouse}_annotation.tsv.gz and
homology_clusters_30pct.tsv.gz (what they are: ../SOURCES.md). The labels:
  gpi       human: the Gene Ontology annotates the gene directly to an anchored component of a membrane (TERMS), and UniProt
            gives it a signal peptide and no helix. Prenylated and palmitoylated proteins, for which the oldest of the terms
            is used too, have no signal peptide. Mouse: an entry of the same mnemonic (CD48_MOUSE), with a signal peptide.
  helix     a signal peptide and a transmembrane helix: mostly type I
  secreted  a signal peptide, and no location in a membrane: secreted, or lumenal
  unclear   a signal peptide, located in a membrane, no helix known: some are anchored. Neither fitted nor counted.
  anchored  no signal peptide and a transmembrane helix: tail-anchored, type II, multi-pass
  soluble   no signal peptide, located, and not in a membrane. Measured only.
Everything is measured on clusters that neither the table, the weights nor the threshold has seen. The known omega sites of
SITES are no part of the fit.
"""

from __future__ import annotations

import argparse
import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from myosieve import files
from myosieve.sequence import fasta, gpi, residues, signal_peptide

FOLDS = 5
SEEDS = range(1, 6)  # each throws the clusters into other folds; one alone moves the threshold by 0.05
ROUNDS = 6  # of placing omega and counting residues; the table no longer changes by more than 0.01 after four
PSEUDOCOUNT = {"site": 10.0, "region": 24.0}  # residues, spread as PRIOR and as the background
DAMPING = 1e-2
DATABASE = "bba36057dd3100a099e8054511b34d831349761971829a72b84859d2efe34605"  # of r-bioc-org.hs.eg.db 3.16.0-1

# Anchored component of membrane, of plasma membrane, of its external side, of postsynaptic membrane. Leaflets of the
# cytosolic side and the integral components are left out.
TERMS = ("GO:0031225", "GO:0046658", "GO:0031362", "GO:0099025")
# The gene is annotated; its reviewed sequence is not that of the anchored form.
NOT_ANCHORED = {
    "P41439": "FOLR3 is secreted, its signal is truncated (Shen et al. 1995 Biochemistry 34:5660)",
    "P22303": "ACHE: the sequence is that of the T form, the anchored one is the H form",
    "P0CG36": "CFC1B has the sequence of CFC1, which is annotated; the two cannot be told apart",
}
# What a site allows, as log2 odds for the first placement: small residues, above all at omega and omega+2 (Moran and Caras
# 1991 J Cell Biol 115:1595; Eisenhaber et al. 1998 Protein Eng 11:1155). Residues: odds; all others: the last number.
PRIOR = (
    ({"SAGTDN": 0.3}, -0.3),
    ({"SNDGAC": 2.0}, -4.0),
    ({"SAGTDN": 0.5, "P": -4.0}, -0.3),
    ({"AGS": 1.5, "T": 0.3}, -2.5),
)
FIRST_LENGTH = {"behind_mean": 25.0, "behind_sd": 4.0}
NARROWEST = 3.0  # residues

# Omega sites that were determined by sequencing the mature protein or by mutagenesis: residues behind omega.
SITES = {
    "P13987": (26, "CD59: mature protein of 77 residues (J Exp Med 1997 185:745) behind a signal peptide of 25"),
    "P04156": (23, "PRNP: serine 231 of hamster (Stahl et al. 1990 Biochemistry 29:8879), 230 of human"),
    "P05187": (29, "ALPP: Asp-484, 29 residues cut off (Micanovic et al. 1988 PNAS 85:1398)"),
    "P21589": (25, "NT5E: Ser-523 of 548 (Misumi et al. 1990 Eur J Biochem 191:563)"),
    "P31358": (25, "CD52: mature peptide of 12 behind a signal peptide of 24 (Xia et al. 1993 Biochem J 293:633)"),
    "P04216": (31, "THY1: 31 residues cut off behind a cysteine (Tse et al. 1985 Science 230:1003; rodents)"),
    "P15328": (23, "FOLR1: Ser-234 (Yan and Ratnam 1995 Biochemistry 34:14594)"),
    "P14207": (25, "FOLR2: Asn-230 (Yan and Ratnam 1995 Biochemistry 34:14594)"),
    "P35052": (28, "GPC1: Ser-530, a call of PredGPI and not an experiment"),
}

COUNTED = ("gpi", "helix", "secreted")  # with a signal peptide, as the caller asks for
FITTED = (*COUNTED, "anchored")


def main() -> None:
    """Read, fit, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequence-data", type=Path, required=True)
    parser.add_argument("--genes", type=Path, required=True, help="org.Hs.eg.sqlite")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    data = read(options.sequence_data, options.genes)
    codes = gpi.c_termini(data["sequence"])
    held = []
    for seed in SEEDS:
        data["fold"] = folds(data["cluster"], seed)
        score, behind = held_out(data, codes)
        held.append(score)
        report(data, score, behind, seed)

    model = fit(data, codes)
    score = np.mean(held, axis=0)  # every part of it from models that had not seen the protein's cluster
    slope, shift = calibration(data, score)
    model.numbers.update({name: slope * model.numbers[name] for name in gpi.WEIGHTS})
    model.numbers["intercept"] += shift
    model.numbers[gpi.THRESHOLD] = best_threshold(data, logistic(slope * score + shift))
    final = gpi.call(data["sequence"].tolist(), model)
    known_sites(data, final["gpi_site"], final["gpi_score"], "the shipped model, which saw the proteins but no sites")
    remarks = ["GPI model of MyoSieve (CC BY 4.0, from facts of UniProtKB and the Gene Ontology); see SOURCES.md."]
    with files.writing(options.out) as aside:
        aside.write_text(gpi.model_text(model, remarks), encoding="utf-8")


# ---- labels ------------------------------------------------------------------------------------------------------------


def read(folder: Path, genes: Path) -> pd.DataFrame:
    """Return the labeled proteins: kind, accession, entry_name, geneName, sequence, key, cluster, weight."""
    human, mouse = (read_annotation(folder, organism) for organism in ("human", "mouse"))
    accessions, symbols = anchored_genes(genes)
    anchored = human["accession"].isin(accessions) | human["geneName"].isin(symbols)
    human["kind"] = human_kinds(human, anchored)
    # Orthologs share the first half of the entry name. Mouse has no list of helices, so it follows its ortholog in all.
    kinds = human.drop_duplicates("mnemonic").set_index("mnemonic")["kind"]
    mouse["kind"] = mouse["mnemonic"].map(kinds).where(mouse["has_signal"] == "True")
    mouse = mouse[mouse["kind"].isin(COUNTED)]

    data = pd.concat([human[human["kind"] != ""], mouse], ignore_index=True)
    clusters = pd.read_csv(folder / "homology_clusters_30pct.tsv.gz", sep="\t", names=["cluster", "key"], dtype=str)
    data = data.merge(clusters.drop_duplicates("key"), on="key", validate="1:1")
    # A family of forty homologues says less than forty families: each weighs one over the square root of its size.
    data["weight"] = data.groupby("cluster")["key"].transform("size") ** -0.5
    return data


def folds(clusters: pd.Series, seed: int) -> pd.Series:
    """Return the fold of each protein; all of a cluster share it."""
    digests = clusters.map(lambda name: hashlib.md5(f"{seed} {name}".encode()).hexdigest())
    return digests.map(lambda text: int(text, 16) % FOLDS)


def read_annotation(folder: Path, organism: str) -> pd.DataFrame:
    """Return the annotated proteins of an organism with their sequences."""
    notes = pd.read_csv(folder / f"uniprot_annotation/derived_{organism}_annotation.tsv.gz", sep="\t", dtype=str)
    sequences = fasta.read(folder / f"{organism}_swissprot_2014.fasta.gz").set_index("accession")["sequence"]
    notes = notes[notes["accession"].isin(sequences.index)]
    return notes.assign(
        sequence=sequences[notes["accession"]].to_numpy(),
        key=f"{organism}|" + notes["accession"],
        mnemonic=notes["entry_name"].str.partition("_")[0],
    )


def anchored_genes(path: Path) -> tuple[set[str], set[str]]:
    """Return the UniProt accessions and the symbols of the genes annotated directly to one of TERMS."""
    if (digest := files.sha256(path)) != DATABASE:
        raise SystemExit(f"{path} is not the file of r-bioc-org.hs.eg.db 3.16.0-1 (its SHA-256 is {digest})")
    marks = ",".join("?" * len(TERMS))
    query = f"SELECT uniprot_id, symbol FROM go_cc JOIN uniprot USING (_id) JOIN gene_info USING (_id) WHERE go_id IN ({marks})"
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute(query, TERMS).fetchall()
    return {accession for accession, _ in rows}, {symbol for _, symbol in rows}


def human_kinds(human: pd.DataFrame, anchored: pd.Series) -> np.ndarray:
    """Return the kind of each human protein; empty where the sources contradict each other or say nothing."""
    signal, helix = human["has_signal"] == "True", human["tm_evidence"].notna()
    located, membrane = human["Membrane"].notna(), human["Membrane"] == "True"
    rules = {
        "": human["accession"].isin(NOT_ANCHORED),
        "gpi": anchored & signal & ~helix,
        " ": anchored,  # with a helix, or without a signal peptide
        "helix": signal & helix,
        "secreted": signal & located & ~membrane,
        "unclear": signal & membrane,
        "anchored": ~signal & helix,
        "soluble": ~signal & located & ~membrane,
    }
    return np.char.strip(np.select(list(rules.values()), list(rules), ""))


# ---- fit ---------------------------------------------------------------------------------------------------------------


def fit(data: pd.DataFrame, codes: np.ndarray) -> gpi.Model:
    """Fit table, length and weights to labeled proteins; sites are placed by the table of the round before."""
    used = data["kind"].isin(FITTED).to_numpy()
    data, codes = data[used], codes[used]
    anchored, weight = (data["kind"] == "gpi").to_numpy(), data["weight"].to_numpy()
    background = np.bincount(codes[~anchored].ravel(), minlength=residues.ABSENT + 1)[: residues.UNKNOWN].astype(float)
    background /= background.sum()

    allowed = background * 2.0 ** prior()
    allowed /= allowed.sum(axis=1, keepdims=True)
    flat = np.tile(background, (len(gpi.ROWS) - len(gpi.SITE), 1))
    spread = np.vstack([PSEUDOCOUNT["site"] * allowed, PSEUDOCOUNT["region"] * flat])
    model = gpi.Model(np.log2(np.vstack([allowed, flat]) / background), dict(FIRST_LENGTH))
    for _ in range(ROUNDS):
        _, behind = gpi.terms(codes[anchored], model)
        counts = count(codes[anchored], behind, weight[anchored]) + spread
        mean = np.average(behind, weights=weight[anchored])
        sd = np.sqrt(np.average((behind - mean) ** 2, weights=weight[anchored]))
        shape = {"behind_mean": float(mean), "behind_sd": max(float(sd), NARROWEST)}
        model = gpi.Model(np.log2(counts / counts.sum(axis=1, keepdims=True) / background), shape)
    values, _ = gpi.terms(codes, model)
    model.numbers.update(zip(gpi.WEIGHTS, regression(values, anchored, weight), strict=True))
    return model


def prior() -> np.ndarray:
    """Return PRIOR as log2 odds, 4 x 20."""
    table = np.empty((len(PRIOR), len(residues.ALPHABET)))
    for row, (odds, others) in enumerate(PRIOR):
        stated = {letter: value for letters, value in odds.items() for letter in letters}
        table[row] = [stated.get(letter, others) for letter in residues.ALPHABET]
    return table


def count(codes: np.ndarray, behind: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the weighted residues of each row of the table for omega as placed, 6 x 20."""
    counts = np.zeros((len(gpi.ROWS), residues.ABSENT + 1))
    for protein, omega, share in zip(codes, gpi.LENGTH - 1 - behind, weight, strict=True):
        for row, offset in enumerate(gpi.SITE):
            counts[row, protein[omega + offset]] += share
        np.add.at(counts[-2], protein[omega + gpi.SPACER[0] : omega + gpi.SPACER[1]], share)
        np.add.at(counts[-1], protein[omega + gpi.SPACER[1] :], share)
    return counts[:, : residues.UNKNOWN]


def regression(values: np.ndarray, labels: np.ndarray, weight: np.ndarray, damping: float = DAMPING) -> np.ndarray:
    """Return intercept and weights of a ridge-damped logistic regression on standardized terms."""
    labels, weight = labels.astype(float), weight / weight.sum()
    mean, sd = values.mean(axis=0), values.std(axis=0)
    design = np.column_stack([np.ones(len(values)), (values - mean) / sd])
    damped = damping * np.r_[0, np.ones(values.shape[1])]

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        z = design @ beta
        gradient = design.T @ (weight * (logistic(z) - labels)) + 2 * damped * beta
        return weight @ (np.logaddexp(0, z) - labels * z) + damped @ beta**2, gradient

    beta = minimize(loss, np.zeros(design.shape[1]), jac=True).x
    return np.r_[beta[0] - (beta[1:] * mean / sd).sum(), beta[1:] / sd]


def logistic(z: np.ndarray) -> np.ndarray:
    """Return the probability of log odds."""
    return 1 / (1 + np.exp(-z))


# ---- measurement -------------------------------------------------------------------------------------------------------


def held_out(data: pd.DataFrame, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the log odds and the residues behind omega of each protein, from a model without its fold."""
    score, behind = np.zeros(len(data)), np.zeros(len(data), dtype=int)
    fold = data["fold"].to_numpy()
    for number in range(FOLDS):
        test = fold == number
        model = fit(data[~test], codes[~test])
        values, behind[test] = gpi.terms(codes[test], model)
        score[test] = np.log(1 / (1 / gpi.probability(values, model.numbers) - 1))
    return score, behind


def calibration(data: pd.DataFrame, score: np.ndarray) -> tuple[float, float]:
    """Return slope and shift that turn scores of unseen proteins into log odds of an anchor (Platt's method)."""
    counted = data["kind"].isin(COUNTED).to_numpy()
    anchored = (data["kind"] == "gpi").to_numpy()[counted]
    shift, slope = regression(score[counted, np.newaxis], anchored, np.ones(counted.sum()), damping=0.0)
    return float(slope), float(shift)


def calibrated_by_fold(data: pd.DataFrame, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability of each protein and the threshold it is held to, both chosen on the other folds."""
    probability, threshold = np.zeros(len(data)), np.zeros(len(data))
    fold = data["fold"].to_numpy()
    for number in range(FOLDS):
        test = fold == number
        slope, shift = calibration(data[~test], score[~test])
        probability[test] = logistic(slope * score[test] + shift)
        threshold[test] = best_threshold(data[~test], logistic(slope * score[~test] + shift))
    return probability, threshold


def best_threshold(data: pd.DataFrame, probability: np.ndarray) -> float:
    """Return the probability from which on calling yes gives the highest MCC among proteins with a signal peptide."""
    counted = data["kind"].isin(COUNTED).to_numpy()
    anchored = (data["kind"] == "gpi").to_numpy()[counted]
    tried = np.arange(0.1, 0.91, 0.01)
    return float(tried[np.argmax([matthews(probability[counted] >= value, anchored) for value in tried])])


def matthews(called: np.ndarray, truth: np.ndarray) -> float:
    """Return Matthews' correlation of calls and truth."""
    return float(np.corrcoef(called, truth)[0, 1]) if called.any() and not called.all() else 0.0


def report(data: pd.DataFrame, score: np.ndarray, behind: np.ndarray, seed: int) -> None:
    """Print what was measured: everything for the first seed, the main figures for the others."""
    probability, threshold = calibrated_by_fold(data, score)
    kind = data["kind"].to_numpy()
    anchored, called, counted = kind == "gpi", probability >= threshold, np.isin(kind, COUNTED)
    human = data["key"].str.startswith("human|").to_numpy()
    first = ~data["cluster"].duplicated().to_numpy()
    thresholds = sorted(set(threshold.round(2).tolist()))
    print(f"held out, folds of seed {seed}, thresholds {thresholds}; with a signal peptide:")
    for name, of_name in {"all": True, "human": human, "mouse": ~human, "one a cluster": first}.items():
        print(f"  {name:13s}", scores(called[counted & of_name], anchored[counted & of_name]))
    print(f"  calibration error in ten bins {calibration_error(probability[counted], anchored[counted]):.3f}")
    unsure = counted & called & (probability < 0.5)
    print(f"  called with a probability below 0.5: {unsure.sum()}, anchored of them {anchored[unsure].mean():.2f}")
    signals(data, called)
    if seed != SEEDS[0]:
        return
    print("proteins", data["kind"].value_counts().to_dict())
    print("clusters", data["cluster"].nunique(), "with an anchored protein", data.loc[anchored, "cluster"].nunique())
    for number in range(FOLDS):
        inside = counted & (data["fold"] == number).to_numpy()
        print(f"  fold {number}:", scores(called[inside], anchored[inside]))
    hydrophobic = gpi.hydropathies(gpi.c_termini(data["sequence"]))[0] >= 2.0
    for name in ("helix", "secreted", "unclear", "anchored", "soluble"):
        of_kind = kind == name
        print(
            f"  called of {name:9s} {called[of_kind].mean():.4f} of {of_kind.sum()}, with a hydrophobic C-terminus "
            f"{called[of_kind & hydrophobic].mean():.4f} of {(of_kind & hydrophobic).sum()}"
        )
    wrong = counted & called & ~anchored & human
    order = np.argsort(-probability[wrong], kind="stable")
    print("  human false calls, surest first:", " ".join(data.loc[wrong, "geneName"].fillna("?").to_numpy()[order]))
    print("  human anchored ones missed:", " ".join(data.loc[anchored & ~called & human, "geneName"].fillna("?")))
    placed = data["sequence"].str.len().to_numpy() - behind
    known_sites(data, pd.Series(placed, index=data.index), pd.Series(probability, index=data.index), "held out")


def signals(data: pd.DataFrame, called: np.ndarray) -> None:
    """Print the scores over all kinds where the shipped model, and not UniProt, says which have a signal peptide."""
    model = signal_peptide.read_model(files.shipped("models/signal_peptide.npz"))
    signal = signal_peptide.call(data["sequence"].tolist(), model)["signal_peptide"].to_numpy() == "yes"
    clear = (data["kind"] != "unclear").to_numpy()
    anchored = (data["kind"] == "gpi").to_numpy()
    print(
        "  all kinds, signal peptides as the shipped model, which saw them, calls them:",
        scores((called & signal)[clear], anchored[clear]),
    )


def scores(called: np.ndarray, truth: np.ndarray) -> str:
    """Return MCC, recall, precision and the number of anchored proteins as text."""
    recall = called[truth].mean() if truth.any() else np.nan
    precision = truth[called].mean() if called.any() else np.nan
    return f"MCC {matthews(called, truth):.3f}, recall {recall:.3f}, precision {precision:.3f}, anchored {truth.sum()}"


def calibration_error(probability: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean distance of probability and frequency over ten bins, weighted by their size."""
    bins = np.minimum((probability * 10).astype(int), 9)
    total = np.bincount(bins, minlength=10)
    distance = np.abs(np.bincount(bins, probability, minlength=10) - np.bincount(bins, truth, minlength=10))
    return float(distance.sum() / total.sum())


def known_sites(data: pd.DataFrame, placed: pd.Series, score: pd.Series, title: str) -> None:
    """Print where omega was placed in the proteins of SITES."""
    print(f"known omega sites, {title}:")
    for accession, (behind, _) in SITES.items():
        for row in data.index[data["accession"] == accession]:
            true, name = len(data["sequence"][row]) - behind, data["geneName"][row]
            print(f"  {accession} {name}: {true}, placed {placed[row]:.0f}, probability {score[row]:.2f}")


if __name__ == "__main__":
    main()
