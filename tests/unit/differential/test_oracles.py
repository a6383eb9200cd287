"""Agreement with R limma 3.63.2; the reference files and the scripts that made them are in tests/oracles."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.differential.contrasts import moderated_t
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


def beside_limma(case: str, kind: str) -> pd.DataFrame:
    """Return our rows and limma's (columns with suffix _r) side by side; rows without any value are not in limma's."""
    formula, wanted = CASES[case]
    values = pd.read_csv(ORACLES / f"{case}.intensities.tsv.gz", sep="\t", index_col=0)
    samples = pd.read_csv(ORACLES / f"{case}.samples.tsv", sep="\t", dtype=str)
    design = design_matrix(samples, formula)
    ours = moderated_t(values, design, contrasts(design, wanted), trend="trend" in kind).rows
    limma = pd.read_csv(ORACLES / "limma-3.63" / f"{case}.{kind}.tsv.gz", sep="\t")
    both = limma.merge(ours, on=["contrast", "protein_group"], suffixes=("_r", ""), validate="one_to_one")
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
