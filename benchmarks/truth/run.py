"""Score the methods on simulated experiments with known truth.

    python benchmarks/truth/run.py [--seeds 20] [--scenarios null_4 ...] [--methods default ...] [--processes 2] [--json F]

Seeds are 1..N, the same for every scenario and method. Means over the data sets with 95 % t intervals; `any call` counts the
data sets in which anything is called. Seconds are those of the method alone, medians over the data sets.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before numpy is imported

from methods import METHODS, PRECURSOR_METHODS
from score import mean_and_half_width, scored
from simulate import SCENARIOS, simulate

ALL_METHODS = METHODS | PRECURSOR_METHODS
WITH_INTERVAL = {"fdp": "FDP", "power": "power"}
PLAIN = {
    "power_changed": "changed",
    "power_on_off": "on/off",
    "null_below": "null P<.05",
    "null_below_001": "P<.001",
    "calls": "calls",
}


def scores_of(case: tuple[str, int], methods: list[str]) -> list[dict]:
    """Make one data set (scenario, seed) and score the methods on it."""
    scenario, seed = case
    data = simulate(scenario, seed)
    scores = []
    for method in methods:
        started = time.perf_counter()
        found = ALL_METHODS[method](data)
        seconds = time.perf_counter() - started
        row = {"scenario": scenario, "seed": seed, "method": method, "seconds": seconds}
        scores.append(row | scored(found, data.truth))
    return scores


def measured(scenarios: list[str], methods: list[str], seeds: int, processes: int) -> list[dict]:
    """Return one row per scenario, seed and method."""
    cases = [(scenario, seed) for scenario in scenarios for seed in range(1, seeds + 1)]
    work = partial(scores_of, methods=methods)
    if processes == 1:
        return [row for case in cases for row in work(case)]
    with ProcessPoolExecutor(processes) as pool:
        return [row for rows in pool.map(work, cases) for row in rows]


def line(rows: list[dict]) -> str:
    """Return the table's line for the rows of one scenario and method."""
    cells = []
    for name in WITH_INTERVAL:
        mean, half = mean_and_half_width([row[name] for row in rows])
        cells.append(f"{mean:.3f} ±{half:.3f}")
    cells += [f"{mean_and_half_width([row[name] for row in rows])[0]:.4g}" for name in PLAIN]
    cells.append(f"{sum(row['any_call'] for row in rows):.0f}/{len(rows)}")
    cells.append(f"{statistics.median(row['seconds'] for row in rows):.3f}")
    return " | ".join(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--scenarios", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--methods", nargs="+", choices=ALL_METHODS, default=list(ALL_METHODS))
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write every data set's scores here as well")
    options = parser.parse_args()
    header = ["scenario", "method", *WITH_INTERVAL.values(), *PLAIN.values(), "any call", "s"]
    print(f"| {' | '.join(header)} |\n|{'---|' * len(header)}", flush=True)
    rows = []
    for scenario in options.scenarios:
        found = measured([scenario], options.methods, options.seeds, options.processes)
        rows += found
        for method in options.methods:
            print(f"| {scenario} | {method} | {line([row for row in found if row['method'] == method])} |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
