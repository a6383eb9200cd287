"""The workbook for people: a sheet per contrast, everything that was tested, QC, methods, settings, and a legend.

Gene names and accessions are written as text, whatever they look like: Excel would make a date of MARCHF1's old name and
run `=...` as a formula (Abeysooriya et al. 2021, doi:10.1371/journal.pcbi.1008984).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from myosieve import schema
from myosieve.report.content import Content, Contrast
from myosieve.report.read_me import SETTINGS, read_me
from myosieve.report.sheets import Sheets, Style, parts
from myosieve.report.theme import BLUE, DIRECTION_COLORS, GREEN, tint

# UniProt's own pattern (https://www.uniprot.org/help/accession_numbers), with an optional isoform.
UNIPROT = re.compile(r"(?:[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})(?:-[0-9]+)?")
UNIPROT_ENTRY = "https://www.uniprot.org/uniprotkb/{}/entry"

_WHITE = tint(GREEN, 0.0)
_METHODS_WIDTH = 140
_FOLDED = (*(name for name in schema.CANDIDATES.names if name.startswith("d_")), "contributions")


def workbook(content: Content) -> tuple[bytes, dict[str, int]]:
    """Return the bytes of the workbook, the same for the same content, and what had to be cut or left out.

    Returns
    -------
    bytes, counts
        Counts: `cells_cut` (texts longer than Excel's 32,767 characters) and `accessions_without_link` (beyond Excel's
        65,530 links on a sheet).
    """
    with Sheets(content.title) as sheets:
        _write(sheets, content)
        book = sheets.close()
    return book, {"cells_cut": sheets.cells_cut, "accessions_without_link": sheets.without_link}


def _write(sheets: Sheets, content: Content) -> None:
    first = sheets.reserve("Read me")
    named = [
        (sheets.reserve(part), contrast, rows)
        for contrast in content.contrasts
        for part, rows in parts(contrast.name, pd.concat([contrast.ranked, contrast.excluded]))
    ]
    further = [(sheets.reserve(part), rows, table, frozen)
               for name, frame, table, frozen in _tables(content) for part, rows in parts(name, frame)]  # fmt: skip
    methods, settings = sheets.reserve("Methods"), sheets.reserve("Settings")
    read_me(
        sheets, first, content, [(name, contrast) for name, contrast, _ in named],
        [*((name, table, len(rows)) for name, rows, table, _ in further), (methods, None, 0),
         (settings, SETTINGS, len(content.settings))],
    )  # fmt: skip
    for name, contrast, rows in named:
        _contrast(sheets, name, contrast, rows)
    for name, rows, table, frozen in further:
        sheets.table(name, rows, table, Style(frozen))
    _methods(sheets, methods, content)
    sheets.table(settings, content.settings, None, Style(2))


def _tables(content: Content) -> Iterator[tuple[str, pd.DataFrame, schema.Table, int]]:
    """Yield name, rows, contract and number of frozen columns of each further table that the study has."""
    tables = (
        ("All proteins", content.differential, schema.DIFFERENTIAL, 4),
        ("Crosstalk", content.crosstalk, schema.CROSSTALK, 3),
        ("Pathways", content.pathways, schema.STUDY_PATHWAYS, 2),
        ("Myokine facts", content.facts, schema.STUDY_FACTS, 2),
        ("QC", content.samples_qc, schema.SAMPLES_QC, 1),
        ("Leak tests", content.leak_tests, schema.LEAK_TESTS, 2),
        ("Sensitivity", content.sensitivity, schema.SENSITIVITY, 2),
        ("Validation", content.validation, schema.VALIDATION, 4),
    )
    for name, frame, table, frozen in tables:
        if frame is not None:
            yield name, frame, table, frozen


def _contrast(sheets: Sheets, name: str, contrast: Contrast, rows: pd.DataFrame) -> None:
    columns = schema.CANDIDATES.names
    ranked = int(rows["rank"].notna().sum())
    style = Style(columns.index("gene") + 1, ranked, {"accession": _uniprot}, _FOLDED, printed="secretion_class")
    sheet = sheets.table(name, rows[columns], schema.CANDIDATES, style)
    last = len(rows)
    if not last:
        return
    # Of the whole contrast, so that its parts are colored alike; the same size up and down has the same strength of color.
    strongest = _strongest(contrast.ranked["log2fc"])
    _scale(sheet, last, columns.index("log2fc"), (-strongest, DIRECTION_COLORS["down"]), (0.0, _WHITE),
           (strongest, DIRECTION_COLORS["up"]))  # fmt: skip
    _scale(sheet, last, columns.index("score"), (0.0, _WHITE), (1.0, tint(GREEN, 0.6)))


def _strongest(log2fc: pd.Series) -> float:
    """Return the |log2fc| with the strongest color: the 95 % quantile, lest one outlier makes all others white."""
    sizes = log2fc.abs().to_numpy(dtype=float)
    sizes = sizes[np.isfinite(sizes)]
    return max(1.0, round(float(np.quantile(sizes, 0.95)), 2)) if sizes.size else 1.0


def _scale(sheet: Any, last: int, column: int, *stops: tuple[float, str]) -> None:
    """Color a column by its value, between two or three stops."""
    places = ("min", "max") if len(stops) == 2 else ("min", "mid", "max")
    rule: dict[str, Any] = {"type": f"{len(stops)}_color_scale"}
    for place, (value, color) in zip(places, stops, strict=True):
        rule |= {f"{place}_type": "num", f"{place}_value": value, f"{place}_color": color}
    sheet.conditional_format(1, column, last, column, rule)


def _uniprot(accession: str) -> str | None:
    """Return the address of an accession of UniProt, None of any other."""
    return UNIPROT_ENTRY.format(accession) if UNIPROT.fullmatch(accession) else None


def _methods(sheets: Sheets, name: str, content: Content) -> None:
    heading, text = {"bold": True, "font_size": 12, "font_color": BLUE}, {}
    lines = [(heading, "Methods: what ran, in order")]
    for stage, sentences in content.methods:
        lines += [(heading, stage), *((text, sentence) for sentence in sentences)]
    lines += [(heading, "Versions"), *((text, f"{library} {version}") for library, version in content.versions)]
    lines += [(heading, "Inputs (SHA-256)"), *((text, f"{file}  {digest}") for file, digest in content.inputs)]
    sheet = sheets.add(name, [_METHODS_WIDTH], headed=False)
    for row, (look, line) in enumerate(lines):
        sheets.write_line(sheet, row, 0, 0, _METHODS_WIDTH, line, **look)
