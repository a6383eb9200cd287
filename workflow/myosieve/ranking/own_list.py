"""A lab's own list of myokines: read, its names resolved to accessions, matched with protein groups.

Gene symbols are what people write and what goes wrong: HGF is an alias of IL6 and the symbol of another protein, CDF an
alias of both IL6 and LIF. Official symbols win, and a name that stands for several genes is reported, never guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from myosieve import files
from myosieve.errors import InputError
from myosieve.knowledge import ALIASES, GENES
from myosieve.provenance import Summary
from myosieve.secretome.accessions import canonical, exploded
from myosieve.tables.decoding import read_text
from myosieve.tables.source import Table, open_sources
from myosieve.tables.text import read_table_text
from myosieve.tables.workbook import is_workbook

COLUMNS = ("accession", "gene", "name", "source")
# UniProt's published pattern of accessions.
_ACCESSION = re.compile(r"[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9]([A-Z][A-Z0-9]{2}[0-9]){1,2}")
_NAMED = 20


@dataclass(frozen=True)
class Resolved:
    """What a list's entries lead to.

    Attributes
    ----------
    proteins
        `accession` (canonical, of the study's organism) and `label` (the entry's name, or 'yes'), each pair once.
    unknown
        Names that lead to no protein of the organism, in the order of the list.
    ambiguous
        Names that stand for several genes, with these genes.
    """

    proteins: pd.DataFrame
    unknown: list[str] = field(default_factory=list)
    ambiguous: dict[str, list[str]] = field(default_factory=dict)


def read_own_list(path: Path | str) -> pd.DataFrame:
    """Read a list of myokines.

    Parameters
    ----------
    path
        A table (text or workbook) with a column `accession` or `gene`, and perhaps `name` and `source`; or a plain list, one
        accession or gene symbol per line, with or without such a heading.

    Returns
    -------
    DataFrame with `COLUMNS` as text ('' where missing), one row per entry in the order of the file.

    Raises
    ------
    InputError
        The file is missing or no table, names no accession and no gene, or has no entry.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("the file does not exist", path, "give the path of a list of accessions or gene symbols")
    workbook = is_workbook(path)
    lines = [] if workbook else [line.strip(' \t"') for line in read_text(path)[0].split("\n") if line.strip(' \t"')]
    if lines and not any(mark in line for line in lines for mark in "\t,;"):
        entries = _plain(lines)
    elif workbook:
        entries = _table(open_sources(path)[0].table(typed=True), path)
    else:
        entries = _table(read_table_text(path, typed=True), path)
    entries = entries[(entries["accession"] != "") | (entries["gene"] != "")].reset_index(drop=True)
    if entries.empty:
        raise InputError("the list has no entry", path, "give an accession or a gene symbol in each row")
    return entries


def _plain(lines: list[str]) -> pd.DataFrame:
    """Return the entries of a list of one name per line; a first line `accession` or `gene` is its heading."""
    named = lines[1:] if lines[0].lower() in ("accession", "gene") else lines
    is_accession = [bool(_ACCESSION.fullmatch(canonical(line))) for line in named]
    cells = [
        (line, "", "", "") if known else ("", line, "", "") for line, known in zip(named, is_accession, strict=True)
    ]
    return pd.DataFrame(cells, columns=list(COLUMNS), dtype=object)


def _table(table: Table, path: Path) -> pd.DataFrame:
    places = {name.strip().lower(): place for place, name in reversed(list(enumerate(table.header)))}
    if not {"accession", "gene"} & places.keys():
        there = ", ".join(name for name in table.header if name) or "none"
        raise InputError(
            "column 'accession' or 'gene' is missing", path, f"name one of the columns so (there: {there})"
        )
    cells = table.columns(range(len(table.header))).apply(lambda column: column.str.strip())
    return pd.DataFrame({name: cells[places[name]] if name in places else "" for name in COLUMNS}, index=cells.index)


def read_names(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the shipped genes and aliases of all organisms."""
    return (
        files.read_table(folder / "genes.tsv.gz", GENES),
        files.read_table(folder / "aliases.tsv.gz", ALIASES),
    )


def resolve(entries: pd.DataFrame, genes: pd.DataFrame, aliases: pd.DataFrame, organism: str) -> Resolved:
    """Return the accessions that the entries of a list mean.

    An accession is taken as it stands, unless it is known to be another organism's. A gene is looked up, whatever its case,
    among the official symbols of the organism, then among its aliases; in mouse and rat then among human symbols and aliases,
    which lead to the ortholog. A name that stands for several genes, and one that is not found, lead to nothing.

    Parameters
    ----------
    entries
        As `read_own_list`.
    genes, aliases
        Rows of `GENES` and `ALIASES`, of all organisms.
    organism
        The study's organism; one without genes knows no names.
    """
    names = _Names.build(genes, aliases, organism)
    strangers = set(genes.loc[genes["organism"] != organism, "accession"])
    own = set(genes.loc[genes["organism"] == organism, "accession"])
    pairs: list[tuple[str, str]] = []
    unknown: list[str] = []
    ambiguous: dict[str, list[str]] = {}
    for accession, gene, name in zip(entries["accession"], entries["gene"], entries["name"], strict=True):
        if accession:
            plain = [canonical(one.strip()) for one in accession.split(";") if one.strip()]
            found = [one for one in plain if one in own or one not in strangers]
        else:
            found, several = names.look_up(gene)
            if several:
                ambiguous[gene] = several
                continue
        if not found:
            unknown.append(accession or gene)
        pairs += [(one, name or "yes") for one in found]
    proteins = pd.DataFrame(pairs, columns=["accession", "label"], dtype=object).drop_duplicates(ignore_index=True)
    return Resolved(proteins, list(dict.fromkeys(unknown)), ambiguous)


def match_own_list(accessions: pd.Series, proteins: pd.DataFrame) -> list[str]:
    """Return the labels of the list's entries that are in each protein group, separated by '; '; '' where none is.

    Parameters
    ----------
    accessions
        Majority accessions of each group, separated by ';'.
    proteins
        `Resolved.proteins`.
    """
    hits = exploded(accessions).merge(proteins, on="accession", how="inner").sort_values("row", kind="stable")
    found = {row: "; ".join(dict.fromkeys(block["label"])) for row, block in hits.groupby("row")}
    return [found.get(row, "") for row in range(len(accessions))]


@dataclass(frozen=True)
class Told:
    """What the summary of the ranking says of the list; nothing without a list."""

    methods: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    counts: dict[str, int | float | str] = field(default_factory=dict)

    def added_to(self, summary: Summary) -> Summary:
        """Return the summary with these sentences and counts behind its own."""
        return replace(
            summary,
            methods=[*summary.methods, *self.methods],
            warnings=[*summary.warnings, *self.warnings],
            counts={**summary.counts, **self.counts},
        )


def own_listed(accessions: pd.Series, path: Path | None, folder: Path, organism: str) -> tuple[list[str], Told]:
    """Read the list, if there is one, and match it with the protein groups.

    Parameters
    ----------
    accessions
        Majority accessions of each group, separated by ';'.
    path
        The list, or None.
    folder
        Folder with genes.tsv.gz and aliases.tsv.gz.
    organism
        The study's organism.

    Returns
    -------
    The column `own_list` in the order of `accessions`, and what is to be said of the list.
    """
    if path is None:
        return [""] * len(accessions), Told()
    entries = read_own_list(path)
    resolved = resolve(entries, *read_names(folder), organism)
    labels = match_own_list(accessions, resolved.proteins)
    name = Path(path).name
    told = Told(
        methods=[
            f"The lab's own list of myokines ({name}, {len(entries)} entries) was matched by accession and not scored."
        ],
        warnings=list(_warnings(resolved, name, organism)),
        counts={
            "own list: entries": len(entries),
            "own list: accessions": resolved.proteins["accession"].nunique(),
            "own list: protein groups": sum(label != "" for label in labels),
        },
    )
    return labels, told


def _warnings(resolved: Resolved, name: str, organism: str) -> Iterator[str]:
    if resolved.ambiguous:
        told = [f"{alias} ({' or '.join(genes)})" for alias, genes in resolved.ambiguous.items()]
        yield f"{name}: ambiguous names were not mapped: {_some(told)}; write the official symbol or an accession"
    if resolved.unknown:
        yield f"{name}: not mapped, since no {organism} protein is known by it: {_some(resolved.unknown)}"


def _some(names: list[str]) -> str:
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + rest


@dataclass(frozen=True)
class _Names:
    """The names of an organism's genes and of the human ones, in lower case, each with the symbols or accessions it means."""

    symbols: dict[str, dict[str, list[str]]]
    aliases: dict[str, set[str]]
    human_symbols: dict[str, dict[str, list[str]]]
    human_aliases: dict[str, set[str]]

    @classmethod
    def build(cls, genes: pd.DataFrame, aliases: pd.DataFrame, organism: str) -> _Names:
        known = genes.dropna(subset=["gene"])
        own, human = known[known["organism"] == organism], known[known["organism"] == "human"]
        # What a human symbol means here: the accessions whose ortholog carries it. Human studies need no second look.
        linked = genes[(genes["organism"] == organism) & (organism != "human")].dropna(subset=["human_accession"])
        linked = linked[["accession", "human_accession"]].merge(
            human[["accession", "gene"]], left_on="human_accession", right_on="accession", suffixes=("", "_human")
        )
        all_human = human["gene"] if organism != "human" else []
        return cls(
            _by_symbol(own["gene"], own["accession"]),
            _by_alias(aliases[aliases["organism"] == organism]),
            _by_symbol(linked["gene"], linked["accession"], all_human),
            _by_alias(aliases[(aliases["organism"] == "human") & (organism != "human")]),
        )

    def look_up(self, name: str) -> tuple[list[str], list[str]]:
        """Return the accessions that a name means, and the genes that it may mean where these are several."""
        for symbols, aliases in ((self.symbols, self.aliases), (self.human_symbols, self.human_aliases)):
            if (spelled := symbols.get(name.lower())) is not None:
                # "Il6" and "IL6" are one gene's; of two spellings that both are symbols, the exact one is meant.
                chosen = [name] if name in spelled else list(spelled)
                return (spelled[chosen[0]], []) if len(chosen) == 1 else ([], sorted(chosen))
            meant = aliases.get(name.lower(), set())
            if len(meant) > 1:
                return [], sorted(meant)
            if meant:
                (gene,) = meant
                return symbols.get(gene.lower(), {}).get(gene, []), []
        return [], []


def _by_symbol(
    symbols: Iterable[str], accessions: Iterable[str], also: Iterable[str] = ()
) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for symbol, accession in zip(symbols, accessions, strict=True):
        found[symbol.lower()].setdefault(symbol, []).append(accession)
    for symbol in also:
        found[symbol.lower()].setdefault(symbol, [])
    return dict(found)


def _by_alias(rows: pd.DataFrame) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for alias, genes in zip(rows["alias"], rows["gene"], strict=True):
        found[alias.lower()].update(genes.split(";"))
    return dict(found)
