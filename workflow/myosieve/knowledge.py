"""The knowledge tables that ship, in resources/knowledge: names, kind and meaning of the columns that are read.

Where their content comes from: resources/knowledge/SOURCES.md.
"""

from myosieve.schema import COUNT, NUMBER, TEXT, Table, columns

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

MYOKINE_FACTS = Table(
    "myokine facts",
    "one per fact and source",
    columns(
        ("gene", TEXT, "gene symbol of the myokine, to read"),
        ("accession_human", TEXT, "its UniProt accession"),
        ("fact", TEXT, "organ, effect, receptor, pathway, exercise_response or basal_level"),
        ("organ", TEXT, "organ that the fact is about"),
        (
            "value",
            TEXT,
            "what the fact says: words, a receptor (subunits joined by '+'), a pathway of pathways.tsv, a number or range",
        ),
        ("unit", TEXT, "unit of the number; fold: treatment / control"),
        ("direction", TEXT, "of a response to exercise: up, down or none"),
        ("matrix", TEXT, "where it was measured, as plasma, serum or muscle mRNA; empty = the source does not tell"),
        ("protocol", TEXT, "the exercise"),
        ("source", TEXT, "DOI, PubMed or PMC number, title, or 'source guide'"),
        ("doubtful", TEXT, "what speaks against it or limits it"),
    ),
    open=True,
)

PATHWAYS = Table(
    "pathways",
    "one per edge",
    columns(
        ("pathway", TEXT, "name of the pathway"),
        ("title", TEXT, "the same for people"),
        ("myokine_accession", TEXT, "UniProt accession of the human myokine"),
        ("myokine_gene", TEXT, "its gene symbol, to read"),
        ("organ", TEXT, "where it acts"),
        ("step", COUNT, "order of the edge within the pathway, from 1"),
        ("source", TEXT, "node that the edge leaves: gene symbols joined by '+', or words"),
        ("source_kind", TEXT, "myokine, receptor, kinase, transcription_factor, gene, effect or cell"),
        ("relation", TEXT, "activates, inhibits, induces, releases or binds"),
        ("target", TEXT, "node that the edge reaches"),
        ("target_kind", TEXT, "as source_kind"),
        ("reference", TEXT, "DOI, PubMed or PMC number, title, or 'source guide'"),
        ("doubtful", TEXT, "what speaks against the edge or limits it"),
    ),
    open=True,
)

PROTOCOLS = Table(
    "protocols",
    "one per protocol of electrical stimulation and source",
    columns(
        ("protocol", TEXT, "the kind of exercise that it stands for: endurance or resistance"),
        ("description", TEXT, "cells and intent"),
        ("frequency_hz_low", NUMBER, "lowest pulse frequency (Hz)"),
        ("frequency_hz_high", NUMBER, "highest pulse frequency (Hz)"),
        ("pulse_ms", NUMBER, "length of a pulse (ms)"),
        ("voltage_v", NUMBER, "voltage (V)"),
        ("duration_h_low", NUMBER, "shortest stimulation (h)"),
        ("duration_h_high", NUMBER, "longest stimulation (h)"),
        ("pattern", TEXT, "how pulses are grouped"),
        ("recovery", TEXT, "what follows the stimulation"),
        ("source", TEXT, "DOI, title, or 'source guide'"),
        ("doubtful", TEXT, "what the source does not tell, or what limits it"),
    ),
    open=True,
)
