"""Two nulls of the ranking: sample labels permuted, for its experiment axis; priors shuffled among proteins, for the other.

Labels: the conditions of a contrast's samples are exchanged (`relabeling`), the linear model is fitted again as the study's own
test is, and the criteria that follow from it, effect and significance, are computed again. The others (observed samples,
peptides, leak, serum and what else there is) stay as observed: they do not know the conditions, or hardly. Absences are not
tested under the null, nor in the observed value beside it, so that like stands beside like.

Priors: the prior criteria of the detected secreted proteins are shuffled among those of similar mean intensity, since what is
abundant is annotated better, and found more easily to change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from myosieve.differential.contrast_tests import contrast_tests
from myosieve.differential.design import Contrast, DesignMatrix
from myosieve.differential.model import Estimates, Options
from myosieve.ranking import desirability, score
from myosieve.ranking.relabeling import relabeling
from myosieve.statistics.auroc import area

TOPS = (25, 50)
_BINS, _PER_BIN = 10, 20


@dataclass(frozen=True)
class Experiment:
    """What the test of a study was done on; as the parameters of `contrast_tests`."""

    values: pd.DataFrame
    design: DesignMatrix
    options: Options
    excluded: pd.Series
    peptides: pd.Series | None = None
    estimates: Estimates | None = None
    block: np.ndarray | None = None

    def tested(self, design: DesignMatrix, contrast: Contrast) -> pd.DataFrame:
        """Return the rows of one contrast in a design, without tests of absence."""
        return contrast_tests(
            self.values, design, [contrast], replace(self.options, detection=False), excluded=self.excluded,
            peptides=self.peptides, estimates=self.estimates, block=self.block,
        ).rows  # fmt: skip


@dataclass(frozen=True)
class Null:
    """Statistics of the observed labels and of the permuted ones.

    Attributes
    ----------
    observed
        By name.
    permuted
        By name, (N,) of each permutation, NaN where it has none.
    complete
        Whether these are all permutations there are.
    exchanged
        What was exchanged, in words.
    """

    observed: dict[str, float]
    permuted: dict[str, np.ndarray]
    complete: bool
    exchanged: str

    @property
    def count(self) -> int:
        """How many permutations there are."""
        return len(next(iter(self.permuted.values())))


def label_null(
    experiment: Experiment,
    contrast: Contrast,
    rows: pd.DataFrame,
    chosen: Mapping[str, Any],
    fdr: float,
    permutations: int,
    random: np.random.Generator,
    progress: Callable[[int], None] = lambda done: None,
) -> Null:
    """Return the statistics of a contrast under permuted sample labels.

    Statistics: `hits`, protein groups with q up to `fdr`; `mean_top25`, `mean_top50`, mean experiment score of the best ones,
    NaN where there are fewer; `auroc`, of the experiment score for the positives, NaN without any.

    Parameters
    ----------
    experiment
        Values and model.
    contrast
        Of them.
    rows
        Protein groups whose experiment is scored: protein_group, one `d_*` per criterion, and booleans `background` and
        `positive`, which say where the AUROC is taken.
    chosen
        `weights`, `knots` and `floor` of the ranking.
    fdr
        False discovery rate.
    permutations
        At most so many.
    random
        Where they come from.
    progress
        Called with how many are done.
    """
    exchange = relabeling(experiment.design, contrast, experiment.block)
    found = exchange.permutations(permutations, random)

    def statistics(design: DesignMatrix) -> dict[str, float]:
        tests = experiment.tested(design, contrast)
        scores = experiment_scores(rows, tests, chosen)
        return {"hits": float((tests["q_value"] <= fdr).sum())} | _of_scores(scores, rows)

    observed = statistics(experiment.design)
    permuted: dict[str, list[float]] = {name: [] for name in observed}
    for done, labeling in enumerate(found.labelings, start=1):
        for name, value in statistics(exchange.design_of(labeling)).items():
            permuted[name].append(value)
        progress(done)
    return Null(
        observed, {name: np.array(numbers) for name, numbers in permuted.items()}, found.complete, exchange.exchanged
    )


def experiment_scores(rows: pd.DataFrame, tests: pd.DataFrame, chosen: Mapping[str, Any]) -> np.ndarray:
    """Return the experiment axis of protein groups whose test was done again; NaN where it gave no interval.

    Parameters
    ----------
    rows
        protein_group and one `d_*` per criterion of the experiment, each as observed.
    tests
        Of one contrast: protein_group, ci_low, ci_high, q_value.
    chosen
        `weights`, `knots` and `floor` of the ranking.
    """
    again = tests.set_index("protein_group").reindex(rows["protein_group"])
    bound = desirability.lower_bound(again["ci_low"].to_numpy(), again["ci_high"].to_numpy())
    effect = desirability.ramp(bound, chosen["knots"]["effect"])
    new = {
        "effect": effect,
        "significance": desirability.significance(again["q_value"].to_numpy(), chosen["knots"]["significance"]),
    }
    d = np.column_stack([new.get(name, rows[f"d_{name}"].to_numpy(dtype=float)) for name in score.EXPERIMENT])
    weights = np.array([chosen["weights"][name] for name in score.EXPERIMENT], dtype=float)
    return np.where(np.isnan(effect), np.nan, score.axis_score(d, weights, chosen["floor"]))


def prior_null(
    rows: pd.DataFrame, chosen: Mapping[str, Any], shuffles: int, random: np.random.Generator
) -> dict[str, np.ndarray]:
    """Return the AUROC of `score` and of `score_prior` (shuffles,) where the prior criteria are shuffled.

    Parameters
    ----------
    rows
        The background: one `d_*` per criterion, mean_log2, and booleans `positive`.
    chosen
        `weights`, `experiment_share` and `floor` of the ranking.
    shuffles
        How many.
    random
        Where they come from.
    """
    d = rows[[f"d_{name}" for name in score.CRITERIA]].to_numpy(dtype=float)
    first, positive = len(score.EXPERIMENT), rows["positive"].to_numpy(dtype=bool)
    bins = intensity_bins(rows["mean_log2"].to_numpy(dtype=float))
    found: dict[str, list[float]] = {"score": [], "score_prior": []}
    for _ in range(shuffles):
        shuffled = d.copy()
        shuffled[:, first:] = d[shuffled_within(bins, random), first:]
        for name, values in rescored(shuffled, chosen).items():
            if name in found:
                known = ~np.isnan(values)
                found[name].append(area(values[known], positive[known]))
    return {name: np.array(numbers) for name, numbers in found.items()}


def rescored(d: np.ndarray, chosen: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return `score` and `score_prior` from desirabilities (proteins x CRITERIA)."""
    first = len(score.EXPERIMENT)
    weights = np.array([chosen["weights"][name] for name in score.PRIOR], dtype=float)
    return {
        "score": score.total_score(d, score.shares(chosen["weights"], chosen["experiment_share"]), chosen["floor"]),
        "score_prior": score.axis_score(d[:, first:], weights, chosen["floor"]),
    }


def intensity_bins(mean_log2: np.ndarray) -> np.ndarray:
    """Return bins of equal size by intensity, at most ten, with about twenty proteins or more; NaN are one bin more."""
    known = np.flatnonzero(~np.isnan(mean_log2))
    count = int(np.clip(len(known) // _PER_BIN, 1, _BINS))
    bins = np.full(len(mean_log2), count)
    order = known[np.argsort(mean_log2[known], kind="stable")]
    bins[order] = np.arange(len(order)) * count // max(len(order), 1)
    return bins


def shuffled_within(bins: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return positions in which each bin's members are in random order."""
    places = np.arange(len(bins))
    for one in np.unique(bins):
        members = np.flatnonzero(bins == one)
        places[members] = random.permutation(members)
    return places


def _of_scores(scores: np.ndarray, rows: pd.DataFrame) -> dict[str, float]:
    known = np.sort(scores[~np.isnan(scores)])[::-1]
    found = {f"mean_top{k}": float(known[:k].mean()) if len(known) >= k else np.nan for k in TOPS}
    chosen = rows["background"].to_numpy(dtype=bool) & ~np.isnan(scores)
    return found | {"auroc": area(scores[chosen], rows["positive"].to_numpy(dtype=bool)[chosen])}
