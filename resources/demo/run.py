"""Run the demo as a user would, then say where the results are, who leads the list, and where the time went."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
RESULTS = Path("results/demo")
COMMAND = ["snakemake", "--configfile", "config/demo.yaml"]
BEST = 5


def run(*options: str) -> tuple[float, subprocess.CompletedProcess]:
    """Run the workflow and return its wall time in seconds and what it printed."""
    started = time.perf_counter()
    command = [str(Path(sys.executable).parent / COMMAND[0]), *COMMAND[1:], *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return time.perf_counter() - started, done


def main() -> int:
    """Run, then tell."""
    print(f"$ {' '.join(COMMAND)}", flush=True)
    seconds, done = run()
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
        return done.returncode
    idle, _ = run()
    steps = json.loads((ROOT / RESULTS / "provenance.json").read_text(encoding="utf-8"))["steps"]
    computing = sum(step["seconds"] for step in steps)

    with (ROOT / RESULTS / "candidates.tsv").open(encoding="utf-8") as handle:
        ranked = [row for row in csv.DictReader(handle, delimiter="\t") if row["rank"]]
    best = {row["protein_group"]: row for row in sorted(ranked, key=lambda row: float(row["score"]))}
    print(f"\nThe {BEST} best candidates, each in its best contrast (simulated data: resources/demo/SOURCES.md)")
    for row in sorted(best.values(), key=lambda row: -float(row["score"]))[:BEST]:
        print(
            f"  {row['gene']:<10} {row['accession']:<12} {row['contrast']:<24} log2FC {float(row['log2fc']):+.2f}"
            f"  q {float(row['q_value']):.1e}  {row['secretion_class']:<12} score {float(row['score']):.2f}"
        )
    print("\nOpen")
    for name in ("candidates.xlsx", "report.html"):
        print(f"  {RESULTS / name}")
    print(
        f"\n{seconds:.1f} s in all; computing inside the steps before the report {computing:.1f} s; "
        f"Snakemake with nothing left to do {idle:.1f} s; the rest is starting the steps, and the report"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
