"""Names of UniProt's columns: as its TSV headers write them, as its service is asked for them, as older releases had them.

Current names: https://www.uniprot.org/help/return_fields. Before release 2022_02 the site wrote some in other words or
letter case ("Status", "Gene ontology (cellular component)"); headers are compared without regard to case.
"""

from __future__ import annotations

from collections.abc import Iterable

# Column -> field of the REST service; the order is that of a snapshot.
FIELDS = {
    "Entry": "accession",
    "Reviewed": "reviewed",
    "Entry Name": "id",
    "Protein names": "protein_name",
    "Gene Names (primary)": "gene_primary",
    "Organism": "organism_name",
    "Organism (ID)": "organism_id",
    "Length": "length",
    "Fragment": "fragment",
    "Protein existence": "protein_existence",
    "Signal peptide": "ft_signal",
    "Transmembrane": "ft_transmem",
    "Intramembrane": "ft_intramem",
    "Topological domain": "ft_topo_dom",
    "Lipidation": "ft_lipid",
    "Propeptide": "ft_propep",
    "Transit peptide": "ft_transit",
    "Chain": "ft_chain",
    "Subcellular location [CC]": "cc_subcellular_location",
    "Keywords": "keyword",
    "Gene Ontology (cellular component)": "go_c",
    "Sequence": "sequence",
}
# All aspects of Gene Ontology in one column; read where the one of cellular components is missing.
ALL_ONTOLOGY = "Gene Ontology (GO)"
# The accession that was asked for, where UniProt answers with another entry (also the first column of its ID mapping).
ASKED = "From"

# Columns that something is said about secretion in; a table without any of them is of no use.
TELLING = (
    *("Signal peptide", "Transmembrane", "Topological domain", "Lipidation", "Transit peptide"),
    *("Subcellular location [CC]", "Keywords", "Gene Ontology (cellular component)", ALL_ONTOLOGY),
)

_OLDER = {
    "status": "Reviewed",
    "organism id": "Organism (ID)",
    "gene names  (primary )": "Gene Names (primary)",
    "subcellular location": "Subcellular location [CC]",
    "subcellular location[cc]": "Subcellular location [CC]",
}
_BY_SPELLING = {
    **{name.lower(): name for name in (*FIELDS, ALL_ONTOLOGY, ASKED)},
    **{field: name for name, field in FIELDS.items()},
    **_OLDER,
}


def recognized(header: Iterable[str]) -> dict[str, str]:
    """Return the current name of each column in a header that UniProt is known to write (given name -> current name).

    The first of two columns with the same meaning counts.
    """
    found: dict[str, str] = {}
    for given in header:
        current = _BY_SPELLING.get(given.strip().strip('"').lower())
        if current and current not in found.values():
            found[given] = current
    return found
