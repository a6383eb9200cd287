"""The labeled proteins that the embedded predictors are trained and measured on, with their homology clusters.

FOLDER (`--sequence-data`) holds, as ../SOURCES.md says where from:
    signal_peptide_uniprot/positives.tsv.gz       accession, organism, kingdom, cleavage_after, sequence
    signal_peptide_uniprot/negatives.tsv.gz       id, sequence
    transmembrane_tmbed/alpha.fasta.gz            three lines a protein: name, sequence, a label per residue
    uniprot_annotation/derived_{human,mouse}_annotation.tsv.gz
    {human,mouse}_swissprot_2014.fasta.gz
    homology_clusters_30pct.tsv.gz                representative, member (`set|name`), without a header

A cluster falls into one of five folds by a digest of its representative's name: no protein is ever measured by a model that
saw a relative of 30 % identity, and the folds stay the same whatever is added.
"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.sequence import fasta

FOLDS = 5
LOCATIONS = ["Nucleus", "Cytoplasm", "Secreted", "Mitochondrion", "Golgi", "ER", "Endosome", "Lysosome", "Peroxisome"]


def read(folder: Path) -> pd.DataFrame:
    """Return every labeled protein, one row each; the same protein may stand in several sets.

    Returns
    -------
    DataFrame with
        set         proven (signal peptide, experimental), located (no signal peptide), membrane (structure known), human, mouse
        name, sequence, kingdom, cluster, fold, family (number of labeled rows in the cluster)
        signal      True, False, or None where nobody says
        site        last residue of the signal peptide; NaN where it has none or its end is not known
        labels      of `membrane`: a letter per residue (1 inside, 2 outside, H helix, S signal peptide, U and h unknown)
        helical     True: has a transmembrane helix; False: is not in a membrane; None: not known
    """
    rows = pd.concat(
        [_proven(folder), _located(folder), _membrane(folder), _species(folder, "human"), _species(folder, "mouse")],
        ignore_index=True,
    )
    clusters = pd.read_csv(folder / "homology_clusters_30pct.tsv.gz", sep="\t", names=["cluster", "key"], dtype=str)
    rows = rows.merge(clusters.drop_duplicates("key"), on="key", how="left", validate="many_to_one")
    rows["cluster"] = rows["cluster"].fillna(rows["key"])  # one that was not clustered is its own cluster
    rows["fold"] = rows["cluster"].map({name: fold_of(name) for name in rows["cluster"].unique()})
    rows["family"] = rows.groupby("cluster")["key"].transform("size")
    return rows


def fold_of(cluster: str) -> int:
    """Return the fold of a cluster, by a digest of its name."""
    return int(hashlib.sha256(f"fold of {cluster}".encode()).hexdigest(), 16) % FOLDS


def _table(name: str, values: dict[str, object]) -> pd.DataFrame:
    empty = {"kingdom": "Metazoa", "signal": None, "site": np.nan, "labels": "", "helical": None}
    return pd.DataFrame({"set": name, **empty, **values})


def _proven(folder: Path) -> pd.DataFrame:
    table = pd.read_csv(folder / "signal_peptide_uniprot/positives.tsv.gz", sep="\t")
    return _table(
        "proven",
        {
            "name": table["accession"],
            "key": "pos|" + table["accession"],
            "kingdom": table["kingdom"],
            "sequence": table["sequence"],
            "signal": True,
            "site": table["cleavage_after"].astype(float),
        },
    )


def _located(folder: Path) -> pd.DataFrame:
    table = pd.read_csv(folder / "signal_peptide_uniprot/negatives.tsv.gz", sep="\t")
    values = {"name": table["id"], "key": "neg|" + table["id"], "sequence": table["sequence"], "signal": False}
    return _table("located", {**values, "kingdom": ""})


def _membrane(folder: Path) -> pd.DataFrame:
    with gzip.open(folder / "transmembrane_tmbed/alpha.fasta.gz", "rt") as handle:
        lines = handle.read().split("\n")
    rows = []
    for head, sequence, labels in zip(lines[0::3], lines[1::3], lines[2::3], strict=False):
        name = head[1:].partition("|fold")[0].replace("|", ",")
        signal = labels.rfind("S") + 1
        # Where the structure shows the N-terminus, or a helix in it, nothing was cleaved off.
        seen = any(letter in "12H" for letter in labels[:12])
        known = True if signal else False if seen else None
        rows.append((name, sequence, labels.replace("h", "U"), known, float(signal) if signal else np.nan))
    table = pd.DataFrame(rows, columns=["name", "sequence", "labels", "signal", "site"])
    return _table("membrane", {**table, "key": "tm|" + table["name"], "helical": True, "kingdom": ""})


def _species(folder: Path, species: str) -> pd.DataFrame:
    sequences = fasta.read(folder / f"{species}_swissprot_2014.fasta.gz").drop_duplicates("accession")
    notes = pd.read_csv(folder / f"uniprot_annotation/derived_{species}_annotation.tsv.gz", sep="\t", dtype=str)
    table = sequences.merge(notes, on="accession", how="inner")
    located = (table[LOCATIONS] == "True").any(axis=1) & (table["Membrane"] == "False")
    helical = pd.Series([None] * len(table), dtype=object)
    if "tm_evidence" in table:
        helical[located & table["tm_evidence"].isna() & (table["hpa18_predicted_membrane"] != "True")] = False
        helical[table["tm_evidence"].notna()] = True
    return _table(
        species,
        {
            "name": table["accession"],
            "key": f"{species}|" + table["accession"],
            "sequence": table["sequence"],
            "signal": table["has_signal"] == "True",
            "site": table["signal_end"].astype(float),
            "helical": helical,
        },
    )
