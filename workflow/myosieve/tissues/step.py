"""Step: the user's tissue atlases -> tissues.tsv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.knowledge import GENES, ORGANS
from myosieve.provenance import Summary
from myosieve.tissues.atlas import PLASMA_IMMUNOASSAY, PLASMA_MS, RNA, Atlas
from myosieve.tissues.formats import read_atlas
from myosieve.tissues.matching import gathered, match, names_of
from myosieve.tissues.organs import Organ, organ_of, organ_rows, vocabulary

ORTHOLOGY = "human expression by orthology"
PLASMA_ORGAN = "plasma"


def tissues(expression: Sequence[Path], organism: str, knowledge: Path, out: Path) -> Summary:
    """Bring atlases of tissue expression to one table, and write it.

    Parameters
    ----------
    expression
        Files, each in a format of `formats.read_atlas`; their order is kept, and the first that knows a protein counts later.
    organism
        human, mouse or rat: whose accessions are wanted.
    knowledge
        Folder with genes.tsv.gz and organs.tsv.
    out
        Where tissues.tsv goes.

    Raises
    ------
    InputError
        A file is missing or of no known format, the same file is given twice, or none of a file's genes is known.
    """
    if not expression:
        raise InputError("no atlas is given", "knowledge.expression", "give at least one file, or leave this step out")
    genes = files.read_table(Path(knowledge) / "genes.tsv.gz", GENES)
    organs = vocabulary(files.read_table(Path(knowledge) / "organs.tsv", ORGANS))
    sources = _source_names(list(map(Path, expression)))
    symbols = names_of(genes, organism)
    summary = Summary()
    tables = []
    for path, name in zip(expression, sources, strict=True):
        atlas = read_atlas(path)
        rows = _rows(atlas, name, genes, organism, organs, summary)
        tables.append(rows.assign(organism=organism, gene=rows["accession"].map(symbols)))
    table = pd.concat(tables, ignore_index=True)
    summary.counts["proteins with a tissue or a plasma concentration"] = table["accession"].nunique()
    files.write_table(out, schema.TISSUES.arrange(table))
    return summary


def _source_names(paths: list[Path]) -> list[str]:
    """Return a name for each file: its own, or its path where two files have the same."""
    for place, path in enumerate(paths):
        if path in paths[:place]:
            raise InputError("the file is given twice", path, "name each atlas once under knowledge.expression")
    names = [path.name for path in paths]
    return [path.as_posix() if names.count(path.name) > 1 else path.name for path in paths]


def _rows(
    atlas: Atlas, name: str, genes: pd.DataFrame, organism: str, organs: Mapping[str, Organ], summary: Summary
) -> pd.DataFrame:
    """Return the rows of one atlas, and say in the summary what became of its genes and tissues."""
    matched = match(atlas.keys, genes, organism)
    if matched.pairs.empty:
        raise InputError(
            f"none of its {matched.n_rows} genes is a known protein of {organism}",
            atlas.path,
            "give human Ensembl ids, UniProt accessions or official gene symbols",
        )
    accessions = sorted(matched.pairs["accession"].unique())
    values = gathered(atlas.expression, matched.pairs, accessions)
    rows = organ_rows(values, organs, atlas.complete).assign(kind=RNA, unit=atlas.unit or None)
    rows = pd.concat([rows, *_plasma(atlas, matched.pairs, accessions)], ignore_index=True)
    own = matched.pairs.loc[~matched.pairs["orthology"], "accession"]
    plain_source = f"{atlas.kind}: {name}"
    direct = rows["accession"].isin(set(own))
    rows["source"] = np.where(direct, plain_source, f"{ORTHOLOGY}; {plain_source}")
    others = sorted(tissue for tissue in atlas.expression.columns if not organ_of(tissue, organs).listed)
    _say(summary, atlas, name, matched.n_rows, matched.n_unmatched, len(accessions), others, organism)
    return rows.sort_values(["accession", "kind", "organ"], kind="stable", ignore_index=True)


def _plasma(atlas: Atlas, pairs: pd.DataFrame, accessions: list[str]) -> list[pd.DataFrame]:
    tables = []
    for kind in (PLASMA_MS, PLASMA_IMMUNOASSAY):
        if kind in atlas.plasma:
            amounts = gathered(atlas.plasma[[kind]], pairs, accessions)[kind].dropna()
            block = pd.DataFrame({"accession": amounts.index, "value": amounts.to_numpy()})
            tables.append(block.assign(kind=kind, organ=PLASMA_ORGAN, tissues="blood", proxy="no", unit="pg/L"))
    return [table for table in tables if len(table)]


def _say(
    summary: Summary,
    atlas: Atlas,
    name: str,
    n_rows: int,
    n_unmatched: int,
    n_proteins: int,
    others: list[str],
    organism: str,
) -> None:
    counts = summary.counts
    counts[f"{name}: genes"] = n_rows
    counts[f"{name}: genes without a known protein of {organism}"] = n_unmatched
    counts[f"{name}: proteins"] = n_proteins
    counts[f"{name}: tissues"] = atlas.expression.shape[1]
    if others:
        counts[f"{name}: tissues that are organs of their own, being in no list"] = ", ".join(others)
    unit = atlas.unit or "a unit that the file does not tell"
    carried = f", carried over to {organism} by orthology where its genes are human" if organism != "human" else ""
    if atlas.expression.shape[1]:
        summary.methods.append(
            f"Expression in organs is from {atlas.kind} ({name}, {atlas.expression.shape[1]} tissues, {unit}){carried}; an "
            "organ has the value of its highest tissue."
        )
    if not atlas.complete and atlas.expression.shape[1]:
        summary.warnings.append(
            f"{name} names only the tissues that a gene is specific to: other tissues are unknown there, not empty, and no "
            "ranks are given"
        )
    if len(atlas.plasma.columns):
        summary.methods.append(f"Plasma concentrations are from {atlas.kind} ({name}){carried}.")
