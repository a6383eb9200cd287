"""Agreement of the moderation of variances with R limma; files and the scripts that made them are in tests/oracles."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.statistics.moderation import Moderated, moderate

ORACLES = Path(__file__).parents[2] / "oracles"
CASES = ["clean", "missing", "paired", "interaction"]


def moderated(case: str, kind: str, legacy: bool) -> Moderated:
    table = pd.read_csv(ORACLES / f"{case}.variances.tsv.gz", sep="\t")
    return moderate(
        table["sigma"].to_numpy() ** 2,
        table["df_residual"].to_numpy(dtype=float),
        table["mean_log2"].to_numpy() if "trend" in kind else None,
        robust="robust" in kind,
        legacy=legacy,
    )


def assert_agrees(ours: Moderated, path: Path, tolerance: float) -> None:
    limma = pd.read_csv(path, sep="\t")
    np.testing.assert_allclose(ours.variance, limma["s2_post"], rtol=tolerance)
    np.testing.assert_allclose(ours.df, limma["df_total"], rtol=tolerance)
    np.testing.assert_allclose(ours.prior.df_by_protein, limma["df_prior"], rtol=tolerance)
    # including which proteins are outliers
    assert ours.prior.df == ours.prior.df_by_protein.max()
    most = limma["df_prior"].max()
    outlying = limma["df_prior"] < most * (1 - 1e-9)
    np.testing.assert_array_equal(ours.prior.df_by_protein < ours.prior.df * (1 - 1e-9), outlying)


@pytest.mark.parametrize("kind", ["robust", "trend_robust"])
@pytest.mark.parametrize("case", CASES)
def test_robust_moderation_agrees_with_limma(case: str, kind: str) -> None:
    # 1e-11 measured; the search for d_0 stops at a width of 1e-4 on both sides, at the same place but for rounding
    assert_agrees(moderated(case, kind, legacy=False), ORACLES / f"limma-3.63/{case}.{kind}.tsv.gz", 1e-9)


@pytest.mark.parametrize("kind", ["plain", "trend"])
@pytest.mark.parametrize("case", CASES)
def test_legacy_moderation_agrees_with_limma_before_3_61(case: str, kind: str) -> None:
    # the files hold thirteen digits
    assert_agrees(moderated(case, kind, legacy=True), ORACLES / f"limma-3.54/{case}.{kind}.tsv.gz", 2e-12)


@pytest.mark.parametrize("kind", ["robust", "trend_robust"])
@pytest.mark.parametrize("case", CASES)
def test_legacy_robust_moderation_agrees_with_limma_before_3_61(case: str, kind: str) -> None:
    # 6e-10 measured: quantiles of F and the root of the Winsorized variance
    assert_agrees(moderated(case, kind, legacy=True), ORACLES / f"limma-3.54/{case}.{kind}.tsv.gz", 2e-9)


@pytest.mark.parametrize("kind", ["plain", "trend"])
@pytest.mark.parametrize("case", CASES)
def test_plain_moderation_agrees_with_limma_of_today(case: str, kind: str) -> None:
    limma = pd.read_csv(ORACLES / f"limma-3.63/{case}.{kind}.tsv.gz", sep="\t")
    limma = limma[limma["contrast"] == limma["contrast"].iloc[0]]
    ours = moderated(case, kind, legacy=False)
    np.testing.assert_allclose(ours.variance, limma["s2_post"], rtol=1e-10)
    np.testing.assert_allclose(ours.df, limma["df_total"], rtol=1e-10)


@pytest.mark.parametrize("kind", ["plain", "trend", "robust", "trend_robust"])
def test_equal_degrees_of_freedom_are_moderated_alike_by_both_rules(kind: str) -> None:
    today, legacy = moderated("clean", kind, legacy=False), moderated("clean", kind, legacy=True)
    np.testing.assert_array_equal(today.variance, legacy.variance)
    np.testing.assert_array_equal(today.df, legacy.df)
