"""Step: peptides, sequences and topologies -> which membrane proteins are shed, which leaked whole (`shedding.tsv`).

The protein whose topology is taken speaks for its group: the accession of annotation.tsv, or the member whose sequence is as
long as the topology. Peptides of other members only are counted as not mapped. A peptide that the FASTA has in a protein
of another gene (or of that gene in another species, as of culture serum) counts as shared and is no evidence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.evidence.matching import aliases
from myosieve.provenance import Summary
from myosieve.secretome import peptides
from myosieve.secretome import shedding as sh
from myosieve.secretome.peptides import Joined, Protease
from myosieve.sequence import fasta as fasta_files

TABLE = schema.Table(
    "shedding",
    "one per protein group",
    schema.columns(
        ("protein_group", schema.TEXT, "unique key of the protein group; genes are never a key"),
        ("accession", schema.TEXT, "the member whose sequence and topology the peptides were laid on"),
        ("topology", schema.TEXT, "its segments, as 'SP 1-24;outside 25-340;TM 341-361;inside 362-397'"),
        ("peptides_mapped", schema.COUNT, "distinct peptides on this sequence; empty where peptides are not told"),
        ("peptides_unmapped", schema.COUNT, "distinct peptides of the group that are not on this sequence"),
        ("peptides_shared", schema.COUNT, "peptides on it that another gene's protein has too; not counted below"),
        ("peptides_ectodomain", schema.COUNT, "distinct peptides of the part outside the cell; empty without topology"),
        ("peptides_tm", schema.COUNT, "distinct peptides with at least five residues of a helix"),
        ("peptides_cytoplasmic", schema.COUNT, "distinct peptides of the part inside the cell"),
        ("peptides_signal", schema.COUNT, "distinct peptides with residues of the signal peptide"),
        ("precursors_ectodomain", schema.COUNT, "precursors of the peptides of the part outside the cell"),
        ("precursors_cytoplasmic", schema.COUNT, "precursors of the peptides of the part inside the cell"),
        ("coverage_ectodomain", schema.NUMBER, "share of the residues outside the cell that peptides cover"),
        ("coverage_cytoplasmic", schema.NUMBER, "share of the residues inside the cell that peptides cover"),
        (
            "detectable_cytoplasmic",
            schema.COUNT,
            "fragments of the digest with 7 to 30 residues in the part inside the cell",
        ),
        (
            "expected_cytoplasmic",
            schema.NUMBER,
            "how many of the fragments seen would be cytoplasmic if the whole protein were there",
        ),
        (
            "shedding",
            schema.TEXT,
            "shed (ectodomain only), intact (the rest as well), uninformative, none (no peptide); empty = not two-sided",
        ),
        ("p_value", schema.NUMBER, "chance of so few cytoplasmic fragments if the whole protein were there"),
        ("q_value", schema.NUMBER, "Benjamini-Hochberg adjusted p-value over the proteins that could tell"),
        (
            "mature_n_terminus",
            schema.TEXT,
            "a peptide begins where the signal peptide was cut: yes, near, against (it begins inside), not telling, no",
        ),
        ("peptide_evidence", schema.TEXT, "what the peptides say, in words"),
    ),
)

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
_COUNTED = (sh.ECTODOMAIN, sh.MEMBRANE, sh.CYTOPLASM, sh.SIGNAL, sh.TAIL)


@dataclass(frozen=True)
class Spoken:
    """The proteins that speak for the groups, in their order, end to end.

    Attributes
    ----------
    entries
        Row of the FASTA of each; -1 = no sequence.
    proteins, topologies
        Sequences (empty = none) and segments (none where no sequence is long enough for them).
    """

    entries: np.ndarray
    proteins: Joined
    topologies: list[list[sh.Segment]]


@dataclass(frozen=True)
class _Evidence:
    """What was laid on the proteins: `own` has a row per place of a peptide on the protein that speaks for its group."""

    own: pd.DataFrame
    protease: Protease | None
    explained: float
    looked_for_free: bool


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
        Where the table goes (`TABLE`).
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
    laid = _lay(seen, spoken, members, entries, protease)
    table = _table(groups, seen, spoken, laid, entries)
    files.write_table(out, TABLE.arrange(table))
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
    sequences = _cells(entries["sequence"], chosen)
    return Spoken(np.array(chosen, dtype=np.int64), peptides.joined(sequences), placed), members


def _cells(column: pd.Series, rows: Sequence[int] | np.ndarray) -> list[str]:
    """Return the cells at these rows, empty where the row is -1."""
    cells = column.to_numpy(dtype=object)
    return [cells[row] if row >= 0 else "" for row in rows]


# ---- laying peptides on proteins -----------------------------------------------------------------------------------


def _lay(
    seen: pd.DataFrame, spoken: Spoken, members: list[list[int]], entries: pd.DataFrame, protease: str
) -> _Evidence:
    distinct, number = np.unique(seen["sequence"].to_numpy(dtype=object).astype(str), return_inverse=True)
    found = peptides.occurrences(list(distinct), peptides.joined(entries["sequence"].tolist()))
    rows = pd.DataFrame({"peptide": number, "row": np.arange(len(seen)), "group": seen["group"].to_numpy()})
    found = found.merge(rows, on="peptide").rename(columns={"protein": "entry", "group": "protein"})
    shared = found.loc[_of_another_gene(found, members, entries), "row"]
    own = found[found["entry"].to_numpy() == spoken.entries[found["protein"]]]
    own = own[["row", "protein", "start", "end"]].sort_values(["row", "start"], ignore_index=True)
    own["shared"] = own["row"].isin(shared)
    own["part"] = sh.parts(own, sh.residue_labels(spoken.topologies, spoken.proteins), spoken.proteins)
    several = own.groupby("row")["part"].transform("nunique") > 1
    own["part"] = own["part"].mask(several, sh.SEVERAL)
    told = peptides.find_protease(own.drop_duplicates("row"), spoken.proteins)
    rule = told.protease if protease == "auto" else peptides.PROTEASES[protease]
    # Without a rule nothing is said of ends; trypsin's are filled in to have the columns.
    own[["n_side", "c_side"]] = peptides.sides(own, spoken.proteins, rule or peptides.TRYPSIN)
    single = own[~own["shared"] & ~own["row"].duplicated(keep=False)]
    return _Evidence(own, rule, told.explained, rule is not None and peptides.looked_for_free_ends(single))


def _of_another_gene(found: pd.DataFrame, members: list[list[int]], entries: pd.DataFrame) -> np.ndarray:
    """Return for each place of a peptide whether its protein is of a gene that no member of the peptide's group is of.

    A gene is symbol and species: bovine albumin of the serum is another gene than human albumin. Without a symbol on either
    side nothing is said.
    """
    genes = entries["gene"].str.upper() + "|" + entries["organism"]
    code = np.where(entries["gene"] != "", pd.factorize(genes)[0], -1)
    pairs = {(group, int(code[row])) for group, rows in enumerate(members) for row in rows if code[row] >= 0}
    known = {group for group, _ in pairs}
    where = zip(found["protein"], code[found["entry"]], strict=True)
    return np.array([gene >= 0 and group in known and (group, gene) not in pairs for group, gene in where], dtype=bool)


# ---- the table -----------------------------------------------------------------------------------------------------


def _table(
    groups: pd.DataFrame, seen: pd.DataFrame, spoken: Spoken, laid: _Evidence, entries: pd.DataFrame
) -> pd.DataFrame:
    own, proteins, n = laid.own, spoken.proteins, len(groups)
    labels = sh.residue_labels(spoken.topologies, proteins)
    clear = own[~own["shared"]]
    each = own.drop_duplicates("row")
    each = each.assign(precursors=seen["precursors"].to_numpy()[each["row"]])
    alone = each[~each["shared"]]

    def count(rows: pd.DataFrame, weights: str | None = None) -> np.ndarray:
        return np.bincount(rows["protein"], rows[weights] if weights else None, minlength=n)

    of_part = {part: count(alone[alone["part"] == part]) for part in _COUNTED}
    placed = np.array([bool(segments) for segments in spoken.topologies], dtype=bool)
    doubtful = own[(own["shared"] | (own["part"] == sh.SEVERAL))]
    doubtful = doubtful[_touches_inside(doubtful, labels, proteins)].drop_duplicates("row")
    counts = pd.DataFrame({**of_part, "any": count(each), "doubtful": count(doubtful)})
    tested = _tested(own, labels, spoken, laid.protease)
    both = _two_sided(spoken.topologies)
    verdict = sh.judge(counts, tested, both)
    signal_end = np.array([_end_of_signal(segments) for segments in spoken.topologies], dtype=float)
    blank = own.iloc[:0] if laid.protease is None else clear
    table = pd.DataFrame(
        {
            "protein_group": groups["protein_group"],
            "accession": _cells(entries["accession"], spoken.entries),
            "topology": [";".join(f"{s.label} {s.start}-{s.end}" for s in one) for one in spoken.topologies],
            "peptides_mapped": count(each),
            "peptides_unmapped": np.bincount(seen["group"], minlength=n) - count(each),
            "peptides_shared": count(each) - count(alone),
            **{
                name: np.where(placed, of_part[part], np.nan)
                for name, part in (
                    ("peptides_ectodomain", sh.ECTODOMAIN),
                    ("peptides_tm", sh.MEMBRANE),
                    ("peptides_cytoplasmic", sh.CYTOPLASM),
                    ("peptides_signal", sh.SIGNAL),
                )
            },
            "precursors_ectodomain": np.where(
                placed, count(alone[alone["part"] == sh.ECTODOMAIN], "precursors"), np.nan
            ),
            "precursors_cytoplasmic": np.where(
                placed, count(alone[alone["part"] == sh.CYTOPLASM], "precursors"), np.nan
            ),
            "coverage_ectodomain": sh.coverage(clear, labels, proteins, "outside"),
            "coverage_cytoplasmic": sh.coverage(clear, labels, proteins, "inside"),
            **tested[["detectable_cytoplasmic", "expected_cytoplasmic", "p_value"]],
            **verdict,
            "mature_n_terminus": sh.mature_n_termini(blank, signal_end, laid.looked_for_free),
        }
    )
    not_run = np.full(n, len(seen) == 0) | (groups["decoy"] == "yes").to_numpy()
    told = [name for name in table if name not in ("protein_group", "accession", "topology")]
    table["peptide_evidence"] = _all_words(table, counts, clear, seen, spoken, laid)
    for name in [*told, "peptide_evidence"]:
        table[name] = table[name].where(~not_run)
    return table


def _tested(own: pd.DataFrame, labels: np.ndarray, spoken: Spoken, protease: Protease | None) -> pd.DataFrame:
    """Return `shedding.absence_test` of the proteins; without a protease there is no digest to expect."""
    proteins = spoken.proteins
    if protease is None:
        return sh.absence_test(pd.DataFrame(columns=["protein", "part", "odds", "seen"]), len(proteins.lengths))
    digest = peptides.fragments(proteins, protease)
    shown = sh.shown_fragments(own, digest, proteins)
    digest["part"] = sh.parts(digest, labels, proteins)
    digest["length"] = digest["end"] - digest["start"] + 1
    # A doubtful peptide counts where it speaks against a shed ectodomain, and not where it would speak for one.
    clear = (~own["shared"] & (own["part"] != sh.SEVERAL)).to_numpy()
    digest["any"], digest["seen"] = False, False
    digest.loc[shown, "any"] = True
    digest.loc[shown[clear], "seen"] = True
    digest["seen"] |= digest["any"] & (digest["part"] == sh.CYTOPLASM)
    digest = digest[digest["length"].between(sh.SHORTEST, sh.LONGEST)]
    owner, lengths = digest["protein"].to_numpy(), digest["length"].to_numpy()
    digest = digest.assign(odds=sh.length_odds(owner, lengths, digest["any"].to_numpy()))
    both = _two_sided(spoken.topologies)
    return sh.absence_test(digest[both[digest["protein"]]], len(proteins.lengths))


def _touches_inside(rows: pd.DataFrame, labels: np.ndarray, proteins: Joined) -> np.ndarray:
    return np.isin(sh.parts(rows, labels, proteins), [sh.CYTOPLASM, sh.MEMBRANE])


def _two_sided(topologies: Sequence[Sequence[sh.Segment]]) -> np.ndarray:
    """Return whether each protein has a helix and a part on either side of the membrane."""
    sides = ({segment.label for segment in segments} for segments in topologies)
    return np.array([{"TM", "outside", "inside"} <= labels for labels in sides], dtype=bool)


def _end_of_signal(segments: Sequence[sh.Segment]) -> float:
    return segments[0].end if segments and segments[0].label == "SP" else math.nan


# ---- words ---------------------------------------------------------------------------------------------------------


def _all_words(
    table: pd.DataFrame, counts: pd.DataFrame, clear: pd.DataFrame, seen: pd.DataFrame, spoken: Spoken, laid: _Evidence
) -> list[str]:
    """Return what the peptides of each group say."""
    ends = laid.looked_for_free
    cuts = sh.stalk_cuts(clear[clear["part"] == sh.ECTODOMAIN], spoken.topologies) if ends else {}
    signal_end = np.array([_end_of_signal(segments) for segments in spoken.topologies])
    at_signal = _at_signal(clear, seen, signal_end)
    words = []
    for protein, row in enumerate(pd.concat([table, counts[["doubtful", sh.TAIL]]], axis=1).to_dict("records")):
        said = [_VERDICT_WORDS[row["shedding"]](row, laid.protease)] if row["shedding"] in _VERDICT_WORDS else []
        if protein in cuts and row["shedding"] in (sh.SHED, sh.UNINFORMATIVE):
            residue, distance = cuts[protein]
            said.append(
                f"a peptide ends at residue {residue}, {distance} from the membrane, where {laid.protease.name} does not cut: "
                "may be the sheddase's cut"
            )
        if row[sh.TAIL]:
            said.append(f"{_many(row[sh.TAIL])} behind the site of the GPI anchor: the unprocessed protein is there")
        if protein in at_signal and row["mature_n_terminus"]:
            said += _signal_words(at_signal[protein], row["mature_n_terminus"], signal_end[protein])
        words.append("; ".join(said))
    return words


def _many(count: float, what: str = "peptide") -> str:
    return f"{count:.0f} {what}{'' if count == 1 else 's'}"


def _shed_words(row: Mapping[str, Any], protease: Protease) -> str:
    return (
        f"{_many(row['peptides_ectodomain'])}, all of the ectodomain, where {row['expected_cytoplasmic']:.1f} cytoplasmic "
        f"would be expected of the whole protein (p = {row['p_value']:.2g}): shed, or a form without the helix"
    )


def _intact_words(row: Mapping[str, Any], protease: Protease | None) -> str:
    inner = [_many(row["peptides_cytoplasmic"], "cytoplasmic peptide")] if row["peptides_cytoplasmic"] else []
    inner += [f"{_many(row['peptides_tm'])} of the membrane"] if row["peptides_tm"] else []
    text = (
        f"{' and '.join(inner)}, {row['peptides_ectodomain']:.0f} of the ectodomain: the whole protein is there, leaked or in "
        "vesicles or debris"
    )
    if row["p_value"] <= sh.ALPHA:
        text += (
            f"; yet fewer cytoplasmic than the {row['expected_cytoplasmic']:.1f} expected (p = {row['p_value']:.2g}): "
            "part of it may be shed"
        )
    return text


def _uninformative_words(row: Mapping[str, Any], protease: Protease | None) -> str:
    outside = row["peptides_ectodomain"]
    if row["doubtful"] and outside:
        return f"{_many(outside)} of the ectodomain; what is cytoplasmic may be another protein's"
    if not outside:
        return "no peptide that is this protein's alone and of one side of the membrane"
    text = f"{_many(outside)}, all of the ectodomain, but "
    if protease is None:
        return text + "without the protease's rule nothing can be expected of the cytoplasmic part"
    if not row["detectable_cytoplasmic"] > 0:
        return text + "the cytoplasmic part has no detectable peptide: its absence says nothing"
    if outside < sh.MIN_ECTODOMAIN:
        return text + "one peptide alone says nothing"
    expected = row["expected_cytoplasmic"]
    if math.isnan(expected):
        return text + "none is of a fragment that the digest would lead to expect"
    q = "" if math.isnan(row["q_value"]) else f", q = {row['q_value']:.2g}"
    return (
        text + f"only {expected:.1f} cytoplasmic would be expected (p = {row['p_value']:.2g}{q}): may be shed or whole"
    )


def _none_words(row: Mapping[str, Any], protease: Protease | None) -> str:
    return "no peptide of it was found"


_VERDICT_WORDS: dict[str, Callable[[Mapping[str, Any], Any], str]] = {
    sh.SHED: _shed_words,
    sh.INTACT: _intact_words,
    sh.UNINFORMATIVE: _uninformative_words,
    sh.NONE: _none_words,
}


@dataclass(frozen=True)
class _AtSignal:
    """A peptide that begins at the signal peptide: offset 0 is the residue right behind it."""

    row: int
    sequence: str
    offset: int
    n_side: str


def _at_signal(clear: pd.DataFrame, seen: pd.DataFrame, signal_end: np.ndarray) -> dict[int, list[_AtSignal]]:
    """Return, by protein, the peptides that begin at most NEAR residues behind the end of the signal peptide."""
    offset = clear["start"].to_numpy() - signal_end[clear["protein"]] - 1
    near = clear[offset <= sh.NEAR]
    sequences, offsets = seen["sequence"].to_numpy(dtype=object)[near["row"]], offset[offset <= sh.NEAR]
    found: dict[int, list[_AtSignal]] = {}
    for protein, *told in zip(
        near["protein"], near["row"], sequences, offsets.astype(int), near["n_side"], strict=True
    ):
        found.setdefault(protein, []).append(_AtSignal(*told))
    return found


def _signal_words(at_signal: list[_AtSignal], verdict: str, end: float) -> list[str]:
    """Return what the peptides at a signal peptide that ends at residue `end` say."""
    where, said = f"the signal peptide (1-{end:.0f})", []
    free = [one for one in at_signal if one.n_side == peptides.FREE]
    near = [one for one in free if one.offset and abs(one.offset) <= sh.NEAR]
    inside = [one for one in at_signal if one.offset < -sh.NEAR]
    if verdict == "yes":
        first = next(one for one in free if one.offset == 0)
        said.append(f"{first.sequence} begins right behind {where}: it was cut off")
    elif near:
        said.append(f"{near[0].sequence} begins at residue {end + 1 + near[0].offset:.0f}, near the end of {where}")
    if inside:
        many = _many(len({one.row for one in inside}))
        said.append(f"{many} ({inside[0].sequence}) inside {where}: it was kept, or there is none")
    if verdict == "not telling" and any(one.offset == 0 for one in at_signal):
        said.append("a peptide begins right behind the signal peptide, but the protease cuts there as well")
    return said


# ---- saying --------------------------------------------------------------------------------------------------------


def _summary(table: pd.DataFrame, seen: pd.DataFrame, laid: _Evidence, by_fraction: bool) -> Summary:
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


def _warnings(laid: _Evidence, mapped: int, total: int) -> list[str]:
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
