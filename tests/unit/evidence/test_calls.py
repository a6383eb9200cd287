"""Rows of evidence by protein: order of sources, duplicates, what the embedded predictor says."""

import math
import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myosieve import schema
from myosieve.evidence import calls, precedence
from myosieve.evidence.facts import Call, Facts, HelixCall, counts, kind_of, pooled

NONE = pd.DataFrame(columns=schema.FEATURES.names)


def row(source: str, feature: str, call: str = "yes", start: float = math.nan, end: float = math.nan, **more) -> dict:
    empty = {"accession": "P1", "version": "", "score": math.nan, "evidence_code": "", "detail": ""}
    return {**empty, "source": source, "feature": feature, "call": call, "start": start, "end": end, **more}


def collected(*rows: dict, order: precedence.Precedence = precedence.DEFAULT) -> Facts:
    return calls.collect(pd.DataFrame(list(rows), columns=list(calls.COLUMNS)), NONE, order)["P1"]


def features(**cells) -> pd.DataFrame:
    base = {
        "accession": "P1", "gene": "G", "protein_name": "", "organism": "", "length": 397.0, "signal_peptide": "yes",
        "sp_end": 24.0, "sp_score": 0.9, "tm_count": 1.0, "tm_segments": "341-361", "tm_score": 0.95, "er_motif": "no",
    }  # fmt: skip
    return pd.DataFrame([base | cells])


def test_calls_come_in_the_order_of_the_sources_whatever_the_order_of_the_rows() -> None:
    found = collected(
        row("embedded", "signal_peptide"), row("signalp5", "signal_peptide"), row("signalp6", "signal_peptide")
    )
    assert [call.source for call in found.signal] == ["signalp6", "signalp5", "embedded"]


def test_a_source_that_is_not_listed_never_decides() -> None:
    rows = row("signalp6", "signal_peptide"), row("tmhmm", "tm_helix", start=20, end=40), row("stranger", "tm_helix")
    found = collected(*rows, order=precedence.read(["embedded"]))
    assert found == Facts()


def test_a_source_without_a_helix_differs_from_one_that_does_not_know() -> None:
    assert collected(row("tmhmm", "tm_helix", "no")).helices == (HelixCall("tmhmm", ()),)
    assert collected(row("tmhmm", "tm_helix", "unknown")).helices == (HelixCall("tmhmm", None),)
    assert collected(row("signalp6", "signal_peptide")).helices == ()


def test_helices_of_an_entry_with_evidence_of_several_kinds_are_put_together() -> None:
    found = collected(
        row("uniprot_reviewed", "tm_helix", start=100, end=120),
        row("uniprot_experimental", "tm_helix", start=60, end=80),
    )
    assert found.helices == (HelixCall("uniprot_reviewed", ((60, 80), (100, 120))),)


def test_one_helix_of_two_predictors_in_one_file_is_one() -> None:
    found = collected(
        row("interproscan", "tm_helix", start=340, end=362), row("interproscan", "tm_helix", start=341, end=361)
    )
    assert found.helices[0].segments == ((340, 362),)


def test_a_helix_without_a_place_is_counted() -> None:
    assert collected(row("user", "tm_helix"), row("user", "tm_helix")).helices == (HelixCall("user", (), "", 2),)


def test_sides_and_barrels_are_kept_by_source() -> None:
    found = collected(
        row("tmhmm", "inside", start=1, end=19),
        row("deeptmhmm", "outside", start=41, end=90),
        row("uniprot_reviewed", "outside", start=41, end=95),
        row("uniprot_experimental", "inside", start=1, end=19),
        row("tmbed", "beta_barrel", start=10, end=90),
        row("phobius", "outside", "yes"),
    )
    assert list(found.sides) == ["uniprot", "deeptmhmm", "tmhmm"]
    assert found.sides["uniprot"] == (("inside", 1, 19), ("outside", 41, 95))
    assert [call.source for call in found.barrel] == ["tmbed"]


SOME = [
    row("signalp6", "signal_peptide", start=1, end=24, score=0.9),
    row("signalp6", "signal_peptide", "no"),
    row("signalp6", "signal_peptide", start=1, end=20, score=0.7),
    row("uniprot_reviewed", "tm_helix", start=60, end=80),
    row("uniprot_experimental", "tm_helix", start=100, end=120),
    row("interproscan", "tm_helix", start=58, end=80),
    row("interproscan", "tm_helix", start=60, end=82),
    row("deeptmhmm", "outside", start=25, end=60),
    row("deeptmhmm", "inside", start=80, end=90),
    row("go", "extracellular", detail="electronic"),
    row("go", "extracellular", detail="exp"),
    row("uniprot_reviewed", "location", detail="Cell membrane"),
    row("uniprot_reviewed", "location", detail="Secreted"),
    row("netgpi", "gpi", start=90, end=90),
    row("tmbed", "beta_barrel", start=3, end=90),
    row("outcyte", "unconventional"),
]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    assert repr(collected(*random.Random(seed).sample(SOME, len(SOME)))) == repr(collected(*SOME))


def test_of_several_calls_of_one_source_the_yes_and_the_better_evidence_stay() -> None:
    found = collected(*SOME)
    assert [(call.call, call.end) for call in found.signal] == [("yes", 20)]
    assert [call.detail for call in found.extracellular] == ["exp"]


def test_the_embedded_predictor_is_one_source() -> None:
    rows = calls.embedded_calls(features(n_terminus="outside", gpi="no", gpi_score=0.1, dilysine="no"))
    assert set(rows["source"]) == {"embedded"}
    assert list(rows.columns) == list(calls.COLUMNS)
    assert rows[["feature", "call"]].to_numpy().tolist() == [
        ["signal_peptide", "yes"],
        ["tm_helix", "yes"],
        ["er_motif", "no"],
        ["er_motif", "no"],
        ["gpi", "no"],
        ["outside", "yes"],
    ]
    side = rows[rows["feature"] == "outside"].iloc[0]
    assert (side["start"], side["end"]) == (25, 340)


def test_features_without_the_newer_columns_still_give_their_calls() -> None:
    rows = calls.embedded_calls(features())
    assert rows["feature"].tolist() == ["signal_peptide", "tm_helix", "er_motif"]


def test_a_motif_is_placed_at_the_end_and_a_weak_one_is_no_yes() -> None:
    rows = calls.embedded_calls(features(er_motif="KDEL", dilysine="KKLV"))
    motifs = rows[rows["feature"] == "er_motif"]
    assert motifs[["call", "start", "end", "detail"]].to_numpy().tolist() == [
        ["yes", 394, 397, "PROSITE PS00014 KDEL"],
        ["yes", 394, 397, "dilysine KKLV"],
    ]
    weak = calls.embedded_calls(features(er_motif="RTDL (weak)"))
    assert weak.loc[weak["feature"] == "er_motif", "call"].tolist() == ["unknown"]


def test_a_sequence_without_a_helix_says_no_and_one_without_a_call_says_unknown() -> None:
    for count, said in ((0.0, "no"), (math.nan, "unknown")):
        rows = calls.embedded_calls(features(tm_count=count, tm_segments=math.nan))
        assert rows.loc[rows["feature"] == "tm_helix", "call"].tolist() == [said]


def test_an_entry_without_residues_has_no_call() -> None:
    assert calls.embedded_calls(features(length=0.0)).empty
    assert calls.embedded_calls(NONE).empty


def test_embedded_calls_reach_the_facts() -> None:
    table = features(n_terminus="outside", gpi="yes", gpi_site=370.0, gpi_score=0.8, dilysine="KKLV")
    found = calls.collect(calls.embedded_calls(table), table)["P1"]
    assert (found.length, found.er_motif, found.dilysine) == (397, "no", "KKLV")
    assert (found.signal[0].end, found.helices[0].segments, found.gpi[0].end) == (24, ((341, 361),), 370)
    assert found.sides == {"embedded": (("outside", 25, 340),)}


@pytest.mark.parametrize(
    ("detail", "codes", "kind", "known"),
    [
        # Kinds of geneontology.org/docs/guide-go-evidence-codes.
        ("exp", "", "exp", True),
        ("high_throughput", "HDA", "high_throughput", False),
        ("", "IDA;TAS", "exp", True),
        ("", "ISS", "curated", True),
        ("", "HDA", "high_throughput", False),
        ("", "IEA", "electronic", False),
        ("", "", "electronic", False),
    ],
)
def test_only_direct_evidence_of_the_gene_ontology_counts(detail: str, codes: str, kind: str, known: bool) -> None:
    call = Call("go", "yes", detail=detail, evidence_code=codes)
    assert kind_of(call) == kind
    assert counts(call) is known


@pytest.mark.parametrize(
    ("source", "known"),
    [("user", True), ("uniprot_reviewed", True), ("uniprot_automatic", False), ("deeploc", False)],
)
def test_automatic_annotation_and_predictions_do_not_count(source: str, known: bool) -> None:
    assert counts(Call(source, "yes")) is known


def test_two_names_of_one_sequence_pool_their_calls_and_the_first_stays() -> None:
    one = Facts(signal=(Call("embedded", "yes", end=20),), length=100.0, sides={"embedded": (("outside", 21, 100),)})
    two = Facts(
        signal=(Call("signalp6", "no"), Call("embedded", "no")),
        helices=(HelixCall("tmhmm", ()),),
        sides={"tmhmm": (("inside", 1, 9),), "embedded": ()},
    )
    whole = pooled([one, two])
    assert [(call.source, call.call) for call in whole.signal] == [("signalp6", "no"), ("embedded", "yes")]
    assert whole.helices == two.helices
    assert whole.length == 100
    assert whole.sides == {"tmhmm": (("inside", 1, 9),), "embedded": (("outside", 21, 100),)}
    assert pooled([one]) is one


def test_a_yes_without_a_place_still_goes_before_a_no_of_the_same_source() -> None:
    rows = row("outcyte", "signal_peptide", "no"), row("outcyte", "signal_peptide")
    assert [call.call for call in collected(*rows).signal] == ["yes"]
