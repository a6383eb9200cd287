"""Tables as users bring them: downloaded, gzipped, saved again by a spreadsheet, damaged."""

import gzip
from pathlib import Path

import pytest

from myosieve.errors import InputError
from myosieve.evidence.uniprot.rows import RELEASE, evidence_rows
from myosieve.evidence.uniprot.table import looks_like_uniprot, read_table

HEADER = "Entry\tReviewed\tSignal peptide\tTransmembrane"
BODY = 'P00001\treviewed\tSIGNAL 1..24; /evidence="ECO:0000255"\tTRANSMEM 40..60; /note="Helical"'
TEXT = f"{HEADER}\n{BODY}\nP00002\tunreviewed\t\t\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "uniprotkb.tsv"


def test_a_gzipped_table_reads_as_the_plain_one(path: Path) -> None:
    path.write_text(TEXT)
    plain = read_table(path)
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert read_table(path).equals(plain)
    assert plain["Entry"].tolist() == ["P00001", "P00002"]


@pytest.mark.parametrize(
    "change", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n"), lambda text: text + "\n"]
)
def test_marks_and_line_ends_of_windows_change_nothing(path: Path, change) -> None:
    path.write_text(TEXT)
    plain = read_table(path)
    path.write_bytes(change(TEXT).encode())
    assert read_table(path).equals(plain)


def test_quotes_that_a_spreadsheet_put_around_cells_are_undone(path: Path) -> None:
    path.write_text(TEXT)
    plain = evidence_rows(read_table(path))
    cells = BODY.split("\t")
    saved = "\t".join('"' + cell.replace('"', '""') + '"' if '"' in cell else cell for cell in cells)
    path.write_text(f"{HEADER}\n{saved}\nP00002\tunreviewed\n")
    assert evidence_rows(read_table(path)).equals(plain)


def test_names_of_older_releases_and_of_fields_are_known(path: Path) -> None:
    # https://www.uniprot.org/help/return_fields lists old and new names side by side.
    for header in ("Entry\tStatus\tSignal peptide\tTransmembrane", "accession\treviewed\tft_signal\tft_transmem"):
        path.write_text(TEXT.replace(HEADER, header))
        assert evidence_rows(read_table(path))["source"].tolist() == ["uniprot_reviewed", "uniprot_reviewed"]


def test_the_release_of_a_snapshot_becomes_the_version(path: Path) -> None:
    path.write_text(f"# UniProt release 2026_01, 28-January-2026\n# deleted: P9\n{TEXT}")
    table = read_table(path)
    assert set(table[RELEASE]) == {"2026_01"}
    assert set(evidence_rows(table)["version"]) == {"2026_01"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"# UniProt release 2026_01\n", "the file is empty"),
        (b">sp|P00001|X\nMK\n", "FASTA"),
        (b"<!doctype html>\n", "web page"),
        (b"Entry,Reviewed,Signal peptide\nP1,reviewed,\n", "not separated by tabs"),
        (b"Gene\tSignal peptide\nIL6\t\n", "column 'Entry' is missing"),
        (b"Entry\tLength\nP1\t9\n", "no column tells anything about secretion"),
        (TEXT.encode()[:-14], "cut short"),
        (TEXT.encode() + b"P3\treviewed\t\t\t\tx\n", "row 3 has 6 cells under 4 column names"),
        (gzip.compress(TEXT.encode())[:-9], "damaged or cut short"),
    ],
)
def test_what_is_no_whole_table_is_refused_in_one_line(path: Path, content: bytes, problem: str) -> None:
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem) as error:
        read_table(path)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_refused(path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_table(path)


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        (HEADER, True),
        ("\ufeff" + HEADER + "\r\n", True),
        ("# UniProt release 2026_01, 28-January-2026", True),
        ("From\tEntry\tKeywords", True),
        ("Entry\tLength", False),
        ("Protein IDs\tMajority protein IDs\tSignal peptide", False),
        ("# SignalP-6.0\tOrganism: Eukarya", False),
        (">sp|P05231|IL6_HUMAN", False),
        ("", False),
    ],
)
def test_a_table_is_known_by_its_first_line(line: str, is_one: bool) -> None:
    assert looks_like_uniprot(line) is is_one
