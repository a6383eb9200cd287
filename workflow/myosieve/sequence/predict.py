"""The embedded predictors: sequences -> features. Whatever replaces them, replaces this call and the two names."""

from __future__ import annotations

import pandas as pd

from myosieve import schema
from myosieve.sequence import motif, signal_peptide, transmembrane

SIGNAL_PEPTIDE_SOURCE = "embedded weight matrix"
HELIX_SOURCE = "embedded hydropathy scan"


def predict(proteins: pd.DataFrame, matrix: signal_peptide.Matrix) -> pd.DataFrame:
    """Predict signal peptide, transmembrane helices and ER motif of each protein.

    Parameters
    ----------
    proteins
        Rows with accession, gene, protein_name, organism, sequence, as `fasta.read` gives them.
    matrix
        The signal peptide model.

    Returns
    -------
    DataFrame of `schema.FEATURES`, same order. Helices are those of the whole sequence; one that lies on the signal peptide
    is dropped where the calls of all sources are resolved, since another source may deny the signal peptide.
    """
    sequences = proteins["sequence"].fillna("").tolist()
    names = proteins[["accession", "gene", "protein_name", "organism"]].reset_index(drop=True)
    features = pd.concat(
        [names, signal_peptide.call(sequences, matrix), transmembrane.scan(sequences)],
        axis=1,
    )
    features["length"] = [len(sequence) for sequence in sequences]
    features["er_motif"] = [motif.er_motif(sequence) for sequence in sequences]
    return schema.FEATURES.arrange(features)
