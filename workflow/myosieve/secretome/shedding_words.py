"""What peptides on a topology say, in words for a biologist."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from myosieve.secretome import peptides
from myosieve.secretome import shedding as sh
from myosieve.secretome.peptides import Protease


def all_words(
    table: pd.DataFrame,
    counts: pd.DataFrame,
    clear: pd.DataFrame,
    seen: pd.DataFrame,
    topologies: Sequence[Sequence[sh.Segment]],
    protease: Protease | None,
    looked_for_free: bool,
) -> list[str]:
    """Return what the peptides of each group say.

    Parameters
    ----------
    table
        Columns of `schema.SHEDDING` so far, one row per group.
    counts
        Peptides by part, and `doubtful`, in the same order.
    clear
        Places of peptides that no other gene's protein has.
    seen
        The peptides of each group.
    topologies
        Segments of each group's protein.
    protease, looked_for_free
        What cut, if one could be told, and whether the search allowed ends that it does not make.
    """
    cuts = sh.stalk_cuts(clear[clear["part"] == sh.ECTODOMAIN], topologies) if looked_for_free else {}
    signal_end = np.array([sh.end_of_signal(segments) for segments in topologies])
    at_signal = _at_signal(clear, seen, signal_end)
    words = []
    for protein, row in enumerate(pd.concat([table, counts[["doubtful", sh.TAIL]]], axis=1).to_dict("records")):
        said = [_VERDICT_WORDS[row["shedding"]](row, protease)] if row["shedding"] in _VERDICT_WORDS else []
        if protein in cuts and row["shedding"] in (sh.SHED, sh.UNINFORMATIVE):
            residue, distance = cuts[protein]
            said.append(
                f"a peptide ends at residue {residue}, {distance} from the membrane, where {protease.name} does not cut: "
                "may be the sheddase's cut"
            )
        if row[sh.TAIL]:
            said.append(f"{_many(row[sh.TAIL])} behind the site of the GPI anchor: the unprocessed protein is there")
        if protein in at_signal and row["mature_n_terminus"]:
            said += _signal_words(at_signal[protein], row["mature_n_terminus"], signal_end[protein])
        words.append("; ".join(said))
    return words


def _many(count: float, what: str = "peptide") -> str:
    return f"{count:.0f} {what}{'' if count == 1 else 's'}"


def _shed_words(row: Mapping[str, Any], protease: Protease) -> str:
    return (
        f"{_many(row['peptides_ectodomain'])}, all of the ectodomain, where {row['expected_cytoplasmic']:.1f} cytoplasmic "
        f"would be expected of the whole protein (p = {row['p_value']:.2g}): shed, or a form without the helix"
    )


def _intact_words(row: Mapping[str, Any], protease: Protease | None) -> str:
    inner = [_many(row["peptides_cytoplasmic"], "cytoplasmic peptide")] if row["peptides_cytoplasmic"] else []
    inner += [f"{_many(row['peptides_tm'])} of the membrane"] if row["peptides_tm"] else []
    text = (
        f"{' and '.join(inner)}, {row['peptides_ectodomain']:.0f} of the ectodomain: the whole protein is there, leaked or in "
        "vesicles or debris"
    )
    if row["p_value"] <= sh.ALPHA:
        text += (
            f"; yet fewer cytoplasmic than the {row['expected_cytoplasmic']:.1f} expected (p = {row['p_value']:.2g}): "
            "part of it may be shed"
        )
    return text


def _uninformative_words(row: Mapping[str, Any], protease: Protease | None) -> str:
    outside = row["peptides_ectodomain"]
    if row["doubtful"] and outside:
        return f"{_many(outside)} of the ectodomain; what is cytoplasmic may be another protein's"
    if not outside:
        return "no peptide that is this protein's alone and of one side of the membrane"
    text = f"{_many(outside)}, all of the ectodomain, but "
    if protease is None:
        return text + "without the protease's rule nothing can be expected of the cytoplasmic part"
    if not row["detectable_cytoplasmic"] > 0:
        return text + "the cytoplasmic part has no detectable peptide: its absence says nothing"
    if outside < sh.MIN_ECTODOMAIN:
        return text + "one peptide alone says nothing"
    expected = row["expected_cytoplasmic"]
    if math.isnan(expected):
        return text + "none is of a fragment that the digest would lead to expect"
    q = "" if math.isnan(row["q_value"]) else f", q = {row['q_value']:.2g}"
    return (
        text + f"only {expected:.1f} cytoplasmic would be expected (p = {row['p_value']:.2g}{q}): may be shed or whole"
    )


def _none_words(row: Mapping[str, Any], protease: Protease | None) -> str:
    return "no peptide of it was found"


_VERDICT_WORDS: dict[str, Callable[[Mapping[str, Any], Any], str]] = {
    sh.SHED: _shed_words,
    sh.INTACT: _intact_words,
    sh.UNINFORMATIVE: _uninformative_words,
    sh.NONE: _none_words,
}


@dataclass(frozen=True)
class _AtSignal:
    """A peptide that begins at the signal peptide: offset 0 is the residue right behind it."""

    row: int
    sequence: str
    offset: int
    n_side: str


def _at_signal(clear: pd.DataFrame, seen: pd.DataFrame, signal_end: np.ndarray) -> dict[int, list[_AtSignal]]:
    """Return, by protein, the peptides that begin at most NEAR residues behind the end of the signal peptide."""
    offset = clear["start"].to_numpy() - signal_end[clear["protein"]] - 1
    near = clear[offset <= sh.NEAR]
    sequences, offsets = seen["sequence"].to_numpy(dtype=object)[near["row"]], offset[offset <= sh.NEAR]
    found: dict[int, list[_AtSignal]] = {}
    for protein, *told in zip(
        near["protein"], near["row"], sequences, offsets.astype(int), near["n_side"], strict=True
    ):
        found.setdefault(protein, []).append(_AtSignal(*told))
    return found


def _signal_words(at_signal: list[_AtSignal], verdict: str, end: float) -> list[str]:
    """Return what the peptides at a signal peptide that ends at residue `end` say."""
    where, said = f"the signal peptide (1-{end:.0f})", []
    free = [one for one in at_signal if one.n_side == peptides.FREE]
    near = [one for one in free if one.offset and abs(one.offset) <= sh.NEAR]
    inside = [one for one in at_signal if one.offset < -sh.NEAR]
    if verdict == "yes":
        first = next(one for one in free if one.offset == 0)
        said.append(f"{first.sequence} begins right behind {where}: it was cut off")
    elif near:
        said.append(f"{near[0].sequence} begins at residue {end + 1 + near[0].offset:.0f}, near the end of {where}")
    if inside:
        many = _many(len({one.row for one in inside}))
        said.append(f"{many} ({inside[0].sequence}) inside {where}: it was kept, or there is none")
    if verdict == "not telling" and any(one.offset == 0 for one in at_signal):
        said.append("a peptide begins right behind the signal peptide, but the protease cuts there as well")
    return said
