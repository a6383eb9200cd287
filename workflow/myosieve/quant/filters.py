"""Which protein groups are tested, and why the others are not: pure functions from tables to reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

# The marks of `contaminant_by`, in the order in which they claim a protein group.
CONTAMINANT_BY = {
    "engine": "the search engine's flag",
    "prefix": "an accession prefix",
    "list": "the shipped list of contaminants",
}


@dataclass(frozen=True)
class Rule:
    """One reason to leave a protein group out.

    Attributes
    ----------
    reason
        The reason as a reader sees it.
    applies
        Boolean, one per protein group.
    setting
        What to set so that fewer groups fall to it; "" where nothing helps.
    """

    reason: str
    applies: np.ndarray
    setting: str


def exclusion_rules(
    proteins: pd.DataFrame,
    log2: pd.DataFrame,
    conditions: pd.Series,
    *,
    drop_contaminants: bool = True,
    drop_only_by_site: bool = True,
    min_peptides: int = 1,
    min_valid: int = 2,
) -> list[Rule]:
    """Return the rules in the order in which they claim a protein group.

    Parameters
    ----------
    proteins
        One row per protein group: booleans `decoy` and `only_by_site`, `contaminant_by` (what marks it as one, separated by
        ';'), and `peptides` (count; NaN = unknown, which is no reason to leave a group out).
    log2
        Protein groups x samples in the same order of rows, missing = NaN.
    conditions
        Condition of each sample that the experiment is about, index = sample; samples of `log2` that are not in it (lysates,
        blanks) do not count as observations.
    drop_contaminants, drop_only_by_site
        Whether these flags are a reason.
    min_peptides
        Fewest peptides.
    min_valid
        Fewest observed samples in at least one condition.
    """
    observed = log2.notna()
    of_interest = observed[conditions.index].T.groupby(conditions.to_numpy(), sort=False).sum().max()
    few = f"fewer than {min_peptides} peptide{'s' * (min_peptides != 1)}"
    asked = f"{min_valid} {'is' if min_valid == 1 else 'are'} asked"
    sparse = f"observed in at most {min_valid - 1} sample{'s' * (min_valid != 2)} of any condition; {asked}"
    never = np.zeros(len(proteins), dtype=bool)
    return [
        Rule("decoy, a hit in the reversed database", proteins["decoy"].to_numpy(dtype=bool), ""),
        *(
            Rule(
                f"contaminant by {what}",
                _marked(proteins, mark) if drop_contaminants else never,
                "filter.contaminants: keep",
            )
            for mark, what in CONTAMINANT_BY.items()
        ),
        Rule(
            "identified by a modified site only",
            proteins["only_by_site"].to_numpy(dtype=bool) if drop_only_by_site else never,
            "filter.only_by_site: keep",
        ),
        Rule(few, proteins["peptides"].to_numpy(dtype=float) < min_peptides, "a lower filter.min_peptides"),
        Rule("no value in any sample", ~observed.to_numpy().any(axis=1), ""),
        Rule(sparse, of_interest.to_numpy() < min_valid, "a lower filter.min_valid"),
    ]


def exclusion_reasons(rules: list[Rule], index: pd.Index) -> pd.Series:
    """Return the reason of the first rule that applies to each protein group; '' = kept."""
    reasons = np.select([rule.applies for rule in rules], [rule.reason for rule in rules], default="")
    return pd.Series(reasons, index=index, dtype=str, name="excluded_because")


def count_reasons(rules: list[Rule], reasons: pd.Series) -> dict[str, int]:
    """Return how many protein groups each rule took, in the order of the rules."""
    return {rule.reason: int((reasons == rule.reason).sum()) for rule in rules}


def _marked(proteins: pd.DataFrame, mark: str) -> np.ndarray:
    return proteins["contaminant_by"].fillna("").str.split(";").map(lambda marks: mark in marks).to_numpy(dtype=bool)
