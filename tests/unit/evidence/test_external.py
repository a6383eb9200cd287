"""Predictors that are installed here: sequences are dealt out, a program runs, its result is kept whole or not at all."""

import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myosieve.cli import main
from myosieve.errors import InputError
from myosieve.evidence import external, formats
from myosieve.evidence.external_step import predict, split_sequences

# Programs that write what the predictors write (shapes: the formats' own tests), one protein per record of the FASTA file.
READ = """#!{python}
import os, sys
from pathlib import Path
words = sys.argv[1:]
def told(flag): return words[words.index(flag) + 1]
def names(path): return [line[1:].strip() for line in Path(path).read_text().splitlines() if line.startswith(">")]
"""
PROGRAMS = {
    "signalp6": """
assert told("--organism") == "eukarya" and told("--mode") in ("fast", "slow")
folder = Path(told("--output_dir")); folder.mkdir()
rows = "".join(f"{n}\\tSP\\t0.01\\t0.99\\tCS pos: 20-21. Pr: 0.9\\n" for n in names(told("--fastafile")))
head = "# SignalP-6.0\\tOrganism: Eukarya\\tTimestamp: 1\\n# ID\\tPrediction\\tOTHER\\tSP(Sec/SPI)\\tCS Position\\n"
(folder / "prediction_results.txt").write_text(head + rows)
""",
    "deeptmhmm": """
Path("biolib_results").mkdir()
text = "".join(f">{n} | GLOB\\nMKW\\nIII\\n" for n in names(told("--fasta")))
Path("biolib_results/predicted_topologies.3line").write_text(text)
""",
    "tmbed": """
assert words[0] == "predict" and told("--out-format") == "1"
Path(told("-p")).write_text("".join(f">{n}\\nMKWLL\\niHHHo\\n" for n in names(told("-f"))))
""",
}


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that puts a program of a name and body on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")

    def write(name: str, body: str) -> Path:
        path = folder / name
        path.write_text(READ.format(python=sys.executable) + body)
        path.chmod(path.stat().st_mode | stat.S_IEXEC)
        return path

    return write


@pytest.fixture
def chunk(tmp_path: Path) -> Path:
    path = tmp_path / "chunk.fasta"
    path.write_text(">P00001\nMKWLL\n>P00002\nMKW\n")
    return path


@given(st.lists(st.integers(0, 40_000), max_size=60), st.integers(1, 7))
def test_every_sequence_is_dealt_out_once_and_no_job_gets_one_more_than_another(lengths: list[int], count: int) -> None:
    parts = external.dealt(lengths, count)
    assert len(parts) == count
    assert sorted(at for part in parts for at in part) == list(range(len(lengths)))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_no_job_has_more_than_the_longest_sequence_above_another() -> None:
    lengths = [35_000, *range(100, 2_000, 7)]
    loads = [sum(lengths[at] for at in part) for part in external.dealt(lengths, 4)]
    # Dealt by length, job k's i-th sequence is at least as long as job k+1's, and at most as long as its previous one.
    assert max(loads) - min(loads) <= max(lengths)


def test_parts_hold_plain_names_and_residues_without_decoys_and_repeats(tmp_path: Path) -> None:
    fasta = tmp_path / "all.fasta"
    fasta.write_text(
        ">sp|P00001|A_HUMAN A OS=Homo sapiens\nMUKB*\n>rev_P00001\nMMM\n>P00002 two\nMKWLLMKW\n>P00001\nMUKB\n>P3\n\n"
    )
    summary = split_sequences([fasta], 3, tmp_path / "parts")
    texts = [(tmp_path / f"parts/{number}.fasta").read_text() for number in (1, 2, 3)]
    assert texts == [">P00002\nMKWLLMKW\n", ">P00001\nMXKX\n", ""]
    assert summary.counts == {"sequences": 2, "parts": 3}


@pytest.mark.parametrize("tool", list(external.PREDICTORS))
def test_each_predictor_runs_and_its_result_is_read(program, chunk: Path, tmp_path: Path, tool: str) -> None:
    program(tool, PROGRAMS[tool])
    out = tmp_path / "result.txt"
    summary = predict(tool, chunk, tool, out)
    assert formats.read(out).tool == tool
    assert formats.read(out, tool).table["accession"].unique().tolist() == ["P00001", "P00002"]
    assert summary.counts[f"{tool} proteins in the result"] == 2
    assert summary.warnings == []


def test_options_threads_and_mode_reach_the_program_and_paths_hold_in_its_folder(
    program, chunk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights").mkdir()
    body = 'assert told("--model_dir") == os.environ["WANTED"] and os.environ["OMP_NUM_THREADS"] == "3"\n'
    body += 'assert told("--torch_num_threads") == "3" and told("--mode") == "slow"\n'
    program("other", body + PROGRAMS["signalp6"])
    monkeypatch.setenv("WANTED", str(tmp_path / "weights"))
    options = "--model_dir ./weights --note 'two words'"
    predict("signalp6", Path("chunk.fasta"), "bin/other", tmp_path / "out.txt", options, "slow", 3)
    assert (tmp_path / "out.txt").exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('sys.exit("no model weights here")', "ended with status 1; it said: no model weights here"),
        ('print("out of disk"); sys.exit(3)', "ended with status 3; it said: out of disk"),
        ("os.kill(os.getpid(), 9)", "was killed by signal 9 (signal 9 often means too little memory)"),
        ('Path("log.txt").write_text("x")', "no prediction_results.txt among log.txt"),
        ('Path("prediction_results.txt").write_text("cut")', "not SignalP 6's prediction_results.txt"),
    ],
)
def test_a_predictor_that_fails_is_told_in_one_line_and_leaves_no_result(
    program, chunk: Path, tmp_path: Path, capsys: pytest.CaptureFixture, body: str, said: str
) -> None:
    program("signalp6", body)
    out = tmp_path / "out" / "result.txt"
    options = ["--sequences", str(chunk), "--command", "signalp6", "--out", str(out)]
    assert main(["predict", "--tool", "signalp6", *options]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not out.exists()


def test_a_program_that_is_not_there_is_named_with_its_key(chunk: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'absent_program' cannot be run.*evidence\.tools\.tmbed\.command"):
        predict("tmbed", chunk, "absent_program", tmp_path / "out.txt")


def test_a_result_of_other_proteins_is_refused_and_of_some_is_warned_about(
    program, chunk: Path, tmp_path: Path
) -> None:
    program("tmbed", PROGRAMS["tmbed"].replace('names(told("-f"))', '["Q9"]'))
    with pytest.raises(InputError, match="none of the 2 proteins"):
        predict("tmbed", chunk, "tmbed", tmp_path / "out.txt")
    program("tmbed", PROGRAMS["tmbed"].replace('names(told("-f"))', '["P00002"]'))
    summary = predict("tmbed", chunk, "tmbed", tmp_path / "out.txt")
    assert summary.warnings == ["tmbed has no result for 1 of 2 proteins (as P00001)"]


def test_a_part_without_sequences_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.fasta").write_text("")
    predict("tmbed", tmp_path / "empty.fasta", "absent_program", tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_bytes() == b""


def test_the_name_of_a_run_changes_with_what_decides_and_not_with_threads_or_parts() -> None:
    told = {"command": "signalp6", "mode": "fast", "options": "", "threads": 4, "chunks": 4, "mem_mb": 8000}
    assert external.run_name(told | {"threads": 8, "chunks": 2, "mem_mb": 1}) == external.run_name(told)
    names = {external.run_name(told | change) for change in ({}, {"mode": "slow"}, {"options": "-x"}, {"command": "s"})}
    assert len(names) == 4
