"""Laws of the two steps, files to files."""

import numpy as np
import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.immunoassay.step import agreement, immunoassay

CONDITIONS = {"r1": "rest", "r2": "rest", "r3": "rest", "e1": "eps", "e2": "eps", "e3": "eps"}
SETTINGS = {
    "design_matrix": "",
    "design": "~ condition",
    "contrasts": {"eps_vs_rest": {"treatment": "eps", "control": "rest"}},
    "fdr": 0.05,
}
PANEL = "analyte\taccession\tnote\nIL6\tP05231\t\nIL12\tP29459; P29460\tp70\n"


class Study:
    """The files around a plate; a test changes a frame, then runs."""

    def __init__(self, folder, export):
        self.folder, self.export = folder, export
        self.sheet = pd.DataFrame({"sample": list(CONDITIONS), "condition": list(CONDITIONS.values())})
        rows = [("P05231", 1.8, 0.001), ("P29459", 0.5, 0.01), ("P29460", 0.4, 0.02)]
        self.ms = pd.DataFrame(rows, columns=["protein_group", "log2fc", "q_value"])
        self.ms = self.ms.assign(contrast="eps_vs_rest", accession=self.ms["protein_group"], n_treatment=3, n_control=3)
        self.panel = PANEL

    def immunoassay(self):
        panel = self.folder / "panel.tsv"
        panel.write_text(self.panel)
        plate = self.export.write(self.folder / "plate.csv")
        summary = immunoassay(plate, panel if self.panel else None, self.folder / "assay.tsv")
        return summary, files.read_table(self.folder / "assay.tsv", schema.ASSAY)

    def agreement(self, settings=SETTINGS):
        if not (self.folder / "assay.tsv").exists():
            self.immunoassay()
        files.write_table(self.folder / "samples.tsv", self.sheet)
        ms = self.ms.reindex(columns=schema.DIFFERENTIAL.names)
        files.write_table(self.folder / "differential.tsv", schema.DIFFERENTIAL.arrange(ms))
        paths = [self.folder / name for name in ("assay.tsv", "samples.tsv", "differential.tsv")]
        summary = agreement(*paths, settings, self.folder / "agreement.tsv")
        table = files.read_table(self.folder / "agreement.tsv", schema.AGREEMENT)
        return summary, table


@pytest.fixture
def study(tmp_path, export):
    return Study(tmp_path, export)


def assert_refused(run, *words):
    with pytest.raises(InputError) as caught:
        run()
    for word in words:
        assert word in str(caught.value)


def warned(summary, *words):
    return any(all(word in text for word in words) for text in summary.warnings)


def test_one_row_per_sample_and_analyte_and_none_of_a_standard(study):
    summary, table = study.immunoassay()
    assert table[["sample", "analyte"]].apply(tuple, axis=1).tolist() == [
        (sample, analyte) for sample in CONDITIONS for analyte in ("IL6", "IL12")
    ]
    assert table.columns.tolist() == schema.ASSAY.names
    assert summary.counts["wells: standard"] == 7
    assert summary.warnings == []
    assert table["flag"].isna().all()


def test_accessions_come_from_the_panel(study):
    _, table = study.immunoassay()
    assert table["accession"].tolist()[:2] == ["P05231", "P29459;P29460"]
    study.panel = "analyte,accession\nIL6,P05231\nTNF,P01375\n"
    summary, table = study.immunoassay()
    assert table["accession"].isna().tolist()[:2] == [False, True]
    assert warned(summary, "no accession", "IL12")
    assert warned(summary, "not on the plate", "TNF")


def test_without_a_panel_the_accession_stays_empty_and_both_steps_say_so(study):
    study.panel = ""
    summary, table = study.immunoassay()
    assert table["accession"].isna().all()
    assert warned(summary, "no panel was given")
    summary, table = study.agreement()
    assert set(table["agreement"]) == {"not compared"}
    assert table["note"].str.contains("no accession is known").all()
    assert table["assay_q_value"].notna().all()
    assert warned(summary, "no accession is known for any analyte")


@pytest.mark.parametrize(
    ("panel", "word"),
    [
        ("analyte\tuniprot\nIL6\tP05231\n", "column 'accession'"),
        ("analyte\taccession\nIL6\tP05231\nIL6\tP1\n", "line 3: analyte 'IL6' is empty or repeated"),
        ("analyte\taccession\nIL-6\tP05231\n", "IL6, IL12"),
    ],
)
def test_a_panel_that_does_not_fit_is_refused(study, panel, word):
    study.panel = panel
    assert_refused(study.immunoassay, "panel.tsv", word)
    assert not (study.folder / "assay.tsv").exists()


def test_a_lost_decimal_point_is_flagged_warned_of_and_not_repaired(study):
    study.export.standards["Standard4"][0] = 15625 * 10.0  # 156.25
    summary, table = study.immunoassay()
    assert warned(summary, "1 of 14 expected", "IL6 Standard4 = 156250", "nothing was repaired")
    flags = table.set_index("analyte")["flag"]
    assert flags["IL6"].str.contains("Standard4 = 156250, the series calls for 156.25").all()
    assert flags["IL12"].isna().all()


def test_what_the_export_lacks_is_said(study):
    study.export.without = {"Count", "Standard Expected Concentration"}
    study.export.end = []
    summary, table = study.immunoassay()
    assert warned(summary, "cut off")
    assert warned(summary, "no expected concentrations")
    assert warned(summary, "no bead counts")
    assert table["min_beads"].isna().all()


def test_a_plate_without_concentrations_or_samples_is_refused(study):
    study.export.without = {"Result"}
    assert_refused(study.immunoassay, "no block 'Result'")
    study.export.without = set()
    study.export.wells = study.export.wells[:8]
    assert_refused(study.immunoassay, "every well is a standard, a control or a blank")
    study.export.wells = []
    assert_refused(study.immunoassay, "the export lists no wells")


def test_planted_agreement_is_found(study):
    summary, table = study.agreement()
    rows = table.set_index("analyte")
    # IL6 is planted four times as high: log2 of the geometric means of conftest's numbers
    assert rows.loc["IL6", "assay_log2fc"] == pytest.approx(2, abs=0.1)
    assert rows["agreement"].to_dict() == {"IL6": "confirmed", "IL12": "not confirmed"}
    assert table.columns.tolist() == schema.AGREEMENT.names
    assert summary.counts["eps_vs_rest: confirmed"] == 1


def test_samples_on_one_side_only_are_named(study):
    study.sheet = study.sheet[study.sheet["sample"] != "r3"]
    study.sheet.loc[99] = ["e9", "eps"]
    summary, table = study.agreement()
    assert warned(summary, "samples of the plate are not in the sheet", "r3")
    assert warned(summary, "secretome samples of the sheet are not on the plate", "e9")
    assert table["of_control"].tolist() == [2, 2]


def test_samples_of_another_fraction_are_left_out(study):
    study.sheet["fraction"] = ["lysate", *["secretome"] * 5]
    summary, table = study.agreement()
    assert warned(summary, "another fraction", "r1")
    assert table["of_control"].tolist() == [2, 2]


def test_no_common_sample_is_refused_with_both_sides(study):
    study.sheet["sample"] = [f"donor_{i}" for i in range(6)]
    assert_refused(study.agreement, "donor_0, donor_1", "r1, r2")
    assert not (study.folder / "agreement.tsv").exists()


def test_a_contrast_of_which_the_plate_lacks_a_condition_is_said_not_to_be_measured(study):
    study.sheet = pd.concat(
        [study.sheet, pd.DataFrame({"sample": ["h1", "h2"], "condition": "hypoxia"})], ignore_index=True
    )
    study.ms = pd.concat([study.ms, study.ms.assign(contrast="hypoxia_vs_rest")])
    wanted = SETTINGS["contrasts"] | {"hypoxia_vs_rest": {"treatment": "hypoxia", "control": "rest"}}
    summary, table = study.agreement(SETTINGS | {"contrasts": wanted})
    by_contrast = table.groupby("contrast")["agreement"].agg(list)
    assert by_contrast["hypoxia_vs_rest"] == ["not compared"] * 2
    assert by_contrast["eps_vs_rest"] == ["confirmed", "not confirmed"]
    assert warned(summary, "hypoxia_vs_rest", "not measured on this plate")


def test_a_contrast_that_no_sample_or_no_ms_row_has_is_refused(study):
    study.ms["contrast"] = "c"
    assert_refused(lambda: study.agreement(), "contrast 'eps_vs_rest' is not in it", "contrasts there: c")
    wanted = {"c": {"treatment": "epz", "control": "rest"}}
    assert_refused(
        lambda: study.agreement(SETTINGS | {"contrasts": wanted}), "treatment 'epz' is a condition that no sample"
    )


def test_two_plates_in_one_table_are_refused(study):
    study.immunoassay()
    path = study.folder / "assay.tsv"
    table = files.read_table(path)
    files.write_table(path, pd.concat([table, table]))
    assert_refused(study.agreement, "sample 'r1' has two rows for 'IL6'")


def test_a_censored_sample_leaves_the_test_and_is_counted(study):
    study.export.well("r1")[2][0] = "< 2.44"
    _, table = study.agreement()
    row = table.set_index("analyte").loc["IL6"]
    assert (row["n_control"], row["censored_control"]) == (2, 1)
    assay = files.read_table(study.folder / "assay.tsv", schema.ASSAY)
    assert assay.loc[0, "censored"] == "below"
    assert np.isnan(assay.loc[0, "log2_concentration"])


def test_the_real_plate_passes_through_with_its_corrupt_standards_counted(real_plate, tmp_path):
    summary = immunoassay(real_plate, None, tmp_path / "assay.tsv")
    table = files.read_table(tmp_path / "assay.tsv", schema.ASSAY)
    assert len(table) == 71 * 30
    assert warned(summary, "30 of 480", "computed with the right value for 30")
    assert table["flag"].str.contains("decimal point lost").all()
    # Of the 240 bounds on the plate, 30 are standards'.
    assert table["censored"].value_counts().to_dict() == {"below": 186, "above": 24}
