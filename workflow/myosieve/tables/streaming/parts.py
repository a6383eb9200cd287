"""The parts that a large table comes in, and how they are made ahead of their use."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import pyarrow as pa

# A part should be long beside a spectral library, whose names are looked up once per part; and its bytes few.
ROWS_AT_ONCE = 1_000_000
BYTES_AT_ONCE = 1 << 24

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Part:
    """Consecutive rows of a table.

    Attributes
    ----------
    texts
        Column -> DictionaryArray of int32 and strings, without nulls; a missing cell is ''.
    numbers
        Column -> float64 array, or strings where not every cell is plainly a number; a missing cell is null or NaN.
    rows
        Number of rows.
    lines
        Line of the file on which each row starts; None in Parquet, and where it is not known exactly.
    """

    texts: dict[str, pa.DictionaryArray]
    numbers: dict[str, pa.Array]
    rows: int
    lines: Sequence[int] | None


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items in order while a thread makes the next one."""
    source, end = iter(items), object()
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, source, end)
        while (item := coming.result()) is not end:
            coming = pool.submit(next, source, end)
            yield item


def in_threads(work: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[tuple[Item, Result]]:
    """Yield each item with the result of `work` on it, in order, working on a few items at a time."""
    waiting: deque = deque()
    with ThreadPoolExecutor(threads) as pool:
        for item in items:
            waiting.append((item, pool.submit(work, item)))
            if len(waiting) > 2 * threads:
                first, result = waiting.popleft()
                yield first, result.result()
        while waiting:
            first, result = waiting.popleft()
            yield first, result.result()
