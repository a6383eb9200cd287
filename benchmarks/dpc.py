"""Time and weigh the detection-probability curve, quantification with it, and the test of its estimates, on made tables.

    python benchmarks/dpc.py [--precursors 19000] [--runs 12 60] [--repeats 3]

Precursors per protein are skewed (`rollup.made_table`: mean 8, up to 200), a quarter of the values is missing not at random.
Every repeat is a process of its own; medians are printed. Wall and CPU seconds go from a matrix in memory to results in memory,
with the modules that are imported on the way; process start, numpy and the made table are left out. Peak memory is the whole
process. One BLAS thread.

R is optional: where Rscript finds the package limpa, its dpc, dpcQuant and dpcDE run on the same table, in turns with ours.
Where it does not, the only figures known are 1.9 s for the curve, 15.3 s for the quantification and 0.4 s for the test, of
19,000 precursors in 12 runs, measured elsewhere (limpa 1.3.0, R 4.2, once, another load on the machine): no ratio is printed.
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
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before numpy is imported

import numpy as np
from rollup import MEAN_PRECURSORS, made_table

OURS, LIMPA = "myosieve", "limpa"
STAGES = ("curve", "quantification", "test")

R_SCRIPT = """
suppressPackageStartupMessages(library(limpa))
a <- commandArgs(TRUE); p <- as.integer(a[2]); n <- as.integer(a[3])
y <- matrix(readBin(paste0(a[1], "/log2"), "double", p * n), p, n); y[is.nan(y)] <- NA
rownames(y) <- paste0("r", seq_len(p)); colnames(y) <- paste0("s", seq_len(n))
protein <- as.character(readBin(paste0(a[1], "/protein"), "integer", p))
design <- model.matrix(~ factor(rep(1:2, each = n / 2)))
now <- function() c(proc.time()[3], sum(proc.time()[1:2]))
t0 <- now(); curve <- dpc(y)
t1 <- now(); q <- dpcQuant(y, protein.id = protein, dpc = curve)
t2 <- now(); fit <- eBayes(dpcDE(q, design))
t3 <- now()
peak <- as.numeric(sub("\\\\D*(\\\\d+).*", "\\\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat("\\n", t1 - t0, t2 - t1, t3 - t2, peak)
"""


def table_of(precursors: int, runs: int) -> tuple[np.ndarray, np.ndarray]:
    """Return about so many rows with a value (p x n) and the protein of each, 0..m-1."""
    log2, groups = made_table(round(precursors / MEAN_PRECURSORS), runs)
    seen = ~np.isnan(log2).all(axis=1)
    return log2[seen], np.unique(groups[seen], return_inverse=True)[1]


def measure(engine: str, precursors: int, runs: int) -> dict:
    """Return seconds by stage and the peak MB of one case."""
    log2, groups = table_of(precursors, runs)
    shape = {"precursors": len(log2), "proteins": int(groups[-1]) + 1, "runs": runs}
    return shape | (limpa_measured(log2, groups) if engine == LIMPA else ours_measured(log2, groups))


def ours_measured(log2: np.ndarray, groups: np.ndarray) -> dict:
    stamps = [(time.perf_counter(), time.process_time())]

    def stamp() -> None:
        stamps.append((time.perf_counter(), time.process_time()))

    from myosieve.quant.rollup.detection import detection_curve
    from myosieve.quant.rollup.dpc import dpc_quantify, hyperparameters

    curve = detection_curve(log2, groups)
    stamp()
    found = dpc_quantify(log2, groups, curve, hyperparameters(log2, groups))
    stamp()
    from myosieve.differential.precision import fit_estimates
    from myosieve.statistics.moderation import moderate

    n = log2.shape[1]
    design = np.repeat(np.eye(2), n // 2, axis=0)
    fitted = fit_estimates(found.log2, found.standard_error, found.observed, design, np.array([[-1.0], [1.0]]))
    moderate(fitted.variance, fitted.df_residual)
    stamp()
    wall, cpu = np.diff(np.array(stamps), axis=0).T
    return {"wall": list(wall), "cpu": list(cpu), "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def limpa_measured(log2: np.ndarray, groups: np.ndarray) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        np.asfortranarray(log2).ravel(order="F").tofile(f"{folder}/log2")
        groups.astype(np.int32).tofile(f"{folder}/protein")
        script = Path(folder, "limpa.R")
        script.write_text(R_SCRIPT, encoding="utf-8")
        command = ["Rscript", script, folder, str(log2.shape[0]), str(log2.shape[1])]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    *seconds, peak = [float(word) for word in done.stdout.split()[-7:]]
    return {"wall": seconds[0::2], "cpu": seconds[1::2], "mb": peak}


def limpa_version() -> str:
    if shutil.which("Rscript") is None:
        return ""
    asked = ["Rscript", "-e", 'cat(as.character(packageVersion("limpa")))']
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def in_a_process(engine: str, precursors: int, runs: int) -> dict:
    command = [sys.executable, __file__, "--case", engine, "--precursors", str(precursors), "--runs", str(runs)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def median_of(cases: list[dict], key: str) -> np.ndarray:
    return np.median([case[key] for case in cases], axis=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--precursors", type=int, default=19_000)
    parser.add_argument("--runs", type=int, nargs="+", default=[12, 60])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--case", choices=(OURS, LIMPA), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        print(json.dumps(measure(options.case, options.precursors, options.runs[0])))
        return
    version = limpa_version()
    print(f"R limpa {version}" if version else "R limpa is not installed: without it")
    print(f"load of the machine {os.getloadavg()[0]:.1f}; seconds of wall (CPU), medians of {options.repeats}")
    print(f"{'':<10} {'table':<26}" + "".join(f"{stage:>18}" for stage in (*STAGES, "all")) + f"{'peak MB':>9}")
    for runs in options.runs:
        engines = [OURS, LIMPA] if version else [OURS]
        cases: dict[str, list[dict]] = {engine: [] for engine in engines}
        for _ in range(options.repeats):
            for engine in engines:
                cases[engine].append(in_a_process(engine, options.precursors, runs))
        for engine, found in cases.items():
            wall, cpu = median_of(found, "wall"), median_of(found, "cpu")
            seconds = [f"{a:.2f} ({b:.2f})" for a, b in zip([*wall, wall.sum()], [*cpu, cpu.sum()], strict=True)]
            size = f"{found[0]['precursors']:,} ({found[0]['proteins']:,}) x {runs}"
            print(
                f"{engine:<10} {size:<26}" + "".join(f"{s:>18}" for s in seconds) + f"{median_of(found, 'mb'):>9.0f}",
                flush=True,
            )
        if version:
            ratio = [
                median_of(cases[LIMPA], kind).sum() / median_of(cases[OURS], kind).sum() for kind in ("wall", "cpu")
            ]
            print(f"{'':<10} limpa takes {ratio[0]:.1f} times as long (CPU: {ratio[1]:.1f})", flush=True)


if __name__ == "__main__":
    main()
