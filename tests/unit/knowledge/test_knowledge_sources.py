"""SOURCES.md says what the tables are: its numbers are those of the tables, its digests those that the build demands."""

import gzip
import re
from collections import Counter

import packages


def cells(text: str, first: str) -> list[str]:
    """Return the cells of the Markdown table row that begins with `first`."""
    line = next(line for line in text.splitlines() if line.startswith(f"| {first} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_sources_counts_the_rows_of_every_table(folder):
    text = (folder / "SOURCES.md").read_text(encoding="utf-8")
    for path in sorted(folder.glob("*.tsv*")):
        packed = path.read_bytes()
        rows = len((gzip.decompress(packed) if path.suffix == ".gz" else packed).splitlines()) - 1
        assert cells(text, f"`{path.name}`")[1] == str(rows)


def test_sources_counts_the_leak_markers_of_every_compartment(folder, leak_markers):
    text = (folder / "SOURCES.md").read_text(encoding="utf-8")
    counts = Counter((row["compartment"], row["organism"]) for row in leak_markers)
    for compartment in {compartment for compartment, _ in counts}:
        wanted = [str(counts[compartment, organism]) for organism in ("human", "mouse", "rat")]
        assert cells(text, compartment)[-3:] == wanted


def test_sources_counts_the_extracellular_proteins_of_every_class(folder, extracellular):
    text = (folder / "SOURCES.md").read_text(encoding="utf-8")
    counts = Counter((row["evidence"], row["organism"]) for row in extracellular)
    for evidence in {evidence for evidence, _ in counts}:
        wanted = [str(counts[evidence, organism]) for organism in ("human", "mouse", "rat")]
        assert cells(text, evidence)[-3:] == wanted


def test_sources_names_version_and_digest_of_every_file(folder):
    lines = (folder / "SOURCES.md").read_text(encoding="utf-8").splitlines()
    for file in packages.FILES.values():
        line = next(line for line in lines if f"`{file.ending}`" in line)
        assert file.package in line
        assert file.version in line
        assert re.search(r"`([0-9a-f]{64})`", line).group(1) == file.sha256
