"""Notes: what a reader is told about a row, and only where there is something to tell."""

import numpy as np
import pytest

from myosieve.differential.dropout import DropoutModel
from myosieve.differential.notes import notes

SEEN = "seen in {} of 3 treatment and {} of 4 control samples: "
ONE_SIDE = "no fold change can be estimated"


def note(
    test: str = "moderated_t",
    log2fc: float = 1.0,
    p: float = 0.5,
    n: tuple[int, int] = (3, 4),
    residual: float = 5.0,
    dropout: DropoutModel | None = None,
) -> str:
    """Return the note of a single row."""
    columns = {"test": test, "log2fc": log2fc, "p_value": p, "n_treatment": n[0], "n_control": n[1]}
    rows = {name: np.array([value]) for name, value in columns.items()}
    rows |= {"of_treatment": np.array([3]), "of_control": np.array([4])}
    return notes(rows, np.array([residual]), dropout)[0]


def model(refused: str) -> DropoutModel:
    return DropoutModel(0.0, 1.0, np.zeros(7), 1.0, 1.0, refused)


@pytest.mark.parametrize("test", ["moderated_t", "deqms", "dpc"])
def test_an_ordinary_test_has_no_note(test: str) -> None:
    assert note(test) == ""


def test_a_test_without_residual_degrees_of_freedom_says_whose_variance_it_uses() -> None:
    assert note(residual=0.0) == "no residual degree of freedom: the variance is the prior's alone"


def test_an_absence_says_that_its_fold_change_is_a_bound_and_how_likely_it_is_by_chance() -> None:
    # also where the protein has a single value, hence no residual degree of freedom
    expected = "log2fc is a bound; without a change the chance of this absence is 0.00012"
    assert note("detection", p=0.000123, n=(0, 4)) == note("detection", p=0.000123, n=(0, 1), residual=0.0) == expected


@pytest.mark.parametrize("n", [(0, 4), (3, 0), (0, 0)])
def test_a_protein_silent_on_a_side_says_where_it_was_seen(n: tuple[int, int]) -> None:
    assert note("none", np.nan, np.nan, n) == SEEN.format(*n) + ONE_SIDE


def test_where_absence_is_no_evidence_the_note_says_why() -> None:
    said = note("none", np.nan, np.nan, (0, 4), dropout=model("the table was filtered"))
    assert said == SEEN.format(0, 4) + ONE_SIDE + ", and absence is no evidence in this table (the table was filtered)"
    assert note("none", np.nan, np.nan, (0, 4), dropout=model("")) == SEEN.format(0, 4) + ONE_SIDE


def test_a_contrast_that_the_samples_cannot_estimate_is_told_from_a_silent_side() -> None:
    said = note("none", np.nan, np.nan, (1, 1))
    assert said == SEEN.format(1, 1) + "the design cannot estimate the contrast from these samples"


def test_a_change_without_a_variance_says_so() -> None:
    assert note("none", 1.0, np.nan) == "no variance to test against"


def test_every_row_has_its_own_note() -> None:
    rows = {
        "test": np.array(["moderated_t", "none", "detection"]),
        "log2fc": np.array([1.0, np.nan, -2.0]),
        "p_value": np.array([0.5, np.nan, 0.25]),
        "n_treatment": np.array([3, 2, 0]),
        "n_control": np.array([4, 0, 4]),
        "of_treatment": np.full(3, 3),
        "of_control": np.full(3, 4),
    }
    told = notes(rows, np.array([5.0, 1.0, 3.0]), None)
    assert told.tolist() == [
        "",
        SEEN.format(2, 0) + ONE_SIDE,
        "log2fc is a bound; without a change the chance of this absence is 0.25",
    ]
