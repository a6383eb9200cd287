"""Config -> validated studies, before any job runs; and the settings slices that decide what is stale.

The Snakefile calls this while it parses. Everything that a config, a sample sheet, a design and contrasts can get wrong
without reading the protein table is refused here.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from myosieve import files, settings
from myosieve.errors import InputError

# Stages whose slice is an input of their rule, and the user's files whose content belongs into the slice.
STAGES = (
    *("tables", "rollup", "quant", "differential", "sensitivity", "immunoassay", "agreement", "uniprot", "evidence"),
    *("leak_index", "secretome", "tissues", "ranking", "validation", "crosstalk", "report", "figures"),
)
# Hashing every parse is cheap below this; above it Snakemake's modification times have to do.
HASHED_UP_TO_BYTES = 1 << 30


@dataclass(frozen=True)
class Study:
    """One study of a config: its name, its settings with every default filled in, and where results go.

    `uniprot` is the mode that was settled on when the workflow began: offline, cache or online.
    """

    name: str
    settings: dict[str, Any]
    results: Path = Path("results")
    uniprot: str = "offline"

    @property
    def table(self) -> str:
        """Path of the search engine's table."""
        return self.settings["table"]

    @property
    def samples(self) -> str:
        """Path of the sample sheet."""
        return self.settings["samples"]

    @property
    def fasta(self) -> list[str]:
        """Paths of the sequences."""
        return self.settings["fasta"]

    @property
    def serum_fasta(self) -> list[str]:
        """Paths of the sequences of serum proteins."""
        return self.settings["serum_fasta"]

    @property
    def evidence_files(self) -> list[str]:
        """Paths of predictors' results and other tables that tell of secretion."""
        return self.settings["evidence"]["files"]

    @property
    def predictors(self) -> dict[str, dict[str, Any]]:
        """Settings of the predictors that are to run, by tool."""
        return self.settings["evidence"]["tools"]

    @property
    def uniprot_cache(self) -> str:
        """Path of the cache of UniProt entries."""
        return self.settings["evidence"]["uniprot_cache"] or str(self.results / "shared" / "uniprot.sqlite")

    @property
    def expression(self) -> list[str]:
        """Paths of the tissue atlases."""
        return self.settings["knowledge"]["expression"]

    @property
    def immunoassay(self) -> dict[str, str]:
        """Paths of plate and panel."""
        return self.settings["immunoassay"]

    @property
    def design_matrix(self) -> dict[str, str]:
        """Path of the design matrix, where one is given in place of a formula."""
        path = self.settings["design_matrix"]
        return {"design_matrix": path} if path else {}

    @property
    def carries_leak_index(self) -> bool:
        """Whether the design names the leak index, which is computed and put beside the sheet's own covariates."""
        return not self.settings["design_matrix"] and re.search(r"\bleak_index\b", self.settings["design"]) is not None

    @property
    def own_list(self) -> dict[str, str]:
        """Path of the lab's own list of myokines, where there is one."""
        path = self.settings["knowledge"]["myokines"]
        return {"knowledge.myokines": path} if path else {}

    @property
    def rollup_parts(self) -> int:
        """Into how many jobs the rollup is divided; 1 = it is part of quantification."""
        return self.settings["rollup_parts"]

    def sequence_digest(self) -> str:
        """Name of the folder under results/shared for what depends on the sequences alone; by content, so shared."""
        parts = [files.sha256(path) for path in self.fasta]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16] if parts else ""

    def slice(self, stage: str) -> dict[str, Any]:
        """Return what a stage reads of the settings, with the digests of the user's files that it reads."""
        files_read = {
            "validation": self.design_matrix,
            "tables": {"table": self.table, "samples": self.samples},
            "evidence": {path: path for path in self.evidence_files},
            "tissues": {path: path for path in self.expression},
            "immunoassay": self.immunoassay,
            "secretome": self.design_matrix | {path: path for path in self.serum_fasta},
            **dict.fromkeys(("differential", "sensitivity", "agreement"), self.design_matrix),
            "ranking": self.design_matrix | self.own_list | {k: p for k, p in self.immunoassay.items() if k == "panel"},
        }.get(stage, {})
        inputs = {name: _digest(path) for name, path in files_read.items()}
        if stage in ("tables", "evidence", "secretome"):
            inputs["fasta"] = self.sequence_digest()
        read = settings.stage_slice(self.settings, stage)
        if stage == "uniprot":
            read["evidence"] |= {"uniprot": self.uniprot, "uniprot_cache": self.uniprot_cache}
        return read | ({"inputs": inputs} if inputs else {})


def put_commands_on_path() -> None:
    """Put the interpreter's folder in front of PATH, so that rules find `myosieve` without an activated environment."""
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def plan(config: Mapping[str, Any], where: str, results: Path = Path("results")) -> dict[str, Study]:
    """Return the validated studies of a config, by name.

    Parameters
    ----------
    config
        The merged config.
    where
        Its file or files, for messages.
    results
        Folder of all results.

    Raises
    ------
    InputError
        Unknown key or wrong value, a file or predictor that does not exist, a sample sheet that does not hold, a condition
        that no sample has, a design or contrast that cannot be estimated.
    """
    settings.check(config, where)
    studies = {}
    for name in config["studies"]:
        study = Study(name, settings.study_settings(config, name), results)
        wanted = study.settings["evidence"]["uniprot"]
        # Nothing is looked up in a cache that nobody has filled yet.
        mode = "offline" if wanted == "cache" and not Path(study.uniprot_cache).exists() else wanted
        studies[name] = replace(study, uniprot=mode)
    for study in studies.values():
        _check(study, where)
    comparisons(config, studies, where)
    return studies


def settled(config: Mapping[str, Any], results: Path) -> dict[str, Study]:
    """Return the studies of a config that was validated before, as jobs on a cluster see it.

    Whether there is a cache of UniProt was settled then and stands in the slice: the file may have come since.
    """
    studies = {}
    for name in config["studies"]:
        study = Study(name, settings.study_settings(config, name), results)
        path = _slice_path(results, name, "uniprot")
        known = files.read_json(path)["evidence"]["uniprot"] if path.exists() else study.uniprot
        studies[name] = replace(study, uniprot=known)
    return studies


def comparisons(config: Mapping[str, Any], studies: Mapping[str, Study], where: str) -> dict[str, list[str]]:
    """Return the members (study.contrast) of each comparison of a config.

    Raises
    ------
    InputError
        A member is not a contrast of a study of this config.
    """
    wanted = config.get("compare") or {}
    known = [f"{study.name}.{contrast}" for study in studies.values() for contrast in study.settings["contrasts"]]
    for name, members in wanted.items():
        for member in members:
            if member not in known:
                at = f"{where}: compare.{name}"
                raise InputError(f"{member!r} is not a contrast of this config", at, f"contrasts: {', '.join(known)}")
    return dict(wanted)


def write_slices(config: Mapping[str, Any], studies: Mapping[str, Study], results: Path) -> None:
    """Write each stage's slice to results/{study}/settings/{stage}.json, and leave untouched what does not change."""
    slices = {
        _slice_path(results, study.name, stage): study.slice(stage) for study in studies.values() for stage in STAGES
    }
    shared = settings.stage_defaults("compare") | settings.stage_slice(config.get("defaults") or {}, "compare")
    for name, members in (config.get("compare") or {}).items():
        organisms = {member: studies[member.partition(".")[0]].settings["organism"] for member in members}
        content = shared | {"members": members, "organisms": organisms}
        slices[results / "compare" / name / "settings" / "compare.json"] = content
    for path, content in slices.items():
        if not path.exists() or files.read_json(path) != content:
            files.write_json(path, content)


def _slice_path(results: Path, study: str, stage: str) -> Path:
    return results / study / "settings" / f"{stage}.json"


def _check(study: Study, where: str) -> None:
    # Imported here: a stage's rooms are heavy, and jobs on a cluster parse the workflow without checking again.
    from myosieve.differential import inputs
    from myosieve.differential.design import contrasts
    from myosieve.tables.samples import read_samples

    at = f"{where}: studies.{study.name}"
    for key in ("table", "samples", "contrasts"):
        if not study.settings.get(key):
            raise InputError(f"{key!r} is not set", at, f"add {key!r} here or under 'defaults'; see config/README.md")
    named = [("table", study.table), ("samples", study.samples)]
    named += [("fasta", path) for path in study.fasta]
    named += [("serum_fasta", path) for path in study.serum_fasta]
    named += [("evidence.files", path) for path in study.evidence_files]
    named += [("knowledge.expression", path) for path in study.expression]
    named += [(f"immunoassay.{name}", path) for name, path in study.immunoassay.items()]
    named += study.design_matrix.items()
    named += study.own_list.items()
    if "panel" in study.immunoassay and "plate" not in study.immunoassay:
        raise InputError("immunoassay: a panel without a plate", at, "name the plate's export as immunoassay.plate")
    for key, path in named:
        if not Path(path).is_file():
            raise InputError(
                f"{key}: file {path!r} does not exist",
                at,
                "give its path relative to the folder in which snakemake runs",
            )
    _check_evidence(study, at)
    sheet = read_samples(Path(study.samples)).frame
    sheet = sheet[sheet["fraction"] == "secretome"].reset_index(drop=True)
    if sheet.empty:
        raise InputError("no sample of fraction secretome", study.samples, "mark the conditioned-medium samples so")
    if study.carries_leak_index:
        if "leak_index" in sheet:
            remedy = "give it another name: leak_index of the design is computed from the table"
            raise InputError("column 'leak_index'", study.samples, remedy)
        # Its values come later; any that no other covariate explains show whether contrasts can be estimated beside it.
        sheet = sheet.assign(leak_index=[str(math.sin(k)) for k in range(1, len(sheet) + 1)])
    inputs.check_method(study.settings, at)
    if study.settings["method"] == "dpc" and study.settings["rollup"] != "dpc":
        raise InputError("method dpc needs rollup dpc", at, "set rollup: dpc, for a table that has precursors")
    inputs.read_block(sheet, study.settings, study.samples)
    design = inputs.read_design(sheet, study.settings, f"{at}.design")
    ratios = study.settings["quantity"] == "ratio"
    contrasts(design, study.settings["contrasts"], f"{at}.contrasts", ratios=ratios)


def _check_evidence(study: Study, at: str) -> None:
    from myosieve.evidence import precedence

    listed = study.settings["evidence"]["precedence"]
    if listed:
        precedence.read(listed, f"{at}: evidence.precedence")
    given = study.settings["evidence"]["uniprot_cache"]
    if study.settings["evidence"]["uniprot"] == "cache" and given and not Path(given).is_file():
        raise InputError(
            f"evidence.uniprot_cache: file {given!r} does not exist",
            at,
            "check the path, or set evidence.uniprot: online to fill it",
        )
    if study.predictors and not study.fasta:
        raise InputError("evidence.tools: there are no sequences to run on", at, "name the FASTA files under 'fasta'")
    for tool, chosen in study.predictors.items():
        key = f"evidence.tools.{tool}"
        program = _words(chosen["command"], f"{key}.command", at)[0]
        _words(chosen["options"], f"{key}.options", at)
        if shutil.which(program) is None:
            remedy = f"install it, give its path as {key}.command, or list a result made elsewhere under evidence.files"
            raise InputError(f"{key}.command: there is no program {program!r} on PATH", at, remedy)


def _words(text: str, key: str, at: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise InputError(f"{key} is {text!r} ({error})", at, "write it as in a shell, quotes in pairs") from None
    return words or [""]


def _digest(path: str) -> str:
    return files.sha256(path) if Path(path).stat().st_size <= HASHED_UP_TO_BYTES else "over 1 GiB: by modification time"
