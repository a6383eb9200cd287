"""AlphaDIA (1.x and 2.x, text or Parquet): pg.matrix, precursor.matrix, peptide.matrix and precursors.

Columns: https://github.com/MannLabs/alphadia/blob/main/docs/methods/output-format.md. 2.x put the level in front: `pg` became
`pg.name`, `sequence` `precursor.sequence`, `run` `raw.name`. Runs are named by their file without ending; a search with
several channels has "run.channel_0" in place of "run". 0 is missing. Quantities are directLFQ's (Ammar et al. 2023,
doi:10.1016/j.mcpro.2023.100581), which shifts the runs against each other: they are normalized intensities, not MaxLFQ.

Traps. `intensity` of 1.x's precursors is the quantity of the protein group, repeated on each of its rows, and its
`sum_precursor_intensity` is a logarithm: only 2.x has quantities of precursors in that table. The matrices of 1.x
name no protein group, except where their author joined one to them: such a join may repeat rows, and may have left nothing
but `genes`. The groups are as wide as the inference made them; `pg_master` is its representative.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from myosieve.errors import InputError
from myosieve.tables import accessions, assemble, matching, wide
from myosieve.tables.features import Groups, groups_of, proteins_frame, text_columns, yes
from myosieve.tables.intensities import read_intensities
from myosieve.tables.long import LongLayout, Threshold, run_names
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import Samples
from myosieve.tables.source import Source, Table
from myosieve.tables.table import QuantTable

ENGINE = "AlphaDIA"
CITATION = "Wallmann et al. 2025, doi:10.1038/s41587-025-02791-w"

# What a column is -> its names in 2.x and 1.x.
_NAMES = {
    "group": ("pg.name", "pg"),
    "master": ("pg.master_protein", "pg_master"),
    "proteins": ("pg.proteins", "proteins"),
    "genes": ("pg.genes", "genes"),
    "precursor": ("precursor.mod_seq_charge_hash", "mod_seq_charge_hash"),
    "peptide": ("precursor.mod_seq_hash", "peptide.mod_seq_hash", "mod_seq_hash"),
    "sequence": ("precursor.sequence", "peptide.sequence", "sequence"),
    "charge": ("precursor.charge", "charge"),
    "mods": ("precursor.mods", "peptide.mods", "mods"),
    "mod_sites": ("precursor.mod_sites", "peptide.mod_sites", "mod_sites"),
    "decoy": ("precursor.decoy", "decoy"),
    "channel": ("precursor.channel", "channel"),
    "run": ("raw.name", "run"),
    "index": ("precursor.idx", "precursor_idx"),
}
_ANNOTATION = frozenset(name for names in _NAMES.values() for name in names)
_PROTEIN_QUANTITY = ("pg.intensity", "intensity")
_PRECURSOR_QUANTITY = "precursor.intensity"
_LIMITS = {
    "precursor.qval": ("precursor_run_q", "precursor q-value in the run"),
    "qval": ("precursor_run_q", "precursor q-value in the run"),
    "pg.qval": ("protein_global_q", "global protein group q-value"),
    "pg_qval": ("protein_global_q", "global protein group q-value"),
}
_RUN_HINT = "write the run's file name, with or without its ending, into 'column'"


def _named(header: Sequence[str]) -> dict[str, str]:
    """Return what the table's columns are -> their names."""
    found = {what: next((name for name in names if name in header), "") for what, names in _NAMES.items()}
    return {what: name for what, name in found.items() if name}


def _runs(header: Sequence[str]) -> dict[int, str]:
    return {place: name for place, name in enumerate(header) if name and name not in _ANNOTATION}


def _group(names: Mapping[str, str]) -> str:
    return next((names[what] for what in ("group", "master", "proteins", "genes") if what in names), "")


# ---- matrices ------------------------------------------------------------------------------------------------------


def lacks_pg_matrix(header: Sequence[str]) -> str:
    """Return what a pg.matrix has and this header has not."""
    names = _named(header)
    if "group" not in names:
        return "a column 'pg' or 'pg.name'"
    if {"precursor", "peptide", "sequence", "index", "run"} & names.keys():
        return "one row per protein group"
    return "" if _runs(header) else "a column per run"


def lacks_precursor_matrix(header: Sequence[str]) -> str:
    """Return what a precursor.matrix or peptide.matrix has and this header has not."""
    names = _named(header)
    if not {"precursor", "peptide"} & names.keys():
        return "a column 'mod_seq_charge_hash' or 'precursor.mod_seq_charge_hash'"
    if "run" in names:
        return "a column per run instead of one row per run"
    if not _group(names):
        return "a column 'pg' or 'pg.name' (give pg.matrix or precursors, which have it)"
    return "" if _runs(header) else "a column per run"


def read_pg_matrix(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a pg.matrix."""
    table = source.table()
    names = _named(source.header)
    positions, rest = _match(source, samples, choice)
    values = read_intensities(table, positions, samples.frame["sample"], *choice.asked_scale)
    text = _text(table, names)
    groups = groups_of(text["group"], table.path, ENGINE)
    proteins = _proteins(groups, text, decoy=yes(text["decoy"]))
    return QuantTable(proteins, assemble.by_group(proteins, values), ENGINE, "", "normalized", rest)


def read_precursor_matrix(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a precursor.matrix or peptide.matrix: precursors, to be rolled up."""
    table = source.table()
    names = _named(source.header)
    positions, rest = _match(source, samples, choice)
    values = read_intensities(table, positions, samples.frame["sample"], *choice.asked_scale)
    text = _text(table, names)
    text["group"] = text_columns(table, [_group(names)]).iloc[:, 0]
    key = text["precursor"].where(text["precursor"] != "", text["peptide"])
    again = pd.concat([key, text["group"], text["channel"], values], axis=1).duplicated().to_numpy()
    decoy = yes(text["decoy"])
    kept = ~again & ~decoy
    text, values, key = text[kept], values[kept], key[kept]
    if text.empty:
        raise InputError("the matrix has decoys only", table.path, "give the whole matrix")
    ids, group = assemble.rows_of_groups(text["group"])
    peptides = text["sequence"].groupby(group).nunique().to_numpy(dtype=float)
    peptides = peptides if "sequence" in names else float("nan")
    proteins = _proteins(groups_of(ids, table.path, ENGINE), text.loc[ids.index], peptides=peptides)
    keys = proteins["protein_group"].to_numpy()[group]
    precursors = assemble.precursors_of(keys, key, text["sequence"], values.to_numpy(), samples.frame["sample"])
    return QuantTable(
        proteins,
        assemble.empty_intensities(proteins, samples),
        ENGINE,
        "",
        "normalized",
        rest,
        _note_on_groups(names),
        assemble.peptide_counts(precursors, proteins),
        precursors,
        {"rows that repeat another": int((again & ~decoy).sum()), "decoys": int(decoy.sum())},
    )


def _match(source: Source, samples: Samples, choice: Choice) -> tuple[list[int], tuple[str, ...]]:
    _check_quantity(choice, source.path)
    runs = _runs(source.header)
    spellings = wide.run_spellings(runs)
    positions = matching.match(samples, source.header, spellings, "run", source.path, _RUN_HINT)
    return positions, matching.left_out(samples, source.header, runs, positions, spellings)


def _check_quantity(choice: Choice, path: Path) -> None:
    # People call directLFQ's quantities LFQ intensities; the table has no others.
    if choice.quantity not in ("auto", "lfq", "normalized"):
        raise InputError(
            f"the AlphaDIA table holds normalized quantities, not {choice.quantity!r}",
            path,
            "set quantity to auto or normalized",
        )


# ---- precursors ----------------------------------------------------------------------------------------------------


def lacks_precursors(header: Sequence[str]) -> str:
    """Return what a table of precursors (one row per precursor and run) has and this header has not."""
    names = _named(header)
    if "run" not in names or not {"precursor", "index"} & names.keys():
        return "columns 'run' and 'precursor_idx', or 'raw.name' and 'precursor.idx'"
    if not _group(names):
        return "a column 'pg' or 'pg.name'"
    there = any(name in header for name in (*_PROTEIN_QUANTITY, _PRECURSOR_QUANTITY))
    return "" if there else "a column 'intensity', 'pg.intensity' or 'precursor.intensity'"


def read_precursors(source: Source, samples: Samples, choice: Choice) -> QuantTable:
    """Read the sheet's samples from a table of precursors, of any size."""
    header, path = source.header, source.path
    _check_quantity(choice, path)
    if choice.scale not in ("auto", "linear"):
        raise InputError("AlphaDIA's precursors have linear quantities", path, "set scale to auto")
    names, limits = _named(header), choice.identification
    precursor = next(name for name in (names.get("precursor"), names.get("index")) if name)
    described = {names[what]: what for what in ("master", "proteins", "genes") if what in names}
    layout = LongLayout(
        run=(names["run"],),
        precursor=(precursor,),
        group=_group(names),
        quantity=_PRECURSOR_QUANTITY if _PRECURSOR_QUANTITY in header else "",
        protein_quantity=next((name for name in _PROTEIN_QUANTITY if name in header), ""),
        annotation=tuple(name for name in described if name != _group(names)),
        sequence=names.get("sequence", ""),
        thresholds=tuple(
            Threshold(column, limits[key], f"{what} above {limits[key]:g}")
            for column, (key, what) in _LIMITS.items()
            if column in header and limits.get(key, 1.0) < 1
        ),
        drop=((names["decoy"], ("1", "True")),) if "decoy" in names else (),
    )
    _refuse_channels(path, names, layout)
    table, rest = assemble.long_table(path, layout, samples, _RUN_HINT)
    text = table.groups.rename(columns=described).reindex(columns=list(_NAMES), fill_value="")
    text["genes"] = text["group"] if _group(names) == names.get("genes") else text["genes"]
    peptides: Sequence[float] | float = float("nan")
    if layout.sequence:
        sequences = table.precursors.groupby("group")["sequence"].nunique()
        peptides = sequences.reindex(range(len(text)), fill_value=0).to_numpy(dtype=float)
    proteins = _proteins(groups_of(table.groups["group"], path, ENGINE), text, peptides=peptides)
    removed = {"decoys" if what == names.get("decoy") else what: count for what, count in table.removed.items()}
    result = assemble.from_long(
        table,
        proteins,
        samples,
        engine=ENGINE,
        version="2" if "raw.name" in header else "1",
        quantity="normalized",
        left_out=rest,
        notes=_note_on_groups(names),
        removed=removed,
    )
    return result if layout.sequence else dataclasses.replace(result, peptide_counts=None)


def _refuse_channels(path: Path, names: Mapping[str, str], layout: LongLayout) -> None:
    """Raise InputError where the rows are of several channels, each of which is a sample of its own."""
    if "channel" in names:
        channels = run_names(path, dataclasses.replace(layout, run=(names["channel"],)))
        if len(channels) > 1:
            raise InputError(
                f"the rows are of {len(channels)} channels ({', '.join(sorted(channels))}), each a sample of its own",
                path,
                "give pg.matrix, which has a column for each",
            )


# ---- proteins ------------------------------------------------------------------------------------------------------


def _text(table: Table, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the text columns by what they are; those that the table has not are empty."""
    text = text_columns(table, list(names.values()))
    text.columns = list(names)
    return text.reindex(columns=list(_NAMES), fill_value="")


def _proteins(groups: Groups, text: pd.DataFrame, *, peptides: Sequence[float] | float = float("nan"),
              decoy: Sequence[bool] | None = None) -> pd.DataFrame:  # fmt: skip
    """Return `schema.PROTEINS`; the gene stands where the leading identifier does, or is the first where they do not pair up.

    A search of sequences without gene names leaves entry names (ALBU_HUMAN) in their place, which are none.
    """
    genes = []
    for cell, identifiers, leading in zip(text["genes"], groups.identifiers, groups.leading, strict=True):
        parts = [part.strip() for part in cell.split(";")]
        gene = parts[identifiers.index(leading) if len(parts) == len(identifiers) else 0]
        genes.append("" if accessions.parse(gene).mnemonic else gene)
    flags = None if decoy is None else {"decoy": decoy}
    return proteins_frame(groups, genes=genes, peptides=peptides, flags=flags, further_ids=[text["proteins"]])


def _note_on_groups(names: Mapping[str, str]) -> tuple[str, ...]:
    if _group(names) != names.get("genes"):
        return ()
    return (f"the table names protein groups by its column {names['genes']!r} only: one of its entries is one group",)


READERS = (
    Reader("alphadia", ENGINE, "pg.matrix", lacks_pg_matrix, read_pg_matrix, CITATION),
    Reader("alphadia", ENGINE, "precursor.matrix", lacks_precursor_matrix, read_precursor_matrix, CITATION),
    Reader("alphadia", ENGINE, "precursors", lacks_precursors, read_precursors, CITATION),
)
