"""MaxQuant's proteinGroups.txt: its columns, their order and the way it writes numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from measurement import Measured

# Average residue masses (Da; U = selenocysteine); water is added once.
MASS = (
    {"G": 57.0519, "A": 71.0788, "S": 87.0782, "P": 97.1167, "V": 99.1326, "T": 101.1051, "C": 103.1388, "L": 113.1594}
    | {"I": 113.1594, "N": 114.1038, "D": 115.0886, "Q": 128.1307, "K": 128.1741, "E": 129.1155, "M": 131.1926}
    | {"H": 137.1411, "F": 147.1766, "R": 156.1875, "Y": 163.1760, "W": 186.2132, "U": 150.0388}
)
WATER, UNKNOWN = 18.0153, 110.0  # unknown residues (X) weigh what residues weigh on average
# Column of a flag -> simulation class that carries it.
FLAGS = {"Only identified by site": "by_site", "Reverse": "decoy", "Potential contaminant": "contaminant"}


def figures(value: float) -> str:
    """Write a number with five significant digits and no exponent, as MaxQuant does; 0 for nothing."""
    rounded = float(f"{value:.4e}")
    return f"{rounded:.0f}" if abs(rounded) >= 1e4 else f"{rounded:.10g}"


def mass(sequence: str) -> float:
    """Return the average mass of a protein (Da)."""
    # fsum: Python 3.12 changed how `sum` rounds
    return math.fsum([WATER, *(MASS.get(residue, UNKNOWN) for residue in sequence)])


def described(members: list[str], headers: list[str], kind: str) -> tuple[str, str, str]:
    """Return protein names, gene names and FASTA headers of a group; MaxQuant names neither contaminants nor decoys."""
    if kind == "decoy":
        return "", "", ""
    parts = [re.match(r"sp\|[^|]+\|\S+ (.+?) OS=(.+?) OX=\d+(?: GN=(\S+))?$", header).groups() for header in headers]
    if kind == "contaminant":
        accession = members[0].removeprefix("CON__")
        return "", "", f">{accession} SWISS-PROT:{accession} ({parts[0][1]}) {parts[0][0]}"
    names, genes = (list(dict.fromkeys(part[i] for part in parts if part[i])) for i in (0, 2))
    return ";".join(names), ";".join(genes), ";".join(f">{header}" for header in headers)


def identities(proteins: pd.DataFrame) -> dict[str, Sequence]:
    """Return the columns that say which proteins a group holds."""
    texts = [described(*row) for row in zip(proteins["members"], proteins["headers"], proteins["class"], strict=True)]
    names, genes, headers = zip(*texts, strict=True)
    joined = proteins["members"].str.join(";")
    return {
        "Protein IDs": joined,
        "Majority protein IDs": joined,
        "Protein names": names,
        "Gene names": genes,
        "Fasta headers": headers,
        "Number of proteins": proteins["members"].str.len(),
    }


def peptide_counts(proteins: pd.DataFrame, measured: Measured, columns: list[str]) -> dict[str, Sequence]:
    """Return the peptides per group: per member accession, over all samples, per sample."""
    kind = measured.peptides.kind[:, None]
    members, overall, per_sample = {}, {}, {}
    for name, short, counts in (
        ("Peptides", "all", kind != ""),
        ("Razor + unique peptides", "razor+unique", kind != "foreign"),
        ("Unique peptides", "unique", kind == "unique"),
    ):
        detected = measured.detected & counts
        overall[name] = measured.per_group(detected.any(axis=1, keepdims=True))[:, 0].astype(int)
        # Isoforms and paralogs match most peptides of the leading protein; a majority protein matches half at least.
        members[f"Peptide counts ({short})"] = [
            ";".join(map(str, [count, *[(4 * count + 4) // 5] * (size - 1)]))
            for count, size in zip(overall[name], proteins["members"].str.len(), strict=True)
        ]
        found = measured.per_group(detected).astype(int)
        per_sample |= {f"{name} {column}": found[:, i] for i, column in enumerate(columns)}
    return members | overall | per_sample


def quality(proteins: pd.DataFrame, measured: Measured) -> dict[str, Sequence]:
    """Return coverage, mass and the confidence of the identification."""
    by_site = proteins["class"] == "by_site"
    score = np.where(by_site, -2.0, measured.score)
    # The worse the score, the nearer to the 1 % false discoveries at which the list of groups is cut.
    q_value = np.where(by_site, 1.0, np.clip(0.01 * (1 - score / 8), 0, None))
    return {
        "Sequence coverage [%]": list(map(figures, coverage(proteins, measured)[:, 0])),
        "Mol. weight [kDa]": [figures(mass(sequence) / 1000) for sequence in proteins["sequence"]],
        "Sequence length": proteins["sequence"].str.len(),
        "Q-value": list(map(figures, q_value)),
        "Score": list(map(figures, score)),
    }


def coverage(proteins: pd.DataFrame, measured: Measured) -> np.ndarray:
    """Return the covered share of the sequence in percent: over all samples (first column), then per sample."""
    detected = np.column_stack([measured.detected.any(axis=1), measured.detected])
    covered = measured.per_group(detected * measured.peptides.length[:, None])
    return (100 * covered / proteins["sequence"].str.len().to_numpy()[:, None]).round(1)


def protein_groups(proteins: pd.DataFrame, measured: Measured, columns: list[str]) -> pd.DataFrame:
    """Return proteinGroups.txt: every group with a peptide of its own in any sample, ordered by `Protein IDs`.

    Parameters
    ----------
    proteins
        One row per simulated group: class, members and headers (lists of equal length), sequence.
    measured
        What was measured of them.
    columns
        What the samples are called in the table.
    """
    theoretical = np.bincount(measured.peptides.owner, minlength=len(proteins))
    total = measured.intensity.sum(axis=1)
    identification = np.where(measured.intensity > 0, "By matching", "")
    identification[measured.spectra > 0] = "By MS/MS"

    def each(template: str, values: np.ndarray, write: Callable = figures) -> dict[str, Sequence]:
        return {template.format(column): list(map(write, values[:, i])) for i, column in enumerate(columns)}

    cells = (
        identities(proteins)
        | peptide_counts(proteins, measured, columns)
        | quality(proteins, measured)
        | each("Identification type {}", identification, str)
        | each("Sequence coverage {} [%]", coverage(proteins, measured)[:, 1:])
        | {"Intensity": list(map(figures, total))}
        | each("Intensity {}", measured.intensity)
        | {"iBAQ": list(map(figures, total / theoretical))}
        | each("iBAQ {}", measured.intensity / theoretical[:, None])
        | each("LFQ intensity {}", measured.lfq)
        | each("MS/MS count {}", measured.spectra, str)
        | {"MS/MS count": measured.spectra.sum(axis=1)}
        | {name: np.where(proteins["class"] == kind, "+", "") for name, kind in FLAGS.items()}
    )
    table = pd.DataFrame(cells)[total > 0].sort_values("Protein IDs", ignore_index=True)
    return table.assign(id=table.index)
