"""Spectronaut: what is a run's value in a pivot, which rows of a normal report count, and what a protein group is called."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables import detection
from myosieve.tables.engines import spectronaut
from myosieve.tables.reader import Choice
from myosieve.tables.samples import read_samples
from myosieve.tables.source import open_sources
from myosieve.tables.table import QuantTable

LIMITS = {"precursor_run_q": 0.01, "precursor_global_q": 0.01, "protein_run_q": 0.05, "protein_global_q": 0.01}


def read(table: Path, sheet: Path, **asked: object) -> QuantTable:
    reader, source = detection.detect(open_sources(table), "auto")
    return reader.read(source, read_samples(sheet), Choice(**{"identification": LIMITS, **asked}))


def kind(header: Sequence[str]) -> str:
    return next((reader.table for reader in spectronaut.READERS if not reader.lacks(header)), "")


# ---- pivots of protein groups ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("[1] a.raw.PG.Quantity", "a"),
        ("[1] a.raw.PG.Quantity", "a.raw"),
        ("[1] a.raw.PG.Quantity", "[1] a.raw.PG.Quantity"),
        ("[12] a.htrms.PG.Quantity", "a"),
        ("[1]_a_1.PG.Quantity", "a_1"),
        ("a.raw.PG.Quantity", "a"),
        ("eps_1.PG.Quantity", "eps_1"),
        ("eps_1_PG.Quantity", "eps_1"),
        ("[1] a.d.PG_Quantity", "a"),
        ("X.1..a.raw.PG.Quantity", "a"),
        ("[1] a.PG.5.raw.PG.Quantity", "a.PG.5"),
        ("[1] a.raw.PG.IBAQ", "a"),
    ],
)
def test_a_run_goes_by_its_name_with_or_without_number_and_ending(write, sheet, column: str, cell: str) -> None:
    table = write("pg.tsv", {"PG.ProteinGroups": ["P1", "P2"], column: [10, 20], "[2] b.raw.PG.Quantity": [1, 2]})
    assert read(table, sheet("s", column=[cell])).intensities["s"].tolist() == [10, 20]


def test_filtered_nan_and_zero_are_missing(write, sheet) -> None:
    cells = ["Filtered", "NaN", "", 0, 5]
    ids = [f"P{place}" for place in range(5)]
    table = read(write("pg.csv", {"PG.ProteinGroups": ids, "[1] a.raw.PG.Quantity": cells}, sep=","), sheet("a"))
    assert table.intensities["a"].isna().tolist() == [True, True, True, True, False]


def test_a_decimal_comma_between_semicolons_and_a_value_said_twice_are_read(write, sheet) -> None:
    content = {"PG.ProteinGroups": ["P1", "P2"], "[1] a.raw.PG.Quantity": ["1234,5", "2,25"]}
    assert read(write("pg.csv", content, sep=";"), sheet("a")).intensities["a"].tolist() == [1234.5, 2.25]
    content = {"PG.ProteinGroups": ["P1"], "[1] a.raw.PG.Quantity": ["132162.2;132162.2"]}
    assert read(write("pg.tsv", content), sheet("a")).intensities["a"].tolist() == [132162.2]


def test_log2_quantities_come_back_linear_and_linear_ones_are_preferred(write, sheet) -> None:
    log2 = {"PG.ProteinGroups": ["P1", "P2"], "[1] a.raw.PG.Log2Quantity": [10, 3]}
    assert read(write("log.tsv", log2), sheet("a")).intensities["a"].tolist() == [1024, 8]  # 2^10, 2^3
    both = log2 | {"[1] a.raw.PG.Quantity": [1000, 7]}
    assert read(write("both.tsv", both), sheet("a")).intensities["a"].tolist() == [1000, 7]


def test_the_sheet_chooses_among_the_quantities_of_a_run(write, sheet) -> None:
    content = {"PG.ProteinGroups": ["P1"], "[1] a.raw.PG.Quantity": [100], "[1] a.raw.PG.IBAQ": [10]}
    table = read(write("pg.tsv", content), sheet("s", column=["[1] a.raw.PG.IBAQ"]))
    assert (table.quantity, table.intensities.loc["P1", "s"]) == ("ibaq", 10)
    assert read(write("pg.tsv", content), sheet("a"), quantity="ibaq").intensities.loc["P1", "a"] == 10
    with pytest.raises(InputError, match="no lfq column per sample; use intensity or ibaq"):
        read(write("pg.tsv", content), sheet("a"), quantity="lfq")


def test_counts_and_flags_of_a_run_are_no_samples(write, sheet) -> None:
    content = {
        "PG.ProteinGroups": ["P1"],
        "[1] a.raw.PG.IsSingleHit": ["False"],
        "[1] a.raw.PG.NrOfPrecursorsIdentified": [7],
        "[1] a.raw.PG.Quantity": [100],
        "[2] b.raw.PG.Quantity": [100],
    }
    path = write("pg.tsv", content)
    assert read(path, sheet("a")).left_out == ("[2] b.raw.PG.Quantity",)
    with pytest.raises(
        InputError, match=r"no PG.Quantity column of pg.tsv for 's' \(column '\[1\] a.raw.PG.IsSingleHit'"
    ):
        read(path, sheet("s", column=["[1] a.raw.PG.IsSingleHit"]))


def test_peptides_are_counted_in_the_experiment_or_else_at_the_sample_that_has_most(write, sheet) -> None:
    content = {
        "PG.ProteinGroups": ["P1", "P2"],
        "[1] a.raw.PG.Quantity": [1, 2],
        "[2] b.raw.PG.Quantity": [3, 4],
        "[1] a.raw.PG.NrOfStrippedSequencesIdentified": [2, "Filtered"],
        "[2] b.raw.PG.NrOfStrippedSequencesIdentified": [5, 1],
    }
    table = read(write("pg.tsv", content), sheet("b", "a"))
    assert table.peptide_counts is not None
    assert table.peptide_counts.loc["P1"].to_dict() == {"b": 5, "a": 2}
    assert np.isnan(table.peptide_counts.loc["P2", "a"])
    assert table.proteins["peptides"].tolist() == [5, 1]
    content["PG.NrOfStrippedSequencesIdentified (Experiment-wide)"] = [6, 1]
    assert read(write("pg.tsv", content), sheet("b", "a")).proteins["peptides"].tolist() == [6, 1]


def test_columns_that_an_author_renamed_are_read_by_their_full_name(write, sheet) -> None:
    content = {"PG.ProteinGroups": ["P1", "P2"], "PG.Genes": ["A", "B"], "F_Control": [5, 6], "E_PB_1": [7, 8]}
    table = read(write("pg.tsv", content), sheet("F_Control", "E_PB_1"))
    assert table.intensities.loc["P1"].tolist() == [5, 7]
    with pytest.raises(InputError, match=r"no quantity column of pg\.tsv for 'PG\.Genes'"):
        read(write("pg.tsv", content), sheet("PG.Genes"))


def test_the_limits_apply_to_rows_and_to_the_values_of_a_run(write, sheet) -> None:
    content = {
        "PG.ProteinGroups": ["P1", "P2", "P3"],
        "PG.Qvalue": [0.001, 0.02, "0.001;0.02"],
        "[1] a.raw.PG.Quantity": [10, 20, 30],
        "[1] a.raw.PG.QValue (Run-Wise)": [0.04, 0.01, 0.06],
    }
    table = read(write("pg.tsv", content), sheet("a"))
    assert table.intensities["a"].tolist()[:1] == [10]
    assert table.proteins["accession"].tolist() == ["P1", "P3"]
    assert np.isnan(table.intensities.loc["P3", "a"])
    assert table.removed == {
        "values with a protein group q-value in the run above 0.05": 1,
        "global protein group q-value above 0.01": 1,
    }
    everything = read(write("pg.tsv", content), sheet("a"), identification=dict.fromkeys(LIMITS, 1.0))
    assert everything.intensities["a"].tolist() == [10, 20, 30]


def test_many_values_of_exactly_one_are_kept_and_noted(write, sheet) -> None:
    ids = [f"P{place}" for place in range(100)]
    few = {"PG.ProteinGroups": ids, "[1] a.raw.PG.Quantity": [1] * 19 + list(range(100, 181))}
    many = {"PG.ProteinGroups": ids, "[1] a.raw.PG.Quantity": [1] * 20 + list(range(100, 180))}
    assert read(write("few.tsv", few), sheet("a")).notes == ()
    table = read(write("many.tsv", many), sheet("a"))
    assert "20 of 100 values are exactly 1" in table.notes[0]
    assert table.intensities["a"].notna().all()


# ---- protein groups -------------------------------------------------------------------------------------------------


def proteins_of(write, sheet, **columns: Sequence[str]) -> pd.DataFrame:
    content = {f"PG.{name}": cells for name, cells in columns.items()}
    count = len(next(iter(columns.values())))
    return read(write("pg.tsv", content | {"[1] a.raw.PG.Quantity": [9] * count}), sheet("a")).proteins


def test_gene_name_and_species_are_those_of_the_leading_identifier(write, sheet) -> None:
    proteins = proteins_of(
        write,
        sheet,
        ProteinGroups=["Cont_P1;P2", "P3;P4", "P5", "P6;P7"],
        Genes=["G1;G2", "G34", "", "G6;G7"],
        ProteinDescriptions=["one;two", "three", "", "six;seven"],
        ProteinNames=["A_BOVIN;B_HUMAN", "C_MOUSE;D_MOUSE", "E_RAT", "F_HUMAN;G_MOUSE"],
        Organisms=[
            "Bos taurus;Homo sapiens",
            "Mus musculus OX=10090",
            "",
            "Homo sapiens;Mus musculus;Rattus norvegicus",
        ],
    )
    assert proteins["gene"].tolist() == ["G2", "G34", "", "G6"]
    assert proteins["protein_name"].tolist() == ["two", "three", "", "six"]
    assert proteins["organism"].tolist() == ["Homo sapiens", "Mus musculus", "Rattus norvegicus", "Homo sapiens"]


def test_fasta_headers_tell_what_the_other_columns_do_not(write, sheet) -> None:
    header = ">sp|P02768|ALBU_HUMAN Albumin OS=Homo sapiens OX=9606 GN=ALB PE=1 SV=2"
    proteins = proteins_of(write, sheet, ProteinGroups=["P02768"], FastaHeaders=[header])
    assert proteins.loc[0, ["gene", "protein_name", "organism"]].tolist() == ["ALB", "Albumin", "Homo sapiens"]


def test_a_group_is_a_contaminant_by_prefix_or_where_all_its_fasta_files_say_so(write, sheet) -> None:
    proteins = proteins_of(
        write,
        sheet,
        ProteinGroups=["P1", "P2", "P3", "CON__P4"],
        FastaFiles=["MaxQuant Contaminants", "human;MaxQuant Contaminants", "scrapie_human", ""],
    )
    assert proteins["contaminant"].tolist() == [True, False, False, True]
    assert proteins["contaminant_by"].tolist() == ["engine", "", "", "prefix"]


def test_accessions_stand_in_where_a_table_has_no_groups(write, sheet) -> None:
    assert proteins_of(write, sheet, ProteinAccessions=["P1;P2"])["protein_group"].tolist() == ["P1;P2"]
    both = proteins_of(write, sheet, ProteinGroups=["", "P3"], ProteinAccessions=["P1;P2", "P3"])
    assert both["protein_group"].tolist() == ["P1;P2", "P3"]


# ---- pivots of precursors -------------------------------------------------------------------------------------------


def precursor_pivot(**columns: Sequence[object]) -> dict[str, Sequence[object]]:
    return {
        "PG.ProteinGroups": ["P1", "P2", "P1"],
        "PEP.StrippedSequence": ["MK", "AR", "MK"],
        "EG.PrecursorId": ["_MK_.2", "_AR_.2", "_M[Oxidation (M)]K_.2"],
        "[1] a.raw.EG.TotalQuantity (Settings)": [10, 20, "Filtered"],
        "[2] b.raw.EG.TotalQuantity (Settings)": [30, 40, 50],
    } | columns


@pytest.mark.parametrize(
    "field", ["EG.TotalQuantity (Settings)", "FG.Quantity", "EG.TotalQuantity..Settings.", "FG.MS2Quantity"]
)
def test_a_pivot_of_precursors_has_them_under_their_groups(write, sheet, field: str) -> None:
    content = {name.replace("EG.TotalQuantity (Settings)", field): cells for name, cells in precursor_pivot().items()}
    table = read(write("pr.tsv", content), sheet("b", "a"))
    assert table.precursors is not None
    assert table.peptide_counts is not None
    assert table.precursors.features["protein_group"].tolist() == ["P1", "P2", "P1"]
    assert table.precursors.intensities.loc["_MK_.2"].to_dict() == {"b": 30, "a": 10}
    assert table.intensities.isna().all(axis=None)
    assert table.proteins["peptides"].tolist() == [1, 1]  # MK, once oxidized, and AR
    assert table.peptide_counts.to_numpy().tolist() == [[1, 1], [1, 1]]


def test_imputed_and_unidentified_values_of_a_run_are_taken_out_and_counted(write, sheet) -> None:
    content = precursor_pivot(
        **{
            "[1] a.raw.EG.Qvalue": [0.001, "Profiled", 0.001],
            "[2] b.raw.EG.Qvalue": [0.001, 0.02, 0.001],
            "[1] a.raw.EG.IsImputed": ["True", "False", "False"],
            "[2] b.raw.EG.IsImputed": ["False", "False", "False"],
        }
    )
    table = read(write("pr.tsv", content), sheet("a", "b"))
    assert table.precursors is not None
    assert np.isnan(table.precursors.intensities.to_numpy()).tolist() == [[True, False], [True, True], [True, False]]
    assert table.removed == {"imputed values": 1, "values with a precursor q-value in the run above 0.01": 2}


def test_protein_quantities_beside_precursors_are_the_groups_values(write, sheet) -> None:
    content = precursor_pivot(**{"[1] a.raw.PG.Quantity": [7, 0, 7], "[2] b.raw.PG.Quantity": [8, 9, 8]})
    table = read(write("pr.tsv", content), sheet("a", "b"))
    assert table.precursors is not None
    assert table.intensities.fillna(-1).to_numpy().tolist() == [[7, 8], [-1, 9]]
    alone = {name: cells for name, cells in content.items() if "TotalQuantity" not in name}
    table = read(write("pg.tsv", alone), sheet("a", "b"))
    assert table.precursors is None
    assert table.intensities.index.tolist() == ["P1", "P2"]


def test_a_pivot_of_peptides_is_one_of_precursors(write, sheet) -> None:
    content = {"PG.ProteinGroups": ["P1"], "PEP.StrippedSequence": ["MK"], "[1] a.raw.PEP.Quantity": [5]}
    table = read(write("pep.tsv", content), sheet("a"))
    assert table.precursors is not None
    assert table.precursors.features["sequence"].tolist() == ["MK"]


# ---- normal report --------------------------------------------------------------------------------------------------


def report(rows: Sequence[Mapping[str, object]], **defaults: object) -> dict[str, list[object]]:
    usual: dict[str, object] = {
        "R.FileName": "a", "PG.ProteinGroups": "P1", "PG.Quantity": 100, "PEP.StrippedSequence": "MK",
        "EG.PrecursorId": "_MK_.2", "EG.Qvalue": 0.001, "PG.Qvalue": 0.001, "FG.Quantity": 10,
    }  # fmt: skip
    usual |= defaults
    return {name: [row.get(name, value) for row in rows] for name, value in usual.items()}


def test_a_report_with_isotope_labels_is_refused_since_light_and_heavy_are_two_samples(write, sheet) -> None:
    free = report([{}, {"R.FileName": "b"}], **{"EG.Workflow": "LABEL_FREE"})
    assert read(write("report.tsv", free), sheet("a", "b")).precursors is not None
    labeled = report([{}, {"R.FileName": "b", "EG.Workflow": "LABEL"}], **{"EG.Workflow": "LABEL_FREE"})
    with pytest.raises(InputError, match=r"isotope labels \(EG\.Workflow: LABEL\)"):
        read(write("report.tsv", labeled), sheet("a", "b"))


def test_a_report_gives_protein_and_precursor_quantities_and_counts(write, sheet) -> None:
    rows = [
        {},
        {"EG.PrecursorId": "_MK_.3", "FG.Quantity": 11},
        {"EG.PrecursorId": "_AR_.2", "PEP.StrippedSequence": "AR", "FG.Quantity": 12},
        {"R.FileName": "b", "PG.Quantity": 200, "FG.Quantity": 20},
        {"R.FileName": "c", "FG.Quantity": 5},
    ]
    table = read(write("report.tsv", report(rows)), sheet("b", "a"))
    assert table.precursors is not None
    assert table.peptide_counts is not None
    assert table.intensities.loc["P1"].to_dict() == {"b": 200, "a": 100}
    assert table.precursors.intensities.loc["_MK_.2"].to_dict() == {"b": 20, "a": 10}
    assert table.peptide_counts.loc["P1"].to_dict() == {"b": 1, "a": 2}
    assert table.proteins["peptides"].tolist() == [2]
    assert table.left_out == ("c",)


def test_rows_above_the_limits_decoys_and_imputed_rows_are_removed_and_counted(write, sheet) -> None:
    rows = [
        {},
        {"EG.PrecursorId": "q_run", "EG.Qvalue": 0.02},
        {"EG.PrecursorId": "q_experiment", "EG.GlobalPrecursorQvalue": 0.02},
        {"EG.PrecursorId": "q_group", "PG.Qvalue": 0.02},
        {"EG.PrecursorId": "q_group_run", "PG.QValue (Run-Wise)": 0.06},
        {"EG.PrecursorId": "imputed", "EG.IsImputed": "True"},
        {"EG.PrecursorId": "decoy", "EG.IsDecoy": "True"},
    ]
    further = {
        "EG.GlobalPrecursorQvalue": 0, "PG.QValue (Run-Wise)": 0.04, "EG.IsImputed": "False", "EG.IsDecoy": "False",
    }  # fmt: skip
    table = read(write("report.tsv", report(rows, **further)), sheet("a"))
    assert table.precursors is not None
    assert table.precursors.features["precursor"].tolist() == ["_MK_.2"]
    assert {what: count for what, count in table.removed.items() if count} == {
        "EG.IsDecoy": 1,
        "imputed": 1,
        "precursor q-value in the run above 0.01": 1,
        "global precursor q-value above 0.01": 1,
        "protein group q-value in the run above 0.05": 1,
        "global protein group q-value above 0.01": 1,
    }


def test_rows_of_fragments_repeat_the_precursor_or_are_summed_where_nothing_else_is_there(write, sheet) -> None:
    rows = [
        {"F.PeakArea": 3},
        {"F.PeakArea": 4},
        {"F.PeakArea": 90, "F.ExcludedFromQuantification": "True"},
    ]
    content = report(rows, **{"F.PeakArea": 0, "F.ExcludedFromQuantification": "False"})
    repeated = read(write("report.tsv", content), sheet("a"))
    assert repeated.precursors is not None
    assert repeated.precursors.intensities.loc["_MK_.2", "a"] == 10
    del content["FG.Quantity"]
    summed = read(write("report.tsv", content), sheet("a"))
    assert summed.precursors is not None
    assert summed.precursors.intensities.loc["_MK_.2", "a"] == 7  # 3 + 4


def test_a_modified_sequence_and_its_charge_are_a_precursor(write, sheet) -> None:
    rows = [{"FG.Charge": 2}, {"FG.Charge": 3, "FG.Quantity": 11}]
    content = report(rows, **{"EG.ModifiedSequence": "_M[Oxidation (M)]K_", "FG.Charge": 0})
    del content["EG.PrecursorId"], content["PEP.StrippedSequence"]
    table = read(write("report.tsv", content), sheet("a"))
    assert table.precursors is not None
    assert table.precursors.intensities["a"].tolist() == [10, 11]
    assert table.precursors.features["sequence"].tolist() == ["MK", "MK"]
    assert table.proteins["peptides"].tolist() == [1]
    del content["FG.Charge"]
    table = read(write("report.tsv", content), sheet("a"))
    assert table.precursors is not None
    assert table.precursors.intensities["a"].tolist() == [21]  # both charges


def test_a_report_of_protein_groups_alone_has_no_precursors_and_no_counts(write, sheet) -> None:
    content = {
        "R.FileName": ["a", "b", "a"],
        "PG.ProteinGroups": ["P1", "P1", "P2"],
        "PG.Genes": ["G1", "G1", "G2"],
        "PG.NrOfStrippedSequencesIdentified (Experiment-wide)": [3, 3, 1],
        "PG.Quantity": [1, 2, "NaN"],
    }
    table = read(write("report.tsv", content), sheet("a", "b"))
    assert table.precursors is None
    assert table.peptide_counts is None
    assert table.intensities.fillna(-1).to_numpy().tolist() == [[1, 2], [-1, -1]]
    assert table.proteins["gene"].tolist() == ["G1", "G2"]
    assert table.proteins["peptides"].tolist() == [3, 1]


def test_underscores_of_parquet_are_dots(sheet, tmp_path: Path) -> None:
    content = report([{}, {"R.FileName": "b"}], **{"EG.IsImputed": False, "EG.TotalQuantity (Settings)": 30.0})
    frame = pd.DataFrame(content)
    frame.columns = [name.replace(".", "_").replace(" ", "_") for name in frame.columns]
    frame.to_parquet(tmp_path / "report.parquet")
    table = read(tmp_path / "report.parquet", sheet("a", "b"))
    assert table.precursors is not None
    assert table.precursors.intensities.to_numpy().tolist() == [[30, 30]]


def test_names_that_r_cleaned_are_still_the_reports(write, sheet) -> None:
    content = {
        "r_file_name": ["a", "a", "b"], "pg_protein_groups": ["P1"] * 3, "pg_quantity": [5, 5, 6], "fg_quantity": [1, 2, 3],
        "eg_precursor_id": ["_AK_.2", "_CK_.2", "_AK_.2"], "eg_qvalue": [0.001, 0.5, 0.001], "pg_q_value_run_wise": [0, 0, 0.5],
    }  # fmt: skip
    table = read(write("r.tsv", content), sheet("a", "b"))
    np.testing.assert_array_equal(table.precursors.intensities.to_numpy(), [[1, np.nan]])
    assert list(table.removed.values()) == [1, 1]


def test_a_report_without_file_names_is_refused(write, sheet) -> None:
    content = {"R.Condition": ["eps"], "R.Replicate": [1], "PG.ProteinGroups": ["P1"], "PG.Quantity": [5]}
    with pytest.raises(InputError, match="looks like one of Spectronaut"):
        read(write("r.tsv", content), sheet("eps"))


def test_renamed_columns_of_a_table_of_precursors_are_no_quantities_of_proteins(write, sheet) -> None:
    content = {"PG.ProteinGroups": ["P1", "P1"], "EG.PrecursorId": ["_A_.2", "_C_.2"], "a": [1, 2]}
    with pytest.raises(InputError, match=r"lacks columns like '\[1\] run\.raw\.EG\.TotalQuantity"):
        read(write("eg.tsv", content), sheet("a"))


@pytest.mark.parametrize("further", [{}, {"EG.PrecursorId": ["_A_.2", "_C_.2"], "a.EG.TotalQuantity": [5, 6]}])
def test_rows_of_a_pivot_without_protein_group_are_counted(write, sheet, further: dict[str, list[object]]) -> None:
    table = read(write("pg.tsv", {"PG.ProteinGroups": ["P1", ""], "a.PG.Quantity": [1, 2], **further}), sheet("a"))
    assert table.proteins["protein_group"].tolist() == ["P1"]
    assert table.removed["rows without protein group"] == 1


def test_a_report_of_ibaq_alone_is_read_as_ibaq(write, sheet) -> None:
    content = {"R.FileName": ["a", "b"], "PG.ProteinGroups": ["P1", "P1"], "PG.IBAQ": [5, 6]}
    table = read(write("r.tsv", content), sheet("a", "b"))
    assert (table.quantity, table.intensities.to_numpy().tolist()) == ("ibaq", [[5, 6]])


def test_of_the_ibaq_values_of_a_groups_proteins_the_first_counts(write, sheet) -> None:
    content = {"PG.ProteinGroups": ["P1;P2", "P3"], "[1] a.raw.PG.IBAQ": ["100.5;120", "5"]}
    assert read(write("pg.tsv", content), sheet("a")).intensities["a"].tolist() == [100.5, 5]


def test_counts_of_a_condition_that_are_averages_are_rounded(write, sheet) -> None:
    content = {"PG.ProteinGroups": ["P1"], "eps.PG.Quantity": [5], "eps.PG.NrOfStrippedSequencesIdentified": [2.6]}
    assert read(write("pg.tsv", content), sheet("eps")).proteins["peptides"].tolist() == [3]


def test_maxlfq_is_called_so_only_where_the_report_does(write, sheet) -> None:
    assert read(write("r.tsv", report([{}], **{"E.LFQMethod": "MaxLFQ"})), sheet("a")).quantity == "lfq"
    other = write("r.tsv", report([{}], **{"E.LFQMethod": "QUANT 2.0 (SN Standard)"}))
    assert read(other, sheet("a")).quantity == "intensity"
    with pytest.raises(InputError, match=r"E\.LFQMethod is not MaxLFQ throughout; set quantity to auto or intensity"):
        read(other, sheet("a"), quantity="lfq")
    with pytest.raises(InputError, match="no lfq quantities; set quantity to auto or intensity"):
        read(write("r.tsv", report([{}])), sheet("a"), quantity="lfq")


# ---- which table it is ----------------------------------------------------------------------------------------------


def test_a_header_is_one_kind_of_table_or_none() -> None:
    assert kind(["PG.ProteinGroups", "[1] a.raw.PG.Quantity"]) == "protein pivot report"
    assert kind(list(precursor_pivot())) == "precursor pivot report"
    assert kind(list(report([]))) == "normal report"
    assert kind(["R.FileName", "PG.ProteinGroups", "PG.Quantity"]) == "normal report"
    for header in (
        ["Protein.Group", "Run", "PG.Quantity", "Precursor.Id"],  # DIA-NN
        ["PG.ProteinGroups", "PG.Genes"],
        ["PG.ProteinGroups", "PTM.CollapseKey", "[1] a.raw.PTM.Quantity"],  # sites, which are no protein groups
        ["Protein IDs", "LFQ intensity a"],
        ["pg", "a", "b"],
        [],
    ):
        assert kind(header) == ""


def test_a_refusal_says_what_the_table_lacks() -> None:
    assert [reader.lacks([]) for reader in spectronaut.READERS] == [
        "a column 'R.FileName'", "a column 'EG.PrecursorId'", "a column 'PG.ProteinGroups'",
    ]  # fmt: skip
    assert spectronaut.lacks_protein_pivot(["PG.ProteinGroups"]) == "columns like '[1] run.raw.PG.Quantity'"


# ---- real tables ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "shape"), [("APMS_PG_pivot.csv", 12), ("Hela_UNC13A_PG_pivot_Filtered.csv", 18)])
def test_a_published_pivot_holds_what_pandas_finds_in_it(shared_data: Path, sheet, name: str, shape: int) -> None:
    path = shared_data / "shapes/spectronaut" / name
    plain = pd.read_csv(path)
    columns = [column for column in plain.columns if column.endswith(".PG.Quantity")]
    values = plain[columns].apply(pd.to_numeric, errors="coerce").to_numpy()
    runs = [column.split("] ")[1].removesuffix(".raw.PG.Quantity") for column in columns]
    table = read(path, sheet(*runs))
    assert table.intensities.shape == (len(plain), shape)
    np.testing.assert_array_equal(table.intensities.to_numpy(), np.where(values == 0, np.nan, values))
    assert table.proteins["accession"].tolist() == plain["PG.ProteinGroups"].str.split(";").str[0].tolist()
    assert table.left_out == ()


def test_a_published_report_of_fragments_holds_each_precursor_once(shared_data: Path, sheet) -> None:
    path = shared_data / "shapes/spectronaut/spectronaut_long_report_500rows.tsv"
    plain = pd.read_csv(path, sep="\t", index_col=0, low_memory=False)
    run = plain["R.FileName"].iloc[0]
    table = read(path, sheet("s", column=[f"{run}.raw"]))
    keys = ["PG.ProteinGroups", "EG.ModifiedSequence", "FG.Charge"]
    once = plain.drop_duplicates(keys)
    assert table.precursors is not None
    assert table.peptide_counts is not None
    np.testing.assert_allclose(table.precursors.intensities["s"], once["EG.TotalQuantity (Settings)"])
    groups = plain.groupby("PG.ProteinGroups", sort=False)
    np.testing.assert_allclose(table.intensities["s"], groups["PG.Quantity"].first())
    assert table.peptide_counts["s"].tolist() == groups["PEP.StrippedSequence"].nunique().tolist()
    assert table.quantity == "lfq"  # its E.LFQMethod says MaxLFQ
