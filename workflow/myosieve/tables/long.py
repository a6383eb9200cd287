"""A long table (one row per precursor and run) -> matrices of the wanted runs, in memory that grows with the matrices only.

A row of a wanted run is kept when no `drop` rule names its value and every threshold holds; for a kept row of precursor p,
protein group g and sample s, with i = p's position, j = s and k = g's position in order of first appearance:

    quantities[i, j]           the row's quantity; of several rows the first that has one, the sum or the largest
    protein_quantities[k, j]   the first protein quantity of the group in the run
    peptides[k, j]             how many stripped sequences of the group have a kept row in the run

0, infinite and missing quantities are one thing: NaN. The table comes in parts of a million rows (`streaming`). Names become
codes of a vocabulary that grows with the spectral library, and the parts are scattered into matrices that grow in place.

Why pyarrow and NumPy (`benchmarks/streaming.py`, two cores; 100 million rows of Parquet, 1,000 runs): 124 CPU seconds and
2.0 GB with every matrix; DuckDB's quantities alone took 354 and 10.1 GB, pandas was stopped at 14 GB. Text that fits in
memory favors pandas: 4 CPU seconds for 2 million rows, here 15, since the file is read once more to find its runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from myosieve.tables.streaming import parts as sizes
from myosieve.tables.streaming.layout import LongLayout, LongTable, Threshold
from myosieve.tables.streaming.parts import Part
from myosieve.tables.streaming.reading import Reading, composed, run_column
from myosieve.tables.streaming.stream import open_stream

__all__ = ["LongLayout", "LongTable", "Progress", "Threshold", "columns_of", "read_long", "run_names"]

# Called with the number of rows read so far.
Progress = Callable[[int], None]


def columns_of(path: Path | str) -> tuple[str, ...]:
    """Return the column names of a long table, Parquet or text, without reading its rows."""
    return open_stream(path).header


def run_names(path: Path | str, layout: LongLayout, progress: Progress | None = None) -> list[str]:
    """Return the distinct runs of a table in order of first appearance; only the run column is parsed.

    Raises
    ------
    InputError
        The file is missing, damaged or no table, or has no column that names the run.
    """
    stream = open_stream(path)
    run = run_column(stream.header, layout, path)
    names: dict[str, None] = {}
    rows = 0
    for part in stream.parts([run], []):
        codes, first = np.unique(part.texts[run].indices.to_numpy(), return_index=True)
        names |= dict.fromkeys(part.texts[run].dictionary.take(codes[np.argsort(first)]).to_pylist())
        rows += part.rows
        if progress:
            progress(rows)
    return list(dict.fromkeys(composed(name) for name in names if name))


def read_long(
    path: Path | str,
    layout: LongLayout,
    samples_of_run: Mapping[str, int],
    n_samples: int,
    progress: Progress | None = None,
) -> LongTable:
    """Read the wanted runs of a long table.

    Parameters
    ----------
    path
        Parquet or text, told by content.
    layout
        The meaning of its columns.
    samples_of_run
        Run, as `run_names` spells it -> sample position (0 ... n_samples - 1). Several runs may make one sample: their rows
        are then several rows of one precursor in one run.
    n_samples
        Number of samples.
    progress
        Called with the number of rows read so far.

    Raises
    ------
    InputError
        The file is missing, damaged or no table, lacks a column or rows, a cell is no number, or a quantity is negative.
    """
    if not all(0 <= sample < n_samples for sample in samples_of_run.values()):
        raise ValueError(f"sample positions go from 0 to {n_samples - 1}")
    stream = open_stream(path)
    reading = Reading(Path(path), layout, stream.header, samples_of_run, n_samples)
    for parts in _batches(stream.parts(reading.texts, reading.numbers)):
        reading.take(parts)
        if progress:
            progress(reading.rows)
    return reading.result()


def _batches(parts: Iterator[Part]) -> Iterator[list[Part]]:
    """Yield consecutive parts together, a million rows at a time."""
    waiting: list[Part] = []
    for part in parts:
        waiting.append(part)
        if sum(one.rows for one in waiting) >= sizes.ROWS_AT_ONCE:
            yield waiting
            waiting = []
    if waiting:
        yield waiting
