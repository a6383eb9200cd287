"""Crosstalk on the page and in the workbook: there where it was given, silent where not, and text is text."""

import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from openpyxl import load_workbook

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.report import step


def with_crosstalk(made, hostile=(), contrast="eps_vs_rest"):
    """Give a made study crosstalk of its ranked candidates, and a pathway of its first protein."""
    ranked = made.frame("candidates", schema.CANDIDATES)
    ranked = ranked[ranked["rank"].notna() & (ranked["contrast"] == contrast)].sort_values("rank").head(30)
    names = list(hostile) or ["LEPR", "IL6R+IL6ST"]
    rows = ranked[["rank", "gene", "accession", "protein_group", "direction", "log2fc", "secretion_class"]].assign(
        contrast=contrast, receptor_gene=[names[i % len(names)] for i in range(len(ranked))], resources=3, curated="yes",
        organ=[names[(i + 1) % len(names)] for i in range(len(ranked))], evidence=f"curated pair; {names[0]}",
        organ_source="receptor expression", proxy="no", receptor_value=12.0, unit="NX", receptor_rank=2,
    )  # fmt: skip
    rows.iloc[-1, rows.columns.get_loc("receptor_gene")] = None
    crosstalk = made.html.parent / "crosstalk.tsv"
    files.write_table(crosstalk, schema.CROSSTALK.arrange(rows.reindex(columns=schema.CROSSTALK.names)))
    group = made.frame("differential", schema.DIFFERENTIAL)["protein_group"].iloc[0]
    name = names[-1]
    edges = pd.DataFrame(
        [(group, "p1", name, "P05231", "IL6", "muscle", 1, "IL6", "myokine", "binds", name, "receptor", name, name)],
        columns=schema.STUDY_PATHWAYS.names,
    )
    pathways = made.html.parent / "pathways.tsv"
    files.write_table(pathways, edges)
    made.arguments |= {"crosstalk": crosstalk, "pathways": pathways}
    return rows


def page_of(made):
    step.report(**made.arguments)
    return made.html.read_text(encoding="utf-8")


def maps_in(text):
    return re.findall(
        r"<svg [^>]*pathway-map.*?</svg>", re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL), re.DOTALL
    )


def test_without_crosstalk_the_page_and_the_workbook_are_silent_on_it(small_study):
    made = small_study()
    assert 'id="crosstalk"' not in page_of(made)
    assert "Crosstalk" not in load_workbook(made.xlsx).sheetnames


def test_the_section_has_a_figure_a_table_and_a_map(small_study):
    made = small_study()
    with_crosstalk(made)
    text = page_of(made)
    assert text.index('id="contrast-1"') < text.index('id="crosstalk"') < text.index('id="samples"')
    assert 'id="crosstalk-1-data"' in text
    assert "<summary>The rows of this figure</summary>" in text
    assert "29 of the first 30 candidates have a receptor" in text
    assert len(maps_in(text)) == 1


def test_the_map_shows_the_fold_change_of_the_study(small_study):
    made = small_study()
    with_crosstalk(made)
    tests = made.frame("differential", schema.DIFFERENTIAL)
    fold = tests["log2fc"].iloc[0]
    root = ET.fromstring(maps_in(page_of(made))[0])
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert f"{fold:+.2f} {'up' if fold > 0 else 'down'}: eps_vs_rest"[:21] in " ".join(texts)


def test_hostile_names_stay_text(small_study, hostile_names):
    made = small_study()
    with_crosstalk(made, hostile_names)
    text = page_of(made)
    assert "<script>alert" not in text
    outside = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert "<img" not in outside
    section = outside[outside.index('<section id="crosstalk"') : outside.index('<section id="samples"')]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in section
    assert not re.search(r"<[a-z]+[^>]*\son[a-z]+=", section)
    for one in maps_in(text):
        ET.fromstring(one)


def test_links_to_the_maps_ids_are_unique(small_study):
    made = small_study()
    with_crosstalk(made)
    ids = re.findall(r'\sid="([^"]+)"', re.sub(r"<script[^>]*>[^<]{2000,}</script>", "", page_of(made)))
    assert [one for one in ids if "pathway" in one or "crosstalk" in one]
    assert len([one for one in ids if "pathway" in one]) == len({one for one in ids if "pathway" in one})


def test_the_workbook_holds_every_row_and_explains_every_column(small_study, hostile_names):
    made = small_study()
    rows = with_crosstalk(made, hostile_names)
    page_of(made)
    book = load_workbook(made.xlsx)
    sheet = list(book["Crosstalk"].values)
    assert list(sheet[0]) == schema.CROSSTALK.names
    assert len(sheet) == len(rows) + 1
    genes = [row[schema.CROSSTALK.names.index("gene")] for row in sheet[1:]]
    assert genes == rows["gene"].tolist()  # formulas and dates stay text
    legend = {(row[0], row[1]) for row in book["Read me"].iter_rows(values_only=True)}
    assert {("Crosstalk", name) for name in schema.CROSSTALK.names} <= legend


def test_a_table_of_another_run_is_refused(small_study):
    made = small_study()
    with_crosstalk(made)
    table = files.read_table(made.arguments["crosstalk"], schema.CROSSTALK).assign(contrast="other")
    files.write_table(made.arguments["crosstalk"], table)
    with pytest.raises(InputError, match="contrast 'other' is of another run"):
        step.report(**made.arguments)
    assert not made.html.exists()


def test_crosstalk_gives_the_same_bytes_each_time(small_study):
    made = small_study()
    with_crosstalk(made)
    assert page_of(made) == page_of(made)
