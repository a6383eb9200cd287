"""A made plate: two analytes, a 4-fold series of seven standards, a blank, a control, and six samples in duplicate."""

import csv
import io
from pathlib import Path

import pytest

ANALYTES = ["IL6", "IL12"]
STANDARDS = {f"Standard{i + 1}": [10000 / 4**i, 20000 / 4**i] for i in range(7)}
CONDITIONS = {"r1": "rest", "r2": "rest", "r3": "rest", "e1": "eps", "e2": "eps", "e3": "eps"}
# Concentrations of the two wells of each sample: (IL6, IL12). IL6 is four times as high in eps, IL12 the same.
RESULTS = {
    "r1": [("100", "50"), ("110", "52")],
    "r2": [("120", "60"), ("125", "61")],
    "r3": [("90", "55"), ("95", "54")],
    "e1": [("400", "51"), ("420", "50")],
    "e2": [("480", "59"), ("490", "62")],
    "e3": [("380", "56"), ("370", "57")],
}
REAL = "immunoassay/xponent/PLoSONE_0187901_S1_cytokine_panel_xponent.csv"


class Export:
    """What an xPONENT export holds; a test changes it, then writes it."""

    def __init__(self) -> None:
        self.header = [["Program", "xPONENT", "", "MAGPIX"], ["Build", "4.2.1705.0"], ["SN", ""], ["Results"]]
        self.standards = {name: list(values) for name, values in STANDARDS.items()}
        wells = [("Background0", ["NaN", "NaN"]), *((name, ["NaN", "NaN"]) for name in STANDARDS)]
        wells += [("Control1", ["500", "500"])]
        wells += [(name, list(pair)) for name, pairs in RESULTS.items() for pair in pairs]
        self.wells = [[self.location(i), name, values] for i, (name, values) in enumerate(wells)]
        self.beads = {}
        self.without = set()
        self.extra = {}
        self.dilution = "2"
        self.end = [["-- CRC --"], ["CRC32: 00000000"]]

    @staticmethod
    def location(i: int) -> str:
        return f"{i + 1}(1,{'ABCDEFGH'[i % 8]}{i // 8 + 1})"

    def well(self, sample: str, replicate: int = 0) -> list:
        """Return a well of a sample, to change."""
        return [well for well in self.wells if well[1] == sample][replicate]

    def blocks(self) -> dict[str, list[list[str]]]:
        by_well = ["Location", "Sample", *ANALYTES, "Total Events"]

        def rows(value) -> list[list[str]]:
            return [by_well, *([*well[:2], *value(well), "1234"] for well in self.wells)]

        blocks = {
            "Median": rows(lambda well: ["1000", "2000.5"]),
            "Net MFI": rows(lambda well: ["990", "1990.5"]),
            "Count": rows(lambda well: self.beads.get(well[0], ["100", "120"])),
            "Result": rows(lambda well: well[2]),
            "Units": [["Analyte:", *ANALYTES], ["BeadID:", "12", "13"], ["Units:", "pg/mL", "ng/mL"]],
            "Standard Expected Concentration": [["Reagent", *ANALYTES]]
            + [[name, *(f"{value:.10g}" for value in values)] for name, values in self.standards.items()],
            "Control Expected Concentration": [["Reagent", *ANALYTES], ["Control1", "500", "500"]],
            "Dilution Factor": [["Location", "Sample", "Dilution Factor"]]
            + [[*well[:2], self.dilution if well[1] in CONDITIONS else ""] for well in self.wells],
        }
        return {name: rows for name, rows in (blocks | self.extra).items() if name not in self.without}

    def write(self, path: Path, separator: str = ",", quotes: int = csv.QUOTE_MINIMAL, blank: bool = False) -> Path:
        """Write it as 4.x does (quotes where needed or everywhere); 3.1 is what `bare` writes."""
        rows = [*self.header, []]
        for name, block in self.blocks().items():
            rows += [["DataType:", name], *block, []]
        rows += self.end
        if blank:
            rows = [one for row in rows for one in (row, [""] * 9)]
        text = io.StringIO()
        csv.writer(text, delimiter=separator, quoting=quotes, lineterminator="\r\n").writerows(rows)
        path.write_bytes(text.getvalue().encode("utf-8-sig"))
        return path

    def bare(self, path: Path) -> Path:
        """Write it as 3.1 does: no quotes, also not around the comma of a location."""
        self.write(path)
        path.write_text(path.read_text("utf-8-sig").replace('"', ""))
        return path


@pytest.fixture
def export() -> Export:
    """The made export."""
    return Export()


@pytest.fixture
def plate(tmp_path) -> Path:
    """Where a test writes it; the name says nothing."""
    return tmp_path / "plate.dat"


@pytest.fixture(scope="session")
def real_plate(shared_data) -> Path:
    """A real 30-plex plate: PLoS ONE 10.1371/journal.pone.0187901, supporting information S1."""
    path = shared_data / REAL
    if not path.is_file():
        pytest.skip(f"real plate not found at {path}")
    return path
