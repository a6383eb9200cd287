"""The part of the step `secretome` that judges leak: index and design -> what follows it, by protein and by contrast."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.differential import inputs
from myosieve.differential.design import Contrast, DesignMatrix, contrasts
from myosieve.secretome import leak, lysate
from myosieve.secretome.leak import LeakIndex
from myosieve.secretome.leak_contrasts import index_contrast, index_tests, residual
from myosieve.secretome.leak_measures import measures as damage
from myosieve.secretome.leak_measures import on_scale
from myosieve.secretome.leak_mixture import Follows, follows_leak

# Secretion classes with a way of their own out of the cell: they need no broken cell to be in the medium.
OWN_WAY = ("classical", "shed", "gpi_anchored", "annotated")
# Residual degrees of freedom that are left beside design and index.
_FEWEST_DF = 1


@dataclass(frozen=True)
class LeakJudged:
    """What is known of leak.

    Attributes
    ----------
    index
        Leak index of the secretome samples.
    by_sample
        The same for every sample of the sheet, NaN = none.
    proteins
        Columns of `schema.SECRETOME` that speak of leak and lysate, one row per protein group.
    effects, tests
        `schema.LEAK` and `schema.LEAK_TESTS`.
    follows
        What the mixture says; None where it could not be fitted.
    lysates
        Whether there were lysates with enough markers.
    """

    index: LeakIndex
    by_sample: np.ndarray
    proteins: pd.DataFrame
    effects: pd.DataFrame
    tests: pd.DataFrame
    follows: Follows | None
    lysates: bool


def judge_leak(
    proteins: pd.DataFrame,
    classes: pd.Series,
    log2: np.ndarray,
    sheet: pd.DataFrame,
    settings: Mapping[str, Any],
    samples: Path,
    differential: Path | None,
) -> LeakJudged:
    """Judge leak from what the step read.

    Parameters
    ----------
    proteins
        `schema.QUANTIFIED` with a boolean column `marker`.
    classes
        Secretion class of each protein group, in the same order.
    log2
        log2 intensities (groups x samples of `sheet`).
    sheet
        One row per sample with `fraction`, `condition` and the sheet's covariates.
    settings
        `design`, `design_matrix`, `contrasts`, `block`, `quantity`.
    samples
        The sample sheet.
    differential
        `schema.DIFFERENTIAL`; None leaves effects empty.
    """
    medium = (sheet["fraction"] == "secretome").to_numpy()
    found = index_of(proteins, classes, log2[:, medium])
    index = np.full(len(sheet), np.nan)
    index[medium] = found.level
    plan = _plan(sheet, settings, samples, index)
    follows = None
    if plan is not None and not found.steady:
        follows = _follows(proteins, classes, log2, sheet, index, plan.without_index, found.secreted > 0)
    nothing = np.full(len(proteins), np.nan)
    probability = follows.probability if follows else nothing
    flags = leak.leak_flags(probability, proteins["marker"].to_numpy(), found.steady)
    markers = (proteins["marker"] & proteins["excluded_because"].isna()).to_numpy()
    ratios = lysate.lysate_ratios(log2, lysate.pairs_of(sheet), markers)
    columns = {
        "leak_probability": probability,
        "leak_loading": follows.loading if follows else nothing,
        "leak_loading_sd": follows.loading_sd if follows else nothing,
        "leak_flag": flags,
        "lysate_log2_ratio": ratios.ratio if ratios else nothing,
        "lysate_log2_ratio_se": ratios.se if ratios else nothing,
        "lysate_pairs": ratios.pairs if ratios else nothing,
        "lysate_flag": lysate.lysate_flags(ratios, log2, medium, (sheet["fraction"] == "lysate").to_numpy()),
    }
    tests, effects = _no_rows(schema.LEAK_TESTS), _no_rows(schema.LEAK)
    if plan is not None and plan.contrasts:
        tests = _tests(sheet, index, plan, settings, samples)
        if differential is not None:
            effects = _effects(proteins["protein_group"], log2, sheet, index, plan, follows, found.steady, differential)
    return LeakJudged(found, index, pd.DataFrame(columns), effects, tests, follows, ratios is not None)


def index_of(proteins: pd.DataFrame, classes: pd.Series, log2: np.ndarray) -> LeakIndex:
    """Return the leak index of secretome samples.

    Parameters
    ----------
    proteins
        `schema.QUANTIFIED` with a boolean column `marker`.
    classes
        Secretion class of each protein group, in the same order.
    log2
        log2 intensities (groups x secretome samples).
    """
    kept = proteins["excluded_because"].isna().to_numpy()
    marker, own_way = proteins["marker"].to_numpy(), classes.isin(OWN_WAY).to_numpy()
    return leak.leak_index(log2[kept & marker], log2[kept & own_way & ~marker])


# ---- design --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Plan:
    """The study's design over the samples with an index, the same without the index as a covariate, and the contrasts."""

    design: DesignMatrix
    without_index: DesignMatrix
    contrasts: list[Contrast]
    kept: np.ndarray  # of the index's coefficients, which columns of the design are others


def _plan(sheet: pd.DataFrame, settings: Mapping[str, Any], samples: Path, index: np.ndarray) -> _Plan | None:
    """Return the design, or None where no sample has an index."""
    if not np.isfinite(index).any():
        return None
    # From the file: a covariate may have the name of a column that quality control adds.
    tested = inputs.read_sheet(samples, pd.DataFrame(columns=sheet["sample"]), samples)
    design = inputs.read_design(tested, settings, f"{samples}, design")
    wanted = settings.get("contrasts") or {}
    found = contrasts(design, wanted, "contrasts", ratios=settings["quantity"] == "ratio") if wanted else []
    kept = np.array([not re.search(r"\bleak_index\b", name) for name in design.coefficients])
    without = replace(
        design,
        matrix=design.matrix[:, kept],
        coefficients=[name for name, keep in zip(design.coefficients, kept, strict=True) if keep],
        condition_rows={name: row[kept] for name, row in design.condition_rows.items()},
    )
    return _Plan(design, without, found, kept)


def _positions(sheet: pd.DataFrame, design: DesignMatrix) -> np.ndarray:
    return pd.Index(sheet["sample"]).get_indexer(design.samples)


# ---- judging -------------------------------------------------------------------------------------------------------


def _follows(
    proteins: pd.DataFrame,
    classes: pd.Series,
    log2: np.ndarray,
    sheet: pd.DataFrame,
    index: np.ndarray,
    design: DesignMatrix,
    relative: bool,
) -> Follows | None:
    positions = _positions(sheet, design)
    known = np.isfinite(index[positions])
    matrix = design.matrix[known]
    if known.sum() - np.linalg.matrix_rank(matrix) - 1 < _FEWEST_DF:
        return None
    kept = proteins["excluded_because"].isna().to_numpy()
    found = follows_leak(
        log2[kept][:, positions[known]],
        index[positions[known]],
        matrix,
        design.conditions[known],
        is_marker=proteins["marker"].to_numpy()[kept],
        own_way=classes.isin(OWN_WAY).to_numpy()[kept],
        relative=relative,
    )

    def placed(part: np.ndarray) -> np.ndarray:
        whole = np.full(len(proteins), np.nan)
        whole[kept] = part
        return whole

    return replace(
        found,
        probability=placed(found.probability),
        loading=placed(found.loading),
        loading_sd=placed(found.loading_sd),
    )


def _tests(
    sheet: pd.DataFrame, index: np.ndarray, plan: _Plan, settings: Mapping[str, Any], samples: Path
) -> pd.DataFrame:
    """Return `schema.LEAK_TESTS`: the index and every viability column of the sheet, for each contrast."""
    positions = _positions(sheet, plan.without_index)
    tested = sheet.iloc[positions].reset_index(drop=True)
    own = index[positions]
    measures, scales = {"leak_index": own}, {"leak_index": "log2"}
    for name, values in damage(sheet).iloc[positions].items():
        measures[name], scales[name] = on_scale(values)
    vectors = np.column_stack([contrast.vector[plan.kept] for contrast in plan.contrasts])
    block = inputs.read_block(tested, settings, samples)
    rows = index_tests(pd.DataFrame(measures), plan.without_index.matrix, vectors, block)
    rows["contrast"] = np.repeat([contrast.name for contrast in plan.contrasts], len(measures))
    rows["scale"] = rows["measure"].map(scales)
    correlation = {name: _correlation(values, own) for name, values in measures.items() if name != "leak_index"}
    rows["correlation"] = rows["measure"].map(correlation).astype(float)
    return rows[schema.LEAK_TESTS.names]


def _correlation(values: np.ndarray, index: np.ndarray) -> float:
    both = np.isfinite(values) & np.isfinite(index)
    if both.sum() < 3 or np.ptp(values[both]) == 0 or np.ptp(index[both]) == 0:
        return np.nan
    return float(np.corrcoef(values[both], index[both])[0, 1])


def _effects(
    groups: pd.Series,
    log2: np.ndarray,
    sheet: pd.DataFrame,
    index: np.ndarray,
    plan: _Plan,
    follows: Follows | None,
    steady: bool,
    differential: Path,
) -> pd.DataFrame:
    """Return `schema.LEAK`: for each contrast and protein the part of the fold change that leak explains, and the rest."""
    table = files.read_table(differential, schema.DIFFERENTIAL)
    positions = _positions(sheet, plan.design)
    vectors = np.column_stack([contrast.vector for contrast in plan.contrasts])
    of_index = index_contrast(log2[:, positions], index[positions], plan.design.matrix, vectors)
    blocks = []
    for place, contrast in enumerate(plan.contrasts):
        own = table[table["contrast"] == contrast.name].set_index("protein_group").reindex(groups)
        log2fc, se = own["log2fc"].to_numpy(), own["se"].to_numpy()
        parts = [np.full(len(groups), np.nan)] * 3
        if follows is not None:
            parts = residual(log2fc, se, of_index[:, place], follows.loading, follows.loading_sd)
        elif steady:
            parts = [np.where(np.isfinite(log2fc), 0.0, np.nan), log2fc, se]
        names = ("leak_log2fc", "residual_log2fc", "residual_se")
        block = {"contrast": contrast.name, "protein_group": groups.to_numpy(), **dict(zip(names, parts, strict=True))}
        blocks.append(pd.DataFrame(block))
    return pd.concat(blocks, ignore_index=True)


def _no_rows(table: schema.Table) -> pd.DataFrame:
    return pd.DataFrame({column.name: [] for column in table.columns}).astype(table.dtypes())
