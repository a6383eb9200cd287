"""What atlases and the study's own panel say of a protein: its expression in muscle, and whether an assay or plasma has it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.immunoassay.panel import read_panel
from myosieve.secretome.accessions import canonical, exploded

# What is read here of the table of tissues.
_READ = schema.Table(
    "tissues",
    "one per protein, kind of measurement and organ",
    schema.columns(
        ("accession", schema.TEXT, "UniProt accession"),
        ("kind", schema.TEXT, "rna, plasma_ms or plasma_immunoassay"),
        ("organ", schema.TEXT, "muscle, plasma or another"),
        ("proxy", schema.YES_NO, "whether the tissue only stands for the organ"),
        ("value", schema.NUMBER, "expression or concentration"),
        ("unit", schema.TEXT, "its unit"),
        ("rank", schema.COUNT, "rank of the organ's tissue among the source's, 1 = highest"),
        ("of", schema.COUNT, "number of tissues"),
    ),
    open=True,
)
_PLASMA = {"plasma_ms": "mass spectrometry", "plasma_immunoassay": "immunoassay"}


@dataclass(frozen=True)
class Atlas:
    """What is known beside the study.

    Attributes
    ----------
    muscle, plasma
        Rows of expression in muscle, and of concentrations in plasma: accession, kind, value, unit, rank, of.
    panel
        Accessions that the study's own immunoassay measures.
    """

    muscle: pd.DataFrame
    plasma: pd.DataFrame
    panel: frozenset[str]

    @property
    def has_plasma(self) -> bool:
        """Whether any atlas of plasma was given."""
        return len(self.plasma) > 0


def read_atlas(tissues: Path | None, panel: Path | None) -> Atlas:
    """Read the table of tissues and the panel, where they are given.

    Raises
    ------
    InputError
        A file is missing, or lacks a column.
    """
    table = pd.DataFrame(columns=_READ.names)
    if tissues is not None:
        table = files.read_table(tissues, _READ).dropna(subset=["accession", "value"])
        table = table.assign(accession=table["accession"].map(canonical))
    muscle = table[(table["kind"] == "rna") & (table["organ"] == "muscle") & (table["proxy"] != "yes")]
    measured = read_panel(panel, None).values() if panel is not None else []
    accessions = {canonical(one) for cell in measured for one in cell.split(";") if one.strip()}
    return Atlas(muscle, table[table["kind"].isin(list(_PLASMA))], frozenset(accessions))


def match_atlas(accessions: pd.Series, atlas: Atlas) -> pd.DataFrame:
    """Return what is known of each protein group, any of whose accessions counts.

    Parameters
    ----------
    accessions
        Majority accessions of each group, separated by ';'.
    atlas
        From `read_atlas`.

    Returns
    -------
    DataFrame in the order of `accessions`: `muscle`, the highest expression in muscle of any source, NaN where none knows the
    gene; `muscle_expression` and `assay` in words, '' = nothing known; `measurable`, whether panel or plasma has it.
    """
    groups = exploded(accessions)
    muscle = _highest(groups, atlas.muscle)
    plasma = _highest(groups, atlas.plasma)
    on_panel = set(groups.loc[groups["accession"].isin(atlas.panel), "row"])
    rows = range(len(accessions))
    found = pd.DataFrame({"muscle": muscle["value"].reindex(rows).astype(float)}, index=rows)
    found["muscle_expression"] = [_muscle_words(muscle, row) for row in rows]
    found["assay"] = [_assay_words(row in on_panel, plasma, row) for row in rows]
    found["measurable"] = found["assay"] != ""
    return found


def _highest(groups: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return each group's row of the highest value (index = row); of equal ones, the first by unit."""
    hits = groups.merge(table, on="accession")
    hits = hits.sort_values(["row", "value", "unit"], ascending=[True, False, True], kind="stable")
    return hits.drop_duplicates("row").set_index("row")


def _muscle_words(muscle: pd.DataFrame, row: int) -> str:
    if row not in muscle.index:
        return ""
    hit = muscle.loc[row]
    place = "" if np.isnan(hit["rank"]) or np.isnan(hit["of"]) else f" (rank {hit['rank']:.0f} of {hit['of']:.0f})"
    return f"{hit['value']:.3g} {hit['unit']}{place}"


def _assay_words(on_panel: bool, plasma: pd.DataFrame, row: int) -> str:
    words = ["on the panel"] * on_panel
    if row in plasma.index:
        hit = plasma.loc[row]
        words.append(f"in plasma ({hit['value']:.2g} {hit['unit']} by {_PLASMA[hit['kind']]})")
    return "; ".join(words)
