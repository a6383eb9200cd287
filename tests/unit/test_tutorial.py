"""The tour and the guide to the table say what is so: their configs, commands, files and columns are the project's own."""

import re
import shlex
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from myosieve import cli, schema, settings
from myosieve.ranking.own_list import read_own_list
from myosieve.tables.samples import read_samples

GUIDES = ("docs/tutorial.md", "docs/reading-the-table.md")
DOCS = ("README.md", "config/README.md", "docs/evidence.md", "docs/methods.md", *GUIDES)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RESULT = re.compile(r"`(?:results/eps/)?(\w+\.(?:tsv|xlsx|html|h5ad|json|parquet))`")


def text(root: Path, name: str) -> str:
    return (root / name).read_text(encoding="utf-8")


def blocks(root: Path, name: str, language: str) -> list[str]:
    return [body for kind, body in BLOCK.findall(text(root, name)) if kind == language]


def merged(below: dict, above: dict) -> dict:
    """Return a config with the keys of another laid over it, as Snakemake merges two."""
    result = deepcopy(below)
    for key, value in above.items():
        inner = result.get(key)
        result[key] = merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return result


def command_lines(root: Path, name: str) -> list[str]:
    """Return the lines of code blocks, fenced or indented, that call `myosieve` with a command."""
    lines = (line.strip() for line in text(root, name).splitlines() if line.startswith(("    ", ".venv", "myosieve ")))
    called = (line.removeprefix(".venv/bin/") for line in lines)
    return [line for line in called if re.match(r"myosieve [a-z-]+ --", line)]


def section(page: str, title: str) -> str:
    """Return what stands under a heading, to the next of the same rank."""
    return re.split(r"^## ", page.split(f"## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def test_every_config_of_the_tour_is_valid_the_short_ones_as_keys_of_its_first_study(root: Path) -> None:
    found = [yaml.safe_load(block) for block in blocks(root, "docs/tutorial.md", "yaml")]
    assert "studies" in found[0]
    assert len(found) > 5
    for config in found:
        whole = config if "studies" in config else merged(found[0], {"studies": {"eps": config}})
        settings.check(whole, "docs/tutorial.md")
        assert settings.study_settings(whole, "eps")["contrasts"]


def test_the_paths_of_a_config_of_the_tour_are_named_by_its_text_or_downloaded(root: Path) -> None:
    first = yaml.safe_load(blocks(root, "docs/tutorial.md", "yaml")[0])["studies"]["eps"]
    before = text(root, "docs/tutorial.md").split("## 4.")[0]
    for path in (first["table"], first["samples"], *first["fasta"]):
        assert before.count(path), f"{path} is used and never made"


def test_the_sheets_and_the_list_of_the_tour_are_read(root: Path, tmp_path: Path) -> None:
    tables = [body for body in blocks(root, "docs/tutorial.md", "text") if "\t" in body]
    read = []
    for number, body in enumerate(tables):
        path = tmp_path / f"{number}.tsv"
        path.write_text(body, encoding="utf-8")
        (read_samples if body.startswith("sample\t") else read_own_list)(path)
        read.append(body.split("\t")[0])
    assert read == ["sample", "gene", "sample"]


@pytest.mark.parametrize("name", DOCS)
def test_every_command_line_of_the_docs_is_one_that_the_parser_takes(root: Path, name: str) -> None:
    for line in command_lines(root, name):
        try:
            cli._parser().parse_args(shlex.split(line)[1:])
        except SystemExit as exit_:
            pytest.fail(f"{name}: {line!r} ends with status {exit_.code}")


def test_the_tour_has_command_lines_and_the_configs_that_they_name(root: Path) -> None:
    assert command_lines(root, "docs/tutorial.md")
    page = text(root, "docs/tutorial.md")
    for line in re.findall(r"^\.venv/bin/snakemake .*$", page, re.MULTILINE):
        assert f"`{shlex.split(line)[2]}`" in page


@pytest.mark.parametrize("name", GUIDES)
def test_every_results_file_that_a_guide_names_is_in_the_readmes_table(root: Path, name: str) -> None:
    page = text(root, name)
    inputs = RESULT.findall(section(page, "2. Take the right file")) if "## 2." in page else []
    known = set(RESULT.findall(section(text(root, "README.md"), "What you get")))
    named = set(RESULT.findall(page)) - set(inputs)
    assert len(named) > 3
    assert named <= known


def test_each_column_of_the_candidates_is_explained_once_and_no_other(root: Path) -> None:
    page = text(root, "docs/reading-the-table.md").split("## Four rows")[0]
    rows = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| `")]
    classes = set(settings.study_properties()["ranking"]["properties"]["classes"]["items"]["enum"])
    cells = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(set(cells) & classes) == sorted(classes)
    # these three are explained in the text around the table of classes
    cells += [name for name in ("secretion_class", "secretion_reason", "shedding") if f"`{name}`" in page]
    assert sorted(set(cells) - classes) == sorted(schema.CANDIDATES.names)
    assert len(cells) == len(set(cells))


def test_the_rows_that_the_guide_decides_are_planted_as_it_says(root: Path) -> None:
    page = text(root, "docs/reading-the-table.md")
    truth = (root / "resources/demo/truth.tsv").read_text(encoding="utf-8").splitlines()
    planted = {
        gene: float(value)
        for _, gene, contrast, value, _ in (line.split("\t") for line in truth[1:])
        if contrast == "endurance_vs_control" and value
    }
    items = re.findall(r"^- \*\*(\w+):(.*?)(?=^- |^$)", page, re.MULTILINE | re.DOTALL)
    said = {gene: float(found[1]) for gene, words in items if (found := re.search(r"lanted,\s+at\s+(\d\.\d)", words))}
    assert {"COL15A1", "FNDC5"} <= set(said)
    assert said == {gene: pytest.approx(planted.get(gene, 0.0), abs=0.06) for gene in said}
    assert "TXN" not in planted


def test_the_tests_and_benchmarks_that_the_readme_names_are_there(root: Path) -> None:
    compared = section(text(root, "README.md"), "What others do not")
    rows = [line for line in compared.splitlines() if line.startswith("| ")][1:]
    for row in rows:
        shown = re.findall(r"`((?:tests|benchmarks)/[\w/.]+)`", row)
        assert shown, row
        assert all((root / path).exists() for path in shown), row


def test_both_guides_are_linked_from_the_readme(root: Path) -> None:
    assert all(f"({name})" in text(root, name="README.md") for name in GUIDES)
