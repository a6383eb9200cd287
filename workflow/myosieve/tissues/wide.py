"""A wide table, gene by tissue: of HPA's older releases, or a laboratory's own."""

from __future__ import annotations

import re

import pandas as pd

from myosieve.tables.text import MISSING, TextTable, to_numbers
from myosieve.tissues.atlas import KEYS, Atlas

OWN, HPA_WIDE = "own table", "HPA tissue consensus"
_ENSEMBL = r"ENSG\d{11}(\.\d+)?"
# UniProt's own pattern (https://www.uniprot.org/help/accession_numbers), isoforms and several in a cell admitted.
_ACCESSION = r"(?:[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})(?:-[0-9]+)?"
_ACCESSIONS = rf"{_ACCESSION}(?:\s*[;,]\s*{_ACCESSION})*"
_GENE_NAMES = frozenset(("gene", "genes", "symbol", "gene symbol", "gene name", "gene names", "hgnc symbol"))
# Numbers that are names: Entrez Gene.
_NUMBERED = frozenset(
    ("entrez", "entrezid", "entrez id", "entrez gene", "entrez gene id", "gene id", "geneid", "ncbi gene id")
)
# HPA's consensus held blood cells and brain regions together in releases 19 and 20, and those were in NX.
_NX_TISSUES = frozenset(("total pbmc", "corpus callosum", "pons and medulla", "skeletal muscle"))
_UNIT = re.compile(r"(.+?)\s*[\[(](nTPM|NX|TPM|pTPM)[\])]")


def wide(table: TextTable) -> Atlas | None:
    """Return the atlas of a wide table, or None where it has no column of identifiers or none of numbers.

    A column is one of Ensembl ids or accessions by its cells, one of genes by its name; every other column of numbers is a
    tissue, named by its header. A column of which most cells are numbers is one of numbers, so that a word in it is an error.

    Raises
    ------
    InputError
        A cell in a column of numbers is none.
    """
    cells = table.columns(range(len(table.header)))
    keys: dict[str, int] = {}
    tissues: dict[int, str] = {}
    for place, name in enumerate(table.header):
        filled = cells[place].str.strip()
        filled = filled[~filled.str.lower().isin(MISSING)]
        kind = _kind(plain(name), filled)
        if kind in KEYS:
            keys.setdefault(kind, place)
        elif kind == "number" and name:
            tissues[place] = name
    if not keys or not tissues:
        return None
    found = {place: unit for place, name in tissues.items() if (unit := _UNIT.fullmatch(name))}
    units = {one[2] for one in found.values()}
    unit = units.pop() if len(found) == len(tissues) and len(units) == 1 else ""
    kind = OWN
    if not unit and {plain(name) for name in tissues.values()} >= _NX_TISSUES and "ensembl" in keys:
        kind, unit = HPA_WIDE, "NX"
    names = {place: found[place][1] if unit and place in found else name for place, name in tissues.items()}
    table_keys = pd.DataFrame("", index=cells.index, columns=list(KEYS), dtype=object)
    for key, place in keys.items():
        table_keys[key] = cells[place].str.strip()
    table_keys["ensembl"] = table_keys["ensembl"].str.replace(r"\.\d+$", "", regex=True)
    table_keys["accession"] = table_keys["accession"].str.replace(r"[,\s]+", ";", regex=True)
    values = to_numbers(cells[list(tissues)].rename(columns=tissues), table.path)
    values.columns = list(names.values())
    return Atlas(table.path, kind, table_keys, values.T.groupby(level=0, sort=False).max().T, unit)


def plain(name: str) -> str:
    """Return a name in lower case, its words of letters and digits parted by one blank.

    Examples
    --------
    >>> [plain(name) for name in ("Muscle - Skeletal", "adipose_tissue", "B-cells")]
    ['muscle skeletal', 'adipose tissue', 'b cells']
    """
    return " ".join(re.findall(r"[^\W_]+", name.lower()))


def _kind(name: str, filled: pd.Series) -> str:
    """Return what a column holds: ensembl, accession, gene, number, or '' for anything else."""
    if filled.empty:
        return ""
    if filled.str.fullmatch(_ENSEMBL).mean() > 0.5:
        return "ensembl"
    if filled.str.fullmatch(_ACCESSIONS).mean() > 0.5 and name not in _GENE_NAMES:
        return "accession"
    if pd.to_numeric(filled.str.replace(",", "."), errors="coerce").notna().mean() > 0.5:
        return "" if name in _NUMBERED else "number"
    return "gene" if name in _GENE_NAMES else ""
