"""Made tables and sheets, small enough to see through."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

Make = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Make:
    """Write a text table: a mapping of column -> cells, or rows of cells with the header first."""

    def write(
        name: str,
        content: Mapping[str, Sequence[object]] | Sequence[Sequence[object]],
        sep: str = "\t",
        encoding: str = "utf-8",
    ) -> Path:
        rows = [list(content), *zip(*content.values(), strict=True)] if isinstance(content, Mapping) else content
        path = tmp_path / name
        path.write_bytes("".join(sep.join(map(str, row)) + "\n" for row in rows).encode(encoding))
        return path

    return write


@pytest.fixture
def sheet(write: Make) -> Make:
    """Write a sample sheet of given samples, half of them rest and half eps; further columns by keyword."""

    def sheet(*samples: str, **columns: Sequence[object]) -> Path:
        half = len(samples) // 2
        conditions = ["rest"] * half + ["eps"] * (len(samples) - half)
        return write("samples.tsv", {"sample": samples, "condition": conditions, **columns})

    return sheet


@pytest.fixture
def protein_groups(write: Make) -> Make:
    """Write a MaxQuant table: two proteins unless `ids` says otherwise, LFQ of A1 and B1; columns by keyword win."""

    def protein_groups(ids: Sequence[str] = ("P1", "P2"), name: str = "table.txt", **columns: Sequence[object]) -> Path:
        count = len(ids)
        content: dict[str, Sequence[object]] = {
            "Protein IDs": ids,
            "Majority protein IDs": ids,
            "Razor + unique peptides": [3] * count,
            "Unique peptides": [2] * count,
            "LFQ intensity A1": range(1000, 1000 + count),
            "LFQ intensity B1": range(2000, 2000 + count),
            "Only identified by site": [""] * count,
            "Reverse": [""] * count,
            "Potential contaminant": [""] * count,
        }
        content |= {key.replace("__", " "): cells for key, cells in columns.items()}
        return write(name, {key: cells for key, cells in content.items() if cells is not None})

    return protein_groups


@pytest.fixture
def pg_matrix(write: Make) -> Make:
    """Write a DIA-NN matrix with the given runs as columns; annotation columns by keyword (dots as underscores)."""

    def pg_matrix(runs: Sequence[str], ids: Sequence[str] = ("P1", "P2"), **columns: Sequence[object]) -> Path:
        count = len(ids)
        content: dict[str, Sequence[object]] = {
            "Protein.Group": ids,
            "Protein.Names": [""] * count,
            "Genes": [""] * count,
            "First.Protein.Description": [""] * count,
        }
        content |= {key.replace("_", "."): cells for key, cells in columns.items()}
        content |= {run: [1000 * (place + 1)] * count for place, run in enumerate(runs)}
        return write("matrix.tsv", content)

    return pg_matrix
