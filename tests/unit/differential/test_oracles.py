"""Agreement with R limma 3.63.2; the reference files and the scripts that made them are in tests/oracles."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.differential.contrast_tests import Options, contrast_tests
from myosieve.differential.design import contrasts, design_matrix

ORACLES = Path(__file__).parents[2] / "oracles"
# Tolerance of limma's plain, trend and exact results, relative (tests/oracles hold twelve digits).
TOLERANCE = 1e-8

CASES = {
    "clean": ("~ condition", {"b_vs_a": "b - a"}),
    "missing": ("~ 0 + condition", {"b_vs_a": {"treatment": "b", "control": "a"}}),
    "paired": (
        "~ donor + condition",
        {"end_vs_rest": "end - rest", "res_vs_rest": "res - rest", "res_vs_end": "res - end"},
    ),
    "interaction": (
        "~ 0 + condition + batch",
        {"young": "y_eps - y_rest", "old": "o_eps - o_rest", "diff": "(o_eps - o_rest) - (y_eps - y_rest)"},
    ),
}


def beside_limma(case: str, kind: str, version: str = "3.63") -> pd.DataFrame:
    """Return our rows and limma's (columns with suffix _r) side by side; rows without any value are not in limma's."""
    options = Options(
        "limma_trend" if "trend" in kind else "limma",
        robust="robust" in kind,
        legacy=version == "3.54",
        detection=False,
    )
    formula, wanted = CASES[case]
    values = pd.read_csv(ORACLES / f"{case}.intensities.tsv.gz", sep="\t", index_col=0)
    samples = pd.read_csv(ORACLES / f"{case}.samples.tsv", sep="\t", dtype=str)
    design = design_matrix(samples, formula)
    ours = contrast_tests(values, design, contrasts(design, wanted), options).rows
    limma = pd.read_csv(ORACLES / f"limma-{version}" / f"{case}.{kind}.tsv.gz", sep="\t")
    keys = [name for name in ("contrast", "protein_group") if name in limma.columns]
    both = limma.merge(ours, on=keys, suffixes=("_r", ""), validate="one_to_one")
    assert len(both) == len(limma)
    return both


def assert_agree(both: pd.DataFrame, columns: dict[str, str]) -> None:
    for ours, limma in columns.items():
        np.testing.assert_allclose(both[ours], both[limma], rtol=TOLERANCE, atol=1e-300, err_msg=ours)


@pytest.mark.parametrize("kind", ["exact_plain", "exact_trend"])
@pytest.mark.parametrize("case", ["missing", "paired", "interaction"])
def test_exact_contrasts_agree_with_limma_refitted_for_each_contrast(case: str, kind: str) -> None:
    both = beside_limma(case, kind)
    columns = {"log2fc": "log2fc_r", "t": "t_r", "df": "df_total", "p_value": "p_value_r", "q_value": "q_value_r"}
    # including which rows have no estimate: assert_allclose takes NaN as equal to NaN only
    assert_agree(both, columns)
    assert both["t"].isna().any()


@pytest.mark.parametrize("kind", ["plain", "trend"])
@pytest.mark.parametrize("case", ["clean", "missing"])
def test_orthogonal_designs_agree_with_limma_in_every_column(case: str, kind: str) -> None:
    both = beside_limma(case, kind)
    assert_agree(both, {"log2fc": "log2fc_r", "t": "t_r", "p_value": "p_value_r", "q_value": "q_value_r"})
    seen = both[both["t"].notna()]
    assert_agree(seen, {"df": "df_total"})
    np.testing.assert_allclose(seen["se"], seen["stdev_unscaled"] * np.sqrt(seen["s2_post"]), rtol=TOLERANCE)


@pytest.mark.parametrize("kind", ["plain", "trend"])
@pytest.mark.parametrize("case", ["paired", "interaction"])
def test_designs_with_blocks_agree_with_limma_where_its_contrasts_are_exact(case: str, kind: str) -> None:
    both = beside_limma(case, kind)
    estimable = both[both["log2fc"].notna()]
    assert_agree(estimable, {"log2fc": "log2fc_r", "df": "df_total"})
    # limma's contrast variance is exact in rows without a missing value
    full_df = estimable["df_total"].max()
    complete = estimable[estimable["df_total"] == full_df]
    assert len(complete) > 100
    assert_agree(complete, {"t": "t_r", "p_value": "p_value_r"})


def test_contrasts_that_a_protein_cannot_estimate_are_empty_with_a_note_where_limma_gives_a_number() -> None:
    both = beside_limma("paired", "trend")
    ours_only = both[both["log2fc"].isna() & both["log2fc_r"].notna()]
    assert len(ours_only) > 0  # no donor seen under both conditions
    assert ours_only["note"].str.contains("cannot estimate").all()
    assert (ours_only["test"] == "none").all()


@pytest.mark.parametrize(
    ("version", "case", "kind"),
    [("3.54", case, kind) for case in ("clean", "missing") for kind in ("plain", "trend")]
    + [("3.63", "clean", kind) for kind in ("robust", "trend_robust")],
)
def test_older_and_robust_priors_reach_the_tests(version: str, case: str, kind: str) -> None:
    both = beside_limma(case, kind, version)
    both = both[both["t"].notna()]
    np.testing.assert_allclose(both["df"], both["df_total"], rtol=1e-6)
    # In two groups se^2 = s2_post (1 / n_1 + 1 / n_2).
    unscaled = 1 / both["n_treatment"] + 1 / both["n_control"]
    np.testing.assert_allclose(both["se"] ** 2, both["s2_post"] * unscaled, rtol=1e-6)
