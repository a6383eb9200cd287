"""report.html: true to its inputs, closed to the network, and text is text."""

import base64
import hashlib
import html
import json
import re
import zlib
from html.parser import HTMLParser
from typing import Any

import pytest

from myosieve import files, schema
from myosieve.report import page, step


class Elements(HTMLParser):
    """Start tags with their attributes, and the text outside of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.text = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside = tag
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            attributes, before = self.scripts[-1]
            self.scripts[-1] = attributes, before + data
        elif not self._inside:
            self.text += data

    def programs(self) -> list[str]:
        return [text for attributes, text in self.scripts if attributes.get("type") in (None, "module")]

    def unpacked(self, name: str) -> str:
        text = next(text for attributes, text in self.scripts if attributes.get("id") == name)
        return zlib.decompress(base64.b64decode(text)).decode()

    def libraries(self) -> list[str]:
        return [self.unpacked(f"library-{name}") for name in ("plotly", "tables")]

    def data(self, name: str) -> Any:
        return json.loads(self.unpacked(name))

    def contrast(self, index: int) -> Any:
        return self.data(f"explore-{index}-data")

    def proteins(self) -> Any:
        return self.data("explore-proteins-data")


def rendered(made: Any) -> Elements:
    step.report(**made.arguments)
    return Elements(made.html.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def elements(reported) -> Elements:
    """The page of the made study, parsed."""
    return Elements(reported.html.read_text(encoding="utf-8"))


def test_no_element_loads_anything(elements) -> None:
    for tag, attributes in elements.tags:
        assert tag not in ("link", "iframe", "object", "embed", "img", "base", "form", "audio", "video"), tag
        assert not {"src", "srcset", "data", "action", "poster", "background"} & set(attributes), (tag, attributes)


def test_links_go_to_parts_of_the_page_or_to_uniprot(elements) -> None:
    targets = [attributes["href"] for tag, attributes in elements.tags if "href" in attributes]
    assert any(target.startswith("https://") for target in targets)
    assert all(re.match(r"#|https://www\.uniprot\.org/uniprotkb/[A-Z0-9-]+/entry$", target) for target in targets)
    ids = {attributes["id"] for _, attributes in elements.tags if "id" in attributes}
    assert {target[1:] for target in targets if target.startswith("#")} <= ids


def test_styles_load_nothing(reported, elements) -> None:
    text = reported.html.read_text(encoding="utf-8")
    styles = "".join(re.findall(r"<style>(.*?)</style>", text, re.S))
    styles += "".join(attributes.get("style") or "" for _, attributes in elements.tags)
    assert "@import" not in styles
    assert all(address.strip("'\" ").startswith("data:") for address in re.findall(r"url\(([^)]*)", styles))


def test_the_policy_forbids_requests_and_runs_only_the_scripts_it_names(elements) -> None:
    policies = [a["content"] for tag, a in elements.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    directives = dict(part.strip().partition(" ")[::2] for part in policies[0].split(";"))
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in directives["script-src"]
    assert "connect-src" not in directives
    digests = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in [*elements.libraries(), *elements.programs()]
    ]
    assert len(digests) == 3
    assert directives["script-src"].split() == [f"'sha256-{digest}'" for digest in digests]


def test_no_element_carries_an_event_handler(elements) -> None:
    assert not [name for _, attributes in elements.tags for name in attributes if name.startswith("on")]


def test_scripts_cannot_end_or_comment_themselves_early(elements) -> None:
    assert all("<!--" not in text and "</script" not in text.lower() for text in elements.programs())


def test_hostile_names_are_shown_as_text(reported, elements, hostile_names) -> None:
    genes = elements.proteins()["gene"]
    assert set(hostile_names) <= set(genes)
    # The ten best stand in the page itself.
    ranks = elements.contrast(0)["columns"]["rank"]
    best = [genes[ranks.index(rank)] for rank in range(1, 11)]
    assert set(best) <= set(hostile_names)
    assert all(name in elements.text for name in best)
    source = reported.html.read_text(encoding="utf-8")
    assert "<script>alert" not in source
    assert "<b>normalization</b>" not in source
    assert "<img" not in re.sub(r"<script.*?</script>", "", source, flags=re.S)


def test_figures_escape_what_plotly_would_read_as_markup(elements) -> None:
    texts = [note["text"] for note in elements.contrast(0)["volcano"]["layout"]["annotations"]]
    assert any("&lt;script&gt;alert(1)&lt;/script&gt;" in text for text in texts)
    assert not [text for text in texts if "<" in text]


def test_an_accession_that_is_none_of_uniprots_is_no_link(small_study) -> None:
    made = small_study()
    candidates = made.frame("candidates", schema.CANDIDATES)
    candidates["accession"] = "javascript:alert(1)"
    made.rewrite("candidates", candidates)
    page_elements = rendered(made)
    assert not [a for tag, a in page_elements.tags if tag == "a" and not a["href"].startswith("#")]
    assert "javascript:alert(1)" in page_elements.text


@pytest.mark.parametrize("fdr", [0.05, 0.013])
def test_every_threshold_shown_is_the_setting(small_study, fdr: float) -> None:
    study = small_study()
    study.arguments["settings"] = {"fdr": fdr, "report": {"title": "", "top": 25}}
    told = study.told()
    for one in told["steps"]:
        if "fdr" in one["settings"]:
            one["settings"]["fdr"] = fdr
    files.write_json(study.arguments["provenance"], told)
    elements = rendered(study)
    labels = [html.unescape(a.get("aria-label") or "") for _, a in elements.tags]
    figure = elements.contrast(0)["volcano"]
    shown = re.findall(
        r"FDR\s+([\d.]+)", " ".join([elements.text, *labels, figure["layout"]["annotations"][0]["text"]])
    )
    assert len(shown) == 5  # heading, sentence, caption of the figure, its line; caption of the normalizations
    assert [float(number) for number in shown] == pytest.approx([100 * fdr] * 5)
    tests = study.frame("differential", schema.DIFFERENTIAL)
    for name, rows in tests.groupby("contrast"):
        hits = int((rows["q_value"] <= fdr).sum())
        assert re.search(rf"{name}\s+\S.*?{hits} hits at FDR", elements.text, re.S), name


def test_another_false_discovery_rate_in_a_step_than_here_is_a_warning(small_study) -> None:
    study = small_study()
    study.arguments["settings"] = {"fdr": 0.01, "report": {"title": "", "top": 25}}
    text = rendered(study).text
    assert "marks hits at FDR 0.01, but the step 'rank' ran with FDR 0.05" in text


def test_the_line_of_the_volcano_parts_the_hits_from_the_rest(reported, elements) -> None:
    tests = reported.frame("differential", schema.DIFFERENTIAL)
    mine = tests[tests["contrast"] == "eps_vs_rest"]
    height = elements.contrast(0)["volcano"]["layout"]["shapes"][0]["y0"]
    above = mine[mine["p_value"] < 10**-height]
    assert len(above) == (mine["q_value"] <= 0.05).sum() > 0
    assert (above["q_value"] <= 0.05).all()


def test_every_tested_protein_group_is_drawn_once(reported, elements) -> None:
    tests = reported.frame("differential", schema.DIFFERENTIAL)
    mine = tests[tests["contrast"] == "eps_vs_rest"]
    rows = [row for trace in elements.contrast(0)["volcano"]["data"] for row in trace["rows"]]
    groups = elements.proteins()["protein_group"]
    assert sorted(groups[row] for row in rows) == sorted(mine.loc[mine["p_value"].notna(), "protein_group"])
    assert elements.contrast(0)["about"]["n_absent"] == mine["p_value"].isna().sum()


def test_methods_are_the_sentences_of_the_provenance_and_no_others(small_study) -> None:
    study = small_study()
    told = study.told()
    told["steps"] = [one | {"methods": [f"Sentence of {one['stage']} zq{i}."]} for i, one in enumerate(told["steps"])]
    files.write_json(study.arguments["provenance"], told)
    text = rendered(study).text
    methods = text[text.index("What ran, as each step recorded it.") : text.index("Settings, counts, versions")]
    found = [line for line in methods.splitlines()[1:] if line.strip()]
    assert found == [line for one in told["steps"] for line in (one["stage"], *one["methods"])]


def test_warnings_stand_before_every_result(elements) -> None:
    text = elements.text
    assert text.index("The medians of the conditions differ") < text.index("What was compared")


def test_a_study_without_warnings_has_no_box_for_them(small_study) -> None:
    study = small_study()
    files.write_json(study.arguments["provenance"], study.told() | {"warnings": []})
    assert "read first" not in rendered(study).text


def test_each_contrast_says_what_was_compared_in_which_direction(elements) -> None:
    assert "eps against rest: log2FC = log2(eps / rest), above 0 = more in eps" in elements.text
    assert "log2FC = (eps_old - rest_old) - (eps_young - rest_young)" in elements.text


def test_excluded_protein_groups_are_counted_by_reason_and_not_listed(reported, elements) -> None:
    candidates = reported.frame("candidates", schema.CANDIDATES)
    mine = candidates[candidates["contrast"] == "eps_vs_rest"]
    counts = mine["excluded_because"].value_counts()
    for reason, count in counts.items():
        assert f"{count} {reason}" in elements.text
    columns = elements.contrast(0)["columns"]
    ranks = sorted(rank for rank in columns["rank"] if rank is not None)
    assert ranks == list(range(1, int(mine["rank"].notna().sum()) + 1))
    told = dict(zip(elements.proteins()["protein_group"], columns["excluded_because"], strict=True))
    left_out = mine[mine["rank"].isna()]
    assert {group: told[group] for group in left_out["protein_group"]} == dict(
        zip(left_out["protein_group"], left_out["excluded_because"], strict=True)
    )


def test_a_check_that_did_not_run_is_said_and_is_no_flag(small_study) -> None:
    made = small_study()
    candidates = made.frame("candidates", schema.CANDIDATES).assign(leak_flag="not run")
    made.rewrite("candidates", candidates)
    elements = rendered(made)
    ranked = candidates["rank"].notna().sum()
    assert f"The check for leakage was not run for {ranked}" in elements.text
    assert "leak: not run" not in elements.text
    symbols = {t["marker"]["symbol"] for t in elements.contrast(0)["volcano"]["data"] if t.get("legendgroup")}
    assert symbols == {"circle"}


def test_every_figure_table_and_id_can_be_found_by_a_screen_reader(elements) -> None:
    plots = [a for _, a in elements.tags if a.get("class") == "plot"]
    # missing, leak, serum, components; levels before and after, missing by level, spread, correlation (peptides are not
    # known here); a recovery curve per contrast; intensities, topology and score of the panel
    assert len(plots) == 4 + 5 + 3 + 3
    assert all(a["aria-label"] and a["role"] == "group" for a in plots)
    names = [tag for tag, _ in elements.tags]
    assert names.count("caption") == names.count("table")
    assert dict(elements.tags)["html"]["lang"] == "en"
    ids = [a["id"] for _, a in elements.tags if "id" in a]
    assert len(ids) == len(set(ids))


def test_a_sample_quality_that_was_not_computed_is_said_and_not_drawn(small_study) -> None:
    made = small_study()
    made.rewrite("samples_qc", made.frame("samples_qc", schema.SAMPLES_QC).assign(leak_index=float("nan")))
    elements = rendered(made)
    assert "Nothing to draw: not computed for this study." in elements.text
    assert "samples-leak_index" not in {a.get("id") for _, a in elements.tags}


def test_a_contrast_without_candidates_says_so(small_study) -> None:
    made = small_study()
    made.rewrite("candidates", made.frame("candidates", schema.CANDIDATES).iloc[:0])
    assert "No candidate: no protein group of this contrast got a rank." in rendered(made).text


def test_the_table_library_is_one_script_without_imports_or_exports(elements) -> None:
    library = elements.libraries()[1]
    assert not re.search(r"\bexport\s*\{|\bimport\s*[{*]|\bimport\.meta", library)
    assert re.search(r"globalThis\.tableLibrary=\{.*default:", library)


def test_the_accession_pattern_of_the_page_is_that_of_the_workbook(elements) -> None:
    pattern = re.search(r"const uniprot = /\^(.*)\$/;", elements.programs()[-1])
    assert pattern
    assert pattern[1] == page.UNIPROT.pattern


def test_plotlys_button_that_uploads_the_data_is_not_among_the_buttons(elements) -> None:
    program = elements.programs()[-1]
    always = re.search(r"modeBarButtons: (\[\[.*?\]\])", program)
    volcano = re.search(r"plot\(place, \{ data, layout \}, (\[.*?\])\)", program)
    assert always
    assert volcano
    assert set(re.findall(r'"(\w+)"', always[1] + volcano[1])) == {
        "toImage", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d", "select2d", "lasso2d",
    }  # fmt: skip


def test_the_hits_under_other_normalizations_are_a_table(elements) -> None:
    assert "How the hits depend on the normalization" in elements.text
    assert elements.text.count("median (the study's own)") == 3  # one of each contrast
