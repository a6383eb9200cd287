"""What the page shows of times or doses: the best candidates over them, where the sample sheet has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from myosieve.report import time_series
from myosieve.report.content import Content
from myosieve.report.time_axis import Axis, axis_of
from myosieve.report.time_courses import MOST_SINGLE, change_map, course

MOST_CANDIDATES, MOST_LINES, MOST_TIMES = 12, 8, 24
# Means and points beyond which a figure is neither read nor light.
_MOST_MEANS, _MOST_POINTS = 96, 200
_COLUMNS = ("time", "dose")


def time_courses(content: Content) -> dict[str, Any] | None:
    """Return what the template shows; None where the sheet has neither `time` nor `dose` with two values, or no candidate."""
    column, sheet = _sheet(content)
    candidates = _candidates(content)
    if sheet is None or candidates.empty:
        return None
    axis = axis_of(sheet["written"])
    if len(axis.texts) < 2:
        return None
    shown: dict[str, Any] = {"what": column, "n_times": len(axis.texts), "most_times": MOST_TIMES, "times": axis.texts}
    if len(axis.texts) > MOST_TIMES:
        return {**shown, "courses": [], "heat": None, "said": []}
    sheet = sheet.assign(time=sheet["written"].map(axis.order))
    sheet, lines, beyond = _with_lines(content, sheet, column, axis)
    values = content.after.loc[candidates["protein_group"], sheet["sample"]]
    single = _are_few(sheet)
    title = f"{column} ({axis.unit})" if axis.unit else column
    title += "" if axis.to_scale or not axis.numeric else ", not to scale"
    found = list(time_series.changes(values, sheet))
    names = _names(candidates)
    return {
        **shown,
        "courses": [
            _course(place, row, names[place], values.iloc[place], sheet, axis, title, single)
            for place, row in enumerate(candidates.itertuples(index=False))
        ],
        "heat": change_map(found, names, axis),
        "changes": [
            {
                "name": name,
                "cells": [
                    {
                        "line": one.line,
                        "time": axis.texts[one.time],
                        "mean": one.mean[row],
                        "n": one.count[row],
                        "of": one.of,
                    }
                    for one in found
                ],
            }
            for row, name in enumerate(names)
        ],
        "against": _against(sheet, axis),
        "paired": time_series.is_paired(sheet),
        "said": [
            *_of_lines(lines, column),
            *_of_samples(content, sheet, single, column),
            *_left_out(beyond, sheet["line"].nunique()),
        ],
    }


# ---- choosing ------------------------------------------------------------------------------------------------------


def _sheet(content: Content) -> tuple[str, pd.DataFrame | None]:
    """Return the column that is drawn, and the secretome samples with a value in it: sample, condition, written, subject."""
    table = content.samples
    fraction = (
        table["fraction"].fillna("secretome") if "fraction" in table else pd.Series("secretome", index=table.index)
    )
    table = table[(fraction == "secretome") & table["sample"].isin(content.after.columns)]
    for column in _COLUMNS:
        if column not in table:
            continue
        written = table[column].map(_text)
        if len(set(written) - {""}) > 1:
            subject = table["subject"].map(_text) if "subject" in table else ""
            found = table[["sample", "condition"]].assign(written=written, subject=subject)
            return column, found[written != ""].astype({"condition": str}).reset_index(drop=True)
    return "", None


def _text(cell: Any) -> str:
    """Return a cell as the sheet writes it: a whole number that was read as 1.0 is '1'."""
    if pd.isna(cell):
        return ""
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell).strip()


def _candidates(content: Content) -> pd.DataFrame:
    """Return the best candidates of all contrasts in turn, each protein group once, with where it ranks best."""
    ranked = [one.ranked.assign(order=place) for place, one in enumerate(content.contrasts)]
    table = pd.concat(ranked, ignore_index=True) if ranked else pd.DataFrame(columns=["protein_group", "rank", "order"])
    table = table[table["protein_group"].isin(content.after.index)].sort_values(["rank", "order"], kind="stable")
    return table.drop_duplicates("protein_group").head(MOST_CANDIDATES)


def _names(candidates: pd.DataFrame) -> list[str]:
    """Return gene, else accession, else key of each; with the accession behind it where two have the same gene."""
    name = candidates["gene"].fillna(candidates["accession"]).fillna(candidates["protein_group"]).astype(str)
    twice = name.duplicated(keep=False)
    longer = name + " " + candidates["accession"].fillna(candidates["protein_group"]).astype(str)
    return name.where(~twice, longer).tolist()


def _with_lines(
    content: Content, sheet: pd.DataFrame, column: str, axis: Axis
) -> tuple[pd.DataFrame, time_series.Lines, list[str]]:
    """Return the sheet with the line of each sample, how lines were told, and the lines that are too many."""
    condition = sheet["condition"]
    if column == "time" and "dose" in content.samples:  # else a line would be a mean over doses
        dose = content.samples.set_index("sample")["dose"].map(_text).reindex(sheet["sample"]).to_numpy()
        if time_series.has_several(sheet.assign(dose=dose), "condition", "dose"):
            condition = condition + np.where(dose == "", "", ", dose " + dose.astype(object))
    one_text = sheet["time"].map(lambda place: axis.texts[place])
    lines = time_series.lines_of(condition, one_text)
    names = list(dict.fromkeys(lines.names))
    most = min(MOST_LINES, _MOST_MEANS // len(axis.texts))
    sheet = sheet.assign(line=lines.names)
    return sheet[sheet["line"].isin(names[:most])].reset_index(drop=True), lines, names[most:]


def _are_few(sheet: pd.DataFrame) -> bool:
    """Return whether every sample can be drawn and still be read."""
    if len(sheet) > _MOST_POINTS:
        return False
    if (sheet["subject"] != "").all():
        return sheet["subject"].nunique() <= MOST_SINGLE
    return int(sheet.groupby(["line", "time"]).size().max()) <= MOST_SINGLE


# ---- saying --------------------------------------------------------------------------------------------------------


def _course(
    place: int, row: Any, name: str, values: pd.Series, sheet: pd.DataFrame, axis: Axis, title: str, single: bool
) -> dict[str, Any]:
    means = time_series.summaries(values, sheet)
    return {
        "id": f"time-course-{place + 1}",
        "name": name,
        "accession": row.accession,
        "rank": row.rank,
        "contrast": row.contrast,
        "figure": course(values, means, sheet, axis, title, single),
        "rows": [one | {"time": axis.texts[one["time"]]} for one in means.to_dict("records")],
    }


def _of_lines(lines: time_series.Lines, column: str) -> list[str]:
    if lines.told == time_series.ONE_LINE:
        return [f"Each condition has a {column} of its own: all samples are one line."]
    if lines.told == time_series.WITHOUT_TIME:
        return [f"Each condition has one {column}: those whose names differ in it alone are one line."]
    if lines.told == time_series.POINTS:
        return [
            f"Each condition has one {column}, and their names do not tell which belong together: no line joins them."
        ]
    return []


def _of_samples(content: Content, sheet: pd.DataFrame, single: bool, column: str) -> list[str]:
    said = []
    told = sheet[sheet["subject"] != ""]
    subjects = told["subject"].nunique()
    if single and time_series.has_several(told, ["line", "subject"], "time"):
        said.append("Points: samples; faint lines: subjects.")
    elif single:
        said.append("Points: samples.")
    else:
        of = f" of {subjects} subjects" if subjects else ""
        said.append(
            f"Band: the middle half of the observed samples. The {len(sheet)} samples{of} are too many to be drawn one by one."
        )
    fraction = content.samples["fraction"].fillna("secretome")
    measured = content.samples["sample"].isin(content.after.columns) & (fraction == "secretome")
    without = int(measured.sum() - content.samples.loc[measured, column].map(_text).ne("").sum())
    if without:
        said.append(f"{without} sample{'s' if without > 1 else ''} without a {column} in the sheet left out.")
    return said


def _left_out(beyond: list[str], drawn: int) -> list[str]:
    if not beyond:
        return []
    return [f"Only the first {drawn} conditions of the sheet are drawn; left out: {', '.join(beyond)}."]


def _against(sheet: pd.DataFrame, axis: Axis) -> list[dict[str, str]]:
    """Return what the changes of each line are against."""
    found = []
    for line in dict.fromkeys(sheet["line"]):
        start, time = time_series.start_of(line, sheet)
        found.append({"line": line, "start": start, "time": axis.texts[time]})
    return found
