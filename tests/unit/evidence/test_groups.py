"""Protein groups: who speaks for a group, isoforms and their canonical entries, what the other members say."""

import math

import pandas as pd
import pytest

from myosieve import schema
from myosieve.evidence import calls, groups, precedence

# Human VEGFA: the canonical entry has a signal peptide of 26 residues; an isoform with another start has none.
SIGNAL = {"signal_peptide": "yes", "sp_end": 26.0, "sp_score": 0.9}
NO_SIGNAL = {"signal_peptide": "no", "sp_end": math.nan, "sp_score": 0.1}
SOLUBLE = {"tm_count": 0.0, "tm_segments": ""}


def features(**entries: dict) -> pd.DataFrame:
    """Features by accession ('_' stands for '-'); cells that are not given are those of a soluble protein without signal."""
    base = {"gene": "", "protein_name": "", "organism": "", "length": 232.0, "tm_score": 0.1, "er_motif": "no"}
    rows = [
        {"accession": name.replace("_", "-"), **base, **NO_SIGNAL, **SOLUBLE, **cells}
        for name, cells in entries.items()
    ]
    return pd.DataFrame(rows, columns=schema.FEATURES.names)


def tool(source: str, accession: str, feature: str, call: str = "yes", start=math.nan, end=math.nan, detail="") -> dict:
    row = dict.fromkeys(calls.COLUMNS, "") | {"score": math.nan, "start": start, "end": end, "detail": detail}
    return row | {"source": source, "accession": accession, "feature": feature, "call": call}


def annotated(
    *members: str, entries: pd.DataFrame, rows: tuple[dict, ...] = (), go: dict[str, str] | None = None, **more
) -> pd.DataFrame:
    """Return the annotation of groups given by their accessions, the leading one first."""
    told = pd.DataFrame(list(rows), columns=list(calls.COLUMNS))
    table = pd.concat([t for t in (told, calls.embedded_calls(entries)) if len(t)], ignore_index=True)
    facts = calls.collect(table, entries, **more)
    proteins = pd.DataFrame(
        [
            {
                "protein_group": f"g{n}",
                "accession": names.split(";")[0],
                "accessions": names,
                "gene": "",
                "organism": "",
            }
            for n, names in enumerate(members)
        ]
    )
    return groups.annotate(proteins, facts, go or {}, entries, **more)


def one(*members: str, **more) -> pd.Series:
    return annotated(*members, **more).iloc[0]


def test_an_isoform_speaks_for_itself_and_the_canonical_entry_is_flagged_where_it_differs() -> None:
    found = one("P15692-4", entries=features(P15692=SIGNAL, P15692_4={}))
    assert (found["secretion_class"], found["signal_peptide"]) == ("intracellular", "no")
    assert found["conflicts"] == "canonical P15692: signal peptide 1-26 (embedded predictor), class classical"


def test_an_isoform_that_agrees_with_its_canonical_entry_is_not_flagged() -> None:
    found = one("P15692-4", entries=features(P15692=SIGNAL, P15692_4=SIGNAL | {"sp_end": 24.0}))
    assert (found["sp_end"], found["conflicts"]) == (24, "")


def test_another_signal_peptide_call_is_flagged_even_where_the_class_is_the_same() -> None:
    found = one("P1-2", entries=features(P1=SIGNAL | {"tm_count": 2.0, "tm_segments": "60-80;100-120"},
                                         P1_2={"tm_count": 2.0, "tm_segments": "60-80;100-120"}))  # fmt: skip
    assert found["secretion_class"] == "membrane"
    assert found["conflicts"] == "canonical P1: signal peptide 1-26 (embedded predictor), class membrane"


def test_results_for_the_canonical_sequence_are_not_taken_over_to_an_isoform_and_that_is_said() -> None:
    rows = (
        tool("uniprot_experimental", "P1", "signal_peptide", start=1, end=26),
        tool("signalp6", "P1", "signal_peptide", start=1, end=26),
        tool("tmhmm", "P1-2", "tm_helix", "no"),
        tool("tmhmm", "P1", "tm_helix", "no"),
    )
    found = one("P1-2", entries=features(P1=SIGNAL, P1_2={}), rows=rows)
    assert (found["sp_source"], found["signal_peptide"], found["tm_source"]) == ("embedded", "no", "tmhmm")
    assert found["secretion_reason"].endswith(
        "; results for the canonical P1 only, not used for this isoform: UniProt, experimental, SignalP 6"
    )
    assert found["conflicts"].startswith("canonical P1: signal peptide 1-26 (UniProt, experimental)")


def test_an_isoform_with_a_tool_result_of_its_own_speaks_without_a_sequence() -> None:
    rows = (tool("signalp6", "P1-2", "signal_peptide", "no"), tool("tmhmm", "P1-2", "tm_helix", "no"))
    found = one("P1-2", entries=features(P1=SIGNAL), rows=rows)
    assert (found["sp_source"], found["secretion_class"]) == ("signalp6", "intracellular")


def test_the_canonical_entry_stands_in_for_an_isoform_without_calls_and_that_is_said() -> None:
    found = one("P1-2", entries=features(P1=SIGNAL))
    assert found["secretion_class"] == "classical"
    assert found["secretion_reason"].endswith(
        "; by P1, as P1-2 has none of its own: places are those of the canonical sequence"
    )
    assert found["conflicts"] == ""


def test_what_is_known_of_a_protein_by_name_holds_for_its_isoforms() -> None:
    entries = features(P1={}, P1_2={})
    assert one("P1-2", entries=entries, go={"P1": "exp"})["secretion_class"] == "annotated"
    rows = (tool("uniprot_reviewed", "P1", "extracellular", detail="Secreted"),)
    found = one("P1-2", entries=entries, rows=rows)
    assert found["secretion_class"] == "annotated"
    assert "annotated as extracellular (UniProt, reviewed: Secreted)" in found["secretion_reason"]


def test_the_location_of_the_canonical_entry_holds_for_an_isoform() -> None:
    anchor = {"length": 233.0, "tm_count": 1.0, "tm_segments": "36-56"}
    rows = (tool("user", "P1-2", "inside", start=1, end=35),)
    held = (*rows, tool("uniprot_reviewed", "P1", "location", detail="Endoplasmic reticulum membrane"))
    entries = features(P1=anchor, P1_2=anchor)
    assert one("P1-2", entries=entries, rows=rows)["secretion_class"] == "shed"
    assert one("P1-2", entries=entries, rows=held)["secretion_class"] == "membrane"


def test_knowledge_alone_does_not_make_a_member_speak() -> None:
    rows = (tool("uniprot_reviewed", "ABSENT", "location", detail="Secreted"),)
    found = one("ABSENT;P1", entries=features(P1=SIGNAL), rows=rows)
    assert found["secretion_class"] == "classical"
    assert found["secretion_reason"].endswith("; by P1, as ABSENT has none of its own")


def test_a_contaminant_takes_the_calls_on_the_protein_that_it_is() -> None:
    rows = (tool("signalp6", "P1", "signal_peptide", start=1, end=20),)
    found = one("CON__P1", entries=features(CON__P1=SIGNAL).assign(accession="CON__P1"), rows=rows)
    assert (found["sp_source"], found["sp_end"], found["tm_source"]) == ("signalp6", 20, "embedded")
    assert "has none of its own" not in found["secretion_reason"]


def test_members_of_another_class_are_named_and_many_are_counted() -> None:
    entries = features(P1=SIGNAL, P2=SIGNAL, P3={}, P4={}, P5={}, P6={}, P7={})
    few = one("P1;P2;P3", entries=entries)
    assert few["conflicts"] == "P3 of the same group: intracellular"
    assert one("P1;P3;P4;P5;P6;P7", entries=entries)["conflicts"].endswith("; 2 more members of the group differ")


def test_a_canonical_entry_that_is_a_member_as_well_is_named_once() -> None:
    found = one("P1-2;P1", entries=features(P1=SIGNAL, P1_2={}))
    assert found["conflicts"] == "canonical P1: signal peptide 1-26 (embedded predictor), class classical"


def test_a_group_with_an_extracellular_member_is_known_extracellular() -> None:
    assert one("P1;P2", entries=features(P1={}, P2={}), go={"P2": "curated"})["secretion_class"] == "annotated"


def test_the_best_evidence_of_the_members_is_the_one_that_counts() -> None:
    entries = features(P1={}, P2={})
    assert one("P1;P2", entries=entries, go={"P1": "electronic", "P2": "exp"})["secretion_class"] == "annotated"


def test_a_group_without_any_call_is_unknown() -> None:
    found = one("ABSENT", entries=features(P1=SIGNAL))
    assert found[["signal_peptide", "gpi", "er_motif", "secretion_class"]].tolist() == ["unknown"] * 4
    assert pd.isna(found["tm_count"])
    assert pd.isna(found["sp_end"])


def test_the_cells_are_those_of_the_calls_used() -> None:
    rows = (tool("netgpi", "P1", "gpi", start=200, end=200),)
    entries = features(P1=SIGNAL | {"tm_count": 1.0, "tm_segments": "212-232"})
    found = one("P1", entries=entries, rows=rows)
    assert found[["sp_end", "sp_score", "sp_source", "tm_count", "tm_segments", "tm_source"]].tolist() == [
        26, 0.9, "embedded", 0, "", "embedded",
    ]  # fmt: skip
    assert found[["gpi", "er_motif", "secretion_class"]].tolist() == ["yes", "no", "gpi_anchored"]
    facts = calls.collect(pd.concat([pd.DataFrame(rows), calls.embedded_calls(entries)]), entries)
    resolved = groups.classify.resolve(facts["P1"])
    assert groups.cells(resolved)["topology"] == "SP 1-26;outside 27-200;GPI 201-232"


@pytest.mark.parametrize(("listed", "source"), [(None, "signalp6"), (["embedded", "signalp6"], "embedded")])
def test_the_precedence_of_the_config_decides(listed: list[str] | None, source: str) -> None:
    rows = (tool("signalp6", "P1", "signal_peptide", "no"),)
    found = one("P1", entries=features(P1=SIGNAL), rows=rows, order=precedence.read(listed))
    assert found["sp_source"] == source
    assert found["conflicts"]


def test_evidence_has_the_calls_on_every_member_and_its_aliases() -> None:
    rows = pd.DataFrame([tool("signalp6", name, "signal_peptide", "no") for name in ("P1", "P1-2", "P2", "P9")])
    proteins = pd.DataFrame({"protein_group": ["a", "b"], "accession": ["P1-2", "P2"], "accessions": ["P1-2", "P2"]})
    found = groups.evidence_rows(proteins, rows)
    assert found[["protein_group", "accession"]].to_numpy().tolist() == [["a", "P1-2"], ["a", "P1"], ["b", "P2"]]
