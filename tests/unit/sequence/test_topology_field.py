"""The field over topologies: its sum and its best way equal what counting every topology gives."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myosieve.sequence import topology_field
from myosieve.sequence.topology_field import FORBIDDEN, Field, best, log_odds

INSIDE, OUTSIDE = 0, 1
# Log odds of what cannot be: -inf but for the rounding of two sums, whose last step has 32 bits. A probability below 1e-6.
IMPOSSIBLE = -14
SEEDS = st.integers(0, 2**32 - 1)
MANY = settings(deadline=None, max_examples=25, derandomize=True)

Piece = tuple[int, int, int]  # state (0, 1 a side; 2, 3 a helix that leaves it), first residue, the one behind the last


def topologies(length: int, field: Field, at: int = 0, before: int | None = None) -> Iterator[list[Piece]]:
    """Yield every way from residue `at` to the last, behind a piece of the state `before`."""
    if at == length:
        yield []
        return
    for side in (INSIDE, OUTSIDE):
        if before is None or before == 3 - side:  # a helix leads to the side that it did not leave
            for stop in range(at + 1, length + 1):
                for rest in topologies(length, field, stop, side):
                    yield [(side, at, stop), *rest]
        if before is None or before == side:
            for number in range(len(field.duration)):
                if (stop := at + field.shortest + number) <= length:
                    for rest in topologies(length, field, stop, 2 + side):
                        yield [(2 + side, at, stop), *rest]


def scored(way: list[Piece], field: Field, e: np.ndarray, after_signal: bool) -> float:
    total = field.start[int(after_signal), way[0][0]] + field.end[way[-1][0]]
    for state, first, stop in way:
        total += e[first:stop, state].sum()
        total += field.duration[stop - first - field.shortest] if state >= 2 else 0
    return float(total)


def with_bonus(way: list[Piece], field: Field, e: np.ndarray, after_signal: bool) -> float:
    return scored(way, field, e, after_signal) + field.bonus * sum(state >= 2 for state, *_ in way)


def counted(field: Field, e: np.ndarray, after_signal: bool) -> tuple[float, float, list[list[Piece]]]:
    """Return the log odds of a helix, the score of the best topology with one (and its bonus), and all topologies with one."""
    ways = list(topologies(len(e), field))
    with_helix = [way for way in ways if any(state >= 2 for state, *_ in way)]
    scores = np.array([scored(way, field, e, after_signal) for way in with_helix])
    none = np.logaddexp.reduce([scored(way, field, e, after_signal) for way in ways if way not in with_helix])
    if not len(scores):
        return -np.inf, -np.inf, []
    highest = max(with_bonus(way, field, e, after_signal) for way in with_helix)
    return float(np.logaddexp.reduce(scores) - none), highest, with_helix


def drawn(seed: int, spread: float = 1.5) -> tuple[np.random.Generator, Field]:
    draw = np.random.default_rng(seed)
    shortest, lengths = int(draw.integers(1, 4)), int(draw.integers(1, 4))
    start, end, duration = (draw.normal(0, spread, size) for size in ((2, 4), 4, lengths))
    return draw, Field(start, end, duration, shortest, float(draw.normal(0, spread)))


def as_way(helices: list[topology_field.Helix], length: int) -> list[Piece]:
    """Return the whole topology that helices belong to."""
    way, at = [], 0
    for first, stop, side in helices:
        if first > at:
            way.append((side, at, first))
        way.append((2 + side, first, stop))
        at = stop
    if at < length:
        way.append((1 - helices[-1][2], at, length))
    return way


# ---- every topology counted ------------------------------------------------------------------------------------------


def test_the_topologies_are_counted_right() -> None:
    # Three residues, helices of two: two sides, a helix at either end with a side before or behind it, each in two directions.
    field = Field(np.zeros((2, 4)), np.zeros(4), np.zeros(1), 2)
    ways = list(topologies(3, field))
    assert len(ways) == 2 + 2 * 2
    odds = log_odds(field, [np.zeros((3, 4))], np.array([False]))
    assert odds[0] == pytest.approx(np.log(4 / 2))


@given(SEEDS, st.integers(1, 9), st.booleans())
@MANY
def test_the_log_odds_equal_the_sum_over_every_topology(seed: int, length: int, after_signal: bool) -> None:
    draw, field = drawn(seed)
    e = draw.normal(0, 1.5, (length, 4))
    expected, _, _ = counted(field, e, after_signal)
    found = log_odds(field, [e], np.array([after_signal]))[0]
    if np.isneginf(expected):
        assert found < IMPOSSIBLE
    else:
        # The sums over lengths have 32 bits, and the odds are the difference of two sums.
        assert found == pytest.approx(expected, abs=1e-4 * max(1, np.exp(-expected)))


@given(SEEDS, st.integers(1, 9), st.booleans())
@MANY
def test_the_best_topology_equals_the_best_of_all_that_have_a_helix(seed: int, length: int, after_signal: bool) -> None:
    draw, field = drawn(seed)
    e = draw.normal(0, 1.5, (length, 4))
    _, highest, ways = counted(field, e, after_signal)
    [helices] = best(field, [e], np.array([after_signal]))
    if not ways:
        assert helices == []
        return
    way = as_way(helices, length)
    assert way in ways
    assert with_bonus(way, field, e, after_signal) == pytest.approx(highest)


@given(SEEDS, st.integers(4, 9))
@MANY
def test_a_forbidden_state_is_never_taken(seed: int, length: int) -> None:
    draw, field = drawn(seed)
    e = draw.normal(0, 1.5, (length, 4))
    forbidden = np.zeros((length, 4), dtype=bool)
    forbidden[:, 2:] = (draw.random(length) < 0.3)[:, np.newaxis]  # as at the edges of a region
    e[forbidden] = FORBIDDEN
    allowed = [
        way
        for way in counted(field, np.where(forbidden, 0, e), False)[2]
        if not any(forbidden[first:stop, state].any() for state, first, stop in way)
    ]
    [helices] = best(field, [e], np.array([False]))
    odds = log_odds(field, [e], np.array([False]))[0]
    if not allowed:
        assert helices == []
        assert odds < IMPOSSIBLE
    else:
        highest = max(with_bonus(way, field, e, False) for way in allowed)
        assert with_bonus(as_way(helices, length), field, e, False) == pytest.approx(highest)


# ---- many proteins at once -------------------------------------------------------------------------------------------


@pytest.fixture
def lot() -> tuple[Field, list[np.ndarray], np.ndarray]:
    """A field with helices of 15 to 30 residues, and sixteen proteins of 1 to 90, among them several of the same length."""
    draw = np.random.default_rng(7)
    field = Field(draw.normal(size=(2, 4)), draw.normal(size=4), draw.normal(-4, 1, 16), 15)
    lengths = [1, 14, 15, 16, 90, 90, *draw.integers(1, 90, 10)]
    e = [draw.normal(0, 1, (length, 4)) for length in lengths]
    return field, e, draw.random(len(e)) < 0.5


def test_proteins_of_unequal_lengths_together_give_what_each_gives_alone(lot) -> None:
    field, e, after = lot
    odds, helices = log_odds(field, e, after), best(field, e, after)
    for number, one in enumerate(e):
        here = after[number : number + 1]
        assert log_odds(field, [one], here)[0] == odds[number]
        assert best(field, [one], here)[0] == helices[number]
    assert sum(len(one) > 1 for one in helices) > 2


def test_the_order_of_the_proteins_does_not_matter(lot) -> None:
    field, e, after = lot
    order = np.random.default_rng(1).permutation(len(e))
    shuffled = [e[number] for number in order]
    np.testing.assert_array_equal(log_odds(field, shuffled, after[order]), log_odds(field, e, after)[order])
    helices = best(field, e, after)
    assert best(field, shuffled, after[order]) == [helices[number] for number in order]


def test_the_size_of_a_group_does_not_matter(lot, monkeypatch: pytest.MonkeyPatch) -> None:
    field, e, after = lot
    odds, helices = log_odds(field, e, after), best(field, e, after)
    monkeypatch.setattr(topology_field, "_CELLS", 300)
    np.testing.assert_array_equal(log_odds(field, e, after), odds)
    assert best(field, e, after) == helices


def test_helices_do_not_overlap_have_a_permitted_length_and_alternate(lot) -> None:
    field, e, after = lot
    for one, helices in zip(e, best(field, e, after), strict=True):
        for first, stop, side in helices:
            assert field.shortest <= stop - first < field.shortest + len(field.duration)
            assert first >= 0
            assert stop <= len(one)
            assert side in (INSIDE, OUTSIDE)
        for (_, stop, side), (first, _, following) in itertools.pairwise(helices):
            assert first > stop  # at least one residue lies on the other side
            assert following == 1 - side


def test_a_protein_too_short_for_any_helix_has_none_and_no_chance(lot) -> None:
    field, e, after = lot
    short = [number for number, one in enumerate(e) if len(one) < field.shortest]
    assert len(short) >= 2
    assert (log_odds(field, e, after)[short] < IMPOSSIBLE).all()
    assert all(best(field, e, after)[number] == [] for number in short)


def test_no_protein_gives_nothing(lot) -> None:
    field = lot[0]
    assert log_odds(field, [], np.zeros(0, dtype=bool)).shape == (0,)
    assert best(field, [], np.zeros(0, dtype=bool)) == []


# ---- made fields -----------------------------------------------------------------------------------------------------


def hydrophobic(length: int, *helices: tuple[int, int], level: float = 0.0) -> np.ndarray:
    """Return e with `level` everywhere, and helices 2 above and elsewhere 2 below it."""
    e = np.full((length, 4), level)
    e[:, 2:] -= 2
    for first, stop in helices:
        e[first:stop, 2:] += 4
    return e


FLAT = Field(np.zeros((2, 4)), np.zeros(4), np.full(16, -5.0), 15)


def test_helices_lie_where_the_scores_say() -> None:
    helices = [(20, 40), (60, 81), (100, 118)]
    [found] = best(FLAT, [hydrophobic(140, *helices)], np.array([False]))
    assert [(first, stop) for first, stop, _ in found] == helices


def test_the_side_of_the_first_residues_decides_the_way_of_the_helices() -> None:
    e = hydrophobic(100, (40, 60))
    for side in (INSIDE, OUTSIDE):
        sided = e.copy()
        sided[:40, side] += 0.5
        assert best(FLAT, [sided], np.array([False])) == [[(40, 60, side)]]


def test_a_signal_peptide_chooses_the_second_row_of_the_starts() -> None:
    # With a start outside only behind a signal peptide, inside only without one.
    field = Field(np.array([[0, -9, 0, -9], [-9, 0, -9, 0.0]]), np.zeros(4), FLAT.duration, FLAT.shortest)
    e = hydrophobic(100, (40, 60))
    assert best(field, [e, e], np.array([False, True])) == [[(40, 60, INSIDE)], [(40, 60, OUTSIDE)]]


def test_a_bonus_draws_helices_in_doubt_and_changes_no_odds() -> None:
    e = hydrophobic(140, (20, 40), (60, 81))
    e[60:81, 2:] -= 1.9  # costs 3 with the price of a helix, -5
    eager = Field(FLAT.start, FLAT.end, FLAT.duration, FLAT.shortest, bonus=4.0)
    [plain], [more] = (best(field, [e], np.array([False])) for field in (FLAT, eager))
    assert [helix[:2] for helix in plain] == [(20, 40)]
    assert [helix[:2] for helix in more] == [(20, 40), (60, 81)]
    odds = [log_odds(field, [e], np.array([False]))[0] for field in (FLAT, eager)]
    assert odds[0] == odds[1]


def test_the_best_topology_has_a_helix_even_where_none_is_better() -> None:
    e = hydrophobic(60)
    assert log_odds(FLAT, [e], np.array([False]))[0] < -10
    assert len(best(FLAT, [e], np.array([False]))[0]) == 1


@pytest.mark.parametrize("level", [-30.0, 30.0])
def test_a_number_added_to_all_states_of_each_residue_changes_nothing(level: float) -> None:
    # Every topology passes every residue once: all scores move by level x length, here 12,000, as in a protein of a thousand
    # residues whose scores lie at 12.
    length, helix = 400, (100, 120)
    plain, moved = hydrophobic(length, helix), hydrophobic(length, helix, level=level)
    odds = log_odds(FLAT, [plain, moved], np.array([False, False]))
    assert odds[1] == pytest.approx(odds[0])
    for helices in best(FLAT, [plain, moved], np.array([False, False])):
        assert [(first, stop) for first, stop, _ in helices] == [helix]
