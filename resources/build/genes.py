"""Every reviewed protein with its gene, and the other names of genes: `genes.tsv.gz` and `aliases.tsv.gz`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from orthologs import ReviewedEntries
from packages import MNEMONICS, GeneFacts


def genes(reviewed: ReviewedEntries, facts: GeneFacts) -> list[dict[str, str]]:
    """Return the rows of `genes.tsv.gz`: one per organism and reviewed accession.

    A human accession that several genes share (histone H4) has what is listed of any of them. Mouse and rat accessions have
    what is listed of the human ortholog; without one, `ensembl`, `papers` and `go_terms` stay empty.
    """
    of_human = reviewed.human_genes()
    ortholog = human_orthologs(reviewed)
    rows = []
    for entry in reviewed.entries.values():
        organism = next((key for key, mnemonic in MNEMONICS.items() if mnemonic == entry.mnemonic), None)
        if organism is None:
            continue
        human = entry.accession if organism == "human" else ortholog.get((organism, entry.accession), "")
        listed = of_human.get(human, ())
        # Without a gene in Entrez Gene nothing was counted, which is not the same as none.
        counts = (len(_of_any(facts.papers, listed)), len(_of_any(facts.terms, listed))) if listed else ("", "")
        rows.append(
            {
                "organism": organism,
                "accession": entry.accession,
                "gene": _name(entry.gene, [facts.symbols[gene] for gene in listed], organism),
                "human_accession": human,
                "ensembl": ";".join(sorted(_of_any(facts.ensembl, listed))),
                "papers": str(counts[0]),
                "go_terms": str(counts[1]),
            }
        )
    return rows


def human_orthologs(reviewed: ReviewedEntries) -> dict[tuple[str, str], str]:
    """Return the human accession of (organism, accession) in mouse and rat, where there is a clear one.

    The accession must be the one that stands for the human gene in its organism (`ReviewedEntries.one`: Ccl2 and not Ccl12
    for CCL2). Where several human genes claim it, the one spelled alike has it; with none or several such, nobody.
    """
    claims: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for gene in sorted(reviewed.genes.accessions):
        human = reviewed.one(gene, "human")
        for organism in ("mouse", "rat"):
            accession = reviewed.one(gene, organism)
            if human and accession:
                claims[organism, accession][human].add(reviewed.genes.symbol[gene].upper())
    found = {}
    for (organism, accession), by_human in claims.items():
        spelled = reviewed.entries[accession].gene.upper()
        alike = [human for human, symbols in by_human.items() if spelled in symbols]
        for choice in (list(by_human), alike):
            if len(choice) == 1:
                found[organism, accession] = choice[0]
    return found


def aliases(reviewed: ReviewedEntries, facts: GeneFacts) -> list[dict[str, str]]:
    """Return the rows of `aliases.tsv.gz`: one per organism and other name.

    A name that is the official symbol of any gene is nobody's alias (HGF, which Entrez Gene lists for IL6, too). A name
    that stands for several genes with a protein is ambiguous. In mouse and rat, the only other name is the symbol of the
    human ortholog where theirs is another (IL6R for Il6ra); the other human names lead there through that.
    """
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    official = {symbol.upper() for symbol in facts.symbols.values()}
    of_human = reviewed.human_genes()
    for gene in {gene for listed in of_human.values() for gene in listed}:
        for alias in facts.aliases.get(gene, ()):
            if alias.upper() not in official:
                named["human", alias.strip()].add(facts.symbols[gene])
    taken = {(entry.mnemonic, entry.gene.upper()) for entry in reviewed.entries.values()}
    for (organism, accession), human in human_orthologs(reviewed).items():
        symbol = reviewed.entries[accession].gene
        for gene in of_human[human]:
            if symbol and (MNEMONICS[organism], facts.symbols[gene].upper()) not in taken:
                named[organism, facts.symbols[gene]].add(symbol)
    return [
        {
            "organism": organism,
            "alias": alias,
            "gene": ";".join(sorted(symbols)),
            "ambiguous": "yes" if len(symbols) > 1 else "no",
        }
        for (organism, alias), symbols in named.items()
    ]


def _of_any(lists: Mapping[int, frozenset[str]], genes: tuple[int, ...]) -> set[str]:
    return set().union(*(lists.get(gene, frozenset()) for gene in genes))


def _name(primary: str, symbols: list[str], organism: str) -> str:
    """Return the official symbol: Entrez Gene's in human (UniProt's name picks among several), UniProt's elsewhere."""
    if organism != "human" or not symbols or primary in symbols:
        return primary
    return min(symbols, key=lambda symbol: (symbol.startswith("LOC"), symbol))
