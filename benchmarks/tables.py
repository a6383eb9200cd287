"""What `myosieve intake` makes of each table of the shared data: kind, version, proteins, samples, missing values, species.

    python benchmarks/tables.py

The same tables are held against counts by plain pandas in tests/unit/tables/test_every_table.py.
"""

import importlib.util
import os
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from myosieve import files, settings
from myosieve.tables.step import intake

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("MYOSIEVE_DATA", ROOT.parent / "shared" / "data"))
COLUMNS = [
    "file",
    "found to be",
    "values",
    "proteins",
    "precursors",
    "samples",
    "missing",
    "decoys",
    "contaminants",
    "species",
    "s",
]


def counted() -> dict:
    """Return the tables of the test, with what counts their samples."""
    path = ROOT / "tests" / "unit" / "tables" / "test_every_table.py"
    spec = importlib.util.spec_from_file_location("test_every_table", path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.TABLES


def row(name: str, columns: list[str], folder: Path) -> list[str]:
    sheet = pd.DataFrame(
        {"sample": [f"s{place}" for place in range(len(columns))], "column": columns, "condition": "x"}
    )
    files.write_table(folder / "sheet.tsv", sheet)
    started = time.perf_counter()
    counts = intake(DATA / name, folder / "sheet.tsv", settings.stage_defaults("tables"), folder / "out").counts
    seconds = time.perf_counter() - started
    species = {key.removeprefix("organism: "): n for key, n in counts.items() if key.startswith("organism: ")}
    told = ", ".join(f"{key} {n}" for key, n in species.items())
    numbers = [counts[key] for key in ("protein_groups", "precursors", "samples")]
    return [
        Path(name).name, counts["table"], counts["quantity"], *map(str, numbers), f"{counts['missing_share']:.1%}",
        str(counts["decoys"]), str(counts["contaminants"]), told, f"{seconds:.1f}",
    ]  # fmt: skip


def main() -> None:
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        for name, (_, _, count) in counted().items():
            print("| " + " | ".join(row(name, count(DATA / name).columns, Path(folder))) + " |", flush=True)


if __name__ == "__main__":
    main()
