"""DIA-NN: which run is a sample's, what a protein group is, and what is refused."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from myosieve.errors import InputError
from myosieve.tables import detection
from myosieve.tables.reader import Choice
from myosieve.tables.samples import read_samples
from myosieve.tables.source import open_sources
from myosieve.tables.table import QuantTable


def read(table: Path, sheet: Path, quantity: str = "auto", **identification: float) -> QuantTable:
    reader, source = detection.detect(open_sources(table), "auto")
    return reader.read(source, read_samples(sheet), Choice(quantity, identification=identification))


@pytest.mark.parametrize(
    ("run", "cell"),
    [
        ("/data/x/run_1.mzML", "/data/x/run_1.mzML"),
        ("/data/x/run_1.mzML", "run_1.mzML"),
        ("/data/x/run_1.mzML", "run_1"),
        (r"D:\raw files\run_1.raw", "run_1"),
        (r"D:\raw files\run_1.raw", "run_1.raw"),
        (r"D:\raw\run_1.d", "run_1"),
        ("run_1.raw.dia", "run_1"),
        ("run_1", "run_1.raw"),
        ("run_1.wiff", r"C:\elsewhere\run_1.wiff"),
        ("run_1.v2.raw", "run_1.v2"),
    ],
)
def test_a_run_goes_by_its_path_its_file_name_or_its_stem(pg_matrix, sheet, run: str, cell: str) -> None:
    table = read(pg_matrix(["/data/x/run_10.mzML", run]), sheet("a", column=[cell]))
    assert table.intensities["a"].tolist() == [2000, 2000]


def test_a_stem_that_two_runs_share_is_ambiguous_and_the_full_name_is_not(pg_matrix, sheet) -> None:
    table = pg_matrix(["/one/run.raw", "/two/run.raw"])
    with pytest.raises(
        InputError, match=r"sample 'a' .* matches 2 columns of matrix.tsv: '/one/run.raw', '/two/run.raw'"
    ):
        read(table, sheet("a", column=["run"]))
    assert read(table, sheet("a", column=["/two/run.raw"])).intensities["a"].tolist() == [2000, 2000]


def test_the_order_of_the_sheet_rules_and_other_runs_are_left_out(pg_matrix, sheet) -> None:
    table = read(pg_matrix(["r1.raw", "r2.raw", "r3.raw"]), sheet("c", "a", column=["r3", "r1"]))
    assert table.intensities.loc["P1"].tolist() == [3000, 1000]
    assert table.left_out == ("r2.raw",)


def test_a_run_that_is_not_there_is_told_with_the_nearest(pg_matrix, sheet) -> None:
    with pytest.raises(InputError) as error:
        read(pg_matrix(["/x/eps_1.raw", "/x/rest_1.raw"]), sheet("a", "b", column=["eps_2", "rest_1"]))
    assert "no run column of matrix.tsv for 'a' (column 'eps_2') (nearest: 'eps_1')" in str(error.value)
    assert "columns without a sample: '/x/eps_1.raw'" in str(error.value)


def test_zero_is_missing_and_keys_are_made_unique(write, sheet) -> None:
    rows = [["Protein.Group", "Genes", "a.raw", "b.raw"], ["P1", "G", 0, 5], ["P1", "G", "", 6]]
    table = read(write("m.tsv", rows), sheet("a", "b"))
    assert table.intensities["a"].isna().all()
    assert table.proteins["protein_group"].tolist() == ["P1", "P1 #2"]


def test_the_counts_of_version_2_are_the_peptides_and_never_samples(pg_matrix, sheet) -> None:
    new = pg_matrix(["r1", "r2"], N_Sequences=[3, 4], N_Proteotypic_Sequences=[0, 1])
    table = read(new, sheet("r1", "r2"))
    assert table.proteins[["peptides", "unique_peptides"]].to_numpy().tolist() == [[3, 0], [4, 1]]
    assert table.left_out == ()
    assert read(pg_matrix(["r1", "r2"]), sheet("r1", "r2")).proteins["peptides"].isna().all()


def test_the_species_is_told_only_where_the_names_tell_it(pg_matrix, sheet) -> None:
    table = pg_matrix(
        ["r1", "r2"],
        ["P1;P2", "P3;P4", "A0A1;P5", "P6"],
        Protein_Names=["A_HUMAN;B_HUMAN", "A_BOVIN;B_HUMAN", "A0A1_MOUSE;B_HUMAN", ""],
    )
    assert read(table, sheet("r1", "r2")).proteins["organism"].tolist() == ["Homo sapiens", "", "Mus musculus", ""]


def test_the_leading_accession_is_the_first_and_contaminants_are_known_by_every_prefix(pg_matrix, sheet) -> None:
    ids = ["A0A0;Q9Y2S6", "cRAP-P02769", "Cont_P1;P2", "contam_P3"]
    proteins = read(pg_matrix(["r1", "r2"], ids), sheet("r1", "r2")).proteins
    assert proteins["accession"].tolist() == ["A0A0", "P02769", "P2", "P3"]
    assert proteins["contaminant"].tolist() == [False, True, False, True]


def test_quantities_that_the_matrix_has_not_are_refused(pg_matrix, sheet) -> None:
    with pytest.raises(InputError, match="lfq quantities, not 'ibaq'; set quantity to auto or lfq"):
        read(pg_matrix(["r1", "r2"]), sheet("r1", "r2"), "ibaq")
    assert read(pg_matrix(["r1", "r2"]), sheet("r1", "r2"), "lfq").quantity == "lfq"


def test_a_column_called_like_an_annotation_is_no_run(pg_matrix, sheet) -> None:
    with pytest.raises(InputError, match=r"no run column of matrix.tsv for 'Genes'"):
        read(pg_matrix(["r1"]), sheet("Genes", "r1"))


def test_runs_whose_names_r_spelled_go_by_what_they_were_called(write, sheet) -> None:
    rows = [["Protein.Group", "Genes", "rawdata.P.1.mzML", "X2_b.raw"], ["P1", "G", 5, 6]]
    table = read(write("m.csv", rows, sep=","), sheet("a", "b", column=["rawdata/P-1.mzML", "2_b.raw"]))
    assert table.intensities.loc["P1"].tolist() == [5, 6]


def test_pieces_of_headers_and_what_r_writes_for_nothing_are_no_genes(pg_matrix, sheet) -> None:
    # of contaminants as MaxQuant ships them, DIA-NN takes "(Bos" and "SWISS-PROT:P00761|T" for genes
    genes = ["(Bos", "SWISS-PROT:P00761|T", "NA", "TARS1;TARS3", "H2-D1"]
    table = pg_matrix(["r1", "r2"], ["CON_P1", "CON_P2", "P3", "P4", "P5"], Genes=genes)
    assert read(table, sheet("r1", "r2")).proteins["gene"].tolist() == ["", "", "", "TARS1", "H2-D1"]


# ---- main report, precursors ---------------------------------------------------------------------------------------


def report(write, rows: Sequence[Sequence[object]], *columns: str) -> Path:
    header = ["Run", "Protein.Group", "Genes", "Modified.Sequence", "Precursor.Charge", "Precursor.Normalised"]
    return write("report.tsv", [[*header, *columns], *rows])


def test_a_report_without_precursor_ids_tells_precursors_by_sequence_and_charge(write, sheet) -> None:
    rows = [["r1", "P1", "G", "AAK", 2, 5], ["r2", "P1", "G", "AAK", 2, 6], ["r2", "P1", "G", "AAK", 3, 7]]
    precursors = read(report(write, rows), sheet("r1", "r2")).precursors
    assert precursors is not None
    assert precursors.features["precursor"].tolist() == ["AAK_2", "AAK_3"]
    assert precursors.intensities.fillna(0).to_numpy().tolist() == [[5, 6], [0, 7]]


def test_what_r_writes_for_nothing_describes_no_group_of_a_report(write, sheet) -> None:
    rows = [["r1", "P1", "NA", "AAK", 2, 5, "NA"], ["r2", "P2", "G", "CCK", 2, 6, "Kinase"]]
    proteins = read(report(write, rows, "First.Protein.Description"), sheet("r1", "r2")).proteins
    assert proteins[["gene", "protein_name"]].to_numpy().tolist() == [["", ""], ["G", "Kinase"]]


def test_several_isotope_channels_are_refused_since_they_make_several_samples_of_a_run(write, sheet) -> None:
    rows = [["r1", "P1", "G", f"AAK(SILAC-K-{label})", 2, 5, label] for label in "LH"]
    with pytest.raises(InputError, match=r"the search had 2 isotope channels \(L, H\).*; keep the rows of one channel"):
        read(report(write, rows, "Channel"), sheet("r1"))
    with pytest.raises(InputError, match=r"2 isotope channels \(L, H\)"):
        read(report(write, [[*row, 0] for row in rows], "Channel.L", "Channel.H"), sheet("r1"))
    with pytest.raises(InputError, match=r"2 isotope channels \(H, L\)"):
        matrix = [["Protein.Group", "Precursor.Id", "Channel", "r1"], ["P1", "AK2", "L", 5], ["P1", "AK(H)2", "H", 6]]
        read(write("pr_matrix.tsv", matrix), sheet("r1"))


def test_one_channel_is_one_sample_per_run_and_the_scores_of_channels_are_no_channels(write, sheet) -> None:
    rows = [["r1", "P1", "G", "AAK", 2, 5, "L", 0.1, 0.001]]
    assert (
        read(report(write, rows, "Channel", "Channel.Evidence", "Channel.Q.Value"), sheet("r1")).precursors is not None
    )


def test_a_report_without_q_values_is_read_with_a_note_where_they_are_asked_for(write, sheet) -> None:
    rows = [["r1", "P1", "G", "AAK", 2, 5]]
    noted = read(report(write, rows), sheet("r1"), precursor_run_q=0.01)
    assert any("no column 'Q.Value'" in note for note in noted.notes)
    assert read(report(write, rows), sheet("r1")).notes == ()
    assert read(report(write, [[*rows[0], 0.001]], "Q.Value"), sheet("r1"), precursor_run_q=0.01).notes == ()
