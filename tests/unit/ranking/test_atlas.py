"""Laws of what atlases and the panel say of a protein."""

import numpy as np
import pandas as pd
import pytest

from myosieve import files
from myosieve.errors import InputError
from myosieve.ranking.atlas import match_atlas, read_atlas

COLUMNS = [
    "organism",
    "accession",
    "gene",
    "kind",
    "organ",
    "tissues",
    "proxy",
    "value",
    "unit",
    "rank",
    "of",
    "source",
]
ROWS = [
    ("human", "P1", "A", "rna", "muscle", "skeletal muscle", "no", 86.24, "nTPM", 2, 51, "consensus"),
    ("human", "P1", "A", "rna", "muscle", "tongue", "no", 40.0, "nTPM", 3, 51, "consensus"),
    ("human", "P1", "A", "rna", "liver", "liver", "no", 900.0, "nTPM", 1, 51, "consensus"),
    ("human", "P2", "B", "rna", "muscle", "smooth muscle", "yes", 99.0, "nTPM", 1, 51, "consensus"),
    ("human", "P2", "B", "plasma_ms", "plasma", "plasma", "no", 1.2e6, "pg/L", None, None, "blood"),
    ("human", "P3", "C", "rna", "muscle", "skeletal muscle", "no", 0.0, "TPM", None, None, "own"),
    ("human", "P4", "D", "plasma_ms", "plasma", "plasma", "no", None, "pg/L", None, None, "blood"),
]
GROUPS = pd.Series(["P9;P1-2", "P2", "P3", "P4", None])


@pytest.fixture
def paths(tmp_path):
    files.write_table(tmp_path / "tissues.tsv", pd.DataFrame(ROWS, columns=COLUMNS))
    (tmp_path / "panel.tsv").write_text("analyte\taccession\nIL-12\tP3;P7\nblank\t\n", encoding="utf-8")
    return tmp_path / "tissues.tsv", tmp_path / "panel.tsv"


def test_muscle_is_the_highest_of_its_tissues_without_those_that_only_stand_for_it(paths):
    found = match_atlas(GROUPS, read_atlas(paths[0], None))
    np.testing.assert_array_equal(found["muscle"], [86.24, np.nan, 0, np.nan, np.nan])
    assert found["muscle_expression"].tolist() == ["86.2 nTPM (rank 2 of 51)", "", "0 TPM", "", ""]


def test_panel_and_plasma_are_told_in_words(paths):
    atlas = read_atlas(*paths)
    found = match_atlas(GROUPS, atlas)
    assert found["assay"].tolist() == ["", "in plasma (1.2e+06 pg/L by mass spectrometry)", "on the panel", "", ""]
    assert found["measurable"].tolist() == [False, True, True, False, False]
    assert atlas.has_plasma


def test_without_atlas_and_panel_nothing_is_known():
    atlas = read_atlas(None, None)
    found = match_atlas(GROUPS, atlas)
    assert not atlas.has_plasma
    assert found["muscle"].isna().all()
    assert (found[["muscle_expression", "assay"]] == "").all(axis=None)


def test_an_atlas_of_genes_alone_says_nothing_of_plasma(paths):
    genes = pd.DataFrame(ROWS, columns=COLUMNS).query("kind == 'rna'")
    files.write_table(paths[0], genes)
    assert not read_atlas(paths[0], None).has_plasma


def test_a_table_without_a_column_is_refused(paths):
    files.write_table(paths[0], pd.DataFrame(ROWS, columns=COLUMNS).drop(columns="organ"))
    with pytest.raises(InputError, match="column 'organ' of the tissues table is missing"):
        read_atlas(paths[0], None)
    with pytest.raises(InputError, match="does not exist"):
        read_atlas(None, paths[1].with_name("nowhere.tsv"))
