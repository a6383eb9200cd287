"""Laws of the precision weights of estimated quantities; the test made of them beside limpa's, and under the null."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, stdtr
from scipy.stats import spearmanr

from myosieve.differential.precision import fit_estimates, precision_weights, unobserved_df
from myosieve.quant.rollup.detection import detection_curve
from myosieve.quant.rollup.dpc import dpc_quantify, hyperparameters
from myosieve.statistics.false_discovery import benjamini_hochberg
from myosieve.statistics.moderation import moderate

CONTRAST = np.array([[-1.0], [1.0]])


def groups_of(*sizes: int) -> np.ndarray:
    """Return the design ~ 0 + condition."""
    return np.repeat(np.eye(len(sizes)), sizes, axis=0)


class Result(NamedTuple):
    log2fc: np.ndarray
    t: np.ndarray
    p_value: np.ndarray
    prior_df: float


def tested(log2: np.ndarray, se: np.ndarray, observed: np.ndarray, design: np.ndarray) -> Result:
    """Return the moderated test of the second condition against the first."""
    found = fit_estimates(log2, se, observed, design, CONTRAST)
    moderated = moderate(found.variance, found.df_residual)
    t = found.log2fc[:, 0] / (found.stdev_unscaled[:, 0] * np.sqrt(moderated.variance))
    return Result(found.log2fc[:, 0], t, 2 * stdtr(moderated.df, -np.abs(t)), float(np.max(moderated.prior.df)))


def estimates(m: int = 300, n: int = 8, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return log2, se and observed (m x n): an error as large as the standard error, on top of biology of SD 0.1."""
    rng = np.random.default_rng(seed)
    observed = rng.integers(1, 6, (m, n))
    se = 0.6 / np.sqrt(observed) * rng.uniform(0.9, 1.1, (m, n))
    return rng.normal(22, 2, (m, 1)) + rng.normal(0, 0.1, (m, n)) + se * rng.standard_normal((m, n)), se, observed


def made_precursors(seed: int, n: int = 8, proteins: int = 500, absent: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return log2 (p x n) and groups (p,); a share of proteins is absent from the last half of the samples."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(proteins), 1 + np.minimum(24, rng.geometric(0.3, proteins)))
    level = rng.normal(21, 2, proteins)[groups] + rng.normal(0, 1.5, len(groups))
    biology = rng.normal(0, 0.35, (proteins, n))
    log2 = level[:, None] + biology[groups] + rng.normal(0, 0.4, (len(groups), n))
    log2[rng.random(log2.shape) > expit(0.9 * (log2 - 20))] = np.nan
    log2[np.ix_((np.arange(proteins) < absent * proteins)[groups], np.arange(n) >= n // 2)] = np.nan
    seen = ~np.isnan(log2).all(axis=1)
    return log2[seen], np.unique(groups[seen], return_inverse=True)[1]


def quantified(log2: np.ndarray, groups: np.ndarray):
    found = dpc_quantify(log2, groups, detection_curve(log2, groups), hyperparameters(log2, groups))
    return found.log2, found.standard_error, found.observed


@pytest.fixture(scope="module")
def limpa(root):
    """Precursors, their proteins and limpa 1.3.0's quantities and tests of them (run_limpa.R), first six runs against last."""
    folder = root / "tests/oracles"
    table = pd.read_csv(folder / "precursors.tsv.gz", sep="\t")
    wide = table.pivot_table(index=["protein_group", "precursor"], columns="sample", values="log2_intensity")
    groups, names = pd.factorize(wide.index.get_level_values(0))
    log2, se = (
        pd.read_csv(folder / f"{name}.tsv.gz", sep="\t", index_col=0).loc[names, wide.columns].to_numpy()
        for name in ("dpcquant_limpa", "dpcquant_limpa_se")
    )
    tests = pd.read_csv(folder / "dpcde_limpa.tsv.gz", sep="\t", index_col=0).loc[names]
    return wide.to_numpy(), groups, log2, se, tests


def agreement(p_value: np.ndarray, theirs: pd.DataFrame) -> float:
    """Return the share of the calls of either, at 5 % by Benjamini and Hochberg, that both make."""
    ours, other = (benjamini_hochberg(p) <= 0.05 for p in (p_value, theirs["p_value"].to_numpy()))
    return float((ours & other).sum() / (ours | other).sum())


def test_on_limpas_quantities_the_test_is_limpas(limpa) -> None:
    precursors, groups, log2, se, theirs = limpa
    observed = np.add.reduceat(~np.isnan(precursors), np.flatnonzero(np.diff(groups, prepend=-1)), axis=0, dtype=int)
    ours = tested(log2, se, observed, groups_of(6, 6))
    assert np.corrcoef(ours.log2fc, theirs["log2fc"])[0, 1] > 0.9999
    assert np.median(np.abs(ours.t - theirs["t"])) < 0.005
    assert spearmanr(ours.p_value, theirs["p_value"])[0] > 0.999
    assert agreement(ours.p_value, theirs) == 1
    assert ours.prior_df == pytest.approx(
        23.97, rel=0.05
    )  # from limpa's t and p: df 33.97 of complete proteins, less 10


def test_on_our_quantities_the_calls_are_limpas(limpa) -> None:
    precursors, groups, _, _, theirs = limpa
    ours = tested(*quantified(precursors, groups), groups_of(6, 6))
    assert agreement(ours.p_value, theirs) >= 0.95
    # what differs are quantities of proteins with few precursors, whose noise limpa takes to be more unequal
    assert np.corrcoef(ours.log2fc, theirs["log2fc"])[0, 1] > 0.995


def test_the_fit_is_weighted_least_squares() -> None:
    log2, se, observed = estimates(40)
    design = groups_of(5, 3)
    weights = precision_weights(log2, se, observed, design).weights
    found = fit_estimates(log2, se, observed, design, CONTRAST)
    for i in range(3):
        root = np.sqrt(weights[i])
        solution, squares, *_ = np.linalg.lstsq(design * root[:, None], log2[i] * root, rcond=None)
        assert found.log2fc[i, 0] == pytest.approx(solution[1] - solution[0])
        assert found.variance[i] == pytest.approx(squares[0] / 6)


def test_weights_are_one_over_the_variances_that_standard_errors_tell() -> None:
    log2, se, observed = estimates(1500)
    weights = precision_weights(log2, se, observed, groups_of(4, 4)).weights
    # proteins differ little in their mean standard error: the curve is straight beyond what they span
    typical = np.abs(np.log(se) - np.log(se).mean()) < 0.2
    assert np.corrcoef(np.log(weights[typical]), np.log(se[typical]))[0, 1] < -0.99
    expected = (0.1**2 + se**2)[typical].mean()
    assert (1 / weights[typical]).mean() == pytest.approx(expected, rel=0.15)


def test_residual_variances_are_relative_to_the_trend() -> None:
    found = fit_estimates(*estimates(1500), groups_of(4, 4), CONTRAST)
    assert found.variance.mean() == pytest.approx(1, abs=0.15)


def test_a_constant_shift_of_all_values_leaves_the_weights() -> None:
    log2, se, observed = estimates()
    before, after = (precision_weights(y, se, observed, groups_of(4, 4)).weights for y in (log2, log2 + 7))
    np.testing.assert_allclose(after, before, rtol=1e-6)


def test_another_unit_of_the_values_rescales_the_weights_by_its_square() -> None:
    log2, se, observed = estimates()
    before, after = (precision_weights(c * log2, c * se, observed, groups_of(4, 4)).weights for c in (1.0, 3.0))
    np.testing.assert_allclose(after, before / 9, rtol=1e-6)


def test_the_order_of_samples_and_proteins_does_not_matter() -> None:
    values = estimates()
    design = groups_of(4, 4)
    rng = np.random.default_rng(1)
    rows, columns = rng.permutation(300), rng.permutation(8)
    before = precision_weights(*values, design).weights
    after = precision_weights(*(x[np.ix_(rows, columns)] for x in values), design[columns]).weights
    np.testing.assert_allclose(after, before[np.ix_(rows, columns)], rtol=1e-8)


def test_any_parametrization_of_the_design_gives_the_same_weights() -> None:
    values = estimates()
    cells = groups_of(4, 4)
    treated = np.column_stack([np.ones(8), cells[:, 1], cells[:, 0]])  # redundant
    np.testing.assert_allclose(
        precision_weights(*values, treated).weights, precision_weights(*values, cells).weights, rtol=1e-9
    )


@pytest.mark.parametrize(
    ("observed", "design", "lost"),
    [
        ([3, 1, 2, 1, 1, 2], groups_of(3, 3), 0),
        ([3, 1, 2, 0, 0, 0], groups_of(3, 3), 2),
        ([3, 0, 0, 0, 0, 1], groups_of(3, 3), 0),
        ([0, 0, 0, 0, 0, 0], groups_of(3, 3), 4),
        ([0, 0, 1, 0, 0, 0], groups_of(2, 1, 3), 1 + 2),
        ([0, 0, 0, 1, 1, 1], np.column_stack([groups_of(3, 3), np.tile(np.eye(3), (2, 1))]), 0),  # pairs
        ([0, 0, 0, 1, 1, 1], np.column_stack([np.ones(6), [0, 0, 1, 0, 1, 1], groups_of(3, 3)[:, 1]]), 1),  # batches
    ],
)
def test_replicates_of_which_none_is_seen_count_as_one_value(observed: list, design: np.ndarray, lost: int) -> None:
    assert unobserved_df(np.array([observed]), design)[0] == lost


def test_the_variance_of_a_protein_absent_from_a_condition_is_that_of_the_other_condition() -> None:
    log2, se, observed = estimates()
    log2[0, 4:], se[0, 4:], observed[0, 4:] = 17.0, 1.0, 0
    found = fit_estimates(log2, se, observed, groups_of(4, 4), CONTRAST)
    weights = precision_weights(log2, se, observed, groups_of(4, 4)).weights[0, :4]
    seen = log2[0, :4]
    squares = (weights * (seen - np.average(seen, weights=weights)) ** 2).sum()
    assert found.df_residual[0] == 3
    assert found.variance[0] == pytest.approx(squares / 3)
    assert found.df_residual[1] == 6


def test_a_protein_that_no_sample_shows_has_no_variance_of_its_own() -> None:
    log2, se, observed = estimates()
    log2[0], se[0], observed[0] = 17.0, 1.0, 0
    found = fit_estimates(log2, se, observed, groups_of(4, 4), CONTRAST)
    assert found.df_residual[0] == 0
    assert np.isnan(found.variance[0])


def test_proteins_without_estimates_stay_empty_and_change_nothing() -> None:
    log2, se, observed = estimates()
    before = fit_estimates(log2, se, observed, groups_of(4, 4), CONTRAST)
    nothing = np.full((1, 8), np.nan)
    after = fit_estimates(
        np.vstack([nothing, log2]),
        np.vstack([nothing, se]),
        np.vstack([0 * observed[:1], observed]),
        groups_of(4, 4),
        CONTRAST,
    )
    assert np.isnan(after.log2fc[0, 0])
    np.testing.assert_allclose(after.log2fc[1:], before.log2fc, rtol=1e-12)


def test_with_few_proteins_all_values_count_alike() -> None:
    weights = precision_weights(*estimates(5), groups_of(4, 4)).weights
    np.testing.assert_array_equal(weights, np.ones((5, 8)))


@pytest.mark.parametrize("constant", [True, False])
def test_equal_standard_errors_give_finite_weights(constant: bool) -> None:
    log2, se, observed = estimates(60)
    level = log2 - log2.mean(axis=1, keepdims=True) + 20 if constant else log2
    weights = precision_weights(level, np.full_like(se, 0.2), observed, groups_of(4, 4)).weights
    assert np.isfinite(weights).all()
    assert (weights > 0).all()


def test_incomplete_rows_wrong_shapes_and_impossible_errors_are_refused() -> None:
    log2, se, observed = estimates(20)
    gap, zero = log2.copy(), se.copy()
    gap[3, 2], zero[3, 2] = np.nan, 0.0
    with pytest.raises(ValueError, match="finite in all samples"):
        precision_weights(gap, se, observed, groups_of(4, 4))
    with pytest.raises(ValueError, match="not positive"):
        precision_weights(log2, zero, observed, groups_of(4, 4))
    with pytest.raises(ValueError, match="do not fit"):
        precision_weights(log2, se, observed, groups_of(4, 3))


def test_without_any_change_five_in_a_hundred_tests_are_below_five_percent() -> None:
    p_values = np.concatenate(
        [tested(*quantified(*made_precursors(seed)), groups_of(4, 4)).p_value for seed in range(4)]
    )
    # 2,000 tests: standard error 0.005
    assert 0.03 < (p_values < 0.05).mean() < 0.06
    assert (p_values < 0.001).mean() < 0.004


def test_proteins_absent_from_a_condition_are_found_by_those_seen_well_in_the_other() -> None:
    log2, groups = made_precursors(1, absent=0.05)
    estimated, se, observed = quantified(log2, groups)
    result = tested(estimated, se, observed, groups_of(4, 4))
    called = benjamini_hochberg(result.p_value) <= 0.05
    absent = np.zeros(len(called), dtype=bool)
    absent[observed[:, 4:].sum(axis=1) == 0] = True
    well_seen = (observed[:, :4] > 0).all(axis=1) & (observed[:, :4].sum(axis=1) >= 12)
    assert (absent & well_seen).sum() >= 5
    assert called[absent & well_seen].all()
    assert (result.log2fc[absent & well_seen] < -0.5).all()
    assert (called & ~absent).sum() <= 2


def test_proteins_absent_from_a_condition_vary_like_the_others() -> None:
    log2, groups = made_precursors(2, proteins=1000, absent=0.3)
    estimated, se, observed = quantified(log2, groups)
    complete = (observed > 0).all(axis=1)
    absent = (observed[:, 4:] == 0).all(axis=1) & (observed[:, :4] > 0).all(axis=1)
    # the same weights, with and without the agreement of values that nobody saw
    honest = fit_estimates(estimated, se, observed, groups_of(4, 4), CONTRAST)
    naive = honest.variance * honest.df_residual / 6
    assert absent.sum() > 100
    assert honest.variance[absent].mean() == pytest.approx(honest.variance[complete].mean(), rel=0.3)
    assert naive[absent].mean() < 0.65 * naive[complete].mean()
