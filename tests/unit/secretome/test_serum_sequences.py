"""Which sequences of a FASTA file serum may have brought, and which peptides the medium has."""

import numpy as np
import pandas as pd
import pytest

from myosieve import files
from myosieve.errors import InputError
from myosieve.secretome.serum_sequences import medium_peptides, serum_records


@pytest.fixture
def fasta(tmp_path):
    def fasta(*headers, name="proteins.fasta"):
        path = tmp_path / name
        path.write_text("".join(f">{header}\nMKPEPTIDEK\n" for header in headers), encoding="utf-8")
        return path

    return fasta


def found(searched, named, knowledge):
    return {record.accession: record.species for record in serum_records(searched, named, knowledge)}


@pytest.mark.parametrize(
    ("header", "species"),
    [
        ("sp|P07688|CATB_BOVIN Cathepsin B OS=Bos taurus OX=9913 GN=CTSB PE=1 SV=5", "Bos taurus"),
        ("tr|A1|A1_BOVIN X OS=Bos taurus (Bovine) GN=CTSB", "Bos taurus"),
        ("tr|A2|A2_9XXX X OS=Equus przewalskii OX=9796 GN=CTSB", "Equus caballus"),  # the number outranks the name
        ("A3 X OX=9796", "Equus caballus"),
        ("sp|A4|FINC_HORSE", "Equus caballus"),
        ("P02769", "Bos taurus"),  # by the shipped list alone
        ("Cont_P02769 serum", "Bos taurus"),
    ],
)
def test_a_serum_sequence_is_known_by_number_name_entry_or_list(fasta, human, header, species):
    assert list(found([fasta(header)], [], human).values()) == [species]


@pytest.mark.parametrize(
    "header",
    [
        "sp|P07858|CATB_HUMAN Cathepsin B OS=Homo sapiens OX=9606 GN=CTSB PE=1 SV=3",
        "Cont_P04264 Keratin OS=Homo sapiens GN=KRT1",  # a contaminant, but the host's own
        "sp|Cont_P02768|ALBU_HUMAN",  # albumin by its gene, of the host by its entry name
        "CON__P02768 Tax_Id=9606 Gene_Symbol=ALB Serum albumin",
        "sp|P68082|MYG_HORSE Myoglobin OS=Equus caballus OX=9796 GN=MB",  # for calibration
        "rev_sp|P02769|ALBU_BOVIN Albumin OS=Bos taurus OX=9913",
    ],
)
def test_the_hosts_own_calibration_proteins_and_decoys_are_no_serum(fasta, human, header):
    bovine = fasta("sp|Q1|X_BOVIN", header)
    assert found([], [bovine], human) == {"Q1": "Bos taurus"}
    assert found([bovine], [], human) == {"Q1": "Bos taurus"}


def test_a_file_named_as_serum_needs_no_species_and_one_that_was_searched_does(fasta, human):
    path = fasta("S1 made protein", "sp|S2|ALBU_PIG Albumin OS=Sus scrofa OX=9823")
    assert found([], [path], human) == {"S1": "unknown species", "S2": "Sus scrofa"}
    assert found([path], [], human) == {}


def test_the_serum_of_humans_is_serum_for_cells_of_the_mouse(fasta, mouse):
    path = fasta("sp|P02768|ALBU_HUMAN Albumin OS=Homo sapiens OX=9606", "sp|P07724|ALBU_MOUSE")
    assert found([], [path], mouse) == {"P02768": "Homo sapiens"}


def test_a_serum_file_without_a_serum_sequence_is_refused(fasta, human):
    with pytest.raises(InputError, match=r"proteins\.fasta: no sequence in it is of another species than Homo sapiens"):
        found([], [fasta("sp|P02768|ALBU_HUMAN")], human)


def precursors(folder, rows, samples):
    path = folder / "precursors.parquet"
    columns = ["precursor", "protein_group", "sequence", *samples]
    files.write_table(path, pd.DataFrame(rows, columns=columns))
    return path


def test_peptides_are_those_of_secretome_samples_whatever_their_modifications(tmp_path):
    rows = [
        ("a", "P1", "_PEPTIDEK_", 1.0, 2.0, 9.0),
        ("b", "P1", "PEPT[79.97]LDEK", np.nan, 4.0, 9.0),  # the same with I as L
        ("c", "P2", "LYSATEK", np.nan, np.nan, 9.0),
        ("d", "P2", "SEENK", 0.0, 5.0, np.nan),
        ("e", "P2", "", 5.0, 5.0, 5.0),
        ("f", "P2", "ABCD", 5.0, 5.0, 5.0),  # too short to say anything
    ]
    found_ = medium_peptides(precursors(tmp_path, rows, ["m1", "m2", "l1"]), pd.Series(["P2", "P1"]), ["m1", "m2"])
    assert found_.to_dict("records") == [
        {"group": 0, "sequence": "SEENK", "intensity": 5.0},
        {"group": 1, "sequence": "PEPTLDEK", "intensity": 7.0},
    ]


def test_a_table_without_precursors_has_no_peptides(tmp_path):
    path = tmp_path / "precursors.parquet"
    kinds = {"precursor": "str", "protein_group": "str", "sequence": "str", "m1": "float64"}
    files.write_table(path, pd.DataFrame(columns=list(kinds)).astype(kinds))
    assert medium_peptides(path, pd.Series(["P1"]), ["m1"]).empty


@pytest.mark.parametrize("content", [None, b"no parquet"])
def test_a_file_that_is_no_parquet_is_refused(tmp_path, content):
    path = tmp_path / "precursors.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"precursors\.parquet: the file is missing or damaged"):
        medium_peptides(path, pd.Series(["P1"]), ["m1"])


def test_precursors_of_other_samples_are_refused(tmp_path):
    path = precursors(tmp_path, [("a", "P1", "PEPTLDEK", 1.0)], ["x1"])
    with pytest.raises(InputError, match="column of sample 'm1' is missing"):
        medium_peptides(path, pd.Series(["P1"]), ["m1"])
