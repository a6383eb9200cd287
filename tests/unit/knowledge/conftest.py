"""What the tests of the knowledge tables share: the tables, and the scripts that build them."""

import csv
import gzip
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "resources" / "build"))

Rows = list[dict[str, str]]


def read(path: Path) -> Rows:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="session")
def folder() -> Path:
    """The folder of the shipped tables."""
    return ROOT / "resources" / "knowledge"


@pytest.fixture(scope="session")
def leak_markers(folder: Path) -> Rows:
    return read(folder / "leak_markers.tsv")


@pytest.fixture(scope="session")
def extracellular(folder: Path) -> Rows:
    return read(folder / "extracellular.tsv")


@pytest.fixture(scope="session")
def receptors(folder: Path) -> Rows:
    return read(folder / "receptors.tsv")


@pytest.fixture(scope="session")
def contaminants(folder: Path) -> Rows:
    return read(folder / "contaminants.tsv")


@pytest.fixture(scope="session")
def myokines(folder: Path) -> dict[str, dict[str, str]]:
    return {row["gene"]: row for row in read(folder / "myokines.tsv")}


@pytest.fixture(scope="session")
def genes(folder: Path) -> Rows:
    return read(folder / "genes.tsv.gz")


@pytest.fixture(scope="session")
def aliases(folder: Path) -> Rows:
    return read(folder / "aliases.tsv.gz")


@pytest.fixture(scope="session")
def facts(folder: Path) -> Rows:
    return read(folder / "myokine_facts.tsv")


@pytest.fixture(scope="session")
def pathways(folder: Path) -> Rows:
    return read(folder / "pathways.tsv")


@pytest.fixture(scope="session")
def protocols(folder: Path) -> Rows:
    return read(folder / "protocols.tsv")


@pytest.fixture(scope="session")
def organisms(folder: Path) -> Rows:
    return read(folder / "organisms.tsv")


@pytest.fixture(scope="session")
def unpacked() -> Path:
    """The folder below which the packages were unpacked."""
    named = os.environ.get("MYOSIEVE_KNOWLEDGE_PACKAGES")
    if not named:
        pytest.skip(
            "set MYOSIEVE_KNOWLEDGE_PACKAGES to the folder of the unpacked packages (resources/build/knowledge.py)"
        )
    return Path(named)
