"""Linear expressions over names: their weights, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myosieve.differential.expressions import COEFFICIENTS, CONDITIONS, linear_weights
from myosieve.errors import InputError

KNOWN = ["a", "b", "c", "d", "ab", "EPS", "EPS-1h", "6A", "1h", "old young", "10"]


def weights(expression: str, known: list[str] = KNOWN) -> dict[str, float]:
    return linear_weights(expression, known, "contrast 'c'", CONDITIONS)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("b - a", {"b": 1, "a": -1}),
        ("(b - a) - (d - c)", {"b": 1, "a": -1, "d": -1, "c": 1}),
        ("(b + c) / 2 - a", {"b": 0.5, "c": 0.5, "a": -1}),
        ("0.5*b + b*.5 - a", {"b": 1, "a": -1}),
        ("-(a - b)", {"b": 1, "a": -1}),
        ("+b - +a", {"b": 1, "a": -1}),
        ("b - a + a - a", {"b": 1, "a": -1}),
        ("2 * (b - a) * 3 / 4", {"b": 1.5, "a": -1.5}),
        ("b-a", {"b": 1, "a": -1}),
        ("  b -\ta ", {"b": 1, "a": -1}),
    ],
)
def test_sums_differences_multiples_and_quotients_are_weights(expression: str, expected: dict[str, float]) -> None:
    assert weights(expression) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("EPS-1h - EPS", {"EPS-1h": 1, "EPS": -1}),
        ("ab - a", {"ab": 1, "a": -1}),
        ("6A - 1h", {"6A": 1, "1h": -1}),
        ("`old young` - `10`", {"old young": 1, "10": -1}),
        ("10*b - 10*a", {"b": 10, "a": -10}),
    ],
)
def test_the_longest_name_wins_and_a_plain_number_is_a_number(expression: str, expected: dict[str, float]) -> None:
    assert weights(expression) == expected


@given(st.dictionaries(st.sampled_from(KNOWN), st.integers(-9, 9), min_size=1))
@settings(deadline=None)
def test_weights_written_out_are_read_back(chosen: dict[str, int]) -> None:
    written = " + ".join(f"({weight}) * `{name}`" for name, weight in chosen.items())
    assert weights(written) == chosen


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("b - z", "contrast 'c': 'z' is a condition that no sample has; conditions in the sample sheet: a, b, c"),
        ("b - `z z`", "'z z' is a condition that no sample has"),
        ("b - abc", "'abc' is a condition that no sample has"),
        ("b $ a", "'$' is a condition that no sample has"),
        ("b * a", "'b * a' is not linear in the conditions; write a linear expression"),
        ("1 / b", "is not linear in the conditions"),
        ("b / 0", "is not linear in the conditions"),
        ("b - ", "is not linear in the conditions"),
        ("(b - a", "is not linear in the conditions"),
        ("b a", "is not linear in the conditions"),
        ("b ** 2", "is not linear in the conditions"),
        ("b(a)", "is not linear in the conditions"),
        ("", "is not linear in the conditions"),
        ("b - a + 1", "'b - a + 1' adds a number to conditions; compare conditions, as 'b - a'"),
    ],
)
def test_what_is_not_linear_or_not_known_is_refused_in_one_line(expression: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        weights(expression)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_columns_of_a_design_matrix_are_called_so() -> None:
    with pytest.raises(InputError, match="'z' is no column of the design matrix; columns of the design matrix: a, b"):
        linear_weights("z", ["a", "b"], "contrast 'c'", COEFFICIENTS)
