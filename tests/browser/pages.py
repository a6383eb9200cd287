"""Reports to look at, built by the package from made studies: a small one, a hostile one, a large one."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pandas as pd

from myosieve import files, schema
from myosieve.report.step import report
from tests.unit.report.conftest import Study, make_study
from tests.unit.report.test_crosstalk_page import with_crosstalk
from tests.unit.report.test_facts_page import with_facts
from tests.unit.report.test_leak_tests_page import ROWS as LEAK_TESTS
from tests.unit.report.test_leak_tests_page import with_tests

# Each would run, load, link, calculate or break the layout where a name were taken for more than text.
NAMES = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=\"window.pwned='img'\">",
    '<a href="javascript:alert(3)">link</a>',
    "\"double\" & 'single' `back` ${1+1} {{7*7}}",
    '=HYPERLINK("http://x")',
    "\u202eright to left override",
    "\u05d7\u05dc\u05d1\u05d5\u05df",
    "muscle \U0001f4aa\U0001f3fd",
    "\x01\x07bell\x1b[31m\x7f\u2028",
    "&lt;b&gt;already escaped&lt;/b&gt;",
    "__proto__",
    "%{x}%{customdata[0]}",
)
LONG = "A description without an end. " * 1000
TITLE = 'Title </title><script>alert(4)</script> "\U0001f4aa" \u202eesrever'
CONTRASTS = (
    "<img src=x onerror=\"window.pwned='contrast'\">",
    '=HYPERLINK("http://x")',
    "\u202e<b>turned</b> \U0001f4aa",
)
CONDITIONS = ('<i>rest</i> & "quoted"', "=1+1 \U0001f4aa \u202eeps\x07")


def small(folder: Path) -> Study:
    """Write a study of 300 protein groups, three contrasts, eight samples, with every optional section."""
    made = make_study(folder)
    with_crosstalk(made)
    with_tests(with_facts(made, crosstalk=False))
    _with_topology(made)
    return made


def _with_topology(made: Study) -> None:
    """Give the first protein group a topology, three peptides on it, and two sources that speak of it."""
    group = made.frame("differential", schema.DIFFERENTIAL)["protein_group"].iloc[20]
    shedding = pd.DataFrame({
        "protein_group": [group], "accession": "P99999", "length": 120,
        "topology": "SP 1-22;outside 23-80;TM 81-101;inside 102-120", "peptide_spans": "34-45;60-71*;104-115",
    })  # fmt: skip
    evidence = pd.DataFrame({
        "protein_group": group, "accession": "P99999", "source": ["embedded", "uniprot"], "version": ["0.1.0", "2026_03"],
        "feature": ["signal_peptide", "tm_helix"], "call": ["yes", "yes"], "start": [1, 81], "end": [22, 101],
        "score": [0.98, None], "detail": [None, "<b>by similarity</b>"],
    })  # fmt: skip
    for name, table, rows in (("shedding", schema.SHEDDING, shedding), ("evidence", schema.EVIDENCE, evidence)):
        path = made.arguments["candidates"].with_name(f"{name}.tsv")
        files.write_table(path, table.arrange(rows.reindex(columns=table.names)))
        made.arguments[name] = path


def hostile(folder: Path) -> Study:
    """Write a study of 120 protein groups in which every name that a person could have written is hostile."""
    made = make_study(folder, 120, CONTRASTS, CONDITIONS)
    made.arguments["settings"] = {"fdr": 0.05, "report": {"title": TITLE, "top": 25}}
    for name, table in (
        ("candidates", schema.CANDIDATES), ("differential", schema.DIFFERENTIAL), ("annotation", schema.ANNOTATION),
    ):  # fmt: skip
        made.rewrite(name, _renamed(made.frame(name, table)))
    proteins = made.arguments["quantified"] / "proteins.tsv"
    files.write_table(proteins, _renamed(files.read_table(proteins, schema.QUANTIFIED)))
    with_crosstalk(made, NAMES, CONTRASTS[0])
    with_tests(made, [(CONTRASTS[0], NAMES[i], *row[2:]) for i, row in enumerate(LEAK_TESTS)])
    return made


def large(folder: Path) -> Study:
    """Write a study of 10,000 protein groups, six contrasts and 24 samples."""
    conditions = ("rest", "eps_1h", "eps_24h", "old_rest", "old_eps_1h", "old_eps_24h")
    return make_study(folder, 10_000, tuple(f"contrast_{i}" for i in range(1, 7)), conditions)


def built(made: Study) -> Path:
    """Build the page of a study as the step `report` does; the workbook, most of the time, is left empty."""
    with mock.patch("myosieve.report.step.workbook", return_value=(b"", {"cells_cut": 0})):
        report(**made.arguments)
    return made.html


def _renamed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the first protein groups, which are ranked first, the hostile names, and the first of all a long description."""
    first = {f"P{i:05d}": name for i, name in enumerate(NAMES)}
    frame = frame.assign(gene=frame["accession"].map(first).fillna(frame["gene"]))
    if "protein_name" in frame:
        named = frame["accession"].map(first | {"P00000": LONG})
        frame["protein_name"] = named.fillna(frame["protein_name"])
    return frame
