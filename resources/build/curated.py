"""What was written by hand of myokines, checked and completed: `myokine_facts.tsv`, `pathways.tsv`, `protocols.tsv`.

The words stand in the files of the same name beside this script, each row with its source. Symbols must be official, and
accessions are looked up by them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from orthologs import ReviewedEntries

FACTS = ("organ", "effect", "receptor", "pathway", "exercise_response", "basal_level")
ORGANS = {
    *("muscle", "adipose", "liver", "pancreas", "bone", "heart", "brain", "vessel", "immune", "kidney", "tumor"),
    "",
}
DIRECTIONS = {"up", "down", "none", ""}
NODES = {"myokine", "receptor", "kinase", "transcription_factor", "gene", "effect", "cell"}
# Nodes whose labels are gene symbols; a myokine may have a name of its own.
_GENES = NODES - {"effect", "cell"}
_OWN_NAMES = {"irisin": "FNDC5"}
RELATIONS = {"activates", "inhibits", "induces", "releases", "binds"}
_NUMBER = re.compile(r"\d+(\.\d+)?(-\d+(\.\d+)?)?")

Rows = Sequence[Mapping[str, str]]


def read_words(path: Path) -> list[dict[str, str]]:
    """Read a table that was written by hand."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


def human_accessions(reviewed: ReviewedEntries) -> dict[str, str]:
    """Return the accession that stands for each official human symbol."""
    found = {reviewed.genes.symbol[gene]: reviewed.one(gene, "human") for gene in reviewed.genes.accessions}
    return {symbol: accession for symbol, accession in found.items() if accession}


def facts(words: Rows, accessions: Mapping[str, str], pathways: Iterable[str]) -> list[dict[str, str]]:
    """Return the rows of `myokine_facts.tsv`: one per fact and source.

    Raises
    ------
    SystemExit
        A gene or receptor is no official symbol, a word is not of the lists above, a number has no unit or a level is none.
    """
    known = set(pathways)
    for row in words:
        level = row["fact"] in ("exercise_response", "basal_level")
        _check(row["fact"] in FACTS, row, f"{row['fact']!r} is no kind of fact")
        _check(row["organ"] in ORGANS, row, f"{row['organ']!r} is no organ")
        _check(row["direction"] in DIRECTIONS, row, f"{row['direction']!r} is no direction")
        _check(bool(row["source"]), row, "has no source")
        _check(not row["unit"] or (level and bool(_NUMBER.fullmatch(row["value"]))), row, "has a unit without a number")
        _check(row["fact"] != "basal_level" or bool(row["unit"]), row, "is a level without number and unit")
        _check(row["fact"] != "exercise_response" or bool(row["direction"]), row, "is a response without direction")
        _check(row["fact"] != "pathway" or row["value"] in known, row, f"{row['value']!r} is not in pathways.tsv")
        for symbol in [row["gene"], *(row["value"].split("+") if row["fact"] == "receptor" else ())]:
            _check(symbol in accessions, row, f"{symbol} is no official symbol with a reviewed UniProt entry")
    return [{**row, "accession_human": accessions[row["gene"]]} for row in words]


def pathways(words: Rows, accessions: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the rows of `pathways.tsv`: one per edge, in order; each node hangs together with the edges before it.

    Raises
    ------
    SystemExit
        A label of a gene is no official symbol, a word is not of the lists above, steps are not 1, 2, 3 ..., or an edge has
        no node in common with the ones before it.
    """
    seen: dict[str, tuple[int, set[str]]] = {}
    for row in words:
        step, nodes = seen.get(row["pathway"], (0, {row["source"]}))
        _check(int(row["step"]) == step + 1, row, f"step {row['step']} does not follow {step}")
        _check(bool({row["source"], row["target"]} & nodes), row, "an edge hangs in the air")
        _check(row["relation"] in RELATIONS, row, f"{row['relation']!r} is no relation")
        _check(row["organ"] in ORGANS and bool(row["organ"]), row, f"{row['organ']!r} is no organ")
        _check(bool(row["reference"]), row, "has no reference")
        for side in ("source", "target"):
            kind = row[f"{side}_kind"]
            _check(kind in NODES, row, f"{kind!r} is no kind of node")
            for symbol in row[side].split("+") if kind in _GENES else ():
                _check(_OWN_NAMES.get(symbol, symbol) in accessions, row, f"{symbol} is no official symbol")
        seen[row["pathway"]] = int(row["step"]), nodes | {row["source"], row["target"]}
    return [{**row, "myokine_accession": accessions[row["myokine_gene"]]} for row in words]


def protocols(words: Rows) -> list[dict[str, str]]:
    """Return the rows of `protocols.tsv`: one per protocol of stimulation and source.

    Raises
    ------
    SystemExit
        A protocol is neither endurance nor resistance, has no source, or a setting is no number.
    """
    numbers = [name for name in words[0] if name.endswith(("_low", "_high", "_ms", "_v"))]
    for row in words:
        _check(row["protocol"] in ("endurance", "resistance"), row, f"{row['protocol']!r} is no kind of protocol")
        _check(bool(row["source"]), row, "has no source")
        for name in numbers:
            _check(not row[name] or bool(_NUMBER.fullmatch(row[name])), row, f"{name} {row[name]!r} is no number")
    return list(words)


def _check(holds: bool, row: Mapping[str, str], wrong: str) -> None:
    if not holds:
        raise SystemExit(f"{' | '.join(cell for cell in row.values() if cell)}: {wrong}")
