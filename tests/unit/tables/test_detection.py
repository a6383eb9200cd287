"""The engine is told from the header; intensities that are logarithms already are refused, or taken as such when told."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables.detection import READERS, detect
from myosieve.tables.intensities import linear, looks_logarithmic
from myosieve.tables.source import Source

MAXQUANT = ("Protein IDs", "Majority protein IDs", "LFQ intensity A")
DIANN = ("Protein.Group", "Protein.Ids", "Genes", "run.raw")
PRECURSORS = ("Protein.Group", "Precursor.Id", "run.raw")
REPORT = ("Protein.Group", "Precursor.Id", "Run", "PG.MaxLFQ", "Precursor.Normalised")


def source(header: Sequence[str], sheet: str = "") -> Source:
    return Source(Path("t.txt"), tuple(header), "sheet" if sheet else "text", sheet)


@pytest.mark.parametrize(
    ("header", "engine", "table"),
    [
        (MAXQUANT, "MaxQuant", "proteinGroups.txt"),
        (DIANN, "DIA-NN", "report.pg_matrix.tsv"),
        (PRECURSORS, "DIA-NN", "report.pr_matrix.tsv"),
        (REPORT, "DIA-NN", "main report (report.parquet or report.tsv)"),
    ],
)
def test_the_header_tells_the_kind_of_table(header: Sequence[str], engine: str, table: str) -> None:
    reader, _ = detect([source(header)], "auto")
    assert (reader.engine, reader.table) == (engine, table)


def test_no_header_fits_two_engines() -> None:
    for header in (MAXQUANT, DIANN, PRECURSORS, REPORT):
        formats = {reader.format for reader in READERS if not reader.lacks(header)} - {"generic"}
        assert len(formats) == 1, header


def test_the_sheet_of_a_workbook_that_is_a_table_is_taken() -> None:
    sheets = [source(("who", "when"), "about"), source(DIANN, "proteins"), source(("x",), "more")]
    assert detect(sheets, "auto")[1].sheet == "proteins"


@pytest.mark.parametrize(
    ("header", "format_", "says"),
    [
        (DIANN, "maxquant", "lacks a column 'Majority protein IDs' or 'Protein IDs'; give MaxQuant proteinGroups.txt"),
        (MAXQUANT, "diann", "lacks a column 'Protein.Group'; give DIA-NN report.pg_matrix.tsv"),
        (("Protein.Group", "Genes"), "diann", "lacks a column per run"),
    ],
)
def test_a_format_that_the_header_contradicts_is_refused_with_what_lacks(header, format_: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        detect([source(header)], format_)
    assert f"t.txt: format is {format_!r}, but the table" in str(error.value)
    assert says in str(error.value)


def test_an_unknown_table_is_refused_with_what_would_be_right() -> None:
    with pytest.raises(InputError) as error:
        detect([source(("who", "when"))], "auto")
    assert "of no known search engine" in str(error.value)
    assert "(they begin with 'who', 'when')" in str(error.value)
    assert "set format: generic" in str(error.value)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (
            ("First", "LFQ intensity A"),
            "looks like one of MaxQuant (it has a column 'LFQ intensity A'), but lacks a column 'Majority protein IDs'",
        ),
        (("Group", "First.Protein.Description"), "looks like one of DIA-NN"),
        (("First", "Indistinguishable Proteins"), "looks like one of FragPipe"),
        (("Group", "a.raw.PG.Quantity"), "looks like one of Spectronaut"),
        (("First", "Abundance: F1: Sample"), "looks like one of Proteome Discoverer"),
    ],
)
def test_a_table_that_somebody_changed_is_refused_with_what_lacks(header: Sequence[str], says: str) -> None:
    with pytest.raises(InputError) as error:
        detect([source(header)], "auto")
    assert says in str(error.value)


def test_an_unknown_workbook_names_its_sheets() -> None:
    with pytest.raises(InputError, match=r"none of its sheets \('one', 'two'\) has"):
        detect([source(("who",), "one"), source(("when",), "two")], "auto")


def intensities(count: int) -> np.ndarray:
    """Log-normal intensities as a proteome has them: median 2^22, standard deviation 2.5 on the log2 scale."""
    return 2 ** np.random.default_rng(1).normal(22, 2.5, size=(count, 4))


@pytest.mark.parametrize("logarithm", [np.log2, np.log10, np.log])
def test_logarithms_are_told_from_intensities(logarithm) -> None:
    values = intensities(100)
    assert not looks_logarithmic(values)
    assert looks_logarithmic(logarithm(values))


def test_small_linear_values_are_no_logarithms() -> None:
    values = intensities(100)
    assert not looks_logarithmic(values / values.max() * 50)  # scaled, as relative iBAQ is
    assert not looks_logarithmic(np.random.default_rng(1).integers(1, 30, size=(50, 4)).astype(float))  # counts


def test_fewer_than_twenty_values_prove_nothing() -> None:
    assert not looks_logarithmic(np.log2(intensities(4)))  # 16 values
    assert looks_logarithmic(np.log2(intensities(5)))  # 20 values
    assert not looks_logarithmic(np.full((3, 3), np.nan))


def test_ratios_are_small_and_no_logarithms() -> None:
    ratios = 2 ** np.random.default_rng(1).normal(0, 0.4, size=(100, 4))
    assert not looks_logarithmic(ratios)


def frame(values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(values, columns=[f"s{place}" for place in range(values.shape[1])])


@pytest.mark.parametrize(("scale", "logarithm"), [("log2", np.log2), ("log10", np.log10), ("ln", np.log)])
def test_logarithms_are_taken_back_when_told(scale: str, logarithm) -> None:
    values = intensities(50)
    found = linear(frame(logarithm(values)), scale, True, Path("t"))
    np.testing.assert_allclose(found, values)


def test_a_zero_among_logarithms_of_intensities_is_missing_and_among_ratios_is_a_value() -> None:
    found = linear(frame(np.array([[0.0, 22.0], [23.0, 24.0]])), "log2", True, Path("t"))
    assert np.isnan(found[0, 0])
    found = linear(frame(np.array([[0.0, -1.0], [1.0, 2.0]])), "log2", True, Path("t"))
    assert found[0].tolist() == [1.0, 0.5]


def test_linear_values_called_logarithms_are_refused() -> None:
    with pytest.raises(InputError, match=r"scale is 'log2', but values go up to .*; set scale to linear"):
        linear(frame(intensities(50)), "log2", True, Path("t"))


def test_small_values_are_believed_when_told_that_they_are_linear() -> None:
    log2 = np.log2(intensities(50))
    with pytest.raises(InputError, match=r"look log-transformed already .*set scale to log2, log10 or ln"):
        linear(frame(log2), "linear", False, Path("t"))
    np.testing.assert_array_equal(linear(frame(log2), "linear", True, Path("t")), log2)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (("Genes", "N.Sequences", "N.Proteotypic.Sequences", "run.raw"), "one of DIA-NN .* lacks a column 'Protein.Group'"),
        (("Proteins", "Protein", "Localization prob", "Positions within proteins", "Sequence window", "Intensity A",
          "Intensity A___1", "Protein group IDs"), "one of MaxQuant .* has a column 'Protein group IDs'"),
        (("Raw file", "Sequence", "Modified sequence", "Proteins", "Charge", "Score", "Protein group IDs"), "one of MaxQuant"),
    ],
)  # fmt: skip
def test_genes_sites_and_spectra_are_no_proteins_and_the_engine_is_named(header, says: str) -> None:
    with pytest.raises(InputError, match=says):
        detect([source(header)], "auto")
