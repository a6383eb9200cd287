"""Laws of laying peptides on proteins, telling their ends and the protease."""

import re
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myosieve.secretome import peptides
from myosieve.secretome.peptides import FREE, MET_REMOVED, PROTEASES, SPECIFIC, TERMINUS, TRYPSIN
from myosieve.sequence import fasta

HUMAN = "sequence/human_swissprot_2014.fasta.gz"


def places(wanted, sequences, **options):
    found = peptides.occurrences(wanted, peptides.joined(sequences), **options)
    return [tuple(row) for row in found[["peptide", "protein", "start", "end"]].itertuples(index=False)]


def at(proteins, *spans):
    """Peptides as rows of protein, start and end."""
    return pd.DataFrame(spans, columns=["protein", "start", "end"]), peptides.joined(proteins)


def digested(sequence, cuts=r".*?(?:[KR](?!P)|$)"):
    return [piece for piece in re.findall(cuts, sequence) if piece]


def random_proteins(count, length, seed=1, letters="ACDEFGHIKLMNPQRSTVWY"):
    random = np.random.default_rng(seed)
    return ["".join(random.choice(list(letters), length)) for _ in range(count)]


# ---- mapping ---------------------------------------------------------------------------------------------------------


def test_every_place_of_a_peptide_is_found_in_every_protein():
    proteins = ["MAPEPTIDEKPEPTIDEK", "GGGGG", "PEPTIDEKRRR"]
    assert places(["PEPTIDEK"], proteins) == [(0, 0, 3, 10), (0, 0, 11, 18), (0, 2, 1, 8)]


def test_places_that_overlap_are_all_found():
    assert places(["AAAAAA"], ["AAAAAAAA"]) == [(0, 0, start, start + 5) for start in (1, 2, 3)]


def test_a_peptide_does_not_reach_from_one_protein_into_the_next():
    assert places(["PEPTIDE"], ["MAPEP", "", "TIDEK"]) == []


def test_leucine_is_isoleucine_unless_told_otherwise():
    assert places(["PEPTLDEK"], ["PEPTIDEK"]) == [(0, 0, 1, 8)]
    assert places(["PEPTLDEK"], ["PEPTIDEK"], leucine_is_isoleucine=False) == []
    assert places(["PEPTIDEK"], ["PEPTIDEK"], leucine_is_isoleucine=False) == [(0, 0, 1, 8)]


def test_a_difference_in_the_middle_of_a_long_peptide_is_seen():
    long = "ACDEFGHKMNPQRSTVWYAC"
    assert places([long], [long.replace("PQ", "QP")]) == []
    assert places([long], [long]) == [(0, 0, 1, 20)]


def test_a_peptide_too_short_to_tell_and_an_empty_one_are_nowhere():
    assert places(["PEPT", "", "PEPTI"], ["PEPTI"]) == [(2, 0, 1, 5)]
    assert places([], ["PEPTI"]) == []
    assert places(["PEPTI"], []) == []


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.text("ILKX", min_size=0, max_size=40), min_size=1, max_size=5),
    st.lists(st.text("ILK", min_size=5, max_size=12), min_size=1, max_size=5),
)
def test_the_index_finds_what_plain_search_finds(proteins, wanted):
    def plain(text):
        return text.replace("I", "L")

    expected = [
        (row, protein, match.start() + 1, match.start() + len(one))
        for row, one in enumerate(wanted)
        for protein, sequence in enumerate(proteins)
        for match in re.finditer(f"(?={plain(one)})", plain(sequence))
    ]
    assert places(wanted, proteins) == expected


@pytest.mark.parametrize(
    "written",
    [
        "_(Acetyl (Protein N-term))AM(Oxidation (M))PEPC(Carbamidomethyl)K_",  # MaxQuant's modified sequence
        "n[42.0106]AM[15.9949]PEPC[57.0215]K",  # FragPipe
        "AM(UniMod:35)PEPC(UniMod:4)K",  # DIA-NN
        "[K].aMPEPcK.[R]",  # Proteome Discoverer
        "[Acetyl]-AM[Oxidation]PEPC[+57.021]K",  # ProForma
        "AMPEPCK",
    ],
)
def test_modifications_and_neighbors_do_not_belong_to_the_sequence(written):
    assert peptides.bare(pd.Series([written, None])).tolist() == ["AMPEPCK", ""]


def test_an_asparagine_written_first_is_no_terminus():
    assert peptides.bare(pd.Series(["NPEPTIDEK", "n[43]NPEPTIDEK"])).tolist() == ["NPEPTIDEK"] * 2


# ---- ends ------------------------------------------------------------------------------------------------------------


def test_ends_are_told_by_the_residue_in_front_and_the_last_one():
    found, proteins = at(["MAAKCCCRDDDPEE"], (0, 5, 8), (0, 6, 8), (0, 5, 7), (0, 1, 4), (0, 2, 4), (0, 9, 14))
    told = peptides.sides(found, proteins, TRYPSIN)
    assert [tuple(row) for row in told.itertuples(index=False)] == [
        (SPECIFIC, SPECIFIC),
        (FREE, SPECIFIC),
        (SPECIFIC, FREE),
        (TERMINUS, SPECIFIC),
        (MET_REMOVED, SPECIFIC),
        (SPECIFIC, TERMINUS),
    ]


def test_only_a_methionine_is_an_initiator_that_was_removed():
    found, proteins = at(["AAAAKCCCR"], (0, 2, 5))
    assert peptides.sides(found, proteins, TRYPSIN)["n_side"].tolist() == [FREE]


def test_a_cut_before_proline_counts_as_an_end_but_is_not_expected():
    found, proteins = at(["AAAKPCCCR"], (0, 5, 9))
    assert peptides.sides(found, proteins, TRYPSIN)["n_side"].tolist() == [SPECIFIC]
    assert peptides.fragments(proteins, TRYPSIN)["end"].tolist() == [9]


def test_a_protease_that_cuts_in_front_of_a_residue_makes_ends_there():
    found, proteins = at(["MAADCCCDEEE"], (0, 4, 7), (0, 5, 7))
    assert peptides.sides(found, proteins, PROTEASES["asp-n"])["n_side"].tolist() == [SPECIFIC, FREE]


# ---- proteases and digest --------------------------------------------------------------------------------------------


CUTS = {
    "trypsin": r".*?(?:[KR](?!P)|$)",
    "lys-c": r".*?(?:K|$)",
    "glu-c": r".*?(?:E(?!P)|$)",
    "asp-n": r".+?(?=D|$)",
    "lys-n": r".+?(?=K|$)",
    "chymotrypsin": r".*?(?:[FWYL](?!P)|$)",
}


@pytest.mark.parametrize("name", CUTS)
def test_the_protease_is_told_from_its_peptides(name):
    proteins = random_proteins(30, 300)
    wanted = [one for sequence in proteins for one in digested(sequence, CUTS[name]) if 7 <= len(one) <= 30]
    joined = peptides.joined(proteins)
    told = peptides.find_protease(peptides.occurrences(wanted, joined), joined)
    assert told.protease is PROTEASES[name]
    assert told.explained > 0.99  # the rest is chance: the same letters elsewhere


@pytest.mark.parametrize("name", CUTS)
def test_the_digest_is_that_of_a_plain_expression(name):
    proteins = ["", *random_proteins(5, 200), "", "A"]
    joined = peptides.joined(proteins)
    table = peptides.fragments(joined, PROTEASES[name])
    for row, sequence in enumerate(proteins):
        own = table[table["protein"] == row]
        pieces = [sequence[start - 1 : end] for start, end in zip(own["start"], own["end"], strict=True)]
        assert pieces == digested(sequence, CUTS[name])


def test_a_digest_without_a_rule_is_told():
    random = np.random.default_rng(2)
    proteins = random_proteins(20, 300)
    starts = random.integers(10, 270, size=(20, 20))
    spans = [(row, int(start), int(start) + 11) for row in range(20) for start in starts[row]]
    told = peptides.find_protease(*at(proteins, *spans))
    assert told.protease is None
    assert (
        told.explained < 0.3
    )  # at most two bonds in ten are cut by any of the rules by chance, proline and alanine apart


def test_half_of_the_ends_free_is_still_a_tryptic_digest():
    proteins = random_proteins(30, 300)
    wanted = [one[3:] for sequence in proteins for one in digested(sequence) if 12 <= len(one) <= 30]
    wanted += [one for sequence in proteins for one in digested(sequence) if 7 <= len(one) <= 30]
    joined = peptides.joined(proteins)
    assert peptides.find_protease(peptides.occurrences(wanted, joined), joined).protease is TRYPSIN


def test_with_few_ends_trypsin_is_assumed_and_nothing_is_said_of_its_share():
    told = peptides.find_protease(*at(["AAAAKCCCCRDDDDD"], (0, 6, 10)))
    assert told.protease is TRYPSIN
    assert np.isnan(told.explained)


def test_a_search_for_specific_ends_is_told_from_one_for_any():
    def frame(free):
        sides = [FREE] * free + [SPECIFIC] * (1000 - free)
        return pd.DataFrame({"n_side": sides, "c_side": SPECIFIC})

    assert peptides.looked_for_free_ends(frame(30))
    assert not peptides.looked_for_free_ends(frame(4))
    assert not peptides.looked_for_free_ends(frame(0).iloc[:0])


# ---- size ------------------------------------------------------------------------------------------------------------


def test_a_hundred_thousand_peptides_on_nine_thousand_human_proteins_take_seconds(shared_data):
    everything = fasta.read(shared_data / HUMAN)
    titin = everything["accession"] == "Q8WZ42"
    proteins = pd.concat([everything[titin], everything[~titin].iloc[::2]])["sequence"].tolist()
    joined = peptides.joined(proteins)
    digest = peptides.fragments(joined, TRYPSIN)
    length = digest["end"] - digest["start"] + 1
    chosen = digest[(length >= 7) & (length <= 30)].sample(100_000, random_state=1)
    wanted = [
        proteins[protein][start - 1 : end]
        for protein, start, end in zip(chosen["protein"], chosen["start"], chosen["end"], strict=True)
    ]
    begin = time.process_time()
    found = peptides.occurrences(wanted, joined)
    assert time.process_time() - begin < 15  # of processor time; 1.5 measured
    own = found[found["protein"].to_numpy() == chosen["protein"].to_numpy()[found["peptide"]]]
    assert own["peptide"].nunique() == 100_000
    assert max(len(one) for one in proteins) == 34_350  # titin, Q8WZ42 in UniProt
