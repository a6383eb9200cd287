"""What the predictors are measured by: the tables of docs/methods.md."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from myosieve.sequence.signal_peptide import FIRST_SITE, calibrated, hydrophobic

SITES = 2
WRONG = 0.035  # share of the membrane proteins without a signal peptide that may be called


def mcc(truth: np.ndarray, called: np.ndarray, weight: np.ndarray | float = 1.0) -> float:
    """Return Matthews' correlation coefficient of two vectors of True and False, each pair counted with its weight."""
    weight = np.broadcast_to(weight, truth.shape)
    both, neither = float(weight[truth & called].sum()), float(weight[~truth & ~called].sum())
    wrong, missed = float(weight[~truth & called].sum()), float(weight[truth & ~called].sum())
    product = (both + wrong) * (both + missed) * (neither + wrong) * (neither + missed)
    return (both * neither - wrong * missed) / np.sqrt(product) if product else float("nan")


def calibration_error(truth: np.ndarray, chance: np.ndarray, weight: np.ndarray | float = 1.0, bins: int = 10) -> float:
    """Return the expected calibration error over equal bins (Naeini et al. 2015 AAAI), each protein with its weight."""
    weight = np.broadcast_to(weight, truth.shape)
    number = np.minimum((chance * bins).astype(int), bins - 1)
    gaps = np.bincount(number, weight * (truth - chance), minlength=bins)
    return float(np.abs(gaps).sum() / weight.sum())


def platt(truth: np.ndarray, chance: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Return slope and intercept of the logistic curve from log odds to a probability (Platt 1999)."""
    clipped = np.clip(chance.astype(float), 1e-6, 1 - 1e-6)
    odds, sign = np.log(clipped / (1 - clipped)), np.where(truth, 1.0, -1.0)

    def cost(curve: np.ndarray) -> float:
        return float((weight * np.logaddexp(0, -sign * (curve[0] * odds + curve[1]))).sum())

    return tuple(optimize.minimize(cost, [1.0, 0.0], method="Nelder-Mead").x)


@dataclass(frozen=True)
class SignalModel:
    """The numbers of the shipped model, and the held-out call of every protein (`end`, NaN where none; `score`)."""

    numbers: dict[str, float]
    held_out: dict[str, np.ndarray]


def signal_tables(rows: pd.DataFrame, codes: np.ndarray, chances: np.ndarray, folds: list[int]) -> SignalModel:
    """Print the table of the signal peptide predictor; choose curve and threshold of each fold by the others.

    Parameters
    ----------
    rows
        From `labels.read`.
    codes
        First residues of each.
    chances
        Held-out probabilities, n x outcomes.
    folds
        Those that were predicted.
    """
    yes = np.array([value is True for value in rows["signal"]])
    no = np.array([value is False for value in rows["signal"]])
    site = rows["site"].to_numpy()
    name, fold = rows["set"].to_numpy(), rows["fold"].to_numpy()
    membrane = no & (
        (name == "membrane") | ((name == "human") & np.array([value is True for value in rows["helical"]]))
    )
    experimental = np.isin(name, ["proven", "located"]) | (no & (name == "membrane"))
    species = np.isin(name, ["human", "mouse"]) & (yes | no)
    raw = chances[:, SITES:].sum(axis=1)
    end = FIRST_SITE + chances[:, SITES:].argmax(axis=1)
    polar = ~hydrophobic(codes)
    measured = ~np.isnan(raw) & (yes | no)
    # One protein a cluster's worth: the curve must hold for a new protein, not for the largest family.
    weight = 1 / np.sqrt(rows["family"].to_numpy())

    def fitted(use: np.ndarray) -> tuple[float, float, float, float]:
        slope, intercept = platt(yes[use & ~polar], raw[use & ~polar], weight[use & ~polar])
        score = np.where(
            polar, (weight * yes)[use & polar].sum() / weight[use & polar].sum(), calibrated(raw, slope, intercept)
        )
        bound = np.quantile(score[use & membrane], 1 - WRONG, method="higher")
        return slope, intercept, float(bound), float((weight * yes)[use & polar].sum() / weight[use & polar].sum())

    score, threshold = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for number in folds:
        slope, intercept, bound, at_polar = fitted(measured & (fold != number) if len(folds) > 1 else measured)
        here = fold == number
        score[here] = np.where(polar[here], at_polar, calibrated(raw[here], slope, intercept))
        threshold[here] = bound
    called = score >= threshold
    whole = species & np.array([sequence.startswith("M") for sequence in rows["sequence"]])
    table = []
    for label, here in [*((f"fold {number}", fold == number) for number in folds), ("all", measured)]:
        cells = {"": label}
        for title, group in (("experimental", experimental), ("human + mouse", species), ("with M", whole)):
            use = here & group & measured
            placed = use & yes & ~np.isnan(site)
            cells |= {
                f"{title}: MCC": mcc(yes[use], called[use]),
                f"{title}: site": (called & (end == site))[placed].mean(),
                f"{title}: ECE": calibration_error(yes[use], score[use]),
            }
        cells["false on structures"] = called[here & no & (name == "membrane")].mean()
        cells["false on membrane proteins"] = called[here & membrane].mean()
        cells["threshold"] = threshold[here].mean()
        table.append(cells)
    print(pd.DataFrame(table).round(4).to_string(index=False))
    found = measured & yes & (raw > 0.5)
    print(f"of {found.sum()} signal peptides that the nets find, not shown to them: {polar[found].mean():.4f}")
    slope, intercept, bound, at_polar = fitted(measured)
    numbers = {"slope": slope, "intercept": intercept, "threshold": bound, "polar": at_polar}
    print({name: round(value, 4) for name, value in numbers.items()})
    return SignalModel(numbers, {"end": np.where(called, end, np.nan), "score": score})
