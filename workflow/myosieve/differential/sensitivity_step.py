"""`myosieve sensitivity`: tests of a study + its values before normalization -> its hits under other normalizations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from myosieve import files, schema
from myosieve.differential.contrasts import moderated_t
from myosieve.differential.design import contrasts, design_matrix
from myosieve.differential.sensitivity import overlap
from myosieve.differential.step import read_intensities, read_sheet
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.quant.normalization.methods import normalize

ALTERNATIVES = ("none", "median", "reference")
# Below this overlap of the hits a reader is warned.
_NOTABLE_JACCARD = 0.8


def sensitivity(
    differential: Path, log2: Path, samples: Path, proteins: Path, settings: Mapping[str, Any], out: Path
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
        `design`, `contrasts`, `method`, `quantity`, `fdr`, `normalization`.
    out
        `schema.SENSITIVITY`.
    """
    own = files.read_table(differential, schema.DIFFERENTIAL)
    values = read_intensities(log2)
    sheet = read_sheet(samples, values, log2)
    design = design_matrix(sheet, settings["design"], f"{samples}, design")
    wanted = contrasts(design, settings["contrasts"], "contrasts", ratios=settings["quantity"] == "ratio")
    known = files.read_table(proteins, schema.QUANTIFIED).set_index("protein_group")
    if set(known.index) != set(values.index) or set(own["protein_group"]) != set(values.index):
        raise InputError("the tables are not of the same protein groups", differential, "give tables of one study")
    excluded = known.loc[values.index, "excluded_because"].fillna("")
    media = values[design.samples]
    tests = {settings["normalization"]: own}
    for method in ALTERNATIVES:
        if method not in tests:
            after = normalize(media, method, excluded == "").log2
            tests[method] = moderated_t(after, design, wanted, settings["method"] == "limma_trend", excluded).rows
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
