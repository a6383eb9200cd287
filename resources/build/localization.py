"""Who is outside the cell, and who never should be: `extracellular.tsv` and `leak_markers.tsv`, from Gene Ontology."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from orthologs import ReviewedEntries
from packages import EVIDENCE_CLASSES, EXPERIMENTAL, MNEMONICS, REVIEWED, Genes

# Extracellular region, extracellular space, extracellular matrix, collagen-containing extracellular matrix. Direct
# annotations only: below them stands the extracellular exosome, in which mass spectrometry finds half of the cytosol.
EXTRACELLULAR = ("GO:0005576", "GO:0005615", "GO:0031012", "GO:0062023")
CELL_SURFACE = ("GO:0009986", "GO:0009897")
CYTOSOL, RECEPTOR_LIGAND = ("GO:0005829",), ("GO:0048018",)

# Phylogenetic inference (IBA) puts it into the extracellular space; its release is the clinical sign of damaged muscle.
RELEASED_BY_DAMAGE = {"CKM"}
# Calmodulin's three genes make one protein, and CALM1 is annotated as extracellular.
SAME_PROTEIN_AS_EXTRACELLULAR = {"CALM2", "CALM3"}


@dataclass(frozen=True)
class MarkerRule:
    """Genes annotated directly to one of `within` by `codes`, to or below one of each of `also`, and not to `never`."""

    compartment: str
    within: tuple[str, ...]
    codes: frozenset[str]
    also: tuple[tuple[str, tuple[str, ...]], ...] = ()
    never: tuple[str, ...] = ()

    def genes(self, genes: Genes) -> dict[int, str]:
        """Return the genes that the rule takes, before anything is excluded, each with the terms that made it a marker."""
        kind = "experimental" if self.codes == EXPERIMENTAL else "reviewed"
        within = {term: genes.directly_in([term], set(self.codes)) for term in self.within}
        found = set().union(*within.values()) - genes.directly_in(self.never, REVIEWED)
        also = [{term: genes.below(aspect, [term]) for term in terms} for aspect, terms in self.also]
        for having in also:
            found &= set().union(*having.values())
        return {
            gene: f"{kind} in {_having(within, gene)}" + "".join(f" and {_having(having, gene)}" for having in also)
            for gene in found
        }


def _having(terms: Mapping[str, set[int]], gene: int) -> str:
    """Return the terms that hold the gene, joined by '|'."""
    return "|".join(sorted(term for term, members in terms.items() if gene in members))


_EXPERIMENTAL, _REVIEWED = frozenset(EXPERIMENTAL), frozenset(REVIEWED)
# Hexokinase, phosphofructokinase, aldolase, triose isomerase, GAPDH, PGK, PGAM, enolase, pyruvate kinase, lactate
# dehydrogenase, G6PD, lactonase, 6-phosphogluconate dehydrogenase, transketolase, transaldolase, glycogen phosphorylase,
# creatine kinase, adenylate kinase.
_ENZYMES = (
    "GO:0004396", "GO:0003872", "GO:0004332", "GO:0004807", "GO:0004365", "GO:0004618", "GO:0004619", "GO:0004634",
    "GO:0004743", "GO:0004459", "GO:0004345", "GO:0017057", "GO:0004616", "GO:0004802", "GO:0004801", "GO:0008184",
    "GO:0004111", "GO:0004017",
)  # fmt: skip
# The sarcomere and the parts of it that genes are annotated to: myofibril, Z disc, A, I and M band, thin and thick filament,
# muscle myosin, troponin.
_SARCOMERE = (
    "GO:0030017", "GO:0030016", "GO:0030018", "GO:0031672", "GO:0031674", "GO:0031430", "GO:0005865", "GO:0005863",
    "GO:0032982", "GO:0005859", "GO:0005861",
)  # fmt: skip
# Plasma membrane, sarcolemma, T-tubule, sarcoplasmic reticulum, its membrane and its lumen.
_MUSCLE_MEMBRANES = ("GO:0005886", "GO:0042383", "GO:0030315", "GO:0016529", "GO:0033017", "GO:0033018")

# Where two rules take a gene, the first one names it.
MARKER_RULES = (
    MarkerRule(
        "ribosome",  # cytosolic large and small subunit; structural constituent of ribosome
        ("GO:0022625", "GO:0022627"),
        _EXPERIMENTAL,
        (("mf", ("GO:0003735",)),),
    ),
    MarkerRule(
        "proteasome",  # core complex, base, lid, accessory and the complex as a whole
        ("GO:0005839", "GO:0008540", "GO:0008541", "GO:0022624", "GO:0000502"),
        _EXPERIMENTAL,
    ),
    MarkerRule(
        "mitochondrion",  # matrix or mitochondrion; tricarboxylic acid cycle
        ("GO:0005759", "GO:0005739"),
        _REVIEWED,
        (("bp", ("GO:0006099",)),),
    ),
    MarkerRule(
        "mitochondrion",  # pyruvate dehydrogenase, ATP synthase and its two parts, complex III
        ("GO:0045254", "GO:0005753", "GO:0000275", "GO:0000276", "GO:0005750"),
        _EXPERIMENTAL,
    ),
    MarkerRule("cytosolic enzyme", ("GO:0005829",), _REVIEWED, (("mf", _ENZYMES),)),
    MarkerRule("chaperonin", ("GO:0005832",), _EXPERIMENTAL),
    MarkerRule("translation factor", ("GO:0005852",), _EXPERIMENTAL),  # eIF3
    # Structural constituent of muscle; muscle contraction or sarcomere organization.
    MarkerRule("sarcomere", _SARCOMERE, _REVIEWED, (("mf", ("GO:0008307",)),), _MUSCLE_MEMBRANES),
    MarkerRule("sarcomere", _SARCOMERE, _REVIEWED, (("bp", ("GO:0006936", "GO:0045214")),), _MUSCLE_MEMBRANES),
)


def outside_codes(genes: Genes) -> dict[int, set[str]]:
    """Return the evidence codes by which genes are directly annotated as extracellular.

    An author statement (TAS) counts for nothing where reviewed evidence places the gene in the cytosol and nothing says
    that it is a receptor's ligand: most such statements are Reactome's degranulation of platelets and neutrophils, which
    lists aldolase, pyruvate kinase, titin and half of the proteasome.
    """
    unsure = genes.directly_in(CYTOSOL, REVIEWED) - genes.below("mf", RECEPTOR_LIGAND)
    outside = {}
    for gene, components in genes.components.items():
        codes = set().union(*(components.get(term, set()) for term in EXTRACELLULAR))
        if gene in unsure and codes & REVIEWED - EVIDENCE_CLASSES["high_throughput"] == {"TAS"}:
            codes -= {"TAS"}
        if codes and genes.symbol[gene] not in RELEASED_BY_DAMAGE:
            outside[gene] = codes
    return outside


def extracellular(reviewed: ReviewedEntries) -> list[dict[str, str]]:
    """Return the rows of `extracellular.tsv`: one per organism and reviewed accession.

    Mouse and rat carry over the annotation of the human gene: experimental evidence becomes curated there (the Gene
    Ontology's code ISO), the codes are written with that prefix.
    """
    codes: dict[tuple[str, str], set[str]] = defaultdict(set)
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    for gene, found in outside_codes(reviewed.genes).items():
        for organism in MNEMONICS:
            for accession in reviewed.of(gene, organism):
                codes[organism, accession] |= found
                names[organism, accession].add(reviewed.name(gene, accession, organism))
    rows = []
    for (organism, accession), found in codes.items():
        primary = reviewed.entries[accession].gene
        listed = names[organism, accession]
        rows.append(
            {
                "organism": organism,
                "accession": accession,
                "gene": primary if primary in listed else min(listed),
                "evidence": _evidence(found, organism),
                "evidence_codes": ";".join(code if organism == "human" else f"ISO:{code}" for code in sorted(found)),
            }
        )
    return rows


def _evidence(codes: set[str], organism: str) -> str:
    best = next(name for name, members in EVIDENCE_CLASSES.items() if codes & members)
    return "curated" if best == "exp" and organism != "human" else best


def leak_markers(reviewed: ReviewedEntries, myokines: Collection[str]) -> list[dict[str, str]]:
    """Return the rows of `leak_markers.tsv`: one per organism and marker protein.

    Excluded, whatever a rule says: a direct extracellular annotation of any evidence (author statements too; only
    `RELEASED_BY_DAMAGE` may have one), a reviewed annotation to the cell surface, a gene of mitochondrial DNA (membrane
    proteins that mass spectrometry hardly sees), and the myokines.

    Parameters
    ----------
    reviewed
        The genes with their annotations and entries.
    myokines
        Symbols of the genes in `myokines.tsv`.
    """
    genes = reviewed.genes
    excluded = genes.directly_in(EXTRACELLULAR, REVIEWED | EVIDENCE_CLASSES["electronic"])
    excluded -= {gene for gene in excluded if genes.symbol[gene] in RELEASED_BY_DAMAGE}
    excluded |= genes.directly_in(CELL_SURFACE, REVIEWED) | genes.mitochondrial_dna
    outside = {row["accession"] for row in extracellular(reviewed)}
    barred = {*myokines, *SAME_PROTEIN_AS_EXTRACELLULAR}
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for rule in MARKER_RULES:
        for gene, terms in sorted(rule.genes(genes).items()):
            if gene in excluded or genes.symbol[gene] in barred:
                continue
            for organism in MNEMONICS:
                accession = reviewed.one(gene, organism)
                if accession is None or accession in outside:
                    continue
                row = {
                    "organism": organism,
                    "accession": accession,
                    "gene": reviewed.name(gene, accession, organism),
                    "compartment": rule.compartment,
                    "rule": terms + ("" if organism == "human" else f"; by human ortholog {genes.symbol[gene]}"),
                }
                rows.setdefault((organism, accession), row)
    return list(rows.values())
