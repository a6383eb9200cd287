"""Contrasts of the immunoassay, and whether they agree with the mass spectrometer's.

Each analyte is tested by an ordinary linear model with the study's design, on its own residual variance. The variances are
*not* moderated: a panel is a handful of assays with ranges and chemistries of their own, chosen by hand, so that neither a
common prior variance nor a mean-variance trend can be learned from them; and what confirms one protein should not depend
on which others the kit measures. Censored samples carry no number and take no part in the test. They are counted, and where
more than half of a side is censored, the analyte is out of the assay's range, whatever the rest says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from myosieve.differential.contrast_tests import Options, contrast_tests
from myosieve.differential.design import Contrast, DesignMatrix
from myosieve.statistics.false_discovery import benjamini_hochberg
from myosieve.tables.accessions import parse

_RENAMED = {name: f"assay_{name}" for name in ("log2fc", "ci_low", "ci_high", "p_value", "q_value")}
_SIZES = ["n_treatment", "n_control", "of_treatment", "of_control", "censored_treatment", "censored_control"]


def assay_contrasts(
    values: pd.DataFrame, censored: pd.DataFrame, design: DesignMatrix, contrasts: Sequence[Contrast]
) -> pd.DataFrame:
    """Test the contrasts of every analyte.

    Parameters
    ----------
    values
        (m analytes x n samples) log2 concentrations, NaN = censored or not measured; columns as `design.samples`.
    censored
        (m x n) bool: below or above the standard curve.
    design, contrasts
        From `differential.design`, of these samples.

    Returns
    -------
    One row per contrast and analyte: contrast, analyte, assay_log2fc, assay_ci_low, assay_ci_high, assay_p_value,
    assay_q_value, n_treatment, n_control, of_treatment, of_control, censored_treatment, censored_control, note. What the
    uncensored samples cannot estimate is NaN, with a note.
    """
    # One analyte at a time: from a single variance no prior is learned, and the moderated t is the ordinary one.
    options = Options(method="limma", detection=False)
    tested = [contrast_tests(values.loc[[analyte]], design, contrasts, options).rows for analyte in values.index]
    rows = pd.concat(tested, ignore_index=True).rename(columns={"protein_group": "analyte"} | _RENAMED)
    hidden = censored[design.samples].to_numpy(dtype=bool)
    blocks = []
    for contrast in contrasts:
        block = rows[rows["contrast"] == contrast.name].copy()
        block["assay_q_value"] = benjamini_hochberg(block["assay_p_value"].to_numpy())
        for side, sign in (("treatment", +1), ("control", -1)):
            block[f"censored_{side}"] = hidden[:, contrast.samples(design, sign)].sum(axis=1)
        blocks.append(block)
    columns = ["contrast", "analyte", *_RENAMED.values(), *_SIZES, "note"]
    return pd.concat(blocks, ignore_index=True)[columns]


def not_measured(contrast: str, analytes: Sequence[str], reason: str) -> pd.DataFrame:
    """Return the rows of `assay_contrasts` for a contrast that the plate's samples cannot answer."""
    rows = pd.DataFrame({"contrast": contrast, "analyte": list(analytes), "note": reason})
    return rows.assign(**dict.fromkeys([*_RENAMED.values(), *_SIZES], np.nan))


def compare(assay: pd.DataFrame, accessions: Mapping[str, str], differential: pd.DataFrame, fdr: float) -> pd.DataFrame:
    """Set each contrast of an analyte beside the contrast of its protein.

    Several protein groups may stand for one analyte (the subunits of a heterodimer, isoforms). The least significant of
    those with a test is compared, so that an analyte is confirmed only by all of them.

    Parameters
    ----------
    assay
        From `assay_contrasts` and `not_measured`.
    accessions
        UniProt accessions by analyte, several separated by ';', '' = unknown.
    differential
        `schema.DIFFERENTIAL`.
    fdr
        Largest q-value that counts as significant, in either method.

    Returns
    -------
    The rows with accession, ms_protein_group, ms_log2fc, ms_q_value, agreement and a note, as `contract.AGREEMENT` says.
    """
    members = {group: _members(group, accession) for group, accession in _groups(differential)}
    found = {analyte: _matching(text, members) for analyte, text in accessions.items()}
    by_contrast = {name: rows.set_index("protein_group") for name, rows in differential.groupby("contrast")}
    judged = []
    for row in assay.to_dict("records"):
        groups, absent = found[row["analyte"]]
        ms = by_contrast.get(row["contrast"], differential.iloc[:0].set_index("protein_group"))
        ms = ms.loc[[group for group in groups if group in ms.index]]
        judged.append(_judge(row, accessions[row["analyte"]], ms, absent, fdr))
    return assay.drop(columns="note").join(pd.DataFrame(judged, index=assay.index))


def _groups(differential: pd.DataFrame) -> list[tuple[str, str]]:
    pairs = differential[["protein_group", "accession"]].drop_duplicates("protein_group").fillna("")
    return list(pairs.itertuples(index=False, name=None))


def _canonical(accession: str) -> str:
    """Return the accession without prefixes of a database, the number of an isoform, or what follows a blank (" #2")."""
    return re.sub(r"-\d+$", "", parse(accession).accession)


def _members(group: str, accession: str) -> tuple[str, set[str]]:
    """Return the leading accession of a protein group, and all that its key names."""
    return _canonical(accession), {_canonical(part) for part in group.split(";")}


def _matching(accessions: str, members: Mapping[str, tuple[str, set[str]]]) -> tuple[list[str], list[str]]:
    """Return the protein groups of an analyte's accessions, and the accessions that have none.

    A group that an accession leads goes before one that only contains it.
    """
    groups, absent = [], []
    for accession in filter(None, accessions.split(";")):
        key = _canonical(accession)
        led = [group for group, (leading, _) in members.items() if leading == key]
        matching = led or [group for group, (_, names) in members.items() if key in names]
        groups += [group for group in matching if group not in groups]
        absent += [] if matching else [accession]
    return groups, absent


def _judge(row: dict, accession: str, ms: pd.DataFrame, absent: Sequence[str], fdr: float) -> dict:
    tested = ms[ms["q_value"].notna() & ms["log2fc"].notna()].sort_values("q_value", kind="stable")
    result = {"accession": accession, "ms_protein_group": "", "ms_log2fc": np.nan, "ms_q_value": np.nan}
    notes = []
    if len(tested):
        least = tested.iloc[-1]
        result |= {"ms_protein_group": tested.index[-1], "ms_log2fc": least["log2fc"], "ms_q_value": least["q_value"]}
        others = [f"{group} (log2fc {log2fc:.2f})" for group, log2fc in tested["log2fc"].iloc[:-1].items()]
        notes += [f"other protein groups of the analyte: {', '.join(others)}"] if others else []
    notes += [f"no protein group of the MS table holds {', '.join(absent)}"] if absent else []
    # Why there is no test, or what to know about the one that is shown.
    shown = ~ms.index.isin(tested.index[:-1]) & ms["note"].fillna("").ne("")
    notes += [f"MS {group}: {note}" for group, note in ms.loc[shown, "note"].items()]
    notes += _on_censoring(row)
    if isinstance(row["note"], str) and row["note"]:
        notes.append(f"assay: {row['note']}")
    result["agreement"] = _verdict(row, accession, ms, tested, fdr)
    if not accession:
        notes.insert(0, "no accession is known for the analyte: give a panel")
    return result | {"note": "; ".join(notes)}


def _on_censoring(row: dict) -> list[str]:
    return [
        f"{row[f'censored_{side}']:.0f} of {row[f'of_{side}']:.0f} {side} samples beyond the standard curve"
        for side in ("treatment", "control")
        if row[f"censored_{side}"] > 0
    ]


def _verdict(row: dict, accession: str, ms: pd.DataFrame, tested: pd.DataFrame, fdr: float) -> str:
    if not accession:
        return "not compared"
    censored = [row[f"censored_{side}"] for side in ("treatment", "control")]
    mostly = [row[f"censored_{side}"] > row[f"of_{side}"] / 2 for side in ("treatment", "control")]
    untested = np.isnan(row["assay_q_value"])
    if any(mostly) or (untested and sum(censored) > 0):
        return "assay out of range"
    if untested:
        return "not compared"
    if tested.empty:
        unseen = ms["n_treatment"].eq(0) & ms["n_control"].eq(0)
        return "MS not detected" if unseen.all() else "not compared"
    if not (tested["q_value"] <= fdr).all():
        return "MS not significant"
    if row["assay_q_value"] > fdr:
        return "not confirmed"
    same = np.sign(tested["log2fc"]) == np.sign(row["assay_log2fc"])
    # Of protein groups that point both ways, one agrees with any assay.
    return "confirmed" if same.all() else "not compared" if same.any() else "contradicted"
