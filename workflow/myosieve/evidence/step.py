"""Stages `evidence` and `annotate`: sequence features, predictor files and knowledge -> secretion classes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from myosieve import files, provenance, schema
from myosieve.errors import InputError
from myosieve.evidence import calls, groups, matching
from myosieve.evidence.tools import CITATIONS, COLUMNS, parse
from myosieve.knowledge import EXTRACELLULAR
from myosieve.sequence.step import features as sequence_features


def evidence(
    proteins: Path, sequence: Path | None, tools: dict[str, Path], out: Path, evidence_out: Path, knowledge: Path
) -> provenance.Summary:
    """Write one secretion class per protein group, and the evidence behind it.

    Parameters
    ----------
    proteins
        Table with the columns of `schema.PROTEINS`.
    sequence
        `schema.FEATURES`, or None: then signal peptides and helices are known from predictor files only.
    tools
        Result file of each predictor that was run elsewhere.
    out, evidence_out
        Where `schema.ANNOTATION` and `schema.EVIDENCE` go; neither is written if anything fails.
    knowledge
        Folder with `extracellular.tsv`.
    """
    listed = files.read_table(proteins, schema.PROTEINS)
    features = (
        pd.DataFrame(columns=schema.FEATURES.names) if sequence is None else files.read_table(sequence, schema.FEATURES)
    )
    annotation, rows, summary = _annotated(listed, features, tools, knowledge)
    lacking = int((annotation["er_motif"] == "unknown").sum())
    summary.counts["protein groups without a sequence"] = lacking
    if sequence is None and not tools:
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


def annotate(fasta: list[Path], tools: dict[str, Path], out: Path, knowledge: Path) -> provenance.Summary:
    """Write features and secretion class of every FASTA entry.

    Parameters
    ----------
    fasta
        FASTA files of proteins.
    tools, knowledge
        As in `evidence`.
    out
        Where `schema.ANNOTATED_FASTA` goes.
    """
    features, summary = sequence_features(fasta)
    entries = features.assign(protein_group=features["accession"], accessions=features["accession"])
    annotation, _, classes = _annotated(entries, features, tools, knowledge)
    table = annotation.drop(columns="protein_group").assign(length=features["length"], tm_score=features["tm_score"])
    files.write_table(out, schema.ANNOTATED_FASTA.arrange(table))
    summary.methods += classes.methods
    summary.warnings += classes.warnings
    summary.counts |= classes.counts
    return summary


def _annotated(
    proteins: pd.DataFrame, features: pd.DataFrame, given: Mapping[str, Path], knowledge: Path
) -> tuple[pd.DataFrame, pd.DataFrame, provenance.Summary]:
    """Return annotation, evidence and summary of the groups in `proteins`."""
    summary = provenance.Summary()
    features = features.fillna({"gene": "", "organism": "", "tm_segments": ""})
    everyone = (
        proteins["accession"].fillna("").tolist() + proteins["accessions"].fillna("").str.split(";").explode().tolist()
    )
    wanted = matching.every_alias(name.strip() for name in everyone if name.strip())
    features = features[features["accession"].isin(wanted)]
    results = [_tool_calls(tool, path, wanted, summary) for tool, path in given.items()]
    known = files.read_table(Path(knowledge) / "extracellular.tsv", EXTRACELLULAR)
    known = known[known["accession"].isin(wanted)]
    rows = pd.concat(
        [table for table in (*results, calls.embedded_calls(features), calls.extracellular_calls(known)) if len(table)]
        or [pd.DataFrame(columns=list(COLUMNS))],
        ignore_index=True,
    )
    facts = calls.collect(rows, features)
    kinds = known.groupby("accession")["evidence"].agg(calls.best_extracellular).to_dict()
    annotation = groups.annotate(proteins, facts, kinds, features)
    summary.counts["protein groups"] = len(annotation)
    summary.counts |= {f"class {name}": int(n) for name, n in annotation["secretion_class"].value_counts().items()}
    summary.counts["with conflicting sources"] = int((annotation["conflicts"] != "").sum())
    listed = groups.evidence_rows(proteins, rows)
    for tool in given:
        _warn_of_gaps(tool, listed, len(annotation), summary)
    summary.methods.append(_methods(given, not features.empty))
    return annotation, listed, summary


def _tool_calls(tool: str, path: Path, wanted: set[str], summary: provenance.Summary) -> pd.DataFrame:
    """Return a predictor's calls on the proteins of the study, by accession."""
    table = parse(tool, _text(path), path)
    matched = matching.assign(table, wanted)
    summary.counts[f"{tool} proteins in the file"] = table.index.nunique()
    summary.counts[f"{tool} proteins of this study"] = matched.calls["accession"].nunique()
    if matched.calls.empty:
        shown = repr(table["accession"].iloc[0][:60]) if len(table) else "no protein at all"
        raise InputError(
            f"no protein of the file is one of the study: the file has {shown}, the study {min(wanted, default='none')!r}",
            path,
            "run the predictor on the FASTA that the search used",
        )
    if matched.contradicted:
        summary.warnings.append(
            f"{tool} has more than one result for {len(matched.contradicted)} accessions (as {matched.contradicted[0]}); "
            "the first of each was used"
        )
    return matched.calls


def _warn_of_gaps(tool: str, rows: pd.DataFrame, proteins: int, summary: provenance.Summary) -> None:
    """Count the protein groups with a call of the tool, and warn where that is under half of them."""
    having = rows.loc[rows["source"] == tool, "protein_group"].nunique()
    summary.counts[f"protein groups with a {tool} result"] = having
    if 2 * having < proteins:
        summary.warnings.append(
            f"{tool} has a result for {having} of {proteins} protein groups only; the others rest on other sources"
        )


def _methods(given: Mapping[str, Path], embedded: bool) -> str:
    """Return what was resolved from what; only sources that took part are named."""
    named = [CITATIONS[tool] for tool in given] + ["the embedded sequence features"] * embedded
    took_part = {*given, *((calls.SIGNAL_PEPTIDE_SOURCE, calls.HELIX_SOURCE) if embedded else ())}
    orders = [
        f"{' before '.join(present)} for {what}"
        for what, order in (("signal peptides", calls.SIGNAL_PEPTIDE_ORDER), ("helices", calls.HELIX_ORDER))
        if len(present := [source for source in order if source in took_part]) > 1
    ]
    ordered = f" Where sources differ, {' and '.join(orders)}." if orders else ""
    return (
        f"Secretion classes were resolved from {', '.join([*named, 'Gene Ontology annotations'])}; only experimental and "
        "curated annotations made directly to extracellular region or space count. A helix that starts before residue 50 and "
        f"shares at least five residues with the signal peptide was not counted.{ordered}"
    )


def _text(path: Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        raise InputError("the file does not exist", path, "check the path") from None
    except OSError as error:
        raise InputError(f"not readable ({error.strerror})", path, "give a predictor's result file") from None
