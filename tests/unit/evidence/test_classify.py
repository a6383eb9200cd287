"""Secretion classes: one test per rule, by facts made for it."""

import math

import pytest

from myosieve.evidence.calls import Facts, HelixCall, SignalCall
from myosieve.evidence.classify import resolve

NAN = math.nan
EMBEDDED_SP, EMBEDDED_TM = "embedded weight matrix", "embedded hydropathy scan"
YES = SignalCall("signalp6", "yes", 24, 0.99)
NO = SignalCall("signalp6", "no", NAN, 0.01)
UNCLEAR = SignalCall(EMBEDDED_SP, "unknown", NAN, NAN)


def helices(*segments: tuple[int, int], source: str = "deeptmhmm") -> HelixCall:
    return HelixCall(source, list(segments))


def facts(*calls: SignalCall | HelixCall, **more) -> Facts:
    signal = [call for call in calls if isinstance(call, SignalCall)]
    return Facts(signal=signal, helices=[call for call in calls if isinstance(call, HelixCall)], **more)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # the classes of the design's vocabulary
        (facts(YES, helices()), "classical"),
        (facts(YES, helices((150, 172))), "shed"),
        (facts(YES, helices((150, 172), (200, 222))), "membrane"),
        (facts(YES, helices(), er_motif="KDEL"), "er_resident"),
        (facts(YES, helices(), er_motif="RTDL (weak)"), "classical"),
        (facts(NO, helices(), er_motif="KDEL"), "intracellular"),
        (facts(NO, helices()), "intracellular"),
        (facts(NO, helices((35, 57))), "membrane"),
        (facts(NO, helices((150, 172))), "membrane"),
        # known outside the cell
        (facts(NO, helices(), extracellular="exp"), "annotated"),
        (facts(NO, helices(), extracellular="curated"), "annotated"),
        (facts(NO, helices(), extracellular="high_throughput"), "intracellular"),
        (facts(NO, helices(), extracellular="electronic"), "intracellular"),
        (facts(NO, helices((35, 57)), extracellular="exp"), "shed"),  # TNF, a type II anchor
        (facts(NO, helices((341, 361)), extracellular="exp"), "shed"),  # CX3CL1 if its signal peptide is missed
        (facts(NO, helices((8, 28), (150, 172)), extracellular="exp"), "shed"),  # FNDC5 if its signal peptide is missed
        (facts(NO, helices((60, 80), (150, 172)), extracellular="exp"), "membrane"),
        (facts(YES, helices((150, 172), (200, 222)), extracellular="exp"), "membrane"),
        # unknown is never no
        (facts(), "unknown"),
        (facts(extracellular="exp"), "annotated"),
        (facts(YES), "unknown"),
        (facts(YES, extracellular="exp"), "unknown"),
        (facts(NO), "unknown"),
        (facts(helices()), "unknown"),
        (facts(helices((10, 30))), "unknown"),
        (facts(helices((10, 30), (60, 80))), "unknown"),
        (facts(helices((60, 80), (100, 120), (140, 160))), "membrane"),
        (facts(UNCLEAR, helices()), "unknown"),
        (facts(UNCLEAR, helices(), extracellular="curated"), "annotated"),
        (facts(YES, er_motif="KDEL"), "er_resident"),
        # a beta barrel has no helix and is in the membrane all the same
        (facts(NO, helices(), barrel="deeptmhmm"), "membrane"),
    ],
)
def test_every_rule_gives_its_class(given: Facts, expected: str) -> None:
    assert resolve(given).secretion_class == expected


def test_a_helix_that_is_the_signal_peptide_does_not_make_a_membrane_protein() -> None:
    # TMHMM 2 finds 7-29 in human APLN, whose signal peptide is 1-22.
    resolved = resolve(facts(SignalCall("signalp6", "yes", 22, 1.0), helices((7, 29), source="tmhmm")))
    assert resolved.secretion_class == "classical"
    assert resolved.beyond == []
    assert "one on the signal peptide not counted" in resolved.reason


def test_the_helix_stays_where_the_signal_peptide_is_denied() -> None:
    resolved = resolve(facts(NO, SignalCall(EMBEDDED_SP, "yes", 22, 3.0), helices((7, 29), source=EMBEDDED_TM)))
    assert resolved.beyond == [(7, 29)]
    assert resolved.secretion_class == "membrane"


def test_a_signal_peptide_without_an_end_still_takes_its_helix_along() -> None:
    assert resolve(facts(SignalCall("signalp6", "yes", NAN, 0.9), helices((7, 29)))).beyond == []


def test_the_first_source_that_knows_wins_and_the_others_are_named() -> None:
    deep = SignalCall("deeptmhmm", "no", NAN, NAN)
    embedded = SignalCall(EMBEDDED_SP, "yes", 22, 3.0)
    resolved = resolve(facts(YES, deep, embedded, helices(), helices((60, 80), source="tmhmm")))
    assert (resolved.signal.source, resolved.helix_source) == ("signalp6", "deeptmhmm")
    assert resolved.conflicts == [
        "signal peptide: deeptmhmm says no",
        "transmembrane helices: tmhmm says 60-80",
    ]


def test_an_unknown_call_is_passed_over_and_contradicts_nobody() -> None:
    unknown = SignalCall("signalp6", "unknown", NAN, NAN)
    resolved = resolve(facts(unknown, SignalCall(EMBEDDED_SP, "yes", 22, 3.0), HelixCall("deeptmhmm", None), helices()))
    assert resolved.signal.source == EMBEDDED_SP
    assert resolved.conflicts == []


def test_sources_that_place_the_same_helix_elsewhere_do_not_conflict() -> None:
    assert resolve(facts(YES, helices((150, 172)), helices((148, 168), source="tmhmm"))).conflicts == []


def test_the_reason_names_calls_places_and_sources() -> None:
    reason = resolve(facts(YES, helices((150, 172)), extracellular="curated")).reason
    assert reason == (
        "signal peptide 1-24 (signalp6); one transmembrane helix 150-172 (deeptmhmm); "
        "annotated as extracellular (Gene Ontology, curated)"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (facts(), "signal peptide unknown: no sequence and no predictor result"),
        (facts(UNCLEAR, helices()), "lacks its start or is too short"),
        (facts(YES), "transmembrane helices unknown"),
        (facts(SignalCall(EMBEDDED_SP, "no", NAN, -0.8), helices()), "borderline"),
        (facts(NO, helices((12, 32))), "membrane anchor or missed signal peptide?"),
        (facts(YES, helices((150, 172))), "no record of release"),
        (facts(YES, helices((150, 172)), length=175.0), "GPI anchor"),
        (facts(YES, helices(), er_motif="QEDL (weak)"), "ER motif QEDL (weak)"),
        (facts(NO, helices(), extracellular="high_throughput"), "does not count"),
        (facts(NO, helices(), barrel="deeptmhmm"), "beta barrel (deeptmhmm)"),
        (facts(NO, helices((60, 80), (100, 120))), "2 transmembrane helices (deeptmhmm)"),
    ],
)
def test_the_reason_says_what_a_reader_must_know(given: Facts, words: str) -> None:
    assert words in resolve(given).reason


def test_a_clear_call_is_not_called_borderline() -> None:
    assert "borderline" not in resolve(facts(SignalCall(EMBEDDED_SP, "yes", 20, 3.0), helices())).reason
    # A score of another source is on another scale.
    assert "borderline" not in resolve(facts(YES, helices())).reason
