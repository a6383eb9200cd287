"""Tables of two by two: Fisher's exact test and the odds ratio.

Of N items, K are marked; of n chosen ones, x are. Under the null x is hypergeometric:

    P(x) = C(K, x) C(N - K, n - x) / C(N, n)

The two-sided p adds up all tables that are no more likely than the one seen (Fisher 1935, J R Stat Soc 98:39).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, ndtri

# Tables as likely as the one seen differ from it by rounding.
_ROUNDING = 1e-7


class Fisher(NamedTuple):
    """Odds ratio, its 95 % interval, and the two-sided exact p; NaN where a margin is empty."""

    odds_ratio: float
    ci_low: float
    ci_high: float
    p_value: float


def fisher(chosen_marked: int, chosen: int, marked: int, items: int) -> Fisher:
    """Return what a table says.

    The odds ratio is that of the four counts with one half added to each (Haldane 1956, Ann Hum Genet 20:309; Anscombe 1956,
    Biometrika 43:461), with Woolf's interval of its logarithm (1955, Ann Hum Genet 19:251); the p-value is exact and needs
    neither.

    Parameters
    ----------
    chosen_marked
        Marked items among the chosen ones.
    chosen, marked, items
        How many are chosen, how many are marked, and how many there are.
    """
    cells = np.array([
        chosen_marked, chosen - chosen_marked, marked - chosen_marked, items - chosen - marked + chosen_marked
    ])  # fmt: skip
    if (cells < 0).any():
        raise ValueError(f"{chosen_marked} of {chosen} chosen and {marked} marked among {items} is no table")
    if min(chosen, marked, items - chosen, items - marked) == 0:
        return Fisher(np.nan, np.nan, np.nan, np.nan)
    a, b, c, d = cells + 0.5
    logarithm, half = np.log(a * d / (b * c)), ndtri(0.975) * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    log_chances = _log_chances(marked, items, chosen)
    seen = log_chances[chosen_marked - max(0, chosen + marked - items)]
    p_value = np.exp(log_chances[log_chances <= seen + _ROUNDING]).sum()
    return Fisher(
        float(np.exp(logarithm)),
        float(np.exp(logarithm - half)),
        float(np.exp(logarithm + half)),
        float(min(p_value, 1.0)),
    )


def hypergeometric_tail(at_least: int, marked: int, items: int, chosen: int) -> float:
    """Return the chance of at least so many marked items among those chosen at random."""
    fewest = max(0, chosen + marked - items)
    return float(min(np.exp(_log_chances(marked, items, chosen)[max(at_least - fewest, 0) :]).sum(), 1.0))


def _log_chances(marked: int, items: int, chosen: int) -> np.ndarray:
    """Return ln P(x) for every possible x, the fewest first."""
    x = np.arange(max(0, chosen + marked - items), min(chosen, marked) + 1)
    return _log_choose(marked, x) + _log_choose(items - marked, chosen - x) - _log_choose(items, chosen)


def _log_choose(n: int | np.ndarray, k: int | np.ndarray) -> np.ndarray:
    return gammaln(np.add(n, 1)) - gammaln(np.add(k, 1)) - gammaln(np.subtract(n, k) + 1)
