"""Linear expressions over conditions or coefficients, as `(b - a) - (d - c)`, into their weights."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from myosieve.errors import InputError


@dataclass(frozen=True)
class NameKind:
    """What the names of an expression are, in words for messages."""

    unknown: str
    plural: str

    def listed(self, known: list[str]) -> str:
        """Return the remedy for an unknown name."""
        return f"{self.plural}: {', '.join(known)}"


CONDITIONS = NameKind("a condition that no sample has", "conditions in the sample sheet")
COEFFICIENTS = NameKind("no column of the design matrix", "columns of the design matrix")


def linear_weights(expression: str, known: list[str], where: str, kind: NameKind) -> dict[str, float]:
    """Parse a linear expression over names, which may be anything (`6A`, `EPS-1h`), into their weights.

    Parameters
    ----------
    expression
        Such as `(b - a) - (d - c)`; a name with unusual characters may stand in backticks.
    known
        The names that may occur.
    where
        What messages call the place in which the expression stands.
    kind
        What the names are, for messages.

    Raises
    ------
    InputError
        An unknown name, or an expression that is not linear in the names or adds a number to them.
    """
    names = sorted(known, key=len, reverse=True)  # 'EPS-1h' is a condition before it is 'EPS' minus '1h'
    python, position, taken = "", 0, []
    while position < len(expression):
        rest = expression[position:]
        quoted = re.match(r"`([^`]*)`", rest)
        name = quoted.group(1) if quoted else next((n for n in names if _starts_with_name(rest, n)), None)
        if name is not None:
            if name not in known:
                raise InputError(f"{name!r} is {kind.unknown}", where, kind.listed(known))
            taken.append(name)
            python += f" _{len(taken) - 1} "
            position += len(quoted.group(0)) if quoted else len(name)
            continue
        token = re.match(r"\s+|\d+\.?\d*|\.\d+|[-+*/()]", rest)
        if token is None:
            word = re.match(r"[\w.]+|\S", rest).group(0)
            raise InputError(f"{word!r} is {kind.unknown}", where, kind.listed(known))
        python += " " if token.group(0).isspace() else token.group(0)  # a line break ends nothing
        position += token.end()
    try:
        weights, constant = _evaluated(ast.parse(python.strip(), mode="eval").body)
    except (SyntaxError, ZeroDivisionError, ValueError):
        remedy = "write a linear expression, as '(b - a) - (d - c)' or '(b + c) / 2 - a'"
        raise InputError(f"{expression!r} is not linear in the {kind.plural.split()[0]}", where, remedy) from None
    if constant:
        raise InputError(
            f"{expression!r} adds a number to {kind.plural.split()[0]}", where, "compare conditions, as 'b - a'"
        )
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
