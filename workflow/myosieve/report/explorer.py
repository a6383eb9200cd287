"""What the linked views of the page know of each protein: columns of plain values, in one order of protein groups.

Row i of every list is the same protein group, in the data of the proteins and in those of each contrast, so that a point of
the volcano, a row of the table and the panel name one another by a number. Missing is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from myosieve.report import confidence
from myosieve.report.content import Content, Contrast

# Log2 intensities on the page, values: beyond them only those of ranked proteins fit, the best first.
MOST_VALUES = 600_000
# Rows of receptors and organs per protein; all of them are in crosstalk.tsv.
_MOST_PARTNERS = 30
_SHARED = ("protein_name", "peptides", "secretion_class", "secretion_reason", "shedding", "known_myokine", "own_list",
           "receptors", "target_organs", "muscle_expression", "assay")  # fmt: skip
# As many digits as are shown: rounding twice could differ from the reason's text in the last digit.
_DIGITS = {"log2fc": ".2f", "ci_low": ".2f", "ci_high": ".2f", "q_value": ".2g", "score": ".3f",
           "leak_probability": ".2f", "residual_log2fc": ".2f"}  # fmt: skip
_COUNTS = ("rank", "rank_low", "rank_high", "n_treatment", "n_control", "of_treatment", "of_control")
_TEXTS = ("test", "leak_flag", "serum_flag", "reason", "contributions", "excluded_because", "note", "confidence")


def protein_order(content: Content) -> pd.Index:
    """Return the protein groups of the study, in the order of the differential table."""
    return pd.Index(content.differential["protein_group"].drop_duplicates())


def proteins(content: Content, groups: pd.Index) -> dict[str, Any]:
    """Return what does not depend on the contrast.

    Parameters
    ----------
    groups
        From `protein_order`.

    Returns
    -------
    dict
        `protein_group`, `accession`, `gene` and the columns that candidates share, a list each; `organism`, `topology`,
        `length`, `peptide_spans`, `laid_on` (the member that these are of, where it is not `accession`); `samples` with a list
        per column of the sheet; `log2` (per protein a list of 100 x log2, or None where they did not fit); `evidence` and
        `partners`, rows as columns with the number of the protein in front.
    """
    every = pd.concat([one for contrast in content.contrasts for one in (contrast.ranked, contrast.excluded)])
    told = every.drop_duplicates("protein_group").set_index("protein_group").reindex(groups)
    tested = content.differential.drop_duplicates("protein_group").set_index("protein_group").reindex(groups)
    annotated = content.annotation.drop_duplicates("protein_group").set_index("protein_group").reindex(groups)
    found = {"protein_group": groups.tolist()}
    found |= {name: _cells(told[name].combine_first(tested[name])) for name in ("accession", "gene")}
    found |= {name: _cells(told[name]) for name in _SHARED}
    # The annotation knows the class of a protein that no contrast has a candidate's row of.
    found["secretion_class"] = _cells(
        told["secretion_class"].combine_first(annotated["secretion_class"]).fillna("unknown")
    )
    found["organism"] = _cells(annotated["organism"])
    found |= _sequence(content, annotated, groups)
    found["samples"] = _samples(content)
    found["log2"] = _log2(content.after, groups, _best_first(every), MOST_VALUES)
    found["evidence"] = _evidence(content.evidence, groups)
    found["partners"] = _partners(content.crosstalk, groups)
    return found


def contrast_columns(contrast: Contrast, groups: pd.Index) -> dict[str, list[Any]]:
    """Return what a contrast says of each protein group: its test and its candidate's row, a list per column.

    `x` and `y` are where the volcano draws it, finer than what is read.
    """
    tests = contrast.tests.drop_duplicates("protein_group").set_index("protein_group").reindex(groups)
    rows = pd.concat([contrast.ranked, contrast.excluded]).drop_duplicates("protein_group")
    rows = rows.assign(confidence=confidence.confidence(rows, contrast.fdr).where(rows["rank"].notna()))
    rows = rows.set_index("protein_group").reindex(groups)
    # An excluded protein's reason is why it was excluded: the rest would only make the page heavy.
    rows.loc[rows["rank"].isna(), ["reason", "contributions"]] = None
    columns: dict[str, list[Any]] = {}
    for name in (*_DIGITS, *_COUNTS, *_TEXTS):
        column = (tests if name in ("of_treatment", "of_control", "note", "test") else rows).get(name)
        if name in ("log2fc", "ci_low", "ci_high", "q_value", "n_treatment", "n_control"):
            column = rows[name].combine_first(tests[name])
        columns[name] = _cells(column, _DIGITS.get(name))
    return columns | {"x": _cells(tests["log2fc"], ".3f"), "y": _cells(minus_log10(tests["p_value"]), ".3f")}


def minus_log10(p: pd.Series) -> pd.Series:
    """Return -log10 p; a p-value of 0 counts as the smallest number there is."""
    return np.log10(p.clip(lower=np.finfo(float).tiny)).abs()


def _cells(column: pd.Series, form: str | None = None) -> list[Any]:
    """Return plain values: numbers rounded (whole ones as int), missing as None."""
    if not pd.api.types.is_numeric_dtype(column):
        return [None if pd.isna(value) else str(value) for value in column]
    values = column.to_numpy(float, na_value=np.nan).tolist()
    if form is None:
        return [None if value != value else int(value) for value in values]
    return [None if value != value else float(format(value, form)) for value in values]


def _sequence(content: Content, annotated: pd.DataFrame, groups: pd.Index) -> dict[str, list[Any]]:
    shed = content.shedding
    if shed is None:
        nothing = dict.fromkeys(("length", "peptide_spans", "laid_on"), [None] * len(groups))
        return {"topology": _cells(annotated["topology"]), **nothing}
    laid = shed.drop_duplicates("protein_group").set_index("protein_group").reindex(groups)
    return {
        "topology": _cells(laid["topology"].combine_first(annotated["topology"])),
        "length": _cells(laid["length"]),
        "peptide_spans": _cells(laid["peptide_spans"]),
        # Another member than the leading one may speak for the group.
        "laid_on": _cells(laid["accession"].where(laid["accession"] != annotated["accession"])),
    }


def _samples(content: Content) -> dict[str, list[Any]]:
    """Return the columns of the sheet that the panel groups by, for the samples that have intensities, in their order."""
    sheet = content.samples.set_index("sample").reindex(content.after.columns)
    shown = [name for name in ("condition", "subject", "time", "fraction") if name in sheet]
    return {"sample": list(content.after.columns), **{name: _cells(sheet[name].astype("str")) for name in shown}}


def _best_first(candidates: pd.DataFrame) -> pd.Index:
    best = candidates.groupby("protein_group", sort=False)["rank"].min()
    return best.sort_values(kind="stable", na_position="last").index


def _log2(values: pd.DataFrame, groups: pd.Index, best: pd.Index, most: int) -> list[list[int | None] | None]:
    """Return 100 x log2 of each group's samples; None for groups without values, and for those beyond `most` values."""
    fitting = most // max(values.shape[1], 1)
    order = best[best.isin(values.index)].append(values.index).drop_duplicates()
    kept = set(order[:fitting])
    hundredths = np.rint(values.to_numpy(float) * 100)
    place = {group: i for i, group in enumerate(values.index)}
    return [
        [None if value != value else int(value) for value in hundredths[place[group]].tolist()]
        if group in kept and group in place
        else None
        for group in groups
    ]


def _evidence(table: pd.DataFrame | None, groups: pd.Index) -> dict[str, list[Any]] | None:
    if table is None:
        return None
    names = ("source", "version", "feature", "call", "start", "end", "score", "evidence_code", "detail")
    return _rows(table, names, groups, {"score": ".3g"})


def _partners(table: pd.DataFrame | None, groups: pd.Index) -> dict[str, list[Any]] | None:
    if table is None:
        return None
    names = (
        "receptor_gene",
        "resources",
        "curated",
        "organ",
        "organ_source",
        "receptor_value",
        "unit",
        "receptor_rank",
    )
    found = table[table["receptor_gene"].notna() | table["organ"].notna()].drop_duplicates(["protein_group", *names])
    first = found.groupby("protein_group", sort=False).head(_MOST_PARTNERS)
    return _rows(first, names, groups, {"receptor_value": ".3g"})


def _rows(table: pd.DataFrame, names: Sequence[str], groups: pd.Index, digits: dict[str, str]) -> dict[str, list[Any]]:
    """Return rows of known protein groups as columns, with the number of the group in front."""
    number = pd.Series(groups.get_indexer(table["protein_group"]), index=table.index)
    known = table[number >= 0]
    columns: dict[str, list[Any]] = {"protein": number[number >= 0].tolist()}
    return columns | {name: _cells(known[name], digits.get(name)) for name in names}


def criteria(names: Iterable[str]) -> list[str]:
    """Return the criteria of the score, from the columns of the candidates table."""
    return [name.removeprefix("d_") for name in names if name.startswith("d_")]
