"""The cache: what is kept, for whom, and what happens to a file that is none."""

import sqlite3
from pathlib import Path

import pytest

from myosieve.errors import InputError
from myosieve.evidence.uniprot import cache
from myosieve.evidence.uniprot.client import Batch, Entry, Release

FIRST, SECOND = Release("2026_01", "28-January-2026"), Release("2026_02", "15-April-2026")


def batch(release: Release, *names: str) -> Batch:
    return Batch(release, [Entry(name, "active", (), {"Entry": name, "Length": release.number}) for name in names])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shared/uniprot.sqlite"


def test_what_is_stored_is_loaded_as_it_was(path: Path) -> None:
    entries = [
        Entry("P00001", "active", (), {"Entry": "P00001", "Signal peptide": 'SIGNAL 1..24; /note="é"'}),
        Entry("Q00001", "merged", ("P00001",), {"Entry": "P00001"}),
        Entry("Q00002", "demerged", ("P1", "P2")),
        Entry("Q00003", "absent"),
    ]
    cache.store(path, Batch(FIRST, entries))
    assert list(cache.load(path, [one.accession for one in entries], "2026_01").values()) == entries
    assert cache.load(path, ["P00009"], "2026_01") == {}


def test_a_new_release_does_not_take_the_old_one_away(path: Path) -> None:
    cache.store(path, batch(FIRST, "P00001", "P00002"))
    cache.store(path, batch(SECOND, "P00001"))
    assert cache.covered(path, ["P00001", "P00002", "P00003"]) == {FIRST: 2, SECOND: 1}
    assert cache.load(path, ["P00001"], "2026_01")["P00001"].cells["Length"] == "2026_01"


def test_entries_with_fewer_fields_than_are_read_today_do_not_count(path: Path, monkeypatch) -> None:
    monkeypatch.setattr(cache, "FIELDS", {"Entry": "accession"})
    cache.store(path, batch(FIRST, "P00001"))
    monkeypatch.undo()
    assert cache.covered(path, ["P00001"]) == {}


def test_more_accessions_than_fit_into_one_query_are_found(path: Path) -> None:
    names = [f"P{number:05d}" for number in range(1201)]
    cache.store(path, batch(FIRST, *names))
    assert cache.covered(path, names) == {FIRST: 1201}
    assert list(cache.load(path, names, "2026_01")) == names


def test_no_cache_holds_nothing_and_asking_makes_none(path: Path) -> None:
    assert cache.covered(path, ["P00001"]) == {}
    assert not path.exists()


def test_no_journal_is_left_and_none_of_the_kind_that_needs_shared_memory(path: Path) -> None:
    cache.store(path, batch(FIRST, "P00001"))
    assert [one.name for one in path.parent.iterdir()] == ["uniprot.sqlite"]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()


def test_a_batch_is_kept_whole_or_not_at_all(path: Path) -> None:
    cache.store(path, batch(FIRST, "P00001"))
    broken = Batch(
        FIRST, [*batch(FIRST, "P00002").entries, Entry("P00003", None)]
    )  # the column refuses a missing state
    with pytest.raises(InputError):
        cache.store(path, broken)
    assert cache.covered(path, ["P00001", "P00002", "P00003"]) == {FIRST: 1}


def test_a_damaged_file_is_refused_with_what_to_do(path: Path) -> None:
    cache.store(path, batch(FIRST, *(f"P{number:05d}" for number in range(400))))
    whole = path.read_bytes()
    for damaged in (b"not a database" * 100, whole[:4096] + b"\x00" * (len(whole) - 4096), whole[:6000]):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"uniprot\.sqlite: the cache is damaged .*; remove the file"):
            cache.load(path, ["P00001"], "2026_01")
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(InputError, match="damaged"):
        cache.store(path, batch(FIRST, "P00001"))


def test_an_entry_that_cannot_be_read_is_damage(path: Path) -> None:
    cache.store(path, batch(FIRST, "P00001"))
    connection = sqlite3.connect(path)
    connection.execute("UPDATE entries SET cells = '{'")
    connection.commit()
    connection.close()
    with pytest.raises(InputError, match="the entry P00001 is not readable"):
        cache.load(path, ["P00001"], "2026_01")


def test_another_programs_database_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    for use in (lambda: cache.store(path, batch(FIRST, "P00001")), lambda: cache.covered(path, ["P00001"])):
        with pytest.raises(InputError, match="not a cache of MyoSieve"):
            use()
    assert path.read_bytes() == before


def test_a_cache_of_another_layout_is_refused(path: Path) -> None:
    cache.store(path, batch(FIRST, "P00001"))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    with pytest.raises(InputError, match="layout 7"):
        cache.load(path, ["P00001"], "2026_01")


def test_a_cache_that_another_job_holds_too_long_is_told(path: Path, monkeypatch) -> None:
    cache.store(path, batch(FIRST, "P00001"))
    monkeypatch.setattr(cache, "WAIT", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(InputError, match="another job has held the cache"):
        cache.store(path, batch(FIRST, "P00002"))
    other.close()
    cache.store(path, batch(FIRST, "P00002"))
