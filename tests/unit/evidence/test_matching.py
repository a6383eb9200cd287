"""Which protein an identifier means."""

import pytest

from myosieve.evidence import formats, matching


@pytest.mark.parametrize(
    ("accession", "names"),
    [
        ("P05231", ["P05231"]),
        ("P05231-2", ["P05231-2", "P05231"]),
        ("CON__P02769", ["CON__P02769", "P02769"]),
        ("contam_P02769", ["contam_P02769", "P02769"]),
        ("Cont_P02769", ["Cont_P02769", "P02769"]),
        ("P02768ups", ["P02768ups", "P02768"]),
        ("CON__P02769-3", ["CON__P02769-3", "P02769-3", "P02769"]),
        ("GROUPS", ["GROUPS"]),
    ],
)
def test_the_nearest_name_of_a_protein_comes_first(accession: str, names: list[str]) -> None:
    assert matching.aliases(accession) == names


@pytest.mark.parametrize(
    "identifier",
    [
        "P05231",
        "P05231 Interleukin-6",
        "sp|P05231|IL6_HUMAN",
        "sp|P05231|IL6_HUMAN Interleukin-6 OS=Homo sapiens OX=9606 GN=IL6 PE=1 SV=1",
        "sp_P05231_IL6_HUMAN",
        "tr|P05231|P05231_HUMAN",
    ],
)
def test_every_way_to_write_an_accession_is_recognized(identifier: str) -> None:
    assert matching.recognize(identifier, {"P05231", "P05231-2"}) == "P05231"


def test_an_isoform_is_not_taken_for_another_one() -> None:
    assert matching.recognize("sp|P05231-2|IL6_HUMAN", {"P05231"}) is None


def test_a_whole_header_wins_over_its_first_word() -> None:
    known = {"Clivia", "Clivia miniata DN2"}
    assert matching.recognize("Clivia miniata DN2", known) == "Clivia miniata DN2"
    assert matching.recognize("", known) is None


def test_a_repeated_protein_counts_once_and_a_contradicting_one_is_named() -> None:
    line = "{}\tlen=100\tExpAA=20\tFirst60=0\tPredHel=1\tTopology=i{}-70o\n"
    text = (
        line.format("P1", 50)
        + line.format("sp|P1|A_HUMAN", 50)
        + line.format("P2", 50)
        + line.format("P2", 40)
        + line.format("P2", 30)
    )
    matched = matching.assign(formats.parse(text + line.format("P3", 50), "file", "tmhmm").table, {"P1", "P2"})
    helices = matched.calls[matched.calls["feature"] == "tm_helix"]
    assert helices[["accession", "start"]].to_numpy().tolist() == [["P1", 50], ["P2", 50]]
    assert matched.contradicted == ["P2"]


def test_no_known_protein_leaves_no_call() -> None:
    table = formats.parse(">A | SP\nMKW\nSOO\n", "file", "deeptmhmm").table
    assert matching.assign(table, {"B"}).calls.empty


@pytest.mark.parametrize(
    ("accession", "entry", "same"),
    [
        ("P15692-4", "P15692", ["P15692-4"]),
        ("CON__P02769-3", "P02769", ["CON__P02769-3", "P02769-3"]),
        ("P15692", "", ["P15692"]),
        ("CON__P02769", "", ["CON__P02769", "P02769"]),
        ("P02768ups", "", ["P02768ups", "P02768"]),
    ],
)
def test_the_canonical_entry_of_an_isoform_is_another_sequence(accession: str, entry: str, same: list[str]) -> None:
    assert matching.canonical(accession) == entry
    assert matching.same_sequence(accession) == same
