"""The workbook's first sheet: warnings, what it is, where what stands, the first candidates, every column's meaning."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from myosieve import schema
from myosieve.report.content import Content, Contrast
from myosieve.report.sheets import BESIDE, HEADER, NUMERIC, Sheets, inside
from myosieve.report.theme import BLUE, ORANGE, tint

# Columns of the list of first candidates; the legend stands below it in the same widths.
FIRST = ("contrast", "gene", "rank", "accession", "log2fc", "q_value", "score", "confidence", "secretion_class")
N_FIRST = 10
_WIDTHS = (24, 26, 12, 16, 11, 11, 11, 12, 40)
_LAST = len(_WIDTHS) - 1
_FORMATS = {"rank": "0", "log2fc": "0.00", "q_value": "[<0.001]0.0E+00;0.000", "score": "0.000"}

_SETTINGS = schema.columns(
    ("stage", schema.TEXT, "step of the workflow"),
    ("name", schema.TEXT, "what it was told, nested keys joined by dots"),
    ("value", schema.TEXT, "the value that it ran with"),
)
# The columns of a table that has no contract of its own.
SETTINGS = schema.Table("settings", "one per step and setting", _SETTINGS)

_HOW = (
    "log2fc is always treatment / control. A cell is empty where a value is missing; it is never 0 for that.",
    "rank_low to rank_high tells how far the rank moves: other weights, one criterion less, other subjects.",
    "rra_rank is a second opinion without weights: a candidate high by both owes it to no single criterion.",
    "Gray rows below the ranked ones are protein groups that are no candidates: see excluded_because.",
    "The criteria (d_...) and contributions are folded away: click the plus sign above the column 'reason'.",
    "On paper a contrast ends with the column 'secretion_class': all columns on one page could not be read.",
    "Colors: log2fc from blue (less in the treatment) over white (0) to orange (more); score from white (0) to green (1).",
    "Genes and accessions are text here and stay text when edited. Import (do not open) the .tsv files into Excel.",
    "A .csv file has no types: opened by a double click, some names turn into dates or formulas, also if saved from here.",
)


def read_me(sheets: Sheets, name: str, content: Content, named: Sequence[tuple[str, Contrast]],
            tables: Sequence[tuple[str, schema.Table | None, int]]) -> None:  # fmt: skip
    """Add the first sheet.

    Parameters
    ----------
    name
        Name of this sheet.
    named
        Sheet name and contrast, which has several sheets if one does not hold it.
    tables
        Sheet name, contract (None = text) and number of rows of each further sheet.
    """
    page = _Page(sheets, sheets.add(name, _WIDTHS, headed=False))
    page.line(content.title, bold=True, font_size=18)
    page.heading("Warnings: read these first")
    for warning in content.warnings or ("None of the steps gave a warning.",):
        page.line(warning, **({"bold": True, "bg_color": tint(ORANGE, 0.25)} if content.warnings else {}))
    page.heading("What this is, and how to read it")
    page.line(f"Candidate myokines of the study {content.study!r}: one sheet per contrast, best candidate first.")
    page.line(f"A hit has a q_value of at most {content.fdr:g} (the setting 'fdr').")
    for text in _HOW:
        page.line(text)
    page.heading("Sheets: click a name")
    for sheet, contrast in named:
        numbers = (
            f"{contrast.n_tested} protein groups tested, {contrast.n_hits} hits, {len(contrast.ranked)} candidates, "
            f"{contrast.confidence['high']} of high confidence"
        )
        page.linked(sheet, f"{contrast.question}. {numbers}.")
    for sheet, table, rows in tables:
        page.linked(sheet, "the steps that ran, versions, inputs" if table is None else f"{table.rows}: {rows} rows")
    page.heading(f"The first {N_FIRST} of each contrast")
    page.header(FIRST)
    begin = {contrast.name: (sheet, contrast) for sheet, contrast in reversed(named)}
    for sheet, contrast in reversed(begin.values()):
        _first_candidates(page, sheet, contrast)
    page.heading("Legend: every column of every sheet")
    page.header(("sheet", "column", "kind", "meaning"))
    legends = [("contrast sheets", schema.CANDIDATES), *((sheet, table) for sheet, table, _ in tables if table)]
    for where, table in legends:
        for column in table.columns:
            page.explained(where, column)
        for further in _further_columns(table, content):
            page.explained(where, schema.Column(further, "as given", "as given in the sample sheet"))


def _further_columns(table: schema.Table, content: Content) -> Iterator[str]:
    """Yield the columns that the samples' table has beside the contract's."""
    if table is schema.SAMPLES_QC:
        yield from (str(name) for name in content.samples_qc.columns if name not in table.names)


def _first_candidates(page: _Page, sheet: str, contrast: Contrast) -> None:
    rows = contrast.ranked.head(N_FIRST)
    if rows.empty:
        page.row([(sheet, None), ("no candidates", None)])
    for i, row in enumerate(rows[list(FIRST[1:])].itertuples(index=False), start=1):
        page.row([(sheet, inside(sheet, i)), *((None if value != value else value, None) for value in row)])


class _Page:
    """Writes the sheet line by line."""

    def __init__(self, sheets: Sheets, sheet: Any) -> None:
        self.sheets, self.sheet, self.at = sheets, sheet, 0

    def line(self, text: str, **look: Any) -> None:
        self.sheets.write_line(self.sheet, self.at, 0, _LAST, sum(_WIDTHS), text, **look)
        self.at += 1

    def heading(self, text: str) -> None:
        self.line(text, bold=True, font_size=12, font_color=BLUE)

    def linked(self, name: str, text: str) -> None:
        self.sheets.write_line(self.sheet, self.at, 1, _LAST, sum(_WIDTHS[1:]), text)
        self.sheets.write_text(self.sheet, self.at, 0, name, inside(name))
        self.at += 1

    def header(self, names: Sequence[str]) -> None:
        for position, name in enumerate(names):
            beside = NUMERIC if name in _FORMATS else BESIDE
            self.sheets.write_text(self.sheet, self.at, position, name, **HEADER, **beside)
        self.at += 1

    def row(self, cells: Sequence[tuple[Any, str | None]]) -> None:
        for position, (value, link) in enumerate(cells):
            if isinstance(value, float | int) and math.isfinite(value):
                style = self.sheets.format(num_format=_FORMATS[FIRST[position]])
                self.sheet.write_number(self.at, position, value, style)
            elif value is not None:
                self.sheets.write_text(self.sheet, self.at, position, str(value), link, **BESIDE)
        self.at += 1

    def explained(self, where: str, column: schema.Column) -> None:
        for position, text in enumerate((where, column.name, column.kind)):
            self.sheets.write_text(self.sheet, self.at, position, text, **BESIDE)
        self.sheets.write_line(self.sheet, self.at, 3, _LAST, sum(_WIDTHS[3:]), column.meaning, **BESIDE)
        self.at += 1
