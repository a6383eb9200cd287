"""Laws of the sheet that carries the leak index as a covariate, files to files."""

import numpy as np
import pytest

from myosieve import files, plan
from myosieve.errors import InputError
from myosieve.secretome.leak_index_step import leak_index
from myosieve.secretome.step import secretome
from myosieve.settings import stage_defaults

SETTINGS = {"organism": "human"}


def run(study, knowledge):
    paths = study.write()
    out = paths["out"].with_name("sheet.tsv")
    leak_index(paths["quantified"], paths["samples"], paths["annotation"], SETTINGS, knowledge, out)
    return paths, out


def test_the_sheet_gains_the_index_that_quality_control_reports(study, knowledge):
    paths, out = run(study, knowledge)
    settings = stage_defaults("secretome") | SETTINGS
    given = {key: paths[key] for key in ("quantified", "samples", "annotation", "out", "samples_out")}
    secretome(**given, settings=settings, knowledge=knowledge)
    quality = files.read_table(paths["samples_out"]).set_index("sample")["leak_index"]
    sheet = files.read_table(out).set_index("sample")
    np.testing.assert_allclose(sheet["leak_index"], quality[sheet.index])
    assert sheet.drop(columns="leak_index").reset_index().equals(files.read_table(paths["samples"]))
    assert np.isnan(sheet.loc["l1", "leak_index"])


def test_a_medium_without_markers_is_named_and_nothing_is_written(study, knowledge):
    study.intensities.loc[:14, "b1"] = np.nan
    with pytest.raises(InputError, match="'b1' has no leak index"):
        run(study, knowledge)
    assert not (study.folder / "out" / "sheet.tsv").exists()


def test_a_sheet_with_a_column_of_that_name_is_refused(study, knowledge):
    study.samples["leak_index"] = 1.0
    with pytest.raises(InputError, match="a column 'leak_index' of its own"):
        run(study, knowledge)


@pytest.mark.parametrize(
    ("design", "carries"),
    [
        ("~ condition", False),
        ("~ condition + leak_index", True),
        ("~ leak_index*condition", True),
        ("~ condition + my_leak_index_2", False),
    ],
)
def test_a_design_carries_the_index_only_by_its_name(design, carries):
    assert plan.Study("s", {"design": design, "design_matrix": ""}).carries_leak_index == carries


def test_intensities_without_a_medium_are_refused_in_one_line(study, knowledge):
    paths = study.write()
    path = paths["quantified"] / "intensities.tsv"
    files.write_table(path, files.read_table(path).drop(columns="b2"))
    with pytest.raises(InputError, match=r"intensities\.tsv: column of sample 'b2' is missing"):
        leak_index(
            paths["quantified"], paths["samples"], paths["annotation"], SETTINGS, knowledge, study.folder / "o.tsv"
        )
    assert not (study.folder / "o.tsv").exists()
