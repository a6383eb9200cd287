"""Laws of the reason texts."""

import pandas as pd
import pytest

from myosieve.ranking.reasons import reasons

NAN = float("nan")
ROW = {
    "log2fc": 1.8, "ci_low": 1.1, "ci_high": 2.5, "q_value": 0.003, "n_treatment": 5, "of_treatment": 5, "n_control": 4,
    "of_control": 5, "note": "", "gate": "", "direction": "up", "secretion_class": "classical",
    "secretion_reason": "signal peptide 1-24", "conflicts": "", "shedding": "", "mature_n_terminus": "",
    "peptides_ectodomain": NAN, "peptides_tm": NAN, "peptides_cytoplasmic": NAN, "known_myokine": "", "receptors": "",
    "receptor_curated": False, "muscle": NAN, "muscle_expression": "", "assay": "", "leak_flag": "",
    "leak_probability": 0.1, "residual_log2fc": NAN, "residual_se": NAN, "lysate_log2_ratio": NAN, "serum_flag": "",
    "blank_flag": "", "peptides": 6.0,
    "coverage": 0.9, "greatest_losses": "",
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
        ({"leak_flag": "follows leak", "leak_probability": 0.97}, "follows the leak (probability 0.97)"),
        ({"residual_log2fc": 0.3, "residual_se": 0.2}, "at equal leak log2fc 0.30 +- 0.39"),
        ({"blank_flag": "in the blank as much as in the medium"}, "in the blank as much as in the medium"),
        ({"leak_flag": "marker"}, "an intracellular leak marker itself"),
        ({"lysate_log2_ratio": -0.3}, "no more in the medium than what leaks (log2 -0.3)"),
        (
            {"muscle": 0.3, "muscle_expression": "0.3 nTPM (rank 22 of 51)"},
            "hardly expressed in muscle (0.3 nTPM (rank",
        ),
        ({"shedding": "intact", "peptides_cytoplasmic": 2.0, "peptides_tm": 0.0}, "cytoplasmic peptides too"),
        ({"shedding": "intact", "peptides_cytoplasmic": 0.0, "peptides_tm": 1.0}, "peptides of the membrane too"),
        ({"mature_n_terminus": "against"}, "a peptide begins inside the signal peptide"),
        ({"gate": "other direction"}, "up, not the direction looked for"),
        ({"coverage": 0.5}, "only 50 % of the criteria's weight is known"),
        ({"greatest_losses": "receptor (21 %)"}, "the score loses most by receptor (21 %)"),
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
    [
        {"leak_flag": "not run", "leak_probability": NAN},
        {"serum_flag": "not run"},
        {"peptides": NAN},
        {"shedding": "uninformative"},
        {"mature_n_terminus": "no"},
        {"coverage": NAN},
    ],
)
def test_what_was_not_run_does_not_speak_against_a_candidate(changes):
    assert "Against" not in text(**changes)


def test_without_a_fold_change_none_is_claimed():
    missing = dict.fromkeys(("log2fc", "ci_low", "ci_high", "q_value"), NAN)
    assert text(**missing, n_control=0).startswith("no fold change, seen in 5 of 5 treatment and 0 of 5 control")
    excluded = missing | dict.fromkeys(("n_treatment", "n_control", "of_treatment", "of_control"), NAN)
    assert text(**excluded, secretion_class="unknown") == "no fold change; secretion class unknown."


def test_down_is_said_as_down():
    changed = {"direction": "down", "log2fc": -1.8, "ci_low": -2.5, "ci_high": -1.1}
    assert text(**changed).startswith("down, log2fc -1.80 (95 % CI -2.50 to -1.10")


def test_presence_in_one_condition_only_is_said_plainly_and_its_size_as_a_bound():
    absent = {"log2fc": 3.0, "ci_low": 1.2, "ci_high": NAN, "n_control": 0, "note": "log2fc is a bound"}
    assert text(**absent) == (
        "seen in 5 of 5 treatment and 0 of 5 control samples: tested by absence (q = 0.003), fold change is a bound (log2fc at "
        "least 3.00, 95 % CI from 1.20); classical: signal peptide 1-24."
    )
    assert "seen in few samples" in text(**absent | {"n_treatment": 2})
    fallen = {"log2fc": -3.0, "ci_low": NAN, "ci_high": -1.2, "n_treatment": 0, "n_control": 5}
    assert "(log2fc at most -3.00, 95 % CI to -1.20)" in text(**fallen)
    assert "Against" not in text(**fallen)


def test_what_else_carries_a_candidate_is_said():
    found = text(
        lysate_log2_ratio=2.13, muscle=86.2, muscle_expression="86.2 nTPM (rank 2 of 51)", mature_n_terminus="yes",
        assay="on the panel; in plasma (1.2e+06 pg/L by mass spectrometry)",
    )  # fmt: skip
    for words in (
        "log2 2.1 more in the medium than what leaks",
        "muscle 86.2 nTPM (rank 2 of 51)",
        "on the panel and in plasma.",
        "a peptide begins where the signal peptide was cut",
    ):
        assert words in found
    assert "Against" not in found
    assert len(found.split()) <= 60


def test_peptides_of_the_ectodomain_only_carry_a_membrane_protein_out_of_the_cell():
    counts = {"peptides_ectodomain": 5.0, "peptides_tm": 0.0, "peptides_cytoplasmic": 0.0}
    found = text(secretion_class="membrane", shedding="shed", **counts)
    assert "peptides of the ectodomain only (5 of 5)" in found
    assert "no way out" not in found
    assert "no way out" in text(secretion_class="membrane", shedding="uninformative", **counts)


def test_the_class_is_explained_in_two_clauses_without_what_it_implies():
    reason = "signal peptide 1-24 (UniProt); no helix beyond it; annotated as extracellular (Gene Ontology); and more"
    assert "classical: signal peptide 1-24 (UniProt), annotated as extracellular (Gene Ontology)." in text(
        secretion_reason=reason
    )
