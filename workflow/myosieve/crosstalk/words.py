"""What speaks for a candidate, its receptor and an organ, in words."""

from __future__ import annotations

import pandas as pd

from myosieve.crosstalk.organs import Target


def evidence_words(pair: pd.Series, target: Target, known_expression: bool | None) -> str:
    """Return the evidence of one row of the table.

    Parameters
    ----------
    pair
        receptor_gene, receptor_accession, resources and curated of the pair; receptor_gene missing = no receptor is known.
    target
        The organ, or the lack of one.
    known_expression
        Whether the atlases hold the receptor; None where no atlas is given.
    """
    if pd.isna(pair["receptor_gene"]):
        said = ["no receptor is known, which says nothing against it"]
    else:
        said = [*_pair(pair), _expression(pair, target, known_expression)]
    if target.literature:
        said.append(f"literature names {target.literature} for the myokine")
    return "; ".join(part for part in said if part)


def _pair(pair: pd.Series) -> list[str]:
    count = pair["resources"]
    known = [] if pd.isna(count) else [f"{count:.0f} resource{'' if count == 1 else 's'}"]
    return ["curated pair" if pair["curated"] == "yes" else "pair in no curated resource", *known]


def _expression(pair: pd.Series, target: Target, known_expression: bool | None) -> str:
    if known_expression is None:
        return "receptor expression was not given"
    if pd.isna(pair["receptor_accession"]):
        return "accession of the receptor not known, so that its expression was not looked up"
    if not known_expression:
        return "the atlas does not hold the receptor" + (" as a whole" if "+" in pair["receptor_accession"] else "")
    if not target.organ:
        return "receptor expressed in no organ above the limit"
    if pd.isna(target.value):
        return f"no receptor expression known in {target.organ}"
    limiting = f" (least expressed subunit: {target.limiting})" if target.limiting else ""
    rank = f", rank {target.rank:.0f} of {target.of:.0f}" if not pd.isna(target.rank) else ", rank not known"
    proxy = f", measured in {target.tissues}, which only stands for {target.organ}" if target.proxy == "yes" else ""
    unit = target.unit or "(unit not told)"
    where = f"{target.organ}: {target.value:.4g} {unit}{rank}{proxy}"
    return (
        f"receptor{limiting} expressed in {where}"
        if target.expressed
        else f"receptor{limiting} below the limit in {where}"
    )
