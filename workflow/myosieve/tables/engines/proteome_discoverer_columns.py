"""Proteome Discoverer's abundance columns: which quantity they hold, and how a sheet may name their samples.

One column has many spellings, by version and by way of export:

    Abundances (Normalized): F1: 128C, Sample, HIS4KO, n/a       workbook and text of 2.x
    Abundances Normalized F1 128C Sample HIS4KO n/a              text with "R-friendly header"
    Abundances..Normalized...F1..128C..Sample..HIS4KO            the same in R
    Abundance:HealthyControl_01:Sample                           file named by its users
    Area, Area A2, A2: Area, F1: Area                            1.4 and 2.0

Behind the quantity stand the file (F1), the channel of a label, the type (Sample, Control ...) and the study factors.
A sheet may write all of it in any of the spellings, or as much as is unique: the file ("F1"), file and channel ("F1: 128C"),
the channel of a single plex ("128C"), the factors ("HIS4KO"), or what stands for the file ("HealthyControl_01").

Abundances (Grouped) are averages over samples: they are read only if the sheet names them in full; those by biological
replicate are averages over technical ones. Ratios, counts and coefficients of variation are no samples. Columns that somebody
called after the samples go by their full names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import wide
from myosieve.tables.samples import Samples
from myosieve.tables.wide import Chosen, Family

HINT = (
    "write the file ('F1'), file and channel ('F1: 128C'), the sample's factors, or the full column name into 'column'; "
    "ratios, counts and grouped abundances are no samples"
)

# Possessive: nothing behind may take one of the signs back and pass for a sample's name.
_SIGN = r"[\s.:_]++"
_OTHER = (
    r"\(?(?:Normali[sz]ed|Scaled|Grouped|Counts?|Ratios?|by|CV|Log2|Log10|Adj|P[-. ]?Values?|Variability|Weight|Standard)"
    r"(?![A-Za-z])"
)


def _family(quantity: str, kind: str, pattern: str) -> Family:
    return Family(quantity, kind, re.compile(pattern, re.IGNORECASE))


# Best first. Normalized abundances are adjusted for the amount loaded on each run or channel, if the user asked for it.
NORMALIZED = _family(
    "normalized", "Abundances (Normalized)", rf"Abundances?[\s._]*\(?Normali[sz]ed\)?{_SIGN}(?P<sample>.+)"
)
INTENSITY = _family("intensity", "Abundance", rf"Abundances?(?:\s*:\s*|{_SIGN}(?!{_OTHER}))(?P<sample>.+)")
SCALED = _family("scaled", "Abundances (Scaled)", rf"Abundances?[\s._]*\(?Scaled\)?{_SIGN}(?P<sample>.+)")
AREA = _family("intensity", "Area", rf"(?:Precursor )?Area{_SIGN}(?P<sample>.+)")
AREA_BEHIND = _family("intensity", "Area", rf"(?P<sample>[A-Z]+\d+(?:\.\d+)?){_SIGN}(?:Precursor )?Area")
ALONE = _family("intensity", "Area", r"(?P<sample>)(?:Precursor )?(?:Area|Abundance)")
BY_REPLICATE = _family(
    "intensity", "Abundances (by Bio. Rep.)", rf"Abundances?[\s._]*\(?by Bio\. Rep\.\)?{_SIGN}(?P<sample>.+)"
)
GROUPED = _family(
    "scaled",
    "Abundances (Grouped)",
    rf"Abundances?[\s._]*\(?Grouped\)?{_SIGN}(?!(?:CV|Count|Standard)(?![A-Za-z]))(?P<sample>.+)",
)
RENAMED = _family("intensity", "abundance", r"(?!(?:\w+[\s._]+)?Abundances?(?![A-Za-z]))(?P<sample>.+)")
ABUNDANCES = (NORMALIZED, INTENSITY, SCALED, BY_REPLICATE, GROUPED)
OWN = (NORMALIZED, INTENSITY, SCALED, AREA, AREA_BEHIND, ALONE, BY_REPLICATE, GROUPED)
FAMILIES = (*OWN, RENAMED)

_TYPE = r"(?:Sample|Control|Blank|Standard|Reference|Pool(?:ed)?|Bridge|QC)"
_CHANNEL = r"(?:1[0-3]\d(?:[NC]D?|D)?|Light|Medium|Heavy)"
_PARTS = re.compile(
    rf"(?:(?P<file>[A-Z]\d+(?:\.\d+)?)(?: |$))?(?:(?P<channel>{_CHANNEL})(?: |$))?"
    rf"(?:(?P<before>.*?)(?<!\S){_TYPE}(?: (?P<after>.*)|$)|(?P<rest>.*))"
)


def abundance_columns(header: Sequence[str]) -> dict[Family, dict[int, str]]:
    """Return position -> sample of each family's columns; '' where only the full name means the column.

    The same sample goes by the same name in all families, whatever the signs between its parts.
    """
    found = wide.columns_of(header, FAMILIES)
    spelled: dict[str, str] = {}
    for family, named in found.items():
        for place, sample in named.items():
            named[place] = "" if family in (GROUPED, RENAMED) else spelled.setdefault(loose(sample), sample)
    return found


def choose(header: Sequence[str], samples: Samples, quantity: str, path: Path) -> Chosen:
    """Choose the quantity and find each sample's column, as `wide.choose`, by any of a sample's names."""
    columns = abundance_columns(header)
    names = list(dict.fromkeys(name for named in columns.values() for name in named.values() if name))
    samples = _with_full_names(samples, header, names, path)
    return wide.choose(header, FAMILIES, samples, quantity, path, lambda _: HINT, columns)


def loose(name: str) -> str:
    """Return a name with one blank for each run of the signs by which exports differ; `+`, `-`, `_` and `/` stay."""
    return re.sub(r"[\s:;,.()\[\]]+", " ", name).strip()


def short_names(sample: str) -> tuple[str, ...]:
    """Return the loose names of a sample, the whole of it first."""
    whole = loose(sample)
    bare = re.sub(r"(?: n[/ ]a)+(?= |$)", "", whole)
    parts = _PARTS.fullmatch(bare)
    if parts is None:
        return (whole, bare)
    file, channel = parts["file"] or "", parts["channel"] or ""
    factors = parts["after"] or parts["rest"] or ""
    names = [whole, bare, f"{file} {channel}", f"{file} {channel} {factors}", parts["before"] or "", factors]
    names += [f"{parts['before']} {factors}" if parts["before"] else "", file, channel]
    return tuple(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))


def _with_full_names(samples: Samples, header: Sequence[str], names: Sequence[str], path: Path) -> Samples:
    """Return the sheet with each cell that is a short name of one sample replaced by that sample's name in the table."""
    whole = {loose(name): name for name in names}
    short: dict[str, list[str]] = {}
    for name in names:
        for alias in short_names(name):
            short.setdefault(alias, []).append(name)
    literal = {*header, *names}

    def full(cell: str) -> str:
        if cell in literal:
            return cell
        key = loose(cell)
        found = [whole[key]] if key in whole else short.get(key, [])
        if len(found) > 1:
            raise InputError(
                f"{cell!r} names {len(found)} samples of {path.name}: {', '.join(map(repr, found[:5]))}",
                samples.path,
                "write one of these into 'column'",
            )
        return found[0] if found else cell

    def renamed(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(column=[full(cell) for cell in frame["column"]])

    return replace(samples, frame=renamed(samples.frame), excluded=renamed(samples.excluded))
