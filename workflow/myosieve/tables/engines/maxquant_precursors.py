"""MaxQuant's peptides.txt (or modificationSpecificPeptides.txt) and evidence.txt (a row per feature), 1.3 to 2.x and MaxDIA.

Columns: `tables.pdf` beside MaxQuant's results. The protein group of a peptide is its "Leading razor protein", since these
tables know the groups of proteinGroups.txt by number only; where the column lacks, it is the peptide's set of "Proteins", with
a note. "Potential contaminant" marks a peptide of any contaminant, also one that a target shares: a group is a contaminant
when all its peptides are marked, as a group of proteinGroups.txt is, or when its razor protein carries the prefix. Peptides of
decoys have no "Proteins" but a razor protein "REV__...".

peptides.txt: columns per experiment as in `maxquant_columns`; ratios are not rolled up and not read.
evidence.txt: a run is an "Experiment" where the sheet names these, else a "Raw file". The features of a precursor in a run are
summed: of fractions, of a peak in pieces. Rows without intensity (type MSMS) identify only. MaxDIA lists everything it tested:
its "Q-value" is held against the config's `identification`. Reporter and label intensities stand in several columns of one
feature: such evidence is refused, as proteinGroups.txt and peptides.txt have them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import assemble, long, matching, wide
from myosieve.tables.column_names import plain, position, texts
from myosieve.tables.engines import maxquant_columns as columns
from myosieve.tables.engines.maxquant import CITATION, ENGINE
from myosieve.tables.features import groups_of, proteins_frame, yes
from myosieve.tables.long import LongLayout, LongTable, Threshold
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source
from myosieve.tables.table import QuantTable

_FAMILIES = (columns.LFQ, columns.INTENSITY, *columns.CHANNELS)
_RAZOR = "leading razor protein"
# Only MaxQuant's tables have one of them.
_MARKS = {_RAZOR, "unique groups", "protein group ids", "mod peptide ids", "peptide id"}
_CONTAMINANT = ("potential contaminant", "contaminant")
_TEXT = (_RAZOR, "proteins", "sequence", "modifications", "unique groups", "reverse", "gene names", "protein names")
_NO_RAZOR = (
    "the table has no column 'Leading razor protein': peptides were grouped by the set of proteins that they match"
)
_DESCRIBING = ("gene names", "protein names")
_LIMITS = {
    "q value": ("precursor_run_q", "precursor q-value in the run"),
    "pep": ("precursor_pep", "posterior error probability of the precursor"),
}


# ---- peptides.txt --------------------------------------------------------------------------------------------------


def lacks_peptides(header: Sequence[str]) -> str:
    """Return what a peptides.txt has and this header has not; '' where nothing lacks."""
    names = {plain(name) for name in header}
    if not names & {_RAZOR, "proteins"}:
        return "a column 'Leading razor protein'"
    if "sequence" not in names:
        return "a column 'Sequence'"
    if not names & _MARKS:
        return "a column 'Leading razor protein', 'Unique (Groups)' or 'Protein group IDs'"
    if "raw file" in names:
        return "one row per peptide"
    return "" if columns.has_quantities(header, _FAMILIES) else "columns 'Intensity ...' or 'LFQ intensity ...'"


def read_peptides(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a peptides.txt: peptides, to be rolled up.

    Raises
    ------
    InputError
        A sample matches no column, or several; a cell is no number; the values are log-transformed.
    """
    table = source.table()
    found = columns.quantified(table, samples, choice, _FAMILIES)
    text = texts(table, {label: (label,) for label in _TEXT} | {"marked": _CONTAMINANT})
    razor = position(table.header, _RAZOR) is not None
    owner = text[_RAZOR if razor else "proteins"]
    kept = (owner != "").to_numpy()
    text, owner, values = text[kept], owner[kept], found.linear.to_numpy()[kept]
    if not kept.any():
        raise InputError("no peptide has a protein", table.path, "give peptides.txt as MaxQuant wrote it")
    ids, group = assemble.rows_of_groups(owner)
    proteins = _proteins(ids, table.path, text, group)
    names = text["sequence"].str.cat(text["modifications"].replace("Unmodified", ""), sep=" ").str.strip()
    precursors = assemble.precursors_of(
        proteins["protein_group"].to_numpy()[group], names, text["sequence"], values, samples.frame["sample"]
    )
    notes = found.notes if razor else (*found.notes, _NO_RAZOR)
    return QuantTable(
        proteins,
        assemble.empty_intensities(proteins, samples),
        ENGINE,
        "",
        found.quantity,
        found.left_out,
        notes,
        assemble.peptide_counts(precursors, proteins),
        precursors,
        {"peptides without a protein": int((~kept).sum())},
    )


def _proteins(ids: pd.Series, path: Path, text: pd.DataFrame, group: np.ndarray) -> pd.DataFrame:
    """Return `schema.PROTEINS` of the razor proteins `ids`; `text` has a row per peptide, `group` its position in `ids`."""
    sequences = text["sequence"]
    unique = text["unique groups"].str.lower() == "yes"
    counted = {"peptides": sequences.groupby(group).nunique().to_numpy()}
    if text["unique groups"].ne("").any():
        counted["unique_peptides"] = sequences.where(unique).groupby(group).nunique().to_numpy()
    return proteins_frame(
        groups_of(ids, path, ENGINE),
        genes=_told(text["gene names"], text["proteins"], ids, group),
        names=_told(text["protein names"], text["proteins"], ids, group),
        flags={
            "decoy": _all(yes(text["reverse"]), group),
            "contaminant": _all(yes(text["marked"]), group),
        },
        **counted,
    )


def _told(cells: pd.Series, proteins: pd.Series, ids: pd.Series, group: np.ndarray) -> np.ndarray:
    """Return what a column says of each razor protein: the first entry of a peptide that is of no other protein.

    Of a peptide of several proteins the column lists each gene once, so that the order is not that of the proteins.
    """
    alone = (proteins.to_numpy() == ids.to_numpy()[group]) & cells.ne("").to_numpy()
    told = np.full(len(ids), "", dtype=object)
    places, first = np.unique(group[alone], return_index=True)
    told[places] = cells[alone].str.split(";").str[0].str.strip().to_numpy()[first]
    return told


def _all(marked: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return whether all peptides of each group are marked."""
    return np.bincount(group, ~marked) == 0


# ---- evidence.txt --------------------------------------------------------------------------------------------------


def lacks_evidence(header: Sequence[str]) -> str:
    """Return what an evidence.txt has and this header has not; '' where nothing lacks."""
    names = {plain(name) for name in header}
    if not names & {_RAZOR, "proteins"}:
        return "a column 'Leading razor protein'"
    for wanted, shown in (("raw file", "Raw file"), ("charge", "Charge"), ("intensity", "Intensity")):
        if wanted not in names:
            return f"a column {shown!r}"
    if not names & {"sequence", "modified sequence"}:
        return "a column 'Modified sequence'"
    if not names & _MARKS:
        return "a column 'Leading razor protein', 'Protein group IDs' or 'Peptide ID'"
    return ""


def read_evidence(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from an evidence.txt of any size: precursors, to be rolled up.

    Raises
    ------
    InputError
        The search had labels; a sample matches no run, or several; no row is left; a cell is no number.
    """
    header, path = source.header, source.path
    _refuse_labels(header, path)
    if choice.quantity not in ("auto", "intensity"):
        raise InputError(
            f"evidence.txt holds intensities, not {choice.quantity!r}", path, "set quantity to auto or intensity"
        )
    if choice.scale not in ("auto", "linear"):
        raise InputError(f"evidence.txt is linear, not {choice.scale!r}", path, "set scale to auto")
    layout, hint = _layout(header, samples, choice, path)
    table, rest = assemble.long_table(path, layout, samples, hint)
    table, marked = _without_mark(table, len(layout.precursor) > 2)
    group = table.precursors["group"].to_numpy()
    described = {_name(header, name): name for name in _DESCRIBING if _has(header, name)}
    text = table.groups.rename(columns=described).reindex(columns=["group", *_DESCRIBING], fill_value="")
    proteins = proteins_frame(
        groups_of(text["group"], path, ENGINE),
        genes=_only(text["gene names"]),
        names=_only(text["protein names"]),
        peptides=_sequences(table).groupby(group).nunique().to_numpy(),
        flags={"contaminant": _all(marked, group)},
    )
    notes = () if _has(header, _RAZOR) else (_NO_RAZOR,)
    return assemble.from_long(
        table, proteins, samples, engine=ENGINE, version="", quantity="intensity", left_out=rest, notes=notes
    )


def _layout(header: Sequence[str], samples: Samples, choice: Choice, path: Path) -> tuple[LongLayout, str]:
    """Return what the columns mean, the run being what the sheet names, and what to write into the sheet."""
    contaminant = [_name(header, *_CONTAMINANT)] if _has(header, *_CONTAMINANT) else []
    limits = choice.identification
    layout = LongLayout(
        run=(_name(header, "raw file"),),
        # Whether a peptide is of a contaminant comes along in its name: it is the same in all rows of the peptide.
        precursor=(_name(header, "modified sequence", "sequence"), _name(header, "charge"), *contaminant),
        group=_name(header, _RAZOR, "proteins"),
        quantity=_name(header, "intensity"),
        annotation=tuple(_name(header, name) for name in _DESCRIBING if _has(header, name)),
        sequence=_name(header, "sequence") if _has(header, "sequence") else "",
        repeated="sum",
        thresholds=tuple(
            Threshold(_name(header, name), limits[key], f"{what} above {limits[key]:g}, or none")
            for name, (key, what) in _LIMITS.items()
            if _has(header, name) and limits.get(key, 1.0) < 1
        ),
    )
    by_file = layout, "write the raw file's name into 'column'"
    if not _has(header, "experiment"):
        return by_file
    by_experiment = dataclasses.replace(layout, run=(_name(header, "experiment"),))
    experiments = _matched(path, by_experiment, samples)
    if experiments < len(samples.frame) and experiments < _matched(path, layout, samples):
        return by_file
    return by_experiment, "write the experiment, or for every sample the raw file, into 'column'"


def _matched(path: Path, layout: LongLayout, samples: Samples) -> int:
    """Return how many samples of the sheet name a run of the layout; -1 where it has none."""
    names = long.run_names(path, layout)
    return matching.matched_count(samples, wide.run_spellings(dict(enumerate(names)))) if names else -1


def _refuse_labels(header: Sequence[str], path: Path) -> None:
    silac = columns.is_silac(header) or _has(header, "intensity h")
    if silac or columns.has_reporters(header):
        raise InputError(
            f"evidence.txt is of a {'SILAC' if silac else 'TMT or iTRAQ'} search, whose labels are not read from it",
            path,
            "give proteinGroups.txt or peptides.txt, which have a column per label and experiment",
        )


def _without_mark(table: LongTable, marked: bool) -> tuple[LongTable, np.ndarray]:
    """Return the table with the contaminant's mark taken off the precursors' names, and which of them carried one."""
    if not marked:
        return table, np.zeros(len(table.precursors), dtype=bool)
    parts = table.precursors["precursor"].str.rpartition("_")
    return dataclasses.replace(table, precursors=table.precursors.assign(precursor=parts[0])), yes(parts[2])


def _sequences(table: LongTable) -> pd.Series:
    names = table.precursors
    return names["sequence"].where(names["sequence"] != "", names["precursor"])


def _only(cells: pd.Series) -> pd.Series:
    """Return cells with one entry; of several, as a shared peptide has, none is sure to be the razor protein's."""
    return cells.where(~cells.str.contains(";", regex=False), "")


def _has(header: Sequence[str], *names: str) -> bool:
    return position(header, *names) is not None


def _name(header: Sequence[str], *names: str) -> str:
    """Return the header's own spelling of the first of these plain names that it has, which it must."""
    place = position(header, *names)
    if place is None:
        raise ValueError(f"no column {names}")
    return header[place]


READERS = (
    Reader("maxquant", ENGINE, "evidence.txt", lacks_evidence, read_evidence, CITATION),
    Reader("maxquant", ENGINE, "peptides.txt", lacks_peptides, read_peptides, CITATION),
)
