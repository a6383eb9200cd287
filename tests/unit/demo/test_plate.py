"""The demo's bead-array plate: MyoSieve reads it, it holds what was planted, and what was done wrong on purpose is noticed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from myosieve import files, schema
from myosieve.immunoassay.export import read_export
from myosieve.immunoassay.step import agreement, immunoassay
from myosieve.immunoassay.xponent import Plate, read_xponent
from myosieve.provenance import Summary

# What resources/demo/SOURCES.md says was made to be noticed.
CONTRADICTED, CENSORED = "Myostatin", "Oncostatin M"
CLOGGED = {"control_D4", "endurance_D2", "resistance_D1"}
FDR = 0.05


@pytest.fixture(scope="module")
def study(root: Path) -> dict:
    return yaml.safe_load((root / "config" / "demo.yaml").read_text(encoding="utf-8"))["studies"]["demo"]


@pytest.fixture(scope="module")
def sheet(root: Path, study: dict) -> pd.DataFrame:
    return pd.read_csv(root / study["samples"], sep="\t")


@pytest.fixture(scope="module")
def truth(root: Path) -> pd.DataFrame:
    return pd.read_csv(root / "resources" / "demo" / "truth.tsv", sep="\t")


@pytest.fixture(scope="module")
def plate(root: Path, study: dict) -> Plate:
    return read_xponent(root / study["immunoassay"]["plate"])


@pytest.fixture(scope="module")
def read(root: Path, study: dict, tmp_path_factory) -> tuple[Summary, Path]:
    out = tmp_path_factory.mktemp("plate") / "immunoassay.tsv"
    return immunoassay(root / study["immunoassay"]["plate"], root / study["immunoassay"]["panel"], out), out


@pytest.fixture(scope="module")
def assay(read) -> pd.DataFrame:
    return files.read_table(read[1], schema.ASSAY)


@pytest.fixture(scope="module")
def compared(root: Path, study: dict, assay: pd.DataFrame, read, truth: pd.DataFrame) -> pd.DataFrame:
    """The plate beside a mass spectrometer that errs nowhere: it finds every planted difference, and nothing else."""
    keys = pd.MultiIndex.from_product(
        [study["contrasts"], assay["accession"].unique()], names=["contrast", "accession"]
    )
    found = truth.set_index(keys.names)["log2fc"].reindex(keys, fill_value=0.0).reset_index()
    found = found.assign(
        protein_group=found["accession"],
        q_value=np.where(found["log2fc"] != 0, FDR / 10, 1.0),
        n_treatment=5,
        n_control=5,
    )
    ms = read[1].with_name("differential.tsv")
    files.write_table(ms, schema.DIFFERENTIAL.arrange(found.reindex(columns=schema.DIFFERENTIAL.names)))
    settings = {"design_matrix": "", "design": study["design"], "contrasts": study["contrasts"], "fdr": FDR}
    out = read[1].with_name("agreement.tsv")
    summary = agreement(read[1], root / study["samples"], ms, settings, out)
    assert summary.warnings == []
    return files.read_table(out, schema.AGREEMENT)


def test_every_sample_of_the_sheet_is_read_in_two_wells_of_each_analyte(read, assay, sheet) -> None:
    summary, _ = read
    assert summary.warnings == []
    assert list(assay["sample"].drop_duplicates()) == list(sheet["sample"])
    assert len(assay) == 15 * 9
    assert (assay["n_wells"] == 2).all()
    assert (assay["unit"] == "pg/mL").all()
    # Seven standards and a background in duplicate.
    assert summary.counts["wells: standard"] == 14
    assert summary.counts["wells: blank"] == 2
    assert summary.counts["wells: sample"] == 30


def test_every_analyte_is_a_myokine_with_a_planted_difference(assay, truth) -> None:
    assert assay["accession"].notna().all()
    assert set(assay["accession"]) <= set(truth["accession"])


def test_net_mfi_is_the_median_without_the_background(root: Path, study: dict) -> None:
    blocks = read_export(root / study["immunoassay"]["plate"]).blocks
    median, net = (blocks[name].analytes().astype(float).to_numpy() for name in ("Median", "Net MFI"))
    blank = [row[1] == "Background0" for row in blocks["Median"].rows]
    # Exact: medians end in .0 or .5, and the mean of two in quarters.
    assert (net == median - median[blank].mean(axis=0)).all()


def test_a_concentration_is_the_inverse_of_the_exports_own_curve(root: Path, study: dict, plate: Plate) -> None:
    block = read_export(root / study["immunoassay"]["plate"]).blocks["Analysis Coefficients"]
    curve = block.analytes().astype(float).set_axis([row[0] for row in block.rows])
    wells = plate.wells[plate.wells["result"].notna()]
    a, b, c, d, f = (wells["analyte"].map(curve.loc[f"Coefficient {letter}"]) for letter in "ABCDF")
    # y = A + B / (1 + (x / C)^D)^F at the result must be Net MFI: ten digits were written.
    np.testing.assert_allclose(a + b / (1 + (wells["result"] / c) ** d) ** f, wells["mfi"], rtol=1e-6)
    assert set(wells.loc[wells["kind"] == "sample", "dilution"]) == {1}


def test_standards_dilute_by_four_and_are_recovered(plate: Plate) -> None:
    for _, series in plate.standards.groupby("analyte")["expected"]:
        assert len(series) == 7
        assert (series.to_numpy()[:-1] == 4 * series.to_numpy()[1:]).all()
    recovered = plate.wells.loc[plate.wells["kind"] == "standard", "recovery"]
    # 126 wells with an error of 10 %, more at the ends of the curve: the median is known to some 1.5 %.
    assert recovered.median() == pytest.approx(100, abs=5)
    assert recovered.between(40, 250).all()


def test_replicates_differ_by_the_error_of_a_well(assay: pd.DataFrame) -> None:
    # The parameter is 10 %; the beads add 3 %. The root mean square over 120 pairs has a relative error of 1 / sqrt(240).
    assert np.sqrt((assay["cv_percent"] ** 2).mean()) == pytest.approx(10.4, rel=0.2)


def test_planted_differences_are_recovered_but_for_the_opposed_analyte(compared: pd.DataFrame, truth) -> None:
    planted = truth.set_index(["contrast", "accession"])["log2fc"]
    rows = compared[compared["analyte"] != CENSORED]
    expected = planted.reindex(pd.MultiIndex.from_frame(rows[["contrast", "accession"]]), fill_value=0.0).to_numpy()
    expected = np.where(rows["analyte"] == CONTRADICTED, -expected, expected)
    # Variance of a sample's mean of two wells: dishes 0.04, wells (0.1 / ln 2)^2 / 2 = 0.01. The mean of five paired
    # differences has a standard deviation of sqrt(2 * 0.05 / 5) = 0.14; three of them.
    np.testing.assert_allclose(rows["assay_log2fc"], expected, atol=0.43)


def test_the_plate_confirms_what_was_planted_and_contradicts_the_opposed_analyte(compared: pd.DataFrame) -> None:
    significant = compared[(compared["ms_q_value"] <= FDR) & (compared["analyte"] != CENSORED)]
    opposed = significant["analyte"] == CONTRADICTED
    assert opposed.sum() == 3
    assert set(significant.loc[opposed, "agreement"]) == {"contradicted"}
    # Planted differences are 0.8 or more, five standard deviations.
    assert set(significant.loc[~opposed, "agreement"]) == {"confirmed"}


def test_one_analyte_is_mostly_below_the_lowest_standard(assay, compared, plate: Plate) -> None:
    below = (assay["censored"] == "below").groupby(assay["analyte"]).mean()
    assert 0.5 < below[CENSORED] < 1
    assert (below.drop(CENSORED) == 0).all()
    hidden = assay["censored"].notna()
    assert assay.loc[hidden, "concentration"].isna().all()
    lowest = plate.standards.groupby("analyte")["expected"].min()
    assert set(plate.wells["limit"].dropna()) == {lowest[CENSORED]}
    assert set(compared.loc[compared["analyte"] == CENSORED, "agreement"]) == {"assay out of range"}


def test_three_samples_have_a_clogged_well(assay: pd.DataFrame) -> None:
    few = assay["flag"].str.contains("fewer than 35 beads", na=False)
    assert set(assay.loc[few, "sample"]) == CLOGGED
    assert few.sum() == 9 * len(CLOGGED)
    assert (assay.loc[~few, "min_beads"] >= 100).all()
