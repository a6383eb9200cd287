"""`myosieve intake`: a search engine's table and a sample sheet -> proteins.tsv, intensities.tsv, samples.tsv."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from myosieve import files, schema
from myosieve.provenance import Summary
from myosieve.tables import engines
from myosieve.tables.samples import Samples, read_samples
from myosieve.tables.table import QuantTable
from myosieve.tables.text import TextTable, read_table_text

_QUANTITIES = {
    "lfq": "MaxLFQ intensities (Cox et al. 2014, doi:10.1074/mcp.M113.031591)",
    "intensity": "summed peptide intensities",
    "ibaq": "iBAQ intensities (Schwanhäusser et al. 2011, doi:10.1038/nature10098)",
}
_DATE = re.compile(r"\d{1,2}-(?:Mar|Sep|Sept|Dec|Oct|Apr)|(?:Mar|Sep|Dec)-\d{2}|\d{4}-\d\d-\d\d.*", re.IGNORECASE)
_SHOWN = 5


def intake(table: Path, samples: Path, settings: Mapping[str, Any], out: Path) -> Summary:
    """Read a protein table against a sample sheet and write what the next steps need.

    Parameters
    ----------
    table, samples
        The search engine's table and the sample sheet.
    settings
        `format` and `quantity`.
    out
        Folder for `proteins.tsv`, `intensities.tsv` (linear, missing empty) and `samples.tsv`.

    Raises
    ------
    InputError
        The sheet or the table is not usable, or they do not fit together; nothing is written then.
    """
    sheet = read_samples(samples)
    text = read_table_text(table)
    engine = engines.detect(text.header, settings["format"], text.path)
    quant = engine.read(text, sheet, settings["quantity"])
    proteins = quant.proteins.copy()
    for column in schema.PROTEINS.columns:
        if column.kind == schema.YES_NO:
            proteins[column.name] = proteins[column.name].map({True: "yes", False: "no"})
    with files.writing_folder(out) as folder:
        files.write_table(folder / "proteins.tsv", schema.PROTEINS.arrange(proteins))
        files.write_table(folder / "intensities.tsv", quant.intensities.reset_index())
        files.write_table(folder / "samples.tsv", sheet.frame)
    return _summary(quant, sheet, text, engine)


def _summary(quant: QuantTable, sheet: Samples, text: TextTable, engine: engines.Engine) -> Summary:
    groups, samples = quant.intensities.shape
    missing = float(quant.intensities.isna().to_numpy().mean())
    version = f" {quant.version}" if quant.version else ""
    methods = (
        f"{groups} protein groups in {samples} samples were read from the table of {quant.engine}{version} "
        f"({engine.citation}) as {_QUANTITIES[quant.quantity]}; {missing:.1%} of the values are missing, zeros included."
    )
    return Summary(
        methods=[methods],
        warnings=_warnings(quant, sheet, text),
        counts={
            "protein_groups": groups,
            "samples": samples,
            "samples_excluded": len(sheet.excluded),
            "columns_left_out": len(quant.left_out),
            "missing_share": round(missing, 6),
            "decoys": int(quant.proteins["decoy"].sum()),
            "contaminants": int(quant.proteins["contaminant"].sum()),
            "only_by_site": int(quant.proteins["only_by_site"].sum()),
        },
    )


def _warnings(quant: QuantTable, sheet: Samples, text: TextTable) -> list[str]:
    found = list(quant.notes)
    if text.encoding not in ("UTF-8", "UTF-16"):
        found.append(f"{text.path.name} is not UTF-8 and was read as {text.encoding}: check letters with accents")
    if len(sheet.excluded):
        found.append(f"samples that the sheet excludes ({len(sheet.excluded)}): {_named(sheet.excluded['sample'])}")
    if quant.left_out:
        found.append(
            f"columns that the sheet does not name are left out ({len(quant.left_out)}): {_named(quant.left_out)}"
        )
    empty = quant.intensities.columns[quant.intensities.isna().all()]
    if len(empty):
        found.append(f"samples without any value ({len(empty)}): {_named(empty)}")
    if not quant.proteins["contaminant"].any():
        found.append(
            "no contaminant is in the table, neither by the search engine's flag nor by an accession prefix (CON__, Cont_, "
            "contam_, cRAP): was it searched without contaminants, or were they removed? Proteins of the culture serum "
            "cannot be told then"
        )
    dates = quant.proteins["gene"][quant.proteins["gene"].map(lambda gene: bool(_DATE.fullmatch(gene)))]
    if len(dates):
        found.append(
            f"gene symbols that a spreadsheet turned into dates ({len(dates)}): {_named(dates)}; "
            "give the table as the search engine wrote it"
        )
    return found


def _named(names: Sequence[str] | pd.Series | pd.Index) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(list(names)[:_SHOWN]) + more
