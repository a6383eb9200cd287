"""Laws of the choice of one protein group per accession."""

import math

import pytest

from myosieve.compare.members import joining_accession, one_row_per_accession


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("P02751", "P02751"),
        ("P02751-7", "P02751"),
        ("P02751-15;P02751-7;Q00001", "P02751"),
        ("P60709 #2", "P60709"),
        ("ENSP00000354687", "ENSP00000354687"),
        ("", ""),
        (math.nan, ""),
    ],
)
def test_the_key_is_the_leading_accession_without_isoform_suffix(cell, key):
    assert joining_accession(cell) == key


def test_the_group_seen_in_most_samples_stands_for_its_accession(tested):
    rows = tested(
        {"accession": "P1-2", "protein_group": "a", "log2fc": 1.0, "n_treatment": 2, "p_value": 1e-9},
        {"accession": "P1", "protein_group": "b", "log2fc": 2.0, "n_treatment": 3, "p_value": 0.5},
    )
    member = one_row_per_accession(rows)
    assert member.rows["log2fc"].to_dict() == {"P1": 2.0}
    assert member.set_aside == 1


def test_of_equally_observed_groups_the_smaller_p_value_stands_then_the_first_name(tested):
    rows = tested(
        {"accession": "P1", "protein_group": "c", "log2fc": 1.0, "p_value": 0.01},
        {"accession": "P1", "protein_group": "b", "log2fc": 2.0, "p_value": 0.001},
        {"accession": "P1", "protein_group": "a", "log2fc": 3.0, "p_value": 0.001},
        {"accession": "P1", "protein_group": "0", "log2fc": 4.0, "p_value": math.nan},
    )
    assert one_row_per_accession(rows).rows["log2fc"].to_dict() == {"P1": 3.0}


def test_the_choice_does_not_depend_on_the_order_of_the_rows(tested):
    rows = tested(*({"accession": f"P{n % 3}", "protein_group": f"g{n}", "log2fc": n} for n in range(9)))
    there, back = one_row_per_accession(rows).rows, one_row_per_accession(rows.iloc[::-1]).rows
    assert there.sort_index().equals(back.sort_index())


def test_an_excluded_group_gives_way_without_counting_as_set_aside(tested):
    decoy = {"n_treatment": math.nan, "n_control": math.nan, "log2fc": math.nan, "p_value": math.nan, "note": "decoy"}
    member = one_row_per_accession(
        tested({"accession": "P1", "protein_group": "REV__P1", **decoy}, {"accession": "P1", "log2fc": 2.0})
    )
    assert member.rows["log2fc"].to_dict() == {"P1": 2.0}
    assert member.set_aside == 0


def test_equal_genes_of_different_accessions_are_never_merged(tested):
    # Human and bovine serum albumin (UniProt P02768, P02769) are both ALB.
    member = one_row_per_accession(
        tested({"accession": "P02768", "gene": "ALB"}, {"accession": "P02769", "gene": "ALB"})
    )
    assert sorted(member.rows.index) == ["P02768", "P02769"]


def test_a_group_without_accession_is_counted_and_not_joined(tested):
    member = one_row_per_accession(tested({"accession": "P1"}, {"accession": None, "protein_group": "nameless"}))
    assert member.rows.index.to_list() == ["P1"]
    assert member.nameless == 1
