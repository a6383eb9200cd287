"""Predictors that are installed here: how each is called, where its result lies, how sequences are dealt out to its jobs.

Nothing here runs anything (`external_step` does). The module imports nothing of the package, so that hours of prediction are
not repeated because something else changed: its digest is that of the rules that run predictors.

Commands as their makers document them: SignalP 6, installation instructions in its package (services.healthtech.dtu.dk);
DeepTMHMM, dtu.biolib.com/DeepTMHMM (`--fasta`); TMbed, github.com/BernhoferM/TMbed, README. A predictor works in a folder of
its own, and its result is looked for by name wherever in it: DeepTMHMM writes beside itself or into `biolib_results`.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_RESIDUES = frozenset("ACDEFGHIKLMNPQRSTVWY")
# What decides about a result; the number of jobs, threads and memory do not.
_DECIDING = ("command", "mode", "options")


@dataclass(frozen=True)
class Predictor:
    """How a predictor is called.

    Attributes
    ----------
    arguments
        Behind the command; {sequences}, {folder}, {mode} and {threads} stand for what they name.
    results
        Names of its result file, the best first.
    """

    arguments: tuple[str, ...]
    results: tuple[str, ...]


PREDICTORS = {
    "signalp6": Predictor(
        (
            *("--fastafile", "{sequences}", "--output_dir", "{folder}/result", "--organism", "eukarya"),
            *("--mode", "{mode}", "--format", "none", "--torch_num_threads", "{threads}"),
        ),
        ("prediction_results.txt",),
    ),
    "deeptmhmm": Predictor(("--fasta", "{sequences}"), ("predicted_topologies.3line", "TMRs.gff3")),
    # Format 1 tells the sides of the membrane.
    "tmbed": Predictor(
        ("predict", "-f", "{sequences}", "-p", "{folder}/result.pred", "--out-format", "1"), ("result.pred",)
    ),
}


def arguments(
    tool: str, command: str, options: str, sequences: Path, folder: Path, mode: str = "fast", threads: int = 1
) -> list[str]:
    """Return the whole command line of a predictor, word by word.

    Parameters
    ----------
    tool
        One of PREDICTORS.
    command, options
        How it is called, and what else it is told, as in a shell. Paths of files that are there are made absolute, since the
        predictor works in another folder.
    sequences, folder
        The FASTA file to predict; the predictor's own folder.
    mode, threads
        For predictors that can be told.
    """
    told = {"sequences": sequences, "folder": folder, "mode": mode, "threads": threads}
    own = [word.format(**told) for word in PREDICTORS[tool].arguments]
    return [*map(_absolute, shlex.split(command)), *own, *map(_absolute, shlex.split(options))]


def _absolute(word: str) -> str:
    return str(Path(word).absolute()) if "/" in word and Path(word).exists() else word


def run_name(settings: Mapping[str, Any]) -> str:
    """Return the name of the folder of a run: eight hexadecimal digits, by what decides about its result."""
    deciding = json.dumps([settings.get(key, "") for key in _DECIDING])
    return hashlib.sha256(deciding.encode()).hexdigest()[:8]


def dealt(lengths: Sequence[int], count: int) -> list[list[int]]:
    """Return which sequences (by position, in order) go to which of `count` jobs, so that all have about as much to do.

    Parameters
    ----------
    lengths
        Residues of each sequence.
    count
        Number of jobs; with fewer sequences, some get none.
    """
    longest_first = sorted(range(len(lengths)), key=lambda at: (-lengths[at], at))
    return [sorted(longest_first[first::count]) for first in range(count)]


def plain(sequence: str) -> str:
    """Return a sequence of the twenty amino acids, others as X: some predictors stop at U, B or Z."""
    return "".join(residue if residue in _RESIDUES else "X" for residue in sequence)
