"""An mzTab file -> its metadata, the rows of its protein and peptide tables, and the assays and study variables in it.

The metadata are read by pyteomics (Levitsky et al. 2019, doi:10.1021/acs.jproteome.8b00717), the rows as text: pyteomics
guesses a type for every cell of every table, spectra included, which takes many times as long, and would turn an accession
such as 007 into a number. Lines of spectra and small molecules, the bulk of a file, are never held.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import matching, runs
from myosieve.tables.decoding import DAMAGE, damaged, open_binary, read_head
from myosieve.tables.features import text_columns
from myosieve.tables.text import TextTable, to_numbers

KINDS = ("assay", "study_variable")
_HEAD_BYTES = 1 << 16
_SECTIONS = {"PRH": "PRT", "PEH": "PEP"}
_REFERENCE = re.compile(r"\w+\[(\d+)\]")


@dataclass(frozen=True)
class Unit:
    """An assay or a study variable.

    Attributes
    ----------
    kind, number
        assay or study_variable, and its number: `assay[3]`.
    names
        What a sheet may call it: descriptions; run and channel of a plex.
    runs
        Numbers of its runs (ms_run).
    locations
        Where these are.
    assays
        Numbers of the assays that a study variable averages; of an assay its own.
    """

    kind: str
    number: int
    names: tuple[str, ...]
    runs: tuple[int, ...]
    locations: tuple[str, ...]
    assays: tuple[int, ...]

    @property
    def key(self) -> str:
        """As the columns write it: `assay[3]`."""
        return f"{self.kind}[{self.number}]"

    @property
    def label(self) -> str:
        """For messages: `assay[3] (run_3.mzML)`."""
        known = [*self.names, *map(runs.file_name, self.locations)]
        return f"{self.key} ({known[0]})" if known else self.key


@dataclass(frozen=True)
class Document:
    """A file's metadata (by key, as `assay[1]-ms_run_ref`), and its protein and peptide tables where it has them."""

    path: Path
    metadata: Mapping[str, object]
    proteins: TextTable | None
    peptides: TextTable | None

    def told(self, key: str) -> str:
        """Return what the metadata say; a controlled term by its name; '' where they say nothing."""
        value = self.metadata.get(key)
        values = value if isinstance(value, list) else [value]
        return " | ".join(str(one[0] if isinstance(one, tuple) else one) for one in values if one is not None)

    def software(self) -> list[str]:
        """Return the programs that the file names, in order, with their versions."""
        entries = [value for key, value in self.metadata.items() if re.fullmatch(r"software\[\d+\]", key) and value]
        named = [" ".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in entries]
        return list(dict.fromkeys(named))

    def units(self, kind: str, numbers: Sequence[int]) -> list[Unit]:
        """Return the assays or study variables of these numbers."""
        assays = [self._assay(number) for number in numbers] if kind == "assay" else []
        return assays or [self._study_variable(number) for number in numbers]

    def keys_of(self, unit: Unit) -> list[str]:
        """Return the keys under which the same sample has columns: an assay, and study variables of nothing but it."""
        if len(unit.assays) != 1:
            return [unit.key]
        references = {key: self._references(key) for key in self.metadata if key.endswith("-assay_refs")}
        alone = [key.removesuffix("-assay_refs") for key, assays in references.items() if assays == list(unit.assays)]
        return list(dict.fromkeys([unit.key, f"assay[{unit.assays[0]}]", *alone]))

    def _assay(self, number: int) -> Unit:
        key = f"assay[{number}]"
        runs_ = self._references(f"{key}-ms_run_ref")
        locations = [self.told(f"ms_run[{run}]-location") for run in runs_]
        samples = [f"sample[{sample}]" for sample in self._references(f"{key}-sample_ref")]
        names = [self.told(key), *(self.told(f"{one}{what}") for one in samples for what in ("", "-description"))]
        reagent = self.told(f"{key}-quantification_reagent")
        channels = [] if "unlabel" in reagent.lower() else [*names, reagent, *_channel(reagent)]
        plexes = dict.fromkeys(runs.stem(one) for one in locations if one)
        names += [f"{plex} {channel}" for plex in plexes for channel in channels if channel]
        return Unit("assay", number, _distinct(names), tuple(runs_), _distinct(locations), (number,))

    def _study_variable(self, number: int) -> Unit:
        key = f"study_variable[{number}]"
        assays = [self._assay(one) for one in self._references(f"{key}-assay_refs")]
        names = [self.told(key), self.told(f"{key}-description")]
        alone = assays[0] if len(assays) == 1 else None
        if alone:
            names += alone.names
        return Unit(
            "study_variable",
            number,
            _distinct(names),
            alone.runs if alone else (),
            alone.locations if alone else (),
            tuple(one.number for one in assays),
        )

    def _references(self, key: str) -> list[int]:
        return [int(number) for number in _REFERENCE.findall(self.told(key))]


def spellings(units: Sequence[Unit], level: str) -> list[matching.Spelling]:
    """Return how a sheet may name units, by position; `level` is protein or peptide."""
    literal = [
        (unit.key, f"{level}_abundance_{unit.key}", *unit.names, *unit.locations, *map(unquote, unit.locations))
        for unit in units
    ]
    files = [[unquote(runs.file_name(one)) for one in unit.locations] for unit in units]
    return [
        matching.Spelling(_positions(literal)),
        matching.Spelling(_positions(files)),
        matching.Spelling(_positions([[runs.stem(one) for one in names] for names in files]), runs.stem),
    ]


def cells(table: TextTable, names: Sequence[str]) -> pd.DataFrame:
    """Return columns by name, as `features.text_columns`; null is empty."""
    text = text_columns(table, names)
    return text.mask(text == "null", "")


def numbers(table: TextTable, pattern: str) -> pd.DataFrame:
    """Return the columns whose whole name matches, as numbers; null and infinities are NaN."""
    positions = [place for place, name in enumerate(table.header) if re.fullmatch(pattern, name)]
    if not positions:
        return pd.DataFrame(index=pd.Index(table.lines), dtype=float)
    text = table.columns(positions)
    text.columns = [table.header[place] for place in positions]
    return to_numbers(text, table.path)


def open_document(path: Path) -> Document:
    """Read a file's metadata and its tables of proteins and peptides.

    Raises
    ------
    InputError
        It is of the mzTab for metabolites, has no metadata, is cut off or damaged, or a row has more cells than its header.
    """
    metadata: list[str] = []
    headers: dict[str, list[str]] = {}
    rows: dict[str, list[tuple[int, str]]] = {"PRT": [], "PEP": []}
    line, last = "", 0
    for last, line in _lines(path):
        kind = line[:3]
        if kind == "MTD":
            metadata.append(line)
        elif kind in _SECTIONS:
            header = [cell.strip() for cell in line.split("\t")]
            if headers.setdefault(kind, header) != header:
                raise InputError(f"line {last} is a second header {kind}", path, "give one mzTab file at a time")
        elif kind in rows:
            rows[kind].append((last, line))
    if not metadata:
        raise InputError("the file has no metadata (lines MTD)", path, "give a whole mzTab file")
    known = _metadata(metadata)
    if re.search(r"\d-?M\b", str(known.get("mzTab-version"))):
        raise InputError(
            f"this is mzTab {known['mzTab-version']}, the format for metabolites", path, "give a table of proteins"
        )
    tables = [
        _table(path, headers.get(head, []), rows[kind], last if not line.endswith("\n") else 0)
        for head, kind in _SECTIONS.items()
    ]
    return Document(path, known, *tables)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file with their numbers, quotes of a spreadsheet and decomposed letters mended."""
    encoding = read_head(path, _HEAD_BYTES)[1]
    try:
        with open_binary(path) as handle, io.TextIOWrapper(handle, encoding=encoding, errors="replace") as text:
            for number, line in enumerate(text, 1):
                yield number, line if line.isascii() else unicodedata.normalize("NFC", line)
    except DAMAGE as error:
        raise damaged(error, path) from None


def _metadata(lines: Sequence[str]) -> Mapping[str, object]:
    from pyteomics.mztab import MzTab

    entries = [[cell.strip().strip('"').strip() for cell in (*line.split("\t"), "", "")][1:3] for line in lines]
    if not any(key == "mzTab-version" for key, _ in entries):  # required, and pyteomics warns where it is missing
        entries.append(["mzTab-version", "1.0.0"])
    text = "".join(f"MTD\t{key}\t{value or 'null'}\n" for key, value in entries if key)
    # By key: pyteomics' own collections (`assays`) fail where a label has a modification with a site.
    return MzTab(io.StringIO(text), table_format="raw").metadata


def _table(path: Path, header: Sequence[str], rows: Sequence[tuple[int, str]], unended: int) -> TextTable | None:
    """Return a section; `unended` is the number of a last line without line end, which may be cut off."""
    if not header or not rows:
        return None
    width, whole = len(header), []
    for number, row in rows:
        row = row.rstrip("\n")
        cells = row.count("\t") + 1
        if cells < width:
            if number == unended:
                raise InputError(
                    f"line {number}, the last, has {cells} cells, its header has {width}: the file is cut off",
                    path,
                    "copy or export it again",
                )
            row += "\t" * (width - cells)
        elif cells > width:
            every = row.split("\t")
            if any(cell.strip() for cell in every[width:]):
                raise InputError(f"line {number} has {cells} cells, its header has {width}", path, "export it again")
            row = "\t".join(every[:width])
        whole.append(row)
    quoted = any('"' in row for row in whole)
    return TextTable(path, tuple(header), whole, [number for number, _ in rows], "\t", quoted, "")


def _channel(reagent: str) -> list[str]:
    """Return short names of a reagent: '126' and 'TMT126' of 'TMT10plex reagent 126'."""
    found = re.search(r"\b(\d{3}[NC]?)\b", reagent.replace("_", " "))
    if not found:
        return []
    family = re.search(r"itraq|tmt", reagent, re.IGNORECASE)
    return [found[1], f"{family[0]}{found[1]}"] if family else [found[1]]


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _positions(names: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    positions: dict[str, list[int]] = {}
    for position, several in enumerate(names):
        for name in dict.fromkeys(several):
            positions.setdefault(name, []).append(position)
    return positions
