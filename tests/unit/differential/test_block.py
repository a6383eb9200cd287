"""Correlation within blocks: against the likelihood written out, against known truth and against limma."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.differential.block import consensus_correlation
from myosieve.differential.linear import fit

ORACLES = Path(__file__).parents[2] / "oracles"


def made(
    rho: float, m: int, blocks: int, size: int, missing: float = 0.0, seed: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return values of known correlation within blocks, a design of two conditions within each block, and the labels."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(blocks), size)
    design = np.column_stack([np.ones(len(labels)), np.tile(np.arange(size) % 2, blocks)]).astype(float)
    common = rng.normal(size=(m, blocks))[:, labels] * np.sqrt(rho)
    values = 25 + rng.gamma(4, 0.25, (m, 1)) * (common + rng.normal(size=(m, len(labels))) * np.sqrt(1 - rho))
    values[rng.random(values.shape) < missing] = np.nan
    return values, design, labels


def deviance(values: np.ndarray, design: np.ndarray, labels: np.ndarray, rho: float) -> float:
    """Return -2 log restricted likelihood of one protein, sigma profiled out, from full matrices."""
    seen = ~np.isnan(values)
    y, x, same = values[seen], design[seen], labels[seen][:, None] == labels[seen]
    left, singular, _ = np.linalg.svd(x, full_matrices=False)
    x = left[:, singular > 1e-9]
    correlation = np.where(np.eye(len(y), dtype=bool), 1.0, rho * same)
    inverse = np.linalg.inv(correlation)
    gram = x.T @ inverse @ x
    residual = y - x @ np.linalg.solve(gram, x.T @ inverse @ y)
    squares = residual @ inverse @ residual
    logs = np.linalg.slogdet(correlation)[1] + np.linalg.slogdet(gram)[1]
    return logs + (len(y) - x.shape[1]) * np.log(squares)


@pytest.fixture(scope="module")
def paired() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values = pd.read_csv(ORACLES / "paired.intensities.tsv.gz", sep="\t", index_col=0).to_numpy()
    samples = pd.read_csv(ORACLES / "paired.samples.tsv", sep="\t")
    conditions = np.array(["rest", "end", "res"])
    return values, (samples["condition"].to_numpy()[:, None] == conditions).astype(float), samples["donor"].to_numpy()


def limma(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLES / "limma-3.54" / f"paired.{name}.tsv.gz", sep="\t")


def test_each_protein_s_correlation_maximizes_the_likelihood_written_out_in_full() -> None:
    values, design, labels = made(0.6, 15, 5, 4, missing=0.25)
    found = consensus_correlation(values, design, labels).per_protein
    grid = np.linspace(-1 / 3 + 0.01, 0.99, 150)
    for y, rho in zip(values, found, strict=True):
        if np.isnan(rho):
            continue
        lowest = min(deviance(y, design, labels, point) for point in grid)
        assert (
            deviance(y, design, labels, rho) <= lowest + 1e-6
        )  # at an end of the range, the search stops 1e-8 before it


def test_with_weights_the_correlation_is_that_of_values_and_design_scaled_by_their_roots() -> None:
    values, design, labels = made(0.6, 1, 6, 3)
    weights = np.random.default_rng(3).gamma(3, 1, values.shape[1])
    found = consensus_correlation(values, design, labels, weights).per_protein[0]
    root = np.sqrt(weights)

    def scaled(rho: float) -> float:
        return deviance(values[0] * root, design * root[:, None], labels, rho)

    assert scaled(found) <= min(scaled(point) for point in np.linspace(-0.49, 0.99, 150)) + 1e-9


@pytest.mark.parametrize("rho", [0.0, 0.4, 0.8])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_a_known_correlation_is_found_again(rho: float, missing: float) -> None:
    values, design, labels = made(rho, 2_000, 12, 3, missing)
    # One estimate has a standard error of about 0.2, the mean of 2,000 of 0.005; atanh and trimming bias it a little.
    assert consensus_correlation(values, design, labels).rho == pytest.approx(rho, abs=0.03)


def test_complete_proteins_have_limma_s_consensus(paired) -> None:
    values, design, donors = paired
    complete = ~np.isnan(values).any(axis=1)
    expected = float((ORACLES / "limma-3.54" / "paired.block_correlation.txt").read_text().split()[1])
    assert consensus_correlation(values[complete], design, donors).rho == pytest.approx(expected, abs=1e-6)


def test_with_missing_values_a_protein_has_limma_s_correlation_or_one_of_greater_likelihood(paired) -> None:
    values, design, donors = paired
    ours, theirs = consensus_correlation(values, design, donors).per_protein, limma("block")["correlation"].to_numpy()
    both = np.flatnonzero(~np.isnan(ours) & ~np.isnan(theirs))
    assert len(both) > 700
    apart = both[np.abs(ours - theirs)[both] > 1e-3]
    assert len(apart) < 0.05 * len(both)
    for i in apart:
        # limma stops after some steps, or at the lower of two maxima
        difference = deviance(values[i], design, donors, ours[i]) - deviance(values[i], design, donors, theirs[i])
        assert difference < 1e-5


def test_with_missing_values_the_consensus_is_limma_s_but_for_the_proteins_with_two_maxima(paired) -> None:
    values, design, donors = paired
    expected = float((ORACLES / "limma-3.54" / "paired.block_correlation.txt").read_text().split()[0])
    assert consensus_correlation(values, design, donors).rho == pytest.approx(expected, abs=4e-3)


def test_least_squares_with_the_correlation_of_blocks_are_limma_s(paired) -> None:
    values, design, donors = paired
    rho = float((ORACLES / "limma-3.54" / "paired.block_correlation.txt").read_text().split()[0])
    fitted = fit(values, design, np.array([[-1.0], [1], [0]]), block=donors, correlation=rho)
    expected = limma("block")
    estimable = ~np.isnan(fitted.log2fc[:, 0])  # limma has a number for more
    for ours, column in ((fitted.log2fc[:, 0], "log2fc"), (fitted.stdev_unscaled[:, 0], "stdev_unscaled")):
        np.testing.assert_allclose(ours[estimable], expected[column][estimable], rtol=1e-8, atol=1e-11)
    some = fitted.df_residual > 0
    np.testing.assert_allclose(np.sqrt(fitted.variance[some]), expected["sigma"][some], rtol=1e-8)
    np.testing.assert_array_equal(fitted.df_residual[some], expected["df_residual"][some])


def test_a_shift_of_a_protein_and_the_order_of_samples_do_not_matter() -> None:
    values, design, labels = made(0.5, 30, 6, 3, missing=0.2)
    order = np.random.default_rng(5).permutation(values.shape[1])
    first = consensus_correlation(values, design, labels).per_protein
    shifted = consensus_correlation(values[:, order] + 3, design[order], labels[order]).per_protein
    np.testing.assert_allclose(shifted, first, atol=1e-5)


def test_labels_of_blocks_may_be_anything() -> None:
    values, design, labels = made(0.5, 30, 6, 3)
    named = np.array([f"donor {label}" for label in labels], dtype=object)
    numbered, by_name = (consensus_correlation(values, design, block).rho for block in (labels, named))
    assert by_name == pytest.approx(numbered, abs=1e-12)


def test_where_no_block_has_two_samples_there_is_no_correlation() -> None:
    values, design, _ = made(0.5, 10, 6, 2)
    found = consensus_correlation(values, design, np.arange(12))
    assert np.isnan(found.rho)
    assert found.used == 0
    assert np.isnan(found.per_protein).all()


def test_proteins_that_are_constant_or_nearly_missing_are_left_out_of_the_consensus() -> None:
    values, design, labels = made(0.5, 20, 6, 3)
    odd = values[:3].copy()
    odd[0], odd[1], odd[2, 3:] = 26.123456789, np.nan, np.nan
    found = consensus_correlation(np.vstack([values, odd]), design, labels)
    assert np.isnan(found.per_protein[20:]).all()
    assert found.used == 20
    assert found.rho == pytest.approx(consensus_correlation(values, design, labels).rho, abs=1e-9)


def test_a_design_that_holds_the_blocks_themselves_leaves_no_correlation_to_estimate() -> None:
    values, design, labels = made(0.5, 30, 6, 4, missing=0.2)
    with_blocks = np.column_stack([design, labels[:, None] == np.unique(labels)])
    found = consensus_correlation(values, with_blocks, labels)
    assert found.used == 0
    assert np.isnan(found.rho)
