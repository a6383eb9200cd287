r"""FASTA files of proteins -> one row per record: accession, gene, protein name, organism, sequence.

What may stand in a file
    Records of `>header` and sequence lines, plain or in gzip, xz, bzip2 or zip (told by content), in UTF-8, UTF-16 or
    Windows-1252, with the line ends of any system. Blank lines, `;` comments and the `#` lines that open a PEFF file are
    passed over. In a sequence, lower case (soft masking) is raised; gaps (`-`, `.`, `~`), blanks and the numbers of GCG's
    layout are taken out, so is a final stop (`*`); a stop inside becomes X. A record without residues is kept, with an empty
    sequence. Any other sign, and a file of nucleotides, is refused.

Which headers are understood
    UniProtKB, UniRef, UniParc   https://www.uniprot.org/help/fasta-headers
    neXtProt                     `>nxp|NX_P02768-1|ALB|Serum albumin|Iso 1`
    PEFF                         `>nxp:NX_P02766-1 \PName=... \GName=... \NcbiTaxId=...`  https://psidev.info/peff
    NCBI                         `>NP_000591.5 interleukin-6 isoform 1 precursor [Homo sapiens]`, `>gi|..|ref|..|`,
                                 `>sp|P05231.1|IL6_HUMAN RecName: Full=...`, records joined by Ctrl-A (the first counts)
    Ensembl, GENCODE             `>ENSP...2 pep chromosome:... gene_symbol:TNF description:...`, `>ENSP..|ENST..|..|TNF|233`
    IPI, MaxQuant's contaminants `>P00761 SWISS-PROT:P00761|TRYP_PIG Trypsin - Sus scrofa (Pig).`, `>ENSEMBL:ENSBTAP...
                                 (Bos taurus) ...`, `>REFSEQ:XP_... Tax_Id=10090 Gene_Symbol=Krt33b ...`
    any other                    the first word, or what stands between its first two `|` where a database comes before

The accession is the one by which a search engine names the protein: the first word without the database in front, versions
and isoforms kept. The marks of contaminants (`CON__`, `Cont_`, `contam_`, `cRAP_`) and decoys (`rev_`, `REV__`, `DECOY_`) stay
before it, wherever they stood in the identifier, so that such an entry never merges with a protein of the sample.
"""

from __future__ import annotations

import bz2
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from myosieve.errors import InputError
from myosieve.tables.accessions import SPECIES, TAXA, UNIPROT
from myosieve.tables.decoding import DAMAGE, damaged, first_bytes, open_binary

COLUMNS = ("accession", "gene", "protein_name", "organism", "sequence")

# MaxQuant, Frankenfield's libraries, FragPipe, DIA-NN and the cRAP of the Global Proteome Machine, in this order.
CONTAMINANT = re.compile(r"^(?:CON__?|(?i:#contam#|con__|(?:cont|contam|contaminant)[-_]|crap[-_]))")
# "REV_" alone begins UniProt's entry names of lentiviral proteins (REV_HV1H2): it counts only before an accession.
_DECOY = re.compile(
    rf"^(?:rev_|REV__|REV_(?={UNIPROT.pattern})|(?i:reverse_|xxx_|decoy[_-]?)|##+(?:REV|RND)?#*)|_(?:REVERSED|DECOY)$"
)
_NUMBERED_CRAP = re.compile(r"(?i)crap\d+$")  # sp|cRAP002|P02768|ALBU_HUMAN: the accession follows

# What stands before the accession, `database|accession|name`; beside these, any two to four small letters before two parts.
_DATABASES = frozenset(
    {"sp", "tr", "up", "ref", "gb", "emb", "dbj", "pdb", "lcl", "nxp", "ups"}
    | {"swissprot", "trembl", "uniprot", "uniprotkb", "uniprotkb/swiss-prot", "uniprotkb/trembl"}
)
_THIRD = frozenset({"gnl", "jgi", "pir", "prf"})  # `gnl|database|accession`, `jgi|genome|number|name`, `pir||accession`
_SOURCE = re.compile(r"(?i)(?:swiss-prot|trembl|ensembl|refseq|h-inv|vega|ipi|uniprotkb|uniprot|nxp|sp|tr):(?=\S)")
# Some predictors write every "|" of the header as "_".
_FLAT = re.compile(r"(?:sp|tr)_([A-Z0-9]+(?:-\d+)?)_[A-Z0-9]+_[A-Z0-9]+$")

_UNIPROT_FIELD = re.compile(r"(?:^|\s)(OS|OX|GN|PE|SV|AC|SS|PC)=(.*?)(?=\s(?:OX|GN|PE|SV|AC|SS|PC|OS)=|$)")
_UNIREF = re.compile(r"(.*?)\s*\bn=\d+\s+Tax=(.*?)(?:\s+TaxID=(\d+))?(?:\s+RepID=\S+)?$")
_PEFF_FIELD = re.compile(r"\\(\w+)=(.*?)(?=\s*\\\w+=|$)")
_ENSEMBL_GENE = re.compile(r"\bgene_symbol:(\S+)")
_ENSEMBL_NAME = re.compile(r"\bdescription:(.*?)\s*(?:\[Source:.*)?$")
_IPI_TEXT = re.compile(r"(?s)(?:Tax_Id=(\d*)\s*)?(?:Gene_Symbol=([^\s;]*)\S*\s*)?(.*)")
_FULL_NAME = re.compile(r"\b(?:Rec|Sub)Name:\s*Full=([^;{\[]+)")
_BINOMIAL = r"[A-Z][a-z]+ [a-z]+(?:[ .][^()\[\]:]*?)??"
_IN_FRONT = re.compile(rf"\(({_BINOMIAL})\)\s+")
_BEHIND = re.compile(
    rf"\s*\[(\[?[A-Z][\w.]*\]? [a-z][^\[\]:]*|synthetic construct)\]$|\s+- ({_BINOMIAL})(?: \([^()]*\))?\.?$"
)

# UniProt's species mnemonics (`tables.accessions.SPECIES`) by the letters in Ensembl's ENS...P.
_ENSEMBL_SPECIES = {
    "": "HUMAN", "MUS": "MOUSE", "RNO": "RAT", "BTA": "BOVIN", "ECA": "HORSE", "SSC": "PIG", "OAR": "SHEEP", "CHI": "CAPHI",
    "OCU": "RABIT", "GAL": "CHICK", "CAF": "CANLF", "MMU": "MACMU", "CGR": "CRIGR", "DAR": "DANRE",
}  # fmt: skip
_MNEMONIC = re.compile(r"_([A-Z]{3,5})(?:_UPS)?\|?$")
_ENSEMBL_PROTEIN = re.compile(r"ENS([A-Z]*)P\d{6}")

_TAKEN_OUT = {ord(sign): None for sign in "-.~0123456789"}
_ODD = re.compile(r"[^A-Za-z*.~\-0-9]")
_NUCLEOTIDES = "ACGTUN"


@dataclass(frozen=True)
class Header:
    """What a FASTA header says; what it does not say is empty."""

    accession: str
    gene: str
    protein_name: str
    organism: str


@dataclass
class Repeats:
    """What was left out: repeated accessions, and decoys; and how many of the rows that stay have no sequence."""

    same: int = 0
    different: list[str] = field(default_factory=list)
    decoys: int = 0
    empty: int = 0


class _Said(NamedTuple):
    """What the text behind an identifier says."""

    gene: str = ""
    name: str = ""
    organism: str = ""
    taxon: str = ""


def parse_header(header: str) -> Header:
    """Take a header apart, whichever of the styles above it has.

    Parameters
    ----------
    header
        The line without its ">".

    Returns
    -------
    Header, of which the organism is the scientific name without strain, spelled as in `tables.accessions.SPECIES` where the
    header has a number or mnemonic that is known.
    """
    header = header.strip("\x01 ").partition("\x01")[0].strip()
    first, rest = (*header.split(maxsplit=1), "", "")[:2]
    parts = header.split("|")
    if first.startswith("nxp|") and len(parts) > 3:
        said = _Said(parts[2].strip(), parts[3].strip(), SPECIES["HUMAN"])
    elif len(parts) > 6 and _ENSEMBL_PROTEIN.match(first):  # GENCODE: ..., transcript's name, gene's name, length
        said = _Said(parts[6])
    else:
        said = _described(rest)
    gene = "" if said.gene == "-" else said.gene
    return Header(accession_of(first), gene, said.name, _organism(first, said))


def accession_of(identifier: str) -> str:
    """Return the accession in an identifier without blanks: `sp|P05231-2|IL6_HUMAN` -> `P05231-2`; marks stay before it."""
    marks, rest = "", identifier
    while (found := _DECOY.match(rest) or CONTAMINANT.match(rest)) and 0 < found.end() < len(rest):
        marks += found.group()
        rest = rest[found.end() :]
    parts = rest.split("|")
    while parts[0].lower() == "gi" and len(parts) > 3:  # gi|number|ref|accession|
        parts = parts[2:]
    accession = _accession_among(parts)
    if _NUMBERED_CRAP.match(accession) and accession in parts[:-1]:
        marks, accession = marks + "cRAP_", parts[parts.index(accession) + 1]
    if marks and (again := CONTAMINANT.match(accession)):  # CONTAM_sp|CONTAM_P02768|CONTAM_ALBU_HUMAN
        accession = accession[again.end() :]
    return marks + (accession or rest)


def read(path: Path | str) -> pd.DataFrame:
    """Read one FASTA file of proteins, record by record.

    Returns
    -------
    DataFrame with COLUMNS, one row per record in the file's order, repeated accessions and decoys included. Missing text is
    empty, and so is the sequence of a record that has none.

    Raises
    ------
    InputError
        The file is missing, empty, damaged, no FASTA, holds nucleotides, or a record has no name or odd signs in its sequence.
    """
    headers: list[Header] = []
    sequences: list[str] = []
    for header, sequence in stream(path):
        headers.append(header)
        sequences.append(sequence)
    table = {name: [getattr(header, name) for header in headers] for name in COLUMNS[:-1]}
    return pd.DataFrame(table | {"sequence": sequences}, columns=list(COLUMNS), dtype=str)


def stream(path: Path | str) -> Iterator[tuple[Header, str]]:
    """Yield header and sequence of every record, as `read`, without holding more than one of them.

    That the file holds nucleotides is noticed, and raised, behind its last record.
    """
    residues = nucleotides = 0
    for header, written in _records(path):
        sequence = _cleaned(header, written, path)
        yield parse_header(header), sequence
        residues += len(sequence)
        nucleotides += sum(map(sequence.count, _NUCLEOTIDES))
    if nucleotides > 0.9 * residues:
        raise InputError("holds nucleotide sequences", path, "give the protein FASTA that the search used")


def is_decoy(accession: str) -> bool:
    """Return whether an accession, as `parse_header` gives it, carries the mark of a reversed sequence."""
    return bool(_DECOY.search(accession))


def unique(proteins: pd.DataFrame) -> tuple[pd.DataFrame, Repeats]:
    """Return one row per accession, the first that has a sequence, without decoys; and what that left out.

    Parameters
    ----------
    proteins
        Rows with COLUMNS, of one or several files.
    """
    left_out = Repeats()
    decoy = proteins["accession"].map(is_decoy).astype(bool)
    left_out.decoys = int(decoy.sum())
    proteins = proteins[~decoy]
    # Rows without a sequence go behind those of the same accession that have one; the rest keeps its order.
    ranked = proteins.iloc[(proteins["sequence"] == "").to_numpy().argsort(kind="stable")]
    again = ranked["accession"].duplicated()
    first = ranked[~again].sort_index(kind="stable")
    repeated = ranked[again].sort_index(kind="stable")
    used = first.set_index("accession")["sequence"][repeated["accession"]].to_numpy()
    different = (repeated["sequence"].to_numpy() != used) & (repeated["sequence"] != "").to_numpy()
    left_out.different = list(dict.fromkeys(repeated.loc[different, "accession"]))
    left_out.same = int((~different).sum())
    left_out.empty = int((first["sequence"] == "").sum())
    return first.reset_index(drop=True), left_out


def _accession_among(parts: list[str]) -> str:
    """Return the accession among the parts of an identifier that stand between its "|"."""
    database = parts[0].lower()
    if flat := _FLAT.match(parts[0]):
        return flat.group(1)
    if database in _THIRD and len(parts) > 2:
        return parts[2]
    named = database in _DATABASES and len(parts) > 1
    if named or (len(parts) > 2 and re.fullmatch("[a-z]{2,4}", parts[0])):
        return parts[1]
    return _SOURCE.sub("", parts[0], count=1) if _SOURCE.match(parts[0]) else parts[0]


def _described(text: str) -> _Said:
    """Return what the text behind an identifier says."""
    if text.startswith("\\"):
        # A field may hold one value, or several in parentheses: the first counts.
        fields = {key: re.sub(r"^\(([^()]*)\).*", r"\1", value).strip() for key, value in _PEFF_FIELD.findall(text)}
        return _Said(*(fields.get(key, "") for key in ("GName", "PName", "TaxName", "NcbiTaxId")))
    if found := list(_UNIPROT_FIELD.finditer(text)):
        fields = {field[1]: field[2].strip() for field in found}
        return _Said(fields.get("GN", ""), text[: found[0].start()].strip(), fields.get("OS", ""), fields.get("OX", ""))
    if found := _UNIREF.match(text):
        return _Said("", found[1], found[2], found[3] or "")
    if text.startswith("pep ") or _ENSEMBL_GENE.search(text):
        gene, name = _ENSEMBL_GENE.search(text), _ENSEMBL_NAME.search(text)
        return _Said(gene[1] if gene else "", name[1] if name else "")
    return _free_text(text)


def _free_text(text: str) -> _Said:
    """Return what a text without UniProt's fields says: NCBI's, IPI's, MaxQuant's contaminants', or anybody's."""
    if text.startswith("status="):  # UniParc says no more
        return _Said()
    if _SOURCE.match(text):
        text = text.partition(" ")[2].lstrip()
    taxon, gene, text = _IPI_TEXT.findall(text)[0]
    organism, text = "", text.strip()
    for pattern in (_IN_FRONT, _BEHIND):
        if found := pattern.match(text) if pattern is _IN_FRONT else pattern.search(text):
            organism = organism or next(filter(None, found.groups()))
            text = text[: found.start()] + text[found.end() :]
    full = _FULL_NAME.search(text)
    return _Said(gene, (full[1] if full else text).strip(" |"), organism, taxon)


def _organism(first: str, said: _Said) -> str:
    """Return the species by number, else as it is written, else by the mnemonic or Ensembl's prefix of the identifier."""
    if said.taxon in TAXA:
        return SPECIES[TAXA[said.taxon]]
    if said.organism:
        return said.organism.partition(" (")[0].strip()
    if (found := _MNEMONIC.search(first)) and found[1] in SPECIES:
        return SPECIES[found[1]]
    ensembl = _ENSEMBL_PROTEIN.search(first)
    return SPECIES.get(_ENSEMBL_SPECIES.get(ensembl[1], ""), "") if ensembl else ""


def _records(path: Path | str) -> Iterator[tuple[str, str]]:
    """Yield header (without its ">") and sequence lines of every record, as they are written."""
    packed = first_bytes(path, 3) == b"BZh"
    try:
        with bz2.open(path) if packed else open_binary(path) as binary:
            marked = binary.peek(2)[:2] in (b"\xff\xfe", b"\xfe\xff")
            # Bytes that are no UTF-8 come through as lone surrogates, to be read as Windows-1252 where they matter.
            with io.TextIOWrapper(binary, "utf-16" if marked else "utf-8-sig", "surrogateescape") as lines:
                yield from _split(lines, path)
    except UnicodeError:
        raise InputError("the file is cut off inside a letter of UTF-16", path, "copy or download it again") from None
    except DAMAGE as error:
        raise damaged(error, path) from None
    except OSError as error:  # how bzip2 names damage
        raise InputError(f"the file cannot be read ({error})", path, "copy or download it again") from None


def _split(lines: Iterable[str], path: Path | str) -> Iterator[tuple[str, str]]:
    header, parts, empty = None, [], True
    for written in lines:
        line = written.lstrip(" \t")
        first = line[:1]
        if first == ">":
            if header is not None:
                yield header, "".join(parts)
            header, parts = _as_text(line[1:]).strip(), []
            if not header.strip("\x01 "):
                raise InputError("a record has no name behind '>'", path, "give every sequence an accession")
        elif header is not None and first not in ";#":
            parts.append(line)
        elif header is None and line.strip() and first not in ";#":
            shown = _as_text(line.strip())[:20]
            raise InputError(
                f"not a FASTA file: it starts with {shown!r}, not with '>'",
                path,
                "give a FASTA file of protein sequences, plain or compressed",
            )
        empty = empty and not line.strip()
    if header is None:
        what = "the file is empty" if empty else "the file holds comments and no record"
        raise InputError(what, path, "give a FASTA file of protein sequences, plain or compressed")
    yield header, "".join(parts)


def _as_text(line: str) -> str:
    if line.isascii():
        return line
    written = line.encode("utf-8", "surrogateescape")
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError:
        return written.decode("cp1252", "replace")


def _cleaned(header: str, written: str, path: Path | str) -> str:
    """Return a sequence in capital letters only."""
    sequence = "".join(written.split())
    if sequence.isascii() and sequence.isalpha() and sequence.isupper():
        return sequence
    if odd := _ODD.search(sequence):
        name = header.split()[0]
        raise InputError(f"{name} has the character {odd.group()!r} in its sequence", path, "use letters only")
    return sequence.upper().rstrip("*-.~0123456789").translate(_TAKEN_OUT).replace("*", "X")
