"""The figures for a paper: text that is text, names as they are, sizes in mm, the same bytes, all files or none."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from tests.unit.report.conftest import made_validation
from tests.unit.report.test_crosstalk_figures import rows_of

from myosieve import files, schema
from myosieve.cli import main
from myosieve.errors import InputError
from myosieve.quant.components import principal_components
from myosieve.report import paper, paper_contrasts, paper_study, theme
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
    assert b">_x</text>" in paper.rendered(figure)["svg"]


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
    found = paper_contrasts.z_scores(values)
    assert found.iloc[0, :3].tolist() == pytest.approx([-1, 0, 1])
    assert found.iloc[1, 0] == 0
    assert found.iloc[2].tolist() == [0, 0, 0, 0]
    assert found.isna().equals(values.isna())


def test_samples_of_a_condition_stand_together_and_lysates_and_blanks_do_not_enter(on_paper) -> None:
    samples = pd.DataFrame({
        "sample": list("abcdef"), "condition": ["x", "y", "x", "y", "x", "x"],
        "fraction": ["secretome"] * 4 + ["lysate", "blank"],
    })  # fmt: skip
    values = pd.DataFrame(np.arange(6.0)[None], columns=list("abcdef"), index=["P1"])
    ranked = pd.DataFrame({"protein_group": ["P1"], "gene": ["IL6"], "accession": ["P1"]})
    figure = paper_contrasts.heat_map("c", ranked, values, samples, 25)
    figure.draw_without_rendering()
    assert [text.get_text() for text in figure.axes[1].get_xticklabels()] == ["a", "c", "b", "d"]
    (cells,) = figure.axes[1].collections
    z = (np.array([0, 2, 1, 3]) - 1.5) / np.std([0, 1, 2, 3], ddof=1)
    assert np.asarray(cells.get_array()).ravel() == pytest.approx(z)


@pytest.mark.parametrize(("n_groups", "n_samples"), [(1, 6), (3, 13), (60, 70)])
def test_few_candidates_many_conditions_and_long_names_still_fit(on_paper, n_groups: int, n_samples: int) -> None:
    names = [f"a_very_long_sample_name_{i:03}" for i in range(n_samples)]
    conditions = [f"a long condition {i % 12}" for i in range(n_samples)]
    samples = pd.DataFrame({"sample": names, "condition": conditions, "fraction": "secretome"})
    groups = [f"P{i}" for i in range(n_groups)]
    values = pd.DataFrame(np.random.default_rng(1).normal(size=(n_groups, n_samples)), columns=names, index=groups)
    ranked = pd.DataFrame({"protein_group": groups, "gene": "LONGNAME" * 3, "accession": groups})
    figure = paper_contrasts.heat_map("c", ranked, values, samples, 100)
    paper.lay_out(figure)  # matplotlib warns, which is an error here, where axes have no room
    page = figure.bbox
    (legend,) = figure.legends
    assert legend.get_window_extent().x1 <= page.x1
    assert figure.get_size_inches()[1] * 25.4 <= theme.HIGHEST_MM + 1e-9


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
