"""Step: candidates and what they were tested on -> validation.tsv, how far the ranking can be trusted."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.differential import inputs
from myosieve.differential.design import Contrast, contrasts
from myosieve.differential.model import Options
from myosieve.errors import InputError
from myosieve.knowledge import GENES
from myosieve.progress import on_terminal
from myosieve.provenance import Summary
from myosieve.ranking import permutation, score, validation
from myosieve.ranking.base_rates import base_rates
from myosieve.ranking.knowledge import read_myokines
from myosieve.ranking.recovery import FIRSTS, MATCHES, fame_matched, leave_one_out, recovery
from myosieve.secretome.accessions import contains_any, targets
from myosieve.statistics.auroc import area
from myosieve.statistics.permutations import permutation_p

_SIGNIFICANT = 0.05
_CRITERIA = [f"d_{name}" for name in score.CRITERIA]
# Scores that were written with ten digits agree this far.
_SAME = 1e-6


def validate(
    candidates: Path,
    differential: Path,
    proteins: Path,
    intensities: Path,
    samples: Path,
    settings: Mapping[str, Any],
    knowledge: Path,
    out: Path,
    *,
    log2: Path | None = None,
    estimates: Path | None = None,
) -> Summary:
    """Hold the ranking of each contrast against what is known and against chance, and write validation.tsv.

    Parameters
    ----------
    candidates, differential, proteins, intensities, samples
        Tables of one study.
    settings
        Those of the differential and the ranking step, `organism`, `fdr` and `validation`.
    knowledge
        Folder with myokines.tsv and, where there is one, genes.tsv.gz.
    out
        `schema.VALIDATION`.
    log2, estimates
        As for the differential step, for method dpc.

    Raises
    ------
    InputError
        A file is missing, the tables are not of one study, or the settings do not fit them.
    """
    experiment, wanted = _experiment(intensities, samples, proteins, settings, log2, estimates)
    table = _judged(candidates, differential, proteins, knowledge, settings["organism"])
    named = {contrast.name: contrast for contrast in wanted}
    listed = list(dict.fromkeys(files.read_table(candidates, schema.CANDIDATES)["contrast"]))
    for name in listed:
        if name not in named:
            raise InputError(f"contrast {name!r} is not in the settings", candidates, "rank again with these settings")
    blocks, permuted = [], {}
    for name in listed:
        rows = table[table["contrast"] == name].reset_index(drop=True)
        found, permuted[name] = _of_contrast(rows, named[name], experiment, settings)
        blocks.append(pd.DataFrame(found).assign(contrast=name))
    result = pd.concat(blocks, ignore_index=True) if blocks else pd.DataFrame(columns=schema.VALIDATION.names)
    files.write_table(out, schema.VALIDATION.arrange(result))
    return _summary(result, table, permuted, settings)


# ---- reading -------------------------------------------------------------------------------------------------------


def _experiment(
    intensities: Path,
    samples: Path,
    proteins: Path,
    settings: Mapping[str, Any],
    log2: Path | None,
    estimates: Path | None,
) -> tuple[permutation.Experiment, list[Contrast]]:
    values = inputs.read_intensities(intensities)
    sheet = inputs.read_sheet(samples, values, intensities)
    design = inputs.read_design(sheet, settings, f"{samples}, design")
    names = inputs.read_names(proteins, values)
    table = files.read_table(estimates, schema.ESTIMATES) if estimates else None
    known = inputs.arranged_estimates(table, values, design.samples, settings, estimates or intensities)
    if known is not None and log2 is not None:
        known = inputs.followed(known, inputs.read_intensities(log2), values[design.samples])
    experiment = permutation.Experiment(
        values=values,
        design=design,
        options=Options.of(settings),
        excluded=names["excluded_because"],
        peptides=inputs.peptides_of(names, settings, proteins),
        estimates=known,
        block=inputs.read_block(sheet, settings, samples),
    )
    ratios = settings["quantity"] == "ratio"
    return experiment, contrasts(design, settings["contrasts"], "contrasts", ratios=ratios)


def _judged(candidates: Path, differential: Path, proteins: Path, knowledge: Path, organism: str) -> pd.DataFrame:
    ranked = _texts_filled(files.read_table(candidates, schema.CANDIDATES))
    tests = files.read_table(differential, schema.DIFFERENTIAL)
    groups = _texts_filled(files.read_table(proteins, schema.QUANTIFIED))
    by_contrast, by_group = ["contrast", "protein_group"], ["protein_group"]
    tables = [(candidates, ranked, by_contrast), (differential, tests, by_contrast), (proteins, groups, by_group)]
    for path, frame, keys in tables:
        if frame.duplicated(keys).any():
            name = frame.loc[frame.duplicated(keys), "protein_group"].iloc[0]
            raise InputError(f"protein group {name!r} is repeated", path, "make every key unique")
        absent = pd.MultiIndex.from_frame(ranked[keys]).difference(pd.MultiIndex.from_frame(frame[keys]))
        if len(absent):
            remedy = f"give the tables that {candidates} was made from"
            raise InputError(f"protein group {absent[0][-1]!r} is missing", path, remedy)
    myokines = read_myokines(knowledge, organism)
    core = myokines[myokines["list"] == "core"] if "list" in myokines else myokines.iloc[:0]
    return validation.judged(
        ranked,
        tests,
        groups,
        _papers(groups, knowledge / "genes.tsv.gz", organism),
        contains_any(targets(groups), set(core["accession"])),
    )


def _papers(groups: pd.DataFrame, path: Path, organism: str) -> pd.Series:
    # a folder of one's own knowledge tables may lack it; then nothing is said of fame
    if not path.is_file():
        return pd.Series(np.nan, index=groups.index)
    return validation.fame(groups, files.read_table(path, GENES), organism)


def _texts_filled(frame: pd.DataFrame) -> pd.DataFrame:
    texts = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    return frame.assign(**{name: frame[name].fillna("").astype(object) for name in texts})


# ---- measuring -----------------------------------------------------------------------------------------------------


def _of_contrast(
    rows: pd.DataFrame, contrast: Contrast, experiment: permutation.Experiment, settings: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], int]:
    """Return the rows of a contrast, and how many permutations of its labels there were."""
    chosen = settings["validation"]

    def random(analysis: str) -> np.random.Generator:
        # its own numbers for each: another contrast or analysis beside it changes none
        return np.random.default_rng(
            [chosen["seed"], zlib.crc32(contrast.name.encode()), zlib.crc32(analysis.encode())]
        )

    background = rows[rows["background"]].reset_index(drop=True)
    draws = chosen["bootstrap"]
    found = recovery(background, "recovery", background["positive"].to_numpy(dtype=bool), draws, random("recovery"))
    core = background["core"].to_numpy(dtype=bool)
    found += recovery(background, "recovery_core", core, draws, random("recovery_core"))
    found += fame_matched(background, draws, random("fame_matched"))
    null = permutation.label_null(
        experiment, contrast, rows[rows["scored"]], settings["ranking"], settings["fdr"], chosen["permutations"],
        random("permutation"), on_terminal(f"permutations of {contrast.name}", chosen["permutations"]),
    )  # fmt: skip
    found += _label_rows(null, rows)
    found += _prior_rows(background, settings["ranking"], chosen["permutations"], random("prior_shuffle"))
    found += base_rates(rows, settings["fdr"])
    return found + leave_one_out(background), null.count


def _label_rows(null: permutation.Null, rows: pd.DataFrame) -> list[dict[str, Any]]:
    of_background = int(rows["positive"].sum()), int(rows["background"].sum())
    if null.count:
        all_ = ", all that differ in what is fitted" if null.complete else ""
        note = f"{null.count} permutations among {null.exchanged}{all_}; p cannot be below {1 / (1 + null.count):.2g}"
    else:
        note = f"no other labeling among {null.exchanged} is possible, hence no null"
    found = []
    for name, observed in null.observed.items():
        predictor = "p_value" if name == "hits" else "score_experiment"
        counts = of_background if name == "auroc" else (np.nan, int(rows["scored"].sum()))
        if name == "auroc" and (why := validation.too_few(*of_background)):
            found.append(validation.row("permutation", name, predictor, np.nan, counts, why))
            continue
        own = f"fewer scored proteins than that; {note}" if np.isnan(observed) else note
        p_value = permutation_p(observed, null.permuted[name])
        found.append(validation.row("permutation", name, predictor, observed, counts, own, p_value=p_value))
        found.append(_null_row("permutation", name, predictor, null.permuted[name], counts, note))
    return found


def _prior_rows(
    background: pd.DataFrame, chosen: Mapping[str, Any], shuffles: int, random: np.random.Generator
) -> list[dict[str, Any]]:
    positive = background["positive"].to_numpy(dtype=bool)
    counts = int(positive.sum()), len(background)
    predictors = ("score", "score_prior")
    if why := validation.too_few(*counts):
        return [validation.row("prior_shuffle", "auroc", name, np.nan, counts, why) for name in predictors]
    observed = permutation.rescored(background[_CRITERIA].to_numpy(dtype=float), chosen)
    shuffled = permutation.prior_null(background, chosen, shuffles, random)
    note = f"priors shuffled {shuffles} times among proteins of similar mean intensity"
    found = []
    for name in predictors:
        known = ~np.isnan(observed[name])
        value = area(observed[name][known], positive[known])
        p_value = permutation_p(value, shuffled[name])
        found.append(validation.row("prior_shuffle", "auroc", name, value, counts, note, p_value=p_value))
        found.append(_null_row("prior_shuffle", "auroc", name, shuffled[name], counts, note))
    return found


def _null_row(
    analysis: str, name: str, predictor: str, null: np.ndarray, counts: tuple[float, int], note: str
) -> dict[str, Any]:
    known = null[~np.isnan(null)]
    middle = [np.nan] * 3 if not len(known) else np.quantile(known, [0.025, 0.5, 0.975])
    return validation.row(analysis, f"{name}_null", predictor, middle[1], counts, note, (middle[0], middle[2]))


# ---- saying --------------------------------------------------------------------------------------------------------


def _summary(
    result: pd.DataFrame, table: pd.DataFrame, permuted: Mapping[str, int], settings: Mapping[str, Any]
) -> Summary:
    chosen = settings["validation"]
    summary = Summary(methods=_methods(result, permuted, chosen), seeds={"validation": chosen["seed"]})
    for name, count in permuted.items():
        rows = table[table["contrast"] == name]
        summary.counts[f"{name}: detected secreted protein groups with a score"] = int(rows["background"].sum())
        summary.counts[f"{name}: known myokines among them"] = int(rows["positive"].sum())
        summary.counts[f"{name}: permutations of the sample labels"] = count
    for name, rows in result.groupby("contrast", sort=False):
        summary.warnings += _warnings(name, rows.set_index(["analysis", "measure", "predictor"]), permuted[name])
    if _scored_otherwise(table, settings["ranking"]):
        summary.warnings.append(
            "the scores of the candidates are not those of these settings: rank again before reading the prior_shuffle rows"
        )
    return summary


def _methods(result: pd.DataFrame, permuted: Mapping[str, int], chosen: Mapping[str, Any]) -> list[str]:
    """Return what was done, by the rows that hold a number."""
    measured = result[result["value"].notna()]
    done = {f"{analysis} {name}" for analysis, name in zip(measured["analysis"], measured["predictor"], strict=True)}
    methods = []
    if "recovery score" in done:
        text = (
            "The ranking was held against known myokines among the detected secreted protein groups (classes "
            f"{', '.join(validation.SECRETED)}): AUROC (DeLong et al. 1988, Biometrics 44:837) and enrichment among the first "
            f"{' and '.join(map(str, FIRSTS))} (stratified bootstrap of {chosen['bootstrap']} samples, seed {chosen['seed']})"
        )
        if "recovery fame" in done:
            text += ", beside the number of papers on each gene"
        if "fame_matched score" in done:
            text += f", and against up to {MATCHES} secreted proteins each with as many papers"
        methods.append(f"{text}. Whether a protein is a known myokine enters no score.")
    if any(permuted.values()):
        several = sorted({count for count in permuted.values() if count})
        number = f"{several[0]}" if len(several) == 1 else f"{several[0]} to {several[-1]}"
        methods.append(
            f"The null of the experiment axis came from {number} permutations of the sample labels within the strata of the "
            "design, with the whole linear model fitted again, but no tests of absence, leak or serum (Phipson & Smyth 2010, "
            "Stat Appl Genet Mol Biol 9:39)."
        )
    if "prior_shuffle score" in done:
        methods.append(
            f"The null of the prior axis came from {chosen['permutations']} shuffles of the priors among proteins of similar "
            "intensity."
        )
    if any(name.startswith("base_rate") for name in done):
        methods.append("Base rates of the secretion classes were compared by Fisher's exact test.")
    return methods


def _warnings(name: str, rows: pd.DataFrame, permuted: int) -> list[str]:
    found = []
    hits = rows.loc[("permutation", "hits", "p_value")]
    null = rows["value"].get(("permutation", "hits_null", "p_value"), np.nan)
    # with few permutations no p-value is small: then only a null that has about as many hits is worth a warning
    telling = 1 / (1 + permuted) <= _SIGNIFICANT or null >= hits["value"] / 2
    if hits["value"] > 0 and hits["p_value"] > _SIGNIFICANT and telling:
        found.append(
            f"{name}: permuted sample labels give as many hits as the true ones ({hits['value']:g}) with p = "
            f"{hits['p_value']:.2g}, and {null:g} in the median: the hits may be chance"
        )
    own, papers = (rows["value"].get(("recovery", "auroc", one), np.nan) for one in ("score", "fame"))
    if papers >= own:
        found.append(
            f"{name}: counting papers orders known myokines as well as the score does (AUROC {papers:.2f} and {own:.2f}): "
            "that they stand high is no evidence for the ranking"
        )
    return found


def _scored_otherwise(table: pd.DataFrame, chosen: Mapping[str, Any]) -> bool:
    scored = table[table["scored"]]
    again = permutation.rescored(scored[_CRITERIA].to_numpy(dtype=float), chosen)["score"]
    return bool(len(scored) and np.nanmax(np.abs(again - scored["score"].to_numpy())) > _SAME)
