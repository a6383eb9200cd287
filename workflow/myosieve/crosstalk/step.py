"""Step: candidates, receptors, tissues and pathways -> crosstalk.tsv, and the pathways and facts of the study."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from myosieve import files, schema
from myosieve.crosstalk.expression import RNA, receptor_expression
from myosieve.crosstalk.facts import study_facts
from myosieve.crosstalk.organs import BY_EXPRESSION
from myosieve.crosstalk.pathways import pathways_of, study_pathways
from myosieve.crosstalk.receptors import with_receptors
from myosieve.crosstalk.table import crosstalk_rows
from myosieve.knowledge import MYOKINE_FACTS, MYOKINES, ORGANS, PATHWAYS
from myosieve.provenance import Summary
from myosieve.ranking.knowledge import read_receptors
from myosieve.secretome.accessions import targets as accessions_of
from myosieve.tissues.organs import vocabulary

_SHOWN = ["contrast", "rank", "gene", "accession", "protein_group", "direction", "log2fc", "secretion_class", "known_myokine",
          "target_organs"]  # fmt: skip


def crosstalk(
    candidates: Path,
    proteins: Path,
    settings: Mapping[str, Any],
    knowledge: Path,
    out: Path,
    pathways_out: Path,
    tissues: Path | None = None,
    facts_out: Path | None = None,
) -> Summary:
    """Say for each candidate which receptors it has and which organs it may reach through them, and write the tables.

    Parameters
    ----------
    candidates, proteins
        candidates.tsv and proteins.tsv of `quantify`.
    settings
        `organism`, and `crosstalk` with `top` (ranked candidates of each contrast) and `min_expression`.
    knowledge
        Folder with receptors.tsv, myokines.tsv, organs.tsv and pathways.tsv, and myokine_facts.tsv for `facts_out`.
    out, pathways_out
        Where crosstalk.tsv and the study's pathways go.
    tissues
        tissues.tsv; without it the organs come from literature alone.
    facts_out
        Where to write what is known of the detected myokines, if anywhere.

    Raises
    ------
    InputError
        A file is missing or no such table.
    """
    organism, chosen = settings["organism"], settings["crosstalk"]
    knowledge = Path(knowledge)
    ranked = files.read_table(candidates, schema.CANDIDATES)
    groups = files.read_table(proteins, schema.QUANTIFIED)
    accessions = pd.Series(accessions_of(groups).to_numpy(), index=groups["protein_group"])
    receptors = read_receptors(knowledge, organism)
    organs = vocabulary(files.read_table(knowledge / "organs.tsv", ORGANS))
    atlas = None if tissues is None else files.read_table(tissues, schema.TISSUES)
    groups = groups.assign(accessions=accessions.to_numpy())
    edges = _edges(groups, knowledge, organism)
    facts = None if facts_out is None else _facts(groups, knowledge, organism)

    best = _best(ranked, chosen["top"])
    pairs = with_receptors(best, accessions, receptors)
    expression = None if atlas is None else receptor_expression(pairs["receptor_accession"].dropna(), atlas)
    rows = crosstalk_rows(pairs, expression, organs, chosen["min_expression"])
    rows["pathway"] = rows["protein_group"].map(pathways_of(edges))
    table = schema.CROSSTALK.arrange(rows[schema.CROSSTALK.names])
    files.write_table(out, table)
    files.write_table(pathways_out, schema.STUDY_PATHWAYS.arrange(edges))
    summary = _summary(table, edges, atlas, receptors, settings)
    if facts is not None:
        files.write_table(facts_out, schema.STUDY_FACTS.arrange(facts))
        summary.counts["detected myokines with known facts"] = facts["accession_human"].nunique()
    return summary


def _best(ranked: pd.DataFrame, top: int) -> pd.DataFrame:
    """Return the first ranked candidates of each contrast, contrasts in the order of the file."""
    kept = ranked.loc[ranked["rank"].notna(), _SHOWN]
    blocks = [block.nsmallest(top, "rank", keep="first") for _, block in kept.groupby("contrast", sort=False)]
    return pd.concat(blocks, ignore_index=True) if blocks else kept


def _edges(groups: pd.DataFrame, knowledge: Path, organism: str) -> pd.DataFrame:
    myokines = files.read_table(knowledge / "myokines.tsv", MYOKINES)
    return study_pathways(groups, files.read_table(knowledge / "pathways.tsv", PATHWAYS), myokines, organism)


def _facts(groups: pd.DataFrame, knowledge: Path, organism: str) -> pd.DataFrame:
    myokines = files.read_table(knowledge / "myokines.tsv", MYOKINES)
    return study_facts(groups, files.read_table(knowledge / "myokine_facts.tsv", MYOKINE_FACTS), myokines, organism)


def _summary(
    table: pd.DataFrame,
    edges: pd.DataFrame,
    atlas: pd.DataFrame | None,
    receptors: pd.DataFrame,
    settings: Mapping[str, Any],
) -> Summary:
    chosen = settings["crosstalk"]
    summary = Summary()
    for contrast, block in table.groupby("contrast", sort=False):
        known = block[block["receptor_gene"].notna()]
        reached = block[block["organ_source"] == BY_EXPRESSION]
        summary.counts[f"{contrast}: candidates"] = block["protein_group"].nunique()
        summary.counts[f"{contrast}: candidates with a receptor"] = known["protein_group"].nunique()
        summary.counts[f"{contrast}: candidates with a receptor that an organ expresses"] = reached[
            "protein_group"
        ].nunique()
    summary.counts["pathways of detected myokines"] = edges["pathway"].nunique()
    summary.methods.append(
        f"Receptors of the first {chosen['top']} candidates of each contrast are those of the shipped ligand-receptor pairs, "
        "matched by accession; resources copy each other, so that curated pairs come first."
    )
    summary.methods.append(_organs_in_words(atlas, chosen["min_expression"]))
    if receptors.empty:
        summary.warnings.append(f"no receptors are known for {settings['organism']}: crosstalk names none")
    return summary


def _organs_in_words(atlas: pd.DataFrame | None, minimum: float) -> str:
    named = "what literature names for the known myokine"
    if atlas is None:
        return f"Target organs are {named}; receptor expression was not given (knowledge.expression)."
    sources = sorted(atlas.loc[atlas["kind"] == RNA, "source"].dropna().unique())
    return (
        "Target organs are those in which the receptor's mRNA (of a complex, that of its least expressed subunit) is at least "
        f"{minimum:g} in {', '.join(sources) or 'no atlas'}, and {named}. mRNA of a receptor is no proof that the organ "
        "answers."
    )
