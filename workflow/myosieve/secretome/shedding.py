"""Peptides on the topology of a membrane protein: only its ectodomain, or the whole protein.

The ectodomain of a membrane protein that a sheddase cut off lies in the medium without the rest; a protein that leaked, or
that vesicles or debris carry, brings its cytoplasmic part along. The search engine's peptides tell: each is ectodomain,
cytoplasmic, across the membrane, or on what is cut off anyway (signal peptide, GPI propeptide).

**The test.** The unit is a fragment of the complete digest with 7 to 30 residues that lies in one part. A peptide, whatever
its missed cleavages and ragged ends, shows the fragment that it shares most residues with. Null hypothesis: the whole
protein is there, and each fragment is seen with odds that depend on its length only, times a factor of the protein (its
abundance). Given that n fragments of a protein are seen, the chance that x of them are cytoplasmic is then

    P(X = x | n) = e_x(cytoplasmic) e_{n-x}(ectodomain) / e_n(all),

where e_k is the elementary symmetric polynomial of the fragments' odds: the factor of the protein cancels, and with equal odds
this is the hypergeometric distribution (Chen & Liu 1997, Stat Sinica 7:875, conditional Bernoulli model). The odds of the
lengths come from all proteins of the table. Fragments of one length need not be equally visible: it is enough that
visibility does not go by compartment. p = P(X <= x). A protein whose p would exceed alpha even without a cytoplasmic fragment
has no say; the others make the Benjamini-Hochberg family (Tarone 1990, Biometrics 46:515, for why they may be left out).

**The verdict.** `intact`: a peptide is cytoplasmic or goes into the membrane. `shed`: all are ectodomain, and
the absence of the others is telling (q <= alpha). `uninformative`: their absence would be no surprise. `none`: no peptide. A
shed ectodomain and a soluble splice form look alike. Peptides that another gene's protein has too are no evidence for
anything, yet a cytoplasmic one of them stands against `shed`.

**The signal peptide.** A peptide that begins right behind it, where the protease does not cut, shows the mature protein; one
that begins inside it shows a protein that kept it.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from myosieve.evidence.topology import OVERLAP, UNKNOWN
from myosieve.secretome.peptides import FREE, SPECIFIC, Joined
from myosieve.statistics.false_discovery import benjamini_hochberg

LABELS = ("", "SP", "outside", "TM", "inside", "GPI")
SIGNAL, ECTODOMAIN, MEMBRANE, CYTOPLASM, TAIL, SEVERAL = "signal", "ectodomain", "tm", "cytoplasm", "tail", "several"
_SEGMENT = re.compile(r"(SP|outside|TM|inside|GPI|unknown) (\d+)-(\d+)")

NEAR = 2  # residues by which the end of a signal peptide may be mistaken
STALK = 40  # residues next to the membrane in which sheddases cut (Lichtenthaler et al. 2018, EMBO J 37:e99456)
SHORTEST, LONGEST = 7, 30  # residues of a fragment that is seen
MIN_ECTODOMAIN = 2  # peptides; a single one may be a false match
ALPHA = 0.05
# Seen fragments from which the odds of lengths are told; below, all are equal. Pseudo-counts pull them towards equal.
MIN_SEEN, PSEUDO_COUNT = 300, 10.0
_LENGTH_BINS = np.array([9, 11, 14, 18, 23])
_FITTING_ROUNDS = 60
SHED, INTACT, UNINFORMATIVE, NONE = "shed", "intact", "uninformative", "none"


class Segment(NamedTuple):
    """A piece of a protein: its label (SP, outside, TM, inside, GPI), first and last residue."""

    label: str
    start: int
    end: int


# ---- topology --------------------------------------------------------------------------------------------------------


def read_topology(text: str) -> list[Segment]:
    """Return the segments of a topology such as "SP 1-24;outside 25-340;TM 341-361;inside 362-397"; none of an empty one.

    Raises
    ------
    ValueError
        A segment is not written so, ends before it begins, or begins before the one in front of it ends.
    """
    segments: list[Segment] = []
    for piece in filter(None, (part.strip() for part in text.split(";"))):
        found = _SEGMENT.fullmatch(piece)
        if not found:
            raise ValueError(f"segment {piece!r} is not written as 'TM 341-361'")
        segment = Segment(found[1], int(found[2]), int(found[3]))
        if segment.start > segment.end or segment.start <= (segments[-1].end if segments else 0):
            raise ValueError(f"segment {piece!r} is out of order")
        segments.append(segment)
    return segments


def residue_labels(topologies: Sequence[Sequence[Segment]], proteins: Joined) -> np.ndarray:
    """Return the label of each residue, as position in LABELS (uint8, all proteins end to end); 0 = not told."""
    labels = np.zeros(len(proteins.letters), dtype=np.uint8)
    for first, length, segments in zip(proteins.first, proteins.lengths, topologies, strict=True):
        for segment in segments:
            labels[first + segment.start - 1 : first + min(segment.end, length)] = LABELS.index(
                segment.label if segment.label != UNKNOWN else ""
            )
    return labels


def parts(spans: pd.DataFrame, labels: np.ndarray, proteins: Joined) -> np.ndarray:
    """Return which part of its protein each span is of.

    A span with more than NEAR residues of the signal peptide is SIGNAL, since those are cut off together; one that shares at
    least OVERLAP residues with a helix is MEMBRANE, as ends of helices are not known better; any other is where most of its
    residues are.

    Parameters
    ----------
    spans
        m rows: protein, start, end.
    labels, proteins
        As `residue_labels` takes and returns them.

    Returns
    -------
    Object array of m parts: SIGNAL, ECTODOMAIN, MEMBRANE, CYTOPLASM, TAIL (GPI propeptide), or '' (not told).
    """
    begin = proteins.first[spans["protein"]] + spans["start"].to_numpy() - 1
    end = proteins.first[spans["protein"]] + spans["end"].to_numpy()
    shares = {}
    for number, label in enumerate(LABELS):
        total = np.concatenate([[0], np.cumsum(labels == number, dtype=np.int32)])
        shares[label] = total[end] - total[begin]
    most = np.argmax(np.stack([shares[label] for label in LABELS]), axis=0)
    found = np.array(["", SIGNAL, ECTODOMAIN, MEMBRANE, CYTOPLASM, TAIL], dtype=object)[most]
    found[shares["TM"] >= OVERLAP] = MEMBRANE
    found[shares["SP"] > NEAR] = SIGNAL
    return found


def coverage(found: pd.DataFrame, labels: np.ndarray, proteins: Joined, label: str) -> np.ndarray:
    """Return the share of each protein's residues with this label that peptides cover; NaN where it has no such residue."""
    first = proteins.first[found["protein"]]
    steps = np.zeros(len(proteins.letters) + 1, dtype=np.int64)
    np.add.at(steps, first + found["start"].to_numpy() - 1, 1)
    np.add.at(steps, first + found["end"].to_numpy(), -1)
    wanted = labels == LABELS.index(label)
    owner = np.repeat(np.arange(len(proteins.lengths)), proteins.lengths)
    covered = np.bincount(owner[wanted & (np.cumsum(steps)[:-1] > 0)], minlength=len(proteins.lengths))
    of = np.bincount(owner[wanted], minlength=len(proteins.lengths))
    return np.where(of > 0, covered / np.maximum(of, 1), np.nan)


# ---- the test --------------------------------------------------------------------------------------------------------


def shown_fragments(found: pd.DataFrame, fragments: pd.DataFrame, proteins: Joined) -> np.ndarray:
    """Return the row of the fragment that each peptide shares most residues with, the first of several.

    Parameters
    ----------
    found
        m peptides: protein, start, end.
    fragments
        The complete digest (`peptides.fragments`).
    """
    begins = proteins.first[fragments["protein"]] + fragments["start"].to_numpy() - 1
    ends = proteins.first[fragments["protein"]] + fragments["end"].to_numpy()
    begin = proteins.first[found["protein"]] + found["start"].to_numpy() - 1
    end = proteins.first[found["protein"]] + found["end"].to_numpy()
    row = np.searchsorted(begins, begin, side="right") - 1
    last = np.searchsorted(begins, end - 1, side="right") - 1
    best, most = row.copy(), np.zeros(len(row), dtype=np.int64)
    for step in range(int((last - row).max(initial=-1)) + 1):
        at = np.minimum(row + step, last)
        shared = np.minimum(end, ends[at]) - np.maximum(begin, begins[at])
        best, most = np.where(shared > most, at, best), np.maximum(shared, most)
    return best


def length_odds(owner: np.ndarray, lengths: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the relative odds that a fragment of its length is seen, one per fragment, 1 on average.

    Fragment i of a class with odds w in protein g is seen with probability p = t w / (1 + t w), t being the protein's own. All
    t and w are such that the fragments expected to be seen of each protein and of each class are as many as there are
    (maximum likelihood of the Rasch model, by iterative proportional fitting).

    Parameters
    ----------
    owner, lengths, seen
        Protein (number), length (residues) and whether it is seen of m fragments.
    """
    if seen.sum() < MIN_SEEN:
        return np.ones(len(owner))
    kind, kinds = np.digitize(lengths, _LENGTH_BINS), len(_LENGTH_BINS) + 1
    proteins = int(owner.max()) + 1
    of = np.bincount(owner * kinds + kind, minlength=proteins * kinds).reshape(proteins, kinds)
    total = np.bincount(owner[seen], minlength=proteins)
    observed = np.bincount(kind[seen], minlength=kinds)
    of, total = of[total > 0], total[total > 0]
    total = np.minimum(total, of.sum(axis=1) - 0.5)  # a protein seen whole would have infinite odds
    odds, own = np.ones(kinds), total / (of.sum(axis=1) - total)
    for _ in range(_FITTING_ROUNDS):
        many = own[:, None] * odds
        own = own * total / (of * many / (1 + many)).sum(axis=1)
        many = own[:, None] * odds
        expected = (of * many / (1 + many)).sum(axis=0)
        odds = odds * (observed + PSEUDO_COUNT) / (expected + PSEUDO_COUNT)
        odds = odds / odds.mean()
    return odds[kind]


def cytoplasmic_distribution(cytoplasm: np.ndarray, ectodomain: np.ndarray, seen: int) -> np.ndarray:
    """Return P(X = x | n), x = 0, 1, ..., of the cytoplasmic fragments among those seen (conditional Bernoulli).

    Parameters
    ----------
    cytoplasm, ectodomain
        Odds of the fragments of each part.
    seen
        n, at most as many as there are fragments.
    """
    odds = np.concatenate([cytoplasm, ectodomain])
    # Any common factor leaves the result as it is; this one puts the mass where the numbers do not underflow.
    low, high = -40.0, 40.0
    for _ in range(40):
        middle = (low + high) / 2
        many = (1 / (1 + np.exp(-middle) / odds)).sum() > seen
        low, high = (low, middle) if many else (middle, high)
    inside, outside = (_sum_distribution(1 / (1 + np.exp(-low) / part)) for part in (cytoplasm, ectodomain))
    others = seen - np.arange(len(inside))
    possible = (others >= 0) & (others < len(outside))
    chance = np.where(possible, inside * outside[np.clip(others, 0, len(outside) - 1)], 0.0)
    return chance / chance.sum()


def _sum_distribution(chances: np.ndarray) -> np.ndarray:
    """Return the distribution of the number of successes among independent trials (Poisson binomial)."""
    distribution = np.ones(1)
    for chance in chances:
        distribution = np.convolve(distribution, [1 - chance, chance])
    return distribution


def absence_test(fragments: pd.DataFrame, proteins: int) -> pd.DataFrame:
    """Test for each protein whether fewer cytoplasmic fragments are seen than the whole protein would show.

    Parameters
    ----------
    fragments
        Those of 7 to 30 residues of proteins with both parts: `protein`, `part`, `odds`, `seen` (yes or no).
    proteins
        n.

    Returns
    -------
    DataFrame of n rows, NaN where a protein has no such fragment in either part or none is seen: `detectable_cytoplasmic`,
    `expected_cytoplasmic`, `p_value` and `lowest_p` (were no cytoplasmic fragment among as many seen).
    """
    names = ["detectable_cytoplasmic", "expected_cytoplasmic", "p_value", "lowest_p"]
    result = np.full((proteins, len(names)), np.nan)
    kept = fragments[fragments["part"].isin([CYTOPLASM, ECTODOMAIN])].sort_values("protein", kind="stable")
    owner, odds = kept["protein"].to_numpy(dtype=np.int64), kept["odds"].to_numpy(dtype=float)
    is_inside, is_seen = (kept["part"] == CYTOPLASM).to_numpy(), kept["seen"].to_numpy(dtype=bool)
    distinct, begin = np.unique(owner, return_index=True)
    for protein, own in zip(distinct, map(slice, begin, [*begin[1:], len(owner)]), strict=True):
        inside, seen = is_inside[own], is_seen[own]
        result[protein, 0] = inside.sum()
        if seen.any() and inside.any() and not inside.all():
            chance = cytoplasmic_distribution(odds[own][inside], odds[own][~inside], int(seen.sum()))
            tail = np.minimum(np.cumsum(chance), 1.0)
            lowest = max(0, int(seen.sum() - (~inside).sum()))
            result[protein, 1:] = chance @ np.arange(len(chance)), tail[(seen & inside).sum()], tail[lowest]
    return pd.DataFrame(result, columns=names)


def judge(counts: pd.DataFrame, tested: pd.DataFrame, both_sides: np.ndarray, alpha: float = ALPHA) -> pd.DataFrame:
    """Return the verdict on each protein and its q-value.

    Parameters
    ----------
    counts
        n proteins: distinct peptides of each part (`ectodomain`, `cytoplasm`, `tm`), of `any` part, and `doubtful`: cytoplasmic
        ones that another protein or another part has too.
    tested
        `absence_test`.
    both_sides
        Whether the protein has a helix and both an ectodomain and a cytoplasmic part.
    alpha
        False discovery rate.

    Returns
    -------
    DataFrame of `shedding` (SHED, INTACT, UNINFORMATIVE, NONE; missing where there are no two sides) and `q_value`.
    """
    family = tested["p_value"].where((tested["lowest_p"] <= alpha) & both_sides)
    q_values = benjamini_hochberg(family.to_numpy())
    inside = (counts["cytoplasm"] + counts["tm"]).to_numpy()
    only_outside = (inside == 0) & (counts["doubtful"] == 0) & (counts["ectodomain"] >= MIN_ECTODOMAIN)
    verdict = np.full(len(counts), UNINFORMATIVE, dtype=object)
    verdict[only_outside & (q_values <= alpha)] = SHED
    verdict[inside > 0] = INTACT
    verdict[counts["any"] == 0] = NONE
    verdict[~both_sides] = None
    return pd.DataFrame({"shedding": verdict, "q_value": q_values})


# ---- ends that tell --------------------------------------------------------------------------------------------------


def mature_n_termini(found: pd.DataFrame, signal_end: np.ndarray, looked_for_free: bool) -> np.ndarray:
    """Return what peptides say of the signal peptide of each protein.

    Parameters
    ----------
    found
        Peptides of one gene only: protein, start, n_side.
    signal_end
        (n,) last residue of the signal peptide; NaN = none, or not told.
    looked_for_free
        Whether the search allowed for ends that the protease did not make.

    Returns
    -------
    (n,) "yes" (a peptide begins right behind it, where the protease does not cut), "against" (one begins inside it, more than
    NEAR residues before its end), "near" (one begins at most NEAR residues off), "not telling" (one begins there, but the
    protease cuts there; or the search allowed for no other ends), "no"; None without signal peptide or without peptides.
    """
    protein = found["protein"].to_numpy(dtype=np.int64)
    offset = found["start"].to_numpy(dtype=float) - signal_end[protein] - 1
    free, cut = (found["n_side"] == FREE).to_numpy(), (found["n_side"] == SPECIFIC).to_numpy()
    told = np.full(len(signal_end), None, dtype=object)
    told[protein] = "no" if looked_for_free else "not telling"
    rules = [
        ("not telling", cut & (offset == 0)),
        ("near", free & (offset != 0) & (np.abs(offset) <= NEAR)),
        ("against", offset < -NEAR),
        ("yes", free & (offset == 0)),
    ]
    for word, where in rules:
        told[protein[where]] = word
    told[np.isnan(signal_end)] = None
    return told


def stalk_cuts(found: pd.DataFrame, topologies: Sequence[Sequence[Segment]]) -> dict[int, tuple[int, int]]:
    """Return where a sheddase may have cut: an end that the protease did not make, near the membrane and on its side.

    Parameters
    ----------
    found
        Peptides of one gene only: protein, start, end, n_side, c_side; those across the membrane left out.
    topologies
        Segments of each protein.

    Returns
    -------
    By protein: the last (N-terminal ectodomain) or first (C-terminal one) residue of what is left, and how many residues lie
    between it and the membrane (at most STALK); of several places the one with most peptides.
    """
    stalks = []
    for protein, segments in enumerate(topologies):
        for one, following in itertools.pairwise(segments):
            if (one.label, following.label) == ("outside", "TM"):
                stalks.append((protein, "c_side", "end", following.start))
            elif (one.label, following.label) == ("TM", "outside"):
                stalks.append((protein, "n_side", "start", one.end))
    table = pd.DataFrame(stalks, columns=["protein", "side", "column", "membrane"])
    cuts = []
    for side, column in (("c_side", "end"), ("n_side", "start")):
        rows = found[found[side] == FREE].merge(table[table["side"] == side], on="protein")
        distance = ((rows["membrane"] - rows[column]) * (1 if side == "c_side" else -1) - 1).astype(np.int64)
        rows = rows.assign(residue=rows[column], distance=distance)
        cuts.append(rows[(distance >= 0) & (distance <= STALK)][["protein", "residue", "distance"]])
    counted = pd.concat(cuts).value_counts().reset_index().sort_values(["count", "distance"], ascending=[False, True])
    best = counted.drop_duplicates("protein")
    return {int(row.protein): (int(row.residue), int(row.distance)) for row in best.itertuples(index=False)}


def end_of_signal(segments: Sequence[Segment]) -> float:
    """Return the last residue of the signal peptide; missing where the topology has none."""
    return segments[0].end if segments and segments[0].label == "SP" else math.nan
