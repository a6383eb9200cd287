"""What is known of detected myokines, on the page and in the workbook: of the sources, marked where doubtful, and as text."""

import re

import pandas as pd
import pytest
from openpyxl import load_workbook

from myosieve import files, schema
from myosieve.report import step
from myosieve.report.facts_section import source_link

ROWS = [
    ("G1", "IL6", "P05231", "effect", "liver", "raises glucose output", "", "", "", "", "10.1113/jphysiol.2007.149781", ""),
    ("G1", "IL6", "P05231", "exercise_response", "", "100", "fold", "up", "plasma", "marathon", "PMID:14517293", "upper end"),
    ("G1", "IL6", "P05231", "basal_level", "", "1-2", "pg/mL", "", "plasma", "", "source guide", ""),
    ("G2", "IL6", "P05231", "effect", "liver", "raises glucose output", "", "", "", "", "10.1113/jphysiol.2007.149781", ""),
    ("G3", "LIF", "P15018", "effect", "muscle", "growth of satellite cells", "", "", "", "", "PMC3320944", ""),
]  # fmt: skip


def with_facts(made, rows=ROWS, crosstalk=True):
    """Give a made study facts, and crosstalk without a candidate, whose section holds them."""
    folder = made.html.parent
    files.write_table(folder / "facts.tsv", pd.DataFrame(rows, columns=schema.STUDY_FACTS.names))
    made.arguments |= {"facts": folder / "facts.tsv"}
    if crosstalk:
        files.write_table(folder / "crosstalk.tsv", pd.DataFrame(columns=schema.CROSSTALK.names))
        made.arguments |= {"crosstalk": folder / "crosstalk.tsv"}
    return made


def section(made):
    step.report(**made.arguments)
    text = made.html.read_text(encoding="utf-8")
    text = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    return text[text.index('<section id="crosstalk"') : text.index('<section id="samples"')]


def tables(text):
    return re.findall(r'<details class="facts">.*?</details>', text, re.DOTALL)


def test_each_detected_myokine_has_one_table_with_its_facts_once(small_study):
    found = tables(section(with_facts(small_study())))
    assert [re.search(r"What is known of <bdi>(.*?)</bdi>", one)[1] for one in found] == ["IL6", "LIF"]
    assert [one.count('<tr><th scope="row">') for one in found] == [3, 1]
    assert "detected as\n<bdi>G1</bdi>, <bdi>G2</bdi>" in found[0]


def test_a_fact_shows_its_value_with_unit_direction_matrix_and_source(small_study):
    il6 = tables(section(with_facts(small_study())))[0]
    row = re.search(r"<tr><th scope=\"row\">exercise response</th>.*?</tr>", il6, re.DOTALL)[0]
    cells = [re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)]
    assert cells == ["", "100 fold", "up", "plasma", "marathon", "PMID:14517293", "upper end"]


def test_doubtful_facts_are_marked_and_the_others_are_not(small_study):
    il6, lif = tables(section(with_facts(small_study())))
    assert re.findall(r'<span class="flag">(.*?)</span>', il6) == ["upper end"]
    assert "flag" not in lif


def test_a_line_says_that_levels_are_of_the_sources_and_not_of_this_study(small_study):
    text = " ".join(section(with_facts(small_study())).split())
    assert "Levels and responses to exercise are those of the sources, not of this study" in text
    assert "What is doubtful or limited is marked, with the reason." in text


def test_numbers_of_papers_are_links_and_other_sources_are_text(small_study):
    il6, lif = tables(section(with_facts(small_study())))
    assert re.findall(r'href="(.*?)"', il6) == [
        "https://doi.org/10.1113/jphysiol.2007.149781", "https://pubmed.ncbi.nlm.nih.gov/14517293/",
    ]  # fmt: skip
    assert re.findall(r'href="(.*?)"', lif) == ["https://pmc.ncbi.nlm.nih.gov/articles/PMC3320944/"]
    assert "<td>source guide</td>" in il6


@pytest.mark.parametrize(
    "source",
    ["javascript:alert(1)", '10.1000/x" onclick="alert(1)', "10.1000/<b>", "PMID:1/../x", "10.1000/a 10.1000/b",
     "PMC1?x", "https://evil.example/10.1000/x", "", None, float("nan"), "PMID:14517293\n"],
)  # fmt: skip
def test_what_is_not_wholly_the_number_of_a_paper_is_no_link(source):
    assert source_link(source) == ""


def test_every_shipped_source_that_begins_as_a_number_of_a_paper_is_a_link(root):
    shipped = pd.read_csv(root / "resources" / "knowledge" / "myokine_facts.tsv", sep="\t", dtype=str)["source"]
    numbered = shipped[shipped.str.match(r"10\.\d|PMID:|PMC\d")]
    assert len(numbered) > 100
    assert numbered.map(source_link).str.startswith("https://").all()


def test_hostile_text_stays_text(small_study, hostile_names):
    rows = [(f"G{i}{name}", name, f"A{i}{name}", *[name] * 9) for i, name in enumerate(hostile_names)]
    text = section(with_facts(small_study(), rows))
    assert len(tables(text)) == len(hostile_names)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<img" not in text
    assert "<script" not in text
    assert not re.search(r"<[a-z]+[^>]*\son[a-z]+=", text)
    assert "href" not in "".join(tables(text))


def test_the_workbook_reads_back_every_fact_as_text_and_explains_every_column(small_study, hostile_names):
    rows = [
        *ROWS,
        *[("G", "=1+1", "P15018", "effect", name, name, "", "", "", "", name, name) for name in hostile_names],
    ]
    made = with_facts(small_study(), rows)
    step.report(**made.arguments)
    book = load_workbook(made.xlsx)
    sheet = list(book["Myokine facts"].values)
    assert list(sheet[0]) == schema.STUDY_FACTS.names
    assert [tuple(cell or "" for cell in row) for row in sheet[1:]] == rows
    assert not [cell for row in book["Myokine facts"].iter_rows() for cell in row if cell.data_type == "f"]
    legend = {(row[0], row[1]) for row in book["Read me"].iter_rows(values_only=True)}
    assert {("Myokine facts", name) for name in schema.STUDY_FACTS.names} <= legend


def test_without_facts_page_and_workbook_are_silent_on_them(small_study):
    made = with_facts(small_study())
    del made.arguments["facts"]
    assert "What is known of" not in section(made)
    book = load_workbook(made.xlsx)
    assert "Myokine facts" not in book.sheetnames
    assert "Myokine facts" not in {row[0] for row in book["Read me"].iter_rows(values_only=True)}


def test_no_detected_myokine_gives_no_heading(small_study):
    assert "What is known of" not in section(with_facts(small_study(), rows=[]))


def test_facts_without_crosstalk_are_in_the_workbook_alone(small_study):
    made = with_facts(small_study(), crosstalk=False)
    step.report(**made.arguments)
    assert 'id="crosstalk"' not in made.html.read_text(encoding="utf-8")
    assert "Myokine facts" in load_workbook(made.xlsx).sheetnames
