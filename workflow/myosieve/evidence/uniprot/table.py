"""Tables that a user downloaded from uniprot.org, and snapshots that MyoSieve wrote: text -> data frame.

UniProt's TSV has one header line and no quoting: a quote in a cell is a character. Where a spreadsheet or a script saved
the table again, cells with quotes came to stand in quotes, with the inner ones doubled; that is undone. A snapshot begins
with lines of comment, the first of which names the release.
"""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path

import pandas as pd

from myosieve.errors import InputError
from myosieve.evidence.uniprot import columns
from myosieve.evidence.uniprot.entry import RELEASE

_RELEASE = re.compile(r"#\s*UniProt(?:KB)? release[:\s]+(\d{4}_\d{2})")
_REMEDY = "download the entries from uniprot.org as TSV with the columns Entry, Reviewed, Signal peptide, Transmembrane"


def looks_like_uniprot(first_line: str) -> bool:
    """Return whether a file that begins with this line is a UniProt table: a snapshot, or a header with known columns."""
    line = first_line.lstrip("\ufeff").rstrip("\r\n")
    if _RELEASE.match(line) or re.match(r"#\s*UniProt release unknown", line):
        return True
    found = set(columns.recognized(line.split("\t")).values())
    return "Entry" in found and bool(found & set(columns.TELLING))


def read_table(path: Path | str) -> pd.DataFrame:
    """Read a UniProt table, plain or gzipped.

    Returns
    -------
    DataFrame of text, columns as the file has them, missing cells empty; the column `entry.RELEASE` holds the release where
    the file names it.

    Raises
    ------
    InputError
        The file is missing, damaged, empty, or no UniProt table; or it has nothing to say about secretion.
    """
    text = _text(path)
    lines = text.split("\n")
    comments = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    body = "\n".join(lines[comments:])
    if not body.strip():
        raise InputError("the file is empty", path, _REMEDY)
    _check_header(lines[comments].rstrip("\r"), path)
    header, *records = [line.rstrip("\r").split("\t") for line in lines[comments:] if line.strip()]
    for number, cells in enumerate(records, start=1):
        last = number == len(records) and not text.endswith("\n")
        if len(cells) > len(header) or (last and len(cells) < len(header)):
            problem = f"row {number} has {len(cells)} cells under {len(header)} column names"
            raise InputError(problem, path, "the file was changed or cut short; download it again as TSV")
        cells += [""] * (len(header) - len(cells))
    unquoted = [[_unquoted(cell) for cell in cells] for cells in records]
    frame = pd.DataFrame(unquoted, columns=[_unquoted(name) for name in header], dtype=str)
    release = _RELEASE.match(lines[0]) if comments else None
    if release:
        frame[RELEASE] = release[1]
    return frame


def _unquoted(cell: str) -> str:
    inside = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if inside else cell


def _check_header(header: str, path: Path | str) -> None:
    found = set(columns.recognized(header.split("\t")).values())
    if "Entry" in found and found & set(columns.TELLING):
        return
    if header.startswith(">"):
        raise InputError("this is a FASTA file", path, _REMEDY)
    if header.lstrip().startswith(("<", "{")):
        raise InputError("this is a web page or JSON, not a table", path, _REMEDY)
    if "\t" not in header and "Entry" in header:
        raise InputError("the columns are not separated by tabs", path, _REMEDY)
    if "Entry" not in found:
        raise InputError(f"column 'Entry' is missing in the header {header[:60]!r}", path, _REMEDY)
    raise InputError(
        "no column tells anything about secretion", path, f"download one of {', '.join(columns.TELLING)} too"
    )


def _text(path: Path | str) -> str:
    try:
        raw = Path(path).read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
    except FileNotFoundError:
        raise InputError("the file does not exist", path, "check the path") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError("the gzip file is damaged or cut short", path, "copy or download it again") from None
    except OSError as error:
        raise InputError(f"not readable ({error.strerror})", path, _REMEDY) from None
    return raw.decode("utf-8-sig", "replace").replace("\r\n", "\n")
