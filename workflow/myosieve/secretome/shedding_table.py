"""Peptides laid on topologies -> one row per protein group: counts by part, the test, the mature N-terminus, words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from myosieve.secretome import peptides
from myosieve.secretome import shedding as sh
from myosieve.secretome.peptides import Joined, Protease
from myosieve.secretome.shedding_words import all_words

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
class Laid:
    """What was laid on the proteins: `own` has a row per place of a peptide on the protein that speaks for its group."""

    own: pd.DataFrame
    protease: Protease | None
    explained: float
    looked_for_free: bool


def cells(column: pd.Series, rows: Sequence[int] | np.ndarray) -> list[str]:
    """Return the cells at these rows, empty where the row is -1."""
    cells = column.to_numpy(dtype=object)
    return [cells[row] if row >= 0 else "" for row in rows]


# ---- laying peptides on proteins -----------------------------------------------------------------------------------


def lay(seen: pd.DataFrame, spoken: Spoken, members: list[list[int]], entries: pd.DataFrame, protease: str) -> Laid:
    """Lay the peptides of each group on the protein that speaks for it.

    Parameters
    ----------
    seen
        Columns group (position), sequence, precursors: the distinct peptides of each group.
    spoken
        The proteins that speak for the groups.
    members
        Rows of `entries` that each group's members have.
    entries
        The sequences that were searched.
    protease
        A name of `peptides.PROTEASES`, or auto.
    """
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
    return Laid(own, rule, told.explained, rule is not None and peptides.looked_for_free_ends(single))


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


def table_of(
    groups: pd.DataFrame, seen: pd.DataFrame, spoken: Spoken, laid: Laid, entries: pd.DataFrame
) -> pd.DataFrame:
    """Return `schema.SHEDDING`, one row per group.

    Parameters
    ----------
    groups
        Column protein_group.
    seen, spoken, entries
        As in `lay`.
    laid
        From `lay`.
    """
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
    signal_end = np.array([sh.end_of_signal(segments) for segments in spoken.topologies], dtype=float)
    blank = own.iloc[:0] if laid.protease is None else clear
    table = pd.DataFrame(
        {
            "protein_group": groups["protein_group"],
            "accession": cells(entries["accession"], spoken.entries),
            "length": np.where(spoken.entries >= 0, proteins.lengths, np.nan),
            "topology": [";".join(f"{s.label} {s.start}-{s.end}" for s in one) for one in spoken.topologies],
            "peptides_mapped": count(each),
            "peptides_unmapped": np.bincount(seen["group"], minlength=n) - count(each),
            "peptides_shared": count(each) - count(alone),
            "peptide_spans": spans(own, n),
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
    told = [name for name in table if name not in ("protein_group", "accession", "length", "topology")]
    table["peptide_evidence"] = all_words(
        table, counts, clear, seen, spoken.topologies, laid.protease, laid.looked_for_free
    )
    for name in [*told, "peptide_evidence"]:
        table[name] = table[name].where(~not_run)
    return table


def spans(own: pd.DataFrame, proteins: int) -> list[str]:
    """Return where peptides lie on each protein, as '25-38;40-51;60-71*', sorted; empty where none does.

    Parameters
    ----------
    own
        A row per place of a peptide: protein, start, end (residues from 1), shared. A span with peptides of both kinds, as
        none should be, is not marked as shared.
    proteins
        n.
    """
    texts: list[list[str]] = [[] for _ in range(proteins)]
    for (protein, start, end), shared in own.groupby(["protein", "start", "end"])["shared"].all().items():
        texts[protein].append(f"{start}-{end}{'*' if shared else ''}")
    return [";".join(one) for one in texts]


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
