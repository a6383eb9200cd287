"""What `snakemake --report` shows: each marked output has its caption, and the workflow parses with them."""

import json
import re
from pathlib import Path

import yaml

from tests.workflow.conftest import Project

# Of each kind of figure, what its caption alone says.
SAID = {
    "samples": "samples that stand out are named",
    "volcano": "Every test of the contrast",
    "ranks": "A line spans the ranks",
    "heat_map": "hatched cells are missing values",
    "recovery": "Known myokines among the detected",
    "crosstalk": "their receptors, and the organs",
}


def test_every_caption_that_a_rule_names_exists_and_says_something(root: Path) -> None:
    named = {
        (rules.parent / name).resolve()
        for rules in (root / "workflow" / "rules").glob("*.smk")
        for name in re.findall(r'caption="([^"]+)"', rules.read_text(encoding="utf-8"))
    }
    assert {path.name for path in named} == {"candidates.rst", "page.rst", "figures.rst"}
    assert all(len(path.read_text(encoding="utf-8")) > 80 for path in named)
    assert named == {path.resolve() for path in (root / "workflow" / "report").iterdir()}


def told(page: str, name: str) -> dict:
    """Return a table that the report's page assigns in one of its scripts, as JSON."""
    (start,) = [found.end() for found in re.finditer(rf"var {name} = (?={{\"|{{}})", page)]
    return json.JSONDecoder().raw_decode(page, start)[0]


def test_the_report_of_snakemake_holds_figures_and_candidates_in_categories_with_captions(project: Project) -> None:
    done = project.snakemake("--configfile", "mine.yaml", "--report", "report.html")
    assert done.returncode == 0, done.stdout + done.stderr
    page = (project.folder / "report.html").read_text(encoding="utf-8")
    figures = sorted(path.as_posix() for path in Path(project.folder, "results/demo/figures").glob("*.svg"))
    figures = [Path(path).relative_to(project.folder).as_posix() for path in figures]
    contrasts = yaml.safe_load((project.folder / "mine.yaml").read_text())["studies"]["demo"]["contrasts"]
    assert len(figures) == 1 + 5 * len(contrasts)
    categories = told(page, "categories")
    assert categories.pop("Figures")["demo"] == figures
    assert categories == {
        "Candidates": {"demo": ["results/demo/candidates.tsv"]},
        "Report": {"demo": ["results/demo/report.html"]},
    }
    captions = {path: one["caption"] for path, one in told(page, "results").items()}
    assert "why it was excluded" in captions["results/demo/candidates.tsv"]
    assert "The page to open first" in captions["results/demo/report.html"]
    for path in figures:
        kinds = [kind for kind, words in SAID.items() if words in captions[path]]
        assert kinds == [kind for kind in SAID if Path(path).name.startswith(kind)]
        assert "as PDF and PNG" in captions[path]
        assert "{" not in captions[path]
