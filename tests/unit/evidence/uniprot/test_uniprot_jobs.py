"""Several jobs on one cache, and a job that dies: real processes."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from myosieve.evidence.uniprot import cache
from myosieve.evidence.uniprot.client import Release
from myosieve.evidence.uniprot.table import read_table

RUN = """
import sys
from pathlib import Path
from myosieve.evidence.uniprot.step import uniprot
proteins, cache, out, url = sys.argv[1:]
uniprot(Path(proteins), [], "online", Path(cache), Path(out), url)
"""
# Twenty batches of ten, read back after each.
FILL = """
import sys
from myosieve.evidence.uniprot import cache
from myosieve.evidence.uniprot.client import Batch, Entry, Release
path, start = sys.argv[1], int(sys.argv[2])
for number in range(start, start + 200, 10):
    entries = [Entry(f"P{one:05d}", "active", (), {"Entry": "x"}) for one in range(number, number + 10)]
    cache.store(path, Batch(Release("2026_01"), entries))
    assert cache.covered(path, [entries[0].accession])
"""


def test_several_processes_fill_and_read_one_cache_at_once(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    command = [sys.executable, "-c", FILL, str(path)]
    jobs = [subprocess.Popen([*command, str(start)], stderr=subprocess.PIPE) for start in (0, 100, 400)]
    errors = [job.communicate(timeout=60)[1] for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0, 0], errors
    names = [f"P{number:05d}" for number in range(1000)]
    assert cache.covered(path, names) == {Release("2026_01"): 500}  # 0-299 and 400-599


def started(tmp_path: Path, proteins: Path, out: str, url: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(proteins), str(tmp_path / "cache.sqlite"), str(tmp_path / out), url],
        stderr=subprocess.PIPE,
    )


@pytest.mark.slow
def test_two_jobs_fill_one_cache_at_once_and_write_the_same(service, tmp_path, many) -> None:
    jobs = [started(tmp_path, many, f"{name}.tsv", service.address) for name in "ab"]
    errors = [job.communicate(timeout=60)[1] for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0], errors
    assert (tmp_path / "a.tsv").read_bytes() == (tmp_path / "b.tsv").read_bytes()
    assert len(read_table(tmp_path / "a.tsv")) == 1200


def test_a_job_that_was_killed_is_resumed_where_it_was(run, service, tmp_path, many) -> None:
    service.closed_from = 2  # the second batch does not come
    service.gate.clear()
    job = started(tmp_path, many, "killed.tsv", service.address)
    until = time.monotonic() + 30
    while len(service.paths) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    job.kill()
    job.communicate()
    service.gate.set()
    service.closed_from = 10**9
    run(many)
    assert [len(asked) for asked in service.asked] == [1000, 200]  # the batch that did not come is not counted
    assert not (tmp_path / "killed.tsv").exists()
    assert len(read_table(tmp_path / "uniprot.tsv")) == 1200
