"""What the helix predictor is measured by: the table of docs/methods.md, and the curve and threshold of the shipped model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from helix_net import SHORTEST
from measures import calibration_error, mcc, platt

from myosieve.sequence.topology_field import FORBIDDEN, Field, best, log_odds

SHARED = 10  # residues that a called helix must share with a true one to be it
WRONG = 0.01  # share of the soluble proteins that may be called
BONUSES = np.arange(0, 6.1, 0.5)  # what the best topology may get for every helix
CLIPPED = (np.log(1e-6), -np.log(1e-6))  # log odds


@dataclass(frozen=True)
class Drawn:
    """The best topology of one protein: helices (first residue and the one behind the last), and the side of the first."""

    helices: list[tuple[int, int]]
    first: float


@dataclass(frozen=True)
class Fit:
    """What is chosen on one part of the proteins: the curve, the least log odds of a helix, and the number of the bonus."""

    slope: float
    intercept: float
    bound: float
    bonus: int


def tables(
    rows: pd.DataFrame, proteins: Sequence[Any], work: Path, folds: Sequence[int], seeds: Sequence[int]
) -> dict[str, float]:
    """Print the table, fold by fold; return curve, threshold and bonus of the shipped model.

    MCC and ECE count the proteins as if a quarter of them were in a membrane, as in a proteome. The threshold is where one
    soluble protein in a hundred is called.

    Parameters
    ----------
    rows
        From `labels.read`.
    proteins
        From `transmembrane.prepare`.
    work
        Folder with the held-out scores of each fold and seed, averaged here over the seeds.
    folds, seeds
        Those that were trained.
    """
    place = {protein.row: i for i, protein in enumerate(proteins)}
    odds = np.full(len(proteins), np.nan)
    drawn: list[list[Drawn]] = [[] for _ in BONUSES]  # by bonus and protein
    for each in drawn:
        each += [Drawn([], np.nan)] * len(proteins)
    for number in folds:
        stored = [np.load(work / f"helix_fold{number}_seed{seed}.npz") for seed in seeds]
        start, end, duration = (
            np.mean([one[name] for one in stored], axis=0, dtype=float) for name in ("start", "end", "duration")
        )
        here = [place[row] for row in stored[0]["row"]]
        odds[here] = -np.inf
        seen = [i for i in here if f"e{proteins[i].row}" in stored[0].files]
        e = []
        for i in seen:
            one = np.mean([part[f"e{proteins[i].row}"] for part in stored], axis=0, dtype=float)
            one[stored[0][f"edge{proteins[i].row}"], 2:] = FORBIDDEN
            e.append(one)
        after = np.array([proteins[i].signal > 0 for i in seen])
        odds[seen] = log_odds(Field(start, end, duration, SHORTEST, 0), e, after)
        known = [n for n, i in enumerate(seen) if proteins[i].labels]
        for bonus, each in zip(BONUSES, drawn, strict=True):
            field = Field(start, end, duration, SHORTEST, bonus)
            for n, found in zip(known, best(field, [e[n] for n in known], after[known]), strict=True):
                residue = stored[0][f"residue{proteins[seen[n]].row}"]
                helices = [(int(residue[a]), int(residue[b - 1]) + 1) for a, b, _ in found]
                each[seen[n]] = Drawn(helices, found[0][2] if found else np.nan)
    fold = rows["fold"].to_numpy()[[protein.row for protein in proteins]]
    structure = np.array([bool(protein.labels) for protein in proteins])
    soluble = np.array([not protein.helical for protein in proteins])
    single = np.array([len(true_helices(protein.labels)) == 1 for protein in proteins])
    signal = np.array([protein.signal > 0 for protein in proteins])
    measured = ~np.isnan(odds)
    told = measured & (structure | soluble)
    clipped = np.clip(odds, -50, 100)
    chance = 1 / (1 + np.exp(-clipped))
    family = rows["family"].to_numpy()[[protein.row for protein in proteins]]
    # A quarter of the proteins of a proteome is in a membrane; fewer of the labeled ones are.
    share = np.where(structure, 0.25 / structure[told].mean(), 0.75 / soluble[told].mean())
    weight = share / np.sqrt(family)

    def fitted(use: np.ndarray) -> Fit:
        slope, intercept = platt(structure[use], chance[use], weight[use])
        bound = np.quantile(odds[use & soluble], 1 - WRONG, method="higher")
        inside = np.flatnonzero(use & structure)
        texts = [proteins[i].labels for i in inside]
        scores = [f1(*matched(texts, [each[i].helices if odds[i] >= bound else [] for i in inside])) for each in drawn]
        return Fit(slope, intercept, float(bound), int(np.argmax(scores)))

    called, score = np.zeros(len(proteins), dtype=bool), np.full(len(proteins), np.nan)
    topology = [Drawn([], np.nan)] * len(proteins)
    for number in folds:
        fit = fitted(told & (fold != number) if len(folds) > 1 else told)
        here = fold == number
        called[here] = odds[here] >= fit.bound
        score[here] = 1 / (1 + np.exp(-(fit.slope * np.clip(clipped[here], *CLIPPED) + fit.intercept)))
        for i in np.flatnonzero(here & called):
            topology[i] = drawn[fit.bonus][i]
    table = []
    for label, here in [*((f"fold {number}", fold == number) for number in folds), ("all", measured)]:
        use = here & told
        inside = np.flatnonzero(here & structure).tolist()
        texts = [proteins[i].labels for i in inside]
        right, given, true = matched(texts, [topology[i].helices for i in inside])
        sides = [side_right(proteins[i].labels, topology[i]) for i in inside]
        table.append(
            {
                "": label,
                "structures": int((here & structure).sum()),
                "soluble": int((here & soluble).sum()),
                "MCC": mcc(structure[use], called[use], share[use]),
                "MCC unweighted": mcc(structure[use], called[use]),
                "recall": called[here & structure].mean(),
                "single": called[here & single].mean(),
                "false": called[here & soluble & measured].mean(),
                "false after a signal": called[here & soluble & signal & measured].mean(),
                "helices: precision": right / max(given, 1),
                "recall of helices": right / true,
                "F1": f1(right, given, true),
                "side": np.mean([side for side in sides if side is not None]),
                "human membrane": called[here & ~structure & ~soluble & measured].mean(),
                "ECE": calibration_error(structure[use], score[use], share[use]),
            }
        )
    print(pd.DataFrame(table).round(4).to_string(index=False))
    looked_at = [inside_regions(protein) for protein in proteins if protein.labels]
    print(f"helices that lie mostly outside the regions: {1 - np.concatenate(looked_at).mean():.4f}")
    fit = fitted(told)
    limit = 1 / (1 + np.exp(-(fit.slope * np.clip(fit.bound, *CLIPPED) + fit.intercept)))
    numbers = {
        "slope": fit.slope,
        "intercept": fit.intercept,
        "threshold": float(limit),
        "bonus": float(BONUSES[fit.bonus]),
    }
    print({name: round(value, 4) for name, value in numbers.items()}, "log odds", round(fit.bound, 2))
    return numbers


def inside_regions(protein: Any) -> list[bool]:
    """Return for each true helix whether SHARED of its residues lie in the regions that the network sees."""
    seen = np.zeros(len(protein.codes), dtype=bool)
    for start, stop in zip(protein.found.start, protein.found.stop, strict=True):
        seen[start:stop] = True
    return [bool(seen[a:b].sum() >= min(SHARED, b - a)) for a, b in true_helices(protein.labels)]


def f1(right: int, given: int, true: int) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * right / max(given + true, 1)


def true_helices(text: str) -> list[tuple[int, int]]:
    """Return first residue and the one behind the last (0-based) of each helix in the labels."""
    return [helix.span() for helix in re.finditer("H+", text)]


def matched(texts: Sequence[str], called: Sequence[list[tuple[int, int]]]) -> tuple[int, int, int]:
    """Return how many called helices are true ones, how many were called, and how many are true.

    A true one counts once; SHARED residues must be in common.

    A called helix that lies mostly where nothing is known is not judged.
    """
    right = given = true = 0
    for text, helices in zip(texts, called, strict=True):
        known = np.frombuffer(text.encode(), dtype=np.uint8) != ord("U")
        helices = [(a, b) for a, b in helices if known[a:b].mean() > 0.5]
        left = true_helices(text)
        given, true = given + len(helices), true + len(left)
        for a, b in helices:
            match = next(((x, y) for x, y in left if min(b, y) - max(a, x) >= min(SHARED, y - x)), None)
            if match:
                left.remove(match)
                right += 1
    return right, given, true


def side_right(text: str, drawn: Drawn) -> bool | None:
    """Return whether most of the residues with a known side are called on it; None where none is known or nothing is called."""
    if not drawn.helices:
        return None
    side, state = int(drawn.first), np.full(len(text), -1)
    position = 0
    for a, b in drawn.helices:
        state[position:a] = side
        side, position = 1 - side, b
    state[position:] = side
    letters = np.frombuffer(text.encode(), dtype=np.uint8)
    told = ((letters == ord("1")) | (letters == ord("2"))) & (state >= 0)
    if told.sum() <= 5:
        return None
    return bool((letters[told] == np.where(state[told] == 0, ord("1"), ord("2"))).mean() > 0.5)
