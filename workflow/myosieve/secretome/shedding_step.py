"""Step: peptides, sequences and topologies -> which membrane proteins are shed, which leaked whole (`shedding.tsv`).

The protein whose topology is taken speaks for its group: the accession of annotation.tsv, or the member whose sequence is as
long as the topology. Peptides of other members only are counted as not mapped. A peptide that the FASTA has in a protein
of another gene (or of that gene in another species, as of culture serum) counts as shared and is no evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.evidence.matching import aliases
from myosieve.provenance import Summary
from myosieve.secretome import peptides
from myosieve.secretome import shedding as sh
from myosieve.secretome.shedding_table import Laid, Spoken, cells, lay, table_of
from myosieve.sequence import fasta as fasta_files

_PROTEINS = schema.Table(
    "proteins",
    schema.PROTEINS.rows,
    tuple(
        c for c in schema.PROTEINS.columns if c.name in ("protein_group", "accession", "accessions", "gene", "decoy")
    ),
    open=True,
)
_ANNOTATION = schema.Table(
    "annotation",
    schema.ANNOTATION.rows,
    schema.columns(
        ("protein_group", schema.TEXT, "unique key of the protein group"),
        ("accession", schema.TEXT, "leading accession of the group"),
        ("topology", schema.TEXT, "segments of the protein"),
    ),
    open=True,
)
# Share of peptides on their proteins below which the FASTA is not the one that was searched.
_FEW_MAPPED = 0.8


def shedding(
    precursors: Path,
    proteins: Path,
    annotation: Path,
    fasta: Sequence[Path],
    out: Path,
    samples: Path | None = None,
    protease: str = "auto",
) -> Summary:
    """Lay peptides on topologies and write shedding.tsv.

    Parameters
    ----------
    precursors, proteins
        precursors.parquet and proteins.tsv of `intake`.
    annotation
        annotation.tsv with column `topology`.
    fasta
        The sequences that were searched.
    out
        Where the table goes (`schema.SHEDDING`).
    samples
        samples.tsv; peptides are then those of secretome samples only. A lysate holds every protein whole.
    protease
        A name of `peptides.PROTEASES`, or auto: told from the peptides.

    Raises
    ------
    InputError
        A file is missing or lacks a column; a topology is not written as it should be; the protease is not known.
    """
    if protease != "auto" and protease not in peptides.PROTEASES:
        raise InputError(
            f"protease {protease!r} is not known", "protease", f"write auto, {', '.join(peptides.PROTEASES)}"
        )
    groups = files.read_table(proteins, _PROTEINS)
    groups = groups[list(_PROTEINS.names)].fillna("")
    topologies = _topologies(groups, annotation)
    seen = _peptides(files.read_table(precursors, schema.PRECURSORS), samples, groups["protein_group"])
    nothing = pd.DataFrame(columns=list(fasta_files.COLUMNS), dtype=str)
    entries, _ = fasta_files.unique(pd.concat([nothing, *map(fasta_files.read, fasta)], ignore_index=True))
    spoken, members = _spoken(groups, topologies, entries)
    laid = lay(seen, spoken, members, entries, protease)
    table = table_of(groups, seen, spoken, laid, entries)
    files.write_table(out, schema.SHEDDING.arrange(table))
    summary = _summary(table, seen, laid, samples is not None)
    told = topologies["topology"].map(bool) & (groups["decoy"] != "yes")
    unfit = int((told & (table["topology"] == "")).sum())
    if unfit:
        summary.counts["topologies that no sequence is long enough for"] = unfit
        summary.warnings.append(
            f"the topologies of {unfit} protein groups fit no sequence of the FASTA: give the one that `evidence` had"
        )
    return summary


# ---- reading -------------------------------------------------------------------------------------------------------


def _topologies(groups: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return `accession` and `topology` (segments) of each group."""
    table = files.read_table(path, _ANNOTATION).drop_duplicates("protein_group").set_index("protein_group")
    table = table[["accession", "topology"]].reindex(groups["protein_group"]).fillna("")
    segments = []
    for group, text in table["topology"].items():
        try:
            segments.append(sh.read_topology(text))
        except ValueError as error:
            raise InputError(f"topology of {group!r}: {error}", path, "run `evidence` again") from None
    return pd.DataFrame({"accession": table["accession"].to_numpy(), "topology": segments})


def _peptides(table: pd.DataFrame, samples: Path | None, groups: pd.Series) -> pd.DataFrame:
    """Return distinct peptides of the groups with a value: `group` (position), `sequence`, `precursors` (count)."""
    runs = [name for name in table.columns if name not in schema.PRECURSORS.names]
    if samples is not None:
        sheet = files.read_table(samples, schema.SAMPLES)
        secretome = sheet.loc[sheet["fraction"].fillna("secretome") == "secretome", "sample"]
        runs = [name for name in runs if name in set(secretome)]
    table = table[table[runs].notna().any(axis=1)] if runs else table.iloc[:0]
    position = pd.Series(np.arange(len(groups)), index=groups)
    rows = pd.DataFrame(
        {
            "group": table["protein_group"].map(position),
            "sequence": peptides.bare(table["sequence"]),
            "precursors": 1,
        }
    ).dropna()
    rows = rows[rows["sequence"] != ""].astype({"group": np.int64})
    return rows.groupby(["group", "sequence"], sort=False, as_index=False)["precursors"].sum()


def _spoken(groups: pd.DataFrame, topologies: pd.DataFrame, entries: pd.DataFrame) -> tuple[Spoken, list[list[int]]]:
    """Return which sequence speaks for each group, and the rows of the FASTA that its members have."""
    row_of = {accession: row for row, accession in enumerate(entries["accession"])}
    lengths = entries["sequence"].str.len().to_numpy()
    chosen, placed, members = [], [], []
    for accession, row, segments in zip(
        topologies["accession"], groups.itertuples(), topologies["topology"], strict=True
    ):
        names = [] if row.decoy == "yes" else [accession, row.accession, *row.accessions.split(";")]
        rows = list(dict.fromkeys(row_of[one] for name in names for one in aliases(name.strip()) if one in row_of))
        end = segments[-1].end if segments else 0
        fitting = [one for one in rows if lengths[one] == end] or [one for one in rows if lengths[one] >= end]
        chosen.append((fitting or rows or [-1])[0])
        placed.append(segments if fitting else [])
        members.append(rows)
    sequences = cells(entries["sequence"], chosen)
    return Spoken(np.array(chosen, dtype=np.int64), peptides.joined(sequences), placed), members


# ---- saying --------------------------------------------------------------------------------------------------------


def _summary(table: pd.DataFrame, seen: pd.DataFrame, laid: Laid, by_fraction: bool) -> Summary:
    if len(seen) == 0:
        return Summary(
            warnings=["the table tells no peptide sequences: whether membrane proteins are shed was not judged"]
        )
    mapped = int(table["peptides_mapped"].sum())
    counts: dict[str, int | float | str] = {
        "peptides": len(seen),
        "peptides on the sequence of their group": mapped,
        "peptides shared with another gene": int(table["peptides_shared"].sum()),
        "protease": laid.protease.name if laid.protease else "none",
    }
    for word in (sh.SHED, sh.INTACT, sh.UNINFORMATIVE, sh.NONE):
        counts[f"membrane proteins: {word}"] = int((table["shedding"] == word).sum())
    for word in ("yes", "near", "against"):
        counts[f"mature N-terminus: {word}"] = int((table["mature_n_terminus"] == word).sum())
    laid_out = (
        f"Of {len(seen)} peptides{' of secretome samples' if by_fraction else ''}, {mapped} were found in the sequence that "
        "stands for their protein group (I = L); those that another gene's protein has as well were set aside."
    )
    methods = [laid_out]
    if laid.protease:
        methods.append(
            f"Membrane proteins were tested for fewer cytoplasmic peptides than the whole protein would show: given how many "
            f"fragments of the {laid.protease.name} digest ({sh.SHORTEST} to {sh.LONGEST} residues) are seen, those of the "
            "cytoplasmic part follow a conditional Bernoulli distribution with odds by length (Chen & Liu 1997, Stat Sinica "
            "7:875); one-sided, Benjamini-Hochberg adjusted over the proteins that could reach significance (Tarone 1990, "
            f"Biometrics 46:515). Shed: ectodomain only and q <= {sh.ALPHA}; intact: any peptide of the cytoplasmic part or "
            "with five residues of a helix."
        )
    return Summary(methods=methods, warnings=_warnings(laid, mapped, len(seen)), counts=counts)


def _warnings(laid: Laid, mapped: int, total: int) -> list[str]:
    warnings = []
    if mapped < _FEW_MAPPED * total:
        warnings.append(
            f"only {mapped} of {total} peptides are in the sequences of their proteins: give the FASTA that was searched"
        )
    if laid.protease is None:
        warnings.append(
            f"no protease's rule explains the ends of the peptides (the best {laid.explained:.0%}): nothing was expected of "
            "cytoplasmic parts, and no mature N-terminus was told"
        )
    elif not laid.looked_for_free:
        warnings.append(
            f"the search allowed only for ends that {laid.protease.name} makes: mature N-termini cannot be seen; a "
            "semi-specific search shows them"
        )
    return warnings
