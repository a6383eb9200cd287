"""Protein groups: which sequence speaks for the group, and what its other members say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from myosieve import schema
from myosieve.evidence import classify
from myosieve.evidence.calls import Facts, best_extracellular
from myosieve.evidence.matching import aliases
from myosieve.sequence.transmembrane import write_segments

_SHOWN = 3  # members of a group that are named in `conflicts`


def annotate(
    proteins: pd.DataFrame, facts: Mapping[str, Facts], extracellular: Mapping[str, str], features: pd.DataFrame
) -> pd.DataFrame:
    """Return one annotation per protein group.

    The sequence of the leading accession speaks for the group. If there is none, the canonical entry of its isoform does,
    then the other accessions in order; without any sequence, the first with a predictor's result. It is named in
    `secretion_reason` wherever it is not the leading accession. A group is known extracellular if any member is.

    Parameters
    ----------
    proteins
        Columns protein_group, accession, accessions (separated by ';'), gene, organism; text may be missing.
    facts
        What is known, by accession.
    extracellular
        Kind of evidence for being extracellular, by accession.
    features
        `schema.FEATURES`, to fill genes and organisms that the search engine's table lacks.

    Returns
    -------
    DataFrame of `schema.ANNOTATION`, same order.
    """
    names = features.set_index("accession")[["gene", "organism"]].to_dict("index")
    columns = ["protein_group", "accession", "accessions", "gene", "organism"]
    rows = []
    for row in proteins[columns].fillna("").itertuples(index=False):
        accessions = members(row.accession, row.accessions)
        speaking = spokesman(accessions, facts)
        outside = best_extracellular(
            extracellular[name] for member in accessions for name in aliases(member) if name in extracellular
        )
        own = replace(facts.get(speaking, Facts()), extracellular=outside)
        resolved = classify.resolve(own)
        named = names.get(speaking, {})
        rows.append(
            {
                "protein_group": row.protein_group,
                "accession": row.accession,
                "gene": row.gene or named.get("gene", ""),
                "organism": row.organism or named.get("organism", ""),
                **cells(own, resolved),
            }
        )
        if speaking and speaking != row.accession:
            rows[-1]["secretion_reason"] += f"; by {speaking}, as {row.accession} has none of its own"
        disagreeing = _disagreeing(accessions, speaking, resolved, facts, outside)
        rows[-1]["conflicts"] = "; ".join([*resolved.conflicts, *disagreeing])
    return schema.ANNOTATION.arrange(pd.DataFrame(rows, columns=schema.ANNOTATION.names))


def members(leading: str, accessions: str) -> list[str]:
    """Return the accessions of a group, the leading one first, each once."""
    return list(dict.fromkeys(name.strip() for name in [leading, *accessions.split(";")] if name.strip()))


def spokesman(accessions: list[str], facts: Mapping[str, Facts]) -> str:
    """Return the accession whose calls are used for a group, or empty if there is none."""
    names = [name for member in accessions for name in aliases(member) if name in facts]
    with_sequence = (name for name in names if facts[name].length > 0)
    return next(with_sequence, names[0] if names else "")


def cells(facts: Facts, resolved: classify.Resolved) -> dict[str, object]:
    """Return the cells of an annotation that come from the resolved calls."""
    beyond = resolved.beyond
    return {
        "signal_peptide": resolved.signal.call,
        "sp_end": resolved.signal.end,
        "sp_score": resolved.signal.score,
        "sp_source": resolved.signal.source,
        "tm_count": math.nan if beyond is None else len(beyond),
        "tm_segments": write_segments(beyond or []),
        "tm_source": resolved.helix_source,
        "gpi": "unknown",
        "er_motif": facts.er_motif,
        "secretion_class": resolved.secretion_class,
        "secretion_reason": resolved.reason,
        "conflicts": "; ".join(resolved.conflicts),
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
        (row.protein_group, name)
        for row in proteins[["protein_group", "accession", "accessions"]].fillna("").itertuples(index=False)
        for name in dict.fromkeys(
            alias for member in members(row.accession, row.accessions) for alias in aliases(member)
        )
    ]
    joined = pd.DataFrame(pairs, columns=["protein_group", "accession"]).merge(calls, on="accession", how="inner")
    return schema.EVIDENCE.arrange(joined)


def _disagreeing(
    accessions: list[str], speaking: str, used: classify.Resolved, facts: Mapping[str, Facts], outside: str
) -> list[str]:
    """Return the other members that would get another class, as text."""
    found = []
    for member in accessions:
        name = spokesman([member], facts)
        if name in ("", speaking):
            continue
        other = classify.resolve(replace(facts[name], extracellular=outside))
        if other.secretion_class not in ("unknown", used.secretion_class):
            found.append(f"{name} of the same group: {other.secretion_class}")
    rest = len(found) - _SHOWN
    return found[:_SHOWN] + ([f"{rest} more members of the group differ"] if rest > 0 else [])
