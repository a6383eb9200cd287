"""Spectronaut (13 to 20): pivot reports of protein groups or precursors, and the normal (long) report.

Columns are named level.quantity: R = run, PG = protein group, PEP = peptide, EG = elution group (precursor), FG = fragment
group, F = fragment (Spectronaut manual, appendix "Report columns": https://biognosys.com/resources/spectronaut-manual/). A
pivot has "[1] run.raw.PG.Quantity" for each run, or the condition and replicate in place of the run; further columns of each
run (counts, flags, q-values) are no samples. Parquet has underscores for the dots ("PG_Quantity"), R leaves
"X.1..run.raw.PG.Quantity" and "PG.QValue..Run.Wise.".

Traps. "Filtered", "NaN" and "Profiled" are missing. PG.Quantity follows the settings of the analysis (cross-run
normalization, MaxLFQ or not), which the report does not tell except by E.LFQMethod. EG.Qvalue is of the run and
EG.GlobalPrecursorQvalue of the experiment; PG.Qvalue is of the experiment and "PG.QValue (Run-Wise)" of the run. The filter
"Qvalue sparse" reports every run's value of a precursor that passed in one, and imputes some: EG.IsImputed rows are removed.
A report with fragments repeats the precursor's quantity on each fragment's row.
https://help2.biognosys.com/portal/en/kb/articles/qvalue-sparse-complete-percentile-what-s-the-difference
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from myosieve.errors import InputError
from myosieve.tables import assemble, long
from myosieve.tables.engines import spectronaut_columns as columns
from myosieve.tables.engines.spectronaut_pivots import (
    lacks_precursor_pivot,
    lacks_protein_pivot,
    read_precursor_pivot,
    read_protein_pivot,
)
from myosieve.tables.long import LongLayout, Threshold
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source
from myosieve.tables.table import QuantTable

CITATION = "Bruderer et al. 2015, doi:10.1074/mcp.M114.044305"

# Best first; names as `columns.plain` writes them. EG.TotalQuantity is what the settings of the analysis made of the signals.
_QUANTITY = (
    "eg.totalquantitysettings", "eg.totalquantity", "fg.quantity", "fg.ms2quantity", "fg.ms1quantity", "fg.ms2rawquantity",
    "fg.ms1rawquantity", "pep.quantity", "pep.ms2quantity", "pep.ms1quantity", "f.normalizedpeakarea", "f.peakarea",
)  # fmt: skip
_METHOD, _WORKFLOW = "e.lfqmethod", "eg.workflow"
_YES = ("True", "1")
_RUN_HINT = "write the run's file name (R.FileName), with or without its ending, into 'column'"


def lacks_report(header: Sequence[str]) -> str:
    """Return what a normal report has and this header has not."""
    names = columns.named(header)
    if not columns.first(names, *columns.RUN):
        return "a column 'R.FileName'"
    if not columns.first(names, *columns.GROUP):
        return "a column 'PG.ProteinGroups'"
    there = columns.first(names, "pg.quantity", "pg.ibaq") or (
        columns.first(names, *_QUANTITY) and columns.first(names, *columns.PRECURSOR)
    )
    return "" if there else "a column 'PG.Quantity' or 'FG.Quantity'"


def read_report(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a normal report, text or Parquet, of any size; rows are precursors or protein groups."""
    names = columns.named(source.header)
    layout = _layout(names, choice, source.path)
    _refuse_labels(source, names, layout)
    table, rest = assemble.long_table(source.path, layout, samples, _RUN_HINT)
    plain = {name: columns.plain(name) for name in layout.annotation}
    text = table.groups.rename(columns=plain).reindex(columns=[*plain.values(), "group"], fill_value="")
    methods = set(text[_METHOD].str.lower()) if _METHOD in text else set()
    lfq = columns.plain(layout.protein_quantity) == "pg.quantity" and methods == {"maxlfq"}
    if choice.quantity == "lfq" and not lfq:
        raise InputError("E.LFQMethod is not MaxLFQ throughout", source.path, "set quantity to auto or intensity")
    of_precursors = table.quantities is not None
    peptides = columns.numbers(text[columns.PEPTIDES]).to_numpy() if columns.PEPTIDES in text else float("nan")
    if of_precursors and not layout.sequence:
        sequences = table.precursors["precursor"].map(columns.stripped)
        table = dataclasses.replace(table, precursors=table.precursors.assign(sequence=sequences))
    if of_precursors or layout.sequence:
        known = table.precursors[table.precursors["sequence"] != ""]
        peptides = known.groupby("group")["sequence"].nunique().reindex(range(len(text))).to_numpy(dtype=float)
    proteins = columns.proteins(text, source.path, peptides)
    values = table.quantities if of_precursors else table.protein_quantities
    removed = {
        "imputed" if columns.plain(what) == "eg.isimputed" else what: count for what, count in table.removed.items()
    }
    ibaq = columns.plain(layout.protein_quantity) == "pg.ibaq"
    quantity = "lfq" if lfq and choice.quantity in ("auto", "lfq") else "intensity"
    result = assemble.from_long(
        table,
        proteins,
        samples,
        engine=columns.ENGINE,
        version="",
        quantity="ibaq" if ibaq else quantity,
        left_out=rest,
        notes=columns.note_on_ones(values),
        removed=removed,
    )
    # Without precursors, what was counted are rows.
    return result if layout.sequence or of_precursors else dataclasses.replace(result, peptide_counts=None)


def _refuse_labels(source: Source, names: Mapping[str, str], layout: LongLayout) -> None:
    """Refuse isotope labels: light and heavy rows of a precursor have one name, and are two samples of one run."""
    if _WORKFLOW in names:
        kinds = long.run_names(source.path, dataclasses.replace(layout, run=(names[_WORKFLOW],)))
        labeled = [kind for kind in kinds if re.sub(r"[\W_]", "", kind).lower() != "labelfree"]
        if labeled:
            raise InputError(
                f"the report has isotope labels ({names[_WORKFLOW]}: {', '.join(labeled)})",
                source.path,
                "keep the rows of one label and LABEL_FREE in that column, or give a pivot with a column per sample",
            )


def _layout(names: Mapping[str, str], choice: Choice, path: Path) -> LongLayout:
    quantity = next((name for name in _QUANTITY if name in names), "")
    precursor = columns.precursor(names, quantity) if columns.first(names, *columns.PRECURSOR) else ()
    there = {"intensity": bool(quantity or "pg.quantity" in names), "ibaq": "pg.ibaq" in names}
    there["lfq"] = _METHOD in names and "pg.quantity" in names
    if choice.quantity != "auto" and not there.get(choice.quantity):
        known = " or ".join(["auto", *(name for name in there if there[name])])
        raise InputError(f"the report has no {choice.quantity} quantities", path, f"set quantity to {known}")
    if choice.scale not in ("auto", "linear"):
        raise InputError("a normal report has linear quantities", path, "set scale to auto")
    ibaq = choice.quantity == "ibaq" or (choice.quantity == "auto" and there["ibaq"] and not there["intensity"])
    limits = choice.identification
    fragments = quantity.startswith("f.") and bool(precursor)
    # Without the charge, the rows of a peptide's charges are several; fragments would be so too, and these repeat.
    charges = len(precursor) == 1 and columns.plain(precursor[0]) not in ("eg.precursorid", "fg.id", "pep.groupingkey")
    summed = fragments or (
        charges and not quantity.startswith("pep.") and not any(one.startswith("f.") for one in names)
    )
    drop = ["eg.isdecoy", "eg.isimputed", *(["f.excludedfromquantification"] if fragments else [])]
    group = columns.first(names, *columns.GROUP)
    return LongLayout(
        run=(columns.first(names, *columns.RUN),),
        precursor=precursor or (group,),
        group=group,
        quantity=names[quantity] if precursor and quantity and not ibaq else "",
        protein_quantity=columns.first(names, "pg.ibaq" if ibaq else "pg.quantity"),
        annotation=tuple(names[one] for one in (*columns.TEXT, columns.PEPTIDES, _METHOD) if one in names),
        sequence=names.get(columns.SEQUENCE, ""),
        repeated="sum" if summed else "first",
        thresholds=tuple(
            Threshold(names[name], limits[key], f"{what} above {limits[key]:g}")
            for name, (key, what) in columns.LIMITS.items()
            if name in names and limits.get(key, 1.0) < 1
        ),
        drop=tuple((names[one], _YES) for one in drop if one in names),
    )


READERS = (
    Reader("spectronaut", columns.ENGINE, "normal report", lacks_report, read_report, CITATION),
    Reader(
        "spectronaut", columns.ENGINE, "precursor pivot report", lacks_precursor_pivot, read_precursor_pivot, CITATION
    ),
    Reader("spectronaut", columns.ENGINE, "protein pivot report", lacks_protein_pivot, read_protein_pivot, CITATION),
)
