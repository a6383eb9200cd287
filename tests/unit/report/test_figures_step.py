"""The figures for a paper: text that is text, names as they are, sizes in mm, the same bytes, all files or none."""

import io
import re
import xml.etree.ElementTree as ElementTree
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from matplotlib import colormaps
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from tests.unit.report.conftest import made_validation
from tests.unit.report.test_crosstalk_figures import rows_of

from myosieve import files, schema
from myosieve.cli import main
from myosieve.errors import InputError
from myosieve.quant.components import principal_components
from myosieve.report import paper, paper_contrasts, paper_heat_map, paper_study, theme
from myosieve.report.figures_step import _suffixes, figures
from myosieve.report.validation_words import recovery_steps

READ = ("candidates", "differential", "samples_qc", "quantified", "samples", "validation")
PER_CONTRAST = ("volcano", "ranks", "heat_map", "recovery")


def arguments_of(study, out: Path) -> dict:
    return {name: study.arguments[name] for name in (*READ, "settings")} | {"out": out}


def texts(path: Path) -> set[str]:
    """Return the text elements of an SVG."""
    return {"".join(node.itertext()) for node in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")}


def words(figure: Figure) -> set[str]:
    return {text.get_text() for text in figure.findobj(Text)}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory):
    """A study of 120 protein groups, hostile names ranked first, and its figures; not to be changed."""
    from tests.unit.report.conftest import make_study

    folder = tmp_path_factory.mktemp("drawn")
    made = make_study(folder, 120, ("eps_vs_rest",))
    crosstalk = folder / "crosstalk.tsv"
    rows = rows_of(contrast="eps_vs_rest", gene="IL6 & $x_1$ <b>")
    files.write_table(crosstalk, rows)
    figures(**arguments_of(made, folder / "figures"), crosstalk=crosstalk)
    return made


@pytest.fixture
def folder(drawn) -> Path:
    return drawn.html.parent / "figures"


@pytest.fixture
def on_paper():
    with paper.drawing():
        yield


def test_each_figure_is_there_in_three_formats_and_nothing_else(folder: Path) -> None:
    names = ["samples", *(f"{kind}_eps_vs_rest" for kind in (*PER_CONTRAST, "crosstalk"))]
    assert {path.name for path in folder.iterdir()} == {f"{n}.{kind}" for n in names for kind in ("svg", "pdf", "png")}


def test_names_of_the_best_candidates_are_text_in_the_svg(drawn, folder: Path) -> None:
    ranked = drawn.frame("candidates", schema.CANDIDATES).query("rank.notna()").sort_values("rank", kind="stable")
    for kind in ("ranks", "heat_map"):
        assert set(paper.names(ranked.head(25))) <= texts(folder / f"{kind}_eps_vs_rest.svg")


def test_hostile_names_are_drawn_as_they_are(folder: Path) -> None:
    shown = texts(folder / "ranks_eps_vs_rest.svg")
    assert {"${{7*7}}", "muscle \U0001f4aa", "\"quoted\" & 'single'", "1-Mar", "007", "NA", "+1+1"} <= shown
    assert "<script>alert(1)</script"[:23] + "…" in shown
    assert "IL6 & $x_1$ <b>" in texts(folder / "crosstalk_eps_vs_rest.svg")


def test_a_character_that_would_steer_the_text_is_shown_as_a_mark() -> None:
    assert paper.literal("a\u202eb\nc\x00") == "a\ufffdb\ufffdc\ufffd"


def test_conditions_that_begin_with_an_underscore_stand_in_the_legend(on_paper) -> None:
    values = pd.DataFrame(np.random.default_rng(1).normal(size=(60, 4)), columns=list("abcd"))
    samples = pd.DataFrame({"sample": list("abcd"), "condition": ["_x", "_x", "$y$", "$y$"]})
    figure = paper_study.sample_map(principal_components(values), samples, {"c"})
    assert {"_x", "$y$", "c"} <= words(figure)
    assert b">_x</text>" in paper.rendered(figure)[0]["svg"]


def test_sizes_are_those_of_a_journals_column_and_page(folder: Path) -> None:
    widths = {}
    for path in folder.glob("*.svg"):
        root = ElementTree.parse(path).getroot()
        widths[path.stem] = float(root.get("width").removesuffix("pt")) / 72 * 25.4
        media = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ", path.with_suffix(".pdf").read_bytes())
        assert float(media[1]) / 72 * 25.4 == pytest.approx(widths[path.stem], abs=0.01)
        with Image.open(path.with_suffix(".png")) as image:
            assert image.width / 300 * 25.4 == pytest.approx(widths[path.stem], abs=0.1)
            assert image.height / 300 * 25.4 < theme.HIGHEST_MM
    assert widths.pop("crosstalk_eps_vs_rest") == pytest.approx(178, abs=0.01)
    assert list(widths.values()) == pytest.approx([85] * len(widths), abs=0.01)


def test_the_pdf_embeds_truetype_and_neither_it_nor_the_svg_has_a_date(folder: Path) -> None:
    for path in folder.glob("*.pdf"):
        content = path.read_bytes()
        assert b"/FontFile2" in content
        assert b"/Type3" not in content
        assert b"Date" not in content
        assert "<dc:date>" not in path.with_suffix(".svg").read_text(encoding="utf-8")


def test_the_command_gives_the_same_bytes(drawn, folder: Path, tmp_path: Path) -> None:
    names = [*READ, "crosstalk"]
    paths = drawn.arguments | {"crosstalk": folder.parent / "crosstalk.tsv"}
    options = [text for name in names for text in (f"--{name.replace('_', '-')}", str(paths[name]))]
    settings = tmp_path / "settings.json"
    files.write_json(settings, drawn.arguments["settings"])
    assert main(["figures", *options, "--settings", str(settings), "--out", str(tmp_path / "again")]) == 0
    again = sorted((tmp_path / "again").iterdir())
    assert [path.name for path in again] == sorted(path.name for path in folder.iterdir())
    for path in again:
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_a_users_matplotlibrc_changes_nothing(on_paper) -> None:
    import matplotlib

    matplotlib.rcParams.update({"font.size": 30, "svg.fonttype": "path"})
    with paper.drawing():
        assert matplotlib.rcParams["font.size"] == theme.TEXT_PT
        assert matplotlib.rcParams["svg.fonttype"] == "none"


def test_characters_that_the_font_lacks_are_told_and_are_text_in_the_svg(
    small_study, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(paper, "FORMATS", ("svg",))
    summary = figures(**arguments_of(small_study(), tmp_path / "figures"))
    assert summary.counts == {"figures": 5}
    (warning,) = summary.warnings
    assert "U+1F4AA" in warning
    assert "muscle \U0001f4aa" in texts(tmp_path / "figures" / "ranks_eps_vs_rest.svg")


def test_a_contrast_without_ranked_candidates_gets_figures_that_say_so(
    small_study, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(paper, "FORMATS", ("svg",))
    made = small_study()
    table = made.frame("candidates", schema.CANDIDATES)
    table[["rank", "rank_low", "rank_high"]] = np.nan
    made.rewrite("candidates", table)
    made.rewrite("validation", made.frame("validation", schema.VALIDATION).iloc[:0])
    figures(**arguments_of(made, tmp_path / "figures"))
    for kind in ("ranks", "heat_map"):
        assert "No candidate is ranked in this contrast." in texts(tmp_path / "figures" / f"{kind}_eps_vs_rest.svg")
    assert any("Fewer than five" in text for text in texts(tmp_path / "figures" / "recovery_eps_vs_rest.svg"))


def test_a_contrast_without_a_test_gets_a_volcano_that_says_so(drawn, on_paper) -> None:
    tests = drawn.frame("differential", schema.DIFFERENTIAL).assign(secretion_class="shed", leak_flag=None)
    figure = paper_contrasts.volcano(
        "c", tests.assign(log2fc=np.nan), drawn.frame("candidates", schema.CANDIDATES), 0.05
    )
    assert "No protein group has a fold change and a p-value." in words(figure)


def test_too_few_samples_are_said(on_paper) -> None:
    figure = paper_study.sample_map(None, pd.DataFrame(columns=["sample", "condition"]), set())
    assert any("fewer than three samples" in text for text in words(figure))


def test_at_most_twelve_names_stand_in_a_volcano_and_none_on_another(drawn, on_paper) -> None:
    tests = drawn.frame("differential", schema.DIFFERENTIAL).assign(secretion_class="shed", leak_flag=None)
    ranked = (
        tests.dropna(subset="q_value")
        .sort_values("q_value")
        .assign(gene=[f"GENE{i}" for i in range(tests["q_value"].notna().sum())])
    )
    tests["gene"] = tests["protein_group"].map(ranked.set_index("protein_group")["gene"])
    figure = paper_contrasts.volcano("c", tests, ranked, 0.05)
    figure.draw_without_rendering()
    named = [text for text in figure.findobj(Text) if text.get_text().startswith("GENE")]
    assert {text.get_text() for text in named} == {f"GENE{i}" for i in range(12)}
    boxes = [Text.get_window_extent(text) for text in named]
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[:i])


def test_p_values_too_small_for_a_number_have_their_height(on_paper) -> None:
    tests = pd.DataFrame({"p_value": [0.0, 0.01, 0.1, 0.0], "log10_p": [-400.0, -2.0, np.nan, np.nan]})
    assert paper_contrasts._heights(tests).tolist()[:3] == pytest.approx([400, 2, 1])
    assert np.isnan(paper_contrasts._heights(tests)[3])


def test_z_scores_are_those_of_the_observed_values_and_missing_stays_missing() -> None:
    values = pd.DataFrame([[1.0, 2.0, 3.0, np.nan], [5.0, np.nan, np.nan, np.nan], [4.0, 4.0, 4.0, 4.0]])
    found = paper_heat_map.z_scores(values)
    assert found.iloc[0, :3].tolist() == pytest.approx([-1, 0, 1])
    assert found.iloc[1, 0] == 0
    assert found.iloc[2].tolist() == [0, 0, 0, 0]
    assert found.isna().equals(values.isna())


def ranked_of(groups: list[str], **columns: object) -> pd.DataFrame:
    """Return candidates with a rank, with what the figures read of them."""
    rows = pd.DataFrame(
        {"protein_group": groups, "accession": groups, "gene": groups, "rank": np.arange(len(groups)) + 1}
    )
    rows["rank_low"], rows["rank_high"] = rows["rank"], rows["rank"] + 4
    return rows.assign(**{"secretion_class": "shed", "leak_flag": None} | columns)


class Recording(RendererAgg):
    """Keeps which texts are drawn, and where: (text, x, y from below, size, angle)."""

    def __init__(self, figure: paper.Sheet) -> None:
        super().__init__(*figure.bbox.size, figure.dpi)
        self.written: list[tuple[str, float, float, float, float]] = []

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None) -> None:
        self.written.append((s, x, self.height - y, prop.get_size_in_points(), angle))


def cut_off(figure: paper.Sheet) -> list[str]:
    """Return the texts that reach beyond the page."""
    paper.lay_out(figure)
    renderer = Recording(figure)
    figure.draw(renderer)
    found = []
    for text, x, y, size, angle in renderer.written:
        width, height, below = paper.measured(text, size)
        assert angle in (0, 90)
        x0, y0, x1, y1 = x, y - below, x + width, y + height - below
        if angle == 90:
            x0, y0, x1, y1 = x - height + below, y, x + below, y + width
        # Pixels are whole, letters are not.
        if x0 < -1 or y0 < -1 or x1 > figure.bbox.width + 1 or y1 > figure.bbox.height + 1:
            found.append(text)
    assert renderer.written
    return found


def test_names_and_marks_stand_at_the_same_place_in_every_resolution(drawn, on_paper) -> None:
    ranked = drawn.frame("candidates", schema.CANDIDATES).query("rank.notna()").sort_values("rank", kind="stable")
    tests = drawn.frame("differential", schema.DIFFERENTIAL).assign(secretion_class="shed", leak_flag=None)
    values = pd.DataFrame(np.random.default_rng(1).normal(size=(len(ranked), 4)), columns=list("abcd"))
    values.index = ranked["protein_group"]
    samples = pd.DataFrame({"sample": list("abcd"), "condition": list("xxyy"), "fraction": "secretome"})
    for figure in (
        paper_contrasts.volcano("c", tests, ranked, 0.05),
        paper_contrasts.ranks("c", ranked),
        paper_heat_map.heat_map("c", ranked, values, samples, 25),
        paper_study.crosstalk("c", rows_of()),
        paper_study.recovery("c", made_validation(("c",))),
    ):
        paper.lay_out(figure)
        found = []
        for dpi in (72, theme.DPI):
            figure.set_dpi(dpi)
            renderer = Recording(figure)
            with paper._boxes_allowed():
                figure.draw(renderer)
            found.append([(text, x * 72 / dpi, y * 72 / dpi) for text, x, y, _, _ in renderer.written])
        small, large = found
        assert [text for text, *_ in small] == [text for text, *_ in large]
        # Text is measured in whole pixels.
        assert np.abs(np.array([spot for _, *spot in small]) - [spot for _, *spot in large]).max() < 2


def test_samples_of_a_condition_stand_together_and_lysates_and_blanks_do_not_enter(on_paper) -> None:
    samples = pd.DataFrame({
        "sample": list("abcdef"), "condition": ["x", "y", "x", "y", "x", "x"],
        "fraction": ["secretome"] * 4 + ["lysate", "blank"],
    })  # fmt: skip
    values = pd.DataFrame(np.arange(6.0)[None], columns=list("abcdef"), index=["P1"])
    figure = paper_heat_map.heat_map("c", ranked_of(["P1"]), values, samples, 25)
    (axes,) = figure.axes
    below = {text.get_text(): text.get_position()[0] for text in axes.texts if text.get_rotation() == 90}
    assert sorted(below, key=below.get) == ["a", "c", "b", "d"]
    z = (np.array([0, 2, 1, 3]) - 1.5) / np.std([0, 1, 2, 3], ddof=1)
    colors = colormaps[theme.DIVERGING].resampled(41)(paper_heat_map.shades(z))
    cells = axes.collections[0]
    paths = list(zip(cells.get_paths(), cells.get_facecolors(), strict=True))
    for i, color in enumerate(colors):
        (found,) = [face for path, face in paths if path.contains_point((i, 0))]
        assert found.tolist() == color.tolist()


def test_a_shade_is_the_nearest_of_forty_one_and_missing_has_none() -> None:
    scores = np.array([-5, -2, -1.96, -1.94, 0, 0.04, 0.06, 2, 9, np.nan])
    assert paper_heat_map.shades(scores).tolist() == [0, 0, 0, 1, 20, 20, 21, 40, 40, -1]


def test_where_a_value_is_missing_no_cell_hides_the_hatched_ground(on_paper) -> None:
    values = pd.DataFrame([[1.0, np.nan, 3.0]], columns=list("abc"), index=["P1"])
    samples = pd.DataFrame({"sample": list("abc"), "condition": "x", "fraction": "secretome"})
    (axes,) = paper_heat_map.heat_map("c", ranked_of(["P1"]), values, samples, 25).axes
    covered = [any(path.contains_point((i, 0)) for path in axes.collections[0].get_paths()) for i in range(3)]
    assert covered == [True, False, True]
    assert axes.patch.get_hatch() == "//////"


@pytest.mark.parametrize(("n_groups", "n_samples"), [(1, 3), (1, 6), (3, 13), (60, 70), (50, 318)])
def test_few_candidates_many_samples_and_long_names_still_fit(on_paper, n_groups: int, n_samples: int) -> None:
    names = [f"a_very_long_sample_name_{i:03}" for i in range(n_samples)]
    conditions = [f"a long condition {i % 40}" for i in range(n_samples)]
    samples = pd.DataFrame({"sample": names, "condition": conditions, "fraction": "secretome"})
    groups = [f"P{i}" for i in range(n_groups)]
    values = pd.DataFrame(np.random.default_rng(1).normal(size=(n_groups, n_samples)), columns=names, index=groups)
    ranked = ranked_of(groups, gene="LONGNAME" * 3)
    for figure in (
        paper_heat_map.heat_map("a long name of a contrast " * 3, ranked, values, samples, 100),
        paper_contrasts.ranks("W" * 100, ranked),
        paper_study.sample_map(principal_components(values), samples, set(names)),
    ):
        assert cut_off(figure) == []
        assert figure.get_size_inches()[1] * 25.4 <= theme.HIGHEST_MM + 1e-9
        assert figure.axes[0].get_position().height > 0.1


def test_a_heat_map_of_many_samples_is_as_many_paths_as_colors(on_paper) -> None:
    names = [f"s{i}" for i in range(318)]
    values = pd.DataFrame(
        np.random.default_rng(1).normal(size=(50, 318)), columns=names, index=[f"P{i}" for i in range(50)]
    )
    samples = pd.DataFrame({"sample": names, "condition": "x", "fraction": "secretome"})
    figure = paper_heat_map.heat_map("c", ranked_of(list(values.index)), values, samples, 50)
    assert len(figure.axes[0].collections[0].get_paths()) == 41
    assert "318 samples" in words(figure)


def test_a_legend_of_very_many_conditions_says_how_many_it_leaves_out(on_paper) -> None:
    samples = pd.DataFrame({"sample": [f"s{i}" for i in range(60)], "condition": [f"c{i}" for i in range(60)]})
    values = pd.DataFrame(np.random.default_rng(1).normal(size=(80, 60)), columns=samples["sample"])
    figure = paper_study.sample_map(principal_components(values), samples, set())
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    assert told == [*(f"c{i}" for i in range(23)), "… and 37 more"]


def test_conditions_whose_color_comes_again_have_another_mark(on_paper) -> None:
    samples = pd.DataFrame({"sample": [f"s{i}" for i in range(20)], "condition": [f"c{i}" for i in range(20)]})
    values = pd.DataFrame(np.random.default_rng(1).normal(size=(80, 20)), columns=samples["sample"])
    figure = paper_study.sample_map(principal_components(values), samples, set())
    looks = {(line.get_color(), line.get_marker()) for line in figure.legends[0].get_lines()}
    assert len(looks) == 20


def open_or_filled(collection: Collection) -> list[str]:
    """Return 'open' or 'filled' for each point: open ones let white, or what is behind them, be seen."""
    faces = (
        np.broadcast_to(collection.get_facecolors(), (len(collection.get_offsets()), 4))
        if len(collection.get_facecolors())
        else np.zeros((len(collection.get_offsets()), 4))
    )
    return ["open" if face[3] == 0 or (face[:3] == 1).all() else "filled" for face in faces]


def test_candidates_with_a_leak_flag_are_open_circles_in_ranks_heat_map_and_volcano(on_paper) -> None:
    flags = ["marker", None, "not run", "follows leak"]
    groups = ["P1", "P2", "P3", "P4"]
    expected = ["open", "filled", "filled", "open"]
    ranked = ranked_of(groups, leak_flag=flags)
    ranks = paper_contrasts.ranks("c", ranked)
    assert open_or_filled(ranks.axes[0].collections[1]) == expected
    values = pd.DataFrame(np.random.default_rng(1).normal(size=(4, 3)), columns=list("abc"), index=groups)
    samples = pd.DataFrame({"sample": list("abc"), "condition": "x", "fraction": "secretome"})
    heat_map = paper_heat_map.heat_map("c", ranked, values, samples, 25)
    (dots,) = [one for one in heat_map.axes[0].collections if len(one.get_offsets()) == 4]
    assert open_or_filled(dots) == expected
    tests = ranked.assign(log2fc=[1.0, 2.0, 3.0, 4.0], p_value=0.01, log10_p=-2.0, q_value=0.02, test="moderated_t")
    volcano = paper_contrasts.volcano("c", tests, ranked, 0.05)
    shown = {
        x: look
        for points in volcano.axes[0].collections
        for (x, _), look in zip(points.get_offsets(), open_or_filled(points), strict=True)
        if x > 0
    }
    assert [shown[x] for x in (1.0, 2.0, 3.0, 4.0)] == expected
    for figure in (ranks, heat_map, volcano):
        assert "leak flag" in words(figure)
    assert "leak flag" not in words(paper_contrasts.ranks("c", ranked_of(groups, leak_flag="not run")))


def test_a_pdf_embeds_one_font_of_which_only_the_glyphs_that_are_there(folder: Path) -> None:
    for path in folder.glob("*.pdf"):
        content = path.read_bytes()
        # a minus sign, "fi" or "fl" bring none of their own; a character beyond 65,535, as that of a muscle, does
        assert content.count(b"/FontFile2") == (2 if "\U0001f4aa" in "".join(texts(path.with_suffix(".svg"))) else 1)
        for stream in re.findall(rb"/Length1 \d+.*?stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
            font = TTFont(io.BytesIO(zlib.decompress(stream)))
            assert {"glyf", "loca", "head", "hhea", "hmtx", "maxp"} <= set(font.keys())
            assert len(stream) < 60_000  # the whole font has ten times as much


def test_colors_stand_in_the_theme_alone() -> None:
    room = Path(paper.__file__).parent
    # the workbook's colors are those of spreadsheets; pathway maps take the page's
    told = [path for path in room.glob("*.py") if path.name not in ("theme.py", "workbook.py", "pathway_maps.py")]
    assert len(told) > 10
    assert [path.name for path in told if re.search(r"#[0-9A-Fa-f]{6}\b", path.read_text(encoding="utf-8"))] == []


def test_the_ranks_intervals_are_those_of_the_table(drawn, on_paper) -> None:
    ranked = drawn.frame("candidates", schema.CANDIDATES).query("rank.notna()").sort_values("rank", kind="stable")
    figure = paper_contrasts.ranks("c", ranked)
    lines, dots = figure.axes[0].collections
    ends = np.array([segment[:, 0] for segment in lines.get_segments()])
    assert ends.tolist() == ranked[["rank_low", "rank_high"]].head(25).to_numpy().tolist()
    assert dots.get_offsets()[:, 0].tolist() == ranked["rank"].head(25).tolist()


def test_the_recovery_is_that_of_the_page(on_paper) -> None:
    rows = made_validation(("c",))
    figure = paper_study.recovery("c", rows)
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    for _, told, color, places, *_ in recovery_steps(rows):
        assert lines[told].get_xdata().tolist() == [0, *places]
        assert lines[told].get_color() == color
    assert "chance" in lines


def test_nothing_is_written_when_a_file_is_of_another_run(small_study, tmp_path: Path) -> None:
    made = small_study()
    made.rewrite("validation", made.frame("validation", schema.VALIDATION).assign(contrast="other"))
    with pytest.raises(InputError, match="contrast 'other' is of another run"):
        figures(**arguments_of(made, tmp_path / "figures"))
    assert not (tmp_path / "figures").exists()


def test_nothing_is_written_when_a_drawing_fails(small_study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("as made")

    monkeypatch.setattr(paper_study, "recovery", fails)
    with pytest.raises(RuntimeError, match="as made"):
        figures(**arguments_of(small_study(), tmp_path / "figures"))
    assert [path for path in tmp_path.iterdir() if "figures" in path.name] == []


def test_names_of_files_are_safe_and_unique_even_where_case_does_not_count() -> None:
    assert _suffixes(["../a b", "EPS", "eps", "eps_2"]) == {
        "../a b": "___a_b", "EPS": "EPS", "eps": "eps_2", "eps_2": "eps_2_2",
    }  # fmt: skip


def test_a_missing_table_is_one_line_and_no_folder(drawn, tmp_path: Path, capsys) -> None:
    options = [text for name in READ for text in (f"--{name.replace('_', '-')}", str(drawn.arguments[name]))]
    options[1] = str(tmp_path / "absent.tsv")
    assert main(["figures", *options, "--out", str(tmp_path / "out")]) == 2
    assert "absent.tsv" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
