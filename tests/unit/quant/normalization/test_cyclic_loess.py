"""Cyclic loess; its agreement with limma is held by the reference results."""

import numpy as np

from myosieve.quant.normalization.loess import cyclic_loess, similar_loading


def curved(bend: float, proteins: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Return four samples, the last with an intensity-dependent difference, and the levels."""
    draw = np.random.default_rng(1)
    level = draw.uniform(16, 30, proteins)
    x = level[:, None] + draw.normal(0, 0.1, (proteins, 4))
    x[:, 3] += bend * np.sin(level / 4)
    return x, level


def test_a_curved_difference_between_samples_is_removed() -> None:
    x, level = curved(1.0)
    result = cyclic_loess(x, np.ones(len(x), bool))
    left = result[:, 3] - result[:, :3].mean(axis=1)
    by_level = np.array([np.median(part) for part in np.array_split(left[np.argsort(level)], 10)])
    before = x[:, 3] - x[:, :3].mean(axis=1)
    assert np.abs(before).max() > 0.9
    assert np.abs(by_level).max() < 0.3  # a span of 0.7 follows a bend only in part
    assert np.abs(by_level[2:8]).max() < 0.15


def test_missing_values_do_not_spread_nor_bend_the_others() -> None:
    x, _ = curved(0.0)
    holes = x.copy()
    holes[::7, 1] = np.nan
    result = cyclic_loess(holes, np.ones(len(x), bool))
    assert (np.isnan(result) == np.isnan(holes)).all()
    assert np.nanmax(np.abs(result - cyclic_loess(x, np.ones(len(x), bool)))) < 0.1


def test_a_few_wild_proteins_do_not_pull_the_curve() -> None:
    x, _ = curved(0.0)
    wild = x.copy()
    wild[:40, 3] += 4
    rest = slice(40, None)
    result, wild_result = (cyclic_loess(one, np.ones(len(x), bool)) for one in (x, wild))
    assert np.abs(wild_result[rest] - result[rest]).max() < 0.1


def test_a_carried_protein_at_the_place_of_a_deciding_one_is_corrected_alike() -> None:
    x, _ = curved(1.0)
    twice = np.vstack([x, x[:50]])
    deciding = np.arange(len(twice)) < len(x)
    result = cyclic_loess(twice, deciding)
    np.testing.assert_allclose(result[len(x) :], result[:50], atol=1e-9)


def test_loading_is_similar_up_to_half_a_log2() -> None:
    x, _ = curved(0.0)
    everything = np.ones(len(x), bool)
    more = np.array([0, 0, 0, 1])
    assert similar_loading(x + 0.4 * more, everything)
    assert not similar_loading(x + 0.6 * more, everything)
