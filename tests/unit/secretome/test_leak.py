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
    index = leak.leak_index(planted(random, truth, MARKERS))
    # standard error of a median of 40 values with noise 0.3: 1.25 * 0.3 / sqrt(40) = 0.06; five of them
    np.testing.assert_allclose(index, truth - truth.mean(), atol=0.3)


def test_the_index_does_not_depend_on_how_abundant_the_markers_are(random, truth):
    markers = planted(random, truth, MARKERS)
    brighter = markers + random.uniform(-5, 5, size=(MARKERS, 1))
    np.testing.assert_allclose(leak.leak_index(brighter), leak.leak_index(markers), atol=1e-9)


def test_the_order_of_samples_and_markers_does_not_matter(random, truth):
    markers = planted(random, truth, MARKERS)
    order = random.permutation(SAMPLES)
    np.testing.assert_allclose(leak.leak_index(markers[::-1][:, order]), leak.leak_index(markers)[order], atol=1e-12)


def test_a_few_regulated_markers_do_not_steer_the_index(random, truth):
    markers = planted(random, truth, MARKERS)
    regulated = markers.copy()
    regulated[:4, : SAMPLES // 2] += 6
    np.testing.assert_allclose(leak.leak_index(regulated), leak.leak_index(markers), atol=0.2)


def test_a_marker_seen_in_too_few_samples_is_not_used(random, truth):
    markers = planted(random, truth, MARKERS)
    rare = np.full((1, SAMPLES), np.nan)
    rare[0, :8] = 40  # 8 of 12 is under 75 %
    np.testing.assert_array_equal(leak.leak_index(np.vstack([markers, rare])), leak.leak_index(markers))


def test_under_ten_markers_there_is_no_index(random, truth):
    assert np.isnan(leak.leak_index(planted(random, truth, leak.MIN_MARKERS - 1))).all()
    assert np.isfinite(leak.leak_index(planted(random, truth, leak.MIN_MARKERS))).all()


def test_a_sample_in_which_the_markers_are_missing_has_no_index(random, truth):
    markers = planted(random, truth, MARKERS)
    markers[:-5, 3] = np.nan
    index = leak.leak_index(markers)
    assert np.isnan(index[3])
    assert np.isfinite(np.delete(index, 3)).all()


def test_the_correlation_is_pearsons_over_the_observed_samples(random, truth):
    values = planted(random, truth, 30, noise=1)
    values[random.random(values.shape) < 0.4] = np.nan
    index = truth.copy()
    index[0] = np.nan
    for row, r in zip(values, leak.leak_correlation(values, index), strict=True):
        both = np.isfinite(row) & np.isfinite(index)
        if both.sum() < leak.MIN_SAMPLES:
            assert np.isnan(r)
        else:
            assert r == pytest.approx(np.corrcoef(row[both], index[both])[0, 1], abs=1e-12)


def test_a_protein_that_does_not_vary_has_no_correlation(truth):
    assert np.isnan(leak.leak_correlation(np.full((1, SAMPLES), 23.4), truth)).all()


def test_planted_followers_are_flagged_and_independent_proteins_are_not(random, truth):
    index = leak.leak_index(planted(random, truth, MARKERS))
    followers, independent = planted(random, truth, 300), planted(random, 0, 3000)
    r = leak.leak_correlation(np.vstack([followers, independent]), index)
    flags = leak.leak_flags(r, np.zeros(3300, dtype=bool), steady=False)
    assert (flags[:300] == leak.FOLLOWS_LEAK).mean() > 0.99
    # r = 0.8 with 12 samples is t = 4.2 with 10 degrees of freedom: one-sided p = 0.0009
    assert (flags[300:] == leak.FOLLOWS_LEAK).mean() < 0.005


def test_a_protein_that_leak_makes_scarcer_does_not_follow(random, truth):
    r = leak.leak_correlation(planted(random, -truth, 50), truth)
    assert set(leak.leak_flags(r, np.zeros(50, dtype=bool), steady=False)) == {""}


def test_where_nobody_leaks_nobody_is_flagged(random):
    index = leak.leak_index(planted(random, 0, MARKERS))
    assert leak.is_steady(index)
    flags = leak.leak_flags(np.full(5, np.nan), np.zeros(5, dtype=bool), leak.is_steady(index))
    assert set(flags) == {""}


def test_without_correlation_nothing_is_known_and_the_flag_says_so(truth):
    assert not leak.is_steady(truth)
    assert leak.leak_flags(np.array([np.nan, 0.1]), np.zeros(2, dtype=bool), steady=False).tolist() == ["not run", ""]


def test_a_marker_is_a_marker_whatever_its_correlation():
    r = np.array([np.nan, 0.99, -0.5])
    assert set(leak.leak_flags(r, np.ones(3, dtype=bool), steady=False)) == {leak.MARKER}
