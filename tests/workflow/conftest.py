"""A copy of the project in which the demo has run, and what a dry run would do in it."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

COPIED = ["Snakefile", "workflow", "profiles", "config", "resources"]


@dataclass(frozen=True)
class Project:
    """A copy of the project; `myosieve` is imported from the copy, so that its modules can be edited."""

    folder: Path

    def snakemake(self, *options: str) -> subprocess.CompletedProcess:
        environment = os.environ | {"PYTHONPATH": str(self.folder / "workflow")}
        command = [str(Path(sys.executable).parent / "snakemake"), "--cores", "2", *options]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def jobs(self, *options: str, config: str = "mine.yaml") -> dict[str, int]:
        """Return how often a dry run would run each rule; the empty dict is 'nothing to be done'."""
        done = self.snakemake("--configfile", config, "--dry-run", *options)
        assert done.returncode == 0, done.stdout + done.stderr
        table = re.search(r"^job\s+count\n[-\s]+\n(.*?)\ntotal", done.stdout + done.stderr, re.MULTILINE | re.DOTALL)
        if table is None:
            assert "Nothing to be done" in done.stdout + done.stderr
            return {}
        counts = {name: int(count) for name, count in (line.split() for line in table.group(1).splitlines())}
        return {name: count for name, count in counts.items() if name not in ("all", "default")}

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace text that stands once in a file of the project."""
        path = self.folder / name
        before = path.read_text(encoding="utf-8")
        assert before.count(old) == 1, f"{old!r} stands {before.count(old)} times in {name}"
        path.write_text(before.replace(old, new), encoding="utf-8")

    def files(self) -> set[str]:
        """Return all files below the results folder."""
        return {p.relative_to(self.folder).as_posix() for p in (self.folder / "results").rglob("*") if p.is_file()}


def demo_config(root: Path) -> dict:
    return yaml.safe_load((root / "config" / "demo.yaml").read_text(encoding="utf-8"))


def copied(root: Path, folder: Path) -> Project:
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return Project(folder)


@pytest.fixture(scope="session")
def finished(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy in which the demo has run, without its last sample, from `mine.yaml` and `samples.tsv`."""
    made = copied(root, tmp_path_factory.mktemp("finished"))
    config = demo_config(root)
    config["studies"]["demo"]["samples"] = "samples.tsv"
    (made.folder / "mine.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    sheet = (root / "resources" / "demo" / "samples.tsv").read_text(encoding="utf-8")
    (made.folder / "samples.tsv").write_text("\n".join(sheet.splitlines()[:-1]) + "\n", encoding="utf-8")
    (made.folder / "last_sample.txt").write_text(sheet.splitlines()[-1], encoding="utf-8")
    done = made.snakemake("--configfile", "mine.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished project, modification times included, to do with as a test likes."""
    shutil.copytree(finished.folder, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")
