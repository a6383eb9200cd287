"""The two nulls: nothing found where nothing is, a planted effect found, and only what is named is permuted."""

import numpy as np
import pandas as pd
import pytest

from myosieve import settings
from myosieve.differential.design import contrasts, design_matrix
from myosieve.differential.model import Options
from myosieve.ranking import desirability, permutation, score
from myosieve.ranking.relabeling import relabeling
from myosieve.statistics.auroc import area
from myosieve.statistics.permutations import permutation_p

CHOSEN = settings.stage_defaults("ranking")["ranking"]


def experiment(effect: float = 0.0, seed: int = 1, m: int = 200, each: int = 4) -> permutation.Experiment:
    """An experiment of two conditions in which the first tenth of the proteins changes by `effect`."""
    random = np.random.default_rng(seed)
    samples = pd.DataFrame({"sample": [f"s{i}" for i in range(2 * each)], "condition": ["rest", "eps"] * each})
    values = random.normal(25, 2, (m, 1)) + random.normal(0, 0.5, (m, 2 * each))
    values[: m // 10, 1::2] += effect
    index = pd.Index([f"P{i:03d}" for i in range(m)], name="protein_group")
    return permutation.Experiment(
        values=pd.DataFrame(values, index=index, columns=samples["sample"]),
        design=design_matrix(samples, "~ condition"),
        options=Options(),
        excluded=pd.Series("", index=index),
    )


def rows_of(made: permutation.Experiment, positives: int = 20) -> pd.DataFrame:
    """Proteins with every criterion at 0.5; the first ones are the positives."""
    groups = made.values.index  # noqa: PD011
    m = len(groups)
    table = pd.DataFrame({f"d_{name}": np.full(m, 0.5) for name in score.CRITERIA})
    return table.assign(protein_group=groups, background=True, positive=np.arange(m) < positives)


def null(made: permutation.Experiment, permutations: int = 60, seed: int = 1) -> permutation.Null:
    contrast = contrasts(made.design, {"c": "eps - rest"})[0]
    random = np.random.default_rng(seed)
    return permutation.label_null(made, contrast, rows_of(made), CHOSEN, 0.05, permutations, random)


def test_a_planted_effect_is_beyond_its_null() -> None:
    found = null(experiment(effect=4))
    assert found.complete  # 4 against 4: 34 others
    assert found.count == 34
    for name, observed in found.observed.items():
        assert permutation_p(observed, found.permuted[name]) == pytest.approx(1 / 35), name
    assert found.observed["hits"] == pytest.approx(20, abs=3)
    assert np.median(found.permuted["hits"]) == 0


def test_without_an_effect_p_values_of_the_largest_t_are_uniform() -> None:
    p = []
    for seed in range(50):
        made = experiment(seed=seed, m=60, each=3)
        contrast = contrasts(made.design, {"c": "eps - rest"})[0]
        exchange = relabeling(made.design, contrast)

        def largest(design, made=made, contrast=contrast):
            return made.tested(design, contrast)["t"].abs().max()

        found = exchange.permutations(9, np.random.default_rng(1)).labelings
        p.append(permutation_p(largest(made.design), np.array([largest(exchange.design_of(one)) for one in found])))
    counts = np.bincount(np.round(np.array(p) * 10).astype(int), minlength=11)[1:]  # of 1/10, ..., 10/10
    assert ((counts - 5) ** 2 / 5).sum() < 21.67  # 1 % of chi-square on 9 degrees of freedom


def test_without_an_effect_no_statistic_is_significant_more_often_than_its_level() -> None:
    p = {"hits": [], "mean_top25": [], "auroc": []}
    for seed in range(50):
        found = null(experiment(seed=seed, m=60, each=3), permutations=9)
        for name, values in p.items():
            values.append(permutation_p(found.observed[name], found.permuted[name]))
    for name, values in p.items():
        # most scores are at their floor without an effect, and p-values of equal statistics are large
        for level in (0.1, 0.2, 0.5):
            share = np.mean(np.array(values) <= level + 1e-9)
            assert share <= level + 2.33 * np.sqrt(level * (1 - level) / 50), (name, level, share)


def test_the_observed_scores_are_those_of_the_ranking_when_nothing_is_permuted() -> None:
    made = experiment(effect=2)
    contrast = contrasts(made.design, {"c": "eps - rest"})[0]
    tests = made.tested(made.design, contrast)
    rows = rows_of(made)
    found = permutation.experiment_scores(rows, tests, CHOSEN)
    bound = desirability.lower_bound(tests["ci_low"].to_numpy(), tests["ci_high"].to_numpy())
    d = {name: np.full(len(rows), 0.5) for name in score.EXPERIMENT}
    d["effect"] = desirability.ramp(bound, CHOSEN["knots"]["effect"])
    d["significance"] = desirability.significance(tests["q_value"].to_numpy(), CHOSEN["knots"]["significance"])
    weights = np.array([CHOSEN["weights"][name] for name in score.EXPERIMENT], dtype=float)
    expected = np.exp(
        sum(w * np.log(np.maximum(d[name], CHOSEN["floor"])) for name, w in zip(score.EXPERIMENT, weights, strict=True))
        / weights.sum()
    )
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_protein_without_an_interval_has_no_experiment_score() -> None:
    made = experiment()
    rows = rows_of(made)
    tests = made.tested(made.design, contrasts(made.design, {"c": "eps - rest"})[0])
    tests.loc[3, ["ci_low", "ci_high", "q_value"]] = np.nan
    found = permutation.experiment_scores(rows, tests.drop(index=5), CHOSEN)
    assert np.flatnonzero(np.isnan(found)).tolist() == [3, 5]


def test_criteria_that_do_not_follow_from_the_test_stay_as_observed() -> None:
    made = experiment()
    tests = made.tested(made.design, contrasts(made.design, {"c": "eps - rest"})[0])
    rows = rows_of(made)
    low = permutation.experiment_scores(rows.assign(d_leak=0.1), tests, CHOSEN)
    high = permutation.experiment_scores(rows.assign(d_leak=0.9), tests, CHOSEN)
    assert (low < high).all()
    same = permutation.experiment_scores(rows.assign(d_effect=0.99, d_significance=0.01), tests, CHOSEN)
    np.testing.assert_array_equal(same, permutation.experiment_scores(rows, tests, CHOSEN))


def test_a_top_that_is_larger_than_the_table_has_no_mean() -> None:
    found = null(experiment(m=30))
    assert np.isfinite(found.observed["mean_top25"])
    assert np.isnan(found.observed["mean_top50"])
    assert np.isnan(found.permuted["mean_top50"]).all()


def test_a_pair_each_leaves_nothing_to_permute() -> None:
    samples = pd.DataFrame(
        {"sample": list("abcd"), "condition": ["rest", "eps", "rest", "eps"], "subject": ["1", "1", "2", "2"]}
    )
    index = pd.Index([f"P{i}" for i in range(30)], name="protein_group")
    values = pd.DataFrame(np.random.default_rng(1).normal(25, 1, (30, 4)), index=index, columns=list("abcd"))
    design = design_matrix(samples, "~ subject + condition")
    found = null(permutation.Experiment(values, design, Options(), pd.Series("", index=index)))
    assert found.count == 1  # of 2 x 2 labelings the mirror is alike


# ---- priors --------------------------------------------------------------------------------------------------------


def background(informative: bool, n: int = 300) -> pd.DataFrame:
    random = np.random.default_rng(8)
    positive = np.arange(n) < 30
    table = pd.DataFrame({f"d_{name}": random.random(n) for name in score.CRITERIA})
    if informative:
        table["d_secretion"] = np.where(positive, 1.0, table["d_secretion"])
    return table.assign(positive=positive, mean_log2=random.normal(25, 2, n))


@pytest.mark.parametrize("informative", [True, False])
def test_a_prior_that_knows_the_positives_is_beyond_its_shuffles_and_one_that_does_not_is_not(informative) -> None:
    rows = background(informative)
    found = permutation.prior_null(rows, CHOSEN, 99, np.random.default_rng(1))
    d = rows[[f"d_{name}" for name in score.CRITERIA]].to_numpy()
    for name, values in permutation.rescored(d, CHOSEN).items():
        p = permutation_p(area(values, rows["positive"].to_numpy()), found[name])
        assert (p <= 0.02) == informative, (name, p)
    assert found["score_prior"].mean() == pytest.approx(0.5, abs=0.03)


def test_priors_move_among_proteins_of_similar_intensity_only() -> None:
    mean_log2 = np.random.default_rng(2).normal(25, 2, 200)
    mean_log2[:7] = np.nan
    bins = permutation.intensity_bins(mean_log2)
    sizes = np.bincount(bins[7:])
    assert sizes.max() - sizes.min() <= 1
    assert len(sizes) == 9  # 193 // 20
    order = np.argsort(mean_log2[7:])
    assert (np.diff(bins[7:][order]) >= 0).all()
    assert {*bins[:7]} == {9}
    moved = permutation.shuffled_within(bins, np.random.default_rng(3))
    np.testing.assert_array_equal(bins[moved], bins)
    assert sorted(moved) == list(range(200))
    assert (moved != np.arange(200)).sum() > 100


def test_few_proteins_are_one_bin() -> None:
    assert {*permutation.intensity_bins(np.arange(15.0))} == {0}
