"""Cells of the subcellular location: places, molecules, evidence. Shapes as UniProt writes them (ACE, P12821, and others)."""

import pytest

from myosieve.evidence.uniprot import locations


def test_places_are_separated_by_periods_and_seats_belong_to_their_place() -> None:
    cell = (
        "SUBCELLULAR LOCATION: Cell membrane {ECO:0000269|PubMed:12386153}; Single-pass type I membrane protein "
        "{ECO:0000255}. Cytoplasm {ECO:0000250|UniProtKB:P09470}."
    )
    membrane, cytoplasm = locations.parse(cell)
    assert (membrane.words, membrane.seat) == ("Cell membrane", "Single-pass type I membrane protein")
    assert (membrane.codes, membrane.seat_codes) == (("ECO:0000269",), ("ECO:0000255",))
    assert (cytoplasm.words, cytoplasm.codes) == ("Cytoplasm", ("ECO:0000250",))


def test_each_place_knows_the_isoform_or_chain_that_it_holds_for() -> None:
    cell = (
        "SUBCELLULAR LOCATION: [Isoform 1]: Membrane.; SUBCELLULAR LOCATION: [Angiotensin-converting enzyme, soluble "
        "form]: Secreted {ECO:0000269|PubMed:10769174, ECO:0000269|PubMed:11274151}."
    )
    membrane, soluble = locations.parse(cell)
    assert membrane.molecule == "Isoform 1"
    assert soluble.text == "[Angiotensin-converting enzyme, soluble form]: Secreted"
    assert soluble.codes == ("ECO:0000269",)


def test_notes_are_left_out_whatever_they_say() -> None:
    cell = (
        "SUBCELLULAR LOCATION: Nucleus. Note=Secreted. Extracellular space {ECO:0000269}.; "
        "SUBCELLULAR LOCATION: Note=Secreted."
    )
    assert [one.words for one in locations.parse(cell)] == ["Nucleus"]


@pytest.mark.parametrize(
    ("words", "outside"),
    [
        ("Secreted", True),
        ("Secreted, extracellular space, extracellular matrix", True),
        ("Extracellular space", True),
        ("Secreted, extracellular exosome", False),
        ("Extracellular vesicle", False),
        ("Cell membrane; Peripheral membrane protein; Extracellular side", False),
        ("Secretory vesicle", False),
        ("Cytoplasmic vesicle, secretory vesicle", False),
    ],
)
def test_outside_is_the_space_and_matrix_and_no_vesicle(words: str, outside: bool) -> None:
    (place,) = locations.parse(f"SUBCELLULAR LOCATION: {words}.")
    assert place.extracellular is outside


def test_evidence_that_was_a_word_reads_as_a_code() -> None:
    (place,) = locations.parse("SUBCELLULAR LOCATION: Secreted (By similarity).")
    assert (place.words, place.codes) == ("Secreted", ("ECO:0000250",))


def test_an_empty_cell_has_no_places() -> None:
    assert locations.parse("") == []
