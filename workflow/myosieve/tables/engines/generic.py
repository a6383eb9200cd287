"""Tables of no known engine: anybody's matrix of proteins or precursors, or a long table, by the config's `columns`.

`columns` names the table's column of each role (`protein_group`, `gene`, ... as in workflow/schemas/config.schema.yaml); a
column without a name, as R leaves that of the row names, goes by its position ("column 1"). With `run` and `value` the table
is a long one, and of several rows of one precursor (of one charge) in a run the first counts; with `precursor` its rows are
precursors; otherwise they are protein groups, each a row of its own. What `columns` does not name but everybody calls alike
("Gene names", "Organism", "Description", PEAKS' "#Peptides") is taken too.

Without `columns`, the identifiers must be in a column of a well-known name whose cells look like accessions, or in one
of row names whose cells surely are, and the sheet must spell each sample's column in full. Nothing says what the values are:
quantity and scale are the config's, and values that look logarithmic are refused until it tells.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import accessions, assemble, intensities, matching, wide
from myosieve.tables.engines import generic_columns
from myosieve.tables.features import groups_of, proteins_frame, yes
from myosieve.tables.intensities import read_intensities
from myosieve.tables.long import LongLayout
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source, Table
from myosieve.tables.table import QuantTable
from myosieve.tables.text import to_numbers

ENGINE = "an unnamed search engine"

_FLAGS = ("contaminant", "decoy")
# UniProt writes synonyms behind a symbol ("ALB GIG20") and a name behind a species; MetaMorpheus "primary:ALB, synonym:GIG20".
_SYMBOL = re.compile(r"(?:primary:)?([^\s,|]+)")
_OTHER_NAME = re.compile(r"\s*\(.*\)$")
_TEXT = ("gene", "protein_name", "organism")


def lacks(header: Sequence[str]) -> str:
    """Return what a table that is read without `columns` has and this header has not."""
    if not generic_columns.has_identifiers(header):
        return "a column of protein identifiers, as 'Protein IDs' or 'Accession'"
    if smaller := generic_columns.smaller_than_groups(header):
        return f"one row per protein group ({smaller!r} tells of smaller ones: say with 'columns' what is what)"
    return "" if len([name for name in header if name]) > 1 else "a column per sample"


def lacks_row_names(header: Sequence[str]) -> str:
    """Return what a table whose identifiers are its row names has and this header has not."""
    if not generic_columns.has_row_names(header):
        return "a column of row names"
    if smaller := generic_columns.smaller_than_groups(header):
        return f"one row per protein group ({smaller!r} tells of smaller ones)"
    return "" if len(header) > 1 else "a column per sample"


def lacks_values(header: Sequence[str]) -> str:
    """Return what a table that is read by `columns` has and this header has not."""
    return "" if len(header) > 1 else "columns"


def read(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from anybody's table.

    Raises
    ------
    InputError
        A column that `columns` names is not there or stands twice, or several may hold the identifiers; a sample matches no
        column, or several; the values are log-transformed and the config does not say so.
    """
    roles = {role: generic_columns.position(source, str(name), role) for role, name in choice.columns.items()}
    if {"run", "value"} & roles.keys():
        return _read_long(source, samples, choice, roles)
    table = source.table()
    roles = generic_columns.with_known(table.header, roles)
    if "protein_group" not in roles:
        roles["protein_group"] = generic_columns.identifiers(table)
    positions, rest = _match(table, samples, roles, exact=not choice.columns)
    roles = {
        role: place
        for role, place in roles.items()
        if place not in positions or role in {"protein_group", *choice.columns}
    }
    taken = [role for role, place in roles.items() if place in positions]
    if taken:
        raise InputError(
            f"column {table.header[roles[taken[0]]]!r} is both a sample's and the {taken[0]}",
            samples.path,
            "give each its own column",
        )
    scale = choice.asked_scale
    values = read_intensities(table, positions, samples.frame["sample"], *scale)
    cells = table.columns(list(dict.fromkeys(roles.values())))
    text = pd.DataFrame({role: cells[place].str.strip() for role, place in roles.items()})
    if "precursor" in roles:
        return _precursors(table, samples, choice, text, values, rest)
    proteins = proteins_by_role(text, table.path)
    return QuantTable(proteins, assemble.by_group(proteins, values), ENGINE, "", _quantity(choice), rest)


def _quantity(choice: Choice) -> str:
    return "intensity" if choice.quantity == "auto" else choice.quantity


# ---- columns -------------------------------------------------------------------------------------------------------


def _match(table: Table, samples: Samples, roles: Mapping[str, int], exact: bool) -> tuple[list[int], tuple[str, ...]]:
    """Return the samples' columns, and others that are called like them."""
    mapped = set() if exact else set(roles.values())
    columns = {place: name for place, name in enumerate(table.header) if name and place not in mapped}
    spellings = wide.run_spellings(columns)
    spellings = spellings[:1] if exact else spellings
    hint = "write the full name of the sample's column into 'column'"
    positions = matching.match(samples, table.header, spellings, "value", table.path, hint)
    shapes = {_shape(table.header[place]) for place in positions}
    others = [place for place in columns if place not in roles.values() and _shape(columns[place]) in shapes]
    return positions, matching.left_out(samples, table.header, others, positions, spellings)


def _shape(name: str) -> str:
    """Return what columns of the same kind share: "Area HCA_K2" and "Area HIT_i10" are both "w w_w#"."""
    return re.sub(r"\d+", "#", re.sub(r"[^\W\d_]+", "w", name))


# ---- tables of precursors, long tables ------------------------------------------------------------------------------


def _precursors(
    table: Table, samples: Samples, choice: Choice, text: pd.DataFrame, values: pd.DataFrame, rest: tuple[str, ...]
) -> QuantTable:
    ids, group = assemble.rows_of_groups(text["protein_group"])
    described = text.loc[ids.index].copy()
    if "decoy" in text:  # a group is one when all of its precursors are
        described["decoy"] = pd.Series(yes(text["decoy"])).groupby(group).all().map({True: "+", False: ""}).to_numpy()
    if "contaminant" in text:
        any_ = pd.Series(yes(text["contaminant"])).groupby(group).any()
        described["contaminant"] = any_.map({True: "+", False: ""}).to_numpy()
    proteins = proteins_by_role(described, table.path)
    sequences = text["sequence"] if "sequence" in text else pd.Series("", index=text.index)
    if "sequence" in text and "peptides" not in text:
        proteins["peptides"] = sequences.groupby(group).nunique().to_numpy(dtype=float)
    keys = proteins["protein_group"].to_numpy()[group]
    names = samples.frame["sample"]
    precursors = assemble.precursors_of(keys, text["precursor"], sequences, values.to_numpy(), names)
    counts = assemble.peptide_counts(precursors, proteins)
    empty = assemble.empty_intensities(proteins, samples)
    quantity = _quantity(choice)
    return QuantTable(proteins, empty, ENGINE, "", quantity, rest, peptide_counts=counts, precursors=precursors)


def _read_long(source: Source, samples: Samples, choice: Choice, roles: Mapping[str, int]) -> QuantTable:
    header, path = source.header, source.path
    for role in ("protein_group", "run", "value"):
        if role not in roles:
            raise InputError(f"columns: {role} is missing", path, "a long table needs protein_group, run and value")
    unclear = [role for role, place in roles.items() if not header[place] or header.count(header[place]) > 1]
    if unclear:
        where = f"column {roles[unclear[0]] + 1}"
        raise InputError(f"columns: {unclear[0]}: {where} has no name of its own", path, "give it one in the table")
    names = {role: header[place] for role, place in generic_columns.with_known(header, roles).items()}
    described = [role for role in (*_TEXT, "peptides", "unique_peptides", *_FLAGS) if role in names]
    of_precursors = "precursor" in names
    layout = LongLayout(
        run=(names["run"],),
        precursor=_precursor(header, names) if of_precursors else (names["protein_group"],),
        group=names["protein_group"],
        quantity=names["value"] if of_precursors else "",
        protein_quantity="" if of_precursors else names["value"],
        annotation=tuple(dict.fromkeys(names[role] for role in described)),
        sequence=names.get("sequence", "") if of_precursors else "",
    )
    hint = f"write the run, as in column {names['run']!r}, into 'column'"
    table, rest = assemble.long_table(path, layout, samples, hint)
    table = dataclasses.replace(
        table,
        quantities=_linear(table.quantities, choice, path),
        protein_quantities=_linear(table.protein_quantities, choice, path),
    )
    text = pd.DataFrame(
        {"protein_group": table.groups["group"]} | {role: table.groups[names[role]] for role in described}
    )
    proteins = proteins_by_role(text, path)
    if layout.sequence and "peptides" not in text:
        sequences = table.precursors.groupby("group")["sequence"].nunique()
        proteins["peptides"] = sequences.reindex(range(len(text)), fill_value=0).to_numpy(dtype=float)
    quantity = _quantity(choice)
    result = assemble.from_long(table, proteins, samples, engine=ENGINE, version="", quantity=quantity, left_out=rest)
    return result if of_precursors else dataclasses.replace(result, peptide_counts=None)


def _precursor(header: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns that tell precursors apart: the one mapped, and the charge where the table has it."""
    charge = generic_columns.charge(header)
    return (names["precursor"], charge) if charge not in ("", names["precursor"]) else (names["precursor"],)


def _linear(values: np.ndarray | None, choice: Choice, path: Path) -> np.ndarray | None:
    if values is None:
        return None
    scale = "linear" if choice.scale == "auto" else choice.scale
    return intensities.linear(pd.DataFrame(values), scale, choice.scale != "auto", path)


# ---- proteins ------------------------------------------------------------------------------------------------------


def proteins_by_role(text: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return `schema.PROTEINS` from columns named by role (`protein_group` at least); FASTA headers are taken apart."""
    groups = groups_of(text["protein_group"], path, "its program")
    blank = pd.Series("", index=text.index)
    given = {
        role: text[role].mask(text[role].isin(["nan", "NaN", "NA"]), "") if role in text else blank for role in _TEXT
    }
    genes, names, organisms = [], [], []
    rows = zip(text["protein_group"], *given.values(), groups.identifiers, groups.leading, strict=True)
    for ids, gene, name, organism, identifiers, leading in rows:
        described = _described(ids, name, leading.accession)
        genes.append(_symbol(_of_leading(gene, identifiers, leading)) or described.gene)
        names.append(described.name or name)
        organisms.append(_OTHER_NAME.sub("", _of_leading(organism, identifiers, leading)) or described.organism)
    counts = {role: _numbers(text, role, path) for role in ("peptides", "unique_peptides")}
    flags = {role: yes(text[role]) for role in _FLAGS if role in text}
    return proteins_frame(groups, genes=genes, names=names, organisms=organisms, flags=flags, **counts)


def _numbers(text: pd.DataFrame, role: str, path: Path) -> np.ndarray | float:
    return to_numbers(text[role], path).iloc[:, 0].to_numpy() if role in text else float("nan")


def _of_leading(cell: str, identifiers: Sequence[accessions.Identifier], leading: accessions.Identifier) -> str:
    """Return the part of a cell that stands where the leading identifier does; the first, where they do not pair up."""
    parts = [part.strip() for part in cell.split(";")]
    return parts[identifiers.index(leading) if len(parts) == len(identifiers) else 0]


def _symbol(cell: str) -> str:
    found = _SYMBOL.match(cell)
    return found[1] if found else ""


def _described(ids: str, name: str, accession: str) -> accessions.Description:
    """Read a protein's FASTA header: whole headers, or the text behind the identifier alone, as PEAKS has it."""
    for headers in (ids, name, f"{accession} {name}"):
        if re.search(r"\b(?:OS|GN)=", headers):
            found = accessions.describe(headers, accession)
            if found != accessions.Description():
                return found
    return accessions.Description()


# For a config that says so: what the columns of the table mean is then up to its `columns`.
MAPPED = Reader("generic", ENGINE, "table", lacks_values, read)
# Programs that write row names give their column no name, or one of their own.
ROW_NAMES = Reader("generic", ENGINE, "table with row names", lacks_row_names, read)
READERS = (Reader("generic", ENGINE, "table", lacks, read), ROW_NAMES)
