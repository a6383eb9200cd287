"""Weights of samples: against limma's REML, against a general optimizer, and against known truth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from myosieve.differential.sample_weights import array_weights

ORACLES = Path(__file__).parents[2] / "oracles"


def two_groups(n: int) -> np.ndarray:
    return np.repeat(np.eye(2), n // 2, axis=0)


def made(scatter: np.ndarray, m: int, missing: float = 0.0, seed: int = 1) -> np.ndarray:
    """Return values whose standard deviation in each sample is `scatter` times the protein's own."""
    rng = np.random.default_rng(seed)
    values = rng.normal(25, 3, (m, 1)) + rng.gamma(4, 0.1, (m, 1)) * scatter * rng.normal(size=(m, len(scatter)))
    values[rng.random(values.shape) < missing] = np.nan
    return values


def penalized_deviance(gamma: np.ndarray, values: np.ndarray, design: np.ndarray, prior: float) -> float:
    """Return -2 log restricted likelihood with its prior, protein by protein from full matrices."""
    total = prior * np.exp(-gamma).sum()
    for y in values:
        seen = ~np.isnan(y)
        root = np.exp(-gamma[seen] / 2)
        x, response = design[seen] * root[:, None], y[seen] * root
        residual = response - x @ np.linalg.lstsq(x, response, rcond=None)[0]
        df = seen.sum() - x.shape[1]
        total += gamma[seen].sum() + np.linalg.slogdet(x.T @ x)[1] + df * np.log(residual @ residual)
    return total


@pytest.mark.parametrize("prior", [10, 100])
@pytest.mark.parametrize("case", ["clean", "missing", "paired"])
def test_complete_proteins_give_limma_s_weights(case: str, prior: float) -> None:
    values = pd.read_csv(ORACLES / f"{case}.intensities.tsv.gz", sep="\t", index_col=0).dropna().to_numpy()
    samples = pd.read_csv(ORACLES / f"{case}.samples.tsv", sep="\t")
    factors = ["condition", "donor"] if case == "paired" else ["condition"]
    # one indicator too many per factor beyond the first: a rank deficient design is as good
    design = np.column_stack([pd.get_dummies(samples[factor]) for factor in factors]).astype(float)
    limma = pd.read_csv(ORACLES / "limma-3.54" / "sample_weights.tsv", sep="\t")
    expected = limma[(limma["case"] == case) & (limma["prior"] == prior)]["weight"]
    np.testing.assert_allclose(array_weights(values, design, prior=prior), expected, rtol=1e-5)


def test_with_missing_values_no_other_weights_are_more_likely() -> None:
    design, prior = two_groups(8), 10.0
    values = made(np.array([1, 1, 1, 2, 1, 1, 0.5, 1]), 15, missing=0.2)
    values = values[[np.linalg.matrix_rank(design[~np.isnan(y)]) == 2 and (~np.isnan(y)).sum() > 3 for y in values]]
    found = -np.log(array_weights(values, design, prior=prior))

    def of_free(free: np.ndarray) -> float:
        return penalized_deviance(np.append(free, -free.sum()), values, design, prior)

    best = minimize(of_free, np.zeros(7), method="BFGS", options={"gtol": 1e-5})
    assert of_free(found[:-1]) <= best.fun + 1e-7
    np.testing.assert_allclose(found[:-1], best.x, atol=1e-4)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_known_precisions_are_found_again(missing: float) -> None:
    scatter = np.array([1.0, 1, 1, 2, 1, 1, 1, 1, 0.5, 1])
    found = array_weights(made(scatter, 30_000, missing), two_groups(10), prior=1)
    true = scatter**-2 / np.exp(np.log(scatter**-2).mean())
    np.testing.assert_allclose(found, true, rtol=0.06)  # about three standard errors of log w where values are missing


def test_weights_multiply_to_one() -> None:
    found = array_weights(made(np.array([1.0, 1, 3, 1, 1, 1, 1, 1]), 200, 0.2), two_groups(8))
    assert np.log(found).sum() == pytest.approx(0, abs=1e-12)


def test_a_larger_prior_draws_the_weights_towards_one() -> None:
    values = made(np.array([1.0, 1, 3, 1, 1, 1, 1, 1]), 200)
    spread = [np.ptp(np.log(array_weights(values, two_groups(8), prior=prior))) for prior in (1, 100, 10_000)]
    assert spread[0] > spread[1] > spread[2]
    assert spread[2] < 0.1


def test_the_level_and_the_unit_of_each_protein_do_not_matter() -> None:
    values = made(np.array([1.0, 1, 3, 1, 1, 1, 1, 1]), 100, 0.2)
    rng = np.random.default_rng(2)
    other = values * rng.gamma(2, 1, (100, 1)) + rng.normal(0, 5, (100, 1))
    np.testing.assert_allclose(array_weights(other, two_groups(8)), array_weights(values, two_groups(8)), rtol=1e-6)


def test_proteins_that_say_nothing_of_the_samples_change_nothing() -> None:
    values = made(np.array([1.0, 1, 3, 1, 1, 1, 1, 1]), 100)
    silent = values[:4].copy()
    silent[0], silent[1], silent[2, 2:], silent[3, 1:] = np.nan, 26.123456789, np.nan, np.nan
    with_silent = array_weights(np.vstack([values, silent]), two_groups(8))
    np.testing.assert_allclose(with_silent, array_weights(values, two_groups(8)), rtol=1e-9)


def test_without_any_informative_protein_all_weights_are_one() -> None:
    np.testing.assert_allclose(array_weights(np.full((3, 4), 25.0), two_groups(4)), np.ones(4))


def test_a_sample_without_any_value_has_a_finite_weight() -> None:
    values = made(np.ones(8), 100)
    values[:, 3] = np.nan
    assert np.isfinite(array_weights(values, two_groups(8))).all()


def test_a_prior_worth_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="prior"):
        array_weights(np.ones((2, 4)), two_groups(4), prior=0)
