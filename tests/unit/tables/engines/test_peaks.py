"""PEAKS' table of proteins, of an identification and of a quantification."""

from pathlib import Path

import pytest

from myosieve.errors import InputError
from myosieve.tables import detection
from myosieve.tables.reader import Choice
from myosieve.tables.samples import read_samples
from myosieve.tables.source import open_sources
from myosieve.tables.table import QuantTable

VWF = "von Willebrand factor OS=Homo sapiens OX=9606 GN=VWF PE=1 SV=4"
IDENTIFICATION = {
    "Protein Group": [22, 8],
    "Protein ID": [277, 242],
    "Accession": ["P04275|VWF_HUMAN", "#CONTAM#P02769|ALBU_BOVIN"],
    "-10lgP": [673.66, 12],
    "Coverage (%)": [61, 5],
    "Area K 2": ["3.0169E5", ""],
    "Area M2": ["5E5", "7E4"],
    "#Peptides": [125, 2],
    "#Unique": [120, 1],
    "#Spec K 2": [227, 1],
    "Description": [VWF, "Albumin"],
}


def read(table: Path, sheet: Path) -> QuantTable:
    reader, source = detection.detect(open_sources(table), "auto")
    assert reader.engine == "PEAKS"
    return reader.read(source, read_samples(sheet), Choice())


@pytest.mark.parametrize("columns", [["Area K 2", "Area M2"], ["K 2", "M2"]])
def test_an_identification_has_an_area_of_each_sample(write, sheet, columns: list[str]) -> None:
    table = read(write("t.csv", IDENTIFICATION, sep=","), sheet("a", "b", column=columns))
    assert table.intensities.fillna(-1).to_numpy().tolist() == [[301690, 500000], [-1, 70000]]
    assert table.left_out == ()
    first = table.proteins.iloc[0]
    assert (first["accession"], first["gene"], first["protein_name"]) == ("P04275", "VWF", "von Willebrand factor")
    assert (first["organism"], first["peptides"], first["unique_peptides"]) == ("Homo sapiens", 125, 120)
    assert table.proteins["contaminant"].tolist() == [False, True]


def test_the_number_of_a_group_is_no_identifier_though_r_calls_it_as_diann_does(write, sheet) -> None:
    names = ["Protein.Group", "Protein.ID", "Accession", "X.10lgP", "Coverage....", "Area.K.2", "Area.M2", "X.Peptides",
             "X.Unique", "X.Spec.K.2", "Description"]  # fmt: skip
    content = dict(zip(names, IDENTIFICATION.values(), strict=True))
    table = read(write("t.tsv", content), sheet("a", "b", column=["K.2", "M2"]))
    assert table.proteins["accession"].tolist() == ["P04275", "P02769"]
    assert table.proteins["unique_peptides"].tolist() == [120, 1]


def test_a_quantification_has_its_samples_in_front_and_averages_only_on_demand(write, sheet) -> None:
    content = {
        "Protein Group": [1], "Protein ID": [2], "Accession": ["P1"], "Significance": [200], "K2 Area": [1],
        "M2 Area": [3], "K2 Area (top-3 peptides)": [5], "Group 1 Area": [2], "Group Profile (Ratio)": ["1:2"],
    }  # fmt: skip
    path = write("t.csv", content, sep=",")
    table = read(path, sheet("K2", "M2"))
    assert table.intensities.to_numpy().tolist() == [[1, 3]]
    assert table.left_out == ("Group 1 Area",)
    assert read(path, sheet("a", column=["K2 Area (top-3 peptides)"])).intensities.to_numpy().tolist() == [[5]]


def test_a_sample_without_a_column_is_refused_with_those_that_are_there(write, sheet) -> None:
    with pytest.raises(InputError, match=r"no Area column of t.csv for 'K3'.*; columns without a sample: 'Area K 2'"):
        read(write("t.csv", IDENTIFICATION, sep=","), sheet("K3", "M2"))
