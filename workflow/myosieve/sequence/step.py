"""Stage `sequence`: FASTA files -> features of every protein."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from myosieve import files, provenance
from myosieve.sequence import fasta, predict, signal_peptide

_METHODS = (
    "Signal peptides were called by a weight matrix around the cleavage site (after von Heijne 1986, Nucleic Acids Res "
    "14:4683; fitted to UniProtKB), transmembrane helices by a scan of Kyte-Doolittle hydropathy over windows of 19 residues "
    "(Kyte and Doolittle 1982, J Mol Biol 157:105), ER retention by the C-terminal motif PROSITE PS00014."
)


def sequence(fasta: list[Path], out: Path) -> provenance.Summary:
    """Write the sequence features of every FASTA entry.

    Parameters
    ----------
    fasta
        FASTA files of proteins.
    out
        Where `schema.FEATURES` goes.
    """
    table, summary = features(fasta)
    files.write_table(out, table)
    return summary


def features(paths: list[Path]) -> tuple[pd.DataFrame, provenance.Summary]:
    """Return the features of every FASTA entry (`schema.FEATURES`), and what was done."""
    proteins, left_out = fasta.unique(pd.concat([fasta.read(path) for path in paths], ignore_index=True))
    matrix = signal_peptide.read_matrix(files.shipped("models/signal_peptide_matrix.tsv"))
    table = predict.predict(proteins, matrix)
    summary = provenance.Summary(
        methods=[_METHODS],
        counts={
            "sequences": len(table),
            "sequences repeated": left_out.same,
            "decoys left out": left_out.decoys,
            "with a signal peptide": int((table["signal_peptide"] == "yes").sum()),
            "signal peptide unknown": int((table["signal_peptide"] == "unknown").sum()),
            "with a transmembrane helix": int((table["tm_count"] > 0).sum()),
            "with an ER motif": int(table["er_motif"].str.contains("^[A-Z]{4}$").sum()),
        },
    )
    if left_out.different:
        named = ", ".join(left_out.different[:3])
        summary.warnings.append(
            f"{len(left_out.different)} accessions stand in the FASTA files with more than one sequence ({named}); "
            "the first of each was used"
        )
    return table, summary
