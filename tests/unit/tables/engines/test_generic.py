"""Tables of no known engine: which column holds what, by the config's `columns` or by its name."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables import detection
from myosieve.tables.engines import generic
from myosieve.tables.reader import Choice
from myosieve.tables.samples import read_samples
from myosieve.tables.source import open_sources
from myosieve.tables.table import QuantTable

PLAIN = {"Protein": ["P1;P2", "P3"], "H1": [10, 0], "H2": [20, 30]}


def read(table: Path, sheet: Path, **asked: object) -> QuantTable:
    """Read a table as the engine-less table that it is."""
    reader, source = detection.detect(open_sources(table), "auto")
    return reader.read(source, read_samples(sheet), Choice(**asked))


def mapped(table: Path, sheet: Path, columns: Mapping[str, str], **asked: object) -> QuantTable:
    """Read a table by a map of its columns."""
    (source,) = open_sources(table)
    assert generic.MAPPED.lacks(source.header) == ""
    return generic.MAPPED.read(source, read_samples(sheet), Choice(columns=columns, **asked))


# ---- without a map --------------------------------------------------------------------------------------------------


def test_a_table_with_a_column_of_accessions_and_a_column_per_sample_is_read(write, sheet) -> None:
    table = read(write("t.tsv", PLAIN), sheet("H2", "H1"))
    assert table.intensities.fillna(-1).to_numpy().tolist() == [[20, 10], [30, -1]]
    assert table.proteins["accession"].tolist() == ["P1", "P3"]
    assert (table.quantity, table.precursors, table.peptide_counts) == ("intensity", None, None)


@pytest.mark.parametrize(
    "name",
    [
        "Protein", "Protein ID", "Protein IDs", "Protein group", "protein_group", "Protein.Group", "Accession", "accessions",
        "Majority protein IDs", "Majority.protein.IDs", "ProteinAccession", "uniprot", "UniProt ID", "proteins", "protein_id",
        "T: Majority protein IDs", "PG.ProteinGroups", "Entry", "Master Protein Accessions",
    ],
)  # fmt: skip
def test_identifiers_are_known_by_what_everybody_calls_them(write, sheet, name: str) -> None:
    assert generic.lacks([name, "a"]) == ""
    table = read(write("t.tsv", {name: ["P1", "P2"], "a": [1, 2]}), sheet("a"))
    assert table.proteins["protein_group"].tolist() == ["P1", "P2"]


@pytest.mark.parametrize("header", [[], ["Protein"], ["", "a"], ["id", "a"], ["Gene", "a"], ["name", "a"]])
def test_other_headers_are_none(header: list[str]) -> None:
    assert generic.lacks(header) != ""


@pytest.mark.parametrize("name", ["Sequence", "Peptide", "Precursor.Charge", "Run", "Raw file"])
def test_rows_that_are_smaller_than_proteins_need_a_map(name: str) -> None:
    assert f"one row per protein group ({name!r} tells" in generic.lacks(["Protein", name, "a"])


def test_every_sample_must_be_a_column_to_the_letter(write, sheet) -> None:
    path = write("t.tsv", {"Protein": ["P1"], "/data/H1.raw": [1], "H2": [2]})
    with pytest.raises(
        InputError, match=r"no value column of t\.tsv for 'H1'; .*; write the full name of the sample's column"
    ):
        read(path, sheet("H1", "H2"))
    assert read(path, sheet("H1", column=["/data/H1.raw"])).intensities["H1"].tolist() == [1]


def test_of_several_known_columns_the_one_with_accessions_is_taken(write, sheet) -> None:
    content = {
        "Protein Group": [22, 8],
        "Protein ID": [277, 242],
        "Accession": ["P1|A_HUMAN", "P2|B_HUMAN"],
        "a": [1, 2],
    }
    assert read(write("t.csv", content, sep=","), sheet("a")).proteins["accession"].tolist() == ["P1", "P2"]
    content = {"Protein": ["Serum albumin", "Actin, muscle"], "Accession": ["P1", "P2"], "a": [1, 2]}
    assert read(write("t.tsv", content), sheet("a")).proteins["accession"].tolist() == ["P1", "P2"]
    content = {"Protein IDs": ["P1;P2", "P3"], "Majority protein IDs": ["P1", "P3"], "a": [1, 2]}
    assert read(write("t.tsv", content), sheet("a")).proteins["protein_group"].tolist() == ["P1", "P3"]


def test_identifiers_that_may_be_in_two_columns_or_in_none_are_not_guessed(write, sheet) -> None:
    two = write("t.tsv", {"Accession": ["P1"], "Protein accession": ["P2"], "a": [1]})
    with pytest.raises(InputError, match="may be in 'Accession' or 'Protein accession'; set columns: protein_group"):
        read(two, sheet("a"))
    none = write("t.tsv", {"Protein": ["Serum albumin", "Actin"], "Protein ID": [1, 2], "a": [1, 2]})
    with pytest.raises(InputError, match=r"no column of the table looks like .* not even 'Protein ID' or 'Protein'"):
        read(none, sheet("a"))


def test_row_names_without_a_name_are_the_identifiers_if_they_surely_are_accessions(write, sheet) -> None:
    ids = ["sp|P36578|RL4_HUMAN", "P0DMV9,P0DMV8", "A0A024RBG1-2", "REV__sp|Q13085|ACACA_HUMAN"]
    table = read(write("t.csv", {"": ['"' + one + '"' for one in ids], "a": range(1, 5)}, sep=","), sheet("a"))
    assert table.proteins["accession"].tolist() == ["P36578", "P0DMV9", "A0A024RBG1-2", "Q13085"]
    assert table.proteins["decoy"].tolist() == [False, False, False, True]


@pytest.mark.parametrize("name", ["X", "...1", "rowname", "Unnamed: 0", "index", "ID"])
def test_row_names_are_known_by_what_programs_call_them(write, sheet, name: str) -> None:
    table = read(write("t.tsv", {"name": ["ALB"], name: ["P02768"], "a": [1]}), sheet("a"))
    assert table.proteins["protein_group"].tolist() == ["P02768"]


@pytest.mark.parametrize("names", [["GAPDH", "ALB", "IL6"], ["0", "1", "2"]])
def test_row_names_that_are_symbols_or_numbers_are_no_identifiers(write, sheet, names: list[str]) -> None:
    with pytest.raises(InputError, match=r"no column of the table looks like protein identifiers; set columns"):
        read(write("t.tsv", {"": names, "a": [1, 2, 3]}), sheet("a"))


def test_a_known_engines_table_without_its_identifiers_is_not_read_by_row_names(write, sheet) -> None:
    table = write("t.tsv", {"": ["P36578"], "LFQ intensity a": [1], "Potential contaminant": ["+"]})
    with pytest.raises(InputError, match="looks like one of MaxQuant"):
        read(table, sheet("a", column=["LFQ intensity a"]))


def test_columns_called_like_the_samples_are_left_out_and_others_are_not_mentioned(write, sheet) -> None:
    content = {"Protein": ["P1"], "Area HCA_K2": [1], "Area HIT_i10": [2], "#Spec HCA_K2": [3], "Mass": [4]}
    assert read(write("t.tsv", content), sheet("s", column=["Area HCA_K2"])).left_out == ("Area HIT_i10",)


def test_well_known_columns_describe_the_proteins(write, sheet) -> None:
    content = {
        "Accession": ["Cont_P1;P2", "P3"],
        "Gene names": ["G1;G2", "G3"],
        "Species": ["Bos taurus;Homo sapiens", "Mus musculus"],
        "Description": ["one", "two"],
        "#Peptides": [5, 6],
        "#Unique": [1, 2],
        "a": [1, 2],
    }
    proteins = read(write("t.tsv", content), sheet("a")).proteins
    assert proteins["gene"].tolist() == ["G2", "G3"]
    assert proteins["organism"].tolist() == ["Homo sapiens", "Mus musculus"]
    assert proteins["protein_name"].tolist() == ["one", "two"]
    assert proteins[["peptides", "unique_peptides"]].to_numpy().tolist() == [[5, 1], [6, 2]]


@pytest.mark.parametrize(
    "description",
    [
        "Albumin OS=Homo sapiens OX=9606 GN=ALB PE=1 SV=2",
        "sp|P02768|ALBU_HUMAN Albumin OS=Homo sapiens OX=9606 GN=ALB PE=1 SV=2",
    ],
)
def test_a_fasta_header_in_the_description_is_taken_apart(write, sheet, description: str) -> None:
    content = {"Accession": ["P02768"], "Description": [description], "a": [1]}
    proteins = read(write("t.tsv", content), sheet("a")).proteins
    assert proteins.loc[0, ["gene", "protein_name", "organism"]].tolist() == ["ALB", "Albumin", "Homo sapiens"]


def test_synonyms_behind_a_symbol_and_names_behind_a_species_are_passed_over(write, sheet) -> None:
    content = {
        "Protein Groups": ["P02768|Q9Y6R7", "P05231"],
        "Gene Names": ["ALB GIG20 GIG42", "primary:IL6, synonym:IFNB2"],
        "Organism": ["Homo sapiens (Human)", "Homo sapiens"],
        "a": [1, 2],
    }
    proteins = read(write("t.tsv", content), sheet("a")).proteins
    assert proteins["gene"].tolist() == ["ALB", "IL6"]
    assert proteins["organism"].tolist() == ["Homo sapiens"] * 2
    assert proteins["accessions"].tolist() == ["P02768;Q9Y6R7", "P05231"]


def test_well_known_flags_mark_contaminants_and_decoys(write, sheet) -> None:
    content = {
        "Accession": ["P1", "P2", "P3"],
        "Potential.contaminant": ["", "+", ""],
        "Decoy": ["False", "False", "True"],
        "a": [1, 2, 3],
    }
    proteins = read(write("t.tsv", content), sheet("a")).proteins
    assert proteins["contaminant"].tolist() == [False, True, False]
    assert proteins["decoy"].tolist() == [False, False, True]


def test_counts_that_are_averages_are_rounded(write, sheet) -> None:
    content = {"Accession": ["P1"], "#Peptides": ["2.6"], "a": [1]}
    assert read(write("t.tsv", content), sheet("a")).proteins["peptides"].tolist() == [3]


def test_the_config_tells_quantity_and_scale(write, sheet) -> None:
    ids = [f"P{place}" for place in range(30)]
    logs = [20 + place / 7 for place in range(30)]
    path = write("t.tsv", {"Protein": ids, "a": logs})
    with pytest.raises(InputError, match="look log-transformed already"):
        read(path, sheet("a"))
    table = read(path, sheet("a"), scale="log2", quantity="lfq")
    np.testing.assert_allclose(table.intensities["a"], np.exp2(logs))
    assert table.quantity == "lfq"
    ratios = write("t.tsv", {"Protein": ids, "a": [0.5 + place / 30 for place in range(30)]})
    assert read(ratios, sheet("a"), quantity="ratio").quantity == "ratio"


def test_a_sample_called_like_a_description_is_a_sample(write, sheet) -> None:
    content = {"Protein": ["P1"], "Species": [5], "a": [1]}
    table = read(write("t.tsv", content), sheet("Species", "a"))
    assert table.intensities.loc["P1"].tolist() == [5, 1]
    assert table.proteins["organism"].tolist() == [""]


# ---- by a map -------------------------------------------------------------------------------------------------------


def test_a_map_says_which_column_holds_what(write, sheet) -> None:
    content = {
        "key": ["P1;P2", "P3", "P4"],
        "symbol": ["G1", "G3", ""],
        "n": [3, 4, 5],
        "bad": ["", "+", ""],
        "rev": ["no", "no", "yes"],
        "path/a.raw": [1, 2, 3],
    }
    columns = {"protein_group": "key", "gene": "symbol", "peptides": "n", "contaminant": "bad", "decoy": "rev"}
    table = mapped(write("t.tsv", content), sheet("a"), columns)
    assert table.intensities["a"].tolist() == [1, 2, 3]
    assert table.proteins["gene"].tolist() == ["G1", "G3", ""]
    assert table.proteins["peptides"].tolist() == [3, 4, 5]
    assert table.proteins["contaminant_by"].tolist() == ["", "engine", ""]
    assert table.proteins["decoy"].tolist() == [False, False, True]


def test_a_mapped_column_that_is_not_there_is_told_with_the_nearest(write, sheet) -> None:
    with pytest.raises(
        InputError, match=r"columns: protein_group: the table has no column 'Proteins'; .* as 'Protein'"
    ):
        mapped(write("t.tsv", PLAIN), sheet("H1"), {"protein_group": "Proteins"})
    with pytest.raises(InputError, match="the table has no column 'column 4'"):
        mapped(write("t.tsv", PLAIN), sheet("H1"), {"protein_group": "column 4"})


@pytest.mark.parametrize("name", ["column 1", "Column 1", ""])
def test_a_column_without_a_name_goes_by_its_position(write, sheet, name: str) -> None:
    path = write("t.tsv", [["", "a", "b"], ["P1", 1, 2], ["P2", 3, 4]])
    assert mapped(path, sheet("b"), {"protein_group": name}).intensities["b"].to_dict() == {"P1": 2, "P2": 4}


def test_row_names_that_have_no_cell_in_the_header_are_column_1(write, sheet) -> None:
    path = write("t.tsv", [["a", "b"], ["P1", 1, 2], ["P2", 3, 4]])
    assert mapped(path, sheet("b"), {"protein_group": "column 1"}).intensities["b"].to_dict() == {"P1": 2, "P2": 4}


def test_of_two_columns_of_one_name_the_position_tells_which(write, sheet) -> None:
    path = write("t.tsv", [["id", "id", "a"], ["x", "P1", 1]])
    with pytest.raises(InputError, match="2 columns are called 'id'; write 'column 1' or 'column 2'"):
        mapped(path, sheet("a"), {"protein_group": "id"})
    assert mapped(path, sheet("a"), {"protein_group": "column 2"}).proteins["accession"].tolist() == ["P1"]


def test_a_column_is_a_samples_or_describes_the_proteins(write, sheet) -> None:
    with pytest.raises(InputError, match=r"no value column of t\.tsv for 'H2'"):
        mapped(write("t.tsv", PLAIN), sheet("H1", "H2"), {"protein_group": "Protein", "peptides": "H2"})
    with pytest.raises(InputError, match="column 'Protein' is both a sample's and the protein_group"):
        read(write("t.tsv", PLAIN), sheet("H1", "Protein"))


def test_a_mapped_precursor_makes_the_table_one_of_precursors(write, sheet) -> None:
    content = {
        "Protein": ["P1", "P2", "P1"],
        "ion": ["MK2", "AR2", "MK3"],
        "Sequence": ["MK", "AR", "MK"],
        "rev": ["", "+", "+"],
        "a": [1, 2, 3],
        "b": [4, 0, 6],
    }
    columns = {"protein_group": "Protein", "precursor": "ion", "sequence": "Sequence", "decoy": "rev"}
    table = mapped(write("t.tsv", content), sheet("b", "a"), columns)
    assert table.precursors is not None
    assert table.peptide_counts is not None
    assert table.precursors.intensities.loc["MK3"].to_dict() == {"b": 6, "a": 3}
    assert table.precursors.features["protein_group"].tolist() == ["P1", "P2", "P1"]
    assert table.intensities.isna().all(axis=None)
    assert table.peptide_counts.to_numpy().tolist() == [[1, 1], [0, 1]]
    assert table.proteins["peptides"].tolist() == [1, 1]
    assert table.proteins["decoy"].tolist() == [False, True]  # P1 has a precursor that is none


# ---- long tables ----------------------------------------------------------------------------------------------------

LONG = {
    "Protein": ["P1", "P1", "P2", "P1"],
    "Gene": ["G1", "G1", "G2", "G1"],
    "file": ["a.raw", "b.raw", "a.raw", "c.raw"],
    "x": [1, 2, 3, 9],
}
ROLES = {"protein_group": "Protein", "run": "file", "value": "x"}


def test_run_and_value_make_a_long_table_of_proteins(write, sheet) -> None:
    table = mapped(write("t.tsv", LONG), sheet("b", "a"), ROLES)
    assert table.intensities.fillna(-1).to_numpy().tolist() == [[2, 1], [-1, 3]]
    assert table.proteins["gene"].tolist() == ["G1", "G2"]
    assert table.precursors is None
    assert table.peptide_counts is None
    assert table.left_out == ("c.raw",)


def test_a_precursor_makes_it_a_long_table_of_precursors(write, sheet) -> None:
    content = LONG | {"ion": ["MK2", "MK2", "AR2", "MK2"], "Sequence": ["MK", "MK", "AR", "MK"]}
    table = mapped(write("t.tsv", content), sheet("a", "b"), ROLES | {"precursor": "ion", "sequence": "Sequence"})
    assert table.precursors is not None
    assert table.peptide_counts is not None
    assert table.precursors.intensities.fillna(-1).to_numpy().tolist() == [[1, 2], [3, -1]]
    assert table.peptide_counts.to_numpy().tolist() == [[1, 1], [1, 0]]
    assert table.proteins["peptides"].tolist() == [1, 1]


def test_charges_of_a_peptide_are_precursors_of_their_own(write, sheet) -> None:
    content = {"p": ["P1"] * 3, "s": ["a", "a", "b"], "seq": ["AK"] * 3, "Charge": [3, 2, 2], "v": [30, 20, 21]}
    columns = {"protein_group": "p", "run": "s", "precursor": "seq", "value": "v"}
    table = mapped(write("t.tsv", content), sheet("a", "b"), columns)
    np.testing.assert_array_equal(table.precursors.intensities.to_numpy(), [[30, np.nan], [20, 21]])


def test_logarithms_of_a_long_table_come_back_linear(write, sheet) -> None:
    table = mapped(write("t.tsv", LONG), sheet("a", "b"), ROLES, scale="log2")
    assert table.intensities.fillna(-1).to_numpy().tolist() == [[2, 4], [8, -1]]  # 2^1, 2^2, 2^3


def test_a_long_table_needs_group_run_and_value(write, sheet) -> None:
    with pytest.raises(InputError, match="columns: value is missing; a long table needs protein_group, run and value"):
        mapped(write("t.tsv", LONG), sheet("a"), {"protein_group": "Protein", "run": "file"})


def test_a_long_tables_columns_need_names(write, sheet) -> None:
    path = write("t.tsv", [["", "file", "x"], ["P1", "a", 1]])
    with pytest.raises(InputError, match="columns: protein_group: column 1 has no name of its own; give it one"):
        mapped(path, sheet("a"), ROLES | {"protein_group": "column 1"})


# ---- real tables ----------------------------------------------------------------------------------------------------


def test_a_published_matrix_holds_what_pandas_finds_in_it(shared_data: Path, sheet) -> None:
    path = shared_data / "spikein/ecoli_hela_PXD000279_maxquant/st_lfq_full.txt"
    plain = pd.read_csv(path, sep="\t")
    runs = ["H1", "H2", "H3", "L1", "L2", "L3"]
    table = read(path, sheet(*runs), quantity="lfq")
    values = plain[runs].to_numpy(dtype=float)
    np.testing.assert_array_equal(table.intensities.to_numpy(), np.where(values == 0, np.nan, values))
    assert table.intensities.shape == (4584, 6)  # as the data's README says
    assert table.proteins["accession"].tolist() == plain["Protein"].str.split(";").str[0].tolist()


@pytest.mark.parametrize("cells", ["HCA", "HIT"])
@pytest.mark.parametrize("columns", [{}, {"protein_group": "Accession", "peptides": "#Peptides"}])
def test_a_published_table_of_peaks_is_read_with_and_without_a_map(
    shared_data: Path, sheet, cells: str, columns: Mapping[str, str]
) -> None:
    path = shared_data / f"secretome/endothelial_fragpipe/proteome_{cells}_peaks.csv.gz"
    plain = pd.read_csv(path)
    areas: Sequence[str] = [name for name in plain.columns if name.startswith("Area ")]
    samples = sheet(*(name.removeprefix("Area ") for name in areas), column=areas)
    table = mapped(path, samples, columns) if columns else read(path, samples)
    values = plain[areas].to_numpy(dtype=float)
    np.testing.assert_array_equal(table.intensities.to_numpy(), np.where(values == 0, np.nan, values))
    assert table.proteins["accession"].tolist() == plain["Accession"].str.split("|").str[0].tolist()
    assert table.proteins["peptides"].tolist() == plain["#Peptides"].tolist()
    genes = plain["Description"].str.extract(r"GN=(\S+)")[0].fillna("")
    assert table.proteins["gene"].tolist() == genes.tolist()
    assert set(table.proteins["organism"]) == {"Homo sapiens"}
    assert table.left_out == ()
