"""The client against a server that misbehaves on purpose; waits are written down instead of waited for."""

import re
from dataclasses import replace

import pytest

from myosieve.errors import InputError
from myosieve.evidence.uniprot import client
from myosieve.evidence.uniprot.client import ReleaseChangedError
from myosieve.evidence.uniprot.transport import Patience


def fetch(service, patience: Patience, *accessions: str, size: int = client.BATCH) -> list[client.Batch]:
    with client.line(service.address, patience) as connection:
        return list(client.batches(connection, accessions, size))


def states(found: list[client.Batch]) -> dict[str, str]:
    return {one.accession: one.state for batch in found for one in batch.entries}


def test_entries_come_with_their_cells_and_release(service, patience) -> None:
    service.add("P00001", ft_signal="SIGNAL 1..24")
    (batch,) = fetch(service, patience, "P00001")
    assert batch.release == client.Release("2026_01", "28-January-2026")
    assert (batch.entries[0].state, batch.entries[0].cells["Signal peptide"]) == ("active", "SIGNAL 1..24")


def test_an_answer_that_is_not_compressed_is_read_as_well(service, patience) -> None:
    service.add("P00001")
    service.compressed = False
    assert states(fetch(service, patience, "P00001")) == {"P00001": "active"}


def test_an_answer_in_chunks_is_read_as_well(service, patience) -> None:
    service.add("P00001", ft_signal="SIGNAL 1..24")
    service.chunked = True
    (batch,) = fetch(service, patience, "P00001")
    assert batch.entries[0].cells["Signal peptide"] == "SIGNAL 1..24"


@pytest.mark.parametrize(
    "fault", [429, 500, 503, "html", "cut connection", "cut chunk", "cut gzip", "cut table", "silence", "drip"], ids=str
)
def test_a_passing_fault_costs_one_wait_and_nothing_else(service, patience, slept, fault) -> None:
    service.add("P00001")
    service.faults.append(fault)
    impatient = replace(patience, read=1.5, answer=1.5) if fault in ("silence", "drip") else patience
    assert states(fetch(service, impatient, "P00001")) == {"P00001": "active"}
    assert slept == [1.0]
    assert len(service.paths) == 2


def test_waits_double_up_to_a_limit_and_then_the_download_is_given_up(service, patience, slept) -> None:
    service.faults.extend([429] * 20)
    with pytest.raises(InputError, match=r"7 attempts failed; the last failed with: status 429.*kept in the cache"):
        fetch(service, replace(patience, longest_wait=10.0), "P00001")
    assert slept == [1, 2, 4, 8, 10, 10]


def test_a_wait_is_drawn_from_its_upper_half() -> None:
    # 2^(3 - 1) = 4 s at most after the third failure.
    waits = [Patience(draw=lambda share=share: share).wait(3) for share in (0.0, 0.5, 1.0)]
    assert waits == [2.0, 3.0, 4.0]


def test_a_fault_that_stays_is_told_by_its_nature(service, patience) -> None:
    for fault, told in (
        ("cut connection", "broke off"),
        ("cut gzip", "cut short"),
        ("html", "text/html"),
        ("drip", "slowly"),
    ):
        service.faults.append(fault)
        with pytest.raises(InputError, match=told):
            fetch(service, replace(patience, attempts=1, answer=1.5), "P00001")


def test_the_whole_download_has_an_end(service, patience) -> None:
    now = [0.0]
    waiting = replace(patience, total=5.0, clock=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s))
    service.faults.extend([500] * 20)
    with pytest.raises(InputError, match="the time for the download is used up; the last failed with: status 500"):
        fetch(service, waiting, "P00001")
    assert now[0] == 5.0  # 1 + 2, and what was left of 4


def test_a_server_that_is_not_there_is_told(patience) -> None:
    with (
        client.line("http://127.0.0.1:9", replace(patience, attempts=2)) as connection,
        pytest.raises(InputError, match=r"127\.0\.0\.1:9: UniProt gave no answer") as error,
    ):
        list(client.batches(connection, ["P00001"]))
    assert "0x" not in str(error.value)


def test_an_address_that_is_none_is_told_at_once(patience, slept) -> None:
    with client.line("uniprot", patience) as connection, pytest.raises(InputError, match="not an address"):
        list(client.batches(connection, ["P00001"]))
    assert slept == []


def test_batches_keep_to_the_limit(service, patience) -> None:
    names = [f"P{number:05d}" for number in range(7)]
    service.add(*names)
    found = fetch(service, patience, *names, size=3)
    assert [len(asked) for asked in service.asked] == [3, 3, 1]
    assert list(states(found)) == names


def test_further_pages_are_followed_on_the_address_that_was_given(service, patience) -> None:
    names = [f"P{number:05d}" for number in range(7)]
    service.add(*names)
    service.page = 3
    (batch,) = fetch(service, patience, *names)
    assert [one.accession for one in batch.entries] == names
    assert {one.state for one in batch.entries} == {"active"}


def test_a_release_that_changes_between_pages_makes_the_batch_worthless(service, patience) -> None:
    names = [f"P{number:05d}" for number in range(7)]
    service.add(*names)
    service.page = 3
    service.releases.extend(["2026_02"])
    with pytest.raises(ReleaseChangedError, match="2026_01 became 2026_02"):
        fetch(service, patience, *names)


def test_one_refused_accession_does_not_cost_the_others(service, patience, slept) -> None:
    service.add("P00001", "P00002")
    service.refused.add("P0000X")
    assert states(fetch(service, patience, "P00001", "P0000X", "P00002")) == {
        "P00001": "active",
        "P0000X": "absent",
        "P00002": "active",
    }
    assert slept == []


def test_a_batch_of_refused_accessions_is_left_out(service, patience) -> None:
    service.add("P00001")
    service.refused.add("P0000X")
    assert states(fetch(service, patience, "P00001", "P0000X", size=1)) == {"P00001": "active"}


def test_another_refusal_is_told_in_the_services_words(service, patience, monkeypatch, slept) -> None:
    service.refused.add("Q99999")  # not one of those asked for, so that leaving it out is no way on
    monkeypatch.setattr(client, "_REFUSED", re.compile("(nothing of the kind)"))
    with pytest.raises(InputError, match=r"status 400: Accession 'Q99999' has invalid format"):
        fetch(service, patience, "Q99999")
    assert slept == []


def test_a_merged_entry_brings_the_cells_of_the_one_it_went_into(service, patience) -> None:
    service.add("P00001", ft_signal="SIGNAL 1..24")
    service.moved["Q00001"] = "P00001"
    (batch,) = fetch(service, patience, "Q00001")
    (entry,) = batch.entries
    assert (entry.accession, entry.state, entry.targets) == ("Q00001", "merged", ("P00001",))
    assert entry.cells["Entry"] == "P00001"
    assert entry.cells["Signal peptide"] == "SIGNAL 1..24"


def test_entries_that_are_no_more_say_what_became_of_them(service, patience) -> None:
    service.add("P00001")
    service.inactive = {
        "Q00001": {"inactiveReasonType": "DEMERGED", "mergeDemergeTo": ["P00001", "P00002"]},
        "Q00002": {"inactiveReasonType": "DELETED", "deletedReason": "Redundant"},
        "Q00003": {"inactiveReasonType": "MERGED", "mergeDemergeTo": ["P00001"]},
    }
    (batch,) = fetch(service, patience, "Q00001", "Q00002", "Q00003", "Q00004")
    assert [(one.state, one.targets) for one in batch.entries] == [
        ("demerged", ("P00001", "P00002")),
        ("deleted", ()),
        ("merged", ("P00001",)),
        ("absent", ()),
    ]


def test_a_row_without_a_sequence_is_an_entry_that_is_no_more(service, patience) -> None:
    # UniProt writes "deleted" in place of the name then (uniprot-core, UniProtKBEntryValueMapperTest.testInactiveEntries).
    service.add("Q00002")
    service.entries["Q00002"] |= {"Sequence": "", "Length": "", "Protein names": "deleted"}
    service.inactive["Q00002"] = {"inactiveReasonType": "DELETED"}
    assert states(fetch(service, patience, "Q00002")) == {"Q00002": "deleted"}


def test_single_requests_are_made_again_as_well(service, patience, slept) -> None:
    service.inactive["Q00002"] = {"inactiveReasonType": "DELETED"}
    service.faults.extend(["", "html", 503])
    assert states(fetch(service, patience, "Q00002")) == {"Q00002": "deleted"}
    assert slept == [1, 2]


def test_only_accessions_are_asked_for_without_their_isoforms() -> None:
    # Form of an accession: https://www.uniprot.org/help/accession_numbers.
    names = ["P05231-2", "P05231", "A0A024RBG1", "CON__P02769", "REV__P02769", "ENSP00000258743", "p05231", "P0523", ""]
    assert client.canonical(names) == ["A0A024RBG1", "P05231"]
