"""Laws of the gates: every exclusion has its reason, the first that applies."""

import pandas as pd
import pytest

from myosieve.ranking.gates import gates

PASSES = {
    "excluded_because": "", "log2fc": 1.0, "ci_low": 0.5, "ci_high": 1.5, "note": "", "serum_flag": "", "peptides": 5.0,
    "secretion_class": "classical", "score": 0.5,
}  # fmt: skip
NAN = float("nan")


def stopped(classes=(), direction="both", **changes):
    found = gates(pd.DataFrame([PASSES | changes]), min_peptides=2, classes=classes, direction=direction)
    return found.gate[0], found.excluded_because[0]


def test_a_protein_with_nothing_against_it_passes():
    assert stopped() == ("", "")


@pytest.mark.parametrize(
    ("changes", "gate", "words"),
    [
        ({"excluded_because": "decoy"}, "filter", "decoy"),
        ({"log2fc": NAN, "note": "no value in any sample"}, "not tested", "no value in any sample"),
        ({"ci_low": NAN, "ci_high": NAN}, "not tested", "not tested"),
        ({"ci_low": NAN}, "", ""),
        ({"serum_flag": "serum protein of Bos taurus"}, "serum protein", "serum protein of Bos taurus"),
        ({"peptides": 1.0}, "too few peptides", "1 peptide: confirm by immunoassay first"),
        ({"peptides": 0.0}, "too few peptides", "0 peptides: confirm by immunoassay first"),
        ({"score": NAN}, "not scored", "none of the weighted criteria is known"),
    ],
)
def test_each_gate_has_its_words(changes, gate, words):
    assert stopped(**changes) == (gate, words)


@pytest.mark.parametrize(
    "changes",
    [
        {"peptides": NAN},
        {"peptides": 2.0},
        {"serum_flag": "not run"},
        {"serum_flag": "shared with a serum protein"},
        {"secretion_class": "intracellular"},
        {"secretion_class": "unknown"},
        {"ci_low": -0.5},
    ],
)
def test_what_is_unknown_just_enough_shared_or_inside_the_cell_excludes_nobody(changes):
    assert stopped(**changes) == ("", "")


@pytest.mark.parametrize(
    ("direction", "up", "down"), [("both", True, True), ("up", True, False), ("down", False, True)]
)
def test_a_study_says_which_direction_it_looks_for(direction, up, down):
    words = f"not {direction} with the treatment, and ranking.direction is {direction}"
    for change, passes in ((1.0, up), (-1.0, down)):
        expected = ("", "") if passes else ("other direction", words)
        assert stopped(direction=direction, log2fc=change) == expected


def test_the_first_reason_that_applies_is_given():
    everything = {"excluded_because": "contaminant", "log2fc": NAN, "serum_flag": "serum protein of Bos taurus"}
    assert stopped(**everything)[0] == "filter"
    assert stopped(**everything | {"excluded_because": ""})[0] == "not tested"


@pytest.mark.parametrize("name", ["shed", "annotated", "unknown", "membrane"])
def test_only_the_classes_that_are_named_pass(name):
    words = f"secretion class {name}, and ranking.classes is classical, gpi_anchored"
    assert stopped(["classical", "gpi_anchored"], secretion_class=name) == ("secretion class", words)
    assert stopped(["classical", "gpi_anchored"]) == ("", "")
    assert stopped([], secretion_class=name) == ("", "")
