"""Tissues make organs: the highest tissue, its rank, and what only stands for an organ."""

import numpy as np
import pandas as pd
import pytest

from myosieve import files
from myosieve.knowledge import ORGANS
from myosieve.tissues.organs import organ_of, organ_rows, vocabulary


@pytest.fixture(scope="module")
def table(root) -> pd.DataFrame:
    return files.read_table(root / "resources" / "knowledge" / "organs.tsv", ORGANS)


@pytest.fixture(scope="module")
def organs(table):
    return vocabulary(table)


def values(**tissues):
    return pd.DataFrame(
        {name.replace("_", " "): cells for name, cells in tissues.items()}, index=["P1", "P2"], dtype=float
    )


def rows(frame, organs, complete=True):
    return organ_rows(frame, organs, complete).set_index(["accession", "organ"]).sort_index()


def test_an_organ_has_the_value_of_its_highest_tissue(organs):
    found = rows(values(amygdala=[1, 5], cerebellum=[3, 2], liver=[2, 9]), organs)
    assert found.loc[("P1", "brain"), ["value", "tissues"]].tolist() == [3, "cerebellum;amygdala"]
    assert found.loc[("P2", "brain"), ["value", "tissues"]].tolist() == [5, "amygdala;cerebellum"]


def test_ranks_are_those_among_all_tissues_as_counted_by_hand(organs):
    frame = values(amygdala=[1, 5], cerebellum=[3, 5], liver=[2, 9], cells_cultured_fibroblasts=[50, 0])
    found = rows(frame, organs)
    # P1: 50, 3 (cerebellum), 2 (liver), 1; P2: 9 (liver), 5 twice
    assert found.loc[("P1", "brain"), "rank"] == 2
    assert found.loc[("P1", "liver"), "rank"] == 3
    assert found.loc[("P2", "brain"), "rank"] == 2
    assert set(found["of"]) == {4}


def test_ranks_agree_with_counting_the_tissues_that_are_higher(organs):
    random = np.random.default_rng(3)
    names = ["liver", "kidney", "lung", "pancreas", "colon", "skin", "retina", "spleen", "bone marrow", "smooth muscle"]
    frame = pd.DataFrame(
        random.integers(0, 6, (30, 10)).astype(float), columns=names, index=[f"P{i}" for i in range(30)]
    )
    frame = frame.mask(random.random(frame.shape) < 0.2)
    for row in organ_rows(frame, organs, True).itertuples():
        mine = frame.loc[row.accession].dropna()
        assert row.rank == (mine > row.value).sum() + 1
        assert row.of == len(mine)


def test_bone_marrow_stands_for_bone_and_that_is_said(organs):
    found = rows(values(bone_marrow=[4, 1], liver=[2, 9]), organs)
    assert set(found.loc[(slice(None), "bone"), "proxy"]) == {"yes"}
    assert set(found.loc[(slice(None), "liver"), "proxy"]) == {"no"}


def test_what_stands_for_an_organ_is_silent_where_the_organ_itself_is_told(organs):
    frame = values(smooth_muscle=[90, 90])
    frame["Artery - Tibial"] = [3, np.nan]
    found = rows(frame, organs)
    assert found.loc[("P1", "vessel"), ["value", "proxy"]].tolist() == [3, "no"]
    assert found.loc[("P2", "vessel"), ["value", "proxy"]].tolist() == [90, "yes"]


def test_a_cell_line_is_no_organ_and_an_unknown_tissue_is_one_of_its_own(organs):
    frame = values(liver=[1, 1])
    frame["Cells - Cultured fibroblasts"] = 5
    frame["Soleus (left)"] = 7
    assert set(organ_rows(frame, organs, True)["organ"]) == {"liver", "soleus left"}


def test_an_incomplete_atlas_gives_no_ranks_and_no_row_for_what_it_does_not_name(organs):
    found = rows(values(liver=[3, np.nan], kidney=[np.nan, 2]), organs, complete=False)
    assert found.index.tolist() == [("P1", "liver"), ("P2", "kidney")]
    assert found[["rank", "of"]].isna().all().all()


@pytest.mark.parametrize(
    ("tissue", "organ"),
    [
        ("Muscle - Skeletal", "muscle"), ("skeletal_muscle", "muscle"), ("Adipose - Visceral (Omentum)", "adipose"),
        ("adipose tissue", "adipose"), ("Brain - Spinal cord (cervical c-1)", "spinal cord"), ("B-cells", "immune"),
        ("cervix, uterine", "reproductive"), ("skin 1", "skin"), ("Artery - Aorta", "vessel"), ("immune system", "immune"),
        ("blood vessels", "vessel"), ("Muscle_Skeletal", "muscle"),
    ],
)  # fmt: skip
def test_the_atlases_and_literature_mean_the_same_organs(organs, tissue, organ):
    assert organ_of(tissue, organs).name == organ


def test_no_tissue_is_two_organs(table):
    known = table.assign(organ=table["organ"].fillna("")).groupby("tissue")["organ"].nunique()
    assert known[known > 1].index.tolist() == []


def test_every_target_organ_of_the_shipped_myokines_is_listed(root, table):
    from myosieve.knowledge import MYOKINES

    myokines = files.read_table(root / "resources" / "knowledge" / "myokines.tsv", MYOKINES)
    named = {name.strip() for name in myokines["target_organs"].dropna().str.split(";").explode()}
    assert named
    assert named <= set(table.loc[table["vocabulary"] == "literature", "tissue"])


def test_every_tissue_of_the_real_consensus_is_listed(shared_data, organs):
    import gzip

    path = shared_data / "knowledge" / "hpa_tissue_consensus" / "RNAtableTissue.tsv.gz"
    with gzip.open(path, "rt") as handle:
        tissues = handle.readline().rstrip("\n").split("\t")[1:]
    assert len(tissues) == 61
    assert [tissue for tissue in tissues if not organ_of(tissue, organs).listed] == []
