"""mzTab: which tables of the file count, what a sheet may call an assay, and what is refused."""

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from myosieve.errors import InputError
from myosieve.tables.engines import mztab, mztab_document
from myosieve.tables.reader import Choice
from myosieve.tables.samples import read_samples
from myosieve.tables.source import Source
from myosieve.tables.table import QuantTable

RUNS = {1: "file:///data/rest_1.mzML", 2: "file:///data/eps_1.mzML"}
DECOY = "opt_global_cv_PRIDE:0000303_decoy_hit"
TYPE = "opt_global_result_type"
GROUP, SINGLE, DETAILS = "indistinguishable_protein_group", "single_protein", "protein_details"

Rows = Mapping[str, Sequence[object]]


def section(head: str, row: str, columns: Rows) -> list[str]:
    cells = zip(*columns.values(), strict=True)
    return ["\t".join([head, *columns]), *("\t".join([row, *map(str, line)]) for line in cells)]


def document(proteins: Rows | None = None, peptides: Rows | None = None, **metadata: str) -> str:
    """Return an mzTab text with two runs and an assay of each; further or other metadata by key."""
    told = {"mzTab-version": "1.0.0", "mzTab-type": "Quantification"}
    for number, location in RUNS.items():
        told |= {f"ms_run[{number}]-location": location, f"assay[{number}]-ms_run_ref": f"ms_run[{number}]"}
    told |= metadata
    lines = [*(f"MTD\t{key}\t{value}" for key, value in told.items()), ""]
    lines += section("PRH", "PRT", proteins) if proteins else []
    lines += ["", *section("PEH", "PEP", peptides)] if peptides else []
    return "\n".join(lines) + "\n"


def assays(*values: Sequence[object]) -> dict[str, Sequence[object]]:
    return {f"protein_abundance_assay[{number}]": cells for number, cells in enumerate(values, 1)}


@pytest.fixture
def simple() -> str:
    return document({"accession": ["P1", "P2"], "description": ["null"] * 2, **assays([10, 20], [30, "null"])})


@pytest.fixture
def read(tmp_path: Path, sheet):
    """Read an mzTab text with a sheet of these columns."""

    def read(text: str | bytes, *column: str, choice: Choice | None = None) -> QuantTable:
        path = tmp_path / "table.mzTab"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        names = [f"s{number}" for number in range(len(column))]
        source = Source(path, ("MTD", "mzTab-version", "1.0.0"), "text")
        return mztab.read(source, read_samples(sheet(*names, column=column)), choice or Choice())

    return read


# ---- which file ----------------------------------------------------------------------------------------------------


def test_a_header_of_metadata_is_an_mztab_and_another_is_not() -> None:
    assert mztab.lacks(("MTD", "mzTab-version", "1.0.0")) == ""
    assert mztab.lacks(("Protein.Group", "Genes")) == mztab.lacks(()) != ""


def test_the_mztab_for_metabolites_is_refused(read, simple: str) -> None:
    with pytest.raises(InputError, match=r"mzTab 2.0.0-M, the format for metabolites; give a table of proteins"):
        read(simple.replace("1.0.0", "2.0.0-M"), "rest_1")


def test_a_file_of_identifications_is_refused(read) -> None:
    text = document({"accession": ["P1"]}, **{"mzTab-type": "Identification"})
    with pytest.raises(
        InputError, match=r"no abundances .* \(mzTab-type Identification\); give the mzTab file of a quant"
    ):
        read(text, "rest_1")


def test_a_file_that_is_cut_off_is_refused(read, simple: str) -> None:
    with pytest.raises(InputError, match=r"line 10, the last, has 3 cells, its header has 5: the file is cut off"):
        read(simple[: simple.index("\t20\t")], "rest_1")
    with pytest.raises(InputError, match="the compressed file is cut off"):
        read(gzip.compress(simple.encode())[:-20], "rest_1")


def test_a_row_beyond_its_header_and_two_files_in_one_are_refused(read, simple: str) -> None:
    with pytest.raises(InputError, match="line 9 has 6 cells, its header has 5"):
        read(simple.replace("\t10\t30", "\t10\t30\t40"), "rest_1")
    with pytest.raises(InputError, match="second header PRH"):
        read(simple + "PRH\taccession\tdescription\n", "rest_1")


def test_compression_line_ends_comments_and_a_missing_version_change_nothing(read, simple: str) -> None:
    expected = read(simple, "rest_1", "eps_1")
    commented = "COM\tA line\tfor\tspreadsheets\t-\t-\t-\n\n" + simple.replace("PRT\tP2", "COM\tnote\nPRT\tP2")
    for text in (
        gzip.compress(simple.encode()),
        simple.replace("\n", "\r\n"),
        b"\xef\xbb\xbf" + simple.encode(),
        commented,
        simple.replace("MTD\tmzTab-version\t1.0.0\n", ""),
    ):
        assert read(text, "rest_1", "eps_1").intensities.equals(expected.intensities)


def test_spectra_are_passed_over_however_wide_their_rows(read, simple: str) -> None:
    spectra = "PSH\tsequence\tPSM_ID\nPSM\tPEPTIDE\t1\tand\tmore\tcells\n"
    assert read(simple + spectra, "rest_1").intensities.notna().all(axis=None)


# ---- samples -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "assay[2]",
        "protein_abundance_assay[2]",
        "file:///data/eps_1.mzML",
        "eps_1.mzML",
        "eps_1.raw",
        "eps_1",
        "stimulated",
    ],
)
def test_an_assay_goes_by_number_column_run_or_sample(read, simple: str, cell: str) -> None:
    told = "MTD\tassay[2]-sample_ref\tsample[7]\nMTD\tsample[7]-description\tstimulated\n"
    table = read(told + simple, cell)
    assert table.intensities["s0"].tolist()[0] == 30
    assert table.left_out == ("assay[1] (rest_1.mzML)",)


def test_zero_null_nan_and_infinity_are_missing(read) -> None:
    values = ["0", "null", "NaN", "INF", "0.0", "5"]
    ids = [f"P{number}" for number in range(6)]
    table = read(document({"accession": ids, **assays(values, values)}), "rest_1", "eps_1")
    assert table.intensities["s0"].notna().tolist() == [False] * 5 + [True]


def test_a_sheet_of_study_variables_is_read_from_their_columns_and_a_note_says_so(read) -> None:
    columns = {
        "accession": ["P1"],
        **assays([10], [20], [30]),
        "protein_abundance_study_variable[1]": [15],
        "protein_abundance_stdev_study_variable[1]": [1],
        "protein_abundance_study_variable[2]": [31],
    }
    told = {
        "study_variable[1]-description": "rest",
        "study_variable[1]-assay_refs": "assay[1], assay[2]",
        "study_variable[2]-description": "eps",
        "study_variable[2]-assay_refs": "assay[3]",
    }
    table = read(document(columns, **told), "rest", "eps")
    assert table.intensities.loc["P1"].tolist() == [15, 31]
    assert table.notes == ("Averages of several assays are taken for samples: study_variable[1] (rest).",)
    assert read(document(columns, **told), "rest_1", "eps_1").intensities.loc["P1"].tolist() == [10, 20]


@pytest.mark.parametrize("cell", ["eps_1", "stimulated", "study_variable[1]"])
def test_a_study_variable_of_one_assay_goes_by_that_assays_names(read, cell: str) -> None:
    columns = {"accession": ["P1"], "protein_abundance_study_variable[1]": [7]}
    told = {"study_variable[1]-assay_refs": "assay[2]", "assay[2]-sample_ref": "sample[1]"}
    table = read(document(columns, **told, **{"sample[1]-description": "stimulated"}), cell)
    assert table.intensities.loc["P1"].tolist() == [7]
    assert table.notes == ()


def test_columns_without_any_value_are_no_choice(read) -> None:
    columns = {"accession": ["P1"], **assays(["null"], ["null"]), "protein_abundance_study_variable[1]": [7]}
    told = {"study_variable[1]-assay_refs": "assay[1]"}
    assert read(document(columns, **told), "rest_1").intensities.loc["P1"].tolist() == [7]


@pytest.mark.parametrize("cell", ["plex TMT127", "plex 127", "plex TMT6plex reagent 127", "assay[2]"])
def test_the_channels_of_a_plex_are_told_apart(read, cell: str) -> None:
    told = {"ms_run[1]-location": "file:///data/plex.raw", "assay[2]-ms_run_ref": "ms_run[1]"}
    told |= {f"assay[{one}]-quantification_reagent": f"[PRIDE, , TMT6plex reagent {125 + one}, ]" for one in (1, 2)}
    text = document({"accession": ["P1"], **assays([10], [20])}, **told)
    table = read(text, cell)
    assert table.intensities.loc["P1"].tolist() == [20]
    assert table.quantity == "reporter"
    with pytest.raises(
        InputError, match=r"matches 2 columns of table.mzTab: 'assay\[1\] \(plex TMT6plex reagent 126\)'"
    ):
        read(text, "plex")


def test_an_unlabeled_assay_is_called_by_its_run(read, simple: str) -> None:
    told = "".join(f"MTD\tassay[{one}]-quantification_reagent\t[MS, , unlabeled sample, ]\n" for one in (1, 2))
    assert read(told + simple, "eps_1").left_out == ("assay[1] (rest_1.mzML)",)


def test_a_sample_that_matches_nothing_is_told_with_the_assays(read, simple: str) -> None:
    with pytest.raises(InputError) as error:
        read(simple, "rest_1", "eps_2")
    assert "no assay column of table.mzTab for 's1' (column 'eps_2') (nearest: 'eps_1')" in str(error.value)
    assert "'assay[2] (eps_1.mzML)'" in str(error.value)


# ---- values --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "method", "quantity"),
    [
        ("[, , Abundance, ]", "[MS, MS:1001834, LC-MS label-free quantitation analysis, ]", "intensity"),
        ("[PRIDE, PRIDE:0000393, Relative quantification unit, ]", "[PRIDE, PRIDE:0000313, iTRAQ, ]", "reporter"),
        ("[PRIDE, PRIDE:0000395, Ratio, ]", "[MS, MS:1001835, SILAC, ]", "ratio"),
        ("[MS, MS:1002518, Progenesis:protein normalised abundance, ]", "null", "normalized"),
        ("[MS, , MaxQuant:LFQ intensity, ]", "null", "lfq"),
        ("[MS, , iBAQ, ]", "null", "ibaq"),
        ("null", "[MS, MS:1001836, spectral counting quantitation analysis, ]", "spectral_count"),
    ],
)
def test_the_quantity_is_what_the_metadata_call_it(read, simple: str, unit: str, method: str, quantity: str) -> None:
    told = f"MTD\tprotein-quantification_unit\t{unit}\nMTD\tquantification_method\t{method}\n"
    assert read(told + simple, "rest_1").quantity == quantity


def test_another_quantity_than_the_file_has_is_refused(read, simple: str) -> None:
    with pytest.raises(InputError, match=r"holds intensity values .* not 'lfq'; set quantity to auto or intensity"):
        read(simple, "rest_1", choice=Choice("lfq"))


def test_logarithms_are_undone_where_the_unit_or_the_user_tells_them(read, simple: str) -> None:
    told = "MTD\tprotein-quantification_unit\t[, , log2 abundance, ]\n"
    assert read(told + simple, "rest_1").intensities["s0"].tolist() == [2**10, 2**20]
    assert read(simple, "rest_1", choice=Choice(scale="ln")).intensities["s0"].tolist() == pytest.approx(
        np.exp([10, 20])
    )


def test_the_software_is_named(read, simple: str) -> None:
    told = "MTD\tsoftware[1]\t[MS, MS:1000752, TOPP software, 2.6.0]\nMTD\tsoftware[1]-setting[1]\tdb:x\n"
    table = read(told + simple, "rest_1")
    assert table.notes == ("The mzTab file names as its software: TOPP software 2.6.0.",)
    assert (table.engine, table.version) == ("mzTab", "1.0.0")


def test_labels_with_modifications_in_the_metadata_are_no_obstacle(read, simple: str) -> None:
    told = "".join(
        f"MTD\tassay[2]-{key}\t{value}\n"
        for key, value in [
            ("quantification_reagent", "[PRIDE, PRIDE:0000325, SILAC heavy, ]"),
            ("quantification_mod[1]", "[UNIMOD, UNIMOD:267, Label:13C(6)15N(4), ]"),
            ("quantification_mod[1]-site", "R"),
        ]
    )
    assert read(told + simple, "eps_1").intensities["s0"].tolist()[0] == 30


# ---- proteins ------------------------------------------------------------------------------------------------------


@pytest.fixture
def groups(read) -> QuantTable:
    """A table as OpenMS writes it: rows of members first, without values and with the descriptions."""
    return read(
        document(
            {
                "accession": ["sp|P1|ONE_HUMAN", "P2", "DECOY_P3", "sp|P1|ONE_HUMAN", "DECOY_P3", "P9"],
                "description": ["Protein one OS=Homo sapiens (strain x) GN=ONE PE=1", "null", "null"] + ["null"] * 3,
                "species": ["null"] * 5 + ["Mus musculus (Mouse)"],
                "ambiguity_members": ["null"] * 3 + ["sp|P1|ONE_HUMAN,P2", "null", "P4,P5"],
                **assays(["null"] * 3 + [10, 20, 30], ["null"] * 3 + [40, 50, 60]),
                "num_peptides_distinct_ms_run[1]": [0, 0, 0, 4, 1, 3],
                "num_peptides_distinct_ms_run[2]": [0, 0, 0, 5, "null", 2],
                "num_peptides_unique_ms_run[1]": [0, 0, 0, 1, 1, 2],
                DECOY: [0, 0, 1, 0, 1, 0],
                TYPE: [DETAILS, DETAILS, DETAILS, GROUP, SINGLE, SINGLE],
            }
        ),
        "rest_1",
        "eps_1",
    )


def test_rows_of_members_are_left_out_and_counted(groups: QuantTable) -> None:
    assert groups.intensities["s0"].tolist() == [10, 20, 30]
    assert list(groups.removed.values()) == [3]
    assert "protein_details" in next(iter(groups.removed))


def test_rows_of_members_count_where_there_are_no_others(read) -> None:
    table = read(document({"accession": ["P1"], **assays([1], [2]), TYPE: [DETAILS]}), "rest_1")
    assert table.intensities["s0"].tolist() == [1]


def test_a_group_is_its_leading_protein_and_the_members_each_once(groups: QuantTable) -> None:
    assert groups.proteins["protein_group"].tolist() == ["sp|P1|ONE_HUMAN;P2", "DECOY_P3", "P9;P4;P5"]
    assert groups.proteins["accession"].tolist() == ["P1", "P3", "P9"]


def test_gene_name_and_species_come_from_the_description_of_the_leading_protein(groups: QuantTable) -> None:
    first, _, last = groups.proteins[["gene", "protein_name", "organism"]].to_numpy().tolist()
    assert first == ["ONE", "Protein one", "Homo sapiens"]
    assert last == ["", "", "Mus musculus"]


def test_decoys_are_told_by_flag_or_prefix(read, groups: QuantTable) -> None:
    assert groups.proteins["decoy"].tolist() == [False, True, False]
    ids = {"accession": ["P1", "DECOY_P2", "CONTAMINANT_P3"], DECOY: [1, 0, "null"]}
    proteins = read(document({**ids, **assays([1, 2, 3], [1, 2, 3])}), "rest_1").proteins
    assert proteins["decoy"].tolist() == [True, True, False]
    assert proteins["contaminant"].tolist() == [False, False, True]


def test_peptides_are_those_of_each_run_and_of_a_group_the_most_of_any(groups: QuantTable) -> None:
    assert groups.peptide_counts.to_numpy().tolist() == [[4, 5], [1, 0], [3, 2]]
    assert groups.proteins["peptides"].tolist() == [5, 1, 3]
    assert groups.proteins["unique_peptides"].tolist() == [1, 1, 2]


def test_the_count_of_openms_is_preferred(read) -> None:
    columns = {"num_peptides_distinct_ms_run[1]": [4], "opt_global_nr_found_peptides": [7]}
    table = read(document({"accession": ["P1"], **assays([1], [2]), **columns}), "rest_1")
    assert table.proteins["peptides"].tolist() == [7]


# ---- peptides ------------------------------------------------------------------------------------------------------

PEPTIDES = {
    "sequence": ["AAK", "AAK", "CCK", "DDK", "null", "EEK"],
    "accession": ["P1", "P2", "P2", "P3", "P1", "P8"],
    "unique": [0, 0, 1, 1, 1, 1],
    "modifications": ["null"] * 2 + ["2-UNIMOD:4"] + ["null"] * 3,
    "charge": [2, 2, 3, 2, 2, 2],
    "peptide_abundance_study_variable[1]": [1, 1, 3, 5, 7, 9],
    "peptide_abundance_study_variable[2]": [2, 2, "null", 6, 8, 9],
}
ONE_EACH = {"study_variable[1]-assay_refs": "assay[1]", "study_variable[2]-assay_refs": "assay[2]"}


def test_peptides_stand_beside_protein_values_of_the_same_assays(read) -> None:
    proteins = {"accession": ["P1", "P3"], "ambiguity_members": ["P1,P2", "null"], **assays([10, 30], [20, 40])}
    table = read(document(proteins, PEPTIDES, **ONE_EACH), "eps_1", "rest_1")
    assert table.intensities["s0"].tolist() == [20, 40]
    features, values = table.precursors.features, table.precursors.intensities
    assert features["protein_group"].tolist() == ["P1;P2", "P1;P2", "P3"]
    assert features["sequence"].tolist() == ["AAK", "CCK", "DDK"]
    assert features["precursor"].tolist() == ["AAK/2", "CCK[2-UNIMOD:4]/3", "DDK/2"]
    np.testing.assert_array_equal(values.to_numpy(), [[2, 1], [np.nan, 3], [6, 5]])
    assert table.peptide_counts.to_numpy().tolist() == [[1, 2], [1, 1]]
    assert table.removed == {"peptides without a sequence": 1, "peptides of no protein of the table": 1}


def test_proteins_and_peptides_have_units_of_their_own(read) -> None:
    proteins = {"accession": ["P3"], **assays([10], [20])}
    told = {**ONE_EACH, "protein-quantification_unit": "[, , log2 abundance, ]"}
    table = read(document(proteins, PEPTIDES, **told), "rest_1", "eps_1")
    assert table.intensities.loc["P3"].tolist() == [2**10, 2**20]
    assert table.precursors.intensities.loc["DDK/2"].tolist() == [5, 6]


def test_a_peptide_of_two_groups_is_left_out_and_two_features_of_a_peptide_are_not(read) -> None:
    table = read(document(None, PEPTIDES, **ONE_EACH), "rest_1", "eps_1")
    assert table.proteins["protein_group"].tolist() == ["P1", "P2", "P3", "P8"]
    assert table.intensities.isna().all(axis=None)
    assert table.precursors.features["sequence"].tolist() == ["CCK", "DDK", "EEK"]
    assert table.removed["peptides of several protein groups"] == 1
    twice = {**PEPTIDES, "accession": ["P1", "P1", "P2", "P3", "P1", "P8"], "retention_time": [1, 2, 3, 4, 5, 6]}
    table = read(document(None, twice, **ONE_EACH), "rest_1", "eps_1")
    assert table.precursors.features["precursor"].tolist() == [
        "AAK/2",
        "AAK/2 #2",
        "CCK[2-UNIMOD:4]/3",
        "DDK/2",
        "EEK/2",
    ]


def test_proteins_without_values_get_those_of_their_peptides(read) -> None:
    proteins = {
        "accession": ["P1", "P3"],
        "description": ["Albumin GN=ALB", "null"],
        **assays(["null"] * 2, ["null"] * 2),
    }
    table = read(document(proteins, PEPTIDES, **ONE_EACH), "rest_1", "eps_1")
    assert table.proteins["gene"].tolist() == ["ALB", ""]
    assert table.intensities.isna().all(axis=None)
    assert table.precursors.features["protein_group"].tolist() == ["P1", "P3"]


def test_a_protein_of_decoy_peptides_only_is_a_decoy(read) -> None:
    peptides = {**PEPTIDES, "opt_global_cv_MS:1002217_decoy_peptide": [0, 1, 1, 1, 0, 0]}
    table = read(document(None, peptides, **ONE_EACH), "rest_1", "eps_1")
    assert table.proteins["decoy"].tolist() == [False, True, True, False]


def test_only_proteins_and_peptides_are_held_of_a_file(tmp_path: Path, simple: str) -> None:
    path = tmp_path / "table.mzTab"
    path.write_text(simple + "PSH\tsequence\n" + "PSM\tPEPTIDE\n" * 3)
    held = mztab_document.open_document(path)
    assert held.proteins.lines == [9, 10]  # 6 lines of metadata, an empty one and the header stand above
    assert held.peptides is None
