"""Times (or doses) as people write them -> their order and their places on an axis."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

_WRITTEN = re.compile(r"(?P<prefix>[^\W\d_]*)[ _]?(?P<number>[+-]?\d+(?:[.,]\d+)?)\s*(?P<unit>[^\W\d_][^\d]*|)")
_MINUTES = {"s": 1 / 60, "min": 1.0, "h": 60.0, "d": 1440.0, "wk": 10080.0}
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "wk"),
    **dict.fromkeys(("mo", "month", "months"), "months"),
    **dict.fromkeys(("y", "yr", "year", "years"), "years"),
}
# Times in several units are shown in the largest one of which the last time has at least this many.
_AT_LEAST = {"wk": 6, "d": 3, "h": 2}
# A smallest gap of less than this share of the axis cannot be told by eye: the times then stand side by side.
_SMALLEST_GAP = 1 / 16


@dataclass(frozen=True)
class Axis:
    """Times in order.

    Attributes
    ----------
    texts
        Each time as the sheet writes it, the first way where there are several; k of them.
    places
        Where each stands on the axis (k,).
    ticks
        What the axis says there.
    unit
        Unit of the places, '' = none known.
    numeric, to_scale
        Whether all are numbers, and whether distances on the axis are those of the numbers.
    order
        Position in `texts` by any way that the sheet writes a time.
    """

    texts: tuple[str, ...]
    places: np.ndarray
    ticks: tuple[str, ...]
    unit: str
    numeric: bool
    to_scale: bool
    order: dict[str, int]


def axis_of(written: Iterable[str]) -> Axis:
    """Return the axis of times, in order: by number where all are numbers of one kind, else in the order given.

    '30 min', '1h' and '2 d' are numbers in one unit, with a '0' beside them; so are '1', '2,5', 'TP1' and 'TP2', 'day 3', and
    '10 nM' beside '20 nM'. Anything else is a name: '5' beside '1h', 'pre', 'T-1', '1 nM' beside '1 mM'.
    """
    distinct = list(dict.fromkeys(written))
    read = _numbers(distinct)
    if read is None:
        places = np.arange(len(distinct), dtype=float)
        order = {text: place for place, text in enumerate(distinct)}
        return Axis(tuple(distinct), places, tuple(distinct), "", False, False, order)
    values, unit, named = read
    numbers = np.unique(values)
    order = {text: int(np.searchsorted(numbers, value)) for text, value in zip(distinct, values, strict=True)}
    texts = tuple(next(text for text in distinct if order[text] == place) for place in range(len(numbers)))
    gaps = np.diff(numbers)
    to_scale = len(gaps) == 0 or bool(gaps.min() >= _SMALLEST_GAP * gaps.sum())
    ticks = tuple(f"{number:g}" for number in numbers) if to_scale and not named else texts
    places = numbers if to_scale else np.arange(len(numbers), dtype=float)
    return Axis(texts, places, ticks, "" if named else unit, True, to_scale, order)


def same_time(one: str, other: str) -> bool:
    """Return whether two texts are one time: '24h' and '24 h', and '24' where the other has a unit."""
    if one.casefold() == other.casefold():
        return True
    parsed = [_parsed(text) for text in (one, other)]
    if None in parsed:
        return False
    (value, unit, named), (other_value, other_unit, other_named) = parsed
    bare = {(unit, named), (other_unit, other_named)}
    if value == other_value and ("", False) in bare and not (named or other_named):
        return True
    read = _numbers([one, other])
    return read is not None and bool(np.isclose(*read[0]))


def _parsed(text: str) -> tuple[float, str, bool] | None:
    """Return number, unit and whether the unit is a name in front of it ('TP1'); None where it is not so written."""
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        return None
    prefix, unit = found["prefix"].casefold(), found["unit"].strip().rstrip(".")
    if prefix and (unit or (found["number"][0] in "+-" and not text.strip()[len(prefix)].isspace())):
        return None  # 'T-1' may be the time before T or the first one
    number = float(found["number"].replace(",", "."))
    if prefix:
        return number, _UNITS.get(prefix, prefix), prefix not in _UNITS
    return number, _UNITS.get(unit.casefold(), unit), False


def _numbers(texts: list[str]) -> tuple[np.ndarray, str, bool] | None:
    """Return the numbers of all texts in one unit, the unit, and whether it is a name; None where there is no such unit."""
    parsed = [_parsed(text) for text in texts]
    if not parsed or None in parsed:
        return None
    values = np.array([number for number, _, _ in parsed])
    kinds = {(unit, named) for number, unit, named in parsed if number != 0 or unit}
    if len(kinds) <= 1:
        unit, named = kinds.pop() if kinds else ("", False)
        return values, unit, named
    if not all(unit in _MINUTES and not named for unit, named in kinds):
        return None
    minutes = np.array([number * _MINUTES.get(unit, 1.0) for number, unit, _ in parsed])
    last = np.abs(minutes).max()
    shown = next((unit for unit, least in _AT_LEAST.items() if last >= least * _MINUTES[unit]), "min")
    return np.round(minutes / _MINUTES[shown], 6), shown, False
