"""Time candidates.xlsx and take its peak memory, on made contrasts whose every cell is filled.

    python benchmarks/workbook.py [--proteins 10000] [--contrasts 6] [--out FILE]

Each protein is in every contrast with all columns of candidates.tsv and differential.tsv; texts of a row are its own, as
long as those of a real study (`reason` 300 characters). Real studies have gaps, and fewer words where a protein is left out.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from myosieve import schema
from myosieve.report.content import Contrast
from myosieve.report.workbook import workbook

WORDS = {"reason": 300, "contributions": 125, "secretion_reason": 65, "protein_name": 35, "note": 40}


def rows(table: schema.Table, n: int, contrast: str, random: np.random.Generator) -> pd.DataFrame:
    """Return n rows of a table without a gap."""
    frame = pd.DataFrame(index=range(n))
    for column in table.columns:
        if column.kind == schema.NUMBER:
            frame[column.name] = random.random(n).round(10)
        elif column.kind == schema.COUNT:
            frame[column.name] = random.integers(1, 1000, n).astype(float)
        else:
            words = "of some length " * (WORDS.get(column.name, 0) // 15)
            frame[column.name] = [f"{column.name[:6]}{i} {words}".strip() for i in range(n)]
    frame["contrast"], frame["accession"] = contrast, [f"P{i:05d}" for i in range(n)]
    return frame


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proteins", type=int, default=10_000)
    parser.add_argument("--contrasts", type=int, default=6)
    parser.add_argument("--out", type=Path, help="keep the workbook here")
    given = parser.parse_args()
    random = np.random.default_rng(1)
    contrasts, tests = [], []
    for i in range(given.contrasts):
        name = f"contrast_{i}"
        ranked = rows(schema.CANDIDATES, given.proteins, name, random)
        ranked["rank"] = np.arange(1.0, len(ranked) + 1)
        tests.append(rows(schema.DIFFERENTIAL, given.proteins, name, random))
        contrasts.append(Contrast(name, "made", tests[-1], ranked, ranked.iloc[:0], 0.05))
    samples = rows(schema.SAMPLES_QC, 20, "", random)[schema.SAMPLES_QC.names]
    settings = pd.DataFrame({"stage": ["made"], "name": ["made"], "value": ["made"]})
    # What the workbook reads of the report's Content.
    content = SimpleNamespace(
        title="made", study="made", fdr=0.05, warnings=(), methods=(), versions=(), inputs=(), contrasts=tuple(contrasts),
        differential=pd.concat(tests), crosstalk=None, pathways=None, facts=None, leak_tests=None, samples_qc=samples,
        sensitivity=rows(schema.SENSITIVITY, 3, "", random), validation=rows(schema.VALIDATION, 500, "", random),
        settings=settings,
    )  # fmt: skip
    before, wall, cpu = _peak(), time.perf_counter(), time.process_time()
    book, _ = workbook(content)
    print(
        f"{given.proteins} proteins, {given.contrasts} contrasts: {time.process_time() - cpu:.0f} CPU s, "
        f"{time.perf_counter() - wall:.0f} s, peak {_peak():.0f} MB ({before:.0f} MB before), {len(book) / 1e6:.0f} MB file"
    )
    if given.out:
        given.out.write_bytes(book)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
