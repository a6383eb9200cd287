"""MaxQuant's proteinGroups: which column is a sample's, what a protein group is, and what is refused."""

from pathlib import Path

import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables import engines
from myosieve.tables.reader import Choice
from myosieve.tables.samples import read_samples
from myosieve.tables.table import QuantTable
from myosieve.tables.source import open_sources


def read(table: Path, sheet: Path, quantity: str = "auto") -> QuantTable:
    reader, source = engines.detect(open_sources(table), "auto")
    return reader.read(source, read_samples(sheet), Choice(quantity))


def columns(**families: tuple[str, ...]) -> dict[str, list[int]]:
    """Name columns of families as the fixture wants them, each with values of its own."""
    names = [f"{family.replace('_', '__')}__{name}" for family, members in families.items() for name in members]
    return {name: [1000 + place, 5000 + place] for place, name in enumerate(names)}


def test_samples_come_in_the_order_of_the_sheet_with_their_own_names(protein_groups, sheet) -> None:
    table = read(protein_groups(), sheet("second", "first", column=["B1", "A1"]))
    assert list(table.intensities.columns) == ["second", "first"]
    assert table.intensities.loc["P1"].tolist() == [2000, 1000]
    assert (table.engine, table.quantity, table.version) == ("MaxQuant", "lfq", "")


def test_a_full_column_name_is_as_good_as_an_experiment(protein_groups, sheet) -> None:
    short = read(protein_groups(), sheet("a", "b", column=["A1", "B1"]))
    full = read(protein_groups(), sheet("a", "b", column=["LFQ intensity A1", "B1"]))
    pd.testing.assert_frame_equal(short.intensities, full.intensities)


def test_zero_is_missing(protein_groups, sheet) -> None:
    table = read(protein_groups(LFQ__intensity__A1=[0, 7]), sheet("A1", "B1"))
    assert table.intensities["A1"].isna().tolist() == [True, False]


def test_auto_takes_lfq_before_intensity_before_ibaq_and_only_if_every_sample_has_it(protein_groups, sheet) -> None:
    both = columns(Intensity=("A1", "B1"), iBAQ=("A1", "B1"))
    assert read(protein_groups(**both), sheet("A1", "B1")).quantity == "lfq"
    assert read(protein_groups(**both, LFQ__intensity__B1=None), sheet("A1", "B1")).quantity == "intensity"
    ibaq = columns(iBAQ=("A1", "B1"), Intensity=("A1",))
    assert read(protein_groups(**ibaq, LFQ__intensity__B1=None), sheet("A1", "B1")).quantity == "ibaq"


@pytest.mark.parametrize("quantity", ["intensity", "ibaq"])
def test_a_quantity_asked_for_is_taken(protein_groups, sheet, quantity: str) -> None:
    both = columns(Intensity=("A1", "B1"), iBAQ=("A1", "B1"))
    table = read(protein_groups(**both), sheet("A1", "B1"), quantity)
    expected = both["Intensity__A1" if quantity == "intensity" else "iBAQ__A1"]
    assert (table.quantity, table.intensities["A1"].tolist()) == (quantity, expected)


def test_a_quantity_that_the_table_has_not_is_refused_with_those_it_has(protein_groups, sheet) -> None:
    with pytest.raises(InputError, match="no iBAQ column per experiment; use lfq or intensity"):
        read(protein_groups(**columns(Intensity=("A1",))), sheet("A1", "B1"), "ibaq")


def test_what_matches_nothing_is_listed_on_both_sides_with_the_nearest_name(protein_groups, sheet) -> None:
    samples = sheet("a1", "B1")
    with pytest.raises(InputError) as error:
        read(protein_groups(), samples)
    assert str(error.value).startswith(f"{samples}: no LFQ intensity column of table.txt for 'a1' (nearest: 'A1')")
    assert "columns without a sample: 'LFQ intensity A1';" in str(error.value)


def test_columns_that_the_sheet_does_not_name_are_left_out_and_told(protein_groups, sheet) -> None:
    more = columns(LFQ_intensity=("C1", "D1"))
    table = read(protein_groups(**more), sheet("A1", "B1", "D1", exclude=["", "", "yes"]))
    assert table.left_out == ("LFQ intensity C1",)  # D1 is in the sheet, as excluded
    assert list(table.intensities.columns) == ["A1", "B1"]


def test_the_total_and_the_peptide_count_of_ibaq_are_no_samples(protein_groups, sheet) -> None:
    more = columns(Intensity=("A1", "B1"), iBAQ=("A1", "B1")) | {
        "Intensity": [9, 9],
        "iBAQ": [9, 9],
        "iBAQ__peptides": [4, 4],
    }
    assert read(protein_groups(**more), sheet("A1", "B1"), "intensity").left_out == ()
    assert read(protein_groups(**more), sheet("A1", "B1"), "ibaq").left_out == ()


def test_two_samples_may_not_share_a_column_in_two_spellings(protein_groups, sheet) -> None:
    with pytest.raises(InputError, match="samples 'a' and 'b' name the same column 'LFQ intensity A1'"):
        read(protein_groups(), sheet("a", "b", column=["A1", "LFQ intensity A1"]))


def test_a_column_that_the_table_has_twice_is_ambiguous(write, sheet) -> None:
    rows = [["Protein IDs", "LFQ intensity A", "LFQ intensity A", "LFQ intensity B"], ["P1", 1, 2, 3]]
    with pytest.raises(InputError, match=r"sample 'A' .* matches 2 columns"):
        read(write("t.txt", rows), sheet("A", "B"))


def test_experiments_called_like_silac_labels_are_samples_where_no_ratio_is(protein_groups, sheet) -> None:
    names = ("H", "L", "M", "H 1")
    table = read(protein_groups(**columns(LFQ_intensity=names)), sheet(*names))
    assert list(table.intensities.columns) == list(names)


def test_a_silac_label_is_a_sample_only_by_its_full_column_name(protein_groups, sheet) -> None:
    silac = columns(Intensity=("exp", "L exp", "H exp"), Ratio=("H/L exp",)) | {
        "LFQ__intensity__A1": None,
        "LFQ__intensity__B1": None,
    }
    with pytest.raises(InputError, match="a SILAC search"):
        read(protein_groups(**silac), sheet("L exp", "H exp"))
    table = read(protein_groups(**silac), sheet("l", "h", column=["Intensity L exp", "Intensity H exp"]))
    assert table.intensities.loc["P1"].tolist() == [silac["Intensity__L exp"][0], silac["Intensity__H exp"][0]]
    whole = read(protein_groups(**silac), sheet("exp"))
    assert whole.left_out == ()  # the labels are part of exp
    assert "SILAC" in whole.notes[0]


def test_reporter_intensities_are_refused_by_name(protein_groups, sheet) -> None:
    tmt = columns(Reporter_intensity_corrected=("1 mix", "2 mix"), Intensity=("mix",)) | {
        "LFQ__intensity__A1": None,
        "LFQ__intensity__B1": None,
    }
    with pytest.raises(InputError, match="TMT or iTRAQ"):
        read(protein_groups(**tmt), sheet("1 mix", "2 mix"))


def test_names_that_r_has_mangled_are_understood(write, sheet) -> None:
    table = {
        "Protein.IDs": ["P1"],
        "Majority.protein.IDs": ["P1"],
        "Gene.names": ["IL6"],
        "Razor...unique.peptides": [4],
        "LFQ.intensity.A1": [10],
        "LFQ.intensity.B1": [20],
        "Potential.contaminant": ["+"],
    }
    read_back = read(write("t.txt", table), sheet("A1", "B1"))
    assert read_back.intensities.loc["P1"].tolist() == [10, 20]
    assert read_back.proteins[["gene", "peptides", "contaminant"]].to_numpy().tolist() == [["IL6", 4.0, True]]


def test_the_flag_columns_of_every_era_count(protein_groups, sheet) -> None:
    old = protein_groups(Potential__contaminant=None, Contaminant=["+", ""], Reverse=["", "+"])
    proteins = read(old, sheet("A1", "B1")).proteins
    assert proteins["contaminant"].tolist() == [True, False]
    assert proteins["decoy"].tolist() == [False, True]


def test_a_prefix_marks_a_group_only_if_all_majority_identifiers_carry_one(protein_groups, sheet) -> None:
    ids = ["CON__P1;CON__P2", "CON__P1;P3", "REV__P4;REV__P5", "REV__P4;P6", "CON__P7;REV__P8"]
    proteins = read(protein_groups(ids), sheet("A1", "B1")).proteins
    assert proteins["contaminant"].tolist() == [True, False, False, False, True]
    assert proteins["decoy"].tolist() == [False, False, True, False, False]
    assert proteins["accession"].tolist() == ["P1", "P3", "P4", "P6", "P7"]


def test_keys_stay_unique_where_the_table_repeats_them(protein_groups, sheet) -> None:
    table = read(protein_groups(["P1", "P1", "P2"]), sheet("A1", "B1"))
    assert table.proteins["protein_group"].tolist() == ["P1", "P1 #2", "P2"]
    assert table.intensities.index.tolist() == ["P1", "P1 #2", "P2"]


def test_gene_name_and_species_come_from_the_leading_header_else_from_the_columns(protein_groups, sheet) -> None:
    proteins = read(
        protein_groups(
            ["CON__P1;P2", "P3", "sp|P4|IL6_RAT"],
            Fasta__headers=["P1 x;>sp|P2|B_HUMAN Name B OS=Homo sapiens GN=GENEB PE=1", "free text", ""],
            Gene__names=["GENEA;GENEB", "GENEC;GENED", ""],
            Protein__names=["Name A;Name B", "Name C;Name D", "nan"],
        ),
        sheet("A1", "B1"),
    ).proteins
    assert proteins["gene"].tolist() == ["GENEB", "GENEC", ""]
    assert proteins["protein_name"].tolist() == ["Name B", "Name C", ""]
    assert proteins["organism"].tolist() == ["Homo sapiens", "", "Rattus norvegicus"]


def test_peptides_are_missing_where_the_table_does_not_count_them(protein_groups, sheet) -> None:
    known = read(protein_groups(), sheet("A1", "B1")).proteins
    assert known[["peptides", "unique_peptides"]].to_numpy().tolist() == [[3, 2], [3, 2]]
    none = {"Razor + unique peptides": None, "Unique peptides": None}
    per_protein = read(
        protein_groups(**none, **{"Peptide counts (razor+unique)": ["4;1", "2"]}), sheet("A1", "B1")
    ).proteins
    assert per_protein["peptides"].tolist() == [4, 2]
    assert read(protein_groups(**none), sheet("A1", "B1")).proteins["peptides"].isna().all()


def test_a_row_without_an_identifier_is_refused(protein_groups, sheet) -> None:
    with pytest.raises(InputError, match="line 3 has no protein id"):
        read(protein_groups(["P1", ""]), sheet("A1", "B1"))


def test_text_among_the_intensities_is_refused_with_its_place(protein_groups, sheet) -> None:
    with pytest.raises(InputError, match="column 'LFQ intensity A1', line 3: 'high' is not a number"):
        read(protein_groups(LFQ__intensity__A1=[1, "high"]), sheet("A1", "B1"))


def test_the_columns_of_perseus_users_are_read_by_their_full_name(write, sheet) -> None:
    table = write("t.txt", {"LFQ_02_TP1": ["5", "nan"], "LFQ_02_TP2": [6, 7], "Majority protein IDs": ["P1", "P2"]})
    read_back = read(table, sheet("a", "b", column=["LFQ_02_TP1", "02_TP2"]))
    assert read_back.intensities["b"].tolist() == [6, 7]
    assert read_back.intensities["a"].isna().tolist() == [False, True]
