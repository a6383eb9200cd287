"""Laws of quantification with a detection-probability curve; its results beside limpa's."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from myosieve.quant.rollup.detection import DetectionCurve, detection_curve
from myosieve.quant.rollup.dpc import Hyperparameters, Quantified, dpc_quantify, hyperparameters

CURVE = DetectionCurve(-16.4, 0.8, "as simulated")
PRIOR = Hyperparameters(change_sd=0.5, noise_variance=0.09, noise_df=np.inf)
NOTHING = np.nan


def simulated(proteins: int = 120, n: int = 8, seed: int = 0, curve: DetectionCurve = CURVE):
    """Return log2 (p x n), groups (p,) and the true profiles (m x n) of proteins with 1 to 25 precursors, noise SD 0.3."""
    rng = np.random.default_rng(seed)
    sizes = 1 + np.minimum(24, rng.geometric(0.2, proteins))
    groups = np.repeat(np.arange(proteins), sizes)
    change = rng.normal(0, 0.4, (proteins, n))
    level = rng.normal(22, 2, proteins)[groups] + rng.normal(0, 1.5, len(groups))
    log2 = level[:, None] + change[groups] + rng.normal(0, 0.3, (len(groups), n))
    log2[rng.random(log2.shape) > expit(curve.intercept + curve.slope * log2)] = np.nan
    seen = ~np.isnan(log2).all(axis=1)
    names, groups = np.unique(groups[seen], return_inverse=True)
    mean_level = np.bincount(groups, level[seen]) / np.bincount(groups)
    return log2[seen], groups, mean_level[:, None] + change[names]


def one_protein(log2, curve: DetectionCurve = CURVE, prior: Hyperparameters = PRIOR) -> tuple[np.ndarray, np.ndarray]:
    """Return estimates and standard errors (n,) of a single protein."""
    values = np.array(log2, dtype=float)
    result = dpc_quantify(values, np.zeros(len(values), dtype=int), curve, prior)
    return result.log2[0], result.standard_error[0]


def assert_equal(a: Quantified, b: Quantified, tolerance: float) -> None:
    np.testing.assert_allclose(a.log2, b.log2, atol=tolerance)
    np.testing.assert_allclose(a.standard_error, b.standard_error, atol=tolerance)


@pytest.fixture(scope="module")
def beside_limpa(root):
    """Our results, limpa's estimates and standard errors (limpa 1.3.0, dpcQuant, by run_limpa.R)."""
    folder = root / "tests/oracles"
    table = pd.read_csv(folder / "precursors.tsv.gz", sep="\t")
    wide = table.pivot_table(index=["protein_group", "precursor"], columns="sample", values="log2_intensity")
    groups, names = pd.factorize(wide.index.get_level_values(0))
    log2 = wide.to_numpy()
    theirs = [
        pd.read_csv(folder / f"{name}.tsv.gz", sep="\t", index_col=0).loc[names, wide.columns].to_numpy()
        for name in ("dpcquant_limpa", "dpcquant_limpa_se")
    ]
    ours = dpc_quantify(log2, groups, detection_curve(log2), hyperparameters(log2, groups))
    return ours, *theirs


def test_estimates_agree_with_limpa(beside_limpa) -> None:
    ours, log2, _ = beside_limpa
    assert np.corrcoef(ours.log2.ravel(), log2.ravel())[0, 1] > 0.9999
    difference = np.abs(ours.log2 - log2)
    assert np.median(difference) < 0.006
    assert np.quantile(difference, 0.99) < 0.13


def test_samples_without_any_precursor_agree_with_limpa(beside_limpa) -> None:
    ours, log2, error = beside_limpa
    nothing = ours.observed == 0
    assert nothing.sum() > 100
    # limpa's lie a little higher, nearer to the middle of all proteins
    assert np.median(np.abs(ours.log2 - log2)[nothing]) < 0.04
    assert np.median((ours.standard_error / error)[nothing]) == pytest.approx(1, abs=0.03)


def test_standard_errors_agree_with_limpa_but_for_its_smaller_noise(beside_limpa) -> None:
    # The noise variance was simulated as 0.0625. Ours is found as 0.0622; limpa's errors of complete proteins imply a prior
    # near 0.045, a factor 1.18 in the standard deviation for proteins of few precursors, towards 1 for those of many.
    ours, _, error = beside_limpa
    assert np.corrcoef(ours.standard_error.ravel(), error.ravel())[0, 1] > 0.96
    assert 1.05 < np.median(ours.standard_error / error) < 1.15


def test_spiked_proteins_of_a_real_report_show_their_ratio_and_the_background_none(shared_data) -> None:
    # DIA-NN report of UPS1 proteins in E. coli, 25 against 5 fmol in three runs each: log2(5) = 2.32 (its PROVENANCE.md)
    path = shared_data / "spikein/ups1_ecoli_diann_report/DIA-NN_Export.tsv.gz"
    columns = ["File.Name", "Protein.Group", "Protein.Names", "Precursor.Id", "Precursor.Normalised"]
    report = pd.read_csv(path, sep="\t", usecols=columns).query("`Precursor.Normalised` > 0")
    wide = report.pivot_table(
        index=["Protein.Group", "Precursor.Id"], columns="File.Name", values="Precursor.Normalised"
    )
    groups, names = pd.factorize(wide.index.get_level_values(0))
    log2 = np.log2(wide.to_numpy())
    curve = detection_curve(log2)
    result = dpc_quantify(log2, groups, curve, hyperparameters(log2, groups))
    high = wide.columns.str.contains("_25fmol_")
    log2fc = result.log2[:, high].mean(axis=1) - result.log2[:, ~high].mean(axis=1)
    bacterial = report.loc[report["Protein.Names"].str.endswith("_ECOLI", na=False), "Protein.Group"]
    background = np.isin(names, bacterial)
    assert 0.6 < curve.slope < 0.9  # what Li & Smyth 2023 and limpa's pages report for DIA-NN
    assert np.isfinite(log2fc).all()
    assert np.median(log2fc[~background]) == pytest.approx(2.32, abs=0.1)
    assert np.median(log2fc[background]) == pytest.approx(0, abs=0.1)


def test_standard_errors_are_the_size_of_the_errors() -> None:
    log2, groups, truth = simulated(250)
    result = dpc_quantify(log2, groups, CURVE, hyperparameters(log2, groups))
    seen = result.observed > 0
    z = ((result.log2 - truth) / result.standard_error)[seen]
    assert np.sqrt(np.mean(z**2)) == pytest.approx(1, abs=0.1)
    assert np.mean((result.log2 - truth)[seen]) == pytest.approx(0, abs=0.02)


def minus_log_posterior(theta: np.ndarray, log2: np.ndarray, curve: DetectionCurve, prior: Hyperparameters) -> float:
    """Return minus the log posterior of (a_1..a_(k-1), mu): M integrated out, P(missing) by summation."""
    k = len(log2)
    effects = np.append(theta[: k - 1], -theta[: k - 1].sum())
    mu = theta[k - 1 :]
    expected = effects[:, None] + mu
    observed = ~np.isnan(log2)
    noise = np.sqrt(prior.noise_variance)
    u = np.linspace(-9, 9, 361)
    density = np.exp(-(u**2) / 2) / np.exp(-(u**2) / 2).sum()
    undetected = expit(-(curve.intercept + curve.slope * (expected[~observed][:, None] + noise * u)))
    misfit = ((log2 - expected)[observed] ** 2).sum() / (2 * noise**2)
    change = ((mu - mu.mean()) ** 2).sum() / (2 * prior.change_sd**2)
    return misfit + change - np.log(undetected @ density).sum()


HARD = {
    "seen in one sample only": [[NOTHING, NOTHING, 23, NOTHING], [NOTHING, NOTHING, 24, NOTHING]],
    "one precursor": [[20, NOTHING, 21, NOTHING]],
    "all observed": [[20, 21, 22, 20], [25, 26, 27, 25.5]],
    "constant": [[22, 22, 22]] * 3,
    "two samples": [[20, 22], [NOTHING, 21]],
    "one sample": [[20], [23]],
    "no shared sample": [[20, NOTHING], [NOTHING, 21]],
    "outlier": [[20, 22, 60, NOTHING], [NOTHING, 21, 21, NOTHING], [20, 20, 20, 20]],
    "bright and missing": [[30, NOTHING, NOTHING], [31, NOTHING, NOTHING], [29, NOTHING, NOTHING]],
}


@pytest.mark.parametrize("log2", HARD.values(), ids=HARD)
def test_estimates_and_errors_are_mode_and_curvature_of_the_posterior(log2: list) -> None:
    values = np.array(log2, dtype=float)
    k, n = values.shape

    def objective(theta: np.ndarray) -> float:
        return minus_log_posterior(theta, values, CURVE, PRIOR)

    start = np.append(np.zeros(k - 1), np.full(n, np.nanmean(values)))
    best = minimize(objective, start, method="BFGS", options={"gtol": 1e-7, "maxiter": 2000}).x
    estimate, error = one_protein(log2)
    np.testing.assert_allclose(estimate, best[k - 1 :], atol=2e-4)
    step = 1e-3 * np.eye(len(best))
    hessian = np.array(
        [
            [
                objective(best + i + j) - objective(best + i - j) - objective(best - i + j) + objective(best - i - j)
                for j in step
            ]
            for i in step
        ]
    ) / (4e-6)
    np.testing.assert_allclose(error, np.sqrt(np.diag(np.linalg.inv(hessian))[k - 1 :]), rtol=1e-3)


@pytest.mark.parametrize("outlier", [1e3, -1e3, 1e6])
def test_a_huge_outlier_widens_the_errors_instead_of_breaking_the_fit(outlier: float) -> None:
    calm = [[20, 22, 21, NOTHING], [NOTHING, 21, 21, NOTHING], [20, 20, 20, 20]]
    wild = [[20, 22, outlier, NOTHING], *calm[1:]]
    prior = replace(PRIOR, noise_df=10.0)
    (_, small), (estimate, large) = one_protein(calm, prior=prior), one_protein(wild, prior=prior)
    assert np.isfinite(estimate).all()
    assert (large > small).all()


def test_chunks_of_proteins_give_exactly_what_all_at_once_give() -> None:
    log2, groups, _ = simulated()
    prior = hyperparameters(log2, groups)
    together = dpc_quantify(log2, groups, CURVE, prior)
    for first, last in ((0, 50), (50, 51), (51, groups[-1] + 1)):
        rows = (groups >= first) & (groups < last)
        chunk = dpc_quantify(log2[rows], groups[rows] - first, CURVE, prior)
        np.testing.assert_array_equal(chunk.log2, together.log2[first:last])
        np.testing.assert_array_equal(chunk.standard_error, together.standard_error[first:last])
        np.testing.assert_array_equal(chunk.observed, together.observed[first:last])


def test_shifting_all_values_and_the_curve_shifts_the_results() -> None:
    log2, groups, _ = simulated()
    shifted_curve = replace(CURVE, intercept=CURVE.intercept - 5 * CURVE.slope)
    before = dpc_quantify(log2, groups, CURVE, hyperparameters(log2, groups))
    after = dpc_quantify(log2 + 5, groups, shifted_curve, hyperparameters(log2 + 5, groups))
    assert_equal(after, replace(before, log2=before.log2 + 5), 1e-8)


def test_the_order_of_samples_does_not_matter() -> None:
    log2, groups, _ = simulated()
    order = np.random.default_rng(1).permutation(log2.shape[1])
    a = dpc_quantify(log2, groups, CURVE, hyperparameters(log2, groups))
    b = dpc_quantify(log2[:, order], groups, CURVE, hyperparameters(log2[:, order], groups))
    assert_equal(b, Quantified(a.log2[:, order], a.standard_error[:, order], a.observed[:, order]), 1e-8)


def test_the_order_of_precursors_in_a_protein_does_not_matter() -> None:
    log2, groups, _ = simulated()
    order = np.lexsort((np.random.default_rng(1).random(len(groups)), groups))
    a = dpc_quantify(log2, groups, CURVE, hyperparameters(log2, groups))
    assert_equal(dpc_quantify(log2[order], groups, CURVE, hyperparameters(log2[order], groups)), a, 1e-8)


def test_the_more_is_missing_in_a_sample_the_lower_its_estimate() -> None:
    complete = np.linspace(20, 23, 6)[:, None] + np.zeros(4)
    estimates = []
    for missing in range(7):
        log2 = complete.copy()
        log2[np.arange(6) < missing, 0] = np.nan
        estimates.append(one_protein(log2)[0][0])
    assert (np.diff(estimates) < 0).all()


def test_a_sample_without_any_precursor_shares_one_low_estimate_with_a_large_error() -> None:
    log2 = np.linspace(20, 23, 6)[:, None] + np.zeros(5)
    log2[:, 3:] = np.nan
    estimate, error = one_protein(log2)
    assert estimate[3] == pytest.approx(estimate[4], abs=1e-9)
    assert estimate[3] < estimate[:3].min() - 0.9
    assert error[3] > 2 * error[:3].max()


def test_missing_at_random_gives_the_additive_least_squares_fit() -> None:
    # slope 0 and a prior a thousand times wider than the noise: 1e-4 of the profile is what the prior may still pull
    rng = np.random.default_rng(5)
    log2 = rng.normal(22, 1, (7, 6))
    log2[rng.random(log2.shape) < 0.3] = np.nan
    wide = replace(PRIOR, change_sd=300.0)
    estimate, _ = one_protein(log2, DetectionCurve(1.0, 0.0, ""), wide)
    i, j = np.nonzero(~np.isnan(log2))
    design = np.zeros((len(i) + 1, 13))
    design[np.arange(len(i)), i] = 1
    design[np.arange(len(i)), 7 + j] = 1
    design[-1, :7] = 1  # precursor effects sum to zero
    solution, *_ = np.linalg.lstsq(design, np.append(log2[i, j], 0.0), rcond=None)
    np.testing.assert_allclose(estimate, solution[7:], atol=1e-4)


def test_errors_shrink_with_the_root_of_the_number_of_precursors() -> None:
    wide = replace(PRIOR, change_sd=50.0)
    errors = [one_protein(np.full((k, 4), 24.0), prior=wide)[1][0] for k in (1, 4, 25, 200)]
    # noise SD 0.3 over the root of k, the prior being flat
    np.testing.assert_allclose(errors, 0.3 / np.sqrt([1, 4, 25, 200]), rtol=1e-3)


@pytest.mark.parametrize("n", [4, 6, 12])
def test_proteins_absent_from_a_group_are_far_lower_there_and_never_higher(n: int) -> None:
    log2, groups, _ = simulated(300, n)
    second, off = np.arange(n) >= n // 2, np.arange(groups[-1] + 1) % 10 == 0
    log2[np.ix_(off[groups], second)] = np.nan
    seen = ~np.isnan(log2).all(axis=1)
    names, groups = np.unique(groups[seen], return_inverse=True)
    log2, off = log2[seen], off[names]
    result = dpc_quantify(log2, groups, detection_curve(log2), hyperparameters(log2, groups))
    difference = result.log2[:, second].mean(axis=1) - result.log2[:, ~second].mean(axis=1)
    assert off.sum() > 20
    assert (difference[off] < 0).all()
    many = np.bincount(groups) >= 5
    # one and a half is what the prior of mostly constant proteins lets through
    assert np.median(difference[off & many]) < -1.5
    assert np.abs(np.median(difference[~off])) < 0.05


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(2, 7), st.integers(0, 10**6), st.floats(0, 0.9), st.floats(5, 35))
def test_where_nothing_is_seen_the_estimate_is_below_the_mean_of_the_other_samples(k, n, seed, share, level) -> None:
    rng = np.random.default_rng(seed)
    log2 = level + rng.normal(0, 2, (k, n))
    log2[rng.random((k, n)) < share] = np.nan
    log2[:, 0], log2[:, 1] = np.nan, level
    estimate, _ = one_protein(log2)
    assert estimate[0] < estimate[1:].mean()


def test_counts_are_of_observed_precursors_and_proteins_without_any_are_empty() -> None:
    log2 = np.array([[20, NOTHING, 21], [NOTHING, NOTHING, 22], [NOTHING] * 3, [23, 24, 25], [NOTHING] * 3])
    result = dpc_quantify(log2, np.array([0, 0, 1, 2, 2]), CURVE, PRIOR)
    np.testing.assert_array_equal(result.observed, [[1, 0, 2], [0, 0, 0], [1, 1, 1]])
    assert np.isnan(result.log2[1]).all()
    assert np.isnan(result.standard_error[1]).all()
    # a precursor that was never seen says nothing
    np.testing.assert_array_equal(result.log2[2], one_protein(log2[3:4])[0])


def test_a_protein_of_200_precursors_in_1000_samples_is_estimated() -> None:
    rng = np.random.default_rng(6)
    profile = rng.normal(22, 0.5, 1000)
    log2 = rng.normal(0, 1, 200)[:, None] + profile + rng.normal(0, 0.3, (200, 1000))
    log2[rng.random(log2.shape) > expit(-16.4 + 0.8 * log2)] = np.nan
    estimate, error = one_protein(log2)
    centered = (estimate - estimate.mean()) - (profile - profile.mean())
    assert np.sqrt(np.mean(centered**2)) < 1.2 * np.mean(error)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(1, 7), st.integers(0, 10**6), st.floats(0, 1), st.floats(-40, 80))
def test_every_pattern_of_missing_values_gives_finite_estimates(k, n, seed, share, level) -> None:
    rng = np.random.default_rng(seed)
    log2 = level + rng.normal(0, 2, (k, n))
    log2[rng.random((k, n)) < share] = np.nan
    log2[0, 0] = level
    estimate, error = one_protein(log2)
    assert np.isfinite(estimate).all()
    assert (error > 0).all()


def test_hyperparameters_of_a_simulation_are_found_again() -> None:
    at_random = DetectionCurve(1.5, 0.0, "82 % are seen whatever their level")
    log2, groups, _ = simulated(800, 10, curve=at_random)
    found = hyperparameters(log2, groups)
    assert found.noise_variance == pytest.approx(0.3**2, rel=0.02)
    assert found.noise_df > 100  # one variance for all
    # the 90 % quantile of the standard deviation of ten values with SD 0.4 is 0.51; noise adds to it
    assert 0.5 < found.change_sd < 0.6


def test_a_shift_of_all_values_leaves_the_hyperparameters() -> None:
    log2, groups, _ = simulated()
    a, b = hyperparameters(log2, groups), hyperparameters(log2 - 3, groups)
    assert b.change_sd == pytest.approx(a.change_sd, rel=1e-9)
    assert b.noise_variance == pytest.approx(a.noise_variance, rel=1e-9)
    assert b.noise_df == pytest.approx(a.noise_df, rel=1e-3)


@pytest.mark.parametrize(
    "log2",
    [
        np.full((3, 1), 20.0),
        np.full((3, 4), 20.0),
        np.arange(6.0).reshape(3, 2),
        [[20, NOTHING], [NOTHING, 21], [NOTHING] * 2],
    ],
    ids=["one sample", "constant", "two samples", "hardly any value"],
)
@pytest.mark.parametrize("groups", [[0, 1, 2], [0, 0, 1], [0, 0, 0]])
def test_tables_too_small_to_learn_from_give_usable_priors(log2, groups: list[int]) -> None:
    values = np.array(log2, dtype=float)
    prior = hyperparameters(values, np.array(groups))
    assert min(prior.change_sd, prior.noise_variance) > 0
    result = dpc_quantify(values, np.array(groups), CURVE, prior)
    seen = result.observed.any(axis=1)
    assert np.isfinite(result.log2[seen]).all()


def test_without_two_precursors_anywhere_half_of_the_median_variance_counts_as_noise() -> None:
    # variances over samples by hand: 2, 8, 0.5; their median 2
    log2 = np.array([[20.0, 22.0], [20.0, 24.0], [20.0, 21.0]])
    assert hyperparameters(log2, np.arange(3)).noise_variance == pytest.approx(1.0)


@pytest.mark.parametrize("groups", [[1, 1], [0, 2], [1, 0], [0], [0, -1]])
def test_groups_that_are_not_numbered_in_order_are_refused(groups: list[int]) -> None:
    with pytest.raises(ValueError, match="group"):
        dpc_quantify(np.full((2, 2), 20.0), np.array(groups), CURVE, PRIOR)


def test_infinite_intensities_and_tables_without_values_are_refused() -> None:
    with pytest.raises(ValueError, match="infinite"):
        dpc_quantify(np.array([[np.inf, 20.0]]), np.array([0]), CURVE, PRIOR)
    with pytest.raises(ValueError, match="no observed value"):
        hyperparameters(np.full((2, 2), np.nan), np.array([0, 1]))
