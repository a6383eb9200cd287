"""A Parquet file too large to hold -> its wanted columns, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from myosieve.errors import InputError
from myosieve.tables.streaming import parts as sizes
from myosieve.tables.streaming.parts import Part, ahead

if TYPE_CHECKING:
    import pyarrow as pa


class ParquetStream:
    """A Parquet file with any number of row groups; numbers may be stored as text and text as numbers."""

    def __init__(self, path: Path | str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = Path(path)
        try:
            self.header: tuple[str, ...] = tuple(pq.read_schema(self.path).names)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from None

    def parts(self, texts: Sequence[str], numbers: Sequence[str]) -> Iterator[Part]:
        """Yield the wanted columns of consecutive rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = list(dict.fromkeys([*texts, *numbers]))
        try:
            # A small buffer reads page after page, where the default would hold whole columns of a row group; and what is
            # buffered ahead would be kept to the end (measured: 42 bytes a row, 4 GB for 100 million rows).
            with (
                pq.ParquetFile(self.path, read_dictionary=list(texts), buffer_size=1 << 20, pre_buffer=False) as file,
                closing(ahead(file.iter_batches(min(sizes.ROWS_AT_ONCE, 1 << 17), columns=columns))) as batches,
            ):
                for batch in batches:
                    yield Part(
                        {name: _encoded(batch.column(name)) for name in texts},
                        {name: _plain(batch.column(name)) for name in numbers},
                        batch.num_rows,
                        None,
                    )
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> InputError:
        reason = " ".join(str(error).split())[:120]
        return InputError(f"the Parquet file is damaged or cut off ({reason})", self.path, "copy or download it again")


def _encoded(column: pa.Array) -> pa.DictionaryArray:
    """Return any column of a Parquet file as dictionary-encoded text; whole numbers without a decimal point."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        if (
            column.type == pa.dictionary(pa.int32(), pa.string())
            and not column.null_count + column.dictionary.null_count
        ):
            return column
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        try:
            column = column.cast(pa.int64())
        except pa.ArrowInvalid:
            column = column.cast(pa.float64())
    return column.cast(pa.string()).fill_null("").dictionary_encode()


def _plain(column: pa.Array) -> pa.Array:
    """Return a column of a Parquet file as float64, or as strings where it holds text."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    text = (
        pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type)
    )
    return column.cast(pa.string() if text else pa.float64(), safe=False)
