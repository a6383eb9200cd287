"""Laws of the assay's contrasts and of their comparison with the mass spectrometer's."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtr

from myosieve import schema
from myosieve.differential.design import contrasts, design_matrix
from myosieve.immunoassay.agreement import assay_contrasts, compare, not_measured

SAMPLES = pd.DataFrame({"sample": ["r1", "r2", "r3", "e1", "e2", "e3"], "condition": ["rest"] * 3 + ["eps"] * 3})
NAMES = list(SAMPLES["sample"])


def assayed(table, censored=None, expression="eps - rest", samples=SAMPLES, formula="~ condition"):
    """Test analytes given as name -> six log2 concentrations."""
    values = pd.DataFrame(table, index=NAMES).T
    hidden = pd.DataFrame(False, index=values.index, columns=NAMES)
    for analyte, names in (censored or {}).items():
        hidden.loc[analyte, names] = True
        values.loc[analyte, names] = np.nan
    design = design_matrix(samples, formula)
    return assay_contrasts(values, hidden, design, contrasts(design, {"c": expression}))


UP = [5.0, 5.2, 5.1, 7.0, 7.3, 7.1]
FLAT = [5.0, 5.2, 5.1, 5.2, 5.0, 5.1]
NOISY = [3.0, 5.0, 4.0, 4.4, 3.1, 5.5]


def test_the_test_is_the_ordinary_two_sample_t_test():
    row = assayed({"IL6": UP}).iloc[0]
    control, treatment = np.array(UP[:3]), np.array(UP[3:])
    pooled = (control.var(ddof=1) + treatment.var(ddof=1)) / 2
    t = (treatment.mean() - control.mean()) / np.sqrt(pooled * 2 / 3)
    assert row["assay_log2fc"] == pytest.approx(treatment.mean() - control.mean())
    assert row["assay_p_value"] == pytest.approx(2 * stdtr(4, -abs(t)))


def test_what_else_the_kit_measures_changes_no_p_value():
    alone = assayed({"IL6": UP})
    among = assayed({"IL6": UP, **{f"a{i}": np.roll(NOISY, i) for i in range(12)}})
    assert among.loc[0, "assay_p_value"] == pytest.approx(alone.loc[0, "assay_p_value"], rel=1e-12)
    assert among.loc[0, "assay_q_value"] > alone.loc[0, "assay_q_value"]


def test_swapping_treatment_and_control_negates_the_fold_change():
    there, back = (assayed({"IL6": UP}, expression=text).iloc[0] for text in ("eps - rest", "rest - eps"))
    assert there["assay_log2fc"] == pytest.approx(-back["assay_log2fc"])
    assert there["assay_ci_low"] == pytest.approx(-back["assay_ci_high"])


def test_the_design_of_the_study_is_used():
    # donors differ by 10, the effect is 1 with a spread of 0.1: only a paired design sees it
    paired = SAMPLES.assign(subject=["d1", "d2", "d3"] * 2)
    values = {"IL6": [0.0, 10.0, 20.0, 1.0, 11.1, 20.9]}
    assert assayed(values)["assay_p_value"][0] > 0.5
    assert assayed(values, samples=paired, formula="~ subject + condition")["assay_p_value"][0] < 0.01


def test_censored_samples_are_counted_and_take_no_part():
    row = assayed({"IL6": UP}, censored={"IL6": ["r1"]}).iloc[0]
    assert (row["n_control"], row["of_control"], row["censored_control"], row["censored_treatment"]) == (2, 3, 1, 0)
    assert row["assay_log2fc"] == pytest.approx(np.mean(UP[3:]) - np.mean(UP[1:3]))


# ---- beside the mass spectrometer --------------------------------------------------------------------------------


def ms(*groups, contrast="c"):
    """Return differential rows; a group is protein_group, accession, log2fc, q_value and further columns by name."""
    rows = []
    for group, accession, log2fc, q_value, *more in groups:
        row = dict.fromkeys(schema.DIFFERENTIAL.names, np.nan)
        row |= {"contrast": contrast, "protein_group": group, "accession": accession, "log2fc": log2fc}
        row |= {"q_value": q_value, "n_treatment": 3, "n_control": 3, "note": ""}
        rows.append(row | (more[0] if more else {}))
    return pd.DataFrame(rows, columns=schema.DIFFERENTIAL.names)


IL6_UP = ("P05231", "P05231", 1.5, 0.001)


def compared(assay, *groups, accession="P05231", fdr=0.05):
    (row,) = compare(assay, {"IL6": accession}, ms(*groups), fdr).to_dict("records")
    return row


@pytest.mark.parametrize(
    ("values", "group", "word"),
    [
        (UP, IL6_UP, "confirmed"),
        (UP, ("P05231", "P05231", -1.5, 0.001), "contradicted"),
        (FLAT, IL6_UP, "not confirmed"),
        (UP, ("P05231", "P05231", 1.5, 0.3), "MS not significant"),
        (UP, ("P01375", "P01375", 1.5, 0.001), "MS not detected"),
        (UP, ("P05231", "P05231", np.nan, np.nan, {"n_treatment": 0, "n_control": 0}), "MS not detected"),
        (
            UP,
            ("P05231", "P05231", np.nan, np.nan, {"n_control": 0, "note": "seen in 3 of 3 treatment"}),
            "not compared",
        ),
    ],
)
def test_each_class_is_what_its_name_says(values, group, word):
    row = compared(assayed({"IL6": values}), group)
    assert row["agreement"] == word
    assert ("seen in 3 of 3 treatment" in row["note"]) == (word == "not compared")


def test_the_fold_change_of_the_mass_spectrometer_stands_beside_that_of_the_assay():
    row = compared(assayed({"IL6": UP}), IL6_UP)
    assert (row["ms_protein_group"], row["ms_log2fc"], row["ms_q_value"]) == ("P05231", 1.5, 0.001)
    assert row["assay_log2fc"] == pytest.approx(np.mean(UP[3:]) - np.mean(UP[:3]))
    assert row["note"] == ""


def test_the_same_fdr_holds_for_both_methods():
    assay = assayed({"IL6": UP})  # q below 0.001
    assert compared(assay, IL6_UP, fdr=0.01)["agreement"] == "confirmed"
    assert compared(assay, IL6_UP, fdr=0.0005)["agreement"] == "MS not significant"
    assert compared(assay, ("P05231", "P05231", 1.5, 0.0), fdr=1e-9)["agreement"] == "not confirmed"


@pytest.mark.parametrize("censored", [["r1", "r2"], ["r1", "r2", "r3"], NAMES])
def test_more_than_half_of_a_side_beyond_the_curve_is_out_of_range(censored):
    row = compared(assayed({"IL6": UP}, censored={"IL6": censored}), IL6_UP)
    assert row["agreement"] == "assay out of range"
    assert f"{len(set(censored) & set(NAMES[:3]))} of 3 control samples beyond the standard curve" in row["note"]


def test_fewer_censored_samples_are_told_and_do_not_decide():
    row = compared(assayed({"IL6": UP}, censored={"IL6": ["r1"]}), IL6_UP)
    assert row["agreement"] == "confirmed"
    assert row["note"] == "1 of 3 control samples beyond the standard curve"


def test_without_an_accession_nothing_is_compared_and_it_is_said():
    row = compared(assayed({"IL6": UP}), IL6_UP, ("", "", 1.0, 0.01), accession="")
    assert row["agreement"] == "not compared"
    assert row["note"].startswith("no accession is known")
    assert row["ms_protein_group"] == ""


def test_a_contrast_that_the_plate_cannot_answer_has_rows_with_its_reason():
    row = compared(not_measured("c", ["IL6"], "not measured on this plate"), IL6_UP)
    assert (row["agreement"], row["note"]) == ("not compared", "assay: not measured on this plate")
    assert np.isnan(row["assay_log2fc"])


# IL-12: P29459 (alpha) and P29460 (beta), as UniProt has them
ALPHA, BETA = ("P29459", "P29459", 2.0, 0.001), ("P29460", "P29460", 1.0, 0.01)


@pytest.mark.parametrize(
    ("groups", "word", "group"),
    [
        ([ALPHA, BETA], "confirmed", "P29460"),
        ([ALPHA, ("P29460", "P29460", 1.0, 0.2)], "MS not significant", "P29460"),
        ([ALPHA, ("P29460", "P29460", -1.0, 0.01)], "not compared", "P29460"),
        ([ALPHA], "confirmed", "P29459"),
    ],
)
def test_a_heterodimer_is_confirmed_only_by_all_its_detected_subunits(groups, word, group):
    row = compared(assayed({"IL6": UP}), *groups, accession="P29459;P29460")
    assert (row["agreement"], row["ms_protein_group"]) == (word, group)
    assert (row["ms_log2fc"], row["ms_q_value"]) == groups[-1][2:4]
    told = "P29459 (log2fc 2.00)" if len(groups) == 2 else "no protein group of the MS table holds P29460"
    assert told in row["note"]


@pytest.mark.parametrize(
    ("group", "leading"),
    [
        ("P99999;P05231", "P99999"),
        ("P99999;P05231 #2", "P99999"),
        ("P99999;sp|P05231|IL6_HUMAN", "P99999"),
        ("P05231-2", "P05231-2"),
        ("a key of its own", "P05231"),
    ],
)
def test_a_group_is_found_by_any_of_its_accessions_however_written(group, leading):
    assert compared(assayed({"IL6": UP}), (group, leading, 1.5, 0.001))["agreement"] == "confirmed"


def test_a_group_that_the_accession_leads_goes_before_one_that_contains_it():
    row = compared(assayed({"IL6": UP}), ("P99999;P05231", "P99999", -1.0, 0.01), IL6_UP)
    assert (row["agreement"], row["ms_protein_group"]) == ("confirmed", "P05231")


def test_each_contrast_is_compared_with_its_own():
    assay = pd.concat([assayed({"IL6": UP}), assayed({"IL6": UP}).assign(contrast="d")], ignore_index=True)
    both = pd.concat([ms(IL6_UP), ms(("P05231", "P05231", -1.5, 0.001), contrast="d")], ignore_index=True)
    assert compare(assay, {"IL6": "P05231"}, both, 0.05)["agreement"].tolist() == ["confirmed", "contradicted"]
