"""Which columns of a MaxQuant table (proteinGroups, peptides) hold a quantity of which label and experiment.

| quantity             | column                                    | short name in the sheet                          |
|----------------------|-------------------------------------------|--------------------------------------------------|
| lfq, intensity, ibaq | LFQ intensity E, Intensity E, iBAQ E      | E                                                |
| of one SILAC label   | LFQ intensity L E, Intensity L E, ...     | L E                                              |
| ratio                | Ratio H/L normalized E, Ratio H/L E       | H/L E; E alone for one pair and quantity: ratio  |
| reporter             | Reporter intensity corrected 1 E          | 1 E; 1 alone where there is one experiment       |
|                      | Reporter intensity 1 E                    | as above                                         |
|                      | Reporter intensity not corrected 1 E      | as above                                         |

E is the experiment. Columns without one are of all experiments together: where the search had experiments, these are samples
only by their full name. "Reporter intensity 1" is not corrected for isotopic impurities beside "corrected" columns, and is
corrected beside "not corrected" ones (older versions); these count channels from 0. "Ratio H/L count E", "Ratio H/L type E",
"Reporter intensity count 1 E" and the like are no quantities. A label is believed only beside a ratio column: without, "H",
"L" and "M" begin the names of experiments. R turns blanks, slashes and brackets into dots, Perseus users blanks into
underscores. MaxQuant documents its columns in `tables.pdf` beside its results.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import wide
from myosieve.tables.intensities import read_intensities
from myosieve.tables.reader import Choice
from myosieve.tables.samples import Samples
from myosieve.tables.source import Table
from myosieve.tables.wide import Family

_B = "[ ._]"
# What MaxQuant writes beside a ratio: "Ratio H/L variability [%] E", "Ratio H/L iso-count E", "Ratio H/L Significance(A) E".
_BESIDE = r"(?:variability|count|iso[-. _]?count|type|significance|shift|unmod|localized|nmods)(?![a-z0-9])"
_PAIR = r"(?P<first>[HML])[ ._/]?(?P<second>[HML])"
_CHANNEL = rf"(?P<channel>\d+)(?:{_B}(?P<sample>.+))?"


def _family(quantity: str, kind: str, pattern: str) -> Family:
    return Family(quantity, kind, re.compile(pattern, re.IGNORECASE))


# Best first: MaxLFQ is made for comparing samples; summed intensities are what it starts from; iBAQ divides by the number of
# theoretical peptides, which is for comparing proteins and cancels in a fold change.
LFQ = _family("lfq", "LFQ intensity", rf"LFQ{_B}(?!intensity$)(?:intensity{_B})?(?P<sample>.+)")
INTENSITY = _family("intensity", "Intensity", rf"Intensity{_B}(?P<sample>.+)")
IBAQ = _family("ibaq", "iBAQ", rf"iBAQ{_B}(?!peptides$)(?P<sample>.+)")
CORRECTED = _family("reporter", "Reporter intensity corrected", rf"Reporter{_B}intensity{_B}corrected{_B}{_CHANNEL}")
REPORTER = _family("reporter", "Reporter intensity", rf"Reporter{_B}intensity{_B}{_CHANNEL}")
UNCORRECTED = _family(
    "reporter", "Reporter intensity not corrected", rf"Reporter{_B}intensity{_B}not{_B}corrected{_B}{_CHANNEL}"
)
NORMALIZED = _family(
    "ratio", "Ratio H/L normalized", rf"Ratio{_B}{_PAIR}{_B}normalized(?:{_B}(?!{_BESIDE})(?P<sample>.+))?"
)
RATIO = _family("ratio", "Ratio H/L", rf"Ratio{_B}{_PAIR}(?:{_B}(?!normalized(?:{_B}|$)|{_BESIDE})(?P<sample>.+))?")

WHOLE = (LFQ, INTENSITY, IBAQ)
CHANNELS = (CORRECTED, REPORTER, UNCORRECTED)
RATIOS = (NORMALIZED, RATIO)

_ANY_RATIO = re.compile(rf"Ratio{_B}{_PAIR}(?:{_B}|$)", re.IGNORECASE)
_ANY_REPORTER = re.compile(rf"Reporter{_B}intensity{_B}", re.IGNORECASE)
_LABELED = re.compile(rf"(?P<label>[LMH])(?:{_B}(?P<experiment>.+))?")
_PAIR_NAMED = re.compile(r"[HML]/[HML](?: |$)")
_COUNTS = (
    re.compile(rf"Razor[ ._+]*unique{_B}peptides{_B}(?P<sample>.+)", re.IGNORECASE),
    re.compile(rf"Peptides{_B}(?P<sample>.+)", re.IGNORECASE),
)

# As the sheet's `exclude`.


@dataclass(frozen=True)
class Part:
    """What a column is of: a label ("L", "H/L", "1"; '' = all of them) of an experiment ('' = all of them)."""

    label: str
    experiment: str


@dataclass(frozen=True)
class Quantified:
    """The sheet's samples in a table.

    Attributes
    ----------
    quantity
        A key of `table.QUANTITIES`.
    linear
        The values, the table's rows x samples: linear, NaN = missing.
    parts
        Per sample, what its column is of.
    left_out
        Columns of the same kind that the sheet does not name.
    notes
        What a reader must know of the values.
    """

    quantity: str
    linear: pd.DataFrame
    parts: list[Part]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


def has_quantities(header: Sequence[str], families: Sequence[Family]) -> bool:
    """Whether any column is of one of the families."""
    return any(family.pattern.fullmatch(name) for name in header for family in families)


def is_silac(header: Sequence[str]) -> bool:
    """Whether the search had isotope labels."""
    return any(_ANY_RATIO.match(name) for name in header)


def has_reporters(header: Sequence[str]) -> bool:
    """Whether the search had isobaric labels."""
    return any(_ANY_REPORTER.match(name) for name in header)


def quantified(table: Table, samples: Samples, choice: Choice, families: Sequence[Family]) -> Quantified:
    """Find and read the column of each sample.

    Parameters
    ----------
    table
        The table.
    samples
        The sheet: full column names or the short ones of the module's table.
    choice
        `quantity` and `scale` count.
    families
        What the kind of table may hold, best first.

    Raises
    ------
    InputError
        A sample matches no column, or several; ratios and other columns are mixed; a cell is no number; values are
        log-transformed unless `choice.scale` says so.
    """
    header = table.header
    parts = {family: _parts(header, family) for family in families}
    candidates = _of_one_sort(header, samples, families, table.path)
    columns = {family: _short_names(family, header, parts[family], samples, choice.quantity) for family in families}
    chosen = wide.choose(
        header, candidates, samples, choice.quantity, table.path, lambda one: _hint(header, one, families), columns
    )
    of = [parts[chosen.family][position] for position in chosen.positions]
    scale = choice.asked_scale
    values = read_intensities(table, chosen.positions, samples.frame["sample"], *scale)
    whole = all(not part.label for part in of)
    same = {header[place] for place, part in parts[chosen.family].items() if (not part.label) == whole}
    left_out = tuple(name for name in chosen.left_out if name in same)
    notes = _notes(header, chosen.family, of, samples)
    return Quantified(chosen.family.quantity, values, of, left_out, notes)


def peptide_counts(table: Table, found: Quantified) -> pd.DataFrame | None:
    """Return the cells of the peptides (razor and unique, else all) of each sample's experiment; None unless all have one.

    One label or channel of an experiment is not counted by itself; a ratio has the peptides of its experiment.
    """
    if any(part.label and found.quantity != "ratio" for part in found.parts):
        return None
    for pattern in _COUNTS:
        places = {one["sample"]: place for place, name in enumerate(table.header) if (one := pattern.fullmatch(name))}
        positions = [places.get(part.experiment, -1) for part in found.parts]
        if min(positions) >= 0:
            cells = table.columns(list(dict.fromkeys(positions)))[positions]
            cells.columns = list(found.linear.columns)
            return cells
    return None


# ---- columns -------------------------------------------------------------------------------------------------------


def _parts(header: Sequence[str], family: Family) -> dict[int, Part]:
    """Return position -> what the column is of, for the family's columns."""
    found = {place: match for place, name in enumerate(header) if (match := family.pattern.fullmatch(name))}
    if family in RATIOS:
        return {
            place: Part(f"{match['first']}/{match['second']}".upper(), match["sample"] or "")
            for place, match in found.items()
        }
    if family in CHANNELS:
        return {place: Part(match["channel"], match["sample"] or "") for place, match in found.items()}
    if not is_silac(header):
        return {place: Part("", match["sample"]) for place, match in found.items()}
    ratios = [_parts(header, one) for one in RATIOS]
    experiments = {part.experiment for one in ratios for part in one.values()}
    return {place: _labeled(match["sample"], experiments) for place, match in found.items()}


def _labeled(name: str, experiments: Collection[str]) -> Part:
    """Take what stands behind "Intensity" in a SILAC table apart."""
    found = _LABELED.fullmatch(name)
    if name in experiments or not found:
        return Part("", name)
    return Part(found["label"], found["experiment"] or "")


def _short_names(
    family: Family, header: Sequence[str], parts: Mapping[int, Part], samples: Samples, quantity: str
) -> dict[int, str]:
    """Return position -> what a sheet may write for short; '' where only the full name will do."""
    experiments = {part.experiment for part in parts.values() if part.label} - {""}
    full = {place: _short(part, bool(experiments)) for place, part in parts.items()}
    cells = set(samples.frame["column"])
    if family in RATIOS:
        if any(_PAIR_NAMED.match(cell) for cell in cells) or cells & {header[place] for place in parts}:
            return full
        # Else not "H/L E": it ends like a path with the file "L E".
        alone = quantity == "ratio" and len({part.label for part in parts.values()}) == 1
        return {place: part.experiment if alone else "" for place, part in parts.items()}
    if family in CHANNELS and len(experiments) == 1:
        alone = {place: part.label if part.experiment else "" for place, part in parts.items()}
        return max(full, alone, key=lambda names: len(cells & set(names.values())))
    return full


def _short(part: Part, experiments: bool) -> str:
    if not part.label:
        return part.experiment
    if not part.experiment:
        return "" if experiments else part.label
    return f"{part.label} {part.experiment}"


def _of_one_sort(header: Sequence[str], samples: Samples, families: Sequence[Family], path: Path) -> Sequence[Family]:
    """Return the families that the sheet may mean: those of ratios alone where it names ratios, as "H/L E" or in full."""
    if not is_silac(header):
        return families
    full = {header[place] for family in RATIOS for place in _parts(header, family)}
    cells = list(samples.frame["column"])
    ratios = [cell for cell in cells if cell in full or _PAIR_NAMED.match(cell)]
    if not ratios:
        return families
    if len(ratios) < len(cells):
        other = next(cell for cell in cells if cell not in ratios)
        raise InputError(
            f"the sheet names a ratio ({ratios[0]!r}) beside what is none ({other!r})",
            samples.path,
            "write either ratios or intensities into 'column'",
        )
    candidates = [family for family in families if family in RATIOS]
    if not candidates:
        raise InputError(
            f"the sheet names a ratio ({ratios[0]!r}), but ratios of peptides are not read",
            path,
            "give proteinGroups.txt, or name intensities of labels, as 'L experiment', in 'column'",
        )
    return candidates


def _hint(header: Sequence[str], family: Family, families: Sequence[Family]) -> str:
    if family in CHANNELS or (has_reporters(header) and family not in RATIOS):
        return (
            "the table is of a TMT or iTRAQ search: write channel and experiment, as '1 mix', or the full column name, as "
            "'Reporter intensity corrected 1 mix', into 'column'"
        )
    if is_silac(header):
        ratio = "a ratio ('H/L exp' or 'Ratio H/L normalized exp'), " if RATIO in families else ""
        return f"the table is of a SILAC search: write {ratio}one label ('L exp') or an experiment (all labels) into 'column'"
    return f"write the experiment, as 'H1', or the full column name, as '{family.kind} H1', into 'column'"


# ---- what a reader must know ---------------------------------------------------------------------------------------


def _notes(header: Sequence[str], family: Family, parts: Sequence[Part], samples: Samples) -> tuple[str, ...]:
    notes = []
    if family in WHOLE and is_silac(header) and not all(part.label for part in parts):
        notes.append(
            "the table is of a SILAC search: its ratios are not used; an experiment's intensity sums its labels"
        )
    if family in WHOLE and has_reporters(header):
        notes.append(
            "the table is of a search with reporter ions: these are not used; the intensities are of whole plexes"
        )
    if family is UNCORRECTED or (family is REPORTER and has_quantities(header, [CORRECTED])):
        notes.append("the reporter intensities are not corrected for the isotopic impurities of the labels")
    if family is RATIO and has_quantities(header, [NORMALIZED]):
        notes.append("the ratios are those before MaxQuant's normalization, as the sheet names them")
    if any(part.label and not part.experiment for part in parts) and any(
        part.experiment for part in _parts(header, family).values()
    ):
        notes.append("columns without an experiment in their name are of all experiments together")
    plexes = list(dict.fromkeys(part.experiment for part in parts))
    if family in CHANNELS and len(plexes) > 1 and not samples.frame.get("plex", pd.Series([""])).ne("").all():
        notes.append(
            f"the samples are of {len(plexes)} plexes ({', '.join(plexes[:5])}{', ...' if len(plexes) > 5 else ''}), whose "
            "reporter intensities compare within a plex only: name each sample's plex in the sheet's column 'plex'"
        )
    return tuple(notes)
