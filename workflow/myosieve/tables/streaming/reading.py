"""Parts of a long table -> the matrices of its wanted runs: what was met so far, and what becomes of the next rows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.tables.streaming.layout import LongLayout, LongTable
from myosieve.tables.streaming.numerals import Numerals
from myosieve.tables.streaming.parts import Part
from myosieve.tables.streaming.scatter import Cells, Numbering, Vocabulary, is_empty, matches, texts_at

if TYPE_CHECKING:
    import pyarrow as pa

# Protein quantities of one group and run are repeated in rows with six significant digits.
_AGREEMENT = 1e-4


class Reading:
    """One pass over a table: what was met so far."""

    def __init__(
        self, path: Path, layout: LongLayout, header: Sequence[str], samples_of_run: Mapping[str, int], n_samples: int
    ) -> None:
        self._path, self._layout, self._samples_of_run, self._n = path, layout, samples_of_run, n_samples
        self._run = run_column(header, layout, path)
        self._drop = [(column, values) for column, values in layout.drop if column in header]
        self._annotation = [column for column in layout.annotation if column in header]
        required = [*layout.precursor, layout.group, *([layout.sequence] if layout.sequence else [])]
        self.texts = list(
            dict.fromkeys([self._run, *required, *self._annotation, *(column for column, _ in self._drop)])
        )
        wanted = [layout.quantity, layout.protein_quantity, *(threshold.column for threshold in layout.thresholds)]
        self.numbers = list(dict.fromkeys(column for column in wanted if column))
        if absent := [column for column in (*required, *self.numbers) if column not in header]:
            raise InputError(f"column {absent[0]!r} is missing", path, "export the table with it")

        self._numerals = Numerals(path)
        self._runs, self._group_names, self._precursor_names = Vocabulary(), Vocabulary(), Vocabulary()
        self._all_runs, self._groups, self._precursors = Numbering(), Numbering(), Numbering()
        self._sequences: list[str] = []
        self._described: dict[str, dict[int, str]] = {column: {} for column in self._annotation}
        self._quantities, self._protein_quantities = Cells(n_samples, float), Cells(n_samples, float)
        self._seen, self._disagree = Cells(n_samples, bool), Cells(n_samples, bool)
        rules = [*(column for column, _ in self._drop), *(threshold.what for threshold in layout.thresholds)]
        self._removed = dict.fromkeys(rules, 0)
        self.rows = 0
        self._without_run = 0

    def take(self, parts: Sequence[Part]) -> None:
        """Add consecutive rows."""
        texts = {name: [part.texts[name] for part in parts] for name in self.texts}
        numbers = {
            name: np.concatenate([self._numerals.values(name, part.numbers[name], part.lines) for part in parts])
            for name in self.numbers
        }
        self.rows += sum(part.rows for part in parts)
        samples = self._samples(texts[self._run])
        kept = np.flatnonzero(self._kept(samples >= 0, texts, numbers))
        samples = samples[kept]
        groups, _ = self._groups.numbers(self._group_names.codes(texts[self._layout.group])[kept])
        codes = self._precursor_names.codes(*(texts[name] for name in self._layout.precursor))[kept]
        precursors, new = self._precursors.numbers(codes, groups)
        if self._layout.sequence:
            self._sequences += texts_at(texts[self._layout.sequence], kept[new])
        for name in self._annotation:
            self._describe(name, texts[name], kept, groups)
        self._seen.grow(self._precursors.count)
        self._seen.flat[precursors * self._n + samples] = True
        if self._layout.quantity:
            self._add_quantities(precursors * self._n + samples, self._checked(numbers, self._layout.quantity, kept))
        if self._layout.protein_quantity:
            values = self._checked(numbers, self._layout.protein_quantity, kept)
            self._add_protein_quantities(groups * self._n + samples, values)

    def result(self) -> LongTable:
        """Return what was met."""
        self._numerals.finish()
        if not self.rows:
            raise InputError("the table has a header line but no rows", self._path, "give the whole table")
        codes, _ = self._groups.things()
        groups = pd.DataFrame({"group": self._group_names.at(codes)}, dtype=str)
        for name in self._layout.annotation:
            described = self._described.get(name, {})
            groups[name] = pd.Series([composed(described.get(k, "")) for k in range(len(groups))], dtype=str)
        codes, owners = self._precursors.things()
        names = self._precursor_names.at(codes)
        precursors = pd.DataFrame(
            {
                "precursor": pd.Series(names, dtype=str),
                "group": owners,
                "sequence": pd.Series(self._sequences or [""] * len(names), dtype=str),
            }
        )
        notes = []
        if disagreements := int(self._disagree.matrix.sum()):
            notes.append(
                f"{self._layout.protein_quantity} differs between rows of one protein group and run in {disagreements} cases: "
                "the first was taken"
            )
        if self._without_run:
            notes.append(f"{self._without_run} rows name no run: they were left out")
        runs = self._runs.at(self._all_runs.things()[0])
        return LongTable(
            groups,
            precursors,
            self._quantities.filled(len(precursors)) if self._layout.quantity else None,
            self._protein_quantities.filled(len(groups)) if self._layout.protein_quantity else None,
            _peptides(self._seen.matrix[: len(precursors)], owners, precursors, len(groups)),
            tuple(dict.fromkeys(composed(run) for run in runs if run and self._sample(run) < 0)),
            self._removed,
            self.rows,
            tuple(notes),
        )

    def _samples(self, chunks: Sequence[pa.DictionaryArray]) -> np.ndarray:
        """Return the sample of each row, -1 for runs that nobody asked for."""
        codes = self._runs.codes(chunks)
        self._all_runs.numbers(codes)
        names = self._runs.at(np.arange(len(self._runs.texts)))
        self._without_run += int((np.array([not name for name in names], dtype=bool)[codes]).sum())
        return np.array([self._sample(name) for name in names], dtype=np.int64)[codes]

    def _sample(self, run: str) -> int:
        return self._samples_of_run.get(composed(run), -1)

    def _kept(
        self, kept: np.ndarray, texts: Mapping[str, Sequence[pa.DictionaryArray]], numbers: Mapping[str, np.ndarray]
    ) -> np.ndarray:
        """Return which rows pass all rules, and count those that do not."""
        layout = self._layout
        empty = ("rows without protein group", layout.group), ("rows without precursor", layout.precursor[0])
        rules: Iterable[tuple[str, np.ndarray]] = (
            *((column, matches(texts[column], values)) for column, values in self._drop),
            # Stored as float32, a value equal to the limit may be a little above it.
            *(
                (t.what, ~(numbers[t.column] <= max(t.largest, float(np.float32(t.largest)))))
                for t in layout.thresholds
            ),
            *((what, is_empty(texts[column])) for what, column in empty),
        )
        for what, hit in rules:
            if taken := int((hit & kept).sum()):
                self._removed[what] = self._removed.get(what, 0) + taken
                kept = kept & ~hit
        return kept

    def _describe(self, name: str, chunks: Sequence[pa.DictionaryArray], kept: np.ndarray, groups: np.ndarray) -> None:
        described = self._described[name]
        pending = np.ones(self._groups.count, dtype=bool)
        pending[list(described)] = False
        rows = np.flatnonzero(pending[groups])
        if not rows.size:
            return
        rows = rows[~is_empty(chunks)[kept[rows]]]
        found, first = np.unique(groups[rows], return_index=True)
        order = np.argsort(first)
        described |= dict(zip(found[order].tolist(), texts_at(chunks, kept[rows[first[order]]]), strict=True))

    def _checked(self, numbers: Mapping[str, np.ndarray], name: str, kept: np.ndarray) -> np.ndarray:
        values = numbers[name][kept]
        if (negative := values < 0).any():
            raise InputError(
                f"column {name!r}: a quantity is negative ({values[np.argmax(negative)]:g}); the values look log-transformed",
                self._path,
                "give the search engine's own table, before any transformation",
            )
        return values

    def _add_quantities(self, cells: np.ndarray, values: np.ndarray) -> None:
        self._quantities.grow(self._precursors.count)
        valid = values > 0
        cells, values = cells[valid], values[valid]
        if self._layout.repeated == "first":
            self._quantities.put_first(cells, values)
        else:
            combine = np.add if self._layout.repeated == "sum" else np.maximum
            combine.at(self._quantities.flat, cells, values)  # in the order of the rows, wherever parts begin

    def _add_protein_quantities(self, cells: np.ndarray, values: np.ndarray) -> None:
        self._protein_quantities.grow(self._groups.count)
        self._disagree.grow(self._groups.count)
        valid = values > 0
        cells, values = cells[valid], values[valid]
        self._protein_quantities.put_first(cells, values)
        held = self._protein_quantities.flat[cells]
        self._disagree.flat[cells[np.abs(held - values) > _AGREEMENT * held]] = True


def run_column(header: Sequence[str], layout: LongLayout, path: Path | str) -> str:
    """Return the column that names the run."""
    for name in layout.run:
        if name in header:
            return name
    raise InputError(f"column {' or '.join(map(repr, layout.run))} is missing", path, "export the table with it")


def composed(text: str) -> str:
    """Return a text with composed letters, as people type them."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _peptides(seen: np.ndarray, owners: np.ndarray, precursors: pd.DataFrame, n_groups: int) -> np.ndarray:
    """Count the distinct sequences of each group (of precursors, where one has no sequence) that were seen in each sample.

    `seen`: precursors x samples, bool; `owners`: group of each precursor. Returns groups x samples, int32.
    """
    counts = np.zeros((n_groups, seen.shape[1]), dtype=np.int32)
    if not len(owners):
        return counts
    names = precursors["sequence"].where(precursors["sequence"] != "", "precursor " + precursors["precursor"])
    peptides = pd.factorize(names)[0]
    order = np.lexsort((peptides, owners))
    peptides, owners = peptides[order], owners[order]
    change = np.flatnonzero((np.diff(peptides) != 0) | (np.diff(owners) != 0)) + 1
    starts = np.concatenate(([0], change))
    group_starts = np.searchsorted(owners[starts], np.arange(n_groups))
    for first in range(0, seen.shape[1], 32):  # a few samples at a time: sorting copies
        some = np.logical_or.reduceat(seen[:, first : first + 32][order], starts, axis=0)
        counts[:, first : first + 32] = np.add.reduceat(some, group_starts, axis=0, dtype=np.int32)
    return counts
