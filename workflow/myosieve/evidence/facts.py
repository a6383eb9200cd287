"""What is known of one protein: the calls of all sources, in the order in which they are believed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from myosieve.evidence import precedence
from myosieve.evidence.precedence import CURATED, GENE_ONTOLOGY, UNIPROT, Precedence
from myosieve.evidence.topology import Segment, Side
from myosieve.sequence import motif

# Kinds of evidence in the table of extracellular proteins, best first; only the first two make a protein known as such.
# Mass spectrometry of vesicles and automatic annotation put GAPDH outside the cell.
EXTRACELLULAR_ORDER = ("exp", "curated", "high_throughput", "electronic")
KNOWN_EXTRACELLULAR = EXTRACELLULAR_ORDER[:2]

# Gene Ontology's evidence codes by kind (geneontology.org/docs/guide-go-evidence-codes), for rows that state codes only.
_CODES = {
    "exp": {"EXP", "IDA", "IPI", "IMP", "IGI", "IEP"},
    "curated": {"TAS", "NAS", "IC", "ISS", "ISO", "ISA", "ISM", "IGC", "IBA", "IBD", "IKR", "IRD", "RCA"},
    "high_throughput": {"HTP", "HDA", "HMP", "HGI", "HEP"},
}

ABSENT = ("", "no", "unknown")  # what a motif column says where there is no motif

_RANK = {"yes": 0, "no": 1, "unknown": 2}


class Call(NamedTuple):
    """One source's word on one feature; places and score are NaN where it gives none."""

    source: str
    call: str
    start: float = math.nan
    end: float = math.nan
    score: float = math.nan
    version: str = ""
    detail: str = ""
    evidence_code: str = ""

    @property
    def words(self) -> str:
        """The source as people name it."""
        return precedence.words(self.source, self.version)


class HelixCall(NamedTuple):
    """One source's word on helices: where they are on the whole sequence (in order), none, or unknown (None).

    `placeless` counts helices that the source reports without their place.
    """

    source: str
    segments: tuple[Segment, ...] | None
    version: str = ""
    placeless: int = 0

    @property
    def words(self) -> str:
        """The source as people name it."""
        return precedence.words(self.source, self.version)


@dataclass
class Facts:
    """What is known of one protein; the tuples hold one entry per source, in the order of precedence.

    `sides` and `barrel` go by the order for helices. UniProt's three kinds of evidence are one source of helices and sides:
    an entry's helices may have evidence of different kinds.
    """

    signal: tuple[Call, ...] = ()
    helices: tuple[HelixCall, ...] = ()
    gpi: tuple[Call, ...] = ()
    extracellular: tuple[Call, ...] = ()
    unconventional: tuple[Call, ...] = ()
    location: tuple[Call, ...] = ()
    barrel: tuple[Call, ...] = ()
    sides: dict[str, tuple[Side, ...]] = field(default_factory=dict)  # by source, UniProt's under "uniprot"
    er_motif: str = "unknown"
    dilysine: str = "unknown"
    length: float = math.nan

    @property
    def speaks(self) -> bool:
        """Whether there is a sequence or any call on it; what is known of the protein by name does not count."""
        return self.length > 0 or bool(self.signal or self.helices or self.barrel or self.gpi or self.unconventional)


def family(source: str) -> str:
    """Return the name under which a source's helices and sides are put together."""
    return "uniprot" if source in UNIPROT else source


def one_each(calls: Iterable[Call], ranks: Sequence[str]) -> list[Call]:
    """Return one call per source in the order of the sources; a source that is not in it is left out.

    Where a source has several, a yes goes before a no and a no before unknown, then better evidence, then the nearer end.
    """
    by_source: dict[str, list[Call]] = {}
    for call in calls:
        by_source.setdefault(call.source, []).append(call)
    return [
        said[0] if len(said := by_source[source]) == 1 else min(said, key=_strength)
        for source in ranks
        if source in by_source
    ]


def _strength(call: Call) -> tuple[object, ...]:
    kind = EXTRACELLULAR_ORDER.index(kind_of(call)) if call.source == GENE_ONTOLOGY else 0
    numbers = [math.inf if math.isnan(value) else value for value in (call.end, call.start, -call.score)]
    return (_RANK.get(call.call, 2), kind, *numbers, call.version, call.detail, call.evidence_code)


def pooled(facts: Iterable[Facts], order: Precedence = precedence.DEFAULT) -> Facts:
    """Return the facts of one sequence that goes by several names; where two have calls of one source, the first's stay."""
    several = list(facts)
    if len(several) == 1:
        return several[0]
    whole = next((replace(here, sides={}) for here in several if here.length > 0), Facts())
    for attribute, feature in _FEATURES.items():
        by_family: dict[str, list[Call]] = {}
        for here in several:
            own: dict[str, list[Call]] = {}
            for call in getattr(here, attribute):
                own.setdefault(family(call.source), []).append(call)
            by_family = own | by_family
        calls = [call for kept in by_family.values() for call in kept]
        setattr(whole, attribute, tuple(sorted(calls, key=partial(_place, order.order[feature]))))
    for here in reversed(several):
        whole.sides |= here.sides
    ranks = list(map(family, order.order["tm_helix"]))
    whole.sides = dict(sorted(whole.sides.items(), key=lambda item: ranks.index(item[0])))
    return whole


def _place(ranks: Sequence[str], call: Call | HelixCall) -> int:
    return ranks.index(call.source)


# Attributes of Facts that hold calls -> whose order they are in.
_FEATURES = {
    "signal": "signal_peptide",
    "helices": "tm_helix",
    "gpi": "gpi",
    "extracellular": "extracellular",
    "unconventional": "unconventional",
    "location": "location",
    "barrel": "tm_helix",
}


def is_canonical(found: str) -> bool:
    """Return whether a motif column names a motif, and not a weak variant of it."""
    return found not in ABSENT and not found.endswith(motif.WEAK)


def counts(call: Call) -> bool:
    """Return whether an extracellular call makes a protein known outside cells: not automatic ones, nor predictions."""
    return call.source in CURATED or (call.source == GENE_ONTOLOGY and kind_of(call) in KNOWN_EXTRACELLULAR)


def kind_of(call: Call) -> str:
    """Return the kind of a Gene Ontology annotation (one of EXTRACELLULAR_ORDER); electronic where nothing is stated."""
    if call.detail in EXTRACELLULAR_ORDER:
        return call.detail
    codes = {code.strip().rpartition(":")[2].upper() for code in call.evidence_code.split(";")}
    return next((kind for kind, members in _CODES.items() if codes & members), EXTRACELLULAR_ORDER[-1])


def best_extracellular(kinds: Iterable[str]) -> str:
    """Return the best kind of evidence among those given, or empty."""
    given = set(kinds)
    return next((kind for kind in EXTRACELLULAR_ORDER if kind in given), "")
