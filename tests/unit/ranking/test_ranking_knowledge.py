"""Laws of matching receptors and known myokines."""

import numpy as np
import pandas as pd

from myosieve import files
from myosieve.ranking.knowledge import match_myokines, match_receptors, read_receptors

PAIRS = pd.DataFrame(
    [("P1", "RA", 3, "no"), ("P1", "RB", 11, "yes"), ("P1", "RC", 12, "no"), ("P2", "RB", 2, "yes")],
    columns=["accession", "receptor_gene", "resources", "curated"],
)
MYOKINES = pd.DataFrame({"accession": ["P1"], "name": ["irisin"], "target_organs": ["bone;brain"], "gene": ["ALB"]})


def test_curated_receptors_come_first_then_those_of_most_resources():
    found = match_receptors(pd.Series(["P1"]), PAIRS)
    assert found.loc[0, "receptors"] == "RB (11); RC (12); RA (3)"
    assert found.loc[0, "receptor_curated"]
    assert found.loc[0, "receptor_resources"] == 12


def test_a_receptor_of_two_accessions_is_named_once():
    assert match_receptors(pd.Series(["P2-3;P1"]), PAIRS).loc[0, "receptors"].count("RB") == 1


def test_a_long_list_is_cut_and_says_so():
    many = pd.DataFrame({"accession": "P1", "receptor_gene": [f"R{n}" for n in range(9)], "resources": 1.0})
    assert match_receptors(pd.Series(["P1"]), many.assign(curated="no")).loc[0, "receptors"].endswith("; and 3 more")


def test_no_pair_is_zero_resources_and_no_table_is_unknown():
    assert match_receptors(pd.Series(["P9"]), PAIRS).loc[0, "receptor_resources"] == 0
    assert np.isnan(match_receptors(pd.Series(["P1"]), PAIRS.iloc[:0]).loc[0, "receptor_resources"])


def test_a_myokine_is_known_by_any_accession_and_isoform():
    found = match_myokines(pd.Series(["P7;P1-2", "P7", None]), MYOKINES)
    assert found["known_myokine"].tolist() == ["irisin", "", ""]
    assert found["target_organs"].tolist() == ["bone; brain", "", ""]


def test_each_subunit_of_a_ligand_complex_has_the_complexs_receptors(tmp_path):
    rows = [("human", "P29459+P29460", "IL12A+IL12B", "IL12RB1+IL12RB2", 9, "yes")]
    columns = ["organism", "ligand_accession", "ligand_gene", "receptor_gene", "resources", "curated"]
    more = {"receptor_accession": "P42701+Q99665", "sources": "made"}
    files.write_table(tmp_path / "receptors.tsv", pd.DataFrame(rows, columns=columns).assign(**more))
    pairs = read_receptors(tmp_path, "human")
    assert pairs["accession"].tolist() == ["P29459", "P29460"]
    assert pairs["receptor_gene"].tolist() == ["IL12RB1+IL12RB2"] * 2
