"""Identifiers as search engines write them -> accession, species, and whether they mark a contaminant or a decoy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# UniProt's species mnemonics (https://www.uniprot.org/docs/speclist) of cells, sera, spike-ins and contaminants.
SPECIES = {
    "HUMAN": "Homo sapiens",
    "MOUSE": "Mus musculus",
    "RAT": "Rattus norvegicus",
    "BOVIN": "Bos taurus",
    "HORSE": "Equus caballus",
    "PIG": "Sus scrofa",
    "SHEEP": "Ovis aries",
    "CAPHI": "Capra hircus",
    "RABIT": "Oryctolagus cuniculus",
    "CHICK": "Gallus gallus",
    "CANLF": "Canis lupus familiaris",
    "MACMU": "Macaca mulatta",
    "CRIGR": "Cricetulus griseus",
    "DANRE": "Danio rerio",
    "DROME": "Drosophila melanogaster",
    "CAEEL": "Caenorhabditis elegans",
    "ARATH": "Arabidopsis thaliana",
    "YEAST": "Saccharomyces cerevisiae",
    "ECOLI": "Escherichia coli",
    "STRAV": "Streptomyces avidinii",
    "STAAU": "Staphylococcus aureus",
    "PSEAI": "Pseudomonas aeruginosa",
    "PSEFR": "Pseudomonas fragi",
    "ACHLY": "Achromobacter lyticus",
    "LYSEN": "Lysobacter enzymogenes",
    "SCVLA": "Saccharomyces cerevisiae virus L-A",
    "GRIFR": "Grifola frondosa",
    "HEVBR": "Hevea brasiliensis",
    "AEQVI": "Aequorea victoria",
}
# NCBI taxonomy numbers, as OX= of UniProt's headers and Tax_Id= of MaxQuant's contaminants carry them.
TAXA = {
    "9606": "HUMAN", "10090": "MOUSE", "10116": "RAT", "9913": "BOVIN", "9796": "HORSE", "9823": "PIG", "9940": "SHEEP",
    "9925": "CAPHI", "9986": "RABIT", "9031": "CHICK", "9615": "CANLF", "9544": "MACMU", "10029": "CRIGR", "7955": "DANRE",
    "7227": "DROME", "6239": "CAEEL", "3702": "ARATH", "4932": "YEAST", "559292": "YEAST", "562": "ECOLI", "83333": "ECOLI",
}  # fmt: skip
# What people call the cells and the sera in tables of their own.
_COMMON = {
    "human": "HUMAN", "mouse": "MOUSE", "rat": "RAT", "bovine": "BOVIN", "cow": "BOVIN", "cattle": "BOVIN", "horse": "HORSE",
    "equine": "HORSE", "pig": "PIG", "sheep": "SHEEP", "goat": "CAPHI", "rabbit": "RABIT", "chicken": "CHICK",
}  # fmt: skip

# MaxQuant: REV__; FragPipe (Philosopher): rev_; others: DECOY_. Not "REV_", which begins UniProt entry names of lentiviruses.
_DECOY = re.compile(r"REV__|rev_|(?i:decoy)[_-]")
# MaxQuant: CON__; Frankenfield 2022 universal library: Cont_; FragPipe: contam_; DIA-NN: cRAP-; others: cRAP_, cRAP123, or
# numbered as the Global Proteome Machine does (sp|cRAP002|P02768|ALBU_HUMAN); Proteome Discoverer users: CON_. Accessions are
# upper case and none begins with these; "cRAP" without a sign behind it counts only in this spelling.
_CONTAMINANT = re.compile(r"CON__?|#CONTAM#|(?i:cont|contam|contaminant)[-_]|cRAP(?:\d+\||[-_|:])?|(?i:crap)[-_|]")
_DATABASE = re.compile(r"(?:sp|tr|nxp|ref|gb|emb|dbj|pdb|gnl|lcl|ups|gi\|\d+)\|", re.IGNORECASE)
_SOURCE = re.compile(r"(?:SWISS-PROT|TREMBL|ENSEMBL|REFSEQ|H-INV|VEGA|UniProtKB|UniProt):", re.IGNORECASE)
_MNEMONIC = re.compile(rf"[A-Z0-9]{{1,11}}_({'|'.join(m for m in SPECIES if len(m) == 5)}|[A-Z0-9]{{2,5}}\b)")

# https://www.uniprot.org/help/accession_numbers, isoforms included.
UNIPROT = re.compile(r"(?:[OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z0-9]{2}\d){1,2})(?:-\d+)?")
_IDENTIFIER = re.compile(r"[\w.:|-]{3,}")
_HEADER_GENE = re.compile(r"\bGN=(.+?)(?=\s|PE=\d|SV=\d|$)|\bGene_Symbol=([^\s;]+)")
# Some searches strip the blanks out of the header, and the whole of it becomes the identifier.
_GLUED_GENE = re.compile(r"GN=(.+?)(?=PE=\d|SV=\d|$)")
_HEADER_SPECIES = re.compile(r"\bOS=(.+?)(?=\s+(?:OX|GN|PE|SV)=|\s*\(|;|$)")
_HEADER_TAXON = re.compile(r"\b(?:Tax_Id|OX)=(\d+)")
_TAXON = re.compile(r"(?:(?:OX|Tax_Id|TaxID|taxon)\s*[=:]\s*)?(\d+)", re.IGNORECASE)
_HEADER_BINOMIAL = re.compile(
    r"(?:[\w-]+:\S+\s+)?\(([A-Z][a-z]+ [a-z]+)\)\s"
)  # MaxQuant's contaminants: (Bos taurus) ...
_NEXT_HEADER = re.compile(rf";(?=>|(?:sp|tr)\||(?:CON__|REV__)*{UNIPROT.pattern}\s)")


class Identifier(NamedTuple):
    """One identifier of a protein group: cleaned accession, species mnemonic ('' if unknown), what its prefixes say.

    A named tuple: a plasma table has a million of them, and a frozen dataclass takes three times as long to make.
    """

    accession: str
    mnemonic: str
    contaminant: bool
    decoy: bool


@dataclass(frozen=True)
class Description:
    """What a FASTA header says of a protein; '' where it does not."""

    gene: str = ""
    name: str = ""
    organism: str = ""


def split(ids: str) -> list[str]:
    """Return the identifiers of a cell: separated by ';', else by ',' or '/' where every part is an identifier of its own.

    MetaMorpheus separates them by '|', which else stands inside of one: every part must be an accession of UniProt then.
    OpenSWATH puts their number in front ("2/P1/P2"), which is none of them. A search that took whole FASTA headers for
    identifiers leaves commas and slashes inside of them.
    """
    parts = [part for one in ids.split(";") if (part := one.strip())]
    if len(parts) == 1:
        several = parts[0].split("|")
        if len(several) > 1 and all(UNIPROT.fullmatch(part) for part in several):
            return several
        for separator in (",", "/"):
            several = [part.strip() for part in parts[0].split(separator)]
            if separator == "/" and several[0].isdigit():
                several = several[1:]
            several = [part for part in several if part]
            if len(several) > 1 and all(_IDENTIFIER.fullmatch(part) for part in several):
                return several
            if len(several) == 1 and several != parts and _IDENTIFIER.fullmatch(several[0]):
                return several
    return parts


def parse(identifier: str) -> Identifier:
    """Take an identifier apart: `REV__CON__P02769`, `sp|P02768|ALBU_HUMAN`, `Cont_P02769`, `P02768ups` (kept as it is)."""
    # a bare accession, or the number of a database entry, as nearly all of a million can be
    if identifier.isalnum() and (identifier.isupper() or identifier.isdigit()):
        return Identifier(identifier, "", False, False)
    rest = identifier.strip().lstrip(">")
    contaminant = decoy = False
    while True:
        if found := _DECOY.match(rest):
            decoy = True
        elif found := _CONTAMINANT.match(rest):
            contaminant = True
        elif not (found := _DATABASE.match(rest) or _SOURCE.match(rest)):
            break
        if found.end() == len(rest):  # nothing but a prefix: an odd name, not a mark
            break
        rest = rest[found.end() :]
    accession, _, entry = rest.partition("|")
    found = _MNEMONIC.match(entry or accession)
    # Without an entry name, only a species of the list tells an entry name (ALBU_HUMAN) from any other name (XP_58501).
    mnemonic = found[1] if found and (entry or found[1] in SPECIES) else ""
    return Identifier(accession.strip().partition(" ")[0], mnemonic, contaminant, decoy)


def leading(identifiers: Sequence[Identifier]) -> Identifier:
    """Return the first target that is no contaminant, else the first target, else the first."""
    return min(identifiers, key=lambda one: (one.decoy, one.contaminant))


def joined(identifiers: Iterable[Identifier]) -> str:
    """Return the accessions of the targets (of all, where there is no target) in order, each once, separated by ';'."""
    identifiers = list(identifiers)
    targets = [one for one in identifiers if not one.decoy] or identifiers
    return ";".join(dict.fromkeys(one.accession for one in targets))


def species(mnemonic: str) -> str:
    """Return the species name of a UniProt mnemonic; the mnemonic itself where it is not in the list."""
    return SPECIES.get(mnemonic, mnemonic)


def scientific(organism: str) -> str:
    """Return the scientific name in a cell that names an organism, however a table writes it.

    Strain and common name in brackets, header fields and a taxonomy number beside the name are left out; a number, mnemonic or
    common name alone is looked up; '' where nothing but an unknown number stands there.

    Examples
    --------
    >>> [scientific(cell) for cell in ("Bos taurus (Bovine)", "Bos taurus OX=9913", "OX=9796", "9913", "BOVIN", "Bovine")]
    ['Bos taurus', 'Bos taurus', 'Equus caballus', 'Bos taurus', 'Bos taurus', 'Bos taurus']
    """
    cell = organism.strip()
    if found := _TAXON.fullmatch(cell):
        return species(TAXA[found[1]]) if found[1] in TAXA else ""
    name = re.split(r"\s+(?:OX|GN|PE|SV)=|\s*[(\[]", cell.removeprefix("OS="))[0].strip()
    return species(_COMMON.get(name.lower(), name))


def describe(headers: str, accession: str) -> Description:
    """Find a protein's header among those of its group and read gene, name and species from it.

    Parameters
    ----------
    headers
        FASTA headers joined by ';', in UniProt's style or that of MaxQuant's contaminants (IPI: `Tax_Id=`, `Gene_Symbol=`).
    accession
        The protein, as `parse` cleans it.
    """
    if accession not in headers:
        return Description()
    for header in _NEXT_HEADER.split(headers):
        token, _, text = header.strip().partition(" ")
        found = parse(token)
        if found.accession != accession:
            continue
        gene = (_HEADER_GENE if text else _GLUED_GENE).search(header)
        symbol = next((part for part in gene.groups() if part), "") if gene else ""
        name = re.sub(r"^(?:\S+:\S+\s+)?(?:Tax_Id=\S*\s+)?(?:Gene_Symbol=\S*\s+)?", "", text)
        return Description(
            gene="" if symbol == "-" else symbol,
            name=re.split(r"\s+(?:OS|OX|GN|PE|SV)=", name)[0].strip(" ;"),
            organism=_organism(found.mnemonic, text),
        )
    return Description()


def _organism(mnemonic: str, text: str) -> str:
    if mnemonic in SPECIES:
        return SPECIES[mnemonic]
    if found := _HEADER_SPECIES.search(text):
        return found[1]
    if (found := _HEADER_TAXON.search(text)) and found[1] in TAXA:
        return species(TAXA[found[1]])
    if not mnemonic and (found := _HEADER_BINOMIAL.match(text)):
        return found[1]
    return mnemonic


def unique(names: Sequence[str]) -> list[str]:
    """Return the names with ' #2', ' #3', ... behind each repetition; a suffix that is taken already is passed over."""
    taken, count, keys = set(names), {}, []
    for name in names:
        key = name
        if count.setdefault(name, 0):
            while key in taken:
                count[name] += 1
                key = f"{name} #{count[name]}"
            taken.add(key)
        else:
            count[name] = 1
        keys.append(key)
    return keys
