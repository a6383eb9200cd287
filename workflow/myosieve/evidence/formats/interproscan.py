"""InterProScan 5 and 6: the TSV of matches, of which SignalP, Phobius, TMHMM, DeepTMHMM and TMbed are read.

No header; 11 to 15 columns: accession, MD5 of the sequence, length, analysis, signature, its description, start, end, score,
status, date, and InterPro entry, its description, GO terms, pathways where asked for. Only what was found is listed, and
which analyses ran is not told: no row is no call.

The same helix may be in several analyses of one file. Per protein and feature, the rows of one are taken, the first of
DeepTMHMM, TMbed, Phobius, TMHMM for topology and of SignalP and these for the signal peptide; `detail` names it.

The bacterial models of SignalP, which InterProScan 5 runs along by default, are not for proteins of animals and left out.
The names of signatures differ: SignalP is SignalP-noTM, SignalP-TM (version 4) or SignalP-Sec-SPI (6); a helix TMhelix,
TRANSMEMBRANE, "Transmembrane alpha helix", TMhelix_in-to-out; a barrel "Transmembrane beta barrel", TMbeta_in-to-out.

Source: interproscan-docs.readthedocs.io, "Output formats"; github.com/ebi-pf-team/interproscan6.
"""

from __future__ import annotations

import math
import re

from myosieve.evidence.formats.base import YES, Call, FormatError, Kind, Line, Lines, Parsed, is_count, place
from myosieve.evidence.formats.segments import HELIX, INSIDE, OUTSIDE, SIGNAL, STRAND, Segment, topology_calls

_TOPOLOGY = ("deeptmhmm", "tmbed", "phobius", "tmhmm")
_ANALYSES = ("signalp", *_TOPOLOGY)
_NEEDED = 11
_MD5 = re.compile(r"[0-9a-fA-F]{32}")
# Of signatures in lower case, signs left out; the first that fits. None: a part of a signal peptide, or of no interest.
_KINDS = (
    (r"signalpeptide[nhc]region|periplasm.*", None),
    (r"signalp.*|signal.*|tmbeds", SIGNAL),
    (r"tmhelix.*|transmembrane|transmembranealphahelix", HELIX),
    (r"tmbeta.*|transmembranebeta.*|betasheet", STRAND),
    (r"noncytoplasmicdomain|outside", OUTSIDE),
    (r"cytoplasmicdomain|inside", INSIDE),
)
_Found = dict[str, list[Segment]]  # by analysis


def _recognizes(lines: Lines) -> bool:
    cells = lines.all[0].text.split("\t")
    return len(cells) >= _NEEDED - 1 and bool(_MD5.fullmatch(cells[1])) and is_count(cells[2])


def _analysis(name: str) -> str:
    """Return which of the analyses a name stands for (SIGNALP_EUK, SignalP-Euk, SignalP_GRAM_POSITIVE), or ''."""
    plain = re.sub("[^a-z]", "", name.lower())
    if plain.startswith("signalp"):
        return "" if re.search("gram|prok", plain) else "signalp"
    return plain if plain in _TOPOLOGY else ""


def _parse(lines: Lines) -> Parsed:
    # The matches of a protein need not stand together.
    found: dict[str, _Found] = {}
    scores: dict[str, float] = {}
    others = set()
    for line in lines.body():
        cells = line.text.split("\t")
        if len(cells) < _NEEDED or not _MD5.fullmatch(cells[1]) or not is_count(cells[2]):
            raise FormatError(
                "not a row of accession, MD5, length, analysis, signature, ... (11 to 15 cells)", line.number
            )
        analysis = _analysis(cells[3])
        if not analysis:
            others.add(cells[3])
            continue
        segments = found.setdefault(cells[0], {}).setdefault(analysis, [])
        segments += _segments(cells, line)
        if analysis == "signalp":
            scores[cells[0]] = _score(cells[8])
    if not found and others:
        raise FormatError(
            f"no match by SignalP, Phobius, TMHMM, DeepTMHMM or TMbed, only by {', '.join(sorted(others)[:5])}",
            remedy="run these analyses in InterProScan (-appl), or leave the file out",
        )
    return Parsed([_calls(name, here, scores.get(name, math.nan)) for name, here in found.items()])


def _segments(cells: list[str], line: Line) -> list[Segment]:
    ends = place(cells[6], cells[7], line.number)
    if ends[1] > int(cells[2]):
        raise FormatError(f"the match {cells[6]}-{cells[7]} is longer than the protein", line.number)
    plain = re.sub("[^a-z]", "", cells[4].lower())
    for pattern, kind in _KINDS:
        if re.fullmatch(pattern, plain):
            return [Segment(kind, *ends)] if kind else []
    raise FormatError(f"the signature {cells[4]!r} of {cells[3]} is unknown", line.number)


def _score(text: str) -> float:
    """Return a score, or NaN for the '-' of analyses without one."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _calls(name: str, found: _Found, score: float) -> list[Call]:
    calls = []
    for analysis in _ANALYSES:
        signal = [segment for segment in found.get(analysis, []) if segment.kind == SIGNAL]
        if signal:
            value = score if analysis == "signalp" else math.nan
            calls.append(Call(name, "signal_peptide", YES, 1.0, signal[0].end, value, detail=analysis))
            break
    for analysis in _TOPOLOGY:
        segments = sorted(found.get(analysis, []), key=lambda segment: segment.start)
        told = topology_calls(name, segments, lists_all=False)
        rows = [call._replace(detail=analysis) for call in told if call.feature != "signal_peptide"]
        if rows:
            return calls + rows
    return calls


KINDS = (Kind("interproscan", "InterProScan's TSV", _recognizes, _parse),)
