"""Stages `split-sequences` and `predict`: sequences -> parts of them -> the result of a predictor that is installed here.

A result is kept as the predictor wrote it, whole or not at all; `evidence` reads the parts of a run as one result.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from myosieve import files, provenance
from myosieve.errors import InputError
from myosieve.evidence import external, formats, matching
from myosieve.sequence import fasta as sequences_of

_LINES_SHOWN, _SIGNS_SHOWN = 5, 600
_KILLED = 128  # shells report a signal as status 128 + its number


def split_sequences(fasta: Sequence[Path], chunks: int, out: Path) -> provenance.Summary:
    """Write the sequences of FASTA files in parts of about the same size: `out`/1.fasta, 2.fasta, ...

    Each accession stands in one of them once, without decoys, under a header that is nothing else; what is none of the twenty
    amino acids is X. With fewer sequences than parts, the last parts are empty.

    Parameters
    ----------
    fasta
        FASTA files of proteins.
    chunks
        Number of parts.
    out
        Folder to write them to.
    """
    if chunks < 1:
        raise InputError(f"{chunks} parts", "--chunks", "give 1 or more")
    proteins, _ = sequences_of.unique(pd.concat([sequences_of.read(path) for path in fasta], ignore_index=True))
    proteins = proteins[proteins["sequence"] != ""]
    names, residues = proteins["accession"].tolist(), proteins["sequence"].tolist()
    with files.writing_folder(out) as aside:
        for number, part in enumerate(external.dealt(list(map(len, residues)), chunks), start=1):
            records = (f">{names[at]}\n{external.plain(residues[at])}\n" for at in part)
            (aside / f"{number}.fasta").write_text("".join(records), encoding="utf-8")
    return provenance.Summary(counts={"sequences": len(names), "parts": chunks})


def predict(
    tool: str, sequences: Path, command: str, out: Path, options: str = "", mode: str = "fast", threads: int = 1
) -> provenance.Summary:
    """Run a predictor on a FASTA file in a temporary folder, and keep its result.

    Parameters
    ----------
    tool
        One of `external.PREDICTORS`.
    sequences
        FASTA file as `split_sequences` writes it; an empty one gives an empty result, and nothing runs.
    command, options, mode, threads
        As in `external.arguments`.
    out
        Where the result goes.

    Raises
    ------
    InputError
        The command is not there or fails (with the end of what it said), or its result is missing, unreadable, or has none of
        the proteins.
    """
    names = _names(sequences)
    if not names:
        with files.writing(out):
            return provenance.Summary(counts={"sequences": 0, f"{tool} proteins in the result": 0})
    with tempfile.TemporaryDirectory(prefix="myosieve_") as made:
        folder = Path(made).resolve()
        line = external.arguments(tool, command, options, sequences.absolute(), folder, mode, threads)
        said = _run(tool, line, folder, threads)
        found = _result(tool, folder, said)
        result = formats.read(found, tool)
        here = set(matching.assign(result.table, names).calls["accession"])
        if not here:
            raise InputError(f"the result has none of the {len(names)} proteins", f"{tool} ({command})", said)
        with files.writing(out) as aside:
            shutil.copyfile(found, aside)
    summary = provenance.Summary(
        counts={"sequences": len(names), f"{tool} proteins in the result": len(here), f"{tool} version": result.version}
    )
    if len(here) < len(names):
        first = min(names - here)
        summary.warnings.append(
            f"{tool} has no result for {len(names) - len(here)} of {len(names)} proteins (as {first})"
        )
    return summary


def _names(sequences: Path) -> set[str]:
    try:
        lines = sequences.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise InputError("the file does not exist", sequences, "give what `myosieve split-sequences` wrote") from None
    except (UnicodeDecodeError, OSError) as error:
        raise InputError(f"not readable ({error})", sequences, "give what `myosieve split-sequences` wrote") from None
    if lines and not lines[0].startswith(">"):
        raise InputError("not a FASTA file", sequences, "give what `myosieve split-sequences` wrote")
    return {
        sequences_of.accession_of(line[1:].split()[0]) for line in lines if line.startswith(">") and line[1:].split()
    }


def _run(tool: str, line: list[str], folder: Path, threads: int) -> str:
    """Run the command line in the folder; return the end of what it said."""
    limits = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    outputs = [folder / ".stdout", folder / ".stderr"]
    try:
        with outputs[0].open("wb") as stdout, outputs[1].open("wb") as stderr:
            done = subprocess.run(
                line,
                cwd=folder,
                env=os.environ | limits,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                check=False,
            )
    except OSError as error:
        remedy = f"install it, or give the path of the program as evidence.tools.{tool}.command"
        raise InputError(f"the command {line[0]!r} cannot be run ({error.strerror})", tool, remedy) from None
    said = next(filter(None, (_end(path) for path in reversed(outputs))), "it said nothing")
    if done.returncode:
        status = done.returncode
        killed = status < 0 or status > _KILLED
        how = (
            f"was killed by signal {-status if status < 0 else status - _KILLED}"
            if killed
            else f"ended with status {status}"
        )
        memory = " (signal 9 often means too little memory)" if killed and status in (-9, _KILLED + 9) else ""
        raise InputError(f"{line[0]} {how}{memory}", tool, f"it said: {said}")
    return f"it said: {said}"


def _end(path: Path) -> str:
    """Return the last lines of what a program said, as one."""
    text = path.read_text(encoding="utf-8", errors="replace").replace("\r", "\n")
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return " | ".join(lines[-_LINES_SHOWN:])[-_SIGNS_SHOWN:]


def _result(tool: str, folder: Path, said: str) -> Path:
    wanted = external.PREDICTORS[tool].results
    for name in wanted:
        found = sorted(folder.rglob(name))
        if found:
            return found[0]
    wrote = sorted(path.name for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    what = f"it ended without a result: no {' or '.join(wanted)} among {', '.join(wrote[:10]) or 'no files at all'}"
    raise InputError(what, tool, said)
