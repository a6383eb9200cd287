"""Time and weigh the rollup of precursors to proteins beside directLFQ and R iq, in one run, on made tables.

    python benchmarks/rollup.py [--proteins 10000] [--runs 10 100 1000] [--methods maxlfq sum ...]

Every case runs in a process of its own, whose peak memory is the table and the method together (the table alone is the row
"table"). Times are seconds of one core (user and system), which other work on the machine hardly moves, from a matrix
in memory to a matrix in memory; reading, process start and the once-only compilation by numba are left out.
"directlfq package" is the authors' own pipeline on one core, without its files: normalization of samples and estimation.
R is optional: without Rscript and the iq package that row is skipped aloud. One BLAS thread.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before numpy is imported

import numpy as np

MISSING = 0.25
MEAN_PRECURSORS = 8
MOST_PRECURSORS = 200
TABLE, PACKAGE, IQ = "table", "directlfq package", "iq"
METHODS = [TABLE, "sum", "top3", "median_polish", "maxlfq", "directlfq", PACKAGE, IQ]

R_SCRIPT = """
suppressPackageStartupMessages(library(iq))
a <- commandArgs(TRUE); p <- as.integer(a[2]); n <- as.integer(a[3])
read <- function(name, kind) readBin(paste0(a[1], "/", name), kind, p)
d <- list(protein_list = as.character(read("protein", "integer")), sample_list = as.character(read("sample", "integer")),
  id = as.character(read("id", "integer")), quant = read("quant", "double"))
t0 <- sum(proc.time()[1:2])
r <- fast_MaxLFQ(d)
seconds <- sum(proc.time()[1:2]) - t0
peak <- as.numeric(sub("\\\\D*(\\\\d+).*", "\\\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat("\\n", seconds, peak)
"""


def made_table(m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return log2 values (p x n), and the protein of each row.

    Numbers of precursors are geometric, as in DIA reports many proteins have few and a few have very many; values are
    missing not at random, by a logistic curve of slope 0.9.
    """
    rng = np.random.default_rng(1)
    precursors = np.minimum(rng.geometric(1 / MEAN_PRECURSORS, m), MOST_PRECURSORS)
    groups = np.repeat(np.arange(m), precursors)
    level = (rng.normal(24, 2, m)[groups] + rng.normal(0, 1.5, len(groups)))[:, None]
    y = np.empty((len(groups), n))
    effect = rng.normal(0, 0.4, (m, n))
    offset = missing_offset(level[:, 0])
    for first in range(0, len(groups), 10_000):  # no temporary of the size of the table, which would be the peak
        rows = slice(first, first + 10_000)
        y[rows] = level[rows] + effect[groups[rows]] + rng.normal(0, 0.3, y[rows].shape)
        y[rows][rng.random(y[rows].shape) < 1 / (1 + np.exp(0.9 * y[rows] - offset))] = np.nan
    return y, groups


def missing_offset(level: np.ndarray) -> float:
    """Return the offset of the curve at which the wanted share is missing."""
    low, high = 0.0, 50.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(0.9 * level - middle))).mean() < MISSING else (low, middle)
    return middle


def function_of(method: str) -> Callable[[np.ndarray, np.ndarray], object]:
    from myosieve.quant.rollup import directlfq, maxlfq, summaries

    ours = {
        "sum": summaries.summed,
        "top3": summaries.top3,
        "median_polish": summaries.median_polish,
        "maxlfq": maxlfq.maxlfq,
        "directlfq": directlfq.directlfq,
        TABLE: lambda log2, groups: None,
    }
    return ours.get(method, directlfq_package)


def directlfq_package(log2: np.ndarray, groups: np.ndarray) -> object:
    import logging

    import pandas as pd
    from directlfq import config, normalization, protein_intensity_estimation

    logging.disable(logging.INFO)
    config.set_log_processed_proteins(False)
    config.set_compile_normalized_ion_table(False)
    config.check_wether_to_copy_numpy_arrays_derived_from_pandas()
    ions = pd.DataFrame(
        log2, index=pd.MultiIndex.from_arrays([groups, np.arange(len(groups))], names=["protein", "ion"])
    )
    ions = ions.dropna(how="all")
    ions = normalization.NormalizationManagerSamplesOnSelectedProteins(
        ions, num_samples_quadratic=50
    ).complete_dataframe
    return protein_intensity_estimation.estimate_protein_intensities(ions, 1, 10, num_cores=1)


def measure(method: str, proteins: int, runs: int) -> None:
    """Print seconds of one core and peak MB of one case: what the process of its own does."""
    log2, groups = made_table(proteins, runs)
    if method == IQ:
        print(json.dumps(iq_measured(log2, groups)))
        return
    estimate = function_of(method)
    small = groups < 20
    estimate(log2[small][:, :5], groups[small])  # compiles
    started = time.process_time()
    estimate(log2, groups)
    seconds = time.process_time() - started
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def iq_measured(log2: np.ndarray, groups: np.ndarray) -> list[float]:
    row, sample = np.nonzero(~np.isnan(log2))
    with tempfile.TemporaryDirectory() as folder:
        for name, values in (("protein", groups[row]), ("sample", sample), ("id", row)):
            (values + 1).astype(np.int32).tofile(f"{folder}/{name}")
        log2[row, sample].tofile(f"{folder}/quant")
        script = Path(folder, "iq.R")
        script.write_text(R_SCRIPT, encoding="utf-8")
        command = ["Rscript", script, folder, str(len(row)), str(log2.shape[1])]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [float(word) for word in done.stdout.split()[-2:]]


def iq_version() -> str:
    if shutil.which("Rscript") is None:
        return ""
    asked = ["Rscript", "-e", 'cat(as.character(packageVersion("iq")))']
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def measured(method: str, proteins: int, runs: int, limit: float) -> list[float] | None:
    """Return seconds and peak MB of a process of its own, None where it did not end within the limit."""
    command = [sys.executable, __file__, "--case", method, "--proteins", str(proteins), "--runs", str(runs)]
    try:
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return None
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--proteins", type=int, default=10_000)
    parser.add_argument("--runs", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--limit", type=float, default=1800, help="seconds after which a case is given up")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        measure(options.case, options.proteins, options.runs[0])
        return
    version = iq_version()
    if not version and IQ in options.methods:
        print("R iq is not installed: without it")
    methods = [method for method in options.methods if method != IQ or version]
    print(f"{options.proteins:,} proteins, about {MEAN_PRECURSORS} precursors each, {MISSING:.0%} missing")
    print(f"{'method':<20} {'runs':>6} {'CPU s':>10} {'growth':>8} {'peak MB':>9} {'growth':>8}")
    figures = []
    for method in methods:
        before = None
        for runs in options.runs:
            now = measured(method, options.proteins, runs, options.limit)
            figures.append({"method": method, "runs": runs, "seconds_and_peak_mb": now})
            if now is None:
                print(f"{method:<20} {runs:>6} not within {options.limit:.0f} s", flush=True)
                break
            growth = (
                [f"x {b / a:.1f}" if a > 0.001 else "" for a, b in zip(before, now, strict=True)]
                if before
                else ["", ""]
            )
            print(f"{method:<20} {runs:>6} {now[0]:>10.2f} {growth[0]:>8} {now[1]:>9.0f} {growth[1]:>8}", flush=True)
            before = now
    if options.json:
        options.json.write_text(json.dumps({"iq": version, "cases": figures}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
