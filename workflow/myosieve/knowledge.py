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

ORGANS = Table(
    "organs",
    "one per vocabulary and tissue",
    columns(
        ("vocabulary", TEXT, "hpa, gtex or literature"),
        ("tissue", TEXT, "name of the tissue there, in lower case, letters and digits only"),
        ("organ", TEXT, "organ that it belongs to; empty = none, as for a cell line"),
        ("proxy", TEXT, "yes where the tissue only stands for the organ, else no"),
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
        ("resources", COUNT, "databases that list the pair"),
        ("curated", TEXT, "yes where one of them is curated from the literature"),
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
        ("gene", TEXT, "official gene symbol"),
        ("human_accession", TEXT, "accession of the human ortholog; of human rows the accession itself; empty = none"),
        ("ensembl", TEXT, "Ensembl ids of the human gene, separated by ';'"),
    ),
    open=True,
)

PATHWAYS = Table(
    "pathways",
    "one per pathway and edge",
    columns(
        ("pathway", TEXT, "id of the pathway"),
        ("title", TEXT, "what it shows"),
        ("myokine_accession", TEXT, "human UniProt accession of the myokine"),
        ("myokine_gene", TEXT, "human gene symbol of the myokine"),
        ("organ", TEXT, "where it happens"),
        ("step", COUNT, "order of the edge"),
        ("source", TEXT, "node that acts"),
        ("source_kind", TEXT, "myokine, receptor, kinase, transcription_factor, gene, effect or cell"),
        ("relation", TEXT, "activates, inhibits, induces, releases or binds"),
        ("target", TEXT, "node that is acted on"),
        ("target_kind", TEXT, "as source_kind"),
        ("reference", TEXT, "DOI, PubMed number or name of the source"),
        ("doubtful", TEXT, "why the edge is in doubt; empty where it is not"),
    ),
    open=True,
)
