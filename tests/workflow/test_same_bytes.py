"""Same input, same bytes: in every table, the workbook, the page and the figures, whatever the cores and the time."""

import shutil
from pathlib import Path

import pytest

from tests.workflow.conftest import Project

TIMED = ("provenance.json",)  # holds how long each step took


def contents(folder: Path) -> dict[str, bytes]:
    paths = [p for p in folder.rglob("*") if p.is_file() and p.name not in TIMED and "record" not in p.as_posix()]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}


@pytest.mark.slow
def test_a_second_run_on_one_core_gives_the_same_bytes(project: Project) -> None:
    results = project.folder / "results"
    before = contents(results)
    assert {"demo/candidates.tsv", "demo/candidates.xlsx", "demo/report.html"} <= set(before)
    assert {f"demo/figures/samples.{kind}" for kind in ("svg", "pdf", "png")} <= set(before)
    shutil.rmtree(results)
    shutil.rmtree(project.folder / ".snakemake")
    done = project.snakemake("--configfile", "mine.yaml", "--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    after = contents(results)
    assert set(after) == set(before)
    assert [name for name in before if before[name] != after[name]] == []
