# Studies, targets, and what the rules share. Runs while the workflow is parsed.
import sys
from pathlib import Path
from shlex import quote as quoted

from myosieve import files
from myosieve.code import stage_digest
from myosieve.errors import InputError
from myosieve.evidence.external import run_name
from myosieve.plan import plan, put_commands_on_path, settled, write_slices

put_commands_on_path()


def planned_studies():
    """Validate once, in the main process; jobs on a cluster parse the workflow again and take it as settled."""
    results = Path(workflow.pathvars.apply("<results>"))
    if not workflow.is_main_process:
        return settled(config, results)
    where = ", ".join(map(near, workflow.configfiles)) or "the module's config"
    try:
        studies = plan(config, where, results)
    except InputError as error:
        print(f"myosieve: {error}", file=sys.stderr)
        sys.exit(2)
    write_slices(config, studies, results)
    return studies


def shipped(name):
    """Return the path of a table that ships with MyoSieve."""
    return near(files.shipped(name))


def near(path):
    """Return a path relative to the working folder where it lies below it: so results survive a move of the folder."""
    path = Path(path)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


STUDIES = planned_studies()
SEQUENCES = {study.sequence_digest(): study.fasta for study in STUDIES.values() if study.fasta}
# Runs of predictors, by tool and name of the run: what they are told.
RUNS = {(tool, run_name(chosen)): chosen for study in STUDIES.values() for tool, chosen in study.predictors.items()}
COMPARISONS = config.get("compare") or {}
ROOMS = ["tables", "quant", "differential", "immunoassay", "sequence", "evidence", "secretome", "tissues"]
ROOMS += ["ranking", "crosstalk", "compare"]
CODE = {name: stage_digest(name) for name in [*ROOMS, "quant/rollup", "provenance", "report"]}
CODE |= {name: stage_digest(name) for name in ["evidence/uniprot", "evidence/external", "secretome/shedding_step"]}
CODE |= {"ranking/validation_step": stage_digest("ranking/validation_step")}
CODE |= {"report/figures_step": stage_digest("report/figures_step")}
CODE |= {"secretome/leak_index_step": stage_digest("secretome/leak_index_step")}


wildcard_constraints:
    study="|".join(STUDIES),
    comparison="|".join(COMPARISONS) or "none",
    digest="[0-9a-f]{16}",
    part="[0-9]+",
    parts="[0-9]+",
    tool="[a-z0-9]+",
    run="[0-9a-f]{8}",


def targets():
    """Return what `snakemake` builds: everything a user may rely on, for each study of the config."""
    names = ["candidates.tsv", "candidates.xlsx", "report.html", "differential.tsv", "annotation.tsv"]
    names += ["f_tests.tsv", "evidence.tsv", "samples_qc.tsv", "sensitivity.tsv", "dataset.h5ad", "provenance.json"]
    names += ["validation.tsv", "crosstalk.tsv", "leak.tsv", "leak_tests.tsv", "figures"]
    wanted = expand("<results>/{study}/{name}", study=STUDIES, name=names)
    wanted += [f"<results>/{study.name}/shedding.tsv" for study in STUDIES.values() if study.fasta]
    wanted += [f"<results>/{study.name}/agreement.tsv" for study in STUDIES.values() if study.immunoassay]
    return wanted + expand("<results>/compare/{name}/meta.tsv", name=COMPARISONS)


def settings_of(stage):
    """Return the path of a stage's slice of the settings: rewritten only when its content changes."""
    return f"<results>/{{study}}/settings/{stage}.json"


def study_of(wildcards):
    return STUDIES[wildcards.study]


def sheet_of(study):
    """Return the sample sheet that holds the covariates of a study's design."""
    name = "samples_with_leak_index.tsv" if study.carries_leak_index else "intake/samples.tsv"
    return f"<results>/{study.name}/{name}"


def rolled_up_parts(study):
    """Return the parts of a rollup that is divided into jobs; none where it is part of quantification."""
    parts = study.rollup_parts
    return [f"<results>/{study.name}/rollup/{k}_of_{parts}.parquet" for k in range(1, parts + 1) if parts > 1]


def rolled_up_option(study):
    """Return the option that names a rollup's parts; the paths in it are the rule's inputs."""
    parts = rolled_up_parts(study)
    return f"--rolled-up {' '.join(quoted(workflow.pathvars.apply(path)) for path in parts)}" if parts else ""


def fasta_option(study):
    """Return the option that names the sequences; the paths in it are the rule's inputs."""
    return f"--fasta {' '.join(map(quoted, study.fasta))}" if study.fasta else ""


def peptides_of(study):
    """Return the precursors that tell host from serum; none where there are no sequences to compare them with."""
    return [f"<results>/{study.name}/intake/precursors.parquet"] if study.fasta or study.serum_fasta else []


def serum_options(study):
    """Return the options that name peptides and sequences to tell serum by; the paths in them are the rule's inputs."""
    paths = {"--precursors": map(workflow.pathvars.apply, peptides_of(study))}
    paths |= {"--fasta": study.fasta, "--serum-fasta": study.serum_fasta}
    named = {name: " ".join(map(quoted, some)) for name, some in paths.items()}
    return " ".join(f"{name} {some}" for name, some in named.items() if some)


def features_of(study):
    """Return the sequence features that a study uses; none without sequences."""
    return [f"<results>/shared/{study.sequence_digest()}/features.tsv"] if study.fasta else []


def predictions_of(study):
    """Return the results of the predictors that are run for a study, as tool and path; each run has several parts."""
    digest = study.sequence_digest() if study.predictors else ""
    return [
        (tool, f"<results>/shared/{digest}/{tool}/{run_name(chosen)}/{part}_of_{chosen['chunks']}.txt")
        for tool, chosen in study.predictors.items()
        for part in range(1, chosen["chunks"] + 1)
    ]


def snapshot_of(study):
    """Return what UniProt says of a study's proteins; none where nothing is looked up."""
    return [] if study.uniprot == "offline" else [f"<results>/{study.name}/uniprot.tsv"]


def evidence_options(study):
    """Return the options that name the evidence's sources; the paths in them are the rule's inputs."""
    options = [("--sequence", workflow.pathvars.apply(path)) for path in features_of(study)]
    options += [("--evidence", path) for path in study.evidence_files]
    options += [("--evidence", f"{tool}={workflow.pathvars.apply(path)}") for tool, path in predictions_of(study)]
    options += [("--uniprot", workflow.pathvars.apply(path)) for path in snapshot_of(study)]
    return " ".join(f"{name} {quoted(value)}" for name, value in options)


def tissues_of(study):
    """Return the study's table of tissue expression; none without atlases."""
    return [f"<results>/{study.name}/tissues.tsv"] if study.expression else []


def tissues_option(study):
    """Return the option that names the tissues; the path in it is the rule's input."""
    return "".join(f"--tissues {quoted(workflow.pathvars.apply(path))}" for path in tissues_of(study))


def compared_tables(wildcards):
    """Return the tables that a comparison reads, each once."""
    studies = dict.fromkeys(member.partition(".")[0] for member in COMPARISONS[wildcards.comparison])
    return [f"<results>/{study}/differential.tsv" for study in studies]


def member_options(wildcards):
    """Return the options that name a comparison's members; the paths in them are the rule's inputs."""
    pairs = [
        (member, f"<results>/{member.partition('.')[0]}/differential.tsv")
        for member in COMPARISONS[wildcards.comparison]
    ]
    told = [
        f"--organism {quoted(f'{member}={organism}')}"
        for member, _ in pairs
        if (organism := STUDIES[member.partition(".")[0]].settings["organism"]) != "human"
    ]
    return " ".join(
        [*(f"--member {quoted(f'{member}={workflow.pathvars.apply(path)}')}" for member, path in pairs), *told]
    )


def panel_option(study):
    """Return the option that names the panel; the path in it is the rule's input."""
    return f"--panel {quoted(study.immunoassay['panel'])}" if "panel" in study.immunoassay else ""


def shedding_of(study):
    """Return what peptides say of shedding; none without sequences."""
    return [f"<results>/{study.name}/shedding.tsv"] if study.fasta else []


def shedding_option(study):
    """Return the option that names what peptides say of shedding; the path in it is the rule's input."""
    return "".join(f"--shedding {quoted(workflow.pathvars.apply(path))}" for path in shedding_of(study))


def ranking_options(study):
    """Return the options that name what a ranking may know beside its tests; the paths in them are the rule's inputs."""
    own = [f"--own-list {quoted(path)}" for path in study.own_list.values()]
    return " ".join(filter(None, [shedding_option(study), tissues_option(study), panel_option(study), *own]))


def records_of(study):
    """Return the records of a study's steps, in the order of the data's way."""
    steps = ["1_tables", "2_quant", "3_differential", "4_sensitivity", "5_evidence", "6_secretome"]
    steps += ["6_shedding"] if study.fasta else []
    steps[2:2] = ["2_leak_index"] if study.carries_leak_index else []
    steps += ["6_tissues"] if study.expression else []
    steps += ["7_ranking", "7_validation", "7_crosstalk"]
    steps += ["8_immunoassay", "9_agreement"] if study.immunoassay else []
    records = [f"<results>/{study.name}/records/{step}.json" for step in steps]
    shared = [f"<results>/shared/{study.sequence_digest()}/record.json"] if study.fasta else []
    shared += [str(Path(path).with_suffix(".json")) for _, path in predictions_of(study)]
    shared += [f"<results>/{study.name}/records/5_uniprot.json" for _ in snapshot_of(study)]
    before = steps.index("5_evidence")
    return records[:before] + shared + records[before:]
