"""Are the expected concentrations of the standards plausible? A dilution series has one constant factor.

A locale that reads the point as a thousands separator turns 215.625 into 215625 when an export is opened and saved again,
and leaves 107.8125 alone. One such value in sixteen ruins a curve and shows nowhere else. So each analyte's series is held
against the straight line of log2 concentration over the standard's number that most standards lie on.
"""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pandas as pd

# A kit's sheet rounds its standards (2500, 625, 156, 39, 9.8, 2.4): a value within this factor of the series is plausible.
TOLERANCE = 1.25
FEWEST = 3


def check_standards(standards: pd.DataFrame) -> pd.DataFrame:
    """Hold every expected concentration against its analyte's dilution series.

    Parameters
    ----------
    standards
        One row per standard and analyte: standard (name; a number at its end is its place in the series, else the order
        of the rows is), analyte, expected (NaN = none, 0 = a blank: neither is part of the series).

    Returns
    -------
    The rows with dilution_factor (of the analyte's series, at least 1; NaN where it has none: fewer than three standards,
    or half of them or more off every line), series (what the series calls for), implausible (expected is off the series by
    more than `TOLERANCE`), repaired (expected with its decimal point moved, where this puts it on the series; NaN
    elsewhere). Nothing is replaced.
    """
    checked = standards.copy()
    checked["place"] = _places(standards)
    checked["log2"] = np.log2(checked["expected"].where(checked["expected"] > 0))
    fitted = [_series(rows) for _, rows in checked.groupby("analyte", sort=False)]
    columns = pd.concat(fitted) if fitted else pd.DataFrame(columns=["series", "dilution_factor"], dtype=float)
    checked[["series", "dilution_factor"]] = columns.reindex(checked.index)
    checked["implausible"] = ~_near(checked["expected"], checked["series"]) & checked["log2"].notna()
    checked.loc[checked["series"].isna(), "implausible"] = False
    with np.errstate(divide="ignore", invalid="ignore"):
        decades = np.round(np.log10(checked["expected"] / checked["series"]))
    moved = checked["expected"] / 10.0**decades
    offered = checked["implausible"] & _near(moved, checked["series"])
    checked["repaired"] = moved.where(offered)
    return checked.drop(columns=["place", "log2"])


def standard_flags(checked: pd.DataFrame) -> pd.Series:
    """Return by analyte what is wrong with its standards in words, '' where nothing is; from `check_standards`."""
    return pd.Series(
        {analyte: _flag(rows) for analyte, rows in checked.groupby("analyte", sort=False)}, dtype=str, name="flag"
    )


def standard_range(checked: pd.DataFrame) -> pd.DataFrame:
    """Return by analyte the lowest and highest (`low`, `high`) plausible expected concentration above zero."""
    plausible = checked[~checked["implausible"] & (checked["expected"] > 0)]
    return plausible.groupby("analyte", sort=False)["expected"].agg(low="min", high="max")


def computed_with_repaired(checked: pd.DataFrame, wells: pd.DataFrame) -> pd.Series:
    """Tell for which repaired values the instrument shows that it computed with them, and not with what the export says.

    Its recovery is result / expected: 100 * result / recovery is the expected concentration that it knew. Where this is
    the repaired value, the point was lost after the curve was fitted, and the results of the samples stand.

    Parameters
    ----------
    checked
        From `check_standards`.
    wells
        Of `xponent.Plate`.

    Returns
    -------
    (rows of checked,) bool; False where nothing was repaired or the export has no recovery of the standard.
    """
    own = wells[(wells["kind"] == "standard") & (wells["recovery"] > 0)]
    known = (100 * own["result"] / own["recovery"]).groupby([own["sample"], own["analyte"]]).median()
    keys = pd.MultiIndex.from_frame(checked[["standard", "analyte"]])
    return _near(pd.Series(known.reindex(keys).to_numpy(), index=checked.index), checked["repaired"])


def _places(standards: pd.DataFrame) -> pd.Series:
    """Return each standard's place in the series: the number at the end of its name, or the order where a name has none."""
    names = list(dict.fromkeys(standards["standard"]))
    numbers = [re.search(r"\d+$", name) for name in names]
    places = [int(number[0]) for number in numbers if number]
    if len(set(places)) < len(names):
        places = list(range(len(names)))
    return standards["standard"].map(dict(zip(names, places, strict=True))).astype(float)


def _series(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what an analyte's series calls for at each place, and its factor; NaN where no line holds most of them."""
    known = rows["log2"].notna().to_numpy()
    x, y = rows["place"].to_numpy()[known], rows["log2"].to_numpy()[known]
    best = np.zeros(len(x), dtype=bool)
    # Every pair of standards proposes a line: at most a few hundred, and exact up to half of the values being wrong.
    for i, j in combinations(range(len(x)), 2):
        slope = (y[j] - y[i]) / (x[j] - x[i])
        on_line = np.abs(y - y[i] - slope * (x - x[i])) <= np.log2(TOLERANCE)
        if on_line.sum() > best.sum():
            best = on_line
    if best.sum() < max(FEWEST, len(x) / 2 + 0.5):
        return pd.DataFrame({"series": np.nan, "dilution_factor": np.nan}, index=rows.index)
    slope, start = np.polyfit(x[best], y[best], 1)
    return pd.DataFrame(
        {"series": 2 ** (start + slope * rows["place"]), "dilution_factor": 2 ** abs(slope)}, index=rows.index
    )


def _near(values: pd.Series, others: pd.Series) -> pd.Series:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.abs(np.log2(values / others)) <= np.log2(TOLERANCE)


def _flag(rows: pd.DataFrame) -> str:
    known = rows["expected"] > 0
    if rows["series"].isna().all():
        if known.sum() < FEWEST:
            return f"standards not checked: only {known.sum()} with an expected concentration"
        return "standards implausible: no constant dilution factor"
    wrong = rows[rows["implausible"]]
    told = [
        f"{row.standard} = {row.expected:.10g}, the series calls for "
        + (f"{row.series:.4g}" if np.isnan(row.repaired) else f"{row.repaired:.10g} (decimal point lost?)")
        for row in wrong.itertuples()
    ]
    return "standards implausible: " + "; ".join(told) if told else ""
