"""MSstats' input: one row per peptide ion, or fragment of it, and run, as quantms, OpenMS, FragPipe and Skyline write it.

Columns: ProteinName, PeptideSequence, PrecursorCharge, FragmentIon, ProductCharge, IsotopeLabelType, Condition, BioReplicate,
Run, Intensity (https://rdrr.io/bioc/MSstats/man/DDARawData.html), in any case; R turns blanks into dots. With isobaric labels
(https://rdrr.io/bioc/MSstatsTMT/man/input.pd.html) there are Charge, Channel, Mixture and TechRepMixture, and a sample is a
channel of a run. OpenMS numbers its runs and adds Reference, the file (with labels: the spectrum). Skyline has File Name for
Run and Area for Intensity.

    value of a peptide ion in a run  =  sum of its rows (fragments, retention times, spectra)

Heavy peptides (IsotopeLabelType H) are reference standards and are left out, unless there is nothing else. Peptide sequences
carry modifications in many notations; peptides are counted by their amino acids. No q-values: what the author kept is read. A
mixture in fractions has a run per fraction: a sheet that names Mixture or TechRepMixture has the fractions added up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import assemble, matching, runs, wide
from myosieve.tables.features import groups_of, proteins_frame
from myosieve.tables.intensities import linear
from myosieve.tables.long import LongLayout, LongTable, read_long, run_names
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source
from myosieve.tables.table import QuantTable

ENGINE = "MSstats"
CITATION = "Choi et al. 2014, doi:10.1093/bioinformatics/btu305"

# Names without signs and case, best first.
_COLUMNS = {
    "ProteinName": ("proteinname",),
    "PeptideSequence": ("peptidemodifiedsequence", "peptidesequence"),
    "PrecursorCharge": ("precursorcharge", "charge"),
    "Intensity": ("intensity", "area"),
    "Channel": ("channel",),
    "IsotopeLabelType": ("isotopelabeltype",),
}
_RUNS = {"label-free": ("reference", "run", "filename"), "channels": ("run", "filename", "techrepmixture", "mixture")}
_REQUIRED = ("ProteinName", "PeptideSequence", "PrecursorCharge", "Intensity")
# Which no other kind of table has beside these.
_TYPICAL = ("fragmention", "isotopelabeltype", "bioreplicate", "techrepmixture")
_HEAVY = ("H", "heavy")
_HEAVY_ROWS = "rows of heavy isotope labels"
_RUN_HINT = "write the cell of 'Reference' or 'Run' into 'column'"
_CHANNEL_HINT = "write run and channel as '{} {}', with the cells of the table, into 'column'"
_FLANKED = re.compile(r"[A-Z-]\.(.+)\.[A-Z-]")
_MODIFICATION = re.compile(r"\([^()]*\)|[nc]?\[[^\[\]]*\]|\{[^{}]*\}")


@dataclass(frozen=True)
class _Columns:
    """Role -> column of the table, and the columns that may name the run."""

    roles: Mapping[str, str]
    runs: tuple[str, ...]

    def layout(self, run: str, drop: Sequence[str] = ()) -> LongLayout:
        """Return the layout with a column that names the run; channels are told apart as if they were precursors."""
        ion = (self.roles["PeptideSequence"], self.roles["PrecursorCharge"])
        channel = self.roles.get("Channel", "")
        return LongLayout(
            run=(run,),
            precursor=(*ion, channel) if channel else ion,
            group=self.roles["ProteinName"],
            quantity=self.roles["Intensity"],
            sequence=channel or ion[0],
            repeated="sum",
            drop=((self.roles["IsotopeLabelType"], tuple(drop)),) if drop else (),
        )


def lacks(header: Sequence[str]) -> str:
    """Return what MSstats' input has and this header has not."""
    columns = _columns(header)
    for role in _REQUIRED:
        if role not in columns.roles:
            return f"a column {role!r}"
    if not columns.runs:
        return "a column 'Run'"
    return "" if {_bare(name) for name in header} & set(_TYPICAL) else "a column 'BioReplicate'"


def read(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples, precursors to be rolled up."""
    columns = _columns(source.header)
    labeled = "Channel" in columns.roles
    quantity = "reporter" if labeled else "intensity"
    if choice.quantity not in ("auto", quantity):
        raise InputError(
            f"the table holds {quantity} values, not {choice.quantity!r}", source.path, f"set quantity to {quantity}"
        )
    if choice.scale not in ("auto", "linear"):
        raise InputError(
            f"scale is {choice.scale!r}, but MSstats' input is not logarithmic", source.path, "set scale to linear"
        )
    heavy = _heavy(source.path, columns)
    table, rest = (_read_channels if labeled else _read_runs)(source.path, columns, heavy, samples)
    values = linear(pd.DataFrame(table.quantities), "linear", choice.scale == "linear", source.path)
    sequences = table.precursors["sequence"]
    stripped = sequences.map({one: stripped_sequence(one) for one in sequences.unique()})
    table = replace(table, precursors=table.precursors.assign(sequence=stripped), quantities=values)
    peptides = stripped.groupby(table.precursors["group"]).nunique().reindex(range(len(table.groups)), fill_value=0)
    proteins = proteins_frame(groups_of(table.groups["group"], source.path, ENGINE), peptides=peptides.to_numpy())
    removed = dict(table.removed)
    if heavy:
        removed[_HEAVY_ROWS] = removed.pop(columns.roles["IsotopeLabelType"])
    quant = assemble.from_long(
        table, proteins, samples, engine=ENGINE, version="", quantity=quantity, left_out=rest, removed=removed
    )
    return replace(quant, peptide_counts=assemble.peptide_counts(quant.precursors, proteins))


def stripped_sequence(peptide: str) -> str:
    """Return the amino acids of a peptide: `.(Acetyl)PEC(Carbamidomethyl)K`, `_PEC[+57]K_`, `[K].pEcK.[R]`: all are PECK."""
    bare, before = peptide.strip("_ "), ""
    while bare != before:  # brackets inside of brackets
        bare, before = _MODIFICATION.sub("", bare), bare
    flanked = _FLANKED.fullmatch(bare)
    return re.sub(r"[^A-Za-z]", "", flanked[1] if flanked else bare).upper()


# ---- runs ----------------------------------------------------------------------------------------------------------


def _read_runs(
    path: Path, columns: _Columns, heavy: Sequence[str], samples: Samples
) -> tuple[LongTable, tuple[str, ...]]:
    run, best = columns.runs[0], -1
    for name in columns.runs if len(columns.runs) > 1 else ():
        names = run_names(path, columns.layout(name))
        fit = matching.matched_count(samples, wide.run_spellings(dict(enumerate(names))))
        if fit > best:
            run, best = name, fit
        if fit == len(samples.frame):  # another pass over the file could not find a better one
            break
    return assemble.long_table(path, columns.layout(run, heavy), samples, _RUN_HINT)


def _heavy(path: Path, columns: _Columns) -> Sequence[str]:
    """Return the labels whose rows are left out; none where all rows are heavy, as OpenMS may write them."""
    label = columns.roles.get("IsotopeLabelType")
    if not label:
        return ()
    there = {name.lower() for name in run_names(path, columns.layout(label))}
    heavy = {name.lower() for name in _HEAVY}
    return _HEAVY if there & heavy and there - heavy else ()


# ---- channels ------------------------------------------------------------------------------------------------------


def _read_channels(
    path: Path, columns: _Columns, heavy: Sequence[str], samples: Samples
) -> tuple[LongTable, tuple[str, ...]]:
    """Read the channels of the sheet: a precursor in each channel first, then its channels side by side."""
    channels = run_names(path, columns.layout(columns.roles["Channel"]))
    pairs = {
        one: [(name, channel) for name in run_names(path, columns.layout(one)) for channel in channels]
        for one in columns.runs
    }
    spelled = {one: _channel_spellings(several) for one, several in pairs.items()}
    run = max(columns.runs, key=lambda one: matching.matched_count(samples, spelled[one]))
    labels = [" ".join(pair) for pair in pairs[run]]
    hint = _CHANNEL_HINT.format(*pairs[run][0]) if pairs[run] else _RUN_HINT
    found = matching.match(samples, labels, spelled[run], "channel", path, hint)
    wanted = [pairs[run][place] for place in found]
    plexes = list(dict.fromkeys(name for name, _ in wanted))
    table = read_long(path, columns.layout(run, heavy), {name: place for place, name in enumerate(plexes)}, len(plexes))
    if table.groups.empty:
        raise InputError(f"no row is left of {table.rows}", path, "give the table as its software wrote it")
    rest = matching.left_out(samples, labels, range(len(labels)), found, spelled[run])
    return _side_by_side(table, [(plexes.index(name), channel) for name, channel in wanted]), rest


def _channel_spellings(pairs: Sequence[tuple[str, str]]) -> list[matching.Spelling]:
    """Return how a sheet may name (run, channel): with a blank between, since OpenMS joins names of runs by '_'."""
    alone = len({run for run, _ in pairs}) == 1

    def spelled(spell: Callable[[str], str]) -> dict[str, list[int]]:
        positions: dict[str, list[int]] = {}
        for place, (run, channel) in enumerate(pairs):
            for name in (f"{spell(run)} {channel}", *([channel] if alone else [])):
                positions.setdefault(name, []).append(place)
        return positions

    return [matching.Spelling(spelled(spell)) for spell in (str, runs.file_name, runs.stem)]


def _side_by_side(table: LongTable, wanted: Sequence[tuple[int, str]]) -> LongTable:
    """Return a table of precursors and channels as one of precursors, a column per wanted (plex, channel).

    The precursors come with the channel as `sequence`, and at the end of their name: sequence_charge_channel.
    """
    features = table.precursors
    names = [
        name[: -len(channel) - 1] for name, channel in zip(features["precursor"], features["sequence"], strict=True)
    ]
    code, first = pd.factorize(pd.MultiIndex.from_arrays([features["group"], names]))
    values = np.full((len(first), len(wanted)), np.nan)
    for place, (plex, channel) in enumerate(wanted):
        rows = np.flatnonzero(features["sequence"] == channel)
        values[code[rows], place] = table.quantities[rows, plex]
    groups, ions = first.get_level_values(0).to_numpy(), list(first.get_level_values(1))
    precursors = pd.DataFrame(
        {"precursor": ions, "group": groups, "sequence": [ion.rpartition("_")[0] for ion in ions]}
    )
    seen = np.zeros((len(table.groups), len(wanted)), dtype=np.int32)  # counted again from the values
    return replace(table, precursors=precursors, quantities=values, peptides=seen)


# ---- header --------------------------------------------------------------------------------------------------------


def _columns(header: Sequence[str]) -> _Columns:
    names: dict[str, str] = {}
    for name in header:
        names.setdefault(_bare(name), name)
    roles = {
        role: names[next(one for one in spellings if one in names)]
        for role, spellings in _COLUMNS.items()
        if any(one in names for one in spellings)
    }
    kind = "channels" if "Channel" in roles else "label-free"
    return _Columns(roles, tuple(names[one] for one in _RUNS[kind] if one in names))


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


READERS = (Reader("msstats", ENGINE, "input table (long csv)", lacks, read, CITATION),)
