"""Which samples exchange their conditions: the design's restrictions hold, and what is alike counts once."""

import numpy as np
import pandas as pd
import pytest

from myosieve.differential.design import contrasts, design_matrix, given_design
from myosieve.differential.linear import fit
from myosieve.ranking.relabeling import relabeling


def sheet(conditions: list[str], **covariates: list) -> pd.DataFrame:
    return pd.DataFrame({"sample": [f"s{i}" for i in range(len(conditions))], "condition": conditions} | covariates)


def exchange(samples: pd.DataFrame, formula: str, expression: object = "eps - rest", block: np.ndarray | None = None):
    design = design_matrix(samples, formula)
    return relabeling(design, contrasts(design, {"c": expression})[0], block)


def permuted(found, wanted: int = 1000):
    return found.permutations(wanted, np.random.default_rng(1))


THREE_EACH = sheet(["rest"] * 3 + ["eps"] * 3)
PAIRED = sheet(["rest", "eps"] * 4, subject=[str(i // 2) for i in range(8)])


def test_three_against_three_have_nine_other_partitions() -> None:
    found = permuted(exchange(THREE_EACH, "~ condition"))
    assert len(found.labelings) == 9  # 20 labelings, 10 up to the mirror, one of them observed
    assert found.complete


def test_four_pairs_have_seven_other_exchanges_and_each_keeps_the_pairs() -> None:
    exchanged = exchange(PAIRED, "~ subject + condition")
    found = permuted(exchanged)
    assert len(found.labelings) == 7  # 2^4 / 2 - 1
    for labeling in found.labelings:
        conditions = exchanged.design_of(labeling).conditions
        assert all({*conditions[i : i + 2]} == {"rest", "eps"} for i in range(0, 8, 2))


def test_without_the_pairs_in_the_design_they_are_not_kept() -> None:
    assert len(permuted(exchange(PAIRED, "~ condition")).labelings) == 34  # C(8, 4) / 2 - 1


def test_samples_of_other_conditions_keep_theirs() -> None:
    samples = sheet(["rest"] * 3 + ["eps"] * 3 + ["heat"] * 3)
    exchanged = exchange(samples, "~ condition")
    found = permuted(exchanged)
    assert len(found.labelings) == 9
    assert all((exchanged.design_of(one).conditions[6:] == "heat").all() for one in found.labelings)


def test_the_relabeled_design_is_that_of_a_sheet_with_the_conditions_exchanged() -> None:
    samples = sheet(
        ["rest", "eps"] * 4, batch=["x"] * 4 + ["y"] * 4, age=["20", "31", "45", "28", "60", "52", "33", "41"]
    )
    exchanged = exchange(samples, "~ batch + age + condition")
    for labeling in permuted(exchanged, 12).labelings:
        ours = exchanged.design_of(labeling)
        written = design_matrix(samples.assign(condition=ours.conditions), "~ batch + age + condition")
        # columns may be coded otherwise where another condition comes first; the spaces are the same
        both = np.column_stack([ours.matrix, written.matrix])
        assert np.linalg.matrix_rank(both) == np.linalg.matrix_rank(ours.matrix) == written.matrix.shape[1]
        contrast = contrasts(written, {"c": "eps - rest"})[0].vector
        y = np.random.default_rng(2).normal(size=(1, 8))
        one = fit(y, ours.matrix, exchanged.contrast.vector[:, None]).log2fc
        np.testing.assert_allclose(one, fit(y, written.matrix, contrast[:, None]).log2fc, rtol=1e-9)


def test_a_numeric_covariate_stays_with_its_sample_and_is_named() -> None:
    samples = sheet(["rest"] * 3 + ["eps"] * 3, age=["20", "31", "45", "28", "60", "52"])
    exchanged = exchange(samples, "~ age + condition")
    assert "whatever their age" in exchanged.exchanged
    assert len(permuted(exchanged).labelings) == 9
    column = exchanged.design.coefficients.index("age")
    for labeling in permuted(exchanged).labelings:
        np.testing.assert_array_equal(exchanged.design_of(labeling).matrix[:, column], [20, 31, 45, 28, 60, 52])


def test_labelings_that_are_alike_have_the_same_fit_and_others_another() -> None:
    exchanged = exchange(THREE_EACH, "~ condition")
    observed, mirror = np.array([0, 0, 0, 1, 1, 1]), np.array([1, 1, 1, 0, 0, 0])
    assert exchanged.key(observed) == exchanged.key(mirror)
    keys = {exchanged.key(labeling) for labeling in permuted(exchanged).labelings}
    assert len(keys) == 9
    assert exchanged.key(observed) not in keys


def test_an_interactions_conditions_are_exchanged_among_all_four() -> None:
    samples = sheet(["a", "b", "c", "d"] * 3)
    found = exchange(samples, "~ condition", "(b - a) - (d - c)")
    conditions = {name for one in permuted(found, 50).labelings for name in found.design_of(one).conditions}
    assert conditions == {"a", "b", "c", "d"}
    assert len(permuted(found, 50).labelings) == 50


def test_conditions_that_share_no_subject_cannot_be_exchanged_within_it() -> None:
    samples = sheet(["rest", "rest", "eps", "eps"], subject=["1", "1", "2", "2"])
    block = samples["subject"].to_numpy()
    exchanged = exchange(samples, "~ condition", block=block)
    assert exchanged.exchanged == "whole blocks of equal size"
    assert len(permuted(exchanged).labelings) == 0  # two blocks: their exchange is the mirror


def test_whole_blocks_are_exchanged_where_each_has_one_condition_and_only_with_those_of_their_size() -> None:
    subject = [name for name, size in zip("abcdefgh", [2] * 6 + [3] * 2, strict=True) for _ in range(size)]
    conditions = ["rest"] * 6 + ["eps"] * 6 + ["rest"] * 3 + ["eps"] * 3
    exchanged = exchange(sheet(conditions), "~ condition", block=np.array(subject, dtype=object))
    found = permuted(exchanged)
    assert len(found.labelings) == 19  # C(6, 3) x 2 = 40, halved by the mirror, one observed
    for labeling in found.labelings:
        moved = pd.Series(exchanged.design_of(labeling).conditions).groupby(np.array(subject)).nunique()
        assert (moved == 1).all()


def test_within_random_blocks_that_hold_both_conditions_samples_exchange_them() -> None:
    exchanged = exchange(PAIRED, "~ condition", block=PAIRED["subject"].to_numpy())
    assert len(permuted(exchanged).labelings) == 7
    assert exchanged.exchanged == "samples of one block"


@pytest.mark.parametrize(
    ("columns", "expression", "expected"),
    [
        ({"one": [1] * 6, "eps": [0, 0, 0, 1, 1, 1]}, "eps", 9),
        ({"rest": [1, 1, 1, 0, 0, 0], "eps": [0, 0, 0, 1, 1, 1]}, "eps - rest", 9),
        # the third column parts the samples into (2 + 1) and (1 + 2): 3 x 3 labelings, 4 others up to what is alike
        ({"one": [1] * 6, "eps": [0, 0, 0, 1, 1, 1], "batch": [0, 0, 1, 1, 1, 0]}, "eps", 8),
    ],
)
def test_columns_without_weight_in_the_contrast_of_a_given_matrix_are_its_covariates(
    columns, expression, expected
) -> None:
    table = pd.DataFrame({"sample": THREE_EACH["sample"]} | columns)
    design = given_design(THREE_EACH, table)
    exchanged = relabeling(design, contrasts(design, {"c": expression})[0])
    found = permuted(exchanged)
    assert len(found.labelings) == expected
    if "batch" in columns:
        batch = np.array(columns["batch"])
        for labeling in found.labelings:
            matrix = exchanged.design_of(labeling).matrix
            np.testing.assert_array_equal(matrix[:, 2], batch)
            assert sorted(matrix[batch == 0, 1]) == [0, 0, 1]
