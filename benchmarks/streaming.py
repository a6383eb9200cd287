"""Time the reader of long tables beside pandas, polars and DuckDB, on made DIA-NN main reports, with peak memory.

    python benchmarks/streaming.py [--rows 1e6 1e7] [--format parquet tsv] [--reader MyoSieve ...] [--runs 1000]

Every reader reads the file from disk (the page cache is warm), keeps the rows that pass three q-values and the decoy mark,
and makes the matrix precursors x runs. "MyoSieve" makes the protein quantities, peptide counts and annotation as well;
"MyoSieve (matrix only)" is the like-for-like figure. Each runs in a process of its own, is stopped beyond --memory GB or
--minutes, and must find the same number of quantities and the same sum as the first. polars, duckdb and psutil are
optional: `pip install polars duckdb psutil`. The file goes to a temporary folder and is deleted; it must stay below
20 GB: about 0.1 GB (Parquet) and 1 GB (TSV) per million rows.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is imported

import numpy as np

GIGABYTES_PER_ROW = {"parquet": 0.1e-6, "tsv": 0.95e-6}
LARGEST = 20.0
# Runs as long as people name them.
RUN = "20240117_EXP3_muscle_EPS_S{:04d}"
# A run finds four in five precursors of the library.
LIBRARY_PER_RUN = 1.25
# So many different sets of precursors are found, in turn (Parquet); making one for each run would take most of the time.
FOUND = 16
FILTERS = ("Q.Value", "Lib.Q.Value", "Lib.PG.Q.Value")
LIMIT = 0.01

# ---- made reports ----------------------------------------------------------------------------------------------------


def library(precursors: int, rng: np.random.Generator) -> dict[str, list]:
    """Return the columns of a spectral library: eight precursors to a protein group, every fifth another charge."""
    groups = max(precursors // 8, 1)
    group = [i * groups // precursors for i in range(precursors)]
    letters = np.frombuffer(b"ACDEFGHILMNPQSTVWY", dtype="S1")
    lengths = rng.integers(7, 25, precursors)
    pool = rng.choice(letters, int(lengths.sum())).tobytes().decode()
    sequences = [
        pool[end - n : end] + "K" for end, n in zip(np.cumsum(lengths).tolist(), lengths.tolist(), strict=True)
    ]
    for i in range(4, precursors, 5):
        sequences[i] = sequences[i - 1]
    charges = [2 + (i % 5 == 4) for i in range(precursors)]
    modified = [s.replace("C", "C(UniMod:4)") for s in sequences]
    accessions = [f"{'OPQ'[g % 3]}{g // 3 % 10}{chr(65 + g % 26)}{g % 97:02d}{g // 97:03d}" for g in range(groups)]
    return {
        "Precursor.Id": [f"{m}{z}" for m, z in zip(modified, charges, strict=True)],
        "Modified.Sequence": modified,
        "Stripped.Sequence": sequences,
        "Protein.Group": [accessions[g] for g in group],
        "Protein.Ids": [f"{accessions[g]};A0A{g:07d}" for g in group],
        "Protein.Names": [f"PR{g:05d}_HUMAN" for g in group],
        "Genes": [f"GENE{g}" for g in group],
        "Precursor.Charge": charges,
        "group": group,
    }


def generate(path: Path, runs: int, precursors: int, kind: str, seed: int = 1) -> int:
    """Stream a made DIA-NN main report to a file; return its number of rows.

    Parameters
    ----------
    path
        The file to write.
    runs, precursors
        A run holds about so many precursors (exactly, in Parquet) of a library a quarter larger.
    kind
        "parquet": 30 of the columns of 2.x, a row group per run. "tsv": the 57 columns of 1.8, the runs of a precursor
        together. Three in a hundred rows are above 1 % q-value.
    seed
        For NumPy's generator.
    """
    rng = np.random.default_rng(seed)
    texts = library(int(precursors * LIBRARY_PER_RUN), rng)
    parts = _parquet_parts(texts, runs, precursors, rng) if kind == "parquet" else _tsv_parts(texts, runs, rng)
    return _write(path, parts, kind)


def _write(path: Path, parts: Iterator, kind: str) -> int:
    import pyarrow.csv
    import pyarrow.parquet

    writer, rows = None, 0
    with path.open("wb") as file:
        for table in parts:
            if writer is None and kind == "parquet":
                # As plain strings for every reader, though the texts are encoded already.
                writer = pyarrow.parquet.ParquetWriter(
                    file,
                    table.schema,
                    compression="zstd",
                    compression_level=1,
                    use_dictionary=[name for name in table.column_names if table[name].type != "float"],
                    store_schema=False,
                )
            elif writer is None:
                file.write("\t".join(table.column_names).encode() + b"\n")  # pyarrow would put quotes around the names
                options = pyarrow.csv.WriteOptions(
                    include_header=False, delimiter="\t", quoting_style="none", batch_size=4096
                )
                writer = pyarrow.csv.CSVWriter(file, table.schema, write_options=options)
            writer.write_table(table)
            rows += table.num_rows
        writer.close()
    return rows


def _quantities(level: np.ndarray, spread: float, rng: np.random.Generator) -> np.ndarray:
    noise = rng.standard_normal(level.size, dtype=np.float32)
    return np.exp(level + np.float32(spread) * noise)


def _parquet_parts(texts: dict[str, list], runs: int, precursors: int, rng: np.random.Generator) -> Iterator:
    import pyarrow as pa

    group = np.array(texts["group"])
    names = [name for name in texts if name != "group"]
    columns = {name: pa.array(texts[name]) for name in names}
    size = group.size
    level = rng.normal(14, 1.5, size).astype("f4")
    protein_level = rng.normal(15, 1.5, group.max() + 1).astype("f4")
    mz = rng.uniform(400, 1000, size).astype("f4")
    library_q = (rng.random(size) * 0.005).astype("f4")
    found = [np.sort(rng.permutation(size)[:precursors]) for _ in range(min(runs, FOUND))]
    found_texts = [{name: columns[name].take(pa.array(here)).dictionary_encode() for name in names} for here in found]
    zeros = pa.array(np.zeros(precursors, dtype="i4"))
    for run in range(runs):
        here = found[run % FOUND]

        def noise(scale: float) -> np.ndarray:
            return np.float32(scale) * rng.random(precursors, dtype=np.float32)

        quantity = _quantities(level[here], 0.3, rng)
        yield pa.table(
            {
                "Run.Index": np.full(precursors, run),
                "Run": pa.DictionaryArray.from_arrays(zeros, [RUN.format(run)]),
                "Channel": pa.DictionaryArray.from_arrays(zeros, [""]),
                **found_texts[run % FOUND],
                "Decoy": np.zeros(precursors, dtype="i8"),
                "Proteotypic": np.ones(precursors, dtype="i8"),
                "Precursor.Mz": mz[here],
                "RT": noise(90),
                "iRT": mz[here],
                "Predicted.RT": noise(90),
                "Precursor.Quantity": quantity,
                "Precursor.Normalised": quantity * np.float32(1.07),
                "Ms1.Area": noise(1e6),
                "Quantity.Quality": noise(1),
                "RT.Start": noise(90),
                "FWHM": noise(0.2),
                "PG.MaxLFQ": _quantities(protein_level, 0.2, rng)[group[here]],
                "Q.Value": noise(0.0103),
                "PEP": noise(0.01),
                "Global.Q.Value": library_q[here],
                "Lib.Q.Value": library_q[here],
                "PG.Q.Value": noise(0.009),
                "Lib.PG.Q.Value": library_q[here],
            }
        )


# Columns of report.tsv 1.8 in its order; what is not text is a number of this size.
TSV = {
    "File.Name": "", "Run": "", "Protein.Group": "", "Protein.Ids": "", "Protein.Names": "", "Genes": "", "PG.Quantity": 1e6,
    "PG.Normalised": 1e6, "PG.MaxLFQ": 1e6, "Genes.Quantity": 1e6, "Genes.Normalised": 1e6, "Genes.MaxLFQ": 1e6,
    "Genes.MaxLFQ.Unique": 1e6, "Modified.Sequence": "", "Stripped.Sequence": "", "Precursor.Id": "", "Precursor.Charge": "",
    "Q.Value": 0.0103, "PEP": 0.1, "Global.Q.Value": 0.005, "Protein.Q.Value": 0.01, "PG.Q.Value": 0.009,
    "Global.PG.Q.Value": 0.005, "GG.Q.Value": 0.01, "Translated.Q.Value": 0, "Proteotypic": 0, "Precursor.Quantity": 1e6,
    "Precursor.Normalised": 1e6, "Precursor.Translated": 1e6, "Translated.Quality": 0, "Ms1.Translated": 1e6,
    "Quantity.Quality": 1, "RT": 90, "RT.Start": 90, "RT.Stop": 90, "iRT": 90, "Predicted.RT": 90, "Predicted.iRT": 90,
    "Lib.Q.Value": 0.005, "Lib.PG.Q.Value": 0.005, "Ms1.Profile.Corr": 1, "Ms1.Area": 1e6, "Evidence": 9,
    "Spectrum.Similarity": 1, "Averagine": 1, "Mass.Evidence": 4, "CScore": 1, "Decoy.Evidence": 0, "Decoy.CScore": 0,
    "Fragment.Quant.Raw": "", "Fragment.Quant.Corrected": "", "Fragment.Correlations": "", "MS2.Scan": 1e5, "IM": 0, "iIM": 0,
    "Predicted.IM": 0, "Predicted.iIM": 0,
}  # fmt: skip


def _tsv_parts(texts: dict[str, list], runs: int, rng: np.random.Generator) -> Iterator:
    import pyarrow as pa

    group = np.array(texts["group"])
    level = rng.normal(14, 1.5, group.size).astype("f4")
    protein = np.exp(rng.normal(15, 1, (group.max() + 1, runs))).astype("f4")
    columns = {name: pa.array(values) for name, values in texts.items()}
    run_names = pa.array([RUN.format(run) for run in range(runs)])
    files = pa.array([rf"D:\data\2024\{RUN.format(run)}.raw" for run in range(runs)])
    fragments = pa.array([";".join(f"{v:.6g}" for v in row) + ";" for row in rng.lognormal(12, 1.5, (2000, 12))])
    correlations = pa.array([";".join(f"{v:.6g}" for v in row) + ";" for row in rng.random((2000, 12))])
    at_once = max(200_000 // runs, 1)
    for first in range(0, group.size, at_once):
        block = np.arange(first, min(first + at_once, group.size))
        precursor, run = np.nonzero(rng.random((block.size, runs)) < 1 / LIBRARY_PER_RUN)
        precursor = block[precursor]
        size = precursor.size
        picked = {
            "File.Name": files.take(pa.array(run)),
            "Run": run_names.take(pa.array(run)),
            "PG.MaxLFQ": protein[group[precursor], run],
            "Precursor.Normalised": _quantities(level[precursor], 0.3, rng),
            **{name: fragments.take(pa.array(rng.integers(0, 2000, size))) for name in TSV if "Fragment.Quant" in name},
            "Fragment.Correlations": correlations.take(pa.array(rng.integers(0, 2000, size))),
        }
        for name, scale in TSV.items():
            if name in columns:
                picked[name] = columns[name].take(pa.array(precursor))
            elif name not in picked:
                picked[name] = np.float32(scale) * rng.random(size, dtype=np.float32) if scale else np.zeros(size, "i1")
        yield pa.table({name: picked[name] for name in TSV})


# ---- readers: path, number of runs -> matrix precursors x runs, missing as NaN or null -------------------------------


def with_myosieve(path: Path, runs: int, everything: bool = True) -> np.ndarray:
    from myosieve.tables.long import LongLayout, Threshold, read_long, run_names

    layout = LongLayout(
        run=("Run",),
        precursor=("Precursor.Id",),
        group="Protein.Group",
        quantity="Precursor.Normalised",
        protein_quantity="PG.MaxLFQ" if everything else "",
        annotation=("Protein.Names", "Genes") if everything else (),
        sequence="Stripped.Sequence" if everything else "",
        thresholds=tuple(Threshold(name, LIMIT, name) for name in FILTERS),
        drop=(("Decoy", ("1",)),),
    )
    # As a study does it: the runs first, to match them with the sample sheet.
    samples = {run: place for place, run in enumerate(run_names(path, layout))}
    return read_long(path, layout, samples, runs).quantities


def with_myosieve_matrix_only(path: Path, runs: int) -> np.ndarray:
    return with_myosieve(path, runs, everything=False)


KEYS = ["Protein.Group", "Precursor.Id"]
WANTED = ["Run", *KEYS, "Precursor.Normalised"]


def with_pandas(path: Path, runs: int) -> np.ndarray:
    import pandas as pd

    if path.suffix == ".parquet":
        filters = [*((name, "<=", LIMIT) for name in FILTERS), ("Decoy", "==", 0)]
        frame = pd.read_parquet(path, columns=WANTED, filters=filters)
    else:
        pieces = pd.read_csv(
            path,
            sep="\t",
            usecols=[*WANTED, *FILTERS],
            dtype={"Precursor.Normalised": "f4"},
            quoting=3,
            chunksize=1_000_000,
        )
        frame = pd.concat([piece.loc[(piece[list(FILTERS)] <= LIMIT).all(axis=1), WANTED] for piece in pieces])
    return frame.pivot(index=KEYS, columns="Run", values="Precursor.Normalised").to_numpy()  # noqa: PD010


def with_polars(path: Path, runs: int) -> np.ndarray:
    import polars as pl

    parquet = path.suffix == ".parquet"
    lazy = pl.scan_parquet(path) if parquet else pl.scan_csv(path, separator="\t", quote_char=None)
    lazy = lazy.filter(*(pl.col(name) <= LIMIT for name in FILTERS), *([pl.col("Decoy") == 0] if parquet else []))
    frame = lazy.select(WANTED).collect(engine="streaming")
    wide = frame.pivot(on="Run", index=KEYS, values="Precursor.Normalised", aggregate_function="first")  # noqa: PD010
    del frame
    return wide.drop(KEYS).to_numpy()


def with_duckdb(path: Path, runs: int) -> np.ndarray:
    import duckdb

    parquet = path.suffix == ".parquet"
    table = f"read_parquet('{path}')" if parquet else f"read_csv('{path}', delim='\t', quote='', header=true)"
    where = " and ".join([*(f'"{name}" <= {LIMIT}' for name in FILTERS), *(["Decoy = 0"] if parquet else [])])
    connection = duckdb.connect()
    connection.execute(
        f"set temp_directory='{path.parent}'; set preserve_insertion_order=false; set pivot_limit=1000000"
    )
    columns = ", ".join(f'"{name}"' for name in WANTED)
    wide = connection.execute(
        f'pivot (select {columns} from {table} where {where}) on Run using first("Precursor.Normalised")'
    ).fetchnumpy()
    values = [np.ma.filled(column.astype("f8"), np.nan) for name, column in wide.items() if name not in KEYS]
    return np.column_stack(values)


READERS = {
    "MyoSieve": (with_myosieve, "myosieve"),
    "MyoSieve (matrix only)": (with_myosieve_matrix_only, "myosieve"),
    "pandas": (with_pandas, "pandas"),
    "polars": (with_polars, "polars"),
    "DuckDB": (with_duckdb, "duckdb"),
}

# ---- measuring -------------------------------------------------------------------------------------------------------


def run_reader(name: str, path: Path, runs: int) -> None:
    """Read a report and print seconds and what identifies the matrix; in a process of its own."""
    import resource

    start = time.perf_counter()
    matrix = READERS[name][0](path, runs)
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    count, total = 0, 0.0
    for first in range(0, len(matrix), 10_000):
        some = np.asarray(matrix[first : first + 10_000], dtype=float)
        count += int(np.isfinite(some).sum())
        total += float(np.nansum(some))
    peak = used.ru_maxrss / 1024**2
    cpu = used.ru_utime + used.ru_stime
    print(
        json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "shape": matrix.shape, "count": count, "sum": total})
    )


def measure(name: str, path: Path, runs: int, memory: float, minutes: float) -> dict | str:
    """Run a reader in a process of its own; return its figures, or why there are none."""
    import psutil

    if importlib.util.find_spec(READERS[name][1]) is None:
        return "not installed: skipped"
    command = [sys.executable, __file__, "--one", name, str(path), "--runs", str(runs)]
    with tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        watched, start = psutil.Process(child.pid), time.perf_counter()
        while child.poll() is None:
            try:
                used = watched.memory_info().rss / 1024**3
            except psutil.Error:
                used = 0.0
            if used > memory or time.perf_counter() - start > 60 * minutes:
                child.kill()
                child.wait()
                child.stdout.close()
                return f"stopped: beyond {memory:g} GB" if used > memory else f"stopped: beyond {minutes:g} minutes"
            time.sleep(0.2)
        output = child.stdout.read()
        child.stdout.close()
        errors.seek(0)
        if child.returncode:
            return "failed: " + (errors.read().strip().splitlines() or [f"status {child.returncode}"])[-1][:100]
        return json.loads(output)


def compare(rows: int, runs: int, kind: str, readers: list[str], memory: float, minutes: float, folder: Path) -> None:
    expected = rows * GIGABYTES_PER_ROW[kind]
    free = shutil.disk_usage(folder).free / 1e9
    if expected > LARGEST or expected > free - 5:
        print(f"{rows:.0e} rows of {kind}: about {expected:.0f} GB; allowed {LARGEST:.0f}, free {free:.0f}: skipped")
        return
    path = folder / f"report.{kind}"
    start = time.perf_counter()
    rows = generate(path, runs, max(rows // runs, 1), kind)
    size, made = path.stat().st_size / 1e9, time.perf_counter() - start
    print(f"\n{rows:,} rows, {runs:,} runs, {kind}, {size:.2f} GB (made in {made:.0f} s)", flush=True)
    print(f"{'reader':<24}{'seconds':>9}{'CPU s':>9}{'rows/s':>12}{'peak GB':>9}  matrix", flush=True)
    first: dict | None = None
    for name in readers:
        result = measure(name, path, runs, memory, minutes)
        if isinstance(result, str):
            print(f"{name:<24}{result:>9}", flush=True)
            continue
        first = first or result
        same = result["count"] == first["count"] and abs(result["sum"] / first["sum"] - 1) < 1e-6
        verdict = "the same" if same else f"DIFFERS: {result['count']} quantities, sum {result['sum']:.6g}"
        verdict = (
            f"{result['shape'][0]:,} x {result['shape'][1]:,}, {result['count']:,} quantities"
            if result is first
            else verdict
        )
        print(
            f"{name:<24}{result['seconds']:>9.1f}{result['cpu']:>9.1f}{rows / result['seconds']:>12,.0f}{result['peak']:>9.2f}"
            f"  {verdict}",
            flush=True,
        )
    path.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=float, nargs="+", default=[1e6, 1e7])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--format", nargs="+", choices=["parquet", "tsv"], default=["parquet", "tsv"])
    parser.add_argument("--reader", nargs="+", choices=list(READERS), default=list(READERS))
    parser.add_argument("--memory", type=float, default=20, help="GB at which a reader is stopped")
    parser.add_argument("--minutes", type=float, default=20, help="after which a reader is stopped")
    parser.add_argument("--one", nargs=2, metavar=("READER", "PATH"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_reader(options.one[0], Path(options.one[1]), options.runs)
        return
    if importlib.util.find_spec("psutil") is None:
        raise SystemExit("psutil is needed to watch the readers' memory: pip install psutil")
    for rows in options.rows:
        for kind in options.format:
            with tempfile.TemporaryDirectory() as folder:
                compare(int(rows), options.runs, kind, options.reader, options.memory, options.minutes, Path(folder))


if __name__ == "__main__":
    main()
