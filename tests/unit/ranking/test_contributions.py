"""Laws of the words on what each criterion adds to a score."""

import numpy as np

from myosieve.ranking.contributions import greatest_losses, in_words

NAMES = ("effect", "leak", "secretion")
SHARES = np.array([0.3, 0.2, 0.5])


def test_contributions_stand_by_weight_and_unknown_ones_are_left_out():
    found = in_words(np.array([[-0.123, np.nan, -0.0001], [-1.0, -0.5, np.nan]]), NAMES, SHARES)
    assert found == ["secretion 0.00; effect -0.12", "effect -1.00; leak -0.50"]


def test_equal_weights_keep_the_order_of_the_criteria():
    assert in_words(np.full((1, 3), -0.2), NAMES, np.full(3, 1 / 3))[0].startswith("effect -0.20; leak -0.20")


def test_the_two_greatest_losses_are_named_where_they_cost_a_fifth():
    rows = np.array([[-0.5, -0.11, -0.3], [-0.05, -0.2, np.nan], [-0.09, 0, -0.01], [np.nan] * 3])
    assert greatest_losses(rows, NAMES) == ["effect (39 %), secretion (26 %)", "", "", ""]
