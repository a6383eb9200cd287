"""Where a helix could lie: windows, margins, ends, and how the regions of many proteins are packed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myosieve.sequence import regions, residues
from myosieve.sequence.network import GAP

POLAR = "D"  # aspartate: 3.49 kcal/mol by Hessa et al. 2005; isoleucine, below, -0.60
CORE = "I" * 15

FEW = settings(deadline=None, max_examples=25, derandomize=True)
PROTEINS = st.lists(st.text("IDKLAGX", max_size=120), max_size=6)


def encoded(*sequences: str) -> list[np.ndarray]:
    return [residues.encode(sequence) for sequence in sequences]


def found(*sequences: str) -> list[tuple[int, int, int]]:
    result = regions.find(encoded(*sequences))
    return list(zip(result.protein.tolist(), result.start.tolist(), result.stop.tolist(), strict=True))


def by_loop(sequence: str) -> list[tuple[int, int]]:
    """Return the regions of one protein, window by window."""
    length = len(sequence)
    if 0 < length < regions.WINDOW:
        return [(0, length)]
    cost = residues.INSERTION_HUNDREDTHS[residues.encode(sequence)]
    merged: list[tuple[int, int]] = []
    for at in range(length - regions.WINDOW + 1):
        if cost[at : at + regions.WINDOW].sum() >= regions.MEAN * regions.WINDOW:
            continue
        start, stop = max(at - regions.MARGIN, 0), min(at + regions.WINDOW + regions.MARGIN, length)
        if merged and start - merged[-1][1] <= 20:
            start = merged.pop()[0]
        merged.append((start, stop))
    return merged


# ---- find ------------------------------------------------------------------------------------------------------------


def test_a_hydrophobic_core_is_found_with_its_margins() -> None:
    [(protein, start, stop)] = found(POLAR * 100 + CORE + POLAR * 100)
    # 15 residues of which k are aspartate: 3.49 k - 0.6 (15 - k) < 0.4 * 15 up to k = 3, so windows begin three residues early.
    assert (protein, start, stop) == (0, 100 - 3 - regions.MARGIN, 100 + 15 + 3 + regions.MARGIN)


def test_a_window_at_the_bound_is_polar_and_above_it_is_not() -> None:
    # 15 residues with m alanines among glycines, in hundredths: 11 m + 74 (15 - m). m = 9: 543 < 600; m = 8: 606.
    around = POLAR * 60
    assert found(around + "AG" * 6 + "AAA" + around) != []
    assert found(around + "AG" * 7 + "A" + around) == []


def test_a_polar_protein_has_no_region() -> None:
    assert found(POLAR * 200) == []
    assert found("X" * 200) == []


def test_regions_end_with_the_protein() -> None:
    assert found(CORE) == [(0, 0, 15)]
    assert found("DDD" + CORE + "DD") == [(0, 0, 20)]


@pytest.mark.parametrize(("length", "regions_found"), [(0, []), (1, [(0, 0, 1)]), (14, [(0, 0, 14)]), (15, [])])
def test_a_protein_shorter_than_a_window_is_one_region_whatever_it_is(length: int, regions_found: list) -> None:
    assert found(POLAR * length) == regions_found


@pytest.mark.parametrize(("between", "count"), [(20, 1), (21, 2)])
def test_regions_with_few_residues_between_them_are_one(between: int, count: int) -> None:
    # On either side of the loop a region reaches three residues (as above) and a margin beyond its core.
    loop = 2 * (3 + regions.MARGIN) + between
    assert len(found(POLAR * 60 + CORE + POLAR * loop + CORE + POLAR * 60)) == count


def test_a_region_never_reaches_from_one_protein_into_the_next() -> None:
    half = "I" * 7
    assert found(POLAR * 80 + half, half + POLAR * 80) == []
    assert found(POLAR * 80 + CORE, CORE + POLAR * 80) == [(0, 80 - 3 - 25, 95), (1, 0, 15 + 3 + 25)]


def test_no_protein_has_no_region() -> None:
    assert found() == []
    assert found("", "") == []


@given(PROTEINS)
@FEW
def test_the_regions_of_many_proteins_are_those_of_each_alone(sequences: list[str]) -> None:
    expected = [(number, *region) for number, sequence in enumerate(sequences) for region in by_loop(sequence)]
    assert found(*sequences) == expected


@given(
    st.text("DEKRNQSTGP", max_size=80), st.text("ILVFAM", min_size=19, max_size=25), st.text("DEKRNQSTGP", max_size=80)
)
@FEW
def test_a_hydrophobic_helix_lies_wholly_inside_a_region(before: str, helix: str, after: str) -> None:
    start, stop = len(before), len(before) + len(helix)
    assert any(a <= start and stop <= b for _, a, b in found(before + helix + after))


# ---- view ------------------------------------------------------------------------------------------------------------

WITH_HELIX = POLAR * 60 + CORE + POLAR * 60


def viewed(*sequences: str, signal: list[int] | None = None) -> regions.View:
    codes = encoded(*sequences)
    return regions.view(codes, regions.find(codes), np.array(signal or [0] * len(codes)))


def test_each_candidate_residue_points_to_its_code_in_the_packed_row() -> None:
    sequences = (WITH_HELIX, "", "MKWL", POLAR * 50, WITH_HELIX * 2)
    seen = viewed(*sequences)
    codes = encoded(*sequences)
    assert np.unique(seen.protein).tolist() == [0, 2, 4]
    expected = [codes[protein][residue] for protein, residue in zip(seen.protein, seen.residue, strict=True)]
    assert seen.packed.codes[seen.place].tolist() == expected
    assert seen.packed.mask[seen.place].all()
    assert seen.packed.mask.sum() == len(seen.place)  # without a signal peptide every packed residue is a candidate
    assert (np.diff(seen.protein) >= 0).all()


def test_gaps_as_long_as_any_convolution_stand_around_every_region() -> None:
    mask = viewed("MKWL", WITH_HELIX, "MKW").packed.mask.ravel()
    edges = np.flatnonzero(np.diff(np.concatenate([[1], mask, [1]])))
    gaps = np.diff(edges)[::2]
    assert gaps.tolist() == [GAP] * 4


def test_the_features_are_distances_to_both_ends_of_the_mature_protein() -> None:
    sequence = CORE * 4
    seen = viewed(sequence, signal=[20])
    features = seen.packed.features[GAP : GAP + 60]
    for residue in range(60):
        first = np.exp(-(residue - 20) / 10) if residue >= 20 else 0
        assert features[residue] == pytest.approx([first, np.exp(-(59 - residue) / 10)], rel=1e-5)


def test_residues_of_the_signal_peptide_are_shown_but_are_no_candidates() -> None:
    seen = viewed(CORE * 4, signal=[20])
    assert seen.packed.mask.sum() == 60
    assert seen.residue.tolist() == [*range(20, 60)]


def test_a_protein_that_is_all_signal_peptide_has_no_candidate() -> None:
    seen = viewed("I" * 20, WITH_HELIX, signal=[20, 0])
    assert np.unique(seen.protein).tolist() == [1]


def test_an_end_of_a_region_is_an_edge_unless_the_protein_ends_there() -> None:
    whole, inner, left = CORE * 2, WITH_HELIX, CORE + POLAR * 60
    seen = viewed(whole, inner, left)
    edges = [seen.residue[(seen.protein == number) & seen.edge].tolist() for number in range(3)]
    # 28 = 3 residues of a window with the core, and the margin.
    assert edges == [[], [60 - 28, 60 + 15 + 28 - 1], [15 + 28 - 1]]


def test_no_protein_gives_one_gap() -> None:
    seen = viewed()
    assert seen.packed.mask.shape == (GAP, 1)
    assert len(seen.place) == 0


@given(PROTEINS, st.integers(0, 30))
@FEW
def test_the_view_of_many_proteins_is_that_of_each_alone(sequences: list[str], cut: int) -> None:
    signal = [min(cut * (number % 2), len(sequence)) for number, sequence in enumerate(sequences)]
    together = viewed(*sequences, signal=signal)
    for number, sequence in enumerate(sequences):
        alone, here = viewed(sequence, signal=[signal[number]]), together.protein == number
        np.testing.assert_array_equal(together.residue[here], alone.residue)
        np.testing.assert_array_equal(together.edge[here], alone.edge)
        for name in ("codes", "features"):
            packed = getattr(together.packed, name)[together.place[here]]
            np.testing.assert_array_equal(packed, getattr(alone.packed, name)[alone.place])
