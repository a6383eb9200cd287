"""Time the tests of contrasts beside R limma, in one run, on made tables.

    python benchmarks/differential.py [--runs 5] [--json FILE]

Each table is timed twice: "model" is lmFit + contrasts.fit + eBayes(trend = TRUE) and what MyoSieve does in their place,
from a design matrix; "whole" adds the design from its formula, the contrast and the Benjamini-Hochberg q-values, and on
MyoSieve's side everything else that is in its table of results (confidence intervals, counts, notes). Block correlations and
sample weights are timed alone; "with absence" is the default, with its dropout model and tests of absence, from a design
matrix. Everything starts from a matrix in memory; reading, imports and process start are left out on both sides, and both
sides have done the same once before they are timed. R is optional: without Rscript and the limma package only MyoSieve's
times are printed. Medians over the runs, MyoSieve and R in turn, one BLAS thread.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before numpy is imported

import numpy as np
import pandas as pd
from scipy.special import stdtr

from myosieve.differential.block import consensus_correlation
from myosieve.differential.contrast_tests import Options, contrast_tests
from myosieve.differential.design import contrasts, design_matrix
from myosieve.differential.linear import fit
from myosieve.differential.sample_weights import array_weights
from myosieve.statistics.moderation import moderate


@dataclass(frozen=True)
class Case:
    """A made table and what is timed on it."""

    what: str
    proteins: int
    samples: int
    missing: float = 0.0
    paired: bool = False

    @property
    def name(self) -> str:
        table = f"{self.proteins:,} x {self.samples}{' paired' if self.paired else ''}"
        return f"{table}, {self.missing:.0%} missing" if self.missing else table


TABLES = [
    (5_000, 12, 0.0, False),
    (5_000, 12, 0.25, False),
    (5_000, 12, 0.25, True),
    (10_000, 60, 0.0, False),
    (10_000, 60, 0.25, False),
    (10_000, 500, 0.0, False),
    (10_000, 500, 0.25, False),
]
CASES = [
    *(Case("whole", *table) for table in TABLES),
    *(Case("model", *table) for table in TABLES),
    Case("block correlation", 5_000, 12, 0.0, True),
    Case("block correlation", 5_000, 12, 0.25, True),
    Case("sample weights", 5_000, 12),
    Case("sample weights", 10_000, 60),
    *(Case("with absence", *table) for table in TABLES if table[2]),
]

R_SCRIPT = """
suppressPackageStartupMessages(library(limma))
a <- commandArgs(TRUE); m <- as.integer(a[2]); what <- a[6]
y <- matrix(readBin(a[1], "double", m * as.integer(a[3])), nrow = m); y[is.nan(y)] <- NA
s <- read.delim(a[4], stringsAsFactors = TRUE)
design <- function() {
  X <- model.matrix(if (a[5] == "paired") ~ 0 + condition + subject else ~ 0 + condition, s)
  colnames(X) <- make.names(sub("^condition", "", colnames(X))); X
}
model <- function(X, C) suppressWarnings(eBayes(contrasts.fit(lmFit(y, X), C), trend = TRUE))
X <- design(); C <- makeContrasts(b - a, levels = X); groups <- model.matrix(~ 0 + condition, s)
run <- switch(what,
  "whole" = function() { X <- design(); p.adjust(model(X, makeContrasts(b - a, levels = X))$p.value[, 1], "BH") },
  "model" = function() model(X, C),
  "block correlation" = function() suppressWarnings(duplicateCorrelation(y, groups, block = s$subject)),
  "sample weights" = function() arrayWeights(y, groups, method = "reml"))
if (what %in% c("whole", "model")) invisible(run())  # once before; the others take seconds, beside which it does not count
t0 <- proc.time()[["elapsed"]]
invisible(run())
cat(proc.time()[["elapsed"]] - t0)
"""


def made_table(case: Case) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return log2 values (m x n) and a sheet; values are missing not at random, and no protein is without any."""
    rng = np.random.default_rng(1)
    m, n = case.proteins, case.samples
    level = rng.normal(25, 2, (m, 1))
    y = level + rng.normal(size=(m, n)) * np.sqrt(4 / rng.chisquare(4, (m, 1))) * 0.3
    if case.paired:
        y += np.repeat(rng.normal(0, 0.3, (m, n // 2)), 2, axis=1)
    if case.missing:
        odds = np.exp(-0.9 * (y - 25))
        share = odds / (1 + odds)
        y[rng.random((m, n)) < share * (case.missing / share.mean())] = np.nan
        y = y[~np.isnan(y).all(axis=1)]
    samples = pd.DataFrame({"sample": [f"s{i}" for i in range(n)], "condition": ["a", "b"] * (n // 2)})
    samples["subject"] = [f"d{i // 2}" for i in range(n)] if case.paired else "d"
    return pd.DataFrame(y, columns=samples["sample"], index=[f"P{i}" for i in range(len(y))]), samples


def ours(case: Case, values: pd.DataFrame, samples: pd.DataFrame) -> Callable[[], object]:
    """Return what MyoSieve is timed at."""
    formula = "~ subject + condition" if case.paired else "~ condition"
    matrix, difference = values.to_numpy(), {"b_vs_a": "b - a"}
    design = design_matrix(samples, formula)
    vectors = contrasts(design, difference)[0].vector[:, None]
    groups = design_matrix(samples, "~ condition").matrix

    def whole() -> object:
        made = design_matrix(samples, formula)
        return contrast_tests(values, made, contrasts(made, difference), Options(detection=False))

    def model() -> object:
        fitted = fit(matrix, design.matrix, vectors)
        moderated = moderate(fitted.variance, fitted.df_residual, fitted.mean)
        t = fitted.log2fc[:, 0] / (fitted.stdev_unscaled[:, 0] * np.sqrt(moderated.variance))
        return 2 * stdtr(moderated.df, -np.abs(t))

    def with_absence() -> object:
        return contrast_tests(values, design, contrasts(design, difference), Options())

    return {
        "whole": whole,
        "with absence": with_absence,
        "model": model,
        "block correlation": lambda: consensus_correlation(matrix, groups, samples["subject"].to_numpy()),
        "sample weights": lambda: array_weights(matrix, groups),
    }[case.what]


def seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def limma_seconds(rscript: str, case: Case, values: pd.DataFrame, samples: pd.DataFrame, folder: Path) -> float:
    matrix, sheet, script = folder / "y.bin", folder / "s.tsv", folder / "limma.R"
    if not matrix.exists():
        values.to_numpy().T.tofile(matrix)  # R stores by column
        samples.to_csv(sheet, sep="\t", index=False)
        script.write_text(R_SCRIPT)
    kind = "paired" if case.paired else "plain"
    command = [rscript, script, matrix, str(len(values)), str(values.shape[1]), sheet, kind, case.what]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def limma_version(rscript: str | None) -> str:
    if rscript is None:
        return ""
    asked = [rscript, "-e", 'cat(as.character(packageVersion("limma")), R.version.string, sep = ", ")']
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def timed(case: Case, runs: int, rscript: str | None) -> tuple[float, float]:
    """Return the median seconds of MyoSieve and of limma (NaN without Rscript)."""
    values, samples = made_table(case)
    run = ours(case, values, samples)
    run()
    here, there = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(runs):
            if rscript:
                there.append(limma_seconds(rscript, case, values, samples, Path(folder)))
            here.append(seconds(run))
    return statistics.median(here), statistics.median(there) if there else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each")
    parser.add_argument("--only", help="whole, model, block correlation, sample weights or with absence alone")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    options = parser.parse_args()
    rscript = shutil.which("Rscript")
    version = limma_version(rscript)
    print(f"beside limma {version}" if version else "R limma is not installed: MyoSieve alone")
    print(f"{'what':<18} {'table':<34} {'MyoSieve':>10} {'limma':>10} {'limma / MyoSieve':>18}")
    figures = []
    for case in CASES:
        if options.only in (None, case.what):
            # limma has nothing to hold beside tests of absence
            here, there = timed(case, options.runs, rscript if version and case.what != "with absence" else None)
            print(f"{case.what:<18} {case.name:<34} {here:>8.4f} s {there:>8.3f} s {there / here:>18.1f}", flush=True)
            limma = None if math.isnan(there) else there
            figures.append({"what": case.what, "table": case.name, "myosieve_seconds": here, "limma_seconds": limma})
    if options.json:
        options.json.write_text(json.dumps({"limma": version, "cases": figures}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
