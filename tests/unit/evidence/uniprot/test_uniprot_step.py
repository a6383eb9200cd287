"""The step: proteins of a study -> a snapshot, from the cache or through it."""

from pathlib import Path

import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.evidence.uniprot import client
from myosieve.evidence.uniprot.rows import evidence_rows
from myosieve.evidence.uniprot.table import looks_like_uniprot, read_table


def snapshot(tmp_path: Path, name: str = "uniprot.tsv") -> pd.DataFrame:
    return read_table(tmp_path / name)


def test_a_snapshot_holds_every_accession_of_the_study_and_reads_back(run, service, tmp_path, write_proteins) -> None:
    service.add("P00001", ft_signal='SIGNAL 1..24; /evidence="ECO:0000255"')
    service.add("P00002", "P00003", "P02769")
    summary = run(write_proteins("P00002;P00001-2", "P00003", "CON__P02769", "REV__P00009", "ENSP00000258743"))
    assert snapshot(tmp_path)["From"].tolist() == ["P00001", "P00002", "P00003", "P02769"]
    rows = evidence_rows(snapshot(tmp_path))
    assert rows.loc[rows["call"] == "yes", ["accession", "end", "version"]].to_numpy().tolist() == [
        ["P00001", 24, "2026_01"]
    ]
    assert summary.counts["UniProt accessions"] == summary.counts["UniProt entries active"] == 4
    assert "2026_01" in summary.methods[0]
    assert summary.warnings == []
    text = (tmp_path / "uniprot.tsv").read_text()
    assert text.startswith("# UniProt release 2026_01, 28-January-2026\nFrom\tEntry\tReviewed\t")
    assert looks_like_uniprot(text.split("\n")[0])


def test_accessions_of_fasta_headers_are_looked_up(run, service, tmp_path) -> None:
    service.add("P00001")
    fasta = tmp_path / "search.fasta"
    fasta.write_text(">sp|P00001|ONE_HUMAN One\nMKTLLL\n>nonsense\nMKT\n")
    run(None, fasta=[fasta])
    assert snapshot(tmp_path)["Entry"].tolist() == ["P00001"]


def test_what_is_cached_is_not_asked_for_again_and_the_bytes_are_the_same(
    run, service, tmp_path, write_proteins
) -> None:
    service.add("P00001", "P00002", "P00003")
    run(write_proteins("P00001", "P00002"), out="first.tsv")
    run(write_proteins("P00003", "P00001", "P00002"))
    assert service.asked == [["P00001", "P00002"], ["P00003"]]
    proteins = write_proteins("P00002", "P00001")
    run(proteins, out="again.tsv")
    run(proteins, "cache", out="cached.tsv")
    assert len(service.asked) == 2
    texts = {(tmp_path / name).read_bytes() for name in ("first.tsv", "again.tsv", "cached.tsv")}
    assert len(texts) == 1


def test_cache_mode_takes_what_is_there_and_tells_what_is_not(run, service, tmp_path, write_proteins) -> None:
    service.add("P00001")
    run(write_proteins("P00001"))
    summary = run(write_proteins("P00001", "P00002"), "cache")
    assert service.asked == [["P00001"]]
    assert snapshot(tmp_path)["Entry"].tolist() == ["P00001"]
    assert summary.counts["UniProt entries not in the cache"] == 1
    assert "lacks 1 of 2 accessions (as P00002)" in summary.warnings[0]


def test_cache_mode_without_a_cache_is_refused(run, service, write_proteins, tmp_path) -> None:
    with pytest.raises(InputError, match=r"cache\.sqlite: there is no cache"):
        run(write_proteins("P00001"), "cache")
    assert service.paths == []
    assert not (tmp_path / "uniprot.tsv").exists()


def test_an_unknown_mode_is_refused(run, write_proteins) -> None:
    with pytest.raises(InputError, match="unknown mode 'always'; give cache or online"):
        run(write_proteins("P00001"), "always")


def test_what_became_of_entries_stands_in_the_snapshot(run, service, tmp_path, write_proteins) -> None:
    service.add("P00001", ft_signal="SIGNAL 1..24")
    service.moved["Q00001"] = "P00001"
    service.inactive["Q00002"] = {"inactiveReasonType": "DEMERGED", "mergeDemergeTo": ["P1", "P2"]}
    summary = run(write_proteins("Q00001", "Q00002", "Q00003"))
    comments = [line for line in (tmp_path / "uniprot.tsv").read_text().splitlines() if line.startswith("#")]
    assert comments[1:] == ["# demerged: Q00002 -> P1;P2", "# absent: Q00003"]
    rows = evidence_rows(snapshot(tmp_path))
    assert set(rows["accession"]) == {"Q00001"}
    assert rows["detail"].str.contains("from P00001, into which Q00001 was merged").all()
    assert [summary.counts[f"UniProt entries {state}"] for state in client.STATES] == [0, 1, 1, 0, 1]
    assert "no entry any more for 2 of 3" in summary.warnings[-1]


# ---- releases ----------------------------------------------------------------------------------------------------------


def test_a_release_that_changes_between_batches_starts_the_download_again(run, service, tmp_path, many) -> None:
    service.releases.extend(["2026_02"])
    summary = run(many)
    # The first batch was of the old release; the second, of the new one, is kept, and the first is asked for again.
    assert [len(asked) for asked in service.asked] == [1000, 200, 1000]
    assert summary.counts["UniProt release"] == "2026_02"
    assert len(snapshot(tmp_path)) == 1200


def test_a_release_that_changes_twice_is_an_error_and_nothing_is_written(run, service, tmp_path, many) -> None:
    service.releases.extend(["2026_02", "2026_01"])
    with pytest.raises(InputError, match="changed its release twice"):
        run(many)
    assert not (tmp_path / "uniprot.tsv").exists()


def test_a_cache_of_an_old_release_is_brought_to_the_new_one_when_something_is_missing(
    run, service, tmp_path, write_proteins
) -> None:
    service.add("P00001", "P00002")
    run(write_proteins("P00001"))
    service.releases.clear()
    service.releases.append("2026_02")
    run(write_proteins("P00001", "P00002"))
    assert service.asked == [["P00001"], ["P00002"], ["P00001"]]
    assert set(snapshot(tmp_path)["UniProt release"]) == {"2026_02"}
    assert run(write_proteins("P00001"), "cache").counts["UniProt release"] == "2026_02"  # the newest that covers it


def test_a_download_that_fails_keeps_what_came_and_writes_nothing(run, service, tmp_path, many) -> None:
    service.faults.extend(["", *[500] * 7])
    with pytest.raises(InputError, match="UniProt gave no answer"):
        run(many)
    assert not (tmp_path / "uniprot.tsv").exists()
    run(many)
    assert [len(asked) for asked in service.asked] == [1000, 200]


def test_the_cache_gives_the_release_that_covers_most_of_the_study(run, service, tmp_path, write_proteins) -> None:
    service.add("P00001", "P00002", "P00003")
    run(write_proteins("P00001", "P00002"))
    service.releases.clear()
    service.releases.append("2026_02")
    run(write_proteins("P00003"))  # another study, a release later
    summary = run(write_proteins("P00001", "P00002", "P00003"), "cache")
    assert summary.counts["UniProt release"] == "2026_01"
    assert snapshot(tmp_path)["Entry"].tolist() == ["P00001", "P00002"]
