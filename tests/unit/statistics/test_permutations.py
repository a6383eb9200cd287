"""Permutations within strata, held against enumeration; their p-values, against uniform ones."""

from itertools import permutations as every_order

import numpy as np
import pytest

from myosieve.statistics.permutations import number_of_labelings, permutation_p, restricted


def as_it_is(labeling: np.ndarray) -> tuple[int, ...]:
    return tuple(labeling.tolist())


def without_mirror(labeling: np.ndarray) -> frozenset:
    """Alike where the partition into two groups is."""
    return frozenset({tuple(np.flatnonzero(labeling == 0)), tuple(np.flatnonzero(labeling == 1))})


def test_few_permutations_are_all_listed_once_without_the_observed_one() -> None:
    labels, strata = np.array([0, 0, 1, 1, 2]), np.zeros(5, dtype=int)
    found = restricted(labels, strata, 1000, np.random.default_rng(1), as_it_is)
    wanted = set(every_order(labels.tolist())) - {tuple(labels)}
    assert found.complete
    assert {*map(tuple, found.labelings.tolist())} == wanted
    assert len(found.labelings) == len(wanted) == number_of_labelings(labels, [np.arange(5)]) - 1


@pytest.mark.parametrize(("n", "expected"), [(3, 9), (4, 34), (5, 125)])
def test_of_a_labeling_and_its_mirror_one_counts(n, expected) -> None:
    labels = np.repeat([0, 1], n)  # C(2n, n) / 2 partitions, one of them observed
    found = restricted(labels, np.zeros(2 * n, dtype=int), 1000, np.random.default_rng(1), without_mirror)
    assert len(found.labelings) == expected


def test_labels_stay_within_their_stratum() -> None:
    random = np.random.default_rng(1)
    strata = np.repeat(np.arange(8), 5)
    labels = random.integers(0, 3, 40)
    for wanted in (50, 200):
        found = restricted(labels, strata, wanted, random, as_it_is)
        assert len(found.labelings) == wanted
        assert not found.complete
        assert len({*map(tuple, found.labelings.tolist())} - {tuple(labels)}) == wanted
        for labeling in found.labelings:
            for stratum in range(8):
                assert sorted(labeling[strata == stratum]) == sorted(labels[strata == stratum])


def test_more_than_wanted_are_drawn_from_all_without_repetition() -> None:
    labels, strata = np.repeat([0, 1], 5), np.zeros(10, dtype=int)
    found = restricted(labels, strata, 60, np.random.default_rng(1), as_it_is)
    assert (len(found.labelings), found.complete, found.distinct) == (60, False, 251)
    assert len({*map(tuple, found.labelings.tolist())}) == 60


def test_strata_of_one_label_leave_nothing_to_permute() -> None:
    labels = np.array([0, 0, 1, 1])
    found = restricted(labels, labels, 100, np.random.default_rng(1), as_it_is)
    assert found.labelings.shape == (0, 4)
    assert np.isnan(permutation_p(3.0, np.zeros(0)))


def test_impossible_labelings_are_left_out() -> None:
    labels = np.array([0, 0, 1, 1])
    found = restricted(
        labels, np.zeros(4, dtype=int), 100, np.random.default_rng(1),
        lambda labeling: as_it_is(labeling) if labeling[0] == 0 else None,
    )  # fmt: skip
    assert (found.labelings[:, 0] == 0).all()
    assert len(found.labelings) == 2


def test_the_same_seed_gives_the_same_permutations() -> None:
    labels, strata = np.repeat([0, 1], 10), np.zeros(20, dtype=int)
    first, second = (restricted(labels, strata, 30, np.random.default_rng(5), as_it_is) for _ in range(2))
    np.testing.assert_array_equal(first.labelings, second.labelings)


def test_the_p_value_counts_the_observed_one_and_those_equal_to_it() -> None:
    assert permutation_p(3.0, np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx(3 / 5)
    assert permutation_p(9.0, np.array([1.0, 2.0])) == pytest.approx(1 / 3)
    assert permutation_p(3.0, np.array([np.nan, 4.0])) == 1
    assert np.isnan(permutation_p(np.nan, np.array([1.0])))


def test_p_values_of_a_difference_that_is_not_there_are_uniform() -> None:
    random = np.random.default_rng(6)
    labels, strata = np.repeat([0, 1], 6), np.tile([0, 0, 1, 1, 2, 2], 2)
    found = restricted(labels, strata, 99, random, as_it_is)
    p_values = []
    for _ in range(400):
        y = random.normal(size=12) + 3 * strata  # what strata differ in must not matter
        null = np.array([y[one == 1].sum() - y[one == 0].sum() for one in found.labelings])
        p_values.append(permutation_p(y[labels == 1].sum() - y[labels == 0].sum(), null))
    p = np.sort(p_values)
    count = len(found.labelings) + 1
    # of count equally likely places the p-values are i / count
    expected = np.floor((np.arange(400) + 0.5) / 400 * count + 1) / count
    assert np.abs(p - expected).max() < 1.63 / np.sqrt(400)  # Kolmogorov-Smirnov, 1 %
