"""One request to UniProt's REST service, made again until it has an answer that is whole.

UniProt sets no Retry-After; busy, it answers 429 or 5xx. Answers also arrive cut, or as a page of a proxy in between. All of
these are tried again, with waits that double and are drawn at random from their upper half, so that many jobs do not
come back at once. Bodies are read raw and decompressed whole, since a gzip stream that is cut at its end passes unnoticed
through the HTTP library; the clock is looked at between pieces, since a server that drips never lets a read time out.
"""

from __future__ import annotations

import gzip
import random
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from myosieve.errors import InputError

if TYPE_CHECKING:
    import requests

_PIECE = 1 << 16
_KEPT = "try again later; what has arrived is kept in the cache"


@dataclass(frozen=True)
class Patience:
    """How long to wait for what; seconds throughout. `sleep`, `clock` and `draw` stand in for time and chance in tests.

    Attributes
    ----------
    attempts
        Requests made in all before giving up on one answer (count).
    first_wait, longest_wait
        Upper end of the wait before the second attempt; what no wait exceeds.
    read
        Longest silence of the server, also for the connection to stand.
    answer
        Longest time for one answer from first to last byte.
    total
        Longest time for the whole download.
    """

    attempts: int = 7
    first_wait: float = 1.0
    longest_wait: float = 60.0
    read: float = 60.0
    answer: float = 300.0
    total: float = 7200.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    draw: Callable[[], float] = random.random

    def wait(self, failures: int) -> float:
        """Return how long to wait after so many failures in a row (seconds)."""
        return min(self.longest_wait, self.first_wait * 2 ** (failures - 1)) * (0.5 + 0.5 * self.draw())


@dataclass(frozen=True)
class Answer:
    """A whole answer: status, headers (names in lower case) and decompressed text."""

    status: int
    headers: Mapping[str, str]
    text: str


class UnfitError(Exception):
    """An answer that another attempt may better; its text says why."""


@dataclass
class Line:
    """A connection to one server, with the time by which everything has to be done.

    Attributes
    ----------
    session
        What requests are made with.
    server
        Address that errors name.
    patience
        How long to wait.
    """

    session: requests.Session
    server: str
    patience: Patience = field(default_factory=Patience)
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.patience.clock()

    @property
    def left(self) -> float:
        """Seconds left for the whole download."""
        return self.patience.total - (self.patience.clock() - self.started)

    def ask(self, method: str, address: str, check: Callable[[Answer], None], **options: Any) -> Answer:
        """Return the answer to a request, made again while the server is not able to give a good one.

        Parameters
        ----------
        method, address, options
            As for `requests.Session.request`.
        check
            Raises `UnfitError` for an answer that is not what was asked for.

        Raises
        ------
        InputError
            Attempts or time are used up.
        """
        problem = ""
        for failures in range(self.patience.attempts):
            if failures:
                wait = min(self.patience.wait(failures), max(self.left, 0.0))
                self.patience.sleep(wait)
            if self.left <= 0:
                break
            try:
                answer = self._once(method, address, **options)
                if answer.status == 429 or answer.status >= 500:
                    raise UnfitError(f"status {answer.status}")
                check(answer)
            except UnfitError as error:
                problem = str(error)
            else:
                return answer
        spent = (
            "the time for the download is used up" if self.left <= 0 else f"{self.patience.attempts} attempts failed"
        )
        last = f"; the last failed with: {problem}" if problem else ""
        raise InputError(f"UniProt gave no answer: {spent}{last}", self.server, _KEPT)

    def _once(self, method: str, address: str, **options: Any) -> Answer:
        import requests
        import urllib3

        until = self.patience.clock() + min(self.patience.answer, self.left)
        silence = min(self.patience.read, self.left)
        try:
            with self.session.request(
                method, address, stream=True, timeout=silence, allow_redirects=False, **options
            ) as response:
                raw = self._body(response, until)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, headers, _decoded(raw, headers.get("content-encoding", "")))
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema):
            raise InputError("not an address", self.server, "give one like https://rest.uniprot.org") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise UnfitError(_reason(error)) from None

    def _body(self, response: requests.Response, until: float) -> bytes:
        pieces = []
        while piece := response.raw.read1(_PIECE, decode_content=False):
            pieces.append(piece)
            if self.patience.clock() > until:
                raise UnfitError("the answer came too slowly")
        return b"".join(pieces)


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        if encoding.lower() in ("gzip", "x-gzip"):
            raw = gzip.decompress(raw)
        elif encoding.lower() not in ("", "identity"):
            raise UnfitError(f"the answer is compressed as {encoding}")
        return raw.decode("utf-8")
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UnfitError("the compressed answer is cut short or damaged") from None
    except UnicodeDecodeError:
        raise UnfitError("the answer is not text") from None


def _reason(error: BaseException) -> str:
    """Return the innermost cause in a few words; the libraries wrap it several times, with memory addresses in between."""
    import requests
    import urllib3

    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return "the server was silent too long"
    if isinstance(error, (requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError)):
        return "the connection broke off"
    inner = error
    while inner.__context__ is not None:
        inner = inner.__context__
    return str(inner) or type(inner).__name__
