"""Principal components: invariances that any PCA has, and what this one does with gaps and signs."""

import numpy as np
import pandas as pd
import pytest

from myosieve.quant.components import principal_components


def _matrix(n: int = 80, samples: int = 6) -> pd.DataFrame:
    random = np.random.default_rng(11)
    values = random.normal(25, 2, (n, 1)) + random.normal(0, 0.3, (n, samples))
    values[: n // 4, samples // 2 :] += 2
    return pd.DataFrame(values, columns=[f"s{i}" for i in range(samples)], index=[f"g{i}" for i in range(n)])


def test_the_first_component_parts_the_groups_that_differ() -> None:
    found = principal_components(_matrix())
    first = found.scores[:, 0]
    assert (first[:3].max() < first[3:].min()) or (first[:3].min() > first[3:].max())
    assert found.explained[0] > 0.5


def test_scores_are_the_eigenvectors_of_the_covariance_of_the_samples() -> None:
    matrix = _matrix()
    found = principal_components(matrix)
    centered = matrix.to_numpy() - matrix.to_numpy().mean(axis=1, keepdims=True)
    # Gram matrix X'X = V S^2 V': scores V S, so that scores'scores is diagonal with the two largest eigenvalues.
    eigenvalues = np.linalg.eigvalsh(centered.T @ centered)[::-1]
    np.testing.assert_allclose(found.scores.T @ found.scores, np.diag(eigenvalues[:2]), atol=1e-9)
    assert found.explained[0] == pytest.approx(eigenvalues[0] / eigenvalues.sum())


def test_a_constant_added_to_a_protein_changes_nothing() -> None:
    matrix = _matrix()
    shifted = matrix.add(np.linspace(-5, 5, len(matrix)), axis=0)
    np.testing.assert_allclose(principal_components(shifted).scores, principal_components(matrix).scores, atol=1e-9)


def test_the_order_of_the_proteins_changes_nothing_not_even_a_sign() -> None:
    matrix = _matrix()
    turned = principal_components(matrix.iloc[::-1])
    np.testing.assert_allclose(turned.scores, principal_components(matrix).scores, atol=1e-9)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_protein_with_the_largest_weight_has_a_positive_one(sign: int) -> None:
    matrix = sign * _matrix()
    centered = matrix.to_numpy() - matrix.to_numpy().mean(axis=1, keepdims=True)
    weights = centered @ principal_components(matrix).scores
    assert (weights[np.abs(weights).argmax(axis=0), [0, 1]] > 0).all()


def test_proteins_with_gaps_stay_out_while_enough_have_none() -> None:
    matrix = _matrix()
    matrix.iloc[:10, 0] = np.nan
    found = principal_components(matrix)
    assert (found.n_proteins, found.n_filled) == (70, 0)
    np.testing.assert_allclose(found.scores, principal_components(matrix.iloc[10:]).scores, atol=1e-9)


def test_with_few_proteins_without_gaps_those_of_most_samples_enter_and_their_gaps_are_counted() -> None:
    matrix = _matrix()
    matrix.iloc[:60, 0] = np.nan  # 20 are left without a gap, under the 50 that are enough
    matrix.iloc[:5, 1:3] = np.nan  # three of six samples: under 80 %
    found = principal_components(matrix)
    assert (found.n_proteins, found.n_filled) == (75, 55)


@pytest.mark.parametrize(("n", "samples"), [(80, 2), (2, 6), (0, 6)])
def test_too_few_samples_or_proteins_give_no_components(n: int, samples: int) -> None:
    assert principal_components(_matrix().iloc[:n, :samples]) is None


def test_samples_that_are_all_alike_give_no_components() -> None:
    assert principal_components(pd.DataFrame(1.0, index=range(60), columns=list("abcd"))) is None
