"""The panel: which protein an analyte of the kit is. A kit names IL-6, a protein table P05231; only a person can tell."""

from __future__ import annotations

from pathlib import Path

from myosieve.errors import InputError
from myosieve.schema import PANEL
from myosieve.tables.text import read_table_text


def read_panel(path: Path | str, analytes: list[str] | None) -> dict[str, str]:
    """Read a panel against the analytes of a plate.

    Parameters
    ----------
    path
        Text table with the columns analyte and accession; more columns may follow.
    analytes
        Names on the plate; None = there is no plate to hold it against.

    Returns
    -------
    Accessions by analyte, in the order of the panel; an accession may be empty.

    Raises
    ------
    InputError
        A column is missing, an analyte is empty or repeated, or none of them is on the plate.
    """
    table = read_table_text(path, typed=True)
    named = [i for i, name in enumerate(table.header) if name]
    panel = table.columns(named).set_axis([table.header[i] for i in named], axis=1)
    PANEL.require(panel, path)
    panel = panel.apply(lambda cells: cells.str.strip())
    wrong = panel["analyte"].duplicated() | (panel["analyte"] == "")
    if wrong.any():
        line = panel.index[wrong][0]
        raise InputError(
            f"line {line}: analyte {panel.loc[line, 'analyte']!r} is empty or repeated", path,
            "give every analyte one row; join the subunits of a heterodimer by ';'",
        )  # fmt: skip
    if analytes is not None and not panel["analyte"].isin(analytes).any():
        raise InputError(
            f"none of its analytes is on the plate ({', '.join(panel['analyte'].head(6))}, ...)",
            path,
            f"write them as the plate does: {', '.join(analytes[:6])}, ...",
        )
    return dict(zip(panel["analyte"], panel["accession"].str.replace(r"\s*;\s*", ";", regex=True), strict=True))
