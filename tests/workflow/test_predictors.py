"""Predictors and UniProt as jobs of the workflow: in parts, tried again, refused before any job where they are absent."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from tests.workflow.conftest import Project

# Writes as SignalP 6 does: a signal peptide 1-19 for every protein. Its first call fails.
SIGNALP = """#!{python}
import sys
from pathlib import Path
told = dict(zip(sys.argv[1::2], sys.argv[2::2]))
calls = Path({calls!r})
with calls.open("a") as log: log.write("called\\n")
if len(calls.read_text().splitlines()) == 1: sys.exit("the first call fails")
names = [line[1:].strip() for line in Path(told["--fastafile"]).read_text().splitlines() if line.startswith(">")]
head = "# SignalP-6.0\\tOrganism: Eukarya\\tTimestamp: 1\\n# ID\\tPrediction\\tOTHER\\tSP(Sec/SPI)\\tCS Position\\n"
rows = "".join(f"{{n}}\\tSP\\t0.01\\t0.99\\tCS pos: 19-20. Pr: 0.9\\n" for n in names)
Path(told["--output_dir"]).mkdir()
(Path(told["--output_dir"]) / "prediction_results.txt").write_text(head + rows)
"""
AFTER_EVIDENCE = dict.fromkeys(("evidence", "secretome", "shedding", "ranking", "validation", "crosstalk"), 1)
AFTER_EVIDENCE |= dict.fromkeys(("provenance", "report", "figures", "dataset"), 1)
AFTER_EVIDENCE |= {"validation": 1}


def set_evidence(project: Project, **evidence: object) -> None:
    path = project.folder / "mine.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["studies"]["demo"]["evidence"] = evidence
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")


@pytest.fixture
def signalp(project: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for signalp6 on PATH, and the file in which it counts its calls."""
    folder, calls = project.folder / "programs", project.folder / "calls.txt"
    folder.mkdir()
    program = folder / "signalp6"
    program.write_text(SIGNALP.format(python=sys.executable, calls=str(calls)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return calls


@pytest.mark.slow
def test_a_predictor_runs_in_parts_is_tried_again_and_decides(project: Project, signalp: Path) -> None:
    set_evidence(project, tools={"signalp6": {"chunks": 2, "threads": 1}})
    assert project.jobs() == AFTER_EVIDENCE | {"split_sequences": 1, "predict": 2}
    done = project.snakemake("--configfile", "mine.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the first call fails" in done.stdout + done.stderr
    assert len(signalp.read_text().splitlines()) == 3
    rows = pd.read_csv(project.folder / "results/demo/annotation.tsv", sep="\t")
    assert set(rows["sp_source"].dropna()) == {"signalp6"}
    steps = json.loads((project.folder / "results/demo/provenance.json").read_text())["steps"]
    assert [step["stage"] for step in steps].count("predict") == 2
    counts = next(step for step in steps if step["stage"] == "evidence")["counts"]
    assert counts["signalp6 proteins of this study"] <= counts["signalp6 proteins in the file"]
    assert project.jobs() == {}
    # Threads decide nothing; another mode is another run, and so are other options.
    set_evidence(project, tools={"signalp6": {"chunks": 2, "threads": 2, "mem_mb": 900}})
    assert project.jobs() == {}
    set_evidence(project, tools={"signalp6": {"chunks": 2, "threads": 1, "mode": "slow"}})
    assert project.jobs() == AFTER_EVIDENCE | {"predict": 2}
    # A run with its parts is not repeated because its sequences are divided anew for another one.
    project.edit("workflow/myosieve/files.py", 'FLOAT_FORMAT = "%.10g"', 'FLOAT_FORMAT = "%.9g"')
    set_evidence(project, tools={"signalp6": {"chunks": 2, "threads": 1}})
    assert not {"predict", "split_sequences"} & set(project.jobs())


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ({"tools": {"tmbed": {}}}, "evidence.tools.tmbed.command: there is no program 'tmbed' on PATH; install it"),
        ({"signalp6": "x.txt"}, "key 'studies.demo.evidence.signalp6' is no more; list the file under evidence.files"),
        ({"precedence": ["signalp"]}, "unknown source 'signalp'; did you mean 'signalp6'?"),
        ({"uniprot_cache": "absent.sqlite"}, "evidence.uniprot_cache: file 'absent.sqlite' does not exist"),
        (
            {"tools": {"tmbed": {"command": "'tmbed"}}},
            'evidence.tools.tmbed.command is "\'tmbed" (No closing quotation)',
        ),
    ],
)
def test_what_cannot_be_is_refused_before_any_job(project: Project, evidence: dict, said: str) -> None:
    set_evidence(project, **evidence)
    done = project.snakemake("--configfile", "mine.yaml", "--dry-run")
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("myosieve")]
    assert len(lines) == 1
    assert said in lines[0]


@pytest.mark.slow
def test_uniprot_is_looked_up_only_where_there_is_a_cache_or_the_network_is_allowed(project: Project) -> None:
    set_evidence(project, uniprot="offline")
    assert project.jobs() == {}
    set_evidence(project, uniprot="online")
    assert project.jobs() == AFTER_EVIDENCE | {"uniprot": 1}
    set_evidence(project, uniprot="cache")
    assert project.jobs() == {}
    (project.folder / "results/shared/uniprot.sqlite").touch()
    assert project.jobs() == AFTER_EVIDENCE | {"uniprot": 1}


def test_address_and_cache_of_uniprot_stand_in_the_slice_of_its_job(project: Project) -> None:
    set_evidence(project, uniprot="online", uniprot_url="http://127.0.0.1:9/")
    slice_ = project.folder / "results/demo/settings/uniprot.json"
    project.jobs()
    told = json.loads(slice_.read_text())["evidence"]
    assert told == {
        "uniprot": "online",
        "uniprot_cache": "results/shared/uniprot.sqlite",
        "uniprot_url": "http://127.0.0.1:9/",
    }
