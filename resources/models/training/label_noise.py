"""Count how often UniProt's cleavage sites of human and mouse orthologs disagree though their starts are nearly the same.

    python resources/models/training/label_noise.py --sequence-data FOLDER

FOLDER is described in labels.py. Orthologs share the first half of the entry name; starts are compared without gaps.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import labels
import numpy as np
import pandas as pd

START, ALIKE = 50, 0.9  # residues compared, and the share of them that are the same


def main() -> None:
    """Print the number of pairs, and the share that differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequence-data", type=Path, required=True)
    folder = parser.parse_args().sequence_data
    rows = labels.read(folder)
    sided = {}
    for species in ("human", "mouse"):
        notes = pd.read_csv(folder / f"uniprot_annotation/derived_{species}_annotation.tsv.gz", sep="\t", dtype=str)
        half = notes.set_index("accession")["entry_name"].str.partition("_")[0]
        known = rows[(rows["set"] == species) & rows["site"].notna()]
        sided[species] = known.assign(half=known["name"].map(half)).drop_duplicates("half", keep=False)
    pairs = sided["human"].merge(sided["mouse"], on="half", suffixes=("", "_mouse"))
    same = [
        np.mean([a == b for a, b in zip(one[:START], other[:START], strict=False)])
        for one, other in zip(pairs["sequence"], pairs["sequence_mouse"], strict=True)
    ]
    alike = pairs[np.array(same) >= ALIKE]
    print(
        f"{len(alike)} pairs of orthologs with the same residue in {ALIKE:.0%} of the first {START} or more: "
        f"the sites of {(alike['site'] != alike['site_mouse']).mean():.1%} differ"
    )


if __name__ == "__main__":
    main()
