"""Laws of the tests of the leak index and of fold changes at equal leak, against SciPy's t tests."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from myosieve.differential.linear import fit
from myosieve.secretome.leak_contrasts import index_contrast, index_tests, residual

N = 6
TREATED = np.repeat([0.0, 1.0], N)
DESIGN = np.column_stack([np.ones(2 * N), TREATED])
DIFFERENCE = np.array([[0.0], [1.0]])


@pytest.fixture
def index():
    return np.random.default_rng(1).standard_normal(2 * N) + 0.8 * TREATED


def test_the_test_of_two_conditions_is_students(index):
    (row,) = index_tests(pd.DataFrame({"leak_index": index}), DESIGN, DIFFERENCE, None).itertuples()
    theirs = stats.ttest_ind(index[N:], index[:N])
    assert row.p_value == pytest.approx(theirs.pvalue, rel=1e-9)
    assert row.t == pytest.approx(theirs.statistic, rel=1e-9)
    interval = theirs.confidence_interval()
    assert (row.ci_low, row.ci_high) == pytest.approx((interval.low, interval.high), rel=1e-9)


def test_with_a_block_the_test_is_the_paired_one(index):
    block = np.tile(np.arange(N).astype(str), 2)
    (row,) = index_tests(pd.DataFrame({"leak_index": index}), DESIGN, DIFFERENCE, block).itertuples()
    theirs = stats.ttest_rel(index[N:], index[:N])
    assert row.p_value == pytest.approx(theirs.pvalue, rel=1e-9)


def test_a_block_within_which_nothing_can_be_compared_is_left_out(index):
    block = np.repeat(["x", "y"], N)  # each block is a condition
    (row,) = index_tests(pd.DataFrame({"leak_index": index}), DESIGN, DIFFERENCE, block).itertuples()
    assert row.p_value == pytest.approx(stats.ttest_ind(index[N:], index[:N]).pvalue, rel=1e-9)


def test_a_measure_that_only_one_condition_has_is_not_tested(index):
    ldh = np.where(TREATED > 0, 5.0 + index, np.nan)
    rows = index_tests(pd.DataFrame({"leak_index": index, "LDH": ldh}), DESIGN, DIFFERENCE, None).set_index("measure")
    assert rows.loc["LDH", ["estimate", "p_value", "ci_low"]].isna().all()
    assert np.isfinite(rows.loc["leak_index", "p_value"])


def test_the_residual_is_the_fold_change_of_what_the_leak_leaves(index):
    random = np.random.default_rng(2)
    values = random.standard_normal((50, 2 * N)) + 20
    values[random.random(values.shape) < 0.2] = np.nan
    loading = random.uniform(0, 1.2, 50)
    plain = fit(values, DESIGN, DIFFERENCE).log2fc[:, 0]
    at_equal_leak = fit(values - loading[:, None] * index, DESIGN, DIFFERENCE).log2fc[:, 0]
    of_index = index_contrast(values, index, DESIGN, DIFFERENCE)[:, 0]
    leaked, left, se = residual(plain, np.full(50, 0.3), of_index, loading, np.full(50, 0.1))
    np.testing.assert_allclose(left, at_equal_leak, atol=1e-10)
    np.testing.assert_allclose(leaked + left, plain, atol=1e-12)
    np.testing.assert_allclose(se, np.sqrt(0.09 + 0.01 * of_index**2))


def test_with_the_index_in_the_design_nothing_is_left_to_correct(index):
    values = np.random.default_rng(3).standard_normal((20, 2 * N))
    wide, vector = np.column_stack([DESIGN, index]), np.array([[0.0], [1.0], [0.0]])
    np.testing.assert_allclose(index_contrast(values, index, wide, vector), 0, atol=1e-10)
