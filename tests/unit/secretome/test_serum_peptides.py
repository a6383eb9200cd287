"""Laws of host-unique peptides, held against plain search in the text of the sequences."""

import numpy as np
import pandas as pd
import pytest

from myosieve.secretome import serum
from myosieve.secretome.serum_peptides import by_group, flags_by_peptides, scan, share_upper

AMINO_ACIDS = list("ACDEFGHIKLMNPQRSTVWY")
COW = "Bos taurus"


def records(*sequences):
    return [(f"B{place}", COW, sequence) for place, sequence in enumerate(sequences)]


def table(*rows):
    """Return peptides of groups given as (group, sequence, intensity)."""
    return pd.DataFrame(rows, columns=["group", "sequence", "intensity"])


@pytest.mark.parametrize("batch", [1, 700, 10**9])
def test_a_peptide_is_shared_wherever_it_stands_in_a_serum_sequence(batch):
    random = np.random.default_rng(8)
    sequences = ["".join(random.choice(AMINO_ACIDS, length)) for length in random.integers(1, 400, 60)]
    cut = []
    for _ in range(300):
        source = sequences[random.integers(60)]
        start = random.integers(max(1, len(source) - 4))
        cut.append(source[start : start + random.integers(6, 51)])
    cut += ["".join(random.choice(AMINO_ACIDS, 9)) for _ in range(200)]
    sought = sorted({one.replace("I", "L") for one in cut if len(one) >= 6})
    text = " ".join(sequences).replace("I", "L")
    found = scan(records(*sequences), sought, batch)
    np.testing.assert_array_equal(found.shared, [one in text for one in sought])
    assert 100 < found.shared.sum() < len(sought)
    assert found.residues == sum(map(len, sequences))


def test_no_peptide_stands_across_the_end_of_a_sequence():
    assert not scan(records("AAAAAPEPT", "LDEKCCCCC"), ["PEPTLDEK"]).shared.any()


def test_isoleucine_and_leucine_are_one():
    assert scan(records("MKPEPTIDEIRGG"), ["PEPTLDELR"]).shared.all()


def test_the_species_of_every_sequence_is_kept():
    found = scan([("P1", COW, "MKK"), ("P2", "Equus caballus", "MRR"), ("P1", "Gallus gallus", "MGG")], [])
    assert found.species == {"P1": COW, "P2": "Equus caballus"}


def test_peptides_are_counted_and_weighed_by_intensity():
    rows = table((0, "AAAAAA", 30.0), (0, "CCCCCC", 10.0), (0, "DDDDDD", 60.0), (2, "AAAAAA", 5.0), (3, "EEEEEE", 1.0))
    found = by_group(rows, np.array([False, False, True, False, True]), np.array([True, True, True, False]))
    np.testing.assert_array_equal(found["peptides_host"], [2, np.nan, 1, np.nan])  # no peptide: missing, not 0
    np.testing.assert_array_equal(found["peptides_shared"], [1, np.nan, 0, np.nan])
    np.testing.assert_allclose(found["host_share"], [0.4, np.nan, 1.0, np.nan])  # (30 + 10) / 100


def judged(flag, own, shared, share):
    found = pd.DataFrame({"peptides_host": [own], "peptides_shared": [shared], "host_share": [share]}, dtype=float)
    return flags_by_peptides(np.array([flag], dtype=object), found)[0]


def test_a_group_without_a_peptide_of_its_own_is_shared_in_numbers():
    said = "shared with a serum protein: 0 of 3 peptides are of the host only"
    assert judged("", 0, 3, 0.0) == said
    assert judged(serum.SHARED, 0, 3, 0.0) == said
    assert judged(serum.NOT_RUN, 0, 3, 0.0) == said
    assert judged("", 0, 1, 0.0) == "shared with a serum protein: 0 of 1 peptide is of the host only"


def test_two_peptides_of_the_host_that_carry_half_of_the_intensity_clear_a_group():
    assert judged(serum.SHARED, 2, 5, 0.5) == ""
    assert judged(serum.SHARED, 2, 5, 0.49) == "shared with a serum protein: 2 of 7 peptides are of the host only"
    assert judged(serum.SHARED, 1, 1, 0.9) == "shared with a serum protein: 1 of 2 peptides is of the host only"


def test_a_group_of_the_host_alone_is_not_suspected_for_its_shared_peptides():
    assert judged("", 1, 5, 0.1) == ""


def test_not_run_stays_where_no_peptide_tells():
    assert judged(serum.NOT_RUN, 4, 0, 1.0) == ""
    assert judged(serum.NOT_RUN, np.nan, np.nan, np.nan) == serum.NOT_RUN


def test_a_serum_protein_stays_one():
    assert judged("serum protein of Bos taurus", np.nan, np.nan, np.nan) == "serum protein of Bos taurus"


def test_the_upper_share_counts_what_serum_may_have_given():
    flags = np.array([f"serum protein of {COW}", f"{serum.SHARED}: 0 of 1", serum.SHARED, "", ""], dtype=object)
    host = np.array([np.nan, 0.25, np.nan, 0.9, np.nan])
    log2 = np.log2([[10.0, 1], [40, np.nan], [20, 1], [10, np.nan], [20, 2]])
    # 10 + 0.75 * 40 + 20 + 0.1 * 10 of 100; 1 + 1 of 4
    share = share_upper(log2, flags, host, np.zeros(5, dtype=bool))
    np.testing.assert_allclose(share, [0.61, 0.5])
    assert (share >= serum.serum_share(log2, flags, np.zeros(5, dtype=bool))).all()


def test_the_upper_share_leaves_decoys_out_and_is_missing_where_nothing_was_judged():
    flags = np.array([serum.SHARED, ""], dtype=object)
    share = share_upper(np.log2([[5.0], [5.0]]), flags, np.full(2, np.nan), np.array([True, False]))
    np.testing.assert_array_equal(share, [0.0])
    not_run = np.full(2, serum.NOT_RUN, dtype=object)
    assert np.isnan(share_upper(np.ones((2, 1)), not_run, np.full(2, np.nan), np.zeros(2, dtype=bool))).all()
