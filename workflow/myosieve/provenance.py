"""What a step leaves behind about itself: inputs, settings, versions, time, what it did and what a reader should know.

Each command writes a record beside its result (`--record`); `provenance.json` is their collection, and the methods text
and warnings of the report are read from it, so that nothing is claimed that did not run.
"""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import myosieve
from myosieve import files

_LIBRARIES = (
    *("numpy", "scipy", "pandas", "pyarrow", "python-calamine", "pyteomics", "directlfq", "numba", "h5py"),
    *("formulaic", "biopython", "requests"),
    *("xlsxwriter", "plotly", "matplotlib", "itables", "jinja2", "snakemake"),
)


@dataclass
class Summary:
    """What a step says of its own run.

    Attributes
    ----------
    methods
        Sentences for a methods section, each true of this run, with its citation.
    warnings
        Sentences that a reader must see before trusting the result.
    counts
        Named numbers: what came in, what was filtered and why, what went out.
    seeds
        Seeds of everything random, by name.
    """

    methods: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    counts: dict[str, int | float | str] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict)


def write_record(
    path: Path | str,
    stage: str,
    summary: Summary,
    settings: Mapping[str, Any],
    inputs: Iterable[Path | str],
    seconds: float,
) -> None:
    """Write one step's record as JSON; inputs are named as they were given and digested by SHA-256."""
    files.write_json(
        path,
        {
            "stage": stage,
            "myosieve": myosieve.__version__,
            "settings": dict(settings),
            "inputs": {Path(name).as_posix(): files.sha256(name) for name in sorted(map(str, inputs))},
            "methods": summary.methods,
            "warnings": summary.warnings,
            "counts": summary.counts,
            "seeds": summary.seeds,
            "seconds": round(seconds, 3),
        },
    )


def collect(records: Iterable[Path | str], study: str) -> dict[str, Any]:
    """Return the provenance of a study from the records of its steps, in the order given."""
    steps = [files.read_json(path) for path in records]
    return {
        "study": study,
        "myosieve": myosieve.__version__,
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
        "inputs": {name: digest for step in steps for name, digest in step["inputs"].items()},
        "seeds": {name: seed for step in steps for name, seed in step["seeds"].items()},
        "warnings": [text for step in steps for text in step["warnings"]],
        "steps": steps,
    }
