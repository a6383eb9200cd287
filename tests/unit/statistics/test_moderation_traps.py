"""What brings moderation of variances to grief elsewhere: no variance, no degrees of freedom, ties, infinities."""

import numpy as np
import pytest
from scipy.special import fdtri, polygamma
from scipy.stats import f as f_distribution

from myosieve.statistics.moderation import moderate
from myosieve.statistics.prior_moments import log_minus_digamma, trigamma_inverse
from myosieve.statistics.splines import natural_spline

EVERY_OPTION = [{}, {"robust": True}, {"legacy": True}, {"robust": True, "legacy": True}]


def drawn(m: int = 500, seed: int = 0, equal: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return variances of prior 0.1 on 6 degrees of freedom, their own degrees of freedom (1 to 9) and a covariate."""
    draw = np.random.default_rng(seed)
    df = np.full(m, 8.0) if equal else draw.integers(1, 10, m).astype(float)
    variance = 0.1 * 6 / draw.chisquare(6, m) * draw.chisquare(df) / df
    return variance, df, draw.normal(25, 2, m)


@pytest.mark.parametrize("options", EVERY_OPTION)
@pytest.mark.parametrize("trend", [False, True])
def test_proteins_without_residual_degrees_of_freedom_get_the_prior_alone(
    options: dict[str, bool], trend: bool
) -> None:
    variance, df, covariate = drawn()
    variance[:20], df[:20] = np.nan, 0
    moderated = moderate(variance, df, covariate if trend else None, **options)
    np.testing.assert_allclose(moderated.variance[:20], moderated.prior.variance[:20], rtol=1e-14)
    np.testing.assert_array_equal(moderated.df[:20], moderated.prior.df)
    assert moderated.prior.zero_variances == 0


@pytest.mark.parametrize("options", EVERY_OPTION)
@pytest.mark.parametrize("equal", [False, True])
def test_zero_variances_are_left_out_of_the_prior(options: dict[str, bool], equal: bool) -> None:
    variance, df, _ = drawn(equal=equal)
    direct = moderate(variance, df, **options).prior
    with_zeros = moderate(np.append(variance, np.zeros(50)), np.append(df, np.full(50, 8.0)), **options)
    assert with_zeros.prior.zero_variances == 50
    assert with_zeros.prior.df == pytest.approx(direct.df)
    np.testing.assert_allclose(with_zeros.prior.variance[:500], direct.variance)
    np.testing.assert_allclose(with_zeros.prior.df_by_protein[:500], direct.df_by_protein)
    # they are moderated like all others
    expected = direct.df * direct.variance[0] / (direct.df + 8)
    np.testing.assert_allclose(with_zeros.variance[500:], expected)


@pytest.mark.parametrize("options", EVERY_OPTION)
@pytest.mark.parametrize("equal", [False, True])
def test_zero_variances_hardly_touch_the_trend(options: dict[str, bool], equal: bool) -> None:
    variance, df, covariate = drawn(equal=equal)
    direct = moderate(variance, df, covariate, **options).prior
    more = np.linspace(covariate.min(), covariate.max(), 25)
    with_zeros = moderate(
        np.append(variance, np.zeros(25)), np.append(df, np.full(25, 8.0)), np.append(covariate, more), **options
    ).prior
    # the span of the weighted lowess and the points at which it is computed depend a little on the number of proteins
    np.testing.assert_allclose(with_zeros.variance[:500], direct.variance, rtol=0.02)
    assert with_zeros.df == pytest.approx(direct.df, rel=0.01)


@pytest.mark.parametrize("options", EVERY_OPTION)
@pytest.mark.parametrize("trend", [False, True])
def test_variances_that_scatter_less_than_chance_get_infinite_prior_df_and_no_nan(
    options: dict[str, bool], trend: bool
) -> None:
    draw = np.random.default_rng(1)
    variance, covariate = 0.1 * np.exp(draw.normal(0, 0.05, 300)), draw.normal(25, 2, 300)
    moderated = moderate(variance, np.full(300, 8.0), covariate if trend else None, **options)
    assert np.isinf(moderated.prior.df)
    np.testing.assert_array_equal(moderated.variance, moderated.prior.variance)
    np.testing.assert_allclose(moderated.variance, 0.1, rtol=0.2)
    # total degrees of freedom are capped at the pooled residual ones
    np.testing.assert_array_equal(moderated.df, 2400)


def test_an_outlier_among_variances_of_infinite_prior_df_gets_a_finite_number() -> None:
    quantiles = (np.arange(300) + 0.5) / 300
    variance = 0.1 * fdtri(8, 1e9, quantiles)  # chi-squared, the common variance
    variance[150] = 50.0
    # by the Winsorized moments alone d_0 would be infinite, but the plain ones bound it from below
    moderated = moderate(variance, np.full(300, 8.0), robust=True)
    assert moderated.prior.df_by_protein[150] < 1
    assert np.isfinite(moderated.variance).all()
    assert moderated.variance[150] == pytest.approx(50, rel=0.2)


@pytest.mark.parametrize("options", [{"legacy": True}, {"robust": True, "legacy": True}])
def test_infinite_prior_df_with_unequal_df_gives_no_nan_in_the_legacy_estimate(options: dict[str, bool]) -> None:
    df = np.repeat([4.0, 9.0, 0.0], 100)
    variance = np.where(df > 0, 0.1 * np.exp(np.random.default_rng(1).normal(0, 0.05, 300)), np.nan)
    moderated = moderate(variance, df, **options)
    assert np.isinf(moderated.prior.df)
    np.testing.assert_array_equal(moderated.variance, moderated.prior.variance)


@pytest.mark.parametrize("options", EVERY_OPTION)
def test_a_tail_probability_that_one_minus_would_lose_does_no_harm(options: dict[str, bool]) -> None:
    variance, df, covariate = drawn()
    df[7] = 2.0
    direct = moderate(variance, df, covariate, **options)
    variance[7] = 1e9  # P(F > 1e10) is about 1e-29 on 2 and 6 degrees of freedom
    moderated = moderate(variance, df, covariate, **options)
    assert np.isfinite(moderated.variance).all()
    assert moderated.variance[7] > 1e8
    if options.get("robust"):
        assert moderated.prior.df_by_protein[7] < 1
    if options == {
        "robust": True
    }:  # the legacy rule reads the ratios against the plain prior, which the outlier spoils
        assert moderated.prior.df == pytest.approx(direct.prior.df, rel=0.15)


@pytest.mark.parametrize("robust", [False, True])
def test_the_likelihood_is_searched_up_to_prior_df_9998(robust: bool) -> None:
    df = np.repeat([4.0, 9.0], 150)
    variance = 0.1 * np.exp(np.random.default_rng(1).normal(0, 0.05, 300))
    prior = moderate(variance, df, robust=robust).prior
    # u = 0.9998 is 2 * 0.9998 / 0.0002 = 9998, less the width of the search
    assert 5000 < prior.df <= 9998


def test_prior_df_by_likelihood_is_the_most_likely_one_to_the_width_of_the_search() -> None:
    variance, df, _ = drawn(800)
    weights = 1 / polygamma(1, df / 2)
    mean = np.average(np.log(variance) + log_minus_digamma(df / 2), weights=weights)

    def log_likelihood(prior_df: float) -> float:
        prior_variance = np.exp(mean - log_minus_digamma(prior_df / 2))
        return f_distribution.logpdf(variance / prior_variance, df, prior_df).sum() - 800 * np.log(prior_variance)

    found = moderate(variance, df).prior.df
    candidates = np.linspace(0.9, 1.1, 2001) * found
    best = candidates[np.argmax([log_likelihood(c) for c in candidates])]
    # u = h / (1 + h) is found to 1.2e-4, d_0 to that times 2 (1 + h)^2
    assert found == pytest.approx(best, abs=2.5e-4 * (1 + found / 2) ** 2)


@pytest.mark.parametrize("y", [1e-7, 1e-6, 1e-3, 0.3, 1.0, 50.0, 1e6, 1e8, 1e12])
def test_trigamma_inverse_holds_from_tiny_to_huge(y: float) -> None:
    assert polygamma(1, trigamma_inverse(y)) == pytest.approx(y, rel=1e-3 if y > 1e7 else 1e-6)


@pytest.mark.parametrize("options", EVERY_OPTION)
@pytest.mark.parametrize("equal", [False, True])
def test_peptide_counts_as_covariate_give_a_prior_variance_for_each_count(
    options: dict[str, bool], equal: bool
) -> None:
    draw = np.random.default_rng(2)
    variance, df, _ = drawn(3000, equal=equal)
    # most proteins have one peptide: all knots but one coincide
    count = 1 + draw.negative_binomial(1, 0.6, 3000)
    variance = variance / np.sqrt(count)
    prior = moderate(variance, df, np.log2(count), **options).prior
    for one in np.unique(count):
        assert np.ptp(prior.variance[count == one]) == pytest.approx(0, abs=1e-12)
    for one in (1, 2, 3):
        # where many proteins are, the prior is that of their count: 0.1 / sqrt(count)
        assert prior.variance[count == one][0] == pytest.approx(0.1 / one**0.5, rel=0.15)
    assert prior.df == pytest.approx(6, abs=1.5)


@pytest.mark.parametrize("options", EVERY_OPTION)
@pytest.mark.parametrize("equal", [False, True])
def test_a_covariate_of_two_values_gives_two_prior_variances(options: dict[str, bool], equal: bool) -> None:
    variance, df, _ = drawn(1000, equal=equal)
    high = np.arange(1000) % 2 == 0
    prior = moderate(np.where(high, 5 * variance, variance), df, np.where(high, 3.0, 1.0), **options).prior
    ratio = prior.variance[high][0] / prior.variance[~high][0]
    assert ratio == pytest.approx(5, rel=0.2)


@pytest.mark.parametrize("options", EVERY_OPTION)
@pytest.mark.parametrize("equal", [False, True])
def test_a_constant_covariate_is_no_trend(options: dict[str, bool], equal: bool) -> None:
    variance, df, _ = drawn(equal=equal)
    constant, without = moderate(variance, df, np.full(500, 25.0), **options), moderate(variance, df, **options)
    np.testing.assert_array_equal(constant.variance, without.variance)
    np.testing.assert_array_equal(constant.df, without.df)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_covariate_that_is_not_finite_is_refused(value: float) -> None:
    variance, df, covariate = drawn()
    covariate[3] = value  # -inf is the log2 of an intensity of zero
    with pytest.raises(ValueError, match="not finite in 1 of 500 rows"):
        moderate(variance, df, covariate)


def test_a_covariate_of_another_length_is_refused() -> None:
    variance, df, covariate = drawn()
    with pytest.raises(ValueError, match="shape"):
        moderate(variance, df, covariate[:-1])


@pytest.mark.parametrize("options", EVERY_OPTION)
@pytest.mark.parametrize("m", [0, 1, 2])
def test_fewer_than_three_variances_are_not_moderated(options: dict[str, bool], m: int) -> None:
    variance, df = np.array([0.5, 2.0, np.nan][3 - m - 1 :]), np.array([4.0, 3.0, 0.0][3 - m - 1 :])
    moderated = moderate(variance, df, np.arange(m + 1.0), **options)
    np.testing.assert_array_equal(moderated.variance, variance)
    np.testing.assert_array_equal(moderated.df, df)
    assert moderated.prior.df == 0


@pytest.mark.parametrize("options", EVERY_OPTION)
@pytest.mark.parametrize("trend", [False, True])
@pytest.mark.parametrize("equal", [False, True])
@pytest.mark.parametrize("m", [3, 4, 5, 6, 7])
def test_three_variances_and_a_few_more_are_moderated(
    options: dict[str, bool], trend: bool, equal: bool, m: int
) -> None:
    variance, df, covariate = drawn(m, equal=equal)
    df[0] = df[1] + (0 if equal else 1)
    moderated = moderate(variance, df, covariate if trend else None, **options)
    assert (moderated.variance > 0).all()
    assert (moderated.df > df).all()


def test_knots_that_coincide_are_one_knot() -> None:
    mostly_ones = np.array([1.0] * 90 + [2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    basis = natural_spline(mostly_ones, mostly_ones, 4)
    assert np.linalg.matrix_rank(basis) == basis.shape[1]


def test_beyond_its_outermost_knots_a_natural_spline_is_a_line() -> None:
    knots_from = np.random.default_rng(0).normal(size=200)
    ends = np.concatenate([knots_from.max() + np.arange(4.0), knots_from.min() - np.arange(4.0)])
    basis = natural_spline(ends, knots_from, 4)
    np.testing.assert_allclose(np.diff(basis[:4], 2, axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(np.diff(basis[4:], 2, axis=0), 0, atol=1e-9)
