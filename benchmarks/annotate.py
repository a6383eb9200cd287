"""Time the embedded predictors on a proteome, and score their peer on the proteins that they are measured on.

    python benchmarks/annotate.py --fasta human.fasta.gz [--sample 1000] [--peer PYTHON]
    python benchmarks/annotate.py --accuracy --sequence-data FOLDER [--soluble 1500] [--peer PYTHON] [--signal FILE]

Speed. Every measurement is a process of its own on one core (BLAS threads pinned to 1): `sequence.step.features` on the
whole FASTA, with reading, models and modules that are imported on the way; then each part alone; then both programs on
the same seeded sample. Wall and CPU seconds; on a machine with other work only the CPU seconds mean something, and the
ratio is made of these.

The peer is pyTMHMM (package pytmhmm-binaries), a hidden Markov model of transmembrane helices alone: no signal peptides,
no GPI anchors. PYTHON is the interpreter of an environment that has it; without it MyoSieve is timed alone. Its model is
read once, the posterior table is not asked for, and letters that it cannot read (B, J, O, U, X, Z) are replaced before.

Accuracy. pyTMHMM on the structures and on soluble human proteins of `resources/models/training/labels.py` (FOLDER is
described there), with helices on the signal peptide left out by the rule of `evidence.topology`. Signal peptides are
those of the shipped predictor, which was trained on most of these proteins, or with --signal the held-out ones that
`signal_peptide.py` wrote into FILE. Segments are counted by `helix_measures.matched`, so that the figures stand beside the
cross-validated table of our own predictor. That module needs PyTorch and numba: run it in the environment of the training.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before numpy is imported

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

ROOT = Path(__file__).parents[1]
SEED = 1
# Residues that pyTMHMM knows; others are replaced by the nearest one, unknown ones by alanine.
READABLE = "ACDEFGHIKLMNPQRSTVWY"
REPLACED = {"B": "D", "J": "L", "O": "K", "U": "C", "Z": "E"}


class Stopwatch:
    """Wall and CPU seconds of one call after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, tuple[float, float]] = {}

    def run(self, what: str, call: Callable[[], Any]) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        result = call()
        self.seconds[what] = (time.perf_counter() - wall, time.process_time() - cpu)
        return result


def peak_mb() -> float:
    """Return the peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def whole(fasta: Path) -> dict:
    """Measure the stage as the command line runs it."""
    watch = Stopwatch()

    def stage() -> pd.DataFrame:
        from myosieve.sequence.step import features

        return features([fasta])[0]

    table = watch.run("whole", stage)
    return {
        "proteins": len(table),
        "residues": int(table["length"].sum()),
        "seconds": watch.seconds,
        "peak_mb": peak_mb(),
    }


def parts(fasta: Path) -> dict:
    """Measure each part of the stage; modules are imported before."""
    from myosieve.sequence import fasta as reader
    from myosieve.sequence import gpi, motif, predict, regions, residues, signal_peptide, transmembrane

    watch = Stopwatch()
    proteins, _ = watch.run("reading", lambda: reader.unique(reader.read(fasta)))
    sequences = proteins["sequence"].fillna("").tolist()
    models = watch.run("models", predict.read_models)
    signal = watch.run("signal peptides", lambda: signal_peptide.call(sequences, models.signal_peptide))
    ends = signal["sp_end"].to_numpy()
    watch.run("helices", lambda: transmembrane.call(sequences, ends, models.transmembrane))
    watch.run("GPI anchors", lambda: gpi.call(sequences, models.gpi))
    watch.run("motifs", lambda: [(motif.er_motif(one), motif.dilysine_motif(one)) for one in sequences])
    regions_found = regions.find(residues.encode_each(sequences))
    looked_at = int((regions_found.stop - regions_found.start).sum()) / max(sum(map(len, sequences)), 1)
    shown = float(signal_peptide.hydrophobic(residues.n_termini(sequences, signal_peptide.LENGTH)).mean())
    return {
        "proteins": len(proteins),
        "seconds": watch.seconds,
        "peak_mb": peak_mb(),
        "looked_at": looked_at,
        "shown": shown,
    }


def peer(sequences: Sequence[str]) -> dict:
    """Measure pyTMHMM; its environment need not have MyoSieve."""
    try:
        from pyTMHMM import api
    except ImportError:
        return {}
    watch = Stopwatch()
    _, model = watch.run("model", lambda: api.parse(api.DEFAULT_MODEL))
    read = [readable(sequence) for sequence in sequences]
    paths = watch.run("whole", lambda: [api.predict(one, model, compute_posterior=False) for one in read])
    helices = [[helix.span() for helix in re.finditer("M+", path)] for path in paths]
    return {"proteins": len(read), "seconds": watch.seconds, "peak_mb": peak_mb(), "helices": helices}


def readable(sequence: str) -> str:
    """Return a sequence that pyTMHMM can read, of the same length."""
    letters = (REPLACED.get(letter, letter) for letter in sequence.upper())
    return "".join(letter if letter in READABLE else "A" for letter in letters)


def measured(what: str, path: Path, python: str = sys.executable) -> dict:
    """Return what a fresh process measures."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    command = [python, __file__, "--child", what, "--fasta", str(path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return json.loads(done.stdout)


def peer_measured(sequences: Sequence[str], python: str) -> dict:
    """Return what a fresh process measures of the peer; empty where it is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sequences.json"
        path.write_text(json.dumps(list(sequences)))
        return measured("peer", path, python)


def speed(fasta: Path, sample: int, python: str) -> None:
    """Print seconds, proteins per second and peak memory."""
    import numpy as np

    from myosieve.sequence import fasta as reader

    everything = measured("whole", fasta)
    print(f"{everything['proteins']:,} proteins, {everything['residues']:,} residues; one core")
    row("everything", everything, "whole")
    cut = measured("parts", fasta)
    for part in cut["seconds"]:
        row(f"  {part}", cut, part)
    print(f"shown to the nets: {cut['shown']:.3f} of the starts, {cut['looked_at']:.3f} of the residues as regions")
    proteins, _ = reader.unique(reader.read(fasta))
    chosen = np.sort(np.random.default_rng(SEED).choice(len(proteins), min(sample, len(proteins)), replace=False))
    few = proteins.iloc[chosen]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.fasta"
        pairs = zip(few["accession"], few["sequence"], strict=True)
        path.write_text("".join(f">sp|{accession}|SAMPLE\n{sequence}\n" for accession, sequence in pairs))
        ours, cut = measured("whole", path), measured("parts", path)
    theirs = peer_measured(few["sequence"].tolist(), python)
    print(f"sample of {len(few):,}, seed {SEED}")
    row("everything", ours, "whole")
    row("  helices alone", cut, "helices")
    if not theirs:
        print(f"pytmhmm-binaries is not installed for {python}: MyoSieve alone")
        return
    row("pyTMHMM", theirs, "whole")
    there = theirs["seconds"]["whole"][1]
    print(f"CPU seconds, pyTMHMM / MyoSieve: everything {there / ours['seconds']['whole'][1]:.1f}, "
          f"helices alone {there / cut['seconds']['helices'][1]:.1f}")  # fmt: skip


def row(title: str, found: dict, what: str) -> None:
    """Print one measurement."""
    wall, cpu = found["seconds"][what]
    rate = f"{found['proteins'] / cpu:>10,.0f} proteins/CPU s" if cpu > 0.005 else ""
    peak = f", {found['peak_mb']:.0f} MB peak" if what == "whole" else ""
    print(f"{title:<20} {wall:>8.2f} s {cpu:>8.2f} CPU s {rate}{peak}", flush=True)


def accuracy(folder: Path, soluble: int, python: str, signal: Path | None) -> None:
    """Print how well pyTMHMM tells and places helices on the proteins of the training."""
    import numpy as np

    sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "resources/models/training")]
    import labels

    rows = labels.read(folder)
    structures = np.flatnonzero(rows["set"] == "membrane")
    located = np.flatnonzero((rows["set"] == "human") & np.array([value is False for value in rows["helical"]]))
    few = np.sort(np.random.default_rng(SEED).choice(located, min(soluble, len(located)), replace=False))
    used = np.concatenate([structures, few])
    theirs = peer_measured(rows["sequence"].iloc[used].tolist(), python)
    if not theirs:
        print(f"pytmhmm-binaries is not installed for {python}: nothing to score")
        return
    ends = signal_ends(rows.iloc[used], used, signal)
    print(f"{len(structures)} structures, {len(few):,} of {len(located):,} soluble human proteins, seed {SEED}")
    report(rows.iloc[used], theirs["helices"], ends, len(located) / len(few))


def signal_ends(rows: pd.DataFrame, numbers: np.ndarray, signal: Path | None) -> np.ndarray:
    """Return the last residue of each signal peptide, NaN where none is called."""
    import numpy as np

    if signal is not None:
        with np.load(signal) as stored:
            return stored["end"][numbers]
    from myosieve.sequence import predict, signal_peptide

    called = signal_peptide.call(rows["sequence"].tolist(), predict.read_models().signal_peptide)
    return called["sp_end"].to_numpy()


def report(rows: pd.DataFrame, raw: Sequence[list], ends: np.ndarray, weight: float) -> None:
    """Print the measures before and behind the signal peptide rule.

    Parameters
    ----------
    rows
        Structures first, then soluble proteins.
    raw
        First residue and the one behind the last (0-based) of each called helix.
    ends
        Last residue of each signal peptide, NaN where there is none.
    weight
        How many soluble proteins each of the sample stands for.
    """
    import numpy as np
    from helix_measures import matched, true_helices
    from measures import mcc

    from myosieve.evidence.topology import beyond_signal_peptide

    texts = rows["labels"].tolist()
    structure = np.array([bool(text) for text in texts])
    single = np.array([len(true_helices(text)) == 1 for text in texts])
    cut = [
        [(a - 1, b) for a, b in beyond_signal_peptide([(a + 1, b) for a, b in helices], end)]
        for helices, end in zip(raw, ends, strict=True)
    ]
    for title, helices in (("as it is", raw), ("signal peptides left out", cut)):
        called = np.array([bool(one) for one in helices])
        share = np.where(structure, 0.25 / structure.mean(), 0.75 / (~structure).mean())
        quarter, everything = (mcc(structure, called, each) for each in (share, np.where(structure, 1.0, weight)))
        inside = np.flatnonzero(structure)
        right, given, true = matched([texts[i] for i in inside], [[tuple(h) for h in helices[i]] for i in inside])
        print(
            f"pyTMHMM, {title}: MCC {quarter:.4f} with a quarter in a membrane, {everything:.4f} with all soluble ones"
        )
        print(f"  recall {called[structure].mean():.4f}, of the {single.sum()} single-pass {called[single].mean():.4f}, "
              f"false {called[~structure].mean():.4f}; with a signal peptide {called[~structure & (ends > 0)].mean():.4f} "
              f"of {(~structure & (ends > 0)).sum()}")  # fmt: skip
        print(
            f"  helices: precision {right / given:.4f}, recall {right / true:.4f}, F1 {2 * right / (given + true):.4f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fasta", type=Path, help="the proteome to time")
    parser.add_argument("--sample", type=int, default=1000, help="proteins on which the peer is timed")
    parser.add_argument("--accuracy", action="store_true", help="score the peer instead")
    parser.add_argument("--sequence-data", type=Path, help="folder of labels.py")
    parser.add_argument("--soluble", type=int, default=1500, help="soluble proteins that are scored")
    parser.add_argument("--signal", type=Path, help="held-out signal peptides of signal_peptide.py")
    parser.add_argument("--peer", default=sys.executable, help="Python that has pytmhmm-binaries")
    parser.add_argument("--child", choices=["whole", "parts", "peer"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        given = json.loads(options.fasta.read_text()) if options.child == "peer" else options.fasta
        json.dump({"whole": whole, "parts": parts, "peer": peer}[options.child](given), sys.stdout)
    elif options.accuracy:
        if options.sequence_data is None:
            parser.error("--accuracy needs --sequence-data")
        accuracy(options.sequence_data, options.soluble, options.peer, options.signal)
    elif options.fasta is None:
        parser.error("give --fasta, or --accuracy with --sequence-data")
    else:
        speed(options.fasta, options.sample, options.peer)


if __name__ == "__main__":
    main()
