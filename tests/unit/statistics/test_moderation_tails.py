"""Laws of tail probabilities far out, where p-values underflow."""

import numpy as np
import pytest
from scipy.special import chdtrc, log_ndtr, logsumexp, stdtr

from myosieve.statistics.tails import f_tails, log_p_value, log_t_upper_tail


@pytest.mark.parametrize("t", [0.5, 3.0, 1e3, 1e50, 1e200, 1e290])
def test_tails_on_one_degree_of_freedom_are_those_of_cauchy(t: float) -> None:
    assert log_t_upper_tail(t, 1.0) == pytest.approx(np.log(np.arctan2(1, t) / np.pi), rel=1e-12)


@pytest.mark.parametrize("t", [0.5, 3.0, 1e3, 1e50, 1e150, 1e290])
def test_tails_on_two_degrees_of_freedom_are_the_closed_form(t: float) -> None:
    # P(T > t) = (1 - t / sqrt(t^2 + 2)) / 2 = 1 / (r (r + t)) with r = sqrt(t^2 + 2)
    r = np.hypot(t, np.sqrt(2))
    assert log_t_upper_tail(t, 2.0) == pytest.approx(-np.log(r) - np.log(r + t), rel=1e-12)


@pytest.mark.parametrize("t", [-8.0, 0.0, 5.0, 40.0, 300.0])
def test_infinite_degrees_of_freedom_are_the_normal_distribution_and_the_limit_of_many(t: float) -> None:
    assert log_t_upper_tail(t, np.inf) == log_ndtr(-t)
    # to first order in 1/d the logarithm differs by t^4 / 4d
    assert log_t_upper_tail(t, 1e12) == pytest.approx(log_ndtr(-t), abs=1e-9 + t**4 / 3e12)


@pytest.mark.parametrize(("t", "df"), [(60.0, 5000.0), (45.0, 900.0), (1e9, 50.0), (1e30, 12.5), (40.0, 1e7)])
def test_far_tails_are_the_integral_of_the_density(t: float, df: float) -> None:
    # Simpson's rule for log integral of (1 + s^2/d)^(-(d+1)/2) over log s, out to where it is negligible
    log_s = np.linspace(np.log(t), np.log(t) + 60 / min(df, t**2), 20_001)
    weights = np.full(len(log_s), 2.0)
    weights[1::2], weights[[0, -1]] = 4.0, 1.0
    log_values = -(df + 1) / 2 * np.log1p(np.exp(2 * (log_s - np.log(df) / 2))) + log_s
    log_integral = logsumexp(log_values, b=weights * (log_s[1] - log_s[0]) / 3)
    # the constant from the same density at zero, where the tail is 1/2: no gamma function of a large number
    inner = np.linspace(0, 60, 600_001)
    half = np.trapezoid(np.exp(-(df + 1) / 2 * np.log1p(inner**2 / df)), inner)
    assert log_t_upper_tail(t, df) == pytest.approx(log_integral - np.log(2 * half), rel=1e-9)


@pytest.mark.parametrize("df", [1.0, 3.0, 17.5, 200.0, 1e5])
def test_both_routes_meet_without_a_step(df: float) -> None:
    # around where the tail is 1e-250 and quadrature takes over; by bisection on the logarithm of t
    low, high = 0.0, 700.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if log_t_upper_tail(np.exp(middle), df) > np.log(1e-250) else (low, middle)
    around = np.exp(low * (1 + np.array([-1e-9, 1e-9])))
    tails = log_t_upper_tail(around, df)
    assert tails[0] > tails[1]
    assert tails[0] == pytest.approx(tails[1], rel=1e-6)


def test_log_p_values_are_logarithms_of_p_values() -> None:
    t = np.linspace(-12, 12, 97)
    for df in (0.7, 2.0, 9.3, 400.0):
        np.testing.assert_allclose(np.exp(log_p_value(t, df)), 2 * stdtr(df, -np.abs(t)), rtol=1e-12)


def test_p_values_too_small_for_a_number_keep_their_order() -> None:
    t = np.array([40.0, 60.0, 80.0, 1e5])
    assert (2 * stdtr(5000, -t) == 0).any()
    logs = log_p_value(t, 5000.0)
    assert np.isfinite(logs).all()
    assert (np.diff(logs) < 0).all()


def test_no_statistic_no_p_value() -> None:
    logs = log_p_value(np.array([np.nan, 2.0, 2.0, 2.0, np.inf]), np.array([4.0, np.nan, 0.0, -1.0, 4.0]))
    assert np.isnan(logs[:4]).all()
    assert logs[4] == -np.inf


def test_log_p_is_zero_at_no_effect() -> None:
    np.testing.assert_allclose(log_p_value(np.zeros(3), np.array([1.0, 30.0, np.inf])), 0, atol=1e-15)


def test_tails_of_f_on_infinite_degrees_of_freedom_are_those_of_chi_squared() -> None:
    ratio = np.array([0.1, 1.0, 4.0])
    upper, lower = f_tails(ratio, 5.0, np.inf)
    np.testing.assert_allclose(upper, chdtrc(5, 5 * ratio))
    np.testing.assert_allclose(upper + lower, 1)
    np.testing.assert_allclose(f_tails(ratio, 5.0, 1e9)[0], upper, rtol=1e-6)


def test_tails_of_f_on_two_and_two_degrees_of_freedom_are_the_closed_form() -> None:
    # P(F > f) = 1 / (1 + f)
    ratio = np.array([1e-9, 0.5, 3.0, 1e9])
    upper, lower = f_tails(ratio, 2.0, 2.0)
    np.testing.assert_allclose(upper, 1 / (1 + ratio))
    np.testing.assert_allclose(lower, ratio / (1 + ratio))
