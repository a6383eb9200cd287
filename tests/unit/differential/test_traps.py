"""What the peers fell into, held against the tests of contrasts as a whole.

Each trap, as other programs have it, and where it is tested; without a module it is tested here.

1. A protein without any value stops a test with a trend: `test_laws`, and through the command here.
2. Tests against a least change stop at coefficients that cannot be estimated.
3. Proteins without residual degrees of freedom: `test_moderation_traps`, `test_contrasts`.
4. Such proteins shift the prior variances of the others (DEqMS recycles a shorter vector).
5. Variances of exactly zero distort the prior: `test_moderation_traps`; that the user is told, here.
6. Infinite prior degrees of freedom give NaN: `test_moderation_traps`; as far as the interval, here.
7. The prior's degrees of freedom are as good as the search for them: `test_moderation_traps`, `test_moderation_oracles`.
8. The inverse of trigamma at its ends: `test_moderation_traps`.
9. Coincident knots, constant covariates, few proteins under a trend: `test_moderation_traps`.
10. The logarithm of an intensity of zero: `test_linear`, `test_moderation_traps`, `test_inputs`; as a whole, here.
11. A condition in which a protein is silent, one with a single sample, one sample against one.
12. A missing condition empties all contrasts of a protein, not only its own.
13. Contrasts that cannot be estimated get a number: `test_oracles`; that absence is no pretext for one, here.
14. Normalizations that spread missing values: `test_normalization_laws`, `test_cyclic_loess`.
15. Results that change from run to run: `test_imputation`; through the command, here.
16. Multiple testing counts what was not tested, and p-values of zero cannot be ranked.
17. Threads of linear algebra on small matrices: `test_linear`.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from myosieve import files, schema
from myosieve.cli import main
from myosieve.differential import contrast_tests as room
from myosieve.differential.design import contrasts, design_matrix
from myosieve.differential.model import Options

CONDITIONS = ["a"] * 4 + ["b"] * 4 + ["c"] * 4
T_TESTS = [
    Options(method, robust=robust, legacy=legacy, detection=False)
    for method in ("limma", "limma_trend")
    for robust in (False, True)
    for legacy in (False, True)
]
every_prior = pytest.mark.parametrize("options", T_TESTS, ids=str)


def table(proteins: int = 120, n: int = 8, missing: float = 0.2, seed: int = 0) -> pd.DataFrame:
    """Return log2 values without any change between conditions, of prior variance 0.3 on 4 degrees of freedom."""
    draw = np.random.default_rng(seed)
    values = draw.normal(25, 2, (proteins, 1)) + draw.normal(size=(proteins, n)) * np.sqrt(
        1.2 / draw.chisquare(4, (proteins, 1))
    )
    values[draw.random(values.shape) < missing] = np.nan
    return pd.DataFrame(values, index=[f"P{i}" for i in range(proteins)], columns=[f"s{i}" for i in range(n)])


def results(
    values: pd.DataFrame, options: Options, *expressions: str, peptides: pd.Series | None = None
) -> room.Tested:
    sheet = pd.DataFrame({"sample": values.columns, "condition": CONDITIONS[: values.shape[1]]})
    design = design_matrix(sheet, "~ condition")
    wanted = contrasts(design, {text: text for text in expressions or ("b - a",)})
    return room.contrast_tests(values, design, wanted, options, peptides=peptides)


def rows_of(result: room.Tested, contrast: str = "b - a") -> pd.DataFrame:
    return result.rows[result.rows["contrast"] == contrast].set_index("protein_group")


def command(folder: Path, values: pd.DataFrame, *more: str, conditions: str = "aaaabbbb", out: str = "out.tsv") -> int:
    files.write_table(folder / "x.tsv", values.rename_axis("protein_group").reset_index())
    rows = [f"{name}\t{condition}" for name, condition in zip(values.columns, conditions, strict=True)]
    (folder / "s.tsv").write_text("\n".join(["sample\tcondition", *rows]) + "\n")
    paths = ["--intensities", str(folder / "x.tsv"), "--samples", str(folder / "s.tsv"), "--out", str(folder / out)]
    return main(["differential", *paths, "--design", "~ condition", "--contrast", "c=b - a", *more])


# ---- 1 to 6: variances ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("robust", [[], ["--robust"]])
def test_a_protein_without_any_value_does_not_stop_a_test_with_a_trend(tmp_path: Path, robust: list[str]) -> None:
    values = table()
    values.iloc[5] = np.nan
    assert command(tmp_path, values, *robust) == 0
    rows = files.read_table(tmp_path / "out.tsv", schema.DIFFERENTIAL).set_index("protein_group")
    assert rows.loc["P5", "test"] == "none"
    assert rows.loc["P5", "note"] == "no value in any sample"
    assert rows["p_value"].notna().sum() >= 115


@every_prior
def test_a_least_change_is_tested_also_where_other_proteins_have_no_change_to_test(options: Options) -> None:
    values = table()
    values.iloc[:10, 4:] = np.nan
    against = Options(**{**vars(options), "min_log2fc": 0.5})
    rows = rows_of(results(values, against))
    assert rows.iloc[:10][["log2fc", "t", "p_value", "q_value"]].isna().all(axis=None)
    assert (rows.iloc[:10]["test"] == "none").all()
    assert rows.iloc[10:]["p_value"].notna().all()


@pytest.mark.parametrize("robust", [False, True])
def test_proteins_without_residual_degrees_of_freedom_shift_no_prior_variance(robust: bool) -> None:
    values = table(300)
    peptides = pd.Series(1.0 + np.arange(300) % 7, index=values.index)
    # The variance follows the number of peptides, steeply: a shifted prior would show.
    values = values.sub(values.mean(axis=1), axis=0).div(peptides**0.75, axis=0).add(25)
    single = np.arange(0, 300, 3)
    values.iloc[single, 1:4] = values.iloc[single, 5:] = np.nan
    options = Options("deqms", robust=robust, detection=False)
    values.iloc[single, [0, 4]] = 25.0
    with_them = results(values, options, peptides=peptides)
    kept = np.setdiff1d(np.arange(300), single)
    without = results(values.iloc[kept], options, peptides=peptides.iloc[kept])
    columns = ["log2fc", "se", "t", "df", "p_value"]
    ours = rows_of(with_them).iloc[kept][columns]
    pd.testing.assert_frame_equal(ours, rows_of(without)[columns], rtol=1e-6)
    # And they get the prior of their own number of peptides: se^2 = s_0^2 (1 + 1).
    prior = with_them.model.moderated.prior.variance
    np.testing.assert_allclose(rows_of(with_them).iloc[single]["se"] ** 2, 2 * prior[single], rtol=1e-9)
    of_one, of_seven = (prior[peptides == count].mean() for count in (1, 7))
    assert of_one > 5 * of_seven


def test_proteins_that_do_not_vary_are_told_and_leave_the_others_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    values = table()
    assert command(tmp_path, values, "--method", "limma", "--no-detection", out="before.tsv") == 0
    constant = pd.DataFrame(20.5, index=[f"C{i}" for i in range(30)], columns=values.columns)
    both = pd.concat([constant, values])
    assert command(tmp_path, both, "--method", "limma", "--no-detection", out="after.tsv") == 0
    assert "30 protein groups do not vary at all between replicates and were left out" in capsys.readouterr().err
    before, after = (files.read_table(tmp_path / f"{name}.tsv", schema.DIFFERENTIAL) for name in ("before", "after"))
    np.testing.assert_allclose(after["p_value"].iloc[30:], before["p_value"], rtol=1e-9)
    np.testing.assert_allclose(after["log2fc"].iloc[:30], 0)


@every_prior
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_variances_that_scatter_less_than_chance_leave_no_nan_in_any_column(options: Options, missing: float) -> None:
    values = table(missing=missing)
    residual = np.tile([1.0, -1.0], (len(values), 4)) * np.exp(
        np.random.default_rng(1).normal(0, 0.02, (len(values), 8))
    )
    values = values.notna() * (25 + residual + 0.01 * np.arange(len(values))[:, None])
    values = values.where(values > 0)
    result = results(values, options)
    rows = rows_of(result)
    known = rows["log2fc"].notna()
    assert known.sum() > 100
    assert result.model.moderated.prior.df > 1000
    assert (
        rows.loc[known, ["ci_low", "ci_high", "se", "t", "df", "p_value", "q_value", "log10_p"]].notna().all(axis=None)
    )
    assert np.isfinite(rows.loc[known, "df"]).all()


# ---- 10 to 13: values and conditions that are not there ------------------------------------------------------------


def test_the_logarithm_of_zero_is_refused_before_any_test() -> None:
    values = table()
    values.iloc[3, 2] = -np.inf
    with pytest.raises(ValueError, match="infinite values: turn zeros into missing values"):
        results(values, Options(detection=False))


def test_a_protein_silent_in_one_condition_keeps_the_contrasts_of_the_others_and_has_no_f() -> None:
    values = table(n=12)
    values.iloc[0] = 25 + np.random.default_rng(3).normal(size=12)
    values.iloc[0, 8:] = np.nan
    result = results(values, Options(detection=False), "b - a", "c - a", "c - b")
    assert rows_of(result, "b - a").loc["P0", "test"] == "moderated_t"
    assert rows_of(result, "b - a").loc["P0", "log2fc"] == pytest.approx(
        values.iloc[0, 4:8].mean() - values.iloc[0, :4].mean()
    )
    for silent in ("c - a", "c - b"):
        assert np.isnan(rows_of(result, silent).loc["P0", "log2fc"])
        assert np.isnan(rows_of(result, silent).loc["P0", "p_value"])
    f_tests = result.f_tests.set_index("protein_group")
    assert f_tests.loc["P0", "contrasts"] == 1
    assert f_tests.loc["P0", ["f", "p_value", "q_value"]].isna().all()
    assert f_tests["f"].notna().sum() > 100


def test_with_tests_of_absence_the_contrasts_of_a_silent_condition_are_tested_by_it() -> None:
    values = table(n=12, missing=0.0)
    # Low values are missed more often, as the model of dropout has it.
    seen = np.random.default_rng(4).random(values.shape) < 1 / (1 + np.exp(22.5 - values))
    values = values.where(seen)
    values.iloc[0] = 30 + np.random.default_rng(3).normal(0, 0.3, size=12)
    values.iloc[0, 8:] = np.nan
    result = results(values, Options(), "b - a", "c - a", "(a + b) / 2 - c")
    assert [rows_of(result, text).loc["P0", "test"] for text in ("b - a", "c - a", "(a + b) / 2 - c")] == [
        "moderated_t",
        "detection",
        "detection",
    ]
    assert rows_of(result, "c - a").loc["P0", "log2fc"] <= 0 <= rows_of(result, "(a + b) / 2 - c").loc["P0", "log2fc"]


def test_one_sample_against_one_leaves_nothing_to_test_against_and_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert command(tmp_path, table(n=2), conditions="ab") == 2
    said = capsys.readouterr().err
    assert "design '~ condition' leaves no degree of freedom with 2 samples; add replicates" in said
    assert not (tmp_path / "out.tsv").exists()


def test_absence_is_no_pretext_for_a_contrast_that_the_design_cannot_estimate() -> None:
    # Subject 4 is seen in a only, subject 5 in b only: no sample tells what the protein would be in the other.
    values = table(40, 6, missing=0.0)
    sheet = pd.DataFrame({"sample": values.columns, "condition": list("ababab"), "subject": list("112233")})
    values.iloc[0, [1, 2, 4, 5]] = np.nan
    values.iloc[1:20, [0, 3]] = np.nan
    design = design_matrix(sheet, "~ subject + condition")
    found = room.contrast_tests(values, design, contrasts(design, {"c": "b - a"}), Options()).rows
    assert found.loc[0, "test"] == "none"
    assert np.isnan(found.loc[0, "log2fc"])
    assert found.loc[0, "note"].endswith("the design cannot estimate the contrast from these samples")


# ---- 15 and 16 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("imputation", ["minprob", "mindet", "downshift", "knn"])
def test_imputation_through_the_command_is_the_same_in_every_run_and_for_every_order(
    tmp_path: Path, imputation: str
) -> None:
    values = table()
    for seed, name in ((1, "one"), (2, "two")):
        np.random.seed(seed)  # noqa: NPY002
        assert command(tmp_path, values, "--imputation", imputation, out=f"{name}.tsv") == 0
    assert (tmp_path / "one.tsv").read_bytes() == (tmp_path / "two.tsv").read_bytes()
    assert command(tmp_path, values.iloc[::-1], "--imputation", imputation, out="back.tsv") == 0
    one, back = (files.read_table(tmp_path / f"{name}.tsv").set_index("protein_group") for name in ("one", "back"))
    np.testing.assert_allclose(back.loc[one.index, "p_value"], one["p_value"], rtol=1e-6)


def test_what_was_not_tested_does_not_count_among_the_tests() -> None:
    values = table(missing=0.5)
    rows = rows_of(results(values, Options(detection=False)))
    some = rows["test"] != "none"
    assert 20 < some.sum() < 119
    # scipy's Benjamini-Hochberg procedure on the tested alone
    expected = false_discovery_control(rows.loc[some, "p_value"])
    np.testing.assert_allclose(rows.loc[some, "q_value"], expected, rtol=1e-9)
    assert rows.loc[~some, "q_value"].isna().all()


def test_p_values_too_small_for_a_number_are_still_told_apart(tmp_path: Path) -> None:
    # The normal tail beyond 40 to 60 standard errors is e^-800 and less: no float.
    draw = np.random.default_rng(0)
    values = pd.DataFrame(25 + draw.normal(0, 0.1, (300, 30)), index=[f"P{i}" for i in range(300)])
    values.columns = [f"s{i}" for i in range(30)]
    change = np.array([2.2, 3.0, 4.0])
    values.iloc[:3, 15:] += change[:, None]
    assert command(tmp_path, values, "--method", "limma", conditions="a" * 15 + "b" * 15) == 0
    rows = files.read_table(tmp_path / "out.tsv", schema.DIFFERENTIAL).iloc[:3]
    assert (rows["p_value"] == 0).all()
    assert (rows["q_value"] == 0).all()
    assert np.isfinite(rows["log10_p"]).all()
    assert (np.diff(rows["log10_p"]) < 0).all()
    assert (rows["log10_p"] < -300).all()
