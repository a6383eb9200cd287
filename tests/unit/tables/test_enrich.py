"""What FASTA headers and the shipped list of contaminants add to a table."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables.enrich import with_headers, with_listed_contaminants
from myosieve.tables.features import groups_of, proteins_frame

FASTA = """>sp|P02768|ALBU_HUMAN Albumin OS=Homo sapiens OX=9606 GN=ALB PE=1 SV=2
MKWV
>sp|P02769|ALBU_BOVIN Albumin OS=Bos taurus OX=9913 GN=ALB PE=1 SV=4
MKWV
>CON__P35527 Keratin OS=Homo sapiens GN=KRT9
MSCR
"""


def proteins(*ids: str, **columns: object) -> pd.DataFrame:
    return proteins_frame(groups_of(pd.Series(ids), Path("t"), "it"), **columns)


def test_bovine_albumin_is_a_contaminant_and_human_albumin_is_not_though_they_share_a_gene() -> None:
    table = with_listed_contaminants(proteins("P02769", "P02768", genes=["ALB", "ALB"]), "Homo sapiens")
    assert table["contaminant"].tolist() == [True, False]
    assert table["contaminant_by"].tolist() == ["list", ""]


def test_a_group_with_a_protein_of_the_cells_is_not_listed() -> None:
    table = with_listed_contaminants(proteins("P02769;P02768", "P02769-2"), "Homo sapiens")
    assert table["contaminant"].tolist() == [False, True]  # an isoform counts as its protein


def test_a_keratin_of_the_cells_own_species_may_be_theirs() -> None:
    # P35527, human keratin 9, stands in the list as skin
    assert not with_listed_contaminants(proteins("P35527"), "Homo sapiens")["contaminant"].any()
    assert with_listed_contaminants(proteins("P35527"), "Mus musculus")["contaminant"].all()


def test_marks_of_the_search_stand_in_front_of_that_of_the_list() -> None:
    flags = {"contaminant": pd.Series([True, False]).to_numpy()}
    table = with_listed_contaminants(proteins("P02769", "CON__P02769", flags=flags), "Homo sapiens")
    assert table["contaminant_by"].tolist() == ["engine;list", "prefix;list"]


def test_headers_fill_in_what_the_table_lacks_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "f.fasta").write_text(FASTA)
    before = proteins("P02768", "P02769", "Q00000", genes=["", "KEPT", ""])
    table = with_headers(before, [tmp_path / "f.fasta"])
    assert table["gene"].tolist() == ["ALB", "KEPT", ""]
    assert table["protein_name"].tolist() == ["Albumin", "Albumin", ""]
    assert table["organism"].tolist() == ["Homo sapiens", "Bos taurus", ""]


def test_the_first_file_wins_and_contaminant_entries_describe_nobody(tmp_path: Path) -> None:
    (tmp_path / "a.fasta.gz").write_bytes(gzip.compress(FASTA.encode()))
    (tmp_path / "b.fasta").write_text(
        ">sp|P02768|X Other OS=Mus musculus GN=Alb\nM\n>sp|P35527|K1C9_HUMAN K9 GN=KRT9\nM\n"
    )
    table = with_headers(proteins("P02768", "P35527"), [tmp_path / "a.fasta.gz", tmp_path / "b.fasta"])
    assert table["gene"].tolist() == ["ALB", "KRT9"]
    assert table["protein_name"].tolist() == ["Albumin", "K9"]


def test_a_fasta_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f.gz").write_bytes(gzip.compress(FASTA.encode() * 50)[:60])
    with pytest.raises(InputError, match="cut off"):
        with_headers(proteins("P02768"), [tmp_path / "f.gz"])
