"""DIA-NN: pg_matrix and pr_matrix (1.8 to 2.x), main report as text (1.7 to 1.9) and Parquet (2.x).

Columns: https://github.com/vdemichev/DiaNN#main-output-reference. Runs are named by their path (1.x) or file (2.x).
Protein.Names and Genes are sorted by alphabet, each for itself: their order is not that of Protein.Group, which is no unique
key of a pg_matrix. Values of 0 are missing. The main report is permissive on purpose: which rows count is for its reader to
decide, and the matrices hold what their author recommends. Its limits are the defaults of the config's `identification`
(https://github.com/vdemichev/DiaNN/issues/1668): precursors at a q-value of 1 % in the run and 1 % globally, protein groups at
5 % in the run and 1 % globally, where "globally" is both Global.* and, with match between runs, Lib.*.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import accessions, assemble, long, matching, wide
from myosieve.tables.accessions import Identifier
from myosieve.tables.features import Groups, groups_of, proteins_frame, text_columns
from myosieve.tables.intensities import read_intensities
from myosieve.tables.long import LongLayout, Threshold
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source
from myosieve.tables.table import QuantTable
from myosieve.tables.text import to_numbers

ENGINE = "DIA-NN"
CITATION = "Demichev et al. 2020, doi:10.1038/s41592-019-0638-x"

_GROUP = "Protein.Group"
_DESCRIBING = (_GROUP, "Protein.Ids", "Protein.Names", "Genes", "First.Protein.Description")
_COUNTS = ("N.Sequences", "N.Proteotypic.Sequences")
_PRECURSOR = ("Proteotypic", "Stripped.Sequence", "Modified.Sequence", "Precursor.Charge", "Precursor.Id")
_CHANNEL = "Channel"
# Everything that is no run, in both matrices. 2.x has the counts and may lack Protein.Ids; with several channels there are
# further columns of the precursor.
_ANNOTATION = (*_DESCRIBING, *_COUNTS, *_PRECURSOR, _CHANNEL, "All Mapped Proteins", "All Mapped Genes")
_CHANNEL_COLUMN = re.compile(r"Channel\.(?P<channel>[A-Z]|\d+)")
_RUN_HINT = "write the run's file name, with or without its ending, into 'column'"

# Protein and precursor quantities of the report, best first.
_REPORT = {
    "lfq": ("PG.MaxLFQ", "Precursor.Normalised"),
    "normalized": ("PG.Normalised", "Precursor.Normalised"),
    "intensity": ("PG.Quantity", "Precursor.Quantity"),
}
_LIMITS = {
    "Q.Value": ("precursor_run_q", "precursor q-value in the run"),
    "PEP": ("precursor_pep", "posterior error probability of the precursor"),
    "Global.Q.Value": ("precursor_global_q", "global precursor q-value"),
    "Lib.Q.Value": ("precursor_global_q", "precursor q-value of the library"),
    "PG.Q.Value": ("protein_run_q", "protein group q-value in the run"),
    "PG.PEP": ("protein_pep", "posterior error probability of the protein group"),
    "Global.PG.Q.Value": ("protein_global_q", "global protein group q-value"),
    "Lib.PG.Q.Value": ("protein_global_q", "protein group q-value of the library"),
}
_UNFILTERED = "the report has no column 'Q.Value': its rows count whatever their q-value in the run"


# ---- matrices ------------------------------------------------------------------------------------------------------


def lacks_pg_matrix(header: Sequence[str]) -> str:
    """Return what a pg_matrix has and this header has not."""
    if _GROUP not in header:
        return f"a column {_GROUP!r}"
    if any(name in header for name in (*_PRECURSOR, "Run", "File.Name")):
        return "one row per protein group"
    return "" if _runs(header) else "a column per run"


def lacks_pr_matrix(header: Sequence[str]) -> str:
    """Return what a pr_matrix has and this header has not."""
    for name in (_GROUP, "Precursor.Id"):
        if name not in header:
            return f"a column {name!r}"
    if any(name in header for name in ("Run", "File.Name")):
        return "a column per run instead of one row per run"
    return "" if _runs(header) else "a column per run"


def read_pg_matrix(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a pg_matrix; its quantities are MaxLFQ."""
    table = source.table()
    positions, rest = _match(source, samples, choice, "lfq")
    values = read_intensities(table, positions, samples.frame["sample"], *choice.asked_scale)
    text = text_columns(table, (*_DESCRIBING, *_COUNTS))
    counts = to_numbers(text[list(_COUNTS)], table.path).to_numpy()
    groups = groups_of(text[_GROUP], table.path, ENGINE)
    proteins = _proteins(groups, text, peptides=counts[:, 0], unique_peptides=counts[:, 1])
    return QuantTable(proteins, assemble.by_group(proteins, values), ENGINE, "", "lfq", rest)


def read_pr_matrix(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a pr_matrix: precursors, to be rolled up."""
    table = source.table()
    positions, rest = _match(source, samples, choice, "normalized")
    values = read_intensities(table, positions, samples.frame["sample"], *choice.asked_scale)
    text = text_columns(table, (*_DESCRIBING, *_PRECURSOR, _CHANNEL))
    _refuse_several(sorted(set(text[_CHANNEL]) - {""}), source.path)
    ids, group = assemble.rows_of_groups(text[_GROUP])
    described = text.loc[ids.index]
    sequences = text["Stripped.Sequence"]
    proteotypic = text["Proteotypic"] == "1"
    proteins = _proteins(
        groups_of(ids, table.path, ENGINE),
        described,
        peptides=sequences.groupby(group).nunique().to_numpy(),
        unique_peptides=sequences.where(proteotypic).groupby(group).nunique().to_numpy(),
    )
    precursors = assemble.precursors_of(
        proteins["protein_group"].to_numpy()[group],
        text["Precursor.Id"],
        sequences,
        values.to_numpy(),
        samples.frame["sample"],
    )
    counts = assemble.peptide_counts(precursors, proteins)
    empty = assemble.empty_intensities(proteins, samples)
    return QuantTable(proteins, empty, ENGINE, "", "normalized", rest, peptide_counts=counts, precursors=precursors)


def _runs(header: Sequence[str]) -> dict[int, str]:
    return {place: name for place, name in enumerate(header) if name and name not in _ANNOTATION}


def _match(source: Source, samples: Samples, choice: Choice, quantity: str) -> tuple[list[int], tuple[str, ...]]:
    if choice.quantity not in ("auto", quantity):
        raise InputError(
            f"the DIA-NN matrix holds {quantity} quantities, not {choice.quantity!r}",
            source.path,
            f"set quantity to auto or {quantity}",
        )
    runs = _runs(source.header)
    spellings = wide.run_spellings(runs)
    positions = matching.match(samples, source.header, spellings, "run", source.path, _RUN_HINT)
    return positions, matching.left_out(samples, source.header, runs, positions, spellings)


# ---- main report ---------------------------------------------------------------------------------------------------


def lacks_report(header: Sequence[str]) -> str:
    """Return what a main report has and this header has not."""
    if _GROUP not in header:
        return f"a column {_GROUP!r}"
    if not _precursor(header):
        return "a column 'Precursor.Id'"
    return "" if {"Run", "File.Name"} & set(header) else "a column 'Run' or 'File.Name'"


def _precursor(header: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that tell a precursor: its id, or what it is made of where a script kept some of the columns only."""
    for names in (
        ("Precursor.Id",),
        ("Modified.Sequence", "Precursor.Charge"),
        ("Stripped.Sequence", "Precursor.Charge"),
    ):
        if set(names) <= set(header):
            return names
    return ()


def read_report(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a main report, text or Parquet, of any size."""
    quantity, layout = _layout(source.header, choice, source.path)
    _refuse_channels(source, layout)
    table, rest = assemble.long_table(source.path, layout, samples, _RUN_HINT)
    groups = groups_of(table.groups["group"], source.path, ENGINE)
    sequences = table.precursors.groupby("group")["sequence"].nunique()
    peptides = sequences.reindex(range(len(groups.keys)), fill_value=0).to_numpy()
    proteins = _proteins(groups, table.groups.rename(columns={"group": _GROUP}), peptides=peptides)
    version = "2" if source.kind == "parquet" else ""
    limited = choice.identification.get("precursor_run_q", 1.0) < 1
    notes = (_UNFILTERED,) if limited and "Q.Value" not in source.header else ()
    return assemble.from_long(
        table, proteins, samples, engine=ENGINE, version=version, quantity=quantity, left_out=rest, notes=notes
    )


def _refuse_channels(source: Source, layout: LongLayout) -> None:
    """Refuse a report of several isotope channels: 1.x has a column per channel, 2.x names each row's."""
    channels = [match["channel"] for name in source.header if (match := _CHANNEL_COLUMN.fullmatch(name))]
    if _CHANNEL in source.header:
        channels = long.run_names(source.path, dataclasses.replace(layout, run=(_CHANNEL,)))
    _refuse_several(channels, source.path)


def _refuse_several(channels: Sequence[str], path: Path) -> None:
    if len(channels) > 1:
        raise InputError(
            f"the search had {len(channels)} isotope channels ({', '.join(channels)}), which make several samples of one run",
            path,
            "keep the rows of one channel, or give a table with a column per run and channel and set format to generic",
        )


def _layout(header: Sequence[str], choice: Choice, path: Path) -> tuple[str, LongLayout]:
    there = [name for name, (_, precursor) in _REPORT.items() if precursor in header]
    quantity = next((name for name in there if _REPORT[name][0] in header), there[0] if there else "")
    if choice.quantity != "auto":
        quantity = choice.quantity
    if quantity not in there:
        raise InputError(
            f"the report has no {quantity or 'precursor'} quantities", path, f"set quantity to {' or '.join(there)}"
        )
    protein, precursor = _REPORT[quantity]
    limits = choice.identification
    thresholds = tuple(
        Threshold(column, limits[key], f"{what} above {limits[key]:g}")
        for column, (key, what) in _LIMITS.items()
        if column in header and limits.get(key, 1.0) < 1
    )
    return quantity, LongLayout(
        run=("Run", "File.Name"),
        precursor=_precursor(header),
        group=_GROUP,
        quantity=precursor,
        protein_quantity=protein if protein in header else "",
        annotation=tuple(name for name in _DESCRIBING[1:] if name in header),
        sequence="Stripped.Sequence" if "Stripped.Sequence" in header else "",
        thresholds=thresholds,
        drop=(("Decoy", ("1", "1.0")),) if "Decoy" in header else (),
    )


# ---- proteins ------------------------------------------------------------------------------------------------------


def _proteins(groups: Groups, text: pd.DataFrame, **counts: Sequence[float]) -> pd.DataFrame:
    """Return `schema.PROTEINS`.

    The gene of a group of several genes is the first by alphabet; the species is that of the group's names where they agree,
    else that of the leading accession where a name begins with it.
    """
    text = text.reindex(columns=_DESCRIBING, fill_value="")
    names = text["Protein.Names"].str.split(";")
    return proteins_frame(
        groups,
        genes=_symbols(text["Genes"]),
        names=text["First.Protein.Description"],
        organisms=[_organism(one, entries) for one, entries in zip(groups.leading, names, strict=True)],
        **counts,
    )


def _symbols(genes: pd.Series) -> pd.Series:
    """Return the first gene of each group; of a FASTA header that is not UniProt's, DIA-NN takes any piece for it ("(Bos")."""
    first = genes.str.split(";").str[0].str.strip()
    return first.mask(first.str.contains(r"^\(|\|", regex=True), "")


def _organism(leading: Identifier, names: Sequence[str]) -> str:
    if leading.mnemonic:
        return accessions.species(leading.mnemonic)
    mnemonics: Mapping[str, str] = {name: name.strip().rpartition("_")[2] for name in names if "_" in name}
    if len(set(mnemonics.values())) == 1:
        return accessions.species(next(iter(mnemonics.values())))
    own = [mnemonic for name, mnemonic in mnemonics.items() if name.strip().startswith(f"{leading.accession}_")]
    return accessions.species(own[0]) if own else ""


READERS = (
    Reader("diann", ENGINE, "report.pg_matrix.tsv", lacks_pg_matrix, read_pg_matrix, CITATION),
    Reader("diann", ENGINE, "report.pr_matrix.tsv", lacks_pr_matrix, read_pr_matrix, CITATION),
    Reader("diann", ENGINE, "main report (report.parquet or report.tsv)", lacks_report, read_report, CITATION),
)
