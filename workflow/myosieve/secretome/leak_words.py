"""What the step `secretome` says of leak: methods, counts and warnings, from what was judged."""

from __future__ import annotations

import pandas as pd

from myosieve.secretome import leak, lysate, outliers
from myosieve.secretome.leak_step import LeakJudged

# p-value up to which a rise of the leak counts as one, and the rise (log2; 1.4-fold) from which a reader should know anyway.
_SIGNIFICANT, _NOTABLE = 0.05, 0.5


def methods(judged: LeakJudged, compartments: list[str]) -> list[str]:
    """Return sentences for the methods; none where there was no leak index and no lysate."""
    sentences = []
    index = judged.index
    if index.known:
        beside = (
            f", less the same median over {index.secreted} proteins with a secretion route of their own"
            if index.secreted
            else " (too few secreted proteins to hold it against)"
        )
        sentences.append(
            f"The leak index of a secretome sample is the median over {index.markers} intracellular marker proteins "
            f"({', '.join(compartments)}; Gene Ontology) of log2 intensity minus the protein's mean over the samples{beside}; "
            f"all were observed in at least {100 * leak.OBSERVED:.0f} % of them."
        )
        if index.steady:
            sentences.append(
                "It varied no more than by its own error, so that no protein was held to follow it and no fold change was "
                "corrected for it."
            )
        elif judged.follows is not None:
            without, own, markers = judged.follows.shares
            sentences.append(
                "Whether a protein follows the leak was judged by an empirical Bayes mixture of unchanged, regulated and "
                f"leaked proteins over all secretome samples (docs/methods.md); {100 * markers[2]:.0f} % of the markers, and "
                f"of the others {100 * own[2]:.0f} % with and {100 * without[2]:.0f} % without a secretion route of their "
                f"own, were estimated to leak. Flagged are those with a probability of at least {leak.FOLLOWS:g}; residual "
                "fold changes are those at equal leak."
            )
    if len(judged.tests):
        sentences.append(
            "Whether the treatment changes the leak index was tested by least squares on the study's design, with the index's "
            "own residual variance."
        )
    if judged.lysates:
        sentences.append(
            "Medium / lysate log2 ratios are relative to the median of the leak markers, so that what came with the inside of "
            "the cells has a ratio of 0."
        )
    return sentences


def counts(judged: LeakJudged, proteins: pd.DataFrame) -> dict[str, int | float | str]:
    """Return what was counted of leak."""
    kept = proteins["excluded_because"].isna().to_numpy()
    flags = judged.proteins["leak_flag"].to_numpy()
    found: dict[str, int | float | str] = {
        "leak markers that passed the filter": int((proteins["marker"].to_numpy() & kept).sum()),
        "leak markers used": judged.index.markers,
        "secreted proteins in the leak index": judged.index.secreted,
        "protein groups that follow the leak index": int((kept & (flags == leak.FOLLOWS_LEAK)).sum()),
    }
    if judged.lysates:
        richer = judged.proteins["lysate_flag"].to_numpy() == lysate.HIGHER
        found["protein groups richer in the medium than in the lysate"] = int((kept & richer).sum())
    return found


def warnings(judged: LeakJudged, sheet: pd.DataFrame, organism: str, markers: int) -> list[str]:
    """Return what a reader must know of leak before trusting a fold change.

    Parameters
    ----------
    judged, sheet
        As in `leak_step.judge_leak`; the sheet with `leak_index`.
    organism
        Host, for the words.
    markers
        Leak markers known for it.
    """
    if sheet["leak_index"].isna().all():
        few = f"fewer than {leak.FEWEST} leak markers in {100 * leak.OBSERVED:.0f} % of the secretome samples"
        return [
            f"leak of dying cells cannot be judged: {few if markers else f'no leak markers are known for {organism}'}"
        ]
    said = []
    leaking = sheet[outliers.deviations(sheet["leak_index"].to_numpy(), outliers.LEAK.bound) > 0]
    if len(leaking):
        names = ", ".join(
            f"{name} (leak index {index:+.1f})"
            for name, index in zip(leaking["sample"], leaking["leak_index"], strict=True)
        )
        said.append(f"samples that hold more of the cells' inside than the others: {names}; consider excluding them")
    said += [_raised(row) for row in judged.tests.itertuples() if _matters(row)]
    if judged.follows is None and not judged.index.steady:
        said.append(
            "too few samples to tell which proteins follow the leak: leak flags other than of markers are 'not run'; add "
            "replicates or a simpler design"
        )
    return said


def _matters(row) -> bool:
    if row.p_value <= _SIGNIFICANT:
        return True
    return row.measure == "leak_index" and abs(row.estimate) >= _NOTABLE


def _raised(row) -> str:
    what = "the leak index" if row.measure == "leak_index" else f"{row.measure} of the sample sheet"
    unit = " log2" if row.scale == "log2" else ""
    verb = "rises" if row.estimate > 0 else "falls"
    interval = f" [{row.ci_low:+.2f}, {row.ci_high:+.2f}]" if pd.notna(row.ci_low) else ""
    p = f", p = {row.p_value:.2g}" if pd.notna(row.p_value) else ""
    read = (
        "; a fold change may be leak: read leak flags and residual fold changes" if row.measure == "leak_index" else ""
    )
    return f"contrast {row.contrast}: {what} {verb} with the treatment by {row.estimate:+.2f}{unit}{interval}{p}{read}"
