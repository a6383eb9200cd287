"""A simulated bead-array plate of the demo's samples, laid out as xPONENT 3.1 exports it, and its panel.

Standards and background stand in columns 1 and 2, then the samples in the order of the sheet, every one in two wells side by
side. EVERY NUMBER IS SIMULATED, as the export's own header says too. The parameters are explained in parameters.py.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
import parameters

ROWS = "ABCDEFGH"
STANDARDS = [f"Standard{i + 1}" for i in range(parameters.STANDARDS)]
BACKGROUND = "Background0"
FIELDS = ["accession", "region", "baseline", "highest", "saturation", "slope", "asymmetry"]
# Standard deviation of a median over that of a mean, of many normal values.
MEDIAN_EFFICIENCY = np.sqrt(np.pi / 2)
NUMBER = "%.10g"  # enough for the exact standards, and no digit that another machine computes differently
# A fixed moment: a clock would change the bytes.
HEADER = """\
Program,xPONENT
Build,"3.1 layout, simulated"
Date,15/01/2025,12:00
SN,none
Batch,demo_plate
Version,1
BatchStartTime,15/01/2025 11:00:00
BatchStopTime,15/01/2025 11:45:00
BatchDescription,Simulated: no sample was ever measured
ProtocolPlate,Name,96-well plate,Type,96,Plates,1
ProtocolAnalysis,Type,Quan
Samples,{wells},Min Events,{beads},Per Bead
Results
"""


class Readings(NamedTuple):
    """What the instrument counts and measures: wells x analytes."""

    count: pd.DataFrame
    median: pd.DataFrame
    net: pd.DataFrame


def assays() -> pd.DataFrame:
    """Return the assays by analyte: the fields of `parameters.ANALYTES`, and `inflection` in pg/mL."""
    kit = pd.DataFrame.from_dict(parameters.ANALYTES, orient="index", columns=FIELDS)
    return kit.assign(inflection=parameters.INFLECTION * kit["highest"])


def panel(kit: pd.DataFrame) -> pd.DataFrame:
    """Return which protein each analyte is."""
    return kit["accession"].rename_axis("analyte").reset_index()


def layout(samples: Iterable[str]) -> pd.DataFrame:
    """Return the wells in the order in which they are read, column by column: location, well, sample, replicate."""
    places = [
        (2 * (i // len(ROWS)) + replicate, ROWS[i % len(ROWS)], name, replicate)
        for i, name in enumerate([*STANDARDS, BACKGROUND, *samples])
        for replicate in (1, 2)
    ]
    wells = pd.DataFrame(sorted(places), columns=["column", "row", "sample", "replicate"])
    wells["well"] = wells["row"] + wells["column"].astype(str)
    wells["location"] = [f"{i}(1,{well})" for i, well in enumerate(wells["well"], start=1)]
    return wells


def standards(kit: pd.DataFrame) -> pd.DataFrame:
    """Return the concentration (pg/mL) of every standard (rows) of each analyte."""
    steps = parameters.DILUTION ** -np.arange(parameters.STANDARDS, dtype=float)
    return pd.DataFrame(np.outer(steps, kit["highest"]), index=STANDARDS, columns=kit.index)


def concentrations(sheet: pd.DataFrame, kit: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the concentration (pg/mL) of each analyte in each sample (rows).

    Donors and dishes differ as much as in the mass spectrometer's simulation, but by draws of their own.
    """
    effects = [(0.0, *parameters.MYOKINES[accession]) for accession in kit["accession"]]
    planted = pd.DataFrame(effects, index=kit.index, columns=parameters.CONDITIONS)
    planted.loc[list(parameters.OPPOSED)] *= -1
    level = np.log2(kit["baseline"].to_numpy()) + planted[sheet["condition"]].to_numpy().T
    donors, donor = np.unique(sheet["subject"], return_inverse=True)
    level += parameters.DONOR_SD * rng.standard_normal((len(donors), len(kit)))[donor]
    level += np.sqrt(parameters.RESIDUAL_VARIANCE) * rng.standard_normal(level.shape)
    return pd.DataFrame(2**level, index=sheet["sample"], columns=kit.index)


def signal(amount: np.ndarray, kit: pd.DataFrame) -> np.ndarray:
    """Return the net MFI of concentrations (wells x analytes): a five-parameter logistic, B / (1 + (x / C)^D)^F."""
    # D is negative: a concentration of 0 has an infinite power and no signal.
    with np.errstate(divide="ignore"):
        power = (amount / kit["inflection"].to_numpy()) ** -kit["slope"].to_numpy()
    return kit["saturation"].to_numpy() / (1 + power) ** kit["asymmetry"].to_numpy()


def inverse(net: np.ndarray, kit: pd.DataFrame) -> np.ndarray:
    """Return the concentration of each net MFI (wells x analytes): 0 below the curve, infinity above it."""
    top = kit["saturation"].to_numpy()
    with np.errstate(divide="ignore"):
        power = (top / np.clip(net, 0, top)) ** (1 / kit["asymmetry"].to_numpy()) - 1
        return kit["inflection"].to_numpy() * power ** (-1 / kit["slope"].to_numpy())


def measure(wells: pd.DataFrame, amount: pd.DataFrame, kit: pd.DataFrame, rng: np.random.Generator) -> Readings:
    """Return the readings: the assay's error, the curve, the median of few or many beads, the background taken off."""
    present = amount.loc[wells["sample"]].to_numpy()
    present = present * np.exp(parameters.ASSAY_CV * rng.standard_normal(present.shape))
    count = parameters.LEAST_BEADS + rng.poisson(parameters.MORE_BEADS, present.shape)
    for (sample, replicate), beads in parameters.CLOGGED.items():
        clogged = (wells["sample"] == sample) & (wells["replicate"] == replicate)
        count[clogged] = rng.poisson(beads, len(kit))
    deviation = parameters.BEAD_CV * MEDIAN_EFFICIENCY / np.sqrt(count)
    median = (parameters.BACKGROUND_MFI + signal(present, kit)) * (1 + deviation * rng.standard_normal(present.shape))
    median = np.round(2 * median) / 2  # the median of an even number of whole numbers ends in .0 or .5
    net = median - median[wells["sample"] == BACKGROUND].mean(axis=0)
    return Readings(*(pd.DataFrame(values, columns=kit.index) for values in (count, median, net)))


def results(wells: pd.DataFrame, net: pd.DataFrame, kit: pd.DataFrame) -> pd.DataFrame:
    """Return the concentrations as text (wells x analytes); beyond the standards `< lowest` or `> highest` of them."""
    value, series = inverse(net.to_numpy(), kit), standards(kit)
    low, high = series.min().to_numpy(), series.max().to_numpy()
    sample = ~wells["sample"].isin([*STANDARDS, BACKGROUND]).to_numpy()[:, None]
    text = np.vectorize(NUMBER.__mod__, otypes=[object])(value)
    text = np.where(sample & (value < low), [f"< {NUMBER % end}" for end in low], text)
    text = np.where(sample & (value > high), [f"> {NUMBER % end}" for end in high], text)
    text[wells["sample"] == BACKGROUND] = "NaN"
    return pd.DataFrame(text, columns=kit.index)


def blocks(wells: pd.DataFrame, readings: Readings, kit: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the blocks of the export by name."""
    names, series = wells["sample"], standards(kit)
    result = results(wells, readings.net, kit)
    value = result.apply(pd.to_numeric, errors="coerce")
    replicates = value.groupby(names, sort=False)
    # Of a single number there is no standard deviation, so that a sample with one well beyond the standards has no CV.
    variation = (100 * replicates.std() / replicates.mean()).round(2)
    recovery = (100 * value / series.reindex(names).to_numpy()).round(2)
    known = names.isin(STANDARDS)
    place = wells[["location", "sample"]].set_axis(["Location", "Sample"], axis=1)
    events = readings.count.sum(axis=1).rename("Total Events")
    few = wells[(readings.count < parameters.LEAST_BEADS).any(axis=1)]
    units = kit[["region"]].assign(unit="pg/mL").set_axis(["BeadID:", "Units:"], axis=1)
    curve = kit[["saturation", "inflection", "slope", "asymmetry"]].assign(slope=-kit["slope"])
    curve.insert(0, "lower", 0.0)
    curve.columns = [f"Coefficient {letter}" for letter in "ABCDF"]
    return {
        "Median": pd.concat([place, readings.median, events], axis=1),
        "Net MFI": pd.concat([place, readings.net, events], axis=1),
        "Count": pd.concat([place, readings.count, events], axis=1),
        "Result": pd.concat([place, result, events], axis=1),
        "%CV Replicates": variation.rename_axis("Sample").reset_index(),
        "% Recovery": pd.concat([place, recovery, events], axis=1)[known],
        "Units": units.T.rename_axis("Analyte:").reset_index(),
        "Standard Expected Concentration": series.rename_axis("Reagent").reset_index(),
        "Dilution Factor": place.assign(**{"Dilution Factor": np.where(known | (names == BACKGROUND), "", "1")}),
        "Analysis Coefficients": curve.T.rename_axis("Analyte:").reset_index(),
        "Warnings/Errors": pd.DataFrame(
            {"Location": "1," + few["well"], "Status": "Warning", "Message": "Fewer beads than the protocol asks for."}
        ),
    }


def export(sheet: pd.DataFrame, kit: pd.DataFrame) -> str:
    """Simulate the plate of a sample sheet and return the text of its export.

    It has random numbers of its own, so that the files of the mass spectrometer do not depend on the plate.
    """
    rng = np.random.default_rng([parameters.SEED, 1])
    wells = layout(sheet["sample"])
    blank = pd.DataFrame(0.0, index=[BACKGROUND], columns=kit.index)
    amount = pd.concat([standards(kit), blank, concentrations(sheet, kit, rng)])
    tables = blocks(wells, measure(wells, amount, kit, rng), kit)
    parts = [HEADER.format(wells=len(wells), beads=parameters.LEAST_BEADS)]
    for name, table in tables.items():
        parts.append(f"DataType:,{name}\n" + table.to_csv(index=False, float_format=NUMBER, lineterminator="\n"))
    text = "\n".join(parts)
    return f"{text}\n-- CRC --\nCRC32: {zlib.crc32(text.encode()):08X}\n"
