"""A server that answers as UniProt's REST service does, and misbehaves when told to."""

import gzip
import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from myosieve import schema
from myosieve.evidence.uniprot.columns import FIELDS
from myosieve.evidence.uniprot.step import uniprot
from myosieve.evidence.uniprot.transport import Patience

LONGEST_DRIP = 5.0


@dataclass
class Service:
    """What the server holds and how it behaves; `faults` are taken one per request until none is left."""

    entries: dict[str, dict[str, str]] = field(default_factory=dict)
    inactive: dict[str, dict] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    faults: deque = field(default_factory=deque)
    releases: deque = field(default_factory=lambda: deque(["2026_01"]))  # one per answer, the last for all others
    page: int = 10_000
    asked: list[list[str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    closed_from: int = 10**9  # requests from this one on wait at the gate, and are dropped when it opens
    compressed: bool = True
    chunked: bool = False
    address: str = ""

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.gate.set()

    def add(self, *accessions: str, **cells: str) -> None:
        """Add living entries; cells by field name."""
        for name in accessions:
            given = {column: cells.get(field_name, "") for column, field_name in FIELDS.items()}
            given |= {"Entry": name, "Reviewed": cells.get("reviewed", "reviewed"), "Sequence": "MKT", "Length": "3"}
            self.entries[name] = given


class Handler(BaseHTTPRequestHandler):
    service: Service
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert body["format"] == "tsv"
        self.respond(body["accessions"].split(","), 0)

    def do_GET(self) -> None:
        if cursor := re.match(r"/uniprotkb/accessions\?accessions=([^&]*)&cursor=(\d+)", self.path):
            return self.respond(cursor[1].split(","), int(cursor[2]))
        return self.respond_single(self.path.removeprefix("/uniprotkb/"))

    def fault(self) -> bool:
        """Misbehave if it is due; return whether the request is done with by that."""
        service = self.service
        with service.lock:
            service.paths.append(self.path)
            due = service.faults.popleft() if service.faults else ""
            waits = len(service.paths) >= service.closed_from
        if waits:
            service.gate.wait(20)
            self.close_connection = True
            return True
        if not due:
            return False
        if isinstance(due, int):
            self.send(due, b"busy", {"Content-Type": "text/plain"})
        elif due == "html":
            self.send(200, b"<html>Sign in to the network</html>", {"Content-Type": "text/html"})
        elif due == "cut connection":
            self.send(200, b"Entry\tRev", {"Content-Type": "text/plain"}, length=5000)
            self.close_connection = True
        elif due == "cut chunk":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nEntry\r\n40\r\n\tRev")
            self.close_connection = True
        elif due == "cut gzip":
            whole = gzip.compress(b"Entry\tReviewed\n" * 50)
            self.send(200, whole[:-12], {"Content-Type": "text/plain", "Content-Encoding": "gzip"})
        elif due == "cut table":
            self.send(200, ("\t".join(FIELDS) + "\nP00001\trev\n").encode(), {"X-UniProt-Release": "2026_01"})
        elif due == "silence":
            time.sleep(LONGEST_DRIP)
            self.close_connection = True
        elif due == "drip":
            self.drip()
        return True

    def drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        until = time.monotonic() + LONGEST_DRIP
        try:
            while time.monotonic() < until:
                self.wfile.write(b"E")
                self.wfile.flush()
                time.sleep(0.02)
        except OSError:
            pass  # the client hung up, as it should
        self.close_connection = True

    def respond(self, accessions: list[str], at: int) -> None:
        if self.fault():
            return
        service = self.service
        if bad := [name for name in accessions if name in service.refused]:
            said = f"Accession '{bad[0]}' has invalid format. It should be a valid UniProtKB accession."
            self.send(
                400, json.dumps({"url": self.path, "messages": [said]}).encode(), {"Content-Type": "application/json"}
            )
            return
        with service.lock:
            service.asked.append(accessions)
            release = service.releases.popleft() if len(service.releases) > 1 else service.releases[0]
        there = [service.entries[name] for name in accessions if name in service.entries]
        lines = ["\t".join(FIELDS), *("\t".join(one.values()) for one in there[at : at + service.page])]
        headers = {"Content-Type": "text/plain;format=tsv", "X-UniProt-Release": release}
        headers["X-UniProt-Release-Date"] = "28-January-2026"
        if at + service.page < len(there):
            query = f"accessions={','.join(accessions)}&cursor={at + service.page}"
            headers["Link"] = f'<https://behind.the.proxy/uniprotkb/accessions?{query}>; rel="next"'
        self.send(200, ("\n".join(lines) + "\n").encode(), headers, compressed=service.compressed)

    def respond_single(self, name: str) -> None:
        if self.fault():
            return
        service = self.service
        if name in service.moved:
            self.send(303, b"", {"Location": f"/uniprotkb/{service.moved[name]}?from={name}"})
        elif name in service.inactive:
            said = {"entryType": "Inactive", "primaryAccession": name, "inactiveReason": service.inactive[name]}
            self.send(200, json.dumps(said).encode(), {"Content-Type": "application/json"})
        else:
            self.send(404, b'{"messages": ["Resource not found"]}', {"Content-Type": "application/json"})

    def send(
        self, status: int, body: bytes, headers: dict[str, str], length: int | None = None, compressed: bool = False
    ) -> None:
        if compressed:
            body, headers = gzip.compress(body), {**headers, "Content-Encoding": "gzip"}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.service.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(body), 7):
                piece = body[start : start + 7]
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    held = Service()
    handler = type("Held", (Handler,), {"service": held})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    held.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield held
    held.gate.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def slept() -> list[float]:
    """The waits that were asked for (seconds)."""
    return []


@pytest.fixture
def patience(slept: list[float]) -> Patience:
    """Waits are written down and not waited for; a busy machine may take its time to answer."""
    return Patience(read=20.0, answer=20.0, sleep=slept.append, draw=lambda: 1.0)


@pytest.fixture
def write_proteins(tmp_path: Path):
    """Return a function that writes proteins.tsv with one group per argument, accessions separated by ';'."""

    def write(*groups: str) -> Path:
        empty = dict.fromkeys(schema.PROTEINS.names, "")
        rows = [{**empty, "protein_group": g, "accession": g.split(";")[0], "accessions": g} for g in groups]
        path = tmp_path / "proteins.tsv"
        pd.DataFrame(rows, columns=schema.PROTEINS.names).to_csv(path, sep="\t", index=False)
        return path

    return write


@pytest.fixture
def run(tmp_path: Path, service, patience):
    """Return a function that runs the step on proteins.tsv and returns its summary."""

    def step(proteins: Path | None, mode: str = "online", fasta: list[Path] = (), out: str = "uniprot.tsv"):
        cache = tmp_path / "cache.sqlite"
        return uniprot(proteins, list(fasta), mode, cache, tmp_path / out, service.address, patience)

    return step


@pytest.fixture
def many(service, write_proteins) -> Path:
    """A study of 1,200 accessions: two batches, since the service takes 1,000 at once."""
    names = [f"P{number:05d}" for number in range(1200)]
    service.add(*names)
    return write_proteins(*names)
