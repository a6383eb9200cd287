"""Where peptides lie on proteins, and whether the protease made their ends.

    proteins = joined(["MKT...", ...])                 # sequences end to end, as bytes
    found = occurrences(peptides, proteins)            # one row per peptide, protein and place
    protease = find_protease(found, proteins).protease # by the ends of the peptides, if not by name
    found[["n_side", "c_side"]] = sides(found, proteins, protease)
    fragments(proteins, protease)                      # the complete digest

Every place of a peptide is found, in any number of proteins. Leucine and isoleucine have the same mass and are one letter
here unless told otherwise. Peptides shorter than PREFIX residues, which say nothing of a protein, are nowhere.

An end is `terminus` (of the protein), `met_removed` (the peptide begins at residue 2, behind the initiator methionine),
`specific` (the protease cuts there) or `free`. Whether proline follows is not asked of an end, since trypsin does cut some
of these bonds and search engines differ (Rodriguez et al. 2008, J Proteome Res 7:300); the digest keeps to the rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from myosieve.tables.engines.msstats import stripped_sequence

PREFIX = 5  # residues by which peptides are looked up, and the fewest that one must have
TERMINUS, MET_REMOVED, SPECIFIC, FREE = "terminus", "met_removed", "specific", "free"

# Ends within proteins that must be known before a protease is told from them; a tryptic digest is assumed below that.
MIN_ENDS = 100
# Share of ends that the best rule must explain. Tryptic searches reach 0.9 and more, semi-tryptic ones too.
MIN_EXPLAINED = 0.6
# Peptides with a free end, count and share, below which the search looked for none: what remains are other isoforms than those
# searched, and initiator methionines of theirs.
MIN_FREE, MIN_FREE_SHARE = 5, 0.005

_LETTERS = 27  # A to Z, and what is between two proteins
_FRAGPIPE_TERMINUS = re.compile(r"^[_.]*n(?=[\[(])")


@dataclass(frozen=True)
class Protease:
    """A rule of cleavage: behind the residues `after`, before the residues `before`; not where proline follows `after`."""

    name: str
    after: str = ""
    before: str = ""
    proline_blocks: bool = False

    def cuts(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Return whether the bond between residues (ASCII codes) may be cut, proline or not."""
        return np.isin(left, _codes(self.after)) | np.isin(right, _codes(self.before))


# Specificities: Keil B (1992) Specificity of Proteolysis, Springer; Giansanti et al. 2016, Nat Protoc 11:993 (proteases beyond
# trypsin); Samodova et al. 2020, Mol Cell Proteomics 19:2139 (ProAlanase).
PROTEASES = {
    rule.name: rule
    for rule in (
        Protease("trypsin", "KR", proline_blocks=True),
        Protease("lys-c", "K"),
        Protease("arg-c", "R", proline_blocks=True),
        Protease("lys-n", before="K"),
        Protease("glu-c", "E", proline_blocks=True),
        Protease("glu-c at pH 8", "DE", proline_blocks=True),
        Protease("asp-n", before="D"),
        Protease("chymotrypsin", "FWYL", proline_blocks=True),
        Protease("proalanase", "PA"),
    )
}
TRYPSIN = PROTEASES["trypsin"]


@dataclass(frozen=True)
class Joined:
    """Proteins end to end.

    Attributes
    ----------
    letters
        uint8 array of all residues (ASCII codes), N in all.
    first, lengths
        Position of the first residue of each of the n proteins, and their lengths.
    """

    letters: np.ndarray
    first: np.ndarray
    lengths: np.ndarray


@dataclass(frozen=True)
class Found:
    """A protease told from peptides: the rule, or None for none; the share of ends it explains (NaN: too few ends)."""

    protease: Protease | None
    explained: float


def joined(sequences: Sequence[str]) -> Joined:
    """Return proteins end to end."""
    lengths = np.array([len(one) for one in sequences], dtype=np.int64)
    letters = np.frombuffer("".join(sequences).encode("ascii", "replace"), dtype=np.uint8)
    return Joined(letters, np.cumsum(lengths) - lengths, lengths)


def bare(sequences: pd.Series) -> pd.Series:
    """Return the amino acids of peptides however modifications and neighbors are written; missing is empty."""
    told = sequences.fillna("")
    written = {one: stripped_sequence(_FRAGPIPE_TERMINUS.sub("", one)) for one in told.unique()}
    return told.map(written).astype(str)


# ---- mapping ---------------------------------------------------------------------------------------------------------


def occurrences(peptides: Sequence[str], proteins: Joined, leucine_is_isoleucine: bool = True) -> pd.DataFrame:
    """Find every place of every peptide.

    All windows of PREFIX residues of the proteins are numbered; a peptide is where its first window and its last one stand
    at the right distance, and where the letters between them agree.

    Parameters
    ----------
    peptides
        p sequences of capital letters.
    proteins
        n proteins.
    leucine_is_isoleucine
        Whether I and L are one letter.

    Returns
    -------
    DataFrame of `peptide` (position in `peptides`), `protein` (position in `proteins`), `start` and `end` (first and last
    residue, from 1), ordered by peptide, protein and start.
    """
    lengths = np.array([len(one) for one in peptides], dtype=np.int64)
    wanted = np.flatnonzero(lengths >= PREFIX)
    empty = pd.DataFrame({name: np.zeros(0, dtype=np.int64) for name in ("peptide", "protein", "start", "end")})
    if len(wanted) == 0 or len(proteins.letters) < PREFIX:
        return empty
    needles = joined([peptides[row] for row in wanted])
    own, haystack = (_letters(one.letters, leucine_is_isoleucine) for one in (needles, proteins))
    windows, needle_windows = _windows(haystack), _windows(own)
    heads = needle_windows[needles.first]
    tails = needle_windows[needles.first + needles.lengths - PREFIX]

    order = np.argsort(heads, kind="stable")
    counts = np.zeros(_LETTERS**PREFIX, dtype=np.int32)  # of which memory only what is written to is touched
    np.add.at(counts, heads, 1)
    at = np.flatnonzero(counts[windows])  # places where any peptide may begin
    repeats = counts[windows[at]]
    group = np.searchsorted(heads[order], windows[at])
    place = np.repeat(at, repeats)
    needle = order[np.repeat(group, repeats) + _running(repeats)]

    tail_at = place + needles.lengths[needle] - PREFIX
    inside = tail_at < len(windows)
    place, needle, tail_at = place[inside], needle[inside], tail_at[inside]
    same = windows[tail_at] == tails[needle]
    place, needle = place[same], needle[same]
    protein = np.searchsorted(proteins.first + proteins.lengths, place, side="right")
    start = place - proteins.first[protein]
    end = start + needles.lengths[needle]
    whole = (end <= proteins.lengths[protein]) & _same_letters(own, needles, needle, haystack, place)
    rows = {"peptide": wanted[needle], "protein": protein, "start": start + 1, "end": end}
    table = pd.DataFrame({name: values[whole].astype(np.int64) for name, values in rows.items()})
    return table.sort_values(["peptide", "protein", "start"], ignore_index=True)


def _letters(letters: np.ndarray, leucine_is_isoleucine: bool) -> np.ndarray:
    """Return 0 to 25 for A to Z, 26 for anything else."""
    codes = letters.astype(np.int16) - ord("A")
    codes[(codes < 0) | (codes >= _LETTERS - 1)] = _LETTERS - 1
    if leucine_is_isoleucine:
        codes[np.isin(codes, [ord(letter) - ord("A") for letter in "IJ"])] = ord("L") - ord("A")
    return codes


def _windows(codes: np.ndarray) -> np.ndarray:
    """Return the number of each window of PREFIX letters."""
    numbers = np.zeros(max(len(codes) - PREFIX + 1, 0), dtype=np.int32)
    for offset in range(PREFIX):
        numbers = numbers * _LETTERS + codes[offset : offset + len(numbers)]
    return numbers


def _running(repeats: np.ndarray) -> np.ndarray:
    """Return 0, 1, ... within each run: [2, 3] -> [0, 1, 0, 1, 2]."""
    starts = np.cumsum(repeats) - repeats
    return np.arange(repeats.sum()) - np.repeat(starts, repeats)


def _same_letters(
    own: np.ndarray, needles: Joined, needle: np.ndarray, haystack: np.ndarray, place: np.ndarray
) -> np.ndarray:
    """Return whether the whole peptide stands at each place."""
    same = np.ones(len(place), dtype=bool)
    lengths = needles.lengths[needle]
    for offset in range(PREFIX, int(lengths.max(initial=0)) - PREFIX):
        open_ = np.flatnonzero(same & (lengths - PREFIX > offset))
        same[open_] = own[needles.first[needle[open_]] + offset] == haystack[place[open_] + offset]
    return same


# ---- ends and proteases ----------------------------------------------------------------------------------------------


def sides(found: pd.DataFrame, proteins: Joined, protease: Protease) -> pd.DataFrame:
    """Return what made the two ends of each peptide.

    Parameters
    ----------
    found
        Columns protein, start, end.
    proteins, protease
        The proteins and the rule.

    Returns
    -------
    DataFrame of `n_side` and `c_side`: TERMINUS, MET_REMOVED, SPECIFIC or FREE; same index.
    """
    first = proteins.first[found["protein"]]
    start, end = found["start"].to_numpy(), found["end"].to_numpy()
    last = end == proteins.lengths[found["protein"]]
    met = (start == 2) & (proteins.letters[first] == ord("M")) if len(found) else np.zeros(0, dtype=bool)
    n_side = np.where(_cut_before(proteins, protease, first + start - 1), SPECIFIC, FREE).astype(object)
    c_side = np.where(_cut_before(proteins, protease, first + end), SPECIFIC, FREE).astype(object)
    n_side[met], n_side[start == 1], c_side[last] = MET_REMOVED, TERMINUS, TERMINUS
    return pd.DataFrame({"n_side": n_side, "c_side": c_side}, index=found.index)


def _cut_before(proteins: Joined, protease: Protease, at: np.ndarray) -> np.ndarray:
    """Return whether the bond before each position may be cut; of those at the ends of a protein this is not to be asked."""
    return protease.cuts(*_bond(proteins, at))


def _bond(proteins: Joined, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if len(at) == 0:
        return np.zeros(0, dtype=np.uint8), np.zeros(0, dtype=np.uint8)
    return proteins.letters[np.maximum(at - 1, 0)], proteins.letters[np.minimum(at, len(proteins.letters) - 1)]


def find_protease(found: pd.DataFrame, proteins: Joined) -> Found:
    """Tell the protease from the ends of peptides: the rule with the most information about them.

    With f the share of ends within proteins that a rule explains and b the share of all bonds that it would cut, the
    information is f ln(f/b) + (1 - f) ln((1 - f)/(1 - b)) per end (relative entropy): Lys-C is told from trypsin although
    trypsin explains its ends as well.

    Parameters
    ----------
    found
        Columns protein, start, end; each peptide once.
    proteins
        Proteins; those with a peptide are the background.

    Returns
    -------
    The rule; None where the best explains less than MIN_EXPLAINED of the ends; trypsin where there are fewer than MIN_ENDS.
    """
    first, length = proteins.first[found["protein"]], proteins.lengths[found["protein"]]
    start, end = found["start"].to_numpy(), found["end"].to_numpy()
    at = np.concatenate([(first + start - 1)[start > 2], (first + end)[end < length]])
    if len(at) < MIN_ENDS:
        return Found(TRYPSIN, float("nan"))
    left, right = _bond(proteins, at)
    seen = np.zeros(len(proteins.lengths), dtype=bool)
    seen[found["protein"].unique()] = True
    inner = np.repeat(seen, proteins.lengths)
    inner[proteins.first[proteins.lengths > 0]] = False
    all_left, all_right = _bond(proteins, np.flatnonzero(inner))
    best, most, share = None, -1.0, 0.0
    for rule in PROTEASES.values():
        explained = float(rule.cuts(left, right).mean())
        information = _information(explained, float(rule.cuts(all_left, all_right).mean()))
        if information > most:
            best, most, share = rule, information, explained
    return Found(best if share >= MIN_EXPLAINED else None, share)


def _information(explained: float, background: float) -> float:
    if explained <= background or background <= 0:
        return 0.0
    rest = 0.0 if explained >= 1 else (1 - explained) * np.log((1 - explained) / (1 - background))
    return float(explained * np.log(explained / background) + rest)


def looked_for_free_ends(found: pd.DataFrame) -> bool:
    """Return whether the search allowed for ends that the protease did not make.

    Parameters
    ----------
    found
        Peptides that have one place only: n_side, c_side.
    """
    free = (found["n_side"] == FREE) | (found["c_side"] == FREE)
    return bool(free.sum() >= max(MIN_FREE, MIN_FREE_SHARE * len(found)))


def fragments(proteins: Joined, protease: Protease) -> pd.DataFrame:
    """Return the complete digest: `protein`, `start` and `end` of every fragment, in order; none cleaved before proline."""
    cut = np.zeros(len(proteins.letters), dtype=bool)
    if len(cut):
        left, right = _bond(proteins, np.arange(len(cut)))
        blocked = protease.proline_blocks & (right == ord("P"))
        cut = protease.cuts(left, right) & ~blocked
        cut[proteins.first[proteins.lengths > 0]] = True
    begin = np.flatnonzero(cut)
    end = np.append(begin[1:], len(cut))[: len(begin)]
    protein = np.searchsorted(proteins.first + proteins.lengths, begin, side="right")
    first = proteins.first[protein]
    return pd.DataFrame({"protein": protein, "start": begin - first + 1, "end": end - first})


def _codes(letters: str) -> np.ndarray:
    return np.frombuffer(letters.encode("ascii"), dtype=np.uint8)
