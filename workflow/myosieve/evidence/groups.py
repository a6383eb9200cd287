"""Protein groups: which sequence speaks for the group, and what its other members say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from myosieve import schema
from myosieve.evidence import classify, matching, precedence, reasons
from myosieve.evidence.facts import Call, Facts, family, one_each, pooled
from myosieve.evidence.precedence import EMBEDDED, GENE_ONTOLOGY, Precedence
from myosieve.sequence.transmembrane import write_segments

_SHOWN = 3  # members of a group that are named in `conflicts`


def annotate(
    proteins: pd.DataFrame,
    facts: Mapping[str, Facts],
    extracellular: Mapping[str, str],
    features: pd.DataFrame,
    order: Precedence = precedence.DEFAULT,
) -> pd.DataFrame:
    """Return one annotation per protein group.

    The sequence of the leading accession speaks for the group. If there is none, the canonical entry of its isoform does,
    then the other accessions in order; without any sequence, the first with a predictor's result. It is named in
    `secretion_reason` wherever it is not the leading accession. An isoform with calls of its own speaks for itself, and
    calls on the canonical sequence are never taken over to it; where these lead elsewhere, `conflicts` says so. What is known
    of a protein by its name (outside cells, locations) holds for its isoforms too, and a group is known extracellular if any
    member is.

    Parameters
    ----------
    proteins
        Columns protein_group, accession, accessions (separated by ';'), gene, organism; text may be missing.
    facts
        What is known, by accession.
    extracellular
        Kind of Gene Ontology evidence for being extracellular, by accession, beside the calls in `facts`.
    features
        `schema.FEATURES`, to fill genes and organisms that the search engine's table lacks.
    order
        Which source comes first, as in `calls.collect`.

    Returns
    -------
    DataFrame of `schema.ANNOTATION`, same order.
    """
    names = features.set_index("accession")[["gene", "organism"]].to_dict("index")
    resolver = _Resolver(facts, extracellular, order)
    rows = []
    for group, leading, listed, gene, organism in _rows(proteins, "gene", "organism"):
        accessions = members(leading, listed)
        speaking = spokesman(accessions, facts)
        outside = resolver.outside(accessions)
        resolved = resolver.resolve(speaking, outside)
        named = names.get(speaking, {})
        canonical = _canonical(speaking, accessions, facts)
        rows.append(
            {
                "protein_group": group,
                "accession": leading,
                "gene": gene or named.get("gene", ""),
                "organism": organism or named.get("organism", ""),
                **cells(resolved),
            }
        )
        rows[-1]["secretion_reason"] += _whose(leading, speaking) + resolver.not_taken_over(speaking, canonical)
        against = [*resolved.conflicts, *resolver.canonical_differs(canonical, resolved, outside)]
        rest = [name for name in accessions if name != canonical]
        rows[-1]["conflicts"] = "; ".join([*against, *resolver.disagreeing(rest, speaking, resolved, outside)])
    return schema.ANNOTATION.arrange(pd.DataFrame(rows, columns=schema.ANNOTATION.names))


def members(leading: str, accessions: str) -> list[str]:
    """Return the accessions of a group, the leading one first, each once."""
    return list(dict.fromkeys(name.strip() for name in [leading, *accessions.split(";")] if name.strip()))


def spokesman(accessions: list[str], facts: Mapping[str, Facts]) -> str:
    """Return the accession whose calls are used for a group, or empty if there is none.

    A member is spoken for by its own sequence or, for an isoform without any call, by the canonical entry.
    """
    names = [name for name in (_speaker(member, facts) for member in accessions) if name]
    with_sequence = (name for name in names if facts[name].length > 0)
    return next(with_sequence, names[0] if names else "")


def cells(resolved: classify.Resolved) -> dict[str, object]:
    """Return the cells of an annotation that come from the resolved calls."""
    used = resolved.reading
    return {
        "signal_peptide": used.signal.call,
        "sp_end": used.site.end,
        "sp_score": used.signal.score,
        "sp_source": used.signal.source,
        "tm_count": math.nan if used.count is None else used.count,
        "tm_segments": write_segments(used.beyond or ()),
        "tm_source": used.helices.source,
        "topology": resolved.topology,
        "gpi": used.anchored,
        "er_motif": used.facts.er_motif,
        "secretion_class": resolved.secretion_class,
        "secretion_reason": reasons.words(resolved),
    }


def evidence_rows(proteins: pd.DataFrame, calls: pd.DataFrame) -> pd.DataFrame:
    """Return the calls on every member of every protein group (`schema.EVIDENCE`), in the order of the groups.

    Parameters
    ----------
    proteins
        Columns protein_group, accession, accessions.
    calls
        Rows of evidence without `protein_group`, by accession.
    """
    pairs = [
        (group, name)
        for group, leading, listed in _rows(proteins)
        for name in dict.fromkeys(alias for member in members(leading, listed) for alias in matching.aliases(member))
    ]
    joined = pd.DataFrame(pairs, columns=["protein_group", "accession"]).merge(calls, on="accession", how="inner")
    return schema.EVIDENCE.arrange(joined)


def _rows(proteins: pd.DataFrame, *more: str) -> Iterator[tuple[str, ...]]:
    """Return protein_group, accession, accessions and further cells of each group; missing text is empty."""
    names = ["protein_group", "accession", "accessions", *more]
    return zip(*(proteins[name].astype("str").fillna("").tolist() for name in names), strict=True)


def _speaker(member: str, facts: Mapping[str, Facts]) -> str:
    """Return the name under which there are calls on a member: its own, else its canonical entry's, else empty."""
    own = [name for name in matching.same_sequence(member) if name in facts and facts[name].speaks]
    with_sequence = [name for name in own if facts[name].length > 0]
    canonical = matching.canonical(member)
    entry = [canonical] if canonical in facts and facts[canonical].speaks else []
    return next(iter([*with_sequence, *own, *entry]), "")


def _canonical(speaking: str, accessions: list[str], facts: Mapping[str, Facts]) -> str:
    """Return the canonical entry of a speaking isoform if there are calls on it, else empty."""
    name = matching.canonical(speaking)
    return name if name in facts and facts[name].speaks else ""


def _whose(leading: str, speaking: str) -> str:
    if speaking in ("", *matching.same_sequence(leading)):
        return ""
    places = ": places are those of the canonical sequence" if speaking == matching.canonical(leading) else ""
    return f"; by {speaking}, as {leading} has none of its own{places}"


class _Resolver:
    """Resolves members of groups, each once per state of knowledge."""

    def __init__(self, facts: Mapping[str, Facts], extracellular: Mapping[str, str], order: Precedence) -> None:
        self._facts, self._extracellular, self._order = facts, extracellular, order
        self._sequences: dict[str, Facts] = {}
        self._resolved: dict[tuple[str, tuple[Call, ...]], classify.Resolved] = {}

    def outside(self, accessions: list[str]) -> tuple[Call, ...]:
        """Return what is known of the members outside cells, one call per source."""
        said = []
        for name in dict.fromkeys(alias for member in accessions for alias in matching.aliases(member)):
            said += self._facts[name].extracellular if name in self._facts else ()
            if name in self._extracellular:
                said.append(Call(GENE_ONTOLOGY, "yes", detail=self._extracellular[name]))
        return tuple(one_each(said, self._order.order["extracellular"])) if said else ()

    def resolve(self, name: str, outside: tuple[Call, ...]) -> classify.Resolved:
        """Return the class of a member, given what is known of the group outside cells."""
        key = (name, outside)
        if key not in self._resolved:
            facts = self.sequence(name)
            known = facts if facts.extracellular == outside else replace(facts, extracellular=outside)
            self._resolved[key] = classify.resolve(known, self._order)
        return self._resolved[key]

    def sequence(self, name: str) -> Facts:
        """Return all calls on the sequence of a member, by whichever of its names, and the locations of its protein."""
        if name not in self._sequences:
            here = [self._facts[alias] for alias in matching.same_sequence(name) if alias in self._facts]
            facts = pooled(here, self._order) if here else Facts()
            entry = self._facts.get(matching.canonical(name))
            self._sequences[name] = replace(facts, location=entry.location) if entry and not facts.location else facts
        return self._sequences[name]

    def canonical_differs(self, canonical: str, used: classify.Resolved, outside: tuple[Call, ...]) -> list[str]:
        """Return what the canonical sequence of a speaking isoform leads to, if to something else."""
        if not canonical:
            return []
        other = self.resolve(canonical, outside)
        signals = {used.reading.signal.call, other.reading.signal.call}
        if signals != {"yes", "no"} and other.secretion_class in ("unknown", used.secretion_class):
            return []
        return [f"canonical {canonical}: {reasons.signal(other.reading)}, class {other.secretion_class}"]

    def not_taken_over(self, speaking: str, canonical: str) -> str:
        """Return the sources that have calls on the canonical sequence and none on the speaking isoform, in words."""
        if not canonical:
            return ""
        own, entry = self.sequence(speaking), self.sequence(canonical)
        mine = {family(call.source) for call in (*own.signal, *own.helices, *own.gpi)}
        others = [call for call in (*entry.signal, *entry.helices, *entry.gpi) if family(call.source) not in mine]
        named = list(dict.fromkeys(call.words for call in others if call.source != EMBEDDED))
        if not named:
            return ""
        return f"; results for the canonical {canonical} only, not used for this isoform: {', '.join(named)}"

    def disagreeing(
        self, accessions: list[str], speaking: str, used: classify.Resolved, outside: tuple[Call, ...]
    ) -> list[str]:
        """Return the other members that would get another class, as text."""
        found = []
        for member in accessions:
            name = _speaker(member, self._facts)
            if name in ("", speaking):
                continue
            other = self.resolve(name, outside)
            if other.secretion_class not in ("unknown", used.secretion_class):
                found.append(f"{name} of the same group: {other.secretion_class}")
        rest = len(found) - _SHOWN
        return found[:_SHOWN] + ([f"{rest} more members of the group differ"] if rest > 0 else [])
