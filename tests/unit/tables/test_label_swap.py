"""Swapped isotope labels: the ratios of those samples are inverted, whichever search engine wrote the table."""

from pathlib import Path

import pytest

from myosieve import files, settings
from myosieve.errors import InputError
from myosieve.tables.samples import read_samples
from myosieve.tables.step import intake

GENERIC = {"columns": {"protein_group": "id"}, "quantity": "ratio"}
MAXQUANT = {"quantity": "auto"}


@pytest.fixture(params=["generic", "maxquant"])
def table(request: pytest.FixtureRequest, write) -> tuple[Path, dict, str]:
    """Return a table of ratios, what to ask of it, and how its columns are called."""
    ratios = {"a": [4, 0.5], "b": [0.25, 0]}
    if request.param == "generic":
        return write("t.tsv", {"id": ["P1", "P2"], **ratios}), GENERIC, "{}"
    columns = {f"Ratio H/L normalized {name}": cells for name, cells in ratios.items()}
    return write("t.tsv", {"Majority protein IDs": ["P1", "P2"], **columns}), MAXQUANT, "H/L {}"


def read(table: tuple[Path, dict, str], sheet, folder: Path, swap: list[str]):
    path, asked, named = table
    samples = sheet("a", "b", column=[named.format("a"), named.format("b")], label_swap=swap)
    summary = intake(path, samples, settings.stage_defaults("tables") | asked, folder)
    return summary, files.read_table(folder / "intensities.tsv").set_index("protein_group")


def test_the_ratios_of_a_swapped_sample_are_inverted_and_no_others(table, sheet, tmp_path: Path) -> None:
    summary, values = read(table, sheet, tmp_path / "out", ["", "yes"])
    assert values["a"].tolist() == [4, 0.5]
    assert values.loc["P1", "b"] == 4  # 1 / 0.25
    assert values["b"].isna().tolist() == [False, True]  # a missing ratio stays missing
    assert "ratios of swapped labels were inverted (1): b" in summary.warnings


def test_without_a_swap_the_ratios_are_as_they_are(table, sheet, tmp_path: Path) -> None:
    summary, values = read(table, sheet, tmp_path / "out", ["no", ""])
    assert values.loc["P1"].tolist() == [4, 0.25]
    assert not any("swapped" in warning for warning in summary.warnings)


def test_swapped_labels_are_refused_where_the_values_are_no_ratios(protein_groups, sheet, tmp_path: Path) -> None:
    samples = sheet("A1", "B1", label_swap=["no", "yes"])
    with pytest.raises(InputError, match="label_swap is yes for 'B1', but the values are lfq, no ratios"):
        intake(protein_groups(), samples, settings.stage_defaults("tables"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_word_is_refused_with_its_line(sheet) -> None:
    with pytest.raises(InputError, match="line 3: 'label_swap' is 'maybe'; write yes or no"):
        read_samples(sheet("a", "b", label_swap=["", "maybe"]))
