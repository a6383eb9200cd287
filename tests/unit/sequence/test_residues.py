"""Letters as codes, one sequence or many at once."""

import numpy as np
import pytest

from myosieve.sequence import residues

SEQUENCES = ["", "MKWL", "acd", "UOBZJX*-", "Mé", "W" * 100]


def test_many_sequences_are_encoded_as_each_alone() -> None:
    found = residues.encode_each(SEQUENCES)
    assert [code.tolist() for code in found] == [residues.encode(one).tolist() for one in SEQUENCES]
    assert residues.encode_each([]) == []


@pytest.mark.parametrize("length", [1, 5, 200])
def test_starts_are_padded_with_absent(length: int) -> None:
    found = residues.n_termini(SEQUENCES, length)
    for row, sequence in zip(found, SEQUENCES, strict=True):
        kept = residues.encode(sequence[:length])
        assert row.tolist() == [*kept, *[residues.ABSENT] * (length - len(kept))]
    assert residues.n_termini([], length).shape == (0, length)


def test_the_free_energy_of_insertion_is_least_for_isoleucine_and_forbids_what_lies_behind_the_end() -> None:
    cost = residues.INSERTION_HUNDREDTHS
    assert residues.ALPHABET[int(np.argmin(cost))] == "I"
    assert cost[residues.ALPHABET.index("D")] == 349
    assert cost[residues.ABSENT] == 10_000
