"""Tables with a column per sample: which columns hold which quantity, and which of them belong to the sheet's samples."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from myosieve.errors import InputError
from myosieve.tables import column_names, matching, runs
from myosieve.tables.samples import Samples


@dataclass(frozen=True)
class Family:
    """Columns of one quantity.

    Attributes
    ----------
    quantity
        A key of `table.QUANTITIES`.
    kind
        What the columns are called, for messages ("LFQ intensity").
    pattern
        Must match the whole column name; its group `sample` is what a sheet may write for short.
    scale
        linear, or log2, log10, ln where the engine writes logarithms.
    """

    quantity: str
    kind: str
    pattern: re.Pattern[str]
    scale: str = "linear"


@dataclass(frozen=True)
class Chosen:
    """The family that was chosen, the position of each sample's column, and the columns that no sample names."""

    family: Family
    positions: list[int]
    left_out: tuple[str, ...]


def columns_of(header: Sequence[str], families: Sequence[Family]) -> dict[Family, dict[int, str]]:
    """Return position -> sample of each family's columns; a column belongs to the first family that it matches."""
    found: dict[Family, dict[int, str]] = {family: {} for family in families}
    for position, name in enumerate(header):
        for family in families:
            if match := family.pattern.fullmatch(name):
                found[family][position] = match["sample"].strip()
                break
    return found


def choose(
    header: Sequence[str],
    families: Sequence[Family],
    samples: Samples,
    quantity: str,
    path: Path,
    hint: Callable[[Family], str],
    columns: Mapping[Family, Mapping[int, str]] | None = None,
) -> Chosen:
    """Choose the family of columns to read, and find the column of each sample.

    Parameters
    ----------
    header
        Column names of the table.
    families
        What the engine's tables may hold, best first. A sheet that names columns of one family decides for it; where several
        fit, the best is taken.
    samples
        The sheet; its `column` holds the full column name, the family's short name for the sample, or a file name of which
        that is the path or the stem.
    quantity
        auto, or the quantity that is wanted.
    path
        The table, for messages.
    hint
        What to write into the sheet's `column`, for messages.
    columns
        `columns_of`, where the reader has corrected it.

    Raises
    ------
    InputError
        The table does not have the quantity; a sample matches no column, or several.
    """
    columns = columns_of(header, families) if columns is None else columns
    spellings = {family: _spellings(header, columns[family]) for family in families}
    if quantity == "auto":
        fits = {family: matching.matched_count(samples, spellings[family]) for family in families}
        # max takes the first of equals
        family = max(families, key=lambda one: (fits[one], bool(columns[one])))
    else:
        wanted = [one for one in families if one.quantity == quantity and columns[one]]
        if not wanted:
            there = list(dict.fromkeys(one.quantity for one in families if columns[one]))
            kind = next((one.kind for one in families if one.quantity == quantity), quantity)
            raise InputError(
                f"the table has no {kind} column per sample", path, f"use {' or '.join(there) or 'another table'}"
            )
        family = max(wanted, key=lambda one: matching.matched_count(samples, spellings[one]))
    positions = matching.match(samples, header, spellings[family], family.kind, path, hint(family))
    candidates = [position for position, sample in columns[family].items() if sample]
    rest = matching.left_out(samples, header, candidates, positions, spellings[family])
    return Chosen(family, positions, rest)


def run_spellings(names: Mapping[int, str]) -> list[matching.Spelling]:
    """Return how a sheet may name runs: as the table does, by file name, by the stem of it, or as before R spelled it."""
    return [
        matching.Spelling(positions_by(names, str)),
        matching.Spelling(positions_by(names, runs.file_name)),
        matching.Spelling(positions_by(names, runs.stem), runs.stem),
        *_of_r(positions_by(names, str)),
    ]


def positions_by(names: Mapping[int, str], spell: Callable[[str], str]) -> dict[str, list[int]]:
    """Return spelling -> positions of the names that are spelled so."""
    positions: dict[str, list[int]] = {}
    for position, name in names.items():
        if name:
            positions.setdefault(spell(name), []).append(position)
    return positions


def _spellings(header: Sequence[str], named: Mapping[int, str]) -> list[matching.Spelling]:
    # One level for full and short names on purpose: a cell that is one column's full name and another's short is ambiguous.
    literal = positions_by({position: header[position] for position in named}, str)
    for short, positions in positions_by(named, str).items():
        literal[short] = list(dict.fromkeys([*literal.get(short, []), *positions]))
    return [matching.Spelling(literal), *run_spellings(named)[1:3], *_of_r(literal)]


def _of_r(literal: Mapping[str, Sequence[int]]) -> list[matching.Spelling]:
    """Return how R spells a sheet's names in the header of a table that it wrote, alone and at the start of a column's name."""
    return [matching.Spelling(literal, column_names.dotted), matching.Spelling(literal, column_names.of_r)]
