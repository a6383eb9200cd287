"""mzTab 1.0, the exchange format of proteomics results: abundances of proteins and peptides, from OpenMS, quantms and others.

Format: https://github.com/HUPO-PSI/mzTab (specification 1.0.0); columns that begin with `opt_` are their author's, those of
OpenMS and quantms are described at https://github.com/bigbio/quantms/blob/master/docs/output.md. Abundances are per assay (a
run, or a channel of one) or per study variable, which averages its assays. A sheet may write `assay[1]`, `study_variable[1]`,
the whole column name, the description of the assay's sample or of the study variable, or the run (`ms_run`) by location, file
name or stem; a channel of a plex as run and reagent ("plex1 TMT126", "plex1 126").

Traps. `ambiguity_members` holds the leading protein (OpenMS) or not (the specification). OpenMS repeats every member of a group
as a row `protein_details` without values. A peptide has one row per protein that it may come from, and its `unique`
tells of proteins, not of protein groups: peptides of several groups are left out, and counted. OpenMS writes the abundances of
proteins, of peptides, or both; peptides are handed on beside protein values where both have columns of the same assays.
Scores are of each author's own kind: rows are not filtered by them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import accessions, assemble, matching
from myosieve.tables.engines.mztab_document import KINDS, Document, Unit, cells, numbers, open_document, spellings
from myosieve.tables.features import groups_of, proteins_frame, text_columns, yes
from myosieve.tables.intensities import read_intensities
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source
from myosieve.tables.table import Precursors, QuantTable
from myosieve.tables.text import TextTable, to_numbers

ENGINE = "mzTab"
CITATION = "Griss et al. 2014, doi:10.1074/mcp.O113.036681"

_HINT = "write assay[1], its run's file name or its sample's description into 'column'"
_TYPE = "opt_global_result_type"
_FOUND = "opt_global_nr_found_peptides"
_PROTEIN = ("accession", "ambiguity_members", "description", "species", _TYPE, _FOUND)
# What makes two rows the same feature, besides the values themselves.
_FEATURE = (
    "sequence",
    "modifications",
    "charge",
    "retention_time",
    "mass_to_charge",
    "spectra_ref",
    "opt_global_feature_id",
)
_PEPTIDOFORM = "opt_global_cv_MS:1000889_peptidoform_sequence"
# Rows that are none of a protein group, where other rows are.
_NO_GROUPS = {
    "protein_details": "rows that describe a member of a protein group",
    "general_protein_group": "rows of protein groups that other rows take apart",
}
# What the metadata call the values; the first that fits. "LC-MS label-free quantitation analysis" is not MaxLFQ.
_QUANTITIES = {
    "ratio": r"\bratio",
    "spectral_count": r"spectral count",
    "ibaq": r"\bibaq\b",
    "lfq": r"\b(?:max)?lfq\b",
    "normalized": r"normali[sz]ed",
    "reporter": r"itraq|tmt|tandem mass tag|isobaric|reporter",
}


def lacks(header: Sequence[str]) -> str:
    """Return what an mzTab file has and this header has not."""
    return "" if tuple(header[:1]) == ("MTD",) else "a first line 'MTD mzTab-version'"


def read(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples: protein groups, their peptides, or both."""
    document = open_document(source.path)
    for level, table in (("protein", document.proteins), ("peptide", document.peptides)):
        columns = _columns(table, level) if table is not None else {}
        if columns:
            break
    else:
        raise InputError(
            f"the file has no abundances of proteins or peptides (mzTab-type {document.told('mzTab-type') or 'is missing'})",
            source.path,
            "give the mzTab file of a quantification",
        )
    quantity, scale = _values_are(document, level, choice)
    units, rest = _match(document, columns, level, samples)
    proteins, removed = _proteins(document)
    names = samples.frame["sample"]
    intensities, counts, precursors = assemble.empty_intensities(proteins, samples), None, None
    if level == "protein":
        table, _ = _group_rows(document.proteins)
        positions = [table.header.index(f"protein_abundance_{unit.key}") for unit in units]
        intensities = assemble.by_group(proteins, read_intensities(table, positions, names, *scale))
        counts = _run_counts(table, units, proteins, samples)
    if document.peptides is not None:
        _, scale = _values_are(document, "peptide", Choice(scale=choice.scale))
        precursors, gone = _precursors(document, units, proteins, names, scale)
        removed |= gone
    if counts is None and precursors is not None:
        counts = assemble.peptide_counts(precursors, proteins)
    version = document.told("mzTab-version")
    return QuantTable(
        proteins, intensities, ENGINE, version, quantity, rest, _notes(document, units), counts, precursors, removed
    )


# ---- samples and values --------------------------------------------------------------------------------------------


def _columns(table: TextTable, level: str) -> dict[str, list[int]]:
    """Return the numbers of the assays and study variables with a column, where these columns hold any value."""
    columns = {}
    for kind in KINDS:
        pattern = re.compile(rf"{level}_abundance_{kind}\[(\d+)\]")
        values = numbers(table, pattern.pattern)
        if (values.fillna(0) != 0).any(axis=None):
            columns[kind] = [int(pattern.fullmatch(name)[1]) for name in values.columns]
    return columns


def _match(
    document: Document, columns: Mapping[str, list[int]], level: str, samples: Samples
) -> tuple[list[Unit], tuple[str, ...]]:
    """Return the unit of each sample, and the labels of the others; the sheet decides between assays and study variables."""
    units = {kind: document.units(kind, those) for kind, those in columns.items()}
    spelled = {kind: spellings(several, level) for kind, several in units.items()}
    fits = {
        kind: sum(len(matching.positions_of(cell, spelled[kind])) == 1 for cell in samples.frame["column"])
        for kind in units
    }
    kind = max(units, key=fits.__getitem__)  # assays, of equals
    labels = [unit.label for unit in units[kind]]
    found = matching.match(samples, labels, spelled[kind], kind, document.path, _HINT)
    rest = matching.left_out(samples, labels, range(len(labels)), found, spelled[kind])
    return [units[kind][place] for place in found], rest


def _values_are(document: Document, level: str, choice: Choice) -> tuple[str, tuple[str, bool]]:
    """Return the quantity, and the scale with whether anybody tells it."""
    unit = document.told(f"{level}-quantification_unit")
    reagents = [document.told(key) for key in document.metadata if key.endswith("-quantification_reagent")]
    texts = (unit, " ".join([document.told("quantification_method"), *reagents]))
    found = [name for text in texts for name, pattern in _QUANTITIES.items() if re.search(pattern, text, re.IGNORECASE)]
    quantity = found[0] if found else "intensity"
    if choice.quantity not in ("auto", quantity):
        raise InputError(
            f"the mzTab file holds {quantity} values (unit {unit or 'not told'}), not {choice.quantity!r}",
            document.path,
            f"set quantity to auto or {quantity}",
        )
    if choice.scale != "auto":
        return quantity, (choice.scale, True)
    logarithm = re.search(r"\blog_?(2|10)\b", unit, re.IGNORECASE)
    return quantity, (f"log{logarithm[1]}", True) if logarithm else ("linear", False)


def _notes(document: Document, units: Sequence[Unit]) -> tuple[str, ...]:
    notes = [f"The mzTab file names as its software: {', '.join(told)}." for told in [document.software()] if told]
    several = [unit.label for unit in units if len(unit.assays) > 1]
    if several:
        notes.append(f"Averages of several assays are taken for samples: {', '.join(several)}.")
    return tuple(notes)


# ---- proteins ------------------------------------------------------------------------------------------------------


def _group_rows(table: TextTable) -> tuple[TextTable, dict[str, int]]:
    """Return the rows that stand for a protein group, and how many others there are of which kind."""
    types = text_columns(table, [_TYPE])[_TYPE]
    kept, removed = np.ones(len(types), dtype=bool), {}
    for kind, what in _NO_GROUPS.items():
        out = kept & types.eq(kind).to_numpy()
        if out.any() and (kept & ~out).any():
            kept &= ~out
            removed[f"{what} ({kind})"] = int(out.sum())
    places = np.flatnonzero(kept)
    rows, lines = [table.rows[place] for place in places], [table.lines[place] for place in places]
    return replace(table, rows=rows, lines=lines), removed


def _proteins(document: Document) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return `schema.PROTEINS` of the protein section, else of the proteins that the peptides name."""
    if document.proteins is None:
        return _proteins_of_peptides(document.peptides), {}
    every = cells(document.proteins, _PROTEIN)
    descriptions = {row.accession: row.description for row in every.itertuples() if row.description}
    table, removed = _group_rows(document.proteins)
    text = every.loc[table.lines]
    members = text["accession"] + ";" + text["ambiguity_members"].str.replace(",", ";")
    keys = members.map(lambda cell: ";".join(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip())))
    groups = groups_of(keys, table.path, "its software")
    found = to_numbers(text[[_FOUND]], table.path).to_numpy()[:, 0]
    # The union of the peptides of several runs is not told: the most of any run is a lower limit.
    most = {kind: _most(table, rf"num_peptides_{kind}_ms_run\[\d+\]") for kind in ("distinct", "unique")}
    proteins = proteins_frame(
        groups,
        **_described(text, descriptions),
        peptides=np.where(np.isnan(found), most["distinct"], found),
        unique_peptides=most["unique"],
        flags={flag: _flagged(table, flag) for flag in ("decoy", "contaminant")},
    )
    return proteins, removed


def _described(text: pd.DataFrame, descriptions: Mapping[str, str]) -> dict[str, list[str]]:
    """Return genes, names and organisms; OpenMS has the FASTA header's text as description, and in the rows of members only."""
    told = [
        accessions.describe(f"{one} {own or descriptions.get(one, '')}", accessions.parse(one).accession)
        for one, own in zip(text["accession"], text["description"], strict=True)
    ]
    species = text["species"].str.replace(r"\s*\(.*\)$", "", regex=True)  # Mus musculus (Mouse)
    organisms = [own or one.organism for own, one in zip(species, told, strict=True)]
    return {"genes": [one.gene for one in told], "names": [one.name for one in told], "organisms": organisms}


def _proteins_of_peptides(table: TextTable) -> pd.DataFrame:
    text = cells(table, ("accession", "sequence"))
    decoy = _flagged(table, "decoy")[(text["accession"] != "").to_numpy()]
    text = text[text["accession"] != ""]
    ids, group = assemble.rows_of_groups(text["accession"])
    peptides = text["sequence"].groupby(group).nunique().to_numpy()
    decoys = pd.Series(decoy).groupby(group).all().to_numpy(dtype=bool)
    return proteins_frame(groups_of(ids, table.path, "its software"), peptides=peptides, flags={"decoy": decoys})


def _flagged(table: TextTable, flag: str) -> np.ndarray:
    """Return whether the author marks rows, by a column such as `opt_global_cv_PRIDE:0000303_decoy_hit`."""
    names = [name for name in table.header if re.fullmatch(rf"opt_global_.*{flag}.*", name, re.IGNORECASE)]
    marks = text_columns(table, names)
    return np.logical_or.reduce([np.zeros(len(table.rows), dtype=bool), *(yes(marks[name]) for name in names)])


def _most(table: TextTable, pattern: str) -> np.ndarray:
    return numbers(table, pattern).max(axis=1).to_numpy(dtype=float)


def _run_counts(
    table: TextTable, units: Sequence[Unit], proteins: pd.DataFrame, samples: Samples
) -> pd.DataFrame | None:
    """Return the peptides of each sample's run; None where a sample has several runs, or the table does not count them."""
    names = [f"num_peptides_distinct_ms_run[{unit.runs[0]}]" if len(unit.runs) == 1 else "" for unit in units]
    if not all(name in table.header for name in names):
        return None
    told = numbers(table, r"num_peptides_distinct_ms_run\[\d+\]")
    counts = told[names].fillna(0).set_axis(list(samples.frame["sample"]), axis=1)
    return assemble.by_group(proteins, counts)


# ---- peptides ------------------------------------------------------------------------------------------------------


def _precursors(
    document: Document, units: Sequence[Unit], proteins: pd.DataFrame, samples: pd.Series, scale: tuple[str, bool]
) -> tuple[Precursors | None, dict[str, int]]:
    """Return the peptides of one protein group each, None where a sample has no column; and what was left out."""
    table = document.peptides
    positions = [_peptide_column(table, document.keys_of(unit)) for unit in units]
    if None in positions:
        return None, {}
    text = cells(table, ("accession", *_FEATURE, _PEPTIDOFORM))
    values = read_intensities(table, positions, samples, *scale)
    if values.isna().all(axis=None):
        return None, {}
    groups = _groups_by_accession(proteins)
    group = text["accession"].map(lambda cell: groups.get(cell, -1)).to_numpy(dtype=int)
    named = (text["sequence"] != "").to_numpy()
    known = named & (group >= 0)
    feature = pd.concat([text[list(_FEATURE)], table.columns(positions)], axis=1)[known]
    code = feature.groupby(list(feature.columns), sort=False).ngroup().to_numpy()
    several = pd.Series(group[known]).groupby(code).nunique().to_numpy() > 1
    shared = several[code]
    first = ~pd.Series(code).duplicated().to_numpy()
    kept = np.flatnonzero(known)[first & ~shared]
    removed = {
        "peptides without a sequence": int((~named).sum()),
        "peptides of no protein of the table": int((named & (group < 0)).sum()),
        "peptides of several protein groups": int(several.sum()),
    }
    rows = text.iloc[kept]
    charge = rows["charge"].str.replace(r"\.0$", "", regex=True)
    names = rows[_PEPTIDOFORM].where(rows[_PEPTIDOFORM] != "", rows["sequence"] + _in_brackets(rows["modifications"]))
    precursors = assemble.precursors_of(
        proteins["protein_group"].to_numpy()[group[kept]],
        names + charge.where(charge == "", "/" + charge),
        rows["sequence"],
        values.to_numpy()[kept],
        samples,
    )
    return precursors, {reason: count for reason, count in removed.items() if count}


def _peptide_column(table: TextTable, keys: Sequence[str]) -> int | None:
    return next(
        (table.header.index(name) for key in keys if (name := f"peptide_abundance_{key}") in table.header), None
    )


def _groups_by_accession(proteins: pd.DataFrame) -> dict[str, int]:
    """Return the protein group of each accession, as the table writes it: the one it leads, or the only one it belongs to."""
    keys = proteins["protein_group"].str.replace(r" #\d+$", "", regex=True).str.split(";")
    belongs: dict[str, int | None] = {}
    for place, members in enumerate(keys):
        for member in members:
            belongs[member] = None if member in belongs else place
    leads = {members[0]: place for place, members in reversed(list(enumerate(keys)))}
    whole = {";".join(members): place for place, members in enumerate(keys)}
    return {**{member: place for member, place in belongs.items() if place is not None}, **leads, **whole}


def _in_brackets(text: pd.Series) -> pd.Series:
    return ("[" + text + "]").where(text != "", "")


READERS = (Reader("mztab", ENGINE, "protein and peptide sections", lacks, read, CITATION),)
