"""Which column of the table belongs to which row of the sample sheet: exactly one, or an error that shows both sides."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from myosieve.errors import InputError
from myosieve.tables.samples import Samples

_SHOWN = 5


@dataclass(frozen=True)
class Spelling:
    """One way in which a sheet may name a column.

    Attributes
    ----------
    positions
        Spelling -> columns of the table (by position) that go by it.
    of_cell
        Turns the sheet's cell into the spelling to look up.
    """

    positions: Mapping[str, Sequence[int]]
    of_cell: Callable[[str], str] = str


def positions_of(cell: str, spellings: Iterable[Spelling]) -> list[int]:
    """Return the columns that a cell of the sheet names, by the first spelling that finds any."""
    for spelling in spellings:
        found = spelling.positions.get(spelling.of_cell(cell))
        if found:
            return list(found)
    return []


def match(
    samples: Samples, header: Sequence[str], spellings: Sequence[Spelling], kind: str, table: Path, hint: str
) -> list[int]:
    """Return the position of each sample's column, in the order of the sheet.

    Parameters
    ----------
    samples
        The sheet.
    header
        Column names of the table, by position.
    spellings
        How a cell may name a column, most literal first.
    kind
        What the columns hold, for messages ("LFQ intensity").
    table
        The table, for messages.
    hint
        What to write into the sheet's `column`, for messages.

    Raises
    ------
    InputError
        A sample matches no column, or several, or two samples the same one.
    """
    cells = dict(zip(samples.frame["sample"], samples.frame["column"], strict=True))
    found = {sample: positions_of(cell, spellings) for sample, cell in cells.items()}
    missing = [sample for sample, positions in found.items() if not positions]
    if missing:
        names = list(dict.fromkeys(name for spelling in spellings for name in spelling.positions))
        columns = sorted({p for spelling in spellings for group in spelling.positions.values() for p in group})
        free = left_out(samples, header, columns, [p for group in found.values() for p in group], spellings)
        raise InputError(
            f"no {kind} column of {table.name} for {_some([_near(one, cells[one], names) for one in missing])}; "
            f"columns without a sample: {_some([repr(name) for name in free]) or 'none'}",
            samples.path,
            hint,
        )
    for sample, positions in found.items():
        if len(positions) > 1:
            raise InputError(
                f"sample {sample!r} (column {cells[sample]!r}) matches {len(positions)} columns of {table.name}: "
                f"{_some([repr(header[p]) for p in positions])}",
                samples.path,
                "write the full column name, and see that the table has it once",
            )
    owner: dict[int, str] = {}
    for sample, (position,) in found.items():
        if position in owner:
            raise InputError(
                f"samples {owner[position]!r} and {sample!r} name the same column {header[position]!r} of {table.name}",
                samples.path,
                "give each sample its own column",
            )
        owner[position] = sample
    return [position for (position,) in found.values()]


def matched_count(samples: Samples, spellings: Sequence[Spelling]) -> int:
    """Return how many samples of the sheet find a column."""
    return sum(bool(positions_of(cell, spellings)) for cell in samples.frame["column"])


def left_out(
    samples: Samples,
    header: Sequence[str],
    candidates: Iterable[int],
    chosen: Iterable[int],
    spellings: Sequence[Spelling],
) -> tuple[str, ...]:
    """Return the candidate columns that neither a sample nor an excluded row of the sheet names."""
    named = {position for cell in samples.excluded["column"] for position in positions_of(cell, spellings)}
    return tuple(header[position] for position in candidates if position not in {*chosen, *named})


def _near(sample: str, cell: str, names: Sequence[str]) -> str:
    lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(cell.lower(), lower, n=1)
    label = repr(sample) if cell == sample else f"{sample!r} (column {cell!r})"
    return f"{label} (nearest: {lower[near[0]]!r})" if near else label


def _some(items: Sequence[str]) -> str:
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more
