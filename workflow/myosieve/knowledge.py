"""The knowledge tables that ship, in resources/knowledge: names, kind and meaning of the columns that are read.

Where their content comes from: resources/knowledge/SOURCES.md.
"""

from myosieve.schema import COUNT, TEXT, Table, columns

LEAK_MARKERS = Table(
    "leak markers",
    "one per organism and protein",
    columns(
        ("organism", TEXT, "human, mouse or rat"),
        ("accession", TEXT, "UniProt accession"),
        ("gene", TEXT, "gene symbol, to read"),
        ("compartment", TEXT, "where in the cell it stays"),
        ("rule", TEXT, "why it is on the list"),
    ),
    open=True,
)

CONTAMINANTS = Table(
    "contaminants",
    "one per protein",
    columns(
        ("accession", TEXT, "UniProt accession"),
        ("organism", TEXT, "species name"),
        ("source_of_contamination", TEXT, "where it comes from"),
        ("kind", TEXT, "serum, keratin, enzyme or other"),
    ),
    open=True,
)

ORGANISMS = Table(
    "organisms",
    "one per species",
    columns(
        ("key", TEXT, "name in the config"),
        ("species", TEXT, "species name"),
        ("taxon_id", TEXT, "NCBI taxon"),
        ("mnemonic", TEXT, "UniProt entry name suffix"),
        ("role", TEXT, "host or serum"),
    ),
    open=True,
)

RECEPTORS = Table(
    "receptors",
    "one per organism, ligand and receptor",
    columns(
        ("organism", TEXT, "human, mouse or rat"),
        ("ligand_accession", TEXT, "UniProt accession of the ligand; subunits of a complex joined by '+'"),
        ("ligand_gene", TEXT, "gene symbol of the ligand, to read"),
        ("receptor_gene", TEXT, "gene symbol of the receptor; subunits of a complex joined by '+'"),
        ("receptor_accession", TEXT, "UniProt accession of the receptor; subunits joined by '+', in the same order"),
        ("resources", COUNT, "databases that list the pair"),
        ("curated", TEXT, "yes where one of them is curated from the literature"),
        ("sources", TEXT, "these databases, separated by ';'"),
    ),
    open=True,
)

MYOKINES = Table(
    "known myokines",
    "one per myokine",
    columns(
        ("gene", TEXT, "gene symbol, to read"),
        ("name", TEXT, "name of the myokine"),
        ("accession_human", TEXT, "UniProt accession"),
        ("accession_mouse", TEXT, "UniProt accession"),
        ("target_organs", TEXT, "organs that it acts on"),
    ),
    open=True,
)

EXTRACELLULAR = Table(
    "extracellular proteins",
    "one per protein annotated directly as extracellular region or space",
    columns(
        ("organism", TEXT, "human, mouse or rat"),
        ("accession", TEXT, "UniProt accession"),
        ("gene", TEXT, "gene symbol"),
        ("evidence", TEXT, "exp, curated, high_throughput or electronic"),
        ("evidence_codes", TEXT, "GO evidence codes"),
    ),
    open=True,
)

GENES = Table(
    "genes",
    "one per organism and reviewed accession",
    columns(
        ("organism", TEXT, "human, mouse or rat"),
        ("accession", TEXT, "UniProt accession"),
        ("gene", TEXT, "official gene symbol; empty where UniProt names no gene"),
        (
            "human_accession",
            TEXT,
            "accession of the human ortholog; of a human protein its own; empty = none that is clear",
        ),
        ("ensembl", TEXT, "Ensembl gene numbers of the human gene, separated by ';'"),
        ("papers", COUNT, "PubMed links of the human gene in Entrez Gene: how famous it is; empty = not known"),
        ("go_terms", COUNT, "Gene Ontology terms that the human gene is directly annotated with; empty = not known"),
    ),
    open=True,
)

ALIASES = Table(
    "gene aliases",
    "one per organism and name that is no official symbol",
    columns(
        ("organism", TEXT, "human, mouse or rat"),
        ("alias", TEXT, "the name"),
        ("gene", TEXT, "official symbols of the genes that it stands for, separated by ';'"),
        ("ambiguous", TEXT, "yes where it stands for several"),
    ),
    open=True,
)
