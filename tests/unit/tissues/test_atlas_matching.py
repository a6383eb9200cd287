"""An atlas's genes become proteins by accession, Ensembl id or official symbol; human ones by orthology elsewhere."""

import pandas as pd

from myosieve.tissues.matching import gathered, match


def keys(*rows):
    return pd.DataFrame(rows, columns=["accession", "ensembl", "gene"], dtype=object)


def pairs(matched):
    return {(row.row, row.accession, row.orthology) for row in matched.pairs.itertuples()}


def test_an_accession_comes_before_an_ensembl_id_and_that_before_a_symbol(genes):
    matched = match(
        keys(("P08887", "ENSG00000134352", "MSTN"), ("", "ENSG00000134352", "MSTN"), ("", "", "MSTN")), genes, "human"
    )
    assert pairs(matched) == {(0, "P08887", False), (1, "P40189", False), (2, "O14793", False)}


def test_an_accession_that_nobody_knows_leaves_the_word_to_the_ensembl_id(genes):
    matched = match(keys(("Q99999", "ENSG00000160712", "")), genes, "human")
    assert pairs(matched) == {(0, "P08887", False)}


def test_isoforms_and_several_accessions_in_a_cell_are_understood(genes):
    matched = match(keys(("O14793-2;P40189", "", "")), genes, "human")
    assert pairs(matched) == {(0, "O14793", False), (0, "P40189", False)}


def test_human_rows_are_carried_over_to_mouse_and_say_so(genes):
    matched = match(keys(("", "ENSG00000160712", ""), ("P40189", "", "")), genes, "mouse")
    assert pairs(matched) == {(0, "P22272", True), (1, "Q00560", True)}


def test_rows_of_the_wanted_organism_itself_are_direct(genes):
    matched = match(keys(("P22272", "", ""), ("", "", "Mstn")), genes, "mouse")
    assert pairs(matched) == {(0, "P22272", False), (1, "O08689", False)}


def test_unmatched_rows_are_counted(genes):
    matched = match(
        keys(("", "ENSG00000160712", ""), ("", "ENSG99999999999", ""), ("", "ENSG00000000013", "")), genes, "mouse"
    )
    assert (matched.n_rows, matched.n_unmatched) == (3, 2)  # the last has no ortholog


def test_a_symbol_is_never_an_alias_and_never_guessed(genes):
    assert match(keys(("", "", "HGF"), ("", "", "il6r")), genes, "human").n_unmatched == 2


def test_two_genes_of_one_protein_give_the_higher_value(genes):
    matched = match(keys(("", "ENSG00000000011", ""), ("", "ENSG00000000012", "")), genes, "human")
    values = pd.DataFrame({"liver": [1.0, 7.0], "lung": [3.0, 2.0]})
    found = gathered(values, matched.pairs, ["P00001"])
    assert found.loc["P00001"].tolist() == [7, 3]
