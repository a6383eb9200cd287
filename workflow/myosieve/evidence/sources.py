"""Files that a user gives -> calls on the study's proteins, with a count of what was recognized.

A file is the result of a predictor, a table of UniProt or a table of one's own; which of them is told from its content. Files
that are given under a predictor's name are the parts of one result. Where several results of one source speak of the same
feature of a protein, the first of them counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from myosieve.errors import InputError
from myosieve.evidence import formats, matching
from myosieve.evidence.facts import family
from myosieve.evidence.uniprot import rows as uniprot_rows
from myosieve.evidence.uniprot import table as uniprot_table
from myosieve.tables.decoding import read_text

COLUMNS = formats.COLUMNS
UNIPROT = "uniprot"
NAMES = (*formats.TOOLS, UNIPROT)
# What a source says of the membrane is one statement, not to be put together from two results.
_MEMBRANE = ("tm_helix", "beta_barrel", "outside", "inside")


@dataclass(frozen=True)
class Result:
    """What one result says, before its proteins are recognized.

    Attributes
    ----------
    tool, where
        One of NAMES; its file, the first of several.
    table
        Calls (COLUMNS) under the names that the file has; the index counts its proteins.
    version
        Of the tool, where the file tells.
    may_miss
        Whether it may have none of the study's proteins.
    """

    tool: str
    where: Path
    table: pd.DataFrame
    version: str = ""
    may_miss: bool = False

    @property
    def scanned(self) -> bool:
        """Whether it looked at each of its proteins: it says no as well as yes."""
        return self.tool not in ("user", UNIPROT) and bool((self.table["call"] == "no").any())


@dataclass
class Calls:
    """Calls by accession, and which tools they come from (`scans`: those that looked at each protein), in the order given."""

    rows: pd.DataFrame
    tools: list[str] = field(default_factory=list)
    scans: list[str] = field(default_factory=list)
    counts: dict[str, int | float | str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def read(given: Sequence[tuple[str, Path]]) -> list[Result]:
    """Read files, each with the name of its tool or "" to tell it from the content; files of one name are parts of a result.

    Raises
    ------
    InputError
        A file is missing, damaged, of no known kind, or of another tool than named.
    """
    parts: dict[tuple[str, Path | None], list[Path]] = {}
    for tool, path in given:
        parts.setdefault((tool, None if tool else path), []).append(Path(path))
    return [_joined([_one(tool, path) for path in _filled(paths)]) for (tool, _), paths in parts.items()]


def _filled(paths: list[Path]) -> list[Path]:
    """Return the parts of a result without empty files (of jobs that had no sequence), unless all are empty."""
    filled = [path for path in paths if not path.is_file() or path.stat().st_size]
    return filled or paths[:1]


def _one(tool: str, path: Path) -> Result:
    if tool == UNIPROT or (not tool and _is_uniprot(path)):
        return snapshot(path)
    result = formats.read(path, tool or None)
    return Result(result.tool, path, result.table, result.version)


def _is_uniprot(path: Path) -> bool:
    lines = (line for line in read_text(path)[0].splitlines() if line.strip())
    return uniprot_table.looks_like_uniprot(next(lines, ""))


def snapshot(path: Path, may_miss: bool = False) -> Result:
    """Read a table of UniProt."""
    read_back = uniprot_table.read_table(path)
    table = uniprot_rows.evidence_rows(read_back, path)
    # An entry may speak of its isoforms as well: each is a protein of its own.
    table.index = pd.Index(
        pd.factorize(pd.Series(list(zip(table.index, table["accession"], strict=True)), dtype=object))[0]
    )
    release = next((version for version in table["version"] if version), "")
    return Result(UNIPROT, path, table, release, may_miss)


def _joined(results: list[Result]) -> Result:
    """Return the parts of a result as one."""
    first = results[0]
    if len(results) == 1:
        return first
    tables, start = [], 0
    for result in results:
        tables.append(result.table.set_axis(result.table.index + start))
        start += result.table.index.max() + 1 if len(result.table) else 0
    versions = dict.fromkeys(result.version for result in results if result.version)
    return Result(first.tool, first.where, pd.concat(tables), " and ".join(versions))


def recognized(results: Sequence[Result], wanted: set[str]) -> Calls:
    """Return the calls on the study's proteins.

    Parameters
    ----------
    results
        What `read` returns; the first that has a protein counts.
    wanted
        The study's accessions and their aliases.

    Raises
    ------
    InputError
        None of a result's proteins is one of the study's.
    """
    found = Calls(pd.DataFrame(columns=list(COLUMNS)))
    tables = []
    tools = [result.tool for result in results]
    for at, result in enumerate(results):
        name = result.tool if tools.count(result.tool) == 1 else f"{result.tool} ({result.where.name})"
        matched = matching.assign(result.table, wanted)
        found.counts[f"{name} proteins in the file"] = result.table.index.nunique()
        found.counts[f"{name} proteins of this study"] = matched.calls["accession"].nunique()
        if result.table.empty and not result.may_miss:
            found.warnings.append(f"{result.where}: {name} lists no protein at all")
        elif matched.calls.empty and not result.may_miss:
            raise _none_matched(result, wanted)
        if matched.contradicted:
            found.warnings.append(
                f"{name} has more than one result for {len(matched.contradicted)} accessions (as "
                f"{matched.contradicted[0]}); the first of each was used"
            )
        tables.append(matched.calls.assign(given=at))
    found.tools = list(dict.fromkeys(tools))
    found.scans = list(dict.fromkeys(result.tool for result in results if result.scanned))
    found.rows, repeated = _first_of_each([table for table in tables if len(table)])
    for source, proteins in repeated.items():
        found.warnings.append(
            f"several files have results of {source} for the same {len(proteins)} proteins (as {proteins[0]}); "
            "the first given counts"
        )
    return found


def _first_of_each(tables: list[pd.DataFrame]) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Return the calls of the first result that has them, and the proteins of which others were left out, by source."""
    if not tables:
        return pd.DataFrame(columns=list(COLUMNS)), {}
    rows = pd.concat(tables, ignore_index=True)
    source = rows["source"].map(family)
    unit = rows["feature"].where(~rows["feature"].isin(_MEMBRANE), "membrane")
    kept = rows["given"] == rows.groupby([rows["accession"], source, unit])["given"].transform("min")
    dropped = rows.loc[~kept, "accession"].groupby(source[~kept]).unique()
    repeated = {str(name): sorted(accessions) for name, accessions in dropped.items()}
    return rows.loc[kept, list(COLUMNS)].reset_index(drop=True), repeated


def _none_matched(result: Result, wanted: set[str]) -> InputError:
    shown = repr(result.table["accession"].iloc[0][:60])
    return InputError(
        f"no protein of the file is one of the study: the file has {shown}, the study {min(wanted, default='none')!r}",
        result.where,
        "the file must name proteins as the FASTA of the search does",
    )
