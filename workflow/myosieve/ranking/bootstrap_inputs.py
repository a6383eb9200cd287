"""The files that other draws of the subjects are made from -> shifts of every fold change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve.differential import inputs
from myosieve.differential.design import Contrast, DesignMatrix, contrasts
from myosieve.differential.linear import fit
from myosieve.differential.resampling import bootstrap_log2fc, resampling_units, units_of_conditions
from myosieve.errors import InputError
from myosieve.ranking.bootstrap import FEWEST_UNITS, Shifts

# Beside the draws of weights, which take the seed alone.
_STREAM = 1


def read_shifts(intensities: Path, samples: Path, settings: Mapping[str, Any], groups: pd.Index) -> Shifts:
    """Draw the units of a study again and return how far each draw's fold changes lie from those of all samples.

    The shifts are of ordinary least squares on the observed values. Where the study's own fold changes are of another
    estimator (method dpc, sample weights, imputation, a random block) they are added to those.

    Parameters
    ----------
    intensities
        Log2 values: `protein_group`, then one column per sample.
    samples
        Sample sheet.
    settings
        `design`, `design_matrix`, `contrasts`, `quantity`, `block` and `ranking`.
    groups
        The protein groups wanted, each in the intensities.

    Raises
    ------
    InputError
        No contrast is given, a file does not hold what it should, or a protein group has no row.
    """
    if not settings.get("contrasts"):
        raise InputError("no contrast is given", "contrasts", "name one, as --contrast 'b_vs_a=b - a'")
    values = inputs.read_intensities(intensities)
    absent = groups.difference(values.index)
    if len(absent):
        raise InputError(f"protein group {absent[0]!r} is missing", intensities, "give tables of the same groups")
    # In an order of their own: the last bits of a product depend on where a row stands.
    values = values.loc[groups.sort_values()]
    sheet = inputs.read_sheet(samples, values, intensities)
    design = inputs.read_design(sheet, settings, f"{samples}, design")
    inputs.read_block(sheet, settings, samples)
    wanted = contrasts(design, settings["contrasts"], "contrasts", ratios=settings["quantity"] == "ratio")
    units, name = resampling_units(sheet, settings["block"])
    too_few = _too_few(wanted, units_of_conditions(units, design.conditions))
    drawn = [contrast for contrast in wanted if contrast.name not in too_few]
    shifts = _shifts(values[design.samples].to_numpy(dtype=float), design, drawn, units, settings["ranking"])
    return Shifts(shifts, values.index, name, too_few)


def _too_few(wanted: list[Contrast], count: Mapping[str, int]) -> dict[str, str]:
    found = {}
    for contrast in wanted:
        fewest = min(contrast.weights, key=lambda condition: count.get(condition, 0))
        if count.get(fewest, 0) < FEWEST_UNITS:
            found[contrast.name] = f"{count.get(fewest, 0)} in condition {fewest}"
    return found


def _shifts(
    values: np.ndarray, design: DesignMatrix, drawn: list[Contrast], units: np.ndarray, chosen: Mapping[str, Any]
) -> dict[str, np.ndarray]:
    if not drawn:
        return {}
    vectors = np.column_stack([contrast.vector for contrast in drawn])
    rng = np.random.default_rng([chosen["seed"], _STREAM])
    found = bootstrap_log2fc(values, design.matrix, vectors, units, design.conditions, chosen["bootstrap"], rng)
    found -= fit(values, design.matrix, vectors).log2fc
    return {contrast.name: found[:, :, k] for k, contrast in enumerate(drawn)}
