"""The differential step: log2 intensities + sample sheet + design and contrasts -> differential.tsv."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from myosieve import files, schema
from myosieve.differential import inputs
from myosieve.differential.contrast_tests import DETECTION, NO_TEST, Tested, contrast_tests
from myosieve.differential.design import DesignMatrix, contrasts
from myosieve.differential.dropout import DropoutModel
from myosieve.differential.model import Options
from myosieve.differential.notes import ONE_SIDE_ONLY
from myosieve.errors import InputError
from myosieve.provenance import Summary

_PRIORS = {
    "limma": "",
    "limma_trend": " with a mean-variance trend",
    "deqms": " following the number of peptides (Zhu et al. 2020, Mol Cell Proteomics 19:1047)",
    "dpc": " with precision weights from the standard errors of the protein estimates (Li, Cobbold & Smyth 2025, "
    "doi:10.1101/2025.04.28.651125)",
}

# Protein groups that a design leaves without a test of their absence, from which a reader should know.
_MANY_UNTESTED = 10
# Where simulated tables had too many false absences: fewer replicates, a flatter curve, more shared by a condition.
_FEWEST_REPLICATES, _FLAT, _SHARED = 3, 0.5, 0.8


def differential(
    intensities: Path | None,
    samples: Path,
    settings: dict[str, Any],
    out: Path,
    *,
    proteins: Path | None = None,
    precursors: Path | None = None,
    estimates: Path | None = None,
    log2: Path | None = None,
    f_tests: Path | None = None,
    imputed: Path | None = None,
) -> Summary:
    """Test every contrast and write one row per protein group and contrast, also for groups that are not tested.

    Parameters
    ----------
    intensities
        Log2 values: `protein_group`, then one column per sample.
    samples
        Sample sheet: `sample`, `condition`, the covariates of the design; rows of another fraction than secretome are left
        out.
    settings
        `design`, `design_matrix`, `contrasts`, `block`, `quantity` and those of `contrast_tests.Options`.
    out
        `schema.DIFFERENTIAL`.
    proteins
        `schema.QUANTIFIED`: names of the groups and which of them are excluded; without it every group is tested.
    precursors
        `schema.PRECURSORS` in place of the intensities: rolled up here, by dpc for that method, else by maxlfq.
    estimates
        `schema.ESTIMATES` of the same table, for method dpc.
    log2
        Log2 values before normalization, which tell how the estimates are to follow it; without them they stay.
    f_tests, imputed
        Where to write `schema.F_TESTS` and `schema.IMPUTED`, if anywhere.
    """
    if not settings.get("contrasts"):
        raise InputError("no contrast is given", "contrasts", "name one, as --contrast 'b_vs_a=b - a'")
    inputs.check_method(settings, "method")
    if (intensities is None) == (precursors is None):
        raise InputError("intensities or precursors", "differential", "give one of --intensities and --precursors")
    if precursors is not None:
        values, estimated = inputs.read_precursors(precursors, "dpc" if settings["method"] == "dpc" else "maxlfq")
    else:
        values = inputs.read_intensities(intensities)
        estimated = files.read_table(estimates, schema.ESTIMATES) if estimates else None
    source = precursors or intensities
    sheet = inputs.read_sheet(samples, values, source)
    design = inputs.read_design(sheet, settings, f"{samples}, design")
    block = inputs.read_block(sheet, settings, samples)
    wanted = contrasts(design, settings["contrasts"], "contrasts", ratios=settings["quantity"] == "ratio")
    names = inputs.read_names(proteins, values)
    known = inputs.arranged_estimates(estimated, values, design.samples, settings, estimates or source)
    if known is not None and log2 is not None:
        known = inputs.followed(known, inputs.read_intensities(log2), values[design.samples])
    tested = contrast_tests(
        values,
        design,
        wanted,
        Options.of(settings),
        excluded=names["excluded_because"],
        peptides=inputs.peptides_of(names, settings, proteins or source),
        estimates=known,
        block=block,
    )
    for path, kind, table in ((out, schema.DIFFERENTIAL, tested.rows), (f_tests, schema.F_TESTS, tested.f_tests)):
        if path:
            named = names.loc[table["protein_group"], ["accession", "gene"]].reset_index(drop=True)
            files.write_table(path, kind.arrange(table.assign(accession=named["accession"], gene=named["gene"])))
    if imputed:
        files.write_table(imputed, schema.IMPUTED.arrange(tested.imputed))
    return _summary(tested, design, settings, int((names["excluded_because"] != "").sum()))


def _doubts(tested: Tested, dropout: DropoutModel) -> list[str]:
    """Return what makes the tests of absence of a table doubtful, where any were done."""
    absent = tested.rows[tested.rows["test"] == DETECTION]
    silent = np.where(absent["n_treatment"] == 0, absent["of_treatment"], absent["of_control"])
    doubts = []
    if (silent < _FEWEST_REPLICATES).any():
        doubts.append("a condition has fewer than three samples")
    if len(absent) and dropout.slope < _FLAT:
        doubts.append(f"detection hardly depends on intensity (slope {dropout.slope:.2f})")
    if len(absent) and dropout.condition_sd > _SHARED:
        doubts.append(f"samples of a condition drop out together (standard deviation {dropout.condition_sd:.2f})")
    return doubts


def _summary(tested: Tested, design: DesignMatrix, settings: dict[str, Any], excluded: int) -> Summary:
    model = tested.model
    prior, dropout = model.moderated.prior, model.dropout
    summary = Summary()
    values = "observed log2 values without imputation"
    if settings["method"] == "dpc":
        values = "estimated log2 values"
    elif settings["imputation"] != "none":
        values = f"log2 values, missing ones imputed ({settings['imputation']}, seed {settings['imputation_seed']})"
    robust = (
        ", robust against outlying variances (Phipson et al. 2016, Ann Appl Stat 10:946)" if settings["robust"] else ""
    )
    text = (
        f"Differences were tested by linear models ({design.formula}, {len(design.samples)} samples) fitted to each protein "
        f"group's {values}, with exact contrast variances and moderated t statistics (limma{_PRIORS[settings['method']]}"
        f"{robust}; Smyth 2004, Stat Appl Genet Mol Biol 3:3; prior degrees of freedom {prior.df:.3g}"
        f"{', estimated as by limma before version 3.61' if settings['legacy'] else ''})"
    )
    if settings["min_log2fc"]:
        text += (
            f", against changes up to {settings['min_log2fc']:g} log2 (McCarthy & Smyth 2009, Bioinformatics 25:765)"
        )
    if model.correlation is not None:
        text += (
            f"; samples of one {settings['block']} had a common correlation of {model.correlation:.3f} (Smyth et al. 2005, "
            "Bioinformatics 21:2067)"
        )
    if model.weights is not None:
        text += (
            f"; samples were weighted from {model.weights.min():.2f} to {model.weights.max():.2f} (Ritchie et al. 2006)"
        )
    summary.methods.append(f"{text}; p-values were adjusted within each contrast (Benjamini & Hochberg 1995).")
    if dropout is not None and not dropout.refused:
        summary.methods.append(
            "The absence of a protein group from one condition was tested by a dropout model estimated from the table: "
            f"log-odds of detection with slope {dropout.slope:.2f} per log2 intensity, standard deviations of "
            f"{dropout.protein_sd:.2f} between protein groups and {dropout.condition_sd:.2f} between their conditions."
        )
    summary.warnings += [
        f"the design takes {name!r} as a number, with one slope for all its values: write C({name}) if it names groups"
        for name in design.doubtful_slopes
    ]
    if dropout is not None and dropout.refused:
        summary.warnings.append(
            f"absence from a condition is no evidence in this table, and such protein groups have no p-value: {dropout.refused}"
        )
    if dropout is not None and not dropout.refused:
        doubts = _doubts(tested, dropout)
        if doubts:
            summary.warnings.append(f"read tests of absence with care: {'; '.join(doubts)} (docs/methods.md)")
    if settings["imputation"] != "none":
        summary.warnings.append(
            f"{len(tested.imputed)} values were imputed and count as measured ones: false discovery rates are not kept"
        )
    if model.correlation == 0:
        summary.warnings.append(
            f"no protein group tells how samples of one {settings['block']} are correlated: all samples count as independent"
        )
    if prior.zero_variances:
        summary.warnings.append(
            f"{prior.zero_variances} protein groups do not vary at all between replicates and were left out of the prior "
            "variance: look whether their values were imputed or copied"
        )
    summary.counts["excluded before testing"] = excluded
    for name, rows in tested.rows.groupby("contrast", sort=False):
        summary.counts[f"{name}: tested"] = int((rows["test"] != NO_TEST).sum())
        summary.counts[f"{name}: tested by absence"] = int((rows["test"] == DETECTION).sum())
        one_side = int(rows["note"].str.contains(ONE_SIDE_ONLY, regex=False).sum())
        absences = int((rows["test"] == DETECTION).sum())
        summary.counts[f"{name}: seen on one side only, not tested"] = one_side
        if dropout is not None and not dropout.refused and one_side >= _MANY_UNTESTED and one_side > absences:
            summary.warnings.append(
                f"{name}: {one_side} protein groups are seen on one side only and cannot be tested by their absence, "
                f"{absences} can: the design {design.formula!r} asks more of their samples than they tell; fewer covariates, "
                "or the subject as block, keep them"
            )
    return summary
