"""Feature cells in the three ways that UniProt has written them.

Cells in quotes are from the tests of github.com/ebi-uniprot/uniprot-core (Q15758, `UniProtKBEntryValueMapperTest` and
`EntryFeaturesMapTest`) or made after the user manual (https://web.expasy.org/docs/userman.html#FT_line).
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myosieve.evidence.uniprot import cells


def test_a_cell_of_today_gives_place_note_and_evidence_of_each_feature() -> None:
    cell = (
        'TRANSMEM 52..81; /note="Helical; Name=1"; /evidence="ECO:0000305|PubMed:29872227"; '
        'TRANSMEM 95..116; /note="Helical; Name=2"; /evidence="ECO:0000305|PubMed:29872227, ECO:0000269|PubMed:1"'
    )
    first, second = cells.parse(cell)
    assert (first.kind, first.start, first.end, first.note) == ("TRANSMEM", 52, 81, "Helical; Name=1")
    assert (second.start, second.end, second.codes) == (95, 116, ("ECO:0000305", "ECO:0000269"))
    assert second.evidence == ("ECO:0000305|PubMed:29872227", "ECO:0000269|PubMed:1")


def test_qualifiers_separated_by_blanks_read_as_those_separated_by_semicolons() -> None:
    today = 'CHAIN 1..541; /note="B(0)"; /id="PRO_0000202082"; CHAIN 5..9; /evidence="ECO:0000255"'
    before = 'CHAIN 1..541 /note="B(0)" /id="PRO_0000202082"; CHAIN 5..9 /evidence="ECO:0000255"'
    assert cells.parse(today) == cells.parse(before)
    assert cells.parse(today)[0].identifier == "PRO_0000202082"


def test_the_oldest_form_gives_the_same_facts() -> None:
    cell = (
        "VARIANT 23 23 A -> G (in SCN1; dbSNP:rs1064793108). /FTId=VAR_064512.; VARIANT 27 27 B -> D (in another; "
        "dbSNP:rs1064793121). {ECO:0000269|PubMed:12345, ECO:0000269|PubMed:6142052}. /FTId=VAR_064556."
    )
    first, second = cells.parse(cell)
    assert (first.start, first.end, first.identifier) == (23, 23, "VAR_064512")
    assert first.note == "A -> G (in SCN1; dbSNP:rs1064793108)"
    assert second.evidence == ("ECO:0000269|PubMed:12345", "ECO:0000269|PubMed:6142052")


@pytest.mark.parametrize(
    ("words", "code"),
    [("Potential", "ECO:0000255"), ("By similarity", "ECO:0000250"), ("Probable", "ECO:0000305")],
)
def test_evidence_that_was_a_word_reads_as_the_code_that_replaced_it(words: str, code: str) -> None:
    # https://www.uniprot.org/help/evidences
    bare, noted = cells.parse(f"TRANSMEM 3 24 {words}.; TRANSMEM 30 51 Helical; ({words}).")
    assert (bare.codes, bare.note) == ((code,), "")
    assert (noted.codes, noted.note) == ((code,), "Helical")


@pytest.mark.parametrize(
    ("place", "start", "start_sign", "end", "end_sign"),
    [
        ("1..24", 1, "", 24, ""),
        ("1..?", 1, "", math.nan, "?"),
        ("1..?20", 1, "", 20, "?"),
        ("<1..20", 1, "<", 20, ""),
        ("?..30", math.nan, "?", 30, ""),
        ("?5..>30", 5, "?", 30, ">"),
        ("85", 85, "", 85, ""),
        ("1 ?", 1, "", math.nan, "?"),
    ],
)
def test_ends_that_are_open_keep_their_sign(
    place: str, start: float, start_sign: str, end: float, end_sign: str
) -> None:
    (found,) = cells.parse(f"SIGNAL {place}")
    assert (found.start_sign, found.end_sign) == (start_sign, end_sign)
    assert [found.start, found.end] == pytest.approx([start, end], nan_ok=True)


def test_a_place_on_an_isoform_names_it() -> None:
    canonical, isoform = cells.parse('SIGNAL 1..24; SIGNAL P05231-2:1..20; /evidence="ECO:0000255"')
    assert (canonical.sequence, isoform.sequence, isoform.end) == ("", "P05231-2", 20)


def test_quotes_within_a_note_may_be_doubled_or_not() -> None:
    doubled, bare = cells.parse(
        'SITE 1; /note="the ""hook""; or ""eye"""; /id="A"; SITE 2; /note="the "hook""; /id="B"'
    )
    assert (doubled.note, doubled.identifier) == ('the "hook"; or "eye"', "A")
    assert (bare.note, bare.identifier) == ('the "hook"', "B")


def test_a_note_that_looks_like_a_feature_is_a_note() -> None:
    first, second = cells.parse('CHAIN 1..9; /note="x; CHAIN 3..4; y"; CHAIN 10..20; /note=""')
    assert (first.note, second.note, second.start) == ("x; CHAIN 3..4; y", "", 10)


@pytest.mark.parametrize("cell", ["", "  "])
def test_an_empty_cell_has_no_features(cell: str) -> None:
    assert cells.parse(cell) == []


@pytest.mark.parametrize(
    "cell",
    ["yes", "SIGNAL", "1..24", 'SIGNAL 1..24; /evidence="ECO:00', "SIGNAL 1..24; nonsense", "SIGNAL 1..24, TRANSMEM"],
)
def test_a_cell_that_is_cut_or_holds_no_features_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r"not a feature|does not end"):
        cells.parse(cell)


_NOTES = st.text(st.sampled_from('ab ;?<>"/=.(1'), max_size=20).map(str.strip)
_PLACES = st.tuples(st.sampled_from(["", "<", "?"]), st.integers(1, 9999), st.sampled_from(["", ">", "?"]))


@given(st.lists(st.tuples(_PLACES, _NOTES, st.booleans()), max_size=4))
def test_what_is_written_as_uniprot_writes_it_is_read_back(features: list) -> None:
    texts = []
    for (sign, start, end_sign), note, proven in features:
        text = f"PROPEP {sign}{start}..{end_sign}{start + 7}"
        text += '; /note="' + note.replace('"', '""') + '"' if note else ""
        texts.append(text + ('; /evidence="ECO:0000269|PubMed:1"' if proven else ""))
    found = cells.parse("; ".join(texts))
    wanted = [
        (start, start + 7, sign, end_sign, note, ("ECO:0000269",) if proven else ())
        for (sign, start, end_sign), note, proven in features
    ]
    assert [(f.start, f.end, f.start_sign, f.end_sign, f.note, f.codes) for f in found] == wanted
