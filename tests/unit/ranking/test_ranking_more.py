"""Laws of the ranking step with what it may know beside the tests: other draws, shedding, atlases, panel, lysates."""

import numpy as np
import pandas as pd
import pytest
from tests.unit.ranking.conftest import PROTEINS

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.ranking import score
from myosieve.ranking.step import rank

SHEET = pd.DataFrame(
    [(f"{condition}{k}", condition, f"d{k}") for condition in ("rest", "eps") for k in range(5)],
    columns=["sample", "condition", "subject"],
)


def run(study, **more):
    paths = study.write()
    summary = rank(**paths, settings=study.settings, **more)
    return summary, files.read_table(paths["out"], schema.CANDIDATES)


def late(table):
    return table[table["contrast"] == "late"].set_index("protein_group")


@pytest.fixture
def drawn(study):
    """The study with values whose differences are those of its tests, and what its samples and design are."""
    random = np.random.default_rng(8)
    values = {}
    for name, (_, log2fc, half, _, _) in PROTEINS.items():
        noise = random.normal(0, (half or 0.5) / 2, (2, 5))
        noise -= noise.mean(axis=1, keepdims=True)
        values[name] = np.concatenate([25 + noise[0], 25 + (log2fc or 0) + noise[1]])
    table = pd.DataFrame(values, index=SHEET["sample"]).T.rename_axis("protein_group").reset_index()
    table.loc[7, SHEET["sample"][:5]] = np.nan  # ABSENT at rest
    study.settings |= {"design": "~ subject + condition"}
    study.settings["contrasts"] = {name: {"treatment": "eps", "control": "rest"} for name in ("late", "early")}
    rows = study.differential
    study.differential = rows.assign(se=(rows["ci_high"] - rows["ci_low"]) / 4.6, df=8.0, mean_log2=25.0)

    def write(sheet=SHEET, values=table):
        files.write_table(study.folder / "intensities.tsv", values)
        files.write_table(study.folder / "samples.tsv", sheet.assign(column=sheet["sample"], fraction="secretome"))
        return {name: study.folder / f"{name}.tsv" for name in ("intensities", "samples")}

    write.table = table
    return write


def test_other_draws_of_the_subjects_widen_the_intervals_and_move_no_rank(study, drawn):
    _, without = run(study)
    summary, table = run(study, **drawn())
    same = [name for name in table if name not in ("rank_low", "rank_high")]
    pd.testing.assert_frame_equal(table[same], without[same])
    kept = table["rank"].notna()
    assert (table["rank_low"] <= without["rank_low"])[kept].all()
    assert (table["rank_high"] >= without["rank_high"])[kept].all()
    assert any("40 bootstrap draws (unit: subject)" in text for text in summary.methods)
    assert not any("drawn again" in text for text in summary.methods)


def test_a_protein_that_rests_on_one_subject_may_fall_in_other_draws_of_them(study, drawn):
    values = drawn.table.copy()
    names = SHEET["sample"]
    # GOOD rises by 10 in one subject and not at all in the others: on average by 2, as its test says
    values.loc[0, names] = [25.0] * 9 + [35.0]
    study.settings["ranking"]["draws"] = 10
    steady, shaky = (late(run(study, **drawn(values=v))[1]).loc["GOOD"] for v in (drawn.table, values))
    assert steady["rank"] == shaky["rank"] == 1
    assert shaky["rank_high"] > steady["rank_high"]


def test_the_seed_decides_the_draws_and_the_order_of_the_rows_does_not(study, drawn):
    def written(order=False):
        values = drawn.table.sample(frac=1, random_state=1) if order else drawn.table
        paths = study.write()
        rank(**paths, settings=study.settings, **drawn(values=values))
        return paths["out"].read_bytes()

    first = written()
    assert written() == first
    assert written(order=True) == first


def test_with_two_subjects_in_a_condition_nothing_is_drawn_and_it_is_said(study, drawn):
    few = SHEET[SHEET["subject"].isin(["d0", "d1"])].reset_index(drop=True)
    _, without = run(study)
    summary, table = run(study, **drawn(sheet=few))
    pd.testing.assert_frame_equal(table, without)
    said = "rank intervals do not cover other draws of the subject, of which a condition needs 3: late (2 in condition"
    assert any(text.startswith(said) for text in summary.warnings)
    assert any(text.endswith("subjects or samples were not drawn again.") for text in summary.methods)


def test_a_tested_contrast_that_the_settings_do_not_name_is_not_drawn_and_named(study, drawn):
    _, without = run(study)
    del study.settings["contrasts"]["early"]
    summary, table = run(study, **drawn())
    assert summary.warnings == [
        "rank intervals do not cover other draws where no contrast of the name was given: early"
    ]
    early = [t[t["contrast"] == "early"] for t in (table, without)]
    pd.testing.assert_frame_equal(*early)


def test_no_draws_are_made_where_none_are_wanted(study, drawn):
    study.settings["ranking"]["bootstrap"] = 0
    summary, _ = run(study, **drawn())
    assert any(text.endswith("subjects or samples were not drawn again.") for text in summary.methods)
    assert not any("rank intervals" in text for text in summary.warnings)


def test_values_of_other_groups_or_without_samples_or_contrast_are_refused(study, drawn):
    with pytest.raises(InputError, match=r"intensities\.tsv: protein group 'GOOD' is missing"):
        run(study, **drawn(values=drawn.table.iloc[1:]))
    with pytest.raises(InputError, match="intensities without samples"):
        run(study, intensities=drawn()["intensities"])
    del study.settings["contrasts"]
    with pytest.raises(InputError, match="no contrast is given"):
        run(study, **drawn())
    assert not (study.folder / "out").exists()


# ---- shedding --------------------------------------------------------------------------------------------------------


def shed(study, verdicts):
    table = pd.DataFrame({"protein_group": list(PROTEINS)}).reindex(columns=schema.SHEDDING.names)
    table["shedding"] = table["protein_group"].map(verdicts)
    counts = {"shed": (5, 0, 0), "intact": (3, 0, 2)}
    for row, verdict in table["shedding"].dropna().items():
        table.loc[row, ["peptides_ectodomain", "peptides_tm", "peptides_cytoplasmic"]] = counts[verdict]
    path = study.folder / "shedding.tsv"
    files.write_table(path, table)
    return path


def test_peptides_of_the_ectodomain_only_carry_a_shed_protein_and_cytoplasmic_ones_hold_it_back(study):
    study.annotation.loc[study.annotation["protein_group"] == "INSIDE", "secretion_class"] = "membrane"
    before = late(run(study)[1])
    assert before["shedding"].isna().all()
    alone = late(run(study, shedding=shed(study, {"SHED": "shed", "INSIDE": "shed"}))[1])
    whole = late(run(study, shedding=shed(study, {"SHED": "intact"}))[1])
    assert [table.loc["SHED", "d_secretion"] for table in (alone, before, whole)] == [1.0, 0.8, 0.4]
    assert [table.loc["INSIDE", "d_secretion"] for table in (alone, before)] == [0.8, 0.2]
    assert "peptides of the ectodomain only (5 of 5)" in alone.loc["SHED", "reason"]
    assert "cytoplasmic peptides too" in whole.loc["SHED", "reason"].partition("Against: ")[2]
    assert (alone.loc["SHED", "shedding"], whole.loc["SHED", "shedding"]) == ("shed", "intact")


def test_a_table_of_shedding_of_other_groups_is_refused(study):
    path = shed(study, {})
    files.write_table(path, files.read_table(path, schema.SHEDDING).iloc[1:])
    with pytest.raises(InputError, match=r"shedding\.tsv: protein group 'GOOD' is missing"):
        run(study, shedding=path)


# ---- lysate, leak, atlas, panel --------------------------------------------------------------------------------------


def test_lysates_count_where_they_were_measured_and_are_missing_where_not(study):
    assert late(run(study)[1])["d_lysate"].isna().all()
    study.secretome["lysate_log2_ratio"] = [3.0, 0.0, 1.5, -2.0, np.nan, 0, 0, 0]
    table = late(run(study)[1])
    found = table["d_lysate"].loc[["GOOD", "DOWN", "SHED", "INSIDE", "FLAT"]]
    np.testing.assert_allclose(found, [1, 0, 0.5, 0, np.nan])
    assert "log2 3.0 more in the medium than what leaks" in table.loc["GOOD", "reason"]


def test_the_probability_of_a_leak_counts_and_is_missing_where_it_was_not_run(study):
    study.secretome["leak_probability"] = [0.95, 0.725, 0.2, np.nan, 0.5, 0, 0, 0]
    study.secretome.loc[4, "leak_flag"] = "not run"
    found = late(run(study)[1])["d_leak"].loc[["GOOD", "DOWN", "SHED", "INSIDE", "FLAT"]]
    np.testing.assert_allclose(found, [0, 0.5, 1, 1, np.nan], atol=1e-12)


def test_an_atlas_and_a_panel_enter_the_prior(study):
    columns = ["accession", "kind", "organ", "proxy", "value", "unit", "rank", "of"]
    rows = [
        ("GOOD", "rna", "muscle", "no", 3.0, "nTPM", 2, 51),
        ("SHED", "plasma_ms", "plasma", "no", 5, "pg/L", None, None),
    ]
    files.write_table(study.folder / "tissues.tsv", pd.DataFrame(rows, columns=columns))
    (study.folder / "panel.tsv").write_text("analyte\taccession\nx\tDOWN\n", encoding="utf-8")
    alone = late(run(study, panel=study.folder / "panel.tsv")[1])["d_assay"]
    assert alone["DOWN"] == 1
    assert alone.drop("DOWN").isna().all()  # a panel says nothing of what is not on it
    table = late(run(study, panel=study.folder / "panel.tsv", tissues=study.folder / "tissues.tsv")[1])
    np.testing.assert_array_equal(table["d_assay"].loc[["DOWN", "SHED", "GOOD"]], [1, 1, 0.5])
    np.testing.assert_array_equal(table["d_expression"].loc[["GOOD", "SHED"]], [0.5, np.nan])
    assert table.loc["GOOD", "muscle_expression"] == "3 nTPM (rank 2 of 51)"
    assert table.loc["DOWN", "assay"] == "on the panel"


# ---- reading a rank --------------------------------------------------------------------------------------------------


def test_a_row_tells_what_its_score_is_made_of_and_how_much_is_known(study):
    table = late(run(study)[1])
    for _, row in table[table["score"].notna()].iterrows():
        parts = dict(part.rsplit(" ", 1) for part in row["contributions"].split("; "))
        assert sum(map(float, parts.values())) == pytest.approx(np.log(row["score"]), abs=0.005 * len(parts) + 1e-6)
        assert set(parts) == {name for name in score.CRITERIA if not np.isnan(row[f"d_{name}"])}
    # lysate has 1 of 9 of the experiment's weight, expression and assay 1 of 5 of the prior's
    assert table.loc["GOOD", "coverage"] == pytest.approx(0.7 * 8 / 9 + 0.3 * 4 / 5)
    assert table.loc["GOOD", "contributions"].startswith("effect -")
    assert pd.isna(table.loc["ABSENT", "contributions"])


def test_the_direction_that_is_not_looked_for_is_said(study):
    study.settings["ranking"]["direction"] = "up"
    row = late(run(study)[1]).loc["DOWN"]
    assert pd.isna(row["rank"])
    assert "Against: down, not the direction looked for" in row["reason"]


def test_a_fold_change_at_equal_leak_stands_beside_its_own_and_in_the_reason(study):
    rows = [("late", "GOOD", 2.1, 0.1, 0.2), ("late", "DOWN", 0.0, -2.0, 0.2)]
    table = pd.DataFrame(rows, columns=["contrast", "protein_group", "leak_log2fc", "residual_log2fc", "residual_se"])
    files.write_table(study.folder / "leak.tsv", schema.LEAK.arrange(table))
    found = late(run(study, leak=study.folder / "leak.tsv")[1])
    np.testing.assert_allclose(found.loc[["GOOD", "DOWN", "SHED"], "residual_log2fc"], [0.1, -2.0, np.nan])
    assert "at equal leak log2fc 0.10 +- 0.39" in found.loc["GOOD", "reason"]
    assert "at equal leak" not in found.loc["DOWN", "reason"]
