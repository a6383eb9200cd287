"""The sample sheet: it decides what is a sample, never the table."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from myosieve import schema
from myosieve.errors import InputError
from myosieve.tables.source import Table, open_sources
from myosieve.tables.text import read_table_text

FRACTIONS = ("secretome", "lysate", "blank", "reference")
REQUIRED = ("sample", "condition")
OPTIONAL = (
    "column",
    "replicate",
    "batch",
    "subject",
    "time",
    "fraction",
    "normalization_factor",
    "plex",
    "label_swap",
    "exclude",
)
_YES = frozenset(["yes", "y", "true", "t", "1", "x"])
_NO = frozenset(["", "no", "n", "false", "f", "0", "-"])
# difflib's similarity from which an unknown column is taken for a misspelled one: 0.85 takes "conditon" and "times",
# and leaves "time_h", "batch_id" and "sample_id" alone.
_NEAR = 0.85


@dataclass(frozen=True)
class Samples:
    """A checked sample sheet.

    Attributes
    ----------
    frame
        `schema.SAMPLES` and every further column of the sheet, as text, in the order of the sheet, without excluded rows.
    excluded
        The rows that the sheet's `exclude` takes out, with the same columns.
    path
        The sheet.
    """

    frame: pd.DataFrame
    excluded: pd.DataFrame
    path: Path


def read_samples(path: Path | str) -> Samples:
    """Read and check a sample sheet.

    Parameters
    ----------
    path
        Text table with the columns `sample` and `condition`; `column` (default: as `sample`), `fraction` (default:
        secretome), `exclude` and any covariate are optional.

    Raises
    ------
    InputError
        With the line of the file (header = 1): a column is missing, misspelled or repeated; a sample or condition is
        empty; a sample or table column is repeated; a fraction or `exclude` is none of the known words; no row is left.
    """
    path = Path(path)
    table = _table(path)
    positions = _named_columns(table.header, table.columns(range(len(table.header))), path)
    sheet = table.columns(positions)
    sheet = sheet.apply(lambda cells: cells.str.strip())
    sheet.columns = [table.header[position] for position in positions]
    out = _yes(sheet, "exclude", path)
    _yes(sheet, "label_swap", path)  # an unknown word is refused here, where the line is known
    sheet = sheet.drop(columns="exclude", errors="ignore")
    sheet["column"] = (
        sheet["column"].where(sheet["column"] != "", sheet["sample"]) if "column" in sheet else sheet["sample"]
    )
    fraction = sheet["fraction"].str.lower() if "fraction" in sheet else pd.Series("", index=sheet.index)
    sheet["fraction"] = fraction.where(fraction != "", "secretome")
    kept = sheet[~out]
    if kept.empty:
        raise InputError("every row is excluded", path, "leave 'exclude' empty for the samples to use")
    _check_rows(kept, path)
    arranged = schema.SAMPLES.arrange(sheet)
    return Samples(arranged[~out].reset_index(drop=True), arranged[out].reset_index(drop=True), path)


def _table(path: Path) -> Table:
    """Return the sheet: a text table, or the first sheet of a workbook that has the needed columns."""
    sources = open_sources(path)
    if sources[0].kind == "text":
        return read_table_text(path, typed=True)
    fits = [source for source in sources if set(REQUIRED) <= set(source.header)]
    return (fits or sources)[0].table(typed=True)


def _named_columns(header: Sequence[str], cells: pd.DataFrame, path: Path) -> list[int]:
    """Return the positions of the columns with a name, once the names are checked."""
    for position, name in enumerate(header):
        if not name and cells[position].str.strip().ne("").any():
            raise InputError(f"column {position + 1} has values but no name", path, "name it in the header, line 1")
    names = [name for name in header if name]
    known = [*REQUIRED, *OPTIONAL]
    for name in REQUIRED:
        if name not in names:
            near = _nearest(name, [other for other in names if other not in known], 0.6)
            hint = f"rename column {near!r}" if near else f"add it; the sheet has {', '.join(names)}"
            raise InputError(f"line 1: column {name!r} is missing", path, hint)
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise InputError(f"line 1: column {repeated[0]!r} is there twice", path, "keep one of them")
    for name in names:
        absent = [one for one in known if one not in names]
        near = _nearest(name, absent, _NEAR) if name not in known else ""
        # "batch2" is a second batch, not a misspelled one
        if near and name.rstrip("0123456789_") != near:
            raise InputError(
                f"line 1: unknown column {name!r}", path, f"did you mean {near!r}? else give it another name"
            )
    return [position for position, name in enumerate(header) if name]


def _nearest(name: str, others: Sequence[str], cutoff: float) -> str:
    """Return the other name that is most like this one, letters swapped or in another case included, or ''."""
    for other in others:
        if sorted(other.lower()) == sorted(name.lower()):
            return other
    near = difflib.get_close_matches(name.lower(), [other.lower() for other in others], n=1, cutoff=cutoff)
    return next((other for other in others if near and other.lower() == near[0]), "")


def swapped(samples: Samples) -> list[str]:
    """Return the samples whose isotope labels are swapped, by the sheet's `label_swap`."""
    return list(samples.frame.loc[_yes(samples.frame, "label_swap", samples.path), "sample"])


def _yes(sheet: pd.DataFrame, name: str, path: Path) -> pd.Series:
    """Return whether an optional column says yes; index of `sheet` = line of the file."""
    if name not in sheet:
        return pd.Series(False, index=sheet.index)
    words = sheet[name].str.lower()
    unknown = words[~words.isin(_YES | _NO)]
    if len(unknown):
        raise InputError(
            f"line {unknown.index[0]}: {name!r} is {sheet[name][unknown.index[0]]!r}", path, "write yes or no"
        )
    return words.isin(_YES)


def _check_rows(sheet: pd.DataFrame, path: Path) -> None:
    for line, row in sheet.iterrows():
        for name in REQUIRED:
            if not row[name]:
                raise InputError(f"line {line}: {name!r} is empty", path, f"give every row a {name}")
        if row["sample"] in ("protein_group", "sample", "precursor", "sequence"):
            raise InputError(f"line {line}: no sample can be called {row['sample']!r}", path, "give it another name")
        if row["fraction"] not in FRACTIONS:
            raise InputError(
                f"line {line}: fraction is {row['fraction']!r}",
                path,
                f"use one of {', '.join(FRACTIONS)}, or leave it empty",
            )
    for name, remedy in (("sample", "give each row its own name"), ("column", "give each sample its own column")):
        repeated = sheet[name][sheet[name].duplicated()]
        if len(repeated):
            first = sheet.index[sheet[name] == repeated.iloc[0]][0]
            raise InputError(
                f"line {repeated.index[0]}: {name} {repeated.iloc[0]!r} is already on line {first}", path, remedy
            )
