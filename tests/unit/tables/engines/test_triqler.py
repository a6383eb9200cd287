"""Triqler's input: proteins over several cells, repeated features, and a real table of CPTAC 6."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables.engines import msstats, triqler
from myosieve.tables.reader import Choice
from myosieve.tables.samples import read_samples
from myosieve.tables.source import open_sources
from myosieve.tables.table import QuantTable

HEADER = ["run", "condition", "charge", "searchScore", "intensity", "peptide", "proteins"]


@pytest.fixture
def read(write, sheet):
    """Read rows below Triqler's header with a sheet of these columns."""

    def read(rows: Sequence[Sequence[object]] | Path, *column: str, choice: Choice | None = None) -> QuantTable:
        path = rows if isinstance(rows, Path) else write("table.tsv", [HEADER, *rows])
        source = open_sources(path)[0]
        assert triqler.lacks(source.header) == ""
        names = [f"s{number}" for number in range(len(column))]
        return triqler.read(source, read_samples(sheet(*names, column=column)), choice or Choice())

    return read


ROWS = [
    ["r1", 1, 2, 1.3, 100, "A.AAK.G", "P1", "P2"],
    ["r2", 2, 2, 1.3, 200, "A.AAK.G", "P1", "P2"],
    ["r1", 1, 2, 0.1, 300, "R.C[160]CK.-", "P3"],
    ["r1", 1, 3, 0.1, 50, "K.EEK.D", "decoy_P4"],
]


def test_the_header_of_triqler_is_known_with_and_without_feature_clusters() -> None:
    assert triqler.lacks(HEADER) == ""
    assert triqler.lacks([*HEADER[:4], "spectrumId", "linkPEP", "featureClusterId", *HEADER[4:]]) == ""
    assert triqler.lacks(HEADER[:-1]) == "a column 'proteins'"
    assert triqler.lacks([]) == "a column 'searchScore'"
    assert msstats.lacks(HEADER) != ""


def test_proteins_that_go_on_over_further_cells_are_one_group(read) -> None:
    table = read(ROWS, "r1", "r2")
    assert table.proteins["protein_group"].tolist() == ["P1;P2", "P3", "decoy_P4"]
    assert table.proteins["decoy"].tolist() == [False, False, True]
    np.testing.assert_array_equal(table.precursors.intensities.to_numpy(), [[100, 200], [300, np.nan], [50, np.nan]])
    assert table.precursors.features["sequence"].tolist() == ["AAK", "CCK", "EEK"]
    assert table.precursors.features["precursor"].tolist() == ["A.AAK.G/2", "R.C[160]CK.-/2", "K.EEK.D/3"]


def test_the_largest_of_several_rows_of_a_peptide_ion_counts(read) -> None:
    rows = [["r1", 1, 2, 0.1, value, "K.AAK.R", "P1"] for value in (5, 9, 7)]
    assert read(rows, "r1").precursors.intensities.to_numpy().tolist() == [[9]]


def test_the_search_score_filters_nothing_and_a_note_says_so(read) -> None:
    table = read([["r1", 1, 2, -99, 5, "K.AAK.R", "P1"]], "r1")
    assert table.precursors.intensities.to_numpy().tolist() == [[5]]
    assert table.notes == ("Triqler's searchScore is no q-value: rows were not filtered by it.",)


def test_an_intensity_of_zero_is_missing(read) -> None:
    table = read([*ROWS, ["r2", 2, 2, 1, 0, "R.C[160]CK.-", "P3"]], "r1", "r2")
    assert table.precursors.intensities.loc["R.C[160]CK.-/2"].isna().tolist() == [False, True]
    assert table.peptide_counts.to_numpy().tolist() == [[1, 1], [1, 0], [1, 0]]


def test_rows_of_other_runs_and_without_a_protein_are_left_out(read) -> None:
    table = read([*ROWS, ["r1", 1, 2, 1, 7, "K.GGK.R", ""]], "r1")
    assert table.left_out == ("r2",)
    assert table.removed == {"rows without protein": 1}


def test_what_the_table_has_not_is_refused(read, write) -> None:
    with pytest.raises(InputError, match=r"no run column of table.tsv for 's0' \(column 'r3'\)"):
        read(ROWS, "r3")
    with pytest.raises(InputError, match="holds intensities, not 'lfq'"):
        read(ROWS, "r1", choice=Choice("lfq"))
    with pytest.raises(InputError, match="not logarithmic"):
        read(ROWS, "r1", choice=Choice(scale="log2"))
    cut = write("cut.tsv", [HEADER, *ROWS])
    cut.write_text(cut.read_text().removesuffix("\tK.EEK.D\tdecoy_P4\n"))
    with pytest.raises(InputError, match="line 5, the last, has 5 cells, the header has 7: the file is cut off"):
        read(cut, "r1")


def test_the_table_of_cptac_6_is_read_whole(shared_data: Path, read) -> None:
    path = shared_data / "spikein" / "cptac6_peptides" / "out_triqler.tsv.gz"
    plain = pd.read_csv(path, sep="\t", dtype={"run": str})
    runs = sorted(plain["run"].unique(), key=int)
    table = read(path, *runs)
    values = table.precursors.intensities
    assert len(table.proteins) == plain["proteins"].nunique()
    assert len(values) == plain.groupby(["proteins", "peptide", "charge"]).ngroups
    assert values.notna().sum().tolist() == plain["run"].value_counts().loc[runs].tolist()  # no ion twice in a run
    np.testing.assert_allclose(values.sum().to_numpy(), plain.groupby("run")["intensity"].sum().loc[runs].to_numpy())
    human = plain["proteins"].drop_duplicates().str.split(";").str[0].str.contains("_HUMAN")
    assert table.proteins["organism"].eq("Homo sapiens").sum() == human.sum()
    decoys = plain["proteins"].str.split(";").map(lambda ids: all(one.startswith("DECOY_") for one in ids))
    assert table.proteins["decoy"].sum() == plain["proteins"][decoys].nunique()
