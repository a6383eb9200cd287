"""Bytes of a file -> its text: decompressed by content, decoded by byte order mark or by what the bytes show."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import unicodedata
import zipfile
import zlib
from pathlib import Path

from myosieve.errors import InputError

_AS_TEXT = "save it as tab-separated text (UTF-8)"
# Files that people hand over in place of a text table, by their first bytes.
_BINARY = (
    (b"PAR1", "a Parquet file", "give the text table of the same search"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", _AS_TEXT),
    (b"%PDF", "a PDF file", "give the table itself, as tab-separated text (UTF-8)"),
    (b"\x89HDF", "an HDF5 file", _AS_TEXT),
    (b"BZh", "compressed with bzip2", "decompress it, or compress it with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "decompress it, or compress it with gzip"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


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
    content = _decompressed(_content(path), path)
    if not content.strip():
        raise InputError("the file is empty", path, "give a table with a header line and one row per entry")
    for magic, what, remedy in _BINARY:
        if content.startswith(magic):
            raise InputError(f"the file is {what}, not a text table", path, remedy)
    text, encoding = _decoded(content)
    if _CONTROL.search(text):
        raise InputError("the file is binary, not a text table", path, "give a tab-separated or comma-separated table")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return (text if text.isascii() else unicodedata.normalize("NFC", text)), encoding


def _content(path: Path | str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError("the file does not exist", path, "check the path") from None
    except IsADirectoryError:
        raise InputError("this is a folder, not a file", path, "give the table inside it") from None
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", path, "check its permissions") from None


def _decompressed(content: bytes, path: Path | str) -> bytes:
    remedy = "copy or download it again"
    try:
        if content.startswith(b"\x1f\x8b"):
            return gzip.decompress(content)
        if content.startswith(b"\xfd7zXZ\x00"):
            return lzma.decompress(content)
        if content.startswith(b"PK\x03\x04"):
            return _unzipped(content, path)
    except EOFError:
        raise InputError("the compressed file is cut off", path, remedy) from None
    except (gzip.BadGzipFile, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise InputError(f"the compressed file is damaged or cut off ({error})", path, remedy) from None
    return content


def _unzipped(content: bytes, path: Path | str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
        if "[Content_Types].xml" in names:
            raise InputError("the file is an Excel workbook, not a text table", path, _AS_TEXT)
        if len(names) != 1:
            inside = ", ".join(names[:5]) or "nothing"
            raise InputError(f"the zip archive holds {len(names)} files ({inside})", path, "give one table")
        if archive.getinfo(names[0]).flag_bits & 1:
            raise InputError("the zip archive is encrypted", path, "give the table without a password")
        return archive.read(names[0])


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), "UTF-16"
    encoding = _unmarked_utf16(content[:2000])
    if encoding:
        return content.decode(encoding, errors="replace"), "UTF-16"
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        # What a Western Windows saves as "CSV"; Latin-1 maps the five bytes that Windows-1252 leaves open.
        try:
            return content.decode("cp1252"), "Windows-1252"
        except UnicodeDecodeError:
            return content.decode("latin-1"), "Latin-1"


def _unmarked_utf16(start: bytes) -> str:
    """Return the UTF-16 flavor of a text without a mark: mostly Latin letters leave every second byte zero."""
    even, odd = start[0::2], start[1::2]
    if odd and odd.count(0) > 0.8 * len(odd) and not even.count(0):
        return "utf-16-le"
    if even and even.count(0) > 0.8 * len(even) and not odd.count(0):
        return "utf-16-be"
    return ""
