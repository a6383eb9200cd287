"""What `snakemake --report` shows: each marked output has its caption, and the workflow parses with them."""

import re
from pathlib import Path

from tests.workflow.conftest import Project


def test_every_caption_that_a_rule_names_exists_and_says_something(root: Path) -> None:
    named = {
        (rules.parent / name).resolve()
        for rules in (root / "workflow" / "rules").glob("*.smk")
        for name in re.findall(r'caption="([^"]+)"', rules.read_text(encoding="utf-8"))
    }
    assert {path.name for path in named} == {"candidates.rst", "page.rst", "figures.rst"}
    assert all(len(path.read_text(encoding="utf-8")) > 80 for path in named)
    assert named == {path.resolve() for path in (root / "workflow" / "report").iterdir()}


def test_the_report_holds_figures_and_candidates_with_their_captions(project: Project) -> None:
    done = project.snakemake("--configfile", "mine.yaml", "--report", "report.html")
    assert done.returncode == 0, done.stdout + done.stderr
    page = (project.folder / "report.html").read_text(encoding="utf-8")
    assert "samples.svg" in page
    assert "candidates.tsv" in page
    assert "hatched cells are missing values" in page
