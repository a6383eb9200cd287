"""directLFQ inside MyoSieve gives what the authors' package gives, in parts as at once, and leaves no trace."""

import logging
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.quant.rollup.directlfq import directlfq, normalized

ORACLES = Path(__file__).parents[3] / "oracles"
NAN = np.nan


def precursors(proteins: int, loaded: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """The first proteins of the reference precursors (12 runs), the runs loaded from -loaded to +loaded."""
    long = pd.read_csv(ORACLES / "precursors.tsv.gz", sep="\t")
    wide = long.pivot_table(index=["protein_group", "precursor"], columns="sample", values="log2_intensity")
    groups = pd.factorize(wide.index.get_level_values(0))[0]
    rows = groups < proteins
    return wide.to_numpy()[rows] + np.linspace(-loaded, loaded, wide.shape[1]), groups[rows]


def complete(seed: int, precursors: int = 6, samples: int = 7) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return draw.normal(22, 2, (precursors, 1)) + draw.normal(0, 1, samples) + draw.normal(0, 0.3, (precursors, samples))


def of_one(x: np.ndarray) -> np.ndarray:
    return directlfq(x, np.zeros(len(x), dtype=int))[0]


def by_the_package(log2: np.ndarray, groups: np.ndarray, folder: Path, normalize: bool) -> np.ndarray:
    """Return what the package's top level writes for the table."""
    table = pd.DataFrame(np.nan_to_num(np.exp2(log2)), columns=[f"s{i:02d}" for i in range(log2.shape[1])])
    table.insert(0, "ion", [f"i{i:05d}" for i in range(len(log2))])
    table.insert(0, "protein", [f"p{g:05d}" for g in groups])
    path = folder / "precursors.aq_reformat.tsv"
    table.to_csv(path, sep="\t", index=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package misses an optional library, aloud
        from directlfq.lfq_manager import run_lfq

        run_lfq(str(path), num_cores=1, deactivate_normalization=not normalize)
    written = pd.read_csv(next(folder.glob("*.protein_intensities.tsv")), sep="\t", index_col=0)
    written = written.reindex([f"p{g:05d}" for g in range(groups.max() + 1)]).to_numpy()
    return np.log2(np.where(written > 0, written, NAN))


@pytest.fixture
def arrays_of_pandas_2(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a frame's array be written, as with pandas 2; the package's normalization of samples is lost without it."""
    original = pd.DataFrame.to_numpy

    def writable(frame: pd.DataFrame, *arguments: object, **options: object) -> np.ndarray:
        array = original(frame, *arguments, **options)
        array.flags.writeable = True
        return array

    monkeypatch.setattr(pd.DataFrame, "to_numpy", writable)


def test_without_normalization_it_is_the_package(tmp_path: Path) -> None:
    log2, groups = precursors(30, loaded=1)
    np.testing.assert_allclose(
        directlfq(log2, groups), by_the_package(log2, groups, tmp_path, normalize=False), rtol=0, atol=1e-9
    )


def test_with_normalization_it_is_the_package(tmp_path: Path, arrays_of_pandas_2: None) -> None:
    log2, groups = precursors(30, loaded=1)
    expected = by_the_package(log2, groups, tmp_path, normalize=True)
    np.testing.assert_allclose(directlfq(normalized(log2), groups), expected, rtol=0, atol=1e-9)
    assert np.nanmax(np.abs(directlfq(log2, groups) - expected)) > 0.5  # that is, it does something


def test_with_normalization_of_more_than_fifty_samples_it_is_the_package(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    groups = np.repeat(np.arange(6), 4)
    log2 = draw.normal(22, 2, (24, 1)) + draw.normal(0, 1, 52) + draw.normal(0, 0.3, (24, 52))
    log2[draw.random(log2.shape) < 0.2] = NAN
    expected = by_the_package(log2, groups, tmp_path, normalize=True)
    np.testing.assert_allclose(directlfq(normalized(log2), groups), expected, rtol=0, atol=1e-9)


def test_parts_after_one_normalization_are_the_same_as_all_at_once() -> None:
    log2, groups = precursors(12, loaded=1)
    shifted = normalized(log2)
    at_once = directlfq(shifted, groups)
    for first, last in ((0, 7), (7, 8), (8, 12)):
        rows = (groups >= first) & (groups < last)
        np.testing.assert_array_equal(directlfq(shifted[rows], groups[rows] - first), at_once[first:last])


def test_normalization_adds_one_constant_to_each_sample_and_finds_its_loading() -> None:
    log2, _ = precursors(200)
    loading = np.linspace(-1, 1, log2.shape[1])
    added, added_loaded = normalized(log2) - log2, normalized(log2 + loading) - log2
    for difference in (added, added_loaded):
        np.testing.assert_allclose(np.nanmax(difference, axis=0), np.nanmin(difference, axis=0), rtol=0, atol=1e-9)
    remaining = np.nanmean(added_loaded, axis=0) - np.nanmean(added, axis=0)
    np.testing.assert_allclose(remaining, remaining[0], rtol=0, atol=0.02)  # a shift common to all


def test_normalization_leaves_missing_missing() -> None:
    log2, _ = precursors(40)
    log2[3] = NAN
    np.testing.assert_array_equal(np.isnan(normalized(log2)), np.isnan(log2))


def test_a_constant_shift_of_a_protein_shifts_its_results() -> None:
    x = complete(1)
    np.testing.assert_allclose(of_one(x + 5), of_one(x) + 5, rtol=0, atol=1e-9)


def test_a_constant_shift_of_a_sample_shifts_its_result_against_the_others() -> None:
    # The level of the protein follows its summed intensity, and so moves for all samples together.
    x = complete(1)
    shift = 3.0 * (np.arange(x.shape[1]) == 2)
    difference = of_one(x + shift) - of_one(x) - shift
    np.testing.assert_allclose(difference, difference[0], rtol=0, atol=1e-9)


def test_the_order_of_samples_makes_no_difference() -> None:
    x = complete(1)
    order = np.random.default_rng(1).permutation(x.shape[1])
    np.testing.assert_allclose(of_one(x[:, order]), of_one(x)[order], rtol=0, atol=1e-9)


def test_the_order_of_precursors_makes_no_difference_where_no_variances_are_equal() -> None:
    x = complete(1)
    np.testing.assert_allclose(of_one(np.random.default_rng(1).permutation(x)), of_one(x), rtol=0, atol=1e-9)


def test_samples_with_the_same_values_get_the_same_result() -> None:
    x = complete(1)
    x[:, 3] = x[:, 5]
    assert of_one(x)[3] == of_one(x)[5]


def test_a_single_precursor_is_the_result() -> None:
    x = complete(1, precursors=1)
    x[0, 2] = NAN
    np.testing.assert_allclose(of_one(x), x[0], rtol=0, atol=1e-9)


def test_a_precursor_that_is_seen_once_is_not_used() -> None:
    assert np.isnan(of_one(np.array([[20.0, NAN, NAN]]))).all()


def test_samples_without_a_shared_precursor_all_have_a_result() -> None:
    x = np.array([[10, 11, NAN, NAN], [NAN, NAN, 20, 25]])
    result = of_one(x)
    np.testing.assert_allclose(result[[1, 3]] - result[[0, 2]], [1, 5], rtol=0, atol=1e-9)  # within each pair


def test_a_sample_without_any_value_is_missing_and_so_is_a_protein() -> None:
    log2, groups = precursors(5)
    log2[:, 4] = NAN
    log2[groups == 2] = NAN
    result = directlfq(log2, groups)
    assert np.isnan(result[:, 4]).all()
    assert np.isnan(result[2]).all()
    assert np.isfinite(result[[0, 1, 3, 4]]).any(axis=1).all()


def test_one_sample_is_the_median_precursor_scaled_to_the_summed_intensity() -> None:
    np.testing.assert_allclose(of_one(np.array([[3.0], [4.0], [5.0]])), np.log2([8 + 16 + 32]), rtol=0, atol=1e-9)


def test_an_empty_table_has_an_empty_result() -> None:
    assert directlfq(np.empty((0, 3)), np.empty(0, dtype=int)).shape == (0, 3)


def test_the_input_is_left_as_it_was() -> None:
    log2, groups = precursors(5)
    log2[0, 1:] = NAN  # seen once: what the package sets to missing in place
    before = log2.copy()
    directlfq(normalized(log2), groups)
    directlfq(log2, groups)
    np.testing.assert_array_equal(log2, before)


def test_the_package_logs_nothing_and_leaves_the_programs_log_as_it_was(caplog: pytest.LogCaptureFixture) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level, logging.getLogger("directlfq").level)
    with caplog.at_level(logging.INFO):
        directlfq(normalized(complete(1)), np.zeros(6, dtype=int))
    assert caplog.records == []
    assert (list(root.handlers), root.level, logging.getLogger("directlfq").level) == before


def test_a_program_of_its_own_prints_nothing_and_gets_no_log_handler() -> None:
    code = (
        "import logging, numpy as np; from myosieve.quant.rollup.directlfq import directlfq, normalized;"
        "directlfq(normalized(np.ones((4, 1))), np.array([0, 0, 1, 1]));"
        "assert not logging.getLogger().handlers and logging.getLogger().level == logging.WARNING"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
