"""The Sankey diagram of crosstalk: bounded, escaped, true to its rows."""

import pandas as pd
import pytest

from myosieve import schema
from myosieve.report.crosstalk_figures import MOST_CANDIDATES, MOST_RECEPTORS, drawn, sankey

HOSTILE = "<script>alert(1)</script>"


def rows_of(n_candidates=2, n_receptors=2, organs=("liver", "bone"), **changes) -> pd.DataFrame:
    rows = [
        {"contrast": "c", "rank": i + 1, "gene": f"G{i}", "accession": f"P{i}", "protein_group": f"P{i}", "direction": "up",
         "log2fc": 1.0, "receptor_gene": f"R{i}_{j}", "receptor_accession": f"Q{j}", "resources": 3, "curated": "yes",
         "organ": organ, "evidence": "curated pair; 3 resources", "organ_source": "receptor expression", "proxy": "no"}
        for i in range(n_candidates) for j in range(n_receptors) for organ in organs
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**changes).reindex(columns=schema.CROSSTALK.names)


def test_no_row_is_no_figure():
    assert sankey(drawn(rows_of().iloc[:0])) is None
    assert sankey(drawn(rows_of(receptor_gene=None))) is None


def test_what_is_drawn_is_bounded_and_keeps_the_best():
    shown = drawn(rows_of(40, 9, tuple("abcdefg")))
    assert shown["protein_group"].nunique() <= MOST_CANDIDATES
    assert shown["receptor_gene"].nunique() == MOST_RECEPTORS
    assert shown["protein_group"].drop_duplicates().tolist() == [
        f"P{i}" for i in range(shown["protein_group"].nunique())
    ]
    assert shown.groupby(["protein_group", "receptor_gene"]).size().max() == 3
    assert shown.groupby("protein_group")["receptor_gene"].nunique().max() == 3
    assert set(shown["organ"]) == {"a", "b", "c"}


def test_candidates_that_share_receptors_all_fit():
    shown = drawn(rows_of(40, 2).assign(receptor_gene="SAME"))
    assert shown["protein_group"].nunique() == MOST_CANDIDATES


def test_candidates_without_a_receptor_take_no_place():
    rows = rows_of(20, 1)
    rows.loc[rows["rank"] <= 5, "receptor_gene"] = None
    assert drawn(rows)["rank"].min() == 6


def test_each_row_is_a_unit_of_width_and_the_flow_is_kept():
    trace = sankey(rows_of(3, 2))["data"][0]
    link = trace["link"]
    ends = list(zip(link["source"], link["target"], link["value"], strict=True))
    labels = trace["node"]["label"]
    receptors = [place for place, label in enumerate(labels) if label.startswith("R")]
    for place in receptors:
        into = sum(value for _, target, value in ends if target == place)
        assert into == sum(value for source, _, value in ends if source == place) == 2
    assert len({(source, target) for source, target, _ in ends}) == len(ends)


def test_the_direction_stands_in_the_label_not_in_the_color_alone():
    up = sankey(rows_of(1, 1))["data"][0]["node"]
    down = sankey(rows_of(1, 1, direction="down"))["data"][0]["node"]
    assert (up["label"][0], down["label"][0]) == ("G0 ▲", "G0 ▼")
    assert up["color"][0] != down["color"][0]


def test_a_receptor_without_an_organ_is_drawn_without_one():
    trace = sankey(rows_of(1, 1, organs=(None,)))["data"][0]
    assert trace["node"]["label"] == ["G0 ▲", "R0_0"]
    assert trace["link"]["value"] == [1]


def test_an_organ_for_which_a_tissue_stands_is_marked():
    assert "bone*" in sankey(rows_of(1, 1, organs=("bone",), proxy="yes"))["data"][0]["node"]["label"]


def test_two_nodes_of_one_name_stay_two():
    # a receptor that is a candidate too, and an organ of the same word
    trace = sankey(rows_of(1, 1, organs=("G0",), receptor_gene="G0"))["data"][0]
    assert len(trace["node"]["label"]) == 3


@pytest.mark.parametrize("column", ["gene", "receptor_gene", "organ", "evidence"])
def test_names_are_escaped(column):
    figure = sankey(rows_of(1, 1, **{column: HOSTILE}))
    trace = figure["data"][0]
    texts = trace["node"]["label"] + trace["link"]["customdata"]
    assert any("&lt;script&gt;" in text for text in texts)
    assert not any("<script" in text for text in texts)


def test_a_candidate_without_a_gene_is_called_by_its_accession():
    assert sankey(rows_of(1, 1, gene=None))["data"][0]["node"]["label"][0] == "P0 ▲"
