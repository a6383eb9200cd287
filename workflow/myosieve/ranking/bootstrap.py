"""Ranks over other draws of the same subjects.

A draw gives every protein another fold change. Its standard error and degrees of freedom stay those of the study, so that its
confidence bound moves with the fold change, and its p-value is of the same t-test; q-values are adjusted again within the
contrast. Effect and significance are the two criteria that follow; everything else of a protein stays as it is. So do the
fold changes that a draw cannot estimate, and all of a protein that is tested by its absence: a draw of subjects says little
of what was seen in none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from myosieve.differential.multiple import ABSENCE_WEIGHT
from myosieve.differential.treat import treat
from myosieve.ranking import desirability, score
from myosieve.statistics.false_discovery import benjamini_hochberg

ABSENCE = "detection"
# Of two units there are three draws: no spread to speak of.
FEWEST_UNITS = 3


@dataclass(frozen=True)
class Shifts:
    """How far the fold changes of other draws lie from those of all samples.

    Attributes
    ----------
    shifts
        By contrast, (draws x m) log2; NaN where a draw cannot estimate a fold change. No draws where a condition has too few
        units.
    groups
        The m protein groups.
    unit
        What was drawn: a column of the sample sheet.
    too_few
        By contrast that was not drawn, the condition with too few units and how many it has, in words.
    """

    shifts: Mapping[str, np.ndarray]
    groups: pd.Index
    unit: str
    too_few: Mapping[str, str]

    def of(self, contrast: str, groups: pd.Series) -> np.ndarray:
        """Return the shifts (draws x rows) of protein groups in a contrast; no draws where it was not drawn."""
        if contrast not in self.shifts:
            return np.zeros((0, len(groups)))
        return self.shifts[contrast][:, self.groups.get_indexer(groups)]


def redrawn(
    rows: pd.DataFrame, shifts: np.ndarray, chosen: Mapping[str, Any], min_log2fc: float
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield d_effect and d_significance of one contrast's rows in each draw.

    Parameters
    ----------
    rows
        All rows of the contrast, with log2fc, ci_low, ci_high, se, df, q_value, test, mean_log2, excluded_by_filter, d_effect
        and d_significance.
    shifts
        (draws x rows) log2; NaN = the observed fold change stays.
    chosen
        Settings `ranking`: knots and direction.
    min_log2fc
        Changes up to this count as none in the test.
    """
    log2fc, se, df = (rows[name].to_numpy(dtype=float) for name in ("log2fc", "se", "df"))
    half = (rows["ci_high"] - rows["ci_low"]).to_numpy(dtype=float) / 2
    absent = (rows["test"] == ABSENCE).to_numpy()
    moves = ~absent & ~np.isnan(se) & ~np.isnan(log2fc)
    family = _family_of_absences(rows, absent)
    observed = rows["d_effect"].to_numpy(), rows["d_significance"].to_numpy()
    knots, sign = chosen["knots"], {"both": 0, "up": 1, "down": -1}[chosen["direction"]]
    for shift in shifts:
        drawn = log2fc + np.nan_to_num(shift)
        q_values = _q_values(np.exp(treat(drawn, se, df, min_log2fc).log_p_value), moves, family)
        effect = desirability.ramp(desirability.lower_bound(drawn - half, drawn + half), knots["effect"])
        significance = desirability.significance(q_values, knots["significance"])
        # A draw that turns a change round is none for who looks for one direction.
        turned = sign * drawn < 0
        yield (
            np.where(moves, np.where(turned, 0.0, effect), observed[0]),
            np.where(moves, np.where(turned, 0.0, significance), observed[1]),
        )


def rank_quantiles(
    rows: pd.DataFrame, kept: np.ndarray, draws: Iterator[tuple[np.ndarray, np.ndarray]], columns: list[str],
    shares: np.ndarray, floor: float,
) -> list[tuple[np.ndarray, np.ndarray]]:  # fmt: skip
    """Return the 5 and 95 % quantiles of the ranks of the kept rows over draws, rounded outward: one pair, none without draws.

    Parameters
    ----------
    rows
        All rows of the contrast, in the order in which ties are broken, with `columns`.
    kept
        Which of them are ranked.
    draws
        From `redrawn`.
    columns
        The criteria's columns in the order of `score.CRITERIA`.
    shares, floor
        As in `score`.
    """
    desirabilities = rows.loc[kept, columns].to_numpy(dtype=float)
    effect, significance = columns.index("d_effect"), columns.index("d_significance")
    found = []
    for of_effect, of_significance in draws:
        desirabilities[:, effect], desirabilities[:, significance] = of_effect[kept], of_significance[kept]
        found.append(score.ranks_by(desirabilities, shares, floor))
    return [score.quantiles(np.array(found))] if found else []


def _family_of_absences(rows: pd.DataFrame, absent: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Return p-values (rows) at which the tests of absence enter the family, their q-values, and what they count for.

    What they entered with is not in the table. The j-th smallest of n enters here with q j / n, which gives all the q-values
    that the table has.
    """
    q_values = rows["q_value"].to_numpy(dtype=float)
    tested = ~np.isnan(q_values)
    enters = np.full(len(rows), np.nan)
    if not absent.any():
        return enters, q_values, 0.0
    used = (rows["mean_log2"].notna() & (rows["excluded_by_filter"] == "")).sum()
    weight = ABSENCE_WEIGHT * float(used)
    place = rows["q_value"].rank(method="first").to_numpy()
    enters[absent & tested] = (q_values * place / ((tested & ~absent).sum() + weight))[absent & tested]
    return enters, q_values, weight


def _q_values(p_values: np.ndarray, moves: np.ndarray, family: tuple[np.ndarray, np.ndarray, float]) -> np.ndarray:
    """Return the adjusted p-values of the rows that move; the others keep theirs."""
    enters, observed, weight = family
    together = np.where(moves, p_values, enters)
    tests = np.isfinite(together[moves]).sum() + weight if weight else None
    return np.where(moves, np.maximum(benjamini_hochberg(together, tests), p_values), observed)
