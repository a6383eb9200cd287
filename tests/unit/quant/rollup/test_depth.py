"""Laws of the offsets by which samples differ in depth, and of the curve and the quantities that heed them."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from scipy.special import expit

from myosieve.quant.rollup.depth import depth_offsets
from myosieve.quant.rollup.detection import DetectionCurve, detection_curve
from myosieve.quant.rollup.dpc import dpc_quantify, hyperparameters
from myosieve.quant.rollup.quadrature import log_missed_mean

SLOPE = 0.85


def precursors(less_deep: float = 0.0, absent: float = 0.0, proteins: int = 600, seed: int = 0):
    """Return log2 (p x 8) and groups (p,): the last four samples are `less_deep` (log2), and lack a share of proteins."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(proteins), 1 + np.minimum(24, rng.geometric(0.25, proteins)))
    level = rng.normal(21.5, 2, proteins)[groups] + rng.normal(0, 1.5, len(groups))
    log2 = level[:, None] + rng.normal(0, 0.3, (proteins, 8))[groups] + rng.normal(0, 0.3, (len(groups), 8))
    middle = 20 + less_deep * (np.arange(8) >= 4)
    log2[rng.random(log2.shape) > expit(SLOPE * (log2 - middle))] = np.nan
    gone = rng.random(proteins) < absent
    log2[np.ix_(gone[groups], np.arange(8) >= 4)] = np.nan
    seen = ~np.isnan(log2).all(axis=1)
    return log2[seen], np.unique(groups[seen], return_inverse=True)[1]


def late_minus_early(offsets: np.ndarray) -> float:
    return float(offsets[4:].mean() - offsets[:4].mean())


@pytest.mark.parametrize("seed", range(8))
def test_samples_of_equal_depth_have_no_offsets(seed: int) -> None:
    assert not depth_offsets(*precursors(seed=seed), SLOPE).any()


@pytest.mark.parametrize("less_deep", [0.5, 1.0, 2.0])
def test_offsets_are_the_shift_of_the_curve(less_deep: float) -> None:
    offsets = depth_offsets(*precursors(less_deep, proteins=1500), SLOPE)
    # a curve moved by so much log2 has log-odds lower by slope times that; biology in the samples flattens it a little
    assert late_minus_early(offsets) == pytest.approx(-SLOPE * less_deep, rel=0.12)
    assert offsets.mean() == pytest.approx(0, abs=1e-12)


def test_proteins_absent_from_a_condition_are_not_taken_for_lack_of_depth() -> None:
    assert abs(late_minus_early(depth_offsets(*precursors(absent=0.3), SLOPE))) < 0.05


def test_proteins_absent_from_a_condition_do_not_hide_a_lack_of_depth() -> None:
    offsets = depth_offsets(*precursors(1.0, absent=0.3, proteins=1500), SLOPE)
    assert late_minus_early(offsets) == pytest.approx(-SLOPE, rel=0.15)


def test_intensities_scaled_after_detection_move_the_offset_by_the_slope() -> None:
    log2, groups = precursors(proteins=1500)
    scaled = log2 + np.where(np.arange(8) >= 4, 1.0, 0.0)
    assert late_minus_early(depth_offsets(scaled, groups, SLOPE)) == pytest.approx(-SLOPE, rel=0.05)


def test_the_order_of_samples_carries_over_to_the_offsets() -> None:
    log2, groups = precursors(1.0)
    order = np.random.default_rng(3).permutation(8)
    np.testing.assert_allclose(
        depth_offsets(log2[:, order], groups, SLOPE), depth_offsets(log2, groups, SLOPE)[order], atol=1e-8
    )


def test_without_proteins_of_several_precursors_no_offsets_are_given() -> None:
    log2, _ = precursors(1.0)
    assert not depth_offsets(log2, np.arange(len(log2)), SLOPE).any()


def test_samples_that_share_no_protein_are_not_compared() -> None:
    log2, groups = precursors(1.0)
    half = groups[:, None] % 2 == (np.arange(8) >= 4)
    assert not depth_offsets(np.where(half, log2, np.nan), groups, SLOPE).any()


def test_two_samples_are_compared_too() -> None:
    log2, groups = precursors(1.0, proteins=2500)
    offsets = depth_offsets(log2[:, [0, 7]], groups, SLOPE)
    assert offsets[1] - offsets[0] == pytest.approx(-SLOPE, rel=0.2)


def test_the_curve_tells_in_words_that_samples_differ_in_depth() -> None:
    log2, groups = precursors(1.0)
    assert detection_curve(log2).offsets == ()
    curve = detection_curve(log2, groups)
    assert "differ in depth" in curve.source
    assert late_minus_early(curve.by_sample(8)) == pytest.approx(-SLOPE, rel=0.2)


def test_a_sample_without_any_value_has_no_offset() -> None:
    log2, groups = precursors(1.0)
    log2[:, 2] = np.nan
    curve = detection_curve(log2, groups)
    assert len(curve.offsets) == 8
    assert curve.offsets[2] == 0


def test_a_curve_survives_json() -> None:
    curve = DetectionCurve(-16.0, 0.8, "made", (0.1, -0.1))
    assert DetectionCurve(**json.loads(json.dumps(asdict(curve)))) == curve


def test_offsets_for_another_number_of_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="offsets of 2 samples, not 3"):
        DetectionCurve(-16.0, 0.8, "made", (0.1, -0.1)).by_sample(3)


def test_the_same_offset_in_every_sample_is_another_intercept() -> None:
    log2, groups = precursors(proteins=80)
    prior = hyperparameters(log2, groups)
    offset = dpc_quantify(log2, groups, DetectionCurve(-17.0, SLOPE, "", (0.7,) * 8), prior)
    intercept = dpc_quantify(log2, groups, DetectionCurve(-16.3, SLOPE, ""), prior)
    np.testing.assert_allclose(offset.log2, intercept.log2, atol=1e-9)
    np.testing.assert_allclose(offset.standard_error, intercept.standard_error, atol=1e-9)


def test_with_offsets_a_lack_of_depth_biases_no_more_than_with_the_true_curves() -> None:
    log2, groups = precursors(1.5, proteins=1000)
    prior = hyperparameters(log2, groups)
    curve = detection_curve(log2, groups)
    true = DetectionCurve(-20.75 * SLOPE, SLOPE, "as made", tuple(np.repeat([0.75, -0.75], 4) * SLOPE))
    bias = {}
    for name, chosen in {"one": replace(curve, offsets=()), "own": curve, "true": true}.items():
        result = dpc_quantify(log2, groups, chosen, prior)
        seen = (result.observed > 0).sum(axis=1)
        difference = result.log2[:, 4:].mean(axis=1) - result.log2[:, :4].mean(axis=1)
        bias[name] = difference[(seen >= 3) & (seen < 8)].mean()
    assert bias["one"] < bias["true"] - 0.04
    assert bias["own"] == pytest.approx(bias["true"], abs=0.01)


@pytest.mark.parametrize(
    ("spread", "accuracy"), [(0.1, 2e-13), (0.1999, 2e-13), (0.3, 2e-12), (0.3999, 2e-12), (0.41, 1e-12)]
)
def test_few_nodes_are_as_exact_as_a_hundred_where_the_spread_is_small(spread: float, accuracy: float) -> None:
    log_odds = np.linspace(-12, 12, 97)
    nodes, weights = np.polynomial.hermite_e.hermegauss(100)
    weights /= weights.sum()
    e = expit(log_odds[:, None] + spread * nodes)
    total = (weights * (1 - e)).sum(axis=1)
    first, square = ((weights * (1 - e) * power).sum(axis=1) / total for power in (e, e**2))
    found = log_missed_mean(log_odds, np.full(97, spread))
    for ours, exact in zip(found, (np.log(total), first, 2 * square - first - first**2), strict=True):
        np.testing.assert_allclose(ours, exact, atol=accuracy)
