"""Laws of recognizing proteins by accession."""

import pandas as pd
import pytest

from myosieve.secretome.accessions import canonical, contains_any, exploded, targets


@pytest.mark.parametrize(
    "written",
    ["P02769", "P02769-2", "CON__P02769", "Cont_P02769", "contam_sp|P02769|ALBU_BOVIN", "cRAP-P02769", " P02769 "],
)
def test_engines_marks_and_isoforms_do_not_hide_an_accession(written):
    assert canonical(written) == "P02769"


def test_a_database_named_by_maxquant_is_left_out():
    # spelled as in MaxQuant's own contaminants file
    assert canonical("CON__ENSEMBL:ENSBTAP00000024146") == "ENSBTAP00000024146"


def test_every_majority_accession_is_considered_once():
    pairs = exploded(pd.Series(["P1;P1-2;P2", None, "P3;"]))
    assert pairs.to_numpy().tolist() == [[0, "P1"], [0, "P2"], [2, "P3"]]


def test_a_group_is_found_by_any_of_its_accessions():
    cells = pd.Series(["P9;P1-3", "P2", None])
    assert contains_any(cells, {"P1"}).tolist() == [True, False, False]


def test_a_decoy_is_not_the_protein_it_was_made_from():
    proteins = pd.DataFrame({"accessions": ["P1", "P1"], "decoy": ["no", "yes"]})
    assert contains_any(targets(proteins), {"P1"}).tolist() == [True, False]


def test_no_groups_at_all_are_no_error():
    assert len(exploded(pd.Series([], dtype=object))) == 0
