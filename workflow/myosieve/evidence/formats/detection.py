"""Any result file -> its calls: which tool wrote it is told from its content, never from its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from myosieve import schema
from myosieve.errors import InputError
from myosieve.evidence.formats import (
    deeploc,
    deepsig,
    deeptmhmm,
    gpi,
    interproscan,
    outcyte,
    phobius,
    secretomep,
    signalp,
    tmbed,
    tmhmm,
    topcons,
    user_table,
)
from myosieve.evidence.formats.base import CUT_OFF, Call, FormatError, Kind, Lines, Parsed
from myosieve.tables.decoding import read_text

COLUMNS = tuple(name for name in schema.EVIDENCE.names if name != "protein_group")
_NUMBERS = ("start", "end", "score")

# In the order in which a file is held against them; the user's table is the least distinct.
_MODULES = (signalp, deeptmhmm, tmbed, topcons, phobius, interproscan, tmhmm)
_MODULES += (gpi, deepsig, outcyte, secretomep, deeploc)
_KINDS: tuple[Kind, ...] = tuple(kind for module in (*_MODULES, user_table) for kind in module.KINDS)

# Files that are none of these, by their first lines.
_LOOKS = (
    (r"\A\s*<(!doctype|html|head|body|\?xml)", "a web page", "download the result itself, as text"),
    (
        r"\tSignalP-6\S*\t[nhc]-region\t",
        "SignalP 6's region_output.gff3, which also has regions of proteins without a signal peptide",
        "give prediction_results.txt or output.gff3 of the same run",
    ),
    (r"\A#+ DeepTMHMM - Predictions", "DeepTMHMM's report", "give TMRs.gff3 of the same run"),
    (r"\A#+\s*(SignalP|TargetP)-", "the result of another version of SignalP or of TargetP", ""),
    (r"\b(SIGNAL|TRANSMEM|LIPID|TOPO_DOM) [<>?]?\d", "a table of UniProt", ""),
    (r"\A##\s*gff-version", "another GFF file, or one without a row", ""),
    (r"\A>", "a FASTA file", "give the result that the tool wrote for it"),
    (r"\A\s*[\[{]", "a JSON file", ""),
)


@dataclass(frozen=True)
class Format:
    """A tool whose files can be read: what they are called, what to cite (empty: nothing), and their kinds."""

    words: str
    citation: str
    kinds: tuple[Kind, ...]


@dataclass(frozen=True)
class Result:
    """What a file says: the tool that wrote it, its version (empty where the file does not tell), and its calls.

    `table` has the columns COLUMNS; `accession` is the tool's identifier as written, and the index counts the proteins in the
    file, so that repeats stay apart.
    """

    tool: str
    version: str
    table: pd.DataFrame


_CITATIONS = {
    "signalp6": "SignalP 6 (Teufel et al. 2022, Nat Biotechnol 40:1023)",
    "signalp5": "SignalP 5 (Almagro Armenteros et al. 2019, Nat Biotechnol 37:420)",
    "signalp4": "SignalP 4 (Petersen et al. 2011, Nat Methods 8:785)",
    "deeptmhmm": "DeepTMHMM (Hallgren et al. 2022, bioRxiv 2022.04.08.487609)",
    "tmbed": "TMbed (Bernhofer and Rost 2022, BMC Bioinformatics 23:326)",
    "topcons": "TOPCONS (Tsirigos et al. 2015, Nucleic Acids Res 43:W401)",
    "phobius": "Phobius (Käll et al. 2004, J Mol Biol 338:1027)",
    "tmhmm": "TMHMM 2 (Krogh et al. 2001, J Mol Biol 305:567)",
    "netgpi": "NetGPI (Gislason et al. 2021, Curr Res Biotechnol 3:6)",
    "predgpi": "PredGPI (Pierleoni et al. 2008, BMC Bioinformatics 9:392)",
    "deepsig": "DeepSig (Savojardo et al. 2018, Bioinformatics 34:1690)",
    "outcyte": "OutCyte (Zhao et al. 2019, Sci Rep 9:19448)",
    "secretomep": "SecretomeP (Bendtsen et al. 2004, Protein Eng Des Sel 17:349)",
    "deeploc": "DeepLoc 2 (Thumuluri et al. 2022, Nucleic Acids Res 50:W228)",
    "interproscan": "InterProScan (Jones et al. 2014, Bioinformatics 30:1236)",
    "user": "",
}


def _format(tool: str) -> Format:
    kinds = tuple(kind for kind in _KINDS if kind.tool == tool)
    return Format(" or ".join(kind.words for kind in kinds), _CITATIONS[tool], kinds)


TOOLS: dict[str, Format] = {tool: _format(tool) for tool in _CITATIONS}


def read(path: Path | str, tool: str | None = None) -> Result:
    """Read the result file of a predictor, or a table of one's own.

    Parameters
    ----------
    path
        Text in any usual encoding, plain or compressed (gzip, xz, zip); its name does not matter.
    tool
        One of TOOLS; None: told from the content.

    Raises
    ------
    InputError
        The file is missing, no text, another tool's, none that is known, or damaged.
    """
    if tool is not None:
        _check_tool(tool, path)
    return parse(read_text(path)[0], path, tool)


def parse(text: str, where: Path | str, tool: str | None = None) -> Result:
    """Return the calls in the text of a result file; as `read`, with `where` to call the file in an error."""
    if tool is not None:
        _check_tool(tool, where)
    lines = Lines.of(text)
    if not lines.all:
        raise InputError(
            "the file is empty", where, f"give {TOOLS[tool].words if tool else 'the result of a predictor'}"
        )
    kind = detect(lines)
    if kind is None and tool and _is_empty_list(lines, tool):
        return Result(tool, "", _table(tool, Parsed([])))
    if kind is None or (tool and kind.tool != tool):
        raise _other(lines, kind, where, tool)
    try:
        parsed = kind.parse(lines)
    except FormatError as error:
        raise InputError(f"not readable as {kind.words}: {error}", where, error.remedy) from None
    if not parsed.proteins and not kind.may_be_empty:
        raise InputError(f"{kind.words} without a single protein", where, CUT_OFF)
    return Result(kind.tool, parsed.version, _table(kind.tool, parsed))


def detect(lines: Lines) -> Kind | None:
    """Return the kind of a file, or None."""
    return next((kind for kind in _KINDS if kind.recognizes(lines)), None)


def looks_like(lines: Lines) -> tuple[str, str]:
    """Return what a file that is of no known kind looks like, and what to do about it (may be empty)."""
    head = lines.head()
    for pattern, words, remedy in _LOOKS:
        if re.search(pattern, head, re.IGNORECASE):
            return words, remedy
    return f"something else (first line: {lines.all[0].text[:40]!r})", ""


def _check_tool(tool: str, where: Path | str) -> None:
    if tool not in TOOLS:
        raise InputError(f"unknown tool {tool!r}", where, f"known tools are {', '.join(TOOLS)}")


def _is_empty_list(lines: Lines, tool: str) -> bool:
    """Whether this is a list of positives without any: nothing but the line with the version of GFF."""
    lists = any(kind.may_be_empty for kind in TOOLS[tool].kinds)
    return lists and next(lines.body(), None) is None and bool(re.match(r"##\s*gff-version", lines.all[0].text))


def _other(lines: Lines, kind: Kind | None, where: Path | str, tool: str | None) -> InputError:
    words, remedy = (kind.words, f"give it as {kind.tool}") if kind else looks_like(lines)
    if tool:
        return InputError(f"not {TOOLS[tool].words}: it looks like {words}", where, remedy or "give that file")
    what = f"not the result of a known tool: it looks like {words}"
    return InputError(what, where, remedy or f"known tools are {', '.join(TOOLS)}")


def _table(tool: str, parsed: Parsed) -> pd.DataFrame:
    """Return the calls as rows of `schema.EVIDENCE` without the group."""
    calls = [call for protein in parsed.proteins for call in protein]
    index = pd.Index([at for at, protein in enumerate(parsed.proteins) for _ in protein], dtype="int64")
    cells = dict(zip(Call._fields, zip(*calls, strict=True), strict=True)) if calls else {}
    cells |= {"source": [tool] * len(calls), "version": [parsed.version] * len(calls)}
    columns = {name: pd.array(cells.get(name, ()), dtype="float64" if name in _NUMBERS else "str") for name in COLUMNS}
    return pd.DataFrame(columns, index=index)
