"""MSstats' input: which column names the run, what is added up, and channels as samples."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from myosieve.errors import InputError
from myosieve.tables.engines import msstats
from myosieve.tables.reader import Choice
from myosieve.tables.samples import read_samples
from myosieve.tables.source import open_sources
from myosieve.tables.table import QuantTable

LABEL_FREE = [
    *("ProteinName", "PeptideSequence", "PrecursorCharge", "FragmentIon", "ProductCharge", "IsotopeLabelType"),
    *("Condition", "BioReplicate", "Run", "Intensity"),
]
CHANNELS = [
    *("ProteinName", "PeptideSequence", "Charge", "Channel", "Condition", "BioReplicate", "Run", "Mixture"),
    *("TechRepMixture", "Intensity"),
]
# Skyline's MSstats report
SKYLINE = [
    *(
        "Protein Name",
        "Peptide Modified Sequence",
        "Precursor Charge",
        "Fragment Ion",
        "Product Charge",
        "Isotope Label Type",
    ),
    *("Condition", "BioReplicate", "File Name", "Area", "Standard Type", "Truncated"),
]
Rows = Mapping[str, Sequence[object]]


@pytest.fixture
def label_free(write):
    """Write a table of two runs, a peptide ion of each of three proteins; columns by keyword win, and None takes one away."""

    def label_free(sep: str = ",", **columns: Sequence[object] | None) -> Path:
        rows = {
            "ProteinName": ["P1", "P1", "P2", "P2", "P3;P4"],
            "PeptideSequence": ["AAK", "AAK", ".(Acetyl)CC(Carbamidomethyl)K", ".(Acetyl)CC(Carbamidomethyl)K", "DDK"],
            "PrecursorCharge": [2, 2, 3, 3, 2],
            "FragmentIon": ["NA"] * 5,
            "ProductCharge": [0] * 5,
            "IsotopeLabelType": ["L"] * 5,
            "Condition": ["rest", "eps", "rest", "eps", "eps"],
            "BioReplicate": [1, 2, 1, 2, 2],
            "Run": [1, 2, 1, 2, 2],
            "Intensity": [100, 200, 300, 400, 500],
        } | columns
        return write("table.csv", {name: cells for name, cells in rows.items() if cells is not None}, sep=sep)

    return label_free


@pytest.fixture
def read(sheet):
    """Read a table with a sheet of these columns."""

    def read(path: Path, *column: str, choice: Choice | None = None) -> QuantTable:
        source = open_sources(path)[0]
        assert msstats.lacks(source.header) == ""
        names = [f"s{number}" for number in range(len(column))]
        return msstats.read(source, read_samples(sheet(*names, column=column)), choice or Choice())

    return read


def matrix(table: QuantTable) -> list[list[float]]:
    return table.precursors.intensities.fillna(0).to_numpy().tolist()


# ---- header --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        LABEL_FREE,
        [*LABEL_FREE, "Reference"],
        ["RetentionTime", *LABEL_FREE],
        [name.upper() for name in LABEL_FREE],
        ["RetentionTime", *CHANNELS, "Fraction", "Reference"],
        [*CHANNELS, "PSM"],
        SKYLINE,
        ["X", *(name.replace(" ", ".") for name in SKYLINE)],
    ],
)
def test_the_input_of_msstats_is_known_in_every_spelling(header: Sequence[str]) -> None:
    assert msstats.lacks(header) == ""


@pytest.mark.parametrize("without", ["ProteinName", "PeptideSequence", "PrecursorCharge", "Intensity", "Run"])
def test_what_a_header_lacks_is_named(without: str) -> None:
    assert msstats.lacks([name for name in LABEL_FREE if name != without]) == f"a column {without!r}"


def test_a_table_of_peptides_and_runs_alone_may_be_of_anybody() -> None:
    assert msstats.lacks(["ProteinName", "PeptideSequence", "Charge", "Run", "Intensity"]) == "a column 'BioReplicate'"
    assert msstats.lacks([]) == "a column 'ProteinName'"


# ---- label-free ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sep", [",", "\t"])
def test_every_peptide_ion_is_a_precursor_of_its_proteins(read, label_free, sep: str) -> None:
    table = read(label_free(sep), "1", "2")
    assert matrix(table) == [[100, 200], [300, 400], [0, 500]]
    assert table.precursors.features["sequence"].tolist() == ["AAK", "CCK", "DDK"]
    assert table.precursors.features["protein_group"].tolist() == ["P1", "P2", "P3;P4"]
    assert table.proteins["accession"].tolist() == ["P1", "P2", "P3"]
    assert table.intensities.isna().all(axis=None)
    assert (table.engine, table.quantity, table.removed) == ("MSstats", "intensity", {})


@pytest.mark.parametrize("column", [["1", "2"], ["a.mzML", "b.mzML"], ["a", "b.raw"]])
def test_a_run_goes_by_number_or_by_the_file_of_reference(read, label_free, column: Sequence[str]) -> None:
    path = label_free(Reference=["a.mzML", "b.mzML", "a.mzML", "b.mzML", "b.mzML"])
    assert matrix(read(path, *column)) == [[100, 200], [300, 400], [0, 500]]


def test_the_run_that_no_sample_names_is_left_out(read, label_free) -> None:
    table = read(label_free(), "2")
    assert table.left_out == ("1",)
    assert matrix(table) == [[200], [400], [500]]


def test_the_fragments_of_a_peptide_ion_are_added_up(read, label_free) -> None:
    path = label_free(PeptideSequence=["AAK"] * 5, ProteinName=["P1"] * 5, PrecursorCharge=[2] * 5,
                      FragmentIon=["y3", "y3", "y4", "y4", "b2"])  # fmt: skip
    table = read(path, "1", "2")
    assert matrix(table) == [[100 + 300, 200 + 400 + 500]]
    assert table.peptide_counts.to_numpy().tolist() == [[1, 1]]


def test_heavy_peptides_are_left_out_and_counted_unless_all_are(read, label_free) -> None:
    for labels in (["L", "H", "L", "L", "L"], ["light", "heavy", "light", "light", "light"]):
        table = read(label_free(IsotopeLabelType=labels), "1", "2")
        assert matrix(table) == [[100, 0], [300, 400], [0, 500]]
        assert table.removed == {"rows of heavy isotope labels": 1}
    assert matrix(read(label_free(IsotopeLabelType=["H"] * 5), "1", "2")) == [[100, 200], [300, 400], [0, 500]]


def test_zero_and_na_are_missing_and_count_no_peptide(read, label_free) -> None:
    table = read(label_free(Intensity=["0", "200", "NA", "400", "#N/A"]), "1", "2")
    assert matrix(table) == [[0, 200], [0, 400], [0, 0]]
    assert table.precursors.intensities.isna().sum().sum() == 4
    assert table.peptide_counts.to_numpy().tolist() == [[0, 1], [0, 1], [0, 0]]


def test_forms_of_a_peptide_are_counted_once(read, label_free) -> None:
    sequences = ["AAM[+16]K", "AAMK", "AAMK", "AAM(Oxidation)K", "AAGK"]
    table = read(label_free(ProteinName=["P1"] * 5, PeptideSequence=sequences), "1", "2")
    assert table.peptide_counts.to_numpy().tolist() == [[1, 2]]
    assert table.proteins["peptides"].tolist() == [2]


def test_modified_sequences_tell_precursors_apart_where_both_kinds_are_there(read, label_free) -> None:
    path = label_free(PeptideSequence=["AAMK"] * 5, ProteinName=["P1"] * 5, PrecursorCharge=[2] * 5,
                      PeptideModifiedSequence=["AAMK", "AAMK", "AAM[+16]K", "AAM[+16]K", "AAMK"])  # fmt: skip
    assert matrix(read(path, "1", "2")) == [[100, 200 + 500], [300, 400]]


def test_decoys_and_contaminants_are_known_by_prefix(read, label_free) -> None:
    names = ["DECOY_P1", "DECOY_P1", "CONTAMINANT_sp|P02769|ALBU_BOVIN", "CON_P5", "sp|P1|A_HUMAN/sp|P2|B_HUMAN"]
    proteins = read(label_free(ProteinName=names), "1", "2").proteins
    assert proteins["decoy"].tolist() == [True, False, False, False]
    assert proteins["contaminant"].tolist() == [False, True, True, False]
    assert proteins["accessions"].tolist()[-1] == "P1;P2"


def test_other_quantities_and_logarithms_are_refused(read, label_free) -> None:
    with pytest.raises(InputError, match="holds intensity values, not 'lfq'; set quantity to intensity"):
        read(label_free(), "1", choice=Choice("lfq"))
    with pytest.raises(InputError, match="MSstats' input is not logarithmic; set scale to linear"):
        read(label_free(), "1", choice=Choice(scale="log2"))


def test_a_run_that_is_not_there_is_told_with_the_others(read, label_free) -> None:
    path = label_free(Run=["rest_1", "eps_1", "rest_1", "eps_1", "eps_1"])
    with pytest.raises(
        InputError, match=r"no run column of table.csv for 's0' \(column 'eps_2'\) \(nearest: 'eps_1'\)"
    ):
        read(path, "eps_2")


# ---- channels ------------------------------------------------------------------------------------------------------


@pytest.fixture
def plexes(write) -> Path:
    """Two mixtures of two channels; the first in two fractions, with two spectra of a peptide ion in one of them."""
    rows = [
        # sequence, channel, run, mixture, intensity
        ("AAK", 1, "1_1_1", 1, 10), ("AAK", 2, "1_1_1", 1, 20), ("AAK", 1, "1_1_1", 1, 1), ("AAK", 2, "1_1_1", 1, 2),
        ("AAK", 1, "1_1_2", 1, 100), ("AAK", 2, "1_1_2", 1, 0),
        ("C_K", 1, "1_1_2", 1, 5), ("C_K", 2, "1_1_2", 1, 6),
        ("AAK", 1, "2_2_1", 2, 30), ("AAK", 2, "2_2_1", 2, 40),
    ]  # fmt: skip
    columns = list(zip(*rows, strict=True))
    count = len(rows)
    return write(
        "table.csv",
        {
            "ProteinName": ["P1"] * count,
            "PeptideSequence": columns[0],
            "Charge": [2] * count,
            "Channel": columns[1],
            "Condition": ["x"] * count,
            "BioReplicate": [1] * count,
            "Run": columns[2],
            "Mixture": columns[3],
            "TechRepMixture": [f"{mixture}_{mixture}" for mixture in columns[3]],
            "Intensity": columns[4],
            "Reference": [f"f.mzML_controllerType=0 controllerNumber=1 scan={scan}" for scan in range(count)],
        },
        sep=",",
    )


def test_a_sample_is_a_channel_of_a_run_and_spectra_are_added_up(read, plexes: Path) -> None:
    table = read(plexes, "1_1_1 1", "1_1_1 2", "2_2_1 2")
    assert matrix(table) == [[11, 22, 40]]
    assert table.quantity == "reporter"
    assert set(table.left_out) == {"1_1_2 1", "1_1_2 2", "2_2_1 1"}


@pytest.mark.parametrize("names", [("1 1", "1 2", "2 1"), ("1_1 1", "1_1 2", "2_2 1")])
def test_fractions_are_added_up_where_the_sheet_names_mixtures(read, plexes: Path, names: Sequence[str]) -> None:
    table = read(plexes, *names)
    assert matrix(table) == [[111, 22, 30], [5, 6, 0]]
    assert table.precursors.features["precursor"].tolist() == ["AAK_2", "C_K_2"]
    assert table.precursors.features["sequence"].tolist() == ["AAK", "CK"]
    assert table.peptide_counts.to_numpy().tolist() == [[2, 2, 1]]


def test_a_channel_alone_names_a_sample_of_a_single_plex(write, read) -> None:
    rows = {"ProteinName": ["P1", "P1"], "PeptideSequence": ["AAK"] * 2, "Charge": [2, 2], "BioReplicate": [1, 2]}
    rows |= {"Run": ["x.raw"] * 2, "Channel": ["126", "127N"], "Intensity": [7, 8]}
    assert matrix(read(write("table.csv", rows, sep=","), "127N", "126")) == [[8, 7]]
    assert matrix(read(write("table.csv", rows, sep=","), "x 126", "x.raw 127N")) == [[7, 8]]


def test_the_name_of_a_run_alone_is_no_channel(read, plexes: Path) -> None:
    with pytest.raises(InputError, match=r"no channel column .*'1_1_2'"):
        read(plexes, "1_1_2")  # also what '_' would make of the mixture 1_1 and its channel 2


def test_a_channel_that_is_not_there_is_told_how_to_write_it(read, plexes: Path) -> None:
    with pytest.raises(InputError, match=r"no channel column .*'1_1_1 9'.* write run and channel as '1_1_1 1'"):
        read(plexes, "1_1_1 9")


# ---- peptides ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "peptide",
    [
        "PECK",
        ".(Acetyl)PEC(Carbamidomethyl)K",  # OpenMS
        "PECK.(Amidated)",
        "_(ac)PEC(Carbamidomethyl (C))K_",  # MaxQuant
        "_PEC[Carbamidomethyl (C)]K_",  # Spectronaut
        "PEC[+57.021]K",  # Skyline
        "n[43]PEC[57.0215]K",  # FragPipe
        "PEC(UniMod:4)K",  # DIA-NN
        "[K].pEcK.[R]",  # Proteome Discoverer
        "K.PEC[160]K.-",  # Percolator
        "PEC+57.021K",
    ],
)
def test_the_amino_acids_of_a_peptide_are_found_in_every_notation(peptide: str) -> None:
    assert msstats.stripped_sequence(peptide) == "PECK"


def test_the_values_of_all_samples_are_those_of_the_table(read, label_free) -> None:
    rng = np.random.default_rng(1)
    values = rng.integers(1, 10**6, 5)
    table = read(label_free(Intensity=values), "1", "2")
    assert np.nansum(table.precursors.intensities.to_numpy()) == values.sum()
