"""Measure how leaked proteins are told from secreted ones on planted leaks, and what that costs where nobody leaks.

    python benchmarks/leak.py [--seeds 10] [--proteins 2000]

Simulated conditioned medium of two conditions x n donors: proteins of broken cells follow a planted leak with loadings around
0.95; of the others 12 % are regulated by 0.6 to 2 log2; donors differ; 5 % of the values are missing; every sample is median
normalized, which takes from the secreted proteins what leak brings. The secretion class is right for nine proteins in ten.
Compared:
    probability                 leak_probability of MyoSieve, from 0.9
    the same, classes unknown   as where no sequences are given
    correlation                 Pearson correlation with the median of the centered markers, from 0.8
Printed by scenario, means over the seeds: AUROC among all proteins but the markers; AUROC against regulated secreted proteins
that go up (the ones a study is after) alone; share of the leaked proteins that is flagged; and of the truly regulated secreted
proteins that are significant (limma, 5 % FDR) the share that is flagged, and so would be lost.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from myosieve.differential.contrast_tests import contrast_tests
from myosieve.differential.design import contrasts, design_matrix
from myosieve.differential.model import Options
from myosieve.secretome import leak
from myosieve.secretome.leak_mixture import follows_leak

SCENARIOS = {
    "nobody leaks": {"shift": 0.0, "sd": 0.0},
    "single dishes leak": {"shift": 0.0, "sd": 0.5},
    "stimulus leaks, even": {"shift": 1.0, "sd": 0.15},
    "stimulus leaks, uneven": {"shift": 1.0, "sd": 0.5},
    "the same, 3 against 3": {"shift": 1.0, "sd": 0.5, "donors": 3, "paired": False},
    "most proteins leaked": {"shift": 1.0, "sd": 0.5, "leaked": 0.7},
}
CORRELATED = 0.8


def simulated(
    seed: int, proteins: int, *, shift: float, sd: float, donors: int = 5, paired: bool = True, leaked: float = 0.4
):
    """Return log2 values, the sheet, the formula, and the truth by protein."""
    random = np.random.default_rng(seed)
    treated, donor = np.repeat([0.0, 1.0], donors), np.tile(np.arange(donors), 2)
    amount = sd * random.standard_normal(2 * donors) + shift * treated
    is_leaked = random.random(proteins) < leaked
    marker = is_leaked & (random.random(proteins) < 0.15)
    regulated = ~is_leaked & (random.random(proteins) < 0.12)
    effect = regulated * random.uniform(0.6, 2, proteins) * np.where(random.random(proteins) < 0.75, 1, -1)
    loading = np.where(is_leaked, random.normal(0.95, 0.15, proteins), 0.0)
    residual = np.sqrt(0.06 * 6 / random.chisquare(6, proteins))[:, None]
    values = random.uniform(18, 30, (proteins, 1)) + loading[:, None] * amount + effect[:, None] * treated
    values += 0.5 * random.standard_normal((proteins, donors))[:, donor]
    values += residual * random.standard_normal((proteins, 2 * donors))
    values -= np.median(values - np.median(values, axis=1, keepdims=True), axis=0)
    values[random.random(values.shape) < 0.05] = np.nan
    truth = pd.DataFrame({"leaked": is_leaked, "marker": marker, "effect": effect})
    truth["own_way"] = np.where(random.random(proteins) < 0.1, is_leaked, ~is_leaked)
    sheet = pd.DataFrame({"sample": [f"s{k}" for k in range(2 * donors)], "subject": [f"d{k}" for k in donor]})
    sheet["condition"] = np.where(treated > 0, "eps", "rest")
    return values, sheet, "~ subject + condition" if paired else "~ condition", truth


def auroc(scores: np.ndarray, positive: np.ndarray) -> float:
    """Return the area under the ROC curve; unknown scores count as lowest."""
    ranks = rankdata(np.where(np.isnan(scores), -np.inf, scores))
    n = positive.sum()
    return (ranks[positive].sum() - n * (n + 1) / 2) / (n * (~positive).sum())


def correlations(values: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Return each protein's Pearson correlation with the index over its observed samples."""
    return pd.DataFrame(values.T).corrwith(pd.Series(index)).to_numpy()


def measured(seed: int, proteins: int, scenario: dict) -> list[dict]:
    """Return the figures of one simulated study, a row per rule."""
    values, sheet, formula, truth = simulated(seed, proteins, **scenario)
    marker, leaked = truth["marker"].to_numpy(), truth["leaked"].to_numpy()
    found = leak.leak_index(values[marker], values[truth["own_way"] & ~marker])
    alone = leak.leak_index(values[marker])
    design = design_matrix(sheet, formula)
    wanted = contrasts(design, {"eps_vs_rest": {"treatment": "eps", "control": "rest"}})
    given = {
        "probability": (found, truth["own_way"].to_numpy()),
        "the same, classes unknown": (alone, np.zeros(proteins, dtype=bool)),
    }
    scores, steady = {}, {"correlation": False}
    for name, (index, own_way) in given.items():
        probability, steady[name] = np.zeros(proteins), index.steady
        if not index.steady:
            terms = {"is_marker": marker, "own_way": own_way, "relative": index.secreted > 0}
            probability = follows_leak(values, index.level, design.matrix, design.conditions, **terms).probability
        scores[name] = (probability, leak.FOLLOWS)
    scores["correlation"] = (correlations(values, alone.level), CORRELATED)
    table = pd.DataFrame(values, columns=design.samples, index=[f"p{k}" for k in range(proteins)])
    excluded = pd.Series("", index=table.index)
    rows = contrast_tests(table, design, wanted, Options(), excluded=excluded).rows
    significant = (rows["q_value"] <= 0.05).to_numpy()
    others = ~marker
    rising = others & (leaked | (truth["effect"] > 0.5).to_numpy())
    true_hit = significant & (truth["effect"] != 0).to_numpy() & ~leaked
    rows = []
    for name, (score, bound) in scores.items():
        flagged = score >= bound
        ranked = not steady[name]
        rows.append(
            {
                "rule": name,
                "AUROC": auroc(score[others], leaked[others]) if ranked else np.nan,
                "AUROC, rising": auroc(score[rising], leaked[rising]) if ranked else np.nan,
                "leaked flagged": flagged[others & leaked].mean(),
                "true hits lost": flagged[true_hit].mean() if true_hit.any() else np.nan,
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--proteins", type=int, default=2000)
    options = parser.parse_args()
    print(f"{options.seeds} seeds, {options.proteins} proteins")
    for name, scenario in SCENARIOS.items():
        runs = [row for seed in range(options.seeds) for row in measured(seed, options.proteins, scenario)]
        means = pd.DataFrame(runs).groupby("rule", sort=False).mean()
        print(f"\n{name}")
        print(means.to_string(float_format="{:.3f}".format, na_rep="-"))


if __name__ == "__main__":
    main()
