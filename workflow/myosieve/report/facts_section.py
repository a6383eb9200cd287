"""What the page says of each detected myokine: the shipped facts, with a link where the source is a number that has one."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

# Crossref's pattern for its DOIs (https://www.crossref.org/blog/dois-and-matching-regular-expressions/); nothing in it needs
# an escape in an address.
_DOI = re.compile(r"10\.[0-9]{4,9}/[-._;()/:A-Za-z0-9]+")
_PUBMED = re.compile(r"PMID:([0-9]{1,9})")
_PMC = re.compile(r"PMC[0-9]{1,9}")


def myokine_facts(facts: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Return, per detected myokine in the table's order, its name, protein groups and facts, each fact once.

    Parameters
    ----------
    facts
        Contract STUDY_FACTS; None gives no myokine.
    """
    if facts is None:
        return []
    found = []
    for accession, rows in facts.groupby("accession_human", sort=False):
        groups = rows["protein_group"].drop_duplicates().tolist()
        mine = rows[rows["protein_group"] == groups[0]]
        gene = mine["gene"].iloc[0]
        found.append(
            {
                "name": accession if pd.isna(gene) else gene,
                "accession": accession,
                "groups": groups,
                "rows": [{"fact": row, "link": source_link(row.source)} for row in mine.itertuples(index=False)],
            }
        )
    return found


def source_link(source: Any) -> str:
    """Return the address of a source that is a DOI, PubMed or PMC number and nothing else, else nothing.

    Examples
    --------
    >>> source_link("PMID:14517293")
    'https://pubmed.ncbi.nlm.nih.gov/14517293/'
    >>> source_link("source guide")
    ''
    """
    if not isinstance(source, str):
        return ""
    if _DOI.fullmatch(source):
        return f"https://doi.org/{source}"
    if pubmed := _PUBMED.fullmatch(source):
        return f"https://pubmed.ncbi.nlm.nih.gov/{pubmed[1]}/"
    return f"https://pmc.ncbi.nlm.nih.gov/articles/{source}/" if _PMC.fullmatch(source) else ""
