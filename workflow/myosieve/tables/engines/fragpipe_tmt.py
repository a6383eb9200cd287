"""TMT-Integrator (FragPipe): abundance_ and ratio_ tables of proteins, genes and peptides.

Columns: https://github.com/Nesvilab/TMT-Integrator and https://fragpipe.nesvilab.org/docs/tutorial_fragpipe_outputs.html.
Everything behind "ReferenceIntensity" is a sample, except "RefInt_...", the reference channels, which a sheet may name in full.

| table | first columns | key |
|---|---|---|
| protein | Index, NumberPSM, Gene, MaxPepProb, [Protein, ..., IndistinguishableProteins,] ReferenceIntensity | Index |
| gene | Index (the gene), NumberPSM, ProteinID (once: Proteins), MaxPepProb, ReferenceIntensity | ProteinID |
| peptide | Index, Gene, ProteinID, Peptide, [SequenceWindow, Start, End,] MaxPepProb, ReferenceIntensity | ProteinID |

Modification sites come in the shape of peptides; only their Index differs, and they are refused: they are no amounts of
proteins. An abundance table holds log2 of ratio x reference intensity, a ratio table log2 ratios, both linear if the user
switched the logarithm off. Values say which: medians of abundances are above 2^4 = 16 and of ratios below; abundances above 64
are linear; and ratios of which none is negative are linear. FragPipe writes abundance tables of DIA as well; their names
have MS1quant or MS2quant, and then the quantity is no reporter ion's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import assemble, column_names, wide
from myosieve.tables.engines.fragpipe import CITATION, ENGINE
from myosieve.tables.features import groups_of, proteins_frame
from myosieve.tables.intensities import linear
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source, Table
from myosieve.tables.table import QuantTable
from myosieve.tables.text import to_numbers
from myosieve.tables.wide import Family

_HINT = "write the sample's column, as the table names it, into 'column'"
_SAMPLE = Family("reporter", "sample", re.compile(r"(?P<sample>.+)"))
_REFERENCE = re.compile(r"RefInt_.+")
_ABOUT = {
    "index": ("index",),
    "gene": ("gene",),
    "protein": ("protein",),
    "id": ("proteinid", "protein id", "proteins"),
    "peptide": ("peptide",),
    "name": ("proteindescription", "protein description", "description"),
    "organism": ("organism",),
    "group": ("indistinguishableproteins", "indistinguishable proteins"),
}
_NO_SAMPLE = {name for names in _ABOUT.values() for name in names} | {
    "numberpsm", "maxpepprob", "referenceintensity", "entryname", "entry name", "sequencewindow", "start", "end",
    "modpeptides", "assignedmodifications", "proteinlength", "protein length", "proteinexistence", "protein existence",
    "coverage", "",
}  # fmt: skip
_LARGEST_LOG2 = 64.0
_SMALLEST_MEDIAN_LOG2 = 4.0


def lacks(header: Sequence[str]) -> str:
    """Return what a table of TMT-Integrator has and this header has not."""
    names = {column_names.plain(name) for name in header}
    for name in ("ReferenceIntensity", "Index", "MaxPepProb"):
        if name.lower() not in names:
            return f"a column {name!r}"
    return "" if any(_samples(header).values()) else "a column per sample"


def read(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a table of proteins, genes or peptides.

    Raises
    ------
    InputError
        A sample matches no column, or several; a cell is no number; rows are modification sites, or genes without proteins.
    """
    table = source.table()
    chosen = wide.choose(
        source.header, [_SAMPLE], samples, "auto", source.path, lambda _: _HINT, {_SAMPLE: _samples(source.header)}
    )
    values, quantity = _values(source, table, chosen.positions, choice)
    values.columns = list(samples.frame["sample"])
    text = column_names.texts(table, _ABOUT)
    notes = ()
    if quantity == "ratio":
        notes = ("the values are ratios to each plex's reference; the abundance table has intensities",)
    if text["peptide"].ne("").any():
        return _peptides(source, text, values, samples, quantity, chosen.left_out, notes)
    proteins = _proteins(source, text, _keys(source, text))
    return QuantTable(proteins, assemble.by_group(proteins, values), ENGINE, "", quantity, chosen.left_out, notes)


def _samples(header: Sequence[str]) -> dict[int, str]:
    there = {place: name for place, name in enumerate(header) if column_names.plain(name) not in _NO_SAMPLE}
    return {place: "" if _REFERENCE.fullmatch(name) else name for place, name in there.items()}


def _values(source: Source, table: Table, positions: Sequence[int], choice: Choice) -> tuple[pd.DataFrame, str]:
    """Return linear values, index = line, and the quantity."""
    cells = table.columns(positions)
    cells.columns = [source.header[place] for place in positions]
    numbers = to_numbers(cells, source.path)
    ratios, scale = _kind(numbers.to_numpy())
    scale = scale if choice.scale == "auto" else choice.scale
    independent = re.search(r"MS[12]quant", source.path.name, re.IGNORECASE)
    allowed = ("ratio",) if ratios else ("normalized", "reporter") if independent else ("reporter", "normalized")
    if choice.quantity not in ("auto", *allowed):
        raise InputError(
            f"the table holds {'ratios to a reference' if ratios else 'abundances'}, not {choice.quantity!r}",
            source.path,
            f"set quantity to auto or {allowed[0]}",
        )
    values = linear(numbers, scale, True, source.path)
    quantity = allowed[0] if choice.quantity == "auto" else choice.quantity
    return pd.DataFrame(values, index=numbers.index, columns=numbers.columns), quantity


def _kind(values: np.ndarray) -> tuple[bool, str]:
    """Return whether values are ratios, and their scale (see above)."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return False, "log2"
    median = float(np.median(finite))
    ratios = median < _SMALLEST_MEDIAN_LOG2
    if ratios:
        return True, "log2" if finite.min() < 0 else "linear"
    return False, "log2" if finite.max() <= _LARGEST_LOG2 else "linear"


def _keys(source: Source, text: pd.DataFrame) -> pd.Series:
    """Return the protein group of each row: of proteins the Index, of genes the ProteinID."""
    of_genes = column_names.position(source.header, "gene") is None
    if not of_genes:
        return text["index"]
    if text["id"].eq("").all():
        raise InputError(
            "the table has a row per gene and does not tell the proteins", source.path, "give abundance_protein instead"
        )
    text["gene"] = text["index"]
    return text["id"].where(text["id"] != "", text["index"])


def _proteins(source: Source, text: pd.DataFrame, keys: pd.Series, **counts: Sequence[float]) -> pd.DataFrame:
    """Return `schema.PROTEINS`; indistinguishable proteins stand behind the one of the key."""
    others = text["group"].str.replace(r",\s*", ";", regex=True)
    leading = text["protein"].where(text["protein"] != "", keys)
    groups = groups_of(leading.str.cat(others, sep=";"), source.path, ENGINE)
    groups = type(groups)(list(keys), groups.identifiers, [identifiers[0] for identifiers in groups.identifiers])
    return proteins_frame(
        groups,
        genes=text["gene"].str.split(";").str[0].str.strip(),
        names=text["name"],
        organisms=text["organism"].str.split(r"\s+OX=|\s*\(", regex=True).str[0],
        further_ids=[keys],
        **counts,
    )


def _peptides(
    source: Source, text: pd.DataFrame, values: pd.DataFrame, samples: Samples, quantity: str,
    left_out: tuple[str, ...], notes: tuple[str, ...],
) -> QuantTable:  # fmt: skip
    sequences = text["peptide"].str.replace(r"[^A-Za-z]", "", regex=True).str.upper()
    whole = [index.upper().endswith(f"_{one}") for index, one in zip(text["index"], sequences, strict=True)]
    if np.mean(whole) < 0.5:
        raise InputError(
            "the rows are modification sites, which are no amounts of proteins",
            source.path,
            "give abundance_protein or abundance_peptide instead",
        )
    keys = text["id"].where(text["id"] != "", text["index"].str.rpartition("_")[0])
    ids, group = assemble.rows_of_groups(keys)
    described = text.loc[ids.index]
    proteins = _proteins(source, described, ids, peptides=sequences.groupby(group).nunique().to_numpy())
    of_row = proteins["protein_group"].to_numpy()[group]
    names = list(samples.frame["sample"])
    precursors = assemble.precursors_of(of_row, text["index"].tolist(), sequences, values.to_numpy(), names)
    counts = assemble.peptide_counts(precursors, proteins)
    empty = assemble.empty_intensities(proteins, samples)
    return QuantTable(proteins, empty, ENGINE, "", quantity, left_out, notes, counts, precursors)


READERS = (Reader("fragpipe", ENGINE, "abundance or ratio table of TMT-Integrator", lacks, read, CITATION),)
