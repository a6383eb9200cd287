"""Why a protein has its secretion class, in words that a biologist understands.

    signal peptide 1-24 (UniProt, experimental); no helix beyond it

A source in brackets made the call before it; it is named once where the next call is its own as well.
"""

from __future__ import annotations

import math

from myosieve.evidence.classify import Resolved, held, is_anchor, located
from myosieve.evidence.facts import ABSENT, EXTRACELLULAR_ORDER, Call, counts, kind_of
from myosieve.evidence.precedence import EMBEDDED, GENE_ONTOLOGY, VAGUE
from myosieve.evidence.reading import Reading
from myosieve.evidence.topology import N_TERMINAL, UNKNOWN
from myosieve.sequence.transmembrane import write_segments

# Calls of the embedded predictor with a probability between these are often wrong either way.
BORDERLINE = (0.3, 0.7)
# A last helix with so few residues behind it may be the signal for a GPI anchor, which is cut off.
_GPI_TAIL = 8
_SHOWN = 4  # locations that are named

_KINDS = dict(
    zip(EXTRACELLULAR_ORDER, ("experimental", "curated", "high-throughput data only", "automatic"), strict=True)
)


def words(resolved: Resolved) -> str:
    """Return the reason for a class, clause by clause."""
    reading = resolved.reading
    clauses = [signal(reading), _helices(reading), _gpi(reading), *_motifs(reading)]
    if resolved.secretion_class != "gpi_anchored":
        clauses += _helix_notes(reading)
    clauses += _outside(resolved)
    return "; ".join(filter(None, clauses))


def signal(reading: Reading) -> str:
    """Return the call on the signal peptide, in words."""
    call, site = reading.signal, reading.site
    if call.call == "unknown":
        why = "the sequence lacks its start or is too short" if reading.facts.signal else "no sequence and no result"
        return f"signal peptide unknown: {why}"
    near = call.source == EMBEDDED and BORDERLINE[0] <= call.score <= BORDERLINE[1]
    source = f"{call.words}, borderline" if near else call.words
    if call.call == "no":
        return f"no signal peptide ({source})"
    if not site.end > 0:
        return f"signal peptide ({source})"
    by = "" if site.source == call.source else f"; its end by {site.words}"
    return f"signal peptide 1-{site.end:.0f} ({source}{by})"


def _helices(reading: Reading) -> str:
    if reading.barrel.call == "yes":
        return f"beta barrel ({reading.barrel.words})"
    count, helices = reading.count, reading.helices
    if count is None:
        return "transmembrane helices unknown: no sequence and no result"
    dropped = len(helices.segments) - len(reading.beyond) - (reading.gpi_signal is not None)
    same = reading.signal.call != "unknown" and reading.signal.words == helices.words
    inside = ["" if same else helices.words, "one on the signal peptide not counted" if dropped else ""]
    source = f" ({', '.join(filter(None, inside))})" if any(inside) else ""
    cut = reading.signal.call == "yes"
    if count == 0:
        return f"no {'helix beyond it' if cut else 'transmembrane helix'}{source}"
    if helices.source in VAGUE:
        return f"at least one transmembrane helix, place not told{source}"
    place = ", place not told" if helices.placeless else f" {write_segments(reading.beyond)}"
    return f"one transmembrane helix{place}{source}" if count == 1 else f"{count} transmembrane helices{source}"


def _gpi(reading: Reading) -> str:
    call = reading.gpi
    if call.call != "yes":
        return ""
    if reading.anchored == "no":
        return f"a GPI anchor ({call.words}) would need a signal peptide"
    if reading.anchored == "unknown":
        return f"GPI anchor if there is a signal peptide ({call.words})"
    place = "" if math.isnan(reading.omega) else f" at residue {reading.omega:.0f}"
    tail = reading.gpi_signal
    taken = f", helix {write_segments([tail])} is its signal and cut off" if tail else ""
    lacking = "" if reading.signal.call == "yes" else ", which needs a signal peptide: missed?"
    return f"GPI anchor{place} ({call.words}){taken}{lacking}"


def _motifs(reading: Reading) -> list[str]:
    facts, found = reading.facts, []
    if reading.signal.call != "yes":
        return found
    if facts.er_motif not in ABSENT:
        found.append(f"ends in the ER motif {facts.er_motif}")
    if facts.dilysine not in ABSENT and reading.count == 1:
        found.append(f"dilysine motif {facts.dilysine} at the cytoplasmic end: fetched back to the ER")
    return found


def _helix_notes(reading: Reading) -> list[str]:
    beyond, cut, notes = reading.beyond or (), reading.signal.call == "yes", []
    few = bool(beyond) and reading.count <= 2
    if few and not cut and beyond[0][0] < N_TERMINAL and not is_anchor(reading):
        notes.append(f"helix {write_segments(beyond[:1])}: membrane anchor or missed signal peptide?")
    if is_anchor(reading):
        outside = reading.facts.length - beyond[0][1]
        notes.append(f"type II anchor: N-terminus inside, {outside:.0f} residues outside")
    elif reading.signal.call == "no" and reading.count == 1 and reading.n_terminus == UNKNOWN:
        notes.append("which side the N-terminus is on is not known")
    ends = bool(beyond) and reading.facts.length - beyond[-1][1] <= _GPI_TAIL
    if cut and reading.count == 1 and ends and reading.gpi.call == "unknown":
        notes.append("the helix ends the protein: may be the signal for a GPI anchor")
    return notes


def _outside(resolved: Resolved) -> list[str]:
    """Return what is known or predicted of the protein outside cells and of where it sits, as far as it matters."""
    reading, given = resolved.reading, resolved.secretion_class
    notes = [known for known in [_known(reading)] if known]
    sits = _located(reading)
    if given == "unconventional":
        notes.append(_predicted(reading.unconventional))
    elif reading.signal.call != "yes" and reading.count == 0:
        notes += [_predicted(call) for call in reading.facts.extracellular if _is_deeploc(call)]
    if reading.count == 1 and not reading.is_known and given in ("shed", "membrane"):
        notes.append(
            "no record of release" if sits or not is_anchor(reading) else "no location and no release on record"
        )
    if sits and (held(reading) or (is_anchor(reading) and not reading.is_known)):
        notes.append(sits)
    return notes


def _known(reading: Reading) -> str:
    """Return the annotation as extracellular; where none counts, the first that does not, and that it does not."""
    if reading.known.call == "no":
        return f"not extracellular ({reading.known.words})"
    said = [reading.known] if reading.is_known else []
    said += [call for call in reading.facts.extracellular if call.call == "yes" and call.source != "deeploc"]
    if not said:
        return ""
    call = said[0]
    kind = f", {_KINDS[kind_of(call)]}" if call.source == GENE_ONTOLOGY else ""
    detail = f": {call.detail}" if call.detail and call.source != GENE_ONTOLOGY else ""
    weak = "" if counts(call) else ", which does not count"
    return f"annotated as extracellular ({call.words}{kind}{weak}{detail})"


def _is_deeploc(call: Call) -> bool:
    return call.source == "deeploc" and call.call == "yes"


def _predicted(call: Call) -> str:
    if call.source == "deeploc":
        return f"predicted extracellular ({call.words})"
    score = "" if math.isnan(call.score) else f", score {call.score:.2f}"
    return f"predicted to leave the cell without a signal peptide ({call.words}{score})"


def _located(reading: Reading) -> str:
    places = located(reading) if reading.facts.location else ()
    names = list(dict.fromkeys(call.detail.replace(";", ",") for call in places if call.detail))
    more = ", ..." if len(names) > _SHOWN else ""
    return f"located in {', '.join(names[:_SHOWN])}{more} ({places[0].words})" if names else ""
