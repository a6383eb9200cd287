"""The step `report`: the tables of a study -> candidates.xlsx and report.html, both or neither."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.report.content import Content, gather
from myosieve.report.page import page
from myosieve.report.reading import intensities, of_contrasts
from myosieve.report.workbook import workbook

_PROVENANCE_KEYS = ("study", "myosieve", "python", "libraries", "inputs", "warnings", "steps")
_STEP_KEYS = ("stage", "settings", "methods", "counts")


def report(
    *,
    study: str,
    candidates: Path,
    differential: Path,
    annotation: Path,
    samples_qc: Path,
    sensitivity: Path,
    validation: Path,
    quantified: Path,
    samples: Path,
    provenance: Path,
    settings: Mapping[str, Any],
    xlsx: Path,
    html: Path,
    crosstalk: Path | None = None,
    pathways: Path | None = None,
    facts: Path | None = None,
    leak_tests: Path | None = None,
    evidence: Path | None = None,
    shedding: Path | None = None,
) -> Summary:
    """Write the workbook and the page of a study; on any failure neither appears.

    Parameters
    ----------
    study
        Name of the study, as in the provenance.
    candidates, differential, annotation, samples_qc, sensitivity, validation, samples
        Tables of the contract.
    quantified
        Folder with proteins.tsv, intensities.tsv and log2.tsv.
    provenance
        provenance.json.
    settings
        `fdr` and `report` (`title`, `top`).
    xlsx, html
        Where to write.
    crosstalk, pathways, facts
        What `crosstalk` wrote, if it ran.
    leak_tests
        leak_tests.tsv of `secretome`, if it wrote one.
    evidence, shedding
        evidence.tsv, and shedding.tsv where there are sequences: what the panel of a protein shows.

    Raises
    ------
    InputError
        A file is missing or no such table, there is no contrast, or the files belong to different studies or runs.
    """
    content = _read(
        study, candidates, differential, annotation, samples_qc, sensitivity, validation, quantified, samples, provenance,
        settings, crosstalk, pathways, facts, leak_tests, evidence, shedding,
    )  # fmt: skip
    book, cut = workbook(content)
    text = page(content)
    with files.writing(xlsx) as xlsx_aside, files.writing(html) as html_aside:
        xlsx_aside.write_bytes(book)
        html_aside.write_text(text, encoding="utf-8", newline="\n")
    return _summary(content, cut, len(text.encode()), len(book))


def _read(
    study: str,
    candidates: Path,
    differential: Path,
    annotation: Path,
    samples_qc: Path,
    sensitivity: Path,
    validation: Path,
    quantified: Path,
    samples: Path,
    provenance: Path,
    settings: Mapping[str, Any],
    crosstalk: Path | None = None,
    pathways: Path | None = None,
    facts: Path | None = None,
    leak_tests: Path | None = None,
    evidence: Path | None = None,
    shedding: Path | None = None,
) -> Content:
    tests = files.read_table(differential, schema.DIFFERENTIAL)
    if tests["contrast"].dropna().empty:
        raise InputError("no contrast in the table", differential, "run 'myosieve differential' with a contrast")
    ranked = files.read_table(candidates, schema.CANDIDATES)
    strangers = sorted(set(ranked["contrast"].dropna()) - set(tests["contrast"]))
    if strangers:
        raise InputError(
            f"contrast {strangers[0]!r} is not in {differential}", candidates, "give the tables of one run; rank again"
        )
    sheet = files.read_table(samples, schema.SAMPLES)
    quality = files.read_table(samples_qc, schema.SAMPLES_QC)
    after = intensities(Path(quantified), "intensities.tsv")
    before = intensities(Path(quantified), "log2.tsv")
    for where, names in (
        (samples_qc, quality["sample"]),
        (Path(quantified) / "intensities.tsv", after.columns),
        (Path(quantified) / "log2.tsv", before.columns),
    ):
        unknown = sorted(set(names) - set(sheet["sample"]))
        if unknown:
            raise InputError(f"sample {unknown[0]!r} is not in {samples}", where, "give the files of one run")
    return gather(
        study=study,
        candidates=ranked,
        differential=tests,
        annotation=files.read_table(annotation, schema.ANNOTATION),
        samples_qc=quality,
        samples=sheet,
        sensitivity=files.read_table(sensitivity, schema.SENSITIVITY),
        validation=_validation(validation, differential, tests),
        before=before,
        after=after,
        provenance=_provenance(provenance, study),
        settings=settings,
        crosstalk=of_contrasts(crosstalk, schema.CROSSTALK, "crosstalk", set(tests["contrast"])),
        pathways=None if pathways is None else files.read_table(pathways, schema.STUDY_PATHWAYS),
        facts=None if facts is None else files.read_table(facts, schema.STUDY_FACTS),
        leak_tests=of_contrasts(leak_tests, schema.LEAK_TESTS, "secretome", set(tests["contrast"])),
        evidence=None if evidence is None else files.read_table(evidence, schema.EVIDENCE),
        shedding=None if shedding is None else files.read_table(shedding, schema.SHEDDING),
    )


def _validation(path: Path, differential: Path, tests: pd.DataFrame) -> pd.DataFrame:
    table = files.read_table(path, schema.VALIDATION)
    strangers = sorted(set(table["contrast"].dropna()) - set(tests["contrast"]))
    if strangers:
        raise InputError(f"contrast {strangers[0]!r} is not in {differential}", path, "give the files of one run")
    return table


def _provenance(path: Path, study: str) -> dict[str, Any]:
    told = files.read_json(path)
    steps = told.get("steps") if isinstance(told, dict) else None
    complete = (
        isinstance(steps, list)
        and all(key in told for key in _PROVENANCE_KEYS)
        and all(isinstance(step, dict) and all(key in step for key in _STEP_KEYS) for step in steps)
    )
    if not complete:
        raise InputError("not a provenance record", path, "give the file that 'myosieve provenance' wrote")
    if told["study"] != study:
        raise InputError(f"it is of the study {told['study']!r}, not {study!r}", path, "give the files of one study")
    return told


def _summary(content: Content, cut: Mapping[str, int], page_bytes: int, book_bytes: int) -> Summary:
    summary = Summary(
        counts={
            "contrasts": len(content.contrasts),
            "candidates": sum(len(contrast.ranked) for contrast in content.contrasts),
            "page_bytes": page_bytes,
            "workbook_bytes": book_bytes,
            **cut,
        }
    )
    if cut["cells_cut"]:
        summary.warnings.append(
            f"{cut['cells_cut']} texts are longer than an Excel cell holds and are cut in the workbook, "
            "with a mark; the .tsv files have them whole."
        )
    return summary
