"""Step: differential, annotation, secretome and knowledge tables -> candidates.tsv."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.provenance import Summary
from myosieve.ranking import contributions, desirability, score
from myosieve.ranking.atlas import match_atlas, read_atlas
from myosieve.ranking.bootstrap import Shifts, rank_quantiles, redrawn
from myosieve.ranking.bootstrap_inputs import read_shifts
from myosieve.ranking.confidence import confidence
from myosieve.ranking.gates import gates
from myosieve.ranking.knowledge import match_myokines, match_receptors, read_myokines, read_receptors
from myosieve.ranking.own_list import own_listed
from myosieve.ranking.reasons import reasons
from myosieve.ranking.saying import summary_of
from myosieve.secretome.accessions import targets
from myosieve.statistics.rank_aggregation import aggregated, normalized_ranks

CRITERIA_COLUMNS = [f"d_{name}" for name in score.CRITERIA]


def rank(
    differential: Path,
    proteins: Path,
    annotation: Path,
    secretome: Path,
    settings: Mapping[str, Any],
    knowledge: Path,
    out: Path,
    *,
    intensities: Path | None = None,
    samples: Path | None = None,
    leak: Path | None = None,
    shedding: Path | None = None,
    tissues: Path | None = None,
    panel: Path | None = None,
    own_list: Path | None = None,
) -> Summary:
    """Score and rank the protein groups of each contrast, and write candidates.tsv.

    Parameters
    ----------
    differential, proteins, annotation, secretome
        differential.tsv, proteins.tsv of `quantify`, annotation.tsv and secretome.tsv, of the same protein groups.
    settings
        `organism`, `fdr`, `min_log2fc` and `ranking`; those of the design and its contrasts for the bootstrap.
    knowledge
        Folder with receptors.tsv and myokines.tsv; with an own list also genes.tsv.gz and aliases.tsv.gz.
    out
        Where candidates.tsv goes.
    intensities, samples
        Log2 values and sample sheet, for rank intervals over other draws of the subjects.
    leak
        leak.tsv: what is left of each fold change at equal leak.
    shedding
        shedding.tsv of the same protein groups.
    tissues
        Expression and plasma by protein.
    panel
        Panel of the study's immunoassay.
    own_list
        The lab's own list of myokines, as `own_list.read_own_list` reads it.

    Raises
    ------
    InputError
        A file is missing, the tables do not hold the same protein groups, or the settings leave nothing to score by.
    """
    chosen = settings["ranking"]
    _check(chosen, intensities, samples)
    groups = _groups(Path(proteins), Path(annotation), Path(secretome), shedding)
    groups = _with_knowledge(groups, Path(knowledge), settings["organism"])
    atlas = read_atlas(tissues, panel)
    groups = groups.join(match_atlas(targets(groups), atlas).set_index(groups.index))
    groups["d_assay"] = desirability.assay(groups["measurable"].to_numpy(dtype=bool), atlas.has_plasma)
    groups["own_list"], own = own_listed(targets(groups), own_list, Path(knowledge), settings["organism"])
    rows = _at_equal_leak(_rows(Path(differential), groups, Path(proteins)), leak)
    shifts = None
    if intensities is not None and chosen["bootstrap"]:
        shifts = read_shifts(intensities, samples, settings, groups.index)
    rows = rows.assign(**_desirabilities(rows, chosen["knots"]))
    rows = rows.assign(**_scores(rows, chosen))
    rows["excluded_by_filter"] = rows["excluded_because"]
    stopped = gates(rows, chosen["min_peptides"], chosen["classes"], chosen["direction"])
    rows["gate"], rows["excluded_because"] = stopped.gate, stopped.excluded_because
    rows = _ranked(rows, settings, shifts)
    rows["confidence"] = np.where(rows["rank"].notna(), confidence(rows, settings["fdr"]), "")
    rows["reason"] = reasons(rows, settings["fdr"], chosen["min_peptides"])
    summary = own.added_to(summary_of(rows, groups, settings, shifts))
    files.write_table(out, schema.CANDIDATES.arrange(rows[schema.CANDIDATES.names]))
    return summary


# ---- reading -------------------------------------------------------------------------------------------------------


def _check(chosen: Mapping[str, Any], intensities: Path | None, samples: Path | None) -> None:
    if (intensities is None) != (samples is None):
        raise InputError("intensities without samples, or the other way round", "rank", "give both or neither")
    for name, knots in chosen["knots"].items():
        if knots[0] == knots[1]:
            raise InputError(f"both knots are {knots[0]}", f"ranking.knots.{name}", "give two different values")
    if not all(0 < knot <= 1 for knot in chosen["knots"]["significance"]):
        raise InputError("a knot is no q-value", "ranking.knots.significance", "give two values above 0 and up to 1")
    share = chosen["experiment_share"]
    for names, part, instead in ((score.EXPERIMENT, share, 0), (score.PRIOR, 1 - share, 1)):
        if part > 0 and not any(chosen["weights"][name] > 0 for name in names):
            raise InputError(
                f"the weights of {', '.join(names)} are all 0",
                "ranking.weights",
                f"give one a weight, or set ranking.experiment_share to {instead}",
            )


def _groups(proteins: Path, annotation: Path, secretome: Path, shedding: Path | None) -> pd.DataFrame:
    """Return one row per protein group with what is known of it in every contrast; texts '' where missing."""
    table = _keyed(proteins, schema.QUANTIFIED)
    more = ["secretion_class", "secretion_reason", "conflicts"]
    table = table.join(_same_groups(table, proteins, annotation, schema.ANNOTATION)[more])
    table = table.join(_same_groups(table, proteins, secretome, schema.SECRETOME)[_OF_SECRETOME])
    counts = [f"peptides_{part}" for part in ("ectodomain", "tm", "cytoplasmic")]
    more = ["shedding", "mature_n_terminus", *counts]
    if shedding is None:
        table = table.assign(shedding="", mature_n_terminus="", **dict.fromkeys(counts, np.nan))
    else:
        table = table.join(_same_groups(table, proteins, Path(shedding), schema.SHEDDING)[more])
    table["secretion_class"] = table["secretion_class"].fillna("unknown")
    return _texts_filled(table)


_OF_SECRETOME = [
    *("leak_flag", "leak_probability", "lysate_log2_ratio", "lysate_flag", "serum_flag", "host_share"),
    *("blank_log2_ratio", "blank_flag"),
]


def _keyed(path: Path, table: schema.Table) -> pd.DataFrame:
    frame = files.read_table(path, table)
    repeated = frame["protein_group"].duplicated() | frame["protein_group"].isna()
    if repeated.any():
        name = frame.loc[repeated, "protein_group"].iloc[0]
        raise InputError(f"protein group {name!r} is empty or repeated", path, "make every key unique")
    return frame.set_index("protein_group", drop=False)


def _same_groups(table: pd.DataFrame, proteins: Path, path: Path, contract: schema.Table) -> pd.DataFrame:
    frame = _keyed(path, contract)
    _require_same(table.index, proteins, frame.index, path)
    return frame


def _require_same(wanted: pd.Index, proteins: Path, found: pd.Index, path: Path) -> None:
    absent, extra = wanted.difference(found), found.difference(wanted)
    if len(absent):
        raise InputError(f"protein group {absent[0]!r} is missing", path, f"make it from the groups of {proteins}")
    if len(extra):
        raise InputError(f"protein group {extra[0]!r} of {path} is missing", proteins, "give tables of the same groups")


def _texts_filled(frame: pd.DataFrame) -> pd.DataFrame:
    texts = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    return frame.assign(**{name: frame[name].fillna("").astype(object) for name in texts})


def _with_knowledge(groups: pd.DataFrame, folder: Path, organism: str) -> pd.DataFrame:
    accessions = targets(groups)
    found = [
        match_receptors(accessions, read_receptors(folder, organism)),
        match_myokines(accessions, read_myokines(folder, organism)),
    ]
    return groups.join([table.set_index(groups.index) for table in found])


def _rows(path: Path, groups: pd.DataFrame, proteins: Path) -> pd.DataFrame:
    """Return one row per contrast and protein group, contrasts in the order of the file."""
    table = files.read_table(path, schema.DIFFERENTIAL)
    for name, block in table.groupby("contrast", sort=False):
        if block["protein_group"].duplicated().any():
            raise InputError(f"contrast {name!r} holds a protein group twice", path, "run `differential` again")
        _require_same(groups.index, proteins, pd.Index(block["protein_group"]), path)
    known = groups.drop(columns=["protein_group", "accession", "gene"])
    named = groups.loc[table["protein_group"], ["accession", "gene"]].to_numpy()
    table = _texts_filled(table.drop(columns=["accession", "gene"])).join(known, on="protein_group")
    return table.assign(accession=named[:, 0], gene=named[:, 1])


def _at_equal_leak(rows: pd.DataFrame, path: Path | None) -> pd.DataFrame:
    """Return the rows with what is left of their fold changes at equal leak; NaN where that is not known."""
    names = ["residual_log2fc", "residual_se"]
    if path is None:
        return rows.assign(**dict.fromkeys(names, np.nan))
    table = files.read_table(path, schema.LEAK).set_index(["contrast", "protein_group"])
    if table.index.duplicated().any():
        raise InputError("a protein group stands twice in a contrast", path, "run `secretome` again")
    return rows.join(table[names], on=["contrast", "protein_group"])


# ---- scoring -------------------------------------------------------------------------------------------------------


def _desirabilities(rows: pd.DataFrame, knots: Mapping[str, Any]) -> dict[str, np.ndarray]:
    observed = (rows["n_treatment"] + rows["n_control"]) / (rows["of_treatment"] + rows["of_control"])
    bound = desirability.lower_bound(rows["ci_low"].to_numpy(), rows["ci_high"].to_numpy())
    return {
        "d_effect": desirability.ramp(bound, knots["effect"]),
        "d_significance": desirability.significance(rows["q_value"].to_numpy(), knots["significance"]),
        "d_reliability": desirability.reliability(
            observed.to_numpy(), rows["peptides"].to_numpy(), knots["observed"], knots["peptides"]
        ),
        "d_leak": desirability.leak(rows["leak_flag"].to_numpy(), rows["leak_probability"].to_numpy(), knots["leak"]),
        "d_purity": desirability.purity(
            *(rows[name].to_numpy() for name in ("serum_flag", "host_share", "blank_log2_ratio", "blank_flag"))
        ),
        "d_lysate": desirability.ramp(rows["lysate_log2_ratio"].to_numpy(), knots["lysate"]),
        "d_secretion": desirability.secretion(rows["secretion_class"].to_numpy(), rows["shedding"].to_numpy()),
        "d_receptor": desirability.receptor(rows["receptor_curated"].to_numpy(), rows["receptor_resources"].to_numpy()),
        "d_expression": desirability.expression(rows["muscle"].to_numpy(), knots["expression"]),
        "d_assay": rows["d_assay"].to_numpy(),
    }


def _unbent(rows: pd.DataFrame) -> np.ndarray:
    """Return the criteria (rows x CRITERIA) with knots so wide that no two values become equal by them."""
    bound = desirability.lower_bound(rows["ci_low"].to_numpy(), rows["ci_high"].to_numpy())
    smallest = rows["q_value"][rows["q_value"] > 0].min()
    lysate = rows["lysate_log2_ratio"]
    wide = {
        "effect": (0, max(np.nanmax(bound, initial=0), 1)),
        "significance": (1, min(smallest, 0.5) if smallest > 0 else 0.5),
        "observed": (0, 1),
        "peptides": (0, max(rows["peptides"].max(), 1)),
        "leak": (1, 0),
        "lysate": (min(lysate.min(), 0), max(lysate.max(), 1)) if lysate.notna().any() else (0, 1),
        "expression": (0, max(np.log2(1 + rows["muscle"]).max(), 1)),
    }
    return np.column_stack([*_desirabilities(rows, wide).values()])


def _scores(rows: pd.DataFrame, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return the score columns. Without a fold change there is no experiment to speak of, hence no score."""
    d = rows[CRITERIA_COLUMNS].to_numpy()
    weights = np.array([chosen["weights"][name] for name in score.CRITERIA], dtype=float)
    first, floor = len(score.EXPERIMENT), chosen["floor"]
    shares = _shares(rows, chosen)
    tested = rows["d_effect"].notna().to_numpy()
    parts = np.where(tested[:, None], score.contributions(d, shares, floor), np.nan)
    return {
        "score": np.where(tested, score.total_score(d, shares, floor), np.nan),
        "score_experiment": np.where(tested, score.axis_score(d[:, :first], weights[:first], floor), np.nan),
        "score_prior": score.axis_score(d[:, first:], weights[first:], floor),
        "coverage": score.coverage(d, score.shares(chosen["weights"], chosen["experiment_share"])),
        "contributions": contributions.in_words(parts, score.CRITERIA, shares),
        "greatest_losses": contributions.greatest_losses(parts, score.CRITERIA),
    }


def _shares(rows: pd.DataFrame, chosen: Mapping[str, Any]) -> np.ndarray:
    """Return the shares of the criteria that are known of any protein: no weight is drawn for what does not enter."""
    known = rows[CRITERIA_COLUMNS].notna().any().to_numpy()
    return score.restricted(score.shares(chosen["weights"], chosen["experiment_share"]), known)


def _ranked(rows: pd.DataFrame, settings: Mapping[str, Any], shifts: Shifts | None) -> pd.DataFrame:
    """Return the rows with ranks and direction, by contrast, rank and, for the excluded, protein group."""
    chosen = settings["ranking"]
    shares = _shares(rows, chosen)
    drawn = score.draw_shares(shares, chosen["draws"], chosen["seed"])
    rows["direction"] = np.select([rows["log2fc"] > 0, rows["log2fc"] < 0], ["up", "down"], "")
    rows["size"] = -rows["log2fc"].abs()
    for name in ("rank", "rank_low", "rank_high", "rra_rank", "rra_p"):
        rows[name] = np.nan
    blocks = []
    for contrast, block in rows.groupby("contrast", sort=False):
        # This order breaks ties; it comes from the values alone, so that the order of the files does not matter.
        block = block.sort_values(["q_value", "size", "protein_group"], kind="stable")
        is_kept = (block["excluded_because"] == "").to_numpy()
        kept = block[is_kept].copy()
        d = kept[CRITERIA_COLUMNS].to_numpy()
        kept["rank"], low, high = score.rank_and_interval(d, shares, drawn, chosen["floor"])
        ranges = [(low, high)]
        ranges += [(other, other) for other in score.ranks_without_each(d, shares, chosen["floor"])]
        if shifts is not None and len(kept):
            shift = shifts.of(contrast, block["protein_group"])
            draws = redrawn(block, shift, chosen, settings["min_log2fc"])
            ranges += rank_quantiles(block, is_kept, draws, CRITERIA_COLUMNS, shares, chosen["floor"])
        kept["rank_low"] = np.min([low for low, _ in ranges], axis=0)
        kept["rank_high"] = np.max([high for _, high in ranges], axis=0)
        kept["rra_p"] = aggregated(normalized_ranks(_unbent(kept)[:, shares > 0]))
        kept["rra_rank"] = kept.sort_values(["rra_p", "rank"]).assign(place=np.arange(1, len(kept) + 1))["place"]
        excluded = block[~is_kept].sort_values("protein_group", kind="stable")
        blocks += [kept.sort_values("rank"), excluded]
    return pd.concat(blocks, ignore_index=True)
