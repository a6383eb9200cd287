"""UniProt's word on the proteins of a study: from the cache, or fetched into it -> a snapshot beside the results.

A snapshot is a table as UniProt would give it for download, of one release, sorted by accession: the same cache and the
same proteins make the same bytes. `From` is the accession that was asked for, `Entry` the one that UniProt has today; what
it has no entry for stands in the comments above. `table.read_table` and `rows.evidence_rows` read it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from myosieve import files, provenance, schema
from myosieve.errors import InputError
from myosieve.evidence import matching
from myosieve.evidence.uniprot import cache as stored
from myosieve.evidence.uniprot import client
from myosieve.evidence.uniprot.client import Entry, Release
from myosieve.evidence.uniprot.columns import ASKED, FIELDS
from myosieve.evidence.uniprot.transport import Patience
from myosieve.progress import on_terminal
from myosieve.sequence import fasta as sequences

MODES = ("cache", "online")
CITATION = "The UniProt Consortium 2025, Nucleic Acids Res 53:D609"


def uniprot(
    proteins: Path | None,
    fasta: Sequence[Path],
    mode: str,
    cache: Path,
    out: Path,
    url: str = client.URL,
    patience: Patience | None = None,
) -> provenance.Summary:
    """Write what UniProt says of the proteins of a study.

    Parameters
    ----------
    proteins
        Table with the columns of `schema.PROTEINS`; leading and majority accessions are looked up.
    fasta
        FASTA files whose accessions are looked up as well.
    mode
        "cache" takes what is there and asks nobody; "online" asks UniProt for what is missing, and keeps it.
    cache
        The SQLite file, shared between studies and jobs.
    out
        Where the snapshot goes.
    url, patience
        UniProt's address, and how long to wait for it.

    Raises
    ------
    InputError
        A file is missing or damaged, or UniProt does not answer or changes its release twice in a row.
    """
    if mode not in MODES:
        raise InputError(f"unknown mode {mode!r}", "uniprot", f"give {' or '.join(MODES)}")
    wanted = _wanted(proteins, fasta)
    if mode == "online":
        release = _completed(wanted, cache, url, patience)
    elif not Path(cache).exists():
        raise InputError("there is no cache", cache, "check the path, or fill it once in mode online")
    else:
        release = _best(stored.covered(cache, wanted))
    entries = stored.load(cache, wanted, release.number) if release else {}
    with files.writing(out) as aside:
        aside.write_text(_snapshot(entries, release), encoding="utf-8", newline="\n")
    return _summary(wanted, entries, release, mode)


def _wanted(proteins: Path | None, fasta: Sequence[Path]) -> list[str]:
    """Return the canonical accessions of the study, contaminants and standards under their plain ones."""
    names: list[str] = []
    if proteins is not None:
        listed = files.read_table(proteins, schema.PROTEINS)
        names += listed["accession"].dropna().tolist()
        names += listed["accessions"].dropna().str.split(";").explode().str.strip().tolist()
    for path in fasta:
        names += sequences.read(path)["accession"].tolist()
    return client.canonical(matching.every_alias(names))


def _best(counts: dict[Release, int]) -> Release | None:
    """Return the release that covers most of the study, the newest of several; None where nothing is covered."""
    return max(counts, key=lambda one: (counts[one], one.number), default=None)


def _completed(wanted: list[str], cache: Path, url: str, patience: Patience | None) -> Release | None:
    """Fetch what the cache lacks, all of one release, and return that release."""
    release = _best(stored.covered(cache, wanted))
    try:
        return _fetched(wanted, cache, url, patience, release)
    except client.ReleaseChangedError as change:
        newer = next((one for one in stored.covered(cache, wanted) if one.number == change.after), None)
    try:
        return _fetched(wanted, cache, url, patience, newer)
    except client.ReleaseChangedError as change:
        problem = f"UniProt changed its release twice during the download ({change})"
        raise InputError(problem, url, "try again later, when the new release is everywhere") from None


def _fetched(
    wanted: list[str], cache: Path, url: str, patience: Patience | None, release: Release | None
) -> Release | None:
    """Fetch what the cache lacks of a release (of whatever UniProt has, if None); raise ReleaseChangedError at another one."""
    there = stored.load(cache, wanted, release.number) if release else {}
    missing = [name for name in wanted if name not in there]
    show = on_terminal("UniProt entries fetched", len(missing))
    with client.line(url, patience) as connection:
        done = 0
        for batch in client.batches(connection, missing):
            stored.store(cache, batch)
            done += len(batch.entries)
            show(done)
            if release is not None and batch.release.number != release.number:
                raise client.ReleaseChangedError(release.number, batch.release.number)
            release = release or batch.release
    return release


def _snapshot(entries: dict[str, Entry], release: Release | None) -> str:
    """Return the text of a snapshot."""
    dated = f"{release.number}, {release.date}".rstrip(", ") if release else "unknown"
    lines = [f"# UniProt release {dated}"]
    for state in (client.DEMERGED, client.DELETED, client.ABSENT):
        lines += [
            f"# {state}: {name}{' -> ' if one.targets else ''}{';'.join(one.targets)}"
            for name, one in sorted(entries.items())
            if one.state == state
        ]
    lines.append("\t".join((ASKED, *FIELDS)))
    for name, one in sorted(entries.items()):
        if one.cells:
            lines.append("\t".join((name, *(one.cells.get(column, "") for column in FIELDS))))
    return "\n".join(lines) + "\n"


def _summary(wanted: list[str], entries: dict[str, Entry], release: Release | None, mode: str) -> provenance.Summary:
    states = [one.state for one in entries.values()]
    missing = [name for name in wanted if name not in entries]
    summary = provenance.Summary(
        counts={
            "UniProt accessions": len(wanted),
            "UniProt release": release.number if release else "",
            **{f"UniProt entries {state}": states.count(state) for state in client.STATES},
            "UniProt entries not in the cache": len(missing),
        }
    )
    gone = len(states) - states.count(client.ACTIVE) - states.count(client.MERGED)
    if release:
        summary.methods.append(f"Annotation was taken from UniProtKB release {release.number} ({CITATION}).")
    if missing:
        remedy = "fill it in mode online" if mode == "cache" else "UniProt refuses them"
        summary.warnings.append(
            f"the UniProt cache lacks {len(missing)} of {len(wanted)} accessions (as {missing[0]}): {remedy}"
        )
    if 10 * gone > len(wanted):
        summary.warnings.append(
            f"UniProt has no entry any more for {gone} of {len(wanted)} accessions: "
            "the FASTA of the search is of an old release"
        )
    return summary
