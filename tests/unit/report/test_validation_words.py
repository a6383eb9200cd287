"""The words on the validation: each sentence follows the numbers of its rows."""

import pandas as pd
import pytest
from tests.unit.report.conftest import made_validation
from tests.unit.report.test_page import rendered

from myosieve import schema
from myosieve.report import validation_words


@pytest.fixture
def rows() -> pd.DataFrame:
    return made_validation(("eps_vs_rest",))


def changed(rows: pd.DataFrame, analysis: str, measure: str, predictor: str, **values: object) -> pd.DataFrame:
    chosen = (rows["analysis"] == analysis) & (rows["measure"] == measure) & (rows["predictor"] == predictor)
    assert chosen.sum() == 1
    rows = rows.copy()
    for name, value in values.items():
        rows.loc[chosen, name] = value
    return rows


def told(rows: pd.DataFrame) -> str:
    return " ".join(validation_words.sentences(rows))


def test_numbers_of_the_table_stand_in_the_sentences(rows) -> None:
    text = told(rows)
    assert "6 known myokines are among the 120 detected secreted proteins" in text
    assert "0.81 (0.60 to 0.90)" in text
    assert "there are 3 hits in the median (0 to 9), against 41 with the true ones" in text
    assert "(p = 0.004; 251 permutations)" in text
    assert "20 of 30 chosen, 60 of 270 others" in text


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.01, 0.2, "the score knows more than who is famous"),
        (-0.2, -0.01, "their ranks are no evidence for the score"),
        (-0.1, 0.2, "cannot be told from a count of papers"),
    ],
)
def test_the_interval_of_the_difference_decides_what_is_said_of_fame(rows, low, high, words) -> None:
    table = changed(rows, "recovery", "auroc_difference", "score - fame", ci_low=low, ci_high=high)
    assert words in told(table)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(1.5, 8, "secreted more often"), (0.1, 0.7, "secreted less often"), (0.5, 2, "secreted no more often")],
)
def test_base_rates_are_put_into_words_by_their_interval(rows, low, high, words) -> None:
    assert words in told(changed(rows, "base_rate", "secreted", "hits", ci_low=low, ci_high=high))


def test_a_matched_recovery_that_covers_chance_claims_nothing(rows) -> None:
    assert "fame does not explain the recovery" in told(rows)
    table = changed(rows, "fame_matched", "auroc", "score", ci_low=0.4)
    assert "no more than chance can be claimed" in told(table)


def test_what_was_not_measured_is_said_with_its_reason_and_nothing_is_claimed(rows) -> None:
    table = changed(rows, "recovery", "auroc", "score", value=None, note="3 known myokines: too few")
    assert "Recovery of known myokines was not measured: 3 known myokines: too few." in told(table)
    table = changed(rows, "recovery", "auroc", "fame", value=None, note="how much was written is not known")
    assert "Fame was not held against it: how much was written is not known." in told(table)
    table = changed(rows, "permutation", "hits", "p_value", p_value=None, note="no other labeling is possible")
    assert "The sample labels could not be permuted: no other labeling is possible." in told(table)


def test_the_curve_ends_with_all_myokines_and_rises_where_each_stands(rows) -> None:
    figure = validation_words.curve(rows)
    score = figure["data"][0]
    assert score["y"] == [0, 1, 2, 3, 4, 5, 6]
    # the best stands above 90 % of the other 119
    assert score["x"][1] == pytest.approx(1 + 0.1 * 119, abs=0.05)
    assert figure["data"][-1]["x"] == [0, 120]


def test_fewer_than_five_myokines_draw_no_curve(rows) -> None:
    few = rows[(rows["analysis"] != "leave_one_out") | rows["note"].str.startswith(("GENE0", "GENE1"))]
    assert validation_words.curve(few) is None


def test_the_page_has_the_part_with_its_cautions(small_study) -> None:
    text = " ".join(rendered(small_study()).text.split())
    assert "Can this ranking be trusted?" in text
    assert all(" ".join(caution.split()) in text for caution in validation_words.CAUTIONS)
    assert "GENE0, P00000, myokine 0, core list" in text


def test_a_study_in_which_nothing_was_validated_says_so(small_study) -> None:
    made = small_study()
    made.rewrite("validation", made.frame("validation", schema.VALIDATION).iloc[:0])
    assert "Nothing was validated" in rendered(made).text


def test_names_in_the_table_are_text(small_study) -> None:
    made = small_study()
    table = made.frame("validation", schema.VALIDATION)
    table.loc[table["analysis"] == "leave_one_out", "note"] = "<script>alert(1)</script>, P1, x, core list"
    made.rewrite("validation", table)
    elements = rendered(made)
    assert "<script>alert(1)</script>, P1" in elements.text
    names = elements.data("validation-1-curve-data")["data"][0]["text"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in names
