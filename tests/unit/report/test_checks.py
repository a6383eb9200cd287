"""The checks of the first screen: every one says something, and what did not run says that."""

import numpy as np
import pandas as pd

from myosieve.report import checks

SAMPLES = pd.DataFrame({"sample": list("abcd"), "condition": ["x", "x", "y", "y"], "fraction": "secretome"})
QUALITY = pd.DataFrame({"leak_index": [-0.2, 0.1, 1.4, np.nan], "serum_share": [0.02, 0.1, 0.03, 0.04]})
LEAK = pd.DataFrame({"contrast": ["c", "d", "c"], "measure": ["leak_index", "leak_index", "ldh"], "p_value": [0.4, 0.03, 0.001],
                     "estimate": [0.1, 0.9, 5.0]})  # fmt: skip
SENSITIVITY = pd.DataFrame({"contrast": ["c", "c", "d"], "normalization": ["median", "none", "none"],
                            "chosen": ["yes", "no", "no"], "jaccard": [1.0, 0.9, 0.61]})  # fmt: skip
RANKED = pd.DataFrame({"protein_group": ["p", "q", "p"], "leak_flag": ["marker", "not run", None], "serum_flag": None})


def made(warnings=(), **changed):
    arguments = {"samples_qc": QUALITY, "leak_tests": LEAK, "sensitivity": SENSITIVITY, "samples": SAMPLES,
                 "design": "~ condition", "ranked": RANKED} | changed  # fmt: skip
    found = checks.checks(**arguments, warnings=checks.sort_warnings(warnings))
    return {check.topic: check for check in found}


def test_without_a_warning_every_check_says_its_numbers() -> None:
    found = made()
    assert list(found) == ["Leak", "Serum", "Normalization", "Design"]
    assert {check.state for check in found.values()} == {checks.OK}
    assert "-0.2 to +1.4" in found["Leak"].text
    assert "0.03 (d, +0.90)" in found["Leak"].text  # LDH is no change of the leak index
    assert "1 of 2 ranked proteins carry a leak flag, 1 could not be judged" in found["Leak"].text
    assert "2.0 to 10.0 %" in found["Serum"].text
    assert "61 % of the hits are shared (fewest: d, none)" in found["Normalization"].text
    assert found["Design"].text == "4 samples in 2 conditions, 2 each, model ~ condition."


def test_what_did_not_run_is_no_clean_bill() -> None:
    nothing = QUALITY.assign(leak_index=np.nan, serum_share=np.nan)
    found = made(samples_qc=nothing, sensitivity=SENSITIVITY.iloc[:1])
    assert [found[topic].state for topic in ("Leak", "Serum", "Normalization")] == [checks.NOT_RUN] * 3
    assert all("no clean bill" in found[topic].text for topic in ("Leak", "Serum", "Normalization"))


def test_a_warning_makes_its_check_ask_for_a_look() -> None:
    found = made([("sensitivity", "c: the hits differ"), ("intake", "the sheet names horse serum, the FASTA has none")])
    assert {topic for topic, check in found.items() if check.state == checks.LOOK} == {"Serum", "Normalization"}
    assert found["Normalization"].warnings == ("c: the hits differ",)


def test_a_design_of_unequal_groups_says_its_sizes_and_counts_no_blank() -> None:
    sheet = pd.concat(
        [SAMPLES, pd.DataFrame({"sample": ["e", "f"], "condition": ["y", "blank"], "fraction": [None, "blank"]})]
    )
    assert made(samples=sheet.assign(subject=["s", "s", "t", "t", "t", None]))["Design"].text == (
        "5 samples of 2 subjects in 2 conditions, 2 to 3 each, model ~ condition."
    )


def test_the_first_three_warnings_are_of_three_topics_where_there_are_three() -> None:
    warnings = checks.sort_warnings(
        [("x", "other"), ("differential", "design 1"), ("x", "leak 1"), ("x", "leak 2"), ("x", "serum 1")]
    )
    first, others = checks.first_three(warnings)
    assert first == ["leak 1", "serum 1", "design 1"]
    assert others == ["other", "leak 2"]


def test_no_warning_is_lost_or_said_twice() -> None:
    texts = [f"{word} {i}" for i in range(3) for word in ("leak", "serum", "plain", "normalization")]
    first, others = checks.first_three(checks.sort_warnings([("", text) for text in texts]))
    assert sorted(first + others) == sorted(texts)


def test_a_warning_is_of_the_step_that_gave_it() -> None:
    steps = [{"stage": "intake", "warnings": ["one"]}, {"stage": "rank", "warnings": ["two"]}]
    assert checks.staged(["two", "three", "one"], steps) == [("rank", "two"), ("", "three"), ("intake", "one")]
