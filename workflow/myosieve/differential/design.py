"""Model formula and contrasts -> design matrix and contrast vectors, checked against the samples.

A contrast is a linear expression over conditions. The mean of a condition is taken as in an average-marginal-effect
(g-computation) reading of the model: every sample's row of the design with its condition replaced, averaged over the
samples. In additive designs the other covariates cancel, so `b - a` is exactly the coefficient of b against a; with
interactions it is the effect averaged over the samples' covariates.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

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
        By condition, its mean row of the design (p,).
    formula
        As the user wrote it.
    doubtful_slopes
        Columns taken as numbers whose values are whole and repeat, as those of a label would.
    """

    matrix: np.ndarray
    coefficients: list[str]
    samples: list[str]
    conditions: np.ndarray
    condition_rows: dict[str, np.ndarray]
    formula: str
    doubtful_slopes: list[str]


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
        replaced = {}
        for condition in dict.fromkeys(data[CONDITION]):
            counterfactual = data.assign(**{CONDITION: condition})
            replaced[condition] = np.asarray(spec.model_spec.get_model_matrix(counterfactual), float).mean(axis=0)
    except (FormulaicError, SyntaxError, ValueError, TypeError) as error:
        raise InputError(
            f"design {formula!r} cannot be used ({error})", where, "write it as '~ donor + condition'"
        ) from None
    if matrix.shape[0] - np.linalg.matrix_rank(matrix) < 1:
        raise InputError(
            f"design {formula!r} leaves no degree of freedom with {len(samples)} samples",
            where,
            "add replicates, or take a covariate out of the design",
        )
    return DesignMatrix(
        matrix=matrix,
        coefficients=[str(name) for name in spec.model_spec.column_names],
        samples=list(samples["sample"]),
        conditions=data[CONDITION].to_numpy(),
        condition_rows=replaced,
        formula=formula,
        doubtful_slopes=[name for name in data if _may_be_a_label(data[name]) and name in _bare_columns(parsed)],
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
    known = list(design.condition_rows)
    if isinstance(value, Mapping):
        weights = {}
        for role, weight in (("treatment", 1.0), ("control", -1.0)):
            condition = str(value[role])
            if condition not in known:
                raise InputError(f"{role} {condition!r} is a condition that no sample has", where, _known(known))
            weights[condition] = weights.get(condition, 0.0) + weight
    else:
        weights = _linear(str(value), known, where)
    weights = {condition: weight for condition, weight in weights.items() if weight}
    if not weights or (abs(sum(weights.values())) > 1e-9 and not ratios):
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
    return Contrast(name, weights, vector)


def estimable(matrix: np.ndarray, vector: np.ndarray) -> bool:
    """Tell whether a contrast (p,) is in the row space of a design (n x p), so that the data determine it."""
    solution, *_ = np.linalg.lstsq(matrix.T, vector, rcond=None)
    return bool(np.allclose(matrix.T @ solution, vector, atol=1e-8 * max(1.0, np.abs(vector).max())))


def _known(conditions: list[str]) -> str:
    return f"conditions in the sample sheet: {', '.join(conditions)}"


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


def _linear(expression: str, known: list[str], where: str) -> dict[str, float]:
    """Parse a linear expression over conditions, whose names may be anything (`6A`, `EPS-1h`), into their weights."""
    names = sorted(known, key=len, reverse=True)  # 'EPS-1h' is a condition before it is 'EPS' minus '1h'
    python, position, taken = "", 0, []
    while position < len(expression):
        rest = expression[position:]
        quoted = re.match(r"`([^`]*)`", rest)
        name = quoted.group(1) if quoted else next((n for n in names if _starts_with_name(rest, n)), None)
        if name is not None:
            if name not in known:
                raise InputError(f"{name!r} is a condition that no sample has", where, _known(known))
            taken.append(name)
            python += f" _{len(taken) - 1} "
            position += len(quoted.group(0)) if quoted else len(name)
            continue
        token = re.match(r"\s+|\d+\.?\d*|\.\d+|[-+*/()]", rest)
        if token is None:
            word = re.match(r"[\w.]+|\S", rest).group(0)
            raise InputError(f"{word!r} is a condition that no sample has", where, _known(known))
        python += token.group(0)
        position += token.end()
    try:
        weights, constant = _evaluated(ast.parse(python.strip(), mode="eval").body)
    except (SyntaxError, ZeroDivisionError, ValueError):
        remedy = "write a linear expression, as '(b - a) - (d - c)' or '(b + c) / 2 - a'"
        raise InputError(f"{expression!r} is not linear in the conditions", where, remedy) from None
    if constant:
        raise InputError(f"{expression!r} adds a number to conditions", where, "compare conditions, as 'b - a'")
    merged: dict[str, float] = {}
    for index, weight in weights.items():
        merged[taken[index]] = merged.get(taken[index], 0.0) + weight
    return merged


def _starts_with_name(text: str, name: str) -> bool:
    """Tell whether the text starts with a condition's name as a whole word; a plain number is never taken for one."""
    if re.fullmatch(r"[\d.]+", name) or not text.startswith(name):
        return False
    after = text[len(name) : len(name) + 1]
    return not (re.match(r"\w", name[-1]) and re.match(r"\w", after))


def _evaluated(node: ast.expr) -> tuple[dict[int, float], float]:
    """Return weights by name index and the constant of a parsed expression; ValueError where it is not linear."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return {}, float(node.value)
    if isinstance(node, ast.Name):
        return {int(node.id[1:]): 1.0}, 0.0
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
        return _scaled(_evaluated(node.operand), -1.0 if isinstance(node.op, ast.USub) else 1.0)
    if isinstance(node, ast.BinOp):
        left, right = _evaluated(node.left), _evaluated(node.right)
        if isinstance(node.op, ast.Add | ast.Sub):
            right = _scaled(right, -1.0 if isinstance(node.op, ast.Sub) else 1.0)
            both = {key: left[0].get(key, 0.0) + right[0].get(key, 0.0) for key in {**left[0], **right[0]}}
            return both, left[1] + right[1]
        if isinstance(node.op, ast.Mult) and (not left[0] or not right[0]):
            return _scaled(right, left[1]) if not left[0] else _scaled(left, right[1])
        if isinstance(node.op, ast.Div) and not right[0]:
            return _scaled(left, 1.0 / right[1])
    raise ValueError("not linear")


def _scaled(value: tuple[dict[int, float], float], factor: float) -> tuple[dict[int, float], float]:
    return {key: weight * factor for key, weight in value[0].items()}, value[1] * factor
