"""Entries from UniProt's REST service, each accession with what became of it.

Accessions go in batches to `/uniprotkb/accessions` (at most 1,000 each; `/search` takes no more than 50 in a query), as
JSON by POST, since a thousand do not fit into an address. Further pages are named in the `Link` header. One malformed
accession makes the service refuse the whole batch, so that only what has an accession's form is sent, and one that is
refused all the same is taken out. Isoform suffixes are cut off before (`canonical`): features count on the canonical sequence.

What a batch does not bring back, or brings back without a sequence, is asked for singly at `/uniprotkb/{accession}`:
a merged entry answers 303 with the address of the one that it went into, a demerged or deleted one says so in JSON.

Address, limits and headers: github.com/ebi-uniprot/uniprot-rest-api; https://www.uniprot.org/help/api.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import myosieve
from myosieve.errors import InputError
from myosieve.evidence.uniprot.columns import FIELDS, recognized
from myosieve.evidence.uniprot.transport import Answer, Line, Patience, UnfitError
from myosieve.tables.accessions import UNIPROT

URL = "https://rest.uniprot.org"
BATCH = 1000  # the service's own limit

ACTIVE, MERGED, DEMERGED, DELETED, ABSENT = STATES = ("active", "merged", "demerged", "deleted", "absent")

_AS_TABLE = {"Accept": "text/plain;format=tsv"}
_NEXT = re.compile(r'<([^>]+)>\s*;\s*rel="?next"?')
_REFUSED = re.compile(r"'([^']+)' has invalid format")
_IN_ADDRESS = re.compile(r"/uniprotkb/([A-Z0-9]+)")


class ReleaseChangedError(Exception):
    """UniProt moved from one release to another while entries were fetched."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"release {before} became {after}")
        self.before, self.after = before, after


@dataclass(frozen=True)
class Release:
    """UniProt's release: its number (2026_01) and date, as its headers write them."""

    number: str
    date: str = ""


@dataclass(frozen=True)
class Entry:
    """What UniProt has for one accession.

    Attributes
    ----------
    accession
        The accession that was asked for.
    state
        `active`; `merged` (into the one target, whose cells these are); `demerged` (into several), `deleted`; `absent`: UniProt
        does not know it.
    targets
        Accessions that it was merged into or split up among.
    cells
        Cells by UniProt's column names; none unless active or merged.
    """

    accession: str
    state: str
    targets: tuple[str, ...] = ()
    cells: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """Entries that came together, and the release that they are of."""

    release: Release
    entries: list[Entry]


def canonical(identifiers: Iterable[str]) -> list[str]:
    """Return the accessions among identifiers, isoform suffixes cut off, each once, sorted."""
    return sorted({name.partition("-")[0] for name in identifiers if UNIPROT.fullmatch(name)})


@contextmanager
def line(url: str = URL, patience: Patience | None = None) -> Iterator[Line]:
    """Yield a connection to the service at `url`."""
    import requests

    with requests.Session() as session:
        session.headers["User-Agent"] = f"MyoSieve/{myosieve.__version__}"
        session.headers["Accept-Encoding"] = "gzip"
        yield Line(session, url.rstrip("/"), patience or Patience())


def batches(connection: Line, accessions: Sequence[str], size: int = BATCH) -> Iterator[Batch]:
    """Yield what UniProt has for accessions (as `canonical` returns them), batch by batch.

    A batch that the service refuses to the last accession is left out, since no release stands behind it.

    Raises
    ------
    InputError
        The service cannot be reached, refuses the request, or does not answer within the connection's patience.
    ReleaseChangedError
        UniProt moved to another release within a batch; between batches, the caller compares.
    """
    for start in range(0, len(accessions), size):
        batch = _batch(connection, list(accessions[start : start + size]))
        if batch is not None:
            yield batch


def _batch(connection: Line, accessions: list[str]) -> Batch | None:
    release, found = _table(connection, accessions)
    if release is None:
        return None
    entries = {name: Entry(name, ACTIVE, cells=found[name]) for name in accessions if name in found}
    for name in accessions:
        if name not in entries:
            entries[name] = _single(connection, name)
    merged = {name: one.targets for name, one in entries.items() if one.state == MERGED}
    if merged:
        again, targets = _table(connection, sorted({into for (into,) in merged.values()}))
        _same(release, again)
        for name, (into,) in merged.items():
            state = ACTIVE if into == name else MERGED
            entries[name] = Entry(name, state, (into,), targets[into]) if into in targets else Entry(name, ABSENT)
    return Batch(release, [entries[name] for name in accessions])


def _same(one: Release, other: Release | None) -> None:
    if other is not None and other.number != one.number:
        raise ReleaseChangedError(one.number, other.number)


def _table(connection: Line, accessions: list[str]) -> tuple[Release | None, dict[str, dict[str, str]]]:
    """Return the release and the living entries among the accessions, as cells by accession; None if all were refused."""
    left = list(accessions)
    while left:
        body = {"accessions": ",".join(left), "fields": ",".join(FIELDS.values()), "format": "tsv"}
        address = f"{connection.server}/uniprotkb/accessions"
        answer = connection.ask("POST", address, _check_table, json=body, headers=_AS_TABLE)
        if answer.status == 200:
            return _pages(connection, answer)
        refused = set(_REFUSED.findall(answer.text)) & set(left)
        if answer.status != 400 or not refused:
            raise _refusal(connection, answer)
        left = [name for name in left if name not in refused]
    return None, {}


def _pages(connection: Line, answer: Answer) -> tuple[Release, dict[str, dict[str, str]]]:
    release = _release(answer)
    records = _records(answer.text)
    while following := _NEXT.search(answer.headers.get("link", "")):
        # The link may name the server behind a proxy; the address that was given is the one that can be reached.
        parts, server = urlsplit(following[1]), urlsplit(connection.server)
        address = f"{server.scheme}://{server.netloc}{parts.path}?{parts.query}"
        answer = connection.ask("GET", address, _check_table, headers=_AS_TABLE)
        if answer.status != 200:
            raise _refusal(connection, answer)
        _same(release, _release(answer))
        records += _records(answer.text)
    # An entry without a sequence is one that is no more; the single request tells what became of it.
    return release, {one["Entry"]: one for one in records if one["Sequence"]}


def _check_table(answer: Answer) -> None:
    """Raise UnfitError for an answer that is no table of entries; refusals (4xx) and redirections pass."""
    if answer.status != 200:
        return
    kind = answer.headers.get("content-type", "")
    if "html" in kind or "json" in kind:
        raise UnfitError(f"the answer is of type {kind}")
    first, *lines = answer.text.rstrip("\n").split("\n")
    header = first.split("\t")
    if "Entry" not in header:
        raise UnfitError(f"the answer is not a table of entries (it begins with {first[:40]!r})")
    missing = FIELDS.keys() - set(recognized(header).values())
    if missing:
        raise UnfitError(f"the answer lacks the column {min(missing)!r}")
    if any(line.count("\t") != len(header) - 1 for line in lines) or not all(map(_complete, _records(answer.text))):
        raise UnfitError("the table is cut short")
    if not answer.headers.get("x-uniprot-release"):
        raise UnfitError("the answer does not name UniProt's release")


def _complete(record: dict[str, str]) -> bool:
    sequence, length = record["Sequence"], record["Length"].replace(",", "")
    return not sequence or not length.isdigit() or len(sequence) == int(length)


def _records(text: str) -> list[dict[str, str]]:
    """Return the rows of a table by the current names of its columns."""
    first, *lines = text.rstrip("\n").split("\n")
    header = first.split("\t")
    names = recognized(header)
    rows = (zip(header, line.split("\t"), strict=False) for line in lines)
    return [{names[given]: cell for given, cell in row if given in names} for row in rows]


def _release(answer: Answer) -> Release:
    return Release(answer.headers["x-uniprot-release"], answer.headers.get("x-uniprot-release-date", ""))


def _single(connection: Line, accession: str) -> Entry:
    """Return what became of an accession that no batch brought back."""
    address = f"{connection.server}/uniprotkb/{accession}"
    answer = connection.ask("GET", address, _check_single, headers={"Accept": "application/json"})
    if 300 <= answer.status < 400:
        target = _IN_ADDRESS.search(urlsplit(answer.headers.get("location", "")).path)
        if target is None or target[1] == accession:
            raise _refusal(connection, answer)
        return Entry(accession, MERGED, (target[1],))
    if answer.status in (400, 404, 410):
        return Entry(accession, ABSENT)
    if answer.status != 200:
        raise _refusal(connection, answer)
    said = json.loads(answer.text)
    reason = said.get("inactiveReason") or {}
    targets = tuple(reason.get("mergeDemergeTo") or ())
    if said.get("entryType") != "Inactive":
        # The entry lives, under this accession or as a secondary one of another.
        return Entry(accession, MERGED, (said["primaryAccession"],))
    state = {"MERGED": MERGED, "DEMERGED": DEMERGED}.get(str(reason.get("inactiveReasonType", "")).upper(), DELETED)
    return Entry(accession, DEMERGED if state == MERGED and len(targets) != 1 else state, targets)


def _check_single(answer: Answer) -> None:
    if answer.status != 200:
        return
    try:
        said = json.loads(answer.text)
    except json.JSONDecodeError:
        raise UnfitError("the answer is not JSON") from None
    if not isinstance(said, dict) or not {"entryType", "primaryAccession"} <= said.keys():
        raise UnfitError("the answer is no entry")


def _refusal(connection: Line, answer: Answer) -> InputError:
    """Return the error for a request that the service will not take, in its own words where it has any."""
    try:
        said = "; ".join(map(str, json.loads(answer.text).get("messages", [])))
    except (json.JSONDecodeError, AttributeError):
        said = ""
    aside = answer.headers.get("location", "")
    told = said or (f"it points to {aside}" if aside else "no reason given")
    remedy = f"give the address of UniProt's service (as {URL}), or use the cache without asking UniProt"
    return InputError(f"UniProt refused the request (status {answer.status}: {told})", connection.server, remedy)
