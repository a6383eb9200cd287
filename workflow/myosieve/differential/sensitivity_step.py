"""`myosieve sensitivity`: tests of a study + its values before normalization -> its hits under other normalizations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from myosieve import files, schema
from myosieve.differential import inputs
from myosieve.differential.contrast_tests import contrast_tests
from myosieve.differential.design import contrasts
from myosieve.differential.model import Options
from myosieve.differential.sensitivity import overlap
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.quant.normalization.methods import normalize

ALTERNATIVES = ("none", "median", "reference")
# Below this overlap of the hits a reader is warned.
_NOTABLE_JACCARD = 0.8


def sensitivity(
    differential: Path,
    log2: Path,
    samples: Path,
    proteins: Path,
    settings: Mapping[str, Any],
    out: Path,
    *,
    estimates: Path | None = None,
) -> Summary:
    """Test again under no, median and reference normalization, and write how the hits differ from the study's own.

    Parameters
    ----------
    differential
        `schema.DIFFERENTIAL` of the study.
    log2
        Log2 values before normalization: `protein_group`, then one column per sample.
    samples
        Sample sheet.
    proteins
        `schema.QUANTIFIED`.
    settings
        Those of `differential`, `fdr` and `normalization`.
    out
        `schema.SENSITIVITY`.
    estimates
        `schema.ESTIMATES`, for method dpc.
    """
    own = files.read_table(differential, schema.DIFFERENTIAL)
    values = inputs.read_intensities(log2)
    sheet = inputs.read_sheet(samples, values, log2)
    design = inputs.read_design(sheet, settings, f"{samples}, design")
    block = inputs.read_block(sheet, settings, samples)
    wanted = contrasts(design, settings["contrasts"], "contrasts", ratios=settings["quantity"] == "ratio")
    if set(own["protein_group"]) != set(values.index):
        raise InputError("the tables are not of the same protein groups", differential, "give tables of one study")
    names = inputs.read_names(proteins, values)
    excluded = names["excluded_because"]
    peptides = inputs.peptides_of(names, settings, proteins)
    table = files.read_table(estimates, schema.ESTIMATES) if estimates else None
    estimated = inputs.arranged_estimates(table, values, design.samples, settings, estimates or log2)
    media = values[design.samples]
    tests = {settings["normalization"]: own}
    for method in ALTERNATIVES:
        if method not in tests:
            after = normalize(media, method, excluded == "").log2
            tests[method] = contrast_tests(
                after, design, wanted, Options.of(settings), excluded=excluded, peptides=peptides, block=block,
                estimates=inputs.followed(estimated, media, after),
            ).rows  # fmt: skip
    table = pd.DataFrame(_rows(tests, [contrast.name for contrast in wanted], settings))
    files.write_table(out, schema.SENSITIVITY.arrange(table))
    return _summary(table, settings)


def _rows(tests: Mapping[str, pd.DataFrame], names: list[str], settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for name in names:
        of_contrast = {
            method: rows[rows["contrast"] == name].set_index("protein_group") for method, rows in tests.items()
        }
        chosen = of_contrast[settings["normalization"]]
        for method, other in of_contrast.items():
            found = overlap(chosen, other, settings["fdr"])
            own = "yes" if method == settings["normalization"] else "no"
            rows.append({"contrast": name, "normalization": method, "chosen": own, **found})
    return rows


def _summary(table: pd.DataFrame, settings: Mapping[str, Any]) -> Summary:
    others = table[table["chosen"] == "no"]
    methods = " and ".join(dict.fromkeys(others["normalization"]))
    summary = Summary(
        methods=[
            (
                "The tests were repeated under other normalizations "
                f"({methods}); sensitivity.tsv holds the overlap of the hits at "
                f"FDR {settings['fdr']:g} with those of normalization {settings['normalization']} as Jaccard indices."
            )
        ]
    )
    for row in others[(others["jaccard"] < _NOTABLE_JACCARD) | (others["sign_flips"] > 0)].itertuples():
        own = row.shared + row.lost
        summary.warnings.append(
            f"{row.contrast}: the hits depend on the normalization: {own} under {settings['normalization']}, {row.hits} under "
            f"{row.normalization}, {row.shared} in common (Jaccard {row.jaccard:.2f}), {row.sign_flips} with the other sign"
        )
    return summary
