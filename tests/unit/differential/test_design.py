"""Design formulas and contrasts."""

import numpy as np
import pandas as pd
import pytest

from myosieve.differential.design import contrasts, design_matrix
from myosieve.errors import InputError


def sheet(conditions: list[str], **covariates: list) -> pd.DataFrame:
    names = [f"s{i}" for i in range(len(conditions))]
    return pd.DataFrame({"sample": names, "condition": conditions} | covariates)


PAIRED = sheet(["rest", "eps"] * 4, subject=[str(i // 2) for i in range(8)])


def only(formula: str, samples: pd.DataFrame, expression: object) -> np.ndarray:
    return contrasts(design_matrix(samples, formula), {"c": expression})[0].vector


def test_treatment_and_control_mean_treatment_minus_control() -> None:
    expected = only("~ condition", PAIRED, "eps - rest")
    np.testing.assert_array_equal(only("~ condition", PAIRED, {"treatment": "eps", "control": "rest"}), expected)


def test_a_contrast_does_not_depend_on_how_the_design_is_coded() -> None:
    rng = np.random.default_rng(1)
    y = rng.normal(size=8)
    estimates = []
    for formula in ("~ condition + subject", "~ 0 + condition + subject", "~ subject + condition"):
        design = design_matrix(PAIRED, formula)
        vector = contrasts(design, {"c": "eps - rest"})[0].vector
        estimates.append(vector @ np.linalg.lstsq(design.matrix, y, rcond=None)[0])
    # a balanced paired design estimates the mean difference within pairs
    np.testing.assert_allclose(estimates, (y[1::2] - y[0::2]).mean(), rtol=1e-12)


def test_with_an_interaction_the_effect_is_averaged_over_the_samples_covariates() -> None:
    samples = sheet(["a", "a", "a", "a", "b", "b", "b", "b"], batch=["x", "x", "y", "y", "x", "x", "y", "y"])
    y = np.array([1.0, 1.2, 5.0, 5.2, 2.0, 2.2, 9.0, 9.2])
    design = design_matrix(samples, "~ condition * batch")
    vector = contrasts(design, {"c": "b - a"})[0].vector
    # by hand: (2.1 - 1.1) in x and (9.1 - 5.1) in y, averaged
    assert vector @ np.linalg.lstsq(design.matrix, y, rcond=None)[0] == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("conditions", "expression", "weights"),
    [
        (["6A", "6B"], "6B - 6A", {"6B": 1, "6A": -1}),
        (["EPS", "EPS-1h"], "EPS-1h - EPS", {"EPS-1h": 1, "EPS": -1}),
        (["a", "b", "c"], "(b + c) / 2 - a", {"b": 0.5, "c": 0.5, "a": -1}),
        (["a", "b"], "2 * (b - a) - b + a", {"b": 1, "a": -1}),
        (["1", "2"], "`2` - `1`", {"2": 1, "1": -1}),
        (["high dose", "low dose"], "high dose - low dose", {"high dose": 1, "low dose": -1}),
        (["H", "L", "N"], "H - N", {"H": 1, "N": -1}),
    ],
)
def test_condition_names_may_be_anything(conditions: list[str], expression: str, weights: dict[str, float]) -> None:
    design = design_matrix(sheet(conditions * 3), "~ condition")
    assert contrasts(design, {"c": expression})[0].weights == weights


def test_samples_of_a_contrast_follow_the_sign_of_their_conditions_weight() -> None:
    design = design_matrix(sheet(["a", "b", "c"] * 2), "~ condition")
    contrast = contrasts(design, {"c": "(b + c) / 2 - a"})[0]
    assert contrast.samples(design, +1).tolist() == [False, True, True] * 2
    assert contrast.samples(design, -1).tolist() == [True, False, False] * 2


def test_numbers_are_numeric_covariates_and_subjects_are_not() -> None:
    samples = sheet(["a", "b"] * 4, dose=["1", "2", "3", "4", "5", "6", "7", "9"], subject=list("11223344"))
    assert design_matrix(samples, "~ condition + dose").matrix.shape[1] == 3
    assert design_matrix(samples, "~ condition + subject").matrix.shape[1] == 5


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("~ condition + donor", "names 'donor'"),
        ("~ subject", "lacks 'condition'"),
        ("y ~ condition", "left side"),
        ("~ condition +", "cannot be used"),
        ("~ condition + open(subject)", "not allowed"),
        ("~ C(condition.values)", "not allowed"),
        ("~ condition * subject", "no degree of freedom"),
    ],
)
def test_a_design_that_cannot_be_used_is_refused_in_one_line(formula: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        design_matrix(PAIRED, formula, "my.yaml")
    assert str(error.value).startswith("my.yaml: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("eps - res", "'res' is a condition that no sample has"),
        ({"treatment": "eps", "control": "control"}, "'control' is a condition that no sample has"),
        ("eps", "do not sum to zero"),
        ("eps - eps", "do not sum to zero"),
        ("eps * rest", "not linear"),
        ("eps - rest + 1", "adds a number"),
        ("(eps - rest", "not linear"),
    ],
)
def test_a_contrast_that_cannot_be_meant_is_refused_with_what_would_be_right(expression: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        only("~ condition", PAIRED, expression)


def test_a_contrast_confounded_with_a_covariate_is_refused() -> None:
    samples = sheet(["a", "a", "b", "b", "c", "c"], batch=["1", "1", "2", "2", "2", "2"])
    assert only("~ condition + batch", samples, "c - b") is not None
    with pytest.raises(InputError, match="cannot estimate"):
        only("~ condition + batch", samples, "b - a")


def test_a_sample_without_its_covariate_is_named() -> None:
    samples = PAIRED.assign(age=["30", "31", "", "33", "34", "35", "36", "37"])
    with pytest.raises(InputError, match="'s2' has no value in 'age'"):
        design_matrix(samples, "~ condition + age")


@pytest.mark.parametrize("name", ["subject", "donor", "batch", "lab", "animal"])
def test_numbered_donors_are_categories_and_not_a_slope(name: str) -> None:
    samples = sheet(["rest", "eps"] * 4, **{name: list("11223344")})
    design = design_matrix(samples, f"~ {name} + condition")
    assert design.matrix.shape[1] == 5  # intercept, three of four donors, condition
    assert design.doubtful_slopes == []


def test_whole_numbers_that_repeat_under_another_name_are_a_slope_and_named_as_doubtful() -> None:
    samples = sheet(["rest", "eps"] * 4, well=list("11223344"))
    assert design_matrix(samples, "~ well + condition").doubtful_slopes == ["well"]
    made_categories = design_matrix(samples, "~ C(well) + condition")
    assert made_categories.doubtful_slopes == []
    assert made_categories.matrix.shape[1] == 5
    measured = sheet(["rest", "eps"] * 4, ph=["7.1", "7.2", "7.1", "7.3", "7.2", "7.2", "7.4", "7.1"])
    assert design_matrix(measured, "~ ph + condition").doubtful_slopes == []


def test_a_ratio_of_labels_may_be_compared_with_one_alone() -> None:
    sheet = pd.DataFrame({"sample": list("abcd"), "condition": ["eps", "eps", "rest", "rest"]})
    design = design_matrix(sheet, "~ condition", "design")
    (alone,) = contrasts(design, {"eps": "eps"}, ratios=True)
    assert alone.weights == {"eps": 1.0}
    log2_ratios = pd.DataFrame([[1.0, 1.2, 0.1, 0.3]], columns=list("abcd"), index=["P1"])
    coefficients = np.linalg.lstsq(design.matrix, log2_ratios[design.samples].iloc[0].to_numpy(), rcond=None)[0]
    assert alone.vector @ coefficients == pytest.approx(1.1)  # the mean log2 ratio of eps
    with pytest.raises(InputError, match="do not sum to zero"):
        contrasts(design, {"nothing": "eps - eps"}, ratios=True)
