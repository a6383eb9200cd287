"""Which column of anybody's table holds what: by the config's `columns`, else by names that everybody uses."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import accessions
from myosieve.tables.source import Source, Table

# Names of columns, without blanks and signs, best first: what names one group's members before what may name more, or less.
_IDENTIFIERS = (
    ("majorityproteinids", "majorityproteinid"),
    ("proteingroup", "proteingroups", "proteingroupid", "proteingroupids", "pgproteingroups"),
    ("accession", "accessions", "accessionnumber", "accessionnumbers", "proteinaccession", "proteinaccessions",
     "proteinaccessionnumbers", "pgproteinaccessions", "masterproteinaccession", "masterproteinaccessions", "mainaccession"),
    ("uniprot", "uniprotid", "uniprotids", "uniprotkb", "uniprotkbid", "uniprotaccession", "uniprotaccessions", "uniprotac",
     "uniprotkbac", "uniprotkbaccession", "uniprotnumber", "entry", "swissprot", "swissprotid"),
    ("leadingrazorprotein", "leadingprotein", "leadingproteins"),
    ("proteinid", "proteinids"),
    ("protein", "proteins"),
)  # fmt: skip
_KNOWN = {
    "gene": ("gene", "genes", "genename", "genenames", "genesymbol", "genesymbols", "pggenes"),
    "protein_name": ("proteinname", "proteinnames", "description", "proteindescription", "proteindescriptions", "fastaheaders"),
    "organism": ("organism", "organisms", "species"),
    "contaminant": ("contaminant", "potentialcontaminant", "iscontaminant"),
    "decoy": ("decoy", "isdecoy", "reverse"),
}  # fmt: skip
_COUNTS = {
    "peptides": ("#peptides", "# peptides"),
    "unique_peptides": ("#unique", "# unique", "#unique peptides", "# unique peptides"),
}
# With one of these, the rows are not protein groups.
_SMALLER = frozenset(
    ("sequence", "peptide", "peptidesequence", "strippedsequence", "modifiedsequence", "modifiedpeptide", "annotatedsequence",
     "precursor", "precursorid", "precursorcharge", "charge", "ion", "fragmention", "run", "rawfile", "filename", "spectrum",
     "rfilename", "rcondition", "rreplicate", "pepstrippedsequence", "egprecursorid", "egmodifiedsequence", "fgcharge",
     "precursormodseqchargehash",
     # modification sites: MaxQuant's, FragPipe's, Spectronaut's, Proteome Discoverer's
     "localizationprob", "positionswithinproteins", "sequencewindow", "ptmsitelocation", "ptmcollapsekey", "positioninprotein")
)  # fmt: skip
# R ("X", "...1", "rowname") and pandas ("Unnamed: 0", "index") on row names; DEP ("name", "ID") and others on keys.
_ROW_NAMES = frozenset(
    ("x", "1", "rowname", "rownames", "unnamed0", "index", "id", "ids", "name", "feature", "featureid")
)
_POSITION = re.compile(r"column\s+(\d+)", re.IGNORECASE)
# The first identifier of a cell: no blanks within, except in a FASTA header behind its token, and not a mere number.
_ACCESSION = re.compile(r"[\w.:#-]*[A-Za-z][\w.:#-]*(?:\|.*)?")
_LIKE_ACCESSIONS = 0.9
# UniProt's (and those of the UPS standards), Ensembl's and RefSeq's: where no name tells that a column holds identifiers,
# symbols of genes must not pass for them.
_SURELY = re.compile(rf"{accessions.UNIPROT.pattern}(?:ups)?|ENS\w*P\d+(?:\.\d+)?|[NX]P_\d+(?:\.\d+)?")
_SURELY_ACCESSIONS = 0.5


def _key(name: str) -> str:
    """Return a name as it is compared: "T: Majority protein IDs" and "Majority.protein.IDs" are "majorityproteinids"."""
    return re.sub(r"[\W_]+", "", re.sub(r"^[CNTME]: ", "", name)).lower()


def position(source: Source, name: str, role: str) -> int:
    """Return where the column is that `columns` names for a role: by its name, else by "column N"."""
    header = source.header
    found = [place for place, one in enumerate(header) if one == name.strip()]
    by_position = _POSITION.fullmatch(name.strip())
    if not found and by_position and 1 <= int(by_position[1]) <= len(header):
        return int(by_position[1]) - 1
    if len(found) == 1:
        return found[0]
    if found:
        places = " or ".join(f"'column {place + 1}'" for place in found)
        raise InputError(
            f"columns: {role}: {len(found)} columns are called {name!r}",
            source.path,
            f"write {places} for the one meant",
        )
    lower = {one.lower(): one for one in header if one}
    near = difflib.get_close_matches(name.lower(), lower, n=3) or list(lower)[:5]
    raise InputError(
        f"columns: {role}: the table has no column {name!r}",
        source.path,
        f"write one that it has, as {', '.join(repr(lower[one]) for one in near)}, or its position, as 'column 1'",
    )


def with_known(header: Sequence[str], roles: Mapping[str, int]) -> dict[str, int]:
    """Return the roles and, of those not given, the table's best well-known column."""
    filled = dict(roles)
    spell: Callable[[str], str]
    for known, spell in ((_KNOWN, _key), (_COUNTS, str.lower)):
        for role, names in known.items():
            there = [place for place, name in enumerate(header) if spell(name) in names and place not in roles.values()]
            if role not in filled and there:
                filled[role] = min(there, key=lambda place, names=names, spell=spell: names.index(spell(header[place])))
    return filled


def identifiers(table: Table) -> int:
    """Return the best column of identifiers that holds any: one that is called so, else one of row names.

    Some programs number their groups: a column's name is not enough.
    """
    numbers = []
    for tier in _IDENTIFIERS:
        there = [place for place, name in enumerate(table.header) if _key(name) in tier]
        like = [place for place in there if _like_accessions(table.columns([place]).iloc[:, 0])]
        if len(like) == 1:
            return like[0]
        if like:
            names = " or ".join(repr(table.header[place]) for place in like)
            raise InputError(
                f"the protein group may be in {names}", table.path, "set columns: protein_group in the config"
            )
        numbers += [repr(table.header[place]) for place in there]
    unnamed = [place for place, name in enumerate(table.header) if _is_row_names(place, name)]
    surely = [place for place in unnamed if _surely_accessions(table.columns([place]).iloc[:, 0])]
    if len(surely) == 1:
        return surely[0]
    raise InputError(
        f"no column of the table looks like protein identifiers{', not even ' + ' or '.join(numbers) if numbers else ''}",
        table.path,
        "set columns: protein_group in the config to the column of the accessions",
    )


def has_identifiers(header: Sequence[str]) -> bool:
    """Return whether a column has a well-known name of protein identifiers."""
    return any(_key(name) in tier for name in header for tier in _IDENTIFIERS)


def has_row_names(header: Sequence[str]) -> bool:
    """Return whether a column is called as programs call row names, or as nobody calls anything else but keys."""
    return any(_is_row_names(place, name) for place, name in enumerate(header))


def _is_row_names(place: int, name: str) -> bool:
    return (place == 0 and not name) or _key(name) in _ROW_NAMES


def charge(header: Sequence[str]) -> str:
    """Return the column of a precursor's charge; '' without one, or with several."""
    found = [name for name in header if _key(name) in ("charge", "precursorcharge", "fgcharge")]
    return found[0] if len(found) == 1 else ""


def smaller_than_groups(header: Sequence[str]) -> str:
    """Return a column that tells that the rows are precursors, or precursors in runs; '' without any."""
    return next((name for name in header if _key(name) in _SMALLER), "")


def _like_accessions(cells: pd.Series) -> bool:
    cells = cells[cells.str.strip() != ""]
    first = cells.str.split(r"[;,]", regex=True).str[0].str.strip()
    return bool(first.str.fullmatch(_ACCESSION.pattern).mean() >= _LIKE_ACCESSIONS)


def _surely_accessions(cells: pd.Series) -> bool:
    firsts = (accessions.split(cell)[:1] for cell in cells)
    found = [bool(first) and bool(_SURELY.fullmatch(accessions.parse(first[0]).accession)) for first in firsts]
    return sum(found) >= _SURELY_ACCESSIONS * len(found)
