"""All calls about one protein, whatever their source, side by side: the facts that a secretion class is decided on."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

import myosieve
from myosieve.evidence.tools import COLUMNS
from myosieve.sequence import motif
from myosieve.sequence.predict import HELIX_SOURCE, SIGNAL_PEPTIDE_SOURCE
from myosieve.sequence.transmembrane import Segment, read_segments

# The first source with a call other than unknown wins. Measured on held-out or published benchmarks: docs/methods.md.
SIGNAL_PEPTIDE_ORDER = ("signalp6", "deeptmhmm", SIGNAL_PEPTIDE_SOURCE)
HELIX_ORDER = ("deeptmhmm", "tmhmm", HELIX_SOURCE)

MOTIF_SOURCE = "PROSITE PS00014"
GENE_ONTOLOGY = "Gene Ontology"

# Kinds of evidence in the table of extracellular proteins, best first; only the first two make a protein known as such.
# Mass spectrometry of vesicles and automatic annotation put GAPDH outside the cell.
EXTRACELLULAR_ORDER = ("exp", "curated", "high_throughput", "electronic")
KNOWN_EXTRACELLULAR = EXTRACELLULAR_ORDER[:2]


@dataclass(frozen=True)
class SignalCall:
    """One source's word on the signal peptide; `end` and `score` are NaN where it gives none."""

    source: str
    call: str
    end: float
    score: float


@dataclass(frozen=True)
class HelixCall:
    """One source's word on helices: where they are on the whole sequence, none, or unknown (None)."""

    source: str
    segments: list[Segment] | None


@dataclass
class Facts:
    """What is known of one protein; the lists hold one entry per source, in the order of precedence."""

    signal: list[SignalCall] = field(default_factory=list)
    helices: list[HelixCall] = field(default_factory=list)
    barrel: str = ""  # the source that sees a beta barrel
    er_motif: str = "unknown"
    extracellular: str = ""  # one of EXTRACELLULAR_ORDER
    length: float = math.nan


def embedded_calls(features: pd.DataFrame) -> pd.DataFrame:
    """Return the calls of the embedded predictors as rows of evidence (COLUMNS).

    Parameters
    ----------
    features
        `schema.FEATURES`; text cells may be missing.
    """
    features = features[features["length"] > 0]
    signal = pd.DataFrame(
        {
            "source": SIGNAL_PEPTIDE_SOURCE,
            "feature": "signal_peptide",
            "call": features["signal_peptide"],
            "start": features["sp_end"].notna().map({True: 1.0, False: math.nan}),
            "end": features["sp_end"].astype(float),
            "score": features["sp_score"],
        }
    )
    helix = features.assign(segment=features["tm_segments"].fillna("").map(lambda text: read_segments(text) or [None]))
    helix = helix.explode("segment")
    has = helix["segment"].notna()
    helix = pd.DataFrame(
        {
            "source": HELIX_SOURCE,
            "feature": "tm_helix",
            "call": has.map({True: "yes", False: "no"}),
            "start": helix["segment"].str[0].astype(float),
            "end": helix["segment"].str[1].astype(float),
            "score": helix["tm_score"],
        }
    )
    found = features["er_motif"].ne("no")
    retention = pd.DataFrame(
        {
            "source": MOTIF_SOURCE,
            "feature": "er_motif",
            # A weak variant retains some proteins and not others.
            "call": features["er_motif"].map(
                lambda text: {"no": "no"}.get(text, "unknown" if motif.WEAK in text else "yes")
            ),
            "start": (features["length"].astype(float) - 3).where(found),
            "end": features["length"].astype(float).where(found),
        }
    )
    rows = pd.concat([signal, helix, retention])
    rows["accession"] = features["accession"].reindex(rows.index)
    rows["version"] = myosieve.__version__
    return rows.assign(evidence_code="", detail="").sort_index(kind="stable")[list(COLUMNS)].reset_index(drop=True)


def extracellular_calls(known: pd.DataFrame) -> pd.DataFrame:
    """Return the table of extracellular proteins as rows of evidence (COLUMNS).

    Parameters
    ----------
    known
        Columns accession, evidence, evidence_codes.
    """
    rows = pd.DataFrame({"accession": known["accession"], "evidence_code": known["evidence_codes"].fillna("")})
    rows = rows.assign(source=GENE_ONTOLOGY, version="", feature="extracellular", call="yes")
    return rows.assign(start=math.nan, end=math.nan, score=math.nan, detail="")[list(COLUMNS)]


def collect(rows: pd.DataFrame, features: pd.DataFrame) -> dict[str, Facts]:
    """Return the facts of each accession in the calls, those on extracellular proteins aside.

    Parameters
    ----------
    rows
        Calls (COLUMNS), `accession` as the proteins are named.
    features
        `schema.FEATURES`, for length and ER motif.
    """
    facts: dict[str, Facts] = {}
    for accession, length, er_motif in zip(
        features["accession"], features["length"], features["er_motif"], strict=True
    ):
        facts[accession] = Facts(length=float(length), er_motif=er_motif)
    places: dict[tuple[str, str], list[Segment] | None] = {}
    kept = rows[rows["feature"].isin(["signal_peptide", "tm_helix", "topology"])]
    for row in kept.itertuples(index=False):
        here = facts.setdefault(row.accession, Facts())
        if row.feature == "signal_peptide":
            here.signal.append(SignalCall(row.source, row.call, row.end, row.score))
        elif row.feature == "topology":
            here.barrel = row.source
        elif row.call == "unknown":
            places.setdefault((row.accession, row.source), None)
        else:
            segments = places.setdefault((row.accession, row.source), [])
            segments += [(int(row.start), int(row.end))] if row.call == "yes" else []
    for (accession, source), segments in places.items():
        facts[accession].helices.append(HelixCall(source, segments))
    for here in facts.values():
        here.signal.sort(key=lambda call: SIGNAL_PEPTIDE_ORDER.index(call.source))
        here.helices.sort(key=lambda call: HELIX_ORDER.index(call.source))
    return facts


def best_extracellular(kinds: Iterable[str]) -> str:
    """Return the best kind of evidence among those given, or empty."""
    given = set(kinds)
    return next((kind for kind in EXTRACELLULAR_ORDER if kind in given), "")
