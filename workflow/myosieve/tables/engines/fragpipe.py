"""FragPipe's combined_protein.tsv, and how its tables name samples and proteins.

Columns: https://fragpipe.nesvilab.org/docs/tutorial_fragpipe_outputs.html. Three generations name a sample's columns alike,
`<sample> [MaxLFQ] [Unique|Total|Razor] <Intensity|Spectral Count>`: Philosopher's own (Total, Unique and Razor of each),
FragPipe 16 to 18 (the razor ones without a word), and later ones (intensities without a word only). A sheet that names a
sample gets the column without a word, else Razor, which is the same: unique peptides and those that the group won. The others
are read by their full name, since Total counts shared peptides for every group that has them. What begins with Combined
or Summarized adds up the samples. Peptides and ions are read by `fragpipe_peptides.py`,
TMT-Integrator's tables by `fragpipe_tmt.py`, DIA-NN's in FragPipe's folder by `diann.py`.

Traps. 0.0 is missing, in counts as well: nobody counted what was not identified. MaxLFQ needs two ions by default and is 0
where there is one. "Protein ID" loses the mark of a contaminant (contam_sp|P02769|ALBU_BOVIN -> P02769), and where a FASTA
header is not UniProt's the whole of it stands there, while "Description" has a piece of it: the marks are read from "Protein",
the header from "Protein ID". Philosopher leaves "Protein ID" empty where it took the database for none of UniProt's; then
"Description" has the header, or what stands behind its last comma. A sample may be called like a word ("A MaxLFQ", "A Total").

A protein group is the protein that FragPipe reports with its "Indistinguishable Proteins" behind it; its key is "Protein ID",
or "Protein" where that is a header. FragPipe's choice is the leading protein, also where a contaminant won over
an indistinguishable target.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from myosieve.tables import accessions, assemble, column_names, wide
from myosieve.tables.accessions import Identifier
from myosieve.tables.features import Groups, groups_of, proteins_frame
from myosieve.tables.intensities import read_intensities
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source, Table
from myosieve.tables.table import QuantTable
from myosieve.tables.wide import Family

ENGINE = "FragPipe"
CITATION = "Kong et al. 2017, doi:10.1038/nmeth.4256"

_HINT = (
    "write the sample as FragPipe's manifest names it ('A_1'), or the full column name ('A_1 Intensity'), into 'column'"
)
# The shortest sample, hence every word behind it; {} is the blank, or what R makes of it.
_GRAMMAR = (
    "(?P<sample>.+?){0}(?P<what>(?:(?:[Mm]ax[Ll][Ff][Qq]{0})?(?:(?:Unique|Total|Razor){0})?Intensity"
    "|(?:(?:Unique|Total|Razor){0})?Spectral{0}Count|Abundance)"
)
_COLUMN = re.compile(_GRAMMAR.format(" ") + ")")
_COLUMN_OF_R = re.compile(_GRAMMAR.format(r"\.") + ")")
_WORD = re.compile(r"(?:.*[ .])?(?:[Mm]ax[Ll][Ff][Qq]|Unique|Total|Razor)")
_SUMS = ("Combined", "Summarized")
LFQ = Family("lfq", "MaxLFQ Intensity", _COLUMN)
INTENSITY = Family("intensity", "Intensity", _COLUMN)
SPECTRAL_COUNT = Family("spectral_count", "Spectral Count", _COLUMN)
REPORTER = Family("reporter", "Abundance", _COLUMN)
_PROTEIN_FAMILIES = (LFQ, REPORTER, INTENSITY, SPECTRAL_COUNT)
# Best first: what a sheet means that names the sample only.
_VARIANTS = ("", "razor", "total", "unique")

# What the tables say of a protein: label -> plain names of the column.
ABOUT = {
    "protein": ("protein",),
    "id": ("protein id",),
    "gene": ("gene", "gene names", "genes"),
    "description": ("protein description", "description"),
    "organism": ("organism",),
    "group": ("indistinguishable proteins",),
}
# One of them tells FragPipe's protein table from any other with a "Protein ID".
_TELLING = {
    "protein probability", "top peptide probability", "combined total peptides", "indistinguishable proteins",
    "combined spectral count", "summarized total spectral count",
}  # fmt: skip
_HEADER_FIELD = re.compile(r"\s(?:OS|OX|GN|PE)=")
_HEADER_REST = re.compile(r"(?:[\w-]+:\S+\s+)?(?:\((?P<organism>[A-Z][a-z]+ [a-z]+)\)\s*)?(?P<name>.*)")


@dataclass(frozen=True)
class Column:
    """A sample's column: its quantity, its word ("" = none), and the sample."""

    family: Family
    variant: str
    sample: str


# ---- columns -------------------------------------------------------------------------------------------------------


def parsed(header: Sequence[str]) -> dict[int, Column]:
    """Return position -> column of a sample.

    A word before the quantity belongs to the sample ("A Total" in "A Total Intensity") if the table has another column that
    only this sample can have ("A Total MaxLFQ Intensity": the words are out of order for "A").
    """
    pattern = _COLUMN if any(_COLUMN.fullmatch(name) for name in header) else _COLUMN_OF_R
    matches = {place: match for place, name in enumerate(header) if (match := pattern.fullmatch(name))}
    words_at_the_end = {match["sample"] for match in matches.values() if _WORD.fullmatch(match["sample"])}
    found: dict[int, Column] = {}
    for place, match in matches.items():
        sample, what = match["sample"], match["what"]
        if sample in _SUMS or (_WORD.fullmatch(sample) and not re.search("[ .]", sample)):
            continue
        words = re.split("[ .]", what)
        longer = header[place][: len(sample) + 1 + len(words[0])]
        if longer in words_at_the_end:
            sample, words = longer, words[1:]
        found[place] = _column(sample, [word.lower() for word in words])
    return found


def _column(sample: str, words: list[str]) -> Column:
    variant = next((word for word in words if word in _VARIANTS[1:]), "")
    if words[-1] == "abundance":
        return Column(REPORTER, variant, sample)
    if words[-1] == "count":
        return Column(SPECTRAL_COUNT, variant, sample)
    return Column(LFQ if words[0] == "maxlfq" else INTENSITY, variant, sample)


def by_family(columns: Mapping[int, Column], families: Sequence[Family]) -> dict[Family, dict[int, str]]:
    """Return position -> sample of each family; '' where only the full name means the column (see `_VARIANTS`)."""
    best: dict[tuple[Family, str], int] = {}
    for column in columns.values():
        rank = _VARIANTS.index(column.variant)
        best[column.family, column.sample] = min(rank, best.get((column.family, column.sample), rank))
    named: dict[Family, dict[int, str]] = {family: {} for family in families}
    for place, column in columns.items():
        if column.family in named:
            meant = _VARIANTS.index(column.variant) == best[column.family, column.sample]
            named[column.family][place] = column.sample if meant else ""
    return named


def values_of(
    source: Source, table: Table, samples: Samples, choice: Choice, families: Sequence[Family]
) -> tuple[pd.DataFrame, Family, tuple[str, ...], tuple[str, ...]]:
    """Return the values, their family, the columns that the sheet leaves out, and notes."""
    columns = parsed(source.header)
    chosen = wide.choose(
        source.header, families, samples, choice.quantity, source.path, lambda _: _HINT, by_family(columns, families)
    )
    # Counts look like anything, and a table of few spectra like logarithms.
    counted = chosen.family is SPECTRAL_COUNT
    scale = ("linear", counted) if choice.scale == "auto" else (choice.scale, True)
    values = read_intensities(table, chosen.positions, samples.frame["sample"], *scale)
    used = {columns[place].sample for place in chosen.positions}
    place_of = {source.header[place]: place for place in columns}
    rest = tuple(name for name in chosen.left_out if columns[place_of[name]].sample not in used)
    return values, chosen.family, rest, _notes(columns, chosen.family, [columns[place] for place in chosen.positions])


def _notes(columns: Mapping[int, Column], family: Family, read: Sequence[Column]) -> tuple[str, ...]:
    notes = []
    if family is not REPORTER and any(column.family is REPORTER for column in columns.values()):
        notes.append("the table is of a search with reporter ions: these are not used; the values are of whole plexes")
    words = {column.variant for column in read}
    if len(words) > 1:
        shown = ", ".join(sorted(word or "no word" for word in words))
        notes.append(f"the samples' columns do not hold the same quantity (FragPipe's words for them: {shown})")
    elif "total" in words:
        notes.append(
            "the values are FragPipe's Total ones: a shared peptide counts for every protein group that has it"
        )
    return tuple(notes)


# ---- proteins ------------------------------------------------------------------------------------------------------


def lacks_protein(header: Sequence[str]) -> str:
    """Return what a combined_protein table has and this header has not."""
    names = {column_names.plain(name) for name in header}
    if "protein id" not in names and not ("protein" in names and _TELLING & names):
        return "a column 'Protein ID'"
    if names & {"peptide sequence", "modified sequence", "peptide", "sequence"}:
        return "one row per protein"
    columns = by_family(parsed(header), _PROTEIN_FAMILIES)
    if not any(columns.values()):
        return "columns '<sample> Intensity' or '<sample> Spectral Count'"
    if not (_TELLING & names or columns[LFQ] or columns[SPECTRAL_COUNT]):
        return "a column 'Protein Probability' or 'Combined Total Peptides'"
    return ""


def read_protein(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a combined_protein table; quantity auto takes the first of lfq, intensity, spectral_count.

    Raises
    ------
    InputError
        A sample matches no column, or several; a cell is no number; the values are log-transformed.
    """
    table = source.table()
    values, family, rest, notes = values_of(source, table, samples, choice, _PROTEIN_FAMILIES)
    text = column_names.texts(table, ABOUT)
    peptides = column_names.counts(
        table, source.path, "combined total peptides", "unique stripped peptides", "total peptides", "stripped peptides"
    )
    proteins = proteins_of(source, text, peptides, column_names.counts(table, source.path, "unique peptides"))
    return QuantTable(proteins, assemble.by_group(proteins, values), ENGINE, "", family.quantity, rest, notes)


def proteins_of(
    source: Source, text: pd.DataFrame, peptides: np.ndarray | float, unique: np.ndarray | float
) -> pd.DataFrame:
    """Return `schema.PROTEINS` of columns by the labels of `ABOUT`, one row per protein group."""
    ids = text["protein"].where(text["protein"] != "", text["id"])
    others = text["group"].str.split(r"[,;]\s*", regex=True)
    first = groups_of(_first_word(ids), source.path, ENGINE)
    leading = [identifiers[0] for identifiers in first.identifiers]
    identifiers = [
        [lead, *(accessions.parse(one) for one in group if one)] for lead, group in zip(leading, others, strict=True)
    ]
    keys = [key if key and " " not in key else full.split()[0] for key, full in zip(text["id"], ids, strict=True)]
    described = [
        _describe(*row) for row in zip(ids, text["id"], leading, text["description"], text["organism"], strict=True)
    ]
    return proteins_frame(
        Groups(keys, identifiers, leading),
        genes=[gene.split(";")[0].strip() or one.gene for gene, one in zip(text["gene"], described, strict=True)],
        names=[one.name for one in described],
        organisms=[one.organism for one in described],
        peptides=peptides,
        unique_peptides=unique,
        further_ids=[_first_word(text["id"])],
    )


def _first_word(cells: pd.Series) -> pd.Series:
    return cells.str.strip().str.partition(" ")[0]


def _describe(full: str, id_: str, leading: Identifier, name: str, organism: str) -> accessions.Description:
    """Return name, gene and organism of a row, from the header in "Protein ID" or "Description" where one stands there."""
    if " " in id_:
        header = id_
    elif "|" in name.partition(" ")[0]:
        header = name
    elif _HEADER_FIELD.search(name):
        header = f"{full} {name}"
    else:
        return accessions.Description("", name, re.split(r"\s+OX=|\s*\(", organism)[0].strip())
    told = accessions.describe(header, leading.accession)
    rest = _HEADER_REST.fullmatch(told.name or header.partition(" ")[2])
    return accessions.Description(told.gene, rest["name"], told.organism or rest["organism"] or "") if rest else told


READERS = (Reader("fragpipe", ENGINE, "combined_protein.tsv", lacks_protein, read_protein, CITATION),)
