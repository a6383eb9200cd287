"""Protein sequences as arrays of small numbers, and how hydrophobic each residue is, on two scales."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ALPHABET = "ACDEFGHIKLMNPQRSTVWY"
UNKNOWN, ABSENT = 20, 21  # any other letter; behind the end of the sequence

# Kyte J, Doolittle RF (1982) J Mol Biol 157:105, table 2, in tenths: sums of integers are exact in any order.
_HYDROPATHY = {
    "A": 18, "C": 25, "D": -35, "E": -35, "F": 28, "G": -4, "H": -32, "I": 45, "K": -39, "L": 38,
    "M": 19, "N": -35, "P": -16, "Q": -35, "R": -45, "S": -8, "T": -7, "V": 42, "W": -9, "Y": -13,
}  # fmt: skip
# An unknown residue counts as glycine (-0.4), the middle of the scale, so that no run of X looks like a helix.
HYDROPATHY_TENTHS = np.array([*(_HYDROPATHY[letter] for letter in ALPHABET), -4, 0], dtype=np.int64)

# Hessa T et al. (2005) Nature 433:377: apparent free energy of insertion into the membrane by the translocon, of a residue in
# the middle of a helix, in hundredths of a kcal/mol.
_INSERTION = {
    "A": 11, "C": -13, "D": 349, "E": 268, "F": -32, "G": 74, "H": 206, "I": -60, "K": 271, "L": -55,
    "M": -10, "N": 205, "P": 223, "Q": 236, "R": 258, "S": 84, "T": 52, "V": -31, "W": 30, "Y": 68,
}  # fmt: skip
# So much behind the end that no window reaches over it.
INSERTION_HUNDREDTHS = np.array([*(_INSERTION[letter] for letter in ALPHABET), 74, 10_000], dtype=np.int64)

# Selenocysteine, pyrrolysine and the two-fold ambiguous letters are read as the residue they resemble.
_READ_AS = {"U": "C", "O": "K", "B": "N", "Z": "Q", "J": "L"}


def _code_of_byte() -> np.ndarray:
    codes = np.full(256, UNKNOWN, dtype=np.uint8)
    for letter in [*ALPHABET, *_READ_AS]:
        code = ALPHABET.index(_READ_AS.get(letter, letter))
        codes[[ord(letter), ord(letter.lower())]] = code
    return codes


_CODES = _code_of_byte()


def encode(sequence: str) -> np.ndarray:
    """Return the codes of a sequence: position in `ALPHABET`, or UNKNOWN; upper and lower case are the same.

    Parameters
    ----------
    sequence
        One protein, n residues.

    Returns
    -------
    uint8 array of n codes.
    """
    return _CODES[np.frombuffer(sequence.encode("ascii", "replace"), dtype=np.uint8)]


def encode_each(sequences: Sequence[str]) -> list[np.ndarray]:
    """Return the codes of each sequence, as `encode` does; all at once, which is faster for many."""
    joined = encode("".join(sequences))
    ends = np.cumsum([len(sequence) for sequence in sequences], dtype=np.int64)
    return np.split(joined, ends[:-1]) if len(sequences) else []


def n_termini(sequences: Sequence[str], length: int) -> np.ndarray:
    """Return the codes of the first residues of each sequence, padded with ABSENT.

    Parameters
    ----------
    sequences
        n proteins.
    length
        Residues to take of each.

    Returns
    -------
    uint8 array, n x length.
    """
    padded = "".join([sequence[:length].ljust(length) for sequence in sequences])
    codes = encode(padded).reshape(len(sequences), length).copy()
    sizes = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    codes[np.arange(length) >= sizes[:, np.newaxis]] = ABSENT
    return codes


def window_sums(values: np.ndarray, width: int) -> np.ndarray:
    """Return the sum of each window of `width` values along the last axis; there are n - width + 1 of them, or none."""
    total = np.cumsum(values, axis=-1, dtype=np.int64)
    total = np.concatenate([np.zeros((*total.shape[:-1], 1), dtype=np.int64), total], axis=-1)
    return total[..., width:] - total[..., : max(total.shape[-1] - width, 0)]
