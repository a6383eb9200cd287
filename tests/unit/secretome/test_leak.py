"""Laws of the leak index and of what follows it, on planted leak."""

import numpy as np
import pytest

from myosieve.secretome import leak

MARKERS, SAMPLES = 40, 12


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(11)


@pytest.fixture
def truth(random) -> np.ndarray:
    """Planted leak of each sample, log2."""
    return random.normal(0, 1, SAMPLES)


def planted(random, loading, rows, noise=0.3):
    """Return proteins of any abundance that take part in the leak by `loading` (log2)."""
    abundance = random.uniform(15, 32, size=(rows, 1))
    return abundance + np.asarray(loading) + random.normal(0, noise, size=(rows, SAMPLES))


def test_the_index_recovers_the_planted_leak(random, truth):
    index = leak.leak_index(planted(random, truth, MARKERS)).level
    # standard error of a median of 40 values with noise 0.3: 1.25 * 0.3 / sqrt(40) = 0.06; five of them
    np.testing.assert_allclose(index, truth - truth.mean(), atol=0.3)


def test_the_index_does_not_depend_on_how_abundant_the_markers_are(random, truth):
    markers = planted(random, truth, MARKERS)
    brighter = markers + random.uniform(-5, 5, size=(MARKERS, 1))
    np.testing.assert_allclose(leak.leak_index(brighter).level, leak.leak_index(markers).level, atol=1e-9)


def test_the_order_of_samples_and_markers_does_not_matter(random, truth):
    markers = planted(random, truth, MARKERS)
    order = random.permutation(SAMPLES)
    np.testing.assert_allclose(
        leak.leak_index(markers[::-1][:, order]).level, leak.leak_index(markers).level[order], atol=1e-12
    )


def test_a_few_regulated_markers_do_not_steer_the_index(random, truth):
    markers = planted(random, truth, MARKERS)
    regulated = markers.copy()
    regulated[:4, : SAMPLES // 2] += 6
    np.testing.assert_allclose(leak.leak_index(regulated).level, leak.leak_index(markers).level, atol=0.2)


def test_a_marker_seen_in_too_few_samples_is_not_used(random, truth):
    markers = planted(random, truth, MARKERS)
    rare = np.full((1, SAMPLES), np.nan)
    rare[0, :8] = 40  # 8 of 12 is under 75 %
    np.testing.assert_array_equal(leak.leak_index(np.vstack([markers, rare])).level, leak.leak_index(markers).level)


def test_under_ten_markers_there_is_no_index(random, truth):
    assert np.isnan(leak.leak_index(planted(random, truth, leak.FEWEST - 1)).level).all()
    assert np.isfinite(leak.leak_index(planted(random, truth, leak.FEWEST)).level).all()


def test_a_sample_in_which_the_markers_are_missing_has_no_index(random, truth):
    markers = planted(random, truth, MARKERS)
    markers[:-5, 3] = np.nan
    index = leak.leak_index(markers).level
    assert np.isnan(index[3])
    assert np.isfinite(np.delete(index, 3)).all()


def test_where_nobody_leaks_the_index_is_steady_however_few_the_markers(random):
    for count in (10, 20, 80):
        assert leak.leak_index(planted(random, 0, count)).steady
        assert leak.leak_index(planted(random, 0, count), planted(random, 0, 40)).steady


def test_a_planted_leak_is_not_steady(random, truth):
    assert not leak.leak_index(planted(random, truth, MARKERS)).steady
    assert not leak.leak_index(planted(random, truth, MARKERS), planted(random, 0, 40)).steady


def test_a_weak_leak_is_seen_by_many_markers_and_not_by_few(random, truth):
    # standard error of the median: 1.25 / sqrt(10) = 0.40 and 1.25 / sqrt(2000) = 0.03, against a leak of 0.1
    assert leak.leak_index(planted(random, 0.1 * truth, 10, noise=1.0)).steady
    assert not leak.leak_index(planted(random, 0.1 * truth, 2000, noise=1.0)).steady


def test_beside_secreted_proteins_the_index_does_not_depend_on_the_normalization(random, truth):
    markers, secreted = planted(random, truth, MARKERS), planted(random, 0, MARKERS)
    before = leak.leak_index(markers, secreted)
    shift = random.normal(0, 2, SAMPLES)
    np.testing.assert_allclose(leak.leak_index(markers + shift, secreted + shift).level, before.level, atol=1e-9)
    np.testing.assert_allclose(before.level, truth - truth.mean(), atol=0.4)
    assert before.secreted == MARKERS


def test_where_most_of_the_medium_leaked_the_index_still_sees_it(random, truth):
    values = np.vstack([planted(random, truth, 900), planted(random, 0, 100)])
    values -= np.median(values - np.median(values, axis=1, keepdims=True), axis=0)
    alone, beside = leak.leak_index(values[:40]), leak.leak_index(values[:40], values[900:])
    np.testing.assert_allclose(beside.level, truth - truth.mean(), atol=0.4)
    assert np.std(alone.level) < 0.2 * np.std(beside.level)


def test_with_too_few_secreted_proteins_the_markers_stand_alone(random, truth):
    markers = planted(random, truth, MARKERS)
    found = leak.leak_index(markers, planted(random, 0, leak.FEWEST - 1))
    np.testing.assert_array_equal(found.level, leak.leak_index(markers).level)
    assert found.secreted == 0


def test_a_steady_index_flags_nobody():
    assert set(leak.leak_flags(np.full(5, np.nan), np.zeros(5, dtype=bool), steady=True)) == {""}


def test_without_probability_nothing_is_known_and_the_flag_says_so():
    flags = leak.leak_flags(np.array([np.nan, 0.1, 0.95]), np.zeros(3, dtype=bool), steady=False)
    assert flags.tolist() == ["not run", "", leak.FOLLOWS_LEAK]


def test_a_marker_is_a_marker_whatever_its_probability():
    probability = np.array([np.nan, 0.99, 0.0])
    assert set(leak.leak_flags(probability, np.ones(3, dtype=bool), steady=False)) == {leak.MARKER}
