"""MaxQuant's proteinGroups.txt (1.3 to 2.x), also with the column names that R or Perseus leave.

Columns and their changes: MaxQuant documents them in `tables.pdf` beside its results; "Contaminant" became "Potential
contaminant" in 1.5, "Protein names" and "Gene names" left with 2.x, where "Fasta headers" still has both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import accessions, matching
from myosieve.tables.intensities import read_intensities
from myosieve.tables.samples import Samples
from myosieve.tables.table import QuantTable
from myosieve.tables.text import TextTable, to_numbers

NAME = "MaxQuant"
CITATION = "Cox and Mann 2008, doi:10.1038/nbt.1511"

# Best first: MaxLFQ is made for comparing samples; summed intensities are what it starts from; iBAQ divides by the number of
# theoretical peptides, which is for comparing proteins and cancels in a fold change. `[ ._]`: R turns blanks into dots,
# Perseus users into underscores ("LFQ_02_TP1").
_FAMILIES = {
    "lfq": ("LFQ intensity", re.compile(r"LFQ(?:[ ._]intensity)?[ ._](?P<experiment>.+)", re.IGNORECASE)),
    "intensity": ("Intensity", re.compile(r"Intensity[ ._](?P<experiment>.+)", re.IGNORECASE)),
    "ibaq": ("iBAQ", re.compile(r"iBAQ[ ._](?!peptides$)(?P<experiment>.+)", re.IGNORECASE)),
}
_RATIO = re.compile(r"Ratio[ ._][HM][/.][LM]\b", re.IGNORECASE)
_REPORTER = re.compile(r"Reporter[ ._]intensity\b", re.IGNORECASE)
# With ratio columns in the table, "Intensity L exp" is the light label of "exp"; without, L is part of a name.
_LABEL = re.compile(r"[LMH](?:[ ._]|$)")

_FLAGS = {
    "decoy": ("reverse",),
    "contaminant": ("potential contaminant", "contaminant"),
    "only_by_site": ("only identified by site",),
}
_YES = ("+", "true", "yes", "1")


def matches(header: Sequence[str]) -> bool:
    """Whether the header is that of a proteinGroups table, whatever its quantities."""
    return not lacks(header)


def lacks(header: Sequence[str]) -> str:
    """Return what a proteinGroups table has and this header has not; '' where nothing lacks."""
    names = {_plain(name) for name in header}
    if not names & {"majority protein ids", "protein ids"} or "protein group" in names:
        return "a column 'Majority protein IDs' or 'Protein IDs'"
    patterns = [pattern for _, pattern in _FAMILIES.values()]
    if not any(pattern.match(name) for name in header for pattern in [*patterns, _RATIO, _REPORTER]):
        return "columns 'LFQ intensity ...', 'Intensity ...' or 'iBAQ ...'"
    return ""


def read(table: TextTable, samples: Samples, quantity: str) -> QuantTable:
    """Read the sheet's samples from a proteinGroups table.

    Parameters
    ----------
    table
        The table.
    samples
        The sheet; its `column` holds the experiment ("H1") or the full column name ("LFQ intensity H1").
    quantity
        auto, lfq, intensity or ibaq; auto takes the first of lfq, intensity, ibaq with a column for every sample.

    Raises
    ------
    InputError
        A sample matches no column, or several; a cell is no number; the values are log-transformed.
    """
    columns = {name: _columns(table.header, name) for name in _FAMILIES}
    spellings = {name: _spellings(table.header, found) for name, found in columns.items()}
    chosen = _best(samples, spellings) if quantity == "auto" else quantity
    kind = _FAMILIES[chosen][0]
    if not columns[chosen]:
        others = " or ".join(name for name, found in columns.items() if found) or "a label-free table"
        raise InputError(f"the table has no {kind} column per experiment", table.path, f"use {others}")
    positions = matching.match(samples, table.header, spellings[chosen], kind, table.path, _hint(table.header, kind))
    values = read_intensities(table, positions, samples.frame["sample"])
    proteins = _proteins(table)
    values.index = pd.Index(proteins["protein_group"], name="protein_group")
    # A label's column is part of its experiment's, not a sample that somebody forgot.
    candidates = [position for position, experiment in columns[chosen].items() if experiment]
    rest = matching.left_out(samples, table.header, candidates, positions, spellings[chosen])
    return QuantTable(proteins, values, NAME, "", chosen, rest, _notes(table.header))


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name).strip().lower()


def _columns(header: Sequence[str], family: str) -> dict[int, str]:
    """Return position -> experiment of a family's columns; the experiment of a SILAC label is '' (see `_LABEL`)."""
    pattern = _FAMILIES[family][1]
    found = {position: pattern.fullmatch(name) for position, name in enumerate(header)}
    labeled = any(_RATIO.match(name) for name in header)
    return {
        position: "" if labeled and _LABEL.match(match["experiment"]) else match["experiment"]
        for position, match in found.items()
        if match
    }


def _spellings(header: Sequence[str], experiments: Mapping[int, str]) -> list[matching.Spelling]:
    # One level on purpose: a cell that is one column's full name and another's experiment is ambiguous.
    positions: dict[str, list[int]] = {}
    for position, experiment in experiments.items():
        for spelling in {header[position], experiment} - {""}:
            positions.setdefault(spelling, []).append(position)
    return [matching.Spelling(positions)]


def _best(samples: Samples, spellings: Mapping[str, Sequence[matching.Spelling]]) -> str:
    """Return the family with a column for most samples; where that is even, one that the table has, the better first."""
    return max(
        _FAMILIES,
        key=lambda name: (matching.matched_count(samples, spellings[name]), bool(spellings[name][0].positions)),
    )


def _labels(header: Sequence[str]) -> tuple[bool, bool]:
    """Return whether the table is of a SILAC search, and whether of one with isobaric labels."""
    return any(_RATIO.match(name) for name in header), any(_REPORTER.match(name) for name in header)


def _hint(header: Sequence[str], kind: str) -> str:
    silac, reporter = _labels(header)
    if reporter:
        return "the table is of a TMT or iTRAQ search, whose reporter intensities are not read: give label-free columns"
    if silac:
        return f"the table is of a SILAC search: name an experiment (all labels) or one label in full ('{kind} L exp')"
    return f"write the experiment, as 'H1', or the full column name, as '{kind} H1', into 'column'"


def _notes(header: Sequence[str]) -> tuple[str, ...]:
    silac, reporter = _labels(header)
    notes = []
    if silac:
        notes.append(
            "the table is of a SILAC search: its ratios are not used; an experiment's intensity sums its labels"
        )
    if reporter:
        notes.append(
            "the table is of a search with reporter ions: these are not used; the intensities are of whole plexes"
        )
    return tuple(notes)


def _proteins(table: TextTable) -> pd.DataFrame:
    """Return `schema.PROTEINS` of the table.

    A group is a decoy or contaminant when the engine's column says so, or when its leading identifier carries a prefix, which
    it does only if all majority identifiers do (`accessions.leading` prefers one without).
    """
    text = _annotation(table)
    majority = text["majority protein ids"].where(text["majority protein ids"] != "", text["protein ids"])
    groups = [[accessions.parse(one) for one in ids.split(";") if one.strip()] for ids in majority]
    for line, group in zip(text.index, groups, strict=True):
        if not group:
            raise InputError(f"line {line} has no protein id", table.path, "give the table as MaxQuant wrote it")
    leading = [accessions.leading(group) for group in groups]
    described = [_describe(*row) for row in zip(text["fasta headers"], majority, leading, strict=True)]
    first = {name: text[name].str.split(";").str[0].str.strip() for name in ("gene names", "protein names")}
    flags = {
        flag: text[list(names)].apply(lambda cells: cells.str.lower().isin(_YES)).any(axis=1).to_numpy()
        for flag, names in _FLAGS.items()
    }
    return pd.DataFrame(
        {
            "protein_group": accessions.unique(list(majority)),
            "accession": [one.accession for one in leading],
            "accessions": [accessions.joined(group) for group in groups],
            "gene": [one.gene or other for one, other in zip(described, first["gene names"], strict=True)],
            "protein_name": [one.name or other for one, other in zip(described, first["protein names"], strict=True)],
            "organism": [a.organism or accessions.species(b.mnemonic) for a, b in zip(described, leading, strict=True)],
            "peptides": _counts(table, "razor unique peptides", "peptide counts razor unique", "peptides"),
            "unique_peptides": _counts(table, "unique peptides", "peptide counts unique"),
            "decoy": flags["decoy"] | [one.decoy for one in leading],
            "contaminant": flags["contaminant"] | [one.contaminant for one in leading],
            "only_by_site": flags["only_by_site"],
        }
    )


def _annotation(table: TextTable) -> pd.DataFrame:
    """Return the table's text columns by plain name; one that it has not is empty, as is a cell that pandas wrote as nan."""
    wanted = [
        "majority protein ids",
        "protein ids",
        "gene names",
        "protein names",
        "fasta headers",
        *sum(_FLAGS.values(), ()),
    ]
    plain = [_plain(name) for name in table.header]
    there = [name for name in wanted if name in plain]
    text = table.columns([plain.index(name) for name in there])
    text.columns = there
    text = text.apply(lambda cells: cells.str.strip())
    text = text.mask(text.isin(["nan", "NaN"]), "")
    return text.reindex(columns=wanted, fill_value="")


def _describe(headers: str, ids: str, leading: accessions.Identifier) -> accessions.Description:
    """Read the leading protein's header, from the identifiers themselves where a search took whole headers for them."""
    return accessions.describe(ids if "GN=" in ids or "OS=" in ids else headers, leading.accession)


def _counts(table: TextTable, *names: str) -> pd.Series | float:
    """Return the first of the columns that the table has, as numbers; of a list per protein ("4;3") the first entry."""
    plain = [_plain(name) for name in table.header]
    for name in names:
        if name in plain:
            cells = table.columns([plain.index(name)])
            cells.columns = [table.header[plain.index(name)]]
            cells = cells.apply(lambda column: column.str.split(";").str[0])
            return to_numbers(cells, table.path).iloc[:, 0].to_numpy()
    return float("nan")
