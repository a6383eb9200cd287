"""Laws of the tests of contrasts as a whole, for every method and option, with tests of absence.

Which laws hold for whom:

| what is done to the table | t statistics | tests of absence |
|---|---|---|
| samples or proteins change places | same | same, to the width of the dropout model's search |
| conditions get other names | same | same |
| treatment and control swap | negated, p the same | negated, p the same |
| a constant is added to all values | same | same: the curve moves along |
| all values are multiplied | log2fc and se are, t and p stay | other: detection goes by log2 intensity, whose unit is known |
| a protein without values joins, or an excluded one leaves | same | same |
| a protein is doubled | its double is the same; others: the prior only | its double is the same |

A doubled protein has more say in what is learned from all proteins: the prior of the variances, the dropout model, sample
weights, the correlation of blocks, imputed values and precision weights. The linear model of the others stays as it is where
none of the last four is in play.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myosieve.differential import contrast_tests as room
from myosieve.differential.design import DesignMatrix, contrasts, design_matrix
from myosieve.differential.imputation import METHODS as IMPUTATIONS
from myosieve.differential.model import Estimates, Options
from myosieve.quant.rollup.methods import roll_up

SHEET = pd.DataFrame(
    {
        "sample": [f"s{i}" for i in range(8)],
        "condition": ["rest"] * 4 + ["eps"] * 4,
        "subject": ["1", "2", "3", "4"] * 2,
    }
)
PRECURSORS = 3
OPTIONS = {
    "limma": Options("limma"),
    "limma_trend": Options(),
    "robust": Options(robust=True),
    "legacy": Options(legacy=True),
    "deqms": Options("deqms"),
    "block": Options(),
    "sample_weights": Options(sample_weights=True),
    **{name: Options(imputation=name) for name in IMPUTATIONS},
    "dpc": Options("dpc"),
    "dpc_block": Options("dpc"),
}
every_option = pytest.mark.parametrize("name", OPTIONS)
# Seeds and examples are few, so that every option can be tried: a table is made, and tested as it is, only once.
seeds = st.integers(0, 7)
few = settings(max_examples=2, deadline=None)
more = settings(max_examples=15, deadline=None)


@dataclass(frozen=True)
class Study:
    """Log2 values (m x n), sample sheet, number of peptides (m,) and the estimates of dpc (m x n)."""

    log2: pd.DataFrame
    sheet: pd.DataFrame
    peptides: pd.Series
    estimates: Estimates

    def of_samples(self, order: np.ndarray) -> "Study":
        known = Estimates(*(getattr(self.estimates, name)[:, order] for name in ("log2", "se", "precursors")))
        sheet = self.sheet.iloc[order].reset_index(drop=True)
        return replace(self, log2=self.log2.iloc[:, order], sheet=sheet, estimates=known)

    def of_proteins(self, order: np.ndarray) -> "Study":
        return replace(
            self, log2=self.log2.iloc[order], peptides=self.peptides.iloc[order], estimates=self.estimates.of(order)
        )

    def with_double(self, chosen: int) -> "Study":
        doubled = self.of_proteins(np.append(np.arange(len(self.log2)), chosen))
        index = pd.Index([*self.log2.index, "double"], name="protein_group")
        return replace(doubled, log2=doubled.log2.set_axis(index), peptides=doubled.peptides.set_axis(index))

    def rescaled(self, factor: float = 1.0, constant: float = 0.0) -> "Study":
        known = self.estimates
        known = replace(known, log2=factor * known.log2 + constant, se=factor * known.se)
        return replace(self, log2=factor * self.log2 + constant, estimates=known)


@cache
def made(seed: int, proteins: int = 30) -> Study:
    """Return a study rolled up by dpc from made precursors, which are missed the more often the lower they are."""
    draw = np.random.default_rng(seed)
    change = np.where(np.arange(8) > 3, draw.choice([0, 0, 0, 0, 2, -2, -9, 9], (proteins, 1, 1)), 0)
    level = draw.normal(24, 2, (proteins, 1, 1)) + draw.normal(0, 0.7, (proteins, PRECURSORS, 1)) + change
    of_subject = np.tile(draw.normal(0, 0.3, (proteins, 1, 4)), 2)
    sd = np.sqrt(0.2 * 6 / draw.chisquare(6, (proteins, 1, 1)))
    log2 = level + of_subject + sd * draw.normal(size=(proteins, 1, 8)) + draw.normal(0, 0.3, (proteins, PRECURSORS, 8))
    log2[draw.random(log2.shape) > 1 / (1 + np.exp(-0.8 * (log2 - 22)))] = np.nan
    log2[~np.isnan(log2).any(axis=2), 0] = 22.0  # the search engine lists no precursor that it has nowhere seen
    found = roll_up(log2.reshape(-1, 8), np.repeat(np.arange(proteins), PRECURSORS), "dpc")
    index = pd.Index([f"P{i}" for i in range(proteins)], name="protein_group")
    return Study(
        log2=pd.DataFrame(found.log2, index=index, columns=SHEET["sample"].to_list()),
        sheet=SHEET,
        peptides=pd.Series((found.observed.max(axis=1) + draw.integers(0, 9, proteins)).astype(float), index=index),
        estimates=Estimates(found.estimates, found.standard_errors, found.observed.astype(float)),
    )


@cache
def design_of(samples: tuple[str, ...], conditions: tuple[str, ...]) -> DesignMatrix:
    return design_matrix(pd.DataFrame({"sample": samples, "condition": conditions}), "~ condition")


def results(
    study: Study,
    name: str = "limma_trend",
    expression: str = "eps - rest",
    excluded: pd.Series | None = None,
    **changed: object,
) -> room.Tested:
    design = design_of(tuple(study.sheet["sample"]), tuple(study.sheet["condition"]))
    return room.contrast_tests(
        study.log2,
        design,
        contrasts(design, {"c": expression}),
        replace(OPTIONS[name], **changed),
        excluded=excluded,
        peptides=study.peptides if name == "deqms" else None,
        estimates=study.estimates if name.startswith("dpc") else None,
        block=study.sheet["subject"].to_numpy() if name.endswith("block") else None,
    )


@cache
def direct(seed: int, name: str) -> room.Tested:
    """Return the tests of a made study as it is."""
    return results(made(seed), name)


def rows_of(result: room.Tested) -> pd.DataFrame:
    return result.rows.set_index("protein_group")


def assert_same(one: pd.DataFrame, other: pd.DataFrame, *columns: str, rtol: float = 1e-6) -> None:
    """Hold rows of tests beside each other: t statistics to rounding, tests of absence to the width of their searches."""
    assert one["test"].tolist() == other["test"].tolist()
    absent = (one["test"] == "detection").to_numpy()
    for column in columns or ("log2fc", "ci_low", "ci_high", "se", "t", "df", "log10_p", "mean_log2", "imputed_share"):
        a, b = one[column].to_numpy(), other[column].to_numpy()
        np.testing.assert_allclose(a[~absent], b[~absent], rtol=rtol, atol=1e-8, err_msg=column)
        np.testing.assert_allclose(a[absent], b[absent], rtol=2e-3, atol=2e-3, err_msg=column)
    # One family: absences are in it, and their width reaches the q-values of all.
    np.testing.assert_allclose(one["q_value"], other["q_value"], rtol=5e-3)


def assert_equal(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Hold all columns beside each other; bounds of absence are sought to a few millionths."""
    pd.testing.assert_frame_equal(one, other, rtol=1e-5, atol=1e-5)


def test_the_made_studies_hold_every_kind_of_test() -> None:
    for seed in range(8):
        kinds = direct(seed, "limma_trend").rows["test"].value_counts()
        assert kinds["detection"] >= 1, seed
        assert kinds["moderated_t"] >= 15, seed
        assert direct(seed, "block").model.correlation > 0, seed
        assert len(direct(seed, "knn").imputed) > 20, seed


@every_option
@given(seed=seeds, order=st.permutations(range(8)))
@few
def test_the_order_of_samples_does_not_matter(name: str, seed: int, order: list[int]) -> None:
    shuffled = results(made(seed).of_samples(np.array(order)), name)
    assert_same(rows_of(shuffled), rows_of(direct(seed, name)))


@every_option
@given(seed=seeds, order=st.permutations(range(30)))
@few
def test_the_order_of_proteins_does_not_matter(name: str, seed: int, order: list[int]) -> None:
    shuffled = rows_of(results(made(seed).of_proteins(np.array(order)), name))
    before = rows_of(direct(seed, name))
    assert_same(shuffled.loc[before.index], before)


@every_option
@given(seed=seeds, constant=st.floats(-15, 15))
@few
def test_a_constant_added_to_all_values_changes_no_test(name: str, seed: int, constant: float) -> None:
    shifted, before = results(made(seed).rescaled(constant=constant), name), direct(seed, name)
    assert_same(rows_of(shifted).assign(mean_log2=before.rows["mean_log2"].to_numpy()), rows_of(before))
    one, other = before.model.dropout, shifted.model.dropout
    assert (one is None) == (other is None)
    if one is not None:
        assert other.slope == pytest.approx(one.slope, rel=1e-3)
        assert other.intercept == pytest.approx(one.intercept - constant * one.slope, abs=0.02)
        np.testing.assert_allclose(other.depth, one.depth, atol=2e-3)


@every_option
@given(seed=seeds, factor=st.floats(0.3, 3))
@few
def test_multiplied_values_have_multiplied_changes_and_the_same_t(name: str, seed: int, factor: float) -> None:
    scaled, before = rows_of(results(made(seed).rescaled(factor), name)), rows_of(direct(seed, name))
    t_tests = ~before["test"].isin(["detection", "none"])
    for column in ("log2fc", "se", "ci_low", "ci_high"):
        scaled[column] /= factor
    for column in ("log2fc", "se", "ci_low", "ci_high", "t", "df", "log10_p"):
        np.testing.assert_allclose(
            scaled.loc[t_tests, column], before.loc[t_tests, column], rtol=1e-6, atol=1e-8, err_msg=column
        )


def test_an_absence_is_another_evidence_where_values_are_multiplied() -> None:
    # What is multiplied are distances in log2 units, and the slope of detection is known per such unit.
    before, wider = (
        pd.concat([rows_of(results(made(seed).rescaled(factor), "limma_trend")) for seed in range(4)])
        for factor in (1.0, 3.0)
    )
    both = (before["test"] == "detection").to_numpy() & (wider["test"] == "detection").to_numpy()
    assert both.sum() >= 4
    assert not np.allclose(before["log10_p"][both], wider["log10_p"][both], rtol=0.05)
    assert not np.allclose(before["log2fc"][both] * 3, wider["log2fc"][both], rtol=0.05)


@every_option
@given(seed=seeds, names=st.sampled_from([("a", "b"), ("b", "a"), ("6A", "EPS-1h"), ("10", "9")]))
@few
def test_what_conditions_are_called_does_not_matter(name: str, seed: int, names: tuple[str, str]) -> None:
    study = made(seed)
    sheet = study.sheet.assign(condition=study.sheet["condition"].map({"rest": names[0], "eps": names[1]}))
    renamed = results(replace(study, sheet=sheet), name, f"`{names[1]}` - `{names[0]}`")
    assert_same(rows_of(renamed), rows_of(direct(seed, name)))


@every_option
@given(seed=seeds)
@few
def test_swapping_treatment_and_control_negates_everything_but_p(name: str, seed: int) -> None:
    back, there = rows_of(results(made(seed), name, "rest - eps")), rows_of(direct(seed, name))
    swapped = {"ci_low": -there["ci_high"], "ci_high": -there["ci_low"], "t": -there["t"], "log2fc": -there["log2fc"]}
    assert_same(back, there.assign(**swapped))
    assert back["n_treatment"].tolist() == there["n_control"].tolist()
    assert back["of_control"].tolist() == there["of_treatment"].tolist()
    assert back["log2fc_bound"].tolist() == there["log2fc_bound"].tolist()


@every_option
@given(seed=seeds, place=st.integers(0, 30))
@few
def test_a_protein_without_any_value_changes_no_other(name: str, seed: int, place: int) -> None:
    study = made(seed)
    empty = pd.DataFrame(np.nan, index=pd.Index(["empty"], name="protein_group"), columns=study.log2.columns)
    values = pd.concat([study.log2.iloc[:place], empty, study.log2.iloc[place:]])
    known = {
        key: np.insert(getattr(study.estimates, key), place, np.nan, axis=0) for key in ("log2", "se", "precursors")
    }
    peptides = study.peptides.reindex(values.index)
    rows = rows_of(results(Study(values, study.sheet, peptides, Estimates(**known)), name))
    assert rows.loc["empty", "note"] == "no value in any sample"
    assert rows.loc["empty", "test"] == "none"
    assert_equal(rows.drop(index="empty"), rows_of(direct(seed, name)))


@every_option
@given(seed=seeds, chosen=st.sets(st.integers(0, 29), min_size=1, max_size=8))
@few
def test_what_excluded_proteins_hold_does_not_matter(name: str, seed: int, chosen: set[int]) -> None:
    study = made(seed)
    excluded = pd.Series("", index=study.log2.index)
    excluded.iloc[sorted(chosen)] = "contaminant"
    others = np.setdiff1d(np.arange(30), sorted(chosen))
    rows = rows_of(results(study, name, excluded=excluded))
    assert (rows.iloc[sorted(chosen)]["note"] == "contaminant").all()
    assert (rows.iloc[sorted(chosen)]["test"] == "none").all()
    assert_equal(rows.iloc[others], rows_of(results(study.of_proteins(others), name)))


@pytest.mark.parametrize("name", [name for name in OPTIONS if name not in ("minprob", "downshift")])
@given(seed=seeds, chosen=st.integers(0, 29))
@few
def test_the_double_of_a_protein_gets_its_numbers(name: str, seed: int, chosen: int) -> None:
    # What minprob and downshift draw goes by the protein's name, so that doubles differ there.
    rows = results(made(seed).with_double(chosen), name).rows
    columns = ("log2fc", "ci_low", "ci_high", "se", "t", "df", "log10_p", "mean_log2", "imputed_share")
    one, double = rows.iloc[[chosen]], rows.iloc[[-1]]
    if one["test"].item() == "detection":
        # Of chances that are equal but for rounding, one comes first in the sum that q-values of absence are made of.
        double = double.assign(q_value=one["q_value"].to_numpy())
    assert_same(one, double, *columns, rtol=1e-9)


@pytest.mark.parametrize("name", ["limma", "limma_trend", "robust", "legacy", "deqms"])
@given(seed=seeds, chosen=st.integers(0, 29))
@few
def test_a_doubled_protein_touches_the_others_by_way_of_the_prior_only(name: str, seed: int, chosen: int) -> None:
    doubled, before = results(made(seed).with_double(chosen), name), direct(seed, name)
    for column in ("log2fc", "stdev_unscaled", "variance", "df_residual"):
        ours, theirs = getattr(doubled.model.fitted, column)[:-1], getattr(before.model.fitted, column)
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, err_msg=column)
    one, other = (result.model.moderated.prior.variance for result in (doubled, before))
    # A protein without residual degrees of freedom has no say in the prior.
    if before.model.fitted.df_residual[chosen] == 0:
        np.testing.assert_allclose(one[:-1], other, rtol=1e-6)
    else:
        assert not np.array_equal(one[:-1], other)


@every_option
@given(seed=seeds)
@more
def test_q_is_no_smaller_than_p_and_rises_with_it_among_tests_of_one_kind(name: str, seed: int) -> None:
    rows = direct(seed, name).rows
    some = rows[rows["test"] != "none"]
    assert (some["q_value"] >= some["p_value"]).all()
    assert (some["q_value"] <= 1).all()
    for _, kind in some.groupby("test"):
        assert (np.diff(kind.sort_values(["p_value", "q_value"])["q_value"]) >= 0).all()
    none = rows[rows["test"] == "none"]
    assert none[["p_value", "q_value", "log10_p", "t", "se"]].isna().all(axis=None)


@every_option
@given(seed=seeds)
@more
def test_log10_p_is_the_logarithm_of_p(name: str, seed: int) -> None:
    rows = direct(seed, name).rows
    some = rows[rows["p_value"] > 0]
    assert len(some) > 15
    np.testing.assert_allclose(some["log10_p"], np.log10(some["p_value"]), rtol=1e-9, atol=1e-12)


@every_option
@given(seed=seeds)
@more
def test_the_interval_excludes_no_change_exactly_where_p_is_below_5_percent(name: str, seed: int) -> None:
    rows = direct(seed, name).rows
    rows = rows[rows["test"] != "none"]
    excluded = (rows["ci_low"] > 0) | (rows["ci_high"] < 0)
    assert (excluded == (rows["p_value"] < 0.05)).all()
    assert excluded.any()
    # The change itself is in the interval; that of an absence is open beyond.
    assert not ((rows["log2fc"] < rows["ci_low"]) | (rows["log2fc"] > rows["ci_high"])).any()
    assert (rows[["ci_low", "ci_high"]].isna().sum(axis=1) == (rows["log2fc_bound"] == "yes")).all()


@every_option
@given(seed=seeds, thresholds=st.tuples(st.floats(0.01, 2), st.floats(0.01, 2)).map(sorted))
@few
def test_p_rises_with_the_change_that_counts_as_none(name: str, seed: int, thresholds: list[float]) -> None:
    least, most = (results(made(seed), name, min_log2fc=each).rows for each in thresholds)
    plain = direct(seed, name).rows
    for lower, higher in ((plain, least), (least, most)):
        assert lower["test"].tolist() == higher["test"].tolist()
        some = lower["test"] != "none"
        assert (higher.loc[some, "log10_p"] >= lower.loc[some, "log10_p"] - 1e-9).all()
    # What is estimated is the same; only what it is held against differs.
    assert_same(most.assign(t=plain["t"], log10_p=plain["log10_p"], q_value=plain["q_value"]), plain)


# ---- the smallest, the emptiest, the largest -----------------------------------------------------------------------


def of_groups(rest: int, eps: int, proteins: int, missing: float = 0.3, seed: int = 0) -> Study:
    """Return a study of two groups of any size; the estimates are the values, filled where they are missing."""
    draw = np.random.default_rng(seed)
    n = rest + eps
    level = draw.normal(24, 2, (proteins, 1))
    complete = level + np.sqrt(0.2 * 6 / draw.chisquare(6, (proteins, 1))) * draw.normal(size=(proteins, n))
    seen = draw.random((proteins, n)) >= missing * np.exp((23 - level) / 4)
    sheet = pd.DataFrame(
        {
            "sample": [f"s{i}" for i in range(n)],
            "condition": ["rest"] * rest + ["eps"] * eps,
            "subject": [str(i % max(rest, 2)) for i in range(n)],
        }
    )
    index = pd.Index([f"P{i}" for i in range(proteins)], name="protein_group")
    values = pd.DataFrame(np.where(seen, complete, np.nan), index=index, columns=sheet["sample"].to_list())
    known = Estimates(complete, np.where(seen, 0.1, 1.0), seen * 2.0)
    return Study(values, sheet, pd.Series(draw.integers(1, 9, proteins).astype(float), index=index), known)


def assert_sound(result: room.Tested, study: Study) -> None:
    """Hold rows to what any table of tests keeps: one per protein, a number or a note, q >= p, nothing infinite."""
    rows = result.rows
    assert rows["protein_group"].tolist() == study.log2.index.tolist()
    untested = rows["test"] == "none"
    assert rows.loc[untested, "p_value"].isna().all()
    assert (rows.loc[untested, "note"] != "").all()
    assert rows.loc[~untested, "p_value"].between(0, 1).all()
    assert (rows.loc[~untested, "q_value"] >= rows.loc[~untested, "p_value"]).all()
    assert not np.isinf(rows[["log2fc", "ci_low", "ci_high", "se", "t", "p_value", "mean_log2"]].to_numpy()).any()


@every_option
@pytest.mark.parametrize(("rest", "eps"), [(1, 5), (5, 1), (2, 2), (2, 1)])
def test_small_groups_are_tested(name: str, rest: int, eps: int) -> None:
    study = of_groups(rest, eps, 40)
    result = results(study, name)
    assert_sound(result, study)
    assert (result.rows["test"] != "none").sum() > 20


@every_option
@pytest.mark.parametrize("proteins", [1, 3])
def test_few_proteins_are_tested(name: str, proteins: int) -> None:
    study = of_groups(4, 4, proteins, missing=0.0)
    result = results(study, name)
    assert_sound(result, study)
    assert (result.rows["test"] != "none").all()


@every_option
def test_a_table_without_proteins_has_no_rows(name: str) -> None:
    result = results(made(0).of_proteins(np.arange(0)), name)
    assert len(result.rows) == len(result.f_tests) == 0


@every_option
def test_a_table_without_any_value_has_a_note_for_every_protein(name: str) -> None:
    study = made(0)
    empty = Estimates(*(np.full_like(study.estimates.log2, np.nan) for _ in range(3)))
    study = replace(study, log2=study.log2 * np.nan, estimates=empty)
    rows = results(study, name).rows
    assert (rows["note"] == "no value in any sample").all()
    assert rows["p_value"].isna().all()


@every_option
def test_a_constant_protein_has_no_change_and_the_others_keep_their_tests(name: str) -> None:
    study = of_groups(4, 4, 40, missing=0.1)
    values, known = study.log2.copy(), study.estimates.of(np.arange(40))
    values.iloc[0] = known.log2[0] = 21.1  # no number of binary digits: its mean is rounded
    rows = results(replace(study, log2=values, estimates=known), name).rows
    assert rows.loc[0, "log2fc"] == pytest.approx(0, abs=1e-12)
    assert rows.loc[0, "p_value"] == pytest.approx(1, abs=1e-6)
    assert (rows["test"] != "none").sum() > 30


@pytest.mark.parametrize("name", ["limma", "limma_trend", "robust", "legacy", "deqms", "block", "sample_weights"])
def test_without_any_variance_there_is_no_statistic_and_the_note_says_so(name: str) -> None:
    study = of_groups(3, 3, 12, missing=0.0)
    condition = (study.sheet["condition"] == "eps").to_numpy(dtype=float)
    level = study.log2.iloc[:, :1].to_numpy()
    constant = pd.DataFrame(level + condition, index=study.log2.index, columns=study.log2.columns)
    rows = results(replace(study, log2=constant), name).rows
    np.testing.assert_allclose(rows["log2fc"], 1)
    assert rows[["t", "p_value", "se"]].isna().all(axis=None)
    assert (rows["note"] == "no variance to test against").all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["limma_trend", "sample_weights", "dpc"])
def test_fifty_thousand_proteins_in_twelve_samples_are_tested(name: str) -> None:
    study = of_groups(6, 6, 50_000)
    result = results(study, name)
    assert_sound(result, study)
    assert (result.rows["test"] != "none").mean() > 0.9
    # Nothing changes in this table: about 5 % of p-values are below 5 %, as far as dropout is as modeled.
    assert 0.03 < (result.rows["p_value"] < 0.05).mean() < 0.07
