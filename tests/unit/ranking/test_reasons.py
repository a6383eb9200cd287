"""Laws of the reason texts."""

import pandas as pd
import pytest

from myosieve.ranking.reasons import reasons

NAN = float("nan")
ROW = {
    "log2fc": 1.8, "ci_low": 1.1, "ci_high": 2.5, "q_value": 0.003, "n_treatment": 5, "of_treatment": 5, "n_control": 4,
    "of_control": 5, "note": "", "secretion_class": "classical", "secretion_reason": "signal peptide 1-24",
    "conflicts": "", "known_myokine": "", "receptors": "", "receptor_curated": False, "leak_flag": "",
    "leak_correlation": 0.1, "serum_flag": "", "peptides": 6.0,
}  # fmt: skip


def text(**changes):
    return reasons(pd.DataFrame([ROW | changes]), fdr=0.05, min_peptides=2)[0]


def test_a_clean_candidate_has_its_numbers_and_nothing_against_it():
    assert text() == (
        "up, log2fc 1.80 (95 % CI 1.10 to 2.50, q = 0.003) in 5 of 5 treatment and 4 of 5 control samples; "
        "classical: signal peptide 1-24."
    )


def test_knowledge_stands_in_the_sentence():
    found = text(known_myokine="irisin", receptors="ITGAV (5); ITGB5 (2)", receptor_curated=True)
    assert "known myokine (irisin); curated receptor ITGAV." in found


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"q_value": 0.2}, "not significant at 5 % FDR"),
        ({"ci_low": -0.1}, "the confidence interval covers 0"),
        ({"leak_flag": "follows leak", "leak_correlation": 0.861}, "follows the leak index (r = 0.86)"),
        ({"leak_flag": "marker"}, "an intracellular leak marker itself"),
        ({"serum_flag": "shared with a serum protein"}, "shared with a serum protein"),
        ({"peptides": 1.0}, "1 peptide"),
        ({"n_control": 1}, "seen in few samples"),
        ({"secretion_class": "er_resident"}, "no way out of the cell known (er resident)"),
        ({"conflicts": "SignalP says no"}, "sources disagree: SignalP says no"),
        ({"note": "the variance is the prior's alone"}, "the variance is the prior's alone"),
    ],
)
def test_what_speaks_against_a_candidate_is_said(changes, words):
    assert "Against" not in text()
    assert words in text(**changes).partition("Against: ")[2]


@pytest.mark.parametrize(
    "changes",
    [{"leak_flag": "not run", "leak_correlation": NAN}, {"serum_flag": "not run"}, {"peptides": NAN}],
)
def test_what_was_not_run_does_not_speak_against_a_candidate(changes):
    assert "Against" not in text(**changes)


def test_without_a_fold_change_none_is_claimed():
    missing = dict.fromkeys(("log2fc", "ci_low", "ci_high", "q_value"), NAN)
    assert text(**missing, n_control=0).startswith("no fold change, seen in 5 of 5 treatment and 0 of 5 control")
    excluded = missing | dict.fromkeys(("n_treatment", "n_control", "of_treatment", "of_control"), NAN)
    assert text(**excluded, secretion_class="unknown") == "no fold change; secretion class unknown."


def test_down_is_said_as_down():
    assert text(log2fc=-1.8, ci_low=-2.5, ci_high=-1.1).startswith("down, log2fc -1.80 (95 % CI -2.50 to -1.10")
