"""PEAKS (8 to 13): the table of proteins, proteins.csv of an identification or of a label-free quantification.

Columns: PEAKS Studio User Manual (https://www.bioinfor.com/user-manual/). An identification has "Area s" for each sample s, a
quantification "s Area" and in some versions "s Area (top-3 peptides)", beside averages of groups ("Group 1 Area"): these are
read only if the sheet names them. "#Spec s" and "Coverage (%) s" are no quantities. R leaves dots for signs and blanks.

Traps. "Protein Group" and "Protein ID" are mere numbers, of which the first, after R, is called as DIA-NN's protein groups are.
The proteins of one group stand in rows of their own, with the same areas: each stays one, by its accession. The description is
the text of a FASTA header without its identifier.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from myosieve.tables import assemble, column_names, wide
from myosieve.tables.column_names import plain
from myosieve.tables.engines import generic
from myosieve.tables.intensities import read_intensities
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source
from myosieve.tables.table import QuantTable
from myosieve.tables.wide import Family

ENGINE = "PEAKS"
CITATION = "Zhang et al. 2012, doi:10.1074/mcp.M111.010587"

_FAMILIES = (
    Family("intensity", "Area", re.compile(r"(?:Area[ .]|Area: )(?P<sample>.+)")),
    Family("intensity", "Area", re.compile(r"(?P<sample>.+)[ .]Area")),
    Family(
        "intensity", "Area (top-3 peptides)", re.compile(r"(?P<sample>.+)[ .]Area[ .]+\(?top[-.]3[ .]peptides[).]?")
    ),
)
_TEXT = {
    "protein_group": ("accession",),
    "protein_name": ("description",),
    "gene": ("gene",),
    "organism": ("species", "organism"),
}
_HINT = "write the sample, as in 'Area sample', or the full column name into 'column'"


def lacks(header: Sequence[str]) -> str:
    """Return what PEAKS' table of proteins has and this header has not."""
    names = {plain(name).removeprefix("x ") for name in header}
    if not {"protein group", "accession"} <= names:
        return "columns 'Protein Group' and 'Accession'"
    if not names & {"10lgp", "significance", "significance 10lgp"}:
        return "a column '-10lgP' or 'Significance'"
    if "peptide" in names:
        return "one row per protein"
    return "" if any(wide.columns_of(header, _FAMILIES).values()) else "columns 'Area sample'"


def read(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from proteins.csv.

    Raises
    ------
    InputError
        A sample matches no column, or several; a cell is no number; the values are log-transformed.
    """
    table = source.table()
    chosen = wide.choose(table.header, _FAMILIES, samples, choice.quantity, table.path, lambda _: _HINT)
    scale = choice.asked_scale
    values = read_intensities(table, chosen.positions, samples.frame["sample"], *scale)
    text = column_names.texts(table, _TEXT)
    counts = {
        "peptides": column_names.counts(table, table.path, "peptides", "x peptides"),
        "unique_peptides": column_names.counts(table, table.path, "unique", "x unique"),
    }
    proteins = generic.proteins_by_role(text, table.path).assign(**counts)
    by_group = assemble.by_group(proteins, values)
    return QuantTable(proteins, by_group, ENGINE, "", chosen.family.quantity, chosen.left_out)


READERS = (Reader("generic", ENGINE, "proteins.csv", lacks, read, CITATION),)
