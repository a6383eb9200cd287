"""Names of runs as search engines and sheets spell them: a path, a file name, or its stem."""

from __future__ import annotations

import re

# Endings of raw files and of what converters make of them; ".raw.dia" and ".mzML.gz" carry two.
_ENDINGS = re.compile(r"(?:\.(?:raw|mzml|mzxml|mzdata|mgf|d|wiff2?|dia|htrms|baf|tdf|uimf|gz|zip))+$", re.IGNORECASE)


def file_name(run: str) -> str:
    """Return the file's name of a run that may be given by its path, on Windows or POSIX."""
    return re.split(r"[\\/]", run.rstrip("\\/"))[-1]


def stem(run: str) -> str:
    r"""Return a run without path and endings: `C:\raw\A_1.raw.dia`, `/raw/A_1.mzML` and `A_1` are the same run."""
    return _ENDINGS.sub("", file_name(run))
