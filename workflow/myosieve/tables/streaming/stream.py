"""A long table -> a stream of its wanted columns; Parquet or text, told by content."""

from __future__ import annotations

from pathlib import Path

from myosieve.errors import InputError
from myosieve.tables.decoding import first_bytes
from myosieve.tables.streaming.delimited import TextStream
from myosieve.tables.streaming.parquet import ParquetStream


def open_stream(path: Path | str) -> ParquetStream | TextStream:
    """Open a long table.

    Raises
    ------
    InputError
        The file is missing, empty, damaged or no table.
    """
    start = first_bytes(path, 4)
    if start == b"PARE":
        raise InputError("the Parquet file is encrypted", path, "give it without encryption")
    return ParquetStream(path) if start == b"PAR1" else TextStream(path)
