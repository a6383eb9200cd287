"""A text table too large to hold -> its wanted columns, part by part.

Encoding, compression, separator and quotes are told from the first megabyte. Blocks of whole lines are parsed by pyarrow, a
few at a time; a block with rows that are not as wide as the header is parsed again, line by line.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from myosieve.errors import InputError
from myosieve.tables.decoding import DAMAGE, damaged, open_binary, read_head
from myosieve.tables.streaming import parts as sizes
from myosieve.tables.streaming.numerals import MISSING_SPELLINGS
from myosieve.tables.streaming.parts import Part, ahead, in_threads
from myosieve.tables.text import header_of

if TYPE_CHECKING:
    import pyarrow as pa

# Enough to judge separator and quotes by.
_HEAD = 1 << 20
_LONGEST_LINE = 1 << 28
_AGAIN = "copy or export it again"


class TextStream:
    """A text table of any size, in any of the shapes that `text.read_table_text` understands."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        head, self._encoding = read_head(self.path, _HEAD)
        self.header, self._separator, self._header_line = header_of(head)
        if not self.header:
            raise InputError("the table has only remarks", path, "give the whole table")
        self._quoted = _has_quotes(head, self._separator, self._header_line)
        self._narrowest = len(self.header)
        self._rows = 0

    def parts(self, texts: Sequence[str], numbers: Sequence[str]) -> Iterator[Part]:
        """Yield the wanted columns of consecutive rows."""
        import pyarrow as pa

        self._rows, self._narrowest = 0, len(self.header)

        def parsed(block: tuple[bytes, int]) -> Part | None:
            return self._fast(*block, texts, numbers)

        try:
            with (
                open_binary(self.path) as handle,
                closing(ahead(self._blocks(handle))) as blocks,
                closing(in_threads(parsed, blocks, pa.cpu_count())) as parts,
            ):
                for (block, line), part in parts:
                    part = part or self._padded(block, line, texts, numbers)
                    part = part or self._careful(block, line, texts, numbers)
                    self._rows += part.rows
                    yield part
        except DAMAGE as error:
            raise damaged(error, self.path) from None

    def _blocks(self, handle: BinaryIO) -> Iterator[tuple[bytes, int]]:
        """Yield whole lines below the header as UTF-8 with line feeds, and the line of the file that each block begins with."""
        decoder = (
            None if self._encoding == "utf-8-sig" else codecs.getincrementaldecoder(self._encoding)(errors="replace")
        )
        rest, line, start = b"", 1, True
        while True:
            read = handle.read(sizes.BYTES_AT_ONCE)
            more = decoder.decode(read, final=not read).encode() if decoder else read
            if start:
                more, start = more.removeprefix(codecs.BOM_UTF8), False
            if b"\r" in more or rest.endswith(b"\r"):
                more = rest + more
                ahead = bool(read) and more.endswith(b"\r")  # its line feed may come with the next bytes
                more = more.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
                rest, more = b"", more[:-1] + b"\r" if ahead else more
            cut = self._cut(rest, more) if read else len(more)
            block, rest = (rest + more[:cut], more[cut:]) if cut or not read else (b"", rest + more)
            if len(rest) > _LONGEST_LINE:
                raise InputError(
                    f"the line or quoted cell that begins on line {line} does not end", self.path, "mend it"
                )
            while line <= self._header_line and block:
                _, _, block = block.partition(b"\n")
                line += 1
            while block.startswith((b"#!{", b'"#!{')):  # Perseus: the types of the columns
                _, _, block = block.partition(b"\n")
                line += 1
            if block and not block.isspace():
                yield block, line
            # Twice as fast as bytes.count.
            line += int(np.count_nonzero(np.frombuffer(block, dtype=np.uint8) == ord("\n")))
            if not read:
                return

    def _cut(self, before: bytes, content: bytes) -> int:
        """Return where in `content` the last whole line ends (0 = nowhere); a line break inside quotes ends no line."""
        end = content.rfind(b"\n")
        if self._quoted:
            quotes = before.count(b'"') + content.count(b'"', 0, end + 1)
            while end >= 0 and quotes % 2:
                earlier = content.rfind(b"\n", 0, end)
                quotes -= content.count(b'"', earlier + 1, end)
                end = earlier
        return end + 1

    def _fast(self, block: bytes, line: int, texts: Sequence[str], numbers: Sequence[str]) -> Part | None:
        """Parse a block whose rows are all as wide as the header; None where they are not."""
        import pyarrow as pa

        kinds = [pa.float64(), pa.string()]
        for kind in kinds[: 1 + bool(numbers)]:
            try:
                table = self._arrow(block, texts, numbers, kind)
            except pa.ArrowInvalid:
                continue
            exact = kind != pa.float64() and block.count(b"\n") + (not block.endswith(b"\n")) == table.num_rows
            return Part(
                {name: self._unquoted(_whole(table[f"text {name}"])) for name in texts},
                {name: _whole(table[f"number {name}"]) for name in numbers},
                table.num_rows,
                range(line, line + table.num_rows) if exact else None,
            )
        return None

    def _arrow(self, block: bytes, texts: Sequence[str], numbers: Sequence[str], kind: pa.DataType) -> pa.Table:
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        # A column may be wanted as text and as number; only one of them is parsed, the other converted.
        position = {name: str(self.header.index(name)) for name in (*texts, *numbers)}
        types = {position[name]: pa.dictionary(pa.int32(), pa.string()) for name in texts}
        types |= {position[name]: kind for name in numbers if name not in texts}
        table = arrow_csv.read_csv(
            pa.BufferReader(block),
            arrow_csv.ReadOptions(
                column_names=[str(place) for place in range(len(self.header))],
                block_size=len(block) + 1,
                use_threads=False,
            ),
            arrow_csv.ParseOptions(
                delimiter=self._separator,
                quote_char='"' if self._quoted else False,
                newlines_in_values=self._quoted,
            ),
            arrow_csv.ConvertOptions(
                include_columns=list(types),
                column_types=types,
                null_values=MISSING_SPELLINGS,
                strings_can_be_null=False,
            ),
        )
        return pa.table(
            {f"text {name}": table[position[name]] for name in texts}
            | {
                f"number {name}": table[position[name]].cast(pa.string()) if name in texts else table[position[name]]
                for name in numbers
            }
        )

    def _padded(self, block: bytes, line: int, texts: Sequence[str], numbers: Sequence[str]) -> Part | None:
        """Parse a block whose rows lack cells at their end, as editors and scripts strip them; None where it is not that."""
        rows, separator = block.split(b"\n"), self._separator.encode()
        # The last row of a file without a line end may be cut off: who looks closer tells.
        if self._quoted or rows.pop() or not all(rows):
            return None
        counts = [row.count(separator) for row in rows]
        widest = len(self.header) - 1
        if max(counts) > widest:
            return None
        self._narrowest = min(self._narrowest, 1 + min(counts))
        filled = [row + separator * (widest - count) for row, count in zip(rows, counts, strict=True)]
        return self._fast(b"\n".join(filled) + b"\n", line, texts, numbers)

    def _careful(self, block: bytes, line: int, texts: Sequence[str], numbers: Sequence[str]) -> Part:
        """Parse a block with rows shorter than the header, or with letters that are not UTF-8, line by line."""
        import pyarrow as pa

        content = b"\n".join(map(_utf8, block.split(b"\n"))).decode()
        options = {} if self._quoted else {"quoting": csv.QUOTE_NONE}
        limit = csv.field_size_limit(len(content) + 1)
        width, rows, lines, start = len(self.header), [], [], 0
        try:
            reader = csv.reader(io.StringIO(content, newline="\n"), delimiter=self._separator, **options)
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    if any(cell.strip(' "') for cell in cells[width:]):
                        raise InputError(
                            f"line {line + start} has {len(cells)} cells, the header has {width}",
                            self.path,
                            "give every column a name, and put quotes around a cell that holds a separator",
                        )
                    rows.append(cells)
                    lines.append(line + start)
                start = reader.line_num
        except csv.Error as error:
            raise InputError(f"line {line + start} cannot be read ({error})", self.path, _AGAIN) from None
        finally:
            csv.field_size_limit(limit)
        widths = [len(cells) for cells in rows]
        before = min([self._narrowest, *widths[:-1]])
        if not block.endswith(b"\n") and self._rows + len(rows) > 1 and widths[-1] < before:
            raise InputError(
                f"line {lines[-1]}, the last, has {widths[-1]} cells, the header has {width}: the file is cut off",
                self.path,
                _AGAIN,
            )
        self._narrowest = min(before, *widths) if widths else before

        def column(name: str) -> pa.Array:
            place = self.header.index(name)
            return pa.array([cells[place] if place < len(cells) else "" for cells in rows], pa.string())

        return Part(
            {name: self._unquoted(column(name).dictionary_encode()) for name in texts},
            {name: column(name) for name in numbers},
            len(rows),
            lines,
        )

    def _unquoted(self, cells: pa.DictionaryArray) -> pa.DictionaryArray:
        """Take away the quotes around cells of a table in which a quote may as well be an inch."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self._quoted or not pc.any(pc.starts_with(cells.dictionary, '"')).as_py():
            return cells
        names = [
            name[1:-1].replace('""', '"') if len(name) > 1 and name[0] == name[-1] == '"' else name
            for name in cells.dictionary.to_pylist()
        ]
        return pa.DictionaryArray.from_arrays(cells.indices, pa.array(names, pa.string()))


def _has_quotes(head: str, separator: str, header_line: int) -> bool:
    """Whether quotes enclose cells: the header's own are quoted, or rows are as wide as each other only if they do.

    In other tab-separated tables a quote may be an inch or a prime, and quotes around a cell are taken away later.
    """
    if '"' not in head:
        return separator != "\t"
    rows = head.split("\n")[header_line - 1 :]
    if separator != "\t" or rows[0].startswith('"'):
        return True
    rows = rows[1:-1]
    if len({row.count(separator) for row in rows if row.strip()}) <= 1:
        return False
    try:
        widths = {len(cells) for cells in csv.reader(io.StringIO("\n".join(rows), newline="\n"), delimiter=separator)}
    except csv.Error:
        return False
    return len(widths - {0}) == 1


def _utf8(line: bytes) -> bytes:
    """Return a line in UTF-8, were it written in Windows-1252 (in Latin-1, were it not that either)."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding).encode()
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1").encode()


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
