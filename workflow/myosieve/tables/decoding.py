"""Bytes of a file -> its text: decompressed by content, decoded by byte order mark or by what the bytes show."""

from __future__ import annotations

import codecs
import gzip
import io
import lzma
import re
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from myosieve.errors import InputError

_AS_TEXT = "save it as tab-separated text (UTF-8)"
# Files that people hand over in place of a table, by their first bytes.
_BINARY = (
    (b"PAR1", "a Parquet file", "give the same as a text table"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", _AS_TEXT),
    (b"%PDF", "a PDF file", "give the table itself, as tab-separated text (UTF-8)"),
    (b"\x89HDF", "an HDF5 file", _AS_TEXT),
    (b"BZh", "compressed with bzip2", "decompress it, or compress it with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "decompress it, or compress it with gzip"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# What reading a compressed file raises once it is damaged or cut off.
DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
# Names of encodings as people know them, by those of Python.
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
}


def read_text(path: Path | str) -> tuple[str, str]:
    """Return the text of a file and the encoding it was read with.

    Parameters
    ----------
    path
        A text file in UTF-8, UTF-16 or Windows-1252, plain or inside gzip, xz or zip; told by content, never by name.

    Returns
    -------
    The text, with line feeds and composed Unicode (NFC: macOS decomposes the letters of file names, keyboards do not), and
    the name of the encoding.

    Raises
    ------
    InputError
        The file is missing, a folder, empty, cut off or not text.
    """
    content = _read(path, -1)
    encoding = _encoding(content, cut=False)
    return _checked(content.decode(encoding, errors="replace"), path), ENCODINGS[encoding]


def read_head(path: Path | str, size: int) -> tuple[str, str]:
    """Return the text of the first `size` bytes, once decompressed, and the encoding as Python names it; as `read_text`."""
    content = _read(path, size)
    cut = len(content) == size
    encoding = _encoding(content, cut)
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(content, final=not cut)
    return _checked(text, path), encoding


def open_binary(path: Path | str) -> BinaryIO:
    """Open a text file to read its bytes in order, decompressed on the way, for files too large to hold.

    Raises
    ------
    InputError
        The file is missing, a folder, or a zip archive of anything but one table. Damage further on shows while it is read,
        as one of `DAMAGE`.
    """
    start = first_bytes(path, 4)
    if start.startswith(b"\x1f\x8b"):
        return gzip.open(path)
    if start == b"\xfd7zX":
        return lzma.open(path)
    if start == b"PK\x03\x04":
        return _unzipped(path)
    return Path(path).open("rb")


def first_bytes(path: Path | str, size: int) -> bytes:
    """Return the first bytes of a file as they are on the disk."""
    try:
        with Path(path).open("rb") as handle:
            return handle.read(size)
    except FileNotFoundError:
        raise InputError("the file does not exist", path, "check the path") from None
    except IsADirectoryError:
        raise InputError("this is a folder, not a file", path, "give the table inside it") from None
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", path, "check its permissions") from None


def damaged(error: Exception, path: Path | str) -> InputError:
    """Return what one of `DAMAGE` says to a reader."""
    remedy = "copy or download it again"
    if isinstance(error, EOFError):
        return InputError("the compressed file is cut off", path, remedy)
    return InputError(f"the compressed file is damaged or cut off ({error})", path, remedy)


def _read(path: Path | str, size: int) -> bytes:
    try:
        with open_binary(path) as handle:
            content = handle.read(size)
    except DAMAGE as error:
        raise damaged(error, path) from None
    if not content.strip():
        raise InputError("the file is empty", path, "give a table with a header line and one row per entry")
    for magic, what, remedy in _BINARY:
        if content.startswith(magic):
            raise InputError(f"the file is {what}, not a text table", path, remedy)
    return content


def _unzipped(path: Path | str) -> BinaryIO:
    archive = zipfile.ZipFile(path)
    names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
    if "[Content_Types].xml" in names:
        raise InputError("the file is an Excel workbook, not a text table", path, _AS_TEXT)
    if len(names) != 1:
        inside = ", ".join(names[:5]) or "nothing"
        raise InputError(f"the zip archive holds {len(names)} files ({inside})", path, "give one table")
    if archive.getinfo(names[0]).flag_bits & 1:
        raise InputError("the zip archive is encrypted", path, "give the table without a password")
    return io.BufferedReader(archive.open(names[0]))


def _encoding(content: bytes, cut: bool) -> str:
    """Return the encoding as Python names it; `cut`: the bytes may end inside a letter."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if unmarked := _unmarked_utf16(content[:2000]):
        return unmarked
    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(content, final=not cut)
    except UnicodeDecodeError:
        # What a Western Windows saves as "CSV"; Latin-1 maps the five bytes that Windows-1252 leaves open.
        try:
            content.decode("cp1252")
        except UnicodeDecodeError:
            return "latin-1"
        return "cp1252"
    return "utf-8-sig"


def _unmarked_utf16(start: bytes) -> str:
    """Return the UTF-16 flavor of a text without a mark: mostly Latin letters leave every second byte zero."""
    even, odd = start[0::2], start[1::2]
    if odd and odd.count(0) > 0.8 * len(odd) and not even.count(0):
        return "utf-16-le"
    if even and even.count(0) > 0.8 * len(even) and not odd.count(0):
        return "utf-16-be"
    return ""


def _checked(text: str, path: Path | str) -> str:
    if _CONTROL.search(text):
        raise InputError("the file is binary, not a text table", path, "give a tab-separated or comma-separated table")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return text
    # A second mark, as scripts leave that add one to a file which has it; and blanks that web pages keep from breaking.
    return unicodedata.normalize("NFC", text.lstrip("\ufeff").replace("\u00a0", " "))
