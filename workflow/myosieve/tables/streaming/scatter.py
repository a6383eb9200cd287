"""Rows of a long table -> codes, numbers in order of first appearance, and cells of matrices that grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


class Vocabulary:
    """The distinct texts of a column so far; a text keeps its code (position) when more are met.

    Attributes
    ----------
    texts
        Arrow array of strings, one per code.
    """

    def __init__(self) -> None:
        import pyarrow as pa

        self.texts: pa.Array = pa.array([], pa.string())

    def codes(self, *columns: Sequence[pa.DictionaryArray]) -> np.ndarray:
        """Return the code of each row, int32.

        Parameters
        ----------
        columns
            Each a column in chunks, dictionary-encoded without nulls; the texts of several are joined by '_'.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        chunks = columns[0]
        if len(columns) > 1:
            chunks = [
                pc.binary_join_element_wise(*(cells.dictionary_decode() for cells in row), "_").dictionary_encode()
                for row in zip(*columns, strict=True)
            ]
        # Dictionaries are unified in order: what is known keeps its place, since it comes first.
        known = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), self.texts)
        unified = pa.chunked_array([known, *chunks]).unify_dictionaries()
        self.texts = unified.chunk(0).dictionary
        return np.concatenate([chunk.indices.to_numpy() for chunk in unified.chunks])

    def at(self, codes: np.ndarray) -> list[str]:
        """Return the texts of codes."""
        import pyarrow as pa

        return self.texts.take(pa.array(codes)).to_pylist()


class Numbering:
    """Numbers things 0, 1, 2, ... in the order in which they first appear; a thing is a code, or a code and its owner.

    Nearly every precursor has one protein group in all runs, so that the first owner of a code is looked up in an array, and
    only further owners in a dictionary.
    """

    def __init__(self) -> None:
        self.count = 0
        self._first_owner = np.empty(0, dtype=np.int64)
        self._first_number = np.empty(0, dtype=np.int64)
        self._further: dict[tuple[int, int], int] = {}
        self._things: list[tuple[int, int]] = []

    def numbers(self, codes: np.ndarray, owners: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return the number of each row's thing (int64), and the rows at which new things appear, in order.

        Parameters
        ----------
        codes
            From a vocabulary, one per row.
        owners
            Number of the owner (below 2^31), one per row; None = no owners.
        """
        if codes.size and (lacking := int(codes.max()) + 1 - self._first_owner.size) > 0:
            self._first_owner = np.concatenate([self._first_owner, np.full(lacking, -1)])
            self._first_number = np.concatenate([self._first_number, np.full(lacking, -1)])
        held = self._first_number[codes]
        unknown = held < 0 if owners is None else (held < 0) | (self._first_owner[codes] != owners)
        rows = np.flatnonzero(unknown)
        if not rows.size:
            return held, rows
        owned = np.zeros(rows.size, dtype=np.int64) if owners is None else owners[rows]
        _, first, inverse = np.unique(owned << 32 | codes[rows], return_index=True, return_inverse=True)
        found = np.empty(first.size, dtype=np.int64)
        before, new = self.count, []
        for place in np.argsort(first):
            code, owner = int(codes[rows[first[place]]]), int(owned[first[place]])
            found[place] = number = self._further.get((code, owner), self.count)
            if number == self.count:
                self._append(code, owner)
                new.append(rows[first[place]])
        held[rows] = found[inverse]
        assert self.count - before == len(new)
        return held, np.array(new, dtype=np.int64)

    def things(self) -> tuple[np.ndarray, np.ndarray]:
        """Return code and owner of each number."""
        pairs = np.array(self._things, dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def _append(self, code: int, owner: int) -> None:
        if self._first_number[code] < 0:
            self._first_number[code], self._first_owner[code] = self.count, owner
        else:
            self._further[code, owner] = self.count
        self._things.append((code, owner))
        self.count += 1


class Cells:
    """A matrix of zeros whose rows are added as they are needed.

    Attributes
    ----------
    matrix
        rows so far (and some to spare) x columns; 0 or False = nothing there yet.
    """

    def __init__(self, columns: int, dtype: type) -> None:
        self.matrix = np.zeros((0, columns), dtype=dtype)

    @property
    def flat(self) -> np.ndarray:
        """The cells in one row: position = row * columns + column."""
        return self.matrix.reshape(-1)

    def grow(self, rows: int) -> None:
        """Make sure that there are so many rows."""
        if rows > len(self.matrix):
            # The memory is moved by the operating system, page by page, and never there twice.
            self.matrix.resize((max(rows, len(self.matrix) * 17 // 16), self.matrix.shape[1]), refcheck=False)

    def put_first(self, positions: np.ndarray, values: np.ndarray) -> None:
        """Fill the empty ones among the cells at `positions`; where a cell comes several times, its first value stays."""
        flat = self.flat
        empty = flat[positions] == 0
        # Of several assignments to one cell the last stays: backwards, that is the first.
        flat[positions[empty][::-1]] = values[empty][::-1]

    def filled(self, rows: int) -> np.ndarray:
        """Return the first rows, nothing written as NaN; the matrix is handed over, not copied."""
        self.matrix.resize((rows, self.matrix.shape[1]), refcheck=False)
        for first in range(0, rows, 4096):
            some = self.matrix[first : first + 4096]
            some[some == 0] = np.nan
        return self.matrix


def matches(chunks: Sequence[pa.DictionaryArray], values: Sequence[str]) -> np.ndarray:
    """Tell which rows hold one of some values, compared as numbers ("1" and "1.0") or as text without case."""
    texts, numbers = {value.lower() for value in values}, {_number(value) for value in values} - {None}
    hits = []
    for cells in chunks:
        hit = [name.lower() in texts or _number(name) in numbers for name in cells.dictionary.to_pylist()]
        hits.append(np.array(hit, dtype=bool)[cells.indices.to_numpy()])
    return np.concatenate(hits)


def is_empty(chunks: Sequence[pa.DictionaryArray]) -> np.ndarray:
    """Tell which rows of a column have no text."""
    import pyarrow.compute as pc

    return np.concatenate(
        [pc.equal(cells.dictionary, "").to_numpy(zero_copy_only=False)[cells.indices.to_numpy()] for cells in chunks]
    )


def texts_at(chunks: Sequence[pa.DictionaryArray], rows: np.ndarray) -> list[str]:
    """Return the texts in some rows of a column; `rows` ascend."""
    import pyarrow as pa

    found: list[str] = []
    start = 0
    for cells in chunks:
        inside = rows[np.searchsorted(rows, start) : np.searchsorted(rows, start + len(cells))] - start
        if inside.size:
            found += cells.take(pa.array(inside)).dictionary_decode().to_pylist()
        start += len(cells)
    return found


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
