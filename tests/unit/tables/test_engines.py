"""The engine is told from the header, and intensities that are logarithms already are refused."""

from pathlib import Path

import numpy as np
import pytest

from myosieve.errors import InputError
from myosieve.tables.engines import detect
from myosieve.tables.intensities import looks_logarithmic

MAXQUANT = ["Protein IDs", "Majority protein IDs", "LFQ intensity A"]
DIANN = ["Protein.Group", "Protein.Ids", "Genes", "run.raw"]


@pytest.mark.parametrize(("header", "name"), [(MAXQUANT, "MaxQuant"), (DIANN, "DIA-NN")])
def test_the_header_tells_the_engine_whatever_the_file_is_called(header: list[str], name: str) -> None:
    assert detect(header, "auto", Path("report.pg_matrix.tsv")).name == name
    assert detect(header, "auto", Path("proteinGroups.txt")).name == name


@pytest.mark.parametrize(
    ("header", "format_", "says"),
    [
        (
            DIANN,
            "maxquant",
            "lacks a column 'Majority protein IDs' or 'Protein IDs'; give MaxQuant's proteinGroups.txt",
        ),
        (["Protein IDs", "Score"], "maxquant", "lacks columns 'LFQ intensity ...'"),
        (MAXQUANT, "diann", "lacks a column 'Protein.Group'; give DIA-NN's report.pg_matrix.tsv"),
        (["Protein.Group", "Precursor.Id", "run"], "diann", "a table of precursors"),
        (["Protein.Group", "Run", "PG.MaxLFQ"], "diann", "a main report"),
        (["Protein.Group", "Genes"], "diann", "lacks a column per run"),
    ],
)
def test_a_format_that_the_header_contradicts_is_refused_with_what_lacks(header, format_: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        detect(header, format_, Path("t.txt"))
    assert f"t.txt: format is {format_!r}, but the table" in str(error.value)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (["Protein", "H1"], "of no known search engine (its columns begin with 'Protein', 'H1')"),
        (["Protein ID", "Combined Total Peptides"], "FragPipe's combined_protein.tsv, which MyoSieve does not read"),
        (["PG.ProteinGroups", "a.PG.Quantity"], "a Spectronaut report"),
    ],
)
def test_an_unknown_table_is_refused_with_what_would_be_read(header: list[str], says: str) -> None:
    with pytest.raises(InputError) as error:
        detect(header, "auto", Path("t.txt"))
    assert says in str(error.value)
    assert "proteinGroups.txt" in str(error.value)
    assert "report.pg_matrix.tsv" in str(error.value)


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
