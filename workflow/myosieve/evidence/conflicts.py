"""What other sources say against the calls used, as far as it would change what is reported of a protein."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from myosieve.evidence.facts import Facts, HelixCall, counts, family
from myosieve.evidence.precedence import VAGUE
from myosieve.evidence.reading import NOBODY, Reading, beyond_signals
from myosieve.sequence.transmembrane import write_segments


def fitting(facts: Facts) -> tuple[Facts, list[str]]:
    """Return the facts without the sources whose places lie behind the end of the sequence, and these in words."""
    if not facts.length > 0:
        return facts, []
    odd = {
        family(call.source): call.words
        for call in (*facts.signal, *facts.gpi, *facts.barrel)
        if call.end > facts.length
    }
    odd |= {
        family(call.source): call.words
        for call in facts.helices
        if call.segments and call.segments[-1][1] > facts.length
    }
    if not odd:
        return facts, []
    kept = {
        name: tuple(call for call in getattr(facts, name) if family(call.source) not in odd)
        for name in ("signal", "helices", "gpi", "barrel")
    }
    sides = {name: found for name, found in facts.sides.items() if name not in odd}
    said = [f"{words} reaches beyond residue {facts.length:.0f}: another sequence, not used" for words in odd.values()]
    return replace(facts, **kept, sides=sides), sorted(said)


def against(reading: Reading) -> list[str]:
    """Return what other sources say against signal peptide, helices (none, one or several), GPI anchor and barrel."""
    facts, signal = reading.facts, reading.signal
    found = [
        f"signal peptide: {call.words} says {call.call}"
        for call in facts.signal
        if call.call not in ("unknown", signal.call)
    ]
    levels = _levels(reading.helices, reading)
    for call in facts.helices:
        if call.segments is not None and not levels & _levels(call, reading):
            beyond, _ = beyond_signals(call, reading)
            said = write_segments(beyond) or ("yes" if call.placeless else "none")
            found.append(f"transmembrane helices: {call.words} says {said}")
    if signal.call == "yes":
        others = (call for call in facts.gpi if call.call not in ("unknown", reading.gpi.call))
        found += [f"GPI anchor: {call.words} says {call.call}" for call in others]
    if facts.barrel and reading.barrel is NOBODY:
        found.append(f"beta barrel: {facts.barrel[0].words} says yes")
    return found


def turning(reading: Reading, differs: Callable[[Reading], bool]) -> list[str]:
    """Return the calls on extracellular and unconventional that would lead to another class if they were used.

    Parameters
    ----------
    reading
        The calls used.
    differs
        Whether other calls lead to another class.
    """
    known, predicted = reading.known.call, reading.unconventional.call
    outside = [call for call in reading.facts.extracellular if counts(call) and call.call not in ("unknown", known)]
    leaderless = [call for call in reading.facts.unconventional if call.call not in ("unknown", predicted)]
    found = [
        f"extracellular: {call.words} says {call.call}" for call in outside if differs(replace(reading, known=call))
    ]
    return found + [
        f"unconventional secretion: {call.words} says {call.call}"
        for call in leaderless
        if differs(replace(reading, unconventional=call))
    ]


def _levels(helices: HelixCall, reading: Reading) -> set[int]:
    """Return none, one or several helices as 0, 1, 2; both of the last where the source does not tell which."""
    beyond, _ = beyond_signals(helices, reading)
    level = min(len(beyond or ()) + helices.placeless, 2)
    return {1, 2} if level and helices.source in VAGUE else {level}
