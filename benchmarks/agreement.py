"""How far MyoSieve's tests are from the reference results in tests/oracles: the largest differences, file by file.

    python benchmarks/agreement.py

log2fc absolute, all else relative. `exact` files are limma refitted with each contrast as a coefficient.
"""

import os
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd

from myosieve.differential.contrast_tests import contrast_tests
from myosieve.differential.design import contrasts, design_matrix
from myosieve.differential.model import Estimates, Options
from myosieve.quant.rollup.methods import roll_up
from myosieve.statistics.false_discovery import benjamini_hochberg
from myosieve.statistics.moderation import moderate

ORACLES = Path(__file__).parents[1] / "tests" / "oracles"
CASES = {
    "clean": ("~ condition", {"b_vs_a": "b - a"}),
    "missing": ("~ condition", {"b_vs_a": "b - a"}),
    "paired": (
        "~ donor + condition",
        {"end_vs_rest": "end - rest", "res_vs_rest": "res - rest", "res_vs_end": "res - end"},
    ),
    "interaction": (
        "~ 0 + condition + batch",
        {"young": "y_eps - y_rest", "old": "o_eps - o_rest", "diff": "(o_eps - o_rest) - (y_eps - y_rest)"},
    ),
}


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLES / name, sep="\t")


def farthest(ours: pd.Series, theirs: pd.Series, relative: bool = True) -> float:
    difference = np.abs(ours.to_numpy() - theirs.to_numpy())
    return float(np.nanmax(difference / np.abs(theirs.to_numpy()) if relative else difference))


def tests_of(case: str) -> None:
    formula, wanted = CASES[case]
    values = read(f"{case}.intensities.tsv.gz").set_index("protein_group")
    design = design_matrix(read(f"{case}.samples.tsv").astype(str), formula)
    for kind in ("plain", "trend"):
        options = Options("limma_trend" if kind == "trend" else "limma", detection=False)
        ours = contrast_tests(values, design, contrasts(design, wanted), options).rows
        name = f"limma-3.63/{case}.{'' if case == 'clean' else 'exact_'}{kind}.tsv.gz"
        both = read(name).merge(ours, on=["contrast", "protein_group"], suffixes=("_r", ""), validate="one_to_one")
        same = bool((both["t"].isna() == both["t_r"].isna()).all())
        figures = {"log2fc": farthest(both["log2fc"], both["log2fc_r"], relative=False)}
        figures |= {"t": farthest(both["t"], both["t_r"]), "p": farthest(both["p_value"], both["p_value_r"])}
        told = ", ".join(f"{column} {figure:.0e}" for column, figure in figures.items())
        print(f"{name}: {told}; the same rows empty: {'yes' if same else 'no'}")


def variances_of(case: str) -> None:
    start = read(f"{case}.variances.tsv.gz")
    variance, df = start["sigma"].to_numpy() ** 2, start["df_residual"].to_numpy(dtype=float)
    for version in ("3.63", "3.54"):
        for kind in ("plain", "trend", "robust", "trend_robust"):
            name = f"limma-{version}/{case}.{kind}.tsv.gz"
            if version == "3.63" and "robust" not in kind:
                continue  # these hold the tests themselves, above
            covariate = start["mean_log2"].to_numpy() if "trend" in kind else None
            found = moderate(variance, df, covariate, robust="robust" in kind, legacy=version == "3.54")
            reference = read(name)
            far = [farthest(pd.Series(ours), reference[column]) for ours, column in
                   ((found.variance, "s2_post"), (found.df, "df_total"))]  # fmt: skip
            print(f"{name}: s2_post {far[0]:.0e}, df_total {far[1]:.0e}")


def dpc() -> None:
    long = read("precursors.tsv.gz")
    keys = {"index": ["protein_group", "precursor"], "columns": "sample", "values": "log2_intensity"}
    precursors = long.pivot_table(**keys, dropna=False).dropna(how="all")
    codes, names = pd.factorize(precursors.index.get_level_values("protein_group"), sort=True)
    found = roll_up(precursors.to_numpy(), codes, "dpc")
    samples = list(precursors.columns)
    sheet = pd.DataFrame({"sample": samples, "condition": ["a"] * 6 + ["b"] * 6})
    design = design_matrix(sheet, "~ condition")
    values = pd.DataFrame(found.log2, index=names, columns=samples)
    estimates = Estimates(found.estimates, found.standard_errors, found.observed)
    wanted = contrasts(design, {"b_vs_a": "b - a"})
    ours = contrast_tests(values, design, wanted, Options("dpc"), estimates=estimates).rows.set_index("protein_group")
    theirs = read("dpcde_limpa.tsv.gz").set_index("protein_group").loc[ours.index]
    calls = [set(ours.index[ours["q_value"] <= 0.05])]
    calls.append(set(theirs.index[benjamini_hochberg(theirs["p_value"].to_numpy()) <= 0.05]))
    reference = read("dpcquant_limpa.tsv.gz").set_index("protein_group").loc[names, samples].to_numpy()
    r = np.corrcoef(found.estimates.ravel(), reference.ravel())[0, 1]
    overlap = len(calls[0] & calls[1]) / len(calls[0] | calls[1])
    print(f"dpc: slope {found.curve.slope:.4f}, protein log2 r {r:.5f}, calls {len(calls[0])} and {len(calls[1])}, "
          f"overlap {overlap:.3f}, log2fc r {np.corrcoef(ours['log2fc'], theirs['log2fc'])[0, 1]:.4f}")  # fmt: skip


def main() -> None:
    for case in CASES:
        tests_of(case)
        variances_of(case)
    dpc()


if __name__ == "__main__":
    main()
