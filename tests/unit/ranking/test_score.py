"""Laws of scores, ranks and rank intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from myosieve.ranking import score

FLOOR = 0.05
WEIGHTS = dict(zip(score.CRITERIA, (3, 2, 1, 1, 1, 1, 3, 1, 0.5, 0.5), strict=True))
N, E = len(WEIGHTS), len(score.EXPERIMENT)
SHARES = score.shares(WEIGHTS, 0.7)
DRAWN = score.draw_shares(SHARES, 200, seed=1)

desirable = st.one_of(st.floats(0, 1), st.just(np.nan))


def proteins(rows=8):
    return hnp.arrays(float, (rows, N), elements=desirable)


@pytest.fixture
def table() -> np.ndarray:
    random = np.random.default_rng(5)
    values = random.uniform(0, 1, size=(60, N))
    values[random.random(values.shape) < 0.1] = np.nan
    values[:, 0] = random.uniform(0, 1, 60)
    return values


def test_shares_sum_to_one_and_split_by_the_experiments_share():
    assert SHARES.sum() == pytest.approx(1)
    assert SHARES[:E].sum() == pytest.approx(0.7)


@given(proteins())
def test_a_score_lies_between_floor_and_one_or_is_missing(values):
    found = score.total_score(values, SHARES, FLOOR)
    known = np.isfinite(values).any(axis=1)
    assert np.isnan(found[~known]).all()
    assert ((found[known] >= FLOOR - 1e-9) & (found[known] <= 1 + 1e-9)).all()


@given(proteins(), st.integers(0, N - 1), st.floats(0, 1))
def test_raising_one_desirability_never_lowers_the_score_nor_worsens_the_rank(values, criterion, raised):
    values[:, 0] = np.nan_to_num(values[:, 0])
    better = values.copy()
    better[0, criterion] = np.fmax(values[0, criterion], raised)
    if np.isnan(values[0, criterion]):
        return  # becoming known is not the same as becoming better
    before, after = (score.total_score(x, SHARES, FLOOR) for x in (values, better))
    assert after[0] >= before[0] - 1e-11
    rank_before, rank_after = (score.rank_and_interval(x, SHARES, DRAWN[:20], FLOOR)[0] for x in (values, better))
    assert rank_after[0] <= rank_before[0]


def test_the_total_is_the_product_of_the_axes(table):
    experiment = score.axis_score(table[:, :E], np.array([3, 2, 1, 1, 1, 1.0]), FLOOR)
    prior = score.axis_score(table[:, E:], np.array([3, 1, 0.5, 0.5]), FLOOR)
    expected = np.where(np.isnan(prior), experiment, experiment**0.7 * prior**0.3)
    np.testing.assert_allclose(score.total_score(table, SHARES, FLOOR), expected, rtol=1e-9)


def test_an_axis_is_the_weighted_geometric_mean_of_what_is_known():
    # (0.5^3 * 0.8)^(1/4) by hand; the third criterion is unknown, the fourth at the floor would be 0.05
    found = score.axis_score(np.array([[0.5, 0.8, np.nan]]), np.array([3, 1, 1.0]), FLOOR)
    assert found[0] == pytest.approx((0.5**3 * 0.8) ** 0.25)
    assert score.axis_score(np.array([[0.0]]), np.array([1.0]), FLOOR)[0] == pytest.approx(FLOOR)


def test_a_missing_criterion_stays_neutral_and_a_missing_axis_leaves_the_other():
    known = [0.6] * E + [0.9] * (N - E)
    values = np.array([known, known])
    values[0, [3, E + 1]] = np.nan
    assert np.ptp(score.total_score(values, SHARES, FLOOR)) == pytest.approx(0)
    alone = score.total_score(np.array([[0.6] * E + [np.nan] * (N - E)]), SHARES, FLOOR)
    assert alone[0] == pytest.approx(0.6)


@given(st.floats(0.1, 50))
def test_the_scale_of_the_weights_does_not_matter(scale):
    scaled = score.shares({name: scale * weight for name, weight in WEIGHTS.items()}, 0.7)
    np.testing.assert_allclose(scaled, SHARES)


def test_drawn_shares_sum_to_one_around_the_given_ones():
    drawn = score.draw_shares(SHARES, 20_000, seed=3)
    np.testing.assert_allclose(drawn.sum(axis=1), 1)
    # variance of a Dirichlet share is below 1/4 * 1/11 with ten pseudo-counts: five standard errors of the mean
    np.testing.assert_allclose(drawn.mean(axis=0), SHARES, atol=5 * (1 / 44 / 20_000) ** 0.5)


def test_a_criterion_without_weight_gets_none_in_any_draw():
    shares = score.shares(WEIGHTS | {"purity": 0}, 1.0)
    drawn = score.draw_shares(shares, 50, seed=0)
    assert (drawn[:, [score.CRITERIA.index("purity"), *range(E, N)]] == 0).all()


def test_ranks_are_a_permutation_and_intervals_are_ordered(table):
    rank, low, high = score.rank_and_interval(table, SHARES, DRAWN, FLOOR)
    assert sorted(rank) == list(range(1, 61))
    assert ((low >= 1) & (low <= high) & (high <= 60)).all()
    assert (low < high).any()


def test_a_protein_best_in_everything_is_first_under_every_weighting(table):
    table = np.nan_to_num(table)
    table[17] = 1.0
    rank, low, high = score.rank_and_interval(table, SHARES, DRAWN, FLOOR)
    assert (rank[17], low[17], high[17]) == (1, 1, 1)


def test_with_a_single_criterion_the_interval_is_the_rank(table):
    shares = score.shares(dict.fromkeys(WEIGHTS, 0) | {"effect": 1}, 1.0)
    rank, low, high = score.rank_and_interval(table, shares, score.draw_shares(shares, 20, 0), FLOOR)
    np.testing.assert_array_equal(low, rank)
    np.testing.assert_array_equal(high, rank)


def test_equal_desirabilities_tie_exactly_and_the_order_given_breaks_the_tie():
    random = np.random.default_rng(0)
    kind = random.integers(0, 5, 500)
    values = random.uniform(0, 1, size=(5, N))[kind]
    for found in score.rank_and_interval(values, SHARES, DRAWN, FLOOR):
        for one in range(5):
            assert (np.diff(found[kind == one]) > 0).all()
    rank = score.rank_and_interval(values, SHARES, DRAWN, FLOOR)[0]
    assert (np.diff(rank[kind == 0]) == 1).all()


def test_the_rounding_of_logarithms_orders_nobody():
    values = np.full((200, N), 0.5)
    values[:, 3] = np.random.default_rng(0).uniform(FLOOR, 1, 200)
    values[:, 4] = 0.3 / values[:, 3] * 0.1  # leak and purity weigh the same: a constant product is a constant score
    values = values[values[:, 4] > FLOOR]
    rank = score.rank_and_interval(values, SHARES, DRAWN, FLOOR)[0]
    assert rank.tolist() == list(range(1, len(values) + 1))


def test_the_seed_decides_the_draws():
    np.testing.assert_array_equal(score.draw_shares(SHARES, 5, seed=1), score.draw_shares(SHARES, 5, seed=1))
    assert not np.array_equal(score.draw_shares(SHARES, 5, seed=1), score.draw_shares(SHARES, 5, seed=2))


def test_equal_shares_are_drawn_from_the_flat_dirichlet_distribution():
    drawn = score.draw_shares(np.full(6, 1 / 6), 20_000, seed=3)
    # variance of one share of a flat Dirichlet distribution of K parts: (K - 1) / (K^2 (K + 1))
    np.testing.assert_allclose(drawn.var(axis=0), 5 / (36 * 7), rtol=0.1)


def test_interval_ends_are_rounded_outward(table):
    # among ten ranks the 5 and 95 % quantiles lie between the two outermost: outward is the lowest and the highest
    drawn = np.array([score.rank_and_interval(table, share, DRAWN[:1], FLOOR)[0] for share in DRAWN[:10]])
    _, low, high = score.rank_and_interval(table, SHARES, DRAWN[:10], FLOOR)
    np.testing.assert_array_equal(low, drawn.min(axis=0))
    np.testing.assert_array_equal(high, drawn.max(axis=0))


def test_the_interval_covers_five_to_ninety_five_percent_of_the_drawn_ranks(table):
    _, low, high = score.rank_and_interval(table, SHARES, DRAWN, FLOOR)
    drawn = np.array([score.rank_and_interval(table, share, DRAWN[:1], FLOOR)[0] for share in DRAWN])
    inside = ((drawn >= low) & (drawn <= high)).mean(axis=0)
    assert (inside >= 0.90).all()


def test_nobody_to_rank_is_no_error():
    assert [len(part) for part in score.rank_and_interval(np.zeros((0, N)), SHARES, DRAWN, FLOOR)] == [0, 0, 0]


def test_leaving_a_criterion_out_is_a_weight_of_zero():
    table = np.random.default_rng(5).random((40, len(score.CRITERIA)))
    weights = dict(zip(score.CRITERIA, [2.0, 1.0, 0.5, 1.0, 1.0, 1.0, 0.5, 1.0, 2.0, 0.5], strict=True))
    shares = score.shares(weights, 0.7)
    found = score.ranks_without_each(table, shares, FLOOR)
    assert found.shape == (len(score.CRITERIA), 40)
    for row, name in zip(found, score.CRITERIA, strict=True):
        without = score.shares(weights | {name: 0.0}, 0.7)
        np.testing.assert_array_equal(row, score.rank_and_interval(table, without, DRAWN[:1], FLOOR)[0])


def test_an_axis_whose_only_criterion_is_left_out_goes_with_it():
    table = np.random.default_rng(6).uniform(FLOOR, 1, (20, len(score.CRITERIA)))
    weights = dict.fromkeys(score.CRITERIA, 0.0) | {"effect": 1.0, "secretion": 1.0}
    by_secretion, by_effect = score.ranks_without_each(table, score.shares(weights, 0.6), FLOOR)
    effect, secretion = (score.CRITERIA.index(name) for name in ("effect", "secretion"))
    np.testing.assert_array_equal(by_effect, score.ranks(table[:, effect]))
    np.testing.assert_array_equal(by_secretion, score.ranks(table[:, secretion]))


def test_a_single_criterion_cannot_be_left_out():
    shares = score.shares(dict.fromkeys(score.CRITERIA, 0.0) | {"effect": 1.0, "receptor": 1.0}, 1.0)
    assert score.ranks_without_each(np.ones((4, len(score.CRITERIA))), shares, FLOOR).shape == (0, 4)
    assert score.ranks_without_each(np.ones((0, len(score.CRITERIA))), SHARES, FLOOR).shape == (0, 0)


def known_shares(weights, known, share=0.7):
    """Shares of the known criteria by hand: an axis without any leaves its part to the other."""
    parts = []
    for names, part in ((score.EXPERIMENT, share), (score.PRIOR, 1 - share)):
        own = np.array([weights[name] * known[name] for name in names])
        parts.append(part * own / own.sum() if own.any() else 0 * own)
    found = np.concatenate(parts)
    return found / found.sum()


@given(st.lists(st.booleans(), min_size=N, max_size=N).filter(any))
def test_what_is_unknown_leaves_its_share_to_its_axis_and_an_axis_to_the_other(known):
    expected = known_shares(WEIGHTS, dict(zip(score.CRITERIA, known, strict=True)))
    np.testing.assert_allclose(score.restricted(SHARES, np.array(known)), expected)


def test_without_any_known_criterion_there_is_no_share():
    assert (score.restricted(SHARES, np.zeros(N, dtype=bool)) == 0).all()


@given(proteins())
def test_contributions_sum_to_the_logarithm_of_the_score_and_are_unknown_where_the_criterion_is(values):
    found = score.contributions(values, SHARES, FLOOR)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(values))
    scores = score.total_score(values, SHARES, FLOOR)
    known = ~np.isnan(scores)
    np.testing.assert_allclose(np.nansum(found[known], axis=1), np.log(scores[known]), atol=1e-9)
    assert not (found > 0).any()


def test_a_criterion_without_weight_contributes_nothing_even_where_it_is_known():
    shares = score.shares(WEIGHTS | {"leak": 0}, 0.7)
    found = score.contributions(np.full((1, N), 0.5), shares, FLOOR)
    assert np.isnan(found[0, score.CRITERIA.index("leak")])


@given(proteins())
def test_coverage_is_the_known_part_of_the_weight(values):
    found = score.coverage(values, SHARES)
    # the same by hand, criterion by criterion
    expected = [sum(share for share, d in zip(SHARES, row, strict=True) if not np.isnan(d)) for row in values]
    np.testing.assert_allclose(found, expected)


def test_a_criterion_that_is_known_of_nobody_changes_no_rank_interval(table):
    table[:, score.CRITERIA.index("lysate")] = np.nan
    known = ~np.isnan(table).all(axis=0)
    shares = score.restricted(SHARES, known)
    smaller = score.shares(WEIGHTS | {"lysate": 0}, 0.7)
    np.testing.assert_allclose(shares, smaller)
    for one, other in zip(
        score.rank_and_interval(table, shares, score.draw_shares(shares, 100, 1), FLOOR),
        score.rank_and_interval(table, smaller, score.draw_shares(smaller, 100, 1), FLOOR),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)
