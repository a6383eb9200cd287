"""What each criterion adds to a score, in words, so that a rank can be read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Losses that are worth a word: a fifth of the score, and no more than the largest two.
NOTABLE, SHOWN = np.log(0.8), 2


def in_words(contributions: np.ndarray, names: Sequence[str], criterion_shares: np.ndarray) -> list[str]:
    """Return 'effect -0.12; secretion 0.00; ...' of each protein: shares of ln score, heaviest criterion first.

    Parameters
    ----------
    contributions
        From `score.contributions` (proteins x criteria); NaN = unknown, left out.
    names
        Of the criteria.
    criterion_shares
        Their shares; equal ones keep their order.
    """
    order = np.argsort(-criterion_shares, kind="stable")
    return ["; ".join(f"{names[k]} {_number(row[k])}" for k in order if not np.isnan(row[k])) for row in contributions]


def greatest_losses(contributions: np.ndarray, names: Sequence[str]) -> list[str]:
    """Return 'effect (36 %), leak (21 %)': what cost each protein most of its score; '' where nothing costs a fifth."""
    texts = []
    for row in np.nan_to_num(contributions):
        worst = [k for k in np.argsort(row, kind="stable")[:SHOWN] if row[k] <= NOTABLE]
        texts.append(", ".join(f"{names[k]} ({-100 * np.expm1(row[k]):.0f} %)" for k in worst))
    return texts


def _number(value: float) -> str:
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text
