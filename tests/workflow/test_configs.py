"""Which studies a config builds, and how a wrong one is refused before any job runs."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.workflow.conftest import Project, copied, demo_config


@pytest.fixture(scope="module")
def bare(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy in which nothing has run."""
    return copied(root, tmp_path_factory.mktemp("bare"))


def refused(bare: Project, config: dict, said: str) -> None:
    """Assert that snakemake stops with exit status 2 and one line, and writes nothing."""
    (bare.folder / "wrong.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    before = bare.files()
    done = bare.snakemake("--configfile", "wrong.yaml")
    lines = [line for line in done.stderr.splitlines() if line.startswith("myosieve")]
    assert done.returncode == 2, done.stderr
    assert len(lines) == 1
    assert said in lines[0]
    assert "Traceback" not in done.stderr
    assert bare.files() == before


def with_study(root: Path, **changes: object) -> dict:
    """Return the demo's config with some keys of the study changed, and no comparison."""
    return {"studies": {"demo": demo_config(root)["studies"]["demo"] | changes}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"contrast": {}}, "wrong.yaml: unknown key 'studies.demo.contrast'; did you mean 'contrasts'?"),
        ({"table": "absent.txt"}, "studies.demo: table: file 'absent.txt' does not exist"),
        ({"fasta": ["absent.fasta"]}, "studies.demo: fasta: file 'absent.fasta' does not exist"),
        ({"serum_fasta": ["absent.fasta"]}, "studies.demo: serum_fasta: file 'absent.fasta' does not exist"),
        ({"evidence": {"files": ["absent.txt"]}}, "evidence.files: file 'absent.txt' does not exist"),
        ({"knowledge": {"expression": ["absent.tsv"]}}, "knowledge.expression: file 'absent.tsv' does not exist"),
        (
            {"contrasts": {"c": {"treatment": "endurance", "control": "rest"}}},
            "contrast 'c': control 'rest' is a condition that no sample has; conditions in the sample sheet: control, ",
        ),
        ({"design": "~ donor + condition"}, "names 'donor'; columns of the sample sheet: sample"),
        ({"design": "~ subject"}, "lacks 'condition'"),
        ({"immunoassay": {"panel": "resources/demo/panel.tsv"}}, "immunoassay: a panel without a plate"),
        ({"fdr": 5}, "key 'studies.demo.fdr' is 5; it must be below 1"),
    ],
)
def test_a_wrong_config_is_refused_before_any_job(root: Path, bare: Project, changes: dict, said: str) -> None:
    refused(bare, with_study(root, **changes), said)


def test_a_contrast_that_the_design_cannot_estimate_is_refused_before_any_job(root: Path, bare: Project) -> None:
    rows = (root / "resources" / "demo" / "samples.tsv").read_text(encoding="utf-8").splitlines()
    condition = rows[0].split("\t").index("condition")
    # a lab that is the same thing as the condition
    sheet = [f"{rows[0]}\tlab", *(f"{row}\tlab_{row.split(chr(9))[condition]}" for row in rows[1:])]
    (bare.folder / "confounded.tsv").write_text("\n".join(sheet) + "\n", encoding="utf-8")
    config = with_study(root, samples="confounded.tsv", design="~ lab + condition")
    refused(bare, config, "the design '~ lab + condition' cannot estimate it")


@pytest.mark.slow
def test_a_design_that_carries_the_leak_index_has_it_computed_first(root: Path, bare: Project) -> None:
    for design, runs in (("~ subject + condition", False), ("~ subject + condition + leak_index", True)):
        config = with_study(root, design=design)
        (bare.folder / "leak.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        done = bare.snakemake("--configfile", "leak.yaml", "--dry-run")
        assert done.returncode == 0, done.stderr
        assert ("rule leak_index:" in done.stdout) == runs


def test_a_comparison_of_a_contrast_that_is_not_there_is_refused(root: Path, bare: Project) -> None:
    config = demo_config(root) | {"compare": {"both": ["demo.endurance_vs_control", "demo.acute"]}}
    refused(
        bare,
        config,
        "compare.both: 'demo.acute' is not a contrast of this config; contrasts: demo.endurance_vs_control, ",
    )


def test_a_sheet_with_a_repeated_sample_is_refused_before_any_job(root: Path, bare: Project) -> None:
    rows = (root / "resources" / "demo" / "samples.tsv").read_text(encoding="utf-8").splitlines()
    (bare.folder / "twice.tsv").write_text("\n".join([*rows, rows[-1]]) + "\n", encoding="utf-8")
    refused(bare, with_study(root, samples="twice.tsv"), "twice.tsv")


def test_a_users_config_builds_its_studies_and_never_the_demos(root: Path, bare: Project) -> None:
    config = {"studies": {"mine": demo_config(root)["studies"]["demo"]}}
    (bare.folder / "mine.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    done = bare.snakemake("--configfile", "mine.yaml", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "results/mine/candidates.tsv" in done.stdout + done.stderr
    assert "results/demo" not in done.stdout + done.stderr


def test_a_users_config_without_studies_does_not_fall_back_on_the_templates(bare: Project) -> None:
    refused(bare, {"defaults": {"fdr": 0.1}}, "wrong.yaml: the config lacks 'studies'")


def test_config_files_merge_from_left_to_right(root: Path, bare: Project) -> None:
    (bare.folder / "base.yaml").write_text(yaml.safe_dump(demo_config(root)), encoding="utf-8")
    (bare.folder / "new.yaml").write_text("defaults: {ranking: {seed: 7}}\n", encoding="utf-8")
    done = bare.snakemake("--configfile", "base.yaml", "new.yaml", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert '"seed": 7' in (bare.folder / "results" / "demo" / "settings" / "ranking.json").read_text(encoding="utf-8")


def test_the_template_config_says_what_to_edit(bare: Project) -> None:
    done = bare.snakemake("--dry-run")
    assert done.returncode == 2
    assert "config/config.yaml: studies.eps_24h: table: file 'data/proteinGroups.txt' does not exist" in done.stderr


def test_an_error_inside_a_job_is_shown_with_its_line(root: Path, bare: Project) -> None:
    (bare.folder / "other.txt").write_text("a\tb\n1\t2\n", encoding="utf-8")
    (bare.folder / "wrong.yaml").write_text(yaml.safe_dump(with_study(root, table="other.txt")), encoding="utf-8")
    done = bare.snakemake("--configfile", "wrong.yaml")
    assert done.returncode == 1
    assert "myosieve intake: other.txt: " in done.stdout + done.stderr
    assert not (bare.folder / "results" / "demo" / "intake" / "proteins.tsv").exists()


def test_the_workflow_lints(root: Path) -> None:
    command = [str(Path(sys.executable).parent / "snakemake"), "--lint", "--configfile", "config/demo.yaml"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
