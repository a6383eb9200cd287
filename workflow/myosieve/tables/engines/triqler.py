"""Triqler's input: one row per identified feature and run, as Triqler's converters, quantms and OpenMS write it.

Columns: https://github.com/statisticalbiotechnology/triqler#interface (run, condition, charge, searchScore, intensity, peptide,
proteins; spectrumId, linkPEP and featureClusterId from Quandenser). `proteins`, the last column, goes on over further
cells, so that rows are longer than the header; OpenMS joins the proteins with ';' instead. Several rows of a
peptide ion in a run are spectra of one feature or features of it: the largest counts, a sum would count a feature twice.
`searchScore` is of whatever scale the search had, no q-value, and decoys (`decoy_`) are there on purpose: no row is filtered.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import assemble, matching, wide
from myosieve.tables.decoding import read_text
from myosieve.tables.engines.msstats import stripped_sequence
from myosieve.tables.features import groups_of, proteins_frame, text_columns
from myosieve.tables.intensities import linear
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source
from myosieve.tables.table import QuantTable
from myosieve.tables.text import TextTable, header_of, to_numbers

ENGINE = "Triqler"
CITATION = "The & Käll 2019, doi:10.1074/mcp.RA118.001018"

_COLUMNS = ("run", "condition", "charge", "searchScore", "intensity", "peptide", "proteins")
_NOTE = "Triqler's searchScore is no q-value: rows were not filtered by it."


def lacks(header: Sequence[str]) -> str:
    """Return what Triqler's input has and this header has not."""
    absent = [name for name in ("searchScore", *_COLUMNS) if name not in header]
    return f"a column {absent[0]!r}" if absent else ""


def read(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples, precursors to be rolled up."""
    if choice.quantity not in ("auto", "intensity"):
        raise InputError(
            f"the table holds intensities, not {choice.quantity!r}", source.path, "set quantity to intensity"
        )
    if choice.scale not in ("auto", "linear"):
        raise InputError(
            f"scale is {choice.scale!r}, but Triqler's input is not logarithmic", source.path, "set scale to linear"
        )
    table = _table(source.path)
    text = text_columns(table, ("run", "charge", "peptide", "proteins"))
    names = list(dict.fromkeys(name for name in text["run"] if name))
    spellings = wide.run_spellings(dict(enumerate(names)))
    found = matching.match(samples, names, spellings, "run", source.path, "write the cell of 'run' into 'column'")
    rest = matching.left_out(samples, names, range(len(names)), found, spellings)
    intensity = table.columns([table.header.index("intensity")]).set_axis(["intensity"], axis=1)
    values = linear(to_numbers(intensity, source.path), "linear", choice.scale == "linear", source.path)[:, 0]

    sample = text["run"].map({names[place]: row for row, place in enumerate(found)}).fillna(-1).to_numpy(dtype=int)
    without = (text["proteins"] == "").to_numpy()
    kept = (sample >= 0) & ~without
    if not kept.any():
        raise InputError(
            f"no row of {len(text)} has a protein and a run of the sheet", source.path, "give the whole table"
        )
    ids, group = assemble.rows_of_groups(text["proteins"][kept])
    ions = pd.MultiIndex.from_arrays([group, text["peptide"][kept], text["charge"][kept]])
    code, first = pd.factorize(ions)
    matrix = np.full((len(first), len(found)), -np.inf)
    np.maximum.at(matrix, (code, sample[kept]), np.nan_to_num(values[kept], nan=-np.inf))
    matrix[np.isinf(matrix)] = np.nan

    owner, peptides, charges = (first.get_level_values(level) for level in range(3))
    stripped = pd.Series(peptides.map(stripped_sequence), dtype=str)
    counts = stripped.groupby(owner.to_numpy()).nunique().to_numpy()
    proteins = proteins_frame(groups_of(ids, source.path, ENGINE), peptides=counts)
    precursors = assemble.precursors_of(
        proteins["protein_group"].to_numpy()[owner], peptides + "/" + charges, stripped, matrix, samples.frame["sample"]
    )
    removed = {"rows without protein": int((without & (sample >= 0)).sum())}
    return QuantTable(
        proteins, assemble.empty_intensities(proteins, samples), ENGINE, "", "intensity", rest, (_NOTE,),
        assemble.peptide_counts(precursors, proteins), precursors, {what: n for what, n in removed.items() if n},
    )  # fmt: skip


def _table(path: Path) -> TextTable:
    """Return the table with the proteins of further cells joined into the last column."""
    text, encoding = read_text(path)
    header, separator, line = header_of(text)
    rows, lines = [], []
    for number, row in enumerate(text.split("\n")[line:], line + 1):
        if not row.strip():
            continue
        cells = row.split(separator, len(header) - 1)
        if len(cells) == len(header):
            cells[-1] = ";".join(part for part in cells[-1].split(separator) if part.strip())
        elif number == text.count("\n") + 1:
            raise InputError(
                f"line {number}, the last, has {len(cells)} cells, the header has {len(header)}: the file is cut off",
                path,
                "copy or export it again",
            )
        rows.append("\t".join(cells) + "\t" * (len(header) - len(cells)))
        lines.append(number)
    if not rows:
        raise InputError("the table has a header line but no rows", path, "give the whole table")
    if header[-1] != "proteins":
        raise InputError(f"the last column is {header[-1]!r}", path, "put 'proteins' last, as Triqler does")
    return TextTable(path, header, rows, lines, "\t", '"' in text, encoding)


READERS = (Reader("triqler", ENGINE, "input table", lacks, read, CITATION),)
