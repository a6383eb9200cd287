"""Secretion classes, reasons, conflicts and topology: one test per rule, by facts made for it."""

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myosieve.evidence import precedence, reasons
from myosieve.evidence.classify import resolve
from myosieve.evidence.facts import Call, Facts, HelixCall
from myosieve.evidence.topology import distinct

NAN = math.nan
YES = Call("signalp6", "yes", 1, 24, 0.99, "6.0")
NO = Call("signalp6", "no", score=0.01, version="6.0")
UNCLEAR = Call("embedded", "unknown")
EXPERIMENT = Call("go", "yes", detail="exp")
SECRETED = Call("uniprot_reviewed", "yes", detail="Secreted")
ANCHOR = Call("netgpi", "yes", 530, 530, 0.8, "1.1")
LEADERLESS = Call("outcyte", "yes", score=0.91)

CLASSES = {
    "classical", "shed", "gpi_anchored", "er_resident", "annotated", "unconventional", "membrane", "intracellular",
    "unknown",
}  # fmt: skip


def helices(*segments: tuple[int, int], source: str = "deeptmhmm", **more) -> HelixCall:
    return HelixCall(source, segments, **more)


def facts(*calls: Call | HelixCall, **more) -> Facts:
    signal = tuple(call for call in calls if isinstance(call, Call))
    return Facts(signal=signal, helices=tuple(call for call in calls if isinstance(call, HelixCall)), **more)


def known(*calls: Call | HelixCall, by: Call = EXPERIMENT, **more) -> Facts:
    return facts(*calls, extracellular=(by,), **more)


def anchor(start: int = 36, first: str = "inside", length: float = 233.0, where: str = "", **more) -> Facts:
    """A protein without a signal peptide and with one helix, of TNF's shape unless told otherwise."""
    end = start + 20
    other = {"inside": "outside", "outside": "inside"}[first]
    sides = {"deeptmhmm": ((first, 1, start - 1), (other, end + 1, int(length)))}
    location = (Call("uniprot_reviewed", "yes", detail=where),) if where else ()
    return facts(NO, helices((start, end)), sides=sides, length=length, location=location, **more)


RULES = [
    # the classes of the design's vocabulary
    (facts(YES, helices()), "classical"),
    (facts(YES, helices((150, 172))), "shed"),
    (facts(YES, helices((150, 172), (200, 222))), "membrane"),
    (facts(NO, helices()), "intracellular"),
    (facts(NO, helices((150, 172))), "membrane"),
    # ER motifs: a canonical one with a signal peptide, a dilysine behind the one helix of a type I protein
    (facts(YES, helices(), er_motif="KDEL"), "er_resident"),
    (facts(YES, er_motif="KDEL"), "er_resident"),
    (facts(YES, helices((150, 172)), dilysine="KKLV"), "er_resident"),
    (facts(YES, helices(), er_motif="RTDL (weak)"), "classical"),
    (facts(NO, helices(), er_motif="KDEL"), "intracellular"),
    (facts(YES, helices(), dilysine="KKLV"), "classical"),
    (facts(YES, helices((150, 172), (200, 222)), dilysine="KKLV", er_motif="KDEL"), "membrane"),
    (facts(NO, helices((150, 172)), dilysine="KKLV"), "membrane"),
    # GPI anchors
    (facts(YES, helices(), gpi=(ANCHOR,), length=558.0), "gpi_anchored"),
    (facts(YES, helices((537, 557)), gpi=(ANCHOR,), length=558.0), "gpi_anchored"),
    (facts(YES, helices((300, 320)), gpi=(ANCHOR,), length=558.0), "shed"),
    (facts(YES, helices(), gpi=(ANCHOR._replace(call="no", end=NAN),)), "classical"),
    (facts(NO, helices(), gpi=(ANCHOR,), length=558.0), "intracellular"),
    (facts(NO, helices(), gpi=(ANCHOR._replace(source="uniprot_reviewed"),)), "gpi_anchored"),
    (facts(YES, gpi=(ANCHOR,)), "unknown"),
    (facts(YES, gpi=(ANCHOR._replace(source="uniprot_experimental"),)), "gpi_anchored"),
    # known outside the cell
    (known(NO, helices()), "annotated"),
    (known(NO, helices(), by=SECRETED), "annotated"),
    (known(NO, helices(), by=Call("user", "yes")), "annotated"),
    (known(NO, helices(), by=Call("go", "yes", detail="high_throughput")), "intracellular"),
    (known(NO, helices(), by=Call("go", "yes", detail="electronic")), "intracellular"),
    (known(NO, helices(), by=Call("uniprot_automatic", "yes")), "intracellular"),
    (known(NO, helices((35, 57))), "shed"),  # TNF, a type II anchor
    (known(NO, helices((341, 361))), "shed"),  # CX3CL1 if its signal peptide is missed
    (known(NO, helices((8, 28), (150, 172))), "shed"),  # FNDC5 if its signal peptide is missed
    (known(NO, helices((60, 80), (150, 172))), "membrane"),
    (known(YES, helices((150, 172), (200, 222))), "membrane"),
    # leaving without a signal peptide, as predicted
    (facts(NO, helices(), unconventional=(LEADERLESS,)), "unconventional"),
    (known(NO, helices(), unconventional=(LEADERLESS,)), "annotated"),
    (known(NO, helices(), by=Call("user", "no"), unconventional=(LEADERLESS,)), "intracellular"),
    (facts(YES, helices(), unconventional=(LEADERLESS,)), "classical"),
    (facts(NO, helices((150, 172)), unconventional=(LEADERLESS,)), "membrane"),
    (facts(UNCLEAR, helices(), unconventional=(LEADERLESS,)), "unknown"),
    (known(NO, helices(), by=Call("deeploc", "yes")), "unconventional"),
    (known(NO, helices(), by=Call("deeploc", "yes"), unconventional=(Call("outcyte", "no"),)), "intracellular"),
    # type II anchors
    (anchor(), "shed"),
    (anchor(where="Cell membrane"), "shed"),
    (anchor(where="Golgi apparatus membrane"), "shed"),
    (anchor(where="Endoplasmic reticulum membrane"), "membrane"),
    (anchor(where="Mitochondrion inner membrane"), "membrane"),
    (anchor(where="Nucleus inner membrane"), "membrane"),
    (anchor(where="Endoplasmic reticulum membrane; Cell membrane"), "shed"),
    (anchor(first="outside"), "membrane"),  # cytochromes P450: N-terminus in the lumen
    (anchor(start=99), "shed"),
    (anchor(start=100), "membrane"),
    (anchor(length=56 + 50), "shed"),
    (anchor(length=56 + 49), "membrane"),  # a tail anchor has nothing outside that could be shed
    (anchor(extracellular=(Call("user", "no"),)), "membrane"),
    (facts(NO, helices((35, 57)), length=233.0), "membrane"),  # which side the N-terminus is on is not known
    # unknown is never no
    (facts(), "unknown"),
    (known(), "annotated"),
    (facts(YES), "unknown"),
    (known(YES), "unknown"),
    (facts(NO), "unknown"),
    (facts(helices()), "unknown"),
    (facts(helices((10, 30))), "unknown"),
    (facts(helices((10, 30), (60, 80))), "unknown"),
    (facts(helices((60, 80), (100, 120), (140, 160))), "membrane"),
    (facts(UNCLEAR, helices()), "unknown"),
    (known(UNCLEAR, helices()), "annotated"),
    # a beta barrel has no helix and is in the membrane all the same
    (facts(NO, helices(), barrel=(Call("deeptmhmm", "yes", 10, 90),)), "membrane"),
    (facts(YES, helices(source="uniprot_reviewed"), barrel=(Call("tmbed", "yes", 10, 90),)), "classical"),
    (facts(NO, helices(source="tmhmm"), barrel=(Call("tmbed", "yes", 10, 90),)), "membrane"),
    # helices without a place
    (facts(YES, helices(source="user", placeless=1)), "shed"),
    (facts(YES, helices(source="user", placeless=2)), "membrane"),
    (facts(NO, helices(source="outcyte", placeless=1)), "membrane"),
]


@pytest.mark.parametrize(("given", "expected"), RULES)
def test_every_rule_gives_its_class(given: Facts, expected: str) -> None:
    assert resolve(given).secretion_class == expected


def test_every_class_of_the_vocabulary_is_reached() -> None:
    assert {resolve(given).secretion_class for given, _ in RULES} == CLASSES


# ---- resolution --------------------------------------------------------------------------------------------------------


def test_a_helix_that_is_the_signal_peptide_does_not_make_a_membrane_protein() -> None:
    # TMHMM 2 finds 7-29 in human APLN, whose signal peptide is 1-22.
    resolved = resolve(facts(YES._replace(end=22), helices((7, 29), source="tmhmm")))
    assert resolved.secretion_class == "classical"
    assert resolved.reading.beyond == ()
    assert "one on the signal peptide not counted" in reasons.words(resolved)


def test_the_helix_stays_where_the_signal_peptide_is_denied() -> None:
    resolved = resolve(facts(NO, Call("embedded", "yes", 1, 22, 0.9), helices((7, 29), source="embedded")))
    assert resolved.reading.beyond == ((7, 29),)
    assert resolved.secretion_class == "membrane"


def test_a_signal_peptide_without_an_end_still_takes_its_helix_along() -> None:
    assert resolve(facts(YES._replace(end=NAN), helices((7, 29)))).reading.beyond == ()


def test_the_end_of_a_signal_peptide_comes_from_the_next_source_that_agrees() -> None:
    outcyte = Call("outcyte", "yes", score=0.9)
    others = Call("signalp4", "no"), Call("embedded", "yes", 1, 22, 0.9)
    resolved = resolve(facts(outcyte, *others, helices()))
    assert (resolved.reading.signal.source, resolved.reading.site.end) == ("outcyte", 22)
    assert "signal peptide 1-22 (OutCyte; its end by embedded predictor)" in reasons.words(resolved)


def test_the_number_of_helices_comes_from_the_next_source_that_tells_one() -> None:
    vague = helices(source="outcyte", placeless=1)
    told = resolve(facts(YES, vague, helices((60, 80), (100, 120), source="embedded")))
    assert (told.reading.helices.source, told.secretion_class, told.conflicts) == ("embedded", "membrane", ())
    lone = resolve(facts(YES, vague, helices(source="embedded")))
    assert lone.conflicts == ("transmembrane helices: embedded predictor says none",)
    assert "at least one transmembrane helix, place not told (OutCyte)" in reasons.words(lone)


def test_the_first_source_that_knows_wins_and_the_others_are_named() -> None:
    others = Call("deeptmhmm", "no"), Call("embedded", "yes", 1, 22, 0.9)
    resolved = resolve(facts(YES, *others, helices(), helices((60, 80), source="tmhmm")))
    assert (resolved.reading.signal.source, resolved.reading.helices.source) == ("signalp6", "deeptmhmm")
    assert resolved.conflicts == (
        "signal peptide: DeepTMHMM says no",
        "transmembrane helices: TMHMM 2 says 60-80",
    )


def test_an_unknown_call_is_passed_over_and_contradicts_nobody() -> None:
    unknown = Call("signalp6", "unknown"), HelixCall("deeptmhmm", None)
    resolved = resolve(facts(*unknown, Call("embedded", "yes", 1, 22, 0.9), helices(source="tmhmm")))
    assert resolved.reading.signal.source == "embedded"
    assert resolved.conflicts == ()


def test_sources_that_place_the_same_helix_elsewhere_do_not_conflict() -> None:
    assert resolve(facts(YES, helices((150, 172)), helices((148, 168), source="tmhmm"))).conflicts == ()


def test_several_helices_and_a_few_more_do_not_conflict() -> None:
    several = helices((50, 70), (100, 120)), helices((50, 70), (100, 120), (150, 170), source="tmhmm")
    assert resolve(facts(NO, *several)).conflicts == ()


def test_a_helix_that_is_the_gpi_signal_does_not_conflict_with_none() -> None:
    given = facts(YES, helices(), helices((537, 557), source="tmhmm"), gpi=(ANCHOR,), length=558.0)
    assert resolve(given).conflicts == ()


def test_sources_that_differ_on_the_gpi_anchor_conflict_only_where_there_can_be_one() -> None:
    both = (ANCHOR, Call("predgpi", "no"))
    assert resolve(facts(YES, helices(), gpi=both, length=558.0)).conflicts == ("GPI anchor: PredGPI says no",)
    assert resolve(facts(NO, helices(), gpi=both, length=558.0)).conflicts == ()


def test_what_is_said_of_leaving_the_cell_conflicts_only_where_it_would_change_the_class() -> None:
    said = (LEADERLESS, Call("secretomep", "no"))
    assert resolve(facts(NO, helices(), unconventional=said)).conflicts == (
        "unconventional secretion: SecretomeP says no",
    )
    assert resolve(facts(YES, helices(), unconventional=said)).conflicts == ()
    outside = (Call("user", "no"), EXPERIMENT)
    assert resolve(facts(NO, helices(), extracellular=outside)).conflicts == ("extracellular: Gene Ontology says yes",)
    assert resolve(facts(YES, helices(), extracellular=outside)).conflicts == ()


def test_a_result_for_another_sequence_is_not_used() -> None:
    resolved = resolve(facts(YES, helices((600, 620)), helices(source="tmhmm"), length=412.0))
    assert resolved.reading.helices.source == "tmhmm"
    assert resolved.conflicts == ("DeepTMHMM reaches beyond residue 412: another sequence, not used",)


def test_a_predicted_anchor_needs_a_signal_peptide() -> None:
    assert [resolve(facts(call, helices(), gpi=(ANCHOR,))).reading.anchored for call in (YES, NO, UNCLEAR)] == [
        "yes", "no", "unknown",
    ]  # fmt: skip


# ---- reasons -----------------------------------------------------------------------------------------------------------


def test_the_reason_names_calls_places_and_sources() -> None:
    given = known(YES, helices((150, 172)), by=Call("go", "yes", detail="curated"))
    assert reasons.words(resolve(given)) == (
        "signal peptide 1-24 (SignalP 6.0); one transmembrane helix 150-172 (DeepTMHMM); "
        "annotated as extracellular (Gene Ontology, curated)"
    )


def test_the_first_of_many_helices_is_not_taken_for_a_missed_signal_peptide() -> None:
    assert "missed" not in reasons.words(resolve(facts(NO, helices((12, 32), (60, 80), (100, 120)))))


def test_a_source_that_makes_both_calls_is_named_once() -> None:
    both = Call("uniprot_experimental", "yes", 1, 24), helices(source="uniprot_experimental")
    assert reasons.words(resolve(facts(*both))) == "signal peptide 1-24 (UniProt, experimental); no helix beyond it"


def test_the_reason_of_a_gpi_anchor_names_site_and_signal() -> None:
    given = facts(YES, helices((537, 557)), gpi=(ANCHOR,), length=558.0)
    assert reasons.words(resolve(given)) == (
        "signal peptide 1-24 (SignalP 6.0); no helix beyond it (DeepTMHMM); "
        "GPI anchor at residue 530 (NetGPI 1.1), helix 537-557 is its signal and cut off"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (facts(), "signal peptide unknown: no sequence and no result"),
        (facts(UNCLEAR, helices()), "lacks its start or is too short"),
        (facts(YES), "transmembrane helices unknown"),
        (facts(Call("embedded", "no", score=0.4), helices()), "no signal peptide (embedded predictor, borderline)"),
        (facts(YES._replace(end=NAN), helices()), "signal peptide (SignalP 6.0)"),
        (facts(NO, helices((12, 32))), "helix 12-32: membrane anchor or missed signal peptide?"),
        (facts(YES, helices((150, 172))), "no record of release"),
        (facts(YES, helices((150, 172)), length=175.0), "may be the signal for a GPI anchor"),
        (facts(YES, helices(), er_motif="QEDL (weak)"), "ER motif QEDL (weak)"),
        (facts(YES, helices((150, 172)), dilysine="KKLV"), "dilysine motif KKLV at the cytoplasmic end"),
        (known(NO, helices(), by=Call("go", "yes", detail="high_throughput")), "data only, which does not count"),
        (known(NO, helices(), by=Call("uniprot_automatic", "yes")), "UniProt, automatic, which does not count"),
        (known(NO, helices(), by=SECRETED), "annotated as extracellular (UniProt, reviewed: Secreted)"),
        (known(NO, helices(), by=Call("user", "no")), "not extracellular (user's table)"),
        (facts(NO, helices(), barrel=(Call("deeptmhmm", "yes", 10, 90),)), "beta barrel (DeepTMHMM)"),
        (facts(NO, helices((60, 80), (100, 120))), "2 transmembrane helices (DeepTMHMM)"),
        (facts(NO, helices(), unconventional=(LEADERLESS,)), "without a signal peptide (OutCyte, score 0.91)"),
        (known(NO, helices(), by=Call("deeploc", "yes")), "predicted extracellular (DeepLoc 2)"),
        (anchor(), "type II anchor: N-terminus inside, 177 residues outside; no location and no release on record"),
        (anchor(where="Cell membrane"), "no record of release; located in Cell membrane (UniProt, reviewed)"),
        (anchor(where="Endoplasmic reticulum membrane"), "located in Endoplasmic reticulum membrane"),
        (facts(NO, helices((120, 140))), "which side the N-terminus is on is not known"),
        (facts(NO, helices(), gpi=(ANCHOR,)), "a GPI anchor (NetGPI 1.1) would need a signal peptide"),
        (facts(NO, helices(), gpi=(ANCHOR._replace(source="user"),)), "which needs a signal peptide: missed?"),
    ],
)
def test_the_reason_says_what_a_reader_must_know(given: Facts, words: str) -> None:
    assert words in reasons.words(resolve(given))


@pytest.mark.parametrize(
    ("call", "borderline"),
    [
        # Probabilities around the threshold of 0.5; a score of another source is on another scale.
        (Call("embedded", "yes", 1, 20, 0.69), True),
        (Call("embedded", "no", score=0.31), True),
        (Call("embedded", "yes", 1, 20, 0.71), False),
        (Call("embedded", "no", score=0.29), False),
        (Call("signalp6", "yes", 1, 20, 0.5), False),
    ],
)
def test_only_a_near_call_of_the_embedded_predictor_is_called_borderline(call: Call, borderline: bool) -> None:
    assert ("borderline" in reasons.words(resolve(facts(call, helices())))) is borderline


# ---- topology ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (facts(YES, helices((341, 361)), length=397.0), "SP 1-24;outside 25-340;TM 341-361;inside 362-397"),
        (facts(YES, helices(), length=100.0), "SP 1-24;outside 25-100"),
        (facts(NO, helices(), length=100.0), "inside 1-100"),
        (known(NO, helices(), length=100.0), "unknown 1-100"),
        (facts(UNCLEAR, helices(), length=100.0), "unknown 1-100"),
        (anchor(), "inside 1-35;TM 36-56;outside 57-233"),
        (facts(NO, helices((36, 56)), length=233.0), "unknown 1-35;TM 36-56;unknown 57-233"),
        (facts(YES, helices((537, 557)), gpi=(ANCHOR,), length=558.0), "SP 1-24;outside 25-530;GPI 531-558"),
        (
            facts(YES, helices((537, 557)), gpi=(ANCHOR._replace(end=NAN),), length=558.0),
            "SP 1-24;outside 25-536;GPI 537-558",
        ),
        (facts(YES, helices()), ""),
        (facts(YES, length=100.0), ""),
        (facts(YES, helices(source="user", placeless=1), length=100.0), ""),
    ],
)
def test_the_topology_is_written_from_the_calls_used(given: Facts, text: str) -> None:
    assert resolve(given).topology == text


def test_sides_come_from_the_source_of_the_helices_then_from_uniprot() -> None:
    own, entry = (("inside", 1, 35), ("outside", 57, 233)), (("outside", 1, 35), ("inside", 57, 233))
    given = facts(NO, helices((36, 56)), length=233.0)
    both = replace(given, sides={"uniprot": entry, "deeptmhmm": own})
    assert resolve(both).topology.startswith("inside 1-35")
    contradicting = replace(given, sides={"uniprot": entry, "deeptmhmm": (("inside", 1, 233),)})
    assert resolve(contradicting).topology.startswith("outside 1-35")
    last = replace(given, sides={"embedded": (("inside", 1, 40),)})
    assert resolve(last).topology.startswith("inside 1-35")


def test_behind_a_cleaved_signal_peptide_the_protein_is_outside_whatever_a_source_says() -> None:
    given = facts(YES, helices((100, 120)), length=200.0, sides={"deeptmhmm": (("inside", 25, 99),)})
    assert resolve(given).topology == "SP 1-24;outside 25-99;TM 100-120;inside 121-200"


# ---- laws --------------------------------------------------------------------------------------------------------------

PLACES = st.lists(st.tuples(st.integers(1, 380), st.integers(15, 25)).map(lambda p: (p[0], p[0] + p[1])), max_size=4)
SIGNALS = st.sampled_from([YES, NO, UNCLEAR, YES._replace(end=NAN), YES._replace(end=60.0)])


@st.composite
def proteins(draw) -> Facts:
    """Facts of any kind on a protein of 430 residues."""
    calls = [draw(SIGNALS), helices(*distinct(draw(PLACES)))]
    more = {
        "gpi": draw(st.sampled_from([(), (ANCHOR._replace(end=400.0),), (Call("netgpi", "no"),)])),
        "extracellular": draw(st.sampled_from([(), (EXPERIMENT,), (Call("go", "yes", detail="electronic"),)])),
        "unconventional": draw(st.sampled_from([(), (LEADERLESS,)])),
        "er_motif": draw(st.sampled_from(["no", "KDEL", "RTDL (weak)"])),
        "dilysine": draw(st.sampled_from(["no", "KKLV"])),
        "sides": draw(st.sampled_from([{}, {"deeptmhmm": (("inside", 1, 20),)}])),
    }
    return facts(*calls, length=430.0, **more)


@settings(max_examples=40, deadline=None)
@given(proteins())
def test_the_topology_covers_every_residue_once(given: Facts) -> None:
    parts = [part.split()[1].split("-") for part in resolve(given).topology.split(";")]
    assert int(parts[0][0]) == 1
    assert int(parts[-1][1]) == 430
    assert all(int(one[1]) + 1 == int(two[0]) for one, two in itertools.pairwise(parts))
    assert all(int(start) <= int(end) for start, end in parts)


@settings(max_examples=40, deadline=None)
@given(proteins())
def test_a_later_source_that_agrees_changes_nothing(given: Facts) -> None:
    more = replace(
        given,
        signal=(*given.signal, given.signal[0]._replace(source="embedded")),
        helices=(*given.helices, given.helices[0]._replace(source="embedded")),
        gpi=(*given.gpi, *(call._replace(source="predgpi") for call in given.gpi)),
        unconventional=(*given.unconventional, *(call._replace(source="secretomep") for call in given.unconventional)),
    )
    one, two = resolve(given), resolve(more)
    assert (one.secretion_class, one.topology, one.conflicts) == (two.secretion_class, two.topology, two.conflicts)
    assert reasons.words(one) == reasons.words(two)


@settings(max_examples=40, deadline=None)
@given(proteins())
def test_every_protein_gets_a_class_of_the_vocabulary_and_a_reason(given: Facts) -> None:
    resolved = resolve(given)
    assert resolved.secretion_class in CLASSES
    assert reasons.words(resolved).startswith(("signal peptide", "no signal peptide"))


def test_a_barrel_is_weighed_in_the_order_that_was_given() -> None:
    given = facts(YES, helices(source="uniprot_reviewed"), barrel=(Call("tmbed", "yes", 10, 90),))
    assert resolve(given).conflicts == ("beta barrel: TMbed says yes",)
    assert resolve(given, precedence.read(["tmbed", "uniprot_reviewed"])).secretion_class == "membrane"
