"""Stages `evidence` and `annotate`: sequence features, files of predictors, UniProt and knowledge -> secretion classes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from myosieve import files, provenance, schema
from myosieve.errors import InputError
from myosieve.evidence import calls, formats, groups, matching, precedence, sources
from myosieve.evidence.precedence import EMBEDDED, GENE_ONTOLOGY, Precedence
from myosieve.evidence.uniprot.step import CITATION as UNIPROT_CITATION
from myosieve.evidence.uniprot.step import uniprot as looked_up
from myosieve.knowledge import EXTRACELLULAR
from myosieve.progress import on_terminal
from myosieve.sequence.step import features as sequence_features


@dataclass(frozen=True)
class Inputs:
    """What is known beside the sequences.

    Attributes
    ----------
    given
        Files with the name of their tool (one of `sources.NAMES`), or "" to tell it from the content; those of one name are
        parts of one result.
    uniprot
        What `myosieve uniprot` wrote, if anything. Unlike a table of UniProt among `given`, it may have none of the proteins.
    knowledge
        Folder with `extracellular.tsv`.
    """

    given: Sequence[tuple[str, Path]]
    uniprot: Path | None
    knowledge: Path


def evidence(
    proteins: Path, sequence: Path | None, inputs: Inputs, settings: Mapping[str, Any], out: Path, evidence_out: Path
) -> provenance.Summary:
    """Write one secretion class per protein group, and the evidence behind it.

    Parameters
    ----------
    proteins
        Table with the columns of `schema.PROTEINS`.
    sequence
        `schema.FEATURES`, or None: then signal peptides and helices are known from other sources only.
    inputs
        The other sources.
    settings
        Key evidence.precedence.
    out, evidence_out
        Where `schema.ANNOTATION` and `schema.EVIDENCE` go; neither is written if anything fails.
    """
    listed = files.read_table(proteins, schema.PROTEINS)
    features = (
        pd.DataFrame(columns=schema.FEATURES.names) if sequence is None else files.read_table(sequence, schema.FEATURES)
    )
    annotation, rows, summary = _annotated(listed, features, inputs, _order(settings))
    lacking = int((annotation["er_motif"] == "unknown").sum())
    summary.counts["protein groups without a sequence"] = lacking
    if sequence is None and not inputs.given and inputs.uniprot is None:
        summary.warnings.append("no FASTA and no predictor result: every signal peptide and helix call is unknown")
    elif sequence is not None and 2 * lacking > len(annotation):
        first = annotation.loc[annotation["er_motif"] == "unknown", "accession"].iloc[0]
        summary.warnings.append(
            f"{lacking} of {len(annotation)} protein groups have no sequence in the FASTA files (as {first}): "
            "give the FASTA that the search used"
        )
    with files.writing(out) as aside:
        files.write_table(aside, annotation)
        files.write_table(evidence_out, rows)
    return summary


def annotate(fasta: list[Path], inputs: Inputs, settings: Mapping[str, Any], out: Path) -> provenance.Summary:
    """Write features and secretion class of every FASTA entry.

    Parameters
    ----------
    fasta
        FASTA files of proteins.
    inputs, settings
        As in `evidence`.
    out
        Where `schema.ANNOTATED_FASTA` goes.
    """
    order = _order(settings)
    features, summary = sequence_features(fasta)
    entries = features.assign(protein_group=features["accession"], accessions=features["accession"])
    annotation, _, classes = _annotated(entries, features, inputs, order)
    table = annotation.drop(columns="protein_group").assign(length=features["length"], tm_score=features["tm_score"])
    files.write_table(out, schema.ANNOTATED_FASTA.arrange(table))
    summary.methods += classes.methods
    summary.warnings += classes.warnings
    summary.counts |= classes.counts
    return summary


def uniprot(
    proteins: Path | None, accessions: Path | None, fasta: list[Path], settings: Mapping[str, Any], out: Path
) -> provenance.Summary:
    """Write what UniProt says of proteins, from the cache or fetched into it.

    Parameters
    ----------
    proteins
        Table with the columns of `schema.PROTEINS`, if any.
    accessions
        Text with accessions separated by white space, if any.
    fasta
        FASTA files whose accessions are looked up, if any.
    settings
        Keys evidence.uniprot (mode), evidence.uniprot_cache (path), evidence.uniprot_url.
    out
        Where the snapshot goes.
    """
    chosen = settings["evidence"]
    if not chosen["uniprot_cache"]:
        raise InputError("no cache is named", "uniprot", "give its path with --cache; it is made where there is none")
    if proteins is None and accessions is None and not fasta:
        raise InputError("no proteins are named", "uniprot", "give --proteins, --accessions or --fasta")
    told = (chosen["uniprot"], Path(chosen["uniprot_cache"]), out, chosen["uniprot_url"])
    if accessions is None:
        return looked_up(proteins, fasta, *told)
    with tempfile.TemporaryDirectory() as folder:
        together = Path(folder) / "proteins.tsv"
        files.write_table(together, _listed(accessions, proteins))
        return looked_up(together, fasta, *told)


def _listed(accessions: Path, proteins: Path | None) -> pd.DataFrame:
    """Return `schema.PROTEINS` with one group per accession of a text, behind those of a table."""
    try:
        names = accessions.read_text(encoding="utf-8-sig").split()
    except (UnicodeDecodeError, OSError) as error:
        raise InputError(
            f"not readable ({error})", accessions, "give a text file of accessions, one per line"
        ) from None
    if not names:
        raise InputError("the file is empty", accessions, "give a text file of accessions, one per line")
    table = pd.DataFrame({"protein_group": names, "accession": names, "accessions": names})
    table = table.reindex(columns=schema.PROTEINS.names)
    before = [] if proteins is None else [files.read_table(proteins, schema.PROTEINS).astype(object)]
    return pd.concat([*before, table.astype(object)], ignore_index=True)


def _order(settings: Mapping[str, Any]) -> Precedence:
    listed = settings["evidence"]["precedence"]
    return precedence.read(listed or None, "evidence.precedence")


def _annotated(
    proteins: pd.DataFrame, features: pd.DataFrame, inputs: Inputs, order: Precedence
) -> tuple[pd.DataFrame, pd.DataFrame, provenance.Summary]:
    """Return annotation, evidence and summary of the groups in `proteins`."""
    summary = provenance.Summary()
    show = on_terminal("steps of annotation done", 4)
    features = features.fillna({"gene": "", "organism": "", "tm_segments": ""})
    everyone = (
        proteins["accession"].fillna("").tolist() + proteins["accessions"].fillna("").str.split(";").explode().tolist()
    )
    wanted = matching.every_alias(name.strip() for name in everyone if name.strip())
    features = features[features["accession"].isin(wanted)]
    found = _found(inputs, wanted, summary)
    show(1)
    known = files.read_table(Path(inputs.knowledge) / "extracellular.tsv", EXTRACELLULAR)
    known = known[known["accession"].isin(wanted)]
    rows = pd.concat(
        [
            table
            for table in (found.rows, calls.embedded_calls(features), calls.extracellular_calls(known))
            if len(table)
        ]
        or [pd.DataFrame(columns=list(sources.COLUMNS))],
        ignore_index=True,
    )
    facts = calls.collect(rows, features, order)
    show(2)
    annotation = groups.annotate(proteins, facts, {}, features, order)
    show(3)
    summary.counts["protein groups"] = len(annotation)
    summary.counts |= {f"class {name}": int(n) for name, n in annotation["secretion_class"].value_counts().items()}
    summary.counts["with conflicting sources"] = int((annotation["conflicts"] != "").sum())
    listed = groups.evidence_rows(proteins, rows)
    _count_groups(found, listed, len(annotation), summary)
    summary.methods.append(_methods(found.tools, set(rows["source"]), order))
    show(4)
    return annotation, listed, summary


def _found(inputs: Inputs, wanted: set[str], summary: provenance.Summary) -> sources.Calls:
    """Return the calls of the given files, and behind them those of the snapshot of UniProt."""
    results = sources.read(inputs.given)
    if inputs.uniprot is not None:
        results.append(sources.snapshot(inputs.uniprot, may_miss=True))
    found = sources.recognized(results, wanted)
    summary.counts |= found.counts
    summary.warnings += found.warnings
    return found


def _count_groups(found: sources.Calls, rows: pd.DataFrame, proteins: int, summary: provenance.Summary) -> None:
    """Count the protein groups with a call of each tool; warn where a tool that was run on everything has under half."""
    tool = rows["source"].map(calls.family)
    for name in found.tools:
        having = rows.loc[tool == name, "protein_group"].nunique()
        summary.counts[f"protein groups with a {name} result"] = having
        if name in found.scans and 2 * having < proteins:
            summary.warnings.append(
                f"{name} has a result for {having} of {proteins} protein groups only; the others rest on other sources"
            )


def _methods(tools: Sequence[str], took_part: set[str], order: Precedence) -> str:
    """Return what was resolved from what; only sources that took part are named."""
    cited = {name: format_.citation or "a table of the user's own" for name, format_ in formats.TOOLS.items()}
    cited[sources.UNIPROT] = f"UniProtKB ({UNIPROT_CITATION})"
    named = [cited[tool] for tool in tools] + ["the embedded predictors"] * (EMBEDDED in took_part)
    orders = [
        f"{' before '.join(present)} for {what}"
        for what, feature in (("signal peptides", "signal_peptide"), ("helices", "tm_helix"), ("GPI anchors", "gpi"))
        if len(present := [precedence.words(source) for source in order.order[feature] if source in took_part]) > 1
    ]
    ordered = f" Where sources differ, {'; '.join(orders)}." if orders else ""
    ontology = ""
    if GENE_ONTOLOGY in order.order["extracellular"]:
        named.append("Gene Ontology annotations")
        ontology = "; of these only experimental and curated ones made directly to extracellular region or space count"
    return (
        f"Secretion classes were resolved from {', '.join(named) or 'no source at all'}{ontology}. A helix that "
        "starts before residue 50 and shares at least five residues with the signal peptide was not counted, nor one that "
        f"is the signal for a GPI anchor.{ordered}"
    )
