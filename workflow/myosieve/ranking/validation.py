"""What the ranking is validated on: the detected secreted proteins of a contrast, and the known myokines among them.

Against all genes any annotation score does well, since myokines are secreted and most genes' products are not. The background
is therefore every protein group that was detected, passed the filter, is no serum protein, has a score, and belongs to a
secretion class by which a myokine can leave the cell. Nothing that the score is made of knows which of them are known myokines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from myosieve.secretome.accessions import exploded, targets

SECRETED = ("classical", "shed", "gpi_anchored", "annotated", "unconventional")
UNKNOWN = "unknown"
# What candidates can be ordered by, and the column that holds it; high values first.
PREDICTORS = {
    "score": "score",
    "score_experiment": "score_experiment",
    "score_prior": "score_prior",
    "p_value": "minus_log10_p",
    "abs_log2fc": "abs_log2fc",
    "fame": "papers",
}
FEWEST_POSITIVES = 5


def judged(
    candidates: pd.DataFrame,
    differential: pd.DataFrame,
    proteins: pd.DataFrame,
    papers: pd.Series,
    core: np.ndarray,
) -> pd.DataFrame:
    """Return the protein groups that are judged, of all contrasts: those that pass the filter and are no serum protein.

    Parameters
    ----------
    candidates, differential, proteins
        Tables of the contract, texts '' where missing.
    papers, core
        Of the rows of `proteins`: how much was written of the protein, NaN = unknown; whether a core myokine.

    Returns
    -------
    Rows of the candidates with `minus_log10_p`, `abs_log2fc`, `mean_log2` and `papers`, and booleans: `scored`; `secreted`;
    `background`, both of these; `positive`, a known myokine of the background; `core`, of the core list.
    """
    tests = differential[["contrast", "protein_group", "log10_p", "mean_log2"]]
    known = proteins[["protein_group", "excluded_because"]].assign(papers=papers.to_numpy(), core=core)
    known = known.rename(columns={"excluded_because": "filtered_because"})
    table = candidates.merge(tests, on=["contrast", "protein_group"], how="left", validate="one_to_one")
    table = table.merge(known, on="protein_group", how="left", validate="many_to_one")
    table = table[(table["filtered_because"] == "") & ~table["serum_flag"].str.startswith("serum protein")]
    # in an order that knows nothing of the ranks, so that ties are not broken by them
    table = table.sort_values("protein_group", kind="stable")
    scored = table["score"].notna()
    secreted = table["secretion_class"].isin(SECRETED)
    background = scored & secreted
    return table.assign(
        minus_log10_p=-table["log10_p"],
        abs_log2fc=table["log2fc"].abs(),
        scored=scored,
        secreted=secreted,
        background=background,
        positive=background & (table["known_myokine"] != ""),
        core=background & table["core"].astype(bool),
    ).reset_index(drop=True)


def fame(proteins: pd.DataFrame, genes: pd.DataFrame, organism: str) -> pd.Series:
    """Return how many papers each protein group's most written-about accession has, NaN where none is known.

    Parameters
    ----------
    proteins
        With `accessions` and `decoy`.
    genes
        organism, accession, papers.
    organism
        Whose accessions are matched.
    """
    of = genes[genes["organism"] == organism].drop_duplicates("accession").set_index("accession")["papers"]
    pairs = exploded(targets(proteins))
    most = pairs["accession"].map(of).groupby(pairs["row"]).max()
    return most.reindex(range(len(proteins))).astype(float).set_axis(proteins.index)


def row(
    analysis: str,
    measure: str,
    predictor: str,
    value: float,
    counts: tuple[float, int],
    note: str,
    interval: Sequence[float] = (np.nan, np.nan),
    p_value: float = np.nan,
) -> dict[str, Any]:
    """Return a row of validation.tsv but for its contrast; `counts`: positives (NaN where none are asked for), background."""
    return {
        "analysis": analysis, "measure": measure, "predictor": predictor, "value": value,
        "ci_low": interval[0], "ci_high": interval[1], "p_value": p_value,
        "n_positive": counts[0], "n_background": counts[1], "note": note,
    }  # fmt: skip


def too_few(positives: int, background: int, what: str = "known myokines") -> str:
    """Return why nothing can be measured, or '' where it can."""
    if positives < FEWEST_POSITIVES:
        return (
            f"{positives} {what} among {background} detected secreted proteins: too few, {FEWEST_POSITIVES} are asked"
        )
    if positives == background:
        return f"all {background} detected secreted proteins are {what}: nothing to hold them against"
    return ""
