"""The workbook for people: a sheet per contrast, everything that was tested, QC, methods, settings, and a legend.

Gene names and accessions are written as text, whatever they look like: Excel would make a date of MARCHF1's old name and
run `=...` as a formula (Abeysooriya et al. 2021, doi:10.1371/journal.pcbi.1008984).
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from myosieve import schema
from myosieve.report.content import Content, Contrast
from myosieve.report.theme import BLUE

# Excel's limits: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
MOST_CHARACTERS = 32_767
MOST_ROWS = 1_048_575  # below the header
MOST_LINKS = 65_530
_CUT = " [cut: the whole text is in the .tsv]"

# UniProt's own pattern (https://www.uniprot.org/help/accession_numbers), with an optional isoform.
UNIPROT = re.compile(r"(?:[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})(?:-[0-9]+)?")
UNIPROT_ENTRY = "https://www.uniprot.org/uniprotkb/{}/entry"

_SCIENTIFIC = ("p_value", "q_value")
_THREE_DIGITS = ("score", "score_experiment", "score_prior", "missing", "serum_share")
_WIDTHS = {"reason": 90, "secretion_reason": 50, "protein_name": 36, "excluded_because": 44, "receptors": 30, "note": 44,
           "target_organs": 24, "known_myokine": 18, "meaning": 100, "text": 120, "value": 70, "outlier": 50,
           "protein_group": 16, "contrast": 18, "sample": 20, "evidence": 90, "sources": 30, "source": 40,
           "doubtful": 60}  # fmt: skip


def workbook(content: Content) -> tuple[bytes, dict[str, int]]:
    """Return the bytes of the workbook, the same for the same content, and what had to be cut or left out.

    Returns
    -------
    bytes, counts
        Counts: `cells_cut` (texts longer than Excel's 32,767 characters) and `accessions_without_link` (beyond Excel's
        65,530 links on a sheet).
    """
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        # Excel's own creation date is the present: with a fixed one the same results give the same bytes.
        book.set_properties({"title": content.title, "author": "MyoSieve", "created": datetime(1980, 1, 1)})
        sheets = _Sheets(book)
        names = [sheets.reserve("Read me"), *(sheets.reserve(contrast.name) for contrast in content.contrasts)]
        _read_me(sheets, content, names)
        for name, contrast in zip(names[1:], content.contrasts, strict=True):
            _contrast(sheets, name, contrast)
        for name, part in _parts("All proteins", content.differential):
            sheets.table(sheets.reserve(name), part, schema.DIFFERENTIAL, frozen=4)
        crosstalk = [] if content.crosstalk is None else _parts("Crosstalk", content.crosstalk)
        for name, part in crosstalk:
            sheets.table(sheets.reserve(name), part, schema.CROSSTALK, frozen=3)
        facts = [] if content.facts is None else _parts("Myokine facts", content.facts)
        for name, part in facts:
            sheets.table(sheets.reserve(name), part, schema.STUDY_FACTS, frozen=2)
        sheets.table(sheets.reserve("QC"), content.samples_qc, schema.SAMPLES_QC, frozen=1)
        sheets.table(sheets.reserve("Validation"), content.validation, schema.VALIDATION, frozen=4)
        sheets.lines(sheets.reserve("Methods"), _methods(content))
        sheets.table(sheets.reserve("Settings"), content.settings, None, frozen=2)
    return stream.getvalue(), {"cells_cut": sheets.cells_cut, "accessions_without_link": sheets.without_link}


def sheet_name(name: str, taken: Iterable[str]) -> str:
    r"""Return a name that Excel takes: at most 31 characters, none of []:*?/\, no outer apostrophe, unique without case."""
    used = {other.casefold() for other in taken} | {"history"}  # Excel keeps "History" for itself
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", name).strip("' ") or "contrast"
    candidate, number = _first_units(clean, 31), 2
    while candidate.casefold() in used:
        suffix = f" ({number})"
        candidate, number = _first_units(clean, 31 - len(suffix)) + suffix, number + 1
    return candidate


def _first_units(text: str, limit: int) -> str:
    """Return the beginning of a text within `limit` UTF-16 units, which is what Excel counts; no character is split."""
    return text.encode("utf-16-le", "replace")[: 2 * limit].decode("utf-16-le", "ignore")


def _parts(name: str, frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return a frame as sheets, each within Excel's number of rows."""
    starts = range(0, max(len(frame), 1), MOST_ROWS)
    return [(name if start == 0 else f"{name} {i}", frame.iloc[start : start + MOST_ROWS])
            for i, start in enumerate(starts, start=1)]  # fmt: skip


def _contrast(sheets: _Sheets, name: str, contrast: Contrast) -> None:
    rows = pd.concat([contrast.ranked, contrast.excluded])
    columns = schema.CANDIDATES.names
    sheet = sheets.table(
        name, rows, schema.CANDIDATES, frozen=columns.index("gene") + 1, muted_from=len(contrast.ranked)
    )
    last = len(rows)
    if not last:
        return
    fold, score = columns.index("log2fc"), columns.index("score")
    sheet.conditional_format(1, fold, last, fold, {
        "type": "3_color_scale", "mid_type": "num", "mid_value": 0,
        "min_color": "#56B4E9", "mid_color": "#FFFFFF", "max_color": "#E69F00",
    })  # fmt: skip
    # The plain data bar: a solid one is an extension of Excel 2010, at which other readers warn.
    sheet.conditional_format(1, score, last, score, {
        "type": "data_bar", "bar_color": "#7FC8B0", "min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1,
    })  # fmt: skip


def _read_me(sheets: _Sheets, content: Content, names: Sequence[str]) -> None:
    lines: list[tuple[str, str]] = [("title", content.title)]
    lines += [("heading", "Warnings: read these first"), *(("warning", text) for text in content.warnings)]
    if not content.warnings:
        lines.append(("text", "None of the steps gave a warning."))
    lines += [
        ("heading", "What this is"),
        ("text", f"Candidate myokines of the study {content.study!r}: one sheet per contrast, best candidate first."),
        (
            "text",
            "log2fc is always treatment / control. A cell is empty where a value is missing; it is never 0 for that.",
        ),
        ("text", f"A hit has a q_value of at most {content.fdr:g} (the setting 'fdr')."),
        (
            "text",
            "rank_low to rank_high tells how far the rank moves: other weights, one criterion less, other subjects.",
        ),
        (
            "text",
            "rra_rank is a second opinion without weights: a candidate high by both owes it to no single criterion.",
        ),
        ("text", "Gray rows below the ranked ones are protein groups that are no candidates: see excluded_because."),
        (
            "text",
            "Gene names are text here. Import (do not open) the .tsv files into Excel, or it makes dates of some.",
        ),
        ("heading", "Contrasts"),
    ]
    for name, contrast in zip(names[1:], content.contrasts, strict=True):
        numbers = (
            f"{contrast.n_tested} protein groups tested, {contrast.n_hits} hits, {len(contrast.ranked)} candidates"
        )
        lines.append(("text", f"Sheet {name!r}: {contrast.question}. {numbers}."))
    sheet = sheets.lines(names[0], lines)
    legends = [("contrast sheets", schema.CANDIDATES), ("All proteins", schema.DIFFERENTIAL), ("QC", schema.SAMPLES_QC)]
    if content.crosstalk is not None:
        legends.append(("Crosstalk", schema.CROSSTALK))
    if content.facts is not None:
        legends.append(("Myokine facts", schema.STUDY_FACTS))
    legends.append(("Validation", schema.VALIDATION))
    legend = pd.DataFrame(
        [(where, c.name, c.kind, c.meaning) for where, table in legends for c in table.columns],
        columns=["sheet", "column", "kind", "meaning"],
    )
    sheets.write(sheet, len(lines) + 1, legend, None)


def _methods(content: Content) -> list[tuple[str, str]]:
    lines = [("heading", "Methods: what ran, in order")]
    for stage, sentences in content.methods:
        lines += [("heading", stage), *(("text", sentence) for sentence in sentences)]
    lines += [("heading", "Versions"), *(("text", f"{name} {version}") for name, version in content.versions)]
    lines += [("heading", "Inputs (SHA-256)"), *(("text", f"{name}  {digest}") for name, digest in content.inputs)]
    return lines


class _Sheets:
    """Writes frames and lines of text into a workbook, and counts what Excel's limits took away."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.names: list[str] = []
        self.cells_cut = 0
        self.without_link = 0
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def reserve(self, name: str) -> str:
        """Return a free sheet name; no other sheet gets it."""
        self.names.append(sheet_name(name, self.names))
        return self.names[-1]

    def format(self, **properties: Any) -> Any:
        """Return the workbook's format with these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def lines(self, name: str, lines: Sequence[tuple[str, str]]) -> Any:
        """Add a sheet of text: (style, text) per row."""
        styles = {
            "title": {"bold": True, "font_size": 18},
            "heading": {"bold": True, "font_size": 12, "font_color": BLUE},
            "warning": {"bold": True, "bg_color": "#FDECC8"},
            "text": {},
        }
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        for row, (style, text) in enumerate(lines):
            sheet.write_string(row, 0, self.text(text), self.format(**styles[style]))
        return sheet

    def table(
        self, name: str, frame: pd.DataFrame, table: schema.Table | None, frozen: int, muted_from: int | None = None
    ) -> Any:
        """Add a sheet that holds a frame: header and first columns frozen, filterable."""
        sheet = self.book.add_worksheet(name)
        self.write(sheet, 0, frame, table, muted_from)
        sheet.freeze_panes(1, frozen)
        sheet.autofilter(0, 0, max(len(frame), 1), len(frame.columns) - 1)
        for position, column in enumerate(frame.columns):
            sheet.set_column(position, position, _WIDTHS.get(column, max(10, len(column) + 3)))
        return sheet

    def write(
        self, sheet: Any, top: int, frame: pd.DataFrame, table: schema.Table | None, muted_from: int | None = None
    ) -> None:
        """Write a frame below row `top`, which takes its header; rows from `muted_from` on are gray."""
        kinds = {column.name: column.kind for column in table.columns} if table else {}
        header = self.format(bold=True, bottom=1, bg_color="#E8EEF2", valign="top")
        muted_from = len(frame) if muted_from is None else muted_from
        linked = frame.get("accession") if table is schema.CANDIDATES else None
        for position, column in enumerate(frame.columns):
            sheet.write_string(top, position, str(column), header)
            kind = kinds.get(column, schema.TEXT)
            numeric = kind in (schema.NUMBER, schema.COUNT)
            style = {"num_format": _number_format(column, kind)} if numeric else {}
            plain, muted = self.format(**style), self.format(**style, font_color="#808080")
            missing = frame[column].isna().tolist()
            links = _links(linked) if column == "accession" and linked is not None else {}
            self.without_link += sum(not address for address in links.values())
            for row, value in enumerate(frame[column].tolist()):
                if missing[row]:
                    continue
                cell = muted if row >= muted_from else plain
                if numeric and math.isfinite(value):
                    sheet.write_number(top + 1 + row, position, value, cell)
                elif links.get(row):
                    sheet.write_url(top + 1 + row, position, links[row], cell, value)
                else:
                    sheet.write_string(top + 1 + row, position, self.text(str(value)), cell)

    def text(self, text: str) -> str:
        """Return the text as a cell can hold it."""
        if len(text.encode("utf-16-le", "replace")) <= 2 * MOST_CHARACTERS:
            return text
        self.cells_cut += 1
        return _first_units(text, MOST_CHARACTERS - len(_CUT)) + _CUT


def _links(accessions: pd.Series) -> dict[int, str]:
    """Return the UniProt address per row that has one; empty beyond the number of links that Excel takes on a sheet."""
    rows = [row for row, text in enumerate(accessions) if isinstance(text, str) and UNIPROT.fullmatch(text)]
    texts = accessions.tolist()
    return {row: UNIPROT_ENTRY.format(texts[row]) if i < MOST_LINKS else "" for i, row in enumerate(rows)}


def _number_format(column: str, kind: str) -> str:
    if kind == schema.COUNT:
        return "0"
    if column in _SCIENTIFIC:
        return "0.0E+00"
    return "0.000" if column in _THREE_DIGITS or column.startswith("d_") else "0.00"
