"""Model formula (or a given matrix) and contrasts -> design matrix and contrast vectors, checked against the samples.

A contrast is a linear expression over conditions, or over the columns of a given matrix. The mean of a condition is taken as
in an average-marginal-effect (g-computation) reading of the model: every sample's row of the design with its condition
replaced, averaged over the samples. In additive designs the other covariates cancel, so `b - a` is exactly the coefficient
of b against a; with interactions it is the effect averaged over the samples' covariates.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from myosieve.differential.expressions import COEFFICIENTS, CONDITIONS, linear_weights
from myosieve.errors import InputError

CONDITION = "condition"
# What a formula may call; everything else in it must be a column of the sample sheet.
_TRANSFORMS = frozenset({"C", "center", "scale", "poly", "bs", "cs", "log", "log2", "log10", "exp"})
# Columns that name things, even where all the names look like numbers: donors 1 to 5 are no dose.
_LABELS = frozenset(
    {"sample", "column", CONDITION, "replicate", "batch", "subject", "fraction"}
    | {
        "donor",
        "patient",
        "participant",
        "individual",
        "animal",
        "mouse",
        "rat",
        "culture",
        "clone",
        "line",
        "pair",
        "block",
    }
    | {"lab", "laboratory", "instrument", "plate", "plex", "run", "group", "sex", "genotype"}
)


@dataclass(frozen=True)
class DesignMatrix:
    """A design and the conditions' mean rows in it.

    Attributes
    ----------
    matrix
        (n samples x p coefficients), float64; may be rank deficient.
    coefficients
        The p names.
    samples
        The n sample names.
    conditions
        Condition of each sample.
    condition_rows
        By condition, its mean row of the design (p,); by column of a given matrix, the row that picks its coefficient.
    formula
        As the user wrote it.
    doubtful_slopes
        Columns taken as numbers whose values are whole and repeat, as those of a label would.
    given
        Whether the matrix was given: then contrasts are of its columns.
    rows_if
        By condition, the rows (n x p) that the samples would have in it; empty for a given matrix.
    strata
        (n,) the values of each sample's categorical covariates, joined; None for a given matrix.
    slopes
        Covariates taken as numbers.
    """

    matrix: np.ndarray
    coefficients: list[str]
    samples: list[str]
    conditions: np.ndarray
    condition_rows: dict[str, np.ndarray]
    formula: str
    doubtful_slopes: list[str]
    given: bool = False
    rows_if: dict[str, np.ndarray] = field(default_factory=dict)
    strata: np.ndarray | None = None
    slopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contrast:
    """One contrast: its weights over conditions, and over coefficients (p,)."""

    name: str
    weights: dict[str, float]
    vector: np.ndarray

    def samples(self, design: DesignMatrix, sign: int) -> np.ndarray:
        """Return which samples (n,) are in conditions of positive (+1) or negative (-1) weight."""
        chosen = [condition for condition, weight in self.weights.items() if weight * sign > 0]
        return np.isin(design.conditions, chosen)


def design_matrix(samples: pd.DataFrame, formula: str, where: object = "design") -> DesignMatrix:
    """Build the design matrix of the samples.

    Parameters
    ----------
    samples
        One row per sample, with `sample`, `condition` and every column that the formula names. Columns whose values are
        all numbers are numeric, except names (sample, condition, subject, donor, batch, ...) and what stands in `C()`.
    formula
        Wilkinson notation, as `~ donor + condition`; must contain `condition`.
    where
        What messages call the place in which the formula stands.

    Raises
    ------
    InputError
        The formula does not parse, names no column, calls something unknown, lacks `condition`, a covariate is empty for
        a sample, or there are no degrees of freedom left to estimate the variance.
    """
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        parsed = Formula(formula)
        if hasattr(parsed, "rhs"):
            raise InputError(
                f"design {formula!r} has a left side", where, "write only the right side, as '~ condition'"
            )
        used = _columns_used(parsed, formula, samples, where)
        data = _typed(samples, used, where)
        spec = parsed.get_model_matrix(data, na_action="raise")
        matrix = np.asarray(spec, dtype=float)
        rows_if = {}
        for condition in dict.fromkeys(data[CONDITION]):
            counterfactual = data.assign(**{CONDITION: condition})
            rows_if[condition] = np.asarray(spec.model_spec.get_model_matrix(counterfactual), float)
    except (FormulaicError, SyntaxError, ValueError, TypeError) as error:
        raise InputError(
            f"design {formula!r} cannot be used ({error})", where, "write it as '~ donor + condition'"
        ) from None
    _check_degrees_of_freedom(matrix, f"design {formula!r}", where)
    slopes = tuple(name for name in data if data[name].dtype == float and name in _bare_columns(parsed))
    groups = data.drop(columns=[CONDITION, *slopes])
    return DesignMatrix(
        matrix=matrix,
        coefficients=[str(name) for name in spec.model_spec.column_names],
        samples=list(samples["sample"]),
        conditions=data[CONDITION].to_numpy(),
        condition_rows={condition: rows.mean(axis=0) for condition, rows in rows_if.items()},
        formula=formula,
        doubtful_slopes=[name for name in data if _may_be_a_label(data[name]) and name in _bare_columns(parsed)],
        rows_if=rows_if,
        strata=np.array(["\x1f".join(map(str, row)) for row in groups.itertuples(index=False)], dtype=object),
        slopes=slopes,
    )


def given_design(samples: pd.DataFrame, table: pd.DataFrame, where: object = "design matrix") -> DesignMatrix:
    """Take a design matrix as it is given.

    Parameters
    ----------
    samples
        One row per sample, with `sample` and `condition`.
    table
        `sample`, then one numeric column per coefficient; a row for every sample, in any order. Rows of other samples are
        ignored.
    where
        What messages call the table.

    Raises
    ------
    InputError
        A sample without a row or with two, a cell that is no finite number, or no degree of freedom left.
    """
    if "sample" not in table.columns or len(table.columns) < 2:
        raise InputError("no column 'sample' beside numbers", where, "write 'sample', then one column per coefficient")
    names = table["sample"].astype("str")
    if names.duplicated().any():
        raise InputError(f"sample {names[names.duplicated()].iloc[0]!r} has two rows", where, "keep one row per sample")
    rows = table.drop(columns="sample").set_index(names)
    for sample in samples["sample"]:
        if sample not in rows.index:
            raise InputError(f"sample {sample!r} has no row", where, "give a row for every sample of the sheet")
    rows = rows.loc[list(samples["sample"])]
    numbers = rows.apply(pd.to_numeric, errors="coerce")
    bad = ~np.isfinite(numbers.to_numpy(dtype=float))
    if bad.any():
        i, j = np.argwhere(bad)[0]
        at = f"sample {rows.index[i]!r}, column {rows.columns[j]!r}"
        raise InputError(f"{str(rows.iloc[i, j])!r} is no number ({at})", where, "fill in a finite number")
    matrix = numbers.to_numpy(dtype=float)
    _check_degrees_of_freedom(matrix, "the design matrix", where)
    columns = [str(name) for name in rows.columns]
    return DesignMatrix(
        matrix=matrix,
        coefficients=columns,
        samples=list(samples["sample"]),
        conditions=samples[CONDITION].astype("str").to_numpy(dtype=object),
        condition_rows=dict(zip(columns, np.eye(len(columns)), strict=True)),
        formula=f"given matrix of {', '.join(columns)}",
        doubtful_slopes=[],
        given=True,
    )


def _check_degrees_of_freedom(matrix: np.ndarray, what: str, where: object) -> None:
    if matrix.shape[0] - np.linalg.matrix_rank(matrix) < 1:
        raise InputError(
            f"{what} leaves no degree of freedom with {len(matrix)} samples",
            where,
            "add replicates, or take a covariate out of the design",
        )


def contrasts(
    design: DesignMatrix, wanted: Mapping[str, Any], where: object = "contrasts", *, ratios: bool = False
) -> list[Contrast]:
    """Return the contrasts of a config, in its order.

    Parameters
    ----------
    design
        The design they are to be estimated in.
    wanted
        By name, `{treatment: condition, control: condition}` or an expression such as `(b - a) - (d - c)`.
    where
        What messages call the place in which the contrasts stand.
    ratios
        Whether the values are ratios (of isotope labels): then a condition's own level is a comparison, and the weights of a
        contrast need not sum to zero.

    Raises
    ------
    InputError
        No sample has a condition, the expression is not linear or not a difference, or the design cannot estimate it.
    """
    return [_contrast(design, name, value, f"{where}: contrast {name!r}", ratios) for name, value in wanted.items()]


def _contrast(design: DesignMatrix, name: str, value: Any, where: str, ratios: bool) -> Contrast:
    known, kind = list(design.condition_rows), COEFFICIENTS if design.given else CONDITIONS
    if isinstance(value, Mapping):
        weights = {}
        for role, weight in (("treatment", 1.0), ("control", -1.0)):
            condition = str(value[role])
            if condition not in known:
                raise InputError(f"{role} {condition!r} is {kind.unknown}", where, kind.listed(known))
            weights[condition] = weights.get(condition, 0.0) + weight
    else:
        weights = linear_weights(str(value), known, where, kind)
    weights = {condition: weight for condition, weight in weights.items() if weight}
    if not weights or (abs(sum(weights.values())) > 1e-9 and not (ratios or design.given)):
        raise InputError(
            "the weights of its conditions do not sum to zero",
            where,
            "compare conditions, as 'b - a' (a condition alone is a comparison only with quantity: ratio)",
        )
    vector = sum(weight * design.condition_rows[condition] for condition, weight in weights.items())
    vector[np.abs(vector) < 1e-12] = 0.0
    if not estimable(design.matrix, vector):
        raise InputError(
            f"the design {design.formula!r} cannot estimate it",
            where,
            "a covariate is confounded with the conditions: take it out of the design or add samples that separate them",
        )
    return Contrast(name, _weights_of_conditions(design, vector) if design.given else weights, vector)


def _weights_of_conditions(design: DesignMatrix, vector: np.ndarray) -> dict[str, float]:
    """Return how much each condition weighs in a contrast of a given matrix.

    The estimate is sum_j h_j y_j over the samples with h = X (X'X)^- c; a condition weighs the sum of its samples' h.
    """
    weight = design.matrix @ (np.linalg.pinv(design.matrix.T @ design.matrix) @ vector)
    totals = {name: float(weight[design.conditions == name].sum()) for name in dict.fromkeys(design.conditions)}
    return {name: total for name, total in totals.items() if abs(total) > 1e-9}


def estimable(matrix: np.ndarray, vector: np.ndarray) -> bool:
    """Tell whether a contrast (p,) is in the row space of a design (n x p), so that the data determine it."""
    solution, *_ = np.linalg.lstsq(matrix.T, vector, rcond=None)
    return bool(np.allclose(matrix.T @ solution, vector, atol=1e-8 * max(1.0, np.abs(vector).max())))


def _columns_used(parsed: Any, formula: str, samples: pd.DataFrame, where: object) -> list[str]:
    for term in parsed:
        for factor in term.factors:
            _check_factor(str(factor.expr), formula, where)
    used = sorted(str(variable) for variable in parsed.required_variables)
    for name in used:
        if name not in samples.columns:
            columns = ", ".join(map(str, samples.columns))
            raise InputError(f"design {formula!r} names {name!r}", where, f"columns of the sample sheet: {columns}")
    if CONDITION not in used:
        raise InputError(
            f"design {formula!r} lacks 'condition'", where, "contrasts compare conditions: add '+ condition'"
        )
    return used


def _bare_columns(parsed: Any) -> set[str]:
    """Return the names that stand in a formula outside `C()`, where a number is a slope."""
    expressions = {str(factor.expr) for term in parsed for factor in term.factors}
    trees = [ast.parse(text) for text in expressions if not text.startswith("C(") and "`" not in text]
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _may_be_a_label(values: pd.Series) -> bool:
    return values.dtype == float and bool((values == values.round()).all()) and values.nunique() < len(values)


def _check_factor(expression: str, formula: str, where: object) -> None:
    """Refuse anything in a formula but columns, numbers, arithmetic and the known transforms."""
    try:
        nodes = list(ast.walk(ast.parse(re.sub(r"`[^`]*`", "column", expression), mode="eval")))
    except SyntaxError:
        raise InputError(
            f"design {formula!r}: {expression!r} does not parse", where, "use columns of the sheet"
        ) from None
    for node in nodes:
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Lambda) or (
            isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in _TRANSFORMS)
        ):
            raise InputError(
                f"design {formula!r}: {expression!r} is not allowed",
                where,
                f"use columns of the sample sheet and {', '.join(sorted(_TRANSFORMS))}",
            )


def _typed(samples: pd.DataFrame, used: list[str], where: object) -> pd.DataFrame:
    data = {}
    for name in used:
        values = samples[name].astype("str")
        empty = samples[name].isna() | (values.str.strip() == "")
        if empty.any():
            first = samples.loc[empty, "sample"].iloc[0]
            raise InputError(f"sample {first!r} has no value in {name!r}", where, "fill it in, or drop the covariate")
        numbers = pd.to_numeric(values, errors="coerce")
        data[name] = values.astype(object) if name in _LABELS or numbers.isna().any() else numbers.astype(float)
    return pd.DataFrame(data, index=samples.index)
