"""The tissues of an atlas -> organs: the highest of an organ's tissues, and whether they only stand for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from myosieve.tissues.wide import plain

_VOCABULARIES = ("hpa", "gtex", "literature")


@dataclass(frozen=True)
class Organ:
    """The organ of a tissue; an empty name = none, as for a cell line."""

    name: str
    proxy: bool
    listed: bool = True


def organ_of(tissue: str, organs: Mapping[str, Organ]) -> Organ:
    """Return the organ of a tissue by its name; a tissue that is not listed is an organ of its own.

    HPA numbers some tissues ("skin 1"): without the number they are looked up again.
    """
    name = plain(tissue)
    shorter = re.sub(r" \d$", "", name)
    found = organs.get(name) or organs.get(shorter)
    return found or Organ(name, proxy=False, listed=False)


def vocabulary(table: pd.DataFrame) -> dict[str, Organ]:
    """Return the organ by tissue (contract ORGANS); the atlases' own names before those of the literature."""
    found: dict[str, Organ] = {}
    for name in _VOCABULARIES:
        rows = table[table["vocabulary"] == name]
        for tissue, organ, proxy in zip(rows["tissue"], rows["organ"].fillna(""), rows["proxy"], strict=True):
            found.setdefault(tissue, Organ(organ, proxy == "yes"))
    return found


def organ_rows(values: pd.DataFrame, organs: Mapping[str, Organ], complete: bool) -> pd.DataFrame:
    """Return one row per protein and organ.

    Parameters
    ----------
    values
        Proteins (index: accession) x tissues of the atlas.
    organs
        As `vocabulary`.
    complete
        Whether the atlas tells all its tissues of a protein. Without that there is no rank.

    Returns
    -------
    DataFrame with accession, organ, tissues (highest first), proxy, value, rank (of the highest, among all tissues of the
    atlas; ties get the better one) and of. A tissue that only stands for an organ counts where no tissue of the organ itself
    has a value.
    """
    ranks = values.rank(axis=1, ascending=False, method="min")
    counts = values.notna().sum(axis=1)
    of_tissue = {tissue: organ_of(tissue, organs) for tissue in values.columns}
    blocks = [pd.DataFrame(columns=["accession", "organ", "tissues", "proxy", "value", "rank", "of"])]
    for name in sorted({organ.name for organ in of_tissue.values()} - {""}):
        mine = [tissue for tissue, organ in of_tissue.items() if organ.name == name]
        itself = [tissue for tissue in mine if not of_tissue[tissue].proxy]
        direct = values[itself].notna().any(axis=1)
        for chosen, rows, proxy in (
            (itself, direct, "no"),
            ([one for one in mine if one not in itself], ~direct, "yes"),
        ):
            block = values.loc[rows, chosen]
            block = block[block.notna().any(axis=1)]
            if block.empty:
                continue
            blocks.append(
                pd.DataFrame(
                    {
                        "accession": block.index,
                        "organ": name,
                        "tissues": _highest_first(block),
                        "proxy": proxy,
                        "value": block.max(axis=1).to_numpy(),
                        "rank": ranks.loc[block.index, chosen].min(axis=1).to_numpy() if complete else np.nan,
                        "of": counts[block.index].to_numpy() if complete else np.nan,
                    }
                )
            )
    return pd.concat([block for block in blocks if len(block)] or blocks, ignore_index=True)


def _highest_first(block: pd.DataFrame) -> list[str]:
    names = np.array([name.replace(";", ",") for name in block.columns], dtype=object)
    numbers = block.to_numpy()
    order = np.argsort(-numbers, axis=1, kind="stable")  # NaN last
    counts = (~np.isnan(numbers)).sum(axis=1)
    return [";".join(names[places[:count]]) for places, count in zip(order, counts, strict=True)]
