"""Rows of evidence: those of the embedded predictors and of what is known outside cells, and all rows by protein."""

from __future__ import annotations

import math

import pandas as pd

import myosieve
from myosieve import schema
from myosieve.evidence import precedence, topology
from myosieve.evidence.facts import ABSENT, Call, Facts, HelixCall, best_extracellular, family, is_canonical, one_each
from myosieve.evidence.precedence import EMBEDDED, GENE_ONTOLOGY, Precedence
from myosieve.evidence.topology import Side
from myosieve.sequence.transmembrane import read_segments

__all__ = ["COLUMNS", "best_extracellular", "collect", "embedded_calls", "extracellular_calls"]

COLUMNS = tuple(name for name in schema.EVIDENCE.names if name != "protein_group")

_SINGLE = {
    "signal_peptide": "signal",
    "gpi": "gpi",
    "extracellular": "extracellular",
    "unconventional": "unconventional",
}  # feature -> attribute of Facts


def embedded_calls(features: pd.DataFrame) -> pd.DataFrame:
    """Return the calls of the embedded predictors as rows of evidence (COLUMNS).

    Parameters
    ----------
    features
        `schema.FEATURES`; text cells may be missing, and so may the columns n_terminus, gpi, gpi_site, gpi_score and dilysine.
    """
    features = features[features["length"] > 0]
    told = {name: _text(features[name]) for name in ("n_terminus", "gpi", "dilysine") if name in features}
    site = features["sp_end"].astype(float)
    tables = [
        _signal_rows(features, site),
        _helix_rows(features),
        _motif_rows("PROSITE PS00014", _text(features["er_motif"]).replace("", "unknown"), features["length"]),
    ]
    if "dilysine" in told:
        tables.append(_motif_rows("dilysine", told["dilysine"], features["length"]))
    if "gpi" in told:
        omega, score = (features.get(name, pd.Series(math.nan, features.index)) for name in ("gpi_site", "gpi_score"))
        omega = omega.astype(float)
        gpi = {"feature": "gpi", "call": told["gpi"].replace("", "unknown"), "start": omega, "end": omega}
        tables.append(pd.DataFrame({**gpi, "score": score}))
    if "n_terminus" in told:
        tables.append(_side_rows(features, told["n_terminus"], site))
    rows = pd.concat([table for table in tables if len(table)] or [pd.DataFrame(columns=["feature", "call"])])
    rows["accession"] = features["accession"].reindex(rows.index)
    rows = rows.reindex(columns=list(COLUMNS)).assign(source=EMBEDDED, version=myosieve.__version__, evidence_code="")
    rows["detail"] = _text(rows["detail"])
    return rows.sort_index(kind="stable").reset_index(drop=True)


def _text(column: pd.Series) -> pd.Series:
    """Return a column of text with missing cells empty; a column of missing cells only may come as numbers."""
    return column.astype("str").fillna("")


def _signal_rows(features: pd.DataFrame, site: pd.Series) -> pd.DataFrame:
    start = site.notna().map({True: 1.0, False: math.nan})
    cells = {"feature": "signal_peptide", "call": _text(features["signal_peptide"]).replace("", "unknown")}
    return pd.DataFrame({**cells, "start": start, "end": site, "score": features["sp_score"]})


def _helix_rows(features: pd.DataFrame) -> pd.DataFrame:
    segments = _text(features["tm_segments"]).map(lambda text: read_segments(text) or [None])
    helix = features.assign(segment=segments).explode("segment")
    found = helix["segment"].notna()
    call = found.map({True: "yes", False: "no"}).mask(helix["tm_count"].isna() & ~found, "unknown")
    start, end = (helix["segment"].str[at].astype(float) for at in (0, 1))
    return pd.DataFrame({"feature": "tm_helix", "call": call, "start": start, "end": end, "score": helix["tm_score"]})


def _motif_rows(name: str, motifs: pd.Series, length: pd.Series) -> pd.DataFrame:
    found = ~motifs.isin(ABSENT)
    # A weak variant retains some proteins and not others.
    call = motifs.map(lambda text: "no" if text == "no" else "yes" if is_canonical(text) else "unknown")
    residues = motifs.str.extract(r"^([A-Z]+)", expand=False).str.len()
    end = length.astype(float).where(found)
    detail = (name + " " + motifs).where(found, "")
    cells = {"feature": "er_motif", "call": call, "start": end - residues + 1, "end": end, "detail": detail}
    return pd.DataFrame(cells)


def _side_rows(features: pd.DataFrame, n_terminus: pd.Series, site: pd.Series) -> pd.DataFrame:
    """Return the side of what comes before the first helix that lies behind the signal peptide."""
    start = site.fillna(0) + 1
    beyond = [
        topology.beyond_signal_peptide(read_segments(text), end)
        for text, end in zip(_text(features["tm_segments"]), site, strict=True)
    ]
    last = [
        helices[0][0] - 1.0 if helices else float(length)
        for helices, length in zip(beyond, features["length"], strict=True)
    ]
    rows = pd.DataFrame({"feature": n_terminus, "call": "yes", "start": start, "end": last})
    return rows[n_terminus.isin([topology.OUTSIDE, topology.INSIDE]) & (rows["end"] >= rows["start"])]


def extracellular_calls(known: pd.DataFrame) -> pd.DataFrame:
    """Return the table of extracellular proteins as rows of evidence (COLUMNS); `detail` is the kind of evidence.

    Parameters
    ----------
    known
        Columns accession, evidence, evidence_codes.
    """
    rows = pd.DataFrame({"accession": known["accession"], "evidence_code": _text(known["evidence_codes"])})
    rows["detail"] = known.get("evidence", "")
    rows = rows.assign(source=GENE_ONTOLOGY, version="", feature="extracellular", call="yes")
    return rows.assign(start=math.nan, end=math.nan, score=math.nan)[list(COLUMNS)]


def collect(rows: pd.DataFrame, features: pd.DataFrame, order: Precedence = precedence.DEFAULT) -> dict[str, Facts]:
    """Return the facts of each accession in the calls.

    Parameters
    ----------
    rows
        Calls (COLUMNS), `accession` as the proteins are named; their order does not matter.
    features
        `schema.FEATURES`, for length and motifs.
    order
        Which source comes first; sources that are not in it are left out.
    """
    facts: dict[str, Facts] = {}
    motifs = [
        _text(features[name]).replace("", "unknown") if name in features else ["unknown"] * len(features)
        for name in ("er_motif", "dilysine")
    ]
    for accession, length, er_motif, dilysine in zip(features["accession"], features["length"], *motifs, strict=True):
        facts[accession] = Facts(length=float(length), er_motif=er_motif, dilysine=dilysine)
    names = ["accession", "feature", "source", "call", "start", "end", "score", "version", "detail", "evidence_code"]
    table = rows.reindex(columns=names)
    numbers, text = ["start", "end", "score"], ["source", "version", "detail", "evidence_code"]
    table[numbers] = table[numbers].astype(float)
    table[text] = table[text].apply(_text)
    found: dict[str, dict[str, list[Call]]] = {}
    for accession, feature, *cells in zip(*(table[name].tolist() for name in names), strict=True):
        found.setdefault(accession, {}).setdefault(feature, []).append(Call(*cells))
    for accession, by_feature in found.items():
        _fill(facts.setdefault(accession, Facts()), by_feature, order)
    return facts


def _fill(here: Facts, said: dict[str, list[Call]], order: Precedence) -> None:
    """Put the calls on one protein into its facts."""
    for feature, attribute in _SINGLE.items():
        setattr(here, attribute, tuple(one_each(said.get(feature, []), order.order[feature])))
    # A protein has several locations.
    ranks = order.order["location"]
    places = [call for call in said.get("location", []) if call.source in ranks and call.call == "yes"]
    here.location = tuple(sorted(places, key=lambda call: (ranks.index(call.source), call.detail)))
    ranks = order.order["tm_helix"]
    membrane = {
        feature: [call for call in said.get(feature, []) if call.source in ranks]
        for feature in ("tm_helix", "beta_barrel", topology.OUTSIDE, topology.INSIDE)
    }
    here.helices = tuple(_helix_calls(membrane["tm_helix"], ranks))
    barrels = [call for call in membrane["beta_barrel"] if call.call == "yes"]
    here.barrel = tuple(one_each(barrels, ranks))
    sides: dict[str, set[Side]] = {}
    for side in (topology.OUTSIDE, topology.INSIDE):
        for call in membrane[side]:
            if call.call == "yes" and call.start <= call.end:  # False where a place is missing
                sides.setdefault(family(call.source), set()).add((side, int(call.start), int(call.end)))
    here.sides = {name: tuple(sorted(sides[name])) for name in map(family, ranks) if name in sides}


def _helix_calls(calls: list[Call], ranks: tuple[str, ...]) -> list[HelixCall]:
    by_family: dict[str, list[Call]] = {}
    for call in calls:
        by_family.setdefault(family(call.source), []).append(call)
    merged = []
    for members in by_family.values():
        helices = [call for call in members if call.call == "yes"]
        # An entry with helices on evidence of several kinds goes by the weakest of them.
        last = max(helices or members, key=lambda call: (ranks.index(call.source), call.version))
        placed = [(int(call.start), int(call.end)) for call in helices if call.start <= call.end]
        known = bool(helices) or any(call.call == "no" for call in members)
        segments = tuple(topology.distinct(placed)) if known else None
        merged.append(HelixCall(last.source, segments, last.version, len(helices) - len(placed)))
    return sorted(merged, key=lambda call: ranks.index(call.source))
