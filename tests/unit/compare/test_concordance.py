"""Laws of the word that says how the members agree."""

import math

import numpy as np
import pytest

from myosieve.compare.concordance import concordance

NAN = math.nan


@pytest.mark.parametrize(
    ("effects", "q_values", "word"),
    [
        ([1, 2, 1], [0.01, 0.01, 0.01], "shared up"),
        ([-1, -2, -1], [0.01, 0.01, 0.01], "shared down"),
        ([1, 2, -1], [0.01, 0.01, 0.9], "shared up"),  # the insignificant sign does not count
        ([1, 2, -1], [0.01, 0.01, 0.01], "opposite"),
        ([1, -2, 1], [0.01, 0.9, 0.9], "specific"),
        ([1, 2, 1], [0.2, 0.2, 0.2], "none"),
        ([1, 2, NAN], [0.01, 0.01, NAN], "shared up"),
        ([1, 2, NAN], [0.01, 0.9, NAN], "specific"),
        ([1, NAN, NAN], [0.01, NAN, NAN], ""),  # nobody else tested it: not known to be specific
        ([NAN, NAN, NAN], [NAN, NAN, NAN], ""),
        ([1, 2, 1], [0.05, 0.05, 0.9], "shared up"),  # at most the fdr, as everywhere in MyoSieve
    ],
)
def test_the_word_follows_significance_and_sign(effects, q_values, word):
    assert concordance(np.array([effects], dtype=float), np.array([q_values]), 0.05).tolist() == [word]


def test_a_stricter_rate_finds_fewer_shared_proteins():
    effects, q_values = np.array([[1.0, 1.0]]), np.array([[0.03, 0.04]])
    found = [concordance(effects, q_values, fdr)[0] for fdr in (0.05, 0.035, 0.01)]
    assert found == ["shared up", "specific", "none"]


def test_swapping_all_signs_swaps_up_and_down():
    random = np.random.default_rng(5)
    effects, q_values = random.normal(size=(300, 3)), random.uniform(0, 0.1, size=(300, 3))
    swap = {"shared up": "shared down", "shared down": "shared up"}
    there = concordance(effects, q_values, 0.05)
    assert set(there) == {"shared up", "shared down", "opposite", "specific", "none"}
    assert concordance(-effects, q_values, 0.05).tolist() == [swap.get(word, word) for word in there]
