"""The commands: `myosieve <command> ...`. Each reads files, runs one step and writes files, whole or not at all.

Exit status 0 = done, 2 = the user's input is wrong (one line on stderr), 1 = a bug (traceback).
"""

from __future__ import annotations

import argparse
import functools
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from myosieve import __version__, files, provenance, settings
from myosieve.errors import InputError

Step = Callable[[argparse.Namespace, dict[str, Any]], provenance.Summary]

# The settings that say how contrasts are tested.
_TEST_OPTIONS = (
    *("method", "robust", "legacy", "min_log2fc", "detection", "block", "sample_weights", "imputation"),
    "imputation_seed",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        _run(options)
    except InputError as error:
        print(f"myosieve {options.command}: {error}", file=sys.stderr)
        return 2
    return 0


def _run(options: argparse.Namespace) -> None:
    started = time.perf_counter()
    chosen = _settings(options)
    summary = options.step(options, chosen)
    if options.record is not None:
        inputs = [path for path in _paths(options, options.reads) if path.is_file()]
        provenance.write_record(options.record, options.command, summary, chosen, inputs, time.perf_counter() - started)
    for text in summary.warnings:
        print(f"myosieve {options.command}: warning: {text}", file=sys.stderr)


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    """Return the stage's settings: defaults, under the `--settings` file, under the options given one by one."""
    chosen = settings.stage_defaults(options.stage)
    if options.settings is not None:
        # What a slice says of its origin makes results stale, and is no setting.
        chosen |= {
            k: v for k, v in files.read_json(options.settings).items() if k not in ("inputs", "members", "organisms")
        }
    for key in options.overrides:
        # A dotted key lies deeper; its option has the last name of it.
        *above, last = key.split(".")
        value = getattr(options, last)
        if value is not None:
            place = functools.reduce(lambda inner, name: inner[name], above, chosen)
            place[last] = str(value) if isinstance(value, Path) else value
    settings.check_study(chosen, options.settings or "command line")
    return chosen


def _paths(options: argparse.Namespace, names: Sequence[str]) -> list[Path]:
    found: list[Path] = []
    for name in names:
        value = getattr(options, name)
        if isinstance(value, Mapping):
            found += value.values()
        elif name == "evidence":
            found += [path for _, path in value]
        elif isinstance(value, Path):
            found += sorted(value.glob("*.tsv*")) if value.is_dir() else [value]
        elif value is not None:
            found += value
    return found


# ---- the commands --------------------------------------------------------------------------------------------------


def _intake(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.tables.step import intake

    return intake(options.table, options.samples, chosen, options.out, fasta=options.fasta)


def _rollup(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.quant.rollup.step import rollup

    return rollup(options.intake, chosen, options.out, (options.part, options.parts))


def _quantify(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.quant.step import quantify

    return quantify(options.intake, chosen, options.out, options.rolled_up)


def _differential(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.differential.step import differential

    return differential(
        options.intensities, options.samples, chosen, options.out, proteins=options.proteins,
        precursors=options.precursors, estimates=options.estimates, log2=options.log2, f_tests=options.f_tests,
        imputed=options.imputed,
    )  # fmt: skip


def _sensitivity(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.differential.sensitivity_step import sensitivity

    return sensitivity(
        options.differential, options.log2, options.samples, options.proteins, chosen, options.out,
        estimates=options.estimates,
    )  # fmt: skip


def _sequence(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.sequence.step import sequence

    return sequence(options.fasta, options.out)


def _evidence(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.evidence.step import Inputs, evidence

    inputs = Inputs(options.evidence, options.uniprot, options.knowledge)
    return evidence(options.proteins, options.sequence, inputs, chosen, options.out, options.evidence_out)


def _annotate(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.evidence.step import Inputs, annotate

    inputs = Inputs(options.evidence, options.uniprot, options.knowledge)
    return annotate(options.fasta, inputs, chosen, options.out)


def _uniprot(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.evidence.step import uniprot

    return uniprot(options.proteins, options.accessions, options.fasta, chosen, options.out)


def _split_sequences(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.evidence.external_step import split_sequences

    return split_sequences(options.fasta, options.chunks, options.out)


def _predict(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.evidence.external_step import predict

    return predict(
        options.tool,
        options.sequences,
        options.command_line,
        options.out,
        options.options,
        options.mode,
        options.threads,
    )


def _leak_index(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.secretome.leak_index_step import leak_index

    return leak_index(options.quantified, options.samples, options.annotation, chosen, options.knowledge, options.out)


def _secretome(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.secretome.step import secretome

    return secretome(
        options.quantified, options.samples, options.annotation, chosen, options.knowledge, options.out,
        options.samples_out, precursors=options.precursors, fasta=options.fasta, serum_fasta=options.serum_fasta,
        differential=options.differential, leak_out=options.leak_out, leak_tests_out=options.leak_tests_out,
    )  # fmt: skip


def _shedding(options: argparse.Namespace, _: dict[str, Any]) -> provenance.Summary:
    from myosieve.secretome.shedding_step import shedding

    return shedding(
        options.precursors, options.proteins, options.annotation, options.fasta, options.out, options.samples,
        options.protease,
    )  # fmt: skip


def _tissues(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.tissues.step import tissues

    return tissues(options.expression, chosen["organism"], options.knowledge, options.out)


def _rank(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.ranking.step import rank

    return rank(
        options.differential, options.proteins, options.annotation, options.secretome, chosen, options.knowledge,
        options.out, intensities=options.intensities, samples=options.samples, leak=options.leak, shedding=options.shedding,
        tissues=options.tissues, panel=options.panel, own_list=options.own_list,
    )  # fmt: skip


def _crosstalk(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.crosstalk.step import crosstalk

    return crosstalk(
        options.candidates, options.proteins, chosen, options.knowledge, options.out, options.pathways_out,
        options.tissues, options.facts_out,
    )  # fmt: skip


def _validate(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.ranking.validation_step import validate

    return validate(
        options.candidates, options.differential, options.proteins, options.intensities, options.samples, chosen,
        options.knowledge, options.out, log2=options.log2, estimates=options.estimates,
    )  # fmt: skip


def _immunoassay(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.immunoassay.step import immunoassay

    return immunoassay(options.plate, options.panel, options.out)


def _agreement(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.immunoassay.step import agreement

    return agreement(options.assay, options.samples, options.differential, chosen, options.out)


def _compare(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.compare.step import compare

    return compare(options.member, options.out, chosen["fdr"], options.organism, options.knowledge)


def _report(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.report.step import report

    return report(
        study=options.study, candidates=options.candidates, differential=options.differential,
        annotation=options.annotation, samples_qc=options.samples_qc, sensitivity=options.sensitivity,
        validation=options.validation,
        quantified=options.quantified,
        samples=options.samples, provenance=options.provenance, settings=chosen, xlsx=options.xlsx, html=options.html,
        crosstalk=options.crosstalk, pathways=options.pathways, facts=options.facts, leak_tests=options.leak_tests,
        evidence=options.evidence, shedding=options.shedding,
    )  # fmt: skip


def _figures(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.report.figures_step import figures

    return figures(
        candidates=options.candidates, differential=options.differential, samples_qc=options.samples_qc,
        quantified=options.quantified, samples=options.samples, validation=options.validation,
        crosstalk=options.crosstalk, settings=chosen, out=options.out,
    )  # fmt: skip


def _dataset(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    from myosieve.report.dataset_step import dataset

    return dataset(
        options.quantified, options.samples, options.samples_qc, options.annotation, options.differential, options.out,
    )  # fmt: skip


def _provenance(options: argparse.Namespace, chosen: dict[str, Any]) -> provenance.Summary:
    files.write_json(options.out, provenance.collect(options.records, options.study))
    return provenance.Summary()


# ---- their options -------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="myosieve", description=__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"myosieve {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str, step: Step, stage: str = "", overrides: Sequence[str] = ()) -> _Command:
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument("--settings", type=Path, help="JSON with this stage's settings; options below win over it")
        added.add_argument("--record", type=Path, help="where to write what this step did, for provenance.json")
        added.set_defaults(step=step, stage=stage, overrides=tuple(overrides))
        return _Command(added)

    keys = settings.study_properties()
    knowledge = files.shipped("knowledge")

    c = command("intake", "Read a search engine's table against a sample sheet.", _intake, "tables",
                ("format", "quantity", "scale", "organism", "columns"))  # fmt: skip
    c.reads("--table", required=True, help="the search engine's table: proteins, precursors, or both")
    c.reads("--samples", required=True, help="the sample sheet")
    c.reads("--fasta", nargs="+", default=[], help="sequences: genes, names and species that the table lacks")
    c.option("--format", choices=keys["format"]["enum"], help="the search engine")
    c.option("--quantity", choices=keys["quantity"]["enum"], help="which intensities")
    c.option("--scale", choices=keys["scale"]["enum"], help="how the table writes its values")
    c.option("--organism", choices=keys["organism"]["enum"], help="species of the cells")
    c.option("--columns", action=_Pairs, metavar="WHAT=COLUMN",
             help=f"column of a generic table ({', '.join(keys['columns']['properties'])}); repeatable")  # fmt: skip
    c.option("--out", type=Path, required=True, help="folder for proteins, intensities, counts, precursors and samples")

    c = command("rollup", "Roll precursors up to protein groups, one part of them.", _rollup, "rollup", ("rollup",))
    c.reads("--intake", required=True, help="folder that `intake` wrote")
    c.option("--rollup", choices=keys["rollup"]["enum"], help="how")
    c.option("--part", type=int, default=1, help="which part of the protein groups, from 1")
    c.option("--parts", type=int, default=1, help="into how many parts they are divided")
    c.option("--out", type=Path, required=True, help="the part, as Parquet")

    c = command("quantify", "Roll up, align plexes, filter, normalize.", _quantify, "quant",
                ("rollup", "plex_correction", "normalization", "reference_proteins"))  # fmt: skip
    c.reads("--intake", required=True, help="folder that `intake` wrote")
    c.reads("--rolled-up", nargs="*", default=[], help="what `rollup` wrote of each part; without, it is done here")
    c.option("--rollup", choices=keys["rollup"]["enum"], help="how precursors make protein groups")
    c.option("--plex-correction", choices=keys["plex_correction"]["enum"], help="how isobaric plexes are aligned")
    c.option("--normalization", choices=keys["normalization"]["enum"], help="how samples are made comparable")
    c.option("--reference-proteins", nargs="+", metavar="ACCESSION", help="for --normalization reference")
    c.option("--out", type=Path, required=True, help="folder for the quantified tables")

    c = command("differential", "Test contrasts with moderated t statistics, and absences.", _differential,
                "differential", ("design", "design_matrix", "contrasts", "quantity", *_TEST_OPTIONS))  # fmt: skip
    c.reads("--intensities", help="log2 values: protein_group, then one column per sample")
    c.reads("--precursors", help="in place of the intensities: linear precursor intensities, to be rolled up")
    c.reads("--samples", required=True, help="sample sheet with the columns of the design")
    c.reads("--proteins", help="proteins.tsv of `quantify`: names, peptides, and which groups are excluded")
    c.reads("--estimates", help="estimates.parquet of `quantify`, for method dpc")
    c.reads("--log2", help="log2.tsv of `quantify`: how the estimates are to follow the normalization")
    c.option("--design", help="model formula, as '~ donor + condition'")
    c.reads("--design-matrix", help="a design matrix in place of the formula: sample, then coefficients")
    c.option("--contrast", dest="contrasts", action=_Pairs, metavar="NAME=EXPRESSION",
             help="linear expression over conditions; repeatable")  # fmt: skip
    c.option("--quantity", choices=keys["quantity"]["enum"], help="ratio: a contrast may be a condition alone")
    for name in _TEST_OPTIONS:
        c.setting(name, keys[name])
    c.option("--f-tests", type=Path, help="where to write the F test of all contrasts at once, if anywhere")
    c.option("--imputed", type=Path, help="where to write the imputed values, if anywhere")
    c.option("--out", type=Path, required=True, help="differential.tsv or .parquet")

    c = command(
        "sensitivity",
        "What the hits would be under other normalizations.",
        _sensitivity,
        "sensitivity",
        ("fdr", "design_matrix"),
    )
    c.reads("--differential", required=True, help="differential.tsv")
    c.reads("--log2", required=True, help="log2.tsv of `quantify`, before normalization")
    c.reads("--samples", required=True, help="sample sheet with the columns of the design")
    c.reads("--proteins", required=True, help="proteins.tsv of `quantify`")
    c.reads("--estimates", help="estimates.parquet of `quantify`, for method dpc")
    c.reads("--design-matrix", help="the design matrix of the study, where it has one")
    c.option("--fdr", type=float, help="false discovery rate that counts as a hit")
    c.option("--out", type=Path, required=True, help="one row per contrast and normalization")

    c = command("immunoassay", "Read a bead-array plate: concentrations per sample and analyte.", _immunoassay)
    c.reads("--plate", required=True, help="xPONENT CSV export")
    c.reads("--panel", help="table of analyte and accession")
    c.option("--out", type=Path, required=True, help="one row per sample and analyte")

    c = command(
        "agreement",
        "Hold the immunoassay's fold changes beside those of the mass spectrometer.",
        _agreement,
        "agreement",
        ("design", "design_matrix", "contrasts", "fdr"),
    )
    c.reads("--assay", required=True, help="what `immunoassay` wrote")
    c.reads("--samples", required=True, help="sample sheet with the columns of the design")
    c.reads("--differential", required=True, help="differential.tsv of the same study")
    c.option("--design", help="model formula")
    c.reads("--design-matrix", help="the design matrix of the study, where it has one")
    c.option(
        "--contrast",
        dest="contrasts",
        action=_Pairs,
        metavar="NAME=EXPRESSION",
        help="linear expression over conditions; repeatable",
    )
    c.option("--fdr", type=float, help="false discovery rate that counts as a hit")
    c.option("--out", type=Path, required=True, help="one row per contrast and analyte")

    c = command("sequence", "Predict sequence features of every FASTA entry.", _sequence)
    c.reads("--fasta", nargs="+", required=True, help="protein sequences, may be gzipped")
    c.option("--out", type=Path, required=True, help="features per accession")

    sources = keys["evidence"]["properties"]
    c = command("uniprot", "Write what UniProt says of proteins, from a cache or fetched into it.", _uniprot, "uniprot",
                ("evidence.uniprot", "evidence.uniprot_cache", "evidence.uniprot_url"))  # fmt: skip
    c.reads("--proteins", help="proteins.tsv of `quantify` or `intake`")
    c.reads("--accessions", help="text file of accessions, one per line")
    c.reads("--fasta", nargs="+", default=[], help="protein sequences whose accessions are looked up")
    c.option("--mode", dest="uniprot", choices=("cache", "online"),
             help="cache: what is there, without network; online: what it lacks is fetched")  # fmt: skip
    c.option("--cache", dest="uniprot_cache", type=Path, help="SQLite file; made where there is none (online)")
    c.option("--url", dest="uniprot_url", help=sources["uniprot_url"]["description"])
    c.option("--out", type=Path, required=True, help="snapshot, a table as UniProt gives it for download")

    c = command("split-sequences", "Divide sequences among the jobs of a predictor.", _split_sequences)
    c.reads("--fasta", nargs="+", required=True, help="protein sequences, may be gzipped")
    c.option("--chunks", type=int, required=True, help="number of parts")
    c.option("--out", type=Path, required=True, help="folder for 1.fasta, 2.fasta, ...")

    c = command("predict", "Run a predictor that is installed here, and keep its result.", _predict)
    predictors = sources["tools"]["properties"]
    c.option("--tool", choices=list(predictors), required=True, help="which")
    c.reads("--sequences", required=True, help="FASTA file, as `split-sequences` writes it")
    c.option("--command", dest="command_line", required=True, help="how it is called, as in a shell")
    c.option(
        "--mode", choices=predictors["signalp6"]["properties"]["mode"]["enum"], default="fast", help="of SignalP 6"
    )
    c.option("--options", default="", help="further options, as in a shell: --options='--bsize 5'")
    c.option("--threads", type=int, default=1, help="threads")
    c.option("--out", type=Path, required=True, help="its result file")

    c = command("evidence", "Give every protein group one secretion class with its reasons.", _evidence, "evidence",
                ("evidence.precedence",))  # fmt: skip
    c.reads("--proteins", required=True, help="proteins.tsv of `quantify` or `intake`")
    c.reads("--sequence", help="what `sequence` wrote")
    _add_sources(c)
    c.option("--out", type=Path, required=True, help="annotation.tsv")
    c.option("--evidence-out", type=Path, required=True, help="evidence.tsv")

    c = command("annotate", "Sequence features and secretion class of every FASTA entry.", _annotate, "evidence",
                ("evidence.precedence",))  # fmt: skip
    c.reads("--fasta", nargs="+", required=True, help="protein sequences, may be gzipped")
    _add_sources(c)
    c.option("--out", type=Path, required=True, help="features.tsv")

    c = command("leak-index", "The sample sheet with the leak index of each medium, as a covariate.", _leak_index,
                "leak_index", ("organism",))  # fmt: skip
    c.reads("--quantified", required=True, help="folder that `quantify` wrote")
    c.reads("--samples", required=True, help="samples.tsv of `intake`")
    c.reads("--annotation", required=True, help="annotation.tsv")
    c.reads("--knowledge", default=knowledge, help="folder of knowledge tables")
    c.option("--organism", choices=keys["organism"]["enum"], help="species of the cells")
    c.option("--out", type=Path, required=True, help="the sheet with a column leak_index")

    c = command("secretome", "Leak index, serum share, and the flags of each protein.", _secretome, "secretome",
                ("design", "design_matrix", "contrasts", "block"))  # fmt: skip
    c.reads("--quantified", required=True, help="folder that `quantify` wrote")
    c.reads("--samples", required=True, help="samples.tsv of `intake`")
    c.reads("--annotation", required=True, help="annotation.tsv")
    c.reads("--differential", help="differential.tsv: what is left of its fold changes at equal leak")
    c.reads("--knowledge", default=knowledge, help="folder of knowledge tables")
    c.option("--design", help="model formula, as '~ donor + condition'")
    c.reads("--design-matrix", help="the design matrix of the study, where it has one")
    c.option("--contrast", dest="contrasts", action=_Pairs, metavar="NAME=EXPRESSION",
             help="linear expression over conditions; repeatable")  # fmt: skip
    c.option("--block", help="column of the sample sheet whose samples are correlated")
    c.reads("--precursors", help="precursors.parquet of `intake`: peptides tell the host's proteins from serum")
    c.reads(
        "--fasta", nargs="+", default=[], help="sequences that were searched; serum species are told by their headers"
    )
    c.reads("--serum-fasta", nargs="+", default=[], help="sequences of serum proteins, searched or not")
    c.option("--out", type=Path, required=True, help="secretome.tsv")
    c.option("--samples-out", type=Path, required=True, help="samples_qc.tsv")
    c.option("--leak-out", type=Path, help="where to write leak.tsv: each fold change at equal leak")
    c.option("--leak-tests-out", type=Path, help="where to write leak_tests.tsv: does the treatment raise the leak")

    c = command("shedding", "Lay peptides on the topology of each protein: shed, or there as a whole.", _shedding)
    c.reads("--precursors", required=True, help="precursors.parquet of `intake`")
    c.reads("--proteins", required=True, help="proteins.tsv of `intake`")
    c.reads("--annotation", required=True, help="annotation.tsv")
    c.reads("--fasta", nargs="+", required=True, help="protein sequences that were searched")
    c.reads("--samples", help="samples.tsv of `intake`: only peptides of secretome samples count")
    c.option("--protease", default="auto", help="auto (told from the peptides), trypsin, lysc, gluc and others")
    c.option("--out", type=Path, required=True, help="shedding.tsv")

    c = command("tissues", "Bring atlases of tissue expression to one table.", _tissues, "tissues", ("organism",))
    c.reads("--expression", nargs="+", required=True, help="atlases, each told from its content")
    c.option("--organism", choices=keys["organism"]["enum"], help="species of the cells")
    c.reads("--knowledge", default=knowledge, help="folder of knowledge tables")
    c.option("--out", type=Path, required=True, help="tissues.tsv")

    c = command("rank", "Rank the candidates of each contrast.", _rank, "ranking",
                ("design", "design_matrix", "contrasts"))  # fmt: skip
    c.reads("--differential", required=True, help="differential.tsv")
    c.reads("--proteins", required=True, help="proteins.tsv of `quantify`")
    c.reads("--annotation", required=True, help="annotation.tsv")
    c.reads("--secretome", required=True, help="secretome.tsv")
    c.reads("--leak", help="leak.tsv: each fold change at equal leak")
    c.reads("--knowledge", default=knowledge, help="folder of knowledge tables")
    c.reads("--intensities", help="intensities.tsv of `quantify`, for rank intervals over other draws of the subjects")
    c.reads("--samples", help="samples.tsv of `intake`, for the same")
    c.reads("--shedding", help="shedding.tsv: what peptides say of shed ectodomains")
    c.reads("--tissues", help="tissues.tsv: expression in muscle, and what is known in plasma")
    c.reads("--panel", help="panel of the study's immunoassay: what can be confirmed")
    c.option("--design", help="model formula, for the draws of the subjects")
    c.reads("--design-matrix", help="the design matrix of the study, where it has one")
    c.option("--contrast", dest="contrasts", action=_Pairs, metavar="NAME=EXPRESSION",
             help="linear expression over conditions, for the same; repeatable")  # fmt: skip
    c.reads("--own-list", help="your own list of myokines: a column accession or gene, or one of these per line")
    c.option("--out", type=Path, required=True, help="candidates.tsv")

    c = command("validate", "Hold the ranking against known myokines, permuted labels and base rates.", _validate,
                "validation", ("fdr", "design_matrix"))  # fmt: skip
    for name, text in (
        ("candidates", "candidates.tsv"),
        ("differential", "differential.tsv"),
        ("proteins", "proteins.tsv of `quantify`"),
        ("intensities", "intensities.tsv of `quantify`"),
        ("samples", "sample sheet with the columns of the design"),
    ):
        c.reads(f"--{name}", required=True, help=text)
    c.reads("--log2", help="log2.tsv of `quantify`, for method dpc")
    c.reads("--estimates", help="estimates.parquet of `quantify`, for method dpc")
    c.reads("--design-matrix", help="the design matrix of the study, where it has one")
    c.reads("--knowledge", default=knowledge, help="folder of knowledge tables")
    c.option("--fdr", type=float, help="false discovery rate that counts as a hit")
    c.option("--out", type=Path, required=True, help="validation.tsv")

    c = command("crosstalk", "Say which organs the candidates may speak to, through which receptors.", _crosstalk,
                "crosstalk", ("organism", "crosstalk.top", "crosstalk.min_expression"))  # fmt: skip
    c.reads("--candidates", required=True, help="candidates.tsv")
    c.reads("--proteins", required=True, help="proteins.tsv of `quantify`")
    c.reads("--tissues", help="what `tissues` wrote; without it the organs come from literature alone")
    c.reads("--knowledge", default=knowledge, help="folder of knowledge tables")
    c.option("--organism", choices=keys["organism"]["enum"], help="species of the cells")
    for name in ("top", "min_expression"):
        c.setting(name, keys["crosstalk"]["properties"][name])
    c.option("--out", type=Path, required=True, help="crosstalk.tsv")
    c.option("--pathways-out", type=Path, required=True, help="shipped pathways whose myokine was detected")
    c.option("--facts-out", type=Path, help="where to write what is known of the detected myokines")

    c = command("compare", "Pool contrasts of several studies.", _compare, "compare", ("fdr",))
    c.reads_pairs("--member", metavar="STUDY.CONTRAST=FILE", help="a study's differential.tsv; at least two")
    c.option("--organism", action=_Pairs, metavar="STUDY.CONTRAST=ORGANISM",
             help="species of a member, human where not told; where they differ, human orthologs meet")  # fmt: skip
    c.reads("--knowledge", default=knowledge, help="folder of knowledge tables")
    c.option("--fdr", type=float, help="false discovery rate at which a member counts as significant")
    c.option("--out", type=Path, required=True, help="meta table")

    c = command("report", "Write the workbook and the page for people.", _report, "report")
    c.option("--study", required=True, help="name of the study")
    for name, text in (
        ("candidates", "candidates.tsv"),
        ("differential", "differential.tsv"),
        ("annotation", "annotation.tsv"),
        ("samples-qc", "samples_qc.tsv"),
        ("sensitivity", "sensitivity.tsv"),
        ("validation", "validation.tsv"),
        ("quantified", "folder that `quantify` wrote"),
        ("samples", "samples.tsv of `intake`"),
        ("provenance", "provenance.json"),
    ):
        c.reads(f"--{name}", required=True, help=text)
    c.reads("--crosstalk", help="crosstalk.tsv; without it the report is silent on organs")
    c.reads("--pathways", help="pathways of the study, as `crosstalk` wrote them")
    c.reads("--facts", help="what is known of the detected myokines, as `crosstalk` wrote it")
    c.reads("--leak-tests", help="leak_tests.tsv: does the treatment raise the leak")
    c.reads("--evidence", help="evidence.tsv; without it the panel of a protein shows no sources")
    c.reads("--shedding", help="shedding.tsv; without it the panel draws no peptides on the topology")
    c.option("--xlsx", type=Path, required=True, help="candidates.xlsx")
    c.option("--html", type=Path, required=True, help="report.html")

    c = command("figures", "Draw the figures of a study for a paper: SVG, PDF and PNG.", _figures, "figures")
    for name, text in (
        ("candidates", "candidates.tsv"),
        ("differential", "differential.tsv"),
        ("samples-qc", "samples_qc.tsv"),
        ("quantified", "folder that `quantify` wrote"),
        ("samples", "samples.tsv of `intake`"),
        ("validation", "validation.tsv"),
    ):
        c.reads(f"--{name}", required=True, help=text)
    c.reads("--crosstalk", help="crosstalk.tsv; without it crosstalk is not drawn")
    c.option("--out", type=Path, required=True, help="folder for the figures")

    c = command("dataset", "Write matrices, samples and proteins of a study as AnnData.", _dataset)
    c.reads("--quantified", required=True, help="folder that `quantify` wrote")
    c.reads("--samples", required=True, help="samples.tsv of `intake`")
    c.reads("--samples-qc", required=True, help="samples_qc.tsv")
    c.reads("--annotation", required=True, help="annotation.tsv")
    c.reads("--differential", required=True, help="differential.tsv")
    c.option("--out", type=Path, required=True, help="dataset.h5ad")

    c = command("provenance", "Collect the records of a study's steps.", _provenance)
    c.option("--study", required=True, help="name of the study")
    c.option("--records", type=Path, nargs="+", required=True, help="records of the steps, in order")
    c.option("--out", type=Path, required=True, help="provenance.json")
    return parser


def _add_sources(c: _Command) -> None:
    """Add the options that name what is known beside the sequences."""
    c.names.append("evidence")
    c.option("--evidence", action=_Sources, default=[], metavar="[TOOL=]FILE",
             help="result of a predictor, table of UniProt or of one's own, told from its content; repeatable. Files under one "
                  "tool's name are parts of one result")  # fmt: skip
    c.reads("--uniprot", help="what `uniprot` wrote; may have none of the proteins")
    c.option("--precedence", nargs="+", metavar="SOURCE", help="sources from the most to the least believed")
    c.reads("--knowledge", default=files.shipped("knowledge"), help="folder of knowledge tables")


class _Command:
    """One subcommand's options; those added by `reads` are inputs, digested in the record."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self.parser = parser
        self.names: list[str] = []
        parser.set_defaults(reads=self.names)

    def option(self, flag: str, **more: Any) -> None:
        self.parser.add_argument(flag, **more)

    def setting(self, name: str, schema: Mapping[str, Any]) -> None:
        """Add the option of a study's setting, as its schema describes it."""
        kinds = {"number": {"type": float}, "integer": {"type": int}, "string": {}}
        more = {"choices": schema["enum"]} if "enum" in schema else kinds.get(schema["type"])
        if more is None:
            more = {"action": argparse.BooleanOptionalAction}
        help_ = schema["description"].replace("%", "%%")
        self.parser.add_argument(f"--{name.replace('_', '-')}", default=None, help=help_, **more)

    def reads(self, flag: str, **more: Any) -> None:
        self.names.append(flag.lstrip("-").replace("-", "_"))
        self.parser.add_argument(flag, type=Path, **more)

    def reads_pairs(self, flag: str, **more: Any) -> None:
        self.names.append(flag.lstrip("-").replace("-", "_"))
        self.parser.add_argument(flag, action=_Pairs, convert=Path, default={}, **more)


class _Pairs(argparse.Action):
    """Collect repeated NAME=VALUE options into a dict."""

    def __init__(self, *args: Any, convert: Callable[[str], Any] = str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.convert = convert

    def __call__(self, parser, namespace, values, option_string=None):
        name, separator, value = str(values).partition("=")
        if not separator or not name.strip() or not value.strip():
            parser.error(f"{option_string} wants {self.metavar}, got {values!r}")
        pairs = dict(getattr(namespace, self.dest) or {})
        pairs[name.strip()] = self.convert(value.strip())
        setattr(namespace, self.dest, pairs)


class _Sources(argparse.Action):
    """Collect repeated FILE or TOOL=FILE options into a list of tool (or "") and path."""

    def __call__(self, parser, namespace, values, option_string=None):
        # A file may have "=" in its name.
        named = None if Path(values).exists() else re.fullmatch(r"([A-Za-z][A-Za-z0-9_]*)=(.+)", values)
        one = (named[1], Path(named[2])) if named else ("", Path(values))
        setattr(namespace, self.dest, [*getattr(namespace, self.dest), one])


if __name__ == "__main__":
    sys.exit(main())
