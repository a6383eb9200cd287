"""Facts about one protein -> one secretion class, with its reasons. Nothing here is a filter.

First the sources are resolved (`read`): for each feature the first source with a call other than unknown wins, and those
that disagree are listed. A helix that lies on the signal peptide is dropped, and so is one that is the signal for a GPI
anchor. Then the class follows, by the first rule that applies:

    a beta barrel                                                membrane
    signal peptide, canonical ER motif, at most one helix        er_resident
    signal peptide, one helix, dilysine motif behind it          er_resident
    GPI anchor, no helix beyond                                  gpi_anchored
    signal peptide, no helix / one helix / more                  classical / shed / membrane
    no signal peptide, no helix, known extracellular             annotated
    no signal peptide, no helix, predicted to leave without one  unconventional
    no signal peptide, no helix, neither                         intracellular
    no signal peptide, one helix, known extracellular            shed, also where a second one begins at the N-terminus
    no signal peptide, type II anchor at the cell's surface      shed
    no signal peptide, any other helices                         membrane
    a call that this needs is unknown                            unknown, or annotated: known extracellular, no signal found

A type II anchor is the only helix, starts before residue 100, has the N-terminus inside and at least 50 residues outside
behind it (TNF, TFRC, DPP4, corin). Such ectodomains are commonly cut off; that one is has to be shown for each, so that the
reason says whether it is on record. A location in mitochondria, nucleus, peroxisomes, lipid droplets or the endoplasmic
reticulum, and none at the surface, makes it `membrane`. Cytochromes P450 have their N-terminus in the lumen and fall out
by that alone. Weak ER motifs, DeepLoc's "Extracellular" on a protein with a signal peptide and automatic annotation are
told in the reason and decide nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from myosieve.evidence import conflicts, precedence, topology
from myosieve.evidence.facts import Call, Facts, family, is_canonical
from myosieve.evidence.precedence import CURATED, Precedence
from myosieve.evidence.reading import Reading, read
from myosieve.evidence.topology import INSIDE, N_TERMINAL

# A type II anchor starts before the first and has at least the second number of residues behind it.
_ANCHOR_START, _ECTODOMAIN = 100, 50

# Words of a location that keep a protein in the cell, and those that show it at the surface all the same.
_HELD = (
    "mitochondri",
    "nucle",
    "endoplasmic reticulum",
    "sarcoplasmic reticulum",
    "microsom",
    "peroxisom",
    "lipid droplet",
)
_SURFACE = ("cell membrane", "plasma membrane", "cell surface", "sarcolemma", "secreted", "extracellular")


@dataclass(frozen=True)
class Resolved:
    """The calls used, and the class they lead to."""

    reading: Reading
    secretion_class: str
    topology: str
    conflicts: tuple[str, ...]


def resolve(facts: Facts, order: Precedence = precedence.DEFAULT) -> Resolved:
    """Return the calls used and the secretion class of one protein."""
    fitting, misfits = conflicts.fitting(facts)
    reading = read(fitting, order)
    given = secretion_class(reading)
    against = conflicts.against(reading)
    against += conflicts.turning(reading, lambda other: secretion_class(other) != given)
    return Resolved(reading, given, _topology(reading, given), (*misfits, *against))


def secretion_class(reading: Reading) -> str:
    """Return the secretion class that the calls used lead to."""
    signal, count, facts = reading.signal.call, reading.count, reading.facts
    if reading.barrel.call == "yes":
        return "membrane"
    if signal == "yes" and is_canonical(facts.er_motif) and (count or 0) < 2:
        return "er_resident"
    if reading.anchored == "yes" and (count == 0 or (count is None and reading.gpi.source in CURATED)):
        return "gpi_anchored"
    if count is None:
        return "annotated" if reading.is_known and signal != "yes" else "unknown"
    if signal == "yes":
        if count == 1 and is_canonical(facts.dilysine):
            return "er_resident"
        return ("classical", "shed")[count] if count < 2 else "membrane"
    return _without_signal(reading)


def _without_signal(reading: Reading) -> str:
    signal, count = reading.signal.call, reading.count
    if count == 0:
        predicted = reading.unconventional.call == "yes" and reading.known.call != "no"
        found = "unconventional" if predicted else "intracellular"
        return "annotated" if reading.is_known else found if signal == "no" else "unknown"
    single = count == 1 or (count == 2 and any(start < N_TERMINAL for start, _ in reading.beyond[:1]))
    if reading.is_known and single:
        return "shed"
    if signal == "unknown" and single:
        return "unknown"
    leaves = is_anchor(reading) and not held(reading) and reading.known.call != "no"
    return "shed" if leaves else "membrane"


def is_anchor(reading: Reading) -> bool:
    """Return whether the protein is a type II anchor: see the rules above."""
    if reading.signal.call != "no" or reading.count != 1 or not reading.beyond:
        return False
    start, end = reading.beyond[0]
    return start < _ANCHOR_START and reading.n_terminus == INSIDE and reading.facts.length - end >= _ECTODOMAIN


def located(reading: Reading) -> tuple[Call, ...]:
    """Return the locations that the first source with any states."""
    places = reading.facts.location
    return tuple(call for call in places if family(call.source) == family(places[0].source))


def held(reading: Reading) -> bool:
    """Return whether the protein's locations are organelles that it does not leave."""
    text = " ".join(call.detail.lower() for call in located(reading))
    return any(word in text for word in _HELD) and not any(word in text for word in _SURFACE)


def _topology(reading: Reading, given: str) -> str:
    """Return the protein's topology as text; empty where length, helices or their places are not known."""
    facts = reading.facts
    if not facts.length > 0 or reading.beyond is None or reading.helices.placeless:
        return ""
    cut = reading.signal.call == "yes"
    site = int(reading.site.end) if reading.site.end > 0 else 0
    gpi_start = 0
    if reading.anchored == "yes":
        cut_off = reading.gpi_signal[0] if reading.gpi_signal else 0
        gpi_start = cut_off if math.isnan(reading.omega) else int(reading.omega) + 1
        # A helix that was kept for other reasons is no part of the propeptide.
        gpi_start = gpi_start if all(end < gpi_start for _, end in reading.beyond) else 0
    soluble = given == "intracellular" and not reading.beyond
    first = INSIDE if soluble else reading.n_terminus
    return topology.write(int(facts.length), site if cut else 0, reading.beyond, first, gpi_start, cut and not site)
