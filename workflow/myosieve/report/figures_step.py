"""The step `figures`: the tables of a study -> its figures for a paper, as SVG, PDF and PNG, all or none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.quant.components import principal_components
from myosieve.report import paper, paper_contrasts, paper_heat_map, paper_study, reading

# What is drawn of the wide tables: to select rows of all their columns takes long.
_OF_CANDIDATES = ["contrast", "rank", "rank_low", "rank_high", "protein_group", "accession", "gene"]
_OF_CANDIDATES += ["secretion_class", "leak_flag"]
_OF_TESTS = ["contrast", "protein_group", "accession", "gene", "log2fc", "p_value", "log10_p", "q_value", "test"]


def figures(
    *,
    candidates: Path,
    differential: Path,
    samples_qc: Path,
    quantified: Path,
    samples: Path,
    validation: Path,
    settings: Mapping[str, Any],
    out: Path,
    crosstalk: Path | None = None,
) -> Summary:
    """Write the figures of a study into a folder; on any failure none appears.

    Parameters
    ----------
    candidates, differential, samples_qc, samples, validation, crosstalk
        Tables of the contract; without crosstalk it is not drawn.
    quantified
        Folder with proteins.tsv and intensities.tsv.
    settings
        `fdr` and `report` (`top`).
    out
        The folder. Files are named by figure and contrast: volcano_{contrast}.svg, ..., samples.svg.

    Raises
    ------
    InputError
        A file is missing or no such table, there is no contrast, or the files belong to different runs.
    """
    tables = _read(candidates, differential, samples_qc, Path(quantified), samples, validation, crosstalk)
    boxes: set[str] = set()
    n_drawn = 0
    with files.writing_folder(out) as folder, paper.drawing():
        for name, figure in _drawn(tables, float(settings["fdr"]), int(settings["report"]["top"])):
            contents, lacking = paper.rendered(figure)
            boxes |= lacking
            n_drawn += 1
            for kind, content in contents.items():
                (folder / f"{name}.{kind}").write_bytes(content)
    summary = Summary(counts={"figures": n_drawn})
    if boxes:
        letters = ", ".join(f"U+{ord(letter):04X}" for letter in sorted(boxes))
        summary.warnings.append(f"The font of the figures lacks {letters}: boxes in PDF and PNG; SVG has them as text.")
    return summary


@dataclass(frozen=True)
class _Tables:
    candidates: pd.DataFrame
    tests: pd.DataFrame
    quality: pd.DataFrame
    intensities: pd.DataFrame
    samples: pd.DataFrame
    validation: pd.DataFrame
    crosstalk: pd.DataFrame | None


def _read(
    candidates: Path, differential: Path, samples_qc: Path, quantified: Path, samples: Path, validation: Path,
    crosstalk: Path | None,
) -> _Tables:  # fmt: skip
    tests = files.read_table(differential, schema.DIFFERENTIAL)
    contrasts = set(tests["contrast"].dropna())
    if not contrasts:
        raise InputError("no contrast in the table", differential, "run 'myosieve differential' with a contrast")
    sheet = files.read_table(samples, schema.SAMPLES)
    quality = files.read_table(samples_qc, schema.SAMPLES_QC)
    values = reading.intensities(quantified, "intensities.tsv")
    for where, names in ((samples_qc, quality["sample"]), (quantified / "intensities.tsv", values.columns)):
        unknown = sorted(set(names) - set(sheet["sample"]))
        if unknown:
            raise InputError(f"sample {unknown[0]!r} is not in {samples}", where, "give the files of one run")
    return _Tables(
        candidates=reading.of_contrasts(candidates, schema.CANDIDATES, "rank", contrasts)[_OF_CANDIDATES],
        tests=tests[_OF_TESTS],
        quality=quality,
        intensities=values,
        samples=sheet,
        validation=reading.of_contrasts(validation, schema.VALIDATION, "validate", contrasts),
        crosstalk=reading.of_contrasts(crosstalk, schema.CROSSTALK, "crosstalk", contrasts),
    )


def _drawn(tables: _Tables, fdr: float, top: int) -> Iterator[tuple[str, paper.Sheet]]:
    """Yield each figure with the name of its files."""
    blanks = tables.samples.loc[tables.samples["fraction"] == "blank", "sample"]
    components = principal_components(tables.intensities.drop(columns=blanks, errors="ignore"))
    outliers = set(tables.quality.loc[tables.quality["outlier"].notna(), "sample"])
    yield "samples", paper_study.sample_map(components, tables.samples, outliers)
    suffixes = _suffixes(tables.tests["contrast"].dropna().unique())
    for name, tests in tables.tests.groupby("contrast", sort=False):
        mine = tables.candidates[tables.candidates["contrast"] == name]
        known = mine.drop_duplicates("protein_group").set_index("protein_group")[["secretion_class", "leak_flag"]]
        tests = tests.join(known, on="protein_group")
        ranked = mine[mine["rank"].notna()].sort_values("rank", kind="stable")
        suffix = suffixes[name]
        yield f"volcano_{suffix}", paper_contrasts.volcano(name, tests, ranked, fdr)
        yield f"ranks_{suffix}", paper_contrasts.ranks(name, ranked)
        yield (
            f"heat_map_{suffix}",
            paper_heat_map.heat_map(name, ranked, tables.intensities, tables.samples, top),
        )
        checked = tables.validation[tables.validation["contrast"] == name]
        yield f"recovery_{suffix}", paper_study.recovery(name, checked)
        if tables.crosstalk is not None:
            reached = tables.crosstalk[tables.crosstalk["contrast"] == name]
            yield f"crosstalk_{suffix}", paper_study.crosstalk(name, reached)


def _suffixes(contrasts: list[str]) -> dict[str, str]:
    """Return what names each contrast in a file's name: safe in any folder, and unique where case does not count."""
    found: dict[str, str] = {}
    for name in contrasts:
        plain = re.sub(r"[^A-Za-z0-9_-]", "_", name)
        taken = {one.lower() for one in found.values()}
        number = 1
        while (unique := plain if number == 1 else f"{plain}_{number}").lower() in taken:
            number += 1
        found[name] = unique
    return found
