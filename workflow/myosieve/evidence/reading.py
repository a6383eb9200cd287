"""The calls used of one protein: for each feature the first source with a call other than unknown.

A helix that lies on the signal peptide is dropped, and so is one that is the signal for a GPI anchor. Where the source that
wins gives no place (the end of a signal peptide, an omega site), the next one that agrees with it does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from myosieve.evidence import precedence, topology
from myosieve.evidence.facts import Call, Facts, HelixCall, counts, family
from myosieve.evidence.precedence import CURATED, EMBEDDED, SEES_BARRELS, VAGUE, Precedence
from myosieve.evidence.topology import OUTSIDE, UNKNOWN, Segment

# A signal peptide whose end no source gives is taken to be this long when helices on it are dropped.
_USUAL_END = 30
_ANCHOR = 21  # residues of the helix that a denied signal peptide is then taken for, up to where it would be cut

NOBODY = Call("", "unknown")
NO_HELICES = HelixCall("", None)  # nobody has looked for any


@dataclass
class Reading:
    """The calls used, of all sources; `NOBODY` where no source has one."""

    facts: Facts
    signal: Call
    site: Call  # whose end of the signal peptide is used
    gpi: Call
    omega: float  # last residue that stays before a GPI anchor; missing where no source tells it
    known: Call  # yes = known outside cells
    unconventional: Call
    helices: HelixCall = NO_HELICES
    barrel: Call = NOBODY
    beyond: tuple[Segment, ...] | None = None  # helices that are no part of the signal peptide or a GPI signal
    gpi_signal: Segment | None = None  # the helix that is cut off for the GPI anchor
    n_terminus: str = UNKNOWN  # side before the first helix

    @property
    def count(self) -> int | None:
        """Helices beyond the signal peptide."""
        return None if self.beyond is None else len(self.beyond) + self.helices.placeless

    @property
    def is_known(self) -> bool:
        """Whether the protein is known outside cells."""
        return self.known.call == "yes"

    @property
    def anchored(self) -> str:
        """Whether there is a GPI anchor: yes, no or unknown; one that is only predicted needs a signal peptide."""
        if self.gpi.call == "yes" and self.gpi.source not in CURATED:
            return self.signal.call
        return self.gpi.call


def read(facts: Facts, order: Precedence = precedence.DEFAULT) -> Reading:
    """Return the calls used of one protein."""
    signal = first_known(facts.signal)
    site = next((call for call in facts.signal if call.call == "yes" and call.end > 0), signal)
    site = site if signal.call == "yes" else NOBODY
    gpi = first_known(facts.gpi)
    omega = next((call.end for call in facts.gpi if call.call == "yes" and call.end > 0), math.nan)
    known = first_known(call for call in facts.extracellular if counts(call))
    reading = Reading(facts, signal, site, gpi, omega, known, _unconventional(facts))
    reading.helices = _helices(reading)
    reading.barrel = _barrel(facts, reading.helices, order)
    reading.beyond, reading.gpi_signal = beyond_signals(reading.helices, reading)
    reading.n_terminus = _n_terminus(reading)
    return reading


def first_known(calls: Iterable[Call]) -> Call:
    """Return the first call other than unknown, or NOBODY."""
    return next((call for call in calls if call.call != "unknown"), NOBODY)


def _helices(reading: Reading) -> HelixCall:
    """Return the first source that knows of helices; where it tells no number, the next that agrees and does."""
    known = [call for call in reading.facts.helices if call.segments is not None]
    first = known[0] if known else NO_HELICES
    if first.source not in VAGUE or not first.placeless:
        return first
    told = (call for call in known if call.source not in VAGUE and beyond_signals(call, reading)[0])
    return next(told, first)


def _barrel(facts: Facts, helices: HelixCall, order: Precedence) -> Call:
    """Return the call of a beta barrel, unless a better source that tells barrels apart decides on helices without one."""
    if not facts.barrel:
        return NOBODY
    barrel, ranks = facts.barrel[0], order.order["tm_helix"]
    if helices.source not in SEES_BARRELS or family(helices.source) == family(barrel.source):
        return barrel
    return barrel if ranks.index(barrel.source) < ranks.index(helices.source) else NOBODY


def _unconventional(facts: Facts) -> Call:
    """Return the call on unconventional secretion; DeepLoc's "Extracellular" stands in where no source has one."""
    predicted = [call for call in facts.extracellular if call.source == "deeploc" and call.call == "yes"]
    return first_known((*facts.unconventional, *predicted))


def beyond_signals(helices: HelixCall, reading: Reading) -> tuple[tuple[Segment, ...] | None, Segment | None]:
    """Return a source's helices beyond the signal peptide used, and the one that is the signal for a GPI anchor."""
    if helices.segments is None:
        return None, None
    sp_end = reading.site.end if reading.site.end > 0 else _USUAL_END
    beyond = topology.beyond_signal_peptide(
        _with_denied_signal(helices, reading), sp_end if reading.signal.call == "yes" else math.nan
    )
    cut_off = None
    if reading.anchored == "yes" and beyond and topology.is_gpi_signal(beyond[-1], reading.facts.length, reading.omega):
        cut_off = beyond.pop()
    return tuple(beyond), cut_off


def _with_denied_signal(helices: HelixCall, reading: Reading) -> list[Segment]:
    """Return a source's helices, and as one more what the embedded predictor took for a signal peptide that another denies.

    It looks for helices behind its own signal peptides only, and a hydrophobic start is one or the other.
    """
    if helices.source != EMBEDDED or reading.signal.call != "no":
        return helices.segments
    own = [call for call in reading.facts.signal if call.source == EMBEDDED and call.call == "yes" and call.end > 0]
    taken = min((start for start, _ in helices.segments), default=math.inf)
    anchors = [(max(1, int(call.end) - _ANCHOR + 1), int(call.end)) for call in own if call.end < taken]
    return anchors + list(helices.segments)


def _n_terminus(reading: Reading) -> str:
    """Return the side before the first helix: a law behind a signal peptide, else by the first source that fits."""
    if reading.signal.call == "yes":
        return OUTSIDE
    beyond = reading.beyond
    if not beyond or reading.helices.placeless:
        return UNKNOWN
    length = reading.facts.length if reading.facts.length > 0 else beyond[-1][1] + 10**6
    between = topology.gaps(int(length), 1, beyond)
    own, sides = family(reading.helices.source), reading.facts.sides
    found = (
        topology.first_side(between, sides[name]) for name in dict.fromkeys([own, "uniprot", *sides]) if name in sides
    )
    return next((side for side in found if side != UNKNOWN), UNKNOWN)
