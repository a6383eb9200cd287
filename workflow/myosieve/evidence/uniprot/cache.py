"""Entries of UniProt that were fetched once, in one SQLite file that all jobs of a file system may use at once.

One row per accession and release, so that a new release does not take away what an older study rests on. Every batch is
one short transaction: a job that is killed loses at most the batch on its way, and the next one goes on from there.

The journal is SQLite's rollback journal and not its write-ahead log: that needs memory shared between all processes, which
jobs on different nodes of a cluster do not have (https://www.sqlite.org/wal.html, "all processes using a database must be
on the same host computer"). Writers wait for each other up to `WAIT` seconds; readers only wait while one commits. On a
network file system whose file locks do not work, SQLite cannot protect the file: keep it on another one there.

No time of day is stored: the release says how old an entry is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from myosieve.errors import InputError
from myosieve.evidence.uniprot.client import STATES, Batch, Entry, Release
from myosieve.evidence.uniprot.columns import FIELDS

WAIT = 120.0
# "MyoS" in ASCII: tells the cache from any other SQLite file. The layout's version is SQLite's own `user_version`.
_APPLICATION = 0x4D796F53
_LAYOUT = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS entries (
    accession TEXT NOT NULL, release TEXT NOT NULL, release_date TEXT NOT NULL, fields TEXT NOT NULL,
    state TEXT NOT NULL, targets TEXT NOT NULL, cells TEXT NOT NULL,
    PRIMARY KEY (accession, release)
) WITHOUT ROWID
"""
_AT_ONCE = 500  # placeholders in a query; SQLite's own limit was 999 for long


def store(path: Path | str, batch: Batch) -> None:
    """Add a batch to the cache, which is made where there is none; an entry that is there already is replaced."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    release, fields = batch.release, _fields()
    rows = [
        (
            *(one.accession, release.number, release.date, fields, one.state),
            *(json.dumps(one.targets), json.dumps(one.cells, sort_keys=True, ensure_ascii=False)),
        )
        for one in batch.entries
    ]
    with _opened(path, create=True) as connection:
        connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def covered(path: Path | str, accessions: Iterable[str]) -> dict[Release, int]:
    """Return how many of the accessions the cache holds of each release, with all fields that are read today."""
    counts: dict[str, int] = {}
    dates: dict[str, str] = {}
    for number, date in _select(path, "release, release_date", accessions):
        counts[number] = counts.get(number, 0) + 1
        dates[number] = max(date, dates.get(number, ""))
    return {Release(number, dates[number]): count for number, count in counts.items()}


def load(path: Path | str, accessions: Iterable[str], release: str) -> dict[str, Entry]:
    """Return the entries of one release among the accessions, by accession."""
    found: dict[str, Entry] = {}
    for number, accession, state, targets, cells in _select(
        path, "release, accession, state, targets, cells", accessions
    ):
        if number == release:
            found[accession] = _entry(path, accession, state, targets, cells)
    return found


def _entry(path: Path | str, accession: str, state: str, targets: str, cells: str) -> Entry:
    try:
        entry = Entry(accession, state, tuple(json.loads(targets)), dict(json.loads(cells)))
    except (ValueError, TypeError):
        raise _damaged(path, f"the entry {accession} is not readable") from None
    if entry.state not in STATES:
        raise _damaged(path, f"the entry {accession} has the state {state!r}")
    return entry


def _fields() -> str:
    return ",".join(sorted(FIELDS.values()))


def _select(path: Path | str, what: str, accessions: Iterable[str]) -> list[tuple[str, ...]]:
    wanted = sorted(set(accessions))
    if not Path(path).exists():
        return []
    found: list[tuple[str, ...]] = []
    with _opened(path, create=False) as connection:
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(part))
            query = (
                f"SELECT {what} FROM entries WHERE accession IN ({marks}) AND fields = ? ORDER BY accession, release"
            )
            found += connection.execute(query, (*part, _fields())).fetchall()
    return found


@contextmanager
def _opened(path: Path | str, create: bool) -> Iterator[sqlite3.Connection]:
    """Yield a connection in one transaction, committed at the end or not at all.

    Readers open for writing where they may, since a journal that a killed job left behind has to be rolled back first.
    """
    uri = f"{Path(path).resolve().as_uri()}?mode={'rwc' if create else 'rw'}"
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=WAIT, isolation_level=None)
        try:
            if create:
                _prepare(connection, path)
            else:
                connection.execute("BEGIN")
                _recognize(connection, path)
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()  # rolls back what is not committed
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            problem = f"another job has held the cache for over {WAIT:.0f} s"
            raise InputError(problem, path, "wait for it, or give this study a cache of its own") from None
        remedy = "check the folder's permissions and free space, or give another path"
        raise InputError(f"the cache cannot be used ({error})", path, remedy) from None
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from None


def _prepare(connection: sqlite3.Connection, path: Path | str) -> None:
    """Begin a transaction that writes, in a file of our own layout."""
    # The lock is taken at once: two jobs that both begin by reading could not both go on to write.
    connection.execute("BEGIN IMMEDIATE")
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables:
        _recognize(connection, path)
        return
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_LAYOUT}")
    connection.execute(_TABLE)


def _recognize(connection: sqlite3.Connection, path: Path | str) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if application != _APPLICATION:
        raise InputError("this is not a cache of MyoSieve", path, "give another path for the cache")
    if layout != _LAYOUT:
        problem = f"the cache has layout {layout}, this MyoSieve reads {_LAYOUT}"
        raise InputError(problem, path, "give another path for the cache, or remove the file")


def _damaged(path: Path | str, problem: str) -> InputError:
    return InputError(f"the cache is damaged ({problem})", path, "remove the file; what it held is fetched again")
