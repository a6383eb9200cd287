"""Laws of the serum flag and the serum share. P02769 and P02768 are bovine and human serum albumin, both gene ALB."""

import numpy as np
import pandas as pd
import pytest

from myosieve.secretome import serum

BOVINE = "serum protein of Bos taurus"


def flags(knowledge, *groups):
    """Return the flags of groups given as (accessions, organism)."""
    table = pd.DataFrame(groups, columns=["accessions", "organism"])
    return serum.serum_flags(table["accessions"], table["organism"], knowledge).tolist()


def test_bovine_albumin_is_flagged_and_its_human_namesake_is_not(human):
    assert flags(human, ("P02769", None), ("P02768", "Homo sapiens")) == [BOVINE, ""]


def test_the_hosts_own_protein_on_a_contaminant_list_is_not_serum_of_another_species(human, mouse):
    assert flags(human, ("P02768", None), ("P02769", None)) == ["", BOVINE]
    assert flags(mouse, ("P02768", None), ("P02769", None)) == ["serum protein of Homo sapiens", BOVINE]


def test_the_organism_column_is_enough_where_the_list_does_not_know_the_accession(human):
    assert flags(human, ("F1MYX5", "Bos taurus"), ("P12259", "Homo sapiens")) == [BOVINE, ""]


@pytest.mark.parametrize("written", ["CON__P02769", "P02769-1", "ALBU_BOVIN", "CON__ENSEMBL:ENSBTAP00000024146"])
def test_a_bovine_protein_is_known_in_every_spelling(human, written):
    assert flags(human, (written, None)) == [BOVINE]


def test_a_group_of_both_species_is_shared(human):
    mixed = [
        ("P02768;P02769", "Homo sapiens"),
        ("P02769;P02768", "Bos taurus"),
        ("P02769;X1", "Homo sapiens;Bos taurus"),
    ]
    assert flags(human, *mixed) == [serum.SHARED] * 3


def test_an_unlisted_companion_of_a_bovine_protein_is_bovine_too_where_the_table_says_so(human):
    # A0A140T897 is a second bovine albumin entry of UniProt, on no list here
    assert flags(human, ("P02769;A0A140T897", "Bos taurus")) == [BOVINE]
    assert flags(human, ("P02769;A0A140T897", None)) == [serum.SHARED]


def test_an_enzyme_on_the_contaminant_list_is_not_serum(human):
    assert flags(human, ("P00761", None), ("P02769", None)) == ["", BOVINE]


def test_without_any_serum_sequence_nothing_is_judged(human):
    assert flags(human, ("P02768", "Homo sapiens"), ("P05231", None)) == [serum.NOT_RUN] * 2


def test_the_share_is_of_linear_intensity(human):
    found = np.array([BOVINE, "", ""], dtype=object)
    share = serum.serum_share(np.log2([[10.0, 10], [20, 30], [70, np.nan]]), found, np.zeros(3, dtype=bool))
    np.testing.assert_allclose(share, [0.10, 0.25])  # 10 of 100, 10 of 40: a missing value adds nothing


def test_decoys_and_shared_groups_do_not_add_to_the_share():
    found = np.array([BOVINE, serum.SHARED, BOVINE], dtype=object)
    share = serum.serum_share(np.log2([[25.0], [75], [900]]), found, np.array([False, False, True]))
    np.testing.assert_allclose(share, [0.25])


def test_a_share_that_cannot_be_judged_is_missing_and_not_zero():
    none = serum.serum_share(np.ones((2, 2)), np.array([serum.NOT_RUN] * 2, dtype=object), np.zeros(2, dtype=bool))
    empty = serum.serum_share(np.full((1, 1), np.nan), np.array([BOVINE], dtype=object), np.zeros(1, dtype=bool))
    assert np.isnan(none).all()
    assert np.isnan(empty).all()


def test_normalization_by_a_shift_does_not_change_the_share():
    random = np.random.default_rng(0)
    values, shift = random.normal(25, 2, size=(20, 4)), random.normal(0, 2, size=4)
    found = np.array([BOVINE] * 5 + [""] * 15, dtype=object)
    decoy = np.zeros(20, dtype=bool)
    np.testing.assert_allclose(serum.serum_share(values + shift, found, decoy), serum.serum_share(values, found, decoy))


def test_calibration_proteins_of_the_horse_do_not_stand_for_horse_serum(human):
    cells = pd.Series(["P68082", "P02769"])
    organisms = pd.Series(["Equus caballus", None])
    assert serum.serum_species(cells, organisms, human) == {"Bos taurus"}


@pytest.mark.parametrize(
    "organism", ["Bos taurus (Bovine)", "Bos taurus OX=9913", "OX=9913", "9913", "Bovine", "BOVIN"]
)
def test_a_species_is_known_by_name_number_or_mnemonic(human, organism):
    assert flags(human, ("F1MYX5", organism), ("P12259", "Homo sapiens OX=9606")) == [BOVINE, ""]


def test_a_group_is_the_hosts_where_anything_says_so_or_nothing_tells(human):
    groups = [
        ("P02768;P02769", None), ("P02769", None), ("X1", None), ("X1", "Sus scrofa"), ("X1", "Homo sapiens;Sus scrofa"),
        (None, "Homo sapiens"),
    ]  # fmt: skip
    table = pd.DataFrame(groups, columns=["accessions", "organism"])
    found = serum.may_be_hosts(table["accessions"], table["organism"], human)
    assert found.tolist() == [True, False, True, False, True, False]


@pytest.mark.parametrize("said", ["2 % horse serum", "2%HS", "equine", "HS 5%", "serum-free after 2 % Horse Serum"])
def test_horse_serum_in_the_sheet_is_known_by_its_words(said):
    (text,) = serum.sheet_warnings(pd.DataFrame({"differentiation_medium": ["DMEM", said]}), {"Bos taurus"})
    assert "column 'differentiation_medium' says horse serum" in text
    assert "name their FASTA under serum_fasta" in text  # what to do
    assert serum.sheet_warnings(pd.DataFrame({"differentiation_medium": [said]}), {"Equus caballus"}) == []


@pytest.mark.parametrize("said", ["10 % FBS", "fetal bovine", "foetal calf serum", "10%FCS", "0.1 % BSA"])
def test_bovine_serum_in_the_sheet_is_known_by_its_words(said):
    (text,) = serum.sheet_warnings(pd.DataFrame({"Serum": [said]}), set())
    assert "column 'Serum' says bovine serum" in text
    assert serum.sheet_warnings(pd.DataFrame({"Serum": [said]}), {"Bos taurus"}) == []


@pytest.mark.parametrize(
    "said", ["serum-free", "none", "FBS-free", "no FBS", "without horse serum", "HSP90", "human AB"]
)
def test_no_serum_is_no_serum(said):
    assert serum.sheet_warnings(pd.DataFrame({"serum": [said, None]}), set()) == []


def test_only_columns_that_speak_of_serum_or_medium_are_read():
    assert serum.sheet_warnings(pd.DataFrame({"note": ["horse serum"], "operator": ["HS"]}), set()) == []
