"""DIA-NN's report.pg_matrix.tsv (1.8 to 2.x).

Columns: https://github.com/vdemichev/DiaNN#output. The quantities are MaxLFQ (`PG.MaxLFQ`) of the runs that passed the
filter. Runs are named by their path (1.x) or file (2.x). Protein.Names and Genes are sorted by alphabet, each for itself:
their order is not that of Protein.Group.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import accessions, matching
from myosieve.tables.intensities import read_intensities
from myosieve.tables.samples import Samples
from myosieve.tables.table import QuantTable
from myosieve.tables.text import TextTable, to_numbers

NAME = "DIA-NN"
CITATION = "Demichev et al. 2020, doi:10.1038/s41592-019-0638-x"

_GROUP = "Protein.Group"
# Everything that is no run. 2.x has the two counts, and may lack Protein.Ids.
_ANNOTATION = (
    _GROUP, "Protein.Ids", "Protein.Names", "Genes", "First.Protein.Description", "N.Sequences", "N.Proteotypic.Sequences"
)  # fmt: skip
# Columns of DIA-NN's other tables, which carry Protein.Group as well.
_OTHERS = {
    "Precursor.Id": "a table of precursors (main report or pr_matrix)",
    "Modified.Sequence": "a table of precursors (main report or pr_matrix)",
    "Run": "a main report, with one row per precursor and run",
    "File.Name": "a main report, with one row per precursor and run",
}
_ENDINGS = re.compile(r"(?:\.(?:raw|mzml|mzxml|d|wiff2?|dia|htrms|gz))+$", re.IGNORECASE)


def matches(header: Sequence[str]) -> bool:
    """Whether the header is that of a pg_matrix."""
    return not lacks(header)


def lacks(header: Sequence[str]) -> str:
    """Return what a pg_matrix has and this header has not; '' where nothing lacks."""
    if _GROUP not in header:
        return f"a column {_GROUP!r}"
    other = next((what for name, what in _OTHERS.items() if name in header), "")
    if other:
        return f"one row per protein group: it is {other}"
    return "" if _runs(header) else "a column per run"


def read(table: TextTable, samples: Samples, quantity: str) -> QuantTable:
    """Read the sheet's samples from a pg_matrix.

    Parameters
    ----------
    table
        The table.
    samples
        The sheet; its `column` holds the run as the table names it, or the file name, or the file name without its ending.
    quantity
        auto or lfq: a pg_matrix has nothing else.

    Raises
    ------
    InputError
        A sample matches no run, or several; another quantity is asked; a cell is no number; the values are log-transformed.
    """
    if quantity not in ("auto", "lfq"):
        raise InputError(
            f"a DIA-NN pg_matrix holds MaxLFQ quantities, not {quantity!r}", table.path, "set quantity to auto or lfq"
        )
    runs = _runs(table.header)
    spellings = [
        matching.Spelling(_positions((table.header[run], run) for run in runs)),
        matching.Spelling(_positions((_file_name(table.header[run]), run) for run in runs)),
        matching.Spelling(_positions((_stem(table.header[run]), run) for run in runs), _stem),
    ]
    hint = "write the run's file name, with or without its ending, into 'column'"
    positions = matching.match(samples, table.header, spellings, "run", table.path, hint)
    values = read_intensities(table, positions, samples.frame["sample"])
    proteins = _proteins(table)
    values.index = pd.Index(proteins["protein_group"], name="protein_group")
    rest = matching.left_out(samples, table.header, runs, positions, spellings)
    return QuantTable(proteins, values, NAME, "", "lfq", rest)


def _runs(header: Sequence[str]) -> list[int]:
    return [position for position, name in enumerate(header) if name and name not in _ANNOTATION]


def _positions(spelled: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    positions: dict[str, list[int]] = {}
    for spelling, run in spelled:
        positions.setdefault(spelling, []).append(run)
    return positions


def _file_name(run: str) -> str:
    return re.split(r"[\\/]", run)[-1]


def _stem(run: str) -> str:
    return _ENDINGS.sub("", _file_name(run.rstrip("\\/")))


def _proteins(table: TextTable) -> pd.DataFrame:
    """Return `schema.PROTEINS` of the table.

    The gene of a group of several genes is the first by alphabet; the species is that of the group's names where they agree,
    else that of the leading accession where a name begins with it.
    """
    there = [name for name in _ANNOTATION if name in table.header]
    text = table.columns([table.header.index(name) for name in there])
    text.columns = there
    text = text.apply(lambda cells: cells.str.strip()).reindex(columns=_ANNOTATION, fill_value="")
    groups = [[accessions.parse(one) for one in ids.split(";") if one.strip()] for ids in text[_GROUP]]
    for line, group in zip(text.index, groups, strict=True):
        if not group:
            raise InputError(f"line {line} has no protein group", table.path, "give the table as DIA-NN wrote it")
    leading = [accessions.leading(group) for group in groups]
    names = text["Protein.Names"].str.split(";")
    counts = to_numbers(text[["N.Sequences", "N.Proteotypic.Sequences"]], table.path).to_numpy()
    return pd.DataFrame(
        {
            "protein_group": accessions.unique(list(text[_GROUP])),
            "accession": [one.accession for one in leading],
            "accessions": [accessions.joined(group) for group in groups],
            "gene": text["Genes"].str.split(";").str[0].str.strip().to_numpy(),
            "protein_name": text["First.Protein.Description"].to_numpy(),
            "organism": [_organism(one, entries) for one, entries in zip(leading, names, strict=True)],
            "peptides": counts[:, 0],
            "unique_peptides": counts[:, 1],
            "decoy": [one.decoy for one in leading],
            "contaminant": [one.contaminant for one in leading],
            "only_by_site": False,
        }
    )


def _organism(leading: accessions.Identifier, names: Sequence[str]) -> str:
    if leading.mnemonic:
        return accessions.species(leading.mnemonic)
    mnemonics = {name: name.strip().rpartition("_")[2] for name in names if "_" in name}
    if len(set(mnemonics.values())) == 1:
        return accessions.species(next(iter(mnemonics.values())))
    own = [mnemonic for name, mnemonic in mnemonics.items() if name.strip().startswith(f"{leading.accession}_")]
    return accessions.species(own[0]) if own else ""
