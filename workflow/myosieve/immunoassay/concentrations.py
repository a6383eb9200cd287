"""Wells -> one concentration per sample and analyte, with what to know before trusting it.

Replicates are averaged as log2 concentrations, since their errors are proportional and fold changes are what follows. The
instrument's Result is taken as it is: it has the dilution in it (`xponent`). What lies beyond the standard curve stays
censored: no number is put in its place, and a sample with one censored well has no mean, which would be that of its
highest (or lowest) wells only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

# Merck, MILLIPLEX assay tips (sigmaaldrich.com): at least 35 beads per region, intra-assay CV below 15 %.
MIN_BEADS = 35
MAX_CV = 15.0


def concentrations(wells: pd.DataFrame, ranges: pd.DataFrame, standard_flags: pd.Series) -> pd.DataFrame:
    """Average replicate wells.

    Parameters
    ----------
    wells
        Rows of `xponent.Plate.wells`, one per well and analyte; equal sample names are replicates.
    ranges
        By analyte, `low` and `high`: the standards' range before dilution, from `standards.standard_range`.
    standard_flags
        By analyte, from `standards.standard_flags`.

    Returns
    -------
    One row per sample and analyte in the order of the wells: sample, analyte, log2_concentration, concentration, unit,
    n_wells, cv_percent, min_beads, censored, flag; as `contract.ASSAY` says, without the accession.
    """
    groups = _judged(wells, ranges).groupby(["sample", "analyte"], sort=False)
    table = groups.agg(
        unit=("unit", "first"),
        log2_concentration=("log2", "mean"),
        mean=("positive", "mean"),
        sd=("positive", "std"),
        n_all=("below", "size"),
        n_below=("below", "sum"),
        n_above=("above", "sum"),
        n_positive=("positive", "count"),
        n_under=("under", "sum"),
        n_over=("over", "sum"),
        limit_below=("limit_below", "max"),
        limit_above=("limit_above", "min"),
        min_beads=("beads", "min"),
        comments=("comment", lambda texts: ", ".join(dict.fromkeys(filter(None, texts)))),
    ).reset_index()
    below, above = table["n_below"] > 0, table["n_above"] > 0
    table["censored"] = np.select([below & above, below, above], ["below and above", "below", "above"], "")
    free = table["censored"] == ""
    table["log2_concentration"] = table["log2_concentration"].where(free)
    table["concentration"] = 2 ** table["log2_concentration"]
    table["cv_percent"] = (100 * table["sd"] / table["mean"]).where(free)
    table["n_wells"] = table["n_positive"] + table["n_below"] + table["n_above"]
    table["flag"] = [
        "; ".join(filter(None, [*_flags(row), standard_flags.get(row["analyte"], "")]))
        for row in table.to_dict("records")
    ]
    return table[
        ["sample", "analyte", "log2_concentration", "concentration", "unit", "n_wells", "cv_percent", "min_beads",
         "censored", "flag"]
    ]  # fmt: skip


def _judged(wells: pd.DataFrame, ranges: pd.DataFrame) -> pd.DataFrame:
    """Add to each well what its result is: a positive number and its logarithm, bounded, or beyond the standards."""
    # A concentration of zero, as a curve without lower asymptote gives it, is a bound and no measurement.
    below, above = (wells["censored"] == "below") | (wells["result"] <= 0), wells["censored"] == "above"
    positive = wells["result"].where(wells["result"] > 0)
    before_dilution = positive / wells["dilution"].fillna(1.0)
    return wells.assign(
        positive=positive,
        log2=np.log2(positive),
        below=below,
        above=above,
        under=before_dilution < wells["analyte"].map(ranges["low"]),
        over=before_dilution > wells["analyte"].map(ranges["high"]),
        limit_below=wells["limit"].where(below),
        limit_above=wells["limit"].where(above),
    )


def _flags(row: dict) -> list[str]:
    """Return what to know about one sample and analyte, in words."""
    of_wells = f"of {row['n_all']} well" + "s" * (row["n_all"] > 1)
    counted = [
        (row["n_below"], "below the standard curve" + _bound("<", row["limit_below"])),
        (row["n_above"], "above the standard curve" + _bound(">", row["limit_above"])),
        (row["n_under"], "out of range: extrapolated below the lowest standard"),
        (row["n_over"], "out of range: extrapolated above the highest standard"),
        (row["n_all"] - row["n_wells"], "without a result"),
    ]
    flags = [f"{count} {of_wells} {text}" for count, text in counted if count]
    if row["min_beads"] < MIN_BEADS:
        flags.append(f"fewer than {MIN_BEADS} beads ({row['min_beads']:.0f})")
    if row["cv_percent"] > MAX_CV:
        flags.append(f"CV > {MAX_CV:g} % ({row['cv_percent']:.1f} %)")
    if row["comments"]:
        flags.append(f"instrument: {row['comments']}")
    return flags


def _bound(sign: str, limit: float) -> str:
    return "" if np.isnan(limit) else f" ({sign} {limit:.4g} before dilution)"
