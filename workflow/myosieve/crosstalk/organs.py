"""Which organs a candidate may reach through one receptor: where the receptor is expressed, and what literature names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from myosieve.tissues.organs import Organ, organ_of

BY_EXPRESSION, BY_LITERATURE = "receptor expression", "literature"


@dataclass(frozen=True)
class Target:
    """An organ that a candidate may reach, or the lack of one (`organ` empty).

    Attributes
    ----------
    organ
        The organ.
    expressed
        Whether the receptor is expressed there at or above the limit.
    literature
        How literature names the organ as one of the myokine; '' where it does not.
    value, unit, rank, of, proxy, limiting, tissues
        As `receptor_expression`; NaN or '' where nothing is known.
    """

    organ: str
    expressed: bool = False
    literature: str = ""
    value: float = float("nan")
    unit: str = ""
    rank: float = float("nan")
    of: float = float("nan")
    proxy: str = ""
    limiting: str = ""
    tissues: str = ""

    @property
    def source(self) -> str:
        """What makes it a target: receptor expression, which comes first, or literature."""
        if not self.organ:
            return ""
        return BY_EXPRESSION if self.expressed else BY_LITERATURE


def literature_organs(cell: Any, organs: Mapping[str, Organ]) -> dict[str, str]:
    """Return organ -> the words of literature for it, from organs separated by ';'.

    Examples
    --------
    >>> literature_organs("adipose tissue; liver", {"adipose tissue": Organ("adipose", False), "liver": Organ("liver", False)})
    {'adipose': 'adipose tissue', 'liver': 'liver'}
    """
    found: dict[str, list[str]] = {}
    for name in [] if pd.isna(cell) else str(cell).split(";"):
        if name.strip() and (organ := organ_of(name, organs).name):
            found.setdefault(organ, []).append(name.strip())
    return {organ: " and ".join(dict.fromkeys(names)) for organ, names in found.items()}


def targets(expression: pd.DataFrame, named: Mapping[str, str], minimum: float) -> list[Target]:
    """Return the organs of one candidate and receptor, or one without an organ where there is none.

    Parameters
    ----------
    expression
        The receptor's rows of `receptor_expression`, highest first; none where nothing is known.
    named
        As `literature_organs`.
    minimum
        Expression from which an organ counts.

    Returns
    -------
    Organs by expression, highest first; then those that only literature names, in its order.
    """
    rows = {row.organ: row for row in expression.itertuples(index=False)}
    expressed = [organ for organ, row in rows.items() if row.receptor_value >= minimum]
    found = [_target(organ, rows.get(organ), organ in expressed, named.get(organ, ""))
             for organ in dict.fromkeys([*expressed, *named])]  # fmt: skip
    return found or [Target("")]


def _target(organ: str, row: Any, expressed: bool, literature: str) -> Target:
    if row is None:
        return Target(organ, expressed, literature)
    return Target(
        organ, expressed, literature, row.receptor_value, _text(row.unit), row.receptor_rank, row.of, row.proxy,
        _text(row.limiting), _text(row.tissues),
    )  # fmt: skip


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)
