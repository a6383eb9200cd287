"""The compare step: contrasts of several studies -> one meta table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from myosieve import files, schema
from myosieve.compare.members import Member, one_row_per_accession
from myosieve.compare.meta import meta_table
from myosieve.compare.orthologs import to_human
from myosieve.errors import InputError
from myosieve.knowledge import GENES
from myosieve.provenance import Summary


def compare(
    members: Mapping[str, Path],
    out: Path,
    fdr: float = 0.05,
    organisms: Mapping[str, str] | None = None,
    knowledge: Path | None = None,
) -> Summary:
    """Join the members by accession, pool their fold changes, and write one row per accession.

    Parameters
    ----------
    members
        `study.contrast` -> differential.tsv of that study; the columns of the members follow this order.
    out
        Where the table (`COMPARISON`) goes.
    fdr
        False discovery rate at which a member counts as significant in `concordance`.
    organisms
        Organism of each member; human where it is not told. Where they differ, members meet at the human ortholog.
    knowledge
        Folder with genes.tsv.gz, needed where organisms differ; default: what ships.

    Raises
    ------
    InputError
        Fewer than two members, a member not named study.contrast, a missing file, a contrast that is not in its file, an
        organism of no member or without genes.
    """
    if not 0 < fdr < 1:
        raise InputError(f"the false discovery rate is {fdr:g}", "fdr", "give a number between 0 and 1, as 0.05")
    if len(members) < 2:
        raise InputError(
            f"{len(members)} contrast is given" if members else "no contrast is given",
            "compare",
            "name at least two contrasts, each as study.contrast",
        )
    of = _organisms(members, organisms or {})
    orthologs = {}
    if len(set(of.values())) > 1:
        path = Path(knowledge or files.shipped("knowledge")) / "genes.tsv.gz"
        genes = files.read_table(path, GENES)
        if unknown := set(of.values()) - set(genes["organism"]):
            raise InputError(f"no genes of {min(unknown)!r} are known", path, "compare studies of one organism")
        orthologs = to_human(genes, of)
    read = _read(members, orthologs)
    table = meta_table(read, fdr)
    files.write_table(out, table)
    return Summary(
        methods=_methods(table, list(members), fdr) + _on_orthologs(of),
        warnings=list(_warnings(table, read)),
        counts=_counts(table, read),
    )


def _organisms(members: Mapping[str, Path], told: Mapping[str, str]) -> dict[str, str]:
    if strangers := [name for name in told if name not in members]:
        raise InputError(
            f"organism of {strangers[0]!r}, which is no member", "compare", f"members: {', '.join(members)}"
        )
    return {name: told.get(name, "human") for name in members}


def _read(members: Mapping[str, Path], orthologs: Mapping[str, Mapping[str, str]]) -> dict[str, Member]:
    for name in members:
        if not all(name.partition(".")):
            raise InputError(f"member {name!r} is no study.contrast", "compare", "write it as eps_24h.eps_vs_rest")
    tables = {path: files.read_table(path, schema.DIFFERENTIAL) for path in dict.fromkeys(members.values())}
    return {
        name: one_row_per_accession(_contrast(tables[path], name, path), orthologs.get(name))
        for name, path in members.items()
    }


def _contrast(table: pd.DataFrame, member: str, path: Path) -> pd.DataFrame:
    contrast = member.partition(".")[2]
    rows = table[table["contrast"] == contrast]
    if rows.empty:
        there = ", ".join(table["contrast"].dropna().unique()) or "none"
        raise InputError(f"contrast {contrast!r} of {member!r} is not there", path, f"contrasts there: {there}")
    return rows


# ---- saying --------------------------------------------------------------------------------------------------------


def _methods(table: pd.DataFrame, names: list[str], fdr: float) -> list[str]:
    methods = [
        (
            f"{len(names)} contrasts ({', '.join(names)}) were joined by leading accession without isoform suffix; a protein "
            f"is shared, opposite or specific by each contrast's own q-value (at most {fdr:g}) and sign."
        )
    ]
    tests = set(table["test"])
    ways = []
    if "z" in tests:
        ways.append("with a normal z statistic where two contrasts have an estimate")
    if "hartung_knapp_t" in tests:
        ways.append(
            "where three or more have one, with the Hartung-Knapp-Sidik-Jonkman standard error, never below the "
            "DerSimonian-Laird one, on k-1 degrees of freedom (Hartung & Knapp 2001, Stat Med 20:3875; Sidik & Jonkman 2002, "
            "Stat Med 21:3153; Röver, Knapp & Friede 2015, BMC Med Res Methodol 15:99)"
        )
    if ways:
        methods.append(
            "Log2 fold changes were pooled by random-effects meta-analysis (DerSimonian & Laird 1986, Control Clin Trials "
            f"7:177), {' and '.join(ways)}; p-values of the pooled fold changes were adjusted together (Benjamini & Hochberg "
            "1995)."
        )
    return methods


def _on_orthologs(organisms: Mapping[str, str]) -> list[str]:
    others = sorted(set(organisms.values()) - {"human"})
    if len(set(organisms.values())) < 2:
        return []
    told = f"Accessions of {' and '.join(others)} gave way to those of the human ortholog by HGNC, where there is a clear one"
    return [f"{told}; the others stay under their own."]


def _warnings(table: pd.DataFrame, members: Mapping[str, Member]) -> Iterator[str]:
    studies = defaultdict(list)
    for name in members:
        studies[name.partition(".")[0]].append(name)
    for study, names in studies.items():
        if len(names) > 1:
            yield (
                f"{', '.join(names)} are contrasts of one study ({study}): where they share samples they are not "
                "independent, and their pooled standard errors and p-values are wrong (too small if they share the control)"
            )
    for name, member in members.items():
        if member.set_aside:
            yield (
                f"{name}: {member.set_aside} protein groups were set aside for another group of the same accession (seen in "
                "more samples, or in as many with a smaller p-value)"
            )
        if member.nameless:
            yield f"{name}: {member.nameless} protein groups have no accession and could not be compared"
    pooled = set(table["test"]) - {"none"}
    if not pooled:
        yield (
            "no accession has an estimate in two members, so nothing was pooled: look whether the studies are of one species "
            "and name proteins by the same kind of accession"
        )
    if "z" in pooled:
        yield (
            "pooled p-values of proteins in two members take their standard errors as known: with few samples per study they "
            "are too small; read them together with concordance and p_heterogeneity"
        )
    if len(pooled) > 1:
        yield (
            "pooled p-values of proteins in two members (z) and in more (t with few degrees of freedom) are not on one "
            "footing: a protein in all members may rank behind one in two; compare within the same n_members"
        )


def _counts(table: pd.DataFrame, members: Mapping[str, Member]) -> dict[str, int | float | str]:
    counts: dict[str, int | float | str] = {}
    for name, member in members.items():
        counts[f"{name}: accessions"] = len(member.rows)
        counts[f"{name}: protein groups set aside"] = member.set_aside
        counts[f"{name}: protein groups without accession"] = member.nameless
        if member.mapped is not None:
            counts[f"{name}: accessions joined by human ortholog"] = member.mapped
            counts[f"{name}: accessions without human ortholog"] = member.alone
    for number in range(len(members) + 1):
        counts[f"accessions with an estimate in {number} members"] = int((table["n_members"] == number).sum())
    for word in ("shared up", "shared down", "opposite", "specific", "none"):
        counts[f"concordance: {word}"] = int((table["concordance"] == word).sum())
    return counts
