"""Segments of a protein: helices on signals, sides of the membrane, and text that covers every residue once."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myosieve.evidence import topology

NAN = math.nan
segments = st.lists(
    st.tuples(st.integers(1, 380), st.integers(15, 30)).map(lambda place: (place[0], place[0] + place[1])), max_size=8
)


def parts(text: str) -> list[tuple[str, int, int]]:
    words = [part.split() for part in text.split(";")]
    return [(label, *map(int, place.split("-"))) for label, place in words]


def test_a_helix_on_the_signal_peptide_is_dropped() -> None:
    # TMHMM 2 finds 7-29 in human APLN, whose signal peptide is 1-22.
    assert topology.beyond_signal_peptide([(7, 29), (60, 80)], 22) == [(60, 80)]


@pytest.mark.parametrize(
    ("start", "kept"),
    [
        # The rule of the Human Protein Atlas: five residues or more on the signal peptide 1-24 and it is dropped.
        (20, []),
        (21, [(25, 45)]),
        (25, [(25, 45)]),
    ],
)
def test_a_helix_that_only_touches_the_signal_peptide_is_trimmed(start: int, kept: list[tuple[int, int]]) -> None:
    assert topology.beyond_signal_peptide([(start, 45)], 24) == kept


def test_a_helix_from_residue_fifty_on_is_never_the_signal_peptide() -> None:
    assert topology.beyond_signal_peptide([(49, 70)], 60) == []
    assert topology.beyond_signal_peptide([(50, 70)], 60) == [(50, 70)]


def test_without_a_signal_peptide_every_helix_stays() -> None:
    assert topology.beyond_signal_peptide([(7, 29)], NAN) == [(7, 29)]


def test_a_helix_that_two_predictors_report_counts_once() -> None:
    assert topology.distinct([(340, 362), (341, 361), (341, 361), (20, 40)]) == [(20, 40), (340, 362)]
    assert topology.distinct([(340, 362), (343, 365)]) == [(340, 362)]


def test_helices_that_share_a_few_residues_stay_two() -> None:
    assert topology.distinct([(20, 40), (37, 57)]) == [(20, 40), (41, 57)]


@given(segments)
def test_distinct_helices_never_overlap_and_their_order_does_not_matter(found: list[tuple[int, int]]) -> None:
    kept = topology.distinct(found)
    assert all(one[1] < two[0] for one, two in itertools.pairwise(kept))
    assert topology.distinct(found[::-1]) == kept == topology.distinct(kept)


@pytest.mark.parametrize(
    ("helix", "length", "omega", "signal"),
    [
        ((537, 557), 558, 530, True),  # glypican-1, omega site 530 of 558 by PredGPI
        ((537, 557), 558, NAN, True),
        ((342, 362), 397, NAN, False),  # CX3CL1: the helix before a tail of 35 residues
        ((500, 522), 558, 530, False),
        ((537, 557), NAN, NAN, False),
        ((537, 557), NAN, 530, True),
    ],
)
def test_the_hydrophobic_tail_of_a_gpi_anchored_protein_is_told_from_a_helix(
    helix: tuple[int, int], length: float, omega: float, signal: bool
) -> None:
    assert topology.is_gpi_signal(helix, length, omega) is signal


def test_one_known_side_tells_the_first() -> None:
    between = topology.gaps(300, 1, [(50, 70), (100, 120)])
    assert between == [(1, 49), (71, 99), (121, 300)]
    assert topology.first_side(between, [("inside", 121, 300)]) == "inside"
    assert topology.first_side(between, [("outside", 71, 99)]) == "inside"
    assert topology.first_side(between, [("outside", 1, 49), ("inside", 71, 99)]) == "outside"


def test_sides_that_contradict_the_helices_tell_nothing() -> None:
    between = topology.gaps(300, 1, [(50, 70)])
    assert topology.first_side(between, [("outside", 1, 300)]) == "unknown"
    assert topology.first_side(between, []) == "unknown"


def test_the_text_of_a_type_one_protein_is_that_of_the_design() -> None:
    assert topology.write(397, 24, [(341, 361)], "outside") == "SP 1-24;outside 25-340;TM 341-361;inside 362-397"


def test_the_propeptide_behind_the_omega_site_is_written_as_gpi() -> None:
    assert topology.write(558, 23, [], "outside", gpi_start=531) == "SP 1-23;outside 24-530;GPI 531-558"


def test_a_signal_peptide_without_an_end_leaves_the_first_part_unknown() -> None:
    text = topology.write(300, 0, [(200, 220)], "outside", cut_at_unknown=True)
    assert text == "unknown 1-199;TM 200-220;inside 221-300"


def test_unknown_sides_stay_unknown() -> None:
    assert topology.write(100, 0, [(21, 41)], "unknown") == "unknown 1-20;TM 21-41;unknown 42-100"


@given(
    st.integers(1, 400),
    st.integers(0, 80),
    segments,
    st.sampled_from(["outside", "inside", "unknown"]),
    st.integers(0, 420),
    st.booleans(),
)
def test_the_text_covers_every_residue_once_and_sides_alternate(
    length: int, sp_end: int, helices: list[tuple[int, int]], first: str, gpi_start: int, cut: bool
) -> None:
    found = parts(topology.write(length, sp_end, helices, first, gpi_start, cut))
    assert found[0][1] == 1
    assert found[-1][2] == length
    assert all(one[2] + 1 == two[1] for one, two in itertools.pairwise(found))
    assert all(start <= end for _, start, end in found)
    if first != "unknown":
        crossings = 0
        for label, *_ in found:
            crossings += label == "TM"
            if label in ("outside", "inside"):
                assert (label == first) == (crossings % 2 == 0)
