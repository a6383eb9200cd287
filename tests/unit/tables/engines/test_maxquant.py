"""MaxQuant's proteinGroups: which column is a sample's, what a protein group is, and what is refused."""

from pathlib import Path

import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables import detection
from myosieve.tables.engines import maxquant
from myosieve.tables.reader import Choice
from myosieve.tables.samples import read_samples
from myosieve.tables.source import open_sources
from myosieve.tables.table import QuantTable

NO_LFQ = {"LFQ__intensity__A1": None, "LFQ__intensity__B1": None}


def read(table: Path, sheet: Path, quantity: str = "auto", scale: str = "auto") -> QuantTable:
    reader, source = detection.detect(open_sources(table), "auto")
    return reader.read(source, read_samples(sheet), Choice(quantity, scale))


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
    with pytest.raises(InputError, match="no iBAQ column per sample; use lfq or intensity"):
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


# ---- isotope labels ------------------------------------------------------------------------------------------------

SILAC = {
    "Intensity": ("exp", "L exp", "H exp", "two", "L two", "H two"),
    "Ratio": ("H/L exp", "H/L normalized exp", "H/L two", "H/L normalized two"),
}
# No sample's, whatever the sheet says for short.
BESIDE = {
    "Intensity L": [9, 9],
    "Intensity H": [9, 9],
    "Ratio H/L": [9, 9],
    "Ratio H/L normalized": [9, 9],
    "Ratio H/L variability [%] exp": [9, 9],
    "Ratio H/L count exp": [9, 9],
    "Ratio H/L iso-count exp": [9, 9],
    "Ratio H/L type exp": ["Isotope", "ISO-MSMS"],
}


@pytest.fixture
def silac(protein_groups) -> Path:
    return protein_groups(**columns(**SILAC), **BESIDE, **NO_LFQ)


@pytest.mark.parametrize("names", [("L exp", "H exp"), ("Intensity L exp", "Intensity H exp")])
def test_a_silac_label_is_a_sample_by_label_and_experiment_or_in_full(
    silac: Path, sheet, names: tuple[str, str]
) -> None:
    table = read(silac, sheet("l", "h", column=names))
    expected = columns(**SILAC)
    assert table.quantity == "intensity"
    assert table.intensities.loc["P1"].tolist() == [expected["Intensity__L exp"][0], expected["Intensity__H exp"][0]]
    assert table.left_out == ("Intensity L two", "Intensity H two")  # what sums the labels is no sample beside them
    assert table.notes == ()


def test_an_experiment_of_a_silac_search_is_the_sum_of_its_labels_and_says_so(silac: Path, sheet) -> None:
    table = read(silac, sheet("exp", "two"))
    assert table.intensities.loc["P1"].tolist() == [
        columns(**SILAC)["Intensity__exp"][0],
        columns(**SILAC)["Intensity__two"][0],
    ]
    assert table.left_out == ()  # the labels are part of the experiments
    assert "SILAC" in table.notes[0]


def test_label_intensities_prefer_lfq(protein_groups, sheet) -> None:
    lfq = columns(LFQ_intensity=("L exp", "H exp"), **SILAC)
    table = read(protein_groups(**lfq, **NO_LFQ), sheet("L exp", "H exp"))
    assert (table.quantity, table.intensities.loc["P1", "H exp"]) == ("lfq", lfq["LFQ__intensity__H exp"][0])


@pytest.mark.parametrize(
    ("names", "quantity", "kind"),
    [
        (("H/L exp", "H/L two"), "auto", "H/L normalized"),
        (("exp", "two"), "ratio", "H/L normalized"),
        (("Ratio H/L normalized exp", "H/L two"), "auto", "H/L normalized"),
        (("Ratio H/L exp", "Ratio H/L two"), "auto", "H/L"),
    ],
)
def test_a_ratio_is_the_normalized_one_unless_the_sheet_names_the_other(
    silac: Path, sheet, names: tuple[str, str], quantity: str, kind: str
) -> None:
    table = read(silac, sheet("a", "b", column=names), quantity)
    expected = columns(**SILAC)
    assert table.quantity == "ratio"
    assert table.intensities["a"].tolist() == expected[f"Ratio__{kind} exp"]
    assert table.intensities["b"].tolist() == expected[f"Ratio__{kind} two"]
    assert (table.notes == ()) == (kind == "H/L normalized")


def test_totals_of_all_experiments_are_samples_only_by_their_full_name(silac: Path, sheet) -> None:
    table = read(silac, sheet("all", column=["Ratio H/L normalized"]))
    assert table.intensities["all"].tolist() == [9, 9]
    assert "all experiments" in table.notes[0]
    for short in ("H/L", "L", "H"):
        with pytest.raises(InputError, match=f"column of table.txt for '{short}'"):
            read(silac, sheet(short))


def test_labels_of_a_search_without_experiments_go_by_themselves(protein_groups, sheet) -> None:
    table = protein_groups(**columns(Intensity=("L", "H"), Ratio=("H/L", "H/L normalized")), **NO_LFQ)
    assert read(table, sheet("L", "H")).intensities.loc["P1"].tolist() == [1000, 1001]  # by the fixture
    assert read(table, sheet("H/L")).intensities.loc["P1"].tolist() == [1003]


def test_an_experiment_that_begins_like_a_label_is_an_experiment(protein_groups, sheet) -> None:
    names = columns(Intensity=("L 1", "L L 1", "H L 1"), Ratio=("H/L normalized L 1",))
    table = read(protein_groups(**names, **NO_LFQ), sheet("L 1"))
    assert table.intensities["L 1"].tolist() == names["Intensity__L 1"]
    assert "SILAC" in table.notes[0]  # it sums its labels
    assert read(protein_groups(**names, **NO_LFQ), sheet("H L 1")).notes == ()


def test_each_pair_of_a_triplet_is_a_sample_of_its_own(protein_groups, sheet) -> None:
    triplet = columns(Ratio=("M/L normalized exp", "H/L normalized exp", "H/M normalized exp"))
    table = read(protein_groups(**triplet, **NO_LFQ), sheet("H/L exp", "H/M exp"))
    assert table.intensities.loc["P1"].tolist() == [1001, 1002]
    assert table.left_out == ("Ratio M/L normalized exp",)
    with pytest.raises(InputError, match=r"no Ratio H/L normalized column .* 'exp'"):
        read(protein_groups(**triplet, **NO_LFQ), sheet("exp"), "ratio")  # of three ratios, which?


def test_a_ratio_is_not_taken_for_the_path_of_a_label(silac: Path, sheet) -> None:
    """'H/L exp' reads like a file 'L exp' in a folder 'H'."""
    with pytest.raises(InputError, match=r"no Ratio H/L normalized column .* 'L exp'"):
        read(silac, sheet("L exp", "L two"), "ratio")
    with pytest.raises(InputError, match="no intensity column per sample; use ratio"):
        read(silac, sheet("H/L exp", "H/L two"), "intensity")
    with pytest.raises(InputError, match=r"a ratio \('H/L exp'\) beside what is none \('L two'\)"):
        read(silac, sheet("H/L exp", "L two"))


def test_ratios_of_logarithms_are_read_when_told(protein_groups, sheet) -> None:
    table = protein_groups(**{"Ratio H/L normalized exp": ["-1", "2"]}, **NO_LFQ)
    with pytest.raises(InputError, match="negative"):
        read(table, sheet("H/L exp"))
    assert read(table, sheet("H/L exp"), scale="log2").intensities["H/L exp"].tolist() == [0.5, 4]  # 2^-1, 2^2


# ---- isobaric labels -----------------------------------------------------------------------------------------------


def channels(*plexes: str, kinds: tuple[str, ...] = ("corrected ", "", "count "), first: int = 1) -> dict:
    """Name the reporter columns of two channels as MaxQuant does: totals, then per plex."""
    names = [
        f"{kind}{first + place}{plex}"
        for plex in ("", *(f" {one}" for one in plexes))
        for kind in kinds
        for place in (0, 1)
    ]
    return columns(Reporter_intensity=tuple(names)) | columns(Intensity=plexes)


def test_a_channel_is_a_sample_by_number_and_experiment_corrected_before_uncorrected(protein_groups, sheet) -> None:
    tmt = channels("mix", "two")
    table = read(protein_groups(**tmt, **NO_LFQ), sheet("2 mix", "1 two", plex=["mix", "two"]))
    assert table.quantity == "reporter"
    assert table.intensities["2 mix"].tolist() == tmt["Reporter__intensity__corrected 2 mix"]
    assert table.intensities["1 two"].tolist() == tmt["Reporter__intensity__corrected 1 two"]
    assert table.left_out == ("Reporter intensity corrected 1 mix", "Reporter intensity corrected 2 two")
    assert (table.notes, table.peptide_counts) == ((), None)


def test_uncorrected_channels_are_read_by_their_full_name_with_a_note(protein_groups, sheet) -> None:
    tmt = channels("mix")
    names = ["Reporter intensity 1 mix", "Reporter intensity 2 mix"]
    table = read(protein_groups(**tmt, **NO_LFQ), sheet("a", "b", column=names))
    assert table.intensities["b"].tolist() == tmt["Reporter__intensity__2 mix"]
    assert "not corrected" in table.notes[0]


def test_the_channel_alone_is_enough_with_one_plex_and_never_with_two(protein_groups, sheet) -> None:
    tmt = channels("mix")
    table = read(protein_groups(**tmt, **NO_LFQ), sheet("1", "2"))
    assert table.intensities["1"].tolist() == tmt["Reporter__intensity__corrected 1 mix"]
    assert table.left_out == ()
    none = channels()
    table = read(protein_groups(**none, **NO_LFQ), sheet("1", "2"))  # a search without experiments
    assert table.intensities["2"].tolist() == none["Reporter__intensity__corrected 2"]
    with pytest.raises(InputError, match="TMT or iTRAQ search: write channel and experiment"):
        read(protein_groups(**channels("mix", "two"), **NO_LFQ), sheet("1", "2"))


def test_old_versions_count_channels_from_zero_and_correct_what_is_not_called_uncorrected(
    protein_groups, sheet
) -> None:
    old = channels("mix", kinds=("", "not corrected ", "count "), first=0)
    table = read(protein_groups(**old, **NO_LFQ), sheet("0 mix", "1 mix"))
    assert table.intensities["0 mix"].tolist() == old["Reporter__intensity__0 mix"]
    assert table.notes == ()


def test_samples_of_several_plexes_need_a_plex_in_the_sheet(protein_groups, sheet) -> None:
    table = protein_groups(**channels("mix", "two"), **NO_LFQ)
    assert "2 plexes (mix, two)" in read(table, sheet("1 mix", "1 two")).notes[0]
    assert read(table, sheet("1 mix", "2 mix")).notes == ()


def test_intensities_of_whole_plexes_are_read_with_a_note(protein_groups, sheet) -> None:
    table = read(protein_groups(**channels("mix", "two"), **NO_LFQ), sheet("mix", "two"))
    assert table.quantity == "intensity"
    assert "whole plexes" in table.notes[0]


# ---- peptides of a sample ------------------------------------------------------------------------------------------


def test_peptides_of_a_sample_are_those_of_its_experiment_razor_and_unique_first(protein_groups, sheet) -> None:
    counts = {"Peptides A1": [8, 9], "Peptides B1": [6, 7]}
    razor = {"Razor + unique peptides A1": [4, 0], "Razor + unique peptides B1": [3, 2]}
    samples = sheet("b", "a", column=["LFQ intensity B1", "A1"])
    assert read(protein_groups(**counts, **razor), samples).peptide_counts.to_numpy().tolist() == [[3, 4], [2, 0]]
    table = read(protein_groups(**counts), samples)
    assert table.peptide_counts.to_numpy().tolist() == [[6, 8], [7, 9]]
    assert table.peptide_counts.index.equals(table.intensities.index)
    assert list(table.peptide_counts.columns) == ["b", "a"]


def test_peptides_are_not_told_unless_they_are_of_every_sample(protein_groups, sheet) -> None:
    assert read(protein_groups(**{"Peptides A1": [8, 9]}), sheet("A1", "B1")).peptide_counts is None


def test_a_ratio_has_the_peptides_of_its_experiment_and_a_label_none_of_its_own(protein_groups, sheet) -> None:
    table = protein_groups(**columns(**SILAC), **NO_LFQ, **{"Peptides exp": [8, 9]})
    assert read(table, sheet("H/L exp")).peptide_counts["H/L exp"].tolist() == [8, 9]
    assert read(table, sheet("L exp", "H exp")).peptide_counts is None


# ---- names and identifiers -----------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("ids", "ratio", "reporter", "counted"),
    [
        (
            "Majority.protein.IDs",
            "Ratio.H.L.normalized.e1",
            "Reporter.intensity.corrected.1.e1",
            "Razor...unique.peptides.e1",
        ),
        ("Protein_IDs", "Ratio_H/L_normalized_e1", "Reporter_intensity_corrected_1_e1", "Razor_+_unique_peptides_e1"),
        (
            "majority_protein_i_ds",
            "ratio_h_l_normalized_e1",
            "reporter_intensity_corrected_1_e1",
            "razor_unique_peptides_e1",
        ),
    ],
)
def test_labels_are_understood_behind_dots_and_underscores(
    write, sheet, ids: str, ratio: str, reporter: str, counted: str
) -> None:
    told = {ids: ["P1"], counted: [5]}
    table = read(write("t.txt", told | {ratio: [2]}), sheet("H/L e1"))
    assert (table.quantity, table.intensities["H/L e1"].tolist()) == ("ratio", [2])
    assert table.peptide_counts["H/L e1"].tolist() == [5]
    table = read(write("t.txt", told | {reporter: [3], f"{reporter[:-2]}e2": [4]}), sheet("1 e1"))
    assert (table.quantity, table.intensities["1 e1"].tolist()) == ("reporter", [3])


def test_what_perseus_adds_is_taken_off_and_its_logarithms_are_read_when_told(write, sheet) -> None:
    rows = [
        ["LFQ intensity A1", "LFQ intensity B1", "C: Reverse", "N: Peptides", "T: Majority protein IDs"],
        ["#!{Type}E", "E", "C", "N", "T"],
        *([str(20 + place / 7), "NaN", "+" if place else "", "3", f"P{place}"] for place in range(30)),
    ]
    table = write("t.txt", rows)
    with pytest.raises(InputError, match=r"log-transformed already .* set scale to log2"):
        read(table, sheet("A1", "B1"))
    told = read(table, sheet("A1", "B1"), scale="log2")
    assert told.intensities.loc["P7", "A1"] == pytest.approx(2**21)  # 20 + 7 / 7
    assert told.intensities["B1"].isna().all()
    assert int(told.proteins["decoy"].sum()) == 29


def test_a_decoy_behind_the_first_identifier_marks_nothing_but_decoys_alone_do(protein_groups, sheet) -> None:
    table = protein_groups(["P1;REV__P2", "P3"], Protein__IDs=["P1;REV__P2;P4", "REV__P3"])
    assert read(table, sheet("A1", "B1")).proteins["decoy"].tolist() == [False, True]


def test_the_last_identifier_of_a_cell_that_was_cut_off_is_left_out(protein_groups, sheet) -> None:
    ids = ";".join(f"P{number:05d}" for number in range(4679))
    cut = f"{ids};P0"  # 32,755 characters
    assert len(cut) > 32_700
    proteins = read(protein_groups([cut, "P9"], Majority__protein__IDs=None), sheet("A1", "B1")).proteins
    assert proteins["accessions"].str.split(";").str[-1].tolist() == ["P04678", "P9"]


def test_tables_of_peptides_features_and_other_engines_are_no_protein_groups() -> None:
    for header in (
        ["Sequence", "Protein IDs", "Intensity A"],
        ["Raw file", "Protein IDs", "Intensity A"],
        ["Protein.Group", "Protein.Ids", "Intensity A"],
        ["Protein", "Protein ID", "A Intensity", "A MaxLFQ Intensity"],
        ["Protein IDs", "Majority protein IDs", "Intensity"],
    ):
        assert maxquant.lacks(header), header


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


def test_the_fasta_headers_give_the_species_by_name_number_or_binomial(protein_groups, sheet) -> None:
    # UniProt's headers as a parsing rule cut them, and a contaminant of MaxQuant's own list
    headers = {
        "P07858;P07688": "P07688 Cathepsin B OS=Bos taurus OX=9913 GN=CTSB;P07858 Cathepsin B OS=Homo sapiens OX=9606 GN=CTSB",
        "A0A3Q2": "A0A3Q2 Fibronectin OX=9796 GN=FN1",
        "CON__Q28107": "Q28107 SWISS-PROT:Q28107 (Bos taurus) Coagulation factor V",
    }
    table = read(protein_groups(list(headers), Fasta__headers=list(headers.values())), sheet("A1", "B1"))
    assert table.proteins["organism"].tolist() == ["Homo sapiens", "Equus caballus", "Bos taurus"]
