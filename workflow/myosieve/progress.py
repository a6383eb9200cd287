"""Progress of long work: shown on a terminal, silent in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

_SECONDS_BETWEEN = 0.5


def on_terminal(what: str, total: int = 0) -> Callable[[int], None]:
    """Return a function to call with how much is done; it writes to stderr where that is a terminal.

    Parameters
    ----------
    what
        What is counted ("rows read").
    total
        How much there is in all (count); 0 = unknown.
    """
    if not sys.stderr.isatty():
        return lambda done: None
    last = time.monotonic()

    def show(done: int) -> None:
        nonlocal last
        finished = bool(total) and done >= total
        if finished or time.monotonic() - last >= _SECONDS_BETWEEN:
            last = time.monotonic()
            share = f" of {total:,} ({done / total:.0%})" if total else ""
            sys.stderr.write(f"\r{what}: {done:,}{share}" + ("\n" if finished else ""))
            sys.stderr.flush()

    return show
