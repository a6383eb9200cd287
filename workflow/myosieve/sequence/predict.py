"""The embedded predictors: sequences -> features. Whatever replaces them, replaces this call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from myosieve import files, schema
from myosieve.sequence import gpi, motif, signal_peptide, transmembrane
from myosieve.threads import one_thread


@dataclass(frozen=True)
class Models:
    """The three models that ship."""

    signal_peptide: signal_peptide.Model
    transmembrane: transmembrane.Model
    gpi: gpi.Model


def read_models() -> Models:
    """Read the models that ship with MyoSieve."""
    return Models(
        signal_peptide.read_model(files.shipped("models/signal_peptide.npz")),
        transmembrane.read_model(files.shipped("models/transmembrane.npz")),
        gpi.read_model(files.shipped("models/gpi.tsv")),
    )


def predict(
    proteins: pd.DataFrame,
    models: Models,
    progress: Callable[[str], Callable[[int], None]] = lambda what: lambda done: None,
) -> pd.DataFrame:
    """Predict signal peptide, transmembrane helices, GPI anchor and ER motifs of each protein.

    Parameters
    ----------
    proteins
        Rows with accession, gene, protein_name, organism, sequence, as `fasta.read` gives them.
    models
        From `read_models`.
    progress
        Given what is being done, returns what is told how many proteins are.

    Returns
    -------
    DataFrame of `schema.FEATURES`, same order. Probabilities are rounded to four digits: the last bits of a sum, which differ
    between processors and with the proteins beside it, hardly ever show. The number of cores does not matter.
    """
    sequences = proteins["sequence"].fillna("").tolist()
    names = proteins[["accession", "gene", "protein_name", "organism"]].reset_index(drop=True)
    with one_thread():
        signal = signal_peptide.call(sequences, models.signal_peptide, progress("signal peptides"))
        ends = signal["sp_end"].to_numpy()
        helices = transmembrane.call(sequences, ends, models.transmembrane, progress("transmembrane helices"))
    anchors = gpi.call(sequences, models.gpi)
    features = pd.concat([names, signal, helices, anchors], axis=1)
    features["length"] = [len(sequence) for sequence in sequences]
    features["er_motif"] = [motif.er_motif(sequence) for sequence in sequences]
    features["dilysine"] = [motif.dilysine_motif(sequence) for sequence in sequences]
    scores = ["sp_score", "tm_score", "gpi_score"]
    features[scores] = features[scores].round(4)
    return schema.FEATURES.arrange(features)
