"""What peptides say of serum: whether those of a protein of the cells stand in a protein of the serum as well.

Many proteins of the cells have a namesake in the serum (CTSB, FN1, THBS1, SERPINF1), and where sequences agree, a peptide
may have come from either. A peptide that no serum sequence holds is host-unique: it proves that the cells made the
protein. A peptide counts as shared wherever it stands within a serum sequence, whatever is around it, I and L being one.
The reading of sequences and peptides is `serum_sequences.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from myosieve.secretome import peptides
from myosieve.secretome.serum import NOT_RUN, SERUM, SHARED, starts

# A group is taken for the host's own from so many host-unique peptides, the rule of two peptides, and where they carry so
# much of its intensity.
CLEARED_PEPTIDES, CLEARED_SHARE = 2, 0.5
# Residues that are searched at once: what bounds the memory (about 30 bytes for each).
BATCH = 4_000_000
COLUMNS = ("peptides_host", "peptides_shared", "host_share")


@dataclass(frozen=True)
class SerumScan:
    """What sequences of serum proteins tell.

    Attributes
    ----------
    shared
        Whether any of the sequences holds each peptide.
    species
        Accession -> species, of all sequences.
    residues
        Total length of the sequences.
    """

    shared: np.ndarray
    species: dict[str, str]
    residues: int


def scan(records: Iterable[tuple[str, str, str]], sought: Sequence[str], batch: int = BATCH) -> SerumScan:
    """Look for peptides in sequences, which pass by once and are not kept.

    Parameters
    ----------
    records
        Accession, species and sequence of each protein; of an accession that comes again, the first species counts.
    sought
        Distinct peptides of at least `peptides.PREFIX` capital letters.
    batch
        Residues that are searched at once.
    """
    sought = np.asarray(sought, dtype=object)
    shared = np.zeros(len(sought), dtype=bool)
    species: dict[str, str] = {}
    waiting: list[str] = []
    size = residues = 0
    for accession, name, sequence in records:
        species.setdefault(accession, name)
        waiting.append(sequence)
        size += len(sequence)
        residues += len(sequence)
        if size >= batch:
            _search(waiting, sought, shared)
            waiting, size = [], 0
    _search(waiting, sought, shared)
    return SerumScan(shared, species, residues)


def _search(sequences: Sequence[str], sought: np.ndarray, shared: np.ndarray) -> None:
    """Mark the peptides that any sequence holds; one that was found before is not looked for again."""
    missing = np.flatnonzero(~shared)
    if len(missing) and sequences:
        found = peptides.occurrences(sought[missing].tolist(), peptides.joined(sequences))
        shared[missing[found["peptide"].unique()]] = True


def by_group(table: pd.DataFrame, shared: np.ndarray, host: np.ndarray) -> pd.DataFrame:
    """Return what the peptides of each protein group say.

    Parameters
    ----------
    table
        Distinct peptides of groups: `group` (position), `sequence`, `intensity` (linear, summed over the medium).
    shared
        Whether a serum sequence holds each peptide (in the order of `table`).
    host
        Per group, whether it may be the host's; the others get no numbers.

    Returns
    -------
    One row per group: `peptides_host` (peptides that no serum sequence has), `peptides_shared` (counts) and `host_share`
    (share of the peptides' intensity in host-unique ones, 0 to 1); all NaN for a group without a peptide.
    """
    position, intensity = table["group"].to_numpy(), table["intensity"].to_numpy(dtype=float)

    def total(weights: np.ndarray) -> np.ndarray:
        return np.bincount(position, weights=weights, minlength=len(host)).astype(float)

    own, both, intensities = total(~shared), total(shared), total(intensity)
    share = np.divide(total(intensity * ~shared), intensities, out=np.full(len(host), np.nan), where=intensities > 0)
    told = host & (own + both > 0)
    return pd.DataFrame(
        {name: np.where(told, values, np.nan) for name, values in zip(COLUMNS, (own, both, share), strict=True)}
    )


def flags_by_peptides(flags: np.ndarray, found: pd.DataFrame) -> np.ndarray:
    """Return the serum flags that accession and organism gave, corrected by peptides.

    A group all of whose peptides are shared is shared with a serum protein, whatever its accessions say; one with at least
    two host-unique peptides, which carry at least half of its intensity, is cleared, even where a serum accession stands in
    it. A group that is shared by its accessions and not cleared stays so, with the numbers. Where the table held no serum
    protein ('not run'), groups with peptides are judged now.

    Parameters
    ----------
    flags
        From `serum.serum_flags`.
    found
        From `by_group`.
    """
    own, both, share = (found[name].to_numpy(dtype=float) for name in COLUMNS)
    total = own + both
    told = np.isfinite(total)
    cleared = (own >= CLEARED_PEPTIDES) & (share >= CLEARED_SHARE)
    suspected = (flags == SHARED) | (own == 0)
    result = flags.copy()
    result[told & (flags == NOT_RUN)] = ""
    for row in np.flatnonzero(told & suspected):
        result[row] = "" if cleared[row] else _words(int(own[row]), int(total[row]))
    return result


def _words(own: int, total: int) -> str:
    peptides_, are = ("peptide", "is") if total == 1 else ("peptides", "is" if own == 1 else "are")
    return f"{SHARED}: {own} of {total} {peptides_} {are} of the host only"


def share_upper(log2: np.ndarray, flags: np.ndarray, host_share: np.ndarray, decoy: np.ndarray) -> np.ndarray:
    """Return each sample's largest possible share of summed linear intensity that serum brought.

    Beside the serum proteins, all that a serum protein may have given counts: of a group whose peptides tell, the share of
    its intensity in shared peptides; of a group that is shared by its accessions alone, everything.

    Parameters
    ----------
    log2
        log2 intensities (groups x samples), NaN = missing.
    flags
        Serum flag per group, after the peptides.
    host_share
        Share of each group's peptide intensity in host-unique ones, NaN = not known.
    decoy
        Whether a group is a decoy hit; decoys count nowhere.

    Returns
    -------
    Share per sample, 0 to 1; NaN where the sample has no value, and everywhere when nothing was judged.
    """
    of_host = np.where(np.isfinite(host_share), 1 - host_share, starts(flags, SHARED))
    weight = np.where(starts(flags, SERUM), 1.0, of_host)
    share = np.full(log2.shape[1], np.nan)
    if (flags == NOT_RUN).all():
        return share
    linear = np.where(np.isfinite(log2), np.exp2(log2), 0.0)
    total = linear[~decoy].sum(axis=0)
    observed = total > 0
    share[observed] = (weight[~decoy] @ linear[~decoy])[observed] / total[observed]
    return share
