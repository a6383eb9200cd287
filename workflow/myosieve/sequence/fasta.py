"""FASTA files of proteins -> one row per accession."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from Bio.SeqIO.FastaIO import SimpleFastaParser

from myosieve.errors import InputError

COLUMNS = ("accession", "gene", "protein_name", "organism", "sequence")

# Databases that write `database|accession|name`; other headers start with the accession itself.
_DATABASES = frozenset({"sp", "tr", "up", "gi", "ref", "gb", "emb", "dbj", "pdb", "lcl", "gnl", "nxp", "en", "jgi"})
_DECOY = re.compile(r"(?i)^(rev_|reverse_|decoy|xxx_|##)")
CONTAMINANT = re.compile(r"(?i)^(con__|cont_|contam_|crap_)")
_FIELD = re.compile(r"(?:^| )(OS|GN)=(.*?)(?= [A-Z]{2}=|$)")
_NOT_A_LETTER = re.compile(r"[^A-Za-z*.\-]")
_NUCLEOTIDES = frozenset("ACGTUN")


@dataclass(frozen=True)
class Header:
    """What a FASTA header says; what it does not say is empty."""

    accession: str
    gene: str
    protein_name: str
    organism: str


@dataclass
class Repeats:
    """What was left out while reading: repeated accessions, and decoys."""

    same: int = 0
    different: list[str] = field(default_factory=list)
    decoys: int = 0


def parse_header(header: str) -> Header:
    """Take a header apart: UniProt's, `>accession text`, or a search engine's contaminant.

    A contaminant keeps its prefix (`CON__P02769`, `contam_P02769`), so that it never merges with a protein of the sample.
    """
    first, rest = (*header.split(maxsplit=1), "")[:2]
    fields = {key: value.strip() for key, value in _FIELD.findall(rest)}
    name = re.split(r" [A-Z]{2}=", f" {rest}", maxsplit=1)[0].strip()
    return Header(accession_of(first), fields.get("GN", ""), name, fields.get("OS", ""))


def accession_of(identifier: str) -> str:
    """Return the accession in an identifier without spaces: `sp|P05231-2|IL6_HUMAN` -> `P05231-2`."""
    prefix = CONTAMINANT.match(identifier)
    tag = prefix.group() if prefix else ""
    parts = identifier[len(tag) :].split("|")
    named = len(parts) > 1 and parts[0].lower() in _DATABASES
    # Some predictors write every "|" of the header as "_".
    flat = re.match(r"(?:sp|tr)_([A-Z0-9]+(?:-\d+)?)_[A-Z0-9]+_[A-Z0-9]+$", parts[0])
    return tag + (flat.group(1) if flat else parts[1] if named else parts[0])


def read(path: Path | str) -> pd.DataFrame:
    """Read one FASTA file of proteins, gzipped or not.

    Returns
    -------
    DataFrame with COLUMNS, one row per record in the file's order; sequences in upper case without gaps and final stops.
    Missing text is empty.

    Raises
    ------
    InputError
        The file is missing, empty, cut short, no FASTA, holds nucleotides, or a record has no sequence or odd characters.
    """
    rows = [(header, _cleaned(header, sequence, path)) for header, sequence in SimpleFastaParser(_opened(path))]
    letters = Counter("".join(sequence for _, sequence in rows))
    if sum(letters[letter] for letter in _NUCLEOTIDES) > 0.9 * letters.total():
        raise InputError("holds nucleotide sequences", path, "give the protein FASTA that the search used")
    parsed = [parse_header(header) for header, _ in rows]
    return pd.DataFrame(
        [(h.accession, h.gene, h.protein_name, h.organism, row[1]) for h, row in zip(parsed, rows, strict=True)],
        columns=list(COLUMNS),
    )


def unique(proteins: pd.DataFrame) -> tuple[pd.DataFrame, Repeats]:
    """Return one row per accession, the first of each, without decoys; and what that left out.

    Parameters
    ----------
    proteins
        Rows with COLUMNS, of one or several files.
    """
    left_out = Repeats()
    decoy = proteins["accession"].str.match(_DECOY)
    left_out.decoys = int(decoy.sum())
    proteins = proteins[~decoy]
    repeated = proteins["accession"].duplicated()
    first = proteins[~repeated]
    sequence = first.set_index("accession")["sequence"]
    again = proteins[repeated]
    different = again["sequence"].to_numpy() != sequence[again["accession"]].to_numpy()
    left_out.different = list(dict.fromkeys(again.loc[different, "accession"]))
    left_out.same = int((~different).sum())
    return first.reset_index(drop=True), left_out


def _opened(path: Path | str) -> Iterator[str]:
    """Return the file as text, whole: a truncated gzip file shows only at its end."""
    remedy = "give a FASTA file of protein sequences, plain or gzipped"
    try:
        raw = Path(path).read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
    except FileNotFoundError:
        raise InputError("the file does not exist", path, "check the path") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError("the gzip file is damaged or cut short", path, "copy or download it again") from None
    except OSError as error:
        raise InputError(f"not readable ({error.strerror})", path, remedy) from None
    text = raw.decode("utf-8-sig", "replace").lstrip()
    if not text:
        raise InputError("the file is empty", path, remedy)
    if not text.startswith(">"):
        raise InputError(f"not a FASTA file: it starts with {text[:20]!r}, not with '>'", path, remedy)
    return io.StringIO(text, newline=None)


def _cleaned(header: str, sequence: str, path: Path | str) -> str:
    if not header.strip():
        raise InputError("a record has no name behind '>'", path, "give every sequence an accession")
    name = header.split()[0]
    strange = _NOT_A_LETTER.search(sequence)
    if strange:
        raise InputError(f"{name} has the character {strange.group()!r} in its sequence", path, "use letters only")
    cleaned = sequence.upper().rstrip("*").replace("-", "").replace(".", "").replace("*", "X")
    if not cleaned:
        raise InputError(f"{name} has no sequence", path, "remove the record or complete the file")
    return cleaned
