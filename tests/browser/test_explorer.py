"""The linked views of report.html, by mouse and keyboard: filters, volcano, table and panel say what the study's tables say."""

import csv

import numpy as np
import pandas as pd
import pytest

from myosieve import files, schema
from tests.browser import chromium
from tests.browser.conftest import open_report
from tests.browser.pages import NAMES

CONTRAST = "eps_vs_rest"
# What a spreadsheet would run is text behind an apostrophe in a CSV file.
FORMULAS = ("=", "+", "-", "@")


def explore(watched):
    """Scroll to the explorer, and wait until table and volcano stand."""
    page = watched.page
    page.locator("#explore").scroll_into_view_if_needed()
    page.wait_for_selector("#explore-table.dataTable tbody button.open-protein")
    page.wait_for_selector("#explore-volcano .main-svg .point")
    return page


@pytest.fixture(scope="module")
def explored(browser, small):
    """The small study with its explorer in view; opened once, since loading takes longer than most tests."""
    watched = open_report(browser, small.html, height=1000)
    # The boxes of the columns are made by the page: what they were at first is remembered here.
    explore(watched).evaluate(
        "() => document.querySelectorAll('#explore input').forEach((one) => { one.dataset.first = one.checked; })"
    )
    yield watched
    watched.page.context.close()


@pytest.fixture
def page(explored, small):
    """The explorer as it opens, with a silence to keep whatever a test does."""
    reset(explored.page)
    yield explored.page
    assert explored.unexpected() == []
    assert explored.requests == [chromium.address(small.html)]


def reset(page):
    """Bring every control of the explorer back to where it stood when the page was opened."""
    page.evaluate("() => document.getElementById('protein').close()")
    page.evaluate("() => document.querySelectorAll('#explore details').forEach((one) => { one.open = true; })")
    page.locator("#explore .dt-search input").fill("")
    for select in ("#explore-known", "#explore-confidence"):
        page.locator(select).select_option("all")
    for box in page.locator("#explore input[type=checkbox]").all():
        box.set_checked(box.get_attribute("data-first") == "true")
    if page.locator("#explore-clear").is_visible():
        page.locator("#explore-clear").click()
    if page.locator("#explore-contrast").input_value() != "0":
        choose_contrast(page, "0", CONTRAST)


@pytest.fixture
def candidates(small):
    """What candidates.tsv says of the first contrast, ranked ones only, best first."""
    return ranked(small, CONTRAST)


def ranked(study, contrast):
    rows = study.frame("candidates", schema.CANDIDATES)
    rows = rows[(rows["contrast"] == contrast) & rows["rank"].notna()]
    return rows.sort_values("rank").reset_index(drop=True)


def listed(page):
    """Return the protein groups in the table, through all its pages, in order."""
    page.locator("#explore .dt-length select").select_option("100")
    first = page.locator("#explore .dt-paging-button.first")
    if "disabled" not in first.get_attribute("class"):
        first.click()
    found = []
    while True:
        found += page.locator("#explore-table button.open-protein").evaluate_all(
            "all => all.map((one) => one.dataset.group)"
        )
        following = page.locator("#explore .dt-paging-button.next")
        if "disabled" in following.get_attribute("class"):
            return found
        following.click()


def counted(page):
    return int(page.locator("#explore-count").inner_text().split()[0])


def choose_contrast(page, value, name):
    page.locator("#explore-contrast").select_option(value)
    page.wait_for_function(
        "(name) => document.getElementById('explore-volcano').getAttribute('aria-label').includes(name)", arg=name
    )


def keep_classes(page, *names):
    for box in page.locator("#explore-classes input[name=class]").all():
        box.set_checked(box.get_attribute("value") in names)


def test_it_lists_the_ranked_candidates_of_the_first_contrast_best_first(page, candidates):
    assert listed(page) == candidates["protein_group"].tolist()
    assert counted(page) == len(candidates)
    assert page.locator("#explore-count").get_attribute("role") == "status"


def test_another_contrast_lists_its_own_candidates(page, small):
    options = page.locator("#explore-contrast option")
    values = options.evaluate_all("all => all.map((one) => [one.value, one.textContent])")
    contrasts = small.frame("differential", schema.DIFFERENTIAL)["contrast"].unique().tolist()
    assert [name for _, name in values[:-1]] == contrasts
    assert values[-1][0] == "all"
    choose_contrast(page, "1", contrasts[1])
    assert listed(page) == ranked(small, contrasts[1])["protein_group"].tolist()


def test_every_contrast_at_once_lists_the_candidates_of_each_and_names_it(page, small):
    page.locator("#explore-contrast").select_option("all")
    candidates = small.frame("candidates", schema.CANDIDATES)
    assert counted(page) == candidates["rank"].notna().sum()
    page.locator("#explore .dt-length select").select_option("100")
    first = page.locator("#explore-table tbody tr").first.inner_text()
    assert any(name in first for name in candidates["contrast"].unique())


@pytest.mark.parametrize("classes", [("classical",), ("classical", "shed"), ()])
def test_secretion_classes_filter_the_table(page, candidates, classes):
    keep_classes(page, *classes)
    if classes:
        wanted = candidates[candidates["secretion_class"].isin(classes)]
        assert listed(page) == wanted["protein_group"].tolist() != []
    else:
        assert page.locator("#explore-table button.open-protein").count() == 0
        assert counted(page) == 0


@pytest.mark.parametrize("known", ["known", "novel"])
def test_known_myokines_are_told_from_novel_ones(page, candidates, known):
    page.locator("#explore-known").select_option(known)
    wanted = candidates[candidates["known_myokine"].notna() == (known == "known")]
    assert listed(page) == wanted["protein_group"].tolist() != []


def test_flagged_candidates_can_be_hidden(page, candidates):
    page.locator("#explore-flagged").check()
    wanted = candidates[candidates["leak_flag"].isna() & candidates["serum_flag"].isna()]
    assert 0 < len(wanted) < len(candidates)
    assert listed(page) == wanted["protein_group"].tolist()


def test_filters_and_search_act_together(page, candidates):
    keep_classes(page, "intracellular")
    page.locator("#explore-flagged").check()
    page.locator("#explore .dt-search input").fill("P001")
    wanted = candidates[
        (candidates["secretion_class"] == "intracellular")
        & candidates["leak_flag"].isna()
        & candidates["accession"].str.contains("P001")
    ]
    assert listed(page) == wanted["protein_group"].tolist() != []
    assert counted(page) == len(wanted)


def test_the_volcano_dims_what_the_table_does_not_show(page, small):
    keep_classes(page, "classical")
    page.wait_for_function(
        "() => document.getElementById('explore-volcano').data.some((one) => one.selectedpoints?.length)"
    )
    lit = page.evaluate("""() => document.getElementById("explore-volcano").data.flatMap(
      (one) => (one.selectedpoints ?? []).map((i) => [one.x[i], one.y[i]]))""")
    shown = set(listed(page))
    points = volcano_points(small)
    wanted = points[points["protein_group"].isin(shown)]
    assert len(lit) == len(wanted) > 0
    found, expected = (np.array(sorted(map(tuple, pairs))) for pairs in (lit, wanted[["x", "y"]].round(3).to_numpy()))
    np.testing.assert_allclose(found, expected, atol=2e-3)


def volcano_points(study, contrast=CONTRAST):
    """Return where each protein group has to stand in the volcano: protein_group, x, y."""
    tests = study.frame("differential", schema.DIFFERENTIAL)
    tests = tests[(tests["contrast"] == contrast) & tests["log2fc"].notna() & tests["p_value"].notna()]
    return pd.DataFrame(
        {"protein_group": tests["protein_group"], "x": tests["log2fc"], "y": -np.log10(tests["p_value"].astype(float))}
    )


def pixel(page, x, y, plot="explore-volcano"):
    """Return where a point of a Plotly figure is in the window."""
    return page.evaluate(
        """([id, x, y]) => {
          const place = document.getElementById(id);
          const { xaxis, yaxis } = place._fullLayout;
          const box = place.getBoundingClientRect();
          return [box.left + xaxis._offset + xaxis.l2p(x), box.top + yaxis._offset + yaxis.l2p(y)];
        }""",
        [plot, float(x), float(y)],
    )


def drag(page, mode, corners):
    """Draw along corners (data coordinates) with the mouse, in a drag mode of Plotly's."""
    volcano = page.locator("#explore-volcano")
    volcano.scroll_into_view_if_needed()
    page.evaluate("(mode) => Plotly.relayout('explore-volcano', { dragmode: mode })", mode)
    pixels = [pixel(page, *corner) for corner in corners]
    page.mouse.move(*pixels[0])
    page.mouse.down()
    for place in pixels[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()
    page.wait_for_selector("#explore-clear", state="visible")


def gap(values, low, high):
    """Return the middle of the widest gap between values, from low to high: an edge that parts them without doubt."""
    inside = np.sort(values[(values > low) & (values < high)])
    widest = np.diff(inside).argmax()
    return float(inside[widest : widest + 2].mean())


@pytest.fixture
def box(small):
    """Edges of a box that holds some points and parts them clearly from the others: (left, right, bottom, top)."""
    points = volcano_points(small)
    left, right = gap(points["x"], 0.2, 0.6), gap(points["x"], 0.9, 2.0)
    return left, right, gap(points["y"], 0.2, 0.6), gap(points["y"], 0.9, 2.5)


def inside(study, box):
    left, right, bottom, top = box
    points = volcano_points(study)
    return set(points.loc[points["x"].between(left, right) & points["y"].between(bottom, top), "protein_group"])


@pytest.mark.parametrize("mode", ["select", "lasso"])
def test_a_box_or_a_lasso_in_the_volcano_filters_the_table_until_it_is_cleared(page, small, candidates, box, mode):
    left, right, bottom, top = box
    corners = [(left, bottom), (right, top)]
    if mode == "lasso":
        corners = [(left, bottom), (left, top), (right, top), (right, bottom), (left, bottom)]
    drag(page, mode, corners)
    wanted = candidates[candidates["protein_group"].isin(inside(small, box))]
    assert listed(page) == wanted["protein_group"].tolist() != []
    assert counted(page) == len(wanted) < len(candidates)
    page.locator("#explore-clear").click()
    assert counted(page) == len(candidates)
    assert page.locator("#explore-clear").is_hidden()


def test_a_selection_and_a_filter_act_together_in_either_order(page, small, candidates, box):
    left, right, bottom, top = box
    page.locator("#explore-flagged").check()
    drag(page, "select", [(left, bottom), (right, top)])
    chosen = candidates[candidates["protein_group"].isin(inside(small, box))]
    assert counted(page) == chosen["leak_flag"].isna().sum() < len(chosen)
    page.locator("#explore-flagged").uncheck()
    assert counted(page) == len(chosen)


def lonely(study, contrast=CONTRAST):
    """Return the point of the volcano that is farthest from every other, in shares of the figure."""
    points = volcano_points(study, contrast)
    at = (points[["x", "y"]] - points[["x", "y"]].min()) / (points[["x", "y"]].max() - points[["x", "y"]].min())
    distance = np.linalg.norm(at.to_numpy()[:, None] - at.to_numpy()[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    return points.iloc[distance.min(axis=1).argmax()]


def test_a_click_on_a_point_of_the_volcano_opens_its_protein(page, small):
    point = lonely(small)
    page.locator("#explore-volcano").scroll_into_view_if_needed()
    page.mouse.move(*pixel(page, point["x"], point["y"]), steps=4)
    page.wait_for_selector("#explore-volcano .hoverlayer .hovertext")
    page.mouse.click(*pixel(page, point["x"], point["y"]))
    page.wait_for_selector("#protein[open]")
    tests = small.frame("differential", schema.DIFFERENTIAL).drop_duplicates("protein_group").set_index("protein_group")
    assert page.locator("#protein-title").text_content() == tests.loc[point["protein_group"], "gene"]
    assert tests.loc[point["protein_group"], "accession"] in page.locator("#protein-links").inner_text()


def open_protein(page, gene):
    """Open the panel of a gene by a click in the table, and wait until it is filled."""
    page.locator("#explore .dt-search input").fill(gene)
    opener = page.locator("#explore-table button.open-protein").filter(has_text=gene).first
    opener.click()
    page.wait_for_selector("#protein[open] #protein-intensities .main-svg")
    return opener


@pytest.mark.parametrize("how", ["escape", "button"])
def test_the_panel_opens_by_keyboard_and_gives_the_focus_back(page, candidates, how):
    page.locator("#explore .dt-search input").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#explore-table button.open-protein')"):
            break
    focused = "document.activeElement.dataset.group"
    assert page.evaluate(focused) == candidates.loc[0, "protein_group"]
    page.keyboard.press("Enter")
    page.wait_for_selector("#protein[open]")
    assert page.locator("#protein-title").text_content() == candidates.loc[0, "gene"]
    # The page behind cannot be reached by keyboard while the panel is open.
    assert page.evaluate("document.getElementById('protein').contains(document.activeElement)")
    if how == "escape":
        page.keyboard.press("Escape")
    else:
        page.locator("#protein-close").focus()
        page.keyboard.press("Enter")
    page.wait_for_selector("#protein", state="hidden")
    assert page.evaluate(focused) == candidates.loc[0, "protein_group"]


def intensities_of(study, group):
    table = files.read_table(study.arguments["quantified"] / "intensities.tsv").set_index("protein_group")
    return table.loc[group].astype(float)


TRACES = """() => Object.fromEntries(document.getElementById("protein-intensities").data
  .filter((one) => one.name === "observed" || one.name === "not observed")
  .map((one) => [one.name, { y: [...one.y], text: one.text }]))"""


def gaps(study, candidates, wanted):
    """Return the first candidate with a plain gene name and so many samples without a value."""
    plain = candidates[candidates["gene"].str.fullmatch(r"[A-Z]{4}\d", na=False)]
    return next(row for row in plain.itertuples() if wanted(intensities_of(study, row.protein_group).isna().sum()))


def test_samples_without_a_value_are_shown_and_told_as_not_observed(page, small, candidates):
    row = gaps(small, candidates, lambda n: n >= 2)
    values = intensities_of(small, row.protein_group)
    open_protein(page, row.gene)
    traces = page.evaluate(TRACES)
    assert sorted(traces["observed"]["y"]) == pytest.approx(sorted(values.dropna()), abs=0.006)
    assert len(traces["not observed"]["y"]) == values.isna().sum()
    # Where they stand is no value: below every one that was measured.
    assert max(traces["not observed"]["y"]) < values.min()
    told = page.locator("#protein-missing").inner_text()
    assert all(name in told for name in values.index[values.isna()])
    assert not any(name in told for name in values.index[values.notna()])


def test_a_protein_seen_in_every_sample_has_nothing_not_observed(page, small, candidates):
    row = gaps(small, candidates, lambda n: n == 0)
    open_protein(page, row.gene)
    traces = page.evaluate(TRACES)
    assert list(traces) == ["observed"]
    assert len(traces["observed"]["y"]) == 8


def test_the_panel_links_to_uniprot_the_protein_atlas_and_pubmed_with_plain_addresses(page, candidates):
    row = candidates[candidates["gene"].str.fullmatch(r"[A-Z]{4}\d", na=False)].iloc[0]
    open_protein(page, row["gene"])
    links = page.locator("#protein-links a").evaluate_all("all => all.map((one) => one.href)")
    hosts = [link.split("/")[2] for link in links]
    assert [link.split(":")[0] for link in links] == ["https"] * 3
    assert hosts == ["www.uniprot.org", "www.proteinatlas.org", "pubmed.ncbi.nlm.nih.gov"]
    assert row["accession"] in links[0]
    assert row["gene"] in links[1]
    assert row["gene"] in links[2]


def test_the_panel_has_a_heading_for_each_part_and_a_table_of_the_evidence(page, candidates):
    row = candidates[candidates["gene"].str.fullmatch(r"[A-Z]{4}\d", na=False)].iloc[0]
    open_protein(page, row["gene"])
    for part in ("protein-intensities", "protein-topology", "protein-score", "protein-evidence"):
        assert page.locator(f"#protein #{part}").count() == 1
    assert page.locator("#protein-evidence caption").inner_text() != ""


def test_the_panel_draws_the_topology_with_the_peptides_and_tells_every_source(page, small):
    group = files.read_table(small.arguments["shedding"], schema.SHEDDING)["protein_group"].iloc[0]
    page.locator("#explore-excluded").check()
    page.locator("#explore .dt-search input").fill(group)
    page.locator(f"#explore-table button.open-protein[data-group='{group}']").click()
    page.wait_for_selector("#protein-topology .main-svg")
    words = page.locator("#protein-topology-words").inner_text()
    assert words.startswith(
        "120 residues, of P99999. signal peptide 1–22, outside the cell 23–80, transmembrane helix 81–101, "
    )
    assert "Detected peptides: 34–45, 60–71 (another gene's as well), 104–115." in words
    spans = page.evaluate("""() => Object.fromEntries(document.getElementById("protein-topology").data.map(
      (one) => [one.name, one.base.map((start, i) => [start + 0.5, start - 0.5 + one.x[i]])]))""")
    assert spans["signal peptide"] == [[1, 22]]
    assert spans["peptides"] == [[34, 45], [104, 115]]
    assert spans["peptides, shared"] == [[60, 71]]
    rows = page.locator("#protein-evidence tbody tr").all()
    told = [row.locator("th, td").all_inner_texts() for row in rows]
    assert told == [
        ["embedded", "0.1.0", "signal peptide", "yes", "1–22", "0.98", ""],
        ["uniprot", "2026_03", "tm helix", "yes", "81–101", "", "<b>by similarity</b>"],
    ]


def saved(page, folder):
    """Save the table as CSV; return its heading and rows."""
    with page.expect_download() as download:
        page.locator("#explore-csv").click()
    path = folder / "table.csv"
    download.value.save_as(path)
    assert download.value.suggested_filename.endswith(".csv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        heading, *rows = csv.reader(lines)
    return heading, rows


def headings(page):
    return page.locator("#explore-table thead th .dt-column-title").all_inner_texts()


def test_the_saved_csv_has_exactly_the_shown_rows_and_visible_columns(page, candidates, tmp_path):
    keep_classes(page, "classical")
    page.locator("#explore .dt-search input").fill("P00")
    page.locator("#explore-columns input[value=reason]").uncheck()
    page.locator("#explore-columns input[value=protein_name]").check()
    heading, rows = saved(page, tmp_path)
    assert heading == headings(page)
    assert "Reason" not in heading
    wanted = candidates[candidates["secretion_class"] == "classical"]
    assert len(rows) == counted(page) == len(wanted) < len(candidates)
    assert [row[heading.index("Accession")] for row in rows] == wanted["accession"].tolist()
    assert [row[heading.index("Rank")] for row in rows] == [f"{rank:.0f}" for rank in wanted["rank"]]


def test_numbers_in_the_saved_csv_are_numbers_and_missing_ones_are_empty(page, candidates, tmp_path):
    heading, rows = saved(page, tmp_path)
    for name, column in (("log2FC", "log2fc"), ("q", "q_value"), ("Score", "score")):
        texts = [row[heading.index(name)] for row in rows]
        found = [float(text) if text else np.nan for text in texts]
        np.testing.assert_allclose(found, candidates[column].astype(float), rtol=0.06, atol=0.006, equal_nan=True)


def test_a_name_that_a_spreadsheet_would_run_is_text_in_the_saved_csv(page, candidates, tmp_path):
    heading, rows = saved(page, tmp_path)
    genes = [row[heading.index("Gene")] for row in rows]
    assert [gene.removeprefix("'") for gene in genes] == candidates["gene"].fillna("").tolist()
    assert any(gene.startswith("'") for gene in genes)
    assert [gene for gene in genes if gene.startswith(FORMULAS)] == []


def test_a_column_can_be_hidden_and_shown(page):
    boxes = page.locator("#explore-columns input[type=checkbox][name=column]")
    assert boxes.count() >= len(headings(page))
    assert "Score" in headings(page)
    page.locator("#explore-columns input[value=score]").uncheck()
    assert "Score" not in headings(page)
    page.locator("#explore-columns input[value=score]").check()
    assert "Score" in headings(page)


_NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"


@pytest.mark.parametrize("clipboard", ["as it is", "absent"])
def test_the_accessions_of_the_shown_rows_are_copied_one_per_line(opened, small, candidates, clipboard):
    page = explore(opened(small.html))
    if clipboard == "absent":
        page.evaluate(_NO_CLIPBOARD)
    keep_classes(page, "shed")
    page.locator("#explore-copy").click()
    page.wait_for_function("() => document.getElementById('explore-count').textContent.includes('copied')")
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), { id: 'pasted' }))")
    page.locator("#pasted").focus()
    page.keyboard.press("Control+V")
    wanted = candidates.loc[candidates["secretion_class"] == "shed", "accession"].tolist()
    assert page.locator("#pasted").input_value().split("\n") == wanted


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_open_panel(opened, small, candidates, artifacts, scheme, width):
    page = explore(opened(small.html, width, color_scheme=scheme))
    row = candidates[candidates["gene"].str.fullmatch(r"[A-Z]{4}\d", na=False)].iloc[0]
    open_protein(page, row["gene"])
    page.wait_for_selector("#protein-score .main-svg, #protein-score[hidden]", state="attached")
    page.screenshot(path=artifacts / f"panel-{scheme}-{width}.png")
    violations = chromium.grave_violations(page, within="#protein")
    assert violations == [], chromium.told(violations)


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 820, 1440])
def test_the_panel_never_scrolls_sideways(opened, hostile, artifacts, width):
    page = explore(opened(hostile.html, width))
    page.locator("#explore-table button.open-protein").first.click()
    page.wait_for_selector("#protein[open] #protein-intensities .main-svg")
    page.screenshot(path=artifacts / f"panel-hostile-{width}.png")
    scroll, client = page.evaluate(
        "(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.getElementById('protein'))"
    )
    assert scroll <= client <= width, chromium.overflowing(page, "#protein")


@pytest.mark.slow
def test_hostile_names_are_text_in_the_panel(opened, hostile):
    watched = opened(hostile.html)
    page = explore(watched)
    groups = ranked(hostile, hostile.frame("differential", schema.DIFFERENTIAL)["contrast"].iloc[0])
    for name in NAMES:
        group = groups.loc[groups["gene"] == name, "protein_group"].iloc[0]
        page.locator(f"#explore-table button.open-protein[data-group='{group}']").click()
        page.wait_for_selector("#protein[open] #protein-intensities .main-svg")
        assert page.locator("#protein-title").text_content() == name
        assert page.locator("#protein img, #protein script, #protein svg a").count() == 0
        links = page.locator("#protein-links a").evaluate_all("all => all.map((one) => new URL(one.href).protocol)")
        assert set(links) == {"https:"}
        page.keyboard.press("Escape")
        page.wait_for_selector("#protein", state="hidden")
    assert page.evaluate("window.pwned") is None
    assert watched.unexpected() == []
