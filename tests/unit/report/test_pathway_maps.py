"""Pathway maps: well-formed, laid out from left to right, told in words, and text is text."""

import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from myosieve.report.pathway_maps import pathway_map

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    "\"quoted\" & 'single'",
    "</svg><img src=x onerror=alert(2)>",
    "nul\x00 and \ufffe",
    "]]>",
]


def edges_of(*edges) -> pd.DataFrame:
    rows = [
        {"protein_group": "P05231", "pathway": "p", "title": "Glucose uptake", "myokine_accession": "P05231",
         "myokine_gene": "IL6", "organ": "muscle", "step": step, "source": edge[0],
         "source_kind": "myokine" if edge[0] == "IL6" else "kinase", "relation": edge[1], "target": edge[2],
         "target_kind": "effect", "reference": "made", "doubtful": edge[3] if len(edge) > 3 else None}
        for step, edge in enumerate(edges, 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


CHAIN = edges_of(("IL6", "binds", "IL6R"), ("IL6R", "activates", "AMPK"), ("AMPK", "inhibits", "growth"))


def drawing(edges, notes=("+1.20 up: eps",)):
    return ET.fromstring(pathway_map(edges, list(notes), "map-1"))


def boxes(root):
    found = {}
    for group in root.iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        if rect is not None:
            title = group.find(f"{SVG}title").text
            found[title.split(" (")[0]] = [float(rect.get(name)) for name in ("x", "y", "width", "height")]
    return found


def test_nodes_stand_from_left_to_right_by_step():
    places = boxes(drawing(CHAIN))
    assert [places[name][0] for name in ("IL6", "IL6R", "AMPK", "growth")] == sorted(
        place[0] for place in places.values()
    )
    assert len({place[0] for place in places.values()}) == 4


def test_a_node_stands_right_of_all_that_act_on_it():
    edges = edges_of(("IL6", "binds", "A"), ("IL6", "binds", "B"), ("A", "activates", "B"), ("B", "activates", "C"))
    places = boxes(drawing(edges))
    assert places["IL6"][0] < places["A"][0] < places["B"][0] < places["C"][0]


def test_no_two_boxes_overlap_and_all_lie_on_the_canvas():
    names = [f"target number {i} with a long name indeed" for i in range(7)]
    first = [("IL6", "activates", name) for name in names]
    edges = edges_of(*first, *((name, "induces", f"effect {i % 3}") for i, name in enumerate(names)))
    root = drawing(edges, [f"note {i}" for i in range(5)])
    _, _, width, height = map(float, root.get("viewBox").split())
    places = list(boxes(root).values())
    for i, (x, y, w, h) in enumerate(places):
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
        for other in places[i + 1 :]:
            apart = x + w <= other[0] or other[0] + other[2] <= x or y + h <= other[1] or other[1] + other[3] <= y
            assert apart


def test_a_circle_is_drawn_backwards_and_ends():
    edges = edges_of(("IL6", "binds", "A"), ("A", "induces", "B"), ("B", "inhibits", "A"), ("B", "activates", "B"))
    places = boxes(drawing(edges))
    assert places["IL6"][0] < places["A"][0] < places["B"][0]


def test_inhibition_ends_in_a_bar_and_the_rest_in_an_arrow():
    ends = [path.get("marker-end") for path in drawing(CHAIN).iter(f"{SVG}path") if path.get("marker-end")]
    assert ends == ["url(#map-1-arrow)", "url(#map-1-arrow)", "url(#map-1-bar)"]
    ids = {marker.get("id") for marker in drawing(CHAIN).iter(f"{SVG}marker")}
    assert ids == {"map-1-arrow", "map-1-bar"}


def test_the_found_myokine_is_marked_with_what_was_found():
    root = drawing(CHAIN)
    found = [group for group in root.iter(f"{SVG}g") if "found" in group.get("class").split()]
    assert len(found) == 1
    texts = [text.text for text in found[0].iter(f"{SVG}text")]
    assert texts == ["IL6", "+1.20 up: eps"]


def test_doubt_is_dashed_and_said():
    root = drawing(edges_of(("IL6", "binds", "IL6R", "one paper only")))
    edge = next(group for group in root.iter(f"{SVG}g") if "edge" in group.get("class"))
    assert "doubtful" in edge.get("class").split()
    assert "one paper only" in edge.find(f"{SVG}title").text
    assert "in doubt" in root.find(f"{SVG}desc").text


def test_a_screen_reader_gets_title_and_description():
    root = drawing(CHAIN)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [
        root.find(f"{SVG}title").get("id"),
        root.find(f"{SVG}desc").get("id"),
    ]
    assert root.find(f"{SVG}title").text == "Glucose uptake"
    said = root.find(f"{SVG}desc").text
    assert "IL6 binds IL6R; IL6R activates AMPK; AMPK inhibits growth." in said
    assert "+1.20 up: eps" in said


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text_in_well_formed_xml(name):
    edges = edges_of(("IL6", "binds", name), (name, name, "end", name)).assign(title=name, source_kind=name)
    root = drawing(edges, [name])
    assert not {element.tag.removeprefix(SVG) for element in root.iter()} - {
        "svg", "title", "desc", "defs", "marker", "path", "g", "rect", "text",
    }  # fmt: skip
    plain = re.sub("[\x00\ufffe]", "", name)
    assert root.find(f"{SVG}title").text == plain
    for element in root.iter():
        assert not [attribute for attribute in element.attrib if attribute.startswith("on")]


def test_a_long_name_is_cut_in_its_box_and_whole_in_its_title():
    name = " ".join(["word"] * 60)
    root = drawing(edges_of(("IL6", "binds", name)))
    assert name in boxes(root)
    assert max(len(text.text) for text in root.iter(f"{SVG}text")) < 30


def test_colors_are_the_pages():
    assert not re.search(r"#[0-9a-fA-F]{3,6}\b(?!-)|rgb\(|style=", pathway_map(CHAIN, [], "m").replace("url(#m-", ""))


def test_the_same_input_gives_the_same_text():
    assert pathway_map(CHAIN, ["a"], "m") == pathway_map(CHAIN.copy(), ["a"], "m")
