"""Laws of the detection-probability curve; its slope beside limpa's."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import comb, expit, log_expit
from scipy.stats import betabinom

from myosieve.quant.rollup.detection import DetectionCurve, _beta_binomial, detection_curve, log_missing

MIDDLE = 20.5  # log2 intensity at which the simulations detect half of the values


def precursors(slope: float, p: int = 2000, n: int = 8, noise: float = 0.3, absent: float = 0.0) -> np.ndarray:
    """Simulate p x n log2 values; a share `absent` of the precursors is 6 log2 fainter in the second half of the samples."""
    rng = np.random.default_rng(1)
    log2 = rng.normal(22, 2.5, p)[:, None] + rng.normal(0, noise, (p, n))
    log2 -= 6 * (rng.random(p) < absent)[:, None] * (np.arange(n) >= n // 2)
    log2[rng.random((p, n)) > expit(slope * (log2 - MIDDLE))] = np.nan  # slope 0: half of them, at random
    return log2[~np.isnan(log2).all(axis=1)]


def test_the_slope_agrees_with_limpa(root) -> None:
    # limpa 1.3.0, dpc(), by run_limpa.R; the values were simulated with slope 0.9
    lines = (root / "tests/oracles/dpc_limpa.txt").read_text().splitlines()
    limpa = {name: float(value) for name, value in (line.split() for line in lines[1:])}
    table = pd.read_csv(root / "tests/oracles/precursors.tsv.gz", sep="\t")
    log2 = table.pivot_table(index="precursor", columns="sample", values="log2_intensity").to_numpy()
    curve = detection_curve(log2)
    assert curve.slope == pytest.approx(limpa["slope"], rel=0.01)
    assert curve.intercept == pytest.approx(limpa["intercept"], rel=0.01)
    assert curve.source.startswith("estimated")


@pytest.mark.parametrize("n", [3, 8, 60])
@pytest.mark.parametrize("slope", [0.2, 0.5, 0.9])
def test_the_curve_of_a_simulation_is_found_again(slope: float, n: int) -> None:
    curve = detection_curve(precursors(slope, n=n))
    assert curve.slope == pytest.approx(slope, rel=0.05, abs=0.02)
    assert curve.intercept + curve.slope * MIDDLE == pytest.approx(0, abs=0.12)  # log-odds where half is detected


def test_precursors_absent_from_a_group_flatten_the_curve_only_a_little() -> None:
    # counts that are taken for binomial make 0.66 of it
    assert 0.7 < detection_curve(precursors(0.9, n=12, absent=0.3)).slope < 0.9


def test_the_curve_lies_between_what_is_observed_and_what_is_missing() -> None:
    # the model as the module states it: observed values are N(m, 1), log-odds of detection b0 + b1 (m - b1 / 2)
    rng = np.random.default_rng(7)
    mean = rng.normal(22, 2.5, 4000)
    detected = expit(0.8 * (mean - 0.4 - MIDDLE))
    log2 = mean[:, None] + rng.normal(0, 1, (4000, 8))
    log2[rng.random(log2.shape) > detected[:, None]] = np.nan
    curve = detection_curve(log2)
    assert curve.slope == pytest.approx(0.8, rel=0.08)
    assert curve.intercept + curve.slope * MIDDLE == pytest.approx(
        0, abs=0.1
    )  # 0.32 below, were the mean taken for both


def test_shifting_all_values_moves_the_curve_along() -> None:
    log2 = precursors(0.8)
    curve, shifted = detection_curve(log2), detection_curve(log2 + 7)
    assert shifted.slope == pytest.approx(curve.slope, rel=1e-4)
    assert shifted.intercept == pytest.approx(curve.intercept - 7 * curve.slope, rel=1e-4)


def test_the_order_of_samples_and_precursors_does_not_matter() -> None:
    log2 = precursors(0.8)
    rng = np.random.default_rng(2)
    mixed = log2[rng.permutation(len(log2))][:, rng.permutation(log2.shape[1])]
    assert detection_curve(mixed).slope == pytest.approx(detection_curve(log2).slope, rel=1e-4)


def test_rows_and_columns_without_any_value_change_nothing() -> None:
    log2 = precursors(0.8)
    wider = np.full((len(log2) + 5, log2.shape[1] + 1), np.nan)
    wider[5:, 1:] = log2
    assert detection_curve(wider) == detection_curve(log2)


@pytest.mark.parametrize(
    ("log2", "words"),
    [
        (precursors(2.0), "the estimated slope is 1.9"),  # 2 as simulated, slightly low as other slopes are
        (precursors(0.0), "the estimated slope is "),
        (np.full((40, 4), 20.0), "no slope can be estimated from 40 precursors in 4 samples"),
        (np.linspace(18, 25, 30)[:, None], "no slope can be estimated"),
    ],
    ids=["steep", "at random", "nothing missing", "one sample"],
)
def test_a_slope_that_is_not_to_be_believed_becomes_the_preset_and_the_source_says_so(log2, words: str) -> None:
    curve = detection_curve(log2)
    assert curve.slope == 0.7  # the slope preset for tables that give none
    assert curve.source.startswith("preset slope 0.7")
    assert words in curve.source
    assert np.isfinite(curve.intercept)


def test_the_preset_slope_keeps_the_share_of_detected_values() -> None:
    rng = np.random.default_rng(4)
    log2 = 22 + rng.normal(0, 0.1, (400, 10))
    log2[rng.random(log2.shape) < 0.3] = np.nan
    curve = detection_curve(log2)
    assert curve.slope == 0.7
    # 30 % were made missing
    assert expit(curve.intercept + 0.7 * 22) == pytest.approx(0.7, abs=0.02)


@pytest.mark.parametrize("rows", [1, 2, 3, 10])
def test_few_precursors_give_a_curve_of_some_kind(rows: int) -> None:
    curve = detection_curve(precursors(0.8)[-rows:])
    assert 0.1 <= curve.slope <= 1.0
    assert np.isfinite(curve.intercept)


@pytest.mark.parametrize("bad", [np.array([[1.0, np.inf]]), np.full((3, 2), np.nan)])
def test_infinite_or_no_values_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"infinite|no observed"):
        detection_curve(bad)


@pytest.mark.parametrize("size", [0.5, 4.0, 300.0])
def test_detection_counts_are_beta_binomial_without_the_zero(size: float) -> None:
    log_odds = np.array([-3.0, 0.2, 4.0])
    for count in range(1, 6):
        value, _, _ = _beta_binomial(log_odds, size, np.full(3, float(count)), 5)
        law = betabinom(5, expit(log_odds) * size, expit(-log_odds) * size)
        np.testing.assert_allclose(comb(5, count) * np.exp(value), law.pmf(count) / (1 - law.pmf(0)), rtol=1e-9)


def by_integration(log_odds: float, spread: float) -> tuple[float, float]:
    """Return log E[1 - expit(z)], z ~ N(log_odds, spread^2), and its derivative by log_odds, by adaptive quadrature."""
    scale = max(log_odds, 0.0)  # keeps the integrand near 1

    def density(u: float) -> float:
        return np.exp(-u * u / 2 + log_expit(-(log_odds + spread * u)) + scale) / np.sqrt(2 * np.pi)

    precise = {"epsabs": 0, "epsrel": 1e-12, "limit": 400, "points": [-spread, 0.0]}
    total = quad(density, -12, 12, **precise)[0]
    first = -quad(lambda u: density(u) * expit(log_odds + spread * u), -12, 12, **precise)[0] / total
    return np.log(total) - scale, first


# bounds: the quadrature's accuracy as the module states it
@pytest.mark.parametrize(("noise", "accuracy"), [(0.05, 1e-12), (0.5, 1e-12), (1.25, 1e-9), (2.5, 3e-5), (5.0, 1e-2)])
def test_the_probability_of_a_missing_value_agrees_with_adaptive_integration(noise: float, accuracy: float) -> None:
    curve = DetectionCurve(-16.0, 0.8, "")
    expected = np.linspace(-5, 50, 23)
    log_probability, first, _ = log_missing(curve, expected, np.full(23, noise))
    exact = np.array([by_integration(-16 + 0.8 * y, 0.8 * noise) for y in expected])
    np.testing.assert_allclose(log_probability, exact[:, 0], atol=accuracy)
    np.testing.assert_allclose(first, 0.8 * exact[:, 1], atol=accuracy)


def test_the_second_derivative_is_the_slope_of_the_first_and_never_positive() -> None:
    curve = DetectionCurve(-16.0, 0.8, "")
    expected, noise = np.linspace(5, 40, 71), np.full(71, 0.6)
    step = 1e-5
    _, above, _ = log_missing(curve, expected + step, noise)
    _, below, _ = log_missing(curve, expected - step, noise)
    _, _, second = log_missing(curve, expected, noise)
    np.testing.assert_allclose(second, (above - below) / (2 * step), atol=1e-9)
    assert (second <= 0).all()


def test_far_from_the_curve_nothing_overflows() -> None:
    with np.errstate(all="raise", under="ignore"):
        values = log_missing(DetectionCurve(-16.0, 0.8, ""), np.array([-1e5, 1e5, 20.0]), np.array([0.3, 0.3, 1e6]))
    assert np.isfinite(values).all()
    assert values[0][0] == pytest.approx(0.0, abs=1e-15)  # infinitely faint: certainly missing
    assert values[1][1] == pytest.approx(-0.8)  # very bright: log P falls with b1
