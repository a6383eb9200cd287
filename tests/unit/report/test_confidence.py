"""High, medium and low: what each reservation costs."""

import numpy as np
import pandas as pd
import pytest

from myosieve.report.confidence import RELEASED, confidence


def one(**changed) -> str:
    row = {"q_value": 0.01, "secretion_class": "classical", "leak_flag": None, "serum_flag": None} | changed
    return confidence(pd.DataFrame([row]), 0.05).iloc[0]


def test_a_hit_that_leaves_the_cell_and_has_no_flag_is_of_high_confidence() -> None:
    assert one() == "high"


@pytest.mark.parametrize(
    "doubt",
    [
        {"secretion_class": "intracellular"},
        {"secretion_class": None},
        {"leak_flag": "follows leak"},
        {"leak_flag": "not run"},
        {"serum_flag": "serum protein of Bos taurus"},
        {"serum_flag": "not run"},
    ],
)
def test_one_doubt_makes_it_medium(doubt) -> None:
    assert one(**doubt) == "medium"


def test_two_doubts_make_it_low() -> None:
    assert one(secretion_class="membrane", leak_flag="marker") == "low"
    assert one(leak_flag="not run", serum_flag="not run") == "low"


@pytest.mark.parametrize("q", [0.0501, 1.0, np.nan])
def test_without_a_hit_there_is_no_confidence(q: float) -> None:
    assert one(q_value=q) == "low"


def test_a_q_value_at_the_rate_is_a_hit() -> None:
    assert one(q_value=0.05) == "high"


def test_classes_that_keep_a_protein_in_the_cell_are_not_among_the_released() -> None:
    assert not {"er_resident", "membrane", "intracellular", "unknown"} & set(RELEASED)


def test_the_index_of_the_rows_is_kept() -> None:
    rows = pd.DataFrame(
        {"q_value": [0.2, 0.01], "secretion_class": "shed", "leak_flag": None, "serum_flag": None}, index=[7, 3]
    )
    assert confidence(rows, 0.05).to_dict() == {7: "low", 3: "high"}
