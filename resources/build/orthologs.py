"""From a human gene to its reviewed UniProt entries, in human, mouse and rat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from packages import MNEMONICS, Entry, Genes, Nomenclature


@dataclass(frozen=True)
class ReviewedEntries:
    """Reviewed entries of every human gene, and of its orthologs.

    A human gene's entries are those that org.Hs.eg.db or HGNC lists and that UniProt had reviewed. Its orthologs are the
    genes that HGNC lists (as MGI and RGD supply them), found in UniProt by their MGI or RGD number.
    """

    genes: Genes
    entries: Mapping[str, Entry]
    nomenclature: Mapping[str, Nomenclature]
    by_number: Mapping[tuple[str, str], tuple[str, ...]]

    @classmethod
    def build(
        cls, genes: Genes, entries: Mapping[str, Entry], nomenclature: Mapping[str, Nomenclature]
    ) -> ReviewedEntries:
        """Index the entries by their gene numbers in MGI and RGD."""
        by_number: dict[tuple[str, str], list[str]] = defaultdict(list)
        for entry in entries.values():
            if entry.mnemonic == MNEMONICS["mouse"]:
                for number in entry.mgi:
                    by_number["mouse", number].append(entry.accession)
            if entry.mnemonic == MNEMONICS["rat"]:
                for number in entry.rgd:
                    by_number["rat", number].append(entry.accession)
        return cls(genes, entries, nomenclature, {key: tuple(sorted(value)) for key, value in by_number.items()})

    def of(self, gene: int, organism: str) -> tuple[str, ...]:
        """Return all reviewed accessions of a human gene, or of its orthologs in mouse or rat, sorted."""
        if organism != "human":
            numbers = self._named(gene).orthologs.get(organism, ())
            return tuple(sorted({one for number in numbers for one in self.by_number.get((organism, number), ())}))
        listed = {*self.genes.accessions.get(gene, ()), *self._named(gene).accessions}
        return tuple(sorted(one for one in listed if self._is_human(one)))

    def one(self, gene: int, organism: str) -> str | None:
        """Return the one accession that stands for the gene; None where there is no reviewed entry, or no clear one.

        Human: HGNC's accession, then the entry that carries the gene's symbol as its primary name, then the first.
        Mouse and rat: the entry of a one-to-one ortholog; where HGNC lists several, the one that is spelled as in human
        (Ccl2 rather than Ccl12 for CCL2).
        """
        accessions, symbol = self.of(gene, organism), self.genes.symbol[gene]
        if organism != "human":
            if len(self._named(gene).orthologs.get(organism, ())) > 1:
                accessions = tuple(one for one in accessions if self.entries[one].gene.upper() == symbol.upper())
            return accessions[0] if len(accessions) == 1 else None
        for preferred in (
            [one for one in self._named(gene).accessions if one in accessions],
            [one for one in accessions if self.entries[one].gene == symbol],
            accessions,
        ):
            if preferred:
                return preferred[0]
        return None

    def human_genes(self) -> dict[str, tuple[int, ...]]:
        """Return the genes of every reviewed human accession."""
        found: dict[str, list[int]] = defaultdict(list)
        for gene in sorted(self.genes.accessions):
            for accession in self.of(gene, "human"):
                found[accession].append(gene)
        return {accession: tuple(listed) for accession, listed in found.items()}

    def name(self, gene: int, accession: str, organism: str) -> str:
        """Return the gene symbol of an entry: the current human symbol, UniProt's primary name in mouse and rat."""
        return self.genes.symbol[gene] if organism == "human" else self.entries[accession].gene

    def _named(self, gene: int) -> Nomenclature:
        return self.nomenclature.get(self.genes.entrez[gene], Nomenclature((), {}))

    def _is_human(self, accession: str) -> bool:
        return accession in self.entries and self.entries[accession].mnemonic == MNEMONICS["human"]
