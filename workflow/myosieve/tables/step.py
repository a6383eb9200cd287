"""`myosieve intake`: a search engine's table and a sample sheet -> proteins, intensities, counts, precursors and samples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.tables import assemble, detection, enrich
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples, read_samples
from myosieve.tables.source import Source, open_sources
from myosieve.tables.table import QUANTITIES, QuantTable

_DATE = re.compile(r"\d{1,2}-(?:Mar|Sep|Sept|Dec|Oct|Apr)|(?:Mar|Sep|Dec)-\d{2}|\d{4}-\d\d-\d\d.*", re.IGNORECASE)
_SHOWN = 5


def intake(table: Path, samples: Path, settings: Mapping[str, Any], out: Path, fasta: Sequence[Path] = ()) -> Summary:
    """Read a table against a sample sheet and write what the next steps need.

    Parameters
    ----------
    table, samples
        The search engine's table and the sample sheet.
    settings
        `format`, `quantity`, `scale`, `columns`, `identification` and `organism`.
    out
        Folder for `proteins.tsv`, `intensities.tsv` (linear, missing empty), `peptide_counts.tsv` (empty where the table
        does not tell), `precursors.parquet` (without rows where the table has none) and `samples.tsv`.
    fasta
        Sequences that were searched; genes, names and species that the table lacks come from their headers.

    Raises
    ------
    InputError
        The sheet or the table is not usable, or they do not fit together; nothing is written then.
    """
    sheet = read_samples(samples)
    reader, source = detection.detect(open_sources(table), settings["format"], bool(settings["columns"]))
    choice = Choice(**{key: settings[key] for key in ("quantity", "scale", "identification", "columns")})
    quant = assemble.unswapped(reader.read(source, sheet, choice), sheet)
    if _values(quant).isna().all(axis=None):
        raise InputError(
            f"no sample has a single value of the quantity {quant.quantity!r}",
            table,
            "set quantity to another of the table's",
        )
    proteins = enrich.with_headers(quant.proteins, fasta)
    proteins = enrich.with_listed_contaminants(proteins, enrich.SPECIES[settings["organism"]])
    shown = proteins.copy()
    for column in schema.PROTEINS.columns:
        if column.kind == schema.YES_NO:
            shown[column.name] = shown[column.name].map({True: "yes", False: "no"})
    with files.writing_folder(out) as folder:
        files.write_table(folder / "proteins.tsv", schema.PROTEINS.arrange(shown))
        files.write_table(folder / "intensities.tsv", quant.intensities.reset_index())
        files.write_table(folder / "peptide_counts.tsv", _counts(quant).reset_index())
        files.write_table(folder / "precursors.parquet", _precursors(quant, sheet))
        files.write_table(folder / "samples.tsv", sheet.frame)
    return _summary(quant, proteins, sheet, source, reader)


def _values(quant: QuantTable) -> pd.DataFrame:
    """Return the intensities that the table holds: of precursors where it has them."""
    return quant.intensities if quant.precursors is None else quant.precursors.intensities


def _counts(quant: QuantTable) -> pd.DataFrame:
    counts = quant.peptide_counts
    if counts is None:
        counts = pd.DataFrame(index=quant.intensities.index, columns=quant.intensities.columns, dtype=float)
    return counts.round().astype("Int64")


def _precursors(quant: QuantTable, sheet: Samples) -> pd.DataFrame:
    if quant.precursors is None:
        kinds = dict.fromkeys(schema.PRECURSORS.names, "str") | dict.fromkeys(sheet.frame["sample"], "float64")
        return pd.DataFrame(columns=list(kinds)).astype(kinds)
    values = quant.precursors.intensities.reset_index(drop=True)
    return pd.concat([quant.precursors.features.reset_index(drop=True), values], axis=1)


def _summary(quant: QuantTable, proteins: pd.DataFrame, sheet: Samples, source: Source, reader: Reader) -> Summary:
    groups, samples = quant.intensities.shape
    of_precursors = quant.precursors is not None
    values = _values(quant)
    missing = float(values.isna().to_numpy().mean()) if values.size else 1.0
    version = f" {quant.version}" if quant.version else ""
    cited = f" ({reader.citation})" if reader.citation else ""
    what = f"{len(values)} precursors of {groups} protein groups" if of_precursors else f"{groups} protein groups"
    removed = "; ".join(f"{reason}: {count}" for reason, count in quant.removed.items() if count)
    methods = (
        f"{what} in {samples} samples were read from the {reader.table} of {quant.engine}{version}{cited} "
        f"as {QUANTITIES[quant.quantity]}; {missing:.1%} of the values are missing, zeros included."
    )
    if removed:
        methods += f" Rows left out on the way: {removed}."
    organisms = proteins.loc[~proteins["decoy"], "organism"].replace("", "not told").value_counts()
    return Summary(
        methods=[methods],
        warnings=_warnings(quant, proteins, sheet, source),
        counts={
            "table": f"{quant.engine}{version} {reader.table}",
            "quantity": quant.quantity,
            "protein_groups": groups,
            "precursors": len(quant.precursors.features) if of_precursors else 0,
            "samples": samples,
            "samples_excluded": len(sheet.excluded),
            "columns_left_out": len(quant.left_out),
            "missing_share": round(missing, 6),
            "decoys": int(proteins["decoy"].sum()),
            "contaminants": int(proteins["contaminant"].sum()),
            "only_by_site": int(proteins["only_by_site"].sum()),
        }
        | {f"organism: {name}": int(count) for name, count in organisms.items()}
        | {f"rows left out: {reason}": count for reason, count in quant.removed.items()},
    )


def _warnings(quant: QuantTable, proteins: pd.DataFrame, sheet: Samples, source: Source) -> list[str]:
    found = list(quant.notes)
    if source.encoding not in ("UTF-8", "UTF-16"):
        found.append(f"{source.path.name} is not UTF-8 and was read as {source.encoding}: check letters with accents")
    if len(sheet.excluded):
        found.append(f"samples that the sheet excludes ({len(sheet.excluded)}): {_named(sheet.excluded['sample'])}")
    if quant.left_out:
        found.append(
            f"columns that the sheet does not name are left out ({len(quant.left_out)}): {_named(quant.left_out)}"
        )
    values = _values(quant)
    empty = values.columns[values.isna().all()]
    if len(empty):
        found.append(f"samples without any value ({len(empty)}): {_named(empty)}")
    if not proteins["contaminant"].any():
        found.append(
            "no contaminant is in the table, neither by the search engine's flag, nor by an accession prefix (CON__, Cont_, "
            "contam_, cRAP), nor by the shipped list: was it searched without contaminants, or were they removed? Proteins "
            "of the culture serum cannot be told then"
        )
    dates = proteins["gene"][proteins["gene"].map(lambda gene: bool(_DATE.fullmatch(gene)))]
    if len(dates):
        found.append(
            f"gene symbols that a spreadsheet turned into dates ({len(dates)}): {_named(dates)}; "
            "give the table as the search engine wrote it"
        )
    return found


def _named(names: Sequence[str] | pd.Series | pd.Index) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(list(names)[:_SHOWN]) + more
