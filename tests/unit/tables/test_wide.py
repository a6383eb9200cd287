"""Columns per sample: which quantity they hold, and which of them a sheet names."""

import re
from pathlib import Path

import pytest

from myosieve.errors import InputError
from myosieve.tables import wide
from myosieve.tables.samples import Samples, read_samples
from myosieve.tables.wide import Family

LFQ = Family("lfq", "MaxLFQ", re.compile(r"(?P<sample>.+) MaxLFQ Intensity"))
PLAIN = Family("intensity", "Intensity", re.compile(r"(?P<sample>.+) Intensity"))
FAMILIES = (LFQ, PLAIN)
HEADER = ["Protein", "A Intensity", "B Intensity", "A MaxLFQ Intensity", "B MaxLFQ Intensity", "A 1 Intensity"]


@pytest.fixture
def samples(write):
    def samples(*cells: str) -> Samples:
        names = [f"s{place}" for place in range(len(cells))]
        return read_samples(write("s.tsv", {"sample": names, "column": cells, "condition": ["x"] * len(cells)}))

    return samples


def choose(sheet: Samples, quantity: str = "auto", header: list[str] = HEADER):
    return wide.choose(header, FAMILIES, sheet, quantity, Path("t.tsv"), lambda family: f"write a {family.kind} column")


def test_a_column_belongs_to_the_first_family_that_it_matches() -> None:
    found = wide.columns_of(HEADER, FAMILIES)
    assert found[LFQ] == {3: "A", 4: "B"}
    assert found[PLAIN] == {1: "A", 2: "B", 5: "A 1"}


def test_the_best_family_that_has_every_sample_is_taken(samples) -> None:
    assert choose(samples("A", "B")).family == LFQ
    chosen = choose(samples("A", "B", "A 1"))
    assert (chosen.family, chosen.positions) == (PLAIN, [1, 2, 5])


def test_a_sample_whose_name_begins_another_is_not_taken_for_it(samples) -> None:
    chosen = choose(samples("A 1", "A"), "intensity")
    assert chosen.positions == [5, 1]


def test_full_names_decide_for_their_family(samples) -> None:
    assert choose(samples("A Intensity", "B Intensity")).family == PLAIN


def test_a_quantity_that_the_table_has_not_is_refused_with_those_it_has(samples) -> None:
    with pytest.raises(InputError, match="the table has no MaxLFQ column per sample; use intensity"):
        choose(samples("A"), "lfq", ["Protein", "A Intensity"])


def test_columns_without_a_sample_are_told(samples) -> None:
    assert choose(samples("B", "A 1")).left_out == ("A Intensity",)


def test_what_matches_nothing_is_refused_with_both_sides(samples) -> None:
    with pytest.raises(InputError) as error:
        choose(samples("A", "C"))
    assert "no MaxLFQ column of t.tsv for 's1' (column 'C')" in str(error.value)
    assert "columns without a sample: 'B MaxLFQ Intensity'; write a MaxLFQ column" in str(error.value)


@pytest.mark.parametrize(
    "cell", [r"C:\data\run_1.raw", "/data/run_1.mzML", "run_1.raw", "run_1", r"D:\other\run_1.raw.dia"]
)
def test_a_run_goes_by_its_path_its_file_name_or_its_stem(samples, cell: str) -> None:
    runs = Family("lfq", "run", re.compile(r"(?P<sample>(?!Protein$).+)"))
    header = ["Protein", r"C:\data\run_1.raw", r"C:\data\run_10.raw"]
    chosen = wide.choose(header, (runs,), samples(cell), "auto", Path("t.tsv"), str)
    assert chosen.positions == [1]


def test_two_runs_of_one_file_name_are_told_apart_by_their_path_only(samples) -> None:
    runs = Family("lfq", "run", re.compile(r"(?P<sample>(?!Protein$).+)"))
    header = ["Protein", "/a/run.raw", "/b/run.raw"]
    assert wide.choose(header, (runs,), samples("/b/run.raw"), "auto", Path("t.tsv"), str).positions == [2]
    with pytest.raises(InputError, match="matches 2 columns"):
        wide.choose(header, (runs,), samples("run"), "auto", Path("t.tsv"), str)


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ("Ctrl-1", "Ctrl.1 Intensity"),
        ("12 pT2+ (a)", "12.pT2...a. Intensity"),
        ("1A", "X1A Intensity"),
        ("Müll/2", "Müll.2 Intensity"),
        ("A-1 Intensity", "A.1.Intensity"),
    ],
)
def test_a_sheet_may_name_a_sample_as_it_was_called_before_r_spelled_it(samples, cell: str, column: str) -> None:
    # What R's make.names (?make.names) does: a dot for every sign that no name has, an X before a digit at the start.
    either = Family("intensity", "Intensity", re.compile(r"(?P<sample>.+)[ .]Intensity"))
    header = ["Protein", "B Intensity", column]
    assert wide.choose(header, (either,), samples(cell), "auto", Path("t.tsv"), str).positions == [2]


def test_two_samples_that_r_spells_alike_are_refused_and_a_literal_name_goes_first(samples) -> None:
    header = ["Protein", "A.1 Intensity", "A-1 Intensity"]
    assert choose(samples("A-1", "A.1"), header=header).positions == [2, 1]
    with pytest.raises(InputError, match=r"name the same column 'A\.1 Intensity'"):
        choose(samples("A-1", "A+1"), header=header[:2])
