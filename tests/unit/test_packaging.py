"""pyproject.toml, environment.yml, the conda file of the rules and the lock files say the same."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

# Where conda's name of a package differs.
CONDA_NAMES = {"snakemake": "snakemake-minimal"}


def requirement(text: str) -> tuple[str, str]:
    """Return name and version range of a requirement, without extras."""
    name, version = re.fullmatch(r"([\w-]+)(?:\[[\w,]+\])?\s*(.*)", text).groups()
    return name.lower(), version.replace(" ", "")


@pytest.fixture
def pyproject(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def conda_requirements(path: Path) -> dict[str, str]:
    return dict(requirement(text) for text in yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"])


@pytest.mark.parametrize("name", ["environment.yml", "workflow/envs/myosieve.yml"])
def test_conda_users_get_the_same_packages_in_the_same_ranges(root: Path, pyproject: dict, name: str) -> None:
    wanted = dict(requirement(text) for text in pyproject["project"]["dependencies"])
    wanted = {CONDA_NAMES.get(package, package): version for package, version in wanted.items()}
    wanted |= {"python": pyproject["project"]["requires-python"], "pygments": ""}
    assert conda_requirements(root / name) == wanted


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_the_lock_files_pin_every_requirement_and_name_no_index(root: Path, pyproject: dict, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in text
    pinned = {line.split("==")[0].split("[")[0].lower() for line in text.splitlines() if "==" in line}
    wanted = [*pyproject["project"]["dependencies"]]
    if "test" in name:
        wanted += pyproject["project"]["optional-dependencies"]["test"]
    assert {requirement(entry)[0] for entry in wanted} <= pinned


def test_versions_agree(root: Path, pyproject: dict) -> None:
    import myosieve

    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    changes = re.findall(r"^## \[(\d[\d.]*)\]", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert myosieve.__version__ == pyproject["project"]["version"] == citation["version"] == changes[0]


def test_a_wheel_carries_what_ships_and_its_commands_find_it(root: Path, tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    fasta = tmp_path / "one.fasta"
    fasta.write_text(
        ">sp|P01308|INS_HUMAN Insulin OS=Homo sapiens OX=9606 GN=INS\nMALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEAL\n"
    )
    command = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); from myosieve.cli import main; sys.exit(main())"
    )
    out = tmp_path / "features.tsv"
    # -P keeps the source tree out of the path
    subprocess.run(
        [sys.executable, "-P", "-c", command, "annotate", "--fasta", fasta, "--out", out], check=True, cwd=tmp_path
    )
    assert "classical" in out.read_text(encoding="utf-8")
