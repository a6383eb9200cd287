"""A table of one's own: words, places, and what is refused with the line's number."""

import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.evidence import formats


def parsed(text: str) -> pd.DataFrame:
    return formats.parse(text, "mine.tsv", "user").table


def shown(table: pd.DataFrame, *columns: str) -> list[tuple]:
    """Return rows as tuples, missing as None."""
    frame = table[list(columns)].astype(object)
    return [tuple(row) for row in frame.where(table[list(columns)].notna(), None).to_numpy().tolist()]


FULL = (
    "# what we know\n"
    "accession\tsignal_peptide\tsp_end\ttm_count\ttm_segments\tgpi\tomega\tsecreted\tunconventional\tlocation\tnote\n"
    "A\tyes\t24\t2\t60-80;12-32\tno\t\tyes\t\tCell membrane; Secreted\tmine\n"
    "B\tno\t\t0\t\tyes\t530\tunknown\tno\t\t\n"
    "C\t\t\t\t\t\t\t\t\t\tnothing known\n"
)


def test_every_column_gives_its_calls_and_an_empty_cell_none() -> None:
    result = formats.parse(FULL, "mine.tsv")
    assert (result.tool, result.version) == ("user", "")
    assert shown(result.table, "accession", "feature", "call", "start", "end", "detail") == [
        ("A", "signal_peptide", "yes", 1, 24, ""),
        ("A", "tm_helix", "yes", 12, 32, ""),
        ("A", "tm_helix", "yes", 60, 80, ""),
        ("A", "gpi", "no", None, None, ""),
        ("A", "extracellular", "yes", None, None, ""),
        ("A", "location", "yes", None, None, "Cell membrane"),
        ("A", "location", "yes", None, None, "Secreted"),
        ("B", "signal_peptide", "no", None, None, ""),
        ("B", "tm_helix", "no", None, None, ""),
        ("B", "gpi", "yes", 530, 530, ""),
        ("B", "extracellular", "unknown", None, None, ""),
        ("B", "unconventional", "no", None, None, ""),
    ]
    assert result.table.index.tolist() == [0] * 7 + [1] * 5


@pytest.mark.parametrize("separator", ["\t", ";", ","])
@pytest.mark.parametrize("name", ["Accession", "protein", "Protein ID", "Entry", "id"])
def test_any_usual_separator_and_name_of_the_first_column_will_do(separator: str, name: str) -> None:
    rows = [[name, "Signal peptide", "TM segments"], ["P1", "SP", '"12-32;60-80"'], ["P2", "OTHER", ""]]
    table = parsed("\n".join(separator.join(row) for row in rows))
    assert shown(table, "accession", "feature", "call", "start") == [
        ("P1", "signal_peptide", "yes", 1),
        ("P1", "tm_helix", "yes", 12),
        ("P1", "tm_helix", "yes", 60),
        ("P2", "signal_peptide", "no", None),
    ]


@pytest.mark.parametrize(
    ("word", "call"),
    [
        *[(word, "yes") for word in ("yes", "TRUE", "1", "SP")],
        *[(word, "no") for word in ("No", "false", "0", "OTHER")],
        ("unknown", "unknown"),
    ],
)
def test_yes_and_no_have_many_words(word: str, call: str) -> None:
    assert shown(parsed(f"id\tsignal_peptide\nP1\t{word}\n"), "call") == [(call,)]


@pytest.mark.parametrize("nothing", ["", "NA", "nan", "-"])
def test_words_for_nothing_say_nothing(nothing: str) -> None:
    assert len(parsed(f"id\tsignal_peptide\tgpi\nP1\t{nothing}\tyes\n")) == 1


def test_a_place_alone_means_yes() -> None:
    table = parsed("id,sp_end,omega\nP1,24.0,530\n")
    assert shown(table, "feature", "call", "start", "end") == [
        ("signal_peptide", "yes", 1, 24),
        ("gpi", "yes", 530, 530),
    ]


def test_helices_without_places_are_as_many_rows() -> None:
    table = parsed("id,tm_count\nP1,2\n")
    assert shown(table, "feature", "call", "start", "end") == [("tm_helix", "yes", None, None)] * 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("id\tgpi\nP1\tyes\nP2\tperhaps\n", "line 3: gpi is 'perhaps', not yes, no or unknown"),
        ("id\tsp_end\nP1\t1..24\n", "line 2: sp_end is '1..24', not a whole number"),
        ("id\tsp_end\nP1\t0\n", "line 2: '0' is not the number of a residue"),
        ("id\tsignal_peptide\tsp_end\nP1\tno\t24\n", "line 2: signal_peptide is no, but sp_end is 24"),
        ("id\ttm_count\ttm_segments\nP1\t1\t12-32;60-80\n", "line 2: tm_count is 1, but tm_segments has 2"),
        ("id\ttm_segments\nP1\t12\n", "line 2: tm_segments has '12'"),
        ("id\ttm_segments\nP1\t32-12\n", "line 2: the segment 32-12 ends before it starts"),
        ("id\ttm_count\nP1\t530\n", "line 2: tm_count is 530"),
        ("id\tgpi\n\tyes\n", "line 2: no protein in the column 'id'"),
        ("id\tgpi\nP1\tyes\tno\n", "line 2: 3 cells where the header has 2"),
        ("id\tgpi\tGPI\nP1\tyes\tno\n", "the column 'gpi' is there twice"),
        ("id\tsecreted\textracellular\nP1\tyes\tno\n", "mean the same"),
        ("id\tgpi\tsignal_petide\nP1\tyes\tno\n", "'signal_petide' is unknown; did you mean 'signal_peptide'"),
        ("id\tscore\nP1\t4\n", "it looks like something else"),
        ("Entry\tSignal peptide\nP1\tSIGNAL 1..24; /evidence=x\n", "a table of UniProt"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        parsed(text)
    assert str(caught.value).startswith("mine.tsv: ")
    assert "\n" not in str(caught.value)
