"""Reader of Luminex xPONENT's CSV export -> one row per well and analyte.

`Result` holds concentrations, `< x` and `> x` where the standard curve has no inverse, and NaN. Two facts were measured on
a real plate (PLoS ONE 10.1371/journal.pone.0187901, S1) and are held by a test:

- a concentration is the inverse of the export's own curve at Net MFI *times the well's dilution factor*: it needs no
  further factor;
- the x of `< x` and `> x` is the lowest or highest standard, *without* the dilution factor.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.immunoassay.export import Block, Export, read_export
from myosieve.tables.text import to_numbers

_EXPECTED = {"standard": "Standard Expected Concentration", "control": "Control Expected Concentration"}
# xPONENT's names of the wells that are no samples; those of standards and controls count only where no block lists them.
_NAMES = {
    "standard": re.compile(r"standard\s*\d*"),
    "control": re.compile(r"control\s*\d*"),
    "blank": re.compile(r"(?:background|blank)\s*\d*"),
}
_LOCATION = re.compile(r"\d+\((\d+),\s*([A-Z]+\d+)\)")
_BOUND = r"^([<>])\s*"


@dataclass(frozen=True)
class Plate:
    """One plate, or batch of plates.

    Attributes
    ----------
    wells
        One row per well and analyte, in the export's order: well ("A1"; "2,A1" on a second plate), sample, kind (standard,
        control, blank, sample), analyte, unit, mfi, beads, result (concentration), limit (the x of `< x` or `> x`),
        censored (below, above or ''), dilution (factor; NaN where not given), expected (of standards and controls),
        recovery (result over expected in percent, as the instrument computed it), comment (the instrument's).
    standards
        One row per standard and analyte: standard, analyte, expected.
    mfi
        What `mfi` holds: "Net MFI" where the export has it, else "Median"; '' where it has neither.
    has_results
        Whether the instrument computed concentrations.
    metadata, complete
        As `export.Export`.
    """

    wells: pd.DataFrame
    standards: pd.DataFrame
    mfi: str
    has_results: bool
    metadata: dict[str, str]
    complete: bool


def read_xponent(path: Path | str) -> Plate:
    """Read an xPONENT export.

    Raises
    ------
    InputError
        As `export.read_export`; or there is neither MFI nor Result, a well has no name, two names or two rows, a location
        or a number cannot be read.
    """
    export = read_export(path)
    mfi = next((name for name in ("Net MFI", "Median") if name in export.blocks), "")
    present = [export.blocks[name] for name in ("Result", mfi) if name in export.blocks]
    if not present:
        found = ", ".join(export.blocks) or "no block with rows"
        raise InputError(f"neither Result nor Net MFI nor Median, but {found}", path, "export the batch with them")
    samples = _samples([block for block in export.blocks.values() if block.by_well], path)
    if not samples:
        raise InputError("the export lists no wells", path, "export the batch after the run")
    analytes = list(dict.fromkeys(name for block in present for name in block.analytes().columns))
    expected = {kind: _expected(export.blocks.get(name), path) for kind, name in _EXPECTED.items()}
    kinds = {name: _kind(name, expected) for name in samples.values()}
    listed = pd.concat(expected.values())
    amounts = dict(zip(zip(listed["name"], listed["analyte"], strict=True), listed["expected"], strict=True))
    units, dilution = _units(export), _dilution(export, path)

    def cells(name: str, *, numbers: bool = False) -> np.ndarray:
        return _cells(export, name, list(samples), analytes, path, numbers=numbers)

    wells = pd.DataFrame(product(samples, analytes), columns=["well", "analyte"])
    wells.insert(1, "sample", wells["well"].map(samples))
    wells.insert(2, "kind", wells["sample"].map(kinds))
    wells["unit"] = [units.get(name, "") for name in wells["analyte"]]
    wells["mfi"] = cells(mfi, numbers=True)
    wells["beads"] = cells("Count", numbers=True)
    bound = pd.Series(cells("Result")).str.extract(_BOUND)[0]
    value = pd.Series(cells("Result", numbers=True))
    wells["result"], wells["limit"] = value.mask(bound.notna()), value.where(bound.notna())
    wells["censored"] = np.select([bound == "<", bound == ">"], ["below", "above"], "")
    wells["dilution"] = [dilution.get(well, np.nan) for well in wells["well"]]
    wells["expected"] = [amounts.get(key, np.nan) for key in zip(wells["sample"], wells["analyte"], strict=True)]
    wells["recovery"] = cells("% Recovery", numbers=True)
    wells["comment"] = cells("Comments")
    standards = expected["standard"].rename(columns={"name": "standard"})
    return Plate(wells, standards, mfi, "Result" in export.blocks, export.metadata, export.complete)


def _wells(block: Block, path: Path | str) -> list[str]:
    """Return the well of each row of a block."""
    found = []
    for line, row in zip(block.lines, block.rows, strict=True):
        location = _LOCATION.fullmatch(row[0])
        if location is None:
            raise InputError(f"line {line}: {row[0]!r} is no location", path, "write it as '1(1,A1)'")
        plate, well = location.groups()
        found.append(well if plate == "1" else f"{plate},{well}")
        if found[-1] in found[:-1]:
            raise InputError(
                f"line {line}: well {found[-1]} is twice in block {block.name!r}", path, "keep one of them"
            )
    return found


def _samples(blocks: list[Block], path: Path | str) -> dict[str, str]:
    """Return the sample of each well; all blocks must agree, since names are also edited by hand."""
    names: dict[str, str] = {}
    for block in blocks:
        for well, line, row in zip(_wells(block, path), block.lines, block.rows, strict=True):
            if not row[1]:
                raise InputError(f"line {line}: well {well} has no sample name", path, "name every well")
            if names.setdefault(well, row[1]) != row[1]:
                raise InputError(
                    f"line {line}: well {well} is {row[1]!r} here and {names[well]!r} in a block before",
                    path,
                    "rename the sample in xPONENT and export again",
                )
    return names


def _cells(
    export: Export, name: str, wells: Sequence[str], analytes: Sequence[str], path: Path | str, *, numbers: bool = False
) -> np.ndarray:
    """Return a block's cells, well by well: text ('' where there is none) or, without `<` and `>`, numbers."""
    block = export.blocks.get(name)
    if block is None:
        return np.full(len(wells) * len(analytes), np.nan if numbers else "")
    table = block.analytes()
    if numbers:
        table = to_numbers(table.replace(_BOUND, "", regex=True), f"{path}, block {name}")
    found = table.set_axis(_wells(block, path)).reindex(index=wells, columns=analytes).to_numpy().ravel()
    return found if numbers else np.where(pd.isna(found), "", found)


def _expected(block: Block | None, path: Path | str) -> pd.DataFrame:
    """Return name, analyte and expected concentration, one row each, of a block of standards or controls."""
    if block is None:
        return pd.DataFrame({"name": pd.Series(dtype=str), "analyte": pd.Series(dtype=str), "expected": []})
    # xPONENT marks rows that describe the columns with a colon: "BeadID:", "Units:"
    kept = [i for i, row in enumerate(block.rows) if not row[0].endswith(":")]
    table = to_numbers(block.analytes(), f"{path}, block {block.name}").iloc[kept]
    names = [block.rows[i][0] for i in kept]
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise InputError(f"{twice[0]!r} is twice in block {block.name!r}", path, "give every one a name of its own")
    return table.assign(name=names).melt(id_vars="name", var_name="analyte", value_name="expected")


def _kind(name: str, expected: dict[str, pd.DataFrame]) -> str:
    for kind, listed in expected.items():
        if name in set(listed["name"]):
            return kind
    unlisted = [kind for kind in _NAMES if kind not in expected or expected[kind].empty]
    return next((kind for kind in unlisted if _NAMES[kind].fullmatch(name.casefold())), "sample")


def _units(export: Export) -> dict[str, str]:
    block = export.blocks.get("Units")
    if block is None:
        return {}
    table = block.analytes()
    return next((dict(table.iloc[i]) for i, row in enumerate(block.rows) if row[0] == "Units:"), {})


def _dilution(export: Export, path: Path | str) -> dict[str, float]:
    block = export.blocks.get("Dilution Factor")
    if block is None:
        return {}
    table = to_numbers(block.analytes(), f"{path}, block {block.name}")
    return dict(zip(_wells(block, path), table.iloc[:, 0], strict=True)) if table.shape[1] else {}
