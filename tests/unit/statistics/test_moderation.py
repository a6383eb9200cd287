"""Laws of the moderation of variances; agreement with limma is held by test_moderation_oracles."""

import numpy as np
import pytest
from scipy.special import fdtri

from myosieve.statistics.moderation import Moderated, moderate
from myosieve.statistics.prior_outliers import outlier_df
from myosieve.statistics.prior_robust import at_common_df, winsorized_moments
from myosieve.statistics.tails import f_tails

PRIOR_DF, PRIOR_VARIANCE = 6.0, 0.1
EVERY_WAY = [
    pytest.param(unequal, trend, options, id="-".join([unequal, trend, *options]))
    for unequal in ("equal", "unequal")
    for trend in ("plain", "trend")
    for options in ({}, {"robust": True}, {"legacy": True}, {"robust": True, "legacy": True})
]


def drawn(
    m: int, unequal: str = "unequal", seed: int = 0, slope: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return variances, degrees of freedom (0 in a fifteenth of the unequal) and a covariate, drawn from the model."""
    draw = np.random.default_rng(seed)
    covariate = draw.normal(25, 2, m)
    df = draw.integers(0, 15, m).astype(float) if unequal == "unequal" else np.full(m, 8.0)
    true = PRIOR_VARIANCE * np.exp(slope * (covariate - 25)) * PRIOR_DF / draw.chisquare(PRIOR_DF, m)
    variance = np.where(df > 0, true * draw.chisquare(np.maximum(df, 1)) / np.maximum(df, 1), np.nan)
    return variance, df, covariate


def run(variance: np.ndarray, df: np.ndarray, covariate: np.ndarray, trend: str, options: dict[str, bool]) -> Moderated:
    return moderate(variance, df, covariate if trend == "trend" else None, **options)


@pytest.mark.parametrize(("unequal", "trend", "options"), EVERY_WAY)
def test_the_prior_of_simulated_variances_is_found(unequal: str, trend: str, options: dict[str, bool]) -> None:
    variance, df, covariate = drawn(8000, unequal, slope=-0.3 if trend == "trend" else 0.0)
    with_df = df > 0  # how those without count in the robust fit is a matter of its own
    prior = run(variance[with_df], df[with_df], covariate[with_df], trend, options).prior
    # the standard error of d_0 is about 0.2 here (simulated)
    assert prior.df == pytest.approx(PRIOR_DF, abs=0.8)
    truth = PRIOR_VARIANCE * np.exp((-0.3 if trend == "trend" else 0.0) * (covariate[with_df] - 25))
    middle = np.abs(covariate[with_df] - 25) < 4
    # lines between seeds and four spline columns follow an exponential only so closely
    np.testing.assert_allclose(prior.variance[middle], truth[middle], rtol=0.12 if trend == "trend" else 0.03)


@pytest.mark.parametrize(("unequal", "trend", "options"), EVERY_WAY)
def test_scaling_all_variances_scales_the_posterior_and_leaves_degrees_of_freedom(
    unequal: str, trend: str, options: dict[str, bool]
) -> None:
    variance, df, covariate = drawn(600, unequal)
    once = run(variance, df, covariate, trend, options)
    scaled = run(7 * variance, df, covariate, trend, options)
    np.testing.assert_allclose(scaled.variance, 7 * once.variance, rtol=1e-7)
    np.testing.assert_allclose(scaled.df, once.df, rtol=1e-7)


@pytest.mark.parametrize(("unequal", "trend", "options"), EVERY_WAY)
def test_the_order_of_proteins_does_not_matter(unequal: str, trend: str, options: dict[str, bool]) -> None:
    variance, df, covariate = drawn(600, unequal)
    order = np.random.default_rng(1).permutation(600)
    direct = run(variance, df, covariate, trend, options)
    shuffled = run(variance[order], df[order], covariate[order], trend, options)
    np.testing.assert_allclose(shuffled.variance, direct.variance[order], rtol=1e-7)
    np.testing.assert_allclose(shuffled.df, direct.df[order], rtol=1e-7)


@pytest.mark.parametrize(("unequal", "trend", "options"), EVERY_WAY)
def test_the_posterior_is_the_mean_of_both_variances_weighted_by_their_degrees_of_freedom(
    unequal: str, trend: str, options: dict[str, bool]
) -> None:
    variance, df, covariate = drawn(400, unequal)
    moderated = run(variance, df, covariate, trend, options)
    prior = moderated.prior
    for i in np.flatnonzero(df > 0)[:50]:
        expected = np.average([prior.variance[i], variance[i]], weights=[prior.df_by_protein[i], df[i]])
        assert moderated.variance[i] == pytest.approx(expected)
        assert moderated.df[i] == pytest.approx(prior.df_by_protein[i] + df[i])


@pytest.mark.parametrize("options", [{}, {"robust": True}, {"legacy": True}, {"robust": True, "legacy": True}])
@pytest.mark.parametrize("unequal", ["equal", "unequal"])
def test_moving_and_stretching_the_covariate_changes_nothing(unequal: str, options: dict[str, bool]) -> None:
    variance, df, covariate = drawn(600, unequal, slope=-0.2)
    direct = moderate(variance, df, covariate, **options)
    moved = moderate(variance, df, 4 * covariate - 300, **options)
    np.testing.assert_allclose(moved.variance, direct.variance, rtol=1e-6)


def with_hypervariable_proteins(unequal: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return variances of which every thirtieth is a hundred times as large, degrees of freedom, and which these are."""
    variance, df, _ = drawn(3000, unequal)
    wild = np.arange(3000) % 30 == 0
    return np.where(wild, 100 * variance, variance), df, wild


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("unequal", ["equal", "unequal"])
def test_hypervariable_proteins_spoil_the_plain_prior_and_hardly_the_robust_one(unequal: str, legacy: bool) -> None:
    variance, df, _ = with_hypervariable_proteins(unequal)
    plain = moderate(variance, df, legacy=legacy).prior.df
    robust = moderate(variance, df, robust=True, legacy=legacy, count_without_df=False).prior.df
    assert plain < 0.6 * PRIOR_DF
    assert abs(np.log(robust / PRIOR_DF)) < abs(np.log(plain / PRIOR_DF)) / 2


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("unequal", ["equal", "unequal"])
def test_hypervariable_proteins_get_fewer_prior_degrees_of_freedom_and_others_keep_them(
    unequal: str, legacy: bool
) -> None:
    variance, df, wild = with_hypervariable_proteins(unequal)
    prior = moderate(variance, df, robust=True, legacy=legacy).prior
    informative = df >= 5
    assert np.median(prior.df_by_protein[wild & informative]) < 0.2 * prior.df
    assert np.mean(prior.df_by_protein[~wild] == prior.df) > 0.9
    assert (prior.df_by_protein <= prior.df).all()


def test_at_equal_degrees_of_freedom_a_larger_variance_never_has_more_of_the_prior() -> None:
    variance, df, _ = with_hypervariable_proteins("equal")
    prior = moderate(variance, df, robust=True).prior
    assert (np.diff(prior.df_by_protein[np.argsort(variance)]) <= 0).all()


def test_without_outliers_the_robust_likelihood_is_the_plain_one() -> None:
    # 300 variances at the quantiles of their distribution, for each of two degrees of freedom
    quantiles = (np.arange(300) + 0.5) / 300
    variance = PRIOR_VARIANCE * np.concatenate([fdtri(4, PRIOR_DF, quantiles), fdtri(9, PRIOR_DF, quantiles)])
    df = np.repeat([4.0, 9.0], 300)
    plain, robust = moderate(variance, df), moderate(variance, df, robust=True)
    np.testing.assert_array_equal(robust.variance, plain.variance)
    assert robust.prior.df == plain.prior.df


def test_counting_proteins_without_degrees_of_freedom_as_outliers_overstates_the_prior() -> None:
    draw = np.random.default_rng(5)
    variance, df, _ = drawn(4000, seed=5)
    df[draw.random(4000) < 0.1] = 0
    variance = np.where(df > 0, variance, np.nan)
    with_df = df > 0
    counted = moderate(variance, df, robust=True).prior
    left_out = moderate(variance, df, robust=True, count_without_df=False).prior
    among_themselves = moderate(variance[with_df], df[with_df], robust=True).prior
    # no outlier was drawn: d_0 = 6
    assert left_out.df == pytest.approx(PRIOR_DF, abs=0.6)
    assert counted.df > 1.15 * PRIOR_DF
    assert left_out.df == among_themselves.df
    np.testing.assert_array_equal(left_out.df_by_protein[with_df], among_themselves.df_by_protein)


def test_winsorized_moments_are_those_of_drawn_ratios() -> None:
    log_f = np.log(np.random.default_rng(3).f(7, 5, 400_000))
    winsorized = np.clip(log_f, *np.quantile(log_f, [0.05, 0.9]))
    mean, variance = winsorized_moments(7, 5)
    # four standard errors of 400,000 draws
    assert mean == pytest.approx(winsorized.mean(), abs=4 * (variance / 400_000) ** 0.5)
    assert variance == pytest.approx(winsorized.var(), rel=0.01)


@pytest.mark.parametrize("prior_df", [0.8, 6.0, 300.0, np.inf])
def test_ratios_brought_to_common_degrees_of_freedom_keep_their_tail_probabilities(prior_df: float) -> None:
    ratio = np.array([1e-6, 0.01, 0.5, 1.0, 3.0, 20.0, 90.0])
    for df in (1.0, 3.0, 10.0):
        converted = at_common_df(ratio, np.full(7, df), 10.0, prior_df)
        # both, each with its own digits: 1 - 1e-30 would be 1
        for before, after in zip(f_tails(ratio, df, prior_df), f_tails(converted, 10.0, prior_df), strict=True):
            np.testing.assert_allclose(after, before, rtol=1e-8)
        assert (np.diff(converted) > 0).all()


def test_winsorized_moments_tend_to_those_of_chi_squared() -> None:
    np.testing.assert_allclose(winsorized_moments(7, 1e8), winsorized_moments(7, np.inf), rtol=1e-6)


def test_prior_degrees_of_freedom_of_outliers_by_hand() -> None:
    # d_0 = 2 and d = 2: P(F > f) = 1 / (1 + f), and with d_0 prior ones (1 + 2 f / d_0)^(-d_0 / 2).
    # Ratios 999, 0.5, 0.4, 0.3: tails 0.001, 2/3, ...; expected shares 1/8, 3/8, ...: only the first is an outlier,
    # no outlier with probability 0.008.
    ratio = np.array([0.5, 999.0, 0.3, 0.4])
    tail = 1 / (1 + ratio)
    first = 2 * np.log(0.5) / np.log(0.001)
    second = first * np.log(0.5) / (-first / 2 * np.log1p(2 * 999 / first))
    found = outlier_df(ratio, np.full(4, 2.0), tail, 4, 2.0)
    np.testing.assert_allclose(found, [2, 0.008 * 2 + 0.992 * second, 2, 2])


def test_the_most_extreme_outliers_share_the_mean_of_what_they_would_get_where_it_falls_on() -> None:
    # Ratios and tails given: expected shares are (rank - 1/2) / 10. The second is more of an outlier than the first, so that
    # the running mean falls; the third is none.
    ratio, tail = np.array([50.0, 40.0, 1.0]), np.array([0.04, 0.045, 0.9])
    found = outlier_df(ratio, np.full(3, 4.0), tail, 10, 5.0)
    assert found[0] == found[1] < found[2] == 5.0


def test_a_tail_too_small_for_a_number_leaves_no_prior() -> None:
    found = outlier_df(np.array([1e300, 1.0, 0.9, 0.8]), np.full(4, 4.0), np.array([0.0, 0.5, 0.6, 0.7]), 4, 5.0)
    np.testing.assert_array_equal(found, [0, 5, 5, 5])


def test_ties_share_their_rank() -> None:
    # As above by hand; ranks 1 and 2 are 1.5 both, the expected share is (1.5 - 0.5) / 4.
    ratio = np.array([99.0, 99.0, 0.25, 0.25])
    first = 2 * np.log(0.5) / np.log(0.01)
    second = first * np.log(0.5) / (-first / 2 * np.log1p(2 * 99 / first))
    found = outlier_df(ratio, np.full(4, 2.0), 1 / (1 + ratio), 4, 2.0)
    np.testing.assert_allclose(found, [0.04 * 2 + 0.96 * second] * 2 + [2, 2])
