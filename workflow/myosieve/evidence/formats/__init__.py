"""Result files of predictors that were run elsewhere -> one long table of calls; one module per tool or close family.

    read(path)              -> Result(tool, version, table); the tool is told from the content
    read(path, "signalp6")  -> the same, or an error that says what the file looks like
    TOOLS["signalp6"]       -> what its files are called, what to cite

Features and calls are those of `schema.EVIDENCE`. `base` has what every reader speaks, `segments` turns topologies into
calls, `detection` finds the reader. A file is read whole or refused in one line.

A helix may be without a place (start and end missing): OutCyte, DeepLoc and a table of one's own can tell that there is one
and not where. Scores are on each tool's own scale and speak for the feature, also where the call is no.
"""

from myosieve.evidence.formats.detection import COLUMNS, TOOLS, Format, Result, detect, looks_like, parse, read

__all__ = ["COLUMNS", "TOOLS", "Format", "Result", "detect", "looks_like", "parse", "read"]
