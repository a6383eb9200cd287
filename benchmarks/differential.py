"""Time the moderated t-test beside R limma, in one run, on made tables.

    python benchmarks/differential.py [--runs 5]

Times lmFit + contrasts + eBayes(trend=TRUE) and what MyoSieve does in their place (design to table of all contrasts, with
confidence intervals and q-values), each from a matrix in memory; reading and process start are left out on both sides. R is
optional: without Rscript and the limma package only MyoSieve's times are printed. Medians over the runs, MyoSieve and R in
turn, one BLAS thread.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before numpy is imported

import numpy as np
import pandas as pd

from myosieve.differential.contrasts import moderated_t
from myosieve.differential.design import contrasts, design_matrix

# name, proteins, samples, share of missing values, paired
CASES = [
    ("5,000 x 12", 5_000, 12, 0.0, False),
    ("5,000 x 12, 25 % missing", 5_000, 12, 0.25, False),
    ("5,000 x 12 paired, 25 % missing", 5_000, 12, 0.25, True),
    ("10,000 x 60, 25 % missing", 10_000, 60, 0.25, False),
    ("10,000 x 500, 25 % missing", 10_000, 500, 0.25, False),
]

R_SCRIPT = """
suppressPackageStartupMessages(library(limma))
a <- commandArgs(TRUE)
y <- matrix(readBin(a[1], "double", as.integer(a[2]) * as.integer(a[3])), nrow = as.integer(a[2])); y[is.nan(y)] <- NA
s <- read.delim(a[4], stringsAsFactors = TRUE)
t0 <- proc.time()[["elapsed"]]
X <- model.matrix(if (a[5] == "paired") ~ 0 + condition + subject else ~ 0 + condition, s)
colnames(X) <- make.names(sub("^condition", "", colnames(X)))
e <- suppressWarnings(eBayes(contrasts.fit(lmFit(y, X), makeContrasts(b - a, levels = X)), trend = TRUE))
q <- p.adjust(e$p.value[, 1], "BH")
cat(proc.time()[["elapsed"]] - t0)
"""


def made_table(m: int, n: int, missing: float, paired: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return log2 values (m x n) and a sheet; values are missing not at random, and no protein is without any."""
    rng = np.random.default_rng(1)
    level = rng.normal(25, 2, (m, 1))
    y = level + rng.normal(size=(m, n)) * np.sqrt(4 / rng.chisquare(4, (m, 1))) * 0.3
    if missing:
        odds = np.exp(-0.9 * (y - 25))
        share = odds / (1 + odds)
        y[rng.random((m, n)) < share * (missing / share.mean())] = np.nan
        y = y[~np.isnan(y).all(axis=1)]
    samples = pd.DataFrame({"sample": [f"s{i}" for i in range(n)], "condition": ["a", "b"] * (n // 2)})
    samples["subject"] = [f"d{i // 2}" for i in range(n)] if paired else "d"
    return pd.DataFrame(y, columns=samples["sample"], index=[f"P{i}" for i in range(len(y))]), samples


def our_seconds(values: pd.DataFrame, samples: pd.DataFrame, paired: bool) -> float:
    started = time.perf_counter()
    design = design_matrix(samples, "~ subject + condition" if paired else "~ condition")
    moderated_t(values, design, contrasts(design, {"b_vs_a": "b - a"}), trend=True)
    return time.perf_counter() - started


def limma_seconds(rscript: str, values: pd.DataFrame, samples: pd.DataFrame, paired: bool, folder: Path) -> float:
    matrix, sheet, script = folder / "y.bin", folder / "s.tsv", folder / "limma.R"
    if not matrix.exists():
        values.to_numpy().T.tofile(matrix)  # R stores by column
        samples.to_csv(sheet, sep="\t", index=False)
        script.write_text(R_SCRIPT)
    kind = "paired" if paired else "plain"
    command = [rscript, script, matrix, str(len(values)), str(values.shape[1]), sheet, kind]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def limma_version(rscript: str | None) -> str:
    if rscript is None:
        return ""
    asked = [rscript, "-e", 'cat(as.character(packageVersion("limma")), R.version.string, sep = ", ")']
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each, after one warm-up")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    options = parser.parse_args()
    rscript = shutil.which("Rscript")
    version = limma_version(rscript)
    print(f"beside limma {version}" if version else "R limma is not installed: MyoSieve alone")
    print(f"{'table':<34} {'MyoSieve':>10} {'limma':>10} {'limma / MyoSieve':>18}")
    figures = []
    for name, m, n, missing, paired in CASES:
        values, samples = made_table(m, n, missing, paired)
        ours, theirs = [], []
        with tempfile.TemporaryDirectory() as folder:
            for run in range(options.runs + 1):
                ours.append(our_seconds(values, samples, paired))
                if version:
                    theirs.append(limma_seconds(rscript, values, samples, paired, Path(folder)))
                if run == 0:
                    ours.clear()
                    theirs.clear()
        a, b = statistics.median(ours), statistics.median(theirs) if theirs else float("nan")
        print(f"{name:<34} {a:>8.3f} s {b:>8.3f} s {b / a:>18.1f}", flush=True)
        figures.append({"table": name, "myosieve_seconds": a, "limma_seconds": b if theirs else None})
    if options.json:
        options.json.write_text(json.dumps({"limma": version, "cases": figures}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
