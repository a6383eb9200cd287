"""The XML inside candidates.xlsx keeps the rules that Excel repairs a file for, one test per rule, on a hostile study.

Limits: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3; elements: ECMA-376 part 1, section 18.
Excel itself is not asked: these are the rules that are known.
"""

import io
import itertools
import math
import posixpath
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator

import pytest

from myosieve.report import sheets
from myosieve.report.content import Content
from myosieve.report.workbook import workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
# ECMA-376 part 1, 18.3.1.99: the children of a worksheet come in this order.
ORDER = ("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
         "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
         "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
         "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors")  # fmt: skip


@pytest.fixture(scope="module")
def parts(hostile_content: Content) -> dict[str, bytes]:
    """The files inside the workbook of a study whose every text is hostile."""
    with zipfile.ZipFile(io.BytesIO(workbook(hostile_content)[0])) as archive:
        names = archive.namelist()
        assert len(set(names)) == len(names)
        return {name: archive.read(name) for name in names}


@pytest.fixture(scope="module")
def trees(parts: dict[str, bytes]) -> dict[str, ET.Element]:
    """The worksheets, by the name of their file."""
    return {name: ET.fromstring(text) for name, text in parts.items() if name.startswith("xl/worksheets/sheet")}


def _names(parts: dict[str, bytes]) -> list[str]:
    return [sheet.get("name") for sheet in ET.fromstring(parts["xl/workbook.xml"]).iter(f"{MAIN}sheet")]


def _unescaped(text: str) -> str:
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cells(tree: ET.Element) -> Iterator[ET.Element]:
    return tree.iter(f"{MAIN}c")


def _place(address: str) -> tuple[int, int]:
    letters, digits = re.fullmatch(r"\$?([A-Z]{1,3})\$?([0-9]+)", address).groups()
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - 64
    return int(digits), column


def _box(reference: str) -> tuple[int, int, int, int]:
    """Return first row, first column, last row, last column."""
    first, _, last = reference.partition(":")
    return (*_place(first), *_place(last or first))


def test_every_part_is_well_formed_xml_of_legal_characters(parts) -> None:
    # A conforming parser refuses every other character, references to them included.
    for text in parts.values():
        ET.fromstring(text)


def test_sheet_names_are_unique_short_and_without_forbidden_characters(parts) -> None:
    names = [_unescaped(name) for name in _names(parts)]
    assert len({name.lower() for name in names}) == len(names) > 15
    for name in names:
        assert 1 <= _units(name) <= 31
        assert not re.search(r"[\[\]:*?/\\\x00-\x1f]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.lower() != "history"


def test_no_text_is_longer_than_a_cell_holds(trees) -> None:
    texts = [_unescaped("".join(cell.itertext())) for tree in trees.values() for cell in _cells(tree) if cell.get("t")]
    assert max(map(_units, texts)) == 32_767  # the longest that was given is 40,000


def test_texts_are_texts_and_numbers_are_finite_numbers(trees) -> None:
    for tree in trees.values():
        for cell in _cells(tree):
            assert cell.get("t") in (None, "inlineStr")
            if cell.get("t") is None and len(cell):
                assert math.isfinite(float(cell.find(f"{MAIN}v").text))
                assert re.fullmatch(r"-?[0-9.]+(e[+-]?[0-9]+)?", cell.find(f"{MAIN}v").text)


def test_there_is_no_formula_macro_external_link_or_data_validation(parts, trees) -> None:
    for tree in trees.values():
        assert not [found for name in ("f", "dataValidation") for found in tree.iter(MAIN + name)]
    assert not [name for name in parts if re.search(r"vba|macro|externalLink|connections|query|embeddings", name, re.I)]


def test_every_text_cell_has_the_format_text_and_formula_signs_the_apostrophe(parts, trees) -> None:
    styles = list(ET.fromstring(parts["xl/styles.xml"]).find(f"{MAIN}cellXfs"))
    quoted = 0
    for cell in itertools.chain.from_iterable(_cells(tree) for tree in trees.values()):
        if cell.get("t") == "inlineStr":
            style = styles[int(cell.get("s"))]
            assert style.get("numFmtId") == "49"  # "@" (18.8.30)
            first = _unescaped("".join(cell.itertext()))[:1]
            assert (style.get("quotePrefix") == "1") == (first in tuple("=+-@\t\r"))
            quoted += first in tuple("=+-@\t\r")
    assert quoted > 100


def test_cells_come_in_order_once_each_and_within_the_sheet(trees) -> None:
    for tree in trees.values():
        rows = [int(row.get("r")) for row in tree.iter(f"{MAIN}row")]
        assert rows == sorted(set(rows))
        places = [_place(cell.get("r")) for cell in _cells(tree)]
        assert places == sorted(set(places))
        assert all(row <= 1_048_576 and column <= 16_384 for row, column in places)


def test_the_parts_of_a_sheet_come_in_the_standards_order(trees) -> None:
    for tree in trees.values():
        order = [ORDER.index(child.tag.removeprefix(MAIN)) for child in tree]
        assert order == sorted(order)


def test_columns_do_not_overlap_and_sizes_are_within_excels(trees) -> None:
    for tree in trees.values():
        spans = [(int(column.get("min")), int(column.get("max"))) for column in tree.iter(f"{MAIN}col")]
        assert all(before[1] < after[0] for before, after in itertools.pairwise(spans))
        assert all(0 < float(column.get("width")) <= 255 for column in tree.iter(f"{MAIN}col"))
        assert all(0 < float(row.get("ht", 15)) <= 409 for row in tree.iter(f"{MAIN}row"))


def test_a_filter_covers_its_table_and_has_the_name_that_excel_gives_it(parts, trees) -> None:
    assert not [name for name in parts if name.startswith("xl/tables/")]
    names = _names(parts)
    defined = [(entry.get("name"), entry.get("localSheetId"), entry.text)
               for entry in ET.fromstring(parts["xl/workbook.xml"]).iter(f"{MAIN}definedName")]  # fmt: skip
    assert len({(name, sheet) for name, sheet, _ in defined}) == len(defined)
    filters = {int(sheet): area for name, sheet, area in defined if name == "_xlnm._FilterDatabase"}
    for number, tree in enumerate(trees.values()):
        found = [element.get("ref") for element in tree.iter(f"{MAIN}autoFilter")]
        if names[number] in ("Read me", "Methods"):
            assert (found, filters.get(number)) == ([], None)
            continue
        last = max(_place(cell.get("r")) for cell in _cells(tree))
        assert len(found) == 1
        assert (_box(found[0])[:2], _box(found[0])[2]) == ((1, 1), last[0])
        sheet, _, area = filters[number].rpartition("!")
        assert area.replace("$", "") == found[0]
        assert sheet.strip("'").replace("''", "'") == names[number]


def test_merged_cells_do_not_overlap_and_no_table_has_any(parts, trees) -> None:
    for name, tree in zip(_names(parts), trees.values(), strict=True):
        boxes = [_box(merge.get("ref")) for merge in tree.iter(f"{MAIN}mergeCell")]
        assert not boxes or name == "Read me"
        covered = [(row, column) for top, left, bottom, right in boxes
                   for row in range(top, bottom + 1) for column in range(left, right + 1)]  # fmt: skip
        assert len(covered) == len(set(covered))


def test_links_are_few_short_and_lead_somewhere(parts, trees) -> None:
    seen = 0
    for file, tree in trees.items():
        related = parts.get(f"xl/worksheets/_rels/{posixpath.basename(file)}.rels", b"<none/>")
        targets = {entry.get("Id"): entry.get("Target") for entry in ET.fromstring(related)}
        links = list(tree.iter(f"{MAIN}hyperlink"))
        assert len(links) <= 65_530
        assert len({link.get("ref") for link in links}) == len(links)
        for link in links:
            if link.get(RELATED) is None:
                sheet, _, cell = link.get("location").rpartition("!")
                assert sheet[0] == sheet[-1] == "'"
                assert sheet[1:-1].replace("''", "'") in _names(parts)
                _place(cell)
            else:
                address = targets[link.get(RELATED)]
                assert re.fullmatch(r"https://www\.uniprot\.org/uniprotkb/[A-Z0-9-]+/entry", address)
                assert len(address) <= 2_079
            seen += 1
    assert seen > 100


def test_more_links_than_a_sheet_holds_are_left_out_and_counted(small_content, monkeypatch) -> None:
    monkeypatch.setattr(sheets, "MOST_LINKS", 7)
    book, counts = workbook(small_content())
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        tree = ET.fromstring(archive.read("xl/worksheets/sheet2.xml"))
    assert len(list(tree.iter(f"{MAIN}hyperlink"))) == 7
    assert counts["accessions_without_link"] == 40 - 7


def test_color_scales_lie_within_their_table_with_ascending_stops(parts, trees) -> None:
    scaled = 0
    for tree in trees.values():
        rules = list(tree.iter(f"{MAIN}cfRule"))
        assert len({rule.get("priority") for rule in rules}) == len(rules)
        last = max((_place(cell.get("r")) for cell in _cells(tree)), default=(1, 1))[0]
        for block in tree.iter(f"{MAIN}conditionalFormatting"):
            top, _, bottom, _ = _box(block.get("sqref"))
            assert (top, bottom) == (2, last)
            stops = [float(stop.get("val")) for stop in block.iter(f"{MAIN}cfvo")]
            assert stops == sorted(set(stops))
            assert len(stops) == len(list(block.iter(f"{MAIN}color")))
            scaled += 1
    assert scaled == 2 * 10  # log2fc and score of each contrast


def test_every_style_that_is_used_is_there_and_they_are_few(parts, trees) -> None:
    styles = list(ET.fromstring(parts["xl/styles.xml"]).find(f"{MAIN}cellXfs"))
    used = {int(cell.get("s", 0)) for tree in trees.values() for cell in _cells(tree)}
    assert max(used) < len(styles) < 100


def test_every_relation_and_type_has_its_part(parts) -> None:
    types = {entry.get("PartName").lstrip("/") for entry in ET.fromstring(parts["[Content_Types].xml"])
             if entry.tag == f"{TYPES}Override"}  # fmt: skip
    assert types <= set(parts)
    assert {name for name in parts if name.startswith("xl/worksheets/sheet")} <= types
    for name, text in parts.items():
        if not name.endswith(".rels"):
            continue
        folder = posixpath.dirname(posixpath.dirname(name))
        entries = list(ET.fromstring(text).iter(f"{PACKAGE}Relationship"))
        assert len({entry.get("Id") for entry in entries}) == len(entries)
        for entry in entries:
            if entry.get("TargetMode") != "External":
                assert posixpath.normpath(posixpath.join(folder, entry.get("Target"))).lstrip("/") in parts


def test_a_range_is_named_once_among_the_ranges_without_a_green_corner(trees) -> None:
    for tree in trees.values():
        ranges = [entry.get("sqref") for entry in tree.iter(f"{MAIN}ignoredError")]
        assert len(set(ranges)) == len(ranges) <= 1


def test_footers_are_short(trees) -> None:
    footers = [footer.text for tree in trees.values() for footer in tree.iter(f"{MAIN}oddFooter")]
    assert len(footers) == len(trees)
    assert max(map(len, footers)) <= 255
