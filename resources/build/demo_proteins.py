"""Write the sequences and simulation classes of the embedded demo from two Debian packages.

    python resources/build/demo_proteins.py METASTUDENT_FOLDER ORG_HS_SQLITE [--out resources/demo]

METASTUDENT_FOLDER is `dataset_201401` of metastudent-data 2.0.1-8 (Swiss-Prot sequences with GO terms, as BLAST databases),
ORG_HS_SQLITE is `org.Hs.eg.sqlite` of r-bioc-org.hs.eg.db 3.16.0-1; `resources/demo/SOURCES.md` says how to unpack them.
Writes human.fasta.gz, other.fasta.gz (contaminants and bovine serum) and proteins.tsv (accession, class, basis, group). The
choice uses no random numbers: drawn proteins come in the order of the SHA-256 of their accession.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import re
import sqlite3
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from demo_lists import BOVINE_SERUM, CONTAMINANTS, ENTRY_NAMES, LISTED, PARALOGS

# GO cellular component terms, used as annotated directly (not through child terms).
# Extracellular region, space, matrix, collagen-containing matrix.
EXTRACELLULAR = {"GO:0005576", "GO:0005615", "GO:0031012", "GO:0062023"}
PLASMA_MEMBRANE, INTEGRAL = "GO:0005886", "GO:0016021"
CLASS_TERMS = {
    "er": {"GO:0005788", "GO:0005789"},  # ER lumen, ER membrane
    "ribosome": {"GO:0022625", "GO:0022627"},  # cytosolic large and small ribosomal subunit
    "proteasome": {"GO:0000502", "GO:0005839", "GO:0022624"},  # complex, core, accessory complex
    "sarcomere": {"GO:0030016", "GO:0030017", "GO:0030018"},  # myofibril, sarcomere, Z disc
    "mitochondrion": {"GO:0005739", "GO:0005759"},
    "cytosol": {"GO:0005829"},
    "nucleus": {"GO:0005654"},
}
# Proteins per class, listed ones included; a class that is absent here holds its listed proteins only. About 2,500 in all.
QUOTAS = {
    "ribosome": 60,
    "proteasome": 45,
    "sarcomere": 90,
    "er": 240,
    "mitochondrion": 330,
    "membrane": 270,
    "cytosol": 440,
    "nucleus": 340,
    "other": 330,
}
# Drawn proteins lie between these lengths (residues): long ones cost space, short ones have no tryptic peptides.
LENGTHS = (80, 1200)
ALPHABET = b"-ABCDEFGHIKLMNPQRSTVWXYZU*OJ"  # NCBIstdaa, the residue code of BLAST protein databases
ACCESSION = re.compile(rb"[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9][A-Z][A-Z0-9]{2}[0-9]")


@dataclass
class Gene:
    """One gene of the annotation package."""

    entrez: int
    symbol: str
    name: str
    terms: set[str] = field(default_factory=set)
    seen_by_ms: bool = False


def read_blast_database(stem: Path) -> dict[str, str]:
    """Return the sequences of a version 4 BLAST protein database by accession.

    The index (.pin) holds, big-endian: version, type, title, date, number of sequences, total length (8 bytes), longest
    length, then the offsets of each header (.phr) and each sequence (.psq); sequences end with a zero byte.
    """
    index = stem.with_suffix(".fasta.pin").read_bytes()
    headers = stem.with_suffix(".fasta.phr").read_bytes()
    residues = stem.with_suffix(".fasta.psq").read_bytes()

    def integer(at: int) -> int:
        return int.from_bytes(index[at : at + 4], "big")

    if integer(0) != 4:
        raise SystemExit(f"{stem}: BLAST database version {integer(0)}, expected 4")
    at = 8
    for _ in ("title", "date"):
        at += 4 + integer(at)
    count = integer(at)
    at += 16
    header_at = [integer(at + 4 * i) for i in range(count + 1)]
    at += 4 * (count + 1)
    sequence_at = [integer(at + 4 * i) for i in range(count + 1)]
    decode = bytes.maketrans(bytes(range(len(ALPHABET))), ALPHABET)
    found = {}
    for i in range(count):
        # The title is a string of ASN.1 BER, "accession|GO terms", after a few bytes of tags and its length.
        title = headers[header_at[i] + 7 : header_at[i + 1]].split(b"|")[0]
        accession = ACCESSION.search(title[-6:])
        if accession:
            found[accession[0].decode()] = residues[sequence_at[i] : sequence_at[i + 1] - 1].translate(decode).decode()
    return found


def read_sequences(folder: Path) -> dict[str, str]:
    """Return all sequences of metastudent's three databases (one per GO branch) by accession."""
    merged: dict[str, str] = {}
    for branch in ("BPO", "CCO", "MFO"):
        merged.update(read_blast_database(folder / branch / "goasp"))
    return merged


def read_genes(path: Path, accessions: set[str]) -> dict[str, Gene]:
    """Return the gene of each accession in `accessions`; where an accession has several genes, the lowest Entrez id."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    genes = {
        key: Gene(int(entrez), symbol, name)
        for key, entrez, symbol, name in database.execute(
            "select _id, gene_id, symbol, gene_name from genes join gene_info using (_id)"
        )
    }
    for key, term, evidence in database.execute("select _id, go_id, evidence from go_cc"):
        genes[key].terms.add(term)
        # HDA: "inferred from high-throughput direct assay"; for cellular components that is nearly always mass spectrometry.
        genes[key].seen_by_ms |= evidence == "HDA"
    found: dict[str, Gene] = {}
    for key, accession in database.execute("select _id, uniprot_id from uniprot"):
        if accession in accessions:
            other = found.get(accession)
            found[accession] = min(genes[key], other, key=lambda gene: gene.entrez) if other else genes[key]
    return found


def class_of(gene: Gene) -> str | None:
    """Return the simulation class of a gene that is in no list, or None where its terms leave it in doubt."""
    if gene.terms & EXTRACELLULAR:
        return None
    for name, terms in CLASS_TERMS.items():
        if gene.terms & terms:
            return name
    if PLASMA_MEMBRANE in gene.terms:
        return "membrane" if INTEGRAL in gene.terms else None
    return "other"


def listed(genes: dict[str, Gene]) -> dict[str, str]:
    """Return accession -> class of the listed symbols; of several accessions of a gene, the first in alphabetical order."""
    by_symbol = defaultdict(list)
    for accession in sorted(genes):
        by_symbol[genes[accession].symbol].append(accession)
    chosen: dict[str, str] = {}
    for name, symbols in LISTED.items():
        for symbol in symbols.split():
            accessions = by_symbol.get(symbol, [])
            if not accessions:
                print(f"not in the packages: {symbol} ({name})", file=sys.stderr)
                continue
            if len(accessions) > 1:
                print(f"{symbol}: {accessions[0]} of {' '.join(accessions)}", file=sys.stderr)
            if accessions[0] in chosen:
                raise SystemExit(f"{symbol} is listed twice")
            chosen[accessions[0]] = name
    return chosen


def drawn(genes: dict[str, Gene], sequences: dict[str, str], taken: dict[str, str]) -> dict[str, str]:
    """Return accession -> class of further proteins, until each class has its quota; one accession per gene.

    Proteins that mass spectrometry has seen in people come first.
    """

    def order(accession: str) -> tuple[bool, bytes]:
        return not genes[accession].seen_by_ms, hashlib.sha256(accession.encode()).digest()

    symbols = {genes[accession].symbol for accession in taken}
    counts = {name: sum(value == name for value in taken.values()) for name in QUOTAS}
    chosen: dict[str, str] = {}
    for accession in sorted(genes, key=order):
        gene = genes[accession]
        name = class_of(gene)
        fits = LENGTHS[0] <= len(sequences[accession]) <= LENGTHS[1]
        free = gene.symbol not in symbols and accession not in CONTAMINANTS
        if name and fits and free and counts[name] < QUOTAS[name]:
            chosen[accession] = name
            symbols.add(gene.symbol)
            counts[name] += 1
    return chosen


def entry_name(accession: str, symbol: str) -> str:
    """Return the UniProt entry name where it is known here, else one built from the gene symbol."""
    return ENTRY_NAMES.get(accession, re.sub(r"[^A-Z0-9]", "", symbol.upper())[:8] + "_HUMAN")


def write_gzip(path: Path, text: str) -> None:
    """Write gzip without time stamp and file name, so that the same text gives the same bytes."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.encode())


def fasta(header: str, sequence: str) -> str:
    """Return one FASTA entry, 60 residues a line."""
    return "\n".join([f">{header}", *(sequence[i : i + 60] for i in range(0, len(sequence), 60))]) + "\n"


def main() -> None:
    """Read the packages, choose, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("metastudent", type=Path, help="folder dataset_201401 of metastudent-data")
    parser.add_argument("org_hs", type=Path, help="org.Hs.eg.sqlite of r-bioc-org.hs.eg.db")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "demo")
    arguments = parser.parse_args()

    sequences = read_sequences(arguments.metastudent)
    genes = read_genes(arguments.org_hs, set(sequences))
    print(f"{len(sequences)} sequences, {len(genes)} human", file=sys.stderr)
    # A paralog has no amount of its own: its peptides count for the group of the protein that it resembles.
    paralogs = {member: lead for lead, members in PARALOGS.items() for member in members}
    required = listed(genes) | dict.fromkeys(paralogs, "paralog")
    chosen = required | drawn(genes, sequences, required)

    human = [
        fasta(
            f"sp|{accession}|{entry_name(accession, genes[accession].symbol)} {genes[accession].name} "
            f"OS=Homo sapiens OX=9606 GN={genes[accession].symbol}",
            sequences[accession],
        )
        for accession in sorted(chosen)
    ]
    write_gzip(arguments.out / "human.fasta.gz", "".join(human))
    others = CONTAMINANTS | BOVINE_SERUM
    other = [
        fasta(
            f"sp|{accession}|{entry} {name} OS={species} OX={taxon}" + (f" GN={gene}" if gene else ""),
            sequences[accession],
        )
        for accession, (entry, gene, name, species, taxon) in sorted(others.items())
    ]
    write_gzip(arguments.out / "other.fasta.gz", "".join(other))
    classes = chosen | dict.fromkeys(CONTAMINANTS, "contaminant") | dict.fromkeys(BOVINE_SERUM, "bovine_serum")
    lines = ["accession\tclass\tbasis\tgroup"]
    for accession, name in sorted(classes.items()):
        basis = "listed" if accession in required or accession in others else "drawn"
        lines.append(f"{accession}\t{name}\t{basis}\t{paralogs.get(accession, accession)}")
    (arguments.out / "proteins.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
