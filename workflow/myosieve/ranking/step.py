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
from myosieve.ranking import desirability, score
from myosieve.ranking.gates import gates
from myosieve.ranking.knowledge import match_myokines, match_receptors, read_myokines, read_receptors
from myosieve.ranking.reasons import reasons
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
) -> Summary:
    """Score and rank the protein groups of each contrast, and write candidates.tsv.

    Parameters
    ----------
    differential, proteins, annotation, secretome
        differential.tsv, proteins.tsv of `quantify`, annotation.tsv and secretome.tsv, of the same protein groups.
    settings
        `organism`, `fdr` and `ranking`.
    knowledge
        Folder with receptors.tsv and myokines.tsv.
    out
        Where candidates.tsv goes.

    Raises
    ------
    InputError
        A file is missing, the tables do not hold the same protein groups, or the settings leave nothing to score by.
    """
    chosen = settings["ranking"]
    _check(chosen)
    groups = _groups(Path(proteins), Path(annotation), Path(secretome))
    groups = _with_knowledge(groups, Path(knowledge), settings["organism"])
    rows = _rows(Path(differential), groups, Path(proteins))
    rows = rows.assign(**_desirabilities(rows, chosen["knots"]))
    rows = rows.assign(**_scores(rows, chosen))
    stopped = gates(rows, chosen["min_peptides"], chosen["profile"] == "strict", chosen["direction"])
    rows["gate"], rows["excluded_because"] = stopped.gate, stopped.excluded_because
    rows = _ranked(rows, chosen)
    rows["reason"] = reasons(rows, settings["fdr"], chosen["min_peptides"])
    summary = _summary(rows, groups, settings)
    files.write_table(out, schema.CANDIDATES.arrange(rows[schema.CANDIDATES.names]))
    return summary


# ---- reading -------------------------------------------------------------------------------------------------------


def _check(chosen: Mapping[str, Any]) -> None:
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


def _groups(proteins: Path, annotation: Path, secretome: Path) -> pd.DataFrame:
    """Return one row per protein group with what is known of it in every contrast; texts '' where missing."""
    table = _keyed(proteins, schema.QUANTIFIED)
    more = ["secretion_class", "secretion_reason", "conflicts"]
    table = table.join(_same_groups(table, proteins, annotation, schema.ANNOTATION)[more])
    more = ["leak_probability", "leak_flag", "serum_flag"]
    table = table.join(_same_groups(table, proteins, secretome, schema.SECRETOME)[more])
    table["secretion_class"] = table["secretion_class"].fillna("unknown")
    return _texts_filled(table)


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
        "d_purity": desirability.purity(rows["serum_flag"].to_numpy()),
        "d_secretion": desirability.secretion(rows["secretion_class"].to_numpy()),
        "d_receptor": desirability.receptor(rows["receptor_curated"].to_numpy(), rows["receptor_resources"].to_numpy()),
    }


def _unbent(rows: pd.DataFrame) -> np.ndarray:
    """Return the criteria (rows x CRITERIA) with knots so wide that no two values become equal by them."""
    bound = desirability.lower_bound(rows["ci_low"].to_numpy(), rows["ci_high"].to_numpy())
    smallest = rows["q_value"][rows["q_value"] > 0].min()
    wide = {
        "effect": (0, max(np.nanmax(bound, initial=0), 1)),
        "significance": (1, min(smallest, 0.5) if smallest > 0 else 0.5),
        "observed": (0, 1),
        "peptides": (0, max(rows["peptides"].max(), 1)),
        "leak": (1, 0),
    }
    return np.column_stack([*_desirabilities(rows, wide).values()])


def _scores(rows: pd.DataFrame, chosen: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return the score columns. Without a fold change there is no experiment to speak of, hence no score."""
    d = rows[CRITERIA_COLUMNS].to_numpy()
    weights = np.array([chosen["weights"][name] for name in score.CRITERIA], dtype=float)
    first, floor = len(score.EXPERIMENT), chosen["floor"]
    shares = score.shares(chosen["weights"], chosen["experiment_share"])
    tested = rows["d_effect"].notna().to_numpy()
    return {
        "score": np.where(tested, score.total_score(d, shares, floor), np.nan),
        "score_experiment": np.where(tested, score.axis_score(d[:, :first], weights[:first], floor), np.nan),
        "score_prior": score.axis_score(d[:, first:], weights[first:], floor),
    }


def _ranked(rows: pd.DataFrame, chosen: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows with ranks and direction, by contrast, rank and, for the excluded, protein group."""
    shares = score.shares(chosen["weights"], chosen["experiment_share"])
    drawn = score.draw_shares(shares, chosen["draws"], chosen["seed"])
    rows["direction"] = np.select([rows["log2fc"] > 0, rows["log2fc"] < 0], ["up", "down"], "")
    rows["size"] = -rows["log2fc"].abs()
    for name in ("rank", "rank_low", "rank_high", "rra_rank", "rra_p"):
        rows[name] = np.nan
    blocks = []
    for _, block in rows.groupby("contrast", sort=False):
        # This order breaks ties; it comes from the values alone, so that the order of the files does not matter.
        block = block.sort_values(["q_value", "size", "protein_group"], kind="stable")
        kept = block[block["excluded_because"] == ""].copy()
        d = kept[CRITERIA_COLUMNS].to_numpy()
        kept["rank"], low, high = score.rank_and_interval(d, shares, drawn, chosen["floor"])
        without = score.ranks_without_each(d, shares, chosen["floor"])
        kept["rank_low"] = np.vstack([low[np.newaxis], without]).min(axis=0)
        kept["rank_high"] = np.vstack([high[np.newaxis], without]).max(axis=0)
        kept["rra_p"] = aggregated(normalized_ranks(_unbent(kept)[:, shares > 0]))
        kept["rra_rank"] = kept.sort_values(["rra_p", "rank"]).assign(place=np.arange(1, len(kept) + 1))["place"]
        excluded = block[block["excluded_because"] != ""].sort_values("protein_group", kind="stable")
        blocks += [kept.sort_values("rank"), excluded]
    return pd.concat(blocks, ignore_index=True)


# ---- saying --------------------------------------------------------------------------------------------------------


def _summary(rows: pd.DataFrame, groups: pd.DataFrame, settings: Mapping[str, Any]) -> Summary:
    chosen, fdr = settings["ranking"], settings["fdr"]
    counts: dict[str, int | float | str] = {}
    for contrast, block in rows.groupby("contrast", sort=False):
        kept = block["excluded_because"] == ""
        counts[f"{contrast}: ranked"] = int(kept.sum())
        counts[f"{contrast}: ranked and significant at {100 * fdr:g} % FDR"] = int(
            (kept & (block["q_value"] <= fdr)).sum()
        )
        for gate, number in block.loc[~kept, "gate"].value_counts(sort=False).sort_index().items():
            counts[f"{contrast}: not ranked, {gate}"] = int(number)
    return Summary(
        methods=_methods(rows, chosen),
        warnings=_warnings(groups, rows, settings["organism"]),
        counts=counts,
        seeds={"ranking": chosen["seed"]},
    )


def _methods(rows: pd.DataFrame, chosen: Mapping[str, Any]) -> list[str]:
    a, weights = chosen["experiment_share"], chosen["weights"]
    in_words = ", ".join(f"{name} {weights[name]:g}" for name in score.CRITERIA)
    methods = [
        (
            f"Candidates were ranked by score = experiment^{a:g} x prior^{1 - a:.3g}; each axis is the weighted geometric "
            "mean of desirabilities (Derringer & Suich 1980, J Qual Technol 12:214) with a floor of "
            f"{chosen['floor']:g} (weights: {in_words}); criteria without information do not enter. Whether a protein is a "
            "known myokine is not scored."
        ),
        (
            f"Rank intervals are the 5 and 95 % quantiles of the rank over {chosen['draws']} Dirichlet draws of the "
            f"criteria's shares (seed {chosen['seed']}), widened to the ranks without any one criterion."
        ),
        (
            "A second order comes from robust rank aggregation of the same criteria without weights and knots (Kolde et al. "
            "2012, Bioinformatics 28:573)."
        ),
    ]
    if chosen["profile"] == "strict":
        methods.append("Strict profile: only proteins with a signal peptide and no transmembrane helix were ranked.")
    if chosen["direction"] != "both":
        methods.append(f"Only proteins that go {chosen['direction']} with the treatment were ranked.")
    nowhere = [name for name in score.CRITERIA if rows[f"d_{name}"].isna().all()]
    if nowhere:
        methods.append(f"Not judged for any protein, hence without influence: {', '.join(nowhere)}.")
    return methods


def _warnings(groups: pd.DataFrame, rows: pd.DataFrame, organism: str) -> list[str]:
    warnings = []
    kept = groups[groups["excluded_because"] == ""]
    unknown = int((kept["secretion_class"] == "unknown").sum())
    if unknown > len(kept) / 2:
        warnings.append(
            f"the secretion class of {unknown} of {len(kept)} protein groups is unknown: give the FASTA of the search "
            "(key fasta) or results of SignalP and a helix predictor (key evidence)"
        )
    if groups["receptor_resources"].isna().all() and len(groups):
        warnings.append(f"no receptors are known for {organism}: the criterion receptor was not judged")
    for contrast, block in rows.groupby("contrast", sort=False):
        if not (block["excluded_because"] == "").any():
            warnings.append(f"contrast {contrast}: no protein group could be ranked; see excluded_because")
    return warnings
