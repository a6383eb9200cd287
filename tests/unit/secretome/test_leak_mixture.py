"""Laws of the leak mixture, on planted leaks and against densities computed by SciPy."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, rankdata

from myosieve.secretome import leak, leak_mixture
from myosieve.secretome.leak_mixture import follows_leak


class Planted:
    """Conditioned medium of two conditions x n donors: leaked proteins, regulated and unchanged secreted ones."""

    def __init__(self, seed, n=5, leak_shift=0.0, leak_sd=0.4, proteins=1200, leaked=0.4):
        random = np.random.default_rng(seed)
        self.conditions = np.repeat(["rest", "eps"], n)
        donor, treated = np.tile(np.arange(n), 2), np.repeat([0.0, 1.0], n)
        self.leak = leak_sd * random.standard_normal(2 * n) + leak_shift * treated
        self.leaked = random.random(proteins) < leaked
        self.marker = self.leaked & (random.random(proteins) < 0.2)
        self.regulated = ~self.leaked & (random.random(proteins) < 0.15)
        # most secreted proteins are recognized as such by their sequence, and some leaked ones wrongly
        self.own_way = np.where(self.leaked, random.random(proteins) < 0.1, random.random(proteins) < 0.6)
        self.loading = np.where(self.leaked, random.normal(0.95, 0.15, proteins), 0.0)
        effect = self.regulated * random.uniform(0.6, 2, proteins) * np.where(random.random(proteins) < 0.75, 1, -1)
        sd = np.sqrt(0.06 * 6 / random.chisquare(6, proteins))[:, None]
        self.values = 25 + self.loading[:, None] * self.leak + effect[:, None] * treated
        self.values += 0.5 * random.standard_normal((proteins, n))[:, donor]
        self.values += sd * random.standard_normal((proteins, 2 * n))
        self.values[random.random(self.values.shape) < 0.05] = np.nan
        self.design = np.column_stack([np.ones(2 * n), treated, np.eye(n)[donor][:, 1:]])
        self.index = leak.leak_index(self.values[self.marker]).level
        self.relative = False

    def judged(self):
        return follows_leak(
            self.values, self.index, self.design, self.conditions,
            is_marker=self.marker, own_way=self.own_way, relative=self.relative,
        )  # fmt: skip


def auroc(scores, positive):
    ranks = rankdata(scores)
    n = positive.sum()
    return (ranks[positive].sum() - n * (n + 1) / 2) / (n * (~positive).sum())


@pytest.mark.parametrize(("shift", "sd"), [(0.0, 0.5), (1.0, 0.2), (1.0, 0.5)])
def test_planted_leaks_are_told_from_secreted_proteins(shift, sd):
    study = Planted(1, leak_shift=shift, leak_sd=sd)
    found = study.judged()
    others = ~study.marker
    assert auroc(found.probability[others], study.leaked[others]) > 0.93
    flagged = found.probability >= leak.FOLLOWS
    # at a probability of 0.9 at most one in ten of those flagged may be wrong
    assert study.leaked[others & flagged].mean() > 0.9


def test_secreted_proteins_that_rise_with_a_leaking_stimulus_are_not_flagged():
    study = Planted(2, leak_shift=1.0, leak_sd=0.4)
    flagged = study.judged().probability >= leak.FOLLOWS
    assert flagged[study.regulated & study.own_way].mean() < 0.05
    assert flagged[study.leaked & ~study.own_way].mean() > 0.5


def test_where_nobody_leaks_no_regulated_protein_is_flagged():
    study = Planted(3, leak_sd=0.0)
    found = study.judged()
    assert not (found.probability[study.regulated] >= leak.FOLLOWS).any()


def test_loadings_are_recovered():
    study = Planted(4, leak_sd=0.8)
    found = study.judged()
    # the index has its own zero and scale: leaked proteins stand near 1
    assert found.loading[study.leaked].mean() == pytest.approx(0.95, abs=0.1)
    error = (found.loading - study.loading - (found.loading - study.loading).mean()) / found.loading_sd
    assert 0.7 < error.std() < 1.3


def test_in_a_medium_that_is_mostly_leaked_the_rest_is_told_apart_after_normalization():
    study = Planted(9, leak_shift=0.6, leak_sd=0.5, leaked=0.85)
    study.values -= np.nanmedian(study.values - np.nanmedian(study.values, axis=1, keepdims=True), axis=0)
    study.index = leak.leak_index(study.values[study.marker], study.values[study.own_way & ~study.marker]).level
    study.relative = True
    found = study.judged()
    # normalization left little of the leak in what leaked, and took it from the rest
    assert 0.1 < found.leaked_loading < 0.5
    assert found.leaked_loading - found.other_loading == pytest.approx(1)
    others = ~study.marker
    assert auroc(found.probability[others], study.leaked[others]) > 0.95
    assert (found.probability >= leak.FOLLOWS)[study.regulated & study.own_way].mean() < 0.1


def test_the_shares_of_the_kinds_are_estimated_by_group():
    study = Planted(5, leak_sd=0.8)
    shares = study.judged().shares
    others = ~study.marker
    for group, own in ((0, False), (1, True)):
        truth = study.leaked[others & (study.own_way == own)].mean()
        assert shares[group, leak_mixture.LEAKED] == pytest.approx(truth, abs=0.08)
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_a_protein_without_values_is_unknown():
    study = Planted(6)
    study.values[0], study.values[1, 1:] = np.nan, np.nan
    study.marker[:2] = False
    assert np.isnan(study.judged().probability[:2]).all()


def test_markers_that_do_not_leak_do_not_make_others_leaked():
    study = Planted(6, leak_sd=0.8)
    quiet = np.flatnonzero(~study.leaked & ~study.regulated & ~study.own_way)[:40]
    study.marker[quiet] = True  # a compartment that broken cells keep
    found = study.judged()
    assert (found.probability[quiet] < 0.5).mean() > 0.9
    others = ~study.marker
    assert auroc(found.probability[others], study.leaked[others]) > 0.97


def test_the_order_of_samples_does_not_matter():
    study = Planted(7, proteins=400)
    before = study.judged().probability
    order = np.random.default_rng(0).permutation(len(study.index))
    study.values, study.index, study.design = study.values[:, order], study.index[order], study.design[order]
    study.conditions = study.conditions[order]
    np.testing.assert_allclose(study.judged().probability, before, atol=1e-4)


def test_marginal_likelihoods_are_those_of_multivariate_normals():
    random = np.random.default_rng(8)
    n = 8
    conditions, index = np.repeat(["a", "b"], n // 2), random.standard_normal(n)
    design = np.column_stack([np.ones(n), conditions == "b"])
    values = random.standard_normal((60, n)) + 20
    values[random.random(values.shape) < 0.1] = np.nan
    reduced = leak_mixture._reduced(values, index, design, conditions)
    priors = [(np.array([0, 0, 0.0]), np.array([0.5, 0.5, 0.1])), (np.array([0, 0, 1.0]), np.array([0.01, 0.01, 0.2]))]
    found = [leak_mixture._log_likelihood(reduced, *prior) for prior in priors]
    terms = np.column_stack([conditions == "a", conditions == "b", index]).astype(float)
    for row in range(len(values)):
        seen = np.isfinite(values[row])
        if seen.sum() < 5 or not np.isfinite(reduced.variance[row]):
            continue
        z = terms[seen]
        logs = []
        for mean, variance in priors:
            # a very wide intercept stands for a free one
            covariance = z @ np.diag(variance) @ z.T + reduced.variance[row] * np.eye(seen.sum()) + 1e6
            logs.append(multivariate_normal(z @ mean + 20, covariance).logpdf(values[row, seen]))
        assert found[0][row] - found[1][row] == pytest.approx(logs[0] - logs[1], abs=1e-3)
