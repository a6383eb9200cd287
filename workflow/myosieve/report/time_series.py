"""What a time course is made of: which samples belong to one line, their means, and their change since the start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from myosieve.report.time_axis import same_time

_BETWEEN_WORDS = re.compile(r"([\s_.,;:/|-]+)")
AS_IT_IS, ONE_LINE, WITHOUT_TIME, POINTS = "condition", "one line", "without time", "points"


class Lines(NamedTuple):
    """The line of each sample, and how lines were told.

    A condition each; all samples (each condition has a time of its own); conditions that differ only in the time that their
    names hold; or each condition a point.
    """

    names: pd.Series
    told: str


def lines_of(conditions: pd.Series, times: pd.Series) -> Lines:
    """Return which line each sample belongs to (same index).

    Parameters
    ----------
    conditions
        Condition of each sample.
    times
        Time of each sample as the sheet writes it; texts that are one time must be one text.
    """
    sheet = pd.DataFrame({"condition": conditions, "time": times})
    if has_several(sheet, "condition", "time"):
        return Lines(conditions, AS_IT_IS)
    if not has_several(sheet, "time", "condition"):
        return Lines(pd.Series("all samples", index=conditions.index), ONE_LINE)
    stripped = {name: _without(name, time) for name, time in sheet.drop_duplicates("condition").to_numpy()}
    sheet["line"] = conditions.map(stripped)
    one_each = not has_several(sheet, ["line", "time"], "condition")
    if one_each and (sheet["line"] != "").all() and has_several(sheet, "line", "time"):
        return Lines(sheet["line"], WITHOUT_TIME)
    return Lines(conditions, POINTS)


def has_several(sheet: pd.DataFrame, by: str | list[str], column: str) -> bool:
    """Return whether any group of rows has more than one value in a column."""
    distinct = sheet.groupby(by)[column].nunique()
    return bool((distinct > 1).any())


def _without(condition: str, time: str) -> str:
    """Return a condition's name without the word that is the time: 'eps_24h' at '24 h' is 'eps'."""
    words = _BETWEEN_WORDS.split(condition)
    hits = [place for place in range(0, len(words), 2) if words[place] and same_time(words[place], time)]
    if len(hits) != 1:
        return condition
    gap = hits[0] - 1 if hits[0] else 1
    return "".join(word for place, word in enumerate(words) if place not in (hits[0], gap))


def summaries(values: pd.Series, sheet: pd.DataFrame) -> pd.DataFrame:
    """Return what each line has of one protein at each time at which it has samples.

    Parameters
    ----------
    values
        log2 intensity by sample, NaN = not observed.
    sheet
        Columns sample, line, time (position).

    Returns
    -------
    DataFrame: line, time, samples, observed, and over the observed mean, lower and upper quartile (NaN = none).
    """
    table = sheet[["line", "time"]].assign(value=values.reindex(sheet["sample"]).to_numpy(float))
    groups = table.groupby(["line", "time"], sort=True)["value"]
    found = groups.agg(samples="size", observed="count", mean="mean").assign(
        lower=groups.quantile(0.25), upper=groups.quantile(0.75)
    )
    order = {name: place for place, name in enumerate(dict.fromkeys(sheet["line"]))}
    return found.reset_index().sort_values(["line", "time"], key=lambda c: c.map(order) if c.name == "line" else c)


def start_of(line: str, sheet: pd.DataFrame) -> tuple[str, int]:
    """Return the line and time that a line's changes are against.

    Its own at the first time of the study; where it has no sample there and one other line alone has, that line's (a rest
    before several stimuli); else its own first time.
    """
    at_first = list(dict.fromkeys(sheet.loc[sheet["time"] == sheet["time"].min(), "line"]))
    own = int(sheet.loc[sheet["line"] == line, "time"].min())
    if own != sheet["time"].min() and len(at_first) == 1:
        return at_first[0], int(sheet["time"].min())
    return line, own


def is_paired(sheet: pd.DataFrame) -> bool:
    """Return whether at every time of every line some subject was measured that was measured at the line's start too."""
    for name in dict.fromkeys(sheet["line"]):
        start = start_of(name, sheet)
        at_start = _subjects(sheet, *start)
        times = set(sheet.loc[sheet["line"] == name, "time"])
        if not all(at_start & _subjects(sheet, name, time) for time in times if (name, time) != start):
            return False
    return True


def _subjects(sheet: pd.DataFrame, line: str, time: int) -> set[str]:
    return set(sheet.loc[(sheet["line"] == line) & (sheet["time"] == time), "subject"]) - {""}


class Change(NamedTuple):
    """Change of each protein from the start to a time of a line: means (NaN = none) of `count` of `of` subjects or samples."""

    line: str
    time: int
    mean: np.ndarray
    count: np.ndarray
    of: int


def changes(values: pd.DataFrame, sheet: pd.DataFrame) -> Iterator[Change]:
    """Yield the mean change since the start, a time of a line after the other.

    Where it `is_paired`, it is the mean, over the subjects observed at both, of their own differences; else the difference
    of the means of the observed.

    Parameters
    ----------
    values
        log2 intensities, proteins x samples.
    sheet
        Columns sample, line, time (position), subject ('' = not told).
    """
    log2 = values.reindex(columns=sheet["sample"]).to_numpy(float)
    line, time, subject = (sheet[name].to_numpy() for name in ("line", "time", "subject"))
    paired = is_paired(sheet)
    for name in dict.fromkeys(line):
        start_line, start_time = start_of(name, sheet)
        start = (line == start_line) & (time == start_time)
        for place in np.unique(time[line == name]):
            here = (line == name) & (time == place)
            if (here == start).all():
                continue
            if paired:
                both = sorted(_subjects(sheet, name, place) & _subjects(sheet, start_line, start_time))
                own = [
                    _mean(log2[:, here & (subject == one)]) - _mean(log2[:, start & (subject == one)]) for one in both
                ]
                difference = np.column_stack(own)
                yield Change(name, int(place), _mean(difference), np.isfinite(difference).sum(axis=1), len(both))
            else:
                count = np.isfinite(log2[:, here]).sum(axis=1)
                yield Change(name, int(place), _mean(log2[:, here]) - _mean(log2[:, start]), count, int(here.sum()))


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean of each row over its values; NaN in a row without any."""
    seen = np.isfinite(values)
    count = seen.sum(axis=1)
    total = np.where(seen, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
