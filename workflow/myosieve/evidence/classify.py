"""Facts about one protein -> one secretion class, with its reasons. Nothing here is a filter.

First the sources are resolved: for signal peptide and helices the first source with a call other than unknown wins, and
those that disagree are listed. Then a helix that lies on the signal peptide is dropped, and the class follows:

    signal peptide, canonical ER motif                          er_resident
    signal peptide, no helix / one helix / more                 classical / shed / membrane
    no signal peptide, known extracellular, no helix            annotated
    no signal peptide, known extracellular, one helix           shed, also where a second one begins at the N-terminus
    no signal peptide, not known extracellular, no helix        intracellular
    no signal peptide, any other helices; a beta barrel         membrane
    a call that this needs is unknown                           unknown, or annotated: known extracellular, no signal found

No source tells yet of GPI anchors or of unconventional secretion: `gpi` is unknown, and `gpi_anchored` and `unconventional`
are never given. A helix at the N-terminus without a signal peptide may be an anchor or a signal peptide that was missed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from myosieve.evidence.calls import GENE_ONTOLOGY, KNOWN_EXTRACELLULAR, Facts, HelixCall, SignalCall
from myosieve.sequence import motif
from myosieve.sequence.predict import SIGNAL_PEPTIDE_SOURCE
from myosieve.sequence.signal_peptide import BORDERLINE
from myosieve.sequence.transmembrane import N_TERMINAL, Segment, beyond_signal_peptide, write_segments

# A signal peptide whose end a source does not give is taken to be this long when helices on it are dropped.
_USUAL_END = 30
# A last helix with so few residues behind it may be the signal for a GPI anchor, which is cut off.
_GPI_TAIL = 8

_EXTRACELLULAR_WORDS = {
    "exp": "experimental",
    "curated": "curated",
    "high_throughput": "high-throughput data only, which does not count",
    "electronic": "automatic only, which does not count",
}


@dataclass(frozen=True)
class Resolved:
    """The calls used, and the class they lead to."""

    signal: SignalCall
    helix_source: str
    beyond: list[Segment] | None  # helices that are no part of the signal peptide; None = unknown
    secretion_class: str
    reason: str
    conflicts: list[str]


def resolve(facts: Facts) -> Resolved:
    """Return the calls used and the secretion class of one protein."""
    unknown = SignalCall("", "unknown", math.nan, math.nan)
    signal = next((call for call in facts.signal if call.call != "unknown"), unknown)
    helices = next((call for call in facts.helices if call.segments is not None), HelixCall("", None))
    beyond = _beyond(helices, signal)
    given = secretion_class(facts, signal.call, beyond)
    reasons = [
        _signal_words(facts, signal),
        _helix_words(facts, signal, helices, beyond),
        *_notes(facts, signal, beyond),
    ]
    return Resolved(
        signal, helices.source, beyond, given, "; ".join(filter(None, reasons)), _conflicts(facts, signal, helices)
    )


def secretion_class(facts: Facts, signal: str, beyond: list[Segment] | None) -> str:
    """Return the secretion class.

    Parameters
    ----------
    facts
        For barrel, ER motif and what is known of the protein outside cells.
    signal
        yes, no or unknown.
    beyond
        Helices that are no part of the signal peptide; None = unknown.
    """
    known = facts.extracellular in KNOWN_EXTRACELLULAR
    if facts.barrel:
        return "membrane"
    if signal == "yes" and _is_canonical(facts.er_motif):
        return "er_resident"
    if beyond is None:
        return "annotated" if known and signal != "yes" else "unknown"
    if signal == "yes":
        return ("classical", "shed")[len(beyond)] if len(beyond) < 2 else "membrane"
    if not beyond:
        return "annotated" if known else "intracellular" if signal == "no" else "unknown"
    single = len(beyond) == 1 or (len(beyond) == 2 and beyond[0][0] < N_TERMINAL)
    if known and single:
        return "shed"
    return "unknown" if single and signal == "unknown" else "membrane"


def _beyond(helices: HelixCall, signal: SignalCall) -> list[Segment] | None:
    if helices.segments is None:
        return None
    end = math.nan if signal.call != "yes" else _USUAL_END if math.isnan(signal.end) else signal.end
    return beyond_signal_peptide(helices.segments, end)


def _is_canonical(er_motif: str) -> bool:
    return er_motif not in ("no", "unknown") and not er_motif.endswith(motif.WEAK)


# ---- the reasons, in words -------------------------------------------------------------------------------------------


def _signal_words(facts: Facts, signal: SignalCall) -> str:
    if signal.call == "unknown":
        why = "the sequence lacks its start or is too short" if facts.signal else "no sequence and no predictor result"
        return f"signal peptide unknown: {why}"
    near = signal.source == SIGNAL_PEPTIDE_SOURCE and abs(signal.score) <= BORDERLINE
    source = f"({signal.source}{', borderline' if near else ''})"
    if signal.call == "no":
        return f"no signal peptide {source}"
    return f"signal peptide {'' if math.isnan(signal.end) else f'1-{signal.end:.0f} '}{source}"


def _helix_words(facts: Facts, signal: SignalCall, helices: HelixCall, beyond: list[Segment] | None) -> str:
    if facts.barrel:
        return f"beta barrel ({facts.barrel})"
    if beyond is None:
        return "transmembrane helices unknown: no sequence and no predictor result"
    dropped = len(helices.segments) - len(beyond)
    note = ", one on the signal peptide not counted" if dropped else ""
    if not beyond:
        kind = "helix beyond it" if signal.call == "yes" else "transmembrane helix"
        return f"no {kind} ({helices.source}{note})"
    if len(beyond) == 1:
        return f"one transmembrane helix {write_segments(beyond)} ({helices.source}{note})"
    return f"{len(beyond)} transmembrane helices ({helices.source}{note})"


def _notes(facts: Facts, signal: SignalCall, beyond: list[Segment] | None) -> list[str]:
    notes = []
    if signal.call == "yes" and facts.er_motif not in ("no", "unknown"):
        notes.append(f"ends in the ER motif {facts.er_motif}")
    if beyond and signal.call != "yes" and beyond[0][0] < N_TERMINAL:
        notes.append(f"helix {write_segments(beyond[:1])}: membrane anchor or missed signal peptide?")
    if beyond and signal.call == "yes" and len(beyond) == 1 and facts.length - beyond[-1][1] <= _GPI_TAIL:
        notes.append("the helix ends the protein: may be the signal for a GPI anchor")
    if facts.extracellular:
        notes.append(f"annotated as extracellular ({GENE_ONTOLOGY}, {_EXTRACELLULAR_WORDS[facts.extracellular]})")
    elif beyond and len(beyond) == 1:
        notes.append("no record of release")
    return notes


def _conflicts(facts: Facts, used: SignalCall, helices: HelixCall) -> list[str]:
    """Return what other sources say against the calls used; helices differ if none, one or several."""
    against = [
        f"signal peptide: {call.source} says {call.call}"
        for call in facts.signal
        if call.call not in ("unknown", used.call)
    ]
    level = _level(helices, used)
    for call in facts.helices:
        if call.segments is not None and _level(call, used) != level:
            found = write_segments(_beyond(call, used) or []) or "none"
            against.append(f"transmembrane helices: {call.source} says {found}")
    return against


def _level(helices: HelixCall, signal: SignalCall) -> int:
    return min(len(_beyond(helices, signal) or []), 2)
