"""A file -> an atlas: which of the formats it is, told from its content, never from its name.

| format | told by |
|---|---|
| GTEx median (GCT 1.2, https://www.genepattern.org/file-formats-guide) | first line `#1.2` |
| HPA proteinatlas.tsv (https://www.proteinatlas.org/about/download) | columns Gene, Ensembl, Uniprot |
| HPA rna_tissue_consensus.tsv (same) | columns Gene and Tissue, and a unit |
| wide table | a column of accessions, Ensembl ids or genes, and columns of numbers |
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import pandas as pd

from myosieve.errors import InputError
from myosieve.tables.decoding import read_head, read_text
from myosieve.tables.text import TextTable, read_table_text, to_numbers
from myosieve.tissues.atlas import KEYS, PLASMA_IMMUNOASSAY, PLASMA_MS, Atlas
from myosieve.tissues.wide import wide

HPA_ATLAS, HPA_CONSENSUS, GTEX = "HPA protein atlas", "HPA tissue consensus", "GTEx median"
KNOWN = "HPA's proteinatlas.tsv or rna_tissue_consensus.tsv, GTEx's medians (.gct), or a table of accession, gene or "
KNOWN += "Ensembl id and one column of numbers per tissue"
# The best first, where a file has several.
_UNITS = ("nTPM", "NX", "TPM", "pTPM")
_TISSUE_COLUMN = re.compile(r"Tissue RNA - (.+) \[(nTPM|NX|TPM|pTPM)\]")
_SPECIFIC_COLUMN = re.compile(r"RNA tissue specific (nTPM|NX|TPM|pTPM)")
_PLASMA = {
    "Blood concentration - Conc. blood MS [pg/L]": PLASMA_MS,
    "Blood concentration - Conc. blood IM [pg/L]": PLASMA_IMMUNOASSAY,
}
_VERSION = re.compile(r"\.\d+(_PAR_Y)?$")


def read_atlas(path: Path | str) -> Atlas:
    """Read a tissue atlas, plain or compressed (gzip, xz or zip).

    Raises
    ------
    InputError
        The file is missing, damaged, none of the known formats, or a value in it is no expression.
    """
    path = Path(path)
    if re.match(r"\ufeff?#1\.[23]\s", read_head(path, 1 << 12)[0]):
        return _checked(_gct(path))
    table = read_table_text(path)
    names = {name.casefold() for name in table.header}
    if {"gene", "ensembl", "uniprot"} <= names:
        return _checked(_protein_atlas(table))
    if {"gene", "tissue"} <= names and names & {unit.casefold() for unit in _UNITS}:
        return _checked(_long(table))
    atlas = wide(table)
    if atlas is None:
        raise InputError("the format is not known", path, f"give {KNOWN}")
    return _checked(atlas)


def _checked(atlas: Atlas) -> Atlas:
    for part in (atlas.expression, atlas.plasma):
        lowest = part.min().min() if part.size else 0
        if lowest < 0:
            raise InputError(
                f"it holds {lowest:g}, below 0",
                atlas.path,
                "give expression on a linear scale, no logarithms and no ratios",
            )
    if not atlas.expression.notna().to_numpy().any() and not atlas.plasma.notna().to_numpy().any():
        raise InputError("it holds no number", atlas.path, f"give {KNOWN}")
    return atlas


def _keys(rows: pd.Index, **given: pd.Series) -> pd.DataFrame:
    """Return the keys of an atlas, '' where not given; Ensembl ids without version."""
    keys = pd.DataFrame("", index=rows, columns=list(KEYS), dtype=object)
    for name, cells in given.items():
        keys[name] = cells.fillna("").str.strip().to_numpy()
    keys["ensembl"] = keys["ensembl"].str.replace(_VERSION, "", regex=True)
    return keys


def _place(table: TextTable, name: str) -> int:
    return [column.casefold() for column in table.header].index(name.casefold())


def _protein_atlas(table: TextTable) -> Atlas:
    """Read HPA's proteinatlas.tsv: all tissues where it has them, else those that it names as specific; plasma."""
    tissues = {place: found for place, name in enumerate(table.header) if (found := _TISSUE_COLUMN.fullmatch(name))}
    specific = {place: found for place, name in enumerate(table.header) if (found := _SPECIFIC_COLUMN.fullmatch(name))}
    plasma = {place: _PLASMA[name] for place, name in enumerate(table.header) if name in _PLASMA}
    if not tissues and not specific and not plasma:
        raise InputError(
            "a proteinatlas.tsv without tissues and without blood concentrations",
            table.path,
            "download it with the columns 'RNA tissue specific nTPM', 'Tissue RNA - ... [nTPM]' or 'Blood concentration'",
        )
    named = {
        key: _place(table, name) for key, name in (("gene", "Gene"), ("ensembl", "Ensembl"), ("accession", "Uniprot"))
    }
    cells = table.columns([*dict.fromkeys([*named.values(), *tissues, *specific, *plasma])])
    keys = _keys(cells.index, **{key: cells[place] for key, place in named.items()})
    keys["accession"] = keys["accession"].str.replace(r"[,\s]+", ";", regex=True)
    unit = ""
    values = pd.DataFrame(index=cells.index)
    if tissues:
        unit = min((found[2] for found in tissues.values()), key=_UNITS.index)
        chosen = {place: found[1] for place, found in tissues.items() if found[2] == unit}
        values = to_numbers(cells[list(chosen)].rename(columns=chosen), table.path)
    elif specific:
        place = min(specific, key=lambda one: _UNITS.index(specific[one][1]))
        unit, values = specific[place][1], _named_tissues(cells[place], table)
    amounts = (
        to_numbers(cells[list(plasma)].rename(columns=plasma), table.path)
        if plasma
        else pd.DataFrame(index=cells.index)
    )
    return Atlas(table.path, HPA_ATLAS, keys, values, unit, complete=bool(tissues), plasma=amounts)


def _named_tissues(cells: pd.Series, table: TextTable) -> pd.DataFrame:
    """Return "liver: 12.3;muscle: 4.5" as columns."""
    parts = cells.str.split(";").explode().str.strip()
    parts = parts[parts != ""]
    pairs = parts.str.extract(r"^(?P<tissue>.+?)\s*:\s*(?P<value>[0-9.eE+-]+)$")
    values = pd.to_numeric(pairs["value"], errors="coerce")
    if values.isna().any():
        place = values.isna().to_numpy().argmax()
        raise InputError(
            f"line {parts.index[place]}: {parts.iloc[place]!r} is no tissue with its value",
            table.path,
            "give the column as HPA writes it, 'liver: 12.3;heart muscle: 4.5'",
        )
    long = pd.DataFrame({"line": parts.index, "tissue": pairs["tissue"].to_numpy(), "value": values.to_numpy()})
    return long.pivot_table(index="line", columns="tissue", values="value", aggfunc="max").reindex(cells.index)


def _long(table: TextTable) -> Atlas:
    """Read a table with a row per gene and tissue, as HPA's rna_tissue_consensus.tsv."""
    known = {name.casefold() for name in table.header}
    unit = next(unit for unit in _UNITS if unit.casefold() in known)
    wanted = {"key": "gene", "tissue": "tissue", "value": unit} | (
        {"symbol": "gene name"} if "gene name" in known else {}
    )
    cells = table.columns([_place(table, name) for name in wanted.values()])
    cells.columns = list(wanted)
    cells["value"] = to_numbers(cells[["value"]].rename(columns={"value": unit}), table.path)[unit]
    values = cells.pivot_table(index="key", columns="tissue", values="value", aggfunc="max", sort=False)
    genes = pd.Series(values.index, index=values.index)
    identified = genes.str.fullmatch(r"ENSG\d{11}(\.\d+)?(_PAR_Y)?").mean() > 0.5
    return Atlas(
        table.path, HPA_CONSENSUS, _keys(values.index, **{"ensembl" if identified else "gene": genes}), values, unit
    )


def _gct(path: Path) -> Atlas:
    """Read GTEx's median expression per tissue: `#1.2`, the dimensions, then Name, Description and a column per tissue."""
    text, _ = read_text(path)
    lines = text.split("\n", 2)
    counts = lines[1].split() if len(lines) > 2 else []
    if len(counts) < 2 or not all(count.isdigit() for count in counts[:2]):
        raise InputError("line 2 does not tell the number of rows and columns", path, "give the whole GCT file")
    try:
        cells = pd.read_csv(io.StringIO(lines[2]), sep="\t", dtype=str, keep_default_na=False, quoting=3)
    except ValueError as error:
        raise InputError(f"not readable as GCT ({error})", path, "give the whole GCT file") from None
    names = {name.casefold(): name for name in cells.columns}
    if "name" not in names or "description" not in names:
        raise InputError("line 3 lacks the columns Name and Description", path, "give the GCT file as GTEx writes it")
    cells.index = pd.Index(range(4, 4 + len(cells)), name="line")
    tissues = cells.columns[cells.columns.get_loc(names["description"]) + 1 :]
    if (len(cells), len(tissues)) != (int(counts[0]), int(counts[1])):
        found, told = f"{len(cells)} rows and {len(tissues)} tissues", f"{counts[0]} and {counts[1]}"
        raise InputError(f"it holds {found}, line 2 says {told}: the file is cut off", path, "download it again")
    keys = _keys(cells.index, ensembl=cells[names["name"]])
    return Atlas(path, GTEX, keys, to_numbers(cells[tissues], path), "TPM")
