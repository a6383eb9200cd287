"""Step: the sample sheet with the leak index of each medium, for designs that carry it as a covariate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.secretome import leak
from myosieve.secretome.accessions import contains_any, targets
from myosieve.secretome.knowledge import read_leak_markers
from myosieve.secretome.leak_step import index_of
from myosieve.secretome.reading import read_annotation, read_intensities

COLUMN = "leak_index"


def leak_index(
    quantified: Path, samples: Path, annotation: Path, settings: Mapping[str, Any], knowledge: Path, out: Path
) -> Summary:
    """Write the sample sheet with a column `leak_index` behind its own.

    Parameters
    ----------
    quantified
        Folder with proteins.tsv and intensities.tsv of `quantify`.
    samples
        samples.tsv of `intake`.
    annotation
        annotation.tsv.
    settings
        `organism`.
    knowledge
        Folder with leak_markers.tsv.
    out
        Where the sheet goes.

    Raises
    ------
    InputError
        A medium has too few markers for an index, or the sheet has a column of that name already.
    """
    quantified, samples = Path(quantified), Path(samples)
    sheet = files.read_table(samples, schema.SAMPLES)
    if COLUMN in sheet:
        raise InputError(f"the sheet has a column {COLUMN!r} of its own", samples, "give that column another name")
    proteins = files.read_table(quantified / "proteins.tsv", schema.QUANTIFIED)
    markers = read_leak_markers(Path(knowledge), settings["organism"])
    proteins["marker"] = contains_any(targets(proteins), set(markers["accession"]))
    groups, media = proteins["protein_group"], sheet["fraction"] == "secretome"
    classes = read_annotation(Path(annotation), groups)["secretion_class"]
    values = read_intensities(quantified / "intensities.tsv", groups, sheet.loc[media, "sample"])
    found = np.full(len(sheet), np.nan)
    found[media] = index_of(proteins, classes, values).level
    without = sheet.loc[media & np.isnan(found), "sample"]
    if len(without):
        raise InputError(
            f"sample {without.iloc[0]!r} has no leak index: fewer than {leak.FEWEST} of the markers that most media show",
            samples,
            f"take {COLUMN} out of the design, or exclude the sample",
        )
    files.write_table(out, sheet.assign(**{COLUMN: found}))
    return Summary(methods=["The leak index of each medium stands in the design as a covariate."])
