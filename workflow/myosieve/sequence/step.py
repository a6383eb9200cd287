"""Stage `sequence`: FASTA files -> features of every protein."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from myosieve import files, progress, provenance
from myosieve.sequence import fasta, predict

_METHODS = (
    "Signal peptides and their cleavage sites were called by MyoSieve's own neural networks, trained on UniProtKB facts (one "
    "softmax over no signal, anchor and each cleavage site), transmembrane helices by its networks under a field of "
    "topologies, trained on proteins of known structure (OPM, by way of TMbed's set), GPI anchors by a logistic regression on "
    "the C-terminus, ER retention by the C-terminal motifs PROSITE PS00014 and K(X)KXX."
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
    table = predict.predict(
        proteins, predict.read_models(), lambda what: progress.on_terminal(f"proteins, {what}", len(proteins))
    )
    summary = provenance.Summary(
        methods=[_METHODS],
        counts={
            "sequences": len(table),
            "sequences repeated": left_out.same,
            "decoys left out": left_out.decoys,
            "without a sequence": left_out.empty,
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
